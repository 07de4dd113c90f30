//! What a route takes at most, what people see when nothing runs, and what the router answers itself.

use std::collections::BTreeMap;

use slipway_router::{Route, Table};

use crate::fixture::{Site, Unit};

fn route(targets: Vec<std::net::SocketAddr>) -> Route {
    Route {
        hosts: vec!["shop.test".to_owned()],
        targets,
        ..Route::default()
    }
}

#[tokio::test]
async fn a_body_has_a_largest_size_also_when_nobody_says_how_long_it_is() {
    let unit = Unit::new(|_, body| body.len().to_string()).await;
    let site = Site::new(false).await;
    site.set(Route {
        most_bytes: 10,
        ..route(vec![unit.address])
    });
    let (client, url) = (site.client(), site.url("/"));
    let fits = client.post(&url).body("0123456789").send().await.unwrap();
    assert_eq!(
        (fits.status().as_u16(), fits.text().await.unwrap().as_str()),
        (200, "10")
    );
    let said = client.post(&url).body("0123456789a").send().await.unwrap();
    assert_eq!(said.status(), 413);
    assert!(said.text().await.unwrap().contains("larger than the app takes"));
    let pieces = futures::stream::iter(["01234", "56789", "a"].map(Ok::<_, std::io::Error>));
    let streamed = client
        .post(&url)
        .body(reqwest::Body::wrap_stream(pieces))
        .send()
        .await
        .unwrap();
    assert_eq!(streamed.status(), 413);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn people_see_a_page_where_nothing_runs_and_programs_a_sentence() {
    let site = Site::new(false).await;
    let client = site.client();
    for (is_stopped, word) in [(false, "no unit that runs"), (true, "The app is stopped.")] {
        site.set(Route {
            is_stopped,
            ..route(Vec::new())
        });
        let asked = client.get(site.url("/"));
        let text = asked.try_clone().unwrap().send().await.unwrap();
        assert_eq!(text.status(), 503);
        assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
        assert!(text.text().await.unwrap().contains(word));
        let page = asked.header("accept", "text/html,*/*").send().await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(
            (page.status().as_u16(), page.headers()["retry-after"].as_bytes()),
            (503, &b"1"[..])
        );
        assert!(page.text().await.unwrap().contains(word));
    }
}

#[tokio::test]
async fn a_proof_is_answered_before_any_route_and_without_tls() {
    let site = Site::new(false).await;
    let path = "/.well-known/acme-challenge/token";
    let proof = |host: &str| (host.to_owned(), BTreeMap::from([(path.to_owned(), "proof".to_owned())]));
    let of_app = Route {
        forces_tls: true,
        ..route(Vec::new())
    };
    let table = Table {
        version: 1,
        routes: BTreeMap::from([("shop".to_owned(), of_app)]),
        answers: BTreeMap::from([proof("shop.test"), proof("new.test")]),
        tls_port: 8443,
        ..Table::default()
    };
    site.router.set(table).unwrap();
    let client = site.client();
    let ask = async |host: &str, path: &str| {
        let asked = client.get(site.url(path)).header("host", host);
        let answer = asked.send().await.unwrap();
        let location = answer
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            location.unwrap_or(answer.text().await.unwrap()),
        )
    };
    assert_eq!(ask("shop.test", path).await, (200, "proof".to_owned()));
    assert_eq!(ask("NEW.test:80", path).await, (200, "proof".to_owned()));
    assert_eq!(ask("new.test", "/").await.0, 404);
    assert_eq!(
        ask("shop.test", "/a").await,
        (308, "https://shop.test:8443/a".to_owned())
    );
}
