//! Commands about typical cases.

use crate::actor::SubjectKey;
use crate::event::case_study::TakenDownFor;
use crate::id::CaseStudyId;

/// A command about a typical case.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum CaseStudyCommand {
    Draft {
        title: String,
        text: String,
        subject: Option<SubjectKey>,
        natural_persons: bool,
        anonymised: bool,
        /// Registered persons whose names the edge opened and looked for.
        persons_checked: u16,
        /// How many of those names it found.
        persons_named: u16,
    },
    Publish {
        case_study: CaseStudyId,
    },
    Withdraw {
        case_study: CaseStudyId,
        ground: TakenDownFor,
    },
}
