//! Commands that run in a unit, with a terminal or without.

use std::pin::Pin;

use bytes::Bytes;
use futures::future::{self, Shared};
use futures::{FutureExt, SinkExt, Stream, StreamExt, stream};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::{AttachParams, AttachedProcess, TerminalSize};
use tokio::io::AsyncWrite;
use tokio_util::io::ReaderStream;

use crate::cluster::Cluster;
use crate::error::{KubeError, root};
use crate::names::CONTAINER;

/// Between the connection and who reads, in bytes.
const BUFFER: usize = 64 << 10;

/// What shall run, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandSpec {
    /// A program with its arguments; no shell is put around it. It sees what the unit sees: an environment of its own it
    /// cannot be given.
    pub command: Vec<String>,
    /// Columns and rows of a terminal; without it output and errors are told apart.
    pub terminal: Option<(u16, u16)>,
    /// Whether what is given to it is read.
    pub reads: bool,
}

/// What is written, piece by piece.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Output, KubeError>> + Send>>;
/// Where what shall be read is put.
pub type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// A command at work. It is left alone when this is dropped, and ends when it next reads or writes.
pub struct Command {
    /// What it writes, until it ends.
    pub output: Pieces,
    /// What it reads; shut it down to tell it that nothing follows.
    pub input: Input,
    /// What else it is told, and asked.
    pub control: Control,
}

/// A command at work, for whoever does not hear it.
pub struct Control {
    at: String,
    screen: Screen,
    status: Ending,
    _process: AttachedProcess,
}

/// The terminal of a command; copies are the same one.
#[derive(Debug, Clone, Default)]
pub struct Screen(Option<futures::channel::mpsc::Sender<TerminalSize>>);

/// A piece of what a command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Whether it was written to standard error; with a terminal nothing is.
    pub is_error: bool,
    /// As it was written.
    pub bytes: Bytes,
}

impl Cluster {
    /// Starts a command in a unit that runs.
    ///
    /// # Errors
    /// When the unit is not there or does not run.
    pub async fn start_command(&self, namespace: &str, unit: &str, spec: &CommandSpec) -> Result<Command, KubeError> {
        let pods: Api<Pod> = self.api(namespace);
        let parameters = parameters(spec.terminal.is_some(), spec.reads);
        let started = pods.exec(unit, spec.command.clone(), &parameters);
        let process = self.ask(&running(namespace, unit), started).await?;
        Ok(self.at_work(process, spec.terminal).await)
    }

    /// Goes to what a unit runs itself, which was made with [`crate::spec::UnitSpec::talks`]: what it writes from now on,
    /// and what it reads.
    ///
    /// # Errors
    /// When the unit is not there or does not run.
    pub async fn attach(
        &self,
        namespace: &str,
        unit: &str,
        terminal: Option<(u16, u16)>,
    ) -> Result<Command, KubeError> {
        let pods: Api<Pod> = self.api(namespace);
        let parameters = parameters(terminal.is_some(), true);
        let process = self
            .ask(&running(namespace, unit), pods.attach(unit, &parameters))
            .await?;
        Ok(self.at_work(process, terminal).await)
    }

    async fn at_work(&self, mut process: AttachedProcess, terminal: Option<(u16, u16)>) -> Command {
        let output = process.stdout().map(|pipe| pieces(pipe, false, &self.at));
        let errors = process.stderr().map(|pipe| pieces(pipe, true, &self.at));
        let status: Pin<Box<dyn Future<Output = Option<Status>> + Send>> = match process.take_status() {
            Some(status) => Box::pin(status),
            None => Box::pin(future::ready(None)),
        };
        let status = status.shared();
        let output = until_lost(
            stream::select_all(output.into_iter().chain(errors)),
            status.clone(),
            &self.at,
        );
        let input: Input = match process.stdin() {
            Some(pipe) => Box::pin(pipe),
            None => Box::pin(tokio::io::sink()),
        };
        let screen = Screen(process.terminal_size());
        if let Some((columns, rows)) = terminal {
            screen.resize(columns, rows).await;
        }
        Command {
            output,
            input,
            control: Control {
                at: self.at.clone(),
                screen,
                status,
                _process: process,
            },
        }
    }
}

fn running(namespace: &str, unit: &str) -> String {
    format!("unit {namespace}/{unit} that runs")
}

fn parameters(has_terminal: bool, reads: bool) -> AttachParams {
    AttachParams {
        container: Some(CONTAINER.to_owned()),
        stdin: reads,
        stdout: true,
        stderr: !has_terminal,
        tty: has_terminal,
        max_stdin_buf_size: Some(BUFFER),
        max_stdout_buf_size: Some(BUFFER),
        max_stderr_buf_size: Some(BUFFER),
    }
}

impl Command {
    /// How it ended, once it has. Read its output first: it waits for whoever reads.
    ///
    /// # Errors
    /// When the connection was lost before it ended, and when it could not begin.
    pub async fn exit_code(self) -> Result<i32, KubeError> {
        self.control.exit_code().await
    }
}

impl Control {
    /// How it ended, once it has; of what a unit runs itself only that it did, with zero. Its output has to be read.
    ///
    /// # Errors
    /// When the connection was lost before it ended, and when it could not begin.
    pub async fn exit_code(&self) -> Result<i32, KubeError> {
        let status = self.status.clone().await.ok_or_else(|| lost(&self.at))?;
        exit_code(&status)
    }

    /// Its terminal.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.screen.clone()
    }
}

impl Screen {
    /// Tells it how large it is; of a command that has ended, or has none, nothing happens.
    pub async fn resize(&self, columns: u16, rows: u16) {
        if let Some(mut terminal) = self.0.clone() {
            let size = TerminalSize {
                width: columns,
                height: rows,
            };
            terminal.send(size).await.ok();
        }
    }
}

/// How a command ended; nothing when the connection did.
type Ending = Shared<Pin<Box<dyn Future<Output = Option<Status>> + Send>>>;

/// What a command writes, with an error behind it when the connection was lost: the library leaves its pipes open then,
/// and whoever reads would wait for ever.
fn until_lost(
    pieces: impl Stream<Item = Result<Output, KubeError>> + Send + 'static,
    ending: Ending,
    at: &str,
) -> Pieces {
    let at = at.to_owned();
    let is_lost = {
        let ending = ending.clone();
        async move {
            if ending.await.is_some() {
                future::pending::<()>().await;
            }
        }
    };
    let last = stream::once(async move { ending.peek().is_some_and(Option::is_none).then(|| Err(lost(&at))) });
    Box::pin(pieces.take_until(is_lost).chain(last.filter_map(future::ready)))
}

fn lost(at: &str) -> KubeError {
    KubeError::Unreachable {
        at: at.to_owned(),
        reason: "the connection ended before the command did".to_owned(),
    }
}

fn exit_code(status: &Status) -> Result<i32, KubeError> {
    if status.status.as_deref() == Some("Success") {
        return Ok(0);
    }
    let message = status.message.clone().unwrap_or_default();
    let causes = status.details.as_ref().and_then(|details| details.causes.as_ref());
    let code = causes
        .into_iter()
        .flatten()
        .find(|cause| cause.reason.as_deref() == Some("ExitCode"))
        .and_then(|cause| cause.message.as_ref()?.parse().ok());
    code.ok_or(KubeError::Refused(message))
}

fn pieces(pipe: impl tokio::io::AsyncRead + Send + 'static, is_error: bool, at: &str) -> Pieces {
    let at = at.to_owned();
    let pieces = ReaderStream::new(pipe).map(move |piece| {
        piece
            .map(|bytes| Output { is_error, bytes })
            .map_err(|error| KubeError::of_connection(&at, root(&error)))
    });
    Box::pin(pieces)
}
