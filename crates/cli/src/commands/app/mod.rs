//! `slipway app`: what runs in units and answers requests.
//!
//! `which.rs` finds out which app is meant. A deploy is `deploy.rs` (what is wanted) → `source.rs` (pack, upload) →
//! `follow.rs` (live, with `watch.rs` for what comes in and `steps.rs` for the words); restarts, rollbacks and changes of
//! variables are followed the same way.

mod autoscale;
pub(super) mod binds;
mod certificate;
mod commands;
mod deploy;
mod deploys;
mod domain;
mod env;
mod fields;
pub(super) mod follow;
mod listing;
mod logs;
mod metrics;
mod moment;
mod process;
mod repository;
mod routing;
mod scale;
mod shown;
mod source;
mod steps;
mod watch;
pub(super) mod which;

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::NewRollback;
use slipway_client::Client;

use self::follow::Waiting;
use self::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::clean;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    Create(fields::CreateArguments),
    List(fields::ListArguments),
    /// Show an app
    #[command(after_help = "Examples:\n  slipway app show\n  slipway app show web --output json")]
    Show {
        #[command(flatten)]
        one: One,
    },
    Update(fields::UpdateArguments),
    /// Delete an app with its units, versions, variables and logs
    #[command(after_help = "Examples:\n  slipway app delete web\n  slipway app delete web --yes")]
    Delete {
        /// The app, by name or id
        #[arg(value_name = "APP")]
        app: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    Deploy(Box<deploy::DeployArguments>),
    Deploys(deploys::ListArguments),
    ShowDeploy(deploys::ShowArguments),
    DeployLog(deploys::LogArguments),
    CancelDeploy(deploys::CancelArguments),
    /// List an app's versions, newest first: each can be run again
    #[command(after_help = "Examples:\n  slipway app versions\n  slipway app versions web --output json")]
    Versions {
        #[command(flatten)]
        one: One,
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    /// Run a version again that ran before, and follow it until it does
    #[command(after_help = "\
Examples:
  slipway app rollback
  slipway app rollback 7 --app web -m 'the new checkout loses carts'
  slipway app rollback --with-env")]
    Rollback {
        /// Its number [default: the one that ran before]
        #[arg(value_name = "VERSION")]
        version: Option<u32>,
        #[command(flatten)]
        of: OfApp,
        /// Bring back the variables that it last ran with, too; what binds give stays as it is now
        #[arg(long)]
        with_env: bool,
        /// Why, for those who look at the deploy later
        #[arg(long, short, default_value = "", hide_default_value = true, value_name = "TEXT")]
        message: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Start an app's units anew, one after the other, with what is staged for them
    #[command(after_help = "Examples:\n  slipway app restart\n  slipway app restart web --detach")]
    Restart {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Stop an app: nothing of it runs until it is started
    #[command(after_help = "Examples:\n  slipway app stop web")]
    Stop {
        #[command(flatten)]
        one: One,
    },
    /// Start an app that was stopped, with as many units as it had
    #[command(after_help = "Examples:\n  slipway app start web")]
    Start {
        #[command(flatten)]
        one: One,
    },
    /// Say how many units of a process shall run; those that are not named stay as they are
    #[command(after_help = "\
Examples:
  slipway app scale web=3
  slipway app scale web=3 worker=1 --app shop")]
    Scale {
        /// Processes with their numbers of units
        #[arg(value_name = "PROCESS=NUMBER", required = true)]
        units: Vec<scale::Wanted>,
        #[command(flatten)]
        of: OfApp,
    },
    /// How many units of a process the cluster lets run, by what they take
    #[command(subcommand)]
    Autoscale(autoscale::AutoscaleCommand),
    /// What is said of single processes: plan, labels and annotations of their units
    #[command(subcommand)]
    Process(process::ProcessCommand),
    /// List what runs of an app
    #[command(after_help = "Examples:\n  slipway app units\n  slipway app units web --output json")]
    Units {
        #[command(flatten)]
        one: One,
    },
    Logs(logs::LogsArguments),
    Metrics(metrics::MetricsArguments),
    /// Show what each unit of an app takes of its machine
    #[command(after_help = "Examples:\n  slipway app top\n  slipway app top web --output json")]
    Top {
        #[command(flatten)]
        one: One,
    },
    Shell(commands::ShellArguments),
    Exec(commands::ExecArguments),
    Run(commands::RunArguments),
    /// Variables: what an app's units see
    #[command(subcommand)]
    Env(env::EnvCommand),
    /// Domains: names that an app answers at beside its own
    #[command(subcommand)]
    Domain(domain::DomainCommand),
    /// Certificates that prove an app's domains
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    Routing(routing::RoutingArguments),
    /// The repository that an app is deployed from
    #[command(subcommand)]
    Repository(repository::RepositoryCommand),
    Bind(Box<binds::BindArguments>),
    Unbind(binds::UnbindArguments),
    Binds(binds::ListArguments),
    /// Print where an app answers
    #[command(after_help = "Examples:\n  slipway app open\n  slipway app open web")]
    Open {
        #[command(flatten)]
        one: One,
    },
}

pub(super) async fn run(context: &Context, command: AppCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        AppCommand::Create(arguments) => return fields::create(context, client, arguments).await,
        AppCommand::List(arguments) => return fields::list(context, client, arguments).await,
        AppCommand::Show { one } => show(context, client, &one).await?,
        AppCommand::Update(arguments) => return fields::update(context, client, arguments).await,
        AppCommand::Delete { app, yes } => delete(context, client, &app, yes).await?,
        AppCommand::Deploy(arguments) => return deploy::run(context, client, *arguments).await,
        AppCommand::Deploys(arguments) => return deploys::list(context, client, &arguments).await,
        AppCommand::ShowDeploy(arguments) => return deploys::show(context, client, &arguments).await,
        AppCommand::DeployLog(arguments) => return deploys::log(context, client, &arguments).await,
        AppCommand::CancelDeploy(arguments) => return deploys::cancel(context, client, &arguments).await,
        AppCommand::Versions { one, limit } => {
            let app = one.find(context, client).await?;
            let versions = client.app_versions(id_of(&app)?).up_to(limit).await?;
            let nothing = format!(
                "No versions. Make one: slipway app deploy --app {}",
                app.attributes.name
            );
            context.output.rows(&versions, &nothing, shown::versions)?;
        }
        AppCommand::Rollback {
            version,
            of,
            with_env,
            message,
            waiting,
        } => {
            let app = of.find(context, client).await?;
            let to = NewRollback {
                app_version: version,
                with_env,
                message,
            };
            let begun = client.roll_app_back(id_of(&app)?, to).await;
            return deploy::started(context, client, (&app, begun), &waiting).await;
        }
        AppCommand::Restart { one, waiting } => {
            let app = one.find(context, client).await?;
            let begun = client.restart_app(id_of(&app)?).await;
            return deploy::started(context, client, (&app, begun), &waiting).await;
        }
        AppCommand::Stop { one } => {
            let id = id_of(&one.find(context, client).await?)?;
            let app = client.stop_app(id).await?;
            done(context, &app, |app| format!("stopped {}", app.attributes.name))?;
        }
        AppCommand::Start { one } => {
            let id = id_of(&one.find(context, client).await?)?;
            let app = client.start_app(id).await?;
            done(context, &app, |app| {
                format!("{} starts: {}", app.attributes.name, scale::in_words(app))
            })?;
        }
        AppCommand::Scale { units, of } => {
            let scale = scale::scale(units)?;
            let id = id_of(&of.find(context, client).await?)?;
            let app = client.scale_app(id, scale).await?;
            done(context, &app, |app| {
                format!("{} shall run {}", app.attributes.name, scale::in_words(app))
            })?;
        }
        AppCommand::Autoscale(command) => return autoscale::run(context, client, command).await,
        AppCommand::Process(command) => return process::run(context, client, command).await,
        AppCommand::Units { one } => {
            let app = one.find(context, client).await?;
            let units = client.app_units(id_of(&app)?).all().await?;
            let nothing = format!("Nothing of {} runs.", app.attributes.name);
            context.output.rows(&units, &nothing, shown::units)?;
        }
        AppCommand::Logs(arguments) => return logs::run(context, client, arguments).await,
        AppCommand::Metrics(arguments) => return metrics::metrics(context, client, arguments).await,
        AppCommand::Top { one } => {
            let app = one.find(context, client).await?;
            let units = client.app_units(id_of(&app)?).all().await?;
            let nothing = format!("Nothing of {} runs.", app.attributes.name);
            context.output.rows(&units, &nothing, metrics::top)?;
        }
        AppCommand::Shell(arguments) => return commands::shell(context, client, arguments).await,
        AppCommand::Exec(arguments) => return commands::exec(context, client, arguments).await,
        AppCommand::Run(arguments) => return commands::run(context, client, arguments).await,
        AppCommand::Env(command) => return env::run(context, client, command).await,
        AppCommand::Domain(command) => return domain::run(context, client, command).await,
        AppCommand::Certificate(command) => return certificate::run(context, client, command).await,
        AppCommand::Routing(arguments) => return routing::run(context, client, arguments).await,
        AppCommand::Repository(command) => return repository::run(context, client, command).await,
        AppCommand::Bind(arguments) => return binds::bind(context, client, *arguments).await,
        AppCommand::Unbind(arguments) => return binds::unbind(context, client, arguments).await,
        AppCommand::Binds(arguments) => return binds::list(context, client, &arguments).await,
        AppCommand::Open { one } => open(context, &one.find(context, client).await?)?,
    }
    Ok(Outcome::Success)
}

/// Says what was done, or shows how the app is now.
fn done(context: &Context, app: &Resource<App>, words: impl FnOnce(&Resource<App>) -> String) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(app);
    }
    context.output.done(&words(app));
    Ok(())
}

async fn show(context: &Context, client: &Client, one: &One) -> anyhow::Result<()> {
    let app = one.find(context, client).await?;
    let units = match context.output.is_json() {
        true => Vec::new(),
        // What the app is can be said without them.
        false => client.app_units(id_of(&app)?).all().await.unwrap_or_default(),
    };
    shown::app(context, &app, &units)
}

async fn delete(context: &Context, client: &Client, text: &str, yes: bool) -> anyhow::Result<()> {
    let app = which::find(context, client, Some(text)).await?;
    let name = &app.attributes.name;
    let what = format!("This deletes {name}: its units, versions, variables and logs. Nothing brings them back.");
    if !prompt::confirm_by_name(context, yes, &what, name.as_str())? {
        return Err(Failure::error("nothing was deleted", "The app stays."));
    }
    client.delete_app(id_of(&app)?).await?;
    context.output.done(&format!("deleted the app {name}"));
    Ok(())
}

fn open(context: &Context, app: &Resource<App>) -> anyhow::Result<()> {
    let (name, urls) = (&app.attributes.name, &app.attributes.urls);
    if context.output.is_json() {
        return context.output.json(urls);
    }
    let Some(url) = urls.first() else {
        let next = match app.attributes.live_version {
            None => format!("Deploy it: slipway app deploy --app {name}"),
            Some(_) => "Only apps with a process that takes requests have one; usually it is called web.".to_owned(),
        };
        return Err(Failure::error(format!("{name} has no address"), next));
    };
    Ok(context.output.line(&clean(url))?)
}
