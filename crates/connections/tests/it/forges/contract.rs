//! What holds for every forge that has repositories, webhooks, statuses and pull requests.

use slipway_connections::forges::model::{
    CommitStatus, HookWish, PullRequestState, Reaction, RepositoryQuery, StatusState,
};
use slipway_connections::forges::proposals::{Merging, Proposal};
use slipway_connections::forges::{Forge, ForgeError};
use zeroize::Zeroizing;

/// What is there before the contract is tried.
pub struct World {
    /// Whom the credentials are.
    pub account: String,
    /// A group that they see.
    pub group: String,
    /// A private repository of the group, with the default branch `main`.
    pub repository: String,
    /// An open pull request of it, titled `Wider`, from its branch `wider` to `main`, with a comment of somebody else that
    /// holds [`MARKER`].
    pub pull_request: u64,
    /// What the pull request offers.
    pub head_commit: String,
    /// A user who is not the credentials' own.
    pub author: String,
    /// Two branches without a pull request, each with a commit of its own: `slipway/one` and `slipway/two`.
    pub branches: [(String, String); 2],
}

/// What our comments are found by.
pub const MARKER: &str = "<!-- slipway pull-request pr-0000000000000001 -->";
/// Where webhooks deliver to.
pub const HOOK: &str = "http://127.0.0.1:9/webhooks/wh-0000000000000001";

/// The whole contract.
pub async fn hold(forge: &dyn Forge, world: &World) {
    knows_itself_and_its_repositories(forge, world).await;
    keeps_one_hook(forge, world).await;
    reads_pull_requests(forge, world).await;
    shows_statuses(forge, world).await;
    writes_comments(forge, world).await;
    merges_and_closes_its_own(forge, world).await;
}

async fn knows_itself_and_its_repositories(forge: &dyn Forge, world: &World) {
    let capabilities = forge.capabilities();
    assert!(capabilities.repositories && capabilities.webhooks && capabilities.statuses && capabilities.pull_requests);
    let account = forge.account().await.unwrap();
    assert_eq!(account.name, world.account);
    assert_eq!(account.missing, vec![]);

    let groups = forge.groups(1).await.unwrap();
    assert!(
        groups.items.iter().any(|group| group.name == world.group),
        "{:?}",
        groups.items
    );

    let (_, name) = world.repository.rsplit_once('/').unwrap();
    for group in [None, Some(world.group.clone())] {
        let query = RepositoryQuery {
            search: name.to_uppercase(),
            group,
            page: 1,
            page_size: 20,
        };
        let found = forge.repositories(&query).await.unwrap();
        let names: Vec<&str> = found.items.iter().map(|found| found.full_name.as_str()).collect();
        assert_eq!(names, [world.repository.as_str()], "searching {query:?}");
        assert!(!found.has_next);
    }

    let found = forge.repository(&world.repository).await.unwrap();
    assert_eq!(found.full_name, world.repository);
    assert_eq!(found.default_branch.as_deref(), Some("main"));
    assert!(found.is_private && !found.is_archived && !found.id.is_empty());
    assert!(
        found.clone_url.starts_with("http") && !found.clone_url.contains('@'),
        "{}",
        found.clone_url
    );
    assert!(found.web_url.starts_with("http"), "{}", found.web_url);

    let missing = forge
        .repository(&format!("{}/is-not-there", world.group))
        .await
        .unwrap_err();
    assert!(matches!(missing, ForgeError::Missing(_)), "{missing}");
    // A name that would be another path asks nobody.
    let dots = forge.repository(&format!("{}/..", world.group)).await.unwrap_err();
    assert!(
        matches!(dots, ForgeError::Refused(_) | ForgeError::Missing(_)),
        "{dots}"
    );
}

async fn keeps_one_hook(forge: &dyn Forge, world: &World) {
    let wish = |secret: &str| HookWish {
        url: HOOK.to_owned(),
        secret: Zeroizing::new(secret.to_owned()),
    };
    assert_eq!(forge.hook(&world.repository, HOOK).await.unwrap(), None);
    let made = forge.set_hook(&world.repository, &wish("first-secret")).await.unwrap();
    assert_eq!(forge.hook(&world.repository, HOOK).await.unwrap(), Some(made));
    // The secret rotates, and there is still one hook.
    let mended = forge.set_hook(&world.repository, &wish("second-secret")).await.unwrap();
    assert_eq!(
        forge.hook(&world.repository, HOOK).await.unwrap().as_ref(),
        Some(&mended)
    );
    forge.remove_hook(&world.repository, &mended.id).await.unwrap();
    assert_eq!(forge.hook(&world.repository, HOOK).await.unwrap(), None);
    // What is gone is gone.
    forge.remove_hook(&world.repository, &mended.id).await.unwrap();
}

async fn reads_pull_requests(forge: &dyn Forge, world: &World) {
    let found = forge.pull_request(&world.repository, world.pull_request).await.unwrap();
    assert_eq!(found.number, world.pull_request);
    assert_eq!(found.title, "Wider");
    assert_eq!(found.author.login, world.author);
    assert!(!found.author.id.is_empty());
    assert_eq!(found.head_commit, world.head_commit);
    assert_eq!(
        (found.head_branch.as_str(), found.base_branch.as_str()),
        ("wider", "main")
    );
    assert!(found.head_ref.starts_with("refs/"), "{}", found.head_ref);
    assert!(!found.is_fork && !found.is_draft);
    assert_eq!(found.state, PullRequestState::Open);
    let open = forge.open_pull_requests(&world.repository).await.unwrap();
    assert_eq!(open, vec![found]);
    let missing = forge.pull_request(&world.repository, 4_242).await.unwrap_err();
    assert!(matches!(missing, ForgeError::Missing(_)), "{missing}");
}

async fn shows_statuses(forge: &dyn Forge, world: &World) {
    for (state, description) in [
        (StatusState::Pending, "Plans.".to_owned()),
        (StatusState::Success, "2 to add. ".repeat(100)),
    ] {
        let status = CommitStatus {
            context: "slipway/shop/network".to_owned(),
            state,
            description,
            target_url: "https://slipway.example.com/runs/run-0000000000000001".to_owned(),
        };
        forge
            .set_status(&world.repository, &world.head_commit, &status)
            .await
            .unwrap();
    }
}

async fn writes_comments(forge: &dyn Forge, world: &World) {
    let (repository, number) = (world.repository.as_str(), world.pull_request);
    assert_eq!(forge.own_comments(repository, number, MARKER).await.unwrap(), vec![]);
    let first = format!("{MARKER}\n**2** to add");
    let id = forge.comment(repository, number, &first).await.unwrap();
    let ours = forge.own_comments(repository, number, MARKER).await.unwrap();
    assert_eq!(
        ours.iter()
            .map(|comment| (&comment.id, comment.body.as_str()))
            .collect::<Vec<_>>(),
        [(&id, first.as_str())]
    );
    let second = format!("{MARKER}\n**3** to add");
    forge.change_comment(repository, number, &id, &second).await.unwrap();
    let ours = forge.own_comments(repository, number, MARKER).await.unwrap();
    assert_eq!(
        ours.iter().map(|comment| comment.body.as_str()).collect::<Vec<_>>(),
        [second.as_str()]
    );
    let written = forge.written(repository, number, &id).await.unwrap();
    assert_eq!(
        (written.author.login.as_str(), written.body),
        (world.account.as_str(), second)
    );
    // In another request it is not.
    let elsewhere = forge.written(repository, number + 1, &id).await.unwrap_err();
    assert!(matches!(elsewhere, ForgeError::Missing(_)), "{elsewhere:?}");
    for reaction in [Reaction::Seen, Reaction::Done, Reaction::Refused] {
        match forge.react(repository, number, &id, reaction).await {
            Ok(()) | Err(ForgeError::Unsupported(_)) => {}
            Err(error) => panic!("{reaction:?}: {error}"),
        }
    }
}

async fn merges_and_closes_its_own(forge: &dyn Forge, world: &World) {
    let repository = world.repository.as_str();
    let [(one, head), (two, _)] = &world.branches;
    let wanted = |source, body| Proposal {
        title: "Create network/main",
        body,
        source,
        target: "main",
    };
    assert_eq!(forge.proposed(repository, one, "main").await.unwrap(), None);
    let opened = forge.propose(repository, &wanted(one, "1 to add")).await.unwrap();
    assert_eq!(opened.state, PullRequestState::Open);
    assert_eq!((&opened.head_commit, &opened.head_branch), (head, one));
    assert!(opened.web_url.starts_with("http") && !opened.is_fork && !opened.is_draft);
    let changed = Proposal {
        title: "Create network/other",
        ..wanted(one, "2 to add")
    };
    forge.describe(repository, opened.number, &changed).await.unwrap();
    let found = forge.proposed(repository, one, "main").await.unwrap().unwrap();
    assert_eq!(
        (found.number, found.title.as_str()),
        (opened.number, "Create network/other")
    );

    // Nothing else is merged than what was looked at.
    let message = "Merge network/main\n\nThe change was confirmed.";
    let other = "0123456789012345678901234567890123456789";
    let refused = forge.merge(repository, opened.number, other, message).await.unwrap();
    assert!(matches!(refused, Merging::Refused(_)), "{refused:?}");
    let mut merging = forge.merge(repository, opened.number, head, message).await.unwrap();
    for _ in 0..100 {
        if !matches!(merging, Merging::Later(_)) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        merging = forge.merge(repository, opened.number, head, message).await.unwrap();
    }
    assert_eq!(merging, Merging::Done);
    let merged = forge.outcome(repository, opened.number).await.unwrap();
    assert_eq!(merged.pull_request.state, PullRequestState::Merged);
    assert_eq!(&merged.pull_request.head_commit, head);
    assert_eq!(merged.by.unwrap().login, world.account);

    let opened = forge.propose(repository, &wanted(two, "")).await.unwrap();
    assert_eq!(forge.outcome(repository, opened.number).await.unwrap().by, None);
    forge.close(repository, opened.number).await.unwrap();
    let closed = forge.outcome(repository, opened.number).await.unwrap();
    assert_eq!(closed.pull_request.state, PullRequestState::Closed);
    assert_eq!(closed.by.unwrap().login, world.account);
    let found = forge.proposed(repository, two, "main").await.unwrap().unwrap();
    assert_eq!((found.number, found.state), (opened.number, PullRequestState::Closed));
}
