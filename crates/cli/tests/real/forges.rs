//! Pull requests at a real forge, with the real engine: what is said there once is not said twice by a server that was
//! killed, and code from outside finds no secret.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_testing::gitea::{self, Gitea, Manner, Proxy, unique};
use tokio::time::Instant;

use crate::actions::TEST_PROVIDER;
use crate::credentials::{REACH_US, Surroundings, holders};
use crate::slipway::{Database, Slipway};
use crate::wait::{PATIENCE, until, until_true};

/// In every secret, so that one is found wherever it is.
const CANARY: &str = "qu3tzal";
/// How often the forge is asked.
const LOOK: Duration = Duration::from_millis(50);
const SHOP: &str = "resource \"terraform_data\" \"shop\" {\n  input = 1\n}\n";
/// What a stranger would like to know, told by the plan itself: what the engine and its providers were started with.
const NOSY: &str = "data \"test_read_file\" \"surroundings\" {\n  path = \"/proc/self/environ\"\n}\n\
    output \"told\" {\n  value = data.test_read_file.surroundings\n}\n";

/// A repository at the forge, which the server reaches through a proxy, and a workspace `shop` of it.
struct Forge {
    slipway: Slipway,
    gitea: &'static Gitea,
    proxy: Proxy,
    owner: String,
    repository: String,
    shop: WorkspaceId,
}

impl Forge {
    async fn new(database: Database) -> Self {
        let mut slipway = Slipway::start_with(database, &REACH_US).await;
        slipway.server.become_public().await;
        let gitea = tokio::task::spawn_blocking(|| gitea::shared().unwrap()).await.unwrap();
        let proxy = Proxy::before(gitea).await.unwrap();
        let (owner, organization) = (unique("ann"), unique("platform"));
        gitea.user(&owner).await.unwrap();
        gitea.organization(&owner, &organization).await.unwrap();
        let repository = gitea.repository(&owner, &organization, "infra").await.unwrap();
        let main = format!("{TEST_PROVIDER}{SHOP}");
        gitea
            .push(&owner, &repository, "main", &[("shop/main.tf", &main)])
            .await
            .unwrap();
        let token = gitea.token(&owner, &["all"]).await.unwrap();
        let url = format!("url={}", proxy.url);
        fs::write(slipway.home.path().join("token"), token).unwrap();
        let connect = [
            "integration",
            "create",
            "gitea",
            "forge",
            "--set",
            "method=token",
            "--set",
            &url,
            "--secret-file",
            "token=token",
        ];
        let workspace = ["workspace", "create", "shop", "--repo", &repository, "--dir", "shop"];
        for arguments in [&connect[..], &workspace[..]] {
            let done = slipway.command(slipway.home.path(), arguments).await;
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let shop = slipway
            .client
            .workspace_by_name(&slipway.organization, &"shop".parse().unwrap())
            .await
            .unwrap();
        let forge = Self {
            shop: shop.id.parse().unwrap(),
            slipway,
            gitea,
            proxy,
            owner,
            repository,
        };
        forge
            .until("a webhook", async || {
                !forge
                    .gitea
                    .hooks(&forge.owner, &forge.repository)
                    .await
                    .unwrap()
                    .is_empty()
            })
            .await;
        forge
    }

    async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !look().await {
            assert!(Instant::now() < deadline, "waited in vain for {what}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The words of the command line, as JSON.
    async fn told(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--output", "json"]].concat();
        let done = self.slipway.command(self.slipway.home.path(), &arguments).await;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// The only comment of a request, once it says this.
    async fn comment(&self, number: u64, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let all = self
                .gitea
                .comments(&self.owner, &self.repository, number)
                .await
                .unwrap();
            assert!(all.len() <= 1, "{all:#?}");
            if all.iter().any(|(_, _, said)| said.contains(text)) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain for \"{text}\" in {all:#?}");
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_between_comment_and_record_does_not_say_it_twice() {
    let forge = Forge::new(Database::Postgres).await;
    forge.proxy.behave(Manner::Unheard {
        method: "POST",
        path: "/comments",
    });
    let more = [("shop/more.tf", "resource \"terraform_data\" \"more\" {}\n")];
    forge
        .gitea
        .push(&forge.owner, &forge.repository, "more", &more)
        .await
        .unwrap();
    let number = forge
        .gitea
        .pull_request(&forge.owner, &forge.repository, "more", "More")
        .await
        .unwrap();
    forge
        .until("the forge to have the comment", async || {
            let all = forge
                .gitea
                .comments(&forge.owner, &forge.repository, number)
                .await
                .unwrap();
            all.len() == 1
        })
        .await;
    forge.slipway.server.kill();
    forge.proxy.behave(Manner::Honest);
    forge.slipway.server.restart().await;
    forge.comment(number, "| planned | 2 |").await;
    let asked = forge.proxy.asked();
    let written = format!("POST /api/v1/repos/{}/issues/{number}/comments", forge.repository);
    assert_eq!(asked.iter().filter(|line| **line == written).count(), 1, "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_s_module_reads_the_environment_and_finds_no_secret() {
    let forge = Forge::new(Database::Sqlite).await;
    let slipway = &forge.slipway;
    slipway.set(forge.shop, "password", "qu3tzal-variable", true).await;
    let settings = json!({"sensitive-variables": {"SMTP_PASSWORD": "qu3tzal-smtp"}});
    let mail = slipway.integration("environment", "mail", settings).await;
    slipway
        .assign(mail, forge.shop, slipway_api::integrations::AssignedPhases::Both)
        .await;
    let stranger = unique("mallory");
    forge.gitea.user(&stranger).await.unwrap();
    forge
        .gitea
        .let_in(&forge.owner, &forge.repository, &stranger, "read")
        .await
        .unwrap();
    let fork = forge.gitea.fork(&stranger, &forge.repository).await.unwrap();
    forge
        .gitea
        .push(&stranger, &fork, "help", &[("shop/nosy.tf", NOSY)])
        .await
        .unwrap();
    let head = format!("{stranger}:help");
    forge
        .gitea
        .pull_request(&stranger, &forge.repository, &head, "Let me help")
        .await
        .unwrap();

    // It waits; nothing has run.
    let mut waiting = String::new();
    forge
        .until("a request that waits", async || {
            let all = forge.told(&["pull-request", "list", "--repo", &forge.repository]).await;
            let first = &all[0];
            waiting = first["id"].as_str().unwrap_or_default().to_owned();
            first["attributes"]["is-waiting-for-allow"] == true
        })
        .await;
    forge.told(&["pull-request", "allow", &waiting]).await;
    let mut run: Option<RunId> = None;
    forge
        .until("its plan", async || {
            let all = forge.told(&["pull-request", "show", &waiting]).await;
            run = all["attributes"]["workspaces"][0]["run-id"]
                .as_str()
                .map(|id| id.parse().unwrap());
            run.is_some()
        })
        .await;
    let run = run.unwrap();
    // While it plans, nothing that it could reach has a secret.
    let engine = until("the engine", || slipway.engine(run, "plan")).await;
    engine.pause();
    let seen = Surroundings::of(&engine, &slipway.run_directory(run).join("identity"));
    let on_disk: Vec<PathBuf> = holders(&slipway.server.data.join("runner"), CANARY);
    engine.go_on();
    let everything = format!("{:?}{:?}", seen.environment, seen.files);
    assert!(
        !everything.contains(CANARY) && !everything.contains("SMTP"),
        "{everything}"
    );
    assert_eq!(on_disk, Vec::<PathBuf>::new());
    slipway.until_status(run, RunStatus::PlannedAndFinished).await;
    let log = slipway.whole_log(run).await;
    assert!(log.contains("told") && !log.contains(CANARY), "{log}");
    let document = serde_json::to_string(&slipway.document(run).await.plan.unwrap()).unwrap();
    assert!(!document.contains(CANARY), "{document}");
    until_true("the plan to be put away", || slipway.remains(run).is_empty()).await;
}
