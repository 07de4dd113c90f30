//! Where connections come in, and how they end when it closes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::CONNECTION;
use http::{HeaderValue, Version};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::forward::Forwarder;
use crate::headers::Caller;
use crate::serve::Routes;
use crate::workers::Workers;

/// How long a client may take to say what it wants.
const ASKING: Duration = Duration::from_secs(30);
/// How long a client may take to agree on TLS.
const GREETING: Duration = Duration::from_secs(10);
/// How long connections stay open for one more request after the entrance was closed. A client that uses its connection in the
/// moment in which it is closed gets no answer; by then it mostly has one that says that it is the last.
const LINGERING: Duration = Duration::from_secs(2);

/// One address at which requests are taken.
pub(crate) struct Entrance {
    pub(crate) routes: Arc<Routes>,
    pub(crate) acceptor: Option<TlsAcceptor>,
    pub(crate) port: u16,
    /// No connection is taken any more, and each answer is its connection's last.
    pub(crate) ending: CancellationToken,
    /// Connections without a request are closed.
    pub(crate) closing: CancellationToken,
    pub(crate) connections: TaskTracker,
}

impl Entrance {
    /// Takes connections until it ends; then those that are there end what they have begun, for `patience` at most.
    pub(crate) async fn serve(self: &Arc<Self>, socket: TcpListener, workers: &Workers, patience: Duration) {
        loop {
            let accepted = tokio::select! {
                () = self.ending.cancelled() => break,
                accepted = socket.accept() => accepted.and_then(|(stream, client)| Ok((stream.into_std()?, client))),
            };
            match accepted {
                Ok((stream, client)) => self.give(stream, client, workers),
                // Too many open files, mostly: some will be closed.
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        for (stream, client) in waiting(socket) {
            self.give(stream, client, workers);
        }
        self.connections.close();
        let ended = async {
            let lingering = LINGERING.min(patience / 2);
            tokio::time::timeout(lingering, self.connections.wait()).await.ok();
            self.closing.cancel();
            self.connections.wait().await;
        };
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!("connections that did not end are closed");
        }
    }

    fn give(self: &Arc<Self>, stream: std::net::TcpStream, client: SocketAddr, workers: &Workers) {
        let (entrance, counted) = (Arc::clone(self), self.connections.token());
        workers.give(move |forwarder| {
            tokio::spawn(async move {
                match TcpStream::from_std(stream) {
                    Ok(stream) => entrance.connection(stream, client, forwarder, counted).await,
                    Err(error) => tracing::warn!(%client, %error, "a connection cannot be taken"),
                }
            });
        });
    }

    async fn connection(
        &self,
        stream: TcpStream,
        client: SocketAddr,
        forwarder: Arc<Forwarder>,
        counted: TaskTrackerToken,
    ) {
        stream.set_nodelay(true).ok();
        let caller = Caller::new(client.ip(), self.port, self.acceptor.is_some(), counted);
        match &self.acceptor {
            None => self.requests(stream, caller, forwarder).await,
            Some(acceptor) => match tokio::time::timeout(GREETING, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => self.requests(stream, caller, forwarder).await,
                Ok(Err(error)) => tracing::debug!(%client, %error, "a client did not agree on TLS"),
                Err(_) => tracing::debug!(%client, "a client was silent"),
            },
        }
    }

    async fn requests(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        caller: Caller,
        forwarder: Arc<Forwarder>,
    ) {
        let is_last = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_last);
        let asking = Arc::new((Arc::clone(&self.routes), caller, forwarder));
        let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let (asking, is_last) = (Arc::clone(&asking), Arc::clone(&told));
            async move {
                let (routes, caller, forwarder) = &*asking;
                let may_say = request.version() < Version::HTTP_2;
                let mut answer = forwarder.answer(&routes.lookup(), caller, request).await;
                if may_say && is_last.load(Ordering::Relaxed) && !answer.status().is_informational() {
                    answer
                        .headers_mut()
                        .insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(ASKING);
        builder.http2().timer(TokioTimer::new());
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = self.ending.cancelled() => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                is_last.store(true, Ordering::Relaxed);
                let lingered = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = self.closing.cancelled() => None,
                };
                match lingered {
                    Some(ended) => ended,
                    None => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}

/// Closes a socket; gives the connections that the system let in and nobody took, which would be cut off with it.
fn waiting(socket: TcpListener) -> Vec<(std::net::TcpStream, SocketAddr)> {
    let accept = |socket: std::net::TcpListener| -> io::Result<Vec<_>> {
        let mut all = Vec::new();
        while let Ok((stream, client)) = socket.accept() {
            stream.set_nonblocking(true)?;
            all.push((stream, client));
        }
        Ok(all)
    };
    socket.into_std().and_then(accept).unwrap_or_default()
}
