//! Questions to the cache cost what is asked for, not what is cached: start,
//! list, thread, search, and taking in a page of the list.

#![allow(missing_docs, clippy::expect_used)]

#[path = "../tests/support/big.rs"]
mod big;
#[path = "../tests/support/pty.rs"]
#[allow(dead_code, unreachable_pub)]
mod pty;

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use pty::Pty;
use switchboard::{
    app::{self, Model, Settings},
    domain::{InboxQuery, ThreadRange, View},
    store::{self, Opened},
    ui::{self, Theme},
};
use tempfile::TempDir;

const SIZES: [u32; 2] = [1_000, 100_000];

/// Caches with 1,000 and 100,000 conversations, and as many messages in the
/// longest thread.
static CACHES: LazyLock<[(TempDir, Opened); 2]> = LazyLock::new(|| {
    SIZES.map(|size| {
        let folder = tempfile::tempdir().expect("a folder");
        big::fill(folder.path(), size, size);
        let opened = store::open(folder.path(), &big::page()).expect("a cache");
        (folder, opened)
    })
});

fn cache(size: u32) -> &'static (TempDir, Opened) {
    &CACHES[usize::from(size == SIZES[1])]
}

fn main() {
    LazyLock::force(&CACHES);
    divan::main();
}

/// The program as a process in a terminal, without a network, until a row of
/// the list is on its screen.
#[divan::bench(args = SIZES, sample_count = 10)]
fn first_frame_in_a_terminal(bencher: Bencher<'_, '_>, size: u32) {
    // A cache that nobody else has open.
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(cache(size).0.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, folder.path().join(name)).expect("copied");
    }
    let cache = folder.path().to_str().expect("a path").to_owned();
    let page = big::page();
    let arguments = [
        "--base-url",
        "http://127.0.0.1:1",
        "--page",
        page.as_str(),
        "--cache",
        &cache,
    ];
    bencher.bench_local(|| {
        let pty = Pty::start(&arguments, &[("SWITCHBOARD_PAGE_TOKEN", "EAAx")], (120, 40));
        pty.wait_for("where is my parcel?");
    });
}

/// From nothing to the first frame: open the files, ask for page and list,
/// paint.
#[divan::bench(args = SIZES, sample_count = 20)]
fn start(bencher: Bencher<'_, '_>, size: u32) {
    // The files of the other program are in use, so this one looks on: it opens
    // and asks the same.
    let (folder, _) = cache(size);
    bencher.bench_local(|| {
        let opened = store::open(folder.path(), &big::page()).expect("a cache");
        let mut model = Model::new(Settings::default(), (120, 40), big::NOW);
        let page = opened
            .reader
            .inbox(&InboxQuery::default(), app::INBOX_WINDOW)
            .expect("a page");
        model.start();
        let loaded = app::Loaded::Inbox(InboxQuery::default(), page);
        app::update(&mut model, big::NOW, app::Msg::Loaded(loaded));
        let backend = ratatui::backend::TestBackend::new(120, 40);
        let mut terminal = ratatui::Terminal::new(backend).expect("a terminal");
        let theme = Theme::default();
        terminal
            .draw(|frame| ui::view(&model, &theme, frame))
            .expect("draws");
        black_box(terminal.backend().buffer().area)
    });
}

#[divan::bench(args = SIZES)]
fn list_top(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let ask = InboxQuery {
        view: View::All,
        ..InboxQuery::default()
    };
    bencher.bench_local(|| opened.reader.inbox(black_box(&ask), 200).expect("a page"));
}

#[divan::bench(args = SIZES)]
fn list_end(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let ask = InboxQuery {
        view: View::All,
        offset: size - 150,
        ..InboxQuery::default()
    };
    bencher.bench_local(|| opened.reader.inbox(black_box(&ask), 200).expect("a page"));
}

#[divan::bench(args = SIZES)]
fn next_waiting(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let from = big::conversation(3);
    bencher.bench_local(|| {
        opened
            .reader
            .next_waiting(Some(black_box(&from)), false)
            .expect("an answer")
    });
}

#[divan::bench(args = SIZES)]
fn thread_newest(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let id = big::conversation(0);
    bencher.bench_local(|| {
        opened
            .reader
            .thread(black_box(&id), &ThreadRange::Newest, 200)
            .expect("a part")
    });
}

#[divan::bench(args = SIZES)]
fn thread_middle(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let id = big::conversation(0);
    let place = ThreadRange::Around(big::written(size, size / 2));
    bencher.bench_local(|| {
        opened
            .reader
            .thread(black_box(&id), &place, 200)
            .expect("a part")
    });
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn search_rare_words(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    bencher.bench_local(|| {
        opened
            .reader
            .find(black_box("needle 77"), 100)
            .expect("hits")
    });
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn search_common_words(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    bencher.bench_local(|| opened.reader.find(black_box("parcel"), 100).expect("hits"));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn search_two_characters(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    bencher.bench_local(|| opened.reader.find(black_box("返品"), 100).expect("hits"));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn filter_the_list(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let ask = InboxQuery {
        view: View::All,
        filter: "needle".into(),
        narrow: Default::default(),
        offset: 0,
    };
    bencher.bench_local(|| opened.reader.inbox(black_box(&ask), 200).expect("a page"));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn jump_by_name(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    bencher.bench_local(|| {
        let mut count = 0;
        opened
            .reader
            .people(black_box("novak 7"), |_, _| {
                count += 1;
                true
            })
            .expect("people");
        count
    });
}

/// A page of 25 conversations with 8 messages each, all of them new.
#[divan::bench(args = SIZES, sample_count = 20)]
fn ingest_a_page(bencher: Bencher<'_, '_>, size: u32) {
    let (_, opened) = cache(size);
    let writer = opened.writer.as_ref().expect("a writer");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut number = size * 10;
    bencher
        .with_inputs(|| {
            number += 25;
            (number - 25..number)
                .flat_map(|n| big::events(n, 8))
                .collect::<Vec<_>>()
        })
        .bench_local_values(|events| {
            runtime
                .block_on(writer.ingest(events, big::NOW))
                .expect("taken")
        });
}
