//! What one commit has to do as a whole: suspend at once (INV-4), end everything that rests on
//! what ended (INV-6), and say what is in force afterwards, no more and no less (INV-1, 3, 7, 8).

mod ends;
mod left;

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::SubjectKey;
use shouxin_core::calendar::Deadline;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::{CaseRef, Envelope, Event, Mark, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{
    AttributionId, CommitmentId, ListingId, MeasureId, MemberNoteId, Position, RecordId, ReliefId,
    RepairId,
};
use shouxin_core::time::Day;

use crate::Violation;
use crate::commit::left::{
    answers_still, in_use, is_not_final, lasts, longer, not_void, outlasts, resting, unrepaired,
};
use crate::fold::{Fold, Hold, Kind, Over, RecordStage, RedStage, RepairStage, Standing};
use crate::ground::{Unsaid, left_unsaid};
use crate::names::{DEADLINE, INV_1, INV_3, INV_4, INV_5, INV_6, INV_7, INV_8, INV_10};
use crate::paper::{Cited, once};

/// The commit under examination.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    day: Option<Day>,
    said: BTreeMap<SubjectKey, (Position, Vec<Mark>)>,
    touched: BTreeMap<SubjectKey, Position>,
    /// What an outcome of this commit makes void.
    voided: Vec<(Position, Target)>,
    /// Since when what makes a target void was disputed.
    void_since: Vec<(Target, Position)>,
    /// Revocations of repairs that were to bring back what is void.
    to_lapse: Vec<(Position, RepairId)>,
    repaired: Vec<(Position, RepairId, Target)>,
    relieved: Vec<(Position, ReliefId, ListingId)>,
    /// Records that ended by a relief.
    relieved_grounds: Vec<(RecordId, ReliefId)>,
    /// What a court shortened, and to which day.
    shortened: Vec<(Position, Target, Day)>,
    /// What was said to end earlier here.
    brought_forward: BTreeSet<Target>,
    /// Records and findings that a court changed, and to which day.
    changed: Vec<(Target, Day)>,
    /// Redress that an outcome owes, and what was opened.
    owes_redress: Vec<(Position, Position)>,
    redressed: BTreeSet<Position>,
    /// What an authority took back itself, and owes redress for; and what it said it does.
    taken_back: Vec<(Position, Target)>,
    to_redress: BTreeSet<Target>,
    /// Proposals on what is listed or proposed already, and those that extend a listing.
    twins: Vec<(Position, ListingId, ListingId)>,
    extended: BTreeSet<(ListingId, ListingId)>,
    proposed: BTreeSet<ListingId>,
    /// Proposals whose repair rule was written down.
    ruled: BTreeSet<ListingId>,
    /// Listings in effect that ended here, and the attributions whose files were told.
    ended: Vec<(Position, ListingId)>,
    told: BTreeSet<AttributionId>,
    restored: BTreeSet<Target>,
    /// Proposed attributions, of whose records nothing was said yet.
    unsaid: BTreeMap<AttributionId, Unsaid>,
    /// Proposals, with the documents on which they rest.
    cited: Vec<Cited>,
    /// Records that were repaired or expired, and those that end earlier since a correction.
    grounds: Vec<(Position, RecordId)>,
    corrected: Vec<(Position, RecordId, Day)>,
    /// Annulled because what they rest on is to have effect again; that must follow.
    before_restored: Vec<(Position, AttributionId)>,
    /// Notes that an association gave up, and those that were corrected or withdrawn.
    given_up: Vec<(Position, MemberNoteId)>,
    set_right: BTreeSet<MemberNoteId>,
    /// Black listings that were decided or took effect.
    listed: Vec<(Position, SubjectKey, ListingId)>,
    /// Decisions served with a standstill beyond the calendar, of which that was not said yet.
    beyond: Vec<(Position, Clock, Deadline)>,
    /// Mandatory measures that were declined, of which the credit office was not told yet.
    declined: Vec<(Position, MeasureId)>,
    /// Measures that went to a higher authority by a letter of a day, whose subject was not told yet,
    /// and whether it has to be.
    forwarded: Vec<(Position, Day, bool)>,
    /// Permits and penalties that were recorded, of whose publicity nothing was said yet.
    unfiled: Vec<RecordId>,
    /// Red listings that their subject gives up, by its paper.
    withdrawn: Vec<(Position, ListingId)>,
}

impl Commit {
    /// Notes what every event tells.
    pub(crate) fn see(&mut self, event: &Envelope) {
        self.day = Some(event.legal_date);
        if let (Event::ClassificationChanged { in_force }, Some(subject)) =
            (&event.event, event.subject)
        {
            self.said.insert(subject, (event.position, in_force.clone()));
        }
    }

    /// An outcome makes a target void, by a dispute that began at `since`. Asked before the fold ends
    /// the thing.
    pub(crate) fn void(&mut self, fold: &Fold, at: Position, (target, since): (Target, Position)) {
        if fold.is_about(target, since) {
            self.to_lapse.extend(fold.comes_back(target).map(|repair| (at, repair)));
        }
        self.voided.push((at, target));
        self.void_since.push((target, since));
    }

    /// Whether an outcome of this commit voids the finding of breach that stands: one that was made
    /// anew since the dispute began is another matter.
    pub(crate) fn voids_finding(&self, fold: &Fold, id: CommitmentId) -> bool {
        let target = Target::Commitment(id);
        self.void_since.iter().any(|own| own.0 == target && fold.is_about(target, own.1))
    }

    /// Whether an outcome of this commit makes a target void, itself or what it rests on.
    pub(crate) fn voids(&self, fold: &Fold, target: Target) -> bool {
        self.voided.iter().any(|(_, own)| match (own, target) {
            (Target::Listing(other), Target::Listing(id)) => {
                *other == id || fold.extended_by(id).contains(other)
            }
            (Target::Record(record), Target::Listing(id)) => {
                let mut all = [id].into_iter().chain(fold.extended_by(id));
                all.any(|id| fold.records_of(CaseRef::Listing(id)).contains(record))
            }
            (Target::Record(record), Target::Attribution(id)) => {
                fold.records.get(record).is_some_and(|own| own.attributions.contains(&id))
            }
            (own, target) => *own == target,
        })
    }

    /// A court changed a target, unless what stands now was found anew since.
    pub(crate) fn shorten(&mut self, at: Position, target: Target, (end, about): (Day, bool)) {
        if about {
            self.shortened.push((at, target, end));
            self.changed.push((target, end));
        }
    }

    /// The day to which a court of this commit changed a target.
    pub(crate) fn shortened_to(&self, target: Target) -> Option<Day> {
        self.changed.iter().find(|own| own.0 == target).map(|own| own.1)
    }

    /// A case is said to end earlier.
    pub(crate) fn bring_forward(&mut self, target: Target) {
        self.brought_forward.insert(target);
    }

    /// Whether a court, or a correction of the record below, shortens a target, itself or what it
    /// rests on.
    pub(crate) fn shortens(&self, fold: &Fold, target: Target) -> bool {
        let listing = match target {
            Target::Listing(id) => Some(id),
            Target::Attribution(id) => fold.attributions.get(&id).map(|own| own.listing),
            _ => None,
        };
        let corrected = self.corrected.iter().any(|(_, record, _)| {
            let on = |case| fold.records_of(case).contains(record);
            let person = match target {
                Target::Attribution(id) => Some(CaseRef::Attribution(id)),
                _ => None,
            };
            listing.map(CaseRef::Listing).into_iter().chain(person).any(on)
        });
        corrected
            || self.shortened.iter().any(|(_, own, _)| match (*own, target) {
                (Target::Listing(listing), Target::Attribution(id)) => {
                    fold.attributions.get(&id).is_some_and(|own| own.listing == listing)
                }
                (own, target) => own == target,
            })
    }

    /// An outcome makes somebody owe redress: of the objection or remedy at `of`.
    pub(crate) fn owe_redress(&mut self, at: Position, of: Position) {
        self.owes_redress.push((at, of));
    }

    pub(crate) fn redress(&mut self, of: Position) {
        self.redressed.insert(of);
    }

    /// An authority takes something back that was shown, or acted on.
    pub(crate) fn take_back(&mut self, at: Position, target: Target) {
        self.taken_back.push((at, target));
    }

    /// Redress is owed for it: whether it was taken back in this commit.
    pub(crate) fn redress_taken_back(&mut self, target: Target) -> bool {
        self.to_redress.insert(target) && self.taken_back.iter().any(|own| own.1 == target)
    }

    /// A proposal on a record that another listing for the same behaviour rests on.
    pub(crate) fn twin(&mut self, at: Position, listing: ListingId, of: ListingId) {
        self.twins.push((at, listing, of));
    }

    pub(crate) fn extend(&mut self, by: ListingId, of: ListingId) {
        self.extended.insert((by, of));
    }

    pub(crate) fn propose(&mut self, listing: ListingId) {
        self.proposed.insert(listing);
    }

    /// The repair rule in force at a proposal was written down, to be kept.
    pub(crate) fn keep_rule(&mut self, listing: ListingId) {
        self.ruled.insert(listing);
    }

    pub(crate) fn proposes(&self, listing: ListingId) -> bool {
        self.proposed.contains(&listing)
    }

    /// An attribution was proposed.
    pub(crate) fn attribute(&mut self, attribution: AttributionId, own: Unsaid) {
        self.unsaid.insert(attribution, own);
    }

    /// A case was proposed on documents.
    pub(crate) fn cite(&mut self, own: Cited) {
        self.cited.push(own);
    }

    /// The proposal of an attribution in this commit, whose records are said here.
    pub(crate) fn says_records(&mut self, attribution: AttributionId) -> Option<Unsaid> {
        self.unsaid.remove(&attribution)
    }

    /// A person's file says that the listing it rests on ended.
    pub(crate) fn tell(&mut self, attribution: AttributionId) {
        self.told.insert(attribution);
    }

    pub(crate) fn await_restored(&mut self, at: Position, attribution: AttributionId) {
        self.before_restored.push((at, attribution));
    }

    pub(crate) fn give_up(&mut self, at: Position, note: MemberNoteId) {
        self.given_up.push((at, note));
    }

    pub(crate) fn set_right(&mut self, note: MemberNoteId) {
        self.set_right.insert(note);
    }

    /// Whether a listing, or what a person answers for, has effect again from this commit on.
    pub(crate) fn restores(&self, of: Target) -> bool {
        self.restored.contains(&of)
    }

    /// A black listing was decided, or took effect.
    pub(crate) fn list(&mut self, at: Position, subject: SubjectKey, listing: ListingId) {
        self.listed.push((at, subject, listing));
    }

    /// A decision was served whose standstill the calendar does not reach.
    pub(crate) fn beyond(&mut self, at: Position, clock: Clock, standstill: Deadline) {
        self.beyond.push((at, clock, standstill));
    }

    /// The standstill of a decision that was served in this commit, once somebody says it.
    pub(crate) fn says_provisional(&mut self, clock: Clock) -> Option<Deadline> {
        let place = self.beyond.iter().position(|own| own.1 == clock)?;
        Some(self.beyond.remove(place).2)
    }

    /// A mandatory measure was declined.
    pub(crate) fn decline(&mut self, at: Position, measure: MeasureId) {
        self.declined.push((at, measure));
    }

    /// A permit or penalty was recorded: that it is due to be shown has to be said with it.
    pub(crate) fn await_filed(&mut self, record: RecordId) {
        self.unfiled.push(record);
    }

    pub(crate) fn file(&mut self, record: RecordId) {
        self.unfiled.retain(|own| *own != record);
    }

    /// What is filed names no record: that is said, and not that a record waits for it too.
    pub(crate) fn file_nothing(&mut self) {
        self.unfiled.pop();
    }

    /// A subject gives up its nomination or its place on the red list, by its paper.
    pub(crate) fn withdraw(&mut self, at: Position, listing: ListingId) {
        self.withdrawn.push((at, listing));
    }

    pub(crate) fn withdraws(&self, listing: ListingId) -> bool {
        self.withdrawn.iter().any(|own| own.1 == listing)
    }

    /// Whether the credit office is told of a measure that was declined in this commit.
    pub(crate) fn escalates(&mut self, measure: MeasureId) -> bool {
        let before = self.declined.len();
        self.declined.retain(|own| own.1 != measure);
        self.declined.len() < before
    }

    /// A measure goes to a higher authority by a letter served on a day; of discipline its subject is told.
    pub(crate) fn forward(&mut self, at: Position, letter: Day, discipline: bool) {
        self.forwarded.push((at, letter, discipline));
    }

    /// The day of the letter, where the subject of what was forwarded in this commit is told.
    pub(crate) fn tells(&mut self, measure: MeasureId) -> Option<Day> {
        let place = self.forwarded.iter().position(|own| own.0 == measure.0)?;
        Some(self.forwarded.remove(place).1)
    }

    pub(crate) fn lists(&self, subject: SubjectKey, listing: ListingId) -> bool {
        self.listed.iter().any(|own| own.1 == subject && own.2 == listing)
    }

    /// Q11: whoever is listed black and honoured has a revocation owed, or under way.
    fn honours(&self, fold: &Fold, day: Day, found: &mut Vec<Violation>) {
        for (at, subject, black) in &self.listed {
            let cases = fold.files.get(subject).into_iter().flat_map(|own| &own.cases);
            for case in cases {
                let CaseRef::Listing(id) = case else {
                    continue;
                };
                let silent = fold
                    .red(*id)
                    .is_some_and(|(_, own)| own.revocation.is_none() && own.owed.is_none());
                if silent && fold.listing_standing(*id, day) != Standing::Ended {
                    let detail = format!("{id} is to be revoked for {black}, and nobody is told");
                    found.push(Violation::new(*at, Guard::RedCheck.name(), detail));
                }
            }
        }
    }

    pub(crate) fn restore(&mut self, of: Target) {
        self.restored.insert(of);
    }

    /// A file's marks may differ from here on; the last event to say so is named.
    pub(crate) fn touch(&mut self, subject: SubjectKey, at: Position) {
        self.touched.insert(subject, at);
    }

    /// What a target stands on changes here, and with it the marks of every case under it.
    pub(crate) fn touch_under(&mut self, fold: &mut Fold, at: Position, target: Target) {
        if let Some(day) = self.day {
            fold.changed.insert(target, (at, day));
        }
        for (subject, _) in fold.cases_marked(target) {
            self.touch(subject, at);
        }
    }

    /// A target is suspended, unless what stands now was found anew since the dispute began.
    pub(crate) fn hold(&mut self, fold: &mut Fold, at: Position, target: Target, hold: Hold) {
        let since = match hold {
            Hold::Objection(id) => id.0,
            Hold::Stay(id) => id.0,
            Hold::Relief(id) => id.0,
        };
        let about = fold.is_about(target, since);
        if let (true, Some((holds, _))) = (about, fold.holds_mut(target)) {
            holds.insert(hold);
        }
        self.touch_under(fold, at, target);
    }

    /// An outcome ends one suspension of a target.
    pub(crate) fn release(&mut self, fold: &mut Fold, at: Position, target: Target, hold: Hold) {
        if let Some((holds, _)) = fold.holds_mut(target) {
            holds.remove(&hold);
        }
        fold.released.insert(target, at);
        self.touch_under(fold, at, target);
    }

    /// A case is over, and with a listing what rests on it.
    pub(crate) fn end(&mut self, fold: &mut Fold, at: Position, case: CaseRef, over: Over) {
        let target = match case {
            CaseRef::Listing(id) => Target::Listing(id),
            CaseRef::Attribution(id) => Target::Attribution(id),
        };
        self.touch_under(fold, at, target);
        for (subject, under) in fold.cases_under(target) {
            if let Some(file) = fold.files.get_mut(&subject) {
                file.cases.remove(&under);
            }
        }
        if let CaseRef::Listing(id) = case {
            if over != Over::Closed {
                self.ended.push((at, id));
            }
            if fold.shown(target) {
                fold.tell(target, at);
            }
        }
        if let Some(own) = fold.case_mut(case) {
            own.finish(over);
        } else if let CaseRef::Listing(id) = case
            && let Some(red) = fold.red_mut(id)
        {
            red.stage = RedStage::Over;
            red.basis = Vec::new();
            red.revocation = None;
        }
    }

    /// Checks what the commit had to do as one.
    pub(crate) fn close(self, fold: &mut Fold) -> Vec<Violation> {
        let mut found = Vec::new();
        let Some(day) = self.day else {
            return found;
        };
        self.completeness(fold, day, &mut found);
        for (at, ..) in &self.beyond {
            let detail = "its standstill is beyond the calendar, and nobody says so".to_owned();
            found.push(Violation::new(*at, DEADLINE, detail));
        }
        for id in &self.unfiled {
            let detail =
                format!("{id} is a permit or penalty, and nobody says by when it is shown");
            found.push(Violation::new(id.0, DEADLINE, detail));
        }
        for (at, id) in &self.declined {
            let detail = format!("{id} is mandatory, and the credit office is not told");
            found.push(Violation::new(*at, INV_10, detail));
        }
        for (at, ..) in self.forwarded.iter().filter(|own| own.2) {
            let detail = "its subject was not told of it".to_owned();
            found.push(Violation::new(*at, Guard::Notice.name(), detail));
        }
        self.honours(fold, day, &mut found);
        found.extend(self.unsaid.values().flat_map(|own| left_unsaid(fold, own, day)));
        found.extend(self.cited.iter().flat_map(|own| once(fold, own, day)));
        for (_, target) in &self.voided {
            let case = match target {
                Target::Listing(id) => CaseRef::Listing(*id),
                Target::Attribution(id) => CaseRef::Attribution(*id),
                _ => continue,
            };
            // An outcome says so too.
            if let Some(own) = fold.case_mut(case) {
                own.withdrawn = false;
            }
        }
        let subjects: BTreeSet<SubjectKey> =
            self.said.keys().chain(self.touched.keys()).copied().collect();
        for subject in subjects {
            self.classification(fold, subject, day, &mut found);
        }
        for (subject, (_, marks)) in self.said {
            if let Some(file) = fold.files.get_mut(&subject) {
                file.stated = marks;
            }
        }
        found
    }

    /// INV-6: what an outcome voids or repairs is over now, with everything that rests on it.
    fn completeness(&self, fold: &Fold, day: Day, found: &mut Vec<Violation>) {
        let mut missed = |at: Position, what: String| {
            let detail = format!("{what} is not ended in this commit");
            found.push(Violation::new(at, INV_6, detail));
        };
        let under = |(at, id): &(Position, ListingId)| {
            let listing = fold.listings.get(id);
            let all = listing.into_iter().flat_map(|own| &own.attributions);
            all.map(|own| (*at, *own)).collect::<Vec<_>>()
        };
        for (at, id) in self.ended.iter().flat_map(under) {
            let open = fold.attributions.get(&id).is_some_and(|own| own.case.over.is_none());
            if open && !self.told.contains(&id) {
                missed(at, format!("{id} under it"));
            }
        }
        for (at, id) in &self.to_lapse {
            let own = fold.repairs.get(id).map(|own| &own.stage);
            if matches!(own, Some(RepairStage::Revoked { .. })) {
                missed(*at, format!("the revocation of {id}"));
            }
        }
        for (at, target) in &self.voided {
            match target {
                Target::Record(id) => {
                    let Some(record) = fold.records.get(id) else {
                        continue;
                    };
                    if record.stage != RecordStage::Annulled {
                        missed(*at, id.to_string());
                    }
                    let all = record.listings.iter().flat_map(|id| fold.with_extensions(*id));
                    let all: BTreeSet<ListingId> = all.collect();
                    let own = |id: &ListingId| record.listings.contains(id);
                    let open = |id: &ListingId| not_void(fold, *id, own(id), day);
                    for listing in all.into_iter().filter(open) {
                        missed(*at, listing.to_string());
                    }
                    let answers = |id: &&AttributionId| answers_still(fold, **id, day);
                    for person in record.attributions.iter().filter(answers) {
                        missed(*at, person.to_string());
                    }
                }
                Target::Listing(of) => {
                    for id in fold.with_extensions(*of) {
                        if not_void(fold, id, id == *of, day) {
                            missed(*at, id.to_string());
                        }
                    }
                }
                Target::Attribution(id) => {
                    if answers_still(fold, *id, day) {
                        missed(*at, id.to_string());
                    }
                }
                Target::Measure(id) => {
                    if fold.measures.get(id).is_some_and(|own| !own.annulled) {
                        missed(*at, id.to_string());
                    }
                }
                Target::Commitment(id) => {
                    let own = fold.commitments.get(id);
                    let open =
                        own.is_some_and(|own| own.is_broken(day) || own.repaired_by().is_some());
                    if open && self.voids_finding(fold, *id) {
                        missed(*at, id.to_string());
                    }
                }
            }
        }
        // What extends a listing outlasts its last day, and no other end of it.
        for (at, id) in &self.ended {
            let over_by = fold.case(CaseRef::Listing(*id)).and_then(|own| own.over);
            // What is void or relieved is looked at by its outcome.
            let looked_at = self.voids(fold, Target::Listing(*id))
                || self.relieved.iter().any(|own| own.2 == *id);
            if looked_at || over_by.is_none_or(|over| over == Over::Expired) {
                continue;
            }
            for by in fold.with_extensions(*id).into_iter().skip(1) {
                let void = over_by == Some(Over::Annulled) && not_void(fold, by, false, day);
                if void || !over(fold, by, day) {
                    missed(*at, by.to_string());
                }
            }
        }
        for (at, id) in &self.withdrawn {
            if fold.red(*id).is_some_and(|own| own.1.stage != RedStage::Over) {
                missed(*at, id.to_string());
            }
        }
        for (at, repair, of) in &self.repaired {
            for left in unrepaired(fold, *repair, *of, day) {
                missed(*at, left);
            }
        }
        for (at, _, listing) in &self.relieved {
            // What a record's own date has ended needs no relief; its timer says so.
            let back = is_not_final(fold, *listing, day);
            if back || fold.listing_standing(*listing, day) != Standing::Ended {
                missed(*at, listing.to_string());
            }
            for record in in_use(fold, CaseRef::Listing(*listing), None) {
                missed(*at, record);
            }
            for by in fold.with_extensions(*listing).into_iter().skip(1) {
                if !over(fold, by, day) {
                    missed(*at, by.to_string());
                }
            }
        }
        for (at, target, end) in &self.shortened {
            for left in longer(fold, *target, *end, day) {
                missed(*at, format!("{left} beyond {end}"));
            }
            // A change of what runs that changes nothing would keep the court's word on paper.
            if lasts(fold, *target, day) && !self.brought_forward.contains(target) {
                missed(*at, "what a court changed".to_owned());
            }
        }
        for (at, record, until) in self.corrected.iter().filter(|own| own.2 >= day) {
            for of in resting(fold, *record) {
                for left in longer(fold, of, *until, day) {
                    missed(*at, format!("{left} beyond {until}"));
                }
            }
        }
        for (at, record) in &self.grounds {
            for of in resting(fold, *record) {
                let named = self.repaired.iter().any(|own| own.2 == of);
                let case = match of {
                    Target::Attribution(id) => CaseRef::Attribution(id),
                    Target::Listing(id) => CaseRef::Listing(id),
                    _ => continue,
                };
                let open = fold.case(case).is_some_and(|own| own.over.is_none());
                if open && !named {
                    missed(*at, shown(case));
                }
            }
        }
        for (at, _) in self.owes_redress.iter().filter(|own| !self.redressed.contains(&own.1)) {
            missed(*at, "with redress opened, the burden".to_owned());
        }
        for (at, _) in self.taken_back.iter().filter(|own| !self.to_redress.contains(&own.1)) {
            missed(*at, "with redress owed, what was taken back".to_owned());
        }
        for (at, id) in &self.given_up {
            if !self.set_right.contains(id) {
                missed(*at, id.to_string());
            }
        }
        for (at, id, of) in self.twins.iter().filter(|own| !self.extended.contains(&(own.1, own.2)))
        {
            let detail = format!("{id} is proposed on what {of} rests on already");
            found.push(Violation::new(*at, INV_10, detail));
        }
        for id in self.proposed.difference(&self.ruled) {
            if fold.listings.get(id).is_some_and(|own| own.repair_months.is_some()) {
                let detail = format!("{id} was proposed, and its repair rule is not kept");
                found.push(Violation::new(id.0, Guard::RepairRule.name(), detail));
            }
        }
        for of in &self.restored {
            let last = self.touched.values().copied().max();
            let (id, standing) = match of {
                Target::Attribution(id) => (id.to_string(), fold.attribution_standing(*id, day)),
                Target::Listing(id) => (id.to_string(), fold.listing_standing(*id, day)),
                _ => continue,
            };
            if let (Some(at), Standing::Ended) = (last, standing) {
                let detail = format!("{id} has effect again, and a record it rests on is over");
                found.push(Violation::new(at, INV_6, detail));
            }
            if let (Some(at), Some(end)) = (last, outlasts(fold, *of)) {
                let detail =
                    format!("{id} has effect again, beyond {end}, when what it rests on ends");
                found.push(Violation::new(at, Guard::End.name(), detail));
            }
        }
        for (at, id) in &self.before_restored {
            let above = fold.attributions.get(id).map(|own| own.listing);
            if !above.is_some_and(|listing| self.restores(Target::Listing(listing))) {
                let detail = format!("{id} was annulled, and no outcome of this commit voids it");
                found.push(Violation::new(*at, INV_6, detail));
            }
        }
    }

    /// The marks that a file is said to have are those of this fold.
    fn classification(
        &self,
        fold: &Fold,
        subject: SubjectKey,
        day: Day,
        found: &mut Vec<Violation>,
    ) {
        let Some(file) = fold.files.get(&subject) else {
            return;
        };
        let said = self.said.get(&subject);
        let stated = said.map_or(&file.stated, |own| &own.1);
        let last = said.map(|own| own.0).or(self.touched.get(&subject).copied());
        let Some(at) = last else {
            return;
        };
        let own: Vec<(Mark, bool)> =
            file.cases.iter().filter_map(|case| fold.mark(*case, day)).collect();
        let mut say = |name: &'static str, detail: String| {
            let detail = format!("classification.changed: {detail}");
            found.push(Violation::new(at, name, detail));
        };
        for mark in stated {
            let name = shown(mark.case);
            let Some((real, past)) = own.iter().find(|own| own.0.case == mark.case) else {
                let (broken, why) = without(fold, subject, mark.case);
                say(broken, format!("{name} {why}"));
                continue;
            };
            if mark.until > real.until {
                say(INV_3, format!("{name} lasts to {}, not {}", real.until, mark.until));
            } else if (Mark { suspended: mark.suspended, ..real.clone() }) != *mark {
                say(INV_7, format!("{name} is not what was decided, or not by whom"));
            }
            let was = file.stated.iter().any(|own| own.case == mark.case && own.suspended);
            match (mark.suspended, real.suspended) {
                _ if *past => {}
                (false, true) if was => say(INV_5, format!("{name} is still suspended")),
                (false, true) => say(INV_4, format!("{name} is suspended from this commit on")),
                (true, false) => say(INV_10, format!("{name} is not suspended")),
                _ => {}
            }
        }
        for (real, _) in &own {
            if !stated.iter().any(|mark| mark.case == real.case) {
                say(INV_10, format!("{} is in force and not listed", shown(real.case)));
            }
        }
    }
}

fn shown(case: CaseRef) -> String {
    match case {
        CaseRef::Listing(id) => id.to_string(),
        CaseRef::Attribution(id) => id.to_string(),
    }
}

/// Whether a listing is over, by event or by its own date.
fn over(fold: &Fold, id: ListingId, day: Day) -> bool {
    fold.listings.get(&id).is_none_or(|own| match &own.kind {
        Kind::Black { case, .. } => case.own(day) == Standing::Ended,
        Kind::Red(red) => match red.stage {
            RedStage::Over => true,
            RedStage::Active { until, .. } => day > until,
            _ => false,
        },
    })
}

/// Why a mark has nothing behind it.
fn without(fold: &Fold, subject: SubjectKey, case: CaseRef) -> (&'static str, &'static str) {
    let red = match case {
        CaseRef::Listing(id) => fold.red(id),
        CaseRef::Attribution(_) => None,
    };
    let above = match case {
        CaseRef::Attribution(id) => fold.attributions.get(&id).map(|own| own.listing),
        CaseRef::Listing(_) => None,
    };
    let ended_above = above
        .and_then(|id| fold.case(CaseRef::Listing(id)))
        .is_some_and(|listing| listing.over.is_some());
    let whose = fold.case(case).map(|own| own.subject).or(red.map(|own| own.0));
    let ended = fold.case(case).is_some_and(|own| own.over.is_some())
        || red.is_some_and(|own| own.1.stage == RedStage::Over);
    match whose {
        Some(whose) if whose != subject && subject.is_person() => {
            (INV_8, "is another's, and weighs on this person")
        }
        Some(whose) if whose != subject => (INV_7, "is another's"),
        Some(_) if ended || ended_above => (INV_6, "has ended and is still listed"),
        _ => (INV_1, "is listed without a decision that has effect"),
    }
}
