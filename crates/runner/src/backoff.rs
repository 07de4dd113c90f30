//! Trying again while the server is away, and telling "away" from "no".

use std::time::Duration;

use slipway_api::Code;
use slipway_client::ClientError;

/// Waits that double from 100 ms to 5 s: an outage ends for everybody within seconds of the server's return.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    pub(crate) async fn wait(&mut self) {
        let doubled = 100u64.saturating_mul(1 << self.failures.min(10));
        self.failures += 1;
        tokio::time::sleep(Duration::from_millis(doubled.min(5_000))).await;
    }
}

/// Whether the server understood and refused, so that the same request would be refused again.
pub(crate) fn is_final(error: &ClientError) -> bool {
    match error {
        ClientError::Api(answer) => {
            let later = matches!(answer.code(), Some(Code::TooManyRequests | Code::Unavailable));
            (400..500).contains(&answer.status) && answer.status != 408 && !later
        }
        ClientError::Segment(_) | ClientError::Token | ClientError::Encode(_) => true,
        _ => false,
    }
}

/// Whether the server lacks something that has to be sent before.
pub(crate) fn is_gap(error: &ClientError) -> bool {
    matches!(error, ClientError::Api(answer) if answer.code() == Some(Code::OffsetGap))
}

/// Repeats a request until it succeeds or is refused for good.
pub(crate) async fn persist<T, F>(what: &str, mut attempt: impl FnMut() -> F) -> Result<T, ClientError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    let mut backoff = Backoff::default();
    loop {
        match attempt().await {
            Err(error) if !is_final(&error) => {
                tracing::debug!(what, %error, "the server is away, trying again");
                backoff.wait().await;
            }
            answer => return answer,
        }
    }
}
