//! The router beside nginx: the same requests to the same server, in turns.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::process::Signal;

use super::child::{Running, pause};
use super::http::Api;
use super::load::{self, Load};
use super::report::{Aim, Row};
use super::statistics::median;
use super::{Bench, Rows};
use crate::{environment, process, workspace};

/// Connections that send one request again and again.
const CONNECTIONS: usize = 32;
/// What the server answers, in bytes.
const ANSWER: usize = 1 << 10;
/// Until a program listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// Throughput and the slowest of a hundred requests, as parts of nginx's.
pub(super) fn router(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let folder = bench.folder.join("router");
    fs::create_dir_all(&folder)?;
    let (server, theirs, ours) = (free()?, free()?, free()?);
    let mut nginx = nginx(&folder, server, theirs)?;
    let mut router = Command::new(example()?);
    router.args([ours.to_string(), ours.ip().to_string(), server.to_string()]);
    let mut router = Running::start(router, &folder.join("router.log"))?;
    for address in [server, theirs, ours] {
        listening(address)?;
    }
    let seconds = bench.seconds(10);
    let (mut rates, mut slowest, mut shown) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..bench.repetitions(5, 1) {
        let (their, our) = (measured(theirs, seconds)?, measured(ours, seconds)?);
        rates.push(our.rate / their.rate);
        slowest.push(our.p99_ms / their.p99_ms);
        shown = format!(
            "{:.0} /s, p99 {:.1} ms; nginx {:.0} /s, p99 {:.1} ms",
            our.rate, our.p99_ms, their.rate, their.p99_ms
        );
    }
    let note = format!("{CONNECTIONS} connections, answers of {ANSWER} bytes; the last of the turns: {shown}");
    let row = Row::new("router, requests a second over nginx", median(&rates), "×");
    rows.add(row.aim(Aim::AtLeast(0.7)).note(note));
    let row = Row::new("router, p99 over nginx", median(&slowest), "×");
    rows.add(row.aim(Aim::AtMost(1.5)));
    router.stop(Signal::KILL)?;
    nginx.stop(Signal::TERM)
}

fn measured(address: SocketAddr, duration: Duration) -> Result<Load> {
    let api = Api {
        address: address.to_string(),
        token: "none".to_owned(),
    };
    load::get(&api, "/", CONNECTIONS, duration)
}

/// nginx as the server, and as a proxy before it that keeps its connections.
fn nginx(folder: &Path, server: SocketAddr, proxy: SocketAddr) -> Result<Running> {
    let answer = "x".repeat(ANSWER);
    let place = folder.display();
    let configuration = format!(
        "daemon off; worker_processes auto; pid {place}/nginx.pid; error_log {place}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
           access_log off; keepalive_requests 100000000;\n\
           client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;\n\
           uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;\n\
           upstream served {{ server {server}; keepalive 64; keepalive_requests 100000000; }}\n\
           server {{ listen {server}; location / {{ return 200 '{answer}'; }} }}\n\
           server {{ listen {proxy}; location / {{ proxy_pass http://served; proxy_http_version 1.1;\n\
             proxy_set_header Connection ''; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }}\n\
         }}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration)?;
    let mut command = Command::new("nginx");
    command
        .arg("-c")
        .arg(&file)
        .arg("-p")
        .arg(folder)
        .env_clear()
        .env("PATH", environment::search_path());
    Running::start(command, &folder.join("nginx.log"))
}

/// The router alone, as an optimized program.
fn example() -> Result<PathBuf> {
    let mut build = Command::new("cargo");
    build
        .args([
            "build",
            "--release",
            "--quiet",
            "--package",
            "slipway-router",
            "--example",
            "proxy",
        ])
        .current_dir(workspace::root()?)
        .env_clear()
        .envs(environment::for_builds());
    process::output(&mut build)?;
    let target = workspace::metadata(&workspace::root()?)?.target_directory;
    Ok(target.join("release/examples/proxy"))
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn listening(address: SocketAddr) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        ensure!(begun.elapsed() < PATIENCE, "nobody listens at {address}");
        pause(Duration::from_millis(20));
    }
    Ok(())
}
