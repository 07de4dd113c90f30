//! The packages that end up in the console: what `package-lock.json` lists and is not only for developing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::expression;

/// The parts of a lock file that are used here (lock file version 3).
#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

/// A package by its folder; the empty one is the console itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Locked {
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    dev_optional: bool,
    #[serde(default)]
    optional: bool,
}

/// How many packages there are, and what is wrong with which.
pub(super) fn check(web: &Path) -> Result<(usize, Vec<String>)> {
    let file = web.join("package-lock.json");
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let lock: Lock =
        serde_json::from_str(&text).context("web/package-lock.json is not a lock file of npm 7 or newer")?;
    let shipped = shipped(&lock);
    let mut problems = Vec::new();
    for folder in &shipped {
        let manifest = web.join(folder).join("package.json");
        let text = fs::read_to_string(&manifest).with_context(|| {
            format!(
                "{} cannot be read; run `make test`, or `npm ci` in web/",
                manifest.display()
            )
        })?;
        let package: Value = serde_json::from_str(&text)?;
        problems.extend(problem(folder, &licence(&package)));
    }
    Ok((shipped.len(), problems))
}

fn shipped(lock: &Lock) -> Vec<&str> {
    let packages = lock.packages.iter().filter(|(folder, _)| !folder.is_empty());
    let shipped = packages.filter(|(_, package)| !package.dev && !package.dev_optional && !package.optional);
    shipped.map(|(folder, _)| folder.as_str()).collect()
}

/// The licence as `package.json` says it; old packages have an object, or a list of them.
fn licence(package: &Value) -> String {
    let text = |value: &Value| value.as_str().or_else(|| value["type"].as_str()).map(str::to_owned);
    let many = package.get("licenses").and_then(Value::as_array).into_iter().flatten();
    let many: Vec<String> = many.filter_map(text).collect();
    package
        .get("license")
        .and_then(text)
        .unwrap_or_else(|| many.join(" OR "))
}

fn problem(folder: &str, licence: &str) -> Option<String> {
    match expression::is_permissive(licence) {
        Ok(true) => None,
        Ok(false) => Some(format!(
            "web/{folder}: the licence {licence} is not permissive; find who brings it with `npm explain` in web/"
        )),
        Err(error) => Some(format!(
            "web/{folder}: the licence `{licence}` is not understood: {error}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_ships_is_looked_at() {
        let lock = json!({"packages": {
            "": {},
            "node_modules/react": {},
            "node_modules/vite": {"dev": true},
            "node_modules/types": {"devOptional": true},
            "node_modules/fsevents": {"optional": true},
        }});
        let lock: Lock = serde_json::from_value(lock).unwrap();
        assert_eq!(shipped(&lock), ["node_modules/react"]);
    }

    #[test]
    fn a_licence_is_read_in_every_form_and_judged() {
        let of = |package: Value| problem("node_modules/a", &licence(&package));
        assert_eq!(of(json!({"license": "MIT"})), None);
        assert_eq!(of(json!({"license": {"type": "ISC"}})), None);
        assert_eq!(
            of(json!({"licenses": [{"type": "GPL-3.0-only"}, {"type": "MIT"}]})),
            None
        );
        assert!(of(json!({"license": "MPL-2.0"})).unwrap().contains("not permissive"));
        assert!(of(json!({})).unwrap().contains("not understood"));
    }
}
