//! What OpenTofu does, and what follows for us.

use std::fs;
use std::path::Path;

use rstest::rstest;
use slipway_tofu::commands::{LONGEST_ROOT_BYTES, RunDirectory, verify_backend};
use slipway_tofu::process::{Order, Rung};

use crate::fixture::{MODULE, Machine, until};

#[tokio::test]
async fn a_run_keeps_its_state_here_whatever_backend_the_configuration_names() {
    let machine = Machine::new().await;
    let blocks = [
        "cloud {\n organization = \"x\"\n workspaces {\n name = \"y\"\n }\n }",
        "backend \"s3\" {\n bucket = \"b\"\n key = \"k\"\n region = \"r\"\n }",
        "backend \"local\" {\n path = \"/nowhere/state\"\n }",
    ];
    for (number, block) in blocks.iter().enumerate() {
        let source = format!("terraform {{\n {block}\n}}\nresource \"terraform_data\" \"a\" {{ input = 1 }}\n");
        let run = machine.run(&format!("run-{number}"), &source);
        run.succeed("init").await;
        verify_backend(&run.directory, Path::new(MODULE)).unwrap();
        run.succeed("plan").await;
        run.succeed("apply").await;
        assert_eq!(run.state()["resources"][0]["type"], "terraform_data");
    }
}

/// The trap: override files are merged by name, so one of the configuration could come after ours.
#[tokio::test]
async fn a_later_override_file_of_the_configuration_loses_to_ours() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"terraform_data\" \"a\" {}\n");
    let theirs = Path::new("config/zzzzz_override.tf");
    run.directory
        .write(
            theirs,
            b"terraform {\n backend \"local\" {\n path = \"theirs\"\n }\n}\n",
        )
        .unwrap();
    run.succeed("init").await;
    let error = verify_backend(&run.directory, Path::new(MODULE))
        .unwrap_err()
        .to_string();
    assert!(error.contains("initialised the backend `local`"), "{error}");

    run.override_backend();
    run.directory.remove(Path::new("config/.terraform")).unwrap();
    run.succeed("init").await;
    verify_backend(&run.directory, Path::new(MODULE)).unwrap();
}

/// The trap: why the override file must not carry values, and `-backend-config` is never used.
#[tokio::test]
async fn backend_values_land_in_the_plan_directory() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"terraform_data\" \"a\" {}\n");
    let arguments = ["init", "-backend-config=path=planted-secret"]
        .map(str::to_owned)
        .into();
    run.command("init", arguments).await;
    let record = fs::read_to_string(run.directory.config().join(".terraform/terraform.tfstate")).unwrap();
    assert!(record.contains("planted-secret"));
    assert!(verify_backend(&run.directory, Path::new(MODULE)).is_err());
}

/// The trap: why states are not at the local backend's usual place.
#[tokio::test]
async fn init_asks_about_a_state_that_it_finds_at_the_usual_place() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"terraform_data\" \"a\" {}\n");
    for command in ["init", "plan", "apply"] {
        run.succeed(command).await;
    }
    let state = run.state().to_string();
    // Ours is no trouble.
    run.directory.remove(Path::new("config/.terraform")).unwrap();
    run.succeed("init").await;
    run.directory
        .write(
            Path::new("config/terraform.tfstate.d/prod/terraform.tfstate"),
            state.as_bytes(),
        )
        .unwrap();
    run.directory.remove(Path::new("config/.terraform")).unwrap();
    assert_eq!(run.init().await.exit.code, Some(1));
    assert!(run.log("init").contains("state migration"), "{}", run.log("init"));
}

#[tokio::test]
async fn a_path_in_the_configuration_must_be_the_same_at_apply() {
    let machine = Machine::new().await;
    let source = "resource \"terraform_data\" \"a\" {\n input = abspath(path.root)\n}\n\
                  resource \"terraform_data\" \"b\" {\n input = terraform_data.a.output\n}\n";
    let planned = machine.run("run-1", source);
    planned.succeed("init").await;
    planned.succeed("plan").await;
    let elsewhere = machine.run("run-2", source);
    elsewhere.succeed("init").await;
    fs::copy(planned.plan_file(), elsewhere.plan_file()).unwrap();
    assert_eq!(elsewhere.apply().await.exit.code, Some(1));
    assert!(
        elsewhere.log("apply").contains("inconsistent final plan"),
        "{}",
        elsewhere.log("apply")
    );

    // The same place, made again from nothing, is fine.
    let plan = fs::read(planned.plan_file()).unwrap();
    planned.directory.delete().unwrap();
    let again = machine.run("run-1", source);
    again.succeed("init").await;
    fs::write(again.plan_file(), plan).unwrap();
    again.succeed("apply").await;
}

#[rstest]
#[case::the_longest_for_temporary_files_inside(0)]
#[case::longer(100)]
#[tokio::test]
async fn providers_start_in_a_directory_of_any_length(#[case] longer: usize) {
    let machine = Machine::new().await;
    let source = "resource \"null_resource\" \"a\" {}\n";
    let mut run = machine.run("run-0123456789abcdef", source);
    let filler = LONGEST_ROOT_BYTES - machine.root.path().as_os_str().len() - 1 + longer;
    let root = machine.root.path().join("r".repeat(filler));
    run.directory = RunDirectory::create(&root, "run-0123456789abcdef").unwrap();
    run.directory
        .write(Path::new("config/main.tf"), source.as_bytes())
        .unwrap();
    run.override_backend();
    run.succeed("init").await;
    run.succeed("plan").await;
    run.directory.delete().unwrap();
}

/// The trap: why there is a limit at all.
#[tokio::test]
async fn providers_do_not_start_in_a_long_temporary_directory() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"null_resource\" \"a\" {}\n");
    run.succeed("init").await;
    let long = run.directory.tmp().join("t".repeat(100));
    fs::create_dir(&long).unwrap();
    let mut invocation = run.invocation("plan", vec!["plan".into(), "-lock=false".into()]);
    invocation
        .environment
        .insert("TMPDIR".into(), long.display().to_string());
    let exit = slipway_tofu::process::spawn(&invocation)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(exit.code, Some(1), "{}", run.log("plan"));
}

#[tokio::test]
async fn the_human_output_is_the_log_and_the_events_come_beside_it() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"terraform_data\" \"a\" {\n input = \"shown\"\n}\n");
    run.succeed("init").await;
    run.succeed("plan").await;
    assert!(run.log("plan").contains("input  = \"shown\""), "{}", run.log("plan"));
    let events = run.event_lines("plan");
    let summary = events.iter().find(|event| event["type"] == "change_summary").unwrap();
    assert_eq!(summary["changes"]["add"], 1);
    assert!(
        !events.iter().any(|event| event.to_string().contains("shown")),
        "the events alone have no attributes"
    );
    run.succeed("apply").await;
    let kinds: Vec<_> = run
        .event_lines("apply")
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert!(
        kinds.contains(&"apply_start".into()) && kinds.contains(&"apply_complete".into()),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn a_plan_without_changes_says_so_by_its_exit_code() {
    let machine = Machine::new().await;
    let run = machine.run("run-1", "resource \"terraform_data\" \"a\" {}\n");
    for command in ["init", "plan", "apply"] {
        run.succeed(command).await;
    }
    assert_eq!(run.plan().await.exit.code, Some(0));
}

#[tokio::test]
async fn cancel_lets_the_engine_save_what_it_made() {
    let machine = Machine::new().await;
    let source = "terraform {\n required_providers {\n test = { source = \"slipway/test\" }\n }\n}\n\
                  resource \"test_instance\" \"done\" {}\n\
                  resource \"test_instance\" \"long\" {\n latency_ms = 600000\n depends_on = [test_instance.done]\n}\n\
                  resource \"test_instance\" \"never\" {\n depends_on = [test_instance.long]\n}\n";
    let run = machine.run("run-1", source);
    run.succeed("init").await;
    run.succeed("plan").await;
    let started = async {
        until("the long resource is being made", || {
            let events = fs::read_to_string(run.spool.join("apply.events")).unwrap_or_default();
            events
                .lines()
                .any(|line| line.contains("apply_start") && line.contains("test_instance.long"))
        })
        .await;
        run.order.send(Order::Cancel).unwrap();
    };
    let (ended, ()) = tokio::join!(run.apply(), started);
    assert_eq!(
        (ended.exit.code, ended.stopped),
        (Some(1), Some(Rung::Interrupted)),
        "{}",
        run.log("apply")
    );
    let state = run.state().to_string();
    assert!(state.contains("\"done\"") && !state.contains("\"never\""), "{state}");
    assert!(run.log("apply").contains("Interrupt received"), "{}", run.log("apply"));
}
