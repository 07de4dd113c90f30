//! A GitHub App that is made in the browser in one step
//! (<https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>): a form is sent to
//! GitHub, its person says yes, and the code that comes back is worth the app's key.

use http::Method;
use http::header::{ACCEPT, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::forges::client::{Call, Client, Outside};
use crate::forges::github::{PERMISSIONS, api_of};
use crate::forges::model::ForgeError;
use crate::forges::settings::Settings;

/// Longest name of an app.
const NAME: usize = 34;

/// What the app is made with.
#[derive(Debug, Clone, Copy)]
pub struct NewApp<'a> {
    /// What people see at GitHub, unique there; cut to 34 characters.
    pub name: &'a str,
    /// Where people read about it: this server.
    pub homepage: &'a str,
    /// Where the browser comes back to with the code of the new app.
    pub redirect_url: &'a str,
    /// Where the browser comes back to after the app was installed.
    pub setup_url: &'a str,
    /// Whose app it is: an organization; none for the person's own.
    pub organization: Option<&'a str>,
    /// What the browser brings back.
    pub state: &'a str,
}

/// The app that was made. No `Debug`: it holds secrets.
pub struct MadeApp {
    /// The setting `app-id`.
    pub app_id: String,
    /// The setting `app-slug`.
    pub slug: String,
    /// The setting `client-id`.
    pub client_id: String,
    /// Where people install it.
    pub install_url: String,
    /// The secret `client-secret`.
    pub client_secret: Zeroizing<String>,
    /// The secret `private-key`.
    pub private_key: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Converted {
    id: u64,
    slug: String,
    client_id: String,
    client_secret: String,
    pem: String,
    html_url: String,
}

/// Where the browser sends a form to, whose one field `manifest` is the JSON that comes second.
///
/// # Errors
///
/// `Refused` when the address of the GitHub is none.
pub fn form(settings: &Settings, app: NewApp<'_>) -> Result<(Url, Value), ForgeError> {
    let site = settings.url.as_deref().unwrap_or("https://github.com");
    let wrong = || ForgeError::Refused("the address of the forge is none".to_owned());
    let mut url = Url::parse(site).map_err(|_| wrong())?;
    {
        let mut path = url.path_segments_mut().map_err(|()| wrong())?;
        path.pop_if_empty();
        if let Some(organization) = app.organization {
            path.extend(["organizations", organization]);
        }
        path.extend(["settings", "apps", "new"]);
    }
    url.query_pairs_mut().append_pair("state", app.state);
    let permissions: serde_json::Map<String, Value> = PERMISSIONS
        .iter()
        .map(|(name, level, _)| ((*name).to_owned(), json!(level)))
        .collect();
    let manifest = json!({
        "name": app.name.chars().take(NAME).collect::<String>(),
        "url": app.homepage,
        "redirect_url": app.redirect_url,
        "setup_url": app.setup_url,
        "public": false,
        "default_permissions": permissions,
        // Each repository gets a webhook of its own, as at every other forge.
        "default_events": [],
    });
    Ok((url, manifest))
}

/// The app that a code stands for. A code holds for an hour and for one time.
///
/// # Errors
///
/// `Missing` when GitHub does not know the code (any more), and those of reaching it.
pub async fn convert(settings: &Settings, outside: &Outside, code: &str) -> Result<MadeApp, ForgeError> {
    let site = settings.url.as_deref().unwrap_or("https://github.com");
    let base = settings.api_url.clone().unwrap_or_else(|| api_of(site));
    let client = Client::new(outside, &base, settings.ca_certificate.as_deref())?
        .header(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
    let call = Call::new(Method::POST, &["app-manifests", code, "conversions"]);
    let made: Converted = match client.ask(call).await {
        Err(ForgeError::Missing(_)) => {
            let text = format!(
                "the code of the new app at {} (it holds for an hour, and once)",
                client.host()
            );
            return Err(ForgeError::Missing(text));
        }
        answer => answer?.json()?,
    };
    Ok(MadeApp {
        app_id: made.id.to_string(),
        install_url: format!("{}/installations/new", made.html_url),
        slug: made.slug,
        client_id: made.client_id,
        client_secret: Zeroizing::new(made.client_secret),
        private_key: Zeroizing::new(made.pem),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_asks_for_what_is_needed_and_no_more() {
        let app = NewApp {
            name: "Slipway at a company with a long name",
            homepage: "https://slipway.example.com",
            redirect_url: "https://slipway.example.com/integrations/new/github",
            setup_url: "https://slipway.example.com/integrations",
            organization: Some("platform"),
            state: "s1",
        };
        let (url, manifest) = form(&Settings::default(), app).unwrap();
        assert_eq!(
            url.as_str(),
            "https://github.com/organizations/platform/settings/apps/new?state=s1"
        );
        insta::assert_json_snapshot!(manifest, @r#"
        {
          "default_events": [],
          "default_permissions": {
            "contents": "read",
            "metadata": "read",
            "pull_requests": "write",
            "repository_hooks": "write",
            "statuses": "write"
          },
          "name": "Slipway at a company with a long n",
          "public": false,
          "redirect_url": "https://slipway.example.com/integrations/new/github",
          "setup_url": "https://slipway.example.com/integrations",
          "url": "https://slipway.example.com"
        }
        "#);
        let own = NewApp {
            organization: None,
            ..app
        };
        let settings = Settings {
            url: Some("https://github.example.com/".to_owned()),
            ..Settings::default()
        };
        let (url, _) = form(&settings, own).unwrap();
        assert_eq!(url.as_str(), "https://github.example.com/settings/apps/new?state=s1");
    }
}
