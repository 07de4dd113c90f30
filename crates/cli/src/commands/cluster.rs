//! `slipway cluster`: what builds and runs apps.

use clap::{Args, Subcommand};
use slipway_api::clusters::{ClusterBuild, ClusterChanges, ClusterConnection, NewCluster};
use slipway_api::ids::{ClusterId, IntegrationId};
use slipway_api::pools::{Cluster, ClusterDriver, ClusterStatus};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, age, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// List the clusters, and whether they can be used
    #[command(after_help = "Examples:\n  slipway cluster list\n  slipway cluster list --output json")]
    List,
    /// Show a cluster, and how it is reached
    #[command(after_help = "Examples:\n  slipway cluster show production")]
    Show {
        /// The cluster, by name or id
        #[arg(value_name = "CLUSTER")]
        cluster: String,
    },
    /// Connect a Kubernetes cluster
    #[command(after_help = "\
Examples:
  slipway cluster create production --kubeconfig - --domain apps.example.com --app-url 'https://*/' < kubeconfig.yaml
  slipway cluster create here --in-cluster --namespace apps --ingress-class traefik
  slipway cluster create staging --in-cluster --buildkit tcp://buildkitd.build:1234 --build-registry int-1k9x3c0q8fz2m4ab --build-repository slipway/staging")]
    Create(Box<CreateArguments>),
    /// Change how a Kubernetes cluster is reached, and where its apps answer
    #[command(after_help = "\
Examples:
  slipway cluster update production --kubeconfig - < kubeconfig.yaml
  slipway cluster update production --domain apps.example.com --ingress-class none
  slipway cluster update production --buildkit tcp://buildkitd.build:1234 --build-registry int-1k9x3c0q8fz2m4ab --build-repository slipway/production
  slipway cluster update production --buildkit none")]
    Update(Box<UpdateArguments>),
    /// Ask a cluster now how it is, and say what it lacks
    #[command(after_help = "Examples:\n  slipway cluster check production")]
    Check {
        /// The cluster, by name or id
        #[arg(value_name = "CLUSTER")]
        cluster: String,
    },
    /// Delete a cluster that no pool is of; what runs there is left alone
    #[command(after_help = "Examples:\n  slipway cluster delete production --yes")]
    Delete {
        /// The cluster, by name or id
        #[arg(value_name = "CLUSTER")]
        cluster: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The cluster's name
    #[arg(value_name = "NAME")]
    name: Name,
    /// Reach it by the kubeconfig on stdin, with its certificates and tokens in it
    #[arg(long, value_name = "-", value_parser = ["-"], required_unless_present = "in_cluster")]
    kubeconfig: Option<String>,
    /// It is the cluster that the server itself runs in
    #[arg(long, conflicts_with = "kubeconfig")]
    in_cluster: bool,
    /// Which context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "CONTEXT", requires = "kubeconfig")]
    context: Option<String>,
    /// The namespace of everything that is made there [default: slipway-apps]
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// Which Ingress controller serves the apps [default: the cluster's choice]
    #[arg(long, value_name = "CLASS")]
    ingress_class: Option<String>,
    /// What the apps are below: NAME.ORGANIZATION.DOMAIN [default: the server's own]
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// The address that people open apps at, with * for the host [default: http://*/]
    #[arg(long, value_name = "PATTERN")]
    app_url: Option<String>,
    /// A BuildKit that builds images for it, where the server reaches it [default: nothing builds]
    #[arg(long, value_name = "TCP://HOST:PORT", requires_all = ["build_registry", "build_repository"])]
    buildkit: Option<String>,
    /// The integration of the registry that the images are pushed to, by id
    #[arg(long, value_name = "INTEGRATION", requires = "buildkit")]
    build_registry: Option<IntegrationId>,
    /// What the images are below there
    #[arg(long, value_name = "PATH", requires = "buildkit")]
    build_repository: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The cluster, by name or id
    #[arg(value_name = "CLUSTER")]
    cluster: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// Reach it by the kubeconfig on stdin
    #[arg(long, value_name = "-", value_parser = ["-"])]
    kubeconfig: Option<String>,
    /// It is the cluster that the server itself runs in
    #[arg(long, conflicts_with = "kubeconfig")]
    in_cluster: bool,
    /// Another context of the kubeconfig; "none" for its current one
    #[arg(long, value_name = "CONTEXT")]
    context: Option<String>,
    /// Another Ingress controller; "none" for the cluster's choice
    #[arg(long, value_name = "CLASS")]
    ingress_class: Option<String>,
    /// Another domain; "none" for the server's own
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Another address for people, with * for the host; "none" for http://*/
    #[arg(long, value_name = "PATTERN")]
    app_url: Option<String>,
    /// Another BuildKit that builds images for it; "none" for nothing
    #[arg(long, value_name = "TCP://HOST:PORT")]
    buildkit: Option<String>,
    /// The integration of the registry that the images are pushed to, by id [default: the former]
    #[arg(long, value_name = "INTEGRATION")]
    build_registry: Option<IntegrationId>,
    /// What the images are below there [default: the former]
    #[arg(long, value_name = "PATH")]
    build_repository: Option<String>,
}

pub(super) async fn run(context: &Context, command: ClusterCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ClusterCommand::List => {
            let clusters = client.clusters(context.organization()?).all().await?;
            let nothing = "No clusters: the server has found no Docker Engine, and no Kubernetes cluster is connected.";
            context.output.rows(&clusters, nothing, table)?;
        }
        ClusterCommand::Show { cluster } => show(context, &find(context, client, &cluster).await?)?,
        ClusterCommand::Create(arguments) => {
            let made = client.create_cluster(wanted(*arguments)?).await?;
            // Whether it answers is what one wants to know now.
            return checked(context, client, id_of(&made)?).await;
        }
        ClusterCommand::Update(arguments) => {
            let found = find(context, client, &arguments.cluster).await?;
            let id = id_of(&found)?;
            let former = found.attributes.kubernetes.and_then(|place| place.build);
            client.update_cluster(id, changes(*arguments, former)?).await?;
            return checked(context, client, id).await;
        }
        ClusterCommand::Check { cluster } => {
            let id = id_of(&find(context, client, &cluster).await?)?;
            return checked(context, client, id).await;
        }
        ClusterCommand::Delete { cluster, yes } => {
            let cluster = find(context, client, &cluster).await?;
            let name = &cluster.attributes.name;
            let question = format!("Delete the cluster {name}? What runs there is left alone.");
            if !prompt::confirm(context, yes, &question)? {
                return Err(Failure::error("nothing was deleted", "The cluster stays."));
            }
            client.delete_cluster(id_of(&cluster)?).await?;
            context.output.done(&format!("deleted the cluster {name}"));
        }
    }
    Ok(Outcome::Success)
}

async fn checked(context: &Context, client: &Client, id: ClusterId) -> anyhow::Result<Outcome> {
    let cluster = client.check_cluster(id).await?;
    show(context, &cluster)?;
    Ok(match cluster.attributes.status {
        ClusterStatus::Ready => Outcome::Success,
        ClusterStatus::Unknown | ClusterStatus::Limited | ClusterStatus::Unreachable => Outcome::Failed,
    })
}

fn wanted(arguments: CreateArguments) -> anyhow::Result<NewCluster> {
    Ok(NewCluster {
        name: arguments.name,
        kubeconfig: arguments.kubeconfig.map(|_| prompt::value_from_stdin()).transpose()?,
        context: arguments.context,
        namespace: arguments.namespace,
        ingress_class: arguments.ingress_class,
        domain: arguments.domain,
        public_url: arguments.app_url,
        build: arguments
            .buildkit
            .zip(arguments.build_registry)
            .zip(arguments.build_repository)
            .map(|((buildkit, registry), repository)| ClusterBuild {
                buildkit,
                registry,
                repository,
            }),
    })
}

/// What builds from now on: what is not said is what it was.
fn building(arguments: &UpdateArguments, former: Option<ClusterBuild>) -> anyhow::Result<Option<Option<ClusterBuild>>> {
    let UpdateArguments {
        buildkit,
        build_registry,
        build_repository,
        ..
    } = arguments;
    match buildkit.as_deref() {
        None if build_registry.is_none() && build_repository.is_none() => return Ok(None),
        Some("none") => return Ok(Some(None)),
        _ => {}
    }
    let former = former.as_ref();
    let all = (
        buildkit
            .clone()
            .or_else(|| former.map(|former| former.buildkit.clone())),
        build_registry.or_else(|| former.map(|former| former.registry)),
        build_repository
            .clone()
            .or_else(|| former.map(|former| former.repository.clone())),
    );
    match all {
        (Some(buildkit), Some(registry), Some(repository)) => Ok(Some(Some(ClusterBuild {
            buildkit,
            registry,
            repository,
        }))),
        _ => Err(Failure::error(
            "the cluster does not build yet, and not everything was said",
            "Say all of it: --buildkit tcp://HOST:PORT --build-registry INTEGRATION --build-repository PATH",
        )),
    }
}

fn changes(arguments: UpdateArguments, former: Option<ClusterBuild>) -> anyhow::Result<ClusterChanges> {
    let build = building(&arguments, former)?;
    let or_none = |text: Option<String>| text.map(|text| Some(text).filter(|text| text != "none"));
    let read = arguments.kubeconfig.map(|_| prompt::value_from_stdin()).transpose()?;
    Ok(ClusterChanges {
        name: arguments.name,
        kubeconfig: match arguments.in_cluster {
            true => Some(None),
            false => read.map(Some),
        },
        context: or_none(arguments.context),
        ingress_class: or_none(arguments.ingress_class),
        domain: or_none(arguments.domain),
        public_url: or_none(arguments.app_url),
        build,
    })
}

/// The cluster of this id or name.
async fn find(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<Cluster>> {
    if let Ok(id) = text.parse::<ClusterId>() {
        return Ok(client.cluster(id).await?);
    }
    let all = client.clusters(context.organization()?).all().await?;
    let found = all.into_iter().find(|cluster| cluster.attributes.name.as_str() == text);
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no cluster {text}"),
            "See what there is: slipway cluster list",
        )
    })
}

fn driver(cluster: &Cluster) -> &'static str {
    match cluster.driver {
        ClusterDriver::Docker => "docker",
        ClusterDriver::Kubernetes => "kubernetes",
    }
}

fn status(cluster: &Cluster) -> (&'static str, Tone) {
    match cluster.status {
        ClusterStatus::Unknown => ("unknown", Tone::Quiet),
        ClusterStatus::Ready => ("ready", Tone::Good),
        ClusterStatus::Limited => ("limited", Tone::Bad),
        ClusterStatus::Unreachable => ("unreachable", Tone::Bad),
    }
}

fn table(clusters: &[Resource<Cluster>]) -> Table {
    let mut table = Table::new(&["name", "driver", "status", "looked at", "what it says"]);
    for resource in clusters {
        let cluster = &resource.attributes;
        let (status, tone) = status(cluster);
        table.toned_row(vec![
            (cluster.name.to_string(), None),
            (driver(cluster).to_owned(), None),
            (status.to_owned(), Some(tone)),
            (
                cluster.checked_at.map(|at| age(at, now())).unwrap_or_default(),
                Some(Tone::Quiet),
            ),
            (one_line(&cluster.reason, 100), None),
        ]);
    }
    table
}

fn show(context: &Context, cluster: &Resource<Cluster>) -> anyhow::Result<()> {
    context.output.one(cluster, |resource| {
        let cluster = &resource.attributes;
        let mut rows = vec![
            ("Name", cluster.name.to_string()),
            ("Id", resource.id.clone()),
            ("Driver", driver(cluster).to_owned()),
            ("Status", status(cluster).0.to_owned()),
            ("What it says", cluster.reason.clone()),
        ];
        if let Some(place) = &cluster.kubernetes {
            let or = |text: &Option<String>, usual: &str| text.clone().unwrap_or_else(|| usual.to_owned());
            let connection = match place.connection {
                ClusterConnection::InCluster => "the cluster of the server",
                ClusterConnection::Kubeconfig => "a kubeconfig",
            };
            rows.extend([
                ("Reached by", connection.to_owned()),
                ("Context", or(&place.context, "the current one")),
                ("Namespace", place.namespace.clone()),
                ("Ingress class", or(&place.ingress_class, "the cluster's choice")),
                ("Domain", or(&place.domain, "the server's own")),
                ("Address of apps", or(&place.public_url, "http://*/")),
            ]);
            let builds = place
                .build
                .as_ref()
                .map(|build| format!("by {} to {} of {}", build.buildkit, build.repository, build.registry));
            rows.push((
                "Builds",
                builds.unwrap_or_else(|| "none: apps are deployed by images".to_owned()),
            ));
        }
        rows
    })
}
