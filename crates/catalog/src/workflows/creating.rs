//! What a workflow makes by a blueprint: every part as it will be ordered, checked as far as it can be before anything is there.
//!
//! Each part is given the id that its resource will have, so that others can be wired to it. It is judged
//! ([`super::judging`]) by the checks of an order. A step orders it by the same checks again.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::blueprints::BlueprintPart;
use slipway_api::ids::{ResourceId, SourceCodeVersionId, TemplateId};
use slipway_api::templates::TemplateKey;
use slipway_api::workflows::NewWorkflow;
use slipway_api::{Code, Name};
use slipway_identity::organizations::Organization;
use slipway_identity::projects::{self, Project};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Ctx, Error, Result};

use super::filling::{self, Ids};
use super::judging::{Site, There, known_name};
use super::planning::{Plan, Planned};
use crate::blueprints::model::Content;
use crate::blueprints::{Blueprint, service as blueprints};
use crate::permissions::{BLUEPRINT_READ, RESOURCE_CREATE, RESOURCE_READ, TEMPLATE_READ};
use crate::resources::model::Beginning;
use crate::resources::service::project_named;
use crate::resources::{Resource, loading};
use crate::source_code_versions::store as versions;
use crate::templates::specification::Problems;
use crate::templates::{Template, store as templates};

/// Where what somebody says stands in a body.
const ATTRIBUTES: &str = "/data/attributes";

/// Everything that the parts are looked at with.
struct Draft<'a> {
    ctx: &'a Ctx,
    organization: &'a Organization,
    project: Project,
    blueprint: &'a Blueprint,
    wanted: &'a NewWorkflow,
    /// Ids of parts to be, and of externals.
    ids: Ids,
    templates: BTreeMap<TemplateKey, Template>,
    recommended: BTreeMap<TemplateId, SourceCodeVersionId>,
    /// Parts that were looked at, externals, and what these stand on.
    there: There,
    /// Names of parts that were looked at.
    names: BTreeSet<(TemplateId, Name)>,
}

/// Finds what is to be made.
///
/// # Errors
///
/// `Forbidden` when the caller may not order in the project; `Invalid`, with everything at fault.
pub(super) async fn plan(ctx: &Ctx, organization: &Organization, wanted: &NewWorkflow) -> Result<Plan> {
    let blueprint = blueprint(ctx, organization, wanted).await?;
    let project = project_named(ctx, organization, wanted.project).await?;
    ctx.authorize(RESOURCE_CREATE, &projects::target(&project)).await?;
    let content = &blueprint.content;
    let mut problems = Problems::at(ATTRIBUTES);
    filling::check(content, wanted, &mut problems);
    let externals = externals(ctx, organization, (content, wanted), &mut problems).await?;
    problems.none()?;
    let mut ids: Ids = wanted.externals.clone();
    for part in &content.parts {
        ids.insert(part.name.clone(), ctx.new_id()?);
    }
    let templates = templates_of(ctx, organization, content).await?;
    let of_templates: Vec<TemplateId> = templates.values().map(|template| template.id).collect();
    let recommended = versions::recommended(ctx.db.reader(), &of_templates).await?;
    let mut draft = Draft {
        ctx,
        organization,
        project,
        blueprint: &blueprint,
        wanted,
        ids,
        templates,
        recommended: recommended.into_iter().collect(),
        there: externals,
        names: BTreeSet::new(),
    };
    draft.plan().await
}

async fn blueprint(ctx: &Ctx, organization: &Organization, wanted: &NewWorkflow) -> Result<Blueprint> {
    let place = format!("{ATTRIBUTES}/blueprint");
    let id = wanted
        .blueprint
        .ok_or_else(|| Error::invalid(&place, "Name the blueprint whose resources are to be made."))?;
    let missing = || {
        Error::invalid(
            &place,
            format!("There is no blueprint \"{id}\", or you may not see it."),
        )
    };
    match blueprints::load(ctx, id, BLUEPRINT_READ).await {
        Ok(found) if found.organization_id == organization.id => Ok(found),
        Ok(_) => Err(missing()),
        Err(error) if error.code() == Code::NotFound => Err(missing()),
        Err(error) => Err(error),
    }
}

/// The resources that were chosen for externals, and all that these stand on.
async fn externals(
    ctx: &Ctx,
    organization: &Organization,
    (content, wanted): (&Content, &NewWorkflow),
    problems: &mut Problems<'_>,
) -> Result<There> {
    let chosen: Vec<ResourceId> = wanted.externals.values().copied().collect();
    let below = loading::ancestors(ctx.db.reader(), organization.id, &chosen).await?;
    let granted = ctx.granted().await?;
    let there: There = below
        .into_iter()
        .map(|one| (one.resource.id, (one.resource, one.template)))
        .collect();
    for external in &content.externals {
        let Some(id) = wanted.externals.get(&external.name) else {
            continue;
        };
        let found = there.get(id);
        let found = found.filter(|(resource, _)| granted.allows(RESOURCE_READ, &resource.scope()));
        let place = format!("externals/{}", external.name);
        match found {
            None => problems.add(&place, format!("there is no resource \"{id}\", or you may not see it")),
            Some((resource, key)) if *key != external.template => problems.add(
                &place,
                format!(
                    "\"{}\" is of \"{key}\", and one of \"{}\" is needed",
                    resource.name, external.template
                ),
            ),
            Some(_) => {}
        }
    }
    Ok(there)
}

async fn templates_of(
    ctx: &Ctx,
    organization: &Organization,
    content: &Content,
) -> Result<BTreeMap<TemplateKey, Template>> {
    let keys: BTreeSet<TemplateKey> = content.parts.iter().map(|part| part.template.clone()).collect();
    let keys: Vec<TemplateKey> = keys.into_iter().collect();
    let visible = ctx.visible(TEMPLATE_READ, organization.id).await?;
    let found = templates::with_keys(ctx.db.reader(), organization.id, &keys).await?;
    let seen = found
        .into_iter()
        .filter(|template| visible.contains(None, &template.id.to_string()));
    Ok(seen.map(|template| (template.key.clone(), template)).collect())
}

impl Draft<'_> {
    /// Looks at each part when all that it stands on was looked at.
    async fn plan(&mut self) -> Result<Plan> {
        let content = &self.blueprint.content;
        let by_name: BTreeMap<&str, &BlueprintPart> =
            content.parts.iter().map(|part| (part.name.as_str(), part)).collect();
        let (mut found, mut parts, mut names, mut after) = (Vec::new(), Vec::new(), BTreeMap::new(), BTreeMap::new());
        for name in crate::blueprints::specification::order(&content.parts) {
            let Some(part) = by_name.get(name) else { continue };
            let (planned, problems) = self.part(part).await?;
            found.extend(problems);
            let Some(planned) = planned else { continue };
            let shown = planned.resource_name.as_ref().map_or(name, Name::as_str);
            names.insert(planned.id, shown.to_owned());
            let inside = part
                .stands_on
                .iter()
                .filter(|ground| by_name.contains_key(ground.as_str()));
            let waits: BTreeSet<ResourceId> = inside.filter_map(|ground| self.ids.get(ground).copied()).collect();
            after.insert(planned.id, waits);
            parts.push(planned);
        }
        if !found.is_empty() {
            return Err(Error::invalid_fields(found));
        }
        Ok(Plan {
            title: self.title(parts.len()),
            project: Some(self.project.id),
            blueprint: Some(self.blueprint.id),
            names,
            after,
            parts,
        })
    }

    fn title(&self, count: usize) -> String {
        let blueprint = &self.blueprint.name;
        let what = match count {
            1 => "the resource".to_owned(),
            more => format!("the {more} resources"),
        };
        match &self.wanted.name {
            Some(name) if name != blueprint => format!("Make {what} of {blueprint} for {name}"),
            _ => format!("Make {what} of {blueprint}"),
        }
    }

    /// What is to be made of a part, and what is wrong with it.
    async fn part(&mut self, part: &BlueprintPart) -> Result<(Option<Planned>, Vec<FieldError>)> {
        let base = format!("{ATTRIBUTES}/parts/{}", part.name);
        let mut problems = Problems::at(&base);
        let Some(template) = self.templates.get(&part.template).cloned() else {
            let key = &part.template;
            problems.add(
                "template",
                format!("there is no template \"{key}\" any more, or you may not see it"),
            );
            return Ok((None, problems.into_found()));
        };
        let of = (self.wanted, self.project.id, &self.ids);
        let mut order = filling::order(part, &self.blueprint.content, of);
        if order.source_code_version.is_none() && !template.is_abstract {
            order.source_code_version = self.recommended.get(&template.id).copied();
        }
        if order.name.is_none() && template.naming.is_none() {
            match self.name_of(part) {
                Ok(name) => order.name = Some(name),
                Err(reason) => problems.add("name", reason),
            }
        }
        let Some(id) = self.ids.get(&part.name).copied() else {
            return Ok((None, problems.into_found()));
        };
        let site = self.site();
        let facts = site.facts(&order, &template).await?;
        site.judge((&order, &facts), &mut problems).await?;
        let resource_name = known_name(&order, &facts);
        if let Some(name) = &resource_name
            && !self.names.insert((template.id, name.clone()))
        {
            problems.add(
                "name",
                format!("another part of this template is called \"{name}\", too"),
            );
        }
        let specification = facts.context.specification;
        let beginning = Beginning {
            id,
            organization: self.organization.id,
            project: self.project.id,
            template: template.id,
            by: self.ctx.actor().name(),
            now: self.ctx.now(),
        };
        order.values.clone_from(&specification.values);
        self.there
            .insert(id, (Resource::ordered(beginning, specification), template.key));
        let planned = Planned {
            id,
            name: part.name.clone(),
            resource_name,
            order,
            secrets: facts.context.secrets,
        };
        let found = problems.into_found().into_iter();
        Ok((Some(planned), found.map(|one| self.placed(part, one)).collect()))
    }

    /// `shop-db`, where neither somebody nor the template says how it is called.
    fn name_of(&self, part: &BlueprintPart) -> std::result::Result<Name, String> {
        let first = self.wanted.name.as_ref().unwrap_or(&self.blueprint.name);
        let name = format!("{first}-{}", part.name);
        name.parse()
            .map_err(|reason| format!("\"{name}\" is no name: {reason}; say how it is called"))
    }

    fn site(&self) -> Site<'_> {
        Site {
            ctx: self.ctx,
            organization: (self.organization.id, self.organization.name.clone()),
            project: (self.project.id, self.project.name.clone()),
            there: &self.there,
            to_be: part_ids(&self.blueprint.content, &self.ids),
        }
    }

    /// What is wrong with the value of a constant is told of the constant.
    fn placed(&self, part: &BlueprintPart, mut error: FieldError) -> FieldError {
        let base = format!("{ATTRIBUTES}/parts/{}/values/", part.name);
        let pointer = error.source.pointer.as_deref().unwrap_or_default();
        let variable = pointer
            .strip_prefix(&base)
            .map(|name| name.replace("~1", "/").replace("~0", "~"));
        let content = &self.blueprint.content;
        if let Some(variable) = variable
            && let Some(constant) = filling::constant_of(&part.name, &variable, content, self.wanted)
        {
            error.detail = format!("For \"{variable}\" of \"{}\": {}", part.name, error.detail);
            error.source.pointer = Some(format!("{ATTRIBUTES}/constants/{constant}"));
        }
        error
    }
}

fn part_ids(content: &Content, ids: &Ids) -> BTreeSet<ResourceId> {
    let parts = content.parts.iter();
    parts.filter_map(|part| ids.get(&part.name).copied()).collect()
}
