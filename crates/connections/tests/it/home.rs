//! A server's home for one test: a database, a clock that goes on, an organization, a Git server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_connections::integrations;
use slipway_connections::repositories::Repository;
use slipway_connections::repositories::service::{self, Wanted};
use slipway_identity::organizations;
use slipway_kernel::clock::Clock;
use slipway_kernel::events::store::all_after;
use slipway_kernel::events::{Event, sequencer};
use slipway_kernel::queue::jobs::{self, Job};
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};
use slipway_testing::git_server::{Change, GitServer};
use tempfile::TempDir;

/// What outlives a server process.
pub struct Home {
    _directory: TempDir,
    pub settings: Settings,
    pub clock: Clock,
}

impl Home {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().join("data");
        settings.server.public_url = Some("https://slipway.example.com".to_owned());
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        if slipway_testing::postgres::is_wanted().unwrap() {
            settings.database.url = Some(slipway_testing::postgres::database().unwrap());
        }
        Self {
            _directory: directory,
            settings,
            clock: Clock::system(),
        }
    }

    /// The same site seen by another replica, which has a directory of its own.
    pub fn replica(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = self.settings.clone();
        let data = directory.path().join("data");
        settings.database.url = settings.database.url.or_else(|| {
            let file = self.settings.server.data_dir.join("slipway.db");
            Some(format!("sqlite:{}", file.display()))
        });
        std::fs::create_dir_all(&data).unwrap();
        let key = self.settings.server.data_dir.join("master.key");
        if key.exists() {
            std::fs::copy(&key, data.join("master.key")).unwrap();
        }
        settings.server.data_dir = data;
        Self {
            _directory: directory,
            settings,
            clock: self.clock.clone(),
        }
    }

    pub async fn start(&self) -> Ctx {
        let domains = [
            slipway_kernel::migrations(),
            slipway_identity::migrations(),
            slipway_connections::migrations(),
        ];
        let migrations: Vec<_> = domains.into_iter().flatten().collect();
        let kernel = Kernel::open(self.settings.clone(), self.clock.clone(), Random::system(), &migrations).await;
        Ctx::system(&kernel.unwrap())
    }
}

/// An organization by a new name.
pub async fn organization(ctx: &Ctx) -> OrganizationId {
    let wanted = serde_json::from_value(json!({"name": format!("acme-{}", ctx.random.number().unwrap())})).unwrap();
    organizations::service::create(ctx, wanted).await.unwrap().id
}

/// An integration of the organization.
pub async fn integration(ctx: &Ctx, organization: OrganizationId, kind: &str, settings: Value) -> IntegrationId {
    let organization = organizations::by_id(ctx, organization).await.unwrap();
    let name = format!("forge-{}", ctx.random.number().unwrap());
    let wanted = json!({"name": name, "kind": kind, "settings": settings, "poll-interval-seconds": 15});
    let wanted = serde_json::from_value(wanted).unwrap();
    integrations::service::create(ctx, &organization, wanted)
        .await
        .unwrap()
        .id
}

/// A Git server with the repository `infra` and one commit on `main`, and the repository as it is connected.
pub async fn connected(ctx: &Ctx) -> (GitServer, slipway_testing::git_server::Repository, Repository) {
    let server = GitServer::start().unwrap();
    let infra = server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# one\n")])
        .unwrap();
    let organization = organization(ctx).await;
    let wanted = Wanted {
        integration: None,
        identifier: server.url("infra"),
    };
    let repository = service::ensure(ctx, organization, &wanted).await.unwrap();
    (server, infra, repository)
}

/// Lets `ws-1` come from the repository.
pub async fn begin_use(ctx: &Ctx, repository: RepositoryId) {
    let mut tx = ctx.begin().await.unwrap();
    service::begin_use(&mut tx, ctx, repository, "ws-1").await.unwrap();
    tx.commit().await.unwrap();
}

/// What was announced of a repository, oldest first.
pub async fn events(ctx: &Ctx, repository: RepositoryId, action: &str) -> Vec<Event> {
    while sequencer::place_batch(ctx).await.unwrap() > 0 {}
    let all = all_after(ctx.db.reader(), 0, 10_000).await.unwrap();
    let is_wanted = |event: &Event| event.object_id == repository.to_string() && event.action == action;
    all.into_iter().filter(is_wanted).collect()
}

/// All updates that were announced, as `ref before after`.
pub async fn announced(ctx: &Ctx, repository: RepositoryId) -> Vec<[Option<String>; 3]> {
    let pushed = events(ctx, repository, "repository.pushed").await;
    let updates = pushed
        .iter()
        .flat_map(|event| event.changes["updates"].as_array().unwrap().clone());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    updates
        .map(|update| ["ref", "before", "after"].map(|field| text(&update[field])))
        .collect()
}

/// The jobs of this domain.
pub fn domain_jobs() -> Arc<HashMap<&'static str, Job>> {
    Arc::new(
        slipway_connections::jobs()
            .into_iter()
            .map(|job| (job.kind, job))
            .collect(),
    )
}

/// Does every job that is ready.
pub async fn settle(ctx: &Ctx) {
    let jobs = domain_jobs();
    while jobs::run_next(ctx, &jobs, "test").await.unwrap() {}
}

/// Fails the test when something takes far longer than it may.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .expect("it should have happened by now")
}
