//! `slipway identity-provider`

use clap::{Args, Subcommand};
use slipway_api::identity_providers::{IdentityProvider, IdentityProviderChanges, NewIdentityProvider};
use slipway_api::ids::IdentityProviderId;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum IdentityProviderCommand {
    /// List where people can sign in
    #[command(after_help = "Examples:\n  slipway identity-provider list")]
    List,
    /// Show an identity provider, with the address to register there
    #[command(after_help = "Examples:\n  slipway identity-provider show dex")]
    Show {
        /// The provider, by name or id
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
    /// Let people sign in at an OpenID Connect provider
    #[command(after_help = "\
Examples:
  slipway identity-provider create dex --issuer https://dex.example.com --client-id slipway --client-secret - < secret
  slipway identity-provider create google --issuer https://accounts.google.com --client-id 12.apps --no-groups --allowed-domain example.com
  slipway identity-provider create entra --issuer https://login.microsoftonline.com/TENANT/v2.0 --client-id 4b --create-accounts")]
    Create(Box<CreateArguments>),
    /// Change an identity provider
    #[command(after_help = "\
Examples:
  slipway identity-provider update dex --client-secret - < secret.txt
  slipway identity-provider update dex --allowed-domain example.com --links-by-email true
  slipway identity-provider update dex --enabled false")]
    Update(Box<UpdateArguments>),
    /// Ask an identity provider about itself, and say what stands against signing in there
    #[command(after_help = "Examples:\n  slipway identity-provider test dex")]
    Test {
        /// The provider, by name or id
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
    /// Delete an identity provider; the accounts of its people stay
    #[command(after_help = "Examples:\n  slipway identity-provider delete dex --yes")]
    Delete {
        /// The provider, by name or id
        #[arg(value_name = "PROVIDER")]
        provider: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The provider's name, as people see it at sign-in
    #[arg(value_name = "NAME")]
    name: Name,
    /// The issuer, exactly as the provider names itself
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What the provider knows Slipway by
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The secret that goes with it; "-" reads it from stdin
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    client_secret: Option<String>,
    /// What to ask for, once each [default: openid, profile, email]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The claim with the user's groups
    #[arg(long, value_name = "CLAIM", default_value = "groups")]
    groups_claim: String,
    /// Do not use the provider's groups
    #[arg(long, conflicts_with = "groups_claim")]
    no_groups: bool,
    /// The claim that the name of a new account is made from
    #[arg(long, value_name = "CLAIM", default_value = "preferred_username")]
    username_claim: String,
    /// A mail domain whose people may sign in, once each [default: all]
    #[arg(long = "allowed-domain", value_name = "DOMAIN")]
    allowed_domains: Vec<String>,
    /// Give newcomers an account
    #[arg(long)]
    create_accounts: bool,
    /// Give newcomers the account with the same verified mail address
    #[arg(long)]
    link_by_email: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The provider, by name or id
    #[arg(value_name = "PROVIDER")]
    provider: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// Another client id
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Another client secret; "-" reads it from stdin
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    client_secret: Option<String>,
    /// What to ask for, once each, instead of what was asked so far
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The claim with the user's groups; "none" for no groups
    #[arg(long, value_name = "CLAIM")]
    groups_claim: Option<String>,
    /// The claim that the name of a new account is made from
    #[arg(long, value_name = "CLAIM")]
    username_claim: Option<String>,
    /// A mail domain whose people may sign in, once each, instead of those so far; "all" for all
    #[arg(long = "allowed-domain", value_name = "DOMAIN")]
    allowed_domains: Vec<String>,
    /// Whether newcomers get an account
    #[arg(long, value_name = "BOOLEAN")]
    creates_accounts: Option<bool>,
    /// Whether newcomers get the account with the same verified mail address
    #[arg(long, value_name = "BOOLEAN")]
    links_by_email: Option<bool>,
    /// Whether people can sign in there
    #[arg(long, value_name = "BOOLEAN")]
    enabled: Option<bool>,
}

pub(super) async fn run(context: &Context, command: IdentityProviderCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        IdentityProviderCommand::List => {
            let all = client.identity_providers().all().await?;
            context.output.rows(&all, "No identity providers.", table)?;
        }
        IdentityProviderCommand::Show { provider } => show(context, &find(client, &provider).await?)?,
        IdentityProviderCommand::Create(arguments) => {
            let made = client.create_identity_provider(wanted(*arguments)?).await?;
            show(context, &made)?;
            context.output.note("Register the callback address there, then try it:");
            context
                .output
                .note(&format!("  slipway identity-provider test {}", made.attributes.name));
        }
        IdentityProviderCommand::Update(arguments) => {
            let id = id_of(&find(client, &arguments.provider).await?)?;
            show(
                context,
                &client.update_identity_provider(id, changes(*arguments)?).await?,
            )?;
        }
        IdentityProviderCommand::Test { provider } => return test(context, client, &provider).await,
        IdentityProviderCommand::Delete { provider, yes } => {
            let provider = find(client, &provider).await?;
            let name = &provider.attributes.name;
            let question = format!("Delete the identity provider {name}? Whoever signed in there is signed out.");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was deleted", "The identity provider stays."));
            }
            client.delete_identity_provider(id_of(&provider)?).await?;
            context.output.done(&format!("deleted the identity provider {name}"));
        }
    }
    Ok(Outcome::Success)
}

fn wanted(arguments: CreateArguments) -> anyhow::Result<NewIdentityProvider> {
    let usual = || ["openid", "profile", "email"].map(str::to_owned).to_vec();
    Ok(NewIdentityProvider {
        name: arguments.name,
        issuer: arguments.issuer,
        client_id: arguments.client_id,
        client_secret: arguments.client_secret.map(secret).transpose()?,
        scopes: Some(arguments.scopes)
            .filter(|scopes| !scopes.is_empty())
            .unwrap_or_else(usual),
        groups_claim: (!arguments.no_groups).then_some(arguments.groups_claim),
        username_claim: arguments.username_claim,
        allowed_domains: arguments.allowed_domains,
        creates_accounts: arguments.create_accounts,
        links_by_email: arguments.link_by_email,
        is_enabled: true,
    })
}

fn changes(arguments: UpdateArguments) -> anyhow::Result<IdentityProviderChanges> {
    let some = |texts: Vec<String>| Some(texts).filter(|texts| !texts.is_empty());
    let domains = some(arguments.allowed_domains);
    Ok(IdentityProviderChanges {
        name: arguments.name,
        client_id: arguments.client_id,
        client_secret: arguments.client_secret.map(secret).transpose()?.map(Some),
        scopes: some(arguments.scopes),
        groups_claim: arguments
            .groups_claim
            .map(|claim| Some(claim).filter(|claim| claim != "none")),
        username_claim: arguments.username_claim,
        allowed_domains: domains.map(|domains| if domains == ["all"] { Vec::new() } else { domains }),
        creates_accounts: arguments.creates_accounts,
        links_by_email: arguments.links_by_email,
        is_enabled: arguments.enabled,
    })
}

fn secret(given: String) -> anyhow::Result<String> {
    match given.as_str() {
        "-" => Ok(prompt::value_from_stdin()?.trim().to_owned()),
        _ => Ok(given),
    }
}

async fn test(context: &Context, client: &Client, provider: &str) -> anyhow::Result<Outcome> {
    let provider = find(client, provider).await?;
    let tested = client.test_identity_provider(id_of(&provider)?).await?;
    if context.output.is_json() {
        context.output.json(&tested)?;
    }
    let result = &tested.attributes;
    for problem in &result.problems {
        context.output.warn(problem);
    }
    for hint in &result.hints {
        context.output.note(&format!("Note: {hint}"));
    }
    if result.is_usable {
        let name = &provider.attributes.name;
        context
            .output
            .done(&format!("nothing stands against signing in at {name}"));
        return Ok(Outcome::Success);
    }
    Ok(Outcome::Failed)
}

/// The provider of this id or name.
async fn find(client: &Client, text: &str) -> anyhow::Result<Resource<IdentityProvider>> {
    if let Ok(id) = text.parse::<IdentityProviderId>() {
        return Ok(client.identity_provider(id).await?);
    }
    let all = client.identity_providers().all().await?;
    let found = all
        .into_iter()
        .find(|provider| provider.attributes.name.as_str() == text);
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no identity provider {text}"),
            "See what there is: slipway identity-provider list",
        )
    })
}

fn table(providers: &[Resource<IdentityProvider>]) -> Table {
    let mut table = Table::new(&["name", "id", "issuer", "new accounts", "enabled"]);
    for resource in providers {
        let provider = &resource.attributes;
        table.row(vec![
            provider.name.to_string(),
            resource.id.clone(),
            provider.issuer.clone(),
            yes_no(provider.creates_accounts),
            yes_no(provider.is_enabled),
        ]);
    }
    table
}

fn show(context: &Context, provider: &Resource<IdentityProvider>) -> anyhow::Result<()> {
    context.output.one(provider, |resource| {
        let provider = &resource.attributes;
        let domains = match provider.allowed_domains.as_slice() {
            [] => "all".to_owned(),
            domains => domains.join(", "),
        };
        vec![
            ("Name", provider.name.to_string()),
            ("Id", resource.id.clone()),
            ("Issuer", provider.issuer.clone()),
            ("Client id", provider.client_id.clone()),
            (
                "Client secret",
                if provider.has_client_secret { "kept" } else { "none" }.to_owned(),
            ),
            ("Callback address", provider.callback_url.clone()),
            ("Scopes", provider.scopes.join(" ")),
            (
                "Groups claim",
                provider.groups_claim.clone().unwrap_or_else(|| "none".to_owned()),
            ),
            ("Name claim", provider.username_claim.clone()),
            ("Mail domains", domains),
            ("Makes accounts", yes_no(provider.creates_accounts)),
            ("Links by mail address", yes_no(provider.links_by_email)),
            ("Enabled", yes_no(provider.is_enabled)),
        ]
    })
}
