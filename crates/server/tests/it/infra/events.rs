//! Events: each change leaves one, in order, chained, and followed live by those who may see it.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use slipway_kernel::events::model::{Column, Entity, Event};

use crate::support::{Acme, State, document};

/// Every event that has its place, in order.
async fn placed(acme: &Acme) -> Vec<Event> {
    acme.app.settle().await;
    let query = Entity::find()
        .filter(Column::Position.is_not_null())
        .order_by_asc(Column::Position);
    query.all(acme.app.kernel.db.reader()).await.unwrap()
}

/// Does a little of everything in acme.
async fn a_working_day(acme: &Acme) {
    let runner = acme.runner().await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let variable = document("vars", json!({"key": "region", "value": "eu"}));
    let variable = acme
        .owner
        .post(&format!("{path}/vars"), variable)
        .await
        .expect(201)
        .id();
    let variable = format!("{path}/vars/{variable}");
    acme.owner
        .patch(&variable, document("vars", json!({"value": "us"})))
        .await
        .expect(200);
    acme.owner.delete(&variable).await.expect(204);
    acme.owner
        .patch(&path, document("workspaces", json!({"description": "The shop."})))
        .await
        .expect(200);
    acme.owner
        .post(&format!("{path}/actions/lock"), json!({}))
        .await
        .expect(200);
    acme.owner
        .post(&format!("{path}/actions/unlock"), json!({}))
        .await
        .expect(200);
    acme.owner
        .post(&format!("{path}/state-versions"), State::new(1).upload())
        .await
        .expect(201);
    acme.owner.get(&format!("{path}/state")).await.expect(200);
    let run = acme.start(json!({})).await;
    runner.succeed(json!({"add": 1})).await;
    acme.act(&run, "apply").await.expect(202);
    runner.succeed(json!({"add": 1})).await;
    let project = document("projects", json!({"name": "web"}));
    let project = acme
        .owner
        .post("/api/v2/organizations/acme/projects", project)
        .await
        .expect(201)
        .id();
    acme.owner
        .delete(&format!("/api/v2/projects/{project}"))
        .await
        .expect(204);
    acme.member("mia", "read", "acme").await;
}

#[tokio::test]
async fn a_working_day_is_told_completely() {
    let acme = Acme::new().await;
    a_working_day(&acme).await;
    let told: Vec<String> = placed(&acme).await.into_iter().map(|event| event.action).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    user.created
    role-assignment.created
    token.created
    organization.created
    project.created
    role-assignment.created
    workspace.created
    configuration-version.created
    configuration-version.uploaded
    token.created
    variable.created
    variable.updated
    variable.deleted
    workspace.updated
    workspace.locked
    workspace.unlocked
    state-version.created
    state-version.downloaded
    run.created
    run.queued
    run.started
    run.planned
    run.confirmed
    run.started
    run.applied
    project.created
    project.deleted
    user.created
    token.created
    role-assignment.created
    ");
}

#[tokio::test]
async fn what_was_refused_leaves_no_event() {
    let acme = Acme::new().await;
    let before = placed(&acme).await.len();
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    acme.owner
        .post(&format!("{path}/actions/unlock"), json!({}))
        .await
        .expect(409);
    acme.owner
        .patch(&path, document("workspaces", json!({"name": "../x"})))
        .await
        .expect(422);
    acme.owner
        .patch(&path, document("workspaces", json!({"nmae": "x"})))
        .await
        .expect(422);
    acme.owner
        .post(
            "/api/v2/organizations/acme/workspaces",
            document("workspaces", json!({"name": "shop"})),
        )
        .await
        .expect(409);
    acme.app.anonymous().delete(&path).await.expect(401);
    assert_eq!(placed(&acme).await.len(), before);
}

#[tokio::test]
async fn an_event_says_who_did_what_to_which_object_from_which_request() {
    let acme = Acme::new().await;
    let mia = acme.member("mia", "maintain", "acme").await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    acme.app.pass(Duration::from_millis(1));
    let changed = mia
        .patch(&path, document("workspaces", json!({"description": "The shop."})))
        .await
        .expect(200);
    let list = format!(
        "/api/v2/organizations/acme/events?filter[object]={}&filter[action]=workspace",
        acme.workspace
    );
    let newest = mia.get(&list).await.expect(200);
    let event = &newest.body["data"][0]["attributes"];
    assert_eq!(event["action"], "workspace.updated");
    assert_eq!(
        (&event["actor-kind"], &event["actor-name"]),
        (&json!("user"), &json!("mia"))
    );
    assert_eq!(event["object-name"], "shop");
    assert_eq!(
        event["changes"]["description"],
        json!({"before": null, "after": "The shop."})
    );
    assert_eq!(event["request-id"], changed.headers["x-request-id"].to_str().unwrap());
    let by_mia = format!(
        "/api/v2/organizations/acme/events?filter[actor]={}",
        event["actor-id"].as_str().unwrap()
    );
    assert_eq!(mia.get(&by_mia).await.expect(200).ids().len(), 1);
    acme.owner
        .get("/api/v2/organizations/acme/events?filter[colour]=red")
        .await
        .expect(400);
}

#[tokio::test]
async fn the_chain_of_hashes_goes_on_over_batches_and_shows_what_was_changed() {
    let acme = Acme::new().await;
    placed(&acme).await;
    a_working_day(&acme).await;
    let events = placed(&acme).await;
    assert!(events.len() > 20);
    let mut last: BTreeMap<_, String> = BTreeMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position, Some(position), "no position is left out");
        let previous = last.get(&event.organization_id).cloned().unwrap_or_default();
        let hash = event.chained_hash(position, &previous);
        assert_eq!(event.hash.as_deref(), Some(hash.as_str()), "{}", event.action);
        last.insert(event.organization_id, hash);
    }
    let mut forged = events[5].clone();
    forged.actor_name = "somebody else".to_owned();
    let position = forged.position.unwrap();
    assert_ne!(forged.chained_hash(position, ""), events[5].chained_hash(position, ""));
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_that_was_seen() {
    let acme = Acme::new().await;
    acme.app.settle().await;
    let path = "/api/v2/events/stream?organization=acme";
    let mut stream = acme.owner.follow(path, None).await;
    acme.new_workspace("one").await;
    acme.app.settle().await;
    let first = stream.next().await;
    assert_eq!(first.name, "event");
    assert_eq!(first.data["attributes"]["object-name"], "one");
    drop(stream);

    acme.new_workspace("two").await;
    acme.app.pass(Duration::from_millis(1));
    acme.new_workspace("three").await;
    acme.app.settle().await;
    let mut stream = acme.owner.follow(path, Some(&first.id)).await;
    let names = [stream.next().await, stream.next().await].map(|event| event.data["attributes"]["object-name"].clone());
    assert_eq!(names, ["two", "three"]);
    let mut stream = acme.owner.follow(path, Some("0")).await;
    assert!(
        stream.next().await.id.parse::<i64>().unwrap() < first.id.parse().unwrap(),
        "everything from the beginning"
    );
    acme.owner.get("/api/v2/events/stream").await.expect(400);
}

#[tokio::test]
async fn a_stream_shows_only_what_its_reader_may_see_and_stops_when_he_may_not() {
    let acme = Acme::new().await;
    let other = acme.new_workspace("other").await;
    let (id, guest) = acme.app.user(&acme.owner, "guest").await;
    let assignment = acme.assign("acme", &id, "read", &other).await;
    acme.app.settle().await;
    let mut stream = guest.follow("/api/v2/events/stream?organization=acme", None).await;
    let locked = |workspace: String| {
        let owner = acme.owner.clone();
        async move {
            let path = format!("/api/v2/workspaces/{workspace}/actions/lock");
            owner.post(&path, json!({})).await.expect(200);
        }
    };
    locked(acme.workspace.clone()).await;
    locked(other.clone()).await;
    acme.app.settle().await;
    assert_eq!(
        stream.next().await.data["attributes"]["object-name"],
        "other",
        "the one of shop is passed over"
    );

    acme.owner
        .delete(&format!("/api/v2/role-assignments/{assignment}"))
        .await
        .expect(204);
    acme.owner
        .post(&format!("/api/v2/workspaces/{other}/actions/unlock"), json!({}))
        .await
        .expect(200);
    acme.app.settle().await;
    let more = tokio::time::timeout(Duration::from_millis(300), stream.next()).await;
    assert!(more.is_err(), "{more:?}");
}
