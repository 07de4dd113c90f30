//! Blueprints that do not fit what is published.

use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, SourceCodeId};
use slipway_api::source_code_versions::{NewSourceCodeVersion, RefKind};
use slipway_api::templates::NewTemplate;
use slipway_tofu::engines::Kind;
use slipway_tofu::interface::read;

use super::*;
use crate::source_code_versions::model::Code;

const NETWORK: &str = r#"
variable "zone" { type = string }
output "id" { value = "net" }
output "key" {
  value     = "hunter2"
  sensitive = true
}
"#;
const DATABASE: &str = r#"
variable "network_id" { type = string }
variable "size" {
  type    = number
  default = 1
}
variable "password" {
  type      = string
  sensitive = true
}
variable "token" { type = string }
"#;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_763_680_000_000)
}

fn template(number: u64, more: Value) -> Template {
    let wanted: NewTemplate = serde_json::from_value(more).unwrap();
    let (id, organization) = (TemplateId::from_parts(0, number), OrganizationId::from_parts(0, 1));
    Template::new(id, organization, &wanted, now())
}

fn published(template: &Template, number: u64, code: &str, settings: Value) -> Published {
    let wanted: NewSourceCodeVersion =
        serde_json::from_value(json!({"template": template.key, "source-code": "modules", "tag": "v1"})).unwrap();
    let code = Code {
        commit: "c".to_owned(),
        snapshot: None,
        interface: read([("main.tf", code.as_bytes())], Kind::OpenTofu).interface,
        diagnostics: Vec::new(),
        status: VersionStatus::Ready,
    };
    let version = SourceCodeVersion::new(
        SourceCodeVersionId::from_parts(0, number),
        (template, SourceCodeId::from_parts(0, 1)),
        &wanted,
        ((RefKind::Tag, "v1"), ""),
        (code, 1, now()),
    );
    Published {
        version,
        settings: serde_json::from_value(settings).unwrap(),
    }
}

/// Accounts without code, networks in accounts, databases in networks.
fn known() -> Known {
    let account = template(1, json!({"key": "account", "name": "Account", "is-abstract": true}));
    let network = template(2, json!({"key": "network", "name": "Network"}));
    let secrets = json!([{"name": "token", "source": {"kind": "variable-set", "variable-set": "s", "key": "t"}}]);
    let database = template(3, json!({"key": "database", "name": "Database", "secrets": secrets}));
    let empty = template(4, json!({"key": "empty", "name": "Not published"}));
    let need = |parent: &Template| {
        let need = Need {
            parent: parent.id,
            minimum: 1,
            maximum: Some(1),
            group: None,
        };
        vec![(parent.key.clone(), need)]
    };
    let of_network = published(&network, 2, NETWORK, json!([]));
    let of_database = published(&database, 3, DATABASE, json!([{"name": "size", "options": [1, 2]}]));
    Known {
        needs: [(network.id, need(&account)), (database.id, need(&network))].into(),
        recommended: [
            (network.id, of_network.version.id),
            (database.id, of_database.version.id),
        ]
        .into(),
        versions: [of_network, of_database].map(|one| (one.version.id, one)).into(),
        templates: [account, network, database, empty]
            .map(|one| (one.key.clone(), one))
            .into(),
    }
}

fn wrong(change: impl FnOnce(&mut Value)) -> String {
    let mut document = json!({
        "name": "shop",
        "constants": [{"name": "zone", "default": "a"}, {"name": "size", "default": 2}],
        "externals": [{"name": "account", "template": "account"}],
        "parts": [
            {"name": "net", "template": "network", "stands-on": ["account"]},
            {"name": "db", "template": "database", "stands-on": ["net"], "values": {}},
        ],
        "wires": [
            {"from": {"constant": "zone"}, "to": {"part": "net", "variable": "zone"}},
            {"from": {"constant": "size"}, "to": {"part": "db", "variable": "size"}},
            {"from": {"part": "net", "output": "id"}, "to": {"part": "db", "variable": "network_id"}},
            {"from": {"part": "net", "output": "key"}, "to": {"part": "db", "variable": "password"}},
        ],
    });
    change(&mut document);
    let wanted: NewBlueprint = serde_json::from_value(document).unwrap();
    let mut problems = Problems::at("");
    check(&wanted, &known(), &mut problems);
    let found = problems.into_found().into_iter();
    let line = |one: slipway_kernel::errors::FieldError| format!("{}: {}", one.source.pointer.unwrap(), one.detail);
    found.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_fits_is_accepted() {
    assert_eq!(wrong(|_| {}), "");
}

#[test]
fn templates_and_versions_are_there() {
    insta::assert_snapshot!(wrong(|all| all["parts"][0]["template"] = json!("vpc")), @"/parts/0/template: There is no template \"vpc\", or you may not see it.");
    insta::assert_snapshot!(wrong(|all| all["externals"][0]["template"] = json!("x")), @"/externals/0/template: There is no template \"x\", or you may not see it.");
    insta::assert_snapshot!(wrong(|all| {
        all["parts"] = json!([{"name": "net", "template": "empty"},
            {"name": "db", "template": "account", "source-code-version": "scv-0000000000000009", "values": {"a": 1}}]);
        all["wires"] = json!([{"from": {"part": "net", "output": "id"}, "to": {"part": "db", "variable": "x"}}]);
    }), @r#"
    /parts/0/source-code-version: "empty" has no active version; say which one is to be taken.
    /parts/1/source-code-version: "account" is abstract: its resources have no code.
    /parts/1/values: An abstract template has no code that takes values.
    /wires/0/to/variable: "account" is abstract: it has no code that takes values.
    "#);
    let unknown = wrong(|all| all["parts"][1]["source-code-version"] = json!("scv-0000000000000009"));
    assert_eq!(
        unknown,
        "/parts/1/source-code-version: \"database\" has no such version."
    );
}

#[test]
fn parts_stand_on_what_their_templates_say() {
    insta::assert_snapshot!(wrong(|all| all["parts"][1]["stands-on"] = json!(["account"])), @r#"
    /parts/1/stands-on: "database" stands on at least 1 of "network", and 0 are given.
    /parts/1/stands-on: "database" does not stand on "account".
    "#);
}

#[test]
fn wires_and_values_have_ends() {
    insta::assert_snapshot!(wrong(|all| {
        all["parts"][1]["values"] = json!({"password": "hunter2", "sizes": 3});
        all["wires"][0]["to"]["variable"] = json!("zones");
        all["wires"][2]["from"]["output"] = json!("name");
        all["wires"][3]["to"]["variable"] = json!("token");
        all["constants"][1]["default"] = json!(3);
    }), @r#"
    /parts/1/values/password: A secret does not stand in a blueprint, where everybody reads it; it is given when the blueprint is used.
    /parts/1/values/sizes: The module has no variable "sizes"; it has network_id, size, password, token.
    /wires/0/to/variable: The module has no variable "zones"; it has zone.
    /wires/2/from/output: The module has no output "name"; it has id, key.
    /wires/3/to/variable: It is a secret of the template, and comes from nowhere else.
    /constants/1/default: For "size" of "db", it is one of 1, 2.
    "#);
}

#[test]
fn secrets_go_where_they_stay_secrets() {
    insta::assert_snapshot!(wrong(|all| {
        all["wires"][2]["from"]["output"] = json!("key");
        all["wires"][1]["to"]["variable"] = json!("token");
        all["wires"][0]["to"] = json!({"part": "db", "variable": "password"});
    }), @r#"
    /wires/1/to/variable: It is a secret of a variable set, and comes from nowhere else.
    /wires/2/from/output: It is a secret output, and only variables that are secrets are given those.
    /constants/0/default: For "password" of "db", a secret does not stand in a blueprint, where everybody reads it.
    /constants/1/default: For "token" of "db", a secret does not stand in a blueprint, where everybody reads it.
    "#);
}
