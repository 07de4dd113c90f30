//! A promise as it is stored, and which were broken: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{IntegrationId, RunId};

/// An integration that an apply is to be given.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration_promises")]
pub struct Model {
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: RunId,
    /// The integration, which may be gone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// What it was called.
    pub name: String,
}

/// An integration that an apply is to be given.
pub type Promise = Model;

/// None; an integration that was deleted is to be named.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Says of what an apply would be without; none when it gets all.
#[must_use]
pub fn broken(promises: &[Promise], given: &[IntegrationId]) -> Option<String> {
    let missing: Vec<String> = promises
        .iter()
        .filter(|promise| !given.contains(&promise.integration_id))
        .map(|promise| format!("\"{}\"", promise.name))
        .collect();
    let (what, them) = match missing.len() {
        0 => return None,
        1 => (
            "the integration",
            "It was deleted or is not assigned any more. Assign it again",
        ),
        _ => (
            "the integrations",
            "They were deleted or are not assigned any more. Assign them again",
        ),
    };
    Some(format!(
        "When the plan was made, its apply was to be given {what} {}. {them}, or start another run.",
        missing.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let id = |number| IntegrationId::from_parts(0, number);
        let promise = |number: u64, name: &str| Model {
            run_id: RunId::from_parts(0, 1),
            integration_id: id(number),
            name: name.to_owned(),
        };
        let promises = [promise(1, "cloud"), promise(2, "metrics")];
        assert_eq!(broken(&promises, &[id(2), id(1), id(3)]), None);
        insta::assert_snapshot!(
            broken(&promises, &[id(2)]).unwrap(),
            @r#"When the plan was made, its apply was to be given the integration "cloud". It was deleted or is not assigned any more. Assign it again, or start another run."#
        );
        assert!(broken(&promises, &[]).unwrap().contains(r#""cloud", "metrics". They"#));
    }
}
