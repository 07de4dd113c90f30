//! Templates as documents describe them: all of them or none, what others stand on first, and nothing where nothing differs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use slipway_api::Code;
use slipway_api::catalog::{CatalogAction, CatalogApplication, CatalogChange, CatalogDocuments};
use slipway_api::ids::{OrganizationId, TemplateId};
use slipway_api::templates::{NewTemplate, TemplateKey, TemplateStatus};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Edge as DirectoryEdge, Object};
use slipway_kernel::{Ctx, Error, Result};

use super::hierarchy::{self, Edge};
use super::model::{KIND, Link, Template};
use super::service::{changed_meanwhile, record};
use super::specification;
use super::store::{self, Known};
use crate::permissions::TEMPLATE_MANAGE;
use crate::source_code_versions::{applying as publishing, store as versions};

/// Documents that can be applied at once.
const DOCUMENTS: usize = 500;
/// Why a template depends on another, in the directory.
const PARENT: &str = "parent";

/// The templates of an organization and who stands on whom, held until the transaction ends.
pub(super) struct Hierarchy {
    known: BTreeMap<TemplateId, Known>,
    links: Vec<Link>,
}

impl Hierarchy {
    /// As it is in this transaction.
    pub(super) async fn hold(tx: &Tx, organization: OrganizationId) -> Result<Self> {
        let known = store::hold_all(tx, organization).await?;
        Ok(Self {
            known: known.into_iter().map(|known| (known.id, known)).collect(),
            links: store::links(&**tx, organization).await?,
        })
    }

    /// Adds one that is not there yet.
    pub(super) fn know(&mut self, template: &Template) {
        let known = Known {
            id: template.id,
            key: template.key.clone(),
            name: template.name.clone(),
            is_abstract: template.is_abstract,
            status: template.status,
        };
        self.known.insert(template.id, known);
    }

    /// A template of it as somebody would describe it.
    pub(super) fn described(&self, template: &Template) -> NewTemplate {
        let links = self.links.iter().filter(|link| link.template_id == template.id);
        let parents = links.filter_map(|link| Some(link.described(self.known.get(&link.parent_id)?.key.clone())));
        template.described(parents.collect())
    }

    /// Puts a template on what its description says.
    ///
    /// # Errors
    ///
    /// `Invalid`, when it says something that there is not, or that is disabled and was not its parent before.
    pub(super) fn place(&mut self, template: &Template, wanted: &NewTemplate, base: &str) -> Result<Vec<Link>> {
        let mut links = Vec::with_capacity(wanted.parents.len());
        for (position, parent) in wanted.parents.iter().enumerate() {
            let pointer = format!("{base}/parents/{position}/template");
            let key = &parent.template;
            let Some(known) = self.known.values().find(|known| known.key == *key) else {
                return Err(Error::invalid(&pointer, format!("There is no template \"{key}\".")));
            };
            let was_there = |link: &Link| link.template_id == template.id && link.parent_id == known.id;
            if known.status == TemplateStatus::Disabled && !self.links.iter().any(was_there) {
                let detail = format!("The template \"{key}\" is disabled. Enable it first, or choose another.");
                return Err(Error::invalid(&pointer, detail));
            }
            links.push(Link::new(template, known.id, position, parent));
        }
        self.links.retain(|link| link.template_id != template.id);
        self.links.extend(links.iter().cloned());
        Ok(links)
    }

    /// Refuses a hierarchy in which `id` stands on itself.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the whole way.
    pub(super) fn require_no_cycle(&self, id: TemplateId, base: &str) -> Result<()> {
        let Some(way) = hierarchy::cycle_through(&self.edges(), id) else {
            return Ok(());
        };
        let keys: Vec<&str> = way
            .iter()
            .filter_map(|id| Some(self.known.get(id)?.key.as_str()))
            .collect();
        let detail = format!(
            "\"{}\" would stand on itself: {}. Take one of these steps out.",
            keys.first().copied().unwrap_or_default(),
            keys.join(" → ")
        );
        Err(Error::invalid(&format!("{base}/parents"), detail))
    }

    fn edges(&self) -> Vec<Edge> {
        self.links.iter().map(Link::edge).collect()
    }
}

/// A document, with the template that it is about.
struct Described {
    /// The template as it is; a new one without a version if there is none.
    template: Template,
    before: Option<NewTemplate>,
    wanted: NewTemplate,
    base: String,
    links: Vec<Link>,
}

/// Makes templates as documents describe them, or only says what would change.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with the place in the documents: `/templates/3/parents/0/template`.
pub async fn apply(
    ctx: &Ctx,
    organization: &Organization,
    documents: CatalogDocuments,
    is_dry_run: bool,
) -> Result<CatalogApplication> {
    organizations::require(ctx, TEMPLATE_MANAGE, organization).await?;
    check(&documents)?;
    let published = publishing::prepare(ctx, organization, &documents, is_dry_run).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    let mut hierarchy = Hierarchy::hold(&tx, organization.id).await?;
    let mut all = described(ctx, &tx, organization.id, (&mut hierarchy, documents)).await?;
    for one in all.values_mut() {
        one.links = hierarchy.place(&one.template, &one.wanted, &one.base)?;
    }
    for (id, one) in &all {
        hierarchy.require_no_cycle(*id, &one.base)?;
    }
    let ids: Vec<TemplateId> = all.keys().copied().collect();
    let mut changes = Vec::with_capacity(all.len());
    for id in hierarchy::ordered(&ids, &hierarchy.edges()) {
        if let Some(one) = all.get(&id) {
            changes.push(carry_out(&mut tx, ctx, one).await?);
        }
    }
    changes.extend(published.carry_out(&mut tx, ctx, organization).await?);
    if !is_dry_run {
        tx.commit().await?;
    }
    Ok(CatalogApplication { is_dry_run, changes })
}

/// What can be said without looking at what there is.
fn check(documents: &CatalogDocuments) -> Result<()> {
    if documents.templates.len() > DOCUMENTS {
        let detail = format!("At most {DOCUMENTS} documents at once.");
        return Err(Error::invalid("/templates", detail));
    }
    let mut keys = BTreeSet::new();
    for (number, wanted) in documents.templates.iter().enumerate() {
        if !keys.insert(&wanted.key) {
            let detail = format!("The template \"{}\" is described twice.", wanted.key);
            return Err(Error::invalid(&format!("/templates/{number}/key"), detail));
        }
        specification::check(wanted, &format!("/templates/{number}"))?;
    }
    Ok(())
}

/// The documents with what there is of them, new ones known to the hierarchy.
async fn described(
    ctx: &Ctx,
    tx: &Tx,
    organization: OrganizationId,
    (hierarchy, documents): (&mut Hierarchy, CatalogDocuments),
) -> Result<BTreeMap<TemplateId, Described>> {
    let wanted_keys: Vec<TemplateKey> = documents.templates.iter().map(|wanted| wanted.key.clone()).collect();
    let rows = store::with_keys(&**tx, organization, &wanted_keys).await?;
    let mut rows: BTreeMap<TemplateKey, Template> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    let mut all = BTreeMap::new();
    for (number, wanted) in documents.templates.into_iter().enumerate() {
        let found = rows.remove(&wanted.key);
        let before = found.as_ref().map(|template| hierarchy.described(template));
        let template = match found {
            Some(template) => template,
            None => Template::new(ctx.new_id()?, organization, &wanted, ctx.now()),
        };
        let mut shown = template.clone();
        shown.status = wanted.status;
        hierarchy.know(&shown);
        let one = Described {
            before,
            wanted,
            base: format!("/templates/{number}"),
            links: Vec::new(),
            template,
        };
        all.insert(one.template.id, one);
    }
    Ok(all)
}

async fn carry_out(tx: &mut Tx, ctx: &Ctx, one: &Described) -> Result<CatalogChange> {
    let differences = specification::differences(one.before.as_ref(), &one.wanted)?;
    let action = match &one.before {
        None => {
            insert(tx, ctx, &one.template, &one.links, &one.wanted).await?;
            CatalogAction::Create
        }
        Some(_) if differences.is_empty() => CatalogAction::None,
        Some(before) => {
            let template = one.template.clone().described_as(&one.wanted, ctx.now());
            update(tx, ctx, &template, &one.links, (before, &one.wanted)).await?;
            CatalogAction::Update
        }
    };
    Ok(CatalogChange {
        kind: KIND.to_owned(),
        key: one.wanted.key.to_string(),
        action,
        differences,
    })
}

/// Writes a new template.
pub(super) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    links: &[Link],
    wanted: &NewTemplate,
) -> Result<()> {
    store::insert(tx, template).await?;
    store::set_parents(tx, template.id, links).await?;
    directory::store::put(tx, &object(template)).await?;
    connect(tx, links).await?;
    let told = specification::told(&specification::differences(None, wanted)?);
    record(tx, ctx, template, "template.created", told).await
}

/// Writes the next version of a template.
pub(super) async fn update(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    links: &[Link],
    (before, after): (&NewTemplate, &NewTemplate),
) -> Result<()> {
    let differences = specification::differences(Some(before), after)?;
    if !store::update(tx, template).await? {
        return Err(changed_meanwhile());
    }
    if before.is_abstract != after.is_abstract {
        require_nothing_made(tx, template).await?;
    }
    if before.parents != after.parents {
        for parent in store::set_parents(tx, template.id, links).await? {
            directory::store::disconnect(tx, &depends(template.id, parent)).await?;
        }
        connect(tx, links).await?;
    }
    directory::store::put(tx, &object(template)).await?;
    let told: Value = specification::told(&differences);
    record(tx, ctx, template, "template.updated", told).await
}

/// What was made of a template has code or has not, and cannot be the other.
async fn require_nothing_made(tx: &Tx, template: &Template) -> Result<()> {
    if template.is_abstract && versions::any(&**tx, template.id).await? {
        return Err(Error::conflict(format!(
            "\"{}\" has versions, which an abstract template has none of. Delete them first.",
            template.key
        )));
    }
    let made = directory::store::dependents(&**tx, &template.id.to_string(), "instance").await?;
    if made.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        Code::Conflict,
        format!(
            "Whether \"{}\" has code cannot change: {} resources were made of it.",
            template.key,
            made.len()
        ),
    ))
}

async fn connect(tx: &Tx, links: &[Link]) -> Result<()> {
    for link in links {
        directory::store::connect(tx, &depends(link.template_id, link.parent_id)).await?;
    }
    Ok(())
}

fn depends(template: TemplateId, parent: TemplateId) -> DirectoryEdge {
    DirectoryEdge {
        from: template.to_string(),
        to: parent.to_string(),
        why: PARENT,
    }
}

/// A template as the directory shows it; its key can be searched for as a label.
pub(super) fn object(template: &Template) -> Object {
    let labels: Vec<&str> = std::iter::once(template.key.as_str())
        .chain(template.labels())
        .collect();
    Object {
        id: template.id.to_string(),
        kind: KIND,
        organization: Some(template.organization_id),
        project: None,
        name: template.name.clone(),
        status: match template.status {
            TemplateStatus::Enabled => "enabled".to_owned(),
            TemplateStatus::Disabled => "disabled".to_owned(),
        },
        labels: labels.join(" "),
    }
}
