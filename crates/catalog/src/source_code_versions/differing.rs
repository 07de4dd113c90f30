//! How the files of two snapshots differ: pure, and bounded whatever is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use similar::TextDiff;
use slipway_api::source_code_versions::FileDifference;

/// Files by their paths.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Files that are shown.
const MOST_FILES: usize = 300;
/// Largest file that is compared line by line, in bytes.
const FILE_BYTES: usize = 256 << 10;
/// Bytes of all differences together.
const DIFF_BYTES: usize = 1 << 20;
/// Time for one file; what takes longer is told less exactly.
const TIME: Duration = Duration::from_millis(200);
/// Lines around what differs.
const CONTEXT: usize = 3;

/// The files that differ, by path, and whether there are more.
#[must_use]
pub(crate) fn differences(before: &Files, after: &Files) -> (Vec<FileDifference>, bool) {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let (mut found, mut is_cut, mut bytes) = (Vec::new(), false, 0);
    for path in paths {
        let (old, new) = (before.get(path), after.get(path));
        let change = match (old, new) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (Some(_), None) => "removed",
        };
        if found.len() >= MOST_FILES {
            is_cut = true;
            break;
        }
        let diff = unified(path, old, new).filter(|diff| bytes + diff.len() <= DIFF_BYTES);
        bytes += diff.as_ref().map_or(0, String::len);
        found.push(FileDifference {
            path: path.clone(),
            change: change.to_owned(),
            diff,
        });
    }
    (found, is_cut)
}

fn unified(path: &str, old: Option<&Vec<u8>>, new: Option<&Vec<u8>>) -> Option<String> {
    let (old_text, new_text) = (text(old)?, text(new)?);
    let diff = TextDiff::configure().timeout(TIME).diff_lines(old_text, new_text);
    let name = |side: &str, file: Option<&Vec<u8>>| match file {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    Some(
        diff.unified_diff()
            .context_radius(CONTEXT)
            .header(&name("a", old), &name("b", new))
            .to_string(),
    )
}

/// A file as text; none for what is no text, or too long.
fn text(file: Option<&Vec<u8>>) -> Option<&str> {
    let Some(file) = file else { return Some("") };
    if file.len() > FILE_BYTES || file.contains(&0) {
        return None;
    }
    std::str::from_utf8(file).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn files(pairs: &[(&str, &[u8])]) -> Files {
        pairs
            .iter()
            .map(|(path, content)| ((*path).to_owned(), content.to_vec()))
            .collect()
    }

    #[test]
    fn text_is_compared_by_lines_and_the_rest_is_named() {
        let before = files(&[
            ("a.tf", b"one\ntwo\n"),
            ("gone.tf", b"x\n"),
            ("same", b"1"),
            ("image", b"\0\x01"),
        ]);
        let after = files(&[
            ("a.tf", b"one\nthree\n"),
            ("new.tf", b"y\n"),
            ("same", b"1"),
            ("image", b"\0\x02"),
        ]);
        let (found, is_cut) = differences(&before, &after);
        assert!(!is_cut);
        let lines: Vec<String> = found
            .iter()
            .map(|one| format!("{} {}\n{}", one.change, one.path, one.diff.as_deref().unwrap_or("-")))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        changed a.tf
        --- a/a.tf
        +++ b/a.tf
        @@ -1,2 +1,2 @@
         one
        -two
        +three

        removed gone.tf
        --- a/gone.tf
        +++ /dev/null
        @@ -1 +0,0 @@
        -x

        changed image
        -
        added new.tf
        --- /dev/null
        +++ b/new.tf
        @@ -0,0 +1 @@
        +y
        ");
    }

    proptest! {
        #[test]
        fn each_file_that_differs_is_told_once_and_no_other(
            before in prop::collection::btree_map("[a-c]", prop::collection::vec(0u8..3, 0..3), 0..3),
            after in prop::collection::btree_map("[a-c]", prop::collection::vec(0u8..3, 0..3), 0..3),
        ) {
            let (found, _) = differences(&before, &after);
            let told: BTreeSet<&str> = found.iter().map(|one| one.path.as_str()).collect();
            prop_assert_eq!(told.len(), found.len());
            for path in before.keys().chain(after.keys()) {
                prop_assert_eq!(told.contains(path.as_str()), before.get(path) != after.get(path));
            }
        }
    }
}
