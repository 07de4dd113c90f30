//! From files to an interface.

use serde::{Deserialize, Serialize};

use super::declarations::Declarations;
use super::model::Interface;
use super::source::Source;
use crate::configuration::configuration_names;
use crate::engines::Kind;
use crate::events::{Diagnostic, Severity, SourceRange};

/// Larger files are not read.
const MOST_FILE_BYTES: usize = 2 << 20;
/// More of them are not read.
const MOST_FILES: usize = 1000;
/// More bytes of one module are not read.
const MOST_BYTES: usize = 16 << 20;

/// What was read, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What the readable files say.
    pub interface: Interface,
    /// Everything that is wrong with files, in their order.
    pub problems: Vec<Diagnostic>,
}

impl Reading {
    /// Whether nothing of the interface is missing or wrong.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity != Severity::Error)
    }
}

/// Reads the module whose directory has these files: names without directories, and their content. What is no
/// configuration of this engine, or lies in a directory below, is passed over.
#[must_use]
pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, kind: Kind) -> Reading {
    let files: std::collections::BTreeMap<&str, &[u8]> =
        files.into_iter().filter(|(name, _)| !name.contains('/')).collect();
    let mut declarations = Declarations::default();
    let mut bytes = 0;
    let names = configuration_names(files.keys().copied(), kind);
    for (index, (name, is_override)) in names.into_iter().enumerate() {
        let Some(content) = files.get(name) else { continue };
        bytes += content.len();
        if index >= MOST_FILES || bytes > MOST_BYTES {
            let sentence =
                format!("modules are read up to {MOST_FILES} files and {MOST_BYTES} bytes; this one has more");
            declarations.problems.push(whole_file(name, &sentence));
            break;
        }
        if content.len() > MOST_FILE_BYTES {
            let sentence = format!(
                "files are read up to {MOST_FILE_BYTES} bytes; this one has {}",
                content.len()
            );
            declarations.problems.push(whole_file(name, &sentence));
            continue;
        }
        match std::str::from_utf8(content) {
            Ok(text) => declarations.file(&Source::new(name, text, is_override)),
            Err(error) => {
                let sentence = format!("the file is no UTF-8 text: byte {} is wrong", error.valid_up_to() + 1);
                declarations.problems.push(whole_file(name, &sentence));
            }
        }
    }
    declarations.finish()
}

fn whole_file(name: &str, sentence: &str) -> Diagnostic {
    Diagnostic {
        summary: "The module cannot be read as it is".to_owned(),
        detail: sentence.to_owned(),
        range: Some(SourceRange {
            filename: name.to_owned(),
            ..SourceRange::default()
        }),
        ..Diagnostic::default()
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
