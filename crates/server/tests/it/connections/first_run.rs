//! A workspace that is made from a repository: its first run, and how it is found from the repository.

use serde_json::json;

use super::git_workspaces::FromGit;

const CODE: &str = "resource \"terraform_data\" \"a\" {}\n";

#[tokio::test]
async fn the_first_run_says_which_commit_it_is_of() {
    let from_git = FromGit::new().await;
    let commit = from_git.push("main", &[("shop/main.tf", CODE)]).await;
    let shop = from_git
        .workspace("git-shop", "shop", json!({"queue-all-runs": true}))
        .await;
    let run = from_git.run(&shop, 1).await;
    let attributes = &run["attributes"];
    assert_eq!(attributes["message"], "Change shop/main.tf");
    assert_eq!(attributes["source"], "vcs");
    assert_eq!(attributes["plan-only"], false);
    assert_eq!(attributes["commit"]["sha"], commit);
    let owner = &from_git.acme.owner;
    let shown = owner.get(&format!("/api/v2/workspaces/{shop}")).await.expect(200);
    let repository = shown.attribute("vcs-repo")["repository-id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(attributes["commit"]["repository-id"], repository.as_str());
    let version = run["relationships"]["configuration-version"]["data"]["id"]
        .as_str()
        .unwrap();
    let path = format!("/api/v2/configuration-versions/{version}/ingress-attributes");
    let ingress = owner.get(&path).await.expect(200);
    assert_eq!(ingress.attribute("commit-sha"), commit.as_str());
    assert_eq!(ingress.attribute("identifier"), from_git.repository.as_str());

    // The newest push takes the place of a first run that nobody has begun.
    from_git.hooked().await;
    from_git.push("main", &[("shop/more.tf", CODE)]).await;
    from_git.run(&shop, 2).await;
    assert_eq!(from_git.runs(&shop).await[1]["attributes"]["status"], "discarded");
}

#[tokio::test]
async fn a_repository_says_which_workspaces_come_from_it() {
    let from_git = FromGit::new().await;
    from_git
        .push("main", &[("shop/main.tf", CODE), ("blog/main.tf", CODE)])
        .await;
    let shop = from_git.workspace("git-shop", "shop", json!({})).await;
    let blog = from_git.workspace("git-blog", "blog", json!({})).await;
    let acme = &from_git.acme;
    let shown = acme.owner.get(&format!("/api/v2/workspaces/{shop}")).await.expect(200);
    let repository = shown.attribute("vcs-repo")["repository-id"]
        .as_str()
        .unwrap()
        .to_owned();
    let workspaces = "/api/v2/organizations/acme/workspaces";
    let of_it = format!("{workspaces}?filter[repository][id]={repository}");
    assert_eq!(
        acme.owner.get(&of_it).await.expect(200).ids(),
        [blog.clone(), shop.clone()]
    );
    let other = format!("{workspaces}?filter[repository][id]=repo-0000000000000000");
    assert_eq!(acme.owner.get(&other).await.expect(200).ids(), Vec::<String>::new());
    acme.owner
        .get(&format!("{workspaces}?filter[repository][id]=ws-1"))
        .await
        .expect(400);
    let summary = format!("{workspaces}-summary?filter[repository][id]={repository}");
    assert_eq!(acme.owner.get(&summary).await.expect(200).attribute("total"), 2);
    let path = format!("/api/v2/repositories/{repository}");
    let counted = json!({"workspace": 2});
    assert_eq!(acme.owner.get(&path).await.expect(200).attribute("used-by"), &counted);
    let listed = acme
        .owner
        .get("/api/v2/organizations/acme/repositories")
        .await
        .expect(200);
    assert_eq!(listed.body["data"][0]["attributes"]["used-by"], counted);
    // Who sees only one of them counts one.
    let mia = acme.member("mia", "read", &shop).await;
    assert_eq!(mia.get(&of_it).await.expect(200).ids(), [shop]);
    acme.assign(
        "acme",
        &mia.get("/api/v2/account/details").await.expect(200).id(),
        "read",
        &repository,
    )
    .await;
    assert_eq!(
        mia.get(&path).await.expect(200).attribute("used-by"),
        &json!({"workspace": 1})
    );
}
