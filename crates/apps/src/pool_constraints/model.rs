//! A rule about pools as it is stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, PoolConstraintId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::pools::PoolField;
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};

use super::rules::{Constraint, ConstraintError, Pattern};

/// Most values of one rule.
const VALUES: usize = 100;

/// A rule about pools as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_constraints")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PoolConstraintId,
    /// Its organization; none for the site's, which counts for every organization.
    pub organization_id: Option<OrganizationId>,
    /// A pattern of names of pools.
    pub pools: String,
    /// What it is about.
    pub field: PoolField,
    /// Patterns.
    pub rule_values: Values,
    /// Whether everything but the values may be used.
    pub denies: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A rule about pools.
pub type PoolConstraint = Model;

/// Patterns, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Values(pub Vec<String>);

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// As it is held against something.
    ///
    /// # Errors
    ///
    /// When a pattern is none.
    pub fn rule(&self) -> std::result::Result<Constraint, ConstraintError> {
        let values: std::result::Result<Vec<Pattern>, _> =
            self.rule_values.0.iter().map(|text| Pattern::new(text)).collect();
        Ok(Constraint {
            pools: Pattern::new(&self.pools)?,
            field: self.field,
            values: values?,
            denies: self.denies,
        })
    }

    /// Checks that it can be.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        if let Err(error) = Pattern::new(&self.pools) {
            problems.push(problem("/data/attributes/pools", &error.to_string()));
        }
        for (number, value) in self.rule_values.0.iter().enumerate() {
            if let Err(error) = Pattern::new(value) {
                problems.push(problem(
                    &format!("/data/attributes/values/{number}"),
                    &error.to_string(),
                ));
            }
        }
        if self.rule_values.0.len() > VALUES {
            let detail = format!("a rule has at most {VALUES} values: use `*` in them");
            problems.push(problem("/data/attributes/values", &detail));
        }
        if self.field == PoolField::Organization && self.organization_id.is_some() {
            let detail =
                "only rules of the site are about organizations: an organization's own rules count for itself alone";
            problems.push(problem("/data/attributes/field", detail));
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Error::invalid_fields(problems)),
        }
    }
}

fn problem(pointer: &str, detail: &str) -> FieldError {
    FieldError {
        source: ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        },
        detail: slipway_kernel::text::sentence(detail),
    }
}
