//! The link as a row: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{LinkId, MembershipId, UserId};
use slipway_kernel::settings::Server;

/// A link.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "links")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    /// What it is for.
    pub kind: LinkKind,
    /// SHA-256 of its text.
    pub hash: String,
    /// Whose password it sets.
    pub user_id: Option<UserId>,
    /// What it invites to.
    pub membership_id: Option<MembershipId>,
    /// The address that it was sent to; none when it was shown to somebody.
    pub sent_to: Option<String>,
    /// Who made it; none for the server and for who forgot a password.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

/// A link.
pub type Link = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum LinkKind {
    /// Makes a site administrator.
    #[sea_orm(string_value = "set-up")]
    SetUp,
    /// Makes a member of an organization.
    #[sea_orm(string_value = "invitation")]
    Invitation,
    /// Sets a password anew.
    #[sea_orm(string_value = "password-reset")]
    PasswordReset,
    /// Shows that somebody reads a mail address.
    #[sea_orm(string_value = "verification")]
    Verification,
}

impl LinkKind {
    /// The path before the link's text.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Invitation => "invitations",
            Self::PasswordReset => "password-reset",
            Self::Verification => "verify-email",
        }
    }

    /// How long it can be used.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        const HOUR: u64 = 3_600;
        match self {
            Self::SetUp | Self::Verification => Duration::from_secs(24 * HOUR),
            Self::Invitation => Duration::from_secs(7 * 24 * HOUR),
            Self::PasswordReset => Duration::from_secs(HOUR),
        }
    }
}

/// Where people reach the server: what links begin with. It comes from the settings alone: a request's `Host` header
/// could name a host of somebody else, who would then be sent the link's text.
#[must_use]
pub fn base_url(server: &Server) -> String {
    if let Some(url) = &server.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let scheme = if server.tls_certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let port = server.listen.port();
    match server.listen.ip() {
        ip if ip.is_unspecified() => format!("{scheme}://localhost:{port}"),
        _ => format!("{scheme}://{}", server.listen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_what_the_settings_say() {
        let with = |public_url: Option<&str>, listen: &str| Server {
            public_url: public_url.map(str::to_owned),
            listen: listen.parse().unwrap(),
            ..Server::default()
        };
        assert_eq!(base_url(&with(None, "127.0.0.1:8080")), "http://127.0.0.1:8080");
        assert_eq!(base_url(&with(None, "0.0.0.0:80")), "http://localhost:80");
        assert_eq!(
            base_url(&with(Some("https://slipway.example.org/"), "0.0.0.0:80")),
            "https://slipway.example.org"
        );
    }
}
