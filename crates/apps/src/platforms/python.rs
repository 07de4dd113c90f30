//! Python: what runs, and which files name packages.

use crate::sources::Context;

/// Files that are programs by themselves, the usual first.
const PROGRAMS: [&str; 4] = ["app.py", "main.py", "server.py", "__main__.py"];

/// What the app runs when nobody says so.
pub(super) fn process(context: &Context) -> Option<String> {
    if context.has("wsgi.py") && requires(context, "gunicorn") {
        return Some("gunicorn --bind 0.0.0.0:$PORT wsgi".to_owned());
    }
    let program = PROGRAMS.iter().find(|file| context.has(file))?;
    Some(format!("python3 {program}"))
}

/// What was looked for.
pub(super) const LOOKED_FOR: &str =
    "wsgi.py with gunicorn in requirements.txt, app.py, main.py, server.py and __main__.py";

/// What is copied before packages are installed: the file that names them, or everything when it refers to other files.
pub(super) fn dependencies(context: &Context) -> &'static str {
    if let Some(text) = context.text("requirements.txt") {
        return if text.lines().any(refers_to_files) {
            "."
        } else {
            "requirements.tx[t]"
        };
    }
    if context.has("Pipfile") || context.has("Pipfile.lock") {
        return "Pipfile*";
    }
    "pyproject.tom[l]"
}

/// What whoever deploys it should know.
pub(super) fn warnings(context: &Context) -> Vec<String> {
    if context.has("requirements.txt") || context.has("Pipfile") || context.has("Pipfile.lock") {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    if let Some(file) = ["poetry.lock", "uv.lock", "pdm.lock"]
        .into_iter()
        .find(|file| context.has(file))
    {
        warnings.push(format!(
            "{file} is not read: packages are installed in whatever versions pyproject.toml allows today. Export a requirements.txt."
        ));
    }
    let project = context.text("pyproject.toml").map(toml::from_str::<toml::Table>);
    if let Some(Ok(project)) = project
        && !project.contains_key("project")
    {
        warnings.push(
            "pyproject.toml has no table [project], so no packages are installed: name them there under `dependencies`, or in a \
             requirements.txt."
                .to_owned(),
        );
    }
    warnings
}

/// Whether a line of a requirements.txt needs more than itself.
fn refers_to_files(line: &str) -> bool {
    let line = line.trim();
    let option = [
        "-r",
        "-c",
        "-e",
        "--requirement",
        "--constraint",
        "--editable",
        "--find-links",
        "-f",
    ];
    option.iter().any(|option| {
        line.strip_prefix(option)
            .is_some_and(|rest| rest.starts_with([' ', '=', '\t']) && !rest.contains("://"))
    }) || line.starts_with(['.', '/'])
        || line.contains("file:")
        || line.contains("@ .")
        || line.ends_with(".whl")
}

fn requires(context: &Context, package: &str) -> bool {
    let named = ["requirements.txt", "pyproject.toml"].map(|file| context.text(file).unwrap_or_default());
    named.iter().any(|text| text.to_lowercase().contains(package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("flask==3.0\n# -r other\ngunicorn", "requirements.tx[t]")]
    #[case("-r base.txt", ".")]
    #[case("--find-links wheels\nx", ".")]
    #[case("--find-links https://wheels.example\nx", "requirements.tx[t]")]
    #[case("./lib", ".")]
    #[case("lib @ file:lib", ".")]
    #[case("--extra-index-url https://x\n", "requirements.tx[t]")]
    fn which_files_name_packages(#[case] text: &str, #[case] expected: &str) {
        let context = Context::default().with_file("requirements.txt", text);
        assert_eq!(dependencies(&context), expected);
    }

    #[test]
    fn packages_that_are_not_found_are_told() {
        let context = Context::default()
            .with_file("pyproject.toml", "[tool.poetry.dependencies]\nflask = \"*\"\n")
            .with_file("poetry.lock", "");
        let told = warnings(&context);
        assert!(
            told[0].starts_with("poetry.lock is not read") && told[1].contains("no table [project]"),
            "{told:?}"
        );
        assert!(warnings(&context.with_file("requirements.txt", "flask")).is_empty());
        let context = Context::default().with_file("pyproject.toml", "[project]\nname = \"x\"\n");
        assert!(warnings(&context).is_empty());
    }

    #[test]
    fn what_runs() {
        let context = Context::default().with_file("main.py", "").with_file("wsgi.py", "");
        assert_eq!(process(&context).as_deref(), Some("python3 main.py"));
        let context = context.with_file("requirements.txt", "Gunicorn>=22\n");
        assert_eq!(process(&context).as_deref(), Some("gunicorn --bind 0.0.0.0:$PORT wsgi"));
        assert_eq!(process(&Context::default().with_file("lib.py", "")), None);
    }
}
