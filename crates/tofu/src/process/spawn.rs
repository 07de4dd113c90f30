//! Starting: one thread for the whole life of this process does all of it, because a child asks for a signal when its
//! parent dies, and the kernel takes the *thread* that started it for the parent. A pool thread that ends would
//! interrupt engines.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

use super::{ProcessError, Running};
use crate::sandbox::Policy;

/// What to start. The values of `environment` may be secret, hence no `Debug`.
#[derive(Clone)]
pub struct Invocation {
    /// Absolute path of the program.
    pub program: PathBuf,
    /// Arguments without the program name. Never secrets.
    pub arguments: Vec<String>,
    /// The whole environment: nothing is inherited.
    pub environment: BTreeMap<String, String>,
    /// Working directory.
    pub directory: PathBuf,
    /// File that receives stdout, appended; made with mode 0600.
    pub output: PathBuf,
    /// File that receives stderr, appended; the same as `output` when both belong into one log.
    pub errors: PathBuf,
    /// The walls; `None` starts the program as it is (version queries, tests).
    pub confinement: Option<Confinement>,
}

/// How an invocation is put into the sandbox.
#[derive(Debug, Clone)]
pub struct Confinement {
    /// Program and first arguments that call [`crate::sandbox::exec_from_file`] with one more argument, the policy file:
    /// `[<our binary>, "sandbox-exec"]`.
    pub helper: Vec<PathBuf>,
    /// Where the policy is written. Outside everything the program may write, or a run could widen its next phase.
    pub policy_file: PathBuf,
    /// The walls; its program and arguments are replaced by the invocation's.
    pub policy: Policy,
}

/// Starts the program in a process group of its own.
///
/// # Errors
/// [`ProcessError`] when a log or policy file cannot be made or the program (or the sandbox helper) does not start. A
/// program that the sandbox refuses starts and ends with [`crate::sandbox::EXIT_CODE_REFUSED`].
pub async fn spawn(invocation: &Invocation) -> Result<Running, ProcessError> {
    let program = invocation.program.display().to_string();
    let command = prepare(invocation)?;
    let child = start(command)
        .await
        .map_err(|source| ProcessError::Start { program, source })?;
    let record = invocation
        .confinement
        .as_ref()
        .and_then(|confinement| confinement.policy.record.clone());
    Running::watch(child, record)
}

fn prepare(invocation: &Invocation) -> Result<Command, ProcessError> {
    let output = open_log(&invocation.output)?;
    let errors = open_log(&invocation.errors)?;
    let mut command = match &invocation.confinement {
        None => {
            let mut command = Command::new(&invocation.program);
            command.args(&invocation.arguments);
            command
        }
        Some(confinement) => confined(invocation, confinement)?,
    };
    command
        .env_clear()
        .envs(&invocation.environment)
        .current_dir(&invocation.directory)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0);
    Ok(command)
}

fn confined(invocation: &Invocation, confinement: &Confinement) -> Result<Command, ProcessError> {
    let policy = Policy {
        program: invocation.program.clone(),
        arguments: invocation.arguments.clone(),
        ..confinement.policy.clone()
    };
    write_policy(&confinement.policy_file, &policy).map_err(|source| ProcessError::File {
        path: confinement.policy_file.display().to_string(),
        source,
    })?;
    if let Some(folder) = &policy.record {
        // What an earlier program left must not be taken for this one's.
        let _ = std::fs::remove_file(folder.join("exit.json"));
        let _ = std::fs::remove_file(folder.join("started.json"));
    }
    let [helper, first_arguments @ ..] = confinement.helper.as_slice() else {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "no sandbox helper is configured");
        return Err(ProcessError::Start {
            program: invocation.program.display().to_string(),
            source,
        });
    };
    let mut command = Command::new(helper);
    command.args(first_arguments).arg(&confinement.policy_file);
    Ok(command)
}

fn open_log(path: &Path) -> Result<File, ProcessError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| ProcessError::File {
            path: path.display().to_string(),
            source,
        })
}

fn write_policy(path: &Path, policy: &Policy) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&serde_json::to_vec(policy)?)
}

struct Request {
    command: Command,
    reply: oneshot::Sender<io::Result<Child>>,
}

async fn start(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts programs is gone");
    let (reply, answer) = oneshot::channel();
    starter()?.send(Request { command, reply }).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

/// The one thread that starts programs; made at the first use and never ended.
fn starter() -> io::Result<&'static Sender<Request>> {
    static STARTER: OnceLock<Sender<Request>> = OnceLock::new();
    if let Some(sender) = STARTER.get() {
        return Ok(sender);
    }
    let (sender, requests) = channel::<Request>();
    std::thread::Builder::new().name("starter".into()).spawn(move || {
        for mut request in requests {
            // The answer is lost only when the caller gave up waiting; the child is then reaped by dropping nothing:
            // it ends by itself or with this process.
            let _ = request.reply.send(request.command.spawn());
        }
    })?;
    Ok(STARTER.get_or_init(|| sender))
}
