//! Modules as people write them, good and bad.

pub(crate) type Files = &'static [(&'static str, &'static str)];
/// Files with line numbers.
pub(crate) type Lines = &'static [(&'static str, u64)];

/// Modules that the engine accepts.
pub(crate) const GOOD: &[(&str, Files)] = &[
    ("types", &[("variables.tf", TYPES)]),
    ("words", &[("variables.tf", WORDS), ("outputs.tf", OUTPUTS)]),
    ("json", &[("main.tf.json", JSON)]),
    (
        "overrides",
        &[
            (
                "a.tf",
                "variable \"a\" {\n  type = string\n  default = \"x\"\n  description = \"old\"\n}\noutput \"o\" {\n  value = 1\n}\n",
            ),
            (
                "a_override.tf",
                "variable \"a\" {\n  default = 5\n  sensitive = true\n}\noutput \"o\" {\n  sensitive = true\n  value = 2\n}\n",
            ),
            (
                "override.tf.json",
                "{\"variable\": {\"a\": {\"description\": \"new\", \"type\": \"number\"}}}",
            ),
        ],
    ),
    (
        "preferred",
        &[
            ("a.tf", "variable \"shadowed\" {}\n"),
            ("a.tofu", "variable \"seen\" {\n  default = null\n}\n"),
            ("b.tofu.json", "{\"variable\": {\"second\": {}}, \"//\": \"a comment\"}"),
            (".hidden.tf", "variable \"hidden\" {\n"),
            ("c.tf~", "variable \"backup\" {\n"),
            ("tests.tftest.hcl", "run \"x\" {}\n"),
            ("modules/inner/main.tf", "variable \"inner\" {}\n"),
            ("readme.md", "# no"),
        ],
    ),
    (
        "windows",
        &[(
            "main.tf",
            "\u{feff}variable \"a\" {\r\n  type = string\r\n  description = \"d\"\r\n}\r\n",
        )],
    ),
    ("empty", &[("main.tf", "")]),
];

const TYPES: &str = r#"
variable "untyped" {}
variable "text" { type = string }
variable "short_list" { type = list }
variable "short_map" { type = map }
variable "nested" {
  type = object({
    # A comment between.
    name = string
    ports = optional(list(number), [80, "443"]) // and one behind
    labels : map(string),
    inner = optional(object({
      enabled = optional(bool, true)
      pair    = tuple([string, number])
    }))
  })
  default = {
    name  = "x"
    labels = { a = 1, "b c" = true, (1 + 1) = "two" }
    inner = { pair = ["a", "5"] }
    ports = null
  }
}
variable "anything" { type = any }
variable "set_of_objects" {
  type    = set(object({ a = string, b = optional(any) }))
  default = [{ a = 1 }, { a = "1" }, { a = 2, b = null }]
}
variable "tuple" {
  type    = tuple([string, tuple([bool, any]), list(any)])
  default = ["a", ["true", { x = [1] }], [1, "b", true]]
}
variable "maps" {
  type    = map(map(list(set(number))))
  default = { a = { b = [[1, "1", 2]] } }
}
variable "computed" {
  type    = number
  default = 60 * 60 * 24
}
variable "negative" { default = -5.25e3 }
variable "large" { default = 18446744073709551615 }
"#;

const WORDS: &str = r#"
variable "described" {
  description = "Says \"what\" it is: $${not} %%{a} template, ünïcödé,\ta tab"
  default     = "line\nbreak"
}
variable "heredoc" {
  description = <<-EOT
    First line
      indented ${"inter" == "x" ? "a" : "b"}
    $${last}
  EOT
  default = <<EOT
a
b
EOT
}
variable "flags" {
  type       = string
  sensitive  = true
  ephemeral  = true
  nullable   = false
  deprecated = "Use `described`."
  default    = "5"
}
variable "quoted_flag" {
  sensitive = "true"
  description = 5
}
variable "null_default" {
  type    = string
  default = null
}
variable "ruled" {
  type = number
  validation {
    condition     = var.ruled > 0 && var.ruled < 10
    error_message = "Between 1 and 9."
  }
  validation {
    condition = !contains(
      [3, 4],
      var.ruled,
    )
    error_message = "Not ${var.ruled}."
  }
}
variable "dash-name_1" {}
variable unquoted {}
"#;

const OUTPUTS: &str = r#"
output "plain" {
  value = var.described
}
output "secret" {
  description = "Hidden"
  value       = [for x in [1, 2] : x * 2]
  sensitive   = true
  deprecated  = "No longer"
}
"#;

const JSON: &str = r#"{
  "terraform": [{"required_version": ">= 1.5"}],
  "variable": {
    "a": {"type": "object({ x = optional(string, \"$${\") })", "default": {"x": "${not} a template"}, "description": "d ${x}"},
    "b": [{"type": "list(string)", "default": ["%{y}"], "sensitive": "true"}],
    "c": {"type": "list", "validation": [{"condition": "${length(var.c) > 0}", "error_message": "Some."}]}
  },
  "output": {"o": {"value": "${var.a}", "description": "e"}}
}"#;

/// Modules that the engine refuses; in each, every line with an error.
pub(crate) const BAD: &[(&str, Files, Lines)] = &[
    (
        "types",
        &[(
            "main.tf",
            r#"variable "a" { type = "string" }
variable "b" { type = list() }
variable "c" { type = strin }
variable "d" { type = object({ "q" = string }) }
variable "e" { type = any(string) }
variable "f" { type = (string) }
variable "g" { type = tuple(string) }
variable "h" { type = optional(string) }
variable "i" { type = object({ a = optional(number, "x") }) }
variable "j" { type = map(string, string) }
variable "k" { type = string() }
variable "l" { type = set }
variable "m" { type = [string] }
variable "n" { type = object({ a = optional() }) }
variable "o" { type = object({ a = optional(string, var.x) }) }
variable "p" { type = list(list) }
"#,
        )],
        &[
            ("main.tf", 1),
            ("main.tf", 2),
            ("main.tf", 3),
            ("main.tf", 4),
            ("main.tf", 5),
            ("main.tf", 6),
            ("main.tf", 7),
            ("main.tf", 8),
            ("main.tf", 9),
            ("main.tf", 10),
            ("main.tf", 11),
            ("main.tf", 12),
            ("main.tf", 13),
            ("main.tf", 14),
            ("main.tf", 15),
            ("main.tf", 16),
        ],
    ),
    (
        "defaults",
        &[(
            "main.tf",
            r#"variable "a" {
  type    = number
  default = "x"
}
variable "b" {
  default = var.a
}
variable "c" {
  default = file("x")
}
variable "d" {
  nullable = false
  default  = null
}
variable "e" {
  sensitive = "perhaps"
}
variable "f" {
  description = var.a
}
variable "source" {}
variable "a" {}
variable "1a" {}
output "o" {}
"#,
        )],
        &[
            ("main.tf", 3),
            ("main.tf", 6),
            ("main.tf", 9),
            ("main.tf", 13),
            ("main.tf", 16),
            ("main.tf", 19),
            ("main.tf", 21),
            ("main.tf", 22),
            ("main.tf", 23),
            ("main.tf", 24),
        ],
    ),
    (
        "one bad file of three",
        &[
            ("a.tf", "variable \"a\" {\n  type = string\n  default = [\n}\n"),
            ("b.tf", "variable \"b\" {\n  type = nothing\n}\n"),
            ("c.tf.json", "{\n  \"variable\": {\n"),
        ],
        &[("a.tf", 4), ("b.tf", 2), ("c.tf.json", 3)],
    ),
    (
        "an attribute twice",
        &[(
            "main.tf",
            "variable \"a\" {\n  type = object({ a = string, a = number })\n}\n",
        )],
        &[("main.tf", 2)],
    ),
    (
        "overrides of nothing",
        &[("override.tf", "variable \"x\" {}\noutput \"y\" {\n  value = 1\n}\n")],
        &[("override.tf", 1), ("override.tf", 2)],
    ),
];
