//! Writing what was collected, and taking away what is too old or too much.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use slipway_api::Timestamp;
use slipway_api::ids::AppId;
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result, blobs};

use super::book::{Book, Books, Page};
use super::model::Line;
use super::store::{self, Model, Wanted};
use crate::apps::store as apps;

/// What is kept together at most, in bytes as it was written: the blobs compress more than that less.
const SEGMENT: usize = 4 << 20;
/// Segments that are taken away together.
const BATCH: u64 = 100;
/// Of a day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Writes what a book has.
pub(super) async fn write(ctx: &Ctx, app: AppId, book: &Book) -> Result<()> {
    let _order = book.writing.lock().await;
    let page = book.page();
    if page.positions.is_empty() && page.lines.is_empty() {
        return Ok(());
    }
    match write_page(ctx, app, &page).await {
        Ok(()) => {
            book.written(&page);
            Ok(())
        }
        Err(error) => {
            book.failed(&page);
            Err(error)
        }
    }
}

async fn write_page(ctx: &Ctx, app: AppId, page: &Page) -> Result<()> {
    let Some(app) = apps::find(ctx.db.reader(), app).await? else {
        // It was deleted meanwhile, and its log with it.
        ctx.kept.get::<Books>().forget(app);
        return Ok(());
    };
    if page.lines.is_empty() {
        let tx = ctx.begin().await?;
        put_positions(&tx, app.id, page).await?;
        return tx.commit().await;
    }
    let (mut piece, mut content) = Piece::of(page);
    let mut replaced = Vec::new();
    // Small ones become large ones: each line is written anew a few times and not each time.
    let before = Wanted {
        before: Some(piece.first),
        is_descending: true,
        ..Wanted::default()
    };
    for older in store::segments(ctx.db.reader(), app.id, &before, 16).await? {
        let (size, old) = (content.len(), usize::try_from(older.size_bytes).unwrap_or(usize::MAX));
        let is_small = old <= size.saturating_mul(2) && old.saturating_add(size) <= SEGMENT;
        if !is_small || older.end() != piece.first {
            break;
        }
        let mut joined = ctx.blobs.get(ctx, app.organization_id, &older.blob).await?.to_vec();
        joined.append(&mut content);
        content = joined;
        piece.join(&older);
        replaced.push(older);
    }
    let size_bytes = i64::try_from(content.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, app.organization_id, Bytes::from(content)).await?;
    let segment = Model {
        app_id: app.id,
        first: piece.first,
        organization_id: app.organization_id,
        line_count: piece.line_count,
        from_at: piece.from,
        to_at: piece.to,
        units: piece.units.into_iter().collect::<Vec<_>>().join(" "),
        size_bytes,
        blob,
    };
    let tx = ctx.begin().await?;
    for older in &replaced {
        if !store::delete(&tx, older).await? {
            return Err(Error::conflict("Another process keeps this log."));
        }
        blobs::release(&tx, &older.owner()).await?;
    }
    store::insert(&tx, &segment).await?;
    blobs::refer(&tx, ctx, app.organization_id, &segment.blob, &segment.owner()).await?;
    put_positions(&tx, app.id, page).await?;
    tx.commit().await
}

async fn put_positions(tx: &Tx, app: AppId, page: &Page) -> Result<()> {
    for (unit, position) in &page.positions {
        store::put_position(tx, app, unit, position).await?;
    }
    Ok(())
}

/// What is known of lines that are kept together.
struct Piece {
    first: i64,
    line_count: i64,
    from: Timestamp,
    to: Timestamp,
    units: BTreeSet<String>,
}

impl Piece {
    /// Of a page, with its lines as they are written.
    fn of(page: &Page) -> (Self, Vec<u8>) {
        let mut content = Vec::with_capacity(page.lines.iter().map(Line::size).sum());
        let mut units = BTreeSet::new();
        for line in &page.lines {
            line.write(&mut content);
            if !units.contains(&line.unit) {
                units.insert(line.unit.clone());
            }
        }
        let moment = |line: Option<&Line>| line.and_then(|line| line.at.parse().ok()).unwrap_or_default();
        let piece = Self {
            first: page.first,
            line_count: i64::try_from(page.lines.len()).unwrap_or(i64::MAX),
            from: moment(page.lines.iter().min_by(|one, other| one.at.cmp(&other.at))),
            to: moment(page.lines.iter().max_by(|one, other| one.at.cmp(&other.at))),
            units,
        };
        (piece, content)
    }

    /// With those of a segment before it.
    fn join(&mut self, older: &Model) {
        self.first = older.first;
        self.line_count += older.line_count;
        self.from = self.from.min(older.from_at);
        self.to = self.to.max(older.to_at);
        self.units.extend(older.units.split(' ').map(str::to_owned));
    }
}

/// Takes away what is too old, and of each app what is too much, the oldest first; to be called now and then.
///
/// # Errors
///
/// Those of the database; what was taken away until then stays away.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let settings = &ctx.settings.apps;
    if settings.log_days > 0 {
        let oldest = ctx.now().before(DAY * settings.log_days);
        loop {
            let old = store::before(ctx.db.reader(), oldest, BATCH).await?;
            if old.is_empty() {
                break;
            }
            take_away(ctx, &old).await?;
        }
    }
    let most = i64::try_from(settings.log_bytes).unwrap_or(i64::MAX);
    for (app, size) in store::larger(ctx.db.reader(), most).await? {
        let mut too_much = size - most;
        while too_much > 0 {
            let mut oldest = store::segments(ctx.db.reader(), app, &Wanted::default(), BATCH).await?;
            let before = too_much;
            oldest.retain(|segment| {
                let goes = too_much > 0;
                too_much -= segment.size_bytes;
                goes
            });
            if oldest.is_empty() || before == too_much {
                break;
            }
            take_away(ctx, &oldest).await?;
        }
    }
    Ok(())
}

async fn take_away(ctx: &Ctx, segments: &[Model]) -> Result<()> {
    let tx = ctx.begin().await?;
    for segment in segments {
        store::delete(&tx, segment).await?;
        blobs::release(&tx, &segment.owner()).await?;
    }
    tx.commit().await
}

/// Forgets what the units of an app wrote.
///
/// # Errors
///
/// Those of the database.
pub async fn forget_of(tx: &Tx, app: AppId) -> Result<()> {
    loop {
        let some = store::segments(&**tx, app, &Wanted::default(), BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        for segment in &some {
            store::delete(tx, segment).await?;
            blobs::release(tx, &segment.owner()).await?;
        }
    }
}
