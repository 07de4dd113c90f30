//! Requests with TLS.

use std::collections::BTreeMap;

use slipway_router::{Certificate, Route, Table, TableError};

use crate::fixture::{Site, Unit};

fn certificate(host: &str) -> (Certificate, String) {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let chain = made.cert.pem();
    (
        Certificate {
            chain: chain.clone(),
            key: made.signing_key.serialize_pem(),
        },
        chain,
    )
}

#[tokio::test]
async fn each_host_proves_itself_with_its_own_certificate() {
    let unit = Unit::new(|head, _| head.to_lowercase()).await;
    let site = Site::new(true).await;
    let (shop, trusted) = certificate("shop.test");
    let (wild, _) = certificate("*.test");
    let route = Route {
        hosts: vec!["shop.test".to_owned()],
        targets: vec![unit.address],
        ..Route::default()
    };
    let routes = BTreeMap::from([("shop".to_owned(), route)]);
    let certificates = BTreeMap::from([("shop.test".to_owned(), shop), ("*.test".to_owned(), wild)]);
    site.router
        .set(Table {
            version: 1,
            routes,
            certificates,
            ..Table::default()
        })
        .unwrap();
    let trusted = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([trusted])
        .resolve("shop.test", site.address)
        .resolve("other.test", site.address)
        .build()
        .unwrap();
    let url = |host: &str| format!("https://{host}:{}/", site.address.port());
    let text = client.get(url("shop.test")).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("x-forwarded-proto: https\r\n"), "{text}");
    // The wildcard's, which this client does not trust.
    client.get(url("other.test")).send().await.unwrap_err();
}

#[tokio::test]
async fn a_host_that_wants_tls_sends_others_there() {
    let site = Site::new(false).await;
    site.set(Route {
        hosts: vec!["shop.test".to_owned(), "other.test".to_owned()],
        tls_hosts: vec!["shop.test".to_owned()],
        ..Route::default()
    });
    let answer = site.client().get(site.url("/a?b")).send().await.unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers()["location"], "https://shop.test/a?b");
    // The route has a host that proves itself with nothing.
    let other = site.client().get(site.url("/")).header("host", "other.test");
    assert_eq!(other.send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_changes_nothing() {
    let site = Site::new(true).await;
    let (good, _) = certificate("shop.test");
    let (other, _) = certificate("shop.test");
    for (chain, key, reason) in [
        ("", good.key.as_str(), "no certificate"),
        (good.chain.as_str(), "", "its key is not PEM"),
        (good.chain.as_str(), other.key.as_str(), "shop.test"),
    ] {
        let certificate = Certificate {
            chain: chain.to_owned(),
            key: key.to_owned(),
        };
        let certificates = BTreeMap::from([("shop.test".to_owned(), certificate)]);
        let error = site
            .router
            .set(Table {
                version: 1,
                certificates,
                ..Table::default()
            })
            .unwrap_err();
        assert!(
            matches!(&error, TableError::Certificate { host, .. } if host == "shop.test"),
            "{error}"
        );
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(site.router.version(), 0);
    }
}
