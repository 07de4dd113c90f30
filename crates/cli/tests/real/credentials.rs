//! What runs get of integrations: the engine finds what each provider's documentation says, in the phase that it was given
//! to, and it is nowhere else: not in logs, states and lists of processes, and not on the disk when the phase is over.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use slipway_api::ids::{IntegrationId, RunId, WorkspaceId};
use slipway_api::integrations::{AssignedPhases, IntegrationChanges, NewIntegration};
use slipway_api::runs::{NewRun, RunStatus};
use slipway_testing::git_server::{Change, GitServer};

use crate::actions::TEST_PROVIDER;
use crate::processes::{self, Process};
use crate::slipway::{Database, Slipway};
use crate::wait::{until, until_true};

/// In every secret, so that one is found wherever it is.
const CANARY: &str = "qu3tzal";
const ID: &str = "00000000-0000-0000-0000-000000000001";
/// Lets the server ask servers of the test.
pub(crate) const REACH_US: [(&str, &str); 1] = [("SLIPWAY_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8")];

impl Slipway {
    pub(crate) async fn integration(&self, kind: &str, name: &str, settings: Value) -> IntegrationId {
        let new = NewIntegration {
            name: name.parse().unwrap(),
            kind: kind.to_owned(),
            description: String::new(),
            settings: settings.as_object().unwrap().clone(),
            is_enabled: None,
            poll_interval_seconds: None,
        };
        let made = self.client.create_integration(&self.organization, new).await.unwrap();
        made.id.parse().unwrap()
    }

    pub(crate) async fn assign(&self, integration: IntegrationId, workspace: WorkspaceId, phases: AssignedPhases) {
        let target = workspace.to_string();
        self.client
            .assign_integration(integration, &target, phases)
            .await
            .unwrap();
    }

    async fn change(&self, integration: IntegrationId, changes: IntegrationChanges) {
        let (_, tag) = self.client.integration(integration).await.unwrap();
        self.client
            .update_integration(integration, changes, &tag)
            .await
            .unwrap();
    }

    /// What the engine of a phase has, seen while it is held up.
    async fn surroundings(&self, run: RunId, command: &str) -> Surroundings {
        let engine = until("the engine", || self.engine(run, command)).await;
        engine.pause();
        let seen = Surroundings::of(&engine, &self.run_directory(run).join("identity"));
        let lines = processes::all().into_iter().flat_map(|process| process.arguments);
        let telling: Vec<String> = lines.filter(|argument| argument.contains(CANARY)).collect();
        engine.go_on();
        assert_eq!(telling, Vec::<String>::new(), "in the list of processes");
        seen
    }
}

/// What an engine was started with, and the files beside its configuration.
pub(crate) struct Surroundings {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) files: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Surroundings {
    pub(crate) fn of(engine: &Process, folder: &Path) -> Self {
        let environment = fs::read(format!("/proc/{}/environ", engine.id)).unwrap();
        let text = String::from_utf8(environment).unwrap();
        let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        Self {
            environment: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            files: files
                .map(|file| {
                    let content = fs::read_to_string(file.path()).unwrap();
                    (file.file_name().into_string().unwrap(), content)
                })
                .collect(),
            folder: folder.to_owned(),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.environment.get(name).map_or("(missing)", String::as_str)
    }

    /// The file that a variable names.
    fn file(&self, name: &str) -> &str {
        let path = Path::new(self.get(name));
        assert_eq!(path.parent(), Some(self.folder.as_path()), "{name}");
        &self.files[path.file_name().unwrap().to_str().unwrap()]
    }

    /// The names among these prefixes.
    fn names(&self, prefixes: &[&str]) -> String {
        let is_wanted = |name: &&String| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let names: Vec<&str> = self.environment.keys().filter(is_wanted).map(String::as_str).collect();
        names.join(" ")
    }
}

/// Files below a directory that hold a text.
pub(crate) fn holders(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(holders(&path, text));
        } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes())) {
            found.push(path);
        }
    }
    found
}

fn google_key() -> String {
    let lines = ["MIIEqu3tzalLineOfAGoogleKeyOne", "MIIEqu3tzalLineOfAGoogleKeyTwo"].join("\n");
    json!({"type": "service_account", "client_email": "runs@p.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"),
        "token_uri": "https://oauth2.googleapis.com/token"})
    .to_string()
}

/// One of each kind, with secrets that name their kind.
fn one_of_each() -> Vec<(&'static str, Value)> {
    vec![
        (
            "aws",
            json!({"method": "access-keys", "access-key-id": "AKIATHEKEY0000000000", "secret-access-key": "qu3tzal-aws",
            "region": "eu-central-1"}),
        ),
        (
            "azure",
            json!({"method": "client-secret", "tenant-id": ID, "subscription-id": ID, "client-id": ID,
            "client-secret": "qu3tzal-azure", "cloud": "usgovernment"}),
        ),
        (
            "google-cloud",
            json!({"method": "service-account-key", "project": "shop", "region": "europe-west3",
            "key": google_key()}),
        ),
        (
            "kubernetes",
            json!({"method": "token", "server": "https://k8s.example.com:6443", "token": "qu3tzal-kubernetes",
            "namespace": "shop"}),
        ),
        (
            "mongodb-atlas",
            json!({"client-id": "mdb_sa_id_1", "client-secret": "qu3tzal-atlas",
            "organization-id": "32b6e34b3d91647abb20e7b8"}),
        ),
        (
            "datadog",
            json!({"api-key": "qu3tzal-datadog-api", "app-key": "qu3tzal-datadog-app",
            "url": "https://api.datadoghq.eu"}),
        ),
        (
            "environment",
            json!({"variables": {"SMTP_HOST": "mail.example.com"},
            "sensitive-variables": {"SMTP_PASSWORD": "qu3tzal-smtp"}}),
        ),
    ]
}

/// What each provider's own documentation says that it reads.
fn require_what_providers_read(seen: &Surroundings) {
    let pairs = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIATHEKEY0000000000"),
        ("AWS_SECRET_ACCESS_KEY", "qu3tzal-aws"),
        ("ARM_TENANT_ID", ID),
        ("ARM_SUBSCRIPTION_ID", ID),
        ("ARM_CLIENT_ID", ID),
        ("ARM_CLIENT_SECRET", "qu3tzal-azure"),
        ("ARM_ENVIRONMENT", "usgovernment"),
        ("GOOGLE_PROJECT", "shop"),
        ("GOOGLE_REGION", "europe-west3"),
        ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "qu3tzal-atlas"),
        ("MONGODB_ATLAS_ORG_ID", "32b6e34b3d91647abb20e7b8"),
        ("DD_API_KEY", "qu3tzal-datadog-api"),
        ("DD_APP_KEY", "qu3tzal-datadog-app"),
        ("DD_HOST", "https://api.datadoghq.eu"),
        ("SMTP_HOST", "mail.example.com"),
        ("SMTP_PASSWORD", "qu3tzal-smtp"),
    ];
    for (name, value) in pairs {
        assert_eq!(seen.get(name), value, "{name}");
    }
    let google: Value = serde_json::from_str(seen.file("GOOGLE_APPLICATION_CREDENTIALS")).unwrap();
    assert_eq!(google["client_email"], "runs@p.iam.gserviceaccount.com");
    let cluster: Value = serde_json::from_str(seen.file("KUBE_CONFIG_PATH")).unwrap();
    assert_eq!(cluster["users"][0]["user"]["token"], "qu3tzal-kubernetes");
    assert_eq!(cluster["contexts"][0]["context"]["namespace"], "shop");
    assert_eq!(seen.get("KUBECONFIG"), seen.get("KUBE_CONFIG_PATH"));
}

const PREFIXES: [&str; 9] = [
    "AWS_",
    "ARM_",
    "AZURE_",
    "GOOGLE_",
    "CLOUDSDK_",
    "KUBE",
    "MONGODB_",
    "DD_",
    "SMTP_",
];

/// Says everything that it was given, in its log and in what it fails with.
const TELLS_ALL: &str = "resource \"terraform_data\" \"tells\" {\n  provisioner \"local-exec\" {\n    \
    command = \"env; cat $GOOGLE_APPLICATION_CREDENTIALS $KUBECONFIG\"\n  }\n}\n";

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_finds_what_it_reads_in_its_phase_and_nothing_stays() {
    let slipway = Slipway::start(Database::Sqlite).await;
    let workspace = slipway.workspace("clouds").await;
    let mut all = Vec::new();
    for (kind, settings) in one_of_each() {
        let made = slipway.integration(kind, &format!("the-{kind}"), settings).await;
        slipway.assign(made, workspace, AssignedPhases::Both).await;
        all.push(made);
    }
    let text = format!("{TEST_PROVIDER}resource \"test_instance\" \"it\" {{\n  value = \"one\"\n}}\n");
    slipway.upload(workspace, &[("main.tf", &text)]).await;

    let run = slipway.start_run(workspace, NewRun::default()).await;
    require_what_providers_read(&slipway.surroundings(run, "plan").await);
    slipway.until_status(run, RunStatus::Planned).await;
    // Neither while it waits for somebody nor when it is over is anything left.
    until_true("the plan to be put away", || slipway.remains(run).is_empty()).await;
    let runner = slipway.server.data.join("runner");
    assert_eq!(holders(&runner, CANARY), Vec::<PathBuf>::new());
    slipway.confirm(run).await;
    require_what_providers_read(&slipway.surroundings(run, "apply").await);
    slipway.until_status(run, RunStatus::Applied).await;
    assert!(!slipway.state(workspace).await.to_string().contains(CANARY));

    // A configuration that tells all: the log and the diagnostics show none of it.
    slipway.upload(workspace, &[("main.tf", TELLS_ALL)]).await;
    let told = slipway.apply(workspace).await;
    let log = slipway.whole_log(told).await;
    assert!(
        log.contains("SMTP_HOST=mail.example.com") && log.contains("SMTP_PASSWORD=(sensitive value)"),
        "{log}"
    );
    assert!(
        log.contains("https://k8s.example.com:6443") && !log.contains(CANARY),
        "{log}"
    );
    assert!(!slipway.state(workspace).await.to_string().contains(CANARY));

    // Plans only: their applies find nothing, neither in the environment nor in files.
    for integration in &all {
        slipway.assign(*integration, workspace, AssignedPhases::Plan).await;
    }
    slipway.upload(workspace, &[("main.tf", &text)]).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    require_what_providers_read(&slipway.surroundings(run, "plan").await);
    slipway.until_status(run, RunStatus::Planned).await;
    slipway.confirm(run).await;
    let seen = slipway.surroundings(run, "apply").await;
    assert_eq!((seen.names(&PREFIXES).as_str(), seen.files.len()), ("", 0));
    slipway.until_status(run, RunStatus::Applied).await;

    // Applies only: the other way round.
    for integration in &all {
        slipway.assign(*integration, workspace, AssignedPhases::Apply).await;
    }
    slipway
        .upload(workspace, &[("main.tf", &text.replace("one", "two"))])
        .await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let seen = slipway.surroundings(run, "plan").await;
    assert_eq!((seen.names(&PREFIXES).as_str(), seen.files.len()), ("", 0));
    slipway.until_status(run, RunStatus::Planned).await;
    slipway.confirm(run).await;
    require_what_providers_read(&slipway.surroundings(run, "apply").await);
    slipway.until_status(run, RunStatus::Applied).await;
    until_true("all to be put away", || holders(&runner, CANARY).is_empty()).await;
    assert!(!slipway.said().contains(CANARY));
}

/// A failing plan says what it was given: its diagnostics are masked like its log.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_plan_complains_of_is_masked() {
    let slipway = Slipway::start(Database::Sqlite).await;
    let workspace = slipway.workspace("complains").await;
    let google = json!({"method": "service-account-key", "key": google_key()});
    let google = slipway.integration("google-cloud", "google", google).await;
    slipway.assign(google, workspace, AssignedPhases::Both).await;
    let text = format!(
        "{TEST_PROVIDER}data \"test_read_file\" \"key\" {{\n  path = \"../identity/google.json\"\n}}\n\
         resource \"terraform_data\" \"it\" {{\n  lifecycle {{\n    precondition {{\n      condition = \
         data.test_read_file.key.content == \"\"\n      error_message = \"I was given ${{data.test_read_file.key.content}}\"\n\
         }}\n  }}\n}}\n"
    );
    slipway.upload(workspace, &[("main.tf", &text)]).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let ended = slipway.settled(run).await;
    assert_eq!(ended.status, RunStatus::Errored);
    let document = serde_json::to_string(&slipway.document(run).await.plan.unwrap()).unwrap();
    for text in [slipway.whole_log(run).await, document] {
        assert!(text.contains("I was given") && !text.contains(CANARY), "{text}");
    }
}

/// A key that may take a role, at moto: the engine has a session of the role, and AWS's own client gets in with it.
#[tokio::test(flavor = "multi_thread")]
async fn the_engine_has_a_session_of_its_role_and_not_the_key() {
    let slipway = Slipway::start_with(Database::Sqlite, &REACH_US).await;
    let cloud = tokio::task::spawn_blocking(slipway_testing::s3::bucket)
        .await
        .unwrap()
        .unwrap();
    let settings = json!({"method": "access-keys", "access-key-id": "AKIATHEKEY0000000000", "secret-access-key": "qu3tzal-aws",
        "assume-role-arn": "arn:aws:iam::111122223333:role/runs", "sts-url": cloud.endpoint});
    let aws = slipway.integration("aws", "cloud", settings).await;
    let workspace = slipway.workspace("aws").await;
    slipway.assign(aws, workspace, AssignedPhases::Both).await;
    let text = format!("{TEST_PROVIDER}resource \"test_instance\" \"it\" {{\n  latency_ms = 60000\n}}\n");
    slipway.upload(workspace, &[("main.tf", &text)]).await;
    let now = NewRun {
        auto_apply: Some(true),
        ..NewRun::default()
    };
    let run = slipway.start_run(workspace, now).await;
    let seen = slipway.surroundings(run, "apply").await;
    let everything = format!("{:?}{:?}", seen.environment, seen.files);
    assert!(
        !everything.contains("qu3tzal-aws") && !everything.contains("AKIATHEKEY"),
        "{everything}"
    );
    let python = slipway_testing::tools::find().unwrap().python.unwrap();
    let script = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";
    let mut asks = std::process::Command::new(python);
    asks.args(["-c", script]).env_clear().envs(&seen.environment);
    let said = crate::slipway::finished(asks.env("AWS_ENDPOINT_URL", &cloud.endpoint)).await;
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        out.starts_with("arn:aws:sts::111122223333:assumed-role/runs/slipway"),
        "{out}\n{}",
        String::from_utf8_lossy(&said.stderr)
    );
    slipway.client.cancel_run(run, false, "").await.unwrap();
    slipway.settled(run).await;
}

/// Turned off, given other credentials, taken away or deleted while a run is under way.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_in_mid_run_stays_with_its_phase_and_is_missed_by_the_next() {
    let slipway = Slipway::start(Database::Sqlite).await;
    let workspace = slipway.workspace("taken-back").await;
    let secret = |value: &str| json!({"sensitive-variables": {"WHO": value}});
    let writer = slipway
        .integration("environment", "writer", secret("the-first-secret"))
        .await;
    slipway.assign(writer, workspace, AssignedPhases::Both).await;
    let hold = "until test -f ../tmp/go; do sleep 0.02; done; echo I am $WHO";
    let text = format!(
        "resource \"terraform_data\" \"it\" {{\n  provisioner \"local-exec\" {{\n    command = {hold:?}\n  }}\n}}\n"
    );
    slipway.upload(workspace, &[("main.tf", &text)]).await;
    let enabled = |is_enabled: bool| IntegrationChanges {
        is_enabled: Some(is_enabled),
        ..IntegrationChanges::default()
    };

    // Other credentials between plan and apply: the apply has the new ones, and masks them.
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Planned).await;
    let changes = IntegrationChanges {
        settings: secret("the-second-secret").as_object().unwrap().clone(),
        ..IntegrationChanges::default()
    };
    slipway.change(writer, changes).await;
    slipway.confirm(run).await;
    assert_eq!(slipway.surroundings(run, "apply").await.get("WHO"), "the-second-secret");
    // Turned off while it applies: it goes on with what it has.
    slipway.change(writer, enabled(false)).await;
    fs::write(slipway.run_directory(run).join("tmp/go"), "").unwrap();
    slipway.until_status(run, RunStatus::Applied).await;
    let log = slipway.log(run, "apply").await;
    assert!(log.contains("I am (sensitive value)"), "{log}");

    // The next run gets nothing, and says why.
    let run = slipway.start_run(workspace, NewRun::default()).await;
    let ended = slipway.until_status(run, RunStatus::Errored).await;
    let why = ended.error_message.unwrap();
    assert!(why.contains("The integration \"writer\" is turned off"), "{why}");
    slipway.change(writer, enabled(true)).await;

    // Deleted between plan and apply: nothing is applied without it.
    slipway
        .upload(workspace, &[("main.tf", &text.replace("\"it\"", "\"other\""))])
        .await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Planned).await;
    let before = slipway.state(workspace).await;
    slipway.client.delete_integration(writer, true).await.unwrap();
    slipway.confirm(run).await;
    let ended = slipway.until_status(run, RunStatus::Errored).await;
    let why = ended.error_message.unwrap();
    assert!(
        why.contains("the integration \"writer\". It was deleted or is not assigned any more"),
        "{why}"
    );
    assert_eq!(slipway.state(workspace).await, before);
    // Who starts another run has seen that it is gone.
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Planned).await;
    assert_eq!(slipway.run(run).await.error_message, None);
}

/// A module in a private repository, with a submodule, over SSH with the workspace's own key: a whole run gets there.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_module_with_a_submodule_comes_by_the_workspaces_key() {
    let server = GitServer::start().unwrap();
    let over_ssh = server.ssh().unwrap();
    let (outer, inner) = (server.create("outer").unwrap(), server.create("inner").unwrap());
    let text = "output \"said\" {\n  value = \"from the submodule\"\n}\n";
    let commit = inner.commit("main", "First", &[Change::file("main.tf", text)]).unwrap();
    let submodules = format!(
        "[submodule \"inner\"]\n\tpath = inner\n\turl = {}\n",
        over_ssh.url("inner")
    );
    let calls = "module \"inner\" {\n  source = \"./inner\"\n}\noutput \"said\" {\n  value = module.inner.said\n}\n";
    let changes = [
        Change::file("main.tf", calls),
        Change::file(".gitmodules", &submodules),
        Change::Submodule("inner".to_owned(), commit),
    ];
    outer.commit("main", "First", &changes).unwrap();

    let slipway = Slipway::start(Database::Sqlite).await;
    let workspace = slipway.workspace("modules").await;
    let source = format!(
        "module \"outer\" {{\n  source = \"git::{}\"\n}}\noutput \"said\" {{\n  value = module.outer.said\n}}\n",
        over_ssh.url("outer")
    );
    slipway.upload(workspace, &[("main.tf", &source)]).await;
    let here = slipway.home.path();
    fs::write(here.join("id_modules"), &over_ssh.key).unwrap();
    let command = async |arguments: &[&str]| {
        let said = slipway.command(here, arguments).await;
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    command(&["ssh-key", "create", "modules", "id_modules"]).await;
    command(&["ssh-key", "assign", "modules", "--workspace", "modules"]).await;

    // A host is believed by the keys that integrations of the workspace have pinned.
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Errored).await;
    let log = slipway.log(run, "plan").await;
    assert!(log.contains("host key is known for"), "{log}");
    let pinned = json!({"method": "ssh", "url": "ssh://elsewhere.example.com", "private-key": over_ssh.key,
        "host-keys": over_ssh.known_host});
    let pinned = slipway.integration("git", "pinned", pinned).await;
    slipway.assign(pinned, workspace, AssignedPhases::Both).await;
    let run = slipway.apply(workspace).await;
    assert_eq!(slipway.outputs(workspace).await["said"], "from the submodule");
    let line = over_ssh.key.lines().nth(2).unwrap();
    assert!(!slipway.whole_log(run).await.contains(line));
    assert!(!slipway.state(workspace).await.to_string().contains(line));
    let runner = slipway.server.data.join("runner");
    until_true("the key to be put away", || holders(&runner, line).is_empty()).await;
}
