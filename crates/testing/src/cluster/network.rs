//! The network of a cluster, seen from the tests.
//!
//! It is a namespace of its own without any way out, and the machine's network has no way in. What joins them is this
//! process: a thread that has moved into the namespace opens connections there, for a listener that was opened outside; or a
//! listener there, for connections that are opened outside.

use std::fs::File;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// A network namespace; it is kept while this is.
#[derive(Debug)]
pub(super) struct Network(File);

impl Network {
    /// The network of a process.
    pub(super) fn of(process: u32) -> Result<Self> {
        let path = Path::new("/proc").join(process.to_string()).join("ns/net");
        Ok(Self(
            File::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?,
        ))
    }

    /// An address of this machine behind which `target`, an address of that network, answers, as long as this process lives.
    pub(super) fn forward(&self, target: SocketAddr) -> Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let namespace = self.0.try_clone()?;
        let (sender, moved) = mpsc::channel();
        thread::spawn(move || {
            let entered = move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network));
            let is_inside = entered.is_ok();
            sender.send(entered).ok();
            if is_inside {
                serve(&listener, target);
            }
        });
        moved
            .recv()?
            .context("the network of the cluster cannot be entered: it needs root")?;
        Ok(address)
    }
}

impl Network {
    /// Has an address of this machine answer at an address of that network, as long as this process lives.
    pub(super) fn reach(&self, address: SocketAddr, inside: SocketAddr) -> Result<()> {
        let namespace = self.0.try_clone()?;
        let (sender, bound) = mpsc::channel();
        thread::spawn(move || {
            // A listener stays in the network where it was opened.
            let entered = move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network));
            let listener = entered
                .map_err(std::io::Error::from)
                .and_then(|()| TcpListener::bind(inside));
            sender.send(listener).ok();
        });
        let listener = bound
            .recv()?
            .context("nothing can listen in the network of the cluster: it needs root")?;
        thread::spawn(move || serve(&listener, address));
        Ok(())
    }
}

fn serve(listener: &TcpListener, target: SocketAddr) {
    for outside in listener.incoming().flatten() {
        // Nobody there: the caller's connection ends.
        let Ok(inside) = TcpStream::connect(target) else {
            continue;
        };
        outside.set_nodelay(true).ok();
        inside.set_nodelay(true).ok();
        let (Ok(to_inside), Ok(to_outside)) = (inside.try_clone(), outside.try_clone()) else {
            continue;
        };
        thread::spawn(move || carry(outside, to_inside));
        thread::spawn(move || carry(inside, to_outside));
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    std::io::copy(&mut from, &mut to).ok();
    to.shutdown(Shutdown::Write).ok();
}
