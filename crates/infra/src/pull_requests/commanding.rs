//! Commands by comment: judged by what their author may do here, whoever the forge lets comment.

use serde::Deserialize;
use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::RepositoryId;
use slipway_connections::forges::model::{Person, Reaction};
use slipway_connections::forges::{Forge, ForgeError};
use slipway_connections::repositories::{self, Repository};
use slipway_connections::webhooks::command;
use slipway_identity::forge_accounts;
use slipway_kernel::events;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::answered::of_repository;
use super::command::{Command, Verb, parse};
use super::model::{Link, PullRequest, State};
use super::planning::{self, Cause, Planned, Wish};
use super::service::{comment_soon, give_back, note};
use super::{applying, store};
use crate::people::{self, Known};
use crate::permissions::{RUN_PLAN, WORKSPACE_LOCK};
use crate::sources::store as sources;
use crate::workspaces::{Workspace, store as workspaces};

/// A comment that may command something, as the event tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Commented {
    number: u64,
    comment: String,
    command: String,
}

/// What a command came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub reaction: Reaction,
    /// What there is to say, in sentences.
    pub note: Option<String>,
}

impl Outcome {
    pub(super) fn done(note: Option<String>) -> Self {
        Self {
            reaction: Reaction::Done,
            note,
        }
    }

    pub(super) fn refused(note: impl Into<String>) -> Self {
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
    let is_planned = !sources::of_repository(ctx.db.reader(), id).await?.is_empty();
    if !is_planned && command.verb != Verb::Link {
        return Ok(());
    }
    let Some(forge) = repositories::service::forge(ctx, &repository).await? else {
        return Ok(());
    };
    let Some(author) = author(&repository, &*forge, commented).await? else {
        return Ok(());
    };
    if !is_planned {
        // Nothing is told in requests that nothing is planned of, but an account is proved in any.
        let outcome = proved(ctx, &repository, &author, &command).await?;
        react(&repository, &*forge, commented, outcome.reaction).await;
        return Ok(());
    }
    let request = request(ctx, &repository, &*forge, position, commented.number).await?;
    let person = people::known(ctx, &repository, &author).await?;
    let outcome = match person.ctx(ctx) {
        _ if command.verb == Verb::Link => link(ctx, &repository, &request, &author, &command).await?,
        None => stranger(ctx, &repository, &request, &author, &command).await?,
        Some(commander) => {
            let order = Order {
                ctx,
                commander: &commander,
                person: &person,
                repository: &repository,
                workspaces: &command.workspaces,
                key: &commented.comment,
            };
            let outcome = order.carry_out(command.verb, &request, (&*forge, position)).await?;
            answer(ctx, &request, outcome.note.clone()).await?;
            outcome
        }
    };
    react(&repository, &*forge, commented, outcome.reaction).await;
    Ok(())
}

async fn react(repository: &Repository, forge: &dyn Forge, commented: &Commented, reaction: Reaction) {
    let reacted = forge.react(&repository.full_name, commented.number, &commented.comment, reaction);
    if let Err(error) = reacted.await {
        tracing::info!(repository.id = %repository.id, %error, "a comment got no reaction");
    }
}

/// Who wrote the comment, as the forge itself says: a delivery is signed with a secret that whoever manages the webhook can
/// be shown. None when the forge has no such comment there, or it says something else by now.
async fn author(repository: &Repository, forge: &dyn Forge, commented: &Commented) -> Result<Option<Person>> {
    let (place, number, comment) = (&repository.full_name, commented.number, &commented.comment);
    match forge.written(place, number, comment).await {
        Ok(written) if command(&written.body).as_ref() == Some(&commented.command) => Ok(Some(written.author)),
        Ok(_) | Err(ForgeError::Missing(_)) => {
            tracing::warn!(repository.id = %repository.id, number, comment, "the forge has no such command; it is not obeyed");
            Ok(None)
        }
        Err(error) => Err(Error::unavailable(error.to_string())),
    }
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

/// Whoever is nobody here is told so once in a request, and how to change it; nothing else happens.
async fn stranger(
    ctx: &Ctx,
    repository: &Repository,
    request: &PullRequest,
    author: &Person,
    command: &Command,
) -> Result<Outcome> {
    let host = repositories::service::accounts_host(ctx, repository).await?;
    let host = host.unwrap_or_default();
    let outcome = Outcome::refused(format!(
        "{} wrote \"slipway {}\", and is nobody here: link the account with `slipway account link {host} {}`, write here what \
         that says, then the command again.",
        author.login,
        command.verb.word(),
        author.login
    ));
    if !request.has_answered_stranger {
        let told = PullRequest {
            has_answered_stranger: true,
            ..request.clone()
        };
        answer(ctx, &told, outcome.note.clone()).await?;
    }
    Ok(outcome)
}

/// Ends the link of an account, and says what came of it.
async fn link(
    ctx: &Ctx,
    repository: &Repository,
    request: &PullRequest,
    author: &Person,
    command: &Command,
) -> Result<Outcome> {
    let outcome = proved(ctx, repository, author, command).await?;
    answer(ctx, request, outcome.note.clone()).await?;
    Ok(outcome)
}

/// Ends the link of an account that somebody began here: its code is written by the account itself.
async fn proved(ctx: &Ctx, repository: &Repository, author: &Person, command: &Command) -> Result<Outcome> {
    let host = repositories::service::accounts_host(ctx, repository).await?;
    let (host, code) = (host.unwrap_or_default(), command.workspaces.first());
    let code = code.map(String::as_str).unwrap_or_default();
    let is_proved = forge_accounts::service::prove(ctx, &host, (&author.id, &author.login), code).await?;
    Ok(match is_proved {
        true => Outcome::done(Some(format!("{} is linked.", author.login))),
        false => Outcome::refused(format!(
            "{} was not linked: the code is another, or older than a day. `slipway account link {host} {}` gives a new one.",
            author.login, author.login
        )),
    })
}

/// Writes what a command came to where the comment shows it.
async fn answer(ctx: &Ctx, request: &PullRequest, text: Option<String>) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(before) = store::find(&*tx, request.id).await? else {
        return Ok(());
    };
    let has_answered_stranger = before.has_answered_stranger || request.has_answered_stranger;
    if before.note == text && before.has_answered_stranger == has_answered_stranger {
        return Ok(());
    }
    let answered = PullRequest {
        note: text,
        has_answered_stranger,
        ..before
    };
    store::set_note(&tx, &answered).await?;
    comment_soon(&mut tx, ctx, request.id).await?;
    tx.commit().await
}

/// A command with everything that it is judged by.
pub(super) struct Order<'a> {
    /// The server itself.
    pub ctx: &'a Ctx,
    /// Who commands.
    pub commander: &'a Ctx,
    /// The same for people.
    pub person: &'a Known,
    pub repository: &'a Repository,
    /// In which workspaces, by name; all that are concerned when empty.
    pub workspaces: &'a [String],
    /// What tells this command from others.
    pub key: &'a str,
}

impl Order<'_> {
    async fn carry_out(&self, verb: Verb, request: &PullRequest, at: (&dyn Forge, i64)) -> Result<Outcome> {
        if request.state != State::Open && verb != Verb::Unlock {
            return Ok(Outcome::refused("The request is not open any more."));
        }
        match verb {
            Verb::Plan => self.plan(request.clone()).await,
            Verb::Allow => self.allow(request.clone()).await,
            Verb::Apply => applying::apply(self, request, at).await,
            Verb::Unlock => self.unlock(request).await,
            Verb::Link | Verb::Help => Ok(Outcome::refused(
                "Known are: slipway plan, slipway apply, slipway unlock and slipway allow, each with names of workspaces \
                 behind it or without.",
            )),
        }
    }

    /// Plans again, with the branches as they are now.
    pub(super) async fn plan(&self, request: PullRequest) -> Result<Outcome> {
        let planned = self.plan_in(request, self.workspaces).await?;
        Ok(self.outcome(&planned))
    }

    /// Plans in these workspaces, where the commander may.
    pub(super) async fn plan_in(&self, request: PullRequest, only: &[String]) -> Result<Planned> {
        let wish = Wish {
            person: self.person,
            cause: Cause::Command {
                commander: self.commander,
                key: self.key,
            },
            only,
        };
        planning::plan(self.ctx, self.repository, request, &wish).await
    }

    fn outcome(&self, planned: &Planned) -> Outcome {
        let refused = (!planned.refused.is_empty()).then(|| self.may_not("plan", &planned.refused));
        match (&planned.obstacle, planned.started) {
            (Some(obstacle), _) => Outcome::refused(obstacle),
            (None, 0) => Outcome::refused(refused.unwrap_or_else(|| NONE_CONCERNED.to_owned())),
            (None, _) => Outcome::done(refused),
        }
    }

    pub(super) fn may_not(&self, what: &str, workspaces: &[String]) -> String {
        format!("{} may not {what} {}.", self.person.name(), workspaces.join(", "))
    }

    /// Lets the newest commit of a fork be planned. Whoever may plan a workspace may let it be planned there.
    pub(super) async fn allow(&self, request: PullRequest) -> Result<Outcome> {
        if !request.is_fork {
            return Ok(Outcome::refused(
                "The request does not come from a fork; there is nothing to allow.",
            ));
        }
        if !self.may_plan_any().await? {
            let who = self.person.name();
            return Ok(Outcome::refused(format!("{who} may plan no workspace of it.")));
        }
        let allowed = PullRequest {
            allowed_commit: Some(request.head_commit.clone()),
            allowed_by: Some(self.person.name()),
            ..request
        };
        let mut tx = self.ctx.begin().await?;
        store::set_allowed(&tx, &allowed).await?;
        self.record(&mut tx, "pull-request.allowed", &allowed).await?;
        tx.commit().await?;
        self.plan(allowed).await
    }

    /// Records what the commander did, as an event of the repository.
    pub(super) async fn record(&self, tx: &mut Tx, action: &'static str, request: &PullRequest) -> Result<()> {
        let changes = json!({
            "number": request.number,
            "commit": request.head_commit,
            "workspaces": self.workspaces,
        });
        let event = of_repository(self.repository, action, changes);
        events::record(tx, self.commander, event).await
    }

    async fn may_plan_any(&self) -> Result<bool> {
        for (_, workspace) in sources::of_repository(self.ctx.db.reader(), self.repository.id).await? {
            if self.may(RUN_PLAN, &workspace).await {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn may(&self, permission: Permission, workspace: &Workspace) -> bool {
        self.commander.authorize(permission, &workspace.target()).await.is_ok()
    }

    /// The request's workspaces that the command is about.
    pub(super) async fn meant(&self, request: &PullRequest) -> Result<Vec<(Link, Workspace)>> {
        let reader = self.ctx.db.reader();
        let mut meant = Vec::new();
        for link in store::links_of(reader, request.id).await? {
            let Some(workspace) = workspaces::find(reader, link.workspace_id).await? else {
                continue;
            };
            let names = self.workspaces;
            if names.is_empty() || names.iter().any(|name| *name == workspace.name.as_str()) {
                meant.push((link, workspace));
            }
        }
        Ok(meant)
    }

    async fn unlock(&self, request: &PullRequest) -> Result<Outcome> {
        let (mut given, mut refused) = (0, Vec::new());
        for (link, workspace) in self.meant(request).await? {
            let is_held = workspace
                .lock
                .as_ref()
                .is_some_and(|lock| lock.id == request.id.to_string());
            if !is_held {
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

/// What is said when no workspace is left to do something in.
pub(super) const NONE_CONCERNED: &str = "None of these workspaces is concerned.";
