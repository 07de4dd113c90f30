//! `slipway demo`

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use rust_embed::RustEmbed;

use super::apply;
use super::documents::Documents;
use crate::commands::repository::find_integration;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// The tag that the documents name.
const TAG: &str = "v1.0.0";
/// The documents, and what stands in them for the repository's address.
const DOCUMENTS: &str = "catalog.yaml";
/// The same commit whoever makes it whenever, so that pushing it again changes nothing.
const WHEN: &str = "2026-01-01T00:00:00Z";
const WHO: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "Slipway"),
    ("GIT_AUTHOR_EMAIL", "demo@slipway.invalid"),
    ("GIT_COMMITTER_NAME", "Slipway"),
    ("GIT_COMMITTER_EMAIL", "demo@slipway.invalid"),
];

#[derive(RustEmbed)]
#[folder = "../../examples/catalog/"]
struct Example;

#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    Catalog(CatalogArguments),
}

/// Publish seven templates to try the catalog with
///
/// Pushes their modules to a repository of yours, as the branch main and the tag v1.0.0, with your own Git and what it signs in
/// with; then makes the templates: an account, a region of it, a network, and in that a cluster, a database, a load balancer
/// and a bucket. They make nothing outside of their states. Said again, it changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway demo catalog https://git.example.com/platform/modules.git
  slipway demo catalog https://git.example.com/platform/modules.git --push-to git@git.example.com:platform/modules.git
  slipway demo catalog https://git.example.com/platform/modules.git --integration forge")]
pub(crate) struct CatalogArguments {
    /// The address of an empty repository, as the server reads it
    #[arg(value_name = "REPOSITORY")]
    repository: String,
    /// Its address as you push to it [default: the same]
    #[arg(long, value_name = "REPOSITORY")]
    push_to: Option<String>,
    /// The integration that opens it, by name or id; none where everybody may read it
    #[arg(long, value_name = "INTEGRATION")]
    integration: Option<String>,
}

pub(crate) async fn run(context: &Context, command: DemoCommand) -> anyhow::Result<Outcome> {
    let DemoCommand::Catalog(arguments) = command;
    let integration = match &arguments.integration {
        Some(name) => Some(find_integration(context, &context.client()?, name).await?),
        None => None,
    };
    let folder = tempfile::tempdir()?;
    write(folder.path())?;
    push(
        folder.path(),
        arguments.push_to.as_ref().unwrap_or(&arguments.repository),
    )?;
    context
        .output
        .note(&format!("pushed the modules to {}", arguments.repository));
    let mut documents = Documents::read(&[folder.path().join(DOCUMENTS)])?;
    for source in &mut documents.catalog.source_codes {
        source.identifier.clone_from(&arguments.repository);
        source.integration_id = integration;
    }
    let outcome = apply::apply(context, &documents, false).await?;
    context
        .output
        .done("order the first: slipway resource create account --set name=shop --set owner=shop@example.com");
    Ok(outcome)
}

/// Writes the files of the example.
fn write(folder: &Path) -> anyhow::Result<()> {
    for name in Example::iter() {
        let file = Example::get(&name).with_context(|| format!("{name} is not in the program"))?;
        let path = folder.join(name.as_ref());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, file.data).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Makes one commit of a folder and pushes it; the user's own Git says how to sign in.
fn push(folder: &Path, address: &str) -> anyhow::Result<()> {
    let branch = "HEAD:refs/heads/main";
    let tag = format!("refs/tags/{TAG}");
    git(folder, &["init", "--quiet", "--template=", "--initial-branch=main"])?;
    git(folder, &["add", "--all", "--force"])?;
    git(
        folder,
        &[
            "commit",
            "--quiet",
            "--no-verify",
            "--no-gpg-sign",
            "--message=Modules to try Slipway with",
        ],
    )?;
    git(folder, &["tag", "--no-sign", TAG])?;
    git(folder, &["push", "--quiet", "--", address, branch, &tag]).map_err(|error| {
        Failure::error(
            format!("the modules cannot be pushed to {address}: {error:#}"),
            "Name an empty repository that you may push to; nothing was changed in Slipway.",
        )
    })
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("git")
        .args(["-c", "core.autocrlf=false", "-c", "core.fileMode=false"])
        .args(arguments)
        .current_dir(folder)
        .envs(WHO)
        .env("GIT_AUTHOR_DATE", WHEN)
        .env("GIT_COMMITTER_DATE", WHEN)
        .stdin(Stdio::inherit())
        .output()
        .context("git cannot be started; install it first")?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::bail!("git {}: {}", arguments.first().unwrap_or(&""), said.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_has_the_whole_example() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        let documents = Documents::read(&[folder.path().join(DOCUMENTS)]).unwrap();
        assert_eq!(documents.catalog.source_codes.len(), 1);
        for version in &documents.catalog.versions {
            assert_eq!(version.tag.as_deref(), Some(TAG));
            let module = folder.path().join(&version.directory);
            assert!(module.join("main.tf").is_file(), "{}", module.display());
        }
    }
}
