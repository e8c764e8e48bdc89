//! Every text against its golden file, and what each refuses to be without.
//!
//! `SHOUXIN_WRITE_GOLDEN=1` writes the files anew; the difference is for a reviewer to read.

use std::path::Path;

use shouxin_core::actor::PersonKey;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::id::{ListingId, Position, RecordId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::Severity;

use super::*;
use crate::app::{load_rules, read_rules};
use crate::demo::sample::code as invented;

mod disputed;
mod forwarding;

use forwarding::{exempted, forwarded, forwarding, referred, referring};

const HR: &str = "human_resources";

fn rules() -> RuleSet {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    load_rules(&read_rules(&config).unwrap()).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn officer(rules: &RuleSet, department: &str, id: &str) -> OfficerRef {
    let authority = Uscc::parse(&rules.department(department).unwrap().uscc).unwrap();
    OfficerRef { authority, officer: id.to_owned() }
}

fn company() -> Party {
    Party { name: some("尤溪县甲建设有限公司"), key: invented("91", 1).parse().unwrap() }
}

fn party_of_person() -> Party {
    Party { name: some("林某某"), key: SubjectKey::Person(PersonKey([7; 16])) }
}

fn cite(instrument: &str, article: &str) -> Citation {
    Citation { instrument: instrument.to_owned(), article: article.to_owned() }
}

fn named(measure: &str, department: &str) -> NamedWords {
    NamedWords {
        measure: measure.to_owned(),
        department: department.to_owned(),
        proportionality: some("与违法行为直接相关，程度相当，期限有限。"),
    }
}

fn case(rules: &RuleSet) -> Case {
    Case {
        id: "L-1042".to_owned(),
        party: company(),
        about: About::Listing,
        proposed_by: officer(rules, HR, "SC-03"),
        behaviour: "B2.5".to_owned(),
        act: some("克扣、无故拖欠农民工工资，经责令限期支付仍不支付"),
        basis: vec![cite("wage-regulation", "第四十八条"), cite("mohrss-order-45", "第五条")],
        documents: vec![FactDocument {
            kind: FactKind::PenaltyDecision,
            about: company().key,
            number: "尤人社罚〔2026〕1号".to_owned(),
            issuer: "尤溪县人力资源和社会保障局".to_owned(),
            date: day("2026-03-02"),
            sha256: [1; 32],
        }],
        cap: day("2029-05-01"),
        repair_min_months: None,
        heard: Some(HeardWords::Statement(vec![some("工程款被拖欠"), some("已支付部分工资")])),
        hearing: Some(some("2026年4月10日公开举行，当事人到场陈述。")),
    }
}

fn attribution(rules: &RuleSet) -> Case {
    let organisation = company();
    let listing = "L-1042".to_owned();
    Case {
        id: "A-1077".to_owned(),
        party: party_of_person(),
        about: About::Attribution {
            organisation,
            listing,
            role: PersonRole::Principal,
            office: Office { from: day("2024-03-01"), to: None, acted_on: day("2025-12-20") },
        },
        act: some("任主要负责人期间直接决定不支付工资"),
        heard: Some(HeardWords::Waived),
        hearing: None,
        ..case(rules)
    }
}

fn notice_words() -> NoticeWords {
    NoticeWords {
        facts: some(
            "经查，2025年10月至12月拖欠32名农民工工资，共计48万元。\n责令限期支付，逾期未付。",
        ),
        reasons: some("符合拖欠农民工工资失信联合惩戒对象名单的认定标准。"),
        measures: vec![named("M-A17", "procurement"), named("M-A01", "approval")],
        hearing_offered: true,
    }
}

fn decision_words() -> DecisionWords {
    DecisionWords {
        number: some("尤人社失信决〔2026〕1号"),
        facts: notice_words().facts,
        reasons: notice_words().reasons,
        answers: vec![some("拖欠工程款不免除支付义务。"), some("部分支付不影响认定。")],
        measures: notice_words().measures,
        end: Some(day("2028-04-20")),
        removal_conditions: some("纠正失信行为、履行义务并公开承诺后，可以申请信用修复。"),
        remedies: None,
    }
}

fn measure(rules: &RuleSet) -> MeasureCase {
    MeasureCase {
        id: "M-1573".to_owned(),
        party: company(),
        measure: "M-A17".to_owned(),
        department: "procurement".to_owned(),
        initiated_by: officer(rules, HR, "SC-03"),
        basis: vec![cite("procurement-law", "第二十二条")],
        decision_number: "尤人社失信决〔2026〕1号".to_owned(),
        until: day("2028-04-20"),
        grounds: some("与行为直接相关，期限与名单一致。"),
    }
}

fn objection(rules: &RuleSet) -> ObjectionCase {
    ObjectionCase {
        id: "O-2001".to_owned(),
        party: company(),
        target: Target::Listing(ListingId(Position::local(1042))),
        disputed: Disputed::Listing,
        trigger: Trigger::Subject,
        grounds: vec![ObjectionGround::Error, ObjectionGround::WrongListCondition],
        filed_on: day("2026-05-06"),
        suspends: true,
        provider: rules.department(HR).unwrap().uscc.clone(),
        verification: Some((Finding::Correct, some("付款发生在列入决定之后。"))),
    }
}

fn repair(rules: &RuleSet) -> RepairCase {
    RepairCase {
        id: "X-3001".to_owned(),
        party: company(),
        of: Repaired::Listing,
        repaired: "L-1042".to_owned(),
        decision_number: some("尤人社失信决〔2026〕1号"),
        authority: rules.department(HR).unwrap().uscc.clone(),
        applied_on: day("2026-11-02"),
        decide_by: day("2026-11-16"),
    }
}

fn record_repair(rules: &RuleSet) -> RepairCase {
    RepairCase {
        of: Repaired::Record,
        repaired: "R-0904".to_owned(),
        decision_number: some("尤人社罚〔2026〕7号"),
        ..repair(rules)
    }
}

fn breach_repair(rules: &RuleSet) -> RepairCase {
    RepairCase {
        of: Repaired::Breach,
        repaired: "C-0701".to_owned(),
        decision_number: some("尤人社违诺决〔2026〕1号"),
        ..repair(rules)
    }
}

fn persons_repair(rules: &RuleSet) -> RepairCase {
    RepairCase {
        party: party_of_person(),
        of: Repaired::Attribution,
        repaired: "A-1077".to_owned(),
        decision_number: some("尤人社责决〔2026〕1号"),
        ..repair(rules)
    }
}

fn collection(rules: &RuleSet) -> CollectionCase {
    CollectionCase {
        party: company(),
        by: officer(rules, HR, "SC-03"),
        item: rules.items.iter().find(|own| own.id.contains("FR-0302")).map(|own| own.id.clone()),
        severity: Some(Severity::General),
        number: some("尤人社罚〔2026〕7号"),
        dated: Some(day("2026-11-02")),
        content: vec![("违法事实".to_owned(), "未按月足额支付农民工工资".to_owned())],
        withheld: false,
    }
}

fn commitment(rules: &RuleSet) -> CommitmentCase {
    CommitmentCase {
        id: "C-4001".to_owned(),
        party: company(),
        kind: CommitmentKind::Special,
        offered_by: officer(rules, HR, "SC-03"),
        signed_on: Some(day("2026-01-12")),
        due: day("2026-02-28"),
        content: some("在2026年2月底前付清农民工工资。"),
        breach: Some(BreachCase {
            basis: vec![cite("wage-regulation", "第四十八条")],
            cap: day("2029-05-01"),
            heard: Some(HeardWords::Statement(vec![some("工程款被拖欠")])),
            number: some("尤人社违诺决〔2026〕1号"),
        }),
    }
}

fn breach_words() -> DecisionWords {
    DecisionWords {
        number: some("尤人社违诺决〔2026〕1号"),
        answers: vec![some("拖欠工程款不免除支付义务。")],
        measures: Vec::new(),
        removal_conditions: some("付清工资并提交支付凭证后，可以申请修复。"),
        ..decision_words()
    }
}

fn revocation(rules: &RuleSet, of: Revoked) -> RevocationCase {
    RevocationCase {
        id: if of == Revoked::Honour { "L-5001" } else { "X-3001" }.to_owned(),
        party: match of {
            Revoked::Repair(Repaired::Attribution) => party_of_person(),
            _ => company(),
        },
        of,
        about: match of {
            Revoked::Repair(Repaired::Listing) => "L-1042".to_owned(),
            Revoked::Repair(Repaired::Record) => "R-0904".to_owned(),
            Revoked::Repair(Repaired::Breach) => "C-0701".to_owned(),
            Revoked::Repair(Repaired::Attribution) => "A-1077".to_owned(),
            Revoked::Honour => "L-5001".to_owned(),
        },
        authority: rules.department(HR).unwrap().uscc.clone(),
        basis: match of {
            Revoked::Repair(_) => Vec::new(),
            Revoked::Honour => vec![cite("wage-regulation", "第四十八条")],
        },
        end: (of != Revoked::Honour).then(|| day("2028-04-20")),
        heard: Some(HeardWords::Statement(vec![some("凭证由他人提供")])),
    }
}

fn reviewed(of: Reviewed) -> ReviewCase {
    let id = if of == Reviewed::Repair { "X-3001" } else { "O-2001" }.to_owned();
    ReviewCase { id, party: company(), of, requested_on: Some(day("2026-11-09")) }
}

fn relieved(rules: &RuleSet) -> ReliefCase {
    ReliefCase {
        id: "B-6001".to_owned(),
        party: company(),
        listing: "L-1042".to_owned(),
        authority: rules.department(HR).unwrap().uscc.clone(),
        until: day("2027-11-05"),
    }
}

type Made = (&'static str, Result<Text, Incomplete>);

fn of_outcomes(rules: &RuleSet) -> Vec<Made> {
    let desk = Desk { rules, on: day("2026-11-20"), opened_on: None };
    let (by, head) = (officer(rules, HR, "SC-03"), officer(rules, "development_reform", "SC-01"));
    let answer = |upheld| ReviewWords {
        upheld,
        reasons: some("经复核，核实程序和结论有证据支持。"),
        act_by: upheld.then(|| day("2026-12-04")),
    };
    let reasons = some("修复申请所附的支付凭证系伪造。");
    let words = RevocationWords {
        number: some("尤人社撤〔2026〕1号"),
        reasons: reasons.clone(),
        answers: vec![some("申请人对所附材料的真实性负责。")],
    };
    let repaired = |of| revocation(rules, Revoked::Repair(of));
    let (repair, record) = (repaired(Repaired::Listing), repaired(Repaired::Record));
    let (breach, persons) = (repaired(Repaired::Breach), repaired(Repaired::Attribution));
    let honour = revocation(rules, Revoked::Honour);
    let step = |step| ReliefWords {
        step,
        document: Some(FactDocument {
            kind: FactKind::Judgment,
            number: "（2026）闽0426破1号".to_owned(),
            issuer: "尤溪县人民法院".to_owned(),
            ..case(rules).documents[0].clone()
        }),
        reasons: some("法院已经裁定。"),
    };
    let review = |of, upheld| review(desk, &reviewed(of), &head, &answer(upheld));
    let relief = |own| relief(desk, &relieved(rules), &step(own));
    let noticed = |own| revocation_notice(desk, own, &by, reasons.as_ref());
    vec![
        ("objection-review-upheld", review(Reviewed::Result(Disputed::Listing), true)),
        ("objection-review-rejected", review(Reviewed::Result(Disputed::Listing), false)),
        ("objection-review-refusal", review(Reviewed::Refusal(Disputed::Record), true)),
        ("repair-review-upheld", review(Reviewed::Repair, true)),
        ("repair-revocation-notice", noticed(&repair)),
        ("repair-revocation-decision", revocation_decision(desk, &repair, &words)),
        ("record-repair-revocation-notice", noticed(&record)),
        ("record-repair-revocation-decision", revocation_decision(desk, &record, &words)),
        ("breach-repair-revocation-notice", noticed(&breach)),
        ("breach-repair-revocation-decision", revocation_decision(desk, &breach, &words)),
        ("attribution-repair-revocation-notice", noticed(&persons)),
        ("attribution-repair-revocation-decision", revocation_decision(desk, &persons, &words)),
        ("red-revocation-notice", noticed(&honour)),
        ("red-revocation-decision", revocation_decision(desk, &honour, &words)),
        ("relief-grant", relief(ReliefStep::Granted)),
        ("relief-completed", relief(ReliefStep::Completed)),
        ("relief-ended", relief(ReliefStep::Ended)),
    ]
}

#[test]
fn what_follows_an_outcome_is_refused_without_what_the_law_requires() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-11-20"), opened_on: None };
    let head = officer(&rules, "development_reform", "SC-01");
    let words = ReviewWords { upheld: true, reasons: None, act_by: None };
    let unasked = ReviewCase { requested_on: None, ..reviewed(Reviewed::Repair) };
    assert_eq!(
        missing(review(desk, &unasked, &head, &words)),
        ["复核申请", "理由", "重新决定的期限"]
    );
    let unheard =
        RevocationCase { heard: None, ..revocation(&rules, Revoked::Repair(Repaired::Listing)) };
    let named = missing(revocation_decision(desk, &unheard, &RevocationWords::default()));
    assert_eq!(named.len(), 3, "{named:?}");
    assert!(named[1].starts_with("陈述申辩情况"), "{named:?}");
    let words = ReliefWords { step: ReliefStep::Ended, document: None, reasons: None };
    assert_eq!(missing(relief(desk, &relieved(&rules), &words)), ["法院文书", "理由"]);
    let undecided = DecisionWords { number: None, ..decision_words() };
    let made = withdrawal(desk, &case(&rules), &undecided, &RevocationWords::default());
    assert_eq!(missing(made), ["决定书文号", "被撤销的决定书文号", "事实和理由"]);
}

#[test]
fn a_notice_of_collection_says_what_is_collected_and_how_heavy_it_is() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-11-20"), opened_on: None };
    let whole = collection(&rules);
    let unknown = CollectionCase { item: some("XX-0000"), ..whole.clone() };
    assert_eq!(missing(collection_notice(desk, &unknown)), ["目录中的信息项和文书日期"]);
    let light = CollectionCase { severity: None, number: None, ..whole.clone() };
    let named = missing(collection_notice(desk, &light));
    assert_eq!(named[0], "文书文号");
    assert!(named[1].starts_with("轻重类别"), "{named:?}");
    let withheld = CollectionCase { withheld: true, ..whole };
    let text = collection_notice(desk, &withheld).unwrap().plain();
    assert!(text.contains("不向社会公示"), "{text}");
}

fn of_commitments(rules: &RuleSet) -> Vec<Made> {
    let desk = Desk { rules, on: day("2026-04-20"), opened_on: None };
    let (case, by) = (commitment(rules), officer(rules, HR, "SC-03"));
    let reasons = some("截至2026年3月1日，尚有12名农民工工资未付。");
    let until = Some(day("2026-05-08"));
    vec![
        ("commitment-cure-notice", cure_notice(desk, &case, &by, reasons.as_ref(), until)),
        ("commitment-breach-notice", breach_notice(desk, &case, &by, &notice_words())),
        ("commitment-breach-decision", breach_decision(desk, &case, &breach_words())),
        ("commitment-repair-guide", breach_repair_guide(desk, &case, &breach_words())),
    ]
}

#[test]
fn a_finding_of_breach_is_refused_without_what_the_law_requires() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-04-20"), opened_on: None };
    let (case, by) = (commitment(&rules), officer(&rules, HR, "SC-03"));
    assert_eq!(missing(cure_notice(desk, &case, &by, None, None)), ["未履行的情况", "改正期限"]);
    assert_eq!(
        missing(breach_decision(desk, &case, &DecisionWords::default())),
        ["决定书文号", "事实", "对陈述第 1 点的答复", "理由", "终止日期", "修复的条件和程序"]
    );
    let unopened = CommitmentCase { breach: None, signed_on: None, ..case };
    assert_eq!(
        missing(breach_notice(desk, &unopened, &by, &notice_words())),
        ["签署日期", "违诺认定的立案"]
    );
    let text = breach_decision(desk, &commitment(&rules), &breach_words()).unwrap().plain();
    for part in ["第四十八条", "2028年4月20日", "60日内", "6个月内", "主要负责人（SC-01）"]
    {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

fn all(rules: &RuleSet) -> Vec<Made> {
    let desk = |on| Desk { rules, on: day(on), opened_on: None };
    let (listing, person) = (case(rules), attribution(rules));
    let (words, notice_words) = (decision_words(), notice_words());
    let served = ServedWords {
        manner: ServiceManner::Direct,
        on: day("2026-04-23"),
        proof_sha256: [2; 32],
        starts_on: day("2026-05-07"),
    };
    let (noticed, decided, later) = (desk("2026-03-16"), desk("2026-04-20"), desk("2026-11-05"));
    let reasons = some("未说明异议事由，也未提供线索。");
    let upheld = ObjectionCase {
        verification: Some((Finding::Error, some("处罚决定已被撤销。"))),
        ..objection(rules)
    };
    let office = officer(rules, "development_reform", "SC-03");
    let hr = officer(rules, HR, "SC-04");
    let approved = RepairWords {
        approved: true,
        number: some("尤人社修〔2026〕1号"),
        reasons: some("义务已经履行，符合修复条件。"),
    };
    let refused =
        RepairWords {
            approved: false, number: None, reasons: some("尚有12名农民工工资未付清。")
        };
    let returned = AcceptanceWords::Returned(some("缺少工资支付凭证。"));
    let not_accepted = AcceptanceWords::NotAccepted(some("未满最短期限。"));
    let silent = Case { heard: Some(HeardWords::Silent), hearing: None, ..case(rules) };
    let alone = DecisionWords { answers: Vec::new(), measures: Vec::new(), ..decision_words() };
    vec![
        ("listing-notice", notice(noticed, &listing, &notice_words)),
        ("attribution-notice", notice(noticed, &person, &notice_words)),
        ("listing-decision", decision(decided, &listing, &words)),
        ("listing-decision-silent", decision(decided, &silent, &alone)),
        ("attribution-decision", decision(decided, &person, &words)),
        ("repair-guide", repair_guide(decided, &listing, &words)),
        ("service-receipt-form", service_receipt(decided, &listing, &words, None)),
        ("service-receipt", service_receipt(decided, &listing, &words, Some(&served))),
        (
            "measure-notice",
            measure_notice(decided, &measure(rules), some("依据生效决定采取。").as_ref(), None),
        ),
        ("objection-acceptance", objection_acceptance(later, &objection(rules), &office)),
        (
            "objection-refusal",
            objection_refusal(later, &objection(rules), &office, reasons.as_ref()),
        ),
        (
            "objection-result-correct",
            objection_result(later, &objection(rules), &office, some("核实程序完整。").as_ref()),
        ),
        (
            "objection-result-error",
            objection_result(later, &upheld, &office, some("核实程序完整。").as_ref()),
        ),
        (
            "repair-acceptance",
            repair_acceptance(later, &repair(rules), &hr, &AcceptanceWords::Accepted),
        ),
        ("repair-returned", repair_acceptance(later, &repair(rules), &hr, &returned)),
        ("repair-not-accepted", repair_acceptance(later, &repair(rules), &hr, &not_accepted)),
        (
            "repair-extension",
            repair_extension(
                later,
                &repair(rules),
                &hr,
                some("需要实地核查。").as_ref(),
                day("2026-11-30"),
            ),
        ),
        ("forward-letter", forward_letter(later, &forwarding(), &hr)),
        ("forward-notice", forward_notice(later, &forwarding(), &hr, None)),
        ("referral-notice", forward_notice(later, &referring(), &hr, None)),
        ("forward-suspension-letter", news_letter(later, News::Suspended, &forwarded(), &hr)),
        ("forward-resumption-letter", news_letter(later, News::InEffect, &forwarded(), &hr)),
        (
            "forward-resumption-letter-exempt",
            news_letter(later, News::InEffect, &exempted("2026-12-31"), &hr),
        ),
        ("forward-recall-letter", news_letter(later, News::Ended, &forwarded(), &hr)),
        ("referral-letter", forward_letter(later, &referring(), &hr)),
        ("referral-suspension-letter", news_letter(later, News::Suspended, &referred(), &hr)),
        ("referral-resumption-letter", news_letter(later, News::InEffect, &referred(), &hr)),
        ("referral-recall-letter", news_letter(later, News::Ended, &referred(), &hr)),
        (
            "listing-withdrawal",
            withdrawal(
                later,
                &case(rules),
                &decision_words(),
                &RevocationWords {
                    number: some("尤人社撤〔2026〕2号"),
                    reasons: some("据以认定的处罚决定计算有误。"),
                    answers: Vec::new(),
                },
            ),
        ),
        ("collection-notice", collection_notice(later, &collection(rules))),
        (
            "collection-notice-of-a-person",
            collection_notice(
                later,
                &CollectionCase {
                    party: party_of_person(),
                    severity: Some(Severity::Minor),
                    ..collection(rules)
                },
            ),
        ),
        (
            "record-repair-acceptance",
            repair_acceptance(later, &record_repair(rules), &hr, &AcceptanceWords::Accepted),
        ),
        (
            "record-repair-extension",
            repair_extension(
                later,
                &record_repair(rules),
                &hr,
                some("需要实地核查。").as_ref(),
                day("2026-11-30"),
            ),
        ),
        ("record-repair-approved", repair_decision(later, &record_repair(rules), &approved)),
        ("record-repair-refused", repair_decision(later, &record_repair(rules), &refused)),
        ("repair-approved", repair_decision(later, &repair(rules), &approved)),
        ("repair-refused", repair_decision(later, &repair(rules), &refused)),
        ("breach-repair-approved", repair_decision(later, &breach_repair(rules), &approved)),
        ("breach-repair-refused", repair_decision(later, &breach_repair(rules), &refused)),
        (
            "breach-repair-extension",
            repair_extension(
                later,
                &breach_repair(rules),
                &hr,
                some("需要实地核查。").as_ref(),
                day("2026-11-30"),
            ),
        ),
        ("attribution-repair-approved", repair_decision(later, &persons_repair(rules), &approved)),
        ("attribution-repair-refused", repair_decision(later, &persons_repair(rules), &refused)),
    ]
}

/// What the head of the credit office refuses is reviewed by nobody there.
#[test]
fn what_the_credit_office_refuses_names_no_review_there() {
    let rules = &rules();
    let desk = Desk { rules, on: day("2026-11-05"), opened_on: None };
    let words = RepairWords { approved: false, number: None, reasons: some("工资未付清。") };
    let authority = rules.credit_office().expect("one is marked").uscc.clone();
    let own = repair_decision(desk, &RepairCase { authority, ..repair(rules) }, &words);
    let text = format!("{:?}", own.expect("it is whole"));
    assert!(!text.contains("申请复核") && text.contains("救济途径"), "{text}");
}

fn red(party: Party) -> RedCase {
    RedCase {
        id: "L-3001".to_owned(),
        party,
        authority: officer(&rules(), "market", "SC-03").authority.as_str().to_owned(),
        nominated_on: day("2026-03-02"),
        merits: some("连续三年依法诚信经营，按期履行全部合同。"),
        basis: vec![cite("plan-185", "三(一)")],
        public_notice: Some((day("2026-03-09"), day("2026-03-16"))),
    }
}

fn red_words() -> RedWords {
    RedWords {
        number: some("尤市监守信〔2026〕1号"),
        reasons: some("符合诚信典型的推荐条件，公示期内无异议。"),
        until: Some(day("2028-03-17")),
        published: true,
    }
}

fn of_the_red_list(rules: &RuleSet) -> Vec<Made> {
    let desk = Desk { rules, on: day("2026-03-17"), opened_on: None };
    let by = officer(rules, "market", "SC-03");
    let reasons = some("推荐后查实有未履行的合同。");
    let closed = |end| red_closure(desk, &red(company()), &by, end, reasons.as_ref());
    let hidden = RedWords { published: false, ..red_words() };
    let office = officer(rules, "development_reform", "SC-03");
    let received_on = Some(day("2026-05-07"));
    let why = some("已超过核实期限和延后处理的期限。");
    let unverified =
        |case: &ObjectionCase| objection_unverified(desk, case, &office, received_on, why.as_ref());
    let repeated = ObjectionCase { suspends: false, ..objection(rules) };
    vec![
        ("red-decision", red_decision(desk, &red(company()), &red_words())),
        ("red-decision-of-a-person", red_decision(desk, &red(party_of_person()), &hidden)),
        ("red-closure-not-granted", closed(RedEnd::NotGranted)),
        ("red-closure-withdrawn", closed(RedEnd::Withdrawn)),
        ("red-closure-void", closed(RedEnd::Void)),
        ("objection-unverified", unverified(&objection(rules))),
        ("objection-unverified-repeat", unverified(&repeated)),
    ]
}

/// Covers O21, O22, O27.
#[test]
fn an_honour_is_decided_after_its_public_notice_and_until_a_day() {
    let rules = rules();
    let on = |day: Day| Desk { rules: &rules, on: day, opened_on: None };
    let after = day("2026-03-17");
    let empty = RedCase { merits: None, basis: Vec::new(), public_notice: None, ..red(company()) };
    assert_eq!(
        missing(red_decision(on(after), &empty, &RedWords::default())),
        ["决定书文号", "守信事迹", "公示", "理由", "依据", "晚于决定之日的终止日期"]
    );
    let running = red_decision(on(day("2026-03-16")), &red(company()), &red_words());
    assert_eq!(missing(running), ["2026年3月16日公示期满"]);
    let past = RedWords { until: Some(after), ..red_words() };
    let made = missing(red_decision(on(after), &red(company()), &past));
    assert_eq!(made, ["晚于决定之日的终止日期"]);
    let text = red_decision(on(after), &red(company()), &red_words()).unwrap().plain();
    for part in [
        "尤溪县甲建设有限公司",
        "连续三年依法诚信经营",
        "2026年3月9日至2026年3月16日向社会公示",
        "三(一)",
        "自2026年3月17日起至2028年3月17日止",
        "申请行政复议",
        "签发：主要负责人（SC-01）",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    let by = officer(&rules, "market", "SC-03");
    let silent = red_closure(on(after), &red(company()), &by, RedEnd::NotGranted, None);
    assert_eq!(missing(silent), ["理由"]);
}

/// Covers O61, O63.
#[test]
fn what_nobody_verified_stays_suspended_and_the_party_is_told_so() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-07-20"), opened_on: None };
    let office = officer(&rules, "development_reform", "SC-03");
    let of = |received_on| {
        objection_unverified(desk, &objection(&rules), &office, received_on, some("逾期").as_ref())
    };
    assert_eq!(missing(of(None)), ["转交信息提供单位核实"]);
    let text = of(Some(day("2026-05-07"))).unwrap().plain();
    for part in ["停止公示", "继续暂停，不因逾期未核实而自动恢复", "仍须核实", "申请行政复议"]
    {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    let repeated = ObjectionCase { suspends: false, ..objection(&rules) };
    let on = Some(day("2026-05-07"));
    let made = objection_unverified(desk, &repeated, &office, on, some("逾期").as_ref());
    assert!(!made.unwrap().plain().contains("继续暂停"), "nothing was suspended");
}

#[test]
fn every_text_is_its_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/texts/golden");
    let rules = rules();
    let write = std::env::var_os("SHOUXIN_WRITE_GOLDEN").is_some();
    let mut made = all(&rules);
    made.extend(of_commitments(&rules));
    made.extend(of_outcomes(&rules));
    made.extend(of_the_red_list(&rules));
    made.extend(disputed::of_a_record(&rules));
    for (name, text) in &made {
        let text = text.as_ref().unwrap_or_else(|own| panic!("{name}: {:?}", own.missing));
        let path = folder.join(format!("{name}.txt"));
        if write {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text.plain()).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text.plain(), golden, "{name} differs from {}", path.display());
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, made.len(), "a golden file without a text");
}

#[test]
fn a_decision_holds_all_that_the_law_requires_of_it() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-04-20"), opened_on: None };
    let text = decision(desk, &case(&rules), &decision_words()).unwrap().plain();
    // domain.md 2.0, G-DOC, one by one.
    for part in [
        "尤溪县甲建设有限公司",
        &invented("91", 1),
        "克扣、无故拖欠农民工工资",
        "32名农民工",
        "尤人社罚〔2026〕1号",
        "第四十八条",
        "M-A17",
        "送达登记在后的，自登记之日起）满5个工作日的次日起生效",
        "2028年4月20日",
        "申请信用修复",
        "60日内向尤溪县人民政府申请行政复议",
        "6个月内向尤溪县人民法院提起行政诉讼",
        "县人力资源和社会保障局（印章）",
        "主要负责人（SC-01）",
        "2026年4月20日",
        "答复：拖欠工程款不免除支付义务",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    let taxed = Case { proposed_by: officer(&rules, "tax", "SC-03"), ..case(&rules) };
    let text = decision(desk, &taxed, &decision_words()).unwrap().plain();
    assert!(text.contains("向国家税务总局三明市税务局申请行政复议"), "{text}");
}

fn missing(made: Result<Text, Incomplete>) -> Vec<String> {
    made.err().map(|own| own.missing).unwrap_or_default()
}

#[test]
fn what_is_missing_is_listed_and_nothing_is_left_blank() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-04-20"), opened_on: None };
    let empty = DecisionWords::default();
    assert_eq!(
        missing(decision(desk, &case(&rules), &empty)),
        [
            "决定书文号",
            "事实",
            "对陈述第 1 点的答复",
            "对陈述第 2 点的答复",
            "理由",
            "终止日期",
            "移出的条件和程序"
        ]
    );
    let beyond = DecisionWords { end: Some(day("2031-01-01")), ..decision_words() };
    assert_eq!(missing(decision(desk, &case(&rules), &beyond)), ["不晚于2029年5月1日的终止日期"]);
    let unheard = Case { heard: None, hearing: None, ..case(&rules) };
    assert_eq!(missing(decision(desk, &unheard, &decision_words())).len(), 1);
    let erased = Party { name: None, key: party_of_person().key };
    let erased = Case { party: erased, act: None, ..attribution(&rules) };
    assert_eq!(missing(notice(desk, &erased, &notice_words())), ["当事人名称", "行为"]);
    let bare = Case { basis: Vec::new(), documents: Vec::new(), ..case(&rules) };
    assert_eq!(missing(notice(desk, &bare, &notice_words())), ["认定事实的生效文书", "依据"]);
    let unverified = ObjectionCase { verification: None, ..objection(&rules) };
    let office = officer(&rules, "development_reform", "SC-03");
    let made = objection_result(desk, &unverified, &office, some("理由").as_ref());
    assert_eq!(missing(made), ["信息提供单位的核实反馈"]);
    let bare = Forwarding { to: None, measure: None, until: None, ..forwarding() };
    let made = forward_letter(desk, &bare, &office);
    assert_eq!(missing(made), ["提请的机关", "措施编号", "期限"]);
    let made = forward_notice(desk, &bare, &office, None);
    assert_eq!(missing(made), ["提请的机关", "措施编号", "期限"]);
    let bare = Forwarded { letter: bare, ..forwarded() };
    let made = news_letter(desk, News::Ended, &bare, &office);
    assert_eq!(missing(made), ["提请的机关", "措施编号"]);
    let mut without = rules.clone();
    without.remedies = None;
    let desk = Desk { rules: &without, on: day("2026-04-20"), opened_on: None };
    let named = missing(decision(desk, &case(&rules), &decision_words()));
    assert!(named[0].contains("departments.toml"), "{named:?}");
}

#[test]
fn a_page_escapes_what_somebody_wrote() {
    let rules = rules();
    let desk = Desk { rules: &rules, on: day("2026-04-20"), opened_on: None };
    let words =
        DecisionWords { reasons: some("<script>alert(\"x\")</script>&"), ..decision_words() };
    let page = decision(desk, &case(&rules), &words).unwrap().html();
    assert!(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;"), "{page}");
    assert!(!page.contains("<script>"), "{page}");
}
