//! Requests that are stale, broken, too large, of another type, or sent twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::{Acme, Answer, TestApp, document};

async fn patch_if(acme: &Acme, path: &str, tag: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/vnd.api+json"), ("if-match", tag)];
    acme.owner
        .send("PATCH", path, &headers, Body::from(body.to_string()))
        .await
}

#[tokio::test]
async fn the_second_of_two_who_edit_the_same_thing_is_told() {
    let acme = Acme::new().await;
    let organization = "/api/v2/organizations/acme";
    let made = |kind: &'static str, path: String, attributes: Value| {
        let owner = acme.owner.clone();
        async move { owner.post(&path, document(kind, attributes)).await.expect(201).id() }
    };
    let project = made("projects", format!("{organization}/projects"), json!({"name": "web"})).await;
    let set = made("varsets", format!("{organization}/varsets"), json!({"name": "shared"})).await;
    let pool = made(
        "agent-pools",
        format!("{organization}/agent-pools"),
        json!({"name": "builders"}),
    )
    .await;
    let vars = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let variable = made("vars", vars.clone(), json!({"key": "region", "value": "eu"})).await;
    let change = json!({"description": "Changed."});
    for (kind, path, change) in [
        (
            "organizations",
            organization.to_owned(),
            json!({"email": "ops@example.com"}),
        ),
        ("projects", format!("/api/v2/projects/{project}"), change.clone()),
        (
            "workspaces",
            format!("/api/v2/workspaces/{}", acme.workspace),
            change.clone(),
        ),
        ("workspaces", format!("{organization}/workspaces/shop"), change.clone()),
        ("varsets", format!("/api/v2/varsets/{set}"), change.clone()),
        (
            "agent-pools",
            format!("/api/v2/agent-pools/{pool}"),
            json!({"organization-scoped": false}),
        ),
        ("vars", format!("{vars}/{variable}"), change.clone()),
    ] {
        let body = document(kind, change);
        let first = acme.owner.patch(&path, body.clone()).await.expect(200);
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        patch_if(&acme, &path, &tag, &body).await.expect(200);
        let stale = patch_if(&acme, &path, &tag, &body).await.expect(412);
        assert_eq!(stale.error().0, "precondition-failed", "{path}");
        assert!(stale.error().1.contains("Somebody changed this"), "{path}");
        patch_if(&acme, &path, "*", &body).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_unknown_in_a_body_is_named_with_its_place() {
    let acme = Acme::new().await;
    let workspaces = "/api/v2/organizations/acme/workspaces";
    for (body, pointer) in [
        (
            document("workspaces", json!({"name": "a", "auto-aply": true})),
            "/data/attributes/auto-aply",
        ),
        (document("workspace", json!({"name": "a"})), "/data/type"),
        (document("workspaces", json!({"name": 7})), "/data/attributes/name"),
        (
            document("workspaces", json!({"name": "../etc"})),
            "/data/attributes/name",
        ),
        (
            document("workspaces", json!({"name": "sh\u{0456}p"})),
            "/data/attributes/name",
        ),
        (document("workspaces", json!({})), "/data/attributes/name"),
        (json!({"data": {"type": "workspaces"}, "extra": 1}), "/extra"),
        (
            document("workspaces", json!({"name": "a", "working-directory": "../up"})),
            "/data/attributes/working-directory",
        ),
    ] {
        let refused = acme.owner.post(workspaces, body.clone()).await.expect(422);
        assert_eq!(refused.pointer(), pointer, "{body}");
        assert!(refused.error().1.len() > 10, "{}", refused.text());
    }
    let both = document(
        "workspaces",
        json!({"name": "a", "working-directory": "/", "terraform-version": "newest"}),
    );
    let both = acme.owner.post(workspaces, both).await.expect(422);
    assert_eq!(
        both.body["errors"].as_array().unwrap().len(),
        2,
        "one error per field: {}",
        both.text()
    );
}

#[tokio::test]
async fn what_is_unknown_in_a_query_is_named_with_what_is_known() {
    let acme = Acme::new().await;
    let list = "/api/v2/organizations/acme/workspaces";
    for (query, known) in [
        ("filter[colour]=red", "search[name]"),
        ("sort=colour", "created-at"),
        ("include=colour", "none"),
        ("page[size]=101", "100"),
        ("page[size]=0", "100"),
        ("page[number]=x", "1"),
    ] {
        let refused = acme.owner.get(&format!("{list}?{query}")).await.expect(400);
        assert!(refused.error().1.contains(known), "{query}: {}", refused.text());
        let parameter = query.split('=').next().unwrap();
        assert_eq!(refused.body["errors"][0]["source"]["parameter"], parameter);
    }
    for path in [
        "/api/v2/workspaces/shop",
        "/api/v2/workspaces/run-1k9x3c0q8fz2m4ab",
        "/api/v2/organizations/%2e%2e",
    ] {
        acme.owner.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn broken_deep_large_and_foreign_bodies_are_refused() {
    let acme = Acme::on(TestApp::with(|settings| settings.limits.body_bytes = 20_000).await).await;
    let path = "/api/v2/organizations/acme/projects";
    let send = |kind: &'static str, body: String| {
        let owner = acme.owner.clone();
        async move {
            owner
                .send("POST", path, &[("content-type", kind)], Body::from(body))
                .await
        }
    };
    let json = "application/vnd.api+json";
    send(json, "{".to_owned()).await.expect(400);
    send(json, "\u{feff}null".to_owned()).await.expect(400);
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let status = send(json, deep).await.status;
    assert!([400, 422].contains(&status), "{status}");
    let large = document("projects", json!({"name": "large", "description": "x".repeat(20_000)}));
    assert_eq!(send(json, large.to_string()).await.expect(413).error().0, "too-large");
    let fitting = document("projects", json!({"name": "small"})).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let refused = send(kind, fitting.clone()).await.expect(415);
        assert!(
            refused.error().1.contains("application/vnd.api+json"),
            "{}",
            refused.text()
        );
    }
    send("application/json; charset=utf-8", fitting).await.expect(201);
    let lock = format!("/api/v2/workspaces/{}/actions/lock", acme.workspace);
    acme.owner
        .send("POST", &lock, &[("content-type", "text/plain")], Body::from("{}"))
        .await
        .expect(415);
    let large = json!({"name": "x".repeat(30_000), "version": "0", "platform": "p", "sandbox": "full", "slots": 1});
    let runner = acme.runner().await;
    runner.caller().post("/api/v2/runners", large).await.expect(413);
}

#[tokio::test]
async fn large_bodies_are_read_only_from_those_who_may_send_them() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    let version = document("configuration-versions", json!({}));
    let path = format!("/api/v2/workspaces/{}/configuration-versions", acme.workspace);
    let version = acme.owner.post(&path, version).await.expect(201).id();
    let reader = acme.member("rita", "read", "acme").await;
    for (method, path) in [
        ("PUT", format!("/api/v2/work/{}/plan", item.claim.work_item_id)),
        ("PUT", format!("/api/v2/work/{}/state", item.claim.work_item_id)),
        ("PUT", format!("/api/v2/work/{}/log?offset=0", item.claim.work_item_id)),
        ("PUT", format!("/api/v2/configuration-versions/{version}/upload")),
        ("POST", format!("/api/v2/workspaces/{}/state", acme.workspace)),
        ("POST", format!("/api/v2/workspaces/{}/state-versions", acme.workspace)),
    ] {
        for caller in [&acme.app.anonymous(), &reader, runner.caller()] {
            let read = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&read);
            let chunks = futures::stream::once(async move {
                seen.store(true, Ordering::SeqCst);
                Ok::<_, std::io::Error>("bytes")
            });
            let refused = caller.send(method, &path, &[], Body::from_stream(chunks)).await;
            assert!([401, 403, 404].contains(&refused.status), "{path}: {}", refused.text());
            assert!(
                !read.load(Ordering::SeqCst),
                "{method} {path} read the body of {}",
                refused.status
            );
        }
    }
}

#[tokio::test]
async fn lists_are_walked_by_number_and_by_cursor_without_gap_or_repetition() {
    let acme = Acme::new().await;
    for number in 0..7 {
        acme.new_workspace(&format!("w{number}")).await;
    }
    let list = "/api/v2/organizations/acme/workspaces";
    let all = acme.owner.get(list).await.expect(200).column("name");
    assert_eq!(all.len(), 8);
    let (mut by_number, mut page) = (Vec::new(), Some(1));
    while let Some(number) = page {
        let answer = acme
            .owner
            .get(&format!("{list}?page[size]=3&page[number]={number}"))
            .await
            .expect(200);
        by_number.extend(answer.column("name"));
        page = answer.body["meta"]["pagination"]["next-page"].as_u64();
        assert_eq!(answer.body["meta"]["pagination"]["total-count"], 8);
    }
    assert_eq!(by_number, all);
    let (mut by_cursor, mut after) = (Vec::new(), Some(String::new()));
    while let Some(cursor) = after {
        let query = if cursor.is_empty() {
            String::new()
        } else {
            format!("&page[after]={cursor}")
        };
        let answer = acme.owner.get(&format!("{list}?page[size]=3{query}")).await.expect(200);
        by_cursor.extend(answer.column("name"));
        after = answer.body["meta"]["pagination"]["next-after"]
            .as_str()
            .map(str::to_owned);
    }
    assert_eq!(by_cursor, all);
    let mut backwards = acme
        .owner
        .get(&format!("{list}?sort=-name"))
        .await
        .expect(200)
        .column("name");
    backwards.reverse();
    assert_eq!(backwards, all);
}

#[tokio::test]
async fn what_is_asked_for_twice_happens_once() {
    let acme = Acme::new().await;
    let project = document("projects", json!({"name": "web"}));
    let projects = "/api/v2/organizations/acme/projects";
    let id = acme.owner.post(projects, project.clone()).await.expect(201).id();
    let taken = acme.owner.post(projects, project).await.expect(409);
    assert_eq!(taken.error().0, "already-exists");
    let path = format!("/api/v2/projects/{id}");
    acme.owner.delete(&path).await.expect(204);
    acme.owner.delete(&path).await.expect(404);
    let run = acme.start(json!({})).await;
    acme.act(&run, "discard").await.expect(409);
    acme.act(&run, "cancel").await.expect(202);
    acme.act(&run, "cancel").await.expect(409);
}
