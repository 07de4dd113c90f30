//! What a run is given of an integration: environment and files, as each provider's documentation says that it reads them.
//!
//! What must stay true: a run gets what the integration is for and no more (a session of a role instead of the key that
//! takes it); nothing here is written anywhere; every secret is named, so that it can be masked.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::runner::IDENTITY_DIRECTORY;
use slipway_git::Credentials as GitCredentials;
use slipway_kernel::text;
use slipway_kernel::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::authorization::renewal;
use super::cluster::{Cluster, Credentials};
use super::google::GoogleServices;
use super::kinds::check::{METHOD, Values};
use super::model::Integration;
use super::service;
use super::sts::{Keys, Session, Sts};

/// How long a session of an AWS role lasts; a role need not allow more.
const SESSION_SECONDS: u32 = 3_600;
/// AWS's settings, which say how a session is read.
const AWS_CONFIG: &str = "aws.config";
/// A session of an AWS role, which is renewed.
const AWS_SESSION: &str = "aws.json";
/// The file of Google's credentials.
const GOOGLE_FILE: &str = "google.json";
/// The file of a cluster.
const KUBERNETES_FILE: &str = "kubernetes.yaml";
/// The file with a token of ours for a cluster.
const KUBERNETES_TOKEN: &str = "kubernetes.jwt";

/// What a run is given. No `Debug`.
#[derive(Default)]
pub struct Given {
    /// Environment variables; [`IDENTITY_DIRECTORY`] stands for the directory of the files.
    pub environment: BTreeMap<String, String>,
    /// Files by name, likewise.
    pub files: BTreeMap<String, String>,
    /// What must not be shown by anybody.
    pub secrets: Vec<String>,
    /// What the run proves with a token of our issuer, and is added by whoever knows the run.
    pub identity: Option<Identity>,
}

/// What a run proves with a token of our issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// That it may take this role.
    Aws {
        /// Its ARN.
        role: String,
        /// Whom the token is for.
        audience: String,
    },
    /// That it is this application.
    Azure {
        /// Its id.
        client: String,
        /// Whom the token is for.
        audience: String,
    },
    /// That it is let in by this provider.
    Google {
        /// The provider's full name.
        provider: String,
        /// Whom it acts as, if not as itself.
        account: Option<String>,
        /// Whom the token is for.
        audience: String,
        /// Where that is.
        services: GoogleServices,
    },
    /// That a cluster knows it; the token goes into the file that the given kubeconfig names.
    Kubernetes {
        /// Whom the token is for.
        audience: String,
    },
}

/// Which phase of a run asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// One that reads.
    Plan,
    /// One that changes.
    Apply,
}

/// Whether there is anything of this kind that a run could be given.
#[must_use]
pub fn is_for_runs(kind: &str) -> bool {
    !matches!(kind, "microsoft-teams" | crate::registries::access::KIND)
}

/// What a phase of a run is given of the integration.
///
/// # Errors
///
/// `Conflict` with a sentence for the run when the integration is turned off, was not connected yet, or its other side does
/// not give what is needed.
pub async fn of(ctx: &Ctx, integration: &Integration, phase: Phase) -> Result<Given> {
    integration.require_usable()?;
    let integration = &renewal::fresh(ctx, integration).await?;
    let values = service::values(ctx, integration).await?;
    let mut given = Given::default();
    match integration.kind.as_str() {
        "aws" => aws(ctx, integration, &values, phase, &mut given).await?,
        "azure" => azure(&values, phase, &mut given),
        "google-cloud" => google(&values, phase, &mut given),
        "kubernetes" => kubernetes(integration, &values, &mut given)?,
        "mongodb-atlas" => atlas(&values, &mut given),
        "datadog" => datadog(&values, &mut given),
        "environment" => plain(&values, &mut given),
        // It opens private modules, which is done elsewhere.
        "git" => {}
        "slack" => given.set_secret("SLACK_BOT_TOKEN", secret(&values, "bot-token")),
        _ => forge(ctx, integration, &values, &mut given).await?,
    }
    given.secrets.extend(values.secrets.values().map(str::to_owned));
    Ok(given)
}

impl Given {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    fn set_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    fn set_secret(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.set(name, value);
            self.secrets.push(value.to_owned());
        }
    }
}

fn text<'a>(values: &'a Values, field: &str) -> Option<&'a str> {
    values.settings.text(field)
}

fn secret<'a>(values: &'a Values, field: &str) -> &'a str {
    values.secrets.get(field).unwrap_or_default()
}

fn is_identity(values: &Values) -> bool {
    text(values, METHOD) == Some("workload-identity")
}

/// The field for this phase: plans may have one of their own.
fn by_phase(values: &Values, phase: Phase, plan: &str, shared: &str) -> Option<String> {
    let own = text(values, plan).filter(|_| phase == Phase::Plan);
    own.or(text(values, shared)).map(str::to_owned)
}

fn place(file: &str) -> String {
    format!("{IDENTITY_DIRECTORY}/{file}")
}

async fn aws(ctx: &Ctx, integration: &Integration, values: &Values, phase: Phase, given: &mut Given) -> Result<()> {
    let region = text(values, "region").unwrap_or("us-east-1");
    given.set("AWS_REGION", region);
    given.set("AWS_DEFAULT_REGION", region);
    given.set_text("AWS_ENDPOINT_URL_STS", text(values, "sts-url"));
    given.set_text("AWS_ENDPOINT_URL_S3", text(values, "s3-url"));
    if is_identity(values) {
        given.identity = Some(Identity::Aws {
            role: by_phase(values, phase, "plan-role-arn", "role-arn").unwrap_or_default(),
            audience: text(values, "audience").unwrap_or_default().to_owned(),
        });
        return Ok(());
    }
    let keys = Keys {
        access_key_id: text(values, "access-key-id").unwrap_or_default(),
        secret_access_key: secret(values, "secret-access-key"),
    };
    let Some(role) = text(values, "assume-role-arn") else {
        given.set("AWS_ACCESS_KEY_ID", keys.access_key_id);
        given.set_secret("AWS_SECRET_ACCESS_KEY", keys.secret_access_key);
        return Ok(());
    };
    let sts = Sts {
        outbound: &ctx.outbound,
        url: text(values, "sts-url"),
        region,
        now: ctx.now(),
    };
    let session = sts
        .assume(&keys, role, text(values, "external-id"), SESSION_SECONDS)
        .await
        .map_err(|refusal| unusable(integration, &refusal.to_string()))?;
    hand_out(&session, given);
    Ok(())
}

/// A session is in a file that AWS's clients read again when it ends: what is in the environment stays as it was when the
/// engine started. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
fn hand_out(session: &Session, given: &mut Given) {
    let content = json!({
        "Version": 1,
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.as_str(),
        "SessionToken": session.session_token.as_str(),
        "Expiration": session.expiration,
    });
    let config = format!("[default]\ncredential_process = /bin/cat \"{}\"\n", place(AWS_SESSION));
    given.set("AWS_CONFIG_FILE", place(AWS_CONFIG));
    // Older clients read settings only when they are told to.
    given.set("AWS_SDK_LOAD_CONFIG", "1");
    given.files.insert(AWS_CONFIG.to_owned(), config);
    given.files.insert(AWS_SESSION.to_owned(), content.to_string());
    for secret in [&session.secret_access_key, &session.session_token] {
        given.secrets.push(secret.to_string());
    }
}

fn azure(values: &Values, phase: Phase, given: &mut Given) {
    let client = by_phase(values, phase, "plan-client-id", "client-id").unwrap_or_default();
    for prefix in ["ARM", "AZURE"] {
        given.set_text(&format!("{prefix}_TENANT_ID"), text(values, "tenant-id"));
        given.set_text(&format!("{prefix}_SUBSCRIPTION_ID"), text(values, "subscription-id"));
        given.set(&format!("{prefix}_CLIENT_ID"), client.as_str());
        if !is_identity(values) {
            given.set_secret(&format!("{prefix}_CLIENT_SECRET"), secret(values, "client-secret"));
        }
    }
    given.set_text("ARM_ENVIRONMENT", text(values, "cloud"));
    if is_identity(values) {
        given.identity = Some(Identity::Azure {
            client,
            audience: text(values, "audience").unwrap_or_default().to_owned(),
        });
    }
}

fn google(values: &Values, phase: Phase, given: &mut Given) {
    for name in ["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"] {
        given.set_text(name, text(values, "project"));
    }
    given.set_text("GOOGLE_REGION", text(values, "region"));
    if is_identity(values) {
        let provider = text(values, "provider").unwrap_or_default().to_owned();
        given.identity = Some(Identity::Google {
            account: by_phase(values, phase, "plan-service-account", "service-account"),
            audience: match text(values, "audience") {
                Some(audience) => audience.to_owned(),
                None => format!("//iam.googleapis.com/{provider}"),
            },
            services: GoogleServices::of(values),
            provider,
        });
        return;
    }
    given.set("GOOGLE_APPLICATION_CREDENTIALS", place(GOOGLE_FILE));
    let key = secret(values, "key");
    // A log shows the key line by line at most.
    given.secrets.extend(
        serde_json::from_str::<serde_json::Value>(key)
            .ok()
            .and_then(|key| key.get("private_key")?.as_str().map(lines))
            .unwrap_or_default(),
    );
    given.files.insert(GOOGLE_FILE.to_owned(), key.to_owned());
}

/// The lines of a private key that say something.
fn lines(key: &str) -> Vec<String> {
    let is_telling = |line: &&str| line.len() > 16 && !line.starts_with("-----");
    key.lines()
        .map(str::trim)
        .filter(is_telling)
        .map(str::to_owned)
        .collect()
}

fn kubernetes(integration: &Integration, values: &Values, given: &mut Given) -> Result<()> {
    let file = match text(values, METHOD) {
        Some("kubeconfig") => Zeroizing::new(secret(values, "kubeconfig").to_owned()),
        _ => {
            let cluster = Cluster::of(values).map_err(|why| unusable(integration, &why))?;
            if let Credentials::Identity(audience) = &cluster.credentials {
                given.identity = Some(Identity::Kubernetes {
                    audience: audience.clone(),
                });
            }
            cluster.file(&place(KUBERNETES_TOKEN))
        }
    };
    for name in ["KUBE_CONFIG_PATH", "KUBECONFIG"] {
        given.set(name, place(KUBERNETES_FILE));
    }
    given.secrets.extend(lines(secret(values, "client-key")));
    given.files.insert(KUBERNETES_FILE.to_owned(), file.to_string());
    Ok(())
}

fn atlas(values: &Values, given: &mut Given) {
    given.set_text("MONGODB_ATLAS_ORG_ID", text(values, "organization-id"));
    given.set_text(
        "MONGODB_ATLAS_BASE_URL",
        text(values, "url").filter(|url| *url != "https://cloud.mongodb.com"),
    );
    if text(values, METHOD) == Some("service-account") {
        given.set_text("MONGODB_ATLAS_CLIENT_ID", text(values, "client-id"));
        given.set_secret("MONGODB_ATLAS_CLIENT_SECRET", secret(values, "client-secret"));
        return;
    }
    // The second pair of names is what newer versions of the provider prefer.
    for [public, private] in [
        ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"],
        ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
    ] {
        given.set_text(public, text(values, "public-key"));
        given.set_secret(private, secret(values, "private-key"));
    }
}

fn datadog(values: &Values, given: &mut Given) {
    given.set_text("DD_HOST", text(values, "url"));
    given.set_secret("DD_API_KEY", secret(values, "api-key"));
    given.set_secret("DD_APP_KEY", secret(values, "app-key"));
}

fn plain(values: &Values, given: &mut Given) {
    for (name, value) in values.settings.entries("variables") {
        given.set(name, value);
    }
    for (name, value) in values.secrets.entries("sensitive-variables") {
        given.set_secret(name, value);
    }
}

/// A forge's own provider gets a token that is fresh.
async fn forge(ctx: &Ctx, integration: &Integration, values: &Values, given: &mut Given) -> Result<()> {
    let forge = service::opened(ctx, integration.kind()?, values)?;
    let credentials = forge
        .clone_credentials()
        .await
        .map_err(|error| unusable(integration, &error.to_string()))?;
    let GitCredentials::Basic { password: token, .. } = credentials else {
        return Ok(());
    };
    let url = text(values, "url").unwrap_or_default();
    let is_default = |usual: &str| url == usual;
    match integration.kind.as_str() {
        "github" => {
            given.set_secret("GITHUB_TOKEN", &token);
            if !is_default("https://github.com") {
                given.set("GITHUB_BASE_URL", format!("{url}/"));
            }
        }
        "gitlab" => {
            given.set_secret("GITLAB_TOKEN", &token);
            if !is_default("https://gitlab.com") {
                given.set("GITLAB_BASE_URL", format!("{url}/api/v4/"));
            }
        }
        "gitea" => {
            given.set_secret("GITEA_TOKEN", &token);
            given.set("GITEA_BASE_URL", url);
        }
        "azure-devops" => {
            given.set_secret("AZDO_PERSONAL_ACCESS_TOKEN", &token);
            let organization = text(values, "organization").unwrap_or_default();
            given.set("AZDO_ORG_SERVICE_URL", format!("{url}/{organization}"));
        }
        "bitbucket" if text(values, METHOD) == Some("api-token") => {
            given.set_text("BITBUCKET_USERNAME", text(values, "username"));
            given.set_secret("BITBUCKET_PASSWORD", &token);
        }
        "bitbucket" => given.set_secret("BITBUCKET_OAUTH_TOKEN", &token),
        "bitbucket-data-center" => {
            given.set_secret("BITBUCKET_TOKEN", &token);
            given.set("BITBUCKET_SERVER", url);
        }
        _ => {}
    }
    Ok(())
}

fn unusable(integration: &Integration, why: &str) -> Error {
    Error::conflict(format!(
        "The integration \"{}\" gives nothing: {}",
        integration.name,
        text::sentence(why)
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::integrations::kinds::{self, check::patched};

    fn values(kind: &str, given: Value) -> Values {
        patched(
            kinds::find(kind).unwrap(),
            &Values::default(),
            given.as_object().unwrap(),
        )
        .unwrap()
    }

    fn names(given: &Given) -> Vec<&str> {
        given.environment.keys().map(String::as_str).collect()
    }

    const ID: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn azure_finds_an_identity_or_a_secret() {
        let mut given = Given::default();
        let common = json!({"tenant-id": ID, "subscription-id": ID, "client-id": ID, "plan-client-id":
            "00000000-0000-0000-0000-000000000002"});
        let values_of_identity = values("azure", common.clone());
        azure(&values_of_identity, Phase::Plan, &mut given);
        assert_eq!(
            given.environment["ARM_CLIENT_ID"],
            "00000000-0000-0000-0000-000000000002"
        );
        assert!(matches!(&given.identity, Some(Identity::Azure { client, .. }) if client.ends_with('2')));
        assert!(!given.environment.contains_key("ARM_CLIENT_SECRET"));
        let stored = json!({"method": "client-secret", "tenant-id": ID, "subscription-id": ID, "client-id": ID,
            "client-secret": "hidden"});
        let mut given = Given::default();
        azure(&values("azure", stored), Phase::Plan, &mut given);
        assert_eq!(given.environment["ARM_CLIENT_SECRET"], "hidden");
        assert_eq!(given.environment["AZURE_CLIENT_SECRET"], "hidden");
        assert_eq!(given.identity, None);
    }

    #[test]
    fn google_finds_its_file_and_no_line_of_the_key_is_shown() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        let key = json!({"private_key": format!("-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n")});
        let mut given = Given::default();
        let stored = json!({"method": "service-account-key", "key": key.to_string(), "project": "p"});
        google(&values("google-cloud", stored), Phase::Apply, &mut given);
        assert_eq!(
            given.environment["GOOGLE_APPLICATION_CREDENTIALS"],
            "@identity@/google.json"
        );
        assert_eq!(given.files["google.json"].trim(), key.to_string());
        assert_eq!(given.secrets, [line]);
    }

    #[test]
    fn services_find_their_names() {
        let mut given = Given::default();
        let keys = json!({"method": "api-keys", "public-key": "pub", "private-key": "priv", "organization-id":
            "32b6e34b3d91647abb20e7b8"});
        atlas(&values("mongodb-atlas", keys), &mut given);
        assert_eq!(
            names(&given),
            [
                "MONGODB_ATLAS_ORG_ID",
                "MONGODB_ATLAS_PRIVATE_API_KEY",
                "MONGODB_ATLAS_PRIVATE_KEY",
                "MONGODB_ATLAS_PUBLIC_API_KEY",
                "MONGODB_ATLAS_PUBLIC_KEY"
            ]
        );
        let mut given = Given::default();
        datadog(&values("datadog", json!({"api-key": "a", "app-key": "b"})), &mut given);
        assert_eq!(names(&given), ["DD_API_KEY", "DD_APP_KEY", "DD_HOST"]);
        let mut given = Given::default();
        plain(
            &values(
                "environment",
                json!({"variables": {"A": "1"}, "sensitive-variables": {"B": "2"}}),
            ),
            &mut given,
        );
        assert_eq!(names(&given), ["A", "B"]);
        assert_eq!(given.secrets, ["2"]);
    }
}
