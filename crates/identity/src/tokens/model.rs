//! The token as a row: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, TokenId};
use slipway_api::tokens::NewToken;
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
    /// The permissions that it is limited to; none for all of its subject's. Not given out yet: see [`Self::is_usable`].
    pub scopes: Option<Scopes>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
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
            Self::RunnerPool => "p",
        }
    }
}

/// Nodes of the permission tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Scopes(pub Vec<String>);

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether it opens anything at `now`. One with scopes does not: a limit that this version cannot keep must not be
    /// read as none.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.scopes.is_none() && !is_expired(self.expires_at, now)
    }
}

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
    use std::time::Duration;

    use slipway_api::Code;

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
    fn a_limit_that_cannot_be_kept_closes_the_token() {
        let limited = Token {
            scopes: Some(Scopes(vec!["workspace.read".to_owned()])),
            ..token()
        };
        assert!(!limited.is_usable(NOW));
    }

    #[test]
    fn an_expiry_in_the_past_is_refused() {
        let wanted = |expired_at| NewToken {
            description: "laptop".to_owned(),
            expired_at,
        };
        assert_eq!(acceptable(wanted(Some(NOW)), NOW).unwrap_err().code(), Code::Invalid);
        assert!(acceptable(wanted(None), NOW).is_ok());
    }
}
