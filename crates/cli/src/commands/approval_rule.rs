//! `slipway approval-rule`

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::approvals::{ApprovalOperation, ApprovalRule, ApprovalRuleSettings};
use slipway_api::ids::ApprovalRuleId;
use slipway_api::jsonapi::Linkage;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::project::find_project;
use super::team::find_team;
use super::workspace::{tag, tag_text};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalRuleCommand {
    /// List the rules of the organization and of its projects
    #[command(after_help = "Examples:\n  slipway approval-rule list")]
    List,
    /// Make a rule: what it matches is applied only when enough people approved it
    ///
    /// Of several rules that match, all have to be met. Without a project, a template or tags a rule matches every run of the
    /// organization that may apply.
    #[command(after_help = "\
Examples:
  slipway approval-rule create production --tag stage=production --approvals 2
  slipway approval-rule create payments --in-project payments --team leads
  slipway approval-rule create destroying --operation destroy --team platform")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// Only in this project, by name or id
        #[arg(long, value_name = "PROJECT")]
        in_project: Option<String>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Change a rule; what waits is looked at by the new rule at once
    #[command(after_help = "\
Examples:
  slipway approval-rule update production --approvals 1
  slipway approval-rule update production --no-teams")]
    Update {
        /// The rule, by name or id
        #[arg(value_name = "RULE")]
        rule: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        name: Option<Name>,
        #[command(flatten)]
        settings: SettingArguments,
        /// Approvals of everybody who may approve count again
        #[arg(long, conflicts_with = "teams")]
        no_teams: bool,
        /// Match whatever the tags
        #[arg(long, conflicts_with = "tags")]
        no_tags: bool,
    },
    /// Delete a rule; what waited for it alone can be confirmed then
    #[command(after_help = "Examples:\n  slipway approval-rule delete production --yes")]
    Delete {
        /// The rule, by name or id
        #[arg(value_name = "RULE")]
        rule: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// A rule as flags.
#[derive(Debug, Args)]
pub(crate) struct SettingArguments {
    /// Only what has this tag, as KEY or KEY=VALUE; replaces all (repeatable: all of them)
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only resources of the template with this key; empty for everything
    #[arg(long, value_name = "KEY")]
    template: Option<String>,
    /// Only this operation; replaces all (repeatable) [default of a new one: all]
    #[arg(long = "operation", value_enum, value_name = "OPERATION")]
    operations: Vec<Operation>,
    /// How many approvals it takes [default of a new one: 1]
    #[arg(long, value_name = "NUMBER")]
    approvals: Option<u32>,
    /// Only approvals of members of this team count, by name or id; replaces all (repeatable: one of them)
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Whether the approval of who asked for the change counts, too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    own_approval_counts: Option<bool>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Operation {
    PlanAndApply,
    Destroy,
}

impl From<Operation> for ApprovalOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::PlanAndApply => Self::PlanAndApply,
            Operation::Destroy => Self::Destroy,
        }
    }
}

impl SettingArguments {
    async fn settings(self, context: &Context, client: &Client) -> anyhow::Result<ApprovalRuleSettings> {
        let mut teams = Vec::new();
        for text in &self.teams {
            teams.push(id_of(&find_team(context, client, text).await?)?);
        }
        let operations: Vec<_> = self.operations.into_iter().map(Into::into).collect();
        Ok(ApprovalRuleSettings {
            name: None,
            template: self.template,
            tags: (!self.tags.is_empty()).then(|| self.tags.iter().map(|text| tag(text)).collect()),
            operations: (!operations.is_empty()).then_some(operations),
            approvals: self.approvals,
            teams: (!teams.is_empty()).then_some(teams),
            own_approval_counts: self.own_approval_counts,
        })
    }
}

pub(super) async fn run(context: &Context, command: ApprovalRuleCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ApprovalRuleCommand::List => context.output.rows(
            &client.approval_rules(context.organization()?).all().await?,
            "No approval rules. Make one: slipway approval-rule create NAME",
            table,
        )?,
        ApprovalRuleCommand::Create {
            name,
            in_project,
            settings,
        } => {
            let project = match in_project {
                Some(text) => Some(id_of(&find_project(client, context.organization()?, &text).await?)?),
                None => None,
            };
            let settings = ApprovalRuleSettings {
                name: Some(name),
                ..settings.settings(context, client).await?
            };
            let made = client
                .create_approval_rule(context.organization()?, project, settings)
                .await?;
            show(context, &made)?;
        }
        ApprovalRuleCommand::Update {
            rule,
            name,
            settings,
            no_teams,
            no_tags,
        } => {
            let id: ApprovalRuleId = id_of(&find(context, client, &rule).await?)?;
            let settings = settings.settings(context, client).await?;
            let settings = ApprovalRuleSettings {
                name,
                teams: if no_teams { Some(Vec::new()) } else { settings.teams },
                tags: if no_tags { Some(Vec::new()) } else { settings.tags },
                ..settings
            };
            show(context, &client.update_approval_rule(id, settings).await?)?;
        }
        ApprovalRuleCommand::Delete { rule, yes } => {
            let found = find(context, client, &rule).await?;
            let name = &found.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the approval rule {name}?"))? {
                return Err(Failure::error("nothing was deleted", "The approval rule stays."));
            }
            client.delete_approval_rule(id_of(&found)?).await?;
            context.output.done(&format!("deleted the approval rule {name}"));
        }
    }
    Ok(Outcome::Success)
}

async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<ApprovalRule>> {
    let all = client.approval_rules(context.organization()?).all().await?;
    let is_it = |rule: &Resource<ApprovalRule>| rule.id == given || rule.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        Failure::error(
            format!("there is no approval rule {given}"),
            "See which there are: slipway approval-rule list",
        )
    })
}

/// Where it counts, and for what.
fn scope(rule: &Resource<ApprovalRule>) -> String {
    let project = match rule.relationships.get("project").map(|project| &project.data) {
        Some(Linkage::One(project)) => format!("project {}", project.id),
        _ => "everywhere".to_owned(),
    };
    let template = rule.attributes.template.as_ref().map(|key| format!("template {key}"));
    let tags = rule.attributes.tags.iter().map(tag_text);
    std::iter::once(project)
        .chain(template)
        .chain(tags)
        .collect::<Vec<_>>()
        .join(", ")
}

fn operations(rule: &ApprovalRule) -> String {
    let words = rule.operations.iter().map(|operation| match operation {
        ApprovalOperation::PlanAndApply => "plan and apply",
        ApprovalOperation::Destroy => "destroy",
    });
    words.collect::<Vec<_>>().join(", ")
}

fn approvers(rule: &ApprovalRule) -> String {
    let teams: Vec<_> = rule.teams.iter().map(ToString::to_string).collect();
    match teams.as_slice() {
        [] => "whoever may approve".to_owned(),
        teams => teams.join(", "),
    }
}

fn table(rules: &[Resource<ApprovalRule>]) -> Table {
    let mut table = Table::new(&["name", "where", "for", "approvals", "of"]).numeric(3);
    for rule in rules {
        table.row(vec![
            rule.attributes.name.to_string(),
            scope(rule),
            operations(&rule.attributes),
            rule.attributes.approvals.to_string(),
            approvers(&rule.attributes),
        ]);
    }
    table
}

fn show(context: &Context, rule: &Resource<ApprovalRule>) -> anyhow::Result<()> {
    context.output.one(rule, |resource| {
        let rule = &resource.attributes;
        vec![
            ("Name", rule.name.to_string()),
            ("Id", resource.id.clone()),
            ("Where", scope(resource)),
            ("For", operations(rule)),
            ("Approvals", rule.approvals.to_string()),
            ("Of", approvers(rule)),
            ("One's own counts", yes_no(rule.own_approval_counts)),
        ]
    })
}
