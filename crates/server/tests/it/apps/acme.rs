//! Certificates that Slipway gets itself, from a real authority.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::certificates::issuing;
use slipway_apps::running::observed::Observed;
use slipway_apps::running::routing;
use slipway_kernel::clock::Clock;
use slipway_router::Listen;
use slipway_testing::dns::NameServer;
use slipway_testing::pebble::Pebble;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::without_engine;
use crate::support::{Acme, TestApp, document};

struct Site {
    acme: Acme,
    app: String,
    router: JoinHandle<()>,
}

impl Site {
    async fn new() -> Self {
        let names = NameServer::start().unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at: SocketAddr = socket.local_addr().unwrap();
        let pebble = Pebble::start(at.port(), names.address).unwrap();
        let app = TestApp::with(|settings| {
            without_engine(settings);
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
            settings.outbound.extra_certificates = Some(pebble.signer.clone());
            settings.routing.name_servers = vec![names.address];
            settings.routing.trusted_domains = Vec::new();
            settings.routing.http_port = at.port();
            settings.routing.acme_directory = Some(pebble.directory.clone());
        })
        .await;
        // Its files are there as long as it is.
        std::mem::forget(pebble);
        // The authority's clock is the machine's, in whole seconds: a minute later, what it signs counts.
        app.pass(Clock::system().now().since(app.kernel.clock.now()) + Duration::from_secs(60));
        let ctx = app.system();
        ctx.kept.get::<Observed>().complete();
        let router = routing::router(&ctx);
        let serving = tokio::spawn(async move {
            let listen = Listen { socket, is_tls: false };
            let never = CancellationToken::new();
            router.serve(listen, never, Duration::ZERO).await.unwrap();
        });
        let acme = Acme::on(app).await;
        let path = "/api/v2/organizations/acme/apps";
        let made = acme.owner.post(path, document("apps", json!({"name": "web"}))).await;
        let app = made.expect(201).id();
        Self {
            acme,
            app,
            router: serving,
        }
    }

    async fn add(&self, host: &str) -> String {
        let path = format!("/api/v2/apps/{}/domains", self.app);
        let added = self
            .acme
            .owner
            .post(&path, document("app-domains", json!({"host": host})))
            .await;
        added.expect(201).id()
    }

    async fn shown(&self, domain: &str) -> Value {
        let path = format!("/api/v2/app-domains/{domain}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    async fn certificates(&self) -> Vec<String> {
        let path = format!("/api/v2/apps/{}/certificates", self.app);
        self.acme.owner.get(&path).await.expect(200).ids()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_leads_here_gets_a_certificate_and_keeps_one() {
    let site = Site::new().await;
    let domain = site.add("shop.localhost").await;
    site.acme.app.settle().await;
    let shown = site.shown(&domain).await;
    assert_eq!(shown["proof"], "http", "{shown}");
    assert_eq!(shown["issuance"]["status"], "issued", "{shown}");
    assert_eq!(shown["certificate"]["origin"], "acme");
    let first = site.certificates().await;
    assert_eq!(first.len(), 1);
    // Before it is time nobody is asked; then there is another one, by the same account.
    let ctx = site.acme.app.system();
    issuing::wake_due(&ctx).await.unwrap();
    site.acme.app.settle().await;
    assert_eq!(site.certificates().await, first);
    let next: slipway_api::Timestamp = shown["issuance"]["next-at"].as_str().unwrap().parse().unwrap();
    site.acme.app.pass(next.since(ctx.now()));
    issuing::wake_due(&ctx).await.unwrap();
    site.acme.app.settle().await;
    let renewed = site.certificates().await;
    assert_eq!(renewed.len(), 1, "{}", site.shown(&domain).await);
    assert_ne!(renewed, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_lead_here_costs_no_order_and_is_tried_again_later() {
    let site = Site::new().await;
    let domain = site.add("shop.localhost").await;
    site.router.abort();
    // Nothing is proven by leading here now: an administrator says that it counts.
    let path = format!("/api/v2/app-domains/{domain}/actions/approve");
    site.acme.owner.post(&path, json!({})).await.expect(200);
    site.acme.app.settle().await;
    let shown = site.shown(&domain).await;
    assert_eq!(shown["issuance"]["status"], "failed", "{shown}");
    let reason = shown["issuance"]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("shop.localhost does not lead here, so the authority was not asked to look"),
        "{reason}"
    );
    let events = "/api/v2/organizations/acme/events?filter[action]=app.certificate-failed";
    assert_eq!(site.acme.owner.get(events).await.expect(200).ids().len(), 1);
}
