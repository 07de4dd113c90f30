//! A rule, a vote, and what they are about: pure.

use std::collections::BTreeSet;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::approvals::{ApprovalOperation, ApprovalRuleSettings, ApprovalVerdict};
use slipway_api::ids::{ApprovalRuleId, OrganizationId, ProjectId, TeamId, UserId};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::APPROVAL_RULE_READ;
use crate::workspaces::Tags;
use crate::workspaces::settings::checked_tags;

/// Most approvals that a rule can ask for.
const MOST_APPROVALS: u32 = 20;
/// Most teams of a rule.
const MOST_TEAMS: usize = 20;
/// Longest key of a template.
const TEMPLATE_LENGTH: usize = 128;

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_rules")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalRuleId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The project that it is limited to.
    pub project_id: Option<ProjectId>,
    /// Unique in the organization.
    pub name: Name,
    /// Only for resources of this template; then no plain run matches.
    pub template: Option<String>,
    /// Only for what has all of these.
    pub tags: Tags,
    /// For which operations.
    pub operations: Operations,
    /// How many approvals it takes.
    pub approvals: i64,
    /// Only members of one of these count, if there are any.
    pub teams: Teams,
    /// Whether the approval of who asked counts, too.
    pub own_approval_counts: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A rule.
pub type Rule = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The operations of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Operations(pub BTreeSet<ApprovalOperation>);

/// The teams of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Teams(pub BTreeSet<TeamId>);

pub use votes::{Model as Vote, Verdict};

/// What people said.
pub mod votes {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{OrganizationId, UserId};

    /// A vote as it is stored: one of each user about each subject.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "approval_votes")]
    pub struct Model {
        /// Id of the run, or of what else it is about.
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject_id: String,
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        /// The subject's organization.
        pub organization_id: OrganizationId,
        /// Their name at the time.
        pub user_name: String,
        /// What.
        pub verdict: Verdict,
        /// Why.
        pub comment: String,
        /// When.
        pub created_at: Timestamp,
    }

    /// What somebody says.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
    pub enum Verdict {
        /// Yes.
        #[sea_orm(string_value = "approve")]
        Approve,
        /// No.
        #[sea_orm(string_value = "reject")]
        Reject,
    }

    /// None; subjects are of several kinds.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl From<Verdict> for ApprovalVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => Self::Approve,
            Verdict::Reject => Self::Reject,
        }
    }
}

/// What is to be approved.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// What it does.
    pub operation: ApprovalOperation,
    /// Key of the template, of a resource.
    pub template: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// Where it stands; it is in a project.
    pub scope: Scope,
    /// Who asked for it, if that was a user.
    pub requester: Option<UserId>,
    /// What one needs to approve it.
    pub permission: Permission,
}

impl Model {
    /// A new rule.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(
        id: ApprovalRuleId,
        (organization, project): (OrganizationId, Option<ProjectId>),
        settings: &ApprovalRuleSettings,
        now: Timestamp,
    ) -> Result<Self> {
        let name = settings.name.clone();
        let name = name.ok_or_else(|| Error::invalid("/data/attributes/name", "An approval rule needs a name."))?;
        let blank = Self {
            id,
            organization_id: organization,
            project_id: project,
            name,
            template: None,
            tags: Tags::default(),
            operations: Operations(BTreeSet::from([
                ApprovalOperation::PlanAndApply,
                ApprovalOperation::Destroy,
            ])),
            approvals: 1,
            teams: Teams::default(),
            own_approval_counts: false,
            created_at: now,
            updated_at: now,
            version: 0,
        };
        blank.with_settings(settings, now)
    }

    /// The rule with what the settings mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn with_settings(mut self, settings: &ApprovalRuleSettings, now: Timestamp) -> Result<Self> {
        let refused = |field: &str, detail: String| Error::invalid(&format!("/data/attributes/{field}"), detail);
        self.name = settings.name.clone().unwrap_or(self.name);
        if let Some(template) = &settings.template {
            let is_key = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
            if template.len() > TEMPLATE_LENGTH || !template.chars().all(is_key) {
                return Err(refused(
                    "template",
                    "A template's key has small letters, digits, - and _.".to_owned(),
                ));
            }
            self.template = Some(template.clone()).filter(|key| !key.is_empty());
        }
        if let Some(tags) = &settings.tags {
            self.tags = checked_tags(tags).map_err(|detail| refused("tags", detail))?;
        }
        if let Some(operations) = &settings.operations {
            if operations.is_empty() {
                return Err(refused("operations", "Name one operation at least.".to_owned()));
            }
            self.operations = Operations(operations.iter().copied().collect());
        }
        if let Some(approvals) = settings.approvals {
            if !(1..=MOST_APPROVALS).contains(&approvals) {
                return Err(refused(
                    "approvals",
                    format!("A rule takes 1 to {MOST_APPROVALS} approvals."),
                ));
            }
            self.approvals = i64::from(approvals);
        }
        if let Some(teams) = &settings.teams {
            if teams.len() > MOST_TEAMS {
                return Err(refused("teams", format!("At most {MOST_TEAMS} teams.")));
            }
            self.teams = Teams(teams.iter().copied().collect());
        }
        self.own_approval_counts = settings.own_approval_counts.unwrap_or(self.own_approval_counts);
        self.updated_at = now;
        self.version += 1;
        Ok(self)
    }

    /// Whether it counts for a subject of its organization.
    #[must_use]
    pub fn matches(&self, subject: &Subject) -> bool {
        let has_tag = |wanted| subject.tags.match_any(&Tags(vec![wanted]));
        (self.project_id.is_none() || self.project_id == subject.scope.project)
            && (self.template.is_none() || self.template == subject.template)
            && self.operations.0.contains(&subject.operation)
            && self.tags.0.iter().cloned().all(has_tag)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        let scope = match self.project_id {
            Some(project) => Scope::project(self.organization_id, project),
            None => Scope::organization(self.organization_id),
        };
        Target {
            kind: "approval rule",
            name: self.id.to_string().into(),
            scope: scope.object(self.id),
            read: APPROVAL_RULE_READ,
        }
    }

    /// How many approvals it takes.
    #[must_use]
    pub fn needed(&self) -> u32 {
        u32::try_from(self.approvals).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
