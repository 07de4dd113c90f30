//! The link as a row, and what may be one: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::forge_accounts::NewForgeAccount;
use slipway_api::ids::{ForgeAccountId, UserId};
use slipway_kernel::{Error, Result, tokens};

/// Links that one person has at most.
pub(crate) const MOST: usize = 50;
/// How long a code proves a link.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// An account at a forge.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "forge_accounts")]
pub struct Model {
    /// The link's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ForgeAccountId,
    /// Who that is here.
    pub user_id: UserId,
    /// The forge's host, with its port where that is not the usual one.
    pub host: String,
    /// The login, in lower case.
    pub login: String,
    /// The forge's own id of the account, from its proof on.
    pub account_id: Option<String>,
    /// SHA-256 of the code that the account has to write; none from its proof on.
    pub code_hash: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account at a forge.
pub type ForgeAccount = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A link of somebody's account.
    ///
    /// # Errors
    ///
    /// `Invalid` for what is no host or no login.
    pub fn new(id: ForgeAccountId, user_id: UserId, wanted: &NewForgeAccount, now: Timestamp) -> Result<Self> {
        let host = wanted.host.trim().to_lowercase();
        let is_host = !host.is_empty()
            && host.len() <= 200
            && host
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter));
        if !is_host {
            return Err(Error::invalid(
                "/data/attributes/host",
                "Write the forge's host alone, as \"github.com\" or \"git.example.com:8443\".",
            ));
        }
        let login = wanted.login.trim().trim_start_matches('@').to_lowercase();
        let is_login = !login.is_empty()
            && login.chars().count() <= 100
            && !login
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control());
        if !is_login {
            return Err(Error::invalid(
                "/data/attributes/login",
                "Write your login there, as it stands beside your comments.",
            ));
        }
        Ok(Self {
            id,
            user_id,
            host,
            login,
            account_id: None,
            code_hash: None,
            created_at: now,
        })
    }

    /// Whether this code proves the link now.
    #[must_use]
    pub fn is_proved_by(&self, code: &str, now: Timestamp) -> bool {
        let is_in_time = now < self.created_at.after(LIFETIME);
        is_in_time && self.code_hash.as_deref() == Some(tokens::hash(code).as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_proves_its_link_for_a_day() {
        let wanted = NewForgeAccount {
            host: "github.com".to_owned(),
            login: "ada".to_owned(),
        };
        let now = Timestamp::from_unix_ms(1);
        let mut link = Model::new(ForgeAccountId::from_parts(1, 1), UserId::from_parts(1, 1), &wanted, now).unwrap();
        assert!(!link.is_proved_by("", now));
        link.code_hash = Some(tokens::hash("code"));
        assert!(link.is_proved_by("code", now) && !link.is_proved_by("other", now));
        assert!(!link.is_proved_by("code", now.after(LIFETIME)));
    }

    #[test]
    fn what_is_no_host_or_login_is_refused() {
        let made = |host: &str, login: &str| {
            let wanted = NewForgeAccount {
                host: host.to_owned(),
                login: login.to_owned(),
            };
            let now = Timestamp::from_unix_ms(1);
            Model::new(ForgeAccountId::from_parts(1, 1), UserId::from_parts(1, 1), &wanted, now)
        };
        assert_eq!(made("GitHub.com", "@Alice").unwrap().login, "alice");
        for (host, login) in [
            ("", "a"),
            ("https://github.com", "a"),
            ("github.com", ""),
            ("github.com", "a b"),
        ] {
            assert!(made(host, login).is_err(), "{host} {login}");
        }
    }
}
