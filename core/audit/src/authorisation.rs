//! What a subject lets an authority read (O16): by its own will, for a time that is bounded, and no longer
//! than it wants.

use shouxin_core::actor::Actor;
use shouxin_core::event::authorisation::AuthorisationEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::AuthorisationId;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::{AUTHORISATION_MONTHS_MAX, AUTHORISATIONS_MAX};
use shouxin_core::text::{Digest, digest_is_stated};

use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;

/// The subject acts, or the authority takes down what it signed.
fn own_will(at: &mut Here<'_>, authority: Uscc, document: Option<&Digest>) {
    if let Some(subject) = at.event.subject {
        at.own_matter(subject);
    }
    at.of_authority(authority);
    let party = matches!(at.event.actor, Actor::Subject(_));
    at.must(party || document.is_some_and(digest_is_stated), Guard::Consent, "nobody signed it");
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &AuthorisationEvent) {
    let today = at.today;
    let Some(file) = at.event.subject.and_then(|own| fold.files.get_mut(&own)) else {
        at.missing("a file");
        return;
    };
    match event {
        AuthorisationEvent::Given { authority, purpose, until, document_sha256 } => {
            own_will(at, *authority, document_sha256.as_ref());
            at.stated(Guard::Document, &[("purpose", purpose)]);
            if at.rules.department_by_uscc(authority.as_str()).is_none() {
                at.missing(authority.as_str());
            }
            let latest = today.plus_months(AUTHORISATION_MONTHS_MAX);
            at.must(
                (today..=latest).contains(until),
                Guard::End,
                "it ends before it begins, or runs for too long",
            );
            file.authorised.retain(|_, own| today <= own.1);
            file.authorised.insert(AuthorisationId(at.at()), (*authority, *until));
            if file.authorised.len() > AUTHORISATIONS_MAX {
                at.broken(INV_10, "more run at once than may");
            }
        }
        AuthorisationEvent::Withdrawn { authorisation, document_sha256 } => {
            match file.authorised.remove(authorisation) {
                Some((authority, until)) if today <= until => {
                    own_will(at, authority, document_sha256.as_ref());
                }
                _ => at.missing(authorisation),
            }
        }
    }
}
