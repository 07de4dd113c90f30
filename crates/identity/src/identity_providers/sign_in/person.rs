//! What a provider says about a person, and whether the site lets such a person in: pure.

use serde_json::{Map, Value};
use slipway_api::{Code, Name};
use slipway_kernel::{Error, Result};

use crate::identity_providers::model::Provider;
use crate::openid::Claims;

/// Groups of one person that are looked at.
const MOST_GROUPS: usize = 2_000;
/// Characters of a name that is made here, so that a number still fits behind it.
const MOST_CHARACTERS: usize = 60;

/// A person, as a provider describes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) email: Option<String>,
    /// Whether the provider knows that the person reads this address.
    pub(super) is_email_verified: bool,
    pub(super) username: Name,
    /// None when the provider does not say.
    pub(super) groups: Option<Vec<String>>,
}

impl Person {
    /// Reads what a checked token says.
    ///
    /// # Errors
    ///
    /// `Forbidden` when it says that there are groups, but not which.
    pub(super) fn read(provider: &Provider, claims: &Claims) -> Result<Self> {
        let all = &claims.all;
        if let Some(claim) = &provider.groups_claim
            && claim_of(all, "_claim_names").is_some_and(|names| names.get(claim).is_some())
        {
            return Err(too_many_groups(provider));
        }
        let text = |name: &str| {
            claim_of(all, name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let email = text("email").filter(|email| is_address(email)).map(str::to_owned);
        let is_email_verified = match all.get("email_verified") {
            Some(Value::Bool(is_verified)) => *is_verified,
            // Some providers write it as a text.
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        let candidates = [
            text(&provider.username_claim),
            text("preferred_username"),
            email.as_deref(),
            text("name"),
        ];
        let username = candidates
            .into_iter()
            .flatten()
            .find_map(username)
            .map_or_else(fallback, Ok)?;
        Ok(Self {
            subject: claims.subject.clone(),
            is_email_verified: is_email_verified && email.is_some(),
            username,
            groups: groups(provider, all),
            email,
        })
    }

    /// Refuses who is not of the domains that the site lets in. Only an address that the provider verified counts.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub(super) fn require_allowed(&self, provider: &Provider) -> Result<()> {
        let allowed = &provider.allowed_domains.0;
        let domain = self.email.as_deref().and_then(|email| email.rsplit_once('@'));
        let domain = domain.map(|(_, domain)| domain.to_lowercase());
        let is_allowed = domain.is_some_and(|domain| allowed.contains(&domain)) && self.is_email_verified;
        if allowed.is_empty() || is_allowed {
            return Ok(());
        }
        Err(Error::new(
            Code::Forbidden,
            format!(
                "This site lets in people with a verified mail address at {}, and \"{}\" knows none of yours there. Sign \
                 in there with another account, or ask an administrator of the site.",
                allowed.join(", "),
                provider.name
            ),
        ))
    }
}

/// The groups that are named in the provider's claim.
pub(super) fn groups(provider: &Provider, all: &Map<String, Value>) -> Option<Vec<String>> {
    let found = claim_of(all, provider.groups_claim.as_deref()?)?;
    let texts: Vec<&str> = match found {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let texts = texts.into_iter().filter(|text| !text.is_empty() && text.len() <= 500);
    Some(texts.take(MOST_GROUPS).map(str::to_owned).collect())
}

/// A claim by its name; where there is none, the name's dots lead into objects, as in `realm_access.roles`.
fn claim_of<'a>(all: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = all.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    claim_of(all.get(first)?.as_object()?, rest)
}

/// A name of ours, made of what the provider calls somebody: what stands before an `@`, in lower case, with a dash for
/// what names do not have.
fn username(text: &str) -> Option<Name> {
    let local = text.split('@').next().unwrap_or_default().to_lowercase();
    let letters = local.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') => letter,
        _ => '-',
    });
    let plain: String = letters.skip_while(|letter| !letter.is_ascii_alphanumeric()).collect();
    let short: String = plain.chars().take(MOST_CHARACTERS).collect();
    short.trim_end_matches(['-', '_']).parse().ok()
}

fn fallback() -> Result<Name> {
    "user".parse().map_err(Error::internal)
}

fn is_address(text: &str) -> bool {
    let has_two_parts = text
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.contains('@'));
    has_two_parts
        && text.len() <= 200
        && text
            .chars()
            .all(|letter| !letter.is_whitespace() && !letter.is_control())
}

fn too_many_groups(provider: &Provider) -> Error {
    Error::new(
        Code::Forbidden,
        format!(
            "You are in more groups than \"{}\" puts into its token. Its administrator limits the groups in the token to \
             those that are assigned to this application.",
            provider.name
        ),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;
    use slipway_api::Timestamp;
    use slipway_api::ids::IdentityProviderId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn provider(change: Value) -> Provider {
        let mut wanted = json!({"name": "dex", "issuer": "https://dex.example.com", "client-id": "slipway"});
        wanted
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let wanted = serde_json::from_value(wanted).unwrap();
        Provider::new(IdentityProviderId::from_parts(NOW.unix_ms(), 1), wanted, NOW).unwrap()
    }

    fn read(provider: &Provider, all: Value) -> Result<Person> {
        let claims = Claims {
            subject: "1".to_owned(),
            expires_at: NOW,
            all: all.as_object().unwrap().clone(),
        };
        Person::read(provider, &claims)
    }

    #[rstest]
    #[case("Ada.Lovelace@example.com", "ada-lovelace")]
    #[case("ada", "ada")]
    #[case("_root", "root")]
    #[case("../../etc", "etc")]
    #[case("Грета", "user")]
    #[case("ada\u{200b}", "ada")]
    #[case("", "user")]
    fn a_name_is_made_of_what_the_provider_says(#[case] said: &str, #[case] name: &str) {
        let person = read(&provider(json!({})), json!({"preferred_username": said})).unwrap();
        assert_eq!(person.username.as_str(), name);
    }

    #[test]
    fn a_very_long_name_leaves_room_for_a_number() {
        let person = read(&provider(json!({})), json!({"preferred_username": "a".repeat(500)})).unwrap();
        assert_eq!(person.username.as_str().len(), MOST_CHARACTERS);
    }

    #[test]
    fn groups_are_found_behind_dots_and_only_texts_count() {
        let keycloak = provider(json!({"groups-claim": "realm_access.roles"}));
        let said = json!({"realm_access": {"roles": ["ops", 7, "", "dev"]}});
        let groups = read(&keycloak, said).unwrap().groups;
        assert_eq!(groups, Some(vec!["ops".to_owned(), "dev".to_owned()]));
        let url = provider(json!({"groups-claim": "https://example.com/groups"}));
        let said = json!({"https://example.com/groups": "one"});
        assert_eq!(read(&url, said).unwrap().groups, Some(vec!["one".to_owned()]));
        assert_eq!(read(&provider(json!({})), json!({})).unwrap().groups, None);
    }

    #[test]
    fn groups_that_are_not_told_are_not_taken_for_none() {
        let said = json!({"_claim_names": {"groups": "src1"}});
        assert_eq!(read(&provider(json!({})), said).unwrap_err().code(), Code::Forbidden);
    }

    #[rstest]
    #[case(json!({"email": "ada@example.com", "email_verified": true}), true)]
    #[case(json!({"email": "ada@EXAMPLE.com", "email_verified": "true"}), true)]
    #[case(json!({"email": "ada@example.com", "email_verified": false}), false)]
    #[case(json!({"email": "ada@example.com"}), false)]
    #[case(json!({"email": "ada@evil.example", "email_verified": true}), false)]
    #[case(json!({"email": "ada@evil.com@example.com", "email_verified": true}), false)]
    #[case(json!({"email": "ada@sub.example.com", "email_verified": true}), false)]
    #[case(json!({"email_verified": true}), false)]
    fn only_verified_addresses_of_the_allowed_domains_come_in(#[case] said: Value, #[case] comes_in: bool) {
        let provider = provider(json!({"allowed-domains": ["example.com"]}));
        let person = read(&provider, said).unwrap();
        assert_eq!(person.require_allowed(&provider).is_ok(), comes_in);
    }
}
