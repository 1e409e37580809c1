//! A whole number of minutes. How it is shown (12.5 days, 7:10 hours) is decided where it is shown.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// A signed number of minutes: a length of time, or a change of a balance.
///
/// A single figure from outside is at most [`Minutes::MAX`] (about 1,900 years) either way, so sums of all the
/// figures a database can hold stay far inside 64 bits.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64)]
pub struct Minutes(i64);

/// A number of minutes beyond ±[`Minutes::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyMinutes(pub i64);

impl std::fmt::Display for TooManyMinutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} minutes is more than can be", self.0)
    }
}

impl std::error::Error for TooManyMinutes {}

const FITS: &str = "figures of at most 10^9 minutes, as many as a database holds, add up within 64 bits";

impl Minutes {
    pub const ZERO: Minutes = Minutes(0);
    /// The largest figure accepted from outside.
    pub const MAX: Minutes = Minutes(1_000_000_000);
    /// A day of the clock, 24 hours.
    pub const DAY: Minutes = Minutes(24 * 60);

    /// For figures that are small by their making, such as constants.
    pub const fn new(minutes: i32) -> Self {
        Minutes(minutes as i64)
    }

    pub const fn hours(hours: i16) -> Self {
        Minutes(hours as i64 * 60)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn abs(self) -> Self {
        Minutes(self.0.abs())
    }

    /// This, but not less than nothing.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Minutes::ZERO)
    }

    /// The morning and the afternoon of so many scheduled minutes: the morning has the odd one.
    pub const fn halves(self) -> (Minutes, Minutes) {
        let afternoon = self.0 / 2;
        (Minutes(self.0 - afternoon), Minutes(afternoon))
    }

    /// `percent` of this, to the nearest minute, halves away from zero: 7 minutes at 150 % are 11.
    #[must_use]
    pub fn percent(self, percent: u32) -> Self {
        self.times(i64::from(percent), 100)
    }

    /// `self × numerator ÷ denominator` to the nearest minute, halves away from zero; 0 where the denominator is 0.
    #[must_use]
    pub fn times(self, numerator: i64, denominator: i64) -> Self {
        if denominator == 0 {
            return Minutes::ZERO;
        }
        let product = i128::from(self.0) * i128::from(numerator);
        let whole = i128::from(denominator);
        let (product, whole) = if whole < 0 { (-product, -whole) } else { (product, whole) };
        let doubled = product.abs() * 2 + whole;
        let rounded = doubled / (whole * 2) * product.signum();
        Minutes(i64::try_from(rounded).expect(FITS))
    }
}

impl TryFrom<i64> for Minutes {
    type Error = TooManyMinutes;
    fn try_from(minutes: i64) -> Result<Self, TooManyMinutes> {
        if minutes.unsigned_abs() > Minutes::MAX.0.unsigned_abs() {
            Err(TooManyMinutes(minutes))
        } else {
            Ok(Minutes(minutes))
        }
    }
}

impl From<Minutes> for i64 {
    fn from(minutes: Minutes) -> i64 {
        minutes.0
    }
}

impl Add for Minutes {
    type Output = Minutes;
    fn add(self, other: Minutes) -> Minutes {
        Minutes(self.0.checked_add(other.0).expect(FITS))
    }
}

impl Sub for Minutes {
    type Output = Minutes;
    fn sub(self, other: Minutes) -> Minutes {
        Minutes(self.0.checked_sub(other.0).expect(FITS))
    }
}

impl Neg for Minutes {
    type Output = Minutes;
    fn neg(self) -> Minutes {
        Minutes(self.0.checked_neg().expect(FITS))
    }
}

impl AddAssign for Minutes {
    fn add_assign(&mut self, other: Minutes) {
        *self = *self + other;
    }
}

impl SubAssign for Minutes {
    fn sub_assign(&mut self, other: Minutes) {
        *self = *self - other;
    }
}

impl Sum for Minutes {
    fn sum<I: Iterator<Item = Minutes>>(all: I) -> Minutes {
        all.fold(Minutes::ZERO, Add::add)
    }
}

impl rusqlite::ToSql for Minutes {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// Reads sums of a column too, which may pass the bound of a single figure.
impl rusqlite::types::FromSql for Minutes {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Minutes)
    }
}
