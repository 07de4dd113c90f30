//! The values that a workspace's runs get, each with its origin.

use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::runner::WorkVariable;
use slipway_api::runs::RunVariable;
use slipway_api::variables::{EffectiveVariable, VariableCategory};
use slipway_kernel::{Ctx, Result};

use super::model::{Category, Variable};
use super::precedence::{Candidate, Resolved, SetSource, Source, resolve};
use super::service::clear_value;
use super::store;
use crate::permissions::VARIABLE_READ;
use crate::variable_sets;
use crate::workspaces::{self, Workspace};

/// The variables of a workspace as its next run would get them; secrets without their values.
///
/// # Errors
///
/// What the caller may not see.
pub async fn effective(ctx: &Ctx, workspace: WorkspaceId) -> Result<Vec<EffectiveVariable>> {
    let workspace = workspaces::load(ctx, workspace, VARIABLE_READ).await?;
    let (rows, sources) = gather(ctx, &workspace, workspace.id.to_string()).await?;
    let resolved = resolve(candidates(&rows, &sources, &[]));
    Ok(resolved.iter().filter_map(|one| shown(&rows, one)).collect())
}

fn shown(rows: &[Variable], resolved: &Resolved) -> Option<EffectiveVariable> {
    let row = rows.get(resolved.winner.index)?;
    Some(EffectiveVariable {
        key: row.key.clone(),
        value: row.value.clone().filter(|_| !row.sensitive),
        category: row.category.into(),
        hcl: row.hcl,
        sensitive: row.sensitive,
        origin: resolved.winner.source.origin(),
        overridden: resolved.hidden.iter().map(|hidden| hidden.source.origin()).collect(),
    })
}

/// The values that a run of the workspace gets, secrets in clear: for the runner's context alone. The caller has made
/// sure that it is the run's own runner that asks. A run that `has_values` gets those that it owns in the place of the
/// workspace's own.
///
/// # Errors
///
/// Those of the database; `Internal` when a secret does not open.
pub async fn resolve_for_run(
    ctx: &Ctx,
    workspace: &Workspace,
    has_values: Option<RunId>,
    run_variables: &[RunVariable],
) -> Result<Vec<WorkVariable>> {
    let own = has_values.map_or_else(|| workspace.id.to_string(), |run| run.to_string());
    let (rows, sources) = gather(ctx, workspace, own).await?;
    let mut values = Vec::new();
    for resolved in resolve(candidates(&rows, &sources, run_variables)) {
        let winner = resolved.winner;
        let value = match (&winner.source, rows.get(winner.index), run_variables.get(winner.index)) {
            (Source::Run, _, Some(given)) => WorkVariable {
                key: given.key.clone(),
                value: given.value.clone(),
                category: VariableCategory::Terraform,
                hcl: true,
                sensitive: false,
            },
            (_, Some(row), _) => WorkVariable {
                key: row.key.clone(),
                value: clear_value(ctx, row).await?,
                category: row.category.into(),
                hcl: row.hcl,
                sensitive: row.sensitive,
            },
            _ => continue,
        };
        values.push(value);
    }
    Ok(values)
}

/// Every variable that applies to the workspace, with where it comes from, in two to four queries. `own` are the
/// variables of the workspace itself, or of the run that has some in their place.
async fn gather(ctx: &Ctx, workspace: &Workspace, own: String) -> Result<(Vec<Variable>, Vec<SetSource>)> {
    let sets = variable_sets::store::applying_to(ctx.db.reader(), workspace).await?;
    let owners = std::iter::once(own).chain(sets.iter().map(|set| set.id.to_string()));
    let rows = store::of_owners(ctx.db.reader(), &owners.collect::<Vec<_>>()).await?;
    Ok((rows, sets))
}

fn candidates(rows: &[Variable], sets: &[SetSource], run_variables: &[RunVariable]) -> Vec<Candidate> {
    let stored = rows.iter().enumerate().map(|(index, row)| {
        let set = sets.iter().find(|set| set.id.to_string() == row.owner_id);
        Candidate {
            category: row.category,
            key: row.key.clone(),
            source: match set {
                Some(set) => Source::Set {
                    variable: row.id,
                    set: set.clone(),
                },
                None => Source::Workspace(row.id),
            },
            index,
        }
    });
    let given = run_variables.iter().enumerate().map(|(index, variable)| Candidate {
        category: Category::Terraform,
        key: variable.key.clone(),
        source: Source::Run,
        index,
    });
    stored.chain(given).collect()
}
