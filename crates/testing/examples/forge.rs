//! A Gitea for `make bench`, told what to do line by line on its standard input, one line of answer each.
//!
//! First it prints its address, a token and the name of a repository. Then: `push DIRECTORY NUMBER` changes the
//! configuration in a directory and prints the commit once the push has returned; `directories COUNT` makes that many with a
//! configuration each; `pull NUMBER` opens a pull request that changes all of them and prints its number; `comments NUMBER`
//! prints how many comments a pull request has. It ends with its input.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use slipway_testing::gitea::{ADMINISTRATOR, Gitea};

const ORGANIZATION: &str = "platform";

#[tokio::main]
async fn main() -> Result<()> {
    let gitea = Gitea::start()?;
    gitea.organization(ADMINISTRATOR, ORGANIZATION).await?;
    let repository = gitea.repository(ADMINISTRATOR, ORGANIZATION, "infra").await?;
    let token = gitea.token(ADMINISTRATOR, &["all"]).await?;
    say(&format!("{} {token} {repository}", gitea.url));
    let mut directories = 0;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["push", directory, number] => {
                let files = [(format!("{directory}/main.tf"), configuration(number))];
                say(&push(&gitea, &repository, "main", &files).await?);
            }
            ["directories", count] => {
                directories = count.parse()?;
                say(&push(&gitea, &repository, "main", &all(directories, "0")).await?);
            }
            ["pull", number] => {
                let branch = format!("change-{number}");
                push(&gitea, &repository, &branch, &all(directories, number)).await?;
                let opened = gitea
                    .pull_request(ADMINISTRATOR, &repository, &branch, "Change all")
                    .await?;
                say(&opened.to_string());
            }
            ["comments", number] => {
                let comments = gitea.comments(ADMINISTRATOR, &repository, number.parse()?).await?;
                say(&comments.len().to_string());
            }
            _ => bail!("`{line}` is no command"),
        }
    }
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
