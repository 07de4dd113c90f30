//! What a run that is made once is in Kubernetes: a Job that is tried one time. Pure.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{PodTemplateSpec, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::names::{ONCE, app_labels};
use crate::objects::{given, metadata, of_unit, seconds, shown_labels, unit_labels};
use crate::once::OnceSpec;

/// How long the cluster keeps what nobody came back for, in seconds: a day.
const KEPT_SECONDS: i32 = 24 * 3600;

pub(crate) fn of_once(spec: &OnceSpec) -> (Vec<Secret>, Job) {
    let mut labels = shown_labels(app_labels(&spec.app));
    labels.insert(ONCE.to_owned(), spec.name.clone());
    let metadata = metadata(&spec.namespace, &spec.name, &labels);
    let mut unit = of_unit(&spec.unit, &metadata);
    unit.pod.restart_policy = Some("Never".to_owned());
    unit.pod.termination_grace_period_seconds = Some(seconds(spec.grace));
    let job = Job {
        metadata,
        spec: Some(JobSpec {
            // Whoever repeats it decides that; what changes a database must not run twice by itself.
            backoff_limit: Some(0),
            active_deadline_seconds: Some(seconds(spec.deadline).max(1)),
            ttl_seconds_after_finished: Some(KEPT_SECONDS),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(unit_labels(&spec.unit, labels)),
                    annotations: given(&spec.unit.annotations),
                    ..ObjectMeta::default()
                }),
                spec: Some(unit.pod),
            },
            ..JobSpec::default()
        }),
        status: None,
    };
    (unit.secrets, job)
}
