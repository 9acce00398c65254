//! A line to a platform that can be cut: then nobody listens at its end, and what was connected is gone.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub struct Line {
    address: SocketAddr,
    platform: String,
    cut: CancellationToken,
    tasks: TaskTracker,
    listening: Option<JoinHandle<()>>,
    /// Keeps the address while the line is cut: whoever calls is refused, and nobody else on this machine gets it.
    held: Option<TcpSocket>,
}

impl Line {
    /// A line to `http://ADDRESS`, or to the socket at a path.
    pub async fn to(base_url: &str) -> Self {
        let platform = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut line = Self {
            address: listener.local_addr().unwrap(),
            platform,
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            listening: None,
            held: None,
        };
        line.carry(listener);
        line
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn cut(&mut self) {
        self.cut.cancel();
        if let Some(listening) = self.listening.take() {
            listening.await.unwrap();
        }
        // Whoever calls next must find the old connections gone: a request written into one that is just ending is in doubt, and
        // a doubt is another story.
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks = TaskTracker::new();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.address).unwrap();
        self.held = Some(socket);
    }

    /// The same address again.
    pub fn mend(&mut self) {
        self.cut = CancellationToken::new();
        let listener = self.held.take().unwrap().listen(1024).unwrap();
        self.carry(listener);
    }

    fn carry(&mut self, listener: TcpListener) {
        let (platform, cut, tasks) = (self.platform.clone(), self.cut.clone(), self.tasks.clone());
        let listening = self.tasks.spawn(async move {
            loop {
                let caller = tokio::select! {
                    () = cut.cancelled() => return,
                    caller = listener.accept() => caller,
                };
                if let Ok((caller, _)) = caller {
                    tasks.spawn(join(caller, platform.clone(), cut.clone()));
                }
            }
        });
        self.listening = Some(listening);
    }
}

async fn carry(caller: &mut TcpStream, other_end: std::io::Result<impl AsyncRead + AsyncWrite + Unpin>) {
    if let Ok(mut other_end) = other_end {
        let _ = tokio::io::copy_bidirectional(caller, &mut other_end).await;
    }
}

/// Carries one connection. When the line is cut, the caller is told that nothing more comes, and has let go of it before this ends.
async fn join(mut caller: TcpStream, platform: String, cut: CancellationToken) {
    let carried = async {
        if platform.starts_with('/') {
            carry(&mut caller, UnixStream::connect(&platform).await).await;
        } else {
            carry(&mut caller, TcpStream::connect(&platform).await).await;
        }
    };
    tokio::select! {
        () = cut.cancelled() => {}
        () = carried => return,
    }
    let _ = caller.shutdown().await;
    while caller.read(&mut [0; 1_024]).await.is_ok_and(|count| count > 0) {}
}
