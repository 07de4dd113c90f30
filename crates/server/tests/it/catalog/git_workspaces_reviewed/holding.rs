//! What holds when others write to the branch, deliveries are lost or forged, and the server is killed.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_catalog::git_workspaces::driving::look_again;
use slipway_kernel::events::{self, NewEvent};

use super::{MAIN, Reviewed};
use crate::catalog::resource_changes::shop::Shop;
use crate::support::{Acme, State, TestApp, document};

/// The branch of the first change of the network `main`.
const FIRST: &str = "slipway/network/default/main/1";

#[tokio::test(flavor = "multi_thread")]
async fn what_others_pushed_to_the_branch_approves_nothing() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    live.link(&shop.acme.owner, &live.grace).await;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    let file = format!("{MAIN}/more.tf");
    live.gitea
        .push(&live.grace, &live.repository, FIRST, &[(&file, "# more\n")])
        .await
        .unwrap();
    live.look().await;
    let problem = live.problem().await;
    assert!(problem.contains("approves nothing any more"), "{problem}");
    assert!(live.said(number).await.contains("approves nothing any more"));
    live.merge(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    assert!(live.problem().await.contains("brought commits that are not Slipway's"));
    // Nor is it put back by force, or taken for what was approved.
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    live.look().await;
    let problem = live.problem().await;
    assert!(
        problem.starts_with(&format!("Somebody changed {MAIN} on main")),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_is_made_up_for_and_a_forged_one_does_nothing() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    live.link(&shop.acme.owner, &live.grace).await;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    let ctx = shop.acme.app.system();
    // A delivery says that it was merged; its forge does not.
    let shown = shop
        .acme
        .owner
        .get(&format!("/api/v2/git-workspaces/{}", live.id))
        .await
        .expect(200);
    let repository = &shown.body["data"]["relationships"]["repository"]["data"]["id"];
    let mut tx = ctx.begin().await.unwrap();
    let claim =
        json!({"pull-request": {"number": number, "state": "merged"}, "sender": {"id": "1", "login": live.grace}});
    let event = NewEvent {
        action: "pull-request.changed",
        organization: Some(live.organization().await),
        project: None,
        object_kind: "repository",
        object_id: repository.as_str().unwrap().to_owned(),
        object_name: live.repository.clone(),
        access_id: None,
        changes: claim,
    };
    events::record(&mut tx, &ctx, event).await.unwrap();
    tx.commit().await.unwrap();
    shop.settle().await;
    assert_eq!(shop.status(&network).await, "waiting");
    let row = live.row().await;
    assert_eq!((&row["status"], &row["problem"]), (&json!("proposed"), &Value::Null));
    assert_eq!(row["pull-request"]["state"], "open");

    // It is merged, and nobody tells.
    live.merge(&live.grace, number).await;
    shop.acme.app.pass(Duration::from_secs(700));
    look_again(&ctx).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.status(&network).await, "applying");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_heard() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = TestApp::with(|settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        settings.server.public_url = Some(url);
    })
    .await;
    let router = app.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let live = Reviewed::in_shop(Shop::on(Acme::on(app).await).await).await;
    let shop = &live.shop;
    live.until("a webhook", async || {
        shop.acme.app.pass(Duration::from_secs(1));
        !live
            .gitea
            .hooks(&live.robot, &live.repository)
            .await
            .unwrap()
            .is_empty()
    })
    .await;
    live.link(&shop.acme.owner, &live.grace).await;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    live.merge(&live.grace, number).await;
    for _ in 0..400 {
        shop.acme.app.pass(Duration::from_secs(1));
        shop.settle().await;
        if shop.status(&network).await == "applying" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was heard: {}", live.row().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_there_is_one_request_and_one_approval() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    live.rule(1).await;
    let bob = shop.acme.member("bob", "maintain", "acme").await;
    live.link(&shop.acme.owner, &live.grace).await;
    let (network, number) = live.ordered(&bob).await;
    // Killed between opening and writing that down.
    let opened =
        "request_number = NULL, request_url = NULL, request_state = NULL, request_text = NULL, request_run_id = NULL";
    live.forget(opened).await;
    live.look().await;
    assert_eq!(live.row().await["pull-request"]["number"], number);
    live.forget(&format!(
        "{opened}, request_change_id = NULL, branch = NULL, branch_commit = NULL, change_id = NULL"
    ))
    .await;
    live.look().await;
    assert_eq!(live.row().await["pull-request"]["number"], number);
    // Another plan of the same change: the request tells it, and is the same.
    live.merge(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "applying");
    // Killed between the approval and writing that down; then everything after it.
    live.forget("request_state = 'open', request_counted_run_id = NULL, kept_change_id = NULL, kept_tree = NULL, directory = ''")
        .await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "applying");
    shop.fail_to_apply(State::new(1)).await;
    assert_eq!(shop.status(&network).await, "failed");

    // Tried again it is planned anew, and waits for a merge of its own.
    shop.act(&bob, &network, "retry").await.expect(200);
    shop.plan().await;
    assert_eq!(shop.status(&network).await, "waiting");
    let row = live.row().await;
    let second = row["pull-request"]["number"].as_u64().unwrap();
    assert!(second > number, "{row}");
    live.merge(&live.grace, second).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "applying", "{}", live.row().await);
    shop.apply(State::new(2)).await;
    assert_eq!(live.row().await["problem"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slipway_closed_before_it_was_killed_is_nobodys_no() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    // The integration's account is somebody's here, who may reject.
    live.link(&shop.acme.owner, &live.robot).await;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    live.forget("request_text = NULL, request_run_id = NULL").await;
    live.close(&live.robot, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    let second = live.row().await["pull-request"]["number"].as_u64().unwrap();
    assert!(second > number);
    live.close(&live.robot, second).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_reported_and_the_mode_needs_a_forge() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let owner = &shop.acme.owner;
    let (network, number) = live.ordered(owner).await;
    let file = format!("{MAIN}/main.tf");
    live.gitea
        .push(&live.robot, &live.repository, "main", &[(&file, "# theirs\n")])
        .await
        .unwrap();
    shop.act(owner, &network, "confirm").await.expect(200);
    live.look().await;
    let problem = live.problem().await;
    assert!(problem.contains("cannot be merged into main"), "{problem}");
    assert!(live.said(number).await.contains("cannot be merged into main"));
    assert_eq!(live.pull(number).await["state"], "open");

    let path = "/api/v2/organizations/acme/git-workspaces";
    let plain = json!({"name": "plain", "identifier": shop.server.url("platform/small"), "mode": "pull-request"});
    let refused = owner.post(path, document("git-workspaces", plain)).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/mode");
    let plain = json!({"name": "plain", "identifier": shop.server.url("platform/small")});
    let made = owner
        .post(path, document("git-workspaces", plain))
        .await
        .expect(201)
        .id();
    let path = format!("/api/v2/git-workspaces/{made}");
    let changed = document("git-workspaces", json!({"mode": "pull-request"}));
    owner.patch(&path, changed).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_parent_says_anew_is_written_anew() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.carry_out(&database, State::new(1)).await;
    let has = async |value: &str| {
        let code = live.file("database/default/orders/main.tf").await;
        code.is_some_and(|code| code.contains(value))
    };
    live.until("the code of the database", async || has("net-1").await)
        .await;
    let changes = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(&shop.acme.owner, &network, changes).await.expect(200);
    shop.carry_out(&network, State::new(2).output("network_id", "net-2", false))
        .await;
    live.until("other code of the database", async || has("net-2").await)
        .await;
    let path = format!("/repos/{}/commits?sha=main&limit=10", live.repository);
    let all = live.gitea.ask(&live.robot, "GET", &path, &Value::Null).await.unwrap();
    let all = all.as_array().unwrap().iter();
    let messages: Vec<&str> = all.map(|one| one["commit"]["message"].as_str().unwrap()).collect();
    let ours = "Write database/orders anew\n\nStale: output network_id of main changed.";
    assert!(messages.iter().any(|message| message.starts_with(ours)), "{messages:?}");
}
