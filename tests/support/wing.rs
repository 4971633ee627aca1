//! A desk's outside wing without a terminal: engine, store and simulator over
//! real HTTP, and Meta's hand at the door.

use std::{net::SocketAddr, path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::http::*;
use switchboard::{
    clock::{Clock, within},
    domain::{
        AppId, Apps, Attachment, Change, Command, Content, ConversationId, HandBack, HandBackNote,
        Known, Link, LocalId, NewReply, Operation, OperationKind, Outcome, PageId, Psid, ReplyPart,
        SendAs, ThreadRange, ThreadSlice,
    },
    graph::Secrets,
    sim::{Options, Simulator},
    store::{self, Reader, Writer},
    sync::{self, Engine},
    webhook::{self, Server},
};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// Opens (or makes) a cache of which nobody else has hold.
pub fn cache(folder: &Path) -> (Writer, Reader) {
    store::open(folder, &PageId::new(PAGE))
        .and_then(|opened| opened.alone(folder))
        .expect("a cache")
}

/// A desk's outside wing at work.
pub struct Wing {
    pub simulator: Simulator,
    pub commands: mpsc::Sender<Command>,
    pub changes: broadcast::Receiver<Change>,
    pub reader: Reader,
    pub stop: CancellationToken,
    pub task: tokio::task::JoinHandle<Result<(), store::Error>>,
    pub folder: TempDir,
    pub address: SocketAddr,
    /// Where Meta calls.
    pub door: SocketAddr,
    /// The secret that its calls are signed with.
    pub secret: String,
}

impl Wing {
    pub async fn start(scenario: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, simulator) = simulator_in(&folder, scenario).await;
        Self::attach(folder, address, simulator)
    }

    pub fn attach(folder: TempDir, address: SocketAddr, simulator: Simulator) -> Self {
        Self::attach_with(folder, address, simulator, sync::Options::default())
    }

    pub fn attach_with(
        folder: TempDir,
        address: SocketAddr,
        simulator: Simulator,
        options: sync::Options,
    ) -> Self {
        Self::attach_by(quick(), folder, address, simulator, options)
    }

    /// The same, by another clock than the computer's.
    pub fn attach_by(
        clock: Clock,
        folder: TempDir,
        address: SocketAddr,
        simulator: Simulator,
        options: sync::Options,
    ) -> Self {
        Self::attach_both(clock, quick(), folder, address, simulator, options)
    }

    /// The engine by one clock, and its client by another.
    pub fn attach_both(
        clock: Clock,
        of_client: Clock,
        folder: TempDir,
        address: SocketAddr,
        simulator: Simulator,
        options: sync::Options,
    ) -> Self {
        let (_, right) = simulator.app("switchboard").expect("the desk's app");
        // Where a new token may be found, the old one is dead.
        let token = match options.token {
            Some(_) => TOKEN.to_owned(),
            None => right,
        };
        let (secret, verify_token) = simulator.secrets("switchboard").expect("the desk's app");
        let (deliver, deliveries) = mpsc::channel(webhook::QUEUE);
        let door = Server::open(
            webhook::Options {
                listen: ([127, 0, 0, 1], 0).into(),
                secrets: Secrets::new(vec![secret.clone().into()]).expect("a secret"),
                verify_token: Some(verify_token.into()),
                accept_sha1: false,
                path: None,
            },
            deliver,
        )
        .expect("a port");
        let door_address = door.address().expect("an address");
        let (writer, reader) = cache(&folder.path().join("cache"));
        let (sender, changes) = broadcast::channel(4096);
        let (commands, receiver) = mpsc::channel(64);
        let apps = Apps {
            bot: Some(AppId::new("200000000000001")),
            ..Apps::default()
        };
        let engine = Engine::new(
            sync::Options { apps, ..options },
            client_by(of_client, address, &token, |_| {}),
            writer,
            reader.clone(),
            clock,
            receiver,
            sender,
        )
        .with_deliveries(deliveries);
        let stop = CancellationToken::new();
        let task = tokio::spawn(engine.run(stop.clone()));
        tokio::spawn(door.serve(stop.clone()));
        Self {
            simulator,
            commands,
            changes,
            reader,
            stop,
            task,
            folder,
            address,
            door: door_address,
            secret,
        }
    }

    /// The simulator calls the door from now on.
    pub fn connect(&self) {
        let url = format!("http://{}/", self.door);
        self.simulator.connect("switchboard", &url);
    }

    /// Delivers events as Meta does: signed over the bytes. Answers the status;
    /// after 200 the cache has it.
    pub async fn deliver(&self, body: &str) -> u16 {
        let signature = sha256(&self.secret, body.as_bytes());
        self.deliver_signed(body, Some(&signature)).await
    }

    pub async fn deliver_signed(&self, body: &str, signature: Option<&str>) -> u16 {
        let client = http();
        let mut call = client
            .post(format!("http://{}/", self.door))
            .body(body.to_owned());
        if let Some(signature) = signature {
            call = call.header("x-hub-signature-256", signature);
        }
        call.send().await.expect("an answer").status().as_u16()
    }

    /// Orders something of the simulator, such as `clock`.
    pub async fn order(&self, what: &str, body: Value) {
        let url = format!("http://{}/sim/{what}", self.address);
        let answer = http().post(url).json(&body).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }

    /// Nothing goes wrong any more.
    pub async fn heal(&self) {
        let url = format!("http://{}/sim/faults", self.address);
        let answer = http().delete(url).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }

    /// Somebody in the simulator does something now.
    pub async fn deed(&self, deed: Value) {
        self.order("deeds", deed).await;
    }

    /// Delivers some events of the Page on `messaging`.
    pub async fn hear(&self, events: &[Value]) {
        assert_eq!(self.deliver(&body("messaging", events)).await, 200);
    }

    /// Waits for news that fits.
    pub async fn news(&mut self, what: &str, fits: impl Fn(&Change) -> bool) -> Change {
        let wait = async {
            loop {
                match self.changes.recv().await {
                    Ok(change) if fits(&change) => return change,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => {
                        panic!("the engine ended before {what}")
                    }
                }
            }
        };
        within(PATIENCE, wait)
            .await
            .unwrap_or_else(|| panic!("waited for {what}"))
    }

    /// Waits until a reply to them is sent.
    pub async fn sent(&mut self, who: &(ConversationId, Psid)) {
        let sent = |c: &Change| matches!(c, Change::ReplySent { conversation, .. } if *conversation == who.0);
        self.news("a reply to them", sent).await;
    }

    /// Waits until the reply with this id of ours is sent.
    pub async fn sent_as(&mut self, local: &str) {
        let sent = |c: &Change| matches!(c, Change::ReplySent { local: sent, .. } if sent.as_str() == local);
        self.news(local, sent).await;
    }

    /// Waits until nobody knows whether Meta took a reply.
    pub async fn doubted(&mut self) {
        let doubted = |c: &Change| matches!(c, Change::ReplyUnconfirmed { .. });
        self.news("a reply in doubt", doubted).await;
    }

    /// Waits until this was done to a thread.
    pub async fn done(&mut self, what: OperationKind) {
        let done = |c: &Change| matches!(c, Change::Done { operation, .. } if *operation == what);
        self.news(what.words(), done).await;
    }

    /// Waits until the link stands so.
    pub async fn linked(&mut self, link: Link) {
        self.news("the link", |c| *c == Change::Link(link.clone()))
            .await;
    }

    /// Waits until the cache holds what is asked for.
    pub async fn until<T>(&mut self, what: &str, ask: impl Fn(&Reader) -> Option<T>) -> T {
        loop {
            if let Some(found) = ask(&self.reader) {
                return found;
            }
            self.news(what, |change| {
                matches!(change, Change::Inbox | Change::Thread(_) | Change::Page)
            })
            .await;
        }
    }

    pub async fn person(&mut self, name: &str) -> (ConversationId, Psid) {
        let about = self.simulator.about("");
        let people = about["people"].as_array().expect("people").clone();
        let person = people
            .iter()
            .find(|p| p["name"] == name)
            .expect("a person of that name");
        let id = ConversationId::new(person["conversation_id"].as_str().expect("an id"));
        let psid = Psid::new(person["id"].as_str().expect("an id"));
        let wanted = id.clone();
        self.until("the row", move |reader| {
            reader.conversation(&wanted).expect("a cache")
        })
        .await;
        (id, psid)
    }

    /// Opens a thread, once its row is there.
    pub async fn open(&mut self, name: &str) -> (ConversationId, Psid) {
        let who = self.person(name).await;
        self.commands
            .send(Command::Open(who.0.clone()))
            .await
            .expect("taken");
        who
    }

    /// Sends a reply.
    pub async fn send(&self, who: &(ConversationId, Psid), local: &str, text: &str) {
        self.ask(who, send(local, text, None)).await;
    }

    /// Asks for something; a reply knows what the cache knows.
    pub async fn ask(
        &self,
        (conversation, psid): &(ConversationId, Psid),
        mut operation: Operation,
    ) {
        if let Operation::Reply(NewReply { known, .. }) = &mut operation {
            let row = self.reader.conversation(conversation).expect("a cache");
            *known = row.expect("a row").known();
        }
        let command = Command::Operate {
            conversation: conversation.clone(),
            psid: psid.clone(),
            operation,
        };
        self.commands.send(command).await.expect("taken");
    }

    /// Has a file copied that is to go out.
    pub async fn copy(
        &mut self,
        who: &(ConversationId, Psid),
        file: Attachment,
    ) -> Result<Attachment, String> {
        let command = Command::CopyFile {
            conversation: who.0.clone(),
            id: LocalId::new("the_copy"),
            file,
        };
        self.commands.send(command).await.expect("taken");
        let copied = |c: &Change| matches!(c, Change::FileCopied { .. });
        match self.news("the copy", copied).await {
            Change::FileCopied { copy, .. } => copy.map(|copy| *copy),
            other => panic!("{other:?}"),
        }
    }

    pub fn thread(&self, id: &ConversationId) -> ThreadSlice {
        self.reader
            .thread(id, &ThreadRange::Newest, 500)
            .expect("a cache")
            .expect("a thread")
    }

    /// The simulator's log. It may be writing a line at this moment, and what has reached
    /// the file of it ends anywhere: then it is read again.
    fn server_log(&self) -> String {
        let path = self.folder.path().join("server.log");
        loop {
            let log = std::fs::read_to_string(&path).expect("a log");
            if log.is_empty() || log.ends_with('\n') {
                return log;
            }
            std::thread::yield_now();
        }
    }

    pub fn posts(&self) -> Vec<Value> {
        let log = self.server_log();
        let lines = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let ours = |path: &Value| path.as_str().is_some_and(|path| !path.starts_with("/sim/"));
        lines
            .filter(|line| line["method"] == "POST" && ours(&line["path"]))
            .collect()
    }

    /// Waits until Meta has been asked for somebody's conversation.
    pub async fn asked_for(&self, psid: &Psid) {
        let log = self.folder.path().join("server.log");
        let asked = async {
            while !std::fs::read_to_string(&log).is_ok_and(|log| {
                log.lines()
                    .any(|line| line.contains("\"GET\"") && line.contains(psid.as_str()))
            }) {
                tokio::task::yield_now().await;
            }
        };
        within(PATIENCE, asked).await.expect("Trying again");
    }

    /// Every call so far: method and edge (or sender action).
    pub fn calls(&self) -> Vec<String> {
        let log = self.server_log();
        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let edges = words(&lines);
        let methods = lines
            .iter()
            .map(|line| line["method"].as_str().expect("a method"));
        methods
            .zip(edges)
            .map(|(method, edge)| format!("{method} {edge}"))
            .collect()
    }

    /// The program ends and starts again, with the same files.
    pub async fn again(self) -> Self {
        let (address, simulator) = (self.address, self.simulator.clone());
        let folder = self.end().await;
        let mut next = Self::attach(folder, address, simulator);
        let started = |change: &Change| matches!(change, Change::Page | Change::Link(_));
        next.news("a start", started).await;
        next
    }

    pub async fn end(self) -> TempDir {
        self.stop.cancel();
        within(PATIENCE, self.task)
            .await
            .expect("it ends")
            .expect("no panic")
            .expect("no error");
        self.folder
    }
}

/// A simulator whose log is in `folder`.
pub async fn simulator_in(folder: &TempDir, scenario: Option<&str>) -> (SocketAddr, Simulator) {
    let options = Options {
        seed: 1,
        scenario: scenario.map(str::to_owned),
        log: Some(folder.path().join("server.log")),
        ..Options::default()
    };
    simulator(options, quick()).await
}

pub fn send(local: &str, text: &str, hand_back: Option<HandBack>) -> Operation {
    send_parts(&[(local, text)], hand_back)
}

/// A text in several messages.
pub fn send_parts(parts: &[(&str, &str)], hand_back: Option<HandBack>) -> Operation {
    let part = |(local, text): &(&str, &str)| ReplyPart {
        local: LocalId::new(*local),
        content: Content::Text((*text).into()),
        quote: None,
    };
    Operation::Reply(NewReply {
        parts: parts.iter().map(part).collect(),
        send_as: SendAs::Response,
        silent: false,
        hand_back,
        known: Known::default(),
        delay: switchboard::domain::Span::ZERO,
    })
}

/// A file that goes out alone.
pub fn send_file(local: &str, file: Attachment) -> Operation {
    let mut reply = send(local, "", None);
    if let Operation::Reply(reply) = &mut reply {
        reply.parts[0].content = Content::Files(vec![file]);
    }
    reply
}

pub fn back() -> HandBack {
    let note = HandBackNote {
        outcome: Outcome::Resolved,
        summary: String::new(),
        next: String::new(),
        idle: false,
        agent: "kim".into(),
        answered_through: None,
    };
    HandBack {
        to: Some(AppId::new("200000000000001")),
        note,
    }
}

/// What each POST was: its action, or the last part of its path.
pub fn words(posts: &[Value]) -> Vec<String> {
    posts
        .iter()
        .map(|post| match post["body"]["sender_action"].as_str() {
            Some(action) => action.to_owned(),
            None => post["path"]
                .as_str()
                .expect("a path")
                .rsplit('/')
                .next()
                .expect("an edge")
                .to_owned(),
        })
        .collect()
}

/// A client for what no desk does.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}

pub fn sha256(secret: &str, bytes: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let hex = ring::hmac::sign(&key, bytes)
        .as_ref()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect::<String>();
    format!("sha256={hex}")
}

/// One delivery of the Page with an entry an event.
pub fn body(list: &str, events: &[Value]) -> String {
    let entries: Vec<Value> = events
        .iter()
        .map(|event| json!({"id": PAGE, "time": 1_795_250_001_500_i64, list: [event]}))
        .collect();
    json!({"object": "page", "entry": entries}).to_string()
}
