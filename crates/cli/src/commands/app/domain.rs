//! `slipway app domain`: names that an app answers at beside its own.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::domains::{AppDomain, AppDomainIssuanceStatus, AppDomainProof, NewAppDomain};
use slipway_api::ids::AppDomainId;
use slipway_client::Client;

use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, age, one_line};

#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// List an app's domains, and whether they are proven
    #[command(after_help = "Examples:\n  slipway app domain list\n  slipway app domain list web --output json")]
    List {
        #[command(flatten)]
        one: One,
    },
    /// Add a domain to an app, and say how its owner proves it
    #[command(after_help = "\
Examples:
  slipway app domain add shop.example.com
  slipway app domain add '*.shop.example.com' --app web")]
    Add(OfDomain),
    /// Look now whether a domain is proven
    #[command(after_help = "Examples:\n  slipway app domain verify shop.example.com --app web")]
    Verify(OfDomain),
    /// Have a domain count without a proof; for administrators of the site
    #[command(after_help = "Examples:\n  slipway app domain approve shop.example.com --app web")]
    Approve(OfDomain),
    /// Remove a domain: no requests are taken for it any more
    #[command(after_help = "Examples:\n  slipway app domain remove shop.example.com --app web")]
    Remove(OfDomain),
}

/// A domain of an app.
#[derive(Debug, Args)]
pub(crate) struct OfDomain {
    /// The name, as shop.example.com or *.shop.example.com
    #[arg(value_name = "DOMAIN")]
    host: String,
    #[command(flatten)]
    of: OfApp,
}

impl OfDomain {
    async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<AppDomainId> {
        let app = self.of.find(context, client).await?;
        let domains = client.app_domains(id_of(&app)?).all().await?;
        let found = domains
            .iter()
            .find(|domain| domain.attributes.host.eq_ignore_ascii_case(&self.host));
        let missing = || {
            let name = &app.attributes.name;
            let what = format!("{name} has no domain {}", self.host);
            Failure::error(what, format!("See what there is: slipway app domain list {name}"))
        };
        id_of(found.ok_or_else(missing)?)
    }
}

pub(super) async fn run(context: &Context, client: &Client, command: DomainCommand) -> anyhow::Result<Outcome> {
    match command {
        DomainCommand::List { one } => {
            let app = one.find(context, client).await?;
            let domains = client.app_domains(id_of(&app)?).all().await?;
            let nothing = format!(
                "No domains beside its own. Add one: slipway app domain add shop.example.com --app {}",
                app.attributes.name
            );
            context.output.rows(&domains, &nothing, table)?;
        }
        DomainCommand::Add(wanted) => {
            let app = wanted.of.find(context, client).await?;
            let new = NewAppDomain { host: wanted.host };
            show(context, &client.add_app_domain(id_of(&app)?, new).await?)?;
        }
        DomainCommand::Verify(wanted) => {
            let id = wanted.find(context, client).await?;
            let domain = client.verify_app_domain(id).await?;
            show(context, &domain)?;
            if !domain.attributes.is_verified {
                return Ok(Outcome::Failed);
            }
        }
        DomainCommand::Approve(wanted) => {
            let id = wanted.find(context, client).await?;
            show(context, &client.approve_app_domain(id).await?)?;
        }
        DomainCommand::Remove(wanted) => {
            let id = wanted.find(context, client).await?;
            client.remove_app_domain(id).await?;
            context.output.done(&format!("removed {}", wanted.host));
        }
    }
    Ok(Outcome::Success)
}

fn show(context: &Context, domain: &Resource<AppDomain>) -> anyhow::Result<()> {
    context.output.one(domain, |resource| {
        let domain = &resource.attributes;
        let challenge = &domain.challenge;
        let is_open = !domain.is_verified;
        let if_open = |text: String| if is_open { text } else { String::new() };
        vec![
            ("Domain", domain.host.clone()),
            ("Proven", proof(domain)),
            ("Why", if_open(domain.reason.clone())),
            ("TXT record", if_open(challenge.dns_name.clone())),
            ("It says", if_open(challenge.dns_value.clone())),
            ("Or leads here", if_open(challenge.http_url.clone().unwrap_or_default())),
            ("Certificate", certificate(domain)),
            ("Automatic", domain.issuance.reason.clone()),
        ]
    })
}

fn proof(domain: &AppDomain) -> String {
    let by = match domain.proof {
        None => return "not yet".to_owned(),
        Some(AppDomainProof::Dns) => "by its record",
        Some(AppDomainProof::Http) => "it leads here",
        Some(AppDomainProof::Approval) => "by an administrator",
        Some(AppDomainProof::Setting) => "by the site's settings",
    };
    by.to_owned()
}

fn certificate(domain: &AppDomain) -> String {
    match (&domain.certificate, domain.issuance.status) {
        (Some(certificate), _) => format!("until {}", certificate.not_after),
        (None, AppDomainIssuanceStatus::Wanted | AppDomainIssuanceStatus::Ordered) => "is being got".to_owned(),
        (None, AppDomainIssuanceStatus::Failed) => "failed".to_owned(),
        (None, _) => "none".to_owned(),
    }
}

fn table(domains: &[Resource<AppDomain>]) -> Table {
    let mut table = Table::new(&["domain", "proven", "certificate", "age", "why"]);
    for resource in domains {
        let domain = &resource.attributes;
        let tone = if domain.is_verified {
            Tone::Good
        } else {
            Tone::Attention
        };
        let why = if domain.is_verified {
            &domain.issuance.reason
        } else {
            &domain.reason
        };
        table.toned_row(vec![
            (domain.host.clone(), None),
            (proof(domain), Some(tone)),
            (certificate(domain), None),
            (age(domain.created_at, now()), Some(Tone::Quiet)),
            (one_line(why, 100), None),
        ]);
    }
    table
}
