//! How many units there are where the cluster says so: a `HorizontalPodAutoscaler` beside the Deployment.
//!
//! What must stay true: while one is there, we do not own the number of the Deployment, so that applying it never takes units away that
//! the cluster made; and the number is handed over as it is, for a field that nobody owns any more falls back to one unit.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use serde_json::json;

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::{MANAGER, ProcessId};
use crate::objects::{ProcessObjects, count};
use crate::spec::{Autoscale, ProcessSpec};

impl Cluster {
    /// Makes the Deployment of a process what it shall be, with the number of units left to who says it.
    ///
    /// # Errors
    /// When it is refused, and when an object of that name is there that is not of this app.
    pub(crate) async fn apply_counted(
        &self,
        spec: &ProcessSpec,
        objects: &ProcessObjects,
    ) -> Result<Deployment, KubeError> {
        let (namespace, app, name) = (&spec.id.namespace, &spec.id.app, spec.id.name());
        let (Some(autoscale), Some(autoscaler)) = (&spec.autoscale, &objects.autoscaler) else {
            // First: it would say another number once more.
            self.remove::<HorizontalPodAutoscaler>(namespace, &name, app).await?;
            return self.apply(&objects.deployment).await;
        };
        let api: Api<Deployment> = self.api(namespace);
        let found = self.ask(&name, api.get_opt(&name)).await?;
        if let Some(found) = &found {
            let now = found.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or_default();
            let now = u32::try_from(now).unwrap_or_default();
            // Of none at all an autoscaler says nothing any more.
            if is_our_number(&found.metadata) || now != within(autoscale, now) {
                self.begin_with(spec, within(autoscale, now)).await?;
            }
        }
        let mut applied = self.apply(&objects.deployment).await?;
        if found.is_none() {
            applied = self.begin_with(spec, within(autoscale, spec.units)).await?;
        }
        self.apply(autoscaler).await?;
        Ok(applied)
    }

    /// In which bounds the cluster counts the units of a process; nothing where it does not.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn autoscaler(&self, id: &ProcessId) -> Result<Option<Autoscale>, KubeError> {
        let api: Api<HorizontalPodAutoscaler> = self.api(&id.namespace);
        let name = id.name();
        let found = self.ask(&name, api.get_opt(&name)).await?;
        Ok(found.and_then(|found| found.spec).map(|spec| read(&spec)))
    }

    /// Says a number of units in another name than ours, from where whoever counts goes on.
    async fn begin_with(&self, spec: &ProcessSpec, units: u32) -> Result<Deployment, KubeError> {
        let fields = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": count(units)}});
        self.share(&spec.id.namespace, &spec.id.name(), &spec.id.app, fields)
            .await
    }
}

fn read(spec: &HorizontalPodAutoscalerSpec) -> Autoscale {
    let number = |number: i32| u32::try_from(number).unwrap_or_default();
    let percent = |name: &str| {
        let mut resources = spec
            .metrics
            .iter()
            .flatten()
            .filter_map(|metric| metric.resource.as_ref());
        let resource = resources.find(|resource| resource.name == name)?;
        resource.target.average_utilization.map(number)
    };
    Autoscale {
        least: spec.min_replicas.map_or(1, number),
        most: number(spec.max_replicas),
        processor_percent: percent("cpu"),
        memory_percent: percent("memory"),
    }
}

fn within(autoscale: &Autoscale, units: u32) -> u32 {
    units.clamp(autoscale.least, autoscale.most.max(autoscale.least))
}

/// Whether the number of units of a Deployment is what we say of it.
fn is_our_number(found: &ObjectMeta) -> bool {
    let entries = found.managed_fields.iter().flatten();
    let mut ours = entries
        .filter(|entry| entry.manager.as_deref() == Some(MANAGER) && entry.operation.as_deref() == Some("Apply"));
    ours.any(|entry| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        fields.is_some_and(|fields| fields.pointer("/f:spec/f:replicas").is_some())
    })
}

pub(crate) fn autoscaler(autoscale: &Autoscale, metadata: &ObjectMeta) -> HorizontalPodAutoscaler {
    let metric = |name: &str, percent: u32| MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(count(percent)),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let metrics = [
        ("cpu", autoscale.processor_percent),
        ("memory", autoscale.memory_percent),
    ];
    let metrics = metrics
        .into_iter()
        .filter_map(|(name, percent)| Some(metric(name, percent?)));
    HorizontalPodAutoscaler {
        metadata: metadata.clone(),
        spec: Some(HorizontalPodAutoscalerSpec {
            min_replicas: Some(count(autoscale.least)),
            max_replicas: count(autoscale.most),
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: metadata.name.clone().unwrap_or_default(),
            },
            metrics: Some(metrics.collect()),
            behavior: None,
        }),
        status: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned_by(manager: &str, fields: serde_json::Value) -> ObjectMeta {
        serde_json::from_value(json!({"managedFields": [
            {"manager": manager, "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": fields}
        ]}))
        .unwrap()
    }

    #[test]
    fn the_number_is_ours_while_we_say_it() {
        let said = json!({"f:spec": {"f:replicas": {}, "f:selector": {}}});
        assert!(is_our_number(&owned_by(MANAGER, said.clone())));
        assert!(!is_our_number(&owned_by("kube-controller-manager", said)));
        assert!(!is_our_number(&owned_by(
            MANAGER,
            json!({"f:spec": {"f:selector": {}}})
        )));
        assert!(!is_our_number(&ObjectMeta::default()));
    }
}
