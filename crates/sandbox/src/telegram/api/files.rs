//! Files of a call: uploads, `attach://`, reuse by `file_id`, and getFile.

use axum::body::Bytes;

use super::super::{
    access::Sending,
    error::{ApiError, ApiResult},
    message::Content,
    params::{Params, Upload},
    picture, wire,
    world::{StoredFile, World},
};

/// Bytes a bot may upload as a document (Bot API, sendDocument).
const MAX_DOCUMENT: usize = 50 * 1024 * 1024;
/// Bytes a bot may upload as a photo (Bot API, sendPhoto).
const MAX_PHOTO: usize = 10 * 1024 * 1024;
/// Bytes a bot may download (Bot API, getFile).
const MAX_DOWNLOAD: usize = 20 * 1024 * 1024;

/// What a file is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Photo,
}

impl Kind {
    const fn field(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Photo => "photo",
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::Document => "documents",
            Self::Photo => "photos",
        }
    }

    pub(super) const fn sending(self) -> Sending {
        match self {
            Self::Document => Sending::Document,
            Self::Photo => Sending::Photo,
        }
    }

    pub(super) const fn content(self, file: usize) -> Content {
        match self {
            Self::Document => Content::Document(file),
            Self::Photo => Content::Photo(file),
        }
    }
}

/// Where the file of a call comes from.
pub(super) enum Source {
    Known(usize),
    New(Upload),
}

/// Finds the file of a call without storing it yet.
pub(super) fn source(world: &World, bot: i64, params: &Params, kind: Kind) -> Result<Source, ApiError> {
    if let Some(upload) = params.files.get(kind.field()) {
        return Ok(Source::New(upload.clone()));
    }
    let Some(named) = params.text(kind.field()) else {
        return Err(ApiError::bad(&format!("there is no {} in the request", kind.field())));
    };
    if let Some(part) = named.strip_prefix("attach://") {
        let missing = || ApiError::bad(&format!("there is no {} in the request", kind.field()));
        return params.files.get(part).cloned().map(Source::New).ok_or_else(missing);
    }
    if named.starts_with("http://") || named.starts_with("https://") {
        return Err(ApiError::bad("failed to get HTTP URL content"));
    }
    known(world, bot, named, kind).map(Source::Known)
}

/// A file by its id: of this bot, and of the same kind as before.
fn known(world: &World, bot: i64, id: &str, kind: Kind) -> Result<usize, ApiError> {
    let index = wire::file_of(world, id, bot);
    let index = index.ok_or_else(|| ApiError::bad("wrong file identifier/HTTP URL specified"))?;
    let folder = world.files.get(index).map_or("", |f| f.folder);
    if folder == kind.folder() {
        return Ok(index);
    }
    let names = if kind == Kind::Photo { ("Document", "Photo") } else { ("Photo", "Document") };
    Err(ApiError::bad(&format!("can't use file of type {} as {}", names.0, names.1)))
}

/// Stores a new file, after the checks of size and pace.
pub(super) fn take(world: &mut World, bot: i64, source: Source, kind: Kind) -> Result<usize, ApiError> {
    let upload = match source {
        Source::Known(index) => return Ok(index),
        Source::New(upload) => upload,
    };
    let max = if kind == Kind::Photo { MAX_PHOTO } else { MAX_DOCUMENT };
    if upload.bytes.is_empty() {
        return Err(ApiError::bad("file must be non-empty"));
    }
    if upload.bytes.len() > max {
        return Err(ApiError::new(413, "Request Entity Too Large"));
    }
    let size = if kind == Kind::Photo { measured(&upload.bytes)? } else { (0, 0) };
    pace(world, bot, upload.bytes.len())?;
    let file = stored(&upload.name, upload.mime, upload.bytes, kind.folder());
    Ok(world.store_file(StoredFile { size, ..file }))
}

fn measured(bytes: &Bytes) -> Result<(u32, u32), ApiError> {
    let (width, height) = picture::size(bytes).ok_or_else(|| ApiError::bad("IMAGE_PROCESS_FAILED"))?;
    let (long, short) = (width.max(height), width.min(height).max(1));
    if u64::from(width) + u64::from(height) > 10_000 || long / short > 20 {
        return Err(ApiError::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok((width, height))
}

fn pace(world: &mut World, bot: i64, size: usize) -> Result<(), ApiError> {
    let now = world.monotonic();
    if !world.config.limits.is_some_and(|l| l.pace_uploads) {
        return Ok(());
    }
    let Some(bot) = world.bot_mut(bot) else { return Ok(()) };
    bot.limiter.admit_upload(size, now).map_err(ApiError::flood)
}

/// A file as it is kept: without folders in its name, with a type guessed from the name's ending.
pub(crate) fn stored(name: &str, mime: Option<String>, bytes: Bytes, folder: &'static str) -> StoredFile {
    let name = name.rsplit(['/', '\\']).next().filter(|n| !n.is_empty()).unwrap_or("file").to_owned();
    let vague = |m: &String| m == "application/octet-stream";
    let mime = mime.filter(|m| !vague(m)).unwrap_or_else(|| guessed_mime(&name).to_owned());
    StoredFile { name, mime, bytes, folder, size: (0, 0) }
}

fn guessed_mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).as_deref() {
        Some("pdf") => "application/pdf",
        Some("doc") => "application/msword",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        Some("zip") => "application/zip",
        Some("mp3") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

/// getFile.
pub(super) fn get(world: &World, bot: i64, params: &Params) -> ApiResult {
    let id = params.text("file_id").ok_or_else(|| ApiError::bad("file_id not specified"))?;
    let index = wire::file_of(world, id, bot).ok_or_else(|| ApiError::bad("invalid file_id"))?;
    if world.files.get(index).is_some_and(|f| f.bytes.len() > MAX_DOWNLOAD) {
        return Err(ApiError::bad("file is too big"));
    }
    Ok(wire::file(world, index, bot))
}
