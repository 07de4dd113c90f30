//! The router at work: its table, and the connections that it answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::forward::Forwarder;
use crate::headers::Asked;
use crate::lookup::{Active, Lookup};
use crate::measured::Measured;
use crate::table::{Table, TableError};
use crate::targets::{Target, Targets};
use crate::tls::{self, Certificates};

/// How long a client may take to say what it wants.
const ASKING: Duration = Duration::from_secs(30);
/// How long a client may take to agree on TLS.
const GREETING: Duration = Duration::from_secs(10);

/// A router; copies share its table.
#[derive(Clone)]
pub struct Router(Arc<Shared>);

struct Shared {
    forwarder: Forwarder,
    certificates: Arc<Certificates>,
    now: RwLock<Now>,
}

#[derive(Default)]
struct Now {
    version: u64,
    routes: BTreeMap<String, Arc<Active>>,
    lookup: Arc<Lookup>,
    /// Out of the table, with requests that did not end.
    leaving: Vec<Arc<Target>>,
}

/// Where a router listens.
pub struct Listen {
    /// An open socket.
    pub socket: TcpListener,
    /// Whether connections begin with TLS.
    pub is_tls: bool,
}

impl Router {
    /// A router without routes. Ids of requests that have none begin with `name`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(Arc::new(Shared {
            forwarder: Forwarder::new(name.into()),
            certificates: Arc::default(),
            now: RwLock::default(),
        }))
    }

    /// Takes a table, for every request that begins from now on; those that have begun end as they began. Says whether it
    /// was newer than the one that is there.
    ///
    /// # Errors
    /// When something in it is wrong; then everything stays as it was.
    pub fn set(&self, table: Table) -> Result<bool, TableError> {
        table.check()?;
        let certificates = tls::read(&table)?;
        let mut now = self.0.now.write().unwrap_or_else(PoisonError::into_inner);
        if table.version <= now.version {
            return Ok(false);
        }
        let nothing = Targets::default();
        let routes = table.routes.into_iter().map(|(name, route)| {
            let before = now.routes.get(&name);
            let targets = Targets::new(&route.targets, before.map_or(&nothing, |active| &active.targets));
            let at_work = before.map(|active| Arc::clone(&active.at_work)).unwrap_or_default();
            let counts = before.map(|active| Arc::clone(&active.counts)).unwrap_or_default();
            (
                name,
                Arc::new(Active {
                    route,
                    targets,
                    at_work,
                    counts,
                }),
            )
        });
        let routes: BTreeMap<_, _> = routes.collect();
        let lookup = Arc::new(Lookup::new(routes.values().cloned()));
        let mut leaving: Vec<Arc<Target>> = now.leaving.drain(..).filter(|target| target.is_busy()).collect();
        for (name, before) in &now.routes {
            let next = routes.get(name).map_or(&nothing, |active| &active.targets);
            leaving.extend(before.targets.leaving(next));
        }
        *now = Now {
            version: table.version,
            routes,
            lookup,
            leaving,
        };
        self.0.certificates.set(certificates);
        Ok(true)
    }

    /// Of the table that is served; zero without one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// Whether one of these, which are not in the table any more, has a request that did not end.
    #[must_use]
    pub fn is_busy(&self, gone: &[SocketAddr]) -> bool {
        let now = self.0.now.read().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |target: &Arc<Target>| gone.contains(&target.address);
        now.leaving.iter().any(|target| is_meant(target) && target.is_busy())
    }

    /// What was counted of each route since it was first told. A route that goes takes its counts along.
    #[must_use]
    pub fn measured(&self) -> BTreeMap<String, Measured> {
        let now = self.0.now.read().unwrap_or_else(PoisonError::into_inner);
        let read = |active: &Active| active.counts.read(active.at_work.load(Ordering::Relaxed));
        now.routes
            .iter()
            .map(|(name, active)| (name.clone(), read(active)))
            .collect()
    }

    /// Answers until `ending`; then no connection is taken any more, and those that are there end what they have begun, for
    /// `patience` at most.
    ///
    /// # Errors
    /// When TLS cannot be prepared.
    pub async fn serve(
        &self,
        listen: Listen,
        ending: CancellationToken,
        patience: Duration,
    ) -> Result<(), rustls::Error> {
        let acceptor = match listen.is_tls {
            true => Some(TlsAcceptor::from(Arc::new(tls::configuration(Arc::clone(
                &self.0.certificates,
            ))?))),
            false => None,
        };
        let port = listen
            .socket
            .local_addr()
            .map(|address| address.port())
            .unwrap_or_default();
        let graceful = Arc::new(GracefulShutdown::new());
        loop {
            let accepted = tokio::select! {
                () = ending.cancelled() => break,
                accepted = listen.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, client)) => {
                    let (router, acceptor, graceful) = (self.clone(), acceptor.clone(), graceful.watcher());
                    tokio::spawn(async move { router.connection(stream, client, port, acceptor, graceful).await });
                }
                // Too many open files, mostly: some will be closed.
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listen.socket);
        if let Some(graceful) = Arc::into_inner(graceful)
            && tokio::time::timeout(patience, graceful.shutdown()).await.is_err()
        {
            tracing::warn!("connections that did not end were closed");
        }
        Ok(())
    }

    async fn connection(
        self,
        stream: TcpStream,
        client: SocketAddr,
        port: u16,
        acceptor: Option<TlsAcceptor>,
        graceful: hyper_util::server::graceful::Watcher,
    ) {
        stream.set_nodelay(true).ok();
        match acceptor {
            None => self.requests(stream, client, port, false, graceful).await,
            Some(acceptor) => match tokio::time::timeout(GREETING, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => self.requests(stream, client, port, true, graceful).await,
                Ok(Err(error)) => tracing::debug!(%client, %error, "a client did not agree on TLS"),
                Err(_) => tracing::debug!(%client, "a client was silent"),
            },
        }
    }

    async fn requests(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        client: SocketAddr,
        port: u16,
        is_tls: bool,
        graceful: hyper_util::server::graceful::Watcher,
    ) {
        let shared = Arc::clone(&self.0);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move {
                let lookup = Arc::clone(&shared.now.read().unwrap_or_else(PoisonError::into_inner).lookup);
                let asked = Asked {
                    client: client.ip(),
                    is_tls,
                    host: String::new(),
                    port,
                };
                Ok::<_, std::convert::Infallible>(shared.forwarder.answer(&lookup, asked, request).await)
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(ASKING);
        builder.http2().timer(TokioTimer::new());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(error) = graceful.watch(connection.into_owned()).await {
            tracing::debug!(%client, %error, "a connection broke");
        }
    }
}
