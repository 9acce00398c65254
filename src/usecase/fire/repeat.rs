//! The hour of a repeating bulletin: one broadcast with its number, and when it goes next, in the same transaction.
//!
//! * After an outage only the latest firing that was due is looked at; the earlier ones are counted and told. It goes late,
//!   is left out, or is asked about, as its policy says; the next firing is always later than now, so nothing goes twice.
//! * A question lapses when the next firing comes: nobody who forgets to answer stops the following ones.
//! * A firing that nobody approved in time is left out, and the next one waits for the approval.

use super::{
    Act, Broadcast, Bulletin, BulletinVersion, Decision, Fired, Millis, MissedReason, Note, Purpose, Schedule,
    ScheduleState, State, Targets, Tx, UseCaseError, UseCaseResult, decide, format_full, notify, start, targets,
};
use crate::domain::org::GroupKind;
use crate::domain::recurrence::{Recurrence, Surroundings};
use crate::say;
use crate::usecase::repeat::{around, kinds_reached, may_steer, of};

/// One look at a repeating schedule.
struct Look<'a> {
    schedule: &'a Schedule,
    bulletin: &'a Bulletin,
    version: &'a BulletinVersion,
    recurrence: &'a Recurrence,
    around: Surroundings<'a>,
    /// The firing this look is about.
    due: Millis,
    /// Firings before it that were missed.
    earlier: usize,
}

/// What became of an answer about a missed firing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It was sent to so many groups.
    Sent {
        /// The bulletin's code.
        code: String,
        /// Groups.
        groups: usize,
    },
    /// Groups may not be disturbed now; it goes then.
    Later {
        /// The bulletin's code.
        code: String,
        /// When.
        at: Millis,
    },
    /// It is left out.
    LeftOut {
        /// The bulletin's code.
        code: String,
    },
    /// Nothing is being asked any more.
    Over,
}

/// Does what is to be done with a due schedule whose version repeats.
pub(super) async fn run(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &BulletinVersion),
    recurrence: &Recurrence,
) -> UseCaseResult<Fired> {
    if schedule.fire_at > act.at.0 {
        return Ok(Fired::Nothing);
    }
    let (bulletin, version) = what;
    let kinds = kinds_or_cadre(tx, act, version).await?;
    let around = around(act.house, version.urgency, &kinds);
    let first = Millis(schedule.fire_at);
    let mut look = Look { schedule, bulletin, version, recurrence, around, due: first, earlier: 0 };
    let Some(latest) = look.latest(act) else {
        tx.audit(act, "schedule.left_out", &schedule.id, &first.0.to_string()).await?;
        return look.go_on(tx, act, Fired::Expired).await;
    };
    (look.due, look.earlier) = latest;
    look.decide(tx, act).await
}

/// Leaves out every firing that is due and tells why: it may have gone.
pub(super) async fn pass_over(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &BulletinVersion),
    recurrence: &Recurrence,
) -> UseCaseResult<()> {
    let (bulletin, version) = what;
    let kinds = kinds_or_cadre(tx, act, version).await?;
    let around = around(act.house, version.urgency, &kinds);
    let first = Millis(schedule.fire_at);
    let mut look = Look { schedule, bulletin, version, recurrence, around, due: first, earlier: 0 };
    (look.due, look.earlier) = look.latest(act).unwrap_or((first, 0));
    look.tell(tx, act, "card-restored-passed-over", first).await?;
    look.go_on(tx, act, Fired::Nothing).await.map(|_| ())
}

async fn kinds_or_cadre(tx: &mut Tx, act: &Act<'_>, version: &BulletinVersion) -> UseCaseResult<Vec<GroupKind>> {
    let kinds = kinds_reached(tx, act, &version.audience).await?;
    Ok(if kinds.is_empty() { vec![GroupKind::Cadre] } else { kinds })
}

impl Look<'_> {
    /// The latest firing that is due and how many came before it; none when none has a place.
    fn latest(&self, act: &Act<'_>) -> Option<(Millis, usize)> {
        let (first, expiry) = (Millis(self.schedule.fire_at), Millis(self.version.expires_at));
        // A day off that was entered since, or one the audience has only now: the firing may have no place any more.
        let placed = self.recurrence.place(first, &self.around).map(|_| first);
        let next = || self.recurrence.next_firing(first, expiry, &self.around).filter(|next| *next <= act.at);
        let placed = placed.or_else(next).filter(|_| first < expiry)?;
        Some(self.recurrence.latest_due(placed, act.at, expiry, &self.around))
    }

    async fn decide(&self, tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Fired> {
        let targets = targets(tx, act, self.bulletin, self.version).await?;
        match decide(act, &self.due_schedule(), self.bulletin, self.version, &targets) {
            Decision::NotYet { .. } => Ok(Fired::Nothing),
            Decision::Fire => self.fire(tx, act, &targets).await,
            Decision::ShiftTo(at) => self.shift(tx, act, at).await,
            Decision::Ask => self.ask(tx, act).await,
            Decision::Missed(MissedReason::Unapproved) => self.unapproved(tx, act).await,
            Decision::Missed(reason) => {
                self.tell_skipped(tx, act, self.earlier + 1).await?;
                self.go_on(tx, act, Fired::Missed(reason)).await
            }
            Decision::Expired => self.go_on(tx, act, Fired::Expired).await,
        }
    }

    /// The schedule as if the firing looked at were its only one.
    fn due_schedule(&self) -> Schedule {
        Schedule { fire_at: self.due.0, missed_policy: self.recurrence.missed, ..self.schedule.clone() }
    }

    fn next(&self) -> Option<Millis> {
        self.recurrence.next_firing(self.due, Millis(self.version.expires_at), &self.around)
    }

    async fn fire(&self, tx: &mut Tx, act: &Act<'_>, targets: &Targets) -> UseCaseResult<Fired> {
        if targets.groups.is_empty() {
            self.tell(tx, act, "card-repeat-no-recipients", self.due).await?;
            return self.go_on(tx, act, Fired::NoRecipients).await;
        }
        let fired = self.send(tx, act, targets).await?;
        if self.earlier > 0 {
            self.tell_skipped(tx, act, self.earlier).await?;
        }
        self.go_on(tx, act, fired).await
    }

    /// Starts the broadcast. What could not be sent by the next firing is too old: that one says the same.
    async fn send(&self, tx: &mut Tx, act: &Act<'_>, targets: &Targets) -> UseCaseResult<Fired> {
        let expires_at = self.next().map_or(self.version.expires_at, |next| next.0);
        let version = BulletinVersion { expires_at, ..self.version.clone() };
        let broadcast = start(tx, act, &self.due_schedule(), (self.bulletin, &version), targets).await?;
        Ok(broadcast.map_or(Fired::Nothing, |Broadcast { id, .. }| Fired::Broadcast {
            broadcast_id: id,
            groups: targets.groups.len(),
        }))
    }

    /// It waits for the window, unless the next firing comes on that day.
    async fn shift(&self, tx: &mut Tx, act: &Act<'_>, at: Millis) -> UseCaseResult<Fired> {
        if self.earlier > 0 {
            self.tell_skipped(tx, act, self.earlier).await?;
        }
        if !self.recurrence.stays_alone(self.due, at) {
            tx.audit(act, "schedule.left_out", &self.schedule.id, &self.due.0.to_string()).await?;
            return self.go_on(tx, act, Fired::Shifted(at)).await;
        }
        tx.move_schedule(self.schedule, ScheduleState::Active, at, act.at).await?;
        Ok(Fired::Shifted(at))
    }

    async fn ask(&self, tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Fired> {
        let next = self.next();
        let until = next.unwrap_or(Millis(self.version.expires_at));
        tx.ask_schedule(self.schedule, self.due, until, act.at).await?;
        tx.audit(act, "schedule.asked", &self.schedule.id, &self.due.0.to_string()).await?;
        let locale = &act.house.locale;
        let then = match next {
            Some(next) => say!(locale, "card-repeat-ask-next", next = format_full(next)),
            None => say!(locale, "card-repeat-ask-last"),
        };
        let time = format_full(self.due);
        let text = say!(locale, "card-repeat-ask", code = self.bulletin.code.as_str(), time = time, then = then);
        let note = question(act, &text, &self.schedule.id, self.due);
        notify::tell(tx, act, &self.bulletin.composer_id, Purpose::Card, &note).await?;
        Ok(Fired::Asked)
    }

    async fn unapproved(&self, tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Fired> {
        let open = matches!(self.bulletin.state, State::Draft | State::AwaitingApproval | State::Returned);
        if !open || self.bulletin.version != self.version.version {
            tx.move_schedule(self.schedule, ScheduleState::Ended, self.due, act.at).await?;
            return Ok(Fired::Missed(MissedReason::Unapproved));
        }
        self.tell(tx, act, "card-repeat-unapproved", self.due).await?;
        self.go_on(tx, act, Fired::Missed(MissedReason::Unapproved)).await
    }

    /// Waits for the next firing, or ends with the last one.
    async fn go_on(&self, tx: &mut Tx, act: &Act<'_>, fired: Fired) -> UseCaseResult<Fired> {
        if self.schedule.state == ScheduleState::Asking {
            tx.audit(act, "schedule.question_lapsed", &self.schedule.id, "").await?;
        }
        if let Some(next) = self.next() {
            tx.move_schedule(self.schedule, ScheduleState::Active, next, act.at).await?;
            return Ok(fired);
        }
        tx.move_schedule(self.schedule, ScheduleState::Ended, self.due, act.at).await?;
        tx.audit(act, "schedule.ended", &self.schedule.id, "expired").await?;
        let count = tx.next_firing_number(&self.bulletin.id).await?.saturating_sub(1);
        let text = say!(act.house.locale, "card-repeat-over", code = self.bulletin.code.as_str(), count = count);
        notify::tell(tx, act, &self.bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
        Ok(fired)
    }

    async fn tell_skipped(&self, tx: &mut Tx, act: &Act<'_>, count: usize) -> UseCaseResult<()> {
        let code = self.bulletin.code.as_str();
        let time = format_full(Millis(self.schedule.fire_at));
        tx.audit(act, "schedule.left_out", &self.schedule.id, &count.to_string()).await?;
        let text = say!(act.house.locale, "card-repeat-skipped", code = code, count = count, time = time);
        notify::tell(tx, act, &self.bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
        Ok(())
    }

    async fn tell(&self, tx: &mut Tx, act: &Act<'_>, key: &str, time: Millis) -> UseCaseResult<()> {
        let arguments = [("code", self.bulletin.code.as_str().into()), ("time", format_full(time).into())];
        let text = act.house.locale.text(key, &arguments);
        tx.audit(act, "schedule.left_out", &self.schedule.id, &time.0.to_string()).await?;
        notify::tell(tx, act, &self.bulletin.composer_id, Purpose::Card, &Note::plain(text)).await?;
        Ok(())
    }
}

/// A question about a missed firing with its two answers.
pub(super) fn question(act: &Act<'_>, text: &str, schedule_id: &str, missed: Millis) -> Note {
    let locale = &act.house.locale;
    let (send, leave) = (say!(locale, "button-send-now"), say!(locale, "button-leave-out"));
    let text = format!("{text}\n1. {send}\n2. {leave}");
    let data = |answer: &str| format!("ms:{answer}:{schedule_id}:{}", missed.0);
    Note::plain(text).with_row(&[(&send, &data("s")), (&leave, &data("k"))])
}

/// When the bulletin of this firing is to be confirmed: as long after it as was approved for the first one, or by the end of
/// the urgency's window where that was taken.
pub(super) fn deadline(act: &Act<'_>, version: &BulletinVersion) -> Option<Millis> {
    let (first, approved) = (Millis(version.send_at?), Millis(version.ack_deadline?));
    let window = act.house.policies.of(version.urgency).ack_window;
    let ends = |from: Millis| window.ends(from, &act.house.holidays, &act.house.office);
    Some(if approved == ends(first) { ends(act.at) } else { act.at.plus_ms(approved.since(first)) })
}

/// Answers the question about a missed firing: sends it now, or leaves it out. `missed` is the firing the question was
/// about, where the answer names it.
///
/// # Errors
/// `Denied` for others than composer and approvers; `Refused` when it may not be sent any more.
pub async fn answer_missed(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule_id: &str,
    missed: Option<Millis>,
    send: bool,
) -> UseCaseResult<Answered> {
    act.person()?;
    let Some(schedule) = tx.schedule(schedule_id).await? else { return Ok(Answered::Over) };
    let bulletin = tx.bulletin(&schedule.bulletin_id).await?.filter(|found| found.commune_id == act.commune_id);
    let Some(bulletin) = bulletin else { return Ok(Answered::Over) };
    may_steer(tx, act, &bulletin).await?;
    let asked = Millis(schedule.missed_at.unwrap_or(schedule.fire_at));
    let this = schedule.state == ScheduleState::Asking && missed.is_none_or(|missed| missed == asked);
    let version = tx.version(&schedule.bulletin_id, schedule.version).await?;
    let Some(version) = version.filter(|_| this) else { return Ok(Answered::Over) };
    if send {
        return send_missed(tx, act, &schedule, (&bulletin, &version), asked).await;
    }
    tx.audit(act, "schedule.missed_left_out", &schedule.id, &asked.0.to_string()).await?;
    after_answer(tx, act, &schedule, &version, ScheduleState::Missed).await?;
    Ok(Answered::LeftOut { code: bulletin.code })
}

/// The schedule once its question is answered: a repeating one waits for its next firing, another is finished.
async fn after_answer(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    version: &BulletinVersion,
    finished: ScheduleState,
) -> UseCaseResult<()> {
    let state = match schedule.missed_at {
        Some(_) if schedule.fire_at < version.expires_at => ScheduleState::Active,
        Some(_) => ScheduleState::Ended,
        None => finished,
    };
    Ok(tx.move_schedule(schedule, state, Millis(schedule.fire_at), act.at).await?)
}

async fn send_missed(
    tx: &mut Tx,
    act: &Act<'_>,
    schedule: &Schedule,
    what: (&Bulletin, &BulletinVersion),
    asked: Millis,
) -> UseCaseResult<Answered> {
    let (bulletin, version) = what;
    let code = bulletin.code.clone();
    let targets = targets(tx, act, bulletin, version).await?;
    let sendable = targets.approved && !targets.groups.is_empty() && act.at.0 < version.expires_at;
    if !sendable {
        return Err(UseCaseError::refused_with("refused-missed-not-sendable", vec![("code", code)]));
    }
    let kinds = kinds_or_cadre(tx, act, version).await?;
    let opens = around(act.house, version.urgency, &kinds).opens(act.at);
    if opens > act.at {
        let at = if schedule.missed_at.is_some() { opens.min(Millis(schedule.fire_at)) } else { opens };
        tx.move_schedule(schedule, ScheduleState::Active, at, act.at).await?;
        tx.audit(act, "schedule.missed_shifted", &schedule.id, &at.0.to_string()).await?;
        return Ok(Answered::Later { code, at });
    }
    let due = Schedule { fire_at: asked.0, ..schedule.clone() };
    // Too old by the next firing, like every other one.
    let expires_at = if of(version).is_some() { schedule.fire_at } else { version.expires_at };
    let fresh = BulletinVersion { expires_at, ..version.clone() };
    start(tx, act, &due, (bulletin, &fresh), &targets).await?;
    tx.audit(act, "schedule.missed_sent", &schedule.id, &asked.0.to_string()).await?;
    after_answer(tx, act, schedule, version, ScheduleState::Ended).await?;
    Ok(Answered::Sent { code, groups: targets.groups.len() })
}
