//! Conditions on the column that says whose a row is.

use sea_orm::{ColumnTrait, Condition};
use slipway_api::ids::OrganizationId;

/// What an organization sees: its own and the site's.
pub(crate) fn seen_by(column: impl ColumnTrait, organization: OrganizationId) -> Condition {
    Condition::any().add(column.is_null()).add(column.eq(organization))
}

/// What one owner has, and nobody else.
pub(crate) fn of(column: impl ColumnTrait, owner: Option<OrganizationId>) -> Condition {
    Condition::all().add(owner.map_or_else(|| column.is_null(), |owner| column.eq(owner)))
}
