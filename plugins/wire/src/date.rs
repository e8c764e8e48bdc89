//! A calendar day as it stands in messages: `YYYY-MM-DD`, legal date in Asia/Shanghai.
//!
//! Only order and validity are needed here, so there is no arithmetic and no clock.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as DeError, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the calendar, year 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a calendar day written YYYY-MM-DD")]
pub struct DateError(String);

impl Date {
    /// The first day there is.
    pub const MIN: Date = Date { year: 1, month: 1, day: 1 };

    /// The day with this year (1-9999), month (1-12) and day of the month, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=last).contains(&day)).then_some(Date {
            year,
            month,
            day,
        })
    }

    /// The same day that many years later; 29 February becomes 1 March where there is none. `None`
    /// beyond year 9999.
    pub fn plus_years(self, years: u16) -> Option<Date> {
        let year = self.year.checked_add(years).filter(|year| *year <= 9999)?;
        Date::new(year, self.month, self.day).or_else(|| Date::new(year, 3, 1))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Date, DateError> {
        parse(text).ok_or_else(|| DateError(text.chars().take(32).collect()))
    }
}

fn parse(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0u16, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0'))
        })
    };
    let part = |digits| u8::try_from(number(digits)?).ok();
    Date::new(number(&[y1, y2, y3, y4])?, part(&[m1, m2])?, part(&[d1, d2])?)
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        deserializer.deserialize_str(DateVisitor)
    }
}

/// Reads a date where it stands: messages have many, and a copy of each costs more than its reading.
struct DateVisitor;

impl Visitor<'_> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, YYYY-MM-DD")
    }

    fn visit_str<E: DeError>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for text in ["2026-02-28", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
            "2026-1-01",
            "+026-01-01",
            "2026/01/01",
            "2026-01-01T00:00:00Z",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn years_later_is_the_same_day_or_the_first_of_march() {
        let later = |text: &str, years| {
            text.parse::<Date>().unwrap().plus_years(years).map(|date| date.to_string())
        };
        assert_eq!(later("2026-01-01", 3).as_deref(), Some("2029-01-01"));
        assert_eq!(later("2024-02-29", 1).as_deref(), Some("2025-03-01"));
        assert_eq!(later("2024-02-29", 4).as_deref(), Some("2028-02-29"));
        assert_eq!(later("9998-01-01", 2), None);
    }

    #[test]
    fn the_order_is_the_order_of_days() {
        let sorted = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01", "2027-01-01"];
        let days: Vec<Date> = sorted.iter().map(|text| text.parse().unwrap()).collect();
        assert!(days.is_sorted());
    }
}
