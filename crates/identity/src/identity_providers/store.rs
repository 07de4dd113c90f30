//! All queries on `identity_providers`, `identities` and `sign_in_states`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::{IdentityProviderId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Name, Timestamp};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{Identity, Provider, SignInState, identities, providers, states};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0050_identity_providers",
    steps: || {
        vec![
            Step::Table(provider_table()),
            Step::Table(identity_table()),
            Step::Table(state_table()),
        ]
    },
};

fn provider_table() -> Table {
    Table::new("identity_providers")
        .col("id", Type::Id)
        .col("name", Type::Name)
        .col("issuer", Type::Text)
        .col("client_id", Type::Text)
        .opt("client_secret", Type::Bytes)
        .col("scopes", Type::Json)
        .opt("groups_claim", Type::Name)
        .col("username_claim", Type::Name)
        .col("allowed_domains", Type::Json)
        .col("creates_accounts", Type::Boolean)
        .col("links_by_email", Type::Boolean)
        .col("is_enabled", Type::Boolean)
        .col("created_at", Type::Time)
        .col("version", Type::Integer)
        .primary(&["id"])
        .unique("identity_providers_name_key", &["name"])
}

fn identity_table() -> Table {
    Table::new("identities")
        .col("provider_id", Type::Id)
        .col("subject_hash", Type::Id)
        .col("subject", Type::Text)
        .col("user_id", Type::Id)
        .opt("email", Type::Text)
        .col("created_at", Type::Time)
        .col("used_at", Type::Time)
        .primary(&["provider_id", "subject_hash"])
        .index("identities_user_id_idx", &["user_id"])
        .belongs_to("provider_id", "identity_providers")
        .belongs_to("user_id", "users")
}

fn state_table() -> Table {
    Table::new("sign_in_states")
        .col("hash", Type::Id)
        .col("browser_hash", Type::Id)
        .col("provider_id", Type::Id)
        .col("nonce", Type::Name)
        .col("verifier", Type::Bytes)
        .col("return_to", Type::Text)
        .opt("user_id", Type::Id)
        .col("expires_at", Type::Time)
        .primary(&["hash"])
        .index("sign_in_states_expires_at_idx", &["expires_at"])
        .belongs_to("provider_id", "identity_providers")
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: IdentityProviderId) -> Result<Option<Provider>> {
    Ok(providers::Entity::find_by_id(id).one(connection).await?)
}

/// Those that can be signed in with, by name.
pub(crate) async fn enabled(connection: &impl ConnectionTrait) -> Result<Vec<Provider>> {
    Ok(providers::Entity::find()
        .filter(providers::Column::IsEnabled.eq(true))
        .order_by_asc(providers::Column::Name)
        .all(connection)
        .await?)
}

/// A page of providers, by name.
pub(crate) async fn list(connection: &impl ConnectionTrait, page: &Page) -> Result<Listed<Provider>> {
    let after = page.after.as_ref().map(|name| providers::Column::Name.gt(name));
    let rows = providers::Entity::find()
        .filter(Condition::all().add_option(after))
        .order_by_asc(providers::Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = providers::Entity::find()
        .select_only()
        .column(providers::Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

pub(crate) async fn insert(tx: &Tx, provider: &Provider) -> Result<()> {
    providers::Entity::insert(row(provider))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(&provider.name))?;
    Ok(())
}

/// Writes the next version of a provider; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, provider: &Provider) -> Result<bool> {
    let result = providers::Entity::update_many()
        .set(row(provider))
        .filter(providers::Column::Id.eq(provider.id))
        .filter(providers::Column::Version.eq(provider.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(&provider.name))?;
    Ok(result.rows_affected == 1)
}

fn row(provider: &Provider) -> providers::ActiveModel {
    providers::ActiveModel {
        id: Set(provider.id),
        name: Set(provider.name.clone()),
        issuer: Set(provider.issuer.clone()),
        client_id: Set(provider.client_id.clone()),
        client_secret: Set(provider.client_secret.clone()),
        scopes: Set(provider.scopes.clone()),
        groups_claim: Set(provider.groups_claim.clone()),
        username_claim: Set(provider.username_claim.clone()),
        allowed_domains: Set(provider.allowed_domains.clone()),
        creates_accounts: Set(provider.creates_accounts),
        links_by_email: Set(provider.links_by_email),
        is_enabled: Set(provider.is_enabled),
        created_at: Set(provider.created_at),
        version: Set(provider.version),
    }
}

fn taken(name: &Name) -> Error {
    Error::already_exists("identity provider", name)
}

/// Deletes the provider with all identities and sign-ins under way; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: IdentityProviderId) -> Result<bool> {
    Ok(providers::Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn identity(
    connection: &impl ConnectionTrait,
    provider: IdentityProviderId,
    subject_hash: &str,
) -> Result<Option<Identity>> {
    Ok(identities::Entity::find_by_id((provider, subject_hash.to_owned()))
        .one(connection)
        .await?)
}

/// The identities of a user, oldest first.
pub(crate) async fn identities_of(connection: &impl ConnectionTrait, user: UserId) -> Result<Vec<Identity>> {
    Ok(identities::Entity::find()
        .filter(identities::Column::UserId.eq(user))
        .order_by_asc(identities::Column::CreatedAt)
        .all(connection)
        .await?)
}

pub(crate) async fn insert_identity(tx: &Tx, identity: &Identity) -> Result<()> {
    let row = identities::ActiveModel {
        provider_id: Set(identity.provider_id),
        subject_hash: Set(identity.subject_hash.clone()),
        subject: Set(identity.subject.clone()),
        user_id: Set(identity.user_id),
        email: Set(identity.email.clone()),
        created_at: Set(identity.created_at),
        used_at: Set(identity.used_at),
    };
    let meanwhile = || Error::conflict("The same identity was tied to an account at this moment. Try again.");
    identities::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .on_unique(meanwhile)?;
    Ok(())
}

/// Notes a sign-in with the identity.
pub(crate) async fn set_used(tx: &Tx, identity: &Identity, email: Option<&str>, at: Timestamp) -> Result<()> {
    identities::Entity::update_many()
        .col_expr(identities::Column::UsedAt, Expr::value(at))
        .col_expr(identities::Column::Email, Expr::value(email.map(str::to_owned)))
        .filter(identities::Column::ProviderId.eq(identity.provider_id))
        .filter(identities::Column::SubjectHash.eq(identity.subject_hash.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes an identity of this user's; says whether it was there.
pub(crate) async fn delete_identity(
    tx: &Tx,
    user: UserId,
    provider: IdentityProviderId,
    subject_hash: &str,
) -> Result<bool> {
    let result = identities::Entity::delete_many()
        .filter(identities::Column::UserId.eq(user))
        .filter(identities::Column::ProviderId.eq(provider))
        .filter(identities::Column::SubjectHash.eq(subject_hash))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

pub(crate) async fn insert_state(tx: &Tx, state: &SignInState) -> Result<()> {
    let row = states::ActiveModel {
        hash: Set(state.hash.clone()),
        browser_hash: Set(state.browser_hash.clone()),
        provider_id: Set(state.provider_id),
        nonce: Set(state.nonce.clone()),
        verifier: Set(state.verifier.clone()),
        return_to: Set(state.return_to.clone()),
        user_id: Set(state.user_id),
        expires_at: Set(state.expires_at),
    };
    states::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn state(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<SignInState>> {
    Ok(states::Entity::find_by_id(hash).one(connection).await?)
}

/// Deletes the state; says whether it was there, so that only one of two answers counts.
pub(crate) async fn delete_state(tx: &Tx, hash: &str) -> Result<bool> {
    Ok(states::Entity::delete_by_id(hash).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn delete_expired_states(tx: &Tx, now: Timestamp) -> Result<()> {
    states::Entity::delete_many()
        .filter(states::Column::ExpiresAt.lte(now))
        .exec(&**tx)
        .await?;
    Ok(())
}
