//! How long it takes in a repository of 100,000 files. `cargo test -p slipway-git --test it numbers -- --ignored --nocapture`

use std::time::Instant;

use slipway_git::{ArchiveOptions, CommitId};
use slipway_testing::git_server::Change;

use crate::fixture::Fixture;

#[tokio::test]
#[ignore = "a measurement"]
async fn a_large_repository() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let directories: Vec<String> = (0..1_000)
        .map(|number| format!("teams/team-{:02}/workspace-{number:04}", number % 20))
        .collect();
    let file = |directory: &String, number: usize| {
        Change::file(
            &format!("{directory}/part-{}/file-{number:03}.tf", number % 5),
            &format!("# {directory} {number}\n"),
        )
    };
    let changes: Vec<Change> = directories
        .iter()
        .flat_map(|directory| (0..100).map(move |number| file(directory, number)))
        .collect();
    let first = infra.commit("main", "First", &changes).unwrap();
    let started = Instant::now();
    fixture.fetch().await.unwrap();
    println!("first fetch: {:?}", started.elapsed());
    let some: Vec<Change> = directories
        .iter()
        .step_by(50)
        .map(|directory| Change::file(&format!("{directory}/part-1/new.tf"), "x"))
        .collect();
    let second = infra.commit("main", "Second", &some).unwrap();
    let started = Instant::now();
    fixture.fetch().await.unwrap();
    println!("incremental fetch: {:?}", started.elapsed());
    let (mirror, first, second): (_, CommitId, CommitId) =
        (fixture.mirror(), first.parse().unwrap(), second.parse().unwrap());
    for round in 0..3 {
        let started = Instant::now();
        let changed = mirror.changed_paths(Some(&first), &second).await.unwrap();
        println!("{round}: changed paths: {:?} ({})", started.elapsed(), changed.len());
        let started = Instant::now();
        let before = mirror.tree_ids(&first, &directories).await.unwrap();
        println!("{round}: trees of 1,000 directories: {:?}", started.elapsed());
        let after = mirror.tree_ids(&second, &directories).await.unwrap();
        assert_eq!(
            before
                .iter()
                .zip(&after)
                .filter(|(before, after)| before != after)
                .count(),
            20
        );
        let started = Instant::now();
        let files = mirror.files(&second, &[]).await.unwrap();
        println!("{round}: all files: {:?} ({})", started.elapsed(), files.len());
        let paths: Vec<String> = files.iter().step_by(100).map(|file| file.name.clone()).collect();
        let started = Instant::now();
        let contents = mirror.read_many(&second, &paths, 1 << 20).await.unwrap();
        println!(
            "{round}: reading {} files by path: {:?}",
            contents.len(),
            started.elapsed()
        );
        let started = Instant::now();
        mirror.merge(&first, &second, "Merge").await.unwrap();
        println!("{round}: merge: {:?}", started.elapsed());
        let started = Instant::now();
        mirror.remote_refs(&fixture.remote()).await.unwrap();
        println!("{round}: references of the remote: {:?}", started.elapsed());
        let started = Instant::now();
        let one = mirror
            .archive(&second, ArchiveOptions::of(&directories[..1], 1 << 30))
            .await
            .unwrap();
        println!(
            "{round}: archive of one directory: {:?} ({} bytes)",
            started.elapsed(),
            one.bytes.len()
        );
        let started = Instant::now();
        let all = mirror.archive(&first, ArchiveOptions::of(&[], 1 << 30)).await.unwrap();
        println!(
            "{round}: archive of 100,000 files: {:?} ({} bytes)",
            started.elapsed(),
            all.bytes.len()
        );
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn a_small_repository() {
    let fixture = Fixture::new();
    let infra = fixture.server.create("infra").unwrap();
    let mut fetches = Vec::new();
    let mut listings = Vec::new();
    for number in 0..40 {
        let content = format!("# {number}");
        infra
            .commit("main", "More", &[Change::file("shop/main.tf", &content)])
            .unwrap();
        let started = Instant::now();
        fixture.mirror().remote_refs(&fixture.remote()).await.unwrap();
        listings.push(started.elapsed());
        let started = Instant::now();
        fixture.fetch().await.unwrap();
        fetches.push(started.elapsed());
    }
    fetches.sort_unstable();
    listings.sort_unstable();
    println!("fetch of one commit: median {:?}, p95 {:?}", fetches[20], fetches[38]);
    println!(
        "references of the remote: median {:?}, p95 {:?}",
        listings[20], listings[38]
    );
}
