//! Kubernetes: the cluster's version, who we are there, and what we may do.

use serde_json::{Value, json};
use slipway_api::integrations::MissingRight;
use slipway_kernel::outbound::{Answer, Request};
use url::Url;
use zeroize::Zeroizing;

use super::{Checked, Outcome, Probe, Wrong, bearer, untested, word};
use crate::integrations::cluster::{Cluster, Credentials};

/// What runs mostly do: group, resource, verb.
const WANTED: [(&str, &str, &str); 4] = [
    ("", "configmaps", "create"),
    ("", "secrets", "create"),
    ("", "services", "create"),
    ("apps", "deployments", "create"),
];

struct Session<'a> {
    probe: &'a Probe<'a>,
    cluster: &'a Cluster,
    token: Option<Zeroizing<String>>,
    subject: Option<String>,
}

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let cluster = Cluster::of(probe.values).map_err(Wrong)?;
    let mut session = Session {
        probe,
        cluster: &cluster,
        token: None,
        subject: None,
    };
    match &cluster.credentials {
        Credentials::Elsewhere(why) => {
            return Ok(untested(&format!("The kubeconfig can be tried by a run only: {why}.")));
        }
        Credentials::Identity(audience) => {
            let (token, subject) = probe.token(audience).await?;
            (session.token, session.subject) = (Some(token), Some(subject));
        }
        Credentials::Token(token) => session.token = Some(token.clone()),
        Credentials::Certificate(..) => {}
    }
    session.ask().await
}

impl Session<'_> {
    async fn ask(&self) -> Result<Outcome, Wrong> {
        let answer = self
            .send("apis/authentication.k8s.io/v1/selfsubjectreviews", Some(&review()))
            .await?;
        match answer.status.as_u16() {
            401 => return self.unknown(),
            // Before Kubernetes 1.28 nobody could ask who he is.
            404 => {}
            200..=299 => {}
            status => {
                return Err(Wrong(format!(
                    "{} answers {status}: it is no Kubernetes API server.",
                    self.cluster.server
                )));
            }
        }
        let who: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let who = word(&who, "/status/userInfo/username").unwrap_or_default();
        let version = self.send("version", None).await?;
        let version: Value = serde_json::from_slice(&version.body).unwrap_or_default();
        let version = word(&version, "/gitVersion")
            .unwrap_or("an unknown version")
            .chars()
            .take(50)
            .collect::<String>();
        let mut missing = Vec::new();
        for (group, resource, verb) in WANTED {
            if !self.may(group, resource, verb).await? {
                missing.push(self.right(group, resource, verb));
            }
        }
        let who: String = who.chars().take(200).collect();
        let checked = Checked {
            account: Some(
                format!("{who} on Kubernetes {version}")
                    .trim_start_matches(" on ")
                    .to_owned(),
            ),
            missing,
            ..Checked::default()
        };
        Ok((checked, None))
    }

    fn unknown(&self) -> Result<Outcome, Wrong> {
        let Some(subject) = &self.subject else {
            return Err(Wrong(
                "The cluster does not accept the credentials: they were deleted or have expired.".to_owned(),
            ));
        };
        Err(Wrong(format!(
            "The cluster does not accept tokens of this server. Its authentication configuration needs this server's \
             address as issuer, the audience of this integration, and must let \"{subject}\" in for the test; the API \
             server must be able to reach this server."
        )))
    }

    async fn may(&self, group: &str, resource: &str, verb: &str) -> Result<bool, Wrong> {
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {
                "namespace": self.namespace(), "group": group, "resource": resource, "verb": verb,
            }},
        });
        let answer = self
            .send("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Some(&body))
            .await?;
        let found: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok(found.pointer("/status/allowed") == Some(&Value::Bool(true)))
    }

    fn right(&self, group: &str, resource: &str, verb: &str) -> MissingRight {
        let name = match group {
            "" => resource.to_owned(),
            group => format!("{resource}.{group}"),
        };
        MissingRight {
            right: format!("{verb} {name}"),
            needed_for: format!("configurations with {resource} in the namespace {}", self.namespace()),
        }
    }

    fn namespace(&self) -> &str {
        self.cluster.namespace.as_deref().unwrap_or("default")
    }

    async fn send(&self, path: &str, body: Option<&Value>) -> Result<Answer, Wrong> {
        let text = format!("{}/{path}", self.cluster.server);
        let url = Url::parse(&text).map_err(|_| Wrong(format!("\"{text}\" is no address.")))?;
        let mut request = match body {
            Some(body) => Request::post(url, "application/json", body.to_string().into_bytes()),
            None => Request::get(url),
        };
        if let Some(certificates) = &self.cluster.certificates {
            request = request.trusting(certificates.clone().into_bytes());
        }
        if let Credentials::Certificate(certificate, key) = &self.cluster.credentials {
            let both = Zeroizing::new(format!("{certificate}\n{}", key.as_str()).into_bytes());
            request = request.showing(both);
        }
        if let Some(token) = &self.token {
            request = bearer(request, token)?;
        }
        self.probe.send(request).await
    }
}

fn review() -> Value {
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
}
