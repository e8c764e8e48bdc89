//! A small catalogue with one entry of each kind that a guard tells apart.

use std::sync::LazyLock;

use shouxin_core::calendar::Calendar;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{
    Association, Behaviour, Citation, DataItem, Department, Executor, FactKind, Instrument,
    LegalLevel, Measure, MeasureCategory, MeasureNeeds, MeasureSubject, Officer, Openness, Packs,
    Polarity, RecordClass, RepairRule, RulePack, RuleSet, Standard, Statutory, Strength,
    SubjectKind,
};
use shouxin_core::time::Day;

/// The department that lists.
pub const MARKET: &str = "market";
/// The department that carries measures out.
pub const TAX: &str = "tax";
/// A department without a liaison officer.
pub const JUSTICE: &str = "justice";
/// The credit office.
pub const OFFICE: &str = "office";
/// The supervision organ.
pub const SUPERVISION: &str = JUSTICE;

/// A behaviour that can be listed and repaired.
pub const LISTABLE: &str = "B1.01";
/// A behaviour without a repair rule.
pub const WITHOUT_REPAIR: &str = "B1.02";
/// A behaviour whose repair a law bars.
pub const BARRED: &str = "B1.03";

/// A mandatory measure that needs a statute.
pub const STATUTE: &str = "M-A01";
/// A recommended measure for which a hearing is to be offered.
pub const HEARING: &str = "M-A02";
/// A measure that needs a court document.
pub const COURT: &str = "M-A03";
/// Information for market bodies: never an order.
pub const INFORMATION: &str = "M-M01";
/// A measure that the department without a liaison implements.
pub const NO_LIAISON: &str = "M-A04";
/// A measure that is not published.
pub const UNPUBLISHED: &str = "M-A05";
/// A measure connected with another behaviour only.
pub const ELSEWHERE: &str = "M-A06";
/// A measure that only a higher authority can take.
pub const HIGHER: &str = "M-A07";
/// A measure that needs a court document, or the one statute that stands in its place.
pub const EITHER: &str = "M-A08";
/// A matter that another organ decides by a procedure of its own.
pub const REFERRED: &str = "M-A24";
/// A measure for natural persons.
pub const PERSONS: &str = "M-S01";
/// An incentive.
pub const INCENTIVE: &str = "I01";

/// An item of adverse records.
pub const PENALTY: &str = "XY-0101";
/// An item of favourable records.
pub const HONOUR: &str = "XY-0201";
/// A permit, given by the first two departments.
pub const PERMIT: &str = "XY-0301";
/// A permit that only departments see, given by the tax office.
pub const SHARED_PERMIT: &str = "XY-0302";

/// A standard of the tax office, shared among departments.
pub const RATING: &str = "tax-class";
/// One whose classes are public.
pub const PUBLIC_RATING: &str = "tax-class-public";

/// An association.
pub const GUILD: &str = "guild";
/// Another one.
pub const OTHER_GUILD: &str = "other-guild";

static CODES: LazyLock<[Uscc; 9]> =
    LazyLock::new(|| [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|serial| found_code("91350426", serial)));
static DEPARTMENTS: LazyLock<[Uscc; 5]> =
    LazyLock::new(|| [0, 1, 2, 3, 4].map(|serial| found_code("11350426", serial)));
static RULES: LazyLock<RuleSet> = LazyLock::new(made);

/// The `serial`-th code of an enterprise of the county, right in every character.
pub fn code(serial: usize) -> Uscc {
    CODES[serial]
}

/// The code of the `serial`-th department.
fn department_code(serial: usize) -> Uscc {
    DEPARTMENTS[serial]
}

/// A code with that head and number, right in every character.
pub fn found_code(head: &str, serial: u32) -> Uscc {
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let inner = "0123456789X".chars();
    let mut found = inner.flat_map(|inner| {
        alphabet
            .chars()
            .filter_map(move |check| Uscc::parse(&format!("{head}{serial:08}{inner}{check}")).ok())
    });
    found.next().expect("some pair of check characters fits")
}

/// The code of an individual business, right in every character.
pub fn individual_business() -> Uscc {
    found_code("92350426", 0)
}

/// Shorthand for a day.
pub fn day(text: &str) -> Day {
    text.parse().expect("a day of the calendar")
}

/// Article one of an instrument.
pub fn cite(instrument: &str) -> Citation {
    Citation { instrument: instrument.to_owned(), article: "第一条".to_owned() }
}

fn instrument(id: &str, level: LegalLevel, repealed_on: Option<Day>) -> Instrument {
    Instrument {
        id: id.to_owned(),
        title: format!("{id} 法"),
        number: String::new(),
        level,
        issuer: "全国人民代表大会".to_owned(),
        in_force_from: day("2000-01-01"),
        repealed_on,
        replaced_by: None,
        confirmed: true,
    }
}

fn department(code: &str, serial: usize, liaison: bool) -> Department {
    let officer = |id: &str, head: bool, liaison: bool| Officer {
        id: id.to_owned(),
        post_zh: "工作人员".to_owned(),
        head,
        leader: false,
        liaison,
    };
    Department {
        code: code.to_owned(),
        uscc: department_code(serial).as_str().to_owned(),
        name_zh: code.to_owned(),
        name_en: code.to_owned(),
        officers: vec![
            officer("01", true, false),
            officer("02", false, liaison),
            officer("03", false, false),
        ],
        respond_working_days: 10,
        credit_office: code == OFFICE,
        supervision: code == SUPERVISION,
    }
}

fn behaviour(id: &str, repair: Option<Option<Citation>>) -> Behaviour {
    Behaviour {
        id: id.to_owned(),
        area: 1,
        name_zh: "严重违法行为".to_owned(),
        name_en: "a serious breach".to_owned(),
        found_by: vec![MARKET.to_owned()],
        found_by_note: "市场监管部门".to_owned(),
        basis: vec![cite("law"), cite("repealed"), cite("plan")],
        facts: vec![FactKind::PenaltyDecision, FactKind::Judgment],
        period_months: (3, 36),
        repair: repair.map(|barred_by| RepairRule {
            min_months: 3,
            conditions_zh: "履行义务".to_owned(),
            documents_zh: vec!["履行证明".to_owned(), "信用承诺书".to_owned()],
            barred_by,
        }),
    }
}

fn measure(id: &str, category: MeasureCategory, needs: MeasureNeeds, by: &str) -> Measure {
    Measure {
        id: id.to_owned(),
        name_zh: "措施".to_owned(),
        name_en: "a measure".to_owned(),
        category,
        plan_section: "四(二)".to_owned(),
        subject: MeasureSubject::Both,
        needs,
        strength: Strength::Recommended,
        executor: Executor::County,
        basis: vec![cite("law"), cite("plan")],
        statutory: Vec::new(),
        behaviours: Vec::new(),
        implementers: vec![by.to_owned()],
        max_months: 24,
        execute_wd: None,
        hearing: false,
        consent: false,
        published: true,
        note: String::new(),
    }
}

fn measures() -> Vec<Measure> {
    use MeasureCategory::{Administrative, IncentiveAdministrative, Market, Social};
    let plain = |id: &str, needs: MeasureNeeds| measure(id, Administrative, needs, TAX);
    vec![
        Measure { strength: Strength::Mandatory, ..plain(STATUTE, MeasureNeeds::Statute) },
        Measure { hearing: true, execute_wd: Some(10), ..plain(HEARING, MeasureNeeds::Rule) },
        plain(COURT, MeasureNeeds::Court),
        Measure {
            executor: Executor::InformationOnly,
            ..measure(INFORMATION, Market, MeasureNeeds::Voluntary, TAX)
        },
        Measure { executor: Executor::Referral, ..plain(REFERRED, MeasureNeeds::Court) },
        measure(NO_LIAISON, Administrative, MeasureNeeds::Rule, JUSTICE),
        Measure { published: false, ..plain(UNPUBLISHED, MeasureNeeds::Rule) },
        Measure { behaviours: vec![BARRED.to_owned()], ..plain(ELSEWHERE, MeasureNeeds::Rule) },
        Measure { executor: Executor::Higher, ..plain(HIGHER, MeasureNeeds::Rule) },
        Measure {
            basis: vec![cite("law"), cite("unrelated")],
            statutory: vec![Statutory {
                instrument: "unrelated".to_owned(),
                article: "第一条".to_owned(),
                behaviours: vec![LISTABLE.to_owned()],
            }],
            ..plain(EITHER, MeasureNeeds::CourtOrStatute)
        },
        Measure {
            subject: MeasureSubject::NaturalPerson,
            ..measure(PERSONS, Social, MeasureNeeds::Rule, TAX)
        },
        measure(INCENTIVE, IncentiveAdministrative, MeasureNeeds::Rule, TAX),
    ]
}

fn item(id: &str, class: RecordClass, polarity: Polarity) -> DataItem {
    DataItem {
        id: id.to_owned(),
        name_zh: "信息项".to_owned(),
        name_en: "an item".to_owned(),
        class,
        openness: Openness::Public,
        polarity,
        subjects: vec![SubjectKind::Enterprise, SubjectKind::NaturalPerson],
        providers: vec![MARKET.to_owned(), TAX.to_owned()],
        basis: vec![cite("plan")],
    }
}

fn association(code: &str, serial: u32) -> Association {
    let officer = |id: &str| Officer {
        id: id.to_owned(),
        post_zh: "秘书处".to_owned(),
        head: false,
        leader: false,
        liaison: false,
    };
    Association {
        code: code.to_owned(),
        uscc: found_code("51350426", serial).as_str().to_owned(),
        name_zh: code.to_owned(),
        name_en: code.to_owned(),
        officers: vec![officer("01"), officer("02")],
    }
}

fn standard(id: &str, authority: &str, openness: Openness) -> Standard {
    Standard {
        id: id.to_owned(),
        name_zh: "信用评价".to_owned(),
        name_en: "a class".to_owned(),
        authority: authority.to_owned(),
        subjects: vec![SubjectKind::Enterprise],
        classes: vec!["A".to_owned(), "B".to_owned()],
        openness,
        basis: vec![cite("sunset")],
    }
}

fn pack() -> RulePack {
    RulePack {
        in_force_from: day("2021-12-30"),
        repair_instrument: "plan".to_owned(),
        statement_window_wd: 5,
        hearing_request_wd: 5,
        decide_within_wd: 30,
        serve_within_days: 7,
        standstill_wd: 3,
        black_cap_months: 36,
        red_cap_months: 24,
        red_public_notice_days: 7,
        dispatch_wd: 3,
        respond_wd: 10,
        feedback_wd: 5,
        lift_wd: 3,
        objection_accept_wd: 1,
        objection_refer_wd: 1,
        verification_wd: 7,
        unverified_after_wd: 7,
        expert_testing_wd: 8,
        resolve_wd: 3,
        whistle_triage_wd: 3,
        whistle_verify_wd: 15,
        whistle_feedback_wd: 5,
        whistle_keep_months: 12,
        retention_months: 60,
        review_request_wd: 10,
        repair_accept_wd: 2,
        repair_decide_wd: 10,
        repair_extend_wd: 10,
        repair_bar_months: 6,
        double_publicity_wd: 7,
        publicity_minor_months: (0, 3),
        publicity_general_months: (3, 12),
        publicity_serious_months: (6, 36),
        clean_record_years: 3,
    }
}

/// The rule set.
pub fn rules() -> &'static RuleSet {
    &RULES
}

/// The same with a catalogue as it may have been before: every measure may be named, about everybody and
/// for every behaviour.
pub fn lenient() -> RuleSet {
    let mut set = rules().clone();
    for own in &mut set.measures {
        own.behaviours = Vec::new();
        own.subject = MeasureSubject::Both;
        if own.executor == Executor::InformationOnly {
            (own.executor, own.needs) = (Executor::County, MeasureNeeds::Rule);
        }
    }
    set
}

fn made() -> RuleSet {
    let mut set = RuleSet {
        version: [7; 32],
        instruments: vec![
            instrument("law", LegalLevel::Law, None),
            instrument("unrelated", LegalLevel::Law, None),
            instrument("repealed", LegalLevel::Law, Some(day("2020-01-01"))),
            instrument("sunset", LegalLevel::Law, Some(day("2026-03-20"))),
            instrument("plan", LegalLevel::NormativeDocument, None),
        ],
        items: vec![
            item(PENALTY, RecordClass::Penalty, Polarity::Adverse),
            item(PERMIT, RecordClass::Permit, Polarity::Neutral),
            DataItem {
                openness: Openness::GovShared,
                providers: vec![TAX.to_owned()],
                ..item(SHARED_PERMIT, RecordClass::Permit, Polarity::Neutral)
            },
            item(HONOUR, RecordClass::Honour, Polarity::Favourable),
        ],
        behaviours: vec![
            behaviour(LISTABLE, Some(None)),
            behaviour(WITHOUT_REPAIR, None),
            behaviour(BARRED, Some(Some(cite("law")))),
        ],
        measures: measures(),
        departments: vec![
            department(MARKET, 1, true),
            department(TAX, 2, true),
            department(JUSTICE, 3, false),
            department(OFFICE, 4, true),
        ],
        remedies: None,
        associations: vec![association(GUILD, 0), association(OTHER_GUILD, 1)],
        standards: vec![
            standard(RATING, TAX, Openness::GovShared),
            standard(PUBLIC_RATING, TAX, Openness::Public),
        ],
        contracts: Vec::new(),
        packs: Packs::new(vec![pack()]).expect("one pack"),
        calendar: Calendar::default(),
    };
    // The loader keeps entries in the order of their ids, and look-ups rely on it.
    set.instruments.sort_by(|a, b| a.id.cmp(&b.id));
    set.items.sort_by(|a, b| a.id.cmp(&b.id));
    set.behaviours.sort_by(|a, b| a.id.cmp(&b.id));
    set.measures.sort_by(|a, b| a.id.cmp(&b.id));
    set.departments.sort_by(|a, b| a.code.cmp(&b.code));
    set.standards.sort_by(|a, b| a.id.cmp(&b.id));
    set
}
