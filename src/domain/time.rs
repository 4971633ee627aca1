//! Points in time and lengths of time, in whole milliseconds.
//!
//! Meta speaks milliseconds in webhooks, ISO text with second precision in the
//! Graph API and Unix seconds for `expiration`; inside the house there is one
//! unit. Nothing here reads a clock.

use jiff::tz::TimeZone;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A length of time in milliseconds; negative when it points backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// From seconds since the epoch (Meta's `expiration`).
    pub const fn from_secs(s: i64) -> Self {
        Self(s.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This point moved by `span`.
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long after `earlier` this point lies.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The wall clock in `zone`. Points outside the calendar fall to its edge.
    pub fn local(self, zone: &TimeZone) -> jiff::civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        zone.to_datetime(instant)
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From milliseconds.
    pub const fn millis(ms: i64) -> Self {
        Self(ms)
    }

    /// From seconds.
    pub const fn seconds(s: i64) -> Self {
        Self(s * 1000)
    }

    /// From minutes.
    pub const fn minutes(m: i64) -> Self {
        Self(m * 60_000)
    }

    /// From hours.
    pub const fn hours(h: i64) -> Self {
        Self(h * 3_600_000)
    }

    /// From days of 24 hours.
    pub const fn days(d: i64) -> Self {
        Self(d * 86_400_000)
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// In whole seconds, rounded towards zero.
    pub const fn as_secs(self) -> i64 {
        self.0 / 1000
    }

    /// As a [`std::time::Duration`]; a negative span is no time at all.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }

    /// Without its direction.
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Backwards.
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// How long ago, in one number: `4m`, `20h`, `5d`.
    pub fn age(self) -> String {
        let minutes = self.0.max(0) / 60_000;
        match minutes {
            0..60 => format!("{minutes}m"),
            60..1440 => format!("{}h", minutes / 60),
            _ => format!("{}d", minutes / 1440),
        }
    }

    /// Short words for a narrow column: `4m`, `3h10`, `24h00`, `5d22`.
    ///
    /// Always rounds down, so a shown clock never promises time that is gone.
    pub fn short(self) -> String {
        let minutes = self.0.max(0) / 60_000;
        let (days, hours) = (minutes / 1440, minutes / 60);
        if minutes < 60 {
            format!("{minutes}m")
        } else if minutes <= 1440 {
            format!("{hours}h{:02}", minutes % 60)
        } else {
            format!("{days}d{:02}", hours % 24)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_round_down() {
        for (span, words) in [
            (Span::millis(-5), "0m"),
            (Span::seconds(59), "0m"),
            (Span::minutes(4), "4m"),
            (Span::minutes(190), "3h10"),
            (Span::seconds(86_399), "23h59"),
            (Span::hours(24), "24h00"),
            (Span::hours(28), "1d04"),
            (Span::hours(142), "5d22"),
        ] {
            assert_eq!(span.short(), words);
        }
        for (minutes, words) in [
            (0, "0m"),
            (59, "59m"),
            (61, "1h"),
            (1439, "23h"),
            (3000, "2d"),
        ] {
            assert_eq!(Span::minutes(minutes).age(), words);
        }
    }
}
