//! The shipped data loads, and each kind of mistake is reported where it is.

use super::*;

fn shipped() -> Vec<(String, Vec<u8>)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let mut files = Vec::new();
    for name in ["instruments.toml", "departments.toml", "contracts.toml"] {
        files.push((name.to_owned(), std::fs::read(root.join(name)).unwrap()));
    }
    for folder in ["catalogue", "rules", "calendar"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    files
}

fn load(files: &[(String, Vec<u8>)]) -> Result<RuleSet, Vec<String>> {
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, bytes)| RuleFile { name, bytes }).collect();
    RuleSet::load(&files).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// The errors after one replacement in one shipped file.
fn broken(name: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = shipped();
    let file = files.iter_mut().find(|file| file.0 == name).unwrap();
    let text = String::from_utf8(file.1.clone()).unwrap();
    assert!(text.contains(from), "{name} does not contain {from}");
    file.1 = text.replacen(from, to, 1).into_bytes();
    load(&files).unwrap_err()
}

#[test]
fn the_shipped_county_loads_whole() {
    let set = load(&shipped()).unwrap_or_else(|errors| panic!("{}", errors.join("\n")));
    assert_eq!(set.measures.iter().filter(|own| own.category.is_incentive()).count(), 21);
    assert_eq!(set.measures.iter().filter(|own| !own.category.is_incentive()).count(), 54);
    assert_eq!(set.behaviours.len(), 35);
    assert!(set.departments.len() >= 25);
    let classes: std::collections::BTreeSet<_> = set.items.iter().map(|own| own.class).collect();
    assert_eq!(classes.len(), 16, "every record class has an item");
    let early: Day = "2022-01-01".parse().unwrap();
    assert_eq!(set.pack(early).repair_instrument, "guoban-2020-49");
    let before: Day = "2026-03-31".parse().unwrap();
    assert_eq!(set.pack(before).repair_instrument, "ndrc-order-58");
    assert_eq!(set.pack(before.plus_days(1)).repair_instrument, "ndrc-order-36");
    assert_eq!(set.measure("M-A17").unwrap().implementers, ["procurement"]);
}

#[test]
fn a_change_of_one_byte_is_another_version() {
    let mut files = shipped();
    let first = load(&files).unwrap().version;
    files[0].1.push(b'\n');
    assert_ne!(load(&files).unwrap().version, first);
    files.reverse();
    files.last_mut().unwrap().1.pop();
    assert_eq!(load(&files).unwrap().version, first, "the order of files means nothing");
}

#[test]
fn errors_name_file_entry_and_field() {
    let cases = [
        (
            "catalogue/measures.toml",
            "instrument = \"procurement-law\", article = \"第七十七条\"",
            "instrument = \"no-such-law\", article = \"第七十七条\"",
            "catalogue/measures.toml: M-A17: basis: no instrument no-such-law",
        ),
        (
            "catalogue/measures.toml",
            "implementers = [\"approval\"]",
            "implementers = [\"nowhere\"]",
            "catalogue/measures.toml: M-A01: implementers: no department nowhere",
        ),
        (
            "catalogue/measures.toml",
            "id = \"M-A02\"",
            "id = \"M-A99\"",
            "catalogue/measures.toml: M-A02: id: the plan has it, the file has not",
        ),
        (
            "catalogue/behaviours.toml",
            "period_months = [12, 36]",
            "period_months = [36, 12]",
            "catalogue/behaviours.toml: B1.1: period_months: 36 to 12 months is no period",
        ),
        (
            "departments.toml",
            "head = true",
            "leader = true",
            "departments.toml: development_reform: officers: 0 heads; there must be exactly one",
        ),
        (
            "departments.toml",
            "liaison = true",
            "leader = true",
            "departments.toml: development_reform: officers: no liaison (plan 六(二)): nothing \
             could be dispatched to it",
        ),
        (
            "departments.toml",
            "credit_office = true\n",
            "",
            "departments.toml: -: credit_office: 0 departments are marked; there must be exactly one",
        ),
        (
            "departments.toml",
            "credit_office = true\n",
            "credit_office = true\nsupervision = true\n",
            "departments.toml: -: supervision: 2 departments are marked; there must be exactly one",
        ),
        (
            "departments.toml",
            "supervision = true\n",
            "",
            "departments.toml: -: supervision: 0 departments are marked; there must be exactly one",
        ),
        (
            "departments.toml",
            "reconsideration_days = 60",
            "reconsideration_days = 30",
            "departments.toml: remedies: reconsideration_days: the law gives at least 60 days",
        ),
        (
            "departments.toml",
            "department = \"tax\"",
            "department = \"mars\"",
            "departments.toml: remedies: elsewhere: no department mars",
        ),
        (
            "instruments.toml",
            "replaced_by = \"plan-185\"",
            "replaced_by = \"plan-999\"",
            "instruments.toml: plan-326-2017: replaced_by: no instrument plan-999",
        ),
        (
            "catalogue/measures.toml",
            "statutory = [{ instrument = \"tax-collection-law\"",
            "statutory = [{ instrument = \"wage-regulation\"",
            "catalogue/measures.toml: M-M03: statutory: wage-regulation is not in its basis",
        ),
        (
            "catalogue/measures.toml",
            "behaviours = [\"B4.1\", \"B4.2\"] }]",
            "behaviours = [\"B1.1\"] }]",
            "catalogue/measures.toml: M-M03: statutory: it names behaviours of the measure, one at least",
        ),
        (
            "catalogue/measures.toml",
            "needs = \"C_or_S\"",
            "needs = \"C\"",
            "catalogue/measures.toml: M-M03: statutory: only where it needs C_or_S",
        ),
        (
            "catalogue/items.toml",
            "providers = [\"market\"",
            "providers = [\"mars\"",
            "catalogue/items.toml: FJ-FR-0101: providers: no department mars",
        ),
    ];
    for (file, from, to, expected) in cases {
        let errors = broken(file, from, to);
        assert!(errors.iter().any(|error| error == expected), "{expected}\n{errors:#?}");
    }
}

#[test]
fn a_mandatory_measure_needs_a_statute() {
    let errors =
        broken("catalogue/measures.toml", "strength = \"recommended\"", "strength = \"mandatory\"");
    let expected =
        "catalogue/measures.toml: M-A01: basis: it needs a law or administrative regulation";
    assert_eq!(errors, [expected]);
}

#[test]
fn unknown_fields_and_levels_are_refused_with_their_line() {
    let errors = broken("instruments.toml", "level = \"normative_document\"", "level = \"wish\"");
    assert!(errors[0].starts_with("instruments.toml: line "), "{errors:?}");
    let errors = broken("departments.toml", "respond_working_days", "respond_days");
    assert!(errors[0].contains("unknown field `respond_days`"), "{errors:?}");
}

#[test]
fn a_missing_file_is_named_and_an_unknown_one_refused() {
    let mut files = shipped();
    files.retain(|file| file.0 != "departments.toml");
    files.push(("notes.txt".to_owned(), Vec::new()));
    let errors = load(&files).unwrap_err();
    assert!(errors.contains(&"departments.toml: -: -: the file is missing".to_owned()));
    assert!(errors.iter().any(|error| error.starts_with("notes.txt: -: -: this is no data file")));
}

#[test]
fn what_a_version_would_change_is_named_by_entry_and_field() {
    use diff::{Change, Difference};
    let before = load(&shipped()).unwrap();
    assert_eq!(before.differences(&before), Vec::new());
    let mut files = shipped();
    for (name, from, to) in [
        ("departments.toml", "respond_working_days = 5", "respond_working_days = 4"),
        ("rules/2026-04-01.toml", "feedback_wd = ", "feedback_wd = 1"),
    ] {
        let file = files.iter_mut().find(|file| file.0 == name).unwrap();
        file.1 = String::from_utf8(file.1.clone()).unwrap().replacen(from, to, 1).into_bytes();
    }
    let mut after = load(&files).unwrap();
    let gone = after.measures.remove(0).id;
    let first = before.departments.iter().find(|own| own.code == "development_reform").unwrap();
    let found = before.differences(&after);
    let entry = |kind, id: &str, change| Difference { kind, id: id.to_owned(), change };
    assert_eq!(
        found,
        [
            entry("measure", &gone, Change::Removed),
            entry("department", &first.code, Change::Changed(vec!["respond_working_days"])),
            entry("pack", "2026-04-01", Change::Changed(vec!["feedback_wd"])),
        ]
    );
    let back = after.differences(&before);
    assert_eq!(back.first(), Some(&entry("measure", &gone, Change::Added)));
}

/// Covers domain.md 2.7: retaliation is told to two organs, so there are two.
#[test]
fn the_credit_office_is_not_the_organ_that_supervises_it() {
    let mut files = shipped();
    let file = files.iter_mut().find(|file| file.0 == "departments.toml").unwrap();
    let text = String::from_utf8(file.1.clone()).unwrap();
    let unmarked = text.replace("\nsupervision = true\n", "\n");
    let both =
        unmarked.replace("credit_office = true\n", "credit_office = true\nsupervision = true\n");
    file.1 = both.into_bytes();
    let expected = "departments.toml: development_reform: supervision: the credit office is not the organ \
                    that supervises it";
    assert_eq!(load(&files).unwrap_err(), [expected]);

    // A version that was in force before the marks is still read; a half marked one never was.
    let kept = |text: String| {
        let mut files = shipped();
        files.iter_mut().find(|file| file.0 == "departments.toml").unwrap().1 = text.into_bytes();
        let files: Vec<RuleFile<'_>> =
            files.iter().map(|(name, bytes)| RuleFile { name, bytes }).collect();
        RuleSet::load_kept(&files)
    };
    let old = kept(unmarked.replace("credit_office = true\n", "")).unwrap();
    assert!(old.credit_office().is_none() && old.supervision().is_none());
    assert!(kept(unmarked).is_err());
    let set = load(&shipped()).unwrap();
    assert_eq!(set.credit_office().unwrap().code, "development_reform");
    assert_eq!(set.supervision().unwrap().code, "supervision");
}

/// Covers O19: what of a contract is wrong is named, with its entry and field.
#[test]
fn a_contract_is_checked_when_it_is_loaded() {
    let cases = [
        (
            "authority = \"market\"",
            "authority = \"mars\"",
            "market-award: authority: no department mars",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = [\"FJ-FR-9999\"]",
            "development-reform-project: items: no item FJ-FR-9999",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = [\"FJ-FR-0302\"]",
            "development-reform-project: items: FJ-FR-0302 is public anyway: everybody reads it without a contract",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = [\"FJ-FR-0901\"]",
            "development-reform-project: items: FJ-FR-0901 is read by the subject's authorisation (授权查询), \
             which no contract replaces",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = [\"FJ-ZR-0203\"]",
            "development-reform-project: items: FJ-ZR-0203 is internal: it is nobody else's",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = [\"FJ-FR-0201\", \"FJ-FR-0201\"]",
            "development-reform-project: items: FJ-FR-0201 stands twice",
        ),
        (
            "items = [\"FJ-FR-0201\", \"FJ-FR-0602\"]",
            "items = []",
            "development-reform-project: items: it names neither an item nor a standard",
        ),
        (
            "items = [\"FJ-FR-0601\"]",
            "items = [\"FJ-FR-0201\"]",
            "court-enforcement: items: FJ-FR-0201 is provided by court alone: it reads its own",
        ),
        (
            "standards = [\"tax-credit\"]",
            "standards = [\"market-risk\"]",
            "market-supervision: standards: market-risk is the standard of market: it reads its own",
        ),
        (
            "standards = [\"tax-credit\"]",
            "standards = [\"environment-credit\"]",
            "market-supervision: standards: environment-credit is public anyway: everybody reads it without a \
             contract",
        ),
        (
            "standards = [\"tax-credit\"]",
            "standards = [\"score\"]",
            "market-supervision: standards: no standard score",
        ),
        (
            "purposes = [\"project-review\"]",
            "purposes = []",
            "development-reform-project: purposes: no purpose is named; nothing is shared without one",
        ),
        (
            "purposes = [\"project-review\"]",
            "purposes = [\"any use\"]",
            "development-reform-project: purposes: any use is no code: lower-case letters, digits and hyphens",
        ),
        ("id = \"market-case\"", "id = \"tax-case\"", "tax-case: id: it stands twice"),
        (
            "id = \"market-case\"",
            "id = \"Market case\"",
            "Market case: id: 2 to 40 lower-case letters, digits and hyphens",
        ),
        (
            "function_en = \"approval and verification of projects (plan 四(二))\"",
            "function_en = \" \"",
            "development-reform-project: function_zh: it says in both languages what the items are needed for",
        ),
        (
            "until = \"2027-12-31\"",
            "until = \"2025-12-31\"",
            "development-reform-project: until: 2025-12-31 is before its first day 2026-01-01",
        ),
        (
            "until = \"2027-12-31\"",
            "until = \"2029-01-02\"",
            "development-reform-project: until: more than 36 months after its first day; what is still needed \
             then is agreed anew",
        ),
        (
            "instrument = \"permit-law\"",
            "instrument = \"no-such-law\"",
            "development-reform-project: basis: no instrument no-such-law",
        ),
        (
            "instrument = \"permit-law\"",
            "instrument = \"ndrc-order-58\"",
            "development-reform-project: basis: ndrc-order-58 is not in force on its last day 2027-12-31",
        ),
        (
            "instrument = \"conscription-law\"",
            "instrument = \"ndrc-order-36\"",
            "armed-forces-case: basis: ndrc-order-36 is not in force on its first day 2026-01-01",
        ),
    ];
    for (from, to, expected) in cases {
        let errors = broken("contracts.toml", from, to);
        let expected = format!("contracts.toml: {expected}");
        // The first entry that has the text is the one that is broken; `market` first stands in its case.
        let expected = expected.replace("market-award: authority", "market-case: authority");
        assert!(errors.contains(&expected), "{expected}\n{errors:#?}");
    }
    let errors = broken("contracts.toml", "until = \"2027-12-31\"\n", "");
    assert!(
        errors[0].ends_with("missing field `until`"),
        "nothing is shared without an end: {errors:?}"
    );
    assert!(errors[0].starts_with("contracts.toml: line "), "{errors:?}");
}

/// Covers O19: a policy document lets nobody pass on what is not public, and a rule nothing about persons.
#[test]
fn a_contract_rests_on_law() {
    let of = |basis: &str| {
        let mut files = shipped();
        let file = files.iter_mut().find(|file| file.0 == "contracts.toml").unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        // 市监办案：含自然人的事项。
        let (before, after) = text.split_once("id = \"market-case\"").unwrap();
        let (kept, rest) = after.split_once("basis = [").unwrap();
        let (_, rest) = rest.split_once("]\n").unwrap();
        file.1 =
            format!("{before}id = \"market-case\"{kept}basis = [{basis}]\n{rest}").into_bytes();
        load(&files).err().unwrap_or_default()
    };
    let cite =
        |instrument: &str| format!("{{ instrument = \"{instrument}\", article = \"第一条\" }}");
    let persons = "contracts.toml: market-case: basis: FJ-ZR-0201 is about natural persons: a law or \
                   administrative regulation must allow it";
    assert_eq!(of(&cite("fujian-order-165")), [persons]);
    assert_eq!(of(&cite("plan-185")), [persons]);
    assert_eq!(of(&cite("penalty-law")), Vec::<String>::new());
    assert_eq!(of(""), [persons]);
    let policy = broken(
        "contracts.toml",
        "basis = [{ instrument = \"permit-law\", article = \"第三十四条\" }, { instrument = \
         \"fujian-order-165\", article = \"信息共享\" }, ",
        "basis = [{ instrument = \"guoban-2020-49\", article = \"第三部分\" }, ",
    );
    let expected = "contracts.toml: development-reform-project: basis: a law, regulation or rule must allow \
                    it; a policy document alone does not";
    assert_eq!(policy, [expected]);
}

/// Covers O19: a version from before contracts loads, and shares nothing that is not public.
#[test]
fn a_version_without_contracts_shares_nothing() {
    let with = load(&shipped()).unwrap();
    let mut files = shipped();
    files.retain(|file| file.0 != "contracts.toml");
    let without = load(&files).unwrap();
    let day: Day = "2026-11-30".parse().unwrap();
    let ids = |set: &RuleSet, authority: &str, purpose: &str, on: Day| {
        set.contracts_for(authority, purpose, on).map(|own| own.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&with, "approval", "permit-review", day), ["approval-permit"]);
    assert_eq!(ids(&without, "approval", "permit-review", day), Vec::<String>::new());
    assert!(without.warnings().iter().any(|own| own.starts_with("contracts.toml: no contract")));
    assert!(!with.warnings().iter().any(|own| own.starts_with("contracts.toml")));
    assert_ne!(with.version, without.version);

    // For this authority, this purpose and these days, and for nothing else.
    let contract = with.contracts.iter().find(|own| own.id == "approval-permit").unwrap();
    for (authority, purpose, on) in [
        ("approval", "curiosity", day),
        ("approval", "permit", day),
        ("culture_tourism", "procurement-review", day),
        ("approval", "permit-review", contract.until.plus_days(1)),
        ("approval", "permit-review", contract.from.plus_days(-1)),
    ] {
        assert_eq!(
            ids(&with, authority, purpose, on),
            Vec::<String>::new(),
            "{authority} {purpose} {on}"
        );
    }
    for on in [contract.from, contract.until] {
        assert_eq!(ids(&with, "approval", "permit-review", on), ["approval-permit"]);
    }
    let found = without.differences(&with);
    assert_eq!(found.len(), with.contracts.len());
    assert!(found.iter().all(|own| own.kind == "contract" && own.change == diff::Change::Added));
}

/// Covers O19: the county shares with each department what its functions need, and with two nothing.
#[test]
fn the_county_shares_by_function() {
    let set = load(&shipped()).unwrap();
    let without: Vec<&str> = set
        .departments
        .iter()
        .map(|own| own.code.as_str())
        .filter(|code| !set.contracts.iter().any(|own| own.authority == *code))
        .collect();
    assert_eq!(without, ["statistics", "supervision"], "they need none; contracts.toml says why");
    let shared = set.items.iter().filter(|own| own.openness == Openness::GovShared).count();
    for own in &set.contracts {
        assert!(own.items.len() * 2 < shared, "{}: no contract is for all that is shared", own.id);
    }
}
