//! Invented subjects and records: codes with right check characters that were never issued,
//! persons with sequence 000, which is never given out.

use serde_json::{Value, json};
use shouxin_core::identifier::IdentifierError;
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::identifier::organisation_code::OrganisationCode;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::time::Day;

/// A digest of something invented.
pub fn digest(seed: &str) -> String {
    use sha2::{Digest as _, Sha256};
    data_encoding::HEXLOWER.encode(&Sha256::digest(seed.as_bytes()))
}

/// The code of the `number`-th invented organisation of a department and category.
pub fn code(kind: &str, number: u32) -> String {
    let body = format!("XY{number:06}");
    let inner = want(OrganisationCode::parse(&format!("{body}-0")), '0');
    let stem = format!("{kind}350426{body}{inner}");
    let outer = want(Uscc::parse(&format!("{stem}0")), '0');
    format!("{stem}{outer}")
}

fn want<T>(parsed: Result<T, shouxin_core::identifier::IdentifierErrors>, tried: char) -> char {
    let Err(errors) = parsed else {
        return tried;
    };
    errors
        .0
        .iter()
        .find_map(|error| match error {
            IdentifierError::Check { want } | IdentifierError::Check18 { want } => Some(*want),
            _ => None,
        })
        .unwrap_or(tried)
}

/// The number of the `number`-th invented person, sequence 000.
pub fn citizen_number(number: u32, today: Day) -> String {
    let born = Day::new(1950, 1, 1)
        .map_or(Day::MIN, |day| day)
        .plus_days(i32::try_from(number).unwrap_or(0));
    let (year, month, day) = born.ymd();
    let stem = format!("350426{year:04}{month:02}{day:02}000");
    for check in "0123456789X".chars() {
        let whole = format!("{stem}{check}");
        if CitizenNumber::parse(&whole, today).is_ok() {
            return whole;
        }
    }
    stem
}

/// Departments that provide records, each with one item for legal persons it provides.
pub const PROVIDERS: &[(&str, &str, bool)] = &[
    // department, item, adverse
    ("market", "FJ-FR-0302", true),
    ("tax", "FJ-FR-0305", true),
    ("ecology", "FJ-FR-0302", true),
    ("emergency", "FJ-FR-0902", false),
    ("housing", "FJ-FR-1401", false),
    ("transport", "FJ-FR-0301", false),
    ("court", "FJ-FR-0201", true),
    ("human_resources", "FJ-FR-0306", true),
    ("approval", "FJ-FR-0701", false),
    ("procurement", "FJ-FR-0601", false),
    ("water", "FJ-FR-1402", false),
    ("agriculture", "FJ-FR-1404", false),
    ("development_reform", "FJ-FR-1001", false),
    ("development_reform", "FJ-FR-1201", false),
    ("market", "FJ-FR-0101", false),
    ("market", "FJ-FR-0401", true),
    ("market", "FJ-FR-0901", false),
    ("market", "FJ-FR-1101", false),
    ("tax", "FJ-FR-0501", true),
    ("tax", "FJ-FR-0801", false),
    ("civil_affairs", "FJ-FR-0304", false),
];

/// One record about `subject`.
pub fn record(subject: &str, item: &str, adverse: bool, number: u32, day: Day) -> Value {
    let mut record = json!({
        "subject": subject,
        "item": item,
        "document_number": format!("尤示字〔2026〕{number}号"),
        "document_date": day,
        "content": {"摘要": format!("示例记录第 {number} 条 / sample record {number}")},
    });
    if adverse {
        record["severity"] = json!(if number.is_multiple_of(5) { "minor" } else { "general" });
        record["document_sha256"] = json!(digest(&format!("document {number}")));
        record["notified"] = json!({
            "manner": "mail", "on": day, "proof_sha256": digest(&format!("proof {number}")),
        });
    }
    record
}

/// Two records for each reason of rejection, with the reason: they must all be turned away.
pub fn rejects(good: &str, institution: &str, minor: &str, day: Day) -> Vec<(Value, &'static str)> {
    let adverse = |number: u32| record(good, "FJ-FR-0302", true, number, day);
    let mut list = Vec::new();
    for twice in 0..2u32 {
        let base = 900_000 + twice * 100;
        let unknown = code("91", 999_000 + twice);
        list.push((record(&unknown, "FJ-FR-0101", false, base, day), "UNKNOWN_SUBJECT"));
        list.push((record(good, "FJ-FR-9999", false, base + 1, day), "NOT_IN_DIRECTORY"));
        list.push((record(good, "FJ-FR-0305", true, base + 2, day), "PROVIDER_NOT_NAMED"));
        list.push((record(institution, "FJ-FR-0401", true, base + 3, day), "SUBJECT_KIND"));
        list.push((patched(adverse(base + 4), "document_number", json!("")), "DOCUMENT_NUMBER"));
        let tomorrow = json!(day.plus_days(30));
        list.push((patched(adverse(base + 5), "document_date", tomorrow), "DOCUMENT_DATE"));
        list.push((adverse(1_000_000), "DUPLICATE"));
        let long = json!({"摘要": "长".repeat(2000)});
        list.push((patched(adverse(base + 6), "content", long), "CONTENT_LENGTH"));
        let withheld = patched(adverse(base + 11), "withheld", json!(true));
        list.push((patched(withheld, "content", json!({})), "WITHHELD_REASON"));
        list.push((patched(adverse(base + 7), "severity", Value::Null), "SEVERITY"));
        list.push((patched(adverse(base + 8), "document_sha256", Value::Null), "G-FACT"));
        list.push((patched(adverse(base + 9), "notified", Value::Null), "G-NOTICE"));
        list.push((record(minor, "FJ-ZR-0201", true, base + 10, day), "G-CAPACITY"));
    }
    list
}

fn patched(mut record: Value, field: &str, value: Value) -> Value {
    record[field] = value;
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_codes_and_numbers_pass_every_check() {
        let today: Day = "2026-03-02".parse().unwrap();
        for number in 0..500 {
            assert!(Uscc::parse(&code("91", number)).is_ok(), "{number}");
            assert!(Uscc::parse(&code("12", number)).is_ok(), "{number}");
            assert!(CitizenNumber::parse(&citizen_number(number, today), today).is_ok());
        }
    }
}
