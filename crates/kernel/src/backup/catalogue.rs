//! Which tables and columns a database has, asked of the database itself, on all three of them.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde::{Deserialize, Serialize};

use crate::errors::{Error, Result};

/// The kinds of values, as they are in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    Json,
    Bytes,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    /// Its place in the primary key, from 1.
    key_place: Option<i64>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

impl Table {
    /// Where in a row the columns of the primary key are, in the key's order.
    pub(super) fn key(&self) -> Vec<usize> {
        let mut places: Vec<(i64, usize)> = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((column.key_place?, index)))
            .collect();
        places.sort_unstable();
        places.into_iter().map(|(_, index)| index).collect()
    }
}

/// The table of the migrations, which a restore writes by applying them.
const HISTORY: &str = "migrations";

/// All tables but the one of the migrations, each after those that it refers to.
pub(super) async fn tables(connection: &impl ConnectionTrait) -> Result<Vec<Table>> {
    let backend = connection.get_database_backend();
    let rows = connection
        .query_all_raw(Statement::from_string(backend, columns_sql(backend)))
        .await?;
    let mut tables: Vec<Table> = Vec::new();
    for row in rows {
        let name: String = row.try_get("", "table_name")?;
        let column_type: String = row.try_get("", "column_type")?;
        let column = Column {
            name: row.try_get("", "column_name")?,
            kind: kind(&column_type).ok_or_else(|| unknown(&name, &column_type))?,
            key_place: row.try_get("", "key_place")?,
        };
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table {
                name,
                columns: vec![column],
            }),
        }
    }
    tables.retain(|table| table.name != HISTORY);
    in_order(tables, &references(connection).await?)
}

fn unknown(table: &str, column_type: &str) -> Error {
    Error::conflict(format!(
        "The table {table} has a column of type {column_type}, which is none of Slipway's. Give Slipway a database of \
         its own, or move the table away."
    ))
}

/// The kind behind a database's name for a column type. MariaDB's JSON is a long text.
fn kind(column_type: &str) -> Option<Kind> {
    let name = column_type.to_lowercase();
    let begins = |names: &[&str]| names.iter().any(|begin| name.starts_with(begin));
    Some(match () {
        () if begins(&["json"]) => Kind::Json,
        () if begins(&["varchar", "char", "text", "longtext", "mediumtext"]) => Kind::Text,
        () if begins(&["bigint", "integer", "int"]) => Kind::Integer,
        () if begins(&["boolean", "tinyint"]) => Kind::Boolean,
        () if begins(&["blob", "mediumblob", "longblob", "bytea"]) => Kind::Bytes,
        () => return None,
    })
}

fn columns_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT t.relname::text AS table_name, a.attname::text AS column_name, \
             format_type(a.atttypid, NULL)::text AS column_type, \
             array_position(i.indkey::int2[], a.attnum)::bigint + 1 AS key_place \
             FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
             LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary \
             WHERE t.relkind = 'r' AND n.nspname = current_schema() ORDER BY t.relname, a.attnum"
        }
        DbBackend::MySql => {
            "SELECT CAST(c.TABLE_NAME AS CHAR) AS table_name, CAST(c.COLUMN_NAME AS CHAR) AS column_name, \
             CAST(c.DATA_TYPE AS CHAR) AS column_type, CAST(k.ORDINAL_POSITION AS SIGNED) AS key_place \
             FROM information_schema.COLUMNS c \
             JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME \
             LEFT JOIN information_schema.KEY_COLUMN_USAGE k ON k.TABLE_SCHEMA = c.TABLE_SCHEMA \
             AND k.TABLE_NAME = c.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME AND k.CONSTRAINT_NAME = 'PRIMARY' \
             WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' \
             ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION"
        }
        _ => {
            "SELECT m.name AS table_name, p.name AS column_name, p.type AS column_type, \
             NULLIF(p.pk, 0) AS key_place FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid"
        }
    }
}

fn references_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT t.relname::text AS table_name, f.relname::text AS target FROM pg_constraint k \
             JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid \
             JOIN pg_namespace n ON n.oid = t.relnamespace \
             WHERE k.contype = 'f' AND n.nspname = current_schema()"
        }
        DbBackend::MySql => {
            "SELECT CAST(TABLE_NAME AS CHAR) AS table_name, CAST(REFERENCED_TABLE_NAME AS CHAR) AS target \
             FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"
        }
        _ => {
            "SELECT m.name AS table_name, f.\"table\" AS target \
             FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
    }
}

/// Which table refers to which.
async fn references(connection: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let backend = connection.get_database_backend();
    let rows = connection
        .query_all_raw(Statement::from_string(backend, references_sql(backend)))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "table_name")?, row.try_get("", "target")?)))
        .collect()
}

/// Puts each table after those it refers to; otherwise by name.
fn in_order(mut waiting: Vec<Table>, references: &[(String, String)]) -> Result<Vec<Table>> {
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_held = |table: &Table| {
            let mut targets = references.iter().filter(|(name, _)| *name == table.name);
            targets.any(|(_, target)| *target != table.name && waiting.iter().any(|other| other.name == *target))
        };
        let (held, free): (Vec<_>, Vec<_>) = waiting.iter().cloned().partition(is_held);
        if free.is_empty() {
            let names: Vec<_> = held.iter().map(|table| table.name.as_str()).collect();
            return Err(Error::internal(format!(
                "tables refer to each other in a circle: {names:?}"
            )));
        }
        ordered.extend(free);
        waiting = held;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table {
            name: name.to_owned(),
            columns: vec![],
        }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let refers = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let references = [refers("a", "b"), refers("b", "c"), refers("b", "b"), refers("a", "c")];
        let ordered = in_order(vec![table("a"), table("b"), table("c")], &references).unwrap();
        let names: Vec<_> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
        let circle = in_order(vec![table("a"), table("b")], &[refers("a", "b"), refers("b", "a")]);
        assert!(circle.is_err());
    }

    #[test]
    fn the_key_is_in_its_own_order() {
        let column = |name: &str, key_place| Column {
            name: name.to_owned(),
            kind: Kind::Text,
            key_place,
        };
        let table = Table {
            name: "t".to_owned(),
            columns: vec![column("x", Some(2)), column("y", None), column("z", Some(1))],
        };
        assert_eq!(table.key(), [2, 0]);
    }
}
