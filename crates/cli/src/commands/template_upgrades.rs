//! `slipway template upgrades`

use slipway_api::Resource;
use slipway_api::template_upgrades::TemplateUpgrade;
use slipway_client::Client;

use super::project::find_project;
use crate::context::{Context, id_of};
use crate::output::Table;

pub(super) async fn upgrades(context: &Context, client: &Client, project: Option<&str>) -> anyhow::Result<()> {
    let project = match project {
        Some(name) => Some(id_of(&find_project(client, context.organization()?, name).await?)?),
        None => None,
    };
    let listing = client.template_upgrades(context.organization()?, project);
    let nothing = "Nothing was ordered yet.";
    context.output.rows(&listing.all().await?, nothing, table)
}

fn table(upgrades: &[Resource<TemplateUpgrade>]) -> Table {
    let mut table = Table::new(&["template", "up to date", "in use", "recommended"]);
    for resource in upgrades {
        let upgrade = &resource.attributes;
        let in_use = upgrade.versions.iter();
        let in_use: Vec<String> = in_use
            .map(|one| format!("{} × {}", one.resource_count, one.name))
            .collect();
        table.row(vec![
            upgrade.template.to_string(),
            format!("{} of {}", upgrade.recommended_count, upgrade.resource_count),
            in_use.join(", "),
            upgrade
                .recommended
                .map_or_else(|| "none".to_owned(), |id| id.to_string()),
        ]);
    }
    table
}
