//! A Docker Engine of the bench's own, and what is asked of it without anybody in between.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use serde_json::Value;

use super::child::{Running, pause};
use crate::{environment, process};

/// Until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Docker Engine with nothing in it.
pub(super) struct Engine {
    process: Running,
    folder: PathBuf,
    pub(super) socket: PathBuf,
}

impl Engine {
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let socket = folder.join("docker.sock");
        let mut command = Command::new("dockerd");
        command.args(["--bridge", "none", "--iptables=false", "--ip6tables=false"]);
        command.arg("--default-address-pool=base=10.249.0.0/16,size=24");
        for (option, path) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
            command.arg(option).arg(folder.join(path));
        }
        command.arg("--host").arg(format!("unix://{}", socket.display()));
        command.env_clear().env("PATH", environment::search_path());
        let log = folder.join("dockerd.log");
        let mut process = Running::start(command, &log)?;
        let begun = Instant::now();
        while !fs::read_to_string(&log)?.contains("API listen on") {
            process.check(&log)?;
            if begun.elapsed() > PATIENCE {
                bail!("the Docker Engine does not start; see {}", log.display());
            }
            pause(Duration::from_millis(50));
        }
        Ok(Self {
            process,
            folder: folder.to_owned(),
            socket,
        })
    }

    /// An image of BusyBox with these files, which runs a line of shell.
    pub(super) fn image(&self, name: &str, files: &[(&str, &str)], run: &str) -> Result<()> {
        let root = tempfile::tempdir_in(&self.folder)?;
        let busybox = ["/bin/busybox", "/usr/bin/busybox"]
            .into_iter()
            .find(|path| Path::new(path).is_file());
        fs::copy(
            busybox.context("busybox-static is needed")?,
            root.path().join("busybox"),
        )?;
        for (path, content) in files {
            let full = root.path().join(path);
            fs::create_dir_all(full.parent().context("a file without a folder")?)?;
            fs::write(full, content)?;
        }
        let archive = root.path().with_extension("tar");
        process::output(
            Command::new("tar")
                .arg("-C")
                .arg(root.path())
                .arg("-cf")
                .arg(&archive)
                .arg("."),
        )?;
        let command = serde_json::to_string(&["/busybox", "sh", "-c", run])?;
        let mut import = Command::new("docker");
        import.arg("-H").arg(format!("unix://{}", self.socket.display()));
        import
            .args(["import", "--change", &format!("CMD {command}")])
            .arg(&archive)
            .arg(name);
        process::output(&mut import).map(drop)
    }

    /// Asks the engine itself.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let mut stream = UnixStream::connect(&self.socket)?;
        let body = body.map(Value::to_string).unwrap_or_default();
        // By HTTP/1.0 an answer comes in one piece.
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, said) = answer.split_once("\r\n\r\n").context("the engine does not answer")?;
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        ensure!(status.starts_with('2'), "{method} {path}: {status} {said}");
        match said.trim() {
            "" => Ok(Value::Null),
            said => Ok(serde_json::from_str(said)?),
        }
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        self.process.stop(Signal::TERM)
    }
}
