use jiff::civil::{Date, date};

use crate::leave::rules::*;
use crate::time::{DatedSchedules, Minutes, WeeklySchedule};

static NO_HOURS: std::collections::BTreeMap<Date, Minutes> = std::collections::BTreeMap::new();

fn full_time() -> DatedSchedules {
    DatedSchedules::always(WeeklySchedule::weekdays(Minutes::new(480)).unwrap())
}

fn employment<'a>(join: Option<Date>, leave: Option<Date>, schedules: &'a DatedSchedules) -> Employment<'a> {
    Employment {
        join_date: join,
        leave_date: leave,
        schedules,
        full_week: Minutes::new(2_400),
        worked: &NO_HOURS,
        before: &[],
    }
}

/// 25 days of 8 hours.
fn plain() -> Policy {
    Policy {
        amount: Amount::Fixed(Minutes::new(12_000)),
        first_year: FirstYear::Days,
        last_year: LastYear::Days,
        ..Policy::service_years()
    }
}

fn year(number: i16) -> LeaveYear {
    LeaveYears::CALENDAR.numbered(number)
}

fn given(policy: &Policy, number: i16, join: Option<Date>, leave: Option<Date>) -> i64 {
    let schedules = full_time();
    let who = employment(join, leave, &schedules);
    let sum: Minutes = policy.grants(year(number), &who).iter().map(|grant| grant.minutes).sum();
    assert_eq!(sum, policy.entitlement(year(number), &who));
    sum.get()
}

#[test]
fn the_preset_by_month_of_joining_and_years_of_service() {
    let policy = Policy::service_years();
    let hours = |number, join: Option<Date>| given(&policy, number, join, None) / 60;
    let table: Vec<i64> = (1..=12).map(|month| hours(2026, Some(date(2026, month, 10)))).collect();
    assert_eq!(table, [72, 64, 56, 48, 40, 32, 24, 16, 8, 0, 0, 0]);
    assert_eq!(hours(2026, Some(date(2025, 12, 31))), 80, "at least the second year");
    assert_eq!(hours(2026, Some(date(2022, 6, 1))), 80);
    assert_eq!(hours(2026, Some(date(2021, 1, 1))), 80, "1,826 days are not yet 5 × 365.25");
    assert_eq!(hours(2026, Some(date(2020, 12, 31))), 120);
    assert_eq!(hours(2026, Some(date(2016, 6, 1))), 120);
    assert_eq!(hours(2026, Some(date(2015, 6, 1))), 160);
    assert_eq!(hours(2026, Some(date(2010, 6, 1))), 200);
    assert_eq!(hours(2026, Some(date(1985, 6, 1))), 200);
    assert_eq!(hours(2026, None), 80, "no date of joining");
    assert_eq!(hours(2026, Some(date(2027, 1, 1))), 0, "joins after that year");
    assert_eq!(given(&Policy::service_years_sick(), 2026, Some(date(2026, 11, 1)), None), 2_400);
}

#[test]
fn parts_of_a_year_by_days_and_by_months() {
    let days = plain();
    assert_eq!(given(&days, 2026, None, None), 12_000);
    assert_eq!(given(&days, 2026, Some(date(2026, 1, 1)), None), 12_000);
    assert_eq!(given(&days, 2026, Some(date(2026, 7, 1)), None), 6_049, "184 of 365 days");
    assert_eq!(given(&days, 2024, Some(date(2024, 7, 1)), None), 6_033, "184 of 366");
    assert_eq!(given(&days, 2026, Some(date(2020, 1, 1)), Some(date(2026, 6, 30))), 5_951);
    assert_eq!(given(&days, 2026, Some(date(2026, 3, 1)), Some(date(2026, 3, 31))), 1_019, "31 of 365");
    assert_eq!(given(&days, 2026, Some(date(2020, 1, 1)), Some(date(2025, 12, 31))), 0);

    let months = Policy { first_year: FirstYear::Months, last_year: LastYear::Months, ..plain() };
    assert_eq!(given(&months, 2026, Some(date(2026, 3, 1)), None), 10_000);
    assert_eq!(given(&months, 2026, Some(date(2026, 3, 2)), None), 9_000, "whole months only");
    assert_eq!(given(&months, 2026, Some(date(2026, 3, 2)), Some(date(2026, 6, 29))), 2_000, "April and May");
    assert_eq!(given(&months, 2026, Some(date(2026, 3, 2)), Some(date(2026, 3, 30))), 0);

    let table = Policy { last_year: LastYear::Days, ..Policy::service_years() };
    assert_eq!(given(&table, 2026, Some(date(2026, 9, 1)), None), 480);
    assert_eq!(
        given(&table, 2026, Some(date(2026, 9, 1)), Some(date(2026, 10, 31))),
        240,
        "61 of 122 days of its 8 hours"
    );
}

#[test]
fn twelve_twelfths_are_a_whole() {
    let schedules = full_time();
    let who = employment(Some(date(2020, 5, 5)), None, &schedules);
    let day = Rounding { mode: RoundingMode::Down, step_minutes: Minutes::new(240) };
    let policy = Policy { grant: GrantRhythm::Monthly, rounding: day, ..plain() };
    let grants = policy.grants(year(2026), &who);
    assert_eq!(grants.len(), 12);
    assert_eq!(grants[0], PlannedGrant { effective_date: date(2026, 1, 31), minutes: Minutes::new(960) });
    assert_eq!(grants[1].effective_date, date(2026, 2, 28));
    let cumulative: Vec<i64> = grants
        .iter()
        .scan(Minutes::ZERO, |sum, grant| {
            *sum += grant.minutes;
            Some(sum.get())
        })
        .collect();
    assert_eq!(cumulative, [960, 1_920, 2_880, 3_840, 4_800, 6_000, 6_960, 7_920, 8_880, 9_840, 10_800, 12_000]);

    let quarters = Policy { grant: GrantRhythm::Quarterly, ..plain() }.grants(year(2026), &who);
    assert_eq!(quarters.iter().map(|grant| grant.minutes.get()).collect::<Vec<_>>(), [3_000; 4]);
    assert_eq!(quarters[0].effective_date, date(2026, 3, 31));
    let yearly = Policy { grant: GrantRhythm::Yearly, ..plain() }.grants(year(2026), &who);
    assert_eq!(yearly, [PlannedGrant { effective_date: date(2026, 12, 31), minutes: Minutes::new(12_000) }]);
}

#[test]
fn accruals_begin_and_end_with_employment() {
    let schedules = full_time();
    let monthly = Policy { grant: GrantRhythm::Monthly, ..plain() };
    let joined = monthly.grants(year(2026), &employment(Some(date(2026, 11, 16)), None, &schedules));
    let table: Vec<(Date, i64)> = joined.iter().map(|grant| (grant.effective_date, grant.minutes.get())).collect();
    assert_eq!(table, [(date(2026, 11, 30), 504), (date(2026, 12, 31), 1_008)], "46 of 365 days, as 15/30 to 1");
    let left = monthly.grants(year(2026), &employment(None, Some(date(2026, 1, 20)), &schedules));
    assert_eq!(left, [PlannedGrant { effective_date: date(2026, 1, 20), minutes: Minutes::new(658) }]);
    let table = Policy { grant: GrantRhythm::Monthly, ..Policy::service_years() };
    let sum: Minutes = table
        .grants(year(2026), &employment(Some(date(2026, 9, 30)), None, &schedules))
        .iter()
        .map(|g| g.minutes)
        .sum();
    assert_eq!(sum, Minutes::hours(8));
}

#[test]
fn part_time_counts_day_by_day() {
    let full = WeeklySchedule::weekdays(Minutes::new(480)).unwrap();
    let half = WeeklySchedule::weekdays(Minutes::new(240)).unwrap();
    let more = WeeklySchedule::weekdays(Minutes::new(600)).unwrap();
    let policy = Policy { part_time_factor: true, ..plain() };
    let minutes = |schedules: DatedSchedules| policy.entitlement(year(2026), &employment(None, None, &schedules)).get();
    assert_eq!(minutes(DatedSchedules::always(full)), 12_000);
    assert_eq!(minutes(DatedSchedules::always(half)), 6_000);
    assert_eq!(minutes(DatedSchedules::always(more)), 12_000, "full time is the most");
    assert_eq!(minutes(DatedSchedules::new([(Date::MIN, full), (date(2026, 7, 1), half)])), 8_975, "181 and 184 days");
    assert_eq!(minutes(DatedSchedules::default()), 0);
}

#[test]
fn a_tier_begins_on_the_anniversary() {
    let tiers = vec![
        Tier { from_year: 1, to_year: Some(5), minutes: Minutes::new(3_650) },
        Tier { from_year: 6, to_year: None, minutes: Minutes::new(7_300) },
    ];
    let policy = Policy {
        amount: Amount::ServiceYears(tiers.try_into().unwrap()),
        service_year_rule: ServiceYearRule::AtAnniversary,
        ..plain()
    };
    let joined = Some(date(2021, 12, 2));
    assert_eq!(given(&policy, 2025, joined, None), 3_650);
    assert_eq!(given(&policy, 2026, joined, None), 3_950, "335 days at 10 a day, 30 at 20");
    assert_eq!(given(&policy, 2027, joined, None), 7_300);
    assert_eq!(service_year_on(date(2024, 2, 29), date(2025, 2, 28)), 1);
    assert_eq!(service_year_on(date(2024, 2, 29), date(2025, 3, 1)), 2);
    assert_eq!(service_year_on(date(2024, 2, 29), date(2028, 2, 29)), 5);
}

#[test]
fn tiers_follow_each_other() {
    let tier = |from_year, to_year| Tier { from_year, to_year, minutes: Minutes::new(60) };
    let fit = |tiers: Vec<Tier>| Tiers::try_from(tiers).is_ok();
    assert!(fit(vec![tier(1, Some(2)), tier(3, None)]));
    assert!(fit(vec![tier(2, Some(99))]));
    assert!(!fit(vec![]));
    assert!(!fit(vec![tier(1, Some(2)), tier(4, None)]));
    assert!(!fit(vec![tier(1, Some(3)), tier(3, None)]));
    assert!(!fit(vec![tier(1, None), tier(2, None)]));
    assert!(!fit(vec![tier(0, None)]));
    assert!(!fit(vec![tier(3, Some(2))]));
    assert!(!fit(vec![Tier { minutes: Minutes::new(-1), ..tier(1, None) }]));
}

#[test]
fn policies_in_json() {
    let json = |amount: &Amount| serde_json::to_string(amount).unwrap();
    assert_eq!(json(&Amount::Fixed(Minutes::new(12_000))), r#"{"fixed_minutes":12000}"#);
    let tiers = r#"{"service_years":[{"from_year":2,"to_year":5,"minutes":4800},{"from_year":6,"minutes":7200}]}"#;
    assert_eq!(json(&serde_json::from_str(tiers).unwrap()), tiers);
    assert!(serde_json::from_str::<Amount>(r#"{"service_years":[]}"#).is_err());
    assert_eq!(serde_json::from_str::<FirstYear>(r#""months""#).unwrap(), FirstYear::Months);
    let table = r#"{"month_table":[12,11,10,9,8,7,6,5,4,3,2,1]}"#;
    assert_eq!(serde_json::to_string(&serde_json::from_str::<FirstYear>(table).unwrap()).unwrap(), table);
    assert!(serde_json::from_str::<FirstYear>(r#"{"month_table":[1]}"#).is_err());
}

#[test]
fn rounding_goes_to_steps() {
    let schedules = full_time();
    let who = employment(Some(date(2026, 7, 1)), None, &schedules);
    let minutes = |mode, step| {
        let rounding = Rounding { mode, step_minutes: Minutes::new(step) };
        Policy { rounding, ..plain() }.entitlement(year(2026), &who).get()
    };
    // 6,049.3 minutes.
    assert_eq!(minutes(RoundingMode::Up, 1), 6_050);
    assert_eq!(minutes(RoundingMode::Down, 1), 6_049);
    assert_eq!(minutes(RoundingMode::Nearest, 15), 6_045);
    assert_eq!(minutes(RoundingMode::Up, 480), 6_240);
    assert_eq!(minutes(RoundingMode::Down, 240), 6_000);
}
