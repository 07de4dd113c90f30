//! The first state of a managed workspace, where its manager takes over what is running already.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use slipway_api::ids::{OrganizationId, WorkspaceId};
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::{Ctx, Error, Result, Tx};

use crate::states::StateVersion;
use crate::states::examine::{Examined, examine};
use crate::states::model::output;
use crate::states::service::{make_current, output_rows};
use crate::workspaces::store as workspaces;
use slipway_kernel::http::too_large;

/// The word in events for where such a state is from.
const SOURCE: &str = "import";

/// The bytes of a state in base64; or what is wrong with it.
///
/// # Errors
///
/// A sentence, when it is no base64.
pub fn decoded(text: &str) -> std::result::Result<Bytes, String> {
    let bytes = STANDARD.decode(text.as_bytes());
    bytes
        .map(Bytes::from)
        .map_err(|error| format!("The state is not base64: {error}."))
}

/// Refuses a state that is larger than this server takes.
///
/// # Errors
///
/// `TooLarge`.
pub fn require_size(ctx: &Ctx, bytes: usize) -> Result<()> {
    let limit = ctx.settings.limits.state_bytes;
    match bytes > limit {
        true => Err(too_large(limit, "The state", "limits.state-bytes")),
        false => Ok(()),
    }
}

/// Stores the bytes of a state. Whoever keeps them refers to the blob.
///
/// # Errors
///
/// Those of the blobs.
pub async fn store(ctx: &Ctx, organization: OrganizationId, bytes: Bytes) -> Result<BlobAddress> {
    ctx.blobs.put(ctx, organization, bytes).await
}

/// A state that can be given to a workspace: examined, the values of secret outputs sealed.
#[derive(Debug)]
pub struct Prepared {
    version: StateVersion,
    examined: Examined,
    outputs: Vec<output::Model>,
}

/// Reads a stored state, and seals what has to be; outside of any transaction. `by` is who brought it, for people.
///
/// # Errors
///
/// `Invalid` for bytes that are no state; those of the blobs.
pub async fn prepare(ctx: &Ctx, organization: OrganizationId, blob: BlobAddress, by: String) -> Result<Prepared> {
    let bytes = ctx.blobs.get(ctx, organization, &blob).await?;
    let size_bytes = i64::try_from(bytes.len()).map_err(Error::internal)?;
    let examined = tokio::task::spawn_blocking(move || examine(&bytes));
    let examined = examined.await.map_err(Error::internal)??;
    let version = StateVersion {
        id: ctx.new_id()?,
        organization_id: organization,
        // Of the workspace that it is given to.
        workspace_id: ctx.new_id()?,
        serial: i64::try_from(examined.serial).map_err(Error::internal)?,
        lineage: examined.lineage.clone(),
        sha256: examined.sha256.clone(),
        size_bytes,
        blob,
        run_id: None,
        created_by: by,
        terraform_version: examined.terraform_version.clone(),
        resource_count: examined.resource_count,
        encrypted: examined.encrypted,
        intermediate: false,
        created_at: ctx.now(),
    };
    let outputs = output_rows(ctx, &version, &examined).await?;
    Ok(Prepared {
        version,
        examined,
        outputs,
    })
}

/// Makes it the state of a workspace that has none, in the transaction that makes the workspace: no run sees it without.
///
/// # Errors
///
/// `Conflict` when the workspace has a state already.
pub async fn give(tx: &mut Tx, ctx: &Ctx, id: WorkspaceId, prepared: Prepared) -> Result<()> {
    let mut workspace = workspaces::hold(tx, id).await?;
    if workspace.current_state_version_id.is_some() {
        return Err(Error::conflict(format!(
            "The workspace {} has a state already.",
            workspace.name
        )));
    }
    let version = StateVersion {
        workspace_id: id,
        ..prepared.version
    };
    let contents = (prepared.examined.resources, prepared.outputs);
    make_current(tx, ctx, &mut workspace, (&version, contents), SOURCE).await
}
