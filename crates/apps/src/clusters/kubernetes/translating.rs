//! Between what a driver is told and what Kubernetes knows: pure.

use std::collections::BTreeMap;
use std::time::Duration;

use slipway_connections::registries::Registry;
use slipway_kube::KubeError;
use slipway_kube::names::{APP, DEPLOY, PROCESS, VERSION};
use slipway_kube::routes::{Certificate, Host};
use slipway_kube::spec::{Check, Limits, Login, Question, UnitSpec};
use slipway_kube::states::{End, State as Found, Unit as FoundUnit, Wait};

use super::super::driver::{self, Desired, DriverError, Readiness, State, Unit};

/// A unit without a check of its own is asked so often whether it listens.
const LISTENS: Duration = Duration::from_secs(1);
/// So often in a row it may have no time to answer that, on a busy machine, before requests no longer come to it.
const SILENT: u32 = 3;

pub(super) fn unit_spec(desired: &Desired) -> UnitSpec {
    UnitSpec {
        image: desired.image.clone(),
        command: desired.command.clone(),
        env: desired.env.clone(),
        limits: Limits {
            memory: desired.memory,
            processor: desired.processor,
            requested_memory: desired.memory,
            requested_processor: desired.processor_kept,
        },
        login: desired.registry.as_ref().and_then(login),
        labels: BTreeMap::from([(VERSION.to_owned(), desired.version.to_string())]),
        mounts: super::volumes::mounts(&desired.mounts),
        ..UnitSpec::default()
    }
}

/// What machines show to a registry.
pub(super) fn login(registry: &Registry) -> Option<Login> {
    let shown = registry.login.as_ref()?;
    Some(Login {
        registry: match registry.address.as_str() {
            // As machines look for it.
            "docker.io" => "https://index.docker.io/v1/".to_owned(),
            address => address.to_owned(),
        },
        username: shown.user.clone(),
        password: shown.secret.to_string(),
    })
}

/// The question by which the cluster finds out whether a unit is ready; without one it is when it runs.
pub(super) fn check(readiness: &Readiness) -> Option<Check> {
    let usual = |question| Check {
        question,
        delay: Duration::ZERO,
        every: LISTENS,
        patience: LISTENS,
        failures: SILENT + 1,
    };
    let Some(asked) = &readiness.health else {
        let port = readiness.port;
        return readiness.takes_requests.then(|| usual(Question::Tcp { port }));
    };
    let question = match asked.command.is_empty() {
        true => Question::Http {
            port: readiness.port,
            path: asked.path.clone(),
        },
        false => Question::Command(asked.command.clone()),
    };
    Some(Check {
        every: Duration::from_secs(asked.interval),
        patience: Duration::from_secs(asked.timeout),
        failures: asked.allowed_failures.saturating_add(1),
        ..usual(question)
    })
}

pub(super) fn host(wanted: &driver::Host) -> Host {
    let certificate = wanted.certificate.as_ref();
    Host {
        name: wanted.name.clone(),
        certificate: certificate.map(|certificate| Certificate {
            chain: certificate.chain.clone(),
            key: certificate.key.clone(),
        }),
    }
}

pub(super) fn deploy_of(unit: &FoundUnit) -> Option<u32> {
    unit.labels.get(DEPLOY)?.parse().ok()
}

/// A unit of ours; nothing for what has labels like ours and is none.
pub(super) fn read(unit: FoundUnit) -> Option<Unit> {
    let label = |key: &str| unit.labels.get(key).map(String::as_str);
    let (process, deploy) = (label(PROCESS)?.to_owned(), deploy_of(&unit)?);
    // The end of a pod's name tells it from the others of its Deployment.
    let own = unit.name.rsplit('-').next().unwrap_or_default();
    Some(Unit {
        name: format!("{process}-{deploy}-{own}"),
        slot: None,
        app: label(APP)?.parse().ok()?,
        deploy,
        version: label(VERSION)?.parse().ok()?,
        process,
        state: state(&unit.state),
        address: unit.address,
        restarts: unit.restarts,
        started_at: unit.started_at,
        key: unit.name,
    })
}

fn state(found: &Found) -> State {
    match found {
        Found::Pending { wait, message } => State::Starting(match wait {
            Wait::Turn => String::new(),
            Wait::Machine => format!("No machine takes it: {message}"),
            Wait::Image => format!("Its image cannot be had: {message}"),
            Wait::Making => format!("It cannot be made: {message}"),
        }),
        Found::Starting => State::Unready,
        Found::Ready | Found::Terminating => State::Running,
        Found::Crashing(end) => State::Crashing(ended(end)),
        Found::Ended(end) => State::Ended(ended(end), end.exit_code == 0 && end.reason == "Completed"),
    }
}

/// How a unit ended, in a sentence.
pub(super) fn ended(end: &End) -> String {
    match end.reason.as_str() {
        _ if end.out_of_memory => "It was killed because it took more memory than its plan has.".to_owned(),
        "StartError" | "ContainerCannotRun" => {
            format!("It could not be started: {}.", end.message.trim_end_matches('.'))
        }
        "" | "Error" | "Completed" => format!("It ended with exit code {}.", end.exit_code),
        reason => format!("Its cluster ended it ({reason}): {}", end.message),
    }
}

pub(super) fn refused(error: KubeError) -> DriverError {
    let text = error.to_string();
    match error {
        _ if error.is_passing() => DriverError::Away(text),
        // Whoever renews them is waited for: what runs is not failed for it.
        KubeError::Unauthorized { .. } | KubeError::Certificate { .. } => DriverError::Away(text),
        _ => DriverError::Refused(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::model::Asked;

    #[test]
    fn what_takes_requests_is_asked_whether_it_listens() {
        let mut readiness = Readiness {
            port: 8080,
            takes_requests: true,
            health: None,
        };
        let usual = check(&readiness).unwrap();
        assert_eq!(usual.question, Question::Tcp { port: 8080 });
        assert_eq!(
            (usual.every.as_secs(), usual.patience.as_secs(), usual.failures),
            (1, 1, 4)
        );
        readiness.health = Some(Asked {
            path: "/up".to_owned(),
            command: Vec::new(),
            timeout: 5,
            interval: 3,
            allowed_failures: 2,
            deploy_timeout: 0,
        });
        let asked = check(&readiness).unwrap();
        assert!(matches!(&asked.question, Question::Http { port: 8080, path } if path == "/up"));
        assert_eq!(
            (asked.every.as_secs(), asked.patience.as_secs(), asked.failures),
            (3, 5, 3)
        );
        assert_eq!(check(&Readiness::default()), None);
    }

    #[test]
    fn why_a_unit_ended_is_a_sentence() {
        let end = |reason: &str, exit_code, out_of_memory| {
            ended(&End {
                exit_code,
                out_of_memory,
                reason: reason.to_owned(),
                message: "The node was low on memory.".to_owned(),
            })
        };
        assert_eq!(end("Error", 3, false), "It ended with exit code 3.");
        assert!(end("OOMKilled", 137, true).contains("more memory than its plan has"));
        assert!(end("StartError", 128, false).starts_with("It could not be started"));
        assert!(end("Evicted", 0, false).contains("The node was low on memory."));
    }
}
