//! Writing a reply: canned ones, long ones, what is asked once, what can be taken
//! back.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{
        EditedText, Effect, Focus, Loaded, Msg, Query, Settings, TerminalEffect, canned::Canned,
        dialog::Dialog,
    },
    domain::{
        AppId, Attachment, Author, Change, Command, Content, ConversationId, Decision, Draft, Item,
        LocalId, Media, Operation, Platform, Psid, ReplyPart, SendAs, Span, Template,
        TimelineEvent,
    },
    graph::{self, TemplateFormat},
};

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn with(settings: Settings) -> Desk {
    Desk::with((120, 40), settings)
}

/// Id, text, the part before, delay, and whether a hand-back rides along.
fn sends(effects: &[Effect]) -> Vec<(LocalId, String, Option<LocalId>, Span, bool)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate {
                operation: Operation::Reply(reply),
                ..
            }) => Some(reply),
            _ => None,
        })
        .flat_map(|reply| {
            let (last, mut before) = (reply.parts.len() - 1, None);
            let part = move |(at, part): (usize, &ReplyPart)| {
                let follows = before.replace(part.local.clone());
                let hand_back = at == last && reply.hand_back.is_some();
                let text = part.content.text().to_owned();
                (part.local.clone(), text, follows, reply.delay, hand_back)
            };
            reply.parts.iter().enumerate().map(part)
        })
        .collect()
}

fn texts(effects: &[Effect]) -> Vec<String> {
    sends(effects)
        .into_iter()
        .map(|(_, text, ..)| text)
        .collect()
}

fn composed(desk: &Desk) -> String {
    desk.model
        .thread
        .as_ref()
        .expect("a thread")
        .composer
        .text()
}

fn notice(desk: &Desk) -> String {
    let thread = desk.model.thread.as_ref().expect("a thread");
    thread.notice().unwrap_or_default()
}

fn canned() -> Vec<Canned> {
    [
        ("greeting", "Hi {first_name}, this is {agent} from {page}."),
        ("refund", "The refund for #{order} is on its way."),
        ("vienna", "Our Vienna shop opens at 9."),
    ]
    .map(|(name, text)| Canned {
        name: name.into(),
        content: Ok(Content::Text(text.into())),
    })
    .into()
}

/// Ana's thread, which the bot has handed over with fields.
fn handed_over(desk: &mut Desk) {
    desk.open("Ana Ruiz");
    let mut items = items();
    items.push(Item::Event {
        at: ago(0, 1),
        what: TimelineEvent::Moved {
            from: Some(AppId::new(BOT)),
            to: Some(AppId::new("300000000000002")),
            taken: false,
            note: vec![("order".into(), "4471 {agent}".into())],
        },
    });
    let row = rows().swap_remove(2);
    desk.answer_thread(thread_page(row, items));
    desk.keys("r");
}

fn pick(desk: &mut Desk, keys: &str) {
    assert!(desk.keys("/").contains(&Effect::Query(Query::Canned)));
    desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
    desk.keys(keys);
}

#[test]
fn a_canned_reply_is_picked_by_letters_and_filled_in_for_its_person() {
    let mut desk = desk();
    handed_over(&mut desk);
    pick(&mut desk, "grt<Enter>");
    assert_eq!(composed(&desk), "Hi Ana, this is kim from Lamp & Co.");
    desk.keys(" <Tab>");
    desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
    desk.keys("refund<Enter>");
    assert_eq!(
        composed(&desk),
        "Hi Ana, this is kim from Lamp & Co. The refund for #4471 agent is on its way.",
        "what the bot said is filled in, and is no variable itself"
    );
    assert_eq!(texts(&desk.keys("<Enter>")).len(), 1);
}

#[test]
fn a_canned_reply_with_something_unknown_in_it_is_not_sent() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    pick(&mut desk, "vnna<Esc>");
    assert_eq!(composed(&desk), "", "Esc takes nothing");
    pick(&mut desk, "opens at<Enter>");
    assert_eq!(
        composed(&desk),
        "Our Vienna shop opens at 9.",
        "found by its text"
    );
    desk.keys("<^u>");
    pick(&mut desk, "refund<Enter>");
    for keys in ["<Enter>", "<Enter>", "<^d>"] {
        assert_eq!(texts(&desk.keys(keys)), Vec::<String>::new());
        assert!(desk.model.dialogs.is_empty());
    }
    assert_eq!(composed(&desk), "The refund for #{order} is on its way.");
}

#[test]
fn a_slash_is_a_slash_inside_a_text_and_twice_at_its_start() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    desk.keys("//a/b");
    assert_eq!(composed(&desk), "/a/b");
    assert!(desk.model.dialogs.is_empty());
}

#[test]
fn canned_replies_that_cannot_be_read_say_why() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r/");
    let why = "No canned replies yet.".to_owned();
    desk.send(Msg::Loaded(Loaded::Canned(Err(why))));
    assert!(desk.picture().contains("No canned replies yet."));
    assert_eq!(desk.keys("<Enter><Esc>"), []);
}

#[test]
fn a_long_text_goes_out_in_parts_that_follow_each_other_after_it_was_asked() {
    for (name, word, count) in [("Ana Ruiz", "word ", 450), ("Léa Fontaine", "ö ", 400)] {
        let mut desk = desk();
        desk.open(name);
        desk.keys("r");
        desk.send(Msg::Paste(word.repeat(count)));
        assert_eq!(texts(&desk.keys("<^d>")), Vec::<String>::new());
        assert!(
            notice(&desk).contains("will be sent in 2"),
            "{}",
            notice(&desk)
        );
        assert_eq!(desk.keys("<^d>"), []);
        assert!(matches!(
            desk.model.dialogs.last(),
            Some(Dialog::HandBack(_))
        ));
        let sent = sends(&desk.keys("1"));
        assert_eq!(sent.len(), 2);
        assert_eq!((&sent[0].2, sent[0].4), (&None, false));
        assert_eq!(
            (sent[1].2.as_ref(), sent[1].4),
            (Some(&sent[0].0), true),
            "the hand-back rides with the last"
        );
    }
}

#[test]
fn a_refused_part_comes_back_and_only_that() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    desk.send(Msg::Paste("one ".repeat(499) + &"two ".repeat(100)));
    let sent = sends(&desk.keys("<Enter><Enter>"));
    assert_eq!(sent.len(), 2);
    desk.send(Msg::Changed(vec![Change::ReplySent {
        conversation: ConversationId::new("3"),
        local: sent[0].0.clone(),
    }]));
    assert_eq!(composed(&desk), "");
    desk.send(Msg::Changed(vec![Change::ReplyNotSent {
        conversation: ConversationId::new("3"),
        local: sent[1].0.clone(),
        why: "no".into(),
        returned: Box::new(Draft::of(&sent[1].1)),
    }]));
    assert_eq!(composed(&desk), "", "somebody may be typing");
    desk.pass(Span::seconds(3));
    assert_eq!(
        composed(&desk),
        format!(
            "{}
",
            sent[1].1
        )
    );
}

#[test]
fn what_may_be_regretted_is_asked_about_once() {
    for (text, says) in [
        ("your card 4111 1111 1111 1111", "card number"),
        ("EAAGm0PX4ZCpsBAKZCqwerty", "token"),
        ("Hi Rahul, it is on its way", "names Rahul Mehta"),
    ] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste(text.into()));
        assert_eq!(texts(&desk.keys("<Enter>")), Vec::<String>::new(), "{text}");
        assert!(notice(&desk).contains(says), "{}", notice(&desk));
        assert_eq!(texts(&desk.keys("!<Enter>")), [format!("{text}!")]);
        desk.send(Msg::Paste(text.into()));
        assert_eq!(
            texts(&desk.keys("<Enter>")).len(),
            0,
            "the next text is another one"
        );
    }
}

#[test]
fn paste_never_sends() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    let effects = desk.send(Msg::Paste("one\r\ntwo\r".into()));
    assert_eq!(texts(&effects), Vec::<String>::new());
    assert_eq!(composed(&desk), "one\ntwo\n");
    desk.keys("<Esc>");
    let before = composed(&desk);
    assert_eq!(desk.send(Msg::Paste("x\rb1".into())), []);
    assert_eq!(
        composed(&desk),
        before,
        "outside of the composer it is no command"
    );
}

#[test]
fn a_reply_with_a_delay_can_be_taken_back_until_it_goes() {
    let settings = || Settings {
        undo_send: Span::seconds(5),
        ..Settings::default()
    };
    for (wait, comes_back) in [(Span::seconds(4), true), (Span::seconds(5), false)] {
        let mut desk = with(settings());
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste("word ".repeat(450)));
        let sent = sends(&desk.keys("<Enter><Enter>"));
        assert!(
            sent.iter()
                .all(|(_, _, _, delay, _)| *delay == Span::seconds(5))
        );
        desk.pass(wait);
        let effects = desk.keys("<Esc>u");
        let back: Vec<&LocalId> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Engine(Command::Decide {
                    local,
                    decision: Decision::TakeBack,
                    ..
                }) => Some(local),
                _ => None,
            })
            .collect();
        if comes_back {
            assert_eq!(back, [&sent[0].0, &sent[1].0], "in their order");
        } else {
            assert!(back.is_empty(), "{back:?}");
        }
    }
}

#[test]
fn the_editor_gets_the_draft_and_gives_it_back() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rhello");
    let effects = desk.keys("<^o>");
    let edit = Effect::Terminal(TerminalEffect::Edit {
        conversation: ConversationId::new("3"),
        psid: Psid::new("703"),
        text: "hello".into(),
    });
    assert_eq!(effects.last(), Some(&edit));
    assert!(
        matches!(
            effects[0],
            Effect::Engine(Command::Operate {
                operation: Operation::Typing(false),
                ..
            })
        ),
        "nobody types at the desk meanwhile: {effects:?}"
    );
    assert!(
        matches!(effects[1], Effect::Engine(Command::SaveDraft { .. })),
        "{effects:?}"
    );
    let id = ConversationId::new("3");
    let edited = |text: Result<&str, &str>| {
        let remark = None;
        let text = text.map(|text| EditedText {
            text: text.into(),
            remark,
        });
        Msg::Edited(id.clone(), Psid::new("703"), text.map_err(str::to_owned))
    };
    desk.send(edited(Ok("hello\u{1b}[2J\nworld\n")));
    assert_eq!(composed(&desk), "hello\u{fffd}[2J\nworld");
    assert_eq!(desk.model.focus, Focus::Composer);
    desk.send(edited(Err("vi ended with an error")));
    assert_eq!(composed(&desk), "hello\u{fffd}[2J\nworld", "as it was");
    desk.keys("<Esc>q");
    let saved = desk.send(edited(Ok("late")));
    assert!(
        matches!(&saved[..], [Effect::Engine(Command::SaveDraft { draft, .. })] if draft.text == "late"),
        "it is their draft, whoever is open: {saved:?}"
    );
    // Editors of other systems end their lines in their own way.
    desk.open("Ana Ruiz");
    desk.keys("r");
    desk.send(edited(Ok("one\r\ntwo\r\n")));
    assert_eq!(composed(&desk), "one\ntwo");
}

#[test]
fn keys_are_vis_where_that_is_wanted() {
    let mut desk = with(Settings {
        vim: true,
        ..Settings::default()
    });
    desk.open("Ana Ruiz");
    desk.keys("rone two<Esc>");
    assert_eq!(desk.model.focus, Focus::Composer, "the first Esc is vi's");
    desk.keys("bD");
    assert_eq!(composed(&desk), "one ");
    assert_eq!(texts(&desk.keys("<Enter>")), ["one"], "Enter still sends");
    desk.keys("x<Esc><Esc>");
    assert_eq!(desk.model.focus, Focus::Thread);
    desk.keys("r");
    desk.keys("y");
    assert_eq!(composed(&desk), "yx", "coming back, keys are text");
}

#[test]
fn the_canned_replies_know_what_the_bot_said_at_its_hand_over() {
    // The author of the note is the bot; a customer's words fill in nothing.
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let said = message("m99", ago(0, 0), Author::Customer, "order 1", vec![]);
    let mut items = items();
    items.push(said);
    desk.answer_thread(thread_page(rows().swap_remove(2), items));
    desk.keys("r");
    pick(&mut desk, "refund<Enter>");
    assert!(composed(&desk).contains("{order}"));
}

fn photo(bytes: u64) -> Attachment {
    Attachment::new("/home/kim/lamp.jpg".into(), bytes)
}

/// Attaches Ana's photo by its path.
fn attach(desk: &mut Desk, bytes: u64) {
    assert_eq!(
        desk.keys("<^f>"),
        [
            Effect::Query(Query::Path(String::new())),
            Effect::Query(Query::Sent {
                platform: Platform::Messenger,
                since: NOW.plus(Span::days(-89))
            }),
        ]
    );
    let entries = vec!["lamp.jpg".to_owned(), "lamps/".into()];
    desk.send(Msg::Loaded(Loaded::Path(String::new(), entries, None)));
    let path = "lamp.jpg".to_owned();
    assert_eq!(
        desk.keys("<Tab>"),
        [Effect::Query(Query::Path(path.clone()))]
    );
    let file = Some(photo(bytes));
    desk.send(Msg::Loaded(Loaded::Path(path, Vec::new(), file)));
    copy(desk);
}

/// Presses Enter on a file, and its copy is made.
fn copy(desk: &mut Desk) {
    for effect in desk.keys("<Enter>") {
        if let Effect::Engine(Command::CopyFile {
            conversation,
            id,
            file,
        }) = effect
        {
            desk.send(Msg::Changed(vec![Change::FileCopied {
                conversation,
                id,
                copy: Ok(Box::new(file)),
            }]));
        }
    }
}

#[test]
fn enter_before_the_disks_answer_counts_when_it_comes_and_only_for_what_was_typed() {
    for (more, attached) in [("", true), ("x", false)] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("r<^f>l<Enter>");
        desk.keys(more);
        let file = Some(photo(9));
        desk.send(Msg::Loaded(Loaded::Path("l".into(), Vec::new(), file)));
        assert_eq!(desk.model.dialogs.is_empty(), attached);
        assert_eq!(desk.picture().contains("[photo] lamp.jpg"), attached);
    }
}

#[test]
fn a_file_goes_out_behind_the_text_and_the_hand_back_rides_with_it() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rlook");
    attach(&mut desk, 182_440);
    assert!(desk.picture().contains("+ [photo] lamp.jpg · 182 kB"));
    desk.keys("<^d>");
    let effects = desk.keys("1");
    let sent = sends(&effects);
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].1.as_str(), sent[0].4), ("look", false));
    assert_eq!(sent[1].2.as_ref(), Some(&sent[0].0), "behind the text");
    assert!(sent[1].4, "the hand-back rides with the last");
    let files: Vec<bool> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate {
                operation: Operation::Reply(reply),
                ..
            }) => Some(reply),
            _ => None,
        })
        .flat_map(|reply| {
            reply
                .parts
                .iter()
                .map(|part| !part.content.files().is_empty())
        })
        .collect();
    assert_eq!(files, [false, true]);
}

/// A big file takes a while to copy, and one may have been elsewhere meanwhile.
#[test]
fn a_file_that_is_copied_while_its_thread_is_left_is_there_on_return() {
    for returned in [false, true] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("r<^f>l");
        desk.send(Msg::Loaded(Loaded::Path(
            "l".into(),
            Vec::new(),
            Some(photo(9)),
        )));
        let effects = desk.keys("<Enter>");
        let copying = effects.into_iter().find_map(|effect| match effect {
            Effect::Engine(Command::CopyFile {
                conversation,
                id,
                file,
            }) => Some((conversation, id, file)),
            _ => None,
        });
        let (conversation, id, file) = copying.expect("a copy");
        desk.keys("<Esc>q");
        desk.open("Jo Park");
        desk.keys("q");
        if returned {
            desk.open("Ana Ruiz");
        }
        let effects = desk.send(Msg::Changed(vec![Change::FileCopied {
            conversation,
            id,
            copy: Ok(Box::new(file)),
        }]));
        let saved = effects.iter().any(|effect| {
            matches!(effect, Effect::Engine(Command::SaveDraft { draft, over: false, .. }) if !draft.attached.is_empty())
        });
        assert_eq!(saved, !returned, "it joins the draft on the disk");
        let shown = desk.picture().contains("[photo] lamp.jpg");
        assert_eq!(shown, returned, "{}", desk.picture());
    }
}

#[test]
fn a_question_goes_with_the_text_that_it_was_about() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r4111 1111 1111 1111<Enter>");
    assert!(desk.picture().contains("card number"));
    desk.keys("<^u>");
    assert_eq!(composed(&desk), "");
    assert!(
        !desk.picture().contains("card number"),
        "{}",
        desk.picture()
    );
}

#[test]
fn a_file_alone_goes_out_and_one_that_meta_does_not_take_is_refused_here() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    attach(&mut desk, 9 * 1024 * 1024);
    let told = |desk: &Desk, words: &str| desk.model.toasts.iter().any(|t| t.text.contains(words));
    assert!(told(&desk, "pictures up to 8 MB"));
    desk.keys("<Esc>");
    assert_eq!(texts(&desk.keys("<Enter>")), Vec::<String>::new());
    attach(&mut desk, 1024);
    desk.keys("<^x>");
    assert!(told(&desk, "Removed lamp.jpg"), "taken off again");
    attach(&mut desk, 1024);
    assert_eq!(texts(&desk.keys("<Enter>")), [""]);
}

fn template(json: &str) -> Template {
    graph::read_template("order", json, TemplateFormat::Json).expect("a template")
}

fn picked(desk: &mut Desk, template: Template) {
    desk.keys("<Tab>");
    desk.send(Msg::Loaded(Loaded::Canned(Ok(vec![Canned {
        name: "order".into(),
        content: Ok(Content::Template(Box::new(template))),
    }]))));
    desk.keys("<Enter>");
}

fn contents(effects: &[Effect]) -> Vec<Content> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate {
                operation: Operation::Reply(reply),
                ..
            }) => Some(reply.parts.iter().map(|part| part.content.clone())),
            _ => None,
        })
        .flatten()
        .collect()
}

fn told(desk: &Desk, words: &str) -> bool {
    let toasts = &desk.model.toasts;
    toasts.iter().any(|toast| toast.text.contains(words))
}

#[test]
fn a_template_asks_for_what_is_missing_goes_behind_the_text_and_out_filled_in() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rsee here");
    let json = r#"{"text": "Order {order} for {first_name}?", "quick_replies": [
        {"content_type": "text", "title": "{day}", "payload": "DAY:{order}"}]}"#;
    picked(&mut desk, template(json));
    assert!(
        desk.picture().contains("fill in order"),
        "{}",
        desk.picture()
    );
    desk.keys("4471<Enter>");
    assert!(!desk.model.dialogs.is_empty(), "the day is still missing");
    desk.keys("a day that is much too long<Enter>");
    assert!(told(
        &desk,
        "quick reply 1: title has 27 characters, 20 fit"
    ));
    assert!(
        desk.picture().contains("does not fit"),
        "{}",
        desk.picture()
    );
    desk.keys("<^u>Monday<Enter>");
    assert!(desk.model.dialogs.is_empty());
    let picture = desk.picture();
    assert!(
        picture.contains("+ [quick replies] order: Order 4471 for Ana? Monday"),
        "{picture}"
    );
    let sent = contents(&desk.keys("<Enter>"));
    let [Content::Text(text), Content::Template(sent)] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(text, "see here");
    assert_eq!(sent.text(), "Order 4471 for Ana?");
    let reply = &sent.message.get("quick_replies").items()[0];
    assert_eq!(
        (reply.get("title").text(), reply.get("payload").text()),
        ("Monday", "DAY:4471")
    );
}

#[test]
fn a_template_that_does_not_fit_is_not_attached_and_a_bad_file_says_why() {
    let mut desk = desk();
    desk.open("Léa Fontaine");
    desk.keys("r");
    let json = r#"{"attachment": {"type": "template", "payload": {"template_type": "button",
        "text": "Call us", "buttons": [{"type": "phone_number", "title": "Call", "payload": "+431"}]}}}"#;
    picked(&mut desk, template(json));
    assert!(told(
        &desk,
        "button 1: Instagram takes no phone_number buttons"
    ));
    assert!(!desk.model.dialogs.is_empty());
    desk.keys("<Esc>/");
    desk.send(Msg::Loaded(Loaded::Canned(Ok(vec![Canned {
        name: "bad.json".into(),
        content: Err("it is not JSON".into()),
    }]))));
    assert!(
        desk.picture()
            .contains("This file cannot be used: it is not JSON.")
    );
    assert_eq!(desk.keys("<Enter>"), []);
    assert!(told(&desk, "it is not JSON"));
}

#[test]
fn after_seven_days_a_utility_template_goes_out_and_free_text_does_not() {
    let mut desk = desk();
    desk.open("Nils Berg");
    assert_eq!(asks(&desk.keys("r")), [], "the customer learns nothing");
    let json = r#"{"template": {"name": "order_shipped", "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "{first_name}"}]}]}}"#;
    picked(&mut desk, template(json));
    assert!(
        desk.picture().contains("UTILITY, at any time"),
        "{}",
        desk.picture()
    );
    desk.keys("and more");
    assert_eq!(contents(&desk.keys("<Enter>")), [], "not with free text");
    assert!(told(&desk, "Only a utility template can go out"));
    desk.keys("<^u>");
    let effects = desk.keys("<Enter>");
    let operations = asks(&effects);
    assert!(
        matches!(operations[0], Operation::Take),
        "control comes first"
    );
    let Operation::Reply(reply) = &operations[1] else {
        panic!("{operations:?}");
    };
    assert_eq!(reply.send_as, SendAs::Utility);
}

fn asks(effects: &[Effect]) -> Vec<Operation> {
    let operation = |effect: &Effect| match effect {
        Effect::Engine(Command::Operate { operation, .. }) => Some(operation.clone()),
        _ => None,
    };
    effects.iter().filter_map(operation).collect()
}

/// What Meta approved is asked for once and stands first where nothing else can go out.
#[test]
fn the_utility_templates_that_meta_approved_are_offered_and_filled_in() {
    let mut desk = desk();
    desk.open("Nils Berg");
    let asked = Effect::Engine(Command::ReadTemplates);
    assert!(desk.keys("r/").contains(&asked));
    desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
    let why = "Requires page_utility_messaging permission.".to_owned();
    desk.send(Msg::Changed(vec![Change::UtilityTemplates(Err(why))]));
    assert!(desk.picture().contains("Requires page_utility_messaging"));
    desk.keys("<Esc>");
    assert!(desk.keys("/").contains(&asked), "it may be given meanwhile");
    desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
    let mut shipped = template(
        r#"{"template": {"name": "shipped", "language": {"code": "en"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "{1}"}]}]}}"#,
    );
    shipped.name = "shipped".into();
    shipped.wording = "Your order #{1} is on its way.".into();
    desk.send(Msg::Changed(vec![Change::UtilityTemplates(Ok(vec![
        shipped,
    ]))]));
    // It is the first.
    desk.keys("<Enter>");
    assert!(desk.picture().contains("value 1"), "{}", desk.picture());
    desk.keys("4471<Enter>");
    let sent = contents(&desk.keys("<Enter>"));
    let [Content::Template(sent)] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(sent.text(), "Your order #4471 is on its way.");
    let filled = sent.message.get("template").get("components").items()[0].clone();
    assert_eq!(
        filled.get("parameters").items()[0].get("text").text(),
        "4471"
    );
    desk.keys("<Esc>q");
    desk.open("Ana Ruiz");
    assert!(!desk.keys("r/").contains(&asked), "it is known");
}

#[test]
fn what_is_dropped_is_offered_as_a_file_and_stays_text_until_then() {
    for (answer, attached) in [("y", true), ("n", false)] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("rlook ");
        let path = "/home/kim/lamp.jpg";
        let effects = desk.send(Msg::Paste(path.into()));
        let asked = Effect::Query(Query::Pasted(path.into()));
        assert!(effects.contains(&asked), "{effects:?}");
        assert_eq!(composed(&desk), format!("look {path}"));
        let files = vec![photo(9)];
        desk.send(Msg::Loaded(Loaded::Pasted(path.into(), files)));
        assert!(desk.picture().contains("Send lamp.jpg as a file?"));
        desk.keys(answer);
        let text = if attached {
            "look".to_owned()
        } else {
            format!("look {path}")
        };
        assert_eq!(composed(&desk), text);
        assert_eq!(desk.picture().contains("+ [photo] lamp.jpg"), attached);
    }
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    for text in ["/status", "see /home/kim/lamp.jpg", "a/b"] {
        let effects = desk.send(Msg::Paste(text.into()));
        let asks = |effect: &Effect| matches!(effect, Effect::Query(Query::Pasted(_)));
        assert_eq!(effects.iter().any(asks), text.starts_with('/'), "{text}");
        desk.send(Msg::Loaded(Loaded::Pasted(text.into(), Vec::new())));
        assert!(
            desk.model.dialogs.is_empty(),
            "nothing is asked about words"
        );
    }
}

#[test]
fn what_was_sent_before_an_address_and_an_id_are_attached_and_taken_off() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r<^f>");
    let lamp = Media {
        kind: "image",
        place: "687000000000001".into(),
        name: "lamp.jpg".into(),
        bytes: Some(182_440),
    };
    desk.send(Msg::Loaded(Loaded::Sent(vec![lamp.clone()])));
    assert!(
        desk.picture()
            .contains("[photo] lamp.jpg · 182 kB, sent before")
    );
    let entries = vec!["lamps/".to_owned()];
    desk.send(Msg::Loaded(Loaded::Path(String::new(), entries, None)));
    desk.keys("<Up><Enter><^f>https://cdn.example/film.mp4<Enter><^f>file:687000000000002<Enter>");
    let picture = desk.picture();
    for line in [
        "+ [photo] lamp.jpg",
        "+ [video] https://cdn.example/film.mp4",
        "+ [file] 687000000000002",
    ] {
        assert!(picture.contains(line), "{line} in {picture}");
    }
    desk.keys("<^x>");
    assert!(told(&desk, "Removed 687000000000002."));
    let sent = contents(&desk.keys("<Enter>"));
    assert_eq!(sent[0], Content::Saved(lamp));
    assert!(matches!(&sent[1], Content::Link(media) if media.kind == "video"));
    assert_eq!(sent.len(), 2);
}

/// It may have gone to somebody else: only a person who marks it sends it again.
#[test]
fn what_was_sent_before_never_stands_in_for_the_file_that_was_meant() {
    let invoice = |place: &str| Media {
        kind: "file",
        place: place.into(),
        name: "invoice.pdf".into(),
        bytes: Some(9),
    };
    let own = || Some(Attachment::new("/home/kim/invoice.pdf".into(), 9));
    let entries = || vec!["invoice-ana.pdf".to_owned()];
    // What was typed, what the disk says, the key, and the path that is asked for then.
    for (typed, entries, file, key, completed) in [
        ("", entries(), None, "<Tab>", Some("invoice-ana.pdf")),
        ("in", entries(), None, "<Tab>", Some("invoice-ana.pdf")),
        ("invoice.pdf", vec![], own(), "<Enter>", None),
        ("in", vec![], None, "<Tab>", None),
        ("in", vec![], None, "<Enter>", None),
        ("", vec![], None, "<Enter>", None),
    ] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("r<^f>");
        desk.send(Msg::Loaded(Loaded::Sent(vec![invoice("687")])));
        desk.keys(typed);
        let attached = file.is_some();
        desk.send(Msg::Loaded(Loaded::Path(typed.into(), entries, file)));
        let effects = desk.keys(key);
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Query(Query::Path(path)) => Some(path.as_str()),
            _ => None,
        });
        assert_eq!(asked, completed, "{typed} {key}");
        let composer = &desk.model.thread.as_ref().expect("a thread").composer;
        let content = composer.attached.first().map(|one| &one.content);
        let is_file = matches!(content, Some(Content::Files(_)));
        assert_eq!(
            (content.is_some(), is_file),
            (attached, attached),
            "{typed} {key}"
        );
    }
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r<^f>");
    desk.send(Msg::Loaded(Loaded::Path(String::new(), vec![], None)));
    desk.send(Msg::Loaded(Loaded::Sent(vec![invoice("687")])));
    desk.keys("<Enter>");
    assert!(told(
        &desk,
        "Press Enter again to attach invoice.pdf, which was sent before."
    ));
    desk.keys("<Enter>");
    assert!(
        desk.picture().contains("+ [file] invoice.pdf"),
        "{}",
        desk.picture()
    );
}

/// The thread was left while its film was copied: the card comes back whole.
#[test]
fn a_template_keeps_its_card_when_its_file_is_copied_later() {
    for returned in [false, true] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("r/");
        let json = r#"{"attachment": {"type": "template", "payload": {"template_type": "media",
            "elements": [{"media_type": "image", "file": "lamp.jpg"}]}}}"#;
        let template = graph::read_template("film", json, TemplateFormat::Json).expect("one");
        let template = Template {
            files: vec![photo(9)],
            ..template
        };
        let film = Canned {
            name: "film".into(),
            content: Ok(Content::Template(Box::new(template))),
        };
        desk.send(Msg::Loaded(Loaded::Canned(Ok(vec![film]))));
        let effects = desk.keys("<Enter>");
        let [
            Effect::Engine(Command::CopyFile {
                conversation,
                id,
                file,
            }),
        ] = &effects[..]
        else {
            panic!("{effects:?}");
        };
        desk.keys("<Esc>q");
        desk.open("Jo Park");
        desk.keys("q");
        if returned {
            desk.open("Ana Ruiz");
        }
        let effects = desk.send(Msg::Changed(vec![Change::FileCopied {
            conversation: conversation.clone(),
            id: id.clone(),
            copy: Ok(Box::new(file.clone())),
        }]));
        let saved = effects.iter().find_map(|effect| match effect {
            Effect::Engine(Command::SaveDraft { draft, .. }) => draft.attached.first(),
            _ => None,
        });
        let composer = desk.model.thread.as_ref().map(|thread| &thread.composer);
        let shown = composer.and_then(|composer| composer.attached.first());
        let kept = saved.or(shown.map(|one| &one.content));
        assert!(
            kept.is_some_and(|kept| kept.template().is_some()),
            "{kept:?}"
        );
    }
}

#[test]
fn a_file_that_meta_does_not_take_is_said_when_its_template_is_picked() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r/");
    let json = r#"{"attachment": {"type": "image", "payload": {"file": "lamp.jpg"}}}"#;
    let template = graph::read_template("lamp", json, TemplateFormat::Json).expect("one");
    let template = Template {
        files: vec![photo(9 * 1024 * 1024)],
        ..template
    };
    let canned = Canned {
        name: "lamp".into(),
        content: Ok(Content::Template(Box::new(template))),
    };
    desk.send(Msg::Loaded(Loaded::Canned(Ok(vec![canned]))));
    assert_eq!(desk.keys("<Enter>"), []);
    let why = "It does not fit. lamp.jpg: It is too large: Meta takes pictures up to 8 MB.";
    assert!(told(&desk, why));
    // The same where something is filled in first.
    let json = r#"{"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [
        {"media_type": "image", "file": "lamp.jpg", "buttons": [{"type": "postback", "title": "{day}", "payload": "D"}]}]}}}"#;
    let template = graph::read_template("day", json, TemplateFormat::Json).expect("one");
    let canned = Canned {
        name: "day".into(),
        content: Ok(Content::Template(Box::new(Template {
            files: vec![photo(9 * 1024 * 1024)],
            ..template
        }))),
    };
    desk.keys("<Esc>/");
    desk.model.toasts.clear();
    desk.send(Msg::Loaded(Loaded::Canned(Ok(vec![canned]))));
    desk.keys("<Enter>Monday");
    assert_eq!(desk.keys("<Enter>"), []);
    assert!(told(&desk, why));
}

/// The preview and the lines to fill in know the customer, and the curtain hides that.
#[test]
fn the_curtain_hides_what_is_filled_in_for_the_customer() {
    let mut desk = desk();
    handed_over(&mut desk);
    desk.keys("/");
    let json = r#"{"attachment": {"type": "template", "payload": {"template_type": "button",
        "text": "{first_name}, {order}, {day}?", "buttons": [{"type": "postback", "title": "Yes", "payload": "Y"}]}}}"#;
    let template = graph::read_template("day", json, TemplateFormat::Json).expect("one");
    let mut all = canned();
    all.push(Canned {
        name: "day".into(),
        content: Ok(Content::Template(Box::new(template))),
    });
    desk.send(Msg::Loaded(Loaded::Canned(Ok(all))));
    desk.model.session.privacy = true;
    let known = ["Ana", "4471"];
    let hidden = |desk: &Desk| {
        let picture = desk.picture();
        assert!(
            !known.iter().any(|word| picture.contains(word)),
            "{picture}"
        );
    };
    hidden(&desk);
    desk.keys("day");
    hidden(&desk);
    desk.keys("<Enter>");
    assert!(matches!(desk.model.dialogs.last(), Some(Dialog::Fill(_))));
    hidden(&desk);
    desk.model.session.privacy = false;
    assert!(desk.picture().contains("Ana, 4471"), "{}", desk.picture());
}

#[test]
fn a_like_goes_out_inside_the_24_hours_only_and_a_reply_can_be_silent() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys(":like<Enter>");
    assert_eq!(contents(&desk.keys("<Enter>")), [Content::Like]);
    desk.keys("quietly<^s>");
    assert!(desk.picture().contains("· silent"), "{}", desk.picture());
    let silent = |effects: &[Effect]| match asks(effects).pop() {
        Some(Operation::Reply(reply)) => reply.silent,
        other => panic!("{other:?}"),
    };
    assert!(silent(&desk.keys("<Enter>")));
    assert!(
        !silent(&desk.keys("and aloud<Enter>")),
        "the next one is not"
    );
    // Kemi wrote more than a day ago.
    desk.keys("<Esc>q");
    desk.open("Kemi Adeyemi");
    desk.keys(":like<Enter>");
    assert_eq!(contents(&desk.keys("<Enter>")), []);
    assert!(told(&desk, "A Like only goes out within 24 hours"));
    let mut desk = self::desk();
    desk.open("Léa Fontaine");
    desk.keys("r<^s>");
    assert!(told(&desk, "Instagram has no silent messages."));
}
