//! MariaDB stays possible: every table of every domain, and a run from its creation to its end.

use std::time::Duration;

use serde_json::json;

use crate::support::{Acme, State, TestApp};

async fn on_mariadb() -> TestApp {
    let url = slipway_testing::mariadb::database().unwrap();
    TestApp::with(|settings| settings.database.url = Some(url)).await
}

#[tokio::test]
async fn a_run_is_applied_and_another_is_claimed_again_when_its_runner_fell_silent() {
    let acme = Acme::on(on_mariadb().await).await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    assert!(runner.claim().await.is_none(), "an item is claimed once");
    apply.put("state", State::new(1).text()).await.expect(200);
    apply.succeed(json!({"add": 1})).await;
    acme.app.settle().await;
    assert_eq!(acme.status(&run).await, "applied");

    let lost = acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    item.heartbeat().await.expect(200);
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    let again = runner.claim().await.unwrap();
    assert_eq!(again.claim.work_item_id, item.claim.work_item_id);
    again.heartbeat().await.expect(200);
    let late = item.put("log?offset=0", "too late").await;
    assert!((400..500).contains(&late.status), "{}", late.text());
    assert_eq!(acme.status(&lost).await, "planning");
}
