//! A line between two of our parts on the loopback, which can be cut or fall silent as networks do.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Whole,
    /// Connections break, and new ones are refused after a moment.
    Cut,
    /// Connections stand, and nothing comes through: packets are lost.
    Silent,
}

/// Carries bytes from its own port to another.
#[derive(Clone, Debug)]
pub struct Wire {
    port: u16,
    line: Arc<watch::Sender<Line>>,
}

impl Wire {
    pub async fn to(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let wire =
            Self { port: listener.local_addr()?.port(), line: Arc::new(watch::Sender::new(Line::Whole)) };
        let line = wire.line.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, SocketAddr::from(([127, 0, 0, 1], port)), line.subscribe()));
            }
        });
        Ok(wire)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn carry(near: TcpStream, far: SocketAddr, mut line: watch::Receiver<Line>) -> io::Result<()> {
    // Silence swallows the handshake too, until it is over.
    line.wait_for(|line| *line != Line::Silent).await.map_err(io::Error::other)?;
    if *line.borrow() == Line::Cut {
        return Ok(());
    }
    let far = TcpStream::connect(far).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let (there, back) = (copy(near_in, far_out, line.clone()), copy(far_in, near_out, line.clone()));
    tokio::select! {
        _ = there => {}
        _ = back => {}
        _ = line.wait_for(|line| *line == Line::Cut) => {}
    }
    Ok(())
}

async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        // What was sent into silence arrives when it is over, as TCP sends it again.
        line.wait_for(|line| *line == Line::Whole).await.map_err(io::Error::other)?;
        to.write_all(&bytes[..read]).await?;
    }
}
