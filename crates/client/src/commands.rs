//! Commands in units of an app, at which the caller is: over a WebSocket.

use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use reqwest::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{StatusCode, Upgraded};
use slipway_api::app_commands::{AppCommandNews, AppCommandOrder, ERRORS, NewAppCommand, OUTPUT, TerminalSize};
use slipway_api::ids::AppId;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::call::{Call, Repeat};
use crate::client::Client;
use crate::error::ClientError;

/// How long the connection may live, which is what a request's time is here.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3600);

/// A command at which the caller is.
pub struct AppCommand {
    /// What it has to say.
    pub said: AppCommandSaid,
    /// What it is told.
    pub orders: AppCommandOrders,
}

/// What a command has to say.
pub struct AppCommandSaid(SplitStream<WebSocketStream<Upgraded>>);

/// What a command is told.
pub struct AppCommandOrders(SplitSink<WebSocketStream<Upgraded>, Message>);

/// What a command says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppCommandItem {
    /// It runs, in this unit.
    Begun(String),
    /// It wrote this to its standard output or its terminal.
    Output(Bytes),
    /// It wrote this to its standard error.
    Errors(Bytes),
    /// It ended, with this exit code.
    Ended(i64),
    /// It did not begin, or was ended from outside; why, in a sentence.
    Failed(String),
    /// The connection broke; the command was ended.
    Broken,
}

impl Client {
    /// Begins a command, or a shell, in a unit that runs.
    pub async fn app_shell(&self, app: AppId, wanted: NewAppCommand) -> Result<AppCommand, ClientError> {
        self.app_command(&["apps", &app.to_string(), "shell"], wanted).await
    }

    /// Begins a command in a unit of its own.
    pub async fn app_run(&self, app: AppId, wanted: NewAppCommand) -> Result<AppCommand, ClientError> {
        self.app_command(&["apps", &app.to_string(), "run"], wanted).await
    }

    async fn app_command(&self, path: &[&str], wanted: NewAppCommand) -> Result<AppCommand, ClientError> {
        let mut call = Call::get(path).timeout(LONGEST);
        call.repeat = Repeat::WhenNotHandled;
        let key = HeaderValue::try_from(generate_key()).map_err(|_| ClientError::Token)?;
        call.headers.extend([
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
            (SEC_WEBSOCKET_KEY, key),
        ]);
        let response = self.send(call).await?;
        let (url, status) = (response.url().to_string(), response.status());
        let unexpected = |why: String| ClientError::Unexpected {
            url: url.clone(),
            status: status.as_u16(),
            why,
        };
        if status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(unexpected(
                "no WebSocket was opened; something between here and the server does not pass them on".to_owned(),
            ));
        }
        let connection = response
            .upgrade()
            .await
            .map_err(|error| unexpected(error.to_string()))?;
        let socket = WebSocketStream::from_raw_socket(connection, Role::Client, None).await;
        let (sink, stream) = socket.split();
        let mut orders = AppCommandOrders(sink);
        if !orders.say(&AppCommandOrder::Begin(wanted)).await {
            return Err(unexpected("the connection broke at once".to_owned()));
        }
        Ok(AppCommand {
            said: AppCommandSaid(stream),
            orders,
        })
    }
}

impl AppCommandSaid {
    /// The next thing; behind the last one always [`AppCommandItem::Broken`].
    pub async fn next(&mut self) -> AppCommandItem {
        while let Some(Ok(message)) = self.0.next().await {
            match message {
                Message::Binary(mut bytes) if !bytes.is_empty() => {
                    let text = bytes.split_off(1);
                    match bytes.first().copied() {
                        Some(OUTPUT) => return AppCommandItem::Output(text),
                        Some(ERRORS) => return AppCommandItem::Errors(text),
                        // Of a newer server.
                        _ => {}
                    }
                }
                Message::Text(text) => match serde_json::from_str(&text) {
                    Ok(AppCommandNews::Begun { unit }) => return AppCommandItem::Begun(unit),
                    Ok(AppCommandNews::Ended { exit_code }) => return AppCommandItem::Ended(exit_code),
                    Ok(AppCommandNews::Failed { reason }) => return AppCommandItem::Failed(reason),
                    Err(_) => {}
                },
                Message::Close(_) => break,
                _ => {}
            }
        }
        AppCommandItem::Broken
    }
}

impl AppCommandOrders {
    /// Has it read this; false when the connection is broken.
    pub async fn write(&mut self, bytes: Bytes) -> bool {
        self.0.send(Message::Binary(bytes)).await.is_ok()
    }

    /// Has it read nothing more.
    pub async fn end_input(&mut self) -> bool {
        self.say(&AppCommandOrder::EndOfInput).await
    }

    /// Tells it how large its terminal is now.
    pub async fn resize(&mut self, size: TerminalSize) -> bool {
        self.say(&AppCommandOrder::Resize(size)).await
    }

    async fn say(&mut self, order: &AppCommandOrder) -> bool {
        let Ok(text) = serde_json::to_string(order) else {
            return false;
        };
        self.0.send(Message::text(text)).await.is_ok()
    }
}
