//! Residents' talk is none of ours: what they say and show in a group leaves no byte in the database, its write-ahead log or
//! the service's log, even when everything is logged.

use std::process::Stdio;
use std::time::Duration;

use loa::app::fold;

use crate::db::SqliteFile;
use crate::service::{Service, eventually};

/// What the resident says; it stands nowhere else.
const TALK: &str = "Bà Sáu nhà tôi ốm nặng, ai chở giúp lên trạm XQ7ZK9";
/// The resident's photo and its caption.
const CAPTION: &str = "căn cước của cháu WJ4PV2";
const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\nGIAY-TO-RIENG-TU-5512";

#[test]
fn a_resident_s_talk_and_photo_leave_no_byte_in_database_wal_or_logs() {
    let file = SqliteFile::migrated();
    let log = std::env::temp_dir().join(format!("loa-admission-{}.log", crate::db::unique()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let service = Service::prepare(&file.url()).await;
        let group = service.world.chat("dan-03").unwrap();
        let handle = service.sandbox.handle();
        let resident = handle.add_user(loa_sandbox::telegram::NewUser::named("Người dân")).unwrap();
        handle.join(group, resident, None).unwrap();
        // The bot is administrator here, so that it hears everything, as in a group that made it one.
        handle.promote(group, handle.bot_ids()[0]).unwrap();
        let mut child = service.spawn("trace", Stdio::from(std::fs::File::create(&log).unwrap()));
        handle.say(resident, group, TALK, None).unwrap();
        handle.send_photo(resident, group, PHOTO.to_vec(), Some(CAPTION)).unwrap();
        handle.send_file(resident, group, "sổ hộ nghèo.pdf", PHOTO.to_vec(), None).unwrap();
        let bot = handle.bot_ids()[0];
        eventually("the service took the updates", async || handle.pending_updates(bot) == 0).await;
        // Something that is ours, said last, proves that what came before was looked at.
        let lan = service.world.account("lan").unwrap();
        handle.say(lan, lan, "/toilaai", None).unwrap();
        eventually("the service answers", async || {
            handle.messages(lan).unwrap().last().is_some_and(|last| last.from_bot)
        })
        .await;
        assert_nowhere(&file, &log);
        let answered = async |said: &str| {
            let count = || handle.messages(lan).unwrap().iter().filter(|message| message.from_bot).count();
            let before = count();
            handle.say(lan, lan, said, None).unwrap();
            eventually("the service answers", async || count() > before).await;
        };
        // What bears a stamp: words, a name, words under a file; and what was typed into the form before it.
        for words in ["/vanban", "KH 77/KH-UBND", "Phương án GW92LM", "TUYỆT MẬT\nPhương án ZB31RT", "/toilaai"]
        {
            answered(words).await;
        }
        handle.send_file(lan, lan, "[Tối mật] HX55QT.pdf", PHOTO.to_vec(), None).unwrap();
        handle.send_file(lan, lan, "KH.pdf", PHOTO.to_vec(), Some("MẬT\nKế hoạch CN81XK")).unwrap();
        answered("/toilaai").await;
        let refused = || {
            handle
                .messages(lan)
                .unwrap()
                .iter()
                .filter(|message| message.text.starts_with("Không nhận: tài liệu"))
                .count()
        };
        eventually("all three are refused", async || refused() == 3).await;
        eventually("the log is folded", async || fold::fold_log(&service.store).await.unwrap()).await;
        assert_nowhere(&file, &log);
        end_by("TERM", &mut child).await;
        service.store.close().await;
        assert_nowhere(&file, &log);
        std::fs::remove_file(&service.settings).unwrap();
        service.sandbox.stop().await;
    });
    std::fs::remove_file(&log).unwrap();
}

fn assert_nowhere(file: &SqliteFile, log: &std::path::Path) {
    let database = file.path();
    let beside = |ending: &str| std::path::PathBuf::from(format!("{}{ending}", database.display()));
    for path in [database.to_path_buf(), beside("-wal"), beside("-shm"), log.to_path_buf()] {
        let content = std::fs::read(&path).unwrap_or_default();
        for secret in [
            "XQ7ZK9",
            "WJ4PV2",
            "GIAY-TO-RIENG-TU-5512",
            "sổ hộ nghèo",
            "Bà Sáu",
            "GW92LM",
            "ZB31RT",
            "HX55QT",
            "CN81XK",
        ] {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "`{secret}` stands in {}", path.display());
        }
    }
    assert!(!std::fs::read(log).unwrap().is_empty(), "the log was written at all");
}

/// Tells a service to stop by a signal (`TERM`), and waits until it has.
pub async fn end_by(signal: &str, child: &mut std::process::Child) {
    let stopped = std::process::Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let mut ending = None;
    for _ in 0..2_000 {
        ending = child.try_wait().unwrap();
        if ending.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(ending.expect("it ends the service").success(), "a clean stop is a success");
}
