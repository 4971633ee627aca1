//! `switchboard subscribe`: what Meta tells the desk's app, on both layers, and
//! how to be told more. What others have set stays set.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use serde_json::json;

use super::{
    failure::Failure,
    global::Global,
    output::{prompt, say, say_json},
    setup::{self, executor},
};
use crate::{
    clock::Clock,
    config::Config,
    domain::AppId,
    graph::{self, AppSubscription, Client, INBOX_FIELDS, INSTAGRAM_FIELDS},
    text::Clean,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Add the fields that an inbox needs, on every layer that can be reached
    #[arg(long)]
    add: bool,
    /// Where Meta calls from now on: the public address of your tunnel. Needs
    /// the app's secret, the verify token, and a running desk
    #[arg(long, value_name = "URL", value_parser = address)]
    callback: Option<String>,
    /// Replace another callback without asking
    #[arg(long)]
    yes: bool,
}

fn address(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("this is not an address such as https://YOUR-TUNNEL/".into()),
    }
}

/// How things stand, and what to call.
struct Layers {
    graph: Client,
    app: AppId,
    /// The Page's fields for our app.
    page: Vec<String>,
    /// What the app has subscribed to; `None` without its secret.
    subscriptions: Option<(Client, Vec<AppSubscription>)>,
}

/// Fields of `wanted` that `have` lacks.
pub(super) fn missing<'a>(have: &[String], wanted: &[&'a str]) -> Vec<&'a str> {
    let lacks = |field: &&&str| !have.iter().any(|own| own == *field);
    wanted.iter().filter(lacks).copied().collect()
}

/// Both lists, each field once: nothing that is set goes.
fn union(have: &[String], wanted: &[&str]) -> Vec<String> {
    let more = missing(have, wanted).into_iter().map(str::to_owned);
    have.iter().cloned().chain(more).collect()
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    let executor = executor()?;
    let clock = Clock::system();
    let (graph, _) = setup::connect(global, &config, &clock)?;
    executor.block_on(async {
        let mut layers = read(graph, &config).await?;
        if arguments.callback.is_some() || arguments.add {
            set(&mut layers, arguments, &config).await?;
            layers = read(layers.graph, &config).await?;
        }
        show(&layers, global.json);
        Ok(())
    })
}

async fn read(graph: Client, config: &Config) -> Result<Layers, Failure> {
    let refused = |error| Failure::of_graph(&error);
    let app = graph.about_app().await.map_err(refused)?.id;
    let page = graph.page_fields(&app).await.map_err(refused)?;
    let secret = config
        .app_secret()
        .map_err(|e| Failure::Usage(e.to_string()))?;
    let subscriptions = match secret {
        Some(secret) => {
            let as_app = graph
                .as_app(&app, secret.current())
                .map_err(Failure::failed)?;
            let found = as_app.app_subscriptions(&app).await;
            let found = found.map_err(|error| as_app_refused(&error))?;
            Some((as_app, found))
        }
        None => None,
    };
    Ok(Layers {
        graph,
        app,
        page,
        subscriptions,
    })
}

/// The app speaks for itself here: what is not accepted is its secret, not the
/// Page token.
fn as_app_refused(error: &graph::Error) -> Failure {
    match error {
        graph::Error::Graph(error) if error.code == 190 => Failure::Refused(
            "Meta does not accept the app's secret. Check SWITCHBOARD_APP_SECRET (or app_secret_file in the config): it is \
             under App settings > Basic in the App Dashboard. (Meta error 190)"
                .into(),
        ),
        error => Failure::of_graph(error),
    }
}

async fn set(layers: &mut Layers, arguments: &Arguments, config: &Config) -> Result<(), Failure> {
    let refused = |error| Failure::of_graph(&error);
    if arguments.add && !missing(&layers.page, &INBOX_FIELDS).is_empty() {
        let fields = union(&layers.page, &INBOX_FIELDS);
        layers
            .graph
            .set_page_fields(&fields)
            .await
            .map_err(refused)?;
    }
    let Some((as_app, have)) = &layers.subscriptions else {
        if arguments.callback.is_some() {
            return Err(Failure::Usage(
                "setting a callback needs the app's secret: set SWITCHBOARD_APP_SECRET or app_secret_file".into(),
            ));
        }
        return Ok(());
    };
    let verify_token = config
        .verify_token()
        .map_err(|e| Failure::Usage(e.to_string()))?
        .ok_or_else(|| {
            Failure::Usage(
                "Meta's handshake needs a verify token of your choice: set SWITCHBOARD_VERIFY_TOKEN, for this command and for the desk".into(),
            )
        });
    for (object, wanted) in [
        ("page", &INBOX_FIELDS[..]),
        ("instagram", &INSTAGRAM_FIELDS[..]),
    ] {
        let known = have.iter().find(|one| one.object == object);
        let fields = known.map_or(&[][..], |one| &one.fields);
        let callback = match (&arguments.callback, known) {
            (Some(url), _) => url.clone(),
            (None, Some(known)) => known.callback.clone(),
            // Without a callback there is nothing to add to.
            (None, None) => continue,
        };
        let same = known.is_some_and(|known| known.callback == callback && known.active);
        if same && missing(fields, wanted).is_empty() {
            continue;
        }
        if let Some(known) =
            known.filter(|known| known.callback != callback && !known.callback.is_empty())
            && !arguments.yes
            && !agreed(object, &known.callback, &callback)?
        {
            continue;
        }
        let subscription = AppSubscription {
            object: object.to_owned(),
            callback,
            active: true,
            fields: union(fields, wanted),
        };
        let verify_token = verify_token.as_ref().map_err(|_| ()).cloned();
        let Ok(token) = verify_token else {
            break;
        };
        as_app
            .set_app_subscription(&layers.app, &subscription, &token)
            .await
            .map_err(|error| as_app_refused(&error))?;
    }
    verify_token.map(drop).or_else(|failure| {
        // Only a callback cannot do without it.
        if arguments.callback.is_some() {
            Err(failure)
        } else {
            Ok(())
        }
    })
}

/// Somebody else's callback is not replaced without a word.
fn agreed(object: &str, old: &str, new: &str) -> Result<bool, Failure> {
    let [object, old, new] = [object, old, new].map(Clean::one_line);
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "the app's {object} events go to {old} now. To send them to {new} instead, add --yes"
        )));
    }
    prompt(format_args!(
        "The app's {object} events go to {old} now. Send them to {new} instead? [y/N] "
    ));
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

fn show(layers: &Layers, as_json: bool) {
    let lacks = missing(&layers.page, &INBOX_FIELDS);
    if as_json {
        let apps = layers.subscriptions.as_ref().map(|(_, found)| {
            let rows = found.iter().map(|one| {
                json!({"object": one.object, "callback_url": one.callback, "active": one.active, "fields": one.fields})
            });
            rows.collect::<Vec<_>>()
        });
        say_json(
            &json!({"app_id": layers.app.as_str(), "page_fields": layers.page, "missing": lacks, "subscriptions": apps}),
        );
        return;
    }
    say(format_args!("The Page sends app {}:", layers.app));
    list(&layers.page, &INBOX_FIELDS);
    match &layers.subscriptions {
        None => say("To see the app's own fields, set SWITCHBOARD_APP_SECRET."),
        Some((_, found)) if found.is_empty() => {
            say("The app has no callback yet: --callback https://YOUR-TUNNEL/ sets one.");
        }
        Some((_, found)) => {
            for one in found {
                let wanted: &[&str] = match one.object.as_str() {
                    "page" => &INBOX_FIELDS,
                    "instagram" => &INSTAGRAM_FIELDS,
                    _ => &[],
                };
                let state = if one.active {
                    ""
                } else {
                    " (Meta has given up on it)"
                };
                say(format_args!(
                    "The app's {} events go to {}{state}:",
                    one.object, one.callback
                ));
                list(&one.fields, wanted);
            }
        }
    }
    if !lacks.is_empty() {
        say("switchboard subscribe --add adds what is missing and removes nothing.");
    }
}

fn list(have: &[String], wanted: &[&str]) {
    for field in have {
        let note = if wanted.contains(&field.as_str()) {
            ""
        } else {
            "   (not used by the desk)"
        };
        say(format_args!("  ok       {field}{note}"));
    }
    for field in missing(have, wanted) {
        say(format_args!("  missing  {field}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_have_set_stays_and_each_field_stands_once() {
        let have = ["feed".to_owned(), "messages".to_owned()];
        let all = union(&have, &["messages", "standby"]);
        assert_eq!(all, ["feed", "messages", "standby"]);
        assert_eq!(missing(&all, &["messages", "standby"]), Vec::<&str>::new());
    }
}
