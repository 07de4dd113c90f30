//! Bytes that come bit by bit, for what reads them where reading may block.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use slipway_kernel::{Error, Result};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::sources::SourceError;

/// Bits that wait to be read.
const WAITING: usize = 4;

/// What is read, in the order in which it came; it ends when nothing more is given.
pub(super) struct Coming {
    bits: mpsc::Receiver<Bytes>,
    rest: Bytes,
}

impl Read for Coming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.bits.blocking_recv() {
                Some(bit) => self.rest = bit,
                None => return Ok(0),
            }
        }
        let size = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(buffer.get_mut(..size).unwrap_or_default());
        Ok(size)
    }
}

/// Somebody who reads what is given to him.
pub(super) struct Reader {
    bits: mpsc::Sender<Bytes>,
    work: JoinHandle<Result<(), SourceError>>,
}

impl Reader {
    /// Begins to read on a thread where that may block.
    pub(super) fn begin(work: impl FnOnce(Coming) -> Result<(), SourceError> + Send + 'static) -> Self {
        let (bits, receiver) = mpsc::channel(WAITING);
        let coming = Coming {
            bits: receiver,
            rest: Bytes::new(),
        };
        Self {
            bits,
            work: tokio::task::spawn_blocking(move || work(coming)),
        }
    }

    /// Gives him the next bit; nothing once he has seen enough, as a tar archive ends before its file does.
    pub(super) async fn read(self, bit: Bytes) -> Result<Option<Self>, Stopped> {
        match self.bits.send(bit).await {
            Ok(()) => Ok(Some(self)),
            Err(_) => self.end().await.map(|()| None),
        }
    }

    /// There is no more.
    pub(super) async fn end(self) -> Result<(), Stopped> {
        drop(self.bits);
        let ended = self.work.await;
        Ok(ended.map_err(|error| Stopped::Broken(Error::internal(error)))??)
    }
}

/// Why somebody does not read on.
#[derive(Debug)]
pub(super) enum Stopped {
    /// What he read is not as it should be, or he could not write it.
    Source(SourceError),
    /// He is gone.
    Broken(Error),
}

impl From<SourceError> for Stopped {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bits_are_read_as_one() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut reader = Reader::begin(move |mut coming| {
            let mut text = String::new();
            coming.read_to_string(&mut text).unwrap();
            sender.send(text).unwrap();
            Ok(())
        });
        for bit in ["one", "", " two", " three"] {
            reader = reader.read(Bytes::from(bit)).await.unwrap().unwrap();
        }
        reader.end().await.unwrap();
        assert_eq!(receiver.recv().unwrap(), "one two three");
    }

    #[tokio::test]
    async fn who_has_seen_enough_needs_no_more() {
        let mut reader = Some(Reader::begin(|_| Ok(())));
        while let Some(reading) = reader {
            reader = reading.read(Bytes::from("more")).await.unwrap();
        }
    }
}
