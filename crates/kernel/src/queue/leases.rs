//! Named leases: which replica does what only one may do.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, Condition, DbBackend};
use slipway_api::Timestamp;

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;

mod rows {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "leases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub holder: String,
        pub until: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Takes or keeps the lease `name` for `duration`, and says whether `holder` has it now.
///
/// Written only when the lease is free, expired or half over, so that holding costs a read.
///
/// # Errors
///
/// Those of the database.
pub async fn hold(ctx: &Ctx, name: &str, holder: &str, duration: Duration) -> Result<bool> {
    Ok(take(ctx, name, holder, duration).await?.is_some())
}

/// A lease that one loop holds again and again: as long as it is not half over, nobody has to be asked.
pub struct Kept {
    name: String,
    holder: String,
    duration: Duration,
    until: Option<Timestamp>,
}

/// Whether a loop has its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// Somebody else has it.
    No,
    /// It was free or somebody else's before: what is remembered from then may be old.
    Anew,
    /// It was held all the time.
    Still,
}

impl Kept {
    /// The lease `name`, which `holder` wants for `duration` each time.
    #[must_use]
    pub fn new(name: impl Into<String>, holder: impl Into<String>, duration: Duration) -> Self {
        Self {
            name: name.into(),
            holder: holder.into(),
            duration,
            until: None,
        }
    }

    /// Takes or keeps it.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn hold(&mut self, ctx: &Ctx) -> Result<Holding> {
        let now = ctx.now();
        if self.until.is_some_and(|until| until > now.after(self.duration / 2)) {
            return Ok(Holding::Still);
        }
        let was_held = self.until.is_some_and(|until| until > now);
        self.until = take(ctx, &self.name, &self.holder, self.duration).await?;
        Ok(match self.until {
            None => Holding::No,
            Some(_) if was_held => Holding::Still,
            Some(_) => Holding::Anew,
        })
    }
}

/// Until when `holder` has the lease; nothing when somebody else has it.
async fn take(ctx: &Ctx, name: &str, holder: &str, duration: Duration) -> Result<Option<Timestamp>> {
    let now = ctx.now();
    let known = rows::Entity::find_by_id(name).one(ctx.db.reader()).await?;
    match &known {
        Some(lease) if lease.holder != holder && lease.until > now => return Ok(None),
        Some(lease) if lease.holder == holder && lease.until > now.after(duration / 2) => return Ok(Some(lease.until)),
        _ => {}
    }
    let until = now.after(duration);
    let tx = ctx.begin().await?;
    if known.is_none() {
        let row = rows::ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder.to_owned()),
            until: Set(until),
        };
        // Somebody else was faster: it is theirs.
        if rows::Entity::insert(row).exec_without_returning(&*tx).await.is_err() {
            return Ok(None);
        }
    } else {
        let mine_or_free = Condition::any()
            .add(rows::Column::Holder.eq(holder))
            .add(rows::Column::Until.lte(now));
        let taken = rows::Entity::update_many()
            .col_expr(rows::Column::Holder, Expr::value(holder))
            .col_expr(rows::Column::Until, Expr::value(until))
            .filter(rows::Column::Name.eq(name))
            .filter(mine_or_free)
            .exec(&*tx)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
    }
    tx.commit().await?;
    Ok(Some(until))
}

/// Lets transactions that name the same `name` go on one after another: whoever comes second waits for the end of the first
/// and then sees what it wrote. To be called before anything is read in the transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn line_up(tx: &Tx, ctx: &Ctx, name: &str) -> Result<()> {
    // Its writing transactions are one after another anyway.
    if tx.backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let wait = || {
        rows::Entity::update_many()
            .col_expr(rows::Column::Until, Expr::value(ctx.now()))
            .filter(rows::Column::Name.eq(name))
            .exec(&**tx)
    };
    if wait().await?.rows_affected > 0 {
        return Ok(());
    }
    // The first ever, or MySQL, which does not count rows that stay as they were: then the row is locked already.
    let row = rows::ActiveModel {
        name: Set(name.to_owned()),
        holder: Set(String::new()),
        until: Set(ctx.now()),
    };
    let nothing = OnConflict::column(rows::Column::Name)
        .do_nothing_on([rows::Column::Name])
        .to_owned();
    rows::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(&**tx)
        .await?;
    wait().await?;
    Ok(())
}
