//! A Gitea for `make bench`, told what to do line by line on its standard input, one line of answer each.
//!
//! First it prints its address, a token, an address in front of it where fetches are counted, and the names of three
//! repositories. Then:
//!
//! - `push DIRECTORY NUMBER` changes the configuration in a directory of the first; prints the commit once the push returned.
//! - `burst COUNT` has it tell so often of the first's newest commit; prints the webhook's number.
//! - `directories COUNT` makes that many in the second, with a configuration each; `branch NUMBER` changes all of them on a
//!   branch; `pull NUMBER` opens a pull request from it and prints its number; `comments NUMBER` prints how many it has.
//! - `fetches` prints how many fetches came through the counting address since this was last asked.
//! - `monorepo WORKSPACES FILES` fills the third; `module NUMBER` changes one of its modules on the branch `offer`.
//!
//! It ends with its input.

use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use slipway_testing::gitea::{ADMINISTRATOR, Gitea, Proxy};

const ORGANIZATION: &str = "platform";

/// Modules of the large repository.
const MODULES: usize = 200;
/// Deliveries that are asked for at once.
const AT_ONCE: usize = 16;

/// The forge and what is in it.
struct Forge {
    gitea: Gitea,
    proxy: Proxy,
    infra: String,
    many: String,
    mono: String,
    directories: usize,
    /// A copy of the large repository, without its files.
    copy: tempfile::TempDir,
}

#[tokio::main]
async fn main() -> Result<()> {
    let gitea = Gitea::start()?;
    gitea.organization(ADMINISTRATOR, ORGANIZATION).await?;
    let repository = async |name: &str| gitea.repository(ADMINISTRATOR, ORGANIZATION, name).await;
    let (infra, many, mono) = (
        repository("infra").await?,
        repository("many").await?,
        repository("mono").await?,
    );
    let token = gitea.token(ADMINISTRATOR, &["all"]).await?;
    let proxy = Proxy::before(&gitea).await?;
    say(&format!("{} {token} {} {infra} {many} {mono}", gitea.url, proxy.url));
    let mut forge = Forge {
        gitea,
        proxy,
        infra,
        many,
        mono,
        directories: 0,
        copy: tempfile::tempdir()?,
    };
    let (lines, mut commands) = tokio::sync::mpsc::unbounded_channel();
    // In a thread of its own: what is counted passes through this program meanwhile.
    std::thread::spawn(move || {
        std::io::stdin()
            .lock()
            .lines()
            .map_while(Result::ok)
            .all(|line| lines.send(line).is_ok());
    });
    while let Some(line) = commands.recv().await {
        say(&forge.answer(&line).await.with_context(|| format!("`{line}`"))?);
    }
    Ok(())
}

impl Forge {
    async fn answer(&mut self, line: &str) -> Result<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["push", directory, number] => {
                let files = [(format!("{directory}/main.tf"), configuration(number))];
                push(&self.gitea, &self.infra, "main", &files).await
            }
            ["burst", count] => self.burst(count.parse()?).await,
            ["directories", count] => {
                self.directories = count.parse()?;
                push(&self.gitea, &self.many, "main", &all(self.directories, "0")).await
            }
            ["branch", number] => {
                let branch = format!("change-{number}");
                push(&self.gitea, &self.many, &branch, &all(self.directories, number)).await
            }
            ["pull", number] => {
                let branch = format!("change-{number}");
                let opened = self
                    .gitea
                    .pull_request(ADMINISTRATOR, &self.many, &branch, "Change all");
                Ok(opened.await?.to_string())
            }
            ["comments", number] => {
                let comments = self.gitea.comments(ADMINISTRATOR, &self.many, number.parse()?).await?;
                Ok(comments.len().to_string())
            }
            ["fetches"] => {
                // Each begins with this, or is a list of references only.
                let begins = |line: &&String| line.contains("/info/refs?service=git-upload-pack");
                Ok(self.proxy.asked().iter().filter(begins).count().to_string())
            }
            ["monorepo", workspaces, files] => self.monorepo(workspaces.parse()?, files.parse()?).await,
            ["module", number] => self.module(number).await,
            _ => bail!("this is no command"),
        }
    }

    async fn burst(&self, count: usize) -> Result<String> {
        let hooks = self.gitea.hooks(ADMINISTRATOR, &self.infra).await?;
        let hook = hooks
            .first()
            .and_then(|hook| hook.get("id"))
            .context("there is no webhook")?;
        let path = format!("/repos/{}/hooks/{hook}/tests", self.infra);
        stream::iter(0..count)
            .map(|_| self.gitea.ask(ADMINISTRATOR, "POST", &path, &Value::Null))
            .buffer_unordered(AT_ONCE)
            .try_for_each(async |_| Ok(()))
            .await?;
        Ok(hook.to_string())
    }

    async fn monorepo(&self, workspaces: usize, files: usize) -> Result<String> {
        let folder = self.copy.path();
        self.gitea
            .git(ADMINISTRATOR, folder, &["init", "--bare", "--quiet", "."])
            .await?;
        import(folder, "main", None, &large(workspaces, files))?;
        self.send("main").await
    }

    async fn module(&self, number: &str) -> Result<String> {
        let text = format!("locals {{\n  change = {number}\n}}\n");
        let file = (format!("modules/m{number}/more.tf"), text);
        let from = match number {
            "0" => "main",
            _ => "offer",
        };
        import(self.copy.path(), "offer", Some(from), &[file])?;
        self.send("offer").await
    }

    async fn send(&self, branch: &str) -> Result<String> {
        let url = format!("{}/{}.git", self.gitea.url, self.mono);
        let git = async |arguments: &[&str]| self.gitea.git(ADMINISTRATOR, self.copy.path(), arguments).await;
        git(&["push", "--quiet", "--force", &url, branch]).await?;
        Ok(git(&["rev-parse", branch]).await?.trim().to_owned())
    }
}

/// Workspaces that each call three modules, and files beside them.
fn large(workspaces: usize, count: usize) -> Vec<(String, String)> {
    let mut files = Vec::with_capacity(count);
    for number in 0..MODULES {
        let text = format!("locals {{\n  x = file(\"${{path.module}}/x{number}.json\")\n}}\n");
        files.push((format!("modules/m{number}/main.tf"), text));
    }
    for number in 0..workspaces {
        let root = format!("live/region-{}/workspace-{number}", number % 20);
        let calls = (0..3).fold(String::new(), |mut calls, call| {
            let module = (number * 7 + call * 31) % MODULES;
            let _ = writeln!(
                calls,
                "module \"m{call}\" {{\n  source = \"../../../modules/m{module}\"\n}}"
            );
            calls
        });
        files.push((format!("{root}/main.tf"), calls));
        files.extend((0..78).map(|extra| (format!("{root}/files/f{extra}.json"), "{}".to_owned())));
    }
    while files.len() < count {
        let number = files.len();
        files.push((format!("docs/{}/page-{number}.md", number % 500), "text".to_owned()));
    }
    files
}

/// Adds a commit to a bare repository, without checking anything out.
fn import(folder: &Path, branch: &str, from: Option<&str>, files: &[(String, String)]) -> Result<()> {
    let mut text =
        format!("commit refs/heads/{branch}\ncommitter A <a@example.com> 1763680000 +0000\ndata 6\nChange\n");
    if let Some(from) = from {
        writeln!(text, "from refs/heads/{from}^0")?;
    }
    for (path, content) in files {
        write!(text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())?;
    }
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("no input")?.write_all(text.as_bytes())?;
    ensure!(child.wait()?.success(), "git fast-import failed");
    Ok(())
}

async fn push(gitea: &Gitea, repository: &str, branch: &str, files: &[(String, String)]) -> Result<String> {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let pushed = gitea.push(ADMINISTRATOR, repository, branch, &files).await;
    pushed.with_context(|| format!("the push to {branch}"))
}

fn all(directories: usize, number: &str) -> Vec<(String, String)> {
    (0..directories)
        .map(|index| (format!("many/{index}/main.tf"), configuration(number)))
        .collect()
}

/// What needs no provider's package, so that the engine's start is what is waited for.
fn configuration(number: &str) -> String {
    format!("resource \"terraform_data\" \"change\" {{\n  input = \"{number}\"\n}}\n")
}

#[expect(clippy::print_stdout, reason = "its answers")]
fn say(answer: &str) {
    println!("{answer}");
}
