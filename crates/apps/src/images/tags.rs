//! Which images of an app's repository in a registry may be deleted: pure.
//!
//! What must stay true: an image goes only when every tag that leads to it is that of a build whose image nothing needs; what
//! somebody else gave a name, or made part of something, stays.

use std::collections::BTreeSet;

use slipway_api::ids::DeployId;

use crate::deploys::Deploy;

/// A tag, as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name; builds of ours give the deploy's id.
    pub name: String,
    /// What it leads to.
    pub digest: String,
    /// What that is made of, where it is several images.
    pub parts: Vec<String>,
}

/// The builds of an app, by their tags, whose images its versions do not need: of deploys that ended.
pub(super) fn builds_leaving(deploys: &[Deploy], kept: &BTreeSet<i64>) -> BTreeSet<String> {
    let is_leaving = |deploy: &&Deploy| {
        let is_kept = deploy.app_version.is_some_and(|number| kept.contains(&number));
        deploy.ended_at.is_some() && !is_kept
    };
    let those = deploys.iter().filter(is_leaving);
    those.map(|deploy| deploy.id.to_string()).collect()
}

/// Whether a tag looks like that of a build.
pub(super) fn is_of_build(tag: &str) -> bool {
    tag.parse::<DeployId>().is_ok_and(|id| id.to_string() == tag)
}

/// The images that may be deleted, by their digests.
pub(super) fn leaving(tags: &[Tag], builds: &BTreeSet<String>, needed: &BTreeSet<String>) -> BTreeSet<String> {
    let staying = tags
        .iter()
        .filter(|tag| !builds.contains(&tag.name))
        .map(|tag| &tag.digest);
    let parts = tags.iter().flat_map(|tag| &tag.parts);
    let stay: BTreeSet<&String> = staying.chain(parts).chain(needed).collect();
    let all = tags.iter().map(|tag| &tag.digest);
    all.filter(|digest| !stay.contains(digest)).cloned().collect()
}

/// The digest at the end of an image's name.
pub(super) fn digest(image: &str) -> Option<&str> {
    image.rsplit_once('@').map(|(_, digest)| digest)
}

/// Whether this is a digest as registries give them, and can stand in a path.
pub(super) fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether this can be a tag, and stand in a path
/// (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>).
pub(super) fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_fine = |byte: u8| is_word(byte) || byte == b'.' || byte == b'-';
    text.len() <= 128 && text.bytes().next().is_some_and(is_word) && text.bytes().all(is_fine)
}

#[cfg(test)]
mod tests {
    use slipway_api::Timestamp;
    use slipway_api::deploys::{DeployKind, DeployStatus, DeployStep};

    use super::*;
    use crate::deploys::model::Wanted;

    fn deploy(id: &str, version: Option<i64>, has_ended: bool) -> Deploy {
        let now = Timestamp::from_unix_ms(0);
        Deploy {
            id: id.parse().unwrap(),
            app_id: "app-0000000000000000".parse().unwrap(),
            organization_id: "org-0000000000000000".parse().unwrap(),
            number: 1,
            kind: DeployKind::Source,
            status: DeployStatus::Running,
            step: DeployStep::Build,
            reason: String::new(),
            origin: String::new(),
            message: String::new(),
            wanted: Wanted::Version(1),
            app_version: version,
            previous_version: None,
            env_number: 0,
            restored_env: None,
            kept: None,
            port: None,
            log_id: "log-0000000000000000".parse().unwrap(),
            started_by: String::new(),
            is_cancel_requested: false,
            request_key: None,
            request_digest: None,
            active_app_id: None,
            created_at: now,
            step_at: now,
            ended_at: has_ended.then_some(now),
        }
    }

    #[test]
    fn builds_go_whose_deploy_ended_without_a_version_that_is_kept() {
        let id = |last: u8| format!("dep-000000000000000{last}");
        let deploys = [
            deploy(&id(1), Some(1), true),
            deploy(&id(2), Some(2), true),
            // It failed before there was a version.
            deploy(&id(3), None, true),
            deploy(&id(4), None, false),
            deploy(&id(5), Some(1), false),
        ];
        let leaving = builds_leaving(&deploys, &BTreeSet::from([2]));
        assert_eq!(leaving, BTreeSet::from([id(1), id(3)]));
    }

    fn set(texts: &str) -> BTreeSet<String> {
        texts.split_whitespace().map(str::to_owned).collect()
    }

    /// Of `name=digest`, or `name=digest+part+part`.
    fn tag(written: &str) -> Tag {
        let (name, rest) = written.split_once('=').unwrap();
        let mut digests = rest.split('+').map(str::to_owned);
        Tag {
            name: name.to_owned(),
            digest: digests.next().unwrap(),
            parts: digests.collect(),
        }
    }

    #[rstest::rstest]
    #[case::old_builds("d1=a d2=b", "d1", "", "a")]
    #[case::nothing_old("d1=a", "", "", "")]
    #[case::two_builds_of_one_image("d1=a d2=a", "d1 d2", "", "a")]
    #[case::one_of_them_is_kept("d1=a d2=a", "d1", "", "")]
    #[case::a_name_of_somebody("d1=a mine=a", "d1", "", "")]
    #[case::needed_by_its_digest("d1=a d2=b", "d1 d2", "a", "b")]
    #[case::part_of_something("d1=a both=c+a+z", "d1", "", "")]
    #[case::of_several_images("d1=a+x+y", "d1", "", "a")]
    #[case::of_an_unknown_build("d1=a d9=b", "d1", "", "a")]
    fn what_may_be_deleted(#[case] tags: &str, #[case] builds: &str, #[case] needed: &str, #[case] expected: &str) {
        let tags: Vec<Tag> = tags.split_whitespace().map(tag).collect();
        assert_eq!(leaving(&tags, &set(builds), &set(needed)), set(expected));
    }

    #[test]
    fn what_stands_in_a_path_is_what_it_says() {
        let hex = "0123456789abcdef".repeat(4);
        assert!(is_digest(&format!("sha256:{hex}")));
        for other in [
            "",
            "sha256:",
            "sha256:../x",
            &format!("sha512:{hex}"),
            &format!("sha256:{hex}0"),
        ] {
            assert!(!is_digest(other), "{other}");
        }
        assert!(is_tag("dep-0123456789abcdef") && is_tag("_1.2"));
        for other in ["", "-a", ".", "a/b", "a?b", "a%2f", &"a".repeat(129)] {
            assert!(!is_tag(other), "{other}");
        }
        assert!(is_of_build("dep-0123456789abcdef"));
        assert!(!is_of_build("latest") && !is_of_build("app-0123456789abcdef"));
        assert_eq!(
            (digest("r.test/a@sha256:b"), digest("sha256:b")),
            (Some("sha256:b"), None)
        );
    }
}
