//! From the environment of a workspace to the tokens that are needed, and from these to what each provider expects: pure.
//!
//! Names and defaults of the variables are those of Terraform Enterprise's dynamic provider credentials. What is laid out
//! is what the providers' own documentation reads: the AWS SDK's web identity variables, Azure's `ARM_OIDC_*`, Google's
//! external account file, Vault's `TERRAFORM_VAULT_AUTH_JWT`, Kubernetes' `KUBE_TOKEN`.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::runner::{IDENTITY_DIRECTORY, WorkPhase};
use slipway_connections::integrations::environment::Identity;
use slipway_connections::integrations::google::GoogleServices;
use slipway_kernel::{Error, Result};

/// What somebody wants to prove, to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Who checks the token.
    pub(super) audience: String,
    recipe: Recipe,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Recipe {
    Aws {
        role: String,
    },
    Azure {
        client: String,
    },
    Google {
        provider: String,
        account: Option<String>,
        services: GoogleServices,
    },
    Vault {
        address: String,
        namespace: Option<String>,
    },
    Kubernetes,
    /// A file that a kubeconfig names, so that a renewed token counts.
    KubernetesFile,
    Plain {
        variable: String,
    },
}

/// Files and environment of one or several recipes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) files: BTreeMap<String, String>,
    pub(super) environment: BTreeMap<String, String>,
}

/// The settings of one run: environment variables, seen from one phase.
struct Asked<'a> {
    environment: &'a BTreeMap<String, String>,
    phase: WorkPhase,
}

/// What the environment of a run asks for in this phase.
///
/// # Errors
///
/// `Invalid` when something is asked for and what it needs is missing; the sentence names the variables.
pub(super) fn wanted(environment: &BTreeMap<String, String>, phase: WorkPhase) -> Result<Vec<Wanted>> {
    let asked = Asked { environment, phase };
    let found = [
        asked.aws()?,
        asked.azure()?,
        asked.google()?,
        asked.vault()?,
        asked.kubernetes()?,
    ];
    Ok(found.into_iter().flatten().chain(asked.plain()).collect())
}

impl Asked<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let value = self.environment.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The value for this phase: the phase's own, or the run's.
    fn by_phase(&self, switch: &str, prefix: &str, rest: &str) -> Result<String> {
        let phase = match self.phase {
            WorkPhase::Plan => "PLAN",
            WorkPhase::Apply => "APPLY",
        };
        let own = format!("{prefix}_{phase}_{rest}");
        let shared = format!("{prefix}_RUN_{rest}");
        self.get(&own).or_else(|| self.get(&shared)).ok_or_else(|| {
            Error::conflict(format!(
                "The environment variable {switch} is \"true\", and neither {own} nor {shared} is set. Set one of them in \
                 the workspace or in a variable set."
            ))
        })
    }

    fn required(&self, switch: &str, name: &str) -> Result<String> {
        self.get(name).ok_or_else(|| {
            Error::conflict(format!(
                "The environment variable {switch} is \"true\", and {name} is not set. Set it in the workspace or in a \
                 variable set."
            ))
        })
    }

    fn audience(&self, provider: &str, default: &str) -> String {
        self.get(&format!("TFC_{provider}_WORKLOAD_IDENTITY_AUDIENCE"))
            .unwrap_or_else(|| default.to_owned())
    }

    fn aws(&self) -> Result<Option<Wanted>> {
        const SWITCH: &str = "TFC_AWS_PROVIDER_AUTH";
        if !self.is_on(SWITCH) {
            return Ok(None);
        }
        let role = self.by_phase(SWITCH, "TFC_AWS", "ROLE_ARN")?;
        Ok(Some(Wanted {
            audience: self.audience("AWS", "aws.workload.identity"),
            recipe: Recipe::Aws { role },
        }))
    }

    fn azure(&self) -> Result<Option<Wanted>> {
        const SWITCH: &str = "TFC_AZURE_PROVIDER_AUTH";
        if !self.is_on(SWITCH) {
            return Ok(None);
        }
        let client = self.by_phase(SWITCH, "TFC_AZURE", "CLIENT_ID")?;
        Ok(Some(Wanted {
            audience: self.audience("AZURE", "api://AzureADTokenExchange"),
            recipe: Recipe::Azure { client },
        }))
    }

    fn google(&self) -> Result<Option<Wanted>> {
        const SWITCH: &str = "TFC_GCP_PROVIDER_AUTH";
        if !self.is_on(SWITCH) {
            return Ok(None);
        }
        let provider = self.required(SWITCH, "TFC_GCP_WORKLOAD_PROVIDER_NAME")?;
        let account = self.by_phase(SWITCH, "TFC_GCP", "SERVICE_ACCOUNT_EMAIL")?;
        Ok(Some(Wanted {
            audience: self.audience("GCP", &format!("//iam.googleapis.com/{provider}")),
            recipe: Recipe::Google {
                provider,
                account: Some(account),
                services: GoogleServices::default(),
            },
        }))
    }

    fn vault(&self) -> Result<Option<Wanted>> {
        const SWITCH: &str = "TFC_VAULT_PROVIDER_AUTH";
        if !self.is_on(SWITCH) {
            return Ok(None);
        }
        Ok(Some(Wanted {
            audience: self.audience("VAULT", "vault.workload.identity"),
            recipe: Recipe::Vault {
                address: self.required(SWITCH, "TFC_VAULT_ADDR")?,
                namespace: self.get("TFC_VAULT_NAMESPACE"),
            },
        }))
    }

    fn kubernetes(&self) -> Result<Option<Wanted>> {
        const SWITCH: &str = "TFC_KUBERNETES_PROVIDER_AUTH";
        if !self.is_on(SWITCH) {
            return Ok(None);
        }
        Ok(Some(Wanted {
            audience: self.required(SWITCH, "TFC_KUBERNETES_WORKLOAD_IDENTITY_AUDIENCE")?,
            recipe: Recipe::Kubernetes,
        }))
    }

    /// `TFC_WORKLOAD_IDENTITY_AUDIENCE` asks for a token of its own, and `TFC_WORKLOAD_IDENTITY_AUDIENCE_<TAG>` for more.
    fn plain(&self) -> impl Iterator<Item = Wanted> {
        self.environment.iter().filter_map(|(name, audience)| {
            let tag = name.strip_prefix("TFC_WORKLOAD_IDENTITY_AUDIENCE")?;
            let is_tag = |tag: &str| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let is_ours = tag.is_empty() || (tag.starts_with('_') && tag.len() > 1 && is_tag(tag));
            (is_ours && !audience.trim().is_empty()).then(|| Wanted {
                audience: audience.trim().to_owned(),
                recipe: Recipe::Plain {
                    variable: format!("TFC_WORKLOAD_IDENTITY_TOKEN{tag}"),
                },
            })
        })
    }
}

/// What an integration has to prove.
impl From<&Identity> for Wanted {
    fn from(identity: &Identity) -> Self {
        let (audience, recipe) = match identity.clone() {
            Identity::Aws { role, audience } => (audience, Recipe::Aws { role }),
            Identity::Azure { client, audience } => (audience, Recipe::Azure { client }),
            Identity::Google {
                provider,
                account,
                audience,
                services,
            } => {
                let recipe = Recipe::Google {
                    provider,
                    account,
                    services,
                };
                (audience, recipe)
            }
            Identity::Kubernetes { audience } => (audience, Recipe::KubernetesFile),
        };
        Self { audience, recipe }
    }
}

impl Wanted {
    /// Whether both are for the same provider, which can read one of them only.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(&self.recipe) == std::mem::discriminant(&other.recipe)
    }

    /// Adds what the provider reads.
    pub(super) fn lay_out(&self, token: &str, layout: &mut Layout) {
        let path = |file: &str| format!("{IDENTITY_DIRECTORY}/{file}");
        let mut set = |name: &str, value: String| drop(layout.environment.insert(name.to_owned(), value));
        let (file, content) = match &self.recipe {
            Recipe::Aws { role } => {
                set("AWS_ROLE_ARN", role.clone());
                set("AWS_ROLE_SESSION_NAME", "slipway".to_owned());
                set("AWS_WEB_IDENTITY_TOKEN_FILE", path("aws.jwt"));
                ("aws.jwt", token.to_owned())
            }
            Recipe::Azure { client } => {
                set("ARM_USE_OIDC", "true".to_owned());
                set("ARM_CLIENT_ID", client.clone());
                set("ARM_OIDC_TOKEN_FILE_PATH", path("azure.jwt"));
                set("AZURE_FEDERATED_TOKEN_FILE", path("azure.jwt"));
                ("azure.jwt", token.to_owned())
            }
            Recipe::Google {
                provider,
                account,
                services,
            } => {
                set("GOOGLE_APPLICATION_CREDENTIALS", path("google.json"));
                let description = external_account(provider, account.as_deref(), services, &path("google.jwt"));
                layout.files.insert("google.json".to_owned(), description);
                ("google.jwt", token.to_owned())
            }
            Recipe::Vault { address, namespace } => {
                set("VAULT_ADDR", address.clone());
                set("TERRAFORM_VAULT_AUTH_JWT", token.to_owned());
                if let Some(namespace) = namespace {
                    set("VAULT_NAMESPACE", namespace.clone());
                }
                ("vault.jwt", token.to_owned())
            }
            Recipe::Kubernetes => {
                set("KUBE_TOKEN", token.to_owned());
                ("kubernetes.jwt", token.to_owned())
            }
            Recipe::KubernetesFile => ("kubernetes.jwt", token.to_owned()),
            Recipe::Plain { variable } => {
                set(variable, token.to_owned());
                set(&format!("{variable}_PATH"), path(&format!("{variable}.jwt")));
                layout.files.insert(format!("{variable}.jwt"), token.to_owned());
                return;
            }
        };
        layout.files.insert(file.to_owned(), content);
    }
}

/// Google's description of credentials that come from outside (AIP-4117).
fn external_account(provider: &str, account: Option<&str>, services: &GoogleServices, token_file: &str) -> String {
    let mut description = json!({
        "type": "external_account",
        "audience": format!("//iam.googleapis.com/{provider}"),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": services.token_url,
        "credential_source": { "file": token_file, "format": { "type": "text" } },
    });
    if let (Some(account), Some(description)) = (account, description.as_object_mut()) {
        description.insert(
            "service_account_impersonation_url".to_owned(),
            json!(services.impersonation(account)),
        );
    }
    description.to_string()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn laid_out(pairs: &[(&str, &str)], phase: WorkPhase) -> (Vec<String>, Layout) {
        let wanted = wanted(&environment(pairs), phase).unwrap();
        let mut layout = Layout::default();
        for (number, one) in wanted.iter().enumerate() {
            one.lay_out(&format!("token-{number}"), &mut layout);
        }
        (wanted.into_iter().map(|one| one.audience).collect(), layout)
    }

    #[test]
    fn nothing_is_made_where_nothing_is_asked_for() {
        for pairs in [
            &[("AWS_REGION", "eu-west-1")][..],
            &[("TFC_AWS_PROVIDER_AUTH", "false"), ("TFC_AWS_RUN_ROLE_ARN", "arn")],
            &[("TFC_WORKLOAD_IDENTITY_AUDIENCE", " ")],
            &[("TFC_WORKLOAD_IDENTITY_AUDIENCES", "a")],
        ] {
            assert_eq!(laid_out(pairs, WorkPhase::Plan), (Vec::new(), Layout::default()));
        }
    }

    #[rstest]
    #[case(WorkPhase::Plan, "arn:aws:iam::1:role/reader")]
    #[case(WorkPhase::Apply, "arn:aws:iam::1:role/writer")]
    fn a_plan_and_an_apply_can_have_different_roles(#[case] phase: WorkPhase, #[case] role: &str) {
        let (audiences, layout) = laid_out(
            &[
                ("TFC_AWS_PROVIDER_AUTH", "TRUE"),
                ("TFC_AWS_PLAN_ROLE_ARN", "arn:aws:iam::1:role/reader"),
                ("TFC_AWS_RUN_ROLE_ARN", "arn:aws:iam::1:role/writer"),
            ],
            phase,
        );
        assert_eq!(audiences, ["aws.workload.identity"]);
        assert_eq!(layout.environment["AWS_ROLE_ARN"], role);
        assert_eq!(layout.environment["AWS_WEB_IDENTITY_TOKEN_FILE"], "@identity@/aws.jwt");
        assert_eq!(layout.files["aws.jwt"], "token-0");
    }

    #[rstest]
    #[case("TFC_AWS_PROVIDER_AUTH", "TFC_AWS_PLAN_ROLE_ARN nor TFC_AWS_RUN_ROLE_ARN")]
    #[case("TFC_AZURE_PROVIDER_AUTH", "TFC_AZURE_PLAN_CLIENT_ID nor TFC_AZURE_RUN_CLIENT_ID")]
    #[case("TFC_GCP_PROVIDER_AUTH", "TFC_GCP_WORKLOAD_PROVIDER_NAME")]
    #[case("TFC_VAULT_PROVIDER_AUTH", "TFC_VAULT_ADDR")]
    #[case("TFC_KUBERNETES_PROVIDER_AUTH", "TFC_KUBERNETES_WORKLOAD_IDENTITY_AUDIENCE")]
    fn what_is_missing_is_named(#[case] switch: &str, #[case] missing: &str) {
        let error = wanted(&environment(&[(switch, "true")]), WorkPhase::Plan).unwrap_err();
        assert!(
            error.detail().contains(switch) && error.detail().contains(missing),
            "{}",
            error.detail()
        );
    }

    #[test]
    fn every_provider_finds_its_token_where_it_looks() {
        let (audiences, layout) = laid_out(
            &[
                ("TFC_AZURE_PROVIDER_AUTH", "true"),
                ("TFC_AZURE_RUN_CLIENT_ID", "c-1"),
                ("TFC_GCP_PROVIDER_AUTH", "true"),
                (
                    "TFC_GCP_WORKLOAD_PROVIDER_NAME",
                    "projects/1/locations/global/workloadIdentityPools/p/providers/s",
                ),
                ("TFC_GCP_RUN_SERVICE_ACCOUNT_EMAIL", "s@p.iam.gserviceaccount.com"),
                ("TFC_VAULT_PROVIDER_AUTH", "true"),
                ("TFC_VAULT_ADDR", "https://vault.example.com"),
                ("TFC_KUBERNETES_PROVIDER_AUTH", "true"),
                ("TFC_KUBERNETES_WORKLOAD_IDENTITY_AUDIENCE", "kube"),
                ("TFC_WORKLOAD_IDENTITY_AUDIENCE", "own"),
                ("TFC_WORKLOAD_IDENTITY_AUDIENCE_B", "other"),
            ],
            WorkPhase::Apply,
        );
        assert_eq!(
            audiences,
            [
                "api://AzureADTokenExchange",
                "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/s",
                "vault.workload.identity",
                "kube",
                "own",
                "other"
            ]
        );
        let names: Vec<&str> = layout.environment.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "ARM_CLIENT_ID",
                "ARM_OIDC_TOKEN_FILE_PATH",
                "ARM_USE_OIDC",
                "AZURE_FEDERATED_TOKEN_FILE",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "KUBE_TOKEN",
                "TERRAFORM_VAULT_AUTH_JWT",
                "TFC_WORKLOAD_IDENTITY_TOKEN",
                "TFC_WORKLOAD_IDENTITY_TOKEN_B",
                "TFC_WORKLOAD_IDENTITY_TOKEN_B_PATH",
                "TFC_WORKLOAD_IDENTITY_TOKEN_PATH",
                "VAULT_ADDR"
            ]
        );
        let google: serde_json::Value = serde_json::from_str(&layout.files["google.json"]).unwrap();
        assert_eq!(google["credential_source"]["file"], "@identity@/google.jwt");
        assert_eq!(layout.files["google.jwt"], "token-1");
        assert_eq!(layout.environment["KUBE_TOKEN"], "token-3");
        assert_eq!(layout.files["TFC_WORKLOAD_IDENTITY_TOKEN_B.jwt"], "token-5");
    }
}
