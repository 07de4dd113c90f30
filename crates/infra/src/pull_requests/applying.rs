//! Applying what a pull request shows, before it is merged.
//!
//! What is applied is the plan that the comment shows, never another one. A plan that is not what would be applied any more,
//! because commits, the branch or the state moved on since, is made anew and shown, and waits for another command.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Code;
use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_connections::forges::Forge;
use slipway_connections::forges::model::PullRequestState;
use slipway_connections::repositories;
use slipway_git::{Merge, ObjectId};
use slipway_kernel::{Error, Result};

use super::commanding::{NONE_CONCERNED, Order, Outcome};
use super::model::{Link, PullRequest};
use super::planning::{Merged, merge, of_request};
use super::{following, service};
use crate::commits::concern::{Happening, Place};
use crate::permissions::RUN_APPLY;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runs::Run;
use crate::runs::service::confirm;
use crate::runs::store as runs;
use crate::sources::store as sources;
use crate::states::store as states;
use crate::workspaces::Workspace;

/// Applies what the comment shows, in the workspaces that are applied before the merge and where the commander may.
///
/// # Errors
///
/// Those of Git, of the forge, and of the database; what is away is tried again.
pub(super) async fn apply(
    order: &Order<'_>,
    request: &PullRequest,
    (forge, position): (&dyn Forge, i64),
) -> Result<Outcome> {
    if request.is_fork {
        return Ok(Outcome::refused("A fork's commits are applied when they are merged."));
    }
    if is_outdated(order, request, (forge, position)).await? {
        return Ok(Outcome::refused(
            "The request changed, and its newest commit is not planned yet: look at its plan, then write slipway apply again.",
        ));
    }
    // What was pushed a moment ago counts, heard of or not.
    let refs = [request.head_ref.clone()];
    repositories::service::synchronize(order.ctx, order.repository, &refs).await?;
    let merged = merge(order.ctx, order.repository, request).await?;
    let Merge::Clean(result) = &merged.outcome else {
        let planned = order.plan_in(request.clone(), order.workspaces).await?;
        return Ok(Outcome::refused(planned.obstacle.unwrap_or_default()));
    };
    let mut said = Said::default();
    let wanted = wanted(order, request, (&merged, result), &mut said).await?;
    let moved = moved(order, request, (&merged, result), &wanted).await?;
    for (link, workspace, run) in &wanted {
        let changed = match run {
            Some(run) if run.status == RunStatus::PlannedAndSaved => {
                changed(order, request, (workspace, run), moved.contains(&workspace.id)).await?
            }
            _ => None,
        };
        let name = workspace.name.to_string();
        match judge(link, run.as_ref(), changed) {
            Verdict::Apply(run) => carry_out(order, request, (name, run), &mut said).await?,
            Verdict::Done(what) => said.done.push(format!("{name} {what}.")),
            Verdict::Wait(why) => said.waits.push(format!("{name} {why}.")),
            Verdict::Again(why) => said.again.push((name, why)),
        }
    }
    if !said.again.is_empty() {
        let names: Vec<String> = said.again.iter().map(|(name, _)| name.clone()).collect();
        order.plan_in(request.clone(), &names).await?;
    }
    Ok(said.outcome(order))
}

/// Whether the request offers something else than is known; that is planned then.
async fn is_outdated(order: &Order<'_>, request: &PullRequest, (forge, position): (&dyn Forge, i64)) -> Result<bool> {
    let number = u64::try_from(request.number).unwrap_or(0);
    let offered = forge
        .pull_request(&order.repository.full_name, number)
        .await
        .map_err(|error| Error::unavailable(error.to_string()))?;
    let is_same = offered.head_commit == request.head_commit
        && offered.base_branch == request.base_branch
        && offered.state == PullRequestState::Open;
    if !is_same {
        service::follow(order.ctx, order.repository, position, &offered, order.person).await?;
    }
    Ok(!is_same)
}

/// A workspace that shall be applied, with its newest plan.
type Wanted = (Link, Workspace, Option<Run>);

/// The workspaces that the command means, that are applied before the merge, and where the commander may apply.
async fn wanted(
    order: &Order<'_>,
    request: &PullRequest,
    (merged, result): (&Merged, &ObjectId),
    said: &mut Said,
) -> Result<Vec<Wanted>> {
    let place = Place {
        repository: order.repository,
        mirror: &merged.mirror,
        before: Some(&merged.base),
        after: result,
    };
    let concerns = of_request(order.ctx, &place, request, commanded(request)).await?;
    let before: BTreeMap<WorkspaceId, bool> = concerns
        .iter()
        .map(|concern| (concern.workspace.id, concern.is_applied_before))
        .collect();
    let mut wanted = Vec::new();
    for (link, workspace) in order.meant(request).await? {
        match before.get(&workspace.id) {
            None => continue,
            Some(false) => said.later.push(workspace.name.to_string()),
            Some(true) if !order.may(RUN_APPLY, &workspace).await => said.refused.push(workspace.name.to_string()),
            Some(true) => {
                let run = match link.plan_run_id {
                    Some(run) => runs::find(order.ctx.db.reader(), run).await?,
                    None => None,
                };
                wanted.push((link, workspace, run));
            }
        }
    }
    Ok(wanted)
}

fn commanded(request: &PullRequest) -> Happening<'_> {
    Happening::Comment {
        base: &request.base_branch,
        head: &request.head_branch,
    }
}

/// The workspaces whose plan is of another merge result, when what is different there concerns them.
async fn moved(
    order: &Order<'_>,
    request: &PullRequest,
    (merged, result): (&Merged, &ObjectId),
    wanted: &[Wanted],
) -> Result<BTreeSet<WorkspaceId>> {
    let mut by_commit: BTreeMap<String, BTreeSet<WorkspaceId>> = BTreeMap::new();
    for (_, workspace, run) in wanted {
        let Some(run) = run else { continue };
        let commit = sources::commit_of(order.ctx.db.reader(), run.configuration_version_id).await?;
        if let Some(commit) = commit.filter(|commit| commit.commit_sha != result.to_string()) {
            by_commit.entry(commit.commit_sha).or_default().insert(workspace.id);
        }
    }
    let mut moved = BTreeSet::new();
    for (commit, workspaces) in by_commit {
        let between = (commit.as_str(), result);
        let touched =
            following::touched(order.ctx, order.repository, &merged.mirror, between, commanded(request)).await?;
        moved.extend(
            workspaces
                .into_iter()
                .filter(|id| touched.as_ref().is_none_or(|touched| touched.contains_key(id))),
        );
    }
    Ok(moved)
}

/// Why a kept plan is not what would be applied any more.
async fn changed(
    order: &Order<'_>,
    request: &PullRequest,
    (workspace, run): (&Workspace, &Run),
    has_moved: bool,
) -> Result<Option<&'static str>> {
    let reader = order.ctx.db.reader();
    let commit = sources::commit_of(reader, run.configuration_version_id).await?;
    let head = commit.and_then(|commit| commit.head_sha);
    if head.as_deref() != Some(request.head_commit.as_str()) {
        return Ok(Some("its plan is of another commit"));
    }
    if has_moved {
        return Ok(Some("the branch moved on since its plan"));
    }
    if let Some(state) = workspace.current_state_version_id {
        let state = states::find(reader, state).await?;
        let planned_at = run.history.last(RunStatus::Planning);
        if state.is_some_and(|state| planned_at.is_none_or(|at| state.created_at > at)) {
            return Ok(Some("its state changed since its plan"));
        }
    }
    let plan = phases::of_run(reader, run.id, PhaseKind::Plan).await?;
    Ok(plan.bundle_digest.is_none().then_some("its plan was removed by now"))
}

/// What to do in a workspace.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Apply this plan.
    Apply(RunId),
    /// There is nothing to do.
    Done(&'static str),
    /// It cannot be done yet.
    Wait(&'static str),
    /// Plan it again, for this reason.
    Again(&'static str),
}

/// What to do in a workspace by its newest plan; `changed` is why a kept plan does not count any more.
fn judge(link: &Link, run: Option<&Run>, changed: Option<&'static str>) -> Verdict {
    let Some(run) = run else {
        return Verdict::Again("it has no plan yet");
    };
    match run.status {
        RunStatus::Pending | RunStatus::Fetching | RunStatus::PlanQueued | RunStatus::Planning => {
            Verdict::Wait("is being planned; write it again when the plan is shown")
        }
        RunStatus::Confirmed | RunStatus::ApplyQueued | RunStatus::Applying => Verdict::Done("is being applied"),
        RunStatus::Applied => Verdict::Done("is applied already"),
        RunStatus::PlannedAndFinished if !run.has_changes => Verdict::Done("has nothing to apply"),
        RunStatus::PlannedAndSaved => match changed {
            Some(why) => Verdict::Again(why),
            None if link.shown_run_id != Some(run.id) => {
                Verdict::Wait("has a plan that the comment does not show yet; look at it, then write it again")
            }
            None => Verdict::Apply(run.id),
        },
        RunStatus::PlannedAndFinished | RunStatus::Planned | RunStatus::PolicyChecked => {
            Verdict::Again("its plan was only made to be looked at")
        }
        RunStatus::Discarded | RunStatus::Canceled | RunStatus::ForceCanceled => {
            Verdict::Again("its plan was taken back")
        }
        RunStatus::Errored => Verdict::Again("it failed"),
    }
}

async fn carry_out(
    order: &Order<'_>,
    request: &PullRequest,
    (name, run): (String, RunId),
    said: &mut Said,
) -> Result<()> {
    let words = format!("slipway apply in {}", request.url);
    match confirm(order.commander, run, &words).await {
        Ok(_) => said.applied += 1,
        // Another run has the workspace, or somebody was faster.
        Err(error) if matches!(error.code(), Code::Conflict | Code::WorkspaceLocked) => {
            said.waits.push(format!("{name}: {}", error.detail()));
        }
        Err(error) if matches!(error.code(), Code::Forbidden | Code::NotFound) => said.refused.push(name),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What became of a command, workspace by workspace.
#[derive(Debug, Default)]
struct Said {
    applied: usize,
    done: Vec<String>,
    waits: Vec<String>,
    again: Vec<(String, &'static str)>,
    refused: Vec<String>,
    later: Vec<String>,
}

impl Said {
    fn outcome(self, order: &Order<'_>) -> Outcome {
        let is_good = self.applied > 0 || (!self.done.is_empty() && self.waits.is_empty() && self.again.is_empty());
        let mut sentences = Vec::new();
        if !self.again.is_empty() {
            let names: Vec<String> = self.again.iter().map(|(name, why)| format!("{name} ({why})")).collect();
            sentences.push(format!(
                "Not applied, and planned again: {}. Look at the new plan, then write slipway apply again.",
                names.join(", ")
            ));
        }
        sentences.extend(self.waits);
        if self.applied == 0 {
            sentences.extend(self.done);
        }
        if !self.refused.is_empty() {
            sentences.push(order.may_not("apply", &self.refused));
        }
        // Of what nobody named it goes without saying.
        if !self.later.is_empty() && (self.applied == 0 || !order.workspaces.is_empty()) {
            sentences.push(format!(
                "Applied when it is merged, not before: {}.",
                self.later.join(", ")
            ));
        }
        match (is_good, sentences.is_empty()) {
            (true, true) => Outcome::done(None),
            (true, false) => Outcome::done(Some(sentences.join(" "))),
            (false, true) => Outcome::refused(NONE_CONCERNED),
            (false, false) => Outcome::refused(sentences.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use slipway_api::ids::PullRequestId;

    use super::*;
    use crate::runs::model::tests::run;

    fn link(planned: Option<RunId>, shown: Option<RunId>) -> Link {
        Link {
            pull_request_id: PullRequestId::from_parts(1, 1),
            workspace_id: WorkspaceId::from_parts(1, 1),
            plan_run_id: planned,
            apply_run_id: None,
            reason: String::new(),
            skipped: None,
            shown_run_id: shown,
            is_applied_before: true,
        }
    }

    #[test]
    fn only_a_kept_plan_that_is_shown_and_still_true_is_applied() {
        let kept = run(RunStatus::PlannedAndSaved);
        let shown = link(Some(kept.id), Some(kept.id));
        assert_eq!(judge(&shown, Some(&kept), None), Verdict::Apply(kept.id));
        assert_eq!(judge(&shown, Some(&kept), Some("because")), Verdict::Again("because"));
        let other = RunId::from_parts(9, 9);
        for before in [None, Some(other)] {
            let verdict = judge(&link(Some(kept.id), before), Some(&kept), None);
            assert!(matches!(verdict, Verdict::Wait(_)), "{verdict:?}");
        }
    }

    #[rstest]
    #[case(RunStatus::PlanQueued)]
    #[case(RunStatus::Planning)]
    fn what_is_being_planned_is_waited_for(#[case] status: RunStatus) {
        let verdict = judge(&link(None, None), Some(&run(status)), None);
        assert!(matches!(verdict, Verdict::Wait(_)), "{verdict:?}");
    }

    #[rstest]
    #[case(RunStatus::Applying, "is being applied")]
    #[case(RunStatus::Applied, "is applied already")]
    #[case(RunStatus::PlannedAndFinished, "has nothing to apply")]
    fn the_same_command_again_does_nothing(#[case] status: RunStatus, #[case] what: &'static str) {
        assert_eq!(judge(&link(None, None), Some(&run(status)), None), Verdict::Done(what));
    }

    #[rstest]
    #[case(RunStatus::Errored)]
    #[case(RunStatus::Discarded)]
    #[case(RunStatus::Canceled)]
    #[case(RunStatus::Planned)]
    fn what_cannot_be_applied_is_planned_again(#[case] status: RunStatus) {
        let verdict = judge(&link(None, None), Some(&run(status)), None);
        assert!(matches!(verdict, Verdict::Again(_)), "{verdict:?}");
    }
}
