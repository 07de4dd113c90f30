//! Names that people and remotes give: references, what of them is wanted, and paths inside of a repository.

use std::fmt;
use std::str::FromStr;

/// Longest name of a reference, in bytes.
const LONGEST_NAME: usize = 1_000;
/// Longest path in a tree, in bytes.
const LONGEST_PATH: usize = 4_000;
/// Where this program may keep references of its own; never taken from a remote.
const OURS: &str = "refs/slipway/";

/// Which references of a remote are mirrored, under the same names here: one reference, or all below one with a `*` as
/// its last part or as a part in between (`refs/pull/*/head`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Refspec(String);

/// The text is not the name of a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" cannot be the name of a branch, tag or other reference")]
pub struct NameError(String);

impl Refspec {
    /// All branches and tags.
    #[must_use]
    pub fn heads_and_tags() -> Vec<Self> {
        ["refs/heads/*", "refs/tags/*"].map(|name| Self(name.to_owned())).into()
    }

    /// The pattern or name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As `git fetch` reads it: forced, and to the same name.
    pub(crate) fn argument(&self) -> String {
        format!("+{0}:{0}", self.0)
    }
}

impl FromStr for Refspec {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refused = || NameError(shown(text));
        let stars = text.matches('*').count();
        let as_name = text.replace('*', "x");
        let whole_part = text.split('/').all(|part| part == "*" || !part.contains('*'));
        if stars > 1 || !whole_part || !text.starts_with("refs/") || text.starts_with(OURS) || text == "refs/*" {
            return Err(refused());
        }
        check_reference(&as_name).map_err(|_| refused())?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Refspec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether this may be the name of a reference or branch, by the rules of git-check-ref-format(1) and one more: nothing
/// begins with a dash.
///
/// # Errors
/// [`NameError`].
pub fn check_reference(name: &str) -> Result<(), NameError> {
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.starts_with('-') && !part.ends_with(".lock");
    let is_letter = |letter: char| !letter.is_control() && !" ~^:?*[\\\u{7f}".contains(letter);
    let is_name = name.len() <= LONGEST_NAME
        && name != "@"
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && name.chars().all(is_letter)
        && name.split('/').all(is_part);
    if is_name { Ok(()) } else { Err(NameError(shown(name))) }
}

/// A path inside of a tree as `git` writes it, empty for the top: `.` and slashes that say nothing are left out.
/// `None` for what cannot be in a tree: `..`, `.git`, control characters.
#[must_use]
pub fn tree_path(text: &str) -> Option<String> {
    if text.len() > LONGEST_PATH || text.chars().any(char::is_control) {
        return None;
    }
    let parts: Vec<&str> = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let is_fine = |part: &&str| *part != ".." && !part.eq_ignore_ascii_case(".git");
    parts.iter().all(is_fine).then(|| parts.join("/"))
}

/// Short and without control characters.
fn shown(text: &str) -> String {
    let letters = text.chars().take(100);
    letters
        .map(|letter| if letter.is_control() { '?' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("main", true)]
    #[case("feature/one.two", true)]
    #[case("v1.0.0", true)]
    #[case("ünïcode/😀", true)]
    #[case("--upload-pack=x", false)]
    #[case("a/-b", false)]
    #[case("a..b", false)]
    #[case("a.lock", false)]
    #[case("a.lock/b", false)]
    #[case(".a", false)]
    #[case("a/", false)]
    #[case("a//b", false)]
    #[case("a.", false)]
    #[case("a b", false)]
    #[case("a~1", false)]
    #[case("a@{1}", false)]
    #[case("@", false)]
    #[case("a\0b", false)]
    #[case("a\nb", false)]
    #[case("", false)]
    fn references(#[case] name: &str, #[case] is_one: bool) {
        assert_eq!(check_reference(name).is_ok(), is_one);
    }

    #[rstest]
    #[case("refs/heads/*", true)]
    #[case("refs/pull/*/head", true)]
    #[case("refs/heads/main", true)]
    #[case("refs/*", false)]
    #[case("refs/heads/a*", false)]
    #[case("refs/*/a/*", false)]
    #[case("refs/slipway/*", false)]
    #[case("+refs/heads/*:refs/heads/*", false)]
    #[case("refs/heads/x:refs/heads/main", false)]
    #[case("HEAD", false)]
    #[case("--all", false)]
    fn refspecs(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(text.parse::<Refspec>().is_ok(), is_one);
    }

    #[rstest]
    #[case("", Some(""))]
    #[case("/", Some(""))]
    #[case(".", Some(""))]
    #[case("./a//b/", Some("a/b"))]
    #[case("..", None)]
    #[case("a/../b", None)]
    #[case("a/.GIT/b", None)]
    #[case("a\nb", None)]
    fn paths(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(tree_path(text).as_deref(), expected);
    }

    proptest! {
        /// What we take, `git` takes: the rules are its own and one more.
        #[test]
        fn names_are_judged_as_git_judges_them(name in "[a-z.@{}~^:*?/\\-ü \\[\\\\]{0,8}|(a|\\.|/|\\.lock|@\\{|-){0,6}") {
            let git = std::process::Command::new("git")
                .args(["check-ref-format", &format!("refs/x/{name}")])
                .status()
                .unwrap();
            let begins_with_dash = name.split('/').any(|part| part.starts_with('-'));
            let ours = check_reference(&format!("refs/x/{name}")).is_ok();
            prop_assert_eq!(ours, git.success() && !begins_with_dash, "{}", name);
        }

        #[test]
        fn a_refspec_goes_to_its_own_name_and_is_one_word(text in "\\PC{0,30}|refs/[a-z*:+/^-]{0,12}") {
            if let Ok(refspec) = text.parse::<Refspec>() {
                let argument = refspec.argument();
                let (from, to) = argument.strip_prefix('+').unwrap().split_once(':').unwrap();
                prop_assert!(from == to && from.starts_with("refs/") && !to.contains(':'), "{argument}");
                prop_assert!(!from.starts_with("refs/slipway/") && !argument.contains(char::is_whitespace));
            }
        }

        #[test]
        fn a_path_stays_in_its_tree(text in "\\PC{0,20}|(\\.\\./|\\./|/|a|\\.git|\n){0,8}") {
            if let Some(path) = tree_path(&text) {
                let is_plain = |part: &str| !part.is_empty() && part != ".." && part != "." && part != ".git";
                prop_assert!(path.is_empty() || path.split('/').all(is_plain), "{path}");
                prop_assert_eq!(tree_path(&path), Some(path));
            }
        }
    }
}
