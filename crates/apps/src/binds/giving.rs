//! What becomes of the variables of an app, or of a job, when its binds give what there is now.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Code;
use slipway_api::ids::{BindId, OrganizationId};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Bind;
use super::origins;
use crate::env::{BoundValue, Environment};

/// What there is to write.
pub(super) struct Next {
    /// The variables, where any of them changes.
    pub env: Option<Environment>,
    /// Names of variables that change.
    pub names: Vec<String>,
    /// Binds that are other than before.
    pub binds: Vec<Bind>,
}

/// Looks what each of the binds gives now. What cannot be given is said at its bind, or refused for the one that is new.
///
/// # Errors
///
/// `Invalid` and `Conflict` for the one that is new; those of the blobs and of the database.
pub(super) async fn look(
    ctx: &Ctx,
    (organization, before): (OrganizationId, Environment),
    binds: &[Bind],
    new: Option<BindId>,
) -> Result<Next> {
    let called = origins::called(ctx, organization, binds).await?;
    let mut after = before.clone();
    let mut changed = Vec::new();
    for bind in binds {
        let found = match origins::found(ctx, bind).await {
            Err(error) if error.code() == Code::Conflict && new != Some(bind.id) => {
                changed.push(bind.blocked(error.detail()));
                continue;
            }
            other => other?,
        };
        let given = bind.gives(&found);
        let next = given.and_then(|given| {
            let values = given.iter().map(|(name, (_, bound))| (name.clone(), bound.clone()));
            let values: BTreeMap<String, BoundValue> = values.collect();
            let next = after.with_bind(bind.id, &values, &called);
            next.map(|next| (given, next)).map_err(|error| error.to_string())
        });
        match next {
            Ok((given, next)) => {
                after = next;
                changed.push(bind.gave(&given, &found));
            }
            Err(why) if new == Some(bind.id) => {
                let detail = slipway_kernel::text::sentence(&why);
                return Err(Error::conflict(detail).at_field("/data/attributes/names"));
            }
            Err(why) => changed.push(bind.blocked(&why)),
        }
    }
    let names = differing(&before, &after);
    let env = (!names.is_empty()).then_some(after);
    let touched = |bind: &Bind| names.iter().any(|name| bind.given.0.contains_key(name));
    let binds = changed.into_iter().zip(binds).filter_map(|(mut next, before)| {
        if touched(&next) {
            next.updated_at = ctx.now();
        }
        (next != *before).then_some(next)
    });
    Ok(Next {
        binds: binds.collect(),
        env,
        names,
    })
}

/// Names of variables that differ.
pub(super) fn differing(before: &Environment, after: &Environment) -> Vec<String> {
    let (nothing, every) = (BTreeMap::new(), "");
    let before = before.0.get(every).unwrap_or(&nothing);
    let after = after.0.get(every).unwrap_or(&nothing);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect()
}
