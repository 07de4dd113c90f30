//! What people say on a run.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{CommentId, RunId};

/// A comment.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_comments")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommentId,
    /// The run.
    pub run_id: RunId,
    /// Who said it, as the name was then.
    pub author: String,
    /// What was said.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
