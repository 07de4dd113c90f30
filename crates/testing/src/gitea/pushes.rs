//! What people do with a Gitea's repositories, by `git`.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Gitea, PASSWORD};
use crate::background;

impl Gitea {
    /// Pushes files to a branch, which begins at `main` when it is not there; gives the commit. A file without text is
    /// removed.
    ///
    /// # Errors
    /// `git` refuses.
    pub async fn push(&self, user: &str, repository: &str, branch: &str, files: &[(&str, &str)]) -> Result<String> {
        let work = self.check_out(user, repository, branch).await?;
        for (path, text) in files {
            let path = work.path().join(path);
            if text.is_empty() {
                std::fs::remove_file(path)?;
                continue;
            }
            std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
            std::fs::write(path, text)?;
        }
        let message = format!("Change {}", files.first().map_or("nothing", |(path, _)| path));
        self.git(user, work.path(), &["add", "--all"]).await?;
        self.git(user, work.path(), &["commit", "--allow-empty", "-m", &message])
            .await?;
        let target = format!("HEAD:refs/heads/{branch}");
        self.git(user, work.path(), &["push", "--force", "origin", &target])
            .await?;
        let commit = self.git(user, work.path(), &["rev-parse", "HEAD"]).await?;
        Ok(commit.trim().to_owned())
    }

    /// Pushes a tag of a branch's newest commit.
    ///
    /// # Errors
    /// `git` refuses.
    pub async fn push_tag(&self, user: &str, repository: &str, branch: &str, tag: &str) -> Result<()> {
        let work = self.check_out(user, repository, branch).await?;
        let target = format!("HEAD:refs/tags/{tag}");
        self.git(user, work.path(), &["push", "--force", "origin", &target])
            .await
            .map(drop)
    }

    async fn check_out(&self, user: &str, repository: &str, branch: &str) -> Result<tempfile::TempDir> {
        let work = tempfile::tempdir()?;
        let url = format!("{}/{repository}.git", self.url);
        self.git(user, work.path(), &["clone", "--quiet", &url, "."]).await?;
        let existing = format!("origin/{branch}");
        let switched = self
            .git(user, work.path(), &["checkout", "--quiet", "-B", "work", &existing])
            .await;
        if switched.is_err() {
            self.git(user, work.path(), &["checkout", "--quiet", "-B", "work"])
                .await?;
        }
        Ok(work)
    }

    /// Runs `git` in a folder as a user of this forge; gives what it prints.
    ///
    /// # Errors
    /// It refuses; the message is its own.
    pub async fn git(&self, user: &str, folder: &Path, arguments: &[&str]) -> Result<String> {
        let store = self.folder.join(format!("credentials-{user}"));
        if !store.exists() {
            let line = self.url.replacen("://", &format!("://{user}:{PASSWORD}@"), 1);
            std::fs::write(&store, format!("{line}\n"))?;
        }
        let email = format!("user.email={user}@example.com");
        let mut command = tokio::process::Command::from(background::plain("git"));
        command
            .current_dir(folder)
            .env("HOME", &self.folder)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .args(["-c", &format!("credential.helper=store --file={}", store.display())])
            .args(["-c", &format!("user.name={user}"), "-c", &email])
            .args(arguments);
        let output = command.output().await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git {arguments:?}: {errors}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
