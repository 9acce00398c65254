//! From switches and files to a draft. Everything is read and inspected before a transaction begins.

use std::path::Path;

use anyhow::Context as _;

use super::Create;
use super::repeat::{self, Repeats};
use super::times::{self, Moment};
use crate::app::inspector;
use crate::cli::explain::explain;
use crate::cli::input;
use crate::cli::opened::Opened;
use crate::desk::Fetched;
use crate::domain::bulletin::{Kind, Public};
use crate::domain::calendar::Millis;
use crate::domain::document::parse_reference;
use crate::domain::secrecy::Attestation;
use crate::domain::text::{looks_legacy_encoded, nfc};
use crate::id::sha256_hex;
use crate::inspect::MAX_FILE_BYTES;
use crate::store::Tx;
use crate::store::bulletins::{Marks, NewFile};
use crate::usecase::compose::{DocumentFields, Draft, DraftFile};
use crate::usecase::{Act, UseCaseError, tally};

/// A text longer than this is no message; the rule on characters comes later.
const MAX_TEXT_BYTES: u64 = 1 << 20;

/// What was read before the transaction.
pub(super) struct Prepared {
    title: String,
    body: String,
    residents: Option<String>,
    send: Moment,
    repeats: Option<Repeats>,
    confirm: Option<Moment>,
    files: Vec<Content>,
}

/// One file with what its first page says.
struct Content {
    name: String,
    bytes: Vec<u8>,
    media_type: String,
    pages: Option<u32>,
    first_page: String,
    readable: bool,
}

impl Prepared {
    /// What the person should be told of the times they typed.
    pub(super) fn notes(&self) -> Vec<&'static str> {
        let confirm = self.confirm.iter().flat_map(|moment| &moment.notes);
        let repeats = self.repeats.iter().flat_map(|repeats| &repeats.notes);
        self.send.notes.iter().chain(repeats).chain(confirm).copied().collect()
    }

    /// Hash of what is asked for, to tell a repeated command from another one with the same key. Times stay out: "now"
    /// and "mai" mean another instant when the command is repeated.
    pub(super) fn content_hash(&self, create: &Create) -> String {
        let files: Vec<String> = self.files.iter().map(|file| sha256_hex(&file.bytes)).collect();
        let files = files.join(" ");
        let mut fields = vec![create.kind.as_str(), &self.title, &self.body, create.audience.trim(), &files];
        fields.extend(create.repeat.as_deref());
        // Words said earlier without a second wording keep their hash.
        fields.extend(self.residents.as_deref());
        let canonical = fields.iter().fold(String::new(), |text, field| text + &field.len().to_string() + ":" + field);
        sha256_hex(canonical.as_bytes())
    }
}

/// Reads times, text and files.
///
/// # Errors
/// One line that says which of them cannot be read.
pub(super) async fn prepare(opened: &Opened, create: &Create) -> anyhow::Result<Prepared> {
    let (now, config) = (opened.clocks.business.now(), &opened.house.times);
    let repeats = repeat::of(create, now, config)?;
    let send = times::to_send(create.send.as_deref().unwrap_or("now"), now, config)?;
    let confirm = match create.ack_by.as_deref() {
        None | Some("none") => None,
        Some(typed) => Some(times::to_confirm(typed, now, config)?),
    };
    let text = create.text_file.as_deref().map(|path| input::read_text(path, MAX_TEXT_BYTES)).transpose()?;
    let (title, body) = title_and_body(create.title.as_deref(), text.as_deref().unwrap_or_default());
    anyhow::ensure!(
        !looks_legacy_encoded(&title) && !looks_legacy_encoded(&body),
        "the text looks like TCVN3 or VNI: convert it to Unicode and try again"
    );
    let residents = create.residents_text.as_deref().map(residents_words).transpose()?;
    let mut files = Vec::new();
    for path in &create.files {
        files.push(read(opened, path).await?);
    }
    Ok(Prepared { title, body, residents, send, repeats, confirm, files })
}

/// The words of a file, or the words themselves. What looks like a file's name and is none is refused: nobody means to
/// tell residents "dan.txt".
fn residents_words(given: &str) -> anyhow::Result<String> {
    let path = Path::new(given.trim());
    let one_word = !given.trim().contains(char::is_whitespace);
    let text = if path.is_file() || one_word || path.extension().is_some_and(|end| end == "txt") {
        input::read_text(path, MAX_TEXT_BYTES).context("--residents-text takes a file, or words with spaces")?
    } else {
        given.to_owned()
    };
    anyhow::ensure!(!text.trim().is_empty(), "--residents-text is empty: leave it out to say the same to everybody");
    anyhow::ensure!(!looks_legacy_encoded(&text), "the residents' text looks like TCVN3 or VNI: convert it to Unicode");
    Ok(text.trim().to_owned())
}

/// The title given, or the first line that says something.
fn title_and_body(title: Option<&str>, text: &str) -> (String, String) {
    if let Some(title) = title {
        return (title.trim().to_owned(), text.trim().to_owned());
    }
    let (first, rest) = text.trim().split_once('\n').unwrap_or((text, ""));
    (first.trim().to_owned(), rest.trim().to_owned())
}

async fn read(opened: &Opened, path: &Path) -> anyhow::Result<Content> {
    let bytes = input::read_bytes(path, MAX_FILE_BYTES)?;
    anyhow::ensure!(!bytes.is_empty(), "{} is empty: nobody could read it", path.display());
    let name = path.file_name().map(|name| nfc(&name.to_string_lossy())).unwrap_or_default();
    let program = std::env::current_exe().context("this program cannot find itself to read the file")?;
    // The same bytes are inspected and sent, whatever happens to the file on disk meanwhile.
    let fetched = inspector::inspect_content(program, opened.entropy.as_ref(), bytes).await;
    let Fetched::File { content: bytes, media_type, pages, first_page, readable } = fetched else {
        anyhow::bail!("{} could not be inspected: try again", path.display());
    };
    Ok(Content { name, bytes, media_type, pages, first_page, readable })
}

/// The draft, with its files stored in this transaction.
///
/// # Errors
/// The database; an unknown plan or theme.
pub(super) async fn draft(tx: &mut Tx, act: &Act<'_>, create: &Create, prepared: Prepared) -> anyhow::Result<Draft> {
    let (plan_code, theme) = plan_and_theme(tx, act, create).await?;
    let mut files = Vec::new();
    for content in prepared.files {
        files.push(store(tx, act.at, content).await?);
    }
    // Heads must confirm what tells them to act; residents only read.
    let commanding = matches!(create.kind, Kind::Directive | Kind::Urgent);
    let usual = if commanding { Public::Cadres } else { Public::Residents };
    Ok(Draft {
        kind: create.kind,
        title: prepared.title,
        body: prepared.body,
        residents_body: prepared.residents,
        urgency: create.urgency,
        marks: Marks { reason: create.reason.clone(), exercise: create.exercise, quorum: create.quorum },
        level: create.level,
        public: create.public.unwrap_or(usual),
        plan_code,
        theme,
        document: document(create),
        audience: create.audience.clone(),
        ack_required: create.ack_by.as_deref().map_or(commanding, |typed| typed != "none"),
        ack_deadline: prepared.confirm.and_then(|moment| moment.at),
        send_at: prepared.send.at,
        repeat: prepared.repeats.as_ref().map(|repeats| repeats.recurrence.clone()),
        expires_at: prepared.repeats.as_ref().map(|repeats| repeats.until),
        files,
        attestation: if create.not_secret { Attestation::NotSecret } else { Attestation::NotChosen },
        unreadable_attested: create.unreadable_attested,
    })
}

async fn store(tx: &mut Tx, at: Millis, content: Content) -> anyhow::Result<DraftFile> {
    let Content { name, bytes, media_type, pages, first_page, readable } = content;
    let sha256 = tx.put_file(&bytes, &media_type, pages, at).await?;
    Ok(DraftFile { file: NewFile { sha256, file_name: name, pages }, first_page, readable })
}

async fn plan_and_theme(
    tx: &mut Tx,
    act: &Act<'_>,
    create: &Create,
) -> anyhow::Result<(Option<String>, Option<String>)> {
    let typed = create.plan.as_deref();
    let found = match typed {
        Some("none") => None,
        None if create.kind == Kind::Urgent => None,
        None if tx.plans(&act.commune_id).await?.is_empty() => None,
        _ => Some(tally::plan_of(tx, act, typed).await.map_err(|error| explain(error, &act.house.locale))?),
    };
    let Some(theme) = create.theme.as_deref().map(str::trim) else {
        return Ok((found.map(|plan| plan.id), None));
    };
    let plan =
        found.context("--theme belongs to a plan: import one with `loa plan import FILE`, or leave --theme out")?;
    let known = plan.themes.iter().find(|known| known.id.eq_ignore_ascii_case(theme)).map(|known| known.id.clone());
    let Some(known) = known else {
        let themes = plan.themes.iter().map(|theme| theme.id.as_str()).collect::<Vec<_>>().join(", ");
        let refusal = UseCaseError::refused_with("refused-theme-unknown", vec![("themes", themes)]);
        return Err(explain(refusal, &act.house.locale));
    };
    Ok((Some(plan.id), Some(known)))
}

fn document(create: &Create) -> DocumentFields {
    let filled = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(nfc);
    let (number, symbol) = (filled(&create.number), filled(&create.symbol));
    DocumentFields {
        kind: create.doc_type.clone(),
        party: create.party || symbol.as_deref().is_some_and(is_party),
        number,
        symbol,
        date: create.doc_date.clone(),
        issuer: filled(&create.issuer),
    }
}

/// The Party writes the type before the slash, "NQ/TW"; the state writes "KH-UBND".
fn is_party(symbol: &str) -> bool {
    parse_reference(&format!("1-{symbol}")).is_ok_and(|reference| reference.is_party())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::given(Some(" Lịch cắt điện "), "dòng một\ndòng hai\n", ("Lịch cắt điện", "dòng một\ndòng hai"))]
    #[case::from_the_text(None, "\n  Về việc họp\n\nSáng mai họp.\n", ("Về việc họp", "Sáng mai họp."))]
    #[case::one_line(None, "Về việc họp", ("Về việc họp", ""))]
    #[case::nothing(None, "  \n ", ("", ""))]
    fn the_first_line_is_the_title_unless_one_is_given(
        #[case] title: Option<&str>,
        #[case] text: &str,
        #[case] expected: (&str, &str),
    ) {
        let (title, body) = title_and_body(title, text);
        assert_eq!((title.as_str(), body.as_str()), expected);
    }

    #[rstest]
    #[case::party("NQ/TW", true)]
    #[case::party_committee("KH/ĐU", true)]
    #[case::state("KH-UBND", false)]
    #[case::letter("UBND-VHXH", false)]
    #[case::blank("", false)]
    fn a_party_document_is_known_by_its_symbol(#[case] symbol: &str, #[case] party: bool) {
        assert_eq!(is_party(symbol), party);
    }
}
