//! Glob patterns over paths: `*` and `?` within a name, `**` over any number of directories, `[a-z]`, `{a,b}`. Pure.
//!
//! A pattern without a slash inside matches names at the top only, unless it begins with `**/`; one that ends in `/` means
//! everything below. Matching takes time linear in the pattern times the path.

use std::fmt;

/// Longest pattern, in bytes.
const LONGEST: usize = 500;
/// Most alternatives that the braces of a pattern may give.
const ALTERNATIVES: usize = 64;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    alternatives: Vec<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**/`: no directory, or any number of them.
    Directories,
    /// `**` at the end: everything.
    Everything,
    Any,
    One,
    Letter(char),
    /// Ranges, and whether they are what is not meant.
    Class(Vec<(char, char)>, bool),
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
        let alternatives = expanded(&text)?;
        let alternatives: Result<_, _> = alternatives.iter().map(|text| parts(text)).collect();
        Ok(Self {
            alternatives: alternatives?,
        })
    }

    /// Whether a path matches as a whole.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let letters: Vec<char> = path.chars().collect();
        self.alternatives.iter().any(|parts| matches(parts, &letters))
    }
}

/// The texts that the braces of a pattern stand for.
fn expanded(text: &str) -> Result<Vec<String>, GlobError> {
    let mut done = Vec::new();
    let mut todo = vec![text.to_owned()];
    while let Some(text) = todo.pop() {
        if done.len() + todo.len() > ALTERNATIVES {
            return Err(GlobError(format!("At most {ALTERNATIVES} alternatives in braces.")));
        }
        // The innermost braces have none inside.
        let Some(close) = text.find('}') else {
            if text.contains('{') {
                return Err(GlobError("A brace is not closed.".to_owned()));
            }
            done.push(text);
            continue;
        };
        let (head, tail) = text.split_at(close);
        let Some(open) = head.rfind('{') else {
            return Err(GlobError("A brace is closed that was not opened.".to_owned()));
        };
        let (before, inner) = head.split_at(open);
        for alternative in inner.trim_start_matches('{').split(',') {
            todo.push(format!("{before}{alternative}{}", tail.trim_start_matches('}')));
        }
    }
    Ok(done)
}

fn parts(text: &str) -> Result<Vec<Part>, GlobError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let is_start =
            parts.is_empty() || parts.last() == Some(&Part::Letter('/')) || parts.last() == Some(&Part::Directories);
        if let Some(after) = rest.strip_prefix("**/").filter(|_| is_start) {
            parts.push(Part::Directories);
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("**") {
            parts.push(if after.is_empty() && is_start {
                Part::Everything
            } else {
                Part::Any
            });
            rest = after.trim_start_matches('*');
            continue;
        }
        let (part, after) = match letter {
            '*' => (Part::Any, rest.get(1..).unwrap_or_default()),
            '?' => (Part::One, rest.get(1..).unwrap_or_default()),
            '[' => class(rest)?,
            '\\' => {
                let mut letters = rest.chars();
                letters.next();
                let escaped = letters
                    .next()
                    .ok_or_else(|| GlobError("A backslash is last.".to_owned()))?;
                (Part::Letter(escaped), letters.as_str())
            }
            other => (Part::Letter(other), rest.get(other.len_utf8()..).unwrap_or_default()),
        };
        parts.push(part);
        rest = after;
    }
    Ok(parts)
}

fn class(text: &str) -> Result<(Part, &str), GlobError> {
    let inner = text.trim_start_matches('[');
    let end = inner
        .find(']')
        .ok_or_else(|| GlobError("A bracket is not closed.".to_owned()))?;
    let (inner, after) = inner.split_at(end);
    let negated = inner.starts_with('!') || inner.starts_with('^');
    let letters: Vec<char> = inner.chars().skip(usize::from(negated)).collect();
    let mut ranges = Vec::new();
    let mut rest = letters.as_slice();
    while let Some((first, others)) = rest.split_first() {
        match others {
            ['-', last, others @ ..] => {
                ranges.push((*first, *last));
                rest = others;
            }
            _ => {
                ranges.push((*first, *first));
                rest = others;
            }
        }
    }
    Ok((Part::Class(ranges, negated), after.get(1..).unwrap_or_default()))
}

/// Runs through the path once, with all places of the pattern that it may be at.
fn matches(parts: &[Part], path: &[char]) -> bool {
    let mut places = vec![false; parts.len() + 1];
    advance(parts, &mut places, 0, true);
    for letter in path {
        let mut next = vec![false; parts.len() + 1];
        let after_slash = *letter == '/';
        for (place, _) in places.iter().enumerate().filter(|(_, is_there)| **is_there) {
            match parts.get(place) {
                None => {}
                Some(Part::Everything) => advance(parts, &mut next, place, after_slash),
                Some(Part::Any) if !after_slash => advance(parts, &mut next, place, false),
                // It stays until a slash, and may end after every one.
                Some(Part::Directories) => {
                    set(&mut next, place);
                    if after_slash {
                        advance(parts, &mut next, place + 1, true);
                    }
                }
                Some(Part::One) if !after_slash => advance(parts, &mut next, place + 1, false),
                Some(Part::Letter(wanted)) if wanted == letter => advance(parts, &mut next, place + 1, after_slash),
                Some(Part::Class(ranges, negated)) if !after_slash => {
                    let is_in = ranges.iter().any(|(first, last)| first <= letter && letter <= last);
                    if is_in != *negated {
                        advance(parts, &mut next, place + 1, false);
                    }
                }
                Some(_) => {}
            }
        }
        places = next;
    }
    places.last().copied().unwrap_or(false)
}

fn set(places: &mut [bool], place: usize) {
    if let Some(there) = places.get_mut(place) {
        *there = true;
    }
}

/// Marks a place, and those behind parts that may be empty.
fn advance(parts: &[Part], places: &mut [bool], place: usize, at_start: bool) {
    set(places, place);
    let may_be_empty = match parts.get(place) {
        Some(Part::Any | Part::Everything) => true,
        Some(Part::Directories) => at_start,
        _ => false,
    };
    if may_be_empty && places.get(place + 1) == Some(&false) {
        advance(parts, places, place + 1, at_start);
    }
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
    #[case("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")]
    fn what_is_no_pattern_is_refused(#[case] pattern: &str) {
        assert!(Glob::new(pattern).is_err());
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let glob = Glob::new(&"*a".repeat(200)).unwrap();
        assert!(!glob.matches(&format!("{}b", "a".repeat(4_000))));
    }
}
