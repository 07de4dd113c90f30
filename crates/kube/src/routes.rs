//! Routes: which deploy of a process requests reach, and under which names.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use k8s_openapi::api::core::v1::{Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::{DEPLOY, JOB, ONCE, PROCESS, ProcessId, app_labels, process_labels};
use crate::route_objects::{self, PORT};

/// By it the cluster's controllers mark which Service a slice of endpoints is of.
const SERVICE: &str = "kubernetes.io/service-name";

/// Where requests shall go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteSpec {
    /// To the units of this process, of this deploy.
    pub to: ProcessId,
    /// Where they take requests.
    pub port: u16,
    /// Which hosts; none for a process that is only reached inside the cluster.
    pub hosts: Vec<Host>,
    /// Which Ingress controller serves them; the cluster's own choice when none is named.
    pub class: Option<String>,
    /// For the Ingress controller.
    pub annotations: BTreeMap<String, String>,
}

/// A host of a route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// `shop.example.test`, or `*.example.test`.
    pub name: String,
    /// For HTTPS; without it the controller has its own, or none.
    pub certificate: Option<Certificate>,
}

/// A certificate with its key, in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// With what leads to its authority.
    pub chain: String,
    /// Its key.
    pub key: String,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which deploy they reach.
    pub deploy: Option<u32>,
    /// Where they are taken inside the cluster; the same for as long as the route is there.
    pub inside: Option<SocketAddr>,
    /// Where the Ingress controller takes them from outside: names or addresses. Empty until it said so.
    pub outside: Vec<String>,
    /// Of which hosts.
    pub hosts: Vec<String>,
    /// Those of them that have a certificate.
    pub tls_hosts: Vec<String>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Certificate").finish_non_exhaustive()
    }
}

impl Cluster {
    /// Makes a route what it shall be. When only the deploy is another, one label of the Service changes: requests that
    /// are under way are finished where they are, new ones go there.
    ///
    /// # Errors
    /// When it is refused, and when an object of its name is there that is not of this app.
    pub async fn route(&self, spec: &RouteSpec) -> Result<Route, KubeError> {
        let ProcessId {
            namespace,
            app,
            process,
            ..
        } = &spec.to;
        let objects = route_objects::of_route(spec);
        self.apply_namespace(namespace).await?;
        for secret in &objects.secrets {
            self.apply(secret).await?;
        }
        let service = self.apply(&objects.service).await?;
        let ingress = match &objects.ingress {
            Some(ingress) => Some(self.apply(ingress).await?),
            None => {
                let name = route_objects::name(app, process);
                self.remove::<Ingress>(namespace, &name, app).await?;
                None
            }
        };
        let kept: Vec<String> = objects
            .secrets
            .into_iter()
            .filter_map(|secret| secret.metadata.name)
            .collect();
        self.remove_certificates(namespace, app, process, &kept).await?;
        Ok(read(&service, ingress.as_ref()))
    }

    /// Where requests go; nothing when there is no route.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn current_route(&self, namespace: &str, app: &str, process: &str) -> Result<Option<Route>, KubeError> {
        let name = route_objects::name(app, process);
        let services: Api<Service> = self.api(namespace);
        let ingresses: Api<Ingress> = self.api(namespace);
        let Some(service) = self.ask(&name, services.get_opt(&name)).await? else {
            return Ok(None);
        };
        let ingress = self.ask(&name, ingresses.get_opt(&name)).await?;
        Ok(Some(read(&service, ingress.as_ref())))
    }

    /// Whether the cluster's controllers know by now that requests go to units of this deploy, and to no others.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn is_led(&self, to: &ProcessId) -> Result<bool, KubeError> {
        let units = self.units(Some(&to.namespace), &to.labels()).await?;
        let units: BTreeSet<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
        let service = route_objects::name(&to.app, &to.process);
        let wanted = ListParams::default().labels(&format!("{SERVICE}={service}"));
        let slices: Api<EndpointSlice> = self.api(&to.namespace);
        let slices = self.ask("endpoint slices", slices.list(&wanted)).await?;
        let endpoints = slices.items.iter().flat_map(|slice| &slice.endpoints);
        let ready = endpoints.filter(|endpoint| {
            let conditions = endpoint.conditions.as_ref();
            conditions.and_then(|conditions| conditions.ready) != Some(false)
        });
        let leads: Vec<_> = ready
            .map(|endpoint| endpoint.target_ref.as_ref().and_then(|unit| unit.name.as_deref()))
            .collect();
        let is_ours = |unit: &Option<&str>| unit.is_some_and(|unit| units.contains(unit));
        Ok(!leads.is_empty() && leads.iter().all(is_ours))
    }

    /// Removes a route with its certificates. One that is gone is fine.
    ///
    /// # Errors
    /// When an object of its name is there that is not of this app.
    pub async fn remove_route(&self, namespace: &str, app: &str, process: &str) -> Result<(), KubeError> {
        let name = route_objects::name(app, process);
        self.remove::<Ingress>(namespace, &name, app).await?;
        self.remove::<Service>(namespace, &name, app).await?;
        self.remove_certificates(namespace, app, process, &[]).await
    }

    /// Removes the routes of an app with their certificates, but that of one process.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn remove_other_routes(&self, namespace: &str, app: &str, kept: Option<&str>) -> Result<(), KubeError> {
        let labels = app_labels(app);
        let is_other = |object: &ObjectMeta| {
            let label = |name: &str| object.labels.as_ref()?.get(name).map(String::as_str);
            let is_of_route = label(DEPLOY).is_none() && label(ONCE).is_none() && label(JOB).is_none();
            is_of_route && label(PROCESS) != kept
        };
        self.remove_those::<Ingress>(namespace, &labels, is_other).await?;
        self.remove_those::<Service>(namespace, &labels, is_other).await?;
        self.remove_those::<Secret>(namespace, &labels, is_other).await
    }

    /// Secrets of a process that are of no deploy are those of its route.
    async fn remove_certificates(
        &self,
        namespace: &str,
        app: &str,
        process: &str,
        kept: &[String],
    ) -> Result<(), KubeError> {
        let labels = process_labels(app, process);
        self.remove_those::<Secret>(namespace, &labels, |object| {
            let is_of_deploy = object.labels.as_ref().is_some_and(|labels| labels.contains_key(DEPLOY));
            !is_of_deploy && !object.name.as_ref().is_some_and(|name| kept.contains(name))
        })
        .await
    }
}

fn read(service: &Service, ingress: Option<&Ingress>) -> Route {
    let spec = service.spec.as_ref();
    let deploy = spec.and_then(|spec| spec.selector.as_ref()?.get(DEPLOY)?.parse().ok());
    let inside = spec
        .and_then(|spec| spec.cluster_ip.as_ref()?.parse().ok())
        .and_then(|address| Some(SocketAddr::new(address, u16::try_from(PORT).ok()?)));
    let outside = ingress
        .and_then(|ingress| ingress.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref())
        .into_iter()
        .flatten()
        .filter_map(|place| place.hostname.clone().or_else(|| place.ip.clone()))
        .collect();
    let wanted = ingress.and_then(|ingress| ingress.spec.as_ref());
    let rules = wanted.and_then(|spec| spec.rules.as_ref()).into_iter().flatten();
    let tls = wanted.and_then(|spec| spec.tls.as_ref()).into_iter().flatten();
    Route {
        deploy,
        inside,
        outside,
        hosts: rules.filter_map(|rule| rule.host.clone()).collect(),
        tls_hosts: tls.filter_map(|tls| tls.hosts.clone()).flatten().collect(),
    }
}
