//! Units: made, counted, seen, asked, heard, taken away.

use std::time::Duration;

use futures::StreamExt;
use slipway_apps::clusters::driver::{Driver, DriverError, Readiness, State, Unit, What};
use slipway_connections::registries::{Login, Registry};
use slipway_testing::registry;
use zeroize::Zeroizing;

use super::{app, desired, end, eventually, ready, reason};

/// A line that the unit writes when it is told to end.
const POLITE: &str = "trap 'echo bye; exit 0' TERM; echo begun; while :; do sleep 0.05; done";

pub async fn an_image_is_known_by_its_digest(driver: &dyn Driver) {
    let put = registry::put_shell("contract/tagged", "2", "serve", &[]).await.unwrap();
    let tagged = format!("{}/contract/tagged:2", registry::address().unwrap());
    let found = driver.fetch(&tagged, None, &|_| {}).await.unwrap();
    assert_eq!(found.reference, put);
    assert_eq!(found.command, ["/bin/sh", "-c", "serve"]);
    assert_eq!((found.entrypoint.len(), found.ports.as_slice()), (0, &[8080][..]));
    assert_eq!(driver.fetch(&put, None, &|_| {}).await.unwrap(), found);
    let missing = format!("{}/contract/missing:1", registry::address().unwrap());
    match driver.fetch(&missing, None, &|_| {}).await {
        Err(DriverError::Refused(reason)) => assert!(reason.contains(&missing), "{reason}"),
        other => panic!("{other:?}"),
    }
}

pub async fn an_image_that_wants_a_login_is_had_with_one(driver: &dyn Driver) {
    let name = registry::put_guarded_shell("contract/guarded", "1", "exec sleep 1000")
        .await
        .unwrap();
    match driver.fetch(&name, None, &|_| {}).await {
        Err(DriverError::Refused(reason)) => assert!(reason.contains(&name), "{reason}"),
        other => panic!("{other:?}"),
    }
    let (user, password) = registry::LOGIN;
    let mut opened = Registry::open(&registry::guarded().unwrap());
    opened.login = Some(Login {
        user: user.to_owned(),
        secret: Zeroizing::new("another".to_owned()),
    });
    assert!(driver.fetch(&name, Some(&opened), &|_| {}).await.is_err());
    opened.login = Some(Login {
        user: user.to_owned(),
        secret: Zeroizing::new(password.to_owned()),
    });
    let app = app();
    let mut wanted = desired(driver, app, "exec sleep 1000").await;
    wanted.image = driver.fetch(&name, Some(&opened), &|_| {}).await.unwrap().reference;
    assert_eq!(wanted.image, name);
    wanted.registry = Some(opened);
    driver.apply(&wanted).await.unwrap();
    ready(driver, &wanted).await;
    end(driver, app).await;
}

pub async fn units_are_as_many_as_they_shall_be(driver: &dyn Driver) {
    let app = app();
    let mut wanted = desired(driver, app, POLITE).await;
    wanted.units = 2;
    driver.apply(&wanted).await.unwrap();
    let units = ready(driver, &wanted).await;
    for unit in &units {
        assert_eq!((unit.deploy, unit.version, unit.process.as_str()), (1, 1, "web"));
        assert!(unit.name.starts_with("web-1-"), "{}", unit.name);
    }
    // Asked again, nothing happens.
    driver.apply(&wanted).await.unwrap();
    assert_eq!(ready(driver, &wanted).await, units);
    for count in [3, 1] {
        wanted.units = count;
        driver.apply(&wanted).await.unwrap();
        ready(driver, &wanted).await;
    }
    let all = driver.units(None).await.unwrap();
    assert_eq!(all.iter().filter(|unit| unit.app == app).count(), 1);
    end(driver, app).await;
}

pub async fn a_unit_that_was_taken_away_is_made_again(driver: &dyn Driver) {
    let app = app();
    let mut wanted = desired(driver, app, POLITE).await;
    wanted.units = 2;
    driver.apply(&wanted).await.unwrap();
    let units = ready(driver, &wanted).await;
    driver.remove(&units[0], Duration::from_secs(2)).await.unwrap();
    // One that is gone is fine.
    driver.remove(&units[0], Duration::from_secs(2)).await.unwrap();
    driver.apply(&wanted).await.unwrap();
    let after = eventually("another unit", async || {
        driver.apply(&wanted).await.unwrap();
        let after = ready(driver, &wanted).await;
        after
            .iter()
            .all(|unit| (&unit.key, &unit.started_at) != (&units[0].key, &units[0].started_at))
            .then_some(after)
    });
    let after = after.await;
    assert!(after.iter().any(|unit| unit.key == units[1].key), "{after:?}");
    end(driver, app).await;
}

pub async fn what_does_not_run_says_why(driver: &dyn Driver) {
    let cases = [("exit 3", "exit code 3"), ("exit 0", "exit code 0")];
    for (script, said) in cases {
        let app = app();
        let reason = reason(driver, &desired(driver, app, script).await).await;
        assert!(reason.contains(said), "{script}: {reason}");
        end(driver, app).await;
    }
    let app_of_program = app();
    let mut without_program = desired(driver, app_of_program, "").await;
    without_program.command = vec!["/no-such-program".to_owned()];
    let said = reason(driver, &without_program).await;
    // An engine may have tried to start it again, and then only knows how that ended.
    assert!(
        said.contains("/no-such-program") || said.contains("exit code 127"),
        "{said}"
    );
    end(driver, app_of_program).await;

    let app_of_image = app();
    let mut without_image = desired(driver, app_of_image, "").await;
    without_image.image = format!(
        "{}/contract/nowhere@sha256:{}",
        registry::address().unwrap(),
        "0".repeat(64)
    );
    let said = reason(driver, &without_image).await;
    assert!(said.contains("contract/nowhere"), "{said}");
    end(driver, app_of_image).await;
}

pub async fn a_unit_that_takes_too_much_memory_is_killed_for_it(driver: &dyn Driver) {
    let app = app();
    // What is in a file in memory counts.
    let hungry = desired(driver, app, "sleep 1; x=a; while :; do x=$x$x; done").await;
    let said = reason(driver, &hungry).await;
    assert!(said.contains("more memory than"), "{said}");
    end(driver, app).await;
}

pub async fn a_unit_is_ready_when_it_answers(driver: &dyn Driver) {
    let app = app();
    let script = "while [ ! -f /tmp/go ]; do sleep 0.05; done; mkdir /tmp/www; echo hi >/tmp/www/up; exec httpd -f -p 8080 -h /tmp/www";
    let mut wanted = desired(driver, app, script).await;
    wanted.readiness = Readiness {
        port: 8080,
        takes_requests: true,
        health: None,
    };
    driver.apply(&wanted).await.unwrap();
    let unready = eventually("a unit that runs", async || {
        let units = driver.units(Some(app)).await.unwrap();
        units
            .into_iter()
            .find(|unit| matches!(unit.state, State::Running | State::Unready))
    });
    let unit: Unit = unready.await;
    let why = driver.ready(&unit, &wanted.readiness).await.unwrap_err();
    assert!(!why.is_empty());
    let begin = ["/bin/touch", "/tmp/go"].map(str::to_owned);
    assert_eq!(driver.run(&unit, &begin).await.unwrap(), 0);
    ready(driver, &wanted).await;
    end(driver, app).await;
}

pub async fn commands_run_in_a_unit(driver: &dyn Driver) {
    let app = app();
    let wanted = desired(driver, app, POLITE).await;
    driver.apply(&wanted).await.unwrap();
    let unit = &ready(driver, &wanted).await[0];
    let shell = |script: &str| ["/bin/sh", "-c", script].map(str::to_owned);
    assert_eq!(driver.run(unit, &shell("test \"$WHO\" = shop")).await.unwrap(), 0);
    assert_eq!(driver.run(unit, &shell("echo much; exit 7")).await.unwrap(), 7);
    end(driver, app).await;
}

pub async fn what_a_unit_writes_is_followed_to_its_last_word(driver: &dyn Driver) {
    let app = app();
    let wanted = desired(driver, app, POLITE).await;
    driver.apply(&wanted).await.unwrap();
    let unit = ready(driver, &wanted).await.remove(0);
    let mut log = driver.log(&unit, 10, true);
    let line = log.next().await.unwrap().unwrap();
    assert_eq!(&line.text[..], b"begun");
    assert!(line.at.starts_with("20"), "{}", line.at);
    // It is asked to end before it is killed.
    driver
        .clear(app, What::Everything, Duration::from_secs(20))
        .await
        .unwrap();
    let line = log.next().await.unwrap().unwrap();
    assert_eq!(&line.text[..], b"bye");
    let rest = tokio::time::timeout(super::PATIENCE, log.next()).await.unwrap();
    assert!(rest.is_none(), "{rest:?}");
    end(driver, app).await;
}

pub async fn who_does_not_end_is_killed(driver: &dyn Driver) {
    let app = app();
    let wanted = desired(driver, app, "trap '' TERM; while :; do sleep 0.05; done").await;
    driver.apply(&wanted).await.unwrap();
    let unit = ready(driver, &wanted).await.remove(0);
    let mut log = driver.log(&unit, 10, true);
    let begun = std::time::Instant::now();
    driver
        .clear(app, What::Everything, Duration::from_secs(2))
        .await
        .unwrap();
    // Its log ends when it does.
    tokio::time::timeout(super::PATIENCE, log.next()).await.unwrap();
    let lasted = begun.elapsed();
    assert!(lasted >= Duration::from_secs(1), "{lasted:?}");
    // A cluster that ends it itself gives it the ten seconds that it was made with.
    assert!(lasted < Duration::from_secs(16), "{lasted:?}");
    end(driver, app).await;
}

pub async fn deploys_are_taken_away_by_themselves(driver: &dyn Driver) {
    let app = app();
    let first = desired(driver, app, POLITE).await;
    let mut all = Vec::new();
    for deploy in 1..=3 {
        let mut wanted = first.clone();
        wanted.deploy = deploy;
        driver.apply(&wanted).await.unwrap();
        all.push(wanted);
    }
    for wanted in &all {
        ready(driver, wanted).await;
    }
    let patience = Duration::from_secs(2);
    let left = async |what: What, numbers: &[u32]| {
        driver.clear(app, what, patience).await.unwrap();
        // Again is fine.
        driver.clear(app, what, patience).await.unwrap();
        eventually("the others are gone", async || {
            let units = driver.units(Some(app)).await.unwrap();
            let found: Vec<u32> = units.iter().map(|unit| unit.deploy).collect();
            (found == numbers).then_some(())
        })
        .await;
    };
    left(What::Deploy(2), &[1, 3]).await;
    left(What::Others(3), &[3]).await;
    left(What::Everything, &[]).await;
}
