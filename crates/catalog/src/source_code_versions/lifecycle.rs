//! How far a version is published: pure.

use slipway_api::source_code_versions::{Lifecycle, VersionStatus};

/// What a change of the lifecycle is called in events; none where nothing changes.
///
/// # Errors
///
/// Why it cannot go there, in a sentence.
pub fn step(from: Lifecycle, to: Lifecycle, status: VersionStatus) -> Result<Option<&'static str>, String> {
    use Lifecycle::{Active, Archived, Deprecated, Preview};
    let action = match (from, to) {
        (Preview, Preview) | (Active, Active) | (Deprecated, Deprecated) | (Archived, Archived) => return Ok(None),
        (Preview | Deprecated, Active) => "source-code-version.activated",
        (Active, Deprecated) => "source-code-version.deprecated",
        (Archived, Deprecated) => "source-code-version.restored",
        (Preview | Deprecated, Archived) => "source-code-version.archived",
        (Active, Archived) => {
            return Err(
                "An active version is deprecated before it is archived, so that nobody is surprised.".to_owned(),
            );
        }
        (Archived, Active) => {
            return Err("An archived version becomes deprecated first, and active after that.".to_owned());
        }
        (Preview, Deprecated) => {
            return Err("Nobody was told to take a version in preview: archive it, or activate it.".to_owned());
        }
        (Active | Deprecated | Archived, Preview) => {
            return Err("A version that was published is not in preview any more.".to_owned());
        }
    };
    if to == Active && status == VersionStatus::Failed {
        return Err(
            "Its module cannot be read: mend it in the repository and refresh the version, then activate it."
                .to_owned(),
        );
    }
    Ok(Some(action))
}

/// In a word.
#[must_use]
pub fn word(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Preview => "preview",
        Lifecycle::Active => "active",
        Lifecycle::Deprecated => "deprecated",
        Lifecycle::Archived => "archived",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use slipway_api::source_code_versions::Lifecycle::{Active, Archived, Deprecated, Preview};

    use super::*;

    #[rstest]
    #[case(Preview, Active, Some("source-code-version.activated"))]
    #[case(Preview, Archived, Some("source-code-version.archived"))]
    #[case(Active, Deprecated, Some("source-code-version.deprecated"))]
    #[case(Deprecated, Active, Some("source-code-version.activated"))]
    #[case(Deprecated, Archived, Some("source-code-version.archived"))]
    #[case(Archived, Deprecated, Some("source-code-version.restored"))]
    #[case(Active, Active, None)]
    fn what_can_be(#[case] from: Lifecycle, #[case] to: Lifecycle, #[case] action: Option<&str>) {
        assert_eq!(step(from, to, VersionStatus::Ready), Ok(action));
    }

    #[rstest]
    #[case(Preview, Deprecated)]
    #[case(Active, Preview)]
    #[case(Active, Archived)]
    #[case(Deprecated, Preview)]
    #[case(Archived, Active)]
    #[case(Archived, Preview)]
    fn what_cannot(#[case] from: Lifecycle, #[case] to: Lifecycle) {
        assert!(step(from, to, VersionStatus::Ready).unwrap_err().ends_with('.'));
    }

    #[test]
    fn what_cannot_be_read_is_not_published() {
        assert!(step(Preview, Active, VersionStatus::Failed).is_err());
        assert!(step(Preview, Archived, VersionStatus::Failed).is_ok());
    }
}
