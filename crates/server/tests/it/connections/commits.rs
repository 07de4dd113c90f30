//! Workspaces from Git: a push starts what its files concern, once.

use serde_json::json;

use super::git_workspaces::FromGit;
use crate::support::document;

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

#[tokio::test]
async fn a_push_starts_what_it_concerns_and_nothing_else() {
    let from_git = FromGit::new().await;
    let module = "module \"net\" {\n  source = \"../modules/net\"\n}\n";
    from_git
        .push(
            "main",
            &[
                ("shop/main.tf", module),
                ("blog/main.tf", CODE),
                ("modules/net/main.tf", CODE),
            ],
        )
        .await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    let blog = from_git.workspace("git-blog", "blog", json!({})).await;
    from_git.hooked().await;
    assert!(
        from_git.runs(&shop).await.is_empty(),
        "making a workspace starts nothing by itself"
    );
    let shown = from_git
        .acme
        .owner
        .get(&format!("/api/v2/workspaces/{shop}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("vcs-repo")["identifier"], from_git.repository);
    assert_eq!(shown.attribute("file-triggers-enabled"), true);

    let commit = from_git.push("main", &[("modules/net/main.tf", "# more\n")]).await;
    let run = from_git.run(&shop, 1).await;
    assert_eq!(run["attributes"]["source"], "vcs");
    assert_eq!(run["attributes"]["message"], "Change modules/net/main.tf");
    assert_eq!(run["attributes"]["commit"]["sha"], commit);
    assert_eq!(run["attributes"]["commit"]["branch"], "main");
    assert!(from_git.runs(&blog).await.is_empty());
    let version = run["relationships"]["configuration-version"]["data"]["id"]
        .as_str()
        .unwrap();
    let path = format!("/api/v2/configuration-versions/{version}/ingress-attributes");
    let ingress = from_git.acme.owner.get(&path).await.expect(200);
    assert_eq!(ingress.attribute("commit-sha"), &commit);
    assert_eq!(ingress.attribute("on-default-branch"), true);

    // A newer push takes the place of what nobody has begun.
    from_git.push("main", &[("shop/more.tf", CODE)]).await;
    from_git.run(&shop, 2).await;
    let runs = from_git.runs(&shop).await;
    assert_eq!(runs[0]["attributes"]["status"], "plan_queued");
    assert_eq!(runs[1]["attributes"]["status"], "discarded");
    let reason = runs[1]["attributes"]["error-message"].as_str().unwrap();
    assert!(reason.contains("newer commit"), "{reason}");

    // The same files can be asked for without a push.
    let repository = shown.attribute("vcs-repo")["repository-id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v2/repositories/{repository}/commits/{commit}/affected");
    let affected = from_git.acme.owner.get(&path).await.expect(200);
    assert_eq!(affected.ids(), std::slice::from_ref(&shop));
    let reason = affected.body["data"][0]["attributes"]["reason"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        reason,
        "Its code calls the module modules/net, where modules/net/main.tf changed."
    );
}

#[tokio::test]
async fn a_run_without_an_upload_takes_the_newest_commit() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    // Nobody tells of this push.
    let commit = from_git.push("main", &[("shop/more.tf", CODE)]).await;
    let run = from_git.acme.start_in(&shop, json!({"message": "by hand"})).await;
    let shown = from_git
        .acme
        .owner
        .get(&format!("/api/v2/runs/{run}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("commit")["sha"], commit);
}

#[tokio::test]
async fn a_release_is_applied_and_a_moved_tag_only_said() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let more = json!({"vcs-repo": {"identifier": from_git.repository, "integration-id": from_git.integration,
        "tags-regex": "^v[0-9]+"}});
    let shop = from_git.workspace("git-shop", "shop", more).await;
    from_git.hooked().await;
    from_git.push("main", &[("shop/more.tf", CODE)]).await;
    from_git
        .gitea
        .push_tag(&from_git.owner, &from_git.repository, "main", "v1")
        .await
        .unwrap();
    let run = from_git.run(&shop, 1).await;
    assert_eq!(run["attributes"]["commit"]["tag"], "v1");
    assert!(run["attributes"]["commit"]["notice"].is_null());
    from_git.push("main", &[("shop/again.tf", CODE)]).await;
    from_git
        .gitea
        .push_tag(&from_git.owner, &from_git.repository, "main", "v1")
        .await
        .unwrap();
    let notice = from_git
        .until("a notice", async || {
            let runs = from_git.runs(&shop).await;
            assert_eq!(runs.len(), 1, "a moved tag starts nothing");
            runs[0]["attributes"]["commit"]["notice"].as_str().map(str::to_owned)
        })
        .await;
    assert!(notice.contains("was moved"), "{notice}");
}

#[tokio::test]
async fn triggers_decide_in_their_order() {
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    from_git.hooked().await;
    let path = format!("/api/v2/workspaces/{shop}/triggers");
    let owner = &from_git.acme.owner;
    let rule = |attributes| owner.post(&path, document("triggers", attributes));
    rule(json!({"event": "push", "branches": ["release/.*"], "action": "plan", "priority": 1}))
        .await
        .expect(201);
    let pipeline = json!({"event": "push", "action": "pipeline", "pipeline": "deploy", "priority": 9});
    let kept = rule(pipeline).await.expect(201);
    assert!(kept.attribute("problem").as_str().unwrap().contains("not there yet"));
    let trial = json!({"event": "push", "branch": "main"});
    let tested = owner
        .post(
            &format!("/api/v2/workspaces/{shop}/actions/test-triggers"),
            document("trigger-trials", trial),
        )
        .await
        .expect(200);
    assert_eq!(tested.attribute("starts"), "pipeline");
    from_git.push("main", &[("shop/a.tf", CODE)]).await;
    from_git.push("release/1", &[("shop/b.tf", CODE)]).await;
    let run = from_git.run(&shop, 1).await;
    assert_eq!(run["attributes"]["commit"]["branch"], "release/1");
    assert_eq!(run["attributes"]["plan-only"], true);
}
