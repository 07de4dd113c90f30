//! What a pod is to us: a unit that waits, works, fails, or has ended, and why. Pure.

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::api::core::v1::{ContainerState, ContainerStateTerminated, ContainerStatus, Pod};

use crate::names::CONTAINER;

/// What the image cannot be had for.
const IMAGE_REASONS: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
];
/// Reasons of a unit that waits for nothing but its turn.
const USUAL_REASONS: [&str; 2] = ["ContainerCreating", "PodInitializing"];

/// A unit as the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Where it is.
    pub namespace: String,
    /// Unlike every other unit's there.
    pub name: String,
    /// The cluster's id: another unit of that name has another.
    pub id: String,
    /// As it was made.
    pub labels: BTreeMap<String, String>,
    /// What it does.
    pub state: State,
    /// Where it is reached inside the cluster.
    pub address: Option<IpAddr>,
    /// The machine that it is on.
    pub node: Option<String>,
    /// How often it was started again.
    pub restarts: u32,
    /// When it began the last time (RFC 3339).
    pub started_at: Option<String>,
    /// How it ended the time before, when it was started again.
    pub ended_before: Option<End>,
}

/// What a unit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not begun yet.
    Pending {
        /// What it waits for.
        wait: Wait,
        /// In the cluster's words; empty when it is only its turn that it waits for.
        message: String,
    },
    /// At work, and not ready for requests yet or any more.
    Starting,
    /// At work, and ready for requests.
    Ready,
    /// Ended, and about to be started again; the cluster waits longer each time.
    Crashing(End),
    /// Ended for good.
    Ended(End),
    /// Asked to end, or being taken away.
    Terminating,
}

/// What a unit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// For its turn.
    Turn,
    /// No machine takes it.
    Machine,
    /// Its image cannot be had.
    Image,
    /// It cannot be made as it was asked for: a secret is missing, a program is not in its image.
    Making,
}

/// How a unit ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// Zero for success; 128 and the signal's number when it was killed.
    pub exit_code: i32,
    /// Whether it was killed because it took more memory than it may.
    pub out_of_memory: bool,
    /// The cluster's word for it: `Error`, `OOMKilled`, `Completed`, `Evicted`, ….
    pub reason: String,
    /// What the cluster says about it, or the last lines that the unit wrote.
    pub message: String,
}

impl State {
    /// Whether it has begun, so that there is a log.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !matches!(self, Self::Pending { .. })
    }
}

/// What a pod is.
#[must_use]
pub(crate) fn read(pod: &Pod) -> Unit {
    let status = pod.status.clone().unwrap_or_default();
    let container = status
        .container_statuses
        .as_ref()
        .and_then(|all| all.iter().find(|one| one.name == CONTAINER).or(all.first()));
    let address = status.pod_ip.as_ref().and_then(|address| address.parse().ok());
    let started_at = container
        .and_then(|container| container.state.as_ref()?.running.as_ref()?.started_at.as_ref())
        .map(|time| time.0.to_string());
    Unit {
        namespace: pod.metadata.namespace.clone().unwrap_or_default(),
        name: pod.metadata.name.clone().unwrap_or_default(),
        id: pod.metadata.uid.clone().unwrap_or_default(),
        labels: pod.metadata.labels.clone().unwrap_or_default(),
        state: state(pod, container),
        address,
        node: pod.spec.as_ref().and_then(|spec| spec.node_name.clone()),
        restarts: container
            .and_then(|container| u32::try_from(container.restart_count).ok())
            .unwrap_or_default(),
        started_at,
        ended_before: container
            .and_then(|container| container.last_state.as_ref()?.terminated.as_ref())
            .map(end),
    }
}

fn state(pod: &Pod, container: Option<&ContainerStatus>) -> State {
    let status = pod.status.as_ref();
    let phase = status.and_then(|status| status.phase.as_deref()).unwrap_or_default();
    if pod.metadata.deletion_timestamp.is_some() {
        return State::Terminating;
    }
    let current = container
        .and_then(|container| container.state.clone())
        .unwrap_or_default();
    if matches!(phase, "Succeeded" | "Failed") {
        let mut ended = current.terminated.as_ref().map(end).unwrap_or_default();
        // Evicted, or past its time: said of the pod and not of the container.
        if let Some(reason) = status.and_then(|status| status.reason.clone()) {
            ended.reason = reason;
            ended.message = status.and_then(|status| status.message.clone()).unwrap_or_default();
        }
        return State::Ended(ended);
    }
    match (current, container) {
        (
            ContainerState {
                waiting: Some(waiting), ..
            },
            _,
        ) => {
            let before = container.and_then(|container| container.last_state.as_ref()?.terminated.as_ref());
            let reason = waiting.reason.unwrap_or_default();
            match before {
                Some(before) if !IMAGE_REASONS.contains(&reason.as_str()) => State::Crashing(end(before)),
                _ => waits(&reason, waiting.message.unwrap_or_default()),
            }
        }
        (
            ContainerState {
                terminated: Some(terminated),
                ..
            },
            _,
        ) => State::Crashing(end(&terminated)),
        (ContainerState { running: Some(_), .. }, Some(container)) if container.ready => State::Ready,
        (ContainerState { running: Some(_), .. }, _) => State::Starting,
        _ => unscheduled(pod),
    }
}

fn waits(reason: &str, message: String) -> State {
    let message_or_reason = if message.is_empty() { reason.to_owned() } else { message };
    if reason.is_empty() || USUAL_REASONS.contains(&reason) {
        return State::Pending {
            wait: Wait::Turn,
            message: String::new(),
        };
    }
    let wait = if IMAGE_REASONS.contains(&reason) {
        Wait::Image
    } else {
        Wait::Making
    };
    State::Pending {
        wait,
        message: message_or_reason,
    }
}

fn unscheduled(pod: &Pod) -> State {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    let refused = conditions.into_iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled"
            && condition.status == "False"
            && condition.reason.as_deref() == Some("Unschedulable")
    });
    match refused {
        Some(condition) => State::Pending {
            wait: Wait::Machine,
            message: condition.message.clone().unwrap_or_default(),
        },
        None => waits("", String::new()),
    }
}

fn end(terminated: &ContainerStateTerminated) -> End {
    let reason = terminated.reason.clone().unwrap_or_default();
    End {
        exit_code: terminated.exit_code,
        out_of_memory: reason == "OOMKilled",
        reason,
        message: terminated.message.clone().unwrap_or_default().trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What a pod with this status does, and how it ended before.
    fn of(status: Value) -> (State, Option<End>) {
        let pod = json!({"metadata": {"name": "web-1", "namespace": "shop"}, "status": status});
        let unit = read(&serde_json::from_value(pod).unwrap());
        (unit.state, unit.ended_before)
    }

    /// A container in a state, after another.
    fn container(state: &Value, last: &Value, is_ready: bool) -> Value {
        json!({"phase": "Running", "containerStatuses": [{
            "name": "unit", "image": "i", "imageID": "i", "restartCount": 2, "ready": is_ready,
            "state": state, "lastState": last}]})
    }

    fn waiting(reason: &str, message: &str, last: &Value) -> State {
        of(container(
            &json!({"waiting": {"reason": reason, "message": message}}),
            last,
            false,
        ))
        .0
    }

    fn pending(wait: Wait, message: &str) -> State {
        State::Pending {
            wait,
            message: message.to_owned(),
        }
    }

    #[test]
    fn what_a_unit_waits_for_is_told() {
        let nothing = json!({});
        let unscheduled = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient memory."}]});
        assert_eq!(
            of(unscheduled).0,
            pending(Wait::Machine, "0/1 nodes are available: 1 Insufficient memory.")
        );
        assert_eq!(of(json!({"phase": "Pending"})).0, pending(Wait::Turn, ""));
        for (reason, message, expected) in [
            ("ContainerCreating", "", pending(Wait::Turn, "")),
            ("ErrImagePull", "not found", pending(Wait::Image, "not found")),
            ("ImagePullBackOff", "Back-off", pending(Wait::Image, "Back-off")),
            ("InvalidImageName", "", pending(Wait::Image, "InvalidImageName")),
            (
                "CreateContainerConfigError",
                "secret \"x\" not found",
                pending(Wait::Making, "secret \"x\" not found"),
            ),
            (
                "RunContainerError",
                "no such file",
                pending(Wait::Making, "no such file"),
            ),
        ] {
            assert_eq!(waiting(reason, message, &nothing), expected);
        }
    }

    #[test]
    fn a_unit_that_fails_says_how_it_ended() {
        let last = json!({"terminated": {"exitCode": 7, "reason": "Error", "message": "no database\n"}});
        let end = End {
            exit_code: 7,
            reason: "Error".to_owned(),
            message: "no database".to_owned(),
            out_of_memory: false,
        };
        assert_eq!(
            waiting("CrashLoopBackOff", "back-off 10s", &last),
            State::Crashing(end.clone())
        );
        // It ran before, and its image is gone since.
        assert_eq!(waiting("ImagePullBackOff", "gone", &last), pending(Wait::Image, "gone"));
        assert_eq!(
            of(container(&last, &json!({}), false)),
            (State::Crashing(end.clone()), None)
        );
        let running = json!({"running": {"startedAt": "2026-11-22T08:00:00Z"}});
        assert_eq!(
            of(container(&running, &last, false)),
            (State::Starting, Some(end.clone()))
        );
        assert_eq!(of(container(&running, &last, true)), (State::Ready, Some(end)));
        let killed = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
        let (State::Crashing(end), _) = of(container(&killed, &json!({}), false)) else {
            panic!("it crashes")
        };
        assert!(end.out_of_memory && end.exit_code == 137);
    }

    #[test]
    fn the_end_is_the_pods_or_its_containers() {
        let mut failed = container(
            &json!({"terminated": {"exitCode": 3, "reason": "Error"}}),
            &json!({}),
            false,
        );
        failed["phase"] = json!("Failed");
        let (State::Ended(end), _) = of(failed) else {
            panic!("it ended")
        };
        assert_eq!((end.exit_code, end.reason.as_str()), (3, "Error"));
        let evicted = json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."});
        let (State::Ended(end), _) = of(evicted) else {
            panic!("it ended")
        };
        assert_eq!(
            (end.reason.as_str(), end.message.as_str()),
            ("Evicted", "The node was low on memory.")
        );
        let ending = json!({"metadata": {"deletionTimestamp": "2026-11-22T08:00:00Z"}, "status": {"phase": "Running"}});
        assert_eq!(read(&serde_json::from_value(ending).unwrap()).state, State::Terminating);
    }
}
