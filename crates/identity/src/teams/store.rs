//! All queries on `teams` and `team_members`.

use std::collections::HashMap;

use sea_orm::sea_query::{OnConflict, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::{OrganizationId, TeamId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Source, Team, Visibility, members};
use crate::organizations::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0020_teams",
    steps: || {
        vec![
            Step::Table(
                Table::new("teams")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("name", Type::Name)
                    .opt("description", Type::Name)
                    .opt("sso_team_id", Type::Name)
                    .col("visibility", Type::Id)
                    .col("allow_member_token_management", Type::Boolean)
                    .col("version", Type::Integer)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("teams_organization_id_name_key", &["organization_id", "name"])
                    .index("teams_sso_team_id_idx", &["sso_team_id"])
                    .belongs_to("organization_id", "organizations"),
            ),
            Step::Table(
                Table::new("team_members")
                    .col("team_id", Type::Id)
                    .col("user_id", Type::Id)
                    .col("source", Type::Id)
                    .primary(&["team_id", "user_id", "source"])
                    .index("team_members_user_id_idx", &["user_id"])
                    .belongs_to("team_id", "teams")
                    .belongs_to("user_id", "users"),
            ),
        ]
    },
};

/// Whose group a team follows.
pub(crate) const PROVIDER: Migration = Migration {
    name: "identity_0072_team_provider",
    steps: || vec![Step::Sql("ALTER TABLE teams ADD COLUMN sso_provider_id VARCHAR(64)")],
};

/// Which teams of an organization to list.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub organization: OrganizationId,
    /// Those of these ids, and those that everybody may see; none for all.
    pub visible: Option<Vec<TeamId>>,
    /// Only those with one of these names.
    pub names: Option<Vec<String>>,
    /// Part of the name, any case.
    pub text: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let visible = self.visible.as_ref().map(|own| {
            Condition::any()
                .add(Column::Visibility.eq(Visibility::Organization))
                .add(Column::Id.is_in(own.iter().copied()))
        });
        let names = self.names.as_ref();
        Condition::all()
            .add(Column::OrganizationId.eq(self.organization))
            .add_option(visible)
            .add_option(names.map(|names| Column::Name.is_in(names.iter().cloned())))
            .add_option(self.text.as_ref().map(|text| contains(Column::Name, text)))
    }
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: TeamId) -> Result<Option<Team>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn by_ids(connection: &impl ConnectionTrait, ids: &[TeamId]) -> Result<Vec<Team>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// The teams that follow one of these groups, in every organization.
pub(crate) async fn by_groups(
    connection: &impl ConnectionTrait,
    provider: &str,
    groups: &[String],
) -> Result<Vec<Team>> {
    let is_meant = Condition::any()
        .add(Column::SsoProviderId.is_null())
        .add(Column::SsoProviderId.eq(provider));
    let mut found = Vec::new();
    for groups in groups.chunks(500) {
        let query = Entity::find()
            .filter(Column::SsoTeamId.is_in(groups.iter().cloned()))
            .filter(is_meant.clone());
        found.append(&mut query.all(connection).await?);
    }
    Ok(found)
}

/// A page of teams by name.
pub(crate) async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Listed<Team>> {
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

pub(crate) async fn insert(tx: &Tx, team: &Team) -> Result<()> {
    Entity::insert(row(team))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("team", &team.name))?;
    Ok(())
}

/// Writes the team if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, team: &Team) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(team))
        .filter(Column::Id.eq(team.id))
        .filter(Column::Version.eq(team.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("team", &team.name))?;
    Ok(result.rows_affected == 1)
}

/// Deletes the team with its members, in this version; says whether it was there.
pub(crate) async fn delete(tx: &Tx, team: &Team) -> Result<bool> {
    let result = Entity::delete_many()
        .filter(Column::Id.eq(team.id))
        .filter(Column::Version.eq(team.version))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// The teams that a user is in, by id.
pub(crate) async fn of_user(connection: &impl ConnectionTrait, user: UserId) -> Result<Vec<TeamId>> {
    Ok(members::Entity::find()
        .select_only()
        .column(members::Column::TeamId)
        .filter(members::Column::UserId.eq(user))
        .distinct()
        .order_by_asc(members::Column::TeamId)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Which of some users are in which teams, with the teams' organizations.
pub(crate) async fn of_users(
    connection: &impl ConnectionTrait,
    users: &[UserId],
) -> Result<Vec<(UserId, TeamId, OrganizationId)>> {
    let rows: Vec<(UserId, TeamId)> = members::Entity::find()
        .select_only()
        .column(members::Column::UserId)
        .column(members::Column::TeamId)
        .filter(members::Column::UserId.is_in(users.iter().copied()))
        .distinct()
        .order_by_asc(members::Column::TeamId)
        .into_tuple()
        .all(connection)
        .await?;
    let mut teams = HashMap::new();
    let ids: Vec<TeamId> = rows.iter().map(|(_, team)| *team).collect();
    for ids in ids.chunks(500) {
        for team in by_ids(connection, ids).await? {
            teams.insert(team.id, team.organization_id);
        }
    }
    let known = rows
        .into_iter()
        .filter_map(|(user, team)| Some((user, team, *teams.get(&team)?)));
    Ok(known.collect())
}

/// The members of some teams, each once.
pub(crate) async fn members_of(
    connection: &impl ConnectionTrait,
    teams: &[TeamId],
) -> Result<HashMap<TeamId, Vec<UserId>>> {
    let rows: Vec<(TeamId, UserId)> = members::Entity::find()
        .select_only()
        .column(members::Column::TeamId)
        .column(members::Column::UserId)
        .filter(members::Column::TeamId.is_in(teams.iter().copied()))
        .distinct()
        .order_by_asc(members::Column::TeamId)
        .order_by_asc(members::Column::UserId)
        .into_tuple()
        .all(connection)
        .await?;
    let mut by_team: HashMap<TeamId, Vec<UserId>> = HashMap::new();
    for (team, user) in rows {
        by_team.entry(team).or_default().push(user);
    }
    Ok(by_team)
}

/// Adds a member; says nothing if he is one already.
pub(crate) async fn add(tx: &Tx, team: TeamId, user: UserId, source: &Source) -> Result<()> {
    let row = members::ActiveModel {
        team_id: Set(team),
        user_id: Set(user),
        source: Set(source.as_str().to_owned()),
    };
    let keep = OnConflict::columns([
        members::Column::TeamId,
        members::Column::UserId,
        members::Column::Source,
    ])
    .update_column(members::Column::Source)
    .to_owned();
    members::Entity::insert(row)
        .on_conflict(keep)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Removes a member, whoever put him in; says whether he was one.
pub(crate) async fn remove(tx: &Tx, team: TeamId, user: UserId) -> Result<bool> {
    let result = members::Entity::delete_many()
        .filter(members::Column::TeamId.eq(team))
        .filter(members::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected > 0)
}

/// The teams that a user is in by one source.
pub(crate) async fn of_user_by(
    connection: &impl ConnectionTrait,
    user: UserId,
    source: &Source,
) -> Result<Vec<TeamId>> {
    Ok(members::Entity::find()
        .select_only()
        .column(members::Column::TeamId)
        .filter(members::Column::UserId.eq(user))
        .filter(members::Column::Source.eq(source.as_str()))
        .into_tuple()
        .all(connection)
        .await?)
}

/// Removes a member as far as one source put him in.
pub(crate) async fn remove_by(tx: &Tx, team: TeamId, user: UserId, source: &Source) -> Result<()> {
    members::Entity::delete_many()
        .filter(members::Column::TeamId.eq(team))
        .filter(members::Column::UserId.eq(user))
        .filter(members::Column::Source.eq(source.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Takes everybody out of the teams that this source has put them into.
pub(crate) async fn remove_all_by(tx: &Tx, source: &Source) -> Result<()> {
    members::Entity::delete_many()
        .filter(members::Column::Source.eq(source.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Takes a user out of every team of an organization.
pub(crate) async fn remove_within(tx: &Tx, organization: OrganizationId, user: UserId) -> Result<()> {
    members::Entity::delete_many()
        .filter(members::Column::UserId.eq(user))
        .filter(members::Column::TeamId.in_subquery(ids_within(organization)))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The ids of an organization's teams, as a subquery.
fn ids_within(organization: OrganizationId) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::OrganizationId.eq(organization))
        .to_owned()
}

fn row(team: &Team) -> ActiveModel {
    ActiveModel {
        id: Set(team.id),
        organization_id: Set(team.organization_id),
        name: Set(team.name.clone()),
        description: Set(team.description.clone()),
        sso_team_id: Set(team.sso_team_id.clone()),
        sso_provider_id: Set(team.sso_provider_id),
        visibility: Set(team.visibility),
        allow_member_token_management: Set(team.allow_member_token_management),
        version: Set(team.version),
        created_at: Set(team.created_at),
    }
}
