//! Jobs in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// One by the clock with two runs that wait for an engine, and one to delete.
pub async fn make(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/jobs";
    for (key, name) in [("job", "nightly"), ("old_job", "old")] {
        let wanted = json!({"name": name, "image": "busybox", "cron": "0 3 * * *", "concurrency": "allow"});
        let made = acme.owner.post(path, document("jobs", wanted)).await;
        names.insert(key, made.expect(201).id());
    }
    names.insert("job_name", "nightly".to_owned());
    for key in ["job_run", "old_job_run"] {
        let path = format!("/api/v2/jobs/{}/runs", names["job"]);
        let made = acme.owner.post(&path, document("job-runs", json!({}))).await;
        names.insert(key, made.expect(201).id());
    }
}

/// A secret that a job is given.
pub async fn secrets(acme: &Acme) -> Vec<String> {
    let path = "/api/v2/organizations/acme/jobs";
    let wanted = json!({"name": "nightly", "image": "busybox"});
    let made = acme.owner.post(path, document("jobs", wanted)).await.expect(201).id();
    let secret = "canary-of-a-job";
    let change = json!({"set": [{"name": "KEY", "value": secret, "is-private": true}]});
    let path = format!("/api/v2/jobs/{made}/env");
    acme.owner.patch(&path, document("job-envs", change)).await.expect(200);
    vec![secret.to_owned()]
}

/// Their rows, but for what takes them away.
pub fn rows() -> Vec<Row> {
    vec![
        call("list_jobs"),
        call("create_job").send("jobs", json!({"name": "another", "image": "busybox"})),
        call("get_job_by_name").on("name", "job_name"),
        call("get_job"),
        call("update_job").send("jobs", json!({"description": "Changed."})),
        call("pause_job"),
        call("resume_job"),
        call("list_job_versions"),
        call("get_job_env"),
        call("update_job_env").send(
            "job-envs",
            json!({"set": [{"name": "KEY", "value": "canary", "is-private": true}]}),
        ),
        call("list_job_runs"),
        call("create_job_run").send("job-runs", json!({"arguments": ["--now"]})),
        call("get_job_run"),
        call("get_job_run_log"),
        call("stream_job_run_log"),
        call("cancel_job_run").on("job_run", "old_job_run"),
    ]
}

/// What takes them away.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_job").on("job", "old_job")]
}
