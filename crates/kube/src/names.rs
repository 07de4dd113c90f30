//! What our objects are called and labelled, so that they are found again, by us and by others' tools.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};

/// Which app an object belongs to.
pub const APP: &str = "slipway.dev/app";
/// Which of its processes.
pub const PROCESS: &str = "slipway.dev/process";
/// Which of its deploys: units of different deploys are different units, also when they run one version.
pub const DEPLOY: &str = "slipway.dev/deploy";
/// Which of its versions it runs; told, and not found by.
pub const VERSION: &str = "slipway.dev/version";
/// Which run it belongs to that is made once.
pub const ONCE: &str = "slipway.dev/once";
/// Which job a run belongs to.
pub const JOB: &str = "slipway.dev/job";
/// Which volume a claim of storage is.
pub const VOLUME: &str = "slipway.dev/volume";
/// Of a Job's units, by the cluster itself: the Job's name.
pub(crate) const RUN: &str = "batch.kubernetes.io/job-name";
/// Who made it, as tools of Kubernetes know it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// What stands in [`MANAGED_BY`], and the name under which fields are owned.
pub const MANAGER: &str = "slipway";
/// The container of a unit.
pub(crate) const CONTAINER: &str = "unit";

/// Names of CronJobs may have 52 characters, which is the least of all.
const LONGEST: usize = 52;
/// Of a digest in a name, in hexadecimal.
const DIGITS: usize = 10;

/// One process of one deploy of one app.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId {
    /// Where it is.
    pub namespace: String,
    /// The app; as a label's value, and alone in its namespace.
    pub app: String,
    /// The process: `web`.
    pub process: String,
    /// The number of the app's deploy.
    pub deploy: u32,
}

impl ProcessId {
    /// What its Deployment is called.
    #[must_use]
    pub fn name(&self) -> String {
        object_name(&[&self.app, &self.process, &self.deploy.to_string()])
    }

    /// What tells its units from all others.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = process_labels(&self.app, &self.process);
        labels.insert(DEPLOY.to_owned(), self.deploy.to_string());
        labels
    }
}

/// What every object of an app has.
#[must_use]
pub fn app_labels(app: &str) -> BTreeMap<String, String> {
    labels(&[(MANAGED_BY, MANAGER), (APP, app)])
}

/// What every object of a process has, whatever its deploy.
#[must_use]
pub fn process_labels(app: &str, process: &str) -> BTreeMap<String, String> {
    labels(&[(MANAGED_BY, MANAGER), (APP, app), (PROCESS, process)])
}

/// A selector as requests have it.
pub(crate) fn selector(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// A name for an object (RFC 1123) made of parts, of 52 characters at most. When a part has to be changed to fit, a digest of what it was is put
/// behind, so that different parts never get one name.
#[must_use]
pub fn object_name(parts: &[&str]) -> String {
    let wanted = parts.join("-");
    let fits = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    let is_letter_first = wanted.starts_with(|first: char| first.is_ascii_lowercase());
    if wanted.len() <= LONGEST && wanted.chars().all(fits) && is_letter_first && !wanted.ends_with('-') {
        return wanted;
    }
    let lower = wanted.to_ascii_lowercase();
    let kept: String = lower
        .chars()
        .map(|character| if fits(character) { character } else { '-' })
        .take(LONGEST - DIGITS - 2)
        .collect();
    let kept = kept.trim_matches('-');
    // Names of services begin with a letter.
    let first = if kept.starts_with(|first: char| first.is_ascii_lowercase()) {
        ""
    } else {
        "a"
    };
    format!(
        "{first}{kept}-{}",
        short_digest(parts.iter().map(|part| part.as_bytes()))
    )
}

/// Of parts in their order, each with its length, so that no two lists have one digest.
pub(crate) fn short_digest<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut digits = hex::encode(digest.finish());
    digits.truncate(DIGITS);
    digits
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(&["shop", "web", "v7"], "shop-web-v7")]
    #[case(&["Shop", "web", "v7"], "shop-web-v7-abeb923e54")]
    #[case(&["shop", "web_2", "v7"], "shop-web-2-v7-36188eddb7")]
    #[case(&["7shop", "web"], "a7shop-web-cfede90a78")]
    fn names_fit(#[case] parts: &[&str], #[case] name: &str) {
        assert_eq!(object_name(parts), name);
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "x".repeat(80);
        let (one, other) = (object_name(&[&long, "web"]), object_name(&[&long, "worker"]));
        assert!(one.len() <= LONGEST && one != other, "{one} {other}");
    }
}
