//! `slipway app certificate`: what proves an app's domains.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::domains::{AppCertificate, AppCertificateOrigin, NewAppCertificate};
use slipway_api::ids::AppCertificateId;
use slipway_client::Client;

use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::{Table, Tone};

#[derive(Debug, Subcommand)]
pub(crate) enum CertificateCommand {
    /// List an app's certificates, and which hosts they are shown for
    #[command(
        after_help = "Examples:\n  slipway app certificate list\n  slipway app certificate list web --output json"
    )]
    List {
        #[command(flatten)]
        one: One,
    },
    Add(AddArguments),
    /// Remove a certificate: it is not shown any more
    #[command(after_help = "Examples:\n  slipway app certificate remove appcert-0198ac1d2e3f4a5b")]
    Remove {
        /// Its id
        #[arg(value_name = "CERTIFICATE")]
        certificate: AppCertificateId,
    },
}

/// Upload a certificate with its key; it is shown for every host of the app that it proves
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app certificate add --chain fullchain.pem --key privkey.pem
  slipway app certificate add --chain fullchain.pem --key privkey.pem --app web")]
pub(crate) struct AddArguments {
    /// A file with its chain (PEM), its own first
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// A file with its key (PEM), without a password
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    of: OfApp,
}

pub(super) async fn run(context: &Context, client: &Client, command: CertificateCommand) -> anyhow::Result<Outcome> {
    match command {
        CertificateCommand::List { one } => {
            let app = one.find(context, client).await?;
            let certificates = client.app_certificates(id_of(&app)?).all().await?;
            context.output.rows(&certificates, "No certificates.", table)?;
        }
        CertificateCommand::Add(arguments) => {
            let new = NewAppCertificate {
                chain: read(&arguments.chain)?,
                key: read(&arguments.key)?,
            };
            let app = arguments.of.find(context, client).await?;
            let certificate = client.add_app_certificate(id_of(&app)?, new).await?;
            context.output.one(&certificate, |resource| {
                let certificate = &resource.attributes;
                vec![
                    ("Certificate", resource.id.clone()),
                    ("Shown for", certificate.hosts.join(", ")),
                    ("Signed by", certificate.issuer.clone()),
                    ("Until", certificate.not_after.to_string()),
                ]
            })?;
        }
        CertificateCommand::Remove { certificate } => {
            client.remove_app_certificate(certificate).await?;
            context.output.done(&format!("removed {certificate}"));
        }
    }
    Ok(Outcome::Success)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn table(certificates: &[Resource<AppCertificate>]) -> Table {
    let mut table = Table::new(&["shown for", "names", "from", "signed by", "until", "id"]);
    for resource in certificates {
        let certificate = &resource.attributes;
        let from = match certificate.origin {
            AppCertificateOrigin::Acme => "automatic",
            AppCertificateOrigin::Uploaded => "uploaded",
        };
        table.toned_row(vec![
            (certificate.hosts.join(", "), None),
            (certificate.names.join(", "), None),
            (from.to_owned(), None),
            (certificate.issuer.clone(), None),
            (certificate.not_after.to_string(), None),
            (resource.id.clone(), Some(Tone::Quiet)),
        ]);
    }
    table
}
