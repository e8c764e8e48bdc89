//! Keys as bytes: prefixes first, numbers big-endian, so that a range is a page.

mod social;

pub use social::{NEW_CODES, new_codes_from, read_new_code};

use crate::actor::SubjectKey;
use crate::event::calendar::Clock;
use crate::event::publicity::DecisionKind;
use crate::event::{CaseRef, Colour, Target};
use crate::id::{
    AssessmentId, AttributionId, CaseStudyId, CatalogueEntryId, CommitmentId, CourtDocumentId,
    CreditReviewId, ListingId, MeasureId, MemberNoteId, ObjectionId, Position, RecordId, ReliefId,
    RemedyId, RepairId, ToleranceId,
};
use crate::identifier::uscc::Uscc;
use crate::row::task::{Desk, Task};
use crate::row::{Closing, Due, Index, Key, Newest};
use crate::tally::Unit;
use crate::time::Day;

const POSITION_BYTES: usize = 10;
/// The code of a department and the kind of a decision.
const FILED_HEAD_BYTES: usize = 19;

fn decision(kind: DecisionKind) -> u8 {
    match kind {
        DecisionKind::Permit => 1,
        DecisionKind::Penalty => 2,
    }
}

fn position(bytes: &mut Vec<u8>, at: Position) {
    bytes.extend_from_slice(&at.log.to_be_bytes());
    bytes.extend_from_slice(&at.sequence.to_be_bytes());
}

fn subject(bytes: &mut Vec<u8>, key: &SubjectKey) {
    match key {
        SubjectKey::Organisation(code) => {
            bytes.push(b'C');
            bytes.extend_from_slice(code.as_str().as_bytes());
        }
        SubjectKey::Person(key) => {
            bytes.push(b'P');
            bytes.extend_from_slice(&key.0);
        }
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    // A zero byte ends a text, and no text of ours holds one: what does is cut there.
    bytes.extend(text.bytes().take_while(|byte| *byte != 0));
    bytes.push(0);
}

fn day(bytes: &mut Vec<u8>, day: Day) {
    let shifted = i64::from(day.number()) - i64::from(Day::MIN.number());
    bytes.extend_from_slice(&u32::try_from(shifted).unwrap_or(0).to_be_bytes());
}

fn target(bytes: &mut Vec<u8>, target: &Target) {
    let (tag, at) = match target {
        Target::Record(id) => (b'R', id.0),
        Target::Listing(id) => (b'L', id.0),
        Target::Attribution(id) => (b'A', id.0),
        Target::Measure(id) => (b'M', id.0),
        Target::Commitment(id) => (b'C', id.0),
    };
    bytes.push(tag);
    position(bytes, at);
}

fn due(bytes: &mut Vec<u8>, due: &Due) {
    let (tag, at) = match due {
        Due::Case(CaseRef::Listing(id)) => (b'L', id.0),
        Due::Case(CaseRef::Attribution(id)) => (b'A', id.0),
        Due::Record(id) => (b'R', id.0),
        Due::Measure(id) => (b'M', id.0),
        Due::Objection(id) => (b'O', id.0),
        Due::Repair(id) => (b'X', id.0),
        Due::Commitment(id) => (b'C', id.0),
        Due::Tolerance(id) => (b'T', id.0),
    };
    bytes.push(tag);
    position(bytes, at);
}

impl Key {
    /// The key's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(40);
        match self {
            Key::Subject(key) => {
                bytes.push(0x01);
                subject(&mut bytes, key);
            }
            Key::Alias { kind, code } => {
                bytes.push(0x02);
                text(&mut bytes, kind);
                text(&mut bytes, code);
            }
            Key::PersonLookup(tag) => {
                bytes.push(0x03);
                bytes.extend_from_slice(tag);
            }
            Key::PersonTag(key) => {
                bytes.push(0x04);
                subject(&mut bytes, key);
            }
            Key::Record(id) => prefixed(&mut bytes, 0x10, id.0),
            Key::RecordSource(tag) => {
                bytes.push(0x11);
                bytes.extend_from_slice(tag);
            }
            Key::RecordDocument(tag) => {
                bytes.push(0x17);
                bytes.extend_from_slice(tag);
            }
            Key::Paper(tag) => {
                bytes.push(0x18);
                bytes.extend_from_slice(tag);
            }
            Key::Listing(id) => prefixed(&mut bytes, 0x12, id.0),
            Key::Attribution(id) => prefixed(&mut bytes, 0x13, id.0),
            Key::Measure(id) => prefixed(&mut bytes, 0x14, id.0),
            Key::Objection(id) => prefixed(&mut bytes, 0x15, id.0),
            Key::Repair(id) => prefixed(&mut bytes, 0x16, id.0),
            Key::Plugins => bytes.push(0x20),
            Key::Shadows => bytes.push(0x2D),
            Key::Untold { plugin, at } => {
                bytes.push(0x2E);
                text(&mut bytes, plugin);
                position(&mut bytes, *at);
            }
            Key::ApiKey(id) => {
                bytes.push(0x21);
                text(&mut bytes, id);
            }
            Key::Idempotency(tag) => {
                bytes.push(0x22);
                bytes.extend_from_slice(tag);
            }
            Key::Walk { cause, root } => {
                prefixed(&mut bytes, 0x23, *cause);
                target(&mut bytes, root);
            }
            Key::CaseOf { listing, attribution, measure, department } => {
                prefixed(&mut bytes, 0x2A, listing.0);
                match attribution {
                    Some(id) => prefixed(&mut bytes, b'A', id.0),
                    None => bytes.push(b'-'),
                }
                text(&mut bytes, measure);
                text(&mut bytes, department);
            }
            Key::Newest(own) => {
                bytes.push(0x2B);
                match own {
                    Newest::Assessment(from, to) => {
                        bytes.push(b'A');
                        bytes.extend_from_slice(&from.number().to_be_bytes());
                        bytes.extend_from_slice(&to.number().to_be_bytes());
                    }
                    Newest::Nomination(key, source) => {
                        bytes.extend_from_slice(&[b'N', *source as u8]);
                        subject(&mut bytes, key);
                    }
                    Newest::Entry(kind, code) => {
                        bytes.extend_from_slice(&[b'E', *kind as u8]);
                        text(&mut bytes, code);
                    }
                    Newest::Remedy(tag) => {
                        bytes.push(b'R');
                        bytes.extend_from_slice(tag);
                    }
                }
            }
            Key::Channels => bytes.push(0x26),
            Key::Remedy(id) => prefixed(&mut bytes, 0x27, id.0),
            Key::Relief(id) => prefixed(&mut bytes, 0x28, id.0),
            Key::CourtDocument(id) => prefixed(&mut bytes, 0x29, id.0),
            Key::Commitment(id) => prefixed(&mut bytes, 0x30, id.0),
            Key::CreditReview(id) => prefixed(&mut bytes, 0x31, id.0),
            Key::Tolerance(id) => prefixed(&mut bytes, 0x32, id.0),
            Key::Rules => bytes.push(0x24),
            Key::Slots => bytes.push(0x25),
            Key::Office => bytes.push(0x38),
            Key::Job(job) => bytes.extend_from_slice(&[0x2C, *job as u8]),
            Key::Publicity(id) => prefixed(&mut bytes, 0x33, id.0),
            Key::Assessment(id) => prefixed(&mut bytes, 0x34, id.0),
            Key::DepartmentDocument(at) => prefixed(&mut bytes, 0x36, *at),
            Key::CatalogueEntry(id) => prefixed(&mut bytes, 0x37, id.0),
            Key::Tally { unit, month } => {
                bytes.push(0x35);
                bytes.extend_from_slice(&month.number().to_be_bytes());
                match unit {
                    Unit::Department(code) => {
                        bytes.push(b'D');
                        text(&mut bytes, code);
                    }
                    Unit::Authority(code) => {
                        bytes.push(b'A');
                        bytes.extend_from_slice(code.as_str().as_bytes());
                    }
                }
            }
            Key::Social(key) => key.encode(&mut bytes),
        }
        bytes
    }
}

fn prefixed(bytes: &mut Vec<u8>, tag: u8, at: Position) {
    bytes.push(tag);
    position(bytes, at);
}

impl Index {
    /// The entry's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.prefix();
        match self {
            Index::SubjectRecord(_, RecordId(at))
            | Index::StandingAdverse(_, RecordId(at))
            | Index::SubjectListing(_, ListingId(at))
            | Index::SubjectAttribution(_, AttributionId(at))
            | Index::SubjectMeasure(_, MeasureId(at))
            | Index::SubjectObjection(_, ObjectionId(at))
            | Index::History(_, at)
            | Index::Family(_, MeasureId(at))
            | Index::Published(_, ListingId(at))
            | Index::Noticed(ListingId(at))
            | Index::RevocationOwed(_, ListingId(at))
            | Index::Worklist(_, _, MeasureId(at))
            | Index::Owed(_, MeasureId(at))
            | Index::DeadLetter(_, MeasureId(at))
            | Index::DeadOn(_, _, MeasureId(at))
            | Index::Courtesy(_, MeasureId(at))
            | Index::Untold(_, at)
            | Index::SubjectRemedy(_, RemedyId(at))
            | Index::SubjectRelief(_, ReliefId(at))
            | Index::SubjectCourtDocument(_, CourtDocumentId(at))
            | Index::TargetRemedy(_, RemedyId(at))
            | Index::ClassificationChange(at)
            | Index::SubjectCommitment(_, CommitmentId(at))
            | Index::PublicCommitment(CommitmentId(at))
            | Index::SubjectCreditReview(_, CreditReviewId(at))
            | Index::Assessments(AssessmentId(at))
            | Index::DepartmentDocuments(_, at)
            | Index::SubjectTolerance(_, ToleranceId(at))
            | Index::CatalogueEntries(CatalogueEntryId(at)) => position(&mut bytes, *at),
            Index::PublicChange(at, what) => {
                position(&mut bytes, *at);
                target(&mut bytes, what);
            }
            Index::ErasedAt(at, key) => {
                position(&mut bytes, *at);
                subject(&mut bytes, key);
            }
            Index::SharedChange(changed, RecordId(at)) => {
                position(&mut bytes, *changed);
                position(&mut bytes, *at);
            }
            Index::AdverseRecord(_, on, RecordId(at)) => {
                day(&mut bytes, *on);
                position(&mut bytes, *at);
            }
            Index::Closing(closing) => closes(&mut bytes, closing),
            Index::Keeps(_, until, at) => {
                day(&mut bytes, *until);
                position(&mut bytes, *at);
            }
            Index::ErasureProposed(key) | Index::Erased(key) => subject(&mut bytes, key),
            Index::Provisional(clock) => runs(&mut bytes, *clock),
            Index::SubjectRepair(_, id) => position(&mut bytes, id.0),
            Index::Due(on, what) => {
                day(&mut bytes, *on);
                due(&mut bytes, what);
            }
            Index::ApiKeys(id) => text(&mut bytes, id),
            Index::Filed(_, _, due, late, RecordId(at)) => {
                day(&mut bytes, *due);
                bytes.push(u8::from(*late));
                position(&mut bytes, *at);
            }
            Index::Disclosed(_, RecordId(at)) => position(&mut bytes, *at),
            Index::Named(name, code) => {
                text(&mut bytes, name);
                bytes.extend_from_slice(code.as_str().as_bytes());
            }
            Index::Social(entry) => entry.tail(&mut bytes),
            Index::Task(_, task) => {
                position(&mut bytes, task.at());
                bytes.push(match task {
                    Task::Objection(_) => b'O',
                    Task::Repair(_) => b'X',
                    Task::Listing(_) => b'L',
                    Task::Attribution(_) => b'A',
                    Task::Measure(_) => b'M',
                    Task::Commitment(_) => b'C',
                    Task::Tolerance(_) => b'T',
                    Task::Remedy(_) => b'Y',
                    Task::Record(_) => b'R',
                    Task::Assessment(_) => b'G',
                    Task::CaseStudy(_) => b'K',
                    Task::MemberNote(_) => b'N',
                });
            }
        }
        bytes
    }

    /// What every entry of the same list begins with; a page is a range under it.
    pub fn prefix(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        match self {
            Index::SubjectRecord(key, _) => listed(&mut bytes, 0x40, key),
            Index::SubjectListing(key, _) => listed(&mut bytes, 0x41, key),
            Index::SubjectAttribution(key, _) => listed(&mut bytes, 0x42, key),
            Index::SubjectMeasure(key, _) => listed(&mut bytes, 0x43, key),
            Index::SubjectObjection(key, _) => listed(&mut bytes, 0x44, key),
            Index::SubjectRepair(key, _) => listed(&mut bytes, 0x45, key),
            Index::History(key, _) => listed(&mut bytes, 0x46, key),
            Index::Family(id, _) => prefixed(&mut bytes, 0x50, id.0),
            Index::Published(colour, _) => {
                bytes.extend_from_slice(&[0x51, u8::from(*colour == Colour::Black)]);
            }
            Index::Worklist(department, state, _) => {
                bytes.push(0x52);
                text(&mut bytes, department);
                text(&mut bytes, state);
            }
            Index::Due(..) => bytes.push(0x53),
            Index::Owed(plugin, _) => {
                bytes.push(0x54);
                text(&mut bytes, plugin);
            }
            Index::DeadLetter(plugin, _) => {
                bytes.push(0x73);
                text(&mut bytes, plugin);
            }
            Index::DeadOn(plugin, key, _) => {
                bytes.push(0x74);
                text(&mut bytes, plugin);
                subject(&mut bytes, key);
            }
            Index::Courtesy(plugin, _) => {
                bytes.push(0x75);
                text(&mut bytes, plugin);
            }
            Index::Untold(plugin, _) => {
                bytes.push(0x76);
                text(&mut bytes, plugin);
            }
            Index::ErasedAt(..) => bytes.extend_from_slice(ERASURES),
            Index::ClassificationChange(_) => bytes.push(0x55),
            Index::ApiKeys(_) => bytes.push(0x56),
            Index::PublicChange(..) => bytes.push(0x57),
            Index::SharedChange(..) => bytes.extend_from_slice(SHARED_CHANGES),
            Index::Closing(_) => bytes.push(0x58),
            Index::Provisional(_) => bytes.push(0x5D),
            Index::SubjectRemedy(key, _) => listed(&mut bytes, 0x59, key),
            Index::SubjectRelief(key, _) => listed(&mut bytes, 0x5A, key),
            Index::SubjectCourtDocument(key, _) => listed(&mut bytes, 0x5B, key),
            Index::SubjectCommitment(key, _) => listed(&mut bytes, 0x60, key),
            Index::PublicCommitment(_) => bytes.push(0x61),
            Index::SubjectCreditReview(key, _) => listed(&mut bytes, 0x62, key),
            Index::AdverseRecord(key, ..) => listed(&mut bytes, 0x63, key),
            Index::StandingAdverse(key, _) => listed(&mut bytes, 0x65, key),
            Index::SubjectTolerance(key, _) => listed(&mut bytes, 0x64, key),
            Index::TargetRemedy(what, _) => {
                bytes.push(0x5C);
                target(&mut bytes, what);
            }
            Index::Filed(provider, kind, ..) => {
                bytes.push(0x66);
                bytes.extend_from_slice(provider.as_str().as_bytes());
                bytes.push(decision(*kind));
            }
            Index::Disclosed(kind, _) => bytes.extend_from_slice(&[0x67, decision(*kind)]),
            Index::Assessments(_) => bytes.push(0x68),
            Index::DepartmentDocuments(department, _) => {
                bytes.push(0x69);
                text(&mut bytes, department);
            }
            Index::CatalogueEntries(_) => bytes.push(0x6A),
            Index::Keeps(key, ..) => listed(&mut bytes, 0x71, key),
            Index::ErasureProposed(_) => bytes.extend_from_slice(&[0x72, b'P']),
            Index::Erased(_) => bytes.extend_from_slice(&[0x72, b'K']),
            Index::Named(..) => bytes.extend_from_slice(NAMES),
            Index::Social(entry) => entry.prefix(&mut bytes),
            Index::Noticed(_) => bytes.push(0x5E),
            Index::Task(desk, _) => {
                bytes.push(0x6B);
                match desk {
                    Desk::Office => bytes.push(b'O'),
                    Desk::Authority(code) => {
                        bytes.push(b'A');
                        bytes.extend_from_slice(code.as_str().as_bytes());
                    }
                    Desk::Department(id) => {
                        bytes.push(b'D');
                        text(&mut bytes, id);
                    }
                }
            }
            Index::RevocationOwed(authority, _) => {
                bytes.push(0x5F);
                bytes.extend_from_slice(authority.as_str().as_bytes());
            }
        }
        bytes
    }
}

fn runs(bytes: &mut Vec<u8>, clock: Clock) {
    let (tag, at) = match clock {
        Clock::Decision(CaseRef::Listing(id)) => (b'L', id.0),
        Clock::Decision(CaseRef::Attribution(id)) => (b'A', id.0),
        Clock::Statement(CaseRef::Listing(id)) => (b'l', id.0),
        Clock::Statement(CaseRef::Attribution(id)) => (b'a', id.0),
        Clock::Response(id) => (b'M', id.0),
        Clock::Objection(id) => (b'O', id.0),
        Clock::Repair(id) => (b'X', id.0),
        Clock::RedStatement(id) => (b'r', id.0),
        Clock::Cure(id) => (b'C', id.0),
        Clock::BreachStatement(id) => (b'b', id.0),
        Clock::BreachDecision(id) => (b'B', id.0),
        Clock::Tolerance(id) => (b'T', id.0),
        Clock::Answer(id) => (b'N', id.0),
        Clock::Comment(id) => (b'G', id.0),
        Clock::Feedback(id) => (b'F', id.0),
        Clock::Execution(id) => (b'E', id.0),
        Clock::Referral(id) => (b'o', id.0),
        Clock::Outcome(id) => (b's', id.0),
        Clock::Lift(id) => (b'U', id.0),
        Clock::Telling(id) => (b't', id.0),
        Clock::Dispatch(id) => (b'D', id.0),
        Clock::Start(CaseRef::Listing(id)) => (b'S', id.0),
        Clock::Start(CaseRef::Attribution(id)) => (b'P', id.0),
        Clock::Restart(id) => (b'x', id.0),
        Clock::Revocation(id) => (b'R', id.0),
        Clock::RepairDecision(id) => (b'd', id.0),
    };
    bytes.push(tag);
    position(bytes, at);
}

fn closes(bytes: &mut Vec<u8>, closing: &Closing) {
    let (tag, at) = match closing {
        Closing::Objection(id) => (b'O', id.0),
        Closing::Repair(id) => (b'X', id.0),
    };
    bytes.push(tag);
    position(bytes, at);
}

fn listed(bytes: &mut Vec<u8>, tag: u8, key: &SubjectKey) {
    bytes.push(tag);
    subject(bytes, key);
}

/// The prefix of every open walk.
pub const WALKS: &[u8] = &[0x23];
/// The prefix of every due entry.
pub const DUES: &[u8] = &[0x53];
/// The prefix of every subject head.
pub const SUBJECTS: &[u8] = &[0x01];
/// The prefix of every organisation's head.
pub const ORGANISATIONS: &[u8] = &[0x01, b'C'];
/// The prefix of every organisation by its name.
pub const NAMES: &[u8] = &[0x7A];

/// What every entry of a name that begins like this begins with; the name is folded already.
pub fn names_like(folded: &str) -> Vec<u8> {
    let mut bytes = NAMES.to_vec();
    bytes.extend(folded.bytes().take_while(|byte| *byte != 0));
    bytes
}

/// The organisation of a name's entry.
pub fn read_name(bytes: &[u8]) -> Option<Uscc> {
    let rest = bytes.strip_prefix(NAMES)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    let code = std::str::from_utf8(rest.get(end + 1..)?).ok()?;
    Uscc::parse_attested(code).ok().map(|(code, _)| code)
}

/// The prefix of every erasure, in the order in which they happened.
pub const ERASURES: &[u8] = &[0x77];

/// Position and file of an erasure.
pub fn read_erasure(bytes: &[u8]) -> Option<(Position, SubjectKey)> {
    let (at, key) = bytes.strip_prefix(ERASURES)?.split_at_checked(POSITION_BYTES)?;
    Some((tail_position(at)?, subject_of_key(&[SUBJECTS, key].concat())?))
}

/// Behind which entry the erasures after a position stand.
pub fn erasures_after(at: Position) -> Vec<u8> {
    let mut bytes = ERASURES.to_vec();
    position(&mut bytes, at);
    bytes.push(0xFF);
    bytes
}

/// The prefix of every record.
pub const RECORDS: &[u8] = &[0x10];
/// The subject of an entry of a file that is being erased.
pub fn read_erasing(bytes: &[u8]) -> Option<SubjectKey> {
    let [0x72, _, rest @ ..] = bytes else { return None };
    subject_of_key(&[SUBJECTS, rest].concat())
}

/// What every entry of what keeps a file begins with.
pub fn kept_by(key: &SubjectKey) -> Vec<u8> {
    Index::Keeps(*key, Day::MIN, Position::local(0)).prefix()
}

/// Behind which entry to look for what keeps a file on `day` or later.
pub fn kept_before(key: &SubjectKey, on: Day) -> Vec<u8> {
    let mut bytes = kept_by(key);
    day(&mut bytes, on);
    bytes
}

/// The last day and the thing of what keeps a file.
pub fn read_kept(bytes: &[u8]) -> Option<(Day, Position)> {
    let head = bytes.len().checked_sub(POSITION_BYTES + 4)?;
    let on = bytes.get(head..head + 4)?;
    let shifted = i32::try_from(u32::from_be_bytes(on.try_into().ok()?)).ok()?;
    let on = Day::from_number(shifted.checked_add(Day::MIN.number())?);
    Some((on, tail_position(bytes)?))
}
/// The prefix of every published listing.
pub const PUBLISHED: &[u8] = &[0x51];

/// The position at the end of an index entry.
pub fn tail_position(bytes: &[u8]) -> Option<Position> {
    let tail = bytes.len().checked_sub(POSITION_BYTES).and_then(|from| bytes.get(from..))?;
    let (log, sequence) = tail.split_at_checked(2)?;
    Some(Position {
        log: u16::from_be_bytes(log.try_into().ok()?),
        sequence: u64::from_be_bytes(sequence.try_into().ok()?),
    })
}

/// The subject whose head stands under this key.
pub fn subject_of_key(bytes: &[u8]) -> Option<SubjectKey> {
    let rest = bytes.strip_prefix(SUBJECTS)?;
    match rest.split_first()? {
        (b'C', code) => std::str::from_utf8(code).ok()?.parse().ok(),
        (b'P', key) => Some(SubjectKey::Person(crate::actor::PersonKey(key.try_into().ok()?))),
        _ => None,
    }
}

/// Day and thing of a due entry.
pub fn read_due(bytes: &[u8]) -> Option<(Day, Due)> {
    let rest = bytes.strip_prefix(DUES)?;
    let (on, rest) = rest.split_at_checked(4)?;
    let shifted = i32::try_from(u32::from_be_bytes(on.try_into().ok()?)).ok()?;
    let at = tail_position(rest)?;
    let due = match rest.first()? {
        b'L' => Due::Case(CaseRef::Listing(ListingId(at))),
        b'A' => Due::Case(CaseRef::Attribution(AttributionId(at))),
        b'R' => Due::Record(RecordId(at)),
        b'M' => Due::Measure(MeasureId(at)),
        b'O' => Due::Objection(ObjectionId(at)),
        b'X' => Due::Repair(RepairId(at)),
        b'C' => Due::Commitment(CommitmentId(at)),
        b'T' => Due::Tolerance(ToleranceId(at)),
        _ => return None,
    };
    Some((Day::from_number(shifted + Day::MIN.number()), due))
}

/// The prefix of every change of what is public.
pub const PUBLIC_CHANGES: &[u8] = &[0x57];
/// The prefix of everything that waits for confirmations.
pub const CLOSINGS: &[u8] = &[0x58];

/// Position and thing of a change of what is public.
pub fn read_public_change(bytes: &[u8]) -> Option<(Position, Target)> {
    let rest = bytes.strip_prefix(PUBLIC_CHANGES)?;
    let (at, what) = rest.split_at_checked(POSITION_BYTES)?;
    Some((tail_position(at)?, read_target(what)?))
}

/// The entry behind the last change at a position: a page of what follows starts there.
pub fn public_changes_after(at: Position) -> Vec<u8> {
    let mut bytes = PUBLIC_CHANGES.to_vec();
    position(&mut bytes, at);
    bytes.push(0xFF);
    bytes
}

/// The prefix of every change of a record that departments share.
pub const SHARED_CHANGES: &[u8] = &[0x7B];

/// Position and record of such a change.
pub fn read_shared_change(bytes: &[u8]) -> Option<(Position, RecordId)> {
    let rest = bytes.strip_prefix(SHARED_CHANGES)?;
    let (at, what) = rest.split_at_checked(POSITION_BYTES)?;
    Some((tail_position(at)?, RecordId(tail_position(what)?)))
}

/// The entry behind the last such change at a position.
pub fn shared_changes_after(at: Position) -> Vec<u8> {
    let mut bytes = SHARED_CHANGES.to_vec();
    position(&mut bytes, at);
    bytes.extend_from_slice(&[0xFF; POSITION_BYTES]);
    bytes.push(0xFF);
    bytes
}

/// The prefix of every deadline that was counted beyond the calendar.
pub const PROVISIONALS: &[u8] = &[0x5D];

/// A deadline that was counted beyond the calendar.
pub fn read_provisional(bytes: &[u8]) -> Option<Clock> {
    let rest = bytes.strip_prefix(PROVISIONALS)?;
    let at = tail_position(rest)?;
    let listing = CaseRef::Listing(ListingId(at));
    let attribution = CaseRef::Attribution(AttributionId(at));
    match rest.first()? {
        b'L' => Some(Clock::Decision(listing)),
        b'A' => Some(Clock::Decision(attribution)),
        b'l' => Some(Clock::Statement(listing)),
        b'a' => Some(Clock::Statement(attribution)),
        b'M' => Some(Clock::Response(MeasureId(at))),
        b'O' => Some(Clock::Objection(ObjectionId(at))),
        b'X' => Some(Clock::Repair(RepairId(at))),
        b'r' => Some(Clock::RedStatement(ListingId(at))),
        b'C' => Some(Clock::Cure(CommitmentId(at))),
        b'b' => Some(Clock::BreachStatement(CommitmentId(at))),
        b'B' => Some(Clock::BreachDecision(CommitmentId(at))),
        b'T' => Some(Clock::Tolerance(ToleranceId(at))),
        b'N' => Some(Clock::Answer(MemberNoteId(at))),
        b'G' => Some(Clock::Comment(AssessmentId(at))),
        b'F' => Some(Clock::Feedback(MeasureId(at))),
        b'E' => Some(Clock::Execution(MeasureId(at))),
        b'o' => Some(Clock::Referral(ObjectionId(at))),
        b's' => Some(Clock::Outcome(ObjectionId(at))),
        b'U' => Some(Clock::Lift(MeasureId(at))),
        b't' => Some(Clock::Telling(MeasureId(at))),
        b'D' => Some(Clock::Dispatch(MeasureId(at))),
        b'S' => Some(Clock::Start(listing)),
        b'P' => Some(Clock::Start(attribution)),
        b'x' => Some(Clock::Restart(RepairId(at))),
        b'R' => Some(Clock::Revocation(ListingId(at))),
        b'd' => Some(Clock::RepairDecision(RepairId(at))),
        _ => None,
    }
}

/// What waits for confirmations.
pub fn read_closing(bytes: &[u8]) -> Option<Closing> {
    let rest = bytes.strip_prefix(CLOSINGS)?;
    let at = tail_position(rest)?;
    match rest.first()? {
        b'O' => Some(Closing::Objection(ObjectionId(at))),
        b'X' => Some(Closing::Repair(RepairId(at))),
        _ => None,
    }
}

pub(crate) fn read_target(bytes: &[u8]) -> Option<Target> {
    let at = tail_position(bytes)?;
    match bytes.first()? {
        b'R' => Some(Target::Record(RecordId(at))),
        b'L' => Some(Target::Listing(ListingId(at))),
        b'A' => Some(Target::Attribution(AttributionId(at))),
        b'M' => Some(Target::Measure(MeasureId(at))),
        b'C' => Some(Target::Commitment(CommitmentId(at))),
        _ => None,
    }
}

/// Prefix of a subject's adverse records that count, and the bytes before the first of a day.
pub fn adverse_from(key: SubjectKey, from: Day) -> (Vec<u8>, Vec<u8>) {
    let mut prefix = Vec::new();
    listed(&mut prefix, 0x63, &key);
    let mut before = prefix.clone();
    day(&mut before, from);
    (prefix, before)
}

/// The last bytes of the due entries of `on`: a scan for what is due stops behind them.
pub fn due_through(on: Day) -> Vec<u8> {
    let mut bytes = DUES.to_vec();
    day(&mut bytes, on.plus_days(1));
    bytes
}

/// The keys between which lie the decisions that `provider` had to file from `from` to `through`.
pub fn filed_between(provider: Uscc, kind: DecisionKind, from: Day, through: Day) -> [Vec<u8>; 2] {
    let prefix = Index::Filed(provider, kind, from, false, RecordId(Position::local(0))).prefix();
    [from, through.plus_days(1)].map(|on| {
        let mut bytes = prefix.clone();
        day(&mut bytes, on);
        bytes
    })
}

/// Due day, whether it came late, and the record of a filed decision.
pub fn read_filed(bytes: &[u8]) -> Option<(Day, bool, RecordId)> {
    let rest = bytes.strip_prefix(&[0x66])?;
    let (due, rest) = rest.get(FILED_HEAD_BYTES..)?.split_at_checked(4)?;
    let shifted = i32::try_from(u32::from_be_bytes(due.try_into().ok()?)).ok()?;
    let late = *rest.first()? == 1;
    Some((Day::from_number(shifted + Day::MIN.number()), late, RecordId(tail_position(rest)?)))
}

/// What an entry of an office's tasks leads to.
pub fn read_task(bytes: &[u8]) -> Option<Task> {
    let (tag, rest) = bytes.split_last()?;
    let at = tail_position(rest)?;
    match tag {
        b'O' => Some(Task::Objection(ObjectionId(at))),
        b'X' => Some(Task::Repair(RepairId(at))),
        b'L' => Some(Task::Listing(ListingId(at))),
        b'A' => Some(Task::Attribution(AttributionId(at))),
        b'M' => Some(Task::Measure(MeasureId(at))),
        b'C' => Some(Task::Commitment(CommitmentId(at))),
        b'T' => Some(Task::Tolerance(ToleranceId(at))),
        b'Y' => Some(Task::Remedy(RemedyId(at))),
        b'R' => Some(Task::Record(RecordId(at))),
        b'G' => Some(Task::Assessment(AssessmentId(at))),
        b'K' => Some(Task::CaseStudy(CaseStudyId(at))),
        b'N' => Some(Task::MemberNote(MemberNoteId(at))),
        _ => None,
    }
}

/// The entries of an office's tasks: their prefix, and behind which those after a position stand.
pub fn tasks_of(desk: Desk, after: Option<Position>) -> (Vec<u8>, Option<Vec<u8>>) {
    let first = Task::Objection(ObjectionId(Position::local(0)));
    let prefix = Index::Task(desk, first).prefix();
    let behind = after.map(|at| {
        let mut bytes = prefix.clone();
        position(&mut bytes, at);
        bytes.push(0xFF);
        bytes
    });
    (prefix, behind)
}

/// Cause and root of an open walk.
pub fn read_walk(bytes: &[u8]) -> Option<(Position, Target)> {
    let rest = bytes.strip_prefix(WALKS)?;
    let (cause, root) = rest.split_at_checked(POSITION_BYTES)?;
    Some((tail_position(cause)?, read_target(root)?))
}
