//! A Kubernetes cluster and what opens it, of an integration's values: pure.
//!
//! A kubeconfig is read for its current context. What it refers to beside itself (files, programs) is not followed here:
//! it would be the server's files and programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::kinds::check::{METHOD, Values};
use super::values::maybe_hidden;

/// A cluster and what opens it. No `Debug`.
pub(super) struct Cluster {
    /// `https://host:port`.
    pub(super) server: String,
    /// In PEM.
    pub(super) certificates: Option<String>,
    /// What is shown.
    pub(super) credentials: Credentials,
    /// Where things go that name none.
    pub(super) namespace: Option<String>,
}

/// What is shown to a cluster. No `Debug`.
pub(super) enum Credentials {
    /// A token of our issuer, for this audience.
    Identity(String),
    /// A token.
    Token(Zeroizing<String>),
    /// A certificate and its key, in PEM.
    Certificate(String, Zeroizing<String>),
    /// Something that cannot be shown from here; why.
    Elsewhere(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct KubeConfig {
    #[serde(default)]
    current_context: String,
    #[serde(default)]
    contexts: Vec<Named<ContextOf>>,
    #[serde(default)]
    clusters: Vec<Named<ClusterOf>>,
    #[serde(default)]
    users: Vec<Named<UserOf>>,
}

#[derive(Deserialize)]
struct Named<T> {
    name: String,
    #[serde(alias = "context", alias = "cluster", alias = "user")]
    value: T,
}

#[derive(Deserialize)]
struct ContextOf {
    cluster: String,
    user: String,
    namespace: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ClusterOf {
    server: String,
    certificate_authority_data: Option<String>,
    certificate_authority: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct UserOf {
    #[serde(default, deserialize_with = "maybe_hidden")]
    token: Option<Zeroizing<String>>,
    client_certificate_data: Option<String>,
    #[serde(default, deserialize_with = "maybe_hidden")]
    client_key_data: Option<Zeroizing<String>>,
    exec: Option<serde::de::IgnoredAny>,
}

impl Cluster {
    /// Of an integration's values.
    ///
    /// # Errors
    ///
    /// A sentence about the kubeconfig, without its content.
    pub(super) fn of(values: &Values) -> Result<Self, String> {
        let text = |field: &str| values.settings.text(field).map(str::to_owned);
        let secret = |field: &str| Zeroizing::new(values.secrets.get(field).unwrap_or_default().to_owned());
        let credentials = match values.settings.text(METHOD).unwrap_or_default() {
            "kubeconfig" => return Self::of_file(&secret("kubeconfig"), text("namespace")),
            "token" => Credentials::Token(secret("token")),
            "certificate" => {
                Credentials::Certificate(text("client-certificate").unwrap_or_default(), secret("client-key"))
            }
            _ => Credentials::Identity(text("audience").unwrap_or_default()),
        };
        Ok(Self {
            server: text("server").unwrap_or_default(),
            certificates: text("ca-certificate"),
            credentials,
            namespace: text("namespace"),
        })
    }

    fn of_file(file: &str, namespace: Option<String>) -> Result<Self, String> {
        // The reason could quote a secret.
        let config: KubeConfig = serde_saphyr::from_str(file)
            .map_err(|_| "The kubeconfig cannot be read: it is the file as kubectl reads it.".to_owned())?;
        let missing = |what: &str| format!("The kubeconfig's current context names no {what} of it.");
        let context = of_name(config.contexts, &config.current_context).ok_or_else(|| missing("context"))?;
        let cluster = of_name(config.clusters, &context.cluster).ok_or_else(|| missing("cluster"))?;
        let user = of_name(config.users, &context.user).ok_or_else(|| missing("user"))?;
        let decoded = |text: Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let bytes = STANDARD.decode(text.trim()).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(Some)
                .ok_or_else(|| "A certificate in the kubeconfig is no Base64 of a PEM text.".to_owned())
        };
        let has_files = cluster.certificate_authority.is_some() && cluster.certificate_authority_data.is_none();
        let certificate = decoded(user.client_certificate_data)?;
        let key = decoded(user.client_key_data.map(|key| key.to_string()))?.map(Zeroizing::new);
        let credentials = match (user.token, certificate, key) {
            _ if has_files => Credentials::Elsewhere("it refers to files beside it"),
            (Some(token), _, _) => Credentials::Token(token),
            (None, Some(certificate), Some(key)) => Credentials::Certificate(certificate, key),
            _ if user.exec.is_some() => Credentials::Elsewhere("it starts a program to get its credentials"),
            _ => Credentials::Elsewhere("it holds no credentials of a kind that is understood here"),
        };
        Ok(Self {
            server: cluster.server.trim_end_matches('/').to_owned(),
            certificates: decoded(cluster.certificate_authority_data)?,
            credentials,
            namespace: namespace.or(context.namespace),
        })
    }

    /// A kubeconfig for a run, whose token, if it is one of ours, is in `token_file`.
    pub(super) fn file(&self, token_file: &str) -> Zeroizing<String> {
        let user = match &self.credentials {
            Credentials::Identity(_) | Credentials::Elsewhere(_) => json!({"tokenFile": token_file}),
            Credentials::Token(token) => json!({"token": token.as_str()}),
            Credentials::Certificate(certificate, key) => json!({
                "client-certificate-data": STANDARD.encode(certificate),
                "client-key-data": STANDARD.encode(key.as_bytes()),
            }),
        };
        let mut cluster = json!({"server": self.server});
        if let (Some(certificates), Value::Object(cluster)) = (&self.certificates, &mut cluster) {
            cluster.insert(
                "certificate-authority-data".to_owned(),
                json!(STANDARD.encode(certificates)),
            );
        }
        let mut context = json!({"cluster": "slipway", "user": "slipway"});
        if let (Some(namespace), Value::Object(context)) = (&self.namespace, &mut context) {
            context.insert("namespace".to_owned(), json!(namespace));
        }
        // Every JSON text is a YAML text.
        let file = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "slipway",
            "clusters": [{"name": "slipway", "cluster": cluster}],
            "contexts": [{"name": "slipway", "context": context}],
            "users": [{"name": "slipway", "user": user}],
        });
        Zeroizing::new(file.to_string())
    }
}

fn of_name<T>(all: Vec<Named<T>>, name: &str) -> Option<T> {
    all.into_iter().find(|one| one.name == name).map(|one| one.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::kinds::{self, check::patched};

    fn values(given: Value) -> Values {
        patched(
            kinds::find("kubernetes").unwrap(),
            &Values::default(),
            given.as_object().unwrap(),
        )
        .unwrap()
    }

    const FILE: &str = "
apiVersion: v1
kind: Config
current-context: dev
contexts:
- name: prod
  context: {cluster: b, user: v}
- name: dev
  context:
    cluster: a
    user: u
    namespace: shop
clusters:
- name: a
  cluster:
    server: https://cluster.example.com:6443/
    certificate-authority-data: LS0tLS1CRUdJTg==
users:
- name: u
  user:
    token: secret-token
";

    #[test]
    fn the_current_context_of_a_kubeconfig_counts() {
        let cluster = Cluster::of(&values(json!({"method": "kubeconfig", "kubeconfig": FILE}))).unwrap();
        assert_eq!(cluster.server, "https://cluster.example.com:6443");
        assert_eq!(cluster.certificates.as_deref(), Some("-----BEGIN"));
        assert_eq!(cluster.namespace.as_deref(), Some("shop"));
        assert!(matches!(cluster.credentials, Credentials::Token(token) if token.as_str() == "secret-token"));
    }

    #[test]
    fn what_it_refers_to_is_not_followed() {
        for (user, why) in [
            ("    exec: {command: /bin/aws, apiVersion: v1}\n", "program"),
            ("    tokenFile: /var/run/secrets/token\n", "no credentials"),
        ] {
            let file = FILE.replace("    token: secret-token\n", user);
            let cluster = Cluster::of(&values(json!({"method": "kubeconfig", "kubeconfig": file}))).unwrap();
            assert!(
                matches!(cluster.credentials, Credentials::Elsewhere(text) if text.contains(why)),
                "{why}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_a_secret() {
        for file in [
            "token: secret-token",
            "{",
            &FILE.replace("current-context: dev", "current-context: gone"),
            &FILE.replace("LS0tLS1CRUdJTg==", "secret-token!"),
        ] {
            let why = Cluster::of(&values(json!({"method": "kubeconfig", "kubeconfig": file})))
                .err()
                .unwrap();
            assert!(!why.contains("secret-token"), "{why}");
        }
    }

    #[test]
    fn what_is_written_for_a_run_is_read_again() {
        let given =
            json!({"server": "https://c.example.com", "audience": "c", "namespace": "shop", "ca-certificate": "PEM"});
        let file = Cluster::of(&values(given)).unwrap().file("@identity@/kubernetes.jwt");
        assert!(file.contains("\"tokenFile\":\"@identity@/kubernetes.jwt\""));
        let given = json!({"method": "certificate", "server": "https://c.example.com", "client-certificate": "A", "client-key": "B"});
        let file = Cluster::of(&values(given)).unwrap().file("");
        let again = Cluster::of(&values(json!({"method": "kubeconfig", "kubeconfig": file.as_str()}))).unwrap();
        assert!(matches!(again.credentials, Credentials::Certificate(a, b) if a == "A\n" && b.as_str() == "B\n"));
    }
}
