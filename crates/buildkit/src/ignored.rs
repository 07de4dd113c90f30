//! Which files stay behind: `.dockerignore`, and the patterns that BuildKit asks with. The rules are those of
//! <https://docs.docker.com/build/concepts/context/#dockerignore-files>: the last pattern that matches a path, or a
//! folder above it, decides; `!` takes back in.

use globset::{GlobBuilder, GlobMatcher};

/// A list of patterns, in their order.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    matcher: GlobMatcher,
    keeps: bool,
}

/// A pattern that says nothing: with its line, which counts from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the ignore file: `{pattern}` is not a pattern ({reason})")]
pub struct PatternError {
    /// From one.
    pub line: usize,
    /// As it was written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Ignored {
    /// Reads an ignore file: a pattern in each line; empty lines, and those that begin with `#`, say nothing.
    ///
    /// # Errors
    /// When a line is no pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        Self::of(lines.filter(|(_, line)| !line.starts_with('#')))
    }

    /// Reads patterns one by one.
    ///
    /// # Errors
    /// When one is no pattern.
    pub fn patterns<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        Self::of(patterns.into_iter().enumerate())
    }

    fn of<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Self, PatternError> {
        let mut rules = Vec::new();
        for (index, line) in lines {
            let written = line.trim();
            let (keeps, pattern) = match written.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, written),
            };
            let Some(pattern) = cleaned(pattern) else { continue };
            let glob = GlobBuilder::new(&pattern)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            let matcher = glob.map_err(|error| PatternError {
                line: index.saturating_add(1),
                pattern: written.to_owned(),
                reason: error.kind().to_string(),
            })?;
            rules.push(Rule {
                matcher: matcher.compile_matcher(),
                keeps,
            });
        }
        Ok(Self { rules })
    }

    /// Whether a path, relative and with slashes, stays behind.
    #[must_use]
    pub fn leaves_out(&self, path: &str) -> bool {
        let decides = self.rules.iter().rev().find(|rule| matches(&rule.matcher, path));
        decides.is_some_and(|rule| !rule.keeps)
    }

    /// Whether something below a folder may be taken although the folder itself stays behind.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        self.rules.iter().any(|rule| rule.keeps)
    }

    /// Whether a path, or a folder above it, is one of the patterns.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        self.rules.iter().any(|rule| matches(&rule.matcher, path))
    }
}

/// A path counts as matched when a folder above it is.
fn matches(matcher: &GlobMatcher, path: &str) -> bool {
    let mut shown = Some(path);
    while let Some(part) = shown {
        if matcher.is_match(part) {
            return true;
        }
        shown = part.rsplit_once('/').map(|(above, _)| above);
    }
    false
}

/// As Go's `filepath.Clean` makes it, without the slash at the beginning; nothing for what names nothing.
fn cleaned(pattern: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::a_name("node_modules", "node_modules", true)]
    #[case::below_a_folder("node_modules", "node_modules/left-pad/index.js", true)]
    #[case::only_at_the_top("node_modules", "web/node_modules", false)]
    #[case::anywhere("**/node_modules", "web/node_modules/x", true)]
    #[case::anywhere_is_here_too("**/node_modules", "node_modules", true)]
    #[case::a_star_stays_in_its_folder("*.log", "logs/a.log", false)]
    #[case::a_slash_at_the_beginning("/target/", "target/debug", true)]
    #[case::dots("./a/../b", "b/c", true)]
    #[case::the_last_one_decides("*.md\n!README.md", "README.md", false)]
    #[case::in_their_order("!README.md\n*.md", "README.md", true)]
    #[case::taken_back_below("docs\n!docs/keep.txt", "docs/keep.txt", false)]
    #[case::a_remark("# target", "target", false)]
    #[case::everything("*", "a/b", true)]
    #[case::a_question_mark("?.txt", "a.txt", true)]
    #[case::a_class("[a-c].txt", "d.txt", false)]
    fn patterns_decide(#[case] rules: &str, #[case] path: &str, #[case] left_out: bool) {
        assert_eq!(Ignored::parse(rules).unwrap().leaves_out(path), left_out);
    }

    #[test]
    fn what_is_no_pattern_is_named_with_its_line() {
        let error = Ignored::parse("target\n\n[a-").unwrap_err();
        assert_eq!((error.line, error.pattern.as_str()), (3, "[a-"));
    }
}
