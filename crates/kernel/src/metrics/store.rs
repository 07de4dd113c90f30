//! What the metrics read from the database.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbBackend, QuerySelect};

use crate::db::Db;
use crate::errors::Result;
use crate::queue::ItemState;
use crate::queue::model::{Column, Entity};

/// How many work items each pool has in each state; those that are done are not counted, there are too many.
pub(super) async fn queue_depths(connection: &impl ConnectionTrait) -> Result<Vec<(String, String, i64)>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Pool)
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .filter(Column::State.is_in([ItemState::Queued, ItemState::Leased, ItemState::Lost, ItemState::Dead]))
        .group_by(Column::Pool)
        .group_by(Column::State)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Connections that are open, and those of them that nobody uses.
pub(super) fn connections(db: &Db) -> (i64, i64) {
    let (open, idle) = match db.backend() {
        DbBackend::Postgres => {
            let pool = db.reader().get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        DbBackend::MySql => {
            let pool = db.reader().get_mysql_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = db.reader().get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    (i64::from(open), i64::try_from(idle).unwrap_or(0))
}
