//! Exact fractions of minutes. Entitlements are divided by months, days and hours of work before they are rounded,
//! once, at the end: 25 days in twelve parts are 25 days.

use std::ops::{Add, Mul};

use crate::time::Minutes;

/// `num ÷ den`, with `den` above 0, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    num: i128,
    den: i128,
}

/// How a figure becomes whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    pub mode: RoundingMode,
    /// To a multiple of so many minutes, such as 1, 15, or the half of a day; 1 or more.
    pub step_minutes: Minutes,
}

crate::text_enum! {
    /// Which way a figure is rounded.
    pub enum RoundingMode {
        Up = "up",
        Down = "down",
        /// Halves go up.
        Nearest = "nearest",
    }
}

/// To the nearest minute.
impl Default for Rounding {
    fn default() -> Self {
        Rounding { mode: RoundingMode::Nearest, step_minutes: Minutes::new(1) }
    }
}

impl Rounding {
    pub(super) fn round(self, exact: Fraction) -> Minutes {
        let step = i128::from(self.step_minutes.get().max(1));
        let den = exact.den * step;
        let steps = match self.mode {
            RoundingMode::Down => exact.num.div_euclid(den),
            RoundingMode::Up => -(-exact.num).div_euclid(den),
            RoundingMode::Nearest => (exact.num * 2 + den).div_euclid(den * 2),
        };
        i64::try_from(steps * step).ok().and_then(|minutes| Minutes::try_from(minutes).ok()).unwrap_or(Minutes::MAX)
    }
}

impl Fraction {
    pub(super) const ZERO: Fraction = Fraction { num: 0, den: 1 };
    pub(super) const ONE: Fraction = Fraction { num: 1, den: 1 };

    /// 0 where `den` is not above 0: a share of nothing is nothing.
    pub(super) fn new(num: i64, den: i64) -> Self {
        if den <= 0 { Fraction::ZERO } else { Fraction { num: num.into(), den: den.into() }.reduced() }
    }

    /// This share of something, as a share of `whole` (both counted in the same thing); 0 where `whole` is 0.
    pub(super) fn over(self, whole: Fraction) -> Self {
        if whole.num <= 0 {
            return Fraction::ZERO;
        }
        Fraction { num: self.num * whole.den, den: self.den * whole.num }.reduced()
    }

    pub(super) fn at_most(self, most: Fraction) -> Self {
        if self.num * most.den > most.num * self.den { most } else { self }
    }

    pub(super) fn or_zero(self) -> Self {
        if self.num < 0 { Fraction::ZERO } else { self }
    }

    fn reduced(self) -> Self {
        let (mut a, mut b) = (self.num.abs(), self.den);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let common = a.max(1);
        Fraction { num: self.num / common, den: self.den / common }
    }
}

impl From<Minutes> for Fraction {
    fn from(minutes: Minutes) -> Self {
        Fraction { num: minutes.get().into(), den: 1 }
    }
}

impl Add for Fraction {
    type Output = Fraction;
    fn add(self, other: Fraction) -> Fraction {
        Fraction { num: self.num * other.den + other.num * self.den, den: self.den * other.den }.reduced()
    }
}

impl Mul for Fraction {
    type Output = Fraction;
    fn mul(self, other: Fraction) -> Fraction {
        Fraction { num: self.num * other.num, den: self.den * other.den }.reduced()
    }
}
