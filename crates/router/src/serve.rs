//! The router at work: its table, and the connections that it answers.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::entrance::Entrance;
use crate::lookup::{Active, Lookup};
use crate::measured::Measured;
use crate::table::{Table, TableError};
use crate::targets::{Target, Targets};
use crate::tls::{self, Certificates};
use crate::workers::Workers;

/// A router; copies share its table.
#[derive(Clone)]
pub struct Router {
    name: Arc<str>,
    routes: Arc<Routes>,
    /// From the first time that it listens.
    workers: Arc<Mutex<Option<Arc<Workers>>>>,
}

/// What is served.
#[derive(Default)]
pub(crate) struct Routes {
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
        Self {
            name: name.into().into(),
            routes: Arc::default(),
            workers: Arc::default(),
        }
    }

    /// Takes a table, for every request that begins from now on; those that have begun end as they began. Says whether it
    /// was newer than the one that is there.
    ///
    /// # Errors
    /// When something in it is wrong; then everything stays as it was.
    pub fn set(&self, table: Table) -> Result<bool, TableError> {
        table.check()?;
        let certificates = tls::read(&table)?;
        let mut now = self.routes.now.write().unwrap_or_else(PoisonError::into_inner);
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
        let lookup = Lookup::new(routes.values().cloned()).answering(table.answers, table.tls_port);
        let lookup = Arc::new(lookup);
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
        self.routes.certificates.set(certificates);
        Ok(true)
    }

    /// Of the table that is served; zero without one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.routes.now.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// Whether one of these, which are not in the table any more, has a request that did not end.
    #[must_use]
    pub fn is_busy(&self, gone: &[SocketAddr]) -> bool {
        let now = self.routes.now.read().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |target: &Arc<Target>| gone.contains(&target.address);
        now.leaving.iter().any(|target| is_meant(target) && target.is_busy())
    }

    /// Those that are not in the table any more and have requests that did not end.
    #[must_use]
    pub fn leaving(&self) -> Vec<SocketAddr> {
        let now = self.routes.now.read().unwrap_or_else(PoisonError::into_inner);
        let busy = now.leaving.iter().filter(|target| target.is_busy());
        busy.map(|target| target.address).collect()
    }

    /// What was counted of each route since it was first told. A route that goes takes its counts along.
    #[must_use]
    pub fn measured(&self) -> BTreeMap<String, Measured> {
        let now = self.routes.now.read().unwrap_or_else(PoisonError::into_inner);
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
    /// When TLS cannot be prepared, or the system gives no threads.
    pub async fn serve(&self, listen: Listen, ending: CancellationToken, patience: Duration) -> io::Result<()> {
        let acceptor = match listen.is_tls {
            true => {
                let certificates = Arc::clone(&self.routes.certificates);
                let configuration = tls::configuration(certificates).map_err(io::Error::other)?;
                Some(TlsAcceptor::from(Arc::new(configuration)))
            }
            false => None,
        };
        let entrance = Arc::new(Entrance {
            routes: Arc::clone(&self.routes),
            acceptor,
            port: listen.socket.local_addr()?.port(),
            ending,
            closing: CancellationToken::new(),
            connections: TaskTracker::new(),
        });
        let workers = self.workers()?;
        entrance.serve(listen.socket, &workers, patience).await;
        Ok(())
    }

    fn workers(&self) -> io::Result<Arc<Workers>> {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(workers) = &*workers {
            return Ok(Arc::clone(workers));
        }
        let started = Arc::new(Workers::start(&self.name)?);
        Ok(Arc::clone(workers.insert(started)))
    }
}

impl Routes {
    /// By which requests are answered that begin now.
    pub(crate) fn lookup(&self) -> Arc<Lookup> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).lookup)
    }
}
