//! What is kept of a report to decide and to list; its texts stay in the log, by sequence.

use serde::{Deserialize, Serialize};

use crate::actor::OfficerRef;
use crate::calendar::Deadline;
use crate::identifier::uscc::Uscc;
use crate::text::{Digest, Sealed};
use crate::time::Day;
use crate::whistle::ReportId;

/// Where a report stands (domain.md 2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportState {
    /// Waits for triage.
    Received {
        /// Last day.
        triage_by: Deadline,
    },
    /// Not for these departments.
    OutOfScope,
    /// In scope; waits for a department.
    Triaged,
    /// A department verifies.
    Assigned {
        /// Last day.
        verify_by: Deadline,
        /// The period was extended, which is possible once.
        extended: bool,
    },
    /// There is something in it.
    Substantiated,
    /// There is not; the reporter waits for the answer.
    Unsubstantiated {
        /// Last day of the answer.
        feedback_by: Deadline,
    },
    /// The department follows it up by its own means; the reporter waits for the answer.
    Transferred {
        /// Last day of the answer.
        feedback_by: Deadline,
    },
    /// The reporter was answered.
    FedBack,
    /// Identity and texts are destroyed.
    Closed,
}

impl ReportState {
    /// Every name, in the order of the machine.
    pub const NAMES: &'static [&'static str] = &[
        "received",
        "out_of_scope",
        "triaged",
        "assigned",
        "substantiated",
        "unsubstantiated",
        "transferred",
        "fed_back",
        "closed",
    ];

    /// Its name outside.
    pub fn name(&self) -> &'static str {
        match self {
            ReportState::Received { .. } => "received",
            ReportState::OutOfScope => "out_of_scope",
            ReportState::Triaged => "triaged",
            ReportState::Assigned { .. } => "assigned",
            ReportState::Substantiated => "substantiated",
            ReportState::Unsubstantiated { .. } => "unsubstantiated",
            ReportState::Transferred { .. } => "transferred",
            ReportState::FedBack => "fed_back",
            ReportState::Closed => "closed",
        }
    }

    /// Until when the next step is due, where one is.
    pub fn due(&self) -> Option<Deadline> {
        match self {
            ReportState::Received { triage_by } => Some(*triage_by),
            ReportState::Assigned { verify_by, .. } => Some(*verify_by),
            ReportState::Unsubstantiated { feedback_by }
            | ReportState::Transferred { feedback_by } => Some(*feedback_by),
            _ => None,
        }
    }

    /// The same, to be counted anew.
    pub(crate) fn due_mut(&mut self) -> Option<&mut Deadline> {
        match self {
            ReportState::Received { triage_by } => Some(triage_by),
            ReportState::Assigned { verify_by, .. } => Some(verify_by),
            ReportState::Unsubstantiated { feedback_by }
            | ReportState::Transferred { feedback_by } => Some(feedback_by),
            _ => None,
        }
    }

    /// Whether somebody has still to work on it.
    pub fn is_open(&self) -> bool {
        !matches!(self, ReportState::OutOfScope | ReportState::FedBack | ReportState::Closed)
    }
}

/// A pending request for the identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asked; another person has to approve.
    pub by: OfficerRef,
    /// When.
    pub on: Day,
    /// Whether the reporter is told.
    pub told: bool,
    /// Sequence of the event that holds its ground and reasons.
    pub at: u64,
}

/// One opening of the identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    pub on: Day,
    /// Whether the reporter is told.
    pub told: bool,
}

/// The identity that came with a report, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// SHA-256 of the ciphertext.
    pub sha256: Digest,
    /// A request that waits for the second person.
    pub request: Option<Request>,
    /// Every opening.
    pub openings: Vec<Opening>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// Where it stands.
    pub state: ReportState,
    /// The last day of the step that is awaited, once a timer has said that it passed.
    pub overdue: Option<Day>,
    /// When it came.
    pub received_on: Day,
    /// Code of the reported organisation.
    pub reported: Sealed,
    /// Sequence of the event that holds its texts.
    pub received_at: u64,
    /// The department that verifies.
    pub department: Option<Uscc>,
    /// Sequences of the events that hold answers to the reporter.
    pub answers: Vec<u64>,
    /// Sequence of the event that holds the finding.
    pub finding: Option<u64>,
    /// Sequences of the events that hold accounts of retaliation.
    pub retaliations: Vec<u64>,
    /// The day on which retaliation was first reported.
    pub escalated_on: Option<Day>,
    /// Until when identity and texts are kept.
    pub keep_until: Option<Day>,
    /// Slots of the data keys that its texts are sealed with.
    pub slots: Vec<u64>,
    /// The identity, unless it is anonymous or purged.
    pub identity: Option<Identity>,
    /// What is left of the reported organisation's code after the purge, to know who stands aside.
    pub reported_tag: Option<Digest>,
}

/// A list of reports that somebody works through, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worklist {
    /// Reports in a state, by its place in `ReportState::NAMES`.
    State(u8),
    /// Reports in a state that one department has.
    Department(Uscc, u8),
    /// Reports whose authors suffer for them.
    Escalated,
    /// Reports with a request for the identity that waits for the second person.
    Requested,
    /// Reports whose next step has a last day, by that day.
    Due,
    /// Reports whose next step is late.
    Overdue,
}

impl Worklist {
    /// The list of reports in the state of this name, of one department if given.
    pub fn of(state: &str, department: Option<Uscc>) -> Option<Worklist> {
        let place = ReportState::NAMES.iter().position(|name| *name == state)?;
        let place = u8::try_from(place).ok()?;
        Some(match department {
            Some(department) => Worklist::Department(department, place),
            None => Worklist::State(place),
        })
    }

    /// The first bytes of all its entries.
    pub fn prefix(&self) -> Vec<u8> {
        match self {
            Worklist::State(state) => vec![b's', *state],
            Worklist::Department(department, state) => {
                let mut prefix = vec![b'd'];
                prefix.extend_from_slice(department.as_str().as_bytes());
                prefix.push(*state);
                prefix
            }
            Worklist::Escalated => vec![b'e'],
            Worklist::Requested => vec![b'u'],
            Worklist::Due => vec![b'q'],
            Worklist::Overdue => vec![b'o'],
        }
    }

    /// The report behind an entry's key.
    pub fn report(key: &[u8]) -> Option<ReportId> {
        key.last_chunk::<32>().map(|bytes| ReportId(*bytes))
    }
}

/// Key of a report's row.
pub fn report_key(id: ReportId) -> Vec<u8> {
    let mut key = vec![b'r'];
    key.extend_from_slice(&id.0);
    key
}

/// Key of the ledger.
pub fn ledger_key() -> Vec<u8> {
    vec![b'l']
}

impl ReportRow {
    /// Keys of the entries that the row stands for.
    pub fn entries(&self) -> Vec<Vec<u8>> {
        let name = self.state.name();
        let mut lists = Vec::from_iter(Worklist::of(name, None));
        lists.extend(self.department.and_then(|own| Worklist::of(name, Some(own))));
        if self.escalated_on.is_some() && self.state != ReportState::Closed {
            lists.push(Worklist::Escalated);
        }
        if self.identity.as_ref().is_some_and(|own| own.request.is_some()) {
            lists.push(Worklist::Requested);
        }
        if self.overdue.is_some() {
            lists.push(Worklist::Overdue);
        }
        let entry = |list: &Worklist, day: Day| {
            let day = day.number().saturating_sub(Day::MIN.number());
            let mut key = list.prefix();
            key.extend_from_slice(&day.to_be_bytes());
            key.extend_from_slice(&self.id.0);
            key
        };
        let mut entries: Vec<Vec<u8>> =
            lists.iter().map(|list| entry(list, self.received_on)).collect();
        entries.extend(self.awaited().map(|due| entry(&Worklist::Due, due.day)));
        entries
    }

    /// The last day of the next step, where nobody has said that it passed.
    fn awaited(&self) -> Option<Deadline> {
        self.state.due().filter(|_| self.overdue.is_none())
    }

    /// The last day of the next step, where it was counted beyond the calendar and has not passed by
    /// `today`.
    pub fn provisional(&self, today: Day) -> Option<Deadline> {
        self.awaited().filter(|due| due.provisional && today <= due.day)
    }

    /// Whether the last day of the next step has passed, and nobody has said so.
    pub fn is_late(&self, today: Day) -> bool {
        self.awaited().is_some_and(|due| today > due.day)
    }
}

/// How often a step was late, over all reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The triage.
    pub triage: u32,
    /// The verification.
    pub verification: u32,
    /// The answer to the reporter.
    pub feedback: u32,
}

/// What is known of all reports together: the bounds are kept by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Day of the last event.
    pub day: Day,
    /// Reports received on that day.
    pub received: u32,
    /// Reports on which somebody has still to work.
    pub open: u32,
    /// Slots of the key ring that the log has named: the ring must have as many.
    pub slots: u64,
    /// What was late.
    pub late: Late,
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger { day: Day::MIN, received: 0, open: 0, slots: 0, late: Late::default() }
    }
}

/// A row of the reports' own view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhistleRow {
    /// A report.
    Report(Box<ReportRow>),
    /// The ledger.
    Ledger(Ledger),
}
