//! What a route is in Kubernetes: a Service that selects the units of one deploy, and an Ingress that leads to it.
//! Switching to another deploy changes one label in the Service's selector. Pure.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Secret, Service, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::names::{object_name, process_labels, short_digest};
use crate::objects::{given, metadata, secret, shown_labels};
use crate::routes::{Certificate, Host, RouteSpec};

/// Where a Service takes requests, whatever port the units have.
pub(crate) const PORT: i32 = 80;

pub(crate) struct RouteObjects {
    pub(crate) secrets: Vec<Secret>,
    pub(crate) service: Service,
    /// There when the route has hosts.
    pub(crate) ingress: Option<Ingress>,
}

/// What the Service and the Ingress of a process are called, whatever its deploy.
pub(crate) fn name(app: &str, process: &str) -> String {
    object_name(&[app, process])
}

pub(crate) fn of_route(spec: &RouteSpec) -> RouteObjects {
    let id = &spec.to;
    let labels = shown_labels(process_labels(&id.app, &id.process));
    let metadata = metadata(&id.namespace, &name(&id.app, &id.process), &labels);
    let service = Service {
        metadata: metadata.clone(),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(id.labels()),
            ports: Some(vec![ServicePort {
                name: Some("http".to_owned()),
                port: PORT,
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::Int(i32::from(spec.port))),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    let secrets = spec.hosts.iter().filter_map(|host| host.certificate.as_ref());
    let mut secrets: Vec<Secret> = secrets
        .map(|certificate| of_certificate(certificate, &metadata))
        .collect();
    // One certificate may be of several hosts.
    secrets.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
    secrets.dedup();
    RouteObjects {
        secrets,
        service,
        ingress: (!spec.hosts.is_empty()).then(|| ingress(spec, &metadata)),
    }
}

fn ingress(spec: &RouteSpec, metadata: &ObjectMeta) -> Ingress {
    let backend = IngressBackend {
        service: Some(IngressServiceBackend {
            name: metadata.name.clone().unwrap_or_default(),
            port: Some(ServiceBackendPort {
                number: Some(PORT),
                name: None,
            }),
        }),
        resource: None,
    };
    let rule = |host: &Host| IngressRule {
        host: Some(host.name.clone()),
        http: Some(HTTPIngressRuleValue {
            paths: vec![HTTPIngressPath {
                path: Some("/".to_owned()),
                path_type: "Prefix".to_owned(),
                backend: backend.clone(),
            }],
        }),
    };
    let tls = |host: &Host| {
        let certificate = host.certificate.as_ref()?;
        Some(IngressTLS {
            hosts: Some(vec![host.name.clone()]),
            secret_name: of_certificate(certificate, metadata).metadata.name,
        })
    };
    let tls: Vec<IngressTLS> = spec.hosts.iter().filter_map(tls).collect();
    Ingress {
        metadata: ObjectMeta {
            annotations: given(&spec.annotations),
            ..metadata.clone()
        },
        spec: Some(IngressSpec {
            ingress_class_name: spec.class.clone(),
            rules: Some(spec.hosts.iter().map(rule).collect()),
            tls: (!tls.is_empty()).then_some(tls),
            default_backend: None,
        }),
        status: None,
    }
}

fn of_certificate(certificate: &Certificate, owner: &ObjectMeta) -> Secret {
    let digest = short_digest(std::iter::once(certificate.chain.as_bytes()));
    let data = BTreeMap::from([
        ("tls.crt".to_owned(), ByteString(certificate.chain.clone().into_bytes())),
        ("tls.key".to_owned(), ByteString(certificate.key.clone().into_bytes())),
    ]);
    secret(owner, &format!("tls-{digest}"), "kubernetes.io/tls", data)
}
