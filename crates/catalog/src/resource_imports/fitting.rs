//! Whether a state is one of a module: what it has that the module does not would be destroyed. Pure.

use std::collections::BTreeSet;

use slipway_tofu::interface::{Addresses, top};
use slipway_tofu::state::StateSummary;

/// How a state and a module fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Instances of managed resources in the state.
    pub instances: usize,
    /// Addresses at the top of the state that the module has, too.
    pub common: BTreeSet<String>,
    /// Those that it does not have.
    pub unknown: BTreeSet<String>,
}

/// Holds a state against the addresses of a module.
#[must_use]
pub fn fit(state: &StateSummary, module: &Addresses) -> Fit {
    let managed = || state.resources.iter().filter(|resource| resource.mode == "managed");
    let tops: BTreeSet<String> = managed()
        .filter_map(|resource| top(&resource.address).map(str::to_owned))
        .collect();
    let (common, unknown) = tops.into_iter().partition(|top| module.known.contains(top));
    Fit {
        instances: managed().map(|resource| resource.instances.len()).sum(),
        common,
        unknown,
    }
}

/// Calls at the top of a state below which something of the module is: what somebody may have meant.
#[must_use]
pub fn fitting_calls(state: &StateSummary, module: &Addresses) -> BTreeSet<String> {
    let managed = state.resources.iter().filter(|resource| resource.mode == "managed");
    let fitting = managed.filter_map(|resource| {
        let (call, below) = split(&resource.address)?;
        let below = top(below)?;
        module.known.contains(below).then(|| call.to_owned())
    });
    fitting.collect()
}

/// Calls at the top of a state.
#[must_use]
pub fn calls(state: &StateSummary) -> BTreeSet<String> {
    let all = state.resources.iter().filter_map(|resource| split(&resource.address));
    all.map(|(call, _)| call.to_owned()).collect()
}

/// The first call of an address, with its key, and what is below it.
fn split(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("module.")?;
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => {
                let end = "module.".len() + at;
                return Some((address.get(..end)?, address.get(end + 1..)?));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use slipway_tofu::state::StateFile;

    use super::*;

    fn state(addresses: &[(&str, &str)]) -> String {
        let resources: Vec<_> = addresses
            .iter()
            .map(|(module, name)| {
                let mut one = serde_json::json!({"mode": "managed", "type": "random_pet", "name": name, "provider": "",
                    "instances": [{"schema_version": 0}, {"schema_version": 0, "index_key": 1}]});
                if !module.is_empty() {
                    one["module"] = serde_json::json!(module);
                }
                one
            })
            .collect();
        serde_json::json!({"version": 4, "serial": 1, "lineage": "a", "resources": resources}).to_string()
    }

    fn read(text: &str) -> StateSummary {
        match StateFile::parse(text.as_bytes()).unwrap() {
            StateFile::Clear(state) => state.summary(),
            StateFile::Encrypted(_) => panic!("it is clear"),
        }
    }

    fn module(known: &[&str]) -> Addresses {
        Addresses {
            known: known.iter().map(ToString::to_string).collect(),
            is_complete: true,
        }
    }

    #[test]
    fn what_the_module_does_not_have_is_named() {
        let text = state(&[("", "name"), ("", "old"), ("module.in[\"a\"]", "name")]);
        let found = fit(
            &read(&text),
            &module(&["random_pet.name", "module.in", "random_pet.new"]),
        );
        assert_eq!(found.instances, 6);
        assert_eq!(found.unknown, BTreeSet::from(["random_pet.old".to_owned()]));
        assert_eq!(found.common.len(), 2);
    }

    #[test]
    fn a_call_is_proposed_where_its_content_fits() {
        let text = state(&[
            ("module.a[\"x.y\"]", "name"),
            ("module.b", "other"),
            ("module.a[\"x.y\"].module.in", "z"),
        ]);
        let (read, module) = (read(&text), module(&["random_pet.name"]));
        assert_eq!(
            fitting_calls(&read, &module),
            BTreeSet::from(["module.a[\"x.y\"]".to_owned()])
        );
        assert_eq!(calls(&read).len(), 2);
    }
}
