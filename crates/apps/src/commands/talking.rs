//! What is said between a caller and his command, message by message, until one of them ends.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use slipway_api::app_commands::{AppCommandNews, AppCommandOrder, ERRORS, NewAppCommand, OUTPUT};
use slipway_api::ids::AppId;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Error};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::service::{self, Begun, Where};
use crate::apps::{App, service as apps};
use crate::clusters::attach::{Order, Said};

/// What shall run has to be said within this time.
const FIRST: Duration = Duration::from_secs(10);
/// Between two looks at whether it shall go on.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two questions whether the caller still may.
const ASK: u32 = 5;
/// Ticks between two signs of life.
const PING: u32 = 20;
/// A caller who takes nothing for so long is gone, as is one of whom nothing is heard for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose commands, by which permission, and where they run.
pub(super) struct Asked {
    pub(super) app: App,
    pub(super) permission: Permission,
    pub(super) place: Where,
}

/// Talks until the command has ended or the caller is gone.
pub(super) async fn talk<S>(ctx: Ctx, asked: Asked, socket: WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sink, mut stream) = socket.split();
    let mut caller = Caller { sink };
    let begun = match first(&mut stream).await {
        Ok(wanted) => service::begin(&ctx, &asked.app, asked.place, wanted).await,
        Err(error) => Err(error),
    };
    let mut begun = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let reason = error.detail().to_owned();
            caller.tell(&AppCommandNews::Failed { reason }).await.ok();
            return caller.close().await;
        }
    };
    let unit = begun.unit.clone();
    let how = match caller.tell(&AppCommandNews::Begun { unit }).await {
        Ok(()) => {
            attend(
                &ctx,
                (asked.app.id, asked.permission),
                &mut begun,
                &mut caller,
                &mut stream,
            )
            .await
        }
        Err(()) => Err(gone()),
    };
    // First written, then said.
    if let Err(error) = begun.ended(&ctx, how.clone()).await {
        tracing::warn!(%error, "the end of a command is not told");
    }
    let news = match how {
        Ok(exit_code) => AppCommandNews::Ended { exit_code },
        Err(reason) => AppCommandNews::Failed { reason },
    };
    caller.tell(&news).await.ok();
    caller.close().await;
}

/// What shall run.
async fn first<S>(stream: &mut SplitStream<WebSocketStream<S>>) -> Result<NewAppCommand, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let nothing =
        || Error::malformed("The first message says what shall run: {\"type\": \"begin\", \"command\": […]}.");
    loop {
        let message = tokio::time::timeout(FIRST, stream.next()).await;
        match message.map_err(|_| nothing())? {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(AppCommandOrder::Begin(wanted)) => return Ok(wanted),
                Ok(_) => return Err(nothing()),
                Err(error) => {
                    return Err(Error::malformed(format!(
                        "The first message is not understood: {error}."
                    )));
                }
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return Err(nothing()),
        }
    }
}

/// Passes on what is written and typed; gives the exit code, or why there is none.
async fn attend<S>(
    ctx: &Ctx,
    (app, permission): (AppId, Permission),
    begun: &mut Begun,
    caller: &mut Caller<S>,
    stream: &mut SplitStream<WebSocketStream<S>>,
) -> Result<i64, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let idle = Duration::from_secs(ctx.settings.apps.command_idle_minutes.saturating_mul(60));
    let (mut ticks, mut clock) = (0_u32, interval(TICK));
    let (mut heard_at, mut busy_at) = (Instant::now(), Instant::now());
    loop {
        tokio::select! {
            said = begun.attached.said.next() => {
                busy_at = Instant::now();
                match said {
                    Some(Ok(Said::Ended(code))) => return Ok(code),
                    Some(Ok(Said::Output(bytes))) => caller.write(OUTPUT, &bytes).await.map_err(|()| gone())?,
                    Some(Ok(Said::Errors(bytes))) => caller.write(ERRORS, &bytes).await.map_err(|()| gone())?,
                    Some(Err(error)) => return Err(slipway_kernel::text::sentence(&error.to_string())),
                    None => return Err("Nobody knows how the command ended.".to_owned()),
                }
            }
            message = stream.next() => {
                heard_at = Instant::now();
                let order = match message {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(message)) => order(message)?,
                    None | Some(Err(_)) => return Err(gone()),
                };
                busy_at = heard_at;
                let orders = &begun.attached.orders;
                // A command that does not read what is typed: its end is waited for, and the caller may still go.
                tokio::select! {
                    taken = orders.send(order) => { taken.ok(); }
                    () = tokio::time::sleep(PATIENCE) => return Err("The command does not read what is sent to it.".to_owned()),
                }
            }
            _ = clock.tick() => {
                ticks = ticks.wrapping_add(1);
                if ctx.wakes.is_ending() {
                    return Err("The server is being ended: connect again, and begin anew.".to_owned());
                }
                if heard_at.elapsed() > PATIENCE {
                    return Err(gone());
                }
                if !idle.is_zero() && busy_at.elapsed() > idle {
                    return Err(format!("Nobody typed, and nothing was written, for {} minutes.", idle.as_secs() / 60));
                }
                if ticks.is_multiple_of(ASK) && apps::load(ctx, app, permission).await.is_err() {
                    return Err("You may not run this any more.".to_owned());
                }
                if ticks.is_multiple_of(PING) {
                    caller.send(Message::Ping(Bytes::new())).await.map_err(|()| gone())?;
                    if let Some(made) = &begun.made {
                        service::seen(ctx, made).await.ok();
                    }
                }
            }
        }
    }
}

fn gone() -> String {
    "The caller is gone.".to_owned()
}

fn order(message: Message) -> Result<Order, String> {
    match message {
        Message::Binary(bytes) => Ok(Order::Input(bytes)),
        Message::Text(text) => match serde_json::from_str(&text) {
            Ok(AppCommandOrder::Resize(size)) => Ok(Order::Resize(size.columns, size.rows)),
            Ok(AppCommandOrder::EndOfInput) => Ok(Order::EndOfInput),
            Ok(AppCommandOrder::Begin(_)) => {
                Err("A command runs already: begin another one by another connection.".to_owned())
            }
            Err(error) => Err(format!("A message is not understood: {error}.")),
        },
        _ => Err(gone()),
    }
}

/// To whom it is said.
struct Caller<S> {
    sink: SplitSink<WebSocketStream<S>, Message>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Caller<S> {
    async fn tell(&mut self, news: &AppCommandNews) -> Result<(), ()> {
        let text = serde_json::to_string(news).map_err(drop)?;
        self.send(Message::text(text)).await
    }

    async fn write(&mut self, stream: u8, bytes: &Bytes) -> Result<(), ()> {
        let mut message = BytesMut::with_capacity(bytes.len() + 1);
        message.put_u8(stream);
        message.extend_from_slice(bytes);
        self.send(Message::Binary(message.freeze())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), ()> {
        let sent = tokio::time::timeout(PATIENCE, self.sink.send(message)).await;
        sent.map_err(drop)?.map_err(drop)
    }

    async fn close(mut self) {
        tokio::time::timeout(TICK, self.sink.close()).await.ok();
    }
}
