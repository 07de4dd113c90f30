//! Repositories that are renamed, moved, deleted or begun anew in the middle of work; tags and branches that come back.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_testing::gitea::{Manner, Proxy, shared, unique};

use super::git_workspaces::FromGit;
use super::post::{Letter, Post};
use crate::support::Answer;

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

/// A workspace from a repository whose next push is on its way.
struct OnTheWay {
    from_git: FromGit,
    post: Post,
    shop: String,
    commit: String,
    letter: Letter,
}

impl OnTheWay {
    async fn new() -> Self {
        let post = Post::new().await;
        let from_git = FromGit::by(&shared().unwrap().url, Some(&post)).await;
        from_git.push("main", &[("shop/main.tf", CODE)]).await;
        let shop = from_git.workspace("git-shop", "shop", json!({})).await;
        from_git.hooked().await;
        post.keep();
        let commit = from_git.push("main", &[("shop/a.tf", CODE)]).await;
        let letter = from_git.wait("a delivery", async || post.kept().first().cloned()).await;
        Self {
            from_git,
            post,
            shop,
            commit,
            letter,
        }
    }

    async fn arrive(&self) -> Value {
        let (status, id) = self.post.hand_over(&self.letter).await;
        assert_eq!(status, 202);
        self.from_git.work().await;
        let shown = self.from_git.acme.owner.get(&format!("/api/v2/deliveries/{id}")).await;
        shown.expect(200).body["data"]["attributes"].clone()
    }

    async fn repository(&self) -> Answer {
        let id = self.from_git.repository_of(&self.shop).await;
        let path = format!("/api/v2/repositories/{id}");
        self.from_git.acme.owner.get(&path).await.expect(200)
    }
}

impl FromGit {
    async fn at_forge(&self, method: &str, path: &str, body: Value) {
        let path = format!("/repos/{}{path}", self.repository);
        self.gitea.ask(&self.owner, method, &path, &body).await.unwrap();
    }

    /// Moves the repository to another organization; gives its new full name.
    async fn transfer(&self) -> String {
        let organization = unique("elsewhere");
        self.gitea.organization(&self.owner, &organization).await.unwrap();
        self.at_forge("POST", "/transfer", json!({"new_owner": organization}))
            .await;
        format!("{organization}/infra")
    }
}

#[tokio::test]
async fn a_repository_that_is_renamed_between_delivery_and_fetch_is_followed_at_once() {
    let way = OnTheWay::new().await;
    way.from_git.at_forge("PATCH", "", json!({"name": "renamed"})).await;
    assert_eq!(way.arrive().await["state"], "handled");
    let run = way.from_git.run(&way.shop, 1).await;
    assert_eq!(run["attributes"]["commit"]["sha"], way.commit);
    let repository = way.repository().await;
    let name = repository.attribute("full-name").as_str().unwrap();
    assert!(name.ends_with("/renamed"), "{name}");
}

#[tokio::test]
async fn a_repository_that_is_moved_to_another_owner_between_delivery_and_fetch_is_followed_at_once() {
    let way = OnTheWay::new().await;
    let moved = way.from_git.transfer().await;
    assert_eq!(way.arrive().await["state"], "handled");
    let run = way.from_git.run(&way.shop, 1).await;
    assert_eq!(run["attributes"]["commit"]["sha"], way.commit);
    assert_eq!(way.repository().await.attribute("full-name"), &moved);
}

#[tokio::test]
async fn a_repository_that_is_deleted_between_delivery_and_fetch_says_so_and_what_takes_its_name_is_not_it() {
    let way = OnTheWay::new().await;
    let (group, name) = way.from_git.repository.split_once('/').unwrap();
    way.from_git.at_forge("DELETE", "", Value::Null).await;
    let delivery = way.arrive().await;
    assert_eq!(delivery["state"], "failed");
    assert!(delivery["note"].as_str().unwrap().contains("not there"), "{delivery}");
    assert_eq!(way.repository().await.attribute("status"), "gone");
    // Another one by its name is not asked for, by nobody.
    let gitea = way.from_git.gitea;
    gitea.repository(&way.from_git.owner, group, name).await.unwrap();
    let repository = way.repository().await.id();
    let path = format!("/api/v2/repositories/{repository}/actions/synchronize");
    let refused = way.from_git.acme.owner.post(&path, json!({})).await.expect(409);
    assert!(refused.text().contains("Another repository"), "{}", refused.text());
    way.from_git.later(Duration::from_secs(3_960)).await;
    assert_eq!(way.repository().await.attribute("status"), "gone");
    assert!(way.from_git.runs(&way.shop).await.is_empty());
}

/// A workspace whose run was planned while the forge was away, so that its statuses wait; with its commit.
async fn statuses_wait() -> (Proxy, FromGit, String) {
    let proxy = Proxy::before(shared().unwrap()).await.unwrap();
    let from_git = FromGit::by(&proxy.url, None).await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    let commit = from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git.run(&shop, 1).await;
    proxy.behave(Manner::Away);
    let counts = json!({"add": 0, "change": 0, "destroy": 0, "import": 0, "outputs": 0});
    from_git.plan_all(counts).await;
    (proxy, from_git, commit)
}

#[tokio::test]
async fn statuses_that_wait_follow_a_repository_that_is_moved() {
    let (proxy, from_git, commit) = statuses_wait().await;
    let moved = from_git.transfer().await;
    proxy.behave(Manner::Honest);
    from_git.later(Duration::from_secs(660)).await;
    from_git
        .until("statuses", async || {
            let all = from_git.gitea.statuses(&from_git.owner, &moved, &commit).await.unwrap();
            let done = all.iter().filter(|[_, state, _]| state == "success").count();
            (done == 2).then_some(())
        })
        .await;
}

#[tokio::test]
async fn statuses_of_a_deleted_repository_are_tried_for_a_while_and_then_no_more() {
    let (proxy, from_git, commit) = statuses_wait().await;
    from_git.at_forge("DELETE", "", Value::Null).await;
    proxy.behave(Manner::Honest);
    let mut tries = Vec::new();
    for _ in 0..4 {
        let _ = proxy.asked();
        from_git.pass_minutes(60).await;
        let asked = proxy.asked();
        let posted = asked
            .iter()
            .filter(|line| line.contains(&format!("/statuses/{commit}")));
        tries.push(posted.count());
    }
    assert!(tries[0] > 3 && tries[0] < 60, "{tries:?}");
    assert_eq!(tries[3], 0, "{tries:?}");
}

#[tokio::test]
async fn a_branch_that_is_deleted_starts_nothing_and_made_again_starts_its_newest_commit_once() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    from_git.push("live", &[("shop/live.tf", CODE)]).await;
    let source = json!({"vcs-repo": {"identifier": from_git.repository, "integration-id": from_git.integration,
        "branch": "live"}});
    let shop = from_git.workspace("git-shop", "shop", source).await;
    from_git.hooked().await;
    let first = from_git.push("live", &[("shop/a.tf", CODE)]).await;
    from_git.run(&shop, 1).await;
    from_git.at_forge("DELETE", "/branches/live", Value::Null).await;
    let repository = from_git.repository_of(&shop).await;
    let branches = format!("/api/v2/repositories/{repository}/branches");
    from_git
        .until("the branch to be gone", async || {
            let left = from_git.acme.owner.get(&branches).await.expect(200);
            (left.column("name") == ["main"]).then_some(())
        })
        .await;
    assert_eq!(from_git.runs(&shop).await.len(), 1);
    let wish = json!({"data": {"type": "runs", "attributes": {},
        "relationships": {"workspace": {"data": {"type": "workspaces", "id": shop}}}}});
    let refused = from_git.acme.owner.post("/api/v2/runs", wish).await.expect(409);
    assert!(
        refused.text().contains("has no branch \\\"live\\\""),
        "{}",
        refused.text()
    );

    // At the commit where it was: that was run already.
    from_git
        .at_forge(
            "POST",
            "/branches",
            json!({"new_branch_name": "live", "old_ref_name": first}),
        )
        .await;
    from_git
        .until("the branch", async || {
            let all = from_git.acme.owner.get(&branches).await.expect(200);
            (all.ids().len() == 2).then_some(())
        })
        .await;
    from_git.work().await;
    assert_eq!(from_git.runs(&shop).await.len(), 1);
    let next = from_git.push("live", &[("shop/b.tf", CODE)]).await;
    let run = from_git.run(&shop, 2).await;
    assert_eq!(run["attributes"]["commit"]["sha"], next);
}

#[tokio::test]
async fn a_tag_that_is_deleted_and_made_again_at_another_commit_is_a_new_one() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let source = json!({"vcs-repo": {"identifier": from_git.repository, "integration-id": from_git.integration,
        "tags-regex": "^v[0-9]+"}});
    let shop = from_git.workspace("git-shop", "shop", source).await;
    from_git.hooked().await;
    let (gitea, owner, repository) = (from_git.gitea, &from_git.owner, &from_git.repository);
    gitea.push_tag(owner, repository, "main", "v1").await.unwrap();
    from_git.run(&shop, 1).await;
    let id = from_git.repository_of(&shop).await;
    from_git.at_forge("DELETE", "/tags/v1", Value::Null).await;
    from_git
        .until("the tag to be gone", async || {
            let path = format!("/api/v2/repositories/{id}/tags");
            let left = from_git.acme.owner.get(&path).await.expect(200);
            left.ids().is_empty().then_some(())
        })
        .await;
    let commit = from_git.push("main", &[("shop/more.tf", CODE)]).await;
    gitea.push_tag(owner, repository, "main", "v1").await.unwrap();
    let run = from_git.run(&shop, 2).await;
    assert_eq!(run["attributes"]["commit"]["sha"], commit);
}

#[tokio::test]
async fn pull_requests_that_are_open_when_a_repository_is_first_used_are_planned_once() {
    let from_git = FromGit::new().await;
    from_git
        .push("main", &[("shop/main.tf", CODE), ("blog/main.tf", CODE)])
        .await;
    let (gitea, owner, repository) = (from_git.gitea, &from_git.owner, &from_git.repository);
    let mut heads = Vec::new();
    for (branch, file) in [
        ("one", "shop/one.tf"),
        ("two", "shop/two.tf"),
        ("three", "docs/three.md"),
    ] {
        let head = from_git.push(branch, &[(file, CODE)]).await;
        gitea.pull_request(owner, repository, branch, branch).await.unwrap();
        heads.push(json!(head));
    }
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    let runs = from_git.run(&shop, 2).await;
    assert_eq!(runs["attributes"]["plan-only"], true);
    let mut found: Vec<Value> = from_git
        .runs(&shop)
        .await
        .iter()
        .map(|run| run["attributes"]["commit"]["sha"].clone())
        .collect();
    found.sort_by_key(|sha| heads.iter().position(|head| head == sha));
    assert_eq!(found, heads[..2]);
    // Neither the next look nor another workspace plans them again.
    from_git.later(Duration::from_secs(3_960)).await;
    from_git.workspace("git-blog", "blog", json!({})).await;
    assert_eq!(from_git.runs(&shop).await.len(), 2);
}
