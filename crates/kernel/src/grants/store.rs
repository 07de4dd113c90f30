//! All queries on `grants` and on the generation that counts its changes.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ActiveValue::Set, ConnectionTrait, QuerySelect, QueryTrait};

use super::model::Grant;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};
use crate::wakes::Topic;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0001_grants",
    steps: || {
        vec![
            Step::Table(
                Table::new("grants")
                    .col("subject", Type::Id)
                    .col("permission", Type::Name)
                    .col("scope", Type::Id)
                    .col("assignment_id", Type::Id)
                    .primary(&["assignment_id", "permission"])
                    .index("grants_subject_idx", &["subject"]),
            ),
            Step::Table(
                Table::new("counters")
                    .col("name", Type::Id)
                    .col("value", Type::Integer)
                    .primary(&["name"]),
            ),
            Step::Sql("INSERT INTO counters (name, value) VALUES ('grants', 0)"),
        ]
    },
};

mod grants {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub assignment_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub permission: String,
        pub subject: String,
        pub scope: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod counters {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "counters")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub value: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Everything granted to one of `subjects`.
///
/// # Errors
///
/// Those of the database.
pub async fn of(connection: &impl ConnectionTrait, subjects: &[String]) -> Result<Vec<Grant>> {
    let rows = grants::Entity::find()
        .filter(grants::Column::Subject.is_in(subjects.iter().cloned()))
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Grant {
            permission: row.permission,
            scope: row.scope,
        })
        .collect())
}

/// The scopes of what was granted to `subjects` by one of the `nodes`, as a subquery.
pub(super) fn scopes_of(subjects: &[String], nodes: &[&'static str]) -> SelectStatement {
    grants::Entity::find()
        .select_only()
        .column(grants::Column::Scope)
        .filter(grants::Column::Subject.is_in(subjects.iter().cloned()))
        .filter(grants::Column::Permission.is_in(nodes.iter().copied()))
        .into_query()
}

/// Gives `subject` the `permissions` at `scope`, because of the assignment.
///
/// # Errors
///
/// Those of the database.
pub async fn add(tx: &mut Tx, assignment_id: &str, subject: &str, scope: &str, permissions: &[String]) -> Result<()> {
    let rows = permissions.iter().map(|permission| grants::ActiveModel {
        assignment_id: Set(assignment_id.to_owned()),
        permission: Set(permission.clone()),
        subject: Set(subject.to_owned()),
        scope: Set(scope.to_owned()),
    });
    grants::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    changed(tx).await
}

/// Takes back what was given because of the assignment.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &mut Tx, assignment_id: &str) -> Result<()> {
    grants::Entity::delete_many()
        .filter(grants::Column::AssignmentId.eq(assignment_id))
        .exec(&**tx)
        .await?;
    changed(tx).await
}

/// Makes every process read grants and tokens anew before it next decides.
///
/// # Errors
///
/// Those of the database.
pub async fn changed(tx: &mut Tx) -> Result<()> {
    counters::Entity::update_many()
        .col_expr(counters::Column::Value, Expr::col(counters::Column::Value).add(1))
        .filter(counters::Column::Name.eq("grants"))
        .exec(&**tx)
        .await?;
    tx.wake(Topic::Grants);
    Ok(())
}

/// How often grants or tokens have changed.
///
/// # Errors
///
/// Those of the database.
pub async fn generation(connection: &impl ConnectionTrait) -> Result<i64> {
    let value: Option<i64> = counters::Entity::find_by_id("grants")
        .select_only()
        .column(counters::Column::Value)
        .into_tuple()
        .one(connection)
        .await?;
    value.ok_or_else(|| Error::internal("the counter of grants is missing"))
}
