//! The preview: what every kind of group will see, laid out by the code that lays out the broadcast itself.

use std::collections::BTreeMap;

use super::choice::Question;
use super::form::{Form, Step};
use super::{audience, repeat, timing};
use crate::domain::audience::{ReachedGroup, Resolution};
use crate::domain::bulletin::State;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::org::GroupKind;
use crate::domain::recurrence::Recurrence;
use crate::domain::render::{AttachedFile, Capabilities, Part, View, render};
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::usecase::fire::view_of;
use crate::usecase::{Act, UseCaseResult};

/// The last question: everything in full, and whether it may go to the approvers.
pub async fn question(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Question> {
    let locale = &act.house.locale;
    let resolution = audience::reached(tx, act, &form.audience).await?;
    let shown = shown(tx, act, form, &resolution).await?;
    let text = say!(
        locale,
        "compose-preview",
        shown = shown,
        audience = form.audience.as_str(),
        reach = audience::reach(act, &resolution),
        level = form.level.vietnamese(),
        urgency = form.urgency.vietnamese(),
        plan = plan(act, form),
        understood = understood(tx, act, form).await?
    );
    let question = Question::new(text).with("send", say!(locale, "compose-submit"));
    let timed = form.done.contains(&Step::SendTime);
    let question = if timed { question.with("time", say!(locale, "compose-change-time")) } else { question };
    Ok(question.with("stop", say!(locale, "compose-stop")))
}

/// "Hiểu là: gửi 07:30 thứ Hai, 28/7/2025; hạn 17:00 thứ Ba, 29/7/2025"
async fn understood(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    if let Some((rule, next)) = repeat::understood(tx, act, form).await? {
        let understood = match form.shown_deadline.or_else(|| timing::deadline_of(act, form)) {
            Some(deadline) => say!(locale, "compose-repeat-both", rule = rule, deadline = format_full(deadline)),
            None => say!(locale, "compose-repeat-send", rule = rule),
        };
        return Ok(format!("{understood}\n{next}"));
    }
    let send = form.send_at.map_or_else(|| say!(locale, "compose-when-approved"), format_full);
    Ok(match form.shown_deadline.or_else(|| timing::deadline_of(act, form)) {
        Some(deadline) => say!(locale, "compose-understood-both", send = send, deadline = format_full(deadline)),
        None => say!(locale, "compose-understood-send", send = send),
    })
}

fn plan(act: &Act<'_>, form: &Form) -> String {
    match (&form.plan_code, &form.theme) {
        (None, _) => say!(act.house.locale, "compose-plan-none"),
        (Some(code), None) => code.clone(),
        (Some(code), Some(theme)) => format!("{code}, {theme}"),
    }
}

/// The texts of all kinds of groups in the audience, each under its name where there are several.
async fn shown(tx: &mut Tx, act: &Act<'_>, form: &Form, resolution: &Resolution) -> UseCaseResult<String> {
    let mut firsts: BTreeMap<GroupKind, &ReachedGroup> = BTreeMap::new();
    for group in &resolution.groups {
        firsts.entry(group.kind).or_insert(group);
    }
    let several = firsts.len() > 1;
    let mut texts = Vec::new();
    for (kind, group) in firsts {
        let mut view = view(tx, act, form, kind).await?;
        carried(tx, act, form, &group.gateway, &mut view).await?;
        let text = text_of(act, &view, &act.house.render_for(&group.gateway));
        let heading = say!(act.house.locale, "compose-preview-for", group = kind.vietnamese());
        texts.push(if several { format!("{heading}\n{text}") } else { text });
    }
    Ok(texts.join("\n\n"))
}

/// Marks the files that this gateway does not carry; the link they will have instead is made when they are sent.
async fn carried(tx: &mut Tx, act: &Act<'_>, form: &Form, gateway: &str, view: &mut View) -> UseCaseResult<()> {
    let Some(traits) = act.house.gateways.get(gateway) else { return Ok(()) };
    for (file, shown) in form.files.iter().zip(&mut view.attachments) {
        let Some((media_type, size)) = tx.file_facts(&file.file.sha256).await? else { continue };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        shown.held_back = !traits.files.takes(&media_type, size) && !traits.files.fetches(&media_type, size);
        let linked = shown.held_back && act.house.public_url.is_some();
        shown.link = linked.then(|| say!(act.house.locale, "compose-link-later"));
    }
    Ok(())
}

/// The text of a view, whole and without marks.
fn text_of(act: &Act<'_>, view: &View, capabilities: &Capabilities) -> String {
    let plain = Capabilities { text_limit_utf16: usize::MAX, html: false, ..*capabilities };
    let texts = render(view, &plain, &act.house.labels).into_iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(text),
        Part::File { .. } => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

async fn view(tx: &mut Tx, act: &Act<'_>, form: &Form, group: GroupKind) -> UseCaseResult<View> {
    let (bulletin, version) = rows(act, form);
    let attachments = form.files.iter().map(|file| AttachedFile {
        name: file.file.file_name.clone(),
        pages: file.file.pages,
        ..AttachedFile::default()
    });
    let view = view_of(tx, act, &bulletin, &version, group).await?;
    Ok(View { attachments: attachments.collect(), ..view })
}

/// The rows as they would be written, but for the code, which is given when the form is submitted.
fn rows(act: &Act<'_>, form: &Form) -> (Bulletin, BulletinVersion) {
    use chrono::Datelike as _;
    let year = act.at.local_date().year();
    let bulletin = Bulletin {
        id: String::new(),
        commune_id: act.commune_id.clone(),
        kind: form.kind,
        year: i64::from(year),
        seq: 0,
        code: format!("{}-{year}-…", form.kind.prefix()),
        state: State::Draft,
        version: 1,
        composer_id: String::new(),
        unit_id: String::new(),
        created_at: act.at.0,
        updated_at: act.at.0,
    };
    (bulletin, version(act, form))
}

fn version(act: &Act<'_>, form: &Form) -> BulletinVersion {
    let document = form.document.clone();
    let deadline = form.shown_deadline.or_else(|| timing::deadline_of(act, form));
    let sent = form.send_at.unwrap_or(act.at);
    BulletinVersion {
        bulletin_id: String::new(),
        version: 1,
        title: form.title.clone(),
        title_folded: String::new(),
        body: form.body.clone(),
        residents_body: form.residents_body.clone(),
        urgency: form.urgency,
        level: form.level,
        public: form.public(),
        plan_code: form.plan_code.clone(),
        theme: form.theme.clone(),
        doc_type: document.kind,
        doc_number: document.number,
        doc_symbol: document.symbol,
        doc_date: document.date,
        doc_issuer: document.issuer,
        audience: form.audience.clone(),
        ack_required: deadline.is_some(),
        ack_deadline: deadline.map(|Millis(at)| at),
        send_at: form.send_at.map(|Millis(at)| at),
        repeat_rule: form.repeat.as_ref().map(Recurrence::to_string),
        expires_at: form.until.unwrap_or_else(|| sent.plus_days(act.house.lapse_days)).0,
        attestation: String::new(),
        envelope_hash: String::new(),
        marks: form.marks.clone(),
        created_by: String::new(),
        created_at: act.at.0,
    }
}
