//! What `/metrics` shows.

use std::time::Duration;

use slipway_kernel::queue::OnLost;

use crate::fixture::{Home, claim, enqueue, item, organization};
use crate::logs::{append, new_log};

#[tokio::test]
async fn the_text_shows_requests_queue_runs_logs_and_connections() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    claim(&ctx, "a").await;
    let log = new_log(&ctx).await;
    append(&ctx, log, 0, b"hello").await;
    append(&ctx, log, 0, b"hello").await;
    ctx.metrics
        .http_answered("GET", "/api/v2/runs/{run}", 200, Duration::from_millis(3));
    ctx.metrics.run_reached("applied");
    ctx.metrics.item_claimed(Duration::from_millis(2));
    let text = ctx.metrics.render(&ctx).await.unwrap();
    for line in [
        "slipway_http_requests_total{method=\"GET\",route=\"/api/v2/runs/{run}\",status=\"200\"} 1",
        "slipway_http_request_duration_seconds_count{route=\"/api/v2/runs/{run}\"} 1",
        "slipway_queue_items{pool=\"apool-test\",state=\"queued\"} 1",
        "slipway_queue_items{pool=\"apool-test\",state=\"leased\"} 1",
        "slipway_queue_claim_latency_seconds_count 1",
        "slipway_runs_total{status=\"applied\"} 1",
        "slipway_log_bytes_total 5",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.contains("slipway_database_connections{state=\"open\"}"), "{text}");
}
