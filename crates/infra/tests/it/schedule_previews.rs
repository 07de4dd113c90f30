//! What times mean, before a schedule is made of them.

use serde_json::{Value, json};

use crate::fixture::Site;
use crate::http::{StatusCode, document};

#[tokio::test]
async fn times_are_explained_before_anything_is_made() {
    let site = Site::new().await;
    let ada = site.user("ada", Some("read")).await;
    let preview = async |trial: Value| {
        let body = document("schedule-trials", trial);
        site.call(&ada, "POST", "/schedules/actions/preview", body).await
    };
    let (status, shown) = preview(json!({"cron": "30 2 * * *", "time-zone": "Europe/Berlin"})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown["data"]["attributes"]["words"], "At 02:30 (Europe/Berlin)");
    assert_eq!(
        shown["data"]["attributes"]["next-times"][0]["local"],
        "Fri 2025-11-21 02:30 CET"
    );
    let (status, refused) = preview(json!({"cron": "30 2 * FOO *"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = &refused["errors"][0];
    assert!(
        error["detail"].as_str().unwrap().contains("the month \"FOO\""),
        "{error}"
    );
    assert_eq!(error["source"]["pointer"], "/data/attributes/cron");
}
