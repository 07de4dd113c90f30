//! Variables and variable sets: secrets stay secret, and the strongest value counts.

use serde_json::{Value, json};
use slipway_api::runs::RunVariable;
use slipway_api::variables::{VariableCategory, VariableSettings};
use slipway_infra::variables::{resolve_for_run, service, store};
use slipway_infra::workspaces::Workspace;
use slipway_kernel::Ctx;

use crate::fixture::Site;
use crate::http::{StatusCode, document};

async fn set(site: &Site, ctx: &Ctx, name: &str, attributes: Value) -> String {
    let mut wanted = attributes;
    wanted["name"] = name.into();
    let (status, made) = site
        .call(ctx, "POST", "/organizations/acme/varsets", document("varsets", wanted))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["data"]["id"].as_str().unwrap().to_owned()
}

async fn put(site: &Site, ctx: &Ctx, set: &str, key: &str, value: &str) {
    let path = format!("/varsets/{set}/relationships/vars");
    let (status, made) = site
        .call(
            ctx,
            "POST",
            &path,
            document("vars", json!({"key": key, "value": value})),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
}

async fn assign(site: &Site, ctx: &Ctx, method: &str, set: &str, kind: &str, id: impl ToString) -> StatusCode {
    let body = json!({"data": [{"type": kind, "id": id.to_string()}]});
    site.call(ctx, method, &format!("/varsets/{set}/relationships/{kind}"), Some(body))
        .await
        .0
}

#[tokio::test]
async fn a_secret_goes_to_the_run_and_nowhere_else() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("write")).await;
    let path = format!("/workspaces/{}/vars", workspace.id);
    let secret = json!({"key": "password", "value": "hunter2", "sensitive": true});
    let (status, made) = site.call(&ada, "POST", &path, document("vars", secret)).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = made["data"]["id"].as_str().unwrap();
    let mut shown = vec![made.to_string()];
    for path in [
        path.clone(),
        format!("/workspaces/{}/effective-variables", workspace.id),
    ] {
        shown.push(site.call(&ada, "GET", &path, None).await.1.to_string());
    }
    let change = document("vars", json!({"description": "of the database"}));
    shown.push(
        site.call(&ada, "PATCH", &format!("{path}/{id}"), change)
            .await
            .1
            .to_string(),
    );
    shown.push(site.everything_recorded().await);
    let rows = store::of_owners(site.kernel.db.reader(), &[workspace.id.to_string()])
        .await
        .unwrap();
    shown.push(format!("{rows:?}"));
    assert!(rows[0].value.is_none());
    assert!(
        !rows[0]
            .sealed
            .as_ref()
            .unwrap()
            .windows(7)
            .any(|bytes| bytes == b"hunter2")
    );
    assert!(
        shown
            .iter()
            .all(|text| text.contains("password") || text.contains("variable.")),
        "{shown:?}"
    );
    assert!(!shown.iter().any(|text| text.contains("hunter2")));

    let values = resolve_for_run(&site.system(), &workspace, None, &[]).await.unwrap();
    assert_eq!((values[0].value.as_str(), values[0].sensitive), ("hunter2", true));
    let readable = document("vars", json!({"sensitive": false}));
    let (status, _) = site.call(&ada, "PATCH", &format!("{path}/{id}"), readable).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sealed_value_that_is_moved_to_another_variable_does_not_open() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let secret = |key: &str, value: &str| VariableSettings {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
        sensitive: Some(true),
        ..VariableSettings::default()
    };
    let ctx = site.system();
    service::create(&ctx, workspace.id, secret("one", "a")).await.unwrap();
    let two = service::create(&ctx, workspace.id, secret("two", "b")).await.unwrap();
    let rows = store::of_owners(site.kernel.db.reader(), &[workspace.id.to_string()])
        .await
        .unwrap();
    let mut moved = two.clone();
    moved.sealed = rows[0].sealed.clone();
    moved.version += 1;
    let tx = ctx.begin().await.unwrap();
    assert!(store::update(&tx, &moved).await.unwrap());
    tx.commit().await.unwrap();
    assert!(resolve_for_run(&ctx, &workspace, None, &[]).await.is_err());
}

#[tokio::test]
async fn names_are_unique_within_their_category() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let create = async |key: &str, category| {
        let wanted = VariableSettings {
            key: Some(key.to_owned()),
            category: Some(category),
            ..VariableSettings::default()
        };
        service::create(&site.system(), workspace.id, wanted)
            .await
            .map(drop)
            .map_err(|error| error.code())
    };
    create("region", VariableCategory::Terraform).await.unwrap();
    create("region", VariableCategory::Env).await.unwrap();
    assert_eq!(
        create("region", VariableCategory::Env).await.unwrap_err(),
        slipway_api::Code::AlreadyExists
    );
}

#[tokio::test]
async fn a_reader_sees_values_but_changes_none() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let reader = site.user("rob", Some("read")).await;
    let path = format!("/workspaces/{}/vars", workspace.id);
    assert_eq!(site.call(&reader, "GET", &path, None).await.0, StatusCode::OK);
    let wanted = document("vars", json!({"key": "a", "value": "b"}));
    assert_eq!(site.call(&reader, "POST", &path, wanted).await.0, StatusCode::FORBIDDEN);
}

async fn effective(site: &Site, workspace: &Workspace) -> Vec<(String, String, String, usize)> {
    let path = format!("/workspaces/{}/effective-variables", workspace.id);
    let (status, list) = site.call(&site.system(), "GET", &path, None).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |row: &Value| {
        let attributes = &row["attributes"];
        let hidden = attributes["overridden"].as_array().unwrap().len();
        assert!(!text(&attributes["origin"]["why"]).is_empty());
        (
            text(&attributes["key"]),
            text(&attributes["value"]),
            text(&attributes["origin"]["kind"]),
            hidden,
        )
    };
    list["data"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn the_strongest_value_counts_and_says_what_it_hides() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("admin")).await;
    let workspace = site.workspace("shop").await;
    let row =
        |value: &str, kind: &str, hidden: usize| vec![("region".to_owned(), value.to_owned(), kind.to_owned(), hidden)];

    let global = set(&site, &ada, "everywhere", json!({"global": true})).await;
    put(&site, &ada, &global, "region", "global").await;
    assert_eq!(effective(&site, &workspace).await, row("global", "global-set", 0));

    let project = set(&site, &ada, "project", json!({})).await;
    put(&site, &ada, &project, "region", "project").await;
    assert_eq!(
        effective(&site, &workspace).await,
        row("global", "global-set", 0),
        "not assigned yet"
    );
    assert_eq!(
        assign(&site, &ada, "POST", &project, "projects", workspace.project_id).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(effective(&site, &workspace).await, row("project", "project-set", 1));

    let tagged = set(
        &site,
        &ada,
        "tagged",
        json!({"tags": [{"key": "env", "value": "prod"}]}),
    )
    .await;
    put(&site, &ada, &tagged, "region", "tag").await;
    let tags = document("workspaces", json!({"tags": [{"key": "env", "value": "prod"}]}));
    site.call(&ada, "PATCH", &format!("/workspaces/{}", workspace.id), tags)
        .await;
    assert_eq!(effective(&site, &workspace).await, row("tag", "tag-set", 2));

    for name in ["b-set", "a-set"] {
        let id = set(&site, &ada, name, json!({})).await;
        put(&site, &ada, &id, "region", name).await;
        assign(&site, &ada, "POST", &id, "workspaces", workspace.id).await;
    }
    assert_eq!(effective(&site, &workspace).await, row("a-set", "workspace-set", 4));

    let own = document("vars", json!({"key": "region", "value": "own"}));
    site.call(&ada, "POST", &format!("/workspaces/{}/vars", workspace.id), own)
        .await;
    assert_eq!(effective(&site, &workspace).await, row("own", "workspace", 5));

    let given = [RunVariable {
        key: "region".to_owned(),
        value: "\"run\"".to_owned(),
    }];
    let values = resolve_for_run(&ada, &site.now(workspace.id).await, None, &given)
        .await
        .unwrap();
    assert_eq!(
        (values.len(), values[0].value.as_str(), values[0].hcl),
        (1, "\"run\"", true)
    );

    let priority = document("varsets", json!({"priority": true}));
    site.call(&ada, "PATCH", &format!("/varsets/{global}"), priority).await;
    assert_eq!(effective(&site, &workspace).await, row("global", "priority-set", 5));
    let values = resolve_for_run(&ada, &site.now(workspace.id).await, None, &given)
        .await
        .unwrap();
    assert_eq!(values[0].value, "global");
}

#[tokio::test]
async fn assignments_are_shown_taken_back_and_known_to_the_directory() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("admin")).await;
    let workspace = site.workspace("shop").await;
    let shared = set(&site, &ada, "shared", json!({})).await;
    for _ in 0..2 {
        assert_eq!(
            assign(&site, &ada, "POST", &shared, "workspaces", workspace.id).await,
            StatusCode::NO_CONTENT
        );
    }
    let (_, shown) = site.call(&ada, "GET", &format!("/varsets/{shared}"), None).await;
    assert_eq!(
        shown["data"]["relationships"]["workspaces"]["data"][0]["id"],
        workspace.id.to_string()
    );
    let dependents = async || {
        slipway_kernel::directory::store::dependents(site.kernel.db.reader(), &shared, "variables")
            .await
            .unwrap()
    };
    assert_eq!(dependents().await, [workspace.id.to_string()]);
    assign(&site, &ada, "DELETE", &shared, "workspaces", workspace.id).await;
    assert_eq!(dependents().await, [""; 0]);
    assert_eq!(
        site.actions(&shared).await,
        [
            "variable-set.assigned",
            "variable-set.created",
            "variable-set.unassigned"
        ]
    );
}

#[tokio::test]
async fn a_set_is_not_assigned_to_what_one_may_not_see() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("admin")).await;
    let shared = set(&site, &ada, "shared", json!({})).await;
    let system = site.system();
    let elsewhere = slipway_identity::organizations::service::create(
        &system,
        slipway_api::organizations::NewOrganization {
            name: "other".parse().unwrap(),
            email: None,
        },
    );
    let elsewhere = elsewhere.await.unwrap();
    let named = crate::fixture::named("foreign");
    let relations = slipway_infra::workspaces::service::Relations::default();
    let foreign = slipway_infra::workspaces::service::create(&system, &elsewhere, relations, &named)
        .await
        .unwrap();
    for ctx in [&ada, &site.system()] {
        let status = assign(&site, ctx, "POST", &shared, "workspaces", foreign.id).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn deleting_a_set_or_a_workspace_leaves_nothing_behind() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("admin")).await;
    let workspace = site.workspace("shop").await;
    let shared = set(&site, &ada, "shared", json!({})).await;
    put(&site, &ada, &shared, "region", "eu").await;
    assign(&site, &ada, "POST", &shared, "workspaces", workspace.id).await;
    let own = document("vars", json!({"key": "a", "value": "b"}));
    site.call(&ada, "POST", &format!("/workspaces/{}/vars", workspace.id), own)
        .await;
    let (status, _) = site
        .call(&ada, "DELETE", &format!("/workspaces/{}", workspace.id), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, shown) = site.call(&ada, "GET", &format!("/varsets/{shared}"), None).await;
    assert_eq!(shown["data"]["relationships"]["workspaces"]["data"], json!([]));
    assert_eq!(shown["data"]["attributes"]["var-count"], 1);
    assert_eq!(
        site.call(&ada, "DELETE", &format!("/varsets/{shared}"), None).await.0,
        StatusCode::NO_CONTENT
    );
    let left = store::of_owners(site.kernel.db.reader(), &[shared, workspace.id.to_string()])
        .await
        .unwrap();
    assert!(left.is_empty());
}
