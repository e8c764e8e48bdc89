//! Why something is shown no more, as it is said where it was shown: a class, and never a word about
//! anybody (domain.md 2.1; Administrative Penalty Law art. 48).

use serde_json::{Value, json};
use shouxin_core::codec;
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::id::Position;
use shouxin_core::path::{EndReason, Path, Standing};
use shouxin_core::row::commitment::{CommitmentRow, CommitmentState};
use shouxin_core::row::{ListingKind, ListingRow, RecordRow, RecordState, RedState};
use shouxin_core::rules::Severity;
use shouxin_core::time::Day;

use crate::engine::Engine;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $code:literal $zh:literal;)*) => {
        /// Why something is shown no more.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            fn code(self) -> &'static str {
                match self { $(Reason::$variant => $code,)* }
            }

            fn zh(self) -> &'static str {
                match self { $(Reason::$variant => $zh,)* }
            }
        }
    };
}

reasons! {
    /// It was void; by whom is not known from rows.
    Annulled "annulled" "已撤销";
    /// Its own authority took it back.
    ByAuthority "annulled_by_authority" "原机关已撤销";
    /// An objection, or the review of one, was right.
    OnObjection "annulled_on_objection" "异议成立，已撤销";
    /// A reconsideration or a court found it void.
    ByRuling "annulled_by_ruling" "依行政复议决定或者生效裁判撤销";
    /// It was repaired, or a plan of reorganisation was performed.
    Repaired "repaired" "信用修复已完成";
    /// Its time is over.
    Expired "expired" "期限届满";
    /// Corrected, it is nothing that is shown.
    Corrected "corrected" "更正后不再公示";
    /// It stands, and is shown no more.
    DisplayEnded "display_ended" "停止公示";
    /// It is off display while an objection is verified or a stay lasts.
    Suspended "suspended" "核实或者停止执行期间暂停公示";
    /// The subject took it back itself.
    GivenUp "given_up" "当事人撤回";
    /// It came to an end without any of these.
    Over "over" "已终止";
}

impl Reason {
    /// Why a record is not shown.
    pub(super) fn of_record(row: &RecordRow, today: Day) -> Reason {
        let lighter = row.severity == Some(Severity::Minor) && row.corrections > 0;
        match row.state {
            RecordState::Annulled => Reason::Annulled,
            RecordState::Repaired => Reason::Repaired,
            RecordState::Expired => Reason::Expired,
            RecordState::Archived => Reason::Over,
            RecordState::Accepted if !row.is_live(today) => Reason::Expired,
            RecordState::Accepted if lighter => Reason::Corrected,
            RecordState::Accepted => Reason::DisplayEnded,
        }
    }

    /// Why a listing is not shown.
    pub(super) fn of_listing(row: &ListingRow, standing: Standing, today: Day) -> Reason {
        let path = match &row.kind {
            ListingKind::Black { case, .. } => &case.path,
            ListingKind::Red(red) => {
                return match &red.state {
                    RedState::Expired { .. } => Reason::Expired,
                    RedState::Active { until, .. } if today > *until => Reason::Expired,
                    RedState::Active { .. } => Reason::DisplayEnded,
                    _ => Reason::Over,
                };
            }
        };
        match (path, standing) {
            (Path::Ended(ended), _) => match ended.reason {
                EndReason::Removed(_) | EndReason::Relieved(_) => Reason::Repaired,
                EndReason::Expired => Reason::Expired,
                EndReason::Annulled | EndReason::Withdrawn => Reason::Annulled,
                EndReason::Dropped | EndReason::NotDecided => Reason::Over,
            },
            (_, Standing::Ended) => Reason::Expired,
            (_, Standing::Suspended) => Reason::Suspended,
            (Path::Effective(effective), _) if !effective.published => Reason::DisplayEnded,
            _ => Reason::Over,
        }
    }

    /// Why a commitment is not shown.
    pub(super) fn of_commitment(row: &CommitmentRow) -> Reason {
        match &row.state {
            CommitmentState::Withdrawn => Reason::GivenUp,
            CommitmentState::Repaired { .. } => Reason::Repaired,
            CommitmentState::Breached { .. } => match row.breach.as_ref().map(|own| &own.path) {
                Some(Path::Ended(ended)) if ended.reason == EndReason::Annulled => Reason::Annulled,
                _ => Reason::Expired,
            },
            _ => Reason::DisplayEnded,
        }
    }

    /// Who found it void, where the commit of the change says so. The log is read: no snapshot of
    /// a reader that others wait for is held meanwhile.
    pub(crate) fn with_author(self, engine: &Engine, target: Target, at: Position) -> Reason {
        if self != Reason::Annulled {
            return self;
        }
        let Ok(commits) = engine.log.read(at.sequence, 1) else {
            return self;
        };
        let entries = commits.first().map(|own| own.entries.as_slice()).unwrap_or_default();
        let events: Vec<Event> = entries
            .iter()
            .filter_map(|own| codec::decode_event(&own.bytes).ok())
            .map(|own| own.event)
            .collect();
        let found = events.iter().find_map(|event| match event {
            Event::ObjectionResolved { .. } | Event::Remedy(RemedyEvent::ReviewDecided { .. }) => {
                Some(Reason::OnObjection)
            }
            Event::Remedy(RemedyEvent::RemedyDecided { .. }) => Some(Reason::ByRuling),
            _ => None,
        });
        found.unwrap_or(match events.iter().any(|event| takes_back(event, target)) {
            true => Reason::ByAuthority,
            false => self,
        })
    }

    /// As an item says it.
    pub(crate) fn say(self, item: &mut Value) {
        item["reason"] = json!(self.code());
        item["reason_zh"] = json!(self.zh());
    }
}

/// Whether an event takes a target back, or what it rests on.
fn takes_back(event: &Event, target: Target) -> bool {
    match (event, target) {
        (Event::RecordAnnulled { record, .. }, Target::Record(id)) => *record == id,
        (Event::RecordAnnulled { .. }, Target::Listing(_)) => true,
        (Event::Listing(ListingEvent::Revoked { case, .. }), Target::Listing(id)) => {
            *case == CaseRef::Listing(id)
        }
        _ => false,
    }
}
