//! Connecting repositories: who may, what is known, what is refused.

use serde_json::json;
use slipway_api::Code;
use slipway_connections::repositories::RepositoryStatus;
use slipway_connections::repositories::service::{self, Wanted};
use slipway_kernel::Actor;
use slipway_testing::git_server::{Change, GitServer};

use crate::home::{Home, announced, connected, integration, organization};

#[tokio::test]
async fn what_is_there_when_a_repository_is_connected_is_not_announced() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    assert_eq!(repository.default_branch.as_deref(), Some("main"));
    assert_eq!(
        (repository.full_name.as_str(), repository.status),
        ("infra", RepositoryStatus::Ok)
    );
    assert!(service::synchronize(&ctx, &repository, &[]).await.unwrap().is_empty());
    let second = infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    let updates = service::synchronize(&ctx, &repository, &[]).await.unwrap();
    assert_eq!(updates[0].after.as_deref(), Some(second.as_str()));
    assert!(!updates[0].is_forced);
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
    drop(server);
}

#[tokio::test]
async fn every_way_to_write_the_address_is_one_repository() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, _infra, repository) = connected(&ctx).await;
    for identifier in [server.url("infra"), server.url("infra").replace(".git", "")] {
        let wanted = Wanted {
            integration: None,
            identifier,
        };
        let again = service::ensure(&ctx, repository.organization_id, &wanted)
            .await
            .unwrap();
        assert_eq!(again.id, repository.id);
    }
    // Other organizations have rows of their own.
    let other = organization(&ctx).await;
    let wanted = Wanted {
        integration: None,
        identifier: server.url("infra"),
    };
    assert_ne!(service::ensure(&ctx, other, &wanted).await.unwrap().id, repository.id);
}

#[tokio::test]
async fn what_is_not_there_is_said_at_the_field() {
    let home = Home::new();
    let ctx = home.start().await;
    let server = GitServer::start().unwrap();
    let organization = organization(&ctx).await;
    let mut identifiers = vec![
        server.url("nothing"),
        "file:///etc".to_owned(),
        "platform/infra".to_owned(),
    ];
    // Behind the server's own network, which its operator opened for 127.0.0.0/8 only.
    identifiers.push("https://10.0.0.1/a/b".to_owned());
    for identifier in identifiers {
        let wanted = Wanted {
            integration: None,
            identifier: identifier.clone(),
        };
        let error = service::ensure(&ctx, organization, &wanted).await.unwrap_err();
        assert_eq!(error.code(), Code::Invalid, "{identifier}: {error}");
        let pointer = error.fields()[0].source.pointer.as_deref();
        assert_eq!(pointer, Some("/data/attributes/identifier"));
    }
}

#[tokio::test]
async fn a_password_opens_its_own_server_and_is_shown_to_no_other() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, foreign) = (GitServer::start().unwrap(), GitServer::start().unwrap());
    for server in [&server, &foreign] {
        let infra = server.create("infra").unwrap();
        infra.commit("main", "First", &[Change::file("main.tf", "")]).unwrap();
        server.http().require(Some(("ada", "lovelace")));
    }
    let organization = organization(&ctx).await;
    let settings = json!({"method": "basic", "url": server.http().origin(), "username": "ada", "password": "lovelace"});
    let opener = integration(&ctx, organization, "git", settings).await;
    let wanted = |identifier: String| Wanted {
        integration: Some(opener),
        identifier,
    };
    let by_name = service::ensure(&ctx, organization, &wanted("infra.git".to_owned()))
        .await
        .unwrap();
    let by_address = service::ensure(&ctx, organization, &wanted(server.url("infra")))
        .await
        .unwrap();
    assert_eq!(by_name.id, by_address.id);
    service::synchronize(&ctx, &by_name, &[]).await.unwrap();
    let refused = service::ensure(&ctx, organization, &wanted(foreign.url("infra")))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Invalid);
    assert_eq!(foreign.http().counters().requests, 0, "the other server was asked");
}

#[tokio::test]
async fn nobody_reads_by_an_integration_that_he_may_not_use() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    let nobody = slipway_kernel::Ctx::new(
        ctx.kernel().clone(),
        Actor::User {
            id: ctx.new_id().unwrap(),
            name: "eve".parse().unwrap(),
            teams: Vec::new(),
        },
        slipway_kernel::ctx::Origin::default(),
    );
    let wanted = Wanted {
        integration: None,
        identifier: repository.address.clone(),
    };
    let refused = service::ensure(&nobody, repository.organization_id, &wanted)
        .await
        .unwrap_err();
    assert!(matches!(refused.code(), Code::NotFound | Code::Forbidden), "{refused}");
}

#[tokio::test]
async fn the_first_push_says_which_branch_counts() {
    let home = Home::new();
    let ctx = home.start().await;
    let server = GitServer::start().unwrap();
    let infra = server.create("infra").unwrap();
    let wanted = Wanted {
        integration: None,
        identifier: server.url("infra"),
    };
    let repository = service::ensure(&ctx, organization(&ctx).await, &wanted).await.unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# one\n")])
        .unwrap();
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let seen = service::get(&ctx, repository.id).await.unwrap();
    assert_eq!(seen.default_branch.as_deref(), Some("main"));
}
