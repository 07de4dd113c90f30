//! Resources on the screen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use slipway_api::Resource;
use slipway_api::ids::ResourceId;
use slipway_api::resources::{
    CatalogResource, ResolvedValue, ResourceCheck, ResourceForm, ResourceNode, ResourceOutput, ResourceOutputs,
    ResourceRevision, ResourceState, ResourceTree, ValueOrigin,
};
use slipway_api::templates::TreeDirection;

use crate::context::Context;
use crate::output::Table;

/// What a resource is called here: `template/name`.
pub(super) fn called(resource: &CatalogResource) -> String {
    format!("{}/{}", resource.template, resource.specification.name)
}

pub(super) fn table(resources: &[Resource<CatalogResource>]) -> Table {
    let mut table = Table::new(&["resource", "id", "state", "version", "change", "labels"]);
    for resource in resources {
        let shown = &resource.attributes;
        let change = shown.change.as_ref().map(|change| text(&change.status));
        table.row(vec![
            called(shown),
            resource.id.clone(),
            state(shown),
            shown.version_name.clone().unwrap_or_default(),
            change.unwrap_or_default(),
            shown.specification.labels.join(", "),
        ]);
    }
    table
}

fn state(resource: &CatalogResource) -> String {
    in_words(resource.state, (resource.is_demo, !resource.stale.is_empty()))
}

fn in_words(state: ResourceState, (is_demo, is_stale): (bool, bool)) -> String {
    let demo = if is_demo { ", demo" } else { "" };
    let stale = if is_stale { ", not up to date" } else { "" };
    format!("{}{demo}{stale}", state.word())
}

/// A word of the API as text.
fn text(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}

pub(super) fn one(context: &Context, resource: &Resource<CatalogResource>) -> anyhow::Result<()> {
    context.output.one(resource, pairs)
}

fn pairs(resource: &Resource<CatalogResource>) -> Vec<(&'static str, String)> {
    let shown = &resource.attributes;
    let specification = &shown.specification;
    let mut pairs = vec![
        ("resource", called(shown)),
        ("id", resource.id.clone()),
        ("state", state(shown)),
        ("version", shown.version_name.clone().unwrap_or_default()),
        ("description", specification.description.clone()),
        ("labels", specification.labels.join(", ")),
        ("revision", shown.revision.to_string()),
    ];
    if let Some(change) = &shown.change {
        pairs.push((
            "change",
            format!("{} ({}, {})", change.id, text(&change.kind), text(&change.status)),
        ));
    }
    for (name, value) in &specification.values {
        pairs.push(("value", format!("{name} = {value}")));
    }
    for name in &shown.secrets {
        pairs.push(("value", format!("{name} = (secret)")));
    }
    for reason in &shown.stale {
        pairs.push(("not up to date", {
            let of = reason
                .parent
                .map_or_else(|| "its project".to_owned(), |parent| parent.to_string());
            format!("{} \"{}\" of {of} changed", reason.what, reason.name)
        }));
    }
    pairs
}

pub(super) fn check(context: &Context, check: &Resource<ResourceCheck>) -> anyhow::Result<()> {
    let shown = &check.attributes;
    if context.output.is_json() {
        return context.output.json(check);
    }
    context.output.table(values(&shown.values), "It has no variables.")?;
    let mut table = Table::new(&["changes", "from", "to"]);
    for difference in &shown.differences {
        table.row(vec![
            difference.field.clone(),
            difference.before.to_string(),
            difference.after.to_string(),
        ]);
    }
    context.output.table(table, "Nothing differs.")?;
    for note in &shown.notes {
        context.output.warn(note);
    }
    Ok(())
}

fn values(values: &[ResolvedValue]) -> Table {
    let mut table = Table::new(&["variable", "value", "from"]);
    for value in values.iter().filter(|value| value.is_asked) {
        let shown = match (&value.value, value.is_sensitive, value.is_later) {
            (_, true, _) if value.origin.is_some() => "(secret)".to_owned(),
            (Some(found), _, _) => found.to_string(),
            (None, _, true) => "(known later)".to_owned(),
            (None, _, false) => String::new(),
        };
        table.row(vec![value.name.clone(), shown, origin(value.origin.as_ref())]);
    }
    table
}

fn origin(origin: Option<&ValueOrigin>) -> String {
    match origin {
        None => String::new(),
        Some(ValueOrigin::Resource) => "the resource".to_owned(),
        Some(ValueOrigin::Reference { parent, output }) => format!("output {output} of {parent}"),
        Some(ValueOrigin::Setting { of: None }) => "a setting of the resource".to_owned(),
        Some(ValueOrigin::Project) => "a setting of the project".to_owned(),
        Some(ValueOrigin::Setting { of: Some(of) }) => format!("a setting of {of}"),
        Some(ValueOrigin::Tags) => "tags".to_owned(),
        Some(ValueOrigin::Secret { variable_set, .. }) => format!("the variable set {variable_set}"),
        Some(ValueOrigin::Version) => "the version".to_owned(),
        Some(ValueOrigin::Module) => "the module".to_owned(),
    }
}

pub(super) fn form(context: &Context, form: &Resource<ResourceForm>) -> anyhow::Result<()> {
    let shown = &form.attributes;
    if context.output.is_json() {
        return context.output.json(form);
    }
    context.output.table(values(&shown.values), "It has no variables.")?;
    let mut table = Table::new(&["needs", "how many", "choose from"]);
    for parent in &shown.parents {
        let most = parent
            .maximum
            .map_or_else(|| "any".to_owned(), |maximum| maximum.to_string());
        let names: Vec<&str> = parent.candidates.iter().map(|one| one.name.as_str()).collect();
        table.row(vec![
            parent.template.to_string(),
            format!("{} to {most}", parent.minimum),
            names.join(", "),
        ]);
    }
    for integration in &shown.integrations {
        let names: Vec<&str> = integration.candidates.iter().map(|one| one.name.as_str()).collect();
        let many = if integration.is_required { "1" } else { "0 to 1" };
        table.row(vec![
            format!("integration {}", integration.kind),
            many.to_owned(),
            names.join(", "),
        ]);
    }
    context.output.table(table, "It stands on nothing.")?;
    for problem in &shown.problems {
        let place = problem.pointer.trim_start_matches("/data/attributes/");
        context.output.warn(&format!("{place}: {}", problem.detail));
    }
    Ok(())
}

pub(super) fn outputs(context: &Context, outputs: &Resource<ResourceOutputs>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(outputs);
    }
    let mut table = Table::new(&["output", "value", "type"]);
    for output in &outputs.attributes.outputs {
        let value = match &output.value {
            _ if output.is_unknown => "(known after an apply only)".to_owned(),
            _ if output.is_sensitive => "(secret)".to_owned(),
            Some(value) => plain(value),
            None => String::new(),
        };
        table.row(vec![output.name.clone(), value, plain(&output.value_type)]);
    }
    context.output.table(table, "It has no outputs.")?;
    Ok(())
}

/// The value alone, to be used by other programs.
pub(super) fn output(context: &Context, output: &Resource<ResourceOutput>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(output);
    }
    if output.attributes.is_unknown {
        anyhow::bail!(
            "Nobody knows \"{}\": only an apply would tell, and the resource is a demo.",
            output.attributes.name
        );
    }
    context
        .output
        .line(&output.attributes.value.as_ref().map(plain).unwrap_or_default())?;
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn revisions(revisions: &[Resource<ResourceRevision>]) -> Table {
    let mut table = Table::new(&["revision", "what", "changed", "asked by", "why", "applied"]);
    for revision in revisions {
        let shown = &revision.attributes;
        let fields: Vec<&str> = shown
            .differences
            .iter()
            .map(|difference| difference.field.as_str())
            .collect();
        table.row(vec![
            shown.revision.to_string(),
            text(&shown.kind),
            fields.join(", "),
            shown.requested_by.clone(),
            shown.reason.clone(),
            shown.applied_at.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    table
}

pub(super) fn tree(context: &Context, tree: &Resource<ResourceTree>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(tree);
    }
    for line in drawn(&tree.attributes) {
        context.output.line(&line)?;
    }
    if tree.attributes.is_cut {
        context.output.note("There are more; look at one of these by itself.");
    }
    Ok(())
}

/// The tree as indented lines. What several ways lead to is drawn out where it comes first, and only named after that.
fn drawn(tree: &ResourceTree) -> Vec<String> {
    let nodes: BTreeMap<ResourceId, &ResourceNode> = tree.nodes.iter().map(|node| (node.id, node)).collect();
    let mut waiting: Vec<(ResourceId, usize)> = tree.nodes.first().map(|node| (node.id, 0)).into_iter().collect();
    let (mut lines, mut drawn) = (Vec::new(), BTreeSet::new());
    while let Some((id, depth)) = waiting.pop() {
        let Some(node) = nodes.get(&id) else { continue };
        let below = next(tree, id);
        let is_new = drawn.insert(id);
        let more = if is_new || below.is_empty() { "" } else { " (see above)" };
        let mark = format!(" [{}]", in_words(node.state, (node.is_demo, node.is_stale)));
        lines.push(format!(
            "{}{}/{}{mark}{more}",
            "  ".repeat(depth),
            node.template_key,
            node.name
        ));
        if is_new {
            waiting.extend(below.into_iter().rev().map(|id| (id, depth + 1)));
        }
    }
    lines
}

fn next(tree: &ResourceTree, id: ResourceId) -> Vec<ResourceId> {
    let step = |edge: &slipway_api::resources::ResourceEdge| match tree.direction {
        TreeDirection::Parents => (edge.child == id).then_some(edge.parent),
        TreeDirection::Children => (edge.parent == id).then_some(edge.child),
    };
    tree.edges.iter().filter_map(step).collect()
}
