//! Opening the pull request of a change, and keeping what it says true. It is looked for before it is opened.

use slipway_api::git_workspaces::ProposedState;
use slipway_connections::forges::model::{PullRequest, PullRequestState};
use slipway_connections::forges::proposals::Proposal;
use slipway_identity::organizations;
use slipway_infra::managed::runs;
use slipway_kernel::Result;

use super::asking::{Desk, of_forge};
use super::carrying_out::{Place, Written};
use super::model::Member;
use super::moves::{Opened, Step};
use super::wording::{Told, body, title};

/// Pull requests that are opened for one change: whoever closes more is asked to talk to somebody.
const MOST: i64 = 5;

/// Sees to it that the branch of a change has an open pull request that tells the newest plan.
///
/// # Errors
///
/// What the forge says; those of the database.
pub(super) async fn open(place: &Place<'_>, at: &Opened, member: &mut Member, written: &Written) -> Result<Step> {
    let Some(desk) = &at.desk else {
        return Ok(Step::Stuck(
            "The repository has no forge any more that pull requests could be opened at. Connect it by an integration, or let the git \
             workspace have the mode push."
                .to_owned(),
        ));
    };
    let Some(branch) = member.branch.clone() else {
        return Ok(Step::Done);
    };
    let change = &written.change;
    if member.request_change_id != Some(change.id) {
        member.begin_request(change.id);
    }
    let (title, body) = texts(place, member, written).await?;
    let text = format!("{title}\n\n{body}");
    let wanted = Proposal {
        title: &title,
        body: &body,
        source: &branch,
        target: &at.branch,
    };
    let is_told = member.request_text.as_ref() == Some(&text) && member.request_run_id == change.run_id;
    let number = match member.request_in(change.id, ProposedState::Open) {
        Some(_) if is_told => return Ok(Step::Done),
        Some(number) => number,
        None => match newer(desk, member, &wanted).await? {
            Some(found) if found.state == PullRequestState::Open => take(member, &found),
            Some(found) => {
                // Whoever was here before was killed, and somebody ended it since: that is looked at.
                take(member, &found);
                return Ok(Step::Moved);
            }
            None => return fresh(desk, member, (&wanted, text), written).await,
        },
    };
    let told = desk.forge.describe(desk.name(), number, &wanted).await;
    told.map_err(of_forge)?;
    member.request_text = Some(text);
    member.request_run_id = change.run_id;
    Ok(Step::Done)
}

/// A pull request of the branch that is not known yet.
async fn newer(desk: &Desk, member: &Member, wanted: &Proposal<'_>) -> Result<Option<PullRequest>> {
    let found = desk.forge.proposed(desk.name(), wanted.source, wanted.target).await;
    let known = member.request_number.unwrap_or_default();
    let is_ours = |found: &PullRequest| member.branch_commit.as_deref() == Some(found.head_commit.as_str());
    let is_newer = |found: &PullRequest| {
        i64::try_from(found.number).is_ok_and(|number| number > known)
            && (found.state == PullRequestState::Open || is_ours(found))
    };
    Ok(found.map_err(of_forge)?.filter(is_newer))
}

async fn fresh(
    desk: &Desk,
    member: &mut Member,
    (wanted, text): (&Proposal<'_>, String),
    written: &Written,
) -> Result<Step> {
    // A change that was merged and is tried again begins anew.
    let is_again = member.request_state == Some(ProposedState::Merged);
    let count = member.request_count.filter(|_| !is_again).unwrap_or_default();
    if count >= MOST {
        return Ok(Step::Stuck(format!(
            "The pull request of the change was closed {count} times by people who may not reject it: decide about the change in Slipway."
        )));
    }
    let made = desk.forge.propose(desk.name(), wanted).await.map_err(of_forge)?;
    take(member, &made);
    member.request_text = Some(text);
    member.request_run_id = written.change.run_id;
    member.request_count = Some(count + 1);
    Ok(Step::Done)
}

/// Notes the pull request as one that is open; what it tells is not known.
fn take(member: &mut Member, found: &PullRequest) -> u64 {
    member.request_number = i64::try_from(found.number).ok();
    member.request_url = Some(found.web_url.clone());
    member.request_state = Some(ProposedState::Open);
    member.request_by = None;
    member.request_text = None;
    member.request_run_id = None;
    member.request_said = None;
    found.number
}

async fn texts(place: &Place<'_>, member: &Member, written: &Written) -> Result<(String, String)> {
    let change = &written.change;
    let plan = match change.run_id {
        Some(run) => Some(runs::counts(place.ctx, run).await?),
        None => None,
    };
    let organization = organizations::by_id(place.ctx, change.organization_id).await?;
    let path = format!(
        "/app/{}/resources/{}/changes?change={}",
        organization.name, change.resource_id, change.id
    );
    let link = runs::page(place.ctx, &path);
    let told = Told {
        change,
        name: &member.name,
        plan: plan.as_deref(),
        link: &link,
    };
    Ok((title(&told), body(&told)))
}
