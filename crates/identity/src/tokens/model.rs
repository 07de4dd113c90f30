//! The token as a row: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::{FromJsonQueryResult, Iterable};
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, TokenId};
use slipway_api::tokens::NewToken;
use slipway_kernel::grants::{Grant, Limits, SITE};
use slipway_kernel::{Error, Result};

/// A token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// Whom it stands for.
    pub kind: TokenKind,
    /// The id of whom it stands for.
    pub subject: String,
    /// The organization that it goes with; none for tokens of users.
    pub organization_id: Option<OrganizationId>,
    /// What it is used for.
    pub description: String,
    /// SHA-256 of its text.
    pub hash: String,
    /// The permissions that it is limited to; none for all of its subject's.
    pub scopes: Option<Scopes>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
    /// SHA-256 of its text before it was rotated.
    pub previous_hash: Option<String>,
    /// Until when the text before is taken.
    pub previous_expires_at: Option<Timestamp>,
    /// Who made it: the id of a user, team or organization; none for the server.
    pub created_by: Option<String>,
    /// By which rule of a trusted issuer it was given for another token; none for what somebody made.
    pub origin: Option<String>,
}

/// A token.
pub type Token = Model;

/// Whom a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum TokenKind {
    /// A user.
    #[sea_orm(string_value = "user")]
    User,
    /// The account of a program.
    #[sea_orm(string_value = "service-account")]
    ServiceAccount,
    /// A team.
    #[sea_orm(string_value = "team")]
    Team,
    /// An organization.
    #[sea_orm(string_value = "organization")]
    Organization,
    /// A runner pool: its runners register and claim work with it.
    #[sea_orm(string_value = "runner-pool")]
    RunnerPool,
}

impl TokenKind {
    /// The letter in the token's text.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::User => "u",
            Self::ServiceAccount => "a",
            Self::Team => "t",
            Self::Organization => "o",
            Self::RunnerPool => "p",
        }
    }

    /// The kind of the token with this letter.
    #[must_use]
    pub fn by_letter(letter: &str) -> Option<Self> {
        Self::iter().find(|kind| kind.letter() == letter)
    }

    /// The kind with this name on the wire.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::iter().find(|kind| kind.word() == word)
    }

    /// The kind's name on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ServiceAccount => "service-account",
            Self::Team => "team",
            Self::Organization => "organization",
            Self::RunnerPool => "runner-pool",
        }
    }
}

/// What a token is limited to: nodes of the permission tree, each perhaps with `@` and an id behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Scopes(pub Vec<String>);

impl Scopes {
    /// The limits that they mean. They were checked when the token was made; a node that there is no more covers nothing.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let limits = self.0.iter().map(|text| {
            let (node, id) = split(text);
            Grant {
                permission: node.to_owned(),
                scope: id.unwrap_or(SITE).to_owned(),
            }
        });
        Limits::new(limits.collect())
    }
}

/// The node of a scope's text, and the id that it is limited to.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('@') {
        Some((node, id)) => (node, Some(id)),
        None => (text, None),
    }
}

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether it opens anything at `now`.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && !is_expired(self.expires_at, now)
    }

    /// Until when the text with this hash is taken: that before a rotation shorter. No value when it is not taken.
    #[must_use]
    pub fn accepts(&self, hash: &str, now: Timestamp) -> Option<Until> {
        if !self.is_usable(now) {
            return None;
        }
        if self.hash == hash {
            return Some(Until(self.expires_at));
        }
        let grace = self.previous_expires_at.filter(|end| !is_expired(Some(*end), now))?;
        let is_previous = self.previous_hash.as_deref() == Some(hash);
        is_previous.then(|| Until(Some(self.expires_at.map_or(grace, |end| end.min(grace)))))
    }

    /// The token with another text; the one so far is taken for `grace` longer.
    #[must_use]
    pub fn rotated(&self, hash: String, grace: Duration, expires_at: Option<Timestamp>, now: Timestamp) -> Self {
        let previous = (!grace.is_zero()).then(|| self.hash.clone());
        Self {
            previous_expires_at: previous.is_some().then(|| now.after(grace)),
            previous_hash: previous,
            hash,
            expires_at: expires_at.or(self.expires_at),
            ..self.clone()
        }
    }

    /// What it is limited to.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.scopes.as_ref().map_or_else(Limits::none, Scopes::limits)
    }
}

/// When a text is refused from; none for never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until(pub Option<Timestamp>);

/// Whether the moment has come.
pub(crate) fn is_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|expires_at| expires_at <= now)
}

/// Refuses a description that is too long, and an expiry that has passed.
pub(crate) fn acceptable(wanted: NewToken, now: Timestamp) -> Result<NewToken> {
    if wanted.description.len() > 200 {
        return Err(Error::invalid(
            "/data/attributes/description",
            "A token's description has at most 200 bytes.",
        ));
    }
    if is_expired(wanted.expired_at, now) {
        return Err(Error::invalid(
            "/data/attributes/expired-at",
            "A token must expire in the future.",
        ));
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;
    use slipway_kernel::grants::{Permission, Scope};

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn token() -> Token {
        Token {
            id: TokenId::from_parts(NOW.unix_ms(), 1),
            kind: TokenKind::User,
            subject: String::new(),
            organization_id: None,
            description: String::new(),
            hash: String::new(),
            scopes: None,
            created_at: NOW,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            previous_hash: None,
            previous_expires_at: None,
            created_by: None,
            origin: None,
        }
    }

    #[test]
    fn a_token_ends_by_expiry_and_by_revocation() {
        let later = NOW.after(Duration::from_secs(60));
        assert!(token().is_usable(later));
        let expiring = Token {
            expires_at: Some(later),
            ..token()
        };
        assert!(expiring.is_usable(NOW) && !expiring.is_usable(later));
        let revoked = Token {
            revoked_at: Some(NOW),
            ..token()
        };
        assert!(!revoked.is_usable(NOW));
    }

    #[test]
    fn a_rotated_token_takes_the_old_text_for_the_grace_and_no_longer() {
        let hour = Duration::from_secs(3_600);
        let old = Token {
            hash: "old".to_owned(),
            ..token()
        };
        let new = old.rotated("new".to_owned(), hour, None, NOW);
        assert_eq!(new.accepts("new", NOW), Some(Until(None)));
        assert_eq!(new.accepts("old", NOW), Some(Until(Some(NOW.after(hour)))));
        assert_eq!(new.accepts("old", NOW.after(hour)), None);
        assert_eq!(new.accepts("other", NOW), None);
        let at_once = old.rotated("new".to_owned(), Duration::ZERO, None, NOW);
        assert_eq!(at_once.accepts("old", NOW), None);
    }

    #[test]
    fn scopes_limit_to_nodes_and_to_places() {
        let scopes = Scopes(vec!["workspace.read".to_owned(), "workspace.run@ws-1".to_owned()]);
        let read = Permission::new("workspace.read");
        let plan = Permission::new("workspace.run.plan");
        let limits = scopes.limits();
        assert!(limits.allow(read, &Scope::site()));
        assert!(!limits.allow(plan, &Scope::site()));
        assert!(limits.allow(plan, &Scope::site().object("ws-1")));
        assert!(!Scopes(Vec::new()).limits().allow(read, &Scope::site()));
    }

    #[test]
    fn an_expiry_in_the_past_is_refused() {
        let wanted = |expired_at| NewToken {
            description: "laptop".to_owned(),
            expired_at,
            scopes: None,
        };
        assert_eq!(acceptable(wanted(Some(NOW)), NOW).unwrap_err().code(), Code::Invalid);
        assert!(acceptable(wanted(None), NOW).is_ok());
    }
}
