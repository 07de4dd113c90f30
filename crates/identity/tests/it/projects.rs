//! Projects from creation to deletion.

use slipway_api::Code;
use slipway_api::projects::ProjectChanges;
use slipway_identity::projects::{self, service::Wanted};
use slipway_kernel::directory::{self, Object};

use crate::fixture::{Site, new_project, page};

#[tokio::test]
async fn a_project_is_seen_by_those_who_were_let_in_and_missing_for_others() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let shop = projects::service::create(&owner, &acme, new_project("shop"))
        .await
        .unwrap();
    site.project(&acme, "bank").await;
    let (_, other) = site.organization("other").await;
    let member = site.user("member").await;
    site.give(&owner, &acme, &member, "plan", &shop.id.to_string())
        .await
        .unwrap();

    assert_eq!(projects::get_visible(&member, shop.id).await.unwrap(), shop);
    let listed = projects::service::list(&member, &acme, Wanted::default(), &page())
        .await
        .unwrap();
    assert_eq!((listed.rows, listed.total), (vec![shop.clone()], 1));
    let hidden = projects::get_visible(&other, shop.id).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    assert_eq!(
        projects::get_visible(&site.anonymous(), shop.id)
            .await
            .unwrap_err()
            .code(),
        Code::Unauthenticated
    );
    let refused = projects::service::update(&member, &shop, ProjectChanges::default()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
}

#[tokio::test]
async fn names_are_unique_in_one_organization_only() {
    let site = Site::new().await;
    let (acme, _) = site.organization("acme").await;
    let (other, _) = site.organization("other").await;
    site.project(&acme, "shop").await;
    site.project(&other, "shop").await;
    let again = projects::service::create(&site.system(), &acme, new_project("shop")).await;
    assert_eq!(again.unwrap_err().code(), Code::AlreadyExists);
}

#[tokio::test]
async fn lists_can_be_searched_and_filtered_by_name() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    for name in ["Shop", "workshop", "bank"] {
        site.project(&acme, name).await;
    }
    let names = async |wanted: Wanted| {
        let listed = projects::service::list(&owner, &acme, wanted, &page()).await.unwrap();
        listed
            .rows
            .into_iter()
            .map(|row| row.name.to_string())
            .collect::<Vec<_>>()
    };
    let searched = Wanted {
        name: Some("sHop".to_owned()),
        names: None,
    };
    assert_eq!(names(searched).await, ["Shop", "workshop"]);
    let filtered = Wanted {
        name: None,
        names: Some(vec!["bank".to_owned(), "default".to_owned(), "nothing".to_owned()]),
    };
    assert_eq!(names(filtered).await, ["bank", "default"]);
}

#[tokio::test]
async fn a_project_with_a_workspace_stays_and_an_empty_one_goes() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let shop = site.project(&acme, "shop").await;
    let bank = site.project(&acme, "bank").await;
    site.workspace(acme.id, shop.id, "web").await;
    let refused = projects::service::delete(&owner, &shop).await.unwrap_err();
    assert!(refused.detail().contains("1 workspace"), "{}", refused.detail());
    assert_eq!(projects::get_visible(&owner, shop.id).await.unwrap(), shop);

    let member = site.user("member").await;
    site.give(&owner, &acme, &member, "admin", &bank.id.to_string())
        .await
        .unwrap();
    projects::service::delete(&member, &bank).await.unwrap();
    assert_eq!(
        projects::get_visible(&owner, bank.id).await.unwrap_err().code(),
        Code::NotFound
    );
    assert!(
        !slipway_identity::organizations::service::may_see(&member, acme.id)
            .await
            .unwrap()
    );

    let default = projects::default_of(&owner, acme.id).await.unwrap();
    let refused = projects::service::delete(&owner, &default).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn what_is_held_in_a_transaction_is_there_and_usable() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let shop = site.project(&acme, "shop").await;
    let tx = owner.begin().await.unwrap();
    assert_eq!(projects::hold(&tx, shop.id).await.unwrap(), shop);
    drop(tx);
    projects::service::delete(&owner, &shop).await.unwrap();
    let tx = owner.begin().await.unwrap();
    assert_eq!(projects::hold(&tx, shop.id).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_project_that_gets_a_workspace_in_this_moment_is_not_deleted() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let shop = site.project(&acme, "shop").await;
    let tx = owner.begin().await.unwrap();
    projects::hold(&tx, shop.id).await.unwrap();
    let (deleter, seen) = (owner.clone(), shop.clone());
    let deletion = tokio::spawn(async move { projects::service::delete(&deleter, &seen).await });
    tokio::task::yield_now().await;
    let web = Object {
        id: "ws-0000000000000001".to_owned(),
        kind: "workspace",
        organization: Some(acme.id),
        project: Some(shop.id),
        name: "web".to_owned(),
        status: String::new(),
        labels: String::new(),
    };
    directory::store::put(&tx, &web).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(deletion.await.unwrap().unwrap_err().code(), Code::Conflict);
    assert_eq!(projects::get_visible(&owner, shop.id).await.unwrap(), shop);
}
