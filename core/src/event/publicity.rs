//! Events of double publicity (双公示): permits and penalties are on line within seven working days
//! of the decision (domain.md O25, T12).

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::id::RecordId;
use crate::text::Sealed;
use crate::time::Day;

/// Which of the two publicities a decision falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// 行政许可
    Permit,
    /// 行政处罚
    Penalty,
}

/// Why a decision is recorded and not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exemption {
    /// 涉及个人隐私: a named officer withheld it, with a reason.
    Privacy,
    /// The counterpart is a natural person, or an individual business whose name is its owner's.
    Person,
    /// 轻微: not shown in principle.
    Minor,
    /// The directory does not open it to the public.
    Directory,
}

events! {
/// What happens to a permit or penalty besides its life as a record.
PublicityEvent {
    /// A permit or penalty was filed: when it was due, whether it came in time, and what of it is
    /// nobody's to see but the file's own. Stands behind its `record.accepted`.
    Filed "publicity.filed" {
        record: RecordId, kind: DecisionKind, decided_on: Day, due: Deadline, filed_on: Day,
        late: bool, exempt: Option<Exemption>, reason: Option<Sealed>, private: Option<Sealed>,
    }
}
}
