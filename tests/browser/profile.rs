//! A person edits the profile: what is theirs changes at once, what money and contracts hang on asks HR, and a picture
//! shows in the directory.

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

/// Any picture will do.
const PICTURE: &[u8] = include_bytes!("../../assets/icon-192.png");

#[tokio::test]
async fn with_scripts() {
    a_person_edits_the_profile(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    a_person_edits_the_profile(Scripts::Off).await;
}

async fn a_person_edits_the_profile(scripts: Scripts) {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let (picture, program) = (folder.path().join("me.png"), folder.path().join("evil.png"));
    std::fs::write(&picture, PICTURE).unwrap();
    std::fs::write(&program, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").unwrap();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("employee").await;
    browser.go("/account").await;
    browser.press("My profile").await;
    assert_eq!(browser.at().await, "/account/profile");

    // What is one's own counts at once; a mistake keeps everything that was typed.
    browser.fill("#phone", "+49 40 555 01").await;
    browser.fill("#emergency_name", "Bo Castell").await;
    browser.fill("#private_email", "mira@home.test").await;
    browser.choose("#deputy_id", "Li Na").await;
    browser.press("Save").await;
    browser.reads("Saved").await;
    assert_eq!(browser.value("#phone").await, "+49 40 555 01");
    assert_eq!(browser.value("#emergency_name").await, "Bo Castell");

    // A wrong account number is found before HR sees it; a right one waits for HR, and is not in force before.
    browser.fill("#iban", "DE89 3704 0044 0532 0130 01").await;
    browser.press("Send to HR").await;
    browser.reads("IBAN").await;
    assert_eq!(browser.value("#iban").await, "DE89 3704 0044 0532 0130 01");
    browser.fill("#iban", "DE89 3704 0044 0532 0130 00").await;
    browser.fill("#legal_name", "Miranda Castell").await;
    browser.press("Send to HR").await;
    browser.reads("Miranda Castell").await;
    browser.reads("Take it back").await;

    browser.see("#file").await.send_keys(program.to_str().unwrap()).await.unwrap();
    browser.press("Upload").await;
    browser.reads("picture").await;
    browser.go("/account/profile").await;
    browser.see("#file").await.send_keys(picture.to_str().unwrap()).await.unwrap();
    browser.press("Upload").await;
    browser.see("main .av img").await;

    browser.sign_in("hr").await;
    browser.go("/inbox").await;
    browser.reads("Miranda Castell").await;
    browser.press_in("//main//li[contains(., 'Miranda Castell')]", "Approve").await;
    browser.sign_in("employee").await;
    browser.go("/account/profile").await;
    assert_eq!(browser.value("#legal_name").await, "Miranda Castell");

    // A colleague sees the picture and the phone, and nothing of what is private.
    browser.sign_in("it").await;
    browser.go("/people?search=Castell").await;
    browser.see("main .av img").await;
    browser.press("Mira Castell").await;
    browser.reads("+49 40 555 01").await;
    let seen = browser.text().await;
    for private in ["mira@home.test", "Bo Castell", "Miranda", "0532"] {
        assert!(!seen.contains(private), "a colleague reads {private}:\n{seen}");
    }
    browser.close().await;
}
