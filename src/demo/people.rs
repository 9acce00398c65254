//! Everybody who answers, on every platform that is played.

use std::sync::Arc;

use super::Demo;
use super::places::Network;
use loa_sandbox::people::{People, Persona, Share, cast};
use loa_sandbox::zalo_bot::ZaloBotHandle;
use loa_sandbox::zalo_oa::OaHandle;
use loa_sandbox::zalo_people::{ZaloChats, ZaloMessage, ZaloPeople, zalo_cast};

/// How far business time is ahead of machine time, in milliseconds.
type Ahead = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A stand-in that dates by the machine's clock, as people of the story see it: its messages carry business time.
struct Dated<C> {
    chats: C,
    ahead: Ahead,
}

impl<C: ZaloChats> ZaloChats for Dated<C> {
    type Error = C::Error;

    fn messages_since(&self, chat: &str, seen: usize) -> Result<Vec<ZaloMessage>, C::Error> {
        // The clock jumps only when everything sent was looked at, so what is new now was written under this offset.
        let ahead = (self.ahead)();
        let dated = |message: ZaloMessage| ZaloMessage { at_ms: message.at_ms.saturating_add(ahead), ..message };
        Ok(self.chats.messages_since(chat, seen)?.into_iter().map(dated).collect())
    }

    fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> Result<String, C::Error> {
        self.chats.say(person, chat, text, reply_to)
    }

    fn mention_needed(&self) -> Option<String> {
        self.chats.mention_needed()
    }
}

/// The heads of villages and offices.
pub(super) struct Crowd {
    telegram: Option<People>,
    bot: Option<ZaloPeople<Dated<ZaloBotHandle>>>,
    oa: Option<ZaloPeople<Dated<OaHandle>>>,
}

impl Crowd {
    /// Everybody, with their manners from the seed; units of `lost` groups also answer where others stand in.
    pub(super) fn new(demo: &Demo, lost: &[&str]) -> anyhow::Result<Self> {
        let (clock, system) = (demo.clock.clone(), demo.core.clocks.wall.clone());
        let ahead: Ahead = Arc::new(move || {
            use crate::clock::Clock as _;
            clock.now().0 - system.now().0
        });
        let personas = |network| zalo_cast(demo.seed, &demo.places.crowd(network, lost), &Share::COMMUNE);
        let stage = &demo.stage;
        let telegram = stage
            .telegram()
            .map(|handle| -> anyhow::Result<People> { Ok(People::new(handle, telegram_personas(demo, lost)?)) });
        let bot =
            stage.bot().map(|chats| ZaloPeople::new(Dated { chats, ahead: ahead.clone() }, personas(Network::ZaloBot)));
        let oa =
            stage.oa().map(|chats| ZaloPeople::new(Dated { chats, ahead: ahead.clone() }, personas(Network::ZaloOa)));
        Ok(Self { telegram: telegram.transpose()?, bot, oa })
    }

    /// Carries out every answer due by `now_ms` of business time.
    pub(super) fn tick(&mut self, now_ms: i64) {
        let telegram = self.telegram.iter_mut().flat_map(|people| people.tick(now_ms)).filter_map(|done| done.refused);
        let bot = self.bot.iter_mut().flat_map(|people| people.tick(now_ms)).filter_map(|done| done.refused);
        let oa = self.oa.iter_mut().flat_map(|people| people.tick(now_ms)).filter_map(|done| done.refused);
        for refused in telegram.chain(bot).chain(oa) {
            tracing::debug!(refused, "demo.answer_refused");
        }
    }

    /// When the next answer is due, in milliseconds of business time.
    pub(super) fn next_due(&mut self) -> Option<i64> {
        let telegram = self.telegram.as_mut().and_then(People::next_due);
        let bot = self.bot.as_mut().and_then(ZaloPeople::next_due);
        let oa = self.oa.as_mut().and_then(ZaloPeople::next_due);
        [telegram, bot, oa].into_iter().flatten().min()
    }
}

fn telegram_personas(demo: &Demo, lost: &[&str]) -> anyhow::Result<Vec<Persona>> {
    let crowd = demo.places.crowd(Network::Telegram, lost);
    let numbered = crowd.into_iter().map(|(person, chat, place)| Ok((person.parse()?, chat.parse()?, place)));
    let numbered: Vec<(i64, i64, String)> = numbered.collect::<anyhow::Result<_>>()?;
    Ok(cast(demo.seed, &numbered, &Share::COMMUNE))
}
