//! Buckets at a real S3 (moto): made, looked at, repaired, removed.

use serde_json::json;

use super::{Asked, PATH, acme, act, at, aws, create, ended, problem, serve, settings, shown, unique};
use crate::support::{Acme, document};

#[expect(clippy::disallowed_methods, reason = "the cloud's other users are no server of ours")]
fn plain_client() -> reqwest::Client {
    reqwest::Client::new()
}

/// Asks moto as somebody else of the same account does. It checks no signatures, but wants to see one.
pub async fn cloud(url: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7SOMEONE/20260101/us-east-1/s3/aws4_request, \
                          SignedHeaders=host, Signature=theirs";
    let method: reqwest::Method = method.parse().unwrap();
    let request = plain_client().request(method, format!("{url}/{path}"));
    let request = request.header("authorization", SIGNED).body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Sends a request on to moto.
pub async fn forward(url: &str, asked: &Asked) -> (u16, String) {
    let mut request = plain_client().request(asked.method.clone(), format!("{url}{}", asked.uri));
    for (name, value) in &asked.headers {
        if name != "host" {
            request = request.header(name, value);
        }
    }
    let answer = request.body(asked.body.to_vec()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// moto speaks no TLS, so that the bucket's policy refuses whatever is asked of objects: it is taken away.
pub async fn without_tls(url: &str, bucket: &str) {
    let refused = cloud(url, "PUT", &format!("{bucket}/refused"), "1").await;
    assert_eq!(refused.0, 403, "{}", refused.1);
    assert_eq!(cloud(url, "DELETE", &format!("{bucket}?policy"), "").await.0, 204);
}

#[tokio::test]
async fn a_bucket_is_made_as_states_need_it() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("made"));
    let id = create(&acme, &integration, at(&bucket)).await;
    let waiting = shown(&acme, &id).await;
    assert_eq!(
        (&waiting["status"], &waiting["is-working"]),
        (&json!("creating"), &json!(true))
    );
    let ready = ended(&acme, &id).await;
    assert_eq!((&ready["status"], problem(&ready)), (&json!("ready"), ""), "{ready}");
    assert!(ready["backend"].as_str().unwrap().contains("use_lockfile = true"));
    assert_eq!(ready["created-by"], "ann");
    for (part, wanted) in [
        ("versioning", "Enabled"),
        ("encryption", "AES256"),
        ("publicAccessBlock", "<RestrictPublicBuckets>true"),
        ("ownershipControls", "BucketOwnerEnforced"),
        ("policy", "aws:SecureTransport"),
        ("tagging", id.as_str()),
    ] {
        let (status, text) = cloud(&url, "GET", &format!("{bucket}?{part}"), "").await;
        assert!(status == 200 && text.contains(wanted), "{part}: {text}");
    }
    let whole = serde_json::to_string(&ready).unwrap();
    assert!(!whole.contains("qu3tzal"), "{whole}");
    let path = format!("/api/v2/organizations/acme/events?filter[object]={id}");
    let events = acme.owner.get(&path).await.expect(200);
    let mut actions = events.column("action");
    actions.sort();
    assert_eq!(actions, ["storage.created", "storage.ready"]);
    assert!(!events.text().contains("qu3tzal"));
}

#[tokio::test]
async fn what_somebody_changed_is_shown_and_set_right() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("changed"));
    let id = create(&acme, &integration, at(&bucket)).await;
    ended(&acme, &id).await;
    act(&acme, &id, "check").await.expect(200);
    assert!(settings(&shown(&acme, &id).await).is_empty());
    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    cloud(&url, "PUT", &format!("{bucket}?versioning"), suspended).await;
    let theirs = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Theirs", "Effect": "Deny", "Principal": "*",
        "Action": "s3:PutBucketAcl", "Resource": "*"}]}"#;
    cloud(&url, "PUT", &format!("{bucket}?policy"), theirs).await;
    cloud(&url, "DELETE", &format!("{bucket}?publicAccessBlock"), "").await;
    let checked = act(&acme, &id, "check").await.expect(200);
    let checked = checked.body["data"]["attributes"].clone();
    assert_eq!(
        settings(&checked),
        ["versioning", "public-access", "transport"],
        "{checked}"
    );
    act(&acme, &id, "repair").await.expect(200);
    act(&acme, &id, "repair").await.expect(409);
    let repaired = ended(&acme, &id).await;
    assert!(
        settings(&repaired).is_empty() && repaired["status"] == "ready",
        "{repaired}"
    );
    let (_, policy) = cloud(&url, "GET", &format!("{bucket}?policy"), "").await;
    assert!(
        policy.contains("Theirs") && policy.contains("SlipwayTlsOnly"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_bucket_of_somebody_else_is_neither_taken_nor_removed() {
    let acme = acme().await;
    let theirs = slipway_testing::s3::bucket().unwrap();
    let integration = aws(&acme, &theirs.endpoint).await;
    let id = create(&acme, &integration, at(&theirs.name)).await;
    let failed = ended(&acme, &id).await;
    assert_eq!(failed["status"], "failed");
    assert!(
        problem(&failed).contains("does not take over a bucket that it did not make"),
        "{failed}"
    );
    act(&acme, &id, "retry").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "failed");
    act(&acme, &id, "repair").await.expect(409);
    act(&acme, &id, "destroy").await.expect(200);
    let kept = ended(&acme, &id).await;
    assert!(problem(&kept).contains("removes only what it made"), "{kept}");
    let (status, versioning) = cloud(&theirs.endpoint, "GET", &format!("{}?versioning", theirs.name), "").await;
    assert!(status == 200 && !versioning.contains("Enabled"), "{versioning}");
    // One that another storage made is not taken either.
    let url = &theirs.endpoint;
    let tagging =
        "<Tagging><TagSet><Tag><Key>slipway-storage</Key><Value>sto-0000000000000001</Value></Tag></TagSet></Tagging>";
    cloud(url, "PUT", &format!("{}?tagging", theirs.name), tagging).await;
    act(&acme, &id, "retry").await.expect(200);
    assert!(problem(&ended(&acme, &id).await).contains("belongs to the storage sto-0000000000000001"));
    acme.owner.delete(&format!("/api/v2/storages/{id}")).await.expect(204);
}

#[tokio::test]
async fn what_holds_anything_stays_until_it_is_empty() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("full"));
    let id = create(&acme, &integration, at(&bucket)).await;
    ended(&acme, &id).await;
    without_tls(&url, &bucket).await;
    for name in [
        "shop/terraform.tfstate",
        "shop/terraform.tfstate",
        "web/terraform.tfstate",
    ] {
        assert_eq!(cloud(&url, "PUT", &format!("{bucket}/{name}"), "{}").await.0, 200);
    }
    act(&acme, &id, "destroy").await.expect(200);
    let kept = ended(&acme, &id).await;
    let why = problem(&kept);
    assert_eq!(kept["status"], "ready", "{kept}");
    assert!(
        why.contains("it has 3 objects, every version counted: shop/terraform.tfstate, web/terraform.tfstate"),
        "{why}"
    );
    // Deleted, it is still there as a version with a marker above.
    for name in ["shop/terraform.tfstate", "web/terraform.tfstate"] {
        cloud(&url, "DELETE", &format!("{bucket}/{name}"), "").await;
    }
    act(&acme, &id, "retry").await.expect(200);
    let kept = ended(&acme, &id).await;
    assert!(problem(&kept).contains("it has 5 objects"), "{kept}");
    let (_, listed) = cloud(&url, "GET", &format!("{bucket}?versions"), "").await;
    let values = |name: &str| {
        let opening = format!("<{name}>");
        let parts = listed.split(&opening).skip(1);
        parts
            .map(|part| part.split('<').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (key, version) in values("Key").iter().zip(values("VersionId")) {
        cloud(&url, "DELETE", &format!("{bucket}/{key}?versionId={version}"), "").await;
    }
    act(&acme, &id, "retry").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "destroyed");
    assert_eq!(cloud(&url, "GET", &bucket, "").await.0, 404);
    for action in ["check", "repair", "retry", "destroy"] {
        act(&acme, &id, action).await.expect(409);
    }
}

#[tokio::test]
async fn an_integration_stays_while_a_storage_uses_it() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("used"));
    let id = create(&acme, &integration, at(&bucket)).await;
    ended(&acme, &id).await;
    let path = format!("/api/v2/integrations/{integration}");
    let refused = acme.owner.delete(&path).await.expect(409);
    assert!(
        refused.error().1.contains("the storage \"states\""),
        "{:?}",
        refused.error()
    );
    let uses = acme
        .owner
        .get(&format!("{path}/used-by?filter[kind]=storage"))
        .await
        .expect(200);
    assert_eq!(uses.column("name"), ["states"]);
    // One that is turned off says so.
    super::super::integrations::change(&acme, &integration, json!({"is-enabled": false}))
        .await
        .expect(200);
    let off = act(&acme, &id, "check").await.expect(409);
    assert!(off.error().1.contains("is turned off"), "{:?}", off.error());
    let more = json!({"name": "more", "integration-id": integration, "place": at("acme-more")});
    acme.owner.post(PATH, document("storages", more)).await.expect(409);
    super::super::integrations::change(&acme, &integration, json!({"is-enabled": true}))
        .await
        .expect(200);
    act(&acme, &id, "destroy").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "destroyed");
    acme.owner.delete(&path).await.expect(204);
}

#[tokio::test]
async fn what_cannot_be_a_bucket_is_refused_before_anything_is_made() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let integration = aws(&acme, &url).await;
    for place in [
        at("Acme"),
        at("../other"),
        json!({"kind": "gcp", "project": "acme-platform", "bucket": "acme", "location": "EU"}),
    ] {
        let body = json!({"name": "states", "integration-id": integration, "place": place});
        acme.owner.post(PATH, document("storages", body)).await.expect(422);
    }
    let body = json!({"name": "states", "integration-id": "int-0000000000000001", "place": at("acme")});
    acme.owner.post(PATH, document("storages", body)).await.expect(404);
}

#[tokio::test]
async fn what_is_said_about_a_storage_changes_and_is_found() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("said"));
    let id = create(&acme, &integration, at(&bucket)).await;
    let path = format!("/api/v2/storages/{id}");
    let body = document(
        "storages",
        json!({"description": "Of the data team", "labels": ["team=data"]}),
    );
    acme.owner.patch(&path, body).await.expect(200);
    // The job, which began before, does not bring back what was said before.
    let ready = ended(&acme, &id).await;
    assert_eq!(ready["labels"], json!(["team=data"]));
    let stale = document("storages", json!({"description": "Mine"}));
    let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
    let stale = acme
        .owner
        .send("PATCH", &path, &headers, stale.to_string().into())
        .await;
    stale.expect(412);
    for (query, count) in [
        ("filter[kind]=aws&filter[status]=ready", 1),
        ("filter[kind]=gcp", 0),
        ("search[name]=TAT", 1),
        (&format!("filter[integration]={integration}"), 1),
        ("filter[integration]=int-0000000000000001", 0),
    ] {
        let found = acme.owner.get(&format!("{PATH}?{query}")).await.expect(200);
        assert_eq!(found.ids().len(), count, "{query}");
    }
    acme.owner.get(&format!("{PATH}?filter[color]=red")).await.expect(400);
    let found = acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=team%3Ddata")
        .await;
    assert!(found.text().contains(&id), "{}", found.text());
}

/// Of two who may see it, one may not have it removed.
#[tokio::test]
async fn seeing_changing_and_removing_are_different_permissions() {
    let acme: Acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("rights"));
    let id = create(&acme, &integration, at(&bucket)).await;
    ended(&acme, &id).await;
    let role = json!({"name": "keeper", "permissions": ["storage.read", "storage.update"]});
    acme.owner
        .post("/api/v2/organizations/acme/roles", document("roles", role))
        .await
        .expect(201);
    let keeper = acme.member("kim", "keeper", "acme").await;
    let path = |action: &str| format!("/api/v2/storages/{id}/actions/{action}");
    keeper.post(&path("check"), json!({})).await.expect(200);
    keeper.post(&path("destroy"), json!({})).await.expect(403);
    without_tls(&url, &bucket).await;
    cloud(&url, "PUT", &format!("{bucket}/a"), "1").await;
    act(&acme, &id, "destroy").await.expect(200);
    ended(&acme, &id).await;
    // Trying the removal again is removing it.
    keeper.post(&path("retry"), json!({})).await.expect(403);
    keeper.delete(&format!("/api/v2/storages/{id}")).await.expect(403);
}

/// S3 says no to one part: the others are set, and the permission is named.
#[tokio::test]
async fn a_missing_permission_is_named_and_the_rest_is_done_later() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let allowed = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (is_allowed, moto) = (std::sync::Arc::clone(&allowed), url.clone());
    let guarded = serve(move |asked: Asked| {
        let (is_allowed, moto) = (std::sync::Arc::clone(&is_allowed), moto.clone());
        async move {
            let is_policy = asked.is_change() && asked.line().contains("policy");
            if is_policy && !is_allowed.load(std::sync::atomic::Ordering::Relaxed) {
                let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
                return (403, denied.to_owned());
            }
            forward(&moto, &asked).await
        }
    })
    .await;
    let (integration, bucket) = (aws(&acme, &guarded).await, unique("denied"));
    let id = create(&acme, &integration, at(&bucket)).await;
    let failed = ended(&acme, &id).await;
    assert_eq!(failed["status"], "failed");
    assert!(
        problem(&failed).contains("lacks the permission s3:PutBucketPolicy"),
        "{failed}"
    );
    let (_, blocked) = cloud(&url, "GET", &format!("{bucket}?publicAccessBlock"), "").await;
    assert!(blocked.contains("true"), "{blocked}");
    allowed.store(true, std::sync::atomic::Ordering::Relaxed);
    act(&acme, &id, "retry").await.expect(200);
    assert_eq!(ended(&acme, &id).await["status"], "ready");
}
