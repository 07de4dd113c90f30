//! Supervision: wait for a program, and stop it when a person, a timeout or the server's lease says so. The ladder is a
//! pure function of time and orders; the loop only sends what it says.

use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::{Exit, ProcessError, Running};

/// What is wanted of a running program; later ones are stronger, and it never goes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Go on.
    #[default]
    Continue,
    /// Stop and save: the ladder from its first rung.
    Cancel,
    /// Stop at once, whatever is lost.
    Kill,
}

/// A step of stopping that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// SIGINT: the engine stops and saves.
    Interrupted,
    /// SIGTERM: the engine gives up what it waits for.
    Terminated,
    /// SIGKILL.
    Killed,
}

impl Rung {
    const fn signal(self) -> Signal {
        match self {
            Self::Interrupted => Signal::INT,
            Self::Terminated => Signal::TERM,
            Self::Killed => Signal::KILL,
        }
    }
}

/// How long a program may take to end after each signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graces {
    /// From SIGINT to SIGTERM. Long for apply: engines finish the resource at hand and save.
    pub interrupt: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate: Duration,
}

/// What a program is held to while it runs.
#[derive(Debug)]
pub struct Supervision {
    /// Time for the whole phase, from now; `None` for no limit.
    pub timeout: Option<Duration>,
    /// Time between the steps of a stop.
    pub graces: Graces,
    /// Orders from outside.
    pub orders: watch::Receiver<Order>,
    /// Receives each step as it is taken, so that the log can say so.
    pub steps: mpsc::UnboundedSender<Rung>,
}

/// How a supervised program ended, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How the process ended.
    pub exit: Exit,
    /// The last step that was taken to stop it; `None` when it ended by itself.
    pub stopped: Option<Rung>,
    /// Whether the stop came from the timeout.
    pub timed_out: bool,
}

/// Waits for the end, stopping the program when told or when its time is over.
///
/// # Errors
/// [`ProcessError::Watch`]; the program is killed then.
pub async fn supervise(mut running: Running, supervision: Supervision) -> Result<Ended, ProcessError> {
    let Supervision {
        timeout,
        graces,
        mut orders,
        steps,
    } = supervision;
    let deadline = timeout.map(|time| Instant::now() + time);
    let mut ladder = Ladder { graces, rung: None };
    let mut timed_out = false;
    let mut sampling = Sampling::new();
    loop {
        let order = *orders.borrow_and_update();
        let now = Instant::now();
        timed_out |= order == Order::Continue && deadline.is_some_and(|deadline| now >= deadline);
        let wanted = if timed_out { order.max(Order::Cancel) } else { order };
        if let Some(rung) = ladder.climb(wanted, now) {
            running.signal(rung.signal())?;
            let _ = steps.send(rung);
        }
        let wake = [ladder.next(), deadline.filter(|_| !timed_out), Some(sampling.at)]
            .into_iter()
            .flatten()
            .min();
        tokio::select! {
            exit = running.wait() => {
                return Ok(Ended { exit: exit?, stopped: ladder.rung.map(|(rung, _)| rung), timed_out });
            }
            () = changed(&mut orders) => {}
            () = sleep_until(wake.unwrap_or(sampling.at)) => sampling.take(&mut running),
        }
    }
}

/// Waits for another order; when nobody can send one any more, for ever.
async fn changed(orders: &mut watch::Receiver<Order>) {
    if orders.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Which signal was sent last, and when.
struct Ladder {
    graces: Graces,
    rung: Option<(Rung, Instant)>,
}

impl Ladder {
    /// The step to take now, if any.
    fn climb(&mut self, order: Order, now: Instant) -> Option<Rung> {
        let next = match (order, self.rung) {
            (Order::Continue, None) | (_, Some((Rung::Killed, _))) => None,
            (Order::Kill, _) => Some(Rung::Killed),
            (Order::Cancel, None) => Some(Rung::Interrupted),
            (_, Some((Rung::Interrupted, since))) => (now >= since + self.graces.interrupt).then_some(Rung::Terminated),
            (_, Some((Rung::Terminated, since))) => (now >= since + self.graces.terminate).then_some(Rung::Killed),
        }?;
        self.rung = Some((next, now));
        Some(next)
    }

    /// When the next step is due without another order.
    fn next(&self) -> Option<Instant> {
        match self.rung? {
            (Rung::Interrupted, since) => Some(since + self.graces.interrupt),
            (Rung::Terminated, since) => Some(since + self.graces.terminate),
            (Rung::Killed, _) => None,
        }
    }
}

/// Memory samples: soon at first, since most plans are short, then each second.
struct Sampling {
    at: Instant,
    pause: Duration,
}

impl Sampling {
    fn new() -> Self {
        let pause = Duration::from_millis(40);
        Self {
            at: Instant::now() + pause,
            pause,
        }
    }

    fn take(&mut self, running: &mut Running) {
        if Instant::now() >= self.at {
            running.sample();
            self.pause = (self.pause * 2).min(Duration::from_secs(1));
            self.at = Instant::now() + self.pause;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACES: Graces = Graces {
        interrupt: Duration::from_secs(10),
        terminate: Duration::from_secs(5),
    };

    #[test]
    fn the_ladder_takes_each_step_once_and_in_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut ladder = Ladder {
            graces: GRACES,
            rung: None,
        };
        assert_eq!(ladder.climb(Order::Continue, at(0)), None);
        assert_eq!(ladder.climb(Order::Cancel, at(1)), Some(Rung::Interrupted));
        assert_eq!(
            ladder.climb(Order::Cancel, at(2)),
            None,
            "a second SIGINT would make the engine give up"
        );
        assert_eq!(ladder.next(), Some(at(11)));
        assert_eq!(ladder.climb(Order::Cancel, at(11)), Some(Rung::Terminated));
        assert_eq!(ladder.climb(Order::Cancel, at(15)), None);
        assert_eq!(ladder.climb(Order::Cancel, at(16)), Some(Rung::Killed));
        assert_eq!(ladder.climb(Order::Kill, at(17)), None);
    }

    #[test]
    fn a_kill_order_skips_the_ladder() {
        let now = Instant::now();
        let mut ladder = Ladder {
            graces: GRACES,
            rung: Some((Rung::Interrupted, now)),
        };
        assert_eq!(ladder.climb(Order::Kill, now), Some(Rung::Killed));
    }
}
