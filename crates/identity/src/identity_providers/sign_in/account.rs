//! The account of a person whom a provider vouches for: the one that the identity is tied to, or by the site's wish one
//! with the same verified mail address, or a new one.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::UserId;
use slipway_api::users::NewUser;
use slipway_kernel::events;
use slipway_kernel::grants::store as grants;
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::person::Person;
use crate::accounts::service::sign_in::Browser;
use crate::accounts::service::{as_system, as_user};
use crate::accounts::{self};
use crate::identity_providers::model::{Identity, Provider};
use crate::identity_providers::store;
use crate::sessions::service::{Beginning, Started};
use crate::sessions::{self, Current, Stage};
use crate::teams;
use crate::users::{self, User};

/// Signs the person in. `id_token` is kept to sign out at the provider later.
///
/// # Errors
///
/// `Forbidden` when there is no account and none is made, or the account is suspended.
pub(super) async fn sign_in(
    ctx: &Ctx,
    provider: &Provider,
    person: &Person,
    (browser, id_token): (Browser, Option<String>),
) -> Result<Started> {
    let ctx = &as_system(ctx);
    let mut tx = ctx.begin().await?;
    let user = found_or_made(&mut tx, ctx, provider, person).await?;
    if user.is_suspended {
        return Err(Error::new(
            Code::Forbidden,
            "This account is suspended. Ask an administrator of the site.",
        ));
    }
    let ctx = &as_user(ctx, &user);
    put_into_teams(&mut tx, ctx, provider, person, user.id).await?;
    let factor = accounts::store::factor(&*tx, user.id).await?;
    let has_factor = factor.is_some_and(|factor| factor.confirmed_at.is_some());
    let beginning = Beginning {
        user: user.id,
        // A second factor that the user has set up here is asked for whatever the provider asks; but none is demanded,
        // because that is the provider's affair.
        stage: if has_factor { Stage::SecondFactor } else { Stage::Full },
        user_agent: browser.user_agent,
        replaces: browser.session,
    };
    let mut started = sessions::service::begin(&mut tx, ctx, beginning).await?;
    remember_provider(&tx, ctx, provider, (&mut started, id_token)).await?;
    if !has_factor {
        users::store::set_signed_in(&tx, user.id, ctx.now()).await?;
        let how = json!({"with": provider.name});
        events::record(&mut tx, ctx, users::service::event("user.signed-in", &user, how)).await?;
    }
    tx.commit().await?;
    Ok(started)
}

/// Ties the identity to the account that is signed in. It can be signed in to in another way from now on, so its other
/// sessions end.
///
/// # Errors
///
/// `Conflict` when it is tied to another account.
pub(super) async fn link(ctx: &Ctx, provider: &Provider, person: &Person, current: &Current) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let user = users::store::by_id(&*tx, current.user).await?;
    let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
    let ctx = &as_user(ctx, &user);
    match store::identity(&*tx, provider.id, &hash(person)).await? {
        Some(identity) if identity.user_id == user.id => {
            store::set_used(&tx, &identity, person.email.as_deref(), ctx.now()).await?;
        }
        Some(_) => {
            return Err(Error::conflict(format!(
                "This identity at \"{}\" belongs to another account here. Sign in with it to see which.",
                provider.name
            )));
        }
        None => {
            tie(&mut tx, ctx, provider, person, &user).await?;
            sessions::service::end_all(&mut tx, user.id, Some(current.id)).await?;
        }
    }
    put_into_teams(&mut tx, ctx, provider, person, user.id).await?;
    tx.commit().await
}

async fn found_or_made(tx: &mut Tx, ctx: &Ctx, provider: &Provider, person: &Person) -> Result<User> {
    if let Some(identity) = store::identity(&**tx, provider.id, &hash(person)).await? {
        store::set_used(tx, &identity, person.email.as_deref(), ctx.now()).await?;
        let user = users::store::by_id(&**tx, identity.user_id).await?;
        return user.ok_or_else(|| Error::internal("an identity without its user"));
    }
    let same_address = match &person.email {
        Some(email) => users::store::by_email(&**tx, email).await?,
        None => Vec::new(),
    };
    let user = match same_address.as_slice() {
        [user] if may_have_it(provider, person, user) => user.clone(),
        [] if provider.creates_accounts => make(tx, ctx, provider, (person, person.email.clone())).await?,
        // The address is somebody else's here, as far as anybody knows. A second account with it would keep both from
        // signing in by mail address.
        _ if provider.creates_accounts && !provider.links_by_email => make(tx, ctx, provider, (person, None)).await?,
        others => return Err(no_account(provider, !others.is_empty())),
    };
    tie(tx, ctx, provider, person, &user).await?;
    Ok(user)
}

/// Whether somebody gets an account because of its mail address: the provider knows that he reads it, and so do we of the
/// account's owner. Without the latter, somebody could write another's address into his account and wait.
fn may_have_it(provider: &Provider, person: &Person, user: &User) -> bool {
    provider.links_by_email && person.is_email_verified && user.is_email_verified && !user.is_service_account
}

async fn make(tx: &mut Tx, ctx: &Ctx, provider: &Provider, (person, email): (&Person, Option<String>)) -> Result<User> {
    // A provider that the site does not believe about addresses must not prepare an account for whoever comes with this
    // address by another one.
    let is_believed = provider.links_by_email || !provider.allowed_domains.0.is_empty();
    let is_verified = is_believed && person.is_email_verified && email.is_some();
    let username = free_name(tx, ctx, person).await?;
    let user = User::new(ctx.new_id()?, NewUser { username, email }, ctx.now())?;
    let user = User {
        is_email_verified: is_verified,
        ..user
    };
    users::store::insert(tx, &user).await?;
    let changes = json!({"username": user.username, "by": "identity provider"});
    events::record(tx, ctx, users::service::event("user.created", &user, changes)).await?;
    Ok(user)
}

/// The person's name, with a number behind it if somebody else has it.
async fn free_name(tx: &Tx, ctx: &Ctx, person: &Person) -> Result<slipway_api::Name> {
    let wanted = person.username.as_str();
    let noise = ctx.random.number()? % 1_000_000;
    let numbered = (2..10).map(|number| format!("{wanted}-{number}"));
    for text in std::iter::once(wanted.to_owned()).chain(numbered) {
        let name = text.parse().map_err(Error::internal)?;
        if users::store::by_name(&**tx, &name).await?.is_none() {
            return Ok(name);
        }
    }
    format!("{wanted}-{noise:06}").parse().map_err(Error::internal)
}

async fn tie(tx: &mut Tx, ctx: &Ctx, provider: &Provider, person: &Person, user: &User) -> Result<()> {
    let identity = Identity {
        provider_id: provider.id,
        subject_hash: hash(person),
        subject: person.subject.clone(),
        user_id: user.id,
        email: person.email.clone(),
        created_at: ctx.now(),
        used_at: ctx.now(),
    };
    store::insert_identity(tx, &identity).await?;
    let changes = json!({"provider": provider.name, "subject": person.subject});
    events::record(tx, ctx, users::service::event("user.identity-linked", user, changes)).await
}

/// Groups of the provider become teams, and what is no group any more is no team any more: also for tokens, which have the
/// teams of their user at each request.
async fn put_into_teams(tx: &mut Tx, ctx: &Ctx, provider: &Provider, person: &Person, user: UserId) -> Result<()> {
    let groups = person.groups.as_deref().unwrap_or_default();
    teams::service::replace_from_provider(tx, ctx, user, provider.id, groups).await?;
    grants::changed(tx).await
}

async fn remember_provider(
    tx: &Tx,
    ctx: &Ctx,
    provider: &Provider,
    (started, id_token): (&mut Started, Option<String>),
) -> Result<()> {
    let session = &mut started.session;
    session.provider_id = Some(provider.id.to_string());
    if let Some(token) = id_token {
        let place = Place::new("sessions", "id_token", session.id);
        session.id_token = Some(ctx.secrets.seal(&**tx, None, &place, token.as_bytes()).await?);
    }
    sessions::store::set_provider(tx, session).await
}

fn hash(person: &Person) -> String {
    slipway_kernel::tokens::hash(&person.subject)
}

fn no_account(provider: &Provider, is_address_known: bool) -> Error {
    let sentence = if is_address_known {
        format!(
            "There is an account with your mail address, but it is not tied to \"{0}\". Sign in to it as before, and add \
             \"{0}\" on the page of your account.",
            provider.name
        )
    } else {
        format!(
            "\"{}\" knows you, but there is no account for you here. Ask an administrator of the site to invite you.",
            provider.name
        )
    };
    Error::new(Code::Forbidden, sentence)
}
