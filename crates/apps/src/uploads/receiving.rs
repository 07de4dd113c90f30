//! Contents of a list as they come: checked one by one, kept many together.

use std::collections::BTreeMap;
use std::pin::pin;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use tokio::sync::mpsc;

use super::listing::{absent, manifest};
use super::store::{self, Model};
use super::streaming::{Reader, Stopped};
use crate::apps::{App, service as apps};
use crate::source_contents as contents;
use crate::sources::{Digest, read_contents};

/// What came of the contents of a list.
pub struct Received {
    /// The list.
    pub source: Model,
    /// How many contents came.
    pub taken: u64,
    /// How many are still missing.
    pub missing: u64,
}

/// Takes contents of a list that was kept: only those that are in it, each only when it is what its digest says. What came whole before
/// the connection broke is kept; the list, sent again, is answered with what is still missing.
///
/// # Errors
///
/// `NotFound` where there is no such list; `Invalid` for what is not in it, and for what is something else than it says.
pub async fn receive(
    ctx: &Ctx,
    app: &App,
    digest: &str,
    coming: impl Stream<Item = Result<Bytes>>,
) -> Result<Received> {
    apps::require_there(app)?;
    let found = store::find(ctx.db.reader(), app.id, digest).await?;
    let source = found.filter(|source| source.is_list);
    let source = source.ok_or_else(|| Error::not_found("list of source", digest))?;
    let manifest = manifest(ctx, &source).await?;
    let mut wanted: BTreeMap<Digest, u64> = BTreeMap::new();
    wanted.extend(
        manifest
            .contents()
            .into_iter()
            .map(|(digest, size)| (digest.clone(), size)),
    );

    let (sender, mut whole) = mpsc::channel(1);
    let reader = Reader::begin(move |coming| {
        read_contents(coming, &mut wanted, |digest, content| {
            sender.blocking_send((digest, content)).is_ok()
        })
    });
    let feeding = feed(reader, coming);
    let keeping = async {
        let mut packing = contents::service::Packing::new(app);
        while let Some((digest, content)) = whole.recv().await {
            packing.take(ctx, digest, content).await?;
        }
        packing.end(ctx).await
    };
    // Both to their ends: what came before a break is worth keeping.
    let (fed, kept) = tokio::join!(feeding, keeping);
    let taken = kept?;
    fed?;
    let listed: Vec<&Digest> = manifest.contents().into_keys().collect();
    let known = contents::store::known(ctx.db.reader(), app.id, &listed).await?;
    Ok(Received {
        source,
        taken,
        missing: u64::try_from(absent(&manifest, &known).len()).unwrap_or(u64::MAX),
    })
}

async fn feed(reader: Reader, coming: impl Stream<Item = Result<Bytes>>) -> Result<()> {
    let mut coming = pin!(coming);
    let mut reader = Some(reader);
    while let Some(reading) = reader.take() {
        let Some(bit) = coming.next().await else {
            return reading.end().await.map_err(refused);
        };
        let bit = match bit {
            Ok(bit) => bit,
            Err(broken) => {
                // Ends what reads, which finds a piece without its end; why it is none is known here.
                reading.end().await.ok();
                return Err(broken);
            }
        };
        reader = reading.read(bit).await.map_err(refused)?;
    }
    Ok(())
}

fn refused(stopped: Stopped) -> Error {
    match stopped {
        Stopped::Source(error) => Error::new(slipway_api::Code::Invalid, sentence(&error.to_string())),
        Stopped::Broken(error) => error,
    }
}
