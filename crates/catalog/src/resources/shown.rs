//! Resources as they are shown: with the keys of their templates, the names of their versions, and which secrets they have.

use std::collections::{BTreeSet, HashMap};

use slipway_api::Resource as Document;
use slipway_api::ids::{ResourceId, SourceCodeVersionId, TemplateId};
use slipway_api::resources::{CatalogResource, OpenChange, StaleReason};
use slipway_api::templates::TemplateKey;
use slipway_identity::organizations::Organization;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{self, Resource};
use super::revisions;
use super::service::secrets;
use crate::project_rules::store as rules;
use crate::source_code_versions::store as versions;
use crate::templates::store as templates;

/// These, in few queries for all.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn all(
    ctx: &Ctx,
    organization: &Organization,
    resources: Vec<Resource>,
) -> Result<Vec<Document<CatalogResource>>> {
    let ids: BTreeSet<TemplateId> = resources.iter().map(|one| one.template_id).collect();
    let ids: Vec<TemplateId> = ids.into_iter().collect();
    let keys: HashMap<TemplateId, TemplateKey> = templates::keys(ctx.db.reader(), &ids).await?.into_iter().collect();
    let of_versions: BTreeSet<SourceCodeVersionId> =
        resources.iter().filter_map(|one| one.source_code_version_id).collect();
    let of_versions: Vec<SourceCodeVersionId> = of_versions.into_iter().collect();
    let of_resources: Vec<ResourceId> = resources.iter().map(|one| one.id).collect();
    let mut open = revisions::store::open(ctx.db.reader(), &of_resources).await?;
    let names = versions::called(ctx.db.reader(), &of_versions).await?;
    let demos = rules::demos(ctx.db.reader(), resources.iter().map(|one| one.project_id)).await?;
    let mut shown = Vec::with_capacity(resources.len());
    for resource in resources {
        let key = keys.get(&resource.template_id).cloned();
        let key = key.ok_or_else(|| Error::internal(format!("{} has no template", resource.id)))?;
        let version = resource.source_code_version_id.and_then(|id| names.get(&id).cloned());
        let words = Words {
            template: key,
            version,
            is_demo: demos.contains(&resource.project_id),
            secrets: secrets(ctx, &resource).await?.0.into_keys().collect(),
            change: open.remove(&resource.id),
        };
        shown.push(document(resource, organization, words));
    }
    Ok(shown)
}

/// What is not in the row.
struct Words {
    template: TemplateKey,
    version: Option<String>,
    is_demo: bool,
    secrets: Vec<String>,
    change: Option<OpenChange>,
}

fn document(resource: Resource, organization: &Organization, words: Words) -> Document<CatalogResource> {
    let attributes = CatalogResource {
        template: words.template,
        version_name: words.version,
        state: resource.state,
        is_demo: words.is_demo,
        secrets: words.secrets,
        change: words.change,
        stale: resource.stale.0.into_iter().map(reason).collect(),
        output_count: u32::try_from(resource.outputs.0.len()).unwrap_or(u32::MAX),
        revision: resource.revision,
        created_by: resource.created_by,
        created_at: resource.created_at,
        updated_at: resource.updated_at,
        specification: resource.specification.0,
    };
    Document::new(resource.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with("project", "projects", resource.project_id)
        .with("template", "templates", resource.template_id)
        .with_option(
            "source-code-version",
            "source-code-versions",
            resource.source_code_version_id,
        )
        .with_option("workspace", "workspaces", resource.workspace_id)
        .with_option("change", "resource-changes", resource.change_id)
        .with_link("self", format!("/api/v2/resources/{}", resource.id))
}

fn reason(reason: model::StaleReason) -> StaleReason {
    StaleReason {
        parent: reason.parent,
        what: reason.what,
        name: reason.name,
        revision: reason.revision,
        since: reason.since,
    }
}
