//! Pools, plans, the rules about them, and quotas: who may run what where, and how much of it.

use futures::future::join_all;
use serde_json::{Value, json};
use slipway_kernel::settings::Settings;

use super::stage::{Stage, web};
use crate::support::{Acme, Answer, Caller, TestApp, document};

const POOLS: &str = "/api/v2/organizations/acme/pools";
const PLANS: &str = "/api/v2/organizations/acme/app-plans";
const RULES: &str = "/api/v2/organizations/acme/pool-constraints";
const APPS: &str = "/api/v2/organizations/acme/apps";
const QUOTA: &str = "/api/v2/organizations/acme/app-quota";

/// With the cluster of the machine, which is away: nothing of this needs it.
async fn acme() -> Acme {
    let change = |settings: &mut Settings| {
        settings.apps.docker = true;
        settings.apps.docker_socket = Some("/nonexistent/docker.sock".into());
    };
    Acme::on(TestApp::with(change).await).await
}

async fn create(caller: &Caller, attributes: Value) -> Answer {
    caller.post(APPS, document("apps", attributes)).await
}

fn details(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| error["detail"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_organization_has_pools_and_plans_of_its_own() {
    let acme = acme().await;
    let owner = &acme.owner;
    let pool = owner
        .post(POOLS, document("pools", json!({"name": "live", "is-default": true})))
        .await;
    let pool = pool.expect(201).id();
    let plan = json!({"name": "tiny", "memory": 64 << 20, "processor": 100, "is-default": true});
    owner.post(PLANS, document("app-plans", plan)).await.expect(201);
    let app = create(owner, json!({"name": "web"})).await.expect(201);
    let attributes = &app.body["data"]["attributes"];
    // What it has of its own comes before the site's.
    assert_eq!(
        (&attributes["pool"]["name"], &attributes["plan"]["name"]),
        (&json!("live"), &json!("tiny"))
    );

    let again = owner
        .post(POOLS, document("pools", json!({"name": "default"})))
        .await
        .expect(409);
    assert_eq!(
        details(&again),
        ["There is a pool \"default\" already; choose another name."]
    );
    let nowhere = json!({"name": "far", "cluster": "moon"});
    let nowhere = owner.post(POOLS, document("pools", nowhere)).await.expect(422);
    assert_eq!(details(&nowhere), ["There is no cluster \"moon\"; there is: local."]);
    let little = json!({"name": "less", "memory": 1_000, "burst": 50});
    let little = owner.post(PLANS, document("app-plans", little)).await.expect(422);
    assert_eq!(
        details(&little),
        ["1000 bytes of memory are too little: a unit needs 4 MiB (4194304) at least; 0 is as much as there is."]
    );
    let used = owner.delete(&format!("/api/v2/pools/{pool}")).await.expect(409);
    assert_eq!(
        details(&used),
        ["Apps are in the pool \"live\" (1): delete them first."]
    );
}

#[tokio::test]
async fn only_the_site_makes_what_every_organization_sees() {
    let acme = acme().await;
    let owner = acme.app.user(&acme.owner, "olga").await.1;
    owner
        .post(
            "/api/v2/organizations",
            document("organizations", json!({"name": "other"})),
        )
        .await;
    let admin = acme.member("arno", "admin", "acme").await;
    for (path, kind, attributes) in [
        (POOLS, "pools", json!({"name": "everybodys", "is-shared": true})),
        (PLANS, "app-plans", json!({"name": "everybodys", "is-shared": true})),
        (
            RULES,
            "pool-constraints",
            json!({"pools": "*", "field": "plan", "values": [], "is-shared": true}),
        ),
    ] {
        let refused = admin.post(path, document(kind, attributes.clone())).await.expect(403);
        assert!(details(&refused)[0].contains("at the site"), "{:?}", details(&refused));
        acme.owner.post(path, document(kind, attributes)).await.expect(201);
    }
    let pools = admin.get(POOLS).await.expect(200);
    let everybodys = pools.body["data"].as_array().unwrap().iter();
    let mut everybodys = everybodys.filter(|pool| pool["attributes"]["name"] == "everybodys");
    let id = everybodys.next().unwrap()["id"].as_str().unwrap().to_owned();
    let changes = document("pools", json!({"is-default": true}));
    // He does not see the site itself.
    admin
        .patch(&format!("/api/v2/pools/{id}"), changes.clone())
        .await
        .expect(404);
    acme.owner
        .patch(&format!("/api/v2/pools/{id}"), changes)
        .await
        .expect(200);
}

#[tokio::test]
async fn an_app_keeps_to_the_rules_of_its_pool() {
    let acme = acme().await;
    let owner = &acme.owner;
    for (field, values) in [("plan", json!(["medium", "large"])), ("project", json!(["data-*"]))] {
        let rule = json!({"pools": "default", "field": field, "values": values});
        owner.post(RULES, document("pool-constraints", rule)).await.expect(201);
    }
    let refused = create(owner, json!({"name": "web", "plan": "small"})).await.expect(422);
    assert_eq!(
        details(&refused),
        [
            "The pool \"default\" is for the projects data-*, not for default.",
            "Apps in the pool \"default\" have one of the plans medium, large, not small.",
        ]
    );
    let rules = owner.get(RULES).await.expect(200);
    let of = |field: &str| {
        let mut rules = rules.body["data"].as_array().unwrap().iter();
        rules.find(|rule| rule["attributes"]["field"] == field).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let gone = owner
        .delete(&format!("/api/v2/pool-constraints/{}", of("project")))
        .await;
    gone.expect(204);
    // The first plan of the rule is the one where nothing is chosen.
    let app = create(owner, json!({"name": "web"})).await.expect(201);
    assert_eq!(app.body["data"]["attributes"]["plan"]["name"], "medium");
    let path = format!("/api/v2/apps/{}", app.id());
    let other = owner
        .patch(&path, document("apps", json!({"plan": "xlarge"})))
        .await
        .expect(422);
    assert_eq!(
        details(&other),
        ["Apps in the pool \"default\" have one of the plans medium, large, not xlarge."]
    );
    let again = json!({"pools": "default", "field": "plan", "values": []});
    let again = owner.post(RULES, document("pool-constraints", again)).await.expect(409);
    assert_eq!(
        details(&again),
        ["There is a rule about plan in the pools default already: change that one."]
    );
    let wrong = json!({"pools": "a b", "field": "organization", "values": ["{x}"]});
    let wrong = owner.post(RULES, document("pool-constraints", wrong)).await.expect(422);
    assert_eq!(details(&wrong).len(), 3, "{:?}", details(&wrong));
}

#[tokio::test]
async fn a_pool_for_a_team_takes_apps_of_its_members() {
    let acme = acme().await;
    let rule = json!({"pools": "default", "field": "team", "values": ["builders"]});
    acme.owner
        .post(RULES, document("pool-constraints", rule))
        .await
        .expect(201);
    let refused = create(&acme.owner, json!({"name": "web"})).await.expect(422);
    assert_eq!(
        details(&refused),
        ["Only members of the teams builders put apps into the pool \"default\", and you are in none of these."]
    );
    let team = document("teams", json!({"name": "builders"}));
    let team = acme
        .owner
        .post("/api/v2/organizations/acme/teams", team)
        .await
        .expect(201)
        .id();
    let body = json!({"data": [{"type": "users", "id": "ann"}]});
    acme.owner
        .post(&format!("/api/v2/teams/{team}/relationships/users"), body)
        .await
        .expect(204);
    create(&acme.owner, json!({"name": "web"})).await.expect(201);
}

#[tokio::test]
async fn a_quota_holds_also_when_many_come_at_once() {
    let acme = acme().await;
    let set = document("app-quotas", json!({"apps": 5}));
    let quota = acme.owner.patch(QUOTA, set).await.expect(200);
    assert_eq!(quota.body["data"]["attributes"]["apps-used"], 0);
    let names: Vec<String> = (0..12).map(|number| format!("app-{number}")).collect();
    let made = join_all(names.iter().map(|name| create(&acme.owner, json!({"name": name})))).await;
    let count = |status: u16| made.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(409)), (5, 7));
    let refused = made.iter().find(|answer| answer.status == 409).unwrap();
    let detail = details(refused)[0];
    assert!(
        detail.starts_with("The organization may have 5 apps and has 5: there is no room for 1 more."),
        "{detail}"
    );
    // Fewer than there are takes nothing away; none lets everything in.
    acme.owner
        .patch(QUOTA, document("app-quotas", json!({"apps": 1})))
        .await
        .expect(200);
    let quota = acme
        .owner
        .patch(QUOTA, document("app-quotas", json!({"apps": null})))
        .await
        .expect(200);
    assert_eq!(quota.body["data"]["attributes"]["apps-used"], 5);
    create(&acme.owner, json!({"name": "more"})).await.expect(201);
}

#[tokio::test]
async fn who_says_how_much_stands_above_what_is_limited() {
    let acme = acme().await;
    let app = create(&acme.owner, json!({"name": "web"})).await.expect(201).id();
    let admin = acme.member("arno", "admin", "acme").await;
    let set = || document("app-quotas", json!({"units": 3}));
    let refused = admin.patch(QUOTA, set()).await.expect(403);
    assert_eq!(
        details(&refused),
        ["You need the permission \"site.manage\" at the site for this; ask who administers the site."]
    );
    let path = format!("/api/v2/apps/{app}/quota");
    let quota = admin.patch(&path, set()).await.expect(200);
    assert_eq!(
        quota.body["data"]["attributes"],
        json!({"apps": null, "units": 3, "apps-used": 1, "units-used": 0})
    );
    let wrong = admin
        .patch(&path, document("app-quotas", json!({"apps": 2})))
        .await
        .expect(422);
    assert_eq!(details(&wrong), ["One app is one app: only its units are limited."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_count_as_they_shall_run() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let path = format!("/api/v2/apps/{app}/quota");
    let set = async |units: Value| {
        let body = document("app-quotas", json!({"units": units}));
        stage.acme.owner.patch(&path, body).await.expect(200)
    };
    set(json!(2)).await;
    // Three are wanted before anything runs: the deploy is what finds no room.
    stage.act(&app, "scale", json!({"units": {"web": 3}})).await.expect(200);
    let failed = stage.deploy(&app, &web(1).await).await;
    assert_eq!(failed["status"], "failed");
    let reason = failed["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("The app \"web\" may have 2 units and has 0: there is no room for 3 more."),
        "{reason}"
    );
    stage.act(&app, "scale", json!({"units": {"web": 2}})).await.expect(200);
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    let refused = stage.act(&app, "scale", json!({"units": {"web": 3}})).await.expect(409);
    assert!(
        details(&refused)[0].contains("may have 2 units and has 2"),
        "{:?}",
        details(&refused)
    );
    assert_eq!(stage.units(&app).await.len(), 2);
    // Stopped ones count: they shall be able to start.
    stage.act(&app, "stop", json!({})).await.expect(200);
    let used = |answer: Answer| answer.body["data"]["attributes"]["units-used"].clone();
    assert_eq!(used(stage.acme.owner.get(&path).await.expect(200)), 2);
    stage.act(&app, "start", json!({})).await.expect(200);
    stage.act(&app, "scale", json!({"units": {"web": 1}})).await.expect(200);
    assert_eq!(used(stage.acme.owner.get(&path).await.expect(200)), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_may_have_other_amounts_than_its_plan() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let path = format!("/api/v2/apps/{app}");
    let own = json!({"plan-override": {"memory": 32 << 20}});
    let shown = stage.acme.owner.patch(&path, document("apps", own)).await.expect(200);
    assert_eq!(
        shown.body["data"]["attributes"]["plan-override"],
        json!({"memory": 32 << 20})
    );
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    // What the unit itself sees of it.
    let limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null | head -1";
    let shows = super::stage::image("limit", "", &format!("echo limit $({limit}); {}", super::stage::SERVE)).await;
    stage.deploy(&app, &shows).await;
    let logs = stage
        .acme
        .owner
        .get(&format!("{path}/logs?lines=5"))
        .await
        .expect(200)
        .text();
    assert!(logs.contains(&format!("limit {}", 32 << 20)), "{logs}");
    let little = json!({"plan-override": {"memory": 1}});
    stage
        .acme
        .owner
        .patch(&path, document("apps", little))
        .await
        .expect(422);
    let none = stage
        .acme
        .owner
        .patch(&path, document("apps", json!({"plan-override": {}})))
        .await;
    assert_eq!(none.expect(200).body["data"]["attributes"]["plan-override"], json!({}));
}
