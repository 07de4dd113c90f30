//! The `http` backend's protocol, as OpenTofu speaks it.

use serde_json::{Value, json};
use slipway_kernel::Ctx;

use crate::fixture::{Site, state};
use crate::http::StatusCode;

fn lock(id: &str, who: &str) -> Value {
    json!({"ID": id, "Operation": "OperationTypeApply", "Info": "", "Who": who, "Version": "1.12.6",
        "Created": "2025-11-20T23:06:40.042Z", "Path": ""})
}

async fn call(site: &Site, ctx: &Ctx, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let body = if body.is_null() { None } else { Some(body) };
    site.call(ctx, method, path, body).await
}

#[tokio::test]
async fn a_client_locks_reads_writes_and_unlocks() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("write")).await;
    for (number, (take, give, lock_path)) in [
        ("POST", "DELETE", "/lock"),
        ("LOCK", "UNLOCK", "/lock"),
        ("LOCK", "UNLOCK", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let workspace = site.workspace(&format!("shop{number}")).await;
        let path = format!("/workspaces/{}/state", workspace.id);
        let lock_path = format!("{path}{lock_path}");
        assert_eq!(site.send(&ada, "GET", &path, "").await.0, StatusCode::NO_CONTENT);
        assert_eq!(
            call(&site, &ada, take, &lock_path, lock("one", "ada@laptop")).await.0,
            StatusCode::OK,
            "{take}"
        );
        assert_eq!(
            call(&site, &ada, take, &lock_path, lock("one", "ada@laptop")).await.0,
            StatusCode::OK,
            "an answer that was lost is asked for again"
        );
        let bytes = state(1, "line", 1);
        assert_eq!(
            site.send(&ada, "POST", &format!("{path}?ID=two"), bytes.clone())
                .await
                .0,
            StatusCode::CONFLICT
        );
        assert_eq!(
            site.send(&ada, "POST", &path, bytes.clone()).await.0,
            StatusCode::CONFLICT
        );
        assert_eq!(
            site.send(&ada, "POST", &format!("{path}?ID=one"), bytes.clone())
                .await
                .0,
            StatusCode::OK
        );
        assert_eq!(site.send(&ada, "GET", &path, "").await.1, bytes);
        assert_eq!(
            call(&site, &ada, give, &lock_path, lock("one", "ada@laptop")).await.0,
            StatusCode::OK
        );
        assert!(!site.now(workspace.id).await.is_locked());
        let next = site
            .send(&ada, "POST", &format!("{path}?ID=one"), state(2, "line", 1))
            .await
            .0;
        assert_eq!(next, StatusCode::CONFLICT, "a lock that is gone opens nothing");
    }
}

#[tokio::test]
async fn a_refused_client_is_told_the_holders_lock() {
    let site = Site::new().await;
    let (ada, bob) = (
        site.user("ada", Some("write")).await,
        site.user("bob", Some("write")).await,
    );
    let workspace = site.workspace("shop").await;
    let path = format!("/workspaces/{}/state/lock", workspace.id);
    call(&site, &ada, "LOCK", &path, lock("one", "ada@laptop")).await;
    let (status, holder) = call(&site, &bob, "LOCK", &path, lock("two", "bob@desk")).await;
    assert_eq!(status, StatusCode::LOCKED);
    assert_eq!(
        (holder["ID"].clone(), holder["Who"].clone()),
        ("one".into(), "ada@laptop".into())
    );
    assert_eq!(holder["Created"], "2025-11-20T23:06:40.042Z");
    let (status, holder) = call(&site, &bob, "UNLOCK", &path, lock("two", "bob@desk")).await;
    assert_eq!((status, holder["ID"].clone()), (StatusCode::LOCKED, "one".into()));
    let (status, _) = call(&site, &bob, "LOCK", &path, lock("one", "bob@desk")).await;
    assert_eq!(status, StatusCode::LOCKED, "another's lock is not shared by its id");
}

#[tokio::test]
async fn a_lock_by_hand_is_told_in_the_engines_words() {
    let site = Site::new().await;
    let (ada, bob) = (
        site.user("ada", Some("write")).await,
        site.user("bob", Some("write")).await,
    );
    let workspace = site.workspace("shop").await;
    slipway_infra::workspaces::service::lock(&ada, workspace.id, "holiday")
        .await
        .unwrap();
    let path = format!("/workspaces/{}/state/lock", workspace.id);
    let (status, holder) = call(&site, &bob, "POST", &path, lock("two", "bob@desk")).await;
    assert_eq!(status, StatusCode::LOCKED);
    assert_eq!(
        (holder["Who"].clone(), holder["Info"].clone()),
        ("ada".into(), "holiday".into())
    );
}

#[tokio::test]
async fn force_unlock_of_the_engine_needs_its_permission() {
    let site = Site::new().await;
    let (writer, lead) = (
        site.user("ada", Some("write")).await,
        site.user("lead", Some("admin")).await,
    );
    let workspace = site.workspace("shop").await;
    let path = format!("/workspaces/{}/state/lock", workspace.id);
    call(&site, &writer, "LOCK", &path, lock("one", "ada@laptop")).await;
    assert_eq!(
        call(&site, &writer, "UNLOCK", &path, Value::Null).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(call(&site, &lead, "UNLOCK", &path, Value::Null).await.0, StatusCode::OK);
    assert!(!site.now(workspace.id).await.is_locked());
}

#[tokio::test]
async fn a_deleted_state_leaves_its_versions() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("write")).await;
    let workspace = site.workspace("shop").await;
    let path = format!("/workspaces/{}/state", workspace.id);
    site.send(&ada, "POST", &path, state(3, "line", 2)).await;
    assert_eq!(site.send(&ada, "DELETE", &path, "").await.0, StatusCode::OK);
    assert_eq!(site.send(&ada, "GET", &path, "").await.0, StatusCode::NO_CONTENT);
    assert_eq!(site.now(workspace.id).await.resource_count, 0);
    let (_, list) = site
        .call(
            &ada,
            "GET",
            &format!("/workspaces/{}/state-versions", workspace.id),
            None,
        )
        .await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        site.send(&ada, "POST", &path, state(1, "another", 1)).await.0,
        StatusCode::OK,
        "a new history begins"
    );
}

#[tokio::test]
async fn other_methods_and_people_are_refused() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let (reader, stranger) = (site.user("rob", Some("read")).await, site.user("eve", None).await);
    let path = format!("/workspaces/{}/state", workspace.id);
    assert_eq!(
        site.send(&reader, "PROPFIND", &path, "").await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        site.send(&reader, "POST", &path, state(1, "line", 1)).await.0,
        StatusCode::FORBIDDEN
    );
    for method in ["GET", "POST", "DELETE", "LOCK", "UNLOCK"] {
        let (status, _) = call(&site, &stranger, method, &path, lock("one", "eve")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method}");
    }
    let (status, _) = call(&site, &reader, "LOCK", &path, lock("one", "rob")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
