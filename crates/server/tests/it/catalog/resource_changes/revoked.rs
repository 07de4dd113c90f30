//! What a change signs in with is taken away while it goes on: turned off, deleted, or its role taken back in the cloud.

use serde_json::{Value, json};

use super::shop::Shop;
use crate::connections::integration_tests::{Answers, recorded};
use crate::connections::integrations::{change, make};
use crate::support::{State, document};

/// The shop with another template, whose resources sign in with one integration of a kind.
async fn shop(kind: &str) -> Shop {
    let shop = Shop::new().await;
    let documents = json!({
        "templates": [{"key": "bucket", "name": "Bucket", "allowed-integrations": [{"kind": kind, "required": true}]}],
        "versions": [{"template": "bucket", "source-code": "small", "tag": "v1.0.0", "directory": "network",
            "lifecycle": "active", "variables": []}],
    });
    let path = "/api/v2/organizations/acme/catalog/actions/apply";
    shop.acme.owner.post(path, documents).await.expect(200);
    shop.settle().await;
    shop
}

async fn environment(shop: &Shop, name: &str) -> String {
    make(&shop.acme, "environment", name, json!({"variables": {"WHO": name}})).await
}

/// An ordered bucket whose plan waits.
async fn planned(shop: &Shop, integration: &str) -> String {
    let wanted = json!({"template": "bucket", "name": "logs", "values": {"cidr": "x"}, "integrations": [integration]});
    let bucket = shop.order(&shop.acme.owner, wanted).await;
    shop.plan().await;
    assert_eq!(shop.status(&bucket).await, "waiting");
    bucket
}

async fn turn(shop: &Shop, integration: &str, is_enabled: bool) {
    change(&shop.acme, integration, json!({"is-enabled": is_enabled}))
        .await
        .expect(200);
    shop.settle().await;
}

/// Nothing is to be done, also when everything was looked at.
async fn nothing_to_claim(shop: &Shop) {
    shop.settle().await;
    assert!(shop.runner.claim().await.is_none(), "nothing begins");
    shop.settle().await;
}

async fn said(shop: &Shop, bucket: &str, field: &str) -> String {
    let change = shop.change(bucket).await;
    change.attribute(field).as_str().unwrap_or_default().to_owned()
}

/// Applies what is confirmed, and looks who it signs in as.
async fn apply_as(shop: &Shop, bucket: &str, who: &str) {
    let item = shop.claim().await;
    assert_eq!(item.claim.context.identity.clone().unwrap().environment["WHO"], who);
    item.put("state", State::new(1).text()).await.expect(200);
    item.succeed(json!({"add": 1})).await;
    shop.settle().await;
    assert_eq!(shop.status(bucket).await, "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_waits_is_kept_until_the_integration_is_on_again() {
    let shop = shop("environment").await;
    let cloud = environment(&shop, "cloud").await;
    let bucket = planned(&shop, &cloud).await;
    turn(&shop, &cloud, false).await;
    let detail = said(&shop, &bucket, "detail").await;
    assert_eq!(
        detail,
        "Waits for what it signs in with. The integration \"cloud\" is turned off. Turn it on, or choose another."
    );
    let refused = shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(409);
    assert_eq!(refused.error().1, detail);
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "waiting");

    turn(&shop, &cloud, true).await;
    let detail = said(&shop, &bucket, "detail").await;
    assert_eq!(detail, "Waits for somebody to confirm or reject the plan.");
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    apply_as(&shop, &bucket, "cloud").await;
    assert_eq!(shop.runs(&bucket).await, 1, "it was the plan that everybody saw");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_and_is_carried_out_when_the_integration_is_on_again() {
    let shop = shop("environment").await;
    let rule = json!({"name": "buckets", "template": "bucket", "approvals": 1});
    let path = "/api/v2/organizations/acme/approval-rules";
    shop.acme
        .owner
        .post(path, document("approval-rules", rule))
        .await
        .expect(201);
    let eve = shop.acme.member("eve", "maintain", "acme").await;
    let cloud = environment(&shop, "cloud").await;
    let bucket = planned(&shop, &cloud).await;
    turn(&shop, &cloud, false).await;
    shop.act(&eve, &bucket, "approve").await.expect(200);
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "waiting");
    assert!(said(&shop, &bucket, "detail").await.contains("\"cloud\" is turned off"));
    turn(&shop, &cloud, true).await;
    assert_eq!(shop.status(&bucket).await, "applying", "nobody has to say it twice");
    apply_as(&shop, &bucket, "cloud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_for_the_integration_before_its_plan() {
    let shop = shop("environment").await;
    let cloud = environment(&shop, "cloud").await;
    let wanted = json!({"template": "bucket", "name": "logs", "values": {"cidr": "x"}, "integrations": [cloud]});
    let bucket = shop.order(&shop.acme.owner, wanted).await;
    turn(&shop, &cloud, false).await;
    // It may have been started before: then it fails with the reason, and is tried again.
    nothing_to_claim(&shop).await;
    let (detail, error) = (
        said(&shop, &bucket, "detail").await,
        said(&shop, &bucket, "error").await,
    );
    assert!(
        format!("{detail}{error}").contains("\"cloud\" is turned off"),
        "{detail} {error}"
    );
    if shop.status(&bucket).await == "failed" {
        shop.act(&shop.acme.owner, &bucket, "retry").await.expect(200);
        nothing_to_claim(&shop).await;
        assert!(said(&shop, &bucket, "detail").await.contains("\"cloud\" is turned off"));
    }
    turn(&shop, &cloud, true).await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    apply_as(&shop, &bucket, "cloud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_has_not_begun_gets_nothing_and_is_tried_again() {
    let shop = shop("environment").await;
    let cloud = environment(&shop, "cloud").await;
    let bucket = planned(&shop, &cloud).await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    // In mid-run: it was confirmed, and no runner has it yet.
    turn(&shop, &cloud, false).await;
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "failed");
    let error = said(&shop, &bucket, "error").await;
    assert!(error.contains("The integration \"cloud\" is turned off"), "{error}");
    assert_eq!(shop.resource(&bucket).await.attribute("state"), "requested");

    // Too early: it waits, and nothing has to be said again.
    shop.act(&shop.acme.owner, &bucket, "retry").await.expect(200);
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "planning");
    assert!(said(&shop, &bucket, "detail").await.contains("\"cloud\" is turned off"));
    turn(&shop, &cloud, true).await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    apply_as(&shop, &bucket, "cloud").await;
    assert_eq!(shop.runs(&bucket).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_signs_in_with_something_deleted_fails_and_is_given_another() {
    let shop = shop("environment").await;
    let (cloud, other) = (environment(&shop, "cloud").await, environment(&shop, "other").await);
    let bucket = planned(&shop, &cloud).await;
    let path = format!("/api/v2/integrations/{cloud}");
    shop.acme.owner.delete(&path).await.expect(409);
    shop.acme.owner.delete(&format!("{path}?force=true")).await.expect(204);
    shop.settle().await;
    assert_eq!(shop.status(&bucket).await, "failed");
    let error = said(&shop, &bucket, "error").await;
    assert!(error.contains("was deleted. Take this change back"), "{error}");
    shop.act(&shop.acme.owner, &bucket, "retry").await.expect(200);
    nothing_to_claim(&shop).await;
    assert_eq!(said(&shop, &bucket, "error").await, error);

    shop.act(&shop.acme.owner, &bucket, "cancel").await.expect(200);
    shop.update(&shop.acme.owner, &bucket, json!({"integrations": [other]}))
        .await
        .expect(200);
    shop.plan().await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    apply_as(&shop, &bucket, "other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_whose_integration_was_deleted_gets_nothing() {
    let shop = shop("environment").await;
    let cloud = environment(&shop, "cloud").await;
    let bucket = planned(&shop, &cloud).await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    let path = format!("/api/v2/integrations/{cloud}?force=true");
    shop.acme.owner.delete(&path).await.expect(204);
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "failed");
    let error = said(&shop, &bucket, "error").await;
    assert!(error.contains("\"cloud\"") && error.contains("deleted"), "{error}");
    assert_eq!(shop.resource(&bucket).await.attribute("state"), "requested");
}

const SESSION: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION</AccessKeyId>\
    <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/runs/slipway</Arn></AssumedRoleUser>\
    </AssumeRoleResult></AssumeRoleResponse>";
const REFUSED: &str = "<ErrorResponse><Error><Code>AccessDenied</Code>\
    <Message>User is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";

/// The role is there for the plan, gone for the apply, and given back (a recorded exchange).
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_the_cloud_took_back_is_said_and_the_change_tried_again() {
    const ANSWERS: Answers = &[
        ("POST /", 200, SESSION),
        ("POST /", 403, REFUSED),
        ("POST /", 200, SESSION),
    ];
    let shop = shop("aws").await;
    let (url, _) = recorded(ANSWERS).await;
    let settings: Value = json!({"method": "access-keys", "access-key-id": "AKIATHEKEY0000000000",
        "secret-access-key": "the-keys-secret", "assume-role-arn": "arn:aws:iam::111122223333:role/runs", "sts-url": url});
    let cloud = make(&shop.acme, "aws", "cloud", settings).await;
    let bucket = planned(&shop, &cloud).await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    nothing_to_claim(&shop).await;
    assert_eq!(shop.status(&bucket).await, "failed");
    let error = said(&shop, &bucket, "error").await;
    assert!(
        error.contains("The integration \"cloud\" gives nothing") && error.contains("AccessDenied"),
        "{error}"
    );
    assert!(!error.contains("the-keys-secret"), "{error}");

    shop.act(&shop.acme.owner, &bucket, "retry").await.expect(200);
    shop.plan().await;
    shop.act(&shop.acme.owner, &bucket, "confirm").await.expect(200);
    shop.apply(State::new(1)).await;
    assert_eq!(shop.status(&bucket).await, "applied");
}
