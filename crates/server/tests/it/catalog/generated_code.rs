//! A resource as a plain OpenTofu project, held against the real engine.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use slipway_catalog::generated_code::facts::{Facts, Given, What};
use slipway_catalog::generated_code::files;
use slipway_testing::git_server::Change;
use slipway_testing::tools;
use slipway_tofu::engines::Kind;
use slipway_tofu::interface::read;

use super::resource_changes::shop::Shop;
use crate::support::document;

/// A module with every sort of value, a secret, and something in its state.
const QUEUE: &str = r#"
terraform {
  required_version = ">= 1.6"
}
variable "network_id" {
  type = string
}
variable "settings" {
  type    = any
  default = {}
}
variable "size" {
  type    = number
  default = 10
}
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "this" {
  input = { network = var.network_id, settings = var.settings, size = var.size }
}
resource "terraform_data" "many" {
  for_each = toset(["a", "b"])
  input    = each.key
}
output "network" {
  description = "Where it is"
  value       = var.network_id
}
output "secret" {
  value     = var.password
  sensitive = true
}
"#;

/// The real engine in a directory.
fn tofu(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("tofu.rc");
    let tools = tools::find().unwrap();
    let mirror = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        tools.mirror
    );
    std::fs::write(&config, mirror).unwrap();
    let output = Command::new(tools.tofu)
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.path())
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", config)
        .env("TF_VAR_password", "hunter2")
        .env("TF_VAR_token", "hunter2")
        .env("TF_VAR_hidden", "{}")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[track_caller]
fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let (is_well, text) = tofu(directory, arguments);
    assert!(is_well, "{arguments:?}: {text}");
    text
}

/// What an apply of the module itself with these values leaves: what Slipway's run leaves.
fn state_of(code: &str, values: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), code).unwrap();
    std::fs::write(directory.path().join("a.auto.tfvars"), values).unwrap();
    succeed(directory.path(), &["init", "-input=false"]);
    succeed(directory.path(), &["apply", "-input=false", "-auto-approve"]);
    std::fs::read_to_string(directory.path().join("terraform.tfstate")).unwrap()
}

/// A module that wants a provider handed in, keeps a value nowhere, and shows one that only the catalog calls a secret.
const DEMANDING: &str = r#"
terraform {
  required_providers {
    null = {
      source                = "hashicorp/null"
      configuration_aliases = [null.second]
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.0"
    }
  }
}
variable "token" {
  type      = string
  ephemeral = true
}
variable "hidden" {
  type = object({ a = optional(string, "x") })
}
variable "plain" {
  type = any
}
resource "null_resource" "a" {
  provider = null.second
}
resource "random_id" "b" {
  byte_length = 2
}
output "shown" {
  value = var.hidden.a
}
output "kept_nowhere" {
  value     = var.token
  ephemeral = true
}
"#;

#[test]
fn a_demanding_module_is_called_as_it_wants_to_be() {
    let reading = read([("main.tf", DEMANDING.as_bytes())], Kind::OpenTofu);
    assert!(reading.is_complete(), "{:?}", reading.problems);
    let asked = |name: &str, is_ephemeral: bool| Given {
        name: name.to_owned(),
        what: What::Asked {
            value_type: reading.interface.variable(name).unwrap().value_type.clone(),
            is_sensitive: true,
            is_ephemeral,
        },
        origin: "\"key\" of the variable set \"x\".".to_owned(),
    };
    let nasty = json!({"${x}": "%{ for }", "a b": [[], {}, "line\nbreak"], "für": {"ünï": null}, "zz": 1e300});
    let plain = Given {
        name: "plain".to_owned(),
        what: What::Value(nasty),
        origin: "The output \"a\nb\" of x/y.".to_owned(),
    };
    let facts = Facts {
        name: "1-demanding".to_owned(),
        template: "demanding".to_owned(),
        project: "default".to_owned(),
        organization: "acme".to_owned(),
        description: "Two\n\u{1b}lines.".to_owned(),
        version: "v1.0.0".to_owned(),
        source: "./module".to_owned(),
        engine: "tofu",
        engine_version: ">= 1.6".to_owned(),
        values: vec![asked("token", true), plain, asked("hidden", false)],
        interface: reading.interface.clone(),
        ..Facts::default()
    };
    let written = files(&facts).unwrap();
    assert_eq!(files(&facts).unwrap(), written);
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("module")).unwrap();
    std::fs::write(directory.path().join("module/main.tf"), DEMANDING).unwrap();
    for (name, text) in &written {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    for name in written.keys().filter(|name| name.ends_with(".tf")) {
        assert_eq!(
            succeed(directory.path(), &["fmt", "-check", "-diff", name]),
            "",
            "{name}"
        );
    }
    succeed(directory.path(), &["init", "-input=false"]);
    succeed(directory.path(), &["validate"]);
    let plan = succeed(directory.path(), &["plan", "-input=false", "-no-color"]);
    assert!(plan.contains("Plan: 2 to add"), "{plan}");
    assert!(plan.contains("shown = (sensitive value)"), "{plan}");
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "backend.tf",
            "main.tf",
            "outputs.tf",
            "providers.tf",
            "terraform.tf",
            "variables.tf"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downloaded_resource_is_formatted_valid_and_goes_on_from_its_state() {
    let shop = Shop::new().await;
    shop.publish(
        "queue",
        QUEUE,
        json!([{"name": "network_id", "reference": {"template": "network", "output": "network_id"}}]),
    )
    .await;
    let network = shop.made_network("main", "net-1").await;
    let settings = json!({"a b": ["${file(\"/etc/passwd\")}", "line\nbreak %{ if }"], "für": {"deep": [1, true, null]}, "x": "日本"});
    let wanted = json!({"template": "queue", "name": "1-orders", "description": "For the shop.\n\nTwice.", "parents": [network],
        "values": {"settings": settings, "password": "hunter2"}});
    let queue = shop.order(&shop.acme.owner, wanted).await;
    let path = format!("/api/v2/resources/{queue}/code");

    // Before anything is made: what will be made.
    let early = shop.acme.owner.get(&path).await.expect(200);
    let directory = unpacked(&early.bytes);
    assert!(!directory.path().join("moved.tf").exists());

    let values = format!(
        "network_id = \"net-1\"\nsettings = {}\n",
        slipway_tofu::writing::inline(&settings)
    );
    shop.plan().await;
    shop.act(&shop.acme.owner, &queue, "confirm").await.expect(200);
    let item = shop.claim().await;
    let state = state_of(QUEUE, &values);
    item.put("state", state.clone()).await.expect(200);
    item.succeed(json!({"add": 3})).await;
    shop.settle().await;

    let code = shop.acme.owner.get(&path).await.expect(200);
    let again = shop.acme.owner.get(&path).await.expect(200);
    assert_eq!(code.bytes, again.bytes, "the same facts give the same bytes");
    let directory = unpacked(&code.bytes);
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    let all: String = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(!all.contains("hunter2"), "{all}");
    let main = read("main.tf");
    assert!(
        main.contains("# The output \"network_id\" of network/main.\n  network_id = \"net-1\""),
        "{main}"
    );
    assert!(main.contains("= var.password"), "{main}");
    assert!(main.contains("//queue?ref="), "{main}");
    assert!(!main.contains("size"), "the module knows its own default: {main}");

    let formatted = succeed(directory.path(), &["fmt", "-check", "-diff", "-recursive"]);
    assert_eq!(formatted, "");
    succeed(directory.path(), &["init", "-backend=false", "-input=false"]);
    succeed(directory.path(), &["validate"]);
    // With a copy of the state, everything only moves.
    std::fs::write(directory.path().join("terraform.tfstate"), state).unwrap();
    succeed(directory.path(), &["init", "-input=false"]);
    let plan = succeed(directory.path(), &["plan", "-input=false", "-no-color", "-out=plan"]);
    let shown: serde_json::Value =
        serde_json::from_str(&succeed(directory.path(), &["show", "-json", "plan"])).unwrap();
    let changes = shown["resource_changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3, "{plan}");
    for change in changes {
        assert_eq!(change["change"]["actions"], json!(["no-op"]), "{plan}");
        assert!(
            change["address"].as_str().unwrap().starts_with("module.r1-orders."),
            "{plan}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_for_who_may_see_the_resource_and_the_download_is_told() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let path = format!("/api/v2/resources/{network}/code");
    let admin = shop.acme.app.site_admin("root").await;
    let (_, stranger) = shop.acme.app.user(&admin, "eve").await;
    stranger.get(&path).await.expect(404);
    let reader = shop.acme.member("rob", "read", "acme").await;
    let code = reader.get(&path).await.expect(200);
    assert_eq!(
        code.headers["content-disposition"].to_str().unwrap(),
        "attachment; filename=\"main.tar.gz\""
    );
    shop.settle().await;
    let told = shop
        .acme
        .owner
        .get("/api/v2/organizations/acme/events?filter[action]=resource.code-downloaded")
        .await
        .expect(200);
    assert_eq!(told.ids().len(), 1, "{}", told.text());

    // What has no code cannot be downloaded.
    let group = json!({"key": "group", "name": "Group", "is-abstract": true});
    let path = "/api/v2/organizations/acme/templates";
    shop.acme
        .owner
        .post(path, document("templates", group))
        .await
        .expect(201);
    let group = shop
        .order(&shop.acme.owner, json!({"template": "group", "name": "all"}))
        .await;
    let path = format!("/api/v2/resources/{group}/code");
    let (_, detail) = shop.acme.owner.get(&path).await.expect(409).error();
    assert!(detail.contains("no code"), "{detail}");
}

pub fn unpacked(bytes: &[u8]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    slipway_tofu::archive::unpack(bytes, directory.path(), &slipway_tofu::archive::Limits::default()).unwrap();
    directory
}

/// Templates of the shop beside those that it has.
impl Shop {
    /// A template `key` with this module, that stands on a network.
    pub async fn publish(&self, key: &str, code: &str, variables: serde_json::Value) {
        let files = [Change::file(&format!("{key}/main.tf"), code)];
        self.modules.commit("main", "One more module", &files).unwrap();
        self.modules.git(&["tag", "v1.1.0", "main"]).unwrap();
        let documents = json!({
            "templates": [{"key": key, "name": key, "parents": [{"template": "network"}]}],
            "versions": [{"template": key, "source-code": "small", "tag": "v1.1.0", "directory": key,
                "lifecycle": "active", "variables": variables}],
        });
        let path = "/api/v2/organizations/acme/catalog/actions/apply";
        self.acme.owner.post(path, documents).await.expect(200);
        self.settle().await;
    }
}
