//! What runs by itself until it ends.

use std::sync::Mutex;
use std::time::Duration;

use slipway_apps::clusters::driver::{Driver, DriverError};
use tokio_util::sync::CancellationToken;

use super::{app, desired};

pub async fn it_is_heard_and_ends_with_its_code(driver: &dyn Driver) {
    let mut wanted = desired(driver, app(), "echo $WHO; sleep 0.5; echo done; exit 4").await;
    wanted.process = "release".to_owned();
    let app = wanted.app;
    let wanted = wanted.once();
    let heard = Mutex::new(Vec::new());
    let hear = |line: String| heard.lock().unwrap().push(line);
    let code = driver.run_once(&wanted, &CancellationToken::new(), &hear).await;
    assert_eq!(code, Ok(4));
    assert_eq!(*heard.lock().unwrap(), ["shop", "done"]);
    assert!(driver.units(Some(app)).await.unwrap().is_empty());
    driver.forget_once(&wanted).await.unwrap();
    driver.forget_once(&wanted).await.unwrap();
}

/// Whoever was killed while it ran, or after, asks again.
pub async fn it_runs_once_however_often_it_is_asked_for(driver: &dyn Driver) {
    let mut wanted = desired(driver, app(), "cat /proc/sys/kernel/random/uuid; sleep 3; exit 5").await;
    wanted.process = "release".to_owned();
    let wanted = wanted.once();
    let heard = Mutex::new(Vec::new());
    let hear = |line: String| heard.lock().unwrap().push(line);
    let token = CancellationToken::new();
    let cut = async {
        while heard.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        ended = driver.run_once(&wanted, &token, &hear) => panic!("{ended:?}"),
        () = cut => {}
    }
    for _ in 0..2 {
        assert_eq!(driver.run_once(&wanted, &token, &hear).await, Ok(5));
    }
    let first = heard.lock().unwrap()[0].clone();
    assert!(heard.lock().unwrap().iter().all(|line| *line == first), "{heard:?}");
    driver.forget_once(&wanted).await.unwrap();
}

pub async fn it_ends_when_somebody_wants_it_to(driver: &dyn Driver) {
    let mut wanted = desired(driver, app(), "echo begun; sleep 1000").await;
    wanted.process = "release".to_owned();
    let wanted = wanted.once();
    let token = CancellationToken::new();
    let cancel = token.clone();
    let hear = move |_: String| cancel.cancel();
    let ended = driver.run_once(&wanted, &token, &hear).await;
    assert_eq!(ended, Err(DriverError::Cancelled));
    driver.forget_once(&wanted).await.unwrap();
}
