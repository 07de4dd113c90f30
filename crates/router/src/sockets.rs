//! Sockets to take connections at, so that another process can take them over without a connection refused.
//!
//! Either the service manager holds them open and passes them on, or each process opens its own at the same address, and the
//! system gives each connection to one of those that listen.

use std::io;
use std::net::SocketAddr;

use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use tokio::net::{TcpListener, TcpSocket};

/// The first file that a service manager passes on (`sd_listen_fds`).
const FIRST: i32 = 3;
/// Connections that may wait to be taken.
const WAITING: u32 = 1_024;

/// Listens beside whoever listens there already with the same word.
///
/// # Errors
/// When the address is taken by others, or is not this machine's.
pub fn shared(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// What the service manager said that it passes to this process: its own number, how many, and their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// `LISTEN_PID`.
    pub process: Option<String>,
    /// `LISTEN_FDS`.
    pub count: Option<String>,
    /// `LISTEN_FDNAMES`.
    pub names: Option<String>,
}

impl Passed {
    /// The sockets that are meant for this process, each with its name; none when nobody passed any.
    ///
    /// # Errors
    /// When one is no socket that listens.
    pub fn sockets(&self) -> io::Result<Vec<(String, TcpListener)>> {
        let count = self.meant_for(getpid());
        let mut names = self.names.as_deref().unwrap_or_default().split(':');
        (0..count)
            .map(|number| {
                let name = names.next().unwrap_or_default().to_owned();
                Ok((name, taken(FIRST + number)?))
            })
            .collect()
    }

    fn meant_for(&self, process: Pid) -> i32 {
        let is_meant = self.process.as_deref() == Some(process.as_raw_nonzero().to_string().as_str());
        let count = self.count.as_deref().and_then(|count| count.parse().ok());
        count.filter(|_| is_meant).unwrap_or(0)
    }
}

/// A file of this process by its number. The tempting alternative takes the number for an owned file, which nothing proves; a
/// copy, got as one process gets it of another, is owned for sure.
fn taken(number: i32) -> io::Result<TcpListener> {
    let process = pidfd_open(getpid(), PidfdFlags::empty())?;
    let file = pidfd_getfd(process, number, PidfdGetfdFlags::empty())?;
    let socket = std::net::TcpListener::from(file);
    socket.local_addr()?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn only_what_is_meant_for_this_process_is_taken() {
        let said = |process: &str, count: &str| Passed {
            process: Some(process.to_owned()),
            count: Some(count.to_owned()),
            names: None,
        };
        let own = getpid().as_raw_nonzero().to_string();
        assert_eq!(said(&own, "2").meant_for(getpid()), 2);
        assert_eq!(said("1", "2").meant_for(getpid()), 0);
        assert_eq!(said(&own, "many").meant_for(getpid()), 0);
        assert_eq!(Passed::default().meant_for(getpid()), 0);
    }

    #[tokio::test]
    async fn a_socket_by_its_number_takes_connections_and_two_share_an_address() {
        let first = shared(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = first.local_addr().unwrap();
        shared(address).unwrap();
        let again = taken(first.as_raw_fd()).unwrap();
        assert_eq!(again.local_addr().unwrap(), address);
        drop(first);
        let (asked, taken) = tokio::join!(tokio::net::TcpStream::connect(address), again.accept());
        asked.unwrap();
        taken.unwrap();
    }
}
