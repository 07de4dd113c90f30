//! What a resource puts out, as it is kept: of secrets only that they are there, and whether they are others than before. Of a
//! demo it is what its plan says.

use slipway_api::Code;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_infra::managed::outputs;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::digest::canonical_json_sha256;
use slipway_tofu::plan::PlannedOutput;
use slipway_tofu::state::OutputSummary;

use super::facts::Known;
use crate::resources::Resource;
use crate::resources::model::{Output, Outputs, Secrets};
use crate::resources::planned_secrets::model::{PlannedSecrets, place};

/// Digest of what nobody knows: it is never another than before.
const UNKNOWN: &str = "unknown";

/// What a resource puts out.
pub(super) struct Found {
    /// Without values of secrets.
    pub(super) outputs: Outputs,
    /// Values of secrets that no state has.
    pub(super) secrets: Option<PlannedSecrets>,
}

/// The outputs of the change's resource as they are now.
///
/// # Errors
///
/// `Unavailable` and `NotFound` while the plan of a demo cannot be read; those of the blobs and of the database.
pub(super) async fn of(ctx: &Ctx, known: &Known) -> Result<Found> {
    let resource = &known.resource;
    match (&known.run, known.is_demo) {
        _ if known.change.kind == ResourceChangeKind::Destroy => Ok(Found::nothing()),
        (Some(run), true) => planned(ctx, resource, outputs::of_plan(ctx, run.id).await?).await,
        // Only words changed.
        (None, true) => Ok(Found::of(resource.outputs.clone())),
        (_, false) => Ok(Found::of(made(ctx, resource).await?)),
    }
}

impl Found {
    const fn of(outputs: Outputs) -> Self {
        Self { outputs, secrets: None }
    }

    fn nothing() -> Self {
        Self::of(Outputs::default())
    }
}

/// The outputs of the resource's workspace; none where its configuration encrypts the state.
async fn made(ctx: &Ctx, resource: &Resource) -> Result<Outputs> {
    let Some(workspace) = resource.workspace_id else {
        return Ok(Outputs::default());
    };
    let found = match outputs::of_workspace(ctx, workspace).await {
        Err(error) if error.code() == Code::Conflict => None,
        found => found?,
    };
    let mut kept = Outputs::default();
    for output in found.into_iter().flat_map(|state| state.outputs) {
        kept.0
            .insert(output.name.clone(), kept_as(ctx, resource, output).await?);
    }
    Ok(kept)
}

/// The outputs that a plan says; of secrets the values are sealed, since no state has them.
async fn planned(ctx: &Ctx, resource: &Resource, outputs: Vec<PlannedOutput>) -> Result<Found> {
    let (mut kept, mut secrets) = (Outputs::default(), Secrets::default());
    for output in outputs {
        let Some(value) = output.value else {
            let unknown = Output {
                value_type: output.output_type,
                is_sensitive: output.sensitive,
                value: None,
                is_unknown: true,
                digest: UNKNOWN.to_owned(),
            };
            kept.0.insert(output.name, unknown);
            continue;
        };
        if output.sensitive {
            secrets.0.insert(output.name.clone(), value.clone());
        }
        let known = OutputSummary {
            name: output.name.clone(),
            value,
            output_type: output.output_type,
            sensitive: output.sensitive,
        };
        kept.0.insert(output.name, kept_as(ctx, resource, known).await?);
    }
    let plain = serde_json::to_vec(&secrets).map_err(|_| Error::internal("secret outputs cannot be written"))?;
    let of = resource.organization_id;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), Some(of), &place(resource.id), &plain)
        .await?;
    Ok(Found {
        outputs: kept,
        secrets: Some(PlannedSecrets {
            resource_id: resource.id,
            organization_id: of,
            sealed,
        }),
    })
}

async fn kept_as(ctx: &Ctx, resource: &Resource, output: OutputSummary) -> Result<Output> {
    let text = output.value.to_string();
    let digest = match output.sensitive {
        true => {
            let of = resource.organization_id;
            ctx.secrets.digest(ctx.db.reader(), of, text.as_bytes()).await?
        }
        // The reason could quote the value.
        false => canonical_json_sha256(text.as_bytes()).map_err(|_| Error::internal("an output cannot be read"))?,
    };
    Ok(Output {
        value_type: output.output_type,
        is_sensitive: output.sensitive,
        value: (!output.sensitive).then_some(output.value),
        is_unknown: false,
        digest,
    })
}
