//! A TCP listener whose connections can be reset or cut short from inside a handler, for the connection faults.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Lets a handler break the connection its request came on.
#[derive(Debug, Clone)]
pub struct Fuse(Arc<State>);

#[derive(Debug)]
struct State {
    blown: AtomicBool,
    /// Bytes that may still be written.
    left: AtomicUsize,
}

impl Default for Fuse {
    fn default() -> Self {
        Self(Arc::new(State { blown: AtomicBool::new(false), left: AtomicUsize::new(usize::MAX) }))
    }
}

impl Fuse {
    /// Whatever the handler returns after this is not written: the peer sees a reset.
    pub fn blow(&self) {
        self.0.blown.store(true, Ordering::Release);
    }

    /// So many bytes are still written, then the connection is closed.
    pub fn cut_after(&self, bytes: usize) {
        self.0.left.store(bytes, Ordering::Release);
    }

    fn is_blown(&self) -> bool {
        self.0.blown.load(Ordering::Acquire)
    }

    fn left(&self) -> usize {
        self.0.left.load(Ordering::Acquire)
    }

    fn spend(&self, bytes: usize) {
        let left = self.left();
        if left != usize::MAX {
            self.cut_after(left - bytes.min(left));
        }
    }
}

/// The listening socket.
pub struct FusedListener(pub TcpListener);

/// One accepted connection with its fuse.
pub struct FusedStream {
    stream: TcpStream,
    fuse: Fuse,
}

impl Listener for FusedListener {
    type Io = FusedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (FusedStream, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        // Answers are small; without this a reused connection waits for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        (FusedStream { stream, fuse: Fuse::default() }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, FusedListener>> for Fuse {
    fn connect_info(stream: IncomingStream<'_, FusedListener>) -> Self {
        stream.io().fuse.clone()
    }
}

impl FusedStream {
    /// Fails once the fuse is blown; closing then sends RST instead of FIN.
    fn check(&self) -> io::Result<()> {
        if !self.fuse.is_blown() {
            return Ok(());
        }
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for FusedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for FusedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let left = self.fuse.left();
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, &buf[..buf.len().min(left)]);
        if let Poll::Ready(Ok(bytes)) = &written {
            self.fuse.spend(*bytes);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.fuse.left() != usize::MAX {
            let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
            return self.poll_write(cx, first);
        }
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
