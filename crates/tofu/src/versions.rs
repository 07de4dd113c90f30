//! Terraform's version and constraint language, as hashicorp/go-version defines it, over `semver`.
//!
//! What differs from Cargo's: a comma means "and", `~>` fixes all but the last number written, and a pre-release is
//! chosen only by a constraint that names a pre-release of the same three numbers.

pub(crate) mod overlap;

use std::fmt;
use std::str::FromStr;

use semver::{BuildMetadata, Prerelease, Version};

/// A version or constraint that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: {problem} at character {position}")]
pub struct VersionError {
    /// What was given.
    pub text: String,
    /// One-based character at which the trouble starts.
    pub position: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

/// A list of conditions that a version must all fulfil; the empty list admits every release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraints {
    text: String,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    version: Version,
    /// How many of the three numbers were written.
    written: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

const OPERATORS: [(&str, Operator); 7] = [
    ("~>", Operator::Pessimistic),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

/// Reads a version: one to three numbers, an optional leading `v`, pre-release and build.
///
/// # Errors
/// Where and why it is not a version.
pub fn parse_version(text: &str) -> Result<Version, VersionError> {
    read_version(text.trim(), 0)
        .map(|(version, _)| version)
        .map_err(|(offset, problem)| error(text, offset, problem))
}

/// The highest version that fulfils the constraints.
pub fn best<'a>(constraints: &Constraints, versions: impl IntoIterator<Item = &'a Version>) -> Option<&'a Version> {
    versions
        .into_iter()
        .filter(|version| constraints.matches(version))
        .max()
}

impl Constraints {
    /// Whether a version fulfils all conditions.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        if self.conditions.is_empty() {
            return version.pre.is_empty();
        }
        self.conditions.iter().all(|condition| condition.matches(version))
    }

    /// The one version that an `=` condition names, if there is one.
    #[must_use]
    pub fn exact(&self) -> Option<&Version> {
        self.conditions
            .iter()
            .find(|c| c.operator == Operator::Equal)
            .map(|c| &c.version)
    }
}

impl FromStr for Constraints {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut conditions = Vec::new();
        let mut offset = 0;
        if !text.trim().is_empty() {
            for part in text.split(',') {
                let condition = read_condition(part, offset).map_err(|(at, problem)| error(text, at, problem))?;
                conditions.push(condition);
                offset += part.len() + 1;
            }
        }
        Ok(Self {
            text: text.trim().to_owned(),
            conditions,
        })
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Condition {
    fn matches(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        match self.operator {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Greater => self.admits_pre_release(version) && order.is_gt(),
            Operator::GreaterOrEqual => self.admits_pre_release(version) && order.is_ge(),
            Operator::Less => self.admits_pre_release(version) && order.is_lt(),
            Operator::LessOrEqual => self.admits_pre_release(version) && order.is_le(),
            Operator::Pessimistic => self.is_within_last_number(version) && order.is_ge(),
        }
    }

    /// go-version's `prereleaseCheck`.
    fn admits_pre_release(&self, version: &Version) -> bool {
        version.pre.is_empty() || (!self.version.pre.is_empty() && same_numbers(version, &self.version))
    }

    /// go-version's `constraintPessimistic`; with a pre-release it admits pre-releases only.
    fn is_within_last_number(&self, version: &Version) -> bool {
        let only_pre_release = !self.version.pre.is_empty() && version.pre.is_empty();
        if only_pre_release || !self.admits_pre_release(version) {
            return false;
        }
        match self.written {
            1 => true,
            2 => version.major == self.version.major,
            _ => version.major == self.version.major && version.minor == self.version.minor,
        }
    }
}

fn same_numbers(one: &Version, other: &Version) -> bool {
    (one.major, one.minor, one.patch) == (other.major, other.minor, other.patch)
}

fn read_condition(part: &str, offset: usize) -> Result<Condition, (usize, &'static str)> {
    let trimmed = part.trim_start();
    let start = offset + part.len() - trimmed.len();
    let (operator, length) = OPERATORS
        .iter()
        .find(|(sign, _)| trimmed.starts_with(sign))
        .map_or((Operator::Equal, 0), |(sign, operator)| (*operator, sign.len()));
    let after = trimmed.get(length..).unwrap_or_default();
    let number = after.trim_start();
    let (version, written) = read_version(number.trim_end(), start + length + after.len() - number.len())?;
    Ok(Condition {
        operator,
        version,
        written,
    })
}

/// Reads `v1.2.3-pre+build`, any of the last two numbers missing; answers how many were written.
fn read_version(text: &str, offset: usize) -> Result<(Version, usize), (usize, &'static str)> {
    let body = text.strip_prefix('v').unwrap_or(text);
    let mut at = offset + text.len() - body.len();
    if body.is_empty() {
        return Err((at, "a version is missing"));
    }
    let numbers_end = body.find(['-', '+']).unwrap_or(body.len());
    let (numbers, rest) = body.split_at(numbers_end);
    let mut parsed = Vec::new();
    for number in numbers.split('.') {
        if parsed.len() == 3 {
            return Err((at, "more than three numbers"));
        }
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err((at, "a number is expected"));
        }
        parsed.push(number.parse::<u64>().map_err(|_| (at, "the number is too large"))?);
        at += number.len() + 1;
    }
    let rest_at = offset + text.len() - rest.len();
    let (pre, build) = match rest.split_once('+') {
        Some((pre, build)) => (pre, build),
        None => (rest, ""),
    };
    let pre =
        Prerelease::new(pre.strip_prefix('-').unwrap_or(pre)).map_err(|_| (rest_at, "not a valid pre-release"))?;
    let build = BuildMetadata::new(build).map_err(|_| (rest_at, "not valid build metadata"))?;
    if rest == "-" || rest == "+" {
        return Err((rest_at, "something is missing behind it"));
    }
    let number = |index: usize| parsed.get(index).copied().unwrap_or(0);
    Ok((
        Version {
            major: number(0),
            minor: number(1),
            patch: number(2),
            pre,
            build,
        },
        parsed.len(),
    ))
}

fn error(text: &str, offset: usize, problem: &'static str) -> VersionError {
    let position = text.get(..offset).unwrap_or(text).chars().count() + 1;
    VersionError {
        text: text.to_owned(),
        position,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// From the test table of hashicorp/go-version.
    #[rstest]
    #[case(">= 1.0, < 1.2", "1.1.5", true)]
    #[case("< 1.0, < 1.2", "1.1.5", false)]
    #[case("= 1.0", "1.1.5", false)]
    #[case("1.0", "1.0.0", true)]
    #[case("~> 1.0", "2.0", false)]
    #[case("~> 1.0", "1.1", true)]
    #[case("~> 1.0", "1.2.3", true)]
    #[case("~> 1.0.0", "1.2.3", false)]
    #[case("~> 1.0.0", "1.0.7", true)]
    #[case("~> 1.0.0", "1.1.0", false)]
    #[case("~> 1.0.7", "1.0.4", false)]
    #[case("~> 1.0.7", "1.0.8", true)]
    #[case("~> 2.1.0-a", "2.1.0", false)]
    #[case("~> 2.1.0-a", "2.1.0-beta", true)]
    #[case("~> 2.1.0-a", "2.2.0-alpha", false)]
    #[case("> 2.0", "2.1.0-beta", false)]
    #[case(">= 2.1.0-a", "2.1.0-beta", true)]
    #[case(">= 2.1.0-a", "2.1.1-beta", false)]
    #[case(">= 2.1.0-a", "2.1.1", true)]
    #[case("<= 2.1.0-a", "2.0.0", true)]
    #[case("!= 1.2.3", "1.2.4", true)]
    #[case("!= 1.2.3", "1.2.3", false)]
    #[case("= 1.2.3-rc1", "1.2.3-rc1", true)]
    #[case("~> 1", "3.0.0", true)]
    #[case("", "1.2.3", true)]
    #[case("", "1.2.3-rc1", false)]
    #[case(" v1.2.3 ", "1.2.3+build", true)]
    fn constraint_table(#[case] constraint: &str, #[case] version: &str, #[case] expected: bool) {
        let constraint: Constraints = constraint.parse().unwrap();
        assert_eq!(constraint.matches(&parse_version(version).unwrap()), expected);
    }

    #[rstest]
    #[case("~> 1.x", "`~> 1.x`: a number is expected at character 6")]
    #[case(">= 1.0, ", "`>= 1.0, `: a version is missing at character 9")]
    #[case(">= 1.0,, < 2", "`>= 1.0,, < 2`: a version is missing at character 8")]
    #[case("1.2.3.4", "`1.2.3.4`: more than three numbers at character 7")]
    #[case("=> 1", "`=> 1`: a number is expected at character 2")]
    #[case(
        "99999999999999999999",
        "`99999999999999999999`: the number is too large at character 1"
    )]
    #[case("1.0-", "`1.0-`: something is missing behind it at character 4")]
    fn errors_say_where(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<Constraints>().unwrap_err().to_string(), message);
    }

    #[test]
    fn the_best_is_the_highest_that_matches() {
        let versions: Vec<_> = ["1.9.0", "1.10.2", "1.10.10", "2.0.0-rc1"]
            .map(|v| parse_version(v).unwrap())
            .into();
        assert_eq!(
            best(&"~> 1.9".parse().unwrap(), &versions).unwrap().to_string(),
            "1.10.10"
        );
        assert_eq!(best(&"> 3".parse().unwrap(), &versions), None);
        assert_eq!("= 1.9.0".parse::<Constraints>().unwrap().exact(), versions.first());
    }

    proptest! {
        #[test]
        fn pessimistic_is_a_range(major in 0..4_u64, minor in 0..4_u64, patch in 0..4_u64, v in (0..5_u64, 0..5_u64, 0..5_u64)) {
            let version = Version::new(v.0, v.1, v.2);
            let three: Constraints = format!("~> {major}.{minor}.{patch}").parse().unwrap();
            let range: Constraints = format!(">= {major}.{minor}.{patch}, < {major}.{}.0", minor + 1).parse().unwrap();
            prop_assert_eq!(three.matches(&version), range.matches(&version));
            let two: Constraints = format!("~> {major}.{minor}").parse().unwrap();
            let range: Constraints = format!(">= {major}.{minor}, < {}.0", major + 1).parse().unwrap();
            prop_assert_eq!(two.matches(&version), range.matches(&version));
        }

        #[test]
        fn any_text_is_read_or_refused_with_a_place_in_it(text in "\\PC{0,30}") {
            if let Err(error) = text.parse::<Constraints>() {
                prop_assert!(error.position >= 1 && error.position <= text.chars().count() + 1, "{}", error);
            }
        }
    }
}
