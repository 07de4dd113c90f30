//! Every shipped platform builds its example, which starts as nobody in particular, answers where it is told, and ends when it is
//! told to; a change of code alone leaves what was installed as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use slipway_apps::platforms::{Chosen, Platform, Shipped, detect};
use slipway_apps::sources::Context;
use slipway_docker::Engine;

use crate::bases;
use crate::fixture::{Built, build, engine, example, folder, on, start};

fn detected(source: &tempfile::TempDir) -> Chosen {
    detect(&Context::of_folder(source.path()).unwrap()).unwrap().chosen
}

/// Builds again after a change of the code, of which it is told how often it was asked, and gives the build in which a step was kept.
/// An engine 20.10 that builds several things at once forgets now and then what it has; whoever keeps nothing is found all the same.
async fn rebuilt(
    engine: &Engine,
    app: &str,
    platform: &Platform,
    source: &tempfile::TempDir,
    step: &str,
    change: impl Fn(u32),
) -> Built {
    let mut logs = Vec::new();
    for time in 1..=3 {
        change(time);
        let built = build(engine, app, platform, source.path()).await.unwrap();
        if built.was_cached(step) && built.cached() >= 2 {
            return built;
        }
        logs.push(built.log);
    }
    panic!("{step} is done again each time: {logs:#?}");
}

#[tokio::test]
async fn a_static_site_is_served_without_what_is_hidden() {
    let engine = engine().await;
    let base = bases::busybox(&engine).await;
    let source = example("static");
    assert_eq!(detected(&source), Chosen::Platform(Shipped::Static));
    fs::write(source.path().join(".secret"), "hidden").unwrap();
    fs::write(source.path().join("slipway.toml"), "[app]\nname = \"site\"\n").unwrap();
    let platform = on(Shipped::Static, &base, &base);
    let built = build(&engine, "site", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8101).await;
    assert!(unit.text("/").await.contains("From a folder"));
    assert!(unit.text("/about/").await.contains("How it got here"));
    let style = unit.get("/style.css").await;
    assert_eq!(style.headers()["content-type"], "text/css");
    for hidden in ["/.secret", "/slipway.toml", "/README.md", "/Procfile"] {
        assert_eq!(unit.get(hidden).await.status(), 404, "{hidden}");
    }
    assert_eq!(
        unit.says("id -u; pwd; ls -A").await.lines().take(2).collect::<Vec<_>>(),
        ["1000", "/home/application/current"]
    );

    let again = rebuilt(&engine, "site", &platform, &source, "nginx.conf", |time| {
        fs::write(source.path().join("index.html"), format!("<h1>Changed {time}</h1>")).unwrap();
    })
    .await;
    let unit = start(&engine, &again, "web", 8102).await;
    assert!(unit.text("/").await.contains("Changed"));
}

/// As the public image has it: paths of an application are its page, and what may be kept is said.
#[tokio::test]
async fn a_site_behind_nginx_has_a_fallback_and_says_what_may_be_kept() {
    let engine = engine().await;
    let (base, nginx) = (bases::busybox(&engine).await, bases::nginx(&engine).await);
    let source = folder(&[
        ("package.json", "{}"),
        ("dist/index.html", &"<h1>App</h1>".repeat(200)),
        ("dist/main.3f9a1c2b.js", "1"),
        ("dist/assets/index-BxK3v9aQ.css", ""),
        ("dist/assets/logo-original.svg", "<svg/>"),
        ("dist/photo-20240101.jpg", ""),
        ("dist/.well-known/security.txt", "Contact: x"),
    ]);
    let platform = on(Shipped::Static, &base, &nginx);
    let built = build(&engine, "spa", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8131).await;
    assert!(unit.text("/orders/7").await.starts_with("<h1>App</h1>"));
    assert_eq!(unit.get("/missing.js").await.status(), 404);
    assert_eq!(unit.text("/.well-known/security.txt").await, "Contact: x");
    let mut kept = Vec::new();
    for path in [
        "/",
        "/main.3f9a1c2b.js",
        "/assets/index-BxK3v9aQ.css",
        "/assets/logo-original.svg",
        "/photo-20240101.jpg",
    ] {
        let answer = unit.get(path).await;
        assert!(answer.headers().contains_key("etag"), "{path}");
        if answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
        {
            kept.push(path);
        }
    }
    assert_eq!(kept, ["/main.3f9a1c2b.js", "/assets/index-BxK3v9aQ.css"]);
    assert_eq!(unit.end().await.0, 0, "the signal reaches it");
    fs::write(source.path().join("dist/404.html"), "<h1>Lost</h1>").unwrap();
    let built = build(&engine, "spa", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8132).await;
    let lost = unit.get("/orders/7").await;
    assert_eq!(
        (lost.status().as_u16(), lost.text().await.unwrap().as_str()),
        (404, "<h1>Lost</h1>")
    );
}

#[tokio::test]
async fn a_python_app_answers_and_its_packages_stay_when_code_changes() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let source = example("python-web");
    assert_eq!(detected(&source), Chosen::Platform(Shipped::Python));
    let platform = on(Shipped::Python, &base, &base);
    let built = build(&engine, "python-web", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8103).await;
    assert!(unit.text("/").await.contains("Hello from"));
    assert_eq!(unit.text("/healthz").await, "well\n");
    assert_eq!(unit.says("id -u; pwd").await, "1000\n/home/application/current\n");
    assert_eq!(unit.end().await.0, 0, "the signal reaches it");

    let text = fs::read_to_string(source.path().join("app.py")).unwrap();
    let again = rebuilt(&engine, "python-web", &platform, &source, "pip install", |time| {
        let changed = text.replace("\"Hello\"", &format!("\"Moin {time}\""));
        fs::write(source.path().join("app.py"), changed).unwrap();
    })
    .await;
    assert!(again.was_cached("-m venv") && again.cached() >= 5, "{:#?}", again.log);
    let unit = start(&engine, &again, "web", 8104).await;
    assert!(unit.text("/").await.contains("Moin "));
}

/// A wheel in the source: nothing is fetched, and its program is on the path of a process that a Procfile names.
#[tokio::test]
async fn packages_of_a_python_app_are_installed_and_on_its_path() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let source = folder(&[
        ("requirements.txt", "--no-index\n--find-links wheels\ngreeting==1.0\n"),
        ("Procfile", "web: greet\n"),
    ]);
    fs::create_dir(source.path().join("wheels")).unwrap();
    let wheel = source.path().join("wheels/greeting-1.0-py3-none-any.whl");
    let script = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("greeting.py", "import os, http.server\nclass Page(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_response(200); self.end_headers(); self.wfile.write(b'from a package')\ndef main():\n    http.server.HTTPServer(('', int(os.environ['PORT'])), Page).serve_forever()\n")
    wheel.writestr("greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    wheel.writestr("greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("greeting-1.0.dist-info/entry_points.txt", "[console_scripts]\ngreet = greeting:main\n")
    wheel.writestr("greeting-1.0.dist-info/RECORD", "greeting.py,,\n")
"#;
    let made = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&wheel)
        .status()
        .unwrap();
    assert!(made.success());
    let platform = on(Shipped::Python, &base, &base);
    let built = build(&engine, "wheels", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8105).await;
    assert_eq!(unit.text("/").await, "from a package");
}

#[tokio::test]
async fn a_python_app_may_name_its_packages_in_its_project() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let source = example("python-web");
    fs::remove_file(source.path().join("requirements.txt")).unwrap();
    let project = "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = []\n";
    fs::write(source.path().join("pyproject.toml"), project).unwrap();
    let platform = on(Shipped::Python, &base, &base);
    let built = build(&engine, "project", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8133).await;
    assert_eq!(unit.text("/healthz").await, "well\n");
}

#[tokio::test]
async fn a_node_app_answers_and_its_packages_stay_when_code_changes() {
    let engine = engine().await;
    let base = bases::node(&engine).await;
    let source = example("node-web");
    assert_eq!(detected(&source), Chosen::Platform(Shipped::Node));
    let platform = on(Shipped::Node, &base, &base);
    let built = build(&engine, "node-web", &platform, source.path()).await.unwrap();
    assert_eq!(built.plan.process.as_deref(), Some("node server.js"));
    let unit = start(&engine, &built, "web", 8106).await;
    assert_eq!(unit.text("/").await, "Hello from node-web, production\n");
    assert_eq!(unit.says("id -u; pwd").await, "1000\n/home/application/current\n");
    assert_eq!(unit.end().await.0, 0, "the signal reaches it");

    let text = fs::read_to_string(source.path().join("server.js")).unwrap();
    let again = rebuilt(&engine, "node-web", &platform, &source, "npm ci", |time| {
        let changed = text.replace("'Hello'", &format!("'Moin {time}'"));
        fs::write(source.path().join("server.js"), changed).unwrap();
    })
    .await;
    let unit = start(&engine, &again, "web", 8107).await;
    assert!(unit.text("/").await.starts_with("Moin "));
}

/// A package that only building needs, in the source itself: it is there for the build, and not in the image.
#[tokio::test]
async fn a_node_app_is_built_with_what_only_building_needs() {
    let engine = engine().await;
    let base = bases::node(&engine).await;
    let source = folder(&[
        (
            "package.json",
            r#"{"name":"built","version":"1.0.0","private":true,"scripts":{"build":"maker > page.txt","start":"httpd -f -p $PORT"},
               "dependencies":{"kept":"file:kept"},"devDependencies":{"maker":"file:maker"}}"#,
        ),
        ("kept/package.json", r#"{"name":"kept","version":"1.0.0"}"#),
        (
            "maker/package.json",
            r#"{"name":"maker","version":"1.0.0","bin":{"maker":"maker.js"}}"#,
        ),
        (
            "maker/maker.js",
            "#!/usr/bin/env node\nconsole.log('made while building')\n",
        ),
    ]);
    let maker = source.path().join("maker/maker.js");
    fs::set_permissions(maker, fs::Permissions::from_mode(0o755)).unwrap();
    let platform = on(Shipped::Node, &base, &base);
    let built = build(&engine, "built", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8108).await;
    assert_eq!(unit.text("/page.txt").await, "made while building\n");
    let modules = unit.says("ls node_modules").await;
    assert!(modules.contains("kept") && !modules.contains("maker"), "{modules}");
}

#[tokio::test]
async fn a_go_app_is_a_binary_in_a_small_image() {
    let engine = engine().await;
    let (go, small) = (bases::go(&engine).await, bases::busybox(&engine).await);
    let source = example("go-web");
    assert_eq!(detected(&source), Chosen::Platform(Shipped::Go));
    let platform = on(Shipped::Go, &go, &small);
    let built = build(&engine, "go-web", &platform, source.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8109).await;
    assert!(unit.text("/").await.starts_with("Hello from go-web on "));
    assert_eq!(
        unit.says("id -u; pwd; ls -A").await,
        "1000\n/home/application/current\nREADME.md\n"
    );
    assert_eq!(unit.end().await.0, 0, "the signal reaches it");
    let size = |image: String| {
        let engine = engine.clone();
        async move { engine.image(&image).await.unwrap().size }
    };
    let more = size(built.image.clone()).await - size(small).await;
    assert!(more < 20 << 20, "{more} bytes more than the image that it runs in");

    let text = fs::read_to_string(source.path().join("main.go")).unwrap();
    let again = rebuilt(&engine, "go-web", &platform, &source, "go mod download", |time| {
        let changed = text.replace("\"Hello\"", &format!("\"Moin {time}\""));
        fs::write(source.path().join("main.go"), changed).unwrap();
    })
    .await;
    let unit = start(&engine, &again, "web", 8110).await;
    assert!(unit.text("/").await.starts_with("Moin "));
}

#[tokio::test]
async fn the_worker_has_two_processes_of_one_image() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let source = example("worker");
    let platform = on(Shipped::Python, &base, &base);
    let built = build(&engine, "worker", &platform, source.path()).await.unwrap();
    let web = start(&engine, &built, "web", 8111).await;
    assert!(
        web.text("/").await.starts_with("built at 20"),
        "the hook ran while it was built"
    );
    let worker = start(&engine, &built, "worker", 8111).await;
    while !worker.log().await.contains("piece of work 1 done") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (code, log) = worker.end().await;
    assert_eq!(code, 0);
    assert!(log.ends_with("ended after what was begun"), "{log}");
}

#[tokio::test]
async fn the_other_examples_run() {
    let engine = engine().await;
    let base = bases::python(&engine).await;
    let platform = on(Shipped::Python, &base, &base);
    let job = example("job");
    let built = build(&engine, "job", &platform, job.path()).await.unwrap();
    let unit = start(&engine, &built, "job", 1).await;
    while !unit.log().await.contains("  1 to let") && !unit.log().await.contains("let") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(unit.log().await.contains("  3 to"), "{}", unit.log().await);
    let bound = example("bound");
    let built = build(&engine, "bound", &platform, bound.path()).await.unwrap();
    let unit = start(&engine, &built, "web", 8112).await;
    assert!(unit.text("/").await.contains("bind a database to this app"));
}
