//! Units on a real engine.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use slipway_docker::commands::{Command, CommandSpec};
use slipway_docker::{DockerError, Engine, Limits, State, Unit};
use tokio::io::AsyncWriteExt;

use crate::fixture::{self, shell};

/// What a unit wrote until it ended.
pub async fn everything(engine: &Engine, unit: &str) -> String {
    let lines: Vec<_> = engine.unit_log(unit, None, true).try_collect().await.unwrap();
    lines
        .iter()
        .map(|line| String::from_utf8_lossy(&line.text).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a command writes until it ends.
async fn written(command: &mut Command) -> String {
    let pieces: Vec<_> = command.output.by_ref().try_collect().await.unwrap();
    pieces
        .iter()
        .map(|piece| String::from_utf8_lossy(&piece.bytes).into_owned())
        .collect()
}

async fn ended(engine: &Engine, name: &str) -> Unit {
    loop {
        let unit = engine.unit(name).await.unwrap();
        if matches!(unit.state, State::Ended { .. }) {
            return unit;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_engine_says_what_it_is() {
    let (engine, _) = fixture::engine().await;
    let about = engine.about().await.unwrap();
    assert!(
        about.platform.starts_with("linux/") && about.processors > 0 && about.memory > 0,
        "{about:?}"
    );
    let nobody = Engine::connect(std::path::Path::new("/nonexistent/docker.sock"))
        .await
        .unwrap_err();
    assert!(
        nobody.is_passing() && nobody.to_string().contains("/nonexistent/docker.sock"),
        "{nobody}"
    );
}

#[tokio::test]
async fn a_unit_answers_at_its_address_and_is_made_once() {
    let (engine, image) = fixture::engine().await;
    let spec = shell(
        image,
        "mkdir /www && echo \"hello $WHO\" > /www/index.html && exec httpd -f -p 8080 -h /www",
    );
    let spec = slipway_docker::UnitSpec {
        env: BTreeMap::from([("WHO".to_owned(), "world".to_owned())]),
        ..spec
    };
    let unit = engine.start_unit(&spec).await.unwrap();
    assert_eq!(engine.start_unit(&spec).await.unwrap().id, unit.id);
    assert_eq!(engine.units(&spec.labels).await.unwrap().len(), 1);
    let address = unit.address.expect("a unit that runs has an address");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let text = loop {
        match client.get(format!("http://{address}:8080/")).send().await {
            Ok(answer) => break answer.text().await.unwrap(),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(text, "hello world\n");
    engine.stop_unit(&spec.name, Duration::from_secs(1)).await.unwrap();
    assert!(matches!(
        engine.unit(&spec.name).await.unwrap().state,
        State::Ended { .. }
    ));
    engine.stop_unit(&spec.name, Duration::from_secs(1)).await.unwrap();
    engine.remove_unit(&spec.name).await.unwrap();
    engine.remove_unit(&spec.name).await.unwrap();
    let gone = engine.unit(&spec.name).await.unwrap_err();
    assert!(
        matches!(&gone, DockerError::NotFound(what) if what.contains(&spec.name)),
        "{gone}"
    );
}

#[tokio::test]
async fn how_a_unit_ended_is_said() {
    let (engine, image) = fixture::engine().await;
    let unit = shell(image, "echo out; echo err >&2; exit 7");
    engine.start_unit(&unit).await.unwrap();
    let State::Ended {
        exit_code,
        out_of_memory,
        ..
    } = ended(&engine, &unit.name).await.state
    else {
        unreachable!()
    };
    assert_eq!((exit_code, out_of_memory), (7, false));
    let lines: Vec<_> = engine.unit_log(&unit.name, None, false).try_collect().await.unwrap();
    let mut said: Vec<_> = lines
        .iter()
        .map(|line| (line.is_error, String::from_utf8_lossy(&line.text).into_owned()))
        .collect();
    said.sort();
    assert_eq!(said, [(false, "out".to_owned()), (true, "err".to_owned())]);
}

#[tokio::test]
async fn a_unit_that_takes_too_much_memory_is_killed_for_it() {
    let (engine, image) = fixture::engine().await;
    let mut unit = shell(image, "tail /dev/zero");
    unit.limits = Limits {
        memory: 16 << 20,
        processor: 500,
    };
    engine.start_unit(&unit).await.unwrap();
    let state = ended(&engine, &unit.name).await.state;
    assert!(
        matches!(
            state,
            State::Ended {
                exit_code: 137,
                out_of_memory: true,
                ..
            }
        ),
        "{state:?}"
    );
}

#[tokio::test]
async fn how_a_unit_ended_that_runs_again_is_said() {
    let (engine, image) = fixture::engine().await;
    let mut unit = shell(
        image,
        "[ -f /tmp/again ] && exec sleep 60; touch /tmp/again; exec tail /dev/zero",
    );
    unit.restarts = true;
    unit.limits = Limits {
        memory: 16 << 20,
        processor: 500,
    };
    engine.start_unit(&unit).await.unwrap();
    loop {
        let now = engine.unit(&unit.name).await.unwrap();
        if now.restarts > 0 && now.state == State::Running {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let end = engine.last_end(&unit.name).await.unwrap().unwrap();
    assert_eq!((end.exit_code, end.out_of_memory), (137, true));
    engine.remove_unit(&unit.name).await.unwrap();
    assert_eq!(engine.last_end("nothing-like-it").await.unwrap(), None);
}

#[tokio::test]
async fn a_program_that_is_not_there_and_an_image_that_is_not_there_are_named() {
    let (engine, image) = fixture::engine().await;
    let mut unit = shell(image, "");
    unit.command = vec!["/bin/nothing".to_owned()];
    engine.start_unit(&unit).await.unwrap();
    let state = ended(&engine, &unit.name).await.state;
    assert!(matches!(state, State::Ended { exit_code: 127, .. }), "{state:?}");
    let text = everything(&engine, &unit.name).await;
    assert!(text.contains("/bin/nothing"), "{text}");
    let unit = shell("not-here:v1", "");
    let error = engine.start_unit(&unit).await.unwrap_err().to_string();
    assert!(error.contains("not-here:v1"), "{error}");
    let error = engine
        .fetch_image("127.0.0.1:1/nothing:v1", None, drop)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:1/nothing:v1"), "{error}");
}

#[tokio::test]
async fn a_log_is_followed_from_where_it_was_left() {
    let (engine, image) = fixture::engine().await;
    let unit = shell(image, "echo one; sleep 1; echo two");
    engine.start_unit(&unit).await.unwrap();
    let mut log = Box::pin(engine.unit_log(&unit.name, None, true));
    let first = log.next().await.unwrap().unwrap();
    assert_eq!(&first.text[..], b"one");
    assert_eq!(engine.unit(&unit.name).await.unwrap().state, State::Running);
    assert_eq!(&log.next().await.unwrap().unwrap().text[..], b"two");
    assert!(log.next().await.is_none());
}

#[tokio::test]
async fn commands_run_in_a_unit_with_input_a_terminal_and_an_exit_code() {
    let (engine, image) = fixture::engine().await;
    let unit = shell(image, "exec sleep 600");
    engine.start_unit(&unit).await.unwrap();
    let spec = CommandSpec {
        command: ["/bin/sh", "-c", "read line; echo \"got $line\"; exit 3"]
            .map(str::to_owned)
            .to_vec(),
        reads: true,
        ..CommandSpec::default()
    };
    let mut command = engine.start_command(&unit.name, &spec).await.unwrap();
    command.input.write_all(b"this\n").await.unwrap();
    assert_eq!(written(&mut command).await, "got this\n");
    assert_eq!(command.exit_code().await.unwrap(), Some(3));
    let spec = CommandSpec {
        command: ["/bin/sh", "-c", "read line; stty size"].map(str::to_owned).to_vec(),
        terminal: Some((100, 30)),
        reads: true,
        ..CommandSpec::default()
    };
    let mut command = engine.start_command(&unit.name, &spec).await.unwrap();
    command.input.write_all(b"\n").await.unwrap();
    let text = written(&mut command).await;
    assert!(text.contains("30 100"), "{text:?}");
    let usage = engine.usage(&unit.name).await.unwrap();
    assert!(usage.memory > 0, "{usage:?}");
    engine.remove_unit(&unit.name).await.unwrap();
}
