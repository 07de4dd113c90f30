//! Whose yes counts, and when.

use serde_json::json;

use super::shop::Shop;
use crate::support::{State, document};

/// A rule that wants so many approvals for every network.
async fn rule(shop: &Shop, approvals: u32) {
    let body = document(
        "approval-rules",
        json!({"name": "networks", "template": "network", "approvals": approvals}),
    );
    let path = "/api/v2/organizations/acme/approval-rules";
    shop.acme.owner.post(path, body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_applied_before_the_last_approval_and_that_applies_it() {
    let shop = Shop::new().await;
    rule(&shop, 2).await;
    let (bob, eve) = (
        shop.acme.member("bob", "maintain", "acme").await,
        shop.acme.member("eve", "maintain", "acme").await,
    );
    let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "auto-apply": true});
    let network = shop.order(&bob, wanted).await;
    shop.plan().await;
    assert_eq!(
        shop.status(&network).await,
        "waiting",
        "a rule is stronger than auto-apply"
    );
    let (_, detail) = shop.act(&eve, &network, "confirm").await.expect(409).error();
    assert_eq!(detail, "Waits for 2 approvals by the rule networks.");
    let (_, detail) = shop.act(&bob, &network, "approve").await.expect(409).error();
    assert!(detail.contains("somebody else"), "{detail}");
    // What is refused is said before anybody tries.
    let path = format!("/api/v2/resource-changes/{}", shop.change(&network).await.id());
    let seen = bob.get(&path).await.expect(200);
    assert_eq!(seen.attribute("approvals")["may-approve"], false);
    assert_eq!(seen.attribute("approvals")["refusal"], detail);
    let seen = eve.get(&path).await.expect(200);
    assert_eq!(seen.attribute("approvals")["may-approve"], true);
    assert!(seen.attribute("approvals").get("refusal").is_none());

    shop.act(&eve, &network, "approve").await.expect(200);
    assert_eq!(shop.status(&network).await, "waiting");
    shop.act(&eve, &network, "withdraw").await.expect(200);
    shop.act(&eve, &network, "approve").await.expect(200);
    let last = shop.act(&shop.acme.owner, &network, "approve").await.expect(200);
    assert_eq!(last.attribute("status"), "applying");
    shop.apply(State::new(1)).await;
    assert_eq!(shop.status(&network).await, "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_only_while_its_voter_may_approve() {
    let shop = Shop::new().await;
    rule(&shop, 2).await;
    let (id, eve) = shop.acme.app.user(&shop.acme.owner, "eve").await;
    let role = shop.acme.assign("acme", &id, "maintain", "acme").await;
    let bob = shop.acme.member("bob", "maintain", "acme").await;
    let network = shop
        .order(
            &bob,
            json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}}),
        )
        .await;
    shop.plan().await;
    shop.act(&eve, &network, "approve").await.expect(200);
    let removed = format!("/api/v2/organizations/acme/role-assignments/{role}");
    let answer = shop.acme.owner.delete(&removed).await;
    if answer.status == 404 {
        shop.acme
            .owner
            .delete(&format!("/api/v2/role-assignments/{role}"))
            .await
            .expect(204);
    }
    let now = shop.act(&shop.acme.owner, &network, "approve").await.expect(200);
    assert_eq!(
        now.attribute("status"),
        "waiting",
        "eve's approval does not count any more"
    );
    let refused = shop.act(&eve, &network, "approve").await;
    assert!([403, 404].contains(&refused.status), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_decide_at_once_one_is_too_late() {
    let shop = Shop::new().await;
    for round in 0..4 {
        let network = shop.network(&format!("main-{round}")).await;
        shop.plan().await;
        let owner = &shop.acme.owner;
        let (yes, no) = tokio::join!(
            shop.act(owner, &network, "confirm"),
            shop.act(owner, &network, "reject")
        );
        let mut statuses = [yes.status, no.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", yes.text(), no.text());
        let status = shop.status(&network).await;
        assert_eq!(status, if yes.status == 200 { "applying" } else { "rejected" });
        if yes.status == 200 {
            shop.apply(State::new(1)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_again_is_approved_again() {
    let shop = Shop::new().await;
    rule(&shop, 1).await;
    let bob = shop.acme.member("bob", "maintain", "acme").await;
    let network = shop
        .order(
            &bob,
            json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}}),
        )
        .await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &network, "approve").await.expect(200);
    shop.fail_to_apply(State::new(1)).await;
    shop.act(&bob, &network, "retry").await.expect(200);
    shop.plan().await;
    let change = shop.change(&network).await;
    assert_eq!(change.attribute("status"), "waiting");
    assert_eq!(change.attribute("approvals")["votes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_frees_fields_from_approval_and_nothing_else() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    rule(&shop, 1).await;
    let shown = shop.resource(&network).await;
    let project = shown.body["data"]["relationships"]["project"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v2/projects/{project}/catalog-rules");
    let rules = shop.acme.owner.get(&path).await.expect(200);
    assert_eq!(rules.attribute("when-stale"), "notify");
    let body = |fields: serde_json::Value| document("catalog-rules", json!({"unapproved-fields": fields}));
    shop.acme.owner.patch(&path, body(json!(["parents"]))).await.expect(422);
    shop.acme
        .owner
        .patch(&path, body(json!(["values/cidr"])))
        .await
        .expect(200);

    shop.update(
        &shop.acme.owner,
        &network,
        json!({"values": {"cidr": "10.1.0.0/16"}, "auto-apply": true}),
    )
    .await;
    shop.plan().await;
    assert_eq!(shop.status(&network).await, "applying");
    shop.apply(State::new(2).output("network_id", "net-1", false)).await;
    shop.update(
        &shop.acme.owner,
        &network,
        json!({"tags": [{"name": "team", "value": "a"}], "auto-apply": true}),
    )
    .await;
    shop.plan().await;
    assert_eq!(shop.status(&network).await, "waiting");
}
