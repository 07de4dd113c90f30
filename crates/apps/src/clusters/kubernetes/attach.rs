//! Commands that somebody is at, by Kubernetes.
//!
//! A cluster does not end what it runs in a unit when nobody is at it any more, and tells no number by which it could be ended. So a
//! shell of the unit begins the command: it says its number, which is the command's then, before anything else. What stands alone is a
//! run that is made once; one that is talked with begins when somebody is there to hear it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{FutureExt, StreamExt};
use slipway_kube::commands::{Command, CommandSpec, Output, Pieces as Found, Screen};
use slipway_kube::once::{OnceSpec, Outcome};
use slipway_kube::spec::Talks;
use slipway_kube::states::{State, Wait};
use slipway_kube::{Cluster, KubeError};
use tokio::io::AsyncWriteExt;

use super::super::attach::{Attach, Attached, Place, Said};
use super::super::attending::{Ends, Pieces, Resize, attend, begin as ends};
use super::super::driver::DriverError;
use super::once::{ended, exit_code, through};
use super::translating::refused;
use super::{Kubernetes, volumes};

/// The shell that a command is begun by, where its image has one.
const SHELL: &str = "/bin/sh";
/// Says the number that the command will have, and becomes it.
const BEGIN: &str = "echo $$; exec \"$@\"";
/// The same, when somebody says a line.
const WAIT_AND_BEGIN: &str = "read -r _; echo $$; exec \"$@\"";
/// A command with everything that it started and that did not leave its session.
const KILL: &str = "kill -9 -\"$1\" 2>/dev/null || kill -9 \"$1\"";
/// Before its number, in bytes: nobody says as much.
const LONGEST_PREAMBLE: usize = 4 << 10;
/// For the number to be said.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether a unit has begun.
const LOOK: Duration = Duration::from_millis(200);
/// How long an image may seem not to be there, or a unit not to be makeable, before that is believed.
const HINDERED: Duration = Duration::from_secs(20);
/// What somebody is at may take as long.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

impl Kubernetes {
    pub(super) async fn attached(&self, attach: &Attach) -> Result<Attached, DriverError> {
        let (ends, attached) = ends();
        match &attach.place {
            Place::In(unit) => {
                let inside = Inside {
                    cluster: self.cluster.clone(),
                    namespace: self.place.namespace.clone(),
                    unit: unit.key.clone(),
                };
                let begun = inside.begin(attach).await?;
                tokio::spawn(inside.keep(begun, ends));
            }
            Place::Alone(desired) => {
                volumes::ensure_all(&self.cluster, &self.place.namespace, &desired.mounts).await?;
                let mut spec = self.once_spec(&desired.once());
                spec.deadline = LONGEST;
                spec.unit.talks = match attach.terminal {
                    Some(_) => Talks::ByTerminal,
                    None if attach.reads => Talks::Plainly,
                    None => Talks::Not,
                };
                spec.unit.command = match spec.unit.talks {
                    Talks::Not => attach.command.clone(),
                    Talks::Plainly | Talks::ByTerminal => by_shell(WAIT_AND_BEGIN, &attach.command),
                };
                let alone = Alone {
                    cluster: self.cluster.clone(),
                    spec,
                    terminal: attach.terminal,
                    reads: attach.reads,
                };
                tokio::spawn(alone.keep(ends));
            }
        }
        Ok(attached)
    }
}

/// A command that has begun.
struct Begun {
    command: Command,
    /// By what it is killed; nothing where its image has no shell.
    number: Option<u32>,
    /// What it wrote already.
    written: Vec<Output>,
}

/// A unit in which a command runs.
struct Inside {
    cluster: Cluster,
    namespace: String,
    unit: String,
}

impl Inside {
    async fn start(&self, attach: &Attach, command: Vec<String>) -> Result<Command, DriverError> {
        let spec = CommandSpec {
            command,
            terminal: attach.terminal,
            reads: attach.reads,
        };
        let started = self.cluster.start_command(&self.namespace, &self.unit, &spec).await;
        started.map_err(refused)
    }

    async fn begin(&self, attach: &Attach) -> Result<Begun, DriverError> {
        let mut command = self.start(attach, by_shell(BEGIN, &attach.command)).await?;
        match begun(&mut command.output).await? {
            Some((number, written)) => Ok(Begun {
                command,
                number: Some(number),
                written,
            }),
            None => match command.exit_code().await {
                // Nothing has begun yet, so it can begin otherwise.
                Err(KubeError::Refused(reason)) if reason.contains(SHELL) => Ok(Begun {
                    command: self.start(attach, attach.command.clone()).await?,
                    number: None,
                    written: Vec::new(),
                }),
                Err(error) => Err(refused(error)),
                Ok(code) => Err(DriverError::Refused(format!(
                    "the shell of its image did not begin it, and ended with exit code {code}"
                ))),
            },
        }
    }

    /// Keeps a command until it has ended, or nobody is there any more.
    async fn keep(self, begun: Begun, mut ends: Ends) {
        let Command { output, input, control } = begun.command;
        let output = pieces(begun.written, output);
        if attend(&mut ends, (output, input), &resize(control.screen())).await {
            let ended = control.exit_code().await;
            let ended = ended.map(|code| Said::Ended(i64::from(code))).map_err(refused);
            ends.news.send(ended).await.ok();
        } else if let Err(error) = self.kill(begun.number).await {
            tracing::warn!(%error, unit = self.unit, "a command goes on that nobody is at");
        }
    }

    async fn kill(&self, number: Option<u32>) -> Result<(), KubeError> {
        // It has lost its input and its output; there is no other way without a shell.
        let Some(number) = number else { return Ok(()) };
        let spec = CommandSpec {
            command: by_shell(KILL, &[number.to_string()]),
            ..CommandSpec::default()
        };
        let mut command = self.cluster.start_command(&self.namespace, &self.unit, &spec).await?;
        while command.output.next().await.is_some() {}
        // One that had ended by itself is not found.
        command.exit_code().await.map(drop)
    }
}

/// A unit that is made for one command.
struct Alone {
    cluster: Cluster,
    spec: OnceSpec,
    terminal: Option<(u16, u16)>,
    reads: bool,
}

impl Alone {
    /// Keeps it until it has ended, or nobody is there any more; then it goes.
    async fn keep(self, mut ends: Ends) {
        let ended = match self.cluster.start_once(&self.spec).await {
            Ok(()) if self.spec.unit.talks == Talks::Not => self.heard(&ends).await,
            Ok(()) => self.talked_with(&mut ends).await.transpose(),
            Err(error) => Some(Err(refused(error))),
        };
        let OnceSpec {
            namespace, app, name, ..
        } = &self.spec;
        // First away, then said: who hears of the end finds nothing of it.
        if let Err(error) = self.cluster.remove_once(namespace, app, name).await {
            tracing::warn!(%error, run = name, "a unit stays that was made for one command");
        }
        if let Some(ended) = ended {
            ends.news.send(ended.map(Said::Ended)).await.ok();
        }
    }

    /// Told by its log: nothing of it is missed, whenever it begins.
    async fn heard(&self, ends: &Ends) -> Option<Result<i64, DriverError>> {
        let hear = |line: Bytes| {
            let (news, mut text) = (ends.news.clone(), BytesMut::from(line));
            text.extend_from_slice(b"\n");
            async move {
                news.send(Ok(Said::Output(text.freeze()))).await.ok();
            }
            .boxed()
        };
        tokio::select! {
            () = ends.news.closed() => None,
            code = through(&self.cluster, &self.spec, &hear, ended(&self.cluster, &self.spec)) => Some(code),
        }
    }

    /// Nothing when whoever is at it goes before its end.
    async fn talked_with(&self, ends: &mut Ends) -> Result<Option<i64>, DriverError> {
        let OnceSpec { namespace, .. } = &self.spec;
        let unit = tokio::select! {
            () = ends.news.closed() => return Ok(None),
            unit = self.running() => unit?,
        };
        if let Some(unit) = unit {
            let attached = self.cluster.attach(namespace, &unit, self.terminal).await;
            let mut command = attached.map_err(refused)?;
            // What is written goes on its way when it is flushed.
            let said = async {
                command.input.write_all(b"\n").await?;
                command.input.flush().await
            };
            said.await.map_err(|error| DriverError::Away(error.to_string()))?;
            if !self.reads {
                command.input.shutdown().await.ok();
            }
            let written = begun(&mut command.output).await?.map(|(_, written)| written);
            let Command { output, input, control } = command;
            let output = pieces(written.unwrap_or_default(), output);
            if !attend(ends, (output, input), &resize(control.screen())).await {
                return Ok(None);
            }
        }
        let outcome = ended(&self.cluster, &self.spec).await.map_err(refused)?;
        if let Outcome::Ended(end) = &outcome
            && end.reason == "StartError"
        {
            return Err(DriverError::Refused(match end.message.contains(SHELL) {
                true => format!(
                    "its image has no {SHELL}, by which a command is begun that reads or has a terminal: run it without either"
                ),
                false => end.message.clone(),
            }));
        }
        exit_code(outcome, self.spec.deadline).map(Some)
    }

    /// The unit, once it runs; nothing when it ended without that.
    async fn running(&self) -> Result<Option<String>, DriverError> {
        let OnceSpec { namespace, name, .. } = &self.spec;
        let mut hindered = None;
        loop {
            let unit = self.cluster.once_unit(namespace, name).await.map_err(refused)?;
            match unit.map(|unit| (unit.state, unit.name)) {
                Some((State::Starting | State::Ready, name)) => return Ok(Some(name)),
                Some((State::Crashing(_) | State::Ended(_), _)) => return Ok(None),
                Some((
                    State::Pending {
                        wait: Wait::Image | Wait::Making,
                        message,
                    },
                    _,
                )) => {
                    let since = *hindered.get_or_insert_with(tokio::time::Instant::now);
                    if since.elapsed() > HINDERED {
                        return Err(DriverError::Refused(format!("it does not begin: {message}")));
                    }
                }
                Some((State::Pending { .. } | State::Terminating, _)) | None => hindered = None,
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn by_shell(line: &str, arguments: &[String]) -> Vec<String> {
    let begin = [SHELL, "-c", line, "sh"].map(str::to_owned);
    begin.into_iter().chain(arguments.iter().cloned()).collect()
}

/// The number that a command says before anything else, and what it wrote since; nothing when it ends without.
async fn begun(output: &mut Found) -> Result<Option<(u32, Vec<Output>)>, DriverError> {
    let read = async {
        let (mut said, mut errors) = (BytesMut::new(), Vec::new());
        while let Some(piece) = output.next().await {
            let piece = piece.map_err(refused)?;
            if piece.is_error {
                errors.push(piece);
                continue;
            }
            said.extend_from_slice(&piece.bytes);
            if let Some(number) = number(&mut said) {
                if !said.is_empty() {
                    errors.push(Output {
                        is_error: false,
                        bytes: said.freeze(),
                    });
                }
                return Ok(Some((number, errors)));
            }
            if said.len() > LONGEST_PREAMBLE {
                break;
            }
        }
        Ok(None)
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| {
        Err(DriverError::Away(format!(
            "the cluster did not begin it within {} s",
            PATIENCE.as_secs()
        )))
    })
}

/// The first line that is a number, taken away with what is before it: a terminal shows what is typed.
fn number(said: &mut BytesMut) -> Option<u32> {
    while let Some(end) = said.iter().position(|byte| *byte == b'\n') {
        let line = said.split_to(end.saturating_add(1));
        let number = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| line.trim().parse().ok());
        if number.is_some() {
            return number;
        }
    }
    None
}

fn pieces(written: Vec<Output>, output: Found) -> Pieces {
    let read = |piece: Output| match piece.is_error {
        true => Said::Errors(piece.bytes),
        false => Said::Output(piece.bytes),
    };
    let written = futures::stream::iter(written.into_iter().map(Ok));
    written
        .chain(output)
        .map(move |piece| piece.map(read).map_err(refused))
        .boxed()
}

fn resize(screen: Screen) -> Resize {
    Box::new(move |columns, rows| {
        let screen = screen.clone();
        async move { screen.resize(columns, rows).await }.boxed()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_shows_before_the_number_is_not_the_commands() {
        let mut said = BytesMut::from("\r\n");
        assert_eq!(number(&mut said), None);
        said.extend_from_slice(b"17\r\n$ ");
        assert_eq!(number(&mut said), Some(17));
        assert_eq!(&said[..], b"$ ");
        assert_eq!(number(&mut BytesMut::from("4")), None);
    }
}
