//! Support of public-interest litigation (O47): asked for by a plaintiff whom a law names, about
//! what is undisputed, by the authority whose it is or by the credit office. Who is of the credit
//! office says the key that the log created for the officer.

use std::collections::BTreeMap;

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::Target;
use shouxin_core::event::support::SupportEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::SupportId;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::LegalLevel;
use shouxin_core::text::{digest_is_stated, short_text_is_stated};

use crate::admin;
use crate::fold::{Fold, Kind, Standing};
use crate::here::Here;

/// Every support that is open.
pub(crate) type Supports = BTreeMap<SupportId, Support>;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Support {
    pub subject: SubjectKey,
    authority: Uscc,
    target: Target,
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &SupportEvent) {
    match event {
        SupportEvent::Opened {
            target, plaintiff, plaintiff_basis, basis, request_sha256, ..
        } => {
            at.basis(basis);
            at.basis(std::slice::from_ref(plaintiff_basis));
            let level = at.rules.instrument(&plaintiff_basis.instrument).map(|own| own.level);
            let law = level == Some(LegalLevel::Law);
            at.must(law, Guard::BasisRank, "no law names the plaintiff");
            let whole = short_text_is_stated(plaintiff) && digest_is_stated(request_sha256);
            at.must(whole, Guard::Document, "the plaintiff or its request is missing");
            let Some((subject, authority)) = of_target(fold, *target) else {
                at.missing("no record or black listing");
                return;
            };
            let own = Support { subject, authority, target: *target };
            competent(fold, at, own);
            undisputed(fold, at, own.target);
            fold.supports.insert(SupportId(at.at()), own);
        }
        SupportEvent::EvidenceHandedOver { support, documents, receipt_sha256 } => {
            let stated = documents.iter().chain([receipt_sha256]).all(digest_is_stated);
            let whole = stated && !documents.is_empty();
            at.must(whole, Guard::Document, "no documents, or no receipt");
            let Some(own) = fold.supports.get(support).copied() else {
                at.missing(support);
                return;
            };
            competent(fold, at, own);
            undisputed(fold, at, own.target);
        }
        SupportEvent::Closed { support, outcome } => {
            at.stated(Guard::Document, &[("outcome", outcome)]);
            let Some(own) = fold.supports.remove(support) else {
                at.missing(support);
                return;
            };
            competent(fold, at, own);
        }
    }
}

fn of_target(fold: &Fold, target: Target) -> Option<(SubjectKey, Uscc)> {
    match target {
        Target::Record(id) => fold.records.get(&id).map(|own| (own.subject, own.provider)),
        Target::Listing(id) => fold.listings.get(&id).and_then(|own| match &own.kind {
            Kind::Black { case, .. } => Some((own.subject, case.proposer.authority)),
            Kind::Red(_) => None,
        }),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => None,
    }
}

/// In the subject's file, by the authority whose it is or by the credit office.
fn competent(fold: &Fold, at: &mut Here<'_>, own: Support) {
    at.about(own.subject);
    admin::by_office_or(fold, at, own.authority);
}

/// What is disputed, void or over is handed to nobody.
fn undisputed(fold: &Fold, at: &mut Here<'_>, target: Target) {
    let stands = match target {
        Target::Record(id) => fold.record_standing(id, at.today) == Standing::InForce,
        Target::Listing(id) => fold.listing_standing(id, at.today) == Standing::InForce,
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => false,
    };
    at.must(stands, Guard::NoSuspension, "what is handed out is disputed, over or void");
}
