//! What a real Gitea delivers: signed with the hook's secret, and understood.

use std::sync::Mutex;

use axum::body::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use slipway_connections::forges::model::{HookWish, Incoming, PullRequestState};
use slipway_connections::forges::webhooks::{delivery_id, parse, verify};
use slipway_connections::forges::{Forge, ForgeKind};
use slipway_testing::gitea::{self, Gitea};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use zeroize::Zeroizing;

use super::contract::World;
use super::gitea::world;

const SECRET: &str = "the-secret-of-the-hook";

/// What arrives, as it arrives.
struct Deliveries {
    url: String,
    arrived: UnboundedReceiver<(HeaderMap, Bytes)>,
    ids: Mutex<Vec<String>>,
}

impl Deliveries {
    async fn receive() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/wh-1", listener.local_addr().unwrap());
        let (sender, arrived) = unbounded_channel();
        let app = axum::Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let sender = sender.clone();
            async move {
                sender.send((headers, body)).unwrap();
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url,
            arrived,
            ids: Mutex::default(),
        }
    }

    /// The next delivery that somebody cares for; each is signed, and none has the id of another.
    async fn next(&mut self) -> Incoming {
        loop {
            let (headers, body) = self.arrived.recv().await.unwrap();
            assert!(verify(ForgeKind::Gitea, &headers, &body, &["the-one-before", SECRET]));
            assert!(!verify(ForgeKind::Gitea, &headers, &body, &["the-one-before"]));
            let mut hub_only = headers.clone();
            hub_only.remove("x-gitea-signature").unwrap();
            assert!(
                verify(ForgeKind::Gitea, &hub_only, &body, &[SECRET]),
                "GitHub's signature"
            );
            assert!(
                verify(ForgeKind::Github, &headers, &body, &[SECRET]),
                "it could be GitHub's"
            );
            let id = delivery_id(ForgeKind::Gitea, &headers, &body);
            assert!(!self.ids.lock().unwrap().contains(&id), "{id} came twice");
            self.ids.lock().unwrap().push(id);
            let incoming = parse(ForgeKind::Gitea, &headers, &body).unwrap();
            if !matches!(incoming, Incoming::Other { .. }) {
                return incoming;
            }
        }
    }

    async fn next_refs(&mut self) -> Vec<String> {
        match self.next().await {
            Incoming::Push { refs, .. } => refs,
            other => panic!("no push: {other:?}"),
        }
    }

    async fn next_request(&mut self) -> (String, PullRequestState, String) {
        match self.next().await {
            Incoming::PullRequest { sender, pull_request } => {
                (sender.login, pull_request.state, pull_request.head_commit)
            }
            other => panic!("no pull request: {other:?}"),
        }
    }
}

#[tokio::test]
async fn gitea_tells_what_happens_to_a_repository() {
    let gitea = gitea::shared().unwrap();
    let (forge, world) = world(gitea).await;
    let colleague = world.author.as_str();
    let repository = world.repository.as_str();
    let mut deliveries = Deliveries::receive().await;
    let wish = HookWish {
        url: deliveries.url.clone(),
        secret: Zeroizing::new(SECRET.to_owned()),
    };
    forge.set_hook(repository, &wish).await.unwrap();

    // Gitea tells what was before, too, when it had not come to it yet.
    gitea
        .push(colleague, repository, "begin", &[("begin.tf", "# begin\n")])
        .await
        .unwrap();
    let mut begun = 0;
    while begun < 2 {
        let incoming = deliveries.next().await;
        begun += usize::from(matches!(&incoming, Incoming::Push { refs, .. } if refs == &["refs/heads/begin"]));
    }

    tells_of_pushes(gitea, &world, &mut deliveries).await;
    tells_of_a_pull_request(gitea, forge.as_ref(), &world, &mut deliveries).await;
    tells_of_a_release(gitea, &world, &mut deliveries).await;
}

async fn tells_of_pushes(gitea: &Gitea, world: &World, deliveries: &mut Deliveries) {
    let (owner, colleague) = (world.account.as_str(), world.author.as_str());
    let repository = world.repository.as_str();
    // A push to a branch that is there, and one to a new branch, which is told twice.
    gitea
        .push(colleague, repository, "main", &[("a.tf", "# a\n")])
        .await
        .unwrap();
    assert_eq!(deliveries.next_refs().await, ["refs/heads/main"]);
    gitea
        .push(colleague, repository, "other", &[("b.tf", "# b\n")])
        .await
        .unwrap();
    assert_eq!(deliveries.next_refs().await, ["refs/heads/other"]);
    assert_eq!(deliveries.next_refs().await, ["refs/heads/other"]);
    let path = format!("/repos/{repository}/branches/other");
    gitea.ask(owner, "DELETE", &path, &Value::Null).await.unwrap();
    assert_eq!(deliveries.next_refs().await, ["refs/heads/other"]);
    gitea.push_tag(colleague, repository, "main", "v1.0.0").await.unwrap();
    assert_eq!(deliveries.next_refs().await, ["refs/tags/v1.0.0"]);
    assert_eq!(deliveries.next_refs().await, ["refs/tags/v1.0.0"]);
}

async fn tells_of_a_pull_request(gitea: &Gitea, forge: &dyn Forge, world: &World, deliveries: &mut Deliveries) {
    let (owner, colleague) = (world.account.as_str(), world.author.as_str());
    let repository = world.repository.as_str();
    // A pull request from opening to merging.
    gitea
        .push(colleague, repository, "third", &[("c.tf", "# c\n")])
        .await
        .unwrap();
    assert_eq!(deliveries.next_refs().await, ["refs/heads/third"]);
    assert_eq!(deliveries.next_refs().await, ["refs/heads/third"]);
    let number = gitea
        .pull_request(colleague, repository, "third", "Third")
        .await
        .unwrap();
    let (sender, state, head) = deliveries.next_request().await;
    assert_eq!((sender.as_str(), state), (colleague, PullRequestState::Open));
    let told = forge.pull_request(repository, number).await.unwrap();
    assert_eq!(told.head_commit, head);
    let newer = gitea
        .push(colleague, repository, "third", &[("c.tf", "# cc\n")])
        .await
        .unwrap();
    // The push and what it means for the pull request come in any order.
    for _ in 0..2 {
        match deliveries.next().await {
            Incoming::Push { refs, .. } => assert_eq!(refs, ["refs/heads/third"]),
            Incoming::PullRequest { pull_request, .. } => assert_eq!(pull_request.head_commit, newer),
            other => panic!("{other:?}"),
        }
    }
    let id = gitea.comment(owner, repository, number, "slipway plan").await.unwrap();
    match deliveries.next().await {
        Incoming::Comment {
            author,
            number: on,
            comment,
            body,
        } => {
            assert_eq!(
                (author.login.as_str(), on, body.as_str()),
                (owner, number, "slipway plan")
            );
            assert_eq!(comment, id.to_string());
            // By which it is answered.
            forge
                .react(
                    repository,
                    number,
                    &comment,
                    slipway_connections::forges::model::Reaction::Seen,
                )
                .await
                .unwrap();
        }
        other => panic!("{other:?}"),
    }
    gitea.set_state(colleague, repository, number, "closed").await.unwrap();
    assert_eq!(deliveries.next_request().await.1, PullRequestState::Closed);
    gitea.set_state(colleague, repository, number, "open").await.unwrap();
    assert_eq!(deliveries.next_request().await.1, PullRequestState::Open);
    gitea.merge(owner, repository, number).await.unwrap();
    for _ in 0..2 {
        match deliveries.next().await {
            Incoming::Push { refs, .. } => assert_eq!(refs, ["refs/heads/main"]),
            Incoming::PullRequest { pull_request, .. } => assert_eq!(pull_request.state, PullRequestState::Merged),
            other => panic!("{other:?}"),
        }
    }
}

async fn tells_of_a_release(gitea: &Gitea, world: &World, deliveries: &mut Deliveries) {
    let owner = world.account.as_str();
    let repository = world.repository.as_str();
    // A release of a tag that is there.
    let release = json!({ "tag_name": "v1.0.0", "name": "One" });
    gitea
        .ask(owner, "POST", &format!("/repos/{repository}/releases"), &release)
        .await
        .unwrap();
    match deliveries.next().await {
        Incoming::Release { sender, tag } => assert_eq!((sender.login.as_str(), tag.as_str()), (owner, "v1.0.0")),
        other => panic!("{other:?}"),
    }
}
