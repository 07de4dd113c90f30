//! What a form needs to ask for a resource: what is asked, what is known already, and what can be chosen.

use slipway_api::resources::{
    CatalogResourceChanges, FormCandidate, FormIntegration, FormParent, FormProblem, FormSetting, FormVersion,
    NewCatalogResource, ResourceForm,
};
use slipway_api::source_code_versions::{Lifecycle, VersionStatus};
use slipway_connections::integrations::Filter as IntegrationFilter;
use slipway_connections::integrations::service as integrations;
use slipway_connections::permissions::INTEGRATION_USE;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::Page;
use slipway_kernel::{Ctx, Result};

use super::super::checks::facts::{Draft, facts};
use super::super::checks::rights::rights;
use super::super::checks::{self, Facts};
use super::super::resolving::inherited;
use super::super::{naming, store};
use super::{editing, ordering::ATTRIBUTES};
use crate::permissions::RESOURCE_READ;
use crate::project_rules::store as rules;
use crate::resources::Resource;
use crate::source_code_versions::schema::schema;
use crate::source_code_versions::{service as versions, store as version_rows};
use crate::templates::specification::Problems;

/// Things to choose from, at most.
const CANDIDATES: u32 = 100;

/// The form of a new resource, as far as it is filled in.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when there is no such project or template.
pub async fn form(ctx: &Ctx, organization: &Organization, wanted: &NewCatalogResource) -> Result<ResourceForm> {
    let draft = editing::draft(ctx, organization, wanted).await?;
    filled(ctx, organization, draft).await
}

/// The form of a resource that is there.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it was destroyed or has a change that is not over.
pub async fn form_of(ctx: &Ctx, seen: &Resource) -> Result<ResourceForm> {
    let organization = organizations::by_id(ctx, seen.organization_id).await?;
    let draft = editing::changed(ctx, seen, &CatalogResourceChanges::default()).await?;
    filled(ctx, &organization, draft).await
}

async fn filled(ctx: &Ctx, organization: &Organization, draft: Draft) -> Result<ResourceForm> {
    let facts = facts(ctx.db.reader(), draft).await?;
    let rights = rights(ctx, &facts).await?;
    let mut problems = Problems::at(ATTRIBUTES);
    checks::check(&facts, &rights, &mut problems);
    let context = &facts.context;
    let settings = context
        .template
        .details
        .required_settings
        .iter()
        .map(|name| FormSetting {
            name: name.clone(),
            is_given: inherited(context, name).is_some(),
        });
    Ok(ResourceForm {
        schema: context.interface().map(|module| schema(module, &context.settings)),
        values: facts
            .values
            .iter()
            .map(super::super::values::ResolvedValue::shown)
            .collect(),
        name: naming::rendered(context, &facts.values).and_then(Result::ok),
        naming: context.template.naming.clone(),
        versions: choice(ctx, &facts).await?,
        parents: parents(ctx, organization, &facts).await?,
        integrations: usable(ctx, organization, &facts).await?,
        required_settings: settings.collect(),
        problems: problems.into_found().into_iter().map(problem).collect(),
    })
}

fn problem(found: slipway_kernel::errors::FieldError) -> FormProblem {
    FormProblem {
        pointer: found.source.pointer.unwrap_or_default(),
        detail: found.detail,
    }
}

async fn choice(ctx: &Ctx, facts: &Facts) -> Result<Vec<FormVersion>> {
    let template = facts.context.template.id;
    let recommended = versions::recommended(ctx, template).await?;
    let all = version_rows::of_template(ctx.db.reader(), template).await?;
    let usable = all
        .into_iter()
        .rev()
        .filter(|version| version.status == VersionStatus::Ready && version.lifecycle != Lifecycle::Archived);
    let shown = usable.map(|version| FormVersion {
        id: version.id,
        name: version.called(),
        lifecycle: version.lifecycle,
        is_recommended: recommended == Some(version.id),
    });
    Ok(shown.collect())
}

async fn parents(ctx: &Ctx, organization: &Organization, facts: &Facts) -> Result<Vec<FormParent>> {
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    let mut parents = Vec::with_capacity(facts.needs.len());
    for (key, need) in &facts.needs {
        let of = (organization.id, &visible);
        let rows = store::candidates(ctx.db.reader(), of, need.parent, u64::from(CANDIDATES)).await?;
        let demos = rules::demos(ctx.db.reader(), rows.iter().map(|row| row.project_id)).await?;
        let fits = |row: &Resource| facts.context.is_demo || !demos.contains(&row.project_id);
        let candidates = rows.into_iter().filter(|row| Some(row.id) != facts.context.resource);
        let candidates = candidates.filter(fits);
        parents.push(FormParent {
            template: key.clone(),
            minimum: need.minimum,
            maximum: need.maximum,
            group: need.group.clone(),
            candidates: candidates
                .map(|row| FormCandidate {
                    id: row.id.to_string(),
                    name: row.name.to_string(),
                    status: row.state.word().to_owned(),
                })
                .collect(),
        });
    }
    Ok(parents)
}

async fn usable(ctx: &Ctx, organization: &Organization, facts: &Facts) -> Result<Vec<FormIntegration>> {
    let granted = ctx.granted().await?;
    let page = Page {
        number: 1,
        size: CANDIDATES,
        after: None,
    };
    let mut found = Vec::new();
    for allowed in &facts.context.template.details.allowed_integrations {
        let filter = IntegrationFilter {
            kinds: vec![&allowed.kind],
            name: None,
        };
        let rows = integrations::list(ctx, organization, &filter, &page).await?.rows;
        let usable = rows
            .into_iter()
            .filter(|row| granted.allows(INTEGRATION_USE, &row.target().scope) && row.require_usable().is_ok());
        found.push(FormIntegration {
            kind: allowed.kind.clone(),
            is_required: allowed.required,
            candidates: usable
                .map(|row| FormCandidate {
                    id: row.id.to_string(),
                    name: row.name.to_string(),
                    status: String::new(),
                })
                .collect(),
        });
    }
    Ok(found)
}
