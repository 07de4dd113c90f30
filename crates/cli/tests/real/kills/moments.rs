//! The moments, how a run is brought to each of them, and what is killed there.

use slipway_api::ids::RunId;
use slipway_api::runs::{NewRun, RunStatus};

use super::{Kill, Killed, Spooled, Story};
use crate::processes::{self, Process};
use crate::wait::{until, until_true};

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The engine plans.
    Planning,
    /// The plan waits for a person.
    Planned,
    /// The engine has started to apply, and done nothing yet.
    Beginning,
    /// One resource exists, another is being made, one is still to come.
    Applying,
    /// The engine has applied everything, and the server has not heard of it.
    Applied,
    /// The engine has said much, and the server has not got it.
    Uploading,
    /// The server was killed while applying, and has just come back.
    Restarting,
}

/// What.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Server,
    Runner,
    Engine,
}

impl Target {
    pub(super) const ALL: [Self; 3] = [Self::Server, Self::Runner, Self::Engine];
}

impl Moment {
    pub(super) const ALL: [Self; 7] = [
        Self::Planning,
        Self::Planned,
        Self::Beginning,
        Self::Applying,
        Self::Applied,
        Self::Uploading,
        Self::Restarting,
    ];

    /// Whether the target lives then.
    pub(super) fn has(self, target: Target) -> bool {
        target != Target::Engine || !matches!(self, Self::Planned | Self::Applied)
    }

    const fn phase(self) -> &'static str {
        match self {
            Self::Planning | Self::Planned => "plan",
            _ => "apply",
        }
    }
}

/// A run at a moment, and who was stopped to keep it there.
struct There {
    run: RunId,
    engine: Option<Process>,
    is_server_stopped: bool,
}

const SLOW: &str = "test_file.slow: Creating...";

impl Story {
    /// Brings a run to the moment, kills, and starts again what does not start by itself.
    pub(super) async fn kill(&self, kill: Kill) -> Killed {
        let there = self.reach(kill.moment).await;
        match kill.target {
            Target::Server => self.slipway.server.kill(),
            Target::Runner => {
                self.slipway.kill_runner().await;
                // Whoever keeps the engine may be slower than the engine, once that goes on.
                if let Some(engine) = &there.engine {
                    until_true("the engine to be interrupted", || engine.is_interrupted()).await;
                }
            }
            Target::Engine => there.engine.as_ref().unwrap().kill(),
        }
        let phase = kill.moment.phase();
        let spooled = Spooled {
            phase,
            log: self.slipway.spooled_log(there.run, phase),
        };
        if let Some(engine) = &there.engine {
            engine.go_on();
        }
        if kill.target == Target::Server {
            self.slipway.server.restart().await;
        } else if there.is_server_stopped {
            processes::signal(self.slipway.server.process(), rustix::process::Signal::CONT);
        }
        (there.run, spooled)
    }

    async fn reach(&self, moment: Moment) -> There {
        let slipway = &self.slipway;
        let run = slipway.start_run(self.workspace, NewRun::default()).await;
        if moment == Moment::Planning {
            return There {
                run,
                engine: Some(self.paused(run, "plan").await),
                is_server_stopped: false,
            };
        }
        slipway.until_status(run, RunStatus::Planned).await;
        if moment == Moment::Planned {
            return There {
                run,
                engine: None,
                is_server_stopped: false,
            };
        }
        slipway.confirm(run).await;
        let engine = self.paused(run, "apply").await;
        let mut there = There {
            run,
            engine: None,
            is_server_stopped: false,
        };
        match moment {
            Moment::Beginning => there.engine = Some(engine),
            Moment::Applying => there.engine = Some(self.until_slow(run, engine).await),
            Moment::Restarting => {
                there.engine = Some(self.until_slow(run, engine).await);
                slipway.server.kill();
                slipway.server.restart().await;
            }
            Moment::Uploading => {
                self.stop_server();
                there.is_server_stopped = true;
                there.engine = Some(self.until_slow(run, engine).await);
            }
            _ => {
                self.stop_server();
                there.is_server_stopped = true;
                engine.go_on();
                let outcome = || {
                    slipway
                        .spools(run, "apply")
                        .iter()
                        .any(|spool| spool.join("outcome.json").exists())
                };
                until_true("the outcome on the disk", outcome).await;
            }
        }
        there
    }

    /// The engine that does `command`, stopped as soon as it is there.
    async fn paused(&self, run: RunId, command: &str) -> Process {
        let engine = until("the engine", || self.slipway.engine(run, command)).await;
        engine.pause();
        engine
    }

    /// Lets the engine go on until it makes the slow resource.
    async fn until_slow(&self, run: RunId, engine: Process) -> Process {
        engine.go_on();
        until_true("the slow resource", || {
            self.slipway.spooled_log(run, "apply").contains(SLOW)
        })
        .await;
        // Its line is written before its latency begins.
        until_true("its line", || self.proofs.lines(run).contains_key("slow")).await;
        engine.pause();
        engine
    }

    fn stop_server(&self) {
        processes::signal(self.slipway.server.process(), rustix::process::Signal::STOP);
    }
}
