//! A variable of a workspace or variable set, and what is acceptable as one: pure.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, VariableId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::variables::{VariableCategory, VariableSettings};
use slipway_kernel::errors::FieldError;
use slipway_kernel::secrets::Place;
use slipway_kernel::text;
use slipway_kernel::{Error, Result};
use slipway_tofu::variables::{self as engine, Declaration};

/// Longest name (TFE's limit).
const KEY_LENGTH: usize = 128;
/// Largest value in bytes; a text column of MariaDB takes no more.
const VALUE_BYTES: usize = 60 * 1024;
/// Longest description (TFE's limit).
const DESCRIPTION_LENGTH: usize = 512;

/// A variable as it is stored.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variables")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VariableId,
    /// The organization, whose key seals the value.
    pub organization_id: OrganizationId,
    /// Id of the workspace or variable set that it is part of.
    pub owner_id: String,
    /// What it is an input of.
    pub category: Category,
    /// Its name, unique in owner and category.
    pub key: String,
    /// Its value, unless it is sensitive.
    pub value: Option<String>,
    /// Its value, sealed, when it is sensitive.
    pub sealed: Option<Vec<u8>>,
    /// Whether the value is an HCL expression.
    pub hcl: bool,
    /// Whether the value is a secret.
    pub sensitive: bool,
    /// What it is for.
    pub description: String,
    /// Counts changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A variable.
pub type Variable = Model;

/// Values are not shown, not even those that are no secret: who knows what people put there.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Variable")
            .field("id", &self.id)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// None; owners are of two kinds.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a variable is an input of, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Category {
    /// The configuration.
    #[sea_orm(string_value = "terraform")]
    Terraform,
    /// The environment of the process.
    #[sea_orm(string_value = "env")]
    Env,
}

impl From<VariableCategory> for Category {
    fn from(category: VariableCategory) -> Self {
        match category {
            VariableCategory::Terraform => Self::Terraform,
            VariableCategory::Env => Self::Env,
        }
    }
}

impl From<Category> for VariableCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::Terraform => Self::Terraform,
            Category::Env => Self::Env,
        }
    }
}

/// A variable as somebody wants it, checked, before its value is sealed.
pub struct Wanted {
    /// The row, with the value neither in `value` nor in `sealed`.
    pub row: Variable,
    /// The value in clear; none to keep what is there.
    pub value: Option<String>,
}

impl Model {
    /// Where its sealed value lies.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new("variables", "sealed", self.id)
    }

    /// A new variable.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn wanted(
        id: VariableId,
        organization: OrganizationId,
        owner_id: String,
        settings: VariableSettings,
        now: Timestamp,
    ) -> Result<Wanted> {
        let row = Self {
            id,
            organization_id: organization,
            owner_id,
            category: Category::Terraform,
            key: String::new(),
            value: None,
            sealed: None,
            hcl: false,
            sensitive: false,
            description: String::new(),
            version: 0,
            created_at: now,
        };
        let settings = VariableSettings {
            value: Some(settings.value.unwrap_or_default()),
            ..settings
        };
        row.with_settings(settings)
    }

    /// The variable with what the settings mention changed.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault; also when a secret would become readable.
    pub fn with_settings(mut self, settings: VariableSettings) -> Result<Wanted> {
        let mut faults = Vec::new();
        if self.sensitive && settings.sensitive == Some(false) && settings.value.is_none() {
            let text = "A secret cannot be made readable again. Give a new value with it, or keep it sensitive.";
            faults.push(fault("sensitive", text.to_owned()));
        }
        // A secret made of a readable value needs that value once more, to be sealed.
        let reseal = !self.sensitive && settings.sensitive == Some(true);
        let value = settings.value.or_else(|| self.value.clone().filter(|_| reseal));
        self.key = settings.key.unwrap_or(self.key);
        self.category = settings.category.map_or(self.category, Into::into);
        self.hcl = settings.hcl.unwrap_or(self.hcl);
        self.sensitive = settings.sensitive.unwrap_or(self.sensitive);
        self.description = settings.description.unwrap_or(self.description);
        self.version += 1;
        if let Err(text) = checked_key(&self.key, self.category) {
            faults.push(fault("key", text));
        }
        if self.description.chars().count() > DESCRIPTION_LENGTH {
            faults.push(fault(
                "description",
                format!("At most {DESCRIPTION_LENGTH} characters."),
            ));
        }
        if self.hcl && self.category == Category::Env {
            faults.push(fault(
                "hcl",
                "An environment variable is plain text; switch HCL off.".to_owned(),
            ));
        }
        let known = value.as_deref().or(self.value.as_deref());
        if let Some(Err(text)) = known.map(|value| self.checked_value(value)) {
            faults.push(fault("value", text));
        }
        if !faults.is_empty() {
            return Err(Error::invalid_fields(faults));
        }
        Ok(Wanted { row: self, value })
    }

    fn checked_value(&self, value: &str) -> Result<(), String> {
        if value.len() > VALUE_BYTES {
            return Err(format!(
                "At most {VALUE_BYTES} bytes; put larger values into files of the configuration."
            ));
        }
        if value.contains('\0') {
            return Err("A value has no NUL character.".to_owned());
        }
        if !self.hcl || self.category == Category::Env {
            return Ok(());
        }
        let variable = engine::RunVariable {
            key: self.key.clone(),
            value: value.to_owned(),
            hcl: true,
            sensitive: self.sensitive,
            category: engine::Category::Terraform,
        };
        let declared = BTreeMap::from([(self.key.clone(), Declaration::default())]);
        match engine::generate(&[variable], &declared) {
            Ok(_) => Ok(()),
            Err(error) => Err(text::sentence(&error.to_string())),
        }
    }
}

/// A name of the configuration language, or of the environment.
///
/// Source: HCL's identifiers (Unicode's, with `-`), of which ASCII is allowed; POSIX for the environment. Names that
/// would change what the engine is, rather than what it does, are the runner's alone.
fn checked_key(key: &str, category: Category) -> Result<(), String> {
    let first_is_good = key.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let rest_is_good = |also: char| {
        key.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == also)
    };
    if key.is_empty() || key.len() > KEY_LENGTH {
        return Err(format!("A variable needs a name of 1 to {KEY_LENGTH} characters."));
    }
    match category {
        Category::Terraform if !first_is_good || !rest_is_good('-') => Err(
            "The name of an input variable has letters, digits, \"_\" and \"-\" and starts with a letter or \"_\"."
                .to_owned(),
        ),
        Category::Env if !first_is_good || !rest_is_good('_') => Err(
            "The name of an environment variable has letters, digits and \"_\" and does not start with a digit."
                .to_owned(),
        ),
        Category::Terraform | Category::Env => Ok(()),
    }
}

fn fault(field: &str, detail: String) -> FieldError {
    let source = ErrorSource {
        pointer: Some(format!("/data/attributes/{field}")),
        parameter: None,
    };
    FieldError { source, detail }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use slipway_api::Code;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn settings(key: &str, value: &str) -> VariableSettings {
        VariableSettings {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
            ..VariableSettings::default()
        }
    }

    fn new(settings: VariableSettings) -> Result<Wanted> {
        Variable::wanted(
            VariableId::from_parts(NOW.unix_ms(), 1),
            OrganizationId::from_parts(NOW.unix_ms(), 1),
            "ws-1".to_owned(),
            settings,
            NOW,
        )
    }

    fn refused(settings: VariableSettings) -> (String, String) {
        let error = new(settings).err().unwrap();
        assert_eq!(error.code(), Code::Invalid);
        let field = error.fields()[0].clone();
        (field.source.pointer.unwrap(), field.detail)
    }

    #[rstest]
    #[case("region", VariableCategory::Terraform, true)]
    #[case("_x-1", VariableCategory::Terraform, true)]
    #[case("1x", VariableCategory::Terraform, false)]
    #[case("a b", VariableCategory::Terraform, false)]
    #[case("a=b", VariableCategory::Env, false)]
    #[case("a-b", VariableCategory::Env, false)]
    #[case("AWS_REGION", VariableCategory::Env, true)]
    #[case("", VariableCategory::Env, false)]
    #[case("п", VariableCategory::Terraform, false)]
    fn names(#[case] key: &str, #[case] category: VariableCategory, #[case] good: bool) {
        let settings = VariableSettings {
            category: Some(category),
            ..settings(key, "x")
        };
        assert_eq!(new(settings).is_ok(), good);
    }

    #[test]
    fn an_expression_is_checked_and_plain_text_is_not() {
        let hcl = |value: &str| VariableSettings {
            hcl: Some(true),
            ..settings("zones", value)
        };
        assert!(new(hcl("[\"a\", \"b\"]")).is_ok());
        assert!(new(settings("zones", "[\"a\", ")).is_ok());
        let (pointer, detail) = refused(hcl("[\"a\", "));
        assert_eq!(pointer, "/data/attributes/value");
        assert!(detail.contains("not valid HCL (line 1"), "{detail}");
        assert!(refused(hcl("file(\"/etc/passwd\")")).1.contains("function call"));
    }

    #[test]
    fn a_secret_is_replaced_but_never_shown_again() {
        let secret = new(VariableSettings {
            sensitive: Some(true),
            ..settings("password", "hunter2")
        });
        let secret = secret.ok().unwrap().row;
        let readable = VariableSettings {
            sensitive: Some(false),
            ..VariableSettings::default()
        };
        assert!(secret.clone().with_settings(readable.clone()).is_err());
        let replaced = VariableSettings {
            value: Some("other".to_owned()),
            ..readable
        };
        assert_eq!(
            secret.with_settings(replaced).ok().unwrap().value.as_deref(),
            Some("other")
        );
    }

    #[test]
    fn a_readable_value_that_becomes_a_secret_is_sealed_as_it_is() {
        let mut row = new(settings("token", "abc")).ok().unwrap().row;
        row.value = Some("abc".to_owned());
        let wanted = row.with_settings(VariableSettings {
            sensitive: Some(true),
            ..VariableSettings::default()
        });
        assert_eq!(wanted.ok().unwrap().value.as_deref(), Some("abc"));
    }

    #[test]
    fn too_large_values_and_hcl_in_the_environment_are_refused_together() {
        let error = new(VariableSettings {
            category: Some(VariableCategory::Env),
            hcl: Some(true),
            ..settings("A", &"x".repeat(VALUE_BYTES + 1))
        });
        let error = error.err().unwrap();
        let pointers: Vec<_> = error
            .fields()
            .iter()
            .filter_map(|field| field.source.pointer.as_deref())
            .collect();
        assert_eq!(pointers, ["/data/attributes/hcl", "/data/attributes/value"]);
    }
}
