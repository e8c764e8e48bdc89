//! Support of public-interest litigation (O47): asked for by a plaintiff whom a law names, with a
//! basis, a request and receipts. Whose record it is, and whether it is disputed, is not judged here.

use std::collections::BTreeSet;

use shouxin_core::event::support::SupportEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::SupportId;
use shouxin_core::rules::LegalLevel;
use shouxin_core::text::{digest_is_stated, short_text_is_stated};

use crate::fold::Fold;
use crate::here::Here;

/// Every support that is open.
pub(crate) type Supports = BTreeSet<SupportId>;

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &SupportEvent) {
    match event {
        SupportEvent::Opened { plaintiff, plaintiff_basis, basis, request_sha256, .. } => {
            at.basis(basis);
            at.basis(std::slice::from_ref(plaintiff_basis));
            let level = at.rules.instrument(&plaintiff_basis.instrument).map(|own| own.level);
            let law = level == Some(LegalLevel::Law);
            at.must(law, Guard::BasisRank, "no law names the plaintiff");
            let whole = short_text_is_stated(plaintiff) && digest_is_stated(request_sha256);
            at.must(whole, Guard::Document, "the plaintiff or its request is missing");
            fold.supports.insert(SupportId(at.at()));
        }
        SupportEvent::EvidenceHandedOver { support, documents, receipt_sha256 } => {
            let stated = documents.iter().chain([receipt_sha256]).all(digest_is_stated);
            let whole = stated && !documents.is_empty();
            at.must(whole, Guard::Document, "no documents, or no receipt");
            if !fold.supports.contains(support) {
                at.missing(support);
            }
        }
        SupportEvent::Closed { support, outcome } => {
            at.stated(Guard::Document, &[("outcome", outcome)]);
            if !fold.supports.remove(support) {
                at.missing(support);
            }
        }
    }
}
