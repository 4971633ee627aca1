//! The options, gathered from one file, the environment and the command line,
//! and handed to each module as its own part. No module sees the whole.
//!
//! | file | |
//! |---|---|
//! | `mod` | the options, and what each of them may be |
//! | `choices` | what an option may be, where only the file knows it |
//! | `looks` | the theme and `[layout]` |
//! | `reader` | one value, or what is wrong with it and in which line |
//! | `secrets` | token and app secret, from a file or a command |
//! | `paths` | where files lie |
//! | `views`, `persona` | the agent's own views, who the customer sees writing |

mod choices;
mod looks;
mod paths;
mod persona;
mod reader;
mod secrets;
mod views;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use looks::{shape, theme};
use reader::Mistakes;
use secrecy::SecretString;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub use choices::PictureChoice;
pub use paths::{config_file, config_folder, data_folder, downloads_folder, log_file};
pub use secrets::{Replacement, SecretError, secret_in};
use secrets::{SecretRule, secrets};

use crate::{
    app::{
        input::keymap::Keymap,
        settings::{Alerts, CopyBy, Notify, Shape},
    },
    domain::{AppId, Apps, Persona, ReplyAs, SavedView, Span},
    graph::Secrets,
    private, text,
    ui::Theme,
    webhook,
};

/// The default base URL.
pub const BASE_URL: &str = "https://graph.facebook.com";
/// The default version: the newest at the time of writing (Graph changelog).
pub const API_VERSION: &str = crate::graph::NEWEST_VERSION;
/// The commented default file.
pub const SAMPLE: &str = include_str!("../../assets/config.toml");

/// What the file said; `None` where it said nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The Page.
    pub page: Option<String>,
    /// Where the token is.
    pub token_file: Option<PathBuf>,
    /// The Graph API's address.
    pub base_url: Option<String>,
    /// Its version.
    pub api_version: Option<String>,
    /// The app to hand back to.
    pub bot_app_id: Option<String>,
    /// What replies go out as.
    pub reply_as: ReplyAs,
    /// The agent's name in notes.
    pub agent: Option<String>,
    /// Send nothing at all.
    pub read_only: bool,
    /// Only ASCII on the screen.
    pub ascii: Option<bool>,
    /// Only the first of an emoji sequence.
    pub simple_emoji: Option<bool>,
    /// Where the cache is.
    pub cache: Option<PathBuf>,
    /// How many days messages are kept; `None` for ever.
    pub keep_days: Option<u32>,
    /// Names of apps by id.
    pub apps: BTreeMap<AppId, String>,
    /// Which keys mean what.
    pub keymap: Keymap,
    /// How the screen looks; `None` for the default.
    pub theme: Option<Theme>,
    /// How the screen is divided.
    pub shape: Shape,
    /// What rings, and when.
    pub alerts: Alerts,
    /// By which sequence the terminal tells of news: `None` finds out.
    pub notify: Option<Notify>,
    /// Where canned replies are.
    pub canned: Option<PathBuf>,
    /// Where templates are.
    pub templates: Option<PathBuf>,
    /// Keys in the composer are vi's.
    pub vim: bool,
    /// So long a reply can be taken back before it goes.
    pub undo_send: Span,
    /// So long a thread that is answered stays with us; `None` for ever.
    pub idle_lease: Option<Span>,
    /// How text gets into the clipboard.
    pub copy: CopyBy,
    /// Views beside the five.
    pub views: Vec<SavedView>,
    /// Who the customer sees writing.
    pub persona: Option<Persona>,
    /// How pictures are drawn.
    pub pictures: PictureChoice,
    /// The terminal's mouse is not ours.
    pub no_mouse: bool,
    /// Nothing moves by itself that need not.
    pub reduced_motion: bool,
    /// Words of the bot's by which it asks for a person.
    pub asking_phrases: Vec<String>,
    /// Labels by which a conversation needs a person.
    pub asking_labels: Vec<String>,
    /// Where the app's secret is.
    pub app_secret_file: Option<PathBuf>,
    /// Meta's calls.
    pub webhook: Webhook,
}

/// `[webhook]` of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Webhook {
    /// Where to listen; nothing by default.
    pub listen: Option<SocketAddr>,
    /// Where the token of the handshake is.
    pub verify_token_file: Option<PathBuf>,
    /// The older signature counts where the newer one is missing.
    pub accept_sha1: bool,
    /// Where Meta calls; every path by default.
    pub path: Option<String>,
}

/// Why there is no door although one is wanted.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Without the app's secret nobody could tell Meta's calls from anybody's.
    #[error(
        "[webhook] listen is set, but there is no app secret to check Meta's signatures with; set SWITCHBOARD_APP_SECRET or app_secret_file"
    )]
    NoSecret,
}

/// What is wrong with the file, all of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the config {path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// It has mistakes.
    #[error("{}", listed(.path, .mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// Line (from 1) and words, in the order of the lines.
        mistakes: Vec<(usize, String)>,
    },
}

fn listed(path: &Path, mistakes: &[(usize, String)]) -> String {
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        n => format!("{n} mistakes"),
    };
    let lines: Vec<String> = mistakes
        .iter()
        .map(|(line, words)| format!("  line {line}: {words}"))
        .collect();
    format!(
        "the config {} has {count}:\n{}",
        path.display(),
        lines.join("\n")
    )
}

impl Config {
    /// Reads a file; a missing default file is no mistake, a missing named one
    /// is.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => match config_file() {
                Some(path) if path.exists() => path,
                _ => return Ok(Self::default()),
            },
        };
        // Who may change it may lead the token elsewhere.
        let read = private::close_to_writers(&path).and_then(|()| text::read(&path));
        let text = read.map_err(|e| ConfigError::Unreadable {
            path: path.clone(),
            why: e.to_string(),
        })?;
        Self::parse(&text).map_err(|mistakes| ConfigError::Mistakes { path, mistakes })
    }

    /// The token: from the environment, else from the file that the config
    /// names.
    pub fn token(&self) -> Result<Option<SecretString>, SecretError> {
        let file = self.token_file.as_deref();
        let found = secrets("SWITCHBOARD_PAGE_TOKEN", file, SecretRule::PAGE_TOKEN)?;
        Ok(found.into_iter().next())
    }

    /// The secret of our app, or the two while it is being changed: from the
    /// environment, else from its file.
    pub fn app_secret(&self) -> Result<Option<Secrets>, SecretError> {
        let file = self.app_secret_file.as_deref();
        let found = secrets("SWITCHBOARD_APP_SECRET", file, SecretRule::APP_SECRET)?;
        Ok(Secrets::new(found))
    }

    /// The token of the handshake: from the environment, else from its file.
    pub fn verify_token(&self) -> Result<Option<SecretString>, SecretError> {
        let file = self.webhook.verify_token_file.as_deref();
        let found = secrets("SWITCHBOARD_VERIFY_TOKEN", file, SecretRule::VERIFY_TOKEN)?;
        Ok(found.into_iter().next())
    }

    /// What the door is told, if Meta's calls are to come in.
    pub fn webhook(&self) -> Result<Option<webhook::Options>, WebhookError> {
        let Some(listen) = self.webhook.listen else {
            return Ok(None);
        };
        Ok(Some(webhook::Options {
            listen,
            secrets: self.app_secret()?.ok_or(WebhookError::NoSecret)?,
            verify_token: self.verify_token()?,
            accept_sha1: self.webhook.accept_sha1,
            path: self.webhook.path.clone().map(Into::into),
        }))
    }

    /// The apps by configuration.
    pub fn known_apps(&self) -> Apps {
        Apps {
            ours: None,
            bot: self.bot_app_id.as_deref().map(AppId::new),
            names: self.apps.clone(),
        }
    }

    fn parse(text: &str) -> Result<Self, Vec<(usize, String)>> {
        let (table, broken) = DeTable::parse_recoverable(text);
        let mut mistakes = Mistakes {
            text,
            list: Vec::new(),
        };
        for error in broken {
            mistakes.at(
                error.span().map_or(0, |span| span.start),
                error.message().to_owned(),
            );
        }
        let mut config = Self::default();
        let mut later = Later::default();
        for (key, value) in table.into_inner() {
            config.set(&key, value, &mut later, &mut mistakes);
        }
        let Later { keys, colours } = later;
        for (at, role, words) in colours {
            let theme = config.theme.get_or_insert_with(Theme::default);
            if let Err(why) = theme.set(&role, &words) {
                mistakes.at(at, why);
            }
        }
        let changes: Vec<_> = keys
            .iter()
            .map(|(_, change): &(usize, _)| -> &(String, Vec<String>) { change })
            .cloned()
            .collect();
        match Keymap::with(&changes) {
            Ok(keymap) => config.keymap = keymap,
            Err(wrong) => {
                for words in wrong {
                    // The mistake stands where the first action it names stands.
                    let place = keys
                        .iter()
                        .find(|(_, (name, _))| words.contains(name.as_str()));
                    mistakes.at(place.map_or(0, |(at, _)| *at), words);
                }
            }
        }
        mistakes.list.sort();
        if mistakes.list.is_empty() {
            Ok(config)
        } else {
            Err(mistakes.list)
        }
    }

    fn set(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: Spanned<DeValue<'_>>,
        later: &mut Later,
        mistakes: &mut Mistakes<'_>,
    ) {
        let at = value.span().start;
        match key.get_ref().as_ref() {
            "page" => self.page = mistakes.text_of(&value),
            "token_file" => {
                self.token_file = mistakes.text_of(&value).map(|path| paths::expand(&path))
            }
            "base_url" => self.base_url = mistakes.text_of(&value),
            "api_version" => {
                self.api_version = mistakes.text_of(&value);
                if self
                    .api_version
                    .as_deref()
                    .is_some_and(|version| !is_version(version))
                {
                    mistakes.at(at, "api_version must look like \"v27.0\"".into());
                }
            }
            "bot_app_id" => self.bot_app_id = mistakes.text_of(&value),
            "agent" => self.agent = mistakes.text_of(&value),
            "cache" => self.cache = mistakes.text_of(&value).map(|path| paths::expand(&path)),
            "keep_days" => {
                let days = "a number of days, or 0 to keep everything";
                let days = mistakes.number_of(&value, 0..=u32::MAX, days);
                self.keep_days = days.filter(|days| *days > 0);
            }
            "read_only" => self.read_only = mistakes.flag_of(&value).unwrap_or(false),
            "ascii" => self.ascii = mistakes.flag_of(&value),
            "emoji" => {
                let choices = [
                    ("auto", None),
                    ("full", Some(false)),
                    ("simple", Some(true)),
                ];
                self.simple_emoji = mistakes.choice_of("emoji", &value, &choices).flatten();
            }
            "reply_as" => {
                let choices = [
                    ("auto", ReplyAs::Auto),
                    ("human_agent", ReplyAs::HumanAgent),
                ];
                self.reply_as = mistakes
                    .choice_of("reply_as", &value, &choices)
                    .unwrap_or_default();
            }
            "theme" => self.theme = theme(&value, mistakes),
            "colours" => {
                for (role, style) in mistakes.table_of(value) {
                    let at = role.span().start;
                    if let Some(words) = mistakes.text_of(&style) {
                        let role = role.into_inner().into_owned();
                        later.colours.push((at, role, words));
                    }
                }
            }
            "views" => self.views = views::views(value, mistakes),
            "persona" => self.persona = persona::persona(value, mistakes),
            "layout" => self.shape = shape(value, mistakes),
            "alerts" => self.set_alerts(value, mistakes),
            "needs_me" => self.set_asking(value, mistakes),
            "canned" => self.canned = mistakes.text_of(&value).map(|path| paths::expand(&path)),
            "templates" => {
                self.templates = mistakes.text_of(&value).map(|path| paths::expand(&path));
            }
            "editing" => {
                let choices = [("plain", false), ("vim", true)];
                self.vim = mistakes
                    .choice_of("editing", &value, &choices)
                    .unwrap_or(false);
            }
            "undo_send" => {
                let seconds = mistakes.number_of(&value, 0..=60, "a number of seconds");
                self.undo_send = Span::seconds(i64::from(seconds.unwrap_or(0)));
            }
            "idle_lease" => {
                let minutes = mistakes.number_of(&value, 0..=1_440, "a number of minutes");
                let minutes = minutes.filter(|minutes| *minutes > 0);
                self.idle_lease = minutes.map(|minutes| Span::minutes(i64::from(minutes)));
            }
            "copy" => {
                let choices = [
                    ("auto", CopyBy::Auto),
                    ("osc52", CopyBy::Osc52),
                    ("command", CopyBy::Command),
                ];
                let chosen = mistakes.choice_of("copy", &value, &choices);
                self.copy = chosen.unwrap_or_default();
            }
            "pictures" => {
                let choices = PictureChoice::ALL;
                let chosen = mistakes.choice_of("pictures", &value, &choices);
                self.pictures = chosen.unwrap_or_default();
            }
            "mouse" => self.no_mouse = mistakes.flag_of(&value) == Some(false),
            "reduced_motion" => {
                self.reduced_motion = mistakes.flag_of(&value).unwrap_or(false);
            }
            "apps" => {
                for (id, name) in mistakes.table_of(value) {
                    if let Some(name) = mistakes.text_of(&name) {
                        self.apps.insert(AppId::new(id.into_inner()), name);
                    }
                }
            }
            "app_secret_file" => {
                self.app_secret_file = mistakes.text_of(&value).map(|path| paths::expand(&path));
            }
            "webhook" => self.webhook.set(value, mistakes),
            "keys" => {
                for (action, sequences) in mistakes.table_of(value) {
                    let at = action.span().start;
                    let sequences = mistakes.texts_of(&sequences);
                    later
                        .keys
                        .push((at, (action.into_inner().into_owned(), sequences)));
                }
            }
            "token" => mistakes.at(
                key.span().start,
                "a token does not belong in this file; set SWITCHBOARD_PAGE_TOKEN or token_file"
                    .into(),
            ),
            other => mistakes.at(key.span().start, format!("no option called {other:?}")),
        }
    }
}

/// What is read when the rest is known: keys may clash with each other, and
/// colours change a theme.
#[derive(Default)]
struct Later {
    keys: Vec<(usize, (String, Vec<String>))>,
    colours: Vec<(usize, String, String)>,
}

/// What is wrong with a configuration, in words.
pub fn check(text: &str) -> Result<(), String> {
    Config::parse(text).map(drop).map_err(|mistakes| {
        let lines = mistakes
            .iter()
            .map(|(line, words)| format!("line {line}: {words}"));
        lines.collect::<Vec<_>>().join("; ")
    })
}

impl Config {
    /// The folder of the canned replies.
    pub fn canned_folder(&self) -> Option<PathBuf> {
        let own = || config_folder().map(|folder| folder.join("canned"));
        self.canned.clone().or_else(own)
    }

    /// The folder of the templates.
    pub fn template_folder(&self) -> Option<PathBuf> {
        let own = || config_folder().map(|folder| folder.join("templates"));
        self.templates.clone().or_else(own)
    }
}

impl Config {
    /// `[alerts]`.
    fn set_alerts(&mut self, value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) {
        for (key, value) in mistakes.table_of(value) {
            match key.get_ref().as_ref() {
                "bell" => self.alerts.bell = mistakes.flag_of(&value).unwrap_or(true),
                "title" => self.alerts.title = mistakes.flag_of(&value).unwrap_or(true),
                "repeat" => {
                    let words = "a number of minutes, or 0 to say it once";
                    let minutes = mistakes.number_of(&value, 0..=60, words);
                    let minutes = minutes.filter(|minutes| *minutes > 0);
                    self.alerts.repeat = minutes.map(|n| Span::minutes(i64::from(n)));
                }
                "notify" => {
                    let choices = [
                        ("auto", None),
                        ("off", Some(Notify::Off)),
                        ("osc9", Some(Notify::Osc9)),
                        ("osc777", Some(Notify::Osc777)),
                        ("osc99", Some(Notify::Osc99)),
                    ];
                    self.notify = mistakes.choice_of("notify", &value, &choices).flatten();
                }
                other => {
                    let words = format!("[alerts] has no option called {other:?}");
                    mistakes.at(key.span().start, words);
                }
            }
        }
    }

    /// `[needs_me]`.
    fn set_asking(&mut self, value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) {
        for (key, value) in mistakes.table_of(value) {
            match key.get_ref().as_ref() {
                "phrases" => self.asking_phrases = mistakes.texts_of(&value),
                "labels" => self.asking_labels = mistakes.texts_of(&value),
                other => {
                    let words = format!("[needs_me] has no option called {other:?}");
                    mistakes.at(key.span().start, words);
                }
            }
        }
    }
}

impl Webhook {
    fn set(&mut self, value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) {
        for (key, value) in mistakes.table_of(value) {
            let at = value.span().start;
            match key.get_ref().as_ref() {
                "listen" => {
                    self.listen = mistakes.text_of(&value).and_then(|text| text.parse().ok());
                    if self.listen.is_none() {
                        let words =
                            "listen must be an address and a port, such as \"127.0.0.1:8710\"";
                        mistakes.at(at, words.into());
                    }
                }
                "verify_token_file" => {
                    let path = mistakes.text_of(&value);
                    self.verify_token_file = path.map(|path| paths::expand(&path));
                }
                "path" => {
                    let plain = |path: &String| {
                        path.starts_with('/')
                            && path
                                .chars()
                                .all(|c| c.is_ascii_graphic() && !"?#".contains(c))
                    };
                    self.path = mistakes.text_of(&value).filter(plain);
                    if self.path.is_none() {
                        let words = "path must begin with / and have no space, ? or #, such as \"/hook/3b9f27c1\"";
                        mistakes.at(at, words.into());
                    }
                }
                "accept_sha1" => self.accept_sha1 = mistakes.flag_of(&value).unwrap_or(false),
                other => {
                    let words = format!("[webhook] has no option called {other:?}");
                    mistakes.at(key.span().start, words);
                }
            }
        }
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|v| v.split_once('.'))
        .is_some_and(|(major, minor)| {
            [major, minor]
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ListOrder, View};

    #[test]
    fn the_sample_shows_the_defaults_and_every_line_of_it_is_valid() {
        assert_eq!(Config::parse(SAMPLE), Ok(Config::default()));
        // A line that is an option when its # is taken off.
        let on: Vec<&str> = SAMPLE
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .filter(|line| {
                line.starts_with('[')
                    || line
                        .split_once(" = ")
                        .is_some_and(|(k, _)| !k.contains(' '))
            })
            .collect();
        Config::parse(&on.join("\n")).expect("every option is known");
        // And every option that is read is among them.
        let source = include_str!("mod.rs");
        let arms = source.split_once("fn set(").expect("the options").1;
        let arms = arms.split_once("\n    }\n").expect("its end").0;
        let read: Vec<&str> = arms
            .lines()
            .filter_map(|line| line.strip_prefix("            \"")?.split_once("\" =>"))
            .map(|(name, _)| name)
            .filter(|name| *name != "token")
            .collect();
        assert!(read.len() > 30, "{read:?}");
        for name in read {
            let forms = [
                format!("{name} = "),
                format!("[{name}]"),
                format!("[[{name}]]"),
            ];
            let shown = on
                .iter()
                .any(|line| forms.iter().any(|form| line.starts_with(form)));
            assert!(shown, "{name} is not in assets/config.toml");
        }
    }

    #[test]
    fn all_mistakes_are_named_with_their_lines() {
        let text = "page = 5\n\nreply_as = \"always\"\ncolour = \"red\"\ntoken = \"EAAB\"\n[keys]\nrepyl = [\"r\"]\ntake = [\"b\"]\n";
        let mistakes = Config::parse(text).expect_err("six mistakes");
        let lines: Vec<usize> = mistakes.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 4, 5, 7, 8], "{mistakes:?}");
        assert!(mistakes.iter().all(|(_, words)| !words.contains("EAAB")));
    }

    #[test]
    fn a_saved_view_needs_a_name_of_its_own_and_words_that_are_known() {
        let text = "[[views]]\nname = \"A\"\norder = \"newest\"\n[[views]]\nchannel = \"sms\"\n[[views]]\nname = \"A\"\nsort = 1\n";
        let mistakes = Config::parse(text).expect_err("four mistakes");
        let lines: Vec<usize> = mistakes.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4, 5, 6, 8], "{mistakes:?}");
        let one = Config::parse("[[views]]\nname = \"A\"\norder = \"newest\"\n");
        let views = one.expect("a view").views;
        assert_eq!(views[0].narrow.order, ListOrder::Newest);
        assert_eq!(views[0].view, View::All);
    }

    #[test]
    fn broken_toml_is_a_mistake_with_a_line_too() {
        let mistakes = Config::parse("page = \"1\"\nagent = \n").expect_err("broken");
        assert_eq!(mistakes[0].0, 2, "{mistakes:?}");
    }
}
