//! The built binary as a person or a script uses it: what is on stdout, what on stderr, the exit code, the files.

#![expect(clippy::unwrap_used, reason = "a test stops at the unexpected")]

mod apps;
mod documents;
mod keys;
mod login;
mod people;
mod serving;
mod stub;
mod terminal;
mod workload_identity;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use stub::{Answer, Request, Stub, header};
use tempfile::TempDir;

/// A user with a home and a directory with a configuration.
struct User {
    home: TempDir,
    url: String,
}

impl User {
    fn new(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let project = home.path().join("shop");
        std::fs::create_dir(&project).unwrap();
        std::fs::write(project.join("main.tf"), "").unwrap();
        std::fs::write(project.join("secret.txt"), "").unwrap();
        std::fs::write(project.join(".terraformignore"), "secret.txt\n").unwrap();
        std::fs::write(
            project.join("slipway.toml"),
            "organization = \"acme\"\nworkspace = \"shop\"\n",
        )
        .unwrap();
        Self {
            home,
            url: url.to_owned(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
        command
            .args(arguments)
            .current_dir(self.home.path().join("shop"))
            .env_clear()
            .env("HOME", self.home.path());
        command.env("SLIPWAY_URL", &self.url).env("SLIPWAY_TOKEN", "slw_u_test");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::from(self.command(arguments).output().unwrap())
    }
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A server on which a run is in `status` and its logs are what they are in OpenTofu.
fn server_with_run(status: &'static str) -> Stub {
    Stub::start(move |request| {
        let plan = documents::log(&["\u{1b}[1m+ random_pet", ".name\u{1b}[0m\nPlan: 1 to add\n"], true);
        match route(request) {
            "GET workspace" => Answer::ok(documents::workspace()),
            "POST configuration" => Answer::status(201, documents::configuration_version()),
            "POST run" => Answer::status(201, documents::run("pending")),
            "GET run" => Answer::ok(documents::run(status)),
            "GET plan log" => Answer::ok(plan),
            "GET apply log" => Answer::ok(documents::log(&["random_pet.name: Creating...\n"], true)),
            "GET outputs" => Answer::ok(documents::outputs()),
            "other" => Answer::status(404, documents::error(404, "not-found", "There is no such thing.")),
            _ => Answer::status(202, ""),
        }
    })
}

fn route(request: &Request) -> &'static str {
    let line = request.line.split('?').next().unwrap();
    let (method, path) = line.split_once(" /api/v2/").unwrap();
    match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", ["organizations", "acme", "workspaces", "shop"]) => "GET workspace",
        ("POST", ["workspaces", _, "configuration-versions"]) => "POST configuration",
        ("PUT", ["configuration-versions", _, "upload"]) => "PUT upload",
        ("POST", ["runs"]) => "POST run",
        ("GET", ["runs", _]) => "GET run",
        ("POST", ["runs", _, "actions", _]) => "POST action",
        ("GET", ["plans", _, "log", "stream"]) => "GET plan log",
        ("GET", ["applies", _, "log", "stream"]) => "GET apply log",
        ("GET", ["workspaces", _, "current-state-version-outputs"]) => "GET outputs",
        _ => "other",
    }
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn a_plan_uploads_the_directory_and_shows_the_log_as_plain_text() {
    let server = server_with_run("planned_and_finished");
    let user = User::new(&server.url);
    let ended = user.run(&[
        "plan",
        "--detailed-exitcode",
        "--var",
        "region=eu",
        "--target",
        "random_pet.name",
    ]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(2), "+ random_pet.name\nPlan: 1 to add\n"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("planned: 1 to add, 0 to change, 0 to destroy"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains(&format!("slipway run show {}", documents::RUN)),
        "{}",
        ended.stderr
    );
    let upload = server.requests("PUT ").remove(0);
    let unpacked = tempfile::tempdir().unwrap();
    slipway_tofu::archive::unpack(
        upload.body.as_slice(),
        unpacked.path(),
        &slipway_tofu::archive::Limits::default(),
    )
    .unwrap();
    assert!(unpacked.path().join("main.tf").exists() && !unpacked.path().join("secret.txt").exists());
    let run = json(&server.requests("POST /api/v2/runs").remove(0).body);
    assert_eq!(run["data"]["attributes"]["plan-only"], true);
    assert_eq!(run["data"]["attributes"]["variables"][0]["value"], "\"eu\"");
    assert_eq!(run["data"]["attributes"]["target-addrs"][0], "random_pet.name");
    assert_eq!(
        run["data"]["relationships"]["configuration-version"]["data"]["id"],
        "cv-0000000000000001"
    );
}

#[test]
fn with_json_stdout_is_one_document_and_the_log_is_a_message() {
    let server = server_with_run("planned_and_finished");
    let ended = User::new(&server.url).run(&["plan", "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let document = json(ended.stdout.as_bytes());
    assert_eq!(document["data"]["id"], documents::RUN);
    assert_eq!(document["included"][0]["attributes"]["resource-additions"], 1);
    assert!(ended.stderr.contains("Plan: 1 to add\n"), "{}", ended.stderr);
}

#[test]
fn a_failed_plan_exits_with_one_whatever_was_asked_for() {
    let server = server_with_run("errored");
    let ended = User::new(&server.url).run(&["plan", "--detailed-exitcode"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("Error: the run failed"), "{}", ended.stderr);
}

#[test]
fn an_approved_apply_shows_both_logs_and_the_outputs() {
    let server = server_with_run("applied");
    let ended = User::new(&server.url).run(&["apply", "--auto-approve"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let expected = "+ random_pet.name\nPlan: 1 to add\nrandom_pet.name: Creating...\n\
        \nOutputs:\n\npet      = \"kind-dog\"\npassword = <sensitive>\n";
    // A run that is applied when it is first looked at is shown with both logs all the same.
    assert_eq!(ended.stdout, expected);
    let run = json(&server.requests("POST /api/v2/runs").remove(0).body);
    assert_eq!(run["data"]["attributes"]["auto-apply"], true);
}

#[test]
fn an_apply_that_nobody_can_approve_asks_the_server_for_nothing() {
    let server = server_with_run("applied");
    let ended = User::new(&server.url).run(&["apply"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("--auto-approve"), "{}", ended.stderr);
    assert!(server.requests("").is_empty());
}

#[test]
fn the_first_interrupt_cancels_and_the_second_leaves() {
    let server = Stub::start(|request| match route(request) {
        "GET workspace" => Answer::ok(documents::workspace()),
        "POST run" => Answer::status(201, documents::run("pending")),
        "GET run" => Answer::ok(documents::run("planning")),
        "GET plan log" => Answer::hanging(documents::log(&["Planning\n"], false)),
        _ => Answer::status(202, ""),
    });
    let user = User::new(&server.url);
    let child = user.command(&["plan", "--no-upload"]).spawn().unwrap();
    server.wait_for("GET /api/v2/plans/");
    interrupt(&child);
    server.wait_for(&format!("POST /api/v2/runs/{}/actions/cancel", documents::RUN));
    interrupt(&child);
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    assert!(ended.stderr.contains("Asked the server to cancel"), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains(&format!("slipway run logs --follow {}", documents::RUN)),
        "{}",
        ended.stderr
    );
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

#[test]
fn a_token_from_stdin_is_checked_and_kept_for_the_owner_alone() {
    let server = Stub::start(|request| match header(&request.head, "authorization") {
        Some("Bearer slw_u_good") => Answer::ok(documents::user()),
        _ => Answer::status(401, documents::error(401, "unauthenticated", "The token is not known.")),
    });
    let user = User::new(&server.url);
    let login = |token: &str| {
        std::fs::write(user.home.path().join("token"), token).unwrap();
        let stdin = std::fs::File::open(user.home.path().join("token")).unwrap();
        let mut command = user.command(&["login", &server.url, "--token", "-"]);
        Ended::from(command.env_remove("SLIPWAY_TOKEN").stdin(stdin).output().unwrap())
    };
    let kept = user.home.path().join(".config/slipway/credentials.toml");
    let ended = login("slw_u_bad\n");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("does not accept this token") && !kept.exists(),
        "{}",
        ended.stderr
    );
    let ended = login("slw_u_good\n");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("slw_u_good"));
    assert_eq!(mode(&kept), 0o600);
    let show = |token: Option<&str>| {
        let mut command = user.command(&["user", "show"]);
        command
            .env_remove("SLIPWAY_TOKEN")
            .envs(token.map(|token| ("SLIPWAY_TOKEN", token)));
        Ended::from(command.output().unwrap())
    };
    assert!(show(None).stdout.contains("ada"));
    let refused = show(Some("slw_u_other"));
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains(&format!("slipway login {}", server.url)),
        "{}",
        refused.stderr
    );
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn wrong_use_is_not_mistaken_for_a_plan_with_changes() {
    let ended = User::new("http://127.0.0.1:1").run(&["plan", "--detailed-exit-code"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("--detailed-exitcode"), "{}", ended.stderr);
}

#[test]
fn a_missing_workspace_says_who_named_it_and_what_to_do() {
    let server = Stub::start(|_| Answer::status(404, documents::error(404, "not-found", "No.")));
    let ended = User::new(&server.url).run(&["run", "list"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("no workspace shop") && ended.stderr.contains("slipway.toml"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("slipway init"), "{}", ended.stderr);
}

#[test]
fn a_run_can_be_left_to_itself_and_waited_for() {
    let server = server_with_run("applied");
    let user = User::new(&server.url);
    // Nobody has to be asked, because nobody is waited for.
    let left = user.run(&["apply", "--no-wait"]);
    assert_eq!(left.code, Some(0), "{}", left.stderr);
    assert_eq!(left.stdout.trim(), documents::RUN);
    assert!(left.stderr.contains("slipway run logs --follow"), "{}", left.stderr);
    let run = json(&server.requests("POST /api/v2/runs").remove(0).body);
    assert_eq!(run["data"]["attributes"]["auto-apply"], false);
    let waited = user.run(&["run", "wait", documents::RUN]);
    assert_eq!(waited.code, Some(0), "{}", waited.stderr);
    assert!(waited.stderr.contains("applied: 1 added"), "{}", waited.stderr);
    let failed = User::new(&server_with_run("errored").url).run(&["run", "wait", documents::RUN]);
    assert_eq!(failed.code, Some(1));
}

#[test]
fn a_start_whose_answer_was_lost_is_repeated_with_the_same_key() {
    let attempts = std::sync::atomic::AtomicUsize::new(0);
    let server = Stub::start(move |request| match route(request) {
        "GET workspace" => Answer::ok(documents::workspace()),
        "POST run" if attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 => Answer::broken(),
        "POST run" => Answer::status(201, documents::run("pending")),
        _ => Answer::status(404, documents::error(404, "not-found", "No.")),
    });
    let ended = User::new(&server.url).run(&["plan", "--no-upload", "--no-wait"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let requests = server.requests("POST /api/v2/runs");
    let keys: Vec<_> = requests
        .iter()
        .map(|request| header(&request.head, "idempotency-key").unwrap())
        .collect();
    let is_repeated = matches!(keys.as_slice(), [first, second] if first == second && first.len() > 8);
    assert!(is_repeated, "{keys:?}");
}

#[test]
fn what_opentofu_calls_its_options_is_understood_and_files_of_values_are_read() {
    let server = server_with_run("planned_and_finished");
    let user = User::new(&server.url);
    let values = user.home.path().join("shop/eu.tfvars");
    std::fs::write(values, "region = \"eu\"\nzones = [\"a\"]\n").unwrap();
    let ended = user.run(&[
        "plan",
        "-target=random_pet.name",
        "-var-file",
        "eu.tfvars",
        "-var",
        "region=us",
        "-refresh=false",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let run = json(&server.requests("POST /api/v2/runs").remove(0).body);
    let attributes = &run["data"]["attributes"];
    assert_eq!(attributes["target-addrs"][0], "random_pet.name");
    assert_eq!(attributes["refresh"], false);
    let expected = serde_json::json!([
        {"key": "zones", "value": "[\"a\"]"}, {"key": "region", "value": "\"us\""}
    ]);
    assert_eq!(attributes["variables"], expected);
}

#[test]
fn a_token_that_is_not_taken_any_more_says_how_to_get_another() {
    let refusal = documents::error(401, "unauthenticated", "The token is not known, or was revoked.");
    let server = Stub::start(move |_| Answer::status(401, refusal.clone()));
    let user = User::new(&server.url);
    let refused = user.run(&["whoami"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("was revoked") && refused.stderr.contains("from SLIPWAY_TOKEN"),
        "{}",
        refused.stderr
    );
    assert_eq!(server.requests("").len(), 1, "once is enough");
}

#[test]
fn a_workspace_that_manages_resources_is_deleted_only_with_force() {
    let with_resources = documents::workspace().replace("\"resource-count\":0", "\"resource-count\":3");
    let server = Stub::start(move |request| match request.line.split(' ').next() {
        Some("GET") => Answer::ok(with_resources.clone()),
        _ => Answer::status(204, ""),
    });
    let user = User::new(&server.url);
    let refused = user.run(&["workspace", "delete", "shop", "--yes"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("3 resources") && refused.stderr.contains("--force"),
        "{}",
        refused.stderr
    );
    assert!(server.requests("DELETE").is_empty());
    let deleted = user.run(&["workspace", "delete", "shop", "--force", "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.stderr);
    let line = &server.requests("DELETE").remove(0).line;
    assert!(line.ends_with("?force=true"), "{line}");
}
