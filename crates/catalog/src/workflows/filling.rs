//! From a blueprint, and what somebody says when it is used, to an order for each part: pure.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_api::blueprints::{BlueprintPart, PartChoice};
use slipway_api::ids::{ProjectId, ResourceId};
use slipway_api::resources::{NewCatalogResource, ResourceReference};
use slipway_api::workflows::NewWorkflow;

use crate::blueprints::model::Content;
use crate::blueprints::specification::{Source, source};
use crate::templates::specification::Problems;

/// Notes what is missing, and what the blueprint does not ask for.
pub(super) fn check(content: &Content, wanted: &NewWorkflow, problems: &mut Problems<'_>) {
    for constant in &content.constants {
        if constant.default.is_none() && !wanted.constants.contains_key(&constant.name) {
            let about = match constant.description.trim() {
                "" => String::new(),
                description => format!(": {description}"),
            };
            problems.add(
                &format!("constants/{}", constant.name),
                format!("a value is needed{about}"),
            );
        }
    }
    for external in &content.externals {
        if !wanted.externals.contains_key(&external.name) {
            let detail = format!("choose a resource of \"{}\"", external.template);
            problems.add(&format!("externals/{}", external.name), detail);
        }
    }
    let asked = |field: &str| -> Vec<&str> {
        match field {
            "constants" => content.constants.iter().map(|one| one.name.as_str()).collect(),
            "externals" => content.externals.iter().map(|one| one.name.as_str()).collect(),
            _ => content.parts.iter().map(|one| one.name.as_str()).collect(),
        }
    };
    let given = [
        ("constants", wanted.constants.keys().collect::<Vec<_>>()),
        ("externals", wanted.externals.keys().collect()),
        ("parts", wanted.parts.keys().collect()),
    ];
    for (field, names) in given {
        let known = asked(field);
        for name in names.into_iter().filter(|name| !known.contains(&name.as_str())) {
            let there = match known.is_empty() {
                true => "it has none".to_owned(),
                false => format!("there are: {}", known.join(", ")),
            };
            let token = name.replace('~', "~0").replace('/', "~1");
            problems.add(
                &format!("{field}/{token}"),
                format!("the blueprint does not know \"{name}\"; {there}"),
            );
        }
    }
}

/// Ids of parts to be, and of externals, by name.
pub(super) type Ids = BTreeMap<String, ResourceId>;

/// The order for a part. What is said about the part counts before the wires, and these before what the blueprint says.
pub(super) fn order(
    part: &BlueprintPart,
    content: &Content,
    (wanted, project, ids): (&NewWorkflow, ProjectId, &Ids),
) -> NewCatalogResource {
    let said = wanted.parts.get(&part.name).cloned().unwrap_or_default();
    let PartChoice {
        name,
        values: given,
        integrations,
        source_code_version,
        tags,
        settings,
    } = said;
    let mut values = part.values.clone();
    let mut references = BTreeMap::new();
    for wire in content.wires.iter().filter(|wire| wire.to.part == part.name) {
        let variable = wire.to.variable.clone();
        if given.contains_key(&variable) {
            continue;
        }
        match source(wire) {
            Some(Source::Constant(name)) => {
                if let Some(value) = constant(name, content, wanted) {
                    values.insert(variable, value);
                }
            }
            Some(Source::Part(from, output) | Source::External(from, output)) => {
                if let Some(resource) = ids.get(from).copied() {
                    let output = output.to_owned();
                    references.insert(variable, ResourceReference { resource, output });
                }
            }
            None => {}
        }
    }
    values.extend(given);
    NewCatalogResource {
        template: part.template.clone(),
        project: Some(project),
        name,
        description: part.description.clone(),
        labels: Vec::new(),
        source_code_version: source_code_version.or(part.source_code_version),
        parents: part
            .stands_on
            .iter()
            .filter_map(|name| ids.get(name).copied())
            .collect(),
        integrations,
        values,
        references,
        tags: tags.unwrap_or_else(|| part.tags.clone()),
        settings: settings.unwrap_or_else(|| part.settings.clone()),
        import: None,
        reason: String::new(),
        auto_apply: false,
    }
}

fn constant(name: &str, content: &Content, wanted: &NewWorkflow) -> Option<Value> {
    let default = || content.constants.iter().find(|one| one.name == name)?.default.clone();
    wanted.constants.get(name).cloned().or_else(default)
}

/// The constant that a variable of a part is given, if it is: there what is wrong with its value is told.
pub(super) fn constant_of<'a>(
    part: &str,
    variable: &str,
    content: &'a Content,
    wanted: &NewWorkflow,
) -> Option<&'a str> {
    if wanted
        .parts
        .get(part)
        .is_some_and(|said| said.values.contains_key(variable))
    {
        return None;
    }
    let mut wires = content
        .wires
        .iter()
        .filter(|wire| wire.to.part == part && wire.to.variable == variable);
    wires.next()?.from.constant.as_deref()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content() -> Content {
        serde_json::from_value(json!({
            "constants": [{"name": "zone", "description": "Where?"}, {"name": "size", "default": 3}],
            "externals": [{"name": "account", "template": "account"}],
            "parts": [
                {"name": "net", "template": "network", "stands-on": ["account"], "values": {"cidr": "10.0.0.0/8", "a": 1}},
                {"name": "db", "template": "database", "stands-on": ["net"],
                    "settings": [{"name": "x", "value": "y"}]},
            ],
            "wires": [
                {"from": {"constant": "zone"}, "to": {"part": "net", "variable": "zone"}},
                {"from": {"constant": "size"}, "to": {"part": "db", "variable": "size"}},
                {"from": {"part": "net", "output": "id"}, "to": {"part": "db", "variable": "network_id"}},
                {"from": {"external": "account", "output": "id"}, "to": {"part": "db", "variable": "account_id"}},
            ],
        }))
        .unwrap()
    }

    fn wanted(more: Value) -> NewWorkflow {
        let mut all = json!({"kind": "create"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    fn id(number: u64) -> ResourceId {
        ResourceId::from_parts(0, number)
    }

    #[test]
    fn what_is_missing_and_what_is_not_asked_for_is_told() {
        let wrong = |more: Value| {
            let mut problems = Problems::at("");
            check(&content(), &wanted(more), &mut problems);
            let found = problems.into_found().into_iter();
            let line =
                |one: slipway_kernel::errors::FieldError| format!("{}: {}", one.source.pointer.unwrap(), one.detail);
            found.map(line).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(wrong(json!({"constants": {"zones": 1}, "parts": {"app": {}}})), @r#"
        /constants/zone: A value is needed: Where?
        /externals/account: Choose a resource of "account".
        /constants/zones: The blueprint does not know "zones"; there are: zone, size.
        /parts/app: The blueprint does not know "app"; there are: net, db.
        "#);
        assert_eq!(
            wrong(json!({"constants": {"zone": "a"}, "externals": {"account": id(1)}})),
            ""
        );
    }

    #[test]
    fn each_part_is_ordered_with_its_wires() {
        let content = content();
        let ids: Ids = [("account", 1), ("net", 2), ("db", 3)]
            .map(|(name, number)| (name.to_owned(), id(number)))
            .into();
        let order = |number: usize, more: Value| {
            let wanted = wanted(more);
            order(
                &content.parts[number],
                &content,
                (&wanted, ProjectId::from_parts(0, 1), &ids),
            )
        };
        let said = json!({"constants": {"zone": "a"}});
        let net = order(0, said.clone());
        assert_eq!(net.parents, [id(1)]);
        assert_eq!(json!(net.values), json!({"a": 1, "cidr": "10.0.0.0/8", "zone": "a"}));
        let db = order(1, said);
        assert_eq!(json!(db.values), json!({"size": 3}));
        assert_eq!(
            json!(db.references),
            json!({"account_id": {"resource": id(1), "output": "id"}, "network_id": {"resource": id(2), "output": "id"}})
        );
        // What is said about the part counts first.
        let own =
            json!({"parts": {"db": {"name": "orders", "values": {"size": 9, "network_id": "mine"}, "settings": []}}});
        let db = order(1, own);
        assert_eq!(json!(db.values), json!({"size": 9, "network_id": "mine"}));
        assert_eq!(db.references.keys().collect::<Vec<_>>(), ["account_id"]);
        assert_eq!((db.name, db.settings), (Some("orders".parse().unwrap()), Vec::new()));
    }

    #[test]
    fn it_is_known_which_constant_a_variable_has() {
        let plain = wanted(json!({}));
        assert_eq!(constant_of("db", "size", &content(), &plain), Some("size"));
        assert_eq!(constant_of("db", "network_id", &content(), &plain), None);
        let own = wanted(json!({"parts": {"db": {"values": {"size": 1}}}}));
        assert_eq!(constant_of("db", "size", &content(), &own), None);
    }
}
