//! The one source of time. Nothing else reads the clock, so that tests and the simulation decide what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use slipway_api::Timestamp;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is told to go on.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.unix_ms()))))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Manual(unix_ms) => Timestamp::from_unix_ms(unix_ms.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on; the system's clock does not obey.
    pub fn advance(&self, duration: std::time::Duration) {
        if let Source::Manual(unix_ms) = &self.0 {
            unix_ms.fetch_add(
                i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
                Ordering::SeqCst,
            );
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the place that reads the clock for whoever decides by it"
)]
fn system_now() -> Timestamp {
    chrono::Utc::now().into()
}
