//! What the server counts, for Prometheus.

mod store;

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// Counters and gauges, and the registry that writes them.
pub struct Metrics {
    registry: Registry,
    http_requests: Family<HttpLabels, Counter>,
    http_duration: Family<RouteLabels, Histogram>,
    queue_items: Family<QueueLabels, Gauge>,
    claim_latency: Histogram,
    runs: Family<RunLabels, Counter>,
    /// Bytes of logs that were received.
    pub log_bytes: Counter,
    /// Passwords that were hashed, to store or to compare them.
    pub passwords_hashed: Counter,
    database_connections: Family<ConnectionLabels, Gauge>,
    deliveries: Family<OutcomeLabels, Counter>,
    delivery_duration: Histogram,
    repository_fetches: Family<OutcomeLabels, Counter>,
    fetch_duration: Histogram,
}

/// What a request was for and how it was answered. The route is the pattern, never the path: a path has ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    pool: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    state: &'static str,
}

/// From one millisecond to half a minute.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("slipway"),
            http_requests: Family::default(),
            http_duration: Family::new_with_constructor(durations),
            queue_items: Family::default(),
            claim_latency: durations(),
            runs: Family::default(),
            log_bytes: Counter::default(),
            passwords_hashed: Counter::default(),
            database_connections: Family::default(),
            deliveries: Family::default(),
            delivery_duration: durations(),
            repository_fetches: Family::default(),
            fetch_duration: durations(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// Names them. The registry puts the full stop behind each sentence.
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.http_requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time to the answer's first byte",
            Unit::Seconds,
            self.http_duration.clone(),
        );
        registry.register("queue_items", "Work items by pool and state", self.queue_items.clone());
        registry.register_with_unit(
            "queue_claim_latency",
            "Time from when a work item was ready to its claim",
            Unit::Seconds,
            self.claim_latency.clone(),
        );
        registry.register("runs", "Runs that reached a status", self.runs.clone());
        registry.register_with_unit("log", "Bytes of logs received", Unit::Bytes, self.log_bytes.clone());
        registry.register(
            "passwords_hashed",
            "Passwords hashed, to store or to compare them",
            self.passwords_hashed.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database",
            self.database_connections.clone(),
        );
        self.register_connections();
    }

    fn register_connections(&mut self) {
        let registry = &mut self.registry;
        registry.register("webhook_deliveries", "Deliveries to webhooks", self.deliveries.clone());
        registry.register_with_unit(
            "webhook_delivery_duration",
            "Time from a delivery to the end of its handling",
            Unit::Seconds,
            self.delivery_duration.clone(),
        );
        registry.register(
            "repository_fetches",
            "Fetches of repositories",
            self.repository_fetches.clone(),
        );
        registry.register_with_unit(
            "repository_fetch_duration",
            "Time of a fetch of a repository",
            Unit::Seconds,
            self.fetch_duration.clone(),
        );
    }

    /// Counts an answered request. `route` is the route's pattern, or something fixed where no route matched.
    pub fn http_answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = HttpLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.http_requests.get_or_create(&labels).inc();
        let route = labels.route;
        self.http_duration
            .get_or_create(&RouteLabels { route })
            .observe(took.as_secs_f64());
    }

    /// Counts a claimed work item, `waited` after it was ready.
    pub fn item_claimed(&self, waited: Duration) {
        self.claim_latency.observe(waited.as_secs_f64());
    }

    /// Counts a run that reached a status.
    pub fn run_reached(&self, status: &str) {
        let status = status.to_owned();
        self.runs.get_or_create(&RunLabels { status }).inc();
    }

    /// Counts a delivery to a webhook: `taken`, `again`, `refused`, `too-many`.
    pub fn delivery_taken(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Counts a delivery that was handled, `waited` after it came.
    pub fn delivery_handled(&self, waited: Duration) {
        self.delivery_duration.observe(waited.as_secs_f64());
    }

    /// Counts a fetch of a repository: `changed`, `unchanged`, `failed`.
    pub fn repository_fetched(&self, outcome: &'static str) {
        self.repository_fetches.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Counts how long a fetch took.
    pub fn fetch_took(&self, took: Duration) {
        self.fetch_duration.observe(took.as_secs_f64());
    }

    /// Everything in the text form of OpenMetrics, with the queue and the database as they are now.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn render(&self, ctx: &Ctx) -> Result<String> {
        // Cleared first: a pool that is gone or a state that is empty must not show its last number for ever.
        self.queue_items.clear();
        for (pool, state, count) in store::queue_depths(ctx.db.reader()).await? {
            self.queue_items.get_or_create(&QueueLabels { pool, state }).set(count);
        }
        let (open, idle) = store::connections(&ctx.db);
        for (state, count) in [("open", open), ("idle", idle)] {
            self.database_connections
                .get_or_create(&ConnectionLabels { state })
                .set(count);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(Error::internal)?;
        Ok(text)
    }
}
