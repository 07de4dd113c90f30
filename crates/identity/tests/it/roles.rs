//! Roles, and what cannot be done with them.

use slipway_api::Code;
use slipway_api::roles::NewRole;
use slipway_identity::permissions::PROJECT_READ;
use slipway_identity::roles::{self, Role};
use slipway_kernel::{Ctx, Result};

use crate::fixture::{Site, page};

async fn create(
    site: &Site,
    ctx: &Ctx,
    organization: &slipway_identity::organizations::Organization,
    permissions: &[&str],
) -> Result<Role> {
    let wanted = NewRole {
        name: "custom".parse().unwrap(),
        description: String::new(),
        permissions: permissions.iter().map(|&node| node.to_owned()).collect(),
    };
    roles::service::create(ctx, &site.tree, organization, wanted).await
}

#[tokio::test]
async fn a_role_of_ones_own_gives_what_it_names_and_goes_when_nobody_holds_it() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let role = create(&site, &owner, &acme, &["project.read"]).await.unwrap();
    let listed = roles::service::list(&owner, &acme, &page()).await.unwrap();
    let own = listed.rows.iter().filter(|role| !role.is_built_in());
    let names: Vec<_> = own.map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["custom"]);
    assert_eq!(listed.total, 1 + roles::all_built_in().count() as u64);

    let member = site.user("member").await;
    let held = site.give(&owner, &acme, &member, "custom", "acme").await.unwrap();
    let scope = slipway_identity::organizations::target(&acme).scope;
    assert!(member.granted().await.unwrap().allows(PROJECT_READ, &scope));
    assert_eq!(
        roles::service::delete(&owner, &role).await.unwrap_err().code(),
        Code::Conflict
    );
    site.take(&owner, &held).await.unwrap();
    roles::service::delete(&owner, &role).await.unwrap();
    assert_eq!(
        roles::service::get_visible(&owner, role.id).await.unwrap_err().code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn built_in_roles_cannot_be_deleted_nor_their_names_taken() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    for role in roles::BUILT_IN {
        let row = roles::service::get_visible(&owner, role.id().unwrap()).await.unwrap();
        assert_eq!(
            roles::service::delete(&owner, &row).await.unwrap_err().code(),
            Code::Conflict
        );
        let wanted = NewRole {
            name: role.name.parse().unwrap(),
            description: String::new(),
            permissions: vec!["project.read".to_owned()],
        };
        let taken = roles::service::create(&owner, &site.tree, &acme, wanted).await;
        assert_eq!(taken.unwrap_err().code(), Code::AlreadyExists);
    }
}

#[tokio::test]
async fn another_organizations_roles_do_not_exist() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let (other, stranger) = site.organization("other").await;
    let role = create(&site, &owner, &acme, &["project.read"]).await.unwrap();
    let hidden = roles::service::get_visible(&stranger, role.id).await;
    assert_eq!(hidden.unwrap_err().code(), Code::NotFound);
    let unknown = site.give(&stranger, &other, &owner, "custom", "other").await;
    assert_eq!(unknown.unwrap_err().code(), Code::Invalid);
}
