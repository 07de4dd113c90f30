//! What people do with executors: run a module of a repository now and then, and look at what came of it.

use serde_json::{Value, json};
use slipway_catalog::executors::CONSUMER;
use slipway_kernel::events::consumers;
use slipway_testing::git_server::{Change, GitServer, Repository};

use super::source_codes::{acme, create as create_source_code};
use crate::support::{Acme, Answer, Caller, State, TestRunner, document};

pub const PATH: &str = "/api/v2/organizations/acme/executors";

const PET: &str = "variable \"name\" {\n  type = string\n}\nvariable \"password\" {\n  type      = string\n  sensitive = true\n}\n\
    resource \"terraform_data\" \"pet\" {\n  input = var.name\n}\n\
    output \"pet\" {\n  value = terraform_data.pet.output\n}\n\
    output \"password\" {\n  value     = var.password\n  sensitive = true\n}\n";

/// An organization with the source code `jobs`, whose module `pet` is on `main` and at the tag `v1`.
pub async fn prepared(server: &GitServer) -> (Acme, Repository) {
    let repository = server.create("platform/jobs").unwrap();
    let files = [Change::file("pet/main.tf", PET)];
    repository.commit("main", "The jobs", &files).unwrap();
    repository.git(&["tag", "v1", "main"]).unwrap();
    let acme = acme().await;
    let described = json!({"identifier": server.url("platform/jobs"), "name": "jobs"});
    create_source_code(&acme, described).await.expect(201);
    consumers::begin(&acme.app.system(), &CONSUMER).await.unwrap();
    (acme, repository)
}

/// The executor `pet`, with these differences.
pub async fn create(acme: &Acme, differences: Value) -> Answer {
    let mut described = json!({"name": "pet", "source-code": "jobs", "branch": "main", "directory": "pet",
        "variables": [{"key": "name", "value": "rex"}, {"key": "password", "value": "hunter2-secret", "sensitive": true}]});
    for (field, value) in differences.as_object().unwrap() {
        described[field] = value.clone();
    }
    acme.owner.post(PATH, document("executors", described)).await
}

pub fn at(id: &str, part: &str) -> String {
    format!("/api/v2/executors/{id}{part}")
}

pub async fn run(caller: &Caller, id: &str, wanted: Value) -> Answer {
    caller
        .post(&at(id, "/actions/run"), document("executor-runs", wanted))
        .await
}

pub async fn decide(caller: &Caller, id: &str, action: &str, run: &str) -> Answer {
    let body = json!({"run": run, "comment": "as agreed"});
    caller.post(&at(id, &format!("/actions/{action}")), body).await
}

/// Everything that the server would do by now, with what hears of runs.
pub async fn settle(acme: &Acme) {
    let ctx = acme.app.system();
    loop {
        acme.app.settle().await;
        if consumers::deliver_batch(&ctx, &CONSUMER).await.unwrap() == 0 {
            break;
        }
    }
    acme.app.settle().await;
}

/// Lets the next apply bring this state.
pub async fn apply(acme: &Acme, runner: &TestRunner, state: &State) {
    let item = runner.claim().await.expect("an apply is queued");
    item.put("state", state.text()).await.expect(200);
    item.succeed(json!({"add": 1})).await;
    settle(acme).await;
}

async fn get(acme: &Acme, id: &str, part: &str) -> Answer {
    acme.owner.get(&at(id, part)).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_run_confirmed_and_destroyed() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    let runner = acme.runner().await;
    let made = create(&acme, json!({"labels": ["team=ops"]})).await.expect(201);
    let id = made.id();
    assert_eq!(made.attribute("status"), "new");
    assert_eq!(made.attribute("variables")[1]["value"], Value::Null);
    let workspace = made.body["data"]["relationships"]["workspace"]["data"]["id"]
        .as_str()
        .unwrap();
    let behind = acme
        .owner
        .get(&format!("/api/v2/workspaces/{workspace}"))
        .await
        .expect(200);
    assert_eq!(behind.attribute("managed-by"), &json!(id));
    assert_eq!(behind.attribute("working-directory"), "pet");

    let started = run(&acme.owner, &id, json!({"message": "First"})).await.expect(201);
    let first = started.id();
    assert_eq!(started.attribute("operation"), "plan-and-apply");
    assert_eq!(
        started.attribute("commit"),
        &json!(repository.git(&["rev-parse", "main"]).unwrap())
    );
    let plan = runner.claim().await.unwrap();
    let context = serde_json::to_string(&plan.claim.context).unwrap();
    assert!(
        context.contains("hunter2-secret") && context.contains("rex"),
        "the runner gets the values"
    );
    plan.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    assert!(
        runner.claim().await.is_none(),
        "nothing is applied before somebody said yes"
    );
    assert_eq!(get(&acme, &id, "").await.attribute("status"), "waiting");

    // The API of runs does not decide about it, and a second run does not start beside it.
    acme.act(&first, "apply").await.expect(409);
    let refused = run(&acme.owner, &id, json!({})).await.expect(409);
    assert!(
        refused.error().1.contains("confirm or discard it first"),
        "{:?}",
        refused.error()
    );
    let nothing = json!({"comment": ""});
    let unnamed = acme.owner.post(&at(&id, "/actions/confirm"), nothing).await.expect(422);
    assert_eq!(unnamed.pointer(), "/run");
    decide(&acme.owner, &id, "confirm", &first).await.expect(200);
    let state = State::new(1)
        .resource("pet", "rex", "of-the-provider")
        .output("pet", "rex", false)
        .output("password", "hunter2-secret", true);
    apply(&acme, &runner, &state).await;
    let shown = get(&acme, &id, "").await;
    assert_eq!(shown.attribute("status"), "succeeded");
    assert_eq!(shown.attribute("resource-count"), 1);

    // What it puts out, with its secrets only on demand.
    let outputs = get(&acme, &id, "/outputs").await;
    assert_eq!(outputs.column("name"), ["password", "pet"]);
    assert!(!outputs.text().contains("hunter2-secret"));
    let revealed = get(&acme, &id, "/outputs?filter[sensitive]=revealed").await;
    assert!(revealed.text().contains("hunter2-secret"));
    let events = acme
        .owner
        .get("/api/v2/organizations/acme/events?page[size]=100")
        .await
        .expect(200);
    let actions = events.column("action");
    for action in [
        "executor.created",
        "executor.run-started",
        "executor.run-confirmed",
        "executor.run-ended",
        "executor.outputs-revealed",
        "state-version.downloaded",
    ] {
        assert!(actions.contains(&action.to_owned()), "{action}: {actions:?}");
    }
    for answer in [&events, &shown, &get(&acme, &id, "/runs").await, &behind] {
        assert!(!answer.text().contains("hunter2-secret"));
    }

    // It is not deleted while it has resources, but destroyed with what was applied, even when the branch is gone.
    let refused = acme.owner.delete(&at(&id, "")).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @r#"The state of the executor "pet" still has resources (1). Destroy them first (slipway executor run pet --operation destroy), or delete it by force, with a reason: then they stay, and nothing manages them any more."#);
    repository.git(&["update-ref", "-d", "refs/heads/main"]).unwrap();
    let gone = run(&acme.owner, &id, json!({})).await.expect(409);
    insta::assert_snapshot!(gone.error().1, @r#"platform/jobs has no branch "main"."#);
    let destroys = run(&acme.owner, &id, json!({"operation": "destroy"})).await.expect(201);
    assert_eq!(destroys.attribute("commit"), started.attribute("commit"));
    let plan = runner.claim().await.unwrap();
    assert!(plan.claim.context.options.destroy);
    plan.succeed(json!({"destroy": 1})).await;
    settle(&acme).await;
    decide(&acme.owner, &id, "confirm", &destroys.id()).await.expect(200);
    apply(&acme, &runner, &State::new(2)).await;
    let history = get(&acme, &id, "/runs").await;
    assert_eq!(history.column("operation"), ["destroy", "plan-and-apply"]);
    let filtered = get(&acme, &id, "/runs?filter[status]=planned,errored").await;
    assert!(filtered.ids().is_empty());
    acme.owner
        .get(&at(&id, "/runs?filter[status]=nonsense"))
        .await
        .expect(400);
    acme.owner.delete(&at(&id, "")).await.expect(204);
    acme.owner
        .get(&format!("/api/v2/workspaces/{workspace}"))
        .await
        .expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_at_its_field() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    let refused = async |differences: Value| {
        let answer = create(&acme, differences).await.expect(422);
        format!("{}: {}", answer.pointer(), answer.error().1)
    };
    insta::assert_snapshot!(refused(json!({"source-code": "nothing"})).await, @r#"/data/attributes/source-code: There is no source code "nothing"."#);
    insta::assert_snapshot!(refused(json!({"branch": "nowhere"})).await, @r#"/data/attributes/branch: platform/jobs has no branch "nowhere"."#);
    insta::assert_snapshot!(refused(json!({"tag": "v1"})).await, @r#"/data/attributes/tag: Say one of "tag", "branch" and "commit"."#);
    insta::assert_snapshot!(refused(json!({"directory": "cat"})).await, @"/data/attributes/directory: There are no OpenTofu files in cat at main.");
    insta::assert_snapshot!(refused(json!({"directory": "../pet"})).await, @r#"/data/attributes/directory: "../pet" is no directory of a repository."#);
    insta::assert_snapshot!(refused(json!({"operation": "destroy"})).await, @"/data/attributes/operation: Destroying is said with each run: an executor that is run does not destroy by itself.");
    insta::assert_snapshot!(refused(json!({"engine-version": "newest"})).await, @"/data/attributes/engine-version: `newest`: a number is expected at character 1.");
    insta::assert_snapshot!(refused(json!({"variables": [{"key": "name"}]})).await, @"/data/attributes/variables/0/value: Give it a value.");
    insta::assert_snapshot!(refused(json!({"variables": [{"key": "na me", "value": "x"}]})).await, @r#"/data/attributes/variables/0/key: The name of an input variable has letters, digits, "_" and "-" and starts with a letter or "_"."#);
    insta::assert_snapshot!(refused(json!({"variables": [{"key": "name", "value": "[", "hcl": true}]})).await, @"/data/attributes/variables/0/value: The value of variable `name` is not valid HCL (line 1, column 2); for plain text, switch HCL off.");
    insta::assert_snapshot!(refused(json!({"variables": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]})).await, @r#"/data/attributes/variables/1/key: "a" is there twice."#);

    create(&acme, json!({})).await.expect(201);
    let taken = create(&acme, json!({})).await.expect(409);
    assert_eq!(taken.pointer(), "/data/attributes/name");
    acme.new_workspace("executor-cat").await;
    let taken = create(&acme, json!({"name": "cat"})).await.expect(409);
    insta::assert_snapshot!(taken.error().1, @r#"The name "cat" is taken by another executor, or by the workspace "executor-cat"; choose another."#);

    // A module that cannot be read is made an executor, and says why when it is run.
    let broken = [Change::file("broken/main.tf", "variable \"x\" {\n")];
    repository.commit("main", "Broken", &broken).unwrap();
    let made = create(&acme, json!({"name": "broken", "directory": "broken"}))
        .await
        .expect(201);
    let refused = run(&acme.owner, &made.id(), json!({})).await.expect(409);
    assert!(refused.error().1.contains("broken/main.tf:"), "{}", refused.error().1);
    let unknown = run(&acme.owner, &made.id(), json!({"tag": "v9"})).await.expect(422);
    assert_eq!(unknown.pointer(), "/data/attributes/tag");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_is_changed_and_runs_as_it_is_then() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    let runner = acme.runner().await;
    let id = create(&acme, json!({"auto-apply": true})).await.expect(201).id();
    let change = async |differences: Value| acme.owner.patch(&at(&id, ""), document("executors", differences)).await;

    // A secret keeps its value where none is given; what is left out goes.
    let variables = json!([{"key": "name", "value": "fido"}, {"key": "password", "sensitive": true}]);
    let changed = change(json!({"variables": variables, "name": "dog", "tag": "v1", "operation": "plan"}))
        .await
        .expect(200);
    assert_eq!(changed.attribute("ref-kind"), "tag");
    let shown = change(json!({"variables": [{"key": "password", "sensitive": false}]}))
        .await
        .expect(422);
    insta::assert_snapshot!(format!("{}: {}", shown.pointer(), shown.error().1), @"/data/attributes/variables/0/sensitive: A secret cannot be made readable again. Give a new value with it, or keep it sensitive.");
    let older = acme
        .owner
        .send(
            "PATCH",
            &at(&id, ""),
            &[("if-match", "\"1\"")],
            document("executors", json!({"description": "x"})).to_string().into(),
        )
        .await;
    older.expect(412);
    repository
        .commit(
            "main",
            "More",
            &[Change::file("pet/more.tf", "output \"more\" {\n  value = 1\n}\n")],
        )
        .unwrap();
    let planned = run(&acme.owner, &id, json!({})).await.expect(201);
    assert_eq!(planned.attribute("ref"), "v1");
    assert_eq!(planned.attribute("operation"), "plan");
    let plan = runner.claim().await.unwrap();
    let context = serde_json::to_string(&plan.claim.context).unwrap();
    assert!(
        context.contains("fido") && context.contains("hunter2-secret"),
        "{context}"
    );
    plan.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    assert_eq!(acme.status(&planned.id()).await, "planned_and_finished");

    // For one run another ref counts: the branch where it is now. It applies by itself.
    let newest = run(
        &acme.owner,
        &id,
        json!({"branch": "main", "operation": "plan-and-apply"}),
    )
    .await
    .expect(201);
    assert_eq!(
        newest.attribute("commit"),
        &json!(repository.git(&["rev-parse", "main"]).unwrap())
    );
    assert_eq!(newest.attribute("auto-apply"), true);
    runner.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    apply(&acme, &runner, &State::new(1).resource("pet", "fido", "x")).await;
    assert_eq!(acme.status(&newest.id()).await, "applied");

    // Lists find it by what it is and by what came of it.
    for (query, found) in [
        ("search[text]=DOG", 1),
        ("filter[status]=succeeded", 1),
        ("filter[status]=failed", 0),
        ("filter[enabled]=false", 0),
        ("filter[label]=nothing", 0),
        ("sort=-created-at", 1),
    ] {
        let listed = acme.owner.get(&format!("{PATH}?{query}")).await.expect(200);
        assert_eq!(listed.ids().len(), found, "{query}");
    }
    acme.owner.get(&format!("{PATH}?filter[status]=well")).await.expect(400);
    let found = acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=dog")
        .await
        .expect(200);
    assert!(found.text().contains(&id), "{}", found.text());

    // Disabled, nothing starts; what is used is not deleted; by force, with a reason, it is.
    acme.owner
        .post(&at(&id, "/actions/disable"), json!({}))
        .await
        .expect(200);
    let refused = run(&acme.owner, &id, json!({})).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @r#"The executor "dog" is disabled: no run of it can be started. Enable it first: slipway executor enable dog."#);
    acme.owner
        .post(&at(&id, "/actions/enable"), json!({}))
        .await
        .expect(200);
    let source_code = changed.body["data"]["relationships"]["source-code"]["data"]["id"]
        .as_str()
        .unwrap();
    let path = format!("/api/v2/source-codes/{source_code}");
    let used = acme.owner.delete(&path).await.expect(409);
    insta::assert_snapshot!(used.error().1, @r#"The source code "jobs" is used by the executor "dog". Delete that first."#);
    acme.owner.delete(&at(&id, "?reason=")).await.expect(400);
    acme.owner
        .delete(&at(&id, "?reason=The+account+is+closed"))
        .await
        .expect(204);
    acme.owner.delete(&path).await.expect(204);
}
