//! An organization to tell stories in: one owner, one workspace with a configuration.

use serde_json::json;

use super::{Caller, TestApp, TestRunner};

/// The organization `acme` with the workspace `shop`.
#[derive(Clone)]
pub struct Acme {
    pub app: TestApp,
    pub owner: Caller,
    pub workspace: String,
}

impl Acme {
    pub async fn new() -> Self {
        Self::on(TestApp::new().await).await
    }

    pub async fn on(app: TestApp) -> Self {
        let owner = app.site_admin("ann").await;
        let body = json!({"data": {"type": "organizations", "attributes": {"name": "acme"}}});
        owner.post("/api/v2/organizations", body).await.expect(201);
        let mut acme = Self {
            app,
            owner,
            workspace: String::new(),
        };
        acme.workspace = acme.new_workspace("shop").await;
        acme.upload(&acme.workspace, "resource \"terraform_data\" \"a\" {}\n")
            .await;
        acme
    }

    pub async fn new_workspace(&self, name: &str) -> String {
        let body = json!({"data": {"type": "workspaces", "attributes": {"name": name}}});
        self.owner
            .post("/api/v2/organizations/acme/workspaces", body)
            .await
            .expect(201)
            .id()
    }

    /// A configuration of one file, packed.
    pub fn pack(text: &str) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("main.tf"), text).unwrap();
        let mut archive = Vec::new();
        slipway_tofu::archive::pack(directory.path(), &mut archive).unwrap();
        archive
    }

    /// Uploads a configuration of one file and returns its version's id.
    pub async fn upload(&self, workspace: &str, text: &str) -> String {
        let body = json!({"data": {"type": "configuration-versions", "attributes": {"auto-queue-runs": false}}});
        let path = format!("/api/v2/workspaces/{workspace}/configuration-versions");
        let id = self.owner.post(&path, body).await.expect(201).id();
        let upload = format!("/api/v2/configuration-versions/{id}/upload");
        self.owner.put_bytes(&upload, Self::pack(text)).await.expect(200);
        id
    }

    /// Starts a run with these attributes and returns its id.
    pub async fn start(&self, attributes: serde_json::Value) -> String {
        self.start_in(&self.workspace, attributes).await
    }

    pub async fn start_in(&self, workspace: &str, attributes: serde_json::Value) -> String {
        let body = json!({"data": {"type": "runs", "attributes": attributes,
            "relationships": {"workspace": {"data": {"type": "workspaces", "id": workspace}}}}});
        self.owner.post("/api/v2/runs", body).await.expect(201).id()
    }

    /// A run's status.
    pub async fn status(&self, run: &str) -> String {
        let answer = self.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
        answer.attribute("status").as_str().unwrap().to_owned()
    }

    /// What a run waits for.
    pub async fn waits_for(&self, run: &str) -> String {
        let answer = self.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
        answer.attribute("waiting-for").as_str().unwrap_or_default().to_owned()
    }

    pub async fn act(&self, run: &str, action: &str) -> super::Answer {
        self.owner
            .post(
                &format!("/api/v2/runs/{run}/actions/{action}"),
                json!({"comment": "test"}),
            )
            .await
    }

    /// Gives a user a role and returns the assignment's id.
    pub async fn assign(&self, organization: &str, user: &str, role: &str, scope: &str) -> String {
        let attributes = json!({"subject": user, "role": role, "scope": scope});
        let body = json!({"data": {"type": "role-assignments", "attributes": attributes}});
        let path = format!("/api/v2/organizations/{organization}/role-assignments");
        self.owner.post(&path, body).await.expect(201).id()
    }

    /// A new user with a role in `acme`, at the organization or at an object in it.
    pub async fn member(&self, name: &str, role: &str, scope: &str) -> Caller {
        let (id, caller) = self.app.user(&self.owner, name).await;
        self.assign("acme", &id, role, scope).await;
        caller
    }

    /// A runner of the site's pool.
    pub async fn runner(&self) -> TestRunner {
        TestRunner::new(&self.app).await
    }
}
