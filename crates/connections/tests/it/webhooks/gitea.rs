//! A real Gitea: its hook is set and mended, its pushes, pull requests and comments arrive; what it does not deliver is found.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_connections::repositories::service::{self, Wanted};
use slipway_connections::repositories::{Repository, RepositoryStatus};
use slipway_kernel::Ctx;
use slipway_kernel::queue::jobs;
use slipway_testing::gitea::{self, Gitea, unique};

use super::site::{get, post, router};
use crate::home::{Home, announced, begin_use, domain_jobs, events, integration, organization, settle, soon};

/// What a token must have for everything to work.
const SCOPES: [&str; 4] = ["read:user", "read:organization", "write:repository", "write:issue"];

/// A server that a real Gitea reaches, with a repository there that is used here.
struct Site {
    gitea: &'static Gitea,
    owner: String,
    full_name: String,
    repository: Repository,
    ctx: Ctx,
    _home: Home,
    worker: tokio::task::JoinHandle<slipway_kernel::Result<()>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Site {
    async fn new() -> Self {
        Self::with(true).await
    }

    /// With or without an address that others reach it by.
    async fn with(is_public: bool) -> Self {
        let gitea = gitea::shared().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut home = Home::new();
        let public = format!("http://{}", listener.local_addr().unwrap());
        home.settings.server.public_url = is_public.then_some(public);
        let ctx = home.start().await;
        let app = router(&ctx);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let (owner, group) = (unique("owner"), unique("platform"));
        gitea.user(&owner).await.unwrap();
        gitea.organization(&owner, &group).await.unwrap();
        let full_name = gitea.repository(&owner, &group, &unique("infra")).await.unwrap();
        let token = gitea.token(&owner, &SCOPES).await.unwrap();
        let organization = organization(&ctx).await;
        let settings = json!({"method": "token", "url": gitea.url, "token": token});
        let wanted = Wanted {
            integration: Some(integration(&ctx, organization, "gitea", settings).await),
            identifier: full_name.clone(),
        };
        let repository = service::ensure(&ctx, organization, &wanted).await.unwrap();
        begin_use(&ctx, repository.id).await;
        settle(&ctx).await;
        let (working, all) = (ctx.clone(), domain_jobs());
        let worker = tokio::spawn(async move { jobs::run(&working, &all, "worker").await });
        Self {
            gitea,
            owner,
            full_name,
            repository,
            ctx,
            _home: home,
            worker,
        }
    }

    async fn push(&self, branch: &str, text: &str) -> String {
        let files = [("main.tf", text)];
        self.gitea
            .push(&self.owner, &self.full_name, branch, &files)
            .await
            .unwrap()
    }

    /// Waits until a commit was announced on a branch.
    async fn sees(&self, branch: &str, commit: &str) {
        let name = format!("refs/heads/{branch}");
        soon(async {
            loop {
                let all = announced(&self.ctx, self.repository.id).await;
                if all
                    .iter()
                    .any(|[at, _, after]| at.as_ref() == Some(&name) && after.as_deref() == Some(commit))
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// Waits for an event of this kind and gives the newest.
    async fn event(&self, action: &str, count: usize) -> Value {
        soon(async {
            loop {
                let all = events(&self.ctx, self.repository.id, action).await;
                if all.len() >= count {
                    return all.last().unwrap().changes.clone();
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    }

    async fn webhook(&self) -> Value {
        let path = format!("/api/v2/repositories/{}/webhook", self.repository.id);
        get(&router(&self.ctx), &path).await["data"]["attributes"].clone()
    }

    /// Looks thoroughly, as once an hour.
    async fn look(&self) -> Value {
        let path = format!("/api/v2/repositories/{}/actions/set-webhook", self.repository.id);
        post(&router(&self.ctx), &path).await["data"]["attributes"].clone()
    }

    async fn hooks(&self) -> Vec<Value> {
        self.gitea.hooks(&self.owner, &self.full_name).await.unwrap()
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.gitea
            .ask(&self.owner, method, &format!("/repos/{}{path}", self.full_name), body)
            .await
            .unwrap()
    }

    /// Has the repository looked at as it is after a change at the forge, and waits until that was done.
    async fn poke(&self) {
        let mut tx = self.ctx.begin().await.unwrap();
        service::begin_use(&mut tx, &self.ctx, self.repository.id, "ws-1")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let looked =
            "SELECT COUNT(*) FROM work_items WHERE state IN ('queued', 'leased') AND kind = 'connections.look'";
        soon(async {
            loop {
                use sea_orm::{ConnectionTrait, Statement};
                let reader = self.ctx.db.reader();
                let statement = Statement::from_string(reader.get_database_backend(), looked);
                let row = reader.query_one_raw(statement).await.unwrap().unwrap();
                if row.try_get_by_index::<i64>(0).unwrap() == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    async fn status(&self) -> RepositoryStatus {
        service::get(&self.ctx, self.repository.id).await.unwrap().status
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_arrives_by_the_hook_that_was_set() {
    let site = Site::new().await;
    assert_eq!(site.webhook().await["state"], "set");
    assert_eq!(site.hooks().await.len(), 1);
    let commit = site.push("main", "# one\n").await;
    site.sees("main", &commit).await;
    let pushed = site.event("repository.pushed", 1).await;
    assert_eq!(pushed["sender"]["login"], site.owner);
    assert!(pushed["delivery"].as_str().unwrap().starts_with("whd-"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_that_was_removed_switched_off_or_doubled_is_mended() {
    let site = Site::new().await;
    let hook = site.hooks().await[0].clone();
    let at = format!("/hooks/{}", hook["id"]);
    site.ask("DELETE", &at, &Value::Null).await;
    assert_eq!(site.look().await["state"], "set");
    let hook = site.hooks().await[0].clone();
    let at = format!("/hooks/{}", hook["id"]);
    site.ask("PATCH", &at, &json!({"active": false})).await;
    site.look().await;
    assert_eq!(site.hooks().await[0]["active"], true);
    // Somebody set it a second time, with a secret of his own.
    let double = json!({"type": "gitea", "active": true, "events": ["push"],
        "config": {"url": hook["config"]["url"], "content_type": "json", "secret": "other"}});
    site.ask("POST", "/hooks", &double).await;
    assert_eq!(site.hooks().await.len(), 2);
    site.look().await;
    assert_eq!(site.hooks().await.len(), 1);
    let commit = site.push("main", "# mended\n").await;
    site.sees("main", &commit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_secret_is_told_to_the_forge_and_not_to_people() {
    let site = Site::new().await;
    let path = format!("/api/v2/repositories/{}/actions/rotate-secret", site.repository.id);
    let rotated = post(&router(&site.ctx), &path).await;
    assert_eq!(rotated["data"]["attributes"]["state"], "set");
    assert!(rotated["data"]["attributes"].get("secret").is_none());
    assert_eq!(site.hooks().await.len(), 1);
    let commit = site.push("main", "# rotated\n").await;
    site.sees("main", &commit).await;
    assert_eq!(site.webhook().await["refused"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_its_comments_and_its_end_arrive() {
    let site = Site::new().await;
    let head = site.push("wider", "# wider\n").await;
    let number = site
        .gitea
        .pull_request(&site.owner, &site.full_name, "wider", "Wider")
        .await
        .unwrap();
    let opened = site.event("pull-request.changed", 1).await;
    assert_eq!(opened["pull-request"]["head-commit"], head);
    assert_eq!(opened["pull-request"]["number"], number);
    let mirror = service::mirror(&site.ctx, &site.repository).await.unwrap();
    let head_ref = opened["pull-request"]["head-ref"].as_str().unwrap();
    assert_eq!(mirror.resolve(head_ref).await.unwrap().unwrap().as_str(), head);
    for body in ["Nice.", "Please look.\nslipway plan\n"] {
        site.gitea
            .comment(&site.owner, &site.full_name, number, body)
            .await
            .unwrap();
    }
    let said = site.event("pull-request.commented", 1).await;
    assert_eq!(
        (&said["command"], &said["number"]),
        (&json!("slipway plan"), &json!(number))
    );
    assert_eq!(said["author"]["login"], site.owner);
    site.gitea.merge(&site.owner, &site.full_name, number).await.unwrap();
    soon(async {
        let mut count = 2;
        while site.event("pull-request.changed", count).await["pull-request"]["state"] != "merged" {
            count += 1;
        }
    })
    .await;
    assert_eq!(
        events(&site.ctx, site.repository.id, "pull-request.commented")
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_nobody_reaches_finds_pushes_and_pull_requests_by_looking() {
    let site = Site::with(false).await;
    let webhook = site.webhook().await;
    assert_eq!(webhook["state"], "impossible");
    assert!(webhook["error"].as_str().unwrap().contains("public_url"));
    assert!(site.hooks().await.is_empty());
    let head = site.push("wider", "# wider\n").await;
    site.gitea
        .pull_request(&site.owner, &site.full_name, "wider", "Wider")
        .await
        .unwrap();
    site.poke().await;
    site.sees("wider", &head).await;
    assert_eq!(
        site.event("pull-request.changed", 1).await["pull-request"]["head-commit"],
        head
    );
    site.poke().await;
    assert_eq!(
        events(&site.ctx, site.repository.id, "pull-request.changed")
            .await
            .len(),
        1
    );
    site.gitea
        .set_state(&site.owner, &site.full_name, 1, "closed")
        .await
        .unwrap();
    site.poke().await;
    assert_eq!(
        site.event("pull-request.changed", 2).await["pull-request"]["state"],
        "closed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_is_followed_when_it_is_renamed_and_said_to_be_gone_when_it_is_deleted() {
    let site = Site::new().await;
    let (group, name) = site.full_name.split_once('/').unwrap();
    site.ask("PATCH", "", &json!({"name": "renamed"})).await;
    site.poke().await;
    let renamed = site.event("repository.renamed", 1).await;
    assert_eq!(renamed["full-name"][1], format!("{group}/renamed"));
    let seen = service::get(&site.ctx, site.repository.id).await.unwrap();
    assert_eq!(seen.full_name, format!("{group}/renamed"));
    assert!(seen.address.ends_with("/renamed.git"), "{}", seen.address);
    // Another one takes the old name: it is not this one.
    site.gitea.repository(&site.owner, group, name).await.unwrap();
    let commit = site
        .gitea
        .push(&site.owner, &format!("{group}/renamed"), "main", &[("a", "b")])
        .await
        .unwrap();
    site.sees("main", &commit).await;
    let path = format!("/repos/{group}/renamed");
    site.gitea
        .ask(&site.owner, "DELETE", &path, &Value::Null)
        .await
        .unwrap();
    site.poke().await;
    assert_eq!(site.status().await, RepositoryStatus::Gone);
    site.event("repository.gone", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_said_on_the_repository() {
    let site = Site::new().await;
    let tokens = format!("/users/{}/tokens", site.owner);
    let all = site.gitea.ask(&site.owner, "GET", &tokens, &Value::Null).await.unwrap();
    for token in all.as_array().unwrap() {
        let path = format!("{tokens}/{}", token["id"]);
        site.gitea
            .ask(&site.owner, "DELETE", &path, &Value::Null)
            .await
            .unwrap();
    }
    site.poke().await;
    let seen = service::get(&site.ctx, site.repository.id).await.unwrap();
    assert_eq!(seen.status, RepositoryStatus::Refused, "{:?}", seen.error);
    assert!(seen.error.unwrap().contains("credentials"));
}

/// How long each step of a push takes, warm: printed, not judged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_of_a_push() {
    let site = Site::new().await;
    let mut until_delivered = Vec::new();
    for number in 0..10 {
        let commit = site.push("main", &format!("# {number}\n")).await;
        let pushed = site.ctx.now();
        site.sees("main", &commit).await;
        let path = format!("/api/v2/repositories/{}/deliveries?page[size]=1", site.repository.id);
        let delivery = get(&router(&site.ctx), &path).await["data"][0]["attributes"].clone();
        let moment = |field: &str| delivery[field].as_str().unwrap().parse::<Timestamp>().unwrap();
        until_delivered.push(moment("received-at").since(pushed));
    }
    until_delivered.sort();
    println!(
        "from the end of a push to Gitea's delivery: median {:?}",
        until_delivered[5]
    );
    let text = site.ctx.metrics.render(&site.ctx).await.unwrap();
    let is_ours = |line: &&str| line.contains("webhook_delivery_duration") || line.contains("fetch_duration");
    text.lines().filter(is_ours).for_each(|line| println!("{line}"));
}
