//! Reading from real repositories: links, what is kept between commits, and how long it takes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use slipway_api::ids::WorkspaceId;
use slipway_git::Git;

use super::*;
use crate::commits::affected::{Candidate, Index, Why};
use crate::commits::patterns::Patterns;

/// A file for `git fast-import`: mode, path, text.
type Entry<'a> = (&'a str, &'a str, &'a str);

/// Adds a commit to a bare repository; gives its id.
fn commit(repository: &Path, entries: &[Entry<'_>]) -> CommitId {
    let is_first = !repository.join("HEAD").exists();
    if is_first {
        git(repository, &["init", "--bare", "--quiet", "."], "");
    }
    let mut stream = "commit refs/heads/main\ncommitter A <a@example.com> 1763680000 +0000\ndata 1\nx\n".to_owned();
    if !is_first {
        stream += "from refs/heads/main^0\n";
    }
    for (mode, path, text) in entries {
        write!(stream, "M {mode} inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    }
    git(repository, &["fast-import", "--quiet"], &stream);
    git(repository, &["rev-parse", "refs/heads/main"], "")
        .trim()
        .parse()
        .unwrap()
}

fn git(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

const FILE: &str = "100644";
const LINK: &str = "120000";

#[tokio::test]
async fn links_are_followed_and_changes_behind_them_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = Mirror::at(&Git::find().unwrap(), folder.path());
    let module = "module \"net\" { source = \"./modules/net\" }\n";
    let first = commit(
        folder.path(),
        &[
            (FILE, "shop/main.tf", module),
            (LINK, "shop/common.tf", "../common/common.tf"),
            (LINK, "shop/modules", "../modules"),
            (FILE, "common/common.tf", "locals { a = file(\"../conf/a.json\") }\n"),
            (
                FILE,
                "modules/net/main.tf",
                "locals { b = file(\"${path.module}/b.json\") }\n",
            ),
        ],
    );
    let repository = RepositoryId::from_parts(1, 77);
    let roots = ["shop".to_owned()];
    let read = async |commit: &CommitId| {
        closures(repository, &mirror, commit, None, &roots)
            .await
            .unwrap()
            .remove(0)
    };
    let closure = read(&first).await;
    assert!(closure.modules.contains("modules/net"), "{closure:?}");
    assert!(
        closure.paths.contains("common/common.tf") && closure.paths.contains("conf/a.json"),
        "{closure:?}"
    );
    assert!(closure.paths.contains("modules/net/b.json"), "{closure:?}");
    assert!(!closure.is_complete && !closure.is_whole);
    // What is behind a link changes: nothing old is kept.
    let second = commit(
        folder.path(),
        &[(FILE, "common/common.tf", "locals { a = file(\"../conf/c.json\") }\n")],
    );
    let closure = read(&second).await;
    assert!(
        closure.paths.contains("conf/c.json") && !closure.paths.contains("conf/a.json"),
        "{closure:?}"
    );
}

#[tokio::test]
async fn what_was_kept_and_what_is_read_anew_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = Mirror::at(&Git::find().unwrap(), folder.path());
    let roots = ["a".to_owned(), "b".to_owned()];
    let kept = RepositoryId::from_parts(1, 78);
    let steps: [&[Entry<'_>]; 4] = [
        &[
            (FILE, "a/main.tf", "module \"m\" { source = \"../m\" }\n"),
            (FILE, "b/main.tf", ""),
        ],
        &[(FILE, "m/main.tf", "locals { x = templatefile(\"../t.tpl\", {}) }\n")],
        &[
            (FILE, "t.tpl", "${file(\"../u.txt\")}"),
            (FILE, "b/main.tf", "module \"m\" { source = \"../m\" }\n"),
        ],
        &[(FILE, "t.tpl", "plain"), (FILE, "a/main.tf", "")],
    ];
    let mut last: Option<CommitId> = None;
    for (number, entries) in steps.iter().enumerate() {
        let commit = commit(folder.path(), entries);
        // Told what changed, as after a push, or left to find it.
        let changed: Vec<String> = entries.iter().map(|(_, path, _)| (*path).to_owned()).collect();
        let since = last.as_ref().filter(|_| number % 2 == 1).map(|before| Since {
            before: Some(before),
            changed: &changed,
        });
        let warm = closures(kept, &mirror, &commit, since, &roots).await.unwrap();
        let fresh = RepositoryId::from_parts(2, number as u64);
        assert_eq!(
            warm,
            closures(fresh, &mirror, &commit, None, &roots).await.unwrap(),
            "step {number}"
        );
        last = Some(commit);
    }
}

/// `cargo test -p slipway-infra --release -- --ignored --nocapture measured`
#[tokio::test]
#[ignore = "a measurement: 1,000 workspaces in a repository of 100,000 files"]
async fn measured_with_a_thousand_workspaces_in_a_hundred_thousand_files() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = Mirror::at(&Git::find().unwrap(), folder.path());
    let mut files: Vec<(String, String)> = Vec::new();
    for number in 0..1_000 {
        let root = format!("live/region-{}/workspace-{number}", number % 20);
        let calls: String = (0..3)
            .map(|call| {
                let module = (number * 7 + call * 31) % 200;
                format!("module \"m{call}\" {{\n  source = \"../../../modules/m{module}\"\n}}\n")
            })
            .collect();
        files.push((format!("{root}/main.tf"), calls));
        for extra in 0..78 {
            files.push((format!("{root}/files/f{extra}.json"), "{}".to_owned()));
        }
    }
    for number in 0..200 {
        let text = format!("locals {{ x = file(\"${{path.module}}/x{number}.json\") }}\n");
        files.push((format!("modules/m{number}/main.tf"), text));
    }
    while files.len() < 100_000 {
        files.push((
            format!("docs/{}/page-{}.md", files.len() % 500, files.len()),
            "text".to_owned(),
        ));
    }
    let entries: Vec<Entry<'_>> = files
        .iter()
        .map(|(path, text)| (FILE, path.as_str(), text.as_str()))
        .collect();
    let first = commit(folder.path(), &entries);
    let roots: Vec<String> = (0..1_000)
        .map(|number| format!("live/region-{}/workspace-{number}", number % 20))
        .collect();
    let repository = RepositoryId::from_parts(1, 79);
    let began = Instant::now();
    closures(repository, &mirror, &first, None, &roots).await.unwrap();
    println!("cold: {:?}", began.elapsed());
    let mut before = first;
    let mut times = Vec::new();
    for number in 0..20 {
        let path = format!("modules/m{number}/more.tf");
        let after = commit(folder.path(), &[(FILE, &path, "locals { more = 1 }\n")]);
        let began = Instant::now();
        let changed: Vec<String> = mirror
            .changed_paths(Some(&before), &after)
            .await
            .unwrap()
            .into_iter()
            .map(|changed| changed.path)
            .collect();
        let since = Since {
            before: Some(&before),
            changed: &changed,
        };
        let closures = closures(repository, &mirror, &after, Some(since), &roots)
            .await
            .unwrap();
        let candidates: Vec<Candidate> = closures
            .into_iter()
            .enumerate()
            .map(|(number, closure)| Candidate {
                workspace: WorkspaceId::from_parts(1, number as u64),
                closure,
                patterns: Patterns::default(),
                is_always: false,
            })
            .collect();
        let index = Index::new(&candidates);
        let questions = index.questions(&changed);
        let separate = separate(&mirror, Some(&before), &after, &questions).await.unwrap();
        let found = index.affected(&changed, &separate);
        times.push(began.elapsed());
        assert!(found.iter().all(|(_, why)| matches!(why, Why::Module(..))));
        assert!(found.len() >= 10, "{}", found.len());
        before = after;
    }
    times.sort();
    println!("warm: median {:?}, slowest {:?}", times[times.len() / 2], times.last());
}
