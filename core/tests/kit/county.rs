//! The county's own data files, and its officers.

use std::path::Path;

use shouxin_core::actor::{Actor, OfficerRef, Role};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{RuleFile, RuleSet};

use super::{Who, World};

/// A measure whose publication the later version of the county's catalogue takes back.
pub const TAKEN_BACK: &str = "M-A01";

/// A measure of which the later version makes mere information.
pub const NO_ORDER: &str = "M-M02";

/// A catalogue with one field of one measure changed.
fn with(catalogue: &str, measure: &str, from: &str, to: &str) -> String {
    let at = catalogue.find(&format!("id = \"{measure}\"")).expect("it is in the catalogue");
    let (before, own) = catalogue.split_at(at);
    assert!(own.contains(from), "{measure} has such a field");
    format!("{before}{}", own.replacen(from, to, 1))
}

/// The county's own data files, with or without the calendar of 2027 and what comes with it.
pub fn county_rules(next_year: bool) -> RuleSet {
    // The tests of the audit use this too, from a package one folder further down.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = package.ancestors().map(|own| own.join("config"));
    let folder = folders.find(|own| own.join("instruments.toml").is_file()).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for part in ["", "catalogue/", "rules/", "calendar/"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap().flatten() {
            let name = format!("{part}{}", entry.file_name().to_string_lossy());
            let known = name.contains('/')
                || ["instruments.toml", "departments.toml"].contains(&name.as_str());
            let kind = entry.path().extension().is_some_and(|own| own == "toml" || own == "csv");
            if known && kind {
                files.push((name, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    if next_year {
        // An invented version of the deadlines and caps: it gives parties less, and caps burdens lower.
        let newest = files.iter().find(|(name, _)| name == "rules/2026-04-01.toml");
        let mut text = String::from_utf8(newest.expect("a pack").1.clone()).unwrap();
        for (from, to) in [
            ("in_force_from = \"2026-04-01\"", "in_force_from = \"2027-03-01\""),
            ("statement_window_wd = 5 ", "statement_window_wd = 3 "),
            ("hearing_request_wd = 5 ", "hearing_request_wd = 3 "),
            ("standstill_wd = 5 ", "standstill_wd = 3 "),
            ("verification_wd = 20 ", "verification_wd = 25 "),
            ("repair_decide_wd = 10 ", "repair_decide_wd = 15 "),
            ("lift_wd = 3 ", "lift_wd = 5 "),
            ("black_cap_months = 36 ", "black_cap_months = 24 "),
            ("publicity_serious_months = [12, 36] ", "publicity_serious_months = [18, 24] "),
        ] {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        files.push(("rules/2027-03-01.toml".to_owned(), text.into_bytes()));
        // Invented, in the form of a notice: the days that every notice lists, and one moved.
        let text = "date,kind,holiday,notice_year\n2027-01-01,off,元旦,2027\n\
                    2027-01-04,off,元旦,2027\n2027-01-10,work,元旦,2027\n2027-05-01,off,劳动节,2027\n\
                    2027-10-01,off,国庆节,2027\n2027-10-02,off,国庆节,2027\n2027-10-03,off,国庆节,2027\n";
        files.push(("calendar/holidays-2027.csv".to_owned(), text.as_bytes().to_vec()));
        let catalogue = files.iter_mut().find(|(name, _)| name == "catalogue/measures.toml");
        let (_, bytes) = catalogue.expect("the measures");
        let text = String::from_utf8(bytes.clone()).unwrap();
        let text = with(&text, TAKEN_BACK, "published = true", "published = false");
        let county = "executor = \"county\"";
        let text = with(&text, NO_ORDER, county, "executor = \"information_only\"");
        *bytes = text.into_bytes();
    }
    files.sort();
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, bytes)| RuleFile { name, bytes }).collect();
    RuleSet::load(&files).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// An officer of a department: `SC-01` is its head, `SC-03` and `SC-04` handle cases.
pub fn county_officer(world: &World, department: &str, officer: &str) -> Who {
    let found = world.rules.department(department).expect("a department");
    let reference =
        OfficerRef { authority: Uscc::parse(&found.uscc).unwrap(), officer: officer.to_owned() };
    let role =
        if department == "development_reform" { Role::CreditOffice } else { Role::Department };
    Who { actor: Actor::Officer(reference), role }
}

/// A code of an enterprise by its number.
pub fn county_code(serial: u64) -> Uscc {
    let inner = "0123456789X".chars();
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut found = inner.flat_map(|inner| {
        alphabet.chars().filter_map(move |check| {
            Uscc::parse(&format!("91350426{serial:08}{inner}{check}")).ok()
        })
    });
    found.next().expect("some pair of check characters fits")
}
