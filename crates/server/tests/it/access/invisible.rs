//! What one may not see is missing: by id, in lists and their counts, in search, in events, in error texts.

use serde_json::json;

use crate::support::{Acme, Answer, Caller, document, related};

/// Acme with two projects, each with a workspace; `guest` may read in `web` alone.
struct Parted {
    acme: Acme,
    guest: Caller,
    web: String,
    site: String,
    assignment: String,
}

async fn parted() -> Parted {
    let acme = Acme::new().await;
    let projects = "/api/v2/organizations/acme/projects";
    let web = document("projects", json!({"name": "web"}));
    let web = acme.owner.post(projects, web).await.expect(201).id();
    let body = related("workspaces", json!({"name": "site"}), &[("project", "projects", &web)]);
    let workspaces = "/api/v2/organizations/acme/workspaces";
    let site = acme.owner.post(workspaces, body).await.expect(201).id();
    acme.upload(&site, "").await;
    let (id, guest) = acme.app.user(&acme.owner, "guest").await;
    let assignment = acme.assign("acme", &id, "read", &web).await;
    acme.app.settle().await;
    Parted {
        acme,
        guest,
        web,
        site,
        assignment,
    }
}

fn total(answer: &Answer) -> u64 {
    answer.body["meta"]["pagination"]["total-count"].as_u64().unwrap()
}

#[tokio::test]
async fn a_role_on_one_project_shows_that_project_and_nothing_beside_it() {
    let Parted {
        acme, guest, web, site, ..
    } = parted().await;
    acme.start(json!({})).await;
    acme.start_in(&site, json!({})).await;
    guest.get(&format!("/api/v2/workspaces/{site}")).await.expect(200);
    for hidden in [
        format!("/api/v2/workspaces/{}", acme.workspace),
        format!("/api/v2/workspaces/{}/runs", acme.workspace),
        format!("/api/v2/workspaces/{}/vars", acme.workspace),
        "/api/v2/organizations/acme/workspaces/shop".to_owned(),
    ] {
        assert_eq!(guest.get(&hidden).await.expect(404).error().0, "not-found", "{hidden}");
    }
    for (list, shown) in [("projects", web.as_str()), ("workspaces", site.as_str())] {
        let answer = guest
            .get(&format!("/api/v2/organizations/acme/{list}"))
            .await
            .expect(200);
        assert_eq!((answer.ids(), total(&answer)), (vec![shown.to_owned()], 1), "{list}");
    }
    let runs = guest.get("/api/v2/organizations/acme/runs").await.expect(200);
    assert_eq!((runs.ids().len(), total(&runs)), (1, 1));
    let sets = guest.get("/api/v2/organizations/acme/varsets").await.expect(200);
    assert_eq!((sets.ids().len(), total(&sets)), (0, 0));
}

#[tokio::test]
async fn search_and_events_show_what_the_caller_may_see() {
    let Parted { acme, guest, site, .. } = parted().await;
    let found = |caller: Caller, text: &'static str| async move {
        let path = format!("/api/v2/organizations/acme/directory?q={text}");
        caller.get(&path).await.expect(200).column("name")
    };
    assert_eq!(found(acme.owner.clone(), "s").await, ["shop", "site"]);
    assert_eq!(found(guest.clone(), "s").await, ["site"]);
    let by_id = format!("/api/v2/organizations/acme/directory?q={}", acme.workspace);
    assert_eq!(acme.owner.get(&by_id).await.expect(200).column("name"), ["shop"]);
    assert!(guest.get(&by_id).await.expect(200).ids().is_empty());

    let events = guest
        .get("/api/v2/organizations/acme/events?page[size]=100")
        .await
        .expect(200);
    assert!(events.text().contains(&site));
    assert!(!events.text().contains("shop"), "{}", events.text());
    let of_shop = format!("/api/v2/organizations/acme/events?filter[object]={}", acme.workspace);
    let of_shop = guest.get(&of_shop).await.expect(200);
    assert_eq!((of_shop.ids().len(), total(&of_shop)), (0, 0));
}

#[tokio::test]
async fn nothing_hidden_can_be_referred_to() {
    let Parted { acme, web, site, .. } = parted().await;
    let maintainer = acme.member("mia", "maintain", &web).await;
    let hidden_project = acme
        .owner
        .get("/api/v2/organizations/acme/projects?filter[names]=default")
        .await;
    let hidden_project = hidden_project.expect(200).ids()[0].clone();
    let path = format!("/api/v2/workspaces/{site}");
    let moved = related("workspaces", json!({}), &[("project", "projects", &hidden_project)]);
    maintainer.patch(&path, moved).await.expect(404);
    let run = related("runs", json!({}), &[("workspace", "workspaces", &acme.workspace)]);
    maintainer.post("/api/v2/runs", run).await.expect(404);
    let foreign = acme.upload(&acme.workspace, "").await;
    let run = related(
        "runs",
        json!({}),
        &[
            ("workspace", "workspaces", &site),
            ("configuration-version", "configuration-versions", &foreign),
        ],
    );
    let refused = maintainer.post("/api/v2/runs", run).await;
    assert!([404, 422].contains(&refused.status), "{}", refused.text());
    assert!(!refused.text().contains("shop"), "{}", refused.text());
}

#[tokio::test]
async fn another_organization_does_not_exist() {
    let Parted { acme, site, web, .. } = parted().await;
    let (id, stranger) = acme.app.user(&acme.owner, "stranger").await;
    let body = document("organizations", json!({"name": "globex"}));
    acme.owner.post("/api/v2/organizations", body).await.expect(201);
    acme.assign("globex", &id, "owner", "globex").await;
    assert_eq!(
        stranger.get("/api/v2/organizations").await.expect(200).ids(),
        ["globex"]
    );
    let nowhere = stranger
        .get("/api/v2/organizations/nowhere")
        .await
        .expect(404)
        .error()
        .1;
    let acmes = stranger.get("/api/v2/organizations/acme").await.expect(404).error().1;
    assert_eq!(nowhere.replace("nowhere", "acme"), acmes, "the texts are the same");
    stranger
        .get("/api/v2/events/stream?organization=acme")
        .await
        .expect(404);

    let set = document("varsets", json!({"name": "shared"}));
    let set = stranger
        .post("/api/v2/organizations/globex/varsets", set)
        .await
        .expect(201)
        .id();
    for (kind, id) in [("workspaces", &site), ("projects", &web)] {
        let body = json!({"data": [{"type": kind, "id": id}]});
        let path = format!("/api/v2/varsets/{set}/relationships/{kind}");
        stranger.post(&path, body).await.expect(404);
    }
    let pool = document("agent-pools", json!({"name": "builders"}));
    let pool = acme
        .owner
        .post("/api/v2/organizations/acme/agent-pools", pool)
        .await
        .expect(201)
        .id();
    let body = related(
        "workspaces",
        json!({"name": "thief", "execution-mode": "agent"}),
        &[("agent-pool", "agent-pools", &pool)],
    );
    stranger
        .post("/api/v2/organizations/globex/workspaces", body)
        .await
        .expect(404);
    let role = json!({"subject": id, "role": "owner", "scope": site});
    let role = document("role-assignments", role);
    stranger
        .post("/api/v2/organizations/globex/role-assignments", role)
        .await
        .expect(422);
}

#[tokio::test]
async fn a_role_that_is_taken_back_ends_at_once() {
    let Parted {
        acme,
        guest,
        site,
        assignment,
        ..
    } = parted().await;
    let path = format!("/api/v2/workspaces/{site}");
    guest.get(&path).await.expect(200);
    acme.owner
        .delete(&format!("/api/v2/role-assignments/{assignment}"))
        .await
        .expect(204);
    guest.get(&path).await.expect(404);
    guest.get("/api/v2/organizations/acme").await.expect(404);
    assert!(guest.get("/api/v2/organizations").await.expect(200).ids().is_empty());
}

#[tokio::test]
async fn a_workspace_that_moves_takes_its_visibility_along() {
    let Parted { acme, guest, web, .. } = parted().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    guest.get(&path).await.expect(404);
    let moved = related("workspaces", json!({}), &[("project", "projects", &web)]);
    acme.owner.patch(&path, moved).await.expect(200);
    guest.get(&path).await.expect(200);
    let names = guest
        .get("/api/v2/organizations/acme/directory?q=shop")
        .await
        .expect(200)
        .column("name");
    assert_eq!(names, ["shop"]);
}
