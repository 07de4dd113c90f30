//! Configuration versions: upload, refusal, repetition, retention.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::ids::ConfigurationVersionId;
use slipway_infra::configuration_versions::service;
use slipway_infra::workspaces::{self, Workspace};
use slipway_kernel::Ctx;

use crate::fixture::{Site, archive};
use crate::http::{StatusCode, document};

async fn create(site: &Site, ctx: &Ctx, workspace: &Workspace) -> (ConfigurationVersionId, Value) {
    let wanted = document("configuration-versions", json!({"auto-queue-runs": false}));
    let path = format!("/workspaces/{}/configuration-versions", workspace.id);
    let (status, made) = site.call(ctx, "POST", &path, wanted).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    (made["data"]["id"].as_str().unwrap().parse().unwrap(), made)
}

async fn upload(site: &Site, ctx: &Ctx, id: ConfigurationVersionId, bytes: Vec<u8>) -> StatusCode {
    site.send(ctx, "PUT", &format!("/configuration-versions/{id}/upload"), bytes)
        .await
        .0
}

async fn status(site: &Site, id: ConfigurationVersionId) -> Value {
    let (_, shown) = site
        .call(&site.system(), "GET", &format!("/configuration-versions/{id}"), None)
        .await;
    shown["data"]["attributes"].clone()
}

#[tokio::test]
async fn files_are_uploaded_once_and_stay_as_they_are() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("plan")).await;
    let (id, made) = create(&site, &ada, &workspace).await;
    let url = made["data"]["attributes"]["upload-url"].as_str().unwrap();
    assert_eq!(
        url,
        format!("http://127.0.0.1:8080/api/v2/configuration-versions/{id}/upload")
    );
    let files = archive(&[("main.tf", "output \"a\" { value = 1 }\n")]);
    assert_eq!(upload(&site, &ada, id, files.clone()).await, StatusCode::OK);
    assert_eq!(
        upload(&site, &ada, id, files.clone()).await,
        StatusCode::OK,
        "again is a success"
    );
    let other = archive(&[("main.tf", "")]);
    assert_eq!(upload(&site, &ada, id, other).await, StatusCode::CONFLICT);
    let shown = status(&site, id).await;
    assert_eq!(shown["status"], "uploaded");
    assert_eq!(shown["size-bytes"], files.len());
    assert!(shown["upload-url"].is_null());
    let (_, bytes) = site
        .send(&ada, "GET", &format!("/configuration-versions/{id}/download"), "")
        .await;
    assert_eq!(bytes, files);
    assert_eq!(
        site.actions(id).await,
        ["configuration-version.created", "configuration-version.uploaded"]
    );
}

#[tokio::test]
async fn a_hostile_archive_is_refused_with_the_entry_and_the_version_is_errored() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("plan")).await;
    for (files, part) in [
        (
            archive(&[("main.tf", ""), ("../../etc/cron.d/x", "evil")]),
            "../../etc/cron.d/x",
        ),
        (archive(&[("/etc/passwd", "evil")]), "/etc/passwd"),
        (b"not an archive".to_vec(), "not a complete tar.gz"),
        (archive(&[("main.tf", "x")])[..40].to_vec(), "not a complete tar.gz"),
    ] {
        let (id, _) = create(&site, &ada, &workspace).await;
        let error = service::upload(&ada, id, files.into()).await.unwrap_err();
        assert_eq!(error.code(), slipway_api::Code::Invalid);
        assert!(error.detail().to_lowercase().contains(part), "{}", error.detail());
        let shown = status(&site, id).await;
        assert_eq!(shown["status"], "errored");
        assert_eq!(shown["error-message"], error.detail());
        let good = archive(&[("main.tf", "")]);
        assert_eq!(
            upload(&site, &ada, id, good).await,
            StatusCode::CONFLICT,
            "a refused version stays refused"
        );
    }
}

#[tokio::test]
async fn what_unpacks_to_too_much_or_is_too_large_is_refused() {
    let site = Site::with(|settings| {
        settings.limits.configuration_bytes = 10_000;
        settings.limits.configuration_unpacked_bytes = 100_000;
    })
    .await;
    let workspace = site.workspace("shop").await;
    let (id, _) = create(&site, &site.system(), &workspace).await;
    let bomb = archive(&[("zeros", &"0".repeat(200_000))]);
    let error = service::upload(&site.system(), id, bomb.into()).await.unwrap_err();
    assert!(error.detail().contains("more than 100000 bytes"), "{}", error.detail());
    let (id, _) = create(&site, &site.system(), &workspace).await;
    assert_eq!(
        upload(&site, &site.system(), id, vec![7; 10_001]).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        status(&site, id).await["status"],
        "pending",
        "it may be tried again with less"
    );
}

#[tokio::test]
async fn only_who_may_plan_uploads_and_only_who_may_see_downloads() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let (reader, stranger) = (site.user("rob", Some("read")).await, site.user("eve", None).await);
    let (id, _) = create(&site, &site.system(), &workspace).await;
    let files = archive(&[("main.tf", "")]);
    assert_eq!(upload(&site, &reader, id, files.clone()).await, StatusCode::FORBIDDEN);
    assert_eq!(upload(&site, &stranger, id, files.clone()).await, StatusCode::NOT_FOUND);
    upload(&site, &site.system(), id, files).await;
    let path = format!("/configuration-versions/{id}/download");
    assert_eq!(site.send(&reader, "GET", &path, "").await.0, StatusCode::OK);
    assert_eq!(site.send(&stranger, "GET", &path, "").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn retention_keeps_the_newest_files_of_a_workspace() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let mut ids = Vec::new();
    for content in ["1", "2"] {
        site.kernel.clock.advance(Duration::from_secs(1));
        let (id, _) = create(&site, &site.system(), &workspace).await;
        upload(&site, &site.system(), id, archive(&[("main.tf", content)])).await;
        ids.push(id);
    }
    assert_eq!(service::archive_old(&site.system()).await.unwrap(), 0);
    site.kernel.clock.advance(Duration::from_secs(91 * 24 * 3_600));
    assert_eq!(service::archive_old(&site.system()).await.unwrap(), 1);
    assert_eq!(status(&site, ids[0]).await["status"], "archived");
    assert_eq!(status(&site, ids[1]).await["status"], "uploaded");
    let error = service::download(&site.system(), ids[0]).await.unwrap_err();
    assert!(error.detail().contains("retention"), "{}", error.detail());
}

#[tokio::test]
async fn an_upload_starts_the_run_that_was_wished_once_and_in_its_turn() {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some("maintain")).await;
    workspaces::service::lock(&ada, workspace.id, "not yet").await.unwrap();
    let path = format!("/workspaces/{}/configuration-versions", workspace.id);
    let (_, made) = site
        .call(&ada, "POST", &path, document("configuration-versions", json!({})))
        .await;
    let id: ConfigurationVersionId = made["data"]["id"].as_str().unwrap().parse().unwrap();
    let files = archive(&[("main.tf", "")]);
    for _ in 0..2 {
        assert_eq!(upload(&site, &ada, id, files.clone()).await, StatusCode::OK);
    }
    let runs = format!("/workspaces/{}/runs", workspace.id);
    let (_, list) = site.call(&ada, "GET", &runs, None).await;
    assert_eq!(
        list["data"].as_array().unwrap().len(),
        1,
        "a repeated upload starts no second run"
    );
    assert_eq!(list["data"][0]["attributes"]["status"], "pending");

    workspaces::service::unlock(&ada, workspace.id).await.unwrap();
    let (_, list) = site.call(&ada, "GET", &runs, None).await;
    assert_eq!(list["data"][0]["attributes"]["status"], "plan_queued");
    let now = site.now(workspace.id).await;
    assert_eq!(
        now.current_run_id.unwrap().to_string(),
        list["data"][0]["id"].as_str().unwrap()
    );
    assert!(now.is_locked());
    let error = workspaces::service::force_unlock(&ada, workspace.id).await.unwrap_err();
    assert_eq!(
        error.code(),
        slipway_api::Code::WorkspaceLocked,
        "an active run is not robbed"
    );
    let error = workspaces::service::delete(&site.system(), &now, true)
        .await
        .unwrap_err();
    assert!(error.detail().contains("cancel it first"), "{}", error.detail());
}
