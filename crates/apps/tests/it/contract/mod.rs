//! What every driver does alike: one suite, on the real Docker Engine and on a real Kubernetes cluster.

mod docker;
#[cfg(feature = "cluster")]
mod kubernetes;
mod once;
mod units;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_api::ids::AppId;
use slipway_apps::clusters::driver::{Desired, Driver, Readiness, State, Unit, What};
use slipway_testing::registry;
use tokio::sync::OnceCell;

/// For what happens on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// An app that no other test has.
fn app() -> AppId {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("app-{number:016}").parse().unwrap()
}

/// An image that has every usual command, by its digest, as the cluster has it.
async fn image(driver: &dyn Driver) -> String {
    static IMAGE: OnceCell<String> = OnceCell::const_new();
    let put = || async {
        registry::put_shell("contract/shell", "1", "sleep 1000", &[])
            .await
            .unwrap()
    };
    let name = IMAGE.get_or_init(put).await;
    driver.fetch(name, &|_| {}).await.unwrap().reference
}

/// A process of one unit that runs a line of shell.
async fn desired(driver: &dyn Driver, app: AppId, script: &str) -> Desired {
    Desired {
        app,
        deploy: 1,
        version: 1,
        process: "web".to_owned(),
        units: 1,
        image: image(driver).await,
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        env: BTreeMap::from([("WHO".to_owned(), "shop".to_owned())]),
        memory: 64 << 20,
        processor: 0,
        processor_kept: 0,
        readiness: Readiness::default(),
    }
}

/// Waits until there is something.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// Waits until so many units of a deploy are ready, and there are no others of it.
async fn ready(driver: &dyn Driver, desired: &Desired) -> Vec<Unit> {
    let last = Mutex::new(String::new());
    let look = async || {
        let units = driver.units(Some(desired.app)).await.unwrap();
        let units: Vec<Unit> = units.into_iter().filter(|unit| unit.deploy == desired.deploy).collect();
        *last.lock().unwrap() = format!("{units:?}");
        for unit in &units {
            if driver.ready(unit, &desired.readiness).await.is_err() {
                return None;
            }
        }
        (units.len() == desired.units as usize).then_some(units)
    };
    match tokio::time::timeout(PATIENCE / 2, eventually("ready units", look)).await {
        Ok(units) => units,
        Err(_) => panic!("not ready: {}", last.lock().unwrap()),
    }
}

/// Why what was asked for does not run: said when it is asked for, or by its unit.
async fn reason(driver: &dyn Driver, desired: &Desired) -> String {
    if let Err(refused) = driver.apply(desired).await {
        return refused.to_string();
    }
    let look = async || {
        let units = driver.units(Some(desired.app)).await.unwrap();
        units.into_iter().find_map(|unit| match unit.state {
            State::Crashing(reason) | State::Ended(reason, _) => Some(reason),
            State::Starting(reason) => Some(reason).filter(|reason| !reason.is_empty()),
            State::Running | State::Unready => None,
        })
    };
    eventually("a reason", look).await
}

async fn end(driver: &dyn Driver, app: AppId) {
    driver
        .clear(app, What::Everything, Duration::from_secs(1))
        .await
        .unwrap();
    let gone = async || driver.units(Some(app)).await.unwrap().is_empty().then_some(());
    eventually("nothing is left", gone).await;
}
