//! Repositories with modules for `make bench`, told what to do line by line on its standard input, one line of answer each.
//!
//! First it prints the address of a repository whose name is to be put in place of `NAME`. Then:
//!
//! - `chain` makes the repository `chain`: modules `area`, `network` and `database`, each with an input from the one before.
//! - `wide VARIABLES` makes `wide`: one module with so many variables.
//! - `many MODULES TAGS` makes `many`: so many modules, and so many tags, each on a commit of its own.
//! - `tag NUMBER` adds a commit and a tag of that number to `many`.
//!
//! It ends with its input.

use std::fmt::Write as _;
use std::io::BufRead;

use anyhow::{Context, Result, bail};
use slipway_testing::git_server::{Change, GitServer, Repository};

fn main() -> Result<()> {
    let server = GitServer::start()?;
    say(&server.url("NAME"));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        say(&answer(&server, &line).with_context(|| format!("`{line}`"))?);
    }
    Ok(())
}

fn answer(server: &GitServer, line: &str) -> Result<String> {
    let mut words = line.split_whitespace();
    let command = words.next().unwrap_or_default();
    let mut number = || -> Result<usize> { Ok(words.next().context("a number is missing")?.parse()?) };
    match command {
        "chain" => chain(server),
        "wide" => wide(server, number()?),
        "many" => many(server, number()?, number()?),
        "tag" => tag(server, number()?),
        other => bail!("`{other}` is none of the commands"),
    }
}

fn chain(server: &GitServer) -> Result<String> {
    let module = |kind: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    random = {{\n      source = \"hashicorp/random\"\n    }}\n  }}\n}}\n\n\
             variable \"name\" {{\n  type = string\n}}\n\nvariable \"on\" {{\n  type    = string\n  default = \"\"\n}}\n\n\
             resource \"random_pet\" \"this\" {{\n  prefix = \"{kind}-${{var.name}}\"\n  keepers = {{\n    on = var.on\n  }}\n}}\n\n\
             output \"id\" {{\n  value = random_pet.this.id\n}}\n"
        )
    };
    let files = ["area", "network", "database"].map(|name| Change::file(&format!("{name}/main.tf"), &module(name)));
    let repository = server.create("chain")?;
    repository.commit("main", "Three modules", &files)?;
    repository.git(&["tag", "v1.0.0", "main"])
}

fn wide(server: &GitServer, variables: usize) -> Result<String> {
    let mut text = String::new();
    for number in 0..variables {
        write!(
            text,
            "variable \"variable_{number}\" {{\n  description = \"The value number {number}.\"\n  type = object({{\n    \
             name  = string\n    count = optional(number, {number})\n    tags  = optional(map(string), {{}})\n  }})\n  \
             default = {{ name = \"{number}\" }}\n}}\n\n"
        )?;
    }
    let repository = server.create("wide")?;
    repository.commit("main", "Many variables", &[Change::file("main.tf", &text)])?;
    repository.git(&["tag", "v1.0.0", "main"])
}

fn many(server: &GitServer, modules: usize, tags: usize) -> Result<String> {
    let file = |number: usize| {
        let text = format!(
            "variable \"name\" {{\n  type = string\n}}\n\nvariable \"size\" {{\n  type    = number\n  default = {number}\n}}\n\n\
             resource \"terraform_data\" \"this\" {{\n  input = var.name\n}}\n\noutput \"id\" {{\n  value = \
             terraform_data.this.id\n}}\n"
        );
        Change::file(&format!("modules/module-{number:03}/main.tf"), &text)
    };
    let files: Vec<Change> = (0..modules).map(file).collect();
    server.create("many")?.commit("main", "Modules", &files)?;
    let mut commit = String::new();
    for number in 0..tags {
        commit = tag(server, number)?;
    }
    Ok(commit)
}

fn tag(server: &GitServer, number: usize) -> Result<String> {
    let repository = Repository {
        path: server.folder().join("many.git"),
    };
    let change = Change::file("CHANGES.md", &format!("Version {number}.\n"));
    let commit = repository.commit("main", &format!("Version {number}"), &[change])?;
    repository.git(&["tag", &format!("v1.{number}.0"), "main"])?;
    Ok(commit)
}

/// An answer is a line, also where there is nothing to say.
#[expect(clippy::print_stdout, reason = "its answers")]
fn say(answer: &str) {
    println!("{answer}");
}
