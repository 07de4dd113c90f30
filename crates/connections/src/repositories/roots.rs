//! Which directories of a repository a workspace can run in: pure.
//!
//! A root is a directory with configuration that says where state is kept, configures a provider or has resources, and that
//! no other directory calls as a module. A module that nobody calls looks like a root without a backend: it is offered, too,
//! behind those with one.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body};
use serde_json::Value;
use slipway_api::repositories::RepositoryRoot;

/// Local modules of one directory that are kept.
const MOST_MODULES: usize = 500;

/// What one directory has.
#[derive(Debug, Default)]
pub(super) struct Directory {
    has_backend: bool,
    providers: BTreeSet<String>,
    resources: u32,
    modules: BTreeSet<String>,
    variable_files: BTreeSet<String>,
}

/// Directories by their paths.
#[derive(Debug, Default)]
pub(super) struct Found(BTreeMap<String, Directory>);

/// Whether a file says something about roots, and in which way it is read.
pub(super) fn is_configuration(name: &str) -> bool {
    let is_hidden = name.rsplit('/').next().is_none_or(|name| name.starts_with('.'));
    !is_hidden
        && [".tf", ".tofu", ".tf.json", ".tofu.json"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Whether a file holds values of variables.
pub(super) fn is_variables(name: &str) -> bool {
    [".tfvars", ".tfvars.json"].iter().any(|end| name.ends_with(end))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl Found {
    /// Notes a file of variables.
    pub(super) fn add_variables(&mut self, path: &str) {
        let (directory, name) = split(path);
        let directory = self.0.entry(directory.to_owned()).or_default();
        directory.variable_files.insert(name.to_owned());
    }

    /// Reads a file of configuration. What cannot be read counts as nothing: the engine says why.
    pub(super) fn add(&mut self, path: &str, content: &[u8]) {
        let Ok(text) = std::str::from_utf8(content) else {
            return;
        };
        let (at, _) = split(path);
        let directory = self.0.entry(at.to_owned()).or_default();
        if path.ends_with(".json") {
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                directory.read_json(at, &value);
            }
        } else if let Ok(body) = parse_body(text) {
            directory.read(at, &body);
        }
    }

    /// The roots: those with a backend first, then by path.
    pub(super) fn roots(self) -> Vec<RepositoryRoot> {
        let called: BTreeSet<String> = self
            .0
            .values()
            .flat_map(|directory| directory.modules.iter().cloned())
            .collect();
        let is_root = |(path, directory): &(String, Directory)| {
            let runs = directory.has_backend || !directory.providers.is_empty() || directory.resources > 0;
            let runs = runs || !directory.modules.is_empty();
            runs && (directory.has_backend || !called.contains(path)) && !is_example(path)
        };
        let mut roots: Vec<RepositoryRoot> = self
            .0
            .into_iter()
            .filter(is_root)
            .map(|(path, directory)| RepositoryRoot {
                path,
                has_backend: directory.has_backend,
                providers: directory.providers.into_iter().collect(),
                resources: directory.resources,
                modules: directory.modules.into_iter().collect(),
                variable_files: directory.variable_files.into_iter().collect(),
            })
            .collect();
        roots.sort_by(|left, right| {
            right
                .has_backend
                .cmp(&left.has_backend)
                .then_with(|| left.path.cmp(&right.path))
        });
        roots
    }
}

/// What engines put beside configuration is none.
fn is_example(path: &str) -> bool {
    path.split('/').any(|part| part == ".terraform")
}

impl Directory {
    fn read(&mut self, directory: &str, body: &Body) {
        for block in body.blocks() {
            let label = || block.labels.first().map(|label| label.as_str().to_owned());
            match block.ident.as_str() {
                "terraform" => self.has_backend |= has_backend(block),
                "provider" => self.providers.extend(label()),
                "resource" => self.resources = self.resources.saturating_add(1),
                "module" => {
                    let source = block.body.get_attribute("source");
                    let source = source.and_then(|source| source.value.as_str());
                    self.call(directory, source);
                }
                _ => {}
            }
        }
    }

    fn read_json(&mut self, directory: &str, value: &Value) {
        let keys = |value: Option<&Value>| -> Vec<String> {
            let objects = value.into_iter().flat_map(one_or_many).filter_map(Value::as_object);
            objects.flat_map(|object| object.keys().cloned()).collect()
        };
        for terraform in value.get("terraform").into_iter().flat_map(one_or_many) {
            self.has_backend |= terraform.get("backend").is_some() || terraform.get("cloud").is_some();
        }
        self.providers.extend(keys(value.get("provider")));
        for kind in value.get("resource").into_iter().flat_map(one_or_many) {
            let count: usize = kind
                .as_object()
                .into_iter()
                .flatten()
                .map(|(_, all)| keys(Some(all)).len())
                .sum();
            self.resources = self.resources.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        for modules in value.get("module").into_iter().flat_map(one_or_many) {
            for call in modules
                .as_object()
                .into_iter()
                .flat_map(|calls| calls.values())
                .flat_map(one_or_many)
            {
                self.call(directory, call.get("source").and_then(Value::as_str));
            }
        }
    }

    fn call(&mut self, directory: &str, source: Option<&str>) {
        let local = source.filter(|source| source.starts_with("./") || source.starts_with("../"));
        let Some(path) = local.and_then(|source| joined(directory, source)) else {
            return;
        };
        if path != directory && self.modules.len() < MOST_MODULES {
            self.modules.insert(path);
        }
    }
}

fn has_backend(terraform: &Block) -> bool {
    let places = ["backend", "cloud"];
    terraform
        .body
        .blocks()
        .any(|block| places.contains(&block.ident.as_str()))
}

fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// `source` as seen from a directory; none when it leaves the repository.
fn joined(directory: &str, source: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(files: &[(&str, &str)]) -> Vec<RepositoryRoot> {
        let mut found = Found::default();
        for (path, content) in files {
            match is_configuration(path) {
                true => found.add(path, content.as_bytes()),
                false => found.add_variables(path),
            }
        }
        found.roots()
    }

    #[test]
    fn a_monorepo_offers_what_is_run_and_not_what_is_called() {
        let found = roots(&[
            (
                "shop/main.tf",
                "module \"vpc\" {\n source = \"../modules/vpc\"\n}\nprovider \"aws\" {}\n",
            ),
            ("shop/backend.tf", "terraform {\n backend \"s3\" {}\n}\n"),
            ("shop/production.tfvars", ""),
            (
                "modules/vpc/main.tf",
                "resource \"aws_vpc\" \"this\" {}\nmodule \"x\" { source = \"./inner\" }\n",
            ),
            ("modules/vpc/inner/main.tf", "resource \"aws_subnet\" \"this\" {}\n"),
            (
                "legacy/main.tf.json",
                r#"{"resource": {"null_resource": {"a": {}, "b": {}}}, "provider": {"null": {}}}"#,
            ),
            ("docs/variables.tf", "variable \"x\" {}\n"),
            ("broken/main.tf", "resource \"a\" {"),
        ]);
        let paths: Vec<&str> = found.iter().map(|root| root.path.as_str()).collect();
        assert_eq!(paths, ["shop", "legacy"]);
        assert_eq!(found[0].modules, ["modules/vpc"]);
        assert_eq!(found[0].variable_files, ["production.tfvars"]);
        assert_eq!(
            (found[1].resources, found[1].providers.as_slice()),
            (2, &["null".to_owned()][..])
        );
    }

    #[test]
    fn the_top_of_a_repository_can_be_a_root() {
        let found = roots(&[("main.tf", "resource \"null_resource\" \"a\" {}\n")]);
        assert_eq!(found[0].path, "");
        assert!(!found[0].has_backend);
    }

    #[test]
    fn a_module_that_leads_out_of_the_repository_is_nobodys() {
        let found = roots(&[(
            "a/main.tf",
            "module \"x\" { source = \"../../elsewhere\" }\nresource \"x\" \"y\" {}\n",
        )]);
        assert!(found[0].modules.is_empty());
    }
}
