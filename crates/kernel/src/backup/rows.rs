//! Rows as lines: a JSON array of values in the order of the columns, bytes in base64, JSON as its text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, InsertStatement, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde_json::Value as Json;

use super::catalogue::{Kind, Table};
use crate::errors::{Error, Result};

/// Rows read at once. They can be large: a piece of a log has 64 KiB.
const PAGE: u64 = 200;

/// The rows that come after the one with this key, in the order of the key, a page of them.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    table: &Table,
    after: Option<Vec<Value>>,
) -> Result<Vec<Vec<Json>>> {
    let rows = connection.query_all(&select(table, after)?).await?;
    rows.iter().map(|row| values(row, table)).collect()
}

fn select(table: &Table, after: Option<Vec<Value>>) -> Result<SelectStatement> {
    let mut select = Query::select();
    select.from(Alias::new(&table.name)).limit(PAGE);
    for column in &table.columns {
        let value = Expr::col(Alias::new(&column.name));
        match column.kind {
            Kind::Json => select.expr_as(value.cast_as("text"), Alias::new(&column.name)),
            _ => select.expr(value),
        };
    }
    let key: Vec<Alias> = table
        .key()
        .into_iter()
        .filter_map(|index| Some(Alias::new(&table.columns.get(index)?.name)))
        .collect();
    if key.is_empty() {
        return Err(Error::conflict(format!(
            "The table {} has no primary key and is none of Slipway's. Give Slipway a database of its own.",
            table.name
        )));
    }
    if let Some(after) = after {
        let columns = Expr::tuple(key.iter().cloned().map(Expr::col));
        select.and_where(columns.gt(Expr::tuple(after.into_iter().map(Expr::val))));
    }
    for column in key {
        // The table's name keeps the column apart from the text of the same name.
        select.order_by((Alias::new(&table.name), column), Order::Asc);
    }
    Ok(select)
}

fn values(row: &QueryResult, table: &Table) -> Result<Vec<Json>> {
    table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            Ok(match column.kind {
                Kind::Text | Kind::Json => row.try_get_by_index::<Option<String>>(index)?.into(),
                Kind::Integer => row.try_get_by_index::<Option<i64>>(index)?.into(),
                Kind::Boolean => row.try_get_by_index::<Option<bool>>(index)?.into(),
                Kind::Bytes => {
                    let bytes: Option<Vec<u8>> = row.try_get_by_index(index)?;
                    bytes.map(|bytes| STANDARD.encode(bytes)).into()
                }
            })
        })
        .collect()
}

/// The key of a row, to go on after it.
pub(super) fn key(row: &[Json], table: &Table) -> Result<Vec<Value>> {
    let places = table.key().into_iter();
    places
        .filter_map(|index| Some((row.get(index)?, table.columns.get(index)?.kind)))
        .map(|(value, kind)| to_database(value.clone(), kind).ok_or_else(|| Error::internal("a key of no known kind")))
        .collect()
}

/// A value of a line as the database takes it; none when it is of another kind.
pub(super) fn to_database(value: Json, kind: Kind) -> Option<Value> {
    Some(match (kind, value) {
        (Kind::Text, Json::Null) => None::<String>.into(),
        (Kind::Text, Json::String(text)) => text.into(),
        (Kind::Json, Json::Null) => None::<Json>.into(),
        (Kind::Json, Json::String(text)) => serde_json::from_str::<Json>(&text).ok()?.into(),
        (Kind::Integer, Json::Null) => None::<i64>.into(),
        (Kind::Integer, Json::Number(number)) => number.as_i64()?.into(),
        (Kind::Boolean, Json::Null) => None::<bool>.into(),
        (Kind::Boolean, Json::Bool(value)) => value.into(),
        (Kind::Bytes, Json::Null) => None::<Vec<u8>>.into(),
        (Kind::Bytes, Json::String(text)) => STANDARD.decode(text).ok()?.into(),
        _ => return None,
    })
}

/// A statement that inserts rows with these columns.
pub(super) fn insert(table: &str, columns: &[(String, Kind)], rows: Vec<Vec<Value>>) -> Result<InsertStatement> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(table))
        .columns(columns.iter().map(|(name, _)| Alias::new(name)));
    for row in rows {
        insert.values(row.into_iter().map(Expr::val)).map_err(Error::internal)?;
    }
    Ok(insert)
}
