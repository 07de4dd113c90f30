//! Requests reach the version that they shall.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Api;
use kube::api::ListParams;
use slipway_kube::routes::{Certificate, Host, RouteSpec};
use slipway_kube::{ProcessId, ProcessSpec};

use crate::fixture::{by_hand, cluster, eventually, namespace, server, settled};

fn route(spec: &ProcessSpec) -> RouteSpec {
    RouteSpec {
        to: spec.id.clone(),
        port: 8080,
        ..RouteSpec::default()
    }
}

fn get(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"GET /index.html HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains("200") => Ok(body.to_owned()),
        _ => Err(std::io::Error::other(format!("answered {answer:?}"))),
    }
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn no_request_is_lost_when_a_route_is_switched() {
    let cluster = cluster().await;
    let space = namespace("switch");
    let (mut old, mut new) = (server(&space, 1), server(&space, 2));
    for spec in [&mut old, &mut new] {
        spec.units = 2;
        // Until every machine has heard of it.
        spec.drain = Duration::from_secs(3);
    }
    cluster.apply_process(&old).await.unwrap();
    settled(&cluster, &old.id).await;
    let routed = cluster.route(&route(&old)).await.unwrap();
    assert_eq!(routed.deploy, Some(1));
    let inside = routed.inside.unwrap();
    let outside = slipway_testing::cluster::start().unwrap().forward(inside).unwrap();
    eventually("the first version answers", async || get(outside).ok()).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn({
        let is_over = is_over.clone();
        async move {
            let mut answers = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let answer = tokio::task::spawn_blocking(move || get(outside)).await.unwrap();
                answers.push(answer.map_err(|error| error.to_string()));
                // Not so many that ports are used again: what the kernel remembers of connections is not tested here.
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            answers
        }
    });
    cluster.apply_process(&new).await.unwrap();
    settled(&cluster, &new.id).await;
    let switched = cluster.route(&route(&new)).await.unwrap();
    assert_eq!((switched.deploy, switched.inside), (Some(2), Some(inside)));
    cluster.remove_process(&old.id).await.unwrap();
    eventually("the old units are gone", async || {
        let units = cluster.units(Some(&space), &old.id.labels()).await.unwrap();
        units.is_empty().then_some(())
    })
    .await;
    is_over.store(true, Ordering::Relaxed);
    let answers = asking.await.unwrap();
    let failed: Vec<_> = answers.iter().filter(|answer| answer.is_err()).collect();
    assert!(
        failed.is_empty(),
        "{} of {}: {:?}",
        failed.len(),
        answers.len(),
        failed[0]
    );
    assert_eq!(answers.first().unwrap().as_deref(), Ok("shop v1\n"));
    assert_eq!(answers.last().unwrap().as_deref(), Ok("shop v2\n"));
    assert!(answers.len() > 50, "{} requests are too few to tell", answers.len());
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn hosts_and_certificates_are_given_to_the_ingress_controller() {
    let cluster = cluster().await;
    let spec = server(&namespace("hosts"), 1);
    let key = rcgen::generate_simple_self_signed(["shop.example.test".to_owned()]).unwrap();
    let mut wanted = route(&spec);
    wanted.class = Some("traefik".to_owned());
    wanted.hosts = ["shop.example.test", "*.shop.example.test"]
        .map(|name| Host {
            name: name.to_owned(),
            certificate: Some(Certificate {
                chain: key.cert.pem(),
                key: key.signing_key.serialize_pem(),
            }),
        })
        .to_vec();
    cluster.route(&wanted).await.unwrap();
    let client = by_hand().await;
    let ingresses: Api<Ingress> = Api::namespaced(client.clone(), &spec.id.namespace);
    let secrets: Api<Secret> = Api::namespaced(client, &spec.id.namespace);
    let ingress = ingresses.get("shop-web").await.unwrap().spec.unwrap();
    assert_eq!(ingress.ingress_class_name.as_deref(), Some("traefik"));
    let hosts: Vec<_> = ingress
        .rules
        .unwrap()
        .into_iter()
        .filter_map(|rule| rule.host)
        .collect();
    assert_eq!(hosts, ["shop.example.test", "*.shop.example.test"]);
    let kept = secrets.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(kept.len(), 1);
    assert_eq!(ingress.tls.unwrap()[0].secret_name, kept[0].metadata.name);

    wanted.hosts.truncate(1);
    wanted.hosts[0].certificate = None;
    cluster.route(&wanted).await.unwrap();
    assert!(secrets.list(&ListParams::default()).await.unwrap().items.is_empty());
    let ingress = ingresses.get("shop-web").await.unwrap().spec.unwrap();
    assert_eq!((ingress.rules.unwrap().len(), ingress.tls), (1, None));

    let ProcessId {
        namespace,
        app,
        process,
        ..
    } = &spec.id;
    let current = cluster.current_route(namespace, app, process).await.unwrap().unwrap();
    assert_eq!((current.deploy, current.outside), (Some(1), Vec::new()));
    for _ in 0..2 {
        cluster.remove_route(namespace, app, process).await.unwrap();
    }
    assert_eq!(cluster.current_route(namespace, app, process).await.unwrap(), None);
    assert!(ingresses.get_opt("shop-web").await.unwrap().is_none());
}
