//! Workspaces: settings, lists, locks, deletion, and who may do what.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::workspaces::{Tag, WorkspaceSettings};
use slipway_infra::permissions::WORKSPACE_READ;
use slipway_infra::workspaces::service::{self, Relations};
use slipway_infra::workspaces::store;
use slipway_kernel::directory;
use slipway_kernel::grants::Visibility;

use crate::fixture::{Site, named};
use crate::http::{StatusCode, document};

#[tokio::test]
async fn a_workspace_is_made_found_changed_and_deleted() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("admin")).await;
    let wanted = json!({"name": "shop", "terraform-version": "~> 1.12", "tags": [{"key": "env", "value": "prod"}]});
    let (status, made) = site
        .call(
            &ada,
            "POST",
            "/organizations/acme/workspaces",
            document("workspaces", wanted.clone()),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made["data"]["relationships"]["organization"]["data"]["id"], "acme");
    assert!(
        made["data"]["relationships"]["project"]["data"]["id"]
            .as_str()
            .unwrap()
            .starts_with("prj-")
    );
    assert_eq!(made["data"]["attributes"]["permissions"]["can-destroy"], true);

    let (_, by_id) = site.call(&ada, "GET", &format!("/workspaces/{id}"), None).await;
    let (_, by_name) = site
        .call(&ada, "GET", "/organizations/acme/workspaces/shop", None)
        .await;
    assert_eq!(by_id, by_name);
    assert_eq!(by_id, made);

    let (status, _) = site
        .call(
            &ada,
            "POST",
            "/organizations/acme/workspaces",
            document("workspaces", wanted),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT);

    let change = document(
        "workspaces",
        json!({"auto-apply": true, "name": "shop-2", "description": "x"}),
    );
    let (status, changed) = site.call(&ada, "PATCH", &format!("/workspaces/{id}"), change).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(changed["data"]["attributes"]["auto-apply"], true);
    assert_eq!(changed["data"]["attributes"]["terraform-version"], "~> 1.12");

    let (status, _) = site
        .call(&ada, "DELETE", "/organizations/acme/workspaces/shop-2", None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        site.call(&ada, "GET", &format!("/workspaces/{id}"), None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.actions(&id).await,
        ["workspace.created", "workspace.deleted", "workspace.updated"]
    );
}

#[tokio::test]
async fn the_directory_follows_the_workspace() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let wanted = WorkspaceSettings {
        name: Some("store".parse().unwrap()),
        tags: Some(vec![Tag {
            key: "team".to_owned(),
            value: Some("a".to_owned()),
        }]),
        ..WorkspaceSettings::default()
    };
    service::update(
        &site.system(),
        &site.organization,
        workspace.clone(),
        Relations::default(),
        &wanted,
    )
    .await
    .unwrap();
    let found = async |text: &str| {
        let search = directory::store::Search {
            organization: site.organization.id,
            kinds: &[("workspace", Visibility::All)],
            text,
            limit: 10,
        };
        directory::store::search(site.kernel.db.reader(), &search)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(
        (found("shop").await, found("store").await, found("team=a").await),
        (0, 1, 1)
    );
    let seen = site.now(workspace.id).await;
    service::delete(&site.system(), &seen, false).await.unwrap();
    assert_eq!(found("store").await, 0);
}

#[tokio::test]
async fn two_people_who_change_the_same_thing_do_not_overwrite_each_other() {
    let site = Site::new().await;
    let seen = site.workspace("shop").await;
    let change = |description: &str| WorkspaceSettings {
        description: Some(Some(description.to_owned())),
        ..WorkspaceSettings::default()
    };
    let update = async |text: &str| {
        service::update(
            &site.system(),
            &site.organization,
            seen.clone(),
            Relations::default(),
            &change(text),
        )
        .await
    };
    update("first").await.unwrap();
    assert_eq!(update("second").await.unwrap_err().code(), Code::PreconditionFailed);
    assert_eq!(site.now(seen.id).await.description.as_deref(), Some("first"));
}

async fn names(site: &Site, query: &str) -> Vec<String> {
    let (status, list) = site
        .call(
            &site.system(),
            "GET",
            &format!("/organizations/acme/workspaces{query}"),
            None,
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{query}: {list}");
    let name = |row: &Value| row["attributes"]["name"].as_str().unwrap().to_owned();
    list["data"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_walked() {
    let site = Site::new().await;
    for name in ["beta", "alpha", "gamma_x", "Delta"] {
        site.workspace(name).await;
    }
    let tagged = WorkspaceSettings {
        tags: Some(vec![
            Tag {
                key: "env".to_owned(),
                value: Some("prod".to_owned()),
            },
            Tag {
                key: "core".to_owned(),
                value: None,
            },
        ]),
        ..named("epsilon")
    };
    service::create(&site.system(), &site.organization, Relations::default(), &tagged)
        .await
        .unwrap();
    assert_eq!(names(&site, "?search[name]=ET").await, ["beta"]);
    assert_eq!(names(&site, "?search[name]=delta").await, ["Delta"]);
    assert_eq!(
        names(&site, "?search[name]=_").await,
        ["gamma_x"],
        "an underscore is no wildcard"
    );
    assert_eq!(names(&site, "?search[tags]=env,core").await, ["epsilon"]);
    assert_eq!(names(&site, "?search[tags]=en").await, [""; 0], "tags are whole keys");
    assert_eq!(
        names(&site, "?sort=created-at").await,
        ["beta", "alpha", "gamma_x", "Delta", "epsilon"]
    );
    for sort in [
        "name",
        "-name",
        "created-at",
        "-created-at",
        "latest-change-at",
        "-latest-change-at",
    ] {
        let all = names(&site, &format!("?sort={sort}")).await;
        let mut walked = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/organizations/acme/workspaces?sort={sort}&page[size]=2{after}");
            let (_, list) = site.call(&site.system(), "GET", &path, None).await;
            walked.extend(
                list["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["attributes"]["name"].clone()),
            );
            assert_eq!(list["meta"]["pagination"]["total-count"], 5);
            match list["meta"]["pagination"]["next-after"].as_str() {
                Some(cursor) => after = format!("&page[after]={cursor}"),
                None => break,
            }
        }
        assert_eq!(walked, all, "{sort}");
    }
}

#[tokio::test]
async fn what_one_may_not_see_is_missing_everywhere() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let stranger = site.user("eve", None).await;
    let reader = site.user("rob", Some("read")).await;
    let path = format!("/workspaces/{}", workspace.id);
    assert_eq!(site.call(&stranger, "GET", &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        site.call(&stranger, "DELETE", &path, None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.call(&stranger, "GET", "/organizations/acme/workspaces", None)
            .await
            .0,
        StatusCode::NOT_FOUND
    );
    let (status, shown) = site.call(&reader, "GET", &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown["data"]["attributes"]["permissions"]["can-update"], false);
    assert_eq!(site.call(&reader, "DELETE", &path, None).await.0, StatusCode::FORBIDDEN);
    let wanted = document("workspaces", json!({"name": "mine"}));
    assert_eq!(
        site.call(&reader, "POST", "/organizations/acme/workspaces", wanted)
            .await
            .0,
        StatusCode::FORBIDDEN
    );
    let missing = service::load(&stranger, workspace.id, WORKSPACE_READ)
        .await
        .unwrap_err();
    let other: slipway_api::ids::WorkspaceId = "ws-0000000000000000".parse().unwrap();
    let absent = service::load(&stranger, other, WORKSPACE_READ).await.unwrap_err();
    assert_eq!(
        missing.detail().replace(&workspace.id.to_string(), "X"),
        absent.detail().replace(&other.to_string(), "X")
    );
}

#[tokio::test]
async fn a_lock_is_held_against_everybody_else() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let (ada, bob) = (
        site.user("ada", Some("write")).await,
        site.user("bob", Some("write")).await,
    );
    let lead = site.user("lead", Some("admin")).await;
    service::lock(&ada, workspace.id, "migration").await.unwrap();
    let refused = service::lock(&bob, workspace.id, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::WorkspaceLocked);
    assert!(
        refused.detail().contains("ada locked it") && refused.detail().contains("migration"),
        "{}",
        refused.detail()
    );
    assert_eq!(
        service::unlock(&bob, workspace.id).await.unwrap_err().code(),
        Code::WorkspaceLocked
    );
    assert_eq!(
        service::force_unlock(&bob, workspace.id).await.unwrap_err().code(),
        Code::Forbidden
    );
    let (_, shown) = site
        .call(&bob, "GET", &format!("/workspaces/{}", workspace.id), None)
        .await;
    assert_eq!(shown["data"]["attributes"]["locked-by"], "ada");
    assert_eq!(shown["data"]["attributes"]["lock-reason"], "migration");
    service::force_unlock(&lead, workspace.id).await.unwrap();
    assert_eq!(
        site.actions(workspace.id).await,
        ["workspace.created", "workspace.force-unlocked", "workspace.locked"]
    );
}

#[tokio::test]
async fn a_lock_and_its_release_do_not_make_open_forms_stale() {
    let site = Site::new().await;
    let seen = site.workspace("shop").await;
    service::lock(&site.system(), seen.id, "").await.unwrap();
    let wanted = WorkspaceSettings {
        auto_apply: Some(true),
        ..WorkspaceSettings::default()
    };
    service::update(
        &site.system(),
        &site.organization,
        seen.clone(),
        Relations::default(),
        &wanted,
    )
    .await
    .unwrap();
    let now = site.now(seen.id).await;
    assert!(now.auto_apply && now.is_locked());
}

#[tokio::test]
async fn of_many_who_lock_at_once_one_succeeds() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(site.user(&format!("user{number}"), Some("write")).await);
    }
    let attempts = people.iter().map(|person| service::lock(person, workspace.id, ""));
    let outcomes = futures::future::join_all(attempts).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
            .all(|error| error.code() == Code::WorkspaceLocked)
    );
}

#[tokio::test]
async fn a_page_of_a_hundred_rows_is_complete() {
    let site = Site::new().await;
    for number in 0..120 {
        site.workspace(&format!("ws{number:03}")).await;
    }
    assert_eq!(names(&site, "?page[size]=100").await.len(), 100);
    assert_eq!(names(&site, "?page[size]=100&page[number]=2").await.len(), 20);
    let count = store::count_using_pool(site.kernel.db.reader(), "apool-0000000000000000".parse().unwrap()).await;
    assert_eq!(count.unwrap(), 0);
}
