//! Approvals: rules that say whose yes a change needs before it is applied, and who said yes or no.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ApprovalRuleId, TeamId, UserId};
use crate::jsonapi::Attributes;
use crate::workspaces::Tag;
use crate::{Name, Timestamp};

/// A rule. The project that it is limited to, if any, is its relationship `project`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ApprovalRule {
    /// Unique in its organization.
    pub name: Name,
    /// Only for resources of the template with this key; for runs, too, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Only for what has all of these tags; a tag without a value stands for any value.
    pub tags: Vec<Tag>,
    /// For which operations.
    pub operations: Vec<ApprovalOperation>,
    /// How many approvals it takes.
    pub approvals: u32,
    /// Only approvals of members of one of these teams count; of everybody who may approve when empty.
    pub teams: Vec<TeamId>,
    /// Whether the approval of who asked for the change counts, too.
    pub own_approval_counts: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Attributes for ApprovalRule {
    const TYPE: &'static str = "approval-rules";
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalOperation {
    /// It applies a plan that does not destroy everything.
    PlanAndApply,
    /// It destroys everything.
    Destroy,
}

/// What a new rule needs, or changes to one; what is absent is the default, or stays. The relationship `project` of a new
/// one limits it to a project, for ever.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApprovalRuleSettings {
    /// Unique in its organization; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Only for resources of the template with this key; empty for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Only for what has all of these tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
    /// For which operations; for all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<ApprovalOperation>>,
    /// How many approvals it takes, 1 to 20; one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<u32>,
    /// Only approvals of members of one of these teams count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<TeamId>>,
    /// Whether the approval of who asked for the change counts, too; it does not when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_approval_counts: Option<bool>,
}

impl Attributes for ApprovalRuleSettings {
    const TYPE: &'static str = ApprovalRule::TYPE;
}

/// How a change stands: its id is that of what was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Approvals {
    /// In a word.
    pub status: ApprovalStatus,
    /// What is missing or who said no, in a sentence; absent when nothing stands in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The rules that count here, all of which have to be met.
    pub rules: Vec<RuleStanding>,
    /// Who said what, oldest first.
    pub votes: Vec<ApprovalVote>,
    /// Whether the caller's yes counts for one of the rules. Whether it waits for anybody's is another question.
    pub may_approve: bool,
    /// Why it does not, in a sentence to the caller; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

impl Attributes for Approvals {
    const TYPE: &'static str = "approvals";
}

/// How a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalStatus {
    /// No rule counts here.
    NotNeeded,
    /// Approvals are missing.
    Waiting,
    /// All rules are met.
    Approved,
    /// Somebody said no.
    Rejected,
}

/// A rule that counts for a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RuleStanding {
    /// The rule.
    pub rule: ApprovalRuleId,
    /// Its name.
    pub name: Name,
    /// How many approvals it takes.
    pub needed: u32,
    /// How many it has that count.
    pub given: u32,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ApprovalVote {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What.
    pub verdict: ApprovalVerdict,
    /// Why, in their words.
    pub comment: String,
    /// Whether it counts: whoever lost the right to approve since does not.
    pub counts: bool,
    /// When.
    pub created_at: Timestamp,
}

/// What somebody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalVerdict {
    /// Yes.
    Approve,
    /// No: as long as it stands, nothing is applied.
    Reject,
}
