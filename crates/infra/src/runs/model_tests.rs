//! Every edge of the run's state machine, and that there are no others.

use slipway_api::runs::NewRun;

use super::*;

const CHANGED: Planned = Planned {
    has_changes: true,
    needs_approval: false,
};
const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);
const ALL: [RunStatus; 16] = [
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

pub(crate) fn run(status: RunStatus) -> Run {
    Run {
        id: RunId::from_parts(NOW.unix_ms(), 1),
        organization_id: OrganizationId::from_parts(NOW.unix_ms(), 1),
        workspace_id: WorkspaceId::from_parts(NOW.unix_ms(), 1),
        configuration_version_id: ConfigurationVersionId::from_parts(NOW.unix_ms(), 1),
        status,
        history: History::default(),
        options: Options::default(),
        message: String::new(),
        source: "api".to_owned(),
        created_by: None,
        request_key: None,
        has_changes: false,
        error_message: None,
        cancel_requested_at: None,
        unaccounted: Unaccounted::default(),
        created_at: NOW,
        version: 1,
    }
}

fn changes() -> Counts {
    Counts {
        add: 1,
        ..Counts::default()
    }
}

/// The statuses that a transition leads to, by the status it starts from; transitions that are refused are absent.
fn edges(transition: impl Fn(Run) -> Result<Run>) -> Vec<(RunStatus, RunStatus)> {
    let apply = |status: RunStatus| transition(run(status)).ok().map(|after| (status, after.status));
    ALL.into_iter().filter_map(apply).collect()
}

#[test]
fn a_plan_is_queued_started_and_put_back() {
    assert_eq!(
        edges(|run| run.queue_plan(NOW, "Slipway")),
        [(RunStatus::Pending, RunStatus::PlanQueued)]
    );
    assert_eq!(
        edges(|run| run.start(NOW, "runner")),
        [
            (RunStatus::PlanQueued, RunStatus::Planning),
            (RunStatus::ApplyQueued, RunStatus::Applying)
        ]
    );
    assert_eq!(
        edges(|run| run.requeue_plan(NOW)),
        [(RunStatus::Planning, RunStatus::PlanQueued)]
    );
    assert_eq!(
        edges(|run| run.requeue_apply(NOW)),
        [(RunStatus::Applying, RunStatus::ApplyQueued)]
    );
}

#[test]
fn a_plan_with_changes_waits_for_a_person() {
    assert_eq!(
        edges(|run| run.finish_plan(&changes(), Planned::default(), NOW)),
        [(RunStatus::Planning, RunStatus::Planned)]
    );
}

#[test]
fn a_plan_without_changes_is_the_end_unless_empty_applies_are_wanted() {
    let nothing = Counts::default();
    assert_eq!(
        run(RunStatus::Planning)
            .finish_plan(&nothing, Planned::default(), NOW)
            .unwrap()
            .status,
        RunStatus::PlannedAndFinished
    );
    let mut wanted = run(RunStatus::Planning);
    wanted.options.allow_empty_apply = true;
    assert_eq!(
        wanted.finish_plan(&nothing, Planned::default(), NOW).unwrap().status,
        RunStatus::Planned
    );
}

#[test]
fn a_plan_only_run_ends_with_its_plan() {
    let mut only = run(RunStatus::Planning);
    only.options.plan_only = true;
    only.options.auto_apply = true;
    let after = only.finish_plan(&changes(), Planned::default(), NOW).unwrap();
    assert_eq!((after.status, after.has_changes), (RunStatus::PlannedAndFinished, true));
}

#[test]
fn auto_apply_goes_on_by_itself_and_says_so() {
    let mut auto = run(RunStatus::Planning);
    auto.options.auto_apply = true;
    let after = auto.finish_plan(&changes(), Planned::default(), NOW).unwrap();
    assert_eq!(after.status, RunStatus::ApplyQueued);
    let confirmed = after
        .history
        .0
        .iter()
        .find(|step| step.status == RunStatus::Confirmed)
        .unwrap();
    assert_eq!(confirmed.by, "auto-apply");
}

#[test]
fn where_rules_want_approvals_nothing_goes_on_by_itself() {
    let mut auto = run(RunStatus::Planning);
    auto.options.auto_apply = true;
    let seen = Planned {
        needs_approval: true,
        ..Planned::default()
    };
    assert_eq!(
        auto.clone().finish_plan(&changes(), seen, NOW).unwrap().status,
        RunStatus::Planned
    );
    let empty = auto.finish_plan(&Counts::default(), seen, NOW).unwrap();
    assert_eq!(empty.status, RunStatus::PlannedAndFinished);
}

#[test]
fn a_saved_plan_holds_the_workspace_only_from_its_confirmation_on() {
    let mut saved = run(RunStatus::Planning);
    saved.options.save_plan = true;
    let saved = saved.finish_plan(&changes(), Planned::default(), NOW).unwrap();
    assert_eq!(
        (saved.status, saved.holds_workspace()),
        (RunStatus::PlannedAndSaved, false)
    );
    assert!(saved.confirm(NOW, "ann").unwrap().holds_workspace());
}

#[test]
fn only_a_waiting_plan_can_be_confirmed() {
    let expected = [RunStatus::Planned, RunStatus::PolicyChecked, RunStatus::PlannedAndSaved];
    assert_eq!(
        edges(|run| run.confirm(NOW, "ann")),
        expected.map(|status| (status, RunStatus::ApplyQueued))
    );
}

#[test]
fn only_what_waits_can_be_discarded() {
    let from: Vec<_> = edges(|run| run.discard(NOW, "ann"))
        .into_iter()
        .map(|(from, _)| from)
        .collect();
    assert_eq!(
        from,
        [
            RunStatus::Pending,
            RunStatus::Planned,
            RunStatus::PolicyChecked,
            RunStatus::PlannedAndSaved
        ]
    );
}

#[test]
fn canceling_is_immediate_before_a_runner_has_it_and_a_request_afterwards() {
    let expected = [
        (RunStatus::Pending, RunStatus::Canceled),
        (RunStatus::Fetching, RunStatus::Canceled),
        (RunStatus::PlanQueued, RunStatus::Canceled),
        (RunStatus::Planning, RunStatus::Planning),
        (RunStatus::Confirmed, RunStatus::Canceled),
        (RunStatus::ApplyQueued, RunStatus::Canceled),
        (RunStatus::Applying, RunStatus::Applying),
    ];
    assert_eq!(edges(|run| run.cancel(NOW, "ann")), expected);
    let asked = run(RunStatus::Applying).cancel(NOW, "ann").unwrap();
    assert_eq!(asked.cancel_requested_at, Some(NOW));
    assert_eq!(
        asked.canceled(NOW, "stopped".to_owned()).unwrap().status,
        RunStatus::Canceled
    );
}

#[test]
fn asking_twice_to_stop_does_not_move_the_moment_from_which_it_can_be_forced() {
    let asked = run(RunStatus::Planning).cancel(NOW, "ann").unwrap();
    let later = NOW.after(Duration::from_secs(5));
    assert_eq!(asked.cancel(later, "bob").unwrap().cancel_requested_at, Some(NOW));
}

#[test]
fn forcing_needs_a_request_that_was_not_honoured_in_time() {
    let late = NOW.after(FORCE_CANCEL_AFTER);
    assert!(edges(|run| run.force_cancel(late, "ann")).is_empty());
    let asked = run(RunStatus::Applying).cancel(NOW, "ann").unwrap();
    assert!(asked.clone().force_cancel(NOW, "ann").is_err());
    assert!(asked.actions(late).is_force_cancelable);
    assert_eq!(
        asked.force_cancel(late, "ann").unwrap().status,
        RunStatus::ForceCanceled
    );
}

#[test]
fn an_apply_ends_well_only_from_applying() {
    assert_eq!(
        edges(|run| run.finish_apply(NOW)),
        [(RunStatus::Applying, RunStatus::Applied)]
    );
}

#[test]
fn nothing_changes_a_final_run() {
    let late = NOW.after(FORCE_CANCEL_AFTER);
    for status in ALL.into_iter().filter(|status| status.is_final()) {
        let asked = || Run {
            cancel_requested_at: Some(NOW),
            ..run(status)
        };
        assert!(asked().queue_plan(NOW, "x").is_err(), "{status:?}");
        assert!(asked().start(NOW, "x").is_err(), "{status:?}");
        assert!(asked().requeue_plan(NOW).is_err(), "{status:?}");
        assert!(asked().requeue_apply(NOW).is_err(), "{status:?}");
        assert!(asked().finish_plan(&changes(), CHANGED, NOW).is_err(), "{status:?}");
        assert!(asked().confirm(NOW, "x").is_err(), "{status:?}");
        assert!(asked().discard(NOW, "x").is_err(), "{status:?}");
        assert!(asked().cancel(NOW, "x").is_err(), "{status:?}");
        assert!(asked().canceled(NOW, String::new()).is_err(), "{status:?}");
        assert!(asked().force_cancel(late, "x").is_err(), "{status:?}");
        assert!(asked().finish_apply(NOW).is_err(), "{status:?}");
        assert!(asked().fail(NOW, "x").is_err(), "{status:?}");
    }
}

#[test]
fn everything_else_can_fail_with_a_reason() {
    for status in ALL.into_iter().filter(|status| !status.is_final()) {
        let failed = run(status).fail(NOW, "no more disk").unwrap();
        assert_eq!(
            (failed.status, failed.error_message.as_deref()),
            (RunStatus::Errored, Some("no more disk"))
        );
    }
}

#[test]
fn wishes_that_contradict_each_other_are_refused() {
    let refused = |request: NewRun, speculative| Options::from_request(&request, false, speculative).is_err();
    assert!(refused(
        NewRun {
            refresh_only: true,
            refresh: Some(false),
            ..NewRun::default()
        },
        false
    ));
    assert!(refused(
        NewRun {
            refresh_only: true,
            is_destroy: true,
            ..NewRun::default()
        },
        false
    ));
    assert!(refused(
        NewRun {
            plan_only: Some(false),
            ..NewRun::default()
        },
        true
    ));
    assert!(refused(
        NewRun {
            plan_only: Some(true),
            save_plan: true,
            ..NewRun::default()
        },
        false
    ));
    assert!(!refused(NewRun::default(), true));
}

#[test]
fn a_newer_commit_takes_the_place_of_what_waits_and_of_nothing_that_was_confirmed() {
    let after = edges(|run| run.supersede(NOW, "newer".to_owned()));
    let expected = [
        RunStatus::Pending,
        RunStatus::Fetching,
        RunStatus::PlanQueued,
        RunStatus::Planned,
        RunStatus::PolicyChecked,
        RunStatus::PlannedAndSaved,
    ];
    let from: Vec<RunStatus> = after.iter().map(|(from, _)| *from).collect();
    assert_eq!(from.len(), expected.len());
    assert!(expected.iter().all(|status| from.contains(status)), "{from:?}");
    assert!(after.iter().all(|(_, to)| *to == RunStatus::Discarded));
    let discarded = run(RunStatus::Planned).supersede(NOW, "newer".to_owned()).unwrap();
    assert_eq!(discarded.error_message.as_deref(), Some("newer"));
}

#[test]
fn a_plan_that_nobody_needs_is_stopped_with_its_reason() {
    let abandoned = run(RunStatus::Planning).abandon_plan(NOW, "newer".to_owned()).unwrap();
    assert_eq!(
        (abandoned.status, abandoned.cancel_requested_at),
        (RunStatus::Planning, Some(NOW))
    );
    let stopped = abandoned.canceled(NOW, "Stopped on request.".to_owned()).unwrap();
    assert_eq!(stopped.error_message.as_deref(), Some("newer"));
    assert_eq!(
        edges(|run| run.abandon_plan(NOW, String::new())),
        [(RunStatus::Planning, RunStatus::Planning)]
    );
}

#[test]
fn a_plan_that_is_made_although_it_was_to_stop_is_never_applied() {
    for save_plan in [false, true] {
        let mut late = run(RunStatus::Planning).cancel(NOW, "ann").unwrap();
        late.options.auto_apply = true;
        late.options.save_plan = save_plan;
        assert_eq!(
            late.finish_plan(&changes(), Planned::default(), NOW).unwrap().status,
            RunStatus::Canceled
        );
    }
}

#[test]
fn a_kept_plan_is_one_of_the_workspace_from_its_confirmation_on() {
    let mut saved = run(RunStatus::Planning);
    saved.options.save_plan = true;
    let saved = saved.finish_plan(&changes(), Planned::default(), NOW).unwrap();
    assert!(!saved.is_of_workspace());
    let applied = saved.confirm(NOW, "ann").unwrap().start(NOW, "runner").unwrap();
    assert!(applied.is_of_workspace());
    assert!(applied.finish_apply(NOW).unwrap().is_of_workspace());
}
