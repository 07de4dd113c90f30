//! Service accounts: of one organization, with tokens, gone at once.

use slipway_api::Code;
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccountChanges};
use slipway_api::tokens::NewToken;
use slipway_identity::tokens::Holder;
use slipway_identity::{service_accounts, teams, tokens};
use slipway_kernel::grants::{Permission, Scope};

use crate::fixture::{Site, page};

const PLAN: Permission = Permission::new("workspace.run.plan");

fn wanted(name: &str) -> NewServiceAccount {
    NewServiceAccount {
        name: name.parse().unwrap(),
        description: String::new(),
    }
}

#[tokio::test]
async fn a_program_plans_with_its_own_account_until_that_is_deleted() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let account = service_accounts::service::create(&owner, &acme, wanted("ci"))
        .await
        .unwrap();
    let holder = Holder::ServiceAccount(account.clone());
    let scopes = NewToken {
        scopes: Some(vec![
            "workspace.run.plan@acme".to_owned(),
            "organization.read".to_owned(),
        ]),
        ..NewToken::default()
    };
    let made = tokens::service::create_for(&owner, &site.tree, &holder, scopes)
        .await
        .unwrap();
    let text = made.text.expose_text().unwrap();
    assert!(text.starts_with("slw_a_"));
    let scope = Scope::organization(acme.id);
    let may = async |permission| {
        let caller = site.caller(text).await.unwrap();
        caller.granted().await.unwrap().allows(permission, &scope)
    };
    assert!(!may(PLAN).await);
    site.give_to(&owner, &acme, account.user_id, "write", "acme")
        .await
        .unwrap();
    assert!(may(PLAN).await);
    assert!(!may(Permission::new("workspace.run.apply")).await);
    let own = tokens::service::list_of(&owner, &holder, &page()).await.unwrap();
    assert_eq!(own.total, 1);

    service_accounts::service::delete(&owner, &site.tree, &account)
        .await
        .unwrap();
    assert_eq!(site.caller(text).await.err().unwrap().code(), Code::Unauthenticated);
    let again = service_accounts::service::create(&owner, &acme, wanted("ci"))
        .await
        .unwrap();
    assert_ne!(again.user_id, account.user_id);
}

#[tokio::test]
async fn two_organizations_have_accounts_of_one_name_and_none_sees_the_others() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let (other, stranger) = site.organization("other").await;
    let account = service_accounts::service::create(&owner, &acme, wanted("ci"))
        .await
        .unwrap();
    service_accounts::service::create(&stranger, &other, wanted("ci"))
        .await
        .unwrap();
    let twice = service_accounts::service::create(&owner, &acme, wanted("ci")).await;
    assert_eq!(twice.unwrap_err().code(), Code::AlreadyExists);
    let hidden = service_accounts::service::get_visible(&stranger, account.user_id).await;
    assert_eq!(hidden.unwrap_err().code(), Code::NotFound);
    // Nor is it given anything elsewhere.
    let foreign = site.give_to(&stranger, &other, account.user_id, "read", "other").await;
    assert_eq!(foreign.unwrap_err().code(), Code::Invalid);
    let team = site.team(&stranger, &other, "theirs").await;
    let foreign = teams::service::add_members(&stranger, &site.tree, &team, &[account.user_id.to_string()]).await;
    assert_eq!(foreign.unwrap_err().code(), Code::Invalid);
}

#[tokio::test]
async fn nobody_gets_a_token_of_an_account_that_has_what_he_lacks() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let manager = site.user("manager").await;
    site.give(&owner, &acme, &manager, "manage-organization-access", "acme")
        .await
        .unwrap();
    let account = service_accounts::service::create(&owner, &acme, wanted("deployer"))
        .await
        .unwrap();
    let holder = Holder::ServiceAccount(account.clone());
    let team = site.team(&owner, &acme, "strong").await;
    site.give_to(&owner, &acme, team.id, "write", "acme").await.unwrap();
    // By its team, then by itself.
    teams::service::add_members(&owner, &site.tree, &team, &[account.user_id.to_string()])
        .await
        .unwrap();
    let made = tokens::service::create_for(&manager, &site.tree, &holder, NewToken::default()).await;
    assert_eq!(made.err().unwrap().code(), Code::Forbidden);
    teams::service::remove_members(&owner, &site.tree, &team, &["deployer".to_owned()])
        .await
        .unwrap();
    site.give_to(&owner, &acme, account.user_id, "write", "acme")
        .await
        .unwrap();
    let made = tokens::service::create_for(&manager, &site.tree, &holder, NewToken::default()).await;
    assert_eq!(made.err().unwrap().code(), Code::Forbidden);
    assert_eq!(
        service_accounts::service::delete(&manager, &site.tree, &account)
            .await
            .unwrap_err()
            .code(),
        Code::Forbidden
    );
}

#[tokio::test]
async fn a_renamed_account_is_shown_by_its_new_name() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let account = service_accounts::service::create(&owner, &acme, wanted("ci"))
        .await
        .unwrap();
    let changes = ServiceAccountChanges {
        name: Some("builds".parse().unwrap()),
        description: None,
    };
    let renamed = service_accounts::service::update(&owner, &account, changes)
        .await
        .unwrap();
    let made = tokens::service::create_for(
        &owner,
        &site.tree,
        &Holder::ServiceAccount(renamed),
        NewToken::default(),
    )
    .await
    .unwrap();
    let caller = site.caller(made.text.expose_text().unwrap()).await.unwrap();
    assert!(
        caller.actor().name().starts_with("builds-"),
        "{}",
        caller.actor().name()
    );
}
