//! Connecting a repository: it is looked up where it is, and what its refs are at that moment counts as announced.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_git::Address;
use slipway_identity::organizations;
use slipway_kernel::{Ctx, Error, Result, directory};

use super::fetching::record;
use super::model::{RefUpdate, Repository, RepositoryStatus};
use super::trouble::Trouble;
use super::{changes, opening, service, store};
use crate::forges::model::ForgeRepository;
use crate::integrations::{self, Integration};
use crate::permissions::INTEGRATION_USE;
use crate::webhooks;

/// Where errors about which repository is wanted point to.
const FIELD: &str = "/data/attributes/identifier";
/// Longest full name and key, in characters.
const LONGEST: usize = 200;

/// Which repository is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What opens it; none when everybody may read it.
    pub integration: Option<IntegrationId>,
    /// Its full name at the integration's forge, or its whole address.
    pub identifier: String,
}

/// A repository as it was found where it is.
struct Found {
    address: Address,
    forge_id: Option<String>,
    full_name: String,
    web_url: Option<String>,
    default_branch: Option<String>,
    refs: Vec<RefUpdate>,
}

/// The repository of an organization, known or new: it is looked up where it is, and what its refs are now counts as
/// announced.
///
/// # Errors
///
/// What the caller may not do (`integration.use`); `Invalid` at `/data/attributes/identifier` when there is none or the
/// credentials do not open it; `Unavailable` when its host is away.
pub async fn ensure(ctx: &Ctx, organization: OrganizationId, wanted: &Wanted) -> Result<Repository> {
    let integration = allowed(ctx, organization, wanted).await?;
    let (address, described) = locate(ctx, integration.as_ref(), &wanted.identifier).await?;
    let known = store::of_key(ctx.db.reader(), organization, &address.key()).await?;
    if let Some(known) = known {
        return reuse(ctx, known, integration.as_ref()).await;
    }
    let id = ctx.new_id()?;
    let found = look(ctx, id, address, described, integration.as_ref()).await?;
    let repository = new(ctx, id, organization, integration.as_ref(), &found);
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization).await?;
    match store::insert(&tx, &repository, &found.refs).await {
        Ok(()) => {}
        Err(error) if error.code() == Code::AlreadyExists => {
            drop(tx);
            let known = store::of_key(ctx.db.reader(), organization, &repository.address_key).await?;
            return reuse(ctx, known.ok_or(error)?, integration.as_ref()).await;
        }
        Err(error) => return Err(error),
    }
    directory::store::put(&tx, &service::object(&repository)).await?;
    if let Some(edge) = service::edge(&repository) {
        directory::store::connect(&tx, &edge).await?;
    }
    let changes = json!({
        "full-name": repository.full_name,
        "address": repository.address,
        "integration": repository.integration_id,
    });
    record(&mut tx, ctx, &repository, "repository.connected", changes).await?;
    webhooks::poke(&mut tx, ctx, repository.id).await?;
    tx.commit().await?;
    Ok(repository)
}

/// The integration, if the caller may use it; without one, whether he may use any.
async fn allowed(ctx: &Ctx, organization: OrganizationId, wanted: &Wanted) -> Result<Option<Integration>> {
    let Some(id) = wanted.integration else {
        let organization = organizations::by_id(ctx, organization).await?;
        organizations::require(ctx, INTEGRATION_USE, &organization).await?;
        return Ok(None);
    };
    let integration = integrations::service::load(ctx, id, INTEGRATION_USE).await?;
    if integration.organization_id != organization {
        return Err(Error::not_found("integration", id));
    }
    Ok(Some(integration))
}

/// A row that is there already. Somebody else's integration opened it: who connects it must be allowed to use that, or he
/// would read by it what he cannot read by his own.
async fn reuse(ctx: &Ctx, known: Repository, given: Option<&Integration>) -> Result<Repository> {
    let opened_by = match known.integration_id {
        Some(id) if given.is_none_or(|given| given.id != id) => {
            match integrations::service::load(ctx, id, INTEGRATION_USE).await {
                Ok(integration) => Some(integration.id),
                Err(error) => match integrations::service::of_system(ctx, id).await {
                    // It was deleted: the next one takes its place.
                    Err(gone) if gone.code() == Code::NotFound => None,
                    _ => return Err(of_another(&known, &error)),
                },
            }
        }
        other => other,
    };
    let repository = Repository {
        integration_id: opened_by.or(given.map(|given| given.id)),
        ..known.clone()
    };
    let mut tx = ctx.begin().await?;
    store::use_now(&tx, known.id, ctx.now()).await?;
    if repository.integration_id != known.integration_id {
        store::describe(&tx, &repository).await?;
        if let Some(edge) = service::edge(&known) {
            directory::store::disconnect(&tx, &edge).await?;
        }
        if let Some(edge) = service::edge(&repository) {
            directory::store::connect(&tx, &edge).await?;
        }
        let changes = json!({"integration": [known.integration_id, repository.integration_id]});
        record(&mut tx, ctx, &repository, "repository.updated", changes).await?;
        webhooks::poke(&mut tx, ctx, known.id).await?;
    }
    tx.commit().await?;
    Ok(repository)
}

fn of_another(known: &Repository, error: &Error) -> Error {
    let detail = format!(
        "{} is connected by another integration, which you may not use; ask for it, or let somebody connect it who may.",
        known.full_name
    );
    Error::new(error.code(), detail).at_field(FIELD)
}

/// Where the repository is, and what its forge says of it.
async fn locate(
    ctx: &Ctx,
    integration: Option<&Integration>,
    identifier: &str,
) -> Result<(Address, Option<ForgeRepository>)> {
    let identifier = identifier.trim();
    let address = identifier.parse::<Address>();
    let Some(integration) = integration else {
        let address = address.map_err(|error| invalid(format!("{error}.")))?;
        return Ok((address, None));
    };
    let forge = integrations::service::forge(ctx, integration).await?;
    let place = integration
        .settings
        .text("url")
        .unwrap_or_default()
        .trim_end_matches('/');
    if !forge.capabilities().repositories {
        let address = address.or_else(|_| format!("{place}/{identifier}").parse());
        return Ok((address.map_err(|error| invalid(format!("{error}.")))?, None));
    }
    let full_name = match &address {
        Ok(address) => {
            require_host(address, place)?;
            address.path().to_owned()
        }
        Err(_) => identifier.trim_matches('/').to_owned(),
    };
    let described = forge.repository(&full_name).await.map_err(refused)?;
    let address = described.clone_url.parse::<Address>();
    let address =
        address.map_err(|error| invalid(format!("The forge says that it is cloned from elsewhere: {error}.")))?;
    Ok((address, Some(described)))
}

/// A whole address must be at the integration's forge.
fn require_host(address: &Address, place: &str) -> Result<()> {
    let host = url::Url::parse(place)
        .ok()
        .and_then(|url| url.host_str().map(str::to_lowercase));
    if host.as_deref() == Some(address.host()) {
        return Ok(());
    }
    Err(invalid(format!(
        "{address} is not at {place}, which the integration is for; choose another integration, or write the repository's \
         name there."
    )))
}

/// What the refs of the repository are now.
async fn look(
    ctx: &Ctx,
    id: RepositoryId,
    address: Address,
    described: Option<ForgeRepository>,
    integration: Option<&Integration>,
) -> Result<Found> {
    let remote = opening::remote_at(ctx, address.clone(), integration)
        .await
        .map_err(refused)?;
    let mirror = opening::mirror(ctx, id).map_err(refused)?;
    let there = mirror.remote_refs(&remote).await.map_err(refused)?;
    let refs = changes::between(&std::collections::BTreeMap::new(), &there.refs);
    let path = address.path().to_owned();
    let full_name = described.as_ref().map_or(path, |described| described.full_name.clone());
    if full_name.chars().count() > LONGEST || address.key().chars().count() > LONGEST {
        return Err(invalid(format!(
            "Names and addresses of repositories have at most {LONGEST} characters."
        )));
    }
    Ok(Found {
        address,
        full_name,
        refs,
        default_branch: described
            .as_ref()
            .and_then(|described| described.default_branch.clone())
            .or(there.default_branch),
        forge_id: described.as_ref().map(|described| described.id.clone()),
        web_url: described.map(|described| described.web_url),
    })
}

fn new(
    ctx: &Ctx,
    id: RepositoryId,
    organization: OrganizationId,
    integration: Option<&Integration>,
    found: &Found,
) -> Repository {
    let now = ctx.now();
    Repository {
        id,
        organization_id: organization,
        integration_id: integration.map(|integration| integration.id),
        address: found.address.to_string(),
        address_key: found.address.key(),
        forge_id: found.forge_id.clone(),
        full_name: found.full_name.clone(),
        web_url: found.web_url.clone(),
        default_branch: found.default_branch.clone(),
        status: RepositoryStatus::Ok,
        error: None,
        synchronized_at: Some(now),
        refs_version: 1,
        look_at: now,
        used_at: now,
        created_at: now,
        pull_requests_at: None,
    }
}

/// Why a repository cannot be connected: what passes is told apart from what is wrong with the wish.
fn refused(trouble: impl Into<Trouble>) -> Error {
    let trouble = trouble.into();
    if trouble.is_passing() {
        return Error::unavailable(trouble.sentence);
    }
    invalid(trouble.sentence)
}

fn invalid(detail: impl Into<String>) -> Error {
    Error::invalid(FIELD, detail)
}
