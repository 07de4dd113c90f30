//! All queries on `app_metrics`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::AppId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{GROUPS, Sample};

/// Rows in one answer.
const MOST: u64 = 5_000;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0052_app_metrics",
    steps: || {
        vec![Step::Table(
            Table::new("app_metrics")
                .col("app_id", Type::Id)
                .col("seconds", Type::Integer)
                .col("at", Type::Time)
                .col("samples", Type::Integer)
                .col("units", Type::Integer)
                .col("processor", Type::Integer)
                .col("memory", Type::Integer)
                .opt("memory_percent", Type::Integer)
                .col("received", Type::Integer)
                .col("sent", Type::Integer)
                .col("requests", Type::Text)
                .primary(&["app_id", "seconds", "at"])
                .index("app_metrics_seconds_at_idx", &["seconds", "at"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// One point as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_metrics")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// How long the stretch is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seconds: i64,
    /// When it begins, in milliseconds: no key is made of timestamps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// Of how many measurements.
    pub samples: i64,
    /// See [`Sample`], as all below.
    pub units: i64,
    /// Thousandths of a processor.
    pub processor: i64,
    /// Bytes.
    pub memory: i64,
    /// Per cent.
    pub memory_percent: Option<i64>,
    /// Bytes.
    pub received: i64,
    /// Bytes.
    pub sent: i64,
    /// Numbers with blanks between: answers by class, then by time; empty for none.
    pub requests: String,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

fn row(app: AppId, seconds: u32, sample: &Sample) -> Model {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let counts = sample.answers.iter().chain(&sample.times);
    let requests = match sample.answers.iter().sum::<u64>() {
        0 => String::new(),
        _ => counts.map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    Model {
        app_id: app,
        seconds: i64::from(seconds),
        at: sample.at.unix_ms(),
        samples: i64::from(sample.count),
        units: i64::from(sample.units),
        processor: number(sample.processor),
        memory: number(sample.memory),
        memory_percent: sample.memory_percent.map(i64::from),
        received: number(sample.received),
        sent: number(sample.sent),
        requests,
    }
}

fn sample(row: &Model) -> Sample {
    let number = |value: i64| u64::try_from(value).unwrap_or_default();
    let small = |value: i64| u32::try_from(value).unwrap_or_default();
    let mut counts = row.requests.split(' ').map(|count| count.parse().unwrap_or_default());
    let mut answers = [0; 5];
    answers
        .iter_mut()
        .for_each(|count| *count = counts.next().unwrap_or_default());
    let mut times = [0; GROUPS];
    times
        .iter_mut()
        .for_each(|count| *count = counts.next().unwrap_or_default());
    Sample {
        at: Timestamp::from_unix_ms(row.at),
        count: small(row.samples),
        units: small(row.units),
        processor: number(row.processor),
        memory: number(row.memory),
        memory_percent: row.memory_percent.map(small),
        received: number(row.received),
        sent: number(row.sent),
        answers,
        times,
    }
}

/// Writes some; those that are there stay as they are.
pub(crate) async fn insert(tx: &Tx, seconds: u32, samples: &[(AppId, Sample)]) -> Result<()> {
    let columns = [Column::AppId, Column::Seconds, Column::At];
    let nothing = OnConflict::columns(columns).do_nothing_on(columns).to_owned();
    for some in samples.chunks(100) {
        let rows = some
            .iter()
            .map(|(app, sample)| ActiveModel::from(row(*app, seconds, sample)).reset_all());
        Entity::insert_many(rows)
            .on_conflict(nothing.clone())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// Those of an app from a moment to before another, oldest first.
pub(crate) async fn between(
    connection: &impl ConnectionTrait,
    app: AppId,
    seconds: u32,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Sample>> {
    let rows = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Seconds.eq(i64::from(seconds)))
        .filter(Column::At.gte(from.unix_ms()))
        .filter(Column::At.lt(to.unix_ms()))
        .order_by_asc(Column::At)
        .limit(MOST)
        .all(connection)
        .await?;
    Ok(rows.iter().map(sample).collect())
}

/// Takes away what began before a moment.
pub(crate) async fn delete_before(tx: &Tx, seconds: u32, moment: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Seconds.eq(i64::from(seconds)))
        .filter(Column::At.lt(moment.unix_ms()))
        .exec(&**tx)
        .await?;
    Ok(())
}
