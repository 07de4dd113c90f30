//! What runs are given of integrations.

use serde_json::{Value, json};
use slipway_api::runner::IDENTITY_DIRECTORY;

use super::integrations::{change, make};
use crate::support::{Acme, TestApp, document};

async fn assign(acme: &Acme, integration: &str, target: &str, phases: &str) {
    let body = document("integration-assignments", json!({"phases": phases}));
    let path = format!("/api/v2/integrations/{integration}/assignments/{target}");
    acme.owner.json("PUT", &path, &body).await.expect(200);
}

async fn environment(acme: &Acme, name: &str, variables: Value) -> String {
    make(acme, "environment", name, json!({"variables": variables})).await
}

async fn organization_id(acme: &Acme) -> String {
    let shown = acme.owner.get("/api/v2/organizations/acme").await.expect(200);
    shown.attribute("external-id").as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_nearest_counts_and_a_variable_before_all() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let workspace = acme
        .owner
        .get(&format!("/api/v2/workspaces/{}", acme.workspace))
        .await
        .expect(200);
    let project = workspace.body["data"]["relationships"]["project"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let far = environment(&acme, "far", json!({"A": "far", "B": "far", "C": "far", "D": "far"})).await;
    let middle = environment(&acme, "middle", json!({"B": "middle", "C": "middle"})).await;
    let near = make(
        &acme,
        "environment",
        "near",
        json!({"variables": {"C": "near"}, "sensitive-variables": {"SECRET": "hidden-value"}}),
    )
    .await;
    assign(&acme, &far, &organization_id(&acme).await, "both").await;
    assign(&acme, &middle, &project, "both").await;
    assign(&acme, &near, &acme.workspace, "both").await;
    let body = document("vars", json!({"key": "D", "value": "variable", "category": "env"}));
    acme.owner
        .post(&format!("/api/v2/workspaces/{}/vars", acme.workspace), body)
        .await
        .expect(201);
    acme.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    let found: Vec<String> = identity
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(found.join(" "), "A=far B=middle C=near SECRET=hidden-value");
    assert_eq!(identity.tokens, ["hidden-value", "hidden-value"], "what must be masked");
}

#[tokio::test]
async fn plans_and_applies_can_have_different_ones_and_one_that_is_off_gives_nothing() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let reader = environment(&acme, "reader", json!({"WHO": "reader"})).await;
    let writer = environment(&acme, "writer", json!({"WHO": "writer"})).await;
    assign(&acme, &reader, &acme.workspace, "plan").await;
    assign(&acme, &writer, &acme.workspace, "apply").await;
    let run = acme.start(json!({"auto-apply": true})).await;
    let plan = runner.claim().await.unwrap();
    assert_eq!(
        plan.claim.context.identity.clone().unwrap().environment["WHO"],
        "reader"
    );
    // In mid-run: what the plan has it keeps, the apply gets nothing.
    change(&acme, &writer, json!({"is-enabled": false})).await.expect(200);
    plan.succeed(json!({"add": 1})).await;
    assert!(runner.claim().await.is_none());
    let shown = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    assert_eq!(shown.attribute("status"), "errored");
    let why = shown.attribute("error-message").as_str().unwrap();
    assert!(why.contains("\"writer\" is turned off"), "{why}");
    change(&acme, &writer, json!({"is-enabled": true})).await.expect(200);
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.claim().await.unwrap().succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    assert_eq!(
        apply.claim.context.identity.clone().unwrap().environment["WHO"],
        "writer"
    );
    apply.succeed(json!({"add": 1})).await;
    assert_eq!(acme.status(&run).await, "applied");
}

#[tokio::test]
async fn two_clouds_of_a_kind_at_one_place_are_refused() {
    let acme = Acme::new().await;
    let settings = json!({"role-arn": "arn:aws:iam::111122223333:role/a"});
    let one = make(&acme, "aws", "one", settings.clone()).await;
    let other = make(&acme, "aws", "other", settings).await;
    assign(&acme, &one, &acme.workspace, "plan").await;
    let path = format!("/api/v2/integrations/{other}/assignments/{}", acme.workspace);
    let both = document("integration-assignments", json!({"phases": "both"}));
    acme.owner.json("PUT", &path, &both).await.expect(409);
    assign(&acme, &other, &acme.workspace, "apply").await;
    let listed = acme
        .owner
        .get(&format!("/api/v2/workspaces/{}/integrations", acme.workspace))
        .await
        .expect(200);
    assert_eq!(listed.column("integration-name"), ["one", "other"]);
    let chat = json!({"webhook-url": "https://prod-00.westeurope.logic.azure.com/workflows/1?sig=x"});
    let chat = make(&acme, "microsoft-teams", "chat", chat).await;
    let path = format!("/api/v2/integrations/{chat}/assignments/{}", acme.workspace);
    acme.owner.json("PUT", &path, &both).await.expect(409);
    acme.owner
        .delete(&format!("/api/v2/integrations/{one}/assignments/{}", acme.workspace))
        .await
        .expect(204);
    acme.owner
        .delete(&format!("/api/v2/integrations/{one}/assignments/{}", acme.workspace))
        .await
        .expect(404);
}

#[tokio::test]
async fn a_role_of_an_integration_is_proven_by_a_token_of_the_run() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let settings = json!({"role-arn": "arn:aws:iam::111122223333:role/writer",
        "plan-role-arn": "arn:aws:iam::111122223333:role/reader", "region": "eu-central-1"});
    let aws = make(&acme, "aws", "cloud", settings).await;
    assign(&acme, &aws, &acme.workspace, "both").await;
    let cluster = json!({"server": "https://k8s.example.com:6443", "audience": "k8s", "namespace": "shop"});
    let cluster = make(&acme, "kubernetes", "cluster", cluster).await;
    assign(&acme, &cluster, &acme.workspace, "both").await;
    acme.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    assert_eq!(
        identity.environment["AWS_ROLE_ARN"],
        "arn:aws:iam::111122223333:role/reader"
    );
    assert_eq!(identity.environment["AWS_REGION"], "eu-central-1");
    assert_eq!(
        identity.environment["AWS_WEB_IDENTITY_TOKEN_FILE"],
        "@identity@/aws.jwt"
    );
    assert!(!identity.environment.contains_key("AWS_ACCESS_KEY_ID"));
    // A renewed token reaches the cluster's clients by the file, which they read again.
    assert_eq!(identity.environment["KUBE_CONFIG_PATH"], "@identity@/kubernetes.yaml");
    assert!(!identity.environment.contains_key("KUBE_TOKEN"));
    let file: Value = serde_json::from_str(&identity.files["kubernetes.yaml"]).unwrap();
    assert_eq!(file["users"][0]["user"]["tokenFile"], "@identity@/kubernetes.jwt");
    for name in ["aws.jwt", "kubernetes.jwt"] {
        assert!(identity.tokens.contains(&identity.files[name]), "{name} is not masked");
    }
    // What a variable of the workspace asks for counts before.
    for (key, value) in [
        ("TFC_AWS_PROVIDER_AUTH", "true"),
        ("TFC_AWS_RUN_ROLE_ARN", "arn:aws:iam::1:role/own"),
    ] {
        let body = document("vars", json!({"key": key, "value": value, "category": "env"}));
        acme.owner
            .post(&format!("/api/v2/workspaces/{}/vars", acme.workspace), body)
            .await
            .expect(201);
    }
    let other = Acme::start(&acme, json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    assert_eq!(
        identity.environment["AWS_ROLE_ARN"], "arn:aws:iam::1:role/own",
        "{other}"
    );
}

/// A key that may take a role: runs get the role's session and never the key. moto is the cloud, AWS's own client the run.
#[tokio::test]
async fn a_stored_key_stays_here_and_its_role_goes_out() {
    let acme = Acme::on(TestApp::with(super::integration_tests::reach_this_machine).await).await;
    let runner = acme.runner().await;
    let cloud = slipway_testing::s3::bucket().unwrap();
    let settings = json!({"method": "access-keys", "access-key-id": "AKIATHEKEY0000000000", "secret-access-key": "the-keys-secret",
        "assume-role-arn": "arn:aws:iam::111122223333:role/runs", "sts-url": cloud.endpoint});
    let aws = make(&acme, "aws", "cloud", settings).await;
    assign(&acme, &aws, &acme.workspace, "both").await;
    acme.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    let everything = serde_json::to_string(&(&identity.environment, &identity.files)).unwrap();
    assert!(
        !everything.contains("the-keys-secret") && !everything.contains("AKIATHEKEY"),
        "{everything}"
    );
    let folder = tempfile::tempdir().unwrap();
    let placed = |text: &String| text.replace(IDENTITY_DIRECTORY, folder.path().to_str().unwrap());
    for (name, content) in &identity.files {
        std::fs::write(folder.path().join(name), placed(content)).unwrap();
    }
    let python = slipway_testing::tools::find().unwrap().python.unwrap();
    let mut asks = tokio::process::Command::new(python);
    asks.args(["-c", LONGER_THAN_A_SESSION])
        .arg(folder.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(identity.environment.iter().map(|(name, value)| (name, placed(value))))
        .env("AWS_ENDPOINT_URL", &cloud.endpoint);
    let said = asks.output().await.unwrap();
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    let errors = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        out.starts_with("ASIATHEFIRST\narn:aws:sts::111122223333:assumed-role/runs/slipway"),
        "{out}\n{errors}"
    );
}

/// Works for longer than its session: the file has a session that is about to end, and then the renewed one.
const LONGER_THAN_A_SESSION: &str = r#"
import boto3, datetime, json, sys
file = sys.argv[1] + '/aws.json'
renewed = json.load(open(file))
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=90)
json.dump(dict(renewed, AccessKeyId='ASIATHEFIRST', Expiration=soon.isoformat()), open(file, 'w'))
session = boto3.Session()
print(session.get_credentials().get_frozen_credentials().access_key)
json.dump(renewed, open(file, 'w'))
print(session.client('sts').get_caller_identity()['Arn'])
"#;

/// Google's own client reads what a run is given, and shows the run's token to a token service that answers as Google's
/// documents say (a recorded exchange).
#[tokio::test]
async fn a_recorded_google_lends_a_run_the_account_of_its_phase() {
    const ANSWERS: super::integration_tests::Answers = &[
        (
            "POST /v1/token",
            200,
            r#"{"access_token": "ya29.federated", "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer", "expires_in": 3599}"#,
        ),
        (
            "POST /v1/projects/-/serviceAccounts/plans@p.iam.gserviceaccount.com:generateAccessToken",
            200,
            r#"{"accessToken": "ya29.lent", "expireTime": "2099-01-01T00:00:00Z"}"#,
        ),
    ];
    let acme = Acme::on(TestApp::with(super::integration_tests::reach_this_machine).await).await;
    let runner = acme.runner().await;
    let (url, asked) = super::integration_tests::recorded(ANSWERS).await;
    let provider = "projects/1234567890/locations/global/workloadIdentityPools/slipway/providers/slipway";
    let settings = json!({"provider": provider, "service-account": "runs@p.iam.gserviceaccount.com",
        "plan-service-account": "plans@p.iam.gserviceaccount.com", "project": "shop",
        "token-url": format!("{url}/v1/token"), "iam-url": url});
    let google = make(&acme, "google-cloud", "cloud", settings).await;
    assign(&acme, &google, &acme.workspace, "both").await;
    acme.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    let token = &identity.files["google.jwt"];
    assert!(identity.tokens.contains(token), "it is not masked");
    let folder = tempfile::tempdir().unwrap();
    let placed = |text: &String| text.replace(IDENTITY_DIRECTORY, folder.path().to_str().unwrap());
    for (name, content) in &identity.files {
        std::fs::write(folder.path().join(name), placed(content)).unwrap();
    }
    let script = "import google.auth, google.auth.transport.requests as r\n\
        c, project = google.auth.default(scopes=['https://www.googleapis.com/auth/cloud-platform'])\n\
        c.refresh(r.Request()); print(project, c.token)";
    let python = slipway_testing::tools::find().unwrap().python.unwrap();
    let mut asks = tokio::process::Command::new(python);
    asks.args(["-c", script])
        .env_clear()
        .envs(identity.environment.iter().map(|(name, value)| (name, placed(value))));
    let said = asks.output().await.unwrap();
    let errors = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(
        String::from_utf8_lossy(&said.stdout).trim(),
        "shop ya29.lent",
        "{errors}"
    );
    let asked = asked.lock().unwrap().clone();
    let form: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(asked[0].rsplit(' ').next().unwrap().as_bytes())
            .into_owned()
            .collect();
    assert_eq!(&form["subject_token"], token);
    assert_eq!(form["audience"], format!("//iam.googleapis.com/{provider}"));
    assert_eq!(form["subject_token_type"], "urn:ietf:params:oauth:token-type:jwt");
    assert!(asked[1].contains("Bearer ya29.federated"), "{}", asked[1]);
}

/// The cloud is away: the run says so, and nothing of the key.
#[tokio::test]
async fn a_cloud_that_gives_nothing_is_named_by_the_run() {
    let acme = Acme::on(TestApp::with(super::integration_tests::reach_this_machine).await).await;
    let runner = acme.runner().await;
    let settings = json!({"method": "access-keys", "access-key-id": "AKIATHEKEY0000000000", "secret-access-key": "the-keys-secret",
        "assume-role-arn": "arn:aws:iam::111122223333:role/runs", "sts-url": "http://127.0.0.1:1"});
    let aws = make(&acme, "aws", "cloud", settings).await;
    assign(&acme, &aws, &acme.workspace, "both").await;
    let run = acme.start(json!({"plan-only": true})).await;
    assert!(runner.claim().await.is_none());
    let shown = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    let why = shown.attribute("error-message").as_str().unwrap();
    assert!(
        why.contains("The integration \"cloud\" gives nothing") && why.contains("127.0.0.1:1"),
        "{why}"
    );
    assert!(!why.contains("the-keys-secret"), "{why}");
}
