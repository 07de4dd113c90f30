//! An integration as it is stored, and how it changes: pure.

use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};
use slipway_api::ids::{IntegrationId, OrganizationId};
use slipway_api::integrations::{IntegrationChanges, MissingRight};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::secrets::Place;
use slipway_kernel::{Error, Result};

use super::kinds::{self, Field, Kind, Method, check::METHOD};
use crate::permissions::INTEGRATION_READ;

/// Longest description.
const DESCRIPTION_LENGTH: usize = 2_000;
/// How often repositories can be looked at, in seconds: not so often that a forge minds.
const POLL_SECONDS: std::ops::RangeInclusive<u32> = 10..=86_400;

/// An integration as it is stored.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "integrations")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// The word of its kind; it never changes.
    pub kind: String,
    /// What may be seen of it.
    pub settings: Settings,
    /// What may not: a JSON object, sealed; none where there is nothing.
    pub secrets: Option<Vec<u8>>,
    /// Which secrets there are.
    pub secret_names: SecretNames,
    /// Whether it can be used.
    pub is_enabled: bool,
    /// How often repositories are looked at, in seconds, where nothing is delivered; none for the server's own rhythm.
    pub poll_seconds: Option<i64>,
    /// When it was last tested.
    pub checked_at: Option<Timestamp>,
    /// What was wrong then.
    pub check_error: Option<String>,
    /// Whom the other side takes us for.
    pub account: Option<String>,
    /// Rights that the other side does not give.
    pub missing_rights: MissingRights,
    /// When what it holds expires, where that is known.
    pub expires_at: Option<Timestamp>,
    /// Why it was not renewed.
    pub renewal_error: Option<String>,
    /// Why the last attempt to allow it in a browser failed; none after one that did not.
    pub authorization_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes by people, from 1.
    pub version: i64,
}

/// An integration.
pub type Integration = Model;

/// None; the rest of this domain refers to it by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Values of fields that are no secrets, by the fields' names.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Settings(pub Map<String, Value>);

impl Settings {
    /// The text of a field; none where it is absent or no text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0
            .get(field)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The entries of a field of names and values.
    pub fn entries<'a>(&'a self, field: &str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let map = self.0.get(field).and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }
}

/// Names of secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct SecretNames(pub Vec<String>);

/// Rights that are missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct MissingRights(pub Vec<MissingRight>);

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Integration")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a test showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Whom the other side takes us for; none where it does not say, or something is wrong.
    pub account: Option<String>,
    /// Rights that it does not give.
    pub missing: Vec<MissingRight>,
    /// When what is held expires, where it says so.
    pub expires_at: Option<Timestamp>,
    /// What is wrong, in a sentence.
    pub error: Option<String>,
}

impl Model {
    /// A new integration without secrets and settings.
    #[must_use]
    pub fn new(
        id: IntegrationId,
        organization: OrganizationId,
        name: Name,
        kind: &'static Kind,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            organization_id: organization,
            name,
            description: String::new(),
            kind: kind.word.to_owned(),
            settings: Settings::default(),
            secrets: None,
            secret_names: SecretNames::default(),
            is_enabled: true,
            poll_seconds: None,
            checked_at: None,
            check_error: None,
            account: None,
            missing_rights: MissingRights::default(),
            expires_at: None,
            renewal_error: None,
            authorization_error: None,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// The integration with changes but those of settings, which the caller makes.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn changed(mut self, changes: &IntegrationChanges, now: Timestamp) -> Result<Self> {
        if let Some(name) = &changes.name {
            self.name = name.clone();
        }
        if let Some(description) = &changes.description {
            if description.chars().count() > DESCRIPTION_LENGTH {
                let detail = format!("At most {DESCRIPTION_LENGTH} characters.");
                return Err(Error::invalid("/data/attributes/description", detail));
            }
            self.description.clone_from(description);
        }
        if let Some(seconds) = changes.poll_interval_seconds {
            if seconds.is_some_and(|seconds| !POLL_SECONDS.contains(&seconds)) {
                let detail = format!("From {} to {} seconds.", POLL_SECONDS.start(), POLL_SECONDS.end());
                return Err(Error::invalid("/data/attributes/poll-interval-seconds", detail));
            }
            self.poll_seconds = seconds.map(i64::from);
        }
        self.is_enabled = changes.is_enabled.unwrap_or(self.is_enabled);
        self.updated_at = now;
        self.version += 1;
        Ok(self)
    }

    /// The integration after a test.
    #[must_use]
    pub fn checked(mut self, checked: Checked, now: Timestamp) -> Self {
        self.checked_at = Some(now);
        self.missing_rights = MissingRights(checked.missing);
        if checked.error.is_none() {
            self.account = checked.account;
            self.expires_at = checked.expires_at.or(self.expires_at);
        }
        self.check_error = checked.error;
        self
    }

    /// The table of its kind.
    ///
    /// # Errors
    ///
    /// `Internal` when another version of the program made it and this one does not know it.
    pub fn kind(&self) -> Result<&'static Kind> {
        kinds::find(&self.kind).ok_or_else(|| Error::internal(format!("{} is of the kind \"{}\"", self.id, self.kind)))
    }

    /// The way that it takes.
    #[must_use]
    pub fn method(&self) -> Option<&'static Method> {
        self.kind().ok()?.method(self.settings.text(METHOD)?)
    }

    /// Whether somebody has to allow it in a browser before it can be used.
    #[must_use]
    pub fn needs_authorization(&self) -> bool {
        let has = |name: &str| self.secret_names.0.iter().any(|known| known == name);
        match self.method() {
            Some(method) if method.word == "app" => !has("private-key"),
            Some(method) => method.is_by_browser && !has("access-token"),
            None => false,
        }
    }

    /// The secret that it cannot do without and that was taken from it.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static Field> {
        let method = self.method()?.word;
        let is_there = |field: &&Field| self.secret_names.0.iter().any(|name| name == field.name);
        let mut fields = self.kind().ok()?.fields_of(method);
        fields.find(|field| field.is_secret && field.is_required_with(method) && !is_there(field))
    }

    /// Whether there is something that opens the other side.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.needs_authorization() && self.lacks().is_none()
    }

    /// Refuses one that is turned off, was not allowed yet or lost what opens the other side.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_usable(&self) -> Result<()> {
        if !self.is_enabled {
            return Err(Error::conflict(format!(
                "The integration \"{}\" is turned off. Turn it on, or choose another.",
                self.name
            )));
        }
        if self.needs_authorization() {
            return Err(Error::conflict(format!(
                "The integration \"{}\" was not connected yet: somebody has to allow it in a browser. `slipway \
                 integration authorize {}` shows the address.",
                self.name, self.name
            )));
        }
        match self.lacks() {
            Some(field) => Err(Error::conflict(self.lacking(field))),
            None => Ok(()),
        }
    }

    /// What to do about a secret that it lacks, for people.
    pub(crate) fn lacking(&self, field: &Field) -> String {
        format!(
            "The integration \"{}\" lacks its {}, which was taken from it. Give it another: slipway integration update {} \
             --secret {}",
            self.name,
            field.title.to_lowercase(),
            self.name,
            field.name
        )
    }

    /// The host, with its port where that is not the usual one, whose accounts its forge may speak of: that of its pages,
    /// unless its API is elsewhere. Whoever makes an integration says where the API is, so an API of his own speaks of
    /// nobody at github.com.
    #[must_use]
    pub fn accounts_host(&self) -> Option<String> {
        let host = |field: &str| {
            let url = url::Url::parse(self.settings.text(field)?).ok()?;
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            Some(format!("{}{port}", url.host_str()?.to_lowercase()))
        };
        let pages = host("url")?;
        match host("api-url") {
            Some(api) if api == "api.github.com" && pages == "github.com" => Some(pages),
            Some(api) => Some(api),
            None => Some(pages),
        }
    }

    /// Where its secrets lie.
    #[must_use]
    pub fn place(&self) -> Place {
        place(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: "integration",
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: INTEGRATION_READ,
        }
    }
}

/// Where the secrets of an integration lie.
#[must_use]
pub fn place(id: IntegrationId) -> Place {
    Place::new("integrations", "secrets", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn integration(kind: &str) -> Integration {
        let kind = kinds::find(kind).unwrap();
        let (id, organization) = (IntegrationId::from_parts(0, 1), OrganizationId::from_parts(0, 2));
        Integration::new(id, organization, "forge".parse().unwrap(), kind, NOW)
    }

    fn with(kind: &str, method: &str, secrets: &[&str]) -> Integration {
        let mut made = integration(kind);
        made.settings.0.insert(METHOD.to_owned(), method.into());
        made.secret_names = SecretNames(secrets.iter().map(ToString::to_string).collect());
        made
    }

    #[test]
    fn what_was_not_allowed_in_a_browser_cannot_be_used() {
        assert!(with("github", "app", &[]).needs_authorization());
        assert!(!with("github", "app", &["private-key"]).needs_authorization());
        assert!(with("gitea", "oauth", &["client-secret"]).needs_authorization());
        assert!(!with("gitea", "oauth", &["client-secret", "access-token"]).needs_authorization());
        assert!(!with("gitea", "token", &["token"]).needs_authorization());
        assert!(!with("aws", "workload-identity", &[]).needs_authorization());
        assert!(with("gitea", "oauth", &[]).require_usable().is_err());
    }

    #[test]
    fn a_forge_speaks_of_accounts_where_its_api_is() {
        let host = |url: &str, api: Option<&str>| {
            let mut made = with("github", "token", &["token"]);
            made.settings.0.insert("url".to_owned(), url.into());
            if let Some(api) = api {
                made.settings.0.insert("api-url".to_owned(), api.into());
            }
            made.accounts_host().unwrap()
        };
        assert_eq!(host("https://GitHub.com", None), "github.com");
        assert_eq!(host("https://github.com", Some("https://api.github.com")), "github.com");
        assert_eq!(
            host("https://github.com", Some("https://thief.example.net:8443/v3")),
            "thief.example.net:8443"
        );
        assert_eq!(host("https://git.example.com:3000/git", None), "git.example.com:3000");
    }

    #[test]
    fn what_lost_its_token_cannot_be_used() {
        let lost = with("gitea", "token", &["ssh-key"]);
        assert!(!lost.needs_authorization() && !lost.is_connected());
        let why = lost.require_usable().unwrap_err();
        assert!(why.detail().contains("--secret token"), "{}", why.detail());
        assert!(with("gitea", "token", &["token"]).is_connected());
        assert!(with("github", "app", &["private-key"]).is_connected());
        assert!(with("git", "public", &[]).require_usable().is_ok());
    }

    #[test]
    fn a_test_that_fails_leaves_whom_it_was_before() {
        let known = Checked {
            account: Some("slipway-bot".to_owned()),
            ..Checked::default()
        };
        let failed = Checked {
            error: Some("The token was revoked.".to_owned()),
            ..Checked::default()
        };
        let after = integration("gitea").checked(known, NOW).checked(failed, NOW);
        assert_eq!(after.account.as_deref(), Some("slipway-bot"));
        assert_eq!(after.check_error.as_deref(), Some("The token was revoked."));
    }

    #[test]
    fn a_rhythm_that_a_forge_minds_is_refused() {
        for seconds in [0, 9, 86_401] {
            let changes = IntegrationChanges {
                poll_interval_seconds: Some(Some(seconds)),
                ..IntegrationChanges::default()
            };
            assert!(integration("gitea").changed(&changes, NOW).is_err());
        }
    }
}
