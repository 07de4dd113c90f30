//! What `git` needs to reach one remote: configuration that points to private files, and the files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::address::{Address, Transport};
use crate::error::{GitError, HostKeyProblem};
use crate::remote::{Credentials, Remote};

/// Where systems keep the certificates that everybody believes.
const SYSTEM_CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// How long one of several addresses is tried before the next.
const CONNECT: Duration = Duration::from_secs(5);

/// How a remote is reached. Holds no secret by itself.
pub(crate) struct Access {
    /// The one transport that is allowed.
    pub(crate) transport: &'static str,
    /// Configuration of `git`.
    pub(crate) configuration: Vec<(String, String)>,
    /// Environment of `git`.
    pub(crate) environment: Vec<(String, String)>,
}

impl Access {
    /// Writes what is secret into files of the folder, which only this user may read.
    ///
    /// A password is shown with the first request: `git` by itself would ask without one first, and start two helpers, which
    /// is a third of the time of a small fetch. Redirections and alternates of other hosts are not followed, so that nobody
    /// else is shown it.
    pub(crate) async fn lay_out(remote: &Remote, folder: &Path) -> Result<Self, GitError> {
        match remote.address.transport() {
            Transport::Ssh => ssh(remote, folder).await,
            Transport::Https => http(remote, folder, "https"),
            Transport::Http => http(remote, folder, "http"),
        }
    }
}

fn http(remote: &Remote, folder: &Path, transport: &'static str) -> Result<Access, GitError> {
    let address = &remote.address;
    let mut configuration: Vec<(String, String)> = [
        ("http.followRedirects", "false"),
        ("http.lowSpeedLimit", "1000"),
        ("http.lowSpeedTime", "60"),
        ("http.sslVerify", "true"),
        ("http.proxy", ""),
        ("transfer.credentialsInUrl", "die"),
        ("credential.helper", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let mut environment = Vec::new();
    match &remote.credentials {
        Credentials::None => {}
        Credentials::Basic { username, password } => {
            let file = folder.join("config");
            write_private(&file, shown_at_once(transport, address, username, password)?.as_bytes())?;
            environment.push(("GIT_CONFIG_GLOBAL".to_owned(), file.display().to_string()));
        }
        Credentials::SshKey(_) => {
            return Err(GitError::Refused(format!(
                "an SSH key does not open {address}: use the ssh:// address of the repository"
            )));
        }
    }
    if !remote.pinned.is_empty() && address.host().parse::<IpAddr>().is_err() && !address.host().starts_with('[') {
        let pinned: Vec<String> = remote.pinned.iter().map(curl_address).collect();
        let value = format!("{}:{}:{}", address.host(), address.port(), pinned.join(","));
        configuration.push(("http.curloptResolve".to_owned(), value));
    }
    if let Some(certificates) = &remote.certificates {
        let file = folder.join("certificates.pem");
        let usual = SYSTEM_CERTIFICATES.iter().find_map(|path| fs::read(path).ok());
        let mut all = usual.unwrap_or_default();
        all.push(b'\n');
        all.extend_from_slice(certificates.as_bytes());
        write_private(&file, &all)?;
        configuration.push(("http.sslCAInfo".to_owned(), file.display().to_string()));
    }
    Ok(Access {
        transport,
        configuration,
        environment,
    })
}

async fn ssh(remote: &Remote, folder: &Path) -> Result<Access, GitError> {
    let address = &remote.address;
    let known_hosts = remote.known_hosts.as_deref().filter(|lines| !lines.trim().is_empty());
    let Some(known_hosts) = known_hosts else {
        return Err(GitError::HostKey {
            host: address.host().to_owned(),
            problem: HostKeyProblem::Unknown,
            fingerprint: None,
        });
    };
    let key = match &remote.credentials {
        Credentials::SshKey(key) => {
            let file = folder.join("key");
            // OpenSSH does not read a key whose last line has no end.
            let text = Zeroizing::new(format!("{}\n", key.trim_end()));
            write_private(&file, text.as_bytes())?;
            Some(file)
        }
        Credentials::None => None,
        Credentials::Basic { .. } => {
            return Err(GitError::Refused(format!(
                "a password does not open {address}: use an SSH key, or the https:// address of the repository"
            )));
        }
    };
    let hosts = folder.join("known_hosts");
    write_private(&hosts, known_hosts.as_bytes())?;
    let target = chosen(&remote.pinned, address.port()).await;
    let text = ssh_configuration(address, target, key.as_deref(), &hosts)?;
    let file = folder.join("ssh_config");
    write_private(&file, text.as_bytes())?;
    let command = format!("ssh -F {}", shell_quoted(&file)?);
    let environment = [("GIT_SSH_COMMAND", command.as_str()), ("GIT_SSH_VARIANT", "ssh")];
    Ok(Access {
        transport: "ssh",
        configuration: Vec::new(),
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    })
}

/// What `ssh` is told: one key, no agent, no terminal, and a host that is believed by the pinned keys alone.
fn ssh_configuration(
    address: &Address,
    target: Option<IpAddr>,
    key: Option<&Path>,
    known_hosts: &Path,
) -> Result<String, GitError> {
    let host = address.host().trim_start_matches('[').trim_end_matches(']');
    // The name under which ssh-keyscan(1) and ssh(1) keep a host.
    let alias = match address.port() {
        22 => host.to_owned(),
        port => format!("[{host}]:{port}"),
    };
    let mut text = String::from("Host *\n");
    if let Some(target) = target {
        text.push_str(&format!("  HostName {target}\n"));
    }
    match key {
        Some(key) => text.push_str(&format!("  IdentityFile {}\n", ssh_quoted(key)?)),
        None => text.push_str("  IdentityFile none\n"),
    }
    text.push_str(&format!(
        "  HostKeyAlias {alias}\n  UserKnownHostsFile {}\n{SSH_SETTINGS}",
        ssh_quoted(known_hosts)?
    ));
    Ok(text)
}

/// The same for every host.
pub(crate) const SSH_SETTINGS: &str = "  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  CheckHostIP no
  BatchMode yes
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  ForwardAgent no
  ForwardX11 no
  ClearAllForwardings yes
  PermitLocalCommand no
  ProxyCommand none
  ControlMaster no
  ControlPath none
  ConnectTimeout 15
  ServerAliveInterval 15
  ServerAliveCountMax 4
  LogLevel ERROR
";

/// One of several addresses: the first that takes a connection, or the first at all, which then says why not.
async fn chosen(pinned: &[IpAddr], port: u16) -> Option<IpAddr> {
    if pinned.len() > 1 {
        for address in pinned {
            let connect = tokio::net::TcpStream::connect(SocketAddr::new(*address, port));
            if let Ok(Ok(_)) = tokio::time::timeout(CONNECT, connect).await {
                return Some(*address);
            }
        }
    }
    pinned.first().copied()
}

/// Configuration by which a user name and a password go along with every request (RFC 7617).
fn shown_at_once(
    transport: &str,
    address: &Address,
    username: &str,
    password: &str,
) -> Result<Zeroizing<String>, GitError> {
    refuse_lines(username, password)?;
    let encoded = encoded(username, password);
    let (host, port) = (address.host(), address.port());
    let text = format!(
        "[http \"{transport}://{host}:{port}/\"]\n\textraHeader = Authorization: Basic {}\n",
        *encoded
    );
    Ok(Zeroizing::new(text))
}

/// A user name and password as the header has them.
pub(crate) fn encoded(username: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{username}:{password}"));
    Zeroizing::new(STANDARD.encode(pair.as_bytes()))
}

/// Refuses a name or password that would begin another line.
pub(crate) fn refuse_lines(username: &str, password: &str) -> Result<(), GitError> {
    let ends_line = |letter: char| matches!(letter, '\n' | '\r' | '\0');
    if username.contains(ends_line) || password.contains(ends_line) {
        return Err(GitError::Refused(
            "a user name or password must not have a line break in it".to_owned(),
        ));
    }
    Ok(())
}

/// An address as curl's `CURLOPT_RESOLVE` wants it.
fn curl_address(address: &IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// A path as one word for the shell that `git` puts between itself and its helpers. The path is ours, never a person's.
pub(crate) fn shell_quoted(path: &Path) -> Result<String, GitError> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
    let text =
        text.ok_or_else(|| GitError::Refused("the directory of the mirrors has a name that is no text".into()))?;
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// A path as `ssh_config(5)` wants it: in quotes, with `%` doubled. It has no way to write a quote.
pub(crate) fn ssh_quoted(path: &Path) -> Result<String, GitError> {
    let text = path
        .to_str()
        .filter(|text| !text.contains(['"', '\n', '\r', '\\', '$']));
    let text = text.ok_or_else(|| {
        GitError::Refused("the directory of the mirrors has a name that ssh cannot be given".to_owned())
    })?;
    Ok(format!("\"{}\"", text.replace('%', "%%")))
}

/// Writes a file that only this user may read and that was not there.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), GitError> {
    let write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(content)
    };
    write().map_err(|source| GitError::File {
        path: path.to_owned(),
        source,
    })
}
