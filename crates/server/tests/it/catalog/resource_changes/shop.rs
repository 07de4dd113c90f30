//! A catalog of two templates, somebody who orders from it, and a runner that does what the story says.

use serde_json::{Value, json};
use slipway_catalog::CONSUMERS;
use slipway_kernel::events::consumers;
use slipway_testing::git_server::{Change, GitServer, Repository};

use crate::catalog::source_codes::acme;
use crate::support::{Acme, Answer, Caller, State, TestItem, TestRunner, document};

const NETWORK: &str = r#"
variable "cidr" {
  type = string
}
output "network_id" {
  value = "net"
}
"#;

const DATABASE: &str = r#"
variable "network_id" {
  type = string
}
variable "size" {
  type    = number
  default = 10
}
variable "password" {
  type      = string
  sensitive = true
  default   = null
}
output "endpoint" {
  value = "db"
}
output "secret" {
  value     = "hunter2"
  sensitive = true
}
"#;

/// How the variables of databases are asked for: the network's id comes from the network.
pub fn network_id() -> Value {
    json!([{"name": "network_id", "reference": {"template": "network", "output": "network_id"}}])
}

/// The organization `acme` with the templates `network` and `database`.
pub struct Shop {
    pub acme: Acme,
    pub runner: TestRunner,
    pub server: GitServer,
    pub modules: Repository,
}

impl Shop {
    pub async fn new() -> Self {
        Self::on(acme().await).await
    }

    /// The same in an organization that is there.
    pub async fn on(acme: Acme) -> Self {
        let server = GitServer::start().unwrap();
        let repository = server.create("platform/small").unwrap();
        let files = [
            Change::file("network/main.tf", NETWORK),
            Change::file("database/main.tf", DATABASE),
        ];
        repository.commit("main", "Two modules", &files).unwrap();
        repository.git(&["tag", "v1.0.0", "main"]).unwrap();
        let of = |template: &str, variables: Value| {
            json!({"template": template, "source-code": "small", "tag": "v1.0.0", "directory": template,
                "lifecycle": "active", "variables": variables})
        };
        let documents = json!({
            "templates": [
                {"key": "network", "name": "Network"},
                {"key": "database", "name": "Database", "parents": [{"template": "network"}]},
            ],
            "source-codes": [{"name": "small", "identifier": server.url("platform/small")}],
            "versions": [of("network", json!([])), of("database", network_id())],
        });
        let path = "/api/v2/organizations/acme/catalog/actions/apply";
        acme.owner.post(path, documents).await.expect(200);
        let runner = acme.runner().await;
        // What happened until now concerns nobody.
        for consumer in CONSUMERS.iter().chain(slipway_apps::CONSUMERS) {
            consumers::begin(&acme.app.system(), consumer).await.unwrap();
        }
        let shop = Self {
            acme,
            runner,
            server,
            modules: repository,
        };
        shop.settle().await;
        shop
    }

    /// Everything that the server would do by now, with what hears of runs and of changes.
    pub async fn settle(&self) {
        let ctx = self.acme.app.system();
        loop {
            self.acme.app.settle().await;
            let mut heard = 0;
            for consumer in CONSUMERS.iter().chain(slipway_apps::CONSUMERS) {
                heard += consumers::deliver_batch(&ctx, consumer).await.unwrap();
            }
            if heard == 0 {
                return;
            }
        }
    }

    /// Another version of a template: the code of the main branch.
    pub async fn next_version(&self, template: &str, variables: Value) -> String {
        let wanted = json!({"template": template, "source-code": "small", "branch": "main", "directory": template,
            "lifecycle": "active", "variables": variables});
        let path = "/api/v2/organizations/acme/source-code-versions";
        let body = document("source-code-versions", wanted);
        let id = self.acme.owner.post(path, body).await.expect(201).id();
        self.settle().await;
        id
    }

    /// Orders something; nothing of it is done yet.
    pub async fn order(&self, caller: &Caller, attributes: Value) -> String {
        let path = "/api/v2/organizations/acme/resources";
        caller
            .post(path, document("resources", attributes))
            .await
            .expect(201)
            .id()
    }

    /// Orders a network.
    pub async fn network(&self, name: &str) -> String {
        let wanted = json!({"template": "network", "name": name, "values": {"cidr": "10.0.0.0/16"}});
        self.order(&self.acme.owner, wanted).await
    }

    /// Orders a database in a network.
    pub async fn database(&self, caller: &Caller, name: &str, network: &str) -> String {
        let wanted = json!({"template": "database", "name": name, "parents": [network], "reason": "For the shop"});
        self.order(caller, wanted).await
    }

    /// A network that is there, with this output.
    pub async fn made_network(&self, name: &str, id: &str) -> String {
        let network = self.network(name).await;
        self.carry_out(&network, State::new(1).output("network_id", id, false))
            .await;
        network
    }

    /// Plans, confirms and applies the open change of a resource, which then has this state.
    pub async fn carry_out(&self, resource: &str, state: State) {
        self.plan().await;
        self.act(&self.acme.owner, resource, "confirm").await.expect(200);
        self.apply(state).await;
        assert_eq!(self.status(resource).await, "applied");
    }

    /// The next item, which must be there.
    pub async fn claim(&self) -> TestItem {
        self.settle().await;
        self.runner.claim().await.expect("there is an item to claim")
    }

    /// Plans what is to be planned next.
    pub async fn plan(&self) {
        self.claim().await.succeed(json!({"add": 1})).await;
        self.settle().await;
    }

    /// Applies what is to be applied next; this is the state then.
    pub async fn apply(&self, state: State) {
        let item = self.claim().await;
        item.put("state", state.text()).await.expect(200);
        item.succeed(json!({"add": 1})).await;
        self.settle().await;
    }

    /// What is to be applied next fails half way, with this state.
    pub async fn fail_to_apply(&self, state: State) {
        let item = self.claim().await;
        item.put("state", state.text()).await.expect(200);
        let completion = json!({"outcome": "failed", "log-bytes": 0, "event-bytes": 0, "message": "the disk is full"});
        item.complete(completion).await.expect(204);
        self.settle().await;
    }

    /// The newest change of a resource.
    pub async fn change(&self, resource: &str) -> Answer {
        let path = format!("/api/v2/resources/{resource}/changes");
        let all = self.acme.owner.get(&path).await.expect(200);
        let path = format!("/api/v2/resource-changes/{}", all.ids()[0]);
        self.acme.owner.get(&path).await.expect(200)
    }

    /// How far the newest change of a resource is.
    pub async fn status(&self, resource: &str) -> String {
        self.change(resource)
            .await
            .attribute("status")
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The run of the newest change of a resource.
    pub async fn run(&self, resource: &str) -> String {
        let change = self.change(resource).await;
        let run = &change.body["data"]["relationships"]["run"]["data"]["id"];
        run.as_str().unwrap_or_default().to_owned()
    }

    /// Somebody says something about the newest change of a resource.
    pub async fn act(&self, caller: &Caller, resource: &str, action: &str) -> Answer {
        self.say(caller, resource, action, json!({"comment": ""})).await
    }

    pub async fn say(&self, caller: &Caller, resource: &str, action: &str, body: Value) -> Answer {
        let id = self.change(resource).await.id();
        let path = format!("/api/v2/resource-changes/{id}/actions/{action}");
        caller.post(&path, body).await
    }

    /// A resource as its readers see it.
    pub async fn resource(&self, id: &str) -> Answer {
        self.acme
            .owner
            .get(&format!("/api/v2/resources/{id}"))
            .await
            .expect(200)
    }

    /// Asks for a change of a resource.
    pub async fn update(&self, caller: &Caller, id: &str, attributes: Value) -> Answer {
        let path = format!("/api/v2/resources/{id}");
        let seen = caller.get(&path).await.expect(200);
        let tag = seen.headers.get("etag").unwrap().to_str().unwrap().to_owned();
        let headers = [("content-type", "application/vnd.api+json"), ("if-match", tag.as_str())];
        let body = document("resources", attributes).to_string();
        caller.send("PATCH", &path, &headers, body.into()).await
    }

    /// How many runs a resource's workspace has had.
    pub async fn runs(&self, resource: &str) -> usize {
        let shown = self.resource(resource).await;
        let workspace = &shown.body["data"]["relationships"]["workspace"]["data"]["id"];
        let Some(workspace) = workspace.as_str() else { return 0 };
        let path = format!("/api/v2/workspaces/{workspace}/runs");
        self.acme.owner.get(&path).await.expect(200).ids().len()
    }
}
