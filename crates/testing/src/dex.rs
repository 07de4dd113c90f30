//! A real Dex for tests: an OpenID Connect provider with one person who has a password, and a connector that believes
//! what a proxy's headers say, by which a test decides about a person's groups at each sign-in.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{background, tools};

/// What Dex knows Slipway by.
pub const CLIENT_ID: &str = "slipway";
/// The secret that goes with it.
pub const CLIENT_SECRET: &str = "dex-client-secret";
/// Who has a password there.
pub const EMAIL: &str = "ada@example.com";
/// That password.
pub const PASSWORD: &str = "password";
/// The password's hash, from Dex's own examples.
const HASH: &str = "$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W";
/// How often another port is tried, should somebody take it in between.
const TRIES: u32 = 3;

/// A provider; ends with this value.
#[derive(Debug)]
pub struct Dex {
    /// How it names itself.
    pub issuer: String,
    port: u16,
    redirects: Vec<String>,
    program: PathBuf,
    folder: tempfile::TempDir,
    process: Option<Child>,
}

impl Dex {
    /// Starts a provider that answers to nobody yet: see [`Self::answer_to`].
    ///
    /// # Errors
    /// It is not there or does not start; the message says how to get it.
    pub fn start() -> Result<Self> {
        let program = tools::find()?
            .dex
            .context("Dex is missing: run `cargo run -p xtask -- tools` once")?;
        for _ in 1..TRIES {
            if let Ok(dex) = Self::start_once(program.clone()) {
                return Ok(dex);
            }
        }
        Self::start_once(program)
    }

    fn start_once(program: PathBuf) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut dex = Self {
            issuer: format!("http://127.0.0.1:{port}/dex"),
            port,
            redirects: Vec::new(),
            program,
            folder: tempfile::tempdir()?,
            process: None,
        };
        dex.restart()?;
        Ok(dex)
    }

    /// Lets browsers be sent back to this address, too. Dex reads that at its start, so it starts anew.
    ///
    /// # Errors
    /// It does not start.
    pub fn answer_to(&mut self, redirect: &str) -> Result<()> {
        self.redirects.push(redirect.to_owned());
        self.restart()
    }

    /// Starts it anew. It keeps everything in memory, so it has other keys afterwards, and the former are gone.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        let file = self.folder.path().join("dex.yaml");
        std::fs::write(&file, self.configuration())?;
        let mut command = background::ending_with_us(&self.program.join("dex"), "TERM", &[]);
        command.arg("serve").arg(&file);
        self.process = Some(wait_until_ready(command)?);
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().ok();
            process.wait().ok();
        }
    }

    fn configuration(&self) -> String {
        let redirects: String = self.redirects.iter().map(|uri| format!("\n  - {uri}")).collect();
        let redirects = if redirects.is_empty() {
            " []".to_owned()
        } else {
            redirects
        };
        format!(
            "issuer: {issuer}
storage: {{type: memory}}
web: {{http: '127.0.0.1:{port}'}}
frontend: {{dir: '{web}'}}
enablePasswordDB: true
staticPasswords:
- {{email: {EMAIL}, hash: '{HASH}', username: ada, userID: ada-at-dex}}
connectors:
- type: authproxy
  id: proxy
  name: Proxy
  config: {{userIDHeader: X-Remote-User-Id, userHeader: X-Remote-User, emailHeader: X-Remote-User-Email, groupHeader: X-Remote-Group}}
staticClients:
- id: {CLIENT_ID}
  secret: {CLIENT_SECRET}
  name: Slipway
  redirectURIs:{redirects}
",
            issuer = self.issuer,
            port = self.port,
            web = self.program.join("web").display(),
        )
    }
}

impl Drop for Dex {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts it and waits until it listens. What it says afterwards is read and dropped.
fn wait_until_ready(mut command: Command) -> Result<Child> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut process = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let mut lines = BufReader::new(process.stderr.take().context("Dex has no standard error")?).lines();
    let mut said = String::new();
    for line in lines.by_ref().map_while(std::io::Result::ok) {
        said.push_str(&line);
        said.push('\n');
        if line.contains("listening on") && line.contains("server=http") {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(process);
        }
    }
    process.wait().ok();
    bail!("Dex ended: {said}")
}
