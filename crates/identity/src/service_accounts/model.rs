//! The service account as a row: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, UserId};
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccountChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Error, Result};

/// Characters of a name that are kept in the user's name, so that it has room for a part of the id.
const KEPT: usize = 81;

/// A service account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_accounts")]
pub struct Model {
    /// The id of its user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its name, unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A service account.
pub type ServiceAccount = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A new service account.
    ///
    /// # Errors
    ///
    /// `Invalid` for a description that is too long.
    pub fn new(id: UserId, organization: OrganizationId, wanted: NewServiceAccount, now: Timestamp) -> Result<Self> {
        Ok(Self {
            user_id: id,
            organization_id: organization,
            name: wanted.name,
            description: acceptable(wanted.description)?,
            version: 1,
            created_at: now,
        })
    }

    /// The account with `changes`, one version further.
    ///
    /// # Errors
    ///
    /// `Invalid` for a description that is too long.
    pub fn changed(&self, changes: ServiceAccountChanges) -> Result<Self> {
        let description = changes.description.map(acceptable).transpose()?;
        Ok(Self {
            name: changes.name.unwrap_or_else(|| self.name.clone()),
            description: description.unwrap_or_else(|| self.description.clone()),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The name of its user: two organizations may have a service account of one name, and neither hears of the other's.
    ///
    /// # Errors
    ///
    /// Never: names and ids have no characters that a name has not.
    pub fn username(&self) -> Result<Name> {
        let kept: String = self.name.as_str().chars().take(KEPT).collect();
        let id = self.user_id.body();
        let part = id.get(8..).unwrap_or(id);
        format!("{kept}-{part}")
            .parse()
            .map_err(|error| Error::internal(format!("the name of a service account's user: {error}")))
    }
}

fn acceptable(description: String) -> Result<String> {
    if description.len() <= 200 {
        return Ok(description);
    }
    Err(Error::invalid(
        "/data/attributes/description",
        "A service account's description has at most 200 bytes.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_still_makes_a_name_for_its_user() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let account = |number| {
            let wanted = NewServiceAccount {
                name: "a".repeat(90).parse().unwrap(),
                description: String::new(),
            };
            let organization = OrganizationId::from_parts(now.unix_ms(), 1);
            ServiceAccount::new(UserId::from_parts(now.unix_ms(), number), organization, wanted, now).unwrap()
        };
        assert_eq!(account(1).username().unwrap().as_str().len(), 90);
        assert_ne!(account(1).username().unwrap(), account(2).username().unwrap());
    }
}
