//! `.terraformignore`: which paths stay out of an archive.
//!
//! The language is go-slug's (the library of Terraform's and OpenTofu's own clients), not gitignore: a pattern without a
//! leading slash matches at any depth even when it has a slash inside, a trailing slash means everything below, the last
//! matching line wins, and `!` brings back. Before the file's lines stand `.terraform/`, `!.terraform/modules/` and
//! `.git/`. One deviation, towards what a reader of the file expects: below an excluded directory everything is
//! excluded unless a line brings it back (go-slug forgets it when the line has no trailing slash).

use regex::{Regex, RegexBuilder};

const DEFAULT_LINES: &str = ".terraform/\n!.terraform/modules/\n.git/\n";
/// Bound on one compiled pattern; the longest sensible one stays far below.
const PATTERN_BYTES: usize = 1 << 20;

/// A `.terraformignore` that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(".terraformignore line {line}: `{pattern}` is not a valid pattern")]
pub struct RulesError {
    /// One-based line.
    pub line: usize,
    /// The text of the line.
    pub pattern: String,
}

/// The compiled lines, in order.
#[derive(Debug, Clone)]
pub struct IgnoreRules {
    rules: Vec<CompiledRule>,
}

#[derive(Debug, Clone)]
struct CompiledRule {
    pattern: Regex,
    negated: bool,
    negations_after: bool,
}

impl IgnoreRules {
    /// Compiles the text of a `.terraformignore` behind the default lines; empty text gives the defaults alone.
    ///
    /// # Errors
    /// The first line that is not a pattern.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let mut rules = Vec::new();
        let defaults = DEFAULT_LINES.lines().map(|line| (0, line));
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        for (line, written) in defaults.chain(lines) {
            let written = written.trim();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let rule = compile(written).ok_or_else(|| RulesError {
                line,
                pattern: written.to_owned(),
            })?;
            if rule.negated {
                rules
                    .iter_mut()
                    .for_each(|before: &mut CompiledRule| before.negations_after = true);
            }
            rules.push(rule);
        }
        Ok(Self { rules })
    }

    /// Whether `path` (with `/` between components, no slash at its ends) stays out.
    ///
    /// `parent_excluded` is the answer for the directory it lies in.
    #[must_use]
    pub fn excludes(&self, path: &str, is_directory: bool, parent_excluded: bool) -> bool {
        self.deciding(path, is_directory)
            .map_or(parent_excluded, |rule| !rule.negated)
    }

    /// Whether a line behind the one that excludes this directory brings anything back, so that it must be entered.
    #[must_use]
    pub fn may_bring_back_below(&self, directory: &str) -> bool {
        self.deciding(directory, true)
            .is_none_or(|rule| rule.negated || rule.negations_after)
    }

    /// The last line that matches.
    fn deciding(&self, path: &str, is_directory: bool) -> Option<&CompiledRule> {
        let as_directory = format!("{path}/");
        let matches = |rule: &&CompiledRule| {
            rule.pattern.is_match(path) || (is_directory && rule.pattern.is_match(&as_directory))
        };
        self.rules.iter().rev().find(matches)
    }
}

fn compile(written: &str) -> Option<CompiledRule> {
    let (negated, written) = match written.strip_prefix('!') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, written),
    };
    let mut glob = String::new();
    match written.strip_prefix('/') {
        Some(rest) => glob.push_str(rest),
        None => {
            glob.push_str("**/");
            glob.push_str(written);
        }
    }
    if glob.is_empty() || written.is_empty() {
        return None;
    }
    if glob.ends_with('/') {
        glob.push_str("**");
    }
    let pattern = RegexBuilder::new(&expression(&glob)?)
        .size_limit(PATTERN_BYTES)
        .build()
        .ok()?;
    Some(CompiledRule {
        pattern,
        negated,
        negations_after: false,
    })
}

/// Translates a glob as go-slug does: `**` is anything, `*` and `?` stop at slashes, `[…]` is a class.
fn expression(glob: &str) -> Option<String> {
    let mut out = String::from("^");
    let mut rest = glob.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                out.push_str(if rest.peek().is_none() { ".*" } else { "(.*/)?" });
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                out.push('[');
                if rest.next_if(|next| matches!(next, '^' | '!')).is_some() {
                    out.push('^');
                }
                loop {
                    match rest.next()? {
                        ']' => break,
                        '-' => out.push('-'),
                        inside => out.push_str(&regex::escape(inside.encode_utf8(&mut [0; 4]))),
                    }
                }
                out.push(']');
            }
            '\\' => out.push_str(&regex::escape(rest.next().unwrap_or('\\').encode_utf8(&mut [0; 4]))),
            plain => out.push_str(&regex::escape(plain.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    Some(out)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The file and the expectations of go-slug's own test.
    const WRITTEN: &str = "# comments are ignored\n # extra spaces are irrelevant\n   baz.txt\n\nterraform.d/\n!/terraform.d/\n\
        **/foo/bar.tf\nfoo/*.md\nbar/something-[a-z].txt\nboop.txt\n!/boop.txt\n";

    #[rstest]
    #[case(".terraform/", true)]
    #[case("included.txt", false)]
    #[case(".terraform/foo/bar", true)]
    #[case(".terraform/modules/modules.json", false)]
    #[case(".git/config", true)]
    #[case(".gitignore", false)]
    #[case("baz.txt", true)]
    #[case("parent/foo/baz.txt", true)]
    #[case("parent/foo/bar.tf", true)]
    #[case("parent/bar/bar.tf", false)]
    #[case("something/with-baz.txt", false)]
    #[case("something/baz.x", false)]
    #[case("foo/ignored-doc.md", true)]
    #[case("bar/something-a.txt", true)]
    #[case("some-module/terraform.d/x", true)]
    #[case("terraform.d/", false)]
    #[case("terraform.d/foo", false)]
    #[case("baz/boop.txt", true)]
    #[case("boop.txt", false)]
    fn agrees_with_go_slug(#[case] path: &str, #[case] excluded: bool) {
        let rules = IgnoreRules::parse(WRITTEN).unwrap();
        let is_directory = path.ends_with('/');
        assert_eq!(
            rules.excludes(path.trim_end_matches('/'), is_directory, false),
            excluded
        );
    }

    #[test]
    fn an_excluded_directory_excludes_what_is_below() {
        let rules = IgnoreRules::parse("secrets\n!secrets/readme.md\n").unwrap();
        assert!(rules.excludes("secrets", true, false));
        assert!(rules.excludes("secrets/key.pem", false, true));
        assert!(!rules.excludes("secrets/readme.md", false, true));
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named() {
        let error = IgnoreRules::parse("ok\n\nbad[a-\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            ".terraformignore line 3: `bad[a-` is not a valid pattern"
        );
        assert!(IgnoreRules::parse("!").is_err());
    }
}
