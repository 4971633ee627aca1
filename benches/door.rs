//! The door for Meta's calls, under 1,000 hostile connections from one host:
//! silent ones, slow heads, bodies of strangers that are held open, wrong
//! signatures, and those that come again at once. It tells how long signed calls
//! waited for their answer, whether all of them arrived, and what the door's
//! process took in memory.
//!
//! `cargo bench --bench door`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ring::hmac;
use switchboard::{
    clock,
    domain::Psid,
    graph::Secrets,
    webhook::{self, Server},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const HOSTILE: usize = 1_000;
/// Signed calls, one after the other's moment.
const CALLS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);
/// In the environment of the process that is the door.
const DOOR: &str = "BENCH_IS_THE_DOOR";

fn main() {
    if std::env::var_os(DOOR).is_some() {
        return be_the_door();
    }
    let mut door = Command::new(std::env::current_exe().expect("this program"))
        .env(DOOR, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(door.stdout.take().expect("its words")).lines();
    let address: SocketAddr = lines
        .next()
        .expect("a line")
        .expect("text")
        .parse()
        .expect("an address");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let quiet = memory(&door);
    let (mut took, most, answered) = runtime.block_on(attacked(address, &door));
    door.stdin
        .take()
        .expect("its ear")
        .write_all(b"end\n")
        .expect("told");
    let arrived: BTreeSet<String> = lines.map_while(Result::ok).collect();
    door.wait().expect("ends");
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 1_000].as_millis();
    println!(
        "{HOSTILE} hostile connections, {} signed calls: answered 200 {answered}, arrived {}",
        took.len(),
        arrived.len()
    );
    println!(
        "waited: half {} ms, p99 {} ms, longest {} ms",
        at(500),
        at(990),
        at(1_000)
    );
    println!(
        "memory: quiet {} KiB, at most {} KiB over it",
        quiet,
        most.saturating_sub(quiet)
    );
    assert_eq!(arrived.len(), CALLS as usize, "nothing is lost");
}

/// Resident memory of the door in KiB; 0 where the system does not say.
fn memory(door: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", door.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap_or(0)
}

/// A door whose deliveries are taken at once; prints who wrote.
fn be_the_door() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (deliver, mut deliveries) = mpsc::channel(webhook::QUEUE);
        let options = webhook::Options {
            listen: ([127, 0, 0, 1], 0).into(),
            secrets: Secrets::new(vec![SECRET.into()]).expect("a secret"),
            verify_token: None,
            accept_sha1: false,
            path: None,
        };
        let server = Server::open(options, deliver).expect("a port");
        println!("{}", server.address().expect("an address"));
        let stop = CancellationToken::new();
        let served = tokio::spawn(server.serve(stop.clone()));
        let mut arrived = BTreeSet::<Psid>::new();
        let (end, mut ended) = mpsc::channel::<()>(1);
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_line(&mut String::new());
            drop(end);
        });
        loop {
            tokio::select! {
                Some(delivery) = deliveries.recv() => {
                    for heard in &delivery.heard {
                        arrived.extend(heard.psid.clone());
                    }
                    let _ = delivery.taken.send(true);
                }
                _ = ended.recv() => break,
            }
        }
        stop.cancel();
        let _ = served.await;
        arrived.iter().for_each(|who| println!("{who}"));
    });
}

/// Calls the door while it is attacked: how long each took, the most memory, and
/// how many were answered 200.
async fn attacked(address: SocketAddr, door: &Child) -> (Vec<Duration>, u64, usize) {
    let attack = CancellationToken::new();
    for number in 0..HOSTILE {
        let attack = attack.clone();
        tokio::spawn(async move {
            while !attack.is_cancelled() {
                // Who is turned away comes again.
                let _ = stranger(address, number).await;
                clock::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    clock::sleep(Duration::from_secs(3)).await;
    let (mut took, mut most, mut good) = (Vec::new(), 0, 0);
    for call in 0..CALLS {
        let began = Instant::now();
        good += usize::from(signed(address, call).await);
        took.push(began.elapsed());
        most = most.max(memory(door));
        clock::sleep(PAUSE).await;
    }
    attack.cancel();
    (took, most, good)
}

/// One of Meta's calls, which it repeats until it is taken. Whether the first was.
async fn signed(address: SocketAddr, number: u32) -> bool {
    let body = format!(
        r#"{{"object":"page","entry":[{{"id":"1","time":1,"messaging":[{{"sender":{{"id":"7{number}"}},"recipient":{{"id":"1"}},"timestamp":1795183650000,"message":{{"mid":"m_{number}","text":"hello"}}}}]}}]}}"#
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let hex: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut first = true;
    loop {
        let answer = post(address, &hex, body.as_bytes(), body.len()).await;
        if answer.is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200")) {
            return first;
        }
        first = false;
    }
}

async fn post(
    address: SocketAddr,
    hex: &str,
    body: &[u8],
    length: usize,
) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256={hex}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

async fn stranger(address: SocketAddr, number: usize) -> std::io::Result<()> {
    const LARGE: usize = 8 * 1024 * 1024;
    let forged = "0".repeat(64);
    match number % 5 {
        // Says nothing.
        0 => {
            let mut stream = TcpStream::connect(address).await?;
            stream.read_to_end(&mut Vec::new()).await?;
        }
        // A head, a letter at a time.
        1 => {
            let mut stream = TcpStream::connect(address).await?;
            for letter in b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: yes" {
                stream.write_all(&[*letter]).await?;
                clock::sleep(Duration::from_millis(100)).await;
            }
        }
        // A large body that never ends.
        2 => {
            let almost = vec![b'x'; LARGE - 1];
            post(address, &forged, &almost, LARGE).await?;
        }
        // A large body without the shape of a signature.
        3 => {
            post(address, "00", &vec![b'x'; 64 * 1024], LARGE).await?;
        }
        // A wrong signature, again and again.
        _ => {
            post(address, &forged, b"{}", 2).await?;
        }
    }
    Ok(())
}
