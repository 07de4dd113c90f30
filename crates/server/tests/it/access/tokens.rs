//! Tokens: what opens, for how long, and what does not any more.

use std::time::Duration;

use serde_json::json;

use crate::support::{Acme, TestRunner, document};

#[tokio::test]
async fn a_token_ends_with_its_time_its_revocation_and_its_user() {
    let acme = Acme::new().await;
    let (id, bob) = acme.app.user(&acme.owner, "bob").await;
    let tokens = format!("/api/v2/users/{id}/authentication-tokens");
    let soon = acme.app.kernel.clock.now().after(Duration::from_secs(60));
    let wanted = document(
        "authentication-tokens",
        json!({"description": "soon gone", "expired-at": soon}),
    );
    let made = bob.post(&tokens, wanted).await.expect(201);
    let short = acme.app.caller(made.attribute("token").as_str().unwrap());
    short.get("/api/v2/account/details").await.expect(200);
    acme.app.pass(Duration::from_secs(61));
    short.get("/api/v2/account/details").await.expect(401);

    let lasting = document("authentication-tokens", json!({"description": "laptop"}));
    let made = bob.post(&tokens, lasting).await.expect(201);
    let laptop = acme.app.caller(made.attribute("token").as_str().unwrap());
    laptop.get("/api/v2/account/details").await.expect(200);
    bob.delete(&format!("/api/v2/authentication-tokens/{}", made.id()))
        .await
        .expect(204);
    laptop.get("/api/v2/account/details").await.expect(401);

    bob.get("/api/v2/account/details").await.expect(200);
    acme.owner
        .delete(&format!("/api/v2/admin/users/{id}"))
        .await
        .expect(204);
    bob.get("/api/v2/account/details").await.expect(401);
}

#[tokio::test]
async fn refusals_of_tokens_do_not_tell_what_is_wrong_with_them() {
    let acme = Acme::new().await;
    let (_, bob) = acme.app.user(&acme.owner, "bob").await;
    let path = "/api/v2/account/details";
    let mut texts = std::collections::BTreeSet::new();
    for text in [
        "nonsense",
        "slw_u_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "slw_r_x",
        "",
    ] {
        texts.insert(acme.app.caller(text).get(path).await.expect(401).error().1);
    }
    for header in ["Bearer", "Negotiate abc", "Basic YTpi", "\u{e9}"] {
        let headers = [("authorization", header)];
        let refused = acme
            .app
            .anonymous()
            .send("GET", path, &headers, axum::body::Body::empty())
            .await;
        texts.insert(refused.expect(401).error().1);
    }
    texts.insert(acme.app.anonymous().get(path).await.expect(401).error().1);
    assert_eq!(texts.len(), 1, "{texts:?}");
    bob.get(path).await.expect(200);
}

#[tokio::test]
async fn a_pools_token_claims_for_its_pool_and_ends_with_it() {
    let acme = Acme::new().await;
    let pools = "/api/v2/organizations/acme/agent-pools";
    let pool = document("agent-pools", json!({"name": "builders"}));
    let pool = acme.owner.post(pools, pool).await.expect(201).id();
    let tokens = format!("/api/v2/agent-pools/{pool}/authentication-tokens");
    let wanted = document("authentication-tokens", json!({"description": "a host"}));
    let made = acme.owner.post(&tokens, wanted).await.expect(201);
    let builder = acme.app.caller(made.attribute("token").as_str().unwrap());
    let builder = TestRunner::register(&acme.app, builder).await;

    acme.start(json!({})).await;
    assert!(builder.claim().await.is_none(), "the run is for the site's pool");
    let site = acme.runner().await;
    let foreign = format!("/api/v2/runners/{}/claim", builder.id());
    site.caller().post(&foreign, json!({"wait-ms": 0})).await.expect(404);
    assert!(site.claim().await.is_some());

    acme.owner
        .delete(&format!("/api/v2/agent-pools/{pool}"))
        .await
        .expect(204);
    builder.caller().post(&foreign, json!({"wait-ms": 0})).await.expect(401);
}

#[tokio::test]
async fn a_run_token_ends_with_its_item_and_with_its_lease() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    acme.start(json!({"plan-only": true})).await;
    let done = runner.claim().await.unwrap();
    done.get("configuration").await.expect(200);
    done.succeed(json!({})).await;
    for part in ["configuration", "context", "state", "plan"] {
        assert_eq!(done.get(part).await.expect(409).error().0, "stale-lease", "{part}");
    }
    acme.start(json!({"plan-only": true})).await;
    let lost = runner.claim().await.unwrap();
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    for part in ["configuration", "context", "state", "plan"] {
        assert_eq!(lost.get(part).await.expect(409).error().0, "stale-lease", "{part}");
    }
    assert_eq!(
        lost.put("log?offset=0", "late\n").await.expect(409).error().0,
        "stale-lease"
    );
}

#[tokio::test]
async fn nobody_hands_out_more_than_he_has() {
    let acme = Acme::new().await;
    let admin = acme.member("adam", "admin", "acme").await;
    let (mia, _) = acme.app.user(&acme.owner, "mia").await;
    let roles = "/api/v2/organizations/acme/roles";
    let assignments = "/api/v2/organizations/acme/role-assignments";
    let role = |permission: &str| document("roles", json!({"name": "extra", "permissions": [permission]}));
    for permission in ["*", "organization", "organization.delete"] {
        admin.post(roles, role(permission)).await.expect(403);
    }
    let unknown = admin.post(roles, role("workspace.run.fly")).await.expect(422);
    assert_eq!(unknown.pointer(), "/data/attributes/permissions/0");
    admin.post(roles, role("workspace.run")).await.expect(201);
    let given = |role: &str| {
        document(
            "role-assignments",
            json!({"subject": mia, "role": role, "scope": "acme"}),
        )
    };
    admin.post(assignments, given("owner")).await.expect(403);
    admin.post(assignments, given("extra")).await.expect(201);
    admin.post(assignments, given("extra")).await.expect(409);
    let held = acme.owner.get(assignments).await.expect(200);
    let rows = held.body["data"].as_array().unwrap();
    let owners = rows.iter().find(|row| row["attributes"]["role"] == "owner").unwrap();
    let owners = format!("/api/v2/role-assignments/{}", owners["id"].as_str().unwrap());
    admin.delete(&owners).await.expect(403);
    let last = acme.owner.delete(&owners).await.expect(409);
    assert!(last.error().1.contains("last owner"), "{}", last.text());
}
