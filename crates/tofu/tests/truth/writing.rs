//! What is written is formatted as `tofu fmt` formats, valid, and means what was given.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use slipway_tofu::types::Type;
use slipway_tofu::writing::{Argument, Body, GeneratedModule, OutputBlock, ProviderBlock, VariableBlock, files, write};

use crate::strategies::{types, values};
use crate::tofu::{Directory, normal};

/// Composed: the engine composes what is not (NFC).
fn nasty() -> Vec<Value> {
    let deep = (0..50).fold(json!("bottom"), |inner, level| match level % 2 {
        0 => json!([inner]),
        _ => json!({"level": inner, "other": level}),
    });
    vec![
        json!("${file(\"/etc/passwd\")}"),
        json!("%{ for x in y }$${a}%%{b}$$${c}%%%{d}"),
        json!("quote \" backslash \\ end \\\""),
        json!("line\nbreak\r\n\ttab \u{0}\u{1b}\u{7f}"),
        json!("ünïcödé 日本語 🇨🇭 é \u{2028}\u{feff}"),
        json!("<<EOT\nEOT\n"),
        json!("# no comment // nor /* this */"),
        json!({"für": 1, "👨‍👩‍👧": 22, "é": 333, "plain": "x", "a b": [], "": {}, "for": null, "${x}": true, "1": 0, "true": false}),
        json!([[], {}, [[]], [{}], "x", {"a": {"b": {"c": ["d"]}}}]),
        json!({"a": 1, "bb": [1, 2], "ccc": {"d": 1}, "dddd": "x", "eeeee": [{"f": 1}], "ffffff": null}),
        json!([
            "a fairly long element that does not fit on one line with its neighbours",
            "another one of them, just as long as the first"
        ]),
        json!([
            -1,
            -0.5,
            1e-7,
            1e300,
            18_446_744_073_709_551_615_u64,
            i64::MIN,
            true,
            null
        ]),
        deep,
    ]
}

fn formatted(directory: &Directory) {
    let output = directory.run(&["fmt", "-check", "-diff", "-recursive", "-no-color"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.is_empty(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Values as locals, shown by outputs of a real plan.
fn hold_against_the_engine(values: &[Value]) {
    let blocks: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let body = Body {
                arguments: vec![("value".to_owned(), Argument::Value(value.clone()))],
                blocks: Vec::new(),
            };
            ("output".to_owned(), vec![format!("o{index}")], body)
        })
        .collect();
    let directory = Directory::new([("main.tf", write(&blocks).unwrap())]);
    formatted(&directory);
    directory.succeed(&["init", "-backend=false", "-input=false"]);
    directory.succeed(&["plan", "-input=false", "-out=plan"]);
    let plan: Value = serde_json::from_str(&directory.succeed(&["show", "-json", "plan"])).unwrap();
    for (index, value) in values.iter().enumerate() {
        let theirs = &plan["planned_values"]["outputs"][format!("o{index}")]["value"];
        assert_eq!(normal(&Type::Any, theirs), normal(&Type::Any, value), "{value}");
    }
}

#[test]
fn nasty_values_survive() {
    hold_against_the_engine(&nasty());
}

#[test]
fn values_of_chance_survive() {
    let mut runner = TestRunner::deterministic();
    let drawn: Vec<Value> = (0..400)
        .map(|_| values().new_tree(&mut runner).unwrap().current())
        .collect();
    hold_against_the_engine(&drawn);
}

#[test]
fn types_of_chance_read_back_and_stay_as_they_are_formatted() {
    let mut runner = TestRunner::deterministic();
    let drawn: Vec<Type> = (0..400)
        .map(|_| types().new_tree(&mut runner).unwrap().current())
        .collect();
    let mut code = String::new();
    for (index, found) in drawn.iter().enumerate() {
        let text = found.to_string();
        assert_eq!(&text.parse::<Type>().unwrap(), found, "{text}");
        let stored = serde_json::to_value(found).unwrap();
        assert_eq!(&serde_json::from_value::<Type>(stored).unwrap(), found);
        code.push_str(&format!("variable \"v{index}\" {{\n  type = {text}\n}}\n"));
    }
    let directory = Directory::new([("main.tf", code)]);
    formatted(&directory);
    let errors = directory.errors();
    assert!(errors.is_empty(), "{errors:?}");
}

fn example() -> GeneratedModule {
    let value = |value: Value| Argument::Value(value);
    GeneratedModule {
        engine_version: Some(">= 1.6".to_owned()),
        required_providers: vec![
            ("null".to_owned(), "hashicorp/null".to_owned(), None),
            (
                "random".to_owned(),
                "hashicorp/random".to_owned(),
                Some(">= 3.0".to_owned()),
            ),
        ],
        backend: Some((
            "local".to_owned(),
            Map::from_iter([("path".to_owned(), json!("a/\"b\".tfstate"))]),
        )),
        providers: vec![
            ProviderBlock {
                name: "null".to_owned(),
                alias: Some("second".to_owned()),
                body: Body::default(),
            },
            ProviderBlock {
                name: "random".to_owned(),
                alias: None,
                body: Body::default(),
            },
        ],
        variables: vec![VariableBlock {
            name: "password".to_owned(),
            value_type: "object({ a = optional(string, \"$${\") })".parse().unwrap(),
            description: Some("Comes from the \"vault\".\nTwice.".to_owned()),
            sensitive: true,
            ephemeral: false,
        }],
        name: "orders-db".to_owned(),
        source: "./module".to_owned(),
        version: None,
        arguments: vec![
            ("settings".to_owned(), value(nasty()[7].clone())),
            (
                "size".to_owned(),
                value(json!(3)).explained("Output \"size\" of\nnetwork/main. # } \u{1b} /*"),
            ),
            (
                "secret_of_it".to_owned(),
                Argument::Reference("var.password.a".to_owned()),
            ),
            ("deep".to_owned(), value(nasty()[12].clone())),
            ("text".to_owned(), value(json!("${no} %{template}"))),
        ],
        handed_providers: vec![
            ("null".to_owned(), "null.second".to_owned()),
            ("random".to_owned(), "random".to_owned()),
        ],
        outputs: vec![OutputBlock {
            name: "id".to_owned(),
            description: Some("Which one".to_owned()),
            sensitive: true,
        }],
    }
}

const CALLED: &str = r#"
terraform {
  required_providers {
    null   = { source = "hashicorp/null" }
    random = { source = "hashicorp/random" }
  }
}
variable "settings" {}
variable "size" { type = number }
variable "secret_of_it" { type = string }
variable "deep" {}
variable "text" {}
resource "random_id" "this" { byte_length = var.size }
resource "null_resource" "this" {}
output "id" {
  value     = [random_id.this.hex, var.secret_of_it]
  sensitive = true
}
"#;

#[test]
fn a_whole_module_is_formatted_and_valid() {
    let written = files(&example()).unwrap();
    let names: Vec<&str> = written.keys().copied().collect();
    assert_eq!(
        names,
        ["main.tf", "outputs.tf", "providers.tf", "terraform.tf", "variables.tf"]
    );
    insta::assert_snapshot!(written["terraform.tf"], @r#"
    terraform {
      required_version = ">= 1.6"

      required_providers {
        null = {
          source = "hashicorp/null"
        }
        random = {
          source  = "hashicorp/random"
          version = ">= 3.0"
        }
      }

      backend "local" {
        path = "a/\"b\".tfstate"
      }
    }
    "#);
    let directory = Directory::new(written.iter().map(|(name, text)| (*name, text.as_str())));
    formatted(&directory);
    std::fs::create_dir(directory.path().join("module")).unwrap();
    std::fs::write(directory.path().join("module/main.tf"), CALLED).unwrap();
    directory.succeed(&["init", "-backend=false", "-input=false"]);
    directory.succeed(&["validate"]);
}
