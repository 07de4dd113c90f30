//! The engine's CLI configuration: where providers come from, and the credentials of private registries.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What a CLI configuration file says. Tokens are secret, hence no `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CliConfig {
    /// Directories in the layout of a filesystem mirror, asked before anything else.
    pub mirrors: Vec<PathBuf>,
    /// Providers that come only from the mirrors, as `host/namespace/type`: the engine need not ask their registry.
    pub mirrored_only: Vec<String>,
    /// Whether providers may come from their registries.
    pub direct: bool,
    /// Tokens by host.
    pub credentials: BTreeMap<String, String>,
}

/// The file's text.
#[must_use]
pub fn cli_config(config: &CliConfig) -> String {
    let mut text = String::from("disable_checkpoint = true\n\nprovider_installation {\n");
    for mirror in &config.mirrors {
        let path = quoted(&mirror.display().to_string());
        let _ = writeln!(text, "  filesystem_mirror {{\n    path = {path}\n  }}");
    }
    if config.direct {
        text.push_str("  direct {\n");
        if !config.mirrored_only.is_empty() {
            let names: Vec<String> = config.mirrored_only.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(text, "    exclude = [{}]", names.join(", "));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    for (host, token) in &config.credentials {
        let _ = writeln!(
            text,
            "\ncredentials {} {{\n  token = {}\n}}",
            quoted(host),
            quoted(token)
        );
    }
    text
}

/// The providers that stand in operator's mirrors, as `host/namespace/type`.
///
/// What a mirror has comes from the mirror alone: the engine asks every source that may have a provider and fails when
/// one of them does not answer, so a machine without the registry could otherwise not use its mirror.
#[must_use]
pub fn mirrored(mirrors: &[PathBuf]) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    for host in mirrors.iter().flat_map(|mirror| folders(mirror)) {
        for namespace in folders(&host) {
            for kind in folders(&namespace) {
                let parts =
                    [&host, &namespace, &kind].map(|path| path.file_name().unwrap_or_default().to_string_lossy());
                names.insert(parts.join("/"));
            }
        }
    }
    names.into_iter().collect()
}

/// The folders in a folder; none where it cannot be read.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// An HCL string that means exactly this text: no interpolation, no escape left open.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    // Doubling turns `${` and `%{` into themselves; alone these characters mean nothing.
    quoted.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_come_first_and_their_providers_are_not_asked_for_elsewhere() {
        let config = CliConfig {
            mirrors: vec!["/mirror".into(), "/second".into()],
            mirrored_only: vec!["registry.opentofu.org/hashicorp/null".into()],
            direct: true,
            credentials: BTreeMap::from([("app.example.com".into(), "a\"b${c}".into())]),
        };
        insta::assert_snapshot!(cli_config(&config), @r#"
        disable_checkpoint = true

        provider_installation {
          filesystem_mirror {
            path = "/mirror"
          }
          filesystem_mirror {
            path = "/second"
          }
          direct {
            exclude = ["registry.opentofu.org/hashicorp/null"]
          }
        }

        credentials "app.example.com" {
          token = "a\"b$${c}"
        }
        "#);
    }

    #[test]
    fn without_direct_only_mirrors_are_left() {
        let config = CliConfig {
            mirrors: vec!["/m".into()],
            ..CliConfig::default()
        };
        insta::assert_snapshot!(cli_config(&config), @r#"
        disable_checkpoint = true

        provider_installation {
          filesystem_mirror {
            path = "/m"
          }
        }
        "#);
    }
}
