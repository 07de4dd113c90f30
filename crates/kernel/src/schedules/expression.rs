//! Cron expressions: pure. What is wrong with one is said about the field that is wrong.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::timing::Dialect;
use crate::errors::{Error, Result};

/// Where an expression stands in a body.
pub(super) const POINTER: &str = "/data/attributes/cron";
/// Longest expression, in bytes.
const LONGEST: usize = 200;

/// A field: its name, and what may stand there.
struct Field {
    name: &'static str,
    allowed: &'static str,
}

const SECOND: Field = Field {
    name: "second",
    allowed: "0 to 59",
};
const MINUTE: Field = Field {
    name: "minute",
    allowed: "0 to 59",
};
const HOUR: Field = Field {
    name: "hour",
    allowed: "0 to 23",
};
const DAY: Field = Field {
    name: "day of the month",
    allowed: "1 to 31, L for the last, 15W for the workday nearest to it",
};
const MONTH: Field = Field {
    name: "month",
    allowed: "1 to 12 or JAN to DEC",
};
const WEEKDAY: Field = Field {
    name: "day of the week",
    allowed: "0 to 7, where 0 and 7 are Sunday, or SUN to SAT",
};
const QUARTZ_WEEKDAY: Field = Field {
    name: "day of the week",
    allowed: "1 to 7, where 1 is Sunday, or SUN to SAT",
};
const YEAR: Field = Field {
    name: "year",
    allowed: "1970 to 2099",
};

const UNIX: [Field; 5] = [MINUTE, HOUR, DAY, MONTH, WEEKDAY];
const QUARTZ: [Field; 7] = [SECOND, MINUTE, HOUR, DAY, MONTH, QUARTZ_WEEKDAY, YEAR];

impl Dialect {
    /// The dialect of an expression, by how many fields it has: five are crontab's, six or seven are Quartz's.
    #[must_use]
    pub fn of(expression: &str) -> Self {
        match expression.split_whitespace().count() {
            6 | 7 => Self::Quartz,
            _ => Self::Unix,
        }
    }

    fn fields(self) -> &'static [Field] {
        match self {
            Self::Unix => &UNIX,
            Self::Quartz => &QUARTZ,
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Unix => "0 6 * * 1-5 (at six on workdays)",
            Self::Quartz => "0 0 6 ? * MON-FRI (at six on workdays)",
        }
    }

    fn parser(self) -> CronParser {
        let parser = match self {
            Self::Unix => CronParser::builder()
                .seconds(Seconds::Disallowed)
                .year(Year::Disallowed),
            // Without these two switches Quartz's commonest form is refused and its weekdays are off by one.
            Self::Quartz => CronParser::builder()
                .seconds(Seconds::Required)
                .year(Year::Optional)
                .alternative_weekdays(true)
                .sloppy_ranges(true),
        };
        parser.build()
    }
}

/// The expression, read.
///
/// # Errors
///
/// `Invalid`, with the field that is wrong and an example.
pub(super) fn parse(expression: &str, dialect: Dialect) -> Result<Cron> {
    if expression.len() > LONGEST {
        let detail = format!("A cron expression has at most {LONGEST} characters; make several schedules instead.");
        return Err(Error::invalid(POINTER, detail));
    }
    dialect.parser().parse(expression).map_err(|error| {
        let wrong = wrong(expression, dialect).unwrap_or_else(|| format!("{error}."));
        let example = dialect.example();
        Error::invalid(
            POINTER,
            format!("\"{expression}\" cannot be read as a schedule: {wrong} Write it like {example}."),
        )
    })
}

/// What is wrong, as a sentence; none when every field alone is right.
fn wrong(expression: &str, dialect: Dialect) -> Option<String> {
    let given: Vec<&str> = expression.split_whitespace().collect();
    let fields = dialect.fields();
    let counted = match (dialect, given.len()) {
        (Dialect::Unix, 5) | (Dialect::Quartz, 6 | 7) => None,
        (Dialect::Unix, count) => Some((count, "five fields, minute hour day month weekday")),
        (Dialect::Quartz, count) => Some((
            count,
            "six fields, second minute hour day month weekday, or seven with a year",
        )),
    };
    if let Some((count, needed)) = counted {
        return Some(format!("it has {count} of {needed}."));
    }
    for (place, (text, field)) in given.iter().zip(fields).enumerate() {
        let alone: Vec<&str> = (0..given.len())
            .map(|other| neutral(other, place, text, dialect))
            .collect();
        if dialect.parser().parse(&alone.join(" ")).is_err() {
            return Some(format!(
                "the {} \"{text}\" is not right; it is {}, *, a range, a list or a step.",
                field.name, field.allowed
            ));
        }
    }
    None
}

/// What stands in a field when only the one at `place` is looked at.
fn neutral(other: usize, place: usize, text: &str, dialect: Dialect) -> &str {
    if other == place {
        return text;
    }
    match (dialect, other, place) {
        // Quartz wants a question mark in one of the two days.
        (Dialect::Quartz, 5, _) if text != "?" || place != 3 => "?",
        (Dialect::Quartz, 3, 5) => "?",
        _ => "*",
    }
}
