//! What is running already and is brought into the catalog: its state is there before the first plan, and goes again when nothing
//! comes of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use slipway_testing::git_server::Change;

use super::resource_changes::shop::Shop;
use crate::support::{Answer, State, document};

const VOLUME: &str = r#"
variable "input" {
  type    = string
  default = "a"
}
resource "test_thing" "disk" {
  input = var.input
}
output "disk" {
  value = test_thing.disk.id
}
"#;

/// The template `volume`, whose module has one resource.
async fn shop() -> Shop {
    let shop = Shop::new().await;
    let files = [Change::file("volume/main.tf", VOLUME)];
    shop.modules.commit("main", "A volume", &files).unwrap();
    let documents = json!({
        "templates": [{"key": "volume", "name": "Volume"}],
        "source-codes": [], "versions": [],
    });
    let path = "/api/v2/organizations/acme/catalog/actions/apply";
    shop.acme.owner.post(path, documents).await.expect(200);
    shop.next_version("volume", json!([])).await;
    shop
}

fn running() -> State {
    State::new(7)
        .resource("disk", "a", "hunter2")
        .output("disk", "disk", false)
}

fn order(import: Value) -> Value {
    json!({"template": "volume", "name": "data", "import": import})
}

fn file(text: &str) -> Value {
    json!({"state": STANDARD.encode(text)})
}

async fn ask(shop: &Shop, attributes: Value) -> Answer {
    let path = "/api/v2/organizations/acme/resources";
    shop.acme.owner.post(path, document("resources", attributes)).await
}

/// The workspace behind a resource, if there is one.
async fn workspace(shop: &Shop, resource: &str) -> Option<String> {
    let shown = shop.resource(resource).await;
    let id = &shown.body["data"]["relationships"]["workspace"]["data"]["id"];
    id.as_str().map(str::to_owned)
}

/// An ordinary workspace with this state.
async fn with_state(shop: &Shop, name: &str, state: &State) -> String {
    let id = shop.acme.new_workspace(name).await;
    let path = format!("/api/v2/workspaces/{id}/state-versions");
    shop.acme.owner.post(&path, state.upload()).await.expect(201);
    id
}

async fn is_locked(shop: &Shop, workspace: &str) -> bool {
    let shown = shop.acme.owner.get(&format!("/api/v2/workspaces/{workspace}")).await;
    shown.expect(200).attribute("locked") == &json!(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_fits_is_the_resources_when_nothing_has_to_change() {
    let shop = shop().await;
    let volume = ask(&shop, order(file(&running().text()))).await.expect(201).id();
    let item = shop.claim().await;
    // The plan is made on what was brought.
    let state = item.get("state").await.expect(200);
    assert!(state.text().contains("\"serial\":7"), "{}", state.text());
    item.succeed(json!({})).await;
    shop.settle().await;
    let change = shop.change(&volume).await;
    assert_eq!(change.attribute("status"), "applied");
    assert_eq!(change.attribute("import")["resource-count"], 1);
    let shown = shop.resource(&volume).await;
    assert_eq!(shown.attribute("state"), "provisioned");
    assert_eq!(shown.attribute("output-count"), 1);
    let events = shop
        .acme
        .owner
        .get("/api/v2/organizations/acme/events")
        .await
        .expect(200);
    assert!(events.text().contains("resource.imported"), "{}", events.text());
    assert!(!events.text().contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_waits_for_a_yes_and_an_approval_is_never_passed_by() {
    let shop = shop().await;
    let rule = json!({"name": "volumes", "template": "volume", "approvals": 1});
    let path = "/api/v2/organizations/acme/approval-rules";
    shop.acme
        .owner
        .post(path, document("approval-rules", rule))
        .await
        .expect(201);
    let volume = ask(&shop, order(file(&running().text()))).await.expect(201).id();
    shop.claim().await.succeed(json!({})).await;
    shop.settle().await;
    // Nothing has to change; whether it may be the resource's is asked all the same.
    assert_eq!(shop.status(&volume).await, "waiting");
    let eve = shop.acme.member("eve", "maintain", "acme").await;
    shop.act(&eve, &volume, "approve").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&volume).await, "applied");
    assert_eq!(shop.resource(&volume).await.attribute("state"), "provisioned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_destroys_is_not_confirmed_by_itself() {
    let shop = shop().await;
    let mut wanted = order(file(&running().text()));
    wanted["auto-apply"] = json!(true);
    let volume = ask(&shop, wanted).await.expect(201).id();
    shop.claim().await.succeed(json!({"add": 1, "destroy": 1})).await;
    shop.settle().await;
    assert_eq!(shop.status(&volume).await, "waiting");
    shop.act(&shop.acme.owner, &volume, "confirm").await.expect(200);
    shop.apply(running_again()).await;
    assert_eq!(shop.status(&volume).await, "applied");
}

fn running_again() -> State {
    State::new(8)
        .resource("disk", "b", "hunter2")
        .output("disk", "disk", false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_taken_over_and_given_back_when_somebody_says_no() {
    let shop = shop().await;
    let source = with_state(&shop, "by-hand", &running()).await;
    let wanted = order(json!({"from-workspace": "by-hand"}));
    let path = "/api/v2/organizations/acme/resources/actions/check";
    let check = shop
        .acme
        .owner
        .post(path, document("resources", wanted.clone()))
        .await
        .expect(200);
    assert!(check.text().contains("will be locked"), "{}", check.text());
    assert!(!is_locked(&shop, &source).await);

    let volume = ask(&shop, wanted.clone()).await.expect(201).id();
    assert!(is_locked(&shop, &source).await);
    let (_, detail) = shop
        .acme
        .owner
        .post(&format!("/api/v2/workspaces/{source}/actions/unlock"), json!({}))
        .await
        .expect(409)
        .error();
    assert!(detail.contains("volume/data"), "{detail}");
    // Nobody else takes it over, too.
    let mut second = wanted;
    second["name"] = json!("other");
    ask(&shop, second).await.expect(409);

    shop.plan().await;
    let copy = workspace(&shop, &volume).await.unwrap();
    // What is running is not destroyed by an order that is not over.
    let path = format!("/api/v2/resources/{volume}/actions/destroy");
    let (_, detail) = shop.acme.owner.post(&path, json!({})).await.expect(409).error();
    assert!(detail.contains("running since before"), "{detail}");
    shop.act(&shop.acme.owner, &volume, "reject").await.expect(200);
    shop.settle().await;
    assert_eq!(workspace(&shop, &volume).await, None);
    shop.acme
        .owner
        .get(&format!("/api/v2/workspaces/{copy}"))
        .await
        .expect(404);
    assert!(!is_locked(&shop, &source).await);
    let path = format!("/api/v2/workspaces/{source}/current-state-version");
    assert_eq!(shop.acme.owner.get(&path).await.expect(200).attribute("serial"), 7);
    shop.acme
        .owner
        .delete(&format!("/api/v2/resources/{volume}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_goes_when_its_last_run_has_stopped() {
    let shop = shop().await;
    let source = with_state(&shop, "by-hand", &running()).await;
    let volume = ask(&shop, order(json!({"from-workspace": "by-hand"})))
        .await
        .expect(201)
        .id();
    let item = shop.claim().await;
    shop.act(&shop.acme.owner, &volume, "cancel").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&volume).await, "canceled");
    assert!(!is_locked(&shop, &source).await);
    assert!(workspace(&shop, &volume).await.is_some());
    // Nobody works on a copy that goes.
    let path = format!("/api/v2/resources/{volume}");
    let (_, detail) = shop.acme.owner.delete(&path).await.expect(409).error();
    assert!(detail.contains("being removed"), "{detail}");
    let stopped = json!({"outcome": "canceled", "log-bytes": 0, "event-bytes": 0});
    item.complete(stopped).await.expect(204);
    shop.settle().await;
    assert_eq!(workspace(&shop, &volume).await, None);
    shop.acme.owner.delete(&path).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_began_is_not_taken_back() {
    let shop = shop().await;
    let volume = ask(&shop, order(file(&running().text()))).await.expect(201).id();
    shop.plan().await;
    shop.act(&shop.acme.owner, &volume, "confirm").await.expect(200);
    shop.fail_to_apply(running_again()).await;
    assert_eq!(shop.status(&volume).await, "failed");
    let (_, detail) = shop.act(&shop.acme.owner, &volume, "cancel").await.expect(409).error();
    assert!(detail.contains("had begun"), "{detail}");
    shop.act(&shop.acme.owner, &volume, "retry").await.expect(200);
    shop.plan().await;
    shop.act(&shop.acme.owner, &volume, "confirm").await.expect(200);
    shop.apply(State::new(9).resource("disk", "c", "x").output("disk", "disk", false))
        .await;
    assert_eq!(shop.status(&volume).await, "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_brought_in_is_refused_with_why() {
    let shop = shop().await;
    let encrypted = json!({"serial": 1, "lineage": "a", "meta": {}, "encrypted_data": "x", "encryption_version": "v0"});
    let future = running().text().replace("1.12.6", "3.0.0");
    let other = State::new(3).resource("other", "a", "b").text();
    let called = running()
        .text()
        .replace("\"mode\":", "\"module\":\"module.disks[\\\"a\\\"]\",\"mode\":");
    let both = json!({"state": "e30=", "from-workspace": "x"});
    let cases = [
        (json!({}), "one of both"),
        (both, "one of both"),
        (json!({"state": "no base64!"}), "not base64"),
        (file("no json"), "not JSON"),
        (file("{\"version\": 5}"), "version 5"),
        (file(&future), "3.0.0"),
        (file(&encrypted.to_string()), "encrypted"),
        (file(&State::new(1).text()), "no resources"),
        (file(&other), "DESTROY EVERYTHING"),
        (file(&called), "module.disks[\"a\"] fits"),
    ];
    for (import, expected) in cases {
        let (_, detail) = ask(&shop, order(import)).await.expect(422).error();
        assert!(detail.contains(expected), "{detail}");
    }
    let missing = order(json!({"from-workspace": "nowhere"}));
    ask(&shop, missing).await.expect(404);

    // What is said explicitly is taken.
    let mut import = file(&other);
    import["allow-destroy"] = json!(true);
    let made = ask(&shop, order(import)).await.expect(201).id();
    let change = shop.change(&made).await;
    assert_eq!(
        change.attribute("import")["unknown-addresses"],
        json!(["test_thing.other"])
    );
    let mut import = file(&called);
    import["module"] = json!("module.disks[\"a\"]");
    let mut wanted = order(import);
    wanted["name"] = json!("called");
    ask(&shop, wanted).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_order_but_write_no_state_brings_none() {
    let shop = shop().await;
    let source = with_state(&shop, "by-hand", &running()).await;
    let permissions = ["organization.read", "project.read", "catalog", "resource"];
    let role = json!({"name": "orderer", "permissions": permissions});
    let roles = "/api/v2/organizations/acme/roles";
    shop.acme.owner.post(roles, document("roles", role)).await.expect(201);
    let bob = shop.acme.member("bob", "orderer", "acme").await;
    let path = "/api/v2/organizations/acme/resources";
    let body = document("resources", order(file(&running().text())));
    bob.post(path, body).await.expect(403);
    let body = document("resources", order(json!({"from-workspace": "by-hand"})));
    bob.post(path, body).await.expect(403);
    assert!(!is_locked(&shop, &source).await);
    // What is larger than a body is not read from who may bring none.
    let large = order(json!({"state": "A".repeat(3 << 20)}));
    let (_, detail) = bob
        .post(path, document("resources", large.clone()))
        .await
        .expect(413)
        .error();
    assert!(detail.contains("limits.body-bytes"), "{detail}");
    let check = format!("{path}/actions/check");
    bob.post(&check, document("resources", large.clone())).await.expect(413);
    ask(&shop, large).await.expect(422);
}

async fn lock_reason(shop: &Shop, workspace: &str) -> String {
    let shown = shop.acme.owner.get(&format!("/api/v2/workspaces/{workspace}")).await;
    shown.expect(200).attribute("lock-reason").as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_was_taken_over_for_good_says_so_and_can_go() {
    let shop = shop().await;
    let source = with_state(&shop, "by-hand", &running()).await;
    let volume = ask(&shop, order(json!({"from-workspace": "by-hand"})))
        .await
        .expect(201)
        .id();
    let of_source = format!("/api/v2/workspaces/{source}");
    // As long as the order may come to nothing, what runs is the workspace's.
    shop.acme.owner.delete(&of_source).await.expect(409);
    shop.claim().await.succeed(json!({})).await;
    shop.settle().await;
    let change = shop.change(&volume).await;
    assert_eq!(change.attribute("status"), "applied");
    let reason = "The resource data manages everything that is in its state now. Delete this workspace when nobody needs \
                  its history.";
    assert_eq!(change.attribute("import")["from-workspace"], "by-hand");
    assert_eq!(change.attribute("import")["from-workspace-lock"], reason);
    assert!(is_locked(&shop, &source).await);
    assert_eq!(lock_reason(&shop, &source).await, reason);

    // Nothing of it is left behind unmanaged: no force is needed.
    shop.acme.owner.delete(&of_source).await.expect(204);
    let change = shop.change(&volume).await;
    assert_eq!(change.attribute("import")["from-workspace"], json!(null));
    assert_eq!(change.attribute("import")["from-workspace-lock"], json!(null));
    let path = format!("/api/v2/resources/{volume}/actions/destroy");
    shop.acme.owner.post(&path, json!({})).await.expect(200);
    shop.carry_out(&volume, State::new(9)).await;
    shop.acme
        .owner
        .delete(&format!("/api/v2/resources/{volume}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_over_and_destroyed_is_not_made_again() {
    let shop = shop().await;
    let source = with_state(&shop, "by-hand", &running()).await;
    let volume = ask(&shop, order(json!({"from-workspace": "by-hand"})))
        .await
        .expect(201)
        .id();
    shop.claim().await.succeed(json!({})).await;
    shop.settle().await;
    let path = format!("/api/v2/resources/{volume}/actions/destroy");
    shop.acme.owner.post(&path, json!({})).await.expect(200);
    shop.carry_out(&volume, State::new(9)).await;
    assert!(is_locked(&shop, &source).await);
    let reason = lock_reason(&shop, &source).await;
    assert!(
        reason.contains("destroyed it: an apply here would make it again"),
        "{reason}"
    );
    shop.acme
        .owner
        .delete(&format!("/api/v2/resources/{volume}"))
        .await
        .expect(204);
    let path = format!("/api/v2/workspaces/{source}");
    shop.acme.owner.delete(&path).await.expect(204);
}
