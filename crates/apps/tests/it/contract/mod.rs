//! What every driver does alike: one suite, on the real Docker Engine and on a real Kubernetes cluster.

/// A test for everything that every driver does alike, with the `driver()` of the place where it stands, and the attributes that tests
/// have there: what is added here is asked of all of them.
macro_rules! suite {
    ($(#[$how:meta])*) => {
        super::suite! {
            [$(#[$how])*]
            units::an_image_is_known_by_its_digest,
            units::an_image_that_wants_a_login_is_had_with_one,
            units::units_are_as_many_as_they_shall_be,
            units::a_unit_that_was_taken_away_is_made_again,
            units::what_does_not_run_says_why,
            units::a_unit_that_takes_too_much_memory_is_killed_for_it,
            units::a_unit_is_ready_when_it_answers,
            units::commands_run_in_a_unit,
            units::what_a_unit_writes_is_followed_to_its_last_word,
            units::who_does_not_end_is_killed,
            units::deploys_are_taken_away_by_themselves,
            attached::a_command_in_a_unit_is_talked_with,
            attached::a_command_has_a_terminal_as_large_as_it_shall_be,
            attached::a_command_ends_when_nobody_is_at_it,
            attached::a_command_alone_is_heard_and_leaves_nothing,
            attached::a_command_alone_that_cannot_begin_says_why,
            once::it_is_heard_and_ends_with_its_code,
            once::it_runs_once_however_often_it_is_asked_for,
            once::it_ends_when_somebody_wants_it_to,
            volumes::a_unit_does_not_see_what_it_is_not_given,
        }
    };
    ($how:tt $($of:ident :: $test:ident),* $(,)?) => {$(
        super::one!($how $of::$test);
    )*};
}
use suite;

/// One of them, with how it stands there.
macro_rules! one {
    ([$(#[$how:meta])*] $of:ident :: $test:ident) => {
        #[tokio::test(flavor = "multi_thread")]
        $(#[$how])*
        async fn $test() {
            super::$of::$test(&driver().await).await;
        }
    };
}
use one;

mod attached;
mod docker;
mod kubernetes;
mod kubernetes_builds;
mod once;
mod units;
mod volumes;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_api::ids::AppId;
use slipway_apps::clusters::driver::{Desired, Driver, Readiness, State, Unit, What};
use slipway_apps::process_settings::Marks;
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
    driver.fetch(name, None, &|_| {}).await.unwrap().reference
}

/// A process of one unit that runs a line of shell.
async fn desired(driver: &dyn Driver, app: AppId, script: &str) -> Desired {
    Desired {
        organization: "org-0000000000000000".parse().unwrap(),
        app,
        deploy: 1,
        version: 1,
        process: "web".to_owned(),
        units: 1,
        image: image(driver).await,
        registry: None,
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        env: BTreeMap::from([("WHO".to_owned(), "shop".to_owned())]),
        memory: 64 << 20,
        processor: 0,
        processor_kept: 0,
        readiness: Readiness::default(),
        mounts: Vec::new(),
        marks: Marks::default(),
        autoscale: None,
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
