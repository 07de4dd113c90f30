//! The rules for one entry, as pure functions: which paths and which link targets are allowed.
//!
//! A link target may have `..` only at its start. Then it can be judged without following other links: going up from a
//! real directory by fewer levels than it is deep stays inside, and every name on the way down is a directory or a link
//! that obeyed the same rule. (`a/link/../..` would pass a purely textual check and still lead out.)

use super::error::Rule;
use super::limits::Limits;

/// Turns the bytes of an entry's name into its components; `./` and a trailing slash are dropped.
///
/// # Errors
/// The rule that the name breaks.
pub fn parse_path(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, Rule> {
    let text = parse_text(bytes, limits)?;
    if text.starts_with('/') {
        return Err(Rule::AbsolutePath);
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(Rule::ParentPath),
            name => parts.push(name.to_owned()),
        }
    }
    if parts.len() > limits.path_depth {
        return Err(Rule::PathTooDeep);
    }
    if parts.iter().any(|part| part.len() > 255) {
        return Err(Rule::PathTooLong);
    }
    Ok(parts)
}

/// Checks a link's target, for a link that lies `depth` directories below the root.
///
/// # Errors
/// The rule that the target breaks.
pub fn check_link_target(bytes: &[u8], depth: usize, limits: &Limits) -> Result<String, Rule> {
    let text = parse_text(bytes, limits)?;
    if text.is_empty() {
        return Err(Rule::EmptyPath);
    }
    if text.starts_with('/') {
        return Err(Rule::LinkOutside);
    }
    let (mut ups, mut names) = (0_usize, 0_usize);
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if names > 0 => return Err(Rule::LinkOutside),
            ".." => ups += 1,
            _ => names += 1,
        }
    }
    if ups > depth {
        return Err(Rule::LinkOutside);
    }
    if names > limits.path_depth {
        return Err(Rule::PathTooDeep);
    }
    Ok(text.to_owned())
}

/// A name that is safe to print: control characters and bytes that are not UTF-8 are escaped, long ones cut.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes));
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect()
}

fn parse_text<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Rule> {
    if bytes.len() > limits.path_bytes {
        return Err(Rule::PathTooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Rule::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(Rule::ControlCharacter);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("main.tf", Ok(vec!["main.tf"]))]
    #[case("./a//b/./c/", Ok(vec!["a", "b", "c"]))]
    #[case("./", Ok(vec![]))]
    #[case("/etc/passwd", Err(Rule::AbsolutePath))]
    #[case("a/../../b", Err(Rule::ParentPath))]
    #[case("..", Err(Rule::ParentPath))]
    #[case("..a/b..", Ok(vec!["..a", "b.."]))]
    #[case("a\0b", Err(Rule::ControlCharacter))]
    #[case("a\nb", Err(Rule::ControlCharacter))]
    #[case("a\u{85}b", Err(Rule::ControlCharacter))]
    fn paths(#[case] path: &str, #[case] expected: Result<Vec<&str>, Rule>) {
        let expected = expected.map(|parts| parts.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parse_path(path.as_bytes(), &Limits::default()), expected);
    }

    #[test]
    fn long_deep_and_foreign_paths_are_refused() {
        let limits = Limits::default();
        assert_eq!(parse_path("a".repeat(300).as_bytes(), &limits), Err(Rule::PathTooLong));
        assert_eq!(parse_path("a/".repeat(600).as_bytes(), &limits), Err(Rule::PathTooLong));
        assert_eq!(parse_path("a/".repeat(65).as_bytes(), &limits), Err(Rule::PathTooDeep));
        assert_eq!(parse_path(b"a\xff", &limits), Err(Rule::NotUtf8));
    }

    #[rstest]
    #[case("file", 0, true)]
    #[case("../file", 0, false)]
    #[case("../file", 1, true)]
    #[case("../../x", 1, false)]
    #[case("sub/..", 3, false)]
    #[case("/etc", 3, false)]
    #[case(".", 0, true)]
    #[case("", 0, false)]
    fn link_targets(#[case] target: &str, #[case] depth: usize, #[case] allowed: bool) {
        assert_eq!(
            check_link_target(target.as_bytes(), depth, &Limits::default()).is_ok(),
            allowed
        );
    }

    proptest! {
        #[test]
        fn an_accepted_path_never_leaves_its_root(path in "(\\.\\./|\\./|/|[a-c]/|[a-c]){0,12}") {
            if let Ok(parts) = parse_path(path.as_bytes(), &Limits::default()) {
                let plain = parts.iter().all(|part| part != ".." && !part.contains('/') && !part.is_empty());
                prop_assert!(plain, "{path} became {parts:?}");
            }
        }
    }
}
