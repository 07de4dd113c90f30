//! What units write, and commands that run in them.

use futures::{StreamExt, TryStreamExt};
use slipway_kube::commands::{Command, CommandSpec};
use slipway_kube::logs::LogPart;
use slipway_kube::{Cluster, KubeError, State};
use tokio::io::AsyncWriteExt;

use crate::fixture::{cluster, namespace, process, settled, unit_that};

/// What a line of shell in a unit ends with, and what it writes.
pub async fn shell(cluster: &Cluster, namespace: &str, unit: &str, script: &str) -> (i32, String) {
    let spec = CommandSpec {
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        ..CommandSpec::default()
    };
    let mut command = cluster.start_command(namespace, unit, &spec).await.unwrap();
    let text = written(&mut command).await;
    (command.exit_code().await.unwrap(), text)
}

/// What a command writes until it ends.
async fn written(command: &mut Command) -> String {
    let pieces: Vec<_> = command.output.by_ref().try_collect().await.unwrap();
    let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.to_vec()).collect();
    String::from_utf8(bytes).unwrap()
}

async fn lines(cluster: &Cluster, namespace: &str, unit: &str, part: &LogPart) -> Vec<String> {
    let lines = cluster.unit_log(namespace, unit, part).await.unwrap();
    let lines: Vec<_> = lines.try_collect().await.unwrap();
    lines
        .iter()
        .map(|line| String::from_utf8_lossy(&line.text).into_owned())
        .collect()
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_log_is_followed_from_where_it_was_left() {
    let cluster = cluster().await;
    let script = "[ -f /tmp/x ] || echo one; i=0; while sleep 0.2; do i=$((i+1)); echo line $i; done";
    let spec = process(&namespace("log"), script);
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let space = &spec.id.namespace;
    let unit = unit_that(&cluster, &spec.id, |unit| unit.state == State::Ready)
        .await
        .name;
    let follow = LogPart {
        follow: true,
        ..LogPart::default()
    };
    let followed = cluster.unit_log(space, &unit, &follow).await.unwrap();
    let first: Vec<_> = followed.take(4).try_collect().await.unwrap();
    assert_eq!(&first[0].text[..], b"one");
    assert_eq!(&first[3].text[..], b"line 3");
    assert!(first.is_sorted_by(|one, next| one.at < next.at), "{first:?}");
    let since = LogPart {
        since: Some(first[3].at.clone()),
        follow: true,
        ..LogPart::default()
    };
    let mut rest = Box::pin(cluster.unit_log(space, &unit, &since).await.unwrap());
    // Told from the beginning of that second, so that the rest follows without a gap.
    loop {
        let line = rest.next().await.unwrap().unwrap();
        if line.at > first[3].at {
            assert_eq!(&line.text[..], b"line 4");
            break;
        }
    }
    let last = LogPart {
        last: Some(1),
        ..LogPart::default()
    };
    assert_eq!(lines(&cluster, space, &unit, &last).await.len(), 1);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_a_unit_wrote_before_it_was_started_again_is_kept() {
    let cluster = cluster().await;
    // Words that Kubernetes would change if it were let.
    let script = "echo $(echo from) pid $$; sleep 1; exit 1";
    let spec = process(&namespace("before"), script);
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(&cluster, &spec.id, |unit| {
        unit.restarts > 0 && unit.started_at.is_some()
    })
    .await;
    assert_eq!(unit.ended_before.unwrap().exit_code, 1);
    let before = LogPart {
        before: true,
        ..LogPart::default()
    };
    let told = lines(&cluster, &unit.namespace, &unit.name, &before).await;
    assert_eq!(told, ["from pid 1"]);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn commands_run_in_a_unit_with_input_a_terminal_and_an_exit_code() {
    let cluster = cluster().await;
    let spec = process(&namespace("commands"), "exec sleep 600");
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let space = &spec.id.namespace;
    let unit = unit_that(&cluster, &spec.id, |unit| unit.state == State::Ready)
        .await
        .name;
    assert_eq!(shell(&cluster, space, &unit, "echo yes").await, (0, "yes\n".to_owned()));

    let with = |script: &str, terminal| CommandSpec {
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        terminal,
        reads: true,
    };
    let spec = with("cat; echo err >&2; exit 3", None);
    let mut command = cluster.start_command(space, &unit, &spec).await.unwrap();
    command.input.write_all(b"this\nand that\n").await.unwrap();
    // containerd before 1.7 forgets that the input has ended when the command had not begun yet.
    let mut pieces = vec![command.output.next().await.unwrap().unwrap()];
    command.input.shutdown().await.unwrap();
    pieces.extend(command.output.by_ref().try_collect::<Vec<_>>().await.unwrap());
    let of = |is_error: bool| -> Vec<u8> {
        let pieces = pieces.iter().filter(|piece| piece.is_error == is_error);
        pieces.flat_map(|piece| piece.bytes.to_vec()).collect()
    };
    assert_eq!((of(false), of(true)), (b"this\nand that\n".to_vec(), b"err\n".to_vec()));
    assert_eq!(command.exit_code().await.unwrap(), 3);

    let spec = with("read line; stty size; read line; stty size", Some((100, 30)));
    let mut command = cluster.start_command(space, &unit, &spec).await.unwrap();
    command.input.write_all(b"\n").await.unwrap();
    let mut text = String::new();
    while !text.contains("30 100") {
        let piece = command.output.next().await.unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&piece.bytes));
    }
    command.control.screen().resize(90, 20).await;
    // The terminal's size and what is typed go different ways.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    command.input.write_all(b"\n").await.unwrap();
    let text = written(&mut command).await;
    assert!(text.contains("20 90"), "{text:?}");
    assert_eq!(command.exit_code().await.unwrap(), 0);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_command_that_cannot_run_says_why() {
    let cluster = cluster().await;
    let spec = process(&namespace("refused"), "exec sleep 600");
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let space = &spec.id.namespace;
    let unit = unit_that(&cluster, &spec.id, |unit| unit.state == State::Ready)
        .await
        .name;
    let nothing = CommandSpec {
        command: vec!["/bin/nothing".to_owned()],
        ..CommandSpec::default()
    };
    let mut command = cluster.start_command(space, &unit, &nothing).await.unwrap();
    written(&mut command).await;
    let error = command.exit_code().await.unwrap_err();
    assert!(error.to_string().contains("/bin/nothing"), "{error}");
    let gone = cluster.start_command(space, "gone", &nothing).await.err().unwrap();
    assert!(matches!(gone, KubeError::NotFound(_)), "{gone}");
    let gone = cluster
        .unit_log(space, "gone", &LogPart::default())
        .await
        .err()
        .unwrap();
    assert!(matches!(gone, KubeError::NotFound(_)), "{gone}");
}
