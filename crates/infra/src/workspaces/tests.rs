//! Tables of what may happen to a workspace, and what tests of this crate are made of.

use proptest::prelude::*;
use rstest::rstest;
use slipway_api::ids::{OrganizationId, ProjectId, RunId, RunnerPoolId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_api::workspaces::{ExecutionMode, Tag, WorkspaceSettings};
use slipway_api::{Code, Timestamp};

use super::settings::Place;
use super::{ClientLock, Lock, LockKind, Workspace};

const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

fn settings(name: &str) -> WorkspaceSettings {
    WorkspaceSettings {
        name: Some(name.parse().unwrap()),
        ..WorkspaceSettings::default()
    }
}

fn place() -> Place {
    Place {
        id: WorkspaceId::from_parts(NOW.unix_ms(), 1),
        organization: OrganizationId::from_parts(NOW.unix_ms(), 1),
        project: ProjectId::from_parts(NOW.unix_ms(), 1),
        runner_pool: None,
        now: NOW,
    }
}

/// A workspace with nothing but defaults.
pub(crate) fn workspace() -> Workspace {
    Workspace::new(place(), &settings("shop")).unwrap()
}

/// The run of this number; later numbers are later runs.
pub(crate) fn run(number: i64) -> RunId {
    RunId::from_parts(NOW.unix_ms() + number, 0)
}

fn by_user(id: &str) -> Lock {
    Lock::by_user(id.to_owned(), format!("name of {id}"), "maintenance", NOW)
}

fn by_client(id: &str) -> Lock {
    let client = ClientLock {
        id: id.to_owned(),
        operation: "OperationTypeApply".to_owned(),
        who: "ada@laptop".to_owned(),
        ..ClientLock::default()
    };
    Lock::by_client(client, Some("user-1".to_owned()), "ada", NOW)
}

fn by_successor() -> Lock {
    Lock::by_successor("res-1".to_owned(), "network main".to_owned(), "imported", NOW)
}

fn locked_by(kind: LockKind) -> Workspace {
    let mut workspace = workspace();
    match kind {
        LockKind::User => workspace.take_lock(by_user("user-1")).unwrap(),
        LockKind::Run => workspace.lock_for_run(run(1), NOW).unwrap(),
        LockKind::StateClient => workspace.take_lock(by_client("lock-1")).unwrap(),
        LockKind::Successor => workspace.take_lock(by_successor()).unwrap(),
    }
    workspace
}

#[rstest]
fn a_held_lock_is_refused_to_everybody_with_the_holder(
    #[values(LockKind::User, LockKind::Run, LockKind::StateClient, LockKind::Successor)] kind: LockKind,
) {
    let mut workspace = locked_by(kind);
    let before = workspace.clone();
    let refusals = [
        workspace.take_lock(by_user("user-1")).unwrap_err(),
        workspace.take_lock_by_client(by_client("lock-2")).unwrap_err(),
        workspace.lock_for_run(run(2), NOW).unwrap_err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.code(), Code::WorkspaceLocked);
        let holder = match kind {
            LockKind::User => {
                "name of user-1 locked it; ask them to unlock it, or force-unlock it. The reason given: maintenance"
            }
            LockKind::Run => "wait for the run or cancel it",
            LockKind::StateClient => "A state client of ada@laptop",
            LockKind::Successor => "network main took over what it manages. The reason given: imported",
        };
        assert!(refusal.detail().contains(holder), "{}", refusal.detail());
    }
    assert_eq!(workspace, before);
}

#[test]
fn only_who_locked_by_hand_unlocks_by_hand() {
    let mut workspace = locked_by(LockKind::User);
    assert_eq!(
        workspace.unlock(Some("user-2")).unwrap_err().code(),
        Code::WorkspaceLocked
    );
    assert_eq!(workspace.unlock(None).unwrap_err().code(), Code::WorkspaceLocked);
    workspace.unlock(Some("user-1")).unwrap();
    assert!(!workspace.is_locked());
    assert_eq!(workspace.unlock(Some("user-1")).unwrap_err().code(), Code::Conflict);
    for kind in [LockKind::Run, LockKind::StateClient, LockKind::Successor] {
        let error = locked_by(kind).unlock(Some("user-1")).unwrap_err();
        assert_eq!(error.code(), Code::WorkspaceLocked, "{kind:?}");
    }
}

#[test]
fn what_gave_all_away_is_deleted_without_force() {
    let mut workspace = locked_by(LockKind::Successor);
    workspace.resource_count = 3;
    assert!(workspace.require_deletable(None, false, false).is_err());
    let lock = workspace.lock.take().unwrap();
    workspace.lock = Some(lock.clone().settled("a part of it", false));
    assert!(workspace.require_deletable(None, false, false).is_err());
    workspace.lock = Some(lock.settled("all of it", true));
    workspace.require_deletable(None, false, false).unwrap();
    assert!(workspace.require_deletable(Some(run(1)), false, false).is_err());
}

#[test]
fn force_takes_any_lock_but_that_of_an_active_run() {
    for kind in [LockKind::User, LockKind::StateClient, LockKind::Successor] {
        let mut workspace = locked_by(kind);
        workspace.force_unlock().unwrap();
        assert!(!workspace.is_locked());
    }
    let mut workspace = locked_by(LockKind::Run);
    let error = workspace.force_unlock().unwrap_err();
    assert!(error.detail().contains("cancel it"), "{}", error.detail());
    // What a run that is not the current one any more left behind can be taken.
    workspace.current_run_id = None;
    workspace.force_unlock().unwrap();
    assert_eq!(workspace.force_unlock().unwrap_err().code(), Code::Conflict);
}

#[test]
fn a_run_takes_the_workspace_and_gives_back_only_its_own() {
    let mut workspace = workspace();
    workspace.lock_for_run(run(1), NOW).unwrap();
    workspace.lock_for_run(run(1), NOW).unwrap();
    assert_eq!(workspace.current_run_id, Some(run(1)));
    workspace.release_run(run(2));
    assert!(workspace.is_locked());
    workspace.release_run(run(1));
    assert!(!workspace.is_locked());
    assert_eq!(workspace.current_run_id, None);
    let mut by_hand = locked_by(LockKind::User);
    by_hand.release_run(run(1));
    assert!(by_hand.is_locked());
}

#[test]
fn a_client_repeats_its_lock_and_its_unlock() {
    let mut workspace = locked_by(LockKind::StateClient);
    workspace.take_lock_by_client(by_client("lock-1")).unwrap();
    assert_eq!(
        workspace.unlock_by_client("lock-2", Some("user-1")).unwrap_err().code(),
        Code::WorkspaceLocked
    );
    assert_eq!(
        workspace.unlock_by_client("lock-1", Some("user-2")).unwrap_err().code(),
        Code::WorkspaceLocked
    );
    workspace.unlock_by_client("lock-1", Some("user-1")).unwrap();
    workspace.unlock_by_client("lock-1", Some("user-1")).unwrap();
    assert_eq!(
        locked_by(LockKind::User)
            .unlock_by_client("user-1", Some("user-1"))
            .unwrap_err()
            .code(),
        Code::WorkspaceLocked
    );
}

#[test]
fn every_lock_is_told_to_clients_in_the_engines_words() {
    let run = locked_by(LockKind::Run).lock.unwrap().told_to_client("shop");
    assert_eq!((run.operation.as_str(), run.path.as_str()), ("run", "shop"));
    assert_eq!(run.created, NOW.to_string());
    let client = locked_by(LockKind::StateClient).lock.unwrap().told_to_client("shop");
    assert_eq!((client.id.as_str(), client.who.as_str()), ("lock-1", "ada@laptop"));
    let json = serde_json::to_value(client).unwrap();
    for field in ["ID", "Operation", "Info", "Who", "Version", "Created", "Path"] {
        assert!(json[field].is_string(), "{field}");
    }
}

#[test]
fn an_unreasonable_client_lock_is_refused() {
    for id in ["", "a b", "é", &"x".repeat(65)] {
        let lock = ClientLock {
            id: id.to_owned(),
            ..ClientLock::default()
        };
        assert_eq!(lock.checked().unwrap_err().code(), Code::Invalid, "{id:?}");
    }
}

#[test]
fn the_newest_run_is_shown_whatever_the_older_ones_do() {
    let mut workspace = workspace();
    workspace.note_run(run(2), RunStatus::Pending, NOW);
    workspace.note_run(run(1), RunStatus::Applied, NOW);
    assert_eq!(workspace.latest_run_status.as_deref(), Some("pending"));
    workspace.note_run(run(2), RunStatus::Planning, NOW);
    assert_eq!(workspace.latest_run_status.as_deref(), Some("planning"));
}

#[test]
fn what_is_still_needed_is_not_deleted() {
    let mut workspace = workspace();
    workspace.require_deletable(None, false, false).unwrap();
    workspace.resource_count = 3;
    let error = workspace.require_deletable(None, false, false).unwrap_err();
    assert!(
        error.detail().contains("3 resources") && error.detail().contains("destroy run"),
        "{}",
        error.detail()
    );
    workspace.require_deletable(None, false, true).unwrap();
    workspace.resource_count = 0;
    assert!(workspace.require_deletable(None, true, false).is_err());
    assert!(workspace.require_deletable(Some(run(1)), false, true).is_err());
    workspace.lock_for_run(run(1), NOW).unwrap();
    assert!(
        workspace
            .require_deletable(None, false, true)
            .unwrap_err()
            .detail()
            .contains("cancel it")
    );
}

#[rstest]
#[case("", Some(""))]
#[case("environments/production", Some("environments/production"))]
#[case("environments/", Some("environments"))]
#[case("a.b/..c", Some("a.b/..c"))]
#[case("/", None)]
#[case("/etc", None)]
#[case("..", None)]
#[case("a/../b", None)]
#[case("./a", None)]
#[case("a//b", None)]
#[case("a\\b", None)]
#[case("a\0b", None)]
fn working_directories(#[case] text: &str, #[case] expected: Option<&str>) {
    let wanted = WorkspaceSettings {
        working_directory: Some(text.to_owned()),
        ..settings("shop")
    };
    let found = Workspace::new(place(), &wanted);
    match expected {
        Some(expected) => assert_eq!(found.unwrap().working_directory, expected),
        None => {
            let error = found.unwrap_err();
            let pointer = error.fields()[0].source.pointer.clone();
            assert_eq!(pointer.as_deref(), Some("/data/attributes/working-directory"));
        }
    }
}

#[rstest]
#[case("latest", Some(""))]
#[case("", Some(""))]
#[case("~> 1.12", Some("~> 1.12"))]
#[case(" 1.12.6 ", Some("1.12.6"))]
#[case(">= 1.0, < 2", Some(">= 1.0, < 2"))]
#[case("~> x", None)]
fn engine_versions(#[case] text: &str, #[case] constraint: Option<&str>) {
    let wanted = WorkspaceSettings {
        terraform_version: Some(text.to_owned()),
        ..settings("shop")
    };
    let found = Workspace::new(place(), &wanted);
    match constraint {
        Some(constraint) => assert_eq!(found.unwrap().engine_constraint(), constraint),
        None => assert!(found.unwrap_err().detail().contains("not acceptable")),
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let tag = |key: &str| Tag {
        key: key.to_owned(),
        value: None,
    };
    let wanted = WorkspaceSettings {
        execution_mode: Some(ExecutionMode::Agent),
        terraform_version: Some("x".to_owned()),
        working_directory: Some("/".to_owned()),
        tags: Some(vec![tag("a"), tag("a")]),
        ..settings("shop")
    };
    let error = Workspace::new(place(), &wanted).unwrap_err();
    let fields: Vec<_> = error
        .fields()
        .iter()
        .filter_map(|field| field.source.pointer.as_deref())
        .collect();
    assert_eq!(
        fields,
        [
            "/data/attributes/terraform-version",
            "/data/attributes/working-directory",
            "/data/attributes/tags",
            "/data/attributes/execution-mode"
        ]
    );
}

#[test]
fn a_change_counts_the_version_and_names_what_differs() {
    let before = workspace();
    let wanted = WorkspaceSettings {
        auto_apply: Some(true),
        ..WorkspaceSettings::default()
    };
    let after = before.clone().with_settings(&wanted, NOW).unwrap();
    assert_eq!((before.version, after.version), (1, 2));
    let changes = after.changes_since(&before);
    assert_eq!(
        changes,
        serde_json::json!({"auto-apply": {"before": false, "after": true}})
    );
}

#[test]
fn a_workspace_that_leaves_its_pool_forgets_it() {
    let pool = RunnerPoolId::from_parts(NOW.unix_ms(), 7);
    let agent = WorkspaceSettings {
        execution_mode: Some(ExecutionMode::Agent),
        ..settings("shop")
    };
    let with_pool = Place {
        runner_pool: Some(pool),
        ..place()
    };
    let workspace = Workspace::new(with_pool, &agent).unwrap();
    assert_eq!(workspace.runner_pool_id, Some(pool));
    let remote = WorkspaceSettings {
        execution_mode: Some(ExecutionMode::Remote),
        ..WorkspaceSettings::default()
    };
    assert_eq!(workspace.with_settings(&remote, NOW).unwrap().runner_pool_id, None);
}

proptest! {
    /// Whatever people, runs and clients try in whatever order: a lock changes hands only by way of nobody, and the
    /// active run is never robbed.
    #[test]
    fn nobody_takes_a_lock_that_somebody_has(steps in proptest::collection::vec((0..8usize, 1..3i64), 0..40)) {
        let mut workspace = workspace();
        for (step, number) in steps {
            let before = workspace.clone();
            let user = format!("user-{number}");
            let _ = match step {
                0 => workspace.take_lock(by_user(&user)),
                1 => workspace.unlock(Some(&user)),
                2 => workspace.force_unlock(),
                3 => workspace.take_lock_by_client(by_client(&format!("lock-{number}"))),
                4 => workspace.unlock_by_client(&format!("lock-{number}"), Some("user-1")),
                5 => workspace.lock_for_run(run(number), NOW),
                6 => { workspace.release_run(run(number)); Ok(()) }
                _ => { workspace.note_run(run(number), RunStatus::Planning, NOW); Ok(()) }
            };
            if let (Some(held), Some(now)) = (&before.lock, &workspace.lock) {
                prop_assert_eq!(&held.id, &now.id);
            }
            if let Some(active) = before.current_run_id
                && !(step == 6 && run(number) == active)
            {
                prop_assert_eq!(workspace.current_run_id, Some(active));
                prop_assert!(workspace.lock.as_ref().is_some_and(|lock| lock.is_of_run(active)));
            }
        }
    }
}
