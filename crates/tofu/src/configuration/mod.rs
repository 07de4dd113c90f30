//! Configuration files of one module, read far enough to know what it declares and requires. Nothing is evaluated.
//!
//! What must stay true: the engine has the last word. What cannot be read here is a diagnostic for people and a reason
//! not to take short cuts, never a reason to refuse a run. Nothing outside of the given root directory is read.
//!
//! Blocks of native and JSON syntax come out alike: bodies are JSON values in which an expression is the string
//! `"${…}"`, as in Terraform's JSON syntax, and nested blocks are lists of objects.

mod body;
mod files;
mod json;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) use self::files::configuration_names;
use crate::engines::Kind;
use crate::events::{Diagnostic, Position, Severity, Snippet, SourceRange};

/// Larger configuration files are not read.
const MAX_FILE_BYTES: u64 = 8 << 20;

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// `variable`, `resource`, `terraform`, …
    pub kind: String,
    /// Labels in order.
    pub labels: Vec<String>,
    /// Attributes and nested blocks.
    pub body: Value,
    /// File, relative to the root directory.
    pub file: String,
    /// One-based line; 1 for JSON files.
    pub line: u64,
}

/// All blocks of a module, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Module {
    /// Blocks in the order of their files; override files last, as the engine merges them.
    pub blocks: Vec<Block>,
    /// Files and places that could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the configuration files of the module in `directory`, which lies below `root`.
#[must_use]
pub fn read_module(root: &Path, directory: &Path, kind: Kind) -> Module {
    let mut module = Module::default();
    let files = match files::module_files(directory, kind) {
        Ok(files) => files,
        Err(error) => {
            let name = relative(root, directory);
            module
                .diagnostics
                .push(problem(&name, "Module directory cannot be read", &error.to_string()));
            return module;
        }
    };
    for file in files {
        read_file(root, &file, &mut module);
    }
    module
}

/// A path below the root as people write it.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// Whether text has neither interpolation nor directive, so that it is the value itself.
#[must_use]
pub fn is_static(text: &str) -> bool {
    !text.contains("${") && !text.contains("%{")
}

fn read_file(root: &Path, file: &Path, module: &mut Module) {
    let name = relative(root, file);
    let text = match read_inside(root, file) {
        Ok(text) => text,
        Err(detail) => {
            module
                .diagnostics
                .push(problem(&name, "Configuration file cannot be read", &detail));
            return;
        }
    };
    let blocks = if name.ends_with(".json") {
        json::read(&name, &text)
    } else {
        body::read(&name, &text)
    };
    match blocks {
        Ok(blocks) => module.blocks.extend(blocks),
        Err(diagnostic) => module.diagnostics.push(*diagnostic),
    }
}

/// A link in the directory must not show a file from elsewhere in a code frame.
fn read_inside(root: &Path, file: &Path) -> Result<String, String> {
    let canonical = |path: &Path| -> Result<PathBuf, String> { path.canonicalize().map_err(|error| error.to_string()) };
    let real = canonical(file)?;
    if !real.starts_with(canonical(root)?) {
        return Err("the file lies outside of the configuration".to_owned());
    }
    let size = std::fs::metadata(&real).map_err(|error| error.to_string())?.len();
    if size > MAX_FILE_BYTES {
        return Err(format!(
            "the file has {size} bytes; configuration files of more than {MAX_FILE_BYTES} are not read"
        ));
    }
    std::fs::read_to_string(&real).map_err(|error| error.to_string())
}

/// A warning: the engine may well understand what we do not.
pub(crate) fn problem(file: &str, summary: &str, detail: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        summary: summary.to_owned(),
        detail: detail.to_owned(),
        range: Some(SourceRange {
            filename: file.to_owned(),
            ..SourceRange::default()
        }),
        ..Diagnostic::default()
    }
}

/// The same with a place and its line of code.
fn problem_at(file: &str, detail: &str, code: &str, place: Position) -> Box<Diagnostic> {
    let snippet = Snippet {
        code: code.to_owned(),
        start_line: place.line,
        highlight_start_offset: place.column.saturating_sub(1),
        highlight_end_offset: place.column,
        ..Snippet::default()
    };
    let range = SourceRange {
        filename: file.to_owned(),
        start: place,
        end: place,
    };
    let base = problem(file, "Configuration cannot be read", detail);
    Box::new(Diagnostic {
        range: Some(range),
        snippet: Some(snippet),
        ..base
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn module(files: &[(&str, &str)], kind: Kind) -> Module {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        read_module(dir.path(), dir.path(), kind)
    }

    #[test]
    fn native_and_json_syntax_come_out_alike() {
        let native =
            "variable \"a\" {\n  default = [1, \"x\"]\n}\nmodule \"m\" {\n  source = \"./${var.a}\"\n  n = var.a\n}\n";
        let json_text = r#"{"variable": {"a": [{"default": [1, "x"]}]}, "module": {"m": {"source": "./${var.a}", "n": "${var.a}"}}}"#;
        let strip = |module: Module| {
            assert_eq!(module.diagnostics, []);
            let mut blocks: Vec<_> = module.blocks.into_iter().map(|b| (b.kind, b.labels, b.body)).collect();
            blocks.sort_by(|one, other| one.0.cmp(&other.0));
            blocks
        };
        let one = strip(module(&[("main.tf", native)], Kind::OpenTofu));
        assert_eq!(one, strip(module(&[("main.tf.json", json_text)], Kind::OpenTofu)));
        assert_eq!(one[0].2, json!({"source": "./${var.a}", "n": "${var.a}"}));
    }

    #[test]
    fn opentofu_prefers_its_own_files_and_terraform_does_not_see_them() {
        let files = [
            ("a.tf", "locals {}"),
            ("a.tofu", "output \"x\" {}"),
            ("b.tofu", "check \"c\" {}"),
            (".hidden.tf", "x {}"),
        ];
        let kinds = |kind| {
            module(&files, kind)
                .blocks
                .into_iter()
                .map(|b| b.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(Kind::OpenTofu), ["output", "check"]);
        assert_eq!(kinds(Kind::Terraform), ["locals"]);
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let found = module(
            &[("bad.tf", "locals {\n  a = = 1\n}\n"), ("good.tf", "locals {}")],
            Kind::OpenTofu,
        );
        assert_eq!(found.blocks.len(), 1);
        let text = found.diagnostics[0].render();
        assert!(text.contains("on bad.tf line 2:\n   2:   a = = 1\n"), "{text}");
        let found = module(&[("bad.tf.json", "{\n \"a\": ]\n}")], Kind::OpenTofu);
        assert!(
            found.diagnostics[0]
                .render()
                .contains("on bad.tf.json line 2:\n   2:  \"a\": ]\n")
        );
    }

    #[test]
    fn a_link_to_a_file_elsewhere_is_not_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret {").unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), dir.path().join("main.tf")).unwrap();
        let found = read_module(dir.path(), dir.path(), Kind::OpenTofu);
        assert_eq!(found.blocks, []);
        assert!(!found.diagnostics[0].render().contains("secret {"));
    }
}
