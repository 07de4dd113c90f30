//! Commands that run in a unit, with a terminal or without.

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::query_parameters::ResizeExecOptionsBuilder;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWrite;
use tokio::time::Instant;

use crate::engine::Engine;
use crate::error::DockerError;

/// Between two looks at a command that wrote its last: the engine notes the end a little later.
const LOOK: Duration = Duration::from_millis(20);

/// For the engine to know a command that it began.
const PATIENCE: Duration = Duration::from_secs(10);

/// What shall run, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandSpec {
    /// A program with its arguments; no shell is put around it.
    pub command: Vec<String>,
    /// Beside what the unit has.
    pub env: Vec<(String, String)>,
    /// Columns and rows of a terminal; without it output and errors are told apart.
    pub terminal: Option<(u16, u16)>,
    /// Whether what is given to it is read.
    pub reads: bool,
}

/// What is written, piece by piece.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Output, DockerError>> + Send>>;
/// Where what shall be read is put.
pub type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// A command at work.
pub struct Command {
    /// What else it is told, and asked.
    pub control: Control,
    /// What it writes, until it ends.
    pub output: Pieces,
    /// What it reads.
    pub input: Input,
}

/// A command at work, for whoever does not hear it.
#[derive(Debug, Clone)]
pub struct Control {
    id: String,
    /// The unit that it runs in.
    unit: String,
    engine: Engine,
}

/// A piece of what a command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Whether it was written to standard error; with a terminal nothing is.
    pub is_error: bool,
    /// As it was written.
    pub bytes: Bytes,
}

impl Engine {
    /// Starts a command in a unit that runs.
    ///
    /// # Errors
    /// When the unit is not there or does not run.
    pub async fn start_command(&self, unit: &str, spec: &CommandSpec) -> Result<Command, DockerError> {
        let what = format!("unit {unit}");
        let has_terminal = spec.terminal.is_some();
        let options = CreateExecOptions {
            attach_stdin: Some(spec.reads),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(has_terminal),
            env: Some(spec.env.iter().map(|(key, value)| format!("{key}={value}")).collect()),
            cmd: Some(spec.command.clone()),
            ..CreateExecOptions::default()
        };
        let made = self
            .docker
            .create_exec(unit, options)
            .await
            .map_err(|error| self.failed(error, &what))?;
        let options = StartExecOptions {
            tty: has_terminal,
            ..StartExecOptions::default()
        };
        let started = self.docker.start_exec(&made.id, Some(options)).await;
        let StartExecResults::Attached { output, input } = started.map_err(|error| self.failed(error, &what))? else {
            return Err(DockerError::Unexpected("a command began without its output".to_owned()));
        };
        let engine = self.clone();
        let output = output.map(move |piece| piece.map(read).map_err(|error| engine.failed(error, "command")));
        if let Some(size) = spec.terminal {
            match resize(self, &made.id, size).await {
                // A short one is through already.
                Ok(()) | Err(DockerError::Refused(_) | DockerError::NotFound(_)) => {}
                Err(lost) => return Err(lost),
            }
        }
        Ok(Command {
            control: Control {
                id: made.id,
                unit: unit.to_owned(),
                engine: self.clone(),
            },
            output: Box::pin(output),
            input,
        })
    }
}

impl Command {
    /// Tells its terminal how large it is.
    ///
    /// # Errors
    /// When the engine cannot.
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<(), DockerError> {
        self.control.resize(columns, rows).await
    }

    /// How it ended; nothing while it goes on.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn exit_code(&self) -> Result<Option<i64>, DockerError> {
        self.control.exit_code().await
    }

    /// Waits for its end, whatever it writes; gives its exit code.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn ended(self) -> Result<i64, DockerError> {
        let Self {
            control,
            mut output,
            input,
        } = self;
        drop(input);
        while output.next().await.is_some() {}
        drop(output);
        control.ended().await
    }
}

impl Control {
    /// Tells its terminal how large it is.
    ///
    /// # Errors
    /// When the engine cannot.
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<(), DockerError> {
        resize(&self.engine, &self.id, (columns, rows)).await
    }

    /// How it ended; nothing while it goes on.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn exit_code(&self) -> Result<Option<i64>, DockerError> {
        exit_code(&self.engine, &self.id).await
    }

    /// Kills it with everything that it started and that did not leave its session. One that has ended is fine.
    ///
    /// # Errors
    /// When the engine does not answer, or nobody may: the machine has its processes hidden from this program, and the unit has
    /// no `kill`.
    pub async fn kill(&self) -> Result<(), DockerError> {
        let begun = Instant::now();
        let (process, container) = loop {
            let found = self.engine.docker.inspect_exec(&self.id).await;
            let found = found.map_err(|error| self.engine.failed(error, "command"))?;
            let process = found
                .pid
                .and_then(|pid| i32::try_from(pid).ok())
                .and_then(Pid::from_raw);
            match (found.running, process) {
                (Some(true), Some(process)) => break (process, found.container_id.unwrap_or_default()),
                // What it writes may come before the engine knows its number.
                _ if found.exit_code.is_none() && begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK).await,
                (Some(true), None) => return Err(cannot()),
                _ => return Ok(()),
            }
        };
        // The number may be of another machine's processes, or of another view at them: then it is nobody's here, or an innocent's.
        let groups = tokio::fs::read_to_string(format!("/proc/{}/cgroup", process.as_raw_nonzero())).await;
        if container.is_empty() || !groups.is_ok_and(|groups| groups.contains(&container)) {
            return Err(cannot());
        }
        // Each command has a session of its own, of which it is the first process.
        if kill_process_group(process, Signal::KILL).is_ok() {
            return Ok(());
        }
        self.kill_inside(process).await
    }

    /// The same by the unit's own means, where the process is another user's: as its own processes count.
    async fn kill_inside(&self, process: Pid) -> Result<(), DockerError> {
        let path = format!("/proc/{}/status", process.as_raw_nonzero());
        let status = tokio::fs::read_to_string(path).await;
        let status = status.map_err(|_| cannot())?;
        let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
        let inside = numbers.and_then(|numbers| numbers.split_whitespace().last());
        let group = format!("-{}", inside.ok_or_else(cannot)?);
        let options = CreateExecOptions {
            cmd: Some(["kill", "-9", "--", &group].map(str::to_owned).to_vec()),
            user: Some("0".to_owned()),
            ..CreateExecOptions::default()
        };
        let made = self.engine.docker.create_exec(&self.unit, options).await;
        let made = made.map_err(|error| self.engine.failed(error, "command"))?;
        let detached = StartExecOptions {
            detach: true,
            ..StartExecOptions::default()
        };
        let started = self.engine.docker.start_exec(&made.id, Some(detached)).await;
        started.map(drop).map_err(|_| cannot())
    }

    /// Waits for the end of one that wrote its last; gives its exit code.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn ended(&self) -> Result<i64, DockerError> {
        loop {
            if let Some(code) = self.exit_code().await? {
                return Ok(code);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn cannot() -> DockerError {
    DockerError::Refused("a command that nobody is at any more cannot be killed: its processes are hidden".to_owned())
}

async fn resize(engine: &Engine, id: &str, (columns, rows): (u16, u16)) -> Result<(), DockerError> {
    let options = ResizeExecOptionsBuilder::new()
        .w(i32::from(columns))
        .h(i32::from(rows))
        .build();
    let done = engine.docker.resize_exec(id, options).await;
    done.map_err(|error| engine.failed(error, "command"))
}

async fn exit_code(engine: &Engine, id: &str) -> Result<Option<i64>, DockerError> {
    let found = engine.docker.inspect_exec(id).await;
    let found = found.map_err(|error| engine.failed(error, "command"))?;
    Ok(found.exit_code.filter(|_| found.running == Some(false)))
}

pub(crate) fn read(piece: LogOutput) -> Output {
    Output {
        is_error: matches!(piece, LogOutput::StdErr { .. }),
        bytes: piece.into_bytes(),
    }
}
