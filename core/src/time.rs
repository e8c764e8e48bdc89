//! Days and moments as plain values. Nothing here reads a clock or a time-zone database.
//!
//! A legal date is a calendar day in Asia/Shanghai, which has been UTC+8 without daylight saving
//! since 1991; every date this register can hold is later than that.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MS_PER_DAY: i64 = 86_400_000;
const SHANGHAI_OFFSET_MS: i64 = 8 * 3_600_000;

/// A calendar day, in text `YYYY-MM-DD`, in stored form days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A text that is no day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a calendar day written YYYY-MM-DD")]
pub struct DayError(pub String);

impl Day {
    /// The earliest day the register accepts.
    pub const MIN: Day = Day(-36_524);
    /// The latest day the register accepts (2199-12-31).
    pub const MAX: Day = Day(84_005);

    /// The day with this year, month (1-12) and day of the month, if it exists and is in range.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().and_then(Day::from_date)
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The day that many days after 1970-01-01, clamped to the range the register accepts.
    pub fn from_number(number: i32) -> Day {
        Day(number.clamp(Day::MIN.0, Day::MAX.0))
    }

    fn from_date(date: Date) -> Option<Day> {
        let epoch = Date::constant(1970, 1, 1);
        let days = date.since(epoch).ok()?.get_days();
        (Day::MIN.0..=Day::MAX.0).contains(&days).then_some(Day(days))
    }

    /// The day in the civil calendar.
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(Span::new().days(self.0))
    }

    /// Year, month (1-12), day of the month (1-31).
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> u8 {
        self.date().weekday().to_monday_one_offset().unsigned_abs()
    }

    /// The day `days` later (earlier when negative), clamped to the accepted range.
    pub fn plus_days(self, days: i32) -> Day {
        Day::from_number(self.0.saturating_add(days))
    }

    /// The corresponding day `months` later, or the month's end where there is none
    /// (Civil Code 202), clamped to the accepted range.
    pub fn plus_months(self, months: u16) -> Day {
        let date = self.date().saturating_add(i32::from(months).months());
        Day::from_date(date).unwrap_or(Day::MAX)
    }

    /// The day `months` earlier by the same rule, clamped to the accepted range.
    pub fn minus_months(self, months: u16) -> Day {
        let date = self.date().saturating_sub(i32::from(months).months());
        Day::from_date(date).unwrap_or(Day::MIN)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Day, DayError> {
        let error = || DayError(text.chars().take(32).collect());
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(error());
        }
        text.parse::<Date>().ok().and_then(Day::from_date).ok_or_else(error)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            let number = i32::deserialize(deserializer)?;
            let range = Day::MIN.0..=Day::MAX.0;
            range
                .contains(&number)
                .then_some(Day(number))
                .ok_or_else(|| D::Error::custom("a stored day is out of range"))
        }
    }
}

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The calendar day in Asia/Shanghai at this moment.
    pub fn legal_date(self) -> Day {
        let days = (self.0.saturating_add(SHANGHAI_OFFSET_MS)).div_euclid(MS_PER_DAY);
        Day::from_number(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The first moment of `day` in Asia/Shanghai.
    pub fn start_of(day: Day) -> Timestamp {
        Timestamp(i64::from(day.0) * MS_PER_DAY - SHANGHAI_OFFSET_MS)
    }

    /// This moment moved by `ms` milliseconds.
    pub fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }
}

/// A text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time like 2026-04-10T12:00:00+08:00")]
pub struct TimestampError(pub String);

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// RFC 3339, with an offset.
    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(|found| Timestamp(found.as_millisecond()))
            .map_err(|_| TimestampError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with milliseconds and the offset of Asia/Shanghai.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms_of_day = self.0.saturating_add(SHANGHAI_OFFSET_MS).rem_euclid(MS_PER_DAY);
        let (seconds, ms) = (ms_of_day / 1000, ms_of_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}.{ms:03}+08:00", self.legal_date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_day_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "20260101",
            "",
            "2026-01-01T00",
            "９026-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn months_end_on_the_corresponding_day_or_the_months_end() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
        assert_eq!(day("2024-02-29").plus_months(12), day("2025-02-28"));
        assert_eq!(day("2026-11-23").plus_months(36), day("2029-11-23"));
        assert_eq!(day("2026-03-31").minus_months(1), day("2026-02-28"));
    }

    #[test]
    fn a_legal_date_changes_at_midnight_in_shanghai() {
        let day: Day = "2026-11-23".parse().unwrap();
        let start = Timestamp::start_of(day);
        assert_eq!(start.legal_date(), day);
        assert_eq!(start.plus_ms(-1).legal_date(), day.plus_days(-1));
        assert_eq!(start.to_string(), "2026-11-23T00:00:00.000+08:00");
        assert_eq!(start.to_string().parse(), Ok(start));
        assert_eq!("2026-11-22T16:00:00Z".parse(), Ok(start));
        assert!("2026-11-22T16:00:00".parse::<Timestamp>().is_err());
    }

    #[test]
    fn the_stated_limits_are_the_days_they_claim() {
        assert_eq!(Day::MAX.to_string(), "2199-12-31");
        assert_eq!(Day::MIN.to_string(), "1870-01-01");
    }
}
