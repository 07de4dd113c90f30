//! Whether a unit is ready, asked over the network as its process says: where the cluster does not do that itself.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::driver::{Driver, Readiness, State, Unit};
use crate::versions::model::Asked;

/// How long a unit may take to be reached where its check says nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a unit whether it is ready; why it is not, in words that go on behind a colon.
pub(super) async fn ask(driver: &dyn Driver, unit: &Unit, readiness: &Readiness) -> Result<(), String> {
    match &unit.state {
        State::Running | State::Unready => {}
        State::Starting(_) => return Err("it is being started".to_owned()),
        State::Crashing(reason) | State::Ended(reason, _) => return Err(reason.clone()),
    }
    let listens_at = || match unit.address {
        Some(address) => Ok(SocketAddr::new(address, readiness.port)),
        None => Err("it has no address yet".to_owned()),
    };
    match &readiness.health {
        Some(asked) if !asked.command.is_empty() => command(driver, unit, asked).await,
        Some(asked) => request(listens_at()?, asked).await,
        None if readiness.takes_requests => reach(listens_at()?).await,
        None => Ok(()),
    }
}

async fn command(driver: &dyn Driver, unit: &Unit, asked: &Asked) -> Result<(), String> {
    let shown = asked.command.join(" ");
    match timeout(Duration::from_secs(asked.timeout), driver.run(unit, &asked.command)).await {
        Ok(Ok(0)) => Ok(()),
        Ok(Ok(code)) => Err(format!("`{shown}` ended with exit code {code}")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("`{shown}` did not end within {} s", asked.timeout)),
    }
}

async fn reach(at: SocketAddr) -> Result<(), String> {
    match timeout(PATIENCE, TcpStream::connect(at)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(unreached(at, &error)),
        Err(_) => Err(format!(
            "nobody answered at port {} within {} s",
            at.port(),
            PATIENCE.as_secs()
        )),
    }
}

fn unreached(at: SocketAddr, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => format!(
            "nothing listens at port {}: it has to listen at the port that the variable PORT names, on all addresses (0.0.0.0)",
            at.port()
        ),
        _ => format!("port {} cannot be reached: {error}", at.port()),
    }
}

async fn request(at: SocketAddr, asked: &Asked) -> Result<(), String> {
    let answer = timeout(Duration::from_secs(asked.timeout), get(at, &asked.path)).await;
    let late = |_| format!("GET {} was not answered within {} s", asked.path, asked.timeout);
    match answer.map_err(late)?? {
        200..400 => Ok(()),
        status => Err(format!("GET {} was answered with status {status}", asked.path)),
    }
}

async fn get(at: SocketAddr, path: &str) -> Result<u16, String> {
    let stream = TcpStream::connect(at).await.map_err(|error| unreached(at, &error))?;
    let broke = |error: hyper::Error| format!("GET {path} was not answered: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broke)?;
    let connection = tokio::spawn(connection);
    let host = match at.ip() {
        IpAddr::V6(address) => format!("[{address}]"),
        IpAddr::V4(address) => address.to_string(),
    };
    let request = Request::get(path)
        .header("host", host)
        .header("user-agent", "slipway-check")
        .body(Empty::<Bytes>::new())
        .map_err(|error| format!("`{path}` is no path: {error}"))?;
    let answer = sender.send_request(request).await.map_err(broke);
    connection.abort();
    Ok(answer?.status().as_u16())
}
