//! People nobody knows: each is heard a few times a day, and what is beyond that leaves nothing behind, not even that it came.

use super::{ChatKind, Event, Receiver, Tx, menu, month_of};
use crate::domain::bulletin::find_codes;
use crate::domain::calendar::Millis;
use crate::domain::command::{self, Command, ParseContext};
use crate::domain::event::{ButtonPress, IncomingMessage, Membership};
use crate::domain::strangers::{Heard, Wish};
use crate::domain::verbatim;
use crate::engine::EngineResult;
use crate::id::sha256_hex;
use crate::usecase::{bind, usage};

/// Somebody nobody knows, and what they want.
#[derive(Debug, Clone)]
pub(super) struct Stranger {
    account_hash: String,
    day: Millis,
    wish: Wish,
}

impl Receiver {
    /// Whose words or press an update is, if it is somebody's whom nobody knows.
    pub(super) async fn stranger(&self, tx: &mut Tx, event: &Event, now: Millis) -> EngineResult<Option<Stranger>> {
        let (Event::Message(IncomingMessage { from, .. })
        | Event::Press(ButtonPress { from, .. })
        | Event::Plea { from, .. }
        | Event::Secret { from, .. }
        | Event::Membership(Membership { by: from, .. })) = event
        else {
            return Ok(None);
        };
        let gateway = self.gateway.name();
        if tx.speaker_name(gateway, &from.external_id).await?.is_some() {
            return Ok(None);
        }
        if let Event::Membership(membership) = event
            && self.is_news_of_a_group(tx, membership).await?
        {
            return Ok(None);
        }
        let wish = match event {
            Event::Message(message) => self.wish(tx, message).await?,
            Event::Secret { .. } => Wish::Talk,
            Event::Plea { .. } => Wish::Help,
            _ => Wish::Door,
        };
        let account_hash = sha256_hex(format!("{gateway}\0{}", from.external_id).as_bytes());
        Ok(Some(Stranger { account_hash, day: now.start_of_day(), wish }))
    }

    /// Whether they are heard once more today.
    pub(super) async fn hears(&self, tx: &mut Tx, stranger: &Stranger, now: Millis) -> EngineResult<bool> {
        let (gateway, allowance) = (self.gateway.name(), &self.core.house.strangers);
        let heard = tx.stranger_heard(gateway, &stranger.account_hash, stranger.day).await?;
        if !allowance.admits(stranger.wish, heard) {
            return Ok(false);
        }
        match self.gateway.capabilities().budget {
            Some(budget) if stranger.wish == Wish::Talk => {
                let had = usage::of(tx, gateway, &month_of(now)).await?.strangers_sent;
                Ok(allowance.answers_talk(budget.messages_a_month, had))
            }
            _ => Ok(true),
        }
    }

    /// Counts that they were.
    pub(super) async fn count_heard(&self, tx: &mut Tx, stranger: &Stranger) -> EngineResult<()> {
        let once = Heard::once(stranger.wish);
        Ok(tx.count_stranger(self.gateway.name(), &stranger.account_hash, stranger.day, once).await?)
    }

    /// What words want. In a group they are answered by nobody, and may be a head's who has a new telephone.
    async fn wish(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<Wish> {
        let private = message.chat.kind == ChatKind::Private;
        let context = ParseContext { private, bot_username: &self.me.username };
        let command = match command::parse(&message.text, context) {
            Some(Ok(parsed)) => Some((parsed.command, parsed.args.is_empty())),
            _ => None,
        };
        Ok(match command {
            Some((Command::Verify, _)) => Wish::Check,
            Some((Command::Register | Command::Bind, _) | (Command::Start, false)) => Wish::Door,
            _ if !private || bind::may_be_code(&message.text) || self.is_asked(tx, message).await? => Wish::Door,
            _ if !find_codes(&message.text).is_empty() || verbatim::is_pasted(&message.text) => Wish::Check,
            _ => Wish::Talk,
        })
    }

    /// Whether our own standing changed in a group that is ours, or of which nobody has heard.
    async fn is_news_of_a_group(&self, tx: &mut Tx, membership: &Membership) -> EngineResult<bool> {
        if membership.chat.kind == ChatKind::Private {
            return Ok(false);
        }
        let chat = tx.chat_by_external(self.gateway.name(), &membership.chat.external_id).await?;
        let Some(chat) = chat else { return Ok(true) };
        Ok(tx.group_of_chat(&chat.id).await?.is_some())
    }

    /// Whether the desk asked them something and waits for the answer.
    async fn is_asked(&self, tx: &mut Tx, message: &IncomingMessage) -> EngineResult<bool> {
        let Some(chat) = tx.chat_by_external(self.gateway.name(), &message.chat.external_id).await? else {
            return Ok(false);
        };
        let account = &message.from.external_id;
        Ok(tx.dialogue(&chat.id, account).await?.is_some()
            || menu::typed(tx, self.core.wall_now(), &chat.id, account, &message.text).await?.is_some())
    }
}
