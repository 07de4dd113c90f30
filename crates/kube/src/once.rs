//! Runs that are made once: release commands, one-off commands. They are found again by their names, so that whoever was
//! killed while one ran goes on with it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};

use crate::away::Away;
use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::logs::{LogLine, LogPart};
use crate::names::{APP, MANAGED_BY, MANAGER, ONCE, RUN};
use crate::once_objects;
use crate::spec::UnitSpec;
use crate::states::{End, State, Unit};
use crate::units::UnitChange;

/// For the rest of a log, when the run has ended.
const LOG_PATIENCE: Duration = Duration::from_secs(10);

/// What shall run once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnceSpec {
    /// Where.
    pub namespace: String,
    /// Whose it is.
    pub app: String,
    /// Unlike every other run's there; as an object's name, at most 52 characters.
    pub name: String,
    /// What.
    pub unit: UnitSpec,
    /// From its making on; whatever runs longer is ended. Whole seconds.
    pub deadline: Duration,
    /// Between being asked to end (`SIGTERM`) and being killed. Whole seconds.
    pub grace: Duration,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ended.
    Ended(End),
    /// It was not through at its deadline, and was ended.
    Late {
        /// What it did when it was last seen: whether it ever began, and what it waited for.
        last: Option<State>,
    },
    /// Somebody removed it.
    Removed,
}

impl Cluster {
    /// Runs it, tells its lines, waits for its end and removes it. One of that name that is there already is gone on with:
    /// its lines are told from the beginning.
    ///
    /// # Errors
    /// When it is refused, or the cluster does not answer; then it may still run.
    pub async fn run_once(
        &self,
        spec: &OnceSpec,
        mut on_line: impl FnMut(LogLine) + Send,
    ) -> Result<Outcome, KubeError> {
        self.start_once(spec).await?;
        let outcome = {
            let mut log = pin!(async {
                let mut lines = pin!(self.once_log(&spec.namespace, &spec.name));
                while let Some(line) = lines.try_next().await? {
                    on_line(line);
                }
                Ok::<(), KubeError>(())
            });
            let mut end = pin!(self.wait_once(&spec.namespace, &spec.name));
            tokio::select! {
                outcome = &mut end => {
                    let outcome = outcome?;
                    // One that never began has no log to wait for.
                    if let Ok(Err(error)) = tokio::time::timeout(LOG_PATIENCE, log).await {
                        tracing::warn!(run = spec.name, %error, "the rest of a run's log is lost");
                    }
                    outcome
                }
                read = &mut log => {
                    if let Err(error) = read {
                        tracing::warn!(run = spec.name, %error, "a run's log is lost");
                    }
                    end.await?
                }
            }
        };
        self.remove_once(&spec.namespace, &spec.app, &spec.name).await?;
        Ok(outcome)
    }

    /// Starts it; one of that name that is there already is left alone.
    ///
    /// # Errors
    /// When it is refused, and when one of its name is there that is not of this app.
    pub async fn start_once(&self, spec: &OnceSpec) -> Result<(), KubeError> {
        let (secrets, job) = once_objects::of_once(spec);
        self.apply_namespace(&spec.namespace).await?;
        for secret in &secrets {
            self.apply(secret).await?;
        }
        self.apply(&job).await.map(drop)
    }

    /// Waits for the end of a run.
    ///
    /// # Errors
    /// When the cluster does not let us, or does not answer for some seconds, in which a connection that is lost is made again; then it
    /// may still run.
    pub async fn wait_once(&self, namespace: &str, name: &str) -> Result<Outcome, KubeError> {
        let jobs: Api<Job> = self.api(namespace);
        let mut jobs = pin!(watcher::watch_object(jobs, name).default_backoff());
        let mut units = pin!(self.follow_units(Some(namespace), &unit_labels(name)));
        let (mut last, mut away) = (None, Away::default());
        loop {
            tokio::select! {
                Some(change) = units.next() => match change {
                    Ok(UnitChange::All(units)) => last = units.first().map(|unit| unit.state.clone()).or(last),
                    Ok(UnitChange::Changed(unit)) if unit.state != State::Terminating => last = Some(unit.state),
                    Ok(_) => {}
                    Err(error) if error.is_passing() => {}
                    Err(error) => return Err(error),
                },
                Some(found) = jobs.next() => match found {
                    Ok(Some(job)) => match is_late(&job) {
                        None => away.answered(),
                        Some(true) => return Ok(Outcome::Late { last }),
                        Some(false) => return self.end_of_once(namespace, &job, last).await,
                    },
                    Ok(None) => return Ok(Outcome::Removed),
                    Err(error) => {
                        let error = KubeError::of_watch(error, &self.at, "run");
                        if away.failed() || !error.is_passing() {
                            return Err(error);
                        }
                    }
                },
            }
        }
    }

    /// The lines of a run, followed from the beginning to its end; it waits until there are any. Of a job's run that was
    /// tried again, those of one try.
    pub fn once_log(
        &self,
        namespace: &str,
        name: &str,
    ) -> impl Stream<Item = Result<LogLine, KubeError>> + Send + use<> {
        let (cluster, namespace, name) = (self.clone(), namespace.to_owned(), name.to_owned());
        futures::stream::once(async move {
            let unit = cluster.begun(&namespace, &name).await?;
            let part = LogPart {
                follow: true,
                ..LogPart::default()
            };
            cluster.unit_log(&namespace, &unit.name, &part).await
        })
        .try_flatten()
    }

    /// The unit of a run, as it is; nothing before it is made.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn once_unit(&self, namespace: &str, name: &str) -> Result<Option<Unit>, KubeError> {
        let units = self.units(Some(namespace), &unit_labels(name)).await?;
        Ok(units.into_iter().find(|unit| unit.state != State::Terminating))
    }

    /// Removes a run with its secrets, ending it when it goes on. One that is gone is fine.
    ///
    /// # Errors
    /// When one of its name is there that is not of this app.
    pub async fn remove_once(&self, namespace: &str, app: &str, name: &str) -> Result<(), KubeError> {
        self.remove::<Job>(namespace, name, app).await?;
        let mut labels = labels(name);
        labels.insert(APP.to_owned(), app.to_owned());
        self.remove_all::<Secret>(namespace, &labels).await
    }

    /// The unit of a run, once it has begun.
    async fn begun(&self, namespace: &str, name: &str) -> Result<Unit, KubeError> {
        let mut units = pin!(self.follow_units(Some(namespace), &unit_labels(name)));
        while let Some(change) = units.next().await {
            let found = match change {
                Ok(UnitChange::All(units)) => units.into_iter().find(|unit| unit.state.has_begun()),
                Ok(UnitChange::Changed(unit)) => Some(unit).filter(|unit| unit.state.has_begun()),
                Ok(UnitChange::Gone(_)) => None,
                Err(error) if error.is_passing() => None,
                Err(error) => return Err(error),
            };
            if let Some(unit) = found {
                return Ok(unit);
            }
        }
        Err(KubeError::NotFound(format!("run {namespace}/{name}")))
    }

    /// Of the tries, one that ended as the whole did.
    async fn end_of_once(&self, namespace: &str, job: &Job, last: Option<State>) -> Result<Outcome, KubeError> {
        let units = self.units(Some(namespace), &unit_labels(&job.name_any())).await?;
        let states = units.into_iter().map(|unit| unit.state).chain(last);
        let end = states.into_iter().find_map(|state| match state {
            State::Ended(end) if (end.exit_code == 0) == has_succeeded(job) => Some(end),
            _ => None,
        });
        // A run whose unit was taken away: the cluster calls it failed.
        Ok(end.map_or(Outcome::Removed, Outcome::Ended))
    }
}

/// Whether one of its tries did.
pub(crate) fn has_succeeded(job: &Job) -> bool {
    job.status
        .as_ref()
        .and_then(|status| status.succeeded)
        .unwrap_or_default()
        > 0
}

fn labels(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (MANAGED_BY.to_owned(), MANAGER.to_owned()),
        (ONCE.to_owned(), name.to_owned()),
    ])
}

/// Also of a run that a schedule made.
fn unit_labels(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (MANAGED_BY.to_owned(), MANAGER.to_owned()),
        (RUN.to_owned(), name.to_owned()),
    ])
}

/// Whether it is through, and if so, whether that is because of its deadline.
pub(crate) fn is_late(job: &Job) -> Option<bool> {
    let conditions = job.status.as_ref().and_then(|status| status.conditions.as_ref());
    let last = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.status == "True" && matches!(condition.type_.as_str(), "Complete" | "Failed"));
    last.map(|condition| condition.reason.as_deref() == Some("DeadlineExceeded"))
}
