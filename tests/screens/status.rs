//! How the link, the Page and the files stand.

use super::*;

#[test]
fn troubles_with_the_files_are_said() {
    let mut desk = Desk::new((100, 30));
    let full = Change::Storage(Some("the disk is full".into()));
    desk.send(Msg::Changed(vec![full]));
    snap("cannot_save", &desk);
    let settings = Settings {
        read_only: true,
        ..Settings::default()
    };
    let mut desk = Desk::with((100, 30), settings);
    let why = "Another switchboard has these conversations open, so this one only reads. Close it to work here.";
    desk.send(Msg::Changed(vec![Change::Link(Link::ReadOnly(why.into()))]));
    snap("looking_on", &desk);
}

#[test]
fn the_link_says_how_it_stands() {
    let offline =
        Link::Offline("Cannot reach graph.facebook.com: connection refused or no route.".into());
    for (name, link) in [
        ("link_offline", offline),
        ("link_token_refused", Link::TokenRefused("The Page token has expired. Make a new one and set SWITCHBOARD_PAGE_TOKEN. (Meta error 190/463)".into())),
        ("link_throttled", Link::Throttled(NOW.plus(Span::minutes(7)))),
        ("link_broken", Link::Broken("sync (it panicked); restart switchboard".into())),
    ] {
        let mut desk = Desk::new((80, 24));
        desk.send(Msg::Changed(vec![Change::Link(link)]));
        snap(name, &desk);
    }
}

#[test]
fn a_page_without_routing_says_so() {
    let mut desk = Desk::new((120, 40));
    desk.routes(Routing::ZeroConfig);
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.owner = ThreadOwner::Unknown;
    desk.answer_thread(page);
    desk.keys("t");
    snap("zero_config", &desk);
}

#[test]
fn read_only_says_so() {
    let mut desk = Desk::with(
        (120, 40),
        Settings {
            read_only: true,
            ..Settings::default()
        },
    );
    desk.open("Ana Ruiz");
    desk.keys("r");
    snap("read_only", &desk);
}
