//! Where the master key comes from when it is no file: the environment, or a transit engine, which is played here by its
//! documented HTTP contract.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use slipway_kernel::secrets::{KeySource, Place, follow_to, new_master, rotate_master};
use slipway_kernel::settings::HiddenKey;

use crate::fixture::Home;

fn place() -> Place {
    Place::new("audit_webhooks", "secret", "a")
}

#[tokio::test]
async fn the_key_may_come_from_the_environment() {
    let mut home = Home::new();
    home.settings.server.master_key = HiddenKey::new(STANDARD.encode([7; 32]));
    let ctx = home.start().await;
    assert!(!home.settings.server.data_dir.join("master.key").exists());
    let sealed = ctx.secrets.seal(ctx.db.reader(), None, &place(), b"x").await.unwrap();
    let ctx = home.start().await;
    assert!(ctx.secrets.open(ctx.db.reader(), None, &place(), &sealed).await.is_ok());
    home.settings.server.master_key = HiddenKey::new(STANDARD.encode([8; 32]));
    assert!(
        home.try_start()
            .await
            .err()
            .unwrap()
            .detail()
            .contains("not the master key")
    );
    home.settings.server.master_key = HiddenKey::new("short".to_owned());
    assert!(home.try_start().await.err().unwrap().detail().contains("base64"));
    home.settings.server.master_key = HiddenKey::new(STANDARD.encode([7; 32]));
    home.settings.server.master_key_file = Some("elsewhere".into());
    assert!(home.try_start().await.err().unwrap().detail().contains("one place"));
}

/// The transit engine's HTTP contract: reversible, and bound to mount, key and token.
async fn transit_engine() -> String {
    async fn answer(
        axum::extract::Path((verb, key)): axum::extract::Path<(String, String)>,
        headers: HeaderMap,
        Json(body): Json<serde_json::Value>,
    ) -> (StatusCode, Json<serde_json::Value>) {
        if headers.get("x-vault-token").is_none_or(|token| token != "s.right") {
            return (
                StatusCode::FORBIDDEN,
                Json(serde_json::json!({"errors": ["permission denied"]})),
            );
        }
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let data = match (verb.as_str(), key.as_str()) {
            ("encrypt", "slipway") => {
                let mixed: String = text("plaintext").chars().rev().collect();
                serde_json::json!({"ciphertext": format!("vault:v1:{mixed}"), "key_version": 1})
            }
            ("decrypt", "slipway") => {
                let plain: String = text("ciphertext")
                    .trim_start_matches("vault:v1:")
                    .chars()
                    .rev()
                    .collect();
                serde_json::json!({ "plaintext": plain })
            }
            _ => return (StatusCode::NOT_FOUND, Json(serde_json::json!({"errors": []}))),
        };
        (StatusCode::OK, Json(serde_json::json!({"data": data})))
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/v1/team/transit/{verb}/{key}", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn a_transit_engine_keeps_the_master_key_wrapped() {
    let mut home = Home::new();
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "s.right\n").unwrap();
    home.settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    home.settings.transit.address = Some(transit_engine().await);
    home.settings.transit.mount = "team/transit".to_owned();
    home.settings.transit.key = Some("slipway".to_owned());
    home.settings.transit.token_file = Some(token.path().to_owned());
    let ctx = home.start().await;
    assert!(!home.settings.server.data_dir.join("master.key").exists());
    let sealed = ctx.secrets.seal(ctx.db.reader(), None, &place(), b"x").await.unwrap();
    let second = home.start().await;
    assert!(
        second
            .secrets
            .open(second.db.reader(), None, &place(), &sealed)
            .await
            .is_ok()
    );

    // Exchanged within the engine: a new key, wrapped by whatever version the engine uses now.
    let new = new_master(&ctx).unwrap();
    rotate_master(&ctx, &new, &KeySource::of(&home.settings).unwrap())
        .await
        .unwrap();
    follow_to(&second, new.fingerprint()).await.unwrap();
    let third = home.start().await;
    assert_eq!(third.secrets.fingerprint(), new.fingerprint());
    assert!(
        third
            .secrets
            .open(third.db.reader(), None, &place(), &sealed)
            .await
            .is_ok()
    );

    std::fs::write(token.path(), "s.wrong").unwrap();
    let refused = home.try_start().await.err().unwrap();
    assert!(refused.detail().contains("permission denied"), "{}", refused.detail());
}

#[tokio::test]
async fn a_site_moves_from_a_file_to_an_engine() {
    let mut home = Home::new();
    let ctx = home.start().await;
    let sealed = ctx.secrets.seal(ctx.db.reader(), None, &place(), b"x").await.unwrap();
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "s.right").unwrap();
    home.settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let ctx = {
        drop(ctx);
        home.start().await
    };
    home.settings.transit.address = Some(transit_engine().await);
    home.settings.transit.mount = "team/transit".to_owned();
    home.settings.transit.key = Some("slipway".to_owned());
    home.settings.transit.token_file = Some(token.path().to_owned());
    let refused = home.try_start().await.err().unwrap();
    assert!(refused.detail().contains("rotate-master"), "{}", refused.detail());
    let new = new_master(&ctx).unwrap();
    rotate_master(&ctx, &new, &KeySource::of(&home.settings).unwrap())
        .await
        .unwrap();
    std::fs::remove_file(home.settings.server.data_dir.join("master.key")).unwrap();
    let ctx = home.start().await;
    assert!(ctx.secrets.open(ctx.db.reader(), None, &place(), &sealed).await.is_ok());
}
