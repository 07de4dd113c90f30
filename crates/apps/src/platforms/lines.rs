//! Lines of a Dockerfile that are written for somebody: as strings, so that nothing in them ends the line.

use std::collections::BTreeSet;

/// In place of this line stand the build hooks.
pub(super) const HOOKS: &str = "# slipway: build hooks";
/// In place of this line stands what the image does by itself.
pub(super) const PROCESS: &str = "# slipway: default process";
/// With this the ids of caches begin that belong to one app.
pub(super) const CACHE: &str = "id=slipway-app-";

/// A hook as a step of the build, with every secret mounted for the users that steps run as.
pub(super) fn hook(line: &str, secrets: &BTreeSet<String>) -> String {
    let mut step = "RUN ".to_owned();
    for secret in secrets {
        step.push_str(&format!("--mount=type=secret,id={secret},uid=1000,gid=1000,mode=0400 "));
    }
    step.push_str(&words(&["/bin/sh", "-lc", line]));
    step
}

/// What the image does by itself: a line for its shell.
pub(super) fn process(line: &str) -> String {
    format!("CMD {}", words(&["/bin/sh", "-lc", &format!("exec {line}")]))
}

/// The exec form: JSON, in which a line's end is two letters. BuildKit replaces no variables in it.
fn words(words: &[&str]) -> String {
    serde_json::to_string(words).unwrap_or_default()
}

/// A text in which a line stands for others; without it they come to the end.
pub(super) fn in_place_of(text: &str, marker: &str, lines: &[String]) -> String {
    let mut out = String::new();
    let mut is_there = false;
    for line in text.lines() {
        if line.trim() == marker {
            // Twice would do everything twice.
            if !is_there {
                lines.iter().for_each(|line| put(&mut out, line));
            }
            is_there = true;
        } else {
            put(&mut out, line);
        }
    }
    if !is_there {
        lines.iter().for_each(|line| put(&mut out, line));
    }
    out
}

fn put(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hostile_stays_a_string() {
        let step = hook("echo \"a\"\nFROM evil\nRUN x", &BTreeSet::from(["token".to_owned()]));
        assert_eq!(step.lines().count(), 1);
        assert_eq!(
            step,
            r#"RUN --mount=type=secret,id=token,uid=1000,gid=1000,mode=0400 ["/bin/sh","-lc","echo \"a\"\nFROM evil\nRUN x"]"#
        );
    }

    #[test]
    fn the_marker_says_where_and_without_it_is_the_end() {
        let lines = ["RUN a".to_owned()];
        assert_eq!(
            in_place_of("FROM x\n  # slipway: build hooks\nCMD y", HOOKS, &lines),
            "FROM x\nRUN a\nCMD y\n"
        );
        assert_eq!(in_place_of("FROM x", HOOKS, &lines), "FROM x\nRUN a\n");
        assert_eq!(in_place_of("FROM x\n# slipway: build hooks\n", HOOKS, &[]), "FROM x\n");
    }
}
