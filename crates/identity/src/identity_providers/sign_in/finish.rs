//! The browser comes back from a provider.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::IdentityProviderId;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result};

use super::exchange::{self, Exchanged};
use super::person::Person;
use super::{account, start};
use crate::accounts::service::sign_in::Browser;
use crate::identity_providers::model::{Provider, SignInState};
use crate::identity_providers::store;
use crate::openid::{Claims, Expected, Issuers};
use crate::sessions::service::Started;
use crate::sessions::{Current, Stage};

/// What the browser brought from the provider, as parameters of the address.
#[derive(Default)]
pub struct Answer {
    /// What is exchanged for tokens.
    pub code: Option<String>,
    /// What the sign-in was begun with.
    pub state: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
}

/// What became of it.
pub struct Finished {
    /// The session that was begun; none when an identity was tied to the account that is signed in.
    pub started: Option<Started>,
    /// Where the browser goes; to be parsed again before it is believed.
    pub return_to: String,
}

impl Answer {
    /// What the cookie of this sign-in is told by.
    #[must_use]
    pub fn cookie_suffix(&self) -> Option<String> {
        self.state.as_deref().map(start::cookie_suffix)
    }
}

/// Takes a provider's answer, with what the browser kept (`kept`) and who is signed in in it so far (`current`).
///
/// # Errors
///
/// `Unauthenticated` when this browser began no such sign-in, or its time is over; `Forbidden` when the provider or the
/// site lets the person not in; `Unavailable` when the provider cannot be asked.
pub async fn finish(
    ctx: &Ctx,
    issuers: &Issuers,
    id: IdentityProviderId,
    answer: Answer,
    (kept, browser, current): (Option<&str>, Browser, Option<&Current>),
) -> Result<Finished> {
    let state = taken(ctx, id, &answer, kept).await?;
    let provider = start::usable(ctx, id).await?;
    let finished = decided(ctx, issuers, &provider, &answer, (&state, browser, current)).await;
    if let Err(error) = &finished
        && error.code() == Code::Forbidden
    {
        record_refusal(ctx, &provider, error).await?;
    }
    Ok(Finished {
        started: finished?,
        return_to: state.return_to,
    })
}

/// Who it is, and the session that comes of it; none when an identity was tied to an account.
async fn decided(
    ctx: &Ctx,
    issuers: &Issuers,
    provider: &Provider,
    answer: &Answer,
    (state, browser, current): (&SignInState, Browser, Option<&Current>),
) -> Result<Option<Started>> {
    if let Some(error) = &answer.error {
        return Err(refused_there(provider, error));
    }
    let linking = linking(state, current)?;
    let place = start::place(&state.hash);
    let verifier = ctx.secrets.open(ctx.db.reader(), None, &place, &state.verifier).await?;
    let (claims, exchanged) = confirmed(ctx, issuers, provider, answer, (state, &verifier)).await?;
    let mut person = Person::read(provider, &claims)?;
    let known = issuers.known(ctx, &provider.issuer()?.into()).await?;
    if person.groups.is_none() && provider.groups_claim.is_some() {
        person.groups = exchange::groups_elsewhere(ctx, provider, &known.discovery, (&person, &exchanged)).await?;
    }
    person.require_allowed(provider)?;
    if let Some(session) = linking {
        account::link(ctx, provider, &person, session).await?;
        return Ok(None);
    }
    let has_sign_out = known.discovery.end_session_endpoint.is_some();
    let id_token = has_sign_out.then_some(exchanged.id_token);
    let started = account::sign_in(ctx, provider, &person, (browser, id_token)).await?;
    Ok(Some(started))
}

/// Whom a provider or the site did not let in is nobody here, so it is an event of the provider.
async fn record_refusal(ctx: &Ctx, provider: &Provider, error: &Error) -> Result<()> {
    let refused = NewEvent {
        action: "user.sign-in-failed",
        organization: None,
        project: None,
        object_kind: "identity-provider",
        object_id: provider.id.to_string(),
        object_name: provider.name.to_string(),
        access_id: None,
        changes: json!({"why": error.detail()}),
    };
    let mut tx = ctx.begin().await?;
    events::record(&mut tx, ctx, refused).await?;
    tx.commit().await
}

/// The sign-in that this browser began, which ends here whatever comes of it.
async fn taken(ctx: &Ctx, id: IdentityProviderId, answer: &Answer, kept: Option<&str>) -> Result<SignInState> {
    let hash = slipway_kernel::tokens::hash(answer.state.as_deref().unwrap_or_default());
    let browser_hash = slipway_kernel::tokens::hash(kept.unwrap_or_default());
    let state = store::state(ctx.db.reader(), &hash).await?;
    let state = state.filter(|state| state.is_answered_by(id, &browser_hash, ctx.now()));
    let state = state.ok_or_else(not_begun)?;
    let tx = ctx.begin().await?;
    if !store::delete_state(&tx, &hash).await? {
        return Err(not_begun());
    }
    tx.commit().await?;
    Ok(state)
}

/// Who wants to tie an identity to the account: still the one who is signed in.
fn linking<'a>(state: &SignInState, current: Option<&'a Current>) -> Result<Option<&'a Current>> {
    let Some(user) = state.user_id else {
        return Ok(None);
    };
    let same = current.filter(|current| current.user == user && current.stage == Stage::Full);
    if same.is_some() {
        return Ok(same);
    }
    Err(Error::new(
        Code::Unauthenticated,
        "You are not signed in any more with the account that was to be linked. Sign in and try again.",
    ))
}

/// Exchanges the code, and checks the token that comes for it.
async fn confirmed(
    ctx: &Ctx,
    issuers: &Issuers,
    provider: &Provider,
    answer: &Answer,
    (state, verifier): (&SignInState, &SecretBytes),
) -> Result<(Claims, Exchanged)> {
    let issuer = provider.issuer()?;
    let source = issuer.clone().into();
    let known = issuers.known(ctx, &source).await?;
    let must_name_itself = known.discovery.authorization_response_iss_parameter_supported;
    let is_from_elsewhere = match answer.issuer.as_deref() {
        Some(named) => named != issuer.as_str(),
        None => must_name_itself,
    };
    let code = answer
        .code
        .as_deref()
        .filter(|_| !is_from_elsewhere)
        .ok_or_else(not_begun)?;
    let exchanged = exchange::exchange(ctx, provider, &known.discovery, (code, verifier)).await?;
    let algorithms = known.discovery.algorithms();
    let expected = Expected {
        issuer: issuer.as_str(),
        audience: &provider.client_id,
        algorithms: &algorithms,
        is_sign_in: true,
        nonce: Some(&state.nonce),
        access_token: exchanged.access_token.as_deref(),
    };
    match issuers.verify(ctx, &source, &exchanged.id_token, &expected).await? {
        Ok(claims) => Ok((claims, exchanged)),
        Err(refusal) => Err(Error::new(
            Code::Forbidden,
            format!(
                "What \"{}\" says about you cannot be believed: {refusal}. Sign in again; if it stays so, tell an \
                 administrator of this site.",
                provider.name
            ),
        )),
    }
}

fn not_begun() -> Error {
    Error::new(
        Code::Unauthenticated,
        "This sign-in was not begun in this browser, was finished already, or took longer than ten minutes. Go back to \
         the sign-in page and begin again.",
    )
}

/// The provider's own reason, in our words: its text comes with the address, where anybody could write one.
fn refused_there(provider: &Provider, error: &str) -> Error {
    let name = &provider.name;
    let sentence = match error {
        "access_denied" => format!("\"{name}\" did not let you in, or you did not agree there."),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            format!("\"{name}\" needs you to sign in there. Try again.")
        }
        "server_error" | "temporarily_unavailable" => {
            format!("\"{name}\" cannot sign anybody in right now. Try again.")
        }
        "invalid_scope" | "unauthorized_client" | "invalid_request" | "unsupported_response_type" => format!(
            "\"{name}\" does not accept how this site asks ({error}). An administrator of the site finds out more with \
             `slipway identity-provider test {name}`."
        ),
        _ => format!("\"{name}\" refused the sign-in."),
    };
    Error::new(Code::Forbidden, sentence)
}
