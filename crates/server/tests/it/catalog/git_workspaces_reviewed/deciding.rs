//! What merging and closing decide, and what deciding here does at the forge.

use serde_json::{Value, json};

use super::Reviewed;
use crate::support::State;

#[tokio::test(flavor = "multi_thread")]
async fn merging_by_who_may_approve_carries_out_what_was_planned() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let bob = shop.acme.member("bob", "write", "acme").await;
    let (network, number) = live.ordered(&bob).await;
    let pull = live.pull(number).await;
    assert_eq!(pull["title"], "Create network/main");
    let body = pull["body"].as_str().unwrap();
    assert!(
        body.starts_with("bob asks for [change 1 of network/main](http"),
        "{body}"
    );
    assert!(
        body.contains(&format!("/acme/resources/{network}/changes?change=chg-")),
        "{body}"
    );
    assert!(body.contains("\n> For the \\*shop\\*\n"), "{body}");
    assert!(body.contains("| · | 10.0.0.0/16 |"), "{body}");
    assert!(
        body.contains("**Plan:** 1 to add, 0 to change, 0 to destroy."),
        "{body}"
    );
    let change = shop.change(&network).await;
    assert_eq!(change.attribute("pull-request")["number"], number);
    assert_eq!(change.attribute("pull-request")["web-url"], pull["html_url"]);
    assert_eq!(live.row().await["status"], "proposed");
    assert_eq!(live.code().await, None);

    live.link(&shop.acme.owner, &live.grace).await;
    live.merge(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "applying", "{}", live.row().await);
    let change = shop.change(&network).await;
    let request = change.attribute("pull-request");
    assert_eq!(
        (&request["state"], &request["ended-by"]),
        (&json!("merged"), &json!(live.grace))
    );
    shop.apply(State::new(1).output("network_id", "net-1", false)).await;
    assert_eq!(shop.status(&network).await, "applied");
    let row = live.row().await;
    assert_eq!((&row["status"], &row["problem"]), (&json!("merged"), &Value::Null));
    assert_eq!(live.branches().await, ["main"]);
    assert!(live.code().await.unwrap().contains("10.0.0.0/16"));
    // Who did it is told where everything is told.
    let events = shop
        .acme
        .owner
        .get("/api/v2/organizations/acme/events")
        .await
        .expect(200);
    assert!(events.text().contains("resource-change.confirmed"), "{}", events.text());

    // Confirming here merges at the forge; what a second change destroys goes by a request, too.
    let changes = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(&bob, &network, changes).await.expect(200);
    shop.plan().await;
    let second = live.row().await["pull-request"]["number"].as_u64().unwrap();
    assert_ne!(second, number);
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    live.until("a merge", async || live.pull(second).await["merged"] == true)
        .await;
    live.look().await;
    assert_eq!(live.pull(second).await["merged_by"]["login"], live.robot);
    assert!(live.code().await.unwrap().contains("10.1.0.0/16"));
    assert_eq!(live.branches().await, ["main"]);
    shop.apply(State::new(2).output("network_id", "net-1", false)).await;
    assert_eq!(live.row().await["problem"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_by_who_may_not_waits_and_is_right_or_put_back() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let owner = &shop.acme.owner;
    let (network, number) = live.ordered(owner).await;
    live.merge(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    let problem = live.problem().await;
    let words = format!(
        "was merged by {}, and its change still waits: {} is nobody here",
        live.grace, live.grace
    );
    assert!(problem.contains(&words), "{problem}");
    assert!(problem.contains("ahead of what runs"), "{problem}");
    assert!(live.said(number).await.contains("is nobody here"));
    assert_eq!(live.row().await["status"], "blocked");
    live.look().await;
    assert!(live.said(number).await.contains("is nobody here"), "it is said once");
    // A linked account without the right says no more.
    let rob = shop.acme.member("rob", "read", "acme").await;
    live.link(&rob, &live.grace).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    assert!(live.problem().await.contains("may not approve or reject it here"));

    // What was merged is right when the change is confirmed here.
    let merged = live.code().await.unwrap();
    shop.act(owner, &network, "confirm").await.expect(200);
    shop.apply(State::new(1).output("network_id", "net-1", false)).await;
    let row = live.row().await;
    assert_eq!((&row["status"], &row["problem"]), (&json!("merged"), &Value::Null));
    assert_eq!(live.code().await.unwrap(), merged);

    // And put back, by a commit of ours, when it is rejected.
    shop.update(owner, &network, json!({"values": {"cidr": "10.1.0.0/16"}}))
        .await
        .expect(200);
    shop.plan().await;
    let second = live.row().await["pull-request"]["number"].as_u64().unwrap();
    live.merge(&live.grace, second).await;
    live.look().await;
    assert!(live.code().await.unwrap().contains("10.1.0.0/16"));
    assert_eq!(shop.status(&network).await, "waiting");
    shop.act(owner, &network, "reject").await.expect(200);
    live.look().await;
    assert_eq!(live.code().await.unwrap(), merged);
    let row = live.row().await;
    assert_eq!((&row["status"], &row["problem"]), (&json!("merged"), &Value::Null));
    assert_eq!(live.branches().await, ["main"]);
    let path = format!("/repos/{}/commits?sha=main&limit=1", live.repository);
    let newest = live.gitea.ask(&live.robot, "GET", &path, &Value::Null).await.unwrap();
    let message = newest[0]["commit"]["message"].as_str().unwrap();
    assert!(message.starts_with("Put network/main back\n"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_rejects_if_whoever_closed_may_reject() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    live.close(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    let said = live.said(number).await;
    assert!(
        said.contains("was closed by") && said.contains("A new pull request is opened"),
        "{said}"
    );
    let row = live.row().await;
    let second = row["pull-request"]["number"].as_u64().unwrap();
    assert!(second > number, "{row}");
    assert_eq!(live.pull(second).await["state"], "open");

    live.link(&shop.acme.owner, &live.grace).await;
    live.close(&live.grace, second).await;
    live.look().await;
    let change = shop.change(&network).await;
    assert_eq!(change.attribute("status"), "rejected");
    let why = format!("Rejected by ann (\"Closed the pull request #{second}\").");
    assert_eq!(change.attribute("error"), &json!(why));
    assert_eq!(live.branches().await, ["main"]);
    assert_eq!(live.code().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejecting_here_closes_the_request_and_removes_its_branch() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    let (network, number) = live.ordered(&shop.acme.owner).await;
    let reason = json!({"comment": "Too large."});
    shop.say(&shop.acme.owner, &network, "reject", reason).await.expect(200);
    shop.settle().await;
    assert_eq!(live.pull(number).await["state"], "closed");
    assert!(live.said(number).await.contains("Rejected by ann (\"Too large.\")."));
    assert_eq!(live.branches().await, ["main"]);
    assert_eq!(live.row().await["pull-request"]["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_of_approval_hold_for_merges() {
    let live = Reviewed::new().await;
    let shop = &live.shop;
    live.rule(2).await;
    let eve = shop.acme.member("eve", "maintain", "acme").await;
    let bob = shop.acme.member("bob", "maintain", "acme").await;
    live.link(&bob, &live.grace).await;
    let (network, number) = live.ordered(&bob).await;
    // Who asked for it does not approve it by merging.
    live.merge(&live.grace, number).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    assert!(live.problem().await.contains("somebody else has to approve it"));
    shop.act(&eve, &network, "approve").await.expect(200);
    assert_eq!(shop.status(&network).await, "waiting");
    shop.act(&shop.acme.owner, &network, "approve").await.expect(200);
    shop.apply(State::new(1).output("network_id", "net-1", false)).await;
    assert_eq!(live.row().await["problem"], Value::Null);

    // Another's merge is one of two.
    shop.update(&eve, &network, json!({"values": {"cidr": "10.1.0.0/16"}}))
        .await
        .expect(200);
    shop.plan().await;
    let second = live.row().await["pull-request"]["number"].as_u64().unwrap();
    live.merge(&live.grace, second).await;
    live.look().await;
    assert_eq!(shop.status(&network).await, "waiting");
    assert!(
        live.problem()
            .await
            .contains("that is not enough. Waits for one approval"),
        "{}",
        live.problem().await
    );
    assert!(live.said(second).await.contains("that is not enough"));
    // What he takes back here is not said again for him.
    shop.act(&bob, &network, "withdraw").await.expect(200);
    live.look().await;
    assert!(
        live.problem().await.contains("Waits for 2 approvals"),
        "{}",
        live.problem().await
    );
    shop.act(&bob, &network, "approve").await.expect(200);
    shop.act(&shop.acme.owner, &network, "approve").await.expect(200);
    assert_eq!(shop.status(&network).await, "applying");
    shop.apply(State::new(2)).await;
}
