//! How a run ended, in words, and where to look.

use serde::Serialize;
use slipway_api::runs::{Phase, Run, RunStatus, UnaccountedResource};
use slipway_api::states::StateOutput;
use slipway_api::{Document, Resource};
use slipway_client::{Client, RunDocument};

use crate::output::{Output, Tone, clean};

/// Says how a run stands, with the reason where there is one, and where to look.
pub(crate) fn say_how_it_ended(output: &Output, client: &Client, document: &RunDocument, took: &str) {
    let run = &document.run.attributes;
    let text = ending(document);
    match status_tone(run.status) {
        Tone::Bad => output.note(&format!(
            "{} {text}",
            output.note_style.icon(crate::output::Icon::Failed)
        )),
        Tone::Quiet => output.warn(&text),
        _ => output.done(&text),
    }
    if let Some(reason) = &run.error_message {
        output.note(&format!("  {}", clean(reason)));
    }
    output.note(
        &output
            .note_style
            .paint(&format!("  {took}  {}", place(client, document)), Tone::Quiet),
    );
}

/// What came of the run, in a sentence without its full stop.
fn ending(document: &RunDocument) -> String {
    let run = &document.run.attributes;
    match run.status {
        RunStatus::Applied => format!(
            "applied: {}",
            counts(document.apply.as_ref(), ["imported", "added", "changed", "destroyed"])
        ),
        RunStatus::PlannedAndFinished if !run.has_changes => {
            "no changes: what is there matches the configuration".to_owned()
        }
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndFinished | RunStatus::PlannedAndSaved => {
            format!(
                "planned: {}",
                counts(
                    document.plan.as_ref(),
                    ["to import", "to add", "to change", "to destroy"]
                )
            )
        }
        RunStatus::Errored => "the run failed".to_owned(),
        RunStatus::Canceled => "the run was canceled".to_owned(),
        RunStatus::ForceCanceled => "the run was stopped without waiting for the engine".to_owned(),
        RunStatus::Discarded => "the plan was discarded; nothing was changed".to_owned(),
        other => format!("the run is {}", other.as_str()),
    }
}

/// `2 to add, 0 to change, 1 to destroy`; imports only when there are some.
fn counts(phase: Option<&Resource<Phase>>, words: [&str; 4]) -> String {
    let Some(phase) = phase.map(|phase| &phase.attributes) else {
        return "no details".to_owned();
    };
    let [import, add, change, destroy] = words;
    let mut parts = Vec::new();
    if phase.resource_imports > 0 {
        parts.push(format!("{} {import}", phase.resource_imports));
    }
    parts.push(format!("{} {add}", phase.resource_additions));
    parts.push(format!("{} {change}", phase.resource_changes));
    parts.push(format!("{} {destroy}", phase.resource_destructions));
    let only_outputs = phase.has_changes && parts.len() == 3 && parts.iter().all(|part| part.starts_with("0 "));
    if only_outputs {
        "only outputs change".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The address of the run's page for a browser, if the server has one.
pub(crate) fn link(client: &Client, document: &RunDocument) -> Option<String> {
    let path = document.run.links.get("self-html")?;
    Some(client.base_url().join(path).ok()?.to_string())
}

/// Where to look at the run again: its page, or the command that shows it. Never its address in the API, which no
/// browser can open.
fn place(client: &Client, document: &RunDocument) -> String {
    link(client, document).unwrap_or_else(|| format!("slipway run show {}", document.run.id))
}

/// The colour of a status.
pub(crate) fn status_tone(status: RunStatus) -> Tone {
    match status {
        RunStatus::Applied | RunStatus::PlannedAndFinished | RunStatus::PlannedAndSaved => Tone::Good,
        RunStatus::Errored => Tone::Bad,
        RunStatus::Canceled | RunStatus::ForceCanceled | RunStatus::Discarded => Tone::Quiet,
        RunStatus::Planned | RunStatus::PolicyChecked => Tone::Attention,
        _ => Tone::Active,
    }
}

/// Whether a run in this status has a plan to look at or has applied one.
pub(crate) fn has_plan(status: RunStatus) -> bool {
    !matches!(
        status,
        RunStatus::Errored | RunStatus::Canceled | RunStatus::ForceCanceled
    )
}

/// What may exist although no state has it, with the blocks that bring it back.
pub(crate) fn render_unaccounted(resources: &[UnaccountedResource]) -> Option<String> {
    if resources.is_empty() {
        return None;
    }
    let mut text = String::from("These resources may exist although no state has them:\n");
    for resource in resources {
        let id = resource
            .resource_id
            .as_deref()
            .map(|id| format!(" (id {id})"))
            .unwrap_or_default();
        text.push_str(&clean(&format!("  {}{id}: {}\n", resource.address, resource.reason)));
    }
    let blocks: Vec<&str> = resources
        .iter()
        .filter_map(|resource| resource.import_block.as_deref())
        .collect();
    if !blocks.is_empty() {
        text.push_str("\nTo bring them into the state, add this to the configuration and apply again:\n\n");
        text.push_str(&clean(blocks.join("\n").trim_end()));
        text.push('\n');
    }
    Some(text)
}

/// The run with its phases and outputs as the API's document.
pub(crate) fn document(
    document: &RunDocument,
    outputs: &[Resource<StateOutput>],
) -> anyhow::Result<Document<Resource<Run>>> {
    let mut included = Vec::new();
    for phase in [&document.plan, &document.apply].into_iter().flatten() {
        included.push(to_value(phase)?);
    }
    for output in outputs {
        included.push(to_value(output)?);
    }
    Ok(Document {
        data: document.run.clone(),
        included,
    })
}

fn to_value(value: &impl Serialize) -> anyhow::Result<serde_json::Value> {
    Ok(serde_json::to_value(value)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    /// A run with a plan and an apply, both with these counts (imports, additions, changes, destructions).
    pub(crate) fn example(status: &str, counts: [u32; 4], has_changes: bool) -> RunDocument {
        let [imports, additions, changes, destructions] = counts;
        let run = json!({"id": "run-0000000000000001", "type": "runs", "attributes": {
            "status": status, "status-timestamps": {}, "message": "", "source": "cli", "is-destroy": false,
            "plan-only": true, "refresh-only": false, "refresh": true, "allow-empty-apply": false,
            "auto-apply": false, "save-plan": false, "target-addrs": [], "replace-addrs": [], "variables": [],
            "has-changes": has_changes, "created-at": "2026-01-01T00:00:00Z",
            "actions": {"is-confirmable": false, "is-discardable": false, "is-cancelable": false, "is-force-cancelable": false},
            "permissions": {"can-apply": true, "can-discard": true, "can-cancel": true, "can-force-cancel": true}}});
        let phase = |kind: &str| {
            json!({"id": "plan-0000000000000001", "type": kind, "attributes": {
            "status": "finished", "status-timestamps": {}, "log-read-url": "", "resource-additions": additions,
            "resource-changes": changes, "resource-destructions": destructions, "resource-imports": imports,
            "has-changes": has_changes}})
        };
        let read = |value| serde_json::from_value(value).unwrap();
        RunDocument {
            run: serde_json::from_value(run).unwrap(),
            plan: Some(read(phase("plans"))),
            apply: Some(read(phase("applies"))),
        }
    }

    #[rstest]
    #[case("planned_and_finished", [0, 2, 0, 1], true, "planned: 2 to add, 0 to change, 1 to destroy")]
    #[case("planned", [1, 0, 3, 0], true, "planned: 1 to import, 0 to add, 3 to change, 0 to destroy")]
    #[case("planned_and_finished", [0, 0, 0, 0], true, "planned: only outputs change")]
    #[case("planned_and_finished", [0, 0, 0, 0], false, "no changes: what is there matches the configuration")]
    #[case("applied", [0, 1, 0, 0], true, "applied: 1 added, 0 changed, 0 destroyed")]
    #[case("errored", [0, 1, 0, 0], true, "the run failed")]
    #[case("discarded", [0, 1, 0, 0], true, "the plan was discarded; nothing was changed")]
    fn an_ending_says_what_came_of_it(
        #[case] status: &str,
        #[case] counts: [u32; 4],
        #[case] has_changes: bool,
        #[case] expected: &str,
    ) {
        assert_eq!(ending(&example(status, counts, has_changes)), expected);
    }

    #[test]
    fn what_may_exist_comes_with_the_block_that_brings_it_back() {
        let resource = |address: &str, block: Option<&str>| UnaccountedResource {
            address: address.to_owned(),
            resource_id: block.map(|_| "i-1".to_owned()),
            reason: "its creation had begun".to_owned(),
            import_block: block.map(str::to_owned),
        };
        let block = "import {\n  to = a.b\n  id = \"i-1\"\n}\n";
        insta::assert_snapshot!(render_unaccounted(&[resource("a.b", Some(block)), resource("c.d", None)]).unwrap(), @r#"
        These resources may exist although no state has them:
          a.b (id i-1): its creation had begun
          c.d: its creation had begun

        To bring them into the state, add this to the configuration and apply again:

        import {
          to = a.b
          id = "i-1"
        }
        "#);
        assert_eq!(render_unaccounted(&[]), None);
    }
}
