//! Commands that somebody is at, by the Docker Engine.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use slipway_docker::commands::{Command, CommandSpec, Control, Input, Output, Pieces};
use slipway_docker::units::State;
use slipway_docker::{DockerError, Engine};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::attach::{Attach, Attached, Order, Place, Said};
use super::docker::{container, once_labels, refused, spec, too_much_memory, unit_name};
use super::driver::DriverError;

/// Pieces that wait for a slow reader, and orders that wait for a slow command.
const WAITING: usize = 32;
/// Between two looks at a unit that wrote its last: the engine notes the end a little later.
const LOOK: Duration = Duration::from_millis(20);

/// What is sent to whoever is at a command.
type News = Sender<Result<Said, DriverError>>;

/// Begins.
pub(super) async fn begin(engine: &Engine, attach: &Attach) -> Result<Attached, DriverError> {
    let (news, said) = channel(WAITING);
    let (orders, told) = channel(WAITING);
    match &attach.place {
        Place::In(unit) => {
            let wanted = CommandSpec {
                command: attach.command.clone(),
                terminal: attach.terminal,
                reads: attach.reads,
                ..CommandSpec::default()
            };
            let name = container(unit.app, &unit.name);
            let command = engine.start_command(&name, &wanted).await.map_err(refused)?;
            let Command { control, output, input } = command;
            tokio::spawn(inside(((output, input), control), told, news));
        }
        Place::Alone(desired) => {
            let name = unit_name(desired, 0);
            let mut wanted = spec(desired, &name, once_labels(desired, &name), false);
            wanted.command.clone_from(&attach.command);
            let unit = engine.start_attached(&wanted, attach.terminal, attach.reads).await;
            let unit = match unit {
                Ok(unit) => unit,
                Err(error) => {
                    engine.remove_unit(&wanted.name).await.ok();
                    return Err(refused(error));
                }
            };
            let alone = Alone {
                engine: engine.clone(),
                name: wanted.name,
            };
            tokio::spawn(alone.keep((unit.output, unit.input), told, news));
        }
    }
    let said = futures::stream::unfold(said, |mut said| async move {
        let next = said.recv().await?;
        Some((next, said))
    });
    Ok(Attached {
        said: said.boxed(),
        orders,
    })
}

/// Keeps a command in a unit until it has ended, or nobody is there any more.
async fn inside((attached, control): ((Pieces, Input), Control), told: Receiver<Order>, news: News) {
    let screen = Screen::Command(control.clone());
    if attend(attached, told, &news, &screen).await {
        news.send(control.ended().await.map(Said::Ended).map_err(refused))
            .await
            .ok();
    } else if let Err(error) = control.kill().await {
        tracing::warn!(%error, "a command goes on that nobody is at");
    }
}

/// Whose terminal changes its size.
enum Screen {
    Command(Control),
    Unit(Engine, String),
}

impl Screen {
    /// One that has just ended has no terminal any more.
    async fn resize(&self, columns: u16, rows: u16) {
        let done = match self {
            Self::Command(control) => control.resize(columns, rows).await,
            Self::Unit(engine, name) => engine.resize_unit(name, (columns, rows)).await,
        };
        if let Err(error) = done {
            tracing::debug!(%error, "a terminal keeps its size");
        }
    }
}

/// Passes on what is written, and what is told, until there is nothing more; false when whoever is at it goes before.
async fn attend((mut output, input): (Pieces, Input), mut told: Receiver<Order>, news: &News, screen: &Screen) -> bool {
    let (mut typed, mut is_told) = (Some(typing(input)), true);
    loop {
        let order = async {
            if let Some(typed) = &typed {
                // Only when there is room: a command that does not read keeps nobody from hearing what it writes.
                typed.reserve().await.ok();
            }
            told.recv().await
        };
        tokio::select! {
            () = news.closed() => return false,
            order = order, if is_told => match order {
                Some(Order::Resize(columns, rows)) => screen.resize(columns, rows).await,
                Some(Order::Input(bytes)) => if let Some(typed) = &typed {
                    typed.send(bytes).await.ok();
                },
                Some(Order::EndOfInput) => typed = None,
                None => (typed, is_told) = (None, false),
            },
            piece = output.next() => match piece {
                Some(piece) => if send(news, piece).await.is_err() {
                    return false;
                },
                None => return true,
            },
        }
    }
}

/// Where what is typed is put, on its way to the command.
fn typing(mut input: Input) -> Sender<Bytes> {
    let (sender, mut typed) = channel::<Bytes>(WAITING);
    tokio::spawn(async move {
        while let Some(bytes) = typed.recv().await {
            if input.write_all(&bytes).await.is_err() || input.flush().await.is_err() {
                return;
            }
        }
        input.shutdown().await.ok();
    });
    sender
}

/// A unit that was made for one command.
struct Alone {
    engine: Engine,
    name: String,
}

impl Alone {
    /// Keeps it until it has ended, or nobody is there any more; then it goes.
    async fn keep(self, attached: (Pieces, Input), told: Receiver<Order>, news: News) {
        let screen = Screen::Unit(self.engine.clone(), self.name.clone());
        let ended = match attend(attached, told, &news, &screen).await {
            true => Some(self.ended().await),
            false => None,
        };
        // First away, then said: who hears of the end finds nothing of it.
        if let Err(error) = self.engine.remove_unit(&self.name).await {
            tracing::warn!(%error, unit = self.name, "a unit stays that was made for one command");
        }
        if let Some(ended) = ended {
            news.send(ended.map(Said::Ended)).await.ok();
        }
    }

    async fn ended(&self) -> Result<i64, DriverError> {
        loop {
            let unit = self.engine.unit(&self.name).await.map_err(refused)?;
            match unit.state {
                State::Ended {
                    out_of_memory: true, ..
                } => return Err(DriverError::Refused(too_much_memory(unit.memory_limit))),
                State::Ended { error, .. } if !error.is_empty() => return Err(DriverError::Refused(error)),
                State::Ended { exit_code, .. } => return Ok(exit_code),
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    }
}

async fn send(news: &News, piece: Result<Output, DockerError>) -> Result<(), ()> {
    let said = piece.map_err(refused).map(|piece| match piece.is_error {
        true => Said::Errors(piece.bytes),
        false => Said::Output(piece.bytes),
    });
    news.send(said).await.map_err(drop)
}
