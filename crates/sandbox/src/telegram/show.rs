//! A chat as plain text, for people who review it: who, when, what, buttons, files, edits and toasts.

use std::fmt::Write as _;

use super::{
    chat::{Chat, ChatKind, Line, Press},
    message::{Content, Message, Service},
    wire,
    world::World,
};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, chat: &Chat) -> String {
    let mut out = format!("── {} ({}) ──\n", chat.title, kind_of(chat));
    let mut day = None;
    for line in &chat.lines {
        let at = local(world, at_of(chat, *line));
        if day.replace(at.div_euclid(DAY_MS)) != Some(at.div_euclid(DAY_MS)) {
            let _ = writeln!(out, "· {} ·", date(at.div_euclid(DAY_MS)));
        }
        match line {
            Line::Message(index) => chat.messages.get(*index).map_or((), |m| add_message(&mut out, world, chat, m)),
            Line::Press(index) => chat.presses.get(*index).map_or((), |p| add_press(&mut out, world, p)),
        }
    }
    out
}

fn kind_of(chat: &Chat) -> String {
    let members = chat.member_count();
    match chat.kind {
        ChatKind::Private { blocked: true, .. } => "private, blocked".to_owned(),
        ChatKind::Private { .. } => "private".to_owned(),
        ChatKind::Group { migrated_to: Some(_), .. } => "group, upgraded".to_owned(),
        ChatKind::Group { deleted: true, .. } => "group, deleted".to_owned(),
        ChatKind::Group { .. } => format!("group, {members} members"),
        ChatKind::Supergroup { .. } => format!("supergroup, {members} members"),
    }
}

fn at_of(chat: &Chat, line: Line) -> i64 {
    match line {
        Line::Message(index) => chat.messages.get(index).map_or(0, |m| m.at_ms),
        Line::Press(index) => chat.presses.get(index).map_or(0, |p| p.at_ms),
    }
}

fn local(world: &World, at_ms: i64) -> i64 {
    at_ms.saturating_add(world.config.utc_offset_minutes.saturating_mul(MINUTE_MS))
}

/// `HH:MM` of a wall time.
fn clock(world: &World, at_ms: i64) -> String {
    let minutes = local(world, at_ms).rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `DD/MM/YYYY` of a day counted from 1970-01-01.
pub(crate) fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{day:02}/{month:02}/{year}")
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, `civil_from_days`).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

fn add_message(out: &mut String, world: &World, chat: &Chat, message: &Message) {
    let time = clock(world, message.at_ms);
    if let Content::Service(service) = &message.content {
        let _ = writeln!(out, "{time} * {}", service_line(world, message, service));
        return;
    }
    let _ = writeln!(out, "{time} {}{}", wire::shown_name(world, message.from), marks(world, message));
    if let Some(id) = message.reply_to {
        let quoted = chat.message(id).map_or_else(|| "(deleted)".to_owned(), |m| quote(world, m));
        let _ = writeln!(out, "    ↩ {quoted}");
    }
    if message.deleted {
        out.push_str("    (deleted)\n");
        return;
    }
    add_body(out, world, message);
}

fn marks(world: &World, message: &Message) -> String {
    let mut marks = String::new();
    if world.users.get(&message.from).is_some_and(|u| u.is_bot) {
        marks.push_str(" 🤖");
    }
    if let Some(forward) = &message.forward {
        let _ = write!(marks, " (forwarded from {})", wire::shown_name(world, forward.from));
    }
    if let Some(edited) = message.edited_ms.filter(|_| !message.deleted) {
        let day = |at| local(world, at).div_euclid(DAY_MS);
        let date = date(day(edited));
        let date = if day(edited) == day(message.at_ms) { "" } else { &date[..5] };
        let sep = if date.is_empty() { "" } else { " " };
        let _ = write!(marks, " (edited {date}{sep}{})", clock(world, edited));
    }
    marks
}

/// Who said what, in one short line.
fn quote(world: &World, message: &Message) -> String {
    let file = message.file().and_then(|f| world.files.get(f)).filter(|_| message.body.text.is_empty());
    let words = file.map_or_else(|| wire::first_line(&message.body, 40), |f| format!("📎 {}", f.name));
    format!("{}: {words}", wire::shown_name(world, message.from))
}

fn add_body(out: &mut String, world: &World, message: &Message) {
    if let Some(file) = message.file().and_then(|f| world.files.get(f)) {
        let sign = if matches!(message.content, Content::Photo(_)) { "🖼" } else { "📎" };
        let _ = writeln!(out, "    {sign} {} ({})", file.name, size(file.bytes.len()));
    }
    for line in message.body.text.lines() {
        let line = format!("    {line}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for row in &message.keyboard {
        let row: Vec<_> = row.iter().map(|b| format!("[ {} ]", b.text)).collect();
        let _ = writeln!(out, "    {}", row.join(" "));
    }
}

fn add_press(out: &mut String, world: &World, press: &Press) {
    let who = wire::shown_name(world, press.user);
    let _ = write!(out, "{} * {who} pressed [ {} ]", clock(world, press.at_ms), press.button);
    match &press.toast {
        Some(toast) if !toast.text.is_empty() => {
            let sign = if toast.alert { "⚠" } else { "💬" };
            let _ = writeln!(out, " → {sign} {}", toast.text.replace('\n', " / "));
        }
        Some(_) => out.push_str(" → ✓\n"),
        None => out.push('\n'),
    }
}

fn service_line(world: &World, message: &Message, service: &Service) -> String {
    let name = |id: i64| wire::shown_name(world, id);
    match service {
        Service::Created => format!("{} created the group", name(message.from)),
        Service::Joined(user) if *user == message.from => format!("{} joined", name(*user)),
        Service::Joined(user) => format!("{} added {}", name(message.from), name(*user)),
        Service::Left(user) if *user == message.from => format!("{} left", name(*user)),
        Service::Left(user) => format!("{} removed {}", name(message.from), name(*user)),
        Service::Title(title) => format!("the group is now called “{title}”"),
        Service::MigratedTo(_) => "the group was upgraded to a supergroup".to_owned(),
        Service::MigratedFrom(_) => "the group became a supergroup".to_owned(),
    }
}

/// A size as chat apps show it: bytes, KB or MB, one decimal above a kilobyte.
pub(crate) fn size(bytes: usize) -> String {
    let tenths = |unit: usize| (bytes * 10 + unit / 2) / unit;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KB", tenths(1_024) / 10, tenths(1_024) % 10),
        _ => format!("{}.{} MB", tenths(1_048_576) / 10, tenths(1_048_576) % 10),
    }
}
