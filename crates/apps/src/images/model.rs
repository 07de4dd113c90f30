//! Which versions of an app keep their images: pure.

use std::collections::BTreeSet;

use crate::deploys::Deploy;
use crate::deploys::model::Wanted;
use crate::versions::AppVersion;

/// The numbers of the versions that keep their images: the newest, the one that runs, and those of a deploy that goes on.
pub(super) fn kept(versions: &[AppVersion], live: Option<i64>, active: Option<&Deploy>, newest: u32) -> BTreeSet<i64> {
    let mut numbers: Vec<i64> = versions.iter().map(|version| version.number).collect();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    numbers.truncate(usize::try_from(newest).unwrap_or(usize::MAX));
    let of_deploy = active.into_iter().flat_map(|deploy| {
        let wanted = match deploy.wanted {
            Wanted::Version(number) => Some(number),
            _ => None,
        };
        [wanted, deploy.app_version, deploy.previous_version]
    });
    numbers.into_iter().chain(live).chain(of_deploy.flatten()).collect()
}

/// The images of these versions.
pub(super) fn images<'a>(versions: &'a [AppVersion], numbers: &BTreeSet<i64>) -> BTreeSet<&'a str> {
    let those = versions.iter().filter(|version| numbers.contains(&version.number));
    those.map(|version| version.image.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use slipway_api::Timestamp;

    use super::*;
    use crate::versions::model::Processes;

    fn version(number: i64, image: &str) -> AppVersion {
        AppVersion {
            id: "appv-0000000000000000".parse().unwrap(),
            app_id: "app-0000000000000000".parse().unwrap(),
            organization_id: "org-0000000000000000".parse().unwrap(),
            number,
            image: image.to_owned(),
            origin: String::new(),
            processes: Processes::default(),
            port: 8080,
            env_number: 0,
            created_by: "ann".to_owned(),
            created_at: Timestamp::from_unix_ms(0),
            image_removed_at: None,
        }
    }

    #[test]
    fn the_newest_and_what_runs_are_kept() {
        let versions: Vec<_> = (1..=5).map(|number| version(number, &format!("i{number}"))).collect();
        assert_eq!(kept(&versions, Some(2), None, 2), BTreeSet::from([2, 4, 5]));
        assert_eq!(kept(&versions, Some(5), None, 0), BTreeSet::from([5]));
        assert_eq!(kept(&versions, None, None, 20).len(), 5);
    }

    #[test]
    fn an_image_of_two_versions_is_kept_by_either() {
        let versions = [version(1, "same"), version(2, "other"), version(3, "same")];
        let numbers = kept(&versions, Some(3), None, 1);
        assert_eq!(images(&versions, &numbers), BTreeSet::from(["same"]));
    }
}
