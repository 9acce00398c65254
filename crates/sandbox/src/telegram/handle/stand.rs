//! The acts of people in the words that all platforms share.

use super::{ChatKey, Content, ControlError, Handle, Result, resolve, view::MessageView, write::Where};
use crate::{
    act::{Act, BOT, ChatEntry, Deed, Done, PersonEntry, Said, Stand},
    telegram::{show, updates},
};

impl Stand for Handle {
    fn act(&self, act: &Act) -> Result<Done> {
        let (person, chat) = (number(&act.person)?, self.place(&act.person, &act.chat)?);
        let reply_to = act.reply_to.as_deref().map(number).transpose()?;
        let id = match &act.deed {
            Deed::Press { button, message } => {
                let message = message.as_deref().map(number).transpose()?;
                return self.press(person, chat, message, button).map(Done::heard);
            }
            Deed::React { message, emoji } => {
                let told = self.react(person, chat, number(message)?, emoji)?;
                let why = "no bot is told: reactions go to administrators that asked for message_reaction";
                return Ok(Done { unheard: (!told).then(|| why.to_owned()), ..Done::heard(message) });
            }
            Deed::EditText { message, text } => {
                let id = number(message)?;
                self.edit_text(person, chat, id, text)?;
                id
            }
            Deed::Forward { from_chat, message } => {
                let from_chat = self.place(&act.person, from_chat)?.to_string();
                let deed = Deed::Forward { from_chat, message: message.clone() };
                self.write(&Where { person, chat, reply_to, topic: act.topic }, &deed)?
            }
            deed => self.write(&Where { person, chat, reply_to, topic: act.topic }, deed)?,
        };
        Ok(Done { unheard: self.unheard(person, chat, id), ..Done::heard(id) })
    }

    fn chats(&self) -> Vec<ChatEntry> {
        let world = self.shared.world();
        let entry = |key: &ChatKey| {
            let chat = world.chat(*key).ok()?;
            Some(ChatEntry { id: key.id().to_string(), title: chat.title.clone(), kind: show::kind_of(chat) })
        };
        world.chats.keys().filter_map(entry).collect()
    }

    fn people(&self) -> Vec<PersonEntry> {
        let world = self.shared.world();
        let people = world.users.values().filter(|user| !user.is_bot);
        people.map(|user| PersonEntry { id: user.id.to_string(), name: user.full_name() }).collect()
    }

    fn show(&self, chat: &str) -> Result<String> {
        Self::show(self, number(chat)?)
    }

    fn messages(&self, chat: &str, seen: usize) -> Result<Vec<Said>> {
        Ok(Self::messages(self, number(chat)?)?.into_iter().skip(seen).map(Said::from).collect())
    }

    fn mention(&self) -> Option<String> {
        None
    }

    fn kick(&self, chat: &str, who: &str) -> Result<()> {
        Self::kick(self, number(chat)?, self.member(who)?, None)
    }

    fn invite(&self, chat: &str, who: &str) -> Result<()> {
        Self::join(self, number(chat)?, self.member(who)?, None)
    }

    fn successor(&self, chat: &str) -> Option<String> {
        Self::successor(self, chat.parse().ok()?).map(|id| id.to_string())
    }
}

impl Handle {
    fn first_bot(&self) -> Result<i64> {
        self.bot_ids().first().copied().ok_or_else(|| ControlError::bad("this sandbox has no bot"))
    }

    fn member(&self, who: &str) -> Result<i64> {
        if who == BOT { self.first_bot() } else { number(who) }
    }

    fn place(&self, person: &str, chat: &str) -> Result<i64> {
        if chat == BOT || chat == person { self.first_bot() } else { number(chat) }
    }

    /// Why no bot hears a message, and what one would hear.
    fn unheard(&self, person: i64, chat: i64, id: i64) -> Option<String> {
        let world = self.shared.world();
        let key = resolve(&world, person, chat).ok()?;
        let message = world.chat(key).ok()?.message(id)?;
        if matches!(message.content, Content::Service(_)) || updates::is_heard(&world, key, message) {
            return None;
        }
        let bot = world.bots.iter().find(|bot| world.chat(key).is_ok_and(|chat| chat.status(bot.id).is_in()));
        let Some(bot) = bot else { return Some("no bot is in this chat".to_owned()) };
        let name = world.users.get(&bot.id).and_then(|user| user.username.clone()).unwrap_or_default();
        Some(format!(
            "the bot does not hear this: in privacy mode it hears replies to its messages, @{name}, and commands such as \
             /lenh@{name}"
        ))
    }
}

fn number(id: &str) -> Result<i64> {
    id.trim().parse().map_err(|_| ControlError::bad(format_args!("`{id}` is no number")))
}

impl From<MessageView> for Said {
    fn from(message: MessageView) -> Self {
        let buttons = message.buttons.into_iter().flatten().filter(|button| button.data.is_some());
        Self {
            chat: message.chat.to_string(),
            id: message.id.to_string(),
            from: message.from.to_string(),
            from_bot: message.from_bot,
            at_ms: message.at_ms,
            text: message.text,
            file: message.file.map(|file| file.name),
            reply_to: message.reply_to.map(|id| id.to_string()),
            buttons: buttons.map(|button| button.text).collect(),
            notice: message.service || message.deleted,
        }
    }
}
