//! What units of one app wrote and what is not written yet: in memory, for a few seconds.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slipway_api::ids::AppId;
use tokio::sync::watch;
use tokio::time::Instant;

use super::model::Line;
use super::store::Position;

/// More is not taken before some was written, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// Written when it is so much, in bytes,
const MUCH_BYTES: usize = 256 << 10;
/// or so old.
const OLD: Duration = Duration::from_secs(5);

/// The books that this process keeps; none while it has no lease.
#[derive(Default)]
pub(super) struct Books(Mutex<HashMap<AppId, Arc<Book>>>);

impl Books {
    pub(super) fn of(&self, app: AppId) -> Option<Arc<Book>> {
        self.lock().get(&app).cloned()
    }

    pub(super) fn all(&self) -> Vec<(AppId, Arc<Book>)> {
        self.lock().iter().map(|(app, book)| (*app, Arc::clone(book))).collect()
    }

    pub(super) fn put(&self, app: AppId, book: Arc<Book>) {
        self.lock().insert(app, book);
    }

    pub(super) fn forget(&self, app: AppId) {
        self.lock().remove(&app);
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AppId, Arc<Book>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lines of one app that are not written yet.
pub(super) struct Book {
    /// Who numbers them.
    pub(super) numbered_by: String,
    /// The number of the first line that this process numbered.
    pub(super) base: i64,
    pages: Mutex<Pages>,
    /// The number behind the last line, for those who wait.
    end: watch::Sender<i64>,
    /// Held while some is written.
    pub(super) writing: tokio::sync::Mutex<()>,
}

struct Pages {
    first: i64,
    lines: VecDeque<Line>,
    bytes: usize,
    oldest: Option<Instant>,
    is_urgent: bool,
    /// How far each unit's log was taken, the lines in here included.
    positions: HashMap<String, Position>,
    /// Units whose position changed since the last writing.
    changed: BTreeSet<String>,
}

/// What is written together.
pub(super) struct Page {
    pub(super) first: i64,
    pub(super) lines: Vec<Line>,
    pub(super) positions: Vec<(String, Position)>,
}

impl Book {
    pub(super) fn new(numbered_by: String, first: i64, positions: HashMap<String, Position>) -> Self {
        Self {
            numbered_by,
            base: first,
            pages: Mutex::new(Pages {
                first,
                lines: VecDeque::new(),
                bytes: 0,
                oldest: None,
                is_urgent: false,
                positions,
                changed: BTreeSet::new(),
            }),
            end: watch::Sender::new(first),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// How far a unit's log was taken.
    pub(super) fn position(&self, unit: &str) -> Position {
        self.lock().positions.get(unit).cloned().unwrap_or_default()
    }

    /// Takes a line; or only notes that it was there, where there is none to keep.
    pub(super) fn add(&self, unit: &str, position: Position, line: Option<Line>) {
        let mut pages = self.lock();
        pages.positions.insert(unit.to_owned(), position);
        pages.changed.insert(unit.to_owned());
        pages.oldest.get_or_insert_with(Instant::now);
        let Some(line) = line else { return };
        pages.bytes += line.size();
        pages.lines.push_back(line);
        let end = pages.first + pages.count();
        drop(pages);
        self.end.send_replace(end);
    }

    pub(super) fn is_full(&self) -> bool {
        self.lock().bytes >= MOST_BYTES
    }

    /// Has it written soon: a unit ended.
    pub(super) fn hasten(&self) {
        self.lock().is_urgent = true;
    }

    /// Whether it is time to write.
    pub(super) fn is_due(&self) -> bool {
        let pages = self.lock();
        let is_old = pages.oldest.is_some_and(|oldest| oldest.elapsed() >= OLD);
        !pages.changed.is_empty() && (is_old || pages.is_urgent || pages.bytes >= MUCH_BYTES)
    }

    /// What there is to write; it stays readable until [`Book::written`].
    pub(super) fn page(&self) -> Page {
        let mut pages = self.lock();
        let changed = std::mem::take(&mut pages.changed);
        pages.is_urgent = false;
        pages.oldest = None;
        let position = |unit: String| pages.positions.get(&unit).cloned().map(|position| (unit, position));
        Page {
            first: pages.first,
            lines: pages.lines.iter().cloned().collect(),
            positions: changed.into_iter().filter_map(position).collect(),
        }
    }

    /// What was not written is there to be written again.
    pub(super) fn failed(&self, page: &Page) {
        let mut pages = self.lock();
        pages
            .changed
            .extend(page.positions.iter().map(|(unit, _)| unit.clone()));
        pages.oldest.get_or_insert_with(Instant::now);
    }

    /// These are written.
    pub(super) fn written(&self, page: &Page) {
        let mut pages = self.lock();
        for _ in 0..page.lines.len() {
            if let Some(line) = pages.lines.pop_front() {
                pages.bytes -= line.size();
                pages.first += 1;
            }
        }
    }

    /// Forgets how far a unit's log was taken, which is gone.
    pub(super) fn forget(&self, unit: &str) {
        let mut pages = self.lock();
        pages.positions.remove(unit);
        pages.changed.remove(unit);
    }

    /// The units whose position is known.
    pub(super) fn units(&self) -> Vec<String> {
        self.lock().positions.keys().cloned().collect()
    }

    /// The lines that are here, with the number of the first.
    pub(super) fn lines(&self) -> (i64, Vec<Line>) {
        let pages = self.lock();
        (pages.first, pages.lines.iter().cloned().collect())
    }

    /// The lines behind a number, at most so many; nothing when some of them are written and not here any more.
    pub(super) fn behind(&self, number: i64, limit: usize) -> Option<(i64, Vec<Line>)> {
        let pages = self.lock();
        let skipped = usize::try_from(number + 1 - pages.first).ok()?;
        let lines = pages.lines.iter().skip(skipped).take(limit).cloned().collect();
        Some((number + 1, lines))
    }

    /// Tells when there are more lines.
    pub(super) fn listen(&self) -> watch::Receiver<i64> {
        self.end.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn count(&self) -> i64 {
        i64::try_from(self.lines.len()).unwrap_or(i64::MAX)
    }
}
