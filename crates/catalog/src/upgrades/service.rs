//! Counting, in four queries whatever there is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use slipway_api::ids::{ProjectId, SourceCodeVersionId, TemplateId};
use slipway_api::template_upgrades::{TemplateUpgrade, VersionInUse};
use slipway_identity::organizations::Organization;
use slipway_kernel::{Ctx, Result};

use crate::permissions::RESOURCE_READ;
use crate::resources::store as resources;
use crate::source_code_versions::SourceCodeVersion;
use crate::source_code_versions::store as versions;
use crate::templates::{Template, store as templates};

/// Every template that has resources, by key.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    project: Option<ProjectId>,
) -> Result<Vec<(TemplateId, TemplateUpgrade)>> {
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    let counts = resources::versions_in_use(ctx.db.reader(), (organization.id, &visible), project).await?;
    let of: Vec<TemplateId> = counts.iter().map(|count| count.0).collect();
    let ids: Vec<SourceCodeVersionId> = counts.iter().map(|count| count.1).collect();
    let recommended = versions::recommended(ctx.db.reader(), &of).await?;
    let known = versions::of_ids(ctx.db.reader(), &ids).await?;
    let known: HashMap<SourceCodeVersionId, SourceCodeVersion> = known.into_iter().map(|row| (row.id, row)).collect();
    let shown = templates::of_ids(ctx.db.reader(), &of).await?;
    let mut all: Vec<_> = shown
        .iter()
        .map(|template| {
            let recommended = recommended.get(&template.id).copied();
            (template.id, told(template, recommended, &counts, &known))
        })
        .collect();
    all.sort_by(|a, b| a.1.template.cmp(&b.1.template));
    Ok(all)
}

fn told(
    template: &Template,
    recommended: Option<SourceCodeVersionId>,
    counts: &[(TemplateId, SourceCodeVersionId, u64)],
    known: &HashMap<SourceCodeVersionId, SourceCodeVersion>,
) -> TemplateUpgrade {
    let of: BTreeMap<SourceCodeVersionId, u64> = counts
        .iter()
        .filter(|count| count.0 == template.id)
        .map(|count| (count.1, count.2))
        .collect();
    let mut in_use: Vec<VersionInUse> = of
        .iter()
        .filter_map(|(id, count)| {
            let version = known.get(id)?;
            Some(VersionInUse {
                id: *id,
                name: version.called(),
                lifecycle: version.lifecycle,
                resource_count: *count,
            })
        })
        .collect();
    in_use.sort_by_key(|one| (Reverse(one.resource_count), one.id));
    TemplateUpgrade {
        template: template.key.clone(),
        name: template.name.clone(),
        recommended,
        resource_count: of.values().sum(),
        recommended_count: recommended.and_then(|id| of.get(&id).copied()).unwrap_or(0),
        versions: in_use,
    }
}
