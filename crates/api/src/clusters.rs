//! Clusters that people connect: Kubernetes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;
use crate::ids::IntegrationId;
use crate::jsonapi::Attributes;

/// Where in a Kubernetes cluster apps run, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KubernetesPlace {
    /// How it is reached.
    pub connection: ClusterConnection,
    /// Which context of the kubeconfig; null for its current one.
    pub context: Option<String>,
    /// The namespace of everything that Slipway makes there.
    pub namespace: String,
    /// Which Ingress controller serves the apps; null for the cluster's own choice.
    pub ingress_class: Option<String>,
    /// Apps answer at `NAME.ORGANIZATION.DOMAIN`; null for the domain of the server's settings.
    pub domain: Option<String>,
    /// The address that people open apps at, with `*` for the host; null for `http://*/`.
    pub public_url: Option<String>,
    /// What builds images for it; null where nothing does.
    pub build: Option<ClusterBuild>,
}

/// What builds images for a Kubernetes cluster, and where they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClusterBuild {
    /// A BuildKit that the server reaches: `tcp://buildkitd.build:1234`.
    pub buildkit: String,
    /// An integration of the kind `oci-registry`, which BuildKit pushes to and the cluster's machines fetch from.
    pub registry: IntegrationId,
    /// What the images are below there: `slipway/production`. Each app has a repository below it.
    pub repository: String,
}

/// How a Kubernetes cluster is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterConnection {
    /// It is the cluster that the server itself runs in; the account of its pod is used.
    InCluster,
    /// By a kubeconfig that is kept sealed.
    Kubeconfig,
}

/// A Kubernetes cluster to be connected. No `Debug`: it holds a secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewCluster {
    /// Unique on the site.
    pub name: Name,
    /// How it is reached: a kubeconfig with its certificates and tokens in it. Absent where the server runs in the cluster itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// Which context of the kubeconfig; its current one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The namespace of everything that Slipway makes there; `slipway-apps` when absent. It never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Which Ingress controller serves the apps; the cluster's own choice when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress_class: Option<String>,
    /// Apps answer at `NAME.ORGANIZATION.DOMAIN`; the domain of the server's settings when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The address that people open apps at, with `*` for the host: `https://*/`; `http://*/` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// What builds images for it; nothing when absent, and apps are deployed by images only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<ClusterBuild>,
}

impl Attributes for NewCluster {
    const TYPE: &'static str = "clusters";
}

/// What changes about a Kubernetes cluster; what is absent stays. No `Debug`: it may hold a secret.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClusterChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Another kubeconfig; null where the server runs in the cluster itself.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub kubeconfig: Option<Option<String>>,
    /// Another context of the kubeconfig; null for its current one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub context: Option<Option<String>>,
    /// Another Ingress controller; null for the cluster's own choice.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub ingress_class: Option<Option<String>>,
    /// Another domain; null for that of the server's settings.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub domain: Option<Option<String>>,
    /// Another address for people, with `*` for the host; null for `http://*/`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub public_url: Option<Option<String>>,
    /// Something else that builds images for it; null for nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<ClusterBuild>)]
    pub build: Option<Option<ClusterBuild>>,
}

impl Attributes for ClusterChanges {
    const TYPE: &'static str = "clusters";
}
