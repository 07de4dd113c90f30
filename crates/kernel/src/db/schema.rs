//! Tables in our own few column types, the same on every database.
//!
//! Ids and names are short binary-collated text, times are integer milliseconds, structures are JSON. There are no
//! partial indexes, no `RETURNING` and no database enums, because not all three databases have them.

use sea_orm::sea_query::{
    Alias, ColumnDef, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, Table as TableStatement,
    TableAlterStatement, TableCreateStatement,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// The column types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// An id or another short ASCII key; at most 64 characters.
    Id,
    /// A name or another short text that is searched or unique; at most 200 characters.
    Name,
    /// A text of any length up to 64 KiB.
    Text,
    /// A 64-bit integer.
    Integer,
    /// Yes or no.
    Boolean,
    /// Integer milliseconds since 1970, UTC.
    Time,
    /// A JSON value.
    Json,
    /// Bytes, up to 16 MiB.
    Bytes,
}

/// A table to be made, in reading order: columns, then keys.
pub struct Table {
    name: &'static str,
    columns: Vec<(&'static str, Type, bool)>,
    primary: Vec<&'static str>,
    uniques: Vec<(&'static str, Vec<&'static str>)>,
    indexes: Vec<(&'static str, Vec<&'static str>)>,
    references: Vec<(&'static str, &'static str, ForeignKeyAction)>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            columns: vec![],
            primary: vec![],
            uniques: vec![],
            indexes: vec![],
            references: vec![],
        }
    }

    /// A column that always has a value.
    #[must_use]
    pub fn col(mut self, name: &'static str, kind: Type) -> Self {
        self.columns.push((name, kind, false));
        self
    }

    /// A column that may be null.
    #[must_use]
    pub fn opt(mut self, name: &'static str, kind: Type) -> Self {
        self.columns.push((name, kind, true));
        self
    }

    /// The primary key.
    #[must_use]
    pub fn primary(mut self, columns: &[&'static str]) -> Self {
        self.primary = columns.to_vec();
        self
    }

    /// A unique index.
    #[must_use]
    pub fn unique(mut self, name: &'static str, columns: &[&'static str]) -> Self {
        self.uniques.push((name, columns.to_vec()));
        self
    }

    /// An index.
    #[must_use]
    pub fn index(mut self, name: &'static str, columns: &[&'static str]) -> Self {
        self.indexes.push((name, columns.to_vec()));
        self
    }

    /// `column` holds ids of `table` (its column `id`); that row cannot go while this one is there.
    #[must_use]
    pub fn references(mut self, column: &'static str, table: &'static str) -> Self {
        self.references.push((column, table, ForeignKeyAction::Restrict));
        self
    }

    /// `column` holds ids of `table` (its column `id`); when that row goes, this one goes with it.
    #[must_use]
    pub fn belongs_to(mut self, column: &'static str, table: &'static str) -> Self {
        self.references.push((column, table, ForeignKeyAction::Cascade));
        self
    }

    /// The statements that make the table and its indexes.
    #[must_use]
    pub fn statements(&self, backend: DbBackend) -> (TableCreateStatement, Vec<IndexCreateStatement>) {
        let mut table = TableStatement::create();
        table.table(Alias::new(self.name));
        if backend == DbBackend::MySql {
            table.character_set("utf8mb4").collate("utf8mb4_bin");
        }
        for (name, kind, nullable) in &self.columns {
            table.col(column(name, *kind, *nullable));
        }
        let mut primary = Index::create();
        self.primary.iter().for_each(|name| {
            primary.col(Alias::new(*name));
        });
        table.primary_key(&mut primary);
        for (column, target, on_delete) in &self.references {
            table.foreign_key(
                ForeignKey::create()
                    .name(format!("{}_{column}_fkey", self.name))
                    .from(Alias::new(self.name), Alias::new(*column))
                    .to(Alias::new(*target), Alias::new("id"))
                    .on_delete(*on_delete),
            );
        }
        let uniques = self.uniques.iter().map(|entry| (entry, true));
        let indexes = uniques.chain(self.indexes.iter().map(|entry| (entry, false)));
        (
            table,
            indexes
                .map(|((name, columns), unique)| self.index_statement(name, columns, unique))
                .collect(),
        )
    }

    fn index_statement(&self, name: &str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
        let mut index = Index::create();
        index.name(name).table(Alias::new(self.name));
        columns.iter().for_each(|column| {
            index.col(Alias::new(*column));
        });
        if unique {
            index.unique();
        }
        index
    }

    /// Makes the table and its indexes.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn create(&self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let (table, indexes) = self.statements(connection.get_database_backend());
        connection.execute(&table).await?;
        for index in indexes {
            connection.execute(&index).await?;
        }
        Ok(())
    }

    /// The SQL of one database, to compute the checksum of a migration.
    #[must_use]
    pub fn canonical_sql(&self) -> String {
        let backend = DbBackend::Sqlite;
        let (table, indexes) = self.statements(backend);
        let mut text = backend.build(&table).to_string();
        indexes
            .iter()
            .for_each(|index| text.push_str(&backend.build(index).to_string()));
        text
    }
}

/// The statement that gives a table a column that may be null.
pub(super) fn added(table: &'static str, (name, kind): (&'static str, Type)) -> TableAlterStatement {
    let mut change = TableStatement::alter();
    change.table(Alias::new(table)).add_column(column(name, kind, true));
    change
}

fn column(name: &str, kind: Type, nullable: bool) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    match kind {
        Type::Id => column.string_len(64),
        Type::Name => column.string_len(200),
        Type::Text => column.text(),
        Type::Integer | Type::Time => column.big_integer(),
        Type::Boolean => column.boolean(),
        Type::Json => column.json_binary(),
        Type::Bytes => column.blob(),
    };
    if nullable {
        column.null();
    } else {
        column.not_null();
    }
    column
}
