//! What an apply did by resource, read from the engine's events as they came.

use std::collections::HashMap;

use slipway_api::log_lines::{AppliedResource, AppliedResources, AppliedStatus};
use slipway_kernel::{Ctx, Result};
use slipway_tofu::events::{ApplyStep, StepKind, apply_step};

use super::model::Phase;

/// Bytes of events behind one answer.
const PART_BYTES: usize = 4 << 20;

/// The part from the place `after` on.
pub(super) async fn part(ctx: &Ctx, phase: &Phase, after: u64) -> Result<AppliedResources> {
    let read = ctx.logs.read(ctx, phase.events_log_id, after, PART_BYTES).await?;
    let (resources, mut taken) = fold(&read.bytes);
    // A line that is longer than a part, or has no end when all has ended, is nothing that we know.
    if taken == 0 && (read.is_end || read.bytes.len() == PART_BYTES) {
        taken = read.bytes.len();
    }
    Ok(AppliedResources {
        resources,
        next: after + u64::try_from(taken).unwrap_or(0),
        is_complete: read.is_end || (phase.is_final() && read.bytes.is_empty()),
    })
}

/// What whole lines of events add up to, by address and action in the order in which each came first, and the bytes of
/// those lines.
pub(super) fn fold(events: &[u8]) -> (Vec<AppliedResource>, usize) {
    let taken = events.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut found: Vec<AppliedResource> = Vec::new();
    let lines = events.get(..taken).unwrap_or_default();
    for step in lines.split(|byte| *byte == b'\n').filter_map(apply_step) {
        let key = (step.hook.resource.addr.clone(), step.hook.action.clone());
        let place = *places.entry(key).or_insert_with(|| {
            found.push(AppliedResource {
                address: step.hook.resource.addr.clone(),
                action: step.hook.action.clone(),
                ..AppliedResource::default()
            });
            found.len() - 1
        });
        if let Some(resource) = found.get_mut(place) {
            record(resource, step);
        }
    }
    (found, taken)
}

fn record(resource: &mut AppliedResource, step: ApplyStep) {
    let at = step.at.parse().ok();
    resource.elapsed_seconds = step.hook.elapsed_seconds;
    if let Some(id) = step.hook.id_value.filter(|id| !id.is_empty()) {
        resource.id = Some(id);
    }
    match step.kind {
        StepKind::Started => {
            resource.status = AppliedStatus::Running;
            resource.started_at = at;
        }
        StepKind::Going => resource.status = AppliedStatus::Running,
        StepKind::Completed => {
            resource.status = AppliedStatus::Done;
            resource.ended_at = at;
        }
        StepKind::Errored => {
            resource.status = AppliedStatus::Errored;
            resource.ended_at = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, address: &str, action: &str, seconds: u32) -> String {
        format!(
            "{{\"@timestamp\":\"2026-11-20T23:24:11.286541Z\",\"type\":\"{kind}\",\"hook\":{{\"resource\":{{\"addr\":\
             \"{address}\"}},\"action\":\"{action}\",\"id_value\":\"i-1\",\"elapsed_seconds\":{seconds}}}}}\n"
        )
    }

    #[test]
    fn steps_add_up_by_address_and_action() {
        let events = [
            line("apply_start", "a.b", "delete", 0),
            line("apply_complete", "a.b", "delete", 2),
            "{\"type\":\"log\"}\nno json\n".to_owned(),
            line("apply_start", "a.b", "create", 0),
            line("apply_progress", "a.b", "create", 10),
            line("apply_start", "c.d", "update", 0),
            line("apply_errored", "c.d", "update", 3),
        ]
        .concat();
        let cut = format!("{events}{{\"type\":\"apply_start\"");
        let (found, taken) = fold(cut.as_bytes());
        assert_eq!(taken, events.len());
        let shown: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.address.as_str(),
                    one.action.as_str(),
                    one.status,
                    one.elapsed_seconds as u32,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("a.b", "delete", AppliedStatus::Done, 2),
                ("a.b", "create", AppliedStatus::Running, 10),
                ("c.d", "update", AppliedStatus::Errored, 3),
            ]
        );
        assert!(found[0].started_at.is_some() && found[0].ended_at.is_some());
        assert!(found[1].ended_at.is_none());
        assert_eq!(found[0].id.as_deref(), Some("i-1"));
        assert_eq!(fold(b"no end"), (Vec::new(), 0));
    }
}
