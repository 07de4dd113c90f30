//! The browser's one request to this machine: as much of HTTP as it needs.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use slipway_client::OAuthRefusal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::form_urlencoded;

/// Bytes of a request that are read at most.
const MOST_BYTES: usize = 16 << 10;
/// How long a connection may take to say what it wants: browsers open some in advance and say nothing.
const PATIENCE: Duration = Duration::from_secs(5);
/// Tries of others on this machine before it is given up.
const MOST_STRANGERS: usize = 1_000;

/// What the browser brought.
#[derive(Debug)]
pub(super) enum Brought {
    Code(String),
    Refusal(OAuthRefusal),
}

/// Waits for the browser with the answer to this sign-in; whatever else comes is turned away.
pub(super) async fn wait(listener: &TcpListener, state: &str, issuer: &str) -> io::Result<Brought> {
    for _ in 0..MOST_STRANGERS {
        let (mut stream, _) = listener.accept().await?;
        let Ok(Ok(line)) = tokio::time::timeout(PATIENCE, first_line(&mut stream)).await else {
            continue;
        };
        let Some(brought) = read(&line, state, issuer) else {
            answer(
                &mut stream,
                "404 Not Found",
                "This is not the sign-in that slipway waits for.",
            )
            .await
            .ok();
            continue;
        };
        let text = match &brought {
            Brought::Code(_) => "You are signed in. You can close this page and go back to the terminal.",
            Brought::Refusal(_) => "It was not allowed. You can close this page.",
        };
        answer(&mut stream, "200 OK", text).await.ok();
        return Ok(brought);
    }
    Err(io::Error::other("too many other requests came instead"))
}

/// What a request brings; none when it is not the answer to this sign-in. Without the state anybody on this machine, and
/// any page in the browser, could send a code of his own account.
fn read(line: &str, state: &str, issuer: &str) -> Option<Brought> {
    let query = line.strip_prefix("GET /callback?")?.split(' ').next()?;
    let mut found: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if state.is_empty() || found.get("state").map(String::as_str) != Some(state) || found.get("iss")? != issuer {
        return None;
    }
    if let Some(error) = found.remove("error") {
        let error_description = found.remove("error_description").unwrap_or_default();
        return Some(Brought::Refusal(OAuthRefusal {
            error,
            error_description,
        }));
    }
    found.remove("code").map(Brought::Code)
}

async fn first_line(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    // To the end of the head, so that the browser does not see its request reset.
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") && bytes.len() < MOST_BYTES {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let page = format!("<!doctype html><html lang=\"en\"><title>Slipway</title><p>{text}</p></html>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(page.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ISSUER: &str = "http://127.0.0.1:8080";

    #[test]
    fn the_answer_to_this_sign_in_is_taken() {
        let line = "GET /callback?code=abc&state=s&iss=http%3A%2F%2F127.0.0.1%3A8080 HTTP/1.1";
        assert!(matches!(read(line, "s", ISSUER), Some(Brought::Code(code)) if code == "abc"));
        let line = "GET /callback?error=access_denied&state=s&iss=http%3A%2F%2F127.0.0.1%3A8080 HTTP/1.1";
        assert!(matches!(read(line, "s", ISSUER), Some(Brought::Refusal(refusal)) if refusal.error == "access_denied"));
    }

    #[rstest]
    #[case("GET /callback?code=abc&state=other&iss=http%3A%2F%2F127.0.0.1%3A8080 HTTP/1.1")]
    #[case("GET /callback?code=abc&iss=http%3A%2F%2F127.0.0.1%3A8080 HTTP/1.1")]
    #[case("GET /callback?code=abc&state=s&iss=https%3A%2F%2Fevil.example HTTP/1.1")]
    #[case("GET /callback?code=abc&state=s HTTP/1.1")]
    #[case("GET /favicon.ico HTTP/1.1")]
    #[case("POST /callback?code=abc&state=s HTTP/1.1")]
    #[case("")]
    fn anything_else_is_turned_away(#[case] line: &str) {
        assert!(read(line, "s", ISSUER).is_none());
    }
}
