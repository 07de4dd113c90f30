//! A forge that is away, that had enough of us, or that does not know our token any more: nothing is lost, nothing is doubled.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_testing::gitea::{Manner, Proxy, shared};

use super::git_workspaces::FromGit;
use super::integrations::{change, make};
use crate::support::Answer;

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

/// Counts of a plan that changes nothing.
fn nothing() -> Value {
    json!({"add": 0, "change": 0, "destroy": 0, "import": 0, "outputs": 0})
}

/// A workspace from a repository of a forge that a proxy is before, whose webhook is set.
async fn behind_a_proxy() -> (Proxy, FromGit, String) {
    let proxy = Proxy::before(shared().unwrap()).await.unwrap();
    let from_git = FromGit::by(&proxy.url, None).await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    (proxy, from_git, shop)
}

impl FromGit {
    /// Lets minutes pass, and does every four of them what is to be done then.
    pub async fn pass_minutes(&self, minutes: u64) {
        for _ in 0..minutes.div_ceil(4) {
            self.later(Duration::from_secs(239)).await;
        }
    }

    /// The states that a status of a commit has gone through, oldest first.
    async fn states(&self, commit: &str, context: &str) -> Vec<String> {
        let all = self
            .gitea
            .statuses(&self.owner, &self.repository, commit)
            .await
            .unwrap();
        let mut states: Vec<String> = all
            .into_iter()
            .filter(|[own, ..]| own == context)
            .map(|[_, state, _]| state)
            .collect();
        states.reverse();
        states
    }

    /// How the repository of a workspace stands, as it is shown.
    async fn standing(&self, workspace: &str) -> Answer {
        let repository = self.repository_of(workspace).await;
        let path = format!("/api/v2/repositories/{repository}");
        self.acme.owner.get(&path).await.expect(200)
    }

    /// The states of the deliveries to a workspace's repository.
    async fn deliveries(&self, workspace: &str) -> Answer {
        let repository = self.repository_of(workspace).await;
        let path = format!("/api/v2/repositories/{repository}/deliveries");
        self.acme.owner.get(&path).await.expect(200)
    }

    async fn integration(&self) -> Answer {
        let path = format!("/api/v2/integrations/{}", self.integration);
        self.acme.owner.get(&path).await.expect(200)
    }

    /// Revokes every token of the repository's owner.
    async fn revoke_tokens(&self) {
        let tokens = format!("/users/{}/tokens", self.owner);
        let all = self.gitea.ask(&self.owner, "GET", &tokens, &Value::Null).await.unwrap();
        for token in all.as_array().unwrap() {
            let path = format!("{tokens}/{}", token["id"]);
            self.gitea
                .ask(&self.owner, "DELETE", &path, &Value::Null)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn what_a_forge_missed_in_an_hour_away_it_gets_later_once_each_and_in_order() {
    let (proxy, from_git, shop) = behind_a_proxy().await;
    let commit = from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git.run(&shop, 1).await;
    proxy.behave(Manner::Away);
    from_git.plan_all(nothing()).await;
    // What is delivered now is taken, and cannot be fetched.
    let head = from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = from_git
        .gitea
        .pull_request(&from_git.owner, &from_git.repository, "more", "More")
        .await
        .unwrap();
    from_git
        .until("three deliveries", async || {
            (from_git.deliveries(&shop).await.ids().len() >= 3).then_some(())
        })
        .await;
    let _ = proxy.asked();
    from_git.pass_minutes(60).await;
    let asked = proxy.asked();
    assert!(asked.len() < 150, "{} requests in an hour", asked.len());
    assert_eq!(from_git.standing(&shop).await.attribute("status"), "unreachable");
    assert!(
        !from_git
            .deliveries(&shop)
            .await
            .column("state")
            .contains(&"failed".to_owned())
    );

    proxy.behave(Manner::Honest);
    from_git.pass_minutes(12).await;
    from_git.run(&shop, 2).await;
    from_git.plan_all(nothing()).await;
    from_git.pass_minutes(1).await;
    for context in ["slipway", "slipway/acme/git-shop"] {
        let mut states = from_git.states(&commit, context).await;
        states.retain(|state| state != "pending");
        assert_eq!(
            states,
            ["success"],
            "{context}: it is told once, and nothing older after it"
        );
        assert_eq!(from_git.states(&head, context).await.last().unwrap(), "success");
    }
    let comments = from_git.gitea.comments(&from_git.owner, &from_git.repository, number);
    assert_eq!(comments.await.unwrap().len(), 1);
    from_git
        .until("all deliveries to be handled", async || {
            let states = from_git.deliveries(&shop).await.column("state");
            // Our own comment is delivered, too.
            let is_done = |state: &String| state == "handled" || state == "ignored";
            states.iter().all(is_done).then_some(())
        })
        .await;
    assert_eq!(from_git.standing(&shop).await.attribute("status"), "ok");
}

/// `header` is how the forge says for how long.
async fn is_left_alone(header: impl Fn(i64) -> (&'static str, String)) {
    let (proxy, from_git, shop) = behind_a_proxy().await;
    // Another integration, with a token and a repository of its own, at the same forge.
    let gitea = from_git.gitea;
    let group = from_git.repository.split('/').next().unwrap();
    let other = gitea.repository(&from_git.owner, group, "other").await.unwrap();
    let token = gitea.token(&from_git.owner, &["all"]).await.unwrap();
    let settings = json!({"method": "token", "url": gitea.url, "token": token});
    let integration = make(&from_git.acme, "gitea", "another", settings).await;
    let source = json!({"vcs-repo": {"identifier": other, "integration-id": integration}});
    let blog = from_git.workspace("git-blog", "blog", source).await;

    let now = from_git.acme.app.kernel.clock.now().unix_ms() / 1_000;
    proxy.behave(Manner::Answered {
        path: "/statuses/",
        status: 429,
        header: header(now + 1_800),
    });
    let commit = from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git.run(&shop, 1).await;
    from_git
        .until("a refusal", async || {
            proxy
                .asked()
                .iter()
                .any(|line| line.contains("/statuses/"))
                .then_some(())
        })
        .await;
    // While the one waits, the other goes on.
    let pushed = gitea
        .push(&from_git.owner, &other, "main", &[("blog/main.tf", CODE)])
        .await
        .unwrap();
    from_git.run(&blog, 1).await;
    from_git.plan_all(nothing()).await;
    from_git
        .until("the other's status", async || {
            let statuses = gitea.statuses(&from_git.owner, &other, &pushed).await.unwrap();
            statuses.iter().any(|[_, state, _]| state == "success").then_some(())
        })
        .await;
    from_git.pass_minutes(20).await;
    let hammered: Vec<String> = proxy
        .asked()
        .into_iter()
        .filter(|line| line.contains("/api/"))
        .collect();
    assert!(hammered.is_empty(), "{hammered:?}");
    proxy.behave(Manner::Honest);
    from_git.pass_minutes(15).await;
    assert_eq!(from_git.states(&commit, "slipway/acme/git-shop").await, ["success"]);
    assert_eq!(from_git.states(&commit, "slipway").await, ["success"]);
}

#[tokio::test]
async fn a_forge_that_says_how_many_seconds_to_wait_is_left_alone_for_so_long_while_others_go_on() {
    is_left_alone(|_| ("retry-after", "1800".to_owned())).await;
}

#[tokio::test]
async fn a_forge_that_says_until_when_its_limit_lasts_is_left_alone_until_then_while_others_go_on() {
    is_left_alone(|until| ("x-ratelimit-reset", until.to_string())).await;
}

#[tokio::test]
async fn a_forge_that_limits_fetches_is_left_alone_for_a_minute_and_the_push_arrives() {
    let (proxy, from_git, shop) = behind_a_proxy().await;
    proxy.behave(Manner::Answered {
        path: "/info/refs",
        status: 429,
        header: ("retry-after", "60".to_owned()),
    });
    let _ = proxy.asked();
    let clock = &from_git.acme.app.kernel.clock;
    let began = clock.now();
    for name in ["shop/a.tf", "shop/b.tf", "shop/c.tf"] {
        from_git.push("main", &[(name, CODE)]).await;
    }
    from_git
        .until("three deliveries", async || {
            (from_git.deliveries(&shop).await.ids().len() == 3).then_some(())
        })
        .await;
    let fetches = proxy.asked().iter().filter(|line| line.contains("/info/refs")).count();
    let minutes = clock.now().since(began).as_secs() / 60;
    assert!(
        fetches as u64 <= minutes + 1,
        "{fetches} fetches of three deliveries in {minutes} minutes"
    );
    proxy.behave(Manner::Honest);
    from_git.pass_minutes(2).await;
    from_git.run(&shop, 1).await;
}

#[tokio::test]
async fn a_revoked_token_is_said_and_what_was_delivered_meanwhile_is_done_once_there_is_another() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    let (gitea, owner, repository) = (from_git.gitea, &from_git.owner, &from_git.repository);
    from_git.push("more", &[("shop/more.tf", CODE)]).await;
    let number = gitea.pull_request(owner, repository, "more", "More").await.unwrap();
    from_git.run(&shop, 1).await;
    from_git.plan_all(nothing()).await;
    from_git.link_owner(number).await;

    from_git.revoke_tokens().await;
    gitea.comment(owner, repository, number, "slipway plan").await.unwrap();
    let pushed = from_git.push("main", &[("shop/a.tf", CODE)]).await;
    let failed = from_git
        .until("a failed delivery", async || {
            let all = from_git.deliveries(&shop).await;
            let rows = all.body["data"].as_array().unwrap().clone();
            rows.into_iter().find(|row| row["attributes"]["state"] == "failed")
        })
        .await;
    let note = failed["attributes"]["note"].as_str().unwrap();
    assert!(
        note.contains("credentials") && note.contains("handled again by itself"),
        "{note}"
    );
    let standing = from_git.standing(&shop).await;
    assert_eq!(standing.attribute("status"), "refused");
    assert!(standing.attribute("error").as_str().unwrap().contains("credentials"));
    let error = from_git
        .until("the integration to say so", async || {
            from_git
                .integration()
                .await
                .attribute("check-error")
                .as_str()
                .map(str::to_owned)
        })
        .await;
    assert!(error.contains("credentials"), "{error}");

    let token = gitea.token(owner, &["all"]).await.unwrap();
    let settings = json!({"settings": {"method": "token", "token": token}});
    change(&from_git.acme, &from_git.integration, settings)
        .await
        .expect(200);
    from_git
        .until("all to be handled", async || {
            let states = from_git.deliveries(&shop).await.column("state");
            states
                .iter()
                .all(|state| state == "handled" || state == "ignored")
                .then_some(())
        })
        .await;
    let runs = from_git
        .until("both runs", async || {
            let runs = from_git.runs(&shop).await;
            (runs.len() >= 3).then_some(runs)
        })
        .await;
    assert_eq!(runs.len(), 3, "the push, the comment, and what was there before");
    assert!(runs.iter().any(|run| run["attributes"]["commit"]["sha"] == pushed));
    assert_eq!(from_git.standing(&shop).await.attribute("status"), "ok");
    assert!(from_git.integration().await.attribute("check-error").is_null());
}

#[tokio::test]
async fn a_good_test_of_the_integration_has_what_failed_handled_again() {
    let (proxy, from_git, shop) = behind_a_proxy().await;
    proxy.behave(Manner::Answered {
        path: "/",
        status: 401,
        header: ("www-authenticate", "Basic realm=\"forge\"".to_owned()),
    });
    from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git
        .until("a failed delivery", async || {
            from_git
                .deliveries(&shop)
                .await
                .column("state")
                .contains(&"failed".to_owned())
                .then_some(())
        })
        .await;
    assert!(from_git.runs(&shop).await.is_empty());
    proxy.behave(Manner::Honest);
    let test = format!("/api/v2/integrations/{}/actions/test", from_git.integration);
    let tested = from_git.acme.owner.post(&test, json!({})).await.expect(200);
    assert_eq!(tested.attribute("is-usable"), true);
    from_git.run(&shop, 1).await;
    assert_eq!(from_git.deliveries(&shop).await.column("state"), ["handled"]);
}
