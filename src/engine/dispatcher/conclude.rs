//! From a platform's answer to a row's next state, and to the pace of what follows.

use std::time::Duration;

use super::call::Done;
use super::{Dispatcher, EngineResult};
use crate::domain::retry::{Consequence, FailureReason, LONG_WAIT, Outcome, PauseScope, Retry, next_try};
use crate::platform::{Failure, Receipt};
use crate::store::Tx;
use crate::store::messages::Finished;
use crate::telemetry::redact;
use crate::usecase::{incidents, settle};

/// Times one message may be asked to wait before that is an incident.
const CALLS_BEFORE_INCIDENT: u32 = 3;

impl Dispatcher {
    /// What a finished call means for its row.
    pub(super) async fn conclude(&mut self, tx: &mut Tx, done: &Done) -> EngineResult<Finished> {
        match &done.result {
            Ok(receipt) => self.took(tx, done, receipt).await,
            Err(failure) => self.refused(tx, done, failure).await,
        }
    }

    async fn took(&mut self, tx: &mut Tx, done: &Done, receipt: &Receipt) -> EngineResult<Finished> {
        if let (Some((sha256, name)), Some(handle)) = (&done.upload, &receipt.upload_handle) {
            tx.put_upload_handle(self.gateway.name(), sha256, name, handle, self.core.wall_now()).await?;
        }
        let at = self.core.business_now();
        Ok(Finished::Sent { external_id: receipt.external_id.clone(), at })
    }

    async fn refused(&mut self, tx: &mut Tx, done: &Done, failure: &Failure) -> EngineResult<Finished> {
        // Here, once for every platform: from here on the words are stored, and shown to people.
        let detail = redact(&failure.detail, &[]).into_owned();
        Ok(match &failure.outcome {
            Outcome::Sent { external_id } => {
                let external_id = external_id.clone().unwrap_or_default();
                Finished::Sent { external_id, at: self.core.business_now() }
            }
            Outcome::RetryLater { after, scope } => self.later(tx, done, (*after, *scope), detail).await?,
            Outcome::Moved { to } => {
                tx.set_chat_external(&done.chat_id, to).await?;
                at_once(detail)
            }
            Outcome::Final(reason) => self.final_refusal(tx, done, *reason, detail).await?,
            Outcome::Unknown(reason) => Finished::Unknown { detail: format!("{reason}: {detail}") },
        })
    }

    async fn later(
        &mut self,
        tx: &mut Tx,
        done: &Done,
        asked: (Option<Duration>, PauseScope),
        detail: String,
    ) -> EngineResult<Finished> {
        let (after, scope) = asked;
        let calls = u32::try_from(done.attempts).unwrap_or(u32::MAX);
        let failures = u32::try_from(done.tries).unwrap_or(u32::MAX).saturating_add(1);
        // What the platform puts off, and what never got out, is no failure of the message.
        let counts = after.is_none() && scope == PauseScope::Chat;
        let Retry::After(wait) = next_try(if counts { failures } else { calls }, scope, after, self.roll()) else {
            return Ok(Finished::Failed { reason: FailureReason::GaveUp.as_str().to_owned(), detail });
        };
        let now = self.core.clocks.mono.elapsed();
        match scope {
            PauseScope::Message if after.is_some_and(|after| after > LONG_WAIT) => {
                let core = self.core.clone();
                settle::message_waits(tx, &core.act(&self.commune_id), &done.chat_id, wait, &detail).await?;
            }
            PauseScope::Message => {}
            PauseScope::Chat if after.is_some_and(|after| after > LONG_WAIT) => {
                self.pacer.pause_chat(now, &done.chat_id, wait);
                self.ask_to_wait(tx, done, wait, &detail).await?;
            }
            PauseScope::Chat if after.is_some() => self.pacer.refused(now, &done.chat_id, wait),
            PauseScope::Chat => self.pacer.pause_chat(now, &done.chat_id, wait),
            PauseScope::Account => self.pacer.pause(now + wait),
            PauseScope::Gateway => {
                self.pacer.pause(now + wait);
                if after.is_some() {
                    self.pacer.slow_down(now);
                }
                // A platform that asks for a minute is no sick one, unless it goes on asking.
                if after.is_none() || calls >= CALLS_BEFORE_INCIDENT {
                    self.open_gateway_incident(tx, "unreachable", &detail).await?;
                }
            }
        }
        Ok(Finished::Retry { wait, counts, detail })
    }

    async fn final_refusal(
        &mut self,
        tx: &mut Tx,
        done: &Done,
        reason: FailureReason,
        detail: String,
    ) -> EngineResult<Finished> {
        if reason == FailureReason::Quota {
            return self.quota_refused(tx, done, detail).await;
        }
        if reason.consequence() == Consequence::HaltGateway {
            // Held, not failed: once the account works again exactly the messages not sent go out.
            self.halt(tx, reason, &detail).await?;
            return Ok(at_once(detail));
        }
        if may_be_the_handle(reason) && self.drop_handle(tx, done).await? {
            // Whatever words it has for it, the platform may no longer know the file under its handle: it is uploaded again, and
            // what is refused then is refused for good.
            return Ok(at_once(detail));
        }
        Ok(Finished::Failed { reason: reason.as_str().to_owned(), detail })
    }

    /// Forgets the handle with which a refused call was sent, unless another call has forgotten or replaced it. False for a call
    /// that used none.
    async fn drop_handle(&self, tx: &mut Tx, done: &Done) -> EngineResult<bool> {
        let Some((handle, name)) = &done.by_handle else { return Ok(false) };
        let Some(message) = tx.message(&done.message_id).await? else { return Ok(false) };
        let Some(sha256) = message.file_sha256 else { return Ok(false) };
        if tx.upload_handle(self.gateway.name(), &sha256, name).await?.as_ref() == Some(handle) {
            tx.drop_upload_handle(self.gateway.name(), &sha256, name).await?;
        }
        Ok(true)
    }

    async fn halt(&mut self, tx: &mut Tx, reason: FailureReason, detail: &str) -> EngineResult<()> {
        self.stops(reason);
        self.open_gateway_incident(tx, reason.as_str(), detail).await
    }

    /// Opens the incident once and tells the admins, with how many messages wait.
    pub(super) async fn open_gateway_incident(&mut self, tx: &mut Tx, kind: &str, detail: &str) -> EngineResult<()> {
        let core = self.core.clone();
        let act = core.act(&self.commune_id);
        self.is_sick(self.core.clocks.mono.elapsed());
        incidents::gateway_stopped(tx, &act, self.gateway.name(), kind, detail).await?;
        Ok(())
    }

    /// Nothing is sent to a chat for so long, also by whoever comes after us; the admins are told.
    pub(super) async fn ask_to_wait(&self, tx: &mut Tx, done: &Done, wait: Duration, detail: &str) -> EngineResult<()> {
        let core = self.core.clone();
        settle::asked_to_wait(tx, &core.act(&self.commune_id), &done.chat_id, wait, detail).await?;
        Ok(())
    }

    fn roll(&self) -> u16 {
        let mut bytes = [0_u8; 2];
        self.core.entropy.fill(&mut bytes);
        u16::from_be_bytes(bytes)
    }
}

/// Whether a file's handle may be what was refused: the content is at fault, or nobody knows what is.
const fn may_be_the_handle(reason: FailureReason) -> bool {
    matches!(reason.consequence(), Consequence::StopBroadcast | Consequence::SuspectContent)
}

/// Tried again as soon as it may be: it was no fault of the message.
const fn at_once(detail: String) -> Finished {
    Finished::Retry { wait: Duration::ZERO, counts: false, detail }
}
