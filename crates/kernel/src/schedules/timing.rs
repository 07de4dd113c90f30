//! When a schedule is due: pure.

use std::time::Duration;

use chrono::{NaiveDateTime, Offset, Utc};
use chrono_tz::Tz;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;

use super::expression;
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
        expression::parse(expression, dialect)?;
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
                let cron = expression::parse(expression, *dialect)?;
                let start = after.to_chrono().with_timezone(&parse_time_zone(time_zone)?);
                // An error here means that no such day comes, as 30 February.
                let next = cron.find_next_occurrence(&start, false).ok();
                Ok(next.map(|next| next.with_timezone(&Utc).into()))
            }
        }
    }

    /// The first times after `after`, at most `most`.
    ///
    /// # Errors
    ///
    /// Those of [`Timing::next_after`].
    pub fn times_after(&self, after: Timestamp, most: usize) -> Result<Vec<Timestamp>> {
        let mut times = Vec::with_capacity(most);
        let mut from = after;
        while times.len() < most
            && let Some(next) = self.next_after(from)?
        {
            times.push(next);
            from = next;
        }
        Ok(times)
    }

    /// The shortest time between two of the next times; none when there are not two.
    ///
    /// # Errors
    ///
    /// Those of [`Timing::next_after`].
    pub fn shortest_gap(&self, after: Timestamp) -> Result<Option<Duration>> {
        let times = self.times_after(after, LOOKED_AT)?;
        let gaps = times.windows(2).filter_map(|pair| match pair {
            [one, next] => Some(next.since(*one)),
            _ => None,
        });
        Ok(gaps.min())
    }

    /// In words: `At 06:00, on Monday through Friday (Europe/Berlin)`.
    ///
    /// # Errors
    ///
    /// Those of [`Timing::next_after`].
    pub fn in_words(&self) -> Result<String> {
        match self {
            Self::Once { at } => Ok(format!("Once, {}", local(*at, "UTC")?)),
            Self::Cron {
                expression,
                dialect,
                time_zone,
            } => {
                let described = expression::parse(expression, *dialect)?.describe();
                let words = described
                    .trim_end_matches('.')
                    .replacen("At every ", "Every ", 1)
                    .replace(", of hour ", ", in the hours ")
                    .replace("on day ", "on day of the month ");
                Ok(format!("{words} ({time_zone})"))
            }
        }
    }
}

/// Times that are looked at to find out how close they come: more than a minute has seconds.
const LOOKED_AT: usize = 70;

/// A moment as the clocks of a time zone show it: `Mon 2026-11-23 06:00 CET`. Seconds are shown where there are any.
///
/// # Errors
///
/// `Invalid` when there is no such time zone.
pub fn local(at: Timestamp, time_zone: &str) -> Result<String> {
    let there = at.to_chrono().with_timezone(&parse_time_zone(time_zone)?);
    let format = match at.unix_ms() % 60_000 {
        0 => "%a %Y-%m-%d %H:%M %Z",
        _ => "%a %Y-%m-%d %H:%M:%S %Z",
    };
    Ok(there.format(format).to_string())
}

/// What clocks do around a moment that somebody should know of: they go on from a time that is skipped, or this time of
/// day comes twice.
///
/// # Errors
///
/// `Invalid` when there is no such time zone.
pub fn clock_change(at: Timestamp, time_zone: &str) -> Result<Option<String>> {
    let zone = parse_time_zone(time_zone)?;
    let there = at.to_chrono().with_timezone(&zone);
    let shown: NaiveDateTime = there.naive_local();
    if let chrono::LocalResult::Ambiguous(..) = shown.and_local_timezone(zone) {
        return Ok(Some("The clocks go back: this time of day comes twice.".to_owned()));
    }
    // Exactly when the clocks go on, what was due in the hour that is skipped is due.
    let before = (at.to_chrono() - chrono::TimeDelta::seconds(1)).with_timezone(&zone);
    let skipped = there.offset().fix().local_minus_utc() - before.offset().fix().local_minus_utc();
    Ok((skipped > 0).then(|| "The clocks go on: the time before this is skipped.".to_owned()))
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

    /// In Berlin the hour from two to three is skipped on 29 March 2026 and comes twice on 25 October 2026; in Lord Howe half
    /// an hour is.
    #[rstest]
    // What is finer than the hour goes through without a gap or a double.
    #[case(
        "*/30 * * * *",
        "Europe/Berlin",
        "2026-03-29T00:15:00.000Z",
        "2026-03-29T00:30:00.000Z"
    )]
    #[case(
        "*/30 * * * *",
        "Europe/Berlin",
        "2026-03-29T00:30:00.000Z",
        "2026-03-29T01:00:00.000Z"
    )]
    #[case(
        "*/30 * * * *",
        "Europe/Berlin",
        "2026-10-25T00:30:00.000Z",
        "2026-10-25T01:00:00.000Z"
    )]
    #[case(
        "*/30 * * * *",
        "Europe/Berlin",
        "2026-10-25T01:00:00.000Z",
        "2026-10-25T01:30:00.000Z"
    )]
    #[case(
        "15 2 * * *",
        "Australia/Lord_Howe",
        "2026-10-03T10:00:00.000Z",
        "2026-10-03T15:30:00.000Z"
    )]
    fn when_the_clocks_change(#[case] cron: &str, #[case] zone: &str, #[case] after: &str, #[case] expected: &str) {
        assert_eq!(next(cron, Dialect::Unix, zone, after), expected);
    }

    #[rstest]
    #[case("2026-03-29T01:00:00.000Z", "Sun 2026-03-29 03:00 CEST", Some("skipped"))]
    #[case("2026-10-25T00:30:00.000Z", "Sun 2026-10-25 02:30 CEST", Some("twice"))]
    #[case("2026-10-25T01:30:00.000Z", "Sun 2026-10-25 02:30 CET", Some("twice"))]
    #[case("2026-11-23T05:00:00.000Z", "Mon 2026-11-23 06:00 CET", None)]
    #[case("2026-11-23T05:00:07.000Z", "Mon 2026-11-23 06:00:07 CET", None)]
    fn moments_are_shown_as_clocks_there_do(#[case] at: &str, #[case] shown: &str, #[case] change: Option<&str>) {
        let at = at.parse().unwrap();
        assert_eq!(local(at, "Europe/Berlin").unwrap(), shown);
        let said = clock_change(at, "Europe/Berlin").unwrap();
        assert_eq!(said.is_some(), change.is_some(), "{said:?}");
        assert!(change.is_none_or(|word| said.unwrap().contains(word)));
    }

    #[rstest]
    #[case("* * * * * ?", Some(1))]
    #[case("0,30 * * * * ?", Some(30))]
    #[case("0 * * * * ?", Some(60))]
    #[case("0,1 0 0 1 1 ?", Some(1))]
    #[case("*/5 * * * *", Some(300))]
    #[case("0 6 * * *", Some(86_400))]
    #[case("0 0 30 2 *", None)]
    fn how_close_times_come_is_known(#[case] cron: &str, #[case] seconds: Option<u64>) {
        let timing = Timing::cron(cron, Dialect::of(cron), "UTC").unwrap();
        let gap = timing.shortest_gap(NOW.parse().unwrap()).unwrap();
        assert_eq!(gap.map(|gap| gap.as_secs()), seconds);
    }

    #[rstest]
    #[case("0 6 * * 1-5", "At 06:00, on Monday, Tuesday, Wednesday, Thursday, and Friday (UTC)")]
    #[case(
        "0 0 6 ? * MON-FRI",
        "At 06:00, on Monday, Tuesday, Wednesday, Thursday, and Friday (UTC)"
    )]
    #[case("0 15 10 ? * 6L", "At 10:15, on the last Friday of the month (UTC)")]
    #[case("*/15 8-18 * * *", "Every 15 minutes, in the hours 8-18 (UTC)")]
    #[case("0 0 1 * *", "At 00:00, on day of the month 1 (UTC)")]
    fn schedules_are_told_in_words(#[case] cron: &str, #[case] words: &str) {
        let timing = Timing::cron(cron, Dialect::of(cron), "UTC").unwrap();
        assert_eq!(timing.in_words().unwrap(), words);
    }

    #[rstest]
    #[case("61 * * * *", "the minute \"61\"")]
    #[case("0 24 * * *", "the hour \"24\"")]
    #[case("0 6 32 * *", "the day of the month \"32\"")]
    #[case("0 6 * 13 *", "the month \"13\"")]
    #[case("0 6 * * MOO", "the day of the week \"MOO\"")]
    #[case("0 6 * *", "it has 4 of five fields")]
    #[case("0 6 * * * * * *", "it has 8 of five fields")]
    #[case("x 0 6 ? * MON-FRI", "the second \"x\"")]
    #[case("0 0 6 ? * 8", "the day of the week \"8\"")]
    #[case("0 0 6 40 * ?", "the day of the month \"40\"")]
    #[case("0 0 6 ? * MON 20x", "the year \"20x\"")]
    fn the_field_that_is_wrong_is_named(#[case] cron: &str, #[case] named: &str) {
        let error = Timing::cron(cron, Dialect::of(cron), "UTC").unwrap_err();
        assert!(error.detail().contains(named), "{}", error.detail());
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
