//! What a runner is told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use slipway_tofu::engines::Sources;
use slipway_tofu::sandbox::{Level, Limits};
use url::Url;

/// A runner's settings.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// The server.
    pub server: Url,
    /// Reach the server by this Unix socket.
    pub server_socket: Option<PathBuf>,
    /// The pool's token.
    pub token: SecretString,
    /// Name for people.
    pub name: String,
    /// Labels for people and pools.
    pub labels: BTreeMap<String, String>,
    /// Items at once; `None`: as many as memory allows.
    pub slots: Option<u32>,
    /// Directory of all runs. The same on every runner of a pool, and short.
    pub runs: PathBuf,
    /// Directory of spools, caches and archives, of this machine.
    pub work: PathBuf,
    /// Where engines are.
    pub engines: Sources,
    /// Filesystem mirrors of providers, asked first.
    pub mirrors: Vec<PathBuf>,
    /// Whether providers may come from their registries.
    pub direct: bool,
    /// Environment for every run: proxies, certificates.
    pub environment: BTreeMap<String, String>,
    /// Program and first arguments that call `slipway_tofu::sandbox::exec_from_file` with one more argument:
    /// `[<slipway>, "sandbox-exec"]`.
    pub sandbox_helper: Vec<PathBuf>,
    /// The least that the sandbox must enforce.
    pub sandbox_demand: Level,
    /// Limits of every program of a run.
    pub limits: Limits,
    /// What no run may reach: the server's data directory, keys.
    pub protected: Vec<PathBuf>,
    /// How long a selection of providers and modules that is not pinned stays good.
    pub warm_age: Duration,
    /// End when the work at hand is done and the server is gone this long; the embedded runner's way to make room for the
    /// one of the next server. `None`: wait for ever.
    pub leave_after: Option<Duration>,
}

/// Why a runner ends or does not start.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The kernel enforces less than demanded.
    #[error(
        "the sandbox enforces level `{enforced}` here and `{demanded}` is demanded: use Linux 6.12 or newer with \
         Landlock, or start with --allow-unsandboxed"
    )]
    Sandbox {
        /// What is enforced.
        enforced: Level,
        /// What is demanded.
        demanded: Level,
    },
    /// The directories collide.
    #[error(transparent)]
    Policy(#[from] slipway_tofu::sandbox::PolicyError),
    /// A directory cannot be made.
    #[error("cannot use the directory {path}")]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The cache cannot be opened.
    #[error("cannot use the cache")]
    Cache(#[from] slipway_tofu::cache::CacheError),
    /// The server's address or token cannot work.
    #[error(transparent)]
    Client(#[from] slipway_client::ClientError),
}
