//! `slipway app-plan`: how much each unit of an app may take.

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::pools::AppPlan;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Table, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum AppPlanCommand {
    /// List the plans that the organization's apps may have
    #[command(after_help = "Examples:\n  slipway app-plan list\n  slipway app-plan list --output json")]
    List,
}

pub(super) async fn run(context: &Context, command: AppPlanCommand) -> anyhow::Result<Outcome> {
    let AppPlanCommand::List = command;
    let plans = context.client()?.app_plans(context.organization()?).all().await?;
    context.output.rows(&plans, "No plans.", table)?;
    Ok(Outcome::Success)
}

fn table(plans: &[Resource<AppPlan>]) -> Table {
    let mut table = Table::new(&["name", "memory", "processor", "burst", "default"]);
    for resource in plans {
        let plan = &resource.attributes;
        table.row(vec![
            plan.name.to_string(),
            memory(plan.memory),
            processor(plan.processor),
            burst(plan.burst),
            yes_no(plan.is_default),
        ]);
    }
    table
}

/// Bytes in the unit that people wrote them in: `512 MiB`, `1.5 GiB`.
fn memory(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match bytes {
        0 => "no limit".to_owned(),
        _ if bytes.is_multiple_of(GIB) => format!("{} GiB", bytes / GIB),
        _ if bytes > GIB => format!("{:.1} GiB", bytes as f64 / GIB as f64),
        _ => format!("{} MiB", bytes / MIB),
    }
}

/// Thousandths of a processor as parts of one: `0.25`, `2`.
fn processor(thousandths: u32) -> String {
    match thousandths {
        0 => "no limit".to_owned(),
        _ => (f64::from(thousandths) / 1000.0).to_string(),
    }
}

/// How much more, while others leave it: nothing, or `x 1.5`.
fn burst(hundredths: u32) -> String {
    match hundredths {
        0..=100 => String::new(),
        _ => format!("x {}", f64::from(hundredths) / 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_as_people_write_them() {
        assert_eq!(memory(512 << 20), "512 MiB");
        assert_eq!(memory(2 << 30), "2 GiB");
        assert_eq!(memory(1536 << 20), "1.5 GiB");
        assert_eq!(memory(0), "no limit");
        assert_eq!((processor(250), processor(2000)), ("0.25".to_owned(), "2".to_owned()));
        assert_eq!((burst(100), burst(150)), (String::new(), "x 1.5".to_owned()));
    }
}
