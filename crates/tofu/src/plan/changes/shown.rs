//! A value as it is shown: masked, and no larger than a person can look at.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::masking::{MASK, Masker};
use crate::plan::diff::Side;

/// A longer text is cut; a file of this size is still a diff that somebody may read.
const LONGEST_TEXT_BYTES: usize = 256 << 10;

/// One side of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Shown {
    /// There is none.
    Absent,
    /// The value.
    Value {
        /// As in the plan.
        value: Value,
        /// Bytes of a text that were left off at its end.
        #[serde(rename = "cut-bytes", skip_serializing_if = "Option::is_none")]
        cut_bytes: Option<usize>,
    },
    /// Known after apply.
    Unknown,
    /// Not shown to anybody.
    Sensitive,
    /// Too large for what room is left.
    Omitted {
        /// About how large it is.
        bytes: usize,
    },
}

/// How much more a document may hold.
pub(super) struct Room {
    pub(super) bytes: usize,
}

impl Room {
    /// Takes as much as is there; false when that is not enough.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let is_enough = bytes <= self.bytes;
        self.bytes = self.bytes.saturating_sub(bytes);
        is_enough
    }

    pub(super) fn show(&mut self, side: Side<'_>, masker: &Masker) -> Shown {
        let value = match side {
            Side::Absent => return Shown::Absent,
            Side::Hidden => return Shown::Sensitive,
            Side::Unknown => return Shown::Unknown,
            Side::Value(value) => value,
        };
        let (value, cut_bytes) = match value {
            Value::String(text) => {
                // Masked before it is cut, so that no half of a secret is left at the end.
                let text = super::masked(masker, text);
                let end = text.floor_char_boundary(LONGEST_TEXT_BYTES);
                let cut = text.len() - end;
                (text.get(..end).unwrap_or_default().into(), (cut > 0).then_some(cut))
            }
            other => (clear(other, masker).into_owned(), None),
        };
        let bytes = size(&value);
        if bytes > self.bytes {
            return Shown::Omitted { bytes };
        }
        self.bytes -= bytes;
        Shown::Value { value, cut_bytes }
    }
}

/// The value without what is masked: in texts, in keys, and numbers that are a masked text.
fn clear<'v>(value: &'v Value, masker: &Masker) -> Cow<'v, Value> {
    if masker.is_empty() {
        return Cow::Borrowed(value);
    }
    let text = |text: &str| super::masked(masker, text).into_owned();
    Cow::Owned(match value {
        Value::String(of) => text(of).into(),
        Value::Array(items) => items.iter().map(|item| clear(item, masker).into_owned()).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| (text(key), clear(field, masker).into_owned()))
            .collect::<Map<_, _>>()
            .into(),
        Value::Number(number) if masker.finds(&number.to_string()) => MASK.into(),
        other => other.clone(),
    })
}

/// About how many bytes it is as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields
                .iter()
                .map(|(key, field)| key.len() + size(field) + 4)
                .sum::<usize>()
                + 2
        }
        _ => 8,
    }
}
