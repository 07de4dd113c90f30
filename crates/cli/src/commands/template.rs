//! `slipway template`

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use slipway_api::ids::TemplateId;
use slipway_api::templates::{
    AllowedIntegration, NewTemplate, Template, TemplateChanges, TemplateKey, TemplateNode, TemplateParent,
    TemplateStatus, TemplateTree, TreeDirection,
};
use slipway_api::workspaces::EngineKind;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::template_import::{ImportArguments, import};
use super::template_upgrades::upgrades;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// List the organization's templates
    #[command(after_help = "\
Examples:
  slipway template list
  slipway template list --search postgres
  slipway template list --label tier=data")]
    List {
        /// Only with this in the name, the key or a label
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only with this label
        #[arg(long, value_name = "LABEL")]
        label: Option<String>,
    },
    /// Say how many resources of each template have its recommended version
    #[command(after_help = "\
Examples:
  slipway template upgrades
  slipway template upgrades --project shop")]
    Upgrades {
        /// Only resources of this project
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
    },
    /// Show a template
    #[command(after_help = "Examples:\n  slipway template show postgres")]
    Show {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
    },
    /// Create a template; what has no option here is said in a file: slipway catalog apply
    #[command(after_help = "\
Examples:
  slipway template create region --name Region --abstract
  slipway template create postgres --name PostgreSQL --parent network --naming '{project}-db'")]
    Create {
        /// Its key: small letters, digits, - and _; it never changes
        #[arg(value_name = "KEY")]
        key: TemplateKey,
        #[command(flatten)]
        fields: Fields,
    },
    /// Make a template with its source code and first version, from a repository, in one call
    #[command(after_help = "\
Examples:
  slipway template import network --repository https://git.example.com/modules.git --tag v1.2.0 --directory modules/network
  slipway template import network --repository platform/modules --integration gitea --branch main --parent region")]
    Import {
        #[command(flatten)]
        import: ImportArguments,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a template; lists are replaced as a whole
    #[command(after_help = "\
Examples:
  slipway template edit postgres --description 'A database of its own'
  slipway template edit cluster --parent network --parent region")]
    Edit {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Show what a template stands on, or what stands on it
    #[command(after_help = "\
Examples:
  slipway template tree postgres
  slipway template tree network --direction children")]
    Tree {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
        /// Which way
        #[arg(long, value_enum, default_value_t, value_name = "WAY")]
        direction: Direction,
    },
    /// Let a template be ordered
    #[command(after_help = "Examples:\n  slipway template enable postgres")]
    Enable {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
    },
    /// Keep a template from being ordered; what was ordered stays
    #[command(after_help = "Examples:\n  slipway template disable postgres")]
    Disable {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
    },
    /// Delete a template that nothing stands on
    #[command(after_help = "Examples:\n  slipway template delete postgres --yes")]
    Delete {
        /// The template, by key or id
        #[arg(value_name = "TEMPLATE")]
        template: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// What can be said about a template by options.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// What people call it [default: its key]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A file in Markdown that says how to use it
    #[arg(long, value_name = "FILE")]
    documentation: Option<PathBuf>,
    /// Whether it has no code and groups others
    #[arg(long = "abstract", value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    is_abstract: Option<bool>,
    /// The key of a template that each resource stands on one of; may be given several times
    #[arg(long, value_name = "KEY")]
    parent: Vec<TemplateKey>,
    /// A kind of integrations that each resource is given; may be given several times
    #[arg(long, value_name = "KIND")]
    integration_kind: Vec<String>,
    /// How resources are called, as {project}-db
    #[arg(long, value_name = "PATTERN")]
    naming: Option<String>,
    /// A label: key or key=value; may be given several times
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
}

/// Which way a tree is walked.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Direction {
    /// To what it stands on
    #[default]
    Parents,
    /// To what stands on it
    Children,
}

pub(super) async fn run(context: &Context, command: TemplateCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        TemplateCommand::List { search, label } => {
            let listing = client.templates(context.organization()?, search.as_deref(), label.as_deref());
            let nothing = "No templates. Describe one in a file: slipway catalog apply -f FILE";
            context.output.rows(&listing.all().await?, nothing, table)?;
        }
        TemplateCommand::Upgrades { project } => upgrades(context, client, project.as_deref()).await?,
        TemplateCommand::Show { template } => show(context, &find(context, client, &template).await?)?,
        TemplateCommand::Create { key, fields } => {
            let made = client
                .create_template(context.organization()?, new(key, fields)?)
                .await?;
            show(context, &made)?;
        }
        TemplateCommand::Import { import: given, fields } => {
            let template = new(given.key.clone(), fields)?;
            let wanted = import(context, client, given, template).await?;
            show(context, &client.import_template(context.organization()?, wanted).await?)?;
        }
        TemplateCommand::Edit { template, fields } => {
            let id = id_of(&find(context, client, &template).await?)?;
            let changes = changes(fields)?;
            let (_, tag) = client.template(id).await?;
            show(context, &client.update_template(id, changes, &tag).await?)?;
        }
        TemplateCommand::Tree { template, direction } => {
            let id = id_of(&find(context, client, &template).await?)?;
            tree(context, client, id, direction).await?;
        }
        TemplateCommand::Enable { template } => set_status(context, client, &template, TemplateStatus::Enabled).await?,
        TemplateCommand::Disable { template } => {
            set_status(context, client, &template, TemplateStatus::Disabled).await?;
        }
        TemplateCommand::Delete { template, yes } => {
            let found = find(context, client, &template).await?;
            let key = &found.attributes.key;
            if !prompt::confirm(context, yes, &format!("Delete the template {key}?"))? {
                return Err(Failure::error("nothing was deleted", "The template stays."));
            }
            client.delete_template(id_of(&found)?).await?;
            context.output.done(&format!("deleted the template {key}"));
        }
    }
    Ok(Outcome::Success)
}

async fn set_status(context: &Context, client: &Client, template: &str, status: TemplateStatus) -> anyhow::Result<()> {
    let found = find(context, client, template).await?;
    let changed = client.set_template_status(id_of(&found)?, status).await?;
    let key = &changed.attributes.key;
    context.output.done(&match status {
        TemplateStatus::Enabled => format!("{key} can be ordered"),
        TemplateStatus::Disabled => format!("{key} cannot be ordered any more; what was ordered stays"),
    });
    Ok(())
}

async fn tree(context: &Context, client: &Client, id: TemplateId, direction: Direction) -> anyhow::Result<()> {
    let direction = match direction {
        Direction::Parents => TreeDirection::Parents,
        Direction::Children => TreeDirection::Children,
    };
    let tree = client.template_tree(id, direction).await?;
    if context.output.is_json() {
        return context.output.json(&tree);
    }
    for line in drawn(&tree.attributes) {
        context.output.line(&line)?;
    }
    Ok(())
}

/// The tree as indented lines. What several ways lead to is drawn out where it comes first, and only named after that.
fn drawn(tree: &TemplateTree) -> Vec<String> {
    let nodes: BTreeMap<TemplateId, &TemplateNode> = tree.nodes.iter().map(|node| (node.id, node)).collect();
    let mut waiting: Vec<(TemplateId, usize)> = tree.nodes.first().map(|node| (node.id, 0)).into_iter().collect();
    let (mut lines, mut drawn) = (Vec::new(), std::collections::BTreeSet::new());
    while let Some((id, depth)) = waiting.pop() {
        let Some(node) = nodes.get(&id) else {
            continue;
        };
        let below: Vec<TemplateId> = next(tree, id);
        let is_new = drawn.insert(id);
        let more = if is_new || below.is_empty() { "" } else { " (see above)" };
        let marks = match (node.is_abstract, node.status) {
            (true, TemplateStatus::Disabled) => " [abstract, disabled]",
            (true, TemplateStatus::Enabled) => " [abstract]",
            (false, TemplateStatus::Disabled) => " [disabled]",
            (false, TemplateStatus::Enabled) => "",
        };
        lines.push(format!("{}{}{marks}{more}", "  ".repeat(depth), node.key));
        if is_new {
            waiting.extend(below.into_iter().rev().map(|id| (id, depth + 1)));
        }
    }
    lines
}

fn next(tree: &TemplateTree, id: TemplateId) -> Vec<TemplateId> {
    let step = |edge: &slipway_api::templates::TemplateEdge| match tree.direction {
        TreeDirection::Parents => (edge.child == id).then_some(edge.parent),
        TreeDirection::Children => (edge.parent == id).then_some(edge.child),
    };
    tree.edges.iter().filter_map(step).collect()
}

fn new(key: TemplateKey, fields: Fields) -> anyhow::Result<NewTemplate> {
    Ok(NewTemplate {
        name: fields.name.unwrap_or_else(|| key.to_string()),
        key,
        description: fields.description.unwrap_or_default(),
        documentation: document(fields.documentation.as_ref())?.unwrap_or_default(),
        is_abstract: fields.is_abstract.unwrap_or(false),
        status: TemplateStatus::Enabled,
        parents: parents(fields.parent),
        allowed_integrations: integrations(fields.integration_kind),
        one_per_integration: Vec::new(),
        required_settings: Vec::new(),
        naming: fields.naming,
        labels: fields.label,
        secrets: Vec::new(),
        service: None,
        engine: EngineKind::default(),
        engine_version: String::new(),
    })
}

fn changes(fields: Fields) -> anyhow::Result<TemplateChanges> {
    fn said<T>(list: Vec<T>) -> Option<Vec<T>> {
        (!list.is_empty()).then_some(list)
    }
    Ok(TemplateChanges {
        name: fields.name,
        description: fields.description,
        documentation: document(fields.documentation.as_ref())?,
        is_abstract: fields.is_abstract,
        parents: said(parents(fields.parent)),
        allowed_integrations: said(integrations(fields.integration_kind)),
        naming: fields.naming.map(|naming| (!naming.is_empty()).then_some(naming)),
        labels: said(fields.label),
        ..TemplateChanges::default()
    })
}

fn document(path: Option<&PathBuf>) -> anyhow::Result<Option<String>> {
    path.map(|path| std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display())))
        .transpose()
}

fn parents(keys: Vec<TemplateKey>) -> Vec<TemplateParent> {
    let one = |template| TemplateParent {
        template,
        minimum: 1,
        maximum: Some(1),
        group: None,
    };
    keys.into_iter().map(one).collect()
}

fn integrations(kinds: Vec<String>) -> Vec<AllowedIntegration> {
    let required = |kind| AllowedIntegration { kind, required: true };
    kinds.into_iter().map(required).collect()
}

/// The template of this id or key.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Template>> {
    if let Ok(id) = given.parse::<TemplateId>() {
        return Ok(client.template(id).await?.0);
    }
    let organization: &Name = context.organization()?;
    let all = client.templates(organization, Some(given), None).all().await?;
    let is_it = |template: &Resource<Template>| template.attributes.key.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        let next = "See which there are: slipway template list";
        Failure::error(format!("there is no template {given}"), next)
    })
}

fn table(templates: &[Resource<Template>]) -> Table {
    let mut table = Table::new(&["key", "name", "id", "status", "stands on", "labels"]);
    for template in templates {
        let shown = &template.attributes;
        table.row(vec![
            shown.key.to_string(),
            shown.name.clone(),
            template.id.clone(),
            status(shown),
            keys(&shown.parents),
            shown.labels.join(", "),
        ]);
    }
    table
}

fn status(template: &Template) -> String {
    let word = match template.status {
        TemplateStatus::Enabled => "enabled",
        TemplateStatus::Disabled => "disabled",
    };
    let kind = if template.is_abstract { ", abstract" } else { "" };
    format!("{word}{kind}")
}

fn keys(parents: &[TemplateParent]) -> String {
    let words: Vec<String> = parents.iter().map(needed).collect();
    words.join(", ")
}

/// `network`, `subnet (2 to 3)`, `cluster (backend)`.
fn needed(parent: &TemplateParent) -> String {
    let number = match (parent.minimum, parent.maximum) {
        (1, Some(1)) => None,
        (minimum, None) => Some(format!("{minimum} or more")),
        (minimum, Some(maximum)) if minimum == maximum => Some(minimum.to_string()),
        (minimum, Some(maximum)) => Some(format!("{minimum} to {maximum}")),
    };
    let group = parent.group.as_ref().map(|group| format!("one of {group}"));
    let more: Vec<String> = number.into_iter().chain(group).collect();
    match more.is_empty() {
        true => parent.template.to_string(),
        false => format!("{} ({})", parent.template, more.join(", ")),
    }
}

fn show(context: &Context, template: &Resource<Template>) -> anyhow::Result<()> {
    context.output.one(template, |template| {
        let shown = &template.attributes;
        let kinds: Vec<&str> = shown
            .allowed_integrations
            .iter()
            .map(|allowed| allowed.kind.as_str())
            .collect();
        let secrets: Vec<&str> = shown.secrets.iter().map(|secret| secret.name.as_str()).collect();
        let uses: Vec<String> = shown
            .used_by
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        vec![
            ("Key", shown.key.to_string()),
            ("Name", shown.name.clone()),
            ("Id", template.id.clone()),
            ("Status", status(shown)),
            ("Description", shown.description.clone()),
            ("Stands on", keys(&shown.parents)),
            ("Used by", uses.join(", ")),
            ("Integrations", kinds.join(", ")),
            ("Settings", shown.required_settings.join(", ")),
            ("Naming", shown.naming.clone().unwrap_or_default()),
            ("Secrets", secrets.join(", ")),
            ("Labels", shown.labels.join(", ")),
            ("Revision", shown.revision.to_string()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_is_drawn_with_each_branch_once() {
        let id = |number: u64| TemplateId::from_parts(0, number);
        let node = |number: u64, key: &str| {
            json!({"id": id(number), "key": key, "name": key, "is-abstract": number == 1, "status": "enabled",
                "distance": 0})
        };
        let edge = |child: u64, parent: u64| json!({"child": id(child), "parent": id(parent), "minimum": 1, "maximum": 1, "group": null});
        let tree: TemplateTree = serde_json::from_value(json!({
            "direction": "parents",
            "nodes": [node(4, "balancer"), node(3, "cluster"), node(2, "database"), node(1, "network"), node(0, "region")],
            "edges": [edge(4, 3), edge(4, 2), edge(3, 1), edge(2, 1), edge(1, 0)],
        }))
        .unwrap();
        insta::assert_snapshot!(drawn(&tree).join("\n"), @r"
        balancer
          cluster
            network [abstract]
              region
          database
            network [abstract] (see above)
        ");
    }
}
