//! The user as a row: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::UserId;
use slipway_api::users::NewUser;
use slipway_api::{Name, Timestamp};
use slipway_kernel::Result;

use crate::organizations::acceptable_email;

/// A user.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The user's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// The user's name, unique on the site.
    pub username: Name,
    /// The user's mail address.
    pub email: Option<String>,
    /// Whether the account stands for a program.
    pub is_service_account: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A user.
pub type User = Model;

/// Tokens and assignments point here by text; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A new person.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: UserId, wanted: NewUser, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id,
            username: wanted.username,
            email: acceptable_email(wanted.email)?,
            is_service_account: false,
            created_at: now,
        })
    }
}
