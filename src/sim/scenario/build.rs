//! A scenario in TOML becomes a world. Mistakes are named with their line.

use serde_json::{Map, Value};
use toml::Spanned;

use crate::{
    clock::{Random, Timestamp},
    sim::{
        follow_ups, generate, messenger_profile,
        options::Options,
        scenario::{
            error::{Mistakes, ScenarioError},
            file::{AppToml, BotToml, LineToml, PageToml, Scenario},
            offset::offset,
            people,
            reader::read,
        },
        utility,
        world::{
            App, Bot, META_APPS, Needs, OtherPage, Page, PersonAction, Plan, Platform, Webhook,
            World,
        },
    },
};

const BUILT_IN: &str = include_str!("../../../assets/demo/lamp.toml");

pub(in crate::sim) fn build(options: &Options, now: Timestamp) -> Result<World, ScenarioError> {
    let text = options.scenario.as_deref().unwrap_or(BUILT_IN);
    let (scenario, mut mistakes) = read(text);
    let mut random = Random::seeded(options.seed ^ 0x005E_ED0F_4A9B_0000);
    check(&mut mistakes, &scenario);
    let mut apps: Vec<App> = scenario
        .apps
        .iter()
        .map(|app| app_from(app, &mut random))
        .collect();
    for (name, webhook) in &options.apps {
        let connected = Webhook::new(Some(webhook.clone()));
        match apps.iter_mut().find(|app| app.name == *name) {
            Some(app) => app.webhook = connected,
            None => {
                let id = (400_000_000_000_000 + random.below(1_000_000_000_000)).to_string();
                apps.push(App::new(name, &id, Some(webhook.clone()), &mut random));
            }
        }
    }
    // Meta's own are there, whether a scenario names them or not.
    for (name, id) in META_APPS {
        if !apps.iter().any(|app| app.id == id || app.name == name) {
            let mut app = App::new(name, id, None, &mut random);
            app.become_actor();
            apps.push(app);
        }
    }
    let page = page_from(&mut mistakes, scenario.page, &apps);
    let mut world = World::new(options.seed, page, apps);
    world.catalog.approved = utility::approved_at_first();
    world.switches = scenario.switches;
    world.other_page = scenario.other_page.map(|page| OtherPage {
        id: page.id,
        name: page.name,
    });
    profile(
        &mut mistakes,
        &mut world,
        Platform::Messenger,
        scenario.messenger_profile,
    );
    profile(
        &mut mistakes,
        &mut world,
        Platform::Instagram,
        scenario.instagram_profile,
    );
    bots(&mut mistakes, &mut world, scenario.bots);
    let now = now.as_millis();
    for person in &scenario.people {
        let draft = people::draft(&mut mistakes, &mut world, person, now);
        people::join(&mut world, draft);
    }
    timeline(&mut mistakes, &mut world, scenario.timeline, now);
    mistakes.end()?;
    generate::make_up(&mut world, options.conversations, now);
    generate::lengthen(&mut world, options.messages);
    // What is written from now on gets other ids than in a run that began at
    // another moment: whoever keeps a cache may see both.
    world.random = Random::seeded(options.seed ^ now.unsigned_abs().rotate_left(20));
    Ok(world)
}

fn page_from(mistakes: &mut Mistakes<'_>, toml: Option<PageToml>, apps: &[App]) -> Page {
    if toml.is_none() && !mistakes.has_page {
        mistakes.add(None, "[page] is missing; it needs an id and a name");
    }
    let toml = toml.unwrap_or_default();
    let mut index = |name: &Option<Spanned<String>>| {
        let name = name.as_ref()?;
        let found = apps.iter().position(|app| app.name == *name.get_ref());
        if found.is_none() {
            mistakes.no_app(name);
        }
        found
    };
    Page {
        default_app: index(&toml.default_app),
        instagram_default_app: index(&toml.instagram_default_app),
        id: toml.id,
        name: toml.name,
        instagram_id: toml.instagram_id,
        instagram_name: toml.instagram_name,
        handover: toml.handover.is_some_and(Spanned::into_inner),
    }
}

/// The Messenger profile at the start, by the limits that hold for everybody.
fn profile(
    mistakes: &mut Mistakes<'_>,
    world: &mut World,
    platform: Platform,
    given: Option<Spanned<Map<String, Value>>>,
) {
    let Some(given) = given else { return };
    let settable = messenger_profile::settable(platform);
    let known = |name: &&String| settable.contains(&name.as_str());
    if let Some(name) = given.get_ref().keys().find(|name| !known(name)) {
        let what = format!(
            "unknown key `{name}`, expected one of {}",
            settable.join(", ")
        );
        mistakes.at(&given, what);
    }
    let span = given.span();
    if let Err(refused) = messenger_profile::set(world, platform, given.into_inner()) {
        mistakes.add(Some(span), refused.message);
    }
}

/// The bots of a scenario; if it has none, those of the built-in world whose apps it
/// has.
fn bots(mistakes: &mut Mistakes<'_>, world: &mut World, own: Vec<BotToml>) {
    let built_in = own.is_empty();
    let bots = match built_in {
        true => read(BUILT_IN).0.bots,
        false => own,
    };
    for bot in bots {
        let targets = bot.rules.iter().filter_map(|rule| rule.passes_to.as_ref());
        for name in targets.chain([&bot.app]) {
            if !built_in && world.app_named(name.get_ref()).is_none() {
                mistakes.no_app(name);
            }
        }
        if let Some(app) = world.app_named(bot.app.get_ref()) {
            world.bots.push(Bot {
                app,
                rules: bot.rules,
            });
        }
    }
}

fn timeline(mistakes: &mut Mistakes<'_>, world: &mut World, lines: Vec<LineToml>, now: i64) {
    for line in lines {
        let after = offset(line.at.get_ref()).filter(|after| *after >= 0);
        if after.is_none() {
            mistakes.no_time(&line.at);
        }
        let called = |name: &Spanned<String>| world.person_called(name.get_ref());
        let person = line.person.as_ref().and_then(called);
        if let (Some(name), None) = (&line.person, person) {
            mistakes.no_person(name);
        }
        if let Some(app) = &line.app
            && world.app_named(app.get_ref()).is_none()
        {
            mistakes.no_app(app);
        }
        let action = PersonAction {
            person: line.person.map(Spanned::into_inner),
            what: line.what,
            text: line.text,
            mid: line.mid,
            app: line.app.map(Spanned::into_inner),
        };
        if let Some(lack) = action.lack() {
            mistakes.at(&line.at, format!("in this line of the timeline, {lack}"));
        }
        let nobody = action.what.needs() == Needs::Nothing;
        if let (Some(after), Some(person)) = (after, person.or(nobody.then_some(0))) {
            let plan = Plan::PersonAction(Box::new(action));
            follow_ups::plan(world, now + after, person, plan);
        }
    }
}

/// What a word alone does not show: names that stand twice, and a mode without
/// what it needs.
fn check(mistakes: &mut Mistakes<'_>, scenario: &Scenario) {
    for (n, app) in scenario.apps.iter().enumerate() {
        for before in &scenario.apps[..n] {
            for (word, same) in [(&app.name, &before.name), (&app.id, &before.id)] {
                if word.get_ref() == same.get_ref() {
                    mistakes.at(
                        word,
                        format!("{:?} is already used by another [[app]]", word.get_ref()),
                    );
                }
            }
        }
    }
    if let Some(page) = &scenario.page
        && let Some(on) = &page.handover
        && *on.get_ref()
        && page.default_app.is_none()
    {
        mistakes.at(
            on,
            "handover needs a default_app: it is the primary receiver",
        );
    }
}

fn app_from(toml: &AppToml, random: &mut Random) -> App {
    let (name, id) = (toml.name.get_ref(), toml.id.get_ref());
    let mut app = App::new(name, id, toml.webhook.clone(), random);
    app.token_state = toml.token_state;
    if let Some(fields) = &toml.fields {
        app.webhook.page_fields.clone_from(fields);
    }
    app.can_take = toml.can_take;
    app.human_agent = toml.human_agent;
    app.advanced = toml.advanced;
    app.require_proof = toml.require_proof;
    app.lacks.clone_from(&toml.lacks);
    if toml.actor {
        app.become_actor();
    }
    app
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_in_any_mix_of_units() {
        for (text, ms) in [
            ("-26h", -26 * 3_600_000),
            ("-3d2h", -74 * 3_600_000),
            ("+20s", 20_000),
            ("40m", 2_400_000),
        ] {
            assert_eq!(offset(text), Some(ms), "{text}");
        }
        for bad in ["-26", "h", "-1x", "", "-", "4000d", "99999999999999999999d"] {
            assert_eq!(offset(bad), None, "{bad}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let wrong = "[page]\nid = \"1\"\nname = \"x\"\ninstagram_id = \"2\"\ninstagram_name = \"x\"\ncolour = 1\n";
        let options = Options {
            scenario: Some(wrong.into()),
            ..Options::default()
        };
        let error = build(&options, Timestamp::from_millis(0)).expect_err("unknown key");
        let error = error.to_string();
        assert!(
            error.contains("line 6") && error.contains("colour"),
            "{error}"
        );
        let page =
            "[page]\nid = \"1\"\nname = \"x\"\ninstagram_id = \"2\"\ninstagram_name = \"x\"\n";
        let person = "[[person]]\nname = \"Ana\"\n";
        let app = "[[app]]\nname = \"bot\"\nid = \"5\"\n";
        for (more, line, word) in [
            ("default_app = \"bto\"\n".to_owned(), 6, "bto"),
            (format!("{person}owner = \"bto\"\n"), 8, "bto"),
            (format!("{person}control = \"soon\"\n"), 8, "soon"),
            (
                format!("{person}say = [{{ at = \"-1h\", by = \"bto\" }}]\n"),
                8,
                "bto",
            ),
            (
                format!("{person}say = [{{ at = \"noon\", by = \"customer\" }}]\n"),
                8,
                "noon",
            ),
            (
                format!(
                    "{person}say = [\n{{ at = \"-1h\", by = \"customer\" }},\n{{ at = \"-2h\", by = \"customer\" }}]\n"
                ),
                10,
                "order of time",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\nperson = \"Bob\"\ndo = \"writes\"\n".into(),
                8,
                "Bob",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\ndo = \"writes\"\n".into(),
                7,
                "person",
            ),
            (
                "[[timeline]]\nat = \"+1s\"\ndo = \"wirtes\"\n".into(),
                8,
                "wirtes",
            ),
            ("[[bot]]\napp = \"bto\"\nrules = []\n".into(), 7, "bto"),
            (
                format!("{app}[[bot]]\napp = \"bot\"\nrules = [\n{{ passes_to = \"dsek\" }}]\n"),
                12,
                "dsek",
            ),
            (format!("{app}{}", app.replace("\"5\"", "\"6\"")), 10, "bot"),
            (format!("{app}{}", app.replace("bot", "bat")), 11, "another"),
            (app.replace("\"5\"", "\"five\""), 8, "digits"),
            (format!("{app}webhook = \"localhost:3000\"\n"), 9, "address"),
            (format!("{app}fields = [\"massages\"]\n"), 9, "massages"),
            (format!("{person}folder = \"attic\"\n"), 8, "attic"),
            ("handover = true\n".into(), 6, "default_app"),
            ("[switches]\nrain = true\n".into(), 7, "rain"),
            (
                "[messenger_profile]\ngreetings = 1\n".into(),
                6,
                "greetings",
            ),
            (
                "[messenger_profile]\nget_started = {}\n".into(),
                6,
                "get_started[payload]",
            ),
            (
                "[instagram_profile]\nget_started = {}\n".into(),
                6,
                "persistent_menu",
            ),
        ] {
            let options = Options {
                scenario: Some(format!("{page}{more}")),
                ..Options::default()
            };
            let error = build(&options, Timestamp::from_millis(0))
                .expect_err(&more)
                .to_string();
            let named = error.contains(&format!("line {line}"));
            assert!(named && error.contains(word), "{more}: {error}");
        }
    }

    /// Everything that is wrong in the file below, and nothing that follows from it.
    const ALL_WRONG: &str = r#"[page]
id = "1"
name = "Lamp"
default_app = "bto"
colour = "red"
[switches]
rain = true
dead_token_status = 402
[[app]]
name = "bot"
id = "five"
fields = ["massages"]
[[app]]
human_agent = false
[[bot]]
app = "bot"
rules = [{ hears = 5 }, { passes_to = "dsek", sings = "la" }]
[[person]]
name = "Ana"
owner = "bto"
platform = "instagram"
say = [{ at = "noon", by = "customer" }, { by = "bot" }, { at = "+1s", by = "bot" }]
[[person]]
nmae = "Bob"
[[timeline]]
at = "soon"
person = "Bob"
do = "writes"
[[timeline]]
at = "+1s"
person = "Ana"
do = "flies"
[[timeline]]
at = "+1s"
do = "passes"
"#;

    #[test]
    fn all_mistakes_are_named_at_once() {
        let said = |scenario: &str| {
            let options = Options {
                scenario: Some(scenario.into()),
                ..Options::default()
            };
            let world = build(&options, Timestamp::from_millis(0));
            let error = world.expect_err("mistakes").to_string();
            error.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let all = said(ALL_WRONG);
        let expected = [
            (4, "\"bto\""),
            (5, "colour"),
            (7, "rain"),
            (8, "402"),
            (11, "digits"),
            (12, "massages"),
            (13, "missing key `id`"),
            (13, "missing key `name`"),
            (17, "dsek"),
            (17, "integer `5`"),
            (17, "sings"),
            (20, "\"bto\""),
            (21, "instagram_id"),
            (22, "\"noon\""),
            (22, "missing key `at`"),
            (22, "only \"customer\""),
            (23, "missing key `name`"),
            (24, "nmae"),
            (26, "\"soon\""),
            (26, "writes needs a text"),
            (27, "\"Bob\""),
            (32, "\"flies\""),
            (34, "passes needs a person"),
        ];
        let line = |line: usize| format!("  line {line}: ");
        for (at, word) in expected {
            let named = |said: &&String| said.starts_with(&line(at)) && said.contains(word);
            assert!(all.iter().any(|said| named(&said)), "{at} {word}: {all:#?}");
        }
        assert_eq!(
            all[0],
            format!("the scenario has {} mistakes:", all.len() - 1)
        );
        assert_eq!(all.len() - 1, expected.len(), "{all:#?}");
        // A file that is broken: what is broken is named, what stands for itself, too,
        // and nothing that only seems to be missing.
        let all =
            said("[page]\nid = 1048\nname = Lamp\n[[app]]\nname = bot\n[switches]\nrain = true\n");
        let lines: Vec<bool> = [3, 5, 7]
            .map(|at| all.iter().any(|said| said.starts_with(&line(at))))
            .into();
        assert_eq!(lines, [true, true, true], "{all:#?}");
        assert!(all.iter().all(|said| !said.contains("missing")), "{all:#?}");
        assert!(said("").concat().contains("[page] is missing"));
        let types = said("page = 5\nperson = [\"Mia\"]\n").concat();
        assert_eq!(types.matches("expected a table").count(), 2, "{types}");
    }

    #[test]
    fn the_world_grows_to_what_is_asked_and_is_the_same_for_the_same_seed() {
        let options = Options {
            seed: 3,
            conversations: 120,
            messages: 500,
            ..Options::default()
        };
        let now = Timestamp::from_millis(1_795_250_000_000);
        let (a, b) = (
            build(&options, now).expect("good"),
            build(&options, now).expect("good"),
        );
        assert_eq!(a.people.len(), 120);
        assert_eq!(a.people.iter().map(|p| p.messages.len()).max(), Some(500));
        assert_eq!(format!("{:?}", a.people), format!("{:?}", b.people));
    }
}
