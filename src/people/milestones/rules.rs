//! On which days what comes round is told.

use jiff::civil::{Date, date};

/// For how many days before it ends a probation is told of: time to talk, and to write.
pub const PROBATION_DAYS: i64 = 14;

/// Whether `day` comes round on `today`: the same day of the same month in a later year. 29 February is 1 March in a
/// common year.
pub fn comes_round(day: Date, today: Date) -> bool {
    let leap = day.month() == 2 && day.day() == 29 && !today.in_leap_year();
    let (month, number) = if leap { (3, 1) } else { (day.month(), day.day()) };
    day.year() < today.year() && (month, number) == (today.month(), today.day())
}

/// The `MM-DD` that come round on `today`.
pub fn days_of(today: Date) -> Vec<String> {
    let mut days = vec![today.strftime("%m-%d").to_string()];
    if comes_round(date(1904, 2, 29), today) && today.month() == 3 {
        days.push("02-29".to_owned());
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_comes_round_once_a_year() {
        let born = date(1990, 5, 4);
        assert!(comes_round(born, date(2026, 5, 4)));
        assert!(!comes_round(born, date(2026, 5, 5)));
        assert!(!comes_round(date(2026, 5, 4), date(2026, 5, 4)), "the day itself is no anniversary");
        let leap = date(1992, 2, 29);
        assert!(comes_round(leap, date(2028, 2, 29)) && !comes_round(leap, date(2028, 3, 1)));
        assert!(comes_round(leap, date(2026, 3, 1)) && !comes_round(leap, date(2026, 2, 28)));
        assert_eq!(days_of(date(2026, 3, 1)), ["03-01", "02-29"]);
        assert_eq!(days_of(date(2028, 3, 1)), ["03-01"]);
        assert_eq!(days_of(date(2028, 2, 29)), ["02-29"]);
    }
}
