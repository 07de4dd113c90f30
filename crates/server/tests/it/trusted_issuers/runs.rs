//! A second, real issuer: the runs of another Slipway are let in here by what its own keys signed.

use serde_json::json;

use super::site::{HOME, account, exchange, refused};
use crate::support::{Acme, TestApp, document};

/// Another server that is really there: its address, and its organization `acme`.
async fn elsewhere() -> (String, Acme) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = TestApp::with(|settings| settings.server.public_url = Some(url.clone())).await;
    let router = app.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, Acme::on(app).await)
}

#[tokio::test]
async fn a_run_of_another_slipway_is_let_in_by_its_phase() {
    let (url, there) = elsewhere().await;
    let runner = there.runner().await;
    let audience = json!({"key": "TFC_WORKLOAD_IDENTITY_AUDIENCE", "value": HOME, "category": "env"});
    let path = format!("/api/v2/workspaces/{}/vars", there.workspace);
    there.owner.post(&path, document("vars", audience)).await.expect(201);
    let app = TestApp::with(|settings| {
        settings.server.public_url = Some(HOME.to_owned());
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let here = Acme::on(app).await;
    let deployer = account(&here.owner, "acme", "deployer").await;
    let rule = json!({"name": "apply", "service-account": deployer, "conditions": [
        {"claim": "terraform_organization_name", "equals": "acme"},
        {"claim": "sub", "matches": "organization:acme:project:default:workspace:shop:*"},
        {"claim": "terraform_run_phase", "equals": "apply"},
    ]});
    let trusted = json!({"name": "other-slipway", "issuer": url, "rules": [rule]});
    let path = "/api/v2/organizations/acme/trusted-issuers";
    here.owner
        .post(path, document("trusted-issuers", trusted))
        .await
        .expect(201);

    there.start(json!({"auto-apply": true})).await;
    for phase in ["plan", "apply"] {
        let item = runner.claim().await.unwrap();
        let identity = item.claim.context.identity.clone().unwrap();
        let token = identity.tokens[0].clone();
        let answer = exchange(&here.app, &[("subject_token", &token), ("audience", "acme")]).await;
        if phase == "plan" {
            refused(&answer, "invalid_request", "run_phase:plan");
        } else {
            let given = here
                .app
                .caller(answer.expect(200).body["access_token"].as_str().unwrap());
            assert_eq!(given.get("/api/v2/account/details").await.expect(200).id(), deployer);
        }
        item.succeed(json!({"add": 1})).await;
    }
}
