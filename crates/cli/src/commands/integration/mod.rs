//! `slipway integration`

mod assign;
mod browser;
mod form;
mod kinds;

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use slipway_api::ids::IntegrationId;
use slipway_api::integrations::{
    Integration, IntegrationChanges, IntegrationDraft, IntegrationTest, IntegrationUse, MissingRight, NewIntegration,
};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::Table;
use crate::output::yes_no;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum IntegrationCommand {
    /// List the kinds of outside systems, or the settings of one
    #[command(after_help = "\
Examples:
  slipway integration kinds
  slipway integration kinds aws")]
    Kinds {
        /// A kind, to see its settings
        #[arg(value_name = "KIND")]
        kind: Option<String>,
    },
    /// List the organization's integrations
    #[command(after_help = "\
Examples:
  slipway integration list
  slipway integration list --kind aws,azure")]
    List {
        /// Only of these kinds, separated by commas
        #[arg(long, value_name = "KINDS")]
        kind: Option<String>,
    },
    /// Show an integration, without its secrets
    #[command(after_help = "Examples:\n  slipway integration show forge")]
    Show {
        /// The integration, by name or id
        #[arg(value_name = "INTEGRATION")]
        integration: String,
    },
    /// Connect an outside system, and test it
    #[command(after_help = "\
Secrets are never given on the command line: what is needed is asked for, or read from files or stdin.

Examples:
  slipway integration create aws production --set role-arn=arn:aws:iam::123456789012:role/slipway
  slipway integration create gitea forge --set method=token --set url=https://git.example.com
  slipway integration create gitea forge --set method=token --set url=https://git.example.com --secret-file token=token.txt
  slipway integration create environment mail --set variables.SMTP_HOST=mail.example.com --secret sensitive-variables.SMTP_PASSWORD
  slipway integration create google-cloud dev --set method=service-account-key --secret-file key=key.json --dry-run")]
    Create(CreateArguments),
    /// Change an integration; secrets that are not mentioned stay
    #[command(after_help = "\
Examples:
  slipway integration update forge --secret token
  slipway integration update production --set region=eu-central-1 --unset account-id
  slipway integration update production --disable")]
    Update(UpdateArguments),
    /// Ask the other side who we are there, and what it does not let us do
    #[command(after_help = "Examples:\n  slipway integration test forge")]
    Test {
        /// The integration, by name or id
        #[arg(value_name = "INTEGRATION")]
        integration: String,
    },
    /// Delete an integration that nothing uses
    #[command(after_help = "\
Examples:
  slipway integration delete forge --yes
  slipway integration delete forge --force --yes")]
    Delete {
        /// The integration, by name or id
        #[arg(value_name = "INTEGRATION")]
        integration: String,
        /// Also when something uses it
        #[arg(long)]
        force: bool,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Show the address at which a forge is asked to let us in, by browser
    #[command(after_help = "Examples:\n  slipway integration authorize forge")]
    Authorize {
        /// The integration, by name or id
        #[arg(value_name = "INTEGRATION")]
        integration: String,
        /// Do not wait until it was allowed [default when this is no terminal]
        #[arg(long)]
        no_wait: bool,
    },
    /// List what uses an integration
    #[command(after_help = "Examples:\n  slipway integration used-by forge")]
    UsedBy {
        /// The integration, by name or id
        #[arg(value_name = "INTEGRATION")]
        integration: String,
    },
    /// List what runs of the workspace are given, or what an integration is given to
    #[command(after_help = "\
Examples:
  slipway integration assignments --workspace shop
  slipway integration assignments production")]
    Assignments {
        /// The integration, by name or id; the workspace's integrations when it is absent
        #[arg(value_name = "INTEGRATION")]
        integration: Option<String>,
    },
    /// Give an integration to runs: of the workspace, of a project, or of the whole organization
    #[command(after_help = "\
Examples:
  slipway integration assign production --workspace shop
  slipway integration assign reader --workspace shop --phase plan
  slipway integration assign production --project shops
  slipway integration assign datadog --everywhere")]
    Assign(assign::AssignArguments),
    /// Take an integration from runs
    #[command(after_help = "\
Examples:
  slipway integration unassign production --workspace shop
  slipway integration unassign datadog --everywhere")]
    Unassign(assign::UnassignArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The kind, as slipway integration kinds lists them
    #[arg(value_name = "KIND")]
    kind: String,
    /// Its name
    #[arg(value_name = "NAME")]
    name: Name,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    #[command(flatten)]
    form: form::FormArguments,
    /// How often repositories are looked at where the forge cannot deliver
    #[arg(long, value_name = "SECONDS")]
    poll_interval: Option<u32>,
    /// Only test, and keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not test it after it was made
    #[arg(long, conflicts_with = "dry_run")]
    no_test: bool,
    /// Do not wait until somebody allowed it in a browser [default when this is no terminal]
    #[arg(long, conflicts_with = "dry_run")]
    no_wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The integration, by name or id
    #[arg(value_name = "INTEGRATION")]
    integration: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    form: form::FormArguments,
    /// A setting or secret that goes (repeatable)
    #[arg(long, value_name = "SETTING")]
    unset: Vec<String>,
    /// How often repositories are looked at; 0 for the server's own rhythm
    #[arg(long, value_name = "SECONDS")]
    poll_interval: Option<u32>,
    /// Let it be used
    #[arg(long)]
    enable: bool,
    /// Let nobody use it
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
}

pub(super) async fn run(context: &Context, command: IntegrationCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        IntegrationCommand::Kinds { kind } => kinds::run(context, client, kind.as_deref()).await?,
        IntegrationCommand::List { kind } => context.output.rows(
            &client
                .integrations(context.organization()?, kind.as_deref())
                .all()
                .await?,
            "No integrations. Connect something: slipway integration create KIND NAME",
            table,
        )?,
        IntegrationCommand::Show { integration } => show(context, &find(context, client, &integration).await?.0)?,
        IntegrationCommand::Create(arguments) => return create(context, client, arguments).await,
        IntegrationCommand::Update(arguments) => update(context, client, arguments).await?,
        IntegrationCommand::Test { integration } => {
            let (found, _) = find(context, client, &integration).await?;
            return shown_test(context, &client.test_integration(id_of(&found)?).await?);
        }
        IntegrationCommand::Delete {
            integration,
            force,
            yes,
        } => delete(context, client, &integration, (force, yes)).await?,
        IntegrationCommand::Authorize { integration, no_wait } => {
            let (found, _) = find(context, client, &integration).await?;
            let waits = !no_wait && context.environment.is_interactive();
            return connect(context, client, id_of(&found)?, waits).await;
        }
        IntegrationCommand::UsedBy { integration } => {
            let (found, _) = find(context, client, &integration).await?;
            context.output.rows(
                &client.integration_uses(id_of(&found)?).all().await?,
                "Nothing that you may see uses it.",
                uses,
            )?;
        }
        IntegrationCommand::Assignments { integration } => assign::list(context, client, integration).await?,
        IntegrationCommand::Assign(arguments) => assign::assign(context, client, arguments).await?,
        IntegrationCommand::Unassign(arguments) => assign::unassign(context, client, arguments).await?,
    }
    Ok(Outcome::Success)
}

async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<Outcome> {
    let kind = kinds::find(client, &arguments.kind).await?;
    let settings = arguments.form.complete(context, &kind)?;
    if arguments.dry_run {
        let draft = IntegrationDraft {
            kind: arguments.kind,
            settings,
        };
        let test = client.test_integration_draft(context.organization()?, draft).await?;
        return shown_test(context, &test);
    }
    let wanted = NewIntegration {
        name: arguments.name,
        kind: arguments.kind,
        description: arguments.description,
        settings,
        is_enabled: None,
        poll_interval_seconds: arguments.poll_interval,
    };
    let made = client.create_integration(context.organization()?, wanted).await?;
    show(context, &made)?;
    if made.attributes.needs_authorization {
        if !arguments.no_wait && context.environment.is_interactive() && !context.output.is_json() {
            return connect(context, client, id_of(&made)?, true).await;
        }
        let name = &made.attributes.name;
        context.output.note("Somebody has to allow it in a browser now:");
        context.output.note(&format!("  slipway integration authorize {name}"));
        return Ok(Outcome::Success);
    }
    if arguments.no_test || context.output.is_json() {
        return Ok(Outcome::Success);
    }
    shown_test(context, &client.test_integration(id_of(&made)?).await?)
}

/// Connects by browser, and tests what came of it.
async fn connect(context: &Context, client: &Client, id: IntegrationId, waits: bool) -> anyhow::Result<Outcome> {
    match browser::authorize(context, client, id, waits).await? {
        Some(_) => shown_test(context, &client.test_integration(id).await?),
        None => Ok(Outcome::Success),
    }
}

async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<()> {
    let (found, tag) = find(context, client, &arguments.integration).await?;
    let mut settings = arguments.form.given(context)?;
    for name in &arguments.unset {
        form::insert(&mut settings, name, serde_json::Value::Null);
    }
    let changes = IntegrationChanges {
        name: arguments.name,
        description: arguments.description,
        settings,
        is_enabled: (arguments.enable || arguments.disable).then_some(arguments.enable),
        poll_interval_seconds: arguments
            .poll_interval
            .map(|seconds| Some(seconds).filter(|seconds| *seconds > 0)),
    };
    let changed = client.update_integration(id_of(&found)?, changes, &tag).await?;
    show(context, &changed)
}

async fn delete(context: &Context, client: &Client, given: &str, (force, yes): (bool, bool)) -> anyhow::Result<()> {
    let (found, _) = find(context, client, given).await?;
    let name = &found.attributes.name;
    if !prompt::confirm(context, yes, &format!("Delete the integration {name}?"))? {
        return Err(Failure::error("nothing was deleted", "The integration stays."));
    }
    client.delete_integration(id_of(&found)?, force).await?;
    context.output.done(&format!("deleted the integration {name}"));
    Ok(())
}

/// The integration of this id or name, with the tag of its version.
pub(super) async fn find(
    context: &Context,
    client: &Client,
    given: &str,
) -> anyhow::Result<(Resource<Integration>, String)> {
    if let Ok(id) = given.parse::<IntegrationId>() {
        return Ok(client.integration(id).await?);
    }
    let all = client.integrations(context.organization()?, None).all().await?;
    let found = all
        .iter()
        .find(|integration| integration.attributes.name.as_str() == given);
    let found = found.ok_or_else(|| {
        Failure::error(
            format!("there is no integration {given}"),
            "See what there is: slipway integration list",
        )
    })?;
    Ok(client.integration(id_of(found)?).await?)
}

fn table(integrations: &[Resource<Integration>]) -> Table {
    let mut table = Table::new(&["name", "id", "kind", "account", "used by", "state"]);
    for resource in integrations {
        let integration = &resource.attributes;
        table.row(vec![
            integration.name.to_string(),
            resource.id.clone(),
            integration.kind.clone(),
            integration.account.clone().unwrap_or_default(),
            users(&integration.used_by),
            state(integration).to_owned(),
        ]);
    }
    table
}

/// How much uses it, by kind.
fn users(counts: &BTreeMap<String, u64>) -> String {
    let words = counts.iter().map(|(kind, count)| match (count, kind.as_str()) {
        (1, kind) => format!("1 {kind}"),
        (count, "repository") => format!("{count} repositories"),
        (count, kind) => format!("{count} {kind}s"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn state(integration: &Integration) -> &'static str {
    match integration {
        integration if !integration.is_enabled => "turned off",
        integration if integration.needs_authorization => "to be allowed in a browser",
        integration if integration.renewal_error.is_some() => "not renewed",
        integration if integration.check_error.is_some() => "does not work",
        integration if integration.checked_at.is_some() => "works",
        _ => "not tested",
    }
}

fn uses(uses: &[Resource<IntegrationUse>]) -> Table {
    let mut table = Table::new(&["kind", "name", "id", "what for"]);
    for resource in uses {
        let found = &resource.attributes;
        table.row(vec![
            found.kind.clone(),
            found.name.clone(),
            resource.id.clone(),
            found.why.clone(),
        ]);
    }
    table
}

fn show(context: &Context, integration: &Resource<Integration>) -> anyhow::Result<()> {
    context.output.one(integration, |resource| {
        let integration = &resource.attributes;
        let mut rows = vec![
            ("Name", integration.name.to_string()),
            ("Id", resource.id.clone()),
            ("Kind", integration.kind_title.clone()),
            ("State", state(integration).to_owned()),
        ];
        if !integration.description.is_empty() {
            rows.push(("Description", integration.description.clone()));
        }
        for (name, value) in &integration.settings {
            rows.push(("Setting", format!("{name} = {}", form::text(value))));
        }
        if !integration.secrets.is_empty() {
            rows.push(("Secrets", integration.secrets.join(", ")));
        }
        rows.extend(integration.account.iter().map(|account| ("Account", account.clone())));
        rows.extend(integration.check_error.iter().map(|error| ("Error", error.clone())));
        for missing in &integration.missing_rights {
            rows.push(("Missing", lacking(missing)));
        }
        if !integration.used_by.is_empty() {
            rows.push(("Used by", users(&integration.used_by)));
        }
        rows.extend(
            integration
                .authorization_error
                .iter()
                .map(|error| ("Not allowed", error.clone())),
        );
        rows.extend(integration.renewal_error.iter().map(|error| ("Renewal", error.clone())));
        rows.extend(integration.expires_at.iter().map(|at| ("Expires", at.to_string())));
        rows
    })
}

/// A right that the other side does not give, and what does not work without it.
fn lacking(missing: &MissingRight) -> String {
    format!("{}, for {}", missing.right, missing.needed_for)
}

fn shown_test(context: &Context, test: &Resource<IntegrationTest>) -> anyhow::Result<Outcome> {
    context.output.one(test, |resource| {
        let test = &resource.attributes;
        let mut rows = vec![("Works", yes_no(test.is_usable))];
        rows.extend(test.account.iter().map(|account| ("Account", account.clone())));
        rows.extend(test.error.iter().map(|error| ("Error", error.clone())));
        for missing in &test.missing_rights {
            rows.push(("Missing", lacking(missing)));
        }
        rows.extend(test.expires_at.iter().map(|at| ("Expires", at.to_string())));
        rows.extend(test.not_tested.iter().map(|note| ("Not tested", note.clone())));
        rows
    })?;
    match &test.attributes.error {
        None => Ok(Outcome::Success),
        Some(_) => Err(Failure::error(
            "the other side does not let us in",
            "Correct the settings with slipway integration update, and test again.",
        )),
    }
}
