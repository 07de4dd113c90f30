//! Where values are from, by the order of origins.

use serde_json::{Value, json};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId, SourceCodeId, SourceCodeVersionId, TemplateId};
use slipway_api::resources::ResourceSpecification;
use slipway_api::source_code_versions::{NewSourceCodeVersion, RefKind, VersionStatus, VersionVariable};
use slipway_api::templates::NewTemplate;
use slipway_tofu::engines::Kind;
use slipway_tofu::interface::read;

use super::*;
use crate::project_rules::model::Inherited;
use crate::resources::Resource;
use crate::resources::model::{Beginning, Output, Secrets};
use crate::resources::values::Ancestor;
use crate::source_code_versions::SourceCodeVersion;
use crate::source_code_versions::model::Code;
use crate::templates::Template;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_763_680_000_000)
}

fn template(key: &str, more: Value) -> Template {
    let mut all = json!({"key": key, "name": key});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let wanted: NewTemplate = serde_json::from_value(all).unwrap();
    let number = u64::from(key.bytes().next().unwrap());
    Template::new(
        TemplateId::from_parts(0, number),
        OrganizationId::from_parts(0, 1),
        &wanted,
        now(),
    )
}

fn version(template: &Template, code: &str) -> SourceCodeVersion {
    let wanted: NewSourceCodeVersion =
        serde_json::from_value(json!({"template": template.key, "source-code": "modules", "tag": "v1"})).unwrap();
    let reading = read([("main.tf", code.as_bytes())], Kind::OpenTofu);
    let code = Code {
        commit: "c".to_owned(),
        snapshot: None,
        interface: reading.interface,
        diagnostics: Vec::new(),
        status: VersionStatus::Ready,
    };
    SourceCodeVersion::new(
        SourceCodeVersionId::from_parts(0, 1),
        (template, SourceCodeId::from_parts(0, 1)),
        &wanted,
        ((RefKind::Tag, "v1"), ""),
        (code, 1, now()),
    )
}

fn specification(more: Value) -> ResourceSpecification {
    let mut all = json!({"name": "main"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

/// Something to stand on, so many steps away, with these outputs.
fn ancestor(number: u64, key: &str, distance: u32, more: Value, outputs: &[(&str, Option<Value>)]) -> Ancestor {
    let beginning = Beginning {
        id: ResourceId::from_parts(0, number),
        organization: OrganizationId::from_parts(0, 1),
        project: ProjectId::from_parts(0, 1),
        template: template(key, json!({})).id,
        by: "ann".to_owned(),
        now: now(),
    };
    let mut resource = Resource::ordered(beginning, specification(more));
    let output = |(name, value): &(&str, Option<Value>)| {
        let output = Output {
            value_type: json!("string"),
            is_sensitive: value.is_none(),
            value: value.clone(),
            is_unknown: false,
            digest: String::new(),
        };
        ((*name).to_owned(), output)
    };
    resource.outputs.0 = outputs.iter().map(output).collect();
    Ancestor {
        resource,
        template: key.parse().unwrap(),
        distance,
    }
}

fn context(code: &str, settings: Value, wanted: Value, ancestors: Vec<Ancestor>) -> Context {
    let template = template("database", json!({}));
    let settings: Vec<VersionVariable> = serde_json::from_value(settings).unwrap();
    Context {
        resource: None,
        organization: (OrganizationId::from_parts(0, 1), "acme".parse().unwrap()),
        project: (ProjectId::from_parts(0, 1), "shop".parse().unwrap()),
        version: Some(version(&template, code)),
        template,
        settings,
        specification: specification(wanted),
        secrets: Secrets::default(),
        ancestors,
        of_project: Inherited::default(),
        is_demo: false,
    }
}

fn shown(context: &Context) -> String {
    let line = |one: ResolvedValue| {
        let kind = one
            .origin
            .map(|origin| serde_json::to_value(origin).unwrap()["kind"].clone());
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or("-");
        let value = one.value.map_or_else(|| "?".to_owned(), |value| value.to_string());
        let problem = one.problem.map(|problem| format!(" ! {problem}")).unwrap_or_default();
        let later = if one.is_later { " later" } else { "" };
        let secret = if one.is_sensitive { " secret" } else { "" };
        format!("{}: {value} {kind}{later}{secret}{problem}", one.name)
    };
    resolve(context).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

const SIZE: &str = "variable \"size\" {\n  type = number\n  default = 1\n}\n";

#[test]
fn the_first_that_says_something_counts() {
    let refers = json!([{"name": "size", "default": 2, "reference": {"template": "network", "output": "size"}}]);
    let far = || {
        ancestor(
            1,
            "account",
            2,
            json!({"settings": [{"name": "size", "value": "5", "is-inherited": true}]}),
            &[],
        )
    };
    let near = |setting: bool, output: &[(&str, Option<Value>)]| {
        let settings = json!({"settings": [{"name": "size", "value": "4", "is-inherited": setting}]});
        ancestor(2, "network", 1, settings, output)
    };
    let one = |settings: &Value, wanted: Value, ancestors| shown(&context(SIZE, settings.clone(), wanted, ancestors));
    let output: &[(&str, Option<Value>)] = &[("size", Some(json!(6)))];
    let own = json!({"settings": [{"name": "size", "value": "7"}]});
    let plain = json!([{"name": "size", "default": 2}]);
    assert_eq!(
        one(&refers, json!({"values": {"size": 9}}), vec![near(true, output), far()]),
        "size: 9 resource"
    );
    assert_eq!(
        one(&refers, own.clone(), vec![near(true, output), far()]),
        "size: 6 reference"
    );
    assert_eq!(one(&plain, own, vec![near(true, output), far()]), "size: 7 setting");
    assert_eq!(
        one(&plain, json!({}), vec![near(true, output), far()]),
        "size: 4 setting"
    );
    // What is not inherited is the nearer one's own.
    assert_eq!(
        one(&plain, json!({}), vec![near(false, output), far()]),
        "size: 5 setting"
    );
    assert_eq!(one(&plain, json!({}), vec![]), "size: 2 version");
    assert_eq!(one(&json!([]), json!({}), vec![]), "size: 1 module");
    // Null is nothing where the module takes none.
    let strict = SIZE.replace("default = 1", "default = 1\n  nullable = false");
    assert_eq!(
        shown(&context(&strict, json!([]), json!({"values": {"size": null}}), vec![])),
        "size: 1 module"
    );
}

#[test]
fn outputs_that_are_not_there_or_are_secret_come_later() {
    let code = "variable \"id\" { type = string }\n";
    let refers = json!([{"name": "id", "reference": {"template": "network", "output": "id"}}]);
    let with = |ancestors| shown(&context(code, refers.clone(), json!({}), ancestors));
    assert_eq!(
        with(vec![ancestor(1, "network", 1, json!({}), &[])]),
        "id: ? reference later"
    );
    assert_eq!(
        with(vec![ancestor(1, "network", 1, json!({}), &[("id", None)])]),
        "id: ? reference later secret"
    );
    assert_eq!(
        with(vec![]),
        "id: ? - ! it is the output \"id\" of a resource of \"network\": let this one stand on one, or give a value"
    );
    let both = [1, 2].map(|number| {
        ancestor(
            number,
            "network",
            1,
            json!({}),
            &[("id", Some(json!(number.to_string())))],
        )
    });
    assert_eq!(with(both.to_vec()), "id: \"1\" reference");
}

#[test]
fn what_only_an_apply_of_a_demo_would_tell_is_given_by_hand() {
    let code = "variable \"id\" {\n  type    = string\n  default = \"x\"\n}\n";
    let refers = json!([{"name": "id", "reference": {"template": "network", "output": "id"}}]);
    let with = |wanted: Value| {
        let mut parent = ancestor(1, "network", 1, json!({}), &[("id", Some(Value::Null))]);
        let output = parent.resource.outputs.0.get_mut("id").unwrap();
        (output.value, output.is_unknown) = (None, true);
        shown(&context(code, refers.clone(), wanted, vec![parent]))
    };
    // Not the default, which is not what it will ever be.
    assert_eq!(
        with(json!({})),
        "id: ? reference later ! it is the output \"id\" of \"main\", which only an apply would tell, and that is a demo: \
         give a value"
    );
    assert_eq!(with(json!({"values": {"id": "net-1"}})), "id: \"net-1\" resource");
}

#[test]
fn a_resource_names_whose_output_it_takes() {
    let code = "variable \"id\" { type = string }\n";
    let refers = json!([{"name": "id", "reference": {"template": "network", "output": "id"}}]);
    let output = |text: &str| [("id", Some(json!(text))), ("key", None)];
    let below = || {
        vec![
            ancestor(1, "network", 1, json!({}), &output("one")),
            ancestor(2, "network", 1, json!({}), &output("two")),
            ancestor(3, "account", 2, json!({}), &output("far")),
        ]
    };
    let of = |number: u64, output: &str| {
        let resource = ResourceId::from_parts(0, number);
        json!({"references": {"id": {"resource": resource, "output": output}}})
    };
    let with = |wanted: Value| shown(&context(code, refers.clone(), wanted, below()));
    assert_eq!(with(json!({})), "id: \"one\" reference");
    assert_eq!(with(of(2, "id")), "id: \"two\" reference");
    assert_eq!(with(of(3, "id")), "id: \"far\" reference");
    assert_eq!(with(of(3, "other")), "id: ? reference later");
    // Of something else it is said elsewhere that it is not below.
    assert_eq!(with(of(4, "id")), "id: ? reference later");
    // What the resource says itself counts before it.
    let mut both = of(2, "id");
    both["values"] = json!({"id": "given"});
    assert_eq!(with(both), "id: \"given\" resource");
    // A secret goes where it stays one.
    assert_eq!(
        with(of(2, "key")),
        "id: ? reference later secret ! it is a secret output, and only variables that are secrets are given those"
    );
    let hidden = "variable \"id\" {\n  type = string\n  sensitive = true\n}\n";
    let found = shown(&context(hidden, json!([]), of(2, "key"), below()));
    assert_eq!(found, "id: ? reference later secret");
}

#[test]
fn tags_are_those_of_all_the_nearer_first() {
    let code = "variable \"tags\" {\n  type = map(string)\n  default = { x = \"y\" }\n}\n";
    let tags = |all: Value| json!({"tags": all});
    let far = tags(json!([
        {"name": "team", "value": "far", "is-inherited": true}, {"name": "own", "value": "far"},
        {"name": "cost", "value": "far", "is-inherited": true}]));
    let near = tags(json!([{"name": "team", "value": "near", "is-inherited": true}]));
    let below = || {
        vec![
            ancestor(2, "network", 1, near.clone(), &[]),
            ancestor(1, "account", 2, far.clone(), &[]),
        ]
    };
    let with = |wanted: Value, ancestors| shown(&context(code, json!([]), wanted, ancestors));
    assert_eq!(with(json!({}), vec![]), "tags: {\"x\":\"y\"} module");
    assert_eq!(
        with(json!({}), below()),
        "tags: {\"cost\":\"far\",\"team\":\"near\"} tags"
    );
    let mut wanted = tags(json!([{"name": "team", "value": "mine"}, {"name": "z", "value": "1"}]));
    wanted["values"] = json!({"tags": {"cost": "given"}});
    assert_eq!(
        with(wanted, below()),
        "tags: {\"cost\":\"given\",\"team\":\"mine\",\"z\":\"1\"} tags"
    );
}

#[test]
fn what_the_project_says_counts_last() {
    let said = |name: &str, value: &str| ResourceSetting {
        name: name.to_owned(),
        value: value.to_owned(),
        is_inherited: true,
    };
    let code = r#"
variable "zone" { type = string }
variable "size" { type = number }
variable "tags" { type = map(string) }
"#;
    let near = json!({"settings": [{"name": "zone", "value": "a", "is-inherited": true}],
        "tags": [{"name": "team", "value": "near", "is-inherited": true}]});
    let below = ancestor(1, "network", 1, near, &[]);
    let mut context = context(code, json!([]), json!({}), vec![below]);
    context.of_project = Inherited {
        tags: vec![said("team", "far"), said("cost", "12")],
        settings: vec![said("zone", "z"), said("size", "3")],
    };
    let found = resolve(&context);
    let of = |name: &str| found.iter().find(|one| one.name == name).unwrap();
    assert_eq!(of("zone").value, Some(json!("a")));
    assert_eq!(
        (of("size").value.clone(), of("size").origin.clone()),
        (Some(json!(3)), Some(ValueOrigin::Project))
    );
    assert_eq!(of("tags").value, Some(json!({"team": "near", "cost": "12"})));
}

#[test]
fn conditions_say_what_is_asked_for() {
    let code = "variable \"backup\" {\n  type = bool\n  default = false\n}\nvariable \"window\" { type = string }\n";
    let settings = json!([{"name": "window", "shown-when": {"variable": "backup", "equals": true}}]);
    let with = |values: Value| shown(&context(code, settings.clone(), json!({"values": values}), vec![]));
    assert_eq!(with(json!({})), "window: ? -\nbackup: false module");
    assert_eq!(
        with(json!({"backup": true})),
        "window: ? - ! a value is needed: string\nbackup: true resource"
    );
    assert_eq!(
        with(json!({"backup": true, "window": "2am"})),
        "window: \"2am\" resource\nbackup: true resource"
    );
    assert!(with(json!({"window": "2am"})).contains("it is asked for only where \"backup\" is true; leave it out"));
}

#[test]
fn a_version_can_want_a_value_though_the_module_has_a_default() {
    let with = |settings: Value, values: Value| shown(&context(SIZE, settings, json!({"values": values}), vec![]));
    let wanted = json!([{"name": "size", "required": true}]);
    assert_eq!(
        with(wanted.clone(), json!({})),
        "size: 1 module ! a value is needed: number"
    );
    assert_eq!(with(wanted, json!({"size": 2})), "size: 2 resource");
    let default = json!([{"name": "size", "required": true, "default": 3}]);
    assert_eq!(with(default, json!({})), "size: 3 version");
}

#[test]
fn what_does_not_fit_says_so_and_defaults_are_trusted() {
    let settings =
        json!([{"name": "size", "options": [1, 2], "rules": {"maximum": 1.0, "message": "small ones only"}}]);
    let with = |size: Value| {
        shown(&context(
            SIZE,
            settings.clone(),
            json!({"values": {"size": size}}),
            vec![],
        ))
    };
    assert_eq!(with(json!("1")), "size: \"1\" resource");
    assert_eq!(with(json!(2)), "size: 2 resource ! small ones only");
    assert_eq!(with(json!(3)), "size: 3 resource ! it is one of 1, 2");
    assert!(with(json!([])).contains("it does not fit number"));
    let setting = ancestor(
        1,
        "account",
        1,
        json!({"settings": [{"name": "size", "value": "x", "is-inherited": true}]}),
        &[],
    );
    let found = shown(&context(SIZE, json!([]), json!({}), vec![setting]));
    assert!(found.contains("it is a setting, and it does not fit number"), "{found}");
}

#[test]
fn secrets_are_read_from_where_they_are_sealed_and_never_shown() {
    let code = "variable \"token\" {\n  type = string\n  sensitive = true\n}\n";
    let mut all = context(code, json!([]), json!({"values": {"token": "in the open"}}), vec![]);
    assert_eq!(shown(&all), "token: ? - secret ! a value is needed: string");
    all = crate::resources::wanted::separated(all);
    let found = resolve(&all).remove(0);
    assert_eq!(found.value, Some(json!("in the open")));
    assert_eq!(found.shown().value, None);
    assert!(!format!("{found:?}{:?}", all.secrets).contains("in the open"));
    assert!(all.specification.values.is_empty());
    // One that the template gives out of a variable set is nobody's to give.
    all.template = template(
        "database",
        json!({"secrets": [{"name": "token",
        "source": {"kind": "variable-set", "variable-set": "shared", "key": "t"}}]}),
    );
    assert_eq!(shown(&all), "token: ? secret later secret");
}
