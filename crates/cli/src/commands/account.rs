//! `slipway account`

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::forge_accounts::{ForgeAccount, NewForgeAccount};

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List your accounts at Git forges
    #[command(after_help = "Examples:\n  slipway account list")]
    List,
    /// Link an account at a Git forge: what it commands in pull requests is decided by your permissions
    ///
    /// The account has to prove that it is yours: it writes a code, which this command shows, in a pull request. Accounts of
    /// forges that you sign in by need no link.
    #[command(
        after_help = "Examples:\n  slipway account link github.com ada\n  slipway account link git.example.com:8443 ada"
    )]
    Link {
        /// The forge's host
        #[arg(value_name = "HOST")]
        host: String,
        /// Your login there
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// Unlink an account at a Git forge
    #[command(after_help = "Examples:\n  slipway account unlink github.com ada")]
    Unlink {
        /// The forge's host
        #[arg(value_name = "HOST")]
        host: String,
        /// Your login there
        #[arg(value_name = "LOGIN")]
        login: String,
    },
}

pub(super) async fn run(context: &Context, command: AccountCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        AccountCommand::List => {
            let accounts = client.forge_accounts().all().await?;
            context.output.rows(&accounts, "No accounts are linked.", table)?;
        }
        AccountCommand::Link { host, login } => {
            let made = client.link_forge_account(NewForgeAccount { host, login }).await?;
            context.output.one(&made, |resource| {
                vec![
                    ("Host", resource.attributes.host.clone()),
                    ("Login", resource.attributes.login.clone()),
                ]
            })?;
            if let Some(code) = &made.attributes.code {
                context.output.note(
                    "Now write this there, with that account, as a comment in a pull request that Slipway plans:",
                );
                context.output.note(&format!("  slipway link {code}"));
                context
                    .output
                    .note("It counts for a day. What the account commands before is refused.");
            }
        }
        AccountCommand::Unlink { host, login } => {
            let accounts = client.forge_accounts().all().await?;
            let is_meant = |account: &&Resource<ForgeAccount>| {
                account.attributes.host.eq_ignore_ascii_case(&host)
                    && account
                        .attributes
                        .login
                        .eq_ignore_ascii_case(login.trim_start_matches('@'))
            };
            let found = accounts.iter().find(is_meant).ok_or_else(|| {
                let next = "See what there is: slipway account list";
                Failure::error(format!("no account {login} at {host} is linked"), next)
            })?;
            client.unlink_forge_account(id_of(found)?).await?;
            context.output.done(&format!("unlinked {login} at {host}"));
        }
    }
    Ok(Outcome::Success)
}

fn table(accounts: &[Resource<ForgeAccount>]) -> Table {
    let mut table = Table::new(&["host", "login", "proved", "age"]);
    for resource in accounts {
        let account = &resource.attributes;
        table.row(vec![
            account.host.clone(),
            account.login.clone(),
            yes_no(account.is_seen),
            age(account.created_at, now()),
        ]);
    }
    table
}
