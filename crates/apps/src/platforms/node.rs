//! Node.js: what runs, and what package.json says about building.

use serde_json::Value;

use crate::sources::Context;

/// Programs that npm, or habit, starts without being told.
const PROGRAMS: [&str; 3] = ["server.js", "index.js", "app.js"];
/// Scripts of a package that run when it is installed, and may need its files.
const ON_INSTALL: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];
/// What was looked for.
pub(super) const LOOKED_FOR: &str = "a start script or `main` in package.json, server.js, index.js and app.js";

/// What says that it is an app and not only tools.
pub(super) fn says_that_it_starts(context: &Context) -> Option<String> {
    context.has("package.json").then_some(())?;
    let starts = script(context, "start").is_some() || context.has("server.js");
    starts.then(|| "package.json".to_owned())
}

/// What the app runs when nobody says so. A script that is one program is run without npm, so that signals reach it.
pub(super) fn process(context: &Context) -> Option<String> {
    if let Some(start) = script(context, "start") {
        let has_company = ["prestart", "poststart"]
            .iter()
            .any(|name| script(context, name).is_some());
        return Some(if has_company || !is_one_program(&start) {
            "npm start".to_owned()
        } else {
            start
        });
    }
    let package = package(context);
    let main = package.get("main").and_then(Value::as_str).filter(|path| is_path(path));
    let program = main.or_else(|| PROGRAMS.into_iter().find(|file| context.has(file)))?;
    Some(format!("node {program}"))
}

/// What is copied before packages are installed: the files that name them, or everything when they refer to other files.
pub(super) fn dependencies(context: &Context) -> &'static str {
    let package = package(context);
    let refers = ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .any(|kind| {
            let all = package.get(kind).and_then(Value::as_object).into_iter().flatten();
            let mut versions = all.filter_map(|(_, version)| version.as_str());
            versions.any(|version| version.starts_with("file:") || version.starts_with("link:"))
        });
    let runs = ON_INSTALL.iter().any(|name| script(context, name).is_some());
    if refers
        || runs
        || package.get("workspaces").is_some()
        || context.has(".npmrc")
        || context.has("npm-shrinkwrap.json")
    {
        "."
    } else {
        "package*.json"
    }
}

/// Whether something is built, for which packages are needed that the app does not need.
pub(super) fn builds(context: &Context) -> bool {
    script(context, "build").is_some()
}

/// What whoever deploys it should know.
pub(super) fn warnings(context: &Context) -> Vec<String> {
    if context.has("package-lock.json") || context.has("npm-shrinkwrap.json") {
        return Vec::new();
    }
    let other = ["yarn.lock", "pnpm-lock.yaml", "bun.lock"]
        .into_iter()
        .find(|file| context.has(file));
    vec![match other {
        Some(file) => format!(
            "{file} is not read: packages are installed by npm, in whatever versions package.json allows today. Add a \
             package-lock.json, or write a Dockerfile."
        ),
        None => "There is no package-lock.json: every build installs whatever versions package.json allows that day."
            .to_owned(),
    }]
}

fn package(context: &Context) -> Value {
    let text = context.text("package.json").unwrap_or_default();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
}

fn script(context: &Context, name: &str) -> Option<String> {
    let package = package(context);
    let text = package.get("scripts")?.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a line can stand behind `exec`: no second command, no variable set before it.
fn is_one_program(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    !line.contains(['&', '|', ';', '<', '>', '(', ')', '`', '\n']) && !first.contains('=') && first != "cd"
}

fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    !path.is_empty() && !path.starts_with('-') && path.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn of(package: &str) -> Context {
        Context::default().with_file("package.json", package)
    }

    #[rstest]
    #[case(
        r#"{"scripts":{"start":"node server.js --port $PORT"}}"#,
        Some("node server.js --port $PORT")
    )]
    #[case(r#"{"scripts":{"start":"NODE_ENV=production node x"}}"#, Some("npm start"))]
    #[case(r#"{"scripts":{"start":"node a && node b"}}"#, Some("npm start"))]
    #[case(r#"{"scripts":{"start":"node a","prestart":"x"}}"#, Some("npm start"))]
    #[case(r#"{"main":"lib/index.js"}"#, Some("node lib/index.js"))]
    #[case(r#"{"main":"x; rm -rf /"}"#, None)]
    #[case("{}", None)]
    #[case("no json", None)]
    fn what_runs(#[case] package: &str, #[case] expected: Option<&str>) {
        assert_eq!(process(&of(package)).as_deref(), expected);
    }

    #[rstest]
    #[case(r#"{"dependencies":{"a":"^1"}}"#, "package*.json")]
    #[case(r#"{"dependencies":{"a":"file:lib"}}"#, ".")]
    #[case(r#"{"scripts":{"postinstall":"x"}}"#, ".")]
    #[case(r#"{"workspaces":["a"]}"#, ".")]
    fn which_files_name_packages(#[case] package: &str, #[case] expected: &str) {
        assert_eq!(dependencies(&of(package)), expected);
    }

    #[test]
    fn versions_that_nothing_fixes_are_told() {
        assert!(warnings(&of("{}"))[0].starts_with("There is no package-lock.json"));
        assert!(warnings(&of("{}").with_file("yarn.lock", ""))[0].starts_with("yarn.lock is not read"));
        assert!(warnings(&of("{}").with_file("package-lock.json", "")).is_empty());
    }
}
