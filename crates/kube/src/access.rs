//! How a cluster is reached. What strangers give is read with care: a kubeconfig may name programs to run and files to
//! read, which here would be this server's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::Config;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{KubeError, root};

/// How a cluster is reached.
#[derive(Debug, Clone)]
pub enum Access {
    /// The one that this process runs in, by the account of its pod.
    InCluster,
    /// By a kubeconfig.
    Kubeconfig {
        /// Its text. It must carry its certificates and tokens itself.
        text: SecretString,
        /// Which of its contexts; its current one when none is named.
        context: Option<String>,
    },
    /// By an address.
    Address {
        /// `https://host:6443`.
        url: String,
        /// Who signed its certificate, in PEM; whom this machine trusts when nobody is named.
        authority: Option<String>,
        /// Who we are.
        credentials: Credentials,
    },
}

/// Who we are to a cluster.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// By a token.
    Token(SecretString),
    /// By a certificate and its key, in PEM.
    Certificate {
        /// With what leads to the authority.
        chain: String,
        /// Its key.
        key: SecretString,
    },
}

impl Access {
    /// Whether it can be used at all, without asking the cluster.
    ///
    /// # Errors
    /// When it is not understood, or names programs and files of its own.
    pub async fn check(&self) -> Result<(), KubeError> {
        self.config().await.map(drop)
    }

    pub(crate) async fn config(&self) -> Result<Config, KubeError> {
        match self {
            Self::InCluster => Config::incluster()
                .map_err(|error| KubeError::Access(format!("this process is in no cluster: {}", root(&error)))),
            Self::Kubeconfig { text, context } => {
                let kubeconfig = Kubeconfig::from_yaml(text.expose_secret());
                // Errors of the reader may quote what it read.
                let kubeconfig = kubeconfig.map_err(|_| KubeError::Access("the text is no kubeconfig".to_owned()))?;
                of_kubeconfig(kubeconfig, context.clone()).await
            }
            Self::Address {
                url,
                authority,
                credentials,
            } => of_address(url, authority.as_deref(), credentials),
        }
    }
}

async fn of_kubeconfig(kubeconfig: Kubeconfig, context: Option<String>) -> Result<Config, KubeError> {
    let refuse = |what: &str, instead: &str| KubeError::Access(format!("the kubeconfig has {what}; {instead}"));
    let embed = "embed what it holds (kubectl config view --raw --flatten)";
    for user in kubeconfig.auth_infos.iter().filter_map(|user| user.auth_info.as_ref()) {
        if user.exec.is_some() || user.auth_provider.is_some() {
            let instead = "no programs of others are run here: use a token of a service account";
            return Err(refuse("a program that gets credentials", instead));
        }
        if user.token_file.is_some() || user.client_certificate.is_some() || user.client_key.is_some() {
            return Err(refuse("the path of a file", embed));
        }
    }
    for cluster in kubeconfig
        .clusters
        .iter()
        .filter_map(|cluster| cluster.cluster.as_ref())
    {
        if cluster.certificate_authority.is_some() {
            return Err(refuse("the path of a file", embed));
        }
        if cluster.insecure_skip_tls_verify == Some(true) {
            let instead = "give the CA that signed the cluster's certificate";
            return Err(refuse("insecure-skip-tls-verify", instead));
        }
    }
    let options = KubeConfigOptions {
        context,
        ..KubeConfigOptions::default()
    };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let config = config.map_err(|error| KubeError::Access(root(&error)))?;
    require_tls(&config.cluster_url)?;
    Ok(config)
}

fn of_address(url: &str, authority: Option<&str>, credentials: &Credentials) -> Result<Config, KubeError> {
    let url: http::Uri = url
        .parse()
        .map_err(|_| KubeError::Access(format!("{url} is no address: it looks like https://host:6443")))?;
    require_tls(&url)?;
    let mut config = Config::new(url);
    config.root_cert = authority.map(certificates).transpose()?;
    config.auth_info = match credentials {
        Credentials::Token(token) => AuthInfo {
            token: Some(token.clone()),
            ..AuthInfo::default()
        },
        Credentials::Certificate { chain, key } => AuthInfo {
            client_certificate_data: Some(STANDARD.encode(chain)),
            client_key_data: Some(STANDARD.encode(key.expose_secret()).into()),
            ..AuthInfo::default()
        },
    };
    Ok(config)
}

/// Credentials never go over a connection that others can read.
fn require_tls(url: &http::Uri) -> Result<(), KubeError> {
    if url.scheme_str() == Some("https") && url.host().is_some() {
        return Ok(());
    }
    Err(KubeError::Access(format!("{url} is no https address")))
}

/// The certificates of a PEM text, as DER.
fn certificates(text: &str) -> Result<Vec<Vec<u8>>, KubeError> {
    let wrong = || KubeError::Access("the CA is no certificate in PEM".to_owned());
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    let mut found = Vec::new();
    for block in blocks {
        let (body, _) = block.split_once("-----END CERTIFICATE-----").ok_or_else(wrong)?;
        let body: String = body.split_whitespace().collect();
        found.push(STANDARD.decode(body).map_err(|_| wrong())?);
    }
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(user: &str, cluster: &str) -> String {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
             clusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
        );
        let access = Access::Kubeconfig {
            text: text.into(),
            context: None,
        };
        match access.config().await {
            Ok(config) => config.cluster_url.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_kubeconfig_runs_nothing_and_reads_no_files() {
        let server = "server: \"https://k.example.test:6443\"";
        assert_eq!(told("token: secret", server).await, "https://k.example.test:6443/");
        for (user, cluster, said) in [
            ("exec: {apiVersion: v1, command: id}", server, "no programs of others"),
            ("auth-provider: {name: gcp}", server, "no programs of others"),
            ("tokenFile: /etc/passwd", server, "path of a file"),
            ("client-key: /etc/passwd", server, "path of a file"),
            (
                "token: s",
                "server: \"https://k.example.test\", certificate-authority: /a",
                "path of a file",
            ),
            (
                "token: s",
                "server: \"https://k.example.test\", insecure-skip-tls-verify: true",
                "give the CA",
            ),
            ("token: s", "server: \"http://k.example.test\"", "no https address"),
        ] {
            let error = told(user, cluster).await;
            assert!(error.contains(said), "{error}");
        }
    }

    #[tokio::test]
    async fn what_is_no_access_is_told_without_secrets() {
        let access = |url: &str, authority: Option<&str>| Access::Address {
            url: url.to_owned(),
            authority: authority.map(str::to_owned),
            credentials: Credentials::Token("the-token".into()),
        };
        for (access, said) in [
            (access("k.example.test", None), "no https address"),
            (access("not an address", None), "is no address"),
            (access("https://k.example.test", Some("junk")), "no certificate in PEM"),
            (
                Access::Kubeconfig {
                    text: "token: [the-token".into(),
                    context: None,
                },
                "no kubeconfig",
            ),
            (Access::InCluster, "in no cluster"),
        ] {
            let error = access.config().await.unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("the-token"), "{error}");
        }
    }
}
