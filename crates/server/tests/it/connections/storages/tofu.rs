//! Real OpenTofu keeps a state by the block of a storage.

use std::path::Path;
use std::process::{Output, Stdio};

use super::aws::{cloud, without_tls};
use super::{acme, at, aws, create, ended, unique};

/// OpenTofu in a folder, with nothing of this machine's environment but what it needs.
async fn tofu(folder: &Path, url: &str, words: &[&str]) -> Output {
    let engine = slipway_testing::tools::find().unwrap().tofu;
    let mut command = tokio::process::Command::new(engine);
    command
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hidden")
        .env("AWS_ENDPOINT_URL_S3", url)
        .env("AWS_ENDPOINT_URL_STS", url)
        .env("AWS_ENDPOINT_URL_IAM", url)
        .stdin(Stdio::null());
    command.output().await.unwrap()
}

#[tokio::test]
async fn opentofu_keeps_its_state_by_the_block() {
    let acme = acme().await;
    let url = slipway_testing::s3::bucket().unwrap().endpoint;
    let (integration, bucket) = (aws(&acme, &url).await, unique("tofu"));
    let id = create(&acme, &integration, at(&bucket)).await;
    let ready = ended(&acme, &id).await;
    without_tls(&url, &bucket).await;
    let folder = tempfile::tempdir().unwrap();
    let block = ready["backend"].as_str().unwrap().replace("PATH", "shop/network");
    std::fs::write(folder.path().join("backend.tf"), block).unwrap();
    std::fs::write(folder.path().join("cli.tfrc"), "").unwrap();
    std::fs::write(
        folder.path().join("main.tf"),
        "resource \"terraform_data\" \"it\" {\n  input = \"kept\"\n}\n",
    )
    .unwrap();
    // Amazon's own addresses have the bucket in the host, which a server on this machine has not.
    for words in [
        &[
            "init",
            "-input=false",
            "-no-color",
            "-backend-config=use_path_style=true",
        ][..],
        &["apply", "-input=false", "-no-color", "-auto-approve"],
    ] {
        let done = tofu(folder.path(), &url, words).await;
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
    }
    let (status, state) = cloud(&url, "GET", &format!("{bucket}/shop/network/terraform.tfstate"), "").await;
    assert!(status == 200 && state.contains("\"kept\""), "{state}");
    // The lock was a file beside the state, which is a version by now.
    let (_, versions) = cloud(&url, "GET", &format!("{bucket}?versions"), "").await;
    assert!(versions.contains("shop/network/terraform.tfstate.tflock"), "{versions}");
}
