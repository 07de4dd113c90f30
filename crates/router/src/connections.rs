//! Connections to units, kept for the next request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::body::Held;

/// Until a unit takes a connection: it is on this machine.
const CONNECTING: Duration = Duration::from_secs(3);
/// Connections that are not used are closed before most programs close them.
pub(crate) const IDLE: Duration = Duration::from_secs(4);

/// Those that no request has.
#[derive(Default)]
pub(crate) struct Connections(Mutex<HashMap<SocketAddr, Vec<Kept>>>);

struct Kept {
    connection: SendRequest<Held>,
    since: Instant,
}

/// A connection that an answer comes by; dropping it gives it back.
pub(crate) struct Lent {
    connection: Option<SendRequest<Held>>,
    address: SocketAddr,
    from: Arc<Connections>,
}

/// Why a unit did not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Nothing was sent to it.
    #[error("{0}")]
    Unsent(String),
    /// It may have seen the request.
    #[error("{0}")]
    Broken(String),
}

impl Connections {
    /// Asks a unit by a connection that is there, else by a new one. A unit may close a connection in the moment in which it is
    /// used again: then a new one is made, if the request was not sent or `may_repeat`.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        address: SocketAddr,
        may_repeat: bool,
        request: impl Fn() -> Request<Held>,
    ) -> Result<(Response<Incoming>, Lent), Trouble> {
        if let Some(connection) = self.take(address).await {
            match self.send(address, connection, request()).await {
                Err(Trouble::Broken(why)) if !may_repeat => return Err(Trouble::Broken(why)),
                Err(_) => {}
                answered => return answered,
            }
        }
        self.send(address, open(address).await?, request()).await
    }

    /// Closes those that were not used for too long.
    pub(crate) fn close_idle(&self, now: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, all| {
            all.retain(|one| !one.is_old(now) && !one.connection.is_closed());
            !all.is_empty()
        });
    }

    async fn send(
        self: &Arc<Self>,
        address: SocketAddr,
        mut connection: SendRequest<Held>,
        request: Request<Held>,
    ) -> Result<(Response<Incoming>, Lent), Trouble> {
        match connection.try_send_request(request).await {
            Ok(answer) => {
                let lent = Lent {
                    connection: Some(connection),
                    address,
                    from: Arc::clone(self),
                };
                Ok((answer, lent))
            }
            Err(mut error) => Err(match error.take_message() {
                Some(_) => Trouble::Unsent(reason(&error.into_error())),
                None => Trouble::Broken(reason(&error.into_error())),
            }),
        }
    }

    /// The one that was used last and is still open.
    async fn take(&self, address: SocketAddr) -> Option<SendRequest<Held>> {
        while let Some(mut last) = self.pop(address) {
            if !last.is_old(Instant::now()) && last.connection.ready().await.is_ok() {
                return Some(last.connection);
            }
        }
        None
    }

    fn pop(&self, address: SocketAddr) -> Option<Kept> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_mut(&address)?.pop()
    }
}

impl Kept {
    fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= IDLE
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| !connection.is_closed()) {
            let mut kept = self.from.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.entry(self.address).or_default().push(Kept {
                connection,
                since: Instant::now(),
            });
        }
    }
}

/// A new connection, which is looked after in the background until it ends.
async fn open(address: SocketAddr) -> Result<SendRequest<Held>, Trouble> {
    let connecting = tokio::time::timeout(CONNECTING, TcpStream::connect(address)).await;
    let stream = connecting
        .map_err(|_| Trouble::Unsent("it takes no connection".to_owned()))?
        .map_err(|error| Trouble::Unsent(error.to_string()))?;
    stream.set_nodelay(true).ok();
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Trouble::Unsent(reason(&error)))?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(unit = %address, error = %reason(&error), "a connection to a unit broke");
        }
    });
    Ok(sender)
}

/// The innermost of what an error says.
fn reason(error: &hyper::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
