//! Runs that go well.

use slipway_api::runner::Outcome;

use crate::machine::{Machine, TEST_PROVIDER, reference, variable};

const HELLO: &str = "resource \"terraform_data\" \"place\" {\n  input = abspath(path.root)\n}\n\
                     resource \"random_pet\" \"name\" {}\n\
                     output \"name\" {\n  value = random_pet.name.id\n}\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_its_apply() {
    let mut machine = Machine::running().await;
    let plan = machine.plan_of(HELLO);
    let planned = machine.finish(&plan).await;
    let end = planned.completion();
    assert_eq!(
        (end.outcome, end.exit_code),
        (Outcome::Succeeded, Some(2)),
        "{}",
        planned.log()
    );
    assert_eq!((end.counts.add, end.counts.outputs), (2, 1));
    assert!(
        !end.usage.init_skipped && end.usage.engine_ms > 0 && end.usage.start_ms > 0,
        "{:?}",
        end.usage
    );
    assert_eq!(end.log_bytes, planned.log.len() as u64);
    assert_eq!(end.event_bytes, planned.events.len() as u64);
    assert!(
        planned.log().contains("Plan:\u{1b}[0m 2 to add")
            && planned.log().contains("has been successfully initialized")
    );
    assert!(planned.states.is_empty(), "a plan makes no state");
    let id = plan.work_item_id.to_string();
    let later = machine
        .server
        .until("the plan's JSON", &id, |got| got.plan_json.is_some())
        .await;
    assert_eq!(
        later.plan_json.unwrap()["resource_changes"].as_array().unwrap().len(),
        2
    );

    let applied = machine.finish(&machine.apply_of(&plan, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    assert_eq!(applied.completion().counts.add, 2);
    assert_eq!(applied.state()["resources"].as_array().unwrap().len(), 2);
    machine.drain().await;
    assert_eq!(machine.spools(), 0, "what was delivered is removed");
    assert_eq!(
        std::fs::read_dir(machine.path("r")).unwrap().count(),
        0,
        "and so is the directory"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_run_of_a_workspace_is_warm_and_starts_from_the_state() {
    let machine = Machine::running().await;
    let plan = machine.plan_of(HELLO);
    let planned = machine.finish(&plan).await;
    let applied = machine.finish(&machine.apply_of(&plan, &planned)).await;

    let mut again = machine.plan_of(&format!("{HELLO}resource \"terraform_data\" \"more\" {{}}\n"));
    again.context.state = Some(reference(&applied));
    let planned = machine.finish(&again).await;
    assert!(planned.completion().usage.init_skipped, "{}", planned.log());
    assert_eq!(planned.completion().counts.add, 1, "{}", planned.log());
    assert!(!planned.log().contains("Initializing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_on_another_runner_makes_the_same_directory_again() {
    let mut machine = Machine::running().await;
    let plan = machine.plan_of(HELLO);
    let planned = machine.finish(&plan).await;
    machine.drain().await;
    assert!(
        !machine.path("r").join(plan.context.run_id.to_string()).exists(),
        "a runner that ends takes what it kept along"
    );
    machine.start();
    let applied = machine.finish(&machine.apply_of(&plan, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    let place = machine.path("r").join(plan.context.run_id.to_string()).join("config");
    assert!(
        applied.state().to_string().contains(&place.display().to_string()),
        "abspath agrees"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_do_not_leave_the_machine() {
    let machine = Machine::running().await;
    let source = "variable \"password\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.password\n  \
                  provisioner \"local-exec\" {\n    command = \"echo it is ${var.password}\"\n  }\n}\n";
    let mut plan = machine.plan_of(source);
    plan.context.variables = vec![variable("password", "correct-horse-battery", true)];
    let planned = machine.finish(&plan).await;
    let applied = machine.finish(&machine.apply_of(&plan, &planned)).await;
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    for got in [&planned, &applied] {
        let text = format!("{}{}", got.log(), String::from_utf8_lossy(&got.events));
        assert!(!text.contains("correct-horse-battery"), "{text}");
    }
    assert!(applied.log().contains("it is (sensitive value)"), "{}", applied.log());
    assert!(
        applied.state().to_string().contains("correct-horse-battery"),
        "the state is whole"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_runs_at_once() {
    let mut machine = Machine::running().await;
    let source = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{}}\n");
    let plans: Vec<_> = (0..6)
        .map(|number| {
            let mut plan = machine.plan_of(&source);
            plan.context.workspace_id = format!("ws-{number:016}").parse().unwrap();
            machine.server.queue(plan.clone());
            plan
        })
        .collect();
    for plan in plans {
        let got = machine.server.completed(&plan.work_item_id.to_string()).await;
        assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    }
    machine.drain().await;
    assert_eq!(
        std::fs::read_dir(machine.path("work/cache/packages")).unwrap().count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_finishes_the_work_at_hand() {
    let mut machine = Machine::running().await;
    let source = format!("{TEST_PROVIDER}resource \"test_instance\" \"a\" {{\n  latency_ms = 1000\n}}\n");
    let plan = machine.plan_of(&source);
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    machine.server.queue(apply);
    machine
        .server
        .until("applying", &item, |got| got.log().contains("Creating..."))
        .await;
    machine.drain().await;
    let applied = machine.server.got(&item);
    assert_eq!(applied.completion().outcome, Outcome::Succeeded, "{}", applied.log());
    assert_eq!(applied.states.len(), 1);
}
