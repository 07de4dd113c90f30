//! Applications that somebody allows in the browser: against a real Gitea, and what other forges answer.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::{Value, json};
use slipway_connections::forges::oauth::{Asking, authorize_url, manifest, redeem, renew};
use slipway_connections::forges::{Forge, ForgeError, ForgeKind, Secrets, Settings};
use slipway_git::Credentials;
use slipway_kernel::clock::Clock;
use slipway_testing::gitea::{self, Gitea, unique};

use super::contract::World;
use super::gitea::world;
use super::recorded::{Player, clock};

const BACK: &str = "http://127.0.0.1:9/integrations/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";

fn settings(value: Value) -> Settings {
    serde_json::from_value(value).unwrap()
}

fn secrets(value: Value) -> Secrets {
    serde_json::from_value(value).unwrap()
}

fn asking(challenge: &str) -> Asking<'_> {
    Asking {
        redirect_uri: BACK,
        state: "the-state",
        challenge,
    }
}

#[tokio::test]
async fn an_application_of_gitea_acts_for_who_allowed_it() {
    let gitea = gitea::shared().unwrap();
    let (_, world) = world(gitea).await;
    let (id, secret) = gitea.application(&world.account, BACK).await.unwrap();
    let settings = settings(json!({ "url": gitea.url, "client-id": id }));
    let own = secrets(json!({ "client-secret": secret }));
    let outside = super::outside(Clock::system());
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));

    let code = || async {
        let page = authorize_url(ForgeKind::Gitea, &settings, asking(&challenge)).unwrap();
        let back = gitea.allow(&world.account, page.as_str()).await.unwrap();
        let back = url::Url::parse(&back).unwrap();
        let value = |wanted: &str| {
            back.query_pairs()
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(value("state"), "the-state");
        value("code")
    };
    // A code without its verifier is worth nothing.
    let stolen = redeem(
        ForgeKind::Gitea,
        (&settings, &own),
        &outside,
        &code().await,
        (BACK, "another"),
    )
    .await;
    let error = stolen.err().unwrap();
    assert!(matches!(error, ForgeError::Refused(_)), "{error}");
    // Nor for who does not have the application's secret.
    let strange = secrets(json!({ "client-secret": "another" }));
    let stolen = redeem(
        ForgeKind::Gitea,
        (&settings, &strange),
        &outside,
        &code().await,
        (BACK, VERIFIER),
    )
    .await;
    let error = stolen.err().unwrap();
    assert!(matches!(error, ForgeError::Refused(_)), "{error}");

    let grant = redeem(
        ForgeKind::Gitea,
        (&settings, &own),
        &outside,
        &code().await,
        (BACK, VERIFIER),
    )
    .await;
    let first = grant.map_err(|error| error.to_string()).unwrap();
    assert!(first.expires_at.is_some());
    let opened = |token: &str| {
        let fields = json!({ "url": gitea.url, "client-id": id });
        super::open(
            ForgeKind::Gitea,
            &fields,
            &json!({ "access-token": token }),
            Clock::system(),
        )
    };
    let account = opened(&first.access_token).account().await.unwrap();
    assert_eq!(
        (account.name.as_str(), account.missing),
        (world.account.as_str(), vec![])
    );
    assert!(
        opened(&first.access_token)
            .repository(&world.repository)
            .await
            .unwrap()
            .is_private
    );

    opens_the_repository(gitea, opened(&first.access_token).as_ref(), &world).await;

    let renewing = secrets(json!({
        "client-secret": secret,
        "refresh-token": first.refresh_token.as_ref().unwrap().as_str(),
    }));
    let grant = renew(ForgeKind::Gitea, (&settings, &renewing), &outside, BACK).await;
    let second = grant.map_err(|error| error.to_string()).unwrap();
    assert!(second.refresh_token.is_some());
    assert_eq!(
        opened(&second.access_token).account().await.unwrap().name,
        world.account
    );
    let wrong = secrets(json!({ "client-secret": secret, "refresh-token": "planted-refresh-token" }));
    let error = renew(ForgeKind::Gitea, (&settings, &wrong), &outside, BACK)
        .await
        .err()
        .unwrap();
    assert!(!error.to_string().contains("planted"), "{error}");
}

/// By `git`, too.
async fn opens_the_repository(gitea: &Gitea, forge: &dyn Forge, world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let Credentials::Basic { username, password } = forge.clone_credentials().await.unwrap() else {
        panic!("not over HTTPS");
    };
    let url = gitea
        .url
        .replacen("://", &format!("://{username}:{}@", password.as_str()), 1);
    let address = format!("{url}/{}.git", world.repository);
    let refs = gitea
        .git(&unique("nobody"), folder.path(), &["ls-remote", &address])
        .await
        .unwrap();
    assert!(refs.contains("refs/heads/main"), "{refs}");
}

#[rstest]
// Error answers as RFC 6749 has them, and GitHub's, which come with a status of success.
#[case(400, json!({ "error": "invalid_grant", "error_description": "expired" }), "gives no token: expired")]
#[case(200, json!({ "error": "bad_verification_code" }), "gives no token: bad_verification_code")]
#[case(401, json!({ "error": "invalid_client" }), "its client id or its secret is wrong")]
#[case(200, json!({ "error": "incorrect_client_credentials" }), "its client id or its secret is wrong")]
#[case(400, json!({ "error": "invalid_grant", "error_description": "no planted-code here" }), "gives no token: invalid_grant")]
#[case(200, json!({}), "gave no token")]
#[case(502, json!(null), "fails with status 502")]
#[tokio::test]
async fn a_code_that_is_not_taken_is_said(#[case] status: u16, #[case] body: Value, #[case] expected: &str) {
    let player = Player::always(status, json!({}), body).await;
    for kind in [
        ForgeKind::Github,
        ForgeKind::Gitlab,
        ForgeKind::Bitbucket,
        ForgeKind::BitbucketDataCenter,
    ] {
        let settings = settings(json!({ "url": player.url, "client-id": "app" }));
        let own = secrets(json!({ "client-secret": "planted-secret" }));
        let outside = super::outside(clock());
        let answer = redeem(kind, (&settings, &own), &outside, "planted-code", (BACK, VERIFIER)).await;
        let text = answer.err().unwrap().to_string();
        assert!(text.contains(expected) && !text.contains("planted"), "{kind:?}: {text}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_ended_asks_for_a_person() {
    for (status, error) in [(400, "invalid_grant"), (200, "bad_refresh_token")] {
        let player = Player::always(status, json!({}), json!({ "error": error })).await;
        let settings = settings(json!({ "url": player.url, "client-id": "app" }));
        let own = secrets(json!({ "client-secret": "secret", "refresh-token": "old" }));
        let outside = super::outside(clock());
        let error = renew(ForgeKind::Gitlab, (&settings, &own), &outside, BACK)
            .await
            .err()
            .unwrap();
        assert!(matches!(error, ForgeError::Credentials(_)), "{error}");
    }
}

#[tokio::test]
async fn tokens_are_exchanged_as_each_forge_documents_it() {
    let player = Player::of_file("oauth").await;
    let outside = super::outside(clock());
    let fields = json!({
        "url": player.url, "login-url": player.url, "tenant-id": "tenant-0001", "client-id": "app",
    });
    let settings = settings(fields);
    let own = secrets(json!({ "client-secret": "secret", "refresh-token": "refresh-0" }));
    for kind in [
        ForgeKind::Github,
        ForgeKind::Gitlab,
        ForgeKind::Bitbucket,
        ForgeKind::BitbucketDataCenter,
        ForgeKind::AzureDevops,
    ] {
        let grant = redeem(kind, (&settings, &own), &outside, "code", (BACK, VERIFIER)).await;
        let grant = grant.map_err(|error| error.to_string()).unwrap();
        assert_eq!(grant.access_token.as_str(), "access-1");
        let ends = grant.expires_at.map(|at| at.to_string());
        assert_eq!(ends.as_deref(), Some("2026-11-21T11:00:00.000Z"), "{kind:?}");
        let grant = renew(kind, (&settings, &own), &outside, BACK).await;
        let grant = grant.map_err(|error| error.to_string()).unwrap();
        assert_eq!(grant.access_token.as_str(), "access-2");
        // Bitbucket Cloud's stays the same, which it says by saying nothing.
        let kept = grant.refresh_token.unwrap();
        let expected = if kind == ForgeKind::Bitbucket {
            "refresh-0"
        } else {
            "refresh-2"
        };
        assert_eq!(kept.as_str(), expected, "{kind:?}");
    }
    let app_at = serde_json::from_value(json!({ "api-url": player.url })).unwrap();
    let app = manifest::convert(&app_at, &outside, "app-code")
        .await
        .map_err(|error| error.to_string())
        .unwrap();
    assert_eq!(
        (app.app_id.as_str(), app.slug.as_str(), app.client_id.as_str()),
        ("4242", "slipway-acme", "Iv1.8a")
    );
    assert_eq!(
        app.install_url,
        "https://github.com/apps/slipway-acme/installations/new"
    );
    assert_eq!(
        (app.client_secret.as_str(), app.private_key.as_str()),
        ("app-secret", "-----BEGIN RSA PRIVATE KEY-----")
    );
    let used = manifest::convert(&app_at, &outside, "app-code").await.err().unwrap();
    assert!(matches!(used, ForgeError::Missing(_)), "{used}");
    player.finish();
}
