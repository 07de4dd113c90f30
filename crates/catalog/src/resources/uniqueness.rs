//! Values that no two resources of a template may both have: what is compared. Pure.

use std::collections::BTreeSet;

use slipway_tofu::digest::canonical_json_sha256;

use super::model::{Resource, UniqueValue};
use super::values::{Context, ResolvedValue};

/// Digests of values that have to be unique, each with its variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unique(pub BTreeSet<(String, String)>);

impl Unique {
    /// Those of a resource. Values are compared as the module sees them, so that `"1"` and `1` are the same number.
    #[must_use]
    pub(crate) fn of(context: &Context, values: &[ResolvedValue]) -> Self {
        let Some(module) = context.interface() else {
            return Self::default();
        };
        let unique = context.settings.iter().filter(|one| one.unique);
        let found = unique.filter_map(|one| {
            let variable = module.variable(&one.name)?;
            let resolved = values.iter().find(|value| value.name == one.name && value.is_asked)?;
            let value = resolved.value.as_ref().filter(|value| !value.is_null())?;
            let converted = variable.value_type.convert(value).ok()?;
            let digest = canonical_json_sha256(converted.to_string().as_bytes()).ok()?;
            Some((one.name.clone(), digest))
        });
        Self(found.collect())
    }

    /// These and others.
    #[must_use]
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Their rows.
    #[must_use]
    pub(crate) fn rows(&self, resource: &Resource) -> Vec<UniqueValue> {
        let row = |(variable, digest): &(String, String)| UniqueValue {
            template_id: resource.template_id,
            variable: variable.clone(),
            digest: digest.clone(),
            resource_id: resource.id,
            organization_id: resource.organization_id,
        };
        self.0.iter().map(row).collect()
    }
}
