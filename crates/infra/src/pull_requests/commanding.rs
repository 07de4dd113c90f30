//! Commands by comment: judged by what their author may do here, whoever the forge lets comment.

use serde::Deserialize;
use slipway_api::Code;
use slipway_api::ids::RepositoryId;
use slipway_api::vcs::ApplyPolicy;
use slipway_connections::forges::Forge;
use slipway_connections::forges::model::{Person, Reaction};
use slipway_connections::repositories::{self, Repository};
use slipway_git::Merge;
use slipway_kernel::{Ctx, Error, Result};

use super::command::{Command, Verb, parse};
use super::model::{Link, PullRequest, State};
use super::planning::{self, Wish, key, merge};
use super::service::{comment_soon, give_back, note};
use super::store;
use crate::commits::reading;
use crate::people::{self, Known};
use crate::permissions::{RUN_APPLY, RUN_PLAN, WORKSPACE_LOCK};
use crate::runs::service::commit::{CommitRun, start};
use crate::sources::Source;
use crate::sources::ingest::{Found, FoundPullRequest, Ingest};
use crate::sources::opening::of_git;
use crate::sources::service::forge_kind;
use crate::sources::store as sources;
use crate::workspaces::{Workspace, store as workspaces};

/// A comment that may command something, as the event tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Commented {
    number: u64,
    comment: String,
    #[serde(default)]
    author: Person,
    command: String,
}

/// What a command came to.
struct Outcome {
    reaction: Reaction,
    note: Option<String>,
}

impl Outcome {
    fn done(note: Option<String>) -> Self {
        Self {
            reaction: Reaction::Done,
            note,
        }
    }

    fn refused(note: impl Into<String>) -> Self {
        Self {
            reaction: Reaction::Refused,
            note: Some(note.into()),
        }
    }
}

/// Carries out what a comment commands, or says why not. It may be told twice: what a comment starts, it starts once.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn commented(ctx: &Ctx, id: RepositoryId, position: i64, commented: &Commented) -> Result<()> {
    let Some(command) = parse(&commented.command) else {
        return Ok(());
    };
    let repository = match repositories::service::get(ctx, id).await {
        Ok(repository) => repository,
        Err(error) if error.code() == Code::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if sources::of_repository(ctx.db.reader(), id).await?.is_empty() {
        return Ok(());
    }
    let Some(forge) = repositories::service::forge(ctx, &repository).await? else {
        return Ok(());
    };
    let request = request(ctx, &repository, &*forge, position, commented.number).await?;
    let person = people::known(ctx, &repository, &commented.author).await?;
    let outcome = match person.ctx(ctx) {
        None => stranger(&repository, &commented.author, &command),
        Some(_) if request.state != State::Open && command.verb != Verb::Unlock => {
            Outcome::refused("The request is not open any more.")
        }
        Some(commander) => {
            let order = Order {
                ctx,
                commander: &commander,
                person: &person,
                repository: &repository,
                command: &command,
                comment: &commented.comment,
            };
            order.carry_out(request.clone()).await?
        }
    };
    answer(ctx, &request, outcome.note).await?;
    let reacted = forge
        .react(
            &repository.full_name,
            commented.number,
            &commented.comment,
            outcome.reaction,
        )
        .await;
    if let Err(error) = reacted {
        tracing::info!(repository.id = %id, %error, "a comment got no reaction");
    }
    Ok(())
}

/// The request as it is known, or as its forge says.
async fn request(
    ctx: &Ctx,
    repository: &Repository,
    forge: &dyn Forge,
    position: i64,
    number: u64,
) -> Result<PullRequest> {
    let known = i64::try_from(number).unwrap_or(i64::MAX);
    if let Some(known) = store::of_number(ctx.db.reader(), repository.id, known).await? {
        return Ok(known);
    }
    let offered = forge
        .pull_request(&repository.full_name, number)
        .await
        .map_err(|error| Error::unavailable(error.to_string()))?;
    let noted = note(ctx, repository, position, &offered).await?;
    noted
        .map(|(request, _)| request)
        .ok_or_else(|| Error::conflict("The pull request changed at the same moment."))
}

fn stranger(repository: &Repository, author: &Person, command: &Command) -> Outcome {
    let host = repository.address_key.split('/').next().unwrap_or_default();
    Outcome::refused(format!(
        "{} wrote \"slipway {}\", and is nobody here: link the account with `slipway account link {host} {}`, then write it \
         again.",
        author.login,
        command.verb.word(),
        author.login
    ))
}

/// Writes what a command came to where the comment shows it.
async fn answer(ctx: &Ctx, request: &PullRequest, text: Option<String>) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(fresh) = store::find(&*tx, request.id).await? else {
        return Ok(());
    };
    if fresh.note == text {
        return Ok(());
    }
    store::update(&tx, &PullRequest { note: text, ..fresh }).await?;
    comment_soon(&mut tx, ctx, request.id).await?;
    tx.commit().await
}

/// A command with everything that it is judged by.
struct Order<'a> {
    ctx: &'a Ctx,
    commander: &'a Ctx,
    person: &'a Known,
    repository: &'a Repository,
    command: &'a Command,
    comment: &'a str,
}

impl Order<'_> {
    async fn carry_out(&self, request: PullRequest) -> Result<Outcome> {
        match self.command.verb {
            Verb::Plan => self.plan(request).await,
            Verb::Allow => self.allow(request).await,
            Verb::Apply => self.apply(&request).await,
            Verb::Unlock => self.unlock(&request).await,
            Verb::Help => Ok(Outcome::refused(
                "Known are: slipway plan, slipway apply, slipway unlock and slipway allow, each with names of workspaces \
                 behind it or without.",
            )),
        }
    }

    async fn plan(&self, request: PullRequest) -> Result<Outcome> {
        if !request.is_allowed() {
            return Ok(Outcome::refused(
                "These commits come from a fork. Look at them, then write slipway allow.",
            ));
        }
        let wish = Wish {
            person: self.person.clone(),
            comment: Some(self.comment.to_owned()),
            only: self.command.workspaces.clone(),
        };
        let planned = planning::plan(self.ctx, self.repository, request, wish).await?;
        Ok(match (planned.started, planned.refused.as_slice()) {
            (0, []) => Outcome::refused("None of these workspaces is concerned."),
            (0, refused) => Outcome::refused(self.may_not("plan", refused)),
            (_, []) => Outcome::done(None),
            (_, refused) => Outcome::done(Some(self.may_not("plan", refused))),
        })
    }

    fn may_not(&self, what: &str, workspaces: &[String]) -> String {
        format!("{} may not {what} {}.", self.person.name(), workspaces.join(", "))
    }

    /// Lets the newest commit of a fork be planned. Whoever may plan a workspace may let it be planned there.
    async fn allow(&self, request: PullRequest) -> Result<Outcome> {
        if !request.is_fork {
            return Ok(Outcome::refused(
                "The request does not come from a fork; there is nothing to allow.",
            ));
        }
        let mut may_any = false;
        for (_, workspace) in sources::of_repository(self.ctx.db.reader(), self.repository.id).await? {
            may_any |= self.may(RUN_PLAN, &workspace).await;
        }
        if !may_any {
            return Ok(Outcome::refused(format!(
                "{} may plan no workspace of it.",
                self.person.name()
            )));
        }
        let allowed = PullRequest {
            allowed_commit: Some(request.head_commit.clone()),
            allowed_by: Some(self.person.name()),
            ..request
        };
        let wish = Wish {
            person: self.person.clone(),
            comment: Some(self.comment.to_owned()),
            only: self.command.workspaces.clone(),
        };
        let planned = planning::plan(self.ctx, self.repository, allowed, wish).await?;
        Ok(match planned.refused.as_slice() {
            [] => Outcome::done(None),
            refused => Outcome::done(Some(self.may_not("plan", refused))),
        })
    }

    async fn may(&self, permission: slipway_kernel::grants::Permission, workspace: &Workspace) -> bool {
        self.commander.authorize(permission, &workspace.target()).await.is_ok()
    }

    /// The request's workspaces that the command is about.
    async fn meant(&self, request: &PullRequest) -> Result<Vec<(Link, Workspace, Source)>> {
        let reader = self.ctx.db.reader();
        let mut meant = Vec::new();
        for link in store::links_of(reader, request.id).await? {
            let (workspace, source) = (
                workspaces::find(reader, link.workspace_id).await?,
                sources::find(reader, link.workspace_id).await?,
            );
            let (Some(workspace), Some(source)) = (workspace, source) else {
                continue;
            };
            let names = &self.command.workspaces;
            if names.is_empty() || names.iter().any(|name| *name == workspace.name.as_str()) {
                meant.push((link, workspace, source));
            }
        }
        Ok(meant)
    }

    async fn apply(&self, request: &PullRequest) -> Result<Outcome> {
        if request.is_fork {
            return Ok(Outcome::refused("A fork's commits are applied when they are merged."));
        }
        if request.planned_commit.as_deref() != Some(request.head_commit.as_str()) {
            return Ok(Outcome::refused(
                "The newest commit is not planned yet; wait for its plan, or write slipway plan.",
            ));
        }
        let (mut wanted, mut refused, mut later) = (Vec::new(), Vec::new(), Vec::new());
        for (_, workspace, source) in self.meant(request).await? {
            if source.apply_policy != ApplyPolicy::BeforeMerge {
                later.push(workspace.name.to_string());
            } else if self.may(RUN_PLAN, &workspace).await && self.may(RUN_APPLY, &workspace).await {
                wanted.push((workspace, source));
            } else {
                refused.push(workspace.name.to_string());
            }
        }
        if wanted.is_empty() {
            return Ok(Outcome::refused(match (refused.as_slice(), later.as_slice()) {
                ([], []) => "None of these workspaces is concerned.".to_owned(),
                ([], later) => format!("Applied when it is merged, not before: {}.", later.join(", ")),
                (refused, _) => self.may_not("apply", refused),
            }));
        }
        if let Some(refusal) = self.start_applies(request, wanted).await? {
            return Ok(Outcome::refused(refusal));
        }
        Ok(Outcome::done(
            (!refused.is_empty()).then(|| self.may_not("apply", &refused)),
        ))
    }

    /// Starts the applies; a sentence when there is nothing that could be applied.
    async fn start_applies(&self, request: &PullRequest, wanted: Vec<(Workspace, Source)>) -> Result<Option<String>> {
        let merged = merge(self.ctx, self.repository, request).await?;
        let Merge::Clean(result) = &merged.outcome else {
            return Ok(Some(format!(
                "It cannot be merged into {} any more.",
                request.base_branch
            )));
        };
        let commit = merged.mirror.commit(result).await.map_err(of_git)?;
        let kind = forge_kind(self.ctx, self.repository).await?;
        let mut ingest = Ingest::new(self.ctx, self.repository, kind, &commit);
        let roots: Vec<String> = wanted
            .iter()
            .map(|(workspace, _)| workspace.working_directory.clone())
            .collect();
        let closures = reading::closures(self.repository.id, &merged.mirror, result, &roots)
            .await
            .map_err(of_git)?;
        let found = Found {
            branch: Some(request.base_branch.clone()),
            sender: self.person.login.clone(),
            pull_request: Some(FoundPullRequest {
                number: u64::try_from(request.number).unwrap_or(0),
                url: request.url.clone(),
                head: merged.mirror.commit(&merged.head).await.map_err(of_git)?,
                is_speculative: false,
                is_fork: request.is_fork,
            }),
            tag: None,
        };
        for ((workspace, source), closure) in wanted.iter().zip(&closures) {
            let configuration = ingest.configuration(workspace, source, Some(closure), &found).await?;
            let wish = CommitRun {
                workspace,
                configuration: &configuration,
                plan_only: false,
                key: key(&format!(
                    "apply {} {result} {} {}",
                    request.id, workspace.id, self.comment
                )),
                message: request.title.clone(),
                by: self.person.name(),
                created_by: self.person.user,
                position: None,
                commit: request.head_commit.chars().take(10).collect(),
                is_untrusted: false,
                applies_for: Some(request.id),
            };
            if let Some(run) = start(self.ctx, wish).await? {
                let tx = self.ctx.begin().await?;
                store::set_apply(&tx, request.id, workspace.id, run.id).await?;
                tx.commit().await?;
            }
        }
        Ok(None)
    }

    async fn unlock(&self, request: &PullRequest) -> Result<Outcome> {
        let (mut given, mut refused) = (0, Vec::new());
        for (link, workspace, _) in self.meant(request).await? {
            if workspace
                .lock
                .as_ref()
                .is_none_or(|lock| lock.id != request.id.to_string())
            {
                continue;
            }
            if self.may(WORKSPACE_LOCK, &workspace).await {
                given += usize::from(give_back(self.ctx, request, &link).await?);
            } else {
                refused.push(workspace.name.to_string());
            }
        }
        Ok(match (given, refused.as_slice()) {
            (0, []) => Outcome::refused("The request holds no workspace."),
            (0, refused) => Outcome::refused(self.may_not("unlock", refused)),
            _ => {
                let mut tx = self.ctx.begin().await?;
                comment_soon(&mut tx, self.ctx, request.id).await?;
                tx.commit().await?;
                Outcome::done((!refused.is_empty()).then(|| self.may_not("unlock", &refused)))
            }
        })
    }
}
