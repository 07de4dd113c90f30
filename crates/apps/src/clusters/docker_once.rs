//! What runs by itself until it ends, by the Docker Engine.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use slipway_docker::units::{State, Unit, UnitSpec};
use slipway_docker::{DockerError, Engine};
use tokio_util::sync::CancellationToken;

use super::docker::{self, APP, NAME, ONCE, VERSION, container, refused, too_much_memory};
use super::driver::{DriverError, Hear, Once};

/// How often a unit that wrote its last is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// For the rest of what it wrote, when it was ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs it, or goes on with it.
pub(super) async fn run(
    engine: &Engine,
    once: &Once,
    cancelled: &CancellationToken,
    hear: Hear<'_>,
) -> Result<i64, DriverError> {
    let spec = spec(once);
    // What ran before this process began is not run again: its end is what counts.
    match engine.unit(&spec.name).await {
        Ok(unit) if has_begun(&unit) => {}
        Ok(_) | Err(DockerError::NotFound(_)) => engine.start_unit(&spec).await.map_err(refused).map(drop)?,
        Err(error) => return Err(refused(error)),
    }
    let mut log = Box::pin(engine.unit_log(&spec.name, None, true));
    let ended = loop {
        tokio::select! {
            () = cancelled.cancelled() => {
                if !once.grace.is_zero() {
                    engine.stop_unit(&spec.name, once.grace).await.map_err(refused)?;
                    let last_words = async {
                        while let Some(Ok(line)) = log.next().await {
                            hear(String::from_utf8_lossy(&line.text).into_owned());
                        }
                    };
                    tokio::time::timeout(LAST_WORDS, last_words).await.ok();
                }
                engine.remove_unit(&spec.name).await.map_err(refused)?;
                return Err(DriverError::Cancelled);
            }
            line = log.next() => match line {
                Some(Ok(line)) => hear(String::from_utf8_lossy(&line.text).into_owned()),
                Some(Err(error)) => return Err(refused(error)),
                None => match engine.unit(&spec.name).await.map_err(refused)?.state {
                    State::Ended { exit_code, out_of_memory, error } => break (exit_code, out_of_memory, error),
                    _ => tokio::time::sleep(LOOK).await,
                },
            }
        }
    };
    match ended {
        (_, true, _) => Err(DriverError::Refused(too_much_memory(once.unit.memory))),
        (_, _, error) if !error.is_empty() => Err(DriverError::Refused(error)),
        (code, ..) => Ok(code),
    }
}

/// Whether it ever ran. What the engine did not start did not, also where that was because whoever wanted it was killed meanwhile.
fn has_begun(unit: &Unit) -> bool {
    let never = unit.started_at.is_empty() || unit.started_at.starts_with("0001-");
    unit.state != State::Created && !never
}

/// Takes it away.
pub(super) async fn forget(engine: &Engine, once: &Once) -> Result<(), DriverError> {
    let name = container(&once.owner, &once.name);
    engine.remove_unit(&name).await.map_err(refused)
}

/// It as the engine is told.
pub(super) fn spec(once: &Once) -> UnitSpec {
    let labels = BTreeMap::from([
        (APP.to_owned(), once.owner.clone()),
        (VERSION.to_owned(), once.unit.version.to_string()),
        (NAME.to_owned(), once.name.clone()),
        (ONCE.to_owned(), "true".to_owned()),
    ]);
    UnitSpec {
        name: container(&once.owner, &once.name),
        ..docker::spec(&once.unit, &once.name, labels, false)
    }
}
