//! The list of a plan's changes, made of real plans.

use serde_json::{Value, json};
use slipway_api::runner::{ChangesWanted, Outcome};

use crate::machine::{Machine, TEST_PROVIDER, reference, variable};

/// Everything that may hold a secret: a map, a list, a set, an output, what forces a replacement.
const SECRETS: &str = r#"
variable "secret" { sensitive = true }
variable "trigger" {}
variable "unmarked" {}
resource "terraform_data" "nested" {
  input = { map = { password = var.secret, plain = var.trigger }, list = ["a", var.secret], set = toset(["b", var.secret]) }
}
resource "terraform_data" "replaced" {
  triggers_replace = [var.secret, var.trigger]
}
resource "terraform_data" "shown" {
  for_each = toset(["x-${var.unmarked}"])
  input    = var.unmarked
}
output "secret" {
  value     = { here = var.secret }
  sensitive = true
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_decide_finds_the_changes_as_soon_as_the_plan_is_there() {
    let machine = Machine::running().await;
    let mut plan = machine.plan_of("resource \"random_pet\" \"name\" {}\noutput \"x\" {\n  value = 1\n}\n");
    plan.context.changes_wanted = ChangesWanted::First;
    let planned = machine.finish(&plan).await;
    let (index, came_late) = planned.index.clone().expect("the index came before the end");
    assert!(!came_late, "{}", planned.log());
    assert_eq!((&index["total"], &index["counts"]["create"]), (&json!(2), &json!(1)));
    assert_eq!(planned.changes.len(), 2);
    let id = planned.changes[0]["changed"].as_array().unwrap();
    let id = id.iter().find(|attribute| attribute["name"] == "id").unwrap();
    assert_eq!(id["after"], json!({"kind": "unknown"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_the_server_reads_is_there_before_its_end_also_without_changes() {
    let machine = Machine::running().await;
    for (code, outputs) in [
        (
            "output \"x\" {\n  value = 1\n}\n",
            json!({"x": {"sensitive": false, "type": "number", "value": 1}}),
        ),
        ("locals {\n  a = 1\n}\n", Value::Null),
    ] {
        let mut plan = machine.plan_of(code);
        plan.context.changes_wanted = ChangesWanted::Soon;
        plan.context.needs_plan_json = true;
        let planned = machine.finish(&plan).await;
        let json = planned.plan_json.clone().expect("the plan's JSON came before the end");
        assert!(!planned.json_came_late, "{}", planned.log());
        assert_eq!(json["planned_values"]["outputs"], outputs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applied_plan_gets_its_list_when_there_is_time() {
    let machine = Machine::running().await;
    let plan = machine.plan_of("resource \"terraform_data\" \"a\" {}\n");
    machine.finish(&plan).await;
    let id = plan.work_item_id.to_string();
    let got = machine
        .server
        .until("the changes", &id, |got| got.index.is_some())
        .await;
    assert!(got.index.unwrap().1, "the end of the plan did not wait for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_list_of_changes() {
    let machine = Machine::running().await;
    let values = |secret: &str, trigger: &str, unmarked: &str| {
        vec![
            variable("secret", secret, true),
            variable("trigger", trigger, false),
            variable("unmarked", unmarked, true),
        ]
    };
    let mut first = machine.plan_of(SECRETS);
    first.context.changes_wanted = ChangesWanted::First;
    first.context.variables = values("canary-of-a-plan", "one", "canary-unmarked");
    let planned = machine.finish(&first).await;
    require_clean(&planned.index.clone().unwrap().0, &planned.changes);
    let applied = machine.finish(&machine.apply_of(&first, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());

    let mut second = machine.plan_of(SECRETS);
    second.context.changes_wanted = ChangesWanted::First;
    second.context.variables = values("canary-of-another", "two", "canary-unmarked");
    let state = applied.states.last().unwrap().clone();
    machine.server.store("state", state);
    second.context.state = Some(reference(&applied));
    let planned = machine.finish(&second).await;
    assert_eq!(planned.completion().outcome, Outcome::Succeeded, "{}", planned.log());
    require_clean(&planned.index.clone().unwrap().0, &planned.changes);
    let find = |address: &str| planned.changes.iter().find(|one| one["address"] == address).unwrap();
    let nested = find("terraform_data.nested");
    let names: Vec<&str> = nested["changed"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["before"] == json!({"kind": "sensitive"}))
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"input.map.password") && names.contains(&"input.list[1]"),
        "{nested}"
    );
    assert_eq!(find("terraform_data.replaced")["action"], "delete-then-create");
    assert_eq!(
        find("output.secret")["changed"][0]["after"],
        json!({"kind": "sensitive"})
    );
}

fn require_clean(index: &Value, changes: &[Value]) {
    assert_eq!(index["total"], changes.len());
    let all = format!("{index}{}", Value::from(changes.to_vec()));
    assert!(!all.contains("canary"), "{all}");
}

/// Actions and reasons that a real engine gives.
#[tokio::test(flavor = "multi_thread")]
async fn every_action_comes_with_its_reason() {
    let machine = Machine::running().await;
    let before = format!(
        "{TEST_PROVIDER}
resource \"test_instance\" \"forced\" {{ force_new = \"a\" }}
resource \"test_instance\" \"updated\" {{ value = \"a\" }}
resource \"test_instance\" \"asked\" {{}}
resource \"test_instance\" \"gone\" {{}}
resource \"test_instance\" \"counted\" {{ count = 2 }}
resource \"test_instance\" \"each\" {{ for_each = toset([\"a\", \"b\"]) }}
resource \"test_instance\" \"old\" {{}}
resource \"test_instance\" \"kept\" {{}}
resource \"test_instance\" \"first\" {{
  force_new = \"a\"
  lifecycle {{ create_before_destroy = true }}
}}
resource \"terraform_data\" \"triggered\" {{ input = 1 }}
"
    );
    let after = format!(
        "{TEST_PROVIDER}
resource \"test_instance\" \"forced\" {{ force_new = \"b\" }}
resource \"test_instance\" \"updated\" {{ value = \"b\" }}
resource \"test_instance\" \"asked\" {{}}
resource \"test_instance\" \"counted\" {{ count = 1 }}
resource \"test_instance\" \"each\" {{ for_each = toset([\"a\"]) }}
resource \"test_instance\" \"new\" {{}}
moved {{
  from = test_instance.old
  to   = test_instance.new
}}
removed {{
  from = test_instance.kept
  lifecycle {{ destroy = false }}
}}
resource \"test_instance\" \"first\" {{
  force_new = \"b\"
  lifecycle {{ create_before_destroy = true }}
}}
resource \"terraform_data\" \"triggered\" {{
  input = 1
  lifecycle {{ replace_triggered_by = [test_instance.updated] }}
}}
resource \"test_instance\" \"made\" {{}}
"
    );
    let first = machine.plan_of(&before);
    let planned = machine.finish(&first).await;
    let applied = machine.finish(&machine.apply_of(&first, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    let mut second = machine.plan_of(&after);
    second.context.changes_wanted = ChangesWanted::First;
    second.context.options.replace = vec!["test_instance.asked".to_owned()];
    machine.server.store("state", applied.states.last().unwrap().clone());
    second.context.state = Some(reference(&applied));
    let planned = machine.finish(&second).await;
    assert_eq!(planned.completion().outcome, Outcome::Succeeded, "{}", planned.log());
    let list: Vec<String> = planned
        .changes
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (action, address) = (text(&one["action"]), text(&one["address"]));
            format!("{action} {address} {}", text(&one["reason"]["text"]))
                .trim_end()
                .to_owned()
        })
        .collect();
    insta::assert_snapshot!(list.join("\n"), @r#"
    delete test_instance.counted[1] its index is beyond count
    delete test_instance.each["b"] its key is no longer in for_each
    delete test_instance.gone no longer in the configuration
    delete-then-create terraform_data.triggered follows what replace_triggered_by names
    delete-then-create test_instance.asked replacement was asked for
    delete-then-create test_instance.forced cannot be changed in place
    create-then-delete test_instance.first cannot be changed in place
    forget test_instance.kept no longer in the configuration
    update test_instance.updated
    create test_instance.made
    move test_instance.new
    no-op test_instance.counted[0]
    no-op test_instance.each["a"]
    "#);
}
