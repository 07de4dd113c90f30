//! The story itself: sign in, set up, plan, apply, look, change, destroy. Read it top to bottom as the guide's shortest
//! form; each line is a command that the person can type.

use anyhow::{Context, Result, ensure};

use super::Setting;
use super::client::{Client, show};
use super::outputs;

const FIRST_GREETING: &str = "Hello";
const SECOND_GREETING: &str = "Good morning";
/// The example of `examples/apps` that is deployed.
pub(super) const SITE: &str = "static";

pub(super) async fn tell(client: &Client, setting: &Setting) -> Result<()> {
    sign_in(client, setting).await?;
    client.run(&["organization", "create", "demo"]).await?;
    client
        .run(&["workspace", "create", "hello", "--organization", "demo"])
        .await?;
    client
        .run(&["init", "--organization", "demo", "--workspace", "hello"])
        .await?;

    heading("A first run: everything is new");
    client.run(&["plan"]).await?;
    client.run(&["apply", "--auto-approve"]).await?;
    client.run(&["state", "show"]).await?;
    check_outputs(client, FIRST_GREETING).await?;

    heading("A second run: a variable has changed");
    client
        .run(&["variable", "set", &format!("greeting={SECOND_GREETING}")])
        .await?;
    client.run(&["plan"]).await?;
    client.run(&["apply", "--auto-approve"]).await?;
    check_outputs(client, SECOND_GREETING).await?;

    heading("The end: everything is destroyed");
    client.run(&["apply", "--destroy", "--auto-approve"]).await?;
    let left = client.read(&["state", "show"]).await?;
    let is_left = ["random_pet", "random_password"].iter().any(|kind| left.contains(kind));
    ensure!(!is_left, "resources are left after destroy:\n{left}");
    println!("Two applies and a destroy went through, and the outputs were as expected.\n");
    deploy(client, setting).await
}

/// The example of a site, from its folder to an address that answers; where the machine has a Docker Engine.
async fn deploy(client: &Client, setting: &Setting) -> Result<()> {
    heading("An app: from a folder to an address that answers");
    let clusters = client.read(&["cluster", "list"]).await?;
    if !clusters.contains("ready") {
        println!("No Docker Engine was found on this machine (or none that answers), so no app is deployed.");
        return Ok(());
    }
    let site = setting.folder.join(SITE);
    let site = site.to_str().context("the demo's directory is not UTF-8")?;
    client.run(&["app", "create", SITE]).await?;
    client.run(&["app", "deploy", site, "--app", SITE]).await?;
    client.run(&["app", "units", SITE]).await?;
    let url = client.quiet(&["app", "open", SITE]).await?;
    println!("The site answers at {}", url.trim());
    Ok(())
}

/// With a token that is made on the machine itself, as an administrator does who has no other way in.
async fn sign_in(client: &Client, setting: &Setting) -> Result<()> {
    let data = setting.folder.join("server");
    let create = [
        "admin",
        "token",
        "create",
        "--data-dir",
        data.to_str().context("the data directory is not UTF-8")?,
    ];
    show(&create);
    let answer = client.quiet(&create).await?;
    let token = answer
        .split_whitespace()
        .find(|word| word.starts_with("slw_"))
        .context("no token was printed")?;
    println!("(a token)\n");

    let url = format!("http://{}", setting.listen);
    show(&["login", &url, "--token", "<token>"]);
    println!("{}", client.quiet(&["login", &url, "--token", token]).await?);
    Ok(())
}

/// A link by which the person makes an account with a password.
pub(super) async fn set_up_link(client: &Client, setting: &Setting) -> Result<String> {
    let data = setting.folder.join("server");
    let data = data.to_str().context("the data directory is not UTF-8")?;
    let command = ["admin", "set-up-link", "--data-dir", data, "--listen", &setting.listen];
    let answer = client.quiet(&command).await?;
    let link = answer.split_whitespace().find(|word| word.contains("/set-up/"));
    Ok(link.context("no link was printed")?.to_owned())
}

async fn check_outputs(client: &Client, greeting: &str) -> Result<()> {
    client.run(&["state", "outputs"]).await?;
    // Not shown: as JSON the sensitive one is in clear.
    let json = client.quiet(&["state", "outputs", "-o", "json"]).await?;
    outputs::check(&outputs::parse(&json)?, greeting)
}

fn heading(text: &str) {
    println!("── {text} ──\n");
}
