//! What the bytes of a state say: everything that is stored beside them. Pure, and slow for large states: never on the
//! threads that serve requests.

use md5::{Digest, Md5};
use serde_json::Value;
use serde_json::value::RawValue;
use slipway_api::states::StateResource;
use slipway_kernel::text;
use slipway_kernel::{Error, Result};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::state::{OutputSummary, StateFile, StateSummary};

/// A state that can be stored.
#[derive(Debug)]
pub struct Examined {
    /// The engine's counter.
    pub serial: u64,
    /// The engine's identity of its history.
    pub lineage: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// The engine that wrote it, unless it is encrypted.
    pub terraform_version: Option<String>,
    /// Whether the configuration encrypted it.
    pub encrypted: bool,
    /// Managed resource instances.
    pub resource_count: i64,
    /// Resources with their numbers of instances.
    pub resources: Vec<StateResource>,
    /// Root outputs, values included.
    pub outputs: Vec<OutputSummary>,
}

/// Reads a state.
///
/// # Errors
///
/// `Invalid`, with what the bytes are instead.
pub fn examine(bytes: &[u8]) -> Result<Examined> {
    let file = StateFile::parse(bytes)
        .map_err(|error| Error::invalid("/data/attributes/state", text::sentence(&error.to_string())))?;
    if i64::try_from(file.serial()).is_err() {
        return Err(Error::invalid(
            "/data/attributes/serial",
            "The serial is larger than any engine counts.",
        ));
    }
    if file.lineage().len() > 64 {
        return Err(Error::invalid(
            "/data/attributes/lineage",
            "The lineage has more than 64 characters.",
        ));
    }
    let mut examined = Examined {
        serial: file.serial(),
        lineage: file.lineage().to_owned(),
        sha256: sha256_hex(bytes),
        terraform_version: None,
        encrypted: true,
        resource_count: 0,
        resources: Vec::new(),
        outputs: Vec::new(),
    };
    if let StateFile::Clear(state) = &file {
        examined.describe(state.summary());
    }
    Ok(examined)
}

impl Examined {
    fn describe(&mut self, summary: StateSummary) {
        let managed = summary.resources.iter().filter(|resource| resource.mode == "managed");
        let count: usize = managed.map(|resource| resource.instances.len()).sum();
        self.resource_count = i64::try_from(count).unwrap_or(i64::MAX);
        self.encrypted = false;
        self.terraform_version = Some(summary.terraform_version.chars().take(64).collect());
        self.outputs = summary.outputs;
        let resources = summary.resources.into_iter().map(|resource| StateResource {
            address: resource.address,
            provider: resource.provider,
            count: u32::try_from(resource.instances.len()).unwrap_or(u32::MAX),
        });
        self.resources = resources.collect();
    }
}

/// MD5 of bytes, lower-case hexadecimal: TFE's check against damage on the way, which secures nothing.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// The type of an output in a word: `string`, `number`, `bool`, `list`, `map`, `object` ….
#[must_use]
pub fn type_word(output_type: &Value) -> String {
    match output_type {
        Value::String(word) => word.clone(),
        Value::Array(parts) => parts.first().and_then(Value::as_str).unwrap_or("dynamic").to_owned(),
        _ => "dynamic".to_owned(),
    }
}

/// The same state with another serial and lineage; everything else stays as it is written.
///
/// # Errors
///
/// `Conflict` for an encrypted state, whose serial is sealed in it; `Internal` when the bytes are no state.
pub fn renumbered(bytes: &[u8], serial: u64, lineage: &str) -> Result<Vec<u8>> {
    if let Ok(StateFile::Encrypted(_)) = StateFile::parse(bytes) {
        return Err(Error::conflict(
            "The state is encrypted by its configuration, so that only the engine can give it a new serial. Download \
             it, and push it with `tofu state push`.",
        ));
    }
    let mut fields: std::collections::BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(bytes).map_err(Error::internal)?;
    let raw = |value: Value| RawValue::from_string(value.to_string()).map_err(Error::internal);
    fields.insert("serial".to_owned(), raw(serial.into())?);
    fields.insert("lineage".to_owned(), raw(lineage.into())?);
    serde_json::to_vec_pretty(&fields).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use slipway_api::Code;

    use super::*;
    use crate::states::tests::state_text;

    #[test]
    fn a_state_is_described() {
        let text = state_text(3, "line", 2);
        let examined = examine(text.as_bytes()).unwrap();
        assert_eq!((examined.serial, examined.lineage.as_str()), (3, "line"));
        assert_eq!(examined.resource_count, 2);
        assert_eq!(examined.resources[0].address, "null_resource.thing");
        assert_eq!(examined.resources[0].count, 2);
        assert_eq!(examined.outputs.len(), 2);
        assert!(!examined.encrypted);
    }

    #[test]
    fn data_sources_are_no_resources_that_could_be_left_behind() {
        let text = state_text(3, "line", 2).replace("\"managed\"", "\"data\"");
        assert_eq!(examine(text.as_bytes()).unwrap().resource_count, 0);
    }

    #[test]
    fn garbage_is_refused_with_what_it_is() {
        for (bytes, part) in [
            (&b"PK\x03\x04plan"[..], "plan file"),
            (&b"\x1f\x8bgzip"[..], "compressed"),
            (&b"\xff\xfe\x00"[..], "not JSON"),
            (&b"{\"a\":1}"[..], "not a state"),
            (&b""[..], "empty"),
        ] {
            let error = examine(bytes).unwrap_err();
            assert_eq!(error.code(), Code::Invalid);
            assert!(error.detail().contains(part), "{}", error.detail());
        }
    }

    #[test]
    fn renumbering_changes_nothing_else() {
        let text = state_text(3, "line", 1).replace("\"visible\"", "1.000000000000000000001");
        let changed = renumbered(text.as_bytes(), 9, "line").unwrap();
        let examined = examine(&changed).unwrap();
        assert_eq!((examined.serial, examined.resource_count), (9, 1));
        assert!(String::from_utf8(changed).unwrap().contains("1.000000000000000000001"));
    }

    #[test]
    fn types_in_a_word() {
        assert_eq!(type_word(&json!("string")), "string");
        assert_eq!(type_word(&json!(["list", "number"])), "list");
        assert_eq!(type_word(&json!(null)), "dynamic");
    }

    #[test]
    fn md5_is_what_everybody_else_computes() {
        assert_eq!(md5_hex(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }
}
