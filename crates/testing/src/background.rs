//! Programs that run beside the tests and end with them, however they end.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;

use anyhow::{Context, Result, anyhow};

/// A program with an environment of PATH and language only, to which the kernel sends `signal` when this process
/// ends (`PR_SET_PDEATHSIG`, set by `setpriv`). `setpriv_options` come before the program.
pub(crate) fn ending_with_us(program: &Path, signal: &str, setpriv_options: &[&str]) -> Command {
    let mut command = plain("setpriv");
    command.args(setpriv_options);
    command.args(["--pdeathsig", signal, "--"]).arg(program);
    command
}

/// A program with an environment of PATH and language only.
pub(crate) fn plain(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("LC_ALL", "C");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Starts a program and waits for the line on its standard error that says it is ready; returns that line.
///
/// It is started by a thread that lives as long as this process: the signal at the parent's death is sent when the
/// thread that started the child ends, and a test's thread ends with the test.
pub(crate) fn start(mut command: Command, ready_line: &'static str) -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return drop(sender.send(Err(format!("{command:?}: {error}")))),
        };
        let mut said = String::new();
        let mut is_ready = false;
        let errors = child.stderr.take().into_iter();
        // Read to the end, or the program would stop at a full pipe.
        for line in errors
            .flat_map(|errors| BufReader::new(errors).lines())
            .map_while(Result::ok)
        {
            if is_ready {
                continue;
            }
            is_ready = line.contains(ready_line);
            said.push_str(&line);
            said.push('\n');
            if is_ready {
                sender.send(Ok(line)).ok();
            }
        }
        sender.send(Err(format!("{command:?} ended: {said}"))).ok();
        child.wait().ok();
    });
    receiver
        .recv()
        .context("the starting thread ended")?
        .map_err(|said| anyhow!(said))
}

/// Starts a program that says nothing on its standard error, and waits until it listens at this port.
///
/// # Errors
/// It ends before, or does not listen in time.
pub(crate) fn start_listening(command: Command, port: u16) -> Result<()> {
    let receiver = start_beside(command);
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        if let Ok(ended) = receiver.recv_timeout(std::time::Duration::from_millis(50)) {
            return Err(anyhow!(ended));
        }
    }
    Err(anyhow!("nothing listens at port {port}"))
}

/// Starts a program that says nothing; what is given says how it ended.
pub(crate) fn start_beside(mut command: Command) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = command.spawn().and_then(|mut child| child.wait());
        sender.send(format!("{command:?} ended: {ended:?}")).ok();
    });
    receiver
}

/// What the directories of test processes start with; the process's id follows.
const PREFIX: &str = "slipway-test-servers-";

/// A directory for the servers of this test process. They outlive our last chance to remove it, so the next test
/// process does, by [`remove_leftovers`].
pub(crate) fn directory() -> Result<PathBuf> {
    let directory = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    Ok(directory)
}

/// Removes the directories of test processes that are gone.
pub(crate) fn remove_leftovers() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// Whether we run as root, as whom some servers refuse to.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
