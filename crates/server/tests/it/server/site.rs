//! What site administrators see of the queue, of backups and of keys.

use serde_json::{Value, json};
use slipway_kernel::queue::{self, NewItem, jobs};
use slipway_server::domains;

use crate::support::{Acme, TestApp};

const ITEMS: &str = "/api/v2/admin/work-items";

/// A job of a kind that this version does not know: it fails for good at once.
async fn dead_item(app: &TestApp, subject: &str) -> String {
    let ctx = app.system();
    let mut tx = ctx.begin().await.unwrap();
    let item = NewItem::job("nobody.knows", subject, json!({}));
    let id = queue::enqueue(&mut tx, &ctx, item).await.unwrap();
    tx.commit().await.unwrap();
    assert!(jobs::run_next(&ctx, &domains::jobs(), "test").await.unwrap());
    id.to_string()
}

fn codes(status: &Value) -> Vec<String> {
    let problems = status["data"]["attributes"]["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| problem["code"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_failed_too_often_is_listed_tried_again_and_dropped() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let id = dead_item(&app, "a").await;
    let listed = root.get(&format!("{ITEMS}?filter[state]=dead")).await.expect(200);
    assert_eq!(listed.ids(), [&*id]);
    let attributes = &listed.body["data"][0]["attributes"];
    assert_eq!(
        (&attributes["pool"], &attributes["is-retryable"]),
        (&json!("server"), &json!(true))
    );
    let reason = attributes["last-error"].as_str().unwrap();
    assert!(reason.contains("no job \"nobody.knows\""), "{reason}");
    root.get(&format!("{ITEMS}?filter[state]=sick")).await.expect(400);

    let status = root.get("/api/v2/admin/status").await.expect(200);
    assert_eq!(status.attribute("queue"), &json!({"dead": 1}));
    assert_eq!(codes(&status.body), ["dead-items", "no-backup"]);

    let retried = root
        .post(&format!("{ITEMS}/{id}/actions/retry"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (retried.attribute("state"), retried.attribute("attempt")),
        (&json!("queued"), &json!(0))
    );
    let (_, detail) = root
        .post(&format!("{ITEMS}/{id}/actions/drop"), json!({}))
        .await
        .expect(409)
        .error();
    assert!(detail.contains("did not fail too often"), "{detail}");
    app.settle().await;
    assert_eq!(
        root.get(&format!("{ITEMS}?filter[state]=dead")).await.expect(200).ids(),
        [&*id]
    );
    let dropped = root
        .post(&format!("{ITEMS}/{id}/actions/drop"), json!({}))
        .await
        .expect(200);
    assert_eq!(dropped.attribute("state"), "done");
    assert!(root.get(ITEMS).await.expect(200).ids().is_empty());
    root.post(&format!("{ITEMS}/work-0000000000000000/actions/drop"), json!({}))
        .await
        .expect(404);

    let (_, mia) = app.user(&root, "mia").await;
    mia.get(ITEMS).await.expect(403);
    mia.get("/api/v2/admin/status").await.expect(403);
}

#[tokio::test]
async fn the_site_says_what_waits_without_a_runner_and_how_old_its_backup_is() {
    let acme = Acme::new().await;
    let run = acme.start(json!({})).await;
    let listed = acme
        .owner
        .get(&format!("{ITEMS}?filter[kind]=run.plan"))
        .await
        .expect(200);
    let item = &listed.body["data"][0];
    assert_eq!(
        (&item["attributes"]["subject"], &item["attributes"]["state"]),
        (&json!(run), &json!("queued"))
    );
    assert_eq!(item["relationships"]["organization"]["data"]["id"], "acme");
    let status = acme.owner.get("/api/v2/admin/status").await.expect(200);
    assert_eq!(codes(&status.body), ["no-runner", "no-backup"]);
    assert!(status.attribute("oldest-queued-at").is_string());
    assert_eq!(status.attribute("last-backup-at"), &Value::Null);

    let runner = acme.runner().await;
    let _plan = runner.claim().await.unwrap();
    let summary = slipway_kernel::backup::Summary {
        tables: 1,
        rows: 1,
        objects: 0,
        object_bytes: 0,
        master_key: String::new(),
        has_master_key: false,
    };
    slipway_kernel::backup::record(&acme.app.system(), "site.backed-up", &summary)
        .await
        .unwrap();
    let status = acme.owner.get("/api/v2/admin/status").await.expect(200);
    assert_eq!(codes(&status.body), Vec::<String>::new());
    acme.app.pass(std::time::Duration::from_secs(9 * 24 * 3_600));
    let status = acme.owner.get("/api/v2/admin/status").await.expect(200);
    assert_eq!(codes(&status.body), ["silent-holders", "old-backup"]);
}

#[tokio::test]
async fn keys_are_shown_by_their_organization_and_never_themselves() {
    let acme = Acme::new().await;
    let listed = acme.owner.get("/api/v2/admin/keys").await.expect(200);
    let names = listed.column("name");
    assert!(names.contains(&"acme".to_owned()), "{names:?}");
    let attributes = &listed.body["data"][0]["attributes"];
    assert_eq!(
        (&attributes["versions"], &attributes["rotation"]),
        (&json!([1]), &Value::Null)
    );
    let first = acme.owner.get("/api/v2/admin/keys?page[size]=1").await.expect(200);
    assert_eq!(first.ids().len(), 1);
}
