//! All queries on `app_plans`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{AppPlanId, OrganizationId};
use slipway_api::{Code, Name, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use crate::owner;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0003_app_plans",
    steps: || {
        vec![Step::Table(
            Table::new("app_plans")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("memory", Type::Integer)
                .col("processor", Type::Integer)
                .col("burst", Type::Integer)
                .col("is_default", Type::Boolean)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("app_plans_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// A plan as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_plans")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppPlanId,
    /// Its organization; none for the site's, which every organization sees.
    pub organization_id: Option<OrganizationId>,
    /// Unique among those that an organization sees.
    pub name: Name,
    /// In bytes; zero is as much as there is.
    pub memory: i64,
    /// In thousandths of a processor; zero is as much as there is.
    pub processor: i64,
    /// In hundredths; 100 is nothing more than `processor`.
    pub burst: i64,
    /// Whether apps have it that name no plan.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A plan.
pub type AppPlan = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What it says.
    #[must_use]
    pub fn plan(&self) -> super::Plan {
        super::Plan {
            name: self.name.to_string(),
            memory: u64::try_from(self.memory).unwrap_or_default(),
            processor: u32::try_from(self.processor).unwrap_or_default(),
            burst: u32::try_from(self.burst).unwrap_or_default(),
            runtime_class: String::new(),
        }
    }
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when its owner has one of this name.
pub(crate) async fn insert(tx: &Tx, plan: &AppPlan) -> Result<()> {
    let row = ActiveModel::from(plan.clone()).reset_all();
    let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| taken(&plan.name))?;
    Ok(())
}

/// Writes one as it is now.
///
/// # Errors
///
/// `AlreadyExists` when its owner has another of this name.
pub(crate) async fn update(tx: &Tx, plan: &AppPlan) -> Result<()> {
    let row = ActiveModel::from(plan.clone()).reset_all();
    let one = Entity::update_many().set(row).filter(Column::Id.eq(plan.id));
    one.exec(&**tx).await.on_unique(|| taken(&plan.name))?;
    Ok(())
}

/// Has none of this owner's be the default one.
pub(crate) async fn no_default(tx: &Tx, owner: Option<OrganizationId>) -> Result<()> {
    let row = ActiveModel {
        is_default: Set(false),
        ..Default::default()
    };
    let own = owner::store::of(Column::OrganizationId, owner);
    Entity::update_many().set(row).filter(own).exec(&**tx).await?;
    Ok(())
}

/// Removes one.
pub(crate) async fn delete(tx: &Tx, id: AppPlanId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: AppPlanId) -> Result<Option<AppPlan>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Removes those of an organization that is being deleted.
pub(crate) async fn delete_of(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let own = Entity::delete_many().filter(Column::OrganizationId.eq(organization));
    own.exec(&**tx).await?;
    Ok(())
}

pub(crate) fn taken(name: &Name) -> Error {
    let detail = format!("There is a plan \"{name}\" already; choose another name, or change that one.");
    Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: AppPlanId) -> Result<Option<AppPlan>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those that an organization sees, the smallest first: its own and the site's.
pub(crate) async fn seen_by(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<AppPlan>> {
    let seen = owner::store::seen_by(Column::OrganizationId, organization);
    let query = Entity::find()
        .filter(seen)
        .order_by_asc(Column::Memory)
        .order_by_asc(Column::Name);
    Ok(query.all(connection).await?)
}

/// Whether the site has none.
pub(crate) async fn is_empty(tx: &Tx) -> Result<bool> {
    let of_site = Entity::find().filter(Column::OrganizationId.is_null());
    Ok(of_site.one(&**tx).await?.is_none())
}
