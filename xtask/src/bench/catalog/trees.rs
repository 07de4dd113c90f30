//! Ten thousand resources in trees: the list, a tree, and what a change would concern.

use std::path::Path;

use anyhow::Result;

use super::order;
use crate::bench::http::Api;
use crate::bench::report::{Aim, Row};
use crate::bench::seed::Database;
use crate::bench::site::ORGANIZATION;
use crate::bench::{Bench, Rows, load};

/// Resources of one tree: an area, three networks, and two databases in each.
const TREE: usize = 10;

pub(super) fn measure(bench: &Bench, api: &Api, data: &Path, rows: &mut Rows) -> Result<()> {
    let mut connection = api.connect()?;
    let area = order(&mut connection, "area", "north", &[])?;
    let mut leaf = String::new();
    for network in ["one", "two", "three"] {
        let network_id = order(&mut connection, "network", network, &[&area])?;
        for database in ["orders", "carts"] {
            leaf = order(
                &mut connection,
                "database",
                &format!("{network}-{database}"),
                &[&network_id],
            )?;
        }
    }
    let trees = bench.repetitions(1_000, 100);
    Database::Sqlite(&data.join("slipway.db")).copy_resources(trees - 1)?;
    let count = trees * TREE;
    let lists = format!("/api/v2/organizations/{ORGANIZATION}/resources?page[size]=100");
    let paths = [
        ("list 100 of them", lists.clone()),
        (
            "list those with a word in their name",
            format!("{lists}&search[text]=carts-77"),
        ),
        ("those that stand on one", format!("{lists}&filter[parent]={area}")),
        (
            "what stands on one, the tree",
            format!("/api/v2/resources/{area}/tree?direction=children"),
        ),
        (
            "what one stands on, the tree",
            format!("/api/v2/resources/{leaf}/tree?direction=parents"),
        ),
    ];
    for (what, path) in paths {
        let load = load::get(api, &path, 1, bench.seconds(2))?;
        let row = Row::new(format!("{count} resources: {what}, p95"), load.p95_ms, "ms");
        rows.add(row.aim(Aim::AtMost(50.0)).note(format!("p50 {:.1} ms", load.p50_ms)));
    }
    Ok(())
}
