//! Teams that follow the groups of an identity provider.

use serde_json::json;
use slipway_api::ids::UserId;
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Result, Tx, events};

use super::event;
use crate::memberships;
use crate::teams::model::Source;
use crate::teams::store;

/// Puts a user into exactly those teams that follow one of the provider's groups, as far as the provider decides: who
/// was put into a team by a person, or by another provider, stays. A team that names a provider follows no other. To be called at each sign-in, in its transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn replace_from_provider(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    provider: impl ToString,
    groups: &[String],
) -> Result<()> {
    let source = Source::provider(provider);
    let wanted = store::by_groups(&**tx, source.as_str(), groups).await?;
    let before = store::of_user_by(&**tx, user, &source).await?;
    let lost: Vec<_> = before
        .iter()
        .copied()
        .filter(|id| !wanted.iter().any(|team| team.id == *id))
        .collect();
    for team in store::by_ids(&**tx, &lost).await? {
        store::remove_by(tx, team.id, user, &source).await?;
        let changes = json!({"user": user, "source": source.as_str()});
        events::record(tx, ctx, event("team.member-removed", &team, changes)).await?;
    }
    let gained: Vec<_> = wanted.iter().filter(|team| !before.contains(&team.id)).collect();
    for team in &gained {
        memberships::service::ensure_active(tx, ctx, team.organization_id, user).await?;
        store::add(tx, team.id, user, &source).await?;
        let changes = json!({"user": user, "source": source.as_str()});
        events::record(tx, ctx, event("team.member-added", team, changes)).await?;
    }
    if lost.is_empty() && gained.is_empty() {
        return Ok(());
    }
    grants::changed(tx).await
}

/// Takes everybody out of the teams that a provider has put them into, when the provider is deleted.
///
/// # Errors
///
/// Those of the database.
pub async fn forget_provider(tx: &mut Tx, provider: impl ToString) -> Result<()> {
    store::remove_all_by(tx, &Source::provider(provider)).await?;
    grants::changed(tx).await
}
