//! Values that a manager keeps for the runs to come, until it gives them to one: see [`super::runs::Wanted`].
//!
//! They are rows of `variables` that the manager owns, checked and sealed as all others are; a secret is never kept otherwise.

use std::collections::BTreeSet;

use slipway_api::ids::OrganizationId;
use slipway_api::variables::VariableSettings;
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Ctx, Error, Result, Tx};

use crate::variables::model::Category;
use crate::variables::{Variable, service, store};

/// Most values of one manager.
const MOST: usize = 500;
/// The pointer that faults of one variable have.
const ATTRIBUTES: &str = "/data/attributes";

/// Values that can be kept: checked, and sealed where they are secrets.
#[derive(Debug, Clone)]
pub struct Kept {
    owner: String,
    rows: Vec<Variable>,
}

impl Kept {
    /// Their names, with whether each is a secret: what an event may tell.
    pub fn told(&self) -> impl Iterator<Item = (&str, bool)> {
        self.rows.iter().map(|row| (row.key.as_str(), row.sensitive))
    }
}

/// Checks and seals all values of a manager, outside of any transaction. One without a value keeps the value that it has.
/// `base` is the pointer to the list.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub async fn prepare(
    ctx: &Ctx,
    organization: OrganizationId,
    owner: &str,
    (wanted, base): (Vec<VariableSettings>, &str),
) -> Result<Kept> {
    if wanted.len() > MOST {
        return Err(Error::invalid(base, format!("At most {MOST} variables.")));
    }
    let before = of(ctx, owner).await?;
    let (mut rows, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (number, settings) in wanted.into_iter().enumerate() {
        let place = format!("{base}/{number}");
        let key = settings.key.clone().unwrap_or_default();
        let category: Category = settings.category.unwrap_or_default().into();
        if !seen.insert((category, key.clone())) {
            faults.push(fault(&format!("{place}/key"), format!("\"{key}\" is there twice.")));
            continue;
        }
        let former = before.iter().find(|row| row.key == key && row.category == category);
        let settings = whole(settings, former);
        if settings.value.is_none() && former.is_none() {
            faults.push(fault(&format!("{place}/value"), "Give it a value.".to_owned()));
            continue;
        }
        let wanted = match former {
            Some(former) => former.clone().with_settings(settings),
            None => Variable::wanted(ctx.new_id()?, organization, owner.to_owned(), settings, ctx.now()),
        };
        match wanted {
            Ok(wanted) => rows.push(service::sealed(ctx, wanted).await?),
            Err(error) if error.fields().is_empty() => return Err(error),
            Err(error) => faults.extend(error.fields().iter().map(|one| moved(one, &place))),
        }
    }
    match faults.is_empty() {
        true => Ok(Kept {
            owner: owner.to_owned(),
            rows,
        }),
        false => Err(Error::invalid_fields(faults)),
    }
}

/// What a variable shall be: what is absent is the default, but for the value.
fn whole(settings: VariableSettings, former: Option<&Variable>) -> VariableSettings {
    let stays_secret = settings.value.is_none() && former.is_some_and(|row| row.sensitive);
    VariableSettings {
        hcl: Some(settings.hcl.unwrap_or(false)),
        sensitive: Some(settings.sensitive.unwrap_or(stays_secret)),
        description: Some(settings.description.unwrap_or_default()),
        category: Some(settings.category.unwrap_or_default()),
        key: settings.key,
        value: settings.value,
    }
}

fn fault(pointer: &str, detail: String) -> FieldError {
    FieldError {
        source: slipway_api::jsonapi::ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        },
        detail,
    }
}

/// The same fault, of a variable in a list.
fn moved(one: &FieldError, place: &str) -> FieldError {
    let pointer = one.source.pointer.as_deref().unwrap_or_default();
    let field = pointer.strip_prefix(ATTRIBUTES).unwrap_or(pointer);
    fault(&format!("{place}{field}"), one.detail.clone())
}

/// Keeps them in the place of all that the manager had.
///
/// # Errors
///
/// Those of the database.
pub async fn keep(tx: &Tx, kept: &Kept) -> Result<()> {
    store::remove_of_owner(tx, &kept.owner).await?;
    for row in &kept.rows {
        store::insert(tx, row).await?;
    }
    Ok(())
}

/// What a manager keeps, secrets sealed.
///
/// # Errors
///
/// Those of the database.
pub async fn of(ctx: &Ctx, owner: &str) -> Result<Vec<Variable>> {
    store::of_owners(ctx.db.reader(), &[owner.to_owned()]).await
}

/// What several managers keep, secrets sealed.
///
/// # Errors
///
/// Those of the database.
pub async fn of_all(ctx: &Ctx, owners: &[String]) -> Result<Vec<Variable>> {
    match owners.is_empty() {
        true => Ok(Vec::new()),
        false => store::of_owners(ctx.db.reader(), owners).await,
    }
}

/// What a manager keeps, in clear: for a run, and for nothing else.
///
/// # Errors
///
/// Those of the database; `Internal` when a sealed value does not open.
pub async fn opened(ctx: &Ctx, owner: &str) -> Result<Vec<VariableSettings>> {
    let mut all = Vec::new();
    for row in of(ctx, owner).await? {
        all.push(VariableSettings {
            value: Some(service::clear_value(ctx, &row).await?),
            key: Some(row.key),
            category: Some(row.category.into()),
            hcl: Some(row.hcl),
            sensitive: Some(row.sensitive),
            description: Some(row.description),
        });
    }
    Ok(all)
}

/// The manager goes.
///
/// # Errors
///
/// Those of the database.
pub async fn forget(tx: &Tx, owner: &str) -> Result<()> {
    store::remove_of_owner(tx, owner).await
}
