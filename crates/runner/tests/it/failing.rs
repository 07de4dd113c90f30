//! Runs that go wrong by themselves, and what the server is told.

use slipway_api::runner::{Directive, Outcome};

use crate::machine::{Machine, TEST_PROVIDER, variable};

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_is_told_with_file_line_and_code() {
    let machine = Machine::running().await;
    let got = machine
        .finish(&machine.plan_of("output \"o\" {\n  value = local.nope\n}\n"))
        .await;
    let end = got.completion();
    assert_eq!((end.outcome, end.exit_code), (Outcome::Failed, Some(1)));
    insta::assert_snapshot!(end.message.as_deref().unwrap(), @"the configuration is not valid: Reference to undeclared local value (main.tf)");
    let problem = &end.diagnostics[0];
    assert_eq!((problem.file.as_deref(), problem.line), (Some("main.tf"), Some(2)));
    assert!(
        problem.code_frame.as_deref().unwrap().contains("value = local.nope"),
        "{problem:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_not_installed_is_named() {
    let machine = Machine::running().await;
    let mut plan = machine.plan_of("");
    plan.context.engine_version = "1.99.0".into();
    let got = machine.finish(&plan).await;
    let message = got.completion().message.clone().unwrap();
    assert!(
        message.starts_with("OpenTofu 1.99.0 is not installed (found 1."),
        "{message}"
    );
    assert!(got.log().contains(&message), "the log says it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_directory_that_is_not_there_is_named() {
    let machine = Machine::running().await;
    let mut plan = machine.plan_of("");
    plan.context.working_directory = "live/eu".into();
    let got = machine.finish(&plan).await;
    assert!(
        got.completion()
            .message
            .as_deref()
            .unwrap()
            .contains("no directory `live/eu`")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_variable_says_what_to_do() {
    let machine = Machine::running().await;
    let got = machine.finish(&machine.plan_of("variable \"region\" {}\n")).await;
    insta::assert_snapshot!(
        got.completion().message.as_deref().unwrap(),
        @"a required variable has no value: set it on the workspace or in a variable set"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_whose_inputs_changed_is_refused_before_it_starts() {
    let mut machine = Machine::running().await;
    let mut plan =
        machine.plan_of("variable \"region\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.region\n}\n");
    plan.context.variables = vec![variable("region", "eu", false)];
    let planned = machine.finish(&plan).await;
    machine.drain().await;
    machine.start();
    let mut apply = machine.apply_of(&plan, &planned);
    apply.context.variables = vec![variable("region", "us", false)];
    let got = machine.finish(&apply).await;
    insta::assert_snapshot!(
        got.completion().message.as_deref().unwrap(),
        @"a variable changed since the plan was made: plan again"
    );
    assert!(got.states.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canceled_apply_saves_what_it_made() {
    let machine = Machine::running().await;
    let source = format!(
        "{TEST_PROVIDER}resource \"test_instance\" \"done\" {{}}\n\
         resource \"test_instance\" \"long\" {{\n  latency_ms = 600000\n  depends_on = [test_instance.done]\n}}\n"
    );
    let plan = machine.plan_of(&source);
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    machine.server.queue(apply);
    machine
        .server
        .until("creating", &item, |got| {
            got.log().contains("test_instance.long: Creating...")
        })
        .await;
    machine.server.direct(&item, Directive::Cancel);
    let got = machine.server.completed(&item).await;
    assert_eq!(got.completion().outcome, Outcome::Canceled, "{}", got.log());
    assert!(got.state().to_string().contains("\"done\""));
    assert!(
        got.log().contains("[stopping: the engine was interrupted"),
        "{}",
        got.log()
    );
    assert!(got.steps.contains(&"applying".to_owned()), "{:?}", got.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_has_its_time() {
    let machine = Machine::running().await;
    let source = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{\n  latency_ms = 600000\n}}\n");
    let plan = machine.plan_of(&source);
    let planned = machine.finish(&plan).await;
    let mut apply = machine.apply_of(&plan, &planned);
    apply.context.timeout_ms = 1_500;
    let got = machine.finish(&apply).await;
    assert_eq!(got.completion().outcome, Outcome::TimedOut, "{}", got.log());
    assert!(
        got.completion()
            .message
            .as_deref()
            .unwrap()
            .contains("raise the workspace's timeout")
    );
}
