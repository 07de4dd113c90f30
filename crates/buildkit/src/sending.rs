//! Files by BuildKit's `FileSync/DiffCopy`: first what there is, then what the other side asks for by its number. The
//! protocol is that of <https://github.com/tonistiigi/fsutil> (`send.go`).

use std::collections::HashMap;

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use futures::{Stream, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use crate::tree::{Content, Entry, Kind, Tree};

// Go's `os.FileMode` on the wire.
const GO_FOLDER: u32 = 1 << 31;
const GO_LINK: u32 = 1 << 27;
/// Of a file in one packet.
const CHUNK: usize = 64 * 1024;
/// Files that are read at the same time.
const AT_ONCE: usize = 8;
/// Packets that wait for the connection.
const WAITING: usize = 32;

type Sender = mpsc::Sender<Result<Packet, Status>>;

/// What is sent of a tree, answering what comes in by `asked`.
pub(crate) fn send(
    tree: Tree,
    asked: Streaming<Packet>,
) -> impl Stream<Item = Result<Packet, Status>> + Send + 'static {
    let (packets, received) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        if let Err(refused) = converse(&tree, asked, &packets).await {
            // Whoever asked is gone, or is told.
            let _gone = packets.send(Err(refused)).await;
        }
    });
    futures::stream::unfold(received, async |mut received| Some((received.recv().await?, received)))
}

async fn converse(tree: &Tree, mut asked: Streaming<Packet>, packets: &Sender) -> Result<(), Status> {
    let mut files = tell(tree, packets).await?;
    // Requests are taken as they come, and answered some at a time: thousands that nobody took would look like an attack to
    // the connection. Each file is given once, so no more can wait than there are.
    let (wanted, waiting) = mpsc::unbounded_channel();
    tokio::spawn(answer(waiting, packets.clone()));
    while let Some(packet) = asked.next().await {
        let packet = packet?;
        match packet.r#type() {
            PacketType::PacketReq => {
                let (path, content) = files
                    .remove(&packet.id)
                    .ok_or_else(|| Status::invalid_argument("there is no file of that number"))?;
                wanted.send((packet.id, path, content)).map_err(|_| gone())?;
            }
            PacketType::PacketFin => {
                let last = Packet {
                    r#type: PacketType::PacketFin.into(),
                    ..Packet::default()
                };
                return packets.send(Ok(last)).await.map_err(|_| gone());
            }
            PacketType::PacketErr => return Err(Status::aborted(String::from_utf8_lossy(&packet.data).into_owned())),
            PacketType::PacketStat | PacketType::PacketData => {}
        }
    }
    Ok(())
}

/// Reads what is wanted, until nothing can be wanted any more.
async fn answer(waiting: mpsc::UnboundedReceiver<(u32, String, Content)>, packets: Sender) {
    let wanted = futures::stream::unfold(waiting, async |mut waiting| Some((waiting.recv().await?, waiting)));
    let read = async |(id, path, content): (u32, String, Content)| {
        if let Err(error) = read(id, &content, &packets).await {
            let said = Status::aborted(format!("{path} could not be read: {error}"));
            let _gone = packets.send(Err(said)).await;
        }
    };
    wanted.for_each_concurrent(AT_ONCE, read).await;
}

/// Tells of everything; the files by the numbers that they are asked for with.
async fn tell(tree: &Tree, packets: &Sender) -> Result<HashMap<u32, (String, Content)>, Status> {
    let mut files = HashMap::new();
    for (number, (path, entry)) in (0_u32..).zip(tree.entries()) {
        if let Kind::File { content, .. } = &entry.kind {
            files.insert(number, (path.clone(), content.clone()));
        }
        let told = Packet {
            r#type: PacketType::PacketStat.into(),
            stat: Some(stat(path, entry)),
            ..Packet::default()
        };
        packets.send(Ok(told)).await.map_err(|_| gone())?;
    }
    let end = Packet {
        r#type: PacketType::PacketStat.into(),
        ..Packet::default()
    };
    packets.send(Ok(end)).await.map_err(|_| gone())?;
    Ok(files)
}

/// Owned by root: whose it was on the machine of whoever uploaded it means nothing in the image.
fn stat(path: String, entry: &Entry) -> Stat {
    let (bits, size, linkname) = match &entry.kind {
        Kind::Folder => (GO_FOLDER, 0, String::new()),
        Kind::Link { to } => (GO_LINK, to.len() as u64, to.clone()),
        Kind::File { size, .. } => (0, *size, String::new()),
    };
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    Stat {
        path,
        mode: bits | entry.mode,
        size,
        mod_time: entry.modified,
        linkname,
        ..Stat::default()
    }
}

/// All of a file, and an empty packet behind it.
async fn read(id: u32, content: &Content, packets: &Sender) -> std::io::Result<()> {
    let data = |data: Vec<u8>| {
        Ok(Packet {
            r#type: PacketType::PacketData.into(),
            id,
            data,
            ..Packet::default()
        })
    };
    let lost = |_| std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    match content {
        Content::Here(bytes) => {
            for chunk in bytes.chunks(CHUNK) {
                packets.send(data(chunk.to_vec())).await.map_err(lost)?;
            }
        }
        Content::OnDisk(path) => {
            let mut file = tokio::fs::File::open(path).await?;
            loop {
                let mut chunk = Vec::with_capacity(CHUNK);
                if file.read_buf(&mut chunk).await? == 0 {
                    break;
                }
                packets.send(data(chunk)).await.map_err(lost)?;
            }
        }
    }
    packets.send(data(Vec::new())).await.map_err(lost)
}

fn gone() -> Status {
    Status::cancelled("the build does not listen any more")
}
