//! Warm starts with real providers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use slipway_tofu::cache::{Cache, ProviderRequest, WarmKey};
use slipway_tofu::commands::{CliConfig, verify_backend};
use slipway_tofu::sandbox::Level;

use crate::fixture::{MODULE, Machine, helper};

const DAY: Duration = Duration::from_secs(86_400);
const SOURCE: &str = "resource \"null_resource\" \"a\" {}\nresource \"random_pet\" \"b\" {}\n\
                      module \"m\" {\n source = \"./m\"\n}\n";

fn request(machine: &Machine) -> ProviderRequest {
    let requirements = [("hashicorp/null", ""), ("hashicorp/random", ">= 3.0.0")];
    ProviderRequest {
        engine: machine.engine.clone(),
        requirements: requirements
            .map(|(source, version)| (source.to_owned(), version.to_owned()))
            .into(),
        lock_file: None,
        mirrors: vec![machine.mirror.clone()],
        direct: false,
        environment: BTreeMap::new(),
        helper: helper(),
        demand: Level::Isolated,
        patience: Duration::from_secs(60),
        max_age: DAY,
    }
}

fn packages(machine: &Machine) -> usize {
    fs::read_dir(machine.root.path().join("cache/packages"))
        .unwrap()
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_runs_at_once_get_the_same_providers_from_one_installation() {
    let machine = Machine::new().await;
    let cache = Cache::open(&machine.root.path().join("cache")).unwrap();
    let runs: Vec<_> = (0..20)
        .map(|_| {
            let (cache, request) = (cache.clone(), request(&machine));
            tokio::spawn(async move { cache.providers(&request).await.unwrap().unwrap() })
        })
        .collect();
    let mut mirrors = Vec::new();
    for run in runs {
        mirrors.push(run.await.unwrap());
    }
    mirrors.dedup();
    assert_eq!(mirrors.len(), 1);
    assert_eq!(
        mirrors[0].providers,
        [
            "registry.opentofu.org/hashicorp/null",
            "registry.opentofu.org/hashicorp/random"
        ]
    );
    assert_eq!(packages(&machine), 2);
    assert_eq!(
        fs::read_dir(machine.root.path().join("cache/mirrors")).unwrap().count(),
        1
    );
}

#[tokio::test]
async fn a_second_run_of_a_workspace_needs_no_init() {
    let machine = Machine::new().await;
    let cache = Cache::open(&machine.root.path().join("cache")).unwrap();
    let mirror = cache.providers(&request(&machine)).await.unwrap().unwrap();
    let key = WarmKey::new(&["ws-1", "requirements"]);
    let module = Path::new(MODULE);

    let mut cold = machine.run("run-1", SOURCE);
    cold.directory
        .write(Path::new("config/m/main.tf"), b"resource \"null_resource\" \"c\" {}\n")
        .unwrap();
    let config = CliConfig {
        mirrors: vec![mirror.path.clone()],
        mirrored_only: mirror.providers.clone(),
        ..CliConfig::default()
    };
    cold.configure(config.clone());
    cold.stores = [mirror.path.clone()]
        .into_iter()
        .chain(mirror.packages.clone())
        .collect();
    cold.succeed("init").await;
    cold.succeed("plan").await;
    cache.keep(&key, &cold.directory, module, &[]).unwrap();
    assert_eq!(packages(&machine), 2, "linked providers are not copied again");

    let mut warm = machine.run("run-2", SOURCE);
    warm.directory
        .write(Path::new("config/m/main.tf"), b"resource \"null_resource\" \"c\" {}\n")
        .unwrap();
    warm.configure(config);
    let restored = cache.restore(&key, &warm.directory, module, DAY).unwrap().unwrap();
    verify_backend(&warm.directory, module).unwrap();
    // Nothing but the two packages: not the mirror, not the rest of the cache.
    warm.stores = restored.packages;
    warm.succeed("plan").await;
    warm.succeed("apply").await;
    assert_eq!(warm.state()["resources"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn providers_that_a_run_downloaded_itself_are_kept_for_its_workspace() {
    let machine = Machine::new().await;
    let cache = Cache::open(&machine.root.path().join("cache")).unwrap();
    let key = WarmKey::new(&["ws-1"]);
    let module = Path::new(MODULE);
    let cold = machine.run("run-1", "resource \"null_resource\" \"a\" {}\n");
    cold.succeed("init").await;
    cache
        .keep(&key, &cold.directory, module, std::slice::from_ref(&machine.mirror))
        .unwrap();

    let mut warm = machine.run("run-2", "resource \"null_resource\" \"a\" {}\n");
    warm.stores = cache
        .restore(&key, &warm.directory, module, DAY)
        .unwrap()
        .unwrap()
        .packages;
    warm.succeed("plan").await;
}

#[tokio::test]
async fn requirements_that_cannot_be_met_are_left_to_the_run() {
    let machine = Machine::new().await;
    let cache = Cache::open(&machine.root.path().join("cache")).unwrap();
    let mut request = request(&machine);
    request.requirements.insert("hashicorp/nope".into(), String::new());
    assert_eq!(cache.providers(&request).await.unwrap(), None);
    assert_eq!(packages(&machine), 0);
}
