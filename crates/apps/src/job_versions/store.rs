//! All queries on `job_versions`.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::JobId;
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};

use super::model::{ActiveModel, Column, Entity, JobVersion};
use crate::jobs::Job;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0081_job_versions",
    steps: || {
        vec![Step::Table(
            Table::new("job_versions")
                .col("id", Type::Id)
                .col("job_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("image", Type::Text)
                .opt("digest", Type::Text)
                .col("reason", Type::Text)
                .col("command", Type::Json)
                .col("entrypoint", Type::Json)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("job_versions_job_id_number_key", &["job_id", "number"])
                .belongs_to("job_id", "jobs"),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, version: &JobVersion) -> Result<()> {
    let row = ActiveModel::from(version.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes what its image is, unless that was written already.
pub(crate) async fn pin(tx: &Tx, version: &JobVersion) -> Result<()> {
    let row = ActiveModel {
        digest: Set(version.digest.clone()),
        reason: Set(version.reason.clone()),
        entrypoint: Set(version.entrypoint.clone()),
        ..Default::default()
    };
    let one = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(version.id))
        .filter(Column::Digest.is_null());
    one.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, job: JobId, number: i64) -> Result<Option<JobVersion>> {
    let one = Entity::find()
        .filter(Column::JobId.eq(job))
        .filter(Column::Number.eq(number));
    Ok(one.one(connection).await?)
}

/// The newest of each of these jobs.
pub(crate) async fn current_of(connection: &impl ConnectionTrait, jobs: &[Job]) -> Result<HashMap<JobId, JobVersion>> {
    let those = jobs
        .iter()
        .map(|job| Column::JobId.eq(job.id).and(Column::Number.eq(job.current_version)));
    let those = those.fold(Condition::any(), Condition::add);
    if those.is_empty() {
        return Ok(HashMap::new());
    }
    let found = Entity::find().filter(those).all(connection).await?;
    Ok(found.into_iter().map(|version| (version.job_id, version)).collect())
}

/// A page of a job's, the newest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, job: JobId, page: &Page) -> Result<Listed<JobVersion>> {
    let matching = Entity::find().filter(Column::JobId.eq(job));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let rows = match page.after.as_deref().and_then(|after| after.parse::<i64>().ok()) {
        Some(after) => matching.filter(Column::Number.lt(after)),
        None => matching,
    };
    Ok(Listed {
        rows: rows
            .order_by_desc(Column::Number)
            .offset(page.offset())
            .limit(page.limit())
            .all(connection)
            .await?,
        total: total.count(connection).await?,
    })
}

/// Whether the image of any version ends with one of these.
pub(crate) async fn is_named(connection: &impl ConnectionTrait, ends: &[String]) -> Result<bool> {
    let any = ends.iter().fold(Condition::any(), |any, end| {
        any.add(Column::Image.ends_with(end)).add(Column::Digest.ends_with(end))
    });
    Ok(Entity::find().filter(any).one(connection).await?.is_some())
}

/// The images of every version, as far as they are known.
pub(crate) async fn images(connection: &impl ConnectionTrait) -> Result<BTreeSet<String>> {
    let images = Entity::find().select_only().column(Column::Digest).distinct();
    let images: Vec<Option<String>> = images.into_tuple().all(connection).await?;
    Ok(images.into_iter().flatten().collect())
}
