//! States: who may write which, what is kept, what is shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::RunId;
use slipway_infra::states::examine::md5_hex;
use slipway_infra::states::{Source, service, store};
use slipway_infra::workspaces::{self, Workspace};
use slipway_kernel::Ctx;

use crate::fixture::{Site, page, state};
use crate::http::{StatusCode, document};

fn upload_body(bytes: &[u8], serial: u64) -> Option<Value> {
    let attributes = json!({"serial": serial, "md5": md5_hex(bytes), "state": STANDARD.encode(bytes)});
    document("state-versions", attributes)
}

async fn upload(site: &Site, ctx: &Ctx, workspace: &Workspace, bytes: &[u8], serial: u64) -> (StatusCode, Value) {
    let path = format!("/workspaces/{}/state-versions", workspace.id);
    site.call(ctx, "POST", &path, upload_body(bytes, serial)).await
}

async fn accept(site: &Site, workspace: &Workspace, bytes: Vec<u8>) -> Result<u64, Code> {
    site.kernel.clock.advance(std::time::Duration::from_millis(1));
    let source = Source::User { force: false };
    let accepted = service::accept(&site.system(), workspace, bytes.into(), source).await;
    accepted.map(|version| version.serial()).map_err(|error| error.code())
}

/// Gives the workspace to a run, as the run's slice does.
async fn hold(site: &Site, workspace: &Workspace, run: RunId) {
    let ctx = site.system();
    let tx = ctx.begin().await.unwrap();
    let mut held = workspaces::store::hold(&tx, workspace.id).await.unwrap();
    held.lock_for_run(run, ctx.now()).unwrap();
    workspaces::store::update(&tx, &mut held).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_state_is_uploaded_read_and_described() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("write")).await;
    let bytes = state(1, "line", 2);
    let (status, made) = upload(&site, &ada, &workspace, &bytes, 1).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["data"]["attributes"]["resource-count"], 2);
    assert_eq!(
        made["data"]["attributes"]["resources"][0]["address"],
        "null_resource.thing"
    );
    let id = made["data"]["id"].as_str().unwrap();
    let (_, current) = site
        .call(
            &ada,
            "GET",
            &format!("/workspaces/{}/current-state-version?include=outputs", workspace.id),
            None,
        )
        .await;
    assert_eq!(current["data"]["id"], id);
    assert_eq!(current["included"][1]["attributes"]["value"], "eu");
    let (_, downloaded) = site
        .send(&ada, "GET", &format!("/state-versions/{id}/download"), "")
        .await;
    assert_eq!(downloaded, bytes);
    let (_, form) = site
        .call(&ada, "GET", &format!("/state-versions/{id}/json"), None)
        .await;
    assert_eq!(form["values"]["outputs"]["region"]["value"], "eu");
    let query = "filter[organization][name]=acme&filter[workspace][name]=shop";
    let (_, list) = site.call(&ada, "GET", &format!("/state-versions?{query}"), None).await;
    assert_eq!(list["data"][0]["id"], id);
    let shown = site.now(workspace.id).await;
    assert_eq!(
        (
            shown.resource_count,
            shown.current_state_version_id.unwrap().to_string()
        ),
        (2, id.to_owned())
    );
    assert_eq!(
        site.actions(id).await,
        [
            "state-version.created",
            "state-version.downloaded",
            "state-version.downloaded",
            "state-version.downloaded"
        ],
        "every reading of secrets is recorded"
    );
}

#[tokio::test]
async fn secrets_in_outputs_are_for_those_who_may_read_states() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    accept(&site, &workspace, state(1, "line", 1)).await.unwrap();
    let id = site.now(workspace.id).await.current_state_version_id.unwrap();
    let rows = store::outputs(site.kernel.db.reader(), id).await.unwrap();
    assert!(rows[0].sensitive && rows[0].value.is_none());
    assert!(
        !rows[0]
            .sealed
            .as_ref()
            .unwrap()
            .windows(7)
            .any(|bytes| bytes == b"hunter2")
    );
    let ada = site.user("ada", Some("read")).await;
    let path = format!("/workspaces/{}/current-state-version-outputs", workspace.id);
    let hidden = format!("{path}?filter[sensitive]=hidden");
    let (_, outputs) = site.call(&ada, "GET", &hidden, None).await;
    assert_eq!(outputs["data"][0]["attributes"]["sensitive"], true);
    assert_eq!(outputs["data"][0]["attributes"]["value"], serde_json::Value::Null);
    let reading = "state-version.downloaded";
    assert!(
        !site.everything_recorded().await.contains(reading),
        "what stays hidden was not read"
    );
    let (_, outputs) = site.call(&ada, "GET", &path, None).await;
    assert_eq!(outputs["data"][0]["attributes"]["value"], "hunter2");
    assert!(site.everything_recorded().await.contains(reading));
    let stranger = site.user("eve", None).await;
    assert_eq!(site.call(&stranger, "GET", &path, None).await.0, StatusCode::NOT_FOUND);
    assert!(!site.everything_recorded().await.contains("hunter2"));
}

#[tokio::test]
async fn the_swap_looks_at_serial_and_lineage() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    assert_eq!(accept(&site, &workspace, state(5, "line", 1)).await, Ok(5));
    assert_eq!(
        accept(&site, &workspace, state(5, "line", 1)).await,
        Ok(5),
        "the same again is a success"
    );
    assert_eq!(
        accept(&site, &workspace, state(5, "line", 2)).await,
        Err(Code::StateConflict)
    );
    assert_eq!(
        accept(&site, &workspace, state(4, "line", 1)).await,
        Err(Code::StateConflict)
    );
    assert_eq!(
        accept(&site, &workspace, state(6, "other", 1)).await,
        Err(Code::StateConflict)
    );
    assert_eq!(
        accept(&site, &workspace, b"PK\x03\x04".to_vec()).await,
        Err(Code::Invalid)
    );
    // Decided on what is true now, not on the row that the caller read long ago.
    assert_eq!(accept(&site, &workspace, state(6, "line", 1)).await, Ok(6));
    let listed = service::list(&site.system(), &site.now(workspace.id).await, &page())
        .await
        .unwrap();
    assert_eq!(
        listed.rows.iter().map(|version| version.serial()).collect::<Vec<_>>(),
        [6, 5]
    );
}

#[tokio::test]
async fn of_two_that_write_at_once_one_wins_and_the_other_is_told() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    accept(&site, &workspace, state(1, "line", 1)).await.unwrap();
    let workspace = site.now(workspace.id).await;
    let ctx = site.system();
    let write = |count: usize| {
        service::accept(
            &ctx,
            &workspace,
            state(2, "line", count).into(),
            Source::User { force: false },
        )
    };
    let (one, two, three) = tokio::join!(write(1), write(2), write(3));
    let outcomes = [one, two, three];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
            .all(|error| error.code() == Code::StateConflict)
    );
    let listed = service::list(&ctx, &site.now(workspace.id).await, &page())
        .await
        .unwrap();
    assert_eq!(listed.rows.len(), 2);
}

#[tokio::test]
async fn bodies_that_contradict_themselves_are_refused_with_the_field() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let bytes = state(1, "line", 1);
    let good = || serde_json::from_value(upload_body(&bytes, 1).unwrap()["data"]["attributes"].clone()).unwrap();
    let mut cases: Vec<(slipway_api::states::NewStateVersion, &str)> = vec![
        (good(), "serial"),
        (good(), "md5"),
        (good(), "lineage"),
        (good(), "state"),
    ];
    cases[0].0.serial = 2;
    cases[1].0.md5 = "0".repeat(32);
    cases[2].0.lineage = Some("other".to_owned());
    cases[3].0.state = "***".to_owned();
    for (body, field) in cases {
        let error = service::upload(&site.system(), workspace.id, body).await.unwrap_err();
        let pointer = error.fields()[0].source.pointer.clone().unwrap();
        assert_eq!(pointer, format!("/data/attributes/{field}"));
    }
}

#[tokio::test]
async fn a_state_over_the_limit_is_refused_but_never_a_runs() {
    let site = Site::with(|settings| settings.limits.state_bytes = 400).await;
    let workspace = site.workspace("shop").await;
    let large = state(1, "line", 20);
    assert_eq!(accept(&site, &workspace, large.clone()).await, Err(Code::TooLarge));
    let path = format!("/workspaces/{}/state", workspace.id);
    assert_eq!(
        site.send(&site.system(), "POST", &path, large.clone()).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let run: RunId = site.system().new_id().unwrap();
    hold(&site, &workspace, run).await;
    let held = site.now(workspace.id).await;
    service::accept_from_run(&site.system(), &held, run, large.into())
        .await
        .unwrap();
    assert_eq!(site.now(workspace.id).await.resource_count, 20);
}

#[tokio::test]
async fn a_run_writes_while_it_holds_the_workspace_and_afterwards_leaves_evidence() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ctx = site.system();
    let run: RunId = ctx.new_id().unwrap();
    hold(&site, &workspace, run).await;
    let held = site.now(workspace.id).await;
    let first = service::accept_from_run(&ctx, &held, run, state(1, "line", 1).into())
        .await
        .unwrap();
    assert!(first.intermediate);
    service::accept_from_run(&ctx, &held, run, state(2, "line", 2).into())
        .await
        .unwrap();
    let again = service::accept_from_run(&ctx, &held, run, state(1, "line", 1).into())
        .await
        .unwrap();
    assert_eq!(
        again.id, first.id,
        "a state that came before is known, though a newer one is current"
    );
    assert_eq!(
        accept(&site, &held, state(3, "line", 1)).await,
        Err(Code::WorkspaceLocked),
        "nobody else writes"
    );

    let mut tx = ctx.begin().await.unwrap();
    let mut released = workspaces::store::hold(&tx, workspace.id).await.unwrap();
    released.release_run(run);
    workspaces::store::update(&tx, &mut released).await.unwrap();
    tx.wake(slipway_kernel::wakes::Topic::Queue);
    tx.commit().await.unwrap();
    for bytes in [state(3, "line", 3), b"\x00garbage".to_vec(), state(3, "line", 3)] {
        let error = service::accept_from_run(&ctx, &held, run, bytes.into())
            .await
            .unwrap_err();
        assert!(error.detail().contains("kept with the run"), "{}", error.detail());
    }
    assert_eq!(
        site.now(workspace.id).await.resource_count,
        2,
        "what came too late is not current"
    );
    let ada = site.user("ada", Some("read")).await;
    let (_, kept) = site
        .call(
            &ada,
            "GET",
            &format!("/workspaces/{}/kept-states?filter[run]={run}", workspace.id),
            None,
        )
        .await;
    assert_eq!(kept["data"].as_array().unwrap().len(), 2, "{kept}");
    let sizes: Vec<_> = kept["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["attributes"]["size"].as_u64().unwrap())
        .collect();
    let late = kept["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["attributes"]["size"] == *sizes.iter().max().unwrap());
    let path = format!(
        "/workspaces/{}/kept-states/{}/download",
        workspace.id,
        late.unwrap()["id"].as_str().unwrap()
    );
    assert_eq!(site.send(&ada, "GET", &path, "").await.1, state(3, "line", 3));
}

#[tokio::test]
async fn a_run_does_not_fill_the_store_with_what_nobody_takes() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ctx = site.system();
    let run: RunId = ctx.new_id().unwrap();
    let keep = |bytes: &'static [u8]| service::keep_as_evidence(&ctx, &workspace, run, "late", bytes.into());
    let kept = keep(b"one").await.unwrap();
    let huge = slipway_infra::states::model::evidence::Model {
        id: ctx.new_id().unwrap(),
        sha256: "of something huge".to_owned(),
        size_bytes: (16 << 30) - 6,
        ..kept.clone()
    };
    let tx = ctx.begin().await.unwrap();
    store::insert_evidence(&tx, &huge).await.unwrap();
    tx.commit().await.unwrap();
    keep(b"two").await.unwrap();
    let refused = keep(b"three").await.unwrap_err();
    assert_eq!(refused.code(), Code::TooLarge);
    assert!(refused.detail().contains("runner's disk"), "{}", refused.detail());
    assert_eq!(
        keep(b"one").await.unwrap().id,
        kept.id,
        "what is kept is a success again"
    );
    let other: RunId = ctx.new_id().unwrap();
    service::keep_as_evidence(&ctx, &workspace, other, "late", b"three"[..].into())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_settled_run_leaves_no_intermediate_state() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ctx = site.system();
    let run: RunId = ctx.new_id().unwrap();
    hold(&site, &workspace, run).await;
    let held = site.now(workspace.id).await;
    let version = service::accept_from_run(&ctx, &held, run, state(1, "line", 1).into())
        .await
        .unwrap();
    let tx = ctx.begin().await.unwrap();
    store::settle(&tx, run).await.unwrap();
    tx.commit().await.unwrap();
    assert!(
        !store::get(site.kernel.db.reader(), version.id)
            .await
            .unwrap()
            .intermediate
    );
}

#[tokio::test]
async fn going_back_makes_a_new_version() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("write")).await;
    for serial in 1..=3 {
        accept(
            &site,
            &workspace,
            state(serial, "line", usize::try_from(serial).unwrap()),
        )
        .await
        .unwrap();
        site.kernel.clock.advance(std::time::Duration::from_millis(1));
    }
    let versions = service::list(&ada, &workspace, &page()).await.unwrap().rows;
    let (oldest, current) = (versions[2].id, versions[0].id);
    let path = format!("/workspaces/{}/state-versions", workspace.id);
    let (status, made) = site
        .call(&ada, "POST", &format!("{path}/{oldest}/rollback"), None)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["data"]["attributes"]["serial"], 4);
    assert_eq!(made["data"]["attributes"]["lineage"], "line");
    assert_eq!(site.now(workspace.id).await.resource_count, 1);

    let tfe = json!({"data": {"type": "state-versions", "relationships":
        {"rollback-state-version": {"data": {"type": "state-versions", "id": current}}}}});
    let (status, made) = site.call(&ada, "PATCH", &path, Some(tfe)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(
        (
            made["data"]["attributes"]["serial"].clone(),
            site.now(workspace.id).await.resource_count
        ),
        (5.into(), 3)
    );

    let now = site.now(workspace.id).await.current_state_version_id.unwrap();
    assert_eq!(
        service::rollback(&ada, workspace.id, now).await.unwrap_err().code(),
        Code::Conflict
    );
    let other = site.workspace("other").await;
    assert_eq!(
        service::rollback(&ada, other.id, oldest).await.unwrap_err().code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn two_states_are_compared_without_showing_secrets() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    accept(&site, &workspace, state(1, "line", 1)).await.unwrap();
    site.kernel.clock.advance(std::time::Duration::from_millis(1));
    let changed = String::from_utf8(state(2, "line", 2))
        .unwrap()
        .replace("hunter2", "hunter3");
    accept(&site, &workspace, changed.into_bytes()).await.unwrap();
    let versions = service::list(&site.system(), &workspace, &page()).await.unwrap().rows;
    let path = format!("/state-versions/{}/diff?from={}", versions[0].id, versions[1].id);
    let (status, diff) = site.call(&site.system(), "GET", &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (
            diff["data"]["attributes"]["from-serial"].clone(),
            diff["data"]["attributes"]["to-serial"].clone()
        ),
        (1.into(), 2.into())
    );
    assert_eq!(
        diff["data"]["attributes"]["changes"][0]["address"],
        "null_resource.thing[1]"
    );
    assert!(!diff.to_string().contains("hunter"));
    let (_, before) = site
        .call(
            &site.system(),
            "GET",
            &format!("/state-versions/{}/diff", versions[0].id),
            None,
        )
        .await;
    assert_eq!(before, diff, "without from it is the version before");
}

#[tokio::test]
async fn a_workspace_with_resources_is_not_deleted_by_mistake() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    accept(&site, &workspace, state(1, "line", 2)).await.unwrap();
    let ada = site.user("ada", Some("admin")).await;
    let path = format!("/workspaces/{}", workspace.id);
    assert_eq!(site.call(&ada, "DELETE", &path, None).await.0, StatusCode::CONFLICT);
    assert_eq!(
        site.call(&ada, "DELETE", &format!("{path}?force=maybe"), None).await.0,
        StatusCode::BAD_REQUEST
    );
    let blob = store::get(
        site.kernel.db.reader(),
        site.now(workspace.id).await.current_state_version_id.unwrap(),
    )
    .await
    .unwrap();
    assert_eq!(
        site.call(&ada, "DELETE", &format!("{path}?force=true"), None).await.0,
        StatusCode::NO_CONTENT
    );
    site.kernel
        .clock
        .advance(std::time::Duration::from_secs(7 * 24 * 3_600));
    slipway_kernel::blobs::collect(&site.system(), std::time::Duration::from_secs(3_600))
        .await
        .unwrap();
    let exists = site
        .kernel
        .blobs
        .exists(&site.system(), site.organization.id, &blob.blob)
        .await
        .unwrap();
    assert!(!exists, "its bytes are let go");
}
