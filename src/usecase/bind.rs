//! Tying accounts to people and chats to group slots, by one-time codes.
//!
//! * An admin makes a code; it is shown once, works for 48 hours and for one tie, and only its SHA-256 is stored. A newer
//!   code for the same person or slot ends the older one.
//! * The first account that types a code is the only one that can go on with it: a code forwarded afterwards is refused.
//! * A person's code typed in private needs the person's agreement to the notice on personal data; typed in a group,
//!   where anybody could have read it, it needs an admin's confirmation besides.
//! * A group's code is typed in the real group, by anybody there; an admin confirms it.
//! * An account that was locked is nobody's, and its private chat is not written to, until a new code opens it.
//!
//! The audit entries hold ids only, never a code. Slowing down those who guess is the desk's: a code has 40 bits.

use crate::domain::calendar::Millis;
use crate::id::{one_time_code, sha256_hex};
use crate::store::binding::{Invite, InvitePurpose, InviteState};
use crate::store::{StoreError, Tx};
use crate::usecase::{Act, UseCaseError, UseCaseResult};

mod account;
mod group;
mod person;
mod probation;

pub use account::{Locked, Which, lock, open_accounts};
pub use group::{
    Bound, Held, PendingBinding, confirm_group, invite_group, is_lasting, is_locked, pause, refuse_group, resume,
    type_group_code, unbind, write_in_topic,
};
pub use person::{
    NOTICE_VERSION, Offer, Redeemed, accept_notice_and_link, confirm_person, invite_person, look_at_code, refuse_person,
};
pub use probation::{Opened, announce, confirm_account, refuse_account, remind_of, tell_of_first};

/// The reason that stands with the private chat of an account that was locked.
const LOCKED: &str = "locked";
/// Characters in a code, five bits each.
const CODE_CHARS: usize = 8;
/// How long a code works.
const CODE_HOURS: i64 = 48;
/// Longest text that is looked at as a code; people put spaces and dashes in.
const TYPED_BYTES: usize = 64;

/// A new code. It is not stored anywhere and cannot be shown again; printing this value for debugging leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// The code, to be handed to whom it is for.
    pub code: String,
    /// The stored row.
    pub invite_id: String,
    /// When it stops working.
    pub expires_at: Millis,
}

impl std::fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedCode")
            .field("invite_id", &self.invite_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a code is made for.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Person(&'a str),
    Group(&'a str),
}

async fn issue(tx: &mut Tx, act: &Act<'_>, subject: Subject<'_>) -> UseCaseResult<IssuedCode> {
    let code = one_time_code(CODE_CHARS, act.entropy);
    let (purpose, person_id, group_id) = match subject {
        Subject::Person(id) => (InvitePurpose::Person, Some(id), None),
        Subject::Group(id) => (InvitePurpose::Group, None, Some(id)),
    };
    tx.replace_invites(person_id, group_id, act.at).await?;
    let expires_at = act.at.plus_minutes(CODE_HOURS * 60);
    let invite = Invite {
        id: act.new_id(),
        code_hash: sha256_hex(code.as_bytes()),
        purpose,
        person_id: person_id.map(str::to_owned),
        group_id: group_id.map(str::to_owned),
        created_by: act.person_id.clone(),
        created_at: act.at.0,
        expires_at: expires_at.0,
        state: InviteState::Open,
        typed_by: None,
        typed_chat: None,
        settled_at: None,
    };
    tx.insert_invite(&invite).await?;
    Ok(IssuedCode { code, invite_id: invite.id, expires_at })
}

/// Whether what was typed may be a one-time code: it has its form, and nothing is looked up.
#[must_use]
pub fn may_be_code(typed: &str) -> bool {
    typed_hash(typed).is_some()
}

/// The hash of what was typed, in whatever case and with whatever spaces and dashes; none for what cannot be a code.
fn typed_hash(typed: &str) -> Option<String> {
    if typed.len() > TYPED_BYTES {
        return None;
    }
    let code: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == CODE_CHARS && code.is_ascii()).then(|| sha256_hex(code.as_bytes()))
}

/// Whether a code that was issued and not used up stands in a text of ours.
///
/// # Errors
/// The database.
pub(super) async fn holds_code(tx: &mut Tx, text: &str) -> UseCaseResult<bool> {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    for hash in words.filter_map(typed_hash) {
        if tx.invite_by_hash(&hash).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The row of a code that was typed, if it can still be used for this purpose by this account in this chat.
async fn usable(
    tx: &mut Tx,
    act: &Act<'_>,
    typed: &str,
    purpose: InvitePurpose,
    account: &str,
    chat_id: &str,
) -> UseCaseResult<Invite> {
    let unknown = UseCaseError::refused("refused-code-unknown");
    let Some(hash) = typed_hash(typed) else { return Err(unknown) };
    let invite = tx.invite_by_hash(&hash).await?.ok_or(unknown)?;
    if invite.purpose != purpose {
        return Err(UseCaseError::refused(match invite.purpose {
            InvitePurpose::Person => "refused-code-for-person",
            InvitePurpose::Group => "refused-code-for-group",
        }));
    }
    still_alive(act, &invite)?;
    let same = invite.typed_by.as_deref() == Some(account) && invite.typed_chat.as_deref() == Some(chat_id);
    if invite.state == InviteState::Typed && !same {
        return Err(UseCaseError::refused("refused-code-taken"));
    }
    Ok(invite)
}

fn still_alive(act: &Act<'_>, invite: &Invite) -> UseCaseResult<()> {
    match invite.state {
        InviteState::Used => Err(UseCaseError::refused("refused-code-used")),
        InviteState::Refused => Err(UseCaseError::refused("refused-code-replaced")),
        InviteState::Open | InviteState::Typed if act.at.0 >= invite.expires_at => {
            Err(UseCaseError::refused("refused-code-expired"))
        }
        InviteState::Open | InviteState::Typed => Ok(()),
    }
}

/// Notes who typed it, the first time; the same account in the same chat may repeat itself.
async fn mark_typed(tx: &mut Tx, act: &Act<'_>, invite: &Invite, account: &str, chat_id: &str) -> UseCaseResult<()> {
    if invite.state == InviteState::Typed {
        return Ok(());
    }
    lost_race("refused-code-taken", tx.type_invite(&invite.id, account, chat_id).await)?;
    tx.audit(act, "invite.typed", &invite.id, chat_id).await?;
    Ok(())
}

/// The row behind an admin's button, still waiting for the admin.
async fn typed_invite(tx: &mut Tx, invite_id: &str, purpose: InvitePurpose) -> UseCaseResult<Invite> {
    let invite = tx.invite(invite_id).await?.filter(|invite| invite.purpose == purpose);
    let invite = invite.ok_or_else(|| UseCaseError::NotFound { what: "invite", name: invite_id.to_owned() })?;
    match invite.state {
        InviteState::Typed => Ok(invite),
        InviteState::Used => Err(UseCaseError::refused("refused-code-used")),
        InviteState::Refused => Err(UseCaseError::refused("refused-code-replaced")),
        InviteState::Open => Err(UseCaseError::refused("refused-code-not-typed")),
    }
}

async fn settle(tx: &mut Tx, act: &Act<'_>, invite_id: &str, state: InviteState) -> UseCaseResult<()> {
    lost_race("refused-code-used", tx.settle_invite(invite_id, state, act.at).await)
}

/// Somebody else was faster by a moment: to a person that is the refusal they would have got a moment later.
fn lost_race(key: &'static str, outcome: Result<(), StoreError>) -> UseCaseResult<()> {
    match outcome {
        Err(StoreError::Stale { .. }) => Err(UseCaseError::refused(key)),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::typed_hash;
    use crate::id::sha256_hex;

    #[rstest]
    #[case::as_issued("ABCD2345")]
    #[case::lower_case("abcd2345")]
    #[case::spaced_and_dashed(" abcd - 2345\u{a0}")]
    fn a_code_is_read_however_it_is_copied(#[case] typed: &str) {
        assert_eq!(typed_hash(typed), Some(sha256_hex(b"ABCD2345")));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::too_short("ABCD234")]
    #[case::accents("ĂBCD2345")]
    #[case::emoji("👍👍")]
    fn what_cannot_be_a_code_is_not_looked_up(#[case] typed: &str) {
        assert_eq!(typed_hash(typed), None);
    }

    #[test]
    fn ten_megabytes_are_not_a_code() {
        assert_eq!(typed_hash(&" ".repeat(10_000_000)), None);
    }
}
