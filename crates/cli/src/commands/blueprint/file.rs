//! A blueprint in a file: YAML, TOML or JSON.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use slipway_api::blueprints::NewBlueprint;

use crate::failure::Failure;

/// What a file says; it may have `kind: blueprint`, as documents of the catalog have.
pub(super) fn read(path: &Path) -> anyhow::Result<NewBlueprint> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    let parsed: Result<Value, String> = match is_toml {
        true => toml::from_str(&text).map_err(|error| error.message().to_owned()),
        false => serde_saphyr::from_str(&text).map_err(|error| error.to_string()),
    };
    let mut value = parsed.map_err(|reason| {
        let reason = reason.lines().next().unwrap_or_default().to_owned();
        Failure::error(format!("{} is no YAML, TOML or JSON", path.display()), reason)
    })?;
    let kind = value.as_object_mut().and_then(|fields| fields.remove("kind"));
    if kind.is_some_and(|kind| kind != "blueprint") {
        let what = format!("{} describes no blueprint", path.display());
        return Err(Failure::error(what, "It says kind: blueprint, or no kind at all."));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let what = format!("{}: {}: {}", path.display(), error.path(), error.inner());
        Failure::error(
            what,
            "docs/guide/catalog/make-many-at-once.md says what can stand there.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> anyhow::Result<NewBlueprint> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn every_form_is_read_and_a_mistake_says_where() {
        let yaml = "kind: blueprint\nname: shop\nparts:\n  - name: net\n    template: network\n    stands-on: []\n";
        assert_eq!(of("a.yaml", yaml).unwrap().parts[0].name, "net");
        let toml = "name = \"shop\"\n[[parts]]\nname = \"net\"\ntemplate = \"network\"\n";
        assert_eq!(of("a.toml", toml).unwrap().name.as_str(), "shop");
        assert_eq!(of("a.json", "{\"name\": \"shop\"}").unwrap().parts.len(), 0);
        let wrong = of("a.yaml", "name: shop\nparts:\n  - name: net\n    templates: network\n").unwrap_err();
        assert!(wrong.to_string().contains("parts[0]"), "{wrong}");
        assert!(of("a.yaml", "kind: template\nname: shop\n").is_err());
    }
}
