//! The API's documents as the stories need them.

use serde_json::{Value, json};

pub const WORKSPACE: &str = "ws-0000000000000001";
pub const RUN: &str = "run-0000000000000001";
const PLAN: &str = "plan-0000000000000001";
const APPLY: &str = "apply-0000000000000001";

pub fn user() -> String {
    let attributes = json!({"username": "ada", "is-service-account": false});
    json!({"data": {"id": "user-0000000000000001", "type": "users", "attributes": attributes}}).to_string()
}

pub fn error(status: u16, code: &str, detail: &str) -> String {
    json!({"errors": [{"status": status.to_string(), "code": code, "title": code, "detail": detail}]}).to_string()
}

pub fn workspace() -> String {
    json!({"data": {"id": WORKSPACE, "type": "workspaces", "attributes": {
        "name": "shop", "description": null, "execution-mode": "remote", "engine": "opentofu",
        "terraform-version": "latest", "working-directory": "", "auto-apply": true, "allow-destroy-plan": true,
        "global-remote-state": false, "locked": false, "resource-count": 0, "tags": [],
        "created-at": "2026-01-01T00:00:00Z", "updated-at": "2026-01-01T00:00:00Z",
        "latest-change-at": "2026-01-01T00:00:00Z", "permissions": {
            "can-update": true, "can-destroy": true, "can-queue-run": true, "can-queue-apply": true,
            "can-queue-destroy": true, "can-lock": true, "can-force-unlock": true, "can-read-variable": true,
            "can-update-variable": true, "can-read-state-versions": true, "can-read-state-outputs": true,
            "can-create-state-versions": true}}}})
    .to_string()
}

pub fn configuration_version() -> String {
    json!({"data": {"id": "cv-0000000000000001", "type": "configuration-versions", "attributes": {
        "status": "pending", "source": "cli", "speculative": true, "auto-queue-runs": false, "size-bytes": null,
        "created-at": "2026-01-01T00:00:00Z"}}})
    .to_string()
}

/// A run in this status whose plan adds one resource.
pub fn run(status: &str) -> String {
    let relation = |kind: &str, id: &str| json!({"data": {"type": kind, "id": id}});
    json!({"data": {"id": RUN, "type": "runs", "attributes": {
        "status": status, "status-timestamps": {}, "message": "", "source": "cli", "is-destroy": false,
        "plan-only": false, "refresh-only": false, "refresh": true, "allow-empty-apply": false, "auto-apply": true,
        "save-plan": false, "target-addrs": [], "replace-addrs": [], "variables": [], "has-changes": true,
        "actions": {"is-confirmable": false, "is-discardable": false, "is-cancelable": true, "is-force-cancelable": false},
        "permissions": {"can-apply": true, "can-discard": true, "can-cancel": true, "can-force-cancel": true},
        "created-at": "2026-01-01T00:00:00Z"},
        "relationships": {"workspace": relation("workspaces", WORKSPACE), "plan": relation("plans", PLAN),
            "apply": relation("applies", APPLY)},
        "links": {"self": format!("/api/v2/runs/{RUN}")}},
        "included": [phase("plans", PLAN), phase("applies", APPLY)]})
    .to_string()
}

fn phase(kind: &str, id: &str) -> Value {
    json!({"id": id, "type": kind, "attributes": {
        "status": "finished", "status-timestamps": {}, "log-read-url": "", "resource-additions": 1,
        "resource-changes": 0, "resource-destructions": 0, "resource-imports": 0, "has-changes": true}})
}

pub fn outputs() -> String {
    let output = |name: &str, sensitive: bool, value: Value| {
        json!({"id": format!("wsout-{name}"), "type": "state-version-outputs",
            "attributes": {"name": name, "sensitive": sensitive, "type": "string", "value": value}})
    };
    json!({"data": [output("pet", false, json!("kind-dog")), output("password", true, json!("hunter2"))]}).to_string()
}

pub const APP: &str = "app-0000000000000001";
pub const DEPLOY: &str = "dep-0000000000000001";

/// The app `shop`, of which a version runs, or nothing.
pub fn app(live_version: Option<u32>, active_deploy: Option<&str>) -> Value {
    let urls = live_version.map(|_| "http://shop.127.0.0.1.nip.test:8081");
    json!({"id": APP, "type": "apps", "attributes": {
        "name": "shop", "description": "", "labels": [], "pool": {"id": "pool-0000000000000001", "name": "main"},
        "plan": {"id": "aplan-0000000000000001", "name": "small"}, "status": "running", "reason": "",
        "urls": urls.into_iter().collect::<Vec<_>>(),
        "processes": [{"name": "web", "command": "serve", "units": 2, "ready": 2}],
        "live-version": live_version, "is-stopped": false, "active-deploy": active_deploy,
        "permissions": {"can-update": true, "can-deploy": true, "can-scale": true, "can-read-env": true,
            "can-update-env": true, "can-read-logs": true, "can-run": true, "can-shell": true, "can-delete": true},
        "created-at": "2026-01-01T00:00:00Z", "updated-at": "2026-01-01T00:00:00Z"}})
}

/// The third deploy of the app, in this status at this step.
pub fn deploy(status: &str, step: &str) -> Value {
    let (is_over, is_deployed) = (status != "running", status == "deployed");
    json!({"id": DEPLOY, "type": "deploys", "attributes": {
        "number": 3, "kind": "source", "status": status, "step": step,
        "reason": if status == "failed" { "web ended with exit code 1.\nIts last line: no module named shop" } else { "" },
        "origin": "2 files", "message": "", "made-of": {"source-digest": "ab", "build-arguments": {}, "build-secrets": []},
        "app-version": is_deployed.then_some(2), "previous-version": 1,
        "started-by": "ada", "is-cancel-requested": false, "log-read-url": format!("/api/v2/deploys/{DEPLOY}/log"),
        "created-at": "2026-01-01T00:00:00Z", "step-at": "2026-01-01T00:00:00Z",
        "ended-at": is_over.then_some("2026-01-01T00:00:09Z")}})
}

/// One resource, as the API answers with it.
pub fn one(resource: &Value) -> String {
    json!({"data": resource}).to_string()
}

/// All there are.
pub fn all(resources: &[Value]) -> String {
    json!({"data": resources}).to_string()
}

/// A stream of the parts of a log.
pub fn log(parts: &[&str], is_complete: bool) -> String {
    let mut offset = 0;
    let mut stream = String::new();
    for part in parts {
        offset += part.len();
        stream.push_str(&format!("id: {offset}\nevent: log\ndata: {}\n\n", Value::from(*part)));
    }
    if is_complete {
        stream.push_str("event: end\ndata: {}\n\n");
    }
    stream
}
