//! Where requests go: what a router is told, and keeps.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Everything that a router needs to know. The next one takes the place of the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Grows with every change: an older one never takes the place of a newer one.
    pub version: u64,
    /// By a name that stays the same while the route changes: how busy its targets are is kept by it.
    pub routes: BTreeMap<String, Route>,
    /// By the host that they are for, which may be a wildcard.
    #[serde(default)]
    pub certificates: BTreeMap<String, Certificate>,
    /// What the router answers itself, by host and path, before it looks at routes and with or without TLS: proofs that a host leads
    /// here.
    #[serde(default)]
    pub answers: BTreeMap<String, BTreeMap<String, String>>,
    /// The port at which the world finds TLS; zero for 443.
    #[serde(default)]
    pub tls_port: u16,
}

/// The requests of some hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// In lower case, without a port. `*.example.test` is every host with exactly one part more; an exact host comes first.
    pub hosts: Vec<String>,
    /// Where units listen. None: the answer is 503.
    pub targets: Vec<SocketAddr>,
    /// Requests that it may have at work at once; zero for any number. What is more is refused with 503.
    #[serde(default)]
    pub most_requests: u32,
    /// How long a unit may take until its answer begins, in seconds; zero for a minute.
    #[serde(default)]
    pub patience: u32,
    /// Whether requests without TLS are sent to where there is TLS.
    #[serde(default)]
    pub forces_tls: bool,
    /// Hosts of this route for which requests without TLS are sent to where there is TLS.
    #[serde(default)]
    pub tls_hosts: Vec<String>,
    /// Largest body of a request, in bytes; zero for any size. What is larger is refused with 413.
    #[serde(default)]
    pub most_bytes: u64,
    /// Whether somebody stopped the app: then its page says so.
    #[serde(default)]
    pub is_stopped: bool,
}

/// What a host proves that it is itself with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its chain, in PEM, the host's own first.
    pub chain: String,
    /// Its key, in PEM.
    pub key: String,
}

impl Certificate {
    /// Checks that it can be used, and that its key is its own; gives the certificates of its chain (DER), its own first.
    ///
    /// # Errors
    /// Why it cannot be used. The reason never quotes the key.
    pub fn check(&self) -> Result<Vec<Vec<u8>>, String> {
        let certified = crate::tls::certified(self)?;
        Ok(certified.cert.iter().map(|one| one.to_vec()).collect())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

/// Why a table is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TableError {
    /// Two routes want the same requests.
    #[error("the host {host} is in the routes {first} and {second}")]
    Twice {
        /// Which.
        host: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// It is no name of a host.
    #[error(
        "{host} of the route {route} is no host: give a name in lower case, without a port, perhaps `*.` before it"
    )]
    NoHost {
        /// As it was given.
        host: String,
        /// Where.
        route: String,
    },
    /// It cannot be used.
    #[error("the certificate for {host} cannot be used: {reason}")]
    Certificate {
        /// For which.
        host: String,
        /// Why.
        reason: String,
    },
}

impl Route {
    /// Whether it has hosts whose requests have to come with TLS.
    pub(crate) fn may_want_tls(&self) -> bool {
        self.forces_tls || !self.tls_hosts.is_empty()
    }

    /// Whether a request for this host, as it was asked for, has to come with TLS.
    pub(crate) fn wants_tls(&self, host: &str) -> bool {
        let wanted = |name: &str| self.tls_hosts.iter().any(|host| host == name);
        let above = || host.split_once('.').map(|(_, above)| format!("*.{above}"));
        self.forces_tls || wanted(host) || above().is_some_and(|wild| wanted(&wild))
    }
}

impl Table {
    /// Checks what can be checked without a certificate's key.
    ///
    /// # Errors
    /// When a host is none, or is in two routes.
    pub fn check(&self) -> Result<(), TableError> {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, route) in &self.routes {
            for host in &route.hosts {
                if !is_host(host) {
                    return Err(TableError::NoHost {
                        host: host.clone(),
                        route: name.clone(),
                    });
                }
                if let Some(first) = seen.insert(host, name) {
                    return Err(TableError::Twice {
                        host: host.clone(),
                        first: first.to_owned(),
                        second: name.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// Whether it is a name that requests may ask for: letters, digits, hyphens and dots, in parts that are not empty.
fn is_host(host: &str) -> bool {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
    };
    host.len() <= 253 && name.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("shop.example.test", true)]
    #[case("*.example.test", true)]
    #[case("localhost", true)]
    #[case("127.0.0.1", true)]
    #[case("Shop.example.test", false)]
    #[case("shop.example.test:80", false)]
    #[case("a.*.test", false)]
    #[case("*", false)]
    #[case("", false)]
    #[case("a..b", false)]
    fn hosts(#[case] host: &str, #[case] is_one: bool) {
        assert_eq!(is_host(host), is_one);
    }

    #[test]
    fn a_host_has_one_route() {
        let route = Route {
            hosts: vec!["a.test".to_owned()],
            ..Route::default()
        };
        let routes = BTreeMap::from([("one".to_owned(), route.clone()), ("two".to_owned(), route)]);
        let error = Table {
            routes,
            ..Table::default()
        }
        .check()
        .unwrap_err();
        assert_eq!(error.to_string(), "the host a.test is in the routes one and two");
    }

    #[test]
    fn a_key_is_not_printed() {
        let certificate = Certificate {
            chain: "chain".to_owned(),
            key: "s3cr3t".to_owned(),
        };
        assert!(!format!("{certificate:?}").contains("s3cr3t"));
    }
}
