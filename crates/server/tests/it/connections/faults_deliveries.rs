//! Deliveries as nobody wishes them: late, again, forged, by two hooks, lost. Each is a real one of Gitea, carried by a [`Post`].

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use slipway_api::ids::{OrganizationId, WebhookId};
use slipway_kernel::secrets::Place;
use slipway_testing::gitea;

use super::git_workspaces::FromGit;
use super::post::{Letter, Post};

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

/// A workspace from a repository whose deliveries a post carries.
struct Site {
    from_git: FromGit,
    post: Post,
    shop: String,
}

impl Site {
    async fn new() -> Self {
        let post = Post::new().await;
        let from_git = FromGit::by(&gitea::shared().unwrap().url, Some(&post)).await;
        from_git.push("main", &[("shop/main.tf", CODE)]).await;
        let shop = from_git.workspace("git-shop", "shop", json!({})).await;
        from_git.hooked().await;
        post.keep();
        Self { from_git, post, shop }
    }

    /// Waits until so many deliveries of an event are kept, and gives them.
    async fn letters(&self, event: &str, count: usize) -> Vec<Letter> {
        let what = format!("{count} of {event}");
        let look = async || {
            let kept = self.post.kept();
            let found: Vec<Letter> = kept.into_iter().filter(|letter| letter.event() == event).collect();
            (found.len() >= count).then_some(found)
        };
        self.from_git.wait(&what, look).await
    }

    /// Hands a delivery over and does what follows; gives the delivery as it is shown then.
    async fn hand_over(&self, letter: &Letter) -> Value {
        let (status, id) = self.post.hand_over(letter).await;
        assert_eq!(status, 202);
        self.from_git.work().await;
        let shown = self.from_git.acme.owner.get(&format!("/api/v2/deliveries/{id}")).await;
        shown.expect(200).body["data"]["attributes"].clone()
    }
}

#[tokio::test]
async fn a_push_that_is_delivered_after_a_newer_one_starts_nothing_and_says_so() {
    let site = Site::new().await;
    site.from_git.push("main", &[("shop/a.tf", CODE)]).await;
    let newest = site.from_git.push("main", &[("shop/b.tf", CODE)]).await;
    let letters = site.letters("push", 2).await;
    let newer = site.hand_over(&letters[1]).await;
    assert_eq!((&newer["state"], &newer["note"]), (&json!("handled"), &Value::Null));
    let older = site.hand_over(&letters[0]).await;
    assert_eq!(older["state"], "handled");
    assert!(
        older["note"].as_str().unwrap().starts_with("Nothing was new"),
        "{older}"
    );
    let runs = site.from_git.runs(&site.shop).await;
    let commits: Vec<&Value> = runs.iter().map(|run| &run["attributes"]["commit"]["sha"]).collect();
    assert_eq!(commits, [&json!(newest)]);
}

#[tokio::test]
async fn a_pull_request_is_planned_as_it_is_last_whatever_order_its_deliveries_come_in() {
    let site = Site::new().await;
    let (from_git, gitea) = (&site.from_git, site.from_git.gitea);
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More")
        .await
        .unwrap();
    let opened = site.letters("pull_request", 1).await[0].clone();
    // Gitea writes seconds, and this must not be the same one.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let head = from_git.push("more", &[("shop/again.tf", CODE)]).await;
    from_git
        .gitea
        .ask(
            &from_git.owner,
            "PATCH",
            &format!("/repos/{}/pulls/{number}", from_git.repository),
            &json!({"title": "More of it"}),
        )
        .await
        .unwrap();
    let renamed = from_git
        .until("a newer delivery", async || {
            let kept = site.post.kept();
            kept.into_iter()
                .find(|letter| letter.says(&head) && letter.says("More of it"))
        })
        .await;
    site.hand_over(&renamed).await;
    let late = site.hand_over(&opened).await;
    assert!(late["note"].as_str().unwrap().starts_with("It came late"), "{late}");
    let runs = from_git.runs(&site.shop).await;
    let heads: Vec<&Value> = runs.iter().map(|run| &run["attributes"]["commit"]["sha"]).collect();
    assert_eq!(heads, [&json!(head)]);
}

#[tokio::test]
async fn a_replayed_delivery_starts_nothing_and_a_forged_one_is_refused() {
    let site = Site::new().await;
    let (from_git, gitea) = (&site.from_git, site.from_git.gitea);
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More")
        .await
        .unwrap();
    gitea
        .comment(&from_git.owner, &from_git.repository, number, "slipway plan")
        .await
        .unwrap();
    let comment = site.letters("issue_comment", 1).await[0].clone();
    for event in ["push", "pull_request"] {
        site.hand_over(&site.letters(event, 1).await[0]).await;
    }
    site.hand_over(&comment).await;
    let runs = from_git.runs(&site.shop).await.len();
    let commands = "/api/v2/organizations/acme/events?filter[action]=pull-request.commented";
    assert_eq!(from_git.acme.owner.get(commands).await.expect(200).ids().len(), 1);
    let (_, first) = site.post.hand_over(&comment).await;
    assert_eq!(
        site.post.hand_over(&comment).await,
        (202, first),
        "it is the first one again"
    );
    for (number, letter) in site.post.kept().iter().enumerate() {
        let again = site.hand_over(&letter.called(&format!("another-{number}"))).await;
        // Our own comments are of no concern to us.
        let is_told = again["note"].is_string() || again["state"] == "ignored";
        assert!(is_told, "{}: {again}", letter.event());
    }
    assert_eq!(from_git.runs(&site.shop).await.len(), runs, "nothing is planned twice");
    assert_eq!(from_git.acme.owner.get(commands).await.expect(200).ids().len(), 1);
    let forged = comment.forged("{\"action\":\"created\"}").called("forged");
    assert_eq!(site.post.hand_over(&forged).await.0, 401);
}

#[tokio::test]
async fn whoever_knows_the_secret_cannot_command_in_anothers_name() {
    let site = Site::new().await;
    let (from_git, gitea) = (&site.from_git, site.from_git.gitea);
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let repository = &from_git.repository;
    let number = gitea
        .pull_request(&from_git.owner, repository, "more", "More")
        .await
        .unwrap();
    let stranger = slipway_testing::gitea::unique("mallory");
    gitea.user(&stranger).await.unwrap();
    gitea
        .let_in(&from_git.owner, repository, &stranger, "read")
        .await
        .unwrap();
    gitea
        .comment(&stranger, repository, number, "slipway plan")
        .await
        .unwrap();
    for event in ["push", "pull_request"] {
        site.hand_over(&site.letters(event, 1).await[0]).await;
    }
    let spoken = site.letters("issue_comment", 1).await[0].clone();
    let runs = from_git.runs(&site.shop).await.len();
    let secret = secret(from_git).await;
    // The stranger's comment as if the owner had written it; then one that nobody wrote.
    let told: Value = serde_json::from_slice(spoken.body()).unwrap();
    let mut others = told.clone();
    others["comment"]["user"] = told["repository"]["owner"].clone();
    others["comment"]["user"]["login"] = json!(from_git.owner);
    let mut nobodys = others.clone();
    nobodys["comment"]["id"] = json!(999_999);
    let invented = spoken.signed(nobodys.to_string(), &secret).called("nobodys");
    assert_eq!(site.hand_over(&invented).await["state"], "handled");
    assert!(
        from_git
            .comments(number)
            .await
            .iter()
            .all(|said| !said.contains("nobody"))
    );
    let borrowed = spoken.signed(others.to_string(), &secret).called("others");
    assert_eq!(site.hand_over(&borrowed).await["state"], "handled");
    let answer = format!("{stranger} wrote \"slipway plan\", and is nobody here");
    from_git.comment(number, &answer).await;
    assert_eq!(from_git.runs(&site.shop).await.len(), runs);
}

#[tokio::test]
async fn a_delivery_that_is_too_large_is_refused_and_its_push_found_by_the_next_look() {
    let site = Site::new().await;
    let commit = site.from_git.push("main", &[("shop/a.tf", CODE)]).await;
    let letter = site.letters("push", 1).await[0].clone();
    let huge = letter.forged(vec![b' '; (5 << 20) + 1]);
    assert_eq!(site.post.hand_over(&huge).await.0, 413);
    site.from_git.work().await;
    assert!(site.from_git.runs(&site.shop).await.is_empty());
    site.from_git.later(Duration::from_secs(3_960)).await;
    let run = site.from_git.run(&site.shop, 1).await;
    assert_eq!(run["attributes"]["commit"]["sha"], commit);
}

#[tokio::test]
async fn two_hooks_on_one_repository_start_one_run_and_the_second_is_removed() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    // Somebody set it a second time, with the same address and the same secret.
    let (gitea, owner) = (from_git.gitea, &from_git.owner);
    let first = gitea.hooks(owner, &from_git.repository).await.unwrap()[0].clone();
    let double = json!({"type": "gitea", "active": true, "events": ["push", "pull_request"],
        "config": {"url": first["config"]["url"], "content_type": "json", "secret": secret(&from_git).await}});
    let hooks = format!("/repos/{}/hooks", from_git.repository);
    gitea.ask(owner, "POST", &hooks, &double).await.unwrap();
    let commit = from_git.push("main", &[("shop/more.tf", CODE)]).await;
    let repository = from_git.repository_of(&shop).await;
    let notes = from_git
        .until("two deliveries", async || {
            let notes = notes_of(&from_git, &repository, &commit).await;
            (notes.len() == 2).then_some(notes)
        })
        .await;
    let told = notes.iter().filter(|note| !note.is_empty()).count();
    assert_eq!(told, 1, "one of both was not needed: {notes:?}");
    assert_eq!(from_git.runs(&shop).await.len(), 1);
    // The look once an hour tidies up.
    from_git.later(Duration::from_secs(3_960)).await;
    from_git
        .until("one hook", async || {
            let hooks = gitea.hooks(owner, &from_git.repository).await.unwrap();
            (hooks.len() == 1).then_some(())
        })
        .await;
    from_git.push("main", &[("shop/last.tf", CODE)]).await;
    from_git.run(&shop, 2).await;
}

/// What came of each handled delivery that tells of a push to this commit. A forge may also tell late of what was pushed before
/// it had a hook.
async fn notes_of(from_git: &FromGit, repository: &str, commit: &str) -> Vec<String> {
    let path = format!("/api/v2/repositories/{repository}/deliveries?filter[state]=handled");
    let owner = &from_git.acme.owner;
    let mut notes = Vec::new();
    for id in owner.get(&path).await.expect(200).ids() {
        let whole = owner.get(&format!("/api/v2/deliveries/{id}")).await.expect(200);
        let body = whole.attribute("body").as_str().unwrap_or_default();
        if body.contains(&format!("\"after\": \"{commit}\"")) {
            notes.push(whole.attribute("note").as_str().unwrap_or_default().to_owned());
        }
    }
    notes
}

/// What the only webhook's deliveries are signed with. No API tells it.
async fn secret(from_git: &FromGit) -> String {
    let ctx = from_git.acme.app.system();
    let reader = ctx.db.reader();
    let all = Statement::from_string(
        reader.get_database_backend(),
        "SELECT id, organization_id, secret FROM webhooks",
    );
    let row = reader.query_one_raw(all).await.unwrap().unwrap();
    let id: WebhookId = row.try_get("", "id").unwrap();
    let organization: OrganizationId = row.try_get("", "organization_id").unwrap();
    let sealed: Vec<u8> = row.try_get("", "secret").unwrap();
    let place = Place::new("webhooks", "secret", id.to_string());
    let opened = ctx.secrets.open(reader, Some(organization), &place, &sealed).await;
    opened.unwrap().expose_text().unwrap().to_owned()
}
