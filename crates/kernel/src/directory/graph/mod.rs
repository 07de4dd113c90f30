//! What depends on what in an organization, and what it would do to others if something changed or went.
//!
//! Only what the caller may see is shown, and a way that leads over something invisible ends there: nothing says that there is
//! more. That is the same whether the whole graph is asked for or what depends on one object, so that neither tells of what the
//! other hides.

mod store;

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::ids::{OrganizationId, ProjectId};

use super::store::{Kinds, find, objects};
use crate::ctx::Ctx;
use crate::errors::Result;

/// Objects that are shown at once at most.
pub const NODES: usize = 2_000;

/// `from` depends on `to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Id of what depends.
    pub from: String,
    /// Id of what it depends on.
    pub to: String,
    /// Why: `parent`, `bind`.
    pub why: String,
}

/// Objects and what is between them.
#[derive(Debug, Clone)]
pub struct Graph {
    /// By kind and name.
    pub nodes: Vec<objects::Model>,
    /// Those between two of the nodes.
    pub links: Vec<Link>,
    /// Whether there are more nodes than are shown.
    pub is_cut: bool,
}

/// Which objects of an organization are asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The organization.
    pub organization: OrganizationId,
    /// Kinds, each with which of them may be seen.
    pub kinds: &'a Kinds,
    /// In this project.
    pub project: Option<ProjectId>,
    /// Part of the name or labels, any case, or the whole id; empty for everything.
    pub text: &'a str,
}

/// The objects that are asked for with what is between them.
///
/// # Errors
///
/// Those of the database.
pub async fn of(ctx: &Ctx, wanted: &Wanted<'_>) -> Result<Graph> {
    let mut nodes = store::nodes(ctx.db.reader(), wanted, NODES + 1).await?;
    let is_cut = nodes.len() > NODES;
    nodes.truncate(NODES);
    let ids: BTreeSet<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
    let mut links = store::links_from(ctx.db.reader(), &ids).await?;
    links.retain(|link| ids.contains(link.to.as_str()));
    links.sort();
    Ok(Graph { nodes, links, is_cut })
}

/// Something that depends on an object, maybe by way of others.
#[derive(Debug, Clone)]
pub struct Affected {
    /// What depends.
    pub object: objects::Model,
    /// Steps to the object, from 1, by the shortest way.
    pub distance: u32,
    /// On which of the others it depends, and why; `from` is itself.
    pub because: Vec<Link>,
}

/// What depends on an object.
#[derive(Debug, Clone)]
pub struct Impact {
    /// The nearest first, then by kind and name.
    pub affected: Vec<Affected>,
    /// Whether there is more than is shown.
    pub is_cut: bool,
}

/// The object of an organization, where it is of these kinds and may be seen.
///
/// # Errors
///
/// Those of the database.
pub async fn visible(
    ctx: &Ctx,
    organization: OrganizationId,
    id: &str,
    kinds: &Kinds,
) -> Result<Option<objects::Model>> {
    let found = find(ctx.db.reader(), id).await?;
    Ok(found.filter(|object| {
        let project = object.project_id.map(|project| project.to_string());
        let is_seen = kinds
            .iter()
            .any(|(kind, visibility)| *kind == object.kind && visibility.contains(project.as_deref(), &object.id));
        object.organization_id == Some(organization) && is_seen
    }))
}

/// All that depends on an object, however many steps between: a few queries per step.
///
/// # Errors
///
/// Those of the database.
pub async fn impact(ctx: &Ctx, organization: OrganizationId, id: &str, kinds: &Kinds) -> Result<Impact> {
    let mut found: BTreeMap<String, Affected> = BTreeMap::new();
    let mut at = BTreeSet::from([id.to_owned()]);
    let mut distance = 0;
    let mut is_cut = false;
    while !at.is_empty() && !is_cut {
        distance += 1;
        let mut next = BTreeSet::new();
        for (object, link) in store::dependents(ctx.db.reader(), (organization, kinds), &at).await? {
            if object.id == id {
                continue;
            }
            if let Some(known) = found.get_mut(&object.id) {
                known.because.push(link);
                continue;
            }
            if found.len() >= NODES {
                is_cut = true;
                continue;
            }
            next.insert(object.id.clone());
            let affected = Affected {
                object,
                distance,
                because: vec![link],
            };
            found.insert(affected.object.id.clone(), affected);
        }
        at = next;
    }
    let mut affected: Vec<Affected> = found.into_values().collect();
    for one in &mut affected {
        one.because.sort();
    }
    affected.sort_by(|left, right| key(left).cmp(&key(right)));
    Ok(Impact { affected, is_cut })
}

fn key(affected: &Affected) -> (u32, &str, &str, &str) {
    let object = &affected.object;
    (affected.distance, &object.kind, &object.name, &object.id)
}
