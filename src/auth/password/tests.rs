use super::{About, MIN_CHARS, Password, PasswordHash, Passwords, check};
use crate::error::AppError;
use crate::text::EmailAddress;

const MIRA: About<'static> = About { name: "Mira Castell", local_part: "m.castell" };

fn verdict(password: &str) -> Result<(), String> {
    check(&Password::new(password), MIN_CHARS, MIRA).map_err(|message| message.to_string())
}

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

#[test]
fn good_passwords_pass() {
    for password in [
        "correct horse battery staple",
        "vier Kühe im Regen",
        "kX9#pL2vQz!m",
        "Blue-Lamp-Under-Bridge",
        "ein sommer voller regen",
        "пять синих воробьёв",
        "雨の日は家で本を読みますよね",
    ] {
        assert_eq!(verdict(password), Ok(()), "{password}");
    }
}

#[test]
fn short_long_own_and_common_ones_do_not() {
    assert!(verdict("kX9#pL2vQz!").unwrap_err().contains("at least 12"));
    assert!(verdict(&"kX9#pL2vQz!m".repeat(11)).unwrap_err().contains("at most 128"));
    for own in ["my name is mira ok", "CASTELLated wall", "x m.castell y z w"] {
        assert!(verdict(own).unwrap_err().contains("your own name"), "{own}");
    }
    for common in [
        "Password1234!",
        "P@ssw0rd2026!!",
        "passwordpassword",
        "123456789012",
        "qwertyuiop12",
        "qwertzuiop123",
        "Summer2026!!",
        "Welcome2024!",
        "aaaaaaaaaaaa",
        "abababababab",
        "letmein123456",
        "steward-demo",
        "changeme1234",
        "1q2w3e4r5t6y",
        "iloveyou2020!",
        "adminadmin123",
    ] {
        assert!(verdict(common).is_err_and(|message| message.contains("easy to guess")), "{common}");
    }
}

#[test]
fn a_hash_is_argon2id_with_19_mib_and_two_passes() {
    let passwords = Passwords::new([7; 32]);
    let hash = passwords.hash_blocking(&address("mira@x.example"), &Password::new("correct horse")).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
}

#[tokio::test]
async fn one_computation_answers_for_all_organizations() {
    let passwords = Passwords::new([7; 32]);
    let mira = address("Mira@x.example");
    let here = passwords.hash(&mira, Password::new("one password")).await.unwrap();
    let there = passwords.hash(&address("mira@X.example"), Password::new("another password")).await.unwrap();
    let verified = passwords.verify(&mira, Password::new("another password"), vec![here, there]).await.unwrap();
    assert_eq!((verified.matches, verified.renewed), (vec![false, true], None));
}

#[tokio::test]
async fn a_hash_from_elsewhere_is_checked_and_renewed() {
    let old = Passwords::new([1; 32]).hash_blocking(&address("old@x.example"), &Password::new("one password")).unwrap();
    let passwords = Passwords::new([2; 32]);
    let mira = address("new@x.example");
    let verified = passwords.verify(&mira, Password::new("one password"), vec![old.clone()]).await.unwrap();
    assert_eq!(verified.matches, [true]);
    let renewed = verified.renewed.expect("made with another salt");
    let again = passwords.verify(&mira, Password::new("one password"), vec![renewed]).await.unwrap();
    assert_eq!((again.matches, again.renewed), (vec![true], None));
    let wrong = passwords.verify(&mira, Password::new("wrong password"), vec![old]).await.unwrap();
    assert_eq!((wrong.matches, wrong.renewed), (vec![false], None));
}

#[tokio::test]
async fn what_is_no_hash_of_ours_matches_nothing() {
    let passwords = Passwords::new([7; 32]);
    for stored in [
        "",
        "plain",
        "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo",
        "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo",
    ] {
        let hashes = vec![PasswordHash::from_column(stored.to_owned())];
        let verified = passwords.verify(&address("m@x.example"), Password::new("plain"), hashes).await.unwrap();
        assert_eq!(verified.matches, [false], "{stored}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_answers_unavailable_and_then_recovers() {
    let passwords = Passwords::bounded([7; 32], 1, 1);
    let mira = address("m@x.example");
    let hashing = |password: &'static str| {
        let (passwords, mira) = (passwords.clone(), mira.clone());
        tokio::spawn(async move { passwords.hash(&mira, Password::new(password)).await })
    };
    let tasks = [hashing("a"), hashing("b"), hashing("c"), hashing("d"), hashing("e")];
    let mut refused = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => {}
            Err(AppError::Unavailable(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!((1..=3).contains(&refused), "{refused} of 5 refused with one hasher and one place to wait");
    passwords.hash(&mira, Password::new("f")).await.unwrap();
}

#[test]
fn every_keyboards_accent_is_one() {
    let passwords = Passwords::new([7; 32]);
    let mira = address("m@x.example");
    let composed = passwords.hash_blocking(&mira, &Password::new("caf\u{e9} au lait")).unwrap();
    let decomposed = passwords.hash_blocking(&mira, &Password::new("cafe\u{301} au lait")).unwrap();
    assert_eq!(composed, decomposed);
}

#[test]
fn a_password_is_never_printed() {
    assert!(!format!("{:?}", Password::new("hunter two")).contains("hunter"));
}
