//! Searching a log: all of it is read, a segment at a time and several at once, and lines that match are numbered.
//!
//! What must stay true: what is found is what a person sees (colours are skipped), a line that two segments share is
//! searched as one, and a search needs some megabytes whatever the log's length.

use std::ops::Range;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use regex::bytes::{Regex, RegexBuilder};
use slipway_api::ids::LogId;

use super::lines::newlines;
use super::{Logs, store};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// Searches at the same time in one process.
pub(super) const PARALLEL_SEARCHES: usize = 2;
/// Segments of a search that are read at the same time.
const PARALLEL_WINDOWS: usize = 3;
/// What is not a segment yet is read in windows of this size.
const WINDOW_BYTES: u64 = 4 << 20;
/// Longer texts are no lines.
const MAX_QUERY_BYTES: usize = 1_000;
/// Numbers in one answer.
const MAX_NUMBERS: usize = 10_000;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSearch {
    /// The text, literally; within one line.
    pub text: String,
    /// Whether capitals are as good as small letters.
    pub ignores_case: bool,
    /// Number of the first line to look at.
    pub first: u64,
    /// At most this many numbers are wanted.
    pub limit: usize,
}

/// Where a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogMatches {
    /// Numbers of the first lines that have it.
    pub lines: Vec<u64>,
    /// How many lines have it.
    pub total: u64,
    /// How many lines the log has so far: all of them from the first on were looked at.
    pub searched: u64,
    /// Whether the log has ended, so that no line comes any more.
    pub is_complete: bool,
}

impl Logs {
    /// Looks for a text in all lines.
    ///
    /// # Errors
    ///
    /// `Malformed` for a text that no line can have; `NotFound`, or those of the database and the object store.
    pub async fn search(&self, ctx: &Ctx, id: LogId, wanted: &LogSearch) -> Result<LogMatches> {
        let pattern = pattern(wanted)?;
        let _turn = self.searches.acquire().await.map_err(Error::internal)?;
        let extent = self.extent(ctx, id).await?;
        let first = wanted.first.max(1);
        let mut found = Found::new(first, wanted.limit.min(MAX_NUMBERS), &pattern);
        if first <= extent.lines {
            let start = self.start_of_line(ctx, id, first).await?;
            let segments = store::segment_ranges(ctx.db.reader(), id, start).await?;
            let mut windows = stream::iter(windows(&segments, start..extent.end))
                .map(|window| self.look(ctx, id, window, pattern.clone()))
                .buffered(PARALLEL_WINDOWS);
            while let Some(window) = windows.try_next().await? {
                found.add(window);
            }
            found.end();
        }
        Ok(LogMatches {
            lines: found.lines,
            total: found.total,
            searched: extent.lines,
            is_complete: extent.is_complete,
        })
    }

    async fn look(&self, ctx: &Ctx, id: LogId, window: Range<u64>, pattern: Regex) -> Result<Window> {
        let size = usize::try_from(window.end - window.start).map_err(Error::internal)?;
        let bytes = self.read(ctx, id, window.start, size).await?.bytes;
        tokio::task::spawn_blocking(move || Window::of(&bytes, &pattern))
            .await
            .map_err(Error::internal)
    }
}

fn pattern(wanted: &LogSearch) -> Result<Regex> {
    let text = wanted.text.as_str();
    if text.is_empty() || text.len() > MAX_QUERY_BYTES || text.contains(['\n', '\x1b']) {
        return Err(Error::malformed_parameter(
            "query",
            format!("Say what to look for in a line: 1 to {MAX_QUERY_BYTES} bytes without line breaks."),
        ));
    }
    RegexBuilder::new(&regex::escape(text))
        .case_insensitive(wanted.ignores_case)
        .build()
        .map_err(Error::internal)
}

/// The parts of a range that are read together: segments as they are, and the rest in even pieces.
fn windows(segments: &[Range<u64>], range: Range<u64>) -> Vec<Range<u64>> {
    let mut windows = Vec::new();
    let mut at = range.start;
    let even = |windows: &mut Vec<Range<u64>>, at: &mut u64, to: u64| {
        while *at < to {
            let end = to.min(*at + WINDOW_BYTES);
            windows.push(*at..end);
            *at = end;
        }
    };
    for segment in segments {
        even(&mut windows, &mut at, segment.start.min(range.end));
        let end = segment.end.min(range.end);
        if at < end {
            windows.push(at..end);
            at = end;
        }
    }
    even(&mut windows, &mut at, range.end);
    windows
}

/// What a part of a log has, apart from the lines at both ends, which it shares.
struct Window {
    /// What belongs to a line that began before: all, when no line ends here.
    head: Vec<u8>,
    /// Ends of lines.
    ends: u64,
    /// Lines that match, as the ends of lines before them in this part.
    lines: Vec<u64>,
    /// What begins a line that ends later.
    tail: Vec<u8>,
}

impl Window {
    fn of(bytes: &Bytes, pattern: &Regex) -> Self {
        let (Some(first), Some(last)) = (memchr::memchr(b'\n', bytes), memchr::memrchr(b'\n', bytes)) else {
            return Self {
                head: bytes.to_vec(),
                ends: 0,
                lines: Vec::new(),
                tail: Vec::new(),
            };
        };
        let inside = visible(bytes.get(first + 1..last + 1).unwrap_or_default());
        Self {
            head: bytes.get(..first).unwrap_or_default().to_vec(),
            ends: newlines(bytes),
            lines: matching(&inside, pattern).into_iter().map(|line| line + 1).collect(),
            tail: bytes.get(last + 1..).unwrap_or_default().to_vec(),
        }
    }
}

/// Lines with a match, by the ends of lines before them.
fn matching(text: &[u8], pattern: &Regex) -> Vec<u64> {
    let mut lines = Vec::new();
    let (mut at, mut line) = (0, 0);
    while let Some(found) = pattern.find_at(text, at) {
        line += newlines(text.get(at..found.start()).unwrap_or_default());
        lines.push(line);
        let rest = text.get(found.end()..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        at = found.end() + end + 1;
        line += 1;
    }
    lines
}

/// The bytes without what only moves the cursor or colours: ECMA-48 escape sequences.
fn visible(bytes: &[u8]) -> Vec<u8> {
    let mut seen = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(escape) = memchr::memchr(b'\x1b', rest) {
        let (before, after) = rest.split_at(escape);
        seen.extend_from_slice(before);
        rest = after.get(sequence_length(after)..).unwrap_or_default();
    }
    seen.extend_from_slice(rest);
    seen
}

/// Length of the escape sequence that `bytes` begin with; it never goes over the end of a line.
fn sequence_length(bytes: &[u8]) -> usize {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let body = bytes.get(2..line).unwrap_or_default();
    let after = |place: Option<usize>| place.map_or(line, |place| place + 3);
    match bytes.get(1) {
        Some(b'[') => after(body.iter().position(|byte| (0x40..=0x7e).contains(byte))),
        Some(b']') => after(body.iter().position(|byte| *byte == b'\x07')),
        Some(b'\n') | None => 1,
        Some(_) => 2,
    }
}

/// What was found so far, window after window.
struct Found<'p> {
    pattern: &'p Regex,
    /// Number of the line that `open` belongs to.
    line: u64,
    open: Vec<u8>,
    limit: usize,
    lines: Vec<u64>,
    total: u64,
}

impl<'p> Found<'p> {
    fn new(first: u64, limit: usize, pattern: &'p Regex) -> Self {
        Self {
            pattern,
            line: first,
            open: Vec::new(),
            limit,
            lines: Vec::new(),
            total: 0,
        }
    }

    fn add(&mut self, window: Window) {
        self.open.extend_from_slice(&window.head);
        if window.ends == 0 {
            return;
        }
        self.end();
        for line in window.lines {
            self.note(self.line + line);
        }
        self.line += window.ends;
        self.open = window.tail;
    }

    /// Looks at the line that was put together of several windows.
    fn end(&mut self) {
        if self.pattern.is_match(&visible(&self.open)) {
            self.note(self.line);
        }
        self.open.clear();
    }

    fn note(&mut self, line: u64) {
        self.total += 1;
        if self.lines.len() < self.limit {
            self.lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search(text: &[u8], cuts: &[usize], wanted: &LogSearch) -> Vec<u64> {
        let pattern = pattern(wanted).unwrap();
        let mut found = Found::new(1, usize::MAX, &pattern);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            found.add(Window::of(&Bytes::copy_from_slice(&text[pair[0]..pair[1]]), &pattern));
        }
        found.end();
        assert_eq!(found.total, found.lines.len() as u64);
        found.lines
    }

    fn wanted(text: &str, ignores_case: bool) -> LogSearch {
        LogSearch {
            text: text.to_owned(),
            ignores_case,
            first: 1,
            limit: 10,
        }
    }

    #[test]
    fn what_is_seen_is_found() {
        let log = b"\x1b[1m\x1b[32m+\x1b[0m create a.b\n\nStill Creating...\n\x1b]8;;x\x07link\x1b(B\nno end";
        assert_eq!(search(log, &[], &wanted("+ create", false)), [1]);
        assert_eq!(search(log, &[], &wanted("still creating.", true)), [3]);
        assert_eq!(search(log, &[], &wanted("still creating.", false)), [0_u64; 0]);
        assert_eq!(search(log, &[], &wanted("link", false)), [4]);
        assert_eq!(search(log, &[], &wanted("[0m", false)), [0_u64; 0]);
        assert_eq!(search(log, &[], &wanted("end", false)), [5]);
        assert_eq!(search("Größe\n".as_bytes(), &[], &wanted("GRÖSSE", true)), [0_u64; 0]);
        assert_eq!(search("Größe\n".as_bytes(), &[], &wanted("GRÖß", true)), [1]);
    }

    #[test]
    fn a_text_that_no_line_can_have_is_refused() {
        for text in ["", "a\nb", &"x".repeat(1_001)] {
            assert!(pattern(&wanted(text, false)).is_err());
        }
    }

    #[test]
    fn windows_follow_segments_and_leave_nothing_out() {
        assert_eq!(windows(&[0..10, 10..30], 5..100), [5..10, 10..30, 30..100]);
        assert_eq!(
            windows(&[], 0..WINDOW_BYTES + 1),
            [0..WINDOW_BYTES, WINDOW_BYTES..WINDOW_BYTES + 1]
        );
        assert_eq!(windows(std::slice::from_ref(&(20..30)), 0..25), [0..20, 20..25]);
        assert!(windows(std::slice::from_ref(&(0..10)), 10..10).is_empty());
    }

    proptest! {
        #[test]
        fn where_it_is_cut_makes_no_difference(
            text in "[ab\u{1b}\\[m\n]{0,60}",
            cuts in prop::collection::vec(0..61usize, 0..6),
        ) {
            // An escape sequence that is cut is looked at when its line is whole; what is inside of a window never is cut.
            let wanted = wanted("ab", false);
            let expected: Vec<u64> = text
                .split('\n')
                .zip(1_u64..)
                .filter(|(line, _)| visible(line.as_bytes()).windows(2).any(|two| two == b"ab"))
                .map(|(_, number)| number)
                .collect();
            prop_assert_eq!(search(text.as_bytes(), &cuts, &wanted), expected);
        }
    }
}
