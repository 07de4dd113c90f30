//! `slipway pull-request`

use clap::{Subcommand, ValueEnum};
use slipway_api::Resource;
use slipway_api::ids::PullRequestId;
use slipway_api::pull_requests::{PullRequest, PullRequestPlan, PullRequestWorkspace};
use slipway_client::{Client, PullRequestFilter};

use super::repository::find_repository;
use super::workspace;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum PullRequestCommand {
    /// List pull requests, the newest first
    #[command(after_help = "\
Examples:
  slipway pull-request list
  slipway pull-request list --repo platform/infra --state open
  slipway pull-request list --of-workspace shop --author ada")]
    List {
        /// To this repository, by full name or id
        #[arg(long = "repo", value_name = "REPOSITORY")]
        repository: Option<String>,
        /// That concern this workspace, by name or id
        #[arg(long, value_name = "WORKSPACE")]
        of_workspace: Option<String>,
        /// In this state
        #[arg(long, value_enum, value_name = "STATE")]
        state: Option<State>,
        /// Opened by this account of the forge
        #[arg(long, value_name = "LOGIN")]
        author: Option<String>,
        /// Rows at most
        #[arg(long, value_name = "NUMBER", default_value_t = 100)]
        limit: usize,
    },
    /// Show what merging a pull request would change, workspace by workspace
    #[command(after_help = "\
Examples:
  slipway pull-request show 7 --repo platform/infra
  slipway pull-request show pr-1k9x3c0q8fz2m4ab")]
    Show {
        /// Its number, or its id
        #[arg(value_name = "PULL-REQUEST")]
        request: String,
        /// The repository, by full name or id; not needed with an id
        #[arg(long = "repo", value_name = "REPOSITORY")]
        repository: Option<String>,
    },
    /// Plan a pull request again, with the branches as they are now
    #[command(after_help = "\
Examples:
  slipway pull-request plan 7 --repo platform/infra
  slipway pull-request plan 7 shop blog --repo platform/infra")]
    Plan {
        /// Its number, or its id
        #[arg(value_name = "PULL-REQUEST")]
        request: String,
        /// Only in these workspaces, by name
        #[arg(id = "names", value_name = "WORKSPACE")]
        workspaces: Vec<String>,
        /// The repository, by full name or id; not needed with an id
        #[arg(long = "repo", value_name = "REPOSITORY")]
        repository: Option<String>,
    },
    /// Let the newest commit of a fork be planned, after you looked at it
    #[command(after_help = "Examples:\n  slipway pull-request allow 7 --repo platform/infra")]
    Allow {
        /// Its number, or its id
        #[arg(value_name = "PULL-REQUEST")]
        request: String,
        /// The repository, by full name or id; not needed with an id
        #[arg(long = "repo", value_name = "REPOSITORY")]
        repository: Option<String>,
    },
}

/// Where a pull request stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// Open, and ready
    Open,
    /// Open, and not ready by its own words
    Draft,
    /// Merged
    Merged,
    /// Closed without being merged
    Closed,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Draft => "draft",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }
}

pub(super) async fn run(context: &Context, command: PullRequestCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        PullRequestCommand::List {
            repository,
            of_workspace,
            state,
            author,
            limit,
        } => {
            let filter = PullRequestFilter {
                repository: match repository {
                    Some(repository) => Some(find_repository(context, client, &repository).await?.id),
                    None => None,
                },
                workspace: match of_workspace {
                    Some(name) => Some(id_of(&workspace::find(context, client, Some(&name)).await?)?),
                    None => None,
                },
                state: state.map(|state| state.word().to_owned()),
                author,
            };
            let rows = client
                .pull_requests(context.organization()?, &filter)
                .up_to(limit)
                .await?;
            context.output.rows(&rows, "No pull requests.", table)?;
        }
        PullRequestCommand::Show { request, repository } => {
            show(context, &find(context, client, &request, repository).await?)?;
        }
        PullRequestCommand::Plan {
            request,
            workspaces,
            repository,
        } => {
            let id = id_of(&find(context, client, &request, repository).await?)?;
            let plan = PullRequestPlan { workspaces };
            show(context, &client.plan_pull_request(id, plan).await?)?;
        }
        PullRequestCommand::Allow { request, repository } => {
            let id = id_of(&find(context, client, &request, repository).await?)?;
            show(context, &client.allow_pull_request(id).await?)?;
        }
    }
    Ok(Outcome::Success)
}

/// The pull request of this id, or of this number in a repository.
async fn find(
    context: &Context,
    client: &Client,
    text: &str,
    repository: Option<String>,
) -> anyhow::Result<Resource<PullRequest>> {
    if let Ok(id) = text.parse::<PullRequestId>() {
        return Ok(client.pull_request(id).await?);
    }
    let Some(repository) = repository else {
        return Err(Failure::error(
            "a number says not which repository's pull request it is",
            "Name the repository: --repo platform/infra",
        ));
    };
    let number = text.trim_start_matches('#').parse::<u64>();
    let filter = PullRequestFilter {
        repository: Some(find_repository(context, client, &repository).await?.id),
        ..PullRequestFilter::default()
    };
    let found = client.pull_requests(context.organization()?, &filter).all().await?;
    let is_it =
        |request: &&Resource<PullRequest>| number.as_ref().is_ok_and(|number| request.attributes.number == *number);
    match found.iter().find(is_it) {
        Some(found) => Ok(client.pull_request(id_of(found)?).await?),
        None => Err(Failure::error(
            format!("there is no pull request {text} to {repository} that is known here"),
            format!("See what there is: slipway pull-request list --repo {repository}"),
        )),
    }
}

fn table(requests: &[Resource<PullRequest>]) -> Table {
    let mut table = Table::new(&["id", "number", "title", "author", "state", "into", "workspaces", "age"]);
    for resource in requests {
        let request = &resource.attributes;
        let state = match (request.is_waiting_for_allow, request.conflicts.is_empty()) {
            (true, _) => "waits for allow",
            (false, false) => "conflicts",
            (false, true) => request.state.as_str(),
        };
        table.row(vec![
            resource.id.clone(),
            format!("#{}", request.number),
            request.title.clone(),
            request.author.clone(),
            state.to_owned(),
            request.base_branch.clone(),
            request.workspaces.len().to_string(),
            age(request.updated_at, now()),
        ]);
    }
    table
}

fn show(context: &Context, request: &Resource<PullRequest>) -> anyhow::Result<()> {
    context.output.one(request, |resource| {
        let request = &resource.attributes;
        let mut fields = vec![
            ("Id", resource.id.clone()),
            ("Number", format!("#{}", request.number)),
            ("Title", request.title.clone()),
            ("Address", request.url.clone()),
            ("Author", request.author.clone()),
            ("State", request.state.as_str().to_owned()),
            (
                "Branch",
                format!("{} into {}", request.head_branch, request.base_branch),
            ),
            ("Commit", request.head_commit.clone()),
            ("From a fork", yes_no(request.is_fork)),
        ];
        if request.is_waiting_for_allow {
            fields.push((
                "Waits for",
                "somebody to allow its plan: slipway pull-request allow".to_owned(),
            ));
        }
        fields.extend(request.allowed_by.clone().map(|by| ("Allowed by", by)));
        if !request.conflicts.is_empty() {
            fields.push(("Contradictions", request.conflicts.join(", ")));
        }
        fields.extend(request.note.clone().map(|note| ("Note", note)));
        fields.extend(
            request
                .workspaces
                .iter()
                .map(|workspace| ("Workspace", line(workspace))),
        );
        fields
    })
}

fn line(workspace: &PullRequestWorkspace) -> String {
    let what = match (&workspace.skipped, workspace.status) {
        (Some(why), _) => why.clone(),
        (None, Some(status)) => status.as_str().replace('_', " "),
        (None, None) => "not planned".to_owned(),
    };
    let counts = workspace.counts.map_or_else(String::new, |counts| {
        format!(
            ", {} to add, {} to change, {} to destroy",
            counts.add, counts.change, counts.destroy
        )
    });
    let run = workspace.run_id.map_or_else(String::new, |run| format!(" ({run})"));
    format!("{}: {what}{counts}{run}", workspace.name)
}
