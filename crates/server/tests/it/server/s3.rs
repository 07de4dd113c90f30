//! The whole server with its blobs on a real S3 server.

use slipway_kernel::settings::{Settings, StorageKind};
use slipway_testing::s3;

use serde_json::json;

use crate::support::{Acme, State, TestApp};

/// Lets the server keep its blobs in a bucket.
pub(super) fn use_bucket(settings: &mut Settings, bucket: &s3::Bucket) {
    let secret = settings.server.data_dir.with_extension("secret");
    std::fs::write(&secret, "anything\n").unwrap();
    let storage = &mut settings.storage;
    storage.kind = StorageKind::S3;
    storage.bucket = Some(bucket.name.clone());
    storage.endpoint = Some(bucket.endpoint.clone());
    storage.allow_http = true;
    storage.access_key_id = Some("anybody".to_owned());
    storage.secret_access_key_file = Some(secret);
}

#[tokio::test]
async fn configuration_plan_state_and_log_are_in_the_bucket() {
    let bucket = s3::bucket().unwrap();
    let acme = Acme::on(TestApp::with(|settings| use_bucket(settings, &bucket)).await).await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    let plan = runner.claim().await.unwrap();
    let archive = plan.get("configuration").await.expect(200);
    let digest = slipway_tofu::digest::sha256_hex(&archive.bytes);
    assert_eq!(digest, plan.claim.context.configuration_digest);
    plan.succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    assert_eq!(apply.get("plan").await.expect(200).bytes, b"the plan file");
    let state = State::new(1).output("address", "10.0.0.1", false).text();
    apply.put("state", state.clone()).await.expect(200);
    apply.succeed(json!({"add": 1})).await;
    acme.app.settle().await;
    assert_eq!(acme.status(&run).await, "applied");

    let current = format!("/api/v2/workspaces/{}/current-state-version", acme.workspace);
    let version = acme.owner.get(&current).await.expect(200).id();
    let path = format!("/api/v2/state-versions/{version}/download");
    assert_eq!(acme.owner.get(&path).await.expect(200).text(), state);
    let path = format!("/api/v2/applies/apply-{}/log", &run[4..]);
    assert_eq!(acme.owner.get(&path).await.expect(200).bytes, b"\x02all is well\n\x03");
    assert!(
        !acme.app.kernel.settings.server.data_dir.join("blobs").exists(),
        "nothing is on the disk"
    );
}
