//! Tokens with scopes, rotation, lifetimes, and the tokens of teams and organizations.

use std::time::Duration;

use slipway_api::Code;
use slipway_api::organizations::OrganizationChanges;
use slipway_api::tokens::{NewToken, TokenRotation};
use slipway_identity::tokens::Holder;
use slipway_identity::{organizations, projects, tokens};
use slipway_kernel::Ctx;
use slipway_kernel::grants::{Permission, Scope};

use crate::fixture::{Site, page};

const WORKSPACE_READ: Permission = Permission::new("workspace.read");
const RUN_APPLY: Permission = Permission::new("workspace.run.apply");

async fn may(ctx: &Ctx, permission: Permission, scope: &Scope) -> bool {
    ctx.granted().await.unwrap().allows(permission, scope)
}

#[tokio::test]
async fn a_limited_token_may_what_its_scopes_and_its_user_may_and_sees_nothing_else() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let (other, _) = site.organization("other").await;
    site.give(&site.system(), &other, &owner, "owner", "other")
        .await
        .unwrap();
    let shop = site.project(&acme, "shop").await;
    let bank = site.project(&acme, "bank").await;
    let scopes = [format!("project.read@{}", shop.id), "workspace.read@acme".to_owned()];
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let limited = site
        .caller(&site.token(&owner, Some(&scopes)).await.unwrap())
        .await
        .unwrap();

    assert!(may(&limited, WORKSPACE_READ, &Scope::project(acme.id, bank.id)).await);
    assert!(!may(&limited, RUN_APPLY, &Scope::project(acme.id, shop.id)).await);
    assert!(!may(&limited, WORKSPACE_READ, &Scope::organization(other.id)).await);
    assert!(projects::get_visible(&limited, shop.id).await.is_ok());
    assert_eq!(
        projects::get_visible(&limited, bank.id).await.unwrap_err().code(),
        Code::NotFound
    );
    let listed = projects::service::list(&limited, &acme, projects::service::Wanted::default(), &page())
        .await
        .unwrap();
    assert_eq!(listed.rows, std::slice::from_ref(&shop));
    let listed = organizations::service::list(&limited, None, &page()).await.unwrap();
    assert_eq!(listed.rows.len(), 1);
    assert!(organizations::find_visible(&limited, &other.name).await.is_err());

    // What the user loses, the token loses; a scope gives nothing by itself.
    let mia = site.user("mia").await;
    let text = site.token(&mia, Some(&["workspace.read"])).await.unwrap();
    assert!(
        !may(
            &site.caller(&text).await.unwrap(),
            WORKSPACE_READ,
            &Scope::organization(acme.id)
        )
        .await
    );
}

#[tokio::test]
async fn a_limited_token_makes_and_renews_none_that_is_less_limited() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let limited_text = site
        .token(&owner, Some(&["organization", "workspace.run@acme"]))
        .await
        .unwrap();
    let limited = site.caller(&limited_text).await.unwrap();
    for wanted in [
        None,
        Some(vec!["*"]),
        Some(vec!["workspace"]),
        Some(vec!["workspace.run"]),
        Some(vec!["workspace.run.plan"]),
        Some(vec!["organization.read", "workspace.read@acme"]),
    ] {
        let refused = site.token(&limited, wanted.as_deref()).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden, "{wanted:?}");
    }
    let narrower = site
        .token(&limited, Some(&["organization.read", "workspace.run.plan@acme"]))
        .await;
    assert!(narrower.is_ok());

    let own = tokens::service::list(&owner, owner.user().unwrap(), &page())
        .await
        .unwrap();
    let unlimited = tokens::service::create(&owner, &site.tree, owner.user().unwrap(), NewToken::default())
        .await
        .unwrap()
        .token;
    let rotation = TokenRotation::default();
    let refused = tokens::service::rotate(&limited, &site.tree, unlimited.id, rotation).await;
    assert_eq!(refused.err().unwrap().code(), Code::Forbidden);
    let refused = tokens::service::revoke(&limited, &site.tree, unlimited.id).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let itself = own.rows[0].id;
    tokens::service::rotate(&limited, &site.tree, itself, rotation)
        .await
        .unwrap();
    assert!(site.caller(&limited_text).await.is_err());

    let organization = Holder::Organization(acme.clone());
    let refused = tokens::service::create_for(&limited, &site.tree, &organization, NewToken::default()).await;
    assert_eq!(refused.err().unwrap().code(), Code::Forbidden);
    // Nor does it give by a role what it does not have.
    let mia = site.user("mia").await;
    let refused = site.give(&limited, &acme, &mia, "read", "acme").await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
}

#[tokio::test]
async fn scopes_of_nothing_and_of_what_is_not_seen_are_refused_at_their_place() {
    let site = Site::new().await;
    let (_, owner) = site.organization("acme").await;
    let (other, _) = site.organization("other").await;
    let foreign = site.project(&other, "theirs").await;
    let nothing = format!("workspace.read@{}", foreign.id);
    for scope in [
        "workspace.fly",
        "",
        "workspace.read@",
        "workspace.read@other",
        "workspace.read@ws-0000000000000000",
        &nothing,
    ] {
        let refused = site.token(&owner, Some(&["workspace.read", scope])).await.unwrap_err();
        assert_eq!(refused.code(), Code::Invalid, "{scope}");
        let pointer = refused.fields()[0].source.pointer.clone();
        assert_eq!(pointer.as_deref(), Some("/data/attributes/scopes/1"), "{scope}");
    }
    assert_eq!(site.token(&owner, Some(&[])).await.unwrap_err().code(), Code::Invalid);
}

#[tokio::test]
async fn a_rotated_token_has_a_new_text_and_the_old_one_ends_with_the_grace() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let bert = site.user("bert").await;
    let made = tokens::service::create(&anna, &site.tree, anna.user().unwrap(), NewToken::default())
        .await
        .unwrap();
    let old = made.text.expose_text().unwrap();
    let rotation = |grace_minutes| TokenRotation {
        grace_minutes,
        expired_at: None,
    };
    let refused = tokens::service::rotate(&bert, &site.tree, made.token.id, rotation(0)).await;
    assert_eq!(refused.err().unwrap().code(), Code::NotFound);
    let refused = tokens::service::rotate(&anna, &site.tree, made.token.id, rotation(1441)).await;
    assert_eq!(refused.err().unwrap().code(), Code::Invalid);

    let rotated = tokens::service::rotate(&anna, &site.tree, made.token.id, rotation(60))
        .await
        .unwrap();
    let new = rotated.text.expose_text().unwrap();
    assert_ne!(old, new);
    assert_eq!(rotated.token.id, made.token.id);
    assert!(site.caller(old).await.is_ok() && site.caller(new).await.is_ok());
    site.kernel.clock.advance(Duration::from_secs(3_600));
    assert!(site.caller(old).await.is_err() && site.caller(new).await.is_ok());

    let last = tokens::service::rotate(&anna, &site.tree, made.token.id, rotation(0))
        .await
        .unwrap();
    assert!(site.caller(new).await.is_err());
    tokens::service::revoke(&anna, &site.tree, made.token.id).await.unwrap();
    assert!(site.caller(last.text.expose_text().unwrap()).await.is_err());
}

#[tokio::test]
async fn an_authenticator_that_knows_the_old_text_forgets_it_when_the_grace_ends() {
    let site = Site::new().await;
    let anna = site.user("anna").await;
    let made = tokens::service::create(&anna, &site.tree, anna.user().unwrap(), NewToken::default())
        .await
        .unwrap();
    let old = made.text.expose_text().unwrap();
    let rotation = TokenRotation {
        grace_minutes: 10,
        expired_at: None,
    };
    tokens::service::rotate(&anna, &site.tree, made.token.id, rotation)
        .await
        .unwrap();
    let authenticator = tokens::Authenticator::default();
    authenticator.authenticate(&site.kernel, old).await.unwrap();
    site.kernel.clock.advance(Duration::from_secs(600));
    assert!(authenticator.authenticate(&site.kernel, old).await.is_err());
}

#[tokio::test]
async fn an_organization_says_how_long_its_tokens_live() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let changes = OrganizationChanges {
        longest_token_days: Some(Some(30)),
        ..OrganizationChanges::default()
    };
    let acme = organizations::service::update(&owner, &site.tree, &acme, changes)
        .await
        .unwrap();
    let team = Holder::Team(site.team(&owner, &acme, "platform").await);
    let now = site.kernel.clock.now();
    let day = Duration::from_secs(86_400);
    let wanted = |days: u32| NewToken {
        expired_at: Some(now.after(day * days)),
        ..NewToken::default()
    };
    let refused = tokens::service::create_for(&owner, &site.tree, &team, wanted(31)).await;
    assert_eq!(refused.err().unwrap().code(), Code::Invalid);
    let made = tokens::service::create_for(&owner, &site.tree, &team, wanted(30))
        .await
        .unwrap();
    let unsaid = tokens::service::create_for(&owner, &site.tree, &team, NewToken::default())
        .await
        .unwrap();
    assert_eq!(unsaid.token.expires_at, made.token.expires_at);
    let longer = TokenRotation {
        grace_minutes: 0,
        expired_at: Some(now.after(day * 31)),
    };
    let refused = tokens::service::rotate(&owner, &site.tree, made.token.id, longer).await;
    assert_eq!(refused.err().unwrap().code(), Code::Invalid);
}

#[tokio::test]
async fn an_organizations_token_sets_up_and_runs_nothing() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let holder = Holder::Organization(acme.clone());
    let first = tokens::service::create_single(&owner, &site.tree, &holder, None)
        .await
        .unwrap();
    let text = first.text.expose_text().unwrap();
    let caller = site.caller(text).await.unwrap();
    let scope = Scope::organization(acme.id);
    assert!(may(&caller, WORKSPACE_READ, &scope).await);
    assert!(!may(&caller, RUN_APPLY, &scope).await);
    assert!(organizations::find_visible(&caller, &acme.name).await.is_ok());
    site.team(&caller, &acme, "made-by-the-token").await;
    let mia = site.user("mia").await;
    let refused = site.give(&caller, &acme, &mia, "write", "acme").await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);

    // The next one replaces it, and what was taken from the organization stays away.
    let listed = slipway_identity::role_assignments::service::list(
        &owner,
        &acme,
        slipway_identity::role_assignments::service::Wanted {
            subject: Some(acme.id.to_string()),
            scope: None,
        },
        &page(),
    )
    .await
    .unwrap();
    site.take(&owner, &listed.rows[0]).await.unwrap();
    let second = tokens::service::create_single(&owner, &site.tree, &holder, None)
        .await
        .unwrap();
    assert!(site.caller(text).await.is_err());
    let caller = site.caller(second.text.expose_text().unwrap()).await.unwrap();
    assert!(!may(&caller, WORKSPACE_READ, &scope).await);
    tokens::service::revoke_single(&owner, &site.tree, &holder)
        .await
        .unwrap();
    assert!(site.caller(second.text.expose_text().unwrap()).await.is_err());
}
