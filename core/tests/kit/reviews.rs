//! Credit reviews: the command, right in every point, and one event.

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::credit_review::CreditReviewCommand;
use shouxin_core::event::Event;
use shouxin_core::event::credit_review::CreditReviewEvent;
use shouxin_core::id::{Position, RecordId};

use super::authority;
use super::rules::{MARKET, cite};
use super::steps::text;

/// A review of these records.
pub fn review(subject: SubjectKey, records: &[RecordId]) -> Command {
    Command::CreditReview(CreditReviewCommand::Perform {
        subject,
        matter: text(),
        basis: vec![cite("law")],
        records: records.to_vec(),
        complete: true,
    })
}

/// One event of each name.
pub fn samples() -> Vec<Event> {
    vec![Event::CreditReview(CreditReviewEvent::Performed {
        authority: authority(MARKET),
        matter: text(),
        basis: vec![cite("law")],
        records: vec![RecordId(Position { log: 3, sequence: 6 })],
        complete: true,
    })]
}
