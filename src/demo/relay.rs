//! The village whose residents' group nobody but its own people can enter: the head passes things on by hand.

use anyhow::Context as _;

use super::Demo;
use super::conversation::eventually;
use super::places::Network;
use crate::say;

/// The residents' group, the group of officials of the same village, and its head.
pub(super) const RELAYED: (&str, &str, &str) = ("dan-19", "dieu-hanh-19", "que");
/// What stands on the button that reports it done.
const DONE: &str = "Đã đăng nhóm dân";

impl Demo {
    /// The head copies what was sent for the residents into their group, and says so.
    pub(super) async fn pass_on(&self) -> anyhow::Result<()> {
        let (group, officials, head) = RELAYED;
        let slot = self.places.org.groups.iter().find(|known| known.code == group && known.relay);
        let Some(network) = slot.and_then(|slot| Network::named(&slot.gateway)) else { return Ok(()) };
        self.tell(say!(self.locale(), "demo-passes-on", head = self.name(head)));
        let account = self.places.account(network, head)?;
        match network {
            Network::Telegram => self.forward(account, self.places.chat(group)?).await,
            Network::ZaloBot | Network::ZaloOa => self.report(account, self.places.chat(officials)?).await,
        }
    }

    /// In private: what came before the request goes into the group, then the button is pressed.
    async fn forward(&self, account: &str, group: &str) -> anyhow::Result<()> {
        let asked = || {
            let chat = self.stage.chat(Network::Telegram, account);
            let at = chat.iter().rposition(|line| line.choice(DONE).is_some())?;
            Some((chat.get(at.checked_sub(1)?)?.text.clone(), chat.get(at)?.choice(DONE)?))
        };
        let (text, done) = eventually(asked).await.context("nobody asked the head to pass anything on")?;
        let telegram = self.stage.telegram().context("Telegram is not played")?;
        telegram.say(account.parse()?, group.parse()?, &text, None)?;
        self.stage.choose(Network::Telegram, account, &done)
    }

    /// The account may not write to the head in private: the request stands in the group of officials, and is answered there.
    async fn report(&self, account: &str, officials: &str) -> anyhow::Result<()> {
        let oa = self.stage.oa().context("no account is played")?;
        let asked = || {
            let messages = oa.messages(officials).ok()?;
            messages.iter().any(|message| message.from.is_none() && message.text.contains(DONE)).then_some(())
        };
        eventually(asked).await.context("nobody asked the head to pass anything on")?;
        oa.say(account, officials, "đã đăng nhóm dân rồi ạ", None)?;
        Ok(())
    }
}
