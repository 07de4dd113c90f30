//! `slipway pool-constraint`: what may be used in pools.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::pools::{NewPoolConstraint, PoolConstraint, PoolConstraintChanges, PoolField};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum PoolConstraintCommand {
    /// List the rules about pools that count for the organization
    #[command(after_help = "Examples:\n  slipway pool-constraint list")]
    List,
    /// Say what may be used in pools; of the rules about one pool the most exact counts, alone
    #[command(after_help = "\
Examples:
  slipway pool-constraint set production --field team operators
  slipway pool-constraint set 'test-*' --field plan small medium
  slipway pool-constraint set '*' --field project 'sandbox-*' --deny
  slipway pool-constraint set production --field service 'database-*'
  slipway pool-constraint set shared --field organization acme --shared")]
    Set {
        #[command(flatten)]
        rule: Rule,
        /// Names, in which * stands for anything; none to close the pools. Of plans, the first without * is the default
        #[arg(value_name = "NAME")]
        values: Vec<String>,
        /// Allow everything but these
        #[arg(long)]
        deny: bool,
    },
    /// Take a rule away
    #[command(after_help = "Examples:\n  slipway pool-constraint unset production --field team")]
    Unset {
        #[command(flatten)]
        rule: Rule,
    },
}

/// Which rule.
#[derive(Debug, Clone, Args)]
pub(crate) struct Rule {
    /// The pools that it is about: a name, in which * stands for anything
    #[arg(value_name = "POOLS")]
    pools: String,
    /// What it is about: organization, project, team, plan, service or router
    #[arg(long, value_name = "FIELD", value_parser = field)]
    field: PoolField,
    /// The site's rule, which counts for every organization, and which only site administrators may change
    #[arg(long)]
    shared: bool,
}

fn field(text: &str) -> Result<PoolField, String> {
    let all = [
        PoolField::Organization,
        PoolField::Project,
        PoolField::Team,
        PoolField::Plan,
        PoolField::Service,
        PoolField::Router,
    ];
    let found = all.into_iter().find(|field| field.as_str() == text);
    found.ok_or_else(|| "it is one of organization, project, team, plan, service, router".to_owned())
}

pub(super) async fn run(context: &Context, command: PoolConstraintCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let organization = context.organization()?;
    match command {
        PoolConstraintCommand::List => {
            let rules = client.pool_constraints(organization).all().await?;
            let nothing = "No rules: every app may be put into every pool, with every plan.";
            context.output.rows(&rules, nothing, table)?;
        }
        PoolConstraintCommand::Set { rule, values, deny } => {
            let made = match find(context, client, &rule).await? {
                Some(there) => {
                    let changes = PoolConstraintChanges {
                        values: Some(values),
                        denies: Some(deny),
                    };
                    client.update_pool_constraint(id_of(&there)?, changes).await?
                }
                None => {
                    let new = NewPoolConstraint {
                        pools: rule.pools,
                        field: rule.field,
                        values,
                        denies: deny,
                        is_shared: rule.shared,
                    };
                    client.create_pool_constraint(organization, new).await?
                }
            };
            context.output.rows(&[made], "", table)?;
        }
        PoolConstraintCommand::Unset { rule } => {
            let there = find(context, client, &rule).await?.ok_or_else(|| {
                let what = format!("there is no rule about {} of {}", rule.field.as_str(), rule.pools);
                Failure::error(what, "See what there is: slipway pool-constraint list")
            })?;
            client.delete_pool_constraint(id_of(&there)?).await?;
            let text = format!("took the rule about {} of {} away", rule.field.as_str(), rule.pools);
            context.output.done(&text);
        }
    }
    Ok(Outcome::Success)
}

async fn find(context: &Context, client: &Client, rule: &Rule) -> anyhow::Result<Option<Resource<PoolConstraint>>> {
    let rules = client.pool_constraints(context.organization()?).all().await?;
    let is_it = |one: &Resource<PoolConstraint>| {
        let one = &one.attributes;
        (&one.pools, one.field, one.is_shared) == (&rule.pools, rule.field, rule.shared)
    };
    Ok(rules.into_iter().find(is_it))
}

fn table(rules: &[Resource<PoolConstraint>]) -> Table {
    let mut table = Table::new(&["pools", "field", "rule", "shared"]);
    for resource in rules {
        let rule = &resource.attributes;
        let values = rule.values.join(", ");
        let text = match (rule.denies, rule.values.is_empty()) {
            (false, true) => "nothing".to_owned(),
            (true, true) => "everything".to_owned(),
            (false, false) => values,
            (true, false) => format!("everything but {values}"),
        };
        table.row(vec![
            rule.pools.clone(),
            rule.field.as_str().to_owned(),
            text,
            yes_no(rule.is_shared),
        ]);
    }
    table
}
