//! The end of the window: who is told which units have not confirmed, and whom to call.
//!
//! A call list shows telephone numbers. It goes to people in private, or to an office's own group, never to a group of
//! heads or residents; that it was shown stands in the audit.

use super::notify::{self, Note};
use super::{Act, UseCaseResult, mark, remind};
use crate::domain::ack::ObligationState;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::ladder;
use crate::domain::message::Purpose;
use crate::domain::org::{Role, UnitKind};
use crate::domain::urgency::AfterWindow;
use crate::say;
use crate::store::Tx;
use crate::store::answers::{LadderRow, Obligation};
use crate::store::binding::Chat;
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::Bulletin;

/// Most rows of buttons under a call list; further units are typed.
const MOST_ROWS: usize = 20;

/// A broadcast whose answers are looked at.
#[derive(Debug, Clone)]
pub struct Case {
    /// The bulletin.
    pub bulletin: Bulletin,
    /// What was promised when it fired.
    pub ladder: LadderRow,
    /// Its obligations in the order of the units; the place of one, from 1, is its number in call lists.
    pub obligations: Vec<Obligation>,
}

/// A unit on a list, with its number.
type Numbered<'a> = (usize, &'a Obligation);

impl Case {
    /// Looks a broadcast up; none when it is not there.
    ///
    /// # Errors
    /// The database.
    pub async fn of(tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<Option<Self>> {
        let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(None) };
        let bulletin = tx.bulletin(&broadcast.bulletin_id).await?;
        let (Some(bulletin), Some(ladder)) = (bulletin, tx.ladder_of(broadcast_id).await?) else { return Ok(None) };
        // Of several firings, this one is meant.
        let bulletin = Bulletin { code: broadcast.code(&bulletin.code), ..bulletin };
        let obligations = tx.obligations_of(broadcast_id).await?;
        Ok(Some(Self { bulletin, ladder, obligations }))
    }

    /// Units that stand in one of these states, with their numbers.
    #[must_use]
    pub fn standing(&self, states: &[ObligationState]) -> Vec<Numbered<'_>> {
        (1..).zip(&self.obligations).filter(|(_, owed)| states.contains(&owed.state)).collect()
    }

    /// Units that have not confirmed and still may.
    #[must_use]
    pub fn open(&self) -> Vec<Numbered<'_>> {
        self.standing(&[ObligationState::Awaiting, ObligationState::Unreachable, ObligationState::Lapsed])
    }

    /// Whether the confirmations asked for are there.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        ladder::is_enough(self.standing(&[ObligationState::Acknowledged]).len(), self.ladder.quorum)
    }

    /// "thôn", or "đơn vị" when others are among them.
    async fn noun(&self, tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<String> {
        for owed in &self.obligations {
            let unit = tx.unit(&owed.unit_id).await?;
            if unit.is_none_or(|unit| unit.kind != UnitKind::Village) {
                return Ok(say!(act.house.locale, "watch-noun-units"));
            }
        }
        Ok(say!(act.house.locale, "watch-noun-villages"))
    }

    fn marked(&self, act: &Act<'_>, text: String) -> String {
        mark::marked(&act.house.locale, self.ladder.exercise, text)
    }
}

/// The end of the window: the list goes as far as the urgency asked for when it fired.
///
/// # Errors
/// The database.
pub async fn at_end(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> UseCaseResult<()> {
    let Some(case) = Case::of(tx, &broadcast.id).await? else { return Ok(()) };
    let open = case.standing(&[ObligationState::Awaiting, ObligationState::Unreachable]);
    let composer = [case.bulletin.composer_id.clone()];
    if open.is_empty() || case.is_enough() {
        let note = Note::plain(enough(tx, act, &case, &open).await?);
        notify::tell_all(tx, act, &composer, Purpose::Card, &note).await?;
        return Ok(());
    }
    let people = recipients(tx, act, &case, case.ladder.after_window).await?;
    let head = head(tx, act, &case, open.len()).await?;
    if case.ladder.after_window.calls() {
        return send_call_list(tx, act, &case, (head, &open), &people).await;
    }
    let mut lines = vec![head];
    for (_, owed) in open {
        lines.push(remind::open_line(tx, act, owed).await?);
    }
    let note = Note::plain(case.marked(act, lines.join("\n")));
    notify::tell_all(tx, act, &people, Purpose::Card, &note).await?;
    Ok(())
}

async fn head(tx: &mut Tx, act: &Act<'_>, case: &Case, open: usize) -> UseCaseResult<String> {
    let key = if case.ladder.after_window.calls() { "call-list-head" } else { "remind-list" };
    let noun = case.noun(tx, act).await?;
    let args = [
        ("code", case.bulletin.code.as_str().into()),
        ("open", open.into()),
        ("all", case.obligations.len().into()),
        ("noun", noun.into()),
    ];
    Ok(act.house.locale.text(key, &args))
}

/// All have confirmed, or as many as were asked for.
async fn enough(tx: &mut Tx, act: &Act<'_>, case: &Case, open: &[Numbered<'_>]) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let (code, all) = (case.bulletin.code.as_str(), case.obligations.len());
    let Some(quorum) = case.ladder.quorum.filter(|_| !open.is_empty()) else {
        return Ok(case.marked(act, say!(locale, "remind-all-done", code = code, all = all)));
    };
    let done = case.standing(&[ObligationState::Acknowledged]).len();
    let noun = case.noun(tx, act).await?;
    let mut lines =
        vec![say!(locale, "remind-enough", code = code, done = done, all = all, quorum = quorum, noun = noun)];
    for (_, owed) in open {
        lines.push(remind::open_line(tx, act, owed).await?);
    }
    Ok(case.marked(act, lines.join("\n")))
}

/// Who is told: the composer, from Khẩn on the approver, for Hỏa tốc the officers on duty.
async fn recipients(tx: &mut Tx, act: &Act<'_>, case: &Case, reach: AfterWindow) -> UseCaseResult<Vec<String>> {
    let mut people = vec![case.bulletin.composer_id.clone()];
    if reach >= AfterWindow::Approver {
        people.extend(approvers(tx, act, &case.bulletin).await?);
    }
    if reach == AfterWindow::PhoneList {
        let officers = tx.people_with_role(&act.commune_id, Role::Duty).await?;
        people.extend(officers.into_iter().map(|officer| officer.id));
    }
    Ok(people)
}

/// Whoever approved it; of a release nobody has spoken on yet, every approver.
async fn approvers(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Vec<String>> {
    let release = tx.release_of(&bulletin.id, bulletin.version).await?;
    let approval = tx.approval_of(&bulletin.id, bulletin.version).await?;
    let known = match release {
        Some(release) => release.decided_by,
        None => approval.map(|approval| approval.approver_id),
    };
    if let Some(person) = known {
        return Ok(vec![person]);
    }
    let all = tx.people_with_role(&act.commune_id, Role::Approver).await?;
    Ok(all.into_iter().map(|person| person.id).collect())
}

/// Tells at once whom no message reached: they must be called, not reminded.
///
/// # Errors
/// The database.
pub async fn unreachable(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> UseCaseResult<()> {
    let Some(case) = Case::of(tx, &broadcast.id).await? else { return Ok(()) };
    let open = case.standing(&[ObligationState::Unreachable]);
    // Where every minute counts the officers on duty call too; elsewhere the composer's own list is enough.
    let urgent = case.ladder.after_window == AfterWindow::PhoneList;
    let reach = if urgent { AfterWindow::PhoneList } else { AfterWindow::Composer };
    let people = recipients(tx, act, &case, reach).await?;
    let head = say!(act.house.locale, "remind-unreachable", code = case.bulletin.code.as_str());
    send_call_list(tx, act, &case, (head, &open), &people).await
}

async fn send_call_list(
    tx: &mut Tx,
    act: &Act<'_>,
    case: &Case,
    what: (String, &[Numbered<'_>]),
    people: &[String],
) -> UseCaseResult<()> {
    let note = call_list(tx, act, case, what).await?;
    for chat in notify::tell_all(tx, act, people, Purpose::Card, &note).await? {
        shown(tx, act, case, &chat).await?;
    }
    Ok(())
}

/// Notes that numbers were shown in a chat: what is typed there is about them, and the audit says who could see them.
///
/// # Errors
/// The database.
pub async fn shown(tx: &mut Tx, act: &Act<'_>, case: &Case, chat: &Chat) -> UseCaseResult<()> {
    tx.note_call_list(&case.ladder.broadcast_id, &chat.id, act.at).await?;
    tx.audit(act, "phones.shown", &case.ladder.broadcast_id, &chat.id).await?;
    Ok(())
}

/// The list to call from: numbers, names, telephones, and two buttons a unit.
///
/// # Errors
/// The database.
pub async fn call_list(
    tx: &mut Tx,
    act: &Act<'_>,
    case: &Case,
    what: (String, &[Numbered<'_>]),
) -> UseCaseResult<Note> {
    let (head, open) = what;
    let locale = &act.house.locale;
    let in_vain = tx.calls_in_vain(&case.ladder.broadcast_id).await?;
    let mut lines = vec![head];
    let mut note = Note::plain(String::new());
    for (place, (number, owed)) in open.iter().enumerate() {
        let tried = in_vain.iter().find(|(id, _)| *id == owed.id).map_or(0, |(_, count)| *count);
        lines.push(line(tx, act, (*number, owed), tried).await?);
        if place < MOST_ROWS {
            let yes = say!(locale, "button-called", number = *number);
            let no = say!(locale, "button-call-failed", number = *number);
            note = note.with_row(&[(&yes, &format!("k:y:{}", owed.id)), (&no, &format!("k:n:{}", owed.id))]);
        }
    }
    if let Some((number, _)) = open.first() {
        lines.push(say!(locale, "call-how", number = *number));
    }
    note.text = case.marked(act, lines.join("\n"));
    Ok(note)
}

/// "3. Thôn 03 – Trưởng thôn: Mẫu Văn Bình, ĐT 0900 000 003 (gọi chưa được 1 lần)".
async fn line(tx: &mut Tx, act: &Act<'_>, unit: Numbered<'_>, tried: i64) -> UseCaseResult<String> {
    let (number, owed) = unit;
    let locale = &act.house.locale;
    let holder = tx.holder_of(&owed.seat_id, act.at.local_date()).await?;
    let phone = match &holder {
        Some(person) => tx.phone_of(&person.id).await?,
        None => None,
    };
    let phone =
        phone.map_or_else(|| say!(locale, "call-no-phone"), |phone| say!(locale, "call-phone", phone = phone.as_str()));
    let name = holder.map_or_else(|| say!(locale, "label-vacant"), |person| person.name);
    let mut text = say!(
        locale,
        "call-line",
        number = number,
        unit = owed.unit_name.as_str(),
        seat = owed.seat_title.as_str(),
        name = name,
        phone = phone
    );
    if owed.state == ObligationState::Unreachable {
        text.push_str(&say!(locale, "call-unreachable"));
    }
    if tried > 0 {
        text.push_str(&say!(locale, "call-in-vain", count = tried));
    }
    Ok(text)
}

/// Nothing of a broadcast was sent by the time its urgency promises: people take to the telephone.
///
/// # Errors
/// The database.
pub async fn late_start(tx: &mut Tx, act: &Act<'_>, ladder: &LadderRow) -> UseCaseResult<()> {
    if !tx.mark_start_told(&ladder.broadcast_id, act.at).await? {
        return Ok(());
    }
    let Some(case) = Case::of(tx, &ladder.broadcast_id).await? else { return Ok(()) };
    let by = format_full(Millis(ladder.start_by.unwrap_or_default()));
    let level = ladder.urgency.vietnamese();
    let text =
        say!(act.house.locale, "alert-late-start", code = case.bulletin.code.as_str(), urgency = level, time = by);
    let mut people = recipients(tx, act, &case, ladder.after_window).await?;
    let admins = tx.people_with_role(&act.commune_id, Role::Admin).await?;
    people.extend(admins.into_iter().map(|admin| admin.id));
    let note = Note::plain(case.marked(act, text));
    notify::tell_all(tx, act, &people, Purpose::Alert, &note).await?;
    tx.audit(act, "broadcast.late_start", &ladder.broadcast_id, "").await?;
    Ok(())
}
