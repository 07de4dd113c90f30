//! Where each forge has its application's pages, and what is asked for there.

use url::Url;

use crate::forges::model::{ForgeError, ForgeKind};
use crate::forges::settings::Settings;

/// What one forge needs to know and say.
pub(super) struct Endpoints {
    pub(super) authorize: Url,
    pub(super) token: Url,
    /// What is asked for; none where the application itself says it.
    pub(super) scope: Option<&'static str>,
    /// Whether the application's secret is shown as HTTP's password and not in the form.
    pub(super) shows_secret_in_header: bool,
}

impl Endpoints {
    pub(super) fn of(kind: ForgeKind, settings: &Settings) -> Result<Self, ForgeError> {
        let site = |usual: Option<&str>| {
            let url = settings.url.as_deref().or(usual).unwrap_or_default();
            url.trim_end_matches('/').to_owned()
        };
        let (authorize, token, scope) = match kind {
            ForgeKind::Github => {
                let site = site(Some("https://github.com"));
                let authorize = format!("{site}/login/oauth/authorize");
                (
                    authorize,
                    format!("{site}/login/oauth/access_token"),
                    Some("repo read:org"),
                )
            }
            ForgeKind::Gitea => {
                let site = site(None);
                let authorize = format!("{site}/login/oauth/authorize");
                let scope = "read:user read:organization write:repository write:issue";
                (authorize, format!("{site}/login/oauth/access_token"), Some(scope))
            }
            ForgeKind::Gitlab => {
                let site = site(Some("https://gitlab.com"));
                (
                    format!("{site}/oauth/authorize"),
                    format!("{site}/oauth/token"),
                    Some("api"),
                )
            }
            // The consumer at Bitbucket says what it may do.
            ForgeKind::Bitbucket => {
                let site = site(Some("https://bitbucket.org"));
                let token = format!("{site}/site/oauth2/access_token");
                (format!("{site}/site/oauth2/authorize"), token, None)
            }
            ForgeKind::BitbucketDataCenter => {
                let site = format!("{}/rest/oauth2/latest", site(None));
                (format!("{site}/authorize"), format!("{site}/token"), Some("REPO_ADMIN"))
            }
            ForgeKind::AzureDevops => {
                let login = settings
                    .login_url
                    .as_deref()
                    .unwrap_or("https://login.microsoftonline.com");
                let tenant = settings.tenant_id.as_deref().unwrap_or("organizations");
                let site = format!("{}/{tenant}/oauth2/v2.0", login.trim_end_matches('/'));
                let scope = "499b84ac-1321-427f-aa17-267ca6975798/.default offline_access";
                (format!("{site}/authorize"), format!("{site}/token"), Some(scope))
            }
            ForgeKind::Git => return Err(ForgeError::Unsupported("a plain Git server".to_owned())),
        };
        let parse = |text: String| {
            let wrong = |_| ForgeError::Refused("the address of the forge is missing or is none".to_owned());
            Url::parse(&text).map_err(wrong)
        };
        Ok(Self {
            authorize: parse(authorize)?,
            token: parse(token)?,
            scope,
            shows_secret_in_header: kind == ForgeKind::Bitbucket,
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::forges::model::ForgeKind;
    use crate::forges::oauth::{Asking, authorize_url};
    use crate::forges::settings::Settings;

    #[rstest]
    #[case(
        ForgeKind::Github,
        None,
        "https://github.com/login/oauth/authorize",
        "&scope=repo+read%3Aorg"
    )]
    #[case(
        ForgeKind::Github,
        Some("https://github.example.com/"),
        "https://github.example.com/login/oauth/authorize",
        "&scope=repo+read%3Aorg"
    )]
    #[case(ForgeKind::Gitlab, None, "https://gitlab.com/oauth/authorize", "&scope=api")]
    #[case(ForgeKind::Bitbucket, None, "https://bitbucket.org/site/oauth2/authorize", "")]
    #[case(
        ForgeKind::BitbucketDataCenter,
        Some("https://bitbucket.example.com"),
        "https://bitbucket.example.com/rest/oauth2/latest/authorize",
        "&scope=REPO_ADMIN"
    )]
    #[case(
        ForgeKind::AzureDevops,
        Some("https://dev.azure.com"),
        "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
        "&scope=499b84ac-1321-427f-aa17-267ca6975798%2F.default+offline_access"
    )]
    #[case(
        ForgeKind::Gitea,
        Some("https://gitea.example.com/git"),
        "https://gitea.example.com/git/login/oauth/authorize",
        "&scope=read%3Auser+read%3Aorganization+write%3Arepository+write%3Aissue"
    )]
    fn a_browser_is_sent_to_the_forge(
        #[case] kind: ForgeKind,
        #[case] url: Option<&str>,
        #[case] expected: &str,
        #[case] scope: &str,
    ) {
        let settings = Settings {
            url: url.map(str::to_owned),
            client_id: Some("the-client".to_owned()),
            ..Settings::default()
        };
        let asking = Asking {
            redirect_uri: "https://slipway.example.com/back?a=b",
            state: "the&state",
            challenge: "the-challenge",
        };
        let found = authorize_url(kind, &settings, asking).unwrap();
        let query = "?client_id=the-client&redirect_uri=https%3A%2F%2Fslipway.example.com%2Fback%3Fa%3Db&response_type=code\
                     &state=the%26state&code_challenge=the-challenge&code_challenge_method=S256";
        assert_eq!(found.as_str(), format!("{expected}{query}{scope}"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let asking = Asking {
            redirect_uri: "https://slipway.example.com/back",
            state: "state",
            challenge: "challenge",
        };
        let nowhere = authorize_url(ForgeKind::Gitea, &Settings::default(), asking).unwrap_err();
        assert_eq!(nowhere.to_string(), "the address of the forge is missing or is none");
        let nobody = authorize_url(ForgeKind::Github, &Settings::default(), asking).unwrap_err();
        assert_eq!(nobody.to_string(), "the application's client id is missing");
        let git = authorize_url(ForgeKind::Git, &Settings::default(), asking).unwrap_err();
        assert_eq!(git.to_string(), "a plain Git server cannot do that");
    }
}
