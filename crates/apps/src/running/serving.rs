//! Which routers take the requests to which apps, and the table that each of them gets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slipway_router::Table;

use crate::pool_constraints::Constraint;

/// The name of the router that the server has in itself: no other one is called so.
pub(crate) const EMBEDDED: &str = "embedded";

/// The table of all apps, with who of the routers gets what of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tables {
    /// The whole.
    #[serde(flatten)]
    pub(crate) table: Table,
    /// By route, the rules that a router has to keep to, each of them; every router has the routes that are not named.
    #[serde(default)]
    pub(crate) rules: BTreeMap<String, Vec<Constraint>>,
}

impl Tables {
    /// What one router gets: the routes that it may take, and keys for no other host.
    pub(crate) fn of(&self, router: &str) -> Table {
        let is_its = |route: &String| {
            let rules = self.rules.get(route);
            rules.is_none_or(|rules| rules.iter().all(|rule| rule.lets(router)))
        };
        let mut table = self.table.clone();
        table.routes.retain(|route, _| is_its(route));
        if table.routes.len() < self.table.routes.len() {
            let routes = table.routes.values();
            let hosts: std::collections::BTreeSet<&String> = routes.flat_map(|route| &route.hosts).collect();
            table.certificates.retain(|host, _| hosts.contains(host));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_api::pools::PoolField;
    use slipway_router::{Certificate, Route};

    fn rule(denies: bool, values: &[&str]) -> Constraint {
        let pattern = |text: &&str| (*text).to_owned().try_into().unwrap();
        Constraint {
            pools: pattern(&"*"),
            field: PoolField::Router,
            values: values.iter().map(pattern).collect(),
            denies,
        }
    }

    fn tables() -> Tables {
        let mut tables = Tables::default();
        tables.table.version = 7;
        let certificate = Certificate {
            chain: String::new(),
            key: String::new(),
        };
        for name in ["open", "inside", "closed"] {
            let host = format!("{name}.example.test");
            tables.table.certificates.insert(host.clone(), certificate.clone());
            let route = Route {
                hosts: vec![host],
                targets: vec!["127.0.0.1:80".parse().unwrap()],
                ..Route::default()
            };
            tables.table.routes.insert(name.to_owned(), route);
        }
        let inside = vec![rule(false, &["inner-*"]), rule(true, &["inner-2"])];
        tables.rules.insert("inside".to_owned(), inside);
        tables.rules.insert("closed".to_owned(), vec![rule(false, &[])]);
        tables
    }

    #[test]
    fn a_router_gets_the_routes_that_it_may_take_and_no_key_besides() {
        let routes = |router: &str| {
            let table = tables().of(router);
            assert_eq!(table.version, 7);
            assert_eq!(table.certificates.len(), table.routes.len());
            table.routes.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(routes("inner-1"), ["inside", "open"]);
        assert_eq!(routes("inner-2"), ["open"], "both rules count");
        assert_eq!(routes(EMBEDDED), ["open"]);
    }

    #[test]
    fn what_is_kept_is_read_again_and_a_table_alone_is_everybodys() {
        let kept = serde_json::to_string(&tables()).unwrap();
        assert_eq!(serde_json::from_str::<Tables>(&kept).unwrap(), tables());
        let alone = serde_json::to_string(&tables().table).unwrap();
        let read = serde_json::from_str::<Tables>(&alone).unwrap();
        assert_eq!(read.of(EMBEDDED), tables().table);
    }
}
