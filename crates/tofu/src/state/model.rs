//! State version 4 as types that borrow from the file's bytes. Unknown fields are accepted, other versions are not.
//!
//! Source: `stateV4` in OpenTofu's `internal/states/statefile/version4.go`, and the envelope of
//! `internal/encryption/base.go`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Bytes that are not a state we can read, in words for the person who uploaded them.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Nothing at all.
    #[error("the state file is empty")]
    Empty,
    /// A plan file.
    #[error("this is a binary plan file, not a state; a state is what `tofu state pull` prints")]
    PlanFile,
    /// Compressed bytes.
    #[error("the state is compressed; send the JSON text that `tofu state pull` prints")]
    Compressed,
    /// Not JSON.
    #[error("the state is not JSON (line {line}, column {column}); a state is what `tofu state pull` prints")]
    NotJson {
        /// One-based line.
        line: usize,
        /// One-based column.
        column: usize,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// JSON, but something else.
    #[error("the file is JSON but not a state: the number `version` is missing")]
    NotAState,
    /// JSON with a version, but a field has the wrong shape.
    #[error("the state is damaged (line {line}, column {column})")]
    Damaged {
        /// One-based line.
        line: usize,
        /// One-based column.
        column: usize,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// Written by Terraform before 0.12.
    #[error("the state has version {0}, from before Terraform 0.12; upgrade it with Terraform 0.12 or 0.13 first")]
    TooOld(u64),
    /// Written by an engine of the future.
    #[error("the state has version {0}; this version of Slipway reads version 4")]
    TooNew(u64),
}

/// What a state file is.
#[derive(Debug)]
pub enum StateFile<'a> {
    /// Readable.
    Clear(State<'a>),
    /// Encrypted by the configuration's `encryption` block; only its envelope can be read.
    Encrypted(EncryptedState<'a>),
}

/// The envelope of an encrypted state.
#[derive(Debug, Deserialize)]
pub struct EncryptedState<'a> {
    /// As in the state inside; missing in files of the first alpha versions.
    #[serde(default)]
    pub serial: u64,
    /// As in the state inside.
    #[serde(borrow, default)]
    pub lineage: Cow<'a, str>,
    /// Version of the envelope, such as `v0`.
    #[serde(borrow)]
    pub encryption_version: Cow<'a, str>,
}

/// A readable state.
#[derive(Debug, Deserialize)]
pub struct State<'a> {
    /// Always 4.
    pub version: u64,
    /// Engine that wrote it.
    #[serde(borrow, default)]
    pub terraform_version: Cow<'a, str>,
    /// Grows with each change.
    #[serde(default)]
    pub serial: u64,
    /// Names the line of states this one belongs to.
    #[serde(borrow, default)]
    pub lineage: Cow<'a, str>,
    /// Root outputs.
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub outputs: BTreeMap<Cow<'a, str>, Output<'a>>,
    /// Resources with their instances.
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub resources: Vec<Resource<'a>>,
}

/// A root output.
#[derive(Debug, Deserialize)]
pub struct Output<'a> {
    /// Raw JSON value.
    #[serde(borrow)]
    pub value: &'a RawValue,
    /// The type in cty's JSON form: `"string"`, `["list","number"]`, …
    #[serde(rename = "type", default)]
    pub output_type: Value,
    /// Not to be shown.
    #[serde(default)]
    pub sensitive: bool,
}

/// A resource in one module instance.
#[derive(Debug, Deserialize)]
pub struct Resource<'a> {
    /// Module address; missing in the root.
    #[serde(borrow, default)]
    pub module: Option<Cow<'a, str>>,
    /// `managed` or `data`.
    #[serde(borrow)]
    pub mode: Cow<'a, str>,
    /// Resource type.
    #[serde(borrow, rename = "type")]
    pub resource_type: Cow<'a, str>,
    /// Resource name.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// `provider["registry…"]`; on the instances instead when they differ.
    #[serde(borrow, default)]
    pub provider: Cow<'a, str>,
    /// Current and deposed objects.
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub instances: Vec<Instance<'a>>,
}

/// One object.
#[derive(Debug, Deserialize)]
pub struct Instance<'a> {
    /// `count` or `for_each` key.
    #[serde(default)]
    pub index_key: Option<Value>,
    /// `tainted`, or missing.
    #[serde(borrow, default)]
    pub status: Option<Cow<'a, str>>,
    /// Key of a deposed object.
    #[serde(borrow, default)]
    pub deposed: Option<Cow<'a, str>>,
    /// Provider, when instances differ in it.
    #[serde(borrow, default)]
    pub provider: Option<Cow<'a, str>>,
    /// Version of the attributes' schema.
    #[serde(default)]
    pub schema_version: u64,
    /// Raw JSON object.
    #[serde(borrow, default)]
    pub attributes: Option<&'a RawValue>,
    /// Paths of sensitive attributes in cty's JSON form.
    #[serde(borrow, default)]
    pub sensitive_attributes: Option<&'a RawValue>,
    /// Addresses that this object was made after.
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub dependencies: Vec<Cow<'a, str>>,
}

impl State<'_> {
    /// Whether an engine wrote it whose states mean what those of today do: version 0 or 1 of `OpenTofu` or Terraform. Some tools
    /// write none.
    #[must_use]
    pub fn is_of_known_engine(&self) -> bool {
        self.terraform_version.is_empty()
            || semver::Version::parse(&self.terraform_version).is_ok_and(|version| version.major <= 1)
    }
}

impl<'a> StateFile<'a> {
    /// Reads a state file in one pass.
    ///
    /// # Errors
    /// [`StateError`] says what the bytes are instead.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StateError> {
        reject_other_formats(bytes)?;
        // A list would be read as the fields in order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(StateError::NotAState);
        }
        // Large states are read once: one with resources is version 4 and not encrypted, or it is read again to say why not.
        if let Ok(state) = serde_json::from_slice::<State<'_>>(bytes)
            && state.version == 4
            && !state.resources.is_empty()
        {
            return Ok(Self::Clear(state));
        }
        let head: Head<'_> = serde_json::from_slice(bytes).map_err(|error| not_json(bytes, error))?;
        if let Some(encryption_version) = head.encryption_version
            && head.has_encrypted_data
        {
            let (serial, lineage) = (head.serial.unwrap_or(0), head.lineage.unwrap_or_default());
            return Ok(Self::Encrypted(EncryptedState {
                serial,
                lineage,
                encryption_version,
            }));
        }
        match head.version {
            Some(4) => serde_json::from_slice(bytes).map(Self::Clear).map_err(damaged),
            Some(old @ 0..=3) => Err(StateError::TooOld(old)),
            Some(new) => Err(StateError::TooNew(new)),
            None => Err(StateError::NotAState),
        }
    }

    /// Serial of the state, readable or not.
    #[must_use]
    pub fn serial(&self) -> u64 {
        match self {
            Self::Clear(state) => state.serial,
            Self::Encrypted(envelope) => envelope.serial,
        }
    }

    /// Lineage of the state, readable or not.
    #[must_use]
    pub fn lineage(&self) -> &str {
        match self {
            Self::Clear(state) => &state.lineage,
            Self::Encrypted(envelope) => &envelope.lineage,
        }
    }
}

/// The fields that tell what the file is.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    serial: Option<u64>,
    #[serde(borrow, default)]
    lineage: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    encryption_version: Option<Cow<'a, str>>,
    #[serde(rename = "encrypted_data", default, deserialize_with = "is_there")]
    has_encrypted_data: bool,
}

fn reject_other_formats(bytes: &[u8]) -> Result<(), StateError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StateError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(StateError::PlanFile);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Err(StateError::Compressed);
    }
    Ok(())
}

/// JSON of another shape is told from bytes that are no JSON at all.
fn not_json(bytes: &[u8], source: serde_json::Error) -> StateError {
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    if is_json {
        StateError::NotAState
    } else {
        StateError::NotJson {
            line: source.line(),
            column: source.column(),
            source,
        }
    }
}

fn damaged(source: serde_json::Error) -> StateError {
    StateError::Damaged {
        line: source.line(),
        column: source.column(),
        source,
    }
}

/// Go writes an empty list or map as `null`.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}
