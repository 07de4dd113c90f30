//! Services and binds: what the catalog made, given to apps.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use slipway_apps::binds::rotating;
use slipway_kernel::events::consumers;
use slipway_kernel::settings::Settings;

use super::resource_changes::shop::Shop;
use crate::support::{Acme, Answer, Caller, State, TestApp, document};

/// The organization `acme`, where apps can be made, and nothing runs them.
async fn acme() -> Acme {
    let local = |settings: &mut Settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        settings.apps.docker = true;
        settings.apps.docker_socket = Some("/nonexistent/docker.sock".into());
    };
    Acme::on(TestApp::with(local).await).await
}

async fn shop() -> Shop {
    Shop::on(acme().await).await
}

/// An app of which nothing runs.
async fn app(shop: &Shop, name: &str) -> String {
    let path = "/api/v2/organizations/acme/apps";
    let made = shop
        .acme
        .owner
        .post(path, document("apps", json!({"name": name})))
        .await;
    made.expect(201).id()
}

/// The service `database`, of the template of that name.
pub async fn service(shop: &Shop, outputs: Value) -> String {
    let path = "/api/v2/organizations/acme/services";
    let wanted = json!({"name": "database", "template": "database", "outputs": outputs});
    shop.acme
        .owner
        .post(path, document("services", wanted))
        .await
        .expect(201)
        .id()
}

/// Orders from the service: the instance and its resource.
pub async fn order(shop: &Shop, name: &str, network: &str) -> (String, String) {
    let path = "/api/v2/organizations/acme/service-instances";
    let wanted = json!({"name": name, "service": "database", "parents": [network]});
    let made = shop
        .acme
        .owner
        .post(path, document("service-instances", wanted))
        .await
        .expect(201);
    let resource = made.attribute("resource")["id"].as_str().unwrap().to_owned();
    (made.id(), resource)
}

async fn bind(caller: &Caller, app: &str, wanted: Value) -> Answer {
    let path = format!("/api/v2/apps/{app}/binds");
    caller.post(&path, document("app-binds", wanted)).await
}

/// Variables of an app, each as `name=value by whom`.
async fn env(shop: &Shop, app: &str) -> Vec<String> {
    let shown = shop
        .acme
        .owner
        .get(&format!("/api/v2/apps/{app}/env"))
        .await
        .expect(200);
    let all = shown.attribute("variables").as_array().unwrap().iter();
    all.map(|one| {
        let value = one["value"].as_str().unwrap_or("(private)");
        let line = format!(
            "{}={value} {}",
            one["name"].as_str().unwrap(),
            one["managed-by"].as_str().unwrap()
        );
        line.trim_end().to_owned()
    })
    .collect()
}

fn database(serial: u64, endpoint: &str, secret: &str) -> State {
    State::new(serial)
        .output("endpoint", endpoint, false)
        .output("secret", secret, true)
}

/// Another state of the database.
async fn change(shop: &Shop, resource: &str, serial: u64, state: State) {
    shop.acme.app.pass(Duration::from_secs(60));
    let asked = shop
        .update(&shop.acme.owner, resource, json!({"values": {"size": 10 + serial}}))
        .await;
    assert!(asked.status < 300, "{}", asked.text());
    shop.carry_out(resource, state).await;
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_of_a_service_and_bound_is_given_to_the_app_and_follows() {
    let shop = shop().await;
    service(
        &shop,
        json!({"endpoint": "DATABASE_HOST", "secret": "DATABASE_PASSWORD"}),
    )
    .await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, resource) = order(&shop, "orders-db", &network).await;
    assert_eq!(shop.resource(&resource).await.attribute("state"), "requested");
    let web = app(&shop, "web").await;

    let bound = bind(&shop.acme.owner, &web, json!({"service-instance": instance}))
        .await
        .expect(201);
    assert_eq!(bound.attribute("status"), "waiting");
    assert_eq!(
        bound.attribute("reason"),
        "What it is bound to was ordered, and is not there yet."
    );
    assert_eq!(env(&shop, &web).await, [""; 0]);

    shop.carry_out(&resource, database(1, "db-1", "hunter2")).await;
    shop.settle().await;
    let bind_path = format!("/api/v2/app-binds/{}", bound.id());
    let shown = shop.acme.owner.get(&bind_path).await.expect(200);
    assert_eq!(shown.attribute("status"), "bound");
    assert_eq!(shown.attribute("origin")["name"], "orders-db");
    assert_eq!(
        shown.attribute("variables"),
        &json!([
            {"name": "DATABASE_HOST", "output": "endpoint"},
            {"name": "DATABASE_PASSWORD", "output": "secret"},
        ])
    );
    let given = [
        "DATABASE_HOST=(private) bind to service-instance/orders-db",
        "DATABASE_PASSWORD=(private) bind to service-instance/orders-db",
    ];
    assert_eq!(env(&shop, &web).await, given);

    let shown = shop
        .acme
        .owner
        .get(&format!("/api/v2/service-instances/{instance}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("apps"), &json!(["web"]));
    assert_eq!(shown.attribute("resource")["state"], "provisioned");

    // What did not change writes nothing; what did is one change of the variables.
    let number = async || {
        let path = format!("/api/v2/apps/{web}/env");
        shop.acme.owner.get(&path).await.expect(200).attribute("number").clone()
    };
    assert_eq!(number().await, 1);
    change(&shop, &resource, 2, database(2, "db-1", "hunter2")).await;
    assert_eq!(number().await, 1);
    change(&shop, &resource, 3, database(3, "db-2", "hunter3")).await;
    assert_eq!(number().await, 2);
    let ctx = shop.acme.app.system();
    rotating::rotate(&ctx, web.parse().unwrap()).await.unwrap();
    assert_eq!(number().await, 2);

    let taken = json!({"set": [{"name": "DATABASE_HOST", "value": "mine"}]});
    let path = format!("/api/v2/apps/{web}/env");
    let refused = shop
        .acme
        .owner
        .patch(&path, document("app-envs", taken))
        .await
        .expect(422);
    assert!(
        refused
            .error()
            .1
            .contains("given by the bind to service-instance/orders-db"),
        "{}",
        refused.error().1
    );
    let unset = json!({"unset": [{"name": "DATABASE_HOST"}]});
    shop.acme
        .owner
        .patch(&path, document("app-envs", unset))
        .await
        .expect(422);
    let alias = json!({"set": [{"name": "HOST", "alias-of": "DATABASE_HOST"}]});
    shop.acme
        .owner
        .patch(&path, document("app-envs", alias))
        .await
        .expect(200);
    let breaking = shop.acme.owner.delete(&bind_path).await.expect(409);
    assert!(
        breaking.error().1.contains("HOST is an alias of DATABASE_HOST"),
        "{}",
        breaking.error().1
    );
    let unset = json!({"unset": [{"name": "HOST"}]});
    shop.acme
        .owner
        .patch(&path, document("app-envs", unset))
        .await
        .expect(200);
    shop.acme.owner.delete(&bind_path).await.expect(204);
    assert_eq!(env(&shop, &web).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bound_is_not_taken_away() {
    let shop = shop().await;
    let service = service(&shop, json!({})).await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, resource) = order(&shop, "orders-db", &network).await;
    shop.carry_out(&resource, database(1, "db-1", "hunter2")).await;
    let web = app(&shop, "web").await;
    let bound = bind(&shop.acme.owner, &web, json!({"service-instance": instance}))
        .await
        .expect(201);
    assert_eq!(
        env(&shop, &web).await,
        [
            "ENDPOINT=(private) bind to service-instance/orders-db",
            "SECRET=(private) bind to service-instance/orders-db",
        ]
    );
    let instance_path = format!("/api/v2/service-instances/{instance}");
    let refused = shop.acme.owner.delete(&instance_path).await.expect(409);
    assert_eq!(
        refused.error().1,
        "\"orders-db\" is bound to the app \"web\", which would break. Unbind it there first."
    );
    let destroy = format!("/api/v2/resources/{resource}/actions/destroy");
    let refused = shop.acme.owner.post(&destroy, json!({})).await.expect(409);
    assert!(
        refused.error().1.contains("is bound to the app \"web\""),
        "{}",
        refused.error().1
    );
    let refused = shop
        .acme
        .owner
        .delete(&format!("/api/v2/services/{service}"))
        .await
        .expect(409);
    assert!(refused.error().1.contains("has 1 instance"), "{}", refused.error().1);
    // Who may not see the app hears only that there is something.
    let mia = shop.acme.member("mia", "maintain", &resource).await;
    let refused = mia.post(&destroy, json!({})).await.expect(409);
    assert!(
        refused.error().1.contains("something that you may not see"),
        "{}",
        refused.error().1
    );
    assert!(!refused.text().contains("web"), "{}", refused.text());

    let reached = format!("/api/v2/organizations/acme/graph/{network}/impact");
    let reached = shop.acme.owner.get(&reached).await.expect(200);
    let names: Vec<&str> = reached
        .attribute("affected")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["orders-db", "web", "orders-db"]);

    let path = format!("/api/v2/app-binds/{}", bound.id());
    shop.acme.owner.delete(&path).await.expect(204);
    shop.acme.app.pass(Duration::from_secs(60));
    shop.acme.owner.delete(&instance_path).await.expect(202);
    let leaving = shop.acme.owner.get(&instance_path).await.expect(200);
    assert_eq!(leaving.attribute("is-leaving"), true);
    let late = bind(&shop.acme.owner, &web, json!({"service-instance": instance}))
        .await
        .expect(409);
    assert!(late.error().1.contains("is being destroyed"), "{}", late.error().1);
    shop.plan().await;
    shop.act(&shop.acme.owner, &resource, "confirm").await.expect(200);
    shop.apply(State::new(2)).await;
    shop.settle().await;
    shop.acme.owner.get(&instance_path).await.expect(404);
    shop.acme
        .owner
        .get(&format!("/api/v2/resources/{resource}"))
        .await
        .expect(404);
    shop.acme
        .owner
        .delete(&format!("/api/v2/services/{service}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_variable_is_given_by_one_bind_alone_and_what_is_gone_keeps_its_last_value() {
    let shop = shop().await;
    let network = shop.made_network("main", "net-1").await;
    let first = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.carry_out(&first, database(1, "db-1", "hunter2")).await;
    let second = shop.database(&shop.acme.owner, "carts", &network).await;
    shop.carry_out(&second, database(1, "db-2", "hunter3")).await;
    let web = app(&shop, "web").await;
    let owner = &shop.acme.owner;
    let bound = bind(owner, &web, json!({"resource": first, "shows-values": true}))
        .await
        .expect(201);
    let twice = bind(owner, &web, json!({"resource": second})).await.expect(409);
    assert_eq!(
        twice.error().1,
        "ENDPOINT is given by the bind to resource/orders: unbind it, or choose another name."
    );
    bind(
        owner,
        &web,
        json!({"resource": second, "prefix": "CARTS_", "names": {"endpoint": "HOST"}}),
    )
    .await
    .expect(201);
    let given = [
        "CARTS_HOST=(private) bind to resource/carts",
        "ENDPOINT=db-1 bind to resource/orders",
        "SECRET=(private) bind to resource/orders",
    ];
    assert_eq!(env(&shop, &web).await, given);

    // An output less: the last value stays, and the bind says so.
    change(&shop, &first, 2, State::new(2).output("endpoint", "db-3", false)).await;
    let shown = owner
        .get(&format!("/api/v2/app-binds/{}", bound.id()))
        .await
        .expect(200);
    assert_eq!(shown.attribute("status"), "incomplete");
    assert_eq!(
        shown.attribute("reason"),
        "Of what is bound, the output \"secret\" is not there: the app keeps the last values."
    );
    let given = [
        "CARTS_HOST=(private) bind to resource/carts",
        "ENDPOINT=db-3 bind to resource/orders",
        "SECRET=(private) bind to resource/orders",
    ];
    assert_eq!(env(&shop, &web).await, given);

    for nothing in [json!({}), json!({"resource": first, "workspace": shop.acme.workspace})] {
        let refused = bind(owner, &web, nothing).await.expect(422);
        assert!(refused.error().1.contains("one thing to bind to"), "{}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_binds_needs_rights_on_both_sides() {
    let shop = shop().await;
    let network = shop.made_network("main", "net-1").await;
    let web = app(&shop, "web").await;
    let of_app = shop.acme.member("mia", "write", &web).await;
    bind(&of_app, &web, json!({"resource": network})).await.expect(404);
    let of_resource = shop.acme.member("zoe", "write", &network).await;
    bind(&of_resource, &web, json!({"resource": network})).await.expect(404);
    let reader = shop.acme.member("rob", "read", "acme").await;
    bind(&reader, &web, json!({"resource": network})).await.expect(403);

    // Who sees the app, and not what it is bound to, is told that it is bound, and not to what.
    bind(&shop.acme.owner, &web, json!({"resource": network}))
        .await
        .expect(201);
    let shown = of_app.get(&format!("/api/v2/apps/{web}/binds")).await.expect(200);
    assert_eq!(
        shown.body["data"][0]["attributes"]["origin"],
        json!({"kind": "resource", "id": null, "name": null})
    );
    let env = of_app.get(&format!("/api/v2/apps/{web}/env")).await.expect(200);
    assert_eq!(
        env.attribute("variables")[0]["managed-by"],
        "bind to a resource that you may not see"
    );
    assert!(!env.text().contains("main"), "{}", env.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_a_killed_server_did_not_make_leaves_nothing_behind() {
    let shop = shop().await;
    service(&shop, json!({})).await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, _) = order(&shop, "orders-db", &network).await;
    // As if the server was killed before it ordered the resource.
    let ctx = shop.acme.app.system();
    let writer = ctx.begin().await.unwrap();
    let sql = format!("UPDATE service_instances SET resource_id = 'res-0000000000000000' WHERE id = '{instance}'");
    let statement = Statement::from_string(writer.get_database_backend(), sql);
    writer.execute_raw(statement).await.unwrap();
    writer.commit().await.unwrap();
    let path = format!("/api/v2/service-instances/{instance}");
    let shown = shop.acme.owner.get(&path).await.expect(200);
    assert_eq!(shown.attribute("resource"), &Value::Null);
    slipway_apps::sweep(&ctx).await.unwrap();
    shop.acme.owner.get(&path).await.expect(200);
    shop.acme.app.pass(Duration::from_secs(601));
    slipway_apps::sweep(&ctx).await.unwrap();
    shop.acme.owner.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_of_a_workspace_are_given_too() {
    let acme = acme().await;
    let made = acme
        .owner
        .post(
            "/api/v2/organizations/acme/apps",
            document("apps", json!({"name": "web"})),
        )
        .await;
    let web = made.expect(201).id();
    let consume = async || {
        acme.app.settle().await;
        for consumer in slipway_apps::CONSUMERS {
            consumers::deliver_batch(&acme.app.system(), consumer).await.unwrap();
        }
        acme.app.settle().await;
    };
    let upload = async |serial: u64, vpc: &str| {
        // Versions of one moment have no order.
        acme.app.pass(Duration::from_millis(1));
        let path = format!("/api/v2/workspaces/{}/state-versions", acme.workspace);
        let state = State::new(serial).output("vpc_id", vpc, false).upload();
        acme.owner.post(&path, state).await.expect(201);
    };
    consume().await;
    let wanted = json!({"workspace": acme.workspace, "names": {"vpc_id": "VPC"}, "shows-values": true});
    let bound = bind(&acme.owner, &web, wanted).await.expect(201);
    assert_eq!(bound.attribute("reason"), "The workspace has no state yet.");
    let value = async || {
        let shown = acme.owner.get(&format!("/api/v2/apps/{web}/env")).await.expect(200);
        shown.attribute("variables")[0]["value"].clone()
    };
    for (serial, vpc) in [(1, "vpc-1"), (2, "vpc-2")] {
        upload(serial, vpc).await;
        consume().await;
        assert_eq!(value().await, vpc);
    }

    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    let refused = acme.owner.delete(&path).await.expect(409);
    assert!(
        refused.error().1.contains("bound to the app \"web\""),
        "{}",
        refused.error().1
    );
    acme.owner.delete(&format!("{path}?force=true")).await.expect(204);
    consume().await;
    let shown = acme
        .owner
        .get(&format!("/api/v2/app-binds/{}", bound.id()))
        .await
        .expect(200);
    assert_eq!(shown.attribute("status"), "incomplete");
    assert!(
        shown
            .attribute("reason")
            .as_str()
            .unwrap()
            .starts_with("The workspace was deleted.")
    );
    assert_eq!(value().await, "vpc-2");
}
