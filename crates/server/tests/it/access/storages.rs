//! Storages in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// One whose bucket is ready, one that failed, one to destroy and one to forget. Their cloud is in a closed network, so that
/// nothing is asked there.
pub async fn make(acme: &Acme, names: &mut Names) {
    let keys = json!({"method": "access-keys", "access-key-id": "AKIAIOSFODNN7EXAMPLE", "secret-access-key": "hidden",
        "s3-url": "http://10.0.0.1"});
    let body = document(
        "integrations",
        json!({"name": "cloud", "kind": "aws", "settings": keys}),
    );
    let path = "/api/v2/organizations/acme/integrations";
    names.insert("cloud", acme.owner.post(path, body).await.expect(201).id());
    for (name, status, problem) in [
        ("storage", "ready", "NULL"),
        ("failed_storage", "failed", "'It is away.'"),
        ("spare_storage", "ready", "NULL"),
        ("old_storage", "ready", "NULL"),
    ] {
        let made = acme
            .owner
            .post(
                "/api/v2/organizations/acme/storages",
                document("storages", described(name, &names["cloud"])),
            )
            .await
            .expect(201);
        let sql = format!(
            "UPDATE storages SET status = '{status}', problem = {problem}, is_working = {no} WHERE id = '{id}'",
            no = "FALSE",
            id = made.id()
        );
        let ctx = acme.app.system();
        let tx = ctx.begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, &sql).await.unwrap();
        tx.commit().await.unwrap();
        names.insert(name, made.id());
    }
}

fn described(name: &str, integration: &str) -> Value {
    let bucket = format!("acme-{}", name.replace('_', "-"));
    json!({"name": name, "integration-id": integration,
        "place": {"kind": "aws", "bucket": bucket, "region": "eu-central-1"}})
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_storages"),
        call("create_storage").send("storages", described("more", "$cloud")),
        call("get_storage"),
        call("update_storage").send("storages", json!({"description": "Changed."})),
        call("check_storage").closed(),
        call("repair_storage"),
        call("retry_storage").on("storage", "failed_storage"),
    ]
}

/// Those that remove.
pub fn deletions() -> Vec<Row> {
    vec![
        call("destroy_storage").on("storage", "spare_storage"),
        call("forget_storage").on("storage", "old_storage"),
    ]
}
