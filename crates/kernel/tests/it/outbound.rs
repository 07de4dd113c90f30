//! Requests to the outside, against a server on this machine that answers as it is told.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use slipway_kernel::outbound::{Answer, Outbound, OutboundError, Request};
use slipway_kernel::settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// Answers every request with `answer(path)`, and the request itself as the body where it says `ECHO`.
async fn server(answer: fn(&str) -> String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut bytes = vec![0; 65_536];
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = answer(&path);
                let answer = match answer.strip_prefix("ECHO") {
                    Some(_) => format!(
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{request}",
                        request.len()
                    ),
                    None => answer,
                };
                let _ = stream.write_all(answer.as_bytes()).await;
                if path == "/slow" {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    port
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

fn outbound(allowed: &[&str]) -> Outbound {
    Outbound::new(&settings::Outbound {
        allowed_networks: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        extra_certificates: None,
    })
}

fn get(url: &str) -> Request {
    let secret = HeaderValue::from_static("Bearer planted-secret");
    Request::get(url.parse().unwrap()).header(AUTHORIZATION, secret)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

const LOOPBACK: &[&str] = &["127.0.0.0/8", "::1/128"];

#[tokio::test]
async fn this_machine_is_closed_by_address_and_by_name() {
    let port = server(|_| "ECHO".to_owned()).await;
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
    ] {
        let error = outbound(&[])
            .send(get(&format!("http://{host}:{port}/")))
            .await
            .unwrap_err();
        assert!(matches!(error, OutboundError::Closed(_)), "{host}: {error}");
        assert!(error.to_string().contains("outbound.allowed_networks"), "{error}");
    }
}

#[tokio::test]
async fn an_allowed_network_is_open_and_metadata_never() {
    let port = server(|_| "ECHO".to_owned()).await;
    let open = outbound(LOOPBACK);
    let answer = open
        .send(get(&format!("http://localhost:{port}/path?query")))
        .await
        .unwrap();
    assert!(
        text(&answer).starts_with("GET /path?query HTTP/1.1"),
        "{}",
        text(&answer)
    );
    assert!(text(&answer).contains("planted-secret"));
    let error = outbound(&["0.0.0.0/0"])
        .send(get("http://169.254.169.254/latest/meta-data"))
        .await
        .unwrap_err();
    assert!(matches!(error, OutboundError::Closed(_)), "{error}");
}

#[tokio::test]
async fn a_redirect_is_checked_like_a_request_and_takes_no_secrets_elsewhere() {
    let port = server(|path| match path {
        "/metadata" => redirect("http://169.254.169.254/"),
        "/file" => redirect("file:///etc/passwd"),
        "/here" => redirect("/echo"),
        "/loop" => redirect("/loop"),
        _ => "ECHO".to_owned(),
    })
    .await;
    let open = outbound(LOOPBACK);
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let error = open.send(get(&at("/metadata"))).await.unwrap_err();
    assert!(matches!(error, OutboundError::Closed(_)), "{error}");
    let error = open.send(get(&at("/file"))).await.unwrap_err();
    assert!(matches!(error, OutboundError::Address(_)), "{error}");
    let error = open.send(get(&at("/loop"))).await.unwrap_err();
    assert!(matches!(error, OutboundError::Redirect(..)), "{error}");
    assert!(text(&open.send(get(&at("/here"))).await.unwrap()).contains("planted-secret"));
}

#[tokio::test]
async fn what_is_sent_to_a_place_that_moved_is_sent_to_the_new_place_and_not_only_read_there() {
    let port = server(|path| match path {
        "/moved" => redirect("/echo").replace("307 Temporary Redirect", "301 Moved Permanently"),
        "/see" => redirect("/echo").replace("307 Temporary Redirect", "303 See Other"),
        _ => "ECHO".to_owned(),
    })
    .await;
    let open = outbound(LOOPBACK);
    for (path, expected) in [("moved", "POST /echo"), ("see", "GET /echo")] {
        let url: Url = format!("http://127.0.0.1:{port}/{path}").parse().unwrap();
        let answer = open
            .send(Request::post(url, "text/plain", b"a status".to_vec()))
            .await
            .unwrap();
        assert!(text(&answer).starts_with(expected), "{}", text(&answer));
    }
}

#[tokio::test]
async fn another_origin_gets_neither_headers_nor_a_body() {
    let echo = server(|_| "ECHO".to_owned()).await;
    let port = server(|path| redirect(&format!("http://localhost:{}/echo", path.trim_start_matches('/')))).await;
    let open = outbound(LOOPBACK);
    let url: Url = format!("http://127.0.0.1:{port}/{echo}").parse().unwrap();
    let answer = open.send(get(url.as_str())).await.unwrap();
    assert!(text(&answer).starts_with("GET /echo"), "{}", text(&answer));
    assert!(!text(&answer).contains("planted-secret"), "{}", text(&answer));
    let error = open
        .send(Request::post(url, "text/plain", b"planted-secret".to_vec()))
        .await
        .unwrap_err();
    assert!(matches!(error, OutboundError::Redirect(..)), "{error}");
}

#[tokio::test]
async fn answers_are_bounded_in_size_and_time() {
    let port = server(|path| match path {
        "/slow" => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12".to_owned(),
        _ => format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(20_000)),
    })
    .await;
    let open = outbound(LOOPBACK);
    let error = open
        .send(get(&format!("http://127.0.0.1:{port}/large")).at_most(10_000))
        .await
        .unwrap_err();
    assert!(matches!(error, OutboundError::TooLarge(_, 10_000)), "{error}");
    let slow = get(&format!("http://127.0.0.1:{port}/slow")).within(Duration::from_millis(300));
    let error = open.send(slow).await.unwrap_err();
    assert!(matches!(error, OutboundError::TooSlow(..)), "{error}");
}

#[tokio::test]
async fn errors_name_the_host_and_nothing_that_may_be_secret() {
    let open = outbound(LOOPBACK);
    for url in [
        "http://127.0.0.1:1/planted-secret?planted-secret",
        "http://no-such-host.invalid/planted-secret",
        "ftp://example.com/planted-secret",
        "http://user:planted-secret@127.0.0.1:1/",
    ] {
        let error = open.send(get(url)).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted-secret"), "{error:?}");
    }
}
