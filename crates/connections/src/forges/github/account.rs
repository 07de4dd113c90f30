//! Whom the credentials of a GitHub are, and what they lack.

use serde_json::Value;
use slipway_api::Timestamp;

use super::Github;
use super::app::App;
use crate::forges::client::Call;
use crate::forges::model::{Account, ForgeError, MissingRight};
use crate::forges::wire;

/// What an app needs, and what for.
pub(in crate::forges) const PERMISSIONS: [(&str, &str, &str); 5] = [
    ("metadata", "read", "listing repositories"),
    ("contents", "read", "fetching repositories"),
    ("statuses", "write", "showing statuses beside commits"),
    ("pull_requests", "write", "reading pull requests and writing comments"),
    ("repository_hooks", "write", "setting webhooks"),
];

impl Github {
    pub(super) async fn account_of_token(&self) -> Result<Account, ForgeError> {
        let reply = self.ask(Call::get(&["user"])).await?;
        let user: wire::User = reply.json()?;
        // Only classic tokens and OAuth's say their scopes; what a fine-grained token lacks shows when it is used.
        let missing = reply.header("x-oauth-scopes").map(missing_scopes).unwrap_or_default();
        Ok(Account {
            name: user.login,
            missing,
            expires_at: reply.header("github-authentication-token-expiration").and_then(expiry),
        })
    }

    pub(super) async fn account_of_app(&self, app: &App) -> Result<Account, ForgeError> {
        let name = self.own().await?.login.clone();
        let installation = app.installation(&self.client).await?;
        if installation.suspended_at.is_some() {
            let owner = installation.account.login;
            return Err(ForgeError::Refused(format!(
                "the app's installation on {owner} is suspended"
            )));
        }
        let given = |permission: &str| installation.permissions.get(permission).and_then(Value::as_str);
        let is_missing = |(permission, level, _): &(&str, &str, &str)| {
            !matches!(
                (*level, given(permission)),
                ("read", Some(_)) | ("write", Some("write" | "admin"))
            )
        };
        let missing = PERMISSIONS
            .into_iter()
            .filter(is_missing)
            .map(|(permission, level, needed_for)| MissingRight {
                right: format!("{permission}: {level}"),
                needed_for: needed_for.to_owned(),
            });
        Ok(Account {
            name,
            missing: missing.collect(),
            expires_at: None,
        })
    }
}

/// What is missing in the scopes of a classic token.
fn missing_scopes(scopes: &str) -> Vec<MissingRight> {
    let has = |wanted: &[&str]| scopes.split(',').any(|scope| wanted.contains(&scope.trim()));
    let needs = [
        (
            &["repo"][..],
            "repo",
            "private repositories, webhooks, statuses and comments",
        ),
        (
            &["read:org", "write:org", "admin:org"][..],
            "read:org",
            "listing organizations and their repositories",
        ),
    ];
    let missing = needs.into_iter().filter(|(any, _, _)| !has(any));
    missing
        .map(|(_, right, needed_for)| MissingRight {
            right: right.to_owned(),
            needed_for: needed_for.to_owned(),
        })
        .collect()
}

/// `2026-12-01 08:30:00 UTC`, or with an offset as `-0700`.
fn expiry(text: &str) -> Option<Timestamp> {
    let mut parts = text.split_whitespace();
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next().unwrap_or("UTC"));
    let offset = match zone {
        "UTC" => "Z".to_owned(),
        zone => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
    };
    format!("{date}T{time}{offset}").parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-12-01 08:30:00 UTC", Some("2026-12-01T08:30:00Z"))]
    #[case("2026-12-01 08:30:00 -0700", Some("2026-12-01T15:30:00Z"))]
    #[case("soon", None)]
    #[case("2026-12-01 08:30:00 é", None)]
    fn a_token_says_when_it_ends(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(expiry(text), expected.map(|text| text.parse().unwrap()));
    }

    #[test]
    fn scopes_that_are_missing_are_named() {
        let named = |scopes| {
            missing_scopes(scopes)
                .into_iter()
                .map(|lacking| lacking.right)
                .collect::<Vec<_>>()
        };
        assert_eq!(named("admin:org, repo"), [] as [String; 0]);
        assert_eq!(named("repo"), ["read:org"]);
        assert_eq!(named("public_repo"), ["repo", "read:org"]);
        assert_eq!(named(""), ["repo", "read:org"]);
    }
}
