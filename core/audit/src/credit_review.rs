//! Credit reviews for permits (O37): records of the subject that are in effect, shared and
//! undisputed. Nothing follows from a review, so nothing is folded.

use shouxin_core::event::credit_review::CreditReviewEvent;
use shouxin_core::guard::Guard;
use shouxin_core::rules::Openness;

use crate::fold::{Fold, RecordStage};
use crate::here::Here;

pub(crate) fn check(fold: &Fold, at: &mut Here<'_>, event: &CreditReviewEvent) {
    let CreditReviewEvent::Performed { authority, matter, basis, records, .. } = event;
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    at.of_authority(*authority);
    at.capacity(fold, subject);
    at.basis(basis);
    at.stated(Guard::Document, &[("matter", matter)]);
    for id in records {
        let Some(own) = fold.records.get(id) else {
            at.missing(id);
            continue;
        };
        at.about(own.subject);
        let over =
            own.stage != RecordStage::Live || own.until.is_some_and(|until| at.today > until);
        if over {
            at.guard(Guard::End, format!("{id} is in effect no more"));
        }
        if !own.holds.is_empty() {
            at.guard(Guard::NoSuspension, format!("{id} is disputed"));
        }
        let shared = matches!(own.openness, Openness::Public | Openness::GovShared);
        at.must(shared, Guard::Open, "departments do not share a record of this class");
    }
}
