//! The list.

use super::*;

#[test]
fn list() {
    scene("list", |_| {});
}

#[test]
fn list_of_everything_with_the_cursor_at_the_end() {
    scene("list_at_the_end", |desk| {
        view(desk, switchboard::domain::View::All, rows());
        desk.keys("G");
    });
}

#[test]
fn list_without_rows() {
    scene("list_empty", |desk| desk.answer_inbox(Vec::new()));
}

/// A thumb under our question is their answer, and no word of the Page.
#[test]
fn a_reaction_stands_in_the_row_as_theirs() {
    for (reacted, shown) in [
        (true, "👍 to: Which size?"),
        (false, "Page: 👍 to: Which size?"),
    ] {
        let mut desk = Desk::new((120, 40));
        let now = desk.now;
        let wrote = now.plus(Span::minutes(-2));
        desk.answer_inbox(vec![Conversation {
            snippet: "👍 to: Which size?".into(),
            customer_at: Some(now.plus(Span::minutes(-9))),
            page_at: Some(wrote),
            opened_at: reacted.then_some(now),
            updated_at: if reacted { now } else { wrote },
            ..conversation("1", "Tomasz Wiśniewski")
        }]);
        assert!(
            desk.picture().contains(&format!("│    {shown}")),
            "{}",
            desk.picture()
        );
    }
}

/// An empty list says nothing of the customers while nothing is known of them.
#[test]
fn an_empty_list_says_why_it_is_empty() {
    let refused = "Meta rejected the token. Put a new one.";
    for (link, read, says) in [
        (Link::Connecting, false, "Loading conversations"),
        (Link::Polling, false, "Loading conversations"),
        (
            Link::TokenRefused(refused.into()),
            false,
            "Meta rejected the token. No conversations loaded yet.",
        ),
        (
            Link::Offline("Cannot reach 127.0.0.1:1: no answer.".into()),
            false,
            "Cannot reach 127.0.0.1:1: no answer.",
        ),
        (
            Link::Offline("The object does not exist: is the Page right?".into()),
            true,
            "Nothing in this view as of 14:07",
        ),
        (Link::Polling, true, "Nobody needs you right now"),
    ] {
        let mut desk = Desk::new((120, 40));
        desk.answer_inbox(Vec::new());
        desk.model.session.account.read_at = read.then_some(NOW);
        desk.send(Msg::Changed(vec![Change::Link(link)]));
        let picture = desk.picture();
        let list: String = picture
            .lines()
            .filter_map(|line| line.split('│').nth(1))
            .map(|words| format!("{} ", words.trim()))
            .collect();
        assert!(list.contains(says), "{says} in\n{picture}");
    }
}

#[test]
fn who_waits_while_our_control_has_lapsed_is_marked() {
    scene("control_lapsed", |desk| {
        let mut lapsed = rows();
        for row in &mut lapsed {
            row.control_until = Some(NOW.plus(Span::minutes(-1)));
        }
        desk.answer_inbox(lapsed);
        desk.keys("jj");
    });
}

#[test]
fn list_filtered_while_typing() {
    scene("list_filtered", |desk| {
        desk.keys("/ana");
        desk.answer_inbox(vec![rows().swap_remove(2)]);
    });
}

#[test]
fn views_stand_in_the_top_line_by_their_names_from_60_columns_on() {
    let counts = [11, 11, 30, 1, 41];
    for (width, words) in [
        (
            200,
            " Lamp & Co   1 Needs me 11    2 Mine 11    3 Bot 30    4 Closing 1    5 All 41 ",
        ),
        (
            120,
            " Lamp & Co   1 Needs me 11    2 Mine 11    3 Bot 30    4 Closing 1    5 All 41 ",
        ),
        (
            80,
            "1 Needs me 11  2 Mine 11  3 Bot 30  4 Closing 1  5 All 41",
        ),
        (
            61,
            "1 Needs me 11  2 Mine 11  3 Bot 30  4 Closing 1  5 All 41",
        ),
        (59, "1 Needs me 11"),
        (40, "1 Needs me 11"),
    ] {
        let mut desk = Desk::new((width, 24));
        desk.model.inbox.counts.by_view = counts;
        let picture = desk.picture();
        let top = picture.lines().next().unwrap_or_default();
        assert!(top.contains(words), "{width}: {top}");
        assert_eq!(top.contains("2 Mine"), width >= 60, "{width}: {top}");
        // Counts are whole: large ones push out what matters less.
        desk.model.inbox.counts.by_view = [111_111; 5];
        let picture = desk.picture();
        let top = picture.lines().next().unwrap_or_default();
        assert!(top.contains(" 1 Needs me 111111 "), "{width}: {top}");
    }
}

#[test]
fn a_window_that_closes_soon_is_told() {
    scene("closing_soon", |desk| {
        desk.send(Msg::Changed(vec![Change::WindowClosing {
            conversation: ConversationId::new("1"),
            name: "Jo Park".into(),
            until: NOW.plus(Span::minutes(29)),
        }]));
    });
}

#[test]
fn decisions_of_ones_own_are_seen_in_list_and_thread() {
    scene("triage", |desk| {
        let mut decided = rows();
        let aside = |until| {
            Some(Deferred {
                until,
                through: Some(NOW),
            })
        };
        decided[0].triage.deferred = aside(Until::Moment(NOW.plus(Span::hours(2))));
        decided[1].triage.deferred = aside(Until::Moment(NOW.plus(Span::hours(2))));
        decided[2].triage.deferred = aside(Until::NoReplyNeeded);
        decided[3].triage.deferred = aside(Until::CustomerWrites);
        decided[5].triage.unread = true;
        decided[4].triage.labels = vec!["refund".into(), "vip".into()];
        view(desk, switchboard::domain::View::All, decided);
        desk.keys("jjjjvv");
    });
    scene("snooze", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("s");
    });
    scene("snooze_words", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("s2d");
    });
    scene("labels", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("L");
        let known = vec!["refund".to_owned(), "vip".to_owned()];
        desk.send(Msg::Loaded(Loaded::Labels(known)));
        desk.keys("v");
    });
    scene("note", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("cprefers the brass lamp; her brother Jo orders for the office as well");
    });
}

#[test]
fn the_list_has_the_columns_that_somebody_wants() {
    let mut desk = Desk::new((80, 24));
    desk.model.session.settings.shape.columns = vec![Column::Wait, Column::Name, Column::Owner];
    snap("list_own_columns", &desk);
    let mut desk = Desk::new((140, 30));
    (
        desk.model.session.settings.shape.list,
        desk.model.session.settings.shape.customer,
    ) = (40, 20);
    desk.open("Ana Ruiz");
    snap("layout_own_widths", &desk);
}

#[test]
fn saved_views_stand_beside_the_five() {
    let refunds = SavedView {
        name: "Refunds".into(),
        view: View::All,
        filter: String::new(),
        narrow: Narrow {
            label: Some("refund".into()),
            platform: Some(Platform::Messenger),
            order: ListOrder::Waiting,
        },
    };
    let insta = SavedView {
        name: "Insta".into(),
        filter: "lamp".into(),
        ..SavedView::default()
    };
    let with = |size| {
        let settings = Settings {
            views: vec![refunds.clone(), insta.clone()],
            ..Settings::default()
        };
        Desk::with(size, settings)
    };
    for size in SIZES {
        let mut desk = with(size);
        let effects = desk.keys("6");
        let ask = InboxQuery {
            view: View::All,
            filter: String::new(),
            narrow: refunds.narrow.clone(),
            offset: 0,
        };
        assert_eq!(effects, [Effect::Query(Query::Inbox(ask.clone()))]);
        let page = InboxSlice {
            rows: rows().into_iter().take(2).collect(),
            total: 2,
            counts: desk.model.inbox.counts,
        };
        desk.send(Msg::Loaded(Loaded::Inbox(ask, page)));
        snap("saved_view", &desk);
    }
    let mut desk = with((120, 40));
    // By its name, too; and the filter is a filter like any other.
    desk.keys(":view ins<Enter>");
    assert_eq!(
        (desk.model.inbox.saved, &*desk.model.inbox.filter),
        (Some(1), "lamp")
    );
    desk.keys("/x<Enter><Esc>");
    assert_eq!(
        (desk.model.inbox.saved, &*desk.model.inbox.filter),
        (Some(1), "lamp")
    );
    // Its words do not follow to another view, where they would hide who waits.
    desk.keys("2");
    assert_eq!(
        (desk.model.inbox.saved, &*desk.model.inbox.filter),
        (None, "")
    );
    desk.keys("8");
    assert!(
        desk.picture()
            .contains("There is no view 8. [[views]] in the config adds one.")
    );
}

/// Keys that come faster than frames: what each of them has damaged is painted together.
#[test]
fn several_steps_in_one_frame_repaint_what_one_of_them_would() {
    let cursor = |from, to| Damage::Cursor { from, to };
    let cases: [(&str, Damage); 6] = [
        ("j", cursor(0, 1)),
        ("jj", cursor(0, 2)),
        ("jjk", cursor(0, 1)),
        ("jk", cursor(0, 0)),
        ("<PgDn>", cursor(0, 12)),
        ("jjgg", Damage::All),
    ];
    for size in [(80, 24), (120, 40), (200, 60)] {
        for (keys, damage) in cases {
            let mut desk = Desk::new(size);
            assert_eq!(desk.in_one_frame(keys), damage, "{keys} at {size:?}");
        }
    }
    // Where the rows move, all of them are painted.
    let mut desk = Desk::new((120, 16));
    for (keys, damage) in [("jjjjjjjj", Damage::List), ("kkj", cursor(8, 7))] {
        assert_eq!(desk.in_one_frame(keys), damage, "{keys}");
    }
}
