//! An organization with one of everything, for one caller of the authorization matrix.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_kernel::settings::Settings;

use super::operations::{GZIPPED_CHANGE, GZIPPED_INDEX};
use crate::support::{Acme, Caller, State, TestApp, TestItem, TestRunner, document, related};

/// Who calls: the columns of the matrix.
pub const CALLERS: [&str; 15] = [
    "anonymous",
    "stranger",
    "read",
    "plan",
    "write",
    "maintain",
    "admin",
    "owner",
    "site-admin",
    "site-auditor",
    "team-token",
    "org-token",
    "service-account",
    "run",
    "runner",
];

/// Everything there is, and who calls.
pub struct Fixture {
    pub acme: Acme,
    pub caller: Caller,
    /// A configuration, packed.
    pub archive: Vec<u8>,
    names: BTreeMap<&'static str, String>,
    // They hold what the items and tokens stand for.
    _runner: TestRunner,
    _item: TestItem,
}

impl Fixture {
    pub async fn new(caller: &str) -> Self {
        let acme = Acme::on(TestApp::with(reach_git).await).await;
        let runner = acme.runner().await;
        let mut names = BTreeMap::from([("organization", "acme".to_owned())]);
        workspaces(&acme, &mut names).await;
        states(&acme, &runner, &mut names).await;
        variables(&acme, &mut names).await;
        people(&acme, &mut names).await;
        super::people::make(&acme, &mut names).await;
        super::repositories::make(&acme, &mut names).await;
        super::integrations::make(&acme, &mut names).await;
        super::triggers::make(&acme, &mut names).await;
        super::schedules::make(&acme, &mut names).await;
        super::catalog::make(&acme, &runner, &mut names).await;
        super::workflows::make(&acme, &mut names).await;
        super::git_workspaces::make(&acme, &mut names).await;
        super::storages::make(&acme, &mut names).await;
        pools(&acme, &mut names).await;
        super::approvals::make(&acme, &runner, &mut names).await;
        super::resource_changes::make(&acme, &runner, &mut names).await;
        super::executors::make(&acme, &runner, &mut names).await;
        super::apps::make(&acme, &mut names).await;
        super::services::make(&acme, &mut names).await;
        super::jobs::make(&acme, &mut names).await;
        super::volumes::make(&acme, &mut names).await;
        let item = runs(&acme, &runner, &mut names).await;
        // Of a closed network, so that a test of it is refused without asking anybody.
        let webhook = document("audit-webhooks", json!({"url": "http://10.0.0.1/events"}));
        let path = "/api/v2/organizations/acme/audit-webhooks";
        names.insert("audit_webhook", acme.owner.post(path, webhook).await.expect(201).id());
        // At an address of a closed network, so that a test of it ends at once.
        let provider = json!({"name": "dex", "issuer": "https://10.0.0.1", "client-id": "slipway"});
        let provider = document("identity-providers", provider);
        let made = acme
            .owner
            .post("/api/v2/identity-providers", provider)
            .await
            .expect(201);
        names.insert("identity_provider", made.id());
        names.insert("work_item", item.claim.work_item_id.to_string());
        names.insert("runner", runner.id().to_owned());
        let archive = Acme::pack("resource \"terraform_data\" \"b\" {}\n");
        let caller = match caller {
            "run" => item.caller().clone(),
            "runner" => runner.caller().clone(),
            other => match super::people::caller(&acme, other).await {
                Some(caller) => caller,
                None => person(&acme, other).await,
            },
        };
        super::triggers::link(&caller, &mut names).await;
        Self {
            acme,
            caller,
            archive,
            names,
            _runner: runner,
            _item: item,
        }
    }

    /// What the fixture calls `name`.
    #[track_caller]
    pub fn name(&self, name: &str) -> &str {
        self.names
            .get(name)
            .unwrap_or_else(|| panic!("the fixture has no \"{name}\""))
    }

    /// The text with every `$name` replaced, longer names first.
    pub fn fill(&self, text: &str) -> String {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.into_iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${name}"), value)
        })
    }
}

/// Lets the server reach the Git server of the fixtures.
fn reach_git(settings: &mut Settings) {
    settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    super::apps::without_engine(settings);
    // Nobody is asked whether a domain is proven.
    settings.routing.name_servers = vec!["127.0.0.1:1".parse().unwrap()];
}

/// A person as the matrix calls them.
async fn person(acme: &Acme, kind: &str) -> Caller {
    let (app, ann) = (&acme.app, &acme.owner);
    match kind {
        "anonymous" => app.anonymous(),
        "site-admin" => app.site_admin("sam").await,
        "stranger" => {
            let (id, caller) = app.user(ann, "stranger").await;
            organization(acme, "globex").await;
            acme.assign("globex", &id, "owner", "globex").await;
            caller
        }
        role => {
            let (id, caller) = app.user(ann, "mia").await;
            acme.assign("acme", &id, role, "acme").await;
            acme.assign("hollow", &id, role, "hollow").await;
            caller
        }
    }
}

async fn organization(acme: &Acme, name: &str) {
    let body = document("organizations", json!({"name": name}));
    acme.owner.post("/api/v2/organizations", body).await.expect(201);
}

async fn workspaces(acme: &Acme, names: &mut BTreeMap<&'static str, String>) {
    organization(acme, "hollow").await;
    for name in ["web", "spare"] {
        let body = document("projects", json!({"name": name}));
        let path = "/api/v2/organizations/acme/projects";
        names.insert(name, acme.owner.post(path, body).await.expect(201).id());
    }
    names.insert("project", names["web"].clone());
    names.insert("shop", acme.workspace.clone());
    for name in [
        "base",
        "planned",
        "stuck",
        "held",
        "kept_by_ann",
        "outside",
        "older",
        "oldest",
    ] {
        names.insert(name, acme.new_workspace(name).await);
    }
    names.insert("workspace", names["base"].clone());
    for name in ["planned", "stuck", "base"] {
        let version = acme.upload(&names[name], "").await;
        names.insert("configuration_version", version);
    }
    let path = format!("/api/v2/workspaces/{}/configuration-versions", names["base"]);
    let empty = document("configuration-versions", json!({"auto-queue-runs": false}));
    names.insert("empty", acme.owner.post(&path, empty).await.expect(201).id());
    for name in ["held", "kept_by_ann"] {
        let path = format!("/api/v2/workspaces/{}/actions/lock", names[name]);
        acme.owner
            .post(&path, json!({"reason": "maintenance"}))
            .await
            .expect(200);
    }
}

/// States with outputs in `base` and `shop`; in `base` an applied run that also brought one that is kept aside.
async fn states(acme: &Acme, runner: &TestRunner, names: &mut BTreeMap<&'static str, String>) {
    for workspace in ["base", "shop"] {
        for serial in [1, 2] {
            let state = State::new(serial)
                .output("address", "192.0.2.1", false)
                .output("password", "s3cret", true);
            let path = format!("/api/v2/workspaces/{}/state-versions", names[workspace]);
            let version = acme.owner.post(&path, state.upload()).await.expect(201).id();
            names.insert("state_version", version);
            acme.app.pass(Duration::from_millis(1));
        }
    }
    let current = format!("/api/v2/workspaces/{}/current-state-version", names["base"]);
    names.insert("state_version", acme.owner.get(&current).await.expect(200).id());
    let outputs = format!("/api/v2/state-versions/{}/outputs", names["state_version"]);
    names.insert(
        "state_output",
        acme.owner.get(&outputs).await.expect(200).ids()[0].clone(),
    );

    let run = acme.start_in(&names["base"], json!({"auto-apply": true})).await;
    let plan = runner.claim().await.unwrap();
    plan.put("plan-json", "{}").await.expect(204);
    plan.put("plan-changes/0", GZIPPED_CHANGE).await.expect(204);
    plan.put("plan-changes", GZIPPED_INDEX).await.expect(204);
    for parameter in ["first", "number"] {
        names.insert(parameter, "0".to_owned());
    }
    plan.succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    let foreign = State::new(9).lineage("another");
    apply.put("state", foreign.text()).await.expect(409);
    apply.succeed(json!({"add": 1})).await;
    let kept = format!("/api/v2/workspaces/{}/kept-states", names["base"]);
    names.insert("kept", acme.owner.get(&kept).await.expect(200).ids()[0].clone());
    names.insert("plan", format!("plan-{}", &run[4..]));
    names.insert("apply", format!("apply-{}", &run[4..]));
    let comment = document("comments", json!({"body": "Well done."}));
    let path = format!("/api/v2/runs/{run}/comments");
    acme.owner.post(&path, comment).await.expect(201);
    names.insert("run", run);
}

async fn variables(acme: &Acme, names: &mut BTreeMap<&'static str, String>) {
    let secret = document("vars", json!({"key": "password", "value": "s3cret", "sensitive": true}));
    let path = format!("/api/v2/workspaces/{}/vars", names["base"]);
    names.insert(
        "variable",
        acme.owner.post(&path, secret.clone()).await.expect(201).id(),
    );
    let set = document("varsets", json!({"name": "shared"}));
    let path = "/api/v2/organizations/acme/varsets";
    names.insert("variable_set", acme.owner.post(path, set).await.expect(201).id());
    let path = format!("/api/v2/varsets/{}/relationships/vars", names["variable_set"]);
    names.insert("shared_variable", acme.owner.post(&path, secret).await.expect(201).id());
}

async fn people(acme: &Acme, names: &mut BTreeMap<&'static str, String>) {
    let (bob, _) = acme.app.user(&acme.owner, "bob").await;
    names.insert("assignment", acme.assign("acme", &bob, "read", "acme").await);
    let tokens = format!("/api/v2/users/{bob}/authentication-tokens");
    names.insert("token", acme.owner.get(&tokens).await.expect(200).ids()[0].clone());
    names.insert("user", bob);
    names.insert("newcomer", acme.app.user(&acme.owner, "newcomer").await.0);
    let invitation = document("organization-memberships", json!({"email": "dora@example.com"}));
    let path = "/api/v2/organizations/acme/organization-memberships";
    names.insert("membership", acme.owner.post(path, invitation).await.expect(201).id());
    let role = document("roles", json!({"name": "auditor", "permissions": ["event.read"]}));
    let path = "/api/v2/organizations/acme/roles";
    names.insert("role", acme.owner.post(path, role).await.expect(201).id());
}

async fn pools(acme: &Acme, names: &mut BTreeMap<&'static str, String>) {
    for (key, name) in [("runner_pool", "builders"), ("spare_pool", "spare-pool")] {
        let body = document("agent-pools", json!({"name": name}));
        let path = "/api/v2/organizations/acme/agent-pools";
        names.insert(key, acme.owner.post(path, body).await.expect(201).id());
    }
    let path = format!("/api/v2/agent-pools/{}/authentication-tokens", names["runner_pool"]);
    let token = document("authentication-tokens", json!({"description": "a host"}));
    let made = acme.owner.post(&path, token).await.expect(201);
    names.insert("pool_token", made.id());
    let other = acme.app.caller(made.attribute("token").as_str().unwrap());
    let other = TestRunner::register(&acme.app, other).await;
    names.insert("other_runner", other.id().to_owned());
}

/// Runs to decide on, and one that a runner plans: its item.
async fn runs(acme: &Acme, runner: &TestRunner, names: &mut BTreeMap<&'static str, String>) -> TestItem {
    names.insert("planned_run", acme.start_in(&names["planned"], json!({})).await);
    runner.succeed(json!({"add": 1})).await;

    let stuck = acme.start_in(&names["stuck"], json!({})).await;
    runner.claim().await.unwrap();
    acme.act(&stuck, "cancel").await.expect(202);
    acme.app.pass(Duration::from_secs(11));
    names.insert("stuck_run", stuck);

    acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    names.insert("waiting_run", acme.start(json!({})).await);
    names.insert("queued_run", acme.start(json!({"plan-only": true})).await);
    item
}

/// A run of `base`.
pub fn new_run(attributes: Value) -> Value {
    related("runs", attributes, &[("workspace", "workspaces", "$base")])
}
