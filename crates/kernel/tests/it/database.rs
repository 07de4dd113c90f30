//! The database under load, and its migrations when several processes start at once.

use std::sync::Arc;

use slipway_kernel::db::migrations::{Migration, Step, migrate};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::db::{ConnectOptions, connect};
use slipway_kernel::open::database_url;
use slipway_kernel::queue::{OnLost, store};
use slipway_kernel::wakes::Wakes;

use crate::fixture::{Home, claim, enqueue, item, organization};

fn migrations() -> Vec<Migration> {
    let mut all = slipway_kernel::migrations();
    all.push(Migration {
        name: "test_0001_things",
        steps: || {
            vec![
                Step::Table(Table::new("things").col("id", Type::Id).primary(&["id"])),
                // Twice would fail, or leave two rows.
                Step::Sql("INSERT INTO things (id) VALUES ('one')"),
            ]
        },
    });
    all
}

#[tokio::test]
async fn migrations_run_once_however_often_and_by_how_many_they_are_started() {
    let home = Home::new();
    std::fs::create_dir_all(&home.settings.server.data_dir).unwrap();
    let options = ConnectOptions {
        url: database_url(&home.settings).unwrap(),
        max_connections: 4,
    };
    let start = || async {
        let db = connect(&options).await?;
        migrate(&db, Arc::new(Wakes::default()), &migrations()).await
    };
    let (first, second, third) = tokio::join!(start(), start(), start());
    first.unwrap();
    second.unwrap();
    third.unwrap();
    start().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let home = Home::new();
    let ctx = home.start().await;
    migrate(&ctx.db, Arc::clone(&ctx.wakes), &migrations()).await.unwrap();
    let refused = home.try_start().await.err().unwrap();
    assert!(refused.detail().contains("newer version"), "{}", refused.detail());
}

#[tokio::test]
async fn a_failed_migration_leaves_nothing_behind() {
    let home = Home::new();
    let ctx = home.start().await;
    let mut broken = migrations();
    broken.push(Migration {
        name: "test_0002_broken",
        steps: || vec![Step::Sql("INSERT INTO nowhere (id) VALUES ('one')")],
    });
    assert!(migrate(&ctx.db, Arc::clone(&ctx.wakes), &broken).await.is_err());
    drop(ctx);
    home.start().await;
}

/// Eight writers and eight readers, in two processes on one database: everybody waits, nobody is told "locked".
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn load_from_two_processes_never_shows_a_locked_database() {
    let home = Home::new();
    let processes = [home.start().await, home.start().await];
    let organization = organization(&processes[0]).await;
    let mut work = tokio::task::JoinSet::new();
    for number in 0..8 {
        let ctx = processes[number % 2].clone();
        work.spawn(async move {
            for _ in 0..20 {
                enqueue(&ctx, item(organization, OnLost::Requeue)).await;
                claim(&ctx, "writer").await;
            }
        });
        let ctx = processes[number % 2].clone();
        work.spawn(async move {
            for _ in 0..100 {
                store::next_ready_at(ctx.db.reader(), &["apool-test".to_owned()])
                    .await
                    .unwrap();
            }
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
}
