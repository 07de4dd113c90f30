//! From a platform and a source to a build: the Dockerfile's text, its arguments, and what runs when nobody says so.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{self, CACHE, HOOKS, PROCESS};
use super::model::Platform;
use super::shipped::Shipped;
use super::{go, node, python, site};
use crate::processes::Said;
use crate::sources::Context;

/// What shall be built, by a platform.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// How.
    pub platform: &'a Platform,
    /// What.
    pub context: &'a Context,
    /// What its files say.
    pub said: &'a Said,
    /// Of small letters, digits and hyphens, and of this app alone: its caches are found by it, and nobody may guess it who
    /// builds at the same engine with a Dockerfile of his own.
    pub cache: &'a str,
    /// Arguments from outside.
    pub arguments: &'a BTreeMap<String, String>,
    /// The ids of secrets from outside: each is mounted for the build hooks.
    pub secrets: &'a BTreeSet<String>,
}

/// A build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildPlan {
    /// What the Dockerfile says.
    pub dockerfile: String,
    /// Values of its arguments; nothing secret.
    pub arguments: BTreeMap<String, String>,
    /// What the image does by itself, as the process `web`, when that is known before.
    pub process: Option<String>,
    /// Sentences for whoever deploys it.
    pub warnings: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing says what runs, and the build would be for nothing.
    #[error(
        "nothing says what the app runs: add a Procfile with a line `web: command`. Looked for a Procfile, tsuru.yaml and the \
         table [app.processes] of slipway.toml, then, for the platform {platform}, for {looked_for}."
    )]
    NoProcess {
        /// Which was to build it.
        platform: String,
        /// By the platform.
        looked_for: &'static str,
    },
    /// There is nothing to serve.
    #[error("there is no index.html at the top, nor in dist, build or public: the platform static would serve nothing")]
    NoPage,
    /// Ours, and not from outside.
    #[error("the build argument {0} belongs to Slipway; arguments of your own begin with something else than SLIPWAY_")]
    Reserved(String),
    /// Something that is no name.
    #[error("`{0}` is no name of a build argument; use letters, digits and underscores")]
    Argument(String),
    /// Something that is no id.
    #[error("`{0}` is no name of a build secret; use letters, digits, `.`, `_` and `-`")]
    Secret(String),
    /// The app's own platform says nothing.
    #[error("the Dockerfile of the platform {0} has no FROM: it builds nothing")]
    NoDockerfile(String),
}

/// Plans a build by a platform.
///
/// # Errors
/// When nothing says what runs, and when what comes from outside is no name.
pub fn plan(wanted: &Wanted<'_>) -> Result<BuildPlan, PlanError> {
    check(wanted.arguments, wanted.secrets)?;
    let Platform {
        name,
        dockerfile,
        images,
    } = wanted.platform;
    if !begins_with_from(dockerfile) {
        return Err(PlanError::NoDockerfile(name.clone()));
    }
    let known = Shipped::of_name(name);
    let found = known
        .map(|known| of_language(known, wanted))
        .transpose()?
        .unwrap_or_default();
    let hooks = &wanted.said.hooks().build;
    let steps: Vec<_> = hooks.iter().map(|line| lines::hook(line, wanted.secrets)).collect();
    let process: Vec<_> = found.process.iter().map(|line| lines::process(line)).collect();
    let mut text = lines::in_place_of(dockerfile, HOOKS, &steps);
    // The static platform has a server of its own at its end.
    if known != Some(Shipped::Static) {
        text = lines::in_place_of(&text, PROCESS, &process);
    }
    // A comma would be the next option.
    let cache: String = wanted
        .cache
        .chars()
        .filter(|one| one.is_ascii_alphanumeric() || *one == '-')
        .collect();
    let text = text.replace(CACHE, &format!("id={cache}-"));
    let ours = [
        ("SLIPWAY_BUILD_IMAGE", Some(images.build.as_str())),
        ("SLIPWAY_RUN_IMAGE", Some(images.run.as_str())),
        ("SLIPWAY_DEPENDENCIES", found.dependencies),
        ("SLIPWAY_SITE", found.site),
        ("SLIPWAY_BUILDS", found.builds),
    ];
    let mut arguments = wanted.arguments.clone();
    for (name, value) in ours {
        if let Some(value) = value.filter(|value| !value.is_empty() && takes(&text, name)) {
            arguments.insert(name.to_owned(), value.to_owned());
        }
    }
    Ok(BuildPlan {
        dockerfile: text,
        arguments,
        process: found.process,
        warnings: found.warnings,
    })
}

/// Plans a build by the source's own Dockerfile, as it is.
///
/// # Errors
/// When what comes from outside is no name.
pub fn own_dockerfile(
    text: &str,
    said: &Said,
    arguments: &BTreeMap<String, String>,
    secrets: &BTreeSet<String>,
) -> Result<BuildPlan, PlanError> {
    check(arguments, secrets)?;
    let mut warnings = Vec::new();
    if !said.hooks().build.is_empty() {
        warnings.push(
            "Build hooks are not run, because there is a Dockerfile: write them there, as lines with RUN.".to_owned(),
        );
    }
    Ok(BuildPlan {
        dockerfile: text.to_owned(),
        arguments: arguments.clone(),
        process: None,
        warnings,
    })
}

/// What is known of a source because its language is.
#[derive(Default)]
struct Found {
    process: Option<String>,
    dependencies: Option<&'static str>,
    site: Option<&'static str>,
    builds: Option<&'static str>,
    warnings: Vec<String>,
}

fn of_language(known: Shipped, wanted: &Wanted<'_>) -> Result<Found, PlanError> {
    let context = wanted.context;
    let mut found = Found::default();
    let looked_for = match known {
        Shipped::Static => {
            // What a build hook makes is not there yet.
            let hooks = &wanted.said.hooks().build;
            let folder = site::folder(context).or((!hooks.is_empty()).then_some("."));
            found.site = Some(folder.ok_or(PlanError::NoPage)?);
            found.process = Some(site::SERVER.to_owned());
            found.warnings = site::warnings(context);
            return Ok(found);
        }
        Shipped::Python => {
            found.process = python::process(context);
            found.dependencies = Some(python::dependencies(context));
            found.warnings = python::warnings(context);
            python::LOOKED_FOR
        }
        Shipped::Node => {
            found.process = node::process(context);
            found.dependencies = Some(node::dependencies(context));
            let builds = node::builds(context) || !wanted.said.hooks().build.is_empty();
            found.builds = Some(if builds { "yes" } else { "no" });
            found.warnings = node::warnings(context);
            node::LOOKED_FOR
        }
        Shipped::Go => {
            found.process = go::process(context);
            go::LOOKED_FOR
        }
    };
    if found.process.is_none() && !wanted.said.names_commands() {
        return Err(PlanError::NoProcess {
            platform: wanted.platform.name.clone(),
            looked_for,
        });
    }
    Ok(found)
}

/// Looks whether arguments and secrets have names that a build can have.
///
/// # Errors
/// The first that is none.
pub fn check(arguments: &BTreeMap<String, String>, secrets: &BTreeSet<String>) -> Result<(), PlanError> {
    for name in arguments.keys() {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) || !name.bytes().all(is_word) {
            return Err(PlanError::Argument(name.clone()));
        }
        if name.starts_with("SLIPWAY_") {
            return Err(PlanError::Reserved(name.clone()));
        }
    }
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let wrong = |name: &&String| name.is_empty() || name.len() > 64 || !name.bytes().all(is_id);
    match secrets.iter().find(wrong) {
        Some(name) => Err(PlanError::Secret(name.clone())),
        None => Ok(()),
    }
}

/// Whether a Dockerfile has an argument: one that it has not is told as a mistake by BuildKit.
fn takes(text: &str, name: &str) -> bool {
    let arguments = text.lines().filter_map(|line| line.trim().strip_prefix("ARG "));
    arguments
        .into_iter()
        .any(|said| said.trim().split('=').next() == Some(name))
}

fn begins_with_from(text: &str) -> bool {
    let mut words = text.lines().filter_map(|line| line.split_whitespace().next());
    words.any(|word| word.eq_ignore_ascii_case("FROM"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn context(files: &[(&str, &str)]) -> Context {
        files.iter().fold(Context::default(), |context, (path, text)| {
            context.with_file(path, text)
        })
    }

    fn planned(platform: &Platform, files: &[(&str, &str)], secrets: &[&str]) -> Result<BuildPlan, PlanError> {
        let context = context(files);
        plan(&Wanted {
            platform,
            context: &context,
            said: &Said::read(&context).unwrap(),
            cache: "k3y",
            arguments: &BTreeMap::from([("COLOUR".to_owned(), "blue".to_owned())]),
            secrets: &secrets.iter().map(|&id| id.to_owned()).collect(),
        })
    }

    #[test]
    fn a_plan_has_the_hooks_the_process_the_caches_of_the_app_and_the_images() {
        let platform = Shipped::Python.platform();
        let files = [
            ("app.py", ""),
            ("requirements.txt", "flask\n"),
            ("tsuru.yaml", "hooks: {build: [make css, \"echo two\"]}"),
        ];
        let plan = planned(&platform, &files, &["token"]).unwrap();
        let text = &plan.dockerfile;
        let hook = r#"RUN --mount=type=secret,id=token,uid=1000,gid=1000,mode=0400 ["/bin/sh","-lc","make css"]"#;
        assert!(text.contains(hook) && text.contains("\"echo two\""), "{text}");
        assert!(
            text.ends_with("ENTRYPOINT []\nCMD [\"/bin/sh\",\"-lc\",\"exec python3 app.py\"]\n"),
            "{text}"
        );
        assert!(text.contains("id=k3y-pip,") && !text.contains("slipway-app-"), "{text}");
        assert!(!text.contains("# slipway:"), "{text}");
        insta::assert_debug_snapshot!((plan.arguments, plan.process), @r#"
        (
            {
                "COLOUR": "blue",
                "SLIPWAY_BUILD_IMAGE": "python:3.13",
                "SLIPWAY_DEPENDENCIES": "requirements.tx[t]",
                "SLIPWAY_RUN_IMAGE": "python:3.13-slim",
            },
            Some(
                "python3 app.py",
            ),
        )
        "#);
    }

    #[rstest]
    #[case(Shipped::Go, &[("go.mod", "module x"), ("cmd/a/", ""), ("cmd/b/", "")], "a single one below cmd/")]
    #[case(Shipped::Python, &[("requirements.txt", "")], "app.py, main.py, server.py")]
    #[case(Shipped::Node, &[("package.json", "{}")], "a start script or `main` in package.json")]
    fn nothing_is_built_when_nothing_says_what_runs(
        #[case] shipped: Shipped,
        #[case] files: &[(&str, &str)],
        #[case] looked_for: &str,
    ) {
        let error = planned(&shipped.platform(), files, &[]).unwrap_err().to_string();
        assert!(error.contains(looked_for) && error.contains(shipped.name()), "{error}");
        let mut files = files.to_vec();
        files.push(("Procfile", "worker: x"));
        assert_eq!(planned(&shipped.platform(), &files, &[]).unwrap().process, None);
    }

    #[test]
    fn a_platform_of_ones_own_is_given_what_it_asks_for_and_no_more() {
        let platform = Platform {
            name: "cobol".to_owned(),
            dockerfile: "ARG SLIPWAY_RUN_IMAGE\nFROM ${SLIPWAY_RUN_IMAGE}\nCOPY . /app\nCMD [\"/app/x\"]\n".to_owned(),
            images: super::super::Images::same("base"),
        };
        let plan = planned(&platform, &[("tsuru.yaml", "hooks: {build: [a]}")], &[]).unwrap();
        assert!(
            plan.dockerfile
                .ends_with("CMD [\"/app/x\"]\nRUN [\"/bin/sh\",\"-lc\",\"a\"]\n")
        );
        assert_eq!(
            plan.arguments.keys().collect::<Vec<_>>(),
            ["COLOUR", "SLIPWAY_RUN_IMAGE"]
        );
        let empty = Platform {
            dockerfile: "# FROM nothing\n".to_owned(),
            ..platform
        };
        let error = planned(&empty, &[], &[]).unwrap_err();
        assert_eq!(error, PlanError::NoDockerfile("cobol".to_owned()));
    }

    #[test]
    fn an_own_platform_with_a_shipped_name_knows_the_language() {
        let platform = Platform {
            dockerfile: "FROM ours\nARG SLIPWAY_DEPENDENCIES\nCOPY ${SLIPWAY_DEPENDENCIES} .\n".to_owned(),
            ..Shipped::Node.platform()
        };
        let files = [("package.json", r#"{"scripts":{"start":"node x"}}"#)];
        let plan = planned(&platform, &files, &[]).unwrap();
        assert_eq!(plan.arguments["SLIPWAY_DEPENDENCIES"], "package*.json");
        assert!(plan.dockerfile.ends_with("CMD [\"/bin/sh\",\"-lc\",\"exec node x\"]\n"));
    }

    #[rstest]
    #[case("SLIPWAY_RUN_IMAGE", PlanError::Reserved("SLIPWAY_RUN_IMAGE".to_owned()))]
    #[case("a b", PlanError::Argument("a b".to_owned()))]
    fn arguments_that_may_not_be(#[case] name: &str, #[case] error: PlanError) {
        let arguments = BTreeMap::from([(name.to_owned(), String::new())]);
        let said = Said::default();
        assert_eq!(
            own_dockerfile("FROM x", &said, &arguments, &BTreeSet::new()),
            Err(error)
        );
    }

    #[rstest]
    #[case("a,target=/etc/passwd")]
    #[case("")]
    fn a_secret_is_no_second_option(#[case] id: &str) {
        let error = planned(&Shipped::Static.platform(), &[("index.html", "")], &[id]).unwrap_err();
        assert_eq!(error, PlanError::Secret(id.to_owned()));
    }

    #[test]
    fn there_is_something_to_serve() {
        let platform = Shipped::Static.platform();
        assert_eq!(
            planned(&platform, &[("page.html", "")], &[]).unwrap_err(),
            PlanError::NoPage
        );
        let made = [("tsuru.yaml", "hooks: {build: [\"echo x > index.html\"]}")];
        assert_eq!(planned(&platform, &made, &[]).unwrap().arguments["SLIPWAY_SITE"], ".");
        let built = planned(&platform, &[("dist/index.html", "")], &[]).unwrap();
        assert_eq!(built.arguments["SLIPWAY_SITE"], "dist");
    }

    #[test]
    fn an_own_dockerfile_stays_as_it_is_and_says_that_hooks_are_not_run() {
        let said = Said::read(&context(&[("tsuru.yaml", "hooks: {build: [a]}")])).unwrap();
        let plan = own_dockerfile("FROM x\n", &said, &BTreeMap::new(), &BTreeSet::new()).unwrap();
        assert_eq!((plan.dockerfile.as_str(), plan.warnings.len()), ("FROM x\n", 1));
    }
}
