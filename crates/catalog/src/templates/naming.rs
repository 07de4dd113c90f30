//! How resources are called: a pattern with placeholders, `{project}-{environment}-db`. Pure.
//!
//! What a placeholder stands for is found by who renders: `organization`, `project` and `template` are always there; any
//! other is a variable of the resource, an output of what it stands on, or a setting that it inherits, in this order.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use slipway_api::Name;
use slipway_api::names::ParseNameError;

/// The longest pattern.
const LENGTH: usize = 200;

/// A pattern that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Placeholder(String),
}

/// Why a text is no [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    /// Longer than what is read.
    #[error("a pattern has at most {LENGTH} characters, this one has {0}")]
    TooLong(usize),
    /// A brace without its other.
    #[error("the brace at character {0} has no other; a placeholder is written as {{project}}")]
    Brace(usize),
    /// Not a word between braces.
    #[error(
        "\"{{{0}}}\" is no placeholder: the word between the braces has letters, digits, \"-\" and \"_\" and starts with a \
         letter or \"_\""
    )]
    Placeholder(String),
    /// A character that no name can have, and its position counted from 1.
    #[error("names have letters, digits, \"-\" and \"_\" and start with a letter or digit; character {1} is {0:?}")]
    Character(char, usize),
    /// Nothing that differs from one resource to the next.
    #[error("without a placeholder all resources would be called the same; add one, as in \"{{project}}-db\"")]
    NoPlaceholder,
}

/// Why a pattern gave no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Nobody said what these stand for.
    #[error("nothing is known for {}", braced(.0))]
    Missing(Vec<String>),
    /// What came out is no name.
    #[error("\"{name}\" is no name: {reason}")]
    NoName {
        /// What came out.
        name: String,
        /// Why.
        reason: ParseNameError,
    },
}

fn braced(words: &[String]) -> String {
    let braced: Vec<String> = words.iter().map(|word| format!("{{{word}}}")).collect();
    braced.join(", ")
}

impl Pattern {
    /// The words of its placeholders, in their order, each once.
    #[must_use]
    pub fn placeholders(&self) -> Vec<&str> {
        let mut words = Vec::new();
        for part in &self.0 {
            if let Part::Placeholder(word) = part
                && !words.contains(&word.as_str())
            {
                words.push(word.as_str());
            }
        }
        words
    }

    /// The name that comes of these values.
    ///
    /// # Errors
    ///
    /// When a value is missing, or what comes out is no name.
    pub fn render(&self, values: &BTreeMap<String, String>) -> Result<Name, RenderError> {
        let missing: Vec<String> = self
            .placeholders()
            .into_iter()
            .filter(|word| !values.contains_key(*word))
            .map(str::to_owned)
            .collect();
        if !missing.is_empty() {
            return Err(RenderError::Missing(missing));
        }
        let text: String = self
            .0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.as_str(),
                Part::Placeholder(word) => values.get(word).map_or("", String::as_str),
            })
            .collect();
        text.parse()
            .map_err(|reason| RenderError::NoName { name: text, reason })
    }
}

impl FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if length > LENGTH {
            return Err(ParsePatternError::TooLong(length));
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut letters = text.chars().enumerate();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '{' => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(Part::Placeholder(placeholder(&mut letters, index)?));
                }
                '}' => return Err(ParsePatternError::Brace(index + 1)),
                letter if letter.is_ascii_alphanumeric() => literal.push(letter),
                '-' | '_' if index > 0 => literal.push(letter),
                other => return Err(ParsePatternError::Character(other, index + 1)),
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        if !parts.iter().any(|part| matches!(part, Part::Placeholder(_))) {
            return Err(ParsePatternError::NoPlaceholder);
        }
        Ok(Self(parts))
    }
}

/// The word up to the closing brace; `opened` is the index of the opening one.
fn placeholder(letters: &mut impl Iterator<Item = (usize, char)>, opened: usize) -> Result<String, ParsePatternError> {
    let mut word = String::new();
    for (_, letter) in letters {
        match letter {
            '}' => {
                let first = word.chars().next();
                let starts = first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
                let is_word = word
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
                return match starts && is_word {
                    true => Ok(word),
                    false => Err(ParsePatternError::Placeholder(word)),
                };
            }
            '{' => return Err(ParsePatternError::Brace(opened + 1)),
            other => word.push(other),
        }
    }
    Err(ParsePatternError::Brace(opened + 1))
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Literal(text) => formatter.write_str(text),
            Part::Placeholder(word) => write!(formatter, "{{{word}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(word, value)| ((*word).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn placeholders_are_replaced() {
        let pattern: Pattern = "{project}-{environment}-db".parse().unwrap();
        assert_eq!(pattern.placeholders(), ["project", "environment"]);
        let name = pattern.render(&values(&[("project", "shop"), ("environment", "prod"), ("x", "y")]));
        assert_eq!(name.unwrap().as_str(), "shop-prod-db");
    }

    #[test]
    fn what_is_missing_is_named() {
        let pattern: Pattern = "{project}-{environment}-{environment}-{tier}".parse().unwrap();
        let refused = pattern.render(&values(&[("project", "shop")])).unwrap_err();
        assert_eq!(refused.to_string(), "nothing is known for {environment}, {tier}");
    }

    #[rstest]
    #[case::too_long("{a}", "x".repeat(91))]
    #[case::empty("{a}", String::new())]
    #[case::dash_first("{a}b", "-".to_owned())]
    #[case::not_a_letter("{a}", "a b".to_owned())]
    fn what_comes_out_is_a_name_or_refused(#[case] pattern: &str, #[case] value: String) {
        let pattern: Pattern = pattern.parse().unwrap();
        let refused = pattern.render(&values(&[("a", &value)])).unwrap_err();
        assert!(matches!(refused, RenderError::NoName { .. }), "{refused}");
    }

    #[rstest]
    #[case::open(
        "{project",
        "the brace at character 1 has no other; a placeholder is written as {project}"
    )]
    #[case::closed(
        "project}",
        "the brace at character 8 has no other; a placeholder is written as {project}"
    )]
    #[case::nested(
        "a{{b}}",
        "the brace at character 2 has no other; a placeholder is written as {project}"
    )]
    #[case::space(
        "{a b}",
        "\"{a b}\" is no placeholder: the word between the braces has letters, digits, \"-\" and \"_\" and starts with a \
         letter or \"_\""
    )]
    #[case::none(
        "db",
        "without a placeholder all resources would be called the same; add one, as in \"{project}-db\""
    )]
    #[case::nothing(
        "",
        "without a placeholder all resources would be called the same; add one, as in \"{project}-db\""
    )]
    #[case::slash(
        "{project}/db",
        "names have letters, digits, \"-\" and \"_\" and start with a letter or digit; character 10 is '/'"
    )]
    fn what_is_no_pattern_says_why(#[case] text: &str, #[case] why: &str) {
        assert_eq!(text.parse::<Pattern>().unwrap_err().to_string(), why);
    }

    proptest! {
        #[test]
        fn a_pattern_reads_back_from_its_text(text in "([a-z0-9]{0,4}\\{[a-z_][a-z0-9_-]{0,5}\\}){1,5}[a-z0-9_-]{0,5}") {
            let pattern: Pattern = text.parse().unwrap();
            prop_assert_eq!(pattern.to_string(), text.clone());
            prop_assert_eq!(text.parse::<Pattern>().unwrap(), pattern);
        }

        #[test]
        fn no_text_makes_it_panic_and_what_it_renders_is_a_name(text in ".{0,40}", value in "[a-z0-9-]{0,12}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                let all = pattern.placeholders().into_iter().map(|word| (word.to_owned(), value.clone())).collect();
                if let Ok(name) = pattern.render(&all) {
                    let has_braces = name.as_str().contains(['{', '}']);
                    prop_assert!(!has_braces);
                    prop_assert_eq!(name.as_str().parse::<Name>().unwrap(), name);
                }
                prop_assert_eq!(
                    pattern.render(&BTreeMap::new()).is_err(),
                    !pattern.placeholders().is_empty()
                );
            }
        }
    }
}
