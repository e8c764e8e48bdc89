//! Typical cases (典型案例): stories for the public, without anybody's name (domain.md O26, D09).

use serde::{Deserialize, Serialize};

use crate::actor::SubjectKey;
use crate::id::CaseStudyId;
use crate::identifier::uscc::Uscc;

events! {
/// What happens to a typical case. Its text is public by purpose and stands in clear; the persons
/// it was searched for do not stand beside it, because that would name them again.
CaseStudyEvent {
    /// A department drafted it.
    Drafted "case_study.drafted" {
        authority: Uscc, title: String, text: String, subject: Option<SubjectKey>,
        natural_persons: bool, anonymised: bool, persons_checked: u16,
    }
    /// The head had it published.
    Published "case_study.published" { case_study: CaseStudyId, }
    /// It is no longer shown.
    Withdrawn "case_study.withdrawn" { case_study: CaseStudyId, reason: String, }
}
}
