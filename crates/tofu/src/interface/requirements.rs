//! What a module stands on: engine, providers, where its state is kept, modules it calls, resources.

use serde_json::Value;

use super::model::{Interface, ModuleCall, ProviderConfiguration, RequiredProvider, StatePlace};
use super::source::{Block, Nested, Source};

/// Drops what an override file replaces as a whole.
pub(super) fn forget_overridden(interface: &mut Interface, blocks: &[Block]) {
    let terraform = || blocks.iter().filter(|block| block.kind == "terraform");
    let has_state = |block: &Block| !block.nested("backend", 1).is_empty() || !block.nested("cloud", 0).is_empty();
    if terraform().any(has_state) {
        interface.state = None;
    }
}

/// Reads a block that is neither variable nor output.
pub(super) fn read(interface: &mut Interface, source: &Source<'_>, block: &Block) {
    match (block.kind.as_str(), block.labels.as_slice()) {
        ("terraform" | "tofu", []) => terraform(interface, source, block),
        ("provider", [name]) => provider(interface, source, block, name),
        ("module", [name]) => module(interface, source, block, name),
        ("resource", [kind, _]) => count(&mut interface.resources, kind, source),
        ("data", [kind, _]) => count(&mut interface.data_sources, kind, source),
        _ => {}
    }
}

/// An override changes a resource that is counted already.
fn count(counts: &mut std::collections::BTreeMap<String, u32>, kind: &str, source: &Source<'_>) {
    let count = counts.entry(kind.to_owned()).or_default();
    if !source.is_override {
        *count = count.saturating_add(1);
    }
}

fn terraform(interface: &mut Interface, source: &Source<'_>, block: &Block) {
    if let Some(required) = block.argument("required_version") {
        interface.engine_versions.push(source.text_of(&required.written));
    }
    for required in block.nested("required_providers", 0) {
        for (name, value) in required.constants() {
            let provider = required_provider(&name, value.as_ref());
            interface.required_providers.insert(name, provider);
        }
    }
    let place = |nested: &Nested<'_>| source.place(nested.span().as_ref());
    for backend in block.nested("backend", 1) {
        interface.state = Some(StatePlace {
            kind: backend.labels().first().cloned().unwrap_or_default(),
            place: place(&backend),
        });
    }
    for cloud in block.nested("cloud", 0) {
        interface.state = Some(StatePlace {
            kind: "cloud".to_owned(),
            place: place(&cloud),
        });
    }
}

fn required_provider(name: &str, value: Option<&Value>) -> RequiredProvider {
    let text = |field: &str| value.and_then(|value| value.get(field)).and_then(Value::as_str);
    let aliases = value.and_then(|value| value.get("configuration_aliases"));
    let aliases = aliases.and_then(Value::as_array).into_iter().flatten();
    RequiredProvider {
        source: text("source").map_or_else(|| format!("hashicorp/{name}"), str::to_owned),
        constraint: value
            .and_then(Value::as_str)
            .or_else(|| text("version"))
            .map(str::to_owned),
        aliases: aliases.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn provider(interface: &mut Interface, source: &Source<'_>, block: &Block, name: &str) {
    let alias = block.argument("alias").map(|alias| source.text_of(&alias.written));
    let is_same = |known: &ProviderConfiguration| known.name == name && known.alias == alias;
    if !interface.provider_configurations.iter().any(is_same) {
        interface.provider_configurations.push(ProviderConfiguration {
            name: name.to_owned(),
            alias,
            place: source.place(block.span.as_ref()),
        });
    }
}

fn module(interface: &mut Interface, source: &Source<'_>, block: &Block, name: &str) {
    let text = |argument: &str| {
        block
            .argument(argument)
            .map(|argument| source.text_of(&argument.written))
    };
    let known = interface.modules.iter_mut().find(|known| known.name == name);
    match known {
        Some(known) if source.is_override => {
            known.source = text("source").unwrap_or_else(|| known.source.clone());
            known.version = text("version").or_else(|| known.version.clone());
        }
        // Two of one name are the engine's to refuse.
        Some(_) => {}
        None => interface.modules.push(ModuleCall {
            name: name.to_owned(),
            source: text("source").unwrap_or_default(),
            version: text("version"),
            place: source.place(block.span.as_ref()),
        }),
    }
}
