//! Sends a growing file to the server: reads behind the engine, masks, spools the masked bytes, and puts them by offset.
//!
//! Masking does not depend on how the bytes were cut, so a successor makes the same masked bytes again and goes on at
//! whatever offset the server has.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slipway_api::Code;
use slipway_client::{Client, ClientError, WorkLease, WorkStream};
use slipway_tofu::masking::Masker;
use slipway_tofu::process::Tail;
use tokio::sync::watch;

use crate::backoff::{Backoff, is_final};
use crate::spool::append_to;

/// Bytes per request: large enough for 50 MB/s, small enough to be sent again.
const CHUNK_BYTES: usize = 1 << 20;
/// How often the file is looked at. A reader should see a line within 200 ms.
const LOOK: Duration = Duration::from_millis(20);

/// What stands between two attempts in the log.
const AGAIN: &[u8] = b"\n[the runner was lost; another one starts again]\n\n";

/// One of an item's two streams.
#[derive(Clone)]
pub(crate) struct Stream {
    pub(crate) client: Client,
    pub(crate) lease: WorkLease,
    pub(crate) which: WorkStream,
    /// What the engine writes.
    pub(crate) raw: PathBuf,
    /// What is sent.
    pub(crate) masked: PathBuf,
    pub(crate) masker: Masker,
    /// What it has to mask besides, as soon as that is known.
    pub(crate) secrets: watch::Receiver<Arc<Masker>>,
    /// Where it goes on in the server's stream, behind what an attempt before left there.
    pub(crate) base: u64,
    /// Bytes that may be sent in all.
    pub(crate) limit_bytes: u64,
    /// Turns true when nothing more will be written.
    pub(crate) finished: watch::Receiver<bool>,
}

/// The end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Where the server's stream ends: behind everything, or where the server refused to take more.
    pub(crate) end: u64,
}

impl Stream {
    /// Sends until the end of the file after `finished`, however long the server is away.
    pub(crate) async fn run(mut self) -> io::Result<Sent> {
        let mut source = Source::open(&self)?;
        let mut sent = 0;
        let mut refused = false;
        let mut backoff = Backoff::default();
        loop {
            let is_last_look = *self.finished.borrow();
            let has_grown = source.mask_more(&mut self.masker, &mut self.secrets, is_last_look)?;
            if refused || sent == source.length {
                if is_last_look && !has_grown {
                    return Ok(Sent { end: self.base + sent });
                }
                if !has_grown {
                    self.pause().await;
                }
                continue;
            }
            match self.put(&source, sent).await {
                Ok(received) => {
                    sent = received.saturating_sub(self.base).min(source.length);
                    backoff.reset();
                }
                Err(error) => match expected(&error) {
                    Some(offset) => sent = offset.saturating_sub(self.base).min(source.length),
                    None if is_final(&error) => {
                        tracing::warn!(stream = self.which.name(), %error, "the server takes no more of a stream");
                        refused = true;
                    }
                    None => backoff.wait().await,
                },
            }
        }
    }

    async fn put(&self, source: &Source, sent: u64) -> Result<u64, ClientError> {
        let bytes = source.chunk(sent).unwrap_or_default();
        let offset = self.base + sent;
        let length = bytes.len();
        let accepted = self
            .client
            .put_work_stream(self.lease, self.which, offset, bytes.into())
            .await?;
        tracing::trace!(stream = self.which.name(), offset, length, ?accepted, "sent");
        Ok(accepted.received)
    }

    async fn pause(&mut self) {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = turned_true(&mut self.finished) => {}
        }
    }
}

/// Waits for the change to true; for ever when it is true already or will never be.
async fn turned_true(finished: &mut watch::Receiver<bool>) {
    if finished.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Where the server wants a stream to go on.
fn expected(error: &ClientError) -> Option<u64> {
    match error {
        ClientError::Api(answer) if answer.code() == Some(Code::OffsetGap) => answer.meta("expected")?.as_u64(),
        _ => None,
    }
}

/// The masked file and where it comes from.
struct Source {
    raw: Tail,
    masked: File,
    masked_path: PathBuf,
    length: u64,
    limit_bytes: u64,
    is_cut: bool,
    is_flushed: bool,
}

impl Source {
    /// Starts from nothing: a predecessor's masked file is made again, byte for byte.
    fn open(stream: &Stream) -> io::Result<Self> {
        let _ = fs::remove_file(&stream.masked);
        let mut source = Self {
            raw: Tail::open(&stream.raw, 0)?,
            masked: append_to(&stream.masked)?,
            masked_path: stream.masked.clone(),
            length: 0,
            limit_bytes: stream.limit_bytes,
            is_cut: false,
            is_flushed: false,
        };
        // The attempt before may have ended in the middle of a line.
        match stream.which {
            _ if stream.base == 0 => {}
            WorkStream::Log => source.write(AGAIN)?,
            WorkStream::Events => source.write(b"\n")?,
        }
        Ok(source)
    }

    /// Masks what is new; says whether there was anything.
    fn mask_more(
        &mut self,
        masker: &mut Masker,
        secrets: &mut watch::Receiver<Arc<Masker>>,
        is_last_look: bool,
    ) -> io::Result<bool> {
        let new = self.raw.read(CHUNK_BYTES)?;
        // After reading: what is printed was known before it could be.
        if secrets.has_changed().unwrap_or(false) {
            masker.follow(&secrets.borrow_and_update());
        }
        if !new.is_empty() {
            let masked = masker.feed(&new);
            self.append(&masked)?;
            return Ok(true);
        }
        if is_last_look && !self.is_flushed {
            self.is_flushed = true;
            let rest = masker.finish();
            self.append(&rest)?;
            return Ok(!rest.is_empty());
        }
        Ok(false)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = usize::try_from(self.limit_bytes.saturating_sub(self.length)).unwrap_or(usize::MAX);
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.write(kept)?;
        if kept.len() < bytes.len() && !self.is_cut {
            self.is_cut = true;
            self.write(b"\n[the log is longer than its limit and was cut here; the run goes on]\n")?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.masked.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn chunk(&self, offset: u64) -> io::Result<Vec<u8>> {
        let file = File::open(&self.masked_path)?;
        let rest = usize::try_from(self.length - offset).unwrap_or(CHUNK_BYTES);
        let mut bytes = vec![0; rest.min(CHUNK_BYTES)];
        file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }
}
