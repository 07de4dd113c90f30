//! What goes between a command and whoever is at it, alike on every cluster.

use std::pin::Pin;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::attach::{Attached, Order, Said};
use super::driver::DriverError;

/// Pieces that wait for a slow reader, and orders that wait for a slow command.
const WAITING: usize = 32;

/// What is sent to whoever is at a command.
pub(super) type News = Sender<Result<Said, DriverError>>;
/// What a command writes.
pub(super) type Pieces = BoxStream<'static, Result<Said, DriverError>>;
/// Where what it reads is put.
pub(super) type Input = Pin<Box<dyn AsyncWrite + Send>>;
/// What changes the size of its terminal, to columns and rows.
pub(super) type Resize = Box<dyn Fn(u16, u16) -> BoxFuture<'static, ()> + Send + Sync>;

/// What a command has at its side.
pub(super) struct Ends {
    /// To whoever is at it; closed when nobody is any more.
    pub(super) news: News,
    /// From him.
    pub(super) told: Receiver<Order>,
}

/// Both sides of a command.
pub(super) fn begin() -> (Ends, Attached) {
    let (news, said) = channel(WAITING);
    let (orders, told) = channel(WAITING);
    let said = futures::stream::unfold(said, |mut said| async move {
        let next = said.recv().await?;
        Some((next, said))
    });
    let attached = Attached {
        said: said.boxed(),
        orders,
    };
    (Ends { news, told }, attached)
}

/// Passes on what is written, and what is told, until there is nothing more; false when whoever is at it goes before.
pub(super) async fn attend(ends: &mut Ends, (mut output, input): (Pieces, Input), resize: &Resize) -> bool {
    let Ends { news, told } = ends;
    let (mut typed, mut is_told) = (Some(typing(input)), true);
    loop {
        let order = async {
            if let Some(typed) = &typed {
                // Only when there is room: a command that does not read keeps nobody from hearing what it writes.
                typed.reserve().await.ok();
            }
            told.recv().await
        };
        tokio::select! {
            () = news.closed() => return false,
            order = order, if is_told => match order {
                Some(Order::Resize(columns, rows)) => resize(columns, rows).await,
                Some(Order::Input(bytes)) => if let Some(typed) = &typed {
                    typed.send(bytes).await.ok();
                },
                Some(Order::EndOfInput) => typed = None,
                None => (typed, is_told) = (None, false),
            },
            piece = output.next() => match piece {
                Some(piece) => if news.send(piece).await.is_err() {
                    return false;
                },
                None => return true,
            },
        }
    }
}

/// Where what is typed is put, on its way to the command.
fn typing(mut input: Input) -> Sender<Bytes> {
    let (sender, mut typed) = channel::<Bytes>(WAITING);
    tokio::spawn(async move {
        while let Some(bytes) = typed.recv().await {
            if input.write_all(&bytes).await.is_err() || input.flush().await.is_err() {
                return;
            }
        }
        input.shutdown().await.ok();
    });
    sender
}
