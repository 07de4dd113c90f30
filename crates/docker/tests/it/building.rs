//! What `slipway app deploy` needs of a build: secrets that stay secret, a log while it goes on, an end when it is
//! cancelled, and only what changed sent again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use slipway_buildkit::{Secret, Session, Tree};
use slipway_docker::{Build, BuildFailed};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::fixture::{self, build, unlike};

#[tokio::test]
async fn a_dockerfile_becomes_an_image_that_says_what_it_runs() {
    let (engine, base) = fixture::engine().await;
    let dockerfile = format!(
        "FROM {base}\nARG GREETING=none\nWORKDIR /srv\nCOPY . .\nRUN echo \"$GREETING\" > greeting\nEXPOSE 8080\nUSER 1000\n\
         ENTRYPOINT [\"/bin/sh\"]\nCMD [\"-c\", \"cat greeting\"]\n"
    );
    let context = Tree::new().with_file("sub/a.txt", "a").with_file("b.txt", "b");
    let session = Session {
        dockerfile: Tree::new().with_file("Dockerfile", dockerfile),
        context,
        ..Session::default()
    };
    let build = Build {
        id: unlike("build"),
        tag: "shop:v1".to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        is_isolated: true,
        arguments: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
        labels: BTreeMap::from([("slipway.app".to_owned(), "shop".to_owned())]),
        ..Build::default()
    };
    let (built, log) = fixture::run(&engine, &build, session).await;
    let id = built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
    let image = engine.image("shop:v1").await.unwrap();
    assert_eq!(image.id, id);
    assert_eq!(
        (image.ports, image.user.as_str(), image.directory.as_str()),
        (vec![8080], "1000", "/srv")
    );
    assert_eq!(
        (image.entrypoint, image.command),
        (
            vec!["/bin/sh".to_owned()],
            vec!["-c".to_owned(), "cat greeting".to_owned()]
        )
    );
    assert!(log.iter().any(|line| line.contains("COPY . .")), "{log:#?}");
}

#[tokio::test]
async fn a_secret_is_there_for_the_command_that_mounts_it_and_nowhere_else() {
    let (engine, base) = fixture::engine().await;
    let dockerfile = format!(
        "FROM {base}\nRUN --mount=type=secret,id=token test $(grep -c ^s3cr.t$ /run/secrets/token) = 1 && echo right > /right\n"
    );
    let secrets = BTreeMap::from([("token".to_owned(), Secret::new(b"s3cr3t".to_vec()))]);
    let session = Session {
        dockerfile: Tree::new().with_file("Dockerfile", dockerfile),
        secrets,
        ..Session::default()
    };
    let build = Build {
        id: unlike("build"),
        tag: "secret:v1".to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        is_isolated: true,
        ..Build::default()
    };
    let (built, log) = fixture::run(&engine, &build, session).await;
    built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
    assert!(!log.join("\n").contains("s3cr3t"));
    let mut unit = fixture::shell("secret:v1", "ls /run/secrets/token; cat /right");
    unit.name = unlike("reads");
    let started = engine.start_unit(&unit).await.unwrap();
    let text = crate::running::everything(&engine, &started.name).await;
    assert!(text.contains("right") && text.contains("No such file"), "{text}");
}

#[tokio::test]
async fn a_build_that_fails_says_what_failed() {
    let (engine, base) = fixture::engine().await;
    let dockerfile = format!("FROM {base}\nRUN echo before && false\n");
    let (built, log) = build(&engine, "never:v1", &dockerfile, Tree::new()).await;
    let error = built.unwrap_err().to_string();
    assert!(error.contains("exit code: 1"), "{error}");
    assert!(log.iter().any(|line| line.ends_with("before")), "{log:#?}");
    assert!(log.iter().any(|line| line.contains("ERROR")), "{log:#?}");
    let (built, _) = build(&engine, "never:v1", "FROM scratch\nCOPPY a b\n", Tree::new()).await;
    let error = built.unwrap_err().to_string();
    assert!(error.contains("COPPY"), "{error}");
    let (built, _) = build(&engine, "never:v1", "FROM scratch\nCOPY missing /\n", Tree::new()).await;
    assert!(built.unwrap_err().to_string().contains("missing"));
}

/// The log comes while the build goes on, and the build ends with its processes when it is cancelled.
#[tokio::test]
async fn a_build_is_followed_and_cancelled() {
    let (engine, base) = fixture::engine().await;
    let dockerfile = format!("FROM {base}\nRUN echo begun && sleep 600\n");
    let session = Session {
        dockerfile: Tree::new().with_file("Dockerfile", dockerfile),
        ..Session::default()
    };
    let build = Build {
        id: unlike("build"),
        tag: "never:v2".to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        is_isolated: true,
        ..Build::default()
    };
    let cancelled = CancellationToken::new();
    let (lines, mut heard) = mpsc::unbounded_channel();
    let begin = Instant::now();
    let building = {
        let (engine, cancelled) = (engine.clone(), cancelled.clone());
        tokio::spawn(async move {
            engine
                .build(&build, session, &cancelled, |line| drop(lines.send(line.to_string())))
                .await
        })
    };
    loop {
        let line = heard.recv().await.expect("the build says that it began");
        if line.ends_with("begun") && !line.contains("RUN") {
            break;
        }
    }
    cancelled.cancel();
    let outcome = building.await.unwrap();
    assert!(matches!(outcome, Err(BuildFailed::Cancelled)), "{outcome:?}");
    assert!(
        begin.elapsed() < Duration::from_secs(300),
        "it did not wait for the command"
    );
}

#[tokio::test]
async fn what_did_not_change_is_neither_sent_nor_done_again() {
    let (engine, base) = fixture::engine().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("large"), vec![7; 8 << 20]).unwrap();
    std::fs::write(folder.path().join("code"), "one").unwrap();
    let dockerfile = format!("FROM {base}\nCOPY large /large\nRUN echo counted\nCOPY code /code\n");
    let mut logs = Vec::new();
    for code in ["one", "two"] {
        std::fs::write(folder.path().join("code"), code).unwrap();
        let session = Session {
            dockerfile: Tree::new().with_file("Dockerfile", dockerfile.clone()),
            context: Tree::of_folder(folder.path()).unwrap(),
            ..Session::default()
        };
        let build = Build {
            id: unlike("build"),
            tag: "again:v1".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            is_isolated: true,
            sharing_key: "app:again".to_owned(),
            ..Build::default()
        };
        let (built, log) = fixture::run(&engine, &build, session).await;
        built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
        logs.push(log);
    }
    assert!(
        logs[1].iter().filter(|line| line.ends_with("CACHED")).count() >= 2,
        "{:#?}",
        logs[1]
    );
}

/// A request for a file is a small message; thousands of them at once are no attack.
#[tokio::test]
async fn thousands_of_files_are_sent() {
    let (engine, base) = fixture::engine().await;
    let mut context = Tree::new();
    for number in 0..6000 {
        let text = format!("{number}\n").repeat(300);
        context = context.with_file(&format!("folder-{}/{number}.txt", number % 50), text);
    }
    let dockerfile = format!("FROM {base}\nCOPY . /all\nRUN test $(find /all -type f | wc -l) = 6000\n");
    let (built, log) = build(&engine, "thousands:v1", &dockerfile, context).await;
    built.unwrap_or_else(|error| panic!("{error}\n{}", log.join("\n")));
}
