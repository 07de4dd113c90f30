//! All queries on `repositories` and what belongs to them.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, RefUpdate, Repository, RepositoryStatus, pull_requests, refs};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0010_repositories",
    steps: || {
        vec![
            Step::Table(
                Table::new("repositories")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .opt("integration_id", Type::Id)
                    .col("address", Type::Text)
                    .col("address_key", Type::Name)
                    .opt("forge_id", Type::Name)
                    .col("full_name", Type::Name)
                    .opt("web_url", Type::Text)
                    .opt("default_branch", Type::Name)
                    .col("status", Type::Id)
                    .opt("error", Type::Text)
                    .opt("synchronized_at", Type::Time)
                    .col("refs_version", Type::Integer)
                    .col("look_at", Type::Time)
                    .col("used_at", Type::Time)
                    .col("created_at", Type::Time)
                    .opt("pull_requests_at", Type::Time)
                    .primary(&["id"])
                    .unique("repositories_address_key_key", &["organization_id", "address_key"])
                    .index("repositories_look_at_idx", &["look_at"])
                    .index("repositories_integration_id_idx", &["integration_id"])
                    .references("organization_id", "organizations"),
            ),
            Step::Table(
                Table::new("repository_refs")
                    .col("repository_id", Type::Id)
                    .col("name", Type::Name)
                    .col("target", Type::Id)
                    .primary(&["repository_id", "name"])
                    .belongs_to("repository_id", "repositories"),
            ),
            // What was announced of pull requests, so that one is announced once whether told or found.
            Step::Table(
                Table::new("repository_pull_requests")
                    .col("repository_id", Type::Id)
                    .col("number", Type::Integer)
                    .col("digest", Type::Id)
                    .col("is_open", Type::Boolean)
                    .primary(&["repository_id", "number"])
                    .belongs_to("repository_id", "repositories"),
            ),
        ]
    },
};

/// From when what was announced of a pull request is.
pub(crate) const TOLD: Migration = Migration {
    name: "connections_0020_pull_requests_told",
    steps: || {
        vec![Step::Sql(
            "ALTER TABLE repository_pull_requests ADD COLUMN told_at BIGINT",
        )]
    },
};

/// Rows written by one statement.
const ROWS: usize = 200;

/// The repository, if there is one.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: RepositoryId) -> Result<Option<Repository>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of these ids that are there.
pub(crate) async fn with_ids(connection: &impl ConnectionTrait, ids: &[RepositoryId]) -> Result<Vec<Repository>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// The repository of an organization with this address.
pub(crate) async fn of_key(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    key: &str,
) -> Result<Option<Repository>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::AddressKey.eq(key))
        .one(connection)
        .await?)
}

/// Of the ids, those of repositories that there are.
pub(crate) async fn known(connection: &impl ConnectionTrait, ids: &[RepositoryId]) -> Result<Vec<RepositoryId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Repository>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    /// Part of the full name.
    pub name: Option<&'a str>,
    /// The integration that opens them.
    pub integration: Option<IntegrationId>,
    /// How they stand.
    pub status: Option<RepositoryStatus>,
}

/// A page of an organization's, by full name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Repository>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // Repositories stand in no project: only grants on the organization or on the repository itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    if let Some(name) = filter.name.filter(|name| !name.is_empty()) {
        let text = name.to_lowercase();
        let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = LikeExpr::new(format!("%{text}%")).escape('\\');
        matching = matching.filter(Expr::expr(Func::lower(Expr::col(Column::FullName))).like(pattern));
    }
    if let Some(integration) = filter.integration {
        matching = matching.filter(Column::IntegrationId.eq(integration));
    }
    if let Some(status) = filter.status {
        matching = matching.filter(Column::Status.eq(status));
    }
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().and_then(|after| after.split_once('\n'));
    let after = after.map(|(name, id)| {
        Condition::any()
            .add(Column::FullName.gt(name))
            .add(Condition::all().add(Column::FullName.eq(name)).add(Column::Id.gt(id)))
    });
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::FullName)
        .order_by_asc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Adds a repository with what is already known of its refs.
///
/// # Errors
///
/// `AlreadyExists` when the organization has one with this address.
pub(crate) async fn insert(tx: &Tx, repository: &Repository, refs: &[RefUpdate]) -> Result<()> {
    Entity::insert(ActiveModel::from(repository.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("repository", &repository.full_name))?;
    write_refs(tx, repository.id, refs).await
}

/// Removes a repository with everything that belongs to it; says whether it was there.
pub(crate) async fn remove(tx: &Tx, id: RepositoryId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Writes what its forge says of a repository: where it is, what it is called.
pub(crate) async fn describe(tx: &Tx, repository: &Repository) -> Result<()> {
    let described = ActiveModel {
        integration_id: Set(repository.integration_id),
        address: Set(repository.address.clone()),
        address_key: Set(repository.address_key.clone()),
        forge_id: Set(repository.forge_id.clone()),
        full_name: Set(repository.full_name.clone()),
        web_url: Set(repository.web_url.clone()),
        default_branch: Set(repository.default_branch.clone()),
        ..<ActiveModel as ActiveModelTrait>::default()
    };
    Entity::update_many()
        .set(described)
        .filter(Column::Id.eq(repository.id))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("repository", &repository.full_name))?;
    Ok(())
}

/// Notes how a repository was found.
pub(crate) async fn set_status(tx: &Tx, id: RepositoryId, status: RepositoryStatus, error: Option<&str>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::Error, Expr::value(error.map(str::to_owned)))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Notes that a repository is well, and what changed of its refs since `seen` was read. False, with nothing written, when
/// its refs changed here since.
pub(crate) async fn announce(tx: &Tx, seen: &Repository, updates: &[RefUpdate], now: Timestamp) -> Result<bool> {
    let grown = i64::from(!updates.is_empty());
    let written = Entity::update_many()
        .col_expr(Column::RefsVersion, Expr::value(seen.refs_version + grown))
        .col_expr(Column::SynchronizedAt, Expr::value(now))
        .col_expr(Column::Status, Expr::value(RepositoryStatus::Ok))
        .col_expr(Column::Error, Expr::value(None::<String>))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::RefsVersion.eq(seen.refs_version))
        .exec(&**tx)
        .await?;
    if written.rows_affected == 0 {
        return Ok(false);
    }
    write_refs(tx, seen.id, updates).await?;
    Ok(true)
}

/// The refs of a repository as they were announced.
pub(crate) async fn announced(connection: &impl ConnectionTrait, id: RepositoryId) -> Result<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = refs::Entity::find()
        .select_only()
        .column(refs::Column::Name)
        .column(refs::Column::Target)
        .filter(refs::Column::RepositoryId.eq(id))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The same of some refs.
pub(crate) async fn announced_of<'a>(
    connection: &impl ConnectionTrait,
    id: RepositoryId,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>> {
    let rows = refs::Entity::find()
        .filter(refs::Column::RepositoryId.eq(id))
        .filter(refs::Column::Name.is_in(names))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.target)).collect())
}

/// A page of the refs of a repository that begin with `prefix` and have `text` in the rest, by name.
pub(crate) async fn list_refs(
    connection: &impl ConnectionTrait,
    id: RepositoryId,
    (prefix, text): (&str, &str),
    page: &Page,
) -> Result<Listed<refs::Model>> {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = LikeExpr::new(format!("{prefix}%{escaped}%")).escape('\\');
    let matching = refs::Entity::find()
        .filter(refs::Column::RepositoryId.eq(id))
        .filter(Expr::col(refs::Column::Name).like(pattern));
    let total = matching
        .clone()
        .select_only()
        .column(refs::Column::Name)
        .limit(EXACT_TOTAL + 1);
    let after = page
        .after
        .as_ref()
        .map(|after| refs::Column::Name.gt(format!("{prefix}{after}")));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(refs::Column::Name)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

async fn write_refs(tx: &Tx, id: RepositoryId, updates: &[RefUpdate]) -> Result<()> {
    let gone: Vec<&str> = updates
        .iter()
        .filter(|update| update.after.is_none())
        .map(|update| update.name.as_str())
        .collect();
    for names in gone.chunks(ROWS) {
        refs::Entity::delete_many()
            .filter(refs::Column::RepositoryId.eq(id))
            .filter(refs::Column::Name.is_in(names.iter().copied()))
            .exec(&**tx)
            .await?;
    }
    let rows: Vec<refs::ActiveModel> = updates
        .iter()
        .filter_map(|update| {
            Some(refs::ActiveModel {
                repository_id: Set(id),
                name: Set(update.name.clone()),
                target: Set(update.after.clone()?),
            })
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        let replace = OnConflict::columns([refs::Column::RepositoryId, refs::Column::Name])
            .update_column(refs::Column::Target)
            .to_owned();
        refs::Entity::insert_many(rows.to_vec())
            .on_conflict(replace)
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// Repositories that are to be looked at by now, longest first.
pub(crate) async fn due(connection: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Repository>> {
    Ok(Entity::find()
        .filter(Column::LookAt.lte(now))
        .order_by_asc(Column::LookAt)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Says when a repository is to be looked at next, if nobody said so since `seen`; whether it was written.
pub(crate) async fn look_again(tx: &Tx, seen: &Repository, at: Timestamp) -> Result<bool> {
    let written = Entity::update_many()
        .col_expr(Column::LookAt, Expr::value(at))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::LookAt.eq(seen.look_at))
        .exec(&**tx)
        .await?;
    Ok(written.rows_affected == 1)
}

/// Says that a repository is to be looked at no later than `at`.
pub(crate) async fn look_by(tx: &Tx, id: RepositoryId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LookAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .filter(Column::LookAt.gt(at))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Notes that something uses a repository.
pub(crate) async fn use_now(tx: &Tx, id: RepositoryId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What was announced of the pull requests of a repository, by number.
pub(crate) async fn pull_requests(
    connection: &impl ConnectionTrait,
    id: RepositoryId,
) -> Result<BTreeMap<i64, pull_requests::Model>> {
    let rows = pull_requests::Entity::find()
        .filter(pull_requests::Column::RepositoryId.eq(id))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.number, row)).collect())
}

/// What a notice of a pull request is, beside what was announced of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noted {
    /// Something else.
    New,
    /// The same.
    Known,
    /// Something of before, which came late: nothing was written.
    Stale,
}

/// Notes what is announced of a pull request.
pub(crate) async fn note_pull_request(tx: &Tx, row: &pull_requests::Model) -> Result<Noted> {
    use pull_requests::Column;
    let key = (row.repository_id, row.number);
    let known = pull_requests::Entity::find_by_id(key).one(&**tx).await?;
    let told_before = known.as_ref().and_then(|known| known.told_at);
    if told_before.is_some_and(|before| row.told_at.is_some_and(|now| now < before)) {
        return Ok(Noted::Stale);
    }
    let told_at = Ord::max(row.told_at, told_before);
    let noted = match known.as_ref().is_some_and(|known| known.digest == row.digest) {
        true => Noted::Known,
        false => Noted::New,
    };
    if noted == Noted::Known && told_at == told_before {
        return Ok(noted);
    }
    let replace = OnConflict::columns([Column::RepositoryId, Column::Number])
        .update_columns([Column::Digest, Column::IsOpen, Column::ToldAt])
        .to_owned();
    let row = pull_requests::Model { told_at, ..row.clone() };
    pull_requests::Entity::insert(pull_requests::ActiveModel::from(row).reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(noted)
}

/// Notes when the pull requests of a repository were compared.
pub(crate) async fn compared_pull_requests(tx: &Tx, id: RepositoryId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::PullRequestsAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Those that an integration opens.
pub(crate) async fn of_integration(
    connection: &impl ConnectionTrait,
    integration: IntegrationId,
) -> Result<Vec<Repository>> {
    Ok(Entity::find()
        .filter(Column::IntegrationId.eq(integration))
        .all(connection)
        .await?)
}

/// Says when a repository is to be looked at next.
pub(crate) async fn look_at(tx: &Tx, id: RepositoryId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LookAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}
