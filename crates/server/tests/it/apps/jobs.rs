//! Jobs: run by hand and by the clock, tried again, cut off, canceled, deleted.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::job_runs::driving;
use slipway_kernel::queue::jobs;
use slipway_kernel::schedules::fire_due;

use super::stage::{Stage, image};
use crate::support::{Answer, document};

/// A stage with a job that runs a line of shell.
struct Home {
    stage: Stage,
    job: String,
}

impl Home {
    async fn new(script: &str, more: Value) -> Self {
        let stage = Stage::new().await;
        let mut wanted = json!({
            "name": "nightly",
            "image": image("job", "ENTRYPOINT [\"/bin/sh\", \"-c\"]", "echo by the image").await,
            "command": ["/bin/sh", "-c", script, "nightly"],
        });
        for (field, value) in more.as_object().unwrap() {
            wanted[field] = value.clone();
        }
        let path = "/api/v2/organizations/acme/jobs";
        let made = stage.acme.owner.post(path, document("jobs", wanted)).await;
        let job = made.expect(201).id();
        Self { stage, job }
    }

    /// Does what the server would do by now, and whatever the clock wants after a time.
    async fn pass(&self, seconds: u64) {
        self.stage.acme.app.pass(Duration::from_secs(seconds));
        let fired = fire_due(&self.stage.acme.app.system(), &["apps.job-tick"]).await;
        fired.unwrap();
        self.stage.acme.app.settle().await;
    }

    /// What the clock wants after a time, while a run is driven elsewhere.
    async fn tick(&self, seconds: u64) {
        let (ctx, work) = (self.stage.acme.app.system(), slipway_server::domains::jobs());
        let before = self.runs().await.ids().len();
        self.stage.acme.app.pass(Duration::from_secs(seconds));
        fire_due(&ctx, &["apps.job-tick"]).await.unwrap();
        while self.runs().await.ids().len() == before {
            assert!(
                jobs::run_next(&ctx, &work, "test").await.unwrap(),
                "the clock wants nothing"
            );
        }
    }

    async fn ask_to_run(&self, arguments: &[&str]) -> Answer {
        let path = format!("/api/v2/jobs/{}/runs", self.job);
        let body = document("job-runs", json!({"arguments": arguments}));
        self.stage.acme.owner.post(&path, body).await
    }

    async fn change(&self, changes: Value) -> Answer {
        let path = format!("/api/v2/jobs/{}", self.job);
        self.stage.acme.owner.patch(&path, document("jobs", changes)).await
    }

    async fn act(&self, action: &str) -> Answer {
        let path = format!("/api/v2/jobs/{}/actions/{action}", self.job);
        self.stage.acme.owner.post(&path, json!({})).await
    }

    async fn shown(&self) -> Value {
        let path = format!("/api/v2/jobs/{}", self.job);
        self.stage.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    async fn runs(&self) -> Answer {
        let path = format!("/api/v2/jobs/{}/runs", self.job);
        self.stage.acme.owner.get(&path).await.expect(200)
    }

    /// Numbers of the runs that are there, the newest first.
    async fn numbers(&self) -> Vec<u64> {
        let runs = self.runs().await.body["data"].as_array().unwrap().clone();
        let number = |run: &Value| run["attributes"]["number"].as_u64().unwrap();
        runs.iter().map(number).collect()
    }

    async fn run_shown(&self, run: &str) -> Value {
        let path = format!("/api/v2/job-runs/{run}");
        self.stage.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    /// What a run wrote.
    async fn log(&self, run: &str) -> String {
        let path = format!("/api/v2/job-runs/{run}/log");
        let text = self.stage.acme.owner.get(&path).await.expect(200).text();
        text.trim_matches(['\u{2}', '\u{3}']).to_owned()
    }

    /// Waits until a run wrote something.
    async fn until_written(&self, run: &str) {
        let written = async || !self.log(run).await.is_empty();
        self.stage.until("its first line", written).await;
    }

    async fn cancel(&self, run: &str) -> Answer {
        let path = format!("/api/v2/job-runs/{run}/actions/cancel");
        self.stage.acme.owner.post(&path, json!({})).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_when_somebody_wants_it() {
    let home = Home::new("echo \"$GREETING from $SLIPWAY_JOB $SLIPWAY_RUN, $*\"", json!({})).await;
    assert_eq!(home.shown().await["status"], "new");
    let env = json!({"set": [
        {"name": "GREETING", "value": "hello"},
        {"name": "PASSWORD", "value": "s3cr3t-value", "is-private": true},
    ]});
    let path = format!("/api/v2/jobs/{}/env", home.job);
    let changed = home.stage.acme.owner.patch(&path, document("job-envs", env)).await;
    assert!(!changed.expect(200).text().contains("s3cr3t"));

    let run = home.ask_to_run(&["one", "two"]).await.expect(201).id();
    assert_eq!(home.run_shown(&run).await["status"], "waiting");
    assert_eq!(home.shown().await["status"], "running");
    home.stage.acme.app.settle().await;
    let shown = home.run_shown(&run).await;
    assert_eq!(
        (
            &shown["status"],
            &shown["exit-code"],
            &shown["trigger"],
            &shown["started-by"]
        ),
        (&json!("succeeded"), &json!(0), &json!("person"), &json!("ann")),
        "{shown}"
    );
    assert_eq!(home.log(&run).await, "hello from nightly 1, one two\n");
    let job = home.shown().await;
    assert_eq!(
        (&job["status"], &job["last-run"], &job["next-at"]),
        (&json!("succeeded"), &json!(run), &Value::Null)
    );
    let versions = format!("/api/v2/jobs/{}/versions", home.job);
    let versions = home.stage.acme.owner.get(&versions).await.expect(200);
    let digest = versions.body["data"][0]["attributes"]["digest"].clone();
    assert!(digest.as_str().unwrap().contains("sha256:"), "{digest}");
    // Nothing of it is left at the engine.
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap()).await;
    let gone = engine.unwrap().unit(&format!("slipway-{}-run-1", home.job)).await;
    assert!(
        matches!(gone, Err(slipway_docker::DockerError::NotFound(_))),
        "{gone:?}"
    );

    // Another command is another version, of the same image.
    home.change(json!({"command": []})).await.expect(200);
    let second = home.ask_to_run(&["echo in its place"]).await.expect(201).id();
    home.stage.acme.app.settle().await;
    assert_eq!(home.log(&second).await, "in its place\n");
    assert_eq!(home.run_shown(&second).await["job-version"], 2);
    assert_eq!(home.numbers().await, [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_is_tried_again_as_often_as_was_said() {
    let home = Home::new(
        "echo try $SLIPWAY_ATTEMPT; exit 3",
        json!({"retries": 1, "kept-runs": 2}),
    )
    .await;
    let first = home.ask_to_run(&[]).await.expect(201).id();
    home.stage.acme.app.settle().await;
    let shown = home.run_shown(&first).await;
    assert_eq!(
        (&shown["status"], &shown["reason"], &shown["exit-code"]),
        (&json!("failed"), &json!("It ended with exit code 3."), &json!(3))
    );
    assert_eq!(home.runs().await.column("status"), ["waiting", "failed"]);
    home.pass(10).await;
    let runs = home.runs().await;
    assert_eq!(runs.column("status"), ["failed", "failed"]);
    assert_eq!(runs.column("trigger"), ["retry", "person"]);
    assert_eq!(home.log(&runs.ids()[0]).await, "try 2\n");
    assert_eq!(home.shown().await["status"], "failed");
    home.pass(600).await;
    assert_eq!(home.runs().await.ids().len(), 2);
    // Of those that ended two are kept.
    home.ask_to_run(&[]).await.expect(201);
    home.pass(0).await;
    assert_eq!(home.numbers().await, [4, 3, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_is_named() {
    let home = Home::new("true", json!({"image": "127.0.0.1:9/nobody/nothing:1"})).await;
    let run = home.ask_to_run(&[]).await.expect(201).id();
    home.stage.acme.app.settle().await;
    let shown = home.run_shown(&run).await;
    assert_eq!(shown["status"], "failed");
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("127.0.0.1:9/nobody/nothing:1"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_too_long_is_ended() {
    let home = Home::new("echo begun; exec sleep 1000", json!({"deadline-seconds": 1})).await;
    let run = home.ask_to_run(&[]).await.expect(201).id();
    home.stage.acme.app.settle().await;
    let shown = home.run_shown(&run).await;
    assert_eq!(
        (&shown["status"], &shown["reason"]),
        (
            &json!("failed"),
            &json!("It was not through within 1 s, and was ended.")
        )
    );
    assert_eq!(home.log(&run).await, "begun\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_runs_a_job_once_for_each_time_and_once_for_all_that_it_missed() {
    // It is 23:06:40 on 20 November 2025.
    let home = Home::new("echo tick", json!({"cron": "*/10 * * * *"})).await;
    let shown = home.shown().await;
    assert_eq!(shown["next-at"], "2025-11-20T23:10:00.000Z");
    assert_eq!(shown["schedule-words"], "Every 10 minutes (UTC)");
    home.pass(100).await;
    assert_eq!(home.runs().await.ids().len(), 0);
    home.pass(100).await;
    let runs = home.runs().await;
    assert_eq!(runs.column("status"), ["succeeded"]);
    assert_eq!(runs.column("trigger"), ["schedule"]);
    assert_eq!(runs.column("due-at"), ["2025-11-20T23:10:00.000Z"]);

    // Nobody was there for an hour and ten minutes: the last time counts.
    home.pass(4_200).await;
    assert_eq!(
        home.runs().await.column("due-at"),
        ["2025-11-21T00:20:00.000Z", "2025-11-20T23:10:00.000Z"]
    );

    home.act("pause").await.expect(200);
    assert_eq!(home.shown().await["next-at"], Value::Null);
    home.pass(3_600).await;
    assert_eq!(home.runs().await.ids().len(), 2);
    home.act("resume").await.expect(200);
    home.pass(600).await;
    assert_eq!(home.runs().await.ids().len(), 3);

    // A nightly one that may begin within a minute, while nobody is there for a day.
    home.change(json!({"cron": "0 3 * * *", "start-within-seconds": 60}))
        .await
        .expect(200);
    home.pass(24 * 3_600).await;
    let runs = home.runs().await;
    assert_eq!(runs.column("status")[0], "skipped");
    let reason = runs.column("reason")[0].clone();
    assert!(reason.starts_with("Nobody was there in time"), "{reason}");

    home.change(json!({"cron": ""})).await.expect(200);
    assert_eq!(home.shown().await["cron"], Value::Null);
    home.act("pause").await.expect(409);
    let never = home.change(json!({"cron": "0 0 31 2 *"})).await.expect(422);
    assert!(never.error().1.contains("never comes"), "{}", never.error().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_go_on_at_once_only_where_that_is_allowed() {
    let home = Home::new("echo begun; exec sleep 1000", json!({"cron": "*/10 * * * *"})).await;
    let first = home.ask_to_run(&[]).await.expect(201).id();
    let meanwhile = async {
        home.until_written(&first).await;
        let refused = home.ask_to_run(&[]).await.expect(409);
        assert_eq!(
            refused.error().1,
            "The run 1 of the job \"nightly\" goes on. Wait for it, or cancel it."
        );
        home.tick(600).await;
        let runs = home.runs().await;
        assert_eq!(runs.column("status"), ["skipped", "running"]);
        assert_eq!(runs.column("reason")[0], "The run 1 was still going on.");

        home.change(json!({"concurrency": "replace"})).await.expect(200);
        let third = home.ask_to_run(&[]).await.expect(201).id();
        let ending = async {
            home.until_written(&third).await;
            assert_eq!(home.run_shown(&first).await["reason"], "The run 3 took its place.");
            home.cancel(&third).await.expect(200);
        };
        tokio::join!(home.stage.acme.app.settle(), ending);
        third
    };
    let ((), third) = tokio::join!(home.stage.acme.app.settle(), meanwhile);
    home.stage.acme.app.settle().await;
    assert_eq!(home.runs().await.column("status"), ["canceled", "skipped", "canceled"]);
    assert_eq!(home.run_shown(&third).await["reason"], "ann canceled it.");
    home.cancel(&third).await.expect(409);
    assert_eq!(home.shown().await["status"], "canceled");
}

/// As a server does that is killed again and again: what was begun is waited for, and what it wrote is kept once.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_at_any_moment_runs_once() {
    let script = "cat /proc/sys/kernel/random/uuid; sleep 0.7; echo two; sleep 0.7; echo three; exit 5";
    let home = Home::new(script, json!({})).await;
    let run = home.ask_to_run(&[]).await.expect(201).id();
    let (ctx, parsed) = (home.stage.acme.app.system(), run.parse().unwrap());
    let mut cut = 0;
    loop {
        // A little further each time, so that every step is cut off somewhere.
        let end = Duration::from_millis(5 + 10 * cut);
        if let Ok(driven) = tokio::time::timeout(end, driving::drive(&ctx, parsed)).await {
            driven.unwrap();
            break;
        }
        cut += 1;
    }
    let shown = home.run_shown(&run).await;
    assert!(cut > 5, "it was cut off only {cut} times: {shown}");
    assert_eq!(
        (&shown["status"], &shown["exit-code"]),
        (&json!("failed"), &json!(5)),
        "{shown}"
    );
    let log = home.log(&run).await;
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!((lines.len(), lines[1..].to_vec()), (3, vec!["two", "three"]), "{log}");
    // The work item of the beginning finds that all is done.
    home.stage.acme.app.settle().await;
    assert_eq!(home.runs().await.column("status"), ["failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_gone_when_what_ran_of_it_has_ended() {
    let home = Home::new("echo begun; exec sleep 1000", json!({"cron": "0 3 * * *"})).await;
    let run = home.ask_to_run(&[]).await.expect(201).id();
    let path = format!("/api/v2/jobs/{}", home.job);
    let owner = &home.stage.acme.owner;
    let deleting = async {
        home.until_written(&run).await;
        owner.delete(&path).await.expect(202);
        home.ask_to_run(&[]).await.expect(409);
        home.stage.acme.app.settle().await;
    };
    tokio::join!(home.stage.acme.app.settle(), deleting);
    home.stage.acme.app.settle().await;
    owner.get(&path).await.expect(404);
    owner.get(&format!("/api/v2/job-runs/{run}")).await.expect(404);
    // Its clock is gone with it.
    let fired = fire_due(&home.stage.acme.app.system(), &["apps.job-tick"]).await;
    home.stage.acme.app.pass(Duration::from_secs(48 * 3_600));
    assert_eq!(fired.unwrap(), 0);
    assert_eq!(
        fire_due(&home.stage.acme.app.system(), &["apps.job-tick"])
            .await
            .unwrap(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_not_deleted_with_its_jobs() {
    let home = Home::new("true", json!({})).await;
    let owner = &home.stage.acme.owner;
    let projects = owner.get("/api/v2/organizations/acme/projects").await.ids();
    let of_project = format!("/api/v2/organizations/acme/jobs?filter[project][id]={}", projects[0]);
    assert_eq!(
        owner.get(&of_project).await.expect(200).ids(),
        std::slice::from_ref(&home.job)
    );
    let kept = owner.delete("/api/v2/organizations/acme").await.expect(409);
    assert!(kept.error().1.contains("1 job"), "{}", kept.error().1);
    owner.delete(&format!("/api/v2/jobs/{}", home.job)).await.expect(202);
    home.stage.acme.app.settle().await;
    let kept = owner.delete("/api/v2/organizations/acme").await.expect(409);
    assert!(!kept.error().1.contains("1 job"), "{}", kept.error().1);
}
