//! Following what every unit writes, from where its log was kept to.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use slipway_api::ids::AppId;
use slipway_kernel::queue::leases::{Holding, Kept};
use slipway_kernel::{Ctx, Result};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::book::{Book, Books};
use super::model::Line;
use super::recent::Recent;
use super::store::{self, Position};
use super::writing;
use crate::apps::{App, store as apps};
use crate::clusters::driver::{Driver, LogLine, State, Unit};
use crate::running::observed::Observed;
use crate::{clusters, pools};

/// The lease of the one process that keeps logs.
const LEASE: &str = "app-logs";
/// For so long it is held.
const HELD: Duration = Duration::from_secs(10);
/// Between two looks for units that are new, and for what is to be written.
const LOOK: Duration = Duration::from_millis(100);
/// Between two times that the log of a unit is asked for again.
const AGAIN: Duration = Duration::from_millis(200);
/// At most, of one that writes nothing new.
const LONGEST_AGAIN: Duration = Duration::from_secs(5);
/// A unit may write at once what it may write in so many seconds.
const BURST: u64 = 10;
/// Between two lines that say how much was skipped.
const TELL: Duration = Duration::from_secs(5);
/// Numbers of an app's first lines begin at the time's: they grow, also when all lines before are gone.
const PER_MILLISECOND: i64 = 1_000;

/// Keeps logs for as long as the process lives and has the lease.
///
/// # Errors
///
/// Those of the database.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    let books = ctx.kept.get::<Books>();
    // What a predecessor had in mind is read again.
    books.clear();
    let mut lease = Kept::new(LEASE, holder, HELD);
    let mut followed = Followed::default();
    loop {
        match lease.hold(ctx).await? {
            Holding::No => {
                followed = Followed::default();
                books.clear();
            }
            Holding::Anew => {
                followed = Followed::default();
                books.clear();
                look(ctx, &mut followed).await?;
            }
            Holding::Still => look(ctx, &mut followed).await?,
        }
        if ctx.wakes.is_ending() {
            return write_all(ctx).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Writes everything that was collected.
///
/// # Errors
///
/// Those of the database and the object store.
pub async fn write_all(ctx: &Ctx) -> Result<()> {
    for (app, book) in ctx.kept.get::<Books>().all() {
        writing::write(ctx, app, &book).await?;
    }
    Ok(())
}

/// Units whose logs are followed.
#[derive(Default)]
struct Followed(HashMap<(AppId, String), Follower>);

struct Follower {
    task: JoinHandle<()>,
    /// When the unit began that is followed: the same name may be another one some day.
    started_at: Option<String>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn look(ctx: &Ctx, followed: &mut Followed) -> Result<()> {
    let books = ctx.kept.get::<Books>();
    let seen = ctx.kept.get::<Observed>().all();
    for unit in seen.iter().map(|seen| &seen.unit) {
        let key = (unit.app, unit.name.clone());
        let is_followed = followed.0.get(&key).is_some_and(|follower| {
            // Of one that ended there is nothing more, until it begins again.
            !follower.task.is_finished() || follower.started_at == unit.started_at
        });
        if is_followed || matches!(unit.state, State::Starting(_)) {
            continue;
        }
        let Some((app, driver)) = reach(ctx, unit.app).await? else {
            continue;
        };
        let book = match books.of(app.id) {
            Some(book) => book,
            None => open(ctx, &app).await?,
        };
        let follower = Follower {
            task: tokio::spawn(follow(ctx.clone(), driver, unit.clone(), book)),
            started_at: unit.started_at.clone(),
        };
        followed.0.insert(key, follower);
    }
    let is_seen = |app: AppId, name: &str| seen.iter().any(|seen| seen.unit.app == app && seen.unit.name == name);
    // Those that are gone were followed to their end.
    followed
        .0
        .retain(|(app, name), follower| is_seen(*app, name) || !follower.task.is_finished());
    let is_complete = ctx.kept.get::<Observed>().is_complete();
    for (app, book) in books.all() {
        if book.is_due() {
            if let Err(error) = writing::write(ctx, app, &book).await {
                tracing::warn!(%error, %app, "what units wrote is not kept yet");
            }
            if !is_complete {
                continue;
            }
            for unit in book.units() {
                if !is_seen(app, &unit) && !followed.0.contains_key(&(app, unit.clone())) && !book.is_due() {
                    let tx = ctx.begin().await?;
                    store::delete_position(&tx, app, &unit).await?;
                    tx.commit().await?;
                    book.forget(&unit);
                }
            }
        }
    }
    Ok(())
}

/// The app and what drives its cluster; nothing when one of them is away.
async fn reach(ctx: &Ctx, app: AppId) -> Result<Option<(App, Arc<dyn Driver>)>> {
    let Some(app) = apps::find(ctx.db.reader(), app).await? else {
        return Ok(None);
    };
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await;
    Ok(driver.ok().map(|driver| (app, driver)))
}

/// The book of an app, with how far logs were kept.
async fn open(ctx: &Ctx, app: &App) -> Result<Arc<Book>> {
    let newest = store::newest(ctx.db.reader(), app.id).await?;
    let next = match newest {
        Some(newest) => newest.end(),
        None => ctx.now().unix_ms().saturating_mul(PER_MILLISECOND),
    };
    let positions = store::positions(ctx.db.reader(), app.id).await?;
    let numbered_by = format!("{:08x}", ctx.random.number()? >> 32);
    let book = Arc::new(Book::new(numbered_by, next, positions));
    ctx.kept.get::<Books>().put(app.id, Arc::clone(&book));
    Ok(book)
}

/// Follows a unit until it is gone, or has ended for good.
async fn follow(ctx: Ctx, driver: Arc<dyn Driver>, unit: Unit, book: Arc<Book>) {
    let mut taking = Taking::new(&unit, book, ctx.settings.apps.log_bytes_per_second);
    let mut pause = AGAIN;
    loop {
        let before = taking.position.clone();
        let since = (!before.at.is_empty()).then_some(before.at.as_str());
        let mut lines = driver.log_since(&unit, since);
        taking.again();
        while let Some(Ok(line)) = lines.next().await {
            taking.take(&line).await;
        }
        taking.tell();
        taking.book.hasten();
        let state = ctx.kept.get::<Observed>().of(unit.app);
        let state = state.into_iter().find(|seen| seen.unit.name == unit.name);
        match state.map(|seen| seen.unit.state) {
            None => return,
            // Once more for what came between the last look and the end.
            Some(State::Ended(..)) if taking.position == before => return,
            Some(_) => {}
        }
        pause = match taking.position == before {
            true => (pause * 2).min(LONGEST_AGAIN),
            false => AGAIN,
        };
        tokio::time::sleep(pause).await;
    }
}

/// Taking lines of one unit, each once and no more than it may write.
struct Taking {
    unit: String,
    book: Arc<Book>,
    position: Position,
    /// What was taken already and is told again: lines before a moment, and so many of it. Nothing behind them: what is written to output
    /// and to errors at once may be told in another order than its times.
    known: Option<Position>,
    recent: Recent,
    rate: u64,
    /// What it may write now, in bytes.
    room: u64,
    filled_at: Instant,
    skipped: (u64, u64),
    told_at: Instant,
}

impl Taking {
    fn new(unit: &Unit, book: Arc<Book>, rate: u64) -> Self {
        Self {
            unit: unit.name.clone(),
            position: book.position(&unit.name),
            book,
            known: None,
            recent: Recent::default(),
            rate,
            room: rate.saturating_mul(BURST),
            filled_at: Instant::now(),
            skipped: (0, 0),
            told_at: Instant::now(),
        }
    }

    /// What was taken until now is about to be told again.
    fn again(&mut self) {
        self.known = (!self.position.at.is_empty()).then(|| self.position.clone());
    }

    /// Whether a line was taken before.
    fn is_known(&mut self, line: &Line) -> bool {
        // The Docker Engine before 23 tells its newest file from the beginning when it was begun while somebody followed the one before.
        if self.known.is_none() && line.at < self.position.at && self.recent.has(&line.at) {
            self.again();
        }
        let Some(known) = &mut self.known else {
            return false;
        };
        match line.at.cmp(&known.at) {
            Ordering::Less => return true,
            Ordering::Equal if known.lines > 0 => {
                known.lines -= 1;
                if known.lines == 0 {
                    self.known = None;
                }
                return true;
            }
            Ordering::Equal | Ordering::Greater => {}
        }
        self.known = None;
        false
    }

    async fn take(&mut self, line: &LogLine) {
        let line = Line::new(&line.at, &self.unit, &line.text);
        if self.is_known(&line) {
            return;
        }
        self.recent.add(&line.at);
        match line.at.cmp(&self.position.at) {
            Ordering::Less => {}
            Ordering::Equal => self.position.lines += 1,
            Ordering::Greater => {
                self.position = Position {
                    at: line.at.clone(),
                    lines: 1,
                };
            }
        }
        let size = line.size() as u64;
        let gained = self.filled_at.elapsed().as_secs_f64() * to_float(self.rate);
        if gained >= 1.0 {
            self.filled_at = Instant::now();
            self.room = (self.room + to_whole(gained)).min(self.rate.saturating_mul(BURST));
        }
        let Some(room) = self.room.checked_sub(size) else {
            self.skipped = (self.skipped.0 + 1, self.skipped.1 + size);
            if self.told_at.elapsed() >= TELL {
                self.tell();
            }
            self.book.add(&self.unit, self.position.clone(), None);
            return;
        };
        self.room = room;
        if self.skipped.0 > 0 {
            self.tell();
        }
        while self.book.is_full() {
            // The engine keeps it meanwhile.
            tokio::time::sleep(LOOK).await;
        }
        self.book.add(&self.unit, self.position.clone(), Some(line));
    }

    /// Says how much was skipped.
    fn tell(&mut self) {
        let (lines, bytes) = std::mem::take(&mut self.skipped);
        if lines == 0 {
            return;
        }
        self.told_at = Instant::now();
        let said = format!(
            "slipway: {lines} lines with {bytes} bytes were skipped here: this unit writes more than {} bytes each second",
            self.rate
        );
        let line = Line::new(&self.position.at, &self.unit, &said.into());
        self.book.add(&self.unit, self.position.clone(), Some(line));
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates of bytes are far below 2^52")]
fn to_float(rate: u64) -> f64 {
    rate as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what was gained is not negative, and a float too large becomes the largest number"
)]
fn to_whole(gained: f64) -> u64 {
    gained as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Unit {
        Unit {
            name: "web-1-0".to_owned(),
            key: "web-1-0".to_owned(),
            slot: Some(0),
            app: "app-0000000000000000".parse().unwrap(),
            deploy: 1,
            version: 1,
            process: "web".to_owned(),
            state: State::Running,
            address: None,
            restarts: 0,
            started_at: None,
        }
    }

    fn line(at: &str, text: &'static str) -> LogLine {
        LogLine {
            at: at.to_owned(),
            text: text.into(),
        }
    }

    fn texts(book: &Book) -> Vec<String> {
        let (_, lines) = book.lines();
        lines
            .iter()
            .map(|line| String::from_utf8_lossy(&line.text).into_owned())
            .collect()
    }

    #[tokio::test]
    async fn what_is_told_again_is_taken_once() {
        let book = Arc::new(Book::new("a".to_owned(), 0, HashMap::new()));
        let all = [
            line("2026-11-22T08:00:00.1Z", "one"),
            line("2026-11-22T08:00:00.2Z", "same"),
            line("2026-11-22T08:00:00.2Z", "same"),
            line("2026-11-22T08:00:00.3Z", "three"),
        ];
        let mut taking = Taking::new(&unit(), Arc::clone(&book), 1_000);
        for line in &all[..2] {
            taking.take(line).await;
        }
        // As whoever begins anew with the position that was kept.
        let mut taking = Taking::new(&unit(), Arc::clone(&book), 1_000);
        taking.again();
        for line in &all {
            taking.take(line).await;
        }
        taking.take(&line("2026-11-22T08:00:00.25Z", "late")).await;
        assert_eq!(texts(&book), ["one", "same", "same", "three", "late"]);
    }

    #[tokio::test]
    async fn what_an_engine_tells_twice_is_taken_once_and_what_comes_late_is_taken() {
        let book = Arc::new(Book::new("a".to_owned(), 0, HashMap::new()));
        let mut taking = Taking::new(&unit(), Arc::clone(&book), 1_000_000);
        let at = |number: usize| line(&format!("2026-11-22T08:{:02}:{:02}Z", number / 60, number % 60), "told");
        for number in 0..2_000 {
            taking.take(&at(number)).await;
        }
        // From what is remembered, and from before that.
        for first in [1_990, 10] {
            for number in first..2_000 {
                taking.take(&at(number)).await;
            }
        }
        assert_eq!(texts(&book).len(), 2_000);
        taking.take(&line("2026-11-22T08:33:18.5Z", "late")).await;
        taking.take(&at(2_000)).await;
        assert_eq!(texts(&book)[2_000..], ["late", "told"]);
    }

    #[tokio::test]
    async fn a_unit_that_writes_without_end_is_told_what_was_skipped() {
        let book = Arc::new(Book::new("a".to_owned(), 0, HashMap::new()));
        let mut taking = Taking::new(&unit(), Arc::clone(&book), 10);
        for number in 0..5 {
            taking
                .take(&line(&format!("2026-11-22T08:00:00.{number}Z"), "0123456789"))
                .await;
        }
        // 10 bytes each second, for ten seconds: of lines of 50 bytes two fit.
        assert_eq!(texts(&book), ["0123456789", "0123456789"]);
        taking.filled_at -= Duration::from_secs(10);
        taking.take(&line("2026-11-22T08:00:01Z", "again")).await;
        let texts = texts(&book);
        assert_eq!((texts.len(), texts[3].as_str()), (4, "again"));
        assert!(
            texts[2].starts_with("slipway: 3 lines with 150 bytes were skipped"),
            "{texts:?}"
        );
    }
}
