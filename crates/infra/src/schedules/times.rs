//! When a schedule is due, out of what people write: pure.

use std::time::Duration;

use slipway_api::Timestamp;
use slipway_api::schedules::{ScheduleSettings, ScheduleTime, ScheduleTrial};
use slipway_kernel::schedules::{Dialect, Timing, clock_change, local};
use slipway_kernel::{Error, Result};

/// How close two times may come.
const CLOSEST: Duration = Duration::from_secs(60);
/// Next times that are shown.
const SHOWN: usize = 5;
/// The furthest moment: ten years.
const FURTHEST: Duration = Duration::from_secs(10 * 366 * 86_400);
/// The time zone of whoever names none.
const UTC: &str = "UTC";

const CRON: &str = "/data/attributes/cron";
const AT: &str = "/data/attributes/at";
const AFTER: &str = "/data/attributes/after";

/// When a schedule is due, and the time zone that it is shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Times {
    pub timing: Timing,
    pub time_zone: String,
}

impl Times {
    /// What a wish says, where it says nothing what was `before`.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub(crate) fn wanted(wish: &ScheduleTrial, before: Option<&Self>, now: Timestamp) -> Result<Self> {
        let zone = wish
            .time_zone
            .as_deref()
            .or(before.map(|times| times.time_zone.as_str()));
        let zone = zone.unwrap_or(UTC);
        // Whoever names a zone that does not exist is told so, whatever it is for.
        local(now, zone)?;
        let timing = match (wish.cron.as_deref(), wish.at, wish.after.as_deref()) {
            (Some(cron), None, None) => rhythm(cron, zone, now)?,
            (None, Some(at), None) => once(at, AT, now)?,
            (None, None, Some(span)) => once(now.after(parse_span(span)?), AFTER, now)?,
            (None, None, None) => match before.map(|times| &times.timing) {
                // What is not touched may be over by now.
                Some(rhythm @ Timing::Cron { time_zone, .. }) if time_zone == zone => rhythm.clone(),
                Some(Timing::Cron { expression, .. }) => rhythm(expression, zone, now)?,
                Some(once @ Timing::Once { .. }) => once.clone(),
                None => {
                    let detail = "Say when: again and again (cron: \"0 6 * * 1-5\"), once at a moment (at), or once after a \
                                  time from now (after: \"8h\").";
                    return Err(Error::invalid(CRON, detail));
                }
            },
            _ => {
                let detail = "Say when by one of cron, at and after, not by several; make a schedule for each.";
                return Err(Error::invalid(CRON, detail));
            }
        };
        Ok(Self {
            timing,
            time_zone: zone.to_owned(),
        })
    }

    /// In words, as clocks of its time zone say it.
    pub(crate) fn in_words(&self) -> Result<String> {
        match &self.timing {
            Timing::Once { at } => Ok(format!("Once, {}", local(*at, &self.time_zone)?)),
            rhythm @ Timing::Cron { .. } => rhythm.in_words(),
        }
    }

    /// The next times after `after`.
    pub(crate) fn next(&self, after: Timestamp) -> Result<Vec<ScheduleTime>> {
        let times = self.timing.times_after(after, SHOWN)?;
        times
            .into_iter()
            .map(|at| {
                Ok(ScheduleTime {
                    at,
                    local: local(at, &self.time_zone)?,
                    note: clock_change(at, &self.time_zone)?,
                })
            })
            .collect()
    }
}

/// The part of settings that is about times.
pub(crate) fn of_settings(settings: &ScheduleSettings) -> ScheduleTrial {
    ScheduleTrial {
        cron: settings.cron.clone(),
        time_zone: settings.time_zone.clone(),
        at: settings.at,
        after: settings.after.clone(),
    }
}

/// A rhythm that comes, and not too often.
///
/// # Errors
///
/// `Invalid`, with the reason and an example.
pub fn rhythm(cron: &str, zone: &str, now: Timestamp) -> Result<Timing> {
    let timing = Timing::cron(cron, Dialect::of(cron), zone)?;
    match timing.shortest_gap(now)? {
        Some(gap) if gap < CLOSEST => {
            let detail = format!(
                "\"{cron}\" comes every {} s; a schedule starts something once a minute at most. With five fields it counts \
                 in minutes; with six the first is the second: write 0 there.",
                gap.as_secs().max(1)
            );
            Err(Error::invalid(CRON, detail))
        }
        Some(_) => Ok(timing),
        None if timing.next_after(now)?.is_some() => Ok(timing),
        None => {
            let detail = format!(
                "\"{cron}\" never comes from now on: no day has that date, as there is no 31 February, or its year is over."
            );
            Err(Error::invalid(CRON, detail))
        }
    }
}

fn once(at: Timestamp, pointer: &str, now: Timestamp) -> Result<Timing> {
    if at <= now {
        let detail = format!("{at} is past; it is {now} now.");
        return Err(Error::invalid(pointer, detail));
    }
    if at.since(now) > FURTHEST {
        return Err(Error::invalid(pointer, "A schedule looks at most ten years ahead."));
    }
    Ok(Timing::Once { at })
}

/// A span of time: `90m`, `8h`, `3d`, `2w`.
fn parse_span(text: &str) -> Result<Duration> {
    let wrong = || {
        let detail = format!("\"{text}\" is not a time from now; write it like 90m, 8h, 3d or 2w, up to ten years.");
        Error::invalid(AFTER, detail)
    };
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..) {
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        Some("w") => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let span = count.checked_mul(unit).map(Duration::from_secs);
    span.filter(|span| (CLOSEST..=FURTHEST).contains(span))
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Friday, 20 November 2026.
    const NOW: &str = "2026-11-20T10:07:30.000Z";

    fn wish(cron: Option<&str>, at: Option<&str>, after: Option<&str>, zone: Option<&str>) -> ScheduleTrial {
        ScheduleTrial {
            cron: cron.map(str::to_owned),
            time_zone: zone.map(str::to_owned),
            at: at.map(|at| at.parse().unwrap()),
            after: after.map(str::to_owned),
        }
    }

    fn times(wish: &ScheduleTrial, before: Option<&Times>) -> Result<Times> {
        Times::wanted(wish, before, NOW.parse().unwrap())
    }

    fn shown(times: &Times) -> Vec<String> {
        let next = times.next(NOW.parse().unwrap()).unwrap();
        next.into_iter().map(|time| time.local).collect()
    }

    #[test]
    fn five_times_are_shown_as_the_clocks_there_show_them() {
        let workdays = times(&wish(Some("0 6 * * 1-5"), None, None, Some("Europe/Berlin")), None).unwrap();
        assert_eq!(
            shown(&workdays),
            [
                "Mon 2026-11-23 06:00 CET",
                "Tue 2026-11-24 06:00 CET",
                "Wed 2026-11-25 06:00 CET",
                "Thu 2026-11-26 06:00 CET",
                "Fri 2026-11-27 06:00 CET",
            ]
        );
        let once = times(&wish(None, None, Some("8h"), Some("Europe/Berlin")), None).unwrap();
        assert_eq!(shown(&once), ["Fri 2026-11-20 19:07:30 CET"]);
        assert_eq!(once.in_words().unwrap(), "Once, Fri 2026-11-20 19:07:30 CET");
    }

    #[test]
    fn what_is_not_mentioned_stays() {
        let before = times(&wish(Some("0 6 * * 1-5"), None, None, Some("Europe/Berlin")), None).unwrap();
        assert_eq!(times(&ScheduleTrial::default(), Some(&before)).unwrap(), before);
        let moved = times(&wish(None, None, None, Some("UTC")), Some(&before)).unwrap();
        assert_eq!(shown(&moved)[0], "Mon 2026-11-23 06:00 UTC");
        let over = Times {
            timing: Timing::cron("0 0 6 1 1 ? 2020", Dialect::Quartz, "UTC").unwrap(),
            time_zone: UTC.to_owned(),
        };
        assert_eq!(times(&ScheduleTrial::default(), Some(&over)).unwrap(), over);
        let other = times(&wish(Some("0 7 * * *"), None, None, None), Some(&before)).unwrap();
        assert_eq!(shown(&other)[0], "Sat 2026-11-21 07:00 CET");
    }

    #[rstest]
    #[case(wish(None, None, None, None), "cron", "Say when")]
    #[case(wish(Some("0 6 * * *"), None, Some("8h"), None), "cron", "not by several")]
    #[case(wish(Some("* * * * * ?"), None, None, None), "cron", "every 1 s")]
    #[case(wish(Some("0,30 * * * * ?"), None, None, None), "cron", "every 30 s")]
    #[case(wish(Some("0 0 31 2 *"), None, None, None), "cron", "31 February")]
    #[case(wish(Some("0 0 6 1 1 ? 2020"), None, None, None), "cron", "year is over")]
    #[case(wish(Some("0 25 * * *"), None, None, None), "cron", "the hour \"25\"")]
    #[case(
        wish(Some("0 6 * * *"), None, None, Some("Mars/Olympus")),
        "time-zone",
        "Europe/Berlin"
    )]
    #[case(wish(None, Some("2026-11-20T10:00:00.000Z"), None, None), "at", "is past")]
    #[case(wish(None, Some("2126-11-20T10:00:00.000Z"), None, None), "at", "ten years")]
    #[case(wish(None, None, Some("soon"), None), "after", "90m")]
    #[case(wish(None, None, Some("0h"), None), "after", "90m")]
    #[case(wish(None, None, Some("99999999999999999999w"), None), "after", "90m")]
    fn what_cannot_be_is_refused_at_its_field(#[case] wish: ScheduleTrial, #[case] field: &str, #[case] says: &str) {
        let error = times(&wish, None).unwrap_err();
        assert!(error.detail().contains(says), "{}", error.detail());
        let pointer = error.fields()[0].source.pointer.clone().unwrap();
        assert_eq!(pointer, format!("/data/attributes/{field}"));
    }

    #[rstest]
    #[case("* * * * *")]
    #[case("0 * * * * ?")]
    #[case("@daily")]
    fn once_a_minute_is_not_too_often(#[case] cron: &str) {
        times(&wish(Some(cron), None, None, None), None).unwrap();
    }
}
