//! The audit log as its readers see it: found by what is known, page by page in both directions, exported, sent.

use std::time::Duration;

use serde_json::json;
use slipway_api::audit::verify::Verifier;

use crate::support::{Acme, document};

/// Somebody creates three projects and changes a variable, a minute apart.
async fn busy() -> Acme {
    let acme = Acme::new().await;
    for name in ["alpha", "beta", "gamma"] {
        acme.app.pass(Duration::from_secs(60));
        let body = document("projects", json!({"name": name}));
        acme.owner
            .post("/api/v2/organizations/acme/projects", body)
            .await
            .expect(201);
    }
    acme.app.pass(Duration::from_secs(60));
    let path = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let body = document("vars", json!({"key": "db-password", "value": "x", "sensitive": true}));
    acme.owner.post(&path, body).await.expect(201);
    acme.app.settle().await;
    acme
}

const EVENTS: &str = "/api/v2/organizations/acme/events";

#[tokio::test]
async fn events_are_found_by_what_is_known() {
    let acme = busy().await;
    let names = async |query: &str| {
        let found = acme.owner.get(&format!("{EVENTS}?{query}")).await.expect(200);
        found.column("object-name")
    };
    assert_eq!(
        names("filter[action]=project.created&page[size]=3").await,
        ["gamma", "beta", "alpha"]
    );
    assert_eq!(names("filter[action]=variable").await.len(), 1, "all below it");
    assert!(names("filter[action]=vari").await.is_empty(), "not a part of a word");
    assert_eq!(
        names("filter[object-kind]=project&filter[object-name]=beta").await,
        ["beta"]
    );
    assert_eq!(names("filter[actor-name]=nobody").await, Vec::<String>::new());
    assert_eq!(names("search=db-pass").await, ["db-password of shop"]);
    assert!(
        names("search=%25").await.is_empty(),
        "a sign of the database's is only a sign"
    );

    let beta = acme
        .owner
        .get(&format!("{EVENTS}?filter[object-name]=beta"))
        .await
        .expect(200);
    let event = &beta.body["data"][0]["attributes"];
    let at = event["created-at"].as_str().unwrap();
    assert_eq!(
        names(&format!("filter[from]={at}&filter[action]=project.created")).await,
        ["gamma", "beta"]
    );
    assert_eq!(
        names(&format!("filter[to]={at}&filter[action]=project.created&page[size]=1")).await,
        ["alpha"]
    );
    let request = event["request-id"].as_str().unwrap();
    assert_eq!(names(&format!("filter[request]={request}")).await, ["beta"]);
    let project = event["object-id"].as_str().unwrap();
    assert_eq!(names(&format!("filter[object]={project}")).await, ["beta"]);
    acme.owner
        .get(&format!("{EVENTS}?filter[from]=yesterday"))
        .await
        .expect(400);
}

#[tokio::test]
async fn pages_go_on_and_back_by_cursor() {
    let acme = busy().await;
    let all = acme
        .owner
        .get(&format!("{EVENTS}?page[size]=100"))
        .await
        .expect(200)
        .ids();
    assert!(all.len() > 6);
    let page = async |query: String| {
        acme.owner
            .get(&format!("{EVENTS}?page[size]=2{query}"))
            .await
            .expect(200)
    };
    let first = page(String::new()).await;
    assert_eq!(first.ids(), all[..2]);
    let cursor = first.body["meta"]["pagination"]["next-after"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = page(format!("&page[after]={cursor}")).await;
    assert_eq!(second.ids(), all[2..4]);
    let third = page(format!("&page[after]={}", second.ids()[1])).await;
    assert_eq!(third.ids(), all[4..6]);
    let back = page(format!("&page[before]={}", third.ids()[0])).await;
    assert_eq!(back.ids(), all[2..4]);
    assert_eq!(back.body["meta"]["pagination"]["next-after"], all[3].as_str());
    let back = page(format!("&page[before]={}", all[1])).await;
    assert_eq!(back.ids(), all[..1], "what is left of the newest");
    assert!(page(format!("&page[before]={}", all[0])).await.ids().is_empty());
    acme.owner.get(&format!("{EVENTS}?page[after]=here")).await.expect(400);
}

#[tokio::test]
async fn an_export_is_whole_for_who_may_have_it() {
    let acme = busy().await;
    let path = "/api/v2/organizations/acme/audit-export";
    let answer = acme.owner.get(path).await.expect(200);
    let mut verifier = Verifier::new(None);
    for line in answer.text().lines() {
        verifier.line(line.as_bytes()).unwrap();
    }
    let verified = verifier.finish().unwrap();
    assert_eq!(verified.name, "acme");
    assert!(verified.events > 5);
    acme.app.settle().await;
    let after = acme
        .owner
        .get(&format!("{path}?after={}", verified.position))
        .await
        .expect(200);
    assert!(after.text().contains("audit.exported"), "who exports is seen");
    assert!(!after.text().contains("project.created"));
    acme.owner.get(&format!("{path}?after=-1")).await.expect(400);

    let trail = "/api/v2/organization/audit-trail";
    acme.owner.get(trail).await.expect(400);
    let trail = acme
        .owner
        .get(&format!("{trail}?organization=acme&page[size]=1"))
        .await
        .expect(200);
    assert_eq!(trail.body["data"][0]["type"], "Resource");
    assert_eq!(trail.body["data"][0]["resource"]["action"], "exported");
    assert_eq!(trail.body["pagination"]["next_page"], 2);
}

#[tokio::test]
async fn a_webhook_is_made_shown_and_changed() {
    let acme = busy().await;
    let path = "/api/v2/organizations/acme/audit-webhooks";
    let body = document(
        "audit-webhooks",
        json!({"url": "http://10.0.0.1/events", "description": "Security"}),
    );
    let made = acme.owner.post(path, body).await.expect(201);
    assert!(made.attribute("secret").as_str().unwrap().starts_with("slw_hook_"));
    let one = format!("/api/v2/audit-webhooks/{}", made.id());
    let shown = acme.owner.get(&one).await.expect(200);
    assert!(shown.attribute("secret").is_null(), "shown once");
    assert_eq!(shown.attribute("enabled"), true);
    let tested = acme
        .owner
        .post(&format!("{one}/actions/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(tested.attribute("delivered"), false);
    assert!(
        tested
            .attribute("error")
            .as_str()
            .unwrap()
            .contains("outbound.allowed_networks")
    );
    let disable = document("audit-webhooks", json!({"enabled": false}));
    acme.owner.patch(&one, disable).await.expect(200);
    assert_eq!(acme.owner.get(path).await.expect(200).ids(), [made.id()]);
    let unknown = document("audit-webhooks", json!({"secret": "mine"}));
    acme.owner.patch(&one, unknown).await.expect(422);
    acme.owner.delete(&one).await.expect(204);
    acme.owner.get(&one).await.expect(404);
    let (_, bob) = acme.app.user(&acme.owner, "bob").await;
    bob.get(path).await.expect(404);
    bob.get("/api/v2/admin/audit-webhooks").await.expect(403);
}
