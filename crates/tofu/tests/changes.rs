//! What people are shown of a plan: real plans, made-up ones, and a very large one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use slipway_tofu::plan::Plan;
use slipway_tofu::plan::changes::Changes;

const PLAN_2: &[u8] = include_bytes!("golden/plan2.json");

/// The index and all details of a plan.
fn shown(plan: &Value, secrets: &[&str]) -> (Value, Vec<Value>) {
    let text = plan.to_string();
    let plan = Plan::parse(text.as_bytes()).unwrap();
    let secrets: Vec<String> = secrets.iter().copied().map(str::to_owned).collect();
    let changes = Changes::new(&plan, &secrets).unwrap();
    let mut details = Vec::new();
    for pack in changes.packs() {
        assert_eq!(pack.first, details.len());
        let lines = pack.lines.strip_suffix(b"\n").unwrap();
        details.extend(
            lines
                .split(|byte| *byte == b'\n')
                .map(|line| serde_json::from_slice(line).unwrap()),
        );
    }
    (serde_json::to_value(changes.index()).unwrap(), details)
}

/// Action and address of each row, put together from the index alone.
fn rows(index: &Value) -> Vec<String> {
    let at = |column: &str, number: usize| index["changes"][column][number].as_u64().unwrap() as usize;
    let groups = index["groups"].as_array().unwrap();
    let mut rows = Vec::new();
    for group in groups {
        assert_eq!(group["start"].as_u64().unwrap() as usize, rows.len());
        for _ in 0..group["count"].as_u64().unwrap() {
            let number = rows.len();
            let of = &index["types"][at("type", number)];
            let module = index["modules"][group["module"].as_u64().unwrap() as usize]
                .as_str()
                .unwrap();
            let mut address = String::new();
            if !module.is_empty() {
                address.push_str(&format!("{module}."));
            }
            if of["mode"] == "data" {
                address.push_str("data.");
            }
            let name = index["names"][at("name", number)].as_str().unwrap();
            address.push_str(&format!("{}.{name}", of["name"].as_str().unwrap()));
            let key = &index["changes"]["key"][number];
            if !key.is_null() {
                address.push_str(&format!("[{key}]"));
            }
            let action = index["actions"][at("action", number)].as_str().unwrap();
            rows.push(format!("{action} {address}"));
        }
    }
    rows
}

fn find<'d>(details: &'d [Value], address: &str) -> &'d Value {
    details.iter().find(|one| one["address"] == address).unwrap()
}

fn attribute<'d>(details: &'d Value, name: &str) -> &'d Value {
    let changed = details["changed"].as_array().unwrap();
    changed.iter().find(|one| one["name"] == name).unwrap()
}

#[test]
fn a_real_plan_is_listed_riskiest_first() {
    let plan: Value = serde_json::from_slice(PLAN_2).unwrap();
    let (index, details) = shown(&plan, &[]);
    insta::assert_snapshot!(rows(&index).join("\n"), @r#"
    delete terraform_data.each["with \"quote\""]
    delete-then-create terraform_data.secret
    forget terraform_data.forgotten
    update terraform_data.moved
    import terraform_data.imported
    no-op terraform_data.each["one"]
    no-op module.pair["x"].terraform_data.leaf[0]
    no-op module.pair["y.z"].terraform_data.leaf[0]
    "#);
    assert_eq!(
        index["counts"],
        json!({"delete": 1, "replace": 1, "forget": 1, "update": 1, "create": 0, "import": 1, "move": 0, "read": 0,
            "no-op": 3, "unknown": 0, "drift": 0, "outputs": 2})
    );
    assert_eq!(index["total"], 10);
    assert_eq!(index["notes"]["3"]["previous-address"], "terraform_data.plain");
    assert_eq!(index["engine-version"], "1.12.6");
    assert_eq!(details.len(), 10);

    let secret = find(&details, "terraform_data.secret");
    assert_eq!(secret["replace-paths"], json!(["triggers_replace"]));
    assert_eq!(secret["reason"]["text"], "cannot be changed in place");
    assert_eq!(
        attribute(secret, "input.password")["before"],
        json!({"kind": "sensitive"})
    );
    assert_eq!(attribute(secret, "id")["after"], json!({"kind": "unknown"}));
    let trigger = attribute(secret, "triggers_replace[0]");
    assert_eq!(trigger["forces-replacement"], true);
    assert_eq!(trigger["before"], json!({"kind": "value", "value": "hello"}));
    assert_eq!(
        find(&details, "output.secret")["changed"][0]["after"],
        json!({"kind": "sensitive"})
    );
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let plan: Value = serde_json::from_slice(PLAN_2).unwrap();
    assert_eq!(shown(&plan, &[]), shown(&plan, &[]));
}

#[test]
fn what_the_run_keeps_secret_is_masked_wherever_the_plan_shows_it() {
    let change = json!({"address": "a.b[\"canary\"]", "mode": "managed", "type": "a", "name": "b", "index": "canary",
        "module_address": "module.m[\"canary\"]", "previous_address": "a.canary", "provider_name": "p",
        "change": {"actions": ["update"], "importing": {"id": "id-canary"},
            "before": {"text": "x", "map": {"canary": 1}, "number": 123_456, "list": []},
            "after": {"text": "is canary here", "map": {"canary": 2}, "number": 7, "list": {"canary": {}}}}});
    let plan = json!({"format_version": "1.2", "resource_changes": [change], "resource_drift": [change],
        "output_changes": {"canary": {"actions": ["create"], "after": ["canary"]}}});
    let (index, details) = shown(&plan, &["canary", "123456"]);
    let all = format!("{index}{}", Value::from(details));
    assert!(!all.contains("canary") && !all.contains("123456"), "{all}");
    assert!(all.contains("is (sensitive value) here"), "{all}");
}

#[test]
fn long_texts_are_whole_up_to_a_bound_and_the_rest_is_counted() {
    let change = |before: String, after: String| {
        json!({"address": "a.b", "mode": "managed", "type": "a", "name": "b", "provider_name": "p",
            "change": {"actions": ["update"], "before": {"text": before}, "after": {"text": after}}})
    };
    let whole = "line\n".repeat(40_000);
    let long = "ü".repeat(200_000);
    let plan = json!({"format_version": "1.2", "resource_changes": [change(whole.clone(), long)]});
    let (_, details) = shown(&plan, &[]);
    let text = attribute(&details[0], "text");
    assert_eq!(text["before"]["value"], json!(whole));
    assert_eq!(text["after"]["cut-bytes"], 400_000 - (256 << 10));
    assert_eq!(text["after"]["value"].as_str().unwrap().len(), 256 << 10);

    let many: serde_json::Map<String, Value> = (0..9_000).map(|number| (format!("a{number}"), json!(number))).collect();
    let plan = json!({"format_version": "1.2", "resource_changes": [
        {"address": "a.b", "mode": "managed", "type": "a", "name": "b", "provider_name": "p",
            "change": {"actions": ["delete"], "before": many, "after": null}}]});
    let (_, details) = shown(&plan, &[]);
    assert_eq!(
        (&details[0]["changed-count"], &details[0]["is-cut"]),
        (&json!(9_000), &json!(true))
    );
    assert!(details[0]["changed"].as_array().unwrap().len() <= 5_000);
}

/// A plan of as many changes as there may be, at a size that a test can wait for; the bench takes ten times as much.
#[test]
fn ten_thousand_changes_stay_small() {
    let changes: Vec<Value> = (0..10_000)
        .map(|number| {
            json!({"address": format!("module.m{}.aws_subnet.private[{number}]", number % 50), "mode": "managed",
                "module_address": format!("module.m{}", number % 50), "type": "aws_subnet", "name": "private",
                "index": number, "provider_name": "registry.opentofu.org/hashicorp/aws",
                "action_reason": "replace_because_cannot_update",
                "change": {"actions": ["delete", "create"], "before": {"cidr": number}, "after": {"cidr": number + 1},
                    "replace_paths": [["cidr"]]}})
        })
        .collect();
    let plan = json!({"format_version": "1.2", "resource_changes": changes});
    let (index, details) = shown(&plan, &[]);
    assert_eq!(details.len(), 10_000);
    assert!(index.to_string().len() < 300_000, "{}", index.to_string().len());
    assert_eq!(index["replace-paths"], json!([[], ["cidr"]]));
}

#[test]
fn what_is_marked_somewhere_is_hidden_where_a_provider_shows_it() {
    let change = json!({"address": "a.b", "mode": "managed", "type": "a", "name": "b", "provider_name": "p",
        "change": {"actions": ["update"], "before": {"input": {"p": "canary-text"}, "output": {"p": "canary-text"}},
            "after": {"input": {"p": "another"}}, "after_unknown": {"output": true}, "before_sensitive": {"input": {"p": true}},
            "after_sensitive": {}}});
    let (_, details) = shown(&json!({"format_version": "1.2", "resource_changes": [change]}), &[]);
    let output = attribute(&details[0], "output");
    assert_eq!(output["before"]["value"], json!({"p": "(sensitive value)"}));
    assert!(!details[0].to_string().contains("canary"), "{}", details[0]);
}

/// Values whose leaves are "public-N" or "secre-N", with marks on exactly the secret ones; these are too short to be hidden
/// for what they are.
fn marked() -> impl Strategy<Value = (Value, Value)> {
    let leaf = prop_oneof![
        (0..3_u8).prop_map(|number| (json!(format!("public-{number}")), json!(false))),
        (0..3_u8).prop_map(|number| (json!(format!("secre-{number}")), json!(true))),
        Just((Value::Null, json!(false))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                let (values, marks): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (Value::from(values), Value::from(marks))
            }),
            prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|fields| {
                let values: serde_json::Map<_, _> =
                    fields.iter().map(|(key, pair)| (key.clone(), pair.0.clone())).collect();
                let marks: serde_json::Map<_, _> = fields.into_iter().map(|(key, pair)| (key, pair.1)).collect();
                (Value::from(values), Value::from(marks))
            }),
        ]
    })
}

fn a_change() -> impl Strategy<Value = Value> {
    let actions = prop::sample::select(vec![
        json!(["create"]),
        json!(["delete"]),
        json!(["update"]),
        json!(["delete", "create"]),
        json!(["create", "delete"]),
        json!(["forget", "create"]),
        json!(["forget"]),
        json!(["read"]),
        json!(["no-op"]),
        json!(["of tomorrow"]),
        json!([]),
    ]);
    let index = prop::sample::select(vec![
        json!(null),
        json!(0),
        json!(17),
        json!("a.b\"c"),
        json!(1.5),
        json!([1]),
    ]);
    let paths = prop::sample::select(vec![
        json!(null),
        json!([["a"]]),
        json!([["a", 0]]),
        json!("?"),
        json!([[]]),
    ]);
    (actions, index, paths, marked(), marked(), "[a-b]", any::<bool>()).prop_map(
        |(actions, index, paths, before, after, module, is_moved)| {
            json!({"address": format!("{module}.x"), "mode": "managed", "type": "t", "name": "x", "index": index,
                "module_address": module, "provider_name": "p",
                "previous_address": if is_moved { json!("old.x") } else { json!(null) },
                "change": {"actions": actions, "before": before.0, "after": after.0, "before_sensitive": before.1,
                    "after_sensitive": after.1, "after_unknown": {"a": true}, "replace_paths": paths}})
        },
    )
}

proptest! {
    #[test]
    fn every_change_has_one_document_and_no_secret(
        changes in prop::collection::vec(a_change(), 0..12),
        drift in prop::collection::vec(a_change(), 0..4),
        outputs in prop::collection::btree_map("[a-d]", marked(), 0..4),
    ) {
        let outputs: serde_json::Map<String, Value> = outputs
            .into_iter()
            .map(|(name, (value, marks))| (name, json!({"actions": ["update"], "before": value, "after": value,
                "before_sensitive": marks, "after_sensitive": marks})))
            .collect();
        let planned = changes.len();
        let plan = json!({"format_version": "1.2", "resource_changes": changes, "resource_drift": drift,
            "output_changes": outputs});
        let (index, details) = shown(&plan, &[]);
        let rows = rows(&index);
        prop_assert_eq!(rows.len(), planned + drift.len());
        prop_assert_eq!(index["total"].as_u64().unwrap() as usize, rows.len() + outputs.len());
        prop_assert_eq!(details.len(), rows.len() + outputs.len());
        for (number, one) in details.iter().enumerate() {
            prop_assert_eq!(one["number"].as_u64().unwrap() as usize, number);
            if let Some(row) = rows.get(number) {
                let action = one["action"].as_str().unwrap();
                prop_assert!(row.starts_with(&format!("{action} ")), "{row} {action}");
            }
            let listed = one["changed"].as_array().unwrap().len() as u64;
            prop_assert_eq!(listed, one["changed-count"].as_u64().unwrap());
        }
        let counted: u64 = index["counts"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "drift" | "outputs"))
            .map(|(_, count)| count.as_u64().unwrap())
            .sum();
        prop_assert_eq!(counted as usize, planned);
        let all = format!("{index}{}", Value::from(details));
        prop_assert!(!all.contains("secre-"), "{}", all);
    }
}
