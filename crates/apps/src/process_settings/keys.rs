//! Keys and values of labels and annotations: what Kubernetes takes, on every cluster, so that an app is the same on each. Pure.

use std::collections::BTreeMap;

use slipway_kernel::errors::FieldError;

use crate::apps::model::problem;

/// Most labels of a process, and most annotations.
const MOST: usize = 50;
/// Longest name, and longest value of a label.
const NAME_LENGTH: usize = 63;
/// Longest prefix of a key.
const PREFIX_LENGTH: usize = 253;
/// All annotations of a process, in bytes; each deploy keeps them.
const ANNOTATIONS_SIZE: usize = 32 << 10;
/// Domains of those who say something to a cluster by keys: us, and the cluster itself.
const RESERVED_DOMAINS: [&str; 3] = ["slipway.dev", "kubernetes.io", "k8s.io"];
/// What keys begin with that say something to engines.
const RESERVED_BEGINNINGS: [&str; 5] = [
    "slipway.",
    "com.docker.",
    "io.docker.",
    "org.dockerproject.",
    "io.kubernetes.",
];

/// What is wrong with labels.
pub(super) fn of_labels(labels: &BTreeMap<String, String>) -> Vec<FieldError> {
    let at = "/data/attributes/labels";
    let mut problems = of_keys(labels, at);
    let is_value = |value: &str| value.is_empty() || is_name(value);
    for (key, _) in labels.iter().filter(|(_, value)| !is_value(value)) {
        let detail = format!(
            "The value of the label \"{key}\" has at most {NAME_LENGTH} letters, digits and -_., of these last none at its ends. An annotation may \
             be any text."
        );
        problems.push(problem(at, detail));
    }
    problems
}

/// What is wrong with annotations.
pub(super) fn of_annotations(annotations: &BTreeMap<String, String>) -> Vec<FieldError> {
    let at = "/data/attributes/annotations";
    let mut problems = of_keys(annotations, at);
    let size: usize = annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > ANNOTATIONS_SIZE {
        let detail = format!(
            "All annotations of a process have at most {} KiB together.",
            ANNOTATIONS_SIZE >> 10
        );
        problems.push(problem(at, detail));
    }
    if annotations.values().any(|value| value.contains('\0')) {
        problems.push(problem(at, "An annotation is text: it has no zero bytes."));
    }
    problems
}

fn of_keys(all: &BTreeMap<String, String>, at: &str) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if all.len() > MOST {
        problems.push(problem(at, format!("At most {MOST} of them.")));
    }
    for key in all.keys().take(MOST) {
        if !is_key(key) {
            let detail = format!(
                "\"{key}\" is no key: it has at most {NAME_LENGTH} letters, digits and -_., none of these last at its ends, and may have a domain \
                 and a slash before it, as in example.com/team."
            );
            problems.push(problem(at, detail));
        } else if is_reserved(key) {
            let detail = format!(
                "\"{key}\" says something to the cluster, or is Slipway's own. Choose a key with a domain of yours, or without one."
            );
            problems.push(problem(at, detail));
        }
    }
    problems
}

fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_name(name),
        None => is_name(key),
    }
}

fn is_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    text.len() <= NAME_LENGTH && is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(is_plain)
}

fn is_domain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(is_plain);
    text.len() <= PREFIX_LENGTH && text.split('.').all(is_part)
}

fn is_reserved(key: &str) -> bool {
    let domain = key.split_once('/').map(|(domain, _)| domain);
    let is_of =
        |reserved: &str| domain.is_some_and(|domain| domain == reserved || domain.ends_with(&format!(".{reserved}")));
    RESERVED_DOMAINS.iter().any(|reserved| is_of(reserved))
        || RESERVED_BEGINNINGS.iter().any(|reserved| key.starts_with(*reserved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("team", "core", "")]
    #[case("example.com/team", "", "")]
    #[case("a.b_c-d", "V1.2_3-x", "")]
    #[case("mykubernetes.io/x", "1", "")]
    #[case("", "x", "is no key")]
    #[case("-team", "x", "is no key")]
    #[case("team/", "x", "is no key")]
    #[case("a/b/c", "x", "is no key")]
    #[case("Example.com/team", "x", "is no key")]
    #[case("te\u{430}m", "x", "is no key")]
    #[case("team\n", "x", "is no key")]
    #[case("team", "two words", "has at most 63 letters")]
    #[case("slipway.dev/app", "x", "Slipway's own")]
    #[case("slipway.app", "x", "Slipway's own")]
    #[case("app.kubernetes.io/name", "x", "says something to the cluster")]
    #[case("kubernetes.io/arch", "x", "says something to the cluster")]
    #[case("pod-security.x-k8s.io/enforce", "x", "")]
    #[case("node.k8s.io/x", "x", "says something to the cluster")]
    #[case("com.docker.compose.project", "x", "says something to the cluster")]
    fn labels_are_what_every_cluster_takes(#[case] key: &str, #[case] value: &str, #[case] said: &str) {
        let labels = BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let problems: Vec<String> = of_labels(&labels).into_iter().map(|problem| problem.detail).collect();
        match said.is_empty() {
            true => assert!(problems.is_empty(), "{problems:?}"),
            false => assert!(problems.len() == 1 && problems[0].contains(said), "{problems:?}"),
        }
    }

    #[test]
    fn annotations_are_any_text_of_some_size() {
        let of = |value: String| of_annotations(&BTreeMap::from([("note".to_owned(), value)])).len();
        assert_eq!(of("two words\nand a line".to_owned()), 0);
        assert_eq!(of("x".repeat(ANNOTATIONS_SIZE)), 1);
        assert_eq!(of("\0".to_owned()), 1);
        let many = (0..=MOST).map(|number| (format!("k{number}"), String::new()));
        assert_eq!(of_labels(&many.collect()).len(), 1);
    }
}
