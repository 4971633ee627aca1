//! What an agent decides moves rows between the views, survives the cache, and
//! gives way to the customer's next words.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    domain::{
        AuditDetails, AuditEntry, Deferred, ListOrder, Narrow, OperationKind, Part, PrivateNote,
        Timestamp, Triage, Until,
    },
    store::EscalationRules,
};

const LATER: Timestamp = NOW.plus(Span::hours(2));

fn ids(reader: &Reader, view: View) -> Vec<String> {
    let ask = InboxQuery {
        view,
        ..InboxQuery::default()
    };
    let page = reader.inbox(&ask, 100).expect("a page");
    page.rows.into_iter().map(|c| c.id.to_string()).collect()
}

fn aside(until: Until, reader: &Reader) -> Triage {
    let row = reader.conversation(&ConversationId::new("t_1"));
    Triage {
        deferred: Some(Deferred {
            until,
            through: row.expect("reads").expect("a row").customer_at,
        }),
        ..Triage::default()
    }
}

fn decide(writer: &Writer, triage: Triage) {
    let row = (ConversationId::new("t_1"), Psid::new("70000001"), triage);
    wait(writer.triage(vec![row], NOW)).expect("kept");
}

fn writes(writer: &Writer, line: i64, author: Author, text: &str) {
    let heard = messages(1, vec![message(1, line, author, text)]);
    wait(writer.ingest(vec![heard], NOW)).expect("ingested");
}

/// One person who waits for us.
fn one(folder: &Path) -> (Writer, Reader) {
    let (writer, reader) = doors(folder);
    wait(writer.ingest(vec![Event::Conversation(seen(1))], NOW)).expect("ingested");
    writes(&writer, 1, Author::Customer, "hello?");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    (writer, reader)
}

#[test]
fn what_is_put_off_comes_back_at_its_moment_or_when_they_write() {
    for (until, comes_back) in [
        (Until::Moment(LATER), true),
        (Until::CustomerWrites, false),
        (Until::NoReplyNeeded, false),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = one(folder.path());
        let triage = aside(until, &reader);
        decide(&writer, triage.clone());
        assert!(ids(&reader, View::NeedsMe).is_empty(), "{until:?}");
        assert_eq!(ids(&reader, View::All), ["t_1"], "{until:?}");
        let next = reader.next_waiting(None, false).expect("reads");
        assert_eq!(next, None, "{until:?}");
        wait(writer.turn(LATER.plus(Span::millis(-1)))).expect("turns");
        assert!(ids(&reader, View::NeedsMe).is_empty(), "{until:?}");
        wait(writer.turn(LATER)).expect("turns");
        assert_eq!(
            !ids(&reader, View::NeedsMe).is_empty(),
            comes_back,
            "{until:?}"
        );
        decide(&writer, triage);
        writes(&writer, 2, Author::Customer, "and another thing");
        assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "{until:?}");
    }
}

/// The first frame comes before any order is made, however long a cache lay; what
/// has come due meanwhile is one look behind it, and news once.
#[test]
fn a_cache_of_last_week_opens_as_it_was_left_and_is_ordered_in_one_look() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(one(folder.path()));
    let week_later = NOW.plus(Span::days(8));
    let (writer, reader) = doors(folder.path());
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "as it was left");
    let look = || wait(writer.turn(week_later)).expect("turns");
    assert_eq!(
        look(),
        (true, false),
        "the list is another one, and no more"
    );
    assert!(ids(&reader, View::NeedsMe).is_empty(), "the week is over");
    // Nothing has come due since, so nothing is told, nor drawn.
    assert_eq!(look(), (false, false));
}

/// Nobody who waits is lost: a conversation leaves "Needs me" because it was
/// answered, put off, or handed to somebody who has it, and for nothing else.
#[test]
fn control_that_lapses_while_they_wait_keeps_them_in_the_queue() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    let row = |reader: &Reader| reader.conversation(&id).expect("reads").expect("a row");
    let owner = |owner, hours: i64, until: Option<i64>| Event::Owner {
        conversation: ConversationId::new("t_1"),
        owner,
        until: until.map(|hours| NOW.plus(Span::hours(hours))),
        at: NOW.plus(Span::hours(hours)),
    };
    let take = |event| wait(writer.ingest(vec![event], NOW)).expect("ingested");
    take(owner(ThreadOwner::Us, 0, Some(2)));
    let later = NOW.plus(Span::hours(3));
    wait(writer.turn(later)).expect("turns");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "lapsed by the clock");
    assert!(row(&reader).control_lapsed(later) && !row(&reader).control_lapsed(NOW));
    // Meta says so, too: first a list, which only knows that it is not ours.
    for lost in [ThreadOwner::NotUs, ThreadOwner::Idle] {
        take(owner(lost.clone(), 3, None));
        assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "{lost:?}");
        assert!(row(&reader).control_lapsed(later), "{lost:?}");
    }
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"], "nobody has them");
    assert!(row(&reader).control_lapsed(later));
    take(owner(ThreadOwner::App(AppId::new("5")), 4, None));
    assert!(ids(&reader, View::NeedsMe).is_empty(), "the bot has them");
    take(owner(ThreadOwner::Idle, 5, None));
    assert!(ids(&reader, View::NeedsMe).is_empty(), "and had them last");
}

#[test]
fn the_top_of_the_queue_is_whom_we_may_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    let mut events = Vec::new();
    // The most urgent first: the bot's, one who cannot be reached, and two of ours.
    for (n, owner, can_reply) in [
        (1, ThreadOwner::App(AppId::new("5")), None),
        (2, ThreadOwner::Us, Some(false)),
        (3, ThreadOwner::Us, Some(true)),
        (4, ThreadOwner::Us, None),
    ] {
        let seen = ConversationSeen {
            can_reply,
            ..seen(n)
        };
        let owned = Event::Owner {
            conversation: seen.id.clone(),
            owner,
            until: None,
            at: NOW,
        };
        let words = message(n, i64::from(n), Author::Customer, "hello?");
        events.extend([Event::Conversation(seen), messages(n, vec![words]), owned]);
        if n == 1 {
            events.push(Event::Happened {
                conversation: ConversationId::new("t_1"),
                at: NOW,
                what: TimelineEvent::AskedFor {
                    by: None,
                    note: Vec::new(),
                },
                own: false,
                raw: String::new(),
            });
        }
    }
    wait(writer.ingest(events, NOW)).expect("ingested");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1", "t_2", "t_3", "t_4"]);
    let top = |not: &str| {
        let next = reader.top_waiting(&ConversationId::new(not));
        next.expect("reads").map(|id| id.to_string())
    };
    assert_eq!(top("t_4").as_deref(), Some("t_3"));
    assert_eq!(top("t_3").as_deref(), Some("t_4"));
    let place = |n: u32, view| reader.place_in(&seen(n).id, view).expect("reads");
    assert_eq!(place(3, View::NeedsMe), Some(2));
    assert_eq!((place(1, View::Mine), place(1, View::Bot)), (None, Some(0)));
}

/// The two files are two commits: a death between them is repaired at the start.
#[test]
fn decisions_that_only_one_file_knows_are_taken_over_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    decide(&writer, aside(Until::NoReplyNeeded, &reader));
    for (sql, left) in [
        ("UPDATE conversation SET aside = NULL, needs_me = 1", 0),
        ("DELETE FROM triage", 1),
    ] {
        let apart = sql.to_owned();
        wait(writer.run(move |files| {
            let db = if apart.starts_with("DELETE") {
                &files.outbox
            } else {
                &files.cache
            };
            db.execute_batch(&apart)?;
            Ok(())
        }))
        .expect("set apart");
        assert_eq!(
            wait(writer.repair_triage(NOW)).expect("repaired"),
            1,
            "{sql}"
        );
        assert_eq!(ids(&reader, View::NeedsMe).len(), left, "{sql}");
        assert_eq!(wait(writer.repair_triage(NOW)).expect("repaired"), 0);
    }
}

/// "No reply needed" was true until the bot asked for a person.
#[test]
fn who_was_done_with_needs_me_again_when_the_bot_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    decide(&writer, aside(Until::NoReplyNeeded, &reader));
    let asks = Event::Happened {
        conversation: ConversationId::new("t_1"),
        at: NOW,
        what: TimelineEvent::AskedFor {
            by: None,
            note: Vec::new(),
        },
        own: false,
        raw: String::new(),
    };
    wait(writer.ingest(vec![asks], NOW)).expect("ingested");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    assert_eq!(
        wait(writer.repair_triage(NOW)).expect("repaired"),
        0,
        "in both files"
    );
}

/// Whichever comes first, the words or the row of their conversation.
#[test]
fn a_button_that_offers_a_person_asks_for_nobody() {
    for (text, button, asks) in [
        ("How can I help?", "Talk to a colleague", false),
        ("I'll fetch a colleague.", "Thanks", true),
    ] {
        for early in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let (writer, reader) = doors(folder.path());
            let rules = EscalationRules {
                phrases: vec!["a colleague".into()],
                labels: Vec::new(),
            };
            wait(writer.asking(rules, NOW)).expect("kept");
            let mut said = message(1, 1, Author::App(AppId::new("5")), text);
            said.message.parts = vec![Part::QuickReplies(vec![button.into()])];
            let listed = ConversationSeen {
                is_owner: Some(false),
                ..seen(1)
            };
            let mut events = vec![Event::Conversation(listed), messages(1, vec![said])];
            if early {
                events.reverse();
            }
            wait(writer.ingest(events, NOW)).expect("ingested");
            let needs_me = !ids(&reader, View::NeedsMe).is_empty();
            assert_eq!(needs_me, asks, "{text}, early: {early}");
        }
    }
}

/// Older pages of a thread tell nothing that was not true when it was decided.
#[test]
fn an_old_request_that_is_read_only_now_does_not_undo_what_was_decided() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let rules = EscalationRules {
        phrases: vec!["a colleague".into()],
        labels: Vec::new(),
    };
    wait(writer.asking(rules, NOW)).expect("kept");
    decide(&writer, aside(Until::NoReplyNeeded, &reader));
    let bot = Author::App(AppId::new("5"));
    writes(&writer, 2, bot.clone(), "I'll fetch a colleague.");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "written before NOW");
    writes(&writer, 1_001, bot, "I'll fetch a colleague.");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
}

#[test]
fn a_thumb_under_our_question_stands_in_the_row_and_an_empty_echo_answers_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    let row = |reader: &Reader| reader.conversation(&id).expect("reads").expect("a row");
    let answered = row(&reader).page_at;
    writes(&writer, 2, Author::App(AppId::new("5")), "");
    assert_eq!(row(&reader).page_at, answered, "nothing was said");
    assert!(row(&reader).waiting());
    writes(&writer, 3, Author::Me, "Is Tuesday fine?");
    let reacts = |emoji: Option<&str>, minutes| Event::Reacted {
        conversation: ConversationId::new("t_1"),
        mid: Mid::new("m_1_3"),
        with: emoji.map_or(ReactedWith::Nothing, |emoji| {
            ReactedWith::Emoji(emoji.into())
        }),
        at: NOW.plus(Span::minutes(minutes)),
    };
    wait(writer.ingest(vec![reacts(Some("👍"), 0)], NOW)).expect("ingested");
    assert_eq!(row(&reader).snippet, "👍 to: Is Tuesday fine?");
    let (response, human_agent) = row(&reader).deadlines();
    assert_eq!(
        response,
        row(&reader).window(NOW).until(),
        "one rule for all clocks"
    );
    assert!(human_agent.expect("they wrote") < NOW.plus(Span::days(7)));
    wait(writer.ingest(vec![reacts(None, 1)], NOW)).expect("ingested");
    assert_eq!(row(&reader).snippet, "Is Tuesday fine?");
}

#[test]
fn what_needs_no_reply_does_not_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let row = |reader: &Reader| reader.conversation(&ConversationId::new("t_1"));
    assert!(row(&reader).expect("reads").expect("a row").waiting());
    decide(&writer, aside(Until::NoReplyNeeded, &reader));
    let row = row(&reader).expect("reads").expect("a row");
    assert!(!row.waiting() && row.needs_no_reply());
    assert_eq!(row.deferred(NOW), Some(Until::NoReplyNeeded));
}

#[test]
fn kept_unread_needs_me_until_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    writes(&writer, 2, Author::Me, "here you are");
    let id = ConversationId::new("t_1");
    let owned = Event::Owner {
        conversation: id.clone(),
        owner: ThreadOwner::App(AppId::new("5")),
        until: None,
        at: NOW,
    };
    wait(writer.ingest(vec![owned], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty());
    let unread = Triage {
        unread: true,
        ..Triage::default()
    };
    decide(&writer, unread);
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    assert_eq!(
        wait(writer.no_longer_unread(id.clone(), NOW)).ok(),
        Some(true)
    );
    assert!(ids(&reader, View::NeedsMe).is_empty());
    assert_eq!(wait(writer.no_longer_unread(id, NOW)).ok(), Some(false));
}

#[test]
fn the_bot_asks_by_its_words_by_a_request_or_by_a_label_until_we_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    let asking = EscalationRules {
        phrases: vec!["Colleague will be".into()],
        labels: vec!["urgent".into()],
    };
    assert_eq!(wait(writer.asking(asking.clone(), NOW)).ok(), Some(true));
    assert_eq!(wait(writer.asking(asking, NOW)).ok(), Some(false), "once");
    let bot = || Author::App(AppId::new("5"));
    let held = Event::Owner {
        conversation: id.clone(),
        owner: ThreadOwner::App(AppId::new("5")),
        until: None,
        at: NOW,
    };
    wait(writer.ingest(vec![held], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "the bot has it");
    writes(&writer, 3, bot(), "A COLLEAGUE will be with you");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    writes(&writer, 4, Author::Me, "I am here");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "we answered");
    let asked = Event::Happened {
        conversation: id.clone(),
        at: NOW,
        what: TimelineEvent::AskedFor {
            by: Some(AppId::new("5")),
            note: Vec::new(),
        },
        own: false,
        raw: String::new(),
    };
    wait(writer.ingest(vec![asked], NOW)).expect("ingested");
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    let back = Event::Did {
        conversation: id,
        at: NOW.plus(Span::seconds(1)),
        what: TimelineEvent::passed_to(Some(AppId::new("5"))),
    };
    wait(writer.ingest(vec![back], NOW)).expect("ingested");
    assert!(ids(&reader, View::NeedsMe).is_empty(), "handed back");
    decide(&writer, Triage::default().labelled("urgent", true));
    assert_eq!(ids(&reader, View::NeedsMe), ["t_1"]);
    assert_eq!(reader.labels().expect("labels"), ["urgent"]);
}

#[test]
fn decisions_and_notes_survive_the_loss_of_the_cache_and_go_with_the_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = one(folder.path());
    let id = ConversationId::new("t_1");
    decide(
        &writer,
        aside(Until::NoReplyNeeded, &reader).labelled("vip", true),
    );
    let note = PrivateNote {
        id: LocalId::new("n1"),
        at: NOW,
        agent: "kim".into(),
        text: "wants the brass one, call before noon".into(),
    };
    wait(writer.keep_note(id.clone(), Psid::new("70000001"), note.clone())).expect("kept");
    for psid in ["70000001", "70000002"] {
        let entry = AuditEntry {
            at: NOW,
            agent: "kim".into(),
            conversation: ConversationId::new(format!("t_{psid}")),
            psid: Psid::new(psid),
            reply: None,
            operation: OperationKind::Take,
            details: AuditDetails::None,
        };
        wait(writer.enter_audit(entry)).expect("recorded");
        wait(writer.write_audit()).expect("written");
    }
    drop((writer, reader));
    for file in ["cache.db", "cache.db-wal", "cache.db-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("1.{file}")));
    }
    let (writer, reader) = doors(folder.path());
    wait(writer.ingest(vec![Event::Conversation(seen(1))], NOW)).expect("ingested");
    writes(&writer, 1, Author::Customer, "hello?");
    let page = reader.thread(&id, &ThreadRange::Newest, 10);
    let page = page.expect("reads").expect("a thread");
    assert_eq!(page.conversation.triage.labels, ["vip"]);
    assert!(page.conversation.needs_no_reply());
    assert!(page.items.contains(&Item::Note(note)), "{:?}", page.items);
    let inside = folder.path().to_owned();
    let forgotten = wait(writer.forget(Psid::new("70000001"), inside)).expect("forgets");
    assert_eq!(forgotten.expect("known").left_in, Vec::<PathBuf>::new());
    assert_eq!(reader.labels().expect("labels"), Vec::<String>::new());
    let (entries, unreadable) = audit_entries(folder.path(), &super::page()).expect("the record");
    let who: Vec<&str> = entries.iter().map(|entry| entry.psid.as_str()).collect();
    assert_eq!((who, unreadable), (vec!["-", "70000002"], 0));
}

/// A saved view narrows one of the five by a label and a channel, in another order.
#[test]
fn a_saved_view_shows_what_fits_in_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, reader) = doors(folder.path());
    for number in 1..=4 {
        let row = ConversationSeen {
            platform: match number {
                2 | 4 => Platform::Instagram,
                _ => Platform::Messenger,
            },
            ..seen(number)
        };
        // The later their number, the longer they have waited.
        let written = message(number, -i64::from(number), Author::Customer, "lamp");
        let events = vec![Event::Conversation(row), messages(number, vec![written])];
        wait(writer.ingest(events, NOW)).expect("taken");
        let labels = match number {
            1 => vec![],
            _ => vec!["refund".to_owned(), format!("n{number}")],
        };
        let triage = Triage {
            labels,
            ..Triage::default()
        };
        let rows = vec![(seen(number).id, seen(number).psid, triage)];
        wait(writer.triage(rows, NOW)).expect("kept");
    }
    let shown = |filter: &str, narrow: Narrow| -> (Vec<String>, u32) {
        let ask = InboxQuery {
            view: View::All,
            filter: filter.into(),
            narrow,
            offset: 0,
        };
        let page = reader.inbox(&ask, 100).expect("a page");
        let ids = page.rows.iter().map(|row| row.id.to_string());
        (ids.collect(), page.total)
    };
    let label = |label: &str| Narrow {
        label: Some(label.into()),
        ..Narrow::default()
    };
    let refunds = label("refund");
    assert_eq!(shown("", refunds.clone()).1, 3);
    assert_eq!(shown("", label("n3")).0, ["t_3"]);
    // The whole label, not a part of it.
    assert_eq!(shown("", label("ref")).1, 0);
    let instagram = Narrow {
        platform: Some(Platform::Instagram),
        ..refunds.clone()
    };
    assert_eq!(shown("", instagram.clone()).1, 2);
    assert_eq!(shown("person 4", instagram).0, ["t_4"]);
    for (order, ids) in [
        (ListOrder::Newest, ["t_2", "t_3", "t_4"]),
        (ListOrder::Waiting, ["t_4", "t_3", "t_2"]),
    ] {
        let narrow = Narrow {
            order,
            ..refunds.clone()
        };
        assert_eq!(shown("", narrow).0, ids, "{order:?}");
    }
}

/// The warning before a window closes comes for everyone who waits for us, even where their
/// place in the list has another reason.
#[test]
fn whose_window_ends_soon_is_found_wherever_they_stand() {
    let elsewhere = || Event::Owner {
        conversation: ConversationId::new("t_1"),
        owner: ThreadOwner::App(AppId::new("5")),
        until: None,
        at: NOW,
    };
    type Case<'a> = (&'a str, &'a dyn Fn(&Writer, &Reader), bool);
    let cases: [Case<'_>; 5] = [
        ("waits for us", &|_, _| {}, true),
        (
            "is put off",
            &|writer, reader| decide(writer, aside(Until::Moment(LATER), reader)),
            true,
        ),
        (
            "is kept unread, and another app has them",
            &|writer, _| {
                wait(writer.ingest(vec![elsewhere()], NOW)).expect("ingested");
                let unread = Triage {
                    unread: true,
                    ..Triage::default()
                };
                decide(writer, unread);
            },
            true,
        ),
        (
            "another app has them",
            &|writer, _| drop(wait(writer.ingest(vec![elsewhere()], NOW)).expect("ingested")),
            false,
        ),
        (
            "needs no reply",
            &|writer, reader| decide(writer, aside(Until::NoReplyNeeded, reader)),
            false,
        ),
    ];
    for (who, prepare, is_found) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, reader) = one(folder.path());
        prepare(&writer, &reader);
        let id = ConversationId::new("t_1");
        let row = reader.conversation(&id).expect("reads").expect("a row");
        let wrote = row.customer_at.expect("wrote");
        let found = |from: i64, to: i64| {
            let [from, to] = [from, to].map(|minutes| wrote.plus(Span::minutes(minutes)));
            let rows = reader.waiting_since(from, to, true).expect("reads");
            !rows.is_empty()
        };
        assert_eq!(found(-1, 1), is_found, "{who}");
        assert!(!found(1, 2) && !found(-2, -1), "{who}, at another time");
    }
}

#[test]
fn what_is_told_is_on_the_disk_at_once_also_after_rows_have_turned() {
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, _reader) = doors(folder.path());
    wait(writer.turn(NOW)).expect("turns");
    let full: i64 = wait(writer.run(|files| {
        let asked = files
            .cache
            .pragma_query_value(None, "synchronous", |row| row.get(0));
        Ok(asked?)
    }))
    .expect("an answer");
    assert_eq!(full, 2, "FULL");
}
