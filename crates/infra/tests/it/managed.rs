//! Managed workspaces: nobody but the manager changes them, and values come and go with the runs that they were given to.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::{ConfigurationVersionId, RunId};
use slipway_api::runner::Outcome;
use slipway_api::runs::{NewRun, RunStatus};
use slipway_api::variables::VariableSettings;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_infra::managed::{configurations, runs, workspaces};
use slipway_infra::variables::store as variables;
use slipway_infra::workspaces::Workspace;
use slipway_kernel::directory::{self, Object};

use crate::fixture::{Site, archive};
use crate::http::{StatusCode, document};

pub const MANAGER: &str = "res-0000000000000001";

/// A managed workspace with its files.
pub struct Managed {
    pub site: Site,
    pub workspace: Workspace,
    configuration: ConfigurationVersionId,
}

fn value(key: &str, value: &str, sensitive: bool) -> VariableSettings {
    VariableSettings {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
        sensitive: Some(sensitive),
        ..VariableSettings::default()
    }
}

fn region(name: &str) -> Vec<VariableSettings> {
    vec![value("region", name, false), value("password", "hunter2", true)]
}

impl Managed {
    pub async fn new() -> Self {
        let site = Site::new().await;
        let (workspace, configuration) = make(&site, MANAGER, "orders-db").await;
        Self {
            site,
            workspace,
            configuration,
        }
    }

    async fn prepare(&self, attributes: NewRun, values: Option<Vec<VariableSettings>>) -> runs::Prepared {
        let wanted = runs::Wanted {
            reads_plan: false,
            organization: self.site.organization.id,
            attributes,
            values,
        };
        self.site.kernel.clock.advance(std::time::Duration::from_millis(1));
        runs::prepare(&self.site.system(), wanted).await.unwrap()
    }

    async fn start(&self, attributes: NewRun, values: Option<Vec<VariableSettings>>) -> RunId {
        let prepared = self.prepare(attributes, values).await;
        let (ctx, id) = (self.site.system(), prepared.id());
        let mut tx = ctx.begin().await.unwrap();
        let run = runs::start(&mut tx, &ctx, prepared, (self.workspace.id, self.configuration))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(run.id, id);
        id
    }

    async fn confirm(&self, run: RunId) {
        let ctx = self.site.system();
        let mut tx = ctx.begin().await.unwrap();
        runs::confirm(&mut tx, &ctx, run, "").await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Plans and applies a run with these values.
    async fn applied(&self, values: Vec<VariableSettings>) -> RunId {
        let run = self.start(NewRun::default(), Some(values)).await;
        self.site.succeed(1).await;
        self.confirm(run).await;
        self.site.succeed(1).await;
        assert_eq!(self.status(run).await, RunStatus::Applied);
        run
    }

    async fn status(&self, run: RunId) -> RunStatus {
        runs::get(&self.site.system(), run).await.unwrap().status
    }

    /// The workspace's own variables and how many rows of anybody there are, as who may read them sees them.
    async fn shown(&self) -> (Vec<(String, Value)>, usize) {
        let path = format!("/workspaces/{}/vars", self.workspace.id);
        let (_, list) = self.site.call(&self.site.system(), "GET", &path, None).await;
        let rows = list["data"].as_array().unwrap().iter().map(|row| {
            let attributes = &row["attributes"];
            (
                attributes["key"].as_str().unwrap().to_owned(),
                attributes["value"].clone(),
            )
        });
        (rows.collect(), self.rows().await)
    }

    /// How many variables the workspace and all its runs have.
    async fn rows(&self) -> usize {
        let path = format!("/workspaces/{}/runs", self.workspace.id);
        let (_, list) = self.site.call(&self.site.system(), "GET", &path, None).await;
        let runs = list["data"].as_array().unwrap().iter();
        let mut owners: Vec<String> = runs.map(|run| run["id"].as_str().unwrap().to_owned()).collect();
        owners.push(self.workspace.id.to_string());
        variables::of_owners(self.site.kernel.db.reader(), &owners)
            .await
            .unwrap()
            .len()
    }
}

/// Makes a workspace that `manager` manages, with files.
async fn make(site: &Site, manager: &str, name: &str) -> (Workspace, ConfigurationVersionId) {
    let ctx = site.system();
    let project = slipway_identity::projects::default_of(&ctx, site.organization.id)
        .await
        .unwrap()
        .id;
    let files = archive(&[("main.tf", "variable \"region\" {}\nvariable \"password\" {}\n")]);
    let snapshot = configurations::store_snapshot(&ctx, site.organization.id, files.into())
        .await
        .unwrap()
        .unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let object = Object {
        id: manager.to_owned(),
        kind: "resource",
        organization: Some(site.organization.id),
        project: Some(project),
        name: name.to_owned(),
        status: String::new(),
        labels: String::new(),
    };
    directory::store::put(&tx, &object).await.unwrap();
    let wanted = workspaces::Wanted {
        organization: site.organization.id,
        project,
        manager: manager.to_owned(),
        name: name.parse().unwrap(),
        settings: WorkspaceSettings {
            auto_apply: Some(true),
            ..WorkspaceSettings::default()
        },
    };
    let workspace = workspaces::create(&mut tx, &ctx, wanted).await.unwrap();
    let configuration = configurations::give(&mut tx, &ctx, (site.organization.id, workspace.id), &snapshot)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (workspace, configuration)
}

#[tokio::test]
async fn nobody_but_the_manager_decides() {
    let managed = Managed::new().await;
    let (site, id) = (&managed.site, managed.workspace.id);
    let ada = site.user("ada", Some("owner")).await;
    let run = managed.start(NewRun::default(), Some(region("eu"))).await;
    site.succeed(1).await;
    let set = json!({"name": "common"});
    let (_, set) = site
        .call(&ada, "POST", "/organizations/acme/varsets", document("varsets", set))
        .await;
    let set = format!(
        "/varsets/{}/relationships/workspaces",
        set["data"]["id"].as_str().unwrap()
    );
    let this = Some(json!({"data": [{"type": "workspaces", "id": id}]}));
    let key = json!({"data": {"type": "workspaces", "attributes": {"id": null}}});
    let new_run = |attributes: Value| {
        let of = json!({"workspace": {"data": {"type": "workspaces", "id": id}}});
        Some(json!({"data": {"type": "runs", "attributes": attributes, "relationships": of}}))
    };
    let workspace = format!("/workspaces/{id}");
    let refused = [
        (
            "PATCH",
            workspace.clone(),
            document("workspaces", json!({"auto-apply": true})),
        ),
        ("DELETE", workspace.clone(), None),
        (
            "POST",
            format!("{workspace}/vars"),
            document("vars", json!({"key": "region", "value": "us"})),
        ),
        (
            "POST",
            format!("{workspace}/configuration-versions"),
            document("configuration-versions", json!({})),
        ),
        (
            "POST",
            format!("{workspace}/triggers"),
            document("triggers", json!({"event": "push", "action": "plan"})),
        ),
        ("PATCH", format!("{workspace}/relationships/ssh-key"), Some(key)),
        ("POST", set, this),
        ("POST", "/runs".to_owned(), new_run(json!({"is-destroy": true}))),
        ("POST", format!("/runs/{run}/actions/apply"), Some(json!({}))),
        ("POST", format!("/runs/{run}/actions/discard"), Some(json!({}))),
    ];
    for (method, path, body) in refused {
        let (status, answer) = site.call(&ada, method, &path, body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{method} {path}: {answer}");
        let error = &answer["errors"][0];
        assert_eq!(error["meta"]["managed-by"], MANAGER, "{method} {path} {answer}");
        assert_eq!(
            error["detail"],
            "Workspace orders-db is managed by resource \"orders-db\": its settings, its values and what it applies are \
             decided there. Change resource \"orders-db\" instead."
        );
    }
    let (_, shown) = site.call(&ada, "GET", &workspace, None).await;
    let attributes = &shown["data"]["attributes"];
    assert_eq!(attributes["managed-by"], MANAGER);
    assert_eq!(attributes["auto-apply"], false, "the manager says yes");
    assert_eq!(attributes["permissions"]["can-update"], false);
    assert_eq!(attributes["permissions"]["can-queue-run"], true);
    let (_, mine) = site
        .call(&ada, "GET", "/organizations/acme/runs?filter[for-me]=confirm", None)
        .await;
    assert_eq!(mine["data"], json!([]), "it waits for the manager, not for her");

    let (status, looked) = site
        .call(&ada, "POST", "/runs", new_run(json!({"plan-only": true})))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{looked}");
    assert!(
        looked["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .starts_with("Nothing was applied"),
        "{looked}"
    );
    managed.confirm(run).await;
    site.succeed(1).await;
    let (status, looked) = site
        .call(&ada, "POST", "/runs", new_run(json!({"plan-only": true})))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{looked}");
    let (status, _) = site
        .call(&ada, "POST", &format!("{workspace}/actions/lock"), Some(json!({})))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn values_reach_the_runner_and_become_the_workspaces_when_they_were_applied() {
    let managed = Managed::new().await;
    let run = managed.start(NewRun::default(), Some(region("eu"))).await;
    assert_eq!(managed.shown().await, (vec![], 2), "not before it was applied");
    let planning = managed.site.claim().await;
    assert_eq!(planning.values(), [("password", "hunter2"), ("region", "eu")]);
    planning.end(Outcome::Succeeded, 1).await;
    managed.confirm(run).await;
    let applying = managed.site.claim().await;
    assert_eq!(applying.values(), [("password", "hunter2"), ("region", "eu")]);
    applying.end(Outcome::Succeeded, 1).await;
    let shown = vec![("password".to_owned(), Value::Null), ("region".to_owned(), json!("eu"))];
    assert_eq!(managed.shown().await, (shown, 2));

    // What the next run leaves out is not there, in the run and after it; one that is given nothing has what there is.
    let run = managed
        .start(NewRun::default(), Some(vec![value("zone", "a", false)]))
        .await;
    let planning = managed.site.claim().await;
    assert_eq!(planning.values(), [("zone", "a")]);
    planning.end(Outcome::Succeeded, 0).await;
    assert_eq!(
        managed.status(run).await,
        RunStatus::PlannedAndFinished,
        "nothing to do is done, too"
    );
    assert_eq!(managed.shown().await, (vec![("zone".to_owned(), json!("a"))], 1));
    managed
        .start(
            NewRun {
                is_destroy: true,
                ..NewRun::default()
            },
            None,
        )
        .await;
    assert_eq!(managed.site.claim().await.values(), [("zone", "a")]);
}

#[tokio::test]
async fn sensitive_values_are_sealed_and_never_shown() {
    let managed = Managed::new().await;
    let site = &managed.site;
    let run = managed.applied(region("eu")).await;
    let rows = variables::of_owners(site.kernel.db.reader(), &[managed.workspace.id.to_string()])
        .await
        .unwrap();
    let password = rows.iter().find(|row| row.key == "password").unwrap();
    assert!(password.value.is_none());
    assert!(
        !password
            .sealed
            .as_ref()
            .unwrap()
            .windows(7)
            .any(|bytes| bytes == b"hunter2")
    );
    let mut shown = site.everything_recorded().await;
    let id = managed.workspace.id;
    for path in [
        format!("/runs/{run}"),
        format!("/workspaces/{id}/runs"),
        format!("/workspaces/{id}/vars"),
        format!("/workspaces/{id}/effective-variables"),
    ] {
        let (status, answer) = site.call(&site.system(), "GET", &path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        shown.push_str(&answer.to_string());
    }
    assert!(shown.contains("orders-db") && !shown.contains("hunter2"));
}

#[tokio::test]
async fn values_of_a_run_that_came_to_nothing_go_with_it() {
    let managed = Managed::new().await;
    let (site, ctx) = (&managed.site, managed.site.system());
    managed.applied(region("eu")).await;
    let before = managed.shown().await;
    let ends = ["discarded", "canceled", "failed plan", "failed apply", "plan only"];
    for end in ends {
        let attributes = NewRun {
            plan_only: (end == "plan only").then_some(true),
            ..NewRun::default()
        };
        let run = managed.start(attributes, Some(region("us"))).await;
        assert_eq!(managed.rows().await, 4, "{end}: two of the run, two of the workspace");
        let item = site.claim().await;
        assert_eq!(item.values(), [("password", "hunter2"), ("region", "us")], "{end}");
        let planned = if end == "failed plan" {
            Outcome::Failed
        } else {
            Outcome::Succeeded
        };
        item.end(planned, 1).await;
        match end {
            "discarded" => {
                let mut tx = ctx.begin().await.unwrap();
                runs::discard(&mut tx, &ctx, run, "not today").await.unwrap();
                tx.commit().await.unwrap();
            }
            "canceled" => {
                managed.confirm(run).await;
                let mut tx = ctx.begin().await.unwrap();
                runs::cancel(&mut tx, &ctx, run, "").await.unwrap();
                tx.commit().await.unwrap();
            }
            "failed apply" => {
                managed.confirm(run).await;
                site.claim().await.end(Outcome::Failed, 0).await;
            }
            _ => {}
        }
        assert!(managed.status(run).await.is_final(), "{end}");
        assert_eq!(managed.shown().await, before, "{end}");
    }
}

#[tokio::test]
async fn what_was_begun_and_not_committed_leaves_nothing() {
    let managed = Managed::new().await;
    let (site, ctx) = (&managed.site, managed.site.system());
    let prepared = managed.prepare(NewRun::default(), Some(region("eu"))).await;
    let id = prepared.id();
    let of_run = async || {
        variables::of_owners(site.kernel.db.reader(), &[id.to_string()])
            .await
            .unwrap()
            .len()
    };
    let mut tx = ctx.begin().await.unwrap();
    let place = (managed.workspace.id, managed.configuration);
    runs::start(&mut tx, &ctx, prepared.clone(), place).await.unwrap();
    drop(tx);
    assert_eq!(of_run().await, 0);
    assert_eq!(runs::get(&ctx, id).await.unwrap_err().code(), Code::NotFound);
    assert!(site.try_claim().await.is_none());

    // The same again, as a manager does that was killed before it committed.
    let mut tx = ctx.begin().await.unwrap();
    runs::start(&mut tx, &ctx, prepared, place).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(of_run().await, 2);
    site.succeed(1).await;
    let mut tx = ctx.begin().await.unwrap();
    runs::discard(&mut tx, &ctx, id, "").await.unwrap();
    drop(tx);
    assert_eq!((managed.status(id).await, of_run().await), (RunStatus::Planned, 2));
}

#[tokio::test]
async fn a_workspace_goes_with_the_values_of_plans_that_were_kept() {
    let managed = Managed::new().await;
    let ctx = managed.site.system();
    let run = managed
        .start(
            NewRun {
                save_plan: true,
                ..NewRun::default()
            },
            Some(region("eu")),
        )
        .await;
    managed.site.succeed(1).await;
    assert_eq!(managed.status(run).await, RunStatus::PlannedAndSaved);
    let mut tx = ctx.begin().await.unwrap();
    workspaces::remove(&mut tx, &ctx, managed.workspace.id, false)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let owners = [run.to_string(), managed.workspace.id.to_string()];
    assert!(
        variables::of_owners(managed.site.kernel.db.reader(), &owners)
            .await
            .unwrap()
            .is_empty()
    );
    let gone = slipway_infra::workspaces::store::find(ctx.db.reader(), managed.workspace.id).await;
    assert!(gone.unwrap().is_none());
}
