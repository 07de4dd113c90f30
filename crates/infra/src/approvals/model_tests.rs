//! Which rules count for what.

use rstest::rstest;
use slipway_api::workspaces::Tag;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

fn place(number: u64) -> (OrganizationId, ProjectId) {
    (OrganizationId::from_parts(1, 1), ProjectId::from_parts(1, number))
}

fn tag(key: &str, value: Option<&str>) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

fn rule(settings: ApprovalRuleSettings) -> Result<Rule> {
    let settings = ApprovalRuleSettings {
        name: Some("careful".parse().unwrap()),
        ..settings
    };
    let (organization, _) = place(1);
    Rule::new(ApprovalRuleId::from_parts(1, 1), (organization, None), &settings, NOW)
}

fn subject() -> Subject {
    let (organization, project) = place(1);
    Subject {
        id: "run-1".to_owned(),
        operation: ApprovalOperation::PlanAndApply,
        template: None,
        tags: Tags(vec![tag("stage", Some("production")), tag("team", None)]),
        scope: Scope::project(organization, project),
        requester: None,
        permission: Permission::new("workspace.run.approve"),
    }
}

#[rstest]
#[case::anything(ApprovalRuleSettings::default(), true)]
#[case::tag(ApprovalRuleSettings { tags: Some(vec![tag("stage", Some("production"))]), ..Default::default() }, true)]
#[case::tag_of_any_value(ApprovalRuleSettings { tags: Some(vec![tag("stage", None)]), ..Default::default() }, true)]
#[case::other_value(ApprovalRuleSettings { tags: Some(vec![tag("stage", Some("test"))]), ..Default::default() }, false)]
#[case::one_tag_of_two(
    ApprovalRuleSettings { tags: Some(vec![tag("stage", None), tag("zone", None)]), ..Default::default() }, false)]
#[case::other_operation(
    ApprovalRuleSettings { operations: Some(vec![ApprovalOperation::Destroy]), ..Default::default() }, false)]
#[case::a_template(ApprovalRuleSettings { template: Some("network".to_owned()), ..Default::default() }, false)]
#[case::no_template(ApprovalRuleSettings { template: Some(String::new()), ..Default::default() }, true)]
fn a_rule_counts_for_what_it_names(#[case] settings: ApprovalRuleSettings, #[case] matches: bool) {
    assert_eq!(rule(settings).unwrap().matches(&subject()), matches);
}

#[test]
fn a_rule_of_a_project_counts_there_alone() {
    let (here, there) = (place(1).1, place(2).1);
    let mut rule = rule(ApprovalRuleSettings::default()).unwrap();
    rule.project_id = Some(here);
    assert!(rule.matches(&subject()));
    rule.project_id = Some(there);
    assert!(!rule.matches(&subject()));
}

#[test]
fn a_rule_of_a_template_counts_for_its_resources() {
    let rule = rule(ApprovalRuleSettings {
        template: Some("network".to_owned()),
        ..ApprovalRuleSettings::default()
    });
    let resource = Subject {
        template: Some("network".to_owned()),
        ..subject()
    };
    assert!(rule.unwrap().matches(&resource));
}

#[rstest]
#[case::none(ApprovalRuleSettings { approvals: Some(0), ..Default::default() })]
#[case::too_many(ApprovalRuleSettings { approvals: Some(21), ..Default::default() })]
#[case::no_operation(ApprovalRuleSettings { operations: Some(vec![]), ..Default::default() })]
#[case::no_key(ApprovalRuleSettings { template: Some("Net work".to_owned()), ..Default::default() })]
#[case::no_tag(ApprovalRuleSettings { tags: Some(vec![tag("", None)]), ..Default::default() })]
fn what_makes_no_sense_is_refused(#[case] settings: ApprovalRuleSettings) {
    assert_eq!(rule(settings).unwrap_err().code(), slipway_api::Code::Invalid);
}
