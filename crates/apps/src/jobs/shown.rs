//! Jobs as they are shown: with when they are due, and what the caller may do.

use std::collections::HashMap;

use slipway_api::Resource;
use slipway_api::ids::ScheduleId;
use slipway_api::jobs::Job as Wire;
use slipway_api::pools::{AppPlanName, PoolName};
use slipway_kernel::{Ctx, Result, schedules};

use super::model::Job;
use crate::apps::model::number;
use crate::{job_versions, plans, pools};

/// One job.
pub(crate) async fn shown(ctx: &Ctx, job: Job) -> Result<Resource<Wire>> {
    let mut all = resources(ctx, vec![job]).await?;
    all.pop()
        .ok_or_else(|| slipway_kernel::Error::internal("a job is not shown"))
}

/// Several jobs, in their order.
pub(crate) async fn resources(ctx: &Ctx, jobs: Vec<Job>) -> Result<Vec<Resource<Wire>>> {
    let Some(organization) = jobs.first().map(|job| job.organization_id) else {
        return Ok(Vec::new());
    };
    let granted = ctx.granted().await?;
    let pools = pools::store::seen_by(ctx.db.reader(), organization).await?;
    let pools: HashMap<_, _> = pools.into_iter().map(|pool| (pool.id, pool.name)).collect();
    let plans = plans::store::seen_by(ctx.db.reader(), organization).await?;
    let plans: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan.name)).collect();
    let mut versions = job_versions::store::current_of(ctx.db.reader(), &jobs).await?;
    let clocks: Vec<ScheduleId> = jobs.iter().filter_map(|job| job.schedule_id).collect();
    let clocks = schedules::of_ids(ctx.db.reader(), &clocks).await?;
    let clocks: HashMap<_, _> = clocks.into_iter().map(|clock| (clock.id, clock)).collect();
    let mut shown = Vec::with_capacity(jobs.len());
    for job in jobs {
        let (Some(pool), Some(plan), Some(version)) = (
            pools.get(&job.pool_id),
            plans.get(&job.plan_id),
            versions.remove(&job.id),
        ) else {
            continue;
        };
        let clock = job.schedule_id.and_then(|id| clocks.get(&id));
        let starts = clock.filter(|_| !job.is_paused && !job.is_leaving());
        let attributes = Wire {
            name: job.name.clone(),
            description: job.description.clone(),
            labels: job.labels().map(str::to_owned).collect(),
            pool: PoolName {
                id: job.pool_id,
                name: pool.clone(),
            },
            plan: AppPlanName {
                id: job.plan_id,
                name: plan.clone(),
            },
            current_version: number(job.current_version),
            image: version.image,
            command: version.command.0,
            cron: job.cron.clone(),
            time_zone: job.time_zone.clone(),
            schedule_words: clock.map(|clock| clock.timing.in_words()).transpose()?,
            next_at: starts.and_then(|clock| clock.next_at),
            concurrency: job.concurrency,
            deadline_seconds: number(job.deadline_seconds),
            retries: number(job.retries),
            start_within_seconds: number(job.start_within_seconds),
            kept_runs: number(job.kept_runs),
            is_paused: job.is_paused,
            status: job.status,
            last_run: job.last_run_id,
            last_run_at: job.last_run_at,
            permissions: job.permissions(&granted),
            created_at: job.created_at,
            updated_at: job.updated_at,
        };
        let path = format!("/api/v2/jobs/{}", job.id);
        shown.push(Resource::new(job.id, attributes).with_link("self", path).with(
            "project",
            "projects",
            job.project_id,
        ));
    }
    Ok(shown)
}
