//! What the subject of a measure is told that goes to a higher authority (domain.md 2.4): reasons and
//! remedies, served once what the measure rests on has effect, and no later than the letter.

use shouxin_core::event::CaseRef;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::guard::Guard;
use shouxin_core::text::digest_is_stated;

use crate::commit::Commit;
use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;

pub(crate) fn noticed(fold: &Fold, commit: &mut Commit, at: &mut Here<'_>, event: &MeasureEvent) {
    let MeasureEvent::ForwardNoticed { measure, reasons, remedies, document_sha256, service } =
        event
    else {
        return;
    };
    let Some(own) = fold.measures.get(measure) else {
        at.missing(measure);
        return;
    };
    at.about(own.subject);
    at.of_authority(own.by.authority);
    at.stated(Guard::Notice, &[("reasons", reasons), ("remedies", remedies)]);
    at.service(Guard::Notice, service);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    let case = own.attribution.map_or(CaseRef::Listing(own.listing), CaseRef::Attribution);
    let since = fold.mark(case, at.today).map(|own| own.0.since);
    let early = since.is_some_and(|day| service.on < day);
    at.must(!early, Guard::Notice, "it was told before what it rests on had effect");
    match commit.tells(*measure) {
        Some(letter) => {
            at.must(service.on <= letter, Guard::Notice, "it was told after the letter");
        }
        None => at.broken(INV_10, format!("{measure} was not forwarded in this commit")),
    }
}
