//! Ordering: the form, what it already knows, all that is wrong at once, and what only the database can tell.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use serde_json::json;

use super::store::{PATH, Store, problems, values};
use crate::support::document;

#[tokio::test(flavor = "multi_thread")]
async fn a_form_knows_what_comes_from_below() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let form = async |attributes| {
        let body = document("resources", attributes);
        store
            .acme
            .owner
            .post(&format!("{PATH}/actions/form"), body)
            .await
            .expect(200)
    };
    let empty = form(json!({"template": "network"})).await;
    insta::assert_snapshot!(values(&empty), @r#"
    cidr = null from -
    zones = ["a"] from module
    region = null from -
    tags = {} from module
    "#);
    assert_eq!(empty.attribute("parents")[0]["candidates"][0]["id"], account.as_str());
    assert_eq!(empty.attribute("required-settings")[0]["is-given"], false);
    assert_eq!(empty.attribute("schema")["properties"]["cidr"]["title"], "Addresses");
    assert_eq!(empty.attribute("versions")[0]["is-recommended"], true);

    let tags = json!([{"name": "team", "value": "shop"}, {"name": "cost", "value": "7"}]);
    let filled = form(
        json!({"template": "network", "name": "main", "parents": [account], "tags": tags,
        "values": {"cidr": "10.0.0.0/16", "tags": {"cost": "8"}}}),
    )
    .await;
    insta::assert_snapshot!(values(&filled), @r#"
    cidr = "10.0.0.0/16" from resource
    zones = ["a"] from module
    region = "north" from setting
    tags = {"cost":"8","team":"shop"} from tags
    "#);
    assert_eq!(filled.attribute("problems"), &json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_a_resource_and_a_change() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let wanted = json!({"template": "network", "name": "main", "parents": [account], "labels": ["tier=net"],
        "values": {"cidr": "10.0.0.0/16"}, "reason": "For the shop"});
    let path = format!("{PATH}/actions/check");
    let check = store
        .acme
        .owner
        .post(&path, document("resources", wanted.clone()))
        .await
        .expect(200);
    assert_eq!(check.attribute("specification")["name"], "main");
    assert_eq!(store.acme.owner.get(PATH).await.expect(200).ids().len(), 1);

    let made = store.order(wanted.clone()).await.expect(201);
    assert_eq!(made.attribute("state"), "requested");
    assert_eq!(made.attribute("change")["kind"], "create");
    assert_eq!(made.attribute("version-name"), "v1.0.0 (network)");
    let listed = store
        .acme
        .owner
        .get(&format!("{PATH}?filter[label]=tier%3Dnet"))
        .await
        .expect(200);
    assert_eq!(listed.ids(), [made.id()]);
    let found = store
        .acme
        .owner
        .get("/api/v2/organizations/acme/directory?q=main")
        .await;
    assert!(found.text().contains(&made.id()), "{}", found.text());

    // The name and the value are taken, by the database, too.
    let again = store.order(wanted).await.expect(422);
    insta::assert_snapshot!(problems(&again), @r#"
    name: The name "main" is taken by another resource of this template in the project; choose another.
    values/cidr: Another resource of this template has this value, and no two may; choose another.
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let nobody = "res-0000000000000000";
    let refused = store
        .order(
            json!({"template": "database", "name": "mine", "parents": [account, nobody], "labels": ["a b"],
            "values": {"environment": "dev", "size": 3, "backup": true, "colour": "red"}}),
        )
        .await
        .expect(422);
    insta::assert_snapshot!(problems(&refused), @r#"
    name: By the rule of the template it is called "default-dev-db"; leave the name out.
    labels/0: A label is `key` or `key=value`, of letters, digits and -_./:@; at most 100 characters.
    parents/1: There is no resource "res-0000000000000000", or you may not see it.
    parents: "database" stands on at least 1 of "network", and 0 are given.
    parents: "database" does not stand on "account".
    values/colour: The module has no variable "colour"; it has network_id, environment, size, backup, window, password, region.
    values/network_id: It is the output "network_id" of a resource of "network": let this one stand on one, or give a value.
    values/environment: It is one of "test", "live".
    values/size: It is at least 5.
    values/window: A value is needed: string.
    values/password: A value is needed: string.
    "#);
    // The template says how it is called, and a condition what is asked for.
    let network = store.network("main", &account).await;
    let wanted = |name: Option<&str>, window: Option<&str>| {
        let mut all = json!({"template": "database", "parents": [network],
            "values": {"environment": "test", "password": "s3cret"}});
        if let Some(name) = name {
            all["name"] = json!(name);
        }
        if let Some(window) = window {
            all["values"]["window"] = json!(window);
        }
        all
    };
    let refused = store.order(wanted(Some("mine"), Some("night"))).await.expect(422);
    insta::assert_snapshot!(problems(&refused), @r#"
    name: By the rule of the template it is called "default-test-db"; leave the name out.
    values/window: It is asked for only where "backup" is true; leave it out.
    "#);
    let made = store.order(wanted(None, None)).await.expect(201);
    assert_eq!(made.attribute("name"), "default-test-db");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_of_what_it_stands_on_is_a_value() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let network = store.network("main", &account).await;
    let wanted = json!({"template": "database", "parents": [network],
        "values": {"environment": "test", "password": "s3cret"}});
    let path = format!("{PATH}/actions/check");
    let check = async || {
        store
            .acme
            .owner
            .post(&path, document("resources", wanted.clone()))
            .await
            .expect(200)
    };
    // Not there yet: it is known when the run starts.
    insta::assert_snapshot!(values(&check().await), @r#"
    network_id = null from reference (later)
    environment = "test" from resource
    size = 20 from version
    window = null from module
    backup = false from module
    password = null from resource (secret)
    region = "north" from setting
    "#);
    let state = crate::support::State::new(1).output("network_id", "net-7", false);
    store.carry_out(&network, state).await;
    assert!(values(&check().await).starts_with("network_id = \"net-7\" from reference\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_orders_of_one_name_at_the_same_moment_one_is_made() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let wanted =
        json!({"template": "network", "name": "main", "parents": [account], "values": {"cidr": "10.0.0.0/16"}});
    let (one, other, third) = tokio::join!(
        store.order(wanted.clone()),
        store.order(wanted.clone()),
        store.order(wanted.clone())
    );
    let answers = [one, other, third];
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "{}", answers.map(|answer| answer.text()).join("\n"));
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        let said = refused.text();
        assert!(refused.status == 409 || refused.status == 422, "{said}");
        assert!(said.contains("main") && said.contains("taken"), "{said}");
    }
    let listed = store.acme.owner.get(PATH).await.expect(200);
    let names = listed.body["data"].as_array().unwrap().iter();
    let count = names.filter(|row| row["attributes"]["name"] == "main").count();
    assert_eq!(count, 1);
}

/// Somebody is between any two of his steps when somebody else orders the same: what is said is the name.
#[tokio::test(flavor = "multi_thread")]
async fn however_two_orders_of_one_name_meet_the_name_is_what_is_said() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    for waits in 0..60 {
        let name = format!("main-{waits}");
        let wanted = json!({"template": "network", "name": name, "parents": [account],
            "values": {"cidr": format!("10.{waits}.0.0/16")}});
        let mut slow = pin!(store.order(wanted.clone()));
        let mut left = waits;
        let done = poll_fn(|context| match (left, slow.as_mut().poll(context)) {
            (_, Poll::Ready(answer)) => Poll::Ready(Some(answer)),
            (0, Poll::Pending) => Poll::Ready(None),
            (_, Poll::Pending) => {
                left -= 1;
                Poll::Pending
            }
        })
        .await;
        let answers = match done {
            Some(answer) => [answer, store.order(wanted).await],
            None => tokio::join!(store.order(wanted), slow).into(),
        };
        let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "{waits}");
        let (_, detail) = refused[0].error();
        assert!(detail.contains(&name) && detail.contains("taken"), "{waits}: {detail}");
    }
}
