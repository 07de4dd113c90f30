//! What may be in a configuration archive: the same rules as whoever unpacks it has, so that what is packed here is never
//! refused there.

/// Longest path, in bytes.
const PATH_BYTES: usize = 1_024;
/// Longest name, in bytes.
const NAME_BYTES: usize = 255;
/// Most names in a path.
const DEPTH: usize = 64;

/// The path as text, if an archive may hold it: no control characters, not too long or deep, nothing in a `.git`.
pub(crate) fn allowed_path(path: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(path).ok()?;
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= NAME_BYTES
            && name != "."
            && name != ".."
            && !name.eq_ignore_ascii_case(".git")
    };
    let is_allowed = text.len() <= PATH_BYTES
        && !text.chars().any(char::is_control)
        && text.split('/').count() <= DEPTH
        && text.split('/').all(is_name);
    is_allowed.then_some(text)
}

/// The target of a link, if an archive may hold it: relative, `..` only at its start and not above the top. Then it can be
/// judged without following other links.
pub(crate) fn allowed_target<'a>(path: &str, target: &'a [u8]) -> Option<&'a str> {
    let text = std::str::from_utf8(target).ok()?;
    if text.is_empty() || text.len() > PATH_BYTES || text.starts_with('/') || text.chars().any(char::is_control) {
        return None;
    }
    let depth = path.split('/').count() - 1;
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let ups = parts.iter().take_while(|part| **part == "..").count();
    let names = parts.get(ups..).unwrap_or_default();
    let is_allowed = ups <= depth && names.len() <= DEPTH && !names.contains(&"..");
    is_allowed.then_some(text)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a/b.tf", true)]
    #[case("a/.git/config", false)]
    #[case("a/.GIT", false)]
    #[case(".gitignore", true)]
    #[case("a\nb", false)]
    #[case("../a", false)]
    fn paths(#[case] path: &str, #[case] allowed: bool) {
        assert_eq!(allowed_path(path.as_bytes()).is_some(), allowed);
    }

    #[rstest]
    #[case("link", "file", true)]
    #[case("link", "../file", false)]
    #[case("a/link", "../file", true)]
    #[case("a/link", "../../file", false)]
    #[case("a/link", "b/../file", false)]
    #[case("link", "/etc/passwd", false)]
    #[case("link", "", false)]
    fn targets(#[case] path: &str, #[case] target: &str, #[case] allowed: bool) {
        assert_eq!(allowed_target(path, target.as_bytes()).is_some(), allowed);
    }
}
