//! Which platform a source is for, when nobody said so.

use super::node;
use super::shipped::Shipped;
use super::site;
use crate::sources::Context;

/// What was found, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What builds it.
    pub chosen: Chosen,
    /// A sentence for whoever deploys it.
    pub why: String,
}

/// What builds a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Its own Dockerfile.
    Dockerfile,
    /// A platform.
    Platform(Shipped),
}

/// Nothing says what the source is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing at the top of the source says how to build it; looked for Dockerfile, go.mod, package.json with a start script, \
     requirements.txt, pyproject.toml, Pipfile, and index.html there or in dist, public or build. There {found}. Deploy from the \
     app's own directory, name a platform, or write a Dockerfile."
)]
pub struct NoPlatform {
    /// What is there instead.
    pub found: String,
}

/// What a language is known by.
const PYTHON: [&str; 3] = ["requirements.txt", "pyproject.toml", "Pipfile"];
/// Names that are told of a source that is not understood.
const MOST_TOLD: usize = 8;

/// Finds out what builds a source: its own Dockerfile, else a platform by what is there.
///
/// # Errors
/// When nothing says what it is.
pub fn detect(context: &Context) -> Result<Choice, NoPlatform> {
    if context.has("Dockerfile") {
        return Ok(Choice {
            chosen: Chosen::Dockerfile,
            why: "There is a Dockerfile, so it is built as the Dockerfile says.".to_owned(),
        });
    }
    let found = found(context);
    let Some((first, file)) = found.first() else {
        return Err(NoPlatform {
            found: what_is_there(context),
        });
    };
    let title = match first {
        Shipped::Go => "a Go program",
        Shipped::Node => "a Node.js app",
        Shipped::Python => "a Python app",
        Shipped::Static => "a static site",
    };
    let mut why = format!("There is {file}, so it is {title}.");
    // What only goes along with a program is no doubt.
    let others = found.iter().skip(1).filter(|(other, _)| *other != Shipped::Static);
    for (other, file) in others {
        use std::fmt::Write as _;
        let _infallible = write!(
            why,
            " There is {file} too: choose the platform {} if that is what it is.",
            other.name()
        );
    }
    Ok(Choice {
        chosen: Chosen::Platform(*first),
        why,
    })
}

/// Everything that it could be, with the file that says so, the surest first. A package.json that starts nothing is a tool of
/// something else.
fn found(context: &Context) -> Vec<(Shipped, String)> {
    let mut found = Vec::new();
    if context.has("go.mod") {
        found.push((Shipped::Go, "go.mod".to_owned()));
    }
    if let Some(says) = node::says_that_it_starts(context) {
        found.push((Shipped::Node, says));
    }
    if let Some(file) = PYTHON.iter().find(|file| context.has(file)) {
        found.push((Shipped::Python, (*file).to_owned()));
    }
    if let Some(folder) = site::folder(context) {
        let path = if folder == "." {
            String::new()
        } else {
            format!("{folder}/")
        };
        found.push((Shipped::Static, format!("{path}index.html")));
    }
    found
}

fn what_is_there(context: &Context) -> String {
    let mut names: Vec<&str> = context.below("").collect();
    let more = names.len().saturating_sub(MOST_TOLD);
    names.truncate(MOST_TOLD);
    match (names.is_empty(), more) {
        (true, _) => "is nothing".to_owned(),
        (false, 0) => format!("is {}", names.join(", ")),
        (false, more) => format!("is {} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn context(files: &[&str]) -> Context {
        files.iter().fold(Context::default(), |context, said| {
            let (path, text) = said.split_once('=').unwrap_or((said, ""));
            context.with_file(path, text)
        })
    }

    const STARTS: &str = r#"package.json={"scripts":{"start":"node x.js"}}"#;
    const BUILDS: &str = r#"package.json={"scripts":{"build":"vite build"}}"#;

    #[rstest]
    #[case::a_dockerfile_before_all(&["Dockerfile", "go.mod"], Chosen::Dockerfile)]
    #[case::go(&["go.mod", "index.html"], Chosen::Platform(Shipped::Go))]
    #[case::node(&[STARTS, "public/index.html"], Chosen::Platform(Shipped::Node))]
    #[case::node_by_its_server(&["package.json={}", "server.js"], Chosen::Platform(Shipped::Node))]
    #[case::python(&["requirements.txt", "app.py"], Chosen::Platform(Shipped::Python))]
    #[case::python_with_tools_of_node(&["pyproject.toml", BUILDS], Chosen::Platform(Shipped::Python))]
    #[case::pipenv(&["Pipfile"], Chosen::Platform(Shipped::Python))]
    #[case::a_page(&["index.html", "style.css"], Chosen::Platform(Shipped::Static))]
    #[case::what_was_built(&[BUILDS, "dist/index.html"], Chosen::Platform(Shipped::Static))]
    fn it_is_found(#[case] files: &[&str], #[case] chosen: Chosen) {
        assert_eq!(detect(&context(files)).unwrap().chosen, chosen);
    }

    #[test]
    fn it_is_said_why_and_what_else_it_could_be() {
        let why = detect(&context(&["go.mod", STARTS, "index.html"])).unwrap().why;
        insta::assert_snapshot!(why, @"There is go.mod, so it is a Go program. There is package.json too: choose the platform node if that is what it is.");
    }

    #[test]
    fn what_is_not_understood_is_told_with_what_is_there() {
        let error = detect(&context(&["Cargo.toml", "src/main.rs"])).unwrap_err();
        assert!(
            error.to_string().contains("There is Cargo.toml, src/. Deploy"),
            "{error}"
        );
        let error = detect(&Context::default()).unwrap_err().to_string();
        assert!(error.contains("There is nothing."), "{error}");
    }
}
