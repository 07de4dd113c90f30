//! Resources and changes for tests.

use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::SourceCodeVersionId;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::resources::ResourceSpecification;

use super::model::{ResourceChange, Wanted};
use crate::resources::Resource;
use crate::resources::model::{Beginning, Output};

/// A version's id.
pub(super) fn version() -> SourceCodeVersionId {
    "scv-0000000000000001".parse().unwrap()
}

/// A resource of this name.
pub(super) fn resource(name: &str) -> Resource {
    let specification: ResourceSpecification = serde_json::from_value(json!({"name": name})).unwrap();
    let beginning = Beginning {
        id: "res-0000000000000001".parse().unwrap(),
        organization: "org-0000000000000001".parse().unwrap(),
        project: "prj-0000000000000001".parse().unwrap(),
        template: "tpl-0000000000000001".parse().unwrap(),
        by: "ada".to_owned(),
        now: Timestamp::from_unix_ms(0),
    };
    Resource::ordered(beginning, specification)
}

/// An output of this digest.
pub(super) fn output(digest: &str) -> Output {
    Output {
        value_type: json!("string"),
        is_sensitive: false,
        value: None,
        is_unknown: false,
        digest: digest.to_owned(),
    }
}

/// A change of a resource.
pub(super) fn change(resource: &Resource, kind: ResourceChangeKind) -> ResourceChange {
    let wanted = Wanted {
        kind,
        specification: resource.specification.0.clone(),
        sealed: None,
        id: "chg-0000000000000001".parse().unwrap(),
        differences: Vec::new(),
        reason: String::new(),
        auto_apply: false,
        request_key: None,
    };
    ResourceChange::new(
        resource,
        1,
        wanted,
        (None, "ada".to_owned()),
        Timestamp::from_unix_ms(0),
    )
}
