//! Teams, access and tokens as programs for TFE ask for them, and attempts to write what only reads.

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::{Acme, document, related};

async fn team(acme: &Acme, name: &str) -> Value {
    let path = "/api/v2/organizations/acme/teams";
    acme.owner
        .post(path, document("teams", json!({"name": name})))
        .await
        .expect(201)
        .body
}

fn id(body: &Value) -> String {
    body["data"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_team_is_found_filled_and_given_access_as_tfes_clients_do_it() {
    let acme = Acme::new().await;
    let mia = acme.member("mia", "read", "acme").await;
    let made = team(&acme, "crew").await;
    assert_eq!(made["data"]["type"], "teams");
    assert_eq!(made["data"]["attributes"]["visibility"], "secret");
    assert_eq!(
        made["data"]["attributes"]["organization-access"]["manage-workspaces"],
        false
    );
    let crew = id(&made);
    let listed = acme
        .owner
        .get("/api/v2/organizations/acme/teams?filter[names]=crew,none")
        .await
        .expect(200);
    assert_eq!(listed.ids(), std::slice::from_ref(&crew));

    // By the name, as go-tfe's TeamMembers.Add sends it.
    let members = format!("/api/v2/teams/{crew}/relationships/users");
    let linked = json!({"data": [{"type": "users", "id": "mia"}]});
    acme.owner.post(&members, linked.clone()).await.expect(204);
    let shown = acme
        .owner
        .get(&format!("/api/v2/teams/{crew}?include=users"))
        .await
        .expect(200)
        .body;
    assert_eq!(shown["data"]["attributes"]["users-count"], 1);

    let body = related(
        "team-workspaces",
        json!({"access": "custom", "runs": "apply", "variables": "none", "state-versions": "none",
               "sentinel-mocks": "none", "workspace-locking": false, "run-tasks": false}),
        &[("team", "teams", &crew), ("workspace", "workspaces", &acme.workspace)],
    );
    let access = acme.owner.post("/api/v2/team-workspaces", body).await.expect(201).body;
    assert!(id(&access).starts_with("tws-"));
    assert_eq!(access["data"]["attributes"]["runs"], "apply");
    assert_eq!(access["data"]["relationships"]["team"]["data"]["id"], crew);
    let lock = format!("/api/v2/workspaces/{}/actions/lock", acme.workspace);
    mia.post(&lock, json!({"reason": "no"})).await.expect(403);
    let path = format!("/api/v2/team-workspaces/{}", id(&access));
    let changed = document(
        "team-workspaces",
        json!({"access": "custom", "workspace-locking": true}),
    );
    let changed = acme.owner.patch(&path, changed).await.expect(200).body;
    assert_eq!(changed["data"]["attributes"]["runs"], "apply");
    mia.post(&lock, json!({"reason": "yes"})).await.expect(200);

    acme.owner.json("DELETE", &members, &linked).await.expect(204);
    let unlock = format!("/api/v2/workspaces/{}/actions/unlock", acme.workspace);
    mia.post(&unlock, json!({})).await.expect(403);
    acme.owner.delete(&path).await.expect(204);
    acme.owner.get(&path).await.expect(404);
}

#[tokio::test]
async fn the_single_tokens_of_tfe_are_made_anew_and_never_shown_again() {
    let acme = Acme::new().await;
    let crew = id(&team(&acme, "crew").await);
    acme.assign("acme", &crew, "read", "acme").await;
    for path in [
        format!("/api/v2/teams/{crew}/authentication-token"),
        "/api/v2/organizations/acme/authentication-token".to_owned(),
    ] {
        acme.owner.get(&path).await.expect(404);
        // go-tfe sends no body at all.
        let first = acme.owner.send("POST", &path, &[], Body::empty()).await.expect(201);
        let text = first.attribute("token").as_str().unwrap().to_owned();
        acme.app
            .caller(&text)
            .get("/api/v2/organizations/acme")
            .await
            .expect(200);
        let shown = acme.owner.get(&path).await.expect(200);
        assert_eq!(shown.id(), first.id());
        assert!(
            shown.body["data"]["attributes"].get("token").is_none(),
            "{}",
            shown.body
        );
        let second = acme
            .owner
            .post(&path, document("authentication-tokens", json!({})))
            .await
            .expect(201);
        assert_ne!(second.id(), first.id());
        acme.app
            .caller(&text)
            .get("/api/v2/organizations/acme")
            .await
            .expect(401);
        acme.owner.delete(&path).await.expect(204);
        acme.owner.get(&path).await.expect(404);
    }
}

#[tokio::test]
async fn what_only_reads_cannot_be_written() {
    let acme = Acme::new().await;
    let crew = id(&team(&acme, "crew").await);
    let owner = acme.owner.get("/api/v2/account/details").await.expect(200).id();
    let refused = [
        (format!("/api/v2/teams/{crew}"), "teams", json!({"users-count": 9})),
        (
            format!("/api/v2/teams/{crew}"),
            "teams",
            json!({"permissions": {"can-update": true}}),
        ),
        (
            format!("/api/v2/teams/{crew}"),
            "teams",
            json!({"organization-access": {"manage-everything": true}}),
        ),
        (
            format!("/api/v2/teams/{crew}"),
            "teams",
            json!({"organization-id": "org-0000000000000000"}),
        ),
    ];
    for (path, kind, attributes) in refused {
        let answer = acme.owner.patch(&path, document(kind, attributes.clone())).await;
        assert_eq!(answer.status, 422, "{attributes}: {}", answer.body);
    }
    let posted = [
        (
            format!("/api/v2/users/{owner}/authentication-tokens"),
            json!({"token": "slw_u_mine"}),
        ),
        (
            format!("/api/v2/users/{owner}/authentication-tokens"),
            json!({"kind": "organization"}),
        ),
        (
            format!("/api/v2/users/{owner}/authentication-tokens"),
            json!({"subject": "user-0000000000000000"}),
        ),
        (
            "/api/v2/organizations/acme/roles".to_owned(),
            json!({"name": "a", "permissions": ["event.read"], "is-built-in": true}),
        ),
        (
            "/api/v2/organizations/acme/service-accounts".to_owned(),
            json!({"name": "a", "username": "root"}),
        ),
    ];
    for (path, attributes) in posted {
        let kind = path.rsplit('/').next().unwrap();
        let answer = acme.owner.post(&path, document(kind, attributes.clone())).await;
        assert_eq!(answer.status, 422, "{attributes}: {}", answer.body);
    }
}

#[tokio::test]
async fn every_change_of_access_is_an_event() {
    let acme = Acme::new().await;
    acme.member("mia", "read", "acme").await;
    let crew = id(&team(&acme, "crew").await);
    let linked = json!({"data": [{"type": "users", "id": "mia"}]});
    let members = format!("/api/v2/teams/{crew}/relationships/users");
    acme.owner.post(&members, linked.clone()).await.expect(204);
    acme.owner.json("DELETE", &members, &linked).await.expect(204);
    let single = format!("/api/v2/teams/{crew}/authentication-token");
    let token = acme
        .owner
        .post(&single, document("authentication-tokens", json!({})))
        .await
        .expect(201)
        .id();
    let rotate = format!("/api/v2/authentication-tokens/{token}/actions/rotate");
    acme.owner
        .post(&rotate, document("authentication-tokens", json!({"grace-minutes": 5})))
        .await
        .expect(200);
    acme.owner.delete(&single).await.expect(204);
    acme.owner.delete(&format!("/api/v2/teams/{crew}")).await.expect(204);
    acme.app.settle().await;
    let path = "/api/v2/organizations/acme/events?page[size]=100";
    let listed = acme.owner.get(path).await.expect(200).body;
    let actions: Vec<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["attributes"]["action"].as_str())
        .collect();
    for action in [
        "team.created",
        "team.member-added",
        "team.member-removed",
        "token.created",
        "token.rotated",
        "token.revoked",
        "team.deleted",
    ] {
        assert!(actions.contains(&action), "{action} is not in {actions:?}");
    }
}
