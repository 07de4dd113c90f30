//! Secrets out of variable sets, for a manager whose runs need them.

use slipway_api::ids::OrganizationId;
use slipway_kernel::{Ctx, Result};

use crate::variable_sets::store as sets;
use crate::variables::{service, store as variables};

/// The value of a variable of a set, both by their names, and whether it is an expression; none when one of them is not
/// there. Whoever asks keeps it sealed, and has been told by somebody who may read the set that it is needed.
///
/// # Errors
///
/// Those of the database; `Internal` when the sealed value does not open.
pub async fn value(ctx: &Ctx, organization: OrganizationId, set: &str, key: &str) -> Result<Option<(String, bool)>> {
    let all = sets::of_organization(ctx.db.reader(), organization).await?;
    let Some(found) = all.into_iter().find(|one| one.name.as_str() == set) else {
        return Ok(None);
    };
    let variables = variables::of_owners(ctx.db.reader(), &[found.id.to_string()]).await?;
    match variables.iter().find(|variable| variable.key == key) {
        Some(variable) => Ok(Some((service::clear_value(ctx, variable).await?, variable.hcl))),
        None => Ok(None),
    }
}
