//! What the commune's staff do: through the use cases, as the desk would for them.

use chrono::{Datelike as _, NaiveTime, Weekday};

use super::dice::Dice;
use super::script::{DAY, HOUR, MINUTE, Sort};
use super::town::{APPROVER, COMPOSER, RICH};
use crate::domain::bulletin::State;
use crate::domain::calendar::Millis;
use crate::domain::recurrence::{Days, HolidayPolicy, Recurrence, Rule};
use crate::domain::schedule::MissedPolicy;
use crate::domain::urgency::Urgency;
use crate::engine::Core;
use crate::store::Tx;
use crate::store::binding::ChatKind;
use crate::store::bulletins::{Bulletin, Marks, NewFile, ScheduleState};
use crate::usecase::compose::{Draft, DraftFile};
use crate::usecase::{
    Act, UseCaseError, UseCaseResult, Via, approve, bind, compose, repeat, reschedule, settle, withdraw,
};

/// The staff of a commune, at work in one process.
pub(super) struct Staff<'a> {
    /// The process.
    pub(super) core: &'a Core,
    /// The commune.
    pub(super) commune: &'a str,
    /// What they draw.
    pub(super) dice: &'a mut Dice,
}

/// One of the staff, acting now.
async fn as_person<'a>(core: &'a Core, commune: &str, tx: &mut Tx, who: &str) -> UseCaseResult<Act<'a>> {
    let person = tx.person_by_code(commune, who).await?;
    let person = person.ok_or_else(|| UseCaseError::NotFound { what: "person", name: who.to_owned() })?;
    Ok(Act { person_id: Some(person.id), via: Via::Chat(RICH.to_owned()), ..core.act(commune) })
}

impl Staff<'_> {
    /// Somebody composes, and now and then it is approved at once; else the card is.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn compose(&mut self, sort: Sort) -> UseCaseResult<()> {
        let (mut draft, at_once) = (self.draft(sort), sort == Sort::Brief || self.dice.happens(50));
        let mut tx = self.core.store.begin().await?;
        if self.dice.happens(8) {
            draft.files = vec![with_file(&mut tx, self.core.business_now()).await?];
        }
        let act = as_person(self.core, self.commune, &mut tx, COMPOSER).await?;
        let bulletin = compose::compose(&mut tx, &act, &draft).await?.bulletin;
        if at_once {
            let act = as_person(self.core, self.commune, &mut tx, APPROVER).await?;
            approve::approve(&mut tx, &act, &bulletin.id, None).await?;
        }
        Ok(tx.commit().await?)
    }

    fn draft(&mut self, sort: Sort) -> Draft {
        let now = self.core.business_now();
        let long =
            if self.dice.happens(12) { "Nội dung đầy đủ. ".repeat(100) } else { "Nội dung.".to_owned() };
        let draft = Draft::directive("Văn bản thử", &long, "Trưởng thôn");
        let mut draft = match sort {
            Sort::Now => Draft { urgency: self.urgency(), ..draft },
            Sort::Flash => Draft { urgency: Urgency::Flash, ..draft },
            Sort::Brief => {
                let ends = now.plus_ms(self.dice.between(5 * MINUTE, HOUR));
                let urgency = Urgency::Express;
                Draft { urgency, expires_at: Some(ends), ack_deadline: Some(ends), ..draft }
            }
            Sort::Timed => {
                let at = now.plus_ms(self.dice.between(10 * MINUTE, 2 * DAY));
                Draft { urgency: self.urgency(), send_at: Some(whole_minutes(at)), ..draft }
            }
            Sort::Repeating(missed) => {
                let expires_at = whole_minutes(now.plus_ms(self.dice.between(4 * DAY, 40 * DAY)));
                Draft { repeat: Some(self.recurrence(missed)), expires_at: Some(expires_at), ..draft }
            }
        };
        if draft.urgency.needs_reason() {
            draft.marks = Marks { reason: Some("thử".to_owned()), ..Marks::default() };
        }
        let sent = draft.send_at.unwrap_or(now);
        if draft.repeat.is_none() && draft.expires_at.is_none() && self.dice.happens(25) {
            let ends = sent.plus_ms(self.dice.between(5 * MINUTE, 6 * HOUR));
            (draft.expires_at, draft.ack_deadline) = (Some(ends), Some(ends));
        } else if draft.repeat.is_none() && draft.expires_at.is_none() && self.dice.happens(30) {
            draft.ack_deadline = Some(sent.plus_ms(self.dice.between(HOUR, DAY)));
        }
        draft
    }

    fn urgency(&mut self) -> Urgency {
        self.dice.one_of(Urgency::ALL).copied().unwrap_or(Urgency::Normal)
    }

    fn recurrence(&mut self, missed: MissedPolicy) -> Recurrence {
        let today = self.core.business_now().local_date();
        let weekdays = [Weekday::Mon, Weekday::Wed, Weekday::Sat];
        let kinds = [
            Days::Every,
            Days::Weekly(weekdays.into()),
            Days::Monthly(vec![today.day().min(27) + 1, 29, 31]),
            Days::MonthEnd,
        ];
        let days = self.dice.one_of(&kinds).cloned().unwrap_or(Days::Every);
        let hour = u32::try_from(self.dice.between(7, 19)).unwrap_or(8);
        let times = vec![NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()];
        let holidays = self.dice.one_of(HolidayPolicy::ALL).copied().unwrap_or(HolidayPolicy::Skip);
        Recurrence { rule: Rule::On { days, times }, holidays, missed }
    }

    /// Takes back something that was sent.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn recall(&mut self) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, APPROVER).await?;
        let recent = recent(&mut tx, self.commune, State::Approved).await?;
        if let Some(bulletin) = self.dice.one_of(&recent) {
            withdraw::withdraw(&mut tx, &act, bulletin, "thử thu hồi").await?;
        }
        Ok(tx.commit().await?)
    }

    /// Cancels something that was not sent.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn cancel(&mut self) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, COMPOSER).await?;
        let recent = recent(&mut tx, self.commune, State::AwaitingApproval).await?;
        if let Some(bulletin) = recent.first() {
            reschedule::cancel(&mut tx, &act, bulletin).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Pauses, resumes or ends something that repeats.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn steer(&mut self) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, COMPOSER).await?;
        let ends = self.dice.happens(15);
        for bulletin in tx.bulletins_in(self.commune, State::Approved).await? {
            match tx.schedule_of(&bulletin.id).await?.map(|schedule| schedule.state) {
                Some(ScheduleState::Paused) => drop(repeat::resume(&mut tx, &act, &bulletin).await?),
                Some(ScheduleState::Active) if repeats(&mut tx, &bulletin).await? && ends => {
                    repeat::end(&mut tx, &act, &bulletin).await?;
                }
                Some(ScheduleState::Active) if repeats(&mut tx, &bulletin).await? => {
                    repeat::pause(&mut tx, &act, &bulletin).await?;
                }
                _ => {}
            }
        }
        Ok(tx.commit().await?)
    }

    /// Frees a group's slot.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn unbind(&mut self) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, APPROVER).await?;
        let bound: Vec<_> =
            tx.groups(self.commune).await?.into_iter().filter(|group| group.chat_id.is_some()).collect();
        if let Some(group) = self.dice.one_of(&bound) {
            bind::unbind(&mut tx, &act, &group.id).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Binds a group's slot to this chat, if it is free; lets a group receive again that was lost.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn mend(&mut self, code: &str, gateway: &str, chat: &str) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, APPROVER).await?;
        let Some(group) = tx.group_by_code(self.commune, code).await? else { return Ok(()) };
        if group.chat_id.is_some() {
            bind::resume(&mut tx, &act, &group.id).await?;
            return Ok(tx.commit().await?);
        }
        let invite = bind::invite_group(&mut tx, &act, &group.id).await?;
        let chat = tx.ensure_chat(gateway, chat, ChatKind::Group, "Nhóm", act.wall, &act.new_id()).await?;
        bind::type_group_code(&mut tx, &act, &invite.code, "1", &chat).await?;
        bind::confirm_group(&mut tx, &act, &invite.invite_id).await?;
        bind::resume(&mut tx, &act, &group.id).await?;
        Ok(tx.commit().await?)
    }

    /// Says of a message in doubt what is true: it stands in the group, or it is to be sent again.
    ///
    /// # Errors
    /// The database; a rule that refuses it.
    pub(super) async fn settle(&mut self, message: &str, stands_there: bool) -> UseCaseResult<()> {
        let mut tx = self.core.store.begin().await?;
        let act = as_person(self.core, self.commune, &mut tx, COMPOSER).await?;
        if stands_there {
            settle::seen(&mut tx, &act, message).await?;
        } else {
            settle::resend(&mut tx, &act, message).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn repeats(tx: &mut Tx, bulletin: &Bulletin) -> UseCaseResult<bool> {
    let version = tx.version(&bulletin.id, bulletin.version).await?;
    Ok(version.is_some_and(|version| version.repeat_rule.is_some()))
}

/// The latest bulletins that stand so.
async fn recent(tx: &mut Tx, commune: &str, state: State) -> UseCaseResult<Vec<Bulletin>> {
    let mut found = tx.recent_bulletins(commune, 6).await?;
    found.retain(|bulletin| bulletin.state == state);
    Ok(found)
}

async fn with_file(tx: &mut Tx, at: Millis) -> UseCaseResult<DraftFile> {
    let sha256 = tx.put_file(b"%PDF-1.4 simulated", "application/pdf", Some(1), at).await?;
    let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
    Ok(DraftFile { file, first_page: "Kế hoạch".to_owned(), readable: true })
}

fn whole_minutes(at: Millis) -> Millis {
    Millis(at.0 - at.0.rem_euclid(MINUTE))
}
