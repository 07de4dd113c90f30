//! A Docker Engine of its own for tests: one per test process, on a private socket, with nothing in it.
//!
//! It makes no rules for packets, so that engines of several test processes do not take each other's away: containers
//! reach each other and this machine, and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};

use crate::background;

const MISSING: &str = "the Docker Engine is needed for this test: `apt-get install docker.io` on Debian";

/// The engine's socket.
///
/// # Errors
/// The engine is not there, or does not start; the message says how to get it.
pub fn socket() -> Result<PathBuf> {
    static ENGINE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    engine.clone().map_err(|error| anyhow!(error))
}

/// The socket of another engine, which keeps its networks apart, as engines do: it makes rules for packets, in a network of its own that
/// this machine does not reach.
///
/// # Errors
/// The engine is not there, or does not start; the message says how to get it.
pub fn apart() -> Result<PathBuf> {
    static ENGINE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| start_apart().map_err(|error| format!("{error:#}")));
    engine.clone().map_err(|error| anyhow!(error))
}

/// An engine that its test ends and begins again, as machines do.
#[derive(Debug)]
pub struct Own {
    name: &'static str,
    /// The size of the file system that everything of it is on, in MiB; that of the machine without.
    mebibytes: Option<u32>,
}

impl Own {
    /// One of a name that no other test of this process takes.
    ///
    /// # Errors
    /// The engine is not there, or does not start; the message says how to get it.
    pub fn start(name: &'static str) -> Result<Self> {
        let engine = Self { name, mebibytes: None };
        engine.begin()?;
        Ok(engine)
    }

    /// The same, with so little room for everything of it. Begun again it has forgotten all.
    ///
    /// # Errors
    /// The same.
    pub fn small(name: &'static str, mebibytes: u32) -> Result<Self> {
        let engine = Self {
            name,
            mebibytes: Some(mebibytes),
        };
        engine.begin()?;
        Ok(engine)
    }

    /// Where it listens, also while it is not there.
    ///
    /// # Errors
    /// There is no room for its files.
    pub fn socket(&self) -> Result<PathBuf> {
        Ok(self.directory()?.join("docker.sock"))
    }

    /// Begins it again, with what it had.
    ///
    /// # Errors
    /// It does not start.
    pub fn begin(&self) -> Result<()> {
        background::remove_leftovers();
        let data = self.directory()?.join("data");
        std::fs::create_dir_all(&data)?;
        let mut engine = match self.mebibytes {
            None => background::ending_with_us(&find()?, "TERM", &[]),
            Some(mebibytes) => {
                let mut engine = background::ending_with_us(Path::new("unshare"), "TERM", &[]);
                let script = format!("mount -t tmpfs -o size={mebibytes}m none \"$0\" && exec \"$@\"");
                engine
                    .args(["--mount", "--", "sh", "-c", &script])
                    .arg(&data)
                    .arg(find()?);
                engine
            }
        };
        engine.args(["--bridge", "none", "--iptables=false", "--ip6tables=false"]);
        let part = 240 + std::process::id() % 10 + u32::from(self.mebibytes.is_some());
        engine.arg(format!("--default-address-pool=base=10.{part}.0.0/16,size=24"));
        begin(engine, self.name).map(drop)
    }

    /// Ends it, with all that runs in it, and waits until it has ended.
    ///
    /// # Errors
    /// It does not say which process it is.
    pub fn end(&self) -> Result<()> {
        let path = self.directory()?.join("pid");
        let process = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let process = process.trim();
        Command::new("kill").args(["-TERM", process]).status()?;
        while Path::new("/proc").join(process).exists() {
            #[expect(clippy::disallowed_methods, reason = "other processes give no condition to wait on")]
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ok(())
    }

    fn directory(&self) -> Result<PathBuf> {
        Ok(background::directory()?.join(self.name))
    }
}

/// A program that is every usual command, and needs nothing beside it: what images of tests are made of.
///
/// # Errors
/// It is not there; the message says how to get it.
pub fn busybox() -> Result<PathBuf> {
    ["/bin/busybox", "/usr/bin/busybox"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file())
        .context("a static busybox is needed for this test: `apt-get install busybox-static` on Debian")
}

fn start() -> Result<PathBuf> {
    background::remove_leftovers();
    let mut engine = background::ending_with_us(&find()?, "TERM", &[]);
    engine.args(["--bridge", "none", "--iptables=false", "--ip6tables=false"]);
    // Processes that test at the same time must not give out the same addresses.
    let part = std::process::id() % 200;
    engine.arg(format!("--default-address-pool=base=10.{}.0.0/16,size=24", 40 + part));
    begin(engine, "docker")
}

fn start_apart() -> Result<PathBuf> {
    background::remove_leftovers();
    let mut engine = background::ending_with_us(Path::new("unshare"), "TERM", &[]);
    engine.arg("--net").arg(find()?).args(["--bridge", "none"]);
    begin(engine, "docker-apart")
}

/// Starts an engine with everything of it in a folder of this process.
fn begin(mut engine: Command, folder: &str) -> Result<PathBuf> {
    let directory = background::directory()?.join(folder);
    std::fs::create_dir_all(&directory)?;
    let socket = directory.join("docker.sock");
    for (option, path) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
        engine.arg(option).arg(directory.join(path));
    }
    engine.arg("--host").arg(format!("unix://{}", socket.display()));
    background::start(engine, "API listen on")?;
    Ok(socket)
}

fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder: PathBuf| folder.join("dockerd"))
        .find(|program: &PathBuf| Path::is_file(program))
        .context(MISSING)
}
