//! What an issuer says about itself (OpenID Connect Discovery 1.0, section 3): pure.

use serde::Deserialize;
use url::Url;

use super::address::IssuerUrl;
use super::keys::Algorithm;

/// What is used of an issuer's own description.
#[derive(Debug, Clone, Deserialize)]
pub struct Discovery {
    /// The issuer, as its tokens name it.
    pub issuer: String,
    /// Where browsers are sent to sign in; issuers of machines' tokens have none.
    pub authorization_endpoint: Option<Url>,
    /// Where codes are exchanged.
    pub token_endpoint: Option<Url>,
    /// Where the public keys are.
    pub jwks_uri: Url,
    /// Where more is told about a user.
    pub userinfo_endpoint: Option<Url>,
    /// Where browsers are sent to sign out.
    pub end_session_endpoint: Option<Url>,
    /// In which algorithms it signs.
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// How a code can be bound to who asked for it; many do not say.
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// How a client can show who it is.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether its answers to browsers name it (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    /// Reads the description that `issuer` gave.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with it.
    pub fn parse(issuer: &IssuerUrl, bytes: &[u8]) -> Result<Self, String> {
        let found: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("{} is no description of an issuer: {error}", issuer.discovery()))?;
        if found.issuer != issuer.as_str() {
            let named: String = found.issuer.chars().take(200).collect();
            return Err(format!(
                "{} names the issuer \"{named}\", which is not exactly \"{issuer}\"; set the issuer as it is named there",
                issuer.discovery()
            ));
        }
        found.endpoints().try_for_each(|(name, url)| {
            let is_encrypted = url.scheme() == "https" || (issuer.is_plain() && url.scheme() == "http");
            is_encrypted
                .then_some(())
                .ok_or_else(|| format!("the {name} of {issuer} is not encrypted"))
        })?;
        Ok(found)
    }

    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        let optional = [
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("userinfo_endpoint", &self.userinfo_endpoint),
            ("end_session_endpoint", &self.end_session_endpoint),
        ];
        let optional = optional
            .into_iter()
            .filter_map(|(name, url)| url.as_ref().map(|url| (name, url)));
        optional.chain([("jwks_uri", &self.jwks_uri)])
    }

    /// The algorithms that it announced and that are accepted here. One that announces none signs with RS256, which
    /// every issuer must have.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        if self.id_token_signing_alg_values_supported.is_empty() {
            return vec![Algorithm::Rs256];
        }
        let names = self.id_token_signing_alg_values_supported.iter();
        names.filter_map(|name| Algorithm::from_name(name)).collect()
    }

    /// Whether the client's name and secret go into the form because the issuer takes them nowhere else.
    #[must_use]
    pub fn wants_secret_in_form(&self) -> bool {
        let methods = self
            .token_endpoint_auth_methods_supported
            .as_deref()
            .unwrap_or_default();
        let has = |name: &str| methods.iter().any(|method| method == name);
        has("client_secret_post") && !has("client_secret_basic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Discovery, String> {
        Discovery::parse(&"https://a.example".parse().unwrap(), text.as_bytes())
    }

    #[test]
    fn another_issuer_is_refused_and_named() {
        let text = r#"{"issuer": "https://a.example/", "jwks_uri": "https://a.example/keys"}"#;
        assert!(parse(text).unwrap_err().contains("\"https://a.example/\""));
    }

    #[test]
    fn an_endpoint_in_the_clear_is_refused() {
        let text = r#"{"issuer": "https://a.example", "jwks_uri": "http://a.example/keys"}"#;
        assert!(parse(text).unwrap_err().contains("jwks_uri"));
    }

    #[test]
    fn algorithms_with_shared_secrets_and_without_any_are_never_accepted() {
        let text = r#"{"issuer": "https://a.example", "jwks_uri": "https://a.example/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256", "RS256"]}"#;
        assert_eq!(parse(text).unwrap().algorithms(), [Algorithm::Es256, Algorithm::Rs256]);
        let only_shared = text.replace(", \"ES256\", \"RS256\"", "");
        assert!(parse(&only_shared).unwrap().algorithms().is_empty());
    }
}
