//! A service principal of Microsoft Entra: its secret gets tokens of an hour (OAuth 2.0 client credentials, RFC 6749 4.4).

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::forges::client::{ACCEPT_JSON, Call, Client, Outside};
use crate::forges::model::ForgeError;
use crate::forges::settings::{Secrets, Settings};
use crate::forges::tokens::Key;

/// Azure DevOps as Entra knows it, in every tenant.
const SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";

/// An application of a directory with its secret.
pub(super) struct Principal {
    client: Client,
    tenant: String,
    application: String,
    secret: Zeroizing<String>,
    /// Which of the kept tokens is this principal's.
    kept: Key,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

impl Principal {
    pub(super) fn new(settings: &Settings, secrets: &Secrets, outside: &Outside) -> Result<Self, ForgeError> {
        let (Some(tenant), Some(application), Some(secret)) =
            (&settings.tenant_id, &settings.client_id, &secrets.client_secret)
        else {
            return Err(ForgeError::Refused(
                "a connection to Azure DevOps needs a token, or a service principal's tenant, application and secret"
                    .to_owned(),
            ));
        };
        let login = settings
            .login_url
            .as_deref()
            .unwrap_or("https://login.microsoftonline.com");
        let parts = [login, tenant, application, secret.as_str()].map(str::as_bytes);
        Ok(Self {
            kept: Key::of(&parts),
            client: Client::new(outside, login, None)?.header(ACCEPT_JSON.0, ACCEPT_JSON.1),
            tenant: tenant.clone(),
            application: application.clone(),
            secret: secret.clone(),
        })
    }

    /// A token that holds for some minutes at least.
    pub(super) async fn token(&self) -> Result<Zeroizing<String>, ForgeError> {
        let now = self.client.outside.clock.now();
        if let Some(token) = self.client.outside.tokens.find(&self.kept, now) {
            return Ok(token);
        }
        let call = Call::new(Method::POST, &[&self.tenant, "oauth2", "v2.0", "token"]).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &self.application),
            ("client_secret", &self.secret),
            ("scope", SCOPE),
        ]);
        let answer: Answer = match self.client.ask(call).await {
            // Entra's way to say that the secret is wrong or has expired.
            Err(ForgeError::Refused(why)) if why.contains("AADSTS7000") => {
                return Err(ForgeError::Credentials(self.client.host()));
            }
            answer => answer?.json()?,
        };
        let token = Zeroizing::new(answer.access_token);
        let ends = now.after(Duration::from_secs(answer.expires_in));
        self.client.outside.tokens.keep(&self.kept, &token, ends, now);
        Ok(token)
    }

    /// Forgets the token, which Azure DevOps did not take.
    pub(super) fn forget_token(&self) {
        self.client.outside.tokens.forget(&self.kept);
    }
}
