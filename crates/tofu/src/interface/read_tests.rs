//! What is read beside variables' types and defaults, which `tests/truth` holds against the engine.

use serde_json::json;

use super::*;
use crate::interface::DefaultValue;

fn reading(files: &[(&str, &str)], kind: Kind) -> Reading {
    read(files.iter().map(|(name, text)| (*name, text.as_bytes())), kind)
}

const MODULE: &str = r#"terraform {
  required_version = ">= 1.6"
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 5.0", configuration_aliases = [aws.replica, aws.eu] }
    legacy = "1.2"
    bare   = {}
  }
  backend "s3" {
    bucket = "b"
  }
}
provider "aws" {
  alias  = "eu"
  region = var.region
}
resource "aws_vpc" "a" {}
resource "aws_vpc" "b" {}
resource "null_resource" "c" {}
data "aws_ami" "d" {}
module "inner" {
  source  = "./inner"
  version = "${local.version}"
}
variable "region" {
  type = object({
    name = string # of it
  })
  validation {
    condition     = can(regex("^eu-", var.region.name))
    error_message = "Only ${"Europe"}."
  }
}
"#;

#[test]
fn what_a_module_stands_on() {
    let found = reading(&[("main.tf", MODULE)], Kind::OpenTofu);
    assert_eq!(found.problems, []);
    let stored = serde_json::to_value(&found.interface).unwrap();
    insta::assert_json_snapshot!(stored, @r#"
    {
      "data-sources": {
        "aws_ami": 1
      },
      "engine-versions": [
        ">= 1.6"
      ],
      "modules": [
        {
          "name": "inner",
          "place": {
            "file": "main.tf",
            "line": 20
          },
          "source": "./inner",
          "version": "\"${local.version}\""
        }
      ],
      "outputs": [],
      "provider-configurations": [
        {
          "alias": "eu",
          "name": "aws",
          "place": {
            "file": "main.tf",
            "line": 12
          }
        }
      ],
      "required-providers": {
        "aws": {
          "aliases": [
            "aws.replica",
            "aws.eu"
          ],
          "constraint": "~> 5.0",
          "source": "hashicorp/aws"
        },
        "bare": {
          "aliases": [],
          "constraint": null,
          "source": "hashicorp/bare"
        },
        "legacy": {
          "aliases": [],
          "constraint": "1.2",
          "source": "hashicorp/legacy"
        }
      },
      "resources": {
        "aws_vpc": 2,
        "null_resource": 1
      },
      "state": {
        "kind": "s3",
        "place": {
          "file": "main.tf",
          "line": 8
        }
      },
      "variables": [
        {
          "default": null,
          "deprecated": null,
          "description": null,
          "ephemeral": false,
          "name": "region",
          "nullable": true,
          "place": {
            "file": "main.tf",
            "line": 24
          },
          "sensitive": false,
          "type": "object({ name = string })",
          "type-text": "object({\n    name = string # of it\n  })",
          "validations": [
            {
              "condition": "can(regex(\"^eu-\", var.region.name))",
              "error-message": "Only Europe."
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn json_syntax_says_the_same() {
    let text = json!({
        "terraform": {
            "required_version": ">= 1.6",
            "required_providers": {
                "aws": {"source": "hashicorp/aws", "version": "~> 5.0", "configuration_aliases": ["aws.replica", "aws.eu"]},
                "legacy": "1.2",
                "bare": {},
            },
            "backend": {"s3": {"bucket": "b"}},
        },
        "provider": {"aws": [{"alias": "eu"}]},
        "resource": {"aws_vpc": {"a": {}, "b": {}}, "null_resource": {"c": [{}, {}]}},
        "data": [{"aws_ami": {"d": {}}}],
        "module": {"inner": {"source": "./inner"}},
        "variable": {"region": {"type": "object({ name = string })", "validation": {
            "condition": "${can(regex(\"^eu-\", var.region.name))}", "error_message": "Only Europe."}}},
    });
    let native = reading(&[("main.tf", MODULE)], Kind::OpenTofu).interface;
    let found = reading(&[("main.tf.json", &text.to_string())], Kind::OpenTofu);
    assert_eq!(found.problems, []);
    let found = found.interface;
    assert_eq!(found.engine_versions, native.engine_versions);
    assert_eq!(found.required_providers, native.required_providers);
    assert_eq!(found.data_sources, native.data_sources);
    assert_eq!(found.resources["aws_vpc"], 2);
    assert_eq!(found.state.unwrap().kind, "s3");
    assert_eq!(found.provider_configurations[0].alias.as_deref(), Some("eu"));
    assert_eq!(found.modules[0].source, "./inner");
    assert_eq!(found.variables[0].validations, native.variables[0].validations);
    assert_eq!(found.variables[0].value_type, native.variables[0].value_type);
}

#[test]
fn a_later_backend_overrides_and_terraform_sees_no_tofu_files() {
    let files = [
        (
            "main.tf",
            "terraform {\n  backend \"s3\" {}\n}\nresource \"a\" \"b\" {}\n",
        ),
        (
            "main_override.tf",
            "terraform {\n  cloud {}\n}\nresource \"a\" \"b\" {\n  x = 1\n}\n",
        ),
        ("only.tofu", "variable \"a\" {}\n"),
    ];
    let found = reading(&files, Kind::OpenTofu).interface;
    assert_eq!(found.state.unwrap().kind, "cloud");
    assert_eq!(found.resources["a"], 1);
    assert_eq!(found.variables.len(), 1);
    assert_eq!(reading(&files, Kind::Terraform).interface.variables.len(), 0);
}

#[test]
fn problems_have_line_column_and_code() {
    let found = reading(
        &[("main.tf", "variable \"ü\" {\n  type = list(strnig)\n  defualt = 1\n}\n")],
        Kind::OpenTofu,
    );
    let lines: Vec<String> = found
        .problems
        .iter()
        .map(|problem| {
            let range = problem.range.as_ref().unwrap();
            let (line, column) = (range.start.line, range.start.column);
            let code = &problem.snippet.as_ref().unwrap().code;
            format!(
                "{:?} {}:{line}:{column} {} [{code}]",
                problem.severity, range.filename, problem.detail
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    Warning main.tf:3:13 `defualt` is no argument of a variable [  defualt = 1]
    Error main.tf:2:15 `strnig` is no type [  type = list(strnig)]
    ");
    assert!(!found.is_complete());
}

#[test]
fn what_a_variable_is_when_this_is_given() {
    let text = "variable \"a\" {\n  type = number\n  default = \"5\"\n  nullable = false\n}\nvariable \"b\" {\n  type = string\n}\nvariable \"c\" {\n  default = [for x in [1] : x]\n}\n";
    let found = reading(&[("main.tf", text)], Kind::OpenTofu);
    assert_eq!(found.problems, []);
    let [a, b, c] = found.interface.variables.as_slice() else {
        panic!()
    };
    assert_eq!(a.value(None), Ok(Some(json!(5))));
    assert_eq!(a.value(Some(&json!(null))), Ok(Some(json!(5))));
    assert_eq!(a.value(Some(&json!("7"))), Ok(Some(json!(7))));
    assert_eq!(b.value(Some(&json!(null))), Ok(Some(json!(null))));
    assert_eq!(b.value(None).unwrap_err()[0].to_string(), "a value is needed");
    assert_eq!(c.default, Some(DefaultValue::Computed("[for x in [1] : x]".to_owned())));
    assert_eq!(c.value(None), Ok(None));
}

#[test]
fn the_schema_of_a_form() {
    let text = r#"
variable "name" {
  type        = string
  description = "What it is called"
  validation {
    condition     = var.name != ""
    error_message = "Not empty."
  }
}
variable "password" {
  type      = string
  sensitive = true
  default   = "secret"
}
variable "rules" {
  type       = list(object({ port = number, open = optional(bool, true) }))
  default    = []
  deprecated = "Use others."
}
"#;
    let found = reading(&[("main.tf", text)], Kind::OpenTofu);
    insta::assert_json_snapshot!(found.interface.schema(), @r#"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "additionalProperties": false,
      "properties": {
        "name": {
          "description": "What it is called",
          "type": "string",
          "x-type": "string",
          "x-validations": [
            {
              "condition": "var.name != \"\"",
              "message": "Not empty."
            }
          ]
        },
        "password": {
          "type": [
            "string",
            "null"
          ],
          "writeOnly": true,
          "x-type": "string"
        },
        "rules": {
          "default": [],
          "deprecated": true,
          "items": {
            "additionalProperties": false,
            "properties": {
              "open": {
                "default": true,
                "type": [
                  "boolean",
                  "null"
                ]
              },
              "port": {
                "type": "number"
              }
            },
            "required": [
              "port"
            ],
            "type": "object",
            "x-order": [
              "port",
              "open"
            ]
          },
          "type": [
            "array",
            "null"
          ],
          "x-deprecated": "Use others.",
          "x-type": "list(object({ port = number, open = optional(bool, true) }))"
        }
      },
      "required": [
        "name"
      ],
      "type": "object",
      "x-order": [
        "name",
        "password",
        "rules"
      ]
    }
    "#);
}
