//! What the run page shows: a plan's changes, logs by lines, what an apply did.

use std::io::{Read, Write};
use std::time::Duration;

use axum::body::Body;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use slipway_api::plan_changes::{PlanChange, PlanChanges};
use slipway_tofu::plan::Plan;
use slipway_tofu::plan::changes::Changes;

use crate::support::{Acme, TestItem};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The index and the packs of a real plan.
fn changes() -> (Vec<u8>, Vec<(usize, Vec<u8>)>) {
    let bytes = include_bytes!("../../../../tofu/tests/golden/plan2.json");
    let plan = Plan::parse(bytes).unwrap();
    let changes = Changes::new(&plan, &[]).unwrap();
    let packs = changes.packs().map(|pack| (pack.first, pack.lines)).collect();
    (serde_json::to_vec(&changes.index()).unwrap(), packs)
}

async fn bring(item: &TestItem) {
    let (index, packs) = changes();
    for (first, lines) in packs {
        item.put(&format!("plan-changes/{first}"), gzip(&lines))
            .await
            .expect(204);
    }
    item.put("plan-changes", gzip(&index)).await.expect(204);
}

#[tokio::test]
async fn the_changes_of_a_plan_are_there_with_its_index() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    let path = format!("/api/v2/plans/plan-{}", &run[4..]);
    let list = format!("{path}/changes");
    let early = acme.owner.get(&list).await.expect(404);
    assert!(early.error().1.contains("not finished"), "{}", early.text());
    let (index, packs) = changes();
    // The index counts more than what is there.
    let refused = item.put("plan-changes", gzip(&index)).await.expect(409);
    assert!(refused.error().1.contains("Bring them first"), "{}", refused.text());
    for _ in 0..2 {
        item.put("plan-changes/0", gzip(&packs[0].1)).await.expect(204);
    }
    acme.owner.get(&format!("{list}/0")).await.expect(404);
    assert_eq!(
        acme.owner.get(&path).await.expect(200).attribute("changes-available"),
        false
    );
    for _ in 0..2 {
        item.put("plan-changes", gzip(&index)).await.expect(204);
    }
    assert_eq!(
        acme.owner.get(&path).await.expect(200).attribute("changes-available"),
        true
    );

    let plain = acme.owner.get(&list).await.expect(200);
    assert_eq!(plain.bytes, index);
    let tag = plain.headers["etag"].to_str().unwrap().to_owned();
    let known = [("if-none-match", tag.as_str())];
    let unchanged = acme.owner.send("GET", &list, &known, Body::empty()).await.expect(304);
    assert!(unchanged.bytes.is_empty());
    let zipped = acme
        .owner
        .send("GET", &list, &[("accept-encoding", "br, gzip")], Body::empty())
        .await
        .expect(200);
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    let mut unzipped = Vec::new();
    GzDecoder::new(zipped.bytes.as_slice())
        .read_to_end(&mut unzipped)
        .unwrap();
    assert_eq!(unzipped, index);

    // The document of the API is what is served.
    let typed: PlanChanges = serde_json::from_slice(&plain.bytes).unwrap();
    assert_eq!(typed.total, 10);
    for number in 0..typed.total {
        let one = acme.owner.get(&format!("{list}/{number}")).await.expect(200);
        let typed: PlanChange = serde_json::from_slice(&one.bytes).unwrap();
        assert_eq!(typed.number, number);
        assert_eq!(serde_json::to_value(&typed).unwrap(), one.body);
    }
    assert_eq!(serde_json::to_value(&typed).unwrap(), plain.body);
    acme.owner.get(&format!("{list}/10")).await.expect(404);
    acme.owner.get(&format!("{list}/-1")).await.expect(404);

    // Who may see the run sees what it changes, and nobody else.
    let reader = acme.member("rita", "read", "acme").await;
    reader.get(&list).await.expect(200);
    let (_, stranger) = acme.app.user(&acme.owner, "sam").await;
    stranger.get(&list).await.expect(404);
    stranger.get(&format!("{list}/0")).await.expect(404);
}

#[tokio::test]
async fn changes_that_come_after_the_plan_are_told_and_those_of_a_lost_runner_are_not_shown() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"plan-only": true})).await;
    let lost = runner.claim().await.unwrap();
    let (index, packs) = changes();
    lost.put("plan-changes/0", gzip(&packs[0].1)).await.expect(204);
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    let item = runner.claim().await.expect("the plan is made again");
    lost.put("plan-changes", gzip(&index)).await.expect(409);
    item.put("plan-changes", gzip(&index)).await.expect(409);
    item.succeed(json!({"add": 1})).await;
    let path = format!("/api/v2/plans/plan-{}/changes", &run[4..]);
    acme.owner.get(&path).await.expect(404);
    bring(&item).await;
    bring(&item).await;
    acme.owner.get(&path).await.expect(200);
    acme.app.settle().await;
    let events = acme.owner.get("/api/v2/organizations/acme/events").await.expect(200);
    let actions = events.column("action");
    let told = actions.iter().filter(|action| *action == "plan.changes-available");
    assert_eq!(told.count(), 1, "{actions:?}");
}

#[tokio::test]
async fn what_is_no_list_of_changes_is_refused() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    acme.start(json!({"auto-apply": true})).await;
    let item = runner.claim().await.unwrap();
    item.put("plan-changes", "{}").await.expect(400);
    item.put("plan-changes", gzip(b"{\"format\":9,\"total\":0}"))
        .await
        .expect(400);
    item.put("plan-changes/1", gzip(b"{\"number\":0}\n")).await.expect(400);
    item.put("plan-changes/0", gzip(b"{\"number\":0}\n{\"number\":"))
        .await
        .expect(400);
    item.succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    apply
        .put("plan-changes", gzip(b"{\"format\":1,\"total\":0}"))
        .await
        .expect(409);
}

#[tokio::test]
async fn a_log_is_read_by_lines_and_searched() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"plan-only": true})).await;
    let item = runner.claim().await.unwrap();
    let log: String = (1..=2_000)
        .map(|number| format!("\u{1b}[1mline\u{1b}[0m {number}\n"))
        .collect();
    item.put("log?offset=0", log.clone()).await.expect(200);
    let path = format!("/api/v2/plans/plan-{}/log", &run[4..]);
    let last = acme.owner.get(&format!("{path}/lines?last=2")).await.expect(200).body;
    assert_eq!(
        (&last["total-lines"], &last["first-line"]),
        (&json!(2_000), &json!(1_999))
    );
    assert_eq!(last["lines"][1], "\u{1b}[1mline\u{1b}[0m 2000");
    assert_eq!(
        (&last["end-offset"], &last["is-complete"]),
        (&json!(log.len()), &json!(false))
    );
    let some = acme
        .owner
        .get(&format!("{path}/lines?first=7&count=1"))
        .await
        .expect(200)
        .body;
    assert_eq!(some["lines"], json!(["\u{1b}[1mline\u{1b}[0m 7"]));
    acme.owner
        .get(&format!("{path}/lines?first=7&last=1"))
        .await
        .expect(400);

    let found = acme
        .owner
        .get(&format!("{path}/search?query=LINE%20100&ignore-case=true"))
        .await
        .expect(200)
        .body;
    assert_eq!(
        found["lines"],
        json!([100, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009])
    );
    let few = acme
        .owner
        .get(&format!("{path}/search?query=line&first=1991&limit=2"))
        .await
        .expect(200)
        .body;
    assert_eq!((&few["lines"], &few["total"]), (&json!([1_991, 1_992]), &json!(10)));
    assert_eq!(
        acme.owner
            .get(&format!("{path}/search?query=LINE"))
            .await
            .expect(200)
            .body["total"],
        0
    );
    acme.owner.get(&format!("{path}/search")).await.expect(400);

    let offset = some["end-offset"].as_u64().unwrap() + 3;
    let stream = format!("{path}/stream?numbered=true&offset={offset}");
    let first = acme.owner.follow(&stream, None).await.next().await;
    assert_eq!(first.data["line"], 8);
    assert!(log.ends_with(first.data["text"].as_str().unwrap()));
}

#[tokio::test]
async fn an_apply_shows_each_resource_while_it_goes_on() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let item = runner.claim().await.unwrap();
    let step = |kind: &str, address: &str| {
        let hook = json!({"resource": {"addr": address}, "action": "create", "id_value": "i-1", "elapsed_seconds": 4});
        json!({"@timestamp": "2026-11-20T23:24:11.286541Z", "type": kind, "hook": hook}).to_string() + "\n"
    };
    let begun = step("apply_start", "a.b");
    let half = begun.len() + 10;
    let all = begun.clone() + &step("apply_complete", "a.b") + &step("apply_errored", "c.d");
    item.put("events?offset=0", &all[..half]).await.expect(200);
    let path = format!("/api/v2/applies/apply-{}/resources", &run[4..]);
    let mut stream = acme.owner.follow(&format!("{path}/stream"), None).await;
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.id), ("resources", begun.len().to_string()));
    let part = acme.owner.get(&path).await.expect(200).body;
    assert_eq!(part["resources"][0]["status"], "running");
    assert_eq!(
        (&part["next"], &part["is-complete"]),
        (&json!(begun.len()), &json!(false))
    );
    item.put(&format!("events?offset={half}"), &all[half..])
        .await
        .expect(200);
    let next = part["next"].as_u64().unwrap();
    let part = acme.owner.get(&format!("{path}?after={next}")).await.expect(200).body;
    let statuses: Vec<&Value> = part["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, ["done", "errored"]);
    assert_eq!(part["next"], all.len());
    let event = stream.next().await;
    assert_eq!(event.id, all.len().to_string());
    assert_eq!(event.data[0]["address"], "a.b");
}
