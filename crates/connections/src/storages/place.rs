//! Which buckets there can be, by each cloud's own rules for names: pure.

use slipway_api::jsonapi::ErrorSource;
use slipway_api::storages::StoragePlace;
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};

use crate::integrations::Integration;
use crate::integrations::kinds::check::matches;

/// A field: its name, its text, the pattern of the whole text, and what it looks like.
type Field<'a> = (&'static str, &'a str, &'static str, &'static str);

/// Refuses a place that the cloud would refuse, and an integration of another cloud.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub fn check(place: &StoragePlace, integration: &Integration) -> Result<()> {
    let mut wrong = Vec::new();
    let needed = integration_kind(place);
    if integration.kind != needed {
        let detail = format!(
            "The integration \"{}\" is of the kind {}; a bucket of this kind needs one of the kind {needed}.",
            integration.name, integration.kind
        );
        wrong.push(at("integration-id", detail));
    }
    for (name, text, pattern, example) in fields(place) {
        if !matches(pattern, text) || is_reserved(name, text) {
            let detail = format!("It looks like {example}, by the rules that the cloud has for this name.");
            wrong.push(at(&format!("place/{name}"), detail));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(wrong)),
    }
}

/// The kind of integrations that reach such a place.
#[must_use]
pub const fn integration_kind(place: &StoragePlace) -> &'static str {
    match place {
        StoragePlace::Aws { .. } => "aws",
        StoragePlace::Azurerm { .. } => "azure",
        StoragePlace::Gcp { .. } => "google-cloud",
    }
}

fn at(field: &str, detail: impl Into<String>) -> FieldError {
    let source = ErrorSource {
        pointer: Some(format!("/data/attributes/{field}")),
        parameter: None,
    };
    FieldError {
        source,
        detail: detail.into(),
    }
}

/// The clouds' own rules: S3 "General purpose bucket naming rules", Azure "Resource name rules" for `Microsoft.Storage`, Google
/// "Bucket naming". Names with dots, which certificates of clouds do not cover, are not taken.
fn fields(place: &StoragePlace) -> Vec<Field<'_>> {
    match place {
        StoragePlace::Aws { bucket, region } => vec![
            ("bucket", bucket, "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "acme-states"),
            ("region", region, r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}", "eu-central-1"),
        ],
        StoragePlace::Azurerm {
            resource_group,
            storage_account,
            container,
            location,
        } => vec![
            (
                "resource-group",
                resource_group,
                r"[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]",
                "states",
            ),
            ("storage-account", storage_account, "[a-z0-9]{3,24}", "acmestates"),
            ("container", container, "[a-z0-9](-?[a-z0-9]){2,62}", "states"),
            ("location", location, "[a-z0-9]{2,40}", "westeurope"),
        ],
        StoragePlace::Gcp {
            project,
            bucket,
            location,
        } => vec![
            (
                "project",
                project,
                "([a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]",
                "acme-platform",
            ),
            ("bucket", bucket, "[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]", "acme-states"),
            ("location", location, "[A-Za-z0-9-]{2,40}", "europe-west3"),
        ],
    }
}

/// Beginnings and endings that clouds keep for themselves.
fn is_reserved(field: &str, text: &str) -> bool {
    let begins = ["xn--", "sthree-", "amzn-s3-demo-", "goog"];
    let ends = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"];
    let container = field == "container" && text.len() > 63;
    container
        || field == "bucket"
            && (begins.iter().any(|begin| text.starts_with(begin)) || ends.iter().any(|end| text.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::integrations::kinds;

    fn refused(place: Value, kind: &str) -> bool {
        let (id, organization) = ("int-0000000000000001", "org-0000000000000001");
        let integration = Integration::new(
            id.parse().unwrap(),
            organization.parse().unwrap(),
            "cloud".parse().unwrap(),
            kinds::find(kind).unwrap(),
            slipway_api::Timestamp::from_unix_ms(0),
        );
        check(&serde_json::from_value(place).unwrap(), &integration).is_err()
    }

    fn azure(account: &str, container: &str) -> Value {
        json!({"kind": "azurerm", "resource-group": "rg", "storage-account": account, "container": container,
            "location": "westeurope"})
    }

    #[rstest]
    #[case("acme-states", false)]
    #[case("ab", true)]
    #[case("Acme", true)]
    #[case("-acme", true)]
    #[case("acme/../other", true)]
    #[case("acme?acl", true)]
    #[case("acme.states", true)]
    #[case("xn--acme", true)]
    #[case("acme-s3alias", true)]
    fn buckets_are_named_as_s3_wants_it(#[case] bucket: &str, #[case] expected: bool) {
        let place = json!({"kind": "aws", "bucket": bucket, "region": "eu-central-1"});
        assert_eq!(refused(place, "aws"), expected);
    }

    #[test]
    fn every_field_and_the_integration_have_to_fit() {
        assert!(refused(
            json!({"kind": "aws", "bucket": "acme", "region": "evil.example.com/"}),
            "aws"
        ));
        assert!(refused(
            json!({"kind": "aws", "bucket": "acme", "region": "eu-west-1"}),
            "azure"
        ));
        assert!(!refused(azure("acmestates", "states"), "azure"));
        for (account, container) in [
            ("acme-states", "states"),
            ("acme", "a--b"),
            ("acme", "a"),
            ("acme", "$root"),
        ] {
            assert!(refused(azure(account, container), "azure"), "{account} {container}");
        }
        let google =
            |bucket: &str| json!({"kind": "gcp", "project": "acme-platform", "bucket": bucket, "location": "EU"});
        assert!(!refused(google("acme_states"), "google-cloud"));
        assert!(refused(google("google-states"), "google-cloud"));
    }
}
