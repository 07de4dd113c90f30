//! Jobs that are bound: what they are given is in their next run, and what they stand on is not taken away.

use serde_json::{Value, json};

use super::stage::{Stage, image};
use crate::catalog::binding::{order, service};
use crate::catalog::resource_changes::shop::Shop;
use crate::support::{Answer, Caller, State, document};

impl Stage {
    async fn job(&self, script: &str) -> String {
        let wanted = json!({
            "name": "nightly",
            "image": image("job", "ENTRYPOINT [\"/bin/sh\", \"-c\"]", "echo by the image").await,
            "command": ["/bin/sh", "-c", script],
        });
        let path = "/api/v2/organizations/acme/jobs";
        self.acme
            .owner
            .post(path, document("jobs", wanted))
            .await
            .expect(201)
            .id()
    }

    /// Runs a job to its end; gives what it wrote.
    async fn run(&self, job: &str) -> String {
        let path = format!("/api/v2/jobs/{job}/runs");
        let run = self.acme.owner.post(&path, document("job-runs", json!({}))).await;
        let run = run.expect(201).id();
        self.acme.app.settle().await;
        let path = format!("/api/v2/job-runs/{run}");
        let shown = self.acme.owner.get(&path).await.expect(200);
        assert_eq!(shown.attribute("status"), "succeeded", "{}", shown.text());
        let text = self.acme.owner.get(&format!("{path}/log")).await.expect(200).text();
        text.trim_matches(['\u{2}', '\u{3}']).to_owned()
    }

    async fn bind_job(&self, job: &str, kind: &str, wanted: Value) -> Answer {
        let path = format!("/api/v2/jobs/{job}/{}", kind.trim_start_matches("job-"));
        self.acme.owner.post(&path, document(kind, wanted)).await
    }
}

fn detail(refused: &Answer) -> String {
    refused.body["errors"][0]["detail"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_sees_what_its_job_is_bound_to_as_it_is_by_then() {
    let stage = Stage::with(|settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let shop = Shop::on(stage.acme.clone()).await;
    service(&shop, json!({"endpoint": "DATABASE_HOST"})).await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, resource) = order(&shop, "orders-db", &network).await;
    let job = stage.job("echo \"host: $DATABASE_HOST\"").await;

    let wanted = json!({"service-instance": instance});
    let bound = stage.bind_job(&job, "job-binds", wanted).await.expect(201);
    assert_eq!(bound.attribute("status"), "waiting");
    shop.carry_out(&resource, State::new(1).output("endpoint", "db-1", false))
        .await;
    shop.settle().await;
    assert_eq!(stage.run(&job).await, "host: db-1\n");

    let asked = shop
        .update(&shop.acme.owner, &resource, json!({"values": {"size": 20}}))
        .await;
    assert!(asked.status < 300, "{}", asked.text());
    shop.carry_out(&resource, State::new(2).output("endpoint", "db-2", false))
        .await;
    shop.settle().await;
    assert_eq!(stage.run(&job).await, "host: db-2\n");
    let env = stage
        .acme
        .owner
        .get(&format!("/api/v2/jobs/{job}/env"))
        .await
        .expect(200);
    let variable = &env.attribute("variables")[0];
    assert_eq!(
        (&variable["name"], &variable["value"], &variable["managed-by"]),
        (
            &json!("DATABASE_HOST"),
            &Value::Null,
            &json!("bind to service-instance/orders-db")
        )
    );
    let path = format!("/api/v2/jobs/{job}/env");
    let by_hand = json!({"set": [{"name": "DATABASE_HOST", "value": "mine"}]});
    let refused = stage.acme.owner.patch(&path, document("job-envs", by_hand)).await;
    assert!(detail(&refused.expect(422)).contains("given by the bind to service-instance/orders-db"));

    let path = format!("/api/v2/service-instances/{instance}");
    let refused = stage.acme.owner.delete(&path).await.expect(409);
    assert!(detail(&refused).contains("the job \"nightly\""), "{}", detail(&refused));
    let impact = stage
        .acme
        .owner
        .get(&format!("/api/v2/organizations/acme/graph/{instance}/impact"))
        .await;
    assert!(impact.text().contains("nightly"), "{}", impact.text());

    let names = async || {
        let shown = stage.acme.owner.get(&path).await.expect(200);
        let listed = "/api/v2/organizations/acme/service-instances";
        let listed = stage.acme.owner.get(listed).await.expect(200).body["data"][0]["attributes"].clone();
        assert_eq!(&listed["jobs"], shown.attribute("jobs"));
        (shown.attribute("apps").clone(), listed["jobs"].clone())
    };
    assert_eq!(names().await, (json!([]), json!(["nightly"])));

    let bind = format!("/api/v2/job-binds/{}", bound.id());
    stage.acme.owner.delete(&bind).await.expect(204);
    assert_eq!(names().await, (json!([]), json!([])));
    assert_eq!(stage.run(&job).await, "host: \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_writes_to_a_volume_is_there_for_the_next_one() {
    let stage = Stage::new().await;
    let job = stage.job("echo one more >> /data/lines; wc -l < /data/lines").await;
    // There is one plan, which need not be named.
    let path = "/api/v2/organizations/acme/volumes";
    let made = stage
        .acme
        .owner
        .post(path, document("volumes", json!({"name": "lines"})))
        .await;
    let volume = made.expect(201).id();
    stage.acme.app.settle().await;
    let wanted = json!({"volume": volume, "path": "/data"});
    let bound = stage
        .bind_job(&job, "job-volume-binds", wanted.clone())
        .await
        .expect(201)
        .id();
    stage.bind_job(&job, "job-volume-binds", wanted).await.expect(409);
    let taken = json!({"volume": volume, "path": "/proc"});
    stage.bind_job(&job, "job-volume-binds", taken).await.expect(422);
    assert_eq!(stage.run(&job).await, "1\n");
    assert_eq!(stage.run(&job).await, "2\n");

    let path = format!("/api/v2/volumes/{volume}");
    let refused = stage.acme.owner.delete(&path).await.expect(409);
    assert!(detail(&refused).contains("the job \"nightly\""), "{}", detail(&refused));
    let listed = "/api/v2/organizations/acme/volumes";
    let names = async |caller: &Caller| {
        let shown = caller.get(&path).await.expect(200).attribute("jobs").clone();
        let listed = caller.get(listed).await.expect(200).body["data"][0]["attributes"]["jobs"].clone();
        assert_eq!(shown, listed);
        shown
    };
    assert_eq!(names(&stage.acme.owner).await, json!(["nightly"]));
    // Who may not see a job does not hear of it there.
    let role = document("roles", json!({"name": "storage", "permissions": ["volume.read"]}));
    let role = stage.acme.owner.post("/api/v2/organizations/acme/roles", role).await;
    role.expect(201);
    let keeper = stage.acme.member("kim", "storage", "acme").await;
    assert_eq!(names(&keeper).await, json!([]));

    let unbind = format!("/api/v2/job-volume-binds/{bound}");
    stage.acme.owner.delete(&unbind).await.expect(204);
    assert_eq!(names(&stage.acme.owner).await, json!([]));
    stage.acme.owner.delete(&path).await.expect(202);
    stage.acme.app.settle().await;
    stage.acme.owner.get(&path).await.expect(404);
}
