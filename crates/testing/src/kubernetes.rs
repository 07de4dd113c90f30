//! A real Kubernetes API server with etcd behind it, and no nodes: for what it says about tokens.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::{background, tools};

/// The token of an administrator, who answers to nobody.
pub const ADMIN: &str = "the-administrators-token";

/// A server that is starting; ends with this value.
#[derive(Debug)]
pub struct ApiServer {
    /// Its address. Its certificate is its own.
    pub url: String,
    folder: tempfile::TempDir,
    processes: Vec<Child>,
}

impl ApiServer {
    /// Starts one that believes tokens as `authentication` (an `AuthenticationConfiguration`) says. the pair is what it
    /// signs tokens of its own pods with, private and public, in PEM.
    ///
    /// # Errors
    /// It is not there or does not start; the message says how to get it.
    pub fn start(authentication: &str, (private, public): (&str, &str)) -> Result<Self> {
        let programs = tools::find()?
            .kubernetes
            .context("kube-apiserver is missing: run `cargo run -p xtask -- tools` once")?;
        let folder = tempfile::tempdir()?;
        let [etcd, peers, port] = [free_port()?, free_port()?, free_port()?];
        let place = |name: &str| folder.path().join(name);
        std::fs::write(place("authentication.yaml"), authentication)?;
        std::fs::write(place("key.pem"), private)?;
        std::fs::write(place("public.pem"), public)?;
        std::fs::write(place("tokens.csv"), format!("{ADMIN},admin,admin,system:masters\n"))?;
        let mut server = Self {
            url: format!("https://127.0.0.1:{port}"),
            processes: Vec::new(),
            folder,
        };
        server.run(server.etcd(&programs, etcd, peers), "etcd")?;
        server.run(server.api(&programs, etcd, port), "kube-apiserver")?;
        Ok(server)
    }

    fn etcd(&self, programs: &Path, port: u16, peers: u16) -> Command {
        let (own, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peers}"));
        let mut command = background::ending_with_us(&programs.join("etcd"), "TERM", &[]);
        command.args(["--name", "test", "--unsafe-no-fsync", "--data-dir"]);
        command.arg(self.path("etcd"));
        for (name, value) in [
            ("listen-client-urls", &own),
            ("advertise-client-urls", &own),
            ("listen-peer-urls", &peer),
            ("initial-advertise-peer-urls", &peer),
            ("initial-cluster", &format!("test={peer}")),
        ] {
            command.arg(format!("--{name}={value}"));
        }
        command
    }

    fn api(&self, programs: &Path, etcd: u16, port: u16) -> Command {
        let mut command = background::ending_with_us(&programs.join("kube-apiserver"), "TERM", &[]);
        command.args([
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--endpoint-reconciler-type=none",
        ]);
        command.arg(format!("--etcd-servers=http://127.0.0.1:{etcd}"));
        command.arg(format!("--secure-port={port}"));
        for (name, file) in [
            ("cert-dir", "certificates"),
            ("authentication-config", "authentication.yaml"),
            ("token-auth-file", "tokens.csv"),
            ("service-account-key-file", "public.pem"),
            ("service-account-signing-key-file", "key.pem"),
        ] {
            command.arg(format!("--{name}={}", self.path(file).display()));
        }
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&mut self, mut command: Command, name: &str) -> Result<()> {
        let log = File::create(self.path(&format!("{name}.log")))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        self.processes.push(child);
        Ok(())
    }

    /// The certificate that it made for itself at its start, in PEM.
    ///
    /// # Errors
    /// It has not started yet.
    pub fn certificate(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.path("certificates/apiserver.crt"))?)
    }

    /// What the API server said so far.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.path("kube-apiserver.log")).unwrap_or_default()
    }

    /// Whether both programs run.
    pub fn is_alive(&mut self) -> bool {
        self.processes
            .iter_mut()
            .all(|process| matches!(process.try_wait(), Ok(None)))
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
