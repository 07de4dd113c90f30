//! Every command, one file or folder per noun.

mod access;
mod account;
mod admin;
mod admin_keys;
mod amounts;
mod app;
mod app_plan;
mod apply;
mod approval_rule;
mod audit;
mod blueprint;
mod catalog;
mod cluster;
mod completion;
mod destroy;
mod event;
mod executor;
mod generate;
mod git_workspace;
mod identity_provider;
mod impact;
mod init;
mod integration;
mod job;
mod login;
mod logout;
mod member;
mod organization;
mod plan;
mod pool;
mod pool_constraint;
mod program_log;
mod project;
mod project_rules;
mod pull_request;
mod quota;
mod repository;
mod resource;
mod role;
mod router;
mod run;
mod runner;
mod runner_pool;
pub(crate) mod sandbox_exec;
mod schedule;
mod server;
mod service;
mod service_account;
mod service_instance;
mod source_code;
mod source_code_version;
mod spelling;
mod ssh_key;
mod state;
mod storage;
mod team;
mod template;
mod template_import;
mod template_upgrades;
mod token;
mod trigger;
mod trusted_issuer;
mod user;
mod variable;
mod variable_set;
mod volume;
mod volume_plan;
mod webhook;
mod whoami;
mod workflow;
mod workflow_step;
mod workspace;

use clap::{Args, Parser, Subcommand};
use slipway_api::Name;
use url::Url;

use crate::context::Context;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::output::{Format, Output};
use crate::settings::{Flags, parse_address};

pub(crate) use spelling::with_two_dashes;

/// Slipway takes a team from infrastructure code to running applications
#[derive(Debug, Parser)]
#[command(name = "slipway", version, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "\
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

Exit codes: 0 success, 1 failure, 2 changes (plan --detailed-exitcode), 130 left with Ctrl-C.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArguments {
    /// The server's address [env: SLIPWAY_URL]
    #[arg(long, global = true, value_name = "URL", value_parser = parse_address)]
    url: Option<Url>,
    /// The organization [env: SLIPWAY_ORGANIZATION]
    #[arg(long, global = true, value_name = "NAME")]
    organization: Option<Name>,
    /// The workspace [env: SLIPWAY_WORKSPACE]
    #[arg(long, short, global = true, value_name = "NAME")]
    workspace: Option<Name>,
    /// How data is printed: a table, or the API's resources as JSON
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        hide_default_value = true
    )]
    pub(crate) output: Format,
    /// No colours [env: NO_COLOR]
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Login(login::LoginArguments),
    Logout(logout::LogoutArguments),
    Whoami(whoami::WhoamiArguments),
    Init(init::InitArguments),
    Plan(plan::PlanArguments),
    Apply(apply::ApplyArguments),
    Destroy(destroy::DestroyArguments),
    /// Runs: plans and their applies
    #[command(subcommand)]
    Run(run::RunCommand),
    /// States, their versions and outputs
    #[command(subcommand)]
    State(state::StateCommand),
    /// Variables of a workspace or a variable set
    #[command(subcommand)]
    Variable(variable::VariableCommand),
    /// Variables shared by many workspaces
    #[command(subcommand)]
    VariableSet(variable_set::VariableSetCommand),
    /// Workspaces: a configuration with its variables, state and runs
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    /// Projects: parts of an organization
    #[command(subcommand)]
    Project(project::ProjectCommand),
    /// Organizations
    #[command(subcommand)]
    Organization(organization::OrganizationCommand),
    /// Pools of runners
    #[command(subcommand)]
    RunnerPool(runner_pool::RunnerPoolCommand),
    /// Runners: what runs OpenTofu
    #[command(subcommand)]
    Runner(runner::RunnerCommand),
    /// Repositories: where configurations come from
    #[command(subcommand)]
    Repository(repository::RepositoryCommand),
    /// Pull requests: what merging them would change
    #[command(subcommand)]
    PullRequest(pull_request::PullRequestCommand),
    /// Triggers: what pushes, pull requests and releases start
    #[command(subcommand)]
    Trigger(trigger::TriggerCommand),
    /// Schedules: what starts at certain times
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Approval rules: whose yes a change needs before it is applied
    #[command(subcommand)]
    ApprovalRule(approval_rule::ApprovalRuleCommand),
    /// Blueprints: several resources that are made together, wired
    #[command(subcommand)]
    Blueprint(blueprint::BlueprintCommand),
    /// Workflows: changes of many resources, in the order that they stand on each other
    #[command(subcommand)]
    Workflow(workflow::WorkflowCommand),
    /// Webhooks: what forges deliver
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Source codes: repositories with modules that templates are made of
    #[command(subcommand)]
    SourceCode(source_code::SourceCodeCommand),
    /// Versions of templates: the code of a module at one commit, and how it is asked for
    #[command(subcommand)]
    SourceCodeVersion(source_code_version::SourceCodeVersionCommand),
    /// Templates: units of infrastructure that can be ordered
    #[command(subcommand)]
    Template(template::TemplateCommand),
    /// Resources: what is ordered from the catalog
    #[command(subcommand)]
    Resource(resource::ResourceCommand),
    /// Executors: modules that are run now and then
    #[command(subcommand)]
    Executor(executor::ExecutorCommand),
    /// Git workspaces: repositories that the code of resources is kept in
    #[command(subcommand)]
    GitWorkspace(git_workspace::GitWorkspaceCommand),
    /// The catalog as files describe it
    #[command(subcommand)]
    Catalog(catalog::CatalogCommand),
    /// Apps: what runs in units and answers requests
    #[command(subcommand)]
    App(app::AppCommand),
    /// Jobs: what runs to an end, by the clock or when somebody wants it
    #[command(subcommand)]
    Job(job::JobCommand),
    /// Plans of apps: how much each unit may take
    #[command(subcommand)]
    AppPlan(app_plan::AppPlanCommand),
    /// Pools: where apps run
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    /// Rules about pools: who may use them, with which plans
    #[command(subcommand)]
    PoolConstraint(pool_constraint::PoolConstraintCommand),
    /// Quotas: how many apps and units there may be
    #[command(subcommand)]
    Quota(quota::QuotaCommand),
    /// Clusters: what builds and runs apps
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// Routers: what takes requests to apps, as processes of their own
    #[command(subcommand)]
    Router(router::RouterCommand),
    /// Services: templates of the catalog that are ordered by a name
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Service instances: what was ordered of services, for apps to be bound to
    #[command(subcommand)]
    ServiceInstance(service_instance::ServiceInstanceCommand),
    /// Volumes: files that outlive the units of apps
    #[command(subcommand)]
    Volume(volume::VolumeCommand),
    /// Volume plans: what volumes can be
    #[command(subcommand)]
    VolumePlan(volume_plan::VolumePlanCommand),
    Impact(impact::ImpactArguments),
    /// Something to try Slipway with
    #[command(subcommand)]
    Demo(catalog::DemoCommand),
    /// Tokens to sign in with
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Your accounts at Git forges
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Users of the site
    #[command(subcommand)]
    User(user::UserCommand),
    /// Members of the organization: inviting and removing people
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Teams: people who get roles together
    #[command(subcommand)]
    Team(team::TeamCommand),
    /// Accounts of programs
    #[command(subcommand)]
    ServiceAccount(service_account::ServiceAccountCommand),
    /// Systems whose programs are let in as service accounts, without a secret
    #[command(subcommand)]
    TrustedIssuer(trusted_issuer::TrustedIssuerCommand),
    /// Where people sign in: OpenID Connect providers
    #[command(subcommand)]
    IdentityProvider(identity_provider::IdentityProviderCommand),
    /// Outside systems that the organization works with: clouds, forges, chat
    #[command(subcommand)]
    Integration(integration::IntegrationCommand),
    /// Storages: buckets for states of other tools
    #[command(subcommand)]
    Storage(storage::StorageCommand),
    /// Private keys that open repositories of modules
    #[command(subcommand)]
    SshKey(ssh_key::SshKeyCommand),
    /// Roles, and who holds them where
    #[command(subcommand)]
    Role(role::RoleCommand),
    /// Who may do what, and why
    #[command(subcommand)]
    Access(access::AccessCommand),
    /// Who did what, when
    #[command(subcommand)]
    Event(event::EventCommand),
    /// The audit log for other systems: exports that prove themselves, webhooks
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    Server(Box<server::ServerArguments>),
    /// Recovery and maintenance, on the server's machine itself
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    Completion(completion::CompletionArguments),
    /// Write reference documents
    #[command(subcommand, hide = true)]
    Generate(generate::GenerateCommand),
}

/// Runs the command.
pub(crate) fn run(cli: Cli, environment: &Environment) -> anyhow::Result<Outcome> {
    let output = Output::standard(environment, cli.global.output, cli.global.no_color);
    // First what needs no settings.
    match cli.command {
        Command::Completion(arguments) => return completion::run(&arguments, &output),
        Command::Generate(command) => return generate::run(&command, &output),
        Command::Server(arguments) => return server::run(&arguments, environment, &output),
        Command::Admin(command) => {
            return admin::run(&command, cli.global.organization.as_ref(), environment, &output);
        }
        Command::Runner(runner::RunnerCommand::Start(arguments)) => {
            return runner::start::run(*arguments, environment);
        }
        Command::Router(router::RouterCommand::Start(arguments)) => {
            return router::start::run(&arguments, environment);
        }
        _ => {}
    }
    let GlobalArguments {
        url,
        organization,
        workspace,
        ..
    } = cli.global;
    let flags = Flags {
        url,
        organization,
        workspace,
    };
    let context = Context::load(environment.clone(), output, &flags)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(run_client_command(&context, cli.command));
    result.map_err(|error| context.explain(error))
}

async fn run_client_command(context: &Context, command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Login(arguments) => login::run(context, arguments).await,
        Command::Logout(arguments) => logout::run(context, &arguments).await,
        Command::Whoami(_) => whoami::run(context).await,
        Command::Init(arguments) => init::run(context, arguments).await,
        Command::Plan(arguments) => plan::run(context, &arguments).await,
        Command::Apply(arguments) => apply::run(context, &arguments).await,
        Command::Destroy(arguments) => destroy::run(context, arguments).await,
        Command::Run(command) => run::run(context, command).await,
        Command::State(command) => state::run(context, command).await,
        Command::Variable(command) => variable::run(context, command).await,
        Command::VariableSet(command) => variable_set::run(context, command).await,
        Command::Workspace(command) => workspace::run(context, command).await,
        Command::Project(command) => project::run(context, command).await,
        Command::Organization(command) => organization::run(context, command).await,
        Command::RunnerPool(command) => runner_pool::run(context, command).await,
        Command::Runner(command) => runner::run(context, command).await,
        Command::Repository(command) => repository::run(context, command).await,
        Command::PullRequest(command) => pull_request::run(context, command).await,
        Command::Trigger(command) => trigger::run(context, command).await,
        Command::Schedule(command) => schedule::run(context, command).await,
        Command::ApprovalRule(command) => approval_rule::run(context, command).await,
        Command::Blueprint(command) => blueprint::run(context, command).await,
        Command::Workflow(command) => workflow::run(context, command).await,
        Command::Account(command) => account::run(context, command).await,
        Command::SourceCode(command) => source_code::run(context, command).await,
        Command::SourceCodeVersion(command) => source_code_version::run(context, command).await,
        Command::Template(command) => template::run(context, command).await,
        Command::Resource(command) => resource::run(context, command).await,
        Command::Executor(command) => executor::run(context, command).await,
        Command::GitWorkspace(command) => git_workspace::run(context, command).await,
        Command::Catalog(command) => catalog::run(context, command).await,
        Command::App(command) => app::run(context, command).await,
        Command::Job(command) => job::run(context, command).await,
        Command::AppPlan(command) => app_plan::run(context, command).await,
        Command::Pool(command) => pool::run(context, command).await,
        Command::PoolConstraint(command) => pool_constraint::run(context, command).await,
        Command::Quota(command) => quota::run(context, command).await,
        Command::Cluster(command) => cluster::run(context, command).await,
        Command::Router(command) => router::run(context, command).await,
        Command::Service(command) => service::run(context, command).await,
        Command::ServiceInstance(command) => service_instance::run(context, command).await,
        Command::Volume(command) => volume::run(context, command).await,
        Command::VolumePlan(command) => volume_plan::run(context, command).await,
        Command::Impact(arguments) => impact::run(context, &arguments).await,
        Command::Demo(command) => catalog::run_demo(context, command).await,
        Command::Webhook(command) => webhook::run(context, command).await,
        Command::Token(command) => token::run(context, command).await,
        Command::User(command) => user::run(context, command).await,
        Command::Member(command) => member::run(context, command).await,
        Command::Team(command) => team::run(context, command).await,
        Command::ServiceAccount(command) => service_account::run(context, command).await,
        Command::TrustedIssuer(command) => trusted_issuer::run(context, command).await,
        Command::IdentityProvider(command) => identity_provider::run(context, command).await,
        Command::Integration(command) => integration::run(context, command).await,
        Command::Storage(command) => storage::run(context, command).await,
        Command::SshKey(command) => ssh_key::run(context, command).await,
        Command::Role(command) => role::run(context, command).await,
        Command::Access(command) => access::run(context, command).await,
        Command::Event(command) => event::run(context, command).await,
        Command::Audit(command) => audit::run(context, command).await,
        Command::Server(_) | Command::Admin(_) | Command::Completion(_) | Command::Generate(_) => Ok(Outcome::Success),
    }
}

#[cfg(test)]
mod tests;
