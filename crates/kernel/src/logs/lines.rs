//! Reading a log by lines. A line ends with a newline; what comes after the last one is a line that may still grow.
//!
//! What must stay true: a line's number never changes. To find one, ends of lines are counted from the last place before
//! it where they are known, which is never further than a segment; a log that is older than the counting is read from its
//! beginning.

use std::sync::Arc;

use slipway_api::ids::LogId;

use super::model::{LogState, Model};
use super::store::{self, Mark};
use super::{Logs, Stream};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// Bytes looked at together.
const PIECE_BYTES: usize = 4 << 20;
/// Lines in one answer.
const MAX_LINES: u64 = 5_000;
/// Text in one answer, but for one line more.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// Of a longer line the beginning is given; its bytes can be read by offset.
const MAX_LINE_BYTES: usize = 64 << 10;

/// Which lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// So many at the end.
    Last(u64),
    /// So many from the one with a number on, which begins at 1.
    From(u64, u64),
}

/// Lines of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLines {
    /// How many lines the log has so far.
    pub total: u64,
    /// Number of the first of these.
    pub first: u64,
    /// The lines, without what ends them.
    pub lines: Vec<String>,
    /// Numbers of those whose beginning alone is here.
    pub cut: Vec<u64>,
    /// Offset of the first byte of the first line.
    pub offset: u64,
    /// Offset after the last line and what ends it.
    pub end_offset: u64,
    /// Whether the log has ended, so that no line comes any more.
    pub is_complete: bool,
}

/// How far a log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) end: u64,
    /// Lines, with one that has no end yet.
    pub(super) lines: u64,
    pub(super) is_complete: bool,
}

/// Ends of lines in some bytes.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl Logs {
    /// Lines of a log: fewer than asked for where the log has no more, or they are long.
    ///
    /// # Errors
    ///
    /// `NotFound`, or those of the database and the object store.
    pub async fn lines(&self, ctx: &Ctx, id: LogId, wanted: Lines) -> Result<LogLines> {
        let extent = self.extent(ctx, id).await?;
        let (first, count) = match wanted {
            Lines::Last(count) => (extent.lines.saturating_sub(count) + 1, count),
            Lines::From(first, count) => (first.max(1), count),
        };
        let mut found = LogLines {
            total: extent.lines,
            first,
            lines: Vec::new(),
            cut: Vec::new(),
            offset: extent.end,
            end_offset: extent.end,
            is_complete: extent.is_complete,
        };
        if first > extent.lines {
            return Ok(found);
        }
        found.offset = self.start_of_line(ctx, id, first).await?.min(extent.end);
        found.end_offset = found.offset;
        let mut collected = Collected::new(count.min(MAX_LINES));
        while !collected.is_full() && found.end_offset < extent.end {
            let limit = usize::try_from(extent.end - found.end_offset).unwrap_or(PIECE_BYTES);
            let bytes = self
                .piece(ctx, id, found.end_offset, limit.min(PIECE_BYTES))
                .await?
                .bytes;
            if bytes.is_empty() {
                break;
            }
            found.end_offset += collected.take(&bytes);
        }
        collected.finish();
        found.cut = collected.cut.iter().map(|place| first + place).collect();
        found.lines = collected.lines;
        Ok(found)
    }

    /// Number of the line that the byte at `offset` is in.
    ///
    /// # Errors
    ///
    /// `NotFound`, or those of the database and the object store.
    pub async fn line_at(&self, ctx: &Ctx, id: LogId, offset: u64) -> Result<u64> {
        let start = self.mark_before(ctx, id, offset).await?;
        let (mut at, mut lines) = (start.offset, start.lines);
        while at < offset {
            let limit = usize::try_from(offset - at).unwrap_or(PIECE_BYTES);
            let bytes = self.piece(ctx, id, at, limit.min(PIECE_BYTES)).await?.bytes;
            if bytes.is_empty() {
                break;
            }
            lines += newlines(&bytes);
            at += bytes.len() as u64;
        }
        Ok(lines + 1)
    }

    pub(super) async fn extent(&self, ctx: &Ctx, id: LogId) -> Result<Extent> {
        let (log, rest) = self.row_and_rest(ctx, id).await?;
        let stored = store::unsigned(log.stored_bytes);
        let counted = match log.stored_lines {
            Some(lines) => store::unsigned(lines),
            None => self.line_at(ctx, id, stored).await? - 1,
        };
        let end = stored + rest.len() as u64;
        let last = match rest.last() {
            Some(last) => Some(*last),
            None if stored == 0 => None,
            None => self.piece(ctx, id, stored - 1, 1).await?.bytes.first().copied(),
        };
        let is_open_line = last.is_some_and(|last| last != b'\n');
        Ok(Extent {
            end,
            lines: counted + newlines(&rest) + u64::from(is_open_line),
            is_complete: log.state != LogState::Open && rest.is_empty(),
        })
    }

    /// A log's row, and what this process has beyond it.
    async fn row_and_rest(&self, ctx: &Ctx, id: LogId) -> Result<(Model, Vec<u8>)> {
        // What is written between the two looks may leave memory; then the row says more at the next look.
        for _ in 0..3 {
            let log = store::get(ctx.db.reader(), id).await?;
            let stored = store::unsigned(log.stored_bytes);
            match self.known(id).map(|stream| stream.rest(stored)) {
                Some(None) => {}
                Some(Some(rest)) if log.state == LogState::Open => return Ok((log, rest)),
                Some(Some(_)) | None => return Ok((log, Vec::new())),
            }
        }
        let log = store::get(ctx.db.reader(), id).await?;
        Ok((log, Vec::new()))
    }

    /// The last place that is not behind `offset` and whose lines are counted.
    async fn mark_before(&self, ctx: &Ctx, id: LogId, offset: u64) -> Result<Mark> {
        if let Some(mark) = self.known(id).and_then(|stream: Arc<Stream>| stream.mark())
            && mark.offset <= offset
        {
            return Ok(mark);
        }
        Ok(store::mark_at(ctx.db.reader(), id, offset).await?.unwrap_or(BEGINNING))
    }

    /// Offset of the first byte of a line.
    pub(super) async fn start_of_line(&self, ctx: &Ctx, id: LogId, line: u64) -> Result<u64> {
        // The end of the line before it is what is looked for.
        let Some(ends_before) = line.checked_sub(2) else {
            return Ok(0);
        };
        let here = self.known(id).and_then(|stream: Arc<Stream>| stream.mark());
        let mark = match here.filter(|mark| mark.lines <= ends_before) {
            Some(mark) => mark,
            None => store::mark_of_line(ctx.db.reader(), id, ends_before)
                .await?
                .unwrap_or(BEGINNING),
        };
        let (mut at, mut ends) = (mark.offset, mark.lines);
        loop {
            let bytes = self.piece(ctx, id, at, PIECE_BYTES).await?.bytes;
            if bytes.is_empty() {
                return Ok(at);
            }
            let missing = usize::try_from(ends_before - ends).map_err(Error::internal)?;
            if let Some(place) = memchr::memchr_iter(b'\n', &bytes).nth(missing) {
                return Ok(at + place as u64 + 1);
            }
            ends += newlines(&bytes);
            at += bytes.len() as u64;
        }
    }
}

const BEGINNING: Mark = Mark { offset: 0, lines: 0 };

/// Lines as they are put together.
struct Collected {
    wanted: u64,
    lines: Vec<String>,
    /// Places of lines that are longer.
    cut: Vec<u64>,
    text_bytes: usize,
    /// The line whose end has not come yet.
    open: Vec<u8>,
    is_open_cut: bool,
}

impl Collected {
    fn new(wanted: u64) -> Self {
        Self {
            wanted,
            lines: Vec::new(),
            cut: Vec::new(),
            text_bytes: 0,
            open: Vec::new(),
            is_open_cut: false,
        }
    }

    fn is_full(&self) -> bool {
        self.lines.len() as u64 >= self.wanted || self.text_bytes >= MAX_TEXT_BYTES
    }

    /// Takes bytes until there are enough lines; says how many.
    fn take(&mut self, bytes: &[u8]) -> u64 {
        let mut taken = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            self.add(bytes.get(taken..end).unwrap_or_default());
            self.close();
            taken = end + 1;
            if self.is_full() {
                return taken as u64;
            }
        }
        self.add(bytes.get(taken..).unwrap_or_default());
        bytes.len() as u64
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES - self.open.len().min(MAX_LINE_BYTES);
        let (fits, too_much) = bytes.split_at(bytes.len().min(room));
        self.open.extend_from_slice(fits);
        self.is_open_cut |= !too_much.is_empty();
    }

    fn close(&mut self) {
        if self.is_open_cut {
            self.cut.push(self.lines.len() as u64);
        }
        self.text_bytes += self.open.len() + 1;
        self.lines.push(String::from_utf8_lossy(&self.open).into_owned());
        self.open.clear();
        self.is_open_cut = false;
    }

    /// The end of the log ends its last line.
    fn finish(&mut self) {
        if !self.open.is_empty() {
            self.close();
        }
    }
}
