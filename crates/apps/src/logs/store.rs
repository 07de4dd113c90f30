//! All queries on `app_log_segments` and `app_log_positions`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, OrganizationId};
use slipway_kernel::Result;
use slipway_kernel::blobs::{BlobAddress, Owner};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0051_app_logs",
    steps: || {
        vec![
            Step::Table(
                Table::new("app_log_segments")
                    .col("app_id", Type::Id)
                    .col("first", Type::Integer)
                    .col("organization_id", Type::Id)
                    .col("line_count", Type::Integer)
                    .col("from_at", Type::Time)
                    .col("to_at", Type::Time)
                    .col("units", Type::Text)
                    .col("size_bytes", Type::Integer)
                    .col("blob", Type::Id)
                    .primary(&["app_id", "first"])
                    .index("app_log_segments_to_at_idx", &["to_at"])
                    .belongs_to("app_id", "apps"),
            ),
            Step::Table(
                Table::new("app_log_positions")
                    .col("app_id", Type::Id)
                    .col("unit", Type::Id)
                    .col("at", Type::Id)
                    .col("lines", Type::Integer)
                    .primary(&["app_id", "unit"])
                    .belongs_to("app_id", "apps"),
            ),
        ]
    },
};

/// Lines that are kept together: a blob of what [`super::model::Line::write`] writes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_log_segments")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The number of its first line; those behind it follow without a gap.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first: i64,
    /// The app's organization.
    pub organization_id: OrganizationId,
    /// How many lines.
    pub line_count: i64,
    /// The earliest time of a line.
    pub from_at: Timestamp,
    /// The latest.
    pub to_at: Timestamp,
    /// The units that have lines in it, with blanks between.
    pub units: String,
    /// Its size as it was written.
    pub size_bytes: i64,
    /// Where it lies.
    pub blob: BlobAddress,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// It as what a blob belongs to.
    pub(crate) fn owner(&self) -> Owner {
        Owner::new("app-log", format!("{}/{}", self.app_id, self.first))
    }

    /// The number behind its last line.
    pub(crate) fn end(&self) -> i64 {
        self.first + self.line_count
    }
}

mod positions {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::AppId;

    /// How far the log of a unit was kept.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_log_positions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: AppId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub unit: String,
        pub at: String,
        pub lines: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How far the log of a unit was taken: up to the lines of a moment, and how many of those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) at: String,
    pub(crate) lines: i64,
}

/// Which segments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// With lines of this moment or later.
    pub(crate) from: Option<Timestamp>,
    /// With lines of this moment or earlier.
    pub(crate) to: Option<Timestamp>,
    /// With lines behind the one of this number.
    pub(crate) after: Option<i64>,
    /// With lines before the one of this number.
    pub(crate) before: Option<i64>,
    /// The newest first.
    pub(crate) is_descending: bool,
}

/// Some segments of an app.
pub(crate) async fn segments(
    connection: &impl ConnectionTrait,
    app: AppId,
    wanted: &Wanted,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(Column::AppId.eq(app));
    if let Some(from) = wanted.from {
        query = query.filter(Column::ToAt.gte(from));
    }
    if let Some(to) = wanted.to {
        query = query.filter(Column::FromAt.lte(to));
    }
    if let Some(after) = wanted.after {
        query = query.filter(Expr::col(Column::First).add(Expr::col(Column::LineCount)).gt(after + 1));
    }
    if let Some(before) = wanted.before {
        query = query.filter(Column::First.lt(before));
    }
    query = match wanted.is_descending {
        true => query.order_by_desc(Column::First),
        false => query.order_by_asc(Column::First),
    };
    Ok(query.limit(limit).all(connection).await?)
}

/// The newest segment of an app.
pub(crate) async fn newest(connection: &impl ConnectionTrait, app: AppId) -> Result<Option<Model>> {
    let newest = Wanted {
        is_descending: true,
        ..Wanted::default()
    };
    Ok(segments(connection, app, &newest, 1).await?.pop())
}

pub(crate) async fn insert(tx: &Tx, segment: &Model) -> Result<()> {
    let row = ActiveModel::from(segment.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Takes a segment away; false when it is gone.
pub(crate) async fn delete(tx: &Tx, segment: &Model) -> Result<bool> {
    let deleted = Entity::delete_many()
        .filter(Column::AppId.eq(segment.app_id))
        .filter(Column::First.eq(segment.first))
        .exec(&**tx)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Segments whose last line was before a moment.
pub(crate) async fn before(connection: &impl ConnectionTrait, moment: Timestamp, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::ToAt.lt(moment))
        .limit(limit)
        .all(connection)
        .await?)
}

#[derive(FromQueryResult)]
struct Size {
    app_id: AppId,
    size_bytes: i64,
}

/// How much is kept of each app of which more is kept than so many bytes.
pub(crate) async fn larger(connection: &impl ConnectionTrait, limit: i64) -> Result<Vec<(AppId, i64)>> {
    // Cast, because sums are of other types than what they sum.
    let sum = || {
        Expr::col(Column::SizeBytes)
            .sum()
            .cast_as(Alias::new(match connection.get_database_backend() {
                sea_orm::DbBackend::MySql => "SIGNED",
                _ => "BIGINT",
            }))
    };
    let sizes = Entity::find()
        .select_only()
        .column(Column::AppId)
        .column_as(sum(), "size_bytes")
        .group_by(Column::AppId)
        .having(sum().gt(limit))
        .into_model::<Size>()
        .all(connection)
        .await?;
    Ok(sizes.into_iter().map(|size| (size.app_id, size.size_bytes)).collect())
}

/// How far the log of each unit of an app was kept.
pub(crate) async fn positions(connection: &impl ConnectionTrait, app: AppId) -> Result<HashMap<String, Position>> {
    let rows = positions::Entity::find()
        .filter(positions::Column::AppId.eq(app))
        .all(connection)
        .await?;
    let read = |row: positions::Model| {
        let position = Position {
            at: row.at,
            lines: row.lines,
        };
        (row.unit, position)
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(crate) async fn put_position(tx: &Tx, app: AppId, unit: &str, position: &Position) -> Result<()> {
    let row = positions::Model {
        app_id: app,
        unit: unit.to_owned(),
        at: position.at.clone(),
        lines: position.lines,
    };
    let columns = [positions::Column::AppId, positions::Column::Unit];
    let conflict = OnConflict::columns(columns)
        .update_columns([positions::Column::At, positions::Column::Lines])
        .to_owned();
    positions::Entity::insert(positions::ActiveModel::from(row).reset_all())
        .on_conflict(conflict)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn delete_position(tx: &Tx, app: AppId, unit: &str) -> Result<()> {
    positions::Entity::delete_many()
        .filter(positions::Column::AppId.eq(app))
        .filter(positions::Column::Unit.eq(unit))
        .exec(&**tx)
        .await?;
    Ok(())
}
