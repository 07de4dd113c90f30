//! All queries on `authorization_codes` and `device_codes`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_api::ids::{TokenId, UserId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{AuthorizationCode, DeviceCode, DeviceStatus, codes, devices};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0051_oauth",
    steps: || {
        let codes = Table::new("authorization_codes")
            .col("hash", Type::Id)
            .col("client_id", Type::Id)
            .col("redirect_uri", Type::Text)
            .col("challenge", Type::Name)
            .col("user_id", Type::Id)
            .col("description", Type::Name)
            .col("expires_at", Type::Time)
            .opt("used_at", Type::Time)
            .opt("token_id", Type::Id)
            .primary(&["hash"])
            .index("authorization_codes_expires_at_idx", &["expires_at"])
            .belongs_to("user_id", "users");
        let devices = Table::new("device_codes")
            .col("hash", Type::Id)
            .col("user_code_hash", Type::Id)
            .col("client_id", Type::Id)
            .col("description", Type::Name)
            .opt("remote_address", Type::Id)
            .col("status", Type::Id)
            .opt("user_id", Type::Id)
            .col("interval_seconds", Type::Integer)
            .opt("polled_at", Type::Time)
            .col("created_at", Type::Time)
            .col("expires_at", Type::Time)
            .primary(&["hash"])
            .unique("device_codes_user_code_hash_key", &["user_code_hash"])
            .index("device_codes_expires_at_idx", &["expires_at"])
            .belongs_to("user_id", "users");
        vec![Step::Table(codes), Step::Table(devices)]
    },
};

pub(crate) async fn insert_code(tx: &Tx, code: &AuthorizationCode) -> Result<()> {
    let row = codes::ActiveModel {
        hash: Set(code.hash.clone()),
        client_id: Set(code.client_id.clone()),
        redirect_uri: Set(code.redirect_uri.clone()),
        challenge: Set(code.challenge.clone()),
        user_id: Set(code.user_id),
        description: Set(code.description.clone()),
        expires_at: Set(code.expires_at),
        used_at: Set(code.used_at),
        token_id: Set(code.token_id),
    };
    codes::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn code(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<AuthorizationCode>> {
    Ok(codes::Entity::find_by_id(hash).one(connection).await?)
}

/// Uses the code; says whether it was not used before, so that only one of two who use it at once succeeds.
pub(crate) async fn use_code(tx: &Tx, hash: &str, now: Timestamp) -> Result<bool> {
    let result = codes::Entity::update_many()
        .col_expr(codes::Column::UsedAt, Expr::value(now))
        .filter(codes::Column::Hash.eq(hash))
        .filter(codes::Column::UsedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Notes what a code was exchanged for.
pub(crate) async fn set_token(tx: &Tx, hash: &str, token: TokenId) -> Result<()> {
    codes::Entity::update_many()
        .col_expr(codes::Column::TokenId, Expr::value(token))
        .filter(codes::Column::Hash.eq(hash))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn delete_codes_before(tx: &Tx, moment: Timestamp) -> Result<()> {
    codes::Entity::delete_many()
        .filter(codes::Column::ExpiresAt.lte(moment))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn insert_device(tx: &Tx, device: &DeviceCode) -> Result<()> {
    let row = devices::ActiveModel {
        hash: Set(device.hash.clone()),
        user_code_hash: Set(device.user_code_hash.clone()),
        client_id: Set(device.client_id.clone()),
        description: Set(device.description.clone()),
        remote_address: Set(device.remote_address.clone()),
        status: Set(device.status),
        user_id: Set(device.user_id),
        interval_seconds: Set(device.interval_seconds),
        polled_at: Set(device.polled_at),
        created_at: Set(device.created_at),
        expires_at: Set(device.expires_at),
    };
    devices::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn device(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<DeviceCode>> {
    Ok(devices::Entity::find_by_id(hash).one(connection).await?)
}

pub(crate) async fn device_by_user_code(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<DeviceCode>> {
    Ok(devices::Entity::find()
        .filter(devices::Column::UserCodeHash.eq(hash))
        .one(connection)
        .await?)
}

/// Notes that the device asked.
pub(crate) async fn set_polled(tx: &Tx, hash: &str, at: Timestamp, interval_seconds: i64) -> Result<()> {
    devices::Entity::update_many()
        .col_expr(devices::Column::PolledAt, Expr::value(at))
        .col_expr(devices::Column::IntervalSeconds, Expr::value(interval_seconds))
        .filter(devices::Column::Hash.eq(hash))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Answers for the user; says whether nobody had answered yet.
pub(crate) async fn decide(tx: &Tx, hash: &str, user: UserId, status: DeviceStatus) -> Result<bool> {
    let result = devices::Entity::update_many()
        .col_expr(devices::Column::Status, Expr::value(status.to_value()))
        .col_expr(devices::Column::UserId, Expr::value(user))
        .filter(devices::Column::Hash.eq(hash))
        .filter(devices::Column::Status.eq(DeviceStatus::Waiting))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Deletes the device's wait; says whether it was there, so that it is answered with a token once.
pub(crate) async fn delete_device(tx: &Tx, hash: &str) -> Result<bool> {
    Ok(devices::Entity::delete_by_id(hash).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn delete_devices_before(tx: &Tx, moment: Timestamp) -> Result<()> {
    devices::Entity::delete_many()
        .filter(devices::Column::ExpiresAt.lte(moment))
        .exec(&**tx)
        .await?;
    Ok(())
}
