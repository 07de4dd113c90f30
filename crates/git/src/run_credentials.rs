//! What lets the `git` of a run reach private repositories, by host: files and an environment that points to them. No secret
//! is in the environment, in an address or in a command line.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroizing;

use crate::access::{SSH_SETTINGS, refuse_lines, shell_quoted, ssh_quoted};
use crate::error::GitError;

/// Credentials of one host. No `Debug`: it holds secrets.
#[derive(Clone)]
pub enum HostCredentials {
    /// For `https://host[:port]/…` (and `http:` where that was said).
    Basic {
        /// Whether it is `http` and not `https`.
        is_clear: bool,
        /// The host.
        host: String,
        /// The port, where it is not the transport's own.
        port: Option<u16>,
        /// The name.
        username: String,
        /// The password or token.
        password: Zeroizing<String>,
        /// Certificates (PEM) that vouch for the host, where the system's do not.
        certificates: Option<String>,
    },
    /// For `ssh://user@host[:port]/…` and `user@host:…`.
    SshKey {
        /// The host; `*` for every host whose key is pinned.
        host: String,
        /// The port, where it is not 22.
        port: Option<u16>,
        /// A private key without a passphrase.
        key: Zeroizing<String>,
        /// Lines of a `known_hosts` file that name the host.
        known_hosts: String,
    },
}

/// What to lay out for a run. No `Debug`: it holds secrets.
#[derive(Default)]
pub struct RunFiles {
    /// Contents by file name; to be readable by the run alone, and to be removed as soon as the phase is over.
    pub files: BTreeMap<String, Zeroizing<String>>,
    /// Names and values without secrets.
    pub environment: BTreeMap<String, String>,
    /// What must be masked in logs.
    pub secrets: Vec<Zeroizing<String>>,
}

/// Files and environment for a run. `directory` stands for the directory of the files until that is known. Addresses of a
/// host with a password and without a key may be written in SSH's form, too: they are fetched over HTTPS.
///
/// # Errors
/// [`GitError::Refused`] for a host, name or password that cannot be written into the files.
pub fn run_files(credentials: &[HostCredentials], directory: &str) -> Result<RunFiles, GitError> {
    let mut run = RunFiles::default();
    let mut store = Zeroizing::new(String::new());
    let mut configuration = String::from("[credential]\n\thelper =\n");
    let mut ssh = Zeroizing::new(String::new());
    let mut known = Zeroizing::new(String::new());
    let mut has_keys = false;
    for (number, one) in credentials.iter().enumerate() {
        match one {
            HostCredentials::Basic { username, password, .. } => {
                let origin = Origin::of(one)?;
                let line = stored_line(origin.transport, &origin.host, username, password)?;
                store.push_str(&line);
                configuration.push_str(&for_origin(&origin, directory)?);
                if let Some(certificates) = origin.certificates {
                    let name = format!("certificates-{number}.pem");
                    configuration.push_str(&format!(
                        "[http \"{}\"]\n\tsslCAInfo = {directory}/{name}\n",
                        origin.address()
                    ));
                    run.files.insert(name, Zeroizing::new(certificates.to_owned()));
                }
                if origin.transport == "https" && !has_key(credentials, &origin.host) {
                    configuration.push_str(&instead_of_ssh(&origin.host));
                }
                run.secrets.push(password.clone());
            }
            HostCredentials::SshKey {
                host,
                port,
                key,
                known_hosts,
            } => {
                let name = format!("key-{number}");
                let host = if host == "*" { host.clone() } else { checked(host)? };
                ssh.push_str(&for_ssh_host(&host, *port, &format!("{directory}/{name}"))?);
                known.push_str(known_hosts.trim_end());
                known.push('\n');
                run.files.insert(name, Zeroizing::new(format!("{}\n", key.trim_end())));
                run.secrets.push(key.clone());
                has_keys = true;
            }
        }
    }
    run.environment.extend([
        ("GIT_CONFIG_GLOBAL".to_owned(), format!("{directory}/gitconfig")),
        ("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned()),
        ("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned()),
    ]);
    run.files.insert("gitconfig".to_owned(), Zeroizing::new(configuration));
    run.files.insert("store".to_owned(), store);
    if has_keys {
        let place = |name: &str| format!("{directory}/{name}");
        let hosts = ssh_quoted(Path::new(&place("known_hosts")))?;
        ssh.push_str(&format!("Host *\n  UserKnownHostsFile {hosts}\n{SSH_SETTINGS}"));
        run.files.insert("ssh_config".to_owned(), ssh);
        run.files.insert("known_hosts".to_owned(), known);
        let command = format!("ssh -F {}", shell_quoted(Path::new(&place("ssh_config")))?);
        run.environment.insert("GIT_SSH_COMMAND".to_owned(), command);
        run.environment.insert("GIT_SSH_VARIANT".to_owned(), "ssh".to_owned());
    }
    Ok(run)
}

/// A web server's address, checked.
struct Origin<'a> {
    transport: &'static str,
    /// With its port where that is not the transport's own.
    host: String,
    certificates: Option<&'a str>,
}

impl<'a> Origin<'a> {
    fn of(credentials: &'a HostCredentials) -> Result<Self, GitError> {
        let HostCredentials::Basic {
            is_clear,
            host,
            port,
            certificates,
            ..
        } = credentials
        else {
            return Err(GitError::Refused("a key is not for a web server".to_owned()));
        };
        let transport = if *is_clear { "http" } else { "https" };
        let own = if *is_clear { 80 } else { 443 };
        let port = port
            .filter(|port| *port != own)
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Ok(Self {
            transport,
            host: format!("{}{port}", checked(host)?),
            certificates: certificates.as_deref(),
        })
    }

    fn address(&self) -> String {
        format!("{}://{}", self.transport, self.host)
    }
}

/// The helper for one host: no other host is ever told what is in the file.
fn for_origin(origin: &Origin<'_>, directory: &str) -> Result<String, GitError> {
    let file = shell_quoted(Path::new(&format!("{directory}/store")))?;
    Ok(format!(
        "[credential \"{}\"]\n\thelper =\n\thelper = \"store --file={file}\"\n",
        origin.address()
    ))
}

fn instead_of_ssh(host: &str) -> String {
    format!("[url \"https://{host}/\"]\n\tinsteadOf = ssh://git@{host}/\n\tinsteadOf = git@{host}:\n")
}

/// One host's key. A port is given to `ssh` by `git`, so the host alone decides.
fn for_ssh_host(host: &str, port: Option<u16>, key: &str) -> Result<String, GitError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let key = ssh_quoted(Path::new(key))?;
    let port = port.map(|port| format!("  Port {port}\n")).unwrap_or_default();
    Ok(format!("Host {host}\n{port}  IdentityFile {key}\n"))
}

fn has_key(credentials: &[HostCredentials], wanted: &str) -> bool {
    let is_it = |host: &str| host == "*" || host.eq_ignore_ascii_case(wanted);
    let is_key = |one: &HostCredentials| matches!(one, HostCredentials::SshKey { host, .. } if is_it(host));
    credentials.iter().any(is_key)
}

/// The host in lower case, if it can be written into the files.
fn checked(host: &str) -> Result<String, GitError> {
    let is_letter =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() || host.starts_with('-') || !host.chars().all(is_letter) {
        return Err(GitError::Refused(format!(
            "\"{}\" is not the name of a host",
            host.escape_default()
        )));
    }
    Ok(host.to_ascii_lowercase())
}

/// A line of git-credential-store(1) for a host with its port.
fn stored_line(transport: &str, host: &str, username: &str, password: &str) -> Result<Zeroizing<String>, GitError> {
    refuse_lines(username, password)?;
    let (username, password) = (percent_encoded(username), percent_encoded(password));
    let line = format!("{transport}://{}:{}@{host}\n", *username, *password);
    Ok(Zeroizing::new(line))
}

/// Everything but letters, digits and `-._~` as `%XX` (RFC 3986, 2.3).
fn percent_encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(host: &str, password: &str) -> HostCredentials {
        HostCredentials::Basic {
            is_clear: false,
            host: host.to_owned(),
            port: None,
            username: "ada".to_owned(),
            password: Zeroizing::new(password.to_owned()),
            certificates: None,
        }
    }

    fn key(host: &str) -> HostCredentials {
        HostCredentials::SshKey {
            host: host.to_owned(),
            port: Some(2222),
            key: Zeroizing::new("PLANTED KEY".to_owned()),
            known_hosts: format!("[{host}]:2222 ssh-ed25519 AAAA"),
        }
    }

    #[test]
    fn files_hold_the_secrets_and_the_environment_names_the_files() {
        let run = run_files(
            &[basic("Forge.example.com", "planted/secret"), key("git.example.com")],
            "@git@",
        )
        .unwrap();
        insta::assert_snapshot!(run.files["gitconfig"].as_str(), @r#"
        [credential]
        	helper =
        [credential "https://forge.example.com"]
        	helper =
        	helper = "store --file='@git@/store'"
        [url "https://forge.example.com/"]
        	insteadOf = ssh://git@forge.example.com/
        	insteadOf = git@forge.example.com:
        "#);
        assert_eq!(
            run.files["store"].as_str(),
            "https://ada:planted%2Fsecret@forge.example.com\n"
        );
        assert_eq!(run.files["key-1"].as_str(), "PLANTED KEY\n");
        assert!(
            run.files["ssh_config"].starts_with("Host git.example.com\n  Port 2222\n  IdentityFile \"@git@/key-1\"\n")
        );
        let environment = format!("{:?}", run.environment);
        assert!(
            !environment.contains("planted") && !environment.contains("PLANTED"),
            "{environment}"
        );
        assert_eq!(run.environment["GIT_SSH_COMMAND"], "ssh -F '@git@/ssh_config'");
        assert_eq!(run.secrets.len(), 2);
    }

    #[test]
    fn a_host_with_a_key_keeps_its_ssh_addresses() {
        let run = run_files(&[basic("git.example.com", "x"), key("git.example.com")], "@git@").unwrap();
        assert!(!run.files["gitconfig"].contains("insteadOf"));
    }

    #[test]
    fn nothing_can_be_smuggled_into_the_files() {
        for host in ["", "a\"]\n[core]", "a b", "-a", "a/b", "a%b", "a'b"] {
            assert!(run_files(&[basic(host, "x")], "@git@").is_err(), "{host}");
            assert!(run_files(&[key(host)], "@git@").is_err(), "{host}");
        }
        assert!(run_files(&[basic("a", "two\nlines")], "@git@").is_err());
    }
}
