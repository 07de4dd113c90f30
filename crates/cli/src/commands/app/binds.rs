//! `slipway app bind`: outputs of something else as variables of an app.

use clap::Args;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::binds::{AppBind, BindOrigin, NewAppBind};
use slipway_client::Client;

use super::follow::{self, Waiting};
use super::which::{self, One};
use crate::commands::resource::order::entry;
use crate::commands::{resource, service_instance, workspace};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, age};

/// Give an app the outputs of something else as variables, which follow when they change
///
/// What is bound is a service instance, a resource of the catalog, or a workspace. Nobody is shown the values, unless
/// --public says so, and never those of secrets. What puts nothing out yet is waited for.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app bind web orders-db
  slipway app bind web orders-db --prefix ORDERS_ --no-restart
  slipway app bind web --resource database/orders --value-name endpoint=DATABASE_HOST
  slipway app bind web --from-workspace network --value-name vpc_id=VPC_ID --public")]
pub(crate) struct BindArguments {
    /// The app, by name or id
    #[arg(value_name = "APP")]
    app: String,
    #[command(flatten)]
    origin: OriginArguments,
    /// An output that is given, and the variable that it is then; may be given several times [default: as the service says,
    /// or all, each under its name in capitals]
    #[arg(long = "value-name", value_name = "OUTPUT=VARIABLE", value_parser = entry)]
    value_name: Vec<(String, String)>,
    /// Put before the name of each variable
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Show the values of outputs that are no secrets to who may see variables
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    how: How,
}

/// Take away what a bind gave
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app unbind web orders-db
  slipway app unbind web --resource database/orders --no-restart
  slipway app unbind web bind-0123456789abcdef")]
pub(crate) struct UnbindArguments {
    /// The app, by name or id
    #[arg(value_name = "APP")]
    app: String,
    #[command(flatten)]
    origin: OriginArguments,
    #[command(flatten)]
    how: How,
}

/// List what an app is bound to
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway app binds\n  slipway app binds web --output json")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    one: One,
}

/// What an app, or a job, is bound to.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OriginArguments {
    /// The service instance, by name or id
    #[arg(value_name = "INSTANCE")]
    instance: Option<String>,
    /// A resource of the catalog: template/name or its id
    #[arg(long, value_name = "RESOURCE")]
    resource: Option<String>,
    /// A workspace, by name or id: the outputs of its state
    #[arg(long, value_name = "WORKSPACE")]
    from_workspace: Option<String>,
}

/// When units see it.
#[derive(Debug, Args)]
struct How {
    /// Let units run on with what they have; the next deploy or restart brings it to them
    #[arg(long)]
    no_restart: bool,
    #[command(flatten)]
    waiting: Waiting,
}

/// A bind as it is found again: its id, and what it is to.
pub(crate) type Bound<'a> = (&'a str, &'a BindOrigin);

impl OriginArguments {
    /// Which of these binds is meant; `who` is bound, and `list` lists the binds.
    pub(crate) async fn choose<'a>(
        &self,
        context: &Context,
        client: &Client,
        binds: &[Bound<'a>],
        (who, list): (&str, &str),
    ) -> anyhow::Result<Bound<'a>> {
        let bind = match self.instance.as_deref() {
            Some(id) if id.parse::<slipway_api::ids::BindId>().is_ok() => binds.iter().find(|bind| bind.0 == id),
            _ => {
                let wanted = self.find(context, client).await?;
                let id = [
                    wanted.service_instance.map(|id| id.to_string()),
                    wanted.resource.map(|id| id.to_string()),
                    wanted.workspace.map(|id| id.to_string()),
                ];
                let id = id.into_iter().flatten().next();
                let mut to: Vec<_> = binds.iter().filter(|bind| bind.1.id == id).collect();
                if to.len() > 1 {
                    let ids: Vec<&str> = to.iter().map(|bind| bind.0).collect();
                    let next = format!("Say which by its id: {}", ids.join(", "));
                    return Err(Failure::error(format!("{who} is bound to it several times"), next));
                }
                to.pop()
            }
        };
        bind.copied().ok_or_else(|| {
            let next = format!("See what it is bound to: {list}");
            Failure::error(format!("{who} is not bound to that"), next)
        })
    }

    /// What is meant, as the server wants it.
    pub(crate) async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<NewAppBind> {
        let mut wanted = NewAppBind::default();
        if let Some(given) = &self.instance {
            wanted.service_instance = Some(id_of(&service_instance::find(context, client, given).await?)?);
        }
        if let Some(given) = &self.resource {
            wanted.resource = Some(id_of(&resource::find(context, client, given).await?)?);
        }
        if let Some(given) = &self.from_workspace {
            wanted.workspace = Some(id_of(&workspace::find(context, client, Some(given.as_str())).await?)?);
        }
        Ok(wanted)
    }
}

pub(super) async fn bind(context: &Context, client: &Client, arguments: BindArguments) -> anyhow::Result<Outcome> {
    let app = which::find(context, client, Some(&arguments.app)).await?;
    let origin = arguments.origin.find(context, client).await?;
    let wanted = NewAppBind {
        names: arguments.value_name.into_iter().collect(),
        prefix: arguments.prefix,
        shows_values: arguments.public,
        staged: arguments.how.no_restart,
        ..origin
    };
    let bind = client.bind_app(id_of(&app)?, wanted).await?;
    if context.output.is_json() {
        context.output.json(&bind)?;
    }
    let (shown, name) = (&bind.attributes, &app.attributes.name);
    let to = called(&shown.origin);
    context.output.done(&match variables(shown) {
        given if given.is_empty() => format!("bound {name} to {to}: {}", shown.reason),
        given => format!("bound {name} to {to}, which gives it {given}"),
    });
    follow::brought(
        context,
        client,
        &app,
        (arguments.how.no_restart, &arguments.how.waiting),
    )
    .await
}

pub(super) async fn unbind(context: &Context, client: &Client, arguments: UnbindArguments) -> anyhow::Result<Outcome> {
    let app = which::find(context, client, Some(&arguments.app)).await?;
    let binds = client.app_binds(id_of(&app)?).all().await?;
    let name = &app.attributes.name;
    let bound: Vec<Bound<'_>> = binds
        .iter()
        .map(|bind| (bind.id.as_str(), &bind.attributes.origin))
        .collect();
    let list = format!("slipway app binds {name}");
    let (id, origin) = arguments
        .origin
        .choose(context, client, &bound, (name.as_str(), &list))
        .await?;
    client.unbind_app(id.parse()?, arguments.how.no_restart).await?;
    let to = called(origin);
    context.output.done(&format!("unbound {name} from {to}"));
    follow::brought(
        context,
        client,
        &app,
        (arguments.how.no_restart, &arguments.how.waiting),
    )
    .await
}

pub(super) async fn list(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<Outcome> {
    let app: Resource<App> = arguments.one.find(context, client).await?;
    let binds = client.app_binds(id_of(&app)?).all().await?;
    let name = &app.attributes.name;
    let nothing = format!("{name} is bound to nothing. Bind it: slipway app bind {name} INSTANCE");
    context.output.rows(&binds, &nothing, table)?;
    Ok(Outcome::Success)
}

pub(crate) fn called(origin: &BindOrigin) -> String {
    match &origin.name {
        Some(name) => format!("{}/{name}", origin.kind.word()),
        None => format!("a {} that you may not see", origin.kind.word().replace('-', " ")),
    }
}

fn variables(bind: &AppBind) -> String {
    let names: Vec<&str> = bind.variables.iter().map(|variable| variable.name.as_str()).collect();
    names.join(", ")
}

fn table(binds: &[Resource<AppBind>]) -> Table {
    let mut table = Table::new(&["to", "status", "variables", "changed", "id"]);
    for bind in binds {
        let shown = &bind.attributes;
        let status = match shown.reason.is_empty() {
            true => shown.status.as_str().to_owned(),
            false => format!("{}: {}", shown.status.as_str(), shown.reason),
        };
        table.toned_row(vec![
            (called(&shown.origin), None),
            (status, None),
            (variables(shown), None),
            (age(shown.updated_at, now()), None),
            (bind.id.clone(), Some(Tone::Quiet)),
        ]);
    }
    table
}
