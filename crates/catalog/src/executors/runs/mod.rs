//! Runs of executors: what is kept of one beside the run itself, what it needs, and what becomes of the executor's arguments. Pure.

pub mod model;

use slipway_api::executors::{ExecutorOperation, NewExecutorRun};
use slipway_api::runs::NewRun;
use slipway_infra::runs::Run;
use slipway_kernel::grants::Permission;

pub use model::Started;

use super::model::Executor;
use crate::permissions::{EXECUTOR_RUN_APPLY, EXECUTOR_RUN_DESTROY, EXECUTOR_RUN_PLAN};

/// What one needs to start a run that does this, or to say yes to it.
#[must_use]
pub const fn needed(operation: ExecutorOperation) -> &'static [Permission] {
    match operation {
        ExecutorOperation::Plan => &[EXECUTOR_RUN_PLAN],
        ExecutorOperation::PlanAndApply | ExecutorOperation::Refresh => &[EXECUTOR_RUN_PLAN, EXECUTOR_RUN_APPLY],
        ExecutorOperation::Destroy => &[EXECUTOR_RUN_PLAN, EXECUTOR_RUN_APPLY, EXECUTOR_RUN_DESTROY],
    }
}

/// What a run shall do: as was asked for, or else as the executor says. It never applies by itself in the workspace: whether
/// anything holds it back is asked when there is a plan.
#[must_use]
pub fn request(executor: &Executor, operation: ExecutorOperation, wanted: &NewExecutorRun) -> NewRun {
    let arguments = &executor.arguments.0;
    let is_own = operation != ExecutorOperation::Destroy;
    let targets = wanted.target_addrs.clone();
    // What an executor narrows its runs to is nothing that destroying is narrowed to unasked.
    let targets = targets.or_else(|| is_own.then(|| arguments.target_addrs.clone()));
    let replaced = matches!(operation, ExecutorOperation::Plan | ExecutorOperation::PlanAndApply);
    let replace = wanted.replace_addrs.clone();
    let replace = replace.or_else(|| replaced.then(|| arguments.replace_addrs.clone()));
    let is_refresh = operation == ExecutorOperation::Refresh;
    let skips = wanted.skip_refresh.unwrap_or(arguments.skip_refresh && !is_refresh);
    NewRun {
        message: Some(match &wanted.message {
            Some(message) => message.clone(),
            None => default_message(operation).to_owned(),
        }),
        is_destroy: operation == ExecutorOperation::Destroy,
        plan_only: Some(operation == ExecutorOperation::Plan),
        refresh_only: is_refresh,
        refresh: Some(!skips),
        auto_apply: Some(false),
        target_addrs: targets,
        replace_addrs: replace,
        ..NewRun::default()
    }
}

const fn default_message(operation: ExecutorOperation) -> &'static str {
    match operation {
        ExecutorOperation::Plan => "Plan started by hand",
        ExecutorOperation::PlanAndApply => "Started by hand",
        ExecutorOperation::Refresh => "Refresh started by hand",
        ExecutorOperation::Destroy => "Destroy started by hand",
    }
}

/// What a run of the workspace does, where nothing was kept of it: somebody only planned there.
#[must_use]
pub const fn operation_of(run: &Run) -> ExecutorOperation {
    match (
        run.options.plan_only,
        run.options.plan.destroy,
        run.options.plan.refresh_only,
    ) {
        (true, ..) => ExecutorOperation::Plan,
        (false, true, _) => ExecutorOperation::Destroy,
        (false, false, true) => ExecutorOperation::Refresh,
        (false, false, false) => ExecutorOperation::PlanAndApply,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;
    use slipway_api::Timestamp;
    use slipway_api::executors::NewExecutor;
    use slipway_api::source_code_versions::RefKind;

    use super::*;
    use crate::executors::model::Place;

    fn executor() -> Executor {
        let described = json!({"name": "backup", "source-code": "modules", "branch": "main",
            "target-addrs": ["a.b"], "replace-addrs": ["a.c"], "skip-refresh": true});
        let wanted: NewExecutor = serde_json::from_value(described).unwrap();
        let place = Place {
            id: "exe-0000000000000001".parse().unwrap(),
            of: (
                "org-0000000000000001".parse().unwrap(),
                "prj-0000000000000001".parse().unwrap(),
            ),
            source_code: "src-0000000000000001".parse().unwrap(),
            reference: (RefKind::Branch, "main"),
            directory: "",
            workspace: "ws-0000000000000001".parse().unwrap(),
        };
        Executor::new(place, &wanted, Timestamp::from_unix_ms(0))
    }

    #[rstest]
    #[case(ExecutorOperation::Plan, true, &["a.b"], &["a.c"], false)]
    #[case(ExecutorOperation::PlanAndApply, false, &["a.b"], &["a.c"], false)]
    #[case(ExecutorOperation::Refresh, false, &["a.b"], &[], true)]
    #[case(ExecutorOperation::Destroy, false, &[], &[], false)]
    fn a_run_does_what_the_executor_says(
        #[case] operation: ExecutorOperation,
        #[case] plan_only: bool,
        #[case] targets: &[&str],
        #[case] replaced: &[&str],
        #[case] refresh: bool,
    ) {
        let run = request(&executor(), operation, &NewExecutorRun::default());
        assert_eq!(run.plan_only, Some(plan_only));
        assert_eq!(run.target_addrs.unwrap_or_default(), targets);
        assert_eq!(run.replace_addrs.unwrap_or_default(), replaced);
        assert_eq!(run.refresh, Some(refresh));
        assert_eq!(run.auto_apply, Some(false));
        assert_eq!(run.is_destroy, operation == ExecutorOperation::Destroy);
    }

    #[test]
    fn what_a_run_says_itself_counts() {
        let wanted: NewExecutorRun =
            serde_json::from_value(json!({"target-addrs": [], "replace-addrs": ["x.y"], "message": "now"})).unwrap();
        let run = request(&executor(), ExecutorOperation::PlanAndApply, &wanted);
        assert_eq!(run.target_addrs, Some(Vec::new()));
        assert_eq!(run.replace_addrs, Some(vec!["x.y".to_owned()]));
        assert_eq!(run.message.as_deref(), Some("now"));
    }

    #[test]
    fn destroying_takes_more_than_applying_and_that_more_than_planning() {
        let of = |operation| needed(operation).len();
        assert!(of(ExecutorOperation::Destroy) > of(ExecutorOperation::PlanAndApply));
        assert!(of(ExecutorOperation::PlanAndApply) > of(ExecutorOperation::Plan));
    }
}
