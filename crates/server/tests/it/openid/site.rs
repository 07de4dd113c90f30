//! A site with real Dex beside it.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_testing::dex::{self, Dex};

use super::browser::{Browser, HOME, Shown};
use crate::support::{Caller, TestApp, document};

/// A site, its administrator, and the time as providers have it.
pub struct Site {
    pub app: TestApp,
    pub admin: Caller,
}

impl Site {
    pub async fn new() -> Self {
        Self::on(None).await
    }

    /// The same on a database of this URL.
    pub async fn on(database: Option<String>) -> Self {
        let app = TestApp::with(|settings| {
            settings.server.public_url = Some(HOME.to_owned());
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
            if database.is_some() {
                settings.database.url = database;
            }
        })
        .await;
        app.pass(now().since(app.kernel.clock.now()));
        let admin = app.site_admin("root").await;
        Self { app, admin }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.app.router)
    }

    /// Makes Dex a provider of the site, with these other attributes; returns its id.
    pub async fn connect(&self, name: &str, dex: &mut Dex, change: Value) -> String {
        let mut attributes = json!({
            "scopes": ["openid", "profile", "email", "groups"],
            "creates-accounts": true,
        });
        attributes
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let issuer = dex.issuer.clone();
        let id = self
            .add(name, &issuer, (dex::CLIENT_ID, dex::CLIENT_SECRET), attributes)
            .await;
        dex.answer_to(&format!("{HOME}/sign-in/oidc/{id}/callback")).unwrap();
        id
    }

    /// Makes an issuer a provider of the site; returns its id.
    pub async fn add(&self, name: &str, issuer: &str, client: (&str, &str), change: Value) -> String {
        let mut attributes = json!({
            "name": name, "issuer": issuer, "client-id": client.0, "client-secret": client.1,
        });
        attributes
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let made = self
            .admin
            .post("/api/v2/identity-providers", document("identity-providers", attributes));
        made.await.expect(201).id()
    }

    /// The id of the user with this name.
    pub async fn user(&self, name: &str) -> Option<String> {
        let listed = self
            .admin
            .get("/api/v2/admin/users?page%5Bsize%5D=100")
            .await
            .expect(200);
        let rows = listed.body["data"].as_array().cloned().unwrap_or_default();
        let found = rows.iter().find(|row| row["attributes"]["username"] == name);
        found.map(|row| row["id"].as_str().unwrap().to_owned())
    }

    /// A token of the user's.
    pub async fn token(&self, user: &str) -> Caller {
        let body = document("authentication-tokens", json!({"description": "story"}));
        let path = format!("/api/v2/users/{user}/authentication-tokens");
        let made = self.admin.post(&path, body).await.expect(201);
        self.app.caller(made.attribute("token").as_str().unwrap())
    }
}

impl Browser {
    /// Signs in at Dex with its own forms: mail address and password, then the consent. Ends where Slipway sends it.
    pub async fn sign_in_with_password(&mut self, provider: &str, return_to: &str) -> Shown {
        let choice = self
            .open(&format!("/sign-in/oidc/{provider}?return_to={return_to}"))
            .await
            .expect(200);
        let form = self.open(&choice.link("/auth/local")).await.expect(200);
        let consent = self
            .send(&form, &[("login", dex::EMAIL), ("password", dex::PASSWORD)])
            .await;
        self.send(&consent.expect(200), &[("approval", "approve")]).await
    }

    /// Signs in at Dex as who the proxy says, by [`Browser::behind_proxy`].
    pub async fn sign_in_by_proxy(&mut self, provider: &str) -> Shown {
        let choice = self.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
        let consent = self.open(&choice.link("/auth/proxy")).await.expect(200);
        self.send(&consent, &[("approval", "approve")]).await
    }
}

/// The machine's time: tokens of real providers are made by it.
#[expect(clippy::disallowed_methods, reason = "other programs have no other clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Timestamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap())
}
