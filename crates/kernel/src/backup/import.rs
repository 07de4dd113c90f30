//! Writing the rows of a backup into empty tables, all of them or none.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, Value};
use serde_json::Value as Json;

use super::archive::Reader;
use super::catalogue::{self, Kind, Table};
use super::manifest::{Head, Manifest, TABLES, TableHead};
use super::verify::unpack;
use super::{Say, rows};
use crate::db::{Db, Tx};
use crate::errors::{Error, Result};
use crate::wakes::Wakes;

/// Values in a statement; SQLite takes 32,766, the others twice as many.
const VALUES: usize = 8_000;
/// Bytes in a statement, below what MariaDB takes.
const BYTES: usize = 4 << 20;

/// Replaces what is in the tables by what is in the backup, which was verified.
pub(super) async fn import(db: &Db, file: &File, head: &Head, manifest: &Manifest, say: Say<'_>) -> Result<()> {
    let tx = Tx::begin(db, Arc::new(Wakes::default())).await?;
    let tables = catalogue::tables(&*tx).await?;
    // Migrations write a few rows, which are in the backup too.
    for table in tables.iter().rev() {
        tx.execute(Query::delete().from_table(Alias::new(&table.name))).await?;
    }
    let mut written: HashMap<String, u64> = HashMap::new();
    let mut reader = Reader::new(file)?;
    while let Some(part) = reader.next()? {
        let Some((name, _)) = part.strip_prefix(TABLES).and_then(|path| path.split_once('/')) else {
            continue;
        };
        let columns = columns(head, &tables, name)?;
        let count = insert_lines(&tx, name, &columns, &unpack(&mut reader)?).await?;
        let total = written.entry(name.to_owned()).or_default();
        *total += count;
        say(&format!("restoring table {name}"), *total);
    }
    for table in &manifest.tables {
        let count = written.get(&table.name).copied().unwrap_or(0);
        if count != table.rows {
            return Err(Error::internal(format!(
                "{count} of {} rows of the table {} were written",
                table.rows, table.name
            )));
        }
    }
    tx.commit().await
}

/// The columns of the backup's rows, each of the kind that it has in this database.
fn columns(head: &Head, tables: &[Table], name: &str) -> Result<Vec<(String, Kind)>> {
    let ours = tables.iter().find(|table| table.name == name);
    let theirs: Option<&TableHead> = head.tables.iter().find(|table| table.name == name);
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Err(differs(name, name));
    };
    let kind = |column: &str| {
        let found = ours.columns.iter().find(|ours| ours.name == column);
        found.map(|found| found.kind).ok_or_else(|| differs(name, column))
    };
    let columns = theirs.columns.iter();
    columns
        .map(|column| Ok((column.name.clone(), kind(&column.name)?)))
        .collect()
}

fn differs(table: &str, column: &str) -> Error {
    Error::conflict(format!(
        "The backup has the column {column} in the table {table}, and this database has not. Restore with the version \
         that made the backup."
    ))
}

async fn insert_lines(tx: &Tx, table: &str, columns: &[(String, Kind)], lines: &[u8]) -> Result<u64> {
    let (mut batch, mut bytes, mut count) = (Vec::new(), 0, 0);
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        batch.push(values(table, columns, line)?);
        bytes += line.len();
        count += 1;
        if (batch.len() + 1) * columns.len() > VALUES || bytes > BYTES {
            insert(tx, table, columns, std::mem::take(&mut batch)).await?;
            bytes = 0;
        }
    }
    insert(tx, table, columns, batch).await?;
    Ok(count)
}

async fn insert(tx: &Tx, table: &str, columns: &[(String, Kind)], batch: Vec<Vec<Value>>) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let statement = rows::insert(table, columns, batch)?;
    let inserted = tx.execute(&statement).await;
    inserted
        .map(|_| ())
        .map_err(|error| Error::from(error).context(format!("restoring the table {table}")))
}

fn values(table: &str, columns: &[(String, Kind)], line: &[u8]) -> Result<Vec<Value>> {
    let wrong = || {
        Error::conflict(format!(
            "A row of the table {table} in the backup does not fit its columns."
        ))
    };
    let row: Vec<Json> = serde_json::from_slice(line).map_err(|_| wrong())?;
    if row.len() != columns.len() {
        return Err(wrong());
    }
    row.into_iter()
        .zip(columns)
        .map(|(value, (_, kind))| rows::to_database(value, *kind).ok_or_else(wrong))
        .collect()
}
