//! What a platform team does with source codes: real repositories over HTTP, their modules, and what goes wrong with them.

use serde_json::{Value, json};
use slipway_kernel::settings::Settings;
use slipway_testing::checkout;
use slipway_testing::git_server::{Change, GitServer, Repository};

use crate::support::{Acme, Answer, TestApp, document};

pub const PATH: &str = "/api/v2/organizations/acme/source-codes";

pub async fn acme() -> Acme {
    let local = |settings: &mut Settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    };
    Acme::on(TestApp::with(local).await).await
}

/// The modules of `examples/catalog`, as a repository with a tag.
pub fn examples(server: &GitServer) -> Repository {
    let folder = checkout::root().join("examples/catalog");
    let mut changes = Vec::new();
    let mut waiting = vec![folder.clone()];
    while let Some(at) = waiting.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                changes.push(Change::file(name, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let repository = server.create("platform/modules").unwrap();
    repository.commit("main", "The modules", &changes).unwrap();
    repository.git(&["tag", "v1.0.0", "main"]).unwrap();
    repository
}

pub async fn create(acme: &Acme, attributes: Value) -> Answer {
    acme.owner.post(PATH, document("source-codes", attributes)).await
}

async fn modules(acme: &Acme, id: &str, query: &str) -> Vec<Value> {
    let path = format!("/api/v2/source-codes/{id}/modules?page[size]=100{query}");
    let found = acme.owner.get(&path).await.expect(200);
    let rows = found.body["data"].as_array().unwrap();
    rows.iter().map(|row| row["attributes"].clone()).collect()
}

fn counted(modules: &[Value]) -> String {
    let line = |module: &Value| {
        format!(
            "{} {}/{} {}",
            module["directory"].as_str().unwrap(),
            module["variables"],
            module["outputs"],
            module["errors"]
        )
    };
    modules.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn interface(acme: &Acme, id: &str, query: &str) -> Answer {
    acme.owner
        .get(&format!("/api/v2/source-codes/{id}/interface?{query}"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_modules_of_a_repository_are_found_at_every_ref() {
    let server = GitServer::start().unwrap();
    let repository = examples(&server);
    let acme = acme().await;
    let made = create(&acme, json!({"identifier": server.url("platform/modules")}))
        .await
        .expect(201);
    assert_eq!(made.attribute("name"), "modules");
    assert_eq!(made.attribute("default-branch"), "main");
    let id = made.id();
    insta::assert_snapshot!(counted(&modules(&acme, &id, "").await), @r"
    modules/account 3/2 0
    modules/bucket 5/3 0
    modules/cluster 4/3 0
    modules/database 8/6 0
    modules/load-balancer 3/2 0
    modules/network 4/3 0
    modules/region 3/2 0
    ");

    // What is pushed is there once it is fetched; what a tag is on stays.
    let file = Change::file("modules/dns/main.tf", "variable \"zone\" {\n  type = string\n}\n");
    repository.commit("main", "A zone", &[file]).unwrap();
    let path = format!("/api/v2/source-codes/{id}/actions/synchronize");
    let found = acme.owner.post(&path, json!({})).await.expect(200);
    assert_eq!(found.attribute("moved"), &json!(["main"]));
    assert_eq!(modules(&acme, &id, "").await.len(), 8);
    assert_eq!(modules(&acme, &id, "&ref=v1.0.0").await.len(), 7);
    let path = format!("/api/v2/source-codes/{id}/modules?ref=v9");
    acme.owner.get(&path).await.expect(404);

    let network = interface(&acme, &id, "directory=modules/network&ref=v1.0.0")
        .await
        .expect(200);
    let names = |field: &str| -> Vec<String> {
        let all = network.attribute(field).as_array().unwrap();
        all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(
        names("variables").contains(&"account_id".to_owned()),
        "{:?}",
        names("variables")
    );
    assert_eq!(names("outputs"), ["network_id", "cidr", "subnets"]);
    interface(&acme, &id, "directory=modules/nowhere").await.expect(404);
    interface(&acme, &id, "directory=../etc").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_cannot_be_read_says_where_and_hides_no_other() {
    let server = GitServer::start().unwrap();
    let repository = server.create("modules").unwrap();
    let large = format!("# {}\n", "x".repeat(3 << 20));
    let inner = "1".repeat(40);
    repository
        .commit(
            "main",
            "First",
            &[
                Change::file(
                    "good/main.tf",
                    "variable \"a\" {}\noutput \"b\" {\n  value = var.a\n}\n",
                ),
                Change::file("bad/main.tf", "variable \"a\" {\n  type = string\n"),
                Change::file("bad/more.tf", "variable \"b\" {}\n"),
                Change::file("large/main.tf", &large),
                Change::file(
                    "json/main.tf.json",
                    r#"{"variable": {"a": {}}, "output": {"b": {"value": 1}}}"#,
                ),
                Change::Link("linked/main.tf".to_owned(), "../good/main.tf".to_owned()),
                Change::Link("out/main.tf".to_owned(), "../../../etc/passwd".to_owned()),
                Change::Link("whole".to_owned(), "good".to_owned()),
                Change::Submodule("vendor/other".to_owned(), inner),
                Change::file(".terraform/modules/x/main.tf", "variable \"a\" {}\n"),
            ],
        )
        .unwrap();
    let acme = acme().await;
    let id = create(&acme, json!({"identifier": server.url("modules"), "name": "ours"}))
        .await
        .expect(201)
        .id();
    insta::assert_snapshot!(counted(&modules(&acme, &id, "").await), @r"
    bad 1/0 1
    good 1/1 0
    json 1/1 0
    large 0/0 1
    linked 1/1 0
    ");
    let bad = interface(&acme, &id, "directory=bad").await.expect(200);
    let problem = &bad.attribute("problems")[0];
    assert_eq!(problem["file"], "bad/main.tf");
    assert!(problem["line"].as_u64().unwrap() >= 1, "{problem}");
    assert_eq!(bad.attribute("variables")[0]["name"], "b");
    let large = interface(&acme, &id, "directory=large").await.expect(200);
    let detail = large.attribute("problems")[0]["detail"].as_str().unwrap();
    assert!(detail.contains("this one has"), "{detail}");
    let linked = interface(&acme, &id, "directory=linked").await.expect(200);
    assert_eq!(linked.attribute("variables")[0]["name"], "a");
    interface(&acme, &id, "directory=out").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_code_is_changed_and_deleted_and_its_repository_knows_it() {
    let server = GitServer::start().unwrap();
    examples(&server);
    let acme = acme().await;
    let address = server.url("platform/modules");
    let made = create(&acme, json!({"identifier": address})).await.expect(201);
    let taken = create(&acme, json!({"identifier": address})).await.expect(409);
    assert_eq!(taken.pointer(), "/data/attributes/name");
    let nowhere = create(&acme, json!({"identifier": server.url("nowhere"), "name": "x"}))
        .await
        .expect(422);
    assert_eq!(nowhere.pointer(), "/data/attributes/identifier");
    let path = format!("/api/v2/source-codes/{}", made.id());
    let changes = json!({"name": "platform", "labels": ["tier=core"], "description": "What we publish."});
    acme.owner
        .patch(&path, document("source-codes", changes))
        .await
        .expect(200);
    let listed = acme
        .owner
        .get(&format!("{PATH}?filter[label]=tier=core"))
        .await
        .expect(200);
    assert_eq!(listed.column("name"), ["platform"]);

    let repository = made.body["data"]["relationships"]["repository"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_repository = format!("/api/v2/repositories/{repository}");
    let used = acme.owner.get(&of_repository).await.expect(200);
    assert_eq!(used.attribute("used-by"), &json!({"source-code": 1}));
    acme.owner.delete(&of_repository).await.expect(409);
    acme.owner.delete(&path).await.expect(204);
    acme.owner.get(&path).await.expect(404);
    acme.owner.delete(&of_repository).await.expect(204);
    let events = acme
        .owner
        .get("/api/v2/organizations/acme/events?page[size]=100")
        .await
        .expect(200);
    let actions = events.column("action");
    for action in ["source-code.created", "source-code.updated", "source-code.deleted"] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
}

/// More modules and files than are looked at, thousands of refs, links and a submodule: each says how much, and what can be
/// done; other repositories go on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_huge_repository_says_how_much_and_holds_up_no_other() {
    let server = GitServer::start().unwrap();
    examples(&server);
    let huge = server.create("huge").unwrap();
    let module = "variable \"a\" {}\n";
    let mut changes = vec![
        Change::file("small/main.tf", module),
        Change::file(
            "wide/main.tf",
            "variable \"path\" {}\nlocals {\n  a = file(var.path)\n}\n",
        ),
        Change::Link("out".to_owned(), "../../../etc".to_owned()),
        Change::Link("around".to_owned(), "around".to_owned()),
        Change::Submodule("vendor".to_owned(), "1".repeat(40)),
    ];
    changes.extend((0..5_100).map(|number| Change::file(&format!("modules/m{number}/main.tf"), module)));
    changes.extend((0..95_000).map(|number| Change::file(&format!("files/{}/{number}", number / 1_000), "x")));
    let commit = huge.commit("main", "Everything", &changes).unwrap();
    let tags: String = (0..3_000)
        .map(|number| format!("{commit} refs/tags/v0.0.{number:04}\n"))
        .collect();
    std::fs::write(
        huge.path.join("packed-refs"),
        format!("# pack-refs with: sorted \n{tags}"),
    )
    .unwrap();

    let acme = acme().await;
    let (one, other) = tokio::join!(
        create(&acme, json!({"identifier": server.url("huge"), "name": "huge"})),
        create(
            &acme,
            json!({"identifier": server.url("platform/modules"), "name": "ours"})
        ),
    );
    let (huge_code, ours) = (one.expect(201).id(), other.expect(201).id());
    let path = format!("/api/v2/source-codes/{huge_code}/modules");
    let (large, found) = tokio::join!(acme.owner.get(&path), modules(&acme, &ours, ""));
    let (_, detail) = large.expect(413).error();
    assert_eq!(
        detail,
        "The repository has 5102 directories with configuration, and 5000 can be looked at."
    );
    assert_eq!(found.len(), 7);
    // A directory of it is a module as every other, at each of its tags.
    for name in ["main", "v0.0.2999"] {
        let query = format!("directory=small&ref={name}");
        let small = interface(&acme, &huge_code, &query).await.expect(200);
        assert_eq!(small.attribute("variables")[0]["name"], "a");
    }
    let templates = json!({"templates": [{"key": "thing", "name": "Thing"}]});
    let apply = "/api/v2/organizations/acme/catalog/actions/apply";
    acme.owner.post(apply, templates).await.expect(200);
    let version = async |directory: &str| {
        let body = json!({"template": "thing", "source-code": "huge", "branch": "main", "directory": directory});
        let path = "/api/v2/organizations/acme/source-code-versions";
        acme.owner.post(path, document("source-code-versions", body)).await
    };
    let (wide, small) = tokio::join!(version("wide"), version("small"));
    assert_eq!(small.expect(201).attribute("status"), "ready");
    // Its code may read anything, so that all of the repository would go with it.
    let wide = wide.expect(422);
    assert_eq!(wide.pointer(), "/data/attributes/directory");
    let (_, detail) = wide.error();
    assert!(detail.contains("and 100000 can be packed"), "{detail}");

    // The next push of it and of others is followed.
    let pushed = [Change::file("small/more.tf", "variable \"b\" {}\n")];
    huge.commit("main", "More", &pushed).unwrap();
    let synchronize = async |id: &str| {
        let path = format!("/api/v2/source-codes/{id}/actions/synchronize");
        acme.owner.post(&path, json!({})).await.expect(200)
    };
    let (moved, ours) = tokio::join!(synchronize(&huge_code), synchronize(&ours));
    assert_eq!(moved.attribute("moved"), &json!(["main"]));
    assert_eq!(ours.attribute("moved"), &json!([]));
    acme.app.settle().await;
    let small = interface(&acme, &huge_code, "directory=small").await.expect(200);
    assert_eq!(small.attribute("variables").as_array().unwrap().len(), 2);
}
