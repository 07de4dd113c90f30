//! Archives with what lies in other places: submodules and large files.

use serde_json::json;
use slipway_connections::repositories::archives::{Wanted, archive};
use slipway_connections::repositories::service;
use slipway_git::GitError;
use slipway_testing::git_server::{Change, GitServer};

use crate::home::{Home, integration, organization};

fn wanted(submodules: bool, large_files: bool) -> Wanted<'static> {
    Wanted {
        paths: &[],
        limit_bytes: 1 << 20,
        submodules,
        large_files,
    }
}

#[tokio::test]
async fn submodules_and_large_files_come_by_the_repositorys_own_credentials() {
    let home = Home::new();
    let ctx = home.start().await;
    let server = GitServer::start().unwrap();
    let infra = server.create("infra").unwrap();
    server.http().require(Some(("ada", "secret")));
    let organization = organization(&ctx).await;
    let settings = json!({"method": "basic", "url": server.http().origin(), "username": "ada", "password": "secret"});
    let connect = service::Wanted {
        integration: Some(integration(&ctx, organization, "git", settings).await),
        identifier: server.url("infra"),
    };
    infra
        .commit("main", "First", &[Change::file("main.tf", "# one")])
        .unwrap();
    let repository = service::ensure(&ctx, organization, &connect).await.unwrap();
    let net = server.create("net").unwrap();
    let net_commit = net.commit("main", "Net", &[Change::file("net.tf", "# net")]).unwrap();
    let content = "large ".repeat(1_000);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let pointer = server.large_file(&digest, content.as_bytes()).unwrap();
    let modules = format!(
        "[submodule \"net\"]\n\tpath = modules/net\n\turl = {}\n",
        server.url("net")
    );
    let commit = infra
        .commit(
            "main",
            "Second",
            &[
                Change::file(".gitmodules", &modules),
                Change::Submodule("modules/net".to_owned(), net_commit),
                Change::file("image.bin", &pointer),
            ],
        )
        .unwrap();
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let commit = commit.parse().unwrap();
    let plain = archive(&ctx, &repository, &commit, &wanted(false, false))
        .await
        .unwrap();
    let whole = archive(&ctx, &repository, &commit, &wanted(true, true)).await.unwrap();
    assert_ne!(plain.bytes, whole.bytes);
    let again = archive(&ctx, &repository, &commit, &wanted(true, true)).await.unwrap();
    assert_eq!(again.bytes, whole.bytes);
    // A submodule in a network that is closed to the server.
    let closed = modules.replace(server.url("net").as_str(), "http://169.254.169.254/latest");
    let commit = infra
        .commit("main", "Third", &[Change::file(".gitmodules", &closed)])
        .unwrap();
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let refused = archive(&ctx, &repository, &commit.parse().unwrap(), &wanted(true, false)).await;
    assert!(matches!(refused.err(), Some(GitError::Refused(_))));
}
