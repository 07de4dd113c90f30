//! Ids, names and times as database values: ids and names as their text, times as integer milliseconds.

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, ValueType, ValueTypeErr};
use sea_orm::{ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value};

use crate::ids::{Id, Kind};
use crate::names::Name;
use crate::templates::TemplateKey;
use crate::timestamp::Timestamp;

impl<K: Kind> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        id.to_string().into()
    }
}

impl<K: Kind> TryGetable for Id<K> {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(result, index)?;
        text.parse()
            .map_err(|error| TryGetError::DbErr(DbErr::Type(format!("{error}"))))
    }
}

impl<K: Kind> ValueType for Id<K> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <String as ValueType>::try_from(value)?
            .parse()
            .map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        format!("Id<{}>", K::NAME)
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::N(32))
    }
}

impl<K: Kind> Nullable for Id<K> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl<K: Kind> IntoActiveValue<Id<K>> for Id<K> {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

impl<K: Kind> TryFromU64 for Id<K> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64(
            "ids are made by the server, never by the database",
        ))
    }
}

impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        moment.unix_ms().into()
    }
}

impl TryGetable for Timestamp {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        i64::try_get_by(result, index).map(Self::from_unix_ms)
    }
}

impl ValueType for Timestamp {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(Self::from_unix_ms)
    }

    fn type_name() -> String {
        "Timestamp".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }

    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl Nullable for Timestamp {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

impl IntoActiveValue<Timestamp> for Timestamp {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

impl From<Name> for Value {
    fn from(name: Name) -> Self {
        String::from(name).into()
    }
}

impl TryGetable for Name {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(result, index)?;
        text.parse()
            .map_err(|error| TryGetError::DbErr(DbErr::Type(format!("{error}"))))
    }
}

impl ValueType for Name {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <String as ValueType>::try_from(value)?
            .parse()
            .map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "Name".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::N(100))
    }
}

impl Nullable for Name {
    fn null() -> Value {
        Value::String(None)
    }
}

impl IntoActiveValue<Name> for Name {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

impl From<TemplateKey> for Value {
    fn from(key: TemplateKey) -> Self {
        key.to_string().into()
    }
}

impl TryGetable for TemplateKey {
    fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(result, index)?;
        text.parse()
            .map_err(|error| TryGetError::DbErr(DbErr::Type(format!("{error}"))))
    }
}

impl ValueType for TemplateKey {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <String as ValueType>::try_from(value)?
            .parse()
            .map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "TemplateKey".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::N(60))
    }
}

impl Nullable for TemplateKey {
    fn null() -> Value {
        Value::String(None)
    }
}

impl IntoActiveValue<TemplateKey> for TemplateKey {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}
