//! Pull requests: a plan of the merge, one comment, statuses, and commands judged by permissions here.

mod applied;
mod followed;

use serde_json::{Value, json};

use super::git_workspaces::FromGit;
use crate::support::{Caller, document};

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

impl FromGit {
    /// Our comments on a request.
    pub(super) async fn comments(&self, number: u64) -> Vec<String> {
        let all = self
            .gitea
            .comments(&self.owner, &self.repository, number)
            .await
            .unwrap();
        let ours = all.into_iter().map(|(_, _, body)| body);
        ours.filter(|body| body.contains("<!-- slipway pull-request")).collect()
    }

    /// Waits until our one comment says something.
    pub(super) async fn comment(&self, number: u64, text: &str) -> String {
        self.until(&format!("a comment with \"{text}\""), async || {
            let comments = self.comments(number).await;
            assert!(comments.len() <= 1, "more than one comment: {comments:?}");
            comments.into_iter().next().filter(|comment| comment.contains(text))
        })
        .await
    }

    /// Waits until the newest status with a context is in a state.
    async fn status(&self, commit: &str, context: &str, state: &str) {
        self.until(&format!("{context} {state}"), async || {
            let statuses = self
                .gitea
                .statuses(&self.owner, &self.repository, commit)
                .await
                .unwrap();
            let newest = statuses.into_iter().find(|[own, ..]| own == context);
            newest.filter(|[_, own, _]| own == state).map(drop)
        })
        .await;
    }

    async fn say(&self, user: &str, number: u64, text: &str) {
        self.gitea.comment(user, &self.repository, number, text).await.unwrap();
    }

    /// Begins to link an account at the forge to a user here; gives what the account has to write.
    async fn claim(&self, caller: &Caller, login: &str) -> String {
        let host = self.gitea.url.trim_start_matches("http://");
        let body = document("forge-accounts", json!({"host": host, "login": login}));
        let made = caller.post("/api/v2/account/forge-accounts", body).await.expect(201);
        format!("slipway link {}", made.attribute("code").as_str().unwrap())
    }

    /// Links an account at the forge to a user here: the account says so in a request.
    async fn link(&self, caller: &Caller, login: &str, number: u64) {
        let proof = self.claim(caller, login).await;
        self.say(login, number, &proof).await;
        self.until("a link", async || {
            let all = caller.get("/api/v2/account/forge-accounts").await.expect(200);
            let is_seen = &all.body["data"][0]["attributes"]["is-seen"];
            (is_seen == true).then_some(())
        })
        .await;
    }
}

fn counts(add: u32, destroy: u32) -> Value {
    json!({"add": add, "change": 0, "destroy": destroy, "import": 0, "outputs": 0})
}

#[tokio::test]
async fn a_request_is_planned_commented_once_and_applied_when_merged() {
    let from_git = FromGit::new().await;
    from_git
        .push("main", &[("shop/main.tf", CODE), ("blog/main.tf", CODE)])
        .await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    let blog = from_git.workspace("git-blog", "blog", json!({})).await;
    from_git.hooked().await;
    let head = from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git
        .gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More @everyone")
        .await
        .unwrap();
    let run = from_git.run(&shop, 1).await;
    assert_eq!(run["attributes"]["plan-only"], true);
    assert_eq!(run["attributes"]["commit"]["pull-request-number"], number);
    assert_eq!(run["attributes"]["commit"]["sha"], head);
    from_git.comment(number, "git-shop").await;
    from_git.plan_all(counts(2, 1)).await;
    let comment = from_git.comment(number, "**destroys**").await;
    assert!(comment.contains("| 2 | · | **1** |"), "{comment}");
    assert!(!comment.contains("git-blog"), "{comment}");
    from_git.status(&head, "slipway/acme/git-shop", "success").await;
    from_git.status(&head, "slipway", "success").await;

    // Another commit changes the same comment.
    let head = from_git.push("more", &[("blog/more.tf", CODE)]).await;
    from_git.run(&blog, 1).await;
    from_git.comment(number, "git-blog").await;
    from_git.plan_all(counts(0, 0)).await;
    from_git.status(&head, "slipway", "success").await;

    let before = from_git.runs(&shop).await.len();
    from_git
        .gitea
        .merge(&from_git.owner, &from_git.repository, number)
        .await
        .unwrap();
    let run = from_git.run(&shop, before + 1).await;
    assert_eq!(run["attributes"]["plan-only"], false);
    from_git.comment(number, "Slipway: merged").await;
}

#[tokio::test]
async fn commands_are_judged_by_who_wrote_them() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git
        .workspace("git-shop", "shop", json!({"apply-policy": "before-merge"}))
        .await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let (gitea, repository) = (from_git.gitea, &from_git.repository);
    let number = gitea
        .pull_request(&from_git.owner, repository, "more", "More")
        .await
        .unwrap();
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "slipway apply").await;

    // Whoever may write to the repository is nobody here by that.
    let stranger = slipway_testing::gitea::unique("mallory");
    gitea.user(&stranger).await.unwrap();
    gitea
        .let_in(&from_git.owner, repository, &stranger, "write")
        .await
        .unwrap();
    from_git.say(&stranger, number, "slipway apply").await;
    let comment = from_git.comment(number, "is nobody here").await;
    assert!(comment.contains("slipway account link"), "{comment}");
    assert_eq!(from_git.runs(&shop).await.len(), 1);

    // Who is somebody, and may only plan, may not apply.
    let planner = from_git.acme.member("pat", "plan", "acme").await;
    from_git.link(&planner, &stranger, number).await;
    from_git.say(&stranger, number, "slipway apply").await;
    from_git.comment(number, "pat may not apply git-shop").await;
    assert_eq!(from_git.runs(&shop).await.len(), 1);

    from_git.link(&from_git.acme.owner, &from_git.owner, number).await;
    from_git
        .say(&from_git.owner, number, "Looks good.\n\nslipway apply")
        .await;
    from_git
        .until("an apply", async || {
            let runs = from_git.runs(&shop).await;
            assert_eq!(runs.len(), 1, "what is applied is the plan that was shown");
            (runs[0]["attributes"]["status"] == "apply_queued").then_some(())
        })
        .await;
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "Locked by this request").await;
    let shown = from_git
        .acme
        .owner
        .get(&format!("/api/v2/workspaces/{shop}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("locked"), true);
    from_git.say(&from_git.owner, number, "slipway unlock").await;
    from_git
        .until("an unlocked workspace", async || {
            let shown = from_git
                .acme
                .owner
                .get(&format!("/api/v2/workspaces/{shop}"))
                .await
                .expect(200);
            (shown.attribute("locked") == false).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_fork_waits_for_a_word_and_gets_no_secret() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    for (key, sensitive) in [("open", false), ("hidden", true)] {
        let attributes = json!({"key": key, "value": "x", "category": "terraform", "sensitive": sensitive});
        let path = format!("/api/v2/workspaces/{shop}/vars");
        from_git
            .acme
            .owner
            .post(&path, document("vars", attributes))
            .await
            .expect(201);
    }
    from_git.hooked().await;
    let (gitea, repository) = (from_git.gitea, &from_git.repository);
    let stranger = slipway_testing::gitea::unique("mallory");
    gitea.user(&stranger).await.unwrap();
    gitea
        .let_in(&from_git.owner, repository, &stranger, "read")
        .await
        .unwrap();
    let fork = gitea.fork(&stranger, repository).await.unwrap();
    gitea
        .push(&stranger, &fork, "evil", &[("shop/evil.tf", CODE)])
        .await
        .unwrap();
    let number = gitea
        .pull_request(&stranger, repository, &format!("{stranger}:evil"), "Help")
        .await
        .unwrap();
    from_git.comment(number, "come from a fork").await;
    from_git.say(&stranger, number, "slipway allow").await;
    from_git.comment(number, "is nobody here").await;
    assert!(from_git.runs(&shop).await.is_empty());
    from_git.link(&from_git.acme.owner, &from_git.owner, number).await;
    from_git.say(&from_git.owner, number, "slipway allow").await;
    from_git.run(&shop, 1).await;
    let item = from_git.acme.runner().await.claim().await.unwrap();
    let keys: Vec<&str> = item
        .claim
        .context
        .variables
        .iter()
        .map(|variable| variable.key.as_str())
        .collect();
    assert_eq!(keys, ["open"]);
}

#[tokio::test]
async fn a_comment_is_found_again_after_its_record_was_lost() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git
        .gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More")
        .await
        .unwrap();
    from_git.run(&shop, 1).await;
    from_git.comment(number, "planning").await;
    // As if the process had ended between the comment and its record.
    let sql = "UPDATE pull_requests SET comment_id = NULL, comment_digest = NULL";
    let tx = from_git.acme.app.system().begin().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql).await.unwrap();
    tx.commit().await.unwrap();
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "planned").await;
    assert_eq!(from_git.comments(number).await.len(), 1);
}
