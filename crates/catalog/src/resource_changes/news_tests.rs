//! Whom news concern.

use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::ResourceId;
use slipway_api::resources::{ResourceReference, ResourceSetting, ResourceSpecification};

use super::*;
use crate::resource_changes::samples;

fn setting(name: &str, value: &str, is_inherited: bool) -> ResourceSetting {
    ResourceSetting {
        name: name.to_owned(),
        value: value.to_owned(),
        is_inherited,
    }
}

fn network(outputs: &[(&str, &str)], settings: Vec<ResourceSetting>) -> Resource {
    let mut resource = samples::resource("network-1");
    resource.specification.0.settings = settings;
    for (name, digest) in outputs {
        resource.outputs.0.insert((*name).to_owned(), samples::output(digest));
    }
    resource
}

fn database(change: impl FnOnce(&mut ResourceSpecification)) -> Resource {
    let mut resource = samples::resource("db-1");
    resource.specification.0.source_code_version = Some(samples::version());
    change(&mut resource.specification.0);
    resource
}

fn told(news: &News, above: &Resource) -> Vec<(String, String)> {
    let references = References::from([(samples::version(), "network_id".to_owned(), "vpc_id".to_owned())]);
    let variables = ["network_id", "zone", TAGS].map(str::to_owned).into();
    let of = (news, &network(&[], vec![]), Timestamp::from_unix_ms(5));
    let reasons = concerning(of, above, (&references, &variables));
    reasons.into_iter().map(|reason| (reason.what, reason.name)).collect()
}

#[test]
fn news_are_what_differs_and_what_others_have_too() {
    let before = network(
        &[("vpc_id", "1"), ("same", "1"), ("gone", "1")],
        vec![setting("zone", "a", true), setting("own", "a", false)],
    );
    let after = network(
        &[("vpc_id", "2"), ("same", "1"), ("new", "1")],
        vec![setting("zone", "b", true), setting("own", "b", false)],
    );
    let news = News::between(&before, &after);
    assert_eq!(Vec::from_iter(&news.outputs), ["gone", "new", "vpc_id"]);
    assert_eq!(Vec::from_iter(&news.settings), ["zone"]);
    assert!(news.tags.is_empty());
    assert!(News::between(&after, &after).is_nothing());
}

#[test]
fn only_what_uses_something_new_is_stale() {
    let news = News {
        outputs: ["vpc_id".to_owned(), "other".to_owned()].into(),
        settings: ["zone".to_owned(), "unknown".to_owned()].into(),
        tags: ["team".to_owned()].into(),
    };
    let pair = |what: &str, name: &str| (what.to_owned(), name.to_owned());
    let all = [pair("output", "vpc_id"), pair("setting", "zone"), pair("tag", "team")];
    assert_eq!(told(&news, &database(|_| {})), all);
    // What it says itself is not another's any more.
    let says_itself = database(|specification| {
        specification.values.insert("network_id".to_owned(), json!("own"));
        specification.settings = vec![setting("zone", "mine", false)];
        specification.tags = vec![setting("team", "mine", false)];
    });
    assert!(told(&news, &says_itself).is_empty());
    let other_version = database(|specification| specification.source_code_version = None);
    assert_eq!(told(&news, &other_version), all[1..].to_vec());
}

#[test]
fn a_resource_hears_of_the_outputs_that_it_names() {
    let news = News {
        outputs: ["vpc_id".to_owned(), "other".to_owned()].into(),
        ..News::default()
    };
    let below = samples::resource("network-1").id;
    let naming = |resource: ResourceId, variable: &str, output: &str| {
        database(|specification| {
            let output = output.to_owned();
            specification
                .references
                .insert(variable.to_owned(), ResourceReference { resource, output });
        })
    };
    let told = |above: &Resource| told(&news, above).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(told(&naming(below, "zone", "other")), ["other", "vpc_id"]);
    // By its own reference it takes another output than by the version's, or the output of another resource.
    assert_eq!(told(&naming(below, "network_id", "other")), ["other"]);
    let elsewhere = ResourceId::from_parts(0, 9);
    assert!(told(&naming(elsewhere, "network_id", "vpc_id")).is_empty());
    // What its code does not have is no news to it.
    assert_eq!(told(&naming(below, "unknown", "other")), ["vpc_id"]);
}

#[test]
fn a_newer_reason_takes_the_place_of_an_older_one() {
    let reason = |name: &str, revision: i64| StaleReason {
        parent: Some(samples::resource("network-1").id),
        what: "output".to_owned(),
        name: name.to_owned(),
        revision,
        since: Timestamp::from_unix_ms(revision),
    };
    let merged = merged(&[reason("a", 1), reason("b", 1)], vec![reason("b", 2), reason("c", 2)]);
    assert_eq!(merged, [reason("a", 1), reason("b", 2), reason("c", 2)]);
}
