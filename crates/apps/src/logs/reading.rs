//! Reading what was kept, and what is about to be: in the order in which it was kept, forwards or backwards.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use slipway_api::Timestamp;
use slipway_api::app_logs::{AppLogLine, AppLogLines};
use slipway_api::ids::AppId;
use slipway_kernel::{Ctx, Error, Result};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::book::{Book, Books};
use super::model::{Cursor, Line, Pattern, exact, process};
use super::store::{self, Model, Wanted};

/// Segments that are read at the same time.
const PARALLEL: usize = 3;
/// Rows of segments that are read together.
const ROWS: u64 = 64;
/// After so long a search gives what it has, with the place to go on from.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lines that a reader takes at once.
const AT_ONCE: usize = 500;
/// Text in one answer, in bytes, but for one line more.
const MOST_TEXT: usize = 4 << 20;

/// Searches at the same time in one process.
struct Searches(Semaphore);

impl Default for Searches {
    fn default() -> Self {
        Self(Semaphore::new(2))
    }
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Of this moment or later.
    pub from: Option<Timestamp>,
    /// Of this moment or earlier.
    pub to: Option<Timestamp>,
    /// Only of this process.
    pub process: Option<String>,
    /// Only of this unit.
    pub unit: Option<String>,
    /// Only those in which this is found.
    pub pattern: Option<Pattern>,
    /// Behind this place; before it when the newest come first.
    pub cursor: Option<Cursor>,
    /// The newest first.
    pub is_descending: bool,
    /// At most so many.
    pub limit: usize,
}

impl Question {
    fn is_unit(&self, unit: &str) -> bool {
        let is_named = self.unit.as_ref().is_none_or(|name| name == unit);
        is_named && self.process.as_ref().is_none_or(|name| name == process(unit))
    }

    /// Whether a segment may have such lines, as far as its row says.
    fn may_be_in(&self, segment: &Model) -> bool {
        (self.unit.is_none() && self.process.is_none()) || segment.units.split(' ').any(|unit| self.is_unit(unit))
    }
}

/// Lines that were found, each with its number.
type Found = Vec<(i64, Line)>;

/// What is looked for in one piece after another.
#[derive(Clone)]
struct Filter {
    question: Question,
    from: Option<String>,
    to: Option<String>,
    /// Numbers from the first to before the second.
    range: (i64, i64),
    /// Lines from this number on count only behind this moment: who numbered them before was killed.
    renumbered: Option<(i64, String)>,
}

impl Filter {
    fn new(question: &Question) -> Self {
        Self {
            question: question.clone(),
            from: question.from.map(exact),
            to: question.to.map(exact),
            range: (i64::MIN, i64::MAX),
            renumbered: None,
        }
    }

    fn is_meant(&self, number: i64, (at, unit, text): (&str, &str, &[u8])) -> bool {
        let is_behind = match &self.renumbered {
            Some((base, moment)) if number >= *base => at > moment.as_str(),
            _ => true,
        };
        let (from, to) = (self.from.as_deref(), self.to.as_deref());
        is_behind
            && self.range.0 <= number
            && number < self.range.1
            && from.is_none_or(|from| at >= from)
            && to.is_none_or(|to| at <= to)
            && self.question.is_unit(unit)
            && self
                .question
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.regex.is_match(text))
    }
}

/// Lines of an app, with the place to go on from when there may be more.
///
/// # Errors
///
/// Those of the database and the object store.
pub async fn read(ctx: &Ctx, app: AppId, question: &Question) -> Result<AppLogLines> {
    let searches = ctx.kept.get::<Searches>();
    let _turn = match question.pattern {
        Some(_) => Some(searches.0.acquire().await.map_err(Error::internal)?),
        None => None,
    };
    // First what is in memory: what is written meanwhile is in both, and counted here.
    let book = ctx.kept.get::<Books>().of(app);
    let (border, fresh) = book.as_ref().map_or((i64::MAX, Vec::new()), |book| book.lines());
    let mut filter = Filter::new(question);
    if let Some(cursor) = &question.cursor {
        match (question.is_descending, &book) {
            (true, _) => filter.range.1 = cursor.number,
            (false, Some(book)) if cursor.number >= book.base && cursor.numbered_by != book.numbered_by => {
                filter.range.0 = book.base;
                filter.renumbered = Some((book.base, cursor.at.clone()));
            }
            (false, _) => filter.range.0 = cursor.number.saturating_add(1),
        }
    }
    let mut found = Collected::new(question);
    let fresh: Found = numbered(border, fresh)
        .filter(|(number, line)| filter.is_meant(*number, (&line.at, &line.unit, &line.text)))
        .collect();
    if question.is_descending {
        found.take(fresh.into_iter().rev().collect());
        kept(ctx, app, (&filter, border), &mut found).await?;
    } else {
        kept(ctx, app, (&filter, border), &mut found).await?;
        if !found.is_over {
            found.take(fresh);
        }
    }
    let numbered_by = book.map_or_else(|| "0".to_owned(), |book| book.numbered_by.clone());
    Ok(found.shown(&numbered_by))
}

fn numbered(first: i64, lines: Vec<Line>) -> impl Iterator<Item = (i64, Line)> {
    (0..).map(move |place: i64| first.saturating_add(place)).zip(lines)
}

/// What is found in segments, of lines before a number.
async fn kept(ctx: &Ctx, app: AppId, (filter, border): (&Filter, i64), found: &mut Collected) -> Result<()> {
    let question = &filter.question;
    let began = Instant::now();
    let (mut after, mut before) = (filter.range.0.checked_sub(1), Some(filter.range.1.min(border)));
    while !found.is_full() {
        let wanted = Wanted {
            from: question.from,
            to: question.to,
            after,
            before,
            is_descending: question.is_descending,
        };
        let rows = store::segments(ctx.db.reader(), app, &wanted, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        match question.is_descending {
            true => before = Some(last.first),
            false => after = Some(last.end() - 1),
        }
        let is_last = (rows.len() as u64) < ROWS;
        let limited = Filter {
            range: (filter.range.0, filter.range.1.min(border)),
            ..filter.clone()
        };
        let those = rows.into_iter().filter(|row| question.may_be_in(row));
        let mut looks = stream::iter(those)
            .map(|row| look(ctx, row, limited.clone()))
            .buffered(PARALLEL);
        while let Some((row, lines)) = looks.try_next().await? {
            found.take(lines);
            if found.is_full() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                found.stop(match question.is_descending {
                    true => row.first,
                    false => row.end() - 1,
                });
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
    Ok(())
}

async fn look(ctx: &Ctx, row: Model, mut filter: Filter) -> Result<(Model, Found)> {
    filter.range = (filter.range.0.max(row.first), filter.range.1.min(row.end()));
    let (content, first) = match ctx.blobs.get(ctx, row.organization_id, &row.blob).await {
        Ok(content) => (content, row.first),
        // Another one took its place meanwhile, which has its lines.
        Err(error) => match store::segments(ctx.db.reader(), row.app_id, &at(&row), 1).await?.pop() {
            Some(other) if other.blob != row.blob => {
                let content = ctx.blobs.get(ctx, other.organization_id, &other.blob).await?;
                (content, other.first)
            }
            Some(_) => return Err(error),
            None => return Ok((row, Vec::new())),
        },
    };
    let found = tokio::task::spawn_blocking(move || search(&content, first, &filter));
    Ok((row, found.await.map_err(Error::internal)?))
}

fn at(row: &Model) -> Wanted {
    Wanted {
        after: Some(row.first - 1),
        before: Some(row.first + 1),
        ..Wanted::default()
    }
}

/// The lines of a segment that are meant, the newest first where that is wished.
fn search(content: &Bytes, first: i64, filter: &Filter) -> Found {
    let mut found = VecDeque::new();
    let limit = filter.question.limit.saturating_add(1);
    let (mut start, mut number) = (0, first);
    while start < content.len() {
        // Where something is looked for, what is before it is passed over as a whole.
        if let Some(Pattern {
            regex,
            is_literal: true,
        }) = &filter.question.pattern
        {
            let Some(hit) = regex.find_at(content, start) else {
                break;
            };
            let line = memchr::memrchr(b'\n', content.get(start..hit.start()).unwrap_or_default());
            let passed = content.get(start..hit.start()).unwrap_or_default();
            number += i64::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or_default();
            start = line.map_or(start, |line| start + line + 1);
        }
        let rest = content.get(start..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = content.slice(start..start + length);
        if let Some((at, unit, text)) = Line::parts(&line)
            && filter.is_meant(number, (at, unit, text))
        {
            let line = Line {
                at: at.to_owned(),
                unit: unit.to_owned(),
                text: line.slice_ref(text),
            };
            found.push_back((number, line));
            if found.len() > limit {
                match filter.question.is_descending {
                    true => {
                        found.pop_front();
                    }
                    false => break,
                }
            }
        }
        start += length + 1;
        number += 1;
    }
    let found = found.into_iter();
    match filter.question.is_descending {
        // The text of its own: what is found in a segment does not keep all of it.
        true => found.rev().map(own).collect(),
        false => found.map(own).collect(),
    }
}

fn own((number, line): (i64, Line)) -> (i64, Line) {
    let text = Bytes::copy_from_slice(&line.text);
    (number, Line { text, ..line })
}

/// What was found so far.
struct Collected {
    lines: Found,
    limit: usize,
    bytes: usize,
    is_descending: bool,
    /// The number of the line up to which was looked, where there is more.
    stopped_at: Option<i64>,
    is_over: bool,
}

impl Collected {
    fn new(question: &Question) -> Self {
        Self {
            lines: Vec::new(),
            limit: question.limit,
            bytes: 0,
            is_descending: question.is_descending,
            stopped_at: None,
            is_over: false,
        }
    }

    fn is_full(&self) -> bool {
        self.is_over
    }

    fn take(&mut self, lines: Found) {
        let fresh = |line: &(i64, Line)| match (self.is_descending, self.lines.last()) {
            // In memory and written meanwhile: once.
            (true, Some((last, _))) => line.0 < *last,
            (false, Some((last, _))) => line.0 > *last,
            (_, None) => true,
        };
        let lines: Vec<_> = lines.into_iter().filter(fresh).collect();
        for line in lines {
            if self.lines.len() >= self.limit || self.bytes >= MOST_TEXT {
                self.is_over = true;
                self.stopped_at = self.lines.last().map(|(number, _)| *number);
                return;
            }
            self.bytes += line.1.size();
            self.lines.push(line);
        }
    }

    fn stop(&mut self, number: i64) {
        self.is_over = true;
        self.stopped_at = Some(number);
    }

    fn shown(self, numbered_by: &str) -> AppLogLines {
        let cursor = |number: i64, at: &str| {
            let cursor = Cursor {
                number,
                numbered_by: numbered_by.to_owned(),
                at: at.to_owned(),
            };
            cursor.to_string()
        };
        let last = self.lines.last().map(|(_, line)| line.at.clone()).unwrap_or_default();
        AppLogLines {
            next_cursor: self.stopped_at.map(|number| cursor(number, &last)),
            lines: self
                .lines
                .iter()
                .map(|(number, line)| AppLogLine {
                    cursor: cursor(*number, &line.at),
                    at: shown_moment(&line.at),
                    unit: line.unit.clone(),
                    text: String::from_utf8_lossy(&line.text).into_owned(),
                })
                .collect(),
        }
    }
}

/// To the millisecond: what follows tells nobody anything.
fn shown_moment(at: &str) -> String {
    match at.get(..23) {
        Some(moment) if at.len() == 30 => format!("{moment}Z"),
        _ => at.to_owned(),
    }
}

/// Whether this process keeps the log of an app, so that what it has is all that there is.
pub(super) fn is_kept_here(ctx: &Ctx, app: AppId) -> bool {
    ctx.kept.get::<Books>().of(app).is_some()
}

/// Lines behind a place, once there are some; nothing when there were none for a second. A page of which no line is meant has a cursor
/// behind it.
///
/// # Errors
///
/// Those of the database and the object store.
pub async fn next(ctx: &Ctx, app: AppId, question: &Question) -> Result<AppLogLines> {
    let book = ctx.kept.get::<Books>().of(app);
    let mut more = book.as_ref().map(|book| book.listen());
    let lines = behind(ctx, app, (question, book.as_deref())).await?;
    if !lines.lines.is_empty() || lines.next_cursor.is_some() {
        return Ok(lines);
    }
    match &mut more {
        Some(more) => {
            tokio::time::timeout(Duration::from_secs(1), more.changed()).await.ok();
        }
        None => tokio::time::sleep(Duration::from_secs(1)).await,
    }
    behind(ctx, app, (question, book.as_deref())).await
}

/// Lines behind a place that are there: mostly they are in memory, and nothing else has to be looked at.
async fn behind(ctx: &Ctx, app: AppId, (question, book): (&Question, Option<&Book>)) -> Result<AppLogLines> {
    let fresh = match (book, &question.cursor) {
        (Some(book), Some(cursor)) if cursor.numbered_by == book.numbered_by => book.behind(cursor.number, AT_ONCE),
        _ => None,
    };
    let (Some((first, lines)), Some(book)) = (fresh, book) else {
        let at_once = Question {
            limit: AT_ONCE,
            is_descending: false,
            ..question.clone()
        };
        return read(ctx, app, &at_once).await;
    };
    let filter = Filter::new(question);
    let last = lines.last().map(|line| line.at.clone());
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let meant =
        numbered(first, lines).filter(|(number, line)| filter.is_meant(*number, (&line.at, &line.unit, &line.text)));
    let found = Collected {
        lines: meant.collect(),
        limit: AT_ONCE,
        bytes: 0,
        is_descending: false,
        stopped_at: None,
        is_over: true,
    };
    let mut shown = found.shown(&book.numbered_by);
    shown.next_cursor = last.map(|at| {
        let cursor = Cursor {
            number: first + count - 1,
            numbered_by: book.numbered_by.clone(),
            at,
        };
        cursor.to_string()
    });
    Ok(shown)
}

/// The place behind everything that is there now.
pub(super) async fn end(ctx: &Ctx, app: AppId) -> Result<Cursor> {
    let newest = Question {
        is_descending: true,
        limit: 1,
        ..Question::default()
    };
    let lines = read(ctx, app, &newest).await?;
    match lines.lines.first() {
        Some(line) => line.cursor.parse(),
        None => Ok(Cursor {
            number: i64::MIN + 1,
            numbered_by: "0".to_owned(),
            at: String::new(),
        }),
    }
}
