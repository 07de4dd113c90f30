//! What a sandboxed program may touch: a plain list of paths, written as JSON by the runner and read by `super::exec`
//! in the child. It holds no secret: the environment travels as the environment, never in this file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Level, Limits};

/// One program and the walls around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// Its arguments without the program name. No secrets: command lines can be seen by every user of the machine.
    pub arguments: Vec<String>,
    /// The least that must be enforced; the program does not start below it.
    pub demand: Level,
    /// Trees and files that may be read and run. Missing ones are skipped.
    pub execute: Vec<PathBuf>,
    /// Trees and files that may be read. Missing ones are skipped.
    pub read: Vec<PathBuf>,
    /// Devices that may be read and written. Missing ones are skipped.
    pub devices: Vec<PathBuf>,
    /// Trees and files that may be read, written and run. Missing ones are an error: a program whose directory is
    /// absent would fail later and less clearly.
    pub write: Vec<PathBuf>,
    /// Resource limits.
    pub limits: Limits,
    /// Whether everything else on the machine comes first: the lowest priority for processor time.
    pub gives_way: bool,
    /// Process id of the runner. When it dies the program gets SIGINT, so that an engine saves its state, and after the
    /// grace SIGTERM and SIGKILL.
    pub runner: Option<u32>,
    /// Time between those signals.
    pub stop_grace_ms: u64,
    /// Directory in which start and end of the program are recorded (`started.json`, `exit.json`), so that whoever comes
    /// after a killed runner knows what to wait for and how it ended. Outside everything the program may write.
    pub record: Option<PathBuf>,
}

/// A policy that would open what must stay closed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the sandbox would let runs reach {protected}, because {tree} is readable to them: move one of the two so that \
     neither contains the other"
)]
pub struct PolicyError {
    /// The path that must stay closed.
    pub protected: String,
    /// The listed tree that contains it.
    pub tree: String,
}

impl Policy {
    /// A policy for a program with the system's files and nothing of ours: add stores to `execute` and the run's
    /// directories to `write`.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<String>) -> Self {
        Self {
            execute: system_trees()
                .iter()
                .map(PathBuf::from)
                .chain([program.clone()])
                .collect(),
            read: system_files().iter().map(PathBuf::from).collect(),
            devices: system_devices().iter().map(PathBuf::from).collect(),
            write: Vec::new(),
            demand: Level::Isolated,
            limits: Limits::default(),
            gives_way: false,
            runner: Some(std::process::id()),
            stop_grace_ms: 60_000,
            record: None,
            program,
            arguments,
        }
    }

    /// Refuses a policy whose trees contain a path that must stay closed (the server's data directory, keys, the
    /// directory of all runs). Symbolic links are resolved on both sides.
    ///
    /// # Errors
    /// [`PolicyError`] names the first pair that collides.
    pub fn check(&self, protected: &[PathBuf]) -> Result<(), PolicyError> {
        let trees = self
            .execute
            .iter()
            .chain(&self.read)
            .chain(&self.write)
            .chain(&self.devices);
        for tree in trees {
            let resolved = resolve(tree);
            for path in protected {
                if resolve(path).starts_with(&resolved) {
                    return Err(PolicyError {
                        protected: path.display().to_string(),
                        tree: tree.display().to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The path without symbolic links, as far as it exists.
fn resolve(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() {
                real
            } else {
                real.join(rest)
            };
        }
    }
    path.to_path_buf()
}

/// System programs and libraries. `/usr` covers the rest where those are links into it; others still have both.
#[must_use]
pub const fn system_trees() -> &'static [&'static str] {
    &[
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/nix/store",
        "/gnu/store",
    ]
}

/// Where an operator's environment says that certificates are: programs that are told of them must be able to read them.
/// The names and the colons are OpenSSL's and Go's.
#[must_use]
pub fn trust_files(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let file = environment.get("SSL_CERT_FILE").map(String::as_str);
    let directories = environment.get("SSL_CERT_DIR").map(String::as_str).unwrap_or_default();
    file.into_iter()
        .chain(directories.split(':'))
        .filter(|path| path.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

/// System files that programs read: name resolution, certificates, time zone, the loader's cache, user names, and what
/// language runtimes ask about the machine. Of `/proc` only facts without owner: the entries of processes would give the
/// command lines of other runs, and a rule for "its own entry" cannot be made before the process exists.
#[must_use]
pub const fn system_files() -> &'static [&'static str] {
    &[
        "/etc/resolv.conf",
        "/etc/hosts",
        "/etc/host.conf",
        "/etc/nsswitch.conf",
        "/etc/gai.conf",
        "/etc/services",
        "/etc/protocols",
        "/etc/passwd",
        "/etc/group",
        "/etc/localtime",
        "/etc/timezone",
        "/etc/os-release",
        "/etc/debian_version",
        "/etc/mime.types",
        "/etc/inputrc",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/alternatives",
        "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/etc/ssl/cert.pem",
        "/etc/pki/tls/certs",
        "/etc/pki/tls/cert.pem",
        "/etc/pki/ca-trust/extracted",
        "/etc/ca-certificates",
        "/etc/gitconfig",
        "/etc/ssh/ssh_config",
        "/etc/ssh/ssh_config.d",
        "/etc/ssh/ssh_known_hosts",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/stat",
        "/proc/loadavg",
        "/proc/uptime",
        "/proc/version",
        "/proc/filesystems",
        "/proc/sys/kernel/cap_last_cap",
        "/proc/sys/kernel/ngroups_max",
        "/proc/sys/kernel/osrelease",
        "/proc/sys/kernel/random",
        "/proc/sys/fs/pipe-max-size",
        "/proc/sys/net/core/somaxconn",
        "/proc/sys/vm/overcommit_memory",
        "/sys/kernel/mm/transparent_hugepage",
        "/sys/devices/system/cpu",
        "/sys/fs/cgroup",
    ]
}

/// Devices that give or take bytes without owner.
#[must_use]
pub const fn system_devices() -> &'static [&'static str] {
    &[
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/dev/random",
        "/dev/urandom",
        "/dev/tty",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_that_the_environment_names_can_be_read() {
        let environment = [
            ("SSL_CERT_FILE", "/opt/ca.pem"),
            ("SSL_CERT_DIR", "/opt/a:/opt/b"),
            ("PATH", "/bin"),
        ];
        let environment = environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let files = trust_files(&environment);
        assert_eq!(files, ["/opt/ca.pem", "/opt/a", "/opt/b"].map(PathBuf::from));
        assert!(trust_files(&BTreeMap::new()).is_empty());
    }

    #[test]
    fn a_policy_that_covers_a_protected_directory_is_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("server/data");
        std::fs::create_dir_all(&data).unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink(root.path().join("server"), &link).unwrap();

        let mut policy = Policy::new("/bin/true".into(), Vec::new());
        assert_eq!(policy.check(std::slice::from_ref(&data)), Ok(()));
        policy.read.push(link.clone());
        let refusal = policy.check(std::slice::from_ref(&data)).unwrap_err();
        assert_eq!(refusal.tree, link.display().to_string());
        assert_eq!(
            policy.check(&[data.join("not/yet/there")]).unwrap_err().tree,
            link.display().to_string()
        );
    }

    #[test]
    fn a_policy_reads_back_and_unknown_fields_are_refused() {
        let policy = Policy::new("/bin/true".into(), vec!["a b".into()]);
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
        let widened = text.replacen('{', "{\"everything\":true,", 1);
        assert!(serde_json::from_str::<Policy>(&widened).is_err());
    }
}
