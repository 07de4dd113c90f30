//! Teams: what they give, how it ends, and attempts to get more by them.

use slipway_api::Code;
use slipway_api::roles::{NewRole, RoleChanges};
use slipway_api::team_access::TeamWorkspaceAccess;
use slipway_api::teams::{NewTeam, OrganizationAccess, TeamChanges, TeamVisibility};
use slipway_api::tokens::NewToken;
use slipway_identity::organizations::Organization;
use slipway_identity::role_assignments::service::Wanted;
use slipway_identity::tokens::Holder;
use slipway_identity::{memberships, organizations, role_assignments, roles, team_access, teams, tokens};
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Actor, Ctx};

use crate::fixture::{Site, new_team, page};

const WORKSPACE_READ: Permission = Permission::new("workspace.read");
const RUN_APPLY: Permission = Permission::new("workspace.run.apply");

async fn may(ctx: &Ctx, permission: Permission, organization: &Organization) -> bool {
    let scope = Scope::organization(organization.id);
    ctx.granted().await.unwrap().allows(permission, &scope)
}

/// Makes the user a member of the organization, with nothing.
async fn member(site: &Site, owner: &Ctx, acme: &Organization, user: &Ctx) {
    let held = site.give(owner, acme, user, "read", "acme").await.unwrap();
    site.take(owner, &held).await.unwrap();
}

fn names(users: &[&Ctx]) -> Vec<String> {
    users.iter().map(|user| user.user().unwrap().to_string()).collect()
}

#[tokio::test]
async fn members_may_what_the_team_may_with_tokens_made_before_and_no_longer_than_they_are_members() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let mia = site.user("mia").await;
    member(&site, &owner, &acme, &mia).await;
    let text = site.token(&mia, None).await.unwrap();
    let team = site.team(&owner, &acme, "platform").await;
    site.give_to(&owner, &acme, team.id, "write", "acme").await.unwrap();
    assert!(!may(&site.caller(&text).await.unwrap(), RUN_APPLY, &acme).await);

    teams::service::add_members(&owner, &site.tree, &team, &names(&[&mia]))
        .await
        .unwrap();
    let caller = site.caller(&text).await.unwrap();
    assert!(may(&caller, RUN_APPLY, &acme).await);
    assert!(organizations::find_visible(&caller, &acme.name).await.is_ok());

    teams::service::remove_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();
    let caller = site.caller(&text).await.unwrap();
    assert!(!may(&caller, WORKSPACE_READ, &acme).await);
    assert!(organizations::find_visible(&caller, &acme.name).await.is_err());
}

#[tokio::test]
async fn who_leaves_the_organization_leaves_its_teams() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let mia = site.user("mia").await;
    member(&site, &owner, &acme, &mia).await;
    let text = site.token(&mia, None).await.unwrap();
    let team = site.team(&owner, &acme, "platform").await;
    site.give_to(&owner, &acme, team.id, "read", "acme").await.unwrap();
    teams::service::add_members(&owner, &site.tree, &team, &names(&[&mia]))
        .await
        .unwrap();
    let listed = memberships::service::list(&owner, &acme, None, None, &page())
        .await
        .unwrap();
    let found = listed
        .rows
        .iter()
        .find(|row| row.membership.user_id == mia.user().ok())
        .unwrap();
    assert_eq!(found.membership.teams.0, [team.id]);
    memberships::service::remove::remove(&owner, &site.tree, found.membership.id)
        .await
        .unwrap();
    assert!(!may(&site.caller(&text).await.unwrap(), WORKSPACE_READ, &acme).await);
    assert!(teams::service::members(&owner, &team).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_gets_more_by_a_team() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let manager = site.user("manager").await;
    let friend = site.user("friend").await;
    member(&site, &owner, &acme, &friend).await;
    site.give(&owner, &acme, &manager, "manage-teams", "acme")
        .await
        .unwrap();
    let strong = site.team(&owner, &acme, "owners").await;
    site.give_to(&owner, &acme, strong.id, "owner", "acme").await.unwrap();

    // To add oneself or a friend to a team with more.
    for user in [&manager, &friend] {
        let refused = teams::service::add_members(&manager, &site.tree, &strong, &names(&[user])).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    }
    // To take out who has more, to let a group in, to have a token of it, to delete it.
    let refused = teams::service::remove_members(&manager, &site.tree, &strong, &names(&[&friend])).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let changes = TeamChanges {
        sso_team_id: Some(Some("everybody".to_owned())),
        ..TeamChanges::default()
    };
    let refused = teams::service::update(&manager, &site.tree, &strong, changes).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let holder = Holder::Team(strong.clone());
    let refused = tokens::service::create_for(&manager, &site.tree, &holder, NewToken::default()).await;
    assert_eq!(refused.err().unwrap().code(), Code::Forbidden);
    assert_eq!(
        teams::service::delete(&manager, &site.tree, &strong)
            .await
            .unwrap_err()
            .code(),
        Code::Forbidden
    );
    // To make a team with access, or to give one more.
    let access = OrganizationAccess {
        manage_workspaces: true,
        ..OrganizationAccess::default()
    };
    let wanted = NewTeam {
        organization_access: Some(access),
        ..new_team("mine")
    };
    let refused = teams::service::create(&manager, &site.tree, &acme, wanted).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let mine = site.team(&manager, &acme, "mine").await;
    teams::service::add_members(&manager, &site.tree, &mine, &names(&[&manager, &friend]))
        .await
        .err();
    let changes = TeamChanges {
        organization_access: Some(access),
        ..TeamChanges::default()
    };
    let refused = teams::service::update(&manager, &site.tree, &mine, changes).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let refused = site.give_to(&manager, &acme, mine.id, "read", "acme").await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
}

#[tokio::test]
async fn editing_ones_own_role_is_no_way_to_more() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let admin = site.user("admin").await;
    let wanted = NewRole {
        name: "access".parse().unwrap(),
        description: String::new(),
        permissions: vec!["organization.access".to_owned(), "organization.read".to_owned()],
    };
    let role = roles::service::create(&owner, &site.tree, &acme, wanted).await.unwrap();
    site.give(&owner, &acme, &admin, "access", "acme").await.unwrap();
    let to = |permissions: &[&str]| RoleChanges {
        permissions: Some(permissions.iter().map(|&node| node.to_owned()).collect()),
        ..RoleChanges::default()
    };
    for more in ["*", "workspace", "organization", "organization.delete"] {
        let refused = roles::service::update(&admin, &site.tree, &role, to(&["organization.access", more])).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden, "{more}");
    }
    let built_in = roles::service::get_visible(&admin, roles::READ.id().unwrap())
        .await
        .unwrap();
    let refused = roles::service::update(&admin, &site.tree, &built_in, to(&["*"])).await;
    assert!(refused.is_err());

    // The owner may, and whoever holds it has it at once.
    assert!(!may(&admin, WORKSPACE_READ, &acme).await);
    let wider = to(&["organization.access", "organization.read", "workspace.read"]);
    let role = roles::service::update(&owner, &site.tree, &role, wider).await.unwrap();
    assert!(may(&admin, WORKSPACE_READ, &acme).await);
    roles::service::update(&owner, &site.tree, &role, to(&["organization.read"]))
        .await
        .unwrap();
    assert!(!may(&admin, WORKSPACE_READ, &acme).await);
}

#[tokio::test]
async fn secret_teams_are_seen_by_members_and_by_who_sees_who_may_do_what() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let (_, stranger) = site.organization("other").await;
    let mia = site.user("mia").await;
    site.give(&owner, &acme, &mia, "read", "acme").await.unwrap();
    let secret = site.team(&owner, &acme, "secret").await;
    let wanted = NewTeam {
        visibility: TeamVisibility::Organization,
        ..new_team("open")
    };
    let open = teams::service::create(&owner, &site.tree, &acme, wanted).await.unwrap();
    let listed = async |ctx: &Ctx| -> Vec<String> {
        let listed = teams::service::list(ctx, &acme, teams::service::Wanted::default(), &page())
            .await
            .unwrap();
        listed.rows.iter().map(|team| team.name.to_string()).collect()
    };
    assert_eq!(listed(&owner).await, ["open", "secret"]);
    assert_eq!(listed(&mia).await, ["open"]);
    assert!(teams::service::get_visible(&mia, open.id).await.is_ok());
    for (ctx, id) in [(&mia, secret.id), (&stranger, open.id), (&stranger, secret.id)] {
        let hidden = teams::service::get_visible(ctx, id).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
    }
    teams::service::add_members(&owner, &site.tree, &secret, &names(&[&mia]))
        .await
        .unwrap();
    let text = site.token(&mia, None).await.unwrap();
    assert_eq!(listed(&site.caller(&text).await.unwrap()).await, ["open", "secret"]);
}

#[tokio::test]
async fn only_members_of_the_organization_are_added_and_others_read_as_missing() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    site.user("outsider").await;
    let team = site.team(&owner, &acme, "platform").await;
    for name in ["outsider", "nobody", "team-0000000000000000", ""] {
        let refused = teams::service::add_members(&owner, &site.tree, &team, &[name.to_owned()]).await;
        let error = refused.unwrap_err();
        assert_eq!(error.code(), Code::Invalid, "{name}");
        assert!(error.fields()[0].detail.contains("no member"), "{name}");
    }
}

#[tokio::test]
async fn a_groups_members_are_in_the_teams_that_follow_it_and_leave_with_it() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let mia = site.user("mia").await;
    let wanted = NewTeam {
        sso_team_id: Some("developers".to_owned()),
        sso_provider: None,
        ..new_team("dev")
    };
    let dev = teams::service::create(&owner, &site.tree, &acme, wanted).await.unwrap();
    let other = site.team(&owner, &acme, "other").await;
    site.give_to(&owner, &acme, dev.id, "read", "acme").await.unwrap();
    let text = site.token(&mia, None).await.unwrap();
    let sign_in = async |provider: &str, groups: &[&str]| {
        let ctx = site.system();
        let mut tx = ctx.begin().await.unwrap();
        let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        teams::service::replace_from_provider(&mut tx, &ctx, mia.user().unwrap(), provider, &groups)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    sign_in("idp-one", &["developers", "unknown"]).await;
    assert!(may(&site.caller(&text).await.unwrap(), WORKSPACE_READ, &acme).await);
    // Another provider has no say about it, and neither has the group about teams that follow none.
    teams::service::add_members(&owner, &site.tree, &other, &names(&[&mia]))
        .await
        .unwrap();
    sign_in("idp-two", &[]).await;
    assert!(may(&site.caller(&text).await.unwrap(), WORKSPACE_READ, &acme).await);
    sign_in("idp-one", &[]).await;
    let caller = site.caller(&text).await.unwrap();
    assert!(!may(&caller, WORKSPACE_READ, &acme).await);
    let Actor::User { teams, .. } = caller.actor() else {
        panic!("a token of a user stands for a user");
    };
    assert_eq!(*teams, [other.id]);
}

#[tokio::test]
async fn organization_access_is_roles_that_come_and_go_with_the_flags() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let access = |manage_projects, read_workspaces| OrganizationAccess {
        manage_projects,
        read_workspaces,
        ..OrganizationAccess::default()
    };
    let wanted = NewTeam {
        organization_access: Some(access(true, true)),
        ..new_team("platform")
    };
    let team = teams::service::create(&owner, &site.tree, &acme, wanted).await.unwrap();
    let shown = teams::service::shown(&owner, vec![team.clone()]).await.unwrap();
    assert_eq!(shown[0].organization_access, access(true, true));
    let changes = TeamChanges {
        organization_access: Some(access(false, true)),
        ..TeamChanges::default()
    };
    let team = teams::service::update(&owner, &site.tree, &team, changes)
        .await
        .unwrap();
    let shown = teams::service::shown(&owner, vec![team.clone()]).await.unwrap();
    assert_eq!(shown[0].organization_access, access(false, true));
    teams::service::delete(&owner, &site.tree, &team).await.unwrap();
}

#[tokio::test]
async fn team_access_to_a_workspace_is_an_assignment_and_custom_a_role_of_its_own() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let project = site.project(&acme, "shop").await;
    let workspace = site.workspace(acme.id, project.id, "web").await;
    let team = site.team(&owner, &acme, "platform").await;
    let custom = |runs: &str| TeamWorkspaceAccess {
        access: Some("custom".to_owned()),
        runs: Some(runs.to_owned()),
        ..TeamWorkspaceAccess::default()
    };
    let place = team_access::service::place(&owner, "workspace", &workspace)
        .await
        .unwrap();
    let level = team_access::levels::of_workspace(&custom("plan"), None).unwrap();
    let made = team_access::service::create(&owner, &site.tree, &place, &team.id.to_string(), level.clone())
        .await
        .unwrap();
    let twice = team_access::service::create(&owner, &site.tree, &place, &team.id.to_string(), level).await;
    assert_eq!(twice.unwrap_err().code(), Code::AlreadyExists);
    let holder = Holder::Team(team.clone());
    let token = tokens::service::create_for(&owner, &site.tree, &holder, NewToken::default())
        .await
        .unwrap();
    let caller = site.caller(token.text.expose_text().unwrap()).await.unwrap();
    let at = Scope::project(acme.id, project.id).object(&workspace);
    let allows = async |permission| caller.granted().await.unwrap().allows(permission, &at);
    assert!(allows(WORKSPACE_READ).await && !allows(RUN_APPLY).await);

    // Changed in place: the same id, other permissions; then a preset, and the role made for it is gone.
    let level = team_access::levels::of_workspace(&custom("apply"), None).unwrap();
    let changed = team_access::service::update(&owner, &site.tree, &made, level)
        .await
        .unwrap();
    assert_eq!(changed.assignment.id, made.assignment.id);
    assert!(allows(RUN_APPLY).await);
    let preset = TeamWorkspaceAccess {
        access: Some("read".to_owned()),
        ..TeamWorkspaceAccess::default()
    };
    let level = team_access::levels::of_workspace(&preset, None).unwrap();
    let preset = team_access::service::update(&owner, &site.tree, &changed, level)
        .await
        .unwrap();
    assert_eq!(preset.assignment.id, made.assignment.id);
    assert!(allows(WORKSPACE_READ).await && !allows(RUN_APPLY).await);
    assert!(roles::service::get_visible(&owner, made.role.id).await.is_err());
    team_access::service::delete(&owner, &site.tree, &preset).await.unwrap();
    assert!(!allows(WORKSPACE_READ).await);
}

#[tokio::test]
async fn who_joins_gets_the_organizations_default_role_and_so_does_a_new_team() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let admin = site.user("admin").await;
    site.give(&owner, &acme, &admin, "admin", "acme").await.unwrap();
    let changes = |role: &str| slipway_api::organizations::OrganizationChanges {
        default_member_role: Some(Some(role.parse().unwrap())),
        default_team_role: Some(Some("plan".parse().unwrap())),
        ..Default::default()
    };
    // Nobody makes everybody what he is not himself.
    let refused = organizations::service::update(&admin, &site.tree, &acme, changes("owner")).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    organizations::service::update(&admin, &site.tree, &acme, changes("read"))
        .await
        .unwrap();
    let mia = site.user("mia").await;
    let held = site.give(&owner, &acme, &mia, "plan", "acme").await.unwrap();
    site.take(&owner, &held).await.unwrap();
    assert!(may(&mia, WORKSPACE_READ, &acme).await);
    let team = site.team(&owner, &acme, "platform").await;
    let again = site.give_to(&owner, &acme, team.id, "plan", "acme").await;
    assert_eq!(again.unwrap_err().code(), Code::AlreadyExists);
}

#[tokio::test]
async fn an_organization_that_a_team_owns_keeps_somebody_in_it() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let team = site.team(&owner, &acme, "owners").await;
    let owning = site.give_to(&owner, &acme, team.id, "owner", "acme").await.unwrap();
    let listed = role_assignments::service::list(&owner, &acme, Wanted::default(), &page())
        .await
        .unwrap();
    let own = listed.rows.into_iter().find(|held| *held != owning).unwrap();
    // An empty team is no owner.
    assert_eq!(site.take(&owner, &own).await.unwrap_err().code(), Code::Conflict);
    teams::service::add_members(&owner, &site.tree, &team, &names(&[&owner]))
        .await
        .unwrap();
    site.take(&owner, &own).await.unwrap();

    let text = site.token(&owner, None).await.unwrap();
    let caller = site.caller(&text).await.unwrap();
    let refused = teams::service::remove_members(&caller, &site.tree, &team, &names(&[&owner])).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    assert_eq!(site.take(&caller, &owning).await.unwrap_err().code(), Code::Conflict);
    let refused = teams::service::delete(&caller, &site.tree, &team).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    let listed = memberships::service::list(&caller, &acme, None, None, &page())
        .await
        .unwrap();
    let own = listed.rows[0].membership.id;
    let refused = memberships::service::remove::remove(&caller, &site.tree, own).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    assert!(may(&site.caller(&text).await.unwrap(), RUN_APPLY, &acme).await);
}
