//! Runs prove to clouds who they are: checked as a cloud would, with what the server publishes.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use slipway_api::runner::IDENTITY_DIRECTORY;

use crate::support::{Acme, TestApp, document};

const ISSUER: &str = "https://slipway.example.com";

/// The claims of a token, if the published keys verify it.
async fn verified(acme: &Acme, token: &str) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let anybody = acme.app.anonymous();
    let discovery = anybody.get("/.well-known/openid-configuration").await.expect(200).body;
    assert_eq!(
        (&discovery["issuer"], &header["alg"]),
        (&json!(ISSUER), &json!("RS256"))
    );
    let keys = discovery["jwks_uri"].as_str()?.strip_prefix(ISSUER)?.to_owned();
    let keys = anybody.get(&keys).await.expect(200).body;
    let key = keys["keys"]
        .as_array()?
        .iter()
        .find(|key| key["kid"] == header["kid"])?;
    assert!(key.get("d").is_none(), "a private key is published");
    let (n, e) = (decode(key["n"].as_str()?), decode(key["e"].as_str()?));
    RsaPublicKeyComponents { n: &n, e: &e }
        .verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &decode(signature))
        .ok()?;
    serde_json::from_slice(&decode(claims)).ok()
}

async fn set(acme: &Acme, key: &str, value: &str) {
    let body = document("vars", json!({"key": key, "value": value, "category": "env"}));
    let path = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    acme.owner.post(&path, body).await.expect(201);
}

async fn acme() -> Acme {
    let app = TestApp::with(|settings| settings.server.public_url = Some(ISSUER.to_owned())).await;
    Acme::on(app).await
}

#[tokio::test]
async fn a_plan_and_an_apply_show_tokens_that_say_which_they_are() {
    let acme = acme().await;
    let runner = acme.runner().await;
    set(&acme, "TFC_AWS_PROVIDER_AUTH", "true").await;
    set(&acme, "TFC_AWS_PLAN_ROLE_ARN", "arn:aws:iam::1:role/reader").await;
    set(&acme, "TFC_AWS_RUN_ROLE_ARN", "arn:aws:iam::1:role/writer").await;
    let run = acme.start(json!({"auto-apply": true})).await;
    for (phase, role) in [("plan", "reader"), ("apply", "writer")] {
        let item = runner.claim().await.unwrap();
        let identity = item.claim.context.identity.clone().unwrap();
        assert_eq!(
            identity.environment["AWS_ROLE_ARN"],
            format!("arn:aws:iam::1:role/{role}")
        );
        let token = identity.files["aws.jwt"].clone();
        let claims = verified(&acme, &token).await.unwrap();
        let now = acme.app.kernel.clock.now().unix_ms() / 1_000;
        assert_eq!(claims["aud"], "aws.workload.identity");
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(
            claims["sub"],
            format!("organization:acme:project:default:workspace:shop:run_phase:{phase}")
        );
        assert_eq!(
            (&claims["terraform_run_phase"], &claims["terraform_run_id"]),
            (&json!(phase), &json!(run))
        );
        assert!(claims["nbf"].as_i64().unwrap() <= now);
        assert!(
            (now + 600..=now + 3_600).contains(&claims["exp"].as_i64().unwrap()),
            "{claims}"
        );
        let (message, _) = token.rsplit_once('.').unwrap();
        let (header, body) = message.split_once('.').unwrap();
        let mut forged: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
        forged["terraform_run_phase"] = json!("apply-and-more");
        let forged = token.replace(
            &format!("{header}.{body}"),
            &format!("{header}.{}", URL_SAFE_NO_PAD.encode(forged.to_string())),
        );
        assert_eq!(verified(&acme, &forged).await, None);
        let again = item.get("identity").await.expect(200);
        assert_ne!(again.body["tokens"][0], token, "renewed tokens are new ones");
        item.succeed(json!({"add": 1})).await;
    }
    assert_eq!(acme.status(&run).await, "applied");
}

#[tokio::test]
async fn a_run_that_asks_for_nothing_gets_nothing_and_one_that_asks_for_half_is_told() {
    let acme = acme().await;
    let runner = acme.runner().await;
    acme.start(json!({"plan-only": true})).await;
    assert_eq!(runner.claim().await.unwrap().claim.context.identity, None);
    set(&acme, "TFC_AZURE_PROVIDER_AUTH", "true").await;
    let other = acme.start(json!({"plan-only": true})).await;
    assert!(runner.claim().await.is_none());
    let shown = acme.owner.get(&format!("/api/v2/runs/{other}")).await.expect(200);
    assert_eq!(shown.attribute("status"), "errored");
    assert!(
        shown
            .attribute("error-message")
            .as_str()
            .unwrap()
            .contains("TFC_AZURE_RUN_CLIENT_ID"),
        "{shown:?}"
    );
}

/// moto takes any token, so this says nothing about signatures: only that AWS's own client finds what was laid out, by
/// itself, and asks for the role that was set.
#[tokio::test]
async fn awss_own_client_finds_role_and_token_where_they_are_laid_out() {
    let acme = acme().await;
    let runner = acme.runner().await;
    set(&acme, "TFC_AWS_PROVIDER_AUTH", "true").await;
    set(
        &acme,
        "TFC_AWS_RUN_ROLE_ARN",
        "arn:aws:iam::111122223333:role/shop-writer",
    )
    .await;
    acme.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let placed = |text: &String| text.replace(IDENTITY_DIRECTORY, folder.path().to_str().unwrap());
    for (name, content) in &identity.files {
        std::fs::write(folder.path().join(name), placed(content)).unwrap();
    }
    let cloud = slipway_testing::s3::bucket().unwrap();
    let python = slipway_testing::tools::find().unwrap().python.unwrap();
    let script = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";
    let said = std::process::Command::new(python)
        .args(["-c", script])
        .env_clear()
        .envs(identity.environment.iter().map(|(name, value)| (name, placed(value))))
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .env("AWS_ENDPOINT_URL", &cloud.endpoint)
        .output()
        .unwrap();
    let (out, errors) = (
        String::from_utf8(said.stdout).unwrap(),
        String::from_utf8(said.stderr).unwrap(),
    );
    assert!(
        out.starts_with("arn:aws:sts::111122223333:assumed-role/shop-writer/"),
        "{out}\n{errors}"
    );
}
