//! Changes that are reviewed as pull requests at a real Gitea: merging approves, closing rejects, by the rights here of whoever
//! did it; what counts for nothing is said and waits; the same whatever is lost or killed.

mod deciding;
mod holding;

use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::ids::OrganizationId;
use slipway_identity::forge_accounts;
use slipway_testing::gitea::{self, Gitea, unique};

use crate::catalog::resource_changes::shop::Shop;
use crate::connections::integrations::make;
use crate::support::{Caller, document};

/// Where the network `main` is.
const MAIN: &str = "network/default/main";

/// A shop whose project has its code reviewed in a repository at Gitea.
struct Reviewed {
    shop: Shop,
    gitea: &'static Gitea,
    /// Whose token the integration has.
    robot: String,
    /// Who may merge, and is nobody here.
    grace: String,
    repository: String,
    id: String,
}

impl Reviewed {
    async fn new() -> Self {
        Self::in_shop(Shop::new().await).await
    }

    async fn in_shop(shop: Shop) -> Self {
        let gitea = gitea::shared().unwrap();
        let (robot, grace, organization) = (unique("robot"), unique("grace"), unique("platform"));
        for user in [&robot, &grace] {
            gitea.user(user).await.unwrap();
        }
        gitea.organization(&robot, &organization).await.unwrap();
        let repository = gitea.repository(&robot, &organization, "live").await.unwrap();
        gitea.let_in(&robot, &repository, &grace, "write").await.unwrap();
        let token = gitea.token(&robot, &["all"]).await.unwrap();
        let settings = json!({"method": "token", "url": gitea.url, "token": token});
        let integration = make(&shop.acme, "gitea", "forge", settings).await;
        let wanted =
            json!({"name": "live", "identifier": repository, "integration-id": integration, "mode": "pull-request"});
        let path = "/api/v2/organizations/acme/git-workspaces";
        let owner = &shop.acme.owner;
        let made = owner.post(path, document("git-workspaces", wanted)).await.expect(201);
        assert_eq!(made.attribute("mode"), "pull-request");
        let projects = owner.get("/api/v2/organizations/acme/projects").await.expect(200);
        let path = format!("/api/v2/projects/{}/catalog-rules", projects.ids()[0]);
        let body = document("catalog-rules", json!({"git-workspace": made.id()}));
        owner.patch(&path, body).await.expect(200);
        let id = made.id();
        shop.settle().await;
        Self {
            shop,
            gitea,
            robot,
            grace,
            repository,
            id,
        }
    }

    /// Orders the network `main`, which is planned then: its id, and the number of its pull request.
    async fn ordered(&self, caller: &Caller) -> (String, u64) {
        let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "reason": "For the *shop*"});
        let network = self.shop.order(caller, wanted).await;
        self.shop.plan().await;
        let number = self.row().await["pull-request"]["number"].as_u64();
        (network, number.expect("there is a pull request"))
    }

    /// The row of the only resource.
    async fn row(&self) -> Value {
        let path = format!("/api/v2/git-workspaces/{}/resources", self.id);
        let rows = self.shop.acme.owner.get(&path).await.expect(200);
        rows.body["data"][0]["attributes"].clone()
    }

    async fn problem(&self) -> String {
        let row = self.row().await;
        row["problem"].as_str().unwrap_or_default().to_owned()
    }

    /// Has everything looked at; what was asked of a forge that was not ready is asked again.
    async fn look(&self) {
        let path = format!("/api/v2/git-workspaces/{}/actions/synchronize", self.id);
        self.shop.acme.owner.post(&path, json!({})).await.expect(200);
        self.shop.settle().await;
    }

    /// Looks until something is so.
    async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        for _ in 0..200 {
            if is_so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.look().await;
        }
        panic!("waited for {what}: {}", self.row().await);
    }

    async fn pull(&self, number: u64) -> Value {
        let path = format!("/repos/{}/pulls/{number}", self.repository);
        self.gitea.ask(&self.robot, "GET", &path, &Value::Null).await.unwrap()
    }

    async fn merge(&self, user: &str, number: u64) {
        self.gitea.merge(user, &self.repository, number).await.unwrap();
    }

    async fn close(&self, user: &str, number: u64) {
        let closed = self.gitea.set_state(user, &self.repository, number, "closed");
        closed.await.unwrap();
    }

    /// Our comment on a pull request.
    async fn said(&self, number: u64) -> String {
        let all = self
            .gitea
            .comments(&self.robot, &self.repository, number)
            .await
            .unwrap();
        let ours: Vec<String> = all.into_iter().map(|(_, _, body)| body).collect();
        assert!(ours.len() <= 1, "more than one comment: {ours:?}");
        ours.into_iter().next().unwrap_or_default()
    }

    async fn branches(&self) -> Vec<String> {
        let path = format!("/repos/{}/branches", self.repository);
        let all = self.gitea.ask(&self.robot, "GET", &path, &Value::Null).await.unwrap();
        let names = all.as_array().unwrap().iter();
        names.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The code of the network on the branch `main`; none where there is none.
    async fn code(&self) -> Option<String> {
        self.file(&format!("{MAIN}/main.tf")).await
    }

    /// What a file has on the branch `main`.
    async fn file(&self, file: &str) -> Option<String> {
        let path = format!("/repos/{}/raw/{file}?ref=main", self.repository);
        let token = self.gitea.token(&self.robot, &["all"]).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = client
            .get(format!("{}/api/v1{path}", self.gitea.url))
            .header("authorization", format!("token {token}"));
        let answer = asked.send().await.unwrap();
        match answer.status().as_u16() {
            200 => Some(answer.text().await.unwrap()),
            404 => None,
            other => panic!("status {other}"),
        }
    }

    /// The account at the forge is this user's here.
    async fn link(&self, caller: &Caller, login: &str) {
        let host = self.gitea.url.trim_start_matches("http://");
        let body = document("forge-accounts", json!({"host": host, "login": login}));
        let made = caller.post("/api/v2/account/forge-accounts", body).await.expect(201);
        let code = made.attribute("code").as_str().unwrap().to_owned();
        let account = self.gitea.ask(login, "GET", "/user", &Value::Null).await.unwrap();
        let id = account["id"].to_string();
        let ctx = self.shop.acme.app.system();
        let is_proved = forge_accounts::service::prove(&ctx, host, (&id, login), &code).await;
        assert!(is_proved.unwrap());
    }

    /// A rule that wants so many approvals for every network.
    async fn rule(&self, approvals: u32) {
        let attributes = json!({"name": "networks", "template": "network", "approvals": approvals});
        let path = "/api/v2/organizations/acme/approval-rules";
        let body = document("approval-rules", attributes);
        self.shop.acme.owner.post(path, body).await.expect(201);
    }

    async fn organization(&self) -> OrganizationId {
        let ctx = self.shop.acme.app.system();
        let sql = "SELECT organization_id FROM git_workspaces";
        let statement = sea_orm::Statement::from_string(ctx.db.backend(), sql);
        let row = sea_orm::ConnectionTrait::query_one_raw(ctx.db.reader(), statement).await;
        row.unwrap().unwrap().try_get("", "organization_id").unwrap()
    }

    /// The rows as they were before something was written down.
    async fn forget(&self, columns: &str) {
        let ctx = self.shop.acme.app.system();
        let tx = ctx.begin().await.unwrap();
        let sql = format!("UPDATE git_workspace_resources SET {columns}");
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, &sql).await.unwrap();
        tx.commit().await.unwrap();
    }
}
