//! A quota as it is stored, and whether there is room in it: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::OrganizationId;

/// A quota as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_quotas")]
pub struct Model {
    /// The id of the organization, the project or the app that it limits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope_id: String,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Most apps; none for as many as wanted.
    pub apps: Option<i64>,
    /// Most units; none for as many as wanted.
    pub units: Option<i64>,
}

/// A quota.
pub type Quota = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What is there, or what comes to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Apps.
    pub apps: i64,
    /// Units that shall run.
    pub units: i64,
}

impl Model {
    /// Why there is no room for more, as the end of a sentence that begins with what is limited. Less than before always has room,
    /// also where there is too much already.
    #[must_use]
    pub fn lacks(&self, used: Used, more: Used) -> Option<String> {
        let one = |limit: Option<i64>, used: i64, more: i64, what: &str| {
            let limit = limit.filter(|limit| more > 0 && used + more > *limit)?;
            Some(format!(
                "may have {limit} {what} and has {used}: there is no room for {more} more"
            ))
        };
        one(self.apps, used.apps, more.apps, "apps").or_else(|| one(self.units, used.units, more.units, "units"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::no_limit(None, 1_000, 1, None)]
    #[case::the_last_one(Some(5), 4, 1, None)]
    #[case::one_too_many(Some(5), 4, 2, Some("may have 5 units and has 4: there is no room for 2 more"))]
    #[case::fewer_than_before_when_over(Some(5), 9, -1, None)]
    #[case::nothing_new_when_over(Some(5), 9, 0, None)]
    #[case::nothing_at_all(Some(0), 0, 1, Some("may have 0 units and has 0: there is no room for 1 more"))]
    fn room(#[case] limit: Option<i64>, #[case] used: i64, #[case] more: i64, #[case] said: Option<&str>) {
        let quota = Quota {
            scope_id: "prj-1".to_owned(),
            organization_id: "org-0000000000000000".parse().unwrap(),
            apps: None,
            units: limit,
        };
        let units = |units| Used { apps: 1, units };
        assert_eq!(quota.lacks(units(used), Used { apps: 0, units: more }).as_deref(), said);
    }
}
