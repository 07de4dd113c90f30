//! What files say about the catalog, and what applying them changes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::source_code_versions::NewSourceCodeVersion;
use crate::source_codes::NewSourceCode;
use crate::templates::NewTemplate;

/// Documents to be applied together: all of them or none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CatalogDocuments {
    /// Templates, each as it shall be, in any order.
    #[serde(default)]
    pub templates: Vec<NewTemplate>,
    /// Source codes, each as it shall be.
    #[serde(default)]
    pub source_codes: Vec<NewSourceCode>,
    /// Versions, each as it shall be, in any order. The code of one that is there is not taken anew.
    #[serde(default)]
    pub versions: Vec<NewSourceCodeVersion>,
}

/// What applying documents changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CatalogApplication {
    /// Whether nothing was changed, only compared.
    pub is_dry_run: bool,
    /// One entry per document, in the order in which they are applied: what others stand on first.
    pub changes: Vec<CatalogChange>,
}

impl Attributes for CatalogApplication {
    const TYPE: &'static str = "catalog-applications";
}

/// What happens to what one document describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CatalogChange {
    /// What it is: `template`, `source-code`, `source-code-version` or `blueprint`.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// What happens to it.
    pub action: CatalogAction,
    /// Fields that differ; those that are not the default when it is made.
    pub differences: Vec<FieldDifference>,
}

/// What happens to something that a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogAction {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is as the document says.
    None,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldDifference {
    /// The field's name in documents.
    pub field: String,
    /// What it is; null where it is absent.
    pub before: Value,
    /// What it shall be; null where it is absent.
    pub after: Value,
}
