//! Amounts and days as the national layout writes them, and as the register keeps them.
//!
//! The layout counts money in 10,000 yuan with up to six decimals; the register keeps integer
//! fen, which is exactly that: 0.000001 of 10,000 yuan is one fen. Nothing is ever rounded.

use shouxin_core::time::Day;

/// Fen of 10,000 yuan.
const FEN: u64 = 1_000_000;
/// Decimals of 10,000 yuan that fen can hold.
const DECIMALS: usize = 6;
/// Digits before the point: decimal(18,6) of the layout.
const DIGITS: usize = 12;

/// Fen of an amount in 10,000 yuan, such as `5`, `0.5` or `12.345678`. Nothing for what is
/// negative, more precise, longer, or written in any other way.
pub fn fen(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > DIGITS {
        return None;
    }
    // Zeros behind the sixth decimal say nothing; a digit there would be lost.
    let part = part.trim_end_matches('0');
    if part.len() > DECIMALS {
        return None;
    }
    let part: u64 = format!("{part:0<DECIMALS$}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(FEN)?.checked_add(part)
}

/// An amount in 10,000 yuan, without zeros that say nothing.
pub fn ten_thousand_yuan(fen: u64) -> String {
    let (whole, part) = (fen / FEN, fen % FEN);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:0>DECIMALS$}").trim_end_matches('0').to_owned()
}

/// A day written `2026-01-05`, `2026/01/05` or, as some exporters do, `2026/1/5`.
pub fn day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('/');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        let plain = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then_some(part)
    };
    let (year, month, day) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        let table = [
            ("5", Some(5_000_000)),
            ("0", Some(0)),
            ("0.5", Some(500_000)),
            ("12.345678", Some(12_345_678)),
            ("0.000001", Some(1)),
            ("1.50000000", Some(1_500_000)),
            ("007", Some(7_000_000)),
            ("999999999999.999999", Some(999_999_999_999_999_999)),
            ("0.0000001", None),
            ("12.3456789", None),
            ("-1", None),
            ("-0.5", None),
            ("+1", None),
            ("1,000", None),
            ("1e3", None),
            (".5", None),
            ("5.", None),
            ("", None),
            (" 5", None),
            ("\u{ff15}", None),
            ("1.2.3", None),
            ("1000000000000", None),
        ];
        for (text, expected) in table {
            assert_eq!(fen(text), expected, "{text:?}");
        }
    }

    #[test]
    fn days_exist_or_are_refused() {
        let day_of = |text: &str| text.parse::<Day>().ok();
        let table = [
            ("2026-01-05", day_of("2026-01-05")),
            ("2026/01/05", day_of("2026-01-05")),
            ("2026/1/5", day_of("2026-01-05")),
            ("2024/02/29", day_of("2024-02-29")),
            ("2026/02/29", None),
            ("2026-1-5", None),
            ("2026-01/05", None),
            ("26/01/05", None),
            ("2026/13/01", None),
            ("2026/01/05/", None),
            ("2026/01", None),
            ("20260105", None),
            ("2026/+1/05", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(day(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_comes_back_as_it_was(amount in 0..1_000_000_000_000_000_000u64) {
            prop_assert_eq!(fen(&ten_thousand_yuan(amount)), Some(amount));
        }

        #[test]
        fn what_is_accepted_is_what_it_says(text in "[0-9]{0,14}\\.?[0-9]{0,9}") {
            if let Some(found) = fen(&text) {
                // The same number by another way: with six decimals, and the point left out.
                let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
                let part: String = part.chars().chain("000000000".chars()).take(9).collect();
                let in_fen: u128 = format!("{whole}{part}").parse().expect("digits");
                prop_assert_eq!(u128::from(found) * 1000, in_fen);
            }
        }

        #[test]
        fn noise_is_never_an_amount_of_its_own(text in "\\PC{0,24}") {
            if let Some(found) = fen(&text) {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
                prop_assert_eq!(fen(&ten_thousand_yuan(found)), Some(found));
            }
        }

        #[test]
        fn a_day_reads_the_same_in_both_ways(number in 0..60_000i32) {
            let own = Day::from_number(number);
            let (year, month, of_month) = own.ymd();
            prop_assert_eq!(day(&own.to_string()), Some(own));
            prop_assert_eq!(day(&own.to_string().replace('-', "/")), Some(own));
            prop_assert_eq!(day(&format!("{year:04}/{month}/{of_month}")), Some(own));
        }

        #[test]
        fn noise_is_no_day_unless_it_is_written_like_one(text in "[0-9/-]{0,12}") {
            if let Some(found) = day(&text) {
                let plain = text.replace('/', "-");
                let mut parts = plain.split('-');
                let mut next = || parts.next().and_then(|part| part.parse::<i16>().ok());
                let read = (next(), next(), next());
                let (year, month, of_month) = found.ymd();
                let own = (Some(year), Some(i16::from(month)), Some(i16::from(of_month)));
                prop_assert_eq!(read, own);
            }
        }
    }
}
