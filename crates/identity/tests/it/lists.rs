//! Lists filtered by the database show exactly what is allowed one by one: on generated organizations with teams, limits
//! and objects, and with so many assignments that they no longer stand in the statement.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{EntityTrait, QueryFilter, QueryTrait};
use slipway_identity::organizations::Organization;
use slipway_identity::projects::Project;
use slipway_identity::teams;
use slipway_kernel::Ctx;
use slipway_kernel::directory::store::{Search, objects, search};
use slipway_kernel::grants::{Permission, Scope};

use crate::fixture::Site;

const WORKSPACE_READ: Permission = Permission::new("workspace.read");

/// An organization with projects, and workspaces in them.
struct World {
    acme: Organization,
    owner: Ctx,
    projects: Vec<Project>,
    /// Each with its project.
    workspaces: Vec<(String, usize)>,
}

async fn world(site: &Site, projects: usize, workspaces: usize) -> World {
    let (acme, owner) = site.organization("acme").await;
    let mut world = World {
        acme,
        owner,
        projects: Vec::new(),
        workspaces: Vec::new(),
    };
    for number in 0..projects {
        let project = site.project(&world.acme, &format!("project-{number}")).await;
        for other in 0..workspaces {
            let name = format!("workspace-{number}-{other}");
            let id = site.workspace(world.acme.id, project.id, &name).await;
            world.workspaces.push((id, number));
        }
        world.projects.push(project);
    }
    world
}

impl World {
    /// The organization, its projects, its workspaces, by number.
    fn scope(&self, number: usize) -> String {
        let places = 1 + self.projects.len() + self.workspaces.len();
        match number % places {
            0 => self.acme.name.to_string(),
            number if number <= self.projects.len() => self.projects[number - 1].id.to_string(),
            number => self.workspaces[number - 1 - self.projects.len()].0.clone(),
        }
    }

    /// What the list shows is what each check allows.
    async fn compare(&self, ctx: &Ctx) {
        let visible = ctx.visible(WORKSPACE_READ, self.acme.id).await.unwrap();
        let wanted = Search {
            organization: self.acme.id,
            kinds: &[("workspace", visible)],
            text: "",
            limit: 10_000,
        };
        let found = search(ctx.db.reader(), &wanted).await.unwrap();
        let listed: BTreeSet<String> = found.into_iter().map(|object| object.id).collect();
        let granted = ctx.granted().await.unwrap();
        let allowed: BTreeSet<String> = self
            .workspaces
            .iter()
            .filter(|(id, project)| {
                let scope = Scope::project(self.acme.id, self.projects[*project].id).object(id);
                granted.allows(WORKSPACE_READ, &scope)
            })
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(listed, allowed);
    }
}

/// What is generated: roles of the user and of two teams, which teams he is in, and what his token is limited to.
#[derive(Debug, Clone)]
struct Given {
    own: Vec<(usize, usize)>,
    teams: [Vec<(usize, usize)>; 2],
    is_in: [bool; 2],
    scopes: Option<Vec<(usize, Option<usize>)>>,
}

const ROLES: [&str; 4] = ["read", "write", "manage-projects", "manage-teams"];
const NODES: [&str; 4] = ["workspace", "workspace.read", "*", "project"];

fn given() -> impl Strategy<Value = Given> {
    let assigned = || proptest::collection::vec((0..ROLES.len(), 0..10usize), 0..3);
    let scopes = proptest::collection::vec((0..NODES.len(), proptest::option::of(0..10usize)), 1..3);
    (
        assigned(),
        [assigned(), assigned()],
        [any::<bool>(), any::<bool>()],
        proptest::option::of(scopes),
    )
        .prop_map(|(own, teams, is_in, scopes)| Given {
            own,
            teams,
            is_in,
            scopes,
        })
}

#[test]
fn a_list_shows_exactly_what_single_checks_allow() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(Site::new());
    let world = runtime.block_on(world(&site, 3, 2));
    let counter = std::cell::Cell::new(0);
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&given(), |given| {
            counter.set(counter.get() + 1);
            runtime.block_on(check(&site, &world, counter.get(), &given));
            Ok(())
        })
        .unwrap();
}

async fn check(site: &Site, world: &World, number: usize, given: &Given) {
    let user = site.user(&format!("user-{number}")).await;
    let id = user.user().unwrap().to_string();
    for (role, scope) in &given.own {
        // The same twice is refused, and changes nothing.
        let _ = site
            .give_to(&world.owner, &world.acme, &id, ROLES[*role], &world.scope(*scope))
            .await;
    }
    // A member with or without a role.
    let held = site
        .give(&world.owner, &world.acme, &user, "maintain", &world.scope(1))
        .await
        .unwrap();
    site.take(&world.owner, &held).await.unwrap();
    for (index, assigned) in given.teams.iter().enumerate() {
        let team = site
            .team(&world.owner, &world.acme, &format!("team-{number}-{index}"))
            .await;
        for (role, scope) in assigned {
            let _ = site
                .give_to(&world.owner, &world.acme, team.id, ROLES[*role], &world.scope(*scope))
                .await;
        }
        if given.is_in[index] {
            teams::service::add_members(&world.owner, &site.tree, &team, std::slice::from_ref(&id))
                .await
                .unwrap();
        }
    }
    let scopes: Option<Vec<String>> = given.scopes.as_ref().map(|scopes| {
        let text = |(node, place): &(usize, Option<usize>)| match place {
            Some(place) => format!("{}@{}", NODES[*node], world.scope(*place)),
            None => NODES[*node].to_owned(),
        };
        scopes.iter().map(text).collect()
    });
    // A scope is only of what its user sees; who sees nothing of the organization has none of it.
    let scopes: Option<Vec<&str>> = scopes
        .as_ref()
        .map(|scopes| scopes.iter().map(String::as_str).collect());
    let Ok(text) = site
        .token(
            &site.caller(&site.token(&user, None).await.unwrap()).await.unwrap(),
            scopes.as_deref(),
        )
        .await
    else {
        return;
    };
    world.compare(&site.caller(&text).await.unwrap()).await;
}

#[tokio::test]
async fn two_hundred_teams_and_two_thousand_assignments_leave_the_statement_short() {
    let site = Site::new().await;
    let world = world(&site, 20, 100).await;
    let user = site.user("mia").await;
    let id = user.user().unwrap();
    let member = site
        .give(&world.owner, &world.acme, &user, "read", "acme")
        .await
        .unwrap();
    site.take(&world.owner, &member).await.unwrap();
    let mut teams_made = Vec::new();
    for number in 0..200 {
        let team = site.team(&world.owner, &world.acme, &format!("team-{number}")).await;
        teams::service::add_members(&world.owner, &site.tree, &team, &[id.to_string()])
            .await
            .unwrap();
        teams_made.push(team);
    }
    // Written as the assignments would be: ten workspaces for each team, half of all workspaces twice.
    let mut tx = world.owner.begin().await.unwrap();
    for (number, team) in teams_made.iter().enumerate() {
        let subject = team.id.to_string();
        for place in 0..10 {
            let (workspace, _) = &world.workspaces[(number * 5 + place) % 1_000];
            let assignment = format!("ra-{number}-{place}");
            let node = if place % 2 == 0 { "workspace" } else { "workspace.read" };
            slipway_kernel::grants::store::add(&mut tx, &assignment, &subject, workspace, &[node.to_owned()])
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
    let text = site.token(&user, None).await.unwrap();
    let caller = site.caller(&text).await.unwrap();
    world.compare(&caller).await;

    let visible = caller.visible(WORKSPACE_READ, world.acme.id).await.unwrap();
    let statement = objects::Entity::find()
        .filter(visible.condition(objects::Column::ProjectId, objects::Column::Id))
        .build(sea_orm::DbBackend::Sqlite);
    let parameters = statement.values.map_or(0, |values| values.0.len());
    assert!(parameters < 500, "{parameters} parameters");
}
