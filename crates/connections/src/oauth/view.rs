//! An integration with a forge as an OAuth client, and an OAuth client that is wanted as an integration: pure.

use serde_json::{Map, Value};
use slipway_api::integrations::{IntegrationChanges, NewIntegration};
use slipway_api::oauth_clients::{NewOauthClient, OauthClientChanges};
use slipway_kernel::{Error, Result};
use url::Url;

use crate::integrations::Integration;
use crate::integrations::kinds::SSH_KEY;

/// Kinds that are clients: the kind, Terraform Enterprise's word for the forge's own service, and for one of your own.
const PROVIDERS: [(&str, &str, &str); 6] = [
    ("github", "github", "github_enterprise"),
    ("gitlab", "gitlab_hosted", "gitlab_enterprise_edition"),
    ("bitbucket", "bitbucket_hosted", "bitbucket_hosted"),
    (
        "bitbucket-data-center",
        "bitbucket_data_center",
        "bitbucket_data_center",
    ),
    ("azure-devops", "ado_services", "ado_server"),
    ("gitea", "gitea", "gitea"),
];
/// Other words for the same.
const ALIASES: [(&str, &str); 3] = [
    ("gitlab_community_edition", "gitlab"),
    ("bitbucket_server", "bitbucket-data-center"),
    ("bitbucket_server_legacy", "bitbucket-data-center"),
];
/// Hosts of the forges' own services.
const HOSTED: [&str; 4] = [
    "https://github.com",
    "https://gitlab.com",
    "https://bitbucket.org",
    "https://dev.azure.com",
];

/// The kinds that are clients.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    PROVIDERS.iter().map(|(kind, ..)| *kind).collect()
}

/// Terraform Enterprise's word for the forge of an integration; none where it is no client.
#[must_use]
pub fn service_provider(integration: &Integration) -> Option<&'static str> {
    let (_, hosted, own) = PROVIDERS.iter().find(|(kind, ..)| *kind == integration.kind)?;
    let url = integration.settings.text("url").unwrap_or_default();
    Some(if HOSTED.contains(&url) { hosted } else { own })
}

/// Where people open it.
#[must_use]
pub fn http_url(integration: &Integration) -> String {
    let url = integration.settings.text("url").unwrap_or_default();
    match integration.settings.text("organization") {
        Some(organization) => format!("{url}/{organization}"),
        None => url.to_owned(),
    }
}

/// Where its API is.
#[must_use]
pub fn api_url(integration: &Integration) -> String {
    let url = integration.settings.text("url").unwrap_or_default();
    let usual = || match (integration.kind.as_str(), url) {
        ("github", "https://github.com") => "https://api.github.com".to_owned(),
        ("github", _) => format!("{url}/api/v3"),
        ("gitlab", _) => format!("{url}/api/v4"),
        ("bitbucket", _) => "https://api.bitbucket.org/2.0".to_owned(),
        ("bitbucket-data-center", _) => format!("{url}/rest/api/1.0"),
        ("gitea", _) => format!("{url}/api/v1"),
        _ => url.to_owned(),
    };
    integration.settings.text("api-url").map_or_else(usual, str::to_owned)
}

/// The integration that a new client is.
///
/// # Errors
///
/// `Invalid` at the attribute that cannot be.
pub fn wanted(client: NewOauthClient) -> Result<NewIntegration> {
    let kind = kind_of(&client.service_provider)?;
    if client.private_key.is_some() {
        let detail = "Connecting by a private key is not supported. Give an access token (oauth-token-string).";
        return Err(invalid("private-key", detail));
    }
    if client.organization_scoped == Some(false) {
        let detail = "A client is for the whole organization; who may use it is said by roles (integration.use).";
        return Err(invalid("organization-scoped", detail));
    }
    let mut settings = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            settings.insert(name.to_owned(), Value::from(value));
        }
    };
    let (url, organization) = address(kind, client.http_url)?;
    set("url", url);
    set("organization", organization);
    // Of the API's addresses only GitHub's can be unusual.
    set("api-url", client.api_url.filter(|_| kind == "github"));
    match client.oauth_token_string {
        Some(token) => {
            set("method", Some("token".to_owned()));
            set("token", Some(token));
        }
        None => {
            set("method", Some("oauth".to_owned()));
            set("client-id", client.key);
            set("client-secret", client.secret);
        }
    }
    let name = client.name.unwrap_or_else(|| kind.to_owned());
    Ok(NewIntegration {
        name: name.parse().map_err(|error| invalid("name", &format!("{error}.")))?,
        kind: kind.to_owned(),
        description: String::new(),
        settings,
        is_enabled: None,
        poll_interval_seconds: None,
    })
}

/// The changes to an integration that changes to a client are.
///
/// # Errors
///
/// `Invalid` at the attribute that cannot be.
pub fn changes(client: OauthClientChanges) -> Result<IntegrationChanges> {
    let mut settings = Map::new();
    for (name, value) in [
        ("client-id", client.key),
        ("client-secret", client.secret),
        ("token", client.oauth_token_string),
    ] {
        if let Some(value) = value {
            settings.insert(name.to_owned(), Value::from(value));
        }
    }
    let name = client.name.map(|name| name.parse()).transpose();
    Ok(IntegrationChanges {
        name: name.map_err(|error| invalid("name", &format!("{error}.")))?,
        settings,
        ..IntegrationChanges::default()
    })
}

/// The changes to an integration whose token gets this SSH key, or none.
#[must_use]
pub fn with_ssh_key(key: Option<String>) -> IntegrationChanges {
    IntegrationChanges {
        settings: Map::from_iter([(SSH_KEY.to_owned(), key.map_or(Value::Null, Value::from))]),
        ..IntegrationChanges::default()
    }
}

/// Whether the token of an integration has an SSH key.
#[must_use]
pub fn has_ssh_key(integration: &Integration) -> bool {
    integration.secret_names.0.iter().any(|name| name == SSH_KEY)
}

fn kind_of(word: &str) -> Result<&'static str> {
    let own = PROVIDERS
        .iter()
        .find(|(_, hosted, own)| *hosted == word || *own == word);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
    own.map(|(kind, ..)| *kind)
        .or(alias.map(|(_, kind)| *kind))
        .ok_or_else(|| {
            let words: Vec<&str> = PROVIDERS.iter().flat_map(|(_, hosted, own)| [*hosted, *own]).collect();
            invalid("service-provider", &format!("There are: {}.", words.join(", ")))
        })
}

/// The address; for Azure DevOps with the organization, which is its first part there.
fn address(kind: &str, http_url: Option<String>) -> Result<(Option<String>, Option<String>)> {
    if kind != "azure-devops" {
        return Ok((http_url, None));
    }
    let wrong = || invalid("http-url", "With the organization: https://dev.azure.com/ORGANIZATION.");
    let text = http_url.ok_or_else(wrong)?;
    let url = Url::parse(&text).map_err(|_| wrong())?;
    let first = url.path().trim_matches('/').split('/').next().unwrap_or_default();
    match first.is_empty() {
        true => Err(wrong()),
        false => Ok((Some(url.origin().ascii_serialization()), Some(first.to_owned()))),
    }
}

fn invalid(attribute: &str, detail: &str) -> Error {
    Error::invalid(&format!("/data/attributes/{attribute}"), detail)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn made(client: Value) -> Result<NewIntegration> {
        wanted(serde_json::from_value(client).unwrap())
    }

    #[test]
    fn a_token_or_an_application_is_what_is_given() {
        let made_of_token = made(json!({"service-provider": "github", "http-url": "https://github.com",
            "api-url": "https://api.github.com", "oauth-token-string": "t"}))
        .unwrap();
        assert_eq!(made_of_token.name.as_str(), "github");
        assert_eq!(
            Value::Object(made_of_token.settings),
            json!({"api-url": "https://api.github.com", "method": "token", "token": "t", "url": "https://github.com"})
        );
        let application = made(json!({"service-provider": "gitlab_enterprise_edition", "name": "lab",
            "http-url": "https://lab.example.com", "api-url": "https://lab.example.com/api/v4", "key": "k", "secret": "s"}))
        .unwrap();
        assert_eq!(
            Value::Object(application.settings),
            json!({"method": "oauth", "client-id": "k", "client-secret": "s", "url": "https://lab.example.com"})
        );
    }

    #[test]
    fn the_organization_of_azure_devops_is_in_its_address() {
        let client = json!({"service-provider": "ado_services", "http-url": "https://dev.azure.com/acme/",
            "oauth-token-string": "t"});
        let settings = made(client).unwrap().settings;
        assert_eq!(settings["url"], "https://dev.azure.com");
        assert_eq!(settings["organization"], "acme");
    }

    #[rstest]
    #[case(json!({"service-provider": "svn"}), "service-provider")]
    #[case(json!({"service-provider": "ado_services", "http-url": "https://dev.azure.com"}), "http-url")]
    #[case(json!({"service-provider": "github", "private-key": "x"}), "private-key")]
    #[case(json!({"service-provider": "github", "organization-scoped": false}), "organization-scoped")]
    #[case(json!({"service-provider": "github", "name": "a b"}), "name")]
    fn what_cannot_be_is_refused(#[case] client: Value, #[case] at: &str) {
        let error = made(client).err().unwrap();
        let pointer = error.fields()[0].source.pointer.clone().unwrap();
        assert_eq!(pointer, format!("/data/attributes/{at}"));
    }
}
