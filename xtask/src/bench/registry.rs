//! A provider registry on this machine that counts what is fetched from it (`registry.py`, which speaks TLS).

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use super::child::{Running, pause};
use crate::environment;

const PROGRAM: &str = include_str!("registry.py");
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Registry {
    _process: Running,
    folder: PathBuf,
    port: String,
}

impl Registry {
    /// Starts it with the test provider of the mirror.
    pub(super) fn start(bench: &Bench) -> Result<Self> {
        let folder = bench.folder.join("registry");
        fs::create_dir_all(&folder)?;
        let program = folder.join("registry.py");
        fs::write(&program, PROGRAM)?;
        let python = bench.tools.python.as_ref().context("the tools have no Python")?;
        let provider = bench.tools.mirror.join("registry.opentofu.org/hashicorp/random");
        let mut command = Command::new(python);
        command
            .arg(&program)
            .arg(&folder)
            .arg(&provider)
            .env_clear()
            .env("PATH", environment::search_path());
        let log = folder.join("registry.log");
        let mut process = Running::start(command, &log)?;
        let begin = Instant::now();
        let port = loop {
            if let Ok(port) = fs::read_to_string(folder.join("port")) {
                break port;
            }
            process.check(&log)?;
            if begin.elapsed() > PATIENCE {
                bail!("the registry did not start; see {}", log.display());
            }
            pause(Duration::from_millis(10));
        };
        Ok(Self {
            _process: process,
            folder,
            port,
        })
    }

    /// What a server needs so that its runs trust this registry.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let certificate = self.folder.join("certificate.pem").display().to_string();
        vec![("SSL_CERT_FILE".to_owned(), certificate)]
    }

    /// One resource whose provider is here.
    pub(super) fn configuration(&self) -> String {
        let source = format!("localhost:{}/hashicorp/random", self.port);
        super::raw::CONFIGURATION.replace("hashicorp/random", &source)
    }

    /// How often a package was fetched.
    pub(super) fn downloads(&self) -> Result<usize> {
        let requests = fs::read_to_string(self.folder.join("requests")).context("nothing was asked for")?;
        Ok(requests.lines().filter(|path| path.ends_with(".zip")).count())
    }
}
