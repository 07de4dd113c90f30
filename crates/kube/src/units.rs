//! The units that there are, and what happens to them, told as it happens.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{Stream, StreamExt, future};
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{DeleteParams, ListParams, Preconditions};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::selector;
use crate::states::{Unit, read};

/// What happened to units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitChange {
    /// These are all: whatever is not among them is gone. Told first, and again when the connection was lost.
    All(Vec<Unit>),
    /// One is new, or is not what it was.
    Changed(Unit),
    /// One is gone, as it was last seen.
    Gone(Unit),
}

/// Something that the cluster tells about a unit: a check that failed, an image that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEvent {
    /// When it was last so (RFC 3339); empty when it is not said.
    pub at: String,
    /// Whether it is something to worry about.
    pub is_warning: bool,
    /// In one word: `Unhealthy`, `BackOff`, `FailedScheduling`.
    pub reason: String,
    /// In the cluster's words.
    pub message: String,
    /// How often.
    pub count: u32,
}

impl Cluster {
    /// Every unit that has all of these labels, also what has ended; of one namespace, or of all.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn units(
        &self,
        namespace: Option<&str>,
        labels: &BTreeMap<String, String>,
    ) -> Result<Vec<Unit>, KubeError> {
        let wanted = ListParams::default().labels(&selector(labels));
        let pods = self.pods(namespace);
        let listed = self.ask("units", pods.list(&wanted)).await?;
        let mut units: Vec<Unit> = listed.items.iter().map(read).collect();
        units.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        Ok(units)
    }

    /// One unit.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn unit(&self, namespace: &str, name: &str) -> Result<Unit, KubeError> {
        let pods: Api<Pod> = self.api(namespace);
        let found = self.ask(&format!("unit {namespace}/{name}"), pods.get(name)).await?;
        Ok(read(&found))
    }

    /// What happens to the units that have all of these labels, from now on and without end: all that there are, then
    /// each change. An error is told when the connection is lost; it is made again, ever more slowly, and all are told
    /// again.
    pub fn follow_units(
        &self,
        namespace: Option<&str>,
        labels: &BTreeMap<String, String>,
    ) -> impl Stream<Item = Result<UnitChange, KubeError>> + Send + use<> {
        let wanted = watcher::Config::default().labels(&selector(labels));
        let at = self.at.clone();
        let mut all = Vec::new();
        watcher(self.pods(namespace), wanted)
            .default_backoff()
            .filter_map(move |event| {
                let change = match event {
                    Ok(watcher::Event::Init) => {
                        all.clear();
                        None
                    }
                    Ok(watcher::Event::InitApply(pod)) => {
                        all.push(read(&pod));
                        None
                    }
                    Ok(watcher::Event::InitDone) => Some(Ok(UnitChange::All(std::mem::take(&mut all)))),
                    Ok(watcher::Event::Apply(pod)) => Some(Ok(UnitChange::Changed(read(&pod)))),
                    Ok(watcher::Event::Delete(pod)) => Some(Ok(UnitChange::Gone(read(&pod)))),
                    Err(error) => Some(Err(KubeError::of_watch(error, &at, "units"))),
                };
                future::ready(change)
            })
    }

    /// Ends a unit of an app and takes it away; it is killed after `grace`, in whole seconds. Its Deployment makes another in its
    /// place. One that is gone is fine.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn remove_unit(&self, unit: &Unit, grace: Duration) -> Result<(), KubeError> {
        let pods: Api<Pod> = self.api(&unit.namespace);
        let parameters = DeleteParams {
            grace_period_seconds: Some(u32::try_from(grace.as_secs()).unwrap_or(u32::MAX)),
            preconditions: Some(Preconditions {
                uid: Some(unit.id.clone()),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        let what = format!("unit {}/{}", unit.namespace, unit.name);
        match self.ask(&what, pods.delete(&unit.name, &parameters)).await {
            Ok(_) | Err(KubeError::NotFound(_) | KubeError::Conflict(_)) => Ok(()),
            Err(failed) => Err(failed),
        }
    }

    /// What the cluster tells about a unit, the oldest first. It forgets after an hour.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn unit_events(&self, namespace: &str, name: &str) -> Result<Vec<UnitEvent>, KubeError> {
        let events: Api<Event> = self.api(namespace);
        let wanted = format!("involvedObject.kind=Pod,involvedObject.name={name}");
        let listed = self
            .ask("events", events.list(&ListParams::default().fields(&wanted)))
            .await?;
        let mut told: Vec<UnitEvent> = listed.items.iter().map(read_event).collect();
        told.sort_by(|one, other| one.at.cmp(&other.at));
        Ok(told)
    }

    pub(crate) fn pods(&self, namespace: Option<&str>) -> Api<Pod> {
        match namespace {
            Some(namespace) => self.api(namespace),
            None => Api::all(self.client.clone()),
        }
    }
}

fn read_event(event: &Event) -> UnitEvent {
    let last = event.last_timestamp.as_ref().map(|time| time.0.to_string());
    let first = event.event_time.as_ref().map(|time| time.0.to_string());
    UnitEvent {
        at: last
            .or(first)
            .or_else(|| event.creation_timestamp().map(|time| time.0.to_string()))
            .unwrap_or_default(),
        is_warning: event.type_.as_deref() == Some("Warning"),
        reason: event.reason.clone().unwrap_or_default(),
        message: event.message.clone().unwrap_or_default(),
        count: event.count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
    }
}
