//! A part of a state as a state of its own: what one call of a module made, as the state of that module run by itself.
//!
//! Everything that is not about addresses stays as it is written, so that no number is rounded and no unknown field is lost.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::address::module_chain;

/// A state that was taken out of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The state's bytes.
    pub bytes: Vec<u8>,
    /// Addresses of managed resources that were not below the call, without instance keys.
    pub left_out: Vec<String>,
}

type Fields = BTreeMap<String, Box<RawValue>>;

/// What is below a call of a module (`module.network`, `module.network["a"]`, `module.a.module.b`), with addresses as if the
/// module were run by itself. Outputs are the root's, and go; the next plan makes the module's.
///
/// # Errors
///
/// When the bytes are no readable state; [`super::StateFile::parse`] says why.
pub fn extract(bytes: &[u8], call: &str) -> Result<Extracted, serde_json::Error> {
    let mut state: Fields = serde_json::from_slice(bytes)?;
    let resources: Option<Vec<Fields>> = read(&state, "resources")?;
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for mut resource in resources.unwrap_or_default() {
        let module: Option<String> = read(&resource, "module")?;
        match below(module.as_deref().unwrap_or_default(), call) {
            Some("") => {
                resource.remove("module");
            }
            Some(rest) => {
                resource.insert("module".to_owned(), raw(&rest)?);
            }
            None => {
                left_out.extend(address(&resource, module)?);
                continue;
            }
        }
        move_provider(&mut resource, call)?;
        move_instances(&mut resource, call)?;
        kept.push(resource);
    }
    state.insert("resources".to_owned(), raw(&kept)?);
    state.insert("outputs".to_owned(), raw(&Value::Object(serde_json::Map::new()))?);
    state.insert("check_results".to_owned(), raw(&Value::Null)?);
    Ok(Extracted {
        bytes: serde_json::to_vec_pretty(&state)?,
        left_out,
    })
}

/// The address without the call above it; none of what is elsewhere.
fn below<'a>(address: &'a str, call: &str) -> Option<&'a str> {
    let rest = address.strip_prefix(call)?;
    match rest {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    }
}

fn address(resource: &Fields, module: Option<String>) -> Result<Option<String>, serde_json::Error> {
    let text = |name: &str| read::<String>(resource, name).map(Option::unwrap_or_default);
    if text("mode")? != "managed" {
        return Ok(None);
    }
    let own = format!("{}.{}", text("type")?, text("name")?);
    Ok(Some(match module {
        Some(module) if !module.is_empty() => format!("{module}.{own}"),
        _ => own,
    }))
}

/// A provider that the module configures itself is named below the call.
fn move_provider(fields: &mut Fields, call: &str) -> Result<(), serde_json::Error> {
    if let Some(provider) = read::<String>(fields, "provider")?
        && let Some(rest) = below(&provider, &without_keys(call))
    {
        fields.insert("provider".to_owned(), raw(&rest)?);
    }
    Ok(())
}

fn move_instances(resource: &mut Fields, call: &str) -> Result<(), serde_json::Error> {
    let Some(mut instances) = read::<Vec<Fields>>(resource, "instances")? else {
        return Ok(());
    };
    let call_without_keys = without_keys(call);
    for instance in &mut instances {
        move_provider(instance, call)?;
        if let Some(dependencies) = read::<Vec<String>>(instance, "dependencies")? {
            // They are addresses in the configuration: without keys.
            let moved = dependencies.iter().filter_map(|one| below(one, &call_without_keys));
            instance.insert("dependencies".to_owned(), raw(&moved.collect::<Vec<_>>())?);
        }
    }
    resource.insert("instances".to_owned(), raw(&instances)?);
    Ok(())
}

/// `module.a.module.b` of `module.a["x"].module.b[0]`.
fn without_keys(call: &str) -> String {
    let mut found = String::new();
    let mut before = 0;
    for level in module_chain(call) {
        let own = level.get(before..).unwrap_or_default();
        found.push_str(own.split('[').next().unwrap_or_default());
        before = level.len();
    }
    found
}

/// What a call of a module can look like; keys may have anything in quotes.
#[must_use]
pub fn is_call(text: &str) -> bool {
    let chain = module_chain(text);
    let mut before = 0;
    !chain.is_empty()
        && chain.iter().all(|level| {
            let own = level.get(before..).unwrap_or_default();
            let own = own.strip_prefix('.').unwrap_or(own);
            before = level.len();
            let Some(name) = own.strip_prefix("module.") else {
                return false;
            };
            let (name, key) = name.split_at(name.find('[').unwrap_or(name.len()));
            let is_name = !name.is_empty()
                && name
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
            is_name && (key.is_empty() || key.ends_with(']'))
        })
}

fn read<T: serde::de::DeserializeOwned>(fields: &Fields, name: &str) -> Result<Option<T>, serde_json::Error> {
    match fields.get(name) {
        Some(raw) => serde_json::from_str(raw.get()),
        None => Ok(None),
    }
}

fn raw(value: &impl serde::Serialize) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(value)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::super::StateFile;
    use super::*;

    fn state() -> String {
        let resource = |module: Option<&str>, name: &str, provider: &str, dependencies: &[&str]| {
            let mut one = json!({"mode": "managed", "type": "test_thing", "name": name, "provider": provider,
                "instances": [{"schema_version": 0, "attributes": {"size": "SIZE"}, "dependencies": dependencies}]});
            if let Some(module) = module {
                one["module"] = json!(module);
            }
            one
        };
        let root = "provider[\"registry.opentofu.org/slipway/test\"]";
        let own = "module.net.provider[\"registry.opentofu.org/slipway/test\"].eu";
        json!({"version": 4, "terraform_version": "1.12.6", "serial": 7, "lineage": "a", "outputs": {"x": {"value": 1, "type": "number"}},
            "future": true,
            "resources": [
                resource(None, "top", root, &[]),
                resource(Some("module.net[\"a.b\"]"), "one", own, &["module.net.test_thing.two", "test_thing.top"]),
                resource(Some("module.net[\"a.b\"].module.in"), "two", root, &["module.net.module.in.test_thing.z"]),
                resource(Some("module.network"), "other", root, &[]),
            ]})
        .to_string()
        .replace("\"SIZE\"", "1.000000000000000000001")
    }

    #[test]
    fn what_is_below_a_call_is_what_the_module_has_by_itself() {
        let found = extract(state().as_bytes(), "module.net[\"a.b\"]").unwrap();
        assert_eq!(found.left_out, ["test_thing.top", "module.network.test_thing.other"]);
        let text = String::from_utf8(found.bytes).unwrap();
        assert!(
            text.contains("1.000000000000000000001") && text.contains("\"future\""),
            "{text}"
        );
        let Ok(StateFile::Clear(state)) = StateFile::parse(text.as_bytes()) else {
            panic!("{text}");
        };
        assert_eq!((state.serial, state.lineage.as_ref(), state.outputs.len()), (7, "a", 0));
        let summary = state.summary();
        let addresses: Vec<&str> = summary.resources.iter().map(|one| one.address.as_str()).collect();
        assert_eq!(addresses, ["test_thing.one", "module.in.test_thing.two"]);
        assert_eq!(
            state.resources[0].provider,
            "provider[\"registry.opentofu.org/slipway/test\"].eu"
        );
        assert_eq!(state.resources[0].instances[0].dependencies, ["test_thing.two"]);
        assert_eq!(state.resources[1].instances[0].dependencies, ["module.in.test_thing.z"]);
    }

    #[rstest]
    #[case("module.a", true)]
    #[case("module.a[\"x.y\"].module.b[0]", true)]
    #[case("a", false)]
    #[case("module.", false)]
    #[case("module.a.random_pet.name", false)]
    #[case("module.a b", false)]
    #[case("", false)]
    fn calls(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_call(text), expected);
    }
}
