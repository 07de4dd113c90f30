//! Volumes and their plans in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// A volume, one to delete, a plan to delete, binds of apps and jobs, and binds to delete; also binds of jobs to what the catalog made.
pub async fn make(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/volume-plans";
    let plan = document("volume-plans", json!({"name": "old", "kind": "engine"}));
    names.insert("old_volume_plan", acme.owner.post(path, plan).await.expect(201).id());
    let path = "/api/v2/organizations/acme/volumes";
    for (key, name) in [("volume", "data"), ("old_volume", "old")] {
        let wanted = document("volumes", json!({"name": name, "plan": "engine"}));
        names.insert(key, acme.owner.post(path, wanted).await.expect(201).id());
    }
    for (key, job) in [("job_volume_bind", "job"), ("old_job_volume_bind", "old_job")] {
        let path = format!("/api/v2/jobs/{}/volume-binds", names[job]);
        let wanted = json!({"volume": names["volume"], "path": "/data"});
        let made = acme.owner.post(&path, document("job-volume-binds", wanted)).await;
        names.insert(key, made.expect(201).id());
    }
    for (key, job) in [("job_bind", "job"), ("old_job_bind", "old_job")] {
        let path = format!("/api/v2/jobs/{}/binds", names[job]);
        let wanted = json!({"resource": names["resource_with_output"], "prefix": "BOUND_"});
        let made = acme.owner.post(&path, document("job-binds", wanted)).await.expect(201);
        names.insert(key, made.id());
    }
    for (key, app) in [("volume_bind", "app"), ("old_volume_bind", "old_app")] {
        let path = format!("/api/v2/apps/{}/volume-binds", names[app]);
        let wanted = json!({"volume": names["volume"], "path": "/data", "staged": true});
        let made = acme.owner.post(&path, document("volume-binds", wanted)).await;
        names.insert(key, made.expect(201).id());
    }
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_volume_plans"),
        call("create_volume_plan").send("volume-plans", json!({"name": "another", "kind": "engine"})),
        call("list_volumes"),
        call("create_volume").send("volumes", json!({"name": "another", "plan": "engine"})),
        call("get_volume"),
        call("list_volume_binds"),
        call("create_volume_bind")
            .on("app", "spare_app")
            .send("volume-binds", json!({"volume": "$volume", "path": "/data"})),
        call("list_job_volume_binds"),
        call("create_job_volume_bind").send("job-volume-binds", json!({"volume": "$volume", "path": "/more"})),
        call("list_job_binds"),
        call("create_job_bind").send(
            "job-binds",
            json!({"service-instance": "$service_instance", "prefix": "MORE_"}),
        ),
        call("get_job_bind").on("bind", "job_bind"),
        // What takes them away.
        call("delete_job_volume_bind").on("bind", "old_job_volume_bind"),
        call("delete_job_bind").on("bind", "old_job_bind"),
        call("delete_volume_bind").on("volume_bind", "old_volume_bind"),
        call("delete_volume").on("volume", "old_volume"),
        call("delete_volume_plan").on("volume_plan", "old_volume_plan"),
    ]
}
