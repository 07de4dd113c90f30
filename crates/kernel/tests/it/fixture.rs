//! A server's home for one test: a data directory, a database, a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, WorkItemId};
use slipway_kernel::clock::Clock;
use slipway_kernel::queue::{self, NewItem, OnLost, WorkItem};
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};
use tempfile::TempDir;

/// What outlives a server process.
pub struct Home {
    /// Removed with the home.
    _directory: TempDir,
    pub settings: Settings,
    pub clock: Clock,
}

impl Home {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().join("data");
        if slipway_testing::postgres::is_wanted().unwrap() {
            settings.database.url = Some(slipway_testing::postgres::database().unwrap());
        }
        let clock = Clock::manual(Timestamp::from_unix_ms(1_795_000_000_000));
        Self {
            _directory: directory,
            settings,
            clock,
        }
    }

    /// The same site with other settings: another machine's.
    pub fn with_settings(settings: Settings, of: &Self) -> Self {
        Self {
            _directory: tempfile::tempdir().unwrap(),
            settings,
            clock: of.clock.clone(),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.settings.database.url.is_none()
    }

    /// Starts a server process, or another replica.
    pub async fn start(&self) -> Ctx {
        Ctx::system(&self.try_start().await.unwrap())
    }

    pub async fn try_start(&self) -> slipway_kernel::Result<Arc<Kernel>> {
        let migrations = slipway_kernel::migrations();
        Kernel::open(self.settings.clone(), self.clock.clone(), Random::system(), &migrations).await
    }

    /// Starts a server process whose kernel is changed before it is shared.
    pub async fn start_with(&self, change: impl FnOnce(&mut Kernel)) -> Ctx {
        let mut kernel = Arc::into_inner(self.try_start().await.unwrap()).unwrap();
        change(&mut kernel);
        Ctx::system(&Arc::new(kernel))
    }
}

/// An organization with its key; the kernel knows no more of it.
pub async fn organization(ctx: &Ctx) -> OrganizationId {
    let id = ctx.new_id().unwrap();
    let tx = ctx.begin().await.unwrap();
    ctx.secrets.create_data_key(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// An item of the pool `apool-test`.
pub fn item(organization: OrganizationId, on_lost: OnLost) -> NewItem {
    NewItem {
        kind: "run.plan",
        subject: "run-1".to_owned(),
        pool: "apool-test".to_owned(),
        organization: Some(organization),
        priority: 0,
        run_after: None,
        max_attempts: 3,
        on_lost,
        payload: serde_json::json!({ "n": 1 }),
    }
}

pub async fn enqueue(ctx: &Ctx, item: NewItem) -> WorkItemId {
    let mut tx = ctx.begin().await.unwrap();
    let id = queue::enqueue(&mut tx, ctx, item).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Claims as `owner` for a minute.
pub async fn claim(ctx: &Ctx, owner: &str) -> Option<WorkItem> {
    let tx = ctx.begin().await.unwrap();
    let lease = queue::Lease {
        pools: &["apool-test".to_owned()],
        owner: owner.to_owned(),
        duration: Duration::from_secs(60),
        token_hash: None,
    };
    let claimed = queue::claim(&tx, ctx.now(), &lease).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

/// Fails the test when something takes far longer than it may.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work)
        .await
        .expect("it should have happened by now")
}
