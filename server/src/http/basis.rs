//! What a thing rests on in law, as a reader sees it. An old decision keeps its citation when the
//! instrument is repealed; the reader is told that, and what stands in its place.
//!
//! Source: domain.md O01, 1.8 Q14.

use serde_json::{Value, json};
use shouxin_core::rules::{Citation, Instrument};
use shouxin_core::time::Day;

/// Citations for a reader on `today`: `repealed_on` and `replaced_by` stand only with what is
/// repealed by then, so that their being there is the flag.
pub(crate) fn cited(instruments: &[Instrument], basis: &[Citation], today: Day) -> Value {
    basis.iter().map(|own| one(instruments, own, today)).collect()
}

fn one(instruments: &[Instrument], citation: &Citation, today: Day) -> Value {
    let mut shown = json!({"instrument": citation.instrument, "article": citation.article});
    let found = instruments.iter().find(|own| own.id == citation.instrument);
    let repealed = found.and_then(|own| own.repealed_on.map(|on| (own, on)));
    if let Some((own, on)) = repealed.filter(|(_, on)| *on <= today) {
        shown["repealed_on"] = json!(on);
        if let Some(other) = &own.replaced_by {
            shown["replaced_by"] = json!(other);
        }
    }
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test a failure is what it is for")]
mod tests {
    use super::*;
    use crate::app::{load_rules, read_rules};

    /// Covers O01.
    #[test]
    fn a_citation_of_what_was_repealed_is_flagged_from_that_day_on() {
        let county = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        let rules = load_rules(&read_rules(&county).unwrap()).unwrap();
        let basis = ["plan-326-2017", "plan-185"].map(|instrument| Citation {
            instrument: instrument.to_owned(),
            article: "四(四)".to_owned(),
        });
        let on = |day: &str| cited(&rules.instruments, &basis, day.parse().unwrap());
        let plain = json!([
            {"instrument": "plan-326-2017", "article": "四(四)"},
            {"instrument": "plan-185", "article": "四(四)"},
        ]);
        assert_eq!(on("2021-09-23"), plain, "in force to the last day");
        let mut flagged = plain;
        flagged[0]["repealed_on"] = json!("2021-09-24");
        flagged[0]["replaced_by"] = json!("plan-185");
        assert_eq!(on("2021-09-24"), flagged);
        assert_eq!(on("2026-11-22"), flagged, "the citation stays");
    }
}
