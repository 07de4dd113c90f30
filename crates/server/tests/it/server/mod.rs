//! Stories of the server itself: errors, documents, health.

mod backup;
mod mariadb;
mod s3;
mod site;

use serde_json::Value;

use crate::support::TestApp;

#[tokio::test]
async fn errors_are_jsonapi_with_the_requests_id() {
    let app = TestApp::new().await;
    let missing = app.anonymous().get("/api/v2/nothing").await.expect(404);
    assert_eq!(missing.headers["content-type"], "application/vnd.api+json");
    assert_eq!(missing.body["errors"][0]["code"], "not-found");
    let id = missing.headers["x-request-id"].to_str().unwrap();
    assert_eq!(missing.body["errors"][0]["meta"]["request-id"], id);
    app.anonymous()
        .json("PUT", "/api/v2/ping", &Value::Null)
        .await
        .expect(405);
    let stranger = app
        .caller("slw_u_nonsense")
        .get("/api/v2/organizations")
        .await
        .expect(401);
    assert!(stranger.error().1.contains("slipway login"));
}

#[tokio::test]
async fn health_and_discovery_need_no_token() {
    let app = TestApp::new().await;
    assert_eq!(app.anonymous().get("/healthz").await.expect(200).bytes, b"ok\n");
    app.anonymous().get("/readyz").await.expect(200);
    app.anonymous().get("/metrics").await.expect(200);
    app.anonymous().get("/api/v2/ping").await.expect(204);
    let discovery = app.anonymous().get("/.well-known/terraform.json").await.expect(200);
    assert_eq!(discovery.body["tfe.v2"], "/api/v2/");
}

#[tokio::test]
async fn every_operation_names_itself_its_permission_and_its_errors() {
    let app = TestApp::new().await;
    let document = app.anonymous().get("/api/v2/openapi.json").await.expect(200).body;
    let mut ids = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            let id = operation["operationId"]
                .as_str()
                .unwrap_or_else(|| panic!("{name} has no id"));
            assert!(ids.insert(id.to_owned()), "{id} is twice");
            assert!(
                operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
                "{name} has no summary"
            );
            assert!(operation["tags"].is_array(), "{name} has no tag");
            if id != "ping" {
                assert!(
                    operation["security"][0]["token"].is_array(),
                    "{name} names no permission"
                );
                assert!(
                    operation["responses"]["401"].is_object(),
                    "{name} does not say that it needs a token"
                );
            }
        }
    }
    assert!(ids.len() > 60, "only {} operations", ids.len());
}

#[tokio::test]
async fn every_schema_that_the_document_refers_to_is_in_it() {
    let app = TestApp::new().await;
    let document = app.anonymous().get("/api/v2/openapi.json").await.expect(200).body;
    let text = document.to_string();
    let mut missing: Vec<&str> = text
        .split("\"#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| document["components"]["schemas"].get(name).is_none())
        .collect();
    missing.dedup();
    assert!(missing.is_empty(), "{missing:?}");
}
