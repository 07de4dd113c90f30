//! The environment of everything in a run, made from nothing: the workspace's variables, then what the run needs.

use std::collections::BTreeMap;
use std::path::Path;

use super::RunDirectory;

/// What the run's environment is made of.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The run's directory, for `HOME` and `TMPDIR`.
    pub directory: &'a RunDirectory,
    /// The CLI configuration file.
    pub cli_config: &'a Path,
    /// The workspace's name on the command line, `TF_WORKSPACE`.
    pub workspace: &'a str,
    /// What the operator gives every run: proxies, certificates.
    pub operator: &'a BTreeMap<String, String>,
    /// The workspace's environment variables.
    pub variables: &'a BTreeMap<String, String>,
    /// Whether the state is small, so that the engine may trade memory for time.
    pub is_small: bool,
}

/// Names that a workspace cannot set, because a run would no longer do what its record says.
pub const RESERVED_VARIABLES: &[&str] = &[
    "CHECKPOINT_DISABLE",
    "HOME",
    "TF_CLI_CONFIG_FILE",
    "TF_DATA_DIR",
    "TF_INPUT",
    "TF_IN_AUTOMATION",
    "TF_WORKSPACE",
    "TMPDIR",
];

/// Engine and providers are Go programs that live for a fraction of a second. With Go's own settings they collect garbage
/// a dozen times before they have read their configuration, which costs a tenth of a run; with these they begin at 16 MiB.
/// The limit keeps the larger ones about where they would be anyway. Not for large states: what lives there is
/// more than the limit, and the collector would never rest.
const LESS_COLLECTION: [(&str, &str); 2] = [("GOGC", "400"), ("GOMEMLIMIT", "1GiB")];

const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The whole environment. The operator's values give way to the workspace's, both to ours.
#[must_use]
pub fn environment(surroundings: Surroundings<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([
        ("PATH".to_owned(), SEARCH_PATH.to_owned()),
        ("LANG".into(), "C.UTF-8".into()),
    ]);
    if surroundings.is_small {
        all.extend(LESS_COLLECTION.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    all.extend(surroundings.operator.clone());
    all.extend(surroundings.variables.clone());
    let path = |path: &Path| path.display().to_string();
    all.extend([
        ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ("HOME".into(), path(&surroundings.directory.home())),
        ("TF_CLI_CONFIG_FILE".into(), path(surroundings.cli_config)),
        ("TF_INPUT".into(), "0".into()),
        ("TF_IN_AUTOMATION".into(), "1".into()),
        ("TF_WORKSPACE".into(), surroundings.workspace.to_owned()),
        ("TMPDIR".into(), path(&surroundings.directory.tmp())),
    ]);
    all.remove("TF_DATA_DIR");
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_win_over_the_workspaces_and_those_over_the_operators() {
        let root = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(root.path(), "run-1").unwrap();
        let map = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let operator = map(&[("HTTPS_PROXY", "http://operator"), ("AWS_REGION", "operator")]);
        let mut variables = map(&[("AWS_REGION", "workspace"), ("PATH", "/opt/bin")]);
        variables.extend(
            RESERVED_VARIABLES
                .iter()
                .map(|name| ((*name).to_owned(), "stolen".to_owned())),
        );
        let made = environment(Surroundings {
            directory: &directory,
            cli_config: Path::new("/cli.tfrc"),
            workspace: "prod",
            operator: &operator,
            variables: &variables,
            is_small: false,
        });
        assert_eq!(
            (made["AWS_REGION"].as_str(), made["HTTPS_PROXY"].as_str()),
            ("workspace", "http://operator")
        );
        assert_eq!(
            (made["PATH"].as_str(), made["TF_WORKSPACE"].as_str()),
            ("/opt/bin", "prod")
        );
        assert!(!made.values().any(|value| value == "stolen"), "{made:?}");
        assert!(!made.contains_key("TF_DATA_DIR"));
    }

    #[test]
    fn a_small_run_collects_less_garbage_unless_its_workspace_says_otherwise() {
        let root = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(root.path(), "run-1").unwrap();
        let (nobody, workspace) = (BTreeMap::new(), BTreeMap::from([("GOGC".to_owned(), "50".to_owned())]));
        let made = |variables, is_small| {
            environment(Surroundings {
                directory: &directory,
                cli_config: Path::new("/cli.tfrc"),
                workspace: "prod",
                operator: &nobody,
                variables,
                is_small,
            })
        };
        assert_eq!(made(&nobody, true)["GOGC"], "400");
        assert_eq!(made(&workspace, true)["GOGC"], "50");
        assert!(!made(&nobody, false).contains_key("GOMEMLIMIT"));
    }
}
