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
    let approving = votes.iter().filter(|vote| vote.verdict == Verdict::Approve);
    let counts = |user: &UserId| {
        voters
            .get(user)
            .is_some_and(|voter| counts_for(rule, (*user, voter), requester))
    };
    let people: BTreeSet<UserId> = approving.map(|vote| vote.user_id).filter(counts).collect();
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

/// Whether somebody's yes counts for a rule.
fn counts_for(rule: &Rule, (user, voter): (UserId, &Voter), requester: Option<UserId>) -> bool {
    let is_of_team = rule.teams.0.is_empty() || !rule.teams.0.is_disjoint(&voter.teams);
    voter.may && is_of_team && (rule.own_approval_counts || requester != Some(user))
}

/// Why somebody's yes counts for none of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vain {
    /// No rule counts here.
    NotNeeded,
    /// He may not approve the subject.
    MayNot,
    /// He asked for it himself.
    Own,
    /// He is in none of the teams that the rules ask.
    Outside,
}

/// Why this person's yes would count for nothing; none when it counts for a rule. `voter` is what he is now.
#[must_use]
pub fn vain(rules: &[Rule], (user, voter): (UserId, Option<&Voter>), requester: Option<UserId>) -> Option<Vain> {
    if rules.is_empty() {
        return Some(Vain::NotNeeded);
    }
    let Some(voter) = voter.filter(|voter| voter.may) else {
        return Some(Vain::MayNot);
    };
    if rules.iter().any(|rule| counts_for(rule, (user, voter), requester)) {
        return None;
    }
    match requester == Some(user) {
        true => Some(Vain::Own),
        false => Some(Vain::Outside),
    }
}

impl Vain {
    /// The same to that person.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NotNeeded => "No approval rule counts here: nothing has to be approved.",
            Self::MayNot => "You may not approve this.",
            Self::Own => "You asked for this yourself: somebody else has to approve it.",
            Self::Outside => "The rules here want approvals of members of certain teams, and you are in none of them.",
        }
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
