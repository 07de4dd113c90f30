//! What users do with runs.

use rstest::rstest;
use serde_json::json;
use slipway_api::runs::{NewRun, RunStatus};

use crate::actions::{TEST_PROVIDER, addresses, write};
use crate::slipway::{Database, Slipway};

fn greeting(text: &str) -> String {
    format!(
        "{TEST_PROVIDER}resource \"test_instance\" \"one\" {{\n  value = {text:?}\n}}\n\
         output \"greeting\" {{\n  value = test_instance.one.value\n}}\n"
    )
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_lives_from_its_first_plan_to_its_destruction(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("life").await;
    slipway.upload(workspace, &[("main.tf", &greeting("hello"))]).await;

    let run = slipway.start_run(workspace, NewRun::default()).await;
    let planned = slipway.until_status(run, RunStatus::Planned).await;
    assert!(planned.has_changes && planned.actions.is_confirmable);
    assert_eq!(slipway.state(workspace).await, json!(null));
    slipway.confirm(run).await;
    slipway.until_status(run, RunStatus::Applied).await;
    let plan = slipway.log(run, "plan").await;
    assert!(
        plan.contains("Initializing") && plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."),
        "{plan}"
    );
    let apply = slipway.log(run, "apply").await;
    assert!(
        apply.contains("Apply complete! Resources: 1 added, 0 changed, 0 destroyed."),
        "{apply}"
    );
    assert_eq!(slipway.outputs(workspace).await["greeting"], "hello");

    let nothing = slipway.apply(workspace).await;
    assert_eq!(slipway.run(nothing).await.status, RunStatus::PlannedAndFinished);
    let warm = slipway.log(nothing, "plan").await;
    assert!(
        warm.contains("No changes.") && !warm.contains("Initializing"),
        "a warm run needs no init: {warm}"
    );

    slipway
        .upload(workspace, &[("main.tf", &greeting("good morning"))])
        .await;
    let changed = slipway.apply(workspace).await;
    let document = slipway.document(changed).await;
    assert_eq!(document.apply.unwrap().attributes.resource_changes, 1);
    assert_eq!(slipway.outputs(workspace).await["greeting"], "good morning");

    let destroy = NewRun {
        is_destroy: true,
        auto_apply: Some(true),
        ..NewRun::default()
    };
    let destroyed = slipway.start_run(workspace, destroy).await;
    slipway.until_status(destroyed, RunStatus::Applied).await;
    let state = slipway.state(workspace).await;
    assert_eq!(addresses(&state), Vec::<String>::new());
    assert_eq!(
        slipway
            .client
            .workspace(workspace)
            .await
            .unwrap()
            .attributes
            .resource_count,
        0
    );
    assert!(!slipway.client.workspace(workspace).await.unwrap().attributes.locked);
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_configuration(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("parts").await;
    let both = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{}}\nresource \"test_instance\" \"b\" {{}}\n");
    slipway.upload(workspace, &[("main.tf", &both)]).await;
    let only = |address: &str| Some(vec![address.to_owned()]);
    let now = || NewRun {
        auto_apply: Some(true),
        ..NewRun::default()
    };

    let targeted = slipway
        .start_run(
            workspace,
            NewRun {
                target_addrs: only("test_instance.a"),
                ..now()
            },
        )
        .await;
    slipway.until_status(targeted, RunStatus::Applied).await;
    assert_eq!(addresses(&slipway.state(workspace).await), ["test_instance.a"]);

    let id_of_a = |state: &serde_json::Value| state["resources"][0]["instances"][0]["attributes"]["id"].clone();
    slipway.apply(workspace).await;
    let before = slipway.state(workspace).await;
    assert_eq!(addresses(&before), ["test_instance.a", "test_instance.b"]);
    let replaced = slipway
        .start_run(
            workspace,
            NewRun {
                replace_addrs: only("test_instance.a"),
                ..now()
            },
        )
        .await;
    slipway.until_status(replaced, RunStatus::Applied).await;
    let after = slipway.state(workspace).await;
    assert_ne!(id_of_a(&before), id_of_a(&after));
    assert_eq!(before["resources"][1], after["resources"][1]);

    let refreshed = slipway
        .start_run(
            workspace,
            NewRun {
                refresh_only: true,
                ..now()
            },
        )
        .await;
    assert_eq!(slipway.settled(refreshed).await.status, RunStatus::PlannedAndFinished);

    let saved = slipway
        .start_run(
            workspace,
            NewRun {
                is_destroy: true,
                save_plan: true,
                ..NewRun::default()
            },
        )
        .await;
    slipway.until_status(saved, RunStatus::PlannedAndSaved).await;
    // A saved plan holds nobody up.
    let other = slipway
        .start_run(
            workspace,
            NewRun {
                plan_only: Some(true),
                ..NewRun::default()
            },
        )
        .await;
    slipway.until_status(other, RunStatus::PlannedAndFinished).await;
    assert!(!slipway.client.workspace(workspace).await.unwrap().attributes.locked);
    slipway.confirm(saved).await;
    slipway.until_status(saved, RunStatus::Applied).await;
    assert_eq!(addresses(&slipway.state(workspace).await), Vec::<String>::new());
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_take_turns_and_the_second_says_for_what_it_waits(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("turns").await;
    let slow = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{\n  latency_ms = 500\n}}\n");
    slipway.upload(workspace, &[("main.tf", &slow)]).await;
    let first = slipway.start_run(workspace, NewRun::default()).await;
    let second = slipway
        .start_run(
            workspace,
            NewRun {
                auto_apply: Some(true),
                ..NewRun::default()
            },
        )
        .await;
    slipway.until_status(first, RunStatus::Planned).await;
    let waiting = slipway.run(second).await;
    assert_eq!(waiting.status, RunStatus::Pending);
    assert!(
        waiting
            .waiting_for
            .as_ref()
            .is_some_and(|why| why.contains(&first.to_string())),
        "{waiting:#?}"
    );
    slipway.confirm(first).await;
    slipway.until_status(first, RunStatus::Applied).await;
    // The state of the first is what the second starts from.
    slipway.until_status(second, RunStatus::PlannedAndFinished).await;
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_no_log_and_a_large_state_comes_back_as_it_was(#[case] database: Database) {
    const SECRET: &str = "correct-horse-battery-staple";
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("large").await;
    let configuration = format!(
        "{TEST_PROVIDER}variable \"password\" {{\n  type = string\n}}\n\
         variable \"session\" {{\n  type = string\n  ephemeral = true\n}}\n\
         resource \"test_instance\" \"big\" {{\n  count = 20\n  payload_bytes = 500000\n  value = var.password\n}}\n\
         output \"told\" {{\n  value = \"x${{var.password}}x\"\n}}\n\
         output \"sizes\" {{\n  value = sum([for big in test_instance.big : length(big.payload)])\n}}\n"
    );
    slipway.upload(workspace, &[("main.tf", &configuration)]).await;
    slipway.set(workspace, "password", SECRET, true).await;
    slipway.set(workspace, "session", "ephemeral-shibboleth", true).await;
    let run = slipway.apply(workspace).await;
    let log = slipway.whole_log(run).await;
    assert!(
        !log.contains(SECRET) && !log.contains("ephemeral-shibboleth"),
        "a secret is in the log"
    );
    assert!(log.contains("told"), "{log}");
    assert_eq!(slipway.outputs(workspace).await["sizes"], 10_000_000);
    let state = slipway.state(workspace).await.to_string();
    assert!(state.len() > 10_000_000 && state.contains(SECRET) && !state.contains("ephemeral-shibboleth"));
    slipway.apply(workspace).await;
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_backend_of_the_configurations_own_is_not_used(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let elsewhere = slipway.home.path().join("elsewhere.tfstate");
    let backends = [
        (
            "cloud",
            "cloud {\n    organization = \"other\"\n    workspaces {\n      name = \"other\"\n    }\n  }".to_owned(),
        ),
        ("local", format!("backend \"local\" {{\n    path = {elsewhere:?}\n  }}")),
        (
            "http",
            "backend \"http\" {\n    address = \"http://127.0.0.1:9/state\"\n  }".to_owned(),
        ),
    ];
    for (name, backend) in backends {
        let workspace = slipway.workspace(name).await;
        let text = format!("terraform {{\n  {backend}\n}}\n{}", greeting("here"));
        // An override of the user's own must not win either.
        let later = format!("terraform {{\n  {backend}\n}}\n");
        slipway
            .upload(workspace, &[("main.tf", &text), ("zzzzzz_override.tf", &later)])
            .await;
        slipway.apply(workspace).await;
        assert_eq!(
            addresses(&slipway.state(workspace).await),
            ["test_instance.one"],
            "{name}"
        );
    }
    assert!(!elsewhere.exists());
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_takes_a_directory_all_the_way(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    slipway.workspace("shop").await;
    let directory = slipway.home.path().join("shop");
    write(
        &directory,
        &[
            ("main.tf", &greeting("from the command line")),
            ("slipway.toml", "workspace = \"shop\"\n"),
        ],
    );
    let applied = slipway.command(&directory, &["apply", "--auto-approve"]).await;
    let (stdout, stderr) = (
        String::from_utf8_lossy(&applied.stdout),
        String::from_utf8_lossy(&applied.stderr),
    );
    assert!(applied.status.success(), "{stdout}{stderr}");
    assert!(
        format!("{stdout}{stderr}").contains("Apply complete!"),
        "{stdout}{stderr}"
    );
    let output = slipway
        .command(&directory, &["--output", "json", "state", "outputs"])
        .await;
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("from the command line"),
        "{output:?}"
    );
}
