//! Backup and restore: everything is there again, on whatever database; and what must not be restored is refused.

use std::fs::File;
use std::path::{Path, PathBuf};

use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use slipway_api::Code;
use slipway_kernel::Result;
use slipway_kernel::backup::{self, Summary};
use slipway_kernel::settings::Settings;
use slipway_server::domains;

use super::s3::use_bucket;
use crate::support::{Acme, Caller, State, TestApp, document};

/// A kind of database.
#[derive(Debug, Clone, Copy)]
enum On {
    Sqlite,
    Postgres,
    MariaDb,
}

impl On {
    fn url(self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(slipway_testing::postgres::database().unwrap()),
            Self::MariaDb => Some(slipway_testing::mariadb::database().unwrap()),
        }
    }

    async fn app(self) -> TestApp {
        let url = self.url();
        TestApp::with(|settings| settings.database.url = url).await
    }
}

/// What people would miss, as they see it.
struct Seen {
    paths: Vec<String>,
    answers: Vec<Vec<u8>>,
}

async fn look(caller: &Caller, paths: Vec<String>) -> Seen {
    let mut answers = Vec::new();
    for path in &paths {
        answers.push(caller.get(path).await.expect(200).bytes);
    }
    Seen { paths, answers }
}

/// A server on which something happened: a secret variable, a run that was applied, its logs and state. Returns a
/// token, and what is seen with it.
async fn story(acme: &Acme) -> (String, Seen) {
    let vars = format!("/api/v2/workspaces/{}/vars", acme.workspace);
    let secret = json!({"key": "password", "value": "s3cret", "sensitive": true});
    acme.owner.post(&vars, document("vars", secret)).await.expect(201);
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let apply = runner.claim().await.unwrap();
    let state = State::new(1).output("address", "10.0.0.1", false).text();
    apply.put("state", state).await.expect(200);
    apply.succeed(json!({"add": 1})).await;
    acme.app.settle().await;
    let token = site_token(&acme.app).await;
    let owner = acme.app.caller(&token);
    let current = format!("/api/v2/workspaces/{}/current-state-version", acme.workspace);
    let version = owner.get(&current).await.expect(200).id();
    let paths = vec![
        format!("/api/v2/runs/{run}"),
        format!("/api/v2/plans/plan-{}/log", &run[4..]),
        format!("/api/v2/applies/apply-{}/log", &run[4..]),
        format!("/api/v2/state-versions/{version}/download"),
        current,
        vars,
    ];
    let seen = look(&owner, paths).await;
    (token, seen)
}

async fn site_token(app: &TestApp) -> String {
    let name = "rescue".parse().unwrap();
    let made = slipway_identity::bootstrap::create_site_admin_token(&app.system(), name, "test".to_owned(), None).await;
    made.unwrap().expose_text().unwrap().to_owned()
}

async fn back_up(app: &TestApp, with_master_key: bool) -> (PathBuf, Summary) {
    let path = app.directory().join("backup");
    let file = File::create_new(&path).unwrap();
    let summary = backup::write(&app.system(), file, with_master_key, &|_, _| {})
        .await
        .unwrap();
    (path, summary)
}

async fn restore(settings: &Settings, path: &Path) -> Result<Summary> {
    let file = File::open(path).unwrap();
    backup::restore(settings, &domains::migrations(), &file, &|_, _| {}).await
}

/// Settings of a server that was never started, with the master key of `app` in its place.
fn new_home(app: &TestApp, name: &str, on: On) -> Settings {
    let mut settings = Settings::default();
    settings.server.data_dir = app.directory().join(name);
    settings.server.master_key_file = Some(app.kernel.settings.server.data_dir.join("master.key"));
    settings.database.url = on.url();
    settings
}

async fn open(settings: &Settings) -> TestApp {
    TestApp::with(|given| given.clone_from(settings)).await
}

#[rstest]
#[case::sqlite_to_sqlite(On::Sqlite, On::Sqlite)]
#[case::sqlite_to_postgres(On::Sqlite, On::Postgres)]
#[case::postgres_to_sqlite(On::Postgres, On::Sqlite)]
#[case::postgres_to_mariadb(On::Postgres, On::MariaDb)]
#[case::mariadb_to_sqlite(On::MariaDb, On::Sqlite)]
#[tokio::test]
async fn a_restored_server_has_everything_on_another_database_too(#[case] from: On, #[case] to: On) {
    let acme = Acme::on(from.app().await).await;
    let (token, seen) = story(&acme).await;
    let (path, made) = back_up(&acme.app, false).await;
    assert!(made.objects > 2 && made.rows > 50 && made.tables > 30, "{made:?}");
    let settings = new_home(&acme.app, "restored", to);
    assert_eq!(restore(&settings, &path).await.unwrap(), made);

    let app = open(&settings).await;
    let owner = app.caller(&token);
    let again = look(&owner, seen.paths.clone()).await;
    for ((path, before), after) in seen.paths.iter().zip(&seen.answers).zip(&again.answers) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(before), text(after), "{path}");
    }
    // Ids of one moment would meet those that are there.
    app.pass(std::time::Duration::from_secs(3_600));
    let runner = crate::support::TestRunner::new(&app).await;
    let body = json!({"data": {"type": "runs", "attributes": {},
        "relationships": {"workspace": {"data": {"type": "workspaces", "id": acme.workspace}}}}});
    owner.post("/api/v2/runs", body).await.expect(201);
    let item = runner.claim().await.unwrap();
    assert_eq!(
        item.claim.context.variables[0].value, "s3cret",
        "the sealed value opens"
    );
}

#[tokio::test]
async fn a_disk_is_restored_into_a_bucket_with_the_master_key_from_the_file() {
    let acme = Acme::new().await;
    let (token, seen) = story(&acme).await;
    let (path, made) = back_up(&acme.app, true).await;
    let bucket = slipway_testing::s3::bucket().unwrap();
    let mut settings = new_home(&acme.app, "restored", On::Sqlite);
    settings.server.master_key_file = None;
    use_bucket(&mut settings, &bucket);
    assert_eq!(restore(&settings, &path).await.unwrap(), made);
    let again = look(&open(&settings).await.caller(&token), seen.paths.clone()).await;
    assert!(seen.answers == again.answers);

    let mut other = new_home(&acme.app, "other", On::Sqlite);
    use_bucket(&mut other, &bucket);
    let refused = restore(&other, &path).await.unwrap_err();
    assert!(
        refused.detail().contains("object store is not empty"),
        "{}",
        refused.detail()
    );
}

#[tokio::test]
async fn what_is_written_during_a_backup_is_in_it_whole_or_not_at_all() {
    let acme = Acme::new().await;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let owner = acme.owner.clone();
    let writing = tokio::spawn(async move {
        let mut number = 0;
        while stopped.try_recv().is_err() {
            number += 1;
            let body = document("workspaces", json!({"name": format!("w{number}")}));
            let path = "/api/v2/organizations/acme/workspaces";
            owner.post(path, body).await.expect(201);
            tokio::task::yield_now().await;
        }
        number
    });
    let (path, _) = back_up(&acme.app, false).await;
    stop.send(()).unwrap();
    assert!(writing.await.unwrap() > 0);
    let settings = new_home(&acme.app, "restored", On::Sqlite);
    restore(&settings, &path).await.unwrap();
    let app = open(&settings).await;
    let count = async |sql: &str| {
        let reader = app.kernel.db.reader();
        let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql));
        row.await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
    };
    let workspaces = count("SELECT COUNT(*) FROM workspaces").await;
    assert!(workspaces >= 1);
    assert_eq!(
        count("SELECT COUNT(*) FROM events WHERE action = 'workspace.created'").await,
        workspaces
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM directory_objects WHERE kind = 'workspace'").await,
        workspaces
    );
}

#[tokio::test]
async fn a_damaged_file_is_refused_wherever_the_damage_is_and_nothing_is_restored() {
    let acme = Acme::new().await;
    story(&acme).await;
    let (path, made) = back_up(&acme.app, true).await;
    let whole = std::fs::read(&path).unwrap();
    let settings = new_home(&acme.app, "restored", On::Sqlite);
    let damaged = acme.app.directory().join("damaged");
    let refused = async |bytes: &[u8], what: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        let refused = restore(&settings, &damaged)
            .await
            .err()
            .unwrap_or_else(|| panic!("{what}"));
        assert_eq!(refused.code(), Code::Conflict, "{what}: {refused}");
        refused.detail().to_owned()
    };
    for position in (0..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x10;
        let said = refused(&bytes, &format!("byte {position}")).await;
        assert!(
            said.contains("damaged") || said.contains("version"),
            "byte {position}: {said}"
        );
    }
    for length in [0, 100, 512, whole.len() / 2, whole.len() - 1_024, whole.len() - 1] {
        let said = refused(&whole[..length], &format!("{length} bytes")).await;
        assert!(said.contains("damaged"), "{length} bytes: {said}");
    }
    for part in ["tables/events/", "objects/org-", "master.key", "manifest.json"] {
        let begin = whole
            .windows(part.len())
            .position(|window| window == part.as_bytes())
            .unwrap();
        let mut bytes = whole.clone();
        bytes[begin + 512 + 40] ^= 0x10;
        let said = refused(&bytes, part).await;
        assert!(
            said.contains(&format!("damaged at {}", part.trim_end_matches('/'))),
            "{part}: {said}"
        );
    }
    assert_eq!(restore(&settings, &path).await.unwrap(), made, "nothing is in the way");
}

#[tokio::test]
async fn a_wrong_key_and_a_used_server_are_refused() {
    let acme = Acme::new().await;
    let (path, made) = back_up(&acme.app, false).await;
    let mut settings = new_home(&acme.app, "restored", On::Sqlite);
    settings.server.master_key_file = None;
    let said = async |settings: &Settings| restore(settings, &path).await.unwrap_err().detail().to_owned();
    let missing = said(&settings).await;
    assert!(
        missing.contains("is missing") && missing.contains(&made.master_key),
        "{missing}"
    );

    let another = TestApp::new().await;
    settings.server.master_key_file = Some(acme.app.directory().join("another.key"));
    slipway_kernel::secrets::master_key::MasterKey::create(
        &acme.app.directory().join("another.key"),
        &slipway_kernel::random::Random::system(),
    )
    .unwrap();
    let wrong = said(&settings).await;
    assert!(
        wrong.contains("is not the backup's") && wrong.contains(&made.master_key),
        "{wrong}"
    );

    let mut used = another.kernel.settings.clone();
    used.server.master_key_file = Some(acme.app.kernel.settings.server.data_dir.join("master.key"));
    let refused = said(&used).await;
    assert!(refused.contains("not empty"), "{refused}");
}

#[tokio::test]
async fn a_full_disk_and_a_lost_object_are_errors() {
    let acme = Acme::new().await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let refused = backup::write(&acme.app.system(), full, false, &|_, _| {})
        .await
        .unwrap_err();
    assert!(refused.detail().contains("Make room"), "{}", refused.detail());

    let blobs = acme.app.kernel.settings.server.data_dir.join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::create_dir(&blobs).unwrap();
    let file = File::create_new(acme.app.directory().join("backup")).unwrap();
    let refused = backup::write(&acme.app.system(), file, false, &|_, _| {})
        .await
        .unwrap_err();
    let said = refused.detail();
    assert!(said.contains("are missing in the object store"), "{said}");
    let named = said.matches("org-").count();
    assert!(
        named > 0 && said.starts_with(&format!("{named} objects")),
        "all are named: {said}"
    );
}

#[tokio::test]
async fn a_restore_that_fails_leaves_nothing_in_the_way_of_the_next() {
    let acme = Acme::new().await;
    let (path, made) = back_up(&acme.app, true).await;
    let mut settings = new_home(&acme.app, "restored", On::Sqlite);
    settings.server.master_key_file = None;
    // Something is where a table must be, so that it fails after the objects.
    std::fs::create_dir_all(&settings.server.data_dir).unwrap();
    let url = slipway_kernel::open::database_url(&settings).unwrap();
    let options = slipway_kernel::db::ConnectOptions {
        url,
        max_connections: 1,
    };
    let db = slipway_kernel::db::connect(&options).await.unwrap();
    let execute = async |sql: &str| {
        let tx = slipway_kernel::Tx::begin(&db, std::sync::Arc::default()).await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql).await.unwrap();
        tx.commit().await.unwrap();
    };
    execute("CREATE TABLE phases (id TEXT)").await;
    restore(&settings, &path).await.unwrap_err();
    assert!(!settings.server.data_dir.join("master.key").exists());
    execute("DROP TABLE phases").await;
    assert_eq!(restore(&settings, &path).await.unwrap(), made);
}

#[tokio::test]
async fn a_backup_of_nothing_or_of_an_older_version_is_refused_and_changes_nothing() {
    let acme = Acme::new().await;
    let to = acme.app.directory().join("refused.backup");
    let refused = async |settings: &Settings| {
        let refused = slipway_server::admin::backup(settings.clone(), &to, false, &|_, _| {}).await;
        refused.unwrap_err().to_string()
    };
    let empty = new_home(&acme.app, "empty", On::Sqlite);
    let said = refused(&empty).await;
    assert!(said.contains("There is no database"), "{said}");
    assert!(!empty.server.data_dir.exists());

    let reader = acme.app.kernel.db.reader();
    let execute = async |sql: &str| {
        let tx = acme.app.system().begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql).await.unwrap();
        tx.commit().await.unwrap();
    };
    execute("DELETE FROM migrations WHERE name = 'kernel_0009_queue_begun'").await;
    let said = refused(&acme.app.kernel.settings).await;
    assert!(
        said.contains("older version") && said.contains("start the server"),
        "{said}"
    );
    let applied = reader
        .query_all_raw(Statement::from_string(
            reader.get_database_backend(),
            "SELECT name FROM migrations WHERE name = 'kernel_0009_queue_begun'",
        ))
        .await
        .unwrap();
    assert!(applied.is_empty() && !to.exists());
}

#[tokio::test]
async fn what_a_killed_backup_left_goes_with_the_next() {
    let acme = Acme::new().await;
    let to = acme.app.directory().join("all.backup");
    let left = acme.app.directory().join(".all.backup.4711.partial");
    let held = acme.app.directory().join(".all.backup.4712.partial");
    std::fs::write(&left, "half").unwrap();
    let holder = File::create(&held).unwrap();
    holder.lock().unwrap();
    slipway_server::admin::backup(acme.app.kernel.settings.clone(), &to, false, &|_, _| {})
        .await
        .unwrap();
    assert!(!left.exists() && held.exists() && to.exists());
}

#[tokio::test]
async fn a_backup_and_a_restore_are_events_and_leave_no_half_file() {
    let acme = Acme::new().await;
    let directory = acme.app.directory().to_owned();
    let settings = acme.app.kernel.settings.clone();
    let to = directory.join("all.backup");
    slipway_server::admin::backup(settings.clone(), &to, false, &|_, _| {})
        .await
        .unwrap();
    let twice = slipway_server::admin::backup(settings, &to, false, &|_, _| {}).await;
    assert!(twice.unwrap_err().to_string().contains("is there already"));
    let new = new_home(&acme.app, "restored", On::Sqlite);
    slipway_server::admin::restore(new.clone(), &to, &|_, _| {})
        .await
        .unwrap();
    let app = open(&new).await;
    for (app, action) in [(&acme.app, "site.backed-up"), (&app, "site.restored")] {
        let reader = app.kernel.db.reader();
        let sql = format!("SELECT COUNT(*) FROM events WHERE action = '{action}' AND object_kind = 'site'");
        let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql));
        assert_eq!(
            row.await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap(),
            1,
            "{action}"
        );
    }
    let left = std::fs::read_dir(&directory).unwrap().flatten();
    let left: Vec<_> = left
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().contains("partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
