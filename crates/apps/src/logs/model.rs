//! Lines, the places between them, and what is looked for in them.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use regex::bytes::{Regex, RegexBuilder};
use slipway_api::Timestamp;
use slipway_kernel::{Error, Result};

/// Of a longer line the beginning is kept, in bytes.
const LONGEST: usize = 64 << 10;
/// Of what is looked for, in bytes.
const LONGEST_QUERY: usize = 1_000;
/// What an expression may become, in bytes: bounded, because it comes from outside.
const LARGEST_EXPRESSION: usize = 1 << 20;
/// Before an expression; any other text is looked for as it is.
const EXPRESSION: &str = "regex:";

/// A line as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When its cluster got it: RFC 3339 in UTC with nine digits of a second, so that texts are in the order of their times.
    pub at: String,
    /// The unit.
    pub unit: String,
    /// What it wrote, without the line's end.
    pub text: Bytes,
}

impl Line {
    /// A line; what nobody can show in one is made fit.
    #[must_use]
    pub fn new(at: &str, unit: &str, text: &Bytes) -> Self {
        let text = text.slice(..text.len().min(LONGEST));
        let text = match memchr::memchr(b'\n', &text) {
            None => text,
            Some(_) => Bytes::from(
                text.iter()
                    .map(|byte| if *byte == b'\n' { b' ' } else { *byte })
                    .collect::<Vec<u8>>(),
            ),
        };
        Self {
            at: moment(at),
            unit: unit.to_owned(),
            text,
        }
    }

    /// How many bytes it takes in a segment.
    #[must_use]
    pub fn size(&self) -> usize {
        self.at.len() + self.unit.len() + self.text.len() + 3
    }

    /// Writes it behind others.
    pub fn write(&self, segment: &mut Vec<u8>) {
        segment.extend_from_slice(self.at.as_bytes());
        segment.push(b' ');
        segment.extend_from_slice(self.unit.as_bytes());
        segment.push(b' ');
        segment.extend_from_slice(&self.text);
        segment.push(b'\n');
    }

    /// The parts of a written one: when, the unit, what it wrote.
    #[must_use]
    pub fn parts(line: &[u8]) -> Option<(&str, &str, &[u8])> {
        let first = memchr::memchr(b' ', line)?;
        let rest = line.get(first + 1..)?;
        let second = memchr::memchr(b' ', rest)?;
        let at = std::str::from_utf8(line.get(..first)?).ok()?;
        let unit = std::str::from_utf8(rest.get(..second)?).ok()?;
        Some((at, unit, rest.get(second + 1..)?))
    }
}

/// A moment with nine digits of a second, in UTC; what is none stays as it is.
#[must_use]
pub fn moment(at: &str) -> String {
    let Some(text) = at.strip_suffix('Z') else {
        // Of another time zone; to the millisecond is enough.
        return match at.parse::<Timestamp>() {
            Ok(moment) => exact(moment),
            Err(_) => at.replace([' ', '\n'], "-"),
        };
    };
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{:0<9.9}Z", fraction)
}

/// The same of a timestamp.
#[must_use]
pub fn exact(moment: Timestamp) -> String {
    let text = moment.to_string();
    format!("{}000000Z", text.trim_end_matches('Z'))
}

/// The process of a unit, by its name: `web` of `web-12-0`.
#[must_use]
pub fn process(unit: &str) -> &str {
    let mut parts = unit.rsplitn(3, '-');
    let (_, _, process) = (parts.next(), parts.next(), parts.next());
    process.unwrap_or(unit)
}

/// A place behind a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The number of the line.
    pub number: i64,
    /// Who numbered it: numbers of lines that were not written yet are another process's when the one that gave them was killed.
    pub numbered_by: String,
    /// When the line was.
    pub at: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}_{}", self.number, self.numbered_by, self.at)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, '_');
        let (number, by, at) = (parts.next(), parts.next(), parts.next());
        match (number.and_then(|number| number.parse().ok()), by, at) {
            (Some(number), Some(by), Some(at)) => Ok(Self {
                number,
                numbered_by: by.to_owned(),
                at: at.to_owned(),
            }),
            _ => Err(Error::malformed_parameter(
                "cursor",
                "This is no cursor: give one that came with a line, or none.",
            )),
        }
    }
}

/// What is looked for in lines.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What matches it.
    pub regex: Regex,
    /// Whether it is a text: where that is not, no line has it, whatever is around it.
    pub is_literal: bool,
}

/// What is looked for: a text, whose capitals are as good as small letters, or an expression behind `regex:`.
///
/// # Errors
///
/// `Malformed`, with what is wrong.
pub fn pattern(text: &str) -> Result<Pattern> {
    let wrong = |detail: String| Error::malformed_parameter("search", detail);
    if text.is_empty() || text.len() > LONGEST_QUERY || text.contains('\n') {
        return Err(wrong(format!(
            "Say what to look for in a line: 1 to {LONGEST_QUERY} bytes without line breaks."
        )));
    }
    let expression = match text.strip_prefix(EXPRESSION) {
        Some(expression) => expression.to_owned(),
        None => regex::escape(text),
    };
    let is_literal = !text.starts_with(EXPRESSION);
    let regex = RegexBuilder::new(&expression)
        .case_insensitive(is_literal)
        .size_limit(LARGEST_EXPRESSION)
        .build()
        .map_err(|error| wrong(format!("The expression is not understood: {error}.")))?;
    Ok(Pattern { regex, is_literal })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-11-22T08:00:00Z", "2026-11-22T08:00:00.000000000Z")]
    #[case("2026-11-22T08:00:00.5Z", "2026-11-22T08:00:00.500000000Z")]
    #[case("2026-11-22T08:00:00.123456789Z", "2026-11-22T08:00:00.123456789Z")]
    #[case("2026-11-22T09:00:00.5+01:00", "2026-11-22T08:00:00.500000000Z")]
    fn texts_are_in_the_order_of_their_times(#[case] at: &str, #[case] expected: &str) {
        assert_eq!(moment(at), expected);
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = Line::new("2026-11-22T08:00:00Z", "web-1-0", &Bytes::from_static(b"two \nwords"));
        let mut segment = Vec::new();
        line.write(&mut segment);
        assert_eq!(segment.len(), line.size());
        let read = Line::parts(&segment[..segment.len() - 1]).unwrap();
        assert_eq!(read, ("2026-11-22T08:00:00.000000000Z", "web-1-0", &b"two  words"[..]));
        assert_eq!((process("web-1-0"), process("my-worker-12-3")), ("web", "my-worker"));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = Cursor {
            number: 12,
            numbered_by: "9f".to_owned(),
            at: "2026-11-22T08:00:00.000000000Z".to_owned(),
        };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        assert!("12".parse::<Cursor>().is_err());
    }

    #[test]
    fn a_text_is_looked_for_as_it_is_and_an_expression_as_one() {
        assert!(pattern("error (").unwrap().regex.is_match(b"an ERROR (5)"));
        assert!(pattern("regex:^e.*[0-9]$").unwrap().regex.is_match(b"err 5"));
        assert!(!pattern("regex:Err").unwrap().regex.is_match(b"err"));
        assert!(pattern("regex:(").is_err() && pattern("").is_err());
    }
}
