//! What a plan changes, for people: made from the plan's JSON and sent, details first, then the index of all.
//!
//! What must stay true: everything is masked before it leaves; the index goes last, because with it the server shows both;
//! a failure is said in the runner's own log and changes nothing about the plan.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use slipway_tofu::plan::Plan;
use slipway_tofu::plan::changes::Changes;
use tokio::sync::mpsc;

use crate::backoff::persist;
use crate::item::Work;

/// Packs that wait to be sent.
const WAITING_PACKS: usize = 2;

/// What is made of a plan, in the order of making.
enum Part {
    /// Details of the changes from a number on, gzipped.
    Pack(usize, Bytes),
    /// The index, gzipped.
    Index(Bytes),
}

/// Makes index and details of a plan's JSON and brings them to the server.
pub(crate) async fn send(work: &Work, json: Bytes) {
    let secrets = work.secrets.values();
    let (parts, mut made) = mpsc::channel(WAITING_PACKS);
    let making = tokio::task::spawn_blocking(move || make(&json, &secrets, &parts));
    while let Some(part) = made.recv().await {
        let sent = match part {
            Part::Pack(first, pack) => {
                let send = || work.client.put_work_plan_change_pack(work.lease, first, pack.clone());
                persist("plan-changes", send).await
            }
            Part::Index(index) => {
                let send = || work.client.put_work_plan_changes(work.lease, index.clone());
                persist("plan-changes", send).await
            }
        };
        if let Err(error) = sent {
            tracing::warn!(%error, item = %work.lease.item, "the server does not take the plan's changes");
            return;
        }
    }
    if let Ok(Err(error)) = making.await {
        tracing::warn!(%error, item = %work.lease.item, "the plan's changes could not be made");
    }
}

fn make(json: &[u8], secrets: &[String], parts: &mpsc::Sender<Part>) -> anyhow::Result<()> {
    let plan = Plan::parse(json)?;
    let changes = Changes::new(&plan, secrets)?;
    for pack in changes.packs() {
        // Nobody takes parts any more: it was said why.
        if parts
            .blocking_send(Part::Pack(pack.first, gzip(&pack.lines, Compression::fast())?))
            .is_err()
        {
            return Ok(());
        }
    }
    let index = serde_json::to_vec(&changes.index())?;
    let _ = parts.blocking_send(Part::Index(gzip(&index, Compression::default())?));
    Ok(())
}

fn gzip(bytes: &[u8], level: Compression) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), level);
    encoder.write_all(bytes)?;
    encoder.finish().map(Bytes::from)
}
