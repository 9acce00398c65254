use std::time::Duration;

use super::super::parent::run;
use super::*;

const SHORT: Limits = Limits { timeout: Duration::from_secs(2), stdout_bytes: 4096 };

fn shell(script: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("/bin/sh");
    command.arg("-c").arg(script);
    command
}

fn reason(inspection: &Inspection) -> Option<Reason> {
    match inspection {
        Inspection::Read(_) => None,
        Inspection::Unreadable { reason, .. } => Some(*reason),
    }
}

#[tokio::test]
async fn a_child_that_never_ends_is_killed() {
    let limits = Limits { timeout: Duration::from_millis(200), ..SHORT };
    assert_eq!(reason(&run(shell("while :; do :; done"), limits).await), Some(Reason::Timeout));
}

#[tokio::test]
async fn a_child_that_never_stops_talking_is_killed() {
    assert_eq!(reason(&run(shell("while :; do echo tràn; done"), SHORT).await), Some(Reason::Garbage));
}

#[cfg(unix)]
#[rstest]
#[case::nothing("exit 0", Reason::Garbage)]
#[case::chatter("echo xin chào", Reason::Garbage)]
#[case::two_documents("echo '{}{}'", Reason::Garbage)]
#[case::panic_exit("exit 101", Reason::Killed)]
#[case::failure("exit 1", Reason::Killed)]
#[case::signal("kill -9 $$", Reason::Killed)]
#[case::signal_after_half_a_report("printf '{\"kind\":\"pdf\",'; kill -9 $$", Reason::Killed)]
#[tokio::test]
async fn a_child_that_misbehaves_makes_the_page_unreadable(#[case] script: &str, #[case] expected: Reason) {
    assert_eq!(reason(&run(shell(script), SHORT).await), Some(expected));
}

#[tokio::test]
async fn a_report_is_taken_whatever_stands_on_stderr_and_without_the_environment() {
    let script = "echo ồn ào >&2; printf '{\"kind\":\"text\",\"pages\":null,\"first_page_text\":\"%s\",\"readable\":true,\"reason\":null}' \"[$HOME]\"";
    let inspection = run(shell(script), SHORT).await;
    assert_eq!(inspection, Inspection::Read(Report::read(FileKind::Text, None, "[]".to_owned())));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said_so() {
    let program = std::path::Path::new("/nonexistent/loa");
    let inspection = inspect(program, program, SHORT).await;
    assert_eq!(reason(&inspection), Some(Reason::NotStarted));
    assert_eq!((inspection.kind(), inspection.pages()), (FileKind::Unknown, None));
    assert!(!inspection.first_page().readable);
}

#[tokio::test]
async fn a_report_that_contradicts_itself_is_not_readable() {
    let script = "echo '{\"kind\":\"pdf\",\"pages\":1,\"first_page_text\":\"a\",\"readable\":false,\"reason\":null}'";
    assert_eq!(reason(&run(shell(script), SHORT).await), Some(Reason::Garbage));
}
