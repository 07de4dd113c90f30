//! `slipway template import`

use clap::Args;
use slipway_api::Name;
use slipway_api::source_code_versions::{Lifecycle, TemplateImport};
use slipway_api::source_codes::NewSourceCode;
use slipway_api::templates::{NewTemplate, TemplateKey};
use slipway_client::Client;

use super::repository::find_integration;
use super::source_code_version::Ref;
use crate::context::Context;

/// What is imported.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The template's key: small letters, digits, - and _; it never changes
    #[arg(value_name = "KEY")]
    pub(super) key: TemplateKey,
    /// The repository's full name at the integration's forge, or its whole address
    #[arg(long, value_name = "REPOSITORY")]
    repository: String,
    /// The integration that opens it, by name or id; none where everybody may read it
    #[arg(long, value_name = "INTEGRATION")]
    integration: Option<String>,
    /// What the source code is called [default: as the repository, or as one of it is called already]
    #[arg(long, value_name = "NAME")]
    source_code: Option<Name>,
    #[command(flatten)]
    of: Ref,
    /// The module's directory [default: the top]
    #[arg(long, value_name = "DIRECTORY", default_value = "")]
    directory: String,
    /// Publish the version at once
    #[arg(long)]
    active: bool,
}

/// The import with what else was said about the template.
pub(super) async fn import(
    context: &Context,
    client: &Client,
    arguments: ImportArguments,
    template: NewTemplate,
) -> anyhow::Result<TemplateImport> {
    let integration_id = match &arguments.integration {
        Some(integration) => Some(find_integration(context, client, integration).await?),
        None => None,
    };
    Ok(TemplateImport {
        template,
        source_code: NewSourceCode {
            name: arguments.source_code,
            identifier: arguments.repository,
            integration_id,
            description: String::new(),
            labels: Vec::new(),
        },
        tag: arguments.of.tag,
        branch: arguments.of.branch,
        commit: arguments.of.commit,
        directory: arguments.directory,
        lifecycle: arguments.active.then_some(Lifecycle::Active),
        variables: Vec::new(),
    })
}
