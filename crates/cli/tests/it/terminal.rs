//! What a person at a terminal sees and types: spinner, colours, questions, Ctrl-C. The terminal is a real one, which
//! util-linux's `script` makes; what is written to `script` is typed, what it prints is on the screen.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::stub::{Answer, Stub};
use crate::{User, documents, route};

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const CONTROL_C: &str = "\u{3}";

/// A command in a terminal.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Screen>,
}

#[derive(Default)]
struct Screen {
    text: Mutex<String>,
    came: Condvar,
}

impl Terminal {
    fn start(user: &User, arguments: &str) -> Self {
        let line = format!("exec '{}' {arguments}", env!("CARGO_BIN_EXE_slipway"));
        let mut command = Command::new("script");
        command
            .args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"])
            .current_dir(user.home.path().join("shop"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", user.home.path())
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("SLIPWAY_URL", &user.url)
            .env("SLIPWAY_TOKEN", "slw_u_test");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let screen = Arc::new(Screen::default());
        let (mut output, shown) = (child.stdout.take().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let part = String::from_utf8_lossy(bytes.get(..count).unwrap()).into_owned();
                shown.text.lock().unwrap().push_str(&part);
                shown.came.notify_all();
            }
        });
        let keyboard = child.stdin.take().unwrap();
        Self {
            child,
            keyboard,
            screen,
        }
    }

    fn wait_for(&self, text: &str) {
        let shown = self.screen.text.lock().unwrap();
        let (shown, timeout) = self
            .screen
            .came
            .wait_timeout_while(shown, PATIENCE, |shown| !shown.contains(text))
            .unwrap();
        assert!(!timeout.timed_out(), "{text:?} is not in {shown:?}");
    }

    fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for its end: the exit code, and all that was on the screen.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let text = self.screen.text.lock().unwrap().clone();
        (code, text)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
    }
}

/// A run that does not apply by itself.
fn asking(status: &str) -> String {
    documents::run(status).replace("\"auto-apply\":true", "\"auto-apply\":false")
}

/// A server whose run is planned for a while, then waits for a person, and is applied once it was confirmed.
fn server_that_asks() -> Stub {
    let (looks, is_confirmed) = (AtomicUsize::new(0), AtomicBool::new(false));
    Stub::start(move |request| match route(request) {
        "GET workspace" => Answer::ok(documents::workspace()),
        "POST run" => Answer::status(201, asking("pending")),
        "GET run" => Answer::ok(asking(match looks.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => "planning",
            _ if is_confirmed.load(Ordering::Relaxed) => "applied",
            _ => "planned",
        })),
        "GET plan log" => Answer::ok(documents::log(&["\u{1b}[1m+ random_pet.name\u{1b}[0m\n"], true)),
        "GET apply log" => Answer::ok(documents::log(&["random_pet.name: Creating...\n"], true)),
        "GET outputs" => Answer::ok(documents::outputs()),
        "POST action" => {
            is_confirmed.fetch_or(request.line.ends_with("/apply"), Ordering::Relaxed);
            Answer::status(202, "")
        }
        _ => Answer::status(202, ""),
    })
}

#[test]
fn at_a_terminal_a_spinner_says_what_goes_on_and_the_log_keeps_its_colours() {
    let server = Stub::start({
        let looks = AtomicUsize::new(0);
        move |request| match route(request) {
            "GET workspace" => Answer::ok(documents::workspace()),
            "POST run" => Answer::status(201, documents::run("pending")),
            "GET run" if looks.fetch_add(1, Ordering::Relaxed) < 2 => Answer::ok(documents::run("planning")),
            "GET run" => Answer::ok(documents::run("planned_and_finished")),
            "GET plan log" => Answer::ok(documents::log(&["\u{1b}[1m+ random_pet.name\u{1b}[0m\n"], true)),
            _ => Answer::status(202, ""),
        }
    });
    let (code, screen) = Terminal::start(&User::new(&server.url), "plan --no-upload").end();
    assert_eq!(code, Some(0), "{screen:?}");
    assert!(screen.contains("Planning"), "{screen:?}");
    assert!("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".chars().any(|tick| screen.contains(tick)), "{screen:?}");
    assert!(screen.contains("\u{1b}[1m+ random_pet.name"), "{screen:?}");
    assert!(
        screen.contains("✔") && screen.contains("planned: 1 to add"),
        "{screen:?}"
    );
}

#[test]
fn only_the_word_yes_applies() {
    for (answer, code, action) in [("yes\r", 0, "apply"), ("y\r", 1, "discard")] {
        let server = server_that_asks();
        let user = User::new(&server.url);
        let mut terminal = Terminal::start(&user, "apply --no-upload");
        terminal.wait_for("Apply this plan in shop?");
        assert!(server.requests("POST /api/v2/runs/").is_empty(), "it did not wait");
        terminal.type_in(answer);
        server.wait_for(&format!("POST /api/v2/runs/{}/actions/{action}", documents::RUN));
        let (ended, screen) = terminal.end();
        assert_eq!(ended, Some(code), "{screen:?}");
    }
}

#[test]
fn control_c_asks_once_and_leaves_the_second_time() {
    let server = Stub::start(|request| match route(request) {
        "GET workspace" => Answer::ok(documents::workspace()),
        "POST run" => Answer::status(201, documents::run("pending")),
        "GET run" => Answer::ok(documents::run("planning")),
        "GET plan log" => Answer::hanging(documents::log(&["Planning\n"], false)),
        _ => Answer::status(202, ""),
    });
    let user = User::new(&server.url);
    let mut terminal = Terminal::start(&user, "plan --no-upload");
    server.wait_for("GET /api/v2/plans/");
    terminal.type_in(CONTROL_C);
    terminal.wait_for("Asked the server to cancel");
    assert_eq!(server.requests("POST /api/v2/runs/").len(), 1);
    terminal.type_in(CONTROL_C);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(130), "{screen:?}");
    assert!(screen.contains("goes on at the server"), "{screen:?}");
    assert_eq!(server.requests("POST /api/v2/runs/").len(), 1, "it cancels once");
}

#[test]
fn control_c_at_the_question_discards_and_changes_nothing() {
    let server = server_that_asks();
    let user = User::new(&server.url);
    let mut terminal = Terminal::start(&user, "apply --no-upload");
    terminal.wait_for("Apply this plan in shop?");
    terminal.type_in(CONTROL_C);
    server.wait_for(&format!("POST /api/v2/runs/{}/actions/discard", documents::RUN));
    assert_eq!(terminal.end().0, Some(1));
}

#[test]
fn control_c_asks_once_what_shall_become_of_a_deploy() {
    for (keys, code, is_canceled) in [("\r", 1, true), ("\u{1b}[B\r", 130, false), (CONTROL_C, 130, false)] {
        let is_over = AtomicBool::new(false);
        let server = Stub::start(move |request| {
            let line = request.line.split('?').next().unwrap();
            match line {
                "GET /api/v2/deploys/dep-0000000000000001" => {
                    let status = if is_over.load(Ordering::Relaxed) {
                        "canceled"
                    } else {
                        "running"
                    };
                    Answer::ok(documents::one(&documents::deploy(status, "build")))
                }
                "GET /api/v2/deploys/dep-0000000000000001/log/stream" => Answer::ok(documents::log(&[], true)),
                "POST /api/v2/deploys/dep-0000000000000001/actions/cancel" => {
                    is_over.store(true, Ordering::Relaxed);
                    Answer::ok(documents::one(&documents::deploy("running", "build")))
                }
                _ if line.starts_with("POST") => {
                    Answer::status(201, documents::one(&documents::deploy("running", "build")))
                }
                _ => Answer::ok(documents::one(&documents::app(Some(1), None))),
            }
        });
        let user = User::new(&server.url);
        let mut terminal = Terminal::start(&user, "app restart");
        terminal.wait_for("Building the image");
        terminal.type_in(CONTROL_C);
        terminal.wait_for("What shall become of the deploy?");
        terminal.type_in(keys);
        let (ended, screen) = terminal.end();
        assert_eq!(ended, Some(code), "{screen:?}");
        assert_eq!(
            server.requests("POST /api/v2/deploys/").len(),
            usize::from(is_canceled),
            "{screen:?}"
        );
        assert_eq!(screen.contains("left; the deploy goes on"), !is_canceled, "{screen:?}");
    }
}
