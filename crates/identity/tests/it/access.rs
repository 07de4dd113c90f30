//! What follows from assignments, what follows from none, and attempts to get more.

use proptest::test_runner::{Config, TestRunner};
use slipway_api::Code;
use slipway_api::roles::{NewRole, RoleAssignment};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects::{self, Project};
use slipway_identity::role_assignments::service::{Held, Wanted};
use slipway_identity::{role_assignments, roles, tokens, users};
use slipway_kernel::Ctx;
use slipway_kernel::grants::{Permission, Scope};

use crate::fixture::{Site, page};

/// Two organizations, each with two projects beside the default one and a workspace in each.
struct World {
    organizations: Vec<(Organization, Ctx)>,
    projects: Vec<Project>,
    workspaces: Vec<(String, usize)>,
}

async fn world(site: &Site) -> World {
    let mut world = World {
        organizations: Vec::new(),
        projects: Vec::new(),
        workspaces: Vec::new(),
    };
    for name in ["acme", "other"] {
        let (organization, owner) = site.organization(name).await;
        for name in ["shop", "bank"] {
            let project = site.project(&organization, name).await;
            let workspace = site.workspace(organization.id, project.id, name).await;
            world.workspaces.push((workspace, world.projects.len()));
            world.projects.push(project);
        }
        world.organizations.push((organization, owner));
    }
    world
}

impl World {
    /// The scopes of one organization: itself, its projects, its workspaces.
    fn scope(&self, organization: usize, number: usize) -> String {
        let first = organization * 2;
        match number {
            0 => self.organizations[organization].0.name.to_string(),
            1 | 2 => self.projects[first + number - 1].id.to_string(),
            _ => self.workspaces[first + number - 3].0.clone(),
        }
    }

    fn workspace_scope(&self, number: usize) -> Scope {
        let (id, project) = &self.workspaces[number];
        let project = &self.projects[*project];
        Scope::project(project.organization_id, project.id).object(id)
    }
}

const ROLES: [&str; 5] = ["owner", "admin", "write", "read", "custom"];
const WORKSPACE_READ: Permission = Permission::new("workspace.read");
const RUN_APPLY: Permission = Permission::new("workspace.run.apply");

/// What the roles mean to the permissions that are asked below, said a second time.
fn gives(role: &str, permission: &str) -> bool {
    match permission {
        "project.read" | "organization.access.read" if role == "custom" => permission == "project.read",
        "organization.access.read" => matches!(role, "owner" | "admin"),
        "workspace.run.apply" => matches!(role, "owner" | "admin" | "write"),
        "workspace.read" => role != "custom",
        _ => true,
    }
}

/// One generated assignment: organization, scope in it, role.
type Given = (usize, usize, usize);

#[test]
fn access_is_what_the_assignments_say_in_lists_and_single_checks_and_ends_with_them() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(Site::new());
    let world = runtime.block_on(world(&site));
    runtime.block_on(custom_roles(&site, &world));
    let counter = std::cell::Cell::new(0);
    let given = proptest::collection::btree_set((0..2usize, 0..5usize, 0..ROLES.len()), 0..5);
    let config = Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&given, |given| {
            counter.set(counter.get() + 1);
            let name = format!("user-{}", counter.get());
            runtime.block_on(check(&site, &world, &name, given.into_iter().collect()));
            Ok(())
        })
        .unwrap();
}

async fn custom_roles(site: &Site, world: &World) {
    for (organization, owner) in &world.organizations {
        let wanted = NewRole {
            name: "custom".parse().unwrap(),
            description: String::new(),
            permissions: vec!["project.read".to_owned()],
        };
        roles::service::create(owner, &site.tree, organization, wanted)
            .await
            .unwrap();
    }
}

/// Gives everything, then takes it back one by one, and after each step compares all answers with the assignments.
async fn check(site: &Site, world: &World, name: &str, given: Vec<Given>) {
    let user = site.user(name).await;
    let mut held: Vec<(Given, Held)> = Vec::new();
    for one in given {
        let (organization, owner) = &world.organizations[one.0];
        let scope = world.scope(one.0, one.1);
        let made = site
            .give(owner, organization, &user, ROLES[one.2], &scope)
            .await
            .unwrap();
        held.push((one, made));
    }
    loop {
        let given: Vec<Given> = held.iter().map(|(one, _)| *one).collect();
        compare(world, &user, &given).await;
        let Some((one, last)) = held.pop() else { return };
        site.take(&world.organizations[one.0].1, &last).await.unwrap();
    }
}

async fn compare(world: &World, user: &Ctx, given: &[Given]) {
    let listed = organizations::service::list(user, None, &page()).await.unwrap();
    for (number, (organization, _)) in world.organizations.iter().enumerate() {
        let expected = given.iter().any(|one| one.0 == number);
        let found = organizations::find_visible(user, &organization.name).await;
        assert_eq!(found.is_ok(), expected, "{} with {given:?}", organization.name);
        assert_eq!(listed.rows.contains(organization), expected, "listed with {given:?}");
        compare_projects(world, user, given, number).await;
        compare_assignments(world, user, given, number).await;
    }
    let granted = user.granted().await.unwrap();
    for number in 0..world.workspaces.len() {
        for permission in [WORKSPACE_READ, RUN_APPLY] {
            // A workspace is scope 3 or 4 of its organization, its project scope 1 or 2.
            let expected = given.iter().any(|&(organization, scope, role)| {
                organization == number / 2
                    && [0, number % 2 + 1, number % 2 + 3].contains(&scope)
                    && gives(ROLES[role], permission.as_str())
            });
            let actual = granted.allows(permission, &world.workspace_scope(number));
            assert_eq!(actual, expected, "{permission:?} at workspace {number} with {given:?}");
        }
    }
}

async fn compare_projects(world: &World, user: &Ctx, given: &[Given], organization: usize) {
    let row = &world.organizations[organization].0;
    let listed = projects::service::list(user, row, projects::service::Wanted::default(), &page())
        .await
        .unwrap();
    let mut expected_total = 0;
    for (number, project) in world.projects.iter().enumerate().skip(organization * 2).take(2) {
        let expected = given
            .iter()
            .any(|one| one.0 == organization && [0, number % 2 + 1].contains(&one.1));
        assert_eq!(
            projects::get_visible(user, project.id).await.is_ok(),
            expected,
            "{given:?}"
        );
        assert_eq!(listed.rows.contains(project), expected, "{given:?}");
        expected_total += u64::from(expected);
    }
    // The default project is seen from the organization only.
    expected_total += u64::from(given.iter().any(|one| one.0 == organization && one.1 == 0));
    assert_eq!(listed.total, expected_total, "{given:?}");
}

async fn compare_assignments(world: &World, user: &Ctx, given: &[Given], organization: usize) {
    let row = &world.organizations[organization].0;
    let id = user.user().unwrap().to_string();
    let own = match role_assignments::service::list(user, row, Wanted::default(), &page()).await {
        Ok(listed) => listed.rows.iter().filter(|held| held.assignment.subject == id).count(),
        Err(error) => {
            // Who may see none at all is refused.
            assert_eq!(error.code(), slipway_api::Code::Forbidden);
            0
        }
    };
    let covers = |outer: usize, inner: usize| outer == 0 || outer == inner || (outer < 3 && outer + 2 == inner);
    let expected = given
        .iter()
        .filter(|one| one.0 == organization)
        .filter(|inner| {
            given.iter().any(|outer| {
                outer.0 == organization && covers(outer.1, inner.1) && gives(ROLES[outer.2], "organization.access.read")
            })
        })
        .count();
    assert_eq!(own, expected, "assignments listed with {given:?}");
}

#[tokio::test]
async fn without_an_assignment_nothing_is_allowed() {
    let site = Site::new().await;
    let world = world(&site).await;
    let user = site.user("nobody").await;
    let granted = user.granted().await.unwrap();
    for (permission, _) in site.tree.leaves() {
        assert!(!granted.allows(permission, &Scope::site()));
        for number in 0..world.workspaces.len() {
            assert!(
                !granted.allows(permission, &world.workspace_scope(number)),
                "{permission:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_administrator_of_an_organization_cannot_make_himself_or_others_more() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let admin = site.user("admin").await;
    let friend = site.user("friend").await;
    site.give(&owner, &acme, &admin, "admin", "acme").await.unwrap();

    for to in [&admin, &friend] {
        let refused = site.give(&admin, &acme, to, "owner", "acme").await.unwrap_err();
        assert_eq!(refused.code(), Code::Forbidden);
    }
    for permission in ["*", "organization", "organization.delete", "site.manage", "user.manage"] {
        let wanted = NewRole {
            name: "sneaky".parse().unwrap(),
            description: String::new(),
            permissions: vec!["project.read".to_owned(), permission.to_owned()],
        };
        let refused = roles::service::create(&admin, &site.tree, &acme, wanted)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::Forbidden, "{permission}");
    }
    // What he has he may give, also a part of it.
    site.give(&admin, &acme, &friend, "admin", "acme").await.unwrap();
    site.give(&admin, &acme, &friend, "plan", "acme").await.unwrap();
}

#[tokio::test]
async fn who_administers_a_project_gives_roles_there_and_nowhere_else() {
    let site = Site::new().await;
    let world = world(&site).await;
    let (acme, owner) = &world.organizations[0];
    let admin = site.user("project-admin").await;
    let friend = site.user("friend").await;
    let (shop, bank) = (&world.projects[0], &world.projects[1]);
    site.give(owner, acme, &admin, "admin", &shop.id.to_string())
        .await
        .unwrap();

    site.give(&admin, acme, &friend, "write", &shop.id.to_string())
        .await
        .unwrap();
    site.give(&admin, acme, &friend, "read", &world.workspaces[0].0)
        .await
        .unwrap();
    for scope in [
        "acme",
        &acme.id.to_string(),
        &bank.id.to_string(),
        &world.workspaces[1].0,
    ] {
        let refused = site.give(&admin, acme, &friend, "read", scope).await.unwrap_err();
        assert_eq!(refused.code(), Code::Forbidden, "{scope}");
    }
    for scope in [
        "site",
        "",
        "*",
        &world.projects[2].id.to_string(),
        &world.workspaces[2].0,
        "other",
    ] {
        let refused = site.give(&admin, acme, &friend, "read", scope).await.unwrap_err();
        assert_eq!(refused.code(), Code::Invalid, "{scope}");
        let refused = site.give(owner, acme, &friend, "read", scope).await.unwrap_err();
        assert_eq!(refused.code(), Code::Invalid, "{scope}");
    }
}

#[tokio::test]
async fn nobody_takes_back_what_he_could_not_give() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let second = site.user("second").await;
    let owning = site.give(&owner, &acme, &second, "owner", "acme").await.unwrap();
    let admin = site.user("admin").await;
    let reader = site.user("reader").await;
    site.give(&owner, &acme, &admin, "admin", "acme").await.unwrap();
    let reading = site.give(&admin, &acme, &reader, "read", "acme").await.unwrap();

    assert_eq!(site.take(&admin, &owning).await.unwrap_err().code(), Code::Forbidden);
    // A reader sees no assignments, so they are missing for him, his own too.
    assert_eq!(site.take(&reader, &reading).await.unwrap_err().code(), Code::NotFound);
    let (_, stranger) = site.organization("other").await;
    assert_eq!(site.take(&stranger, &reading).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(
        site.take(&site.anonymous(), &reading).await.unwrap_err().code(),
        Code::Unauthenticated
    );
    site.take(&admin, &reading).await.unwrap();
    assert_eq!(site.take(&admin, &reading).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let second = site.user("second").await;
    let listed = role_assignments::service::list(&owner, &acme, Wanted::default(), &page())
        .await
        .unwrap();
    let first = listed.rows.into_iter().next().unwrap();
    assert_eq!(site.take(&owner, &first).await.unwrap_err().code(), Code::Conflict);
    assert!(
        organizations::require(&owner, slipway_identity::permissions::ORGANIZATION_DELETE, &acme)
            .await
            .is_ok()
    );

    // An owner of a project is no owner of the organization.
    let default = projects::default_of(&owner, acme.id).await.unwrap();
    let partial = site
        .give(&owner, &acme, &second, "owner", &default.id.to_string())
        .await
        .unwrap();
    assert_eq!(site.take(&owner, &first).await.unwrap_err().code(), Code::Conflict);
    site.take(&owner, &partial).await.unwrap();

    site.give(&owner, &acme, &second, "owner", "acme").await.unwrap();
    site.take(&owner, &first).await.unwrap();
    assert!(!organizations::service::may_see(&owner, acme.id).await.unwrap());
}

#[tokio::test]
async fn two_owners_who_remove_each_other_at_once_leave_one() {
    let site = Site::new().await;
    let (acme, first) = site.organization("acme").await;
    let second = site.user("second").await;
    let of_second = site.give(&first, &acme, &second, "owner", "acme").await.unwrap();
    let listed = role_assignments::service::list(&first, &acme, Wanted::default(), &page())
        .await
        .unwrap();
    let of_first = listed.rows.into_iter().find(|held| *held != of_second).unwrap();
    let (one, other) = tokio::join!(site.take(&first, &of_second), site.take(&second, &of_first));
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    let left = role_assignments::service::list(&site.system(), &acme, Wanted::default(), &page())
        .await
        .unwrap();
    assert_eq!(left.total, 1);
}

#[tokio::test]
async fn nonsense_in_an_assignment_is_refused_at_its_field() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let user = owner.user().unwrap().to_string();
    for (subject, role, scope, pointer) in [
        ("user-0000000000000000", "read", "acme", "/data/attributes/subject"),
        ("team-0000000000000000", "read", "acme", "/data/attributes/subject"),
        (user.as_str(), "reed", "acme", "/data/attributes/role"),
        (user.as_str(), "read", "prj-0000000000000000", "/data/attributes/scope"),
    ] {
        let wanted = RoleAssignment::new(subject, role.parse().unwrap(), scope);
        let error = role_assignments::service::create(&owner, &site.tree, &acme, wanted)
            .await
            .unwrap_err();
        assert_eq!(error.fields()[0].source.pointer.as_deref(), Some(pointer));
    }
    let twice = site.give(&owner, &acme, &owner, "owner", "acme").await;
    assert_eq!(twice.unwrap_err().code(), Code::AlreadyExists);
}

#[tokio::test]
async fn who_manages_users_does_not_become_an_administrator_by_it() {
    let site = Site::new().await;
    let root = site.administrator("root").await;
    let manager = site.user("manager").await;
    let mut tx = root.begin().await.unwrap();
    let subject = manager.user().unwrap().to_string();
    slipway_kernel::grants::store::add(&mut tx, "ra-test", &subject, "site", &["user.manage".to_owned()])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let root_id = root.user().unwrap();
    let made = tokens::service::create(&manager, &site.tree, root_id, slipway_api::tokens::NewToken::default()).await;
    assert_eq!(made.err().unwrap().code(), Code::Forbidden);
    site.administrator("second").await;
    let refused = users::service::delete(&manager, root_id).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let user = site.user("user").await;
    users::service::delete(&manager, user.user().unwrap()).await.unwrap();
}
