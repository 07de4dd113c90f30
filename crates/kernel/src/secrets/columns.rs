//! Which columns hold sealed values, so that they can be sealed again with a newer key.
//!
//! Each domain declares its own beside its tables. A test on the finished schema finds a column that was forgotten.

/// How a sealed value is written in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As bytes.
    Bytes,
    /// In hexadecimal, as this field of a JSON object.
    JsonField(&'static str),
}

/// A column with sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The table's key, by which its rows are walked.
    pub key: &'static str,
    /// SQL that gives the organization that a row's value is sealed for; none where all are the site's.
    pub organization: Option<&'static str>,
    /// The column as the value's [`Place`](super::Place) names it.
    pub place_column: &'static str,
    /// The column with the row as the value's place names it.
    pub place_row: &'static str,
    /// SQL that is true for the rows with sealed values; none for all that are not null.
    pub only: Option<&'static str>,
    /// How a value is written.
    pub form: Form,
}

impl SealedColumn {
    /// A column of bytes whose place is (table, column, key), sealed for the organization that `organization` gives; for
    /// the site where that is null.
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, key: &'static str, organization: &'static str) -> Self {
        Self {
            organization: Some(organization),
            ..Self::of_site(table, column, key)
        }
    }

    /// The same, always sealed for the site.
    #[must_use]
    pub const fn of_site(table: &'static str, column: &'static str, key: &'static str) -> Self {
        Self {
            table,
            column,
            key,
            organization: None,
            place_column: column,
            place_row: key,
            only: None,
            form: Form::Bytes,
        }
    }

    /// What it is called where progress is shown.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}
