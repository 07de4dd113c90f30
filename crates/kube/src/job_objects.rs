//! What a job is in Kubernetes: a CronJob, whose runs are Jobs. Pure.

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec as KubernetesJobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::{PodTemplateSpec, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::jobs::{Concurrency, JobSpec};
use crate::names::{APP, JOB, app_labels, object_name};
use crate::objects::{count, given, metadata, of_unit, seconds, shown_labels, unit_labels};

/// Runs that are kept of a job, of each kind: whoever keeps a history takes it from them in time.
const KEPT_RUNS: i32 = 5;

/// What the CronJob of a job is called.
pub(crate) fn name(app: &str, job: &str) -> String {
    object_name(&[app, job])
}

pub(crate) fn of_job(spec: &JobSpec) -> (Vec<Secret>, CronJob) {
    let mut labels = shown_labels(app_labels(&spec.app));
    labels.insert(JOB.to_owned(), spec.name.clone());
    let metadata = metadata(&spec.namespace, &name(&spec.app, &spec.name), &labels);
    let mut unit = of_unit(&spec.unit, &metadata);
    unit.pod.restart_policy = Some("Never".to_owned());
    unit.pod.termination_grace_period_seconds = Some(seconds(spec.grace));
    let run = KubernetesJobSpec {
        backoff_limit: Some(count(spec.retries)),
        active_deadline_seconds: Some(seconds(spec.deadline).max(1)),
        template: PodTemplateSpec {
            metadata: Some(ObjectMeta {
                labels: Some(unit_labels(&spec.unit, labels.clone())),
                annotations: given(&spec.unit.annotations),
                ..ObjectMeta::default()
            }),
            spec: Some(unit.pod),
        },
        ..KubernetesJobSpec::default()
    };
    let concurrency = match spec.concurrency {
        Concurrency::Allow => "Allow",
        Concurrency::Skip => "Forbid",
        Concurrency::Replace => "Replace",
    };
    let job = CronJob {
        metadata,
        spec: Some(CronJobSpec {
            schedule: spec.schedule.clone(),
            time_zone: spec.time_zone.clone(),
            suspend: Some(spec.is_suspended),
            concurrency_policy: Some(concurrency.to_owned()),
            successful_jobs_history_limit: Some(KEPT_RUNS),
            failed_jobs_history_limit: Some(KEPT_RUNS),
            job_template: JobTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels),
                    ..ObjectMeta::default()
                }),
                spec: Some(run),
            },
            ..CronJobSpec::default()
        }),
        status: None,
    };
    (unit.secrets, job)
}

/// A run of a job at once, as its schedule would make it.
pub(crate) fn of_run(job: &CronJob, namespace: &str, name: &str) -> Job {
    let template = job
        .spec
        .as_ref()
        .map(|spec| spec.job_template.clone())
        .unwrap_or_default();
    let labels = template
        .metadata
        .and_then(|metadata| metadata.labels)
        .unwrap_or_default();
    Job {
        metadata: metadata(namespace, name, &labels),
        spec: template.spec,
        status: None,
    }
}

/// The app that an object is of.
pub(crate) fn app_of(object: &ObjectMeta) -> Option<&str> {
    object.labels.as_ref()?.get(APP).map(String::as_str)
}
