//! The argument vectors of each command.

use std::path::Path;

use crate::engines::Engine;

/// What a plan does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Plans changes.
    #[default]
    Normal,
    /// Plans to destroy everything.
    Destroy,
    /// Only brings the state up to date.
    RefreshOnly,
}

/// Options of a plan, as the run's record has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// What the plan does.
    pub mode: Mode,
    /// Whether the real objects are read first.
    pub refresh: bool,
    /// Only these resource addresses and what they need.
    pub targets: Vec<String>,
    /// Replace these resource addresses.
    pub replace: Vec<String>,
    /// How many operations at once; the engine's default otherwise.
    pub parallelism: Option<u32>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            refresh: true,
            targets: Vec::new(),
            replace: Vec::new(),
            parallelism: None,
        }
    }
}

/// `init`. Downloads what the lock file says, never upgrades.
#[must_use]
pub fn init(engine: &Engine, events: &Path) -> Vec<String> {
    let mut arguments = vec!["init".to_owned(), "-input=false".into()];
    arguments.extend(events_aside(engine, events));
    arguments
}

/// `plan` into a file. Exit code 0: no changes, 2: changes, 1: error.
#[must_use]
pub fn plan(engine: &Engine, options: &PlanOptions, plan_file: &Path, events: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = ["plan", "-input=false", "-lock=false", "-detailed-exitcode"]
        .map(str::to_owned)
        .into();
    arguments.push(format!("-out={}", plan_file.display()));
    arguments.extend(events_of(engine, events));
    match options.mode {
        Mode::Normal => {}
        Mode::Destroy => arguments.push("-destroy".into()),
        Mode::RefreshOnly => arguments.push("-refresh-only".into()),
    }
    if !options.refresh {
        arguments.push("-refresh=false".into());
    }
    arguments.extend(options.targets.iter().map(|address| format!("-target={address}")));
    arguments.extend(options.replace.iter().map(|address| format!("-replace={address}")));
    arguments.extend(options.parallelism.map(|count| format!("-parallelism={count}")));
    arguments
}

/// `apply` of a plan file: exactly that plan, without a question.
#[must_use]
pub fn apply(engine: &Engine, parallelism: Option<u32>, plan_file: &Path, events: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = ["apply", "-input=false", "-lock=false"].map(str::to_owned).into();
    arguments.extend(events_of(engine, events));
    arguments.extend(parallelism.map(|count| format!("-parallelism={count}")));
    arguments.push(plan_file.display().to_string());
    arguments
}

/// `show -json` of a plan or state file, or of the current state; the JSON is on stdout.
#[must_use]
pub fn show(file: Option<&Path>) -> Vec<String> {
    let mut arguments = vec!["show".to_owned(), "-json".into()];
    arguments.extend(file.map(|file| file.display().to_string()));
    arguments
}

/// Events beside the human output, or instead of it on stdout where the engine has no other way.
fn events_of(engine: &Engine, events: &Path) -> Option<String> {
    Some(events_aside(engine, events).unwrap_or_else(|| "-json".into()))
}

fn events_aside(engine: &Engine, events: &Path) -> Option<String> {
    engine
        .kind
        .writes_events_aside(&engine.version)
        .then(|| format!("-json-into={}", events.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::Kind;
    use semver::Version;

    fn engine(kind: Kind, minor: u64) -> Engine {
        Engine {
            kind,
            version: Version::new(1, minor, 0),
            path: "/bin/engine".into(),
        }
    }

    #[test]
    fn events_go_aside_where_the_engine_can() {
        let (plan_file, events) = (Path::new("/run/plan"), Path::new("/spool/events"));
        let of = |engine: &Engine| plan(engine, &PlanOptions::default(), plan_file, events).join(" ");
        assert_eq!(
            of(&engine(Kind::OpenTofu, 12)),
            "plan -input=false -lock=false -detailed-exitcode -out=/run/plan -json-into=/spool/events"
        );
        assert!(of(&engine(Kind::OpenTofu, 11)).ends_with(" -json"));
        assert!(of(&engine(Kind::Terraform, 12)).ends_with(" -json"));
    }

    #[test]
    fn options_become_flags() {
        let options = PlanOptions {
            mode: Mode::Destroy,
            refresh: false,
            targets: vec!["a.b[\"x y\"]".into()],
            replace: vec!["-c.d".into()],
            parallelism: Some(3),
        };
        let arguments = plan(&engine(Kind::OpenTofu, 12), &options, Path::new("/p"), Path::new("/e"));
        assert_eq!(
            arguments[6..],
            [
                "-destroy",
                "-refresh=false",
                "-target=a.b[\"x y\"]",
                "-replace=-c.d",
                "-parallelism=3"
            ]
        );
    }
}
