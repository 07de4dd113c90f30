//! Commands that run in a unit, with a terminal or without.

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::query_parameters::ResizeExecOptionsBuilder;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::io::AsyncWrite;

use crate::engine::Engine;
use crate::error::DockerError;

/// Between two looks at a command that wrote its last: the engine notes the end a little later.
const LOOK: Duration = Duration::from_millis(20);

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

/// A command at work.
pub struct Command {
    id: String,
    engine: Engine,
    /// What it writes, until it ends.
    pub output: Pin<Box<dyn Stream<Item = Result<Output, DockerError>> + Send>>,
    /// What it reads.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
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
            id: made.id,
            engine: self.clone(),
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
        resize(&self.engine, &self.id, (columns, rows)).await
    }

    /// How it ended; nothing while it goes on.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn exit_code(&self) -> Result<Option<i64>, DockerError> {
        exit_code(&self.engine, &self.id).await
    }

    /// Waits for its end, whatever it writes; gives its exit code.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn ended(self) -> Result<i64, DockerError> {
        let Self {
            id,
            engine,
            mut output,
            input,
        } = self;
        drop(input);
        while output.next().await.is_some() {}
        drop(output);
        loop {
            if let Some(code) = exit_code(&engine, &id).await? {
                return Ok(code);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
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

fn read(piece: LogOutput) -> Output {
    Output {
        is_error: matches!(piece, LogOutput::StdErr { .. }),
        bytes: piece.into_bytes(),
    }
}
