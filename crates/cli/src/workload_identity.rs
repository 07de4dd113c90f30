//! Calling as a program that proves who it is with a signed token of the system that it runs on, instead of a secret.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use slipway_api::Name;
use slipway_client::{Client, ClientSettings, IssuedToken};
use url::Url;

use crate::environment::Environment;
use crate::failure::Failure;
use crate::settings::server_key;

/// The file with the program's own token.
pub(crate) const FILE: &str = "SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE";
/// The token itself, as GitLab hands it to jobs.
const TOKEN: &str = "SLIPWAY_WORKLOAD_IDENTITY_TOKEN";
/// As which service account, where several would do.
const ACCOUNT: &str = "SLIPWAY_SERVICE_ACCOUNT";

/// Where the program's own token is.
pub(crate) enum Source {
    File(PathBuf),
    Variable(SecretString),
}

impl Source {
    /// What the environment says. The file first: it is renewed while a variable is not.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        if let Some(path) = environment.variable(FILE) {
            return Some(Self::File(path.into()));
        }
        environment.variable(TOKEN).map(|token| Self::Variable(token.into()))
    }

    fn token(&self) -> anyhow::Result<SecretString> {
        match self {
            Self::Variable(token) => Ok(token.clone()),
            Self::File(path) => read(path),
        }
    }
}

/// As which service account the environment wants to act.
pub(crate) fn account(environment: &Environment) -> Option<&str> {
    environment.variable(ACCOUNT)
}

/// Exchanges the program's own token for one of a service account of the organization.
pub(crate) async fn exchange(
    url: &Url,
    source: &Source,
    organization: &Name,
    account: Option<&str>,
) -> anyhow::Result<IssuedToken> {
    let client = Client::new(ClientSettings::new(url.clone(), None))?;
    match client.exchange_token(&source.token()?, organization, account).await? {
        Ok(issued) => Ok(issued),
        Err(refusal) => Err(Failure::error(
            format!(
                "{} gave no token for this program's own: {}",
                server_key(url),
                refusal.error_description.trim_end_matches('.')
            ),
            "See what is let in: slipway trusted-issuer list",
        )),
    }
}

/// The same where nobody can wait: on a thread of its own, because the command's runtime is busy with the command.
pub(crate) fn exchange_now(
    url: &Url,
    source: &Source,
    organization: &Name,
    account: Option<&str>,
) -> anyhow::Result<SecretString> {
    let exchanged = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(exchange(url, source, organization, account))
        });
        worker.join()
    });
    match exchanged {
        Ok(issued) => Ok(issued?.access_token),
        Err(_) => Err(anyhow::anyhow!("the exchange of the program's token broke off")),
    }
}

fn read(path: &Path) -> anyhow::Result<SecretString> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the token in {} cannot be read", path.display()))?;
    let token = SecretString::from(text.trim());
    if token.expose_secret().is_empty() {
        let next = "Was it made for the server's address as its audience? See docs/guide/trusted-issuers.md.";
        return Err(Failure::error(format!("{} is empty", path.display()), next));
    }
    Ok(token)
}
