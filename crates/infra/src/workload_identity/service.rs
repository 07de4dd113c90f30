//! Makes the tokens of a phase.

use std::collections::BTreeMap;

use serde::Serialize;
use slipway_api::runner::{WorkIdentity, WorkPhase, WorkVariable};
use slipway_api::variables::VariableCategory;
use slipway_identity::issuer;
use slipway_identity::issuer::model::LONGEST_TOKEN;
use slipway_identity::organizations::Organization;
use slipway_identity::projects;
use slipway_kernel::{Ctx, Result};

use super::model::{Layout, wanted};
use crate::runs::Run;
use crate::workspaces::Workspace;

/// What a token says of the run that shows it, in Terraform Enterprise's words.
#[derive(Serialize)]
struct About {
    terraform_organization_id: String,
    terraform_organization_name: String,
    terraform_project_id: String,
    terraform_project_name: String,
    terraform_workspace_id: String,
    terraform_workspace_name: String,
    terraform_full_workspace: String,
    terraform_run_id: String,
    terraform_run_phase: &'static str,
}

/// What proves to clouds which run this is; none where the run's variables ask for nothing.
///
/// # Errors
///
/// `Conflict` when something is asked for and a setting is missing.
pub async fn of_phase(
    ctx: &Ctx,
    (organization, workspace, run): (&Organization, &Workspace, &Run),
    phase: WorkPhase,
    variables: &[WorkVariable],
) -> Result<Option<WorkIdentity>> {
    let environment: BTreeMap<String, String> = variables
        .iter()
        .filter(|variable| variable.category == VariableCategory::Env)
        .map(|variable| (variable.key.clone(), variable.value.clone()))
        .collect();
    let wanted = wanted(&environment, phase)?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let project = projects::by_id(ctx, workspace.project_id).await?;
    let word = match phase {
        WorkPhase::Plan => "plan",
        WorkPhase::Apply => "apply",
    };
    let subject = format!(
        "organization:{}:project:{}:workspace:{}:run_phase:{word}",
        organization.name, project.name, workspace.name
    );
    let (mut layout, mut tokens) = (Layout::default(), Vec::new());
    for one in &wanted {
        let about = About {
            terraform_organization_id: organization.id.to_string(),
            terraform_organization_name: organization.name.to_string(),
            terraform_project_id: project.id.to_string(),
            terraform_project_name: project.name.to_string(),
            terraform_workspace_id: workspace.id.to_string(),
            terraform_workspace_name: workspace.name.to_string(),
            terraform_full_workspace: subject.clone(),
            terraform_run_id: run.id.to_string(),
            terraform_run_phase: word,
        };
        let token = issuer::sign(ctx, subject.clone(), one.audience.clone(), LONGEST_TOKEN, about).await?;
        let token = token.expose_text()?.to_owned();
        one.lay_out(&token, &mut layout);
        tokens.push(token);
    }
    Ok(Some(WorkIdentity {
        files: layout.files,
        environment: layout.environment,
        tokens,
        // Half of its life, so that one failed attempt costs nothing.
        renew_after_ms: u64::try_from(LONGEST_TOKEN.as_millis() / 2).unwrap_or(u64::MAX),
    }))
}
