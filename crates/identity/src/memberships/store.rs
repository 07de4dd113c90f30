//! All queries on `memberships`.

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::Code;
use slipway_api::ids::{MembershipId, OrganizationId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Membership, Status};
use crate::organizations::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0012_memberships",
    steps: || {
        vec![Step::Table(
            Table::new("memberships")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .opt("user_id", Type::Id)
                .opt("email", Type::Name)
                .col("status", Type::Id)
                .opt("role_id", Type::Id)
                .col("teams", Type::Json)
                .opt("invited_by", Type::Id)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique(
                    "memberships_organization_id_user_id_key",
                    &["organization_id", "user_id"],
                )
                .index("memberships_user_id_idx", &["user_id"])
                .belongs_to("organization_id", "organizations")
                .belongs_to("user_id", "users"),
        )]
    },
};

/// Which memberships a list has.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub organization: Option<OrganizationId>,
    pub user: Option<UserId>,
    pub status: Option<Status>,
    /// Part of the address, any case.
    pub email: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        Condition::all()
            .add_option(self.organization.map(|id| Column::OrganizationId.eq(id)))
            .add_option(self.user.map(|id| Column::UserId.eq(id)))
            .add_option(self.status.map(|status| Column::Status.eq(status)))
            .add_option(self.email.as_deref().map(|text| contains(Column::Email, text)))
    }
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: MembershipId) -> Result<Option<Membership>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The membership of a user in an organization.
pub(crate) async fn of(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Membership>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::UserId.eq(user))
        .one(connection)
        .await?)
}

/// Whether the address was invited to the organization and has not answered.
pub(crate) async fn is_invited(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    email: &str,
) -> Result<bool> {
    let lower = Expr::expr(Func::lower(Expr::col(Column::Email)));
    let found = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Status.eq(Status::Invited))
        .filter(lower.eq(email.to_lowercase()))
        .one(connection)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn insert(tx: &Tx, membership: &Membership) -> Result<()> {
    let row = ActiveModel {
        id: Set(membership.id),
        organization_id: Set(membership.organization_id),
        user_id: Set(membership.user_id),
        email: Set(membership.email.clone()),
        status: Set(membership.status),
        role_id: Set(membership.role_id),
        teams: Set(membership.teams.clone()),
        invited_by: Set(membership.invited_by),
        created_at: Set(membership.created_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await.on_unique(|| {
        Error::new(
            Code::AlreadyExists,
            "This user is a member of the organization already.",
        )
    })?;
    Ok(())
}

/// Writes who accepted; false when somebody was faster.
pub(crate) async fn set_accepted(tx: &Tx, membership: &Membership) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::UserId, Expr::value(membership.user_id))
        .col_expr(Column::Status, Expr::value(membership.status.to_value()))
        .filter(Column::Id.eq(membership.id))
        .filter(Column::Status.eq(Status::Invited))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Deletes the membership; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: MembershipId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// A page of memberships, oldest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    page: &Page,
) -> Result<Listed<Membership>> {
    let after = page.after.as_ref().map(|id| Column::Id.gt(id));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}
