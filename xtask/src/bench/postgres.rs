//! A PostgreSQL of the bench's own: on a socket in its folder and no port, with PostgreSQL's own durable settings.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Signal, geteuid};

use super::child::{Running, pause};
use crate::{environment, process};

/// PostgreSQL refuses to run as root; Debian's package makes this user for it.
const USER: &str = "postgres";
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    process: Option<Running>,
}

impl Postgres {
    /// Makes a cluster in `folder` and starts it.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        fs::create_dir_all(folder)?;
        if geteuid().is_root() {
            chown(folder, Some(number("-u")?), Some(number("-g")?))?;
        }
        let tables = folder.join("tables");
        let mut initdb = as_user(&programs.join("initdb"));
        initdb.arg("--pgdata").arg(&tables);
        initdb.args([
            "--username",
            USER,
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        process::output(&mut initdb)?;
        let mut command = as_user(&programs.join("postgres"));
        command.arg("-D").arg(&tables).arg("-k").arg(folder);
        command.args(["-c", "listen_addresses="]);
        let log = folder.with_extension("log");
        let mut running = Running::start(command, &log)?;
        let mut cluster = Self {
            programs,
            folder: folder.to_path_buf(),
            process: None,
        };
        let begin = Instant::now();
        while cluster.run("SELECT 1").is_err() {
            running.check(&log)?;
            if begin.elapsed() > PATIENCE {
                bail!("PostgreSQL does not answer; see {}", log.display());
            }
            pause(Duration::from_millis(50));
        }
        cluster.process = Some(running);
        Ok(cluster)
    }

    /// Where a server finds it.
    pub(super) fn url(&self) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://{USER}@localhost/postgres?host={host}")
    }

    /// Runs statements, all or none.
    pub(super) fn run(&self, statements: &str) -> Result<String> {
        let mut command = Command::new(self.programs.join("psql"));
        command.arg("--host").arg(&self.folder);
        command.args([
            "--username",
            USER,
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
        ]);
        command.args([
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--command",
            statements,
            "postgres",
        ]);
        command.env_clear().env("PATH", environment::search_path());
        process::output(&mut command)
    }

    pub(super) fn stop(mut self) -> Result<()> {
        match &mut self.process {
            // Interrupted, it ends at once; told to terminate, it would wait for its clients.
            Some(process) => process.stop(Signal::INT),
            None => Ok(()),
        }
    }
}

/// Where PostgreSQL's programs are: on PATH, or where Debian puts them.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let path = environment::search_path();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| {
            ["initdb", "postgres", "psql"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
        .context("PostgreSQL is not installed: `apt-get install postgresql` on Debian")
}

fn number(flag: &str) -> Result<u32> {
    Ok(process::output(Command::new("id").args([flag, USER]))?.trim().parse()?)
}

/// A program as a user that is not root.
fn as_user(program: &Path) -> Command {
    let mut command = if geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", environment::search_path())
        .current_dir("/");
    command
}
