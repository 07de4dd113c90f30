//! Following requests: drafts, closed and reopened ones, forced pushes, strangers, many workspaces; and pushes that overtake.

use serde_json::{Value, json};

use super::{CODE, counts};
use crate::connections::git_workspaces::FromGit;

impl FromGit {
    async fn open(&self, branch: &str, title: &str) -> u64 {
        self.gitea
            .pull_request(&self.owner, &self.repository, branch, title)
            .await
            .unwrap()
    }

    async fn edit(&self, number: u64, change: Value) {
        let path = format!("/repos/{}/pulls/{number}", self.repository);
        self.gitea.ask(&self.owner, "PATCH", &path, &change).await.unwrap();
    }

    /// How often this server fetched from a forge.
    async fn fetches(&self) -> u64 {
        let text = self.acme.app.anonymous().get("/metrics").await.expect(200).text();
        let lines = text.lines().filter(|line| line.contains("repository_fetches_total{"));
        lines
            .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
            .sum()
    }
}

#[tokio::test]
async fn a_draft_waits_and_what_is_closed_gives_back_until_it_is_reopened() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let before = json!({"apply-policy": "before-merge"});
    let shop = from_git.workspace("git-shop", "shop", before).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git.open("more", "WIP: More").await;
    let path = "/api/v2/organizations/acme/pull-requests?filter[state]=draft";
    from_git
        .until("a draft", async || {
            let listed = from_git.acme.owner.get(path).await.expect(200);
            (listed.ids().len() == 1).then_some(())
        })
        .await;
    assert!(from_git.runs(&shop).await.is_empty());
    from_git.edit(number, json!({"title": "More"})).await;
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "| planned |").await;
    from_git.edit(number, json!({"state": "closed"})).await;
    from_git.comment(number, "Slipway: closed").await;
    assert_eq!(from_git.runs(&shop).await[0]["attributes"]["status"], "discarded");
    from_git.edit(number, json!({"state": "open"})).await;
    from_git.run(&shop, 2).await;
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "| planned |").await;
}

#[tokio::test]
async fn a_forced_push_in_the_middle_of_a_plan_stops_it_and_only_the_new_one_is_shown() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git.open("more", "More").await;
    let old = from_git.run(&shop, 1).await;
    let item = from_git.acme.runner().await.claim().await.unwrap();
    let (gitea, owner) = (from_git.gitea, &from_git.owner);
    let work = tempfile::tempdir().unwrap();
    let url = format!("{}/{}.git", gitea.url, from_git.repository);
    for arguments in [
        vec!["clone", "--quiet", &url, "."],
        vec!["commit", "--quiet", "--allow-empty", "-m", "Another history"],
    ] {
        gitea.git(owner, work.path(), &arguments).await.unwrap();
    }
    std::fs::write(work.path().join("shop/forced.tf"), CODE).unwrap();
    for arguments in [
        vec!["add", "--all"],
        vec!["commit", "--quiet", "-m", "Forced"],
        vec!["push", "--force", "origin", "HEAD:refs/heads/more"],
    ] {
        gitea.git(owner, work.path(), &arguments).await.unwrap();
    }
    let new = from_git.run(&shop, 2).await;
    let told = item.heartbeat().await.expect(200);
    assert!(told.text().contains("cancel"), "{}", told.text());
    // It ended a moment before it was told to.
    item.succeed(counts(7, 7)).await;
    from_git.plan_all(counts(1, 0)).await;
    let comment = from_git.comment(number, "| planned |").await;
    assert!(!comment.contains("| 7 |"), "{comment}");
    assert!(comment.contains(new["id"].as_str().unwrap()), "{comment}");
    let runs = from_git.runs(&shop).await;
    assert_eq!(
        (&runs[1]["id"], &runs[1]["attributes"]["status"]),
        (&old["id"], &json!("canceled"))
    );
    let reason = runs[1]["attributes"]["error-message"].as_str().unwrap();
    assert!(reason.contains("newer commit"), "{reason}");
}

#[tokio::test]
async fn strangers_are_answered_once() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git.open("more", "More").await;
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    let (gitea, repository) = (from_git.gitea, &from_git.repository);
    let names = ["mallory", "trudy"].map(slipway_testing::gitea::unique);
    for name in &names {
        gitea.user(name).await.unwrap();
        gitea.let_in(&from_git.owner, repository, name, "write").await.unwrap();
    }
    from_git.say(&names[0], number, "slipway apply").await;
    let first = from_git.comment(number, "is nobody here").await;
    from_git.say(&names[1], number, "slipway apply").await;
    from_git.say(&names[0], number, "slipway plan").await;
    let reacted = format!("/repos/{repository}/issues/{number}/comments");
    from_git
        .until("a reaction to every command", async || {
            let comments = gitea.ask(&from_git.owner, "GET", &reacted, &Value::Null).await.unwrap();
            let commands = comments
                .as_array()
                .unwrap()
                .iter()
                .filter(|comment| comment["body"].as_str().is_some_and(|body| body.starts_with("slipway")));
            let mut seen = 0;
            for comment in commands {
                let path = format!("/repos/{repository}/issues/comments/{}/reactions", comment["id"]);
                let found = gitea.ask(&from_git.owner, "GET", &path, &Value::Null).await.unwrap();
                seen += usize::from(found.as_array().is_some_and(|all| !all.is_empty()));
            }
            (seen == 3).then_some(())
        })
        .await;
    assert_eq!(from_git.comments(number).await, [first]);
    assert_eq!(from_git.runs(&shop).await.len(), 1);
}

#[tokio::test]
async fn fifty_workspaces_have_one_comment_and_one_fetch() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("modules/net/main.tf", CODE)]).await;
    let module = "module \"net\" {\n  source = \"../modules/net\"\n}\n";
    let directories: Vec<String> = (0..50).map(|number| format!("w{number}/main.tf")).collect();
    let files: Vec<(&str, &str)> = directories.iter().map(|path| (path.as_str(), module)).collect();
    from_git.push("main", &files).await;
    let mut workspaces = Vec::new();
    for number in 0..50 {
        let (name, directory) = (format!("git-{number}"), format!("w{number}"));
        workspaces.push(from_git.workspace(&name, &directory, json!({})).await);
    }
    from_git.hooked().await;
    from_git.push("more", &[("modules/net/more.tf", CODE)]).await;
    from_git.work().await;
    let before = from_git.fetches().await;
    let number = from_git.open("more", "All of them").await;
    for workspace in &workspaces {
        from_git.run(workspace, 1).await;
    }
    from_git.plan_all(counts(1, 0)).await;
    let comment = from_git.comment(number, "50 workspaces.").await;
    assert_eq!(comment.matches("| planned |").count(), 50);
    let fetched = from_git.fetches().await - before;
    assert!(
        fetched <= 4,
        "{fetched} fetches: one for the push, one for the request, and what is tried again on a busy machine; not one for each \
         workspace"
    );
}

#[tokio::test]
async fn a_newer_push_takes_the_place_of_a_plan_that_waits_for_somebody() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    assert_eq!(from_git.runs(&shop).await[0]["attributes"]["status"], "planned");
    from_git.push("main", &[("shop/b.tf", CODE)]).await;
    from_git.run(&shop, 2).await;
    let runs = from_git.runs(&shop).await;
    assert_eq!(runs[1]["attributes"]["status"], "discarded");
    let reason = runs[1]["attributes"]["error-message"].as_str().unwrap();
    assert!(reason.contains("Superseded by run"), "{reason}");
    assert_eq!(runs[0]["attributes"]["status"], "plan_queued");
    // What is being planned goes on, and gives way when it would wait.
    let item = from_git.acme.runner().await.claim().await.unwrap();
    from_git.push("main", &[("shop/c.tf", CODE)]).await;
    from_git.run(&shop, 3).await;
    assert_eq!(from_git.runs(&shop).await[0]["attributes"]["status"], "pending");
    item.succeed(counts(1, 0)).await;
    let runs = from_git.runs(&shop).await;
    let statuses: Vec<&Value> = runs.iter().map(|run| &run["attributes"]["status"]).collect();
    assert_eq!(statuses, ["plan_queued", "discarded", "discarded"]);
}

#[tokio::test]
async fn requests_are_listed_and_planned_without_a_comment() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git.open("more", "More").await;
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    let owner = &from_git.acme.owner;
    let all = "/api/v2/organizations/acme/pull-requests";
    let listed = owner
        .get(&format!("{all}?filter[workspace]={shop}&filter[state]=open"))
        .await
        .expect(200);
    let request = &listed.body["data"][0];
    assert_eq!(request["attributes"]["number"], number);
    assert_eq!(request["attributes"]["author"], from_git.owner);
    let shown = &request["attributes"]["workspaces"][0];
    assert_eq!(
        (&shown["name"], &shown["status"]),
        (&json!("git-shop"), &json!("planned_and_finished"))
    );
    assert_eq!(shown["counts"]["add"], 1);
    for (filter, count) in [("state=merged", 0), ("author=nobody", 0), ("state=open", 1)] {
        let found = owner
            .get(&format!("{all}?filter[{filter}").replace('=', "]="))
            .await
            .expect(200);
        assert_eq!(found.ids().len(), count, "{filter}");
    }
    let repository = request["relationships"]["repository"]["data"]["id"].as_str().unwrap();
    let of_repository = format!("/api/v2/repositories/{repository}/pull-requests");
    assert_eq!(owner.get(&of_repository).await.expect(200).ids(), listed.ids());

    let path = format!("/api/v2/pull-requests/{}", listed.ids()[0]);
    let body = json!({"workspaces": []});
    owner
        .post(&format!("{path}/actions/plan"), body.clone())
        .await
        .expect(200);
    from_git.run(&shop, 2).await;
    let none = owner
        .post(&format!("{path}/actions/plan"), json!({"workspaces": ["other"]}))
        .await;
    none.expect(409);
    owner
        .post(&format!("{path}/actions/allow"), json!({}))
        .await
        .expect(409);
    // Who may not see the repository sees none of it, and who may only read plans nothing.
    let reader = from_git.acme.member("rita", "read", "acme").await;
    reader.get(&path).await.expect(200);
    reader
        .post(&format!("{path}/actions/plan"), body.clone())
        .await
        .expect(403);
    let (_, other) = from_git.acme.app.user(owner, "zoe").await;
    other.get(&path).await.expect(404);
    other.post(&format!("{path}/actions/plan"), body).await.expect(404);
}

#[tokio::test]
async fn a_request_that_contradicts_its_branch_says_so_and_is_planned_when_it_does_not_any_more() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/main.tf", "# theirs\n")]).await;
    from_git.push("main", &[("shop/main.tf", "# ours\n")]).await;
    let number = from_git.open("more", "More").await;
    let comment = from_git.comment(number, "It cannot be merged").await;
    assert!(comment.contains("- shop/main.tf"), "{comment}");
    let path = "/api/v2/organizations/acme/pull-requests";
    let listed = from_git.acme.owner.get(path).await.expect(200);
    assert_eq!(
        listed.body["data"][0]["attributes"]["conflicts"],
        json!(["shop/main.tf"])
    );
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    from_git
        .until("a plan of the merge", async || {
            let runs = from_git.runs(&shop).await;
            let is_of_request = |run: &&Value| run["attributes"]["plan-only"] == true;
            (runs.iter().filter(is_of_request).count() == 1).then_some(())
        })
        .await;
    let comment = from_git.comment(number, "planning").await;
    assert!(!comment.contains("cannot be merged"), "{comment}");
}
