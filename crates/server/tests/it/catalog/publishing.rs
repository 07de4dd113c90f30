//! A catalog with code: applied from documents, imported in one call.

use serde_json::{Value, json};
use slipway_testing::git_server::GitServer;

use super::source_codes::{acme, examples};
use crate::support::{Answer, document};

const PATH: &str = "/api/v2/organizations/acme/source-code-versions";
const APPLY: &str = "/api/v2/organizations/acme/catalog/actions/apply";

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_with_code_is_applied_once() {
    let server = GitServer::start().unwrap();
    examples(&server);
    let acme = acme().await;
    let documents = json!({
        "templates": [
            {"key": "network", "name": "Network", "parents": [{"template": "account"}]},
            {"key": "account", "name": "Account"},
        ],
        "source-codes": [{"name": "modules", "identifier": server.url("platform/modules")}],
        "versions": [
            {"template": "network", "source-code": "modules", "tag": "v1.0.0", "directory": "modules/network",
                "variables": [{"name": "account_id", "reference": {"template": "account", "output": "account_id"}}]},
            {"template": "account", "source-code": "modules", "tag": "v1.0.0", "directory": "modules/account",
                "lifecycle": "active"},
        ],
    });
    let actions = |applied: &Answer| -> Vec<String> {
        let changes = applied.attribute("changes").as_array().unwrap();
        let word = |change: &Value, field: &str| change[field].as_str().unwrap().to_owned();
        let line = |change: &Value| {
            format!(
                "{} {} {}",
                word(change, "action"),
                word(change, "kind"),
                word(change, "key")
            )
        };
        changes.iter().map(line).collect()
    };
    let dry = acme
        .owner
        .post(&format!("{APPLY}?dry-run=true"), documents.clone())
        .await
        .expect(200);
    let applied = acme.owner.post(APPLY, documents.clone()).await.expect(200);
    insta::assert_snapshot!(actions(&applied).join("\n"), @r"
    create template account
    create template network
    create source-code modules
    create source-code-version account v1.0.0 (modules/account)
    create source-code-version network v1.0.0 (modules/network)
    ");
    assert_eq!(actions(&dry), actions(&applied));
    let again = acme.owner.post(APPLY, documents.clone()).await.expect(200);
    assert!(
        actions(&again).iter().all(|line| line.starts_with("none ")),
        "{:?}",
        actions(&again)
    );

    let mut changed = documents.clone();
    changed["versions"][0]["lifecycle"] = json!("active");
    changed["versions"][0]["variables"][0]["label"] = json!("Account");
    let applied = acme.owner.post(APPLY, changed).await.expect(200);
    let changes = applied.attribute("changes").as_array().unwrap();
    let differing: Vec<&Value> = changes.iter().filter(|change| change["action"] == "update").collect();
    let fields: Vec<&str> = differing[0]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["lifecycle", "variables/account_id"]);

    let mut wrong = documents;
    wrong["versions"][1]["tag"] = json!("v9");
    let refused = acme.owner.post(APPLY, wrong).await.expect(422);
    assert_eq!(refused.pointer(), "/versions/1/tag");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_imported_in_one_call() {
    let server = GitServer::start().unwrap();
    examples(&server);
    let acme = acme().await;
    let path = "/api/v2/organizations/acme/templates/actions/import";
    let import = async |key: &str, directory: &str| {
        let body = json!({"template": {"key": key, "name": key}, "tag": "v1.0.0", "directory": directory,
            "lifecycle": "active", "source-code": {"identifier": server.url("platform/modules")}});
        acme.owner.post(path, document("template-imports", body)).await
    };
    let made = import("account", "modules/account").await.expect(201);
    assert_eq!(made.attribute("key"), "account");
    let taken = import("account", "modules/account").await.expect(409);
    assert_eq!(taken.pointer(), "/data/attributes/template/key");
    // Nothing of what is refused stays, and the source code of the repository is taken again.
    let wrong = import("bucket", "nowhere").await.expect(422);
    assert_eq!(wrong.pointer(), "/data/attributes/directory");
    import("bucket", "modules/bucket").await.expect(201);
    let templates = acme.owner.get("/api/v2/organizations/acme/templates").await.expect(200);
    assert_eq!(templates.column("key"), ["account", "bucket"]);
    let versions = acme.owner.get(PATH).await.expect(200);
    assert_eq!(versions.column("lifecycle"), ["active", "active"]);
    let source_codes = acme.owner.get(super::source_codes::PATH).await.expect(200);
    assert_eq!(source_codes.column("name"), ["modules"]);

    // Deleting the template takes its versions with it.
    acme.owner
        .delete(&format!("/api/v2/templates/{}", made.id()))
        .await
        .expect(204);
    assert_eq!(acme.owner.get(PATH).await.expect(200).ids().len(), 1);
}
