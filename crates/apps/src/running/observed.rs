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
            (State::Starting(reason), _) => (UnitStatus::Starting, reason.clone()),
            (State::Running | State::Unready, Ok(())) => (UnitStatus::Ready, String::new()),
            (State::Running | State::Unready, Err(reason)) => {
                (UnitStatus::NotReady, slipway_kernel::text::sentence(reason))
            }
            (State::Crashing(reason), _) => (UnitStatus::Crashing, reason.clone()),
            (State::Ended(reason, _), _) => (UnitStatus::Ended, reason.clone()),
        }
    }
}

/// A unit that a look found, with its answer where it was asked.
pub type Found = (Unit, Option<Result<(), String>>);

/// When a look began: what a later one saw is not replaced by what an earlier one brings home late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look(u64);

/// What this process saw last.
#[derive(Default)]
pub struct Observed(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    looks: u64,
    apps: HashMap<AppId, (Look, BTreeMap<String, Seen>)>,
    /// Whether every cluster was looked at once.
    is_complete: bool,
}

impl Observed {
    /// Begins a look: before a cluster is asked.
    #[must_use]
    pub fn begin(&self) -> Look {
        let mut inner = self.lock();
        inner.looks += 1;
        Look(inner.looks)
    }

    /// Takes what a look found of one app, in place of what was before; says whether anything is other. Of units that were not asked
    /// the last answer stays. A look that began before the last one is passed over.
    pub fn set(&self, app: AppId, look: Look, found: Vec<Found>) -> bool {
        let mut inner = self.lock();
        let before = inner.apps.get(&app);
        if before.is_some_and(|(last, _)| *last > look) {
            return false;
        }
        let known = |name: &str| {
            before
                .and_then(|(_, units)| units.get(name))
                .map(|seen| seen.ready.clone())
        };
        let seen = found.into_iter().map(|(unit, answer)| {
            let ready = answer.or_else(|| known(&unit.name));
            let ready = ready.unwrap_or_else(|| Err("it was not asked yet".to_owned()));
            (unit.name.clone(), Seen { unit, ready })
        });
        let seen: BTreeMap<String, Seen> = seen.collect();
        let is_other = before.is_none_or(|(_, units)| *units != seen);
        inner.apps.insert(app, (look, seen));
        is_other
    }

    /// Forgets an app.
    pub fn forget(&self, app: AppId) {
        self.lock().apps.remove(&app);
    }

    /// What was seen of an app, by name.
    #[must_use]
    pub fn of(&self, app: AppId) -> Vec<Seen> {
        let inner = self.lock();
        let units = inner.apps.get(&app).map(|(_, units)| units);
        units.into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// What was seen of every app.
    #[must_use]
    pub fn all(&self) -> Vec<Seen> {
        let inner = self.lock();
        inner
            .apps
            .values()
            .flat_map(|(_, units)| units.values())
            .cloned()
            .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str) -> Unit {
        Unit {
            name: name.to_owned(),
            key: name.to_owned(),
            slot: None,
            app: "app-0000000000000000".parse().unwrap(),
            deploy: 1,
            version: 1,
            process: "web".to_owned(),
            state: State::Running,
            address: None,
            restarts: 0,
            started_at: None,
        }
    }

    #[test]
    fn a_look_that_comes_home_late_replaces_nothing_newer() {
        let (observed, app) = (Observed::default(), unit("web-1-0").app);
        let (early, late) = (observed.begin(), observed.begin());
        assert!(observed.set(app, late, vec![(unit("web-2-0"), Some(Ok(())))]));
        assert!(!observed.set(app, early, vec![(unit("web-1-0"), Some(Ok(())))]));
        let names: Vec<String> = observed.of(app).into_iter().map(|seen| seen.unit.name).collect();
        assert_eq!(names, ["web-2-0"]);
    }

    #[test]
    fn what_is_not_asked_keeps_its_answer() {
        let (observed, app) = (Observed::default(), unit("web-1-0").app);
        observed.set(app, observed.begin(), vec![(unit("web-1-0"), Some(Ok(())))]);
        let found = vec![(unit("web-1-0"), None), (unit("web-1-1"), None)];
        assert!(observed.set(app, observed.begin(), found.clone()));
        let ready: Vec<bool> = observed.of(app).iter().map(|seen| seen.ready.is_ok()).collect();
        assert_eq!(ready, [true, false]);
        assert!(!observed.set(app, observed.begin(), found));
    }
}
