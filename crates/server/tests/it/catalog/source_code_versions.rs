//! What a platform team does with versions: publish the code of a tag, say how it is asked for, see what moved, refresh it.

use serde_json::{Value, json};
use slipway_catalog::source_code_versions::CONSUMER;
use slipway_kernel::events::consumers;
use slipway_kernel::settings::Settings;
use slipway_testing::git_server::{Change, GitServer, Repository};

use super::source_codes::{acme, create as create_source_code, examples};
use crate::support::{Acme, Answer, TestApp, document};

const PATH: &str = "/api/v2/organizations/acme/source-code-versions";
const APPLY: &str = "/api/v2/organizations/acme/catalog/actions/apply";

/// The templates of the examples, and their repository as the source code `modules`.
async fn prepared(server: &GitServer) -> (Acme, Repository) {
    let repository = examples(server);
    let acme = acme().await;
    create_source_code(
        &acme,
        json!({"identifier": server.url("platform/modules"), "name": "modules"}),
    )
    .await
    .expect(201);
    let templates = json!({"templates": [
        {"key": "account", "name": "Account"},
        {"key": "region", "name": "Region", "parents": [{"template": "account"}]},
        {"key": "network", "name": "Network", "parents": [{"template": "region"}]},
        {"key": "group", "name": "Group", "is-abstract": true},
    ]});
    acme.owner.post(APPLY, templates).await.expect(200);
    (acme, repository)
}

async fn create(acme: &Acme, attributes: Value) -> Answer {
    acme.owner
        .post(PATH, document("source-code-versions", attributes))
        .await
}

async fn change(acme: &Acme, id: &str, attributes: Value) -> Answer {
    let body = document("source-code-versions", attributes);
    acme.owner
        .patch(&format!("/api/v2/source-code-versions/{id}"), body)
        .await
}

async fn get(acme: &Acme, id: &str, part: &str) -> Answer {
    acme.owner
        .get(&format!("/api/v2/source-code-versions/{id}{part}"))
        .await
}

async fn refresh(acme: &Acme, id: &str) -> Answer {
    let path = format!("/api/v2/source-code-versions/{id}/actions/refresh");
    acme.owner.post(&path, json!({})).await
}

fn sentences(answer: &Answer, weight: &str) -> Vec<String> {
    let notes = answer.attribute("notes").as_array().unwrap();
    let those = notes.iter().filter(|note| note["weight"] == weight);
    those
        .map(|note| note["sentence"].as_str().unwrap().to_owned())
        .collect()
}

/// Everything that the server would do by now, with what hears of pushes.
async fn settle(acme: &Acme) {
    let ctx = acme.app.system();
    loop {
        acme.app.settle().await;
        if consumers::deliver_batch(&ctx, &CONSUMER).await.unwrap() == 0 {
            break;
        }
    }
    acme.app.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_a_snapshot_with_a_form_and_a_life() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    let account = json!({"template": "account", "source-code": "modules", "tag": "v1.0.0", "directory": "modules/account",
        "lifecycle": "active"});
    let account = create(&acme, account).await.expect(201);
    assert_eq!(account.attribute("is-recommended"), true);

    let network = json!({"template": "network", "source-code": "modules", "tag": "v1.0.0",
        "directory": "./modules/network/", "variables": [
            {"name": "account_id", "reference": {"template": "account", "output": "account_id"}, "group": "Place"},
            {"name": "cidr", "label": "Addresses", "frozen": true, "unique": true,
                "rules": {"pattern": "[0-9./]+", "message": "As 10.0.0.0/16."}}]});
    let made = create(&acme, network.clone()).await.expect(201);
    assert_eq!(made.attribute("directory"), "modules/network");
    assert_eq!(made.attribute("status"), "ready");
    assert_eq!(made.attribute("lifecycle"), "preview");
    assert_eq!(
        made.attribute("commit"),
        &json!(repository.git(&["rev-parse", "v1.0.0"]).unwrap())
    );
    assert_eq!(made.attribute("digest").as_str().unwrap().len(), 64);
    assert_eq!(made.attribute("variables")[0]["reference"]["template"], "account");
    create(&acme, network).await.expect(409);

    let id = made.id();
    let form = get(&acme, &id, "/schema").await.expect(200);
    let schema = form.attribute("schema");
    let account_id = &schema["properties"]["account_id"];
    assert_eq!(account_id["x-slipway"]["origin"], "reference");
    assert_eq!(account_id["x-slipway"]["order"], 0);
    let cidr = &schema["properties"]["cidr"];
    assert_eq!(cidr["title"], "Addresses");
    assert_eq!(cidr["pattern"], "^(?:[0-9./]+)$");
    assert!(!schema["required"].as_array().unwrap().contains(&json!("account_id")));

    let refused = change(&acme, &id, json!({"lifecycle": "deprecated"})).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @"Nobody was told to take a version in preview: archive it, or activate it.");
    for lifecycle in ["active", "deprecated", "archived", "deprecated", "active"] {
        change(&acme, &id, json!({"lifecycle": lifecycle})).await.expect(200);
    }
    let listed = acme
        .owner
        .get(&format!("{PATH}?filter[lifecycle]=active"))
        .await
        .expect(200);
    assert_eq!(listed.column("template").len(), 2);

    // Neither the source code nor a template whose outputs are used goes.
    let source_code = made.body["data"]["relationships"]["source-code"]["data"]["id"]
        .as_str()
        .unwrap();
    let refused = acme
        .owner
        .delete(&format!("/api/v2/source-codes/{source_code}"))
        .await
        .expect(409);
    let detail = refused.error().1;
    assert!(detail.contains("v1.0.0 (modules/network) of \"network\""), "{detail}");
    let used = acme
        .owner
        .get(&format!("/api/v2/source-codes/{source_code}"))
        .await
        .expect(200);
    assert_eq!(used.attribute("used-by"), &json!({"template": 2}));
    for version in [id, account.id()] {
        acme.owner
            .delete(&format!("/api/v2/source-code-versions/{version}"))
            .await
            .expect(204);
    }
    acme.owner
        .delete(&format!("/api/v2/source-codes/{source_code}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_published_says_why() {
    let server = GitServer::start().unwrap();
    let (acme, _) = prepared(&server).await;
    let refused = async |changes: Value| {
        let mut body = json!({"template": "network", "source-code": "modules", "tag": "v1.0.0",
            "directory": "modules/network"});
        for (field, value) in changes.as_object().unwrap() {
            body[field] = value.clone();
        }
        let answer = create(&acme, body).await.expect(422);
        format!("{}: {}", answer.pointer(), answer.error().1)
    };
    insta::assert_snapshot!(refused(json!({"template": "nothing"})).await, @r#"/data/attributes/template: There is no template "nothing"."#);
    insta::assert_snapshot!(refused(json!({"template": "group"})).await, @r#"/data/attributes/template: The template "group" is abstract: it groups others and has no code."#);
    insta::assert_snapshot!(refused(json!({"source-code": "nothing"})).await, @r#"/data/attributes/source-code: There is no source code "nothing"."#);
    insta::assert_snapshot!(refused(json!({"tag": "v9"})).await, @r#"/data/attributes/tag: platform/modules has no tag "v9"."#);
    insta::assert_snapshot!(refused(json!({"branch": "main"})).await, @r#"/data/attributes/tag: Say one of "tag", "branch" and "commit"."#);
    insta::assert_snapshot!(refused(json!({"directory": "modules"})).await, @"/data/attributes/directory: There are no OpenTofu files in modules at v1.0.0.");
    insta::assert_snapshot!(refused(json!({"variables": [{"name": "nmae"}]})).await, @r#"/data/attributes/variables/0/name: The module has no variable "nmae"; it has account_id, zones, cidr, tags."#);
    insta::assert_snapshot!(refused(json!({"variables": [{"name": "cidr", "default": ["x"]}]})).await, @"/data/attributes/variables/0/default: It does not fit string: text is needed, and this is a list.");
    insta::assert_snapshot!(refused(json!({"variables": [{"name": "cidr", "restricted": ["pirate"], "default": "x"}]})).await, @r#"/data/attributes/variables/0/restricted: There is no role "pirate"."#);
    insta::assert_snapshot!(refused(json!({"variables": [{"name": "account_id", "reference": {"template": "group", "output": "x"}}]})).await, @r#"/data/attributes/variables/0/reference/template: The template does not stand on "group"; it stands on account, region."#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_tag_is_told_and_followed_only_when_somebody_says_so() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    consumers::begin(&acme.app.system(), &CONSUMER).await.unwrap();
    let file = |text: &str| [Change::file("modules/x/main.tf", text)];
    let old = "variable \"size\" {\n  type    = string\n  default = \"large\"\n}\nvariable \"gone\" {\n  default = 1\n}\noutput \"id\" {\n  value = 1\n}\n";
    repository.commit("main", "First", &file(old)).unwrap();
    repository.git(&["tag", "--force", "v2", "main"]).unwrap();
    let before = repository.git(&["rev-parse", "main"]).unwrap();
    let made = create(
        &acme,
        json!({"template": "network", "source-code": "modules", "tag": "v2", "directory": "modules/x",
            "lifecycle": "active", "variables": [{"name": "size", "default": "small", "label": "Size"}, {"name": "gone"}]}),
    )
    .await
    .expect(201);
    let id = made.id();
    settle(&acme).await;
    assert_eq!(get(&acme, &id, "").await.attribute("moved-to"), &Value::Null);

    // A forced push: the branch has another history, and the tag is moved onto it.
    let new = "variable \"size\" {\n  type    = number\n  default = 1\n}\n";
    let after = repository.replace("main", None, "Second", &file(new)).unwrap();
    repository.git(&["tag", "--force", "v2", "main"]).unwrap();
    let source_code = made.body["data"]["relationships"]["source-code"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v2/source-codes/{source_code}/actions/synchronize");
    acme.owner.post(&path, json!({})).await.expect(200);
    settle(&acme).await;
    let seen = get(&acme, &id, "").await.expect(200);
    assert_eq!(seen.attribute("moved-to"), &json!(after));
    assert_eq!(seen.attribute("commit"), &json!(before));

    let drift = get(&acme, &id, "/drift").await.expect(200);
    assert_eq!(drift.attribute("ref-commit"), &json!(after));
    assert_eq!(drift.attribute("is-changed"), true);
    let diff = drift.attribute("files")[0]["diff"].as_str().unwrap();
    assert!(
        diff.contains("-  type    = string\n") && diff.contains("+  type    = number\n"),
        "{diff}"
    );
    insta::assert_snapshot!(sentences(&drift, "breaking").join("\n"), @r"
    Variable `size` was string, is number: only text that can be read as such still fits.
    Variable `gone` is gone: a value given for it is refused.
    Output `id` is gone: whatever uses it has no value any more.
    ");

    let refreshed = refresh(&acme, &id).await.expect(200);
    assert_eq!(refreshed.attribute("is-changed"), true);
    let report = refreshed.attribute("report").as_array().unwrap();
    assert_eq!(report.len(), 2);
    let told = report[0].as_str().unwrap();
    assert!(told.starts_with("The default of \"size\" was taken back:"), "{told}");
    assert_eq!(report[1], "The variable \"gone\" is gone, and what was said about it.");
    let now = get(&acme, &id, "").await.expect(200);
    assert_eq!(now.attribute("commit"), &json!(after));
    assert_eq!(now.attribute("moved-to"), &Value::Null);
    assert_eq!(now.attribute("variables"), &json!([{"name": "size", "label": "Size"}]));
    assert_eq!(get(&acme, &id, "/drift").await.attribute("is-moved"), false);

    // What is published does not become what cannot be read.
    repository
        .commit("main", "Third", &file("variable \"size\" {\n"))
        .unwrap();
    repository.git(&["tag", "--force", "v2", "main"]).unwrap();
    let refused = refresh(&acme, &id).await.expect(409);
    assert!(refused.error().1.contains("cannot be read"), "{:?}", refused.error());
    assert_eq!(get(&acme, &id, "").await.attribute("commit"), &json!(after));

    repository.git(&["tag", "--delete", "v2"]).unwrap();
    acme.owner.post(&path, json!({})).await.expect(200);
    settle(&acme).await;
    assert_eq!(get(&acme, &id, "").await.attribute("is-ref-gone"), true);
    refresh(&acme, &id).await.expect(409);
    let events = acme
        .owner
        .get("/api/v2/organizations/acme/events?page[size]=100")
        .await
        .expect(200);
    let actions = events.column("action");
    for action in ["source-code-version.moved", "source-code-version.refreshed"] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_of_what_its_branch_is_on_though_nobody_told_of_the_push() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    for directory in ["modules/x", "modules/y"] {
        let file = Change::file(&format!("{directory}/main.tf"), "output \"id\" {\n  value = 1\n}\n");
        repository.commit("main", "Another module", &[file]).unwrap();
        let newest = repository.git(&["rev-parse", "main"]).unwrap();
        let wanted = json!({"template": "network", "source-code": "modules", "branch": "main", "directory": directory});
        match directory {
            "modules/x" => create(&acme, wanted).await.expect(201),
            _ => acme.owner.post(APPLY, json!({"versions": [wanted]})).await.expect(200),
        };
        let all = acme.owner.get(PATH).await.expect(200);
        assert!(all.column("commit").contains(&newest), "{directory}: {:?}", all.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_says_what_it_breaks() {
    let server = GitServer::start().unwrap();
    let (acme, repository) = prepared(&server).await;
    let commit = |text: &str, tag: &str| {
        let files = [
            Change::file("modules/x/main.tf", text),
            Change::file("modules/shared/main.tf", &format!("# {tag}\n")),
        ];
        repository.commit("main", tag, &files).unwrap();
        repository.git(&["tag", tag, "main"]).unwrap();
    };
    let shared = "module \"shared\" {\n  source = \"../shared\"\n}\n";
    commit(
        &format!("variable \"a\" {{}}\noutput \"b\" {{\n  value = 1\n}}\n{shared}"),
        "x1",
    );
    commit(&format!("variable \"c\" {{}}\n{shared}"), "x2");
    let version = async |tag: &str| {
        let body = json!({"template": "network", "source-code": "modules", "tag": tag, "directory": "modules/x"});
        create(&acme, body).await.expect(201)
    };
    let (one, two) = (version("x1").await, version("x2").await);
    assert_eq!(one.attribute("notes"), &json!([]));
    assert_eq!(two.attribute("compared-with"), &json!(one.id()));
    insta::assert_snapshot!(sentences(&two, "breaking").join("\n"), @r"
    Variable `a` is gone: a value given for it is refused.
    Variable `c` is new and must be given.
    Output `b` is gone: whatever uses it has no value any more.
    ");

    // What a version refers to is a part of its snapshot.
    let compared = get(&acme, &one.id(), &format!("/compare?with={}", two.id()))
        .await
        .expect(200);
    let paths: Vec<&str> = compared
        .attribute("files")
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["modules/shared/main.tf", "modules/x/main.tf"]);
    assert_eq!(compared.attribute("notes"), two.attribute("notes"));

    change(&acme, &two.id(), json!({"breaking-changes": "Give `c`."}))
        .await
        .expect(200);
    let stale = acme
        .owner
        .send(
            "PATCH",
            &format!("/api/v2/source-code-versions/{}", two.id()),
            &[("if-match", "\"1\""), ("content-type", "application/vnd.api+json")],
            document("source-code-versions", json!({"description": "x"}))
                .to_string()
                .into(),
        )
        .await;
    assert_eq!(stale.status, 412);
    // The first one becomes the newest: now it is the one that is compared.
    change(&acme, &one.id(), json!({"position": 9})).await.expect(200);
    assert_eq!(get(&acme, &two.id(), "").await.attribute("compared-with"), &Value::Null);
    assert_eq!(
        get(&acme, &one.id(), "").await.attribute("compared-with"),
        &json!(two.id())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_is_broken_large_or_linked_is_told_apart() {
    let server = GitServer::start().unwrap();
    let repository = server.create("odd").unwrap();
    let many = "x".repeat(400 << 10);
    repository
        .commit(
            "main",
            "First",
            &[
                Change::file("broken/main.tf", "variable \"a\" {\n"),
                Change::file("large/main.tf", "variable \"a\" {}\n"),
                Change::File("large/data.bin".to_owned(), many.into_bytes()),
                Change::file("linked/main.tf", "variable \"a\" {}\n"),
                Change::Link("linked/out".to_owned(), "../../../etc/passwd".to_owned()),
                Change::Submodule("linked/vendor".to_owned(), "1".repeat(40)),
            ],
        )
        .unwrap();
    let small = |settings: &mut Settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        settings.limits.configuration_unpacked_bytes = 200 << 10;
    };
    let acme = Acme::on(TestApp::with(small).await).await;
    create_source_code(&acme, json!({"identifier": server.url("odd"), "name": "odd"}))
        .await
        .expect(201);
    let templates = json!({"templates": [{"key": "thing", "name": "Thing"}]});
    acme.owner.post(APPLY, templates).await.expect(200);
    let version = async |directory: &str, lifecycle: &str| {
        let body = json!({"template": "thing", "source-code": "odd", "branch": "main", "directory": directory,
            "lifecycle": lifecycle});
        create(&acme, body).await
    };
    let broken = version("broken", "preview").await.expect(201);
    assert_eq!(broken.attribute("status"), "failed");
    let problem = &broken.attribute("problems")[0];
    assert_eq!(problem["file"], "broken/main.tf");
    assert!(problem["line"].is_u64());
    get(&acme, &broken.id(), "/schema").await.expect(409);
    change(&acme, &broken.id(), json!({"lifecycle": "active"}))
        .await
        .expect(409);
    // Mended and refreshed, it can be used.
    let mended = Change::file("broken/main.tf", "variable \"a\" {}\n");
    repository.commit("main", "Mended", &[mended]).unwrap();
    let refreshed = refresh(&acme, &broken.id()).await.expect(200);
    assert_eq!(refreshed.attribute("status"), "ready");
    change(&acme, &broken.id(), json!({"lifecycle": "active"}))
        .await
        .expect(200);

    let large = version("large", "preview").await.expect(422);
    assert_eq!(large.pointer(), "/data/attributes/directory");
    assert!(
        large.error().1.contains("is too large to be kept")
            && large
                .error()
                .1
                .contains("The file large/data.bin (with 409600 bytes) is larger than 204800 bytes"),
        "{:?}",
        large.error()
    );

    let linked = version("linked", "active").await.expect(201);
    let problems = linked.attribute("problems").as_array().unwrap();
    let mut named: Vec<&str> = problems.iter().map(|one| one["file"].as_str().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(named, ["linked/out", "linked/vendor"]);
    assert!(problems.iter().all(|one| one["severity"] == "warning"));
}
