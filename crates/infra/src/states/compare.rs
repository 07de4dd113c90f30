//! The difference of two states on the wire: pure. Values that either state calls sensitive are never in it.

use serde_json::Value;
use slipway_api::states::{AttributeChange, StateChange, StateDiff};
use slipway_tofu::plan::path_text;
use slipway_tofu::state::{InstanceChange, OutputDiff, State, StateFile, diff as compare};

/// What changed from `old` (nothing before the first) to `new`; none when one of them is encrypted or no state.
#[must_use]
pub fn diff(old: Option<&[u8]>, new: &[u8]) -> Option<StateDiff> {
    const EMPTY: &[u8] = br#"{"version":4}"#;
    let (before, after) = (clear(old.unwrap_or(EMPTY))?, clear(new)?);
    let found = compare(&before, &after);
    let whole = |kind: &'static str| {
        move |address: String| StateChange {
            address,
            kind: kind.to_owned(),
            attributes: Vec::new(),
        }
    };
    let mut changes: Vec<StateChange> = found.added.into_iter().map(whole("added")).collect();
    changes.extend(found.removed.into_iter().map(whole("removed")));
    changes.extend(found.changed.into_iter().map(changed));
    changes.extend(found.outputs.into_iter().map(|change| output(&before, &after, change)));
    changes.sort_by(|one, other| one.address.cmp(&other.address));
    Some(StateDiff {
        from_serial: old.map(|_| before.serial),
        to_serial: after.serial,
        changes,
    })
}

fn clear(bytes: &[u8]) -> Option<State<'_>> {
    match StateFile::parse(bytes) {
        Ok(StateFile::Clear(state)) => Some(state),
        Ok(StateFile::Encrypted(_)) | Err(_) => None,
    }
}

fn changed(change: InstanceChange) -> StateChange {
    let attributes = change.attributes.into_iter().map(|attribute| AttributeChange {
        path: path_text(&attribute.path),
        before: attribute.before.unwrap_or_default(),
        after: attribute.after.unwrap_or_default(),
        sensitive: attribute.sensitive,
    });
    StateChange {
        address: change.address,
        kind: "changed".to_owned(),
        attributes: attributes.collect(),
    }
}

fn output(before: &State<'_>, after: &State<'_>, change: OutputDiff) -> StateChange {
    let kind = match (
        before.outputs.contains_key(change.name.as_str()),
        after.outputs.contains_key(change.name.as_str()),
    ) {
        (false, _) => "added",
        (_, false) => "removed",
        _ => "changed",
    };
    StateChange {
        address: format!("output.{}", change.name),
        kind: kind.to_owned(),
        attributes: vec![AttributeChange {
            path: "value".to_owned(),
            before: change.before.unwrap_or(Value::Null),
            after: change.after.unwrap_or(Value::Null),
            sensitive: change.sensitive,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::tests::state_text;

    #[test]
    fn instances_and_outputs_are_compared_and_secrets_withheld() {
        let old = state_text(1, "line", 2);
        let new = state_text(2, "line", 3)
            .replace("\"visible\"", "\"other\"")
            .replace("\"hunter2\"", "\"hunter3\"");
        let diff = diff(Some(old.as_bytes()), new.as_bytes()).unwrap();
        assert_eq!((diff.from_serial, diff.to_serial), (Some(1), 2));
        let found: Vec<_> = diff
            .changes
            .iter()
            .map(|change| (change.address.as_str(), change.kind.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("null_resource.thing[2]", "added"),
                ("output.password", "changed"),
                ("output.plain", "changed")
            ]
        );
        assert_eq!(diff.changes[2].attributes[0].after, "other");
        assert!(diff.changes[1].attributes[0].sensitive);
        assert!(!serde_json::to_string(&diff).unwrap().contains("hunter"));
    }

    #[test]
    fn the_first_state_is_compared_with_nothing() {
        let diff = diff(None, state_text(1, "line", 1).as_bytes()).unwrap();
        assert_eq!(diff.from_serial, None);
        assert!(diff.changes.iter().all(|change| change.kind == "added"));
        assert_eq!(diff.changes.len(), 3);
    }

    #[test]
    fn nothing_is_said_about_encrypted_states() {
        let encrypted = br#"{"serial":1,"lineage":"x","encryption_version":"v0","encrypted_data":"abc"}"#;
        assert!(diff(None, encrypted).is_none());
    }
}
