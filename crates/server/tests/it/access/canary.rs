//! A canary: distinctive secrets are planted, and then looked for in everything that the server wrote.

use std::cell::Cell;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use slipway_kernel::mail::{self, Mail};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::prelude::*;

use crate::sign_in::{Browser, local, second_factor};
use crate::support::{Acme, State, TestApp, document, is_postgres};
use crate::trusted_issuers::issuer::Key;
use crate::trusted_issuers::site::{account, exchange};

/// What the server logs, at its most talkative.
///
/// The subscriber is the whole process's, because the first thread that passes a place in the code decides for all
/// whether anybody listens there; only what this test's thread says is kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

impl Log {
    fn of_this_thread() -> Self {
        let log = Self::default();
        let writer = log.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .with_filter(dynamic_filter_fn(|_, _| LISTENS.get()));
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
        LISTENS.set(true);
        log
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Plants secrets wherever a secret may be put, each with the place in its name.
async fn plant(acme: &Acme) -> Vec<String> {
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let secret = |value: &str| document("vars", json!({"key": "password", "value": value, "sensitive": true}));
    acme.owner
        .post(&format!("{path}/vars"), secret("canary-of-a-variable"))
        .await
        .expect(201);
    let set = document("varsets", json!({"name": "shared", "global": true}));
    let set = acme
        .owner
        .post("/api/v2/organizations/acme/varsets", set)
        .await
        .expect(201)
        .id();
    let vars = format!("/api/v2/varsets/{set}/relationships/vars");
    let shared = acme.owner.post(&vars, secret("canary-of-a-set")).await.expect(201).id();
    acme.owner
        .patch(&format!("{vars}/{shared}"), secret("canary-of-a-change"))
        .await
        .expect(200);
    let state =
        State::new(1)
            .output("password", "canary-of-an-output", true)
            .resource("db", "small", "canary-of-an-attribute");
    acme.owner
        .post(&format!("{path}/state-versions"), state.upload())
        .await
        .expect(201);
    let mut planted: Vec<String> = ["a-variable", "a-set", "a-change", "an-output", "an-attribute"]
        .into_iter()
        .map(|place| format!("canary-of-{place}"))
        .collect();
    planted.extend(secrets_of_accounts(acme).await);
    planted.extend(run_with_secrets(acme).await);
    planted.extend(refused_with_secrets(acme).await);
    planted.extend(of_integrations(acme).await);
    planted.extend(super::apps::secrets(acme).await);
    planted.extend(super::jobs::secrets(acme).await);
    planted
}

/// Secrets of integrations: kept, changed, refused, and given to a run.
async fn of_integrations(acme: &Acme) -> Vec<String> {
    let path = "/api/v2/organizations/acme/integrations";
    let settings = json!({"method": "token", "url": "https://10.0.0.1", "token": "canary-of-a-forge"});
    let forge = document(
        "integrations",
        json!({"name": "forge", "kind": "gitea", "settings": settings}),
    );
    let forge = acme.owner.post(path, forge).await.expect(201).id();
    let change = document(
        "integrations",
        json!({"settings": {"token": "canary-of-another-forge"}}),
    );
    acme.owner
        .patch(&format!("/api/v2/integrations/{forge}"), change)
        .await
        .expect(200);
    let tested = format!("/api/v2/integrations/{forge}/actions/test");
    acme.owner.post(&tested, json!({})).await.expect(200);
    let wrong = json!({"method": "token", "url": "no-url", "token": "canary-of-a-refusal"});
    let wrong = document(
        "integrations",
        json!({"name": "wrong", "kind": "gitea", "settings": wrong}),
    );
    acme.owner.post(path, wrong).await.expect(422);
    let settings = json!({"sensitive-variables": {"SECRET": "canary-of-an-environment"}});
    let given = document(
        "integrations",
        json!({"name": "given", "kind": "environment", "settings": settings}),
    );
    let given = acme.owner.post(path, given).await.expect(201).id();
    let assigned = format!("/api/v2/integrations/{given}/assignments/{}", acme.workspace);
    let body = document("integration-assignments", json!({}));
    acme.owner.json("PUT", &assigned, &body).await.expect(200);
    let runner = acme.runner().await;
    acme.start(json!({"plan-only": true})).await;
    let item = runner.claim().await.unwrap();
    let identity = item.claim.context.identity.clone().unwrap();
    assert_eq!(identity.environment["SECRET"], "canary-of-an-environment");
    item.succeed(json!({"add": 0})).await;
    ["a-forge", "another-forge", "a-refusal", "an-environment"]
        .into_iter()
        .map(|place| format!("canary-of-{place}"))
        .collect()
}

/// A webhook's secrets, and mail that waits.
async fn secrets_of_accounts(acme: &Acme) -> Vec<String> {
    let webhook = document("audit-webhooks", json!({"url": "http://10.0.0.1/events"}));
    let path = "/api/v2/organizations/acme/audit-webhooks";
    let made = acme.owner.post(path, webhook).await.expect(201);
    let replace = format!("/api/v2/audit-webhooks/{}/actions/replace-secret", made.id());
    let replaced = acme.owner.post(&replace, json!({})).await.expect(200);
    let mut planted: Vec<String> = [&made, &replaced]
        .into_iter()
        .map(|answer| answer.attribute("secret").as_str().unwrap().to_owned())
        .collect();

    let ctx = acme.app.system();
    let waiting = Mail {
        to: "zoe@example.com".to_owned(),
        subject: "canary-of-a-subject".to_owned(),
        text: "canary-of-a-mail".to_owned(),
    };
    let mut tx = ctx.begin().await.unwrap();
    mail::send(&mut tx, &ctx, &waiting).await.unwrap();
    tx.commit().await.unwrap();
    planted.extend(["canary-of-a-subject".to_owned(), "canary-of-a-mail".to_owned()]);
    planted
}

/// The token that a program shows, one that is refused, and what it is given.
async fn of_a_program(acme: &Acme) -> Vec<String> {
    account(&acme.owner, "acme", "ci").await;
    let key = Key::new("one");
    let rule = json!({"name": "plan", "service-account": "ci", "conditions": [{"claim": "sub", "equals": "a"}]});
    let trusted = json!({
        "name": "pipelines", "issuer": "https://ci.example.com", "audience": "slipway",
        "keys": {"keys": [key.public()]}, "rules": [rule],
    });
    let path = "/api/v2/organizations/acme/trusted-issuers";
    acme.owner
        .post(path, document("trusted-issuers", trusted))
        .await
        .expect(201);
    let seconds = acme.app.kernel.clock.now().unix_ms() / 1_000;
    let token = |subject: &str| {
        let claims = json!({"iss": "https://ci.example.com", "aud": "slipway", "sub": subject, "exp": seconds + 60});
        key.sign(&json!({"alg": "ES256", "kid": "one"}), &claims)
    };
    let (taken, refused) = (token("a"), token("b"));
    let ask = async |token: &str| exchange(&acme.app, &[("subject_token", token), ("audience", "acme")]).await;
    let given = ask(&taken).await.expect(200);
    ask(&refused).await.expect(400);
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let given = given.body["access_token"].as_str().unwrap().to_owned();
    vec![signature(&taken), signature(&refused), given]
}

/// What opens clusters.
async fn of_clusters(acme: &Acme) -> Vec<String> {
    let first = super::apps::KUBECONFIG;
    let other = first.replace("canary-of-a-cluster", "canary-of-another-cluster");
    let made = acme.owner.post(
        "/api/v2/clusters",
        document("clusters", json!({"name": "far", "kubeconfig": first})),
    );
    let path = format!("/api/v2/clusters/{}", made.await.expect(201).id());
    let change = document("clusters", json!({"kubeconfig": other}));
    acme.owner.patch(&path, change).await.expect(200);
    acme.owner
        .post(&format!("{path}/actions/check"), json!({}))
        .await
        .expect(200);
    vec!["canary-of-a-cluster".to_owned(), "canary-of-another-cluster".to_owned()]
}

/// The secrets of identity providers, and the codes of a machine that waits to be allowed.
async fn of_identity_providers(acme: &Acme) -> Vec<String> {
    let attributes = json!({
        "name": "dex", "issuer": "https://10.0.0.1", "client-id": "slipway", "client-secret": "canary-of-a-client",
    });
    let path = "/api/v2/identity-providers";
    let made = acme.owner.post(path, document("identity-providers", attributes)).await;
    let change = document(
        "identity-providers",
        json!({"client-secret": "canary-of-another-client"}),
    );
    let path = format!("{path}/{}", made.expect(201).id());
    acme.owner.patch(&path, change).await.expect(200);

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let client = axum::body::Body::from("client_id=slipway-cli");
    let anonymous = acme.app.anonymous();
    let begun = anonymous.send("POST", "/oauth/device_authorization", &form, client);
    let begun = begun.await.expect(200).body;
    let code = |name: &str| begun[name].as_str().unwrap().to_owned();
    vec![
        "canary-of-a-client".to_owned(),
        "canary-of-another-client".to_owned(),
        code("device_code"),
        code("user_code"),
        code("user_code").replace('-', ""),
    ]
}

/// A run whose engine puts secrets into plan, JSON and state.
async fn run_with_secrets(acme: &Acme) -> Vec<String> {
    let runner = acme.runner().await;
    acme.start(json!({"auto-apply": true})).await;
    let plan = runner.claim().await.unwrap();
    plan.succeed_with(b"canary-of-a-plan".to_vec(), json!({"add": 1})).await;
    plan.put("plan-json", json!({"value": "canary-of-plan-json"}).to_string())
        .await
        .expect(204);
    let apply = runner.claim().await.unwrap();
    let state = State::new(2).output("password", "canary-of-a-runs-state", true);
    apply.put("state", state.text()).await.expect(200);
    apply.put("state", "canary-of-evidence").await.expect(422);
    let tokens = [plan.claim.run_token.clone(), apply.claim.run_token.clone()];
    apply.succeed(json!({"add": 1})).await;
    ["a-plan", "plan-json", "a-runs-state", "evidence"]
        .into_iter()
        .map(|place| format!("canary-of-{place}"))
        .chain(tokens)
        .collect()
}

/// Everything secret that goes through the hands of somebody with an account, and a name that is no name.
async fn of_an_account(app: &TestApp) -> Vec<String> {
    let root = app.site_admin("root").await;
    let (id, _) = app.user(&root, "carol").await;
    let path = format!("/api/v2/admin/users/{id}/actions/reset-password");
    let link = root.post(&path, json!({})).await.expect(201);
    let link = local(link.attribute("url").as_str().unwrap());
    let password = "canary of a password";
    let fields = [("password", password), ("password_confirmation", password)];
    Browser::new(app).fill(&link, &fields).await.expect(303);
    let mut carol = Browser::new(app);
    carol.sign_in("carol", "canary of a wrong password").await.expect(401);
    carol.sign_in("canary-typed-in-the-wrong-field", "x").await.expect(401);
    carol.sign_in("carol", password).await.expect(303);
    let session = carol.cookie.clone().unwrap();
    let csrf = carol.csrf().await;
    carol.post("/account/second-factor/begin", &[]).await.expect(303);
    let page = carol.get("/account/second-factor").await.expect(200);
    let secret = page.between("Secret: <code>", "</code>");
    let code = second_factor::code(app, &secret);
    let codes = carol
        .post("/account/second-factor/confirm", &[("code", &code)])
        .await
        .expect(200);
    let recovery = codes.between("<li><code>", "</code>");
    let invitation = document("organization-memberships", json!({"email": "dora@example.com"}));
    let path = "/api/v2/organizations/acme/organization-memberships";
    let invited = root.post(path, invitation).await.expect(201);
    let invited = local(invited.attribute("invitation")["url"].as_str().unwrap());
    Browser::new(app).get(&invited).await.expect(200);
    let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    vec![
        password.to_owned(),
        "canary of a wrong password".to_owned(),
        "canary-typed-in-the-wrong-field".to_owned(),
        session,
        carol.cookie.clone().unwrap(),
        csrf,
        secret.replace('-', ""),
        secret,
        recovery.replace('-', ""),
        recovery,
        last(&link),
        last(&invited),
    ]
}

/// Requests that are refused and have a secret in them.
async fn refused_with_secrets(acme: &Acme) -> Vec<String> {
    let (id, bob) = acme.app.user(&acme.owner, "bob").await;
    let wanted = document("authentication-tokens", json!({"description": "laptop"}));
    let made = bob
        .post(&format!("/api/v2/users/{id}/authentication-tokens"), wanted)
        .await
        .expect(201);
    let token = made.attribute("token").as_str().unwrap().to_owned();
    acme.app.caller(&token).get("/api/v2/account/details").await.expect(200);
    acme.owner
        .delete(&format!("/api/v2/authentication-tokens/{}", made.id()))
        .await
        .expect(204);
    acme.app.caller(&token).get("/api/v2/account/details").await.expect(401);
    let vars = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let refused = document(
        "vars",
        json!({"key": "a b", "value": "canary-of-a-refusal", "sensitive": true}),
    );
    acme.owner.post(&vars, refused).await.expect(422);
    let broken = document("vars", json!({"key": "b", "value": "canary-of-a-refusal", "hlc": true}));
    acme.owner.post(&vars, broken).await.expect(422);
    acme.app
        .caller("slw_u_canary-of-a-wrong-token")
        .get("/api/v2/organizations")
        .await
        .expect(401);
    vec![
        token,
        "canary-of-a-refusal".to_owned(),
        "canary-of-a-wrong-token".to_owned(),
    ]
}

/// A backup, unpacked.
async fn backup(app: &TestApp) -> String {
    let file = tempfile::tempfile().unwrap();
    slipway_kernel::backup::write(&app.system(), file.try_clone().unwrap(), false, &|_, _| {})
        .await
        .unwrap();
    let mut file = file;
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut archive = tar::Archive::new(file);
    let mut found = String::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let is_packed = entry
            .path()
            .unwrap()
            .extension()
            .is_some_and(|extension| extension == "zst");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if is_packed {
            bytes = zstd::decode_all(bytes.as_slice()).unwrap();
        }
        found.push_str(&text(&bytes));
    }
    found
}

/// Every file below the directory, and every row of the database where it is not a file.
pub async fn everything_written(app: &TestApp) -> Vec<(String, String)> {
    let mut found = Vec::new();
    read_below(app.directory(), &mut found);
    if is_postgres() {
        found.extend(rows(app).await);
    }
    found
}

fn read_below(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_below(&path, found);
        } else {
            found.push((path.display().to_string(), text(&std::fs::read(&path).unwrap())));
        }
    }
}

async fn rows(app: &TestApp) -> Vec<(String, String)> {
    let reader = app.kernel.db.reader();
    let query = |text: String| async move {
        let statement = Statement::from_string(reader.get_database_backend(), text);
        let rows = reader.query_all_raw(statement).await.unwrap();
        rows.into_iter()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for table in query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'".to_owned()).await {
        let text = query(format!("SELECT t::text FROM \"{table}\" t")).await.join("\n");
        found.push((format!("table {table}"), text));
    }
    found
}

/// The secret as it may have been written: itself, in base64 at each alignment, in hexadecimal.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for shift in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(b' ', shift).chain(secret.bytes()).collect();
        let encoded = STANDARD.encode(shifted);
        forms.push(encoded[4..encoded.len() - 4].to_owned());
    }
    forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    forms
}

/// Bytes as text, so that they are searched by the standard library's optimised code; what is sought is ASCII.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn no_secret_is_found_in_what_the_server_wrote() {
    let log = Log::of_this_thread();
    let acme = Acme::on(TestApp::with(super::apps::without_engine).await).await;
    let mut planted = plant(&acme).await;
    planted.extend(of_an_account(&acme.app).await);
    planted.extend(of_identity_providers(&acme).await);
    planted.extend(of_clusters(&acme).await);
    planted.extend(of_a_program(&acme).await);
    let open = document("workspaces", json!({"description": "canary-in-the-open"}));
    acme.owner
        .patch(&format!("/api/v2/workspaces/{}", acme.workspace), open)
        .await
        .expect(200);
    acme.app.settle().await;

    let export = acme
        .owner
        .get("/api/v2/organizations/acme/audit-export")
        .await
        .expect(200);
    let archive = backup(&acme.app).await;
    let mut written = everything_written(&acme.app).await;
    assert!(
        export.text().contains("variable.created"),
        "the export has events in it"
    );
    written.push(("the export".to_owned(), export.text()));
    assert!(archive.contains("canary-in-the-open"), "the backup has rows in it");
    written.push(("the backup".to_owned(), archive));
    assert!(
        written.iter().any(|(_, text)| text.contains("canary-in-the-open")),
        "what is no secret is found, so the search works"
    );
    LISTENS.set(false);
    let log = text(&log.0.lock().unwrap());
    assert!(log.contains("request answered"), "the log is captured");
    written.push(("the log".to_owned(), log));
    for secret in planted {
        for form in forms(&secret) {
            for (place, text) in &written {
                assert!(!text.contains(&form), "{secret} is in {place}, as {form}");
            }
        }
    }
}
