//! Writing code anew that takes something else from what its resource stands on, although nobody changed the resource itself.
//!
//! Where the project has such resources planned or applied by themselves, their changes bring the code.

use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::WhenStale;
use slipway_api::resources::ResourceState;
use slipway_kernel::Result;

use super::carrying_out::Place;
use super::model::Member;
use super::moves::{Layout, Opened, Step, Words};
use super::wording::author;
use crate::project_rules::store as rules;
use crate::resource_changes::following;
use crate::resources::store as resources;

/// Writes the code of a change anew where it differs from what was written for it; what others wrote there stays.
pub(super) async fn write(
    place: &Place<'_>,
    at: &mut Opened,
    member: &mut Member,
    id: ResourceChangeId,
) -> Result<Step> {
    let is_stale = |resource: &&crate::resources::Resource| {
        resource.state == ResourceState::Provisioned && !resource.stale.0.is_empty()
    };
    let Some(resource) = place.resource.filter(is_stale) else {
        return Ok(Step::Done);
    };
    let ctx = place.ctx;
    let of = (resource.organization_id, resource.project_id);
    let target = at.target().await?;
    let there = at.tree(target.as_ref(), &member.directory).await?;
    if rules::of_project(ctx.db.reader(), of).await?.when_stale != WhenStale::Notify || there != member.kept_tree {
        return Ok(Step::Done);
    }
    let written = place.written(member, id).await?;
    if written.directory != member.directory {
        return Ok(Step::Done);
    }
    let parents: Vec<_> = resource.stale.0.iter().filter_map(|reason| reason.parent).collect();
    let parents = resources::of_ids(ctx.db.reader(), resource.organization_id, &parents).await?;
    let words = Words {
        author: author(""),
        message: format!(
            "Write {} anew\n\n{}\n\nSlipway-Resource: {}",
            member.name,
            following::told(&resource.stale.0, &parents),
            member.resource_id
        ),
        at: member.updated_at.unix_ms() / 1_000,
    };
    let layout = Layout {
        directory: &written.directory,
        files: &written.files,
    };
    let Some(made) = at.composed(target.as_ref(), &[layout], &words).await? else {
        return Ok(Step::Done);
    };
    let branch = at.branch.clone();
    match at.forward(&branch, &made).await? {
        Step::Done => {}
        other => return Ok(other),
    }
    member.kept_tree = at.tree(Some(&made), &member.directory).await?;
    member.kept_commit = Some(made.to_string());
    Ok(Step::Done)
}
