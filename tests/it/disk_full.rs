//! A service on a disk that is full for a while: nothing is pretended meanwhile, and nothing lost afterwards.

use std::process::{Command, Stdio};

use crate::db::{SqliteFile, runtime};
use crate::kill::compare;
use crate::service::{Service, eventually, health_says};
use crate::starting::listen;

/// Lets a process write no file beyond its first bytes, or as far as it likes: what a full disk does to a database.
fn let_files_grow(process: u32, limit: &str) {
    let set = Command::new("prlimit").args(["--pid", &process.to_string()]).arg(format!("--fsize={limit}")).status();
    assert!(set.unwrap().success());
}

#[test]
fn a_service_goes_on_by_itself_when_there_is_room_again_and_has_lost_nothing() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        let address = listen(&service, "[engine]\nlease_seconds = 5\n").await;
        let quan = service.world.accounts["quan"];
        let mut child = service.spawn("off", Stdio::null());
        service.release("thon:01,02,03,04,05,06,07,08,09,10,11,12").await;
        eventually("a few messages are out", async || service.posted() >= 3).await;
        let_files_grow(child.id(), "4096:unlimited");
        service.release("thon:13,14,15,16,17,18,19,20,21,22,23,24").await;
        service.sandbox.handle().say(quan, quan, "/trogiup", None).unwrap();
        eventually("its health fails", async || health_says(&address, "not_writable").await).await;
        assert!(child.try_wait().unwrap().is_none(), "it lives");
        assert!(service.waiting().await > 0);
        let_files_grow(child.id(), "unlimited:unlimited");
        eventually("everything has left", async || service.waiting().await == 0 && service.posted() >= 25).await;
        child.kill().unwrap();
        child.wait().unwrap();
        compare(&service).await;
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}
