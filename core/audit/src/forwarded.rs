//! What the subject of a measure is told that goes to a higher authority (domain.md 2.4): reasons and
//! remedies, served once what the measure rests on has effect, and no later than the letter. And what
//! that authority itself is told of a suspension and its end (INV-4).

use shouxin_core::event::CaseRef;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::guard::Guard;
use shouxin_core::text::digest_is_stated;

use crate::commit::Commit;
use crate::fold::{Fold, Measure, Stage, Standing};
use crate::here::Here;
use crate::names::{INV_4, INV_10};

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
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    let case = own.attribution.map_or(CaseRef::Listing(own.listing), CaseRef::Attribution);
    let since = fold.mark(case, at.today).map_or(service.on, |own| own.0.since);
    at.service(Guard::Notice, service, since);
    match commit.tells(*measure) {
        Some(letter) => {
            at.must(service.on <= letter, Guard::Notice, "it was told after the letter");
        }
        None => at.broken(INV_10, format!("{measure} was not forwarded in this commit")),
    }
}

/// What a higher authority is to be told of a suspension and its end, and what it was told; whether
/// the event was about that.
pub(crate) fn told(
    own: &mut Measure,
    standing: Standing,
    at: &mut Here<'_>,
    event: &MeasureEvent,
) -> bool {
    // Which of the two it does not know yet.
    let news = match (standing, own.remote_suspended) {
        _ if own.stage != Stage::Forwarded => None,
        (Standing::Suspended, false) => Some(true),
        (Standing::InForce, true) => Some(false),
        _ => None,
    };
    match event {
        MeasureEvent::ForwardTellingRequired { suspended, due, .. } => {
            let dispatch_wd = at.least(own.initiated_on, |pack| pack.dispatch_wd);
            at.deadline("due", *due, at.today, dispatch_wd);
            if news != Some(*suspended) || own.telling.is_some() {
                at.broken(INV_4, "there is nothing to tell a higher authority");
            }
            own.telling = Some((*suspended, *due));
        }
        MeasureEvent::ForwardTold { suspended, document_sha256, service, .. } => {
            at.of_authority(own.by.authority);
            let since = own.telling.map_or(at.today, |(_, by)| by.from);
            at.service(Guard::Served, service, since);
            at.must(digest_is_stated(document_sha256), Guard::Document, "there is no letter");
            if news != Some(*suspended) {
                at.broken(INV_4, "the higher authority is told what is not so");
            }
            (own.remote_suspended, own.telling) = (*suspended, None);
        }
        MeasureEvent::ForwardTellingOverdue { .. } => {
            at.over(own.telling.map(|(_, by)| by), "the time to tell the higher authority");
        }
        MeasureEvent::ForwardTellingMoot { .. } => {
            if news.is_some() || own.telling.is_none() {
                at.broken(INV_4, "the higher authority still has to be told");
            }
            own.telling = None;
        }
        _ => return false,
    }
    true
}
