//! The kinds of integrations and their settings.

use serde_json::Value;
use slipway_api::Resource;
use slipway_api::integrations::IntegrationKind;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::Table;

/// A setting of a method.
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) title: String,
    description: String,
    pub(super) is_secret: bool,
    pub(super) is_required: bool,
    default: Option<String>,
    order: u64,
}

pub(super) async fn run(context: &Context, client: &Client, kind: Option<&str>) -> anyhow::Result<()> {
    let Some(word) = kind else {
        let all = client.integration_kinds().all().await?;
        context.output.rows(&all, "No kinds.", table)?;
        return Ok(());
    };
    let kind = find(client, word).await?;
    if context.output.is_json() {
        return context.output.json(&kind);
    }
    let attributes = &kind.attributes;
    context
        .output
        .line(&format!("{}: {}", attributes.title, attributes.description))?;
    for method in &attributes.methods {
        context.output.line("")?;
        context
            .output
            .line(&format!("method={}  {}", method.name, method.description))?;
        let mut table = Table::new(&["setting", "needed", "secret", "default", "description"]);
        for setting in settings(&kind, &method.name) {
            table.row(vec![
                setting.name,
                mark(setting.is_required),
                mark(setting.is_secret),
                setting.default.unwrap_or_default(),
                setting.description,
            ]);
        }
        context.output.table(table, "It has no settings.")?;
    }
    Ok(())
}

fn mark(value: bool) -> String {
    if value { "yes" } else { "" }.to_owned()
}

/// The kind of this word.
pub(super) async fn find(client: &Client, word: &str) -> anyhow::Result<Resource<IntegrationKind>> {
    let mut all = client.integration_kinds().all().await?;
    let place = all.iter().position(|kind| kind.id == word);
    place.map(|place| all.swap_remove(place)).ok_or_else(|| {
        Failure::error(
            format!("there is no kind {word} of integrations"),
            "See which there are: slipway integration kinds",
        )
    })
}

/// The settings of a method, in their order.
pub(super) fn settings(kind: &Resource<IntegrationKind>, method: &str) -> Vec<Setting> {
    let schema = &kind.attributes.schema;
    let is_of = |branch: &&Value| {
        branch
            .pointer("/properties/method/const")
            .is_some_and(|word| word == method)
    };
    let branch = match &schema["oneOf"] {
        Value::Array(branches) => branches.iter().find(is_of),
        _ => Some(schema),
    };
    let Some(branch) = branch else {
        return Vec::new();
    };
    let required: Vec<&str> = branch["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let properties = branch["properties"].as_object().into_iter().flatten();
    let mut settings: Vec<Setting> = properties
        .filter(|(name, _)| *name != "method")
        .map(|(name, property)| Setting {
            name: name.clone(),
            title: text(&property["title"]).unwrap_or_default(),
            description: text(&property["description"]).unwrap_or_default(),
            is_secret: property["writeOnly"] == true,
            is_required: required.contains(&name.as_str()),
            default: text(&property["default"]),
            order: property["x-order"].as_u64().unwrap_or_default(),
        })
        .collect();
    settings.sort_by_key(|setting| setting.order);
    settings
}

fn table(kinds: &[Resource<IntegrationKind>]) -> Table {
    let mut table = Table::new(&["kind", "title", "methods"]);
    for resource in kinds {
        let methods: Vec<&str> = resource
            .attributes
            .methods
            .iter()
            .map(|method| method.name.as_str())
            .collect();
        table.row(vec![
            resource.id.clone(),
            resource.attributes.title.clone(),
            methods.join(", "),
        ]);
    }
    table
}
