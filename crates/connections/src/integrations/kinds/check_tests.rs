//! What forms may say, kind by kind.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::integrations::kinds;

fn made(kind: &str, given: Value) -> Result<Values> {
    changed(kind, &Values::default(), given)
}

fn changed(kind: &str, before: &Values, given: Value) -> Result<Values> {
    patched(kinds::find(kind).unwrap(), before, given.as_object().unwrap())
}

fn faults(error: &Error) -> Vec<String> {
    let fields = error.fields().iter();
    fields.map(|fault| fault.source.pointer.clone().unwrap()).collect()
}

fn refused(kind: &str, given: Value) -> Vec<String> {
    match made(kind, given.clone()) {
        Ok(_) => panic!("{given} was taken"),
        Err(error) => faults(&error)
            .into_iter()
            .map(|pointer| pointer.replace("/data/attributes/settings/", ""))
            .collect(),
    }
}

#[test]
fn workload_identity_is_what_is_meant_where_nothing_is_said() {
    let values = made("aws", json!({"role-arn": "arn:aws:iam::123456789012:role/runs"})).unwrap();
    assert_eq!(values.settings.text("method"), Some("workload-identity"));
    assert_eq!(values.settings.text("audience"), Some("aws.workload.identity"));
    assert_eq!(values.settings.text("region"), Some("us-east-1"));
    assert!(values.secrets.is_empty());
}

#[test]
fn secrets_and_settings_go_their_ways() {
    let values = made(
        "aws",
        json!({"method": "access-keys", "access-key-id": " AKIA1 ", "secret-access-key": "hidden"}),
    )
    .unwrap();
    assert_eq!(values.settings.text("access-key-id"), Some("AKIA1"));
    assert_eq!(values.settings.text("secret-access-key"), None);
    assert_eq!(values.secrets.get("secret-access-key"), Some("hidden"));
}

#[rstest]
#[case("aws", json!({}), &["role-arn"])]
#[case("aws", json!({"role-arn": "role"}), &["role-arn"])]
#[case("aws", json!({"method": "password"}), &["method"])]
#[case("aws", json!({"method": 1}), &["method"])]
#[case("aws", json!({"role-arn": "arn:aws:iam::123456789012:role/runs", "colour": "red"}), &["colour"])]
#[case("aws", json!({"role-arn": "arn:aws:iam::123456789012:role/runs", "secret-access-key": "x"}), &["secret-access-key"])]
#[case("gitea", json!({"method": "token", "url": "ftp://example.com", "token": "x"}), &["url"])]
#[case("gitea", json!({"method": "token", "url": "https://user:pass@example.com", "token": "x"}), &["url"])]
#[case("gitea", json!({"method": "token", "url": "https://example.com/?q=1", "token": "x"}), &["url"])]
#[case("gitea", json!({"method": "token", "url": "https://example.com", "token": "a\nb"}), &["token"])]
#[case("gitea", json!({"method": "token", "url": "https://example.com", "token": {}}), &["token"])]
#[case("github", json!({"method": "oauth"}), &["client-id", "client-secret"])]
#[case("azure", json!({}), &["tenant-id", "subscription-id", "client-id"])]
#[case("environment", json!({"variables": {"1A": "x"}}), &["variables/1A"])]
#[case("environment", json!({"variables": {"A": 1}}), &["variables/A"])]
#[case("environment", json!({"variables": "A=1"}), &["variables"])]
fn what_is_wrong_is_named(#[case] kind: &str, #[case] given: Value, #[case] at: &[&str]) {
    assert_eq!(refused(kind, given), at);
}

#[test]
fn a_secret_is_not_quoted_where_it_is_wrong() {
    let error = made(
        "gitea",
        json!({"method": "token", "url": "https://example.com", "token": "hid\nden"}),
    );
    let error = error.err().unwrap();
    assert!(!format!("{:?} {}", error.fields(), error).contains("hid"));
}

#[test]
fn what_is_not_mentioned_stays_and_null_removes() {
    let before = made(
        "gitea",
        json!({"method": "token", "url": "https://git.example.com/", "token": "hidden"}),
    )
    .unwrap();
    assert_eq!(before.settings.text("url"), Some("https://git.example.com"));
    let after = changed("gitea", &before, json!({"ca-certificate": "-----BEGIN"})).unwrap();
    assert_eq!(after.secrets.get("token"), Some("hidden"));
    assert_eq!(after.settings.text("ca-certificate"), Some("-----BEGIN\n"));
    let after = changed("gitea", &after, json!({"ca-certificate": null})).unwrap();
    assert_eq!(after.settings.text("ca-certificate"), None);
    let error = changed("gitea", &after, json!({"token": null})).err().unwrap();
    assert_eq!(faults(&error), ["/data/attributes/settings/token"]);
}

#[test]
fn a_kept_secret_does_not_go_to_another_server() {
    let before = made(
        "gitea",
        json!({"method": "token", "url": "https://git.example.com", "token": "hidden"}),
    )
    .unwrap();
    let error = changed("gitea", &before, json!({"url": "https://thief.example.net"}))
        .err()
        .unwrap();
    assert_eq!(faults(&error), ["/data/attributes/settings/url"]);
    let after = changed(
        "gitea",
        &before,
        json!({"url": "https://new.example.com", "token": "other"}),
    )
    .unwrap();
    assert_eq!(after.secrets.get("token"), Some("other"));
    // A field that was absent leads away, too.
    let before = made(
        "aws",
        json!({"method": "access-keys", "access-key-id": "AKIA1", "secret-access-key": "hidden"}),
    )
    .unwrap();
    let error = changed("aws", &before, json!({"sts-url": "https://thief.example.net"}))
        .err()
        .unwrap();
    assert_eq!(faults(&error), ["/data/attributes/settings/sts-url"]);
}

#[test]
fn tokens_of_a_browser_end_with_the_method_the_server_and_the_application() {
    let mut before = made(
        "gitea",
        json!({"url": "https://git.example.com", "client-id": "a", "client-secret": "s"}),
    )
    .unwrap();
    before.secrets.set("access-token", "browser");
    let kept = changed("gitea", &before, json!({"client-secret": "t"})).unwrap();
    assert_eq!(kept.secrets.get("access-token"), Some("browser"));
    for change in [
        json!({"client-id": "b"}),
        json!({"url": "https://other.example.com", "client-secret": "t"}),
        json!({"method": "token", "token": "x"}),
    ] {
        let after = changed("gitea", &before, change.clone()).unwrap();
        assert_eq!(after.secrets.get("access-token"), None, "{change}");
    }
}

#[test]
fn entries_are_merged_one_by_one() {
    let before = made(
        "environment",
        json!({"variables": {"A": "1"}, "sensitive-variables": {"S": "x", "T": "y"}}),
    )
    .unwrap();
    let change = json!({"variables": {"B": "2", "A": null}, "sensitive-variables": {"S": null}});
    let after = changed("environment", &before, change).unwrap();
    assert_eq!(after.settings.entries("variables").collect::<Vec<_>>(), [("B", "2")]);
    let secrets: Vec<(&str, &str)> = after.secrets.entries("sensitive-variables").collect();
    assert_eq!(secrets, [("T", "y")]);
    let after = changed("environment", &after, json!({"sensitive-variables": null})).unwrap();
    assert!(after.secrets.is_empty());
}
