//! The tests on a Kubernetes cluster: those of the client, of both drivers' suite, of the stories and of the built binary. Each of
//! their test programs starts one cluster for all of its tests, which are told many at once: they wait most of the time. That is also
//! why they are ignored where tests are run as many at once as there are processors.
//!
//! The cluster's programs take long to build, once. Where continuous integration has had too little time for that, on a new machine,
//! they are left out, loudly; the next run there has what the first ones built.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::suite::Suite;
use crate::{environment, tools};

/// What the stages before may have taken, so that a cluster's programs can be built and tried in the hour and a half of a run.
const SPENT_BEFORE: Duration = Duration::from_secs(40 * 60);

/// Tests at once.
const AT_ONCE: &str = "8";
/// Test programs, and which of their ignored tests are on a cluster; all of them without a word.
const PROGRAMS: [(&str, &[&str]); 2] = [
    ("cluster", &[]),
    ("it", &["contract::kubernetes", "trusted_issuers::kubernetes"]),
];
/// Those that take minutes.
const STORIES: [(&str, &[&str]); 2] = [("it", &["apps::kubernetes"]), ("real", &["deploy_kills::kubernetes"])];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The stories of whole apps, and of servers that are killed, instead of the client and of what both drivers do alike.
    #[arg(long)]
    stories: bool,
}

/// Runs them.
///
/// # Errors
/// A test fails, or they do not compile.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let spent = environment::spent_by_stages();
    if spent > SPENT_BEFORE {
        println!(
            "LEFT OUT: the stages before took {} minutes, and a cluster's programs may have to be built. `cargo run -p xtask -- kubernetes` \
             runs these tests.",
            spent.as_secs() / 60
        );
        return Ok(());
    }
    tools::for_tests(true)?;
    let mut failed = Vec::new();
    for (program, words) in if arguments.stories { STORIES } else { PROGRAMS } {
        let suite = Suite {
            program: Some(program),
            arguments: &["--ignored", "--test-threads", AT_ONCE],
            names: words,
            environment: &[],
        };
        if let Err(error) = suite.tell() {
            failed.push(format!("{program}: {error:#}"));
        }
    }
    ensure!(failed.is_empty(), "tests on Kubernetes failed: {}", failed.join("; "));
    Ok(())
}
