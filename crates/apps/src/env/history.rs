//! How an app's variables came to be so, and going back to former ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use slipway_api::Code;
use slipway_api::apps::{
    AppEnvRecord, AppEnvRestore, AppEnvRestored, AppVariableDifference, LeftOutVariable, VariableDifference,
};
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppEnvId, BindId};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::former::{Difference, LeftOut};
use super::model::{Environment, Variable};
use super::service::{Prepared, keeper, load, open, path, prepare, shown, write};
use super::store;
use crate::apps::{App, model, writing};
use crate::binds::origins as binds;
use crate::deploys;
use crate::permissions::APP_ENV_UPDATE;

/// Longest value that the history shows as a whole, in characters.
const SHOWN_LENGTH: usize = 1_000;

/// A page of the changes of an app's variables, the newest first. As many rows are opened as the page has, with one before them.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, app: &App, page: &Page) -> Result<Listed<(AppEnvId, AppEnvRecord)>> {
    let Listed { rows, total } = store::list(ctx.db.reader(), app.id, page).await?;
    let called = binds::called_of_app(ctx, app).await?;
    let mut opened = Vec::with_capacity(rows.len());
    for row in &rows {
        opened.push(open(ctx, app, row).await?);
    }
    let now = load(ctx, app, app.env_number).await?;
    let private: BTreeSet<&str> = opened.iter().chain([&now]).flat_map(Environment::private).collect();
    // There is nothing before the first. The row behind the page's last is not shown: the document looks whether it is there.
    let nothing = Environment::default();
    let before = opened.iter().skip(1).chain([&nothing]);
    let told = rows
        .into_iter()
        .zip(opened.iter().zip(before))
        .map(|(row, (after, before))| {
            let changes = after.since(before).into_iter();
            let record = AppEnvRecord {
                number: model::number(row.number),
                is_current: row.number == app.env_number,
                changed_by: row.changed_by,
                created_at: row.created_at,
                changes: changes.map(|one| difference(&one, &private, &called)).collect(),
            };
            (row.id, record)
        });
    Ok(Listed {
        rows: told.collect(),
        total,
    })
}

fn difference(
    one: &Difference<'_>,
    private: &BTreeSet<&str>,
    called: &BTreeMap<BindId, String>,
) -> AppVariableDifference {
    let is_open = one.is_open(private);
    let value = |of: Option<&Variable>| of.filter(|_| is_open).and_then(Variable::value).map(cut);
    let alias = |of: Option<&Variable>| of.and_then(Variable::alias_of).map(str::to_owned);
    let last = one.after.or(one.before);
    AppVariableDifference {
        name: one.name.to_owned(),
        process: one.process.to_owned(),
        difference: match (one.before, one.after) {
            (None, _) => VariableDifference::Set,
            (Some(_), Some(_)) => VariableDifference::Changed,
            (Some(_), None) => VariableDifference::Unset,
        },
        is_private: last.is_some_and(|variable| variable.is_private),
        managed_by: last.map(|variable| keeper(variable, called)).unwrap_or_default(),
        value_before: value(one.before),
        value: value(one.after),
        alias_of_before: alias(one.before),
        alias_of: alias(one.after),
    }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(SHOWN_LENGTH) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// Former variables that are to come back, not yet written.
pub(crate) struct Former {
    number: i64,
    before: Environment,
    after: Environment,
    left_out: Vec<LeftOut>,
    /// None where they are the same as now.
    prepared: Option<Prepared>,
    /// The number of those of now.
    of: i64,
}

impl Former {
    /// As a deploy keeps it.
    pub(crate) fn noted(&self) -> deploys::model::Restored {
        let left_out = self.left_out.iter().map(|one| path(&one.process, &one.name));
        deploys::model::Restored {
            number: self.number,
            left_out: left_out.collect(),
        }
    }
}

/// Looks which variables an app has when it goes back to those of a number; `at` is what asked for that.
///
/// # Errors
///
/// `Invalid` for a number that the app never came to, and where they do not fit to what binds give now.
pub(crate) async fn former(ctx: &Ctx, app: &App, number: i64, at: &str) -> Result<Former> {
    if number > app.env_number {
        let detail = format!(
            "The variables of the app \"{}\" were changed {} times: there is no number {number}.",
            app.name, app.env_number
        );
        return Err(Error::invalid(at, detail));
    }
    let before = load(ctx, app, app.env_number).await?;
    let restored = before.restored(&load(ctx, app, number).await?);
    let after = restored.environment;
    let prepared = match after == before {
        true => None,
        false => Some(
            prepare(ctx, app, &after)
                .await
                .map_err(|error| refused(error, number, at))?,
        ),
    };
    Ok(Former {
        number,
        before,
        after,
        left_out: restored.left_out,
        prepared,
        of: app.env_number,
    })
}

fn refused(error: Error, number: i64, at: &str) -> Error {
    match error.code() {
        Code::Invalid => {
            let why = error.detail();
            Error::invalid(
                at,
                format!("The variables of number {number} cannot come back as they were. {why}"),
            )
        }
        _ => error,
    }
}

/// Writes former variables of an app that this transaction holds, and says so; nothing where they are the same as now.
///
/// # Errors
///
/// `Conflict` when somebody changed the variables since.
pub(crate) async fn bring_back(tx: &mut Tx, ctx: &Ctx, held: &mut App, former: Former, is_staged: bool) -> Result<()> {
    let Some(prepared) = former.prepared else {
        return super::service::require_same(held, former.of);
    };
    write(tx, ctx, held, prepared).await?;
    let (gone, set): (Vec<_>, Vec<_>) = former
        .after
        .since(&former.before)
        .into_iter()
        .partition(|one| one.after.is_none());
    let paths = |all: &[Difference<'_>]| all.iter().map(|one| path(one.process, one.name)).collect::<Vec<_>>();
    let told = json!({
        "number": held.env_number,
        "restored": former.number,
        "set": paths(&set),
        "unset": paths(&gone),
        "staged": is_staged,
    });
    writing::record(tx, ctx, held, "app.env-changed", told).await
}

/// Goes back to former variables of people and tools, and has the units see them by one deploy unless that is staged.
///
/// # Errors
///
/// `Forbidden`; `Invalid` for a number that is not there, and for variables that cannot come back; `Conflict` while a deploy goes on,
/// unless it is staged, and when somebody changes the variables at this moment.
pub async fn restore(ctx: &Ctx, app: &App, wanted: AppEnvRestore) -> Result<AppEnvRestored> {
    ctx.authorize(APP_ENV_UPDATE, &app.target()).await?;
    let former = former(ctx, app, i64::from(wanted.number), "/data/attributes/number").await?;
    let (after, left_out) = (former.after.clone(), former.left_out.clone());
    let mut held = app.clone();
    if former.prepared.is_some() {
        let mut tx = ctx.begin().await?;
        held = writing::hold(&tx, app.id).await?;
        bring_back(&mut tx, ctx, &mut held, former, wanted.staged).await?;
        if !wanted.staged && held.live_version.is_some() {
            let message = format!("The variables of number {}.", wanted.number);
            deploys::service::again(&mut tx, ctx, &held, DeployKind::Env, &message).await?;
        }
        tx.commit().await?;
    }
    let called = binds::called_of_app(ctx, app).await?;
    let env = shown(ctx, &held, &after).await?;
    Ok(AppEnvRestored {
        number: env.number,
        variables: env.variables,
        left_out: left_out.into_iter().map(|one| told(one, &called)).collect(),
    })
}

fn told(one: LeftOut, called: &BTreeMap<BindId, String>) -> LeftOutVariable {
    let reason = match one.bind {
        Some(bind) => {
            let instance = called.get(&bind).map_or("something", String::as_str);
            format!("The bind to {instance} gives a variable of this name now.")
        }
        None => "A bind gave it that is not there any more.".to_owned(),
    };
    LeftOutVariable {
        name: one.name,
        process: one.process,
        reason,
    }
}
