//! The red list of the county: nominations by departments, checks, public notices, decisions, and
//! subjects who ask to be taken off.

use shouxin_core::command::Command;
use shouxin_core::event::NominationSource;
use shouxin_core::id::ListingId;
use shouxin_core::row::{Key, ListingKind, RedState, Row};
use shouxin_core::time::Day;

use super::county::County;
use crate::kit::party;
use crate::kit::steps::{close_red, digest, text};
use crate::kit::tolerance::adverse;

impl County {
    /// A department nominates somebody; whoever is on the red list already is refused.
    pub fn honour(&mut self) {
        let subject = self.anybody();
        let command = Command::Nominate {
            subject,
            source: NominationSource::WellRatedCounterpart,
            merits: text(),
            basis: self.law(),
            consent_sha256: None,
        };
        let at = self.world.next();
        if self.world.run(&self.who("market", "SC-03"), &command).is_ok() {
            self.others.honours.push(ListingId(at));
        }
    }

    /// The next step of one nomination or red listing, in its time or not.
    pub fn praise(&mut self) {
        let open = self.others.honours.len();
        if open == 0 {
            return;
        }
        let place = self.rng.usize(..open);
        let listing = self.others.honours[place];
        let Some(Row::Listing(row)) = self.world.row(&Key::Listing(listing)).cloned() else {
            panic!("{listing} was nominated");
        };
        let ListingKind::Red(red) = row.kind else { panic!("{listing} is red") };
        let (officer, head) = (self.who("market", "SC-03"), self.who("market", "SC-01"));
        let (who, command) = match red.state {
            RedState::Nominated => {
                // What the register finds by itself: the adverse records that stand.
                let adverse_records = adverse(&self.world, row.subject, Day::MIN);
                (officer, Command::CheckNomination { listing, adverse_records })
            }
            RedState::Checked => (officer, Command::OpenPublicNotice { listing }),
            RedState::PublicNotice { .. } => {
                let decider = if self.chance(20) { officer } else { head };
                let decision = Command::DecideRedListing {
                    listing,
                    document_number: self.number(),
                    document_sha256: digest(61),
                    reasons: text(),
                    until: self.world.today.plus_months(self.rng.u16(1..26)),
                };
                (decider, decision)
            }
            RedState::Active { .. } if self.chance(95) => return,
            RedState::Active { .. } => (party(row.subject), close_red(listing)),
            RedState::Closed | RedState::Expired { .. } => {
                self.others.honours.swap_remove(place);
                return;
            }
        };
        // Before the notice has ended, or by who nominated, it is refused.
        let _tried = self.world.run(&who, &command);
    }
}
