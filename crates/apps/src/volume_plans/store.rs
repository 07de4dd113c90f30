//! All queries on `volume_plans`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use slipway_api::ids::{OrganizationId, VolumePlanId};
use slipway_api::volumes::{VolumeKind, VolumeSettings};
use slipway_api::{Code, Name, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use crate::owner;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0092_volume_plans",
    steps: || {
        vec![Step::Table(
            Table::new("volume_plans")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("kind", Type::Id)
                .col("settings", Type::Json)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("volume_plans_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// A volume plan as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "volume_plans")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VolumePlanId,
    /// Its organization; none for the site's, which every organization sees.
    pub organization_id: Option<OrganizationId>,
    /// Unique among those that an organization sees.
    pub name: Name,
    /// What volumes of it are.
    pub kind: VolumeKind,
    /// What stands behind them.
    pub settings: Settings,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A volume plan.
pub type VolumePlan = Model;

/// What stands behind volumes, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Settings(pub VolumeSettings);

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when its owner has one of this name.
pub(crate) async fn insert(tx: &Tx, plan: &VolumePlan) -> Result<()> {
    let row = ActiveModel::from(plan.clone()).reset_all();
    let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| taken(&plan.name))?;
    Ok(())
}

/// Removes one.
pub(crate) async fn delete(tx: &Tx, id: VolumePlanId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: VolumePlanId) -> Result<Option<VolumePlan>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Removes those of an organization that is being deleted.
pub(crate) async fn delete_of(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let own = Entity::delete_many().filter(Column::OrganizationId.eq(organization));
    own.exec(&**tx).await?;
    Ok(())
}

pub(crate) fn taken(name: &Name) -> Error {
    let detail = format!("There is a volume plan \"{name}\" already; choose another name.");
    Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
}

/// Those that have these ids.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[VolumePlanId]) -> Result<Vec<VolumePlan>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(those.all(connection).await?)
}

/// Those that an organization sees, by name: its own and the site's.
pub(crate) async fn seen_by(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<VolumePlan>> {
    let seen = owner::store::seen_by(Column::OrganizationId, organization);
    let query = Entity::find().filter(seen).order_by_asc(Column::Name);
    Ok(query.all(connection).await?)
}
