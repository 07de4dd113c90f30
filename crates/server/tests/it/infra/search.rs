//! Search in the directory.

use serde_json::json;

use crate::support::{Acme, Caller, document};

async fn found_by(caller: &Caller, text: &str) -> Vec<String> {
    let path = format!("/api/v2/organizations/acme/directory?q={text}");
    let answer = caller.get(&path).await.expect(200);
    let (kinds, names) = (answer.column("kind"), answer.column("name"));
    kinds
        .into_iter()
        .zip(names)
        .map(|(kind, name)| format!("{kind} {name}"))
        .collect()
}

async fn found(acme: &Acme, text: &str) -> Vec<String> {
    found_by(&acme.owner, text).await
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

#[tokio::test]
async fn teams_and_service_accounts_are_found_by_whoever_sees_them_in_their_lists() {
    let acme = Acme::new().await;
    let organization = "/api/v2/organizations/acme";
    let make = async |path: &str, attributes| {
        let url = format!("{organization}/{path}");
        acme.owner.post(&url, document(path, attributes)).await.expect(201).id()
    };
    let open = make("teams", json!({"name": "deck-open", "visibility": "organization"})).await;
    let secret = make("teams", json!({"name": "deck-secret", "visibility": "secret"})).await;
    let robot = make("service-accounts", json!({"name": "deck-robot"})).await;
    let reader = acme.member("rita", "read", &acme.workspace).await;
    let all = ["team deck-open", "service-account deck-robot", "team deck-secret"];
    assert_eq!(found_by(&acme.owner, "DECK").await, all);
    for (id, name) in [(&open, all[0]), (&robot, all[1]), (&secret, all[2])] {
        assert_eq!(found_by(&acme.owner, id).await, [name]);
    }
    assert_eq!(found_by(&reader, "deck").await, ["team deck-open"]);
    assert_eq!(found_by(&reader, &open).await, ["team deck-open"]);
    for id in [&robot, &secret] {
        assert_eq!(found_by(&reader, id).await, [""; 0]);
    }
    // Another organization's are not this one's.
    let body = json!({"data": {"type": "organizations", "attributes": {"name": "other"}}});
    acme.owner.post("/api/v2/organizations", body).await.expect(201);
    let body = document("teams", json!({"name": "deck-other"}));
    let other = acme
        .owner
        .post("/api/v2/organizations/other/teams", body)
        .await
        .expect(201)
        .id();
    assert_eq!(found_by(&acme.owner, &other).await, [""; 0]);
    assert_eq!(found_by(&acme.owner, "deck").await, all);
    acme.owner.delete(&format!("/api/v2/teams/{open}")).await.expect(204);
    assert_eq!(found_by(&reader, "deck").await, [""; 0]);
}

#[tokio::test]
async fn a_run_is_found_by_its_whole_id_only_and_by_who_may_see_it() {
    let acme = Acme::new().await;
    let hidden = acme.new_workspace("hidden").await;
    acme.upload(&hidden, "resource \"terraform_data\" \"b\" {}\n").await;
    let run = acme.start(json!({"message": "Tuesday"})).await;
    let other = acme.start_in(&hidden, json!({"message": "Quiet"})).await;
    let reader = acme.member("rita", "read", &acme.workspace).await;
    assert_eq!(found_by(&acme.owner, &run).await, ["run shop · Tuesday"]);
    assert_eq!(found_by(&reader, &run).await, ["run shop · Tuesday"]);
    assert_eq!(found_by(&acme.owner, &other).await, ["run hidden · Quiet"]);
    assert_eq!(found_by(&reader, &other).await, [""; 0]);
    assert_eq!(found_by(&acme.owner, "Tuesday").await, [""; 0]);
    assert_eq!(found_by(&acme.owner, &run[..run.len() - 1]).await, [""; 0]);
}
