//! `slipway impact`: what depends on something, and would be affected by its change or its end.

use std::collections::BTreeMap;

use clap::Args;
use slipway_api::graph::{GraphNode, Impact, ImpactedObject};
use slipway_client::{Client, GraphFilter};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::clean;

/// Show all that depends on something, and why: what its change or its end would reach
///
/// Only what you may see is shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway impact resource/orders
  slipway impact integration/aws-production
  slipway impact workspace/network --output json")]
pub(crate) struct ImpactArguments {
    /// What: its kind and name, or its id
    #[arg(value_name = "KIND/NAME")]
    object: String,
}

pub(super) async fn run(context: &Context, arguments: &ImpactArguments) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let organization = context.organization()?;
    let id = match arguments.object.split_once('/') {
        None => arguments.object.clone(),
        Some((kind, name)) => find(context, client, (kind, name)).await?.id,
    };
    let impact = client.impact(organization, &id).await?;
    if context.output.is_json() {
        context.output.json(&impact)?;
        return Ok(Outcome::Success);
    }
    for line in drawn(&impact.attributes) {
        context.output.line(&clean(&line))?;
    }
    if impact.attributes.affected.is_empty() {
        context.output.note("Nothing that you may see depends on it.");
    }
    if impact.attributes.is_cut {
        context.output.note("There is more; look at one of these by itself.");
    }
    Ok(Outcome::Success)
}

/// The object of this kind and name.
async fn find(context: &Context, client: &Client, (kind, name): (&str, &str)) -> anyhow::Result<GraphNode> {
    let filter = GraphFilter {
        kinds: Some(kind),
        text: Some(name),
        ..GraphFilter::default()
    };
    let found = client.dependency_graph(context.organization()?, &filter).await?;
    let mut named: Vec<GraphNode> = found.attributes.nodes;
    named.retain(|node| node.name == name);
    match (named.pop(), named.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(one), false) => {
            let ids: Vec<String> = named.into_iter().chain([one]).map(|node| node.id).collect();
            let next = format!("Say which one by its id: {}", ids.join(", "));
            Err(Failure::error(format!("several are called {kind}/{name}"), next))
        }
        (None, _) => {
            let next = "See what there is by that command's list, or give an id.";
            Err(Failure::error(
                format!("there is no {kind}/{name} that you can see"),
                next,
            ))
        }
    }
}

/// A tree: everything once, below the nearest thing that it depends on; what else it depends on is said beside it.
fn drawn(impact: &Impact) -> Vec<String> {
    let all = impact.affected.iter();
    let mut names: BTreeMap<&str, String> = all
        .clone()
        .map(|one| (one.object.id.as_str(), called(&one.object)))
        .collect();
    let mut distances: BTreeMap<&str, u32> = all.clone().map(|one| (one.object.id.as_str(), one.distance)).collect();
    names.insert(&impact.object.id, called(&impact.object));
    distances.insert(&impact.object.id, 0);
    let mut below: BTreeMap<&str, Vec<(&ImpactedObject, String)>> = BTreeMap::new();
    for one in all {
        let nearest = |on: &str| distances.get(on).is_some_and(|distance| distance + 1 == one.distance);
        let Some(main) = one.because.iter().find(|reason| nearest(&reason.on)) else {
            continue;
        };
        let others = one.because.iter().filter(|reason| *reason != main);
        let others: Vec<String> = others
            .filter_map(|reason| Some(format!("{} of {}", reason.why, names.get(reason.on.as_str())?)))
            .collect();
        let why = match others.is_empty() {
            true => main.why.clone(),
            false => format!("{}; also {}", main.why, others.join(", ")),
        };
        below.entry(&main.on).or_default().push((one, why));
    }
    let mut lines = vec![called(&impact.object)];
    draw(&below, &impact.object.id, "", &mut lines);
    lines
}

fn draw(below: &BTreeMap<&str, Vec<(&ImpactedObject, String)>>, id: &str, indent: &str, lines: &mut Vec<String>) {
    let here = below.get(id).map_or(&[][..], Vec::as_slice);
    for (number, (one, why)) in here.iter().enumerate() {
        let (branch, further) = match number + 1 == here.len() {
            true => ("└─ ", "   "),
            false => ("├─ ", "│  "),
        };
        lines.push(format!("{indent}{branch}{} ({why})", called(&one.object)));
        draw(below, &one.object.id, &format!("{indent}{further}"), lines);
    }
}

fn called(node: &GraphNode) -> String {
    match node.status.is_empty() {
        true => format!("{}/{}", node.kind, node.name),
        false => format!("{}/{} [{}]", node.kind, node.name, node.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_api::graph::ImpactReason;

    fn node(kind: &str, name: &str) -> GraphNode {
        GraphNode {
            id: name.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            project: None,
            status: String::new(),
        }
    }

    fn affected(object: GraphNode, distance: u32, because: &[(&str, &str)]) -> ImpactedObject {
        let reason = |(on, why): &(&str, &str)| ImpactReason {
            on: (*on).to_owned(),
            why: (*why).to_owned(),
        };
        ImpactedObject {
            object,
            distance,
            because: because.iter().map(reason).collect(),
        }
    }

    #[test]
    fn everything_stands_once_below_the_nearest_that_it_depends_on() {
        let impact = Impact {
            object: node("resource", "net"),
            affected: vec![
                affected(node("resource", "db"), 1, &[("net", "parent")]),
                affected(node("resource", "cache"), 1, &[("net", "parent")]),
                affected(node("app", "web"), 2, &[("cache", "bind"), ("db", "bind")]),
            ],
            is_cut: false,
        };
        insta::assert_snapshot!(drawn(&impact).join("\n"), @r"
        resource/net
        ├─ resource/db (parent)
        └─ resource/cache (parent)
           └─ app/web (bind; also bind of resource/db)
        ");
    }
}
