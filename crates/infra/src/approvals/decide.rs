//! Whether votes meet rules: pure.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::ids::{ApprovalRuleId, TeamId, UserId};

use super::model::{Rule, Verdict, Vote};

/// What a voter is now, whatever he was when he voted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voter {
    /// Whether he may approve the subject.
    pub may: bool,
    /// The teams that he is in.
    pub teams: BTreeSet<TeamId>,
}

/// How a subject stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// No rule counts here.
    NotNeeded,
    /// These rules lack so many approvals.
    Waiting(BTreeMap<ApprovalRuleId, u32>),
    /// All rules are met.
    Approved,
    /// These people, who may approve, said no.
    Rejected(Vec<UserId>),
}

impl Decision {
    /// Whether nothing stands in the way.
    #[must_use]
    pub const fn lets_pass(&self) -> bool {
        matches!(self, Self::NotNeeded | Self::Approved)
    }
}

/// Decides by the rules that match. One no of somebody who may approve outweighs every yes, also where his yes would not
/// count for any rule. `voters` has every voter as he is now; whoever is missing may nothing.
#[must_use]
pub fn decide(rules: &[Rule], votes: &[Vote], voters: &BTreeMap<UserId, Voter>, requester: Option<UserId>) -> Decision {
    if rules.is_empty() {
        return Decision::NotNeeded;
    }
    let may = |vote: &&Vote| voters.get(&vote.user_id).is_some_and(|voter| voter.may);
    let rejecting = votes.iter().filter(|vote| vote.verdict == Verdict::Reject).filter(may);
    let rejecting: Vec<UserId> = rejecting.map(|vote| vote.user_id).collect();
    if !rejecting.is_empty() {
        return Decision::Rejected(rejecting);
    }
    let lacking = |rule: &Rule| rule.needed().saturating_sub(given(rule, votes, voters, requester));
    let missing: BTreeMap<_, _> = rules
        .iter()
        .map(|rule| (rule.id, lacking(rule)))
        .filter(|(_, lacking)| *lacking > 0)
        .collect();
    if missing.is_empty() {
        Decision::Approved
    } else {
        Decision::Waiting(missing)
    }
}

/// How many approvals count for a rule.
#[must_use]
pub fn given(rule: &Rule, votes: &[Vote], voters: &BTreeMap<UserId, Voter>, requester: Option<UserId>) -> u32 {
    let counts = |vote: &&Vote| {
        let voter = voters.get(&vote.user_id).filter(|voter| voter.may);
        let is_of_team = |voter: &Voter| rule.teams.0.is_empty() || !rule.teams.0.is_disjoint(&voter.teams);
        vote.verdict == Verdict::Approve
            && voter.is_some_and(is_of_team)
            && (rule.own_approval_counts || requester != Some(vote.user_id))
    };
    let people: BTreeSet<UserId> = votes.iter().filter(counts).map(|vote| vote.user_id).collect();
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
