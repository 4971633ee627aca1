//! A desk while Meta tells it of 1,000 messages a second: how long a letter takes, when
//! the last message is on the screen, and what all of it costs.

use std::{
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use ring::hmac;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::subject::{Reading, Subject, at, millis};

const RATE: u32 = 1_000;
const SECONDS: u32 = 10;
const PEOPLE: u32 = 200;
/// Who stands first in the list, nearest to their deadline.
const OPEN: u32 = 190;
const PAGE: &str = "104857600000001";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub(crate) fn pour(program: &Path) -> Reading {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a path")
            .to_owned()
    };
    let cache = path("cache");
    let count = PEOPLE.to_string();
    let made = std::process::Command::new(program)
        .args([
            "demo",
            "--make",
            "--cache",
            &cache,
            "--conversations",
            &count,
        ])
        .args(["--messages", "300"])
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a cache");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let config = format!("[webhook]\nlisten = \"127.0.0.1:{port}\"\n");
    fs::write(path("config.toml"), config).expect("a config");
    let config = path("config.toml");
    let arguments = [
        "--base-url",
        "http://127.0.0.1:1",
        "--page",
        PAGE,
        "--cache",
        &cache,
        "--config",
        &config,
    ];
    let environment = [
        ("SWITCHBOARD_PAGE_TOKEN", "EAAx"),
        ("SWITCHBOARD_APP_SECRET", SECRET),
        (
            "SWITCHBOARD_VERIFY_TOKEN",
            "fedcba9876543210fedcba9876543210",
        ),
        ("XDG_CONFIG_HOME", "/nonexistent"),
    ];
    let mut desk = Subject::start(program, &arguments, &environment, (120, 40));
    desk.wait_for("where is my parcel?");
    desk.settle(Duration::from_secs(2));
    desk.press("\r", "│ where is my parcel?");
    desk.press("r", "· RESPONSE, ");
    let mut typed = String::from("x");
    desk.press("x", "│x");
    let quiet = letters(&mut desk, &mut typed, Duration::from_secs(3));
    let (before, began) = (desk.cpu(), Instant::now());
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let poured = thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(flood(address))
    });
    let busy = letters(&mut desk, &mut typed, Duration::from_secs(SECONDS.into()));
    let told = poured.join().expect("poured");
    let shown = desk.wait_for("the last of all");
    let cost = (desk.cpu() - before).as_secs_f64() / began.elapsed().as_secs_f64();
    desk.note("flood, CPU ms/s", cost * 1_000.0);
    desk.note(
        "flood, last on the screen after ms",
        millis(shown.saturating_duration_since(told)),
    );
    desk.note("flood, letter p95, ms", at(&busy, 0.95));
    desk.note("quiet, letter p95, ms", at(&quiet, 0.95));
    desk.memory("memory after it, MiB");
    desk.end()
}

/// How long letters take, one after the other; the text is taken back when it is long.
fn letters(desk: &mut Subject, typed: &mut String, how_long: Duration) -> Vec<f64> {
    let until = Instant::now() + how_long;
    let mut took = Vec::new();
    while Instant::now() < until {
        if typed.len() > 30 {
            desk.type_in(&"\x7f".repeat(typed.len()));
            typed.clear();
            desk.settle(Duration::from_millis(60));
        }
        typed.push(char::from(
            b'a' + u8::try_from(took.len() % 26).expect("small"),
        ));
        let tail = format!("{typed} ");
        let pressed = Instant::now();
        desk.type_in(&typed[typed.len() - 1..]);
        took.push(millis(desk.wait_for(&tail).duration_since(pressed)));
        desk.settle(Duration::from_millis(20));
    }
    took
}

/// Tells of all of them, and of one more: when that was told.
async fn flood(address: SocketAddr) -> Instant {
    let tunnel = Tunnel {
        address,
        idle: Mutex::default(),
    };
    let tunnel = Arc::new(tunnel);
    let began = Instant::now();
    let mut calls = Vec::new();
    for number in 0..RATE * SECONDS {
        let due = Duration::from_secs(1) * number / RATE;
        if let Some(wait) = due.checked_sub(began.elapsed()) {
            tokio::time::sleep(wait).await;
        }
        let call = call(Arc::clone(&tunnel), number, format!("storm {number}"));
        calls.push(tokio::spawn(call));
    }
    for call in calls {
        assert!(call.await.expect("ends"), "not taken");
    }
    let told = Instant::now();
    assert!(
        call(tunnel, OPEN, "the last of all".into()).await,
        "not taken"
    );
    told
}

/// What brings Meta's calls: it keeps its connections as long as the desk does.
struct Tunnel {
    address: SocketAddr,
    idle: Mutex<Vec<TcpStream>>,
}

impl Tunnel {
    /// Brings a call; whether it was taken.
    async fn bring(&self, call: &[u8]) -> io::Result<bool> {
        let idle = self.idle.lock().expect("whole").pop();
        if let Some(stream) = idle
            && let Ok(taken) = self.bring_over(stream, call).await
        {
            return Ok(taken);
        }
        // The desk has closed it meanwhile.
        let stream = TcpStream::connect(self.address).await?;
        self.bring_over(stream, call).await
    }

    async fn bring_over(&self, mut stream: TcpStream, call: &[u8]) -> io::Result<bool> {
        stream.write_all(call).await?;
        let mut answer = Vec::new();
        // It has no body.
        while !answer.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let answer = String::from_utf8_lossy(&answer);
        if !answer.contains("connection: close") {
            self.idle.lock().expect("whole").push(stream);
        }
        Ok(answer.starts_with("HTTP/1.1 200"))
    }
}

/// One call of Meta's, signed. Whether it was taken.
async fn call(tunnel: Arc<Tunnel>, number: u32, text: String) -> bool {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time")
        .as_millis();
    let psid = format!("70{}", number % PEOPLE);
    let body = format!(
        r#"{{"object":"page","entry":[{{"id":"{PAGE}","time":{now},"messaging":[{{"sender":{{"id":"{psid}"}},"recipient":{{"id":"{PAGE}"}},"timestamp":{now},"message":{{"mid":"m_flood_{number}_{now}","text":"{text}"}}}}]}}]}}"#
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let hex: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: desk\r\nx-hub-signature-256: sha256={hex}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    tunnel.bring(request.as_bytes()).await.unwrap_or(false)
}
