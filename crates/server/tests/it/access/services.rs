//! Services, what is ordered of them, binds, and the graph of what depends on what in the matrix: what the fixture has of them, and
//! their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// A service with something ordered of it and bound to an app, and one of each to delete.
pub async fn make(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/services";
    for (key, name) in [("service", "groups"), ("old_service", "old")] {
        let body = document("services", json!({"name": name, "template": "group"}));
        names.insert(key, acme.owner.post(path, body).await.expect(201).id());
    }
    let path = "/api/v2/organizations/acme/service-instances";
    for (key, name) in [("service_instance", "one"), ("old_service_instance", "gone")] {
        let body = document("service-instances", json!({"name": name, "service": "groups"}));
        let made = acme.owner.post(path, body).await.expect(201);
        super::catalog::settled(acme, made.attribute("resource")["id"].as_str().unwrap()).await;
        names.insert(key, made.id());
    }
    for (key, app) in [("bind", "app"), ("old_bind", "old_app")] {
        let path = format!("/api/v2/apps/{}/binds", names[app]);
        let wanted = json!({"resource": names["resource_with_output"], "prefix": "BOUND_", "staged": true});
        let made = acme.owner.post(&path, document("app-binds", wanted)).await.expect(201);
        names.insert(key, made.id());
    }
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_services"),
        call("create_service").send("services", json!({"name": "another", "template": "group"})),
        call("get_service"),
        call("update_service").send("services", json!({"description": "Changed."})),
        call("list_service_instances"),
        call("create_service_instance").send("service-instances", json!({"name": "another", "service": "groups"})),
        call("get_service_instance"),
        call("list_app_binds"),
        call("create_app_bind")
            .on("app", "spare_app")
            .send("app-binds", json!({"service-instance": "$service_instance"})),
        call("get_app_bind"),
        call("get_dependency_graph"),
        call("get_impact").on("object", "workspace"),
        // What takes them away.
        call("delete_app_bind").on("bind", "old_bind"),
        call("delete_service_instance").on("service_instance", "old_service_instance"),
        call("delete_service").on("service", "old_service"),
    ]
}
