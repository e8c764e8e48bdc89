//! Whether a text for the public names a person by number: a citizen's number, or the code of an
//! individual business, which is its owner's.

use serde::Serialize;

use crate::event::clear::each_text;
use crate::identifier::citizen_number::CitizenNumber;
use crate::identifier::uscc::Uscc;
use crate::time::Day;

/// Characters of both numbers.
const NUMBER_CHARS: usize = 18;
/// Digits that both have at least: the two that an individual business begins with and its place.
const NUMBER_DIGITS_MIN: usize = 8;
/// What stands in the log for a text of another system that named somebody by number.
const NOT_KEPT: &str = "原文含公民身份号码，不予留存 / it named somebody by number and is not kept";

/// A text as it is searched: narrow, upper case, without anything that only separates.
pub fn plain(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    };
    let separates = |letter: &char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '-' | '_' | '.' | '·' | '•' | '\u{ad}' | '\u{feff}')
            || ('\u{200b}'..='\u{200f}').contains(letter)
            || ('\u{2010}'..='\u{2015}').contains(letter)
            || ('\u{2060}'..='\u{2064}').contains(letter)
    };
    let kept = text.chars().map(narrow).filter(|letter| !separates(letter));
    kept.flat_map(char::to_uppercase).collect()
}

/// Whether a text holds a citizen's number or the code of an individual business, however it is
/// spaced or how wide it is written. It errs towards finding one: a text can be written anew, and
/// what was public cannot be made unknown.
pub fn holds_personal_number(text: &str, today: Day) -> bool {
    // Nearly every text is too short, or has too few digits, and nothing is copied to see that.
    let digit = |letter: &char| matches!(letter, '0'..='9' | '\u{ff10}'..='\u{ff19}');
    if text.len() < NUMBER_CHARS || text.chars().filter(digit).count() < NUMBER_DIGITS_MIN {
        return false;
    }
    let letters: Vec<char> = plain(text).chars().collect();
    letters.windows(NUMBER_CHARS).any(|window| {
        // By far the most of a text begins like neither, and nothing is worked out for it.
        let citizen = window.iter().take(NUMBER_CHARS - 1).all(char::is_ascii_digit);
        let business = window.starts_with(&['9', '2']);
        if !(citizen || business) || !window.iter().all(char::is_ascii_alphanumeric) {
            return false;
        }
        let number: String = window.iter().collect();
        CitizenNumber::parse(&number, today).is_ok()
            || Uscc::parse_attested(&number).is_ok_and(|(code, _)| code.is_individual_business())
    })
}

/// The field of something to be stored whose text in clear names somebody by number (design.md 1: such
/// a number is never in the event log).
pub fn numbered_field<T: Serialize>(stored: &T, today: Day) -> Option<&'static str> {
    let mut found = None;
    each_text(stored, &mut |field, text| {
        if found.is_none() && holds_personal_number(text, today) {
            found = Some(field);
        }
    });
    found
}

/// A text of another system as it can be kept in clear: one that names somebody by number is not.
pub fn without_number(text: String) -> String {
    if holds_personal_number(&text, Day::MAX) { NOT_KEPT.to_owned() } else { text }
}

/// Whether a text holds a name, however either is spaced.
pub fn holds_name(text: &str, name: &str) -> bool {
    let name = plain(name);
    !name.is_empty() && plain(text).contains(&name)
}
