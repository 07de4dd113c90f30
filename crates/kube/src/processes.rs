//! Processes: made what they shall be, counted, restarted, removed. Everything may be repeated.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Secret, Service};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};
use serde_json::json;

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::{DEPLOY, PROCESS, ProcessId, app_labels, selector};
use crate::objects;
use crate::spec::ProcessSpec;

/// Of a unit: changing it replaces the units.
const RESTARTED: &str = "slipway.dev/restarted";

/// How far a process is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// How many units there shall be.
    pub wanted: u32,
    /// How many are made of what was applied last.
    pub current: u32,
    /// How many of those and of others take requests.
    pub ready: u32,
    /// Whether all are as they shall be, and no others are left.
    pub is_settled: bool,
    /// What keeps units from being made, in the cluster's words: a quota, a rule, no progress for ten minutes. Empty when
    /// nothing does. What keeps a unit that is made from being ready is said by the unit.
    pub trouble: String,
}

impl Cluster {
    /// Makes a process what it shall be: its namespace, its secrets, its Deployment and what belongs to that. What others
    /// changed or removed of it is put right.
    ///
    /// # Errors
    /// When it is refused, and when an object of that name is there that is not of this app.
    pub async fn apply_process(&self, spec: &ProcessSpec) -> Result<Process, KubeError> {
        let ProcessId { namespace, app, .. } = &spec.id;
        let name = spec.id.name();
        let objects = objects::of_process(spec);
        self.apply_namespace(namespace).await?;
        for secret in &objects.secrets {
            self.apply(secret).await?;
        }
        let deployment = self.apply_counted(spec, &objects).await?;
        match &objects.budget {
            Some(budget) => drop(self.apply(budget).await?),
            None => self.remove::<PodDisruptionBudget>(namespace, &name, app).await?,
        }
        let process = read(&deployment);
        if process.is_settled {
            // No unit is left that reads another.
            let kept: Vec<String> = objects
                .secrets
                .into_iter()
                .filter_map(|secret| secret.metadata.name)
                .collect();
            let is_old = |found: &ObjectMeta| !found.name.as_ref().is_some_and(|name| kept.contains(name));
            self.remove_those::<Secret>(namespace, &spec.id.labels(), is_old)
                .await?;
        }
        Ok(process)
    }

    /// How far a process is; nothing when it is not there.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn process(&self, id: &ProcessId) -> Result<Option<Process>, KubeError> {
        let api: Api<Deployment> = self.api(&id.namespace);
        let name = id.name();
        let found = self.ask(&name, api.get_opt(&name)).await?;
        Ok(found.as_ref().map(read))
    }

    /// Says how many units there shall be, and nothing else.
    ///
    /// # Errors
    /// When the process is not there.
    pub async fn scale(&self, id: &ProcessId, units: u32) -> Result<Process, KubeError> {
        let change = json!({"spec": {"replicas": units}});
        let name = id.name();
        let changed = self
            .change::<Deployment>(&id.namespace, &name, &id.app, &change)
            .await?;
        Ok(read(&changed))
    }

    /// Replaces the units by new ones of the same, some at a time. `mark` tells one restart from another: repeating it
    /// with the same changes nothing.
    ///
    /// # Errors
    /// When the process is not there.
    pub async fn restart(&self, id: &ProcessId, mark: &str) -> Result<Process, KubeError> {
        let change = json!({"spec": {"template": {"metadata": {"annotations": {RESTARTED: mark}}}}});
        let name = id.name();
        let changed = self
            .change::<Deployment>(&id.namespace, &name, &id.app, &change)
            .await?;
        Ok(read(&changed))
    }

    /// Removes a process with its secrets; its units drain and end after that. One that is gone is fine.
    ///
    /// # Errors
    /// When an object of its name is there that is not of this app.
    pub async fn remove_process(&self, id: &ProcessId) -> Result<(), KubeError> {
        let ProcessId { namespace, app, .. } = id;
        let name = id.name();
        self.remove::<HorizontalPodAutoscaler>(namespace, &name, app).await?;
        self.remove::<PodDisruptionBudget>(namespace, &name, app).await?;
        self.remove::<Deployment>(namespace, &name, app).await?;
        self.remove_all::<Secret>(namespace, &id.labels()).await
    }

    /// The processes of an app that are there, of every deploy.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn processes(&self, namespace: &str, app: &str) -> Result<Vec<ProcessId>, KubeError> {
        let api: Api<Deployment> = self.api(namespace);
        let wanted = ListParams::default().labels(&selector(&app_labels(app)));
        let found = self.ask("deployments", api.list_metadata(&wanted)).await?;
        let read = |object: &ObjectMeta| {
            let labels = object.labels.as_ref()?;
            Some(ProcessId {
                namespace: namespace.to_owned(),
                app: app.to_owned(),
                process: labels.get(PROCESS)?.clone(),
                deploy: labels.get(DEPLOY)?.parse().ok()?,
            })
        };
        Ok(found.items.iter().filter_map(|object| read(&object.metadata)).collect())
    }

    /// Removes everything of an app in a namespace, and nothing else; the namespace stays.
    ///
    /// # Errors
    /// When the cluster does not let us.
    pub async fn remove_app(&self, namespace: &str, app: &str) -> Result<(), KubeError> {
        let labels: BTreeMap<_, _> = app_labels(app);
        // What leads to it goes first.
        self.remove_all::<Ingress>(namespace, &labels).await?;
        self.remove_all::<Service>(namespace, &labels).await?;
        self.remove_all::<CronJob>(namespace, &labels).await?;
        self.remove_all::<Job>(namespace, &labels).await?;
        self.remove_all::<HorizontalPodAutoscaler>(namespace, &labels).await?;
        self.remove_all::<PodDisruptionBudget>(namespace, &labels).await?;
        self.remove_all::<Deployment>(namespace, &labels).await?;
        self.remove_all::<Secret>(namespace, &labels).await
    }
}

fn read(deployment: &Deployment) -> Process {
    let status = deployment.status.clone().unwrap_or_default();
    let number = |value: Option<i32>| u32::try_from(value.unwrap_or_default()).unwrap_or_default();
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas);
    let wanted = number(wanted.or(Some(1)));
    let (current, ready, all) = (
        number(status.updated_replicas),
        number(status.ready_replicas),
        number(status.replicas),
    );
    // What is said before it was looked at is of before.
    let is_seen = status.observed_generation.is_some() && status.observed_generation == deployment.metadata.generation;
    let troubles = [("ReplicaFailure", "True"), ("Progressing", "False")];
    let trouble = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| troubles.contains(&(condition.type_.as_str(), condition.status.as_str())));
    Process {
        wanted,
        current,
        ready,
        is_settled: is_seen && current == wanted && ready == wanted && all == wanted,
        trouble: trouble
            .filter(|_| is_seen)
            .and_then(|condition| condition.message.clone())
            .unwrap_or_default(),
    }
}
