//! Rules about pools: whose apps are put into them, which plans those have there, which services they are bound to, and which routers
//! take their requests. One rule may be about many pools, and of the rules about one pool and field the most exact counts, alone.

use std::cmp::Reverse;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};
use slipway_api::pools::PoolField;

/// A name in which `*` stands for anything, also for nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl TryFrom<String> for Pattern {
    type Error = ConstraintError;

    fn try_from(text: String) -> Result<Self, ConstraintError> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

/// Why something is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pattern: write a name of letters, digits, `.`, `_` and `-`, in which `*` stands for anything")]
pub struct ConstraintError(pub String);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Which pools it is about.
    pub pools: Pattern,
    /// What of them.
    pub field: PoolField,
    /// What may be used; what may not when it denies. The first that is no pattern is used where nothing is chosen.
    pub values: Vec<Pattern>,
    /// Whether everything but the values may be used.
    pub denies: bool,
}

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// When something else is in it than in names.
    pub fn new(text: &str) -> Result<Self, ConstraintError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_*".contains(&byte);
        let refused = || ConstraintError(text.to_owned());
        if text.is_empty() || !text.bytes().all(is_plain) {
            return Err(refused());
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(false)
            .build()
            .map_err(|_| refused())?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// Whether it means one name alone.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.text.contains('*')
    }

    /// Larger for what says more: exact names first, then longer patterns, then those with fewer stars.
    fn exactness(&self) -> (bool, usize, Reverse<usize>) {
        let stars = self.text.bytes().filter(|byte| *byte == b'*').count();
        (self.is_exact(), self.text.len() - stars, Reverse(stars))
    }
}

/// The rule that counts for a pool, without which everything may be used; of two that are as exact, the one whose pattern comes first
/// in the alphabet, so that it is always the same.
#[must_use]
pub fn counting<'a>(constraints: &'a [Constraint], pool: &str, field: PoolField) -> Option<&'a Constraint> {
    let about = constraints
        .iter()
        .filter(|one| one.field == field && one.pools.matches(pool));
    about.max_by_key(|one| (one.pools.exactness(), Reverse(one.pools.as_str())))
}

impl Constraint {
    /// Whether it lets something be used.
    #[must_use]
    pub fn lets(&self, name: &str) -> bool {
        self.values.iter().any(|pattern| pattern.matches(name)) != self.denies
    }
}

/// What is used in a pool where nothing is chosen, when a rule says so.
#[must_use]
pub fn default_of<'a>(constraints: &'a [Constraint], pool: &str, field: PoolField) -> Option<&'a str> {
    let rule = counting(constraints, pool, field).filter(|rule| !rule.denies)?;
    rule.values
        .iter()
        .find(|pattern| pattern.is_exact())
        .map(Pattern::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn rule(pools: &str, field: PoolField, denies: bool, values: &[&str]) -> Constraint {
        let pattern = |text: &&str| Pattern::new(text).unwrap();
        Constraint {
            pools: pattern(&pools),
            field,
            values: values.iter().map(pattern).collect(),
            denies,
        }
    }

    #[rstest]
    #[case::without_a_rule_everything(&[], "anybody", true)]
    #[case::who_is_named(&[rule("*", PoolField::Team, false, &["shop", "data-*"])], "data-lake", true)]
    #[case::who_is_not(&[rule("*", PoolField::Team, false, &["shop"])], "other", false)]
    #[case::who_is_denied(&[rule("*", PoolField::Team, true, &["shop"])], "shop", false)]
    #[case::others_are_not(&[rule("*", PoolField::Team, true, &["shop"])], "other", true)]
    #[case::nobody(&[rule("*", PoolField::Team, false, &[])], "shop", false)]
    #[case::another_field(&[rule("*", PoolField::Plan, false, &[])], "shop", true)]
    #[case::another_pool(&[rule("test-*", PoolField::Team, false, &[])], "shop", true)]
    #[case::the_exact_one_alone(&[rule("prod", PoolField::Team, false, &["shop"]), rule("*", PoolField::Team, false, &["*"])], "other", false)]
    #[case::the_longer_one(&[rule("p*", PoolField::Team, false, &["*"]), rule("pr*d", PoolField::Team, false, &["shop"])], "other", false)]
    fn of_the_pool_prod(#[case] rules: &[Constraint], #[case] team: &str, #[case] allowed: bool) {
        assert_eq!(allows(rules, team), allowed);
        let mut other_order = rules.to_vec();
        other_order.reverse();
        assert_eq!(allows(&other_order, team), allowed);
    }

    fn allows(rules: &[Constraint], team: &str) -> bool {
        counting(rules, "prod", PoolField::Team).is_none_or(|rule| rule.lets(team))
    }

    #[test]
    fn of_two_that_are_as_exact_it_is_always_the_same() {
        let (one, two) = (
            rule("a*c", PoolField::Plan, false, &["one"]),
            rule("ab*", PoolField::Plan, false, &["two"]),
        );
        for rules in [[one.clone(), two.clone()], [two, one]] {
            assert_eq!(default_of(&rules, "abc", PoolField::Plan), Some("one"));
        }
    }

    #[test]
    fn what_is_used_where_nothing_is_chosen() {
        let rules = [
            rule("*", PoolField::Plan, false, &["c*", "small", "large"]),
            rule("*", PoolField::Team, true, &["old"]),
        ];
        assert_eq!(default_of(&rules, "prod", PoolField::Plan), Some("small"));
        assert_eq!(default_of(&rules, "prod", PoolField::Team), None);
        assert_eq!(default_of(&rules, "prod", PoolField::Project), None);
    }

    #[rstest]
    #[case("")]
    #[case("a b")]
    #[case("[a-z]")]
    #[case("{a,b}")]
    fn what_is_no_pattern(#[case] text: &str) {
        let error = Pattern::new(text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}` is no pattern")), "{error}");
    }
}
