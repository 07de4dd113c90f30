//! What people and the rest of the program do with templates.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::TemplateId;
use slipway_api::templates::{
    NewTemplate, TemplateChanges, TemplateEdge, TemplateKey, TemplateStatus, TemplateTree, TreeDirection,
};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::applying::{self, Hierarchy};
use super::hierarchy::{self, Edge};
use super::model::{KIND, Link, Template};
use super::specification;
use super::store::{self, Filter, Known, Sort};
use crate::permissions::{TEMPLATE_MANAGE, TEMPLATE_READ};
use crate::source_code_versions::writing as versions;
use crate::uses;

/// Where a single description stands in a body.
const ATTRIBUTES: &str = "/data/attributes";

/// The template, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: TemplateId, permission: Permission) -> Result<Template> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let template = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &template.target()).await?;
    Ok(template)
}

/// The keys of templates, whoever may see them.
///
/// # Errors
///
/// Those of the database.
pub async fn keys(ctx: &Ctx, ids: &[TemplateId]) -> Result<HashMap<TemplateId, TemplateKey>> {
    Ok(store::keys(ctx.db.reader(), ids).await?.into_iter().collect())
}

/// Which outputs of what is made of a template apps are given, each under which variable, as the template says; empty where it says
/// nothing.
///
/// # Errors
///
/// Those of the database.
pub async fn bindable(ctx: &Ctx, id: TemplateId) -> Result<BTreeMap<String, String>> {
    let template = store::find(ctx.db.reader(), id).await?;
    let offering = template.and_then(|template| template.details.service);
    let outputs = offering.into_iter().flat_map(|offering| offering.outputs);
    Ok(outputs.map(|one| (one.output, one.variable)).collect())
}

/// A page of an organization's templates that the caller may see.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    sort: Sort,
    page: &Page,
) -> Result<Listed<Template>> {
    let visible = ctx.visible(TEMPLATE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, sort, page).await
}

/// These as somebody would describe them, with what they stand on, in two queries for all.
///
/// # Errors
///
/// Those of the database.
pub async fn described(ctx: &Ctx, templates: &[Template]) -> Result<HashMap<TemplateId, NewTemplate>> {
    let ids: Vec<TemplateId> = templates.iter().map(|template| template.id).collect();
    let mut parents = store::parents_of(ctx.db.reader(), &ids).await?;
    let described = templates.iter().map(|template| {
        let links = parents.remove(&template.id).unwrap_or_default();
        let parents = links.into_iter().map(|(key, link)| link.described(key)).collect();
        (template.id, template.described(parents))
    });
    Ok(described.collect())
}

/// Makes a template.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the key is taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewTemplate) -> Result<Template> {
    organizations::require(ctx, TEMPLATE_MANAGE, organization).await?;
    specification::check(&wanted, ATTRIBUTES)?;
    let template = Template::new(ctx.new_id()?, organization.id, &wanted, ctx.now());
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    let mut hierarchy = Hierarchy::hold(&tx, organization.id).await?;
    hierarchy.know(&template);
    let links = hierarchy.place(&template, &wanted, ATTRIBUTES)?;
    hierarchy.require_no_cycle(template.id, ATTRIBUTES)?;
    applying::insert(&mut tx, ctx, &template, &links, &wanted).await?;
    tx.commit().await?;
    Ok(template)
}

/// Changes a template, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, seen: &Template, changes: TemplateChanges) -> Result<Template> {
    ctx.authorize(TEMPLATE_MANAGE, &seen.target()).await?;
    let mut tx = ctx.begin().await?;
    let mut hierarchy = Hierarchy::hold(&tx, seen.organization_id).await?;
    let before = hierarchy.described(seen);
    let wanted = specification::changed(before.clone(), changes);
    if wanted == before {
        return Ok(seen.clone());
    }
    specification::check(&wanted, ATTRIBUTES)?;
    let links = hierarchy.place(seen, &wanted, ATTRIBUTES)?;
    hierarchy.require_no_cycle(seen.id, ATTRIBUTES)?;
    let template = seen.clone().described_as(&wanted, ctx.now());
    applying::update(&mut tx, ctx, &template, &links, (&before, &wanted)).await?;
    tx.commit().await?;
    Ok(template)
}

/// Lets a template be ordered, or not any more. What was ordered stays.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it at this moment.
pub async fn set_status(ctx: &Ctx, seen: &Template, status: TemplateStatus) -> Result<Template> {
    ctx.authorize(TEMPLATE_MANAGE, &seen.target()).await?;
    if seen.status == status {
        return Ok(seen.clone());
    }
    let mut template = seen.clone();
    (template.status, template.updated_at) = (status, ctx.now());
    template.version += 1;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &template).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(&tx, &applying::object(&template)).await?;
    let action = match status {
        TemplateStatus::Enabled => "template.enabled",
        TemplateStatus::Disabled => "template.disabled",
    };
    record(
        &mut tx,
        ctx,
        &template,
        action,
        json!({"status": [seen.status, status]}),
    )
    .await?;
    tx.commit().await?;
    Ok(template)
}

/// Deletes a template that nothing stands on, with its versions.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict`, with what stands on it.
pub async fn delete(ctx: &Ctx, template: &Template) -> Result<()> {
    ctx.authorize(TEMPLATE_MANAGE, &template.target()).await?;
    let id = template.id.to_string();
    let users = uses::in_words(ctx, template.organization_id, &id).await?;
    let mut tx = ctx.begin().await?;
    // Who puts something on it waits for this, or this for them.
    store::hold_all(&tx, template.organization_id).await?;
    if directory::store::count_dependents(&*tx, &id).await? > 0 {
        let users = users.unwrap_or_else(|| "something that came this moment".to_owned());
        return Err(Error::conflict(format!(
            "The template \"{}\" is needed by {users}. Delete these first, or let them stand on another; disable the \
             template to keep it from being ordered.",
            template.key
        )));
    }
    remove(&mut tx, ctx, template).await?;
    tx.commit().await
}

/// Removes the templates of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        let templates = store::of_organization(ctx.db.reader(), organization.id).await?;
        let ids: Vec<TemplateId> = templates.iter().map(|template| template.id).collect();
        let mut rows: BTreeMap<TemplateId, Template> =
            templates.into_iter().map(|template| (template.id, template)).collect();
        let edges = edges(&store::links(ctx.db.reader(), organization.id).await?);
        // What stands on others goes first.
        for id in hierarchy::ordered(&ids, &edges).into_iter().rev() {
            if let Some(template) = rows.remove(&id) {
                let mut tx = ctx.begin().await?;
                remove(&mut tx, ctx, &template).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(())
}

async fn remove(tx: &mut Tx, ctx: &Ctx, template: &Template) -> Result<()> {
    versions::remove_all(tx, ctx, template.id).await?;
    if !store::delete(tx, template.id).await? {
        return Err(Error::not_found(KIND, template.id));
    }
    directory::store::remove(tx, &template.id.to_string()).await?;
    let changes = json!({"key": template.key, "name": template.name});
    record(tx, ctx, template, "template.deleted", changes).await
}

/// All that a template stands on, or all that stands on it, as far as the caller may see it.
///
/// # Errors
///
/// Those of the database.
pub async fn tree(ctx: &Ctx, template: &Template, direction: TreeDirection) -> Result<TemplateTree> {
    let organization = template.organization_id;
    let visible = ctx.visible(TEMPLATE_READ, organization).await?;
    let all = store::all_known(ctx.db.reader(), organization).await?;
    let mut known: BTreeMap<TemplateId, Known> = all
        .into_iter()
        .filter(|known| visible.contains(None, &known.id.to_string()))
        .map(|known| (known.id, known))
        .collect();
    let mut links = store::links(ctx.db.reader(), organization).await?;
    // A way that leads over something invisible ends there.
    links.retain(|link| known.contains_key(&link.template_id) && known.contains_key(&link.parent_id));
    let reached = hierarchy::reached(&edges(&links), template.id, direction);
    let nodes: Vec<_> = reached
        .into_iter()
        .filter_map(|(id, distance)| Some(known.remove(&id)?.node(distance)))
        .collect();
    let there: BTreeSet<TemplateId> = nodes.iter().map(|node| node.id).collect();
    let edges = links
        .iter()
        .filter(|link| there.contains(&link.template_id) && there.contains(&link.parent_id))
        .map(edge)
        .collect();
    Ok(TemplateTree {
        direction,
        edges,
        nodes,
    })
}

fn edge(link: &Link) -> TemplateEdge {
    let need = link.need();
    TemplateEdge {
        child: link.template_id,
        parent: link.parent_id,
        minimum: need.minimum,
        maximum: need.maximum,
        group: need.group,
    }
}

fn edges(links: &[Link]) -> Vec<Edge> {
    links.iter().map(Link::edge).collect()
}

pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(template.organization_id),
        project: None,
        object_kind: KIND,
        object_id: template.id.to_string(),
        object_name: template.name.clone(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

/// Somebody was faster.
#[must_use]
pub fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the template at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
