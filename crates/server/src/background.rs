//! What a server process does beside answering requests.

use std::sync::Arc;
use std::time::Duration;

use slipway_kernel::{Ctx, db, events, logs, queue, schedules, secrets};

use crate::app::Shared;
use crate::domains;
use crate::supervise::Supervisor;

/// How often the last uses of tokens and sessions are written.
const USES: Duration = Duration::from_secs(20);
/// How often what nobody needs any more is removed.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Starts all of it. `holder` tells this process from other replicas.
pub fn start(supervisor: &mut Supervisor, shared: &Shared, holder: &str) {
    let holder: Arc<str> = Arc::from(holder);
    let ctx = Ctx::system(&shared.kernel);
    let with = |ctx: &Ctx| (ctx.clone(), Arc::clone(&holder));

    let hearing = ctx.clone();
    supervisor.keep("wakes", move || {
        let ctx = hearing.clone();
        async move { db::listen_for_wakes(&ctx.db, &ctx.wakes).await }
    });
    let writing = ctx.clone();
    supervisor.keep("logs", move || {
        let ctx = writing.clone();
        async move { logs::run(&ctx).await }
    });
    let sequencing = with(&ctx);
    supervisor.keep("sequencer", move || {
        let (ctx, holder) = sequencing.clone();
        async move { events::sequencer::run(&ctx, &holder).await }
    });
    let jobs = Arc::new(domains::jobs());
    let working = with(&ctx);
    supervisor.keep("jobs", move || {
        let ((ctx, holder), jobs) = (working.clone(), Arc::clone(&jobs));
        async move { queue::jobs::run(&ctx, &jobs, &holder).await }
    });
    let kinds: Arc<[&'static str]> = domains::jobs().into_keys().collect();
    let firing = with(&ctx);
    supervisor.keep("schedules", move || {
        let ((ctx, holder), kinds) = (firing.clone(), Arc::clone(&kinds));
        async move { schedules::run(&ctx, &kinds, &holder).await }
    });
    let reconciling = with(&ctx);
    supervisor.keep("runs", move || {
        let (ctx, holder) = reconciling.clone();
        async move { slipway_infra::runs::reconcile::run(&ctx, &holder).await }
    });
    let hearing = with(&ctx);
    supervisor.keep("commits", move || {
        let (ctx, holder) = hearing.clone();
        async move { events::consumers::run(&ctx, &slipway_infra::commits::consumer::CONSUMER, &holder).await }
    });
    for consumer in slipway_catalog::CONSUMERS.iter().chain(slipway_apps::CONSUMERS) {
        let hearing = with(&ctx);
        supervisor.keep(consumer.name, move || {
            let (ctx, holder) = hearing.clone();
            async move { events::consumers::run(&ctx, consumer, &holder).await }
        });
    }
    start_apps(supervisor, &ctx, &holder);
    let shared = shared.clone();
    let noting = ctx.clone();
    supervisor.keep("token uses", move || {
        let (ctx, shared) = (noting.clone(), shared.clone());
        async move {
            loop {
                tokio::time::sleep(USES).await;
                shared.authenticator.write_uses(&ctx).await?;
                shared.sessions.write_uses(&ctx).await?;
            }
        }
    });
    start_keys(supervisor, &ctx, &holder);
    let looking = with(&ctx);
    supervisor.keep("repositories", move || {
        let (ctx, holder) = looking.clone();
        async move { slipway_connections::webhooks::looking::run(&ctx, &holder).await }
    });
    let delivering = with(&ctx);
    supervisor.keep("audit webhooks", move || {
        let (ctx, holder) = delivering.clone();
        async move { events::webhooks::run(&ctx, &holder).await }
    });
    let sweeping = with(&ctx);
    supervisor.keep("retention", move || {
        let (ctx, holder) = sweeping.clone();
        async move {
            loop {
                if queue::leases::hold(&ctx, "retention", &holder, SWEEP).await? {
                    slipway_apps::sweep(&ctx).await?;
                    slipway_catalog::sweep(&ctx).await?;
                    slipway_infra::retention::sweep(&ctx).await?;
                    slipway_connections::sweep(&ctx).await?;
                    slipway_identity::projects::service::sweep(&ctx).await?;
                    slipway_identity::organizations::service::sweep(&ctx).await?;
                    slipway_identity::accounts::service::sweep(&ctx).await?;
                    slipway_kernel::blobs::collect(&ctx, SWEEP).await?;
                    queue::sweep(&ctx).await?;
                    events::webhooks::sweep(&ctx).await?;
                    events::retention::sweep(&ctx).await?;
                }
                tokio::time::sleep(SWEEP).await;
            }
        }
    });
}

/// What runs apps, where something can.
fn start_apps(supervisor: &mut Supervisor, ctx: &Ctx, holder: &Arc<str>) {
    if slipway_apps::clusters::service::socket(ctx).is_none() {
        return;
    }
    let looking = ctx.clone();
    supervisor.keep("apps", move || {
        let ctx = looking.clone();
        async move { slipway_apps::running::keeping::run(&ctx).await }
    });
    let collecting = (ctx.clone(), Arc::clone(holder));
    supervisor.keep("app logs", move || {
        let (ctx, holder) = collecting.clone();
        async move { slipway_apps::logs::collecting::run(&ctx, &holder).await }
    });
    let measuring = (ctx.clone(), Arc::clone(holder));
    supervisor.keep("app metrics", move || {
        let (ctx, holder) = measuring.clone();
        async move { slipway_apps::metrics::sampling::run(&ctx, &holder).await }
    });
    let clearing = ctx.clone();
    supervisor.keep("app commands", move || {
        let ctx = clearing.clone();
        async move { slipway_apps::commands::service::run(&ctx).await }
    });
    let routing = ctx.clone();
    supervisor.keep("router", move || {
        let ctx = routing.clone();
        async move { slipway_apps::running::routing::run(&ctx).await }
    });
}

/// Rotations of keys: going on with those of data keys, following those of the master key.
fn start_keys(supervisor: &mut Supervisor, ctx: &Ctx, holder: &Arc<str>) {
    let columns = Arc::new(domains::sealed_columns());
    let rotating = (ctx.clone(), Arc::clone(holder));
    supervisor.keep("key rotation", move || {
        let ((ctx, holder), columns) = (rotating.clone(), Arc::clone(&columns));
        async move { secrets::rotation::run(&ctx, &columns, &holder).await }
    });
    let following = ctx.clone();
    supervisor.keep("master key", move || {
        let ctx = following.clone();
        async move { secrets::follow(&ctx).await }
    });
}
