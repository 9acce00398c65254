//! What a person is here: posts, rights, and so the commands they are offered.

use std::collections::BTreeSet;

use super::Response;
use crate::desk::menu_for;
use crate::domain::command::{Command, Who};
use crate::domain::org::UnitKind;
use crate::say;
use crate::store::Tx;
use crate::store::organisation::{HeldSeat, Person, RoleGrant};
use crate::usecase::{Act, UseCaseResult};

/// A person's posts and rights on the day of the act.
#[derive(Debug)]
pub(super) struct Standing {
    /// The person.
    pub(super) person: Person,
    /// Posts held today.
    pub(super) seats: Vec<HeldSeat>,
    /// Rights granted.
    pub(super) roles: Vec<RoleGrant>,
    /// All they count as when a command is offered.
    pub(super) callers: Vec<Who>,
}

impl Standing {
    /// Reads it.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn of(tx: &mut Tx, act: &Act<'_>, person: Person) -> UseCaseResult<Self> {
        let seats = tx.seats_of(&person.id, act.at.local_date()).await?;
        let roles = tx.roles_of(&person.id).await?;
        let mut callers: Vec<Who> = roles.iter().map(|grant| grant.role.into()).collect();
        for seat in &seats {
            if seat.kind.may_answer() {
                callers.push(Who::Head);
            }
            let unit = tx.unit(&seat.unit_id).await?;
            if unit.is_some_and(|unit| unit.kind == UnitKind::Association) {
                callers.push(Who::Association);
            }
        }
        Ok(Self { person, seats, roles, callers })
    }

    /// "Trưởng thôn – Thôn 03; Bí thư chi bộ – Thôn 03"; a sentence where there is none.
    pub(super) fn posts(&self, act: &Act<'_>) -> String {
        if self.seats.is_empty() {
            return say!(act.house.locale, "door-no-post");
        }
        let posts: Vec<String> = self.seats.iter().map(|seat| format!("{} – {}", seat.title, seat.unit_name)).collect();
        posts.join("; ")
    }

    /// The commands of this person's roles for their private chat.
    pub(super) fn menu(&self, act: &Act<'_>, chat_external_id: &str) -> Response {
        let menu = offered(menu_for(&self.callers, &act.house.locale));
        Response { menu: Some((chat_external_id.to_owned(), menu)), ..Response::default() }
    }
}

/// Whether the desk answers a command; the others exist in the grammar and wait to be built.
pub(super) const fn is_here(command: Command) -> bool {
    matches!(
        command,
        Command::Start
            | Command::Help
            | Command::Register
            | Command::WhoAmI
            | Command::Verify
            | Command::Invite
            | Command::Lock
            | Command::Groups
            | Command::Bind
            | Command::Directive
            | Command::Announce
            | Command::Urgent
            | Command::Exercise
            | Command::Approvals
            | Command::Approve
            | Command::Reject
            | Command::Cancel
            | Command::Recall
            | Command::Schedule
            | Command::Queue
            | Command::Status
            | Command::Pending
            | Command::Remind
            | Command::Resend
            | Command::Pause
            | Command::Resume
            | Command::Ack
            | Command::Aired
            | Command::Log
            | Command::DeleteLog
            | Command::Targets
            | Command::Stats
            | Command::Health
    )
}

/// A menu without what is not built yet: nobody is to be offered a command that answers "not here".
fn offered(menu: Vec<(String, String)>) -> Vec<(String, String)> {
    let here: BTreeSet<&str> =
        Command::ALL.iter().filter(|command| is_here(**command)).map(|command| command.name()).collect();
    menu.into_iter().filter(|(name, _)| here.contains(name.as_str())).collect()
}

/// The commands somebody may use, one a line, under a heading for each thing they are; everybody's come last.
pub(super) fn command_list(act: &Act<'_>, callers: &[Who]) -> String {
    let here = || Command::ALL.iter().copied().filter(|command| is_here(*command));
    let (everybodys, mut left): (Vec<Command>, Vec<Command>) = here().partition(|command| command.allowed_for(&[]));
    let mut text = String::new();
    for who in Who::ALL.iter().filter(|who| **who != Who::Everyone && callers.contains(who)) {
        let (mine, others) = left.into_iter().partition(|command| command.allowed_for(&[*who]));
        left = others;
        text.push_str(&section(act, *who, mine));
    }
    text.push_str(&section(act, Who::Everyone, everybodys));
    text.trim_end().to_owned()
}

fn section(act: &Act<'_>, who: Who, commands: Vec<Command>) -> String {
    let locale = &act.house.locale;
    if commands.is_empty() {
        return String::new();
    }
    let mut text = say!(locale, "door-commands-of", who = who.vietnamese());
    for command in commands {
        let description = locale.text(&command.description_key(), &[]);
        text.push('\n');
        text.push_str(&say!(locale, "door-command-line", command = command.name(), description));
    }
    text.push('\n');
    text
}
