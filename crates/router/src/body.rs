//! Bodies of requests on their way to a unit.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// A request's body that can be sent to another unit as long as nothing of it was sent.
#[derive(Clone)]
pub(crate) struct Held {
    whole: Arc<Mutex<Option<Incoming>>>,
    begun: Option<Arc<Mutex<Incoming>>>,
    is_empty: bool,
    size: SizeHint,
    /// Bytes that may still come; none where there is no limit.
    left: Option<Arc<AtomicU64>>,
    is_too_large: Arc<AtomicBool>,
}

/// It is larger than the app takes.
#[derive(Debug, thiserror::Error)]
#[error("the body is larger than the app takes")]
struct TooLarge;

impl Held {
    /// `most_bytes` is zero where any size is taken.
    pub(crate) fn new(body: Incoming, most_bytes: u64) -> Self {
        let (is_empty, size) = (body.is_end_stream(), body.size_hint());
        Self {
            whole: Arc::new(Mutex::new(Some(body))),
            begun: None,
            is_empty,
            size,
            left: (most_bytes > 0).then(|| Arc::new(AtomicU64::new(most_bytes))),
            is_too_large: Arc::default(),
        }
    }

    /// Whether more came than may.
    pub(crate) fn is_too_large(&self) -> bool {
        self.is_too_large.load(Ordering::Relaxed)
    }

    /// Counts what came; false when it is too much.
    fn count(&self, bytes: usize) -> bool {
        let Some(left) = &self.left else {
            return true;
        };
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let fits = left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .is_ok();
        self.is_too_large.fetch_or(!fits, Ordering::Relaxed);
        fits
    }

    /// Whether nothing of it was sent.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_empty || self.whole.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if this.begun.is_none() {
            let whole = this.whole.lock().unwrap_or_else(PoisonError::into_inner).take();
            this.begun = whole.map(|body| Arc::new(Mutex::new(body)));
        }
        let Some(body) = &this.begun else {
            return Poll::Ready(None);
        };
        let polled = {
            let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
            Pin::new(&mut *body).poll_frame(cx)
        };
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                Poll::Ready(Some(this.count(bytes).then_some(frame).ok_or_else(|| TooLarge.into())))
            }
            other => other.map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}
