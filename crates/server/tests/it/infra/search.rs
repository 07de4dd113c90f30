//! Search in the directory.

use serde_json::json;

use crate::support::{Acme, document};

async fn found(acme: &Acme, text: &str) -> Vec<String> {
    let path = format!("/api/v2/organizations/acme/directory?q={text}");
    let answer = acme.owner.get(&path).await.expect(200);
    let (kinds, names) = (answer.column("kind"), answer.column("name"));
    kinds
        .into_iter()
        .zip(names)
        .map(|(kind, name)| format!("{kind} {name}"))
        .collect()
}

#[tokio::test]
async fn objects_are_found_by_parts_of_their_names_and_labels_and_by_their_ids() {
    let acme = Acme::new().await;
    let organization = "/api/v2/organizations/acme";
    for (path, kind) in [
        ("projects", "projects"),
        ("varsets", "varsets"),
        ("agent-pools", "agent-pools"),
    ] {
        let body = document(kind, json!({"name": format!("north-{path}")}));
        acme.owner
            .post(&format!("{organization}/{path}"), body)
            .await
            .expect(201);
    }
    assert_eq!(
        found(&acme, "NORTH").await,
        [
            "runner-pool north-agent-pools",
            "project north-projects",
            "variable-set north-varsets"
        ]
    );
    assert_eq!(found(&acme, &acme.workspace).await, ["workspace shop"]);
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let tags = document("workspaces", json!({"tags": [{"key": "team", "value": "checkout"}]}));
    acme.owner.patch(&path, tags).await.expect(200);
    assert_eq!(found(&acme, "checkout").await, ["workspace shop"]);
    for nothing in ["%25", "_", "%5C", "%27%20OR%201=1", "nothing"] {
        assert_eq!(found(&acme, nothing).await, [""; 0], "{nothing}");
    }
}

#[tokio::test]
async fn the_directory_follows_names_statuses_and_deletions() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    acme.owner
        .patch(&path, document("workspaces", json!({"name": "store"})))
        .await
        .expect(200);
    assert_eq!(found(&acme, "shop").await, [""; 0]);
    assert_eq!(found(&acme, "store").await, ["workspace store"]);
    let run = acme.start(json!({})).await;
    let shown = acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=store")
        .await
        .expect(200);
    assert_eq!(shown.column("status"), ["plan_queued"]);
    acme.act(&run, "cancel").await.expect(202);
    acme.owner.delete(&path).await.expect(204);
    assert_eq!(found(&acme, "store").await, [""; 0]);
}
