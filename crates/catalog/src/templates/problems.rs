//! Everything at fault with a description, told at once, each with its place.

use std::fmt::Display;

use slipway_api::jsonapi::ErrorSource;
use slipway_kernel::errors::FieldError;
use slipway_kernel::text::sentence;
use slipway_kernel::{Error, Result};

/// What is wrong, by where it is below the description.
pub(crate) struct Problems<'a> {
    base: &'a str,
    found: Vec<FieldError>,
}

impl<'a> Problems<'a> {
    /// None yet, of what stands at `base`.
    pub(crate) fn at(base: &'a str) -> Self {
        Self {
            base,
            found: Vec::new(),
        }
    }

    /// Nothing, when nothing is wrong.
    pub(crate) fn none(self) -> Result<()> {
        match self.found.is_empty() {
            true => Ok(()),
            false => Err(Error::invalid_fields(self.found)),
        }
    }

    /// All of them.
    pub(crate) fn into_found(self) -> Vec<FieldError> {
        self.found
    }

    /// One more, at a place below.
    pub(crate) fn add(&mut self, place: &str, reason: impl Display) {
        self.found.push(FieldError {
            source: ErrorSource {
                pointer: Some(format!("{}/{place}", self.base)),
                parameter: None,
            },
            detail: sentence(&reason.to_string()),
        });
    }
}
