//! Votes and rules, by table and by property.

use proptest::prelude::*;
use rstest::rstest;
use slipway_api::Timestamp;
use slipway_api::approvals::{ApprovalOperation, ApprovalRuleSettings};
use slipway_api::ids::OrganizationId;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);
const ADA: u64 = 1;
const BOB: u64 = 2;
const CLEO: u64 = 3;

fn user(number: u64) -> UserId {
    UserId::from_parts(1, number)
}

fn team(number: u64) -> TeamId {
    TeamId::from_parts(1, number)
}

fn rule(number: u64, approvals: u32, teams: &[u64], own_approval_counts: bool) -> Rule {
    let settings = ApprovalRuleSettings {
        name: Some(format!("rule-{number}").parse().unwrap()),
        operations: Some(vec![ApprovalOperation::PlanAndApply]),
        approvals: Some(approvals),
        teams: Some(teams.iter().map(|number| team(*number)).collect()),
        own_approval_counts: Some(own_approval_counts),
        ..ApprovalRuleSettings::default()
    };
    let place = (OrganizationId::from_parts(1, 1), None);
    Rule::new(ApprovalRuleId::from_parts(1, number), place, &settings, NOW).unwrap()
}

fn vote(number: u64, verdict: Verdict) -> Vote {
    Vote {
        subject_id: "run-1".to_owned(),
        user_id: user(number),
        organization_id: OrganizationId::from_parts(1, 1),
        user_name: format!("user-{number}"),
        verdict,
        comment: String::new(),
        created_at: NOW,
    }
}

fn yes(number: u64) -> Vote {
    vote(number, Verdict::Approve)
}

fn no(number: u64) -> Vote {
    vote(number, Verdict::Reject)
}

/// Ada, who asked, and Bob are in team 1, Cleo is in team 2; all may approve but those who lost it.
fn people(lost: &[u64]) -> BTreeMap<UserId, Voter> {
    let teams = [(ADA, 1), (BOB, 1), (CLEO, 2)];
    let voter = |(number, of): (u64, u64)| {
        let voter = Voter {
            may: !lost.contains(&number),
            teams: BTreeSet::from([team(of)]),
        };
        (user(number), voter)
    };
    teams.into_iter().map(voter).collect()
}

fn waiting(lacking: &[(u64, u32)]) -> Decision {
    let lacking = lacking
        .iter()
        .map(|(rule, count)| (ApprovalRuleId::from_parts(1, *rule), *count));
    Decision::Waiting(lacking.collect())
}

#[rstest]
#[case::no_rule(vec![], vec![no(BOB)], &[], Decision::NotNeeded)]
#[case::no_vote(vec![rule(1, 2, &[], false)], vec![], &[], waiting(&[(1, 2)]))]
#[case::one_of_two(vec![rule(1, 2, &[], false)], vec![yes(BOB)], &[], waiting(&[(1, 1)]))]
#[case::two_of_two(vec![rule(1, 2, &[], false)], vec![yes(BOB), yes(CLEO)], &[], Decision::Approved)]
#[case::not_oneself(vec![rule(1, 1, &[], false)], vec![yes(ADA)], &[], waiting(&[(1, 1)]))]
#[case::oneself_where_it_is_allowed(vec![rule(1, 1, &[], true)], vec![yes(ADA)], &[], Decision::Approved)]
#[case::another_team(vec![rule(1, 1, &[2], false)], vec![yes(BOB)], &[], waiting(&[(1, 1)]))]
#[case::one_of_the_teams(vec![rule(1, 1, &[1, 2], false)], vec![yes(CLEO)], &[], Decision::Approved)]
#[case::all_rules(
    vec![rule(1, 1, &[1], false), rule(2, 1, &[2], false)], vec![yes(BOB)], &[], waiting(&[(2, 1)]))]
#[case::one_yes_for_two_rules(vec![rule(1, 1, &[], false), rule(2, 1, &[1], false)], vec![yes(BOB)], &[], Decision::Approved)]
#[case::lost_the_right(vec![rule(1, 1, &[], false)], vec![yes(BOB)], &[BOB], waiting(&[(1, 1)]))]
#[case::a_no_counts_before_every_yes(
    vec![rule(1, 1, &[], false)], vec![yes(BOB), no(CLEO)], &[], Decision::Rejected(vec![user(CLEO)]))]
#[case::a_no_of_who_asked(vec![rule(1, 1, &[], false)], vec![yes(BOB), no(ADA)], &[], Decision::Rejected(vec![user(ADA)]))]
#[case::a_no_of_another_team(
    vec![rule(1, 1, &[1], false)], vec![yes(BOB), no(CLEO)], &[], Decision::Rejected(vec![user(CLEO)]))]
#[case::a_no_of_who_lost_the_right(vec![rule(1, 1, &[], false)], vec![yes(BOB), no(CLEO)], &[CLEO], Decision::Approved)]
#[case::a_stranger(vec![rule(1, 1, &[], false)], vec![yes(9), no(8)], &[], waiting(&[(1, 1)]))]
fn votes_meet_rules(
    #[case] rules: Vec<Rule>,
    #[case] votes: Vec<Vote>,
    #[case] lost: &[u64],
    #[case] decision: Decision,
) {
    assert_eq!(decide(&rules, &votes, &people(lost), Some(user(ADA))), decision);
}

#[rstest]
#[case::no_rule(vec![], BOB, &[], Some(Vain::NotNeeded))]
#[case::anybody(vec![rule(1, 1, &[], false)], BOB, &[], None)]
#[case::oneself(vec![rule(1, 1, &[], false)], ADA, &[], Some(Vain::Own))]
#[case::oneself_for_one_of_two(vec![rule(1, 1, &[], false), rule(2, 1, &[], true)], ADA, &[], None)]
#[case::another_team(vec![rule(1, 1, &[2], false)], BOB, &[], Some(Vain::Outside))]
#[case::of_a_team_for_one_of_two(vec![rule(1, 1, &[2], false), rule(2, 1, &[1], false)], BOB, &[], None)]
#[case::lost_the_right(vec![rule(1, 1, &[], false)], BOB, &[BOB], Some(Vain::MayNot))]
#[case::a_stranger(vec![rule(1, 1, &[], false)], 9, &[], Some(Vain::MayNot))]
fn whose_yes_would_count(
    #[case] rules: Vec<Rule>,
    #[case] who: u64,
    #[case] lost: &[u64],
    #[case] expected: Option<Vain>,
) {
    let people = people(lost);
    let voter = (user(who), people.get(&user(who)));
    assert_eq!(vain(&rules, voter, Some(user(ADA))), expected);
}

fn some_rules() -> impl Strategy<Value = Vec<Rule>> {
    let one = (1u32..4, proptest::collection::vec(0u64..3, 0..3), any::<bool>());
    proptest::collection::vec(one, 1..4).prop_map(|rules| {
        let numbered = rules.into_iter().zip(1u64..);
        numbered
            .map(|((count, teams, own), number)| rule(number, count, &teams, own))
            .collect()
    })
}

fn some_people() -> impl Strategy<Value = BTreeMap<UserId, Voter>> {
    let one = (any::<bool>(), proptest::collection::btree_set(0u64..3, 0..3));
    proptest::collection::vec(one, 6).prop_map(|people| {
        let numbered = people.into_iter().zip(0u64..);
        let voter = |((may, teams), number): ((bool, BTreeSet<u64>), u64)| {
            let teams = teams.into_iter().map(team).collect();
            (user(number), Voter { may, teams })
        };
        numbered.map(voter).collect()
    })
}

proptest! {
    /// What has passed is not held up by another yes, and stops at the first no and when everybody lost the right; who asked
    /// alone lets nothing pass; and nobody who may not approve changes anything.
    #[test]
    fn only_those_who_may_decide_do(
        rules in some_rules(), people in some_people(),
        approving in proptest::collection::btree_set(0u64..6, 0..6), more in 0u64..6,
    ) {
        let asked = Some(user(0));
        let votes: Vec<Vote> = approving.iter().map(|number| yes(*number)).collect();
        let now = decide(&rules, &votes, &people, asked);
        let mut with = votes.clone();
        if !approving.contains(&more) {
            with.push(yes(more));
        }
        let then = decide(&rules, &with, &people, asked);
        prop_assert!(!now.lets_pass() || then.lets_pass());

        let may = people[&user(more)].may;
        let mut against: Vec<Vote> = votes.iter().filter(|vote| vote.user_id != user(more)).cloned().collect();
        let without = decide(&rules, &against, &people, asked);
        against.push(no(more));
        let expected = if may { Decision::Rejected(vec![user(more)]) } else { without };
        prop_assert_eq!(decide(&rules, &against, &people, asked), expected);

        let nobody = people.keys().map(|id| (*id, Voter::default())).collect();
        prop_assert!(!decide(&rules, &with, &nobody, asked).lets_pass());
        if rules.iter().any(|rule| !rule.own_approval_counts) {
            prop_assert!(!decide(&rules, &[yes(0)], &people, asked).lets_pass());
        }
        // A yes is in vain exactly where it counts for no rule.
        let alone = [yes(more)];
        let counts = rules.iter().any(|rule| given(rule, &alone, &people, asked) > 0);
        prop_assert_eq!(vain(&rules, (user(more), people.get(&user(more))), asked).is_none(), counts);
        // The decision says the same as the rules one by one.
        let is_met = |rule: &Rule| given(rule, &votes, &people, asked) >= rule.needed();
        prop_assert_eq!(now.lets_pass(), rules.iter().all(is_met));
    }
}
