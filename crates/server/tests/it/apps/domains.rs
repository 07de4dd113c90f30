//! Domains: who may have one, and what proves it; certificates, and how they are shown.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::running::routing;
use slipway_router::Listen;
use slipway_testing::dns::NameServer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::stage::{Stage, web};
use crate::access::{certificate, certificate_until, without_engine};
use crate::support::{Acme, Answer, Caller, TestApp, document};

/// Two organizations with an app each, and a name server that knows nothing.
struct Two {
    acme: Acme,
    app: String,
    globex: String,
    names: NameServer,
}

impl Two {
    async fn new() -> Self {
        let names = NameServer::start().unwrap();
        let server = names.address;
        let app = TestApp::with(|settings| {
            without_engine(settings);
            settings.routing.name_servers = vec![server];
            settings.routing.trusted_domains.push("intern.test".to_owned());
        })
        .await;
        let acme = Acme::on(app).await;
        let app_of = async |organization: &str| {
            let path = format!("/api/v2/organizations/{organization}/apps");
            acme.owner
                .post(&path, document("apps", json!({"name": "web"})))
                .await
                .expect(201)
                .id()
        };
        let globex = document("organizations", json!({"name": "globex"}));
        acme.owner.post("/api/v2/organizations", globex).await.expect(201);
        let (app, globex) = (app_of("acme").await, app_of("globex").await);
        Self {
            acme,
            app,
            globex,
            names,
        }
    }

    async fn add(&self, app: &str, host: &str) -> Answer {
        let path = format!("/api/v2/apps/{app}/domains");
        self.acme
            .owner
            .post(&path, document("app-domains", json!({"host": host})))
            .await
    }

    async fn verify(&self, domain: &str) -> Answer {
        let path = format!("/api/v2/app-domains/{domain}/actions/verify");
        self.acme.owner.post(&path, json!({})).await
    }

    /// What the owner of a domain writes into his zone for whoever added it.
    fn record(&self, domain: &Answer) {
        let challenge = domain.attribute("challenge");
        let text = |name: &str| challenge[name].as_str().unwrap();
        self.names.set(text("dns-name"), &[text("dns-value")]);
    }
}

#[tokio::test]
async fn a_domain_counts_once_its_owner_says_so() {
    let two = Two::new().await;
    let added = two.add(&two.app, "Shop.Example.test").await.expect(201);
    assert_eq!(added.attribute("host"), "shop.example.test");
    assert_eq!(added.attribute("is-verified"), false);
    let open = two.verify(&added.id()).await.expect(200);
    assert_eq!(open.attribute("is-verified"), false);
    let reason = open.attribute("reason").as_str().unwrap().to_owned();
    assert!(
        reason.contains("There is no TXT record _slipway-challenge.shop.example.test"),
        "{reason}"
    );
    two.names
        .set("_slipway-challenge.shop.example.test", &["slipway=something else"]);
    assert_eq!(two.verify(&added.id()).await.attribute("is-verified"), false);
    two.record(&added);
    // By itself: somebody looks again.
    two.acme.app.pass(Duration::from_secs(3_600));
    two.acme.app.settle().await;
    let path = format!("/api/v2/app-domains/{}", added.id());
    let proven = two.acme.owner.get(&path).await.expect(200);
    assert_eq!(
        (proven.attribute("is-verified"), proven.attribute("proof")),
        (&json!(true), &json!("dns"))
    );
    let routing = two
        .acme
        .owner
        .get(&format!("/api/v2/apps/{}/routing", two.app))
        .await
        .expect(200);
    assert_eq!(
        routing.attribute("hosts"),
        &json!(["web.acme.localhost", "shop.example.test"])
    );
    two.add(&two.app, "shop.example.test").await.expect(409);
}

#[tokio::test]
async fn a_domain_belongs_to_one_app_and_goes_where_its_owner_wants_it() {
    let two = Two::new().await;
    let ours = two.add(&two.app, "shop.example.test").await.expect(201);
    // Who only says so keeps nobody from proving it.
    let theirs = two.add(&two.globex, "shop.example.test").await.expect(201);
    two.record(&theirs);
    assert_eq!(
        two.verify(&theirs.id()).await.expect(200).attribute("is-verified"),
        true
    );
    let refused = two.verify(&ours.id()).await.expect(200);
    assert_eq!(refused.attribute("is-verified"), false);
    // An administrator cannot give it twice either.
    let approve = format!("/api/v2/app-domains/{}/actions/approve", ours.id());
    let taken = two.acme.owner.post(&approve, json!({})).await.expect(409);
    assert!(
        taken
            .error()
            .1
            .contains("Another app of this site answers at shop.example.test"),
        "{:?}",
        taken.error()
    );
    // The owner changes his mind.
    two.record(&ours);
    assert_eq!(two.verify(&ours.id()).await.expect(200).attribute("is-verified"), true);
    let lost = two
        .acme
        .owner
        .get(&format!("/api/v2/app-domains/{}", theirs.id()))
        .await
        .expect(200);
    assert_eq!(lost.attribute("is-verified"), false);
    assert!(lost.attribute("reason").as_str().unwrap().contains("somebody else"));
    two.acme
        .owner
        .delete(&format!("/api/v2/app-domains/{}", ours.id()))
        .await
        .expect(204);
    two.acme
        .owner
        .get(&format!("/api/v2/app-domains/{}", ours.id()))
        .await
        .expect(404);
}

#[tokio::test]
async fn names_that_are_none_and_names_of_the_site_are_refused() {
    let two = Two::new().await;
    for (host, why) in [
        ("", "Give a name"),
        ("https://shop.example.test", "Give a name"),
        ("bücher.example", "xn--"),
        ("web.globex.localhost", "by themselves"),
        ("*.globex.localhost", "by themselves"),
    ] {
        let refused = two.add(&two.app, host).await.expect(422);
        assert!(refused.error().1.contains(why), "{host}: {:?}", refused.error());
        assert_eq!(refused.pointer(), "/data/attributes/host");
    }
    // Names below a trusted one count at once, wildcards only by a word of an administrator.
    assert_eq!(
        two.add(&two.app, "shop.localhost").await.expect(201).attribute("proof"),
        "setting"
    );
    let wild = two.add(&two.app, "*.shop.intern.test").await.expect(201);
    assert_eq!(wild.attribute("is-verified"), false);
    let path = format!("/api/v2/app-domains/{}/actions/approve", wild.id());
    let member = two.acme.member("mel", "admin", "acme").await;
    member.post(&path, json!({})).await.expect(403);
    assert_eq!(
        two.acme
            .owner
            .post(&path, json!({}))
            .await
            .expect(200)
            .attribute("proof"),
        "approval"
    );
}

#[tokio::test]
async fn a_certificate_is_kept_only_when_it_can_be_shown() {
    let two = Two::new().await;
    let path = format!("/api/v2/apps/{}/certificates", two.app);
    let upload = async |what: Value| two.acme.owner.post(&path, document("app-certificates", what)).await;
    let foreign = upload(certificate("shop.example.test")).await.expect(422);
    assert!(
        foreign.error().1.contains("the app answers at web.acme.localhost"),
        "{:?}",
        foreign.error()
    );
    let (one, other) = (certificate("web.acme.localhost"), certificate("web.acme.localhost"));
    let mixed = upload(json!({"chain": one["chain"], "key": other["key"]}))
        .await
        .expect(422);
    assert_eq!(mixed.pointer(), "/data/attributes/key");
    let kept = upload(one.clone()).await.expect(201);
    let short = upload(certificate_until("web.acme.localhost", 2026)).await.expect(201);
    // The one that counts longer is shown.
    assert_eq!(short.attribute("hosts"), &json!([]));
    two.acme
        .owner
        .delete(&format!("/api/v2/app-certificates/{}", kept.id()))
        .await
        .expect(204);
    assert!(!kept.body.to_string().contains("PRIVATE KEY"));
    let listed = two.acme.owner.get(&path).await.expect(200);
    assert_eq!(
        listed.body["data"][0]["attributes"]["hosts"],
        json!(["web.acme.localhost"])
    );
    assert!(!listed.body.to_string().contains("PRIVATE KEY"));
    // It is told before it ends, once.
    let events = async || {
        let path = "/api/v2/organizations/acme/events?filter[action]=app.certificate-ending";
        two.acme.owner.get(path).await.expect(200).ids().len()
    };
    slipway_apps::certificates::service::tell_of_ends(&two.acme.app.system())
        .await
        .unwrap();
    two.acme.app.settle().await;
    assert_eq!(events().await, 0);
    two.acme.app.pass(Duration::from_secs(86_400 * 25));
    for _ in 0..2 {
        slipway_apps::certificates::service::tell_of_ends(&two.acme.app.system())
            .await
            .unwrap();
        two.acme.app.settle().await;
    }
    assert_eq!(events().await, 1);
}

/// The router of a stage with TLS.
async fn with_tls(stage: &Stage, stop: &CancellationToken) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let (router, stop) = (routing::router(&stage.acme.app.system()), stop.clone());
    tokio::spawn(async move {
        let listen = Listen { socket, is_tls: true };
        router.serve(listen, stop, Duration::ZERO).await.unwrap();
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_answers_at_its_domain_with_its_certificate() {
    let image = web(1).await;
    let stage = Stage::with(|settings| {
        settings.routing.trusted_domains = vec!["test".to_owned()];
        settings.routing.tls_listen = Some(SocketAddr::from(([127, 0, 0, 1], 1)));
    })
    .await;
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &image).await["status"], "deployed");
    let owner: &Caller = &stage.acme.owner;
    assert_eq!(stage.ask_host("shop.test", "/").await.0, 404);
    let domains = format!("/api/v2/apps/{app}/domains");
    let added = owner
        .post(&domains, document("app-domains", json!({"host": "shop.test"})))
        .await
        .expect(201);
    assert_eq!(stage.ask_host("shop.test", "/").await.0, 200);
    assert_eq!(stage.app_shown(&app).await["urls"][1], "http://shop.test/");
    // With a certificate: by its name, with TLS, and nobody without it any more.
    let made = certificate("shop.test");
    let chain = made["chain"].as_str().unwrap().to_owned();
    let certificates = format!("/api/v2/apps/{app}/certificates");
    let uploaded = owner
        .post(&certificates, document("app-certificates", made))
        .await
        .expect(201);
    assert_eq!(uploaded.attribute("hosts"), &json!(["shop.test"]));
    assert_eq!(stage.app_shown(&app).await["urls"][1], "https://shop.test/");
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let address = with_tls(&stage, &stop).await;
    let trusted = reqwest::Certificate::from_pem(chain.as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([trusted])
        .resolve("shop.test", address)
        .build()
        .unwrap();
    let url = format!("https://shop.test:{}/", address.port());
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.version()),
        (200, reqwest::Version::HTTP_2)
    );
    assert_eq!(
        stage.ask_host("shop.test", "/a").await,
        (308, "https://shop.test/a".to_owned())
    );
    assert_eq!(stage.ask("web").await.0, 200);
    let routing = format!("/api/v2/apps/{app}/routing");
    let never = document("app-routings", json!({"redirect": "never", "most-bytes": 10}));
    owner.patch(&routing, never).await.expect(200);
    assert_eq!(stage.ask_host("shop.test", "/").await.0, 200);
    // A key on the disk is for the server alone.
    let kept = stage.acme.app.kernel.settings.server.data_dir.join("routes.json");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(kept).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // Stopped, people are told so; without its domain nobody answers there.
    stage.act(&app, "stop", json!({})).await.expect(200);
    let (status, text) = stage.ask("web").await;
    assert_eq!((status, text.as_str()), (503, "The app is stopped.\n"));
    owner
        .delete(&format!("/api/v2/app-domains/{}", added.id()))
        .await
        .expect(204);
    assert_eq!(stage.ask_host("shop.test", "/").await.0, 404);
}
