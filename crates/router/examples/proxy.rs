//! One route to one server, to be measured beside other reverse proxies: `proxy LISTEN HOST TARGET`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use slipway_router::{Listen, Route, Router, Table};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what| arguments.next().with_context(|| format!("{what} is missing"));
    let (listen, host): (SocketAddr, String) = (next("where to listen")?.parse()?, next("the host")?);
    let target: SocketAddr = next("the target")?.parse()?;
    let route = Route {
        hosts: vec![host],
        targets: vec![target],
        ..Route::default()
    };
    let router = Router::new("bench");
    router.set(Table {
        version: 1,
        routes: BTreeMap::from([("measured".to_owned(), route)]),
        ..Table::default()
    })?;
    let listen = Listen {
        socket: TcpListener::bind(listen).await?,
        is_tls: false,
    };
    router.serve(listen, CancellationToken::new(), Duration::ZERO).await?;
    Ok(())
}
