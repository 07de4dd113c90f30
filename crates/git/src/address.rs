//! The address of a repository: HTTPS, HTTP or SSH, never a path and never a program.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// Whom servers expect over SSH.
const USER: &str = "git";
/// Longest address, in bytes.
const LONGEST: usize = 1_000;

/// Where a repository is, without user, password, query or fragment; SSH's short form `git@host:path` is understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    transport: Transport,
    user: Option<String>,
    host: String,
    port: Option<u16>,
    path: String,
}

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// HTTP inside TLS.
    Https,
    /// HTTP in clear.
    Http,
    /// SSH.
    Ssh,
}

/// The text is not the address of a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Another scheme, or none.
    #[error(
        "\"{0}\" is not the address of a repository: write https://host/path, ssh://user@host/path or user@host:path"
    )]
    Scheme(String),
    /// A password where everybody can read it.
    #[error("an address with a password in it is not taken: give the password as a credential of its own")]
    Password,
    /// A part that a path or a host cannot have.
    #[error("\"{0}\" has a {1} that no repository can have")]
    Part(String, &'static str),
}

impl Address {
    /// How it is reached.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The user to sign in as over SSH; `git` where the address says nothing.
    #[must_use]
    pub fn ssh_user(&self) -> &str {
        self.user.as_deref().unwrap_or(USER)
    }

    /// The host, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the transport's own where the address says nothing.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.transport {
            Transport::Https => 443,
            Transport::Http => 80,
            Transport::Ssh => 22,
        })
    }

    /// The path on the host, without a slash before it and without `.git` behind it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.strip_suffix(".git").unwrap_or(&self.path)
    }

    /// The address that a text stands for in a repository at this one, as in `.gitmodules`: whole, or relative and then
    /// beginning with `./` or `../`.
    ///
    /// # Errors
    /// [`AddressError`]; also for what leads above the host's first folder.
    pub fn join(&self, text: &str) -> Result<Self, AddressError> {
        if !text.starts_with("./") && !text.starts_with("../") {
            return text.parse();
        }
        let mut parts: Vec<&str> = self.path.split('/').collect();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => {
                    return Err(AddressError::Part(text.chars().take(100).collect(), "path"));
                }
                ".." => {}
                part => parts.push(part),
            }
        }
        let joined = Self {
            path: parts.join("/"),
            ..self.clone()
        };
        // By the same rules as everything that is written out.
        joined.to_string().parse()
    }

    /// The same repository over HTTPS, where forges have every repository under the same path by both ways.
    #[must_use]
    pub fn over_https(&self) -> Self {
        Self {
            transport: Transport::Https,
            user: None,
            port: None,
            ..self.clone()
        }
    }

    /// The same for every way to write the address of one repository on one host: `host[:port]/path`, in lower case. The
    /// transport's own ports are left out, so that HTTPS and SSH of one forge agree.
    #[must_use]
    pub fn key(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}/{}", self.host, self.path()).to_lowercase()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let shown = || text.chars().take(100).collect::<String>();
        if text.len() > LONGEST || text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(AddressError::Part(shown(), "length, space or control character"));
        }
        let long = match text.split_once("://") {
            Some(_) => text.to_owned(),
            None => short_form(text).ok_or_else(|| AddressError::Scheme(shown()))?,
        };
        let url = Url::parse(&long).map_err(|_| AddressError::Scheme(shown()))?;
        let transport = match url.scheme() {
            "https" => Transport::Https,
            "http" => Transport::Http,
            "ssh" | "git+ssh" => Transport::Ssh,
            _ => return Err(AddressError::Scheme(shown())),
        };
        if url.password().is_some() || (transport != Transport::Ssh && !url.username().is_empty()) {
            return Err(AddressError::Password);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Part(shown(), "query or fragment"));
        }
        let host = url.host_str().unwrap_or_default().to_lowercase();
        let path = url.path().trim_matches('/').to_owned();
        let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.starts_with('-');
        // It becomes an argument and a line of settings. `:` and brackets are of addresses (RFC 3986).
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_:[]".contains(letter);
        if host.is_empty() || host.starts_with('-') || !host.chars().all(is_letter) {
            return Err(AddressError::Part(shown(), "host"));
        }
        if !path.split('/').all(is_plain) || path.contains('\\') || path == ".git" {
            return Err(AddressError::Part(shown(), "path"));
        }
        let user = Some(url.username().to_owned()).filter(|user| !user.is_empty() && user != USER);
        if !user.as_deref().is_none_or(is_user) {
            return Err(AddressError::Part(shown(), "user"));
        }
        let address = Self {
            transport,
            user,
            host,
            port: url.port(),
            path,
        };
        // Other letters than ASCII's are longer when they are written out.
        if address.to_string().len() > LONGEST {
            return Err(AddressError::Part(shown(), "length"));
        }
        Ok(address)
    }
}

/// `user@host:path` as an address with a scheme.
fn short_form(text: &str) -> Option<String> {
    let (before, path) = text.split_once(':')?;
    let (user, host) = before.split_once('@').unwrap_or((USER, before));
    let is_host = !host.is_empty() && host.contains('.') | (text.contains('@')) && !host.contains('/');
    // What is not a user could be read as the host.
    let is_both = is_host && is_user(user);
    (is_both && !path.starts_with('/') && !path.is_empty()).then(|| format!("ssh://{user}@{host}/{path}"))
}

fn is_user(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_letter)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        match self.transport {
            Transport::Https => write!(formatter, "https://{}{port}/{}", self.host, self.path),
            Transport::Http => write!(formatter, "http://{}{port}/{}", self.host, self.path),
            Transport::Ssh => write!(formatter, "ssh://{}@{}{port}/{}", self.ssh_user(), self.host, self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://forge.example.com/platform/infra.git", "forge.example.com/platform/infra")]
    #[case("https://Forge.Example.com/platform/infra", "forge.example.com/platform/infra")]
    #[case("git@forge.example.com:platform/infra.git", "forge.example.com/platform/infra")]
    #[case("ssh://git@forge.example.com/platform/infra.git", "forge.example.com/platform/infra")]
    #[case("http://127.0.0.1:3000/a/b", "127.0.0.1:3000/a/b")]
    fn every_way_to_write_it_has_one_key(#[case] text: &str, #[case] key: &str) {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.key(), key);
        assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
    }

    #[rstest]
    #[case("../net.git", Some("https://forge.example.com:8443/platform/net.git"))]
    #[case("./net", Some("https://forge.example.com:8443/platform/infra.git/net"))]
    #[case("../../other/net", Some("https://forge.example.com:8443/other/net"))]
    #[case("../../../net", None)]
    #[case("../..", None)]
    #[case("../-net", None)]
    #[case("git@other.example.com:a/b.git", Some("ssh://git@other.example.com/a/b.git"))]
    #[case("/srv/git/net", None)]
    #[case("file:///srv/git/net", None)]
    #[case("", None)]
    fn submodules_are_found_from_their_repository(#[case] text: &str, #[case] expected: Option<&str>) {
        let base: Address = "https://forge.example.com:8443/platform/infra.git".parse().unwrap();
        assert_eq!(
            base.join(text).ok().map(|address| address.to_string()).as_deref(),
            expected
        );
    }

    #[rstest]
    #[case("/srv/git/infra.git")]
    #[case("file:///srv/git/infra.git")]
    #[case("ext::sh -c true")]
    #[case("forge.example.com/x@other.example.com:a/b")]
    #[case("https://forge;x.example.com/a/b")]
    #[case("https://user:secret@forge.example.com/a/b")]
    #[case("https://token@forge.example.com/a/b")]
    #[case("https://forge.example.com/a/../b")]
    #[case("https://forge.example.com/--upload-pack=x")]
    #[case("ssh://-oProxyCommand=x/a")]
    #[case("-u@host:a")]
    #[case("https://forge.example.com/")]
    #[case("https://forge.example.com/a\nb")]
    #[case("")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        let refused = text.parse::<Address>();
        assert!(
            refused.is_err() || !refused.unwrap().path().contains(".."),
            "{text} was taken"
        );
    }
}
