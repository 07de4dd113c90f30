//! Commands that somebody is at.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::StreamExt;
use slipway_apps::clusters::attach::{Attach, Attached, Order, Place, Said};
use slipway_apps::clusters::driver::{Desired, Driver, DriverError, Unit};

use super::{app, desired, end, eventually, ready};

fn command(place: Place, script: &str) -> Attach {
    Attach {
        place,
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        terminal: None,
        reads: false,
    }
}

async fn unit(driver: &dyn Driver) -> Unit {
    let wanted = desired(driver, app(), "exec sleep 1000").await;
    driver.apply(&wanted).await.unwrap();
    ready(driver, &wanted).await.remove(0)
}

/// One that stands alone, as it is made for a command.
async fn alone(driver: &dyn Driver) -> Desired {
    let mut wanted = desired(driver, app(), "").await;
    static COUNT: AtomicU32 = AtomicU32::new(0);
    wanted.process = format!("run-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    wanted
}

async fn next(attached: &mut Attached) -> Option<Result<Said, DriverError>> {
    tokio::time::timeout(super::PATIENCE, attached.said.next())
        .await
        .expect("something is said")
}

/// What it writes and what it complains of, to its end, and how it ends.
async fn told(attached: &mut Attached) -> (String, String, i64) {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    loop {
        match next(attached).await.expect("an end").unwrap() {
            Said::Output(bytes) => output.extend(bytes),
            Said::Errors(bytes) => errors.extend(bytes),
            Said::Ended(code) => {
                let text = |bytes| String::from_utf8(bytes).unwrap();
                return (text(output), text(errors), code);
            }
        }
    }
}

/// Waits until it wrote something; gives what it wrote until then.
async fn writes(attached: &mut Attached, text: &str) -> String {
    let mut all = String::new();
    while !all.contains(text) {
        match next(attached).await.unwrap_or_else(|| panic!("{all:?}")).unwrap() {
            Said::Output(bytes) => all.push_str(&String::from_utf8_lossy(&bytes)),
            other => panic!("{other:?} after {all:?}"),
        }
    }
    all
}

async fn says(attached: &Attached, text: &'static str) {
    attached.orders.send(Order::Input(text.into())).await.unwrap();
}

pub async fn a_command_in_a_unit_is_talked_with(driver: &dyn Driver) {
    let unit = unit(driver).await;
    let place = || Place::In(unit.clone());
    let mut attached = driver
        .attach(&command(place(), "echo $WHO; echo bad >&2; exit 7"))
        .await
        .unwrap();
    assert_eq!(told(&mut attached).await, ("shop\n".to_owned(), "bad\n".to_owned(), 7));

    let mut wanted = command(place(), "read line; echo \"<$line>\"; cat; exit 3");
    wanted.reads = true;
    let mut attached = driver.attach(&wanted).await.unwrap();
    says(&attached, "one\n").await;
    assert_eq!(writes(&mut attached, "\n").await, "<one>\n");
    says(&attached, "two\n").await;
    attached.orders.send(Order::EndOfInput).await.unwrap();
    assert_eq!(told(&mut attached).await, ("two\n".to_owned(), String::new(), 3));

    let mut missing = command(place(), "");
    missing.command = vec!["/no-such-program".to_owned()];
    match driver.attach(&missing).await {
        Ok(mut attached) => loop {
            match next(&mut attached).await.unwrap() {
                Ok(Said::Ended(code)) => break assert!((126..=127).contains(&code), "{code}"),
                Ok(_) => {}
                Err(DriverError::Refused(reason)) => break assert!(reason.contains("no-such"), "{reason}"),
                Err(error) => panic!("{error}"),
            }
        },
        Err(error) => assert!(error.to_string().contains("no-such"), "{error}"),
    }
    end(driver, unit.app).await;
}

pub async fn a_command_has_a_terminal_as_large_as_it_shall_be(driver: &dyn Driver) {
    let unit = unit(driver).await;
    let mut wanted = command(
        Place::In(unit.clone()),
        "read line; stty size; read line; stty size; exit 5",
    );
    (wanted.terminal, wanted.reads) = (Some((100, 30)), true);
    let mut attached = driver.attach(&wanted).await.unwrap();
    // The size of the terminal and what is typed go different ways.
    tokio::time::sleep(Duration::from_millis(500)).await;
    says(&attached, "\n").await;
    writes(&mut attached, "30 100\r\n").await;
    attached.orders.send(Order::Resize(90, 20)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    says(&attached, "\n").await;
    let (output, _, code) = told(&mut attached).await;
    assert!(output.contains("20 90"), "{output:?}");
    assert_eq!(code, 5);
    end(driver, unit.app).await;
}

pub async fn a_command_ends_when_nobody_is_at_it(driver: &dyn Driver) {
    let unit = unit(driver).await;
    let beats = "while :; do cat /proc/uptime > /tmp/beat; sleep 0.1; done";
    let mut wanted = command(Place::In(unit.clone()), &format!("echo begun; trap '' HUP; {beats}"));
    for terminal in [None, Some((80, 24))] {
        wanted.terminal = terminal;
        let mut attached = driver.attach(&wanted).await.unwrap();
        writes(&mut attached, "begun").await;
        drop(attached);
        let still = "a=$(cat /tmp/beat); sleep 1; test \"$a\" = \"$(cat /tmp/beat)\"";
        let still = ["/bin/sh", "-c", still].map(str::to_owned);
        eventually("it has ended", async || {
            (driver.run(&unit, &still).await.unwrap() == 0).then_some(())
        })
        .await;
    }
    end(driver, unit.app).await;
}

pub async fn a_command_alone_is_heard_and_leaves_nothing(driver: &dyn Driver) {
    let wanted = alone(driver).await;
    let place = async || Place::Alone(Box::new(alone(driver).await));
    let mut attached = driver
        .attach(&command(
            Place::Alone(Box::new(wanted.clone())),
            "echo $WHO; sleep 0.5; echo done; exit 4",
        ))
        .await
        .unwrap();
    assert_eq!(told(&mut attached).await, ("shop\ndone\n".to_owned(), String::new(), 4));

    let mut talks = command(
        place().await,
        "echo hi; read line; echo \"<$line>\"; cat; echo bad >&2; exit 6",
    );
    talks.reads = true;
    let mut attached = driver.attach(&talks).await.unwrap();
    says(&attached, "one\n").await;
    assert_eq!(writes(&mut attached, ">\n").await, "hi\n<one>\n");
    says(&attached, "two\n").await;
    attached.orders.send(Order::EndOfInput).await.unwrap();
    let (output, errors, code) = told(&mut attached).await;
    assert_eq!((output.as_str(), code), ("two\n", 6));
    assert!(errors.is_empty() || errors == "bad\n", "{errors:?}");

    let mut shown = command(place().await, "read line; stty size; exit 2");
    (shown.terminal, shown.reads) = (Some((100, 30)), true);
    let mut attached = driver.attach(&shown).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    says(&attached, "\n").await;
    let (output, _, code) = told(&mut attached).await;
    assert!(output.contains("30 100"), "{output:?}");
    assert_eq!(code, 2);
    // Nothing is left, and that is fine.
    driver.forget_once(&wanted.once()).await.unwrap();
}

pub async fn a_command_alone_that_cannot_begin_says_why(driver: &dyn Driver) {
    let wanted = alone(driver).await;
    let mut missing = command(Place::Alone(Box::new(wanted.clone())), "");
    missing.command = vec!["/no-such-program".to_owned()];
    let reason = match driver.attach(&missing).await {
        Ok(mut attached) => loop {
            match next(&mut attached).await.unwrap() {
                Ok(Said::Ended(code)) => break format!("exit code {code}: no-such-program"),
                Ok(_) => {}
                Err(error) => break error.to_string(),
            }
        },
        Err(error) => error.to_string(),
    };
    assert!(reason.contains("no-such-program"), "{reason}");
    driver.forget_once(&wanted.once()).await.unwrap();
}
