//! A shop's town: a region that is there, and a blueprint of five parts in it, with two stores of the same template.

use serde_json::{Value, json};
use slipway_api::runner::WorkPhase;
use slipway_testing::git_server::{Change, GitServer};

use crate::catalog::resource_changes::shop::Shop;
use crate::support::{Answer, Caller, State, TestItem, document};

pub const BLUEPRINTS: &str = "/api/v2/organizations/acme/blueprints";
pub const WORKFLOWS: &str = "/api/v2/organizations/acme/workflows";

const REGION: &str = "output \"region_id\" { value = \"r\" }\n";
const SUBNET: &str = r#"
variable "region_id" { type = string }
variable "zone" { type = string }
output "subnet_id" { value = "s" }
"#;
const STORE: &str = r#"
variable "subnet_id" { type = string }
variable "size" {
  type    = number
  default = 10
}
variable "password" {
  type      = string
  sensitive = true
}
output "endpoint" { value = "e" }
output "secret" {
  value     = "hunter2"
  sensitive = true
}
"#;
const APP: &str = r#"
variable "orders_url" { type = string }
variable "carts_url" { type = string }
variable "zone" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
output "url" { value = "u" }
"#;
const DNS: &str = r#"
variable "target" { type = string }
variable "zone" { type = string }
output "name" { value = "n" }
"#;

pub struct Town {
    pub shop: Shop,
    /// The region, which is there.
    pub region: String,
    _server: GitServer,
}

impl Town {
    pub async fn new() -> Self {
        let shop = Shop::new().await;
        let server = GitServer::start().unwrap();
        let repository = server.create("platform/town").unwrap();
        let modules = [
            ("region", REGION),
            ("subnet", SUBNET),
            ("store", STORE),
            ("app", APP),
            ("dns", DNS),
        ];
        let files: Vec<Change> = modules
            .iter()
            .map(|(name, code)| Change::file(&format!("{name}/main.tf"), code))
            .collect();
        repository.commit("main", "Five modules", &files).unwrap();
        repository.git(&["tag", "v1.0.0", "main"]).unwrap();
        let versions: Vec<Value> = modules
            .iter()
            .map(|(name, _)| {
                let variables = match *name {
                    "store" => json!([{"name": "size", "options": [10, 20, 30]}]),
                    _ => json!([]),
                };
                json!({"template": name, "source-code": "town", "tag": "v1.0.0", "directory": name,
                    "lifecycle": "active", "variables": variables})
            })
            .collect();
        let documents = json!({
            "templates": [
                {"key": "region", "name": "Region"},
                {"key": "subnet", "name": "Subnet", "parents": [{"template": "region"}]},
                {"key": "store", "name": "Store", "parents": [{"template": "subnet"}]},
                {"key": "app", "name": "App", "parents": [{"template": "store", "minimum": 1, "maximum": 2}]},
                {"key": "dns", "name": "Name", "parents": [{"template": "app"}], "naming": "{project}-{zone}-dns"},
            ],
            "source-codes": [{"name": "town", "identifier": server.url("platform/town")}],
            "versions": versions,
        });
        let path = "/api/v2/organizations/acme/catalog/actions/apply";
        shop.acme.owner.post(path, documents).await.expect(200);
        let wanted = json!({"template": "region", "name": "north"});
        let region = shop.order(&shop.acme.owner, wanted).await;
        shop.carry_out(&region, State::new(1).output("region_id", "r-1", false))
            .await;
        Self {
            shop,
            region,
            _server: server,
        }
    }

    pub fn owner(&self) -> &Caller {
        &self.shop.acme.owner
    }

    /// Makes the blueprint.
    pub async fn blueprint(&self) -> String {
        let body = document("blueprints", blueprint());
        self.owner().post(BLUEPRINTS, body).await.expect(201).id()
    }

    /// Uses a blueprint: what is said beside the region and the secrets.
    pub async fn make(&self, caller: &Caller, blueprint: &str, more: Value) -> Answer {
        let mut wanted = json!({"kind": "create", "blueprint": blueprint, "externals": {"region": self.region},
            "constants": {"zone": "a", "password": "s3cret-password"}});
        let attributes = wanted.as_object_mut().unwrap();
        attributes.extend(more.as_object().unwrap().clone());
        caller.post(WORKFLOWS, document("workflows", wanted)).await
    }

    pub async fn workflow(&self, id: &str) -> Answer {
        self.owner().get(&format!("/api/v2/workflows/{id}")).await.expect(200)
    }

    pub async fn act(&self, caller: &Caller, id: &str, action: &str) -> Answer {
        let path = format!("/api/v2/workflows/{id}/actions/{action}");
        let answer = caller.post(&path, json!({})).await;
        self.shop.settle().await;
        answer
    }

    /// Plans and applies everything that there is to do; what is called so fails to be applied. Answers what was done.
    pub async fn carry_out(&self, failing: &str) -> Vec<String> {
        let mut done = Vec::new();
        loop {
            self.shop.settle().await;
            let Some(item) = self.shop.runner.claim().await else {
                return done;
            };
            let name = named(&item);
            match item.claim.context.phase {
                WorkPhase::Plan => {
                    done.push(format!("plan {name}: {}", given(&item)));
                    item.succeed(json!({"add": 1})).await;
                }
                _ if name == failing => {
                    done.push(format!("fail {name}"));
                    let completion = json!({"outcome": "failed", "log-bytes": 0, "event-bytes": 0,
                        "message": "the disk is full"});
                    item.complete(completion).await.expect(204);
                }
                _ => {
                    done.push(format!("apply {name}"));
                    item.put("state", state(&name).text()).await.expect(200);
                    item.succeed(json!({"add": 1})).await;
                }
            }
        }
    }

    /// Destroys everything that is to be destroyed; answers in which order.
    pub async fn destroy(&self) -> Vec<String> {
        let mut done = Vec::new();
        loop {
            self.shop.settle().await;
            let Some(item) = self.shop.runner.claim().await else {
                return done;
            };
            if item.claim.context.phase != WorkPhase::Plan {
                done.push(named(&item));
                item.put("state", State::new(9).text()).await.expect(200);
            }
            item.succeed(json!({"destroy": 1})).await;
        }
    }
}

/// The resource of an item: its workspace is called after the project, the template and the resource.
fn named(item: &TestItem) -> String {
    let name = &item.claim.context.workspace_name;
    let name = name.strip_prefix("default-").unwrap_or(name);
    name.split_once('-').map_or(name, |(_, name)| name).to_owned()
}

/// The values of an item's variables, by name.
fn given(item: &TestItem) -> String {
    let mut all: Vec<String> = item
        .claim
        .context
        .variables
        .iter()
        .map(|one| format!("{}={}", one.key, one.value))
        .collect();
    all.sort();
    all.join(" ")
}

/// What a resource of this name puts out.
fn state(name: &str) -> State {
    let state = State::new(1);
    match name {
        name if name.ends_with("net") => state.output("subnet_id", "s-1", false),
        name if name.ends_with("orders") || name.ends_with("carts") => state
            .output("endpoint", &format!("db://{name}"), false)
            .output("secret", &format!("hunter2-{name}"), true),
        name if name.ends_with("app") => state.output("url", "https://shop", false),
        _ => state.output("name", "shop.example.com", false),
    }
}

pub fn blueprint() -> Value {
    json!({
        "name": "shop",
        "description": "Everything that a shop needs.",
        "constants": [
            {"name": "zone", "description": "Where it stands"},
            {"name": "size", "description": "In gigabytes", "default": 20},
            {"name": "password", "description": "Of both stores"},
        ],
        "externals": [{"name": "region", "description": "Where the shop stands", "template": "region"}],
        "parts": [
            {"name": "net", "template": "subnet", "stands-on": ["region"]},
            {"name": "orders", "template": "store", "stands-on": ["net"],
                "tags": [{"name": "team", "value": "shop", "is-inherited": true}]},
            {"name": "carts", "template": "store", "stands-on": ["net"], "values": {"size": 30}},
            {"name": "app", "template": "app", "stands-on": ["orders", "carts"]},
            {"name": "dns", "template": "dns", "stands-on": ["app"]},
        ],
        "wires": [
            {"from": {"external": "region", "output": "region_id"}, "to": {"part": "net", "variable": "region_id"}},
            {"from": {"constant": "zone"}, "to": {"part": "net", "variable": "zone"}},
            {"from": {"constant": "zone"}, "to": {"part": "app", "variable": "zone"}},
            {"from": {"constant": "zone"}, "to": {"part": "dns", "variable": "zone"}},
            {"from": {"part": "net", "output": "subnet_id"}, "to": {"part": "orders", "variable": "subnet_id"}},
            {"from": {"part": "net", "output": "subnet_id"}, "to": {"part": "carts", "variable": "subnet_id"}},
            {"from": {"constant": "size"}, "to": {"part": "orders", "variable": "size"}},
            {"from": {"constant": "password"}, "to": {"part": "orders", "variable": "password"}},
            {"from": {"constant": "password"}, "to": {"part": "carts", "variable": "password"}},
            {"from": {"part": "orders", "output": "endpoint"}, "to": {"part": "app", "variable": "orders_url"}},
            {"from": {"part": "carts", "output": "endpoint"}, "to": {"part": "app", "variable": "carts_url"}},
            {"from": {"part": "orders", "output": "secret"}, "to": {"part": "app", "variable": "token"}},
            {"from": {"part": "app", "output": "url"}, "to": {"part": "dns", "variable": "target"}},
        ],
    })
}
