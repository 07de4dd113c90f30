//! Where Google's services are that take a token of ours: runs and tests ask the same.

use super::kinds::check::Values;

/// Where Google exchanges tokens and lends accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleServices {
    /// Takes a token of ours.
    pub token_url: String,
    /// Lends a service account.
    pub iam_url: String,
}

impl Default for GoogleServices {
    fn default() -> Self {
        Self {
            token_url: "https://sts.googleapis.com/v1/token".to_owned(),
            iam_url: "https://iamcredentials.googleapis.com".to_owned(),
        }
    }
}

impl GoogleServices {
    pub(super) fn of(values: &Values) -> Self {
        let usual = Self::default();
        Self {
            token_url: values.settings.text("token-url").map_or(usual.token_url, str::to_owned),
            iam_url: values.settings.text("iam-url").map_or(usual.iam_url, str::to_owned),
        }
    }

    /// Where tokens of a service account are made.
    #[must_use]
    pub fn impersonation(&self, account: &str) -> String {
        let base = self.iam_url.trim_end_matches('/');
        format!("{base}/v1/projects/-/serviceAccounts/{account}:generateAccessToken")
    }
}
