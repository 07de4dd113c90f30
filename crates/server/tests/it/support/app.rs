//! A server without a network: the real router, a real database, a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use slipway_api::Timestamp;
use slipway_identity::tokens::Authenticator;
use slipway_kernel::clock::Clock;
use slipway_kernel::events::sequencer;
use slipway_kernel::queue::jobs;
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};
use slipway_server::app::{Shared, router};
use slipway_server::domains;

use super::Caller;

/// A server of one test.
#[derive(Clone)]
pub struct TestApp {
    pub kernel: Arc<Kernel>,
    pub router: Router,
    directory: Arc<tempfile::TempDir>,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::seeded(7, change).await
    }

    /// With ids that are like those of no other seed: for stories whose objects are outside of the server, too.
    pub async fn seeded(seed: u64, change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.apps.docker = false;
        settings.server.data_dir = directory.path().join("data");
        if is_postgres() {
            settings.database.url = Some(slipway_testing::postgres::database().unwrap());
        }
        change(&mut settings);
        let clock = Clock::manual(Timestamp::from_unix_ms(1_763_680_000_000));
        let kernel = Kernel::open(settings, clock, Random::seeded(seed), &domains::migrations())
            .await
            .unwrap();
        domains::prepare(&Ctx::system(&kernel)).await.unwrap();
        let shared = Shared {
            kernel: Arc::clone(&kernel),
            authenticator: Arc::new(Authenticator::default()),
            sessions: Arc::new(slipway_identity::sessions::Authenticator::default()),
        };
        Self {
            router: router(&shared),
            kernel,
            directory: Arc::new(directory),
        }
    }

    /// The directory that everything of this server is in.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub fn system(&self) -> Ctx {
        Ctx::system(&self.kernel)
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> Caller {
        Caller::new(self.router.clone(), None)
    }

    pub fn caller(&self, token: &str) -> Caller {
        Caller::new(self.router.clone(), Some(token.to_owned()))
    }

    /// A new site administrator.
    pub async fn site_admin(&self, name: &str) -> Caller {
        let name = name.parse().unwrap();
        let made =
            slipway_identity::bootstrap::create_site_admin_token(&self.system(), name, "test".to_owned(), None).await;
        self.caller(made.unwrap().expose_text().unwrap())
    }

    /// A new user without any role.
    pub async fn user(&self, admin: &Caller, name: &str) -> (String, Caller) {
        let body = serde_json::json!({"data": {"type": "users", "attributes": {"username": name}}});
        let id = admin.post("/api/v2/admin/users", body).await.expect(201).id();
        let body =
            serde_json::json!({"data": {"type": "authentication-tokens", "attributes": {"description": "test"}}});
        let made = admin
            .post(&format!("/api/v2/users/{id}/authentication-tokens"), body)
            .await
            .expect(201);
        let token = made.body["data"]["attributes"]["token"].as_str().unwrap().to_owned();
        (id, self.caller(&token))
    }

    /// Lets time pass.
    pub fn pass(&self, duration: Duration) {
        self.kernel.clock.advance(duration);
    }

    /// Does everything that the server would do in the background by now.
    pub async fn settle(&self) {
        let ctx = self.system();
        let jobs = domains::jobs();
        loop {
            slipway_infra::runs::reconcile::reap(&ctx).await.unwrap();
            let lost = slipway_infra::runs::reconcile::settle_lost(&ctx).await.unwrap();
            let placed = sequencer::place_batch(&ctx).await.unwrap();
            if !jobs::run_next(&ctx, &jobs, "test").await.unwrap() && lost == 0 && placed == 0 {
                return;
            }
        }
    }
}

pub fn is_postgres() -> bool {
    std::env::var_os("SLIPWAY_TEST_DATABASE").is_some_and(|kind| kind == "postgres")
}
