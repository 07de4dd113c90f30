//! The team as a row, and its members: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{IdentityProviderId, OrganizationId, TeamId};
use slipway_api::teams::{NewTeam, TeamChanges, TeamVisibility};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Error, Result};

/// A team.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its name, unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// The group at identity providers whose members are in it.
    pub sso_team_id: Option<String>,
    /// The provider whose group it is; none for any.
    pub sso_provider_id: Option<IdentityProviderId>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether members may make tokens of it.
    pub allow_member_token_management: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A team.
pub type Team = Model;

/// Members point here; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Who may see a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Visibility {
    /// Its members, and who sees who may do what.
    #[sea_orm(string_value = "secret")]
    Secret,
    /// Everybody who sees the organization.
    #[sea_orm(string_value = "organization")]
    Organization,
}

impl From<TeamVisibility> for Visibility {
    fn from(visibility: TeamVisibility) -> Self {
        match visibility {
            TeamVisibility::Secret => Self::Secret,
            TeamVisibility::Organization => Self::Organization,
        }
    }
}

impl From<Visibility> for TeamVisibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Secret => Self::Secret,
            Visibility::Organization => Self::Organization,
        }
    }
}

/// Who put somebody into a team. Somebody may be in it by several; he leaves it with the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// A person did.
    #[must_use]
    pub fn manual() -> Self {
        Self("manual".to_owned())
    }

    /// The groups of an identity provider say so.
    #[must_use]
    pub fn provider(id: impl ToString) -> Self {
        Self(id.to_string())
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Members of teams.
pub mod members {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{TeamId, UserId};

    /// A member by one source.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "team_members")]
    pub struct Model {
        /// The team.
        #[sea_orm(primary_key, auto_increment = false)]
        pub team_id: TeamId,
        /// The member.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        /// Who put him in.
        #[sea_orm(primary_key, auto_increment = false)]
        pub source: String,
    }

    /// Nothing is joined.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl Model {
    /// A new team.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: TeamId, organization: OrganizationId, wanted: NewTeam, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id,
            organization_id: organization,
            name: wanted.name,
            description: short(wanted.description, "description")?,
            sso_team_id: short(wanted.sso_team_id, "sso-team-id")?,
            sso_provider_id: None,
            visibility: wanted.visibility.into(),
            allow_member_token_management: wanted.allow_member_token_management,
            version: 1,
            created_at: now,
        })
    }

    /// The team with `changes`, one version further.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: TeamChanges) -> Result<Self> {
        let description = changes.description.map(|text| short(text, "description"));
        let group = changes.sso_team_id.map(|text| short(text, "sso-team-id"));
        let tokens = changes.allow_member_token_management;
        Ok(Self {
            name: changes.name.unwrap_or_else(|| self.name.clone()),
            description: description.transpose()?.unwrap_or_else(|| self.description.clone()),
            sso_team_id: group.transpose()?.unwrap_or_else(|| self.sso_team_id.clone()),
            visibility: changes.visibility.map_or(self.visibility, Into::into),
            allow_member_token_management: tokens.unwrap_or(self.allow_member_token_management),
            version: self.version + 1,
            ..self.clone()
        })
    }
}

/// A text of at most 200 bytes; an empty one is none.
fn short(text: Option<String>, field: &str) -> Result<Option<String>> {
    let text = text.filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.len() > 200) {
        return Err(Error::invalid(
            &format!("/data/attributes/{field}"),
            "This has at most 200 bytes.",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_does_not_mention_stays() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let wanted = NewTeam {
            name: "dev".parse().unwrap(),
            description: Some("Developers.".to_owned()),
            sso_team_id: Some("developers".to_owned()),
            sso_provider: None,
            visibility: TeamVisibility::Organization,
            allow_member_token_management: true,
            organization_access: None,
        };
        let organization = OrganizationId::from_parts(now.unix_ms(), 1);
        let team = Team::new(TeamId::from_parts(now.unix_ms(), 1), organization, wanted, now).unwrap();
        let same = team.changed(TeamChanges::default()).unwrap();
        assert_eq!(Team { version: 1, ..same }, team);
        let cleared = TeamChanges {
            sso_team_id: Some(None),
            ..TeamChanges::default()
        };
        assert_eq!(team.changed(cleared).unwrap().sso_team_id, None);
    }
}
