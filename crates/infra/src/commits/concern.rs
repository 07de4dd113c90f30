//! What something that happened to a repository starts, and where: rules, branches and changed files together.

use slipway_api::ids::WorkspaceId;
use slipway_api::triggers::{TriggerAction, TriggerEvent};
use slipway_api::vcs::ApplyPolicy;
use slipway_connections::repositories::Repository;
use slipway_connections::repositories::of_git;
use slipway_git::{CommitId, GitError, Mirror};
use slipway_kernel::{Ctx, Result};

use super::affected::{Candidate, Index, Why};
use super::closure::Closure;
use super::reading;
use crate::sources::Source;
use crate::triggers::Trigger;
use crate::triggers::model::{Happened, Verdict, decide};
use crate::triggers::store as triggers;
use crate::workspaces::Workspace;

/// What happened to a repository.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Happening<'a> {
    /// A branch came or moved.
    Push {
        /// The branch.
        branch: &'a str,
        /// Whether it came.
        is_new: bool,
    },
    /// A tag came.
    Tag(&'a str),
    /// A pull request offers something.
    PullRequest {
        /// The branch that it goes to.
        base: &'a str,
        /// The branch that it comes from.
        head: &'a str,
    },
    /// Somebody commands something in a pull request. Where no rule is about that, those for the pull request count.
    Comment {
        /// The branch that it goes to.
        base: &'a str,
        /// The branch that it comes from.
        head: &'a str,
    },
}

/// Where it happened.
pub(crate) struct Place<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Its mirror, with both commits in it.
    pub mirror: &'a Mirror,
    /// What was there before; none when there was nothing.
    pub before: Option<&'a CommitId>,
    /// What is there now.
    pub after: &'a CommitId,
}

/// What starts in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starts {
    /// A run that only plans.
    Plan,
    /// A run that may apply.
    PlanAndApply,
    /// Nothing, because there are no pipelines yet.
    Pipeline,
}

/// A workspace that is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Concern {
    /// The workspace.
    pub workspace: Workspace,
    /// What it takes from Git.
    pub source: Source,
    /// What its code can read.
    pub closure: Closure,
    /// What starts.
    pub starts: Starts,
    /// Why, in a sentence.
    pub reason: String,
    /// Whether what a pull request offers is applied by a command, before it is merged.
    pub is_applied_before: bool,
}

/// A workspace that may be concerned: its branch says so, its files may not.
struct Asked {
    workspace: Workspace,
    source: Source,
    starts: Starts,
    is_always: bool,
    is_applied_before: bool,
    by_rule: Option<String>,
}

/// The workspaces among `all` that are concerned, in their order.
///
/// # Errors
///
/// Those of Git and of the database.
pub(crate) async fn concerned(
    ctx: &Ctx,
    place: &Place<'_>,
    happening: Happening<'_>,
    all: Vec<(Source, Workspace)>,
) -> Result<Vec<Concern>> {
    let ids: Vec<WorkspaceId> = all.iter().map(|(_, workspace)| workspace.id).collect();
    let rules = triggers::of_workspaces(ctx.db.reader(), &ids).await?;
    let default = place.repository.default_branch.as_deref();
    let may_be = |(source, workspace): &(Source, Workspace)| {
        let rules = of_workspace(&rules, workspace.id);
        let event = happening.event(rules);
        let has_rule = rules.iter().any(|rule| rule.event == event);
        has_rule || happening.is_usual_for(source, default)
    };
    let all: Vec<(Source, Workspace)> = all.into_iter().filter(may_be).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let changed = changed(place).await.map_err(of_git)?;
    let asked: Vec<Asked> = all
        .into_iter()
        .filter_map(|(source, workspace)| ask(&rules, happening, default, &changed, source, workspace))
        .collect();
    decided(place, &changed, asked).await.map_err(of_git)
}

fn of_workspace(rules: &[Trigger], id: WorkspaceId) -> &[Trigger] {
    let start = rules.partition_point(|rule| rule.workspace_id < id);
    let end = rules.partition_point(|rule| rule.workspace_id <= id);
    rules.get(start..end).unwrap_or_default()
}

async fn changed(place: &Place<'_>) -> Result<Vec<String>, GitError> {
    let changed = place.mirror.changed_paths(place.before, place.after).await?;
    Ok(changed.into_iter().map(|changed| changed.path).collect())
}

fn ask(
    rules: &[Trigger],
    happening: Happening<'_>,
    default: Option<&str>,
    changed: &[String],
    source: Source,
    workspace: Workspace,
) -> Option<Asked> {
    let rules = of_workspace(rules, workspace.id);
    let happened = |event: TriggerEvent| Happened {
        event,
        branch: happening.name(),
        paths: changed,
    };
    let event = happening.event(rules);
    let (starts, is_always, by_rule) = match decide(rules, happened(event)) {
        Verdict::None => return None,
        Verdict::Usual if happening.is_usual_for(&source, default) => (
            happening.usual(),
            happening.is_always() || !source.file_triggers_enabled,
            None,
        ),
        Verdict::Usual => return None,
        Verdict::Rule(rule) => {
            let starts = match rule.action {
                TriggerAction::Plan => Starts::Plan,
                // What a pull request offers is never applied by a rule: a command applies the plan that was shown.
                TriggerAction::PlanAndApply if happening.is_request() => Starts::Plan,
                TriggerAction::PlanAndApply => Starts::PlanAndApply,
                TriggerAction::Pipeline => Starts::Pipeline,
            };
            let decides_alone = !rule.paths.0.is_empty();
            let reason = rule
                .problem()
                .unwrap_or_else(|| format!("Trigger {} says so.", rule.id));
            let is_always = decides_alone || happening.is_always() || !source.file_triggers_enabled;
            (starts, is_always, Some(reason))
        }
    };
    let is_applied_before = happening.is_request()
        && match decide(rules, happened(TriggerEvent::Comment)) {
            Verdict::Usual => source.apply_policy == ApplyPolicy::BeforeMerge,
            Verdict::Rule(rule) => rule.action == TriggerAction::PlanAndApply,
            Verdict::None => false,
        };
    Some(Asked {
        workspace,
        source,
        starts,
        is_always,
        is_applied_before,
        by_rule,
    })
}

async fn decided(place: &Place<'_>, changed: &[String], asked: Vec<Asked>) -> Result<Vec<Concern>, GitError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let roots: Vec<String> = asked
        .iter()
        .map(|asked| asked.workspace.working_directory.clone())
        .collect();
    let since = reading::Since {
        before: place.before,
        changed,
    };
    let closures = reading::closures(place.repository.id, place.mirror, place.after, Some(since), &roots).await?;
    let candidates: Vec<Candidate> = asked
        .iter()
        .zip(closures)
        .map(|(asked, closure)| Candidate {
            workspace: asked.workspace.id,
            closure,
            patterns: asked.source.patterns(),
            is_always: asked.is_always,
        })
        .collect();
    let index = Index::new(&candidates);
    let questions = index.questions(changed);
    let separate = reading::separate(place.mirror, place.before, place.after, &questions).await?;
    let mut reasons = index.affected(changed, &separate).into_iter().peekable();
    let mut concerns = Vec::new();
    for (asked, candidate) in asked.into_iter().zip(&candidates) {
        let Some((_, why)) = reasons.next_if(|(workspace, _)| *workspace == candidate.workspace) else {
            continue;
        };
        let reason = match (asked.by_rule, why) {
            (Some(rule), Why::Always) => rule,
            (Some(rule), why) => format!("{rule} {}", why.sentence()),
            (None, why) => why.sentence(),
        };
        concerns.push(Concern {
            workspace: asked.workspace,
            source: asked.source,
            closure: candidate.closure.clone(),
            starts: asked.starts,
            reason,
            is_applied_before: asked.is_applied_before,
        });
    }
    Ok(concerns)
}

impl Happening<'_> {
    /// The event that a workspace's rules are asked for.
    fn event(&self, rules: &[Trigger]) -> TriggerEvent {
        let has_own = || rules.iter().any(|rule| rule.event == TriggerEvent::Comment);
        match self {
            Self::Push { .. } => TriggerEvent::Push,
            Self::Tag(_) => TriggerEvent::Release,
            Self::Comment { .. } if has_own() => TriggerEvent::Comment,
            Self::PullRequest { .. } | Self::Comment { .. } => TriggerEvent::PullRequest,
        }
    }

    const fn is_request(&self) -> bool {
        matches!(self, Self::PullRequest { .. } | Self::Comment { .. })
    }

    /// What the branches of rules are compared with.
    const fn name(&self) -> &str {
        match self {
            Self::Push { branch, .. } => branch,
            Self::Tag(tag) => tag,
            Self::PullRequest { head, .. } | Self::Comment { head, .. } => head,
        }
    }

    /// Whether a workspace without a rule for it is asked.
    fn is_usual_for(&self, source: &Source, default: Option<&str>) -> bool {
        let follows = |branch: &str| source.branch_of(default) == Some(branch);
        match self {
            Self::Push { branch, .. } => source.tags_regex.is_none() && follows(branch),
            Self::Tag(tag) => source.follows_tag(tag),
            Self::PullRequest { base, .. } | Self::Comment { base, .. } => source.speculative_enabled && follows(base),
        }
    }

    const fn usual(&self) -> Starts {
        match self {
            Self::Push { .. } | Self::Tag(_) => Starts::PlanAndApply,
            Self::PullRequest { .. } | Self::Comment { .. } => Starts::Plan,
        }
    }

    /// Whether changed files do not matter: there is nothing to compare with.
    const fn is_always(&self) -> bool {
        matches!(self, Self::Tag(_) | Self::Push { is_new: true, .. })
    }
}

impl Starts {
    /// In a word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::PlanAndApply => "plan-and-apply",
            Self::Pipeline => "pipeline",
        }
    }
}
