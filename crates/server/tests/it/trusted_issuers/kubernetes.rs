//! A real Kubernetes API server takes the tokens of runs, and tells a plan from an apply.

#![expect(clippy::print_stdout, reason = "what an API server answers is worth to be seen")]

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_server::listen::{Tcp, Tls};
use slipway_server::tls::Certificate;
use slipway_testing::kubernetes::{ADMIN, ApiServer};

use crate::support::{Acme, TestApp, TestRunner, document};

/// How long the API server may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
const AUDIENCE: &str = "kubernetes";
/// The audience that only applies may come with.
const APPLY_AUDIENCE: &str = "kubernetes-apply";

/// Slipway at an HTTPS address, with a certificate of an authority of its own.
struct Slipway {
    url: String,
    authority: String,
    acme: Acme,
    runner: TestRunner,
    _folder: tempfile::TempDir,
}

impl Slipway {
    /// `late` is how far its clock is behind the machine's.
    async fn start(port: u16, late: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Test authority");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let (chain_file, key_file) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&chain_file, certificate.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();

        let url = format!("https://127.0.0.1:{port}");
        let app = TestApp::with(|settings| {
            settings.server.public_url = Some(url.clone());
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        app.pass(now().since(app.kernel.clock.now()) - late);
        let tcp = Tcp::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.unwrap();
        let certificate = Arc::new(Certificate::load(&chain_file, &key_file).unwrap());
        let listener = Tls::new(tcp, certificate).unwrap();
        let router = app.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let acme = Acme::on(app).await;
        let runner = acme.runner().await;
        Self {
            url,
            authority: authority.pem(),
            acme,
            runner,
            _folder: folder,
        }
    }

    /// The tokens of a run's plan and apply for an audience.
    async fn tokens(&self, audience: &str) -> [String; 2] {
        let workspace = self
            .acme
            .new_workspace(&format!(
                "for-{audience}-{}",
                self.acme.app.kernel.clock.now().unix_ms()
            ))
            .await;
        self.acme.upload(&workspace, "").await;
        for (key, value) in [
            ("TFC_KUBERNETES_PROVIDER_AUTH", "true"),
            ("TFC_KUBERNETES_WORKLOAD_IDENTITY_AUDIENCE", audience),
        ] {
            let body = document("vars", json!({"key": key, "value": value, "category": "env"}));
            let path = format!("/api/v2/workspaces/{workspace}/vars");
            self.acme.owner.post(&path, body).await.expect(201);
        }
        self.acme.start_in(&workspace, json!({"auto-apply": true})).await;
        let mut tokens = Vec::new();
        for _ in ["plan", "apply"] {
            let item = self.runner.claim().await.unwrap();
            let identity = item.claim.context.identity.clone().unwrap();
            tokens.push(identity.environment["KUBE_TOKEN"].clone());
            item.succeed(json!({"add": 1})).await;
        }
        tokens.try_into().unwrap()
    }
}

/// The machine's time: the API server has no other.
#[expect(clippy::disallowed_methods, reason = "other programs have no other clock")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap())
}

fn authentication(slipway: &Slipway) -> String {
    // JSON is YAML.
    json!({
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AuthenticationConfiguration",
        "anonymous": {"enabled": false},
        "jwt": [{
            "issuer": {
                "url": slipway.url,
                "audiences": [AUDIENCE, APPLY_AUDIENCE],
                "audienceMatchPolicy": "MatchAny",
                "certificateAuthority": slipway.authority,
            },
            "claimValidationRules": [
                {
                    "expression": "claims.terraform_organization_name == 'acme'",
                    "message": "only runs of acme",
                },
                {
                    "expression": format!("claims.aud != '{APPLY_AUDIENCE}' || claims.terraform_run_phase == 'apply'"),
                    "message": "only applies",
                },
            ],
            "claimMappings": {
                "username": {"expression": "'slipway:' + claims.sub"},
                // The test of an integration is no run.
                "groups": {"expression":
                    "has(claims.terraform_run_phase) ? ['slipway:' + claims.terraform_run_phase] : ['slipway:test']"},
                "extra": [{"key": "slipway.dev/run",
                    "valueExpression": "has(claims.terraform_run_id) ? claims.terraform_run_id : ''"}],
            },
        }],
    })
    .to_string()
}

/// The API server, and how it is asked.
struct Kubernetes {
    server: ApiServer,
    client: Client,
}

impl Kubernetes {
    async fn start(authentication: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let pair = (key.serialize_pem(), key.public_key_pem());
        let server = ApiServer::start(authentication, (&pair.0, &pair.1)).unwrap();
        // Its certificate is made by itself at its start.
        let client = Client::builder()
            .danger_accept_invalid_certs(true)
            .no_proxy()
            .build()
            .unwrap();
        let mut kubernetes = Self { server, client };
        let began = Instant::now();
        while kubernetes.ask(Method::GET, "/readyz", ADMIN, None).await.0 != 200 {
            let said = kubernetes.server.said();
            assert!(kubernetes.server.is_alive() && began.elapsed() < PATIENCE, "{said}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("kube-apiserver is ready after {:.1} s", began.elapsed().as_secs_f64());
        kubernetes
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.server.url))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                (status, answer.json().await.unwrap_or_default())
            }
            Err(_) => (0, Value::Null),
        }
    }

    /// Whom the API server takes the bearer for: 201 with the user, or 401.
    async fn review(&self, token: &str) -> (u16, Value) {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        let (status, answer) = self.ask(Method::POST, path, token, Some(review)).await;
        (status, answer["status"]["userInfo"].clone())
    }

    async fn refuses(&self, what: &str, token: &str) {
        let (status, user) = self.review(token).await;
        println!("{what}: {status} {user}");
        assert_eq!(status, 401, "{what}: {user}");
    }

    /// Lets a group do these things with ConfigMaps.
    async fn let_do(&self, group: &str, verbs: &[&str]) {
        let name = group.replace(':', "-");
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}],
        });
        let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
        let (status, answer) = self.ask(Method::POST, path, ADMIN, Some(role)).await;
        assert_eq!(status, 201, "{answer}");
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
        });
        let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        let (status, answer) = self.ask(Method::POST, path, ADMIN, Some(binding)).await;
        assert_eq!(status, 201, "{answer}");
    }
}

/// The token with another claim, and the signature as it was.
fn forged(token: &str, claim: &str, value: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims[claim] = json!(value);
    format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        parts[2]
    )
}

/// Whom the cluster takes an integration for that is not kept yet.
async fn tested(slipway: &Slipway, settings: Value) -> Value {
    let body = document("integrations", json!({"kind": "kubernetes", "settings": settings}));
    let path = "/api/v2/organizations/acme/integrations/actions/test";
    let answer = slipway.acme.owner.post(path, body).await.expect(200);
    println!("{}", answer.body["data"]["attributes"]);
    answer.body["data"]["attributes"].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn an_integration_is_known_to_a_cluster_and_its_runs_are() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let slipway = Slipway::start(port, Duration::ZERO).await;
    let kubernetes = Kubernetes::start(&authentication(&slipway)).await;
    let (server, authority) = (&kubernetes.server.url, kubernetes.server.certificate().unwrap());

    let stored = json!({"method": "token", "server": server, "ca-certificate": authority, "token": ADMIN});
    let found = tested(&slipway, stored.clone()).await;
    assert!(
        found["account"]
            .as_str()
            .unwrap()
            .starts_with("admin on Kubernetes v1."),
        "{found}"
    );
    assert_eq!(found["missing-rights"], json!([]));
    let mut wrong = stored.clone();
    wrong["token"] = json!("another-token");
    let found = tested(&slipway, wrong).await;
    assert!(
        found["error"]
            .as_str()
            .unwrap()
            .contains("does not accept the credentials"),
        "{found}"
    );
    let mut unknown = stored;
    unknown["ca-certificate"] = Value::Null;
    let found = tested(&slipway, unknown).await;
    assert!(found["error"].as_str().unwrap().contains("certificate"), "{found}");

    let encoded = base64::engine::general_purpose::STANDARD.encode(&authority);
    let file = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\ncontexts:\n- name: here\n  context: {{cluster: c, user: u}}\n\
         clusters:\n- name: c\n  cluster:\n    server: {server}\n    certificate-authority-data: {encoded}\nusers:\n\
         - name: u\n  user:\n    token: {ADMIN}\n"
    );
    let found = tested(&slipway, json!({"method": "kubeconfig", "kubeconfig": file})).await;
    assert!(found["account"].as_str().unwrap().starts_with("admin on"), "{found}");

    // By a token of this server: known, and without a right until it gets a role.
    let identity = json!({"server": server, "ca-certificate": authority, "audience": AUDIENCE});
    let found = tested(&slipway, identity.clone()).await;
    let account = found["account"].as_str().unwrap();
    assert!(
        account.starts_with("slipway:organization:acme:integration:test on"),
        "{found}"
    );
    assert_eq!(found["missing-rights"][0]["right"], "create configmaps");
    let mut foreign = identity.clone();
    foreign["audience"] = json!("another-cluster");
    let found = tested(&slipway, foreign).await;
    assert!(
        found["error"]
            .as_str()
            .unwrap()
            .contains("organization:acme:integration:test"),
        "{found}"
    );

    // A run is known by the token in the file that its kubeconfig names.
    let acme = &slipway.acme;
    let body = document(
        "integrations",
        json!({"name": "cluster", "kind": "kubernetes", "settings": identity}),
    );
    let made = acme
        .owner
        .post("/api/v2/organizations/acme/integrations", body)
        .await
        .expect(201)
        .id();
    let path = format!("/api/v2/integrations/{made}/assignments/{}", acme.workspace);
    let body = document("integration-assignments", json!({}));
    acme.owner.json("PUT", &path, &body).await.expect(200);
    acme.start(json!({"plan-only": true})).await;
    let given = slipway
        .runner
        .claim()
        .await
        .unwrap()
        .claim
        .context
        .identity
        .clone()
        .unwrap();
    let file: Value = serde_json::from_str(&given.files["kubernetes.yaml"]).unwrap();
    assert_eq!(file["clusters"][0]["cluster"]["server"], server.as_str());
    assert_eq!(file["users"][0]["user"]["tokenFile"], "@identity@/kubernetes.jwt");
    let (status, user) = kubernetes.review(&given.files["kubernetes.jwt"]).await;
    assert_eq!(status, 201, "{}", kubernetes.server.said());
    assert!(
        user["username"]
            .as_str()
            .unwrap()
            .ends_with("workspace:shop:run_phase:plan"),
        "{user}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_kubernetes_api_server_takes_tokens_of_runs_and_tells_plan_from_apply() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let slipway = Slipway::start(port, Duration::ZERO).await;
    let kubernetes = Kubernetes::start(&authentication(&slipway)).await;
    let [plan, apply] = slipway.tokens(AUDIENCE).await;

    for (phase, token) in [("plan", &plan), ("apply", &apply)] {
        let (status, user) = kubernetes.review(token).await;
        println!("{phase} token: {status} {user}");
        assert_eq!(status, 201, "{}", kubernetes.server.said());
        let name = user["username"].as_str().unwrap();
        assert!(
            name.starts_with("slipway:organization:acme:project:default:workspace:for-kubernetes-"),
            "{name}"
        );
        assert!(name.ends_with(&format!(":run_phase:{phase}")), "{name}");
        assert!(
            user["groups"]
                .as_array()
                .unwrap()
                .contains(&json!(format!("slipway:{phase}"))),
            "{user}"
        );
        assert!(
            user["extra"]["slipway.dev/run"][0]
                .as_str()
                .unwrap()
                .starts_with("run-"),
            "{user}"
        );
    }

    // What each phase may do is the cluster's own affair, by the phase's group.
    kubernetes.let_do("slipway:plan", &["get", "list"]).await;
    kubernetes.let_do("slipway:apply", &["get", "list", "create"]).await;
    let maps = "/api/v1/namespaces/default/configmaps";
    let map = |name: &str| Some(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}));
    let began = Instant::now();
    while kubernetes.ask(Method::GET, maps, &plan, None).await.0 != 200 {
        assert!(began.elapsed() < PATIENCE, "roles never came to hold");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (status, answer) = kubernetes.ask(Method::POST, maps, &plan, map("by-plan")).await;
    println!("plan token creates a ConfigMap: {status} {}", answer["message"]);
    assert_eq!(status, 403, "{answer}");
    let (status, answer) = kubernetes.ask(Method::POST, maps, &apply, map("by-apply")).await;
    println!("apply token creates a ConfigMap: {status}");
    assert_eq!(status, 201, "{answer}");

    // Where only applies may come, the validation rule refuses a plan.
    let [plan_there, apply_there] = slipway.tokens(APPLY_AUDIENCE).await;
    kubernetes
        .refuses("plan token for the audience of applies", &plan_there)
        .await;
    let (status, _) = kubernetes.review(&apply_there).await;
    println!("apply token for the audience of applies: {status}");
    assert_eq!(status, 201);
    assert!(kubernetes.server.said().contains("only applies"), "the rule is why");

    let [foreign, _] = slipway.tokens("another-cluster").await;
    kubernetes.refuses("token for another audience", &foreign).await;
    kubernetes
        .refuses(
            "token with a changed phase",
            &forged(&plan, "terraform_run_phase", "apply"),
        )
        .await;
    kubernetes
        .refuses("token with a changed subject", &forged(&plan, "sub", "system:masters"))
        .await;
    let cut = &plan[..plan.len() - 8];
    kubernetes.refuses("token with a broken signature", cut).await;

    // Another Slipway that claims to be this one has other keys.
    let pretender = TestApp::with(|settings| settings.server.public_url = Some(slipway.url.clone())).await;
    pretender.pass(now().since(pretender.kernel.clock.now()));
    let pretender = Acme::on(pretender).await;
    let runner = pretender.runner().await;
    let body = |key: &str, value: &str| document("vars", json!({"key": key, "value": value, "category": "env"}));
    let vars = format!("/api/v2/workspaces/{}/vars", pretender.workspace);
    pretender
        .owner
        .post(&vars, body("TFC_KUBERNETES_PROVIDER_AUTH", "true"))
        .await
        .expect(201);
    let audience = body("TFC_KUBERNETES_WORKLOAD_IDENTITY_AUDIENCE", AUDIENCE);
    pretender.owner.post(&vars, audience).await.expect(201);
    pretender.start(json!({"plan-only": true})).await;
    let identity = runner.claim().await.unwrap().claim.context.identity.unwrap();
    kubernetes
        .refuses(
            "token of another Slipway of the same name",
            &identity.environment["KUBE_TOKEN"],
        )
        .await;
}

/// Tokens are as old as the clock that made them.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn an_expired_token_is_refused_and_a_fresh_one_is_not() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let slipway = Slipway::start(port, Duration::from_secs(2 * 3_600)).await;
    let kubernetes = Kubernetes::start(&authentication(&slipway)).await;
    let clock = &slipway.acme.app.kernel.clock;
    let [old, _] = slipway.tokens(AUDIENCE).await;
    kubernetes.refuses("token of two hours ago", &old).await;
    clock.advance(Duration::from_secs(2 * 3_600));
    let [fresh, _] = slipway.tokens(AUDIENCE).await;
    let (status, user) = kubernetes.review(&fresh).await;
    println!("token of now, by the same key: {status} {user}");
    assert_eq!(status, 201, "{}", kubernetes.server.said());
    clock.advance(Duration::from_secs(3 * 3_600));
    let [early, _] = slipway.tokens(AUDIENCE).await;
    kubernetes.refuses("token of three hours from now", &early).await;
}
