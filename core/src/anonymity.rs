//! Whether a text for the public names a person by number: a citizen's number, or the code of an
//! individual business, which is its owner's.

use crate::identifier::citizen_number::CitizenNumber;
use crate::identifier::uscc::Uscc;
use crate::time::Day;

/// Characters of both numbers.
const NUMBER_CHARS: usize = 18;

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

/// Whether a text holds a name, however either is spaced.
pub fn holds_name(text: &str, name: &str) -> bool {
    let name = plain(name);
    !name.is_empty() && plain(text).contains(&name)
}
