//! Glob patterns over paths: `*` and `?` within a name, `**` over any number of directories, `[a-z]`, `{a,b}`. Pure.
//!
//! A pattern without a slash inside matches names at the top only, unless it begins with `**/`; one that ends in `/` means
//! everything below. A bracket that says what is not meant may be a slash: rather too much than too little. Matching
//! takes time linear in the pattern times the path.

use std::fmt;
use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};

/// Longest pattern, in bytes.
const LONGEST: usize = 500;
/// Deepest braces in braces.
const DEEPEST: usize = 10;
/// Stands for every letter outside of ASCII, in the pattern and in the path, where a pattern has `?` or `[`.
const FOREIGN: &str = "\u{1}";

/// A pattern, compiled when the first path comes that it may match: of a thousand workspaces a commit concerns few.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    glob: globset::Glob,
    matcher: OnceLock<GlobMatcher>,
    /// What a path begins with, as far as the pattern says it letter by letter.
    literal: String,
    /// `globset` counts bytes where `?` and `[a-z]` mean letters, so that other letters are all taken for one.
    is_folded: bool,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GlobError(String);

impl fmt::Display for GlobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Glob {
    /// Reads a pattern; a slash before it means nothing.
    pub(crate) fn new(text: &str) -> Result<Self, GlobError> {
        if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(GlobError(format!("A pattern has 1 to {LONGEST} printable characters.")));
        }
        let text = text.strip_prefix('/').unwrap_or(text);
        let text = match text.strip_suffix('/') {
            Some(directory) => format!("{directory}/**"),
            None => text.to_owned(),
        };
        if depth(&text) > DEEPEST {
            return Err(GlobError(format!("Braces in braces go {DEEPEST} deep.")));
        }
        if text
            .split('[')
            .skip(1)
            .any(|rest| !rest.split(']').next().unwrap_or_default().is_ascii())
        {
            return Err(GlobError("Only ASCII letters are understood in brackets.".to_owned()));
        }
        let is_folded = text.contains(['?', '[']);
        let glob = GlobBuilder::new(&if is_folded { folded(&text) } else { text.clone() })
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build()
            .map_err(|error| GlobError(format!("This is no pattern: {}.", error.kind())))?;
        Ok(Self {
            glob,
            matcher: OnceLock::new(),
            literal: literal(&text).to_owned(),
            is_folded,
        })
    }

    /// Whether a path matches as a whole.
    pub(crate) fn matches(&self, path: &str) -> bool {
        if !path.starts_with(&self.literal) {
            return false;
        }
        let matcher = self.matcher.get_or_init(|| self.glob.compile_matcher());
        match self.is_folded {
            true => matcher.is_match(folded(path)),
            false => matcher.is_match(path),
        }
    }
}

/// What everything that a pattern matches begins with.
pub(super) fn literal(pattern: &str) -> &str {
    pattern.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default()
}

/// How deep braces are in braces.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for letter in text.chars() {
        match letter {
            '{' => now += 1,
            '}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

fn folded(text: &str) -> String {
    text.replace(|letter: char| !letter.is_ascii(), FOREIGN)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/shop/**/*", "shop/main.tf", true)]
    #[case("/shop/**/*", "shop/a/b/main.tf", true)]
    #[case("/shop/**/*", "shopping/main.tf", false)]
    #[case("shop/*.tf", "shop/main.tf", true)]
    #[case("shop/*.tf", "shop/a/main.tf", false)]
    #[case("**/*.tf", "main.tf", true)]
    #[case("**/*.tf", "a/b/main.tf", true)]
    #[case("**/networks/**/*.tf", "eu/networks/vpc/main.tf", true)]
    #[case("**/networks/**/*.tf", "eu/mynetworks/main.tf", false)]
    #[case("shop/", "shop/a/b", true)]
    #[case("shop/", "shop", false)]
    #[case("shop/**", "shop/a/b", true)]
    #[case("*.md", "README.md", true)]
    #[case("*.md", "docs/README.md", false)]
    #[case("{shop,blog}/*.tf{,.json}", "blog/main.tf.json", true)]
    #[case("{shop,blog}/*.tf{,.json}", "news/main.tf", false)]
    #[case("env-[a-c]?/x", "env-b1/x", true)]
    #[case("env-[!a-c]/x", "env-b/x", false)]
    #[case("a\\*b", "a*b", true)]
    #[case("a\\*b", "axb", false)]
    #[case("a**b", "axxb", true)]
    #[case("**", "anything/at/all", true)]
    #[case("{a,{b,c}}/x", "c/x", true)]
    #[case("städte/*.tf", "städte/köln.tf", true)]
    #[case("städte/*.tf", "stödte/köln.tf", false)]
    #[case("städte/k?ln.tf", "städte/köln.tf", true)]
    #[case("städte/k?ln.tf", "städte/koeln.tf", false)]
    #[case("a[!b]c", "aöc", true)]
    #[case("a?c", "a/c", false)]
    fn patterns_match_as_people_expect(#[case] pattern: &str, #[case] path: &str, #[case] matches: bool) {
        assert_eq!(
            Glob::new(pattern).unwrap().matches(path),
            matches,
            "{pattern} on {path}"
        );
    }

    #[rstest]
    #[case("")]
    #[case("{a,b")]
    #[case("a}")]
    #[case("[a")]
    #[case("a\\")]
    #[case("[z-a]")]
    #[case("k[äö]ln")]
    #[case("{{{{{{{{{{{a}}}}}}}}}}}")]
    fn what_is_no_pattern_is_refused(#[case] pattern: &str) {
        assert!(Glob::new(pattern).is_err());
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let glob = Glob::new(&"{a,b}".repeat(100)).unwrap();
        assert!(glob.matches(&"ab".repeat(50)) && !glob.matches(&"ab".repeat(51)));
        let glob = Glob::new(&"*a".repeat(200)).unwrap();
        assert!(!glob.matches(&format!("{}b", "a".repeat(4_000))));
    }
}
