//! Modules in private repositories: `init` reaches them by real `git` and `ssh`, and nothing after it can.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use slipway_api::runner::{GIT_DIRECTORY, Outcome, WorkGit};
use slipway_git::{HostCredentials, run_files};
use slipway_testing::git_server::{Change, GitServer, SshServer};
use zeroize::Zeroizing;

use crate::machine::{Machine, TEST_PROVIDER};

const PASSWORD: &str = "planted/canary password";

fn work_git(credentials: &[HostCredentials]) -> WorkGit {
    let run = run_files(credentials, GIT_DIRECTORY).unwrap();
    let clear = |text: Zeroizing<String>| text.as_str().to_owned();
    WorkGit {
        files: run
            .files
            .into_iter()
            .map(|(name, content)| (name, clear(content)))
            .collect(),
        environment: run.environment,
        secrets: run.secrets.into_iter().map(clear).collect(),
    }
}

fn https(server: &GitServer) -> HostCredentials {
    let port = server.http().origin().rsplit(':').next().unwrap().parse().unwrap();
    HostCredentials::Basic {
        is_clear: false,
        host: "localhost".to_owned(),
        port: Some(port),
        username: "ada".to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        certificates: server.http().certificate().map(str::to_owned),
    }
}

fn ssh(server: &SshServer) -> HostCredentials {
    HostCredentials::SshKey {
        host: "127.0.0.1".to_owned(),
        port: Some(server.port),
        key: Zeroizing::new(server.key.clone()),
        known_hosts: server.known_host.clone(),
    }
}

const MODULE: &str = "output \"said\" {\n  value = \"from the module\"\n}\n";

#[tokio::test(flavor = "multi_thread")]
async fn modules_come_over_https_and_ssh() {
    let server = GitServer::start_tls().unwrap();
    let repository = server.create("modules/net").unwrap();
    repository
        .commit("main", "First", &[Change::file("deep/main.tf", MODULE)])
        .unwrap();
    server.http().require(Some(("ada", PASSWORD)));
    let over_ssh = server.ssh().unwrap();
    let source = format!(
        "module \"https\" {{\n  source = \"git::{}//deep\"\n}}\nmodule \"ssh\" {{\n  source = \"git::{}//deep?ref=main\"\n}}\n\
         output \"said\" {{\n  value = \"${{module.https.said}} ${{module.ssh.said}}\"\n}}\n",
        server.url("modules/net"),
        over_ssh.url("modules/net"),
    );
    let mut machine = Machine::running().await;
    let without = machine.finish(&machine.plan_of(&source)).await;
    assert_eq!(without.completion().outcome, Outcome::Failed, "{}", without.log());
    for half in [vec![https(&server)], vec![ssh(&over_ssh)]] {
        let mut plan = machine.plan_of(&source);
        plan.context.git = Some(work_git(&half));
        let planned = machine.finish(&plan).await;
        assert_eq!(planned.completion().outcome, Outcome::Failed, "{}", planned.log());
        no_secret_in(&planned.log(), &over_ssh);
    }
    let mut plan = machine.plan_of(&source);
    plan.context.git = Some(work_git(&[https(&server), ssh(&over_ssh)]));
    let planned = machine.finish(&plan).await;
    assert_eq!(planned.completion().outcome, Outcome::Succeeded, "{}", planned.log());
    assert!(
        planned.log().contains("from the module from the module"),
        "{}",
        planned.log()
    );
    no_secret_in(&planned.log(), &over_ssh);
    // An apply elsewhere fetches them again.
    machine.drain().await;
    assert_eq!(secrets_below(machine.root.path(), &over_ssh), Vec::<PathBuf>::new());
    fs::remove_dir_all(machine.path("work")).unwrap();
    machine.start();
    let applied = machine.finish(&machine.apply_of(&plan, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opened_them_is_gone_before_a_provider_looks_for_it() {
    let server = GitServer::start_tls().unwrap();
    let (outer, inner) = (server.create("outer").unwrap(), server.create("inner").unwrap());
    let call_inner = format!(
        "module \"inner\" {{\n  source = \"git::{}\"\n}}\n{}",
        server.url("inner"),
        "# long ".repeat(4_000)
    );
    outer
        .commit("main", "First", &[Change::file("main.tf", &call_inner)])
        .unwrap();
    server.http().require(Some(("ada", PASSWORD)));
    server.http().stall_after(Some(100));
    let machine = Machine::running().await;
    let mut plan = machine.plan_of(&format!(
        "module \"outer\" {{\n  source = \"git::{}\"\n}}\n",
        server.url("outer")
    ));
    plan.context.git = Some(work_git(&[https(&server)]));
    machine.server.queue(plan.clone());
    server.http().has_stalled().await;

    // While `init` waits: the files are private, and no process has the password in its line or environment.
    let spool = fs::read_dir(machine.path("work/spool"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let folder = private_folder(&spool).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(
        fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .all(|file| mode(&file.path()) == 0o600)
    );
    let processes = processes_below(machine.root.path());
    assert!(
        processes.iter().any(|process| process.starts_with("git ")),
        "{processes:?}"
    );
    for process in &processes {
        assert!(!process.contains("canary"), "{process}");
    }

    // A module that learned where the files are, and looks for them when the plan is made.
    let look = |name: &str| {
        let path = folder.join(name).display().to_string();
        format!(
            "data \"test_read_file\" \"{name}\" {{\n  path = \"{path}\"\n}}\noutput \"{name}\" {{\n  value = data.test_read_file.{name}.error\n}}\n"
        )
    };
    let text = format!("{TEST_PROVIDER}{}{}", look("store"), look("gitconfig"));
    inner.commit("main", "Evil", &[Change::file("main.tf", &text)]).unwrap();
    server.http().stall_after(None);
    let id = plan.work_item_id.to_string();
    let planned = machine.server.completed(&id).await;
    assert_eq!(planned.completion().outcome, Outcome::Succeeded, "{}", planned.log());
    let later = machine
        .server
        .until("the plan's JSON", &id, |got| got.plan_json.is_some())
        .await;
    let json = later.plan_json.unwrap().to_string();
    assert!(
        json.contains("test_read_file") && !json.contains("canary") && !json.contains("helper"),
        "{json}"
    );
    assert!(!folder.exists());
    assert!(!planned.log().contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_cannot_put_a_git_of_its_own_in_front() {
    let server = GitServer::start_tls().unwrap();
    let repository = server.create("net").unwrap();
    repository
        .commit("main", "First", &[Change::file("main.tf", MODULE)])
        .unwrap();
    server.http().require(Some(("ada", PASSWORD)));
    let machine = Machine::running().await;
    let trace = machine.path("trace");
    let mut plan = machine.plan_of(&format!(
        "module \"net\" {{\n  source = \"git::{}\"\n}}\n",
        server.url("net")
    ));
    plan.context.git = Some(work_git(&[https(&server)]));
    let evil = BTreeMap::from([
        ("PATH", "/nowhere"),
        ("GIT_TRACE_CURL", trace.to_str().unwrap()),
        ("GIT_TRACE_REDACT", "0"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ]);
    for (name, value) in evil {
        let mut variable = crate::machine::variable(name, value, false);
        variable.category = slipway_api::variables::VariableCategory::Env;
        plan.context.variables.push(variable);
    }
    let planned = machine.finish(&plan).await;
    assert_eq!(planned.completion().outcome, Outcome::Succeeded, "{}", planned.log());
    assert!(!trace.exists());
}

fn private_folder(spool: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(spool).unwrap().flatten();
    let mut folders = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("git-"));
    folders.next().map(|entry| entry.path())
}

fn no_secret_in(log: &str, server: &SshServer) {
    assert!(!log.contains("canary"), "{log}");
    assert!(!log.contains(key_line(server)), "{log}");
}

/// A line in the middle of the private key.
fn key_line(server: &SshServer) -> &str {
    server.key.lines().nth(2).unwrap()
}

/// Files below a directory with a secret in them.
fn secrets_below(directory: &Path, server: &SshServer) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(secrets_below(&path, server));
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            if text.contains("canary") || text.contains(key_line(server)) {
                found.push(path);
            }
        }
    }
    found
}

/// Command lines and environments of the processes that work below a directory.
fn processes_below(directory: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let read = |process: fs::DirEntry| {
        let is_here = fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory));
        is_here.then(|| {
            let of = |name: &str| fs::read(process.path().join(name)).unwrap_or_default();
            String::from_utf8_lossy(&[of("cmdline"), of("environ")].concat()).replace('\0', " ")
        })
    };
    processes.filter_map(read).collect()
}
