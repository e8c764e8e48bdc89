//! A measure case, its order, and what is owed about it.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::calendar::Deadline;
use crate::event::CallFault;
use crate::id::{AttributionId, ListingId, MeasureId, Position};
use crate::path::Hold;
use crate::row::Disputes;
use crate::row::plugin::{Courtesy, LetterEnd};
use crate::rules::Citation;
use crate::time::Day;

/// State of a measure case (domain.md 2.4); suspended and to-be-lifted follow from its parents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.4")]
pub enum MeasureState {
    Initiated,
    Noticed,
    Dispatched { respond_by: Deadline, overdue: bool },
    Accepted { failures: u32 },
    Declined,
    Executing { order: Order, failures: u32 },
    Executed { order: Order, reference: String },
    FedBack { order: Order, reference: String },
    Lifted { fed_back: bool },
    Closed,
    Forwarded { answered: bool, recalled: bool },
}

/// An officer's order to execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The `execution.ordered` event.
    pub at: Position,
    /// Who ordered it.
    pub by: OfficerRef,
    /// The plugin that carries it out; without one the officer does.
    pub plugin: Option<String>,
}

/// What the department's system was last known to do about the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what the system confirmed")]
pub enum Remote {
    Nothing,
    Executed,
    Suspended,
    Lifted,
}

/// Something that a department owes by a day: a report, an execution, a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The last day for it.
    pub by: Deadline,
    /// The timer has said that it passed.
    pub overdue: bool,
}

/// What a higher authority is to be told of a measure that was forwarded to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// That it is suspended; or that it has effect again.
    pub suspended: bool,
    /// By when.
    pub owed: Owed,
}

/// A measure case: one listing, one measure, one implementing department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct MeasureRow {
    pub id: MeasureId,
    pub subject: SubjectKey,
    pub listing: ListingId,
    pub attribution: Option<AttributionId>,
    pub measure: String,
    pub department: String,
    pub initiated_by: OfficerRef,
    pub initiated_on: Day,
    pub basis: Vec<Citation>,
    pub decision_number: String,
    pub until: Day,
    pub incentive: bool,
    pub accepted_by: Option<OfficerRef>,
    pub state: MeasureState,
    pub remote: Remote,
    /// The report on what it has just done.
    pub feedback: Option<Owed>,
    /// The execution, where the catalogue sets days for it (T10).
    pub execution: Option<Owed>,
    /// The lift, once what it rests on has ended.
    pub lift: Option<Owed>,
    pub annulled: bool,
    pub annulled_on: Option<Day>,
    /// The timer has said that its own end date passed.
    pub expired: bool,
    /// The event by which its plugin last confirmed something; orders the next execution after it.
    pub confirmed_at: Option<Position>,
    pub fault: Option<CallFault>,
    /// The day on which its subject was told of it.
    pub noticed_on: Option<Day>,
    /// The day of the letter by which it was forwarded.
    pub sent_on: Option<Day>,
    /// Last day of the measure that was ordered or forwarded, by this case or one before it of the
    /// same kind: no later case outlasts it (INV-3).
    pub taken_until: Option<Day>,
    /// A court exempted the subject until then (M-M09).
    pub exempt_until: Option<Day>,
    pub holds: Vec<Hold>,
    pub disputes: Disputes,
    /// The order that its plugin gave up, which may have reached the department; of what was lifted,
    /// the order that it was lifted from.
    pub last_order: Option<Order>,
    /// What the higher authority to which it was forwarded is to be told.
    pub telling: Option<Telling>,
    /// Its way to the department, while nothing suspends it.
    pub dispatch: Option<Owed>,
    /// It is suspended, and has its days to respond and to execute anew once it has effect again.
    pub put_off: bool,
    /// Who declined it although it is mandatory, until the credit office has answered.
    pub escalated: Option<OfficerRef>,
    /// The last plugin that an order named: its own data may have the case.
    pub touched_by: Option<String>,
    /// How it was answered that the plugin gave the execution up, until the next order.
    pub letter: Option<LetterEnd>,
    /// What an officer did about the case and that plugin does not know.
    pub courtesy: Option<Courtesy>,
}
