//! `slipway trusted-issuer`

mod rule;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use slipway_api::ids::TrustedIssuerId;
use slipway_api::trusted_issuers::{NewTrustedIssuer, TrustedIssuer, TrustedIssuerChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum TrustedIssuerCommand {
    /// List the issuers whose programs the organization lets in
    #[command(after_help = "Examples:\n  slipway trusted-issuer list")]
    List,
    /// Show a trusted issuer with its rules
    #[command(after_help = "Examples:\n  slipway trusted-issuer show github")]
    Show {
        /// The issuer, by name or id
        #[arg(value_name = "ISSUER")]
        issuer: String,
    },
    /// Trust an issuer of signed tokens; its programs are let in when a rule says so
    #[command(after_help = "\
Examples:
  slipway trusted-issuer create github --issuer https://token.actions.githubusercontent.com
  slipway trusted-issuer create gitlab --issuer https://gitlab.example.com --ca-certificate ca.pem
  slipway trusted-issuer create cluster --issuer https://kubernetes.default.svc.cluster.local --keys jwks.json
  slipway trusted-issuer create other --issuer https://other.example.com --audience slipway")]
    Create(CreateArguments),
    /// Change a trusted issuer
    #[command(after_help = "\
Examples:
  slipway trusted-issuer update cluster --keys jwks.json
  slipway trusted-issuer update github --audience https://slipway.example.com")]
    Update(UpdateArguments),
    /// Let programs of an issuer in as a service account
    #[command(after_help = "\
Examples:
  slipway trusted-issuer add-rule github plan --to ci --claim repository=acme/shop
  slipway trusted-issuer add-rule github apply --to deployer --claim repository=acme/shop --claim ref=refs/heads/main
  slipway trusted-issuer add-rule gitlab plan --to ci --claim-like 'project_path=acme/*' --minutes 15
  slipway trusted-issuer add-rule cluster plan --to ci --claim sub=system:serviceaccount:ci:planner --scope workspace.read")]
    AddRule(rule::AddArguments),
    /// Let nobody in by a rule any more; what it gave is taken back
    #[command(after_help = "Examples:\n  slipway trusted-issuer remove-rule github plan --yes")]
    RemoveRule(rule::RemoveArguments),
    /// Trust an issuer no more; what its rules gave is taken back
    #[command(after_help = "Examples:\n  slipway trusted-issuer delete github --yes")]
    Delete {
        /// The issuer, by name or id
        #[arg(value_name = "ISSUER")]
        issuer: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// Its name
    #[arg(value_name = "NAME")]
    name: Name,
    /// The issuer, exactly as its tokens name it (iss)
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Whom its tokens must be for (aud) [default: the server's own address]
    #[arg(long, value_name = "TEXT")]
    audience: Option<String>,
    /// A file with certificates (PEM) that vouch for its own
    #[arg(long, value_name = "FILE")]
    ca_certificate: Option<PathBuf>,
    /// A file with its public keys (a JSON Web Key Set), where the server cannot reach it
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The issuer, by name or id
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// Whom its tokens must be for; "default" for the server's own address
    #[arg(long, value_name = "TEXT")]
    audience: Option<String>,
    /// A file with certificates (PEM) that vouch for its own; "none" for the usual ones
    #[arg(long, value_name = "FILE")]
    ca_certificate: Option<PathBuf>,
    /// A file with its public keys; "none" to ask the issuer for them
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, command: TrustedIssuerCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        TrustedIssuerCommand::List => context.output.rows(
            &client.trusted_issuers(context.organization()?).all().await?,
            "No trusted issuers. Trust one: slipway trusted-issuer create NAME --issuer URL",
            table,
        )?,
        TrustedIssuerCommand::Show { issuer } => show(context, &find(context, client, &issuer).await?.0)?,
        TrustedIssuerCommand::Create(arguments) => {
            let made = client
                .create_trusted_issuer(context.organization()?, wanted(arguments)?)
                .await?;
            show(context, &made)?;
            let name = &made.attributes.name;
            context
                .output
                .note("Nobody is let in yet. Say who, and as which service account:");
            context.output.note(&format!(
                "  slipway trusted-issuer add-rule {name} RULE --to ACCOUNT --claim NAME=VALUE"
            ));
        }
        TrustedIssuerCommand::Update(arguments) => {
            let (issuer, tag) = find(context, client, &arguments.issuer).await?;
            let changed = client
                .update_trusted_issuer(id_of(&issuer)?, changes(arguments)?, &tag)
                .await?;
            show(context, &changed)?;
        }
        TrustedIssuerCommand::AddRule(arguments) => rule::add(context, client, arguments).await?,
        TrustedIssuerCommand::RemoveRule(arguments) => rule::remove(context, client, arguments).await?,
        TrustedIssuerCommand::Delete { issuer, yes } => {
            let (issuer, _) = find(context, client, &issuer).await?;
            let name = &issuer.attributes.name;
            let question = format!("Trust {name} no more? Programs that came by it are signed out.");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was deleted", "The trusted issuer stays."));
            }
            client.delete_trusted_issuer(id_of(&issuer)?).await?;
            context.output.done(&format!("deleted the trusted issuer {name}"));
        }
    }
    Ok(Outcome::Success)
}

fn wanted(arguments: CreateArguments) -> anyhow::Result<NewTrustedIssuer> {
    Ok(NewTrustedIssuer {
        name: arguments.name,
        issuer: arguments.issuer,
        audience: arguments.audience,
        ca_certificate: arguments.ca_certificate.as_deref().map(text).transpose()?,
        keys: arguments.keys.as_deref().map(keys).transpose()?,
        rules: Vec::new(),
    })
}

fn changes(arguments: UpdateArguments) -> anyhow::Result<TrustedIssuerChanges> {
    let is_none = |path: &Path| path.as_os_str() == "none";
    let certificates = match arguments.ca_certificate {
        Some(path) if is_none(&path) => Some(None),
        Some(path) => Some(Some(text(&path)?)),
        None => None,
    };
    let new_keys = match arguments.keys {
        Some(path) if is_none(&path) => Some(None),
        Some(path) => Some(Some(keys(&path)?)),
        None => None,
    };
    Ok(TrustedIssuerChanges {
        name: arguments.name,
        audience: arguments
            .audience
            .map(|audience| Some(audience).filter(|audience| audience != "default")),
        ca_certificate: certificates,
        keys: new_keys,
        rules: None,
    })
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn keys(path: &Path) -> anyhow::Result<serde_json::Value> {
    serde_json::from_str(&text(path)?).with_context(|| format!("{} is no JSON", path.display()))
}

/// The trusted issuer of this id or name, with the tag of its version.
async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<(Resource<TrustedIssuer>, String)> {
    if let Ok(id) = given.parse::<TrustedIssuerId>() {
        return Ok(client.trusted_issuer(id).await?);
    }
    let all = client.trusted_issuers(context.organization()?).all().await?;
    let found = all.iter().find(|issuer| issuer.attributes.name.as_str() == given);
    let found = found.ok_or_else(|| {
        Failure::error(
            format!("there is no trusted issuer {given}"),
            "See what there is: slipway trusted-issuer list",
        )
    })?;
    Ok(client.trusted_issuer(id_of(found)?).await?)
}

fn table(issuers: &[Resource<TrustedIssuer>]) -> Table {
    let mut table = Table::new(&["name", "id", "issuer", "audience", "rules"]);
    for resource in issuers {
        let issuer = &resource.attributes;
        table.row(vec![
            issuer.name.to_string(),
            resource.id.clone(),
            issuer.issuer.clone(),
            issuer.accepted_audience.clone(),
            issuer.rules.len().to_string(),
        ]);
    }
    table
}

fn show(context: &Context, issuer: &Resource<TrustedIssuer>) -> anyhow::Result<()> {
    context.output.one(issuer, |resource| {
        let issuer = &resource.attributes;
        let keys = if issuer.keys.is_some() {
            "given"
        } else {
            "the issuer is asked"
        };
        let certificate = if issuer.ca_certificate.is_some() {
            "given"
        } else {
            "the usual ones"
        };
        let mut rows = vec![
            ("Name", issuer.name.to_string()),
            ("Id", resource.id.clone()),
            ("Issuer", issuer.issuer.clone()),
            ("Audience", issuer.accepted_audience.clone()),
            ("Keys", keys.to_owned()),
            ("Certificates", certificate.to_owned()),
        ];
        rows.extend(issuer.rules.iter().map(|rule| ("Rule", rule::described(rule))));
        rows
    })
}
