//! Which versions two constraints admit, compared. Constraints are unions of ranges between the versions they name, so it is
//! enough to try those versions and their neighbours.

use semver::Version;

use super::Constraints;

/// How the versions that the new constraint admits lie to those of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// The same.
    Same,
    /// All of them and more.
    Wider,
    /// Some of them only.
    Narrower,
    /// Some of them, and others.
    Partly,
    /// None of them.
    Apart,
    /// One of them cannot be read.
    Unknown,
}

/// Compares two constraints as written; empty text admits everything.
pub(crate) fn overlap(old: &str, new: &str) -> Overlap {
    let (Ok(old), Ok(new)) = (old.parse::<Constraints>(), new.parse::<Constraints>()) else {
        return Overlap::Unknown;
    };
    let (mut both, mut only_old, mut only_new) = (false, false, false);
    for version in neighbours(&old).chain(neighbours(&new)).chain([Version::new(0, 0, 0)]) {
        match (old.matches(&version), new.matches(&version)) {
            (true, true) => both = true,
            (true, false) => only_old = true,
            (false, true) => only_new = true,
            (false, false) => {}
        }
    }
    match (both, only_old, only_new) {
        (_, false, false) => Overlap::Same,
        (_, false, true) => Overlap::Wider,
        (true, true, false) => Overlap::Narrower,
        (true, true, true) => Overlap::Partly,
        (false, true, _) => Overlap::Apart,
    }
}

/// Every version that a constraint names, those just below and above it, and the ends of the ranges that `~>` makes of it.
fn neighbours(constraints: &Constraints) -> impl Iterator<Item = Version> {
    const LAST: u64 = u64::MAX;
    constraints.conditions.iter().flat_map(|condition| {
        let named = condition.version.clone();
        let Version {
            major, minor, patch, ..
        } = named;
        let above = [
            Version::new(major, minor, patch.saturating_add(1)),
            Version::new(major, minor, LAST),
            Version::new(major, minor.saturating_add(1), 0),
            Version::new(major, LAST, LAST),
            Version::new(major.saturating_add(1), 0, 0),
            Version::new(LAST, 0, 0),
        ];
        let below = match (major, minor, patch) {
            (0, 0, 0) => None,
            (major, 0, 0) => Some(Version::new(major - 1, LAST, LAST)),
            (major, minor, 0) => Some(Version::new(major, minor - 1, LAST)),
            (major, minor, patch) => Some(Version::new(major, minor, patch - 1)),
        };
        let release = Version::new(major, minor, patch);
        [named, release].into_iter().chain(above).chain(below)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("~> 4.0", "~> 5.0", Overlap::Apart)]
    #[case(">= 4.0", ">= 5.0", Overlap::Narrower)]
    #[case(">= 5.0", ">= 4.0", Overlap::Wider)]
    #[case("~> 1.2", ">= 1.2, < 2.0", Overlap::Same)]
    #[case("", ">= 1.0", Overlap::Narrower)]
    #[case("~> 1.2.3", "~> 1.2", Overlap::Wider)]
    #[case("< 2.0", "> 1.0", Overlap::Partly)]
    #[case(">= 1.0", ">= 1.0, != 1.5.0", Overlap::Narrower)]
    #[case(">= 1.0", "latest", Overlap::Unknown)]
    fn overlaps(#[case] old: &str, #[case] new: &str, #[case] expected: Overlap) {
        assert_eq!(overlap(old, new), expected);
    }

    proptest! {
        #[test]
        fn what_is_said_is_true_of_every_version(
            old in "(~>|>=|<|=|!=|>) [0-2]\\.[0-2](\\.[0-2])?(, (<|>=|!=) [0-2]\\.[0-2])?",
            new in "(~>|>=|<|=|!=|>) [0-2]\\.[0-2](\\.[0-2])?(, (<|>=|!=) [0-2]\\.[0-2])?",
            version in (0..4_u64, 0..4_u64, 0..4_u64),
        ) {
            let version = Version::new(version.0, version.1, version.2);
            let admits = |text: &str| text.parse::<Constraints>().unwrap().matches(&version);
            let pair = (admits(&old), admits(&new));
            let impossible = match overlap(&old, &new) {
                Overlap::Same => pair.0 != pair.1,
                Overlap::Wider => pair == (true, false),
                Overlap::Narrower => pair == (false, true),
                Overlap::Apart => pair == (true, true),
                Overlap::Partly => false,
                Overlap::Unknown => true,
            };
            prop_assert!(!impossible, "{} and {} at {}", old, new, version);
        }
    }
}
