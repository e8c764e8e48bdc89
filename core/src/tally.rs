//! What the assessment of departments counts (domain.md O71): one list of counters, by month and
//! by unit. A unit is a department or the authority behind a record; never a subject (INV-7).
//!
//! Source: domain.md O71, T01, T08.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::identifier::uscc::Uscc;
use crate::time::Day;

/// A calendar month, written `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u16);

/// A text that is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no calendar month like 2026-03")]
pub struct MonthError(pub String);

impl Month {
    /// The month a day lies in.
    pub fn of(day: Day) -> Month {
        let (year, month, _) = day.ymd();
        let year = u16::try_from(year).unwrap_or(0);
        let month = u16::try_from(month).unwrap_or(1);
        Month(year.saturating_mul(12).saturating_add(month.saturating_sub(1)))
    }

    /// Months since the year 0: what a key orders by.
    pub fn number(self) -> u16 {
        self.0
    }

    /// The month that many months later.
    pub fn plus(self, months: u16) -> Month {
        Month(self.0.saturating_add(months))
    }

    /// Every month up to and including `to`; none where it lies before.
    pub fn through(self, to: Month) -> impl Iterator<Item = Month> {
        (self.0..=to.0).map(Month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Month, MonthError> {
        let error = || MonthError(text.chars().take(40).collect());
        let first: Day = format!("{text}-01").parse().map_err(|_| error())?;
        match Month::of(first) {
            month if month.to_string() == text => Ok(month),
            _ => Err(error()),
        }
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(self),
            false => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            return text.parse().map_err(serde::de::Error::custom);
        }
        u16::deserialize(deserializer).map(Month)
    }
}

/// Whose counters these are. Measures name a department by its code, records and cases an
/// authority by its own; `apply` has no list to turn one into the other, so a reader adds both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A department, by its short code.
    Department(String),
    /// An authority, by its 18-character code.
    Authority(Uscc),
}

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident $name:literal $zh:literal;)*) => {
        /// What is counted. Only ever appended to: frozen figures keep the counts by place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Counter { $($(#[$doc])* $variant,)* }

        impl Counter {
            /// Every counter, in the order in which counts are kept.
            pub const ALL: &'static [Counter] = &[$(Counter::$variant,)*];

            /// Name in JSON and CSV.
            pub fn name(self) -> &'static str {
                match self { $(Counter::$variant => $name,)* }
            }

            /// Title in Chinese.
            pub fn title_zh(self) -> &'static str {
                match self { $(Counter::$variant => $zh,)* }
            }
        }
    };
}

counters! {
    /// Measure cases that reached the department.
    Dispatched "dispatched" "派送";
    /// Accepted or declined in time.
    RespondedOnTime "responded_on_time" "按时响应";
    /// Accepted or declined after the last day.
    RespondedLate "responded_late" "逾期响应";
    /// The last day passed without an answer.
    ResponseOverdue "response_overdue" "响应超期";
    /// Declined, with reason or legal ground.
    Declined "declined" "不予执行";
    /// Carried out.
    Executed "executed" "已执行";
    /// Reported in time what was done.
    FedBackOnTime "fed_back_on_time" "按时反馈";
    /// Reported after the last day.
    FedBackLate "fed_back_late" "逾期反馈";
    /// The last day passed without a report.
    FeedbackOverdue "feedback_overdue" "反馈超期";
    /// Measures lifted.
    Lifted "lifted" "已解除";
    /// Of these, lifted after the last day.
    LiftedLate "lifted_late" "逾期解除";
    /// Objections referred to the provider.
    ObjectionsReferred "objections_referred" "转交异议";
    /// Verified in time.
    VerifiedOnTime "verified_on_time" "按时核实";
    /// Verified after the last day.
    VerifiedLate "verified_late" "逾期核实";
    /// The last day passed without a report; everything stayed suspended.
    VerificationOverdue "verification_overdue" "核实超期";
    /// Objections that proved right.
    ObjectionsUpheld "objections_upheld" "异议成立";
    /// Objections that did not.
    ObjectionsRejected "objections_rejected" "异议不成立";
    /// Redress that came to be owed.
    RedressOpened "redress_opened" "应恢复信誉";
    /// Redress done.
    RedressCompleted "redress_completed" "已恢复信誉";
    /// Formal checks of repair applications in time.
    RepairsCheckedOnTime "repairs_checked_on_time" "修复按时受理";
    /// Formal checks after the last day.
    RepairsCheckedLate "repairs_checked_late" "修复逾期受理";
    /// Repair applications decided in time.
    RepairsDecidedOnTime "repairs_decided_on_time" "修复按时决定";
    /// Repair applications decided after the last day.
    RepairsDecidedLate "repairs_decided_late" "修复逾期决定";
    /// Listing cases decided, either way, in time.
    CasesDecidedOnTime "cases_decided_on_time" "认定按时决定";
    /// Listing cases decided after the last day.
    CasesDecidedLate "cases_decided_late" "认定逾期决定";
    /// Records provided.
    RecordsProvided "records_provided" "归集信息";
    /// Of these, permits and penalties for publication.
    ToBePublicised "to_be_publicised" "应公示双公示信息";
    /// Of these, provided after the days that double publicity allows.
    PublicisedLate "publicised_late" "逾期公示";
    /// Carried out after the days that the catalogue sets.
    ExecutedLate "executed_late" "逾期执行";
    /// These days passed without the measure being carried out.
    ExecutionOverdue "execution_overdue" "执行超期";
    /// Accepted objections that the office referred to their provider late.
    ReferredLate "referred_late" "逾期转交";
    /// The last day of a formal check passed without one.
    RepairCheckOverdue "repair_check_overdue" "修复受理超期";
    /// The last day of a decision on a repair passed without one.
    RepairDecisionOverdue "repair_decision_overdue" "修复决定超期";
    /// Results of objections that the office served late.
    ResolvedLate "resolved_late" "逾期送达异议结果";
    /// Reviews that the office decided late.
    ReviewedLate "reviewed_late" "逾期复核";
    /// The last day of a decision on a listing case passed without one.
    CaseDecisionOverdue "case_decision_overdue" "认定决定超期";
    /// The last day for the service of a decision passed without it.
    CaseServiceOverdue "case_service_overdue" "决定送达超期";
    /// Revocations of a red listing that a black one made due, and that nobody opened in time.
    RevocationOverdue "revocation_overdue" "撤销启动超期";
    /// The last day of a lift passed without one, whether or not it came later.
    LiftOverdue "lift_overdue" "解除超期";
    /// The office's last day to refer an objection passed without a referral.
    ReferralOverdue "referral_overdue" "转交超期";
    /// The office's last day to serve a result of an objection passed without it.
    ResultOverdue "result_overdue" "异议结果送达超期";
    /// The office's last day to decide a review passed without a decision.
    ReviewOverdue "review_overdue" "复核超期";
    /// Objections that were rejected and proved right on review; they stay counted as rejected.
    UpheldOnReview "upheld_on_review" "复核改判成立";
    /// Whether the department had a liaison on file when the figures were taken: 1 or 0.
    LiaisonOnFile "liaison_on_file" "联络员在册";
    /// The last day for dispatching a measure to its department passed without it.
    DispatchOverdue "dispatch_overdue" "派送超期";
    /// Measures that were dispatched after it.
    DispatchedLate "dispatched_late" "逾期派送";
}

/// Counts by the place of their counter; what lies beyond the end is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(pub Vec<u32>);

impl Counts {
    /// One count.
    pub fn get(&self, counter: Counter) -> u32 {
        self.0.get(place(counter)).copied().unwrap_or(0)
    }

    /// Adds to one count.
    pub fn add(&mut self, counter: Counter, count: u32) {
        let place = place(counter);
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        if let Some(own) = self.0.get_mut(place) {
            *own = own.saturating_add(count);
        }
    }

    /// Adds every count of another.
    pub fn add_all(&mut self, other: &Counts) {
        for counter in Counter::ALL {
            match other.get(*counter) {
                0 => {}
                count => self.add(*counter, count),
            }
        }
    }
}

fn place(counter: Counter) -> usize {
    Counter::ALL.iter().position(|own| *own == counter).unwrap_or(Counter::ALL.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_as_they_are_read() {
        for text in ["2026-01", "2026-12", "1990-07"] {
            assert_eq!(text.parse::<Month>().map(|month| month.to_string()), Ok(text.to_owned()));
        }
        for text in ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", "2026"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
        assert_eq!("2026-12".parse::<Month>().map(|month| month.plus(1)), "2027-01".parse());
    }

    #[test]
    fn counts_add_up_whatever_their_length() {
        let mut counts = Counts::default();
        counts.add(Counter::Lifted, 2);
        let mut sum = Counts(vec![1]);
        sum.add_all(&counts);
        sum.add_all(&counts);
        assert_eq!((sum.get(Counter::Dispatched), sum.get(Counter::Lifted)), (1, 4));
        assert_eq!(sum.get(Counter::PublicisedLate), 0);
    }
}
