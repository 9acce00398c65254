//! Measuring: how fast messages leave, how close to a platform's limit, and what that costs.
//!
//! Loa's real loops run in a process of their own, on a database on this disk. The server is the sandbox in another, so that the
//! time it takes is not ours, or any other server that is named. What the server accepted is read from its
//! own log, and what can be reached at best stands beside each figure.

pub mod bare;
pub mod commune;
pub mod crash;
pub mod engine;
pub mod figures;
pub mod inbound;
pub mod meter;
pub mod offers;
pub mod priority;
pub mod sending;
pub mod server;
pub mod simulate;
pub mod strangers;
pub mod worker;
pub mod year;

/// What every run needs to know.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Messages or groups.
    pub size: u32,
    /// A server that runs already: its address and a bot's token; none starts the sandbox.
    pub named: Option<(String, String)>,
    /// The database; none makes a file in the folder.
    pub database: Option<String>,
    /// Whether the database holds a year of a large commune before the run begins.
    pub year: bool,
    /// Whether every bulletin carries a file.
    pub files: bool,
    /// Where the run keeps its files: on the disk that is measured.
    pub folder: std::path::PathBuf,
}
