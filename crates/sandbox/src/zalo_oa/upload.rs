//! Uploads: `/v2.0/oa/upload/{image,gif,file}` and the addresses under which files can be fetched.

use axum::response::Response;
use serde_json::json;

use super::{
    error::{OaError, OaResult},
    model::{HandleKind, Uploaded},
    world::World,
};
use crate::{
    params::Upload,
    spoil::{json_reply, reply},
};

/// Largest image (Open API documentation: 1 MB).
const MAX_IMAGE: usize = 1_048_576;
/// Largest GIF and largest file (same source: 5 MB).
const MAX_FILE: usize = 5_242_880;
/// How far back the monthly cap looks.
const MONTH_MS: i64 = 30 * 86_400_000;

/// Takes one upload and answers with its handle.
pub(super) fn take(world: &mut World, kind: HandleKind, upload: Option<&Upload>) -> OaResult {
    let upload = upload.ok_or_else(|| OaError::field("file"))?;
    check(kind, upload)?;
    let now = world.wall();
    world.upload_times.retain(|at| now - at < MONTH_MS);
    let cap = world.config.limits.map_or(usize::MAX, |limits| limits.uploads_per_month as usize);
    if world.upload_times.len() >= cap {
        return Err(OaError::new(-211, "The quota of uploads of this month is used up"));
    }
    world.upload_times.push(now);
    let file = world.store_file(&upload.name, upload.bytes.clone());
    let handle = world.next_secret(48);
    world.uploads.insert(handle.clone(), Uploaded { kind, file, at_ms: now });
    Ok(match kind {
        HandleKind::File => json!({ "token": handle }),
        HandleKind::Image | HandleKind::Gif => json!({ "attachment_id": handle }),
    })
}

fn check(kind: HandleKind, upload: &Upload) -> Result<(), OaError> {
    let (fits, most) = match kind {
        HandleKind::Image => (is_jpeg(&upload.bytes) || is_png(&upload.bytes), MAX_IMAGE),
        HandleKind::Gif => (upload.bytes.starts_with(b"GIF8"), MAX_FILE),
        HandleKind::File => (["pdf", "doc", "docx", "csv"].contains(&extension(&upload.name).as_str()), MAX_FILE),
    };
    if !fits {
        return Err(OaError::field("The type of the file"));
    }
    if upload.bytes.len() > most {
        return Err(OaError::over("The size of the file"));
    }
    Ok(())
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xd8, 0xff])
}

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// The end of a file's name, in lower case.
pub(super) fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default()
}

pub(super) fn mime_of(name: &str) -> &'static str {
    match extension(name).as_str() {
        "pdf" => "application/pdf",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "csv" => "text/csv",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        _ => "application/octet-stream",
    }
}

/// `/_media/<n>`: the bytes, without a token, as from Zalo's media hosts.
pub(super) fn fetch(world: &World, number: &str) -> Response {
    let file = number.parse::<usize>().ok().and_then(|n| world.files.get(n));
    match file {
        Some(file) => reply(200, file.mime, file.bytes.clone()),
        None => json_reply(404, &json!({ "error": "no such file" })),
    }
}
