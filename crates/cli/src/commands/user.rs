//! `slipway user`

use clap::Subcommand;
use slipway_api::ids::UserId;
use slipway_api::users::{NewUser, User};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List all users; for site administrators
    #[command(after_help = "Examples:\n  slipway user list")]
    List,
    /// Show a user
    #[command(after_help = "Examples:\n  slipway user show\n  slipway user show ada")]
    Show {
        /// The user, by name or id [default: yourself]
        #[arg(value_name = "USER")]
        user: Option<String>,
    },
    /// Create a user; for site administrators
    #[command(after_help = "\
Examples:
  slipway user create ada --email ada@example.com
  slipway token create --user ada")]
    Create {
        /// The user's name
        #[arg(value_name = "NAME")]
        name: Name,
        /// The user's mail address
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Keep a user out, with all sessions and tokens; for site administrators
    #[command(after_help = "Examples:\n  slipway user suspend ada --yes")]
    Suspend {
        /// The user, by name or id
        #[arg(value_name = "USER")]
        user: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Let a suspended user in again; for site administrators
    #[command(after_help = "Examples:\n  slipway user unsuspend ada")]
    Unsuspend {
        /// The user, by name or id
        #[arg(value_name = "USER")]
        user: String,
    },
    /// Make a link by which a user sets the password; without mail on the server it is printed, on stdout
    #[command(after_help = "Examples:\n  slipway user reset-password ada")]
    ResetPassword {
        /// The user, by name or id
        #[arg(value_name = "USER")]
        user: String,
    },
    /// Take a user's second factor away, for who lost the app and the recovery codes
    #[command(after_help = "Examples:\n  slipway user disable-second-factor ada --yes")]
    DisableSecondFactor {
        /// The user, by name or id
        #[arg(value_name = "USER")]
        user: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete a user with all their tokens; for site administrators
    #[command(after_help = "Examples:\n  slipway user delete ada --yes")]
    Delete {
        /// The user, by name or id
        #[arg(value_name = "USER")]
        user: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: UserCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        UserCommand::List => context.output.rows(&client.users().all().await?, "No users.", table)?,
        UserCommand::Show { user: None } => show(context, &client.account().await?)?,
        UserCommand::Show { user: Some(user) } => show(context, &find_user(client, &user).await?)?,
        UserCommand::Create { name, email } => {
            show(context, &client.create_user(NewUser { username: name, email }).await?)?;
        }
        UserCommand::Suspend { user, yes } => {
            let user = find_user(client, &user).await?;
            let name = &user.attributes.username;
            if !prompt::confirm(
                context,
                yes,
                &format!("Keep {name} out? Sessions and tokens end to count."),
            )? {
                return Err(Failure::error("nobody was suspended", "The user stays as they were."));
            }
            client.suspend_user(id_of(&user)?, true).await?;
            context.output.done(&format!("suspended {name}"));
        }
        UserCommand::Unsuspend { user } => {
            let user = find_user(client, &user).await?;
            client.suspend_user(id_of(&user)?, false).await?;
            context
                .output
                .done(&format!("let {} in again", user.attributes.username));
        }
        UserCommand::ResetPassword { user } => reset_password(context, client, &user).await?,
        UserCommand::DisableSecondFactor { user, yes } => {
            let user = find_user(client, &user).await?;
            let name = &user.attributes.username;
            let question = format!("Take the second factor of {name} away? The password alone signs in then.");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was taken", "The second factor stays."));
            }
            client.disable_second_factor(id_of(&user)?).await?;
            context.output.done(&format!("{name} has no second factor any more"));
        }
        UserCommand::Delete { user, yes } => {
            let user = find_user(client, &user).await?;
            let name = &user.attributes.username;
            if !prompt::confirm(context, yes, &format!("Delete the user {name} with all their tokens?"))? {
                return Err(Failure::error("nothing was deleted", "The user stays as they were."));
            }
            client.delete_user(id_of(&user)?).await?;
            context.output.done(&format!("deleted the user {name}"));
        }
    }
    Ok(Outcome::Success)
}

async fn reset_password(context: &Context, client: &Client, user: &str) -> anyhow::Result<()> {
    let user = find_user(client, user).await?;
    let made = client.reset_password(id_of(&user)?).await?;
    if context.output.is_json() {
        return context.output.json(&made);
    }
    if let Some(address) = &made.attributes.sent_to {
        context.output.done(&format!("sent a link to {address}"));
    }
    if let Some(url) = &made.attributes.url {
        context.output.note("Give the link to the user; it counts once:");
        context.output.line(url)?;
    }
    Ok(())
}

/// The user of this id or name. Names of others are known to site administrators only.
pub(super) async fn find_user(client: &Client, text: &str) -> anyhow::Result<Resource<User>> {
    if let Ok(id) = text.parse::<UserId>() {
        return Ok(client.user(id).await?);
    }
    let account = client.account().await?;
    if account.attributes.username.as_str() == text {
        return Ok(account);
    }
    let mut listing = client.users();
    while let Some(page) = listing.next_page().await? {
        if let Some(user) = page
            .data
            .into_iter()
            .find(|user| user.attributes.username.as_str() == text)
        {
            return Ok(user);
        }
    }
    Err(Failure::error(
        format!("there is no user {text}"),
        "See who there is: slipway user list",
    ))
}

fn table(users: &[Resource<User>]) -> Table {
    let mut table = Table::new(&["name", "id", "email", "program", "site admin"]);
    for resource in users {
        let user = &resource.attributes;
        table.row(vec![
            user.username.to_string(),
            resource.id.clone(),
            user.email.clone().unwrap_or_default(),
            yes_no(user.is_service_account),
            user.is_site_admin.map(yes_no).unwrap_or_default(),
        ]);
    }
    table
}

fn show(context: &Context, user: &Resource<User>) -> anyhow::Result<()> {
    context.output.one(user, |resource| {
        let user = &resource.attributes;
        vec![
            ("Name", user.username.to_string()),
            ("Id", resource.id.clone()),
            ("Email", user.email.clone().unwrap_or_default()),
            ("Stands for a program", yes_no(user.is_service_account)),
            ("Site administrator", user.is_site_admin.map(yes_no).unwrap_or_default()),
        ]
    })
}
