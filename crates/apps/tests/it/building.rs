//! What holds for builds by every platform: secrets, hooks, caches, and Dockerfiles of one's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use slipway_apps::platforms::{Chosen, Images, Platform, Shipped, detect, own_dockerfile};
use slipway_apps::processes::Said;
use slipway_apps::sources::Context;
use slipway_docker::{Engine, UnitSpec};

use crate::bases;
use crate::fixture::{SECRET, build, engine, example, folder, on, run, start, tree, unlike};

/// The small files that the engine keeps in which a text is: layers of images, what builds keep, what images say of themselves.
fn keeping(root: &Path, text: &[u8]) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(root) else {
        return Vec::new();
    };
    let mut keeping_it = Vec::new();
    for found in found.flatten() {
        // There secrets are mounted while a step runs, in memory.
        if found.path().ends_with("data/tmp") {
            continue;
        }
        let Ok(kind) = found.file_type() else { continue };
        if kind.is_dir() {
            keeping_it.extend(keeping(&found.path(), text));
        } else if kind.is_file() && found.metadata().is_ok_and(|metadata| metadata.len() < 1 << 20) {
            let content = fs::read(found.path()).unwrap_or_default();
            if content.windows(text.len()).any(|part| part == text) {
                keeping_it.push(found.path());
            }
        }
    }
    keeping_it
}

#[tokio::test]
async fn a_hook_has_the_secret_and_no_layer_has() {
    let engine = engine().await;
    let base = bases::busybox(&engine).await;
    let source = folder(&[
        ("index.html", "<h1>Here</h1>"),
        (
            "tsuru.yaml",
            "hooks:\n  build:\n    - wc -c < /run/secrets/token > size.txt\n    - echo kept-by-a-hook-2b9e > kept.txt\n",
        ),
    ]);
    let platform = on(Shipped::Static, &base, &base);
    let built = build(&engine, "secrets", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8120).await;
    assert_eq!(unit.text("/size.txt").await, format!("{}\n", SECRET.1.len()));
    assert_eq!(unit.says("ls /run/secrets 2>/dev/null").await, "");
    assert!(!built.log.join("\n").contains(SECRET.1));
    let kept = slipway_testing::docker::socket()
        .unwrap()
        .parent()
        .unwrap()
        .join("data");
    let written = keeping(&kept, b"kept-by-a-hook-2b9e");
    assert!(
        !written.is_empty(),
        "what a hook writes is found where the engine keeps it"
    );
    let leaked = keeping(&kept, SECRET.1.as_bytes());
    assert!(leaked.is_empty(), "{leaked:?}");
}

/// Hooks of the run image run as the app's user, who reads the secret too.
#[tokio::test]
async fn a_hook_of_a_python_app_runs_as_the_apps_user_with_its_packages() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let source = folder(&[
        (
            "app.py",
            "import os, http.server\nhttp.server.test(http.server.SimpleHTTPRequestHandler, port=int(os.environ['PORT']))\n",
        ),
        ("requirements.txt", ""),
        (
            "slipway.toml",
            "[app.hooks]\nbuild = [\"id -u > who.txt\", \"command -v python3 > which.txt\", \"wc -c < /run/secrets/token > size.txt\"]\n",
        ),
    ]);
    let platform = on(Shipped::Python, &base, &base);
    let built = build(&engine, "python-hooks", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8121).await;
    assert_eq!(unit.text("/who.txt").await, "1000\n");
    assert_eq!(unit.text("/which.txt").await, "/home/application/venv/bin/python3\n");
    assert_eq!(unit.text("/size.txt").await, format!("{}\n", SECRET.1.len()));
}

#[tokio::test]
async fn a_hook_that_fails_ends_the_build_with_its_words() {
    let engine = engine().await;
    let base = bases::busybox(&engine).await;
    let source = folder(&[
        ("index.html", ""),
        ("tsuru.yaml", "hooks: {build: [\"echo no glue >&2; exit 4\"]}"),
    ]);
    let platform = on(Shipped::Static, &base, &base);
    let error = build(&engine, "failing", &platform, source.path()).await.err().unwrap();
    assert!(error.contains("exit code: 4") && error.contains("no glue"), "{error}");
}

/// A cache mount of one app is not that of another.
#[tokio::test]
async fn an_app_has_caches_of_its_own() {
    let engine = engine().await;
    let platform = Platform {
        name: "counting".to_owned(),
        dockerfile: "ARG SLIPWAY_RUN_IMAGE\nFROM ${SLIPWAY_RUN_IMAGE}\nCOPY . /app\n\
                     RUN --mount=type=cache,id=slipway-app-count,target=/cache echo x >> /cache/all && wc -l < /cache/all > /count\n\
                     CMD [\"/bin/sh\", \"-c\", \"exec httpd -f -p $PORT -h /\"]\n"
            .to_owned(),
        images: Images::same(&bases::busybox(&engine).await),
    };
    let source = folder(&[("a", "1")]);
    let mut counts = Vec::new();
    for (app, content, port) in [("one", "1", 8122), ("one", "2", 8123), ("two", "1", 8124)] {
        fs::write(source.path().join("a"), content).unwrap();
        // Another file in another app: what is built with the same files and no cache of its own is not built again.
        fs::write(source.path().join("app"), app).unwrap();
        let built = build(&engine, app, &platform, source.path()).await.unwrap();
        let unit = start(&engine, &built, "web", port).await;
        counts.push(unit.text("/count").await);
    }
    assert_eq!(counts, ["1\n", "2\n", "1\n"]);
}

#[tokio::test]
async fn a_dockerfile_of_ones_own_is_built_as_it_is() {
    let engine = engine().await;
    let base = bases::busybox(&engine).await;
    let source = example("dockerfile");
    let context = Context::of_folder(source.path()).unwrap();
    assert_eq!(detect(&context).unwrap().chosen, Chosen::Dockerfile);
    let arguments = BTreeMap::from([("BASE".to_owned(), base)]);
    let text = context.text("Dockerfile").unwrap();
    let said = Said::read(&context).unwrap();
    let plan = own_dockerfile(text, &said, &arguments, &BTreeSet::new()).unwrap();
    let (image, log) = run(&engine, "dockerfile", &plan, tree(source.path())).await;
    let image = image.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
    let answer = answer_of(&engine, &image).await;
    assert!(answer.contains("Built as the Dockerfile says"), "{answer}");
}

/// What an image answers that is run as it is.
async fn answer_of(engine: &Engine, image: &str) -> String {
    let name = unlike("plain");
    let spec = UnitSpec {
        labels: BTreeMap::from([("slipway.test".to_owned(), name.clone())]),
        name,
        image: image.to_owned(),
        network: "slipway".to_owned(),
        ..UnitSpec::default()
    };
    let address = engine.start_unit(&spec).await.unwrap().address.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    loop {
        match client.get(format!("http://{address}:8888/")).send().await {
            Ok(answer) => return answer.text().await.unwrap(),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
}
