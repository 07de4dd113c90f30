//! An executor with real OpenTofu, by the command line: run, applied, changed, put out, destroyed.

use slipway_api::executors::NewExecutor;
use slipway_api::ids::{ExecutorId, RunId, WorkspaceId};
use slipway_api::jsonapi::Linkage;
use slipway_api::runs::RunStatus;
use slipway_api::variables::VariableSettings;
use slipway_testing::git_server::{Change, GitServer};

use crate::credentials::REACH_US;
use crate::slipway::{Database, Slipway};

const SECRET: &str = "qu3tzal-of-the-executor";

const USERS: &str = "variable \"names\" {\n  type = list(string)\n}\nvariable \"password\" {\n  type      = string\n  sensitive = true\n}\n\
    module \"user\" {\n  source   = \"../shared/user\"\n  for_each = toset(var.names)\n  name     = each.key\n}\n\
    output \"users\" {\n  value = [for user in module.user : user.name]\n}\n\
    output \"password\" {\n  value     = var.password\n  sensitive = true\n}\n";
const USER: &str = "variable \"name\" {\n  type = string\n}\nresource \"terraform_data\" \"user\" {\n  input = var.name\n}\n\
    output \"name\" {\n  value = terraform_data.user.output\n}\n";

fn value(key: &str, value: &str, (hcl, sensitive): (bool, bool)) -> VariableSettings {
    VariableSettings {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
        hcl: Some(hcl),
        sensitive: Some(sensitive),
        ..VariableSettings::default()
    }
}

/// The command line, which must do as it is told; what it prints.
async fn said(slipway: &Slipway, arguments: &[&str]) -> String {
    let output = slipway.command(slipway.home.path(), arguments).await;
    let (out, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{arguments:?}\n{out}\n{errors}\n{}",
        slipway.said()
    );
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_runs_changes_puts_out_and_destroys() {
    let server = GitServer::start().unwrap();
    let repository = server.create("platform/jobs").unwrap();
    let files = [
        Change::file("users/main.tf", USERS),
        Change::file("shared/user/main.tf", USER),
        Change::file("other/main.tf", "resource \"nonsense\" \"x\" {}\n"),
    ];
    repository.commit("main", "The jobs", &files).unwrap();
    let slipway = Slipway::start_with(Database::Sqlite, &REACH_US).await;
    said(
        &slipway,
        &["source-code", "create", &server.url("platform/jobs"), "--name", "jobs"],
    )
    .await;
    let new: NewExecutor = serde_json::from_value(serde_json::json!({
        "name": "users", "source-code": "jobs", "branch": "main", "directory": "users"}))
    .unwrap();
    let new = NewExecutor {
        variables: vec![
            value("names", "[\"ann\", \"ben\"]", (true, false)),
            value("password", SECRET, (false, true)),
        ],
        ..new
    };
    let made = slipway
        .client
        .create_executor(&slipway.organization, new)
        .await
        .unwrap();
    let id: ExecutorId = made.id.parse().unwrap();
    let Linkage::One(workspace) = &made.relationships["workspace"].data else {
        panic!("an executor without a workspace");
    };
    let workspace: WorkspaceId = workspace.id.parse().unwrap();

    // It applies by itself, with its values and the local module beside its directory.
    let log = said(&slipway, &["executor", "run", "users", "--auto-approve", "--wait"]).await;
    assert!(log.contains("Apply complete") && !log.contains(SECRET), "{log}");
    let outputs = said(&slipway, &["executor", "outputs", "users"]).await;
    assert!(
        outputs.contains("\"ann\"") && outputs.contains("<sensitive>") && !outputs.contains(SECRET),
        "{outputs}"
    );
    let revealed = said(&slipway, &["executor", "outputs", "users", "--reveal"]).await;
    assert!(revealed.contains(SECRET));
    let state = slipway.state(workspace).await;
    assert_eq!(state["resources"].as_array().unwrap().len(), 2, "{state:#}");

    // Other values, which wait for a yes; the secret stays.
    said(
        &slipway,
        &["executor", "update", "users", "--hcl", "names=[\"ann\", \"cleo\"]"],
    )
    .await;
    let run: RunId = said(&slipway, &["executor", "run", "users", "--message", "cleo joins"])
        .await
        .trim()
        .parse()
        .unwrap();
    slipway.until_status(run, RunStatus::Planned).await;
    said(&slipway, &["executor", "confirm", "users"]).await;
    slipway.until_status(run, RunStatus::Applied).await;
    let outputs = said(&slipway, &["executor", "outputs", "users"]).await;
    assert!(
        outputs.contains("\"cleo\"") && !outputs.contains("\"ben\""),
        "{outputs}"
    );
    let log = slipway.whole_log(run).await;
    assert!(log.contains("1 added") && !log.contains(SECRET), "{log}");

    // What was applied is destroyed, though its branch has nothing of it any more.
    repository
        .replace("main", None, "Something else", &[Change::file("README.md", "Moved.\n")])
        .unwrap();
    let refused = slipway
        .command(slipway.home.path(), &["executor", "run", "users"])
        .await;
    assert!(!refused.status.success());
    let refused = slipway
        .command(slipway.home.path(), &["executor", "delete", "users", "--yes"])
        .await;
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("still has resources (2)"),
        "{refused:?}"
    );
    let destroys = [
        "executor",
        "run",
        "users",
        "--operation",
        "destroy",
        "--auto-approve",
        "--wait",
    ];
    said(&slipway, &destroys).await;
    let runs = said(&slipway, &["executor", "runs", "users"]).await;
    assert_eq!(runs.matches("applied").count(), 3, "{runs}");
    said(&slipway, &["executor", "delete", "users", "--yes"]).await;
    assert!(slipway.client.executor(id).await.is_err());
    assert!(!slipway.server.log().contains(SECRET));
}
