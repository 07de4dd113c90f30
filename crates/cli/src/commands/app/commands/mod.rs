//! `slipway app shell`, `exec` and `run`: commands in units, at which one is.

mod terminal;

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use clap::Args;
use slipway_api::app_commands::NewAppCommand;
use slipway_client::{AppCommand, AppCommandItem, Client};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

use self::terminal::Terminal;
use super::which::One;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::clean;

/// What is typed at once, in bytes.
const PIECE: usize = 16 << 10;
/// Pieces that wait for a slow connection.
const WAITING: usize = 8;

/// Which unit.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// In this unit [default: the first that is ready]
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// In a unit of this process [default: the one that takes requests]
    #[arg(long, value_name = "PROCESS", conflicts_with = "unit")]
    process: Option<String>,
}

/// Open a shell in a unit of an app
///
/// It is bash where the unit has it, else sh. It ends when this command does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway app shell\n  slipway app shell web --unit web-3-0")]
pub(crate) struct ShellArguments {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    place: Place,
}

/// Run a command in a unit of an app
///
/// No shell is put around it. It gets a terminal when this one is one, and what stands in standard input otherwise; it is killed when
/// this command ends. Its exit code is this command's.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app exec web -- ps aux
  slipway app exec --process worker -- sh -c 'ls /tmp; df /tmp'")]
pub(crate) struct ExecArguments {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    place: Place,
    /// Leave standard input alone, and use no terminal
    #[arg(long)]
    no_stdin: bool,
    /// A program with its arguments
    #[arg(value_name = "COMMAND", last = true, required = true)]
    words: Vec<String>,
}

/// Run a command in a unit of its own, with an app's image and variables
///
/// The unit is no unit of a process, takes no requests, and is taken away when the command ends, or this one does. Its exit code is
/// this command's.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app run -- ./manage.py migrate
  slipway app run web --process worker -- sh -c 'echo $QUEUE'")]
pub(crate) struct RunArguments {
    #[command(flatten)]
    one: One,
    /// With the variables and the plan of this process [default: the one that takes requests]
    #[arg(long, value_name = "PROCESS")]
    process: Option<String>,
    /// Leave standard input alone, and use no terminal
    #[arg(long)]
    no_stdin: bool,
    /// A program with its arguments
    #[arg(value_name = "COMMAND", last = true, required = true)]
    words: Vec<String>,
}

pub(super) async fn shell(context: &Context, client: &Client, arguments: ShellArguments) -> anyhow::Result<Outcome> {
    let id = id_of(&arguments.one.find(context, client).await?)?;
    let wanted = NewAppCommand {
        unit: arguments.place.unit,
        process: arguments.place.process,
        ..wanted(context, Vec::new(), false)
    };
    let is_typed = wanted.terminal.is_some();
    let begun = client.app_shell(id, wanted).await?;
    attend(context, begun, (true, is_typed)).await
}

pub(super) async fn exec(context: &Context, client: &Client, arguments: ExecArguments) -> anyhow::Result<Outcome> {
    let id = id_of(&arguments.one.find(context, client).await?)?;
    let wanted = NewAppCommand {
        unit: arguments.place.unit,
        process: arguments.place.process,
        ..wanted(context, arguments.words, arguments.no_stdin)
    };
    let how = (wanted.reads, wanted.terminal.is_some());
    let begun = client.app_shell(id, wanted).await?;
    attend(context, begun, how).await
}

pub(super) async fn run(context: &Context, client: &Client, arguments: RunArguments) -> anyhow::Result<Outcome> {
    let id = id_of(&arguments.one.find(context, client).await?)?;
    let wanted = NewAppCommand {
        process: arguments.process,
        ..wanted(context, arguments.words, arguments.no_stdin)
    };
    let how = (wanted.reads, wanted.terminal.is_some());
    let begun = client.app_run(id, wanted).await?;
    attend(context, begun, how).await
}

fn wanted(context: &Context, command: Vec<String>, no_stdin: bool) -> NewAppCommand {
    let environment = &context.environment;
    let is_terminal = environment.stdin_is_terminal && environment.stdout_is_terminal && !no_stdin;
    NewAppCommand {
        command,
        unit: None,
        process: None,
        terminal: is_terminal.then(terminal::size).flatten(),
        reads: !no_stdin,
    }
}

/// Is at a command until it ends.
async fn attend(context: &Context, begun: AppCommand, (reads, is_typed): (bool, bool)) -> anyhow::Result<Outcome> {
    let AppCommand { mut said, mut orders } = begun;
    let mut resized = signal(SignalKind::window_change())?;
    let (mut terminated, mut hung_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    // Gives the terminal back whichever way this ends.
    let mut terminal = None;
    let mut typed = None::<Receiver<Bytes>>;
    let ended = loop {
        tokio::select! {
            item = said.next() => match item {
                AppCommandItem::Begun(unit) => {
                    if is_typed {
                        context.output.note(&format!("In {}.", clean(&unit)));
                        terminal = Some(Terminal::raw()?);
                    }
                    typed = reads.then(standard_input);
                }
                AppCommandItem::Output(bytes) => {
                    let mut output = std::io::stdout().lock();
                    output.write_all(&bytes)?;
                    output.flush()?;
                }
                AppCommandItem::Errors(bytes) => std::io::stderr().lock().write_all(&bytes)?,
                end => break end,
            },
            piece = next(&mut typed) => match piece {
                Some(bytes) => { orders.write(bytes).await; }
                None => {
                    typed = None;
                    orders.end_input().await;
                }
            },
            _ = resized.recv(), if is_typed => if let Some(size) = terminal::size() {
                orders.resize(size).await;
            },
            _ = terminated.recv() => return Ok(Outcome::Detached),
            _ = hung_up.recv() => return Ok(Outcome::Detached),
        }
    };
    drop(terminal);
    match ended {
        AppCommandItem::Ended(code) => Ok(Outcome::Exited(u8::try_from(code & 0xff).unwrap_or(u8::MAX))),
        AppCommandItem::Failed(reason) => Err(Failure::error(
            clean(reason.trim_end_matches('.')),
            "See what runs: slipway app units",
        )),
        _ => Err(Failure::error(
            "the connection to the server broke",
            "The command was ended with it. Begin it again when the server answers.",
        )),
    }
}

async fn next(typed: &mut Option<Receiver<Bytes>>) -> Option<Bytes> {
    match typed {
        Some(typed) => typed.recv().await,
        None => std::future::pending().await,
    }
}

/// What is typed. By a thread of its own: nobody can take back a read that has begun, and a runtime would wait for it at the end.
fn standard_input() -> Receiver<Bytes> {
    let (sender, receiver) = channel(WAITING);
    std::thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        let mut input = std::io::stdin().lock();
        while let Ok(length) = input.read(&mut buffer) {
            let piece = buffer.get(..length).unwrap_or_default();
            if piece.is_empty() || sender.blocking_send(Bytes::copy_from_slice(piece)).is_err() {
                return;
            }
        }
    });
    receiver
}
