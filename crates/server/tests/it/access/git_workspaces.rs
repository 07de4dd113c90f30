//! Git workspaces in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use super::repositories;
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// One with the code of a resource, and one to delete. No project names them.
pub async fn make(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/git-workspaces";
    for name in ["git_workspace", "old_git_workspace"] {
        let body = json!({"identifier": repositories::address("infra"), "name": name});
        let made = acme
            .owner
            .post(path, document("git-workspaces", body))
            .await
            .expect(201);
        names.insert(name, made.id());
    }
    let sql = format!(
        "INSERT INTO git_workspace_resources (git_workspace_id, resource_id, organization_id, project_id, name, directory, status, \
         asked, answered, updated_at) SELECT '{}', id, organization_id, project_id, name, '', 'pending', 0, 0, updated_at FROM \
         resources WHERE id = '{}'",
        names["git_workspace"], names["resource_with_output"]
    );
    let ctx = acme.app.system();
    let tx = ctx.begin().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&*tx, &sql).await.unwrap();
    tx.commit().await.unwrap();
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_git_workspaces"),
        call("create_git_workspace").send("git-workspaces", json!({"identifier": "$git_address", "name": "more"})),
        call("get_git_workspace"),
        call("update_git_workspace").send("git-workspaces", json!({"description": "Changed."})),
        call("list_git_workspace_resources"),
        call("synchronize_git_workspace"),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_git_workspace").on("git_workspace", "old_git_workspace")]
}
