//! What people get wrong, and what they are told.

use rstest::rstest;
use slipway_tofu::commands::{Complaint, FailureKind, classify};
use slipway_tofu::process::Ended;

use crate::fixture::{Machine, Run};

fn failure(run: &Run, command: &str, ended: &Ended) -> FailureKind {
    let events = run.event_lines(command);
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let found: Vec<(String, Option<String>)> = events
        .iter()
        .filter_map(|event| event.get("diagnostic"))
        .map(|problem| (text(&problem["summary"]).unwrap(), text(&problem["range"]["filename"])))
        .collect();
    let complaints: Vec<Complaint<'_>> = found
        .iter()
        .map(|(summary, file)| Complaint {
            summary,
            file: file.as_deref(),
        })
        .collect();
    classify(command, ended, &complaints).kind
}

#[rstest]
#[case::broken("resource \"terraform_data\" {", FailureKind::ConfigurationInvalid)]
#[case::provider(
    "terraform {\nrequired_providers {\na = { source = \"hashicorp/nope\" }\n}\n}",
    FailureKind::ProviderUnavailable
)]
#[case::module("module \"m\" {\nsource = \"./nope\"\n}", FailureKind::ModuleUnavailable)]
#[tokio::test]
async fn init_fails(#[case] source: &str, #[case] kind: FailureKind) {
    let machine = Machine::new().await;
    let run = machine.run("run-1", source);
    let ended = run.init().await;
    assert_eq!(ended.exit.code, Some(1));
    assert_eq!(failure(&run, "init", &ended), kind);
}

#[rstest]
#[case::no_value("variable \"region\" {}", FailureKind::VariableMissing)]
#[case::refused(
    "variable \"n\" {\ndefault = 1\nvalidation {\ncondition = var.n > 3\nerror_message = \"too small\"\n}\n}",
    FailureKind::VariableInvalid
)]
#[case::reference("output \"o\" {\nvalue = local.nope\n}", FailureKind::ConfigurationInvalid)]
#[tokio::test]
async fn plan_fails(#[case] source: &str, #[case] kind: FailureKind) {
    let machine = Machine::new().await;
    let run = machine.run("run-1", source);
    run.succeed("init").await;
    let ended = run.plan().await;
    assert_eq!(ended.exit.code, Some(1));
    assert_eq!(failure(&run, "plan", &ended), kind);
}

#[tokio::test]
async fn a_resource_that_fails_is_a_failed_operation_with_what_worked_in_the_state() {
    let machine = Machine::new().await;
    let source = "terraform {\n required_providers {\n test = { source = \"slipway/test\" }\n }\n}\n\
                  resource \"test_instance\" \"good\" {}\n\
                  resource \"test_instance\" \"bad\" {\n fail_at = \"create\"\n depends_on = [test_instance.good]\n}\n";
    let run = machine.run("run-1", source);
    run.succeed("init").await;
    run.succeed("plan").await;
    let ended = run.apply().await;
    assert_eq!(ended.exit.code, Some(1));
    assert_eq!(failure(&run, "apply", &ended), FailureKind::OperationFailed);
    assert!(run.state().to_string().contains("\"good\""));
}
