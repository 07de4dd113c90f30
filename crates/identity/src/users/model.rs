//! The user as a row: pure.

use std::fmt;

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, UserId};
use slipway_api::users::{AccountChanges, NewUser};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Actor, Error, Result};

use crate::organizations::acceptable_email;

/// A user.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The user's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// The user's name, unique on the site.
    pub username: Name,
    /// The user's mail address.
    pub email: Option<String>,
    /// Whether the account stands for a program.
    pub is_service_account: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What the password is checked against; none for who cannot sign in with one.
    pub password_hash: Option<PasswordHash>,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// Whether the user is kept out for now: neither sessions nor tokens count.
    pub is_suspended: bool,
    /// Whether the user has shown to read the mail address, by a link that was sent to it.
    pub is_email_verified: bool,
    /// The organization of an account that stands for a program.
    pub organization_id: Option<OrganizationId>,
    /// When the user last signed in with a browser.
    pub last_signed_in_at: Option<Timestamp>,
    /// Grows by one with every change.
    pub version: i64,
}

/// A user.
pub type User = Model;

/// Tokens and assignments point here by text; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A hashed password in the PHC string format, which names algorithm and parameters.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct PasswordHash(pub String);

/// Says nothing: it may be guessed from.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash")
    }
}

impl Model {
    /// A new person.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: UserId, wanted: NewUser, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id,
            username: wanted.username,
            email: acceptable_email(wanted.email)?,
            is_service_account: false,
            created_at: now,
            password_hash: None,
            password_changed_at: None,
            is_suspended: false,
            is_email_verified: false,
            organization_id: None,
            last_signed_in_at: None,
            version: 1,
        })
    }

    /// The user with what he changes himself. Another address is not verified.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: AccountChanges) -> Result<Self> {
        let email = match changes.email {
            Some(email) => acceptable_email(email)?,
            None => self.email.clone(),
        };
        Ok(Self {
            username: changes.username.unwrap_or_else(|| self.username.clone()),
            is_email_verified: self.is_email_verified && email == self.email,
            email,
            ..self.next()
        })
    }

    /// The user with another password.
    #[must_use]
    pub fn with_password(&self, hash: PasswordHash, now: Timestamp) -> Self {
        Self {
            password_hash: Some(hash),
            password_changed_at: Some(now),
            ..self.next()
        }
    }

    /// The user, known to read the mail address.
    #[must_use]
    pub fn with_verified_email(&self) -> Self {
        Self {
            is_email_verified: self.email.is_some(),
            ..self.next()
        }
    }

    /// The user, kept out or let in again.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is so already.
    pub fn suspended(&self, is_suspended: bool) -> Result<Self> {
        if self.is_suspended == is_suspended {
            let how = if is_suspended {
                "suspended already"
            } else {
                "not suspended"
            };
            return Err(Error::conflict(format!("The user \"{}\" is {how}.", self.username)));
        }
        Ok(Self {
            is_suspended,
            ..self.next()
        })
    }

    /// The user as a caller. The teams are read beside.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User {
            id: self.id,
            name: self.username.clone(),
            teams: Vec::new(),
        }
    }

    fn next(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn user() -> User {
        let wanted = NewUser {
            username: "ada".parse().unwrap(),
            email: Some("ada@example.org".to_owned()),
        };
        User::new(UserId::from_parts(NOW.unix_ms(), 1), wanted, NOW).unwrap()
    }

    #[test]
    fn another_address_is_not_verified() {
        let verified = user().with_verified_email();
        let named = AccountChanges {
            username: Some("countess".parse().unwrap()),
            email: None,
        };
        assert!(verified.changed(named).unwrap().is_email_verified);
        let moved = AccountChanges {
            username: None,
            email: Some(Some("ada@example.net".to_owned())),
        };
        assert!(!verified.changed(moved).unwrap().is_email_verified);
    }

    #[test]
    fn nobody_is_suspended_twice() {
        let suspended = user().suspended(true).unwrap();
        assert!(suspended.is_suspended);
        assert_eq!(suspended.suspended(true).unwrap_err().code(), Code::Conflict);
        assert_eq!(user().suspended(false).unwrap_err().code(), Code::Conflict);
    }

    #[test]
    fn a_hash_is_not_shown() {
        let user = user().with_password(PasswordHash("$argon2id$secret".to_owned()), NOW);
        assert!(!format!("{user:?}").contains("argon2id"));
    }
}
