//! What is kept of a message where the whole of it would be too long.

use super::Bubble;

/// Paragraphs kept of what the service writes, and of what a person writes.
const KEPT: (usize, usize) = (4, 2);
/// Lines kept of a paragraph, and of each where paragraphs are left out.
const HEIGHT: (usize, usize) = (2, 1);
/// Beginnings of paragraphs that whoever only looks on can do without.
const ASIDE: [&str; 3] = ["Kính gửi", "Kiểm tra tin thật:", "Xem: /"];
/// Beginnings of paragraphs that are kept wherever they stand: for whom, when, until when, and what the reader is to do.
const NEEDED: [&str; 5] = ["👉", "⏰", "Gửi tới:", "Giờ gửi:", "Trích yếu:"];

/// The parts of a message that are shown.
pub(super) struct Gist {
    paragraphs: Vec<String>,
    /// Whether paragraphs are left out.
    pub cut: bool,
    /// Its buttons, or the numbered choices that stand for them.
    pub buttons: Vec<String>,
    /// Most lines of one paragraph.
    pub height: usize,
}

impl Gist {
    /// The gist of a message.
    pub fn of(bubble: &Bubble) -> Self {
        let file = bubble.file.iter().map(|name| format!("📎 {name}"));
        let written = bubble.text.lines().map(str::trim).filter(|line| !line.trim_matches('─').is_empty());
        let mut all: Vec<String> = file.chain(written.map(str::to_owned)).collect();
        let mut buttons = bubble.buttons.clone();
        if bubble.ours && buttons.is_empty() {
            buttons = choices(&mut all);
        }
        let whole = all.len();
        let paragraphs = kept(all, if bubble.ours { KEPT.0 } else { KEPT.1 });
        let cut = paragraphs.len() < whole;
        let height = if cut { HEIGHT.1 } else { HEIGHT.0 };
        Self { paragraphs, cut, buttons, height }
    }

    /// The paragraphs, the first of them behind the name of whoever speaks.
    pub fn paragraphs(&self, who: &str) -> Vec<String> {
        let mut paragraphs = self.paragraphs.clone();
        match paragraphs.first_mut() {
            Some(first) => first.insert_str(0, who),
            None => paragraphs.push(who.to_owned()),
        }
        paragraphs
    }
}

/// The first paragraphs that say something, and those that are needed wherever they stand; none of them twice.
fn kept(all: Vec<String>, most: usize) -> Vec<String> {
    let begins = |line: &str, starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
    let mut kept: Vec<String> = Vec::new();
    for line in all.into_iter().filter(|line| !begins(line, &ASIDE)) {
        if (kept.len() < most || begins(&line, &NEEDED)) && !kept.contains(&line) {
            kept.push(line);
        }
    }
    kept
}

/// Takes the numbered choices off the end of a message, and the sentence that leads to them.
fn choices(lines: &mut Vec<String>) -> Vec<String> {
    let from = lines.iter().rposition(|line| !is_choice(line)).map_or(0, |last| last + 1);
    let choices = lines.split_off(from);
    if !choices.is_empty() && lines.len() > 1 && lines.last().is_some_and(|line| line.ends_with("bằng số:")) {
        lines.pop();
    }
    choices
}

fn is_choice(line: &str) -> bool {
    let number = line.split_once(". ").map_or("", |(number, _)| number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
