//! A TCP forwarder whose target can be changed: what stands before two replicas of a server, for somebody who knows one
//! address only.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Forwarder {
    pub(crate) address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
}

impl Forwarder {
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target));
        let current = Arc::clone(&target);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let target = *current.lock().unwrap();
                tokio::spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(target).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        Self { address, target }
    }

    /// New connections go there from now on.
    pub(crate) fn point_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }
}
