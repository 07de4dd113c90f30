//! One cluster, by its API.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use k8s_openapi::api::core::v1::Node as KubernetesNode;
use kube::api::{ListParams, PostParams};
use kube::{Api, Client, Resource};

use crate::access::Access;
use crate::drift::Applied;
use crate::error::KubeError;
use crate::names::MANAGER;
use crate::quantities;

/// Of one answer that is no stream.
const PATIENCE: Duration = Duration::from_secs(60);
/// To connect, so that an address where nobody is does not hold a page up.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);
/// What is done in a namespace of apps: group, resource, verbs.
const NEEDED: [(&str, &str, &[&str]); 15] = [
    ("", "secrets", &["get", "list", "create", "patch", "delete"]),
    ("", "services", &["get", "list", "create", "patch", "delete"]),
    ("", "persistentvolumeclaims", &["get", "create", "delete"]),
    ("", "pods", &["get", "list", "watch", "delete"]),
    ("", "pods/log", &["get"]),
    ("", "pods/exec", &["get", "create"]),
    ("", "pods/attach", &["get", "create"]),
    ("", "events", &["list"]),
    (
        "apps",
        "deployments",
        &["get", "list", "watch", "create", "patch", "delete"],
    ),
    ("batch", "jobs", &["get", "list", "watch", "create", "patch", "delete"]),
    ("batch", "cronjobs", &["get", "list", "create", "patch", "delete"]),
    (
        "policy",
        "poddisruptionbudgets",
        &["get", "list", "create", "patch", "delete"],
    ),
    (
        "autoscaling",
        "horizontalpodautoscalers",
        &["get", "list", "create", "patch", "delete"],
    ),
    (
        "networking.k8s.io",
        "ingresses",
        &["get", "list", "create", "patch", "delete"],
    ),
    ("discovery.k8s.io", "endpointslices", &["list"]),
];

const QUESTIONS_AT_ONCE: usize = 8;

/// Group, resource, verb.
type Right = (&'static str, &'static str, &'static str);

/// A connection to a cluster; copies share it.
#[derive(Clone)]
pub struct Cluster {
    pub(crate) client: Client,
    /// The address of its API.
    pub(crate) at: String,
    /// What was applied by this connection.
    pub(crate) applied: Arc<Applied>,
}

/// What a cluster says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// `v1.34.4`.
    pub version: String,
    /// Its machines; nothing when we may not see them.
    pub nodes: Option<Vec<Node>>,
}

/// A machine of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is called.
    pub name: String,
    /// Whether it takes units.
    pub is_ready: bool,
    /// Why not; empty when it does.
    pub why: String,
    /// `linux/amd64`.
    pub platform: String,
    /// What units may take of it together, in thousandths of a processor.
    pub processor: u64,
    /// Likewise, in bytes.
    pub memory: u64,
}

impl Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Cluster")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Connects, and asks who is there.
    ///
    /// # Errors
    /// When the access cannot be used, nobody answers, somebody else does, or we are not known.
    pub async fn connect(access: &Access) -> Result<Self, KubeError> {
        let mut config = access.config().await?;
        config.connect_timeout = Some(PATIENCE_TO_CONNECT);
        let at = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = Client::try_from(config).map_err(|error| KubeError::of(error, &at, "version"))?;
        let applied = Arc::default();
        let cluster = Self { client, at, applied };
        // The version is told to strangers too. Who we are is asked for by something that anybody who is known may do.
        cluster.may("", "pods", "list", None).await?;
        Ok(cluster)
    }

    /// What it is, and whether its machines take units.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn about(&self) -> Result<About, KubeError> {
        let version = self.ask("version", self.client.apiserver_version()).await?;
        let nodes: Api<KubernetesNode> = Api::all(self.client.clone());
        let nodes = match self.ask("nodes", nodes.list(&ListParams::default())).await {
            Ok(nodes) => Some(nodes.items.iter().map(read).collect()),
            Err(KubeError::Forbidden(_)) => None,
            Err(failed) => return Err(failed),
        };
        Ok(About {
            version: version.git_version,
            nodes,
        })
    }

    /// What we may not do in a namespace and need to, as sentences; nothing when all is well.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn missing_rights(&self, namespace: &str) -> Result<Vec<String>, KubeError> {
        let mut wanted: Vec<Right> = Vec::new();
        for (group, resource, verbs) in NEEDED {
            wanted.extend(verbs.iter().map(|verb| (group, resource, *verb)));
        }
        let asked = wanted.into_iter().map(|right| self.lacks(right, namespace).boxed());
        let asked: Vec<_> = asked.collect();
        let answers: Vec<Option<String>> = stream::iter(asked).buffered(QUESTIONS_AT_ONCE).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Says it where we may not.
    async fn lacks(&self, (group, resource, verb): Right, namespace: &str) -> Result<Option<String>, KubeError> {
        let may = self.may(group, resource, verb, Some(namespace)).await?;
        let dot = if group.is_empty() { "" } else { "." };
        let missing = format!("may not {verb} {resource}{dot}{group} in the namespace {namespace}");
        Ok((!may).then_some(missing))
    }

    async fn may(&self, group: &str, resource: &str, verb: &str, namespace: Option<&str>) -> Result<bool, KubeError> {
        let (resource, subresource) = match resource.split_once('/') {
            Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
            None => (resource, None),
        };
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    group: Some(group.to_owned()),
                    resource: Some(resource.to_owned()),
                    subresource,
                    verb: Some(verb.to_owned()),
                    namespace: namespace.map(str::to_owned),
                    ..ResourceAttributes::default()
                }),
                non_resource_attributes: None,
            },
            ..SelfSubjectAccessReview::default()
        };
        let reviews: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let answered = self
            .ask("rights", reviews.create(&PostParams::default(), &review))
            .await?;
        Ok(answered.status.is_some_and(|status| status.allowed))
    }

    /// Objects of a kind in a namespace.
    pub(crate) fn api<K>(&self, namespace: &str) -> Api<K>
    where
        K: Resource<Scope = NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// The answer, within a time.
    pub(crate) async fn ask<T>(
        &self,
        what: &str,
        answer: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, KubeError> {
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer.map_err(|error| self.failed(error, what)),
            Err(_) => Err(KubeError::Unreachable {
                at: self.at.clone(),
                reason: format!("no answer within {} s ({what})", PATIENCE.as_secs()),
            }),
        }
    }

    pub(crate) fn failed(&self, error: kube::Error, what: &str) -> KubeError {
        KubeError::of(error, &self.at, what)
    }
}

/// What changes are written under.
pub(crate) fn as_manager() -> kube::api::PatchParams {
    kube::api::PatchParams::apply(MANAGER)
}

fn read(node: &KubernetesNode) -> Node {
    let status = node.status.clone().unwrap_or_default();
    let ready = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| condition.type_ == "Ready");
    let is_closed = node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true);
    let why = match ready {
        _ if is_closed => "it is closed for new units (cordoned)".to_owned(),
        Some(condition) if condition.status == "True" => String::new(),
        Some(condition) => condition.message.clone().unwrap_or_default(),
        None => "it has not said anything yet".to_owned(),
    };
    let is_ready = !is_closed && ready.is_some_and(|condition| condition.status == "True");
    let platform = status.node_info.as_ref().map_or_else(String::new, |about| {
        format!("{}/{}", about.operating_system, about.architecture)
    });
    let amount = |name: &str| {
        status
            .allocatable
            .as_ref()?
            .get(name)
            .map(|quantity| quantity.0.clone())
    };
    Node {
        name: node.metadata.name.clone().unwrap_or_default(),
        is_ready,
        why,
        platform,
        processor: amount("cpu").map_or(0, |text| quantities::thousandths(&text)),
        memory: amount("memory").map_or(0, |text| quantities::whole(&text)),
    }
}
