//! The shipped data loads, and each kind of mistake is reported where it is.

use super::*;

fn shipped() -> Vec<(String, Vec<u8>)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let mut files = Vec::new();
    for name in ["instruments.toml", "departments.toml"] {
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
