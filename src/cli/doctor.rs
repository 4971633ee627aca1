//! `switchboard doctor`: what the desk needs, one line each: ok, or what to
//! click. It changes nothing.

use std::{io::IsTerminal, time::Duration};

use clap::Args;
use serde_json::json;

use super::{
    failure::Failure,
    global::Global,
    output::{say, say_json},
    setup::{self, executor},
    subscribe::missing,
    terminal::theme,
};
use crate::{
    clock::{self, Clock},
    config::Config,
    domain::{AppId, Platform, Remedy, Routing},
    graph::{self, AppSubscription, Client, INBOX_FIELDS, INSTAGRAM_FIELDS, ListPart},
    webhook,
};

/// The desk warns of a clock that is further off than this.
const SKEW_MS: i64 = 60_000;
/// For a call to our own door.
const DOOR_WAIT: Duration = Duration::from_secs(8);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Also test whether the desk may take control, by taking a thread that it
    /// already holds: Meta refuses either way, but says why
    #[arg(long)]
    try_take: bool,
}

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CheckState {
    Ok,
    /// It works, and could be better.
    Note,
    Bad,
}

/// The lines, and whether any of them is bad.
struct DoctorReport {
    json: bool,
    bad: usize,
}

impl DoctorReport {
    fn line(&mut self, state: CheckState, what: &str, words: impl std::fmt::Display) {
        self.bad += usize::from(state == CheckState::Bad);
        let word = match state {
            CheckState::Ok => "ok",
            CheckState::Note => "note",
            CheckState::Bad => "BAD",
        };
        let words = crate::text::Clean::one_line(&Remedy::without_keys(&words.to_string()));
        if self.json {
            say_json(&json!({"check": what, "state": word.to_lowercase(), "words": &*words}));
        } else {
            say(format_args!("{word:<5} {what:<14} {}", &*words));
        }
    }

    fn good(&mut self, good: bool, what: &str, yes: impl std::fmt::Display, no: &str) {
        if good {
            self.line(CheckState::Ok, what, yes);
        } else {
            self.line(CheckState::Bad, what, no);
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let mut report = DoctorReport {
        json: global.json,
        bad: 0,
    };
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    report.line(CheckState::Ok, "config", "no mistakes");
    terminal(&mut report, &config);
    folder(&mut report, global, &config);
    proxy(&mut report);
    log_file(&mut report);
    let executor = executor()?;
    let clock = Clock::system();
    if let Some(note) = setup::version_note(global, &config, clock.now()) {
        report.line(CheckState::Note, "api version", note);
    }
    match setup::connect(global, &config, &clock) {
        Ok((graph, _)) => executor.block_on(meta(&mut report, arguments, &graph, &config)),
        Err(Failure::Failed(why) | Failure::Usage(why) | Failure::Refused(why)) => {
            report.line(CheckState::Bad, "token", why);
        }
    }
    match report.bad {
        0 => Ok(()),
        1 => Err(Failure::Failed(
            "1 problem found; see the line marked BAD".into(),
        )),
        n => Err(Failure::Failed(format!(
            "{n} problems found; see the lines marked BAD"
        ))),
    }
}

fn terminal(report: &mut DoctorReport, config: &Config) {
    let term = std::env::var("TERM").unwrap_or_default();
    let tty = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let what = "terminal";
    if term.is_empty() || term == "dumb" {
        report.line(
            CheckState::Bad,
            what,
            "this TERM cannot position text; try TERM=xterm-256color",
        );
        return;
    }
    if !tty {
        report.line(
            CheckState::Note,
            what,
            format!("{term}; stdin or stdout is not a terminal now, and the desk needs both"),
        );
        return;
    }
    let theme = theme(config);
    let mut can = vec![if theme.is_ascii() {
        "ASCII only"
    } else {
        "Unicode"
    }];
    can.push(if theme.has_colour() {
        "colour"
    } else {
        "no colour"
    });
    if std::env::var_os("TMUX").is_some() {
        can.push(
            "inside tmux (set focus-events on, or \"seen\" goes out while you are looking elsewhere)",
        );
    }
    let size = crossterm::terminal::size().unwrap_or((0, 0));
    let small = size.0 < 40 || size.1 < 10;
    let words = format!("{term}, {}x{}, {}", size.0, size.1, can.join(", "));
    report.line(
        if small {
            CheckState::Bad
        } else {
            CheckState::Ok
        },
        what,
        words,
    );
}

/// What a proxy changes, if one is in use.
fn proxy(report: &mut DoctorReport) {
    if let Some(host) = graph::proxy() {
        let words = format!(
            "calls go through {host}, which looks up addresses itself: the desk cannot check where an attachment's host leads"
        );
        report.line(CheckState::Note, "proxy", words);
    }
}

fn folder(report: &mut DoctorReport, global: &Global, config: &Config) {
    match setup::folder(global, config) {
        Ok(folder) => report.line(CheckState::Ok, "cache", folder.display()),
        Err(Failure::Failed(why) | Failure::Usage(why) | Failure::Refused(why)) => {
            report.line(CheckState::Bad, "cache", why);
        }
    }
}

fn log_file(report: &mut DoctorReport) {
    let Some(path) = crate::config::log_file() else {
        return report.line(
            CheckState::Note,
            "log",
            "no home folder to keep it in; what libraries write to stderr is lost",
        );
    };
    let words = match std::fs::metadata(&path) {
        Ok(found) if found.len() > 0 => format!(
            "{} ({} bytes): what libraries wrote while the desk had the terminal",
            path.display(),
            found.len()
        ),
        _ => format!("{}, nothing in it", path.display()),
    };
    report.line(CheckState::Ok, "log", words);
}

async fn meta(report: &mut DoctorReport, arguments: &Arguments, graph: &Client, config: &Config) {
    let page = match graph.about_page().await {
        Ok(page) => page,
        Err(error) => return report.line(CheckState::Bad, "token", error),
    };
    token(report, graph).await;
    skew(report, graph);
    report.good(
        page.id == *graph.page(),
        "page",
        format!("{} ({})", page.name, page.id),
        "the token is for a different Page from the one you named; make a token for that Page, or name the token's Page with --page",
    );
    for (name, routing) in [
        ("messenger", page.routing.messenger),
        ("instagram", page.routing.instagram),
    ] {
        routing_line(report, name, routing);
    }
    let app = match graph.about_app().await {
        Ok(app) => app.id,
        Err(error) => return report.line(CheckState::Bad, "app", error),
    };
    apps(report, graph, config, &app).await;
    if arguments.try_take {
        can_take(report, graph).await;
    } else {
        report.line(
            CheckState::Note,
            "can take",
            "Meta does not say; --try-take tests it with a take that changes nothing",
        );
    }
    lists(report, graph).await;
    fields(report, graph, config, &app).await;
}

async fn token(report: &mut DoctorReport, graph: &Client) {
    let info = match graph.token_info().await {
        Ok(info) => info,
        Err(error) => {
            return report.line(
                CheckState::Note,
                "token",
                format!("it works, but its details cannot be read: {error}"),
            );
        }
    };
    report.good(
        info.valid && info.kind == "PAGE",
        "token",
        format!(
            "a Page token of {} ({})",
            info.app_name,
            info.app.as_ref().map_or("?", AppId::as_str)
        ),
        "this is not a Page token; call GET /me/accounts with it, and use your Page's access_token",
    );
    let day =
        |at: crate::domain::Timestamp| at.local(&clock::zone()).strftime("%-d %b %Y").to_string();
    match info.expires_at {
        None => report.line(CheckState::Ok, "expiry", "never"),
        Some(at) => report.line(
            CheckState::Note,
            "expiry",
            format!(
                "{}; a Page token made from a long-lived user token does not expire",
                day(at)
            ),
        ),
    }
    if let Some(at) = info.data_until {
        report.line(
            CheckState::Ok,
            "data access",
            format!(
                "until {}, then somebody has to log in to the app again",
                day(at)
            ),
        );
    }
    let needed = [
        "pages_messaging",
        "pages_manage_metadata",
        "pages_read_engagement",
    ];
    let lacks = missing(&info.scopes, &needed);
    let words = format!(
        "missing: {}; add them in the App Dashboard (App Review), and make a new token",
        lacks.join(", ")
    );
    report.good(lacks.is_empty(), "permissions", needed.join(", "), &words);
    if !info
        .scopes
        .iter()
        .any(|scope| scope == "instagram_manage_messages")
    {
        report.line(
            CheckState::Note,
            "permissions",
            "no instagram_manage_messages: the desk shows Messenger only",
        );
    }
}

fn skew(report: &mut DoctorReport, graph: &Client) {
    let Some(skew) = graph.health().skew else {
        return report.line(
            CheckState::Note,
            "clock",
            "Meta did not say what time it is",
        );
    };
    if graph.is_loopback() {
        let words = format!(
            "{} s off the simulator's, which is how far it was wound",
            skew / 1000
        );
        return report.line(CheckState::Note, "clock", words);
    }
    let words = "this computer's clock is more than a minute off Meta's, so windows may be wrong; set it with NTP";
    report.good(
        skew.abs() <= SKEW_MS,
        "clock",
        format!("{} s off Meta's", skew / 1000),
        words,
    );
}

fn routing_line(report: &mut DoctorReport, name: &str, routing: Routing) {
    let (state, words) = match routing {
        Routing::Enabled => (
            CheckState::Ok,
            "a default app is set: only the app that holds a thread may send",
        ),
        Routing::ZeroConfig => (
            CheckState::Note,
            "no default app is set: everyone may send, and take is refused. Page settings, Advanced messaging: make the bot the default app",
        ),
        Routing::Unknown => (
            CheckState::Note,
            "Meta does not say whether a default app is set",
        ),
    };
    report.line(state, "routing", format!("{name}: {words}"));
}

/// Who else is there, and to whom a thread goes back.
async fn apps(report: &mut DoctorReport, graph: &Client, config: &Config, ours: &AppId) {
    let found = graph.subscribed_apps().await.unwrap_or_default();
    let others: Vec<String> = found
        .iter()
        .filter(|app| app.id != *ours)
        .map(|app| format!("{} ({})", app.name, app.id))
        .collect();
    report.line(
        CheckState::Ok,
        "apps",
        format!("ours is {ours}; others on the Page: {}", others.join(", ")),
    );
    if config.bot_app_id.as_deref() == Some(ours.as_str()) {
        let words = "bot_app_id is the desk's own app, and threads are held by apps: give the desk an app of its own";
        report.line(CheckState::Bad, "bot", words);
    }
}

async fn can_take(report: &mut DoctorReport, graph: &Client) {
    let part = ListPart {
        platform: Platform::Messenger,
        rows: 25,
        after: None,
        bare: false,
    };
    let own = graph
        .conversations(&part, None)
        .await
        .ok()
        .and_then(|page| {
            page.events.into_iter().find_map(|event| match event {
                crate::domain::Event::Conversation(seen) if seen.is_owner == Some(true) => {
                    Some(seen.psid)
                }
                _ => None,
            })
        });
    let Some(psid) = own else {
        return report.line(
            CheckState::Note,
            "can take",
            "the desk holds none of the newest threads, so this cannot be tested",
        );
    };
    let words = "Page settings, Advanced messaging: allow \"Take control of conversations\" for the desk's app";
    match graph.control(&psid, &graph::Control::Take).await {
        Err(graph::Error::Graph(error)) if error.code == 10 => {
            report.line(CheckState::Bad, "can take", words)
        }
        Err(graph::Error::Graph(error)) if error.code == 100 => {
            report.line(CheckState::Ok, "can take", "yes")
        }
        Ok(()) => report.line(CheckState::Ok, "can take", "yes"),
        Err(error) => report.line(CheckState::Note, "can take", error),
    }
}

async fn lists(report: &mut DoctorReport, graph: &Client) {
    let list = |platform| ListPart {
        platform,
        rows: 1,
        after: None,
        bare: true,
    };
    match graph.conversations(&list(Platform::Messenger), None).await {
        Ok(_) => report.line(CheckState::Ok, "messenger", "its conversations can be read"),
        Err(error) => report.line(CheckState::Bad, "messenger", error),
    }
    match graph.instagram_account().await {
        Ok(None) => report.line(
            CheckState::Note,
            "instagram",
            "no account is linked to the Page",
        ),
        Err(error) => report.line(CheckState::Note, "instagram", error),
        Ok(Some(account)) => match graph
            .conversations(&list(Platform::Instagram), Some(&account))
            .await
        {
            Ok(_) => report.line(CheckState::Ok, "instagram", "its conversations can be read"),
            Err(error) => report.line(CheckState::Bad, "instagram", error),
        },
    }
}

/// Both layers of fields, and the door.
async fn fields(report: &mut DoctorReport, graph: &Client, config: &Config, app: &AppId) {
    let wants_webhooks = config.webhook.listen.is_some();
    let worse = if wants_webhooks {
        CheckState::Bad
    } else {
        CheckState::Note
    };
    let what = "page fields";
    match graph.page_fields(app).await {
        Ok(have) => match missing(&have, &INBOX_FIELDS) {
            lacks if lacks.is_empty() => {
                report.line(CheckState::Ok, what, "all that an inbox needs")
            }
            lacks => report.line(
                worse,
                what,
                format!("missing: {}; switchboard subscribe --add", lacks.join(", ")),
            ),
        },
        Err(error) => report.line(worse, what, error),
    }
    let secret = match config.app_secret() {
        Ok(Some(secret)) => secret,
        Ok(None) => {
            report.line(
                worse,
                "app fields",
                "checking these needs the app's secret: set SWITCHBOARD_APP_SECRET",
            );
            return door(report, config, None).await;
        }
        Err(flawed) => {
            report.line(CheckState::Bad, "app fields", flawed);
            return door(report, config, None).await;
        }
    };
    let found = match graph.as_app(app, secret.current()) {
        Ok(as_app) => as_app.app_subscriptions(app).await,
        Err(error) => return report.line(worse, "app fields", error),
    };
    match found {
        Ok(found) => {
            app_fields(report, worse, &found);
            let callback = found
                .iter()
                .find(|one| one.object == "page")
                .map(|one| one.callback.clone());
            door(report, config, callback.filter(|url| !url.is_empty())).await;
        }
        Err(error) => report.line(worse, "app fields", error),
    }
}

fn app_fields(report: &mut DoctorReport, worse: CheckState, found: &[AppSubscription]) {
    let what = "app fields";
    for (object, wanted) in [
        ("page", &INBOX_FIELDS[..]),
        ("instagram", &INSTAGRAM_FIELDS[..]),
    ] {
        let state = if object == "page" {
            worse
        } else {
            CheckState::Note
        };
        let Some(one) = found.iter().find(|one| one.object == object) else {
            report.line(
                state,
                what,
                format!(
                    "{object}: no callback; switchboard subscribe --callback https://YOUR-TUNNEL/"
                ),
            );
            continue;
        };
        let lacks = missing(&one.fields, wanted);
        if !one.active {
            report.line(
                state,
                what,
                format!(
                    "{object}: Meta has given up on {}; switchboard subscribe --callback renews it",
                    one.callback
                ),
            );
        } else if lacks.is_empty() {
            report.line(
                CheckState::Ok,
                what,
                format!("{object}: all that an inbox needs"),
            );
        } else {
            report.line(
                state,
                what,
                format!(
                    "{object}: missing {}; switchboard subscribe --add",
                    lacks.join(", ")
                ),
            );
        }
    }
}

/// Whether Meta's calls arrive: through the callback if there is one, else at
/// the door itself. Where no desk runs, the door is opened for the question.
async fn door(report: &mut DoctorReport, config: &Config, callback: Option<String>) {
    let what = "door";
    let options = match config.webhook() {
        Ok(Some(options)) => options,
        Ok(None) => {
            return report.line(
                CheckState::Note,
                what,
                "webhooks are off, so the desk polls. [webhook] listen turns them on",
            );
        }
        Err(error) => return report.line(CheckState::Bad, what, error),
    };
    let listen = options.listen;
    let Some(token) = options.verify_token.clone() else {
        return report.line(
            CheckState::Bad,
            what,
            "this check needs the verify token: set SWITCHBOARD_VERIFY_TOKEN, for this command and \
             for the desk",
        );
    };
    let (deliver, _deliveries) = tokio::sync::mpsc::channel(1);
    let stop = tokio_util::sync::CancellationToken::new();
    let opened = webhook::Server::open(options, deliver);
    let running = opened.is_err();
    let url = callback.unwrap_or_else(|| format!("http://{listen}/"));
    let ask = async {
        let answered = clock::within(DOOR_WAIT, webhook::probe(&url, &token)).await;
        stop.cancel();
        answered.unwrap_or(Err("no answer in time".into()))
    };
    let serve = async {
        if let Ok(door) = opened {
            let _ = door.serve(stop.clone()).await;
        }
    };
    let (answer, ()) = tokio::join!(ask, serve);
    let who = if running {
        "the running desk"
    } else {
        "this program"
    };
    match answer {
        Ok(()) => report.line(
            CheckState::Ok,
            what,
            format!("{url} reaches {who} from here, and the handshake works"),
        ),
        Err(why) => report.line(
            CheckState::Bad,
            what,
            format!(
                "{url} does not reach {who}: {why}. Is the tunnel up, and does it lead to {listen}?"
            ),
        ),
    }
}
