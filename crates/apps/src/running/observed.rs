//! What is seen of all units: kept in memory, by app.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use slipway_api::apps::UnitStatus;
use slipway_api::ids::AppId;

use crate::clusters::driver::{State, Unit};

/// A unit as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As its cluster has it.
    pub unit: Unit,
    /// Whether it said that it is ready; otherwise why not.
    pub ready: Result<(), String>,
}

impl Seen {
    /// What it does, with the reason.
    #[must_use]
    pub fn status(&self) -> (UnitStatus, String) {
        match (&self.unit.state, &self.ready) {
            (State::Starting, _) => (UnitStatus::Starting, String::new()),
            (State::Running, Ok(())) => (UnitStatus::Ready, String::new()),
            (State::Running, Err(reason)) => (UnitStatus::NotReady, slipway_kernel::text::sentence(reason)),
            (State::Crashing(reason), _) => (UnitStatus::Crashing, reason.clone()),
            (State::Ended(reason, _), _) => (UnitStatus::Ended, reason.clone()),
        }
    }
}

/// What this process saw last.
#[derive(Default)]
pub struct Observed(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// By the unit's name.
    units: HashMap<AppId, BTreeMap<String, Seen>>,
    /// Whether every cluster was looked at once.
    is_complete: bool,
}

impl Observed {
    /// Takes what was seen of one app, in place of what was before.
    pub fn set(&self, app: AppId, seen: Vec<Seen>) {
        let seen = seen.into_iter().map(|one| (one.unit.name.clone(), one)).collect();
        self.lock().units.insert(app, seen);
    }

    /// Forgets an app.
    pub fn forget(&self, app: AppId) {
        self.lock().units.remove(&app);
    }

    /// What was seen of an app, by name.
    #[must_use]
    pub fn of(&self, app: AppId) -> Vec<Seen> {
        let inner = self.lock();
        let units = inner.units.get(&app);
        units.into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Says that every cluster was looked at.
    pub fn complete(&self) {
        self.lock().is_complete = true;
    }

    /// Whether every cluster was looked at once since this process began.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lock().is_complete
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
