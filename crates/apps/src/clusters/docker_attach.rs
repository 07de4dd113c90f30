//! Commands that somebody is at, by the Docker Engine.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use slipway_docker::commands::{Command, CommandSpec, Control, Output, Pieces as Found};
use slipway_docker::units::State;
use slipway_docker::{DockerError, Engine};

use super::attach::{Attach, Attached, Place, Said};
use super::attending::{Ends, Input, Pieces, Resize, attend, begin as ends};
use super::docker::{container, refused, too_much_memory};
use super::docker_once;
use super::driver::DriverError;

/// Between two looks at a unit that wrote its last: the engine notes the end a little later.
const LOOK: Duration = Duration::from_millis(20);

/// Begins.
pub(super) async fn begin(engine: &Engine, attach: &Attach) -> Result<Attached, DriverError> {
    let (ends, attached) = ends();
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
            tokio::spawn(inside((pieces(output), input), control, ends));
        }
        Place::Alone(desired) => {
            let mut wanted = docker_once::spec(&desired.once());
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
            tokio::spawn(alone.keep((pieces(unit.output), unit.input), ends));
        }
    }
    Ok(attached)
}

fn pieces(found: Found) -> Pieces {
    let read = |piece: Output| match piece.is_error {
        true => Said::Errors(piece.bytes),
        false => Said::Output(piece.bytes),
    };
    found.map(move |piece| piece.map(read).map_err(refused)).boxed()
}

/// Keeps a command in a unit until it has ended, or nobody is there any more.
async fn inside(attached: (Pieces, Input), control: Control, mut ends: Ends) {
    let screen = control.clone();
    let resize: Resize = Box::new(move |columns, rows| {
        let screen = screen.clone();
        async move { resized(screen.resize(columns, rows).await) }.boxed()
    });
    if attend(&mut ends, attached, &resize).await {
        let ended = control.ended().await.map(Said::Ended).map_err(refused);
        ends.news.send(ended).await.ok();
    } else if let Err(error) = control.kill().await {
        tracing::warn!(%error, "a command goes on that nobody is at");
    }
}

/// One that has just ended has no terminal any more.
fn resized(done: Result<(), DockerError>) {
    if let Err(error) = done {
        tracing::debug!(%error, "a terminal keeps its size");
    }
}

/// A unit that was made for one command.
struct Alone {
    engine: Engine,
    name: String,
}

impl Alone {
    /// Keeps it until it has ended, or nobody is there any more; then it goes.
    async fn keep(self, attached: (Pieces, Input), mut ends: Ends) {
        let screen = (self.engine.clone(), self.name.clone());
        let resize: Resize = Box::new(move |columns, rows| {
            let (engine, name) = screen.clone();
            async move { resized(engine.resize_unit(&name, (columns, rows)).await) }.boxed()
        });
        let ended = match attend(&mut ends, attached, &resize).await {
            true => Some(self.ended().await),
            false => None,
        };
        // First away, then said: who hears of the end finds nothing of it.
        if let Err(error) = self.engine.remove_unit(&self.name).await {
            tracing::warn!(%error, unit = self.name, "a unit stays that was made for one command");
        }
        if let Some(ended) = ended {
            ends.news.send(ended.map(Said::Ended)).await.ok();
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
