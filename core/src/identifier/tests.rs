//! The published vectors, the refusals they do not cover, and properties of the check characters.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::rules::SubjectKind;
use crate::time::Day;

const UNIFIED: &str = "91350426XY00000125";
const CITIZEN: &str = "35042619000102000X";

fn today() -> Day {
    Day::new(2026, 11, 23).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../data/identifiers.json")).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Pairs of a text and the errors it must give.
fn refusals(value: &Value) -> Vec<(String, Vec<String>)> {
    let pair = |pair: &Value| (pair[0].as_str().unwrap().to_owned(), texts(&pair[1]));
    value.as_array().unwrap().iter().map(pair).collect()
}

fn names<T>(result: Result<T, IdentifierErrors>) -> Vec<String> {
    result.err().map_or(vec![], |errors| errors.0.iter().map(ToString::to_string).collect())
}

#[test]
fn unified_codes_of_the_vectors() {
    let vectors = vectors();
    for text in texts(&vectors["uscc_valid"]) {
        assert_eq!(Uscc::parse(&text).unwrap().as_str(), text);
        assert_eq!(Uscc::parse_attested(&text).unwrap().1, Vec::<String>::new());
    }
    let refusals = refusals(&vectors["uscc_invalid"]);
    assert_eq!(refusals.len(), 14);
    for (text, want) in refusals {
        assert_eq!(names(Uscc::parse(&text)), want, "{text}");
    }
    // The one weakness of the code: places 1 and 18 have the same weight.
    for text in texts(&vectors["uscc_undetectable_swap_1_18"]) {
        assert!(Uscc::parse(&text).is_ok());
    }
}

#[test]
fn organisation_codes_of_the_vectors() {
    let vectors = vectors();
    for text in texts(&vectors["org_valid"]) {
        assert_eq!(OrganisationCode::parse(&text).unwrap().as_str(), text);
    }
    // The vectors have no Z, the highest value: 35 * 3 mod 11 is 6, and 11 - 6 is 5.
    assert!(OrganisationCode::parse("Z0000000-5").is_ok());
    let want = [
        "CHECK want 2",
        "LEN",
        "LEN",
        "CHAR *",
        "CHAR A",
        "CHECK want 6",
        "CHECK want 0",
        "CHAR xy",
        "LEN",
        "CHECK want 0",
    ];
    let refused = texts(&vectors["org_invalid"]);
    assert_eq!(refused.len(), want.len());
    for (text, want) in refused.iter().zip(want) {
        assert_eq!(names(OrganisationCode::parse(text)), [want], "{text}");
    }
}

#[test]
fn citizen_numbers_of_the_vectors() {
    let vectors = vectors();
    for text in texts(&vectors["id_valid"]) {
        assert_eq!(CitizenNumber::parse(&text, today()).unwrap().expose(), text);
    }
    let refusals = refusals(&vectors["id_invalid"]);
    assert_eq!(refusals.len(), 13);
    for (text, want) in refusals {
        assert_eq!(names(CitizenNumber::parse(&text, today())), want, "{text}");
    }
}

#[test]
fn registration_numbers_of_the_vectors() {
    let vectors = vectors();
    for text in texts(&vectors["gs15_valid"]) {
        assert_eq!(RegistrationNumber::parse(&text).unwrap().to_string(), text);
    }
    let want = [
        "CHECK want 0",
        "LEN",
        "LEN",
        "LEN",
        "CHAR",
        "CHECK want 8",
        "CHECK want 9",
        "CHECK want 7",
        "PROVINCE; CHECK want 8",
        "CHAR",
        "CHAR",
    ];
    let refused = texts(&vectors["gs15_invalid"]);
    assert_eq!(refused.len(), want.len());
    for (text, want) in refused.iter().zip(want) {
        assert_eq!(RegistrationNumber::parse(text).unwrap_err().to_string(), want, "{text}");
    }
}

#[test]
fn attestation_forgives_check_characters_and_nothing_else() {
    let (code, forgiven) = Uscc::parse_attested("91350426XY00000110").unwrap();
    assert_eq!(code.as_str(), "91350426XY00000110");
    assert_eq!(forgiven, ["INNER17 want 2", "CHECK18 want 2"]);
    for (text, want) in [
        ("91350426XYO0000125", "CHAR O"),
        ("91350426XY0000012", "LEN"),
        ("01350426XY00000120", "DEPT; CHECK18 want E"),
        ("94350426XY0000012U", "CATEGORY"),
        ("913504A6XY00000121", "DIVISION"),
        ("91990426XY0000012X", "PROVINCE"),
    ] {
        assert_eq!(Uscc::parse_attested(text).unwrap_err().to_string(), want, "{text}");
    }
}

#[test]
fn a_stored_code_is_read_back_even_if_it_was_attested() {
    for text in [UNIFIED, "91350426XY00000120"] {
        let code: Uscc = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        assert_eq!(code.as_str(), text);
        assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{text}\""));
    }
    let error = serde_json::from_str::<Uscc>("\"94350426XY0000012U\"").unwrap_err();
    assert!(error.to_string().starts_with("CATEGORY"), "{error}");
}

#[test]
fn central_bodies_register_under_the_state_and_not_under_a_province() {
    // Any check characters do: the point is that the division is accepted.
    assert!(Uscc::parse_attested("91100000XY00000125").is_ok());
    assert!(Uscc::parse_attested("91100001XY00000125").is_err());
}

#[test]
fn department_and_category_tell_the_kind_of_subject() {
    for (text, want) in [
        ("91350426XY00000125", SubjectKind::Enterprise),
        ("92350426XY0000020W", SubjectKind::Enterprise),
        ("93350426XY0000039N", SubjectKind::Enterprise),
        ("11350426XY00000470", SubjectKind::OrganOrInstitution),
        ("12350426XY0000055P", SubjectKind::OrganOrInstitution),
        ("51350426XY0000063H", SubjectKind::SocialOrganisation),
        ("52350426XY00000719", SubjectKind::SocialOrganisation),
        ("31350400XY000008XG", SubjectKind::OtherOrganisation),
        ("N2350426XY0000098F", SubjectKind::OtherOrganisation),
        ("Y1350426XY0000119T", SubjectKind::OtherOrganisation),
    ] {
        let code = Uscc::parse(text).unwrap();
        assert_eq!(code.subject_kind(), want, "{text}");
        assert_eq!(code.is_individual_business(), text.starts_with("92"));
    }
}

#[test]
fn a_minor_is_whoever_is_not_eighteen_yet() {
    let number = CitizenNumber::parse("35042619000102000X", today()).unwrap();
    let born = "1900-01-02".parse::<Day>().unwrap();
    assert!(number.is_minor(born.plus_months(216).plus_days(-1)), "the day before the eighteenth");
    assert!(!number.is_minor(born.plus_months(216)), "eighteen on the birthday");
}

#[test]
fn nothing_that_is_printed_by_default_tells_a_citizen_number() {
    let number = CitizenNumber::parse(CITIZEN, today()).unwrap();
    assert_eq!(format!("{number:?}"), "CitizenNumber(..)");
    let errors = CitizenNumber::parse("35042619000102Q00X", today()).unwrap_err();
    assert_eq!(errors.to_string(), "CHAR");
    assert!(!errors.explain().contains('Q'));
}

#[test]
fn residence_permits_have_the_form_of_citizen_numbers() {
    for prefix in ["810000", "820000", "830000", "935156"] {
        let found = (0..=10).filter(|check| {
            let check = if *check == 10 { "X".to_owned() } else { check.to_string() };
            let number = format!("{prefix}19900101000{check}");
            CitizenNumber::parse(&number, today()).is_ok()
        });
        assert_eq!(found.count(), 1, "{prefix}");
    }
}

#[test]
fn the_edge_repairs_width_case_and_margin_but_never_a_letter() {
    assert_eq!(normalise("\u{3000}９１350426xy00000125 \n"), UNIFIED);
    assert_eq!(normalise("ＸＹ000001－2"), "XY000001-2");
    assert_eq!(normalise("91350426xyo0000125"), "91350426XYO0000125");
    assert_eq!(normalise("91350426 XY00000125"), "91350426 XY00000125");
}

#[test]
fn explanations_stand_in_both_languages_and_suggest_a_digit() {
    let explain = |text: &str| Uscc::parse(text).unwrap_err().explain();
    assert_eq!(explain("9135"), "位数不符，应为 18 位 / wrong length, 18 expected");
    assert!(explain("91350426XYO0000125").contains("字母 O 是否应为数字 0"));
    let both = explain("94350426XY00000120");
    let (zh, en) = both.split_once(" / ").unwrap();
    assert_eq!((zh.matches('；').count(), en.matches("; compare").count()), (1, 1), "{both}");
}

#[test]
fn legacy_kinds_have_the_names_of_the_interface() {
    for kind in LegacyKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
    }
    assert_eq!("uscc".parse::<LegacyKind>(), Err(LegacyKindError));
}

#[test]
fn legacy_codes_are_read_by_their_kind() {
    use LegacyKind as Kind;
    for (kind, text, want) in [
        (Kind::RegistrationNumber, "350426000000010", ""),
        (Kind::RegistrationNumber, "3504269000000", ""),
        (Kind::RegistrationNumber, "35042690000007", "LEN"),
        (Kind::RegistrationNumber, "350426900000071", "CHECK want 0"),
        (Kind::OrganisationCode, "XY000001-2", ""),
        (Kind::OrganisationCode, "XY000001-0", "CHECK want 2"),
        (Kind::TaxNumber, "350426XY0000012", ""),
        (Kind::TaxNumber, "350426XY000001", "LEN"),
        (Kind::TaxNumber, "350426xy0000012", "CHAR"),
        (Kind::TaxNumber, CITIZEN, "PERSONAL"),
        (Kind::TaxNumber, "35042619000102000X01", "PERSONAL"),
        (Kind::InstitutionCertificate, "事证第135042600123号", ""),
        (Kind::InstitutionCertificate, "", "LEN"),
        (Kind::InstitutionCertificate, "事证第35042619000102000x号", "PERSONAL"),
        (Kind::InstitutionCertificate, "事证第35042619000102000Ｘ号", "PERSONAL"),
        (Kind::SocialOrganisationCertificate, "闽民证字〔2014〕第010-12号", ""),
        (Kind::SocialOrganisationCertificate, "民证\n字", "CHAR"),
    ] {
        assert_eq!(names(LegacyCode::parse(kind, text)).join("; "), want, "{kind} {text}");
    }
}

/// A symbol of the unified code's alphabet.
fn symbol() -> impl Strategy<Value = char> {
    proptest::sample::select("0123456789ABCDEFGHJKLMNPQRTUWXY".chars().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn any_single_wrong_symbol_of_a_unified_code_is_caught(place in 0_usize..18, other in symbol()) {
        let mut symbols: Vec<char> = UNIFIED.chars().collect();
        prop_assume!(symbols[place] != other);
        symbols[place] = other;
        prop_assert!(Uscc::parse(&symbols.iter().collect::<String>()).is_err());
    }

    #[test]
    fn any_single_wrong_symbol_of_a_citizen_number_is_caught(
        place in 0_usize..18, other in "[0-9X]",
    ) {
        let mut text = CITIZEN.to_owned();
        prop_assume!(text[place..=place] != other);
        text.replace_range(place..=place, &other);
        prop_assert!(CitizenNumber::parse(&text, Day::MAX).is_err());
    }

    #[test]
    fn any_single_wrong_digit_of_a_registration_number_is_caught(
        place in 0_usize..15, other in "[0-9]",
    ) {
        let mut text = "350426900000070".to_owned();
        prop_assume!(text[place..=place] != other);
        text.replace_range(place..=place, &other);
        prop_assert!(RegistrationNumber::parse(&text).is_err());
    }

    #[test]
    fn no_text_makes_a_parser_panic_and_errors_are_never_empty(
        text in prop_oneof![any::<String>(), "[0-9A-Z×-]{8,20}"],
    ) {
        let mut results = vec![
            Uscc::parse(&text).map(|code| code.as_str().to_owned()),
            OrganisationCode::parse(&text).map(|code| code.as_str().to_owned()),
            RegistrationNumber::parse(&text).map(|code| code.as_str().to_owned()),
            CitizenNumber::parse(&text, Day::MAX).map(|number| number.expose().to_owned()),
        ];
        results.extend(LegacyKind::ALL.map(|kind| {
            LegacyCode::parse(kind, &text).map(|code| code.as_str().to_owned())
        }));
        for result in results {
            match result {
                Ok(read) => prop_assert_eq!(&read, &text),
                Err(errors) => prop_assert!(!errors.0.is_empty()),
            }
        }
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once.clone());
    }
}
