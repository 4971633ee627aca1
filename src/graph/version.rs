//! Versions of the Graph API, and when they end (Graph API changelog, 4 November
//! 2026; a version lives for two years at least).

use crate::domain::Timestamp;

/// What is asked for where nobody says otherwise.
pub const NEWEST_VERSION: &str = "v27.0";

/// Each with the moment from which on Meta answers as a newer one, in milliseconds;
/// the others have no end yet.
const ENDS: [(u32, i64); 5] = [
    (21, 1_800_489_600_000),
    (22, 1_810_771_200_000),
    (23, 1_822_953_600_000),
    (24, 1_834_444_800_000),
    (25, 1_848_441_600_000),
];

/// When a version such as `v21.0` ends, if it does; one that ended long ago did so at
/// the beginning of time.
pub fn version_end(version: &str) -> Option<Timestamp> {
    let major = version.strip_prefix('v')?.split('.').next()?;
    let major: u32 = major.parse().ok()?;
    if major < ENDS[0].0 {
        return Some(Timestamp::from_millis(0));
    }
    let end = ENDS.iter().find(|(version, _)| *version == major)?;
    Some(Timestamp::from_millis(end.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_have_an_end() {
        let days = |version| version_end(version).map(|end| end.as_millis() / 86_400_000);
        assert_eq!(days("v21.0"), Some(20_839), "21 January 2027");
        assert_eq!(days("v20.0"), Some(0));
        assert_eq!(days(NEWEST_VERSION), None);
        assert_eq!(days("latest"), None);
    }
}
