//! The kinds of outside systems, each with the fields of its form: pure.
//!
//! A kind is a table of [`Field`]s, and everything that depends on fields is made from it: the schema that forms are drawn
//! from ([`schema`]), what is accepted ([`check`]), the reference. What must stay true: a field that is a secret is sealed
//! and never shown; where the other side can check tokens of our own issuer, that way comes first and stores no key. Read
//! [`field`], then a table.

pub mod check;
mod clouds;
pub mod field;
mod forges;
mod others;
pub mod schema;

pub use field::{Field, Form, Group, Kind, Method};

/// The field of forges with the key for their SSH addresses.
pub const SSH_KEY: &str = "ssh-key";

/// Every kind, as it is offered.
pub static KINDS: [&Kind; 17] = [
    &clouds::AWS,
    &clouds::AZURE,
    &clouds::GOOGLE_CLOUD,
    &clouds::KUBERNETES,
    &others::MONGODB_ATLAS,
    &others::DATADOG,
    &others::ENVIRONMENT,
    &forges::GITHUB,
    &forges::GITLAB,
    &forges::BITBUCKET,
    &forges::BITBUCKET_DATA_CENTER,
    &forges::AZURE_DEVOPS,
    &forges::GITEA,
    &forges::GIT,
    &others::OCI_REGISTRY,
    &others::SLACK,
    &others::MICROSOFT_TEAMS,
];

/// The kind of this word.
#[must_use]
pub fn find(word: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.word == word).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_is_sound() {
        for kind in KINDS {
            let names: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), kind.fields.len(), "{} has a field twice", kind.word);
            assert!(!kind.methods.is_empty(), "{} has no method", kind.word);
            for field in kind.fields {
                for method in field.methods {
                    assert!(
                        kind.methods.iter().any(|known| known.word == *method),
                        "{}.{} is for a method that there is not: {method}",
                        kind.word,
                        field.name
                    );
                }
                assert!(!(field.is_secret && field.default.is_some()), "a secret by default");
                assert!(
                    !(field.is_secret && field.leads),
                    "a secret that decides where secrets go"
                );
            }
        }
    }

    #[test]
    fn examples_are_what_they_are_examples_of() {
        for field in KINDS.iter().flat_map(|kind| kind.fields) {
            if let Form::Pattern(pattern, example) = field.form {
                let regex = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
                assert!(regex.is_match(example), "{}: {example}", field.name);
            }
        }
    }

    #[test]
    fn workload_identity_comes_first_and_stores_nothing() {
        for kind in KINDS {
            let Some(place) = kind.methods.iter().position(|method| method.is_workload_identity) else {
                continue;
            };
            assert_eq!(place, 0, "{}", kind.word);
            let word = kind.methods[0].word;
            assert!(
                !kind.fields_of(word).any(|field| field.is_secret),
                "{} stores a secret for workload identity",
                kind.word
            );
        }
    }
}
