//! A job on Kubernetes: run, found again by whoever goes on with it, cut off.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::job_runs::driving;
use slipway_testing::registry;

use super::kubernetes::Stage;
use crate::support::document;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_job_runs_on_kubernetes_and_is_waited_for_by_whoever_goes_on() {
    let stage = Stage::new(79_000, "story-jobs").await;
    let owner = &stage.acme.owner;
    let image = registry::put_shell("story/job", "1", "echo by the image", &[])
        .await
        .unwrap();
    let script = "cat /proc/sys/kernel/random/uuid; sleep 4; echo through; exit 5";
    let wanted = json!({"name": "nightly", "image": image, "command": ["/bin/sh", "-c", script]});
    let path = "/api/v2/organizations/acme/jobs";
    let job = owner.post(path, document("jobs", wanted)).await.expect(201).id();
    let ask = async || {
        let path = format!("/api/v2/jobs/{job}/runs");
        owner
            .post(&path, document("job-runs", json!({})))
            .await
            .expect(201)
            .id()
    };
    let shown = async |run: &str| -> Value {
        let path = format!("/api/v2/job-runs/{run}");
        owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    };
    let log = async |run: &str| {
        let path = format!("/api/v2/job-runs/{run}/log");
        let text = owner.get(&path).await.expect(200).text();
        text.trim_matches(['\u{2}', '\u{3}']).to_owned()
    };

    let run = ask().await;
    let (ctx, parsed) = (stage.acme.app.system(), run.parse().unwrap());
    let mut cut = 0;
    // As a server does that is killed every second.
    while tokio::time::timeout(Duration::from_secs(1), driving::drive(&ctx, parsed))
        .await
        .is_err()
    {
        cut += 1;
        assert!(cut < 120, "{}", shown(&run).await);
    }
    let ended = shown(&run).await;
    assert_eq!(
        (&ended["status"], &ended["exit-code"]),
        (&json!("failed"), &json!(5)),
        "{ended}"
    );
    assert!(cut > 3, "it was cut off only {cut} times");
    let written = log(&run).await;
    assert_eq!(
        (written.lines().count(), written.lines().last()),
        (2, Some("through")),
        "{written}"
    );
    stage.acme.app.settle().await;

    // Long enough to begin, and not to end.
    let changes = json!({"command": ["/bin/sh", "-c", "echo begun; exec sleep 1000"], "deadline-seconds": 45});
    let path = format!("/api/v2/jobs/{job}");
    owner.patch(&path, document("jobs", changes)).await.expect(200);
    let late = ask().await;
    stage.acme.app.settle().await;
    let ended = shown(&late).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    let reason = ended["reason"].as_str().unwrap();
    assert!(reason.starts_with("It was not through within 45 s"), "{reason}");
    assert_eq!(log(&late).await, "begun\n");

    owner.delete(&path).await.expect(202);
    stage.acme.app.settle().await;
    owner.get(&path).await.expect(404);
}
