//! What can be an executor, and what its runs say of it.

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn executor(changes: Value) -> Executor {
    let mut described = json!({"name": "backup", "source-code": "modules", "branch": "main"});
    for (field, value) in changes.as_object().unwrap() {
        described[field] = value.clone();
    }
    let wanted: NewExecutor = serde_json::from_value(described).unwrap();
    let place = Place {
        id: "exe-0000000000000001".parse().unwrap(),
        of: (
            "org-0000000000000001".parse().unwrap(),
            "prj-0000000000000001".parse().unwrap(),
        ),
        source_code: "src-0000000000000001".parse().unwrap(),
        reference: (RefKind::Branch, "main"),
        directory: "modules/backup",
        workspace: "ws-0000000000000001".parse().unwrap(),
    };
    Executor::new(place, &wanted, Timestamp::from_unix_ms(0))
}

#[rstest]
#[case(json!({"name": "a".repeat(81)}), "name", "at most 80")]
#[case(json!({"labels": ["not a label"]}), "labels/0", "key=value")]
#[case(json!({"engine-version": "newest"}), "engine-version", "")]
#[case(json!({"operation": "destroy"}), "operation", "with each run")]
#[case(json!({"target-addrs": ["a.b", "-destroy"]}), "target-addrs/1", "not the address")]
#[case(json!({"replace-addrs": [""]}), "replace-addrs/0", "not the address")]
#[case(json!({"integrations": ["int-0000000000000001", "int-0000000000000001"]}), "integrations", "each once")]
fn what_cannot_be_is_refused_at_its_field(#[case] described: Value, #[case] field: &str, #[case] says: &str) {
    let error = executor(described).check("/data/attributes").unwrap_err();
    let fault = &error.fields()[0];
    assert_eq!(
        fault.source.pointer.as_deref(),
        Some(format!("/data/attributes/{field}").as_str())
    );
    assert!(fault.detail.contains(says), "{}", fault.detail);
}

#[test]
fn what_is_absent_stays_and_the_workspace_follows() {
    let before = executor(json!({"labels": ["team=ops", "nightly", "team=other"], "target-addrs": ["a.b"]}));
    before.check("").unwrap();
    let changes: ExecutorChanges = serde_json::from_value(json!({"name": "dump", "skip-refresh": true})).unwrap();
    let after = before.changed(&changes, Some((RefKind::Tag, "v2")), Timestamp::from_unix_ms(1));
    assert_eq!((after.ref_kind, after.ref_name.as_str()), (RefKind::Tag, "v2"));
    assert_eq!(after.arguments.0.target_addrs, ["a.b"]);
    assert!(after.arguments.0.skip_refresh);
    assert_eq!(after.version, 2);
    let workspace = after.workspace().unwrap();
    assert_eq!(workspace.name.unwrap().as_str(), "executor-dump");
    assert_eq!(workspace.working_directory.as_deref(), Some("modules/backup"));
    // Of two labels with one key the first counts as the tag.
    let tags: Vec<_> = after.tags().0.into_iter().map(|tag| (tag.key, tag.value)).collect();
    assert_eq!(
        tags,
        [
            ("nightly".to_owned(), None),
            ("team".to_owned(), Some("ops".to_owned()))
        ]
    );
}

#[test]
fn every_status_of_a_run_says_one_thing_of_the_executor() {
    let all = [
        ExecutorStatus::Running,
        ExecutorStatus::Waiting,
        ExecutorStatus::Succeeded,
        ExecutorStatus::Failed,
        ExecutorStatus::Stopped,
    ];
    let counted: usize = all.iter().map(|status| run_statuses(*status).len()).sum();
    assert_eq!(counted, RunStatus::iter().count());
    assert!(run_statuses(ExecutorStatus::New).is_empty());
    assert_eq!(status_of(None), ExecutorStatus::New);
}
