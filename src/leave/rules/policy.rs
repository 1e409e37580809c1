//! What a person is entitled to in a leave year, and when it becomes theirs: fixed or by years of service, for parts
//! of a first or last year, by working time, at once or as the year goes by.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::fraction::{Fraction, Rounding};
use super::{CarryOver, LeaveYear, LeaveYearStart, MonthDay};
use crate::time::{DatedSchedules, Minutes, Period, period};

/// The most years of service a tier may name.
const MOST_YEARS: u16 = 80;

/// One step of an entitlement by years of service; the first year is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    pub from_year: u16,
    /// None is without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_year: Option<u16>,
    pub minutes: Minutes,
}

/// Tiers one after another without a gap, the last of them without end in effect. Before the first tier the first
/// holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Vec<Tier>", into = "Vec<Tier>")]
#[schema(value_type = Vec<Tier>)]
pub struct Tiers(Vec<Tier>);

/// Tiers that leave a gap, overlap, go backwards, are negative, or are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TiersDoNotFit;

impl std::fmt::Display for TiersDoNotFit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("tiers of service years follow each other without a gap")
    }
}

impl std::error::Error for TiersDoNotFit {}

/// How much a full year gives.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub enum Amount {
    #[serde(rename = "fixed_minutes")]
    Fixed(Minutes),
    #[serde(rename = "service_years")]
    ServiceYears(Tiers),
}

/// What the year of joining gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstYear {
    Full,
    /// Days of employment in it ÷ days of that leave year, both inclusive.
    Days,
    /// Whole months of employment in it ÷ 12; months are those of the leave year.
    Months,
    /// By the calendar month of joining, January first, in minutes.
    MonthTable([Minutes; 12]),
}

crate::text_enum! {
    /// What the year of leaving gives.
    pub enum LastYear {
        Full = "full",
        Days = "days",
        Months = "months",
    }

    /// On which day years of service are counted.
    pub enum ServiceYearRule {
        /// On the first day of the leave year, for all of it: days from joining ÷ 365.25, rounded down, and 1.
        AtYearStart = "at_year_start",
        /// A new year of service begins on the anniversary of joining; a leave year has the share of each in days.
        AtAnniversary = "at_anniversary",
    }
}

/// When it becomes usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantRhythm {
    /// All of it on the first day of the leave year, or of employment.
    YearStart,
    /// Earned month by month: on the last day of each month of the leave year.
    Monthly,
    /// On the last day of each third month.
    Quarterly,
    /// On the last day of the leave year.
    Yearly,
    /// Earned by the hours of each month, on its last day; the year's amount is the most.
    PerHoursWorked(PerHours),
}

/// So much leave for so much work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PerHours {
    /// More than 0.
    #[schema(example = 60)]
    pub minutes: Minutes,
    /// More than 0.
    #[schema(example = 1800)]
    pub per_minutes: Minutes,
}

/// A rule that grants leave.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeavePolicyTerms)]
pub struct Policy {
    /// What a full year gives; where it is earned by hours, the most that a year gives.
    pub amount: Amount,
    pub first_year: FirstYear,
    pub last_year: LastYear,
    pub grant: GrantRhythm,
    /// Part-time work gives that share: scheduled minutes of the week ÷ those of full time, day by day, at most 1.
    pub part_time_factor: bool,
    pub service_year_rule: ServiceYearRule,
    /// Of the cumulative figure, never of one accrual.
    pub rounding: Rounding,
    /// Month and day, or `anniversary`: the day on which the person joined.
    #[schema(value_type = String, example = "01-01")]
    pub leave_year_start: LeaveYearStart,
    /// What of a year's rest can be used in the next; null is nothing.
    pub carry_over: Option<CarryOver>,
}

/// What of a person an entitlement depends on.
#[derive(Clone, Copy, Debug)]
pub struct Employment<'a> {
    pub join_date: Option<Date>,
    /// The last day of employment.
    pub leave_date: Option<Date>,
    pub schedules: &'a DatedSchedules,
    /// Scheduled minutes of a full-time week.
    pub full_week: Minutes,
    /// What was, or will be, worked on each day: for what is earned by hours.
    pub worked: &'a BTreeMap<Date, Minutes>,
    /// Amounts of other policies, each holding up to a date (not included): somebody who moved. In the order of dates.
    pub before: &'a [(Date, Amount)],
}

/// Minutes that become usable on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedGrant {
    pub effective_date: Date,
    /// More than 0.
    pub minutes: Minutes,
}

impl TryFrom<Vec<Tier>> for Tiers {
    type Error = TiersDoNotFit;
    fn try_from(tiers: Vec<Tier>) -> Result<Self, TiersDoNotFit> {
        let within = |tier: &Tier| {
            let to = tier.to_year.unwrap_or(tier.from_year);
            (1..=MOST_YEARS).contains(&tier.from_year) && to >= tier.from_year && !tier.minutes.is_negative()
        };
        let follows = |pair: &[Tier]| pair[0].to_year.is_some_and(|to| to.checked_add(1) == Some(pair[1].from_year));
        let fit = !tiers.is_empty() && tiers.iter().all(within) && tiers.windows(2).all(follows);
        if fit { Ok(Tiers(tiers)) } else { Err(TiersDoNotFit) }
    }
}

impl From<Tiers> for Vec<Tier> {
    fn from(tiers: Tiers) -> Self {
        tiers.0
    }
}

impl Tiers {
    pub fn all(&self) -> &[Tier] {
        &self.0
    }

    fn of(&self, service_year: i64) -> Minutes {
        let reached = self.0.iter().take_while(|tier| i64::from(tier.from_year) <= service_year).last();
        reached.or(self.0.first()).map_or(Minutes::ZERO, |tier| tier.minutes)
    }
}

/// The service year on the first day of a leave year: days from joining ÷ 365.25, rounded down, and 1.
pub fn service_year_at(joined: Date, year_start: Date) -> i64 {
    let days = period::days_between(joined, year_start).max(0);
    days * 4 / 1461 + 1
}

/// The service year on `date` by anniversaries, the first being 1. 29 February comes round on 1 March.
pub fn service_year_on(joined: Date, date: Date) -> i64 {
    let begun = date >= MonthDay::of(joined).in_year(date.year());
    i64::from(date.year() - joined.year()) + i64::from(begun)
}

impl Policy {
    /// The preset of that name, for vacation: in hours, by month in the year of joining, otherwise by years of service.
    pub fn service_years() -> Self {
        let hours = Minutes::hours;
        let tier = |from_year, to_year, amount| Tier { from_year, to_year, minutes: hours(amount) };
        Policy {
            amount: Amount::ServiceYears(Tiers(vec![
                tier(2, Some(5), 80),
                tier(6, Some(10), 120),
                tier(11, Some(15), 160),
                tier(16, None, 200),
            ])),
            first_year: FirstYear::MonthTable([72, 64, 56, 48, 40, 32, 24, 16, 8, 0, 0, 0].map(hours)),
            last_year: LastYear::Full,
            grant: GrantRhythm::YearStart,
            part_time_factor: false,
            service_year_rule: ServiceYearRule::AtYearStart,
            rounding: Rounding::default(),
            leave_year_start: LeaveYearStart::Fixed(MonthDay::NEW_YEAR),
            carry_over: None,
        }
    }

    /// The preset's counterpart for sick leave: 40 hours each year.
    pub fn service_years_sick() -> Self {
        Policy { amount: Amount::Fixed(Minutes::hours(40)), first_year: FirstYear::Full, ..Policy::service_years() }
    }

    /// What the whole leave year gives, rounded.
    pub fn entitlement(&self, year: LeaveYear, who: &Employment<'_>) -> Minutes {
        if matches!(self.grant, GrantRhythm::PerHoursWorked(_)) {
            return self.grants(year, who).iter().map(|grant| grant.minutes).sum();
        }
        self.rounding.round(self.exact(year, who))
    }

    /// The grants of a leave year, in the order of dates; their sum is [`Policy::entitlement`].
    pub fn grants(&self, year: LeaveYear, who: &Employment<'_>) -> Vec<PlannedGrant> {
        let Some(employed) = employed(year, who) else { return Vec::new() };
        let exact = self.exact(year, who);
        let months = months_of(year);
        let every = match self.grant {
            GrantRhythm::YearStart => {
                let minutes = self.rounding.round(exact);
                let all = minutes.is_positive().then_some(PlannedGrant { effective_date: employed.first(), minutes });
                return all.into_iter().collect();
            }
            GrantRhythm::Monthly => 1,
            GrantRhythm::Quarterly => 3,
            GrantRhythm::Yearly => 12,
            GrantRhythm::PerHoursWorked(rate) => return self.by_hours(rate, &months, employed, who),
        };
        // Each month earns as much as its days of employment give at their rates; the year's figure is spread so.
        let earned: Vec<Fraction> = months.iter().map(|month| self.earned(*month, employed, who)).collect();
        let all = earned.iter().fold(Fraction::ZERO, |sum, one| sum + *one);
        let mut so_far = Fraction::ZERO;
        let mut granted = Minutes::ZERO;
        let mut grants = Vec::new();
        for (parts, months) in earned.chunks(every).zip(months.chunks(every)) {
            so_far = parts.iter().fold(so_far, |sum, one| sum + *one);
            let end = months.last().map_or(year.period.last(), |month| month.last());
            // The last part makes the sum whole, also of a year whose days earn nothing by themselves.
            let share = if end >= employed.last() { Fraction::ONE } else { so_far.over(all) };
            let cumulative = self.rounding.round(exact * share);
            let minutes = cumulative - granted;
            if minutes.is_positive() {
                grants.push(PlannedGrant { effective_date: end.min(employed.last()), minutes });
                granted = cumulative;
            }
            if end >= employed.last() {
                break;
            }
        }
        grants
    }

    /// What the hours of each month earn, on its last day of employment.
    fn by_hours(&self, rate: PerHours, months: &[Period], employed: Period, who: &Employment<'_>) -> Vec<PlannedGrant> {
        let most = self.average(employed, who);
        let rate = Fraction::new(rate.minutes.get(), rate.per_minutes.get());
        let mut worked = Minutes::ZERO;
        let mut granted = Minutes::ZERO;
        let mut grants = Vec::new();
        for days in months.iter().filter_map(|month| month.intersection(employed)) {
            worked += who.worked.range(days.first()..=days.last()).map(|(_, minutes)| *minutes).sum();
            let cumulative = self.rounding.round((Fraction::from(worked) * rate).at_most(most));
            let minutes = cumulative - granted;
            if minutes.is_positive() {
                grants.push(PlannedGrant { effective_date: days.last(), minutes });
                granted = cumulative;
            }
        }
        grants
    }

    fn exact(&self, year: LeaveYear, who: &Employment<'_>) -> Fraction {
        let Some(employed) = employed(year, who) else { return Fraction::ZERO };
        let joined = who.join_date.filter(|joined| year.period.contains(*joined));
        let left = who.leave_date.filter(|left| year.period.contains(*left));
        if let (FirstYear::MonthTable(table), Some(joined)) = (self.first_year, joined) {
            let month = usize::try_from(joined.month() - 1).unwrap_or_default();
            return Fraction::from(table[month])
                * self.share_to_leaving(year, joined, left)
                * self.working_time(employed, who);
        }
        let first = match (self.first_year, joined) {
            (FirstYear::Days, Some(joined)) => share_of_days(year, joined, year.period.last()),
            (FirstYear::Months, Some(joined)) => share_of_months(year, joined, year.period.last()),
            _ => Fraction::ONE,
        };
        let last = match (self.last_year, left) {
            (LastYear::Days, Some(left)) => share_of_days(year, year.period.first(), left),
            (LastYear::Months, Some(left)) => share_of_months(year, year.period.first(), left),
            _ => Fraction::ONE,
        };
        // What is missing at the start and what is missing at the end are both taken off the whole.
        let share = (first + last + Fraction::new(-1, 1)).or_zero();
        share * self.average(employed, who)
    }

    /// Of what a table gives for the rest of the year of joining, the share up to leaving in the same year.
    fn share_to_leaving(&self, year: LeaveYear, joined: Date, left: Option<Date>) -> Fraction {
        match (self.last_year, left) {
            (LastYear::Days, Some(left)) => {
                share_of_days(year, joined, left).over(share_of_days(year, joined, year.period.last()))
            }
            (LastYear::Months, Some(left)) => {
                share_of_months(year, joined, left).over(share_of_months(year, joined, year.period.last()))
            }
            _ => Fraction::ONE,
        }
    }

    /// The year's figure as it holds on `date`; `first` is the first day of employment in the leave year.
    fn annual(&self, who: &Employment<'_>, first: Date, date: Date) -> Minutes {
        let earlier = who.before.iter().find(|(until, _)| date < *until);
        let tiers = match earlier.map_or(&self.amount, |(_, amount)| amount) {
            Amount::Fixed(minutes) => return *minutes,
            Amount::ServiceYears(tiers) => tiers,
        };
        let service_year = match (who.join_date, self.service_year_rule) {
            (None, _) => 1,
            (Some(joined), ServiceYearRule::AtYearStart) => service_year_at(joined, first),
            (Some(joined), ServiceYearRule::AtAnniversary) => service_year_on(joined, date),
        };
        tiers.of(service_year)
    }

    /// The year's figure with its part-time share, averaged over the days of `over`.
    fn average(&self, over: Period, who: &Employment<'_>) -> Fraction {
        self.sum(over, over.first(), who) * Fraction::new(1, over.day_count())
    }

    /// The part-time share, averaged over the days of `over`.
    fn working_time(&self, over: Period, who: &Employment<'_>) -> Fraction {
        if !self.part_time_factor {
            return Fraction::ONE;
        }
        let sum = stretches(over, who, false).fold(Fraction::ZERO, |sum, stretch| {
            sum + Fraction::new(stretch.day_count(), 1) * factor(who, stretch.first())
        });
        sum * Fraction::new(1, over.day_count())
    }

    /// What the days of employment in `month` earn, in shares of a month of the year's figure.
    fn earned(&self, month: Period, employed: Period, who: &Employment<'_>) -> Fraction {
        let Some(days) = month.intersection(employed) else { return Fraction::ZERO };
        self.sum(days, employed.first(), who) * Fraction::new(1, month.day_count())
    }

    /// The sum over the days of `over` of the figure that holds on each, with its part-time share.
    fn sum(&self, over: Period, first: Date, who: &Employment<'_>) -> Fraction {
        let one = |stretch: Period| {
            let share = if self.part_time_factor { factor(who, stretch.first()) } else { Fraction::ONE };
            let annual = Fraction::from(self.annual(who, first, stretch.first()));
            Fraction::new(stretch.day_count(), 1) * annual * share
        };
        let anniversaries = self.service_year_rule == ServiceYearRule::AtAnniversary;
        stretches(over, who, anniversaries).fold(Fraction::ZERO, |sum, stretch| sum + one(stretch))
    }
}

/// The days of employment in a leave year.
fn employed(year: LeaveYear, who: &Employment<'_>) -> Option<Period> {
    let first = who.join_date.unwrap_or(Date::MIN).max(year.period.first());
    let last = who.leave_date.unwrap_or(Date::MAX).min(year.period.last());
    Period::new(first, last)
}

/// `over` cut where the schedule changes and, where asked for, on the anniversary of joining: within each piece every
/// day earns the same.
fn stretches(over: Period, who: &Employment<'_>, anniversaries: bool) -> impl Iterator<Item = Period> {
    let anniversary =
        |joined: Date| (over.first().year()..=over.last().year()).map(move |year| MonthDay::of(joined).in_year(year));
    let mut cuts: Vec<Date> = who.schedules.changes_after(over.first()).collect();
    cuts.extend(who.before.iter().map(|(until, _)| *until));
    cuts.extend(who.join_date.filter(|_| anniversaries).into_iter().flat_map(anniversary));
    cuts.retain(|cut| over.first() < *cut && *cut <= over.last());
    cuts.sort_unstable();
    cuts.dedup();
    let starts: Vec<Date> = std::iter::once(over.first()).chain(cuts).collect();
    let ends: Vec<Date> = starts[1..].iter().map(|next| period::back(*next, 1)).chain([over.last()]).collect();
    starts.into_iter().zip(ends).filter_map(|(first, last)| Period::new(first, last))
}

/// Full time is 1, and so is more than that.
fn factor(who: &Employment<'_>, date: Date) -> Fraction {
    let Some(pattern) = who.schedules.on(date) else { return Fraction::ZERO };
    let weeks = i64::try_from(pattern.weeks().len()).unwrap_or(1);
    Fraction::new(pattern.minutes().get(), who.full_week.get() * weeks).at_most(Fraction::ONE)
}

/// The twelve months of a leave year, which need not begin on the first of one.
fn months_of(year: LeaveYear) -> Vec<Period> {
    let first = year.period.first();
    let start = |n: i32| first.saturating_add(jiff::ToSpan::months(n));
    let end = |n: i32| if n == 11 { year.period.last() } else { period::back(start(n + 1), 1) };
    (0..12).filter_map(|n| Period::new(start(n), end(n))).collect()
}

fn share_of_days(year: LeaveYear, first: Date, last: Date) -> Fraction {
    let days = Period::new(first, last).map_or(0, Period::day_count);
    Fraction::new(days, year.period.day_count())
}

fn share_of_months(year: LeaveYear, first: Date, last: Date) -> Fraction {
    let whole = |month: &&Period| first <= month.first() && month.last() <= last;
    Fraction::new(months_of(year).iter().filter(whole).count() as i64, 12)
}
