//! A scenario in TOML becomes a world. Mistakes are named with their line.

use toml::Spanned;

use crate::{
    clock::{Random, Timestamp},
    sim::{
        follow_ups, generate,
        options::Options,
        scenario::{
            error::{ScenarioError, no_app, no_time},
            file::{AppToml, BotToml, LineToml, Scenario},
            offset::offset,
            people::add,
        },
        world::{ActionKind, App, Bot, OtherPage, Page, PersonAction, Plan, Webhook, World},
    },
};

const BUILT_IN: &str = include_str!("../../../assets/demo/lamp.toml");

pub(in crate::sim) fn build(options: &Options, now: Timestamp) -> Result<World, ScenarioError> {
    let text = options.scenario.as_deref().unwrap_or(BUILT_IN);
    let scenario: Scenario = toml::from_str(text).map_err(|e| ScenarioError(e.to_string()))?;
    let mut random = Random::seeded(options.seed ^ 0x005E_ED0F_4A9B_0000);
    check(text, &scenario)?;
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
    for (name, id) in [
        ("inbox", "263902037430900"),
        ("instagram_inbox", "1217981644879628"),
        ("meta_ai", "900000000000009"),
    ] {
        if !apps.iter().any(|app| app.id == id || app.name == name) {
            let mut app = App::new(name, id, None, &mut random);
            app.become_actor();
            apps.push(app);
        }
    }
    let index = |name: &Option<Spanned<String>>| match name {
        None => Ok(None),
        Some(name) => apps
            .iter()
            .position(|app| app.name == *name.get_ref())
            .map(Some)
            .ok_or_else(|| no_app(text, name)),
    };
    let page = Page {
        default_app: index(&scenario.page.default_app)?,
        instagram_default_app: index(&scenario.page.instagram_default_app)?,
        id: scenario.page.id,
        name: scenario.page.name,
        instagram_id: scenario.page.instagram_id,
        instagram_name: scenario.page.instagram_name,
        handover: scenario.page.handover.is_some_and(Spanned::into_inner),
    };
    let mut world = World::new(options.seed, page, apps);
    world.switches = scenario.switches;
    world.other_page = scenario.other_page.map(|page| OtherPage {
        id: page.id,
        name: page.name,
    });
    bots(&mut world, text, scenario.bots)?;
    let now = now.as_millis();
    for person in &scenario.people {
        add(&mut world, text, person, now)?;
    }
    timeline(&mut world, text, scenario.timeline, now)?;
    generate::make_up(&mut world, options.conversations, now);
    generate::lengthen(&mut world, options.messages);
    // What is written from now on gets other ids than in a run that began at
    // another moment: whoever keeps a cache may see both.
    world.random = Random::seeded(options.seed ^ now.unsigned_abs().rotate_left(20));
    Ok(world)
}

fn bots(world: &mut World, text: &str, bots: Vec<BotToml>) -> Result<(), ScenarioError> {
    if bots.is_empty() {
        let built_in: Scenario =
            toml::from_str(BUILT_IN).map_err(|e| ScenarioError(e.to_string()))?;
        for bot in built_in.bots {
            if let Some(app) = world.app_named(bot.app.get_ref()) {
                world.bots.push(Bot {
                    app,
                    rules: bot.rules,
                });
            }
        }
        return Ok(());
    }
    for bot in bots {
        let app = world
            .app_named(bot.app.get_ref())
            .ok_or_else(|| no_app(text, &bot.app))?;
        for target in bot.rules.iter().filter_map(|rule| rule.passes_to.as_ref()) {
            if world.app_named(target.get_ref()).is_none() {
                return Err(no_app(text, target));
            }
        }
        world.bots.push(Bot {
            app,
            rules: bot.rules,
        });
    }
    Ok(())
}

fn timeline(
    world: &mut World,
    text: &str,
    lines: Vec<LineToml>,
    now: i64,
) -> Result<(), ScenarioError> {
    for line in lines {
        let at = offset(line.at.get_ref())
            .filter(|at| *at >= 0)
            .ok_or_else(|| no_time(text, &line.at))?;
        let mut index = 0;
        if let Some(name) = &line.person {
            index = world.person_called(name.get_ref()).ok_or_else(|| {
                let what = format!("no [[person]] is called {:?}", name.get_ref());
                ScenarioError::at(text, name, what)
            })?;
        } else if !matches!(line.what, ActionKind::Enforces | ActionKind::Roles) {
            let what = "this line of the timeline needs a person";
            return Err(ScenarioError::at(text, &line.at, what));
        }
        match (&line.app, line.what) {
            (Some(app), _) if world.app_named(app.get_ref()).is_none() => {
                return Err(no_app(text, app));
            }
            (None, ActionKind::Passes | ActionKind::Asks) => {
                let what = "this line of the timeline needs an app";
                return Err(ScenarioError::at(text, &line.at, what));
            }
            _ => {}
        }
        let action = PersonAction {
            person: line.person.map(Spanned::into_inner),
            what: line.what,
            text: line.text,
            mid: line.mid,
            app: line.app.map(Spanned::into_inner),
        };
        follow_ups::plan(world, now + at, index, Plan::PersonAction(Box::new(action)));
    }
    Ok(())
}

/// What a word alone does not show: names that stand twice, and a mode without
/// what it needs.
fn check(text: &str, scenario: &Scenario) -> Result<(), ScenarioError> {
    for (n, app) in scenario.apps.iter().enumerate() {
        for before in &scenario.apps[..n] {
            for (word, same) in [(&app.name, &before.name), (&app.id, &before.id)] {
                if word.get_ref() == same.get_ref() {
                    let what = format!("{:?} is another [[app]] already", word.get_ref());
                    return Err(ScenarioError::at(text, word, what));
                }
            }
        }
    }
    match &scenario.page.handover {
        Some(on) if *on.get_ref() && scenario.page.default_app.is_none() => {
            let what = "handover needs a default_app: it is the primary receiver";
            Err(ScenarioError::at(text, on, what))
        }
        _ => Ok(()),
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
        let error = build(&options, Timestamp::from_millis(0))
            .expect_err("unknown key")
            .to_string();
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
