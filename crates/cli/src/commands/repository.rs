//! `slipway repository`

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::ids::{IntegrationId, RepositoryId};
use slipway_api::integrations::Integration;
use slipway_api::repositories::{ForgeRepository, HostKeys, NewRepository, Repository, RepositoryRoot};
use slipway_api::vcs::AffectedWorkspace;
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, count, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum RepositoryCommand {
    /// List the repositories that the organization uses
    #[command(after_help = "Examples:\n  slipway repository list\n  slipway repository list --search infra")]
    List {
        /// Part of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those that this integration opens
        #[arg(long, value_name = "INTEGRATION")]
        integration: Option<String>,
    },
    /// Show a repository
    #[command(after_help = "Examples:\n  slipway repository show platform/infra")]
    Show {
        /// The repository, by full name or id
        #[arg(value_name = "REPOSITORY")]
        repository: String,
    },
    /// See what an integration's forge offers
    #[command(after_help = "\
Examples:
  slipway repository browse --integration gitea
  slipway repository browse --integration gitea --group platform --search infra")]
    Browse {
        /// The integration, by name or id
        #[arg(long, value_name = "INTEGRATION")]
        integration: String,
        /// Part of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only repositories of this group
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
        /// Rows at most
        #[arg(long, value_name = "NUMBER", default_value_t = 100)]
        limit: usize,
    },
    /// Connect a repository, so that workspaces can come from it
    #[command(after_help = "\
Examples:
  slipway repository connect platform/infra --integration gitea
  slipway repository connect https://git.example.com/infra.git")]
    Connect {
        /// Its full name at the integration's forge, or its whole address
        #[arg(value_name = "REPOSITORY")]
        identifier: String,
        /// The integration that opens it, by name or id; none where everybody may read it
        #[arg(long, value_name = "INTEGRATION")]
        integration: Option<String>,
    },
    /// Forget a repository that nothing comes from
    #[command(after_help = "Examples:\n  slipway repository disconnect platform/infra --yes")]
    Disconnect {
        /// The repository, by full name or id
        #[arg(value_name = "REPOSITORY")]
        repository: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// List the directories of a repository that a workspace can run in
    #[command(after_help = "\
Examples:
  slipway repository roots platform/infra
  slipway repository roots platform/infra --ref v1.2.0")]
    Roots {
        /// The repository, by full name or id
        #[arg(value_name = "REPOSITORY")]
        repository: String,
        /// A branch, tag or commit; the default branch when absent
        #[arg(long = "ref", value_name = "REF")]
        name: Option<String>,
    },
    /// Say which runs a commit would start, and why
    #[command(after_help = "\
Examples:
  slipway repository affected platform/infra main
  slipway repository affected platform/infra 4f0c2ab --branch release")]
    Affected {
        /// The repository, by full name or id
        #[arg(value_name = "REPOSITORY")]
        repository: String,
        /// A commit, branch or tag
        #[arg(value_name = "COMMIT")]
        commit: String,
        /// The branch that it would be pushed to [default: the repository's own]
        #[arg(long, value_name = "BRANCH")]
        branch: Option<String>,
    },
    /// Fetch a repository now, and start what its changes start
    #[command(after_help = "Examples:\n  slipway repository synchronize platform/infra")]
    Synchronize {
        /// The repository, by full name or id
        #[arg(value_name = "REPOSITORY")]
        repository: String,
    },
    /// Show the keys of an SSH server, and pin them in an integration once you compared them
    #[command(after_help = "\
Examples:
  slipway repository host-keys ssh://git@git.example.com
  slipway repository host-keys ssh://git@git.example.com --pin plain-git")]
    HostKeys {
        /// The address of the server, or of a repository on it
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// The integration that shall believe these keys and no others, by name or id
        #[arg(long, value_name = "INTEGRATION")]
        pin: Option<String>,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: RepositoryCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        RepositoryCommand::List { search, integration } => list(context, client, search, integration).await?,
        RepositoryCommand::Affected {
            repository,
            commit,
            branch,
        } => {
            let id = id_of(&find_repository(context, client, &repository).await?)?;
            let rows = client.affected_workspaces(id, &commit, branch.as_deref()).all().await?;
            context
                .output
                .rows(&rows, "It concerns no workspace that you can see.", affected)?;
        }
        RepositoryCommand::Show { repository } => {
            show(context, &find_repository(context, client, &repository).await?)?;
        }
        RepositoryCommand::Browse {
            integration,
            search,
            group,
            limit,
        } => {
            let id = find_integration(context, client, &integration).await?;
            let listing = client.forge_repositories(id, search.as_deref(), group.as_deref());
            let rows = listing.up_to(limit).await?;
            context
                .output
                .rows(&rows, "Nothing that the credentials see.", offers)?;
        }
        RepositoryCommand::Connect {
            identifier,
            integration,
        } => {
            let integration_id = match integration {
                Some(integration) => Some(find_integration(context, client, &integration).await?),
                None => None,
            };
            let new = NewRepository {
                identifier,
                integration_id,
            };
            show(context, &client.connect_repository(context.organization()?, new).await?)?;
        }
        RepositoryCommand::Disconnect { repository, yes } => {
            return disconnect(context, client, &repository, yes).await;
        }
        RepositoryCommand::Roots { repository, name } => {
            let id = id_of(&find_repository(context, client, &repository).await?)?;
            let roots = client.repository_roots(id, name.as_deref()).all().await?;
            context
                .output
                .rows(&roots, "No directory here has something to run.", roots_table)?;
        }
        RepositoryCommand::Synchronize { repository } => {
            let id = id_of(&find_repository(context, client, &repository).await?)?;
            show(context, &client.synchronize_repository(id).await?)?;
        }
        RepositoryCommand::HostKeys { address, pin, yes } => {
            return host_keys(context, client, &address, pin.as_deref(), yes).await;
        }
    }
    Ok(Outcome::Success)
}

async fn list(
    context: &Context,
    client: &Client,
    search: Option<String>,
    integration: Option<String>,
) -> anyhow::Result<()> {
    let integration = match integration {
        Some(integration) => Some(find_integration(context, client, &integration).await?),
        None => None,
    };
    let listing = client.repositories(context.organization()?, search.as_deref(), integration);
    let rows = listing.all().await?;
    let nothing = "No repositories. Connect one: slipway repository connect NAME --integration INTEGRATION";
    context.output.rows(&rows, nothing, table)?;
    Ok(())
}

async fn disconnect(context: &Context, client: &Client, text: &str, yes: bool) -> anyhow::Result<Outcome> {
    let repository = find_repository(context, client, text).await?;
    let name = &repository.attributes.full_name;
    if !prompt::confirm(context, yes, &format!("Forget the repository {name}?"))? {
        return Err(Failure::error(
            "nothing was forgotten",
            "The repository stays as it was.",
        ));
    }
    client.disconnect_repository(id_of(&repository)?).await?;
    context.output.done(&format!("forgot the repository {name}"));
    Ok(Outcome::Success)
}

async fn host_keys(
    context: &Context,
    client: &Client,
    address: &str,
    pin: Option<&str>,
    yes: bool,
) -> anyhow::Result<Outcome> {
    let found = client.host_keys(context.organization()?, address).await?;
    let keys = &found.attributes;
    context
        .output
        .one(&found, |resource| key_fields(&resource.attributes))?;
    let Some(integration) = pin else {
        return Ok(Outcome::Success);
    };
    let id = find_integration(context, client, integration).await?;
    let question = format!(
        "Are these the fingerprints that the operator of {} says? {integration} will believe them and no others.",
        keys.host
    );
    if !prompt::confirm(context, yes, &question)? {
        return Err(Failure::error("nothing was pinned", "The integration stays as it was."));
    }
    let lines: Vec<&str> = keys.keys.iter().map(|key| key.line.as_str()).collect();
    client.pin_host_keys(id, &lines.join("\n")).await?;
    context
        .output
        .done(&format!("pinned {}", count(u64::try_from(lines.len())?, "key")));
    Ok(Outcome::Success)
}

/// The repository of this id or full name.
pub(super) async fn find_repository(
    context: &Context,
    client: &Client,
    text: &str,
) -> anyhow::Result<Resource<Repository>> {
    if let Ok(id) = text.parse::<RepositoryId>() {
        return Ok(client.repository(id).await?);
    }
    let found = client
        .repositories(context.organization()?, Some(text), None)
        .all()
        .await?;
    let is_it = |repository: &Repository| repository.full_name.eq_ignore_ascii_case(text) || repository.address == text;
    let mut exact = found.into_iter().filter(|repository| is_it(&repository.attributes));
    match (exact.next(), exact.next()) {
        (Some(repository), None) => Ok(repository),
        (Some(_), Some(_)) => Err(Failure::error(
            format!("several repositories are called {text}"),
            "Give the id or the whole address: slipway repository list",
        )),
        (None, _) => Err(Failure::error(
            format!("there is no repository {text} that you can see"),
            "See what there is: slipway repository list",
        )),
    }
}

/// What opens a repository: the integration that is named, else the only one with a forge; none for a whole address.
pub(super) async fn opening(
    context: &Context,
    client: &Client,
    named: Option<&str>,
    repo: Option<&str>,
) -> anyhow::Result<Option<IntegrationId>> {
    let is_address = |text: &str| text.contains("://") || text.contains('@');
    match (named, repo) {
        (Some(text), _) => Ok(Some(find_integration(context, client, text).await?)),
        (None, Some(repo)) if !is_address(repo) => Ok(Some(only_forge(context, client, repo).await?)),
        _ => Ok(None),
    }
}

/// The organization's only integration with a forge.
async fn only_forge(context: &Context, client: &Client, repo: &str) -> anyhow::Result<IntegrationId> {
    let organization = context.organization()?;
    let all = client.forge_integrations(organization).up_to(1_000).await?;
    match all.as_slice() {
        [only] => id_of(only),
        [] => Err(Failure::error(
            format!("organization {organization} has no integration with a Git forge"),
            "Make one: slipway integration create; or name the repository by its whole address if everybody may read it.",
        )),
        several => {
            let names: Vec<String> = several.iter().map(|one| one.attributes.name.to_string()).collect();
            Err(Failure::error(
                format!("{repo} may be at {}", names.join(" or ")),
                "Say which: --integration NAME",
            ))
        }
    }
}

pub(super) async fn find_integration(context: &Context, client: &Client, text: &str) -> anyhow::Result<IntegrationId> {
    if let Ok(id) = text.parse::<IntegrationId>() {
        return Ok(id);
    }
    let all: Vec<Resource<Integration>> = client.forge_integrations(context.organization()?).all().await?;
    match all
        .iter()
        .find(|integration| integration.attributes.name.as_str() == text)
    {
        Some(integration) => id_of(integration),
        None => Err(Failure::error(
            format!("there is no integration {text} with a forge that you can see"),
            "See what there is: slipway integration list",
        )),
    }
}

fn table(repositories: &[Resource<Repository>]) -> Table {
    let mut table = Table::new(&["repository", "id", "branch", "status", "webhook", "age"]);
    for resource in repositories {
        let repository = &resource.attributes;
        table.row(vec![
            repository.full_name.clone(),
            resource.id.clone(),
            repository.default_branch.clone().unwrap_or_default(),
            repository.status.clone(),
            repository.webhook.clone().unwrap_or_default(),
            age(repository.created_at, now()),
        ]);
    }
    table
}

fn offers(repositories: &[Resource<ForgeRepository>]) -> Table {
    let mut table = Table::new(&["repository", "branch", "private", "archived", "description"]);
    for resource in repositories {
        let repository = &resource.attributes;
        table.row(vec![
            repository.full_name.clone(),
            repository.default_branch.clone().unwrap_or_default(),
            yes_no(repository.is_private),
            yes_no(repository.is_archived),
            repository.description.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn roots_table(roots: &[Resource<RepositoryRoot>]) -> Table {
    let mut table = Table::new(&["directory", "backend", "providers", "resources", "modules"]).numeric(3);
    for resource in roots {
        let root = &resource.attributes;
        table.row(vec![
            resource.id.clone(),
            yes_no(root.has_backend),
            root.providers.join(", "),
            root.resources.to_string(),
            root.modules.join(", "),
        ]);
    }
    table
}

fn show(context: &Context, repository: &Resource<Repository>) -> anyhow::Result<()> {
    context.output.one(repository, |resource| {
        let repository = &resource.attributes;
        let mut fields = vec![
            ("Repository", repository.full_name.clone()),
            ("Id", resource.id.clone()),
            ("Address", repository.address.clone()),
            ("Default branch", repository.default_branch.clone().unwrap_or_default()),
            ("Status", repository.status.clone()),
        ];
        fields.extend(repository.error.clone().map(|error| ("Problem", error)));
        fields.extend(repository.webhook.clone().map(|state| ("Webhook", state)));
        fields.push(("Age", age(repository.created_at, now())));
        fields
    })
}

fn key_fields(keys: &HostKeys) -> Vec<(&'static str, String)> {
    let mut fields = vec![("Host", format!("{}:{}", keys.host, keys.port))];
    let shown = keys
        .keys
        .iter()
        .map(|key| ("Key", format!("{} {}", key.kind, key.fingerprint)));
    fields.extend(shown);
    fields
}

fn affected(rows: &[Resource<AffectedWorkspace>]) -> Table {
    let mut table = Table::new(&["workspace", "starts", "why"]);
    for row in rows {
        let workspace = &row.attributes;
        table.row(vec![
            workspace.name.clone(),
            workspace.starts.clone(),
            workspace.reason.clone(),
        ]);
    }
    table
}
