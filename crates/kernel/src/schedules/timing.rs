//! When a schedule is due: pure.

use chrono::Utc;
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;

use crate::errors::{Error, Result};

/// A moment or a rhythm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Timing {
    /// Once.
    Once {
        /// Then.
        at: Timestamp,
    },
    /// Again and again.
    Cron {
        /// A cron expression.
        expression: String,
        /// How it is to be read.
        dialect: Dialect,
        /// Name of the time zone it counts in: `Europe/Berlin`.
        time_zone: String,
    },
}

/// How a cron expression is to be read. The two disagree: weekday 6 is Saturday in one and Friday in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Five fields, from minute to weekday (0 or 7 is Sunday), as in crontab(5).
    Unix,
    /// Six or seven fields, from second to weekday (1 is Sunday) and year, as in Quartz's `CronExpression`.
    Quartz,
}

impl Timing {
    /// A rhythm, if its expression and time zone can be read.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the reason and an example.
    pub fn cron(expression: &str, dialect: Dialect, time_zone: &str) -> Result<Self> {
        parse_cron(expression, dialect)?;
        parse_time_zone(time_zone)?;
        Ok(Self::Cron {
            expression: expression.trim().to_owned(),
            dialect,
            time_zone: time_zone.to_owned(),
        })
    }

    /// The first time after `after`; none when there is none.
    ///
    /// A local time that a change to summer time skips is due when the clock goes on; one that occurs twice in autumn
    /// is due once unless the rhythm is finer than the hour.
    ///
    /// # Errors
    ///
    /// `Invalid`, when the expression or the time zone can no longer be read.
    pub fn next_after(&self, after: Timestamp) -> Result<Option<Timestamp>> {
        match self {
            Self::Once { at } => Ok((*at > after).then_some(*at)),
            Self::Cron {
                expression,
                dialect,
                time_zone,
            } => {
                let cron = parse_cron(expression, *dialect)?;
                let start = after.to_chrono().with_timezone(&parse_time_zone(time_zone)?);
                // An error here means that no such day comes, as 30 February.
                let next = cron.find_next_occurrence(&start, false).ok();
                Ok(next.map(|next| next.with_timezone(&Utc).into()))
            }
        }
    }
}

fn parse_cron(expression: &str, dialect: Dialect) -> Result<Cron> {
    let parser = match dialect {
        Dialect::Unix => CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed),
        // Without these two switches Quartz's commonest form is refused and its weekdays are off by one.
        Dialect::Quartz => CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Optional)
            .alternative_weekdays(true)
            .sloppy_ranges(true),
    };
    parser.build().parse(expression).map_err(|error| {
        let example = match dialect {
            Dialect::Unix => "0 6 * * 1-5 (at six on workdays)",
            Dialect::Quartz => "0 0 6 ? * MON-FRI (at six on workdays)",
        };
        let detail = format!("\"{expression}\" cannot be read as a schedule: {error}. Write it like {example}.");
        Error::invalid("/data/attributes/expression", detail)
    })
}

fn parse_time_zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| {
        let detail = format!("There is no time zone \"{name}\"; write it like Europe/Berlin or UTC.");
        Error::invalid("/data/attributes/time-zone", detail)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// Friday, 20 November 2026, 10:07:30 UTC.
    const NOW: &str = "2026-11-20T10:07:30.000Z";

    fn next(expression: &str, dialect: Dialect, zone: &str, after: &str) -> String {
        let timing = Timing::cron(expression, dialect, zone).unwrap();
        let next = timing.next_after(after.parse().unwrap()).unwrap();
        next.map_or("never".to_owned(), |next| next.to_string())
    }

    #[rstest]
    #[case("*/5 * * * *", "2026-11-20T10:10:00.000Z")]
    #[case("0 6 * * *", "2026-11-21T06:00:00.000Z")]
    // 6 is Saturday.
    #[case("0 6 * * 6", "2026-11-21T06:00:00.000Z")]
    // 0 and 7 are Sunday.
    #[case("0 6 * * 0", "2026-11-22T06:00:00.000Z")]
    #[case("0 6 * * 7", "2026-11-22T06:00:00.000Z")]
    #[case("0 6 * * MON-FRI", "2026-11-23T06:00:00.000Z")]
    #[case("0 0 29 2 *", "2028-02-29T00:00:00.000Z")]
    #[case("0 0 30 2 *", "never")]
    // Either day: the thirteenth or any Friday, as crontab(5) says.
    #[case("0 0 13 * 5", "2026-11-27T00:00:00.000Z")]
    fn unix_expressions_mean_what_crontab_says(#[case] expression: &str, #[case] expected: &str) {
        assert_eq!(next(expression, Dialect::Unix, "UTC", NOW), expected);
    }

    /// The forms of Quartz's own tutorial.
    #[rstest]
    #[case("0 0/5 * * * ?", "2026-11-20T10:10:00.000Z")]
    #[case("10 0/5 * * * ?", "2026-11-20T10:10:10.000Z")]
    #[case("0 0 12 * * ?", "2026-11-20T12:00:00.000Z")]
    #[case("0 15 10 ? * *", "2026-11-20T10:15:00.000Z")]
    #[case("0 15 10 * * ? 2027", "2027-01-01T10:15:00.000Z")]
    #[case("0 15 10 * * ? 2005", "never")]
    #[case("0 0/5 14,18 * * ?", "2026-11-20T14:00:00.000Z")]
    #[case("0 0-5 14 * * ?", "2026-11-20T14:00:00.000Z")]
    #[case("0 10,44 14 ? 3 WED", "2027-03-03T14:10:00.000Z")]
    #[case("0 15 10 ? * MON-FRI", "2026-11-20T10:15:00.000Z")]
    #[case("0 15 10 15 * ?", "2026-12-15T10:15:00.000Z")]
    #[case("0 15 10 L * ?", "2026-11-30T10:15:00.000Z")]
    // 6 is Friday, which is today.
    #[case("0 15 10 ? * 6", "2026-11-20T10:15:00.000Z")]
    #[case("0 15 10 ? * 6L", "2026-11-27T10:15:00.000Z")]
    #[case("0 15 10 ? * 6#3", "2026-11-20T10:15:00.000Z")]
    #[case("0 0 12 1/5 * ?", "2026-11-21T12:00:00.000Z")]
    #[case("0 11 11 11 11 ?", "2027-11-11T11:11:00.000Z")]
    #[case("0 0 8 15W * ?", "2026-12-15T08:00:00.000Z")]
    fn quartz_expressions_mean_what_quartz_says(#[case] expression: &str, #[case] expected: &str) {
        assert_eq!(next(expression, Dialect::Quartz, "UTC", NOW), expected);
    }

    #[rstest]
    #[case("2026-03-28T12:00:00.000Z", "2026-03-29T01:00:00.000Z")]
    #[case("2026-03-29T12:00:00.000Z", "2026-03-30T00:30:00.000Z")]
    #[case("2026-10-24T12:00:00.000Z", "2026-10-25T00:30:00.000Z")]
    #[case("2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z")]
    fn a_daily_schedule_fires_once_a_day_when_the_clocks_change(#[case] after: &str, #[case] expected: &str) {
        assert_eq!(next("30 2 * * *", Dialect::Unix, "Europe/Berlin", after), expected);
    }

    #[test]
    fn a_moment_comes_once() {
        let at: Timestamp = "2026-11-20T12:00:00.000Z".parse().unwrap();
        let timing = Timing::Once { at };
        assert_eq!(timing.next_after(NOW.parse().unwrap()).unwrap(), Some(at));
        assert_eq!(timing.next_after(at).unwrap(), None);
    }

    #[rstest]
    #[case("", Dialect::Unix)]
    #[case("* * * *", Dialect::Unix)]
    #[case("* * * * * *", Dialect::Unix)]
    #[case("61 * * * *", Dialect::Unix)]
    #[case("* * * * *", Dialect::Quartz)]
    #[case("0 0 25 * * ?", Dialect::Quartz)]
    fn what_cannot_be_read_is_refused_with_an_example(#[case] expression: &str, #[case] dialect: Dialect) {
        let error = Timing::cron(expression, dialect, "UTC").unwrap_err();
        assert!(error.detail().contains("Write it like"), "{}", error.detail());
    }

    #[test]
    fn an_unknown_time_zone_is_refused() {
        assert!(
            Timing::cron("* * * * *", Dialect::Unix, "Mars/Olympus")
                .unwrap_err()
                .detail()
                .contains("Europe/Berlin")
        );
    }

    proptest! {
        #[test]
        fn the_next_time_is_always_later(minute in 0..60u8, hour in 0..24u8, after_ms in 1_700_000_000_000..1_900_000_000_000i64) {
            let timing = Timing::cron(&format!("{minute} {hour} * * *"), Dialect::Unix, "America/New_York").unwrap();
            let after = Timestamp::from_unix_ms(after_ms);
            let next = timing.next_after(after).unwrap().unwrap();
            prop_assert!(next > after);
            prop_assert!(next.since(after) <= std::time::Duration::from_secs(25 * 3600));
        }

        #[test]
        fn no_expression_is_too_strange(text in "\\PC{0,40}") {
            let _ = Timing::cron(&text, Dialect::Quartz, "UTC");
            let _ = Timing::cron(&text, Dialect::Unix, "UTC");
        }
    }
}
