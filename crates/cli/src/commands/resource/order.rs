//! Ordering a resource, and asking for another one of what is there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use slipway_api::Name;
use slipway_api::ids::{IntegrationId, ResourceId, SourceCodeVersionId};
use slipway_api::resources::{
    CatalogResourceChanges, NewCatalogResource, ResourceReference, ResourceSetting, ResourceSpecification,
};
use slipway_api::templates::TemplateKey;
use slipway_client::Client;

use super::values::{of_file, pair};
use super::{OneResource, find, shown, wait};
use crate::commands::{integration, project, source_code_version};
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// What is wanted of a resource.
#[derive(Debug, Default, Args)]
pub(crate) struct Wishes {
    /// A value: name=value, as JSON where it is no text; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, Value)>,
    /// A variable whose value is an output of something that it stands on: name=resource:output; may be given several times
    #[arg(long = "take", value_name = "NAME=RESOURCE:OUTPUT", value_parser = taken)]
    take: Vec<(String, String, String)>,
    /// A file with a JSON object of values; --set counts before it
    #[arg(long, value_name = "FILE")]
    values_file: Option<PathBuf>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A label: key or key=value; may be given several times
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// What it stands on: template/name or an id; may be given several times
    #[arg(long, value_name = "RESOURCE")]
    parent: Vec<String>,
    /// What its runs sign in with, by name or id; may be given several times
    #[arg(long, value_name = "INTEGRATION")]
    integration: Vec<String>,
    /// A version of its template: template@ref, or an id
    #[arg(long, value_name = "VERSION")]
    source_code_version: Option<String>,
    /// A tag that what stands on it has, too; may be given several times
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = entry)]
    tag: Vec<(String, String)>,
    /// A tag of its own; may be given several times
    #[arg(long = "own-tag", value_name = "NAME=VALUE", value_parser = entry)]
    own_tag: Vec<(String, String)>,
    /// A setting that what stands on it has, too; may be given several times
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = entry)]
    setting: Vec<(String, String)>,
    /// A setting of its own; may be given several times
    #[arg(long = "own-setting", value_name = "NAME=VALUE", value_parser = entry)]
    own_setting: Vec<(String, String)>,
}

/// `team=shop`: a tag or a setting.
pub(in crate::commands) fn entry(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is given as name=value".to_owned()),
    }
}

/// Tags or settings, those that are passed on and those that are not.
fn entries(inherited: &[(String, String)], own: &[(String, String)]) -> Vec<ResourceSetting> {
    let of = |is_inherited: bool| {
        move |(name, value): &(String, String)| ResourceSetting {
            name: name.clone(),
            value: value.clone(),
            is_inherited,
        }
    };
    inherited
        .iter()
        .map(of(true))
        .chain(own.iter().map(of(false)))
        .collect()
}

/// These in the place of those of the same names, without those that are taken away; none where nothing is said of them.
pub(in crate::commands) fn merged(
    before: &[ResourceSetting],
    said: Vec<ResourceSetting>,
    gone: &[String],
) -> Option<Vec<ResourceSetting>> {
    if said.is_empty() && gone.is_empty() {
        return None;
    }
    let stays = |one: &&ResourceSetting| !gone.contains(&one.name) && !said.iter().any(|new| new.name == one.name);
    let mut all: Vec<ResourceSetting> = before.iter().filter(stays).cloned().collect();
    all.extend(said);
    Some(all)
}

impl Wishes {
    fn tags(&self) -> Vec<ResourceSetting> {
        entries(&self.tag, &self.own_tag)
    }

    fn settings(&self) -> Vec<ResourceSetting> {
        entries(&self.setting, &self.own_setting)
    }

    fn is_set(&self, name: &str) -> bool {
        self.set.iter().any(|(set, _)| set == name)
    }
}

/// `network_id=network/main:network_id`
fn taken(text: &str) -> Result<(String, String, String), String> {
    let wrong = "an output is taken as name=resource:output";
    let (name, rest) = text.split_once('=').ok_or(wrong)?;
    let (resource, output) = rest.rsplit_once(':').ok_or(wrong)?;
    Ok((name.to_owned(), resource.to_owned(), output.to_owned()))
}

/// A new resource.
#[derive(Debug, Args)]
pub(crate) struct Order {
    /// The key of its template
    #[arg(value_name = "TEMPLATE")]
    template: TemplateKey,
    /// Its name [default: as the template says]
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// The project that it stands in [default: the default project]
    #[arg(long, value_name = "PROJECT")]
    in_project: Option<String>,
    #[command(flatten)]
    wishes: Wishes,
}

/// How something is asked for.
#[derive(Debug, Default, Args)]
pub(crate) struct Asking {
    /// Why, for those who decide on it
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Apply the plan without a further yes, where no rule wants anybody's approval
    #[arg(long)]
    pub(super) auto_apply: bool,
    /// Wait until it was applied, or somebody has to decide
    #[arg(long)]
    pub(super) wait: bool,
}

impl Asking {
    pub(super) fn reason(&self) -> String {
        self.reason.clone().unwrap_or_default()
    }
}

/// `slipway resource create`
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    asking: Asking,
    /// Check only, and show what it would be
    #[arg(long)]
    dry_run: bool,
}

/// `slipway resource update`
#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    #[command(flatten)]
    one: OneResource,
    #[command(flatten)]
    wishes: Wishes,
    /// Another name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// A value that is taken back; may be given several times
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    /// A tag that is taken away; may be given several times
    #[arg(long, value_name = "NAME")]
    remove_tag: Vec<String>,
    /// A setting that is taken away; may be given several times
    #[arg(long, value_name = "NAME")]
    remove_setting: Vec<String>,
    #[command(flatten)]
    asking: Asking,
    /// Check only, and show what would change
    #[arg(long)]
    dry_run: bool,
}

/// Everything that was named, by its id.
struct Named {
    parents: Vec<ResourceId>,
    integrations: Vec<IntegrationId>,
    version: Option<SourceCodeVersionId>,
    values: BTreeMap<String, Value>,
    references: BTreeMap<String, ResourceReference>,
}

async fn named(context: &Context, client: &Client, wishes: &Wishes) -> anyhow::Result<Named> {
    let mut parents = Vec::with_capacity(wishes.parent.len());
    for parent in &wishes.parent {
        parents.push(id_of(&find(context, client, parent).await?)?);
    }
    let mut integrations = Vec::with_capacity(wishes.integration.len());
    for given in &wishes.integration {
        integrations.push(id_of(&integration::find(context, client, given).await?.0)?);
    }
    let version = match &wishes.source_code_version {
        Some(given) => Some(id_of(&source_code_version::find(context, client, given).await?.0)?),
        None => None,
    };
    let mut values = match &wishes.values_file {
        Some(path) => of_file(path)?,
        None => BTreeMap::new(),
    };
    values.extend(wishes.set.iter().cloned());
    let mut references = BTreeMap::new();
    for (name, resource, output) in &wishes.take {
        let reference = ResourceReference {
            resource: id_of(&find(context, client, resource).await?)?,
            output: output.clone(),
        };
        references.insert(name.clone(), reference);
    }
    Ok(Named {
        references,
        parents,
        integrations,
        version,
        values,
    })
}

pub(super) async fn new(
    context: &Context,
    client: &Client,
    order: Order,
    asking: Asking,
) -> anyhow::Result<NewCatalogResource> {
    let named = named(context, client, &order.wishes).await?;
    let (tags, settings) = (order.wishes.tags(), order.wishes.settings());
    let project = match &order.in_project {
        Some(given) => Some(id_of(
            &project::find_project(client, context.organization()?, given).await?,
        )?),
        None => None,
    };
    Ok(NewCatalogResource {
        template: order.template,
        project,
        name: order.name,
        description: order.wishes.description.unwrap_or_default(),
        labels: order.wishes.label,
        source_code_version: named.version,
        parents: named.parents,
        integrations: named.integrations,
        values: named.values,
        references: named.references,
        tags,
        settings,
        import: None,
        reason: asking.reason(),
        auto_apply: asking.auto_apply,
    })
}

pub(super) async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<Outcome> {
    let CreateArguments { order, asking, dry_run } = arguments;
    let is_waiting = asking.wait;
    let wanted = new(context, client, order, asking).await?;
    let organization = context.organization()?;
    if dry_run {
        shown::check(context, &client.check_resource(organization, wanted).await?)?;
        return Ok(Outcome::Success);
    }
    let made = client.create_resource(organization, wanted).await?;
    let asking = Asking {
        wait: is_waiting,
        ..Asking::default()
    };
    wait::told(context, client, &made, &asking).await
}

pub(super) async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<Outcome> {
    let found = find(context, client, &arguments.one.resource).await?;
    let (seen, tag) = client.catalog_resource(id_of(&found)?).await?;
    let changes = changes(context, client, &arguments, &seen.attributes.specification).await?;
    if arguments.dry_run {
        shown::check(context, &client.check_resource_update(id_of(&seen)?, changes).await?)?;
        return Ok(Outcome::Success);
    }
    let asked = client.update_resource(id_of(&seen)?, changes, &tag).await?;
    wait::told(context, client, &asked, &arguments.asking).await
}

async fn changes(
    context: &Context,
    client: &Client,
    arguments: &UpdateArguments,
    before: &ResourceSpecification,
) -> anyhow::Result<CatalogResourceChanges> {
    fn said<T>(list: Vec<T>) -> Option<Vec<T>> {
        (!list.is_empty()).then_some(list)
    }
    let named = named(context, client, &arguments.wishes).await?;
    let is_unset = arguments.unset.iter().any(|name| !before.references.contains_key(name));
    let is_taken = named.references.keys().any(|name| before.values.contains_key(name));
    let is_about_values = !named.values.is_empty() || is_unset || is_taken;
    let values = is_about_values.then(|| {
        let mut values = before.values.clone();
        values.retain(|name, _| !named.references.contains_key(name));
        values.extend(named.values);
        for name in &arguments.unset {
            // Of a secret, null is what takes it back.
            if values.remove(name).is_none() && !before.references.contains_key(name) {
                values.insert(name.clone(), Value::Null);
            }
        }
        values
    });
    let is_about_references = !named.references.is_empty()
        || values
            .iter()
            .flat_map(BTreeMap::keys)
            .chain(&arguments.unset)
            .any(|name| before.references.contains_key(name));
    let references = is_about_references.then(|| {
        let mut references = before.references.clone();
        references.retain(|name, _| !arguments.unset.contains(name) && !arguments.wishes.is_set(name));
        references.extend(named.references);
        references
    });
    Ok(CatalogResourceChanges {
        name: arguments.name.clone(),
        description: arguments.wishes.description.clone(),
        labels: said(arguments.wishes.label.clone()),
        source_code_version: named.version,
        parents: said(named.parents),
        integrations: said(named.integrations),
        values,
        references,
        tags: merged(&before.tags, arguments.wishes.tags(), &arguments.remove_tag),
        settings: merged(&before.settings, arguments.wishes.settings(), &arguments.remove_setting),
        reason: arguments.asking.reason(),
        auto_apply: arguments.asking.auto_apply,
    })
}
