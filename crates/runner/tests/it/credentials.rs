//! What a phase was given for clouds and services: there for that phase, fresh, masked, and then gone.

use std::collections::BTreeMap;
use std::fs;

use slipway_api::runner::{Claim, IDENTITY_DIRECTORY, Outcome, WorkIdentity};

use crate::machine::Machine;

/// An apply that runs a program.
fn running(command: &str) -> String {
    format!(
        "resource \"terraform_data\" \"it\" {{\n  provisioner \"local-exec\" {{\n    command = {command:?}\n  }}\n}}\n"
    )
}

fn given(variable: &str, file: &str, content: &str) -> WorkIdentity {
    let map = |name: &str, value: String| BTreeMap::from([(name.to_owned(), value)]);
    WorkIdentity {
        files: map(file, content.to_owned()),
        environment: map(variable, format!("{IDENTITY_DIRECTORY}/{file}")),
        tokens: vec![content.to_owned()],
        renew_after_ms: 60_000,
    }
}

async fn planned(machine: &Machine, source: &str, identity: WorkIdentity) -> (Claim, Claim) {
    let mut plan = machine.plan_of(source);
    plan.context.identity = Some(identity);
    let got = machine.finish(&plan).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    let mut apply = machine.apply_of(&plan, &got);
    apply.context.identity = None;
    (plan, apply)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_finds_nothing_of_what_its_plan_was_given() {
    let machine = Machine::running().await;
    let source = running("env; ls -A ../identity || echo no folder");
    let (_, apply) = planned(&machine, &source, given("GIVEN_TO_PLAN", "plan.jwt", "plan-token")).await;
    let applied = machine.finish(&apply).await;
    let log = applied.log();
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{log}");
    assert!(log.contains("no folder") && log.contains("PATH="), "{log}");
    assert!(!log.contains("GIVEN_TO_PLAN") && !log.contains("plan.jwt"), "{log}");

    let (_, mut apply) = planned(&machine, &source, given("GIVEN_TO_PLAN", "plan.jwt", "plan-token")).await;
    apply.context.identity = Some(given("GIVEN_TO_APPLY", "apply.jwt", "apply-token"));
    let log = machine.finish(&apply).await.log();
    assert!(log.contains("GIVEN_TO_APPLY=") && log.contains("apply.jwt"), "{log}");
    assert!(!log.contains("GIVEN_TO_PLAN") && !log.contains("plan.jwt"), "{log}");
}

/// Longer than its token lives: the engine finds the next one, and it is masked like the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_apply_finds_renewed_tokens_which_its_log_does_not_show() {
    let mut machine = Machine::running().await;
    let source = running(
        "cat $TOKEN_FILE; until grep -q second $TOKEN_FILE; do sleep 0.02; done; echo; echo now: $(cat $TOKEN_FILE)",
    );
    let (_, mut apply) = planned(&machine, &source, given("TOKEN_FILE", "a.jwt", "first-token")).await;
    let renewed = given("TOKEN_FILE", "a.jwt", "the-second-token");
    machine.server.store("identity", serde_json::to_vec(&renewed).unwrap());
    apply.context.identity = Some(WorkIdentity {
        renew_after_ms: 50,
        ..given("TOKEN_FILE", "a.jwt", "first-token")
    });
    let applied = machine.finish(&apply).await;
    let log = applied.log();
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{log}");
    assert!(log.contains("now: (sensitive value)"), "{log}");
    for token in ["first-token", "the-second-token"] {
        assert!(!log.contains(token), "{log}");
        assert!(!String::from_utf8_lossy(&applied.events).contains(token));
    }
    machine.drain().await;
    assert_eq!(machine.spools(), 0);
    assert_eq!(fs::read_dir(machine.path("r")).unwrap().count(), 0);
}

/// Somebody turned the integration off: the apply goes on with what it has, and its log says why that will end.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_whose_credentials_are_taken_back_goes_on_and_says_so() {
    let machine = Machine::running().await;
    let source = running("until test -f ../tmp/go; do sleep 0.02; done; cat $TOKEN_FILE > seen");
    let (_, mut apply) = planned(&machine, &source, given("TOKEN_FILE", "a.jwt", "first-token")).await;
    machine
        .server
        .refuse_identity("The integration \"cloud\" is turned off.");
    apply.context.identity = Some(WorkIdentity {
        renew_after_ms: 50,
        ..given("TOKEN_FILE", "a.jwt", "first-token")
    });
    machine.server.queue(apply.clone());
    let id = apply.work_item_id.to_string();
    let says = "[credentials are not renewed: The integration \"cloud\" is turned off; this phase goes on with those that it has]";
    machine.server.until("said", &id, |got| got.log().contains(says)).await;
    let temporary = machine.path("r").join(apply.context.run_id.to_string()).join("tmp");
    fs::write(temporary.join("go"), "").unwrap();
    let applied = machine.server.completed(&id).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    assert_eq!(applied.log().matches("not renewed").count(), 1);
}
