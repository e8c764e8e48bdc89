//! What the texts about the red list are made from.

use shouxin_core::actor::{Actor, OfficerRef};
use shouxin_core::event::Event;
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::id::ListingId;
use shouxin_core::row::{ListingKind, RedState};
use shouxin_core::time::Day;

use super::{Words, not_yet};
use crate::http::problem::Problem;
use crate::texts::{RedCase, RedEnd, RedWords};

impl Words<'_> {
    /// A red listing as it stands.
    pub(in super::super) fn red(&self, id: ListingId) -> Result<RedCase, Problem> {
        let row = self.query().ask(|rows| rows.must_listing(id).cloned())?;
        let ListingKind::Red(red) = row.kind else {
            return Err(Problem::not_found());
        };
        let nominated = self.event(id.0)?;
        let merits = match &nominated.event {
            Event::ListingNominated { merits, .. } => self.open(merits),
            _ => return Err(Problem::not_found()),
        };
        let public_notice = self.after(id.0, |envelope| match &envelope.event {
            Event::PublicNoticeOpened { listing, ends_on } if *listing == id => {
                Some((envelope.legal_date, *ends_on))
            }
            _ => None,
        })?;
        Ok(RedCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            authority: red.authority.as_str().to_owned(),
            nominated_on: nominated.legal_date,
            merits,
            basis: red.basis,
            public_notice,
        })
    }

    /// The words of the decision to honour somebody, and its day.
    pub(in super::super) fn red_decision(&self, id: ListingId) -> Result<(Day, RedWords), Problem> {
        if let Some(draft) = &self.draft {
            let words = RedWords {
                number: draft.document_number.clone(),
                reasons: draft.reasons.clone(),
                until: draft.end,
                // A person's is never shown, whatever a draft says.
                published: !draft.withheld && !self.subject.is_personal(),
            };
            return Ok((self.today, words));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::RedListingDecided {
                listing,
                document_number,
                reasons,
                until,
                published,
                ..
            } if *listing == id => {
                let words = RedWords {
                    number: Some(document_number.clone()),
                    reasons: self.open(reasons),
                    until: Some(*until),
                    published: *published,
                };
                Some((envelope.legal_date, words))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未决定 / nothing was decided yet"))
    }

    /// Who closed it, when, how it came to that, and why.
    pub(in super::super) fn red_closure(
        &self,
        id: ListingId,
    ) -> Result<(OfficerRef, Day, RedEnd, Option<String>), Problem> {
        if let Some(draft) = &self.draft {
            let row = self.query().ask(|rows| rows.must_listing(id).cloned())?;
            // The head of the authority closes a nomination; an honour in force is revoked.
            let active = matches!(&row.kind, ListingKind::Red(red)
                if matches!(red.state, RedState::Active { .. }));
            if active {
                return Err(not_yet(
                    "生效的红名单须经撤销程序或者本人申请 / an honour in force is revoked, or given up",
                ));
            }
            let reasons = draft.reasons.clone();
            return Ok((self.officer.clone(), self.today, RedEnd::NotGranted, reasons));
        }
        // An officer took down that the subject withdraws, with its paper.
        let given_up = self.after(id.0, |envelope| match &envelope.event {
            Event::Listing(ListingEvent::WithdrawalReceived { listing, .. }) if *listing == id => {
                Some(())
            }
            _ => None,
        })?;
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::RedListingClosed { listing, reasons } if *listing == id => {
                // What an outcome of another step voids stands behind it in its commit.
                let end = match (&envelope.actor, envelope.cause) {
                    (Actor::Subject(_), _) => RedEnd::Withdrawn,
                    _ if given_up.is_some() => RedEnd::Withdrawn,
                    (_, Some(_)) => RedEnd::Void,
                    (_, None) => RedEnd::NotGranted,
                };
                let by = self.signer(&envelope.actor);
                Some((by, envelope.legal_date, end, self.open(reasons)))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未终止 / it was not closed"))
    }
}
