//! Providers, the identities that people have there, and sign-ins that are under way, as rows: pure.

pub use identities::Model as Identity;
pub use providers::Model as Provider;
pub use states::Model as SignInState;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::identity_providers::{IdentityProviderChanges, NewIdentityProvider};
use slipway_api::ids::IdentityProviderId;
use slipway_kernel::{Error, Result};

use crate::openid::IssuerUrl;

/// A list of short texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Texts(pub Vec<String>);

/// Entries of a list at most.
const MOST_ENTRIES: usize = 100;

/// Providers.
pub mod providers {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::IdentityProviderId;
    use slipway_api::{Name, Timestamp};

    use super::Texts;

    /// A provider.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_providers")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: IdentityProviderId,
        /// Its name, unique on the site.
        pub name: Name,
        /// How it names itself; never changes, because its subjects mean something there only.
        pub issuer: String,
        /// What it knows us by.
        pub client_id: String,
        /// The secret that goes with it, sealed.
        pub client_secret: Option<Vec<u8>>,
        /// What is asked for.
        pub scopes: Texts,
        /// The claim with groups.
        pub groups_claim: Option<String>,
        /// The claim with a name.
        pub username_claim: String,
        /// Mail domains whose people may sign in, in lower case; none for all.
        pub allowed_domains: Texts,
        /// Whether newcomers get an account.
        pub creates_accounts: bool,
        /// Whether newcomers get the account with the same verified mail address.
        pub links_by_email: bool,
        /// Whether it can be used.
        pub is_enabled: bool,
        /// When it was made.
        pub created_at: Timestamp,
        /// Grows by one with every change.
        pub version: i64,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Who somebody is at a provider.
pub mod identities {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{IdentityProviderId, UserId};

    /// An identity.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "identities")]
    pub struct Model {
        /// The provider.
        #[sea_orm(primary_key, auto_increment = false)]
        pub provider_id: IdentityProviderId,
        /// SHA-256 of the subject, which may be longer than keys of all databases can be.
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject_hash: String,
        /// What the provider calls the person, for ever and nobody else.
        pub subject: String,
        /// The person's account here.
        pub user_id: UserId,
        /// The mail address that the provider named last, to show which identity it is.
        pub email: Option<String>,
        /// When it was tied to the account.
        pub created_at: Timestamp,
        /// When it was last signed in with.
        pub used_at: Timestamp,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Sign-ins that are under way.
pub mod states {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{IdentityProviderId, UserId};

    /// A sign-in that a browser began and a provider has not answered yet.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_states")]
    pub struct Model {
        /// SHA-256 of the state.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        /// SHA-256 of what the browser keeps in a cookie.
        pub browser_hash: String,
        /// Who was asked.
        pub provider_id: IdentityProviderId,
        /// What the answer must repeat.
        pub nonce: String,
        /// What the code is exchanged with (RFC 7636), sealed.
        pub verifier: Vec<u8>,
        /// Where the browser goes afterwards.
        pub return_to: String,
        /// Who wants to tie an identity to the account; none for a sign-in.
        pub user_id: Option<UserId>,
        /// When it ends.
        pub expires_at: Timestamp,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl Provider {
    /// A new provider, whose secret is sealed by the caller.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: IdentityProviderId, wanted: NewIdentityProvider, now: Timestamp) -> Result<Self> {
        let issuer: IssuerUrl = wanted
            .issuer
            .parse()
            .map_err(|error| Error::invalid("/data/attributes/issuer", format!("{error}.")))?;
        let provider = Self {
            id,
            name: wanted.name,
            issuer: issuer.as_str().to_owned(),
            client_id: wanted.client_id,
            client_secret: None,
            scopes: Texts(wanted.scopes),
            groups_claim: wanted.groups_claim,
            username_claim: wanted.username_claim,
            allowed_domains: Texts(lower_case(wanted.allowed_domains)),
            creates_accounts: wanted.creates_accounts,
            links_by_email: wanted.links_by_email,
            is_enabled: wanted.is_enabled,
            created_at: now,
            version: 1,
        };
        provider.accepted()
    }

    /// The provider with changes; its secret is changed by the caller.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: IdentityProviderChanges) -> Result<Self> {
        let former = self.clone();
        let domains = changes.allowed_domains.map(lower_case);
        let provider = Self {
            name: changes.name.unwrap_or(former.name),
            client_id: changes.client_id.unwrap_or(former.client_id),
            scopes: changes.scopes.map_or(former.scopes, Texts),
            groups_claim: changes.groups_claim.unwrap_or(former.groups_claim),
            username_claim: changes.username_claim.unwrap_or(former.username_claim),
            allowed_domains: domains.map_or(former.allowed_domains, Texts),
            creates_accounts: changes.creates_accounts.unwrap_or(former.creates_accounts),
            links_by_email: changes.links_by_email.unwrap_or(former.links_by_email),
            is_enabled: changes.is_enabled.unwrap_or(former.is_enabled),
            version: former.version + 1,
            ..former
        };
        provider.accepted()
    }

    /// The issuer.
    ///
    /// # Errors
    ///
    /// Never for a row that [`Self::new`] made.
    pub fn issuer(&self) -> Result<IssuerUrl> {
        self.issuer.parse().map_err(Error::internal)
    }

    fn accepted(self) -> Result<Self> {
        if self.client_id.is_empty() || self.client_id.len() > 500 || !is_printable(&self.client_id) {
            return Err(invalid(
                "client-id",
                "The client id is the text that the provider shows for it.",
            ));
        }
        let is_scope = |scope: &String| !scope.is_empty() && scope.len() <= 200 && is_printable(scope);
        if !self.scopes.0.iter().any(|scope| scope == "openid") {
            return Err(invalid(
                "scopes",
                "The scopes must have \"openid\" among them, or nothing is said about the user.",
            ));
        }
        if self.scopes.0.len() > MOST_ENTRIES || !self.scopes.0.iter().all(is_scope) {
            return Err(invalid("scopes", "A scope is a word without spaces, as \"groups\"."));
        }
        let is_claim = |claim: &str| !claim.is_empty() && claim.len() <= 200;
        if !is_claim(&self.username_claim) {
            return Err(invalid(
                "username-claim",
                "The claim is a name, as \"preferred_username\" or \"email\".",
            ));
        }
        if self.groups_claim.as_deref().is_some_and(|claim| !is_claim(claim)) {
            return Err(invalid("groups-claim", "The claim is a name, as \"groups\", or null."));
        }
        if self.allowed_domains.0.len() > MOST_ENTRIES || !self.allowed_domains.0.iter().all(|domain| is_domain(domain))
        {
            return Err(invalid(
                "allowed-domains",
                "A domain is what follows the \"@\" of an address, as \"example.com\".",
            ));
        }
        Ok(self)
    }
}

impl SignInState {
    /// Whether this browser began it at this provider, and in time.
    #[must_use]
    pub fn is_answered_by(&self, provider: IdentityProviderId, browser_hash: &str, now: Timestamp) -> bool {
        self.provider_id == provider
            && slipway_kernel::tokens::are_equal(&self.browser_hash, browser_hash)
            && now < self.expires_at
    }
}

fn invalid(field: &str, detail: &str) -> Error {
    Error::invalid(&format!("/data/attributes/{field}"), detail)
}

fn lower_case(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| text.trim().to_lowercase()).collect()
}

/// Visible ASCII without spaces.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_domain(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    text.contains('.')
        && text.len() <= 253
        && text.bytes().all(is_letter)
        && !text.starts_with('.')
        && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn made(change: Value) -> Result<Provider> {
        let mut wanted = json!({"name": "dex", "issuer": "https://dex.example.com", "client-id": "slipway"});
        wanted
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let wanted = serde_json::from_value(wanted).unwrap();
        Provider::new(IdentityProviderId::from_parts(NOW.unix_ms(), 1), wanted, NOW)
    }

    #[test]
    fn what_is_not_said_is_safe() {
        let provider = made(json!({})).unwrap();
        assert!(!provider.creates_accounts && !provider.links_by_email && provider.is_enabled);
        assert_eq!(provider.scopes.0, ["openid", "profile", "email"]);
        assert_eq!(provider.groups_claim.as_deref(), Some("groups"));
    }

    #[rstest]
    #[case(json!({"issuer": "http://dex.example.com"}), "issuer")]
    #[case(json!({"client-id": ""}), "client-id")]
    #[case(json!({"scopes": ["email"]}), "scopes")]
    #[case(json!({"scopes": ["openid", "a b"]}), "scopes")]
    #[case(json!({"username-claim": ""}), "username-claim")]
    #[case(json!({"allowed-domains": ["@example.com"]}), "allowed-domains")]
    #[case(json!({"allowed-domains": ["com"]}), "allowed-domains")]
    fn what_cannot_be_meant_is_refused_at_its_field(#[case] change: Value, #[case] field: &str) {
        let error = made(change).unwrap_err();
        let pointer = error.fields()[0].source.pointer.clone().unwrap();
        assert_eq!(pointer, format!("/data/attributes/{field}"));
    }

    #[test]
    fn domains_have_no_case() {
        let provider = made(json!({"allowed-domains": ["Example.COM"]})).unwrap();
        assert_eq!(provider.allowed_domains.0, ["example.com"]);
    }

    #[test]
    fn groups_are_turned_off_by_null_and_stay_when_they_are_not_mentioned() {
        let provider = made(json!({})).unwrap();
        let change = |text: &str| provider.changed(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(change("{}").groups_claim.as_deref(), Some("groups"));
        assert_eq!(change(r#"{"groups-claim": null}"#).groups_claim, None);
        assert_eq!(change("{}").version, 2);
    }
}
