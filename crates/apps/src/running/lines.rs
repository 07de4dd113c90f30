//! What the units of an app write, together: line by line, with the time and the unit before it.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use slipway_kernel::{Ctx, Result};
use tokio::sync::mpsc::{Sender, channel};

use crate::apps::{App, store as apps};
use crate::clusters::driver::{DriverError, LogLine, Unit};
use crate::clusters::{self, service::failed};
use crate::pools;

/// Between two looks for units that are new.
const LOOK: Duration = Duration::from_secs(1);
/// Lines that wait for a slow reader.
const WAITING: usize = 256;

/// Which lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Only of this process.
    pub process: Option<String>,
    /// Only of this unit.
    pub unit: Option<String>,
    /// How many of those that are there.
    pub last: usize,
}

impl Wanted {
    fn is_meant(&self, unit: &Unit) -> bool {
        let is_process = self.process.as_ref().is_none_or(|process| *process == unit.process);
        is_process && self.unit.as_ref().is_none_or(|name| *name == unit.name)
    }
}

/// The last lines that are there, by their times.
///
/// # Errors
///
/// `Unavailable` when the cluster does not answer.
pub(crate) async fn last(ctx: &Ctx, app: &App, wanted: &Wanted) -> Result<Bytes> {
    if app.deploy_count == 0 {
        // Nothing ever ran.
        return Ok(Bytes::new());
    }
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await?;
    let mut lines = Vec::new();
    for unit in driver.units(Some(app.id)).await.map_err(failed)? {
        if wanted.is_meant(&unit) {
            let mut log = driver.log(&unit, wanted.last, false);
            while let Some(Ok(line)) = log.next().await {
                lines.push((line.at.clone(), shown(&unit.name, &line)));
            }
        }
    }
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    let skipped = lines.len().saturating_sub(wanted.last);
    let text: Vec<Bytes> = lines.into_iter().skip(skipped).map(|(_, line)| line).collect();
    Ok(Bytes::from(text.concat()))
}

/// The last lines, and all that follow: also of units that are started meanwhile.
pub(crate) fn follow(
    ctx: &Ctx,
    app: &App,
    wanted: Wanted,
) -> impl Stream<Item = std::result::Result<Bytes, std::io::Error>> + use<> {
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(gather(ctx.clone(), app.clone(), wanted, sender));
    futures::stream::unfold(receiver, |mut receiver| async move {
        let line = receiver.recv().await?;
        Some((Ok(line), receiver))
    })
}

async fn gather(ctx: Ctx, app: App, wanted: Wanted, lines: Sender<Bytes>) {
    let mut known = BTreeSet::new();
    let mut last = wanted.last;
    let mut is_told = false;
    while !lines.is_closed() && !ctx.wakes.is_ending() {
        match begin(&ctx, &app, (&wanted, last), &mut known, &lines).await {
            // The app is gone.
            Ok(false) => return,
            // What is new from now on is shown from its beginning.
            Ok(true) => (last, is_told) = (usize::MAX, false),
            Err(error) if !is_told => {
                lines.send(Bytes::from(format!("{}\n", error.detail()))).await.ok();
                is_told = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = lines.closed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Begins to read units that are not read yet; false when the app is not there any more.
async fn begin(
    ctx: &Ctx,
    app: &App,
    (wanted, last): (&Wanted, usize),
    known: &mut BTreeSet<String>,
    lines: &Sender<Bytes>,
) -> Result<bool> {
    let Some(app) = apps::find(ctx.db.reader(), app.id).await? else {
        return Ok(false);
    };
    if app.deploy_count == 0 {
        // Nothing ever ran: no cluster has to be asked.
        return Ok(true);
    }
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await?;
    for unit in driver.units(Some(app.id)).await.map_err(failed)? {
        if wanted.is_meant(&unit) && known.insert(unit.name.clone()) {
            let log = driver.log(&unit, last, true);
            tokio::spawn(forward(unit.name, log, lines.clone()));
        }
    }
    Ok(true)
}

async fn forward(
    unit: String,
    mut log: BoxStream<'static, std::result::Result<LogLine, DriverError>>,
    lines: Sender<Bytes>,
) {
    loop {
        let line = tokio::select! {
            () = lines.closed() => return,
            line = log.next() => line,
        };
        let Some(Ok(line)) = line else { return };
        if lines.send(shown(&unit, &line)).await.is_err() {
            return;
        }
    }
}

fn shown(unit: &str, line: &LogLine) -> Bytes {
    // To the millisecond: what follows tells nobody anything.
    let at = match line.at.split_once('.') {
        Some((seconds, rest)) => format!("{seconds}.{}Z", rest.get(..3).unwrap_or(rest.trim_end_matches('Z'))),
        None => line.at.clone(),
    };
    let mut shown = format!("{at} {unit} ").into_bytes();
    shown.extend_from_slice(&line.text);
    shown.push(b'\n');
    Bytes::from(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_time_and_its_unit_before_it() {
        let line = |at: &str| LogLine {
            at: at.to_owned(),
            text: Bytes::from_static(b"two words"),
        };
        assert_eq!(
            shown("web-3-0", &line("2026-11-22T08:00:00.123456789Z")),
            "2026-11-22T08:00:00.123Z web-3-0 two words\n"
        );
        assert_eq!(
            shown("web-3-0", &line("2026-11-22T08:00:00Z")),
            "2026-11-22T08:00:00Z web-3-0 two words\n"
        );
    }
}
