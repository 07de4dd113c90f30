//! Ordering a resource, and asking for another one of what is there: checked, written and opened as a change in one go.

use serde_json::json;
use slipway_api::Code;
use slipway_api::catalog::FieldDifference;
use slipway_api::ids::{IntegrationId, OrganizationId, ResourceChangeId, ResourceId};
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::resources::{ResourceCheck, ResourceImport, ResourceSpecification, ResourceState};
use slipway_connections::integrations::service as integrations;
use slipway_identity::organizations::Organization;
use slipway_identity::projects;
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::super::checks::facts::{Draft, facts};
use super::super::checks::rights::{Rights, rights};
use super::super::checks::{self, Facts};
use super::super::model::{Beginning, Resource, Secrets};
use super::super::{recording, sealing, store, wanted, writing};
use super::changed_meanwhile;
use crate::resource_changes::{self, Wanted};
use crate::resource_imports::{self, Taken};
use crate::templates::specification::{Problems, told};
use crate::templates::store as templates;

/// Where a single description stands in a body.
pub(super) const ATTRIBUTES: &str = "/data/attributes";

/// What somebody asks for.
pub(super) struct Order {
    /// What.
    pub draft: Draft,
    /// The id of the change to be.
    pub change: ResourceChangeId,
    /// Why, in his words.
    pub reason: String,
    /// Whether it is confirmed by itself where no approval is needed.
    pub auto_apply: bool,
    /// Whether it is carried out though nothing differs, to take what the resource stands on as it is now.
    pub is_refresh: bool,
}

/// What is running already, brought along with an order.
pub(super) struct Brought<'a> {
    pub organization: &'a Organization,
    pub import: &'a ResourceImport,
}

impl Brought<'_> {
    /// Reads it, for what is ordered.
    ///
    /// # Errors
    ///
    /// Why it cannot be brought in.
    pub(super) async fn taken(&self, ctx: &Ctx, checked: &Checked) -> Result<Taken> {
        resource_imports::take(ctx, self.organization, self.import, &checked.facts.context).await
    }
}

/// A draft that can be ordered, with what was looked at.
pub(super) struct Checked {
    pub facts: Facts,
    pub rights: Rights,
    pub differences: Vec<FieldDifference>,
}

/// Checks a draft, without changing anything.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub(super) async fn check(ctx: &Ctx, draft: &Draft, reason: &str) -> Result<Checked> {
    let facts = facts(ctx.db.reader(), draft.clone()).await?;
    let rights = rights(ctx, &facts).await?;
    let mut problems = Problems::at(ATTRIBUTES);
    checks::check(&facts, &rights, &mut problems);
    if reason.chars().count() > checks::REASON_LENGTH {
        problems.add("reason", format!("at most {} characters", checks::REASON_LENGTH));
    }
    problems.none()?;
    let before = facts
        .before
        .as_ref()
        .map(|before| (&before.specification, &before.secrets));
    let differences = wanted::differences(before, (&facts.context.specification, &facts.context.secrets))?;
    Ok(Checked {
        facts,
        rights,
        differences,
    })
}

/// What ordering it would do.
pub(super) fn shown(checked: &Checked, taken: Option<Taken>) -> ResourceCheck {
    let context = &checked.facts.context;
    let mut notes = checks::notes(&checked.facts);
    notes.extend(taken.as_ref().map(Taken::notes).unwrap_or_default());
    ResourceCheck {
        specification: context.specification.clone(),
        secrets: context.secrets.0.keys().cloned().collect(),
        values: checked
            .facts
            .values
            .iter()
            .map(super::super::values::ResolvedValue::shown)
            .collect(),
        differences: checked.differences.clone(),
        notes,
        import: taken.map(|taken| taken.told),
    }
}

/// Orders a new resource, which will have this id.
///
/// # Errors
///
/// `Invalid`, with every field at fault; `AlreadyExists` when somebody was faster with a name or a unique value.
pub(super) async fn create(ctx: &Ctx, id: ResourceId, order: Order, brought: Option<Brought<'_>>) -> Result<Resource> {
    let checked = check(ctx, &order.draft, &order.reason).await?;
    let kept = match brought {
        Some(brought) => {
            let taken = brought.taken(ctx, &checked).await?;
            Some(resource_imports::keeping(ctx, brought.organization.id, taken).await?)
        }
        None => None,
    };
    let sealed = Sealed::of(
        ctx,
        order.change,
        &Place::new("resources", "sealed", id),
        &checked.facts,
    )
    .await?;
    let mut tx = ctx.begin().await?;
    projects::hold(&tx, order.draft.place.project.0).await?;
    let facts = recheck(&tx, order.draft, &checked.rights).await?;
    let context = &facts.context;
    let beginning = Beginning {
        id,
        organization: context.organization.0,
        project: context.project.0,
        template: context.template.id,
        by: ctx.actor().name(),
        now: ctx.now(),
    };
    let mut resource = Resource::ordered(beginning, context.specification.clone());
    resource.sealed = sealed.of_resource;
    resource.change_id = Some(sealed.change);
    store::insert(&tx, &resource).await?;
    let of = (&resource, &context.template);
    writing::hold_on(&tx, of, &[&context.specification], facts.unique.clone()).await?;
    let changes = json!({"template": context.template.key, "fields": told(&checked.differences)});
    recording::record(&mut tx, ctx, &resource, "resource.ordered", changes).await?;
    let wanted = Wanted {
        kind: ResourceChangeKind::Create,
        specification: context.specification.clone(),
        sealed: sealed.of_change,
        id: sealed.change,
        differences: checked.differences,
        reason: order.reason,
        auto_apply: order.auto_apply,
        request_key: None,
    };
    // The change finds no other: the resource names only this one.
    let free = Resource {
        change_id: None,
        ..resource.clone()
    };
    resource_changes::service::open(&mut tx, ctx, &free, wanted).await?;
    if let Some(kept) = kept {
        let of = (&resource, &context.template, sealed.change);
        resource_imports::keep(&mut tx, ctx, of, kept).await?;
    }
    tx.commit().await?;
    Ok(resource)
}

/// Asks for a resource, from the row that the caller saw, to be another; nothing happens where nothing differs.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since; `Conflict` when it has a change that is not over; `Invalid`, with every
/// field at fault.
pub(super) async fn change(ctx: &Ctx, seen: &Resource, order: Order) -> Result<Resource> {
    let checked = check(ctx, &order.draft, &order.reason).await?;
    if checked.differences.is_empty() && !order.is_refresh {
        return Ok(seen.clone());
    }
    resource_imports::refuse_while_leaving(ctx, seen.id).await?;
    let sealed = Sealed::of(ctx, order.change, &seen.place(), &checked.facts).await?;
    let mut tx = ctx.begin().await?;
    let held = store::hold(&tx, seen.id).await?;
    if held.is_none_or(|held| held.version != seen.version) {
        return Err(changed_meanwhile());
    }
    let facts = recheck(&tx, order.draft, &checked.rights).await?;
    let context = &facts.context;
    let kind = match seen.state {
        ResourceState::Provisioned => ResourceChangeKind::Update,
        ResourceState::Requested | ResourceState::Destroyed => ResourceChangeKind::Create,
    };
    let wanted = Wanted {
        kind,
        specification: context.specification.clone(),
        sealed: sealed.of_change,
        id: sealed.change,
        differences: checked.differences,
        reason: order.reason,
        auto_apply: order.auto_apply,
        request_key: None,
    };
    resource_changes::service::open(&mut tx, ctx, seen, wanted).await?;
    // What was never applied is what was ordered last.
    let mut next = match seen.state {
        ResourceState::Requested => {
            seen.clone()
                .described(context.specification.clone(), sealed.of_resource, ctx.now())
        }
        ResourceState::Provisioned | ResourceState::Destroyed => seen.clone().with_change(None, ctx.now()),
    };
    next.change_id = Some(sealed.change);
    if !store::update(&tx, &next).await? {
        return Err(changed_meanwhile());
    }
    hold_both(&tx, &next, &facts).await?;
    tx.commit().await?;
    Ok(next)
}

/// The resource holds on to what it has and to what the change wants.
async fn hold_both(tx: &Tx, resource: &Resource, facts: &Facts) -> Result<()> {
    let (template, after) = (&facts.context.template, &facts.context.specification);
    let of = (resource, template);
    match resource.holding() {
        Some(before) => {
            let unique = writing::unique_of(tx, of, before).await?.and(facts.unique.clone());
            writing::hold_on(tx, of, &[before, after], unique).await
        }
        None => writing::hold_on(tx, of, &[after], facts.unique.clone()).await,
    }
}

/// Checks again in the transaction: what the draft names stays as it is until its end.
async fn recheck(tx: &Tx, mut draft: Draft, rights: &Rights) -> Result<Facts> {
    let template = templates::hold(tx, draft.place.template.id).await?;
    draft.place.template = template.ok_or_else(|| {
        let key = &draft.place.template.key;
        Error::invalid(
            &format!("{ATTRIBUTES}/template"),
            format!("There is no template \"{key}\"."),
        )
    })?;
    store::hold_all(tx, &draft.specification.parents).await?;
    let facts = facts(&**tx, draft).await?;
    let mut rights = rights.clone();
    for id in gone(tx, &facts.context.specification).await? {
        rights.integrations.remove(&id);
    }
    let mut problems = Problems::at(ATTRIBUTES);
    checks::check(&facts, &rights, &mut problems);
    problems.none()?;
    Ok(facts)
}

/// Integrations that are not there any more.
async fn gone(tx: &Tx, specification: &ResourceSpecification) -> Result<Vec<IntegrationId>> {
    let mut gone = Vec::new();
    for id in &specification.integrations {
        if integrations::kind_in(tx, *id).await?.is_none() {
            gone.push(*id);
        }
    }
    Ok(gone)
}

/// Secrets, sealed for the change and for the resource that was never applied.
struct Sealed {
    change: ResourceChangeId,
    of_change: Option<Vec<u8>>,
    of_resource: Option<Vec<u8>>,
}

impl Sealed {
    async fn of(ctx: &Ctx, change: ResourceChangeId, resource: &Place, facts: &Facts) -> Result<Self> {
        let (organization, secrets) = (facts.context.organization.0, &facts.context.secrets);
        Ok(Self {
            change,
            of_change: for_change(ctx, organization, change, secrets).await?,
            of_resource: sealing::sealed(ctx, ctx.db.reader(), (organization, resource), secrets).await?,
        })
    }
}

/// Seals secrets for a change to be.
pub(super) async fn for_change(
    ctx: &Ctx,
    organization: OrganizationId,
    change: ResourceChangeId,
    secrets: &Secrets,
) -> Result<Option<Vec<u8>>> {
    let place = Place::new("resource_changes", "sealed", change);
    sealing::sealed(ctx, ctx.db.reader(), (organization, &place), secrets).await
}

/// Refuses what cannot be asked of a resource that has a change, before anything else is looked at.
pub(super) fn require_free(resource: &Resource) -> Result<()> {
    match resource.change_id {
        None => Ok(()),
        Some(id) => Err(Error::new(
            Code::Conflict,
            format!(
                "\"{}\" has a change that is not over. Wait for it, or take it back first.",
                resource.name
            ),
        )
        .with_meta("resource-change", id.to_string())),
    }
}
