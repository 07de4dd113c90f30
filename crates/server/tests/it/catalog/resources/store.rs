//! A catalog to order from: accounts (no code), networks on them, databases on networks.

use serde_json::{Value, json};
use slipway_catalog::resource_changes::hearing::CONSUMER;
use slipway_kernel::events::consumers;
use slipway_testing::git_server::{Change, GitServer};

use crate::catalog::source_codes::acme;
use crate::support::{Acme, Answer, Caller, State, TestRunner, document};

pub const PATH: &str = "/api/v2/organizations/acme/resources";

const NETWORK: &str = r#"
variable "cidr" { type = string }
variable "zones" {
  type    = list(string)
  default = ["a"]
}
variable "region" { type = string }
variable "tags" {
  type    = map(string)
  default = {}
}
output "network_id" { value = "net" }
output "key" {
  value     = "hunter2"
  sensitive = true
}
"#;

const DATABASE: &str = r#"
variable "network_id" { type = string }
variable "environment" { type = string }
variable "size" {
  type    = number
  default = 10
}
variable "backup" {
  type    = bool
  default = false
}
variable "window" {
  type    = string
  default = null
}
variable "password" {
  type      = string
  sensitive = true
}
variable "region" {
  type    = string
  default = "somewhere"
}
"#;

pub struct Store {
    pub acme: Acme,
    pub runner: TestRunner,
    _server: GitServer,
}

impl Store {
    pub async fn new() -> Self {
        let server = GitServer::start().unwrap();
        let repository = server.create("platform/small").unwrap();
        let files = [
            Change::file("network/main.tf", NETWORK),
            Change::file("database/main.tf", DATABASE),
        ];
        repository.commit("main", "Two modules", &files).unwrap();
        repository.git(&["tag", "v1.0.0", "main"]).unwrap();
        let acme = acme().await;
        let path = "/api/v2/organizations/acme/catalog/actions/apply";
        let applied = documents(&server.url("platform/small"));
        acme.owner.post(path, applied).await.expect(200);
        let runner = acme.runner().await;
        consumers::begin(&acme.app.system(), &CONSUMER).await.unwrap();
        let store = Self {
            acme,
            runner,
            _server: server,
        };
        store.settle().await;
        store
    }

    /// Everything that the server would do by now, with what hears of runs.
    pub async fn settle(&self) {
        let ctx = self.acme.app.system();
        loop {
            self.acme.app.settle().await;
            if consumers::deliver_batch(&ctx, &CONSUMER).await.unwrap() == 0 {
                break;
            }
        }
        self.acme.app.settle().await;
    }

    pub async fn order(&self, attributes: Value) -> Answer {
        self.order_as(&self.acme.owner, attributes).await
    }

    pub async fn order_as(&self, caller: &Caller, attributes: Value) -> Answer {
        caller.post(PATH, document("resources", attributes)).await
    }

    /// An account that is there: it has no code, so that nothing runs.
    pub async fn account(&self, name: &str) -> String {
        let settings = json!([
            {"name": "region", "value": "north", "is-inherited": true},
            {"name": "size", "value": "50", "is-inherited": false},
        ]);
        let tags = json!([
            {"name": "team", "value": "platform", "is-inherited": true},
            {"name": "own", "value": "x", "is-inherited": false},
        ]);
        let wanted = json!({"template": "account", "name": name, "settings": settings, "tags": tags});
        let id = self.order(wanted).await.expect(201).id();
        self.settle().await;
        id
    }

    /// A network on an account, ordered and not made.
    pub async fn network(&self, name: &str, account: &str) -> String {
        let wanted = json!({"template": "network", "name": name, "parents": [account],
            "values": {"cidr": format!("10.0.0.0/16 {name}")}});
        self.order(wanted).await.expect(201).id()
    }

    /// A network that is there.
    pub async fn made_network(&self, name: &str, account: &str) -> String {
        let id = self.network(name, account).await;
        let state = State::new(1)
            .output("network_id", "net-1", false)
            .output("key", "hunter2", true);
        self.carry_out(&id, state).await;
        id
    }

    /// Plans, confirms and applies the open change of a resource, which then has this state.
    pub async fn carry_out(&self, resource: &str, state: State) {
        self.settle().await;
        self.runner.succeed(json!({"add": 1})).await;
        self.settle().await;
        let change = self.get(resource, "").await.attribute("change")["id"].clone();
        let path = format!("/api/v2/resource-changes/{}/actions/confirm", change.as_str().unwrap());
        self.acme.owner.post(&path, json!({"comment": ""})).await.expect(200);
        self.settle().await;
        let item = self.runner.claim().await.expect("there is something to apply");
        item.put("state", state.text()).await.expect(200);
        item.succeed(json!({"add": 1})).await;
        self.settle().await;
    }

    pub async fn get(&self, id: &str, part: &str) -> Answer {
        self.acme
            .owner
            .get(&format!("/api/v2/resources/{id}{part}"))
            .await
            .expect(200)
    }

    pub async fn update(&self, caller: &Caller, id: &str, attributes: Value) -> Answer {
        let body = document("resources", attributes);
        caller.patch(&format!("/api/v2/resources/{id}"), body).await
    }

    pub async fn act(&self, id: &str, action: &str, body: Value) -> Answer {
        let path = format!("/api/v2/resources/{id}/actions/{action}");
        self.acme.owner.post(&path, body).await
    }

    /// Takes back the open change of a resource.
    pub async fn take_back(&self, id: &str) {
        let change = self.get(id, "").await.attribute("change")["id"].clone();
        let path = format!("/api/v2/resource-changes/{}/actions/cancel", change.as_str().unwrap());
        self.acme.owner.post(&path, json!({})).await.expect(200);
        self.settle().await;
    }
}

fn documents(address: &str) -> Value {
    let version = |template: &str, variables: Value| {
        json!({"template": template, "source-code": "small", "tag": "v1.0.0", "directory": template,
            "lifecycle": "active", "variables": variables})
    };
    let network = json!([
        {"name": "cidr", "unique": true, "frozen": true, "label": "Addresses"},
        {"name": "zones", "restricted": ["admin"]},
    ]);
    let database = json!([
        {"name": "network_id", "reference": {"template": "network", "output": "network_id"}},
        {"name": "environment", "options": ["test", "live"]},
        {"name": "size", "rules": {"minimum": 5.0, "maximum": 100.0}, "default": 20},
        {"name": "window", "required": true, "shown-when": {"variable": "backup", "equals": true}},
    ]);
    json!({
        "templates": [
            {"key": "account", "name": "Account", "is-abstract": true},
            {"key": "network", "name": "Network", "parents": [{"template": "account"}], "required-settings": ["region"]},
            {"key": "database", "name": "Database", "parents": [{"template": "network", "maximum": 2}],
                "naming": "{project}-{environment}-db"},
        ],
        "source-codes": [{"name": "small", "identifier": address}],
        "versions": [version("network", network), version("database", database)],
    })
}

/// Everything that was refused: the place, and why.
pub fn problems(answer: &Answer) -> String {
    let errors = answer.body["errors"].as_array().unwrap();
    let line = |error: &Value| {
        let place = error["source"]["pointer"].as_str().unwrap_or_default();
        let place = place.trim_start_matches("/data/attributes/");
        format!("{place}: {}", error["detail"].as_str().unwrap())
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The values of a form or a check: what each is, and where it is from.
pub fn values(answer: &Answer) -> String {
    let all = answer.attribute("values").as_array().unwrap();
    let line = |value: &Value| {
        let origin = value["origin"]["kind"].as_str().unwrap_or("-");
        let marks = [("is-later", "later"), ("is-sensitive", "secret")];
        let marks: String = marks
            .into_iter()
            .filter(|(field, _)| value[*field] == true)
            .map(|(_, word)| format!(" ({word})"))
            .collect();
        format!(
            "{} = {} from {origin}{marks}",
            value["name"].as_str().unwrap(),
            value["value"]
        )
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}
