//! What site administrators do with clusters: connecting Kubernetes, changing how it is reached, taking it away.

use secrecy::SecretString;
use serde_json::{Value, json};
use slipway_api::clusters::{ClusterChanges, NewCluster};
use slipway_api::ids::ClusterId;
use slipway_api::pools::{ClusterDriver, ClusterStatus};
use slipway_api::{Code, Name};
use slipway_identity::permissions::SITE_MANAGE;
use slipway_identity::require_at_site;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::secrets::{Place, SecretBytes};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, Tx};
use slipway_kube::Access;

use super::model::{Cluster, Connection, Settings};
use super::{builds, service, store};
use crate::{plans, pools};

const KIND: &str = "cluster";
/// Largest kubeconfig, in bytes.
const LARGEST: usize = 256 << 10;

/// The cluster with this id.
///
/// # Errors
///
/// `Forbidden` for those who do not administer the site; `NotFound`.
pub async fn get(ctx: &Ctx, id: ClusterId) -> Result<Cluster> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found(KIND, id))
}

/// Connects a Kubernetes cluster. Whether it answers is found out afterwards.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, mut wanted: NewCluster) -> Result<Cluster> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let kubeconfig = wanted.kubeconfig.take();
    let settings = Settings::of(&wanted)?;
    builds::require(ctx, settings.build.as_ref()).await?;
    require_usable(kubeconfig.as_deref(), &settings).await?;
    let cluster = Cluster {
        id: ctx.new_id()?,
        organization_id: None,
        name: wanted.name,
        driver: ClusterDriver::Kubernetes,
        status: ClusterStatus::Unknown,
        reason: String::new(),
        checked_at: None,
        created_at: ctx.now(),
        version: 1,
        images_refusal: None,
    };
    let connection = Connection {
        cluster_id: cluster.id,
        kubeconfig: sealed(ctx, cluster.id, kubeconfig).await?,
        settings,
    };
    let mut tx = ctx.begin().await?;
    require_free(&tx, cluster.id, &cluster.name).await?;
    store::insert(&tx, &cluster).await?;
    store::insert_connection(&tx, &connection).await?;
    plans::service::prepare_first(&tx, ctx).await?;
    record(
        &mut tx,
        ctx,
        &cluster,
        ("cluster.created", described(&cluster, &connection)),
    )
    .await?;
    tx.commit().await?;
    Ok(cluster)
}

/// Changes how a cluster is reached, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists`; `Invalid`; `Conflict` for the Docker Engine of
/// the machine, which only has a name.
pub async fn update(ctx: &Ctx, seen: &Cluster, mut changes: ClusterChanges) -> Result<Cluster> {
    require_at_site(ctx, SITE_MANAGE).await?;
    let before = connection(ctx, seen).await?;
    let kubeconfig = changes.kubeconfig.take();
    let settings = before.settings.changed(&changes)?;
    if changes.build.is_some() {
        builds::require(ctx, settings.build.as_ref()).await?;
    }
    let has_other = kubeconfig.is_some();
    let connection = match kubeconfig {
        Some(kubeconfig) => {
            require_usable(kubeconfig.as_deref(), &settings).await?;
            Connection {
                cluster_id: seen.id,
                kubeconfig: sealed(ctx, seen.id, kubeconfig).await?,
                settings,
            }
        }
        None => Connection {
            settings,
            ..before.clone()
        },
    };
    let cluster = Cluster {
        name: changes.name.unwrap_or_else(|| seen.name.clone()),
        version: seen.version + 1,
        ..seen.clone()
    };
    let mut tx = ctx.begin().await?;
    require_free(&tx, cluster.id, &cluster.name).await?;
    if !store::update(&tx, &cluster).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the cluster at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    store::update_connection(&tx, &connection).await?;
    let told = json!({
        "from": described(seen, &before),
        "to": described(&cluster, &connection),
        "kubeconfig": if has_other { "replaced" } else { "former" },
    });
    record(&mut tx, ctx, &cluster, ("cluster.updated", told)).await?;
    tx.commit().await?;
    Ok(cluster)
}

/// Takes a cluster away that no pool is of. What runs there is left alone.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict` while pools are of it, and for the Docker Engine of the machine.
pub async fn delete(ctx: &Ctx, id: ClusterId) -> Result<()> {
    let cluster = get(ctx, id).await?;
    let connection = connection(ctx, &cluster).await?;
    let mut tx = ctx.begin().await?;
    let pools = pools::store::all(&*tx).await?;
    let those = pools.iter().filter(|pool| pool.cluster_id == id);
    let names: Vec<&str> = those.map(|pool| pool.name.as_str()).collect();
    if !names.is_empty() {
        return Err(Error::conflict(format!(
            "Pools are of the cluster \"{}\": {}. Delete them first.",
            cluster.name,
            names.join(", ")
        )));
    }
    store::delete(&tx, id).await?;
    record(
        &mut tx,
        ctx,
        &cluster,
        ("cluster.deleted", described(&cluster, &connection)),
    )
    .await?;
    tx.commit().await?;
    service::forget(ctx, id).await;
    Ok(())
}

/// Asks a cluster now how it is, by a new connection.
///
/// # Errors
///
/// `Forbidden`; `NotFound`. What is wrong with the cluster is no error but the answer.
pub async fn check(ctx: &Ctx, id: ClusterId) -> Result<Cluster> {
    let cluster = get(ctx, id).await?;
    service::forget(ctx, id).await;
    service::check(ctx, &cluster).await?;
    get(ctx, id).await
}

/// How a cluster is reached, to be used.
pub(super) async fn access(ctx: &Ctx, connection: &Connection) -> Result<Access> {
    let Some(sealed) = &connection.kubeconfig else {
        return Ok(Access::InCluster);
    };
    let place = place(connection.cluster_id);
    let opened = ctx.secrets.open(ctx.db.reader(), None, &place, sealed).await?;
    let text = std::str::from_utf8(opened.expose()).map_err(Error::internal)?;
    Ok(of_text(text, &connection.settings))
}

fn of_text(text: &str, settings: &Settings) -> Access {
    Access::Kubeconfig {
        text: SecretString::from(text),
        context: settings.context.clone(),
    }
}

async fn connection(ctx: &Ctx, cluster: &Cluster) -> Result<Connection> {
    store::connection(ctx.db.reader(), cluster.id).await?.ok_or_else(|| {
        Error::conflict(format!(
            "The cluster \"{}\" is the Docker Engine of the server's machine: it is set up by the settings apps.docker and apps.docker_socket.",
            cluster.name
        ))
    })
}

async fn require_free(tx: &Tx, id: ClusterId, name: &Name) -> Result<()> {
    let clusters = store::all(&**tx).await?;
    match clusters.iter().any(|other| other.id != id && other.name == *name) {
        true => Err(Error::already_exists(KIND, name)),
        false => Ok(()),
    }
}

/// Refuses what can be seen to be no way to a cluster, without asking it.
async fn require_usable(kubeconfig: Option<&str>, settings: &Settings) -> Result<()> {
    let at = "/data/attributes/kubeconfig";
    if kubeconfig.is_some_and(|text| text.len() > LARGEST) {
        let detail = format!("A kubeconfig has at most {} KiB.", LARGEST >> 10);
        return Err(Error::invalid(at, detail));
    }
    let access = match kubeconfig {
        Some(text) => of_text(text, settings),
        None => Access::InCluster,
    };
    let checked = access.check().await;
    checked.map_err(|error| Error::invalid(at, sentence(&error.to_string())))
}

async fn sealed(ctx: &Ctx, id: ClusterId, kubeconfig: Option<String>) -> Result<Option<Vec<u8>>> {
    let Some(text) = kubeconfig else { return Ok(None) };
    let text = SecretBytes::new(text.into_bytes());
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place(id), text.expose())
        .await?;
    Ok(Some(sealed))
}

fn place(id: ClusterId) -> Place {
    Place::new("cluster_connections", "kubeconfig", id)
}

/// Without what is secret.
fn described(cluster: &Cluster, connection: &Connection) -> Value {
    let shown = connection.settings.clone().shown(connection.kubeconfig.is_some());
    json!({"name": cluster.name, "kubernetes": shown})
}

async fn record(tx: &mut Tx, ctx: &Ctx, cluster: &Cluster, (action, changes): (&'static str, Value)) -> Result<()> {
    let event = NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: KIND,
        object_id: cluster.id.to_string(),
        object_name: cluster.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
