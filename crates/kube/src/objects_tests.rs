//! What is sent to a cluster, field by field.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::jobs::{Concurrency, JobSpec};
use crate::names::ProcessId;
use crate::once::OnceSpec;
use crate::routes::{Certificate, Host, RouteSpec};
use crate::spec::{Autoscale, Check, Limits, Login, ProcessSpec, Question, UnitSpec};
use crate::{job_objects, objects, once_objects, route_objects};

/// A line for each field that is set.
fn fields(object: &impl Serialize) -> String {
    let mut lines = Vec::new();
    flatten(&serde_json::to_value(object).unwrap(), String::new(), &mut lines);
    lines.join("\n")
}

fn flatten(value: &Value, path: String, lines: &mut Vec<String>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, inner) in object {
                let name = if name.contains('.') {
                    format!("[{name}]")
                } else {
                    format!(".{name}")
                };
                flatten(inner, format!("{path}{name}"), lines);
            }
        }
        Value::Array(array) if array.iter().any(Value::is_object) => {
            for (number, inner) in array.iter().enumerate() {
                flatten(inner, format!("{path}[{number}]"), lines);
            }
        }
        other => lines.push(format!("{path} = {other}")),
    }
}

fn unit() -> UnitSpec {
    UnitSpec {
        image: "registry.example.test/shop@sha256:1234".to_owned(),
        command: ["sh", "-c", "echo $(date) $$"].map(str::to_owned).to_vec(),
        env: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
        limits: Limits {
            memory: 64 << 20,
            processor: 500,
            requested_memory: 32 << 20,
            requested_processor: 0,
        },
        labels: BTreeMap::from([
            ("team".to_owned(), "red".to_owned()),
            ("slipway.dev/app".to_owned(), "another".to_owned()),
        ]),
        annotations: BTreeMap::from([("note".to_owned(), "yes".to_owned())]),
        runtime_class: Some("gvisor".to_owned()),
        ..UnitSpec::default()
    }
}

fn process() -> ProcessSpec {
    let check = |question| Check {
        question,
        delay: Duration::from_secs(1),
        every: Duration::from_secs(5),
        patience: Duration::from_millis(100),
        failures: 3,
    };
    ProcessSpec {
        id: ProcessId {
            namespace: "apps".to_owned(),
            app: "shop".to_owned(),
            process: "web".to_owned(),
            deploy: 7,
        },
        version: 4,
        units: 2,
        unit: unit(),
        ports: vec![8080],
        readiness: Some(check(Question::Http {
            port: 8080,
            path: "/healthz".to_owned(),
        })),
        liveness: Some(check(Question::Tcp { port: 8080 })),
        startup: Some(check(Question::Command(vec!["true".to_owned()]))),
        drain: Duration::from_secs(5),
        grace: Duration::from_secs(30),
        autoscale: None,
    }
}

#[test]
fn a_deployment() {
    let objects = objects::of_process(&process());
    insta::assert_snapshot!(fields(&objects.deployment), @r#"
    .apiVersion = "apps/v1"
    .kind = "Deployment"
    .metadata.annotations.note = "yes"
    .metadata.labels[app.kubernetes.io/component] = "web"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[app.kubernetes.io/version] = "4"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/deploy] = "7"
    .metadata.labels[slipway.dev/process] = "web"
    .metadata.labels[slipway.dev/version] = "4"
    .metadata.labels.team = "red"
    .metadata.name = "shop-web-7"
    .metadata.namespace = "apps"
    .spec.progressDeadlineSeconds = 600
    .spec.replicas = 2
    .spec.revisionHistoryLimit = 2
    .spec.selector.matchLabels[app.kubernetes.io/managed-by] = "slipway"
    .spec.selector.matchLabels[slipway.dev/app] = "shop"
    .spec.selector.matchLabels[slipway.dev/deploy] = "7"
    .spec.selector.matchLabels[slipway.dev/process] = "web"
    .spec.strategy.rollingUpdate.maxSurge = "25%"
    .spec.strategy.rollingUpdate.maxUnavailable = 0
    .spec.strategy.type = "RollingUpdate"
    .spec.template.metadata.annotations.note = "yes"
    .spec.template.metadata.labels[app.kubernetes.io/component] = "web"
    .spec.template.metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .spec.template.metadata.labels[app.kubernetes.io/name] = "shop"
    .spec.template.metadata.labels[app.kubernetes.io/version] = "4"
    .spec.template.metadata.labels[slipway.dev/app] = "shop"
    .spec.template.metadata.labels[slipway.dev/deploy] = "7"
    .spec.template.metadata.labels[slipway.dev/process] = "web"
    .spec.template.metadata.labels[slipway.dev/version] = "4"
    .spec.template.metadata.labels.team = "red"
    .spec.template.spec.automountServiceAccountToken = false
    .spec.template.spec.containers[0].command = ["sh","-c","echo $$(date) $$$$"]
    .spec.template.spec.containers[0].envFrom[0].secretRef.name = "shop-web-7-env-ad5906aa7a"
    .spec.template.spec.containers[0].image = "registry.example.test/shop@sha256:1234"
    .spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds = 5
    .spec.template.spec.containers[0].livenessProbe.failureThreshold = 3
    .spec.template.spec.containers[0].livenessProbe.initialDelaySeconds = 1
    .spec.template.spec.containers[0].livenessProbe.periodSeconds = 5
    .spec.template.spec.containers[0].livenessProbe.tcpSocket.port = 8080
    .spec.template.spec.containers[0].livenessProbe.timeoutSeconds = 1
    .spec.template.spec.containers[0].name = "unit"
    .spec.template.spec.containers[0].ports[0].containerPort = 8080
    .spec.template.spec.containers[0].ports[0].protocol = "TCP"
    .spec.template.spec.containers[0].readinessProbe.failureThreshold = 3
    .spec.template.spec.containers[0].readinessProbe.httpGet.path = "/healthz"
    .spec.template.spec.containers[0].readinessProbe.httpGet.port = 8080
    .spec.template.spec.containers[0].readinessProbe.initialDelaySeconds = 1
    .spec.template.spec.containers[0].readinessProbe.periodSeconds = 5
    .spec.template.spec.containers[0].readinessProbe.timeoutSeconds = 1
    .spec.template.spec.containers[0].resources.limits.cpu = "500m"
    .spec.template.spec.containers[0].resources.limits.memory = "67108864"
    .spec.template.spec.containers[0].resources.requests.cpu = "0"
    .spec.template.spec.containers[0].resources.requests.memory = "33554432"
    .spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation = false
    .spec.template.spec.containers[0].startupProbe.exec.command = ["true"]
    .spec.template.spec.containers[0].startupProbe.failureThreshold = 3
    .spec.template.spec.containers[0].startupProbe.initialDelaySeconds = 1
    .spec.template.spec.containers[0].startupProbe.periodSeconds = 5
    .spec.template.spec.containers[0].startupProbe.timeoutSeconds = 1
    .spec.template.spec.containers[0].terminationMessagePolicy = "FallbackToLogsOnError"
    .spec.template.spec.enableServiceLinks = false
    .spec.template.spec.runtimeClassName = "gvisor"
    .spec.template.spec.securityContext.seccompProfile.type = "RuntimeDefault"
    .spec.template.spec.terminationGracePeriodSeconds = 35
    .spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels[app.kubernetes.io/managed-by] = "slipway"
    .spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels[slipway.dev/app] = "shop"
    .spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels[slipway.dev/deploy] = "7"
    .spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels[slipway.dev/process] = "web"
    .spec.template.spec.topologySpreadConstraints[0].maxSkew = 1
    .spec.template.spec.topologySpreadConstraints[0].topologyKey = "kubernetes.io/hostname"
    .spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable = "ScheduleAnyway"
    .spec.template.spec.topologySpreadConstraints[1].labelSelector.matchLabels[app.kubernetes.io/managed-by] = "slipway"
    .spec.template.spec.topologySpreadConstraints[1].labelSelector.matchLabels[slipway.dev/app] = "shop"
    .spec.template.spec.topologySpreadConstraints[1].labelSelector.matchLabels[slipway.dev/deploy] = "7"
    .spec.template.spec.topologySpreadConstraints[1].labelSelector.matchLabels[slipway.dev/process] = "web"
    .spec.template.spec.topologySpreadConstraints[1].maxSkew = 1
    .spec.template.spec.topologySpreadConstraints[1].topologyKey = "topology.kubernetes.io/zone"
    .spec.template.spec.topologySpreadConstraints[1].whenUnsatisfiable = "ScheduleAnyway"
    "#);
}

#[test]
fn a_secret_and_a_budget() {
    let objects = objects::of_process(&process());
    insta::assert_snapshot!(fields(&objects.secrets), @r#"
    [0].apiVersion = "v1"
    [0].data.A = "MQ=="
    [0].immutable = true
    [0].kind = "Secret"
    [0].metadata.labels[app.kubernetes.io/component] = "web"
    [0].metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    [0].metadata.labels[app.kubernetes.io/name] = "shop"
    [0].metadata.labels[app.kubernetes.io/version] = "4"
    [0].metadata.labels[slipway.dev/app] = "shop"
    [0].metadata.labels[slipway.dev/deploy] = "7"
    [0].metadata.labels[slipway.dev/process] = "web"
    [0].metadata.labels[slipway.dev/version] = "4"
    [0].metadata.name = "shop-web-7-env-ad5906aa7a"
    [0].metadata.namespace = "apps"
    [0].type = "Opaque"
    "#);
    insta::assert_snapshot!(fields(&objects.budget), @r#"
    .apiVersion = "policy/v1"
    .kind = "PodDisruptionBudget"
    .metadata.labels[app.kubernetes.io/component] = "web"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[app.kubernetes.io/version] = "4"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/deploy] = "7"
    .metadata.labels[slipway.dev/process] = "web"
    .metadata.labels[slipway.dev/version] = "4"
    .metadata.name = "shop-web-7"
    .metadata.namespace = "apps"
    .spec.maxUnavailable = 1
    .spec.selector.matchLabels[app.kubernetes.io/managed-by] = "slipway"
    .spec.selector.matchLabels[slipway.dev/app] = "shop"
    .spec.selector.matchLabels[slipway.dev/deploy] = "7"
    .spec.selector.matchLabels[slipway.dev/process] = "web"
    .spec.unhealthyPodEvictionPolicy = "AlwaysAllow"
    "#);
}

#[test]
fn one_unit_has_no_budget_and_nothing_has_no_secret() {
    let mut spec = process();
    spec.units = 1;
    spec.unit.env.clear();
    let objects = objects::of_process(&spec);
    assert!(objects.budget.is_none() && objects.secrets.is_empty() && objects.autoscaler.is_none());
}

#[test]
fn the_secrets_name_follows_what_is_in_it() {
    let name = |value: &str| {
        let mut spec = process();
        spec.unit.env.insert("A".to_owned(), value.to_owned());
        objects::of_process(&spec).secrets[0].metadata.name.clone().unwrap()
    };
    assert_eq!(name("1"), name("1"));
    assert_ne!(name("1"), name("2"));
}

#[test]
fn with_an_autoscaler_the_cluster_says_how_many() {
    let mut spec = process();
    spec.autoscale = Some(Autoscale {
        least: 2,
        most: 9,
        processor_percent: Some(70),
        memory_percent: None,
    });
    let objects = objects::of_process(&spec);
    assert_eq!(objects.deployment.spec.unwrap().replicas, None);
    insta::assert_snapshot!(fields(&objects.autoscaler), @r#"
    .apiVersion = "autoscaling/v2"
    .kind = "HorizontalPodAutoscaler"
    .metadata.labels[app.kubernetes.io/component] = "web"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[app.kubernetes.io/version] = "4"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/deploy] = "7"
    .metadata.labels[slipway.dev/process] = "web"
    .metadata.labels[slipway.dev/version] = "4"
    .metadata.name = "shop-web-7"
    .metadata.namespace = "apps"
    .spec.maxReplicas = 9
    .spec.metrics[0].resource.name = "cpu"
    .spec.metrics[0].resource.target.averageUtilization = 70
    .spec.metrics[0].resource.target.type = "Utilization"
    .spec.metrics[0].type = "Resource"
    .spec.minReplicas = 2
    .spec.scaleTargetRef.apiVersion = "apps/v1"
    .spec.scaleTargetRef.kind = "Deployment"
    .spec.scaleTargetRef.name = "shop-web-7"
    "#);
}

#[test]
fn a_login_is_shown_to_nobody_but_the_cluster() {
    let mut spec = process();
    spec.unit.env.clear();
    spec.unit.login = Some(Login {
        registry: "registry.example.test".to_owned(),
        username: "puller".to_owned(),
        password: "the-password".to_owned(),
    });
    let objects = objects::of_process(&spec);
    let secret = &objects.secrets[0];
    let data = String::from_utf8(secret.data.as_ref().unwrap()[".dockerconfigjson"].0.clone()).unwrap();
    assert_eq!(
        data,
        r#"{"auths":{"registry.example.test":{"password":"the-password","username":"puller"}}}"#
    );
    let pod = objects.deployment.spec.unwrap().template.spec.unwrap();
    assert_eq!(
        pod.image_pull_secrets.unwrap()[0].name,
        secret.metadata.name.clone().unwrap()
    );
    assert!(!format!("{spec:?}").contains("the-password"));
}

#[test]
fn a_run_that_is_made_once() {
    let mut spec = OnceSpec {
        namespace: "apps".to_owned(),
        app: "shop".to_owned(),
        name: "shop-release-7".to_owned(),
        unit: unit(),
        deadline: Duration::from_secs(600),
        grace: Duration::from_secs(10),
    };
    spec.unit.env.clear();
    let (secrets, job) = once_objects::of_once(&spec);
    assert!(secrets.is_empty());
    insta::assert_snapshot!(fields(&job), @r#"
    .apiVersion = "batch/v1"
    .kind = "Job"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/once] = "shop-release-7"
    .metadata.name = "shop-release-7"
    .metadata.namespace = "apps"
    .spec.activeDeadlineSeconds = 600
    .spec.backoffLimit = 0
    .spec.template.metadata.annotations.note = "yes"
    .spec.template.metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .spec.template.metadata.labels[app.kubernetes.io/name] = "shop"
    .spec.template.metadata.labels[slipway.dev/app] = "shop"
    .spec.template.metadata.labels[slipway.dev/once] = "shop-release-7"
    .spec.template.metadata.labels.team = "red"
    .spec.template.spec.automountServiceAccountToken = false
    .spec.template.spec.containers[0].command = ["sh","-c","echo $$(date) $$$$"]
    .spec.template.spec.containers[0].image = "registry.example.test/shop@sha256:1234"
    .spec.template.spec.containers[0].name = "unit"
    .spec.template.spec.containers[0].resources.limits.cpu = "500m"
    .spec.template.spec.containers[0].resources.limits.memory = "67108864"
    .spec.template.spec.containers[0].resources.requests.cpu = "0"
    .spec.template.spec.containers[0].resources.requests.memory = "33554432"
    .spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation = false
    .spec.template.spec.containers[0].terminationMessagePolicy = "FallbackToLogsOnError"
    .spec.template.spec.enableServiceLinks = false
    .spec.template.spec.restartPolicy = "Never"
    .spec.template.spec.runtimeClassName = "gvisor"
    .spec.template.spec.securityContext.seccompProfile.type = "RuntimeDefault"
    .spec.template.spec.terminationGracePeriodSeconds = 10
    .spec.ttlSecondsAfterFinished = 86400
    "#);
}

#[test]
fn a_job() {
    let mut spec = JobSpec {
        namespace: "apps".to_owned(),
        app: "shop".to_owned(),
        name: "nightly".to_owned(),
        unit: unit(),
        schedule: "0 3 * * *".to_owned(),
        time_zone: Some("Europe/Berlin".to_owned()),
        is_suspended: false,
        concurrency: Concurrency::Replace,
        retries: 2,
        deadline: Duration::from_secs(600),
        grace: Duration::from_secs(10),
    };
    spec.unit.env.clear();
    let (_, job) = job_objects::of_job(&spec);
    let text = fields(&job);
    let own: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains(".template.") && !line.contains("labels["))
        .collect();
    insta::assert_snapshot!(own.join("\n"), @r#"
    .apiVersion = "batch/v1"
    .kind = "CronJob"
    .metadata.name = "shop-nightly"
    .metadata.namespace = "apps"
    .spec.concurrencyPolicy = "Replace"
    .spec.failedJobsHistoryLimit = 5
    .spec.jobTemplate.spec.activeDeadlineSeconds = 600
    .spec.jobTemplate.spec.backoffLimit = 2
    .spec.schedule = "0 3 * * *"
    .spec.successfulJobsHistoryLimit = 5
    .spec.suspend = false
    .spec.timeZone = "Europe/Berlin"
    "#);
    let run = job_objects::of_run(&job, "apps", "by-hand");
    assert_eq!(run.spec, job.spec.unwrap().job_template.spec);
    assert_eq!(run.metadata.labels.unwrap()["slipway.dev/job"], "nightly");
}

#[test]
fn a_route() {
    let host = |name: &str, certificate| Host {
        name: name.to_owned(),
        certificate,
    };
    let spec = RouteSpec {
        to: process().id,
        port: 8080,
        hosts: vec![
            host(
                "shop.example.test",
                Some(Certificate {
                    chain: "chain".to_owned(),
                    key: "key".to_owned(),
                }),
            ),
            host("*.shop.example.test", None),
        ],
        class: Some("traefik".to_owned()),
        annotations: BTreeMap::from([("a.example.test/b".to_owned(), "c".to_owned())]),
    };
    let objects = route_objects::of_route(&spec);
    insta::assert_snapshot!(fields(&objects.service), @r#"
    .apiVersion = "v1"
    .kind = "Service"
    .metadata.labels[app.kubernetes.io/component] = "web"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/process] = "web"
    .metadata.name = "shop-web"
    .metadata.namespace = "apps"
    .spec.ports[0].name = "http"
    .spec.ports[0].port = 80
    .spec.ports[0].protocol = "TCP"
    .spec.ports[0].targetPort = 8080
    .spec.selector[app.kubernetes.io/managed-by] = "slipway"
    .spec.selector[slipway.dev/app] = "shop"
    .spec.selector[slipway.dev/deploy] = "7"
    .spec.selector[slipway.dev/process] = "web"
    .spec.type = "ClusterIP"
    "#);
    insta::assert_snapshot!(fields(&objects.ingress), @r#"
    .apiVersion = "networking.k8s.io/v1"
    .kind = "Ingress"
    .metadata.annotations[a.example.test/b] = "c"
    .metadata.labels[app.kubernetes.io/component] = "web"
    .metadata.labels[app.kubernetes.io/managed-by] = "slipway"
    .metadata.labels[app.kubernetes.io/name] = "shop"
    .metadata.labels[slipway.dev/app] = "shop"
    .metadata.labels[slipway.dev/process] = "web"
    .metadata.name = "shop-web"
    .metadata.namespace = "apps"
    .spec.ingressClassName = "traefik"
    .spec.rules[0].host = "shop.example.test"
    .spec.rules[0].http.paths[0].backend.service.name = "shop-web"
    .spec.rules[0].http.paths[0].backend.service.port.number = 80
    .spec.rules[0].http.paths[0].path = "/"
    .spec.rules[0].http.paths[0].pathType = "Prefix"
    .spec.rules[1].host = "*.shop.example.test"
    .spec.rules[1].http.paths[0].backend.service.name = "shop-web"
    .spec.rules[1].http.paths[0].backend.service.port.number = 80
    .spec.rules[1].http.paths[0].path = "/"
    .spec.rules[1].http.paths[0].pathType = "Prefix"
    .spec.tls[0].hosts = ["shop.example.test"]
    .spec.tls[0].secretName = "shop-web-tls-d4796b0a29"
    "#);
    assert_eq!(objects.secrets.len(), 1);
}
