//! Variable sets: shared, assigned, taken back.

use serde_json::json;

use crate::support::{Acme, document};

#[tokio::test]
async fn a_set_is_assigned_once_shown_with_what_uses_it_and_taken_back() {
    let acme = Acme::new().await;
    let path = "/api/v2/organizations/acme/varsets";
    let set = acme
        .owner
        .post(path, document("varsets", json!({"name": "shared"})))
        .await
        .expect(201)
        .id();
    let secret = document("vars", json!({"key": "password", "value": "s3cret", "sensitive": true}));
    let vars = format!("/api/v2/varsets/{set}/relationships/vars");
    acme.owner.post(&vars, secret).await.expect(201);
    let list = acme.owner.get(&vars).await.expect(200);
    assert!(!list.text().contains("s3cret"));

    let targets = format!("/api/v2/varsets/{set}/relationships/workspaces");
    let body = json!({"data": [{"type": "workspaces", "id": acme.workspace}]});
    acme.owner.post(&targets, body.clone()).await.expect(204);
    acme.owner.post(&targets, body.clone()).await.expect(204);
    let shown = acme.owner.get(&format!("/api/v2/varsets/{set}")).await.expect(200);
    assert_eq!(
        shown.body["data"]["relationships"]["workspaces"]["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(shown.attribute("var-count"), 1);
    let effective = format!("/api/v2/workspaces/{}/effective-variables", acme.workspace);
    assert_eq!(acme.owner.get(&effective).await.expect(200).column("key"), ["password"]);

    let kind = json!({"data": [{"type": "projects", "id": acme.workspace}]});
    assert_eq!(
        acme.owner.post(&targets, kind).await.expect(422).pointer(),
        "/data/0/type"
    );
    let headers = [("content-type", "application/vnd.api+json")];
    let taken = acme
        .owner
        .send("DELETE", &targets, &headers, body.to_string().into())
        .await;
    taken.expect(204);
    assert!(acme.owner.get(&effective).await.expect(200).ids().is_empty());
}

#[tokio::test]
async fn one_missing_target_assigns_nothing() {
    let acme = Acme::new().await;
    let path = "/api/v2/organizations/acme/varsets";
    let set = acme
        .owner
        .post(path, document("varsets", json!({"name": "shared"})))
        .await
        .expect(201)
        .id();
    let targets = format!("/api/v2/varsets/{set}/relationships/workspaces");
    let body = json!({"data": [{"type": "workspaces", "id": acme.workspace},
        {"type": "workspaces", "id": "ws-0000000000000000"}]});
    acme.owner.post(&targets, body).await.expect(404);
    let shown = acme.owner.get(&format!("/api/v2/varsets/{set}")).await.expect(200);
    assert_eq!(shown.body["data"]["relationships"]["workspaces"]["data"], json!([]));
}
