//! Users and site administrators.

use slipway_api::Code;
use slipway_api::users::NewUser;
use slipway_identity::users;
use slipway_kernel::events::store::{Filter, newest};

use crate::fixture::{Site, page};

#[tokio::test]
async fn users_see_themselves_and_those_whose_roles_they_may_see() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let member = site.user("member").await;
    let stranger = site.user("stranger").await;
    site.give(&owner, &acme, &member, "read", "acme").await.unwrap();
    let (member_id, stranger_id) = (member.user().unwrap(), stranger.user().unwrap());

    assert_eq!(
        users::service::get_visible(&member, member_id).await.unwrap().id,
        member_id
    );
    assert_eq!(
        users::service::get_visible(&owner, member_id).await.unwrap().id,
        member_id
    );
    for (viewer, id) in [
        (&owner, stranger_id),
        (&member, owner.user().unwrap()),
        (&stranger, member_id),
    ] {
        let hidden = users::service::get_visible(viewer, id).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
    }
    assert_eq!(
        users::service::list(&owner, None, &page()).await.unwrap_err().code(),
        Code::Forbidden
    );
    let admin = site.administrator("root").await;
    assert_eq!(
        users::service::list(&admin, Some("STR"), &page()).await.unwrap().total,
        1
    );
}

#[tokio::test]
async fn whether_somebody_administers_the_site_is_told_to_himself_and_to_administrators() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let user = site.user("user").await;
    let rows = [
        users::service::me(&admin).await.unwrap(),
        users::service::me(&user).await.unwrap(),
    ];
    assert_eq!(
        users::service::site_admins(&admin, &rows).await.unwrap(),
        [Some(true), Some(false)]
    );
    assert_eq!(
        users::service::site_admins(&user, &rows).await.unwrap(),
        [None, Some(false)]
    );
}

#[tokio::test]
async fn a_taken_name_is_refused_at_its_field() {
    let site = Site::new().await;
    site.user("anna").await;
    let wanted = NewUser {
        username: "anna".parse().unwrap(),
        email: None,
    };
    let error = users::service::create(&site.system(), wanted).await.unwrap_err();
    assert_eq!(error.code(), Code::AlreadyExists);
    let pointers: Vec<_> = error
        .fields()
        .iter()
        .filter_map(|field| field.source.pointer.as_deref())
        .collect();
    assert_eq!(pointers, ["/data/attributes/username"]);
}

#[tokio::test]
async fn the_last_owner_and_the_last_administrator_cannot_be_deleted() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let admin = site.administrator("root").await;
    let owner_id = owner.user().unwrap();
    let refused = users::service::delete(&admin, owner_id).await.unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    assert!(users::service::get_visible(&admin, owner_id).await.is_ok());
    let refused = users::service::delete(&admin, admin.user().unwrap()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);

    let second = site.user("second").await;
    site.give(&owner, &acme, &second, "owner", "acme").await.unwrap();
    users::service::delete(&admin, owner_id).await.unwrap();
    let gone = users::service::get_visible(&admin, owner_id).await;
    assert_eq!(gone.unwrap_err().code(), Code::NotFound);
    assert!(
        !slipway_identity::organizations::service::may_see(&owner, acme.id)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn administrators_are_made_on_the_machine_only_and_that_leaves_a_trace() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let again =
        slipway_identity::bootstrap::create_site_admin_token(&admin, "eve".parse().unwrap(), String::new(), None);
    assert_eq!(again.await.err().unwrap().code(), Code::Forbidden);
    // A second token for the same name is no second user and no second assignment.
    site.administrator("root").await;
    let events = newest(site.kernel.db.reader(), &Filter::default(), 0, 10)
        .await
        .unwrap();
    let mut actions: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.actor_kind.as_str()))
        .collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        [
            ("role-assignment.created", "system"),
            ("token.created", "system"),
            ("token.created", "system"),
            ("user.created", "system")
        ]
    );
}
