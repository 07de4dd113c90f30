//! A cluster as it is stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::clusters::{ClusterBuild, ClusterChanges, ClusterConnection, KubernetesPlace, NewCluster};
use slipway_api::ids::{ClusterId, OrganizationId};
use slipway_api::pools::{ClusterDriver, ClusterStatus};
use slipway_api::{Name, Timestamp};
use slipway_buildkit::Daemon;
use slipway_kernel::text::sentence;
use slipway_kernel::{Error, Result};

/// A cluster as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clusters")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClusterId,
    /// Its organization; none for the site's, which every organization sees.
    pub organization_id: Option<OrganizationId>,
    /// Unique among those that an organization sees.
    pub name: Name,
    /// What it is driven by.
    pub driver: ClusterDriver,
    /// Whether it answers.
    pub status: ClusterStatus,
    /// What it says of itself, or why it does not.
    pub reason: String,
    /// When that was found out.
    pub checked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// Why images of builds that nothing needs are not deleted, in a sentence; none where they are.
    pub images_refusal: Option<String>,
}

/// A cluster.
pub type Cluster = Model;

impl Cluster {
    /// Whether requests to its apps come through the built-in router, which has to know every unit then.
    #[must_use]
    pub fn is_routed_here(&self) -> bool {
        self.driver == ClusterDriver::Docker
    }
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The namespace where nobody names another.
const NAMESPACE: &str = "slipway-apps";

/// Where in a Kubernetes cluster apps run, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Settings {
    /// Which context of the kubeconfig; its current one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The namespace of everything.
    pub namespace: String,
    /// Which Ingress controller serves the apps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress_class: Option<String>,
    /// What apps are below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The address that people open apps at, with `*` for the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// What builds images for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<ClusterBuild>,
}

impl Settings {
    /// Of a new cluster.
    ///
    /// # Errors
    ///
    /// `Invalid` with the field.
    pub fn of(wanted: &NewCluster) -> Result<Self> {
        let settings = Self {
            context: given(wanted.context.as_ref()),
            namespace: wanted.namespace.clone().unwrap_or_else(|| NAMESPACE.to_owned()),
            ingress_class: given(wanted.ingress_class.as_ref()),
            domain: given(wanted.domain.as_ref()),
            public_url: given(wanted.public_url.as_ref()),
            build: wanted.build.clone(),
        };
        settings.checked()
    }

    /// As they are after a change.
    ///
    /// # Errors
    ///
    /// `Invalid` with the field.
    pub fn changed(&self, changes: &ClusterChanges) -> Result<Self> {
        let or = |change: &Option<Option<String>>, before: &Option<String>| match change {
            Some(change) => given(change.as_ref()),
            None => before.clone(),
        };
        let settings = Self {
            context: or(&changes.context, &self.context),
            namespace: self.namespace.clone(),
            ingress_class: or(&changes.ingress_class, &self.ingress_class),
            domain: or(&changes.domain, &self.domain),
            public_url: or(&changes.public_url, &self.public_url),
            build: changes.build.clone().unwrap_or_else(|| self.build.clone()),
        };
        settings.checked()
    }

    fn checked(self) -> Result<Self> {
        let refuse = |field: &str, detail: &str| Err(Error::invalid(&format!("/data/attributes/{field}"), detail));
        if !is_label(&self.namespace) {
            return refuse(
                "namespace",
                "A namespace has at most 63 characters: lower-case letters, digits and hyphens, none at its ends.",
            );
        }
        let is_name = |name: &String| !name.is_empty() && name.split('.').all(is_label);
        if self
            .domain
            .as_ref()
            .is_some_and(|domain| domain.len() > 200 || !is_name(domain))
        {
            return refuse(
                "domain",
                "A domain looks like apps.example.com, without anything before or behind it.",
            );
        }
        if self
            .ingress_class
            .as_ref()
            .is_some_and(|class| class.len() > 200 || !is_name(class))
        {
            return refuse(
                "ingress-class",
                "This is no name of an IngressClass, as in `kubectl get ingressclass`.",
            );
        }
        let is_address = |url: &String| {
            let has_scheme = url.starts_with("https://") || url.starts_with("http://");
            has_scheme && url.matches('*').count() == 1 && !url.contains(char::is_whitespace) && url.len() <= 200
        };
        if self.public_url.as_ref().is_some_and(|url| !is_address(url)) {
            return refuse(
                "public-url",
                "This is no address with `*` for the host, as in https://*/.",
            );
        }
        if let Some(build) = &self.build {
            if let Err(why) = Daemon::at(&build.buildkit) {
                return refuse("build/buildkit", &sentence(&why));
            }
            // As registries have it; what is behind it is the app's id.
            let is_part = |part: &str| {
                let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
                let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
                let bytes = part.as_bytes();
                bytes.iter().all(|byte| is_fine(*byte)) && is_end(bytes.first()) && is_end(bytes.last())
            };
            if build.repository.len() > 150 || !build.repository.split('/').all(is_part) {
                return refuse(
                    "build/repository",
                    "This is no part of a registry: it looks like slipway/production, in lower-case letters.",
                );
            }
        }
        Ok(self)
    }

    /// As they are shown.
    #[must_use]
    pub fn shown(self, has_kubeconfig: bool) -> KubernetesPlace {
        KubernetesPlace {
            connection: match has_kubeconfig {
                true => ClusterConnection::Kubeconfig,
                false => ClusterConnection::InCluster,
            },
            context: self.context,
            namespace: self.namespace,
            ingress_class: self.ingress_class,
            domain: self.domain,
            public_url: self.public_url,
            build: self.build,
        }
    }
}

fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

/// As names of namespaces are (RFC 1123).
fn is_label(text: &str) -> bool {
    let is_fine = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    !text.is_empty() && text.len() <= 63 && text.chars().all(is_fine) && !text.starts_with('-') && !text.ends_with('-')
}

/// How a Kubernetes cluster is reached, as it is stored.
pub mod connections {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::ClusterId;

    use super::Settings;

    /// How a Kubernetes cluster is reached, as it is stored. No `Debug`: what is sealed is not shown either.
    #[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cluster_connections")]
    pub struct Model {
        /// The cluster.
        #[sea_orm(primary_key, auto_increment = false)]
        pub cluster_id: ClusterId,
        /// Where in it.
        pub settings: Settings,
        /// The kubeconfig, sealed; none where the server runs in the cluster itself.
        pub kubeconfig: Option<Vec<u8>>,
    }

    impl std::fmt::Debug for Model {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter
                .debug_struct("Connection")
                .field("cluster_id", &self.cluster_id)
                .field("settings", &self.settings)
                .finish_non_exhaustive()
        }
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How a Kubernetes cluster is reached.
pub type Connection = connections::Model;

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> NewCluster {
        NewCluster {
            name: "production".parse().unwrap(),
            kubeconfig: None,
            context: Some(String::new()),
            namespace: None,
            ingress_class: Some("traefik".to_owned()),
            domain: Some("apps.example.com".to_owned()),
            public_url: Some("https://*/".to_owned()),
            build: Some(build("tcp://buildkitd:1234", "slipway/apps")),
        }
    }

    fn build(buildkit: &str, repository: &str) -> ClusterBuild {
        ClusterBuild {
            buildkit: buildkit.to_owned(),
            registry: "int-0000000000000001".parse().unwrap(),
            repository: repository.to_owned(),
        }
    }

    #[tokio::test]
    async fn what_is_not_mentioned_stays() {
        let settings = Settings::of(&wanted()).unwrap();
        assert_eq!((settings.namespace.as_str(), &settings.context), (NAMESPACE, &None));
        let changes = ClusterChanges {
            domain: Some(None),
            context: Some(Some("other".to_owned())),
            ..ClusterChanges::default()
        };
        let changed = settings.changed(&changes).unwrap();
        assert_eq!((&changed.domain, changed.context.as_deref()), (&None, Some("other")));
        assert_eq!(changed.ingress_class, settings.ingress_class);
        assert_eq!(changed.build, settings.build);
        let without = ClusterChanges {
            build: Some(None),
            ..ClusterChanges::default()
        };
        assert_eq!(settings.changed(&without).unwrap().build, None);
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_with_its_field() {
        type Change = fn(&mut NewCluster);
        let cases: [(&str, Change); 7] = [
            ("namespace", |new| new.namespace = Some("Apps".to_owned())),
            ("domain", |new| new.domain = Some("https://a.example.com".to_owned())),
            ("domain", |new| new.domain = Some("*.example.com".to_owned())),
            ("ingress-class", |new| new.ingress_class = Some("a b".to_owned())),
            ("public-url", |new| {
                new.public_url = Some("https://example.com".to_owned())
            }),
            ("build/buildkit", |new| {
                new.build = Some(build("buildkitd:1234", "apps"))
            }),
            ("build/repository", |new| {
                new.build = Some(build("tcp://buildkitd:1234", "Apps/"))
            }),
        ];
        for (field, change) in cases {
            let mut wanted = wanted();
            change(&mut wanted);
            let error = Settings::of(&wanted).unwrap_err();
            let pointer = error
                .fields()
                .first()
                .and_then(|problem| problem.source.pointer.as_deref());
            assert_eq!(pointer, Some(format!("/data/attributes/{field}").as_str()), "{error}");
        }
    }
}
