//! Finds the route of a host.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::measured::Counts;
use crate::table::Route;
use crate::targets::Targets;

/// A route at work.
pub(crate) struct Active {
    pub(crate) route: Route,
    pub(crate) targets: Targets,
    /// Requests that have not ended, also those that began by the table before.
    pub(crate) at_work: Arc<AtomicU32>,
    /// What was counted, by the tables before, too.
    pub(crate) counts: Arc<Counts>,
}

/// Routes by their hosts.
#[derive(Default)]
pub(crate) struct Lookup {
    hosts: HashMap<String, Arc<Active>>,
    answers: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) tls_port: u16,
}

impl Lookup {
    pub(crate) fn new(routes: impl Iterator<Item = Arc<Active>>) -> Self {
        let mut hosts = HashMap::new();
        for active in routes {
            for host in &active.route.hosts {
                hosts.insert(host.clone(), Arc::clone(&active));
            }
        }
        Self {
            hosts,
            ..Self::default()
        }
    }

    /// With what the router answers itself, and the port at which the world finds TLS.
    pub(crate) fn answering(mut self, answers: BTreeMap<String, BTreeMap<String, String>>, tls_port: u16) -> Self {
        self.answers = answers;
        self.tls_port = tls_port;
        self
    }

    /// What the router says itself at a path of a host.
    pub(crate) fn answer(&self, host: &str, path: &str) -> Option<&str> {
        // Without any, nothing is made of the host twice.
        let answers = (!self.answers.is_empty()).then(|| self.answers.get(&plain(host)))??;
        answers.get(path).map(String::as_str)
    }

    /// The exact host's, else the wildcard's one part above. `host` may have a port and capitals.
    pub(crate) fn find(&self, host: &str) -> Option<&Arc<Active>> {
        // Most clients say it as it stands here.
        self.hosts.get(host).or_else(|| {
            let host = plain(host);
            self.hosts.get(&host).or_else(|| {
                let (_, above) = host.split_once('.')?;
                self.hosts.get(&format!("*.{above}"))
            })
        })
    }
}

/// Without the port and a dot at the end, in lower case.
pub(crate) fn plain(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("shop.test", Some("exact"))]
    #[case("SHOP.test:8080", Some("exact"))]
    #[case("shop.test.", Some("exact"))]
    #[case("other.test", Some("wild"))]
    #[case("two.parts.test", None)]
    #[case("test", None)]
    #[case("", None)]
    fn the_exact_host_comes_first(#[case] host: &str, #[case] found: Option<&str>) {
        let active = |host: &str, name: &str| {
            // The name stands in a second host, to be seen by the test.
            let route = Route {
                hosts: vec![host.to_owned(), name.to_owned()],
                ..Route::default()
            };
            Arc::new(Active {
                route,
                targets: Targets::default(),
                at_work: Arc::default(),
                counts: Arc::default(),
            })
        };
        let lookup = Lookup::new([active("shop.test", "exact"), active("*.test", "wild")].into_iter());
        let name = lookup.find(host).map(|active| active.route.hosts[1].as_str());
        assert_eq!(name, found);
    }
}
