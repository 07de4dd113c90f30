//! Libraries that belong to one kind of file: tables are reached in stores, the web framework in `http`. Integration
//! tests look at whatever they test.

use super::{Finding, Source};

/// A library, who may name it, and what others do instead.
struct Border {
    library: &'static str,
    folders: &'static [&'static str],
    /// File names, or folder names with a trailing `/`.
    files: &'static [&'static str],
    instead: &'static str,
}

const BORDERS: [Border; 2] = [
    Border {
        library: "sea_orm",
        folders: &["crates/kernel/", "crates/api/"],
        files: &[
            "store.rs",
            "store/",
            "model.rs",
            "model/",
            "migrations.rs",
            "migrations/",
        ],
        instead: "move the query into the slice's store.rs and call that",
    },
    Border {
        library: "axum",
        folders: &["crates/kernel/", "crates/server/"],
        files: &["http.rs", "http/"],
        instead: "keep the request and response in the slice's http.rs and pass plain values on",
    },
];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let closed = BORDERS.iter().filter(|border| !border.is_open_to(&source.path));
    closed.flat_map(|border| border.crossings(source)).collect()
}

impl Border {
    fn is_open_to(&self, path: &str) -> bool {
        let in_file = |name: &&str| match name.ends_with('/') {
            true => path.contains(&format!("/{name}")),
            false => path.ends_with(&format!("/{name}")),
        };
        let in_folder = self.folders.iter().any(|folder| path.starts_with(folder));
        in_folder || path.contains("/tests/") || self.files.iter().any(in_file)
    }

    fn crossings(&self, source: &Source) -> Vec<Finding> {
        let lines = source
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| names_library(line, self.library));
        lines
            .map(|(index, _)| {
                let message = format!("`{}` does not belong here; {}", self.library, self.instead);
                Finding::failure(&source.path, index + 1, message)
            })
            .collect()
    }
}

/// Whether a line of code, not a comment, has a path that starts with the library.
fn names_library(line: &str, library: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(library).any(|(start, _)| {
        let before = code.get(..start).and_then(|text| text.chars().next_back());
        let after = code.get(start + library.len()..).unwrap_or_default();
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"');
        begins && (after.starts_with("::") || (code.trim_start().starts_with("use ") && after.starts_with(';')))
    })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&source(path, text))
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn tables_are_reached_from_stores_and_models_only() {
        let text = "//! Runs.\nuse sea_orm::EntityTrait;\n";
        for path in [
            "store.rs",
            "model.rs",
            "migrations.rs",
            "store/list.rs",
            "migrations/first.rs",
        ] {
            assert!(
                lines(&format!("crates/infra/src/runs/{path}"), text).is_empty(),
                "{path}"
            );
        }
        assert!(lines("crates/kernel/src/db.rs", text).is_empty());
        assert_eq!(lines("crates/infra/src/runs/service.rs", text), [2]);
        assert_eq!(lines("crates/infra/src/runs/restore.rs", text), [2]);
    }

    #[test]
    fn the_web_framework_stays_in_http() {
        let text = "//! Runs.\nuse axum::Router;\n";
        assert!(lines("crates/infra/src/runs/http.rs", text).is_empty());
        assert!(lines("crates/infra/src/runs/http/show.rs", text).is_empty());
        assert!(lines("crates/server/src/router.rs", text).is_empty());
        assert_eq!(lines("crates/infra/src/runs/service.rs", text), [2]);
    }

    #[test]
    fn comments_filters_and_longer_names_are_not_uses() {
        let text = "// not sea_orm::Value\nlet filter = \"sea_orm=warn\";\nuse my_sea_orm::X;\n";
        assert!(lines("crates/infra/src/runs/service.rs", text).is_empty());
    }
}
