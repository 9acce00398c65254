//! The bridge from a fetched document to `loa inspect`: a private file for the child to read, gone afterwards.

use std::path::PathBuf;
use std::sync::Arc;

use crate::desk::Fetched;
use crate::engine::inbox::Inspector;
use crate::id::{Entropy, sha256_hex};
use crate::inspect::{self, FileKind, Limits};

/// Inspects with the given program, which must be this one.
#[must_use]
pub fn with_program(program: PathBuf, entropy: Arc<dyn Entropy>) -> Inspector {
    Arc::new(move |content| {
        let (program, entropy) = (program.clone(), entropy.clone());
        Box::pin(async move { inspect_content(program, entropy.as_ref(), content).await })
    })
}

/// Reads page 1 of a content in a child process; whatever goes wrong leaves it unreadable, never lost.
pub async fn inspect_content(program: PathBuf, entropy: &dyn Entropy, content: Vec<u8>) -> Fetched {
    let mut name = [0_u8; 16];
    entropy.fill(&mut name);
    let path = std::env::temp_dir().join(format!("loa-{}", &sha256_hex(&name)[..32]));
    // Removed whatever happens to this task, a cut at shutdown included.
    let _guard = Removed(&path);
    let written = write_private(&path, &content).await;
    let inspection = match written {
        Ok(()) => Some(inspect::inspect(&program, &path, Limits::default()).await),
        Err(error) => {
            tracing::warn!(error = %error.kind(), "document.not_written");
            None
        }
    };
    let kind = inspect::sniff(&content);
    let page = inspection.as_ref().map(|inspection| inspection.first_page());
    Fetched::File {
        media_type: media_type(kind).to_owned(),
        pages: inspection.as_ref().and_then(inspect::Inspection::pages),
        first_page: page.map(|page| page.text.to_owned()).unwrap_or_default(),
        readable: page.is_some_and(|page| page.readable),
        content,
    }
}

/// Removes a file when dropped.
struct Removed<'a>(&'a std::path::Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(self.0) {
            tracing::warn!(error = %error.kind(), "document.not_removed");
        }
    }
}

/// Nobody else on the machine may read a document on its way to the gate.
async fn write_private(path: &std::path::Path, content: &[u8]) -> std::io::Result<()> {
    use tokio::io::AsyncWriteExt as _;
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
    file.write_all(content).await?;
    file.flush().await
}

/// The media type by what the file is, not by its name.
#[must_use]
pub const fn media_type(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "application/pdf",
        FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind::Text => "text/plain; charset=utf-8",
        FileKind::Image => "image/*",
        FileKind::Unknown => "application/octet-stream",
    }
}
