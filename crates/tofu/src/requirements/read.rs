//! Reads the root module and follows calls to local modules.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::model::{BackendBlock, ModuleCall, ProviderRequirement, Requirements, VersionRequirement};
use crate::configuration::{Block, problem, read_module, relative};
use crate::engines::Kind;

/// More local modules than this are not followed.
const MAX_MODULES: usize = 2000;

/// Reads what the configuration in `root`/`working_directory` needs; only files below `root` are read.
///
/// # Errors
/// The working directory is not there or lies outside of the root. What cannot be understood is a diagnostic.
pub fn read(root: &Path, working_directory: &str, kind: Kind) -> io::Result<Requirements> {
    let root = root.canonicalize()?;
    let start = root.join(working_directory).canonicalize()?;
    if !start.starts_with(&root) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the working directory lies outside of the configuration",
        ));
    }
    let mut reader = Reader {
        root,
        kind,
        seen: BTreeSet::new(),
        waiting: vec![start.clone()],
        found: Requirements::default(),
    };
    while let Some(directory) = reader.waiting.pop() {
        if reader.seen.len() < MAX_MODULES && reader.seen.insert(directory.clone()) {
            reader.module(&directory, directory == start);
        }
    }
    let mut found = reader.found;
    found.lock_file = read_lock_file(&start, &reader.root)?;
    found.providers.sort();
    found.providers.dedup();
    found.module_calls.sort();
    found.engine_versions.sort();
    Ok(found)
}

fn read_lock_file(start: &Path, root: &Path) -> io::Result<Option<String>> {
    let path = start.join(".terraform.lock.hcl");
    match path.canonicalize() {
        Ok(real) if real.starts_with(root) => std::fs::read_to_string(real).map(Some),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

struct Reader {
    root: PathBuf,
    kind: Kind,
    seen: BTreeSet<PathBuf>,
    waiting: Vec<PathBuf>,
    found: Requirements,
}

impl Reader {
    fn module(&mut self, directory: &Path, is_root: bool) {
        let module = read_module(&self.root, directory, self.kind);
        let name = relative(&self.root, directory);
        self.found.diagnostics.extend(module.diagnostics);
        let mut providers = ModuleProviders::default();
        for block in &module.blocks {
            match block.kind.as_str() {
                "terraform" => self.terraform(block, &name, is_root, &mut providers),
                "module" => self.call(block, &name, directory),
                "provider" => providers.used.extend(block.labels.first().cloned()),
                "resource" | "data" | "ephemeral" => providers.resource(block.labels.first(), &block.body),
                "check" => {
                    for (resource_type, data) in nested(&block.body, "data").flatten() {
                        flat(data)
                            .flat_map(Map::values)
                            .for_each(|body| providers.resource(Some(resource_type), body));
                    }
                }
                _ => {}
            }
        }
        self.found.providers.extend(providers.requirements());
    }

    fn terraform(&mut self, block: &Block, module: &str, is_root: bool, providers: &mut ModuleProviders) {
        if let Some(constraint) = block.body.get("required_version").and_then(Value::as_str) {
            let (module, constraint) = (module.to_owned(), constraint.to_owned());
            self.found.engine_versions.push(VersionRequirement {
                module,
                constraint,
                file: block.file.clone(),
                line: block.line,
            });
        }
        nested(&block.body, "required_providers").for_each(|required| providers.declare(required));
        if is_root {
            let kind = match nested(&block.body, "backend").find_map(|backend| backend.keys().next()) {
                Some(kind) => Some(kind.clone()),
                None => block.body.get("cloud").map(|_| "cloud".to_owned()),
            };
            // Override files come last and win.
            if let Some(kind) = kind {
                self.found.backend = Some(BackendBlock {
                    kind,
                    file: block.file.clone(),
                    line: block.line,
                });
            }
        }
    }

    fn call(&mut self, block: &Block, module: &str, directory: &Path) {
        let text = |key: &str| block.body.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(source) = text("source") else { return };
        let name = block.labels.first().cloned().unwrap_or_default();
        let call = ModuleCall {
            module: module.to_owned(),
            name,
            source,
            version: text("version"),
        };
        if call.is_local() && call.is_static() {
            self.follow(&call, block, directory);
        }
        self.found.module_calls.push(call);
    }

    fn follow(&mut self, call: &ModuleCall, block: &Block, directory: &Path) {
        let refuse = |detail: &str| problem(&block.file, "Local module cannot be read", detail);
        match directory.join(&call.source).canonicalize() {
            Ok(target) if target.starts_with(&self.root) => self.waiting.push(target),
            Ok(_) => {
                let detail = format!(
                    "module \"{}\" has the source {}, which lies outside of the uploaded configuration",
                    call.name, call.source
                );
                self.found.diagnostics.push(refuse(&detail));
            }
            Err(_) => {
                let detail = format!(
                    "module \"{}\" has the source {}, which is not there",
                    call.name, call.source
                );
                self.found.diagnostics.push(refuse(&detail));
            }
        }
    }
}

/// Providers of one module: what it declares by local name, and the local names it uses.
#[derive(Default)]
struct ModuleProviders {
    declared: BTreeMap<String, ProviderRequirement>,
    used: BTreeSet<String>,
}

impl ModuleProviders {
    fn declare(&mut self, required: &Map<String, Value>) {
        for (name, requirement) in required {
            let text = |key: &str| requirement.get(key).and_then(Value::as_str).map(str::to_owned);
            let source = text("source").unwrap_or_else(|| default_source(name));
            let constraint = requirement.as_str().map(str::to_owned).or_else(|| text("version"));
            self.declared
                .insert(name.clone(), ProviderRequirement { source, constraint });
        }
    }

    /// The provider of a resource: its `provider` attribute, or the first word of its type.
    fn resource(&mut self, resource_type: Option<&String>, body: &Value) {
        let written = body.get("provider").and_then(Value::as_str).map(|text| {
            let bare = text
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'))
                .unwrap_or(text);
            bare.split(['.', '[']).next().unwrap_or(bare)
        });
        let implied = resource_type.and_then(|name| name.split('_').next());
        self.used.extend(written.or(implied).map(str::to_owned));
    }

    fn requirements(self) -> Vec<ProviderRequirement> {
        let is_built_in = |name: &String| name == "terraform";
        let implied: Vec<_> = self
            .used
            .iter()
            .filter(|name| !self.declared.contains_key(*name) && !is_built_in(name))
            .collect();
        let implied = implied.into_iter().map(|name| ProviderRequirement {
            source: default_source(name),
            constraint: None,
        });
        let declared = self.declared.values().cloned();
        implied.chain(declared).collect()
    }
}

fn default_source(name: &str) -> String {
    format!("hashicorp/{name}")
}

/// Nested blocks of one kind; JSON syntax may have a single object in place of a list.
fn nested<'a>(body: &'a Value, kind: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    body.get(kind).into_iter().flat_map(flat)
}

fn flat(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    items.iter().filter_map(Value::as_object)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    const ROOT: &str = r#"
terraform {
  required_version = "~> 1.9"
  required_providers {
    aws    = { source = "hashicorp/aws", version = ">= 5.0", configuration_aliases = [aws.eu] }
    legacy = "1.0"
  }
  backend "s3" {
    bucket = "b"
  }
}
provider "google" {}
resource "random_id" "x" {}
resource "terraform_data" "y" {}
resource "oddly_named" "z" { provider = aws.eu }
check "health" {
  data "http" "x" { url = "u" }
}
module "local" { source = "../modules/leaf" }
module "registry" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.0"
}
"#;

    #[test]
    fn everything_that_init_would_fetch_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let leaf = r#"{"resource": {"null_resource": {"a": {}}}, "terraform": {"required_version": ">= 1.5",
            "required_providers": {"null": {"source": "hashicorp/null", "version": "3.2.0"}}},
            "module": {"again": {"source": "../leaf"}}}"#;
        write(
            dir.path(),
            &[
                ("live/main.tf", ROOT),
                ("modules/leaf/main.tf.json", leaf),
                ("live/.terraform.lock.hcl", "# lock"),
            ],
        );
        let found = read(dir.path(), "live", Kind::OpenTofu).unwrap();
        assert_eq!(found.diagnostics, []);
        let providers: Vec<_> = found
            .providers
            .iter()
            .map(|p| (p.source.as_str(), p.constraint.as_deref()))
            .collect();
        assert_eq!(
            providers,
            [
                ("hashicorp/aws", Some(">= 5.0")),
                ("hashicorp/google", None),
                ("hashicorp/http", None),
                ("hashicorp/legacy", Some("1.0")),
                ("hashicorp/null", Some("3.2.0")),
                ("hashicorp/random", None),
            ]
        );
        let calls: Vec<_> = found
            .module_calls
            .iter()
            .map(|c| (c.module.as_str(), c.name.as_str(), c.is_local()))
            .collect();
        assert_eq!(
            calls,
            [
                ("live", "local", true),
                ("live", "registry", false),
                ("modules/leaf", "again", true)
            ]
        );
        let versions: Vec<_> = found.engine_versions.iter().map(|v| v.constraint.as_str()).collect();
        assert_eq!(versions, ["~> 1.9", ">= 1.5"]);
        let backend = found.backend.unwrap();
        assert_eq!(
            (backend.kind.as_str(), backend.file.as_str(), backend.line),
            ("s3", "live/main.tf", 2)
        );
        assert_eq!(found.lock_file.as_deref(), Some("# lock"));
    }

    #[test]
    fn modules_outside_and_missing_ones_are_named_and_not_read() {
        let outer = tempfile::tempdir().unwrap();
        let text = "module \"out\" { source = \"../secret\" }\nmodule \"gone\" { source = \"./gone\" }\nterraform {\n  cloud {}\n}\n";
        write(
            outer.path(),
            &[("config/main.tf", text), ("secret/main.tf", "secret {")],
        );
        let found = read(&outer.path().join("config"), ".", Kind::OpenTofu).unwrap();
        let texts: Vec<_> = found.diagnostics.iter().map(|d| d.detail.as_str()).collect();
        assert!(
            texts[0].contains("\"out\"") && texts[0].contains("outside"),
            "{texts:?}"
        );
        assert!(
            texts[1].contains("\"gone\"") && texts[1].contains("not there"),
            "{texts:?}"
        );
        assert_eq!(found.backend.unwrap().kind, "cloud");
        assert!(read(&outer.path().join("config"), "../secret", Kind::OpenTofu).is_err());
    }
}
