//! A line to a platform that can be cut: then nobody listens at its end, and what was connected is gone.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub struct Line {
    address: SocketAddr,
    platform: String,
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Line {
    /// A line to `http://ADDRESS`.
    pub async fn to(base_url: &str) -> Self {
        let platform = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            platform,
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        line.carry(listener);
        line
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn cut(&self) {
        self.cut.cancel();
    }

    /// The same address again.
    pub async fn mend(&mut self) {
        self.cut = CancellationToken::new();
        self.carry(TcpListener::bind(self.address).await.unwrap());
    }

    fn carry(&self, listener: TcpListener) {
        let (platform, cut, tasks) = (self.platform.clone(), self.cut.clone(), self.tasks.clone());
        self.tasks.spawn(async move {
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
    }
}

async fn join(mut caller: TcpStream, platform: String, cut: CancellationToken) {
    let Ok(mut other_end) = TcpStream::connect(&platform).await else { return };
    tokio::select! {
        () = cut.cancelled() => {}
        _ = tokio::io::copy_bidirectional(&mut caller, &mut other_end) => {}
    }
}
