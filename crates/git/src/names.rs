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
