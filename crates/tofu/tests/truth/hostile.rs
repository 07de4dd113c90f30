//! Text that wants to exhaust something.

use std::time::{Duration, Instant};

use slipway_tofu::engines::Kind;
use slipway_tofu::interface::{Interface, compare, read};
use slipway_tofu::types::Type;

/// As small as the stacks of the threads that serve requests.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap();
    thread.join().unwrap();
}

#[test]
fn nesting_ends_in_a_problem_and_not_in_a_crash() {
    on_a_small_stack(|| {
        for depth in [10, 31, 32, 33, 62, 63, 64, 65, 100, 5000, 100_000] {
            let nested = |open: &str, middle: &str, close: &str| {
                format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
            };
            let texts = [
                format!("variable \"a\" {{\n  type = {}\n}}\n", nested("list(", "string", ")")),
                format!(
                    "variable \"a\" {{\n  type = {}\n}}\n",
                    nested("object({a=", "string", "})")
                ),
                format!(
                    "variable \"a\" {{\n  type = {}\n}}\n",
                    nested("tuple([", "string", "])")
                ),
                format!("variable \"a\" {{\n  default = {}\n}}\n", nested("[", "1", "]")),
                format!("variable \"a\" {{\n  default = {}\n}}\n", nested("{a=", "1", "}")),
                format!("variable \"a\" {{\n  default = {}\n}}\n", nested("\"${", "1", "}\"")),
                format!("variable \"a\" {{\n  default = {}\n}}\n", nested("!", "true", "")),
                format!("variable \"a\" {{\n  default = {}\n}}\n", nested("1+", "1", "")),
                format!(
                    "variable \"a\" {{\n  default = {}\n}}\n",
                    nested("true ? 1 : ", "1", "")
                ),
                nested("a {\n", "", "}\n"),
            ];
            for text in texts {
                let reading = read([("main.tf", text.as_bytes())], Kind::OpenTofu);
                assert!(depth < 5000 || !reading.is_complete(), "{}", &text[..40]);
                let _ = reading.interface.schema();
            }
            let json = format!(
                "{{\"variable\": {{\"a\": {{\"default\": {}}}}}}}",
                nested("[", "1", "]")
            );
            let _ = read([("main.tf.json", json.as_bytes())], Kind::OpenTofu);
            let _ = nested("set(", "any", ")").parse::<Type>();
        }
    });
}

#[test]
fn what_is_stored_is_read_again_however_deep_it_is() {
    on_a_small_stack(|| {
        let deep = format!(
            "{}string{}",
            "list(object({ a = optional(".repeat(10),
            ")}))".repeat(10)
        );
        let text = format!("variable \"a\" {{\n  type = {deep}\n  default = []\n}}\n");
        let reading = read([("main.tf", text.as_bytes())], Kind::OpenTofu);
        assert_eq!(reading.problems, []);
        let stored = serde_json::to_string(&reading.interface).unwrap();
        let again: Interface = serde_json::from_str(&stored).unwrap();
        assert_eq!(again, reading.interface);
        assert_eq!(compare(&reading.interface, &again), []);
    });
}

#[test]
fn large_files_and_foreign_bytes_are_problems_of_their_own_file() {
    let large = vec![b' '; 3 << 20];
    let files: [(&str, &[u8]); 3] = [
        ("a.tf", &large),
        ("b.tf", b"variable \"\xff\" {}"),
        ("c.tf", b"variable \"seen\" {}\n"),
    ];
    let reading = read(files, Kind::OpenTofu);
    let details: Vec<&str> = reading.problems.iter().map(|problem| problem.detail.as_str()).collect();
    assert_eq!(
        details,
        [
            "files are read up to 2097152 bytes; this one has 3145728",
            "the file is no UTF-8 text: byte 11 is wrong",
        ]
    );
    assert!(reading.interface.variable("seen").is_some());
}

/// Not a measurement but a guard against work that grows with the square of the size: far above what it takes.
#[test]
fn two_hundred_variables_are_no_work() {
    let variables = (0..200).map(|index| {
        format!(
            "variable \"v{index}\" {{\n  type = object({{\n    name = string\n    ports = optional(list(number), [80])\n    labels = optional(map(string), {{ a = \"b\" }})\n  }})\n  description = \"What it is\"\n  default = {{ name = \"x\" }}\n  validation {{\n    condition = length(var.v{index}.name) > 0\n    error_message = \"Must have a name.\"\n  }}\n}}\n"
        )
    });
    let text: String = variables.collect();
    let started = Instant::now();
    let reading = read([("variables.tf", text.as_bytes())], Kind::OpenTofu);
    let read_in = started.elapsed();
    let schema = reading.interface.schema();
    let all = started.elapsed();
    println!(
        "read in {read_in:?}, with schema in {all:?}, {} bytes",
        schema.to_string().len()
    );
    assert_eq!(reading.problems, []);
    assert_eq!(schema["properties"].as_object().unwrap().len(), 200);
    assert!(all < Duration::from_secs(2), "{all:?}");
}
