//! Second factors and recovery codes as rows: pure.

pub use codes::Model as RecoveryCode;
pub use factors::Model as SecondFactor;

/// An app that makes one-time passwords, one per user.
pub mod factors {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::UserId;

    /// A second factor.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factors")]
    pub struct Model {
        /// Whose it is.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        /// The secret, sealed.
        pub secret: Vec<u8>,
        /// When a first code showed that the app has the secret; until then it is not asked for.
        pub confirmed_at: Option<Timestamp>,
        /// The step of the last code that was taken; no earlier one is.
        pub last_step: i64,
        /// When it was made.
        pub created_at: Timestamp,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Codes for when the app is lost; each is deleted when it is used.
pub mod codes {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::UserId;

    /// A recovery code.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub struct Model {
        /// Whose it is.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        /// SHA-256 of its text.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
