//! The contract against a real Gitea, and what only a real one shows.

use serde_json::json;
use slipway_connections::forges::model::{CommitStatus, PullRequestState, StatusState};
use slipway_connections::forges::{Forge, ForgeError, ForgeKind};
use slipway_git::Credentials;
use slipway_kernel::clock::Clock;
use slipway_testing::gitea::{self, Gitea, unique};

use super::contract::{self, MARKER, World};

/// What a token must have for everything to work.
const SCOPES: [&str; 4] = ["read:user", "read:organization", "write:repository", "write:issue"];

fn forge(gitea: &Gitea, token: &str) -> Box<dyn Forge> {
    let settings = json!({ "url": gitea.url, "method": "token" });
    super::open(ForgeKind::Gitea, &settings, &json!({ "token": token }), Clock::system())
}

/// An owner with a repository, a colleague with a pull request, and the owner's forge.
pub async fn world(gitea: &Gitea) -> (Box<dyn Forge>, World) {
    let (owner, colleague, group) = (unique("owner"), unique("colleague"), unique("platform"));
    gitea.user(&owner).await.unwrap();
    gitea.user(&colleague).await.unwrap();
    gitea.organization(&owner, &group).await.unwrap();
    let repository = gitea.repository(&owner, &group, &unique("infra")).await.unwrap();
    gitea.let_in(&owner, &repository, &colleague, "write").await.unwrap();
    let head_commit = gitea
        .push(&colleague, &repository, "wider", &[("main.tf", "# wider\n")])
        .await
        .unwrap();
    let pull_request = gitea
        .pull_request(&colleague, &repository, "wider", "Wider")
        .await
        .unwrap();
    gitea
        .comment(&colleague, &repository, pull_request, MARKER)
        .await
        .unwrap();
    let mut branches = Vec::new();
    for name in ["slipway/one", "slipway/two"] {
        let file = format!("{name}.tf");
        let commit = gitea
            .push(&owner, &repository, name, &[(&file, "# ours\n")])
            .await
            .unwrap();
        branches.push((name.to_owned(), commit));
    }
    let token = gitea.token(&owner, &SCOPES).await.unwrap();
    let world = World {
        account: owner,
        group,
        repository,
        pull_request,
        head_commit,
        author: colleague,
        branches: branches.try_into().unwrap(),
    };
    (forge(gitea, &token), world)
}

#[tokio::test]
async fn gitea_holds_the_contract() {
    let gitea = gitea::shared().unwrap();
    let (forge, world) = world(gitea).await;
    contract::hold(forge.as_ref(), &world).await;
    // What others see of it.
    let statuses = gitea
        .statuses(&world.account, &world.repository, &world.head_commit)
        .await
        .unwrap();
    let [context, state, description] = statuses[0].clone();
    assert_eq!((context.as_str(), state.as_str()), ("slipway/shop/network", "success"));
    assert!(description.ends_with('…'), "{description}");
    let comments = gitea
        .comments(&world.account, &world.repository, world.pull_request)
        .await
        .unwrap();
    let by_us = comments
        .iter()
        .filter(|(_, author, _)| *author == world.account)
        .count();
    assert_eq!(by_us, 1, "{comments:?}");
}

#[tokio::test]
async fn a_token_says_which_rights_it_lacks() {
    let gitea = gitea::shared().unwrap();
    let owner = unique("owner");
    gitea.user(&owner).await.unwrap();
    let missing = |scopes: &'static [&'static str]| {
        let owner = owner.clone();
        async move {
            let token = gitea.token(&owner, scopes).await.unwrap();
            let account = forge(gitea, &token).account().await.unwrap();
            account
                .missing
                .into_iter()
                .map(|lacking| lacking.right)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(missing(&SCOPES).await, [] as [String; 0]);
    assert_eq!(missing(&["all"]).await, [] as [String; 0]);
    assert_eq!(
        missing(&["read:user", "read:repository"]).await,
        ["write:repository", "write:issue", "read:organization"]
    );
    assert_eq!(
        missing(&["write:repository", "write:issue", "read:organization"]).await,
        ["read:user"]
    );
}

#[tokio::test]
async fn a_refusal_names_the_right_and_never_the_token() {
    let gitea = gitea::shared().unwrap();
    let (_, world) = world(gitea).await;
    let token = gitea.token(&world.account, &["read:repository"]).await.unwrap();
    let status = CommitStatus {
        context: "slipway".to_owned(),
        state: StatusState::Success,
        description: String::new(),
        target_url: String::new(),
    };
    let error = forge(gitea, &token)
        .set_status(&world.repository, &world.head_commit, &status)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ForgeError::Right { right, .. } if right == "write:repository"),
        "{error}"
    );
    let revoked = format!("{}{token}", &token[..4]);
    let error = forge(gitea, &revoked[..40]).account().await.unwrap_err();
    assert!(matches!(error, ForgeError::Credentials(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains(&token[..12]));
}

#[tokio::test]
async fn a_fork_a_merge_and_a_rename_are_seen() {
    let gitea = gitea::shared().unwrap();
    let (forge, world) = world(gitea).await;
    let stranger = unique("stranger");
    gitea.user(&stranger).await.unwrap();
    gitea
        .let_in(&world.account, &world.repository, &stranger, "read")
        .await
        .unwrap();
    let fork = gitea.fork(&stranger, &world.repository).await.unwrap();
    gitea
        .push(&stranger, &fork, "strange", &[("strange.tf", "# strange\n")])
        .await
        .unwrap();
    let head = format!("{stranger}:strange");
    let number = gitea
        .pull_request(&stranger, &world.repository, &head, "WIP: strange")
        .await
        .unwrap();
    let found = forge.pull_request(&world.repository, number).await.unwrap();
    assert!(found.is_fork && found.is_draft, "{found:?}");

    gitea
        .merge(&world.account, &world.repository, world.pull_request)
        .await
        .unwrap();
    let merged = forge.pull_request(&world.repository, world.pull_request).await.unwrap();
    assert_eq!(merged.state, PullRequestState::Merged);
    gitea
        .set_state(&stranger, &world.repository, number, "closed")
        .await
        .unwrap();
    let closed = forge.pull_request(&world.repository, number).await.unwrap();
    assert_eq!(closed.state, PullRequestState::Closed);

    let before = forge.repository(&world.repository).await.unwrap();
    let new_name = unique("renamed");
    let path = format!("/repos/{}", world.repository);
    gitea
        .ask(&world.account, "PATCH", &path, &json!({ "name": new_name }))
        .await
        .unwrap();
    let after = forge.repository(&world.repository).await.unwrap();
    assert_eq!(after.full_name, format!("{}/{new_name}", world.group));
    assert_eq!(after.id, before.id);
}

#[tokio::test]
async fn what_opens_the_api_opens_the_repository() {
    let gitea = gitea::shared().unwrap();
    let (forge, world) = world(gitea).await;
    let Credentials::Basic { username, password } = forge.clone_credentials().await.unwrap() else {
        panic!("not over HTTPS");
    };
    let found = forge.repository(&world.repository).await.unwrap();
    let url = found
        .clone_url
        .replacen("://", &format!("://{username}:{}@", password.as_str()), 1);
    let folder = tempfile::tempdir().unwrap();
    let nobody = unique("nobody");
    let refs = gitea.git(&nobody, folder.path(), &["ls-remote", &url]).await.unwrap();
    assert!(refs.contains(&world.head_commit), "{refs}");
    let number = world.pull_request;
    assert!(refs.contains(&format!("refs/pull/{number}/head")), "{refs}");
}

#[tokio::test]
async fn a_forge_that_is_away_is_away() {
    let gitea = Gitea::start().unwrap();
    let token = gitea.token(gitea::ADMINISTRATOR, &["all"]).await.unwrap();
    let forge = forge(&gitea, &token);
    assert_eq!(forge.account().await.unwrap().name, gitea::ADMINISTRATOR);
    gitea.stop();
    let error = forge.groups(1).await.unwrap_err();
    assert!(matches!(error, ForgeError::Away(_)), "{error}");
    gitea.restart().unwrap();
    assert_eq!(forge.groups(1).await.unwrap().items[0].name, gitea::ADMINISTRATOR);
}
