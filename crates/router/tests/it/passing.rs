//! What comes through, and how.

use std::sync::Arc;
use std::time::Duration;

use slipway_router::Route;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::{Site, Unit, read};

#[tokio::test]
async fn a_request_comes_through_with_who_asked_and_its_answer_comes_back() {
    let unit = Unit::new(|head, body| format!("{head}|{}", String::from_utf8_lossy(body))).await;
    let site = Site::new(false).await;
    site.route(&[unit.address]);
    let request = site
        .client()
        .post(site.url("/buy?what=boat"))
        .header("x-forwarded-for", "10.0.0.1")
        .header("te", "x");
    let answer = request.body("two").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap().to_lowercase();
    assert!(
        text.starts_with("post /buy?what=boat http/1.1\r\n") && text.ends_with("|two"),
        "{text}"
    );
    assert!(
        text.contains(&format!("host: shop.test:{}", site.address.port())),
        "{text}"
    );
    assert!(
        text.contains("x-forwarded-for: 127.0.0.1\r\n") && !text.contains("10.0.0.1"),
        "{text}"
    );
    assert!(
        text.contains("x-forwarded-proto: http\r\n") && text.contains("x-request-id: test-0-0\r\n"),
        "{text}"
    );
    assert!(!text.contains("te: x"), "{text}");
}

#[tokio::test]
async fn what_the_router_cannot_pass_on_says_why() {
    let site = Site::new(false).await;
    site.route(&[]);
    let client = site.client();
    let said = async |url: String| {
        let answer = client.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(
        said(site.url("/")).await,
        (503, "The app has no unit that runs.\n".to_owned())
    );
    let elsewhere = format!("http://other.test:{}/", site.address.port());
    assert_eq!(
        said(elsewhere).await,
        (404, "There is no app at this host.\n".to_owned())
    );
    let gone = Unit::new(|_, _| String::new()).await;
    gone.stop();
    tokio::task::yield_now().await;
    site.route(&[gone.address]);
    assert_eq!(
        said(site.url("/")).await,
        (502, "No unit of the app answers.\n".to_owned())
    );
    let silent = Unit::raw(Arc::default(), |stream| async move {
        tokio::time::sleep(Duration::from_secs(600)).await;
        drop(stream);
    })
    .await;
    site.set(Route {
        hosts: vec!["shop.test".to_owned()],
        targets: vec![silent.address],
        patience: 1,
        ..Route::default()
    });
    assert_eq!(
        said(site.url("/")).await,
        (504, "The app did not answer in time.\n".to_owned())
    );
}

#[tokio::test]
async fn a_unit_that_is_away_is_passed_over_also_with_a_body() {
    let alive = Unit::new(|_, body| body.len().to_string()).await;
    let site = Site::new(false).await;
    // Nobody listens there any more.
    let gone = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    site.route(&[gone, alive.address]);
    let client = site.client();
    for _ in 0..6 {
        let answer = client.post(site.url("/")).body(vec![7; 100_000]).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "100000");
    }
}

/// What changes something is not done twice: the unit may have done it before it fell over.
#[tokio::test]
async fn what_a_unit_may_have_done_is_not_asked_of_another() {
    let falls = || async {
        let count = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counted = Arc::clone(&count);
        Unit::raw(count, move |stream| {
            let counted = Arc::clone(&counted);
            async move {
                if read(&mut BufReader::new(stream)).await.is_some() {
                    counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
        })
        .await
    };
    let (one, two) = (falls().await, falls().await);
    let site = Site::new(false).await;
    site.route(&[one.address, two.address]);
    let asked = || {
        [&one, &two]
            .map(|unit| unit.served.load(std::sync::atomic::Ordering::Relaxed))
            .iter()
            .sum::<u64>()
    };
    let answer = site.client().post(site.url("/")).body("pay").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), asked()), (502, 1));
    let answer = site.client().get(site.url("/")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), asked()), (502, 3));
}

#[tokio::test]
async fn an_answer_is_passed_on_while_it_is_said() {
    let (go, wait) = tokio::sync::watch::channel(false);
    let unit = Unit::raw(Arc::default(), move |stream| {
        let mut wait = wait.clone();
        async move {
            let mut stream = BufReader::new(stream);
            read(&mut stream).await.unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
                .await
                .unwrap();
            wait.wait_for(|go| *go).await.unwrap();
            stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let site = Site::new(false).await;
    site.route(&[unit.address]);
    let mut answer = site.client().get(site.url("/")).send().await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first");
    go.send(true).unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "last");
}

#[tokio::test]
async fn a_connection_becomes_a_web_socket_and_a_router_that_ends_waits_for_it() {
    let unit = Unit::raw(Arc::default(), |stream| async move {
        let mut stream = BufReader::new(stream);
        let (head, _) = read(&mut stream).await.unwrap();
        let lower = head.to_lowercase();
        assert!(
            lower.contains("upgrade: websocket") && lower.contains("connection: upgrade"),
            "{head}"
        );
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            .await
            .unwrap();
        let mut word = [0; 4];
        stream.read_exact(&mut word).await.unwrap();
        stream.write_all(&word).await.unwrap();
    })
    .await;
    let mut site = Site::new(false).await;
    site.route(&[unit.address]);
    let mut client = TcpStream::connect(site.address).await.unwrap();
    client
        .write_all(b"GET /chat HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"\r\n\r\n") {
        said.push(client.read_u8().await.unwrap());
    }
    assert!(said.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&said));
    site.ending.cancel();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let serving = site.serving.take().unwrap();
    assert!(!serving.is_finished());
    client.write_all(b"ping").await.unwrap();
    let mut word = [0; 4];
    client.read_exact(&mut word).await.unwrap();
    assert_eq!(&word, b"ping");
    serving.await.unwrap();
}

#[tokio::test]
async fn a_route_takes_so_many_requests_at_once() {
    let (go, wait) = tokio::sync::watch::channel(false);
    let unit = Unit::raw(Arc::default(), move |stream| {
        let mut wait = wait.clone();
        async move {
            let mut stream = BufReader::new(stream);
            while read(&mut stream).await.is_some() {
                wait.wait_for(|go| *go).await.unwrap();
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    let site = Site::new(false).await;
    let route = Route {
        hosts: vec!["shop.test".to_owned()],
        targets: vec![unit.address],
        most_requests: 1,
        ..Route::default()
    };
    site.set(route.clone());
    let (client, url) = (site.client(), site.url("/"));
    let first = tokio::spawn(client.get(&url).send());
    let refused = loop {
        let answer = client.get(&url).timeout(Duration::from_millis(200)).send().await;
        match answer {
            Ok(answer) => break answer,
            // This one was there first; the other waits for it.
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    // Another table does not forget them.
    site.set(route);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 503);
    go.send(true).unwrap();
    let status = first.await.unwrap().unwrap().status().as_u16();
    assert!([204, 503].contains(&status), "{status}");
}
