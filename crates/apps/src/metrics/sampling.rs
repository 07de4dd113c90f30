//! Measuring units and the routers, now and then.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use slipway_api::Timestamp;
use slipway_api::app_metrics::AppUnitUsage;
use slipway_api::ids::{AppId, AppRouterId};
use slipway_kernel::queue::leases;
use slipway_kernel::{Ctx, Result};
use slipway_router::measured::Measured;
use tokio::time::Instant;

use super::model::{Sample, stretch};
use super::store;
use crate::apps::{App, store as apps};
use crate::clusters::driver::{State, Unit, Usage};
use crate::running::observed::Observed;
use crate::running::routing;
use crate::{clusters, plans, pools};

/// The lease of the one process that measures.
const LEASE: &str = "app-metrics";
/// For so long it is held.
const HELD: Duration = Duration::from_secs(45);
/// Seconds between two measurements.
pub(super) const FINE: u32 = 15;
/// Of how many seconds one point is made of what is older.
pub(super) const COARSE: u32 = 300;
/// So long what is fine is kept: a little longer than it is shown.
const FINE_KEPT: Duration = Duration::from_secs(70 * 60);
/// So long what is coarse is kept.
const COARSE_KEPT: Duration = Duration::from_secs(14 * 24 * 3600);
/// Units that are measured at the same time.
const PARALLEL: usize = 8;
/// A unit that does not answer for so long is passed over.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was measured last, by app and unit.
#[derive(Default)]
pub struct Usages(Mutex<HashMap<(AppId, String), AppUnitUsage>>);

impl Usages {
    /// What a unit takes, as it was measured last.
    #[must_use]
    pub fn of(&self, app: AppId, unit: &str) -> Option<AppUnitUsage> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(app, unit.to_owned())).copied()
    }

    fn set(&self, usages: HashMap<(AppId, String), AppUnitUsage>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = usages;
    }
}

/// What the measurement before found, which says what happened since.
#[derive(Default)]
pub struct Before {
    units: HashMap<(AppId, String), (Instant, Usage)>,
    /// By app and router: one that began anew counts from zero, and the others go on.
    routers: BTreeMap<(String, Option<AppRouterId>), Measured>,
    /// The last rough stretch that was made.
    coarse: Option<Timestamp>,
}

/// Measures for as long as the process lives.
///
/// # Errors
///
/// Those of the database.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    let mut before = Before::default();
    loop {
        if leases::hold(ctx, LEASE, holder, HELD).await? {
            measure(ctx, &mut before).await?;
        } else {
            before = Before::default();
        }
        tokio::time::sleep(Duration::from_secs(u64::from(FINE))).await;
    }
}

/// One measurement.
///
/// # Errors
///
/// Those of the database.
pub async fn measure(ctx: &Ctx, before: &mut Before) -> Result<()> {
    let at = stretch(ctx.now(), FINE);
    let mut by_app: HashMap<AppId, Vec<Unit>> = HashMap::new();
    for seen in ctx.kept.get::<Observed>().all() {
        if matches!(seen.unit.state, State::Running | State::Unready) {
            by_app.entry(seen.unit.app).or_default().push(seen.unit);
        }
    }
    let mut routers = BTreeMap::new();
    for (router, measured) in routing::measured(ctx) {
        routers.extend(measured.into_iter().map(|(app, counts)| ((app, router), counts)));
    }
    let (mut samples, mut units, mut usages) = (Vec::new(), HashMap::new(), HashMap::new());
    for app in apps::with_units(ctx.db.reader()).await? {
        let those = by_app.remove(&app.id).unwrap_or_default();
        let plan = plans::service::get(ctx, app.plan_id).await?.plan();
        let limit = (plan.memory > 0).then_some(plan.memory);
        let mut sample = Sample {
            at,
            count: 1,
            ..Sample::default()
        };
        for (unit, usage) in measured(ctx, &app, those).await {
            let key = (app.id, unit);
            let known = before.units.get(&key);
            let shown = add(&mut sample, known, usage, limit);
            usages.insert(key.clone(), shown);
            units.insert(key, (Instant::now(), usage));
        }
        let of_app = routers
            .range((app.id.to_string(), None)..)
            .take_while(|((of, _), _)| *of == app.id.to_string());
        for (key, now) in of_app {
            // Of what was before the first look nobody knows when it was.
            if let Some(old) = before.routers.get(key) {
                sample.add_requests(Some(old), now);
            }
        }
        if sample.units > 0 || sample.answers.iter().any(|count| *count > 0) {
            samples.push((app.id, sample));
        }
    }
    ctx.kept.get::<Usages>().set(usages);
    (before.units, before.routers) = (units, routers);
    let tx = ctx.begin().await?;
    store::insert(&tx, FINE, &samples).await?;
    tx.commit().await?;
    thin_out(ctx, before).await
}

/// What the units of an app take; those that cannot be asked are not there.
async fn measured(ctx: &Ctx, app: &App, units: Vec<Unit>) -> Vec<(String, Usage)> {
    let Ok(pool) = pools::service::get(ctx, app.pool_id).await else {
        return Vec::new();
    };
    let Ok(driver) = clusters::service::driver(ctx, pool.cluster_id).await else {
        return Vec::new();
    };
    let asked = stream::iter(units).map(|unit| {
        let driver = &driver;
        async move {
            let usage = tokio::time::timeout(PATIENCE, driver.usage(&unit)).await;
            usage.ok()?.ok().map(|usage| (unit.name, usage))
        }
    });
    asked
        .buffer_unordered(PARALLEL)
        .filter_map(async |usage| usage)
        .collect()
        .await
}

/// Adds a unit to what is measured of its app; gives what it takes.
fn add(sample: &mut Sample, known: Option<&(Instant, Usage)>, usage: Usage, limit: Option<u64>) -> AppUnitUsage {
    // One that began anew counts from zero.
    let known = known.filter(|(_, before)| !usage.processor.is_anew(before.processor));
    let processor = usage
        .processor
        .share(known.map(|(at, before)| (at.elapsed(), before.processor)));
    sample.units += 1;
    sample.processor += processor;
    sample.memory += usage.memory;
    if let Some(limit) = limit {
        let percent = usage.memory.saturating_mul(100) / limit;
        let percent = u32::try_from(percent).unwrap_or(u32::MAX);
        sample.memory_percent = sample.memory_percent.max(Some(percent));
    }
    if let Some((_, before)) = known {
        sample.received += usage.received.saturating_sub(before.received);
        sample.sent += usage.sent.saturating_sub(before.sent);
    }
    AppUnitUsage {
        processor,
        memory: usage.memory,
        memory_limit: limit,
    }
}

/// Makes one rough point of the fine ones of a stretch that is over, and takes away what is too old.
async fn thin_out(ctx: &Ctx, before: &mut Before) -> Result<()> {
    let now = stretch(ctx.now(), COARSE);
    if before.coarse == Some(now) {
        return Ok(());
    }
    let length = Duration::from_secs(u64::from(COARSE));
    // After a start those before it, too: a point that is there stays as it is.
    let stretches = if before.coarse.is_some() { 1 } else { 12 };
    let mut rough = Vec::new();
    for app in apps::with_units(ctx.db.reader()).await? {
        for number in 1..=stretches {
            let from = now.before(length * number);
            let fine = store::between(ctx.db.reader(), app.id, FINE, (from, from.after(length))).await?;
            rough.extend(Sample::together(from, &fine).map(|sample| (app.id, sample)));
        }
    }
    let tx = ctx.begin().await?;
    store::insert(&tx, COARSE, &rough).await?;
    store::delete_before(&tx, FINE, ctx.now().before(FINE_KEPT)).await?;
    store::delete_before(&tx, COARSE, ctx.now().before(COARSE_KEPT)).await?;
    tx.commit().await?;
    before.coarse = Some(now);
    Ok(())
}
