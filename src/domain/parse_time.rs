//! Moments in words, as an agent types them: `2h`, `tomorrow`, `fri 14:00`.

use jiff::{
    ToSpan, Zoned,
    civil::{Date, Time, Weekday, date, time},
    tz::TimeZone,
};

use super::{Span, Timestamp};

/// When a day is named without an hour (our choice).
const MORNING: Time = time(9, 0, 0, 0);
/// "This evening" (our choice).
const EVENING: Time = time(18, 0, 0, 0);

/// The moment that the words mean, seen from `now` in `zone`; always later than
/// `now`. `None` when they mean nothing, or only what has passed.
///
/// Lengths (`20m`, `2h`, `3 days`, `1w`), days (`tomorrow`, `fri`, `24 nov`,
/// `2026-11-24`, `next week`), hours (`14:00`, `9am`, `noon`, `evening`), and a
/// day with an hour. A day alone is its morning.
pub fn parse_time(words: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let words = words.to_lowercase();
    let words: Vec<&str> = words
        .split_whitespace()
        .filter(|word| !matches!(*word, "in" | "at" | "on" | "until" | "next" | "this"))
        .collect();
    if let Some(span) = length(&words) {
        return Some(now.plus(span));
    }
    let today = now.local(zone).date();
    let (day, hour) = day_and_hour(&words, today)?;
    let at = |day: Date, hour: Time| -> Option<Timestamp> {
        let zoned: Zoned = day.to_datetime(hour).to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    };
    let moment = at(day.unwrap_or(today), hour.unwrap_or(MORNING))?;
    // An hour that has passed today is tomorrow's.
    let moment = match day {
        None if moment <= now => at(today.tomorrow().ok()?, hour.unwrap_or(MORNING))?,
        _ => moment,
    };
    (moment > now).then_some(moment)
}

/// `20m`, `2 hours`, `1w`.
fn length(words: &[&str]) -> Option<Span> {
    let (number, unit) = match words {
        [word] => word.split_at(word.find(|c: char| !c.is_ascii_digit())?),
        [number, unit] => (*number, *unit),
        _ => return None,
    };
    let n: i64 = number.parse().ok().filter(|n| (1..=10_000).contains(n))?;
    Some(match unit.strip_suffix('s').unwrap_or(unit) {
        "m" | "min" | "minute" => Span::minutes(n),
        "h" | "hr" | "hour" => Span::hours(n),
        "d" | "day" => Span::days(n),
        "w" | "week" => Span::days(7 * n),
        _ => return None,
    })
}

fn day_and_hour(words: &[&str], today: Date) -> Option<(Option<Date>, Option<Time>)> {
    let (mut day, mut hour) = (None, None);
    let mut words = words.iter().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        if let Some(named) = named_day(word, today) {
            day = Some(named);
        } else if let Some(named) = named_hour(word) {
            hour = Some(named);
        } else {
            // `24 nov` or `nov 24`.
            let next = words.next()?;
            let (number, month) = match month(next) {
                Some(month) => (word, month),
                None => (next, month(word)?),
            };
            let number: i8 = number.parse().ok()?;
            let this_year = Date::new(today.year(), month, number).ok()?;
            day = Some(if this_year < today {
                Date::new(today.year() + 1, month, number).ok()?
            } else {
                this_year
            });
        }
    }
    Some((day, hour))
}

fn named_day(word: &str, today: Date) -> Option<Date> {
    let weekday = match word {
        "today" => return Some(today),
        "t" | "tom" | "tomorrow" => return today.tomorrow().ok(),
        "mon" | "monday" | "week" => Weekday::Monday,
        "tue" | "tues" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thurs" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return iso_day(word),
    };
    let mut day = today;
    loop {
        day = day.checked_add(1.day()).ok()?;
        if day.weekday() == weekday {
            return Some(day);
        }
    }
}

fn iso_day(word: &str) -> Option<Date> {
    let mut parts = word.splitn(3, '-').map(str::parse::<i16>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if !(2000..3000).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|day| *day >= date(2000, 1, 1))
}

fn named_hour(word: &str) -> Option<Time> {
    match word {
        "morning" => return Some(MORNING),
        "noon" => return Some(time(12, 0, 0, 0)),
        "evening" | "tonight" => return Some(EVENING),
        _ => {}
    }
    let (digits, shift) = if let Some(digits) = word.strip_suffix("pm") {
        (digits, Some(12))
    } else if let Some(digits) = word.strip_suffix("am") {
        (digits, Some(0))
    } else {
        (word, None)
    };
    let (hour, minute) = match digits.split_once(':') {
        Some((hour, minute)) => (hour, minute.parse::<i8>().ok()?),
        // A bare number may be a day of the month.
        None if shift.is_none() => return None,
        None => (digits, 0),
    };
    let hour: i8 = hour.parse().ok()?;
    let hour = match shift {
        Some(shift) if (1..=12).contains(&hour) => hour % 12 + shift,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let short = word.get(..3)?;
    let at = MONTHS.iter().position(|month| *month == short)?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 20 November 2026, 14:07:30 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

    #[test]
    fn words_mean_the_moment_that_a_person_means() {
        for (words, moment) in [
            ("20m", "2026-11-20 14:27"),
            ("in 2 hours", "2026-11-20 16:07"),
            ("1d", "2026-11-21 14:07"),
            ("2w", "2026-12-04 14:07"),
            ("t", "2026-11-21 09:00"),
            ("tomorrow", "2026-11-21 09:00"),
            ("tomorrow 14:30", "2026-11-21 14:30"),
            ("evening", "2026-11-20 18:00"),
            ("tonight", "2026-11-20 18:00"),
            ("morning", "2026-11-21 09:00"),
            ("noon", "2026-11-21 12:00"),
            ("9am", "2026-11-21 09:00"),
            ("5pm", "2026-11-20 17:00"),
            ("12am", "2026-11-21 00:00"),
            ("18:45", "2026-11-20 18:45"),
            ("fri", "2026-11-27 09:00"),
            ("mon at 8:15", "2026-11-23 08:15"),
            ("next week", "2026-11-23 09:00"),
            ("24 nov", "2026-11-24 09:00"),
            ("Nov 24 10am", "2026-11-24 10:00"),
            ("3 feb", "2027-02-03 09:00"),
            ("2026-12-01 noon", "2026-12-01 12:00"),
        ] {
            let found = parse_time(words, NOW, &TimeZone::UTC);
            let found = found.map(|at| at.local(&TimeZone::UTC).strftime("%F %R").to_string());
            assert_eq!(found.as_deref(), Some(moment), "{words}");
        }
        for words in [
            "",
            "in",
            "soon",
            "25:00",
            "0m",
            "31 feb",
            "2026-01-01",
            "today 9am",
            "13pm",
        ] {
            assert_eq!(parse_time(words, NOW, &TimeZone::UTC), None, "{words}");
        }
    }

    #[test]
    fn tomorrow_morning_is_a_local_one_also_over_the_change_of_the_clocks() {
        let Ok(zone) = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3") else {
            panic!("a zone");
        };
        // Saturday, 24 October 2026, 20:00 in summer time.
        let now = Timestamp::from_millis(1_792_864_800_000);
        let at = parse_time("tomorrow", now, &zone).expect("a moment");
        assert_eq!(
            at.local(&zone).strftime("%F %R").to_string(),
            "2026-10-25 09:00"
        );
        assert_eq!(at.since(now), Span::hours(14));
    }
}
