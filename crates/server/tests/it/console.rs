//! The console's files and its start page, from a console that these tests bring along.

use std::borrow::Cow;
use std::sync::Arc;

use slipway_server::app::{Shared, router_with};
use slipway_server::console::{File, Find};

use crate::sign_in::{Browser, PASSWORD, Shown, account as make_account};
use crate::support::TestApp;

/// A console of three files; the script was compressed.
fn built(path: &str) -> Option<File> {
    let text: &'static str = match path {
        "index.html" => "<!doctype html><style nonce=\"__SLIPWAY_NONCE__\"></style>",
        "assets/run-1a2b.js" => "console.log(1)",
        "assets/run-1a2b.js.br" => "br of it",
        "assets/run-1a2b.js.gz" => "gz of it",
        "assets/mono-9f.woff2" => "a font",
        "favicon.svg" => "<svg/>",
        _ => return None,
    };
    let mut digest = [7; 32];
    digest[0] = u8::try_from(text.len()).unwrap();
    Some(File {
        bytes: Cow::Borrowed(text.as_bytes()),
        digest,
    })
}

fn not_built(_: &str) -> Option<File> {
    None
}

async fn server(console: Find) -> TestApp {
    let mut app = TestApp::new().await;
    let shared = Shared {
        kernel: Arc::clone(&app.kernel),
        authenticator: Arc::default(),
        sessions: Arc::default(),
    };
    app.router = router_with(&shared, console);
    app
}

async fn asked(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Shown {
    Browser::new(app).send("GET", path, headers, String::new()).await
}

#[tokio::test]
async fn every_address_of_the_console_is_its_start_page_with_a_nonce_of_its_own() {
    let app = server(built).await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let mut nonces = Vec::new();
    for path in ["/app", "/app/", "/app/acme/workspaces/net/runs/run-1?tab=log"] {
        let page = ada.get(path).await.expect(200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        let nonce = page.between("nonce=\"", "\"");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; "),
            "{policy}"
        );
        assert!(
            policy.contains(&format!("style-src 'self' 'nonce-{nonce}';")),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(nonce.len() >= 20, "{nonce}");
        assert!(!nonces.contains(&nonce), "{nonce} was there before");
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_and_comes_back() {
    let app = server(built).await;
    let mut ada = Browser::new(&app);
    assert_eq!(ada.get("/").await.goes_to(), "/app");
    let way = ada.get("/app/acme/runs?status=failed").await.goes_to();
    assert_eq!(way, "/sign-in?return_to=%2Fapp%2Facme%2Fruns%3Fstatus%3Dfailed");
    make_account(&app, "ada").await;
    ada.get(&way).await.expect(200);
    let form = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("return_to", "/app/acme/runs?status=failed"),
    ];
    assert_eq!(
        ada.post("/sign-in", &form).await.goes_to(),
        "/app/acme/runs?status=failed"
    );
}

#[tokio::test]
async fn a_file_is_answered_in_the_best_form_and_kept_for_ever() {
    let app = server(built).await;
    let path = "/assets/run-1a2b.js";
    for (accepted, encoding, text) in [
        ("gzip, deflate, br", Some("br"), "br of it"),
        ("gzip", Some("gzip"), "gz of it"),
        ("identity", None, "console.log(1)"),
    ] {
        let file = asked(&app, path, &[("accept-encoding", accepted)]).await.expect(200);
        assert_eq!(file.text, text);
        let header = |name: &str| file.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-encoding"), encoding);
        assert_eq!(header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(header("vary"), Some("accept-encoding"));
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        // A worker runs under the policy of its script.
        let policy = header("content-security-policy").unwrap();
        assert!(policy.contains("connect-src 'self'"), "{policy}");

        let tag = header("etag").unwrap();
        let again = [("accept-encoding", accepted), ("if-none-match", tag)];
        let again = asked(&app, path, &again).await.expect(304);
        assert_eq!(
            (again.text.as_str(), &again.headers["etag"]),
            ("", &file.headers["etag"])
        );
        let other = [("accept-encoding", accepted), ("if-none-match", "\"other\"")];
        asked(&app, path, &other).await.expect(200);
    }
    let font = asked(&app, "/assets/mono-9f.woff2", &[("accept-encoding", "gzip, br")]).await;
    let font = font.expect(200);
    assert_eq!(
        (font.text.as_str(), font.headers.get("content-encoding")),
        ("a font", None)
    );
    let sign = asked(&app, "/favicon.svg", &[]).await.expect(200);
    assert_eq!(sign.headers["content-type"], "image/svg+xml");
    assert_eq!(sign.headers["cache-control"], "public, max-age=3600");
}

#[tokio::test]
async fn what_is_not_there_is_never_the_start_page() {
    let app = server(built).await;
    for path in [
        "/assets/old-0000.js",
        "/assets/../index.html",
        "/assets/..%2findex.html",
        "/assets/index.html",
        "/app/main.js",
        "/app/assets/run-1a2b.js",
        "/favicon.ico",
        "/index.html",
    ] {
        let missing = asked(&app, path, &[]).await.expect(404);
        assert!(!missing.text.contains("nonce"), "{path}: {}", missing.text);
    }
}

#[tokio::test]
async fn a_binary_without_the_console_says_so() {
    let app = server(not_built).await;
    let page = asked(&app, "/app", &[]).await.expect(200);
    let page = page
        .says("built without the console")
        .says("npm --prefix web run build");
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    asked(&app, "/assets/x.js", &[]).await.expect(404);
    asked(&app, "/reference", &[])
        .await
        .expect(200)
        .says("/api/v2/openapi.json");
}
