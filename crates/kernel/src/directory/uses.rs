//! What stands on something, for people: counted by kind in lists, and in words where something is refused because of it.
//!
//! What the caller may not see is not shown; a refusal counts it, too, or it could not be understood.

use std::collections::{BTreeMap, HashMap};

use slipway_api::ids::OrganizationId;

use super::{BIND, graph, store};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;
use crate::grants::{Permission, Visibility};
use crate::http::Page;

/// How many things of a kind use something.
pub type Counts = BTreeMap<String, u64>;

/// Uses that a sentence names.
const NAMED: u32 = 5;

/// Which objects of these kinds the caller may see in an organization, by the permission that each kind is read with.
///
/// # Errors
///
/// Those of the database.
pub async fn visible(
    ctx: &Ctx,
    organization: OrganizationId,
    kinds: &[(&'static str, Permission)],
) -> Result<Vec<(&'static str, Visibility)>> {
    let mut visible = Vec::with_capacity(kinds.len());
    for (kind, permission) in kinds {
        visible.push((*kind, ctx.visible(*permission, organization).await?));
    }
    Ok(visible)
}

/// How many things use each of `ids`, in one query; what nothing uses is left out.
///
/// # Errors
///
/// Those of the database.
pub async fn counts(ctx: &Ctx, kinds: &store::Kinds, ids: &[String]) -> Result<HashMap<String, Counts>> {
    let mut counts: HashMap<String, Counts> = HashMap::new();
    for found in store::count_uses(ctx.db.reader(), ids, kinds).await? {
        let count = u64::try_from(found.count).unwrap_or_default();
        counts.entry(found.to_id).or_default().insert(found.kind, count);
    }
    Ok(counts)
}

/// What uses `id` in words, for a refusal; none where nothing does.
///
/// # Errors
///
/// Those of the database.
pub async fn in_words(ctx: &Ctx, kinds: &store::Kinds, id: &str) -> Result<Option<String>> {
    let all = store::count_dependents(ctx.db.reader(), id).await?;
    if all == 0 {
        return Ok(None);
    }
    let first = Page {
        number: 1,
        size: NAMED,
        after: None,
    };
    let seen = store::uses(ctx.db.reader(), id, kinds, &first).await?;
    let named = seen.rows.iter().zip(0..NAMED);
    let mut words: Vec<String> = named
        .map(|((object, _), _)| format!("the {} \"{}\"", object.kind.replace('-', " "), object.name))
        .collect();
    let others = all.saturating_sub(u64::try_from(words.len()).unwrap_or_default());
    if others > 0 {
        words.push(match words.is_empty() {
            true => "something that you may not see".to_owned(),
            false => format!("{others} more"),
        });
    }
    Ok(Some(words.join(", ")))
}

/// Kinds that values of others are given to, each with the permission to see them. Domains below theirs do not know them but by
/// these words.
const BINDING: [(&str, Permission); 2] = [
    ("app", Permission::new("app.read")),
    ("job", Permission::new("job.read")),
];

/// What is given values of `id` to run with, in words, for a refusal; none where nothing is. What the caller may not see is only
/// said to be there.
///
/// # Errors
///
/// Those of the database.
pub async fn bound_in_words(ctx: &Ctx, organization: OrganizationId, id: &str) -> Result<Option<String>> {
    let all = store::dependents(ctx.db.reader(), id, BIND).await?;
    let kinds = visible(ctx, organization, &BINDING).await?;
    let mut words = Vec::new();
    for user in &all {
        if let Some(object) = graph::visible(ctx, organization, user, &kinds).await? {
            words.push(format!("the {} \"{}\"", object.kind, object.name));
        }
    }
    if words.len() < all.len() {
        words.push(match words.is_empty() {
            true => "something that you may not see".to_owned(),
            false => format!("{} more", all.len() - words.len()),
        });
    }
    Ok((!words.is_empty()).then(|| words.join(", ")))
}

/// Whether values of `id` are given to something.
///
/// # Errors
///
/// Those of the database.
pub async fn is_bound(tx: &Tx, id: &str) -> Result<bool> {
    Ok(!store::dependents(&**tx, id, BIND).await?.is_empty())
}
