//! `slipway source-code-version`

mod shown;
mod variable;

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::ids::SourceCodeVersionId;
use slipway_api::source_code_versions::{Lifecycle, NewSourceCodeVersion, SourceCodeVersion, SourceCodeVersionChanges};
use slipway_api::templates::TemplateKey;
use slipway_api::{Name, Resource};
use slipway_client::{Client, VersionFilter};

use super::{source_code, template};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum SourceCodeVersionCommand {
    /// List versions of templates, the newest first
    #[command(after_help = "\
Examples:
  slipway source-code-version list
  slipway source-code-version list --template network --lifecycle active")]
    List {
        /// Only of this template, by key or id
        #[arg(long, value_name = "TEMPLATE")]
        template: Option<String>,
        /// Only made of this source code, by name or id
        #[arg(long, value_name = "SOURCE-CODE")]
        source_code: Option<String>,
        /// Only published so far
        #[arg(long, value_enum, value_name = "LIFECYCLE")]
        lifecycle: Option<LifecycleWord>,
    },
    /// Make a version of a template: the code of a module at the commit that a tag, branch or commit is on now
    #[command(after_help = "\
Examples:
  slipway source-code-version create network --source-code modules --tag v1.2.0 --directory modules/network
  slipway source-code-version create network --source-code modules --branch main --directory modules/network")]
    Create(CreateArguments),
    /// Show a version
    #[command(after_help = "Examples:\n  slipway source-code-version show network@v1.2.0")]
    Show {
        /// The version: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
    },
    /// Change what is said about a version
    #[command(after_help = "\
Examples:
  slipway source-code-version edit network@v1.2.0 --breaking-changes 'Give a region.'
  slipway source-code-version edit network@v1.2.0 --position 7")]
    Edit {
        /// The version: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
        /// What it is
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// What it means for those who use the version before; empty for nothing
        #[arg(long, value_name = "TEXT")]
        breaking_changes: Option<String>,
        /// Its place among the versions of its template
        #[arg(long, value_name = "NUMBER")]
        position: Option<i64>,
        /// A label: key or key=value; may be given several times
        #[arg(long, value_name = "LABEL")]
        label: Vec<String>,
    },
    /// Let a version be what people should take
    #[command(after_help = "Examples:\n  slipway source-code-version activate network@v1.2.0")]
    Activate(OneVersion),
    /// Say that people should take another version
    #[command(after_help = "Examples:\n  slipway source-code-version deprecate network@v1.1.0")]
    Deprecate(OneVersion),
    /// Keep anything new from taking a version
    #[command(after_help = "Examples:\n  slipway source-code-version archive network@v1.0.0")]
    Archive(OneVersion),
    /// Make an archived version a deprecated one again
    #[command(after_help = "Examples:\n  slipway source-code-version restore network@v1.0.0")]
    Restore(OneVersion),
    /// Say how a variable of a version is asked for
    #[command(after_help = "\
Examples:
  slipway source-code-version set-variable network@v1.2.0 cidr --label 'Address range' --group Network --frozen
  slipway source-code-version set-variable network@v1.2.0 size --default 2 --option 1 --option 2
  slipway source-code-version set-variable database@v1.2.0 network_id --reference network.network_id")]
    SetVariable(variable::SetArguments),
    /// Take back what was said about a variable of a version
    #[command(after_help = "Examples:\n  slipway source-code-version unset-variable network@v1.2.0 cidr")]
    UnsetVariable {
        /// The version: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
        /// The variable
        #[arg(value_name = "VARIABLE")]
        name: String,
    },
    /// Show the JSON Schema of what a form of a version asks for
    #[command(after_help = "Examples:\n  slipway source-code-version schema network@v1.2.0")]
    Schema(OneVersion),
    /// Show how the code of a version differs from what its tag or branch is on now
    #[command(after_help = "Examples:\n  slipway source-code-version drift network@main")]
    Drift(OneVersion),
    /// Take what its tag or branch is on now as the code of a version
    #[command(after_help = "Examples:\n  slipway source-code-version refresh network@main --yes")]
    Refresh {
        /// The version: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Show what changes for whoever goes from one version to another
    #[command(after_help = "Examples:\n  slipway source-code-version compare network@v1.1.0 network@v1.2.0")]
    Compare {
        /// The one: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
        /// The other
        #[arg(value_name = "OTHER")]
        with: String,
    },
    /// Delete a version that nothing uses
    #[command(after_help = "Examples:\n  slipway source-code-version delete network@v1.0.0 --yes")]
    Delete {
        /// The version: template@ref, or its id
        #[arg(value_name = "VERSION")]
        version: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// A version.
#[derive(Debug, Args)]
pub(crate) struct OneVersion {
    /// The version: template@ref, or its id
    #[arg(value_name = "VERSION")]
    version: String,
}

/// What a version is made of.
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The key of its template
    #[arg(value_name = "TEMPLATE")]
    template: TemplateKey,
    /// The source code, by name
    #[arg(long, value_name = "SOURCE-CODE")]
    source_code: Name,
    #[command(flatten)]
    of: Ref,
    /// The module's directory [default: the top]
    #[arg(long, value_name = "DIRECTORY", default_value = "")]
    directory: String,
    /// Publish it at once
    #[arg(long)]
    active: bool,
    /// What it is
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

/// A tag, a branch or a commit.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Ref {
    /// A tag
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// A branch
    #[arg(long, value_name = "BRANCH")]
    pub(crate) branch: Option<String>,
    /// A commit
    #[arg(long, value_name = "COMMIT")]
    pub(crate) commit: Option<String>,
}

/// How far a version is published.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LifecycleWord {
    /// It is tried out
    Preview,
    /// It is what people should take
    Active,
    /// People should take another
    Deprecated,
    /// Nothing new takes it
    Archived,
}

impl From<LifecycleWord> for Lifecycle {
    fn from(word: LifecycleWord) -> Self {
        match word {
            LifecycleWord::Preview => Self::Preview,
            LifecycleWord::Active => Self::Active,
            LifecycleWord::Deprecated => Self::Deprecated,
            LifecycleWord::Archived => Self::Archived,
        }
    }
}

pub(super) async fn run(context: &Context, command: SourceCodeVersionCommand) -> anyhow::Result<Outcome> {
    use SourceCodeVersionCommand as Command;
    let client = &context.client()?;
    match command {
        Command::List {
            template,
            source_code,
            lifecycle,
        } => list(context, client, (template, source_code), lifecycle).await?,
        Command::Create(arguments) => {
            let made = client
                .create_source_code_version(context.organization()?, new(arguments))
                .await?;
            shown::version(context, &made)?;
        }
        Command::Show { version } => shown::version(context, &find(context, client, &version).await?.0)?,
        Command::Edit {
            version,
            description,
            breaking_changes,
            position,
            label,
        } => {
            let changes = SourceCodeVersionChanges {
                description,
                position,
                breaking_changes: breaking_changes.map(|text| (!text.is_empty()).then_some(text)),
                labels: (!label.is_empty()).then_some(label),
                ..SourceCodeVersionChanges::default()
            };
            change(context, client, &version, changes).await?;
        }
        Command::Activate(one) => publish(context, client, &one.version, Lifecycle::Active).await?,
        Command::Deprecate(one) => publish(context, client, &one.version, Lifecycle::Deprecated).await?,
        Command::Archive(one) => publish(context, client, &one.version, Lifecycle::Archived).await?,
        Command::Restore(one) => publish(context, client, &one.version, Lifecycle::Deprecated).await?,
        Command::SetVariable(arguments) => variable::set(context, client, arguments).await?,
        Command::UnsetVariable { version, name } => variable::unset(context, client, &version, &name).await?,
        Command::Schema(one) => {
            let id = id_of(&find(context, client, &one.version).await?.0)?;
            let found = client.source_code_version_schema(id).await?;
            context.output.json(&found.attributes.schema)?;
        }
        Command::Drift(one) => {
            let id = id_of(&find(context, client, &one.version).await?.0)?;
            shown::drift(context, &client.source_code_version_drift(id).await?)?;
        }
        Command::Refresh { version, yes } => return refresh(context, client, &version, yes).await,
        Command::Compare { version, with } => {
            let from = id_of(&find(context, client, &version).await?.0)?;
            let to = id_of(&find(context, client, &with).await?.0)?;
            shown::comparison(context, &client.compare_source_code_versions(from, to).await?)?;
        }
        Command::Delete { version, yes } => return delete(context, client, &version, yes).await,
    }
    Ok(Outcome::Success)
}

async fn list(
    context: &Context,
    client: &Client,
    (template, source_code): (Option<String>, Option<String>),
    lifecycle: Option<LifecycleWord>,
) -> anyhow::Result<()> {
    let mut filter = VersionFilter {
        lifecycle: lifecycle.map(Lifecycle::from),
        ..VersionFilter::default()
    };
    if let Some(template) = template {
        filter.template = Some(id_of(&template::find(context, client, &template).await?)?);
    }
    if let Some(source_code) = source_code {
        filter.source_code = Some(id_of(&source_code::find(context, client, &source_code).await?)?);
    }
    let rows = client
        .source_code_versions(context.organization()?, filter)
        .all()
        .await?;
    let nothing = "No versions. Make one: slipway source-code-version create TEMPLATE --source-code NAME --tag TAG";
    context.output.rows(&rows, nothing, shown::table)?;
    Ok(())
}

fn new(arguments: CreateArguments) -> NewSourceCodeVersion {
    NewSourceCodeVersion {
        template: arguments.template,
        source_code: arguments.source_code,
        tag: arguments.of.tag,
        branch: arguments.of.branch,
        commit: arguments.of.commit,
        directory: arguments.directory,
        lifecycle: arguments.active.then_some(Lifecycle::Active),
        position: None,
        description: arguments.description.unwrap_or_default(),
        labels: Vec::new(),
        breaking_changes: None,
        variables: Vec::new(),
    }
}

async fn change(
    context: &Context,
    client: &Client,
    version: &str,
    changes: SourceCodeVersionChanges,
) -> anyhow::Result<()> {
    let (found, tag) = find(context, client, version).await?;
    let changed = client.update_source_code_version(id_of(&found)?, changes, &tag).await?;
    shown::version(context, &changed)
}

async fn publish(context: &Context, client: &Client, version: &str, lifecycle: Lifecycle) -> anyhow::Result<()> {
    let (found, tag) = find(context, client, version).await?;
    let changes = SourceCodeVersionChanges {
        lifecycle: Some(lifecycle),
        ..SourceCodeVersionChanges::default()
    };
    let changed = client.update_source_code_version(id_of(&found)?, changes, &tag).await?;
    let name = shown::called(&changed.attributes);
    let word = shown::lifecycle(changed.attributes.lifecycle);
    context.output.done(&format!("{name} is {word}"));
    Ok(())
}

async fn refresh(context: &Context, client: &Client, version: &str, yes: bool) -> anyhow::Result<Outcome> {
    let (found, tag) = find(context, client, version).await?;
    let name = shown::called(&found.attributes);
    if !prompt::confirm(context, yes, &format!("Take the newest commit as the code of {name}?"))? {
        return Err(Failure::error("nothing was refreshed", "The version keeps its code."));
    }
    let refreshed = client.refresh_source_code_version(id_of(&found)?, &tag).await?;
    shown::refresh(context, &name, &refreshed)?;
    Ok(Outcome::Success)
}

async fn delete(context: &Context, client: &Client, version: &str, yes: bool) -> anyhow::Result<Outcome> {
    let (found, _) = find(context, client, version).await?;
    let name = shown::called(&found.attributes);
    if !prompt::confirm(context, yes, &format!("Delete the version {name}?"))? {
        return Err(Failure::error("nothing was deleted", "The version stays."));
    }
    client.delete_source_code_version(id_of(&found)?).await?;
    context.output.done(&format!("deleted the version {name}"));
    Ok(Outcome::Success)
}

/// The version of this id, or of this template and ref, with the tag of its row.
pub(super) async fn find(
    context: &Context,
    client: &Client,
    given: &str,
) -> anyhow::Result<(Resource<SourceCodeVersion>, String)> {
    if let Ok(id) = given.parse::<SourceCodeVersionId>() {
        return Ok(client.source_code_version(id).await?);
    }
    let next = "Name it template@ref, as network@v1.2.0, or by its id: slipway source-code-version list";
    let Some((template, name)) = given.split_once('@') else {
        return Err(Failure::error(format!("\"{given}\" names no version"), next));
    };
    let filter = VersionFilter {
        template: Some(id_of(&template::find(context, client, template).await?)?),
        ..VersionFilter::default()
    };
    let all = client
        .source_code_versions(context.organization()?, filter)
        .all()
        .await?;
    let mut matching = all.into_iter().filter(|version| version.attributes.name == name);
    match (matching.next(), matching.next()) {
        (Some(version), None) => Ok(client.source_code_version(id_of(&version)?).await?),
        (Some(_), Some(_)) => Err(Failure::error(format!("several versions are {given}"), next)),
        (None, _) => Err(Failure::error(format!("there is no version {given}"), next)),
    }
}
