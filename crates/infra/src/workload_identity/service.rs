//! Makes the tokens of a phase.

use std::collections::BTreeMap;

use serde::Serialize;
use slipway_api::runner::{WorkIdentity, WorkPhase, WorkVariable};
use slipway_api::variables::VariableCategory;
use slipway_connections::integrations::environment::Phase;
use slipway_identity::issuer;
use slipway_identity::issuer::model::LONGEST_TOKEN;
use slipway_identity::organizations::Organization;
use slipway_identity::projects;
use slipway_kernel::{Ctx, Result};

use super::model::{Layout, Wanted, wanted};
use crate::integrations;
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

/// What a phase is given of integrations, and what proves to clouds which run this is; none where neither the run's
/// variables nor its integrations ask for anything.
///
/// # Errors
///
/// `Conflict` when something is asked for and a setting is missing, or when an integration is turned off.
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
    let mut wanted = wanted(&environment, phase)?;
    let names: Vec<&str> = environment.keys().map(String::as_str).collect();
    let given = integrations::service::given(ctx, workspace, phase_of(phase), &names).await?;
    for identity in given.iter().filter_map(|one| one.identity.as_ref()) {
        let one = Wanted::from(identity);
        // What a variable of the workspace asks for counts before.
        if !wanted.iter().any(|other| other.is_like(&one)) {
            wanted.push(one);
        }
    }
    if wanted.is_empty() && given.is_empty() {
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
    for one in given {
        layout.environment.extend(one.environment);
        layout.files.extend(one.files);
        tokens.extend(one.secrets);
    }
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

fn phase_of(phase: WorkPhase) -> Phase {
    match phase {
        WorkPhase::Plan => Phase::Plan,
        WorkPhase::Apply => Phase::Apply,
    }
}
