//! Files that arrive: looked at first, stored only when no stamp was found, refused without a trace otherwise.

use super::first_page::suggest;
use super::form::{Form, FormFile};
use super::{leave, turn};
use crate::desk::{Fetched, Prepared, Response, Talk};
use crate::domain::bulletin::Kind;
use crate::domain::event::IncomingMessage;
use crate::domain::secrecy::stamp_in;
use crate::domain::text::{cut, nfc};
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::NewFile;
use crate::usecase::compose::MAX_BODY_CHARS;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseResult};

/// Files one bulletin carries at most: a group that gets more of them reads none.
const MAX_FILES: usize = 10;
/// Largest file a bot can be given, bytes (Telegram Bot API, getFile: 20 MB).
const MAX_BYTES: u64 = 20_000_000;
/// Longest file name that is kept, in characters.
const MAX_NAME_CHARS: usize = 120;

/// A file for a form, or the one that starts it.
pub async fn received(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    form: Form,
    what: (&IncomingMessage, &Prepared<'_>),
) -> UseCaseResult<Response> {
    let (message, prepared) = what;
    let words = caption(message);
    match &prepared.file {
        Some(Fetched::File { content, media_type, pages, first_page, readable }) if !content.is_empty() => {
            if stamp_in(first_page).is_some() || stamp_in(&words).is_some() {
                return refuse_secret(tx, act, talk, Some(&form)).await;
            }
            let name = name_of(message);
            let hash = tx.put_file(content, media_type, *pages, act.wall).await?;
            let file = NewFile { sha256: hash, file_name: name, pages: *pages };
            let file = FormFile::new(file, &message.external_id, (first_page, *readable));
            added(tx, act, talk, form, (file, words)).await
        }
        _ => turn::ask(tx, act, talk, form, &not_fetched(act, message)).await,
    }
}

/// The words under a file, unless they are a command.
fn caption(message: &IncomingMessage) -> String {
    let words = nfc(&message.text).trim().to_owned();
    if words.starts_with('/') { String::new() } else { words }
}

async fn added(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    mut form: Form,
    what: (FormFile, String),
) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let (file, words) = what;
    if form.files.iter().any(|known| known.file.sha256 == file.file.sha256) {
        return turn::ask(tx, act, talk, form, &say!(locale, "compose-file-known")).await;
    }
    if form.files.len() >= MAX_FILES {
        tx.drop_unused_file(&file.file.sha256).await?;
        return turn::ask(tx, act, talk, form, &say!(locale, "compose-files-many", limit = MAX_FILES)).await;
    }
    if form.files.is_empty() && form.kind == Kind::Directive {
        form.suggested = suggest(&file.first_page);
    }
    if !words.is_empty() && words.chars().count() <= MAX_BODY_CHARS {
        form.suggested.body = Some(words);
    }
    let name = file.file.file_name.clone();
    form.add_file(file);
    let count = form.files.len();
    let key = if count == 1 { "compose-file-taken" } else { "compose-file-added" };
    let said = locale.text(key, &[("name", name.into()), ("count", count.into())]);
    turn::ask(tx, act, talk, form, &said).await
}

/// The name people see: one line, of bearable length.
fn name_of(message: &IncomingMessage) -> String {
    let name = message.file.as_ref().map(|file| nfc(&file.name)).unwrap_or_default();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace(['/', '\\'], "-");
    if name.is_empty() { "van-ban".to_owned() } else { cut(&name, MAX_NAME_CHARS, "…") }
}

fn not_fetched(act: &Act<'_>, message: &IncomingMessage) -> String {
    let locale = &act.house.locale;
    match message.file.as_ref().and_then(|file| file.size) {
        Some(size) if size > MAX_BYTES => {
            let (size, limit) = (size.div_ceil(1_000_000), MAX_BYTES / 1_000_000);
            say!(locale, "compose-file-too-large", size = size, limit = limit)
        }
        Some(0) => say!(locale, "compose-file-empty"),
        _ => say!(locale, "compose-file-unreachable"),
    }
}

/// Ends the form where there is one, removes its files, and leaves an entry that names neither title nor file nor hash.
pub async fn refuse_secret(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Option<&Form>) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if form.is_some() {
        leave(tx, talk).await?;
    }
    // The message of this turn, and those that brought the files before.
    let mut delete = if talk.pressed { Vec::new() } else { vec![talk.message.clone()] };
    if let Some(form) = form {
        drop_all(tx, form).await?;
        delete.extend(form.files.iter().map(|file| file.message.clone()));
    }
    if talk.person.is_some() {
        tx.audit(act, "compose.refused", &talk.chat.id, "secrecy").await?;
    }
    let text = format!("{}\n{}", say!(locale, "refused-secret"), say!(locale, "compose-secret-next"));
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response { delete, ..Response::default() })
}

/// Removes the files that only this form needed; its row must be gone by then.
pub async fn drop_all(tx: &mut Tx, form: &Form) -> UseCaseResult<()> {
    for file in &form.files {
        tx.drop_unused_file(&file.file.sha256).await?;
    }
    Ok(())
}
