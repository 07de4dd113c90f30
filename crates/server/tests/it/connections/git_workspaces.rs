//! An organization whose workspaces come from a repository at a real Gitea, which delivers to the real router.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slipway_infra::commits::consumer::CONSUMER;
use slipway_kernel::events::consumers;
use slipway_testing::gitea::{self, Gitea, unique};

use super::integration_tests::reach_this_machine;
use super::integrations::make;
use super::post::Post;
use crate::support::{Acme, TestApp, document};

/// How long something may take that another process does.
const PATIENCE: Duration = Duration::from_secs(120);

/// `acme` with a repository of its own.
pub struct FromGit {
    pub acme: Acme,
    pub gitea: &'static Gitea,
    /// Who owns the repository at the forge.
    pub owner: String,
    /// Its full name.
    pub repository: String,
    /// The integration that opens it.
    pub integration: String,
}

impl FromGit {
    pub async fn new() -> Self {
        Self::by(&gitea::shared().unwrap().url, None).await
    }

    /// The same where the server reaches the forge by another address, and is reached by another: through something that fails
    /// as a test wants it.
    pub async fn by(forge_url: &str, post: Option<&Post>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let public_url = match post {
            Some(post) => post.lead_to(&url),
            None => url,
        };
        let app = TestApp::with(|settings| {
            reach_this_machine(settings);
            settings.server.public_url = Some(public_url);
        })
        .await;
        let router = app.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let acme = Acme::on(app).await;
        let gitea = gitea::shared().unwrap();
        let owner = unique("ann");
        let organization = unique("platform");
        gitea.user(&owner).await.unwrap();
        gitea.organization(&owner, &organization).await.unwrap();
        let repository = gitea.repository(&owner, &organization, "infra").await.unwrap();
        let token = gitea.token(&owner, &["all"]).await.unwrap();
        let settings = json!({"method": "token", "url": forge_url, "token": token});
        let integration = make(&acme, "gitea", "forge", settings).await;
        consumers::begin(&acme.app.system(), &CONSUMER).await.unwrap();
        Self {
            acme,
            gitea,
            owner,
            repository,
            integration,
        }
    }

    /// Pushes files to a branch.
    pub async fn push(&self, branch: &str, files: &[(&str, &str)]) -> String {
        self.gitea
            .push(&self.owner, &self.repository, branch, files)
            .await
            .unwrap()
    }

    /// A workspace that runs in a directory of the repository; `more` are further attributes.
    pub async fn workspace(&self, name: &str, directory: &str, more: Value) -> String {
        let mut attributes = json!({
            "name": name,
            "working-directory": directory,
            "vcs-repo": {"identifier": self.repository, "integration-id": self.integration},
        });
        for (key, value) in more.as_object().unwrap() {
            attributes[key] = value.clone();
        }
        let path = "/api/v2/organizations/acme/workspaces";
        let id = self
            .acme
            .owner
            .post(path, document("workspaces", attributes))
            .await
            .expect(201)
            .id();
        self.work().await;
        id
    }

    /// Does what the server would do by now, and what it put off for a second. It looks at no repository: working and waiting
    /// make time pass, and must not make it time for that.
    pub async fn work(&self) {
        let ctx = self.acme.app.system();
        loop {
            self.acme.app.pass(Duration::from_secs(1));
            self.acme.app.settle().await;
            if consumers::deliver_batch(&ctx, &CONSUMER).await.unwrap() == 0 {
                return;
            }
        }
    }

    /// Lets time pass, looks at the repositories that it is time for then, and does what follows.
    pub async fn later(&self, time: Duration) {
        self.acme.app.pass(time);
        let ctx = self.acme.app.system();
        slipway_connections::webhooks::looking::begin_due(&ctx).await.unwrap();
        self.work().await;
    }

    /// Waits for something that the forge does by itself. Here no time passes meanwhile, so that no look finds it first.
    pub async fn wait<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "waited for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Works until something is so.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            self.work().await;
            if let Some(found) = look().await {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "waited for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the repository delivers to us.
    pub async fn hooked(&self) {
        self.until("a webhook", async || {
            let hooks = self.gitea.hooks(&self.owner, &self.repository).await.unwrap();
            (!hooks.is_empty()).then_some(())
        })
        .await;
    }

    /// The repository that a workspace comes from, by its id here.
    pub async fn repository_of(&self, workspace: &str) -> String {
        let path = format!("/api/v2/workspaces/{workspace}");
        let shown = self.acme.owner.get(&path).await.expect(200);
        shown.attribute("vcs-repo")["repository-id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Links the account of the repository's owner to the owner here: the account says so in a pull request.
    pub async fn link_owner(&self, number: u64) {
        let path = "/api/v2/account/forge-accounts";
        let host = self.gitea.url.trim_start_matches("http://");
        let body = document("forge-accounts", json!({"host": host, "login": self.owner}));
        let made = self.acme.owner.post(path, body).await.expect(201);
        let proof = format!("slipway link {}", made.attribute("code").as_str().unwrap());
        self.gitea
            .comment(&self.owner, &self.repository, number, &proof)
            .await
            .unwrap();
        self.until("a link", async || {
            let all = self.acme.owner.get(path).await.expect(200);
            (all.body["data"][0]["attributes"]["is-seen"] == true).then_some(())
        })
        .await;
    }

    /// The runs of a workspace, newest first, as resources.
    pub async fn runs(&self, workspace: &str) -> Vec<Value> {
        let path = format!("/api/v2/workspaces/{workspace}/runs");
        let answer = self.acme.owner.get(&path).await.expect(200);
        answer.body["data"].as_array().unwrap().clone()
    }

    /// Waits until a workspace has as many runs, and gives the newest.
    pub async fn run(&self, workspace: &str, count: usize) -> Value {
        self.until(&format!("run {count}"), async || {
            let runs = self.runs(workspace).await;
            assert!(runs.len() <= count, "{} runs, not {count}: {runs:?}", runs.len());
            (runs.len() == count).then(|| runs[0].clone())
        })
        .await
    }

    /// Plans whatever waits, with these counts.
    pub async fn plan_all(&self, counts: Value) {
        let runner = self.acme.runner().await;
        while let Some(item) = runner.claim().await {
            item.succeed(counts.clone()).await;
            self.work().await;
        }
    }
}
