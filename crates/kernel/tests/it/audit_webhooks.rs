//! Webhooks of the audit log, received by a real HTTP server on the loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use slipway_api::audit::{AuditDelivery, AuditWebhookSettings, SIGNATURE_HEADER};
use slipway_kernel::Ctx;
use slipway_kernel::events::webhooks::{self, round};

use crate::audit::{happen, place};
use crate::fixture::{Home, organization};

/// What the other side got, and what it answers.
#[derive(Clone)]
struct Receiver {
    status: Arc<Mutex<StatusCode>>,
    got: Arc<Mutex<Vec<(String, Bytes)>>>,
    url: String,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            status: Arc::new(Mutex::new(StatusCode::NO_CONTENT)),
            got: Arc::default(),
            url: format!("http://{}/events", listener.local_addr().unwrap()),
        };
        let router = Router::new()
            .route("/events", post(receive))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn answers(&self, status: StatusCode) {
        *self.status.lock().unwrap() = status;
    }

    /// The names of the objects of all events, in the order in which they came.
    fn names(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        let deliveries = got
            .iter()
            .map(|(_, body)| serde_json::from_slice::<AuditDelivery>(body).unwrap());
        deliveries
            .flat_map(|delivery| delivery.events)
            .map(|event| event.object_name)
            .collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers[SIGNATURE_HEADER].to_str().unwrap().to_owned();
    let status = *receiver.status.lock().unwrap();
    if status.is_success() {
        receiver.got.lock().unwrap().push((signature, body));
    }
    status
}

async fn home() -> (Home, Ctx) {
    let mut home = Home::new();
    home.settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let ctx = home.start().await;
    (home, ctx)
}

fn to(url: &str) -> AuditWebhookSettings {
    AuditWebhookSettings {
        url: Some(url.to_owned()),
        ..AuditWebhookSettings::default()
    }
}

async fn deliver(ctx: &Ctx) {
    place(ctx).await;
    while round(ctx).await.unwrap() > 0 {}
}

#[tokio::test]
async fn events_come_signed_and_in_order_and_nobody_elses() {
    let (_home, ctx) = home().await;
    let (ours, theirs) = (organization(&ctx).await, organization(&ctx).await);
    let receiver = Receiver::start().await;
    happen(&ctx, Some(ours), "before").await;
    deliver(&ctx).await;
    let (webhook, secret) = webhooks::create(&ctx, Some(ours), to(&receiver.url)).await.unwrap();
    for number in 0..250 {
        happen(&ctx, Some(ours), &format!("ours{number:03}")).await;
        happen(&ctx, Some(theirs), "theirs").await;
    }
    deliver(&ctx).await;
    let names = receiver.names();
    let ours: Vec<_> = (0..250).map(|number| format!("ours{number:03}")).collect();
    assert_eq!(names[1..], ours, "after the event of the webhook itself");
    let (signature, body) = receiver.got.lock().unwrap()[1].clone();
    assert_eq!(signature, webhooks::sign(&[secret.expose()], ctx.now(), &body));
    // The receiver follows the chain from batch to batch.
    let mut previous = None;
    for (_, body) in receiver.got.lock().unwrap().iter() {
        for event in serde_json::from_slice::<AuditDelivery>(body).unwrap().events {
            assert_eq!(event.chained_hash(event.previous_hash.as_deref().unwrap()), event.hash);
            assert!(previous.is_none_or(|previous| event.previous_hash == Some(previous)));
            previous = Some(event.hash);
        }
    }
    let shown = webhooks::get(&ctx, webhook.id).await.unwrap();
    assert!(
        webhooks::resource(&ctx, shown, None)
            .await
            .unwrap()
            .attributes
            .up_to_date
    );
}

#[tokio::test]
async fn a_site_webhook_gets_everything() {
    let (_home, ctx) = home().await;
    let receiver = Receiver::start().await;
    webhooks::create(&ctx, None, to(&receiver.url)).await.unwrap();
    happen(&ctx, Some(organization(&ctx).await), "one").await;
    happen(&ctx, Some(organization(&ctx).await), "two").await;
    happen(&ctx, None, "site").await;
    deliver(&ctx).await;
    assert_eq!(receiver.names()[1..], ["one", "two", "site"]);
}

#[tokio::test]
async fn failures_are_tried_again_then_the_webhook_is_disabled_and_nothing_is_lost() {
    let (home, ctx) = home().await;
    let ours = organization(&ctx).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = webhooks::create(&ctx, Some(ours), to(&receiver.url)).await.unwrap();
    deliver(&ctx).await;
    receiver.answers(StatusCode::INTERNAL_SERVER_ERROR);
    happen(&ctx, Some(ours), "first").await;
    deliver(&ctx).await;
    let failing = webhooks::get(&ctx, webhook.id).await.unwrap();
    assert_eq!(failing.last_error.as_deref(), Some("the other side answered 500"));
    assert!(failing.next_attempt_at.unwrap() > ctx.now() && failing.is_enabled);
    happen(&ctx, Some(ours), "second").await;

    // A success in time: both come, in order, also from another process.
    receiver.answers(StatusCode::OK);
    ctx.clock.advance(Duration::from_secs(10));
    let other = home.start().await;
    deliver(&other).await;
    assert_eq!(receiver.names()[1..], ["first", "second"]);

    receiver.answers(StatusCode::BAD_GATEWAY);
    happen(&ctx, Some(ours), "third").await;
    for _ in 0..100 {
        deliver(&ctx).await;
        ctx.clock.advance(Duration::from_secs(3_600));
    }
    let disabled = webhooks::get(&ctx, webhook.id).await.unwrap();
    assert!(!disabled.is_enabled);
    assert!(
        disabled.disabled_reason.as_deref().unwrap().contains("502"),
        "{disabled:?}"
    );

    receiver.answers(StatusCode::OK);
    let enable = AuditWebhookSettings {
        enabled: Some(true),
        ..AuditWebhookSettings::default()
    };
    webhooks::update(&ctx, disabled, enable).await.unwrap();
    deliver(&ctx).await;
    let names = receiver.names();
    assert_eq!(names[3], "third", "it goes on where it stopped: {names:?}");
}

#[tokio::test]
async fn a_replaced_secret_signs_along_for_a_day() {
    let (_home, ctx) = home().await;
    let ours = organization(&ctx).await;
    let receiver = Receiver::start().await;
    let (webhook, old) = webhooks::create(&ctx, Some(ours), to(&receiver.url)).await.unwrap();
    let (webhook, new) = webhooks::replace_secret(&ctx, webhook).await.unwrap();
    assert!(webhooks::test(&ctx, &webhook).await.unwrap().delivered);
    let (signature, body) = receiver.got.lock().unwrap().pop().unwrap();
    assert_eq!(
        signature,
        webhooks::sign(&[new.expose(), old.expose()], ctx.now(), &body)
    );
    assert!(serde_json::from_slice::<AuditDelivery>(&body).unwrap().is_test);

    ctx.clock.advance(Duration::from_secs(86_401));
    webhooks::sweep(&ctx).await.unwrap();
    let webhook = webhooks::get(&ctx, webhook.id).await.unwrap();
    assert!(webhook.previous_secret.is_none());
    webhooks::test(&ctx, &webhook).await.unwrap();
    let (signature, body) = receiver.got.lock().unwrap().pop().unwrap();
    assert_eq!(signature, webhooks::sign(&[new.expose()], ctx.now(), &body));
}

#[tokio::test]
async fn addresses_that_must_not_be_asked_are_refused_or_fail() {
    let home = Home::new();
    let ctx = home.start().await;
    let ours = Some(organization(&ctx).await);
    for url in [
        "ftp://example.com",
        "http://example.com/",
        "https://me:secret@example.com/",
        "nothing",
    ] {
        let refused = webhooks::create(&ctx, ours, to(url)).await.err().unwrap();
        assert_eq!(refused.code(), slipway_api::Code::Invalid, "{url}");
    }
    // The operator opened no network: the address is taken, and not asked.
    let receiver = Receiver::start().await;
    let (webhook, _) = webhooks::create(&ctx, ours, to(&receiver.url)).await.unwrap();
    let tested = webhooks::test(&ctx, &webhook).await.unwrap();
    assert!(tested.error.unwrap().contains("outbound.allowed_networks"));
    assert!(receiver.got.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_webhook_of_an_organization_that_is_gone_goes_too() {
    let (_home, ctx) = home().await;
    let ours = organization(&ctx).await;
    let (webhook, _) = webhooks::create(&ctx, Some(ours), to("https://example.com/"))
        .await
        .unwrap();
    webhooks::sweep(&ctx).await.unwrap();
    assert!(webhooks::get(&ctx, webhook.id).await.is_ok());
    let tx = ctx.begin().await.unwrap();
    slipway_kernel::secrets::store::remove(&*tx, ours).await.unwrap();
    tx.commit().await.unwrap();
    webhooks::sweep(&ctx).await.unwrap();
    assert_eq!(
        webhooks::get(&ctx, webhook.id).await.unwrap_err().code(),
        slipway_api::Code::NotFound
    );
}
