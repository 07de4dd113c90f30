//! What a resource puts out, as it is kept: of secrets only that they are there, and whether they are others than before.

use slipway_api::Code;
use slipway_infra::managed::outputs;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::digest::canonical_json_sha256;
use slipway_tofu::state::OutputSummary;

use crate::resources::Resource;
use crate::resources::model::{Output, Outputs};

/// The outputs of the resource's workspace as they are now; none where its configuration encrypts the state.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub(super) async fn of(ctx: &Ctx, resource: &Resource) -> Result<Outputs> {
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
        digest,
    })
}
