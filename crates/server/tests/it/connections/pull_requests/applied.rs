//! Applying before the merge: what is applied is the plan that the comment shows.

use serde_json::{Value, json};
use slipway_api::runner::WorkPhase;

use super::{CODE, counts};
use crate::connections::git_workspaces::FromGit;
use crate::support::State;

/// A repository with a workspace that is applied before the merge, and a planned request whose owner is linked.
async fn planned() -> (FromGit, String, u64) {
    let from_git = FromGit::new().await;
    from_git
        .push("main", &[("shop/main.tf", CODE), ("blog/main.tf", CODE)])
        .await;
    let shop = from_git
        .workspace("git-shop", "shop", json!({"apply-policy": "before-merge"}))
        .await;
    from_git.hooked().await;
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git
        .gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More")
        .await
        .unwrap();
    from_git.run(&shop, 1).await;
    from_git.plan_all(counts(1, 0)).await;
    from_git.comment(number, "exactly these plans").await;
    from_git
        .link(&from_git.acme.owner, &from_git.owner.clone(), number)
        .await;
    (from_git, shop, number)
}

impl FromGit {
    async fn apply(&self, number: u64) {
        self.say(&self.owner, number, "slipway apply").await;
    }

    /// Waits until the newest of so many runs is in a status, and gives all.
    async fn runs_until(&self, workspace: &str, count: usize, status: &str) -> Vec<Value> {
        self.until(&format!("{count} runs, the newest {status}"), async || {
            let runs = self.runs(workspace).await;
            assert!(runs.len() <= count, "{} runs, not {count}", runs.len());
            let is_so = runs.len() == count && runs[0]["attributes"]["status"] == status;
            is_so.then_some(runs)
        })
        .await
    }
}

#[tokio::test]
async fn the_plan_that_the_comment_shows_is_applied_and_no_other() {
    let (from_git, shop, number) = planned().await;
    let kept = from_git.runs_until(&shop, 1, "planned_and_saved").await;
    let path = format!("/api/v2/workspaces/{shop}");
    let workspace = from_git.acme.owner.get(&path).await.expect(200);
    assert_eq!(workspace.attribute("locked"), false, "a kept plan holds up nobody");

    from_git.apply(number).await;
    let runs = from_git.runs_until(&shop, 1, "apply_queued").await;
    assert_eq!(runs[0]["id"], kept[0]["id"]);
    let item = from_git.acme.runner().await.claim().await.unwrap();
    assert_eq!(item.claim.context.phase, WorkPhase::Apply);
    let shown = slipway_tofu::digest::sha256_hex(b"the plan file");
    assert_eq!(item.claim.context.plan_digest.as_deref(), Some(shown.as_str()));
    item.succeed(counts(1, 0)).await;
    let comment = from_git.comment(number, "Locked by this request").await;
    assert!(comment.contains("| applied |"), "{comment}");

    // The same command again does nothing, and another commit is planned in spite of the lock.
    from_git.apply(number).await;
    from_git.comment(number, "git-shop is applied already").await;
    from_git.push("more", &[("shop/again.tf", CODE)]).await;
    from_git.run(&shop, 2).await;
    from_git.plan_all(counts(2, 0)).await;
    from_git.comment(number, "| 2 |").await;
    from_git.apply(number).await;
    from_git.runs_until(&shop, 2, "apply_queued").await;
    from_git.plan_all(counts(2, 0)).await;
    from_git.comment(number, "Locked by this request").await;
}

#[tokio::test]
async fn a_plan_that_is_not_true_any_more_is_made_anew_and_waits_for_another_word() {
    let (from_git, shop, number) = planned().await;
    from_git.work().await;
    let path = format!("/api/v2/workspaces/{shop}/state-versions");
    let upload = State::new(1).output("a", "1", false).upload();
    from_git.acme.owner.post(&path, upload).await.expect(201);
    from_git.apply(number).await;
    from_git.comment(number, "its state changed since its plan").await;
    let runs = from_git.runs_until(&shop, 2, "plan_queued").await;
    assert_eq!(runs[1]["attributes"]["status"], "discarded");
    // Nothing of it is applied before somebody saw it.
    from_git.apply(number).await;
    from_git.comment(number, "write it again when the plan is shown").await;
    from_git.plan_all(counts(3, 0)).await;
    from_git.runs_until(&shop, 2, "planned_and_saved").await;
    from_git.comment(number, "| 3 |").await;
    from_git.apply(number).await;
    from_git.runs_until(&shop, 2, "apply_queued").await;
}

#[tokio::test]
async fn a_request_follows_the_branch_that_it_goes_to_where_that_concerns_it() {
    let (from_git, shop, number) = planned().await;
    let first = from_git.runs(&shop).await[0]["id"].clone();
    from_git.push("main", &[("blog/more.tf", CODE)]).await;
    from_git.push("main", &[("shop/other.tf", CODE)]).await;
    // The push itself plans and applies; the request is planned anew beside it.
    let runs = from_git
        .until("a new plan of the request", async || {
            let runs = from_git.runs(&shop).await;
            let saved = runs.iter().filter(|run| run["attributes"]["save-plan"] == true).count();
            (saved == 2).then_some(runs)
        })
        .await;
    let old = runs.iter().find(|run| run["id"] == first).unwrap();
    assert_eq!(old["attributes"]["status"], "discarded");
    assert_eq!(runs.len(), 3, "the push to blog planned nothing here: {runs:?}");
    from_git.comment(number, "planning").await;
}

#[tokio::test]
async fn a_command_is_what_its_trigger_says() {
    let from_git = FromGit::new().await;
    from_git
        .push("main", &[("shop/main.tf", CODE), ("blog/main.tf", CODE)])
        .await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    let quiet = json!({"speculative-enabled": false});
    let blog = from_git.workspace("git-blog", "blog", quiet).await;
    from_git.hooked().await;
    for (workspace, branch, action) in [(&shop, "fix/.*", "plan-and-apply"), (&blog, ".*", "plan")] {
        let rule = json!({"event": "comment", "branches": [branch], "action": action});
        let path = format!("/api/v2/workspaces/{workspace}/triggers");
        let body = crate::support::document("triggers", rule);
        from_git.acme.owner.post(&path, body).await.expect(201);
    }
    from_git
        .push("fix/it", &[("shop/more.tf", CODE), ("blog/more.tf", CODE)])
        .await;
    let number = from_git
        .gitea
        .pull_request(&from_git.owner, &from_git.repository, "fix/it", "Fix")
        .await
        .unwrap();
    let run = from_git.run(&shop, 1).await;
    assert_eq!(run["attributes"]["save-plan"], true, "a command may apply it");
    from_git.plan_all(counts(1, 0)).await;
    from_git
        .link(&from_git.acme.owner, &from_git.owner.clone(), number)
        .await;
    assert!(from_git.runs(&blog).await.is_empty(), "planned only when it is told to");
    from_git.say(&from_git.owner, number, "slipway plan git-blog").await;
    let run = from_git.run(&blog, 1).await;
    assert_eq!(run["attributes"]["plan-only"], true);
    from_git.plan_all(counts(1, 0)).await;
    from_git.say(&from_git.owner, number, "slipway apply git-blog").await;
    from_git.comment(number, "Applied when it is merged, not before").await;
    from_git.apply(number).await;
    from_git.runs_until(&shop, 1, "apply_queued").await;
    assert_eq!(from_git.runs(&blog).await.len(), 1);
}
