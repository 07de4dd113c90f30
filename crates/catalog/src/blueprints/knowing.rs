//! Reading what a blueprint is held against: the templates of its parts and externals, and what their versions take and give.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use slipway_api::blueprints::NewBlueprint;
use slipway_api::ids::{OrganizationId, SourceCodeVersionId, TemplateId};
use slipway_api::templates::TemplateKey;
use slipway_kernel::{Ctx, Result};

use super::fitting::{Known, Published};
use crate::permissions::TEMPLATE_READ;
use crate::source_code_versions::{service as versions, store as version_rows};
use crate::templates::{Template, store as templates};

/// Everything about the templates that a blueprint names and the caller may see.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn known(ctx: &Ctx, organization: OrganizationId, wanted: &NewBlueprint) -> Result<Known> {
    let keys: BTreeSet<TemplateKey> = wanted
        .parts
        .iter()
        .map(|part| part.template.clone())
        .chain(wanted.externals.iter().map(|external| external.template.clone()))
        .collect();
    let keys: Vec<TemplateKey> = keys.into_iter().collect();
    let visible = ctx.visible(TEMPLATE_READ, organization).await?;
    let found = templates::with_keys(ctx.db.reader(), organization, &keys).await?;
    let templates: Vec<Template> = found
        .into_iter()
        .filter(|template| visible.contains(None, &template.id.to_string()))
        .collect();
    let ids: Vec<TemplateId> = templates.iter().map(|template| template.id).collect();
    let recommended = version_rows::recommended(ctx.db.reader(), &ids).await?;
    let mut needs = templates::parents_of(ctx.db.reader(), &ids).await?;
    Ok(Known {
        needs: ids
            .iter()
            .map(|id| {
                let links = needs.remove(id).unwrap_or_default().into_iter();
                (*id, links.map(|(key, link)| (key, link.need())).collect())
            })
            .collect(),
        versions: published(ctx, wanted, recommended.values().copied()).await?,
        recommended: recommended.into_iter().collect(),
        templates: templates.into_iter().map(|one| (one.key.clone(), one)).collect(),
    })
}

/// The versions that are named or recommended, with how their variables are asked for.
async fn published(
    ctx: &Ctx,
    wanted: &NewBlueprint,
    recommended: impl Iterator<Item = SourceCodeVersionId>,
) -> Result<BTreeMap<SourceCodeVersionId, Published>> {
    let named = wanted.parts.iter().filter_map(|part| part.source_code_version);
    let ids: BTreeSet<SourceCodeVersionId> = named.chain(recommended).collect();
    let ids: Vec<SourceCodeVersionId> = ids.into_iter().collect();
    let rows = version_rows::of_ids(ctx.db.reader(), &ids).await?;
    let mut settings: HashMap<SourceCodeVersionId, _> = versions::settings(ctx, &rows).await?;
    let all = rows.into_iter().map(|version| {
        let settings = settings.remove(&version.id).unwrap_or_default();
        (version.id, Published { version, settings })
    });
    Ok(all.collect())
}
