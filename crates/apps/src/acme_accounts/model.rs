//! An account at an authority as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;

/// An account at an authority: one per directory, for the whole site.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acme_accounts")]
pub struct Model {
    /// SHA-256 of the directory's address, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The directory's address.
    pub directory: String,
    /// The account's address and key, sealed for the site.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account at an authority.
pub type AcmeAccount = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AcmeAccount")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}
