//! Addresses of resources and instances, written as the engine writes them.

use serde_json::Value;

use super::model::{Instance, Resource};

/// `module.a["x"].data.type.name`, without an instance key.
pub(super) fn resource_address(resource: &Resource<'_>) -> String {
    let mut address = String::new();
    if let Some(module) = resource.module.as_deref().filter(|module| !module.is_empty()) {
        address.push_str(module);
        address.push('.');
    }
    if resource.mode == "data" {
        address.push_str("data.");
    }
    address.push_str(&resource.resource_type);
    address.push('.');
    address.push_str(&resource.name);
    address
}

/// The resource's address with the instance's key.
pub(super) fn instance_address(resource_address: &str, instance: &Instance<'_>) -> String {
    match &instance.index_key {
        None | Some(Value::Null) => resource_address.to_owned(),
        Some(Value::String(key)) => format!("{resource_address}[{}]", quoted(key)),
        Some(key) => format!("{resource_address}[{key}]"),
    }
}

/// A key in HCL quotes; the engine escapes `${` and `%{` too.
fn quoted(key: &str) -> String {
    Value::from(key).to_string().replace("${", "$${").replace("%{", "%%{")
}

/// Real configurations nest a handful of modules; a made-up address must not decide how deep we recurse.
const MAX_MODULE_DEPTH: usize = 100;

/// The addresses of a module and of all modules above it, outermost first; nothing for the root. An absurdly deep one
/// counts as one level.
pub(super) fn module_chain(module: &str) -> Vec<String> {
    let mut chain = Vec::new();
    let (mut in_quotes, mut escaped, mut dots_outside) = (false, false, 0);
    for (position, character) in module.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            '.' if !in_quotes => {
                dots_outside += 1;
                // `module.a.module.b`: each second dot ends a call.
                if dots_outside > 2 * MAX_MODULE_DEPTH {
                    return vec![module.to_owned()];
                }
                if dots_outside % 2 == 0 {
                    chain.extend(module.get(..position).map(str::to_owned));
                }
            }
            _ => {}
        }
    }
    if !module.is_empty() {
        chain.push(module.to_owned());
    }
    chain
}

/// `registry.opentofu.org/hashicorp/random` out of `module.x.provider["…"].alias`.
pub(super) fn provider_source(provider: &str) -> &str {
    provider
        .split_once("provider[\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or(provider, |(source, _)| source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_and_providers() {
        assert_eq!(
            module_chain(r#"module.a["x.y\"z"].module.b[0].module.c"#),
            [
                r#"module.a["x.y\"z"]"#,
                r#"module.a["x.y\"z"].module.b[0]"#,
                r#"module.a["x.y\"z"].module.b[0].module.c"#
            ]
        );
        assert!(module_chain("").is_empty());
        assert_eq!(module_chain(&vec!["module.a"; 50_000].join(".")).len(), 1);
        assert_eq!(
            provider_source(r#"module.m.provider["example.com/a/b"].eu"#),
            "example.com/a/b"
        );
        assert_eq!(provider_source("provider.aws"), "provider.aws");
    }
}
