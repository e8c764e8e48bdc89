//! What the party is told that an objection suspends, and what stays on display, of everything that
//! can be disputed.

use super::*;

const ALL: [(Disputed, &str); 7] = [
    (Disputed::Record, "以争议记录为依据的名单、责任认定和措施"),
    (Disputed::Listing, "该名单及其公示、以其为依据的责任认定和措施"),
    (Disputed::Honour, "该名单的使用"),
    (Disputed::Nomination, "对该提名的决定"),
    (Disputed::Attribution, "该责任认定和以其为依据的措施"),
    (Disputed::Measure, "该措施"),
    (Disputed::Breach, "该违诺认定及其公示"),
];

fn of(rules: &RuleSet, disputed: Disputed) -> ObjectionCase {
    let target = match disputed {
        Disputed::Record => Target::Record(RecordId(Position::local(904))),
        _ => objection(rules).target,
    };
    ObjectionCase { target, disputed, ..objection(rules) }
}

/// The texts about an objection to a record.
pub(super) fn of_a_record(rules: &RuleSet) -> Vec<Made> {
    let desk = Desk { rules, on: day("2026-05-07"), opened_on: None };
    let office = officer(rules, "development_reform", "SC-03");
    let case = of(rules, Disputed::Record);
    let (why, received_on) = (some("已经核对处罚决定书原件。"), Some(day("2026-05-07")));
    vec![
        ("objection-record-acceptance", objection_acceptance(desk, &case, &office)),
        ("objection-record-refusal", objection_refusal(desk, &case, &office, why.as_ref())),
        ("objection-record-result", objection_result(desk, &case, &office, why.as_ref())),
        (
            "objection-record-unverified",
            objection_unverified(desk, &case, &office, received_on, why.as_ref()),
        ),
    ]
}

/// Covers O61.
#[test]
fn the_publicity_of_a_record_is_marked_and_what_rests_on_it_suspended() {
    let rules = rules();
    for (name, text) in of_a_record(&rules) {
        let text = text.unwrap().plain();
        assert!(text.contains("以争议记录为依据的名单"), "{name}: {text}");
        assert!(!text.contains("公示和措施"), "{name} says that its publicity is suspended");
    }
    let desk = Desk { rules: &rules, on: day("2026-05-07"), opened_on: None };
    let office = officer(&rules, "development_reform", "SC-03");
    let text = objection_acceptance(desk, &of(&rules, Disputed::Record), &office).unwrap();
    let text = text.plain();
    assert!(text.contains("不停止公示，标注“异议处理中”"), "{text}");
}

/// Covers O61.
#[test]
fn each_text_says_what_is_suspended_of_what_is_disputed() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-05-07"), opened_on: None };
    let office = officer(&rules, "development_reform", "SC-03");
    let why = some("已经核对。");
    for (disputed, suspended) in ALL {
        let case = of(&rules, disputed);
        let stays = matches!(disputed, Disputed::Record | Disputed::Honour | Disputed::Nomination);
        let made = objection_acceptance(desk, &case, &office).unwrap().plain();
        assert!(made.contains(&format!("{suspended}已经暂停")), "{made}");
        assert_eq!(made.contains("异议处理中"), stays, "{disputed:?}: {made}");
        let marked_no_more = objection_result(desk, &case, &office, why.as_ref()).unwrap().plain();
        assert!(marked_no_more.contains(&format!("恢复：{suspended}")), "{marked_no_more}");
        assert_eq!(marked_no_more.contains("异议处理中"), stays, "{marked_no_more}");
        let review = |of, upheld| {
            let words = ReviewWords { upheld, reasons: why.clone(), act_by: None };
            outcome::review(desk, &reviewed(of), &office, &words).unwrap().plain()
        };
        assert!(review(Reviewed::Refusal(disputed), true).contains(&format!("{suspended}暂停")));
        assert!(review(Reviewed::Result(disputed), false).contains(&format!("恢复：{suspended}")));
        // What suspended nothing gives nothing back.
        let repeat = ObjectionCase { suspends: false, ..case };
        let made = objection_result(desk, &repeat, &office, why.as_ref()).unwrap().plain();
        assert!(!made.contains("恢复："), "{made}");
    }
}
