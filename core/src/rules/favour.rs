//! Which version of the deadlines and caps a running case is judged by (design.md 6): its opening
//! version, and in each rule whatever came into force since that favours the party.
//!
//! The party is whoever the case is about; what protects it is the longest, what weighs on it or
//! keeps it waiting the shortest.

use crate::rules::{Packs, RulePack};
use crate::time::Day;

fn pair(one: (u16, u16), other: (u16, u16)) -> (u16, u16) {
    (one.0.min(other.0), one.1.min(other.1))
}

impl RulePack {
    /// Rule by rule whatever favours the party: what this version, the opening one, says or what a
    /// later one does. A new field does not compile until somebody has said here which way it goes.
    #[must_use]
    pub fn favouring(&self, later: &RulePack) -> RulePack {
        let RulePack {
            in_force_from,
            repair_instrument,
            statement_window_wd,
            hearing_request_wd,
            decide_within_wd,
            serve_within_days,
            standstill_wd,
            black_cap_months,
            red_cap_months,
            red_public_notice_days,
            dispatch_wd,
            respond_wd,
            feedback_wd,
            lift_wd,
            objection_accept_wd,
            objection_refer_wd,
            verification_wd,
            unverified_after_wd,
            expert_testing_wd,
            resolve_wd,
            whistle_triage_wd,
            whistle_verify_wd,
            whistle_feedback_wd,
            whistle_keep_months,
            retention_months,
            review_request_wd,
            repair_accept_wd,
            repair_decide_wd,
            repair_extend_wd,
            repair_bar_months,
            double_publicity_wd,
            publicity_minor_months,
            publicity_general_months,
            publicity_serious_months,
            clean_record_years,
        } = self;
        RulePack {
            // These two name a version and are for nobody: the case keeps the name of its own.
            in_force_from: *in_force_from,
            repair_instrument: repair_instrument.clone(),
            // The party's own time to speak, to ask for a hearing, for a review, and to have a
            // served decision stopped before it starts: the longest.
            statement_window_wd: (*statement_window_wd).max(later.statement_window_wd),
            hearing_request_wd: (*hearing_request_wd).max(later.hearing_request_wd),
            standstill_wd: (*standstill_wd).max(later.standstill_wd),
            review_request_wd: (*review_request_wd).max(later.review_request_wd),
            // A proposal hangs over the party, and a decision is of use to it once it is served: the
            // authority has the shortest.
            decide_within_wd: (*decide_within_wd).min(later.decide_within_wd),
            serve_within_days: (*serve_within_days).min(later.serve_within_days),
            // How long a burden lasts at most: the shortest.
            black_cap_months: (*black_cap_months).min(later.black_cap_months),
            // An honour is the exemplar's: it may last the longest.
            red_cap_months: (*red_cap_months).max(later.red_cap_months),
            // The public's time to object is nobody's burden, and only a notice as long as both
            // versions ask for satisfies both.
            red_public_notice_days: (*red_public_notice_days).max(later.red_public_notice_days),
            // Times of an authority in which a suspension, an execution, a report or a lift reaches
            // everybody who has to know: the shortest.
            dispatch_wd: (*dispatch_wd).min(later.dispatch_wd),
            respond_wd: (*respond_wd).min(later.respond_wd),
            feedback_wd: (*feedback_wd).min(later.feedback_wd),
            lift_wd: (*lift_wd).min(later.lift_wd),
            // Whoever objects waits for the check, the referral, the verification, its result, and
            // where the provider is silent for the end of display: the shortest of each.
            objection_accept_wd: (*objection_accept_wd).min(later.objection_accept_wd),
            objection_refer_wd: (*objection_refer_wd).min(later.objection_refer_wd),
            verification_wd: (*verification_wd).min(later.verification_wd),
            unverified_after_wd: (*unverified_after_wd).min(later.unverified_after_wd),
            resolve_wd: (*resolve_wd).min(later.resolve_wd),
            // Testing stops the provider's clock while the party waits: the shortest.
            expert_testing_wd: (*expert_testing_wd).min(later.expert_testing_wd),
            // Whoever reports wrongdoing is answered in the shortest time, and its identity and
            // texts are destroyed the soonest.
            whistle_triage_wd: (*whistle_triage_wd).min(later.whistle_triage_wd),
            whistle_verify_wd: (*whistle_verify_wd).min(later.whistle_verify_wd),
            whistle_feedback_wd: (*whistle_feedback_wd).min(later.whistle_feedback_wd),
            whistle_keep_months: (*whistle_keep_months).min(later.whistle_keep_months),
            // What is known about somebody is kept for the shortest time (PIPL 19).
            retention_months: (*retention_months).min(later.retention_months),
            // Whoever applied for repair waits for the check and the decision, and is given more
            // waiting by an extension: the shortest. A bar after fraud is a burden: the shortest.
            repair_accept_wd: (*repair_accept_wd).min(later.repair_accept_wd),
            repair_decide_wd: (*repair_decide_wd).min(later.repair_decide_wd),
            repair_extend_wd: (*repair_extend_wd).min(later.repair_extend_wd),
            repair_bar_months: (*repair_bar_months).min(later.repair_bar_months),
            // How soon an authority files what it decided; how long it is shown does not depend on
            // it. Like every time of an authority: the shortest.
            double_publicity_wd: (*double_publicity_wd).min(later.double_publicity_wd),
            // The months before a record may be repaired, and those after which it is shown no more:
            // the fewest of both.
            publicity_minor_months: pair(*publicity_minor_months, later.publicity_minor_months),
            publicity_general_months: pair(
                *publicity_general_months,
                later.publicity_general_months,
            ),
            publicity_serious_months: pair(
                *publicity_serious_months,
                later.publicity_serious_months,
            ),
            // Years without an adverse record that are asked for before a file is accepted with
            // tolerance: the fewest.
            clean_record_years: (*clean_record_years).min(later.clean_record_years),
        }
    }
}

impl Packs {
    /// Whether a version in force by `today` caps a burden lower than the one before it: only then
    /// is there anything to shorten.
    pub fn shortens(&self, today: Day) -> bool {
        let caps = |own: &RulePack| {
            [
                own.black_cap_months,
                own.publicity_minor_months.1,
                own.publicity_general_months.1,
                own.publicity_serious_months.1,
                own.decide_within_wd,
                own.serve_within_days,
            ]
        };
        let begun = self.later.iter().filter(|own| own.in_force_from <= today);
        self.all().zip(begun).any(|(before, own)| {
            caps(before).iter().zip(caps(own)).any(|(before, own)| own < *before)
        })
    }

    /// What judges on `today` a case that was opened on `opened_on`: the version in force that day,
    /// and rule by rule every later one in force by `today` that favours the party. It costs one
    /// pass over the packs, of which there are at most `limits::RULE_PACKS_MAX`.
    pub fn favouring(&self, opened_on: Day, today: Day) -> RulePack {
        let opening = self.pack(opened_on).clone();
        let since = self
            .later
            .iter()
            .filter(|own| own.in_force_from > opened_on && own.in_force_from <= today);
        since.fold(opening, |favoured, later| favoured.favouring(later))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What protects the party, so that more of it favours; of everything else less does.
    const MORE: &[&str] = &[
        "statement_window_wd",
        "hearing_request_wd",
        "standstill_wd",
        "review_request_wd",
        "red_cap_months",
        "red_public_notice_days",
    ];
    /// What names a version.
    const NAMES: &[&str] = &["in_force_from", "repair_instrument"];

    const TEXT: &str = include_str!("../../../config/rules/2026-04-01.toml");

    /// A pack whose numbers are drawn, one seed a field.
    fn drawn(seeds: &[u16]) -> RulePack {
        let shipped: RulePack = toml::from_str(TEXT).unwrap();
        let mut value = serde_json::to_value(&shipped).unwrap();
        let mut seeds = seeds.iter();
        let mut draw = |own: &mut Value| {
            if own.is_number() {
                *own = (*seeds.next().unwrap()).into();
            }
        };
        for (name, field) in value.as_object_mut().unwrap() {
            match field {
                Value::Array(pair) => pair.iter_mut().for_each(&mut draw),
                field if !NAMES.contains(&name.as_str()) => draw(field),
                _ => {}
            }
        }
        serde_json::from_value(value).unwrap()
    }

    fn packs() -> impl Strategy<Value = RulePack> {
        prop::collection::vec(0_u16..40, 64).prop_map(|seeds| drawn(&seeds))
    }

    /// Whether the party is nowhere worse off with `one` than with `other`.
    fn no_worse(one: &RulePack, other: &RulePack) -> bool {
        let value = |pack: &RulePack| serde_json::to_value(pack).unwrap();
        let (one, other) = (value(one), value(other));
        let number = |own: &Value| own.as_u64().unwrap();
        one.as_object().unwrap().iter().all(|(name, own)| match (own, &other[name]) {
            (Value::Array(own), Value::Array(other)) => {
                own.iter().zip(other).all(|(own, other)| number(own) <= number(other))
            }
            _ if NAMES.contains(&name.as_str()) => true,
            (own, other) if MORE.contains(&name.as_str()) => number(own) >= number(other),
            (own, other) => number(own) <= number(other),
        })
    }

    proptest! {
        #[test]
        fn what_favours_is_worse_than_no_version(one in packs(), other in packs()) {
            let favoured = one.favouring(&other);
            prop_assert!(no_worse(&favoured, &one) && no_worse(&favoured, &other));
            // And it is one of the two in every rule: nothing is made up.
            let value = |pack: &RulePack| serde_json::to_value(pack).unwrap();
            let (favoured, one, other) = (value(&favoured), value(&one), value(&other));
            for (name, own) in favoured.as_object().unwrap() {
                match own {
                    Value::Array(own) => {
                        for (at, own) in own.iter().enumerate() {
                            prop_assert!([&one[name][at], &other[name][at]].contains(&own));
                        }
                    }
                    own => prop_assert!([&one[name], &other[name]].contains(&own), "{name}"),
                }
            }
        }

        #[test]
        fn it_is_idempotent_and_knows_no_order_of_later_versions(
            one in packs(),
            other in packs(),
            third in packs(),
        ) {
            prop_assert_eq!(one.favouring(&one), one.clone());
            let favoured = one.favouring(&other);
            prop_assert_eq!(favoured.favouring(&other), favoured.clone());
            prop_assert_eq!(favoured.favouring(&third), one.favouring(&third).favouring(&other));
        }

        #[test]
        fn what_favours_more_leads_to_what_favours_more(
            one in packs(),
            other in packs(),
            later in packs(),
        ) {
            let better = one.favouring(&other);
            prop_assert!(no_worse(&better.favouring(&later), &one.favouring(&later)));
            prop_assert!(no_worse(&later.favouring(&better), &later.favouring(&one)));
        }
    }

    fn from(day: &str, statement_window_wd: u16, standstill_wd: u16) -> RulePack {
        let shipped: RulePack = toml::from_str(TEXT).unwrap();
        let in_force_from = day.parse().unwrap();
        RulePack { in_force_from, statement_window_wd, standstill_wd, ..shipped }
    }

    #[test]
    fn a_case_keeps_its_opening_version_and_what_came_into_force_since() {
        let packs = Packs::new(vec![
            from("2024-01-01", 20, 1),
            from("2025-01-01", 5, 3),
            from("2026-01-01", 7, 9),
            from("2027-01-01", 30, 30),
        ])
        .unwrap();
        let judged = |opened: &str, today: &str| {
            let own = packs.favouring(opened.parse().unwrap(), today.parse().unwrap());
            (own.in_force_from.to_string(), own.statement_window_wd, own.standstill_wd)
        };
        let year = |year: &str| format!("{year}-01-01");
        // Before the first version begins, the first one stands.
        assert_eq!(judged("2023-05-05", "2023-06-06"), (year("2024"), 20, 1));
        assert_eq!(judged("2025-03-03", "2025-12-31"), (year("2025"), 5, 3));
        assert_eq!(judged("2025-03-03", "2026-01-01"), (year("2025"), 7, 9));
        // What no later version took away it keeps, and what is not in force yet it has not.
        assert_eq!(judged("2024-12-31", "2026-12-31"), (year("2024"), 20, 9));
        assert_eq!(judged("2026-01-01", "2026-12-31"), (year("2026"), 7, 9));
    }
}
