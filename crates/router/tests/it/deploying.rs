//! Requests while units come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use slipway_router::stored;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::fixture::{Site, Unit};

/// Fifty deploys under constant load: each brings a new unit, takes the old one from the table, and ends it once it has
/// nothing to do any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_dropped_while_units_are_exchanged() {
    let site = Site::new(false).await;
    let unit = |version: u64| Unit::new(move |_, _| version.to_string());
    let mut old = unit(0).await;
    site.route(&[old.address]);
    let (ending, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (client, url, ending, count) = (site.client(), site.url("/"), Arc::clone(&ending), Arc::clone(&count));
            tokio::spawn(async move {
                while !ending.load(Ordering::Relaxed) {
                    let answer = client.post(&url).body("order").send().await.unwrap();
                    assert_eq!(answer.status(), 200);
                    answer.text().await.unwrap().parse::<u64>().unwrap();
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for version in 1..=50 {
        let new = unit(version).await;
        site.route(&[old.address, new.address]);
        site.route(&[new.address]);
        let seen = count.load(Ordering::Relaxed);
        while count.load(Ordering::Relaxed) < seen + 8 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        old.stop();
        assert!(new.served.load(Ordering::Relaxed) > 0);
        old = new;
    }
    ending.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert!(count.load(Ordering::Relaxed) >= 400);
    // Tables came and went; what is counted stays.
    let measured = site.router.measured().remove("shop").unwrap();
    assert_eq!(measured.answers, [0, count.load(Ordering::Relaxed), 0, 0, 0]);
    assert!(measured.percentile(0.5).is_some());
}

#[tokio::test]
async fn what_has_begun_is_ended_before_the_router_ends() {
    let (go, wait) = tokio::sync::watch::channel(false);
    let unit = Unit::raw(Arc::default(), move |stream| {
        let mut wait = wait.clone();
        async move {
            let mut stream = tokio::io::BufReader::new(stream);
            crate::fixture::read(&mut stream).await.unwrap();
            wait.wait_for(|go| *go).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
        }
    })
    .await;
    let mut site = Site::new(false).await;
    site.route(&[unit.address]);
    let (client, url) = (site.client(), site.url("/"));
    let request = tokio::spawn(client.get(&url).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    site.ending.cancel();
    // Nobody new comes in, while the one that is there is waited for.
    while TcpStream::connect(site.address).await.is_ok() {}
    go.send(true).unwrap();
    assert_eq!(request.await.unwrap().unwrap().text().await.unwrap(), "done");
    site.serving.take().unwrap().await.unwrap();
}

/// A client uses its connection again in the very moment in which the router begins to end: it is answered, and told that this
/// was the last time. Closing at once would leave it without an answer.
#[tokio::test]
async fn a_kept_connection_is_told_that_its_last_answer_is_the_last() {
    let unit = Unit::new(|_, _| "here".to_owned()).await;
    let mut site = Site::new(false).await;
    site.route(&[unit.address]);
    let mut stream = BufReader::new(TcpStream::connect(site.address).await.unwrap());
    let mut ask = async || {
        let request = b"GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n";
        stream.write_all(request).await.unwrap();
        crate::fixture::read(&mut stream).await
    };
    let (head, body) = ask().await.unwrap();
    assert!(!head.to_lowercase().contains("connection: close"), "{head}");
    assert_eq!(body, b"here");
    site.ending.cancel();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (head, body) = ask().await.unwrap();
    assert!(head.to_lowercase().contains("connection: close"), "{head}");
    assert_eq!(body, b"here");
    site.serving.take().unwrap().await.unwrap();
}

#[tokio::test]
async fn the_last_table_is_served_after_a_start_and_an_older_one_is_not_taken() {
    let unit = Unit::new(|_, _| "kept".to_owned()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.json");
    let route = slipway_router::Route {
        hosts: vec!["*.test".to_owned()],
        targets: vec![unit.address],
        ..Default::default()
    };
    let routes = std::collections::BTreeMap::from([("shop".to_owned(), route)]);
    stored::write(
        &path,
        &slipway_router::Table {
            version: 7,
            routes,
            ..Default::default()
        },
    )
    .unwrap();
    let site = Site::new(false).await;
    assert!(site.router.set(stored::read(&path).unwrap().unwrap()).unwrap());
    assert_eq!(
        site.client()
            .get(site.url("/"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "kept"
    );
    assert!(
        !site
            .router
            .set(slipway_router::Table {
                version: 7,
                ..Default::default()
            })
            .unwrap()
    );
    assert_eq!(site.client().get(site.url("/")).send().await.unwrap().status(), 200);
}
