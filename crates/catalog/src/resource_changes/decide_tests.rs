//! Every combination of what can be known of a change.

use slipway_api::resource_changes::ResourceChangeStatus as Status;
use slipway_api::runs::RunStatus;

use super::{Facts, Ground, Leave, Run, Step, decide};

const STATUSES: [Status; 7] = [
    Status::Planning,
    Status::Waiting,
    Status::Applying,
    Status::Applied,
    Status::Failed,
    Status::Rejected,
    Status::Canceled,
];
const LEAVES: [Leave; 4] = [Leave::Free, Leave::Ask, Leave::Missing, Leave::Met];
const RUNS: [RunStatus; 16] = [
    RunStatus::Pending,
    RunStatus::Fetching,
    RunStatus::PlanQueued,
    RunStatus::Planning,
    RunStatus::Planned,
    RunStatus::PolicyChecked,
    RunStatus::Confirmed,
    RunStatus::ApplyQueued,
    RunStatus::Applying,
    RunStatus::Applied,
    RunStatus::PlannedAndFinished,
    RunStatus::PlannedAndSaved,
    RunStatus::Discarded,
    RunStatus::Errored,
    RunStatus::Canceled,
    RunStatus::ForceCanceled,
];

fn grounds() -> [Ground; 3] {
    let why = |text: &str| text.to_owned();
    [Ground::Firm, Ground::Coming(why("soon")), Ground::Lost(why("gone"))]
}

fn all() -> Vec<Facts> {
    let runs = [Run::NotNeeded, Run::None, Run::Gone, Run::Shown];
    let runs: Vec<Run> = runs.into_iter().chain(RUNS.map(Run::Is)).collect();
    let mut all = Vec::new();
    for status in STATUSES {
        for run in &runs {
            for ground in grounds() {
                for leave in LEAVES {
                    let (run, ground) = (*run, ground.clone());
                    all.push(Facts {
                        status,
                        run,
                        ground,
                        leave,
                    });
                }
            }
        }
    }
    all
}

fn word(step: &Step) -> String {
    match step {
        Step::Hold(reason) => format!("hold: {reason}"),
        Step::Fail(Some(reason)) => format!("fail: {reason}"),
        Step::Fail(None) => "fail".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// The steps of all facts that pass, each with the facts that lead to it.
fn table(of: impl Fn(&Facts) -> bool, name: impl Fn(&Facts) -> String) -> String {
    let lines = all().into_iter().filter(of);
    let mut lines: Vec<String> = lines
        .map(|facts| format!("{} → {}", name(&facts), word(&decide(&facts))))
        .collect();
    lines.dedup();
    lines.join("\n")
}

#[test]
fn nothing_happens_to_what_is_over_or_failed() {
    for facts in all() {
        let is_open = matches!(facts.status, Status::Planning | Status::Waiting | Status::Applying);
        assert!(is_open || decide(&facts) == Step::Rest, "{facts:?}");
    }
}

#[test]
fn a_run_is_started_once_and_only_on_firm_ground() {
    for facts in all().iter().filter(|facts| decide(facts) == Step::Start) {
        assert_eq!((facts.run, &facts.ground), (Run::None, &Ground::Firm), "{facts:?}");
    }
    let of = |facts: &Facts| facts.run == Run::None && facts.status == Status::Planning && facts.leave == Leave::Ask;
    insta::assert_snapshot!(table(of, |facts| format!("{:?}", facts.ground)), @r#"
    Firm → start
    Coming("soon") → hold: soon
    Lost("gone") → fail: gone
    "#);
}

#[test]
fn nothing_is_confirmed_without_leave_or_a_plan_that_was_presented() {
    for facts in all().iter().filter(|facts| decide(facts) == Step::Confirm) {
        assert_eq!(facts.status, Status::Waiting, "{facts:?}");
        assert_eq!(facts.ground, Ground::Firm, "{facts:?}");
        assert!(matches!(facts.leave, Leave::Free | Leave::Met), "{facts:?}");
        let planned = [RunStatus::Planned, RunStatus::PolicyChecked, RunStatus::PlannedAndSaved];
        let is_shown = facts.run == Run::Shown;
        assert!(is_shown || planned.map(Run::Is).contains(&facts.run), "{facts:?}");
    }
    let of = |facts: &Facts| facts.run == Run::Is(RunStatus::Planned) && facts.ground == Ground::Firm;
    let of_open = |facts: &Facts| of(facts) && matches!(facts.status, Status::Planning | Status::Waiting);
    insta::assert_snapshot!(table(of_open, |facts| format!("{:?}, {:?}", facts.status, facts.leave)), @r"
    Planning, Free → present
    Planning, Ask → present
    Planning, Missing → present
    Planning, Met → present
    Waiting, Free → confirm
    Waiting, Ask → rest
    Waiting, Missing → rest
    Waiting, Met → confirm
    ");
}

#[test]
fn a_plan_whose_ground_was_lost_is_worth_nothing() {
    let of = |facts: &Facts| facts.run == Run::Is(RunStatus::Planned) && facts.leave == Leave::Met;
    let of_waiting = |facts: &Facts| of(facts) && facts.status == Status::Waiting;
    insta::assert_snapshot!(table(of_waiting, |facts| format!("{:?}", facts.ground)), @r#"
    Firm → confirm
    Coming("soon") → hold: soon
    Lost("gone") → fail: gone
    "#);
}

#[test]
fn a_change_ends_as_its_run_ends() {
    let is_end = |run: Run| matches!(run, Run::Is(run) if run.is_final());
    let of = |facts: &Facts| is_end(facts.run) && facts.ground == Ground::Firm && facts.leave == Leave::Ask;
    let open = |facts: &Facts| matches!(facts.status, Status::Waiting | Status::Applying);
    insta::assert_snapshot!(table(|facts| of(facts) && open(facts), |facts| format!("{:?}, {:?}", facts.status, facts.run)), @r"
    Waiting, Is(Applied) → succeed
    Waiting, Is(PlannedAndFinished) → succeed
    Waiting, Is(Discarded) → reject
    Waiting, Is(Errored) → fail
    Waiting, Is(Canceled) → cancel
    Waiting, Is(ForceCanceled) → cancel
    Applying, Is(Applied) → succeed
    Applying, Is(PlannedAndFinished) → succeed
    Applying, Is(Discarded) → reject
    Applying, Is(Errored) → fail
    Applying, Is(Canceled) → fail
    Applying, Is(ForceCanceled) → fail
    ");
    for facts in all() {
        let is_open = matches!(facts.status, Status::Planning | Status::Waiting | Status::Applying);
        assert!(
            !(is_open && is_end(facts.run)) || decide(&facts) != Step::Rest,
            "{facts:?}"
        );
    }
}

#[test]
fn what_needs_no_run_is_applied_when_no_rule_is_in_the_way() {
    let of = |facts: &Facts| facts.run == Run::NotNeeded && facts.ground == Ground::Firm;
    let open = |facts: &Facts| matches!(facts.status, Status::Planning | Status::Waiting);
    insta::assert_snapshot!(table(|facts| of(facts) && open(facts), |facts| format!("{:?}, {:?}", facts.status, facts.leave)), @r"
    Planning, Free → succeed
    Planning, Ask → succeed
    Planning, Missing → present
    Planning, Met → succeed
    Waiting, Free → succeed
    Waiting, Ask → succeed
    Waiting, Missing → rest
    Waiting, Met → succeed
    ");
}

#[test]
fn a_demo_waits_for_a_yes_as_everything_does_and_succeeds_without_an_apply() {
    let of = |facts: &Facts| facts.run == Run::Shown && facts.ground == Ground::Firm;
    let open = |facts: &Facts| matches!(facts.status, Status::Planning | Status::Waiting | Status::Applying);
    insta::assert_snapshot!(table(|facts| of(facts) && open(facts), |facts| format!("{:?}, {:?}", facts.status, facts.leave)), @r"
    Planning, Free → present
    Planning, Ask → present
    Planning, Missing → present
    Planning, Met → present
    Waiting, Free → confirm
    Waiting, Ask → rest
    Waiting, Missing → rest
    Waiting, Met → confirm
    Applying, Free → succeed
    Applying, Ask → succeed
    Applying, Missing → succeed
    Applying, Met → succeed
    ");
    let waits = |facts: &Facts| facts.run == Run::Shown && facts.status == Status::Waiting && facts.leave == Leave::Met;
    insta::assert_snapshot!(table(waits, |facts| format!("{:?}", facts.ground)), @r#"
    Firm → confirm
    Coming("soon") → hold: soon
    Lost("gone") → fail: gone
    "#);
}
