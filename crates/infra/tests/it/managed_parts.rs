//! What a manager asks of its workspace beside runs: settings, integrations, outputs.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::IntegrationId;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_connections::integrations;
use slipway_infra::managed::{outputs, workspaces};
use slipway_infra::states::{Source, service as states};

use crate::fixture::state;
use crate::managed::{MANAGER, Managed};

#[tokio::test]
async fn the_manager_changes_what_nobody_else_may() {
    let managed = Managed::new().await;
    let ctx = managed.site.system();
    let change = WorkspaceSettings {
        name: Some("orders".parse().unwrap()),
        auto_apply: Some(true),
        working_directory: Some("modules/db".to_owned()),
        ..WorkspaceSettings::default()
    };
    let mut tx = ctx.begin().await.unwrap();
    let changed = workspaces::update(&mut tx, &ctx, managed.workspace.id, &change)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.working_directory.as_str()),
        ("orders", "modules/db")
    );
    assert!(!changed.auto_apply, "that stays the manager's");
    assert_eq!(changed.managed_by.as_deref(), Some(MANAGER));
}

#[tokio::test]
async fn outputs_have_types_and_say_what_is_secret() {
    let managed = Managed::new().await;
    let (site, ctx) = (&managed.site, managed.site.system());
    let of_workspace = async || outputs::of_workspace(&ctx, managed.workspace.id).await;
    assert_eq!(of_workspace().await.unwrap(), None, "there is no state yet");
    let mut bytes: Value = serde_json::from_slice(&state(3, "line", 1)).unwrap();
    bytes["outputs"]["zones"] = json!({"value": ["a", "b"], "type": ["list", "string"]});
    let source = Source::User { force: false };
    let bytes = bytes.to_string().into_bytes().into();
    let version = states::accept(&ctx, &site.now(managed.workspace.id).await, bytes, source)
        .await
        .unwrap();
    let found = of_workspace().await.unwrap().unwrap();
    assert_eq!((found.state_version, found.serial), (version.id, 3));
    let shown: Vec<_> = found
        .outputs
        .iter()
        .map(|output| (output.name.as_str(), output.output_type.to_string(), output.sensitive))
        .collect();
    let string = "\"string\"".to_owned();
    assert_eq!(
        shown,
        [
            ("password", string.clone(), true),
            ("region", string, false),
            ("zones", "[\"list\",\"string\"]".to_owned(), false)
        ]
    );
    assert_eq!(found.outputs[0].value, "hunter2", "the manager seals it");

    let sealed =
        br#"{"serial": 4, "lineage": "line", "meta": {}, "encrypted_data": "AAAA", "encryption_version": "v0"}"#;
    let source = Source::User { force: false };
    states::accept(
        &ctx,
        &site.now(managed.workspace.id).await,
        sealed.to_vec().into(),
        source,
    )
    .await
    .unwrap();
    assert_eq!(of_workspace().await.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn the_manager_says_which_integrations_runs_get() {
    let managed = Managed::new().await;
    let (site, ctx) = (&managed.site, managed.site.system());
    let mut ids: Vec<IntegrationId> = Vec::new();
    for name in ["one", "two"] {
        let wanted = json!({"name": name, "kind": "environment", "settings": {"variables": {"KEY": name}}});
        let wanted = serde_json::from_value(wanted).unwrap();
        let made = integrations::service::create(&ctx, &site.organization, wanted)
            .await
            .unwrap();
        ids.push(made.id);
    }
    let given = async |wanted: &[IntegrationId]| {
        let tx = ctx.begin().await.unwrap();
        workspaces::give_integrations(&tx, &ctx, managed.workspace.id, wanted)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let path = format!("/workspaces/{}/integrations", managed.workspace.id);
        let (_, list) = site.call(&ctx, "GET", &path, None).await;
        list.to_string()
    };
    let both = given(&ids).await;
    assert!(ids.iter().all(|id| both.contains(&id.to_string())), "{both}");
    let one = given(&ids[1..]).await;
    assert!(
        !one.contains(&ids[0].to_string()) && one.contains(&ids[1].to_string()),
        "{one}"
    );
}
