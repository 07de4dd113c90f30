//! Programs that are made with go-tfe, Terraform Enterprise's own client: OAuth clients and tokens, SSH keys, workspaces
//! from a repository.

use serde_json::json;
use slipway_testing::tools;

use super::git_workspaces::FromGit;
use crate::access::integrations::private_key;

#[tokio::test]
async fn go_tfe_finds_what_it_expects() {
    let program = tools::find()
        .unwrap()
        .go_tfe
        .expect("run `cargo run -p xtask -- tools` once");
    let from_git = FromGit::new().await;
    from_git.push("main", &[("shop/main.tf", "# nothing\n")]).await;
    let token = from_git.gitea.token(&from_git.owner, &["all"]).await.unwrap();
    let address = from_git.acme.app.kernel.settings.server.public_url.clone().unwrap();
    let done = tokio::process::Command::new(program)
        .env_clear()
        .envs([
            ("SLIPWAY_ADDRESS", address.as_str()),
            ("SLIPWAY_TOKEN", from_git.acme.owner.token.as_deref().unwrap()),
            ("ORGANIZATION", "acme"),
            ("FORGE", &from_git.gitea.url),
            ("FORGE_TOKEN", &token),
            ("REPOSITORY", &from_git.repository),
            ("PRIVATE_KEY", private_key()),
        ])
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{text}");
    assert!(
        text.lines().filter(|line| line.starts_with("ok ")).count() >= 30,
        "{text}"
    );
    let left = from_git
        .acme
        .owner
        .get("/api/v2/organizations/acme/oauth-tokens")
        .await
        .expect(200);
    assert_eq!(left.ids(), [from_git.integration.replace("int-", "ot-")]);
    assert_eq!(left.body["meta"]["pagination"]["total-count"], json!(1));
}
