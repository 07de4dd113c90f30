//! What people do at a Gitea in the browser: they allow applications.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::json;

use super::api::text;
use super::{Gitea, PASSWORD, unique};

/// What a browser sends a form as.
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

impl Gitea {
    /// Makes an OAuth application of a user; gives its client id and its secret.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn application(&self, owner: &str, redirect_uri: &str) -> Result<(String, String)> {
        let body = json!({ "name": unique("app"), "redirect_uris": [redirect_uri], "confidential_client": true });
        let made = self.ask(owner, "POST", "/user/applications/oauth2", &body).await?;
        Ok((text(&made, "/client_id")?, text(&made, "/client_secret")?))
    }

    /// Does what a person does in the browser who is sent to `authorize_url`: signs in and allows the application. Gives the
    /// address that the browser is sent back to.
    ///
    /// # Errors
    /// It is not allowed.
    pub async fn allow(&self, user: &str, authorize_url: &str) -> Result<String> {
        let browser = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let sign_in = [("user_name", user), ("password", PASSWORD)];
        let page = format!("{}/user/login", self.url);
        let signed_in = browser
            .post(&page)
            .header(FORM.0, FORM.1)
            .body(encoded(sign_in))
            .send()
            .await?;
        let cookies = signed_in.headers().get_all("set-cookie").iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='));
        // The session gets another name when somebody signs in: the last one counts.
        let named: BTreeMap<&str, &str> = pairs.filter(|(_, value)| !value.is_empty()).collect();
        let session: Vec<String> = named.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let session = session.join("; ");
        let asked = browser.get(authorize_url).header("cookie", &session).send().await?;
        // Who allowed it before is not asked again.
        if let Some(back) = asked.headers().get("location") {
            return Ok(back.to_str()?.to_owned());
        }
        let mut form: Vec<(String, String)> = url::Url::parse(authorize_url)?.query_pairs().into_owned().collect();
        form.push(("granted".to_owned(), "true".to_owned()));
        let grant = format!("{}/login/oauth/grant", self.url);
        let answer = browser
            .post(&grant)
            .header("cookie", &session)
            .header(FORM.0, FORM.1)
            .body(encoded(form))
            .send()
            .await?;
        let back = answer
            .headers()
            .get("location")
            .context("the application was not allowed")?;
        Ok(back.to_str()?.to_owned())
    }
}

fn encoded(fields: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
