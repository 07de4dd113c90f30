//! Workspaces: who holds the lock, what waits for it, and what must not be deleted.

use serde_json::json;

use crate::support::{Acme, Answer, Caller, State, document};

async fn act(caller: &Caller, workspace: &str, action: &str) -> Answer {
    let path = format!("/api/v2/workspaces/{workspace}/actions/{action}");
    caller.post(&path, json!({})).await
}

#[tokio::test]
async fn a_lock_says_whose_it_is_and_why_and_only_he_gives_it_back() {
    let acme = Acme::new().await;
    let mia = acme.member("mia", "write", "acme").await;
    let max = acme.member("max", "maintain", "acme").await;
    let path = format!("/api/v2/workspaces/{}/actions/lock", acme.workspace);
    let locked = mia
        .post(&path, json!({"reason": "moving the database"}))
        .await
        .expect(200);
    assert_eq!(locked.attribute("locked"), true);
    assert_eq!(locked.attribute("locked-by"), "mia");
    let again = mia.post(&path, json!({})).await.expect(409);
    assert_eq!(again.error().0, "workspace-locked");
    let refused = act(&acme.owner, &acme.workspace, "unlock").await.expect(409);
    for part in ["mia", "moving the database", "force-unlock"] {
        assert!(refused.error().1.contains(part), "{}", refused.text());
    }
    act(&mia, &acme.workspace, "force-unlock").await.expect(403);
    act(&max, &acme.workspace, "force-unlock").await.expect(200);
    act(&mia, &acme.workspace, "unlock").await.expect(409);
    mia.post(&path, json!({})).await.expect(200);
    assert_eq!(
        act(&mia, &acme.workspace, "unlock")
            .await
            .expect(200)
            .attribute("locked"),
        false
    );
}

#[tokio::test]
async fn a_run_waits_for_the_lock_and_goes_on_when_it_is_given_back() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let mia = acme.member("mia", "write", "acme").await;
    act(&mia, &acme.workspace, "lock").await.expect(200);
    let run = acme.start(json!({})).await;
    assert_eq!(acme.status(&run).await, "pending");
    let waits = acme.waits_for(&run).await;
    assert!(waits.contains("mia"), "{waits}");
    assert!(runner.claim().await.is_none());
    let look = acme.start(json!({"plan-only": true})).await;
    assert_eq!(
        acme.status(&look).await,
        "plan_queued",
        "a look changes nothing and waits for nobody"
    );
    act(&mia, &acme.workspace, "unlock").await.expect(200);
    assert_eq!(acme.status(&run).await, "plan_queued");
    act(&mia, &acme.workspace, "lock").await.expect(409);
}

#[tokio::test]
async fn an_active_run_is_neither_robbed_of_its_lock_nor_of_its_workspace() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    for claimed in [false, true] {
        if claimed {
            runner.claim().await.unwrap();
        }
        let refused = act(&acme.owner, &acme.workspace, "force-unlock").await.expect(409);
        assert!(refused.error().1.contains(&run), "{}", refused.text());
        for query in ["", "?force=true"] {
            let refused = acme.owner.delete(&format!("{path}{query}")).await.expect(409);
            assert!(refused.error().1.contains(&run), "{}", refused.text());
        }
    }
    acme.act(&run, "cancel").await.expect(202);
    acme.app.pass(std::time::Duration::from_secs(11));
    acme.act(&run, "force-cancel").await.expect(202);
    acme.owner.delete(&path).await.expect(204);
    acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(404);
}

#[tokio::test]
async fn a_run_that_only_looks_keeps_its_workspace_from_being_deleted() {
    let acme = Acme::new().await;
    acme.start(json!({"plan-only": true})).await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    acme.owner.delete(&path).await.expect(409);
}

#[tokio::test]
async fn a_workspace_with_resources_goes_only_by_force_and_then_with_everything() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let state = State::new(1)
        .resource("a", "one", "s3cret")
        .resource("b", "two", "s3cret");
    let version = acme
        .owner
        .post(&format!("{path}/state-versions"), state.upload())
        .await
        .expect(201)
        .id();
    let variable = document("vars", json!({"key": "region", "value": "eu"}));
    acme.owner.post(&format!("{path}/vars"), variable).await.expect(201);
    let refused = acme.owner.delete(&path).await.expect(409);
    assert!(refused.error().1.contains("2 resources"), "{}", refused.text());
    acme.owner.delete(&format!("{path}?farce=true")).await.expect(400);
    acme.owner.delete(&format!("{path}?force=true")).await.expect(204);
    for gone in [
        path.clone(),
        format!("{path}/vars"),
        format!("/api/v2/state-versions/{version}"),
    ] {
        acme.owner.get(&gone).await.expect(404);
    }
    let search = acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=shop")
        .await
        .expect(200);
    assert!(search.ids().is_empty());
    acme.new_workspace("shop").await;
}

#[tokio::test]
async fn workspaces_are_found_by_name_tag_project_and_status() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let tags = document(
        "workspaces",
        json!({"tags": [{"key": "team", "value": "web"}, {"key": "eu"}]}),
    );
    acme.owner.patch(&path, tags).await.expect(200);
    acme.new_workspace("other").await;
    acme.start(json!({})).await;
    let found = |query: &'static str| {
        let owner = acme.owner.clone();
        async move {
            let path = format!("/api/v2/organizations/acme/workspaces?{query}");
            owner.get(&path).await.expect(200).column("name")
        }
    };
    assert_eq!(found("search[name]=HO").await, ["shop"]);
    assert_eq!(found("search[name]=%25").await, [""; 0], "a wildcard is only a letter");
    assert_eq!(found("search[tags]=team,eu").await, ["shop"]);
    assert_eq!(found("search[tags]=tea").await, [""; 0]);
    assert_eq!(found("filter[status]=plan_queued").await, ["shop"]);
    assert_eq!(found("sort=-name").await, ["shop", "other"]);
    let body = document("workspaces", json!({"name": "shop"}));
    let taken = acme
        .owner
        .post("/api/v2/organizations/acme/workspaces", body)
        .await
        .expect(409);
    assert_eq!(taken.pointer(), "/data/attributes/name");
    let twice = document("workspaces", json!({"tags": [{"key": "a"}, {"key": "a"}]}));
    assert_eq!(
        acme.owner.patch(&path, twice).await.expect(422).pointer(),
        "/data/attributes/tags"
    );
}
