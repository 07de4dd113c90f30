//! Approvals: a run that a rule matches is applied when the rule is met, and not before, whichever way somebody tries.

use serde_json::{Value, json};
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_infra::workspaces::Workspace;
use slipway_kernel::Ctx;

use crate::fixture::{Site, archive};
use crate::http::{StatusCode, document};

/// Bob, Cleo and Dora may approve; Ada, who starts the runs, may approve, too.
struct Careful {
    site: Site,
    workspace: Workspace,
    ada: Ctx,
    bob: Ctx,
    cleo: Ctx,
}

impl Careful {
    async fn new() -> Self {
        let site = Site::new().await;
        let workspace = site.workspace("shop").await;
        let ada = site.user("ada", Some("maintain")).await;
        let (bob, cleo) = (
            site.user("bob", Some("maintain")).await,
            site.user("cleo", Some("maintain")).await,
        );
        let path = format!("/workspaces/{}", workspace.id);
        let tags = document("workspaces", json!({"tags": [{"key": "stage", "value": "production"}]}));
        assert_eq!(site.call(&ada, "PATCH", &path, tags).await.0, StatusCode::OK);
        let wanted = document("configuration-versions", json!({"auto-queue-runs": false}));
        let (_, made) = site
            .call(&ada, "POST", &format!("{path}/configuration-versions"), wanted)
            .await;
        let path = format!(
            "/configuration-versions/{}/upload",
            made["data"]["id"].as_str().unwrap()
        );
        let files = archive(&[("main.tf", "output \"a\" { value = 1 }\n")]);
        assert_eq!(site.send(&ada, "PUT", &path, files).await.0, StatusCode::OK);
        Self {
            site,
            workspace,
            ada,
            bob,
            cleo,
        }
    }

    async fn rule(&self, name: &str, attributes: Value) -> String {
        let mut wanted = attributes;
        wanted["name"] = name.into();
        let path = "/organizations/acme/approval-rules";
        let body = document("approval-rules", wanted);
        let (status, made) = self.site.call(&self.site.system(), "POST", path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Starts a run of Ada's without planning it.
    async fn start(&self, attributes: Value) -> RunId {
        self.site.kernel.clock.advance(std::time::Duration::from_millis(1));
        let of = json!({"workspace": {"data": {"type": "workspaces", "id": self.workspace.id}}});
        let body = json!({"data": {"type": "runs", "attributes": attributes, "relationships": of}});
        let (status, made) = self.site.call(&self.ada, "POST", "/runs", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["data"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// A run of Ada's that is planned.
    async fn planned(&self, attributes: Value) -> RunId {
        let run = self.start(attributes).await;
        self.site.succeed(1).await;
        run
    }

    async fn act(&self, who: &Ctx, run: RunId, action: &str) -> (StatusCode, Value) {
        let path = format!("/runs/{run}/actions/{action}");
        self.site
            .call(who, "POST", &path, Some(json!({"comment": "because"})))
            .await
    }

    async fn ok(&self, who: &Ctx, run: RunId, action: &str) -> Value {
        let (status, answer) = self.act(who, run, action).await;
        assert!(status.is_success(), "{action}: {answer}");
        answer["data"]["attributes"].clone()
    }

    /// Why it is refused.
    async fn refused(&self, who: &Ctx, run: RunId, action: &str) -> String {
        let (status, answer) = self.act(who, run, action).await;
        assert_eq!(status, StatusCode::CONFLICT, "{action}: {answer}");
        answer["errors"][0]["detail"].as_str().unwrap().to_owned()
    }

    async fn shown(&self, run: RunId) -> Value {
        let (status, answer) = self.site.call(&self.ada, "GET", &format!("/runs/{run}"), None).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"]["attributes"].clone()
    }

    async fn status(&self, run: RunId) -> Value {
        self.shown(run).await["status"].clone()
    }
}

fn production() -> Value {
    json!({"tags": [{"key": "stage", "value": "production"}]})
}

#[tokio::test]
async fn a_run_is_confirmed_when_its_rule_is_met_and_not_before() {
    let careful = Careful::new().await;
    let mut wanted = production();
    wanted["approvals"] = json!(2);
    careful.rule("production", wanted).await;
    let run = careful.planned(json!({})).await;
    let shown = careful.shown(run).await;
    assert_eq!(shown["status"], "planned");
    assert_eq!(shown["waiting-for"], "Waits for 2 approvals by the rule production.");
    assert_eq!(shown["actions"]["is-confirmable"], false);
    assert_eq!(shown["approvals"]["status"], "waiting");
    assert_eq!(shown["approvals"]["rules"][0]["needed"], 2);
    let waits = "Waits for 2 approvals by the rule production.";
    assert_eq!(careful.refused(&careful.bob, run, "apply").await, waits);
    let own = careful.refused(&careful.ada, run, "approve").await;
    assert_eq!(own, "You asked for this yourself: somebody else has to approve it.");

    let now = careful.ok(&careful.bob, run, "approve").await;
    assert_eq!(
        (&now["status"], &now["rules"][0]["given"]),
        (&json!("waiting"), &json!(1))
    );
    let again = careful.ok(&careful.bob, run, "approve").await;
    assert_eq!(again["rules"][0]["given"], 1, "twice is once");
    let waits = "Waits for one approval by the rule production.";
    assert_eq!(careful.refused(&careful.ada, run, "apply").await, waits);
    assert_eq!(careful.ok(&careful.cleo, run, "approve").await["status"], "approved");
    assert_eq!(careful.status(run).await, "planned", "somebody still says when");
    let shown = careful.shown(run).await;
    assert_eq!(shown["actions"]["is-confirmable"], true);
    careful.ok(&careful.ada, run, "apply").await;
    assert_eq!(careful.status(run).await, "apply_queued");
    let late = careful.refused(&careful.cleo, run, "withdraw-approval").await;
    assert!(late.contains("while it waits with its plan"), "{late}");
    let actions = careful.site.actions(run).await;
    assert_eq!(actions.iter().filter(|action| *action == "run.approved").count(), 3);
}

#[tokio::test]
async fn a_no_stands_until_it_is_taken_back() {
    let careful = Careful::new().await;
    careful.rule("production", production()).await;
    let run = careful.planned(json!({})).await;
    careful.ok(&careful.bob, run, "approve").await;
    let now = careful.ok(&careful.cleo, run, "reject").await;
    assert_eq!(now["status"], "rejected");
    assert_eq!(now["votes"][1]["comment"], "because");
    let why = careful.refused(&careful.ada, run, "apply").await;
    assert_eq!(why, "Rejected by cleo (\"because\").");
    careful.ok(&careful.cleo, run, "withdraw-approval").await;
    let nothing = careful.refused(&careful.cleo, run, "withdraw-approval").await;
    assert!(nothing.contains("nothing to take back"), "{nothing}");
    careful.ok(&careful.ada, run, "apply").await;
    assert_eq!(
        careful.site.actions(run).await.last().map(String::as_str),
        Some("run.started")
    );
}

#[tokio::test]
async fn what_applies_by_itself_waits_and_goes_on_with_the_last_approval() {
    let careful = Careful::new().await;
    careful.rule("production", production()).await;
    let run = careful.planned(json!({"auto-apply": true})).await;
    assert_eq!(careful.status(run).await, "planned");
    assert_eq!(careful.ok(&careful.bob, run, "approve").await["status"], "approved");
    assert_eq!(careful.status(run).await, "apply_queued");
    careful.site.succeed(1).await;
    let ended = careful.shown(run).await;
    assert_eq!(ended["status"], "applied");
    assert!(ended["approvals"].is_null(), "nothing waits any more");
}

#[tokio::test]
async fn an_approver_who_lost_the_right_counts_no_more() {
    let careful = Careful::new().await;
    careful.rule("production", production()).await;
    let run = careful.planned(json!({})).await;
    careful.ok(&careful.bob, run, "approve").await;
    careful.site.revoke(&careful.bob).await;
    let shown = careful.shown(run).await;
    assert_eq!(shown["approvals"]["status"], "waiting");
    assert_eq!(shown["approvals"]["votes"][0]["counts"], false);
    let waits = "Waits for one approval by the rule production.";
    assert_eq!(careful.refused(&careful.ada, run, "apply").await, waits);
    let (status, _) = careful
        .act(&careful.site.user("eve", Some("write")).await, run, "approve")
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "to apply is not to approve");
    let (status, _) = careful
        .act(&careful.site.user("mallory", None).await, run, "approve")
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = careful.act(&careful.site.system(), run, "approve").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "the server approves nothing");
}

#[tokio::test]
async fn all_rules_that_match_have_to_be_met_and_no_other() {
    let careful = Careful::new().await;
    careful.rule("production", production()).await;
    let destroying = json!({"operations": ["destroy"]});
    let destroying = careful.rule("destroying", destroying).await;
    careful
        .rule("elsewhere", json!({"tags": [{"key": "stage", "value": "test"}]}))
        .await;
    careful.rule("networks", json!({"template": "network"})).await;
    let run = careful.planned(json!({"is-destroy": true})).await;
    let shown = careful.shown(run).await;
    let waits = "Waits for one approval by the rule destroying and one approval by the rule production.";
    assert_eq!(shown["waiting-for"], waits);
    // A rule that wants more looks at what waits already; one that goes lets it go.
    let more = document("approval-rules", json!({"approvals": 2}));
    let path = format!("/approval-rules/{destroying}");
    let (status, _) = careful.site.call(&careful.site.system(), "PATCH", &path, more).await;
    assert_eq!(status, StatusCode::OK);
    careful.ok(&careful.bob, run, "approve").await;
    let waits = "Waits for one approval by the rule destroying.";
    assert_eq!(careful.refused(&careful.ada, run, "apply").await, waits);
    careful.site.call(&careful.site.system(), "DELETE", &path, None).await;
    careful.ok(&careful.ada, run, "apply").await;

    let only = careful.start(json!({"plan-only": true})).await;
    assert!(careful.shown(only).await["approvals"].is_null());
    let refused = careful.refused(&careful.bob, only, "approve").await;
    assert!(refused.contains("only plans"), "{refused}");
}

#[tokio::test]
async fn rules_without_anything_to_say_change_nothing() {
    let careful = Careful::new().await;
    let run = careful.planned(json!({})).await;
    assert!(careful.shown(run).await["approvals"].is_null());
    let refused = careful.refused(&careful.bob, run, "approve").await;
    assert!(refused.contains("No approval rule counts here"), "{refused}");
    careful.ok(&careful.ada, run, "apply").await;
    let auto = careful.start(json!({"auto-apply": true})).await;
    careful.site.succeed(1).await;
    careful.site.succeed(1).await;
    assert_eq!(careful.status(auto).await, RunStatus::ApplyQueued.as_str());
}

#[tokio::test]
async fn only_who_manages_rules_changes_them() {
    let careful = Careful::new().await;
    let site = &careful.site;
    let rule = careful.rule("production", production()).await;
    let path = format!("/approval-rules/{rule}");
    for (who, read, change) in [
        (&careful.ada, StatusCode::OK, StatusCode::FORBIDDEN),
        (&site.user("admin", Some("admin")).await, StatusCode::OK, StatusCode::OK),
        (
            &site.user("mallory", None).await,
            StatusCode::NOT_FOUND,
            StatusCode::NOT_FOUND,
        ),
    ] {
        assert_eq!(site.call(who, "GET", &path, None).await.0, read);
        let body = document("approval-rules", json!({"approvals": 1}));
        assert_eq!(site.call(who, "PATCH", &path, body).await.0, change);
    }
    let twice = document("approval-rules", json!({"name": "production"}));
    let (status, _) = site
        .call(&site.system(), "POST", "/organizations/acme/approval-rules", twice)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let team = document(
        "approval-rules",
        json!({"name": "teams", "teams": ["team-0000000000000001"]}),
    );
    let (status, _) = site
        .call(&site.system(), "POST", "/organizations/acme/approval-rules", team)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_rule_of_teams_counts_their_members() {
    let careful = Careful::new().await;
    let team = careful.site.team("leads", &["cleo"]).await;
    careful.rule("production", json!({"teams": [team]})).await;
    let run = careful.planned(json!({})).await;
    let other = careful.refused(&careful.bob, run, "approve").await;
    assert!(other.contains("members of certain teams"), "{other}");
    assert_eq!(
        careful.shown(run).await["waiting-for"],
        "Waits for one approval of a team by the rule production.",
        "Ada does not see the team"
    );
    assert_eq!(careful.ok(&careful.cleo, run, "approve").await["status"], "approved");
    careful.ok(&careful.ada, run, "apply").await;
}
