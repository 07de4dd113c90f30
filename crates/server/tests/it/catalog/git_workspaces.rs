//! The code of resources in a real Git repository: a branch for what is planned, merged when it is confirmed, gone with what it
//! was of; never forced, and the same whatever is killed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_testing::git_server::{Change, Repository};
use slipway_testing::gitea::{self, unique};

use super::resource_changes::shop::Shop;
use crate::connections::integrations::make;
use crate::support::{Answer, State, document};

/// A shop whose project keeps its code in the repository `platform/live`.
struct Live {
    shop: Shop,
    repository: Repository,
    id: String,
    project: String,
}

/// Where the network `main` is.
const MAIN: &str = "live/network/default/main";
/// The branch of its first change.
const FIRST: &str = "slipway/network/default/main/1";

impl Live {
    async fn new() -> Self {
        let shop = Shop::new().await;
        let repository = shop.server.create("platform/live").unwrap();
        repository
            .commit("main", "First", &[Change::file("README.md", "Hello\n")])
            .unwrap();
        let wanted = json!({"name": "live", "identifier": shop.server.url("platform/live"), "directory": "/live/"});
        let path = "/api/v2/organizations/acme/git-workspaces";
        let made = shop
            .acme
            .owner
            .post(path, document("git-workspaces", wanted))
            .await
            .expect(201);
        assert_eq!(made.attribute("directory"), "live");
        let projects = shop
            .acme
            .owner
            .get("/api/v2/organizations/acme/projects")
            .await
            .expect(200);
        let live = Self {
            shop,
            repository,
            id: made.id(),
            project: projects.ids()[0].clone(),
        };
        live.name(json!(live.id)).await.expect(200);
        live.shop.settle().await;
        live
    }

    /// Says where the project keeps its code.
    async fn name(&self, id: Value) -> Answer {
        let path = format!("/api/v2/projects/{}/catalog-rules", self.project);
        let body = document("catalog-rules", json!({"git-workspace": id}));
        self.shop.acme.owner.patch(&path, body).await
    }

    /// The row of the only resource.
    async fn row(&self) -> Value {
        let path = format!("/api/v2/git-workspaces/{}/resources", self.id);
        let rows = self.shop.acme.owner.get(&path).await.expect(200);
        rows.body["data"][0]["attributes"].clone()
    }

    async fn synchronize(&self) {
        let path = format!("/api/v2/git-workspaces/{}/actions/synchronize", self.id);
        self.shop.acme.owner.post(&path, json!({})).await.expect(200);
        self.shop.settle().await;
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.repository.git(arguments).unwrap()
    }

    /// Branches and where they are.
    fn heads(&self) -> BTreeMap<String, String> {
        let text = self.git(&["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(name, commit)| (name.to_owned(), commit.to_owned()))
            .collect()
    }

    fn branches(&self) -> Vec<String> {
        self.heads().into_keys().collect()
    }

    fn files(&self, branch: &str) -> Vec<String> {
        let text = self.git(&["ls-tree", "-r", "--name-only", branch]);
        text.lines().map(str::to_owned).collect()
    }

    fn file(&self, branch: &str, path: &str) -> String {
        self.git(&["show", &format!("{branch}:{path}")])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_a_branch_that_is_merged_when_it_is_confirmed() {
    let live = Live::new().await;
    let shop = &live.shop;
    let bob = shop.acme.member("bob", "write", "acme").await;
    let wanted =
        json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "reason": "For the shop"});
    let network = shop.order(&bob, wanted).await;
    shop.settle().await;
    assert_eq!(live.branches(), ["main"], "there is no plan yet");

    shop.plan().await;
    assert_eq!(live.branches(), ["main", FIRST]);
    let main = live.file(FIRST, &format!("{MAIN}/main.tf"));
    assert!(main.contains("cidr   = \"10.0.0.0/16\""), "{main}");
    assert!(main.contains("//network?ref="), "{main}");
    let log = live.git(&["log", "-1", "--format=%an <%ae> by %cn%n%B", FIRST]);
    assert!(
        log.starts_with("bob <bob@localhost> by Slipway\nCreate network/main\n\nFor the shop\n"),
        "{log}"
    );
    assert!(log.contains("\nSlipway-Change: chg-"), "{log}");
    assert_eq!(live.files("main"), ["README.md"]);
    let row = live.row().await;
    assert_eq!((&row["status"], &row["branch"]), (&json!("proposed"), &json!(FIRST)));

    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.settle().await;
    assert_eq!(live.branches(), ["main"]);
    let names: Vec<String> = ["README.md", "backend.tf", "main.tf", "outputs.tf"]
        .iter()
        .map(|name| format!("{MAIN}/{name}"))
        .collect();
    assert_eq!(live.files("main")[1..], names);
    shop.apply(State::new(1).output("network_id", "net-1", false)).await;
    let row = live.row().await;
    assert_eq!(
        (&row["status"], &row["problem"], &row["branch"]),
        (&json!("merged"), &Value::Null, &Value::Null)
    );
    assert_eq!(row["commit"], live.heads()["main"]);
    assert_eq!(row["name"], "network/main");

    // What stands on it says where its values are from; somebody else's commits in between are kept.
    let database = shop.database(&bob, "orders", &network).await;
    shop.plan().await;
    live.repository
        .commit("main", "Theirs", &[Change::file("docs/a.md", "a")])
        .unwrap();
    shop.act(&shop.acme.owner, &database, "confirm").await.expect(200);
    shop.settle().await;
    let code = live.file("main", "live/database/default/orders/main.tf");
    assert!(
        code.contains("# The output \"network_id\" of network/main.\n  network_id = \"net-1\""),
        "{code}"
    );
    assert_eq!(live.file("main", "docs/a.md"), "a");
    assert_eq!(live.git(&["log", "-1", "--format=%s", "main"]), "Merge database/orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_nothing_leaves_nothing_and_what_is_destroyed_goes() {
    let live = Live::new().await;
    let shop = &live.shop;
    let network = shop.made_network("main", "net-1").await;
    let first = live.heads();
    let changes = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(&shop.acme.owner, &network, changes.clone())
        .await
        .expect(200);
    shop.plan().await;
    assert_eq!(live.branches(), ["main", "slipway/network/default/main/2"]);
    let diff = live.git(&["diff", "--stat", "main", "slipway/network/default/main/2"]);
    assert!(diff.contains("1 file changed, 1 insertion(+), 1 deletion(-)"), "{diff}");
    shop.act(&shop.acme.owner, &network, "reject").await.expect(200);
    shop.settle().await;
    assert_eq!(live.heads(), first);

    let path = format!("/api/v2/resources/{network}/actions/destroy");
    shop.acme.owner.post(&path, json!({})).await.expect(200);
    shop.plan().await;
    assert_eq!(live.branches(), ["main", "slipway/network/default/main/3"]);
    assert_eq!(live.files("slipway/network/default/main/3"), ["README.md"]);
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.settle().await;
    assert!(live.files("main").len() > 1, "it is there until it is destroyed");
    shop.apply(State::new(2)).await;
    assert_eq!(live.files("main"), ["README.md"]);
    assert_eq!(live.branches(), ["main"]);
    assert_eq!(live.row().await["status"], "removed");
    let path = format!("/api/v2/resources/{network}");
    shop.acme.owner.delete(&path).await.expect(204);
    shop.settle().await;
    assert_eq!(live.row().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_wrote_is_reported_and_never_written_over() {
    let live = Live::new().await;
    let shop = &live.shop;
    let network = shop.made_network("main", "net-1").await;
    let theirs = Change::file(&format!("{MAIN}/main.tf"), "# theirs\n");
    let ours = live.file("main", &format!("{MAIN}/main.tf"));
    let changed = live.repository.commit("main", "Theirs", &[theirs]).unwrap();
    let changes = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(&shop.acme.owner, &network, changes).await.expect(200);
    shop.plan().await;
    let row = live.row().await;
    assert_eq!(row["status"], "blocked");
    let problem = row["problem"].as_str().unwrap();
    assert!(
        problem.starts_with("Somebody changed live/network/default/main on main. Put it back"),
        "{problem}"
    );
    assert_eq!(live.heads(), BTreeMap::from([("main".to_owned(), changed.clone())]));
    // The resource does not wait for the repository.
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.apply(State::new(2).output("network_id", "net-1", false)).await;
    assert_eq!(shop.status(&network).await, "applied");
    assert_eq!(live.heads()["main"], changed);

    let back = Change::file(&format!("{MAIN}/main.tf"), &format!("{ours}\n"));
    live.repository.commit("main", "Put back", &[back]).unwrap();
    live.synchronize().await;
    let row = live.row().await;
    assert_eq!((&row["status"], &row["problem"]), (&json!("merged"), &Value::Null));
    assert!(live.file("main", &format!("{MAIN}/main.tf")).contains("10.1.0.0/16"));

    // A branch that somebody pushed to is theirs, and one that cannot be merged is for people.
    let changes = json!({"values": {"cidr": "10.2.0.0/16"}});
    shop.update(&shop.acme.owner, &network, changes).await.expect(200);
    shop.plan().await;
    let third = "slipway/network/default/main/3";
    let clash = Change::file(&format!("{MAIN}/main.tf"), "# clash\n");
    live.repository.commit("main", "Clash", &[clash]).unwrap();
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.settle().await;
    let row = live.row().await;
    let problem = row["problem"].as_str().unwrap();
    assert!(
        problem.contains("cannot be merged into main: live/network/default/main/main.tf changed there, too"),
        "{problem}"
    );
    let heads = live.heads();
    let merged = live.git(&[
        "commit-tree",
        &format!("{third}^{{tree}}"),
        "-p",
        "main",
        "-p",
        third,
        "-m",
        "By hand",
    ]);
    live.git(&["update-ref", "refs/heads/main", &merged]);
    assert_ne!(live.heads(), heads);
    live.synchronize().await;
    let row = live.row().await;
    assert_eq!((&row["problem"], &row["commit"]), (&Value::Null, &json!(merged)));
    assert_eq!(live.branches(), ["main"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_it_ends_the_same() {
    let live = Live::new().await;
    let shop = &live.shop;
    let network = shop.network("main").await;
    shop.plan().await;
    let proposed = live.heads();
    live.forget_what_was_done("branch = NULL, branch_commit = NULL, change_id = NULL")
        .await;
    live.synchronize().await;
    assert_eq!(live.heads(), proposed, "the branch is known again");
    assert_eq!(live.row().await["branch"], FIRST);

    let before = live.row().await;
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.settle().await;
    let merged = live.heads();
    // Killed between the push and the row; with the branch already gone, and with it still there.
    let commit = before["branch-commit"].as_str().unwrap();
    let change = before["change"].as_str().unwrap();
    let row = format!(
        "branch = '{FIRST}', branch_commit = '{commit}', change_id = '{change}', kept_change_id = NULL, kept_tree = NULL, \
         kept_commit = NULL, directory = ''"
    );
    live.forget_what_was_done(&row).await;
    live.synchronize().await;
    assert_eq!(live.heads(), merged);
    assert_eq!(live.row().await["status"], "merged");
    live.git(&["update-ref", &format!("refs/heads/{FIRST}"), commit]);
    live.forget_what_was_done(&row).await;
    live.synchronize().await;
    assert_eq!(live.heads(), merged);
    // And everything forgotten, with what was merged there.
    live.forget_what_was_done("kept_change_id = NULL, kept_tree = NULL, kept_commit = NULL, directory = ''")
        .await;
    live.synchronize().await;
    assert_eq!(live.heads(), merged);
    assert_eq!(live.row().await["problem"], Value::Null);
}

impl Live {
    /// The rows as they were before something was written down.
    async fn forget_what_was_done(&self, columns: &str) {
        let ctx = self.shop.acme.app.system();
        let tx = ctx.begin().await.unwrap();
        let sql = format!("UPDATE git_workspace_resources SET {columns}");
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, &sql).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_refuses_or_is_away_is_tried_again() {
    let live = Live::new().await;
    let shop = &live.shop;
    let hook = live.repository.path.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'not today'\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let network = shop.network("main").await;
    shop.plan().await;
    let row = live.row().await;
    let problem = row["problem"].as_str().unwrap();
    assert!(problem.contains("not today"), "{problem}");
    assert_eq!(
        shop.status(&network).await,
        "waiting",
        "the change does not wait for the repository"
    );
    std::fs::remove_file(&hook).unwrap();
    shop.acme.app.pass(Duration::from_secs(700));
    slipway_catalog::git_workspaces::driving::look_again(&shop.acme.app.system())
        .await
        .unwrap();
    shop.settle().await;
    assert_eq!(live.row().await["status"], "proposed");

    shop.server.http().answer(Some(503));
    shop.act(&shop.acme.owner, &network, "reject").await.expect(200);
    shop.settle().await;
    assert!(live.row().await["problem"].is_string());
    assert_eq!(live.branches(), ["main", FIRST]);
    shop.server.http().answer(None);
    live.synchronize().await;
    assert_eq!(live.branches(), ["main"]);
    assert_eq!(live.row().await["status"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_already_is_brought_and_what_is_let_go_stays() {
    let live = Live::new().await;
    let shop = &live.shop;
    live.name(Value::Null).await.expect(200);
    let network = shop.made_network("main", "net-1").await;
    assert_eq!(live.files("main"), ["README.md"]);
    live.name(json!(live.id)).await.expect(200);
    shop.settle().await;
    assert!(live.files("main").contains(&format!("{MAIN}/main.tf")));
    assert_eq!(live.row().await["status"], "merged");

    let path = format!("/api/v2/git-workspaces/{}", live.id);
    let owner = &shop.acme.owner;
    let (_, detail) = owner.delete(&path).await.expect(409).error();
    assert!(detail.contains("keep the code"), "{detail}");
    let moved = document("git-workspaces", json!({"directory": "elsewhere"}));
    owner.patch(&path, moved.clone()).await.expect(409);
    let renamed = document("git-workspaces", json!({"name": "production"}));
    owner.patch(&path, renamed).await.expect(200);
    live.name(Value::Null).await.expect(200);
    shop.settle().await;
    assert_eq!(live.row().await, Value::Null);
    assert!(
        live.files("main").contains(&format!("{MAIN}/main.tf")),
        "what was brought stays"
    );
    owner.patch(&path, moved).await.expect(200);
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.expect(404);
    shop.resource(&network).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_name_what_their_people_may_see() {
    let live = Live::new().await;
    let admin = &live.shop.acme.owner;
    let body = json!({"data": {"type": "organizations", "attributes": {"name": "other"}}});
    admin.post("/api/v2/organizations", body).await.expect(201);
    let wanted = json!({"name": "theirs", "identifier": live.shop.server.url("platform/live")});
    let path = "/api/v2/organizations/other/git-workspaces";
    let theirs = admin
        .post(path, document("git-workspaces", wanted))
        .await
        .expect(201)
        .id();
    let refused = live.name(json!(theirs)).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/git-workspace");
    let (_, stranger) = live.shop.acme.app.user(admin, "eve").await;
    stranger
        .get(&format!("/api/v2/git-workspaces/{}", live.id))
        .await
        .expect(404);
    let reader = live.shop.acme.member("rob", "read", "acme").await;
    reader
        .get(&format!("/api/v2/git-workspaces/{}", live.id))
        .await
        .expect(200);
    let path = format!("/api/v2/git-workspaces/{}/actions/synchronize", live.id);
    reader.post(&path, json!({})).await.expect(403);
    let bad = json!({"name": "bad", "identifier": live.shop.server.url("platform/live"), "directory": "../x"});
    let path = "/api/v2/organizations/acme/git-workspaces";
    let refused = admin.post(path, document("git-workspaces", bad)).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/directory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_takes_what_its_integration_may_push() {
    let shop = Shop::new().await;
    let gitea = gitea::shared().unwrap();
    let (owner, reader) = (unique("ann"), unique("rob"));
    for user in [&owner, &reader] {
        gitea.user(user).await.unwrap();
    }
    let organization = unique("platform");
    gitea.organization(&owner, &organization).await.unwrap();
    let repository = gitea.repository(&owner, &organization, "live").await.unwrap();
    gitea.let_in(&owner, &repository, &reader, "read").await.unwrap();
    let settings = |token: String| json!({"method": "token", "url": gitea.url, "token": token});
    let token = gitea.token(&reader, &["all"]).await.unwrap();
    let integration = make(&shop.acme, "gitea", "forge", settings(token)).await;
    let wanted = json!({"name": "live", "identifier": repository, "integration-id": integration});
    let path = "/api/v2/organizations/acme/git-workspaces";
    let owner_here = &shop.acme.owner;
    let id = owner_here
        .post(path, document("git-workspaces", wanted))
        .await
        .expect(201)
        .id();
    let projects = owner_here.get("/api/v2/organizations/acme/projects").await.expect(200);
    let path = format!("/api/v2/projects/{}/catalog-rules", projects.ids()[0]);
    let body = document("catalog-rules", json!({"git-workspace": id}));
    owner_here.patch(&path, body).await.expect(200);
    let network = shop.network("main").await;
    shop.plan().await;
    let rows = format!("/api/v2/git-workspaces/{id}/resources");
    let row = owner_here.get(&rows).await.expect(200);
    let problem = &row.body["data"][0]["attributes"]["problem"];
    assert!(problem.is_string(), "who may only read cannot push: {}", row.text());

    // With another token of who may, it goes on.
    let token = gitea.token(&owner, &["all"]).await.unwrap();
    let path = format!("/api/v2/integrations/{integration}");
    let changes = document("integrations", json!({"settings": {"token": token}}));
    owner_here.patch(&path, changes).await.expect(200);
    let path = format!("/api/v2/git-workspaces/{id}/actions/synchronize");
    owner_here.post(&path, json!({})).await.expect(200);
    shop.settle().await;
    let branches = async || {
        let path = format!("/repos/{repository}/branches");
        let all = gitea.ask(&owner, "GET", &path, &Value::Null).await.unwrap();
        let names = all.as_array().unwrap().iter();
        names
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let row = owner_here.get(&rows).await.expect(200);
    assert_eq!(branches().await, ["main", FIRST], "{}", row.text());
    shop.act(owner_here, &network, "confirm").await.expect(200);
    shop.settle().await;
    assert_eq!(branches().await, ["main"]);
    let path = format!("/repos/{repository}/contents/network/default/main/main.tf?ref=main");
    gitea.ask(&owner, "GET", &path, &Value::Null).await.unwrap();
}
