//! The keys that an SSH server shows, to be looked at by a person before they are pinned.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::GitError;
use crate::process::Call;
use crate::program::SEARCH_PATH;

/// Longest `known_hosts` text, in bytes.
const LONGEST: usize = 64 * 1024;

/// What the large forges say that their keys are, as lines of a `known_hosts` file.
/// <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints>,
/// <https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints>, <https://bitbucket.org/site/ssh>,
/// <https://learn.microsoft.com/azure/devops/repos/git/use-ssh-keys-to-authenticate>
pub const PUBLISHED: &str = "\
github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl
gitlab.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf
bitbucket.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO
ssh.dev.azure.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7Hr1oTWqNqOlzGJOfGJ4NakVyIzf1rXYd4d7wo6jBlkLvCA4odBlL0mDUyZ0/\
QUfTTqeu+tm22gOsv+VrVTMk6vwRU75gY/y9ut5Mb3bR5BV58dKXyq9A9UeB5Cakehn5Zgm6x1mKoVyf+FFn26iYqXJRgzIZZcZ5V6hrE0Qg39kZm4az48\
o0AUbf6Sp4SLdvnuMa2sVNwHBboS7EJkm57XQPVU3/QpyNLHbWDdzwtrlS+ez30S3AdYhLKEOxAG8weOnyrtLJAUen9mTkol8oII1edf7mWWbWVf0nBml\
y21+nZcmCTISQBtdcyPaEno7fFQMDD26/s0lfKob4Kw8H
";

/// A key of an SSH server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    pub kind: String,
    /// `SHA256:` and the digest in base64, as every SSH program shows it.
    pub fingerprint: String,
    /// The line of a `known_hosts` file.
    pub line: String,
}

/// Asks a server for its keys. Nothing proves yet that they are its own. With `address`, that is where the server is.
///
/// # Errors
/// [`GitError::Away`]; [`GitError::Program`] when there is no `ssh-keyscan`; [`GitError::Refused`] for what is no host.
pub async fn host_keys(host: &str, port: u16, address: Option<IpAddr>) -> Result<Vec<HostKey>, GitError> {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ':');
    if host.is_empty() || host.starts_with('-') || !host.chars().all(is_letter) {
        return Err(GitError::Refused(format!(
            "\"{}\" is not the name of a host",
            host.escape_default()
        )));
    }
    let asked = address.map_or_else(|| host.clone(), |address| address.to_string());
    let answer = Call::new(&program("ssh-keyscan")?, format!("asking {host} for its keys"))
        .arguments(["-T", "10", "-p", &port.to_string(), "--", &asked])
        .within(Duration::from_secs(30))
        .run()
        .await?;
    let name = if port == 22 {
        host.clone()
    } else {
        format!("[{host}]:{port}")
    };
    let said = String::from_utf8_lossy(&answer.output).into_owned();
    let keys = said.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        Some(format!("{name} {} {}", words.next()?, words.next()?))
    });
    let lines: String = keys.map(|line| line + "\n").collect();
    let keys = if lines.is_empty() {
        Vec::new()
    } else {
        read_keys(&lines).await?
    };
    if keys.is_empty() {
        let said = "it shows no SSH key".to_owned();
        return Err(GitError::Away { host, said });
    }
    Ok(keys)
}

/// The keys in lines of a `known_hosts` file, with their fingerprints. Comments and empty lines are left out.
///
/// # Errors
/// [`GitError::Refused`] when a line is none; [`GitError::Program`] when there is no `ssh-keygen`.
pub async fn read_known_hosts(text: &str) -> Result<Vec<HostKey>, GitError> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    if lines.len() > LONGEST || lines.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(refused());
    }
    let keys = if lines.is_empty() {
        Vec::new()
    } else {
        read_keys(&lines).await?
    };
    if keys.len() == lines.lines().count() {
        Ok(keys)
    } else {
        Err(refused())
    }
}

/// The keys in clean lines, as `ssh-keygen` reads them; a line that is none is left out.
async fn read_keys(lines: &str) -> Result<Vec<HostKey>, GitError> {
    let mut keys = Vec::new();
    for line in lines.lines() {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with('@')).skip(1);
        let (Some(kind), Some(key)) = (words.next(), words.next()) else {
            continue;
        };
        // It reads a public key, which is a line of known_hosts without the hosts.
        let answer = Call::new(&program("ssh-keygen")?, "reading a host key")
            .arguments(["-l", "-E", "sha256", "-f", "-"])
            .input(format!("{kind} {key}\n").into_bytes())
            .run()
            .await?;
        let said = String::from_utf8_lossy(&answer.output).into_owned();
        // `256 SHA256:… no comment (ED25519)`
        if let Some(fingerprint) = said.split(' ').nth(1).filter(|word| word.starts_with("SHA256:")) {
            keys.push(HostKey {
                kind: kind.to_owned(),
                fingerprint: fingerprint.to_owned(),
                line: line.to_owned(),
            });
        }
    }
    Ok(keys)
}

fn refused() -> GitError {
    GitError::Refused(
        "a host key must be a line of a known_hosts file: the host, the kind of the key, the key in base64".to_owned(),
    )
}

/// A program of OpenSSH.
pub(crate) fn program(name: &str) -> Result<PathBuf, GitError> {
    let found = SEARCH_PATH
        .split(':')
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file());
    found.ok_or_else(|| {
        GitError::Program(format!(
            "{name} is not on this machine: install OpenSSH's client (Debian: openssh-client)"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GITHUB: &str = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    #[tokio::test]
    async fn published_keys_have_the_fingerprints_that_the_forges_publish() {
        let keys = read_known_hosts(PUBLISHED).await.unwrap();
        let fingerprints: Vec<&str> = keys.iter().map(|key| key.fingerprint.as_str()).collect();
        assert_eq!(
            fingerprints,
            [
                "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
                "SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
                "SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
                "SHA256:ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og",
            ]
        );
    }

    #[tokio::test]
    async fn lines_have_the_fingerprints_that_everybody_shows() {
        let keys = read_known_hosts(&format!("# GitHub\n\n{GITHUB}\n")).await.unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].kind, "ssh-ed25519");
        assert_eq!(
            keys[0].fingerprint,
            "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
        );
        assert_eq!(keys[0].line, GITHUB);
    }

    #[tokio::test]
    async fn what_is_no_line_and_no_host_is_refused() {
        for text in [
            "github.com",
            "github.com ssh-ed25519 AAAA",
            "x\ty\0z",
            &format!("{GITHUB}\nrubbish"),
        ] {
            assert!(
                matches!(read_known_hosts(text).await, Err(GitError::Refused(_))),
                "{text}"
            );
        }
        for host in ["", "-oProxyCommand=x", "a b", "a\nb", "$(id)"] {
            assert!(
                matches!(host_keys(host, 22, None).await, Err(GitError::Refused(_))),
                "{host}"
            );
        }
    }
}
