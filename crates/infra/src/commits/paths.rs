//! Paths inside a repository, as text: relative to its root, `/` between names, the root itself empty. Pure.

/// `text` as seen from `directory`, without `.` and `..`; none when it leaves the repository or is absolute.
#[must_use]
pub(crate) fn join(directory: &str, text: &str) -> Option<String> {
    if text.starts_with('/') && directory.is_empty() && !text.trim_start_matches('/').is_empty() {
        // What follows `${path.module}` begins with a slash: it is relative to the directory all the same.
        return join(directory, text.trim_start_matches('/'));
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The directory that a path is in; none for the root.
#[must_use]
pub(crate) fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    Some(path.rsplit_once('/').map_or("", |(directory, _)| directory))
}

/// The last name of a path.
#[must_use]
pub(crate) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The directories above a path, the nearest first, the root last.
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |directory| parent(directory))
}

/// Whether the engines read a file of this name as configuration.
#[must_use]
pub(crate) fn is_configuration(name: &str) -> bool {
    let known = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    !name.starts_with('.') && known.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("shop", "../modules/vpc", Some("modules/vpc"))]
    #[case("shop", "./x/", Some("shop/x"))]
    #[case("", "/x", Some("x"))]
    #[case("a/b", "/..//c", Some("a/c"))]
    #[case("", "..", None)]
    #[case("shop", ".", Some("shop"))]
    fn paths_are_joined_without_leaving_the_repository(
        #[case] directory: &str,
        #[case] text: &str,
        #[case] joined: Option<&str>,
    ) {
        assert_eq!(join(directory, text).as_deref(), joined);
    }

    #[test]
    fn the_directories_above_end_at_the_root() {
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(above("a").collect::<Vec<_>>(), [""]);
        assert_eq!(above("").count(), 0);
    }
}
