//! An organization that trusts an issuer.

use axum::body::Body;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::issuer::Issuer;
use crate::support::{Acme, Answer, Caller, TestApp, document};

/// The server's own address, and so the audience that tokens must be for.
pub const HOME: &str = "https://slipway.example.com";

/// The organization `acme` with the service account `ci`, which may plan, and an issuer with the rule `plan`: whose
/// `repository` is `acme/shop`.
pub struct Site {
    pub acme: Acme,
    pub issuer: Issuer,
    pub account: String,
    pub trusted: String,
}

impl Site {
    pub async fn new() -> Self {
        let app = TestApp::with(|settings| {
            settings.server.public_url = Some(HOME.to_owned());
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let acme = Acme::on(app).await;
        let issuer = Issuer::start().await;
        let account = account(&acme.owner, "acme", "ci").await;
        acme.assign("acme", &account, "plan", "acme").await;
        let mut site = Self {
            acme,
            issuer,
            account,
            trusted: String::new(),
        };
        let rules = json!([site.rule("plan", json!([{"claim": "repository", "equals": "acme/shop"}]))]);
        site.trusted = site.trust("ci", json!({"rules": rules})).await.expect(201).id();
        site
    }

    /// A rule to `ci`.
    pub fn rule(&self, name: &str, conditions: Value) -> Value {
        json!({"name": name, "service-account": self.account, "conditions": conditions})
    }

    /// Trusts the issuer under a name, with these other attributes.
    pub async fn trust(&self, name: &str, change: Value) -> Answer {
        let mut attributes = json!({"name": name, "issuer": self.issuer.url});
        let more = change.as_object().unwrap().clone();
        attributes.as_object_mut().unwrap().extend(more);
        let path = "/api/v2/organizations/acme/trusted-issuers";
        self.acme
            .owner
            .post(path, document("trusted-issuers", attributes))
            .await
    }

    /// Changes the trusted issuer `ci`.
    pub async fn change(&self, change: Value) -> Answer {
        let path = format!("/api/v2/trusted-issuers/{}", self.trusted);
        self.acme.owner.patch(&path, document("trusted-issuers", change)).await
    }

    /// Has only this rule from now on.
    pub async fn only(&self, conditions: Value) {
        let rules = json!([self.rule("only", conditions)]);
        self.change(json!({"rules": rules})).await.expect(200);
    }

    /// What a job of `acme/shop` says, with changes.
    pub fn claims(&self, change: Value) -> Value {
        let seconds = self.acme.app.kernel.clock.now().unix_ms() / 1_000;
        let mut claims = json!({
            "iss": self.issuer.url, "aud": HOME, "sub": "repo:acme/shop:ref:refs/heads/main",
            "repository": "acme/shop", "ref": "refs/heads/main", "jti": "one",
            "iat": seconds, "nbf": seconds - 5, "exp": seconds + 300,
        });
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        claims
    }

    /// An honest token with changes to its claims.
    pub fn token(&self, change: Value) -> String {
        self.issuer.token(&self.claims(change))
    }

    pub async fn exchange(&self, token: &str) -> Answer {
        self.exchange_for(token, "acme").await
    }

    pub async fn exchange_for(&self, token: &str, audience: &str) -> Answer {
        exchange(&self.acme.app, &[("subject_token", token), ("audience", audience)]).await
    }

    /// Who has what an exchange gave.
    pub fn caller(&self, given: &Answer) -> Caller {
        self.acme.app.caller(given.body["access_token"].as_str().unwrap())
    }

    /// The newest event of an action.
    pub async fn event(&self, action: &str) -> Option<Value> {
        self.events(action).await.into_iter().next()
    }

    pub async fn events(&self, action: &str) -> Vec<Value> {
        self.acme.app.settle().await;
        let path = format!("/api/v2/organizations/acme/events?filter[action]={action}&page[size]=100");
        let listed = self.acme.owner.get(&path).await.expect(200);
        listed.body["data"].as_array().unwrap().clone()
    }
}

/// Asks for an exchange with these parameters beside the usual ones; a parameter that is given replaces the usual one.
pub async fn exchange(app: &TestApp, parameters: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ];
    let usual = usual
        .into_iter()
        .filter(|(name, _)| !parameters.iter().any(|(other, _)| other == name));
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(usual)
        .extend_pairs(parameters)
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    app.anonymous()
        .send("POST", "/oauth/token", &headers, Body::from(form))
        .await
}

/// A new service account of an organization: its id.
pub async fn account(caller: &Caller, organization: &str, name: &str) -> String {
    let path = format!("/api/v2/organizations/{organization}/service-accounts");
    let body = document("service-accounts", json!({"name": name}));
    caller.post(&path, body).await.expect(201).id()
}

/// Refused in the shape of the standards, with a sentence that has this in it.
#[track_caller]
pub fn refused(answer: &Answer, error: &str, why: &str) {
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(answer.body["error"], error, "{}", answer.text());
    let description = answer.body["error_description"].as_str().unwrap();
    assert!(description.contains(why), "{description}");
    assert!(answer.body.get("access_token").is_none());
}
