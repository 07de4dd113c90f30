//! What may be said in a blueprint, as far as it can be seen without the catalog: pure. Everything at fault is told at once,
//! each with its place.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::blueprints::{BlueprintPart, BlueprintWire, NewBlueprint};

use crate::resources::checks::texts::{check_settings, check_tags};
use crate::templates::specification::{Problems, check_description, check_labels, is_identifier};
use crate::workflows::graph::ordered;

/// Parts of a blueprint at most.
const PARTS: usize = 200;
/// Constants, and externals, at most.
const ASKED: usize = 100;
/// Wires at most.
const WIRES: usize = 2_000;
/// A blueprint at most, in bytes of JSON: what a column takes on every database.
const BYTES: usize = 512 * 1024;

/// Notes everything that is wrong with a blueprint by itself.
pub(crate) fn check(wanted: &NewBlueprint, problems: &mut Problems<'_>) {
    if !is_of_size(wanted, problems) {
        return;
    }
    check_description(problems, &wanted.description);
    check_labels(problems, &wanted.labels);
    for (number, part) in wanted.parts.iter().enumerate() {
        check_texts(number, part, problems);
    }
    // What is named twice cannot be told apart.
    if has_right_names(wanted, problems) {
        check_grounds(wanted, problems);
        check_wires(wanted, problems);
        check_use(wanted, problems);
    }
}

fn is_of_size(wanted: &NewBlueprint, problems: &mut Problems<'_>) -> bool {
    let counts = [
        ("parts", wanted.parts.len(), PARTS),
        ("constants", wanted.constants.len(), ASKED),
        ("externals", wanted.externals.len(), ASKED),
        ("wires", wanted.wires.len(), WIRES),
    ];
    let mut is_right = true;
    for (field, count, most) in counts {
        if count > most {
            problems.add(field, format!("at most {most} entries"));
            is_right = false;
        }
    }
    if wanted.parts.is_empty() {
        problems.add("parts", "at least one: what is made when the blueprint is used");
        is_right = false;
    }
    if serde_json::to_vec(wanted).map_or(0, |text| text.len()) > BYTES {
        problems.add("parts", format!("the blueprint has at most {BYTES} bytes"));
        is_right = false;
    }
    is_right
}

/// Parts and externals share their names, so that it is clear what something stands on.
fn has_right_names(wanted: &NewBlueprint, problems: &mut Problems<'_>) -> bool {
    let parts = wanted.parts.iter().enumerate();
    let parts = parts.map(|(number, part)| (format!("parts/{number}"), part.name.as_str()));
    let externals = wanted.externals.iter().enumerate();
    let externals = externals.map(|(number, one)| (format!("externals/{number}"), one.name.as_str()));
    let are_unique = is_unique(externals.chain(parts), problems);
    let constants = wanted.constants.iter().enumerate();
    let constants = constants.map(|(number, one)| (format!("constants/{number}"), one.name.as_str()));
    is_unique(constants, problems) && are_unique
}

fn is_unique<'a>(names: impl Iterator<Item = (String, &'a str)>, problems: &mut Problems<'_>) -> bool {
    let (mut seen, mut is_right) = (BTreeSet::new(), true);
    for (place, name) in names {
        let place = format!("{place}/name");
        is_right &= is_identifier(name) && !seen.contains(name);
        if !is_identifier(name) {
            problems.add(
                &place,
                "a name has letters, digits, \"-\" and \"_\", first a letter or \"_\"; at most 100 characters",
            );
        } else if !seen.insert(name) {
            problems.add(&place, format!("\"{name}\" is there twice"));
        }
    }
    is_right
}

fn check_texts(number: usize, part: &BlueprintPart, problems: &mut Problems<'_>) {
    if part.description.chars().count() > 2_000 {
        problems.add(&format!("parts/{number}/description"), "at most 2000 characters");
    }
    check_tags(&format!("parts/{number}/tags"), &part.tags, problems);
    check_settings(&format!("parts/{number}/settings"), &part.settings, problems);
}

/// What parts stand on is there, and nothing stands on itself.
fn check_grounds(wanted: &NewBlueprint, problems: &mut Problems<'_>) {
    let known: BTreeSet<&str> = names(wanted).collect();
    for (number, part) in wanted.parts.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (place, name) in part.stands_on.iter().enumerate() {
            let place = format!("parts/{number}/stands-on/{place}");
            if *name == part.name {
                problems.add(&place, format!("\"{name}\" cannot stand on itself"));
            } else if !known.contains(name.as_str()) {
                problems.add(&place, format!("there is no part or external \"{name}\""));
            } else if !seen.insert(name) {
                problems.add(&place, format!("\"{name}\" is there twice"));
            }
        }
    }
    let order: BTreeSet<&str> = order(&wanted.parts).into_iter().collect();
    for (number, part) in wanted.parts.iter().enumerate() {
        let is_itself = part.stands_on.contains(&part.name);
        if !is_itself && !order.contains(part.name.as_str()) {
            let detail = format!(
                "\"{}\" waits for a circle of parts, or is in it: take one of the steps out",
                part.name
            );
            problems.add(&format!("parts/{number}/stands-on"), detail);
        }
    }
}

fn names(wanted: &NewBlueprint) -> impl Iterator<Item = &str> {
    let externals = wanted.externals.iter().map(|one| one.name.as_str());
    externals.chain(wanted.parts.iter().map(|part| part.name.as_str()))
}

/// The names of the parts, each behind all that it stands on; those of a circle and on one are left out.
pub(crate) fn order(parts: &[BlueprintPart]) -> Vec<&str> {
    let grounds: BTreeMap<&str, BTreeSet<&str>> = parts
        .iter()
        .map(|part| (part.name.as_str(), part.stands_on.iter().map(String::as_str).collect()))
        .collect();
    ordered(&grounds)
}

/// What each part stands on, parts and externals, however many steps between.
pub(crate) fn below(parts: &[BlueprintPart]) -> BTreeMap<&str, BTreeSet<&str>> {
    let by_name: BTreeMap<&str, &BlueprintPart> = parts.iter().map(|part| (part.name.as_str(), part)).collect();
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in order(parts) {
        let Some(part) = by_name.get(name) else { continue };
        let mut all = BTreeSet::new();
        for ground in part.stands_on.iter().map(String::as_str) {
            all.insert(ground);
            all.extend(below.get(ground).into_iter().flatten().copied());
        }
        below.insert(name, all);
    }
    below
}

/// Where a wire begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// At an output of a part.
    Part(&'a str, &'a str),
    /// At an output of an external.
    External(&'a str, &'a str),
    /// At a constant.
    Constant(&'a str),
}

/// Where a wire begins; none where that is not said in one way.
pub(crate) fn source(wire: &BlueprintWire) -> Option<Source<'_>> {
    let from = &wire.from;
    match (&from.part, &from.external, &from.constant, &from.output) {
        (Some(part), None, None, Some(output)) => Some(Source::Part(part, output)),
        (None, Some(external), None, Some(output)) => Some(Source::External(external, output)),
        (None, None, Some(constant), None) => Some(Source::Constant(constant)),
        _ => None,
    }
}

fn check_wires(wanted: &NewBlueprint, problems: &mut Problems<'_>) {
    let parts: BTreeMap<&str, &BlueprintPart> = wanted.parts.iter().map(|part| (part.name.as_str(), part)).collect();
    let below = below(&wanted.parts);
    let mut wired = BTreeSet::new();
    for (number, wire) in wanted.wires.iter().enumerate() {
        let at = |field: &str| format!("wires/{number}/{field}");
        let to = wire.to.part.as_str();
        match parts.get(to) {
            None => problems.add(&at("to/part"), format!("there is no part \"{to}\"")),
            Some(part) if part.values.contains_key(&wire.to.variable) => problems.add(
                &at("to/variable"),
                format!("\"{to}\" has a value for it, too: leave one of them out"),
            ),
            Some(_) if !wired.insert((to, wire.to.variable.as_str())) => {
                problems.add(&at("to/variable"), "another wire ends there; a variable takes one");
            }
            Some(_) => {}
        }
        let Some(source) = source(wire) else {
            problems.add(
                &at("from"),
                "a wire comes from a part with an output, an external with an output, or a constant; name one of them",
            );
            continue;
        };
        let (field, name, is_there) = match source {
            Source::Part(name, _) => ("from/part", name, parts.contains_key(name)),
            Source::External(name, _) => {
                let is_it = wanted.externals.iter().any(|one| one.name == name);
                ("from/external", name, is_it)
            }
            Source::Constant(name) => {
                let is_it = wanted.constants.iter().any(|one| one.name == name);
                ("from/constant", name, is_it)
            }
        };
        let word = field.strip_prefix("from/").unwrap_or(field);
        if !is_there {
            problems.add(&at(field), format!("there is no {word} \"{name}\""));
        } else if !matches!(source, Source::Constant(_))
            && parts.contains_key(to)
            && !below.get(to).is_some_and(|below| below.contains(name))
        {
            let detail = format!("\"{to}\" does not stand on \"{name}\", and is not given its outputs");
            problems.add(&at(field), detail);
        }
    }
}

/// What is asked for and used by nothing is a mistake.
fn check_use(wanted: &NewBlueprint, problems: &mut Problems<'_>) {
    for (number, constant) in wanted.constants.iter().enumerate() {
        let is_it = |wire: &BlueprintWire| wire.from.constant.as_ref() == Some(&constant.name);
        if !wanted.wires.iter().any(is_it) {
            let detail = format!("no wire comes from \"{}\"; leave it out", constant.name);
            problems.add(&format!("constants/{number}"), detail);
        }
    }
    for (number, external) in wanted.externals.iter().enumerate() {
        if !wanted.parts.iter().any(|part| part.stands_on.contains(&external.name)) {
            let detail = format!("no part stands on \"{}\"; leave it out", external.name);
            problems.add(&format!("externals/{number}"), detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn whole() -> Value {
        json!({
            "name": "shop",
            "constants": [{"name": "zone"}],
            "externals": [{"name": "account", "template": "account"}],
            "parts": [
                {"name": "net", "template": "network", "stands-on": ["account"]},
                {"name": "db", "template": "database", "stands-on": ["net"], "values": {"size": 3}},
                {"name": "app", "template": "app", "stands-on": ["db"]},
            ],
            "wires": [
                {"from": {"constant": "zone"}, "to": {"part": "net", "variable": "zone"}},
                {"from": {"part": "net", "output": "id"}, "to": {"part": "app", "variable": "network"}},
                {"from": {"external": "account", "output": "id"}, "to": {"part": "app", "variable": "account"}},
            ],
        })
    }

    fn wrong(document: Value) -> Vec<String> {
        let wanted: NewBlueprint = serde_json::from_value(document).unwrap();
        let mut problems = Problems::at("");
        check(&wanted, &mut problems);
        let found = problems.into_found().into_iter();
        found
            .map(|one| format!("{}: {}", one.source.pointer.unwrap(), one.detail))
            .collect()
    }

    #[test]
    fn a_whole_one_is_accepted_and_ordered() {
        assert_eq!(wrong(whole()), Vec::<String>::new());
        let wanted: NewBlueprint = serde_json::from_value(whole()).unwrap();
        assert_eq!(order(&wanted.parts), ["net", "db", "app"]);
        assert_eq!(below(&wanted.parts)["app"], BTreeSet::from(["account", "net", "db"]));
    }

    #[rstest]
    #[case::nothing("/parts", json!([]), "/parts: At least one")]
    #[case::name("/parts/0/name", json!("1 a"), "/parts/0/name: A name has")]
    #[case::twice("/parts/1/name", json!("net"), "/parts/1/name: \"net\" is there twice")]
    #[case::like_an_external("/parts/1/name", json!("account"), "/parts/1/name: \"account\" is there twice")]
    #[case::ground("/parts/0/stands-on/0", json!("none"), "/parts/0/stands-on/0: There is no part or external")]
    #[case::itself("/parts/1/stands-on/0", json!("db"), "/parts/1/stands-on/0: \"db\" cannot stand on itself")]
    #[case::circle("/parts/0/stands-on/0", json!("app"), "/parts/0/stands-on: \"net\" waits for a circle")]
    #[case::no_source("/wires/1/from", json!({"part": "net"}), "/wires/1/from: A wire comes from")]
    #[case::two_sources("/wires/0/from/part", json!("net"), "/wires/0/from: A wire comes from")]
    #[case::unknown_source("/wires/1/from/part", json!("x"), "/wires/1/from/part: There is no part \"x\"")]
    #[case::unknown_constant("/wires/0/from/constant", json!("x"), "/wires/0/from/constant: There is no constant")]
    #[case::unknown_target("/wires/1/to/part", json!("x"), "/wires/1/to/part: There is no part \"x\"")]
    #[case::upwards("/wires/1/from/part", json!("app"), "/wires/1/from/part: \"app\" does not stand on \"app\"")]
    #[case::value_and_wire(
        "/wires/1/to", json!({"part": "db", "variable": "size"}), "/wires/1/to/variable: \"db\" has a value for it"
    )]
    #[case::two_wires("/wires/2/to/variable", json!("network"), "/wires/2/to/variable: Another wire ends there")]
    #[case::unused("/wires/0/from", json!({"external": "account", "output": "id"}), "/constants/0: No wire comes from")]
    #[case::label("/labels", json!(["a b"]), "/labels/0: A label is")]
    #[case::tag("/parts/0/tags", json!([{"name": "", "value": ""}]), "/parts/0/tags/0/name: It is called")]
    fn what_cannot_be_says_where(#[case] place: &str, #[case] value: Value, #[case] problem: &str) {
        let mut document = whole();
        match document.pointer_mut(place) {
            Some(found) => *found = value,
            None => {
                let (parent, field) = place.rsplit_once('/').unwrap();
                document.pointer_mut(parent).unwrap()[field] = value;
            }
        }
        let found = wrong(document);
        assert!(found.iter().any(|one| one.starts_with(problem)), "{found:#?}");
    }

    #[test]
    fn an_external_that_nothing_stands_on_is_left_out() {
        let mut document = whole();
        document["parts"][0]["stands-on"] = json!([]);
        let found = wrong(document);
        assert!(
            found.contains(&"/externals/0: No part stands on \"account\"; leave it out.".to_owned()),
            "{found:#?}"
        );
    }
}
