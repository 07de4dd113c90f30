//! Modules read here and by `tofu show -module`, which says what the engine understood.

use serde_json::Value;
use slipway_tofu::engines::Kind;
use slipway_tofu::interface::{DefaultValue, Reading, Variable, read};

use crate::corpus::{BAD, Files, GOOD};
use crate::tofu::{Directory, cty_type, normal};

fn reading(files: Files) -> Reading {
    let files = files.iter().map(|(name, text)| (*name, text.as_bytes()));
    read(files, Kind::OpenTofu)
}

#[test]
fn good_modules_are_read_as_the_engine_reads_them() {
    for (name, files) in GOOD {
        let ours = reading(files);
        assert_eq!(ours.problems, [], "{name}");
        let theirs = Directory::new(files.iter().copied()).module();
        let empty = serde_json::Map::new();
        let variables = theirs["variables"].as_object().unwrap_or(&empty);
        let mut names: Vec<&String> = ours.interface.variables.iter().map(|variable| &variable.name).collect();
        names.sort();
        assert_eq!(names, variables.keys().collect::<Vec<_>>(), "{name}");
        for variable in &ours.interface.variables {
            same_variable(name, variable, &variables[&variable.name]);
        }
        let outputs = theirs["outputs"].as_object().unwrap_or(&empty);
        assert_eq!(ours.interface.outputs.len(), outputs.len(), "{name}");
        for output in &ours.interface.outputs {
            let theirs = &outputs[&output.name];
            let text = |key: &str| theirs[key].as_str().map(str::to_owned);
            assert_eq!(output.description, text("description"), "{name}: {}", output.name);
            assert_eq!(output.deprecated, text("deprecated"), "{name}: {}", output.name);
            assert_eq!(output.sensitive, theirs["sensitive"] == true, "{name}: {}", output.name);
            assert_eq!(output.ephemeral, theirs["ephemeral"] == true, "{name}: {}", output.name);
        }
    }
}

fn same_variable(module: &str, ours: &Variable, theirs: &Value) {
    let name = format!("{module}: {}", ours.name);
    let text = |key: &str| theirs[key].as_str().map(str::to_owned);
    // `any` as a whole is not said.
    let their_type = theirs.get("type").cloned().unwrap_or_else(|| "dynamic".into());
    assert_eq!(cty_type(&ours.value_type), their_type, "{name}");
    assert_eq!(ours.description, text("description"), "{name}");
    assert_eq!(ours.deprecated, text("deprecated"), "{name}");
    assert_eq!(ours.sensitive, theirs["sensitive"] == true, "{name}");
    assert_eq!(ours.ephemeral, theirs["ephemeral"] == true, "{name}");
    assert_eq!(ours.is_required(), theirs["required"] == true, "{name}");
    let default = match &ours.default {
        Some(DefaultValue::Known(value)) => normal(&ours.value_type, value),
        Some(DefaultValue::Computed(text)) => panic!("{name}: {text}"),
        None => Value::Null,
    };
    assert_eq!(default, normal(&ours.value_type, &theirs["default"]), "{name}");
}

/// Of a file that cannot be parsed the engine reads what it can; here it is one problem.
const UNPARSED: &str = "one bad file of three";

#[test]
fn what_the_engine_refuses_is_a_problem_at_the_same_place() {
    for (name, files, expected) in BAD {
        let ours = reading(files);
        let lines = |found: Vec<(String, u64)>| {
            let mut found = found;
            found.sort();
            found.dedup();
            found
        };
        let own = ours.problems.iter().map(|problem| {
            let range = problem.range.as_ref().unwrap();
            (range.filename.clone(), range.start.line)
        });
        let own = lines(own.collect());
        let wanted = lines(
            expected
                .iter()
                .map(|(file, line)| ((*file).to_owned(), *line))
                .collect(),
        );
        assert_eq!(own, wanted, "{name}: {:#?}", ours.problems);
        let errors = Directory::new(files.iter().copied()).errors();
        assert!(!errors.is_empty(), "{name}");
        for error in errors {
            let place = (error.file.clone(), error.line);
            let is_known = own.contains(&place) || place.0.ends_with(".json") || *name == UNPARSED;
            assert!(is_known, "{name}: the engine also says {error:?}, we say {own:?}");
        }
    }
}
