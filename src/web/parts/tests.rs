use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Balance, Strip, initials, per_cent};
use crate::lang::Lang;
use crate::web::Format;
use askama::Template;

fn format() -> Format {
    Format::new(Lang::ENGLISH, TimeZone::UTC, "2026-12-03T09:00:00Z".parse::<Timestamp>().unwrap())
}

#[test]
fn a_strip_is_drawn_as_the_mock_up_has_it() {
    let day = 480;
    let balance = Balance { left: day * 25 / 2, reserved: day * 4, gone: day * 16, expiring: day * 15 / 2 };
    let html = Strip::new(&format(), "vac", day, balance).full().render().unwrap();
    for part in [
        r#"<svg class="days vac full" viewBox="0 0 385 21" role="img" aria-label="12.5 days left, 4 reserved, 16 taken">"#,
        r#"<rect x="140" y="0" width="4" height="16" rx="1.5"/>"#,
        r#"<rect class="keep" x="145.5" y="0.5" width="3" height="15" rx="1"/>"#,
        r#"<rect class="gone" x="193" y="0" width="4" height="16" rx="1.5"/>"#,
        r#"<rect class="exp" x="59" y="18.5" width="9" height="2" rx="0"/>"#,
        r#"<rect class="exp" x="140" y="18.5" width="4" height="2" rx="0"/>"#,
    ] {
        assert!(html.contains(part), "{part}\nin\n{html}");
    }
}

#[test]
fn a_strip_of_nothing_and_of_less_than_nothing_is_still_a_drawing() {
    for left in [0, -480] {
        let html = Strip::new(&format(), "no such hue", 480, Balance { left, ..Balance::default() }).render().unwrap();
        assert!(html.contains(r#"class="days away" viewBox="0 0 9 16""#), "{html}");
        assert!(!html.contains("<rect"));
    }
}

#[test]
fn initials_are_of_the_first_and_the_last_word() {
    for (name, letters) in
        [("Siobhán Ní Dhomhnaill", "SD"), ("Li Na", "LN"), ("Émile", "É"), ("élodie œuvre", "ÉŒ"), ("", ""), ("  ", "")]
    {
        assert_eq!(initials(name), letters);
    }
}

#[test]
fn per_cent_never_leaves_the_drawing() {
    assert_eq!(per_cent(1, 3), "33.33%");
    assert_eq!(per_cent(5, 3), "100.00%");
    assert_eq!(per_cent(-5, 0), "0.00%");
}
