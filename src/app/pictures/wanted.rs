//! Which pictures are asked for, and what becomes of them.

use std::{collections::HashSet, sync::Arc};

use super::state::{
    FACE, Looked, PictureState, Pictures, ShownPicture, cells, large_room, of_message,
};
use crate::{
    app::{
        Effect, Model, TerminalEffect, dialog::Dialog, layout::layout, settings::PicturesBy,
        thread::Anchor,
    },
    domain::{
        Command, ConversationId, Item, Mid, Part, Picture, PictureId, PictureNumber, PictureSize,
        Profile, Psid,
    },
};

/// The most a picture of the thread takes, in columns and rows (our choice).
const IN_THREAD: (u16, u16) = (28, 8);
/// A sticker, which is less of a thing to look at.
const STICKER: (u16, u16) = (12, 6);
/// So many messages before and after the top of the pane are near it.
const NEAR: usize = 60;
/// So many are asked for at once, the nearest first.
const AT_ONCE: usize = 12;
/// Asks for what is wanted around the place where the thread stands, unless that was
/// done.
pub(crate) fn wanted(model: &mut Model) -> Vec<Effect> {
    let by = model.session.settings.pictures;
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    if by == PicturesBy::Off || model.session.privacy || !thread.window.is_loaded() {
        return Vec::new();
    }
    let items = &thread.window.items;
    let at = match &thread.anchor {
        Anchor::Bottom => None,
        Anchor::Top { at, .. } => Some(*at),
    };
    let face = matches!(thread.profile, Profile::Known(_)) && layout(model).customer.is_some();
    let same = model.pictures.looked.as_ref().is_some_and(|looked| {
        looked.items == items.len()
            && looked.conversation == thread.conversation.id
            && looked.at == at
            && looked.newest == items.last().map(Item::at)
            && looked.face == face
    });
    if same {
        return Vec::new();
    }
    let looked = model.pictures.looked.as_ref();
    if looked.is_none_or(|looked| looked.conversation != thread.conversation.id) {
        // Another try for what failed, or was never answered.
        model.pictures.keep_shown();
    }
    let mut ids: Vec<PictureId> = Vec::new();
    let of_person = PictureId::Person(thread.conversation.psid.clone());
    if face && !model.pictures.known.contains_key(&of_person) {
        ids.push(of_person);
    }
    let near = near(items, at);
    let unknown = |id: &&PictureId| !model.pictures.known.contains_key(id);
    ids.extend(near.iter().filter(unknown).take(AT_ONCE).cloned());
    let asks = ids.iter().map(|id| {
        Effect::Engine(Command::ShowPicture {
            conversation: thread.conversation.id.clone(),
            psid: thread.conversation.psid.clone(),
            id: id.clone(),
            size: PictureSize::Small,
            file: by.file(),
        })
    });
    let mut effects: Vec<Effect> = asks.collect();
    model.pictures.looked = Some(Looked {
        conversation: thread.conversation.id.clone(),
        at,
        items: items.len(),
        newest: items.last().map(Item::at),
        face,
    });
    for id in ids {
        model.pictures.known.insert(id.clone(), PictureState::Asked);
        model.pictures.order.push_back(id);
    }
    let gone = taken_back(items);
    let mut forgotten = model.pictures.forget(&gone);
    let near: HashSet<PictureId> = near.into_iter().collect();
    forgotten.extend(model.pictures.make_room(&near));
    effects.extend(dropped(forgotten));
    effects
}

/// Messages that were taken back, and their pictures with them.
fn taken_back(items: &[Item]) -> Vec<Mid> {
    let gone = items.iter().filter_map(|item| match item {
        Item::Message(message) if message.annotations.unsent => Some(message.mid.clone()),
        _ => None,
    });
    gone.collect()
}

/// Those around the place where the thread stands, the nearest first.
fn near(items: &[Item], at: Option<usize>) -> Vec<PictureId> {
    let at = at.unwrap_or(items.len()).min(items.len());
    let (before, after) = items.split_at(at);
    let ids = |item: &Item| -> Vec<PictureId> {
        match item {
            Item::Message(message) => of_message(message).map(|(id, _)| id).collect(),
            _ => Vec::new(),
        }
    };
    let after = after.iter().take(NEAR);
    let before = before.iter().rev().take(NEAR);
    after.chain(before).flat_map(ids).collect()
}

fn dropped(numbers: Vec<PictureNumber>) -> Option<Effect> {
    (!numbers.is_empty()).then_some(Effect::Terminal(TerminalEffect::DropPictures(numbers)))
}

/// A picture has come, or will not.
pub(crate) fn came(
    model: &mut Model,
    id: PictureId,
    size: PictureSize,
    picture: Result<Picture, String>,
) -> Vec<Effect> {
    let large = size == PictureSize::Large;
    let expected = match large {
        true => model
            .pictures
            .large
            .as_ref()
            .is_some_and(|(at, _)| *at == id),
        false => model.pictures.known.contains_key(&id),
    };
    if !expected {
        return Vec::new();
    }
    let mut effects = Vec::new();
    let state = match picture {
        Err(why) => {
            let keymap = &model.session.settings.keymap;
            PictureState::Failed(keymap.name_remedies(&why))
        }
        Ok(picture) => {
            let most = match large {
                true => large_room(model.session.size),
                false => room_for(model, &id),
            };
            let cells = match id {
                PictureId::Person(_) if !large => FACE,
                _ => cells(&picture.bitmap, most),
            };
            let number = match model.pictures.known.get(&id) {
                // It has come before, and the terminal has lost it.
                Some(PictureState::Shown(shown)) if !large => shown.number,
                _ => model.pictures.number(),
            };
            let sent = picture.file.is_some();
            // Once, and not with every frame.
            let (columns, rows) = (u32::from(cells.0), 2 * u32::from(cells.1));
            let bitmap = Arc::new(picture.bitmap.scaled(columns, rows));
            if sent {
                effects.push(Effect::Terminal(TerminalEffect::SendPicture {
                    number,
                    cells,
                    picture,
                }));
            }
            PictureState::Shown(ShownPicture {
                number,
                bitmap,
                cells,
                sent,
            })
        }
    };
    if large {
        // It may have been asked for twice.
        effects.extend(shrink(model));
        model.pictures.large = Some((id, state));
    } else {
        if let PictureState::Shown(shown) = &state {
            let number = shown.number;
            model.pictures.by_number.insert(number, id.clone());
        }
        model.pictures.known.insert(id, state);
    }
    effects
}

/// Asks for a picture for the whole screen. The one before is forgotten.
pub(crate) fn enlarge(
    model: &mut Model,
    id: PictureId,
    conversation: ConversationId,
    psid: Psid,
) -> Vec<Effect> {
    let mut effects = shrink(model);
    let file = model.session.settings.pictures.file();
    model.pictures.large = Some((id.clone(), PictureState::Asked));
    effects.push(Effect::Engine(Command::ShowPicture {
        conversation,
        psid,
        id,
        size: PictureSize::Large,
        file,
    }));
    effects
}

/// The large picture is forgotten, if there is one and no dialog shows it.
pub(crate) fn shrink(model: &mut Model) -> Vec<Effect> {
    match model.pictures.large.take() {
        Some((_, PictureState::Shown(shown))) if shown.sent => {
            dropped(vec![shown.number]).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a dialog shows one on the whole screen.
pub(crate) fn is_enlarged(model: &Model) -> bool {
    let picture = |dialog: &Dialog| matches!(dialog, Dialog::Picture(_));
    model.dialogs.iter().any(picture)
}

/// The terminal has lost what it had: another program had the screen. Those of the
/// open thread are asked for again; of others nothing is kept.
pub(crate) fn lost(model: &mut Model) -> Vec<Effect> {
    let file = model.session.settings.pictures.file();
    let large = model.pictures.large.take();
    let Some(thread) = &model.thread else {
        model.pictures = Pictures::default();
        return Vec::new();
    };
    let mut here: HashSet<PictureId> = HashSet::new();
    here.insert(PictureId::Person(thread.conversation.psid.clone()));
    for item in &thread.window.items {
        if let Item::Message(message) = item {
            here.extend(of_message(message).map(|(id, _)| id));
        }
    }
    model.pictures.keep_only(|id| here.contains(id));
    let mut wanted: Vec<(PictureId, PictureSize)> = Vec::new();
    for (id, state) in &mut model.pictures.known {
        if let PictureState::Shown(shown) = state
            && std::mem::take(&mut shown.sent)
        {
            wanted.push((id.clone(), PictureSize::Small));
        }
    }
    if let Some((id, _)) = large {
        wanted.push((id.clone(), PictureSize::Large));
        model.pictures.large = Some((id, PictureState::Asked));
    }
    let effects = wanted.into_iter().map(|(id, size)| {
        Effect::Engine(Command::ShowPicture {
            conversation: thread.conversation.id.clone(),
            psid: thread.conversation.psid.clone(),
            id,
            size,
            file,
        })
    });
    effects.collect()
}

/// News was missed, and among it may have been pictures.
pub(crate) fn missed(model: &mut Model) {
    model.pictures.keep_shown();
    model.pictures.looked = None;
}

/// The most that a picture of the thread gets.
fn room_for(model: &Model, id: &PictureId) -> (u16, u16) {
    let sticker = model.thread.iter().flat_map(|thread| &thread.window.items);
    let sticker = sticker.rev().any(|item| match (item, id) {
        (Item::Message(message), PictureId::Part { mid, .. }) if message.mid == *mid => {
            of_message(message).any(|(part, kind)| part == *id && *kind == Part::Sticker)
        }
        _ => false,
    });
    // On a low screen the words are worth more.
    let rows = (model.session.size.1 / 4).clamp(4, IN_THREAD.1);
    match sticker {
        true => (STICKER.0, STICKER.1.min(rows)),
        false => (IN_THREAD.0, rows),
    }
}
