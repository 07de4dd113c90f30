//! A registry and what opens it, of an integration's values.

use slipway_api::ids::{IntegrationId, OrganizationId};
use slipway_kernel::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::names::ImageName;
use crate::integrations::kinds::check::Values;
use crate::integrations::model::Integration;
use crate::integrations::{service, store};

/// The kind of these integrations.
pub const KIND: &str = "oci-registry";

/// A registry. No `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Registry {
    /// As it is at the beginning of names of its images: `registry.example.test:5000`.
    pub address: String,
    /// What is shown to it; nothing where everybody may ask.
    pub login: Option<Login>,
    /// Certificates (PEM) that vouch for it, beside the usual ones.
    pub certificates: Option<String>,
    /// Whether it is asked without TLS, which is done at private addresses only.
    pub is_insecure: bool,
}

/// What is shown to a registry. No `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Name of the account.
    pub user: String,
    /// Its password, or a token in place of it.
    pub secret: Zeroizing<String>,
}

impl Registry {
    /// One that everybody may ask.
    #[must_use]
    pub fn open(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            login: None,
            certificates: None,
            is_insecure: false,
        }
    }

    /// Of an integration's values.
    #[must_use]
    pub fn of(values: &Values) -> Self {
        let text = |field: &str| values.settings.text(field).map(str::to_owned);
        let secret = values.secrets.get("password");
        Self {
            address: text("address").unwrap_or_default().to_ascii_lowercase(),
            login: text("username").zip(secret).map(|(user, secret)| Login {
                user,
                secret: Zeroizing::new(secret.to_owned()),
            }),
            certificates: text("ca-certificate"),
            is_insecure: values.settings.text("tls") == Some("off"),
        }
    }
}

/// What opens the registry that an image is in: the first, by name, of the organization's integrations with its address that are on.
///
/// # Errors
///
/// Those of the database.
pub async fn of_image(ctx: &Ctx, organization: OrganizationId, image: &str) -> Result<Option<Registry>> {
    let Ok(named) = ImageName::read(image) else {
        return Ok(None);
    };
    let wanted = named.registry.to_ascii_lowercase();
    let is_meant = |integration: &&Integration| {
        let address = integration.settings.text("address").unwrap_or_default();
        address.to_ascii_lowercase() == wanted
    };
    match turned_on(ctx, organization).await?.iter().find(is_meant) {
        Some(integration) => opened(ctx, integration).await.map(Some),
        None => Ok(None),
    }
}

/// Those of an organization that are on, by their integrations' names.
///
/// # Errors
///
/// Those of the database.
pub async fn of_organization(ctx: &Ctx, organization: OrganizationId) -> Result<Vec<Registry>> {
    let mut all = Vec::new();
    for integration in turned_on(ctx, organization).await? {
        all.push(opened(ctx, &integration).await?);
    }
    Ok(all)
}

async fn turned_on(ctx: &Ctx, organization: OrganizationId) -> Result<Vec<Integration>> {
    let mut found = store::of_organization(ctx.db.reader(), organization).await?;
    found.retain(|integration| integration.kind == KIND && integration.is_enabled);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The registry of an integration.
///
/// # Errors
///
/// `NotFound`; `Conflict` when it is turned off or is no registry's.
pub async fn of_integration(ctx: &Ctx, id: IntegrationId) -> Result<Registry> {
    let integration = service::of_system(ctx, id).await?;
    if integration.kind != KIND {
        return Err(Error::conflict(format!(
            "The integration \"{}\" is no registry for images.",
            integration.name
        )));
    }
    integration.require_usable()?;
    opened(ctx, &integration).await
}

async fn opened(ctx: &Ctx, integration: &Integration) -> Result<Registry> {
    Ok(Registry::of(&service::values(ctx, integration).await?))
}
