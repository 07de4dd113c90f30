//! What a module may have in its state: addresses of its resources and of its calls of other modules. Nothing is evaluated.

use std::collections::BTreeSet;

use super::source::{Block, Source};
use crate::configuration::configuration_names;
use crate::engines::Kind;

/// Addresses at the top of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// `random_pet.name`, `module.network`: what it declares, and what it says of things that were elsewhere or shall be
    /// forgotten (`moved`, `removed`).
    pub known: BTreeSet<String>,
    /// Whether every file could be read.
    pub is_complete: bool,
}

/// Addresses of the module whose directory has these files: names without directories, and their content.
#[must_use]
pub fn addresses<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, kind: Kind) -> Addresses {
    let files: std::collections::BTreeMap<&str, &[u8]> =
        files.into_iter().filter(|(name, _)| !name.contains('/')).collect();
    let mut found = Addresses {
        is_complete: true,
        ..Addresses::default()
    };
    for (name, is_override) in configuration_names(files.keys().copied(), kind) {
        let text = files.get(name).and_then(|content| std::str::from_utf8(content).ok());
        let source = text.map(|text| Source::new(name, text, is_override));
        let Some(blocks) = source.as_ref().and_then(|source| source.blocks().ok()) else {
            found.is_complete = false;
            continue;
        };
        for block in &blocks {
            found
                .known
                .extend(source.as_ref().and_then(|source| address(source, block)));
        }
    }
    found
}

fn address(source: &Source<'_>, block: &Block) -> Option<String> {
    match (block.kind.as_str(), block.labels.as_slice()) {
        ("resource", [kind, name]) => Some(format!("{kind}.{name}")),
        ("module", [name]) => Some(format!("module.{name}")),
        ("moved" | "removed", []) => {
            let from = source.text_of(&block.argument("from")?.written);
            top(&from).map(str::to_owned)
        }
        _ => None,
    }
}

/// What stands at the top of an address, without its key; nothing of what is only read.
#[must_use]
pub fn top(address: &str) -> Option<&str> {
    if address.starts_with("data.") {
        return None;
    }
    let (start, rest) = match address.strip_prefix("module.") {
        Some(rest) => ("module.".len(), rest),
        None => {
            let (kind, rest) = address.split_once('.')?;
            (kind.len() + 1, rest)
        }
    };
    let length = rest.find(['.', '[']).unwrap_or(rest.len());
    address.get(..start + length)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("random_pet.name", Some("random_pet.name"))]
    #[case("random_pet.name[\"a.b\"]", Some("random_pet.name"))]
    #[case("data.local_file.x", None)]
    #[case("module.network.random_pet.name", Some("module.network"))]
    #[case("module.network[\"a.b\"].module.x.random_pet.name", Some("module.network"))]
    #[case("module.network.data.local_file.x", Some("module.network"))]
    fn the_top_of_an_address(#[case] address: &str, #[case] expected: Option<&str>) {
        assert_eq!(top(address), expected);
    }

    #[test]
    fn everything_that_can_be_in_the_state_is_found() {
        let native = b"resource \"random_pet\" \"name\" {}\ndata \"local_file\" \"x\" {}\nmodule \"network\" {\n  source = \"./n\"\n}\n\
            moved {\n  from = random_pet.old[0]\n  to = random_pet.name\n}\nremoved {\n  from = module.gone\n}\n";
        let json = br#"{"resource": {"null_resource": {"a": {}, "b": {}}}}"#;
        let below = b"resource \"no\" \"no\" {}";
        let files: [(&str, &[u8]); 3] = [("main.tf", native), ("more.tf.json", json), ("n/main.tf", below)];
        let found = addresses(files, Kind::OpenTofu);
        assert!(found.is_complete);
        let known: Vec<&str> = found.known.iter().map(String::as_str).collect();
        assert_eq!(
            known,
            [
                "module.gone",
                "module.network",
                "null_resource.a",
                "null_resource.b",
                "random_pet.name",
                "random_pet.old"
            ]
        );
        assert!(!addresses([("main.tf", &b"resource {"[..])], Kind::OpenTofu).is_complete);
    }
}
