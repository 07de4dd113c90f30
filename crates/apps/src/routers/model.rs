//! A router as it is stored: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::ids::AppRouterId;
use slipway_api::{Name, Timestamp};

/// One that was not heard of for so long is not there.
const SILENCE: Duration = Duration::from_secs(60);

/// A router as it is stored.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_routers")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppRouterId,
    /// Unique at the site.
    pub name: Name,
    /// SHA-256 of its token, in hexadecimal.
    pub token_hash: String,
    /// Version of the table that it served when it was last heard of.
    pub table_version: Option<i64>,
    /// Its program's version.
    pub program: String,
    /// When it was last heard of, as exact as some seconds.
    pub last_seen_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A router that is a process of its own.
pub type AppRouter = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Not the token's hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AppRouter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// Whether it was heard of just now.
    #[must_use]
    pub fn is_connected(&self, now: Timestamp) -> bool {
        self.last_seen_at.is_some_and(|at| now.since(at) < SILENCE)
    }
}
