//! What users do wrong, and runs that do not end well: a clear reason, and nothing lost.

use rstest::rstest;
use slipway_api::runs::{NewRun, Run, RunStatus};
use slipway_api::workspaces::WorkspaceSettings;

use crate::actions::{TEST_PROVIDER, addresses, write};
use crate::slipway::{Database, Slipway};
use crate::wait::until_true;

/// Runs a configuration that cannot work, and returns what the run then says.
async fn failing(slipway: &Slipway, name: &str, files: &[(&str, &str)]) -> (Run, String) {
    let workspace = slipway.workspace(name).await;
    slipway.upload(workspace, files).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let ended = slipway.until_status(run, RunStatus::Errored).await;
    assert!(!slipway.client.workspace(workspace).await.unwrap().attributes.locked);
    (ended, slipway.log(run, "plan").await)
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_configuration_is_shown_with_its_place(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("broken").await;
    let broken = "locals {\n  a = 1\n}\n\nresource \"test_instance\" \"x\" {\n  value = local.nothing\n}\n";
    let files = [("main.tf", TEST_PROVIDER), ("broken.tf", broken)];
    slipway.upload(workspace, &files).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Errored).await;
    let diagnostics = slipway.document(run).await.plan.unwrap().attributes.diagnostics;
    let found = diagnostics.first().unwrap();
    assert_eq!(
        (found.file.as_deref(), found.line),
        (Some("broken.tf"), Some(6)),
        "{found:#?}"
    );
    assert!(
        found.code_frame.as_ref().unwrap().contains("value = local.nothing"),
        "{found:#?}"
    );

    let directory = slipway.home.path().join("broken");
    write(&directory, &files);
    write(&directory, &[("slipway.toml", "workspace = \"broken\"\n")]);
    let output = slipway.command(&directory, &["plan"]).await;
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    for part in ["broken.tf", "value = local.nothing", "undeclared local value"] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let (ended, log) = failing(&slipway, "unparsable", &[("main.tf", "resource \"a\" {\n")]).await;
    assert!(log.contains("main.tf line 1"), "{log}");
    assert!(ended.error_message.is_some());
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let needs = "variable \"region\" {\n  type = string\n}\n";
    let (ended, log) = failing(&slipway, "variable", &[("main.tf", needs)]).await;
    assert!(
        log.contains("\"region\"") && ended.error_message.is_some(),
        "{ended:#?} {log}"
    );

    let unknown = "terraform {\n  required_providers {\n    x = { source = \"slipway/nothing\" }\n  }\n}\n\
                   resource \"x_y\" \"z\" {}\n";
    let (ended, log) = failing(&slipway, "provider", &[("main.tf", unknown)]).await;
    assert!(
        log.contains("slipway/nothing") && ended.error_message.is_some(),
        "{ended:#?} {log}"
    );

    let settings = WorkspaceSettings {
        terraform_version: Some("1.0.99".into()),
        ..WorkspaceSettings::default()
    };
    let workspace = slipway.workspace_with("engine", settings).await;
    slipway.upload(workspace, &[("main.tf", "")]).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let reason = slipway
        .until_status(run, RunStatus::Errored)
        .await
        .error_message
        .unwrap();
    assert!(reason.contains("1.0.99"), "{reason}");

    let settings = WorkspaceSettings {
        working_directory: Some("nowhere".into()),
        ..WorkspaceSettings::default()
    };
    let workspace = slipway.workspace_with("directory", settings).await;
    slipway.upload(workspace, &[("main.tf", "")]).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let reason = slipway
        .until_status(run, RunStatus::Errored)
        .await
        .error_message
        .unwrap();
    assert!(reason.contains("nowhere"), "{reason}");
}

/// Two resources, the second of which takes very long.
fn slow(seconds: u32) -> String {
    format!(
        "{TEST_PROVIDER}resource \"test_instance\" \"first\" {{}}\n\
         resource \"test_instance\" \"slow\" {{\n  latency_ms = {}\n  depends_on = [test_instance.first]\n}}\n",
        seconds * 1000
    )
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_the_engine_and_keeps_what_it_made(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("canceled").await;
    slipway.upload(workspace, &[("main.tf", &slow(600))]).await;
    let run = slipway
        .start_run(
            workspace,
            NewRun {
                auto_apply: Some(true),
                ..NewRun::default()
            },
        )
        .await;
    until_true("the slow one", || {
        slipway
            .spooled_log(run, "apply")
            .contains("test_instance.slow: Creating")
    })
    .await;
    slipway.client.cancel_run(run, false, "enough").await.unwrap();
    let canceled = slipway.until_status(run, RunStatus::Canceled).await;
    assert!(canceled.error_message.is_some(), "{canceled:#?}");
    let log = slipway.log(run, "apply").await;
    assert!(log.contains("[stopping: the engine was interrupted"), "{log}");
    assert!(addresses(&slipway.state(workspace).await).contains(&"test_instance.first".to_owned()));

    slipway.upload(workspace, &[("main.tf", &slow(0))]).await;
    slipway.apply(workspace).await;
    assert_eq!(
        addresses(&slipway.state(workspace).await),
        ["test_instance.first", "test_instance.slow"]
    );

    // While planning, and while waiting for its turn.
    let first = slipway
        .start_run(
            workspace,
            NewRun {
                is_destroy: true,
                ..NewRun::default()
            },
        )
        .await;
    let second = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(first, RunStatus::Planned).await;
    slipway.client.cancel_run(second, false, "").await.unwrap();
    slipway.until_status(second, RunStatus::Canceled).await;
    slipway.client.discard_run(first, "").await.unwrap();
    slipway.until_status(first, RunStatus::Discarded).await;
    slipway.apply(workspace).await;
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_too_long_is_stopped_and_says_so(#[case] database: Database) {
    let limits = [
        ("SLIPWAY_RUNS_APPLY_TIMEOUT_SECONDS", "3"),
        ("SLIPWAY_RUNS_STOP_GRACE_SECONDS", "20"),
    ];
    let slipway = Slipway::start_with(database, &limits).await;
    let workspace = slipway.workspace("late").await;
    slipway.upload(workspace, &[("main.tf", &slow(600))]).await;
    let run = slipway
        .start_run(
            workspace,
            NewRun {
                auto_apply: Some(true),
                ..NewRun::default()
            },
        )
        .await;
    let late = slipway.until_status(run, RunStatus::Errored).await;
    let reason = late.error_message.clone().unwrap();
    assert!(reason.contains("time") || reason.contains("longer"), "{reason}");
    assert!(addresses(&slipway.state(workspace).await).contains(&"test_instance.first".to_owned()));
    slipway.upload(workspace, &[("main.tf", &slow(0))]).await;
    slipway.apply(workspace).await;
}
