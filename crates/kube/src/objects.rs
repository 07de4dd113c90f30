//! What a process is in Kubernetes: a Deployment of its own for each deploy, with its environment in a Secret beside it.
//!
//! Deploys run side by side while one takes over from the other, and the Service says which of them is reached
//! (`route_objects`). Pure.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvFromSource, ExecAction, HTTPGetAction, Lifecycle, LifecycleHandler,
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ResourceRequirements, SeccompProfile,
    Secret, SecretEnvSource, SecurityContext, SleepAction, TCPSocketAction, TopologySpreadConstraint,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use crate::autoscaling::autoscaler;
use crate::names::{APP, CONTAINER, MANAGED_BY, MANAGER, PROCESS, VERSION, short_digest};
use crate::quantities;
use crate::spec::{Check, Limits, ProcessSpec, Question, Talks, UnitSpec};
use crate::volumes;

/// How long a Deployment may make no progress before it says so, in seconds.
const PROGRESS_SECONDS: i32 = 600;
/// Replica sets that are kept beside the current one. Ours are deploys of their own; these are only of restarts.
const KEPT_REVISIONS: i32 = 2;
/// How much of a process is started beside the old units when they are replaced.
const SURGE: &str = "25%";

/// Everything of one process.
#[derive(Debug)]
pub(crate) struct ProcessObjects {
    pub(crate) secrets: Vec<Secret>,
    pub(crate) deployment: Deployment,
    /// There when more than one unit is: of one alone, it would keep machines from being emptied.
    pub(crate) budget: Option<PodDisruptionBudget>,
    pub(crate) autoscaler: Option<HorizontalPodAutoscaler>,
}

/// What a unit runs, and the secrets that it reads.
pub(crate) struct UnitObjects {
    pub(crate) secrets: Vec<Secret>,
    pub(crate) pod: PodSpec,
}

pub(crate) fn of_process(spec: &ProcessSpec) -> ProcessObjects {
    let name = spec.id.name();
    let metadata = metadata(&spec.id.namespace, &name, &object_labels(spec));
    let selector = LabelSelector {
        match_labels: Some(spec.id.labels()),
        match_expressions: None,
    };
    let UnitObjects { secrets, mut pod } = of_unit(&spec.unit, &metadata);
    fill(&mut pod, spec, &selector);
    let at_least = spec.autoscale.map_or(spec.units, |autoscale| autoscale.least);
    let deployment = Deployment {
        metadata: ObjectMeta {
            labels: Some(unit_labels(&spec.unit, object_labels(spec))),
            annotations: given(&spec.unit.annotations),
            ..metadata.clone()
        },
        spec: Some(DeploymentSpec {
            replicas: spec.autoscale.is_none().then(|| count(spec.units)),
            selector: selector.clone(),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::String(SURGE.to_owned())),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            revision_history_limit: Some(KEPT_REVISIONS),
            progress_deadline_seconds: Some(PROGRESS_SECONDS),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(unit_labels(&spec.unit, object_labels(spec))),
                    annotations: given(&spec.unit.annotations),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod),
            },
            ..DeploymentSpec::default()
        }),
        status: None,
    };
    ProcessObjects {
        secrets,
        deployment,
        budget: (at_least > 1).then(|| budget(&metadata, selector)),
        autoscaler: spec.autoscale.map(|autoscale| autoscaler(&autoscale, &metadata)),
    }
}

/// What a unit runs, as one container; `owner` says whose it is.
pub(crate) fn of_unit(unit: &UnitSpec, owner: &ObjectMeta) -> UnitObjects {
    let environment = environment(unit, owner);
    let login = login(unit, owner);
    let container = Container {
        name: CONTAINER.to_owned(),
        image: Some(unit.image.clone()),
        command: (!unit.command.is_empty()).then(|| literal(&unit.command)),
        env_from: environment.as_ref().map(|secret| {
            vec![EnvFromSource {
                secret_ref: Some(SecretEnvSource {
                    name: secret.metadata.name.clone().unwrap_or_default(),
                    optional: None,
                }),
                ..EnvFromSource::default()
            }]
        }),
        resources: resources(&unit.limits),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            ..SecurityContext::default()
        }),
        // The last lines of what it wrote, when it fails.
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        volume_mounts: volumes::seen(&unit.mounts),
        stdin: (unit.talks != Talks::Not).then_some(true),
        stdin_once: (unit.talks != Talks::Not).then_some(true),
        tty: (unit.talks == Talks::ByTerminal).then_some(true),
        ..Container::default()
    };
    let pod = PodSpec {
        containers: vec![container],
        // Units are no users of the cluster, and are not told of their neighbours.
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        image_pull_secrets: login.as_ref().map(|secret| {
            vec![LocalObjectReference {
                name: secret.metadata.name.clone().unwrap_or_default(),
            }]
        }),
        runtime_class_name: unit.runtime_class.clone(),
        volumes: volumes::of_pod(&unit.mounts),
        security_context: Some(PodSecurityContext {
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..PodSecurityContext::default()
        }),
        ..PodSpec::default()
    };
    UnitObjects {
        secrets: environment.into_iter().chain(login).collect(),
        pod,
    }
}

/// Name, place and labels of an object.
pub(crate) fn metadata(namespace: &str, name: &str, labels: &BTreeMap<String, String>) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels.clone()),
        ..ObjectMeta::default()
    }
}

/// Ours win over what an app asks for.
pub(crate) fn unit_labels(unit: &UnitSpec, ours: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = unit.labels.clone();
    labels.extend(ours);
    labels
}

/// Nothing instead of an empty map, which would be owned.
pub(crate) fn given(map: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
    (!map.is_empty()).then(|| map.clone())
}

/// What tools of Kubernetes show by, beside what we find by.
pub(crate) fn shown_labels(mut labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (from, to) in [
        (APP, "app.kubernetes.io/name"),
        (PROCESS, "app.kubernetes.io/component"),
    ] {
        if let Some(value) = labels.get(from).cloned() {
            labels.insert(to.to_owned(), value);
        }
    }
    labels.insert(MANAGED_BY.to_owned(), MANAGER.to_owned());
    labels
}

fn object_labels(spec: &ProcessSpec) -> BTreeMap<String, String> {
    let mut labels = shown_labels(spec.id.labels());
    for label in [VERSION, "app.kubernetes.io/version"] {
        labels.insert(label.to_owned(), spec.version.to_string());
    }
    labels
}

/// What a process has beside its container: ports, checks, how it ends, where it is put.
fn fill(pod: &mut PodSpec, spec: &ProcessSpec, selector: &LabelSelector) {
    let drain = seconds(spec.drain);
    // The pause counts.
    pod.termination_grace_period_seconds = Some(drain.saturating_add(seconds(spec.grace)));
    pod.topology_spread_constraints = Some(
        ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
            .map(|key| TopologySpreadConstraint {
                topology_key: key.to_owned(),
                max_skew: 1,
                when_unsatisfiable: "ScheduleAnyway".to_owned(),
                label_selector: Some(selector.clone()),
                ..TopologySpreadConstraint::default()
            })
            .to_vec(),
    );
    for container in &mut pod.containers {
        let ports = spec.ports.iter().map(|port| ContainerPort {
            container_port: i32::from(*port),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        });
        container.ports = (!spec.ports.is_empty()).then(|| ports.collect());
        container.readiness_probe = spec.readiness.as_ref().map(probe);
        container.liveness_probe = spec.liveness.as_ref().map(probe);
        container.startup_probe = spec.startup.as_ref().map(probe);
        // By the kubelet and not by a command: images may have none.
        container.lifecycle = (drain > 0).then(|| Lifecycle {
            pre_stop: Some(LifecycleHandler {
                sleep: Some(SleepAction { seconds: drain }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        });
    }
}

fn probe(check: &Check) -> Probe {
    let port = |port: u16| IntOrString::Int(i32::from(port));
    let mut probe = Probe {
        initial_delay_seconds: Some(short_seconds(check.delay)),
        period_seconds: Some(short_seconds(check.every).max(1)),
        timeout_seconds: Some(short_seconds(check.patience).max(1)),
        failure_threshold: Some(count(check.failures).max(1)),
        ..Probe::default()
    };
    match &check.question {
        Question::Http { port: at, path } => {
            probe.http_get = Some(HTTPGetAction {
                port: port(*at),
                path: Some(path.clone()),
                ..HTTPGetAction::default()
            });
        }
        Question::Tcp { port: at } => {
            probe.tcp_socket = Some(TCPSocketAction {
                port: port(*at),
                host: None,
            });
        }
        Question::Command(command) => {
            probe.exec = Some(ExecAction {
                command: Some(literal(command)),
            });
        }
    }
    probe
}

/// A command that is taken as it is: Kubernetes would put variables in place of `$(NAME)`, which a shell reads otherwise.
fn literal(command: &[String]) -> Vec<String> {
    command.iter().map(|word| word.replace('$', "$$")).collect()
}

fn resources(limits: &Limits) -> Option<ResourceRequirements> {
    let memory = |amount: u64| ("memory".to_owned(), quantities::bytes(amount));
    let processor = |amount: u32| ("cpu".to_owned(), quantities::milli(amount));
    let most = [
        (limits.memory > 0).then(|| memory(limits.memory)),
        (limits.processor > 0).then(|| processor(limits.processor)),
    ];
    // Also when it is nothing: else as much would be kept free as may be taken.
    let least = [
        (limits.memory > 0 || limits.requested_memory > 0).then(|| memory(limits.requested_memory)),
        (limits.processor > 0 || limits.requested_processor > 0).then(|| processor(limits.requested_processor)),
    ];
    let map = |amounts: [Option<(String, Quantity)>; 2]| -> Option<BTreeMap<String, Quantity>> {
        let amounts: BTreeMap<_, _> = amounts.into_iter().flatten().collect();
        (!amounts.is_empty()).then_some(amounts)
    };
    let requirements = ResourceRequirements {
        limits: map(most),
        requests: map(least),
        claims: None,
    };
    (requirements != ResourceRequirements::default()).then_some(requirements)
}

/// Its name changes with what is in it, so that units are replaced when it changes, and an old unit that is started
/// again keeps what it had.
fn environment(unit: &UnitSpec, owner: &ObjectMeta) -> Option<Secret> {
    if unit.env.is_empty() {
        return None;
    }
    let digest = short_digest(
        unit.env
            .iter()
            .flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()]),
    );
    let data = unit.env.iter();
    let data = data.map(|(key, value)| (key.clone(), ByteString(value.clone().into_bytes())));
    Some(secret(owner, &format!("env-{digest}"), "Opaque", data.collect()))
}

fn login(unit: &UnitSpec, owner: &ObjectMeta) -> Option<Secret> {
    let login = unit.login.as_ref()?;
    let text = json!({"auths": {&login.registry: {"username": login.username, "password": login.password}}});
    let text = text.to_string().into_bytes();
    let digest = short_digest(std::iter::once(text.as_slice()));
    let data = BTreeMap::from([(".dockerconfigjson".to_owned(), ByteString(text))]);
    Some(secret(
        owner,
        &format!("login-{digest}"),
        "kubernetes.io/dockerconfigjson",
        data,
    ))
}

/// One that never changes, named after what it belongs to.
pub(crate) fn secret(owner: &ObjectMeta, suffix: &str, kind: &str, data: BTreeMap<String, ByteString>) -> Secret {
    let owner_name = owner.name.as_deref().unwrap_or_default();
    Secret {
        metadata: ObjectMeta {
            name: Some(format!("{owner_name}-{suffix}")),
            namespace: owner.namespace.clone(),
            labels: owner.labels.clone(),
            ..ObjectMeta::default()
        },
        immutable: Some(true),
        type_: Some(kind.to_owned()),
        data: Some(data),
        string_data: None,
    }
}

fn budget(metadata: &ObjectMeta, selector: LabelSelector) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: metadata.clone(),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(selector),
            // What does not work anyway may be moved.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    }
}

pub(crate) fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(crate) fn seconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn short_seconds(duration: std::time::Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
