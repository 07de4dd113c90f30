//! Explanations: they name every chain, agree with what is decided, and are not for everybody.

use slipway_api::Code;
use slipway_api::access_explanations::AccessExplanation;
use slipway_identity::explanations::service::{Question, explain};
use slipway_identity::organizations::Organization;
use slipway_identity::teams;
use slipway_kernel::Ctx;
use slipway_kernel::grants::Scope;

use crate::fixture::Site;

async fn ask(
    site: &Site,
    ctx: &Ctx,
    acme: &Organization,
    (subject, permission, scope): (Option<&str>, Option<&str>, Option<&str>),
) -> slipway_kernel::Result<Vec<AccessExplanation>> {
    let question = Question {
        subject: subject.map(str::to_owned),
        permission: permission.map(str::to_owned),
        scope: scope.map(str::to_owned),
    };
    explain(ctx, &site.tree, acme, &question).await
}

#[tokio::test]
async fn each_chain_is_named_from_the_subject_to_the_scope() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let project = site.project(&acme, "shop").await;
    let workspace = site.workspace(acme.id, project.id, "web").await;
    let mia = site.user("mia").await;
    let own = site.give(&owner, &acme, &mia, "plan", "acme").await.unwrap();
    let team = site.team(&owner, &acme, "platform").await;
    let by_team = site
        .give_to(&owner, &acme, team.id, "write", &project.id.to_string())
        .await
        .unwrap();
    teams::service::add_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();

    let apply = ask(
        &site,
        &owner,
        &acme,
        (Some("mia"), Some("workspace.run.apply"), Some(&workspace)),
    )
    .await
    .unwrap();
    assert_eq!(apply.len(), 1);
    assert!(apply[0].is_allowed);
    let [chain] = apply[0].chains.as_slice() else {
        panic!("one chain: {:?}", apply[0].chains);
    };
    assert_eq!(chain.team_name.as_ref().unwrap().as_str(), "platform");
    assert_eq!(chain.role.as_str(), "write");
    assert_eq!(chain.node, "workspace.run.apply");
    assert_eq!(chain.role_assignment, by_team.assignment.id.to_string());
    assert_eq!(
        (chain.scope.as_str(), chain.scope_name.as_str()),
        (project.id.to_string().as_str(), "project shop")
    );

    // Two ways to plan there; only the own one in the whole organization; none to destroy the site.
    let plan = ask(
        &site,
        &owner,
        &acme,
        (Some("mia"), Some("workspace.run.plan"), Some(&workspace)),
    )
    .await
    .unwrap();
    assert_eq!(plan[0].chains.len(), 2);
    let plan = ask(&site, &owner, &acme, (Some("mia"), Some("workspace.run.plan"), None))
        .await
        .unwrap();
    let by: Vec<&str> = plan[0]
        .chains
        .iter()
        .map(|chain| chain.role_assignment.as_str())
        .collect();
    assert_eq!(by, [own.assignment.id.to_string()]);
    let none = ask(&site, &owner, &acme, (Some("mia"), Some("site.manage"), None))
        .await
        .unwrap();
    assert!(!none[0].is_allowed && none[0].chains.is_empty());
}

#[tokio::test]
async fn explanations_agree_with_decisions_for_every_permission() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let project = site.project(&acme, "shop").await;
    let workspace = site.workspace(acme.id, project.id, "web").await;
    let mia = site.user("mia").await;
    site.give(&owner, &acme, &mia, "write", &workspace).await.unwrap();
    let team = site.team(&owner, &acme, "platform").await;
    site.give_to(&owner, &acme, team.id, "manage-projects", "acme")
        .await
        .unwrap();
    teams::service::add_members(&owner, &site.tree, &team, &["mia".to_owned()])
        .await
        .unwrap();
    let texts = [
        site.token(&mia, None).await.unwrap(),
        site.token(&mia, Some(&["workspace.run@acme", "project.read"]))
            .await
            .unwrap(),
    ];
    let scope = Scope::project(acme.id, project.id).object(&workspace);
    for text in &texts {
        let caller = site.caller(text).await.unwrap();
        let granted = caller.granted().await.unwrap();
        for (permission, _) in site.tree.leaves() {
            let asked = (None, Some(permission.as_str()), Some(workspace.as_str()));
            let explained = ask(&site, &caller, &acme, asked).await.unwrap();
            assert_eq!(
                explained[0].is_allowed,
                granted.allows(permission, &scope),
                "{permission:?}"
            );
            assert_eq!(explained[0].token_scopes.is_some(), !caller.limits().are_none());
        }
        let all = ask(&site, &caller, &acme, (None, None, Some(&workspace)))
            .await
            .unwrap();
        let allowed = all.iter().filter(|explained| explained.is_allowed).count();
        let decided = site
            .tree
            .leaves()
            .filter(|(leaf, _)| granted.allows(*leaf, &scope))
            .count();
        assert_eq!(allowed, decided);
    }
}

#[tokio::test]
async fn who_does_not_see_who_may_do_what_asks_about_himself_only() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let mia = site.user("mia").await;
    site.user("outsider").await;
    site.give(&owner, &acme, &mia, "read", "acme").await.unwrap();
    let about =
        async |ctx: &Ctx, subject: Option<&str>| ask(&site, ctx, &acme, (subject, Some("workspace.read"), None)).await;
    assert!(about(&mia, None).await.unwrap()[0].is_allowed);
    assert!(about(&mia, Some("mia")).await.is_ok());
    let owner_name = "owner-of-acme";
    assert_eq!(about(&mia, Some(owner_name)).await.unwrap_err().code(), Code::Forbidden);
    assert_eq!(about(&mia, Some("nobody")).await.unwrap_err().code(), Code::Forbidden);
    // Who has nothing to do with the organization is as missing as who is not there at all.
    for name in ["outsider", "nobody", "team-0000000000000000"] {
        assert_eq!(
            about(&owner, Some(name)).await.unwrap_err().code(),
            Code::NotFound,
            "{name}"
        );
    }
}
