//! `switchboard login`: takes a token, checks it, finds the Page and the bot, and
//! keeps what the desk needs, the token in a file of its own.

use std::{
    io::{self, BufRead, IsTerminal},
    path::Path,
};

use clap::{Args, ValueEnum};
use secrecy::{SecretString, zeroize::Zeroizing};

use super::{
    failure::Failure,
    global::Global,
    output::{prompt, say, warn},
    setup::{self, executor},
};
use crate::{
    clock::Clock,
    config::{self, Config, Replacement, SAMPLE},
    domain::{AppId, PAGE_INBOX_APPS, PageId, Routing},
    graph::{self, AboutApp, AboutPage, Client, PageOfUser},
    runtime,
    text::{self, Clean},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The app to hand back to; by default the only other app on the Page
    #[arg(long, value_name = "APP_ID")]
    bot: Option<String>,
    /// What replies go out as
    #[arg(long, value_name = "HOW")]
    reply_as: Option<ReplyAsChoice>,
    /// Your name in the notes that go back to the bot
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum ReplyAsChoice {
    /// RESPONSE for 24 hours, then HUMAN_AGENT
    Auto,
    /// HUMAN_AGENT for every typed reply
    HumanAgent,
}

const INTRO: &str = "\
The desk needs a Page access token of its own app (not the bot's), from somebody
with the MESSAGING task on the Page. A user token of that app works, too: then
you choose one of its Pages. What you type is not shown.
";

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    let file = setup::config_path(global)?;
    let config = match file.exists() {
        true => Config::load(Some(&file)).map_err(|e| Failure::Usage(e.to_string()))?,
        false => Config::default(),
    };
    let token = token(asks)?;
    let executor = executor()?;
    let clock = Clock::system();
    let client = |token: &SecretString, page: &str| {
        setup::client(global, &config, token.clone(), PageId::new(page), &clock)
    };
    let first = client(&token, "me")?;
    let pages = executor.block_on(first.pages_of_user());
    let (token, page) = match pages {
        Ok(pages) if !pages.is_empty() => {
            let page = choose_page(pages, global, asks)?;
            (page.token, Some(page.id))
        }
        // A Page's own token has no Pages.
        Ok(_) | Err(graph::Error::Graph(_)) => (token, None),
        Err(error) => return Err(refused(&error)),
    };
    let named = page.as_ref().map_or("me", PageId::as_str);
    let graph = client(&token, named)?;
    let about = executor
        .block_on(graph.about_page())
        .map_err(|error| refused(&error))?;
    say(format_args!(
        "Page {} ({})",
        Clean::one_line(&about.name),
        about.id
    ));
    let graph = client(&token, about.id.as_str())?;
    let (ours, bot) = executor.block_on(apps(&graph, arguments, asks))?;
    say_who_holds(&about, ours.as_ref(), bot.as_ref());
    let reply_as = reply_as(arguments, asks)?;
    let agent = agent(arguments, asks)?;
    let token_file = config
        .token_file
        .clone()
        .unwrap_or_else(|| file.with_file_name("token"));
    let mut options = vec![
        ("page", about.id.to_string()),
        ("token_file", token_file.display().to_string()),
    ];
    options.extend(bot.map(|bot| ("bot_app_id", bot.id.to_string())));
    if reply_as == ReplyAsChoice::HumanAgent {
        options.push(("reply_as", "human_agent".into()));
    } else if config.reply_as == crate::domain::ReplyAs::HumanAgent {
        options.push(("reply_as", "auto".into()));
    }
    options.extend(agent.map(|agent| ("agent", agent)));
    keep(&token_file, &token, &file, &options)?;
    say(format_args!(
        "Saved the token in {} and the rest in {}.",
        token_file.display(),
        file.display()
    ));
    say("Next: switchboard doctor (checks everything), then switchboard");
    Ok(())
}

fn say_who_holds(about: &AboutPage, ours: Option<&AboutApp>, bot: Option<&AboutApp>) {
    if let Some(ours) = ours {
        say(format_args!("the desk's app is {}", shown(ours)));
    }
    match bot {
        Some(bot) => say(format_args!("hand-backs go to {}", shown(bot))),
        None => say("hand-backs go to the Page's default app (no other app was found)"),
    }
    if about.routing.messenger == Routing::ZeroConfig {
        say(
            "No default app is set for this Page: everybody may reply, and nobody can take a thread.",
        );
    }
}

fn reply_as(arguments: &Arguments, asks: bool) -> Result<ReplyAsChoice, Failure> {
    let question = "Tag every reply you type as HUMAN_AGENT? (no: only after 24 hours)";
    Ok(match arguments.reply_as {
        Some(reply_as) => reply_as,
        None if asks && yes(question)? => ReplyAsChoice::HumanAgent,
        None => ReplyAsChoice::Auto,
    })
}

fn agent(arguments: &Arguments, asks: bool) -> Result<Option<String>, Failure> {
    Ok(match &arguments.agent {
        Some(agent) => Some(agent.clone()),
        None if asks => {
            let user = std::env::var("USER").unwrap_or_else(|_| "agent".into());
            let typed = ask(&format!("Your name in the notes for the bot [{user}]: "))?;
            Some(if typed.is_empty() { user } else { typed })
        }
        None => None,
    })
}

/// The usual words about a token name places that have nothing to do with it.
fn refused(error: &graph::Error) -> Failure {
    match error {
        graph::Error::Graph(graph) if matches!(graph.code, 190 | 104 | 2500) => {
            let code = graph.code;
            Failure::Refused(format!(
                "Meta does not accept this token (Meta error {code}). Copy the whole token, or make a \
                 new one, and log in again. Nothing saved."
            ))
        }
        error => Failure::of_graph(error),
    }
}

fn shown(app: &AboutApp) -> String {
    match Clean::one_line(&app.name) {
        name if name.is_empty() => app.id.to_string(),
        name => format!("{name} ({})", app.id),
    }
}

/// From a terminal without showing it, else the first line of what comes in.
fn token(asks: bool) -> Result<SecretString, Failure> {
    let text = if asks {
        prompt(format_args!("{INTRO}\ntoken: "));
        let line = runtime::hidden_line();
        warn("");
        line.map_err(Failure::failed)?
    } else {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        io::stdin()
            .lock()
            .read_until(b'\n', &mut bytes)
            .map_err(Failure::failed)?;
        let text = text::decode(&bytes).map(Zeroizing::new);
        text.ok_or_else(|| Failure::Usage("the token is not UTF-8 text".into()))?
    };
    match config::secret_in(&text) {
        Ok("") => Err(Failure::Usage(
            "no token received. Type it, or pipe it in: switchboard login < FILE".into(),
        )),
        Ok(token) => Ok(token.to_owned().into()),
        Err(why) => Err(Failure::Usage(format!(
            "the token {why}; give the token and nothing else"
        ))),
    }
}

fn ask(question: &str) -> Result<String, Failure> {
    prompt(format_args!("{question}"));
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(Failure::failed)?;
    Ok(line.trim().to_owned())
}

fn yes(question: &str) -> Result<bool, Failure> {
    let answer = ask(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// A number from a list that was shown.
fn number(question: &str, count: usize) -> Result<usize, Failure> {
    loop {
        let answer = ask(&format!("{question} [1-{count}]: "))?;
        match answer.parse::<usize>() {
            Ok(n) if (1..=count).contains(&n) => return Ok(n - 1),
            _ if answer.is_empty() => {
                return Err(Failure::Usage("nothing chosen, nothing saved".into()));
            }
            _ => warn(format_args!("Type a number from 1 to {count}.")),
        }
    }
}

fn choose_page(
    mut pages: Vec<PageOfUser>,
    global: &Global,
    asks: bool,
) -> Result<PageOfUser, Failure> {
    if let Some(wanted) = &global.page {
        let at = pages.iter().position(|page| page.id.as_str() == wanted);
        return match at {
            Some(at) => Ok(pages.swap_remove(at)),
            None => Err(Failure::Failed(format!(
                "the token gives no access to Page {wanted}"
            ))),
        };
    }
    if pages.len() == 1 {
        return Ok(pages.swap_remove(0));
    }
    for (number, page) in (1..).zip(&pages) {
        let messages = if page.may_message {
            ""
        } else {
            "  (without the MESSAGING task)"
        };
        warn(format_args!(
            "  {number}  {} ({}){messages}",
            Clean::one_line(&page.name),
            page.id
        ));
    }
    if !asks {
        return Err(Failure::Usage(
            "the token is for several Pages; name one with --page ID".into(),
        ));
    }
    let at = number("Which Page?", pages.len())?;
    Ok(pages.swap_remove(at))
}

/// The desk's own app, and the bot's.
async fn apps(
    graph: &Client,
    arguments: &Arguments,
    asks: bool,
) -> Result<(Option<AboutApp>, Option<AboutApp>), Failure> {
    // Both are comforts: without them the desk works, too.
    let ours = graph.about_app().await.ok();
    let others: Vec<AboutApp> = graph
        .subscribed_apps()
        .await
        .unwrap_or_default()
        .into_iter()
        .filter(|app| ours.as_ref().is_none_or(|ours| ours.id != app.id))
        .filter(|app| !PAGE_INBOX_APPS.contains(&app.id.as_str()))
        .collect();
    if let Some(named) = &arguments.bot {
        let known = others.into_iter().find(|app| app.id.as_str() == named);
        let named = || AboutApp {
            id: AppId::new(named.as_str()),
            name: String::new(),
        };
        return Ok((ours, Some(known.unwrap_or_else(named))));
    }
    let bot = match others.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several if asks => {
            for (number, app) in (1..).zip(several) {
                warn(format_args!("  {number}  {}", shown(app)));
            }
            let at = number("Which one is the bot?", several.len())?;
            several.get(at).cloned()
        }
        _ => None,
    };
    Ok((ours, bot))
}

/// Keeps the token in its file, and sets the options in theirs, where everything
/// else stays as it is; a new file is the commented one. Nothing is half-written:
/// both are on the disk before either takes the old one's place, and only if the
/// options are a good configuration.
fn keep(
    token_file: &Path,
    token: &SecretString,
    file: &Path,
    options: &[(&str, String)],
) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |why: io::Error| Failure::Failed(format!("cannot write {path}: {why}"))
    };
    let text = match text::read(file) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => SAMPLE.to_owned(),
        Err(why) => return Err(failed(file)(why)),
    };
    let text = with(&text, options);
    config::check(&text).map_err(|why| Failure::Failed(format!("nothing saved: {why}")))?;
    let secret = Replacement::secret(token_file, token).map_err(failed(token_file))?;
    let options = Replacement::write(file, text.as_bytes()).map_err(failed(file))?;
    secret.take_place().map_err(failed(token_file))?;
    options.take_place().map_err(failed(file))
}

/// The text with options set: in place of the line that sets or offers each,
/// else before the first table.
fn with(text: &str, options: &[(&str, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_table = |line: &String| line.trim_start().starts_with('[');
    for (name, value) in options {
        let line = format!("{name} = {}", toml_text(value));
        let first_table = lines.iter().position(is_table).unwrap_or(lines.len());
        let sets = |candidate: &String| {
            let bare = candidate.trim_start();
            let bare = bare.strip_prefix("# ").unwrap_or(bare);
            bare.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let active =
            |candidate: &String| sets(candidate) && !candidate.trim_start().starts_with('#');
        let head = &lines[..first_table];
        let at = head
            .iter()
            .position(active)
            .or_else(|| head.iter().position(sets));
        match at {
            Some(at) => lines[at] = line,
            None => lines.insert(first_table, line),
        }
    }
    lines.join("\n") + "\n"
}

/// Text in quotes, as the file wants it.
fn toml_text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_in_their_place_and_the_rest_stays() {
        let options = [("page", "7".to_owned()), ("agent", "Kim \"K\"".into())];
        let text = "# mine\nagent = \"old\"\n\n[keys]\nreply = [\"r\"]\nagent = [\"x\"]\n";
        assert_eq!(
            with(text, &options),
            "# mine\nagent = \"Kim \\\"K\\\"\"\n\npage = \"7\"\n[keys]\nreply = [\"r\"]\nagent = [\"x\"]\n"
        );
        let fresh = with(SAMPLE, &options);
        assert!(fresh.contains("\npage = \"7\"\n") && !fresh.contains("\n# page ="));
        config::check(&fresh).expect("a good configuration");
        assert_eq!(with(&fresh, &options), fresh, "twice is once");
    }
}
