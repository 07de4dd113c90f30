//! The catalog in the matrix: what the fixture has of it, and its rows.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_catalog::resource_changes::carrying_out::carry_out;

use super::operations::{Row, call};
use super::repositories;
use crate::support::{Acme, State, TestRunner, document};

type Names = BTreeMap<&'static str, String>;

/// A source code with one to delete, a template that another stands on, and one to delete.
pub async fn make(acme: &Acme, runner: &TestRunner, names: &mut Names) {
    let path = "/api/v2/organizations/acme/source-codes";
    for name in ["source_code", "old_source_code"] {
        let body = json!({"identifier": repositories::address("infra"), "name": name});
        let made = acme.owner.post(path, document("source-codes", body)).await.expect(201);
        names.insert(name, made.id());
    }
    let path = "/api/v2/organizations/acme/templates";
    let on_it = json!([{"template": "network"}]);
    for (name, key, parents) in [
        ("template", "network", json!([])),
        ("child_template", "cluster", on_it),
        ("old_template", "old", json!([])),
    ] {
        let body = document("templates", json!({"key": key, "name": key, "parents": parents}));
        names.insert(name, acme.owner.post(path, body).await.expect(201).id());
    }
    let path = "/api/v2/organizations/acme/source-code-versions";
    for (name, kind, of) in [
        ("source_code_version", "branch", "main"),
        ("other_version", "tag", "v1"),
    ] {
        let body = json!({"template": "network", "source-code": "source_code", kind: of});
        let made = acme
            .owner
            .post(path, document("source-code-versions", body))
            .await
            .expect(201);
        names.insert(name, made.id());
    }
    make_resources(acme, names).await;
    make_blueprints(acme, names).await;
    make_output(acme, runner, names).await;
}

/// Resources of a template without code, which are there as soon as they are ordered.
async fn make_resources(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/templates";
    let group = json!({"key": "group", "name": "Group", "is-abstract": true});
    acme.owner.post(path, document("templates", group)).await.expect(201);
    let all = [
        "resource",
        "updated_resource",
        "refreshed_resource",
        "restored_resource",
        "destroyed_resource",
        "old_resource",
    ];
    for name in all {
        let path = "/api/v2/organizations/acme/resources";
        let wanted = document("resources", json!({"template": "group", "name": name}));
        let id = acme.owner.post(path, wanted).await.expect(201).id();
        settled(acme, &id).await;
        names.insert(name, id);
    }
    // Two revisions, so that going back changes something.
    let restored = &names["restored_resource"];
    let path = format!("/api/v2/resources/{restored}");
    let changes = document("resources", json!({"description": "Another."}));
    acme.owner.patch(&path, changes).await.expect(200);
    settled(acme, restored).await;
    let old = &names["old_resource"];
    let path = format!("/api/v2/resources/{old}/actions/destroy");
    acme.owner.post(&path, json!({})).await.expect(200);
    settled(acme, old).await;
}

/// Blueprints of one part without code, and one to delete.
async fn make_blueprints(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/blueprints";
    for (name, called) in [("blueprint", "one"), ("old_blueprint", "old")] {
        let body = json!({"name": called, "parts": [{"name": "group", "template": "group"}]});
        let made = acme.owner.post(path, document("blueprints", body)).await.expect(201);
        names.insert(name, made.id());
    }
}

/// A resource whose run put out a secret.
async fn make_output(acme: &Acme, runner: &TestRunner, names: &mut Names) {
    let wanted = json!({"template": "network", "name": "with-output", "auto-apply": true,
        "source-code-version": names["source_code_version"]});
    let path = "/api/v2/organizations/acme/resources";
    let made = acme.owner.post(path, document("resources", wanted)).await.expect(201);
    let id = made.id();
    settled(acme, &id).await;
    runner.succeed(json!({"add": 1})).await;
    // The plan is presented, and then confirmed.
    settled(acme, &id).await;
    settled(acme, &id).await;
    let item = runner.claim().await.expect("the plan is to be applied");
    let state = State::new(1).output("key", "hunter2", true);
    item.put("state", state.text()).await.expect(200);
    item.succeed(json!({"add": 1})).await;
    settled(acme, &id).await;
    names.insert("resource_with_output", id);
    names.insert("output", "key".to_owned());
}

/// The open change of a resource is carried out.
pub(super) async fn settled(acme: &Acme, resource: &str) {
    let shown = acme
        .owner
        .get(&format!("/api/v2/resources/{resource}"))
        .await
        .expect(200);
    let change = shown.attribute("change")["id"].as_str().unwrap().parse().unwrap();
    carry_out(&acme.app.system(), change).await.unwrap();
}

/// Rows of resources; those of their changes are elsewhere.
fn resources() -> Vec<Row> {
    let wanted = |name: &str| json!({"template": "group", "name": name});
    vec![
        call("list_resources"),
        call("check_resource").send("resources", wanted("checked")),
        call("fill_resource_form").send("resources", wanted("filled")),
        call("create_resource").send("resources", wanted("more")),
        call("get_resource"),
        call("get_resource_form"),
        call("get_resource_tree"),
        call("list_resource_outputs"),
        call("list_resource_revisions"),
        call("reveal_resource_output").on("resource", "resource_with_output"),
        call("download_resource_code").on("resource", "resource_with_output"),
        call("check_resource_update").send("resources", json!({"description": "Changed."})),
        call("update_resource")
            .on("resource", "updated_resource")
            .send("resources", json!({"description": "Changed."})),
        call("refresh_resource")
            .on("resource", "refreshed_resource")
            .json(json!({})),
        call("restore_resource")
            .on("resource", "restored_resource")
            .json(json!({"revision": 1})),
        call("destroy_resource")
            .on("resource", "destroyed_resource")
            .json(json!({})),
    ]
}

pub fn rows() -> Vec<Row> {
    let mut rows = published();
    rows.extend(resources());
    rows
}

fn published() -> Vec<Row> {
    vec![
        call("list_source_codes"),
        call("create_source_code").send("source-codes", json!({"identifier": "$git_address", "name": "more"})),
        call("get_source_code"),
        call("update_source_code").send("source-codes", json!({"description": "Changed."})),
        call("list_source_code_modules"),
        call("get_source_code_interface"),
        call("synchronize_source_code"),
        call("list_templates"),
        call("create_template").send("templates", json!({"key": "more", "name": "More"})),
        call("get_template"),
        call("get_template_tree").query("?direction=children"),
        call("update_template").send("templates", json!({"description": "Changed."})),
        call("disable_template"),
        call("enable_template"),
        call("list_blueprints"),
        call("create_blueprint").send(
            "blueprints",
            json!({"name": "more", "parts": [{"name": "group", "template": "group"}]}),
        ),
        call("get_blueprint"),
        call("update_blueprint").send("blueprints", json!({"description": "Changed."})),
        call("list_source_code_versions"),
        call("create_source_code_version").send(
            "source-code-versions",
            json!({"template": "cluster", "source-code": "source_code", "tag": "v1"}),
        ),
        call("get_source_code_version"),
        call("get_source_code_version_interface"),
        call("get_source_code_version_schema"),
        call("get_source_code_version_drift"),
        call("compare_source_code_versions").query("?with=$other_version"),
        call("update_source_code_version").send("source-code-versions", json!({"description": "Changed."})),
        call("refresh_source_code_version"),
        call("import_template").send(
            "template-imports",
            json!({"template": {"key": "imported", "name": "Imported"}, "source-code": {"identifier": "$git_address"},
                "tag": "v1"}),
        ),
        call("apply_catalog").json(json!({"templates": [{"key": "applied", "name": "Applied"}]})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![
        call("delete_source_code_version").on("source_code_version", "other_version"),
        call("delete_source_code").on("source_code", "old_source_code"),
        call("delete_template").on("template", "old_template"),
        call("delete_blueprint").on("blueprint", "old_blueprint"),
        call("delete_resource").on("resource", "old_resource"),
    ]
}
