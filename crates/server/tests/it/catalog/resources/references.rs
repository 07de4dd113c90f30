//! A variable that takes an output of the very resource that its own resource names.

use serde_json::{Value, json};

use crate::catalog::resource_changes::shop::Shop;
use crate::support::{State, document};

const PATH: &str = "/api/v2/organizations/acme/resources";

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_names_whose_output_it_takes_and_hears_of_it() {
    let shop = Shop::new().await;
    let (main, other) = (
        shop.made_network("main", "net-1").await,
        shop.made_network("other", "net-2").await,
    );
    // A version that does not say where the network's id is from.
    let version = shop.next_version("database", json!([])).await;
    let order = |references: Value, values: Value| {
        json!({"template": "database", "name": "orders", "parents": [main], "source-code-version": version,
            "references": references, "values": values})
    };
    let owner = &shop.acme.owner;
    let of = |resource: &str, output: &str| json!({"resource": resource, "output": output});
    let refused = [
        (
            json!({"network_id": of(&other, "network_id")}),
            json!({}),
            "references/network_id/resource",
        ),
        (
            json!({"network_id": of(&main, "name")}),
            json!({}),
            "references/network_id/output",
        ),
        (
            json!({"network": of(&main, "network_id")}),
            json!({"network_id": "x"}),
            "references/network",
        ),
        (
            json!({"network_id": of(&main, "network_id")}),
            json!({"network_id": "x"}),
            "references/network_id",
        ),
        (
            json!({"size": of(&main, "network_id")}),
            json!({"network_id": "x"}),
            "values/size",
        ),
    ];
    for (references, values, place) in refused {
        let answer = owner
            .post(PATH, document("resources", order(references, values)))
            .await
            .expect(422);
        assert_eq!(
            answer.pointer(),
            format!("/data/attributes/{place}"),
            "{}",
            answer.text()
        );
    }
    let wanted = order(json!({"network_id": of(&main, "network_id")}), json!({}));
    let database = shop.order(owner, wanted).await;
    let planning = shop.claim().await;
    let given = planning
        .claim
        .context
        .variables
        .iter()
        .find(|one| one.key == "network_id");
    assert_eq!(given.unwrap().value, "net-1");
    planning.succeed(json!({"add": 1})).await;
    shop.settle().await;
    shop.act(owner, &database, "confirm").await.expect(200);
    shop.apply(State::new(1).output("endpoint", "db-1", false)).await;
    let shown = shop.resource(&database).await;
    assert_eq!(shown.attribute("references")["network_id"]["resource"], main);

    // The output changes: nobody but the resource itself said that it takes it.
    let values = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(owner, &main, values).await.expect(200);
    shop.carry_out(&main, State::new(2).output("network_id", "net-9", false))
        .await;
    let stale = shop.resource(&database).await.attribute("stale").clone();
    assert_eq!(
        (&stale[0]["what"], &stale[0]["name"]),
        (&json!("output"), &json!("network_id"))
    );

    // A value of its own in the place of the output, told as two differences.
    let own = json!({"values": {"network_id": "mine"}, "references": {}});
    shop.update(owner, &database, own).await.expect(200);
    let change = shop.change(&database).await;
    let fields: Vec<&Value> = change
        .attribute("differences")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["field"])
        .collect();
    assert_eq!(fields, ["references/network_id", "values/network_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_of_what_one_may_not_see_is_not_there() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.carry_out(&database, State::new(1).output("endpoint", "db-1", false))
        .await;
    // Bob sees the database and nothing below it.
    let bob = shop.acme.member("bob", "maintain", &database).await;
    let changes = json!({"references": {"network_id": {"resource": network, "output": "network_id"}}});
    let refused = shop.update(&bob, &database, changes).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/references/network_id/resource");
    assert!(!refused.text().contains("net-1"));
}
