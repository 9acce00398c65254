//! Scripted people where ids are texts, as on Zalo: other names of [`people`](crate::people).

use crate::people::{People, Performed, Persona, Reaction};

pub use crate::act::Said as ZaloMessage;
pub use crate::people::{Chats as ZaloChats, Deed as ZaloDeed, cast as zalo_cast, plan_reaction as plan_zalo_reaction};

/// One person's part in one group.
pub type ZaloPersona = Persona<String>;
/// What a person is going to do.
pub type ZaloReaction = Reaction<String>;
/// A reaction that was carried out.
pub type ZaloPerformed = Performed<String>;
/// Drives personas over a stand-in.
pub type ZaloPeople<C> = People<C, String>;
