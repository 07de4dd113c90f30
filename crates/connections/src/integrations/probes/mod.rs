//! Asking the other side of an integration who we are there, and what it does not let us do.
//!
//! Owns no tables. What must stay true: every question goes through the kernel's outbound client and changes nothing on
//! the other side; what is wrong is an answer, not an error; no answer quotes a secret, nor more than a line of what the
//! other side wrote.

pub(crate) mod aws;
pub(crate) mod azure;
mod digest;
mod forge;
pub(crate) mod google;
mod kubernetes;
mod registry;
mod services;

use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use slipway_api::ids::IntegrationId;
use slipway_api::integrations::IntegrationDraft;
use slipway_identity::issuer;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::outbound::{Answer, OutboundError, Request};
use slipway_kernel::text;
use slipway_kernel::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::authorization::renewal;
use super::kinds::Kind;
use super::kinds::check::{METHOD, Values, patched};
use super::model::{Checked, Integration};
use super::service::{self, kind_of, load, record};
use super::store;
use crate::permissions::INTEGRATION_MANAGE;
use crate::registries::access::KIND;
use crate::webhooks::looking;

/// How long a token counts that a test shows.
const TOKEN_LIFETIME: Duration = Duration::from_secs(300);

/// What is asked with.
pub(crate) struct Probe<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) organization: &'a Organization,
    pub(crate) kind: &'static Kind,
    pub(crate) values: &'a Values,
    /// Who asks, as tokens of our issuer say below the organization: `integration:test`.
    pub(crate) asker: &'a str,
}

/// Who asks that tests an integration.
const TEST: &str = "integration:test";

/// What a test found: what it showed, and what could not be tried from here.
pub(super) type Outcome = (Checked, Option<String>);

/// What went wrong, in a sentence for whoever set the integration up.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) String);

impl From<OutboundError> for Wrong {
    fn from(error: OutboundError) -> Self {
        Self(text::sentence(&error.to_string()))
    }
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self(error.detail().to_owned())
    }
}

impl Probe<'_> {
    fn method(&self) -> &str {
        self.text(METHOD).unwrap_or_default()
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.values.settings.text(field)
    }

    fn secret(&self, field: &str) -> &str {
        self.values.secrets.get(field).unwrap_or_default()
    }

    async fn send(&self, request: Request) -> Result<Answer, Wrong> {
        Ok(self.ctx.outbound.send(request).await?)
    }

    /// A token of our issuer for the other side, and its subject, which is no run's.
    async fn token(&self, audience: &str) -> Result<(Zeroizing<String>, String), Wrong> {
        let subject = format!("organization:{}:{}", self.organization.name, self.asker);
        let about = json!({
            "terraform_organization_id": self.organization.id,
            "terraform_organization_name": self.organization.name,
        });
        let token = issuer::sign(self.ctx, subject.clone(), audience.to_owned(), TOKEN_LIFETIME, about).await?;
        Ok((Zeroizing::new(token.expose_text()?.to_owned()), subject))
    }
}

/// The request with a token.
pub(crate) fn bearer(request: Request, token: &str) -> Result<Request, Wrong> {
    Ok(request.header(http::header::AUTHORIZATION, hidden(&format!("Bearer {token}"))?))
}

/// A header's value that nothing prints.
pub(crate) fn hidden(text: &str) -> Result<HeaderValue, Wrong> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Wrong("A secret has characters that it cannot have: was it copied whole?".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Tests what is kept, and keeps what was found. What was refused before is let in again when it is well.
///
/// # Errors
///
/// `NotFound`, `Forbidden`; what is wrong on the other side is no error but the answer.
pub async fn saved(ctx: &Ctx, id: IntegrationId) -> Result<Outcome> {
    let integration = load(ctx, id, INTEGRATION_MANAGE).await?;
    let outcome = again(ctx, &integration).await?;
    if outcome.0.error.is_none() {
        looking::poke_unread(ctx, id).await?;
    }
    Ok(outcome)
}

/// The same for the server itself: something that the integration opens was refused, or opens again.
pub(crate) async fn again(ctx: &Ctx, integration: &Integration) -> Result<Outcome> {
    let outcome = of(ctx, integration).await?;
    let after = integration.clone().checked(outcome.0.clone(), ctx.now());
    let mut tx = ctx.begin().await?;
    // What somebody changed meanwhile was not what was tested.
    if store::set_checked(&tx, &after).await? {
        let found = json!({"account": outcome.0.account, "error": outcome.0.error});
        record(&mut tx, ctx, &after, "integration.tested", found).await?;
        tx.commit().await?;
    }
    Ok(outcome)
}

/// Tests what is kept.
async fn of(ctx: &Ctx, integration: &Integration) -> Result<Outcome> {
    if integration.needs_authorization()
        && let Err(error) = (Integration {
            is_enabled: true,
            ..integration.clone()
        })
        .require_usable()
    {
        return Ok(failed(error.detail().to_owned()));
    }
    let organization = organizations::by_id(ctx, integration.organization_id).await?;
    let integration = &renewal::fresh(ctx, integration).await?;
    let values = service::values(ctx, integration).await?;
    let probe = Probe {
        ctx,
        organization: &organization,
        kind: integration.kind()?,
        values: &values,
        asker: TEST,
    };
    Ok(ask(&probe).await)
}

/// Tests what is not kept yet.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when the settings cannot be meant.
pub async fn draft(ctx: &Ctx, organization: &Organization, draft: IntegrationDraft) -> Result<Outcome> {
    organizations::require(ctx, INTEGRATION_MANAGE, organization).await?;
    let kind = kind_of(&draft.kind)?;
    let values = patched(kind, &Values::default(), &draft.settings)?;
    let probe = Probe {
        ctx,
        organization,
        kind,
        values: &values,
        asker: TEST,
    };
    Ok(ask(&probe).await)
}

async fn ask(probe: &Probe<'_>) -> Outcome {
    let asked = match probe.kind.word {
        "aws" => aws::ask(probe).await,
        "azure" => azure::ask(probe).await,
        "google-cloud" => google::ask(probe).await,
        "kubernetes" => kubernetes::ask(probe).await,
        KIND => registry::ask(probe).await,
        "mongodb-atlas" => services::atlas(probe).await,
        "datadog" => services::datadog(probe).await,
        "slack" => services::slack(probe).await,
        "microsoft-teams" => services::teams(probe),
        "environment" => Ok(untested("There is nothing on the other side of environment variables.")),
        _ => forge::ask(probe).await,
    };
    asked.unwrap_or_else(|Wrong(why)| failed(why))
}

fn failed(why: String) -> Outcome {
    let checked = Checked {
        error: Some(why),
        ..Checked::default()
    };
    (checked, None)
}

fn untested(why: &str) -> Outcome {
    (Checked::default(), Some(why.to_owned()))
}

/// The text at a JSON pointer.
pub(crate) fn word<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}
