//! A cache of made-up customers of any size, for measuring and for tests. It is filled the
//! way news comes in, so it looks like one after a first sync.

use super::{Error, Writer};
use crate::domain::{
    Annotations, Author, ConversationId, ConversationSeen, Event, Message, MessageSeen, Mid,
    PerPlatform, Platform, Psid, Random, Routing, Span, Timestamp,
};

/// Conversations per transaction.
const BATCH: u32 = 10_000;

/// How many different words there are; common ones come far more often (Zipf's law).
const WORDS: u64 = 60_000;

/// What stands in the cache.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// How many conversations, each with one message.
    pub conversations: u32,
    /// How many messages in the first conversation, which is the newest.
    pub messages: u32,
    /// The same seed gives the same words.
    pub seed: u64,
    /// The moment of the sync (Meta's clock). The oldest conversation ended 17,000 minutes
    /// before it.
    pub now: Timestamp,
}

impl Sample {
    /// The id of a conversation by its number, from 0.
    pub fn conversation(number: u32) -> ConversationId {
        ConversationId::new(format!("t_{number}"))
    }

    /// Fills an empty cache.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub async fn fill(&self, writer: &Writer) -> Result<(), Error> {
        let enabled = PerPlatform {
            messenger: Routing::Enabled,
            instagram: Routing::Enabled,
        };
        let page = Event::Page {
            name: "Lamp & Co".into(),
            routing: enabled,
        };
        writer.ingest(vec![page], self.now).await?;
        writer
            .ingest(self.events(0, self.messages), self.now)
            .await?;
        for start in (1..self.conversations).step_by(BATCH as usize) {
            let end = start.saturating_add(BATCH).min(self.conversations);
            // Oldest first, as they are read from Meta's list.
            let batch = (start..end).rev();
            let batch = batch.flat_map(|number| self.events(number, 1));
            writer.ingest(batch.collect(), self.now).await?;
        }
        // A first sync takes long enough for that.
        while writer.tidy_index().await? {}
        Ok(())
    }

    /// A conversation with so many messages. Every tenth is ours, the others are the
    /// bot's.
    pub fn events(&self, number: u32, messages: u32) -> Vec<Event> {
        const FIRST: [&str; 6] = ["Alex", "Sam", "Léa", "Jonas", "Yui", "Piotr"];
        const LAST: [&str; 5] = ["Novak", "Okafor", "Trần", "田中", "Lind"];
        let id = Self::conversation(number);
        let mut random = Random::seeded(self.seed ^ (u64::from(number) << 32));
        let mut lines: Vec<MessageSeen> = (0..messages)
            .map(|line| self.message(number, line, messages, &mut random))
            .collect();
        lines.reverse();
        let seen = ConversationSeen {
            id: id.clone(),
            psid: Psid::new(format!("70{number}")),
            platform: if number % 4 == 3 {
                Platform::Instagram
            } else {
                Platform::Messenger
            },
            name: Some(format!(
                "{} {} {number}",
                FIRST[number as usize % FIRST.len()],
                LAST[number as usize / 7 % LAST.len()]
            )),
            username: None,
            snippet: lines.first().map(|newest| newest.message.text.clone()),
            updated_at: self.now.plus(age(number)),
            unread: Some(1),
            can_reply: Some(true),
            is_owner: Some(number.is_multiple_of(10)),
            at: self.now,
        };
        vec![
            Event::Conversation(seen),
            Event::Messages {
                conversation: id,
                messages: lines,
                older: Some(None),
            },
        ]
    }

    fn message(&self, number: u32, line: u32, of: u32, random: &mut Random) -> MessageSeen {
        let last = line + 1 == of;
        let text = if number % 1_000 == 77 {
            format!("needle {number} {line}")
        } else {
            words(number + line, line, random)
        };
        MessageSeen {
            message: Message {
                mid: Mid::new(format!("m_{number}_{line}")),
                at: self.written(line, of).plus(age(number)),
                author: if last || line.is_multiple_of(2) {
                    Author::Customer
                } else {
                    Author::Page
                },
                text,
                parts: Vec::new(),
                gone: false,
                annotations: Annotations::default(),
            },
            raw: "{}".into(),
            from_webhook: false,
        }
    }

    /// When a message of the first thread was written, by its line, from 0.
    pub fn written(&self, line: u32, of: u32) -> Timestamp {
        self.now.plus(Span::seconds(-50 * i64::from(of - line)))
    }
}

/// How long before the sync the newest message of a conversation came, as a negative span.
fn age(number: u32) -> Span {
    Span::minutes(-i64::from(number % 17_000))
}

/// A customer's words: a common sentence, the number of its line, and some rarer words.
fn words(which: u32, line: u32, random: &mut Random) -> String {
    const SENTENCES: [&str; 5] = [
        "where is my parcel?",
        "the lamp flickers",
        "返品したいです",
        "ich möchte eine Rückerstattung",
        "thank you!",
    ];
    let mut text = format!("{} ({line})", SENTENCES[which as usize % SENTENCES.len()]);
    for _ in 0..random.below(9) {
        // Ranks 1 to 10 are drawn as often as ranks 10 to 100.
        let exponent = (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (WORDS as f64).powf(exponent) as u64;
        text.push(' ');
        text.push_str(&word(rank));
    }
    text
}

/// The made-up word of a rank.
fn word(rank: u64) -> String {
    const CONSONANTS: &[u8] = b"bcdfglmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let mut rest = rank.wrapping_mul(2_654_435_761) ^ 0x5bd1;
    let mut word = String::new();
    for _ in 0..2 + rank % 2 {
        for letters in [CONSONANTS, VOWELS] {
            let count = letters.len() as u64;
            word.push(char::from(letters[(rest % count) as usize]));
            rest /= count;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_cache_and_another_one_other_words() {
        let sample = |seed| Sample {
            conversations: 2,
            messages: 30,
            seed,
            now: Timestamp::from_millis(1_795_183_650_000),
        };
        let events = |seed| [sample(seed).events(0, 30), sample(seed).events(77, 3)];
        assert_eq!(events(1), events(1));
        assert_ne!(events(1), events(2));
    }
}
