//! Golden files of the real engine (OpenTofu 1.12.6): what it wrote is what we read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::fs;
use std::time::Instant;

use proptest::prelude::*;
use serde_json::{Value, json};
use slipway_tofu::events::{Event, Phase, Progress, parse_line};
use slipway_tofu::plan::{Action, OutputSummary, Plan, PlanError, PlanSummary, path_text, planned_outputs};
use slipway_tofu::state::{State, StateError, StateFile, diff, json_form};

const PLAN_1: &[u8] = include_bytes!("golden/plan1.json");
const PLAN_2: &[u8] = include_bytes!("golden/plan2.json");
const STATE_1: &[u8] = include_bytes!("golden/state1.json");
const STATE_2: &[u8] = include_bytes!("golden/state2.json");
const ENCRYPTED: &[u8] = include_bytes!("golden/encrypted_state.json");

fn clear(bytes: &[u8]) -> State<'_> {
    match StateFile::parse(bytes).unwrap() {
        StateFile::Clear(state) => state,
        StateFile::Encrypted(_) => panic!("encrypted"),
    }
}

#[test]
fn outputs_of_a_plan_are_known_as_far_as_the_engine_knows_them() {
    let outputs = planned_outputs(PLAN_1).unwrap().into_iter();
    let known: Vec<_> = outputs.map(|one| (one.name, one.value, one.sensitive)).collect();
    let expected = [("secret", Some(json!("hunter22")), true), ("text", None, false)];
    assert_eq!(
        known,
        expected.map(|(name, value, sensitive)| (name.to_owned(), value, sensitive))
    );
}

#[test]
fn plans_count_as_the_engine_counts() {
    let first = Plan::parse(PLAN_1).unwrap();
    // The engine said: Plan: 7 to add, 0 to change, 0 to destroy.
    let outputs = OutputSummary {
        add: 2,
        ..OutputSummary::default()
    };
    assert_eq!(
        first.summary(),
        PlanSummary {
            add: 7,
            outputs,
            ..PlanSummary::default()
        }
    );

    let second = Plan::parse(PLAN_2).unwrap();
    // The engine said: Plan: 1 to import, 1 to add, 1 to change, 2 to destroy, 1 to forget.
    let expected = PlanSummary {
        add: 1,
        change: 1,
        destroy: 2,
        import: 1,
        forget: 1,
        replace: 1,
        moved: 1,
        outputs: OutputSummary {
            change: 2,
            ..OutputSummary::default()
        },
    };
    assert_eq!(second.summary(), expected);
    let action = |address: &str| {
        second
            .resource_changes
            .iter()
            .find(|c| c.address == address)
            .unwrap()
            .action()
    };
    assert_eq!(action("terraform_data.imported"), Action::Import);
    assert_eq!(action("terraform_data.forgotten"), Action::Forget);
    assert_eq!(action("terraform_data.secret"), Action::DeleteThenCreate);
    assert_eq!(action("terraform_data.each[\"one\"]"), Action::NoOp);
    assert_eq!(second.checks[0].status, "fail");
}

#[test]
fn a_replacement_shows_why_and_hides_what_is_sensitive() {
    let plan = Plan::parse(PLAN_2).unwrap();
    let change = |address: &str| {
        &plan
            .resource_changes
            .iter()
            .find(|c| c.address == address)
            .unwrap()
            .change
    };
    let secret = change("terraform_data.secret").attributes().unwrap();
    let password = secret.iter().find(|a| path_text(&a.path) == "input.password").unwrap();
    assert!(password.sensitive && password.before.is_none() && password.after.is_none());
    let trigger = secret
        .iter()
        .find(|a| path_text(&a.path) == "triggers_replace[0]")
        .unwrap();
    assert!(trigger.forces_replacement);
    assert_eq!(
        (trigger.before.clone(), trigger.after.clone()),
        (Some(json!("hello")), Some(json!("goodbye")))
    );
    assert!(secret.iter().any(|a| path_text(&a.path) == "id" && a.unknown));

    let output = plan.output_changes["secret"].attributes().unwrap();
    assert_eq!(output.len(), 1);
    assert!(output[0].sensitive && output[0].before.is_none());
    let moved = change("terraform_data.moved").attributes().unwrap();
    let paths: Vec<_> = moved.iter().map(|a| path_text(&a.path)).collect();
    assert_eq!(paths, ["input.text", "output"]);
}

#[test]
fn a_plan_of_a_hundred_thousand_changes_takes_time_in_proportion() {
    let plan: Value = serde_json::from_slice(PLAN_2).unwrap();
    let one = plan["resource_changes"][5].to_string();
    let many = |count: usize| {
        let changes = vec![one.as_str(); count].join(",");
        format!(r#"{{"format_version":"1.2","resource_changes":[{changes}],"new_field":{{}}}}"#)
    };
    let seconds = |count: usize| {
        let text = many(count);
        let start = Instant::now();
        let plan = Plan::parse(text.as_bytes()).unwrap();
        assert_eq!(plan.summary().replace, count as u64);
        start.elapsed().as_secs_f64()
    };
    let (small, large) = (seconds(10_000), seconds(100_000));
    // Ten times as much may take forty times as long on a busy machine; quadratic would be a hundred.
    assert!(
        large < small * 40.0 + 0.5,
        "10,000 changes: {small} s, 100,000 changes: {large} s"
    );
}

#[test]
fn plans_of_other_kinds_are_refused_in_words() {
    let refused = |bytes: &[u8]| Plan::parse(bytes).unwrap_err();
    assert!(matches!(refused(b"PK\x03\x04rest"), PlanError::Binary));
    assert!(matches!(refused(br#"{"format_version":"2.0"}"#), PlanError::Version { found } if found == "2.0"));
    assert!(matches!(refused(b"{}"), PlanError::Malformed(_)));
    assert!(Plan::parse(br#"{"format_version":"1.9","later":[1]}"#).is_ok());
}

#[test]
fn a_state_is_summed_up() {
    let summary = clear(STATE_1).summary();
    assert_eq!(summary.serial, 1);
    let addresses: Vec<_> = summary
        .resources
        .iter()
        .flat_map(|r| &r.instances)
        .map(|i| i.address.as_str())
        .collect();
    assert_eq!(
        addresses,
        [
            "terraform_data.each[\"one\"]",
            "terraform_data.each[\"with \\\"quote\\\"\"]",
            "terraform_data.forgotten",
            "terraform_data.plain",
            "terraform_data.secret",
            "module.pair[\"x\"].terraform_data.leaf[0]",
            "module.pair[\"y.z\"].terraform_data.leaf[0]",
        ]
    );
    assert_eq!(
        summary.instance("terraform_data.forgotten").unwrap().id.as_deref(),
        Some("b995ec25-0ffc-2f0f-fbc0-f7cd10f6ab30")
    );
    assert_eq!(summary.resources[0].provider, "terraform.io/builtin/terraform");
    assert!(summary.outputs.iter().any(|o| o.name == "secret" && o.sensitive));
    assert_eq!(clear(STATE_1).providers(), ["terraform.io/builtin/terraform"]);
}

#[test]
fn two_states_differ_by_address_without_secrets() {
    let found = diff(&clear(STATE_1), &clear(STATE_2));
    assert_eq!(found.added, ["terraform_data.imported", "terraform_data.moved"]);
    assert_eq!(
        found.removed,
        [
            "terraform_data.each[\"with \\\"quote\\\"\"]",
            "terraform_data.forgotten",
            "terraform_data.plain"
        ]
    );
    assert_eq!(
        found.changed.iter().map(|c| c.address.as_str()).collect::<Vec<_>>(),
        ["terraform_data.secret"]
    );
    let password = found.changed[0]
        .attributes
        .iter()
        .find(|a| path_text(&a.path) == "input.password")
        .unwrap();
    assert!(password.sensitive && password.before.is_none() && password.after.is_none());
    let secret = found.outputs.iter().find(|o| o.name == "secret").unwrap();
    assert!(secret.sensitive && secret.before.is_none() && secret.after.is_none());
    assert!(diff(&clear(STATE_1), &clear(STATE_1)).is_empty());
}

#[test]
fn the_json_form_is_the_engine_s() {
    for (state, shown) in [
        (STATE_1, include_bytes!("golden/show1.json").as_slice()),
        (STATE_2, include_bytes!("golden/show2.json").as_slice()),
    ] {
        let mut expected: Value = serde_json::from_slice(shown).unwrap();
        expected.as_object_mut().unwrap().remove("checks");
        assert_eq!(json_form(&clear(state)), expected);
    }
}

#[test]
fn an_encrypted_state_is_recognised() {
    let StateFile::Encrypted(envelope) = StateFile::parse(ENCRYPTED).unwrap() else {
        panic!("not recognised")
    };
    assert_eq!((envelope.serial, envelope.encryption_version.as_ref()), (1, "v0"));
    assert_eq!(envelope.lineage, "846b1fe3-5044-ee09-6304-54558b592649");
}

#[test]
fn bytes_that_are_no_state_are_named() {
    let refused = |bytes: &[u8]| StateFile::parse(bytes).unwrap_err();
    assert!(matches!(refused(b" \n"), StateError::Empty));
    assert!(matches!(refused(b"PK\x03\x04"), StateError::PlanFile));
    assert!(matches!(refused(&[0x1f, 0x8b, 8]), StateError::Compressed));
    assert!(matches!(refused(b"\x7fELF\x02"), StateError::NotJson { line: 1, .. }));
    assert!(matches!(refused(b"{}"), StateError::NotAState));
    assert!(matches!(refused(b"[1]"), StateError::NotAState));
    assert!(matches!(refused(br#"{"version":"x"}"#), StateError::NotAState));
    assert!(matches!(refused(br#"{"version":3}"#), StateError::TooOld(3)));
    assert!(matches!(refused(br#"{"version":5}"#), StateError::TooNew(5)));
    assert!(matches!(
        refused(br#"{"version":4,"resources":[{"mode":1}]}"#),
        StateError::Damaged { line: 1, .. }
    ));
    assert!(StateFile::parse(br#"{"version":4,"serial":1,"lineage":"","outputs":null,"resources":null}"#).is_ok());
}

fn events(stream: &[u8]) -> Vec<Event> {
    stream.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

#[test]
fn streams_of_the_engine_are_understood_and_add_up() {
    let (plan, apply) = (
        include_bytes!("golden/plan2.jsonl"),
        include_bytes!("golden/apply2.jsonl"),
    );
    let mut progress = Progress::default();
    for event in events(plan).iter().chain(&events(apply)) {
        assert!(!matches!(event, Event::Other(_)), "{event:?}");
        progress.record(event);
    }
    let applied = progress.applied.unwrap();
    assert_eq!(
        (
            applied.add,
            applied.change,
            applied.import,
            applied.remove,
            applied.forget
        ),
        (1, 1, 1, 2, 1)
    );
    assert_eq!(
        progress.planned,
        Some(slipway_tofu::events::ChangeCounts {
            operation: Default::default(),
            ..applied
        })
    );
    assert_eq!(progress.engine_version.as_deref(), Some("1.12.6"));
    assert_eq!((progress.done, progress.failed), (4, 0));
    let secret = &progress.resources["terraform_data.secret"];
    assert_eq!((secret.phase, secret.action.as_str()), (Phase::Done, "create"));
    assert_eq!(secret.id.as_deref(), Some("4ac06e36-67e9-bdd0-9b68-939f6d45fe82"));
    assert_eq!(progress.running().count(), 0);
    assert_eq!(progress.outputs["text"].value, "goodbye");
    assert!(progress.outputs["secret"].sensitive && progress.outputs["secret"].value.is_null());
    assert_eq!((progress.errors, progress.warnings), (0, 3));
}

/// The code frames are the engine's own, except that it wraps the detail at the width of its terminal.
#[test]
fn diagnostics_read_as_the_engine_prints_them() {
    let rendered: String = events(include_bytes!("golden/bad.jsonl"))
        .iter()
        .filter_map(|event| match event {
            Event::Diagnostic(diagnostic) => Some(format!("\n{}", diagnostic.render())),
            _ => None,
        })
        .collect();
    let printed = include_str!("golden/bad.log").replace("This\nvariable can", "This variable can");
    assert_eq!(rendered, printed);
}

/// Every fixture of the golden directory is used by a test; an unused one is left over.
#[test]
fn no_golden_file_is_left_over() {
    let directory = slipway_testing::checkout::root().join("crates/tofu/tests/golden");
    let sources = [include_str!("golden.rs"), include_str!("../src/journal/may_exist.rs")].concat();
    for entry in fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(sources.contains(&name), "{name}");
    }
}

proptest! {
    #[test]
    fn damaged_files_never_panic(position in 0..6000_usize, byte in any::<u8>(), cut in 0..6000_usize) {
        for whole in [PLAN_2, STATE_1, ENCRYPTED] {
            let mut bytes = whole.to_vec();
            let place = position % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut % 7));
            if let Ok(plan) = Plan::parse(&bytes) {
                let _ = plan.summary();
                plan.resource_changes.iter().for_each(|c| drop(c.change.attributes()));
            }
            if let Ok(StateFile::Clear(state)) = StateFile::parse(&bytes) {
                let _ = (state.summary(), json_form(&state), diff(&state, &state));
            }
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(StateFile::parse(&bytes).is_err());
        prop_assert!(Plan::parse(&bytes).is_err());
    }
}

/// Raw values are skipped without a limit on depth; whoever looks into them later must not run out of stack.
#[test]
fn deep_nesting_is_harmless() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let state = format!(
        r#"{{"version":4,"serial":1,"lineage":"l","outputs":{{"o":{{"value":{deep},"type":"string"}}}},"resources":[
        {{"mode":"managed","type":"t","name":"n","module":"{}","provider":"","instances":[
        {{"attributes":{{"id":"x","a":{deep}}},"sensitive_attributes":{deep}}}]}}]}}"#,
        vec!["module.m"; 5000].join(".")
    );
    let state = clear(state.as_bytes());
    let form = json_form(&state).to_string();
    assert!(form.contains("\"sensitive_values\":true"), "{}", &form[..200]);
    assert_eq!(state.summary().resources.len(), 1);
    assert!(diff(&state, &state).is_empty());
    let plan = format!(
        r#"{{"format_version":"1.2","resource_changes":[{{"address":"t.n","change":{{"actions":["create"],"after":{deep}}}}}]}}"#
    );
    let plan = Plan::parse(plan.as_bytes()).unwrap();
    assert!(plan.resource_changes[0].change.attributes().is_err());
}
