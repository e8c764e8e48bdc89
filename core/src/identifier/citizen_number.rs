//! Citizen identity number, GB 11643-1999 (公民身份号码). It is never a key and never shown: the
//! type has no `Display` and no serde, and its `Debug` tells nothing (domain.md 3.3).

use std::fmt;

use super::division::is_province;
use super::{IdentifierError, IdentifierErrors, ascii, read};
use crate::time::Day;

/// Months from birth to coming of age.
const ADULT_MONTHS: u16 = 18 * 12;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// A well-formed number. Whether it was ever issued cannot be known from it.
#[derive(Clone, PartialEq, Eq)]
pub struct CitizenNumber([u8; 18]);

impl CitizenNumber {
    /// Reads 17 digits and a digit or `X`; `today` bounds the birth date. Numbers of residence
    /// permits (Hong Kong, Macao and Taiwan residents; foreigners) have the same form.
    ///
    /// # Errors
    /// `LEN` or `CHAR` alone, else `PROVINCE`, `DATE` or `FUTURE`, and `CHECK want c`. No error
    /// repeats any part of the text.
    pub fn parse(text: &str, today: Day) -> Result<CitizenNumber, IdentifierErrors> {
        let number: [u8; 18] = read(text, "18", false, |place, byte| {
            byte.is_ascii_digit() || (place == 17 && byte == b'X')
        })?;
        let mut errors = Vec::new();
        if !is_place(&number) {
            errors.push(IdentifierError::Province);
        }
        match birth_day(&number) {
            None => errors.push(IdentifierError::Date),
            Some(day) if day > today => errors.push(IdentifierError::Future),
            Some(_) => {}
        }
        let want = check_character(&number[..17]);
        if number[17] != want {
            errors.push(IdentifierError::Check { want: char::from(want) });
        }
        if errors.is_empty() { Ok(CitizenNumber(number)) } else { Err(IdentifierErrors(errors)) }
    }

    /// Whether whom it was issued to is a minor on a day: not yet eighteen (Civil Code art. 17). Who is
    /// sixteen and lives by the own work counts as an adult in civil matters (art. 18); the number
    /// does not tell that, and nothing that weighs on somebody rests on it.
    pub fn is_minor(&self, on: Day) -> bool {
        birth_day(&self.0).is_none_or(|born| born.plus_months(ADULT_MONTHS) > on)
    }

    /// The number itself, to seal it or to compute its lookup key. It is not
    /// `as_str`, so that a reviewer finds each place where personal information leaves the type.
    pub fn expose(&self) -> &str {
        ascii(&self.0)
    }
}

/// Whether the number begins with a place: a province; 83, residence permits of Taiwan residents;
/// or 9 and a province, the permanent-residence cards of foreigners since December 2023.
fn is_place(number: &[u8; 18]) -> bool {
    let province = [number[0], number[1]];
    is_province(province)
        || province == *b"83"
        || (number[0] == b'9' && is_province([number[1], number[2]]))
}

fn birth_day(number: &[u8; 18]) -> Option<Day> {
    let digits = |from: usize, to: usize| ascii(&number[from..to]);
    Day::new(
        digits(6, 10).parse().ok()?,
        digits(10, 12).parse().ok()?,
        digits(12, 14).parse().ok()?,
    )
}

/// ISO 7064 MOD 11-2 over 17 ASCII digits.
fn check_character(digits: &[u8]) -> u8 {
    let sum: u32 =
        digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize]
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenNumber(..)")
    }
}
