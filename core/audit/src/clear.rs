//! Numbers of persons in what stands in clear (design.md 1: they never appear in the event log). Every
//! text of every event is looked at, those of other systems too; the search is this package's own.

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::clear::each_text;
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::guard::Guard;
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::time::Day;

use crate::here::Here;

pub(crate) fn check(at: &mut Here<'_>) {
    if let Some(field) = naming(at.event, at.today) {
        at.guard(Guard::Anonymous, format!("{field} holds a person's number"));
    }
}

/// The field of an event in which somebody is named by number.
fn naming(event: &Envelope, today: Day) -> Option<&'static str> {
    let asked = match &event.event {
        Event::GuardDenied { target, .. }
        | Event::Refusal(RefusalEvent::CommandRefused { target, .. }) => {
            // The key of a file, that of an individual business too, says what was asked for.
            target.parse::<SubjectKey>().is_ok()
        }
        _ => false,
    };
    let mut found = None;
    each_text(&event.event, &mut |field, text| {
        let named = found.is_none() && !(asked && field == "target") && names_somebody(text, today);
        if named {
            found = Some(field);
        }
    });
    found
}

/// Whether eighteen digits and letters in a row, whatever stands between them that is neither, are
/// a citizen's number or the code of an individual business.
fn names_somebody(text: &str, today: Day) -> bool {
    if text.len() < 18 {
        return false;
    }
    let mut row: Vec<u8> = Vec::new();
    for letter in text.chars() {
        let code = u32::from(letter);
        // Full-width forms lie this far above ASCII.
        let narrow = match code {
            0xff01..=0xff5e => code - 0xfee0,
            _ => code,
        };
        match u8::try_from(narrow) {
            Ok(byte) if byte.is_ascii_alphanumeric() => row.push(byte.to_ascii_uppercase()),
            // A letter of a script ends the row; spaces, dashes and the like do not.
            _ if letter.is_alphanumeric() => row.clear(),
            _ => continue,
        }
        let from = row.len().saturating_sub(18);
        let last = String::from_utf8_lossy(row.get(from..).unwrap_or_default());
        let person = CitizenNumber::parse(&last, today).is_ok()
            || Uscc::parse_attested(&last).is_ok_and(|(own, _)| own.is_individual_business());
        if person {
            return true;
        }
    }
    false
}
