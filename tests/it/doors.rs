//! Strangers at the service's own doors: they hold, dribble, guess and do not read, and nobody else waits for them.

use std::net::SocketAddr;
use std::time::Duration;

use loa::demo::places::Network;
use loa::lifecycle::Lifecycle;
use loa::store::Store;
use loa::web::{Limits, Site};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::db::{SqliteFile, runtime, sqlite_tests};
use crate::service::{Service, eventually, health_says};
use crate::stage::loops::inbox;
use crate::stage::{Stage, at};
use crate::starting::listen;
use crate::zalo_bot_alone::{address, queue, upload};

sqlite_tests!(
    whoever_holds_is_let_go_of_and_keeps_nobody_out,
    unknown_and_known_hooks_answer_alike,
    from_elsewhere_health_says_one_word,
    a_file_comes_in_parts_and_under_one_type,
    a_second_document_at_one_page_is_told_of_the_first,
    a_page_is_dead_when_its_form_ended_or_gave_out_another,
);

/// Pages of a stage with limits of their own.
struct Pages {
    address: SocketAddr,
    lifecycle: Lifecycle,
}

impl Pages {
    async fn open(stage: &Stage, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, lifecycle) = (listener.local_addr().unwrap(), Lifecycle::new(Duration::from_secs(5)));
        let site = Site::new(stage.core.clone(), inbox(&stage.core, &stage.commune)).await.unwrap().within(limits);
        loa::web::serve_on(listener, site, &lifecycle);
        Self { address, lifecycle }
    }
}

fn client() -> reqwest::Client {
    loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap()
}

/// A connection from an address of this machine that says so much and then nothing.
async fn hold(from: &str, to: SocketAddr, says: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    stream.write_all(says.as_bytes()).await.unwrap();
    stream
}

/// Everything that still comes, up to the end.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut all)).await;
    // A connection that is cut may end with a reset.
    let _ = read.unwrap_or_else(|_| panic!("it is still open; it said {}", String::from_utf8_lossy(&all)));
    String::from_utf8_lossy(&all).into_owned()
}

const HALF_A_HEAD: &str = "GET /robots.txt HTTP/1.1\r\nHost: loa\r\nX-Long: ";
const HALF_A_BODY: &str = "POST /hook/telegram HTTP/1.1\r\nHost: loa\r\nContent-Length: 100\r\n\r\n{\"update_id\":";
const TOO_LONG: &str = "POST /hook/telegram HTTP/1.1\r\nHost: loa\r\nContent-Length: 100000000\r\n\r\n{";

async fn whoever_holds_is_let_go_of_and_keeps_nobody_out(store: Store) {
    let stage = Stage::start(store, &[Network::Telegram]).await;
    let quick = Duration::from_millis(100);
    let pages = Pages::open(&stage, Limits { header: quick, body: quick, ..Limits::default() }).await;
    for says in ["", HALF_A_HEAD] {
        let mut held = hold("127.0.0.1", pages.address, says).await;
        let said = rest(&mut held).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    let said = rest(&mut hold("127.0.0.1", pages.address, HALF_A_BODY).await).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    let said = rest(&mut hold("127.0.0.1", pages.address, TOO_LONG).await).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    pages.lifecycle.stop();

    let few = Limits { connections: 8, per_address: 6, header: Duration::from_mins(1), ..Limits::default() };
    let pages = Pages::open(&stage, few).await;
    let mut quiet = hold("127.0.0.3", pages.address, "").await;
    let mut held = Vec::new();
    for says in ["", HALF_A_HEAD, HALF_A_BODY].repeat(10) {
        held.push(hold("127.0.0.2", pages.address, says).await);
    }
    for _ in 0..3 {
        let robots = client().get(format!("http://{}/robots.txt", pages.address)).send().await.unwrap();
        assert_eq!(robots.status().as_u16(), 200);
    }
    let is_cut = |stream: &&TcpStream| match stream.try_read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    };
    // Of thirty only six had a place at a time.
    eventually("the others are let go of", async || held.iter().filter(is_cut).count() >= 24).await;
    quiet.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: loa\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut quiet).await.starts_with("HTTP/1.1 200"), "another address takes no place of it");
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn unknown_and_known_hooks_answer_alike(store: Store) {
    let stage = Stage::start(store, &Network::ALL).await;
    let pages = Pages::open(&stage, Limits::default()).await;
    let mut answers = Vec::new();
    for body in ["", "{}", " { } ", "hello", "[]", "{\"update_id\":1}", "{\"event_name\":\"user_send_text\"}", "\u{0}"]
    {
        let mut of_names = Vec::new();
        for name in ["khac", "telegram", "zalo_bot", "zalo_oa"] {
            let to = loa::web::hook_address(&format!("http://{}", pages.address), name);
            let looked = client().get(&to).send().await.unwrap().status().as_u16();
            let answer = client().post(&to).body(body).send().await.unwrap();
            let mut headers = answer.headers().clone();
            headers.remove("date");
            let said = (looked, answer.status().as_u16(), format!("{headers:?}"), answer.text().await.unwrap());
            of_names.push(said);
        }
        assert!(of_names.iter().all(|said| *said == of_names[0]), "{body:?}: {of_names:?}");
        answers.push(of_names[0].1);
    }
    assert_eq!(answers, [200, 200, 200, 401, 401, 401, 401, 401]);
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn from_elsewhere_health_says_one_word(store: Store) {
    let stage = Stage::start(store, &[Network::Telegram]).await;
    let pages = Pages::open(&stage, Limits::default()).await;
    let health = format!("http://{}/health", pages.address);
    let near = client().get(&health).send().await.unwrap().text().await.unwrap();
    assert!(near.contains("\"incidents\"") && near.contains("\"ticks\""), "{near}");
    for header in ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"] {
        let far = client().get(&health).header(header, "192.0.2.1").send().await.unwrap();
        assert_eq!(
            (far.status().as_u16(), far.text().await.unwrap().as_str()),
            (200, "{\"status\":\"ok\"}"),
            "{header}"
        );
    }
    pages.lifecycle.stop();
    stage.stop().await;
}

async fn a_file_comes_in_parts_and_under_one_type(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    queue(&mut stage).await;
    stage.say("pct", "21").await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    let link = address(&stage.group_chat("truong-thon"), "/tep/");
    let content = crate::stories::six_pages();
    let get = async |headers: &[(&str, &str)]| {
        let request = headers.iter().fold(client().get(&link), |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    };
    let whole = get(&[]).await;
    let types: Vec<_> = whole.headers().get_all("content-type").iter().collect();
    assert_eq!(types, ["application/pdf"]);
    assert_eq!(whole.headers()["content-length"], content.len().to_string().as_str());
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.bytes().await.unwrap(), content);

    let part = get(&[("range", "bytes=5-14"), ("if-range", &tag)]).await;
    assert_eq!(part.status().as_u16(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 5-14/{}", content.len()).as_str());
    assert_eq!(part.bytes().await.unwrap(), content[5..15]);
    let last = get(&[("range", "bytes=-3")]).await;
    assert_eq!(last.bytes().await.unwrap(), content[content.len() - 3..]);
    let of_another = get(&[("range", "bytes=5-14"), ("if-range", "\"old\"")]).await;
    assert_eq!((of_another.status().as_u16(), of_another.bytes().await.unwrap().len()), (200, content.len()));
    assert_eq!(get(&[("range", "bytes=99999999-")]).await.status().as_u16(), 416);
    let unchanged = get(&[("if-none-match", &tag)]).await;
    assert_eq!((unchanged.status().as_u16(), unchanged.bytes().await.unwrap().len()), (304, 0));
    let head = client().head(&link).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], content.len().to_string().as_str());
    stage.stop().await;
}

/// A form with a document of which only the beginning is sent.
fn begun(page: &str) -> String {
    let path = &page[page.find("/gui/").unwrap()..];
    format!(
        "POST {path} HTTP/1.1\r\nHost: loa\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"tep\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7"
    )
}

async fn a_second_document_at_one_page_is_told_of_the_first(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let page = address(&stage.say("lan", "/vanban").await, "/gui/");
    let to: SocketAddr = stage.public_url.trim_start_matches("http://").parse().unwrap();
    let first = hold("127.0.0.1", to, &begun(&page)).await;
    let mut second = (0, String::new());
    eventually("the second one is told", async || {
        // An empty document uses nothing up while the first one has not come in yet.
        second = upload(&page, "b.pdf", Vec::new()).await;
        second.0 == 409
    })
    .await;
    assert!(second.1.contains("đang được nhận"), "{}", second.1);
    drop(first);
    eventually("the page is free again", async || upload(&page, "b.pdf", Vec::new()).await.0 == 400).await;
    assert_eq!(upload(&page, "c.pdf", crate::stories::six_pages()).await.0, 200);
    stage.stop().await;
}

async fn a_page_is_dead_when_its_form_ended_or_gave_out_another(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let lives = async |page: &str| reqwest::get(page).await.unwrap().status().as_u16() == 200;
    let first = address(&stage.say("lan", "/vanban").await, "/gui/");
    assert!(lives(&first).await);
    let second = address(&stage.say("lan", "/vanban").await, "/gui/");
    assert!(!lives(&first).await && lives(&second).await, "one at a time");
    stage.say("lan", "/huy").await;
    assert!(!lives(&second).await);
    assert_eq!(upload(&second, "a.pdf", crate::stories::six_pages()).await.0, 404);
    stage.stop().await;
}

/// Kilobytes of memory that a process holds.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Puts a file of 20 MB behind a link.
async fn put_behind_a_link(url: &str, secret: &str) {
    use sqlx::ConnectOptions as _;
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    let mut connection = options.foreign_keys(false).connect().await.unwrap();
    for statement in [
        "INSERT INTO attachments (sha256, size, media_type, content, created_at) \
         VALUES ('big', 20000000, 'application/pdf', zeroblob(20000000), 9000000000000)",
        "INSERT INTO file_links (token_hash, sha256, file_name, bulletin_id, delivery_id, created_at, expires_at) \
         VALUES ($1, 'big', 'a.pdf', 'b', 'd', 0, 9000000000000)",
    ] {
        let hash = loa::id::sha256_hex(secret.as_bytes());
        sqlx::query(statement).bind(hash).execute(&mut connection).await.unwrap();
    }
}

#[test]
fn readers_who_do_not_read_hold_little_and_no_held_connection_delays_a_stop() {
    const READERS: usize = 24;
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        let address = listen(&service, "").await;
        put_behind_a_link(&file.url(), "secret").await;
        let mut child = service.spawn("off", std::process::Stdio::null());
        eventually("the service is well", async || health_says(&address, "\"ok\"").await).await;
        let (before, to) = (memory(child.id()), address.parse().unwrap());
        let mut held = Vec::new();
        for _ in 0..READERS {
            let mut reader = hold("127.0.0.1", to, "GET /tep/secret HTTP/1.1\r\nHost: loa\r\n\r\n").await;
            // Longer than a head: some of the file is here.
            let mut begun = [0; 4096];
            reader.read_exact(&mut begun).await.unwrap();
            assert!(begun.starts_with(b"HTTP/1.1 200"));
            held.push(reader);
        }
        let grown = memory(child.id()).saturating_sub(before) / 1024;
        assert!(grown < 150, "{READERS} readers of 20 MB cost {grown} MB");
        for says in ["", HALF_A_HEAD, HALF_A_BODY].repeat(30) {
            held.push(hold("127.0.0.1", to, says).await);
        }
        assert!(health_says(&address, "\"ok\"").await, "nobody is kept out");
        // Nothing has to be cut: that would be no success.
        crate::admission::end_by("TERM", &mut child).await;
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}
