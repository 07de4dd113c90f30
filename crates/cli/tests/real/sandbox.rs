//! What a configuration tries to read while it is planned, and does not get.

use std::os::unix::fs::PermissionsExt;

use rstest::rstest;
use slipway_api::runs::{NewRun, RunStatus};

use crate::actions::TEST_PROVIDER;
use crate::slipway::{Database, Slipway};

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_reads_nothing_of_the_server_of_other_runs_or_of_the_user(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let data = &slipway.server.data;
    // A run whose directory is kept for its apply, with something in it that is nobody else's business.
    let neighbour = slipway.workspace("neighbour").await;
    let secret = "neighbours-own-secret";
    let made = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{\n  value = {secret:?}\n}}\n");
    slipway.upload(neighbour, &[("main.tf", &made)]).await;
    let other = slipway.start_run(neighbour, NewRun::default()).await;
    slipway.until_status(other, RunStatus::Planned).await;
    let home_key = slipway.home.path().join(".ssh/id_ed25519");
    std::fs::create_dir(home_key.parent().unwrap()).unwrap();
    std::fs::write(&home_key, "the-users-private-key").unwrap();
    // Not even what everybody on this machine may read.
    std::fs::set_permissions(&home_key, std::fs::Permissions::from_mode(0o644)).unwrap();

    let forbidden = [
        data.join("master.key"),
        data.join("runner.token"),
        data.join("slipway.db"),
        data.join("runner.log"),
        slipway.run_directory(other).join("config/main.tf"),
        home_key.clone(),
        format!("/proc/{}/environ", slipway.server.process()).into(),
        format!("/proc/{}/cmdline", slipway.runner().await.id).into(),
        "/root/.ssh/id_ed25519".into(),
        "/root/.ssh".into(),
        "/etc/shadow".into(),
    ];
    let paths: Vec<String> = forbidden
        .iter()
        .map(|path| format!("{:?}", path.display().to_string()))
        .collect();
    let curious = format!(
        "{TEST_PROVIDER}data \"test_read_file\" \"all\" {{\n  for_each = toset([{}])\n  path = each.value\n}}\n\
         data \"test_read_file\" \"own\" {{\n  path = \"main.tf\"\n}}\n\
         output \"own\" {{\n  value = data.test_read_file.own.error\n}}\n\
         output \"got\" {{\n  value = {{ for path, file in data.test_read_file.all : path => \
         file.content == \"\" ? file.error : nonsensitive(\"READ: ${{file.content}}\") }}\n}}\n",
        paths.join(", ")
    );
    let workspace = slipway.workspace("curious").await;
    slipway.upload(workspace, &[("main.tf", &curious)]).await;
    let run = slipway.apply(workspace).await;
    let outputs = slipway.outputs(workspace).await;
    assert_eq!(outputs["own"], "", "its own files are readable");
    for path in &forbidden {
        let answer = outputs["got"][path.display().to_string()].as_str().unwrap();
        let is_refused = answer.contains("permission denied") || answer.contains("no such file");
        assert!(is_refused, "{}: {answer}", path.display());
        let may_be_missing =
            path.starts_with("/root") || (database == Database::Postgres && path.ends_with("slipway.db"));
        assert!(
            may_be_missing || answer.contains("permission denied"),
            "{}: {answer}",
            path.display()
        );
    }
    let log = slipway.whole_log(run).await;
    assert!(log.contains("permission denied"), "the run shows the refusal: {log}");
    let key = std::fs::read_to_string(data.join("master.key")).unwrap();
    let token = std::fs::read_to_string(data.join("runner.token")).unwrap();
    for secret in [key.trim(), token.trim(), secret, "the-users-private-key"] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
