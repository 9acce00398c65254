//! People, groups and assets from outside: who exists, who follows, who is in what.

use serde::Deserialize;

use super::{OaHandle, Result};
use crate::{
    ControlError, FaultKind,
    zalo_oa::{
        config::{LifecycleNames, PrivateRules, Signing},
        events::{self, Lifecycle},
        groups, hook,
        model::{GroupSize, Person, Standing},
        oauth,
        oauth::TokenPair,
        world::World,
    },
};

/// How long an asset made here is valid: a year.
const YEAR_MS: i64 = 365 * 86_400_000;

/// A person about to exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NewPerson {
    /// Shown name.
    pub name: String,
    /// The id; made when absent. Decimal digits.
    pub id: Option<String>,
    /// Whether the person follows the account.
    pub follows: bool,
    /// Whether the person is one of the account's admins.
    pub admin: bool,
}

impl NewPerson {
    /// A follower by that name.
    #[must_use]
    pub fn follower(name: &str) -> Self {
        Self { name: name.to_owned(), follows: true, ..Self::default() }
    }

    /// A person who has nothing to do with the account yet.
    #[must_use]
    pub fn stranger(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

impl OaHandle {
    /// Adds a person and returns the id.
    ///
    /// # Errors
    /// When the id is taken or is no decimal number.
    pub fn add_person(&self, new: NewPerson) -> Result<String> {
        self.change(|world| {
            let id = new.id.unwrap_or_else(|| world.next_id());
            if world.people.contains_key(&id) || id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
                return Err(ControlError::BadRequest(format!("`{id}` cannot be the id of a new person")));
            }
            let person = Person {
                id: id.clone(),
                name: new.name,
                follows: new.follows,
                standing: Standing::Open,
                admin: new.admin,
                wrote_ms: None,
                written_to: 0,
                messages: Vec::new(),
            };
            world.people.insert(id.clone(), person);
            Ok(id)
        })
    }

    /// A person follows the account.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn follow(&self, person: &str) -> Result<()> {
        self.change(|world| set_follows(world, person, true))
    }

    /// A person no longer follows the account.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn unfollow(&self, person: &str) -> Result<()> {
        self.change(|world| set_follows(world, person, false))
    }

    /// What stands between the account and a person: nothing, a block, a ban.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn set_standing(&self, person: &str, standing: Standing) -> Result<()> {
        self.change(|world| world.person_mut(person).map(|person| person.standing = standing))
    }

    /// Buys an asset; valid until `valid_through` (wall milliseconds), or for a year. Returns its id.
    #[must_use]
    pub fn add_asset(&self, size: GroupSize, valid_through: Option<i64>) -> String {
        self.change(|world| {
            let until = valid_through.unwrap_or_else(|| world.wall() + YEAR_MS);
            world.add_asset(size, until)
        })
    }

    /// Switches an asset off (-241) or on again.
    ///
    /// # Errors
    /// When there is no such asset.
    pub fn set_asset_disabled(&self, asset: &str, disabled: bool) -> Result<()> {
        let missing = || ControlError::no_such("asset", asset);
        self.change(|world| world.asset_mut(asset).map(|asset| asset.disabled = disabled).ok_or_else(missing))
    }

    /// Sets the end of an asset, in wall milliseconds; past ones switch its group off (-237).
    ///
    /// # Errors
    /// When there is no such asset.
    pub fn set_asset_end(&self, asset: &str, valid_through: i64) -> Result<()> {
        let missing = || ControlError::no_such("asset", asset);
        self.change(|world| world.asset_mut(asset).map(|asset| asset.valid_through = valid_through).ok_or_else(missing))
    }

    /// The asset a group stands on.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn asset_of(&self, group: &str) -> Result<String> {
        self.shared.world().group(group).map(|group| group.asset.clone())
    }

    /// Buys an asset for a year and makes the account create a group on it. Returns the group's id.
    ///
    /// # Errors
    /// When a member does not exist, or there are more than fit beside the account.
    pub fn add_group(&self, name: &str, size: GroupSize, members: &[String]) -> Result<String> {
        self.change(|world| {
            let until = world.wall() + YEAR_MS;
            groups::establish(world, name, size, until, members)
        })
    }

    /// A person comes into a group, let in by hand.
    ///
    /// # Errors
    /// When person or group does not exist, or the group is full or gone.
    pub fn join(&self, person: &str, group: &str) -> Result<()> {
        self.change(|world| {
            check_room(world, person, group)?;
            groups::enter(world, group, person, person);
            Ok(())
        })
    }

    /// A person opens the group's link: in at once, or waiting when joins are to be approved.
    ///
    /// # Errors
    /// As [`OaHandle::join`].
    pub fn ask_to_join(&self, person: &str, group: &str) -> Result<()> {
        self.change(|world| {
            check_room(world, person, group)?;
            let there = world.group_mut(group)?;
            if !there.settings.join_appr {
                groups::enter(world, group, person, person);
                return Ok(());
            }
            there.pending.insert(person.to_owned());
            events::lifecycle(world, Lifecycle::AskedToJoin, group, person, &[person.to_owned()]);
            Ok(())
        })
    }

    /// A member leaves a group.
    ///
    /// # Errors
    /// When the person is not in it.
    pub fn leave(&self, person: &str, group: &str) -> Result<()> {
        self.change(|world| {
            if !world.group(group)?.members.contains(person) {
                return Err(ControlError::not_in_chat(person, group));
            }
            groups::exit(world, group, person, person);
            Ok(())
        })
    }

    /// Switches a group off (-237) or on again.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn set_group_off(&self, group: &str, off: bool) -> Result<()> {
        self.change(|world| world.group_mut(group).map(|group| group.off = off))
    }

    /// Puts the account out of a group (-403) without any event.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn put_out(&self, group: &str) -> Result<()> {
        self.change(|world| world.group_mut(group).map(|group| group.gone = true))
    }

    /// The account disbands a group, as somebody does by hand in its console.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn disband(&self, group: &str) -> Result<()> {
        self.change(|world| {
            world.group(group)?;
            groups::disband(world, group);
            Ok(())
        })
    }

    /// When the account may write to single persons, and what is paid for, from now on.
    pub fn set_private_rules(&self, rules: PrivateRules) {
        self.change(|world| world.config.private = rules);
    }

    /// Which of the inventories names lifecycle events from now on.
    pub fn set_event_names(&self, names: LifecycleNames) {
        self.change(|world| world.config.quirks.names = names);
    }

    /// Refuses every text that holds this word (-248).
    pub fn forbid(&self, word: &str) {
        self.change(|world| world.forbidden.push(word.to_lowercase()));
    }

    /// Fills the quota of sends into groups again.
    pub fn refill(&self) {
        self.change(|world| world.group_sends = 0);
    }

    /// The tokens that are good now; what an operator copies out of the API explorer.
    #[must_use]
    pub fn tokens(&self) -> TokenPair {
        self.shared.world().oauth.pair.clone()
    }

    /// Lets the access token expire at once (-220); the refresh token stays.
    pub fn expire_access_token(&self) {
        self.change(|world| world.oauth.access_until = world.wall());
    }

    /// Makes a new pair behind the client's back: what it holds is dead (-216, and a used refresh token).
    pub fn replace_tokens(&self) {
        self.change(|world| drop(oauth::issue(world)));
    }

    /// An admin agrees on the consent page opened last. Returns the address the browser is sent to.
    ///
    /// # Errors
    /// When no consent page is open.
    pub fn consent(&self) -> Result<String> {
        self.change(oauth::consent)
    }

    /// Saves the webhook address after the unsigned probe.
    ///
    /// # Errors
    /// When the probe is not answered with 200; the address is not saved then.
    pub async fn set_webhook(&self, url: &str) -> Result<()> {
        hook::save(&self.shared, url).await
    }

    /// Takes the webhook away; what waits for it is dropped.
    pub fn clear_webhook(&self) {
        self.change(|world| world.hook.point_at(None));
    }

    /// The webhook's address; none when it was never set or was switched off.
    #[must_use]
    pub fn webhook(&self) -> Option<String> {
        self.shared.world().hook.url.clone()
    }

    /// How deliveries are signed from now on.
    pub fn set_signing(&self, signing: Signing) {
        self.change(|world| world.hook.signing = signing);
    }

    /// The whole service goes away (every connection is reset, no event is delivered) or comes back.
    pub fn set_dark(&self, dark: bool) {
        self.set_outage(dark.then_some(FaultKind::ResetBefore));
    }

    /// The next `count` events go out twice.
    pub fn duplicate_next(&self, count: u32) {
        self.change(|world| world.hook.duplicates = count);
    }

    /// Events that are due together go out newest first, or in order again.
    pub fn set_scrambled(&self, scrambled: bool) {
        self.change(|world| world.hook.scrambled = scrambled);
    }

    /// Sends an event of [`OaHandle::events`] again; false when there is none or no webhook.
    #[must_use]
    pub fn repeat_event(&self, index: usize) -> bool {
        self.change(|world| world.repeat_event(index))
    }

    /// Delivers every event that is due by the wall clock and returns how many were accepted.
    pub async fn tick(&self) -> usize {
        hook::deliver_due(&self.shared).await
    }
}

fn set_follows(world: &mut World, person: &str, follows: bool) -> Result<()> {
    world.person_mut(person)?.follows = follows;
    events::follow(world, person, follows);
    Ok(())
}

fn check_room(world: &World, person: &str, group: &str) -> Result<()> {
    world.person(person)?;
    let there = world.group(group)?;
    let full = there.members.len() + 2 > world.ceiling(there);
    if there.gone || full { Err(ControlError::Closed(group.to_owned())) } else { Ok(()) }
}
