//! `slipway service-account`

use clap::Subcommand;
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccount};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::token::{NewTokenArguments, print_new_token, token_table};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceAccountCommand {
    /// List the organization's service accounts
    #[command(after_help = "Examples:\n  slipway service-account list")]
    List,
    /// Create the account of a program; it may do nothing until it gets a role
    #[command(after_help = "\
Examples:
  slipway service-account create ci --description 'Plans pull requests'
  slipway role assign plan --to ci
  slipway service-account create-token ci --expires 90d > ci.token")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// What it is for
        #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
        description: String,
    },
    /// Delete a service account with its roles and tokens; its access ends at once
    #[command(after_help = "Examples:\n  slipway service-account delete ci --yes")]
    Delete {
        /// The account's name or id
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// List a service account's tokens, without their texts
    #[command(after_help = "Examples:\n  slipway service-account tokens ci")]
    Tokens {
        /// The account's name or id
        #[arg(value_name = "ACCOUNT")]
        account: String,
    },
    /// Make a token of a service account; it is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway service-account create-token ci --description github --expires 90d > ci.token
  slipway service-account create-token ci --scope workspace.run.plan@ws-1k9x3c0q8fz2m4ab")]
    CreateToken {
        /// The account's name or id
        #[arg(value_name = "ACCOUNT")]
        account: String,
        #[command(flatten)]
        token: NewTokenArguments,
    },
}

pub(super) async fn run(context: &Context, command: ServiceAccountCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ServiceAccountCommand::List => context.output.rows(
            &client.service_accounts(context.organization()?).all().await?,
            "No service accounts. Create one: slipway service-account create NAME",
            table,
        )?,
        ServiceAccountCommand::Create { name, description } => {
            let new = NewServiceAccount { name, description };
            let made = client.create_service_account(context.organization()?, new).await?;
            let name = &made.attributes.name;
            context.output.done(&format!("created the service account {name}"));
            context.output.note(&format!(
                "  next, let it do something: slipway role assign plan --to {name}"
            ));
            context.output.rows(&[made], "", table)?;
        }
        ServiceAccountCommand::Delete { account, yes } => {
            let account = find(context, client, &account).await?;
            let name = &account.attributes.name;
            let question =
                format!("Delete the service account {name} with its tokens? Whatever uses them stops to work.");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was deleted", "The account stays as it was."));
            }
            client.delete_service_account(id_of(&account)?).await?;
            context.output.done(&format!("deleted the service account {name}"));
        }
        ServiceAccountCommand::Tokens { account } => {
            let id = id_of(&find(context, client, &account).await?)?;
            context.output.rows(
                &client.service_account_tokens(id).all().await?,
                "No tokens. Make one: slipway service-account create-token ACCOUNT",
                token_table,
            )?;
        }
        ServiceAccountCommand::CreateToken { account, token } => {
            let id = id_of(&find(context, client, &account).await?)?;
            let made = client.create_service_account_token(id, token.token()).await?;
            print_new_token(context, &made)?;
        }
    }
    Ok(Outcome::Success)
}

async fn find(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<ServiceAccount>> {
    let accounts = client.service_accounts(context.organization()?).all().await?;
    let found = accounts
        .into_iter()
        .find(|account| account.id == text || account.attributes.name.as_str() == text);
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no service account {text}"),
            "See what there is: slipway service-account list",
        )
    })
}

fn table(accounts: &[Resource<ServiceAccount>]) -> Table {
    let mut table = Table::new(&["name", "id", "age", "description"]);
    for resource in accounts {
        let account = &resource.attributes;
        table.row(vec![
            account.name.to_string(),
            resource.id.clone(),
            age(account.created_at, now()),
            one_line(&account.description, 60),
        ]);
    }
    table
}
