//! What a stranger's source can say: nothing of it ends a program, and none of it becomes a line of a Dockerfile.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use slipway_apps::platforms::{Shipped, Wanted, detect, plan};
use slipway_apps::processes::{ImageDefaults, Said};
use slipway_apps::sources::Context;

/// The files that are read, with anything in them, and pieces that mean something.
fn context() -> impl Strategy<Value = Context> {
    let files = prop::sample::select(vec![
        "Dockerfile",
        "Procfile",
        "slipway.toml",
        "tsuru.yaml",
        "go.mod",
        "package.json",
        "requirements.txt",
        "pyproject.toml",
        "app.py",
        "server.js",
        "main.go",
        "index.html",
        "cmd/web/",
    ]);
    let pieces = prop::sample::select(vec![
        "web: run\n",
        "[app]\n",
        "port = 1\n",
        "hooks: {build: [\"a\\nFROM evil\"]}\n",
        "processes: [{name: web, command: x}]\n",
        "module example.com/x/v2\n",
        "{\"scripts\":{\"start\":\"a\\nRUN evil\"},\"main\":\"x\"}",
        "-r other.txt\n",
        "# slipway: build hooks\n",
        "\n",
        "\u{feff}",
        "{",
        "\"",
        "[[",
    ]);
    let text = prop_oneof![
        prop::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ];
    prop::collection::btree_map(files, text, 0..8).prop_map(|files: BTreeMap<&str, String>| {
        let files = files.iter();
        files.fold(Context::default(), |context, (path, text)| {
            context.with_file(path, text)
        })
    })
}

/// A command with what could end a line or a string.
fn hook() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\n\\r\u{85}\u{2028} a\"'\\\\$#]{0,12}",
        Just("a\nFROM evil\nRUN x".to_owned())
    ]
}

/// Lines that do something, with those that go on counted as one.
fn instructions(dockerfile: &str) -> usize {
    let joined = dockerfile.replace("\\\n", "");
    let lines = joined
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines.count()
}

proptest! {
    #[test]
    fn whatever_is_said_is_understood_or_refused(context in context()) {
        let _choice = detect(&context);
        let Ok(said) = Said::read(&context) else { return Ok(()) };
        let _declared = said.declared(&ImageDefaults::default());
    }

    #[test]
    fn what_a_source_says_is_no_line_of_a_dockerfile(context in context(), hooks in prop::collection::vec(hook(), 0..3)) {
        let table = toml::to_string(&BTreeMap::from([("app", BTreeMap::from([("hooks", BTreeMap::from([("build", &hooks)]))]))])).unwrap();
        let context = context.with_file("slipway.toml", &table);
        let Ok(said) = Said::read(&context) else { return Ok(()) };
        for shipped in Shipped::ALL {
            let platform = shipped.platform();
            let planned = plan(&Wanted {
                platform: &platform,
                context: &context,
                said: &said,
                cache: "a,target=/etc",
                arguments: &BTreeMap::new(),
                secrets: &BTreeSet::from(["token".to_owned()]),
            });
            let Ok(planned) = planned else { continue };
            let has_process = planned.process.is_some() && shipped != Shipped::Static;
            let expected = instructions(&platform.dockerfile) + hooks.len() + usize::from(has_process);
            prop_assert_eq!(instructions(&planned.dockerfile), expected, "{}", planned.dockerfile);
            prop_assert!(!planned.dockerfile.contains("a,target=/etc"));
        }
    }
}
