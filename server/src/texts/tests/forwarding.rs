//! What the texts of a measure that goes to a higher authority are made from.

use super::*;

pub(super) fn forwarding() -> Forwarding {
    Forwarding {
        party: company(),
        decision_number: some("尤人社失信决〔2026〕1号"),
        basis: vec![cite("wage-regulation", "第四十八条")],
        to: some("三明市人力资源和社会保障局"),
        measure: some("M-A17"),
        reasons: some("与行为直接相关，期限与名单一致。"),
        until: Some(day("2028-04-20")),
    }
}

pub(super) fn forwarded() -> Forwarded {
    Forwarded {
        id: "M-1573".to_owned(),
        asked_on: day("2026-05-06"),
        letter: forwarding(),
        exempt_until: None,
    }
}

/// The court has exempted whom it limits until a day.
pub(super) fn exempted(until: &str) -> Forwarded {
    Forwarded { exempt_until: Some(day(until)), ..forwarded() }
}

/// What another organ decides by a procedure of its own.
pub(super) fn referring() -> Forwarding {
    Forwarding {
        party: party_of_person(),
        basis: vec![cite("spc-list-rules", "第八条")],
        to: some("中共尤溪县委组织部"),
        measure: some("M-A24"),
        ..forwarding()
    }
}

pub(super) fn referred() -> Forwarded {
    Forwarded { letter: referring(), ..forwarded() }
}

/// Only what has effect again says that the court exempted whom it limits, and until its last day.
/// Covers M-M09.
#[test]
fn an_exemption_is_told_while_it_lasts() {
    let rules = rules();
    let hr = officer(&rules, HR, "SC-04");
    let said = |news, on: &str| {
        let desk = Desk { rules: &rules, on: day(on), opened_on: None };
        let made = news_letter(desk, news, &exempted("2026-12-31"), &hr);
        made.expect("a text").plain().contains("2026年12月31日")
    };
    assert!(said(News::InEffect, "2026-12-31"));
    assert!(!said(News::InEffect, "2027-01-01"));
    assert!(!said(News::Suspended, "2026-11-05") && !said(News::Ended, "2026-11-05"));
}
