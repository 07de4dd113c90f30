//! `slipway login` by a browser and by a code, on the real binary against the real server. The test is the browser: it
//! follows the address that is printed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use url::{Url, form_urlencoded};

use crate::Ended;
use crate::serving::{Server, slipway};

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse battery staple";

/// A browser with one cookie.
#[derive(Default)]
struct Browser {
    cookie: String,
}

struct Shown {
    status: u16,
    head: String,
    body: String,
}

impl Browser {
    fn open(&mut self, url: &str) -> Shown {
        self.ask("GET", url, "")
    }

    /// Sends the first form of a page to `url` with what is hidden in it and `fields`.
    fn send(&mut self, url: &str, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(hidden(&page.body)).extend_pairs(fields);
        self.ask("POST", url, &form.finish())
    }

    fn ask(&mut self, method: &str, url: &str, body: &str) -> Shown {
        let url = Url::parse(url).unwrap();
        let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
        write!(
            stream,
            "{method} {} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            &url[url::Position::BeforePath..url::Position::AfterQuery],
            url.authority(),
            self.cookie,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for line in head
            .lines()
            .filter(|line| line.to_lowercase().starts_with("set-cookie: "))
        {
            self.cookie = line[12..].split(';').next().unwrap().to_owned();
        }
        Shown {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

impl Shown {
    #[track_caller]
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }

    #[track_caller]
    fn location(&self) -> String {
        let line = self
            .head
            .lines()
            .find(|line| line.to_lowercase().starts_with("location: "));
        assert!(line.is_some(), "{}\n{}", self.head, self.body);
        line.unwrap()[10..].to_owned()
    }
}

fn hidden(page: &str) -> Vec<(String, String)> {
    let form = page.split("action=\"/sign-out\"").last().unwrap();
    let value = |input: &str, name: &str| {
        let (_, rest) = input.split_once(&format!("{name}=\""))?;
        Some(rest.split('"').next()?.replace("&#x2f;", "/").replace("&amp;", "&"))
    };
    form.split("type=\"hidden\"")
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .filter_map(|input| Some((value(input, "name")?, value(input, "value")?)))
        .collect()
}

/// A server with an administrator who has signed in to it with a browser.
fn served(home: &Path) -> (Server, String, Browser) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let listen = format!("127.0.0.1:{port}");
    let server = Server::start(home, &["--data-dir", "data", "--listen", &listen]);
    let made = Ended::from(
        slipway(home, &["admin", "set-up-link", "--data-dir", "data"])
            .output()
            .unwrap(),
    );
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let link = format!("{url}{}", Url::parse(made.stdout.trim()).unwrap().path());
    let mut browser = Browser::default();
    let page = browser.open(&link).expect(200);
    let fields = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("password_confirmation", PASSWORD),
    ];
    browser.send(&link, &page, &fields).expect(303);
    (server, url, browser)
}

/// A started `slipway login`, and what it says.
struct Login {
    child: Child,
    lines: Receiver<String>,
    said: String,
}

impl Login {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
                .ok();
        });
        Self {
            child,
            lines,
            said: String::new(),
        }
    }

    /// The next line that fits.
    #[track_caller]
    fn line(&mut self, fits: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let line = self.lines.recv_timeout(end.saturating_duration_since(Instant::now()));
            assert!(line.is_ok(), "no such line in\n{}", self.said);
            let line = line.unwrap();
            self.said.push_str(&line);
            self.said.push('\n');
            if fits(line.trim()) {
                return line.trim().to_owned();
            }
        }
    }

    /// Waits for its end and reads the rest.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        for line in self.lines.iter() {
            self.said.push_str(&line);
            self.said.push('\n');
        }
        (status.code(), self.said)
    }
}

#[test]
fn a_browser_signs_the_command_line_in_and_leaving_revokes() {
    let home = tempfile::tempdir().unwrap();
    let (_server, url, mut browser) = served(home.path());
    let mut command = slipway(home.path(), &["login", &url]);
    // A browser that opens nothing: the test opens the page.
    command.env("BROWSER", "true");
    let mut login = Login::start(command);
    let address = login.line(|line| line.starts_with("http://") && line.contains("/oauth/authorize?"));
    let page = browser.open(&address).expect(200);
    assert!(page.body.contains("slipway login on"), "{}", page.body);
    let redirect = form_urlencoded::parse(Url::parse(&address).unwrap().query().unwrap().as_bytes())
        .find(|(name, _)| name == "redirect_uri")
        .unwrap()
        .1
        .into_owned();
    // Something else on this machine, or in the browser, brings a code of its own first.
    let planted = format!("{redirect}?code=slw_c_planted&state=guessed&iss={url}");
    Browser::default().open(&planted).expect(404);
    let sent = browser
        .send(&format!("{url}/oauth/authorize"), &page, &[("decision", "allow")])
        .expect(303);
    Browser::default().open(&sent.location()).expect(200);
    let (code, said) = login.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("signed in to {url} as ada")), "{said}");

    let whoami = |home: &Path| Ended::from(slipway(home, &["whoami"]).output().unwrap());
    assert!(whoami(home.path()).stdout.contains("ada"));
    let kept = std::fs::read_to_string(home.path().join(".config/slipway/credentials.toml")).unwrap();
    let token = kept
        .split("token = \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let left = Ended::from(slipway(home.path(), &["logout", &url]).output().unwrap());
    assert!(left.stderr.contains("revoked it at the server"), "{}", left.stderr);
    let mut again = slipway(home.path(), &["whoami", "--url", &url]);
    let again = Ended::from(again.env("SLIPWAY_TOKEN", token).output().unwrap());
    assert_eq!(again.code, Some(1), "the token is revoked: {}", again.stdout);
}

#[test]
fn a_code_signs_in_where_there_is_no_browser_and_refusing_says_so() {
    let home = tempfile::tempdir().unwrap();
    let (_server, url, mut browser) = served(home.path());
    for (decision, expected) in [("allow", Some(0)), ("deny", Some(1))] {
        let mut login = Login::start(slipway(home.path(), &["login", &url]));
        let page = login.line(|line| line.ends_with("/device"));
        let code = login.line(|line| line.len() == 9 && line.as_bytes()[4] == b'-');
        let form = browser.open(&page).expect(200);
        let confirm = browser.send(&page, &form, &[("user_code", &code)]).expect(200);
        browser
            .send(&format!("{url}/device/decision"), &confirm, &[("decision", decision)])
            .expect(200);
        let (code, said) = login.end();
        assert_eq!(code, expected, "{said}");
        let wanted = if decision == "allow" {
            "as ada"
        } else {
            "it was not allowed in the browser"
        };
        assert!(said.contains(wanted), "{said}");
    }
}
