//! All commands together: their help, and that its examples are ones.

use clap::CommandFactory as _;

use super::*;

#[test]
fn the_commands_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_shows_examples_that_parse() {
    check_examples(&Cli::command(), "slipway");
}

fn check_examples(command: &clap::Command, path: &str) {
    let children: Vec<_> = command.get_subcommands().filter(|child| !child.is_hide_set()).collect();
    for child in &children {
        check_examples(child, &format!("{path} {}", child.get_name()));
    }
    if !children.is_empty() {
        return;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples: Vec<&str> = help
        .lines()
        .filter(|line| line.starts_with("  slipway ") || line.contains("| slipway "))
        .collect();
    assert!(
        examples.iter().any(|line| line.contains(path)),
        "{path} shows no example of itself"
    );
    for line in examples {
        let command = line.rsplit("| ").next().unwrap().trim();
        let command = command.split(" >").next().unwrap().split(" <").next().unwrap();
        if let Err(error) = Cli::try_parse_from(shell_words(command)) {
            panic!("{command}\n{error}");
        }
    }
}

/// As a shell would split it, as far as examples need it.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_top_level_help_is_as_expected() {
    insta::assert_snapshot!(Cli::command().term_width(110).render_help().to_string(), @r"
    Slipway takes a team from infrastructure code to running applications

    Usage: slipway [OPTIONS] <COMMAND>

    Commands:
      login                Sign in to a server
      logout               Sign out of a server
      whoami               Show who you are signed in as, and where
      init                 Tie this directory to a workspace
      plan                 Show what would change, and change nothing
      apply                Change what the plan shows, after you said yes
      destroy              Destroy everything that the workspace manages, after you said yes
      run                  Runs: plans and their applies
      state                States, their versions and outputs
      variable             Variables of a workspace or a variable set
      variable-set         Variables shared by many workspaces
      workspace            Workspaces: a configuration with its variables, state and runs
      project              Projects: parts of an organization
      organization         Organizations
      runner-pool          Pools of runners
      runner               Runners: what runs OpenTofu
      repository           Repositories: where configurations come from
      pull-request         Pull requests: what merging them would change
      trigger              Triggers: what pushes, pull requests and releases start
      schedule             Schedules: what starts at certain times
      approval-rule        Approval rules: whose yes a change needs before it is applied
      blueprint            Blueprints: several resources that are made together, wired
      workflow             Workflows: changes of many resources, in the order that they stand on each other
      webhook              Webhooks: what forges deliver
      source-code          Source codes: repositories with modules that templates are made of
      source-code-version  Versions of templates: the code of a module at one commit, and how it is asked for
      template             Templates: units of infrastructure that can be ordered
      resource             Resources: what is ordered from the catalog
      executor             Executors: modules that are run now and then
      git-workspace        Git workspaces: repositories that the code of resources is kept in
      catalog              The catalog as files describe it
      app                  Apps: what runs in units and answers requests
      job                  Jobs: what runs to an end, by the clock or when somebody wants it
      app-plan             Plans of apps: how much each unit may take
      pool                 Pools: where apps run
      pool-constraint      Rules about pools: who may use them, with which plans
      quota                Quotas: how many apps and units there may be
      cluster              Clusters: what builds and runs apps
      router               Routers: what takes requests to apps, as processes of their own
      service              Services: templates of the catalog that are ordered by a name
      service-instance     Service instances: what was ordered of services, for apps to be bound to
      volume               Volumes: files that outlive the units of apps
      volume-plan          Volume plans: what volumes can be
      impact               Show all that depends on something, and why: what its change or its end would reach
      demo                 Something to try Slipway with
      token                Tokens to sign in with
      account              Your accounts at Git forges
      user                 Users of the site
      member               Members of the organization: inviting and removing people
      team                 Teams: people who get roles together
      service-account      Accounts of programs
      trusted-issuer       Systems whose programs are let in as service accounts, without a secret
      identity-provider    Where people sign in: OpenID Connect providers
      integration          Outside systems that the organization works with: clouds, forges, chat
      storage              Storages: buckets for states of other tools
      ssh-key              Private keys that open repositories of modules
      role                 Roles, and who holds them where
      access               Who may do what, and why
      event                Who did what, when
      audit                The audit log for other systems: exports that prove themselves, webhooks
      server               Serve the API, with an embedded runner unless told otherwise
      admin                Recovery and maintenance, on the server's machine itself
      completion           Print the completion script of a shell
      help                 Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
          --url <URL>            The server's address [env: SLIPWAY_URL]
          --organization <NAME>  The organization [env: SLIPWAY_ORGANIZATION]
      -w, --workspace <NAME>     The workspace [env: SLIPWAY_WORKSPACE]
      -o, --output <FORMAT>      How data is printed: a table, or the API's resources as JSON [possible values:
                                 table, json]
          --no-color             No colours [env: NO_COLOR]

    First steps:
      slipway login http://127.0.0.1:8080   sign in
      slipway init                          tie this directory to a workspace
      slipway plan                          see what would change
      slipway apply                         change it
      slipway app deploy                    run what is in this directory

    Settings come from flags, then from the environment (SLIPWAY_URL, SLIPWAY_ORGANIZATION,
    SLIPWAY_WORKSPACE, SLIPWAY_APP, SLIPWAY_TOKEN), then from slipway.toml here or above, then from
    ~/.config/slipway/.
    Programs show a signed token of their own by SLIPWAY_WORKLOAD_IDENTITY_TOKEN_FILE.

    Exit codes: 0 success, 1 failure, 2 changes (plan --detailed-exitcode), 130 left with Ctrl-C.
    ");
}
