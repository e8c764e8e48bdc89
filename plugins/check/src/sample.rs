//! The subjects and cases a plugin is tried with. Nobody of these names and codes exists, and no
//! two checks use the same.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use shouxin_plugin_host::Hook;
use shouxin_plugin_host::wire::{
    Basis, Case, Classified, Colour, Date, Decision, Forget, InForce, Measure, MessageError,
    SCHEMA, Subject,
};

/// Characters of unified social credit codes (GB 32100-2015), in the order of their values.
const CODE: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weights of the first 17 characters of a unified social credit code.
const CODE_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Weights of the first eight characters of an organisation's code (GB 11714-1997).
const BODY_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Who decides in the sample: the county's office of public credit.
const AUTHORITY: &str = "11350426003800001A";

/// What a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Enterprise,
    Person,
}

/// Makes subjects, cases and messages.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    seed: String,
    made: u64,
    step: u64,
    today: Date,
    last_day: Date,
    pub(crate) department: String,
    pub(crate) measure: Measure,
    pub(crate) kind: Kind,
}

/// The measure with this id, without parameters.
pub(crate) fn measure(id: &str) -> Measure {
    Measure { id: id.to_owned(), name_zh: "查验试样".to_owned(), parameters: Map::new() }
}

/// Today in Shanghai and a day half a year later.
fn days() -> (Date, Date) {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let today = jiff::Timestamp::now().to_zoned(zone).date();
    let later = today.checked_add(jiff::Span::new().months(6)).unwrap_or(today);
    let day = |date: jiff::civil::Date| date.to_string().parse().unwrap_or(Date::MIN);
    (day(today), day(later))
}

impl Sample {
    /// `seed` tells the names of this check from those of every other.
    pub(crate) fn new(seed: &str) -> Sample {
        let (today, last_day) = days();
        Sample {
            seed: seed.to_owned(),
            made: 0,
            step: 1_000,
            today,
            last_day,
            department: "查验试样局".to_owned(),
            measure: measure("untried"),
            kind: Kind::Enterprise,
        }
    }

    /// The day of the check.
    pub(crate) fn today(&self) -> Date {
        self.today
    }

    fn random(&mut self) -> [u8; 32] {
        self.made += 1;
        Sha256::digest(format!("{} {}", self.seed, self.made)).into()
    }

    /// A new subject of the kind that the plugin carries out measures for.
    pub(crate) fn subject(&mut self) -> Subject {
        let random = self.random();
        let tag: String = random.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
        match self.kind {
            Kind::Enterprise => Subject {
                key: enterprise_code(&random),
                kind: "enterprise".to_owned(),
                name: Some(format!("尤溪县查验{tag}有限公司")),
            },
            Kind::Person => {
                let key = random.get(..16).unwrap_or_default();
                Subject {
                    key: format!("P{}", data_encoding::BASE32_NOPAD.encode(key)),
                    kind: "person".to_owned(),
                    name: Some(format!("查验某{tag}")),
                }
            }
        }
    }

    /// A step later than every one before.
    pub(crate) fn step(&mut self) -> u64 {
        self.step += 1;
        self.step
    }

    /// A new case of a subject.
    pub(crate) fn case(&mut self, subject: &Subject) -> Case {
        let random = self.random();
        let number = random.iter().take(6).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        Case {
            schema: SCHEMA,
            case_id: format!("M-{}", 1_000_000_000_000 + number),
            step: 0,
            idempotency_key: String::new(),
            subject: subject.clone(),
            department: self.department.clone(),
            measure: self.measure.clone(),
            decision: Decision {
                id: format!("D-{}", 900_000 + self.made),
                authority: AUTHORITY.to_owned(),
                document_number: format!("尤查验〔2026〕{}号", self.made),
                served_on: self.today,
                listing: None,
            },
            basis: vec![Basis { instrument: "查验试样".to_owned(), article: "1".to_owned() }],
            valid_from: self.today,
            valid_until: self.last_day,
            accepted_by: "officer-17".to_owned(),
            ordered_by: "officer-17".to_owned(),
            as_of: self.today,
        }
    }

    /// The message of a new call about a case.
    ///
    /// # Errors
    /// The case is longer than a message may be.
    pub(crate) fn call(&mut self, case: &Case, hook: Hook) -> Result<Vec<u8>, MessageError> {
        let step = self.step();
        at(case, hook, step).encode()
    }

    /// The message that tells what is in force for a subject.
    ///
    /// # Errors
    /// Longer than a message may be.
    pub(crate) fn classified(&mut self, subject: &Subject) -> Result<Vec<u8>, MessageError> {
        Classified {
            schema: SCHEMA,
            position: self.step(),
            subject: subject.clone(),
            as_of: self.today,
            in_force: vec![InForce {
                listing: "L-900001".to_owned(),
                colour: Colour::Black,
                since: self.today,
                until: self.last_day,
                authority: AUTHORITY.to_owned(),
            }],
            suspended: Vec::new(),
        }
        .encode()
    }
}

/// The case at one step of one hook, with the key that belongs to it.
pub(crate) fn at(case: &Case, hook: Hook, step: u64) -> Case {
    let idempotency_key = Case::key(&case.case_id, hook, step);
    Case { step, idempotency_key, ..case.clone() }
}

/// The message that has a subject forgotten.
///
/// # Errors
/// Longer than a message may be.
pub(crate) fn forget(subject: &Subject) -> Result<Vec<u8>, MessageError> {
    Forget { schema: SCHEMA, subject_key: subject.key.clone() }.encode()
}

/// A message as JSON, to be changed.
pub(crate) fn object(body: &[u8]) -> Map<String, Value> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// A well-formed code that nobody has: registered in the county, with both check characters right.
fn enterprise_code(random: &[u8; 32]) -> String {
    let value = |byte: u8| CODE.iter().position(|own| *own == byte).unwrap_or(0);
    let character = |value: usize| CODE.get(value % CODE.len()).copied().unwrap_or(b'0');
    let mut code = b"91350426".to_vec();
    let body: Vec<u8> = random
        .iter()
        .skip(8)
        .take(8)
        .map(|byte| usize::from(*byte))
        // Digits and letters that both codes know, with the same value.
        .map(|byte| character(byte % 18))
        .collect();
    let sum: usize = body.iter().zip(BODY_WEIGHTS).map(|(own, weight)| value(*own) * weight).sum();
    code.extend_from_slice(&body);
    code.push(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => character(digit),
    });
    let sum: usize = code.iter().zip(CODE_WEIGHTS).map(|(own, weight)| value(*own) * weight).sum();
    code.push(character((31 - sum % 31) % 31));
    String::from_utf8_lossy(&code).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_both_its_check_characters() {
        let mut sample = Sample::new("test");
        for _ in 0..100 {
            let code = sample.subject().key;
            assert_eq!(code.len(), 18);
            let value = |byte: u8| CODE.iter().position(|own| *own == byte).unwrap();
            let sum: usize =
                code.bytes().zip(CODE_WEIGHTS).map(|(own, weight)| value(own) * weight).sum();
            assert_eq!((sum + value(code.as_bytes()[17])) % 31, 0, "{code}");
            let digit = |c: char| c.to_digit(36).unwrap() as usize;
            let body: usize =
                code[8..16].chars().zip(BODY_WEIGHTS).map(|(own, w)| digit(own) * w).sum();
            let check = code.chars().nth(16).map_or(0, |c| if c == 'X' { 10 } else { digit(c) });
            assert_eq!((body + check) % 11, 0, "{code}");
        }
        // A published example of the standard's arithmetic: 91350100M000100Y43.
        let code = b"91350100M000100Y4";
        let value = |byte: u8| CODE.iter().position(|own| *own == byte).unwrap();
        let sum: usize = code.iter().zip(CODE_WEIGHTS).map(|(own, w)| value(*own) * w).sum();
        assert_eq!(CODE[(31 - sum % 31) % 31], b'3');
    }

    #[test]
    fn no_two_checks_and_no_two_cases_share_a_name() {
        let mut one = Sample::new("one");
        let mut other = Sample::new("other");
        let (first, second) = (one.subject(), one.subject());
        assert_ne!(first.key, second.key);
        assert_ne!(first.name, second.name);
        assert_ne!(first.key, other.subject().key);
        assert_ne!(one.case(&first).case_id, one.case(&first).case_id);
    }

    #[test]
    fn every_message_of_the_sample_is_one() {
        let mut sample = Sample::new("test");
        let subject = sample.subject();
        let case = sample.case(&subject);
        let body = sample.call(&case, Hook::Execute).unwrap();
        let read = Case::decode(&body).unwrap();
        assert_eq!(read.idempotency_key, format!("{}/execute/{}", read.case_id, read.step));
        assert!(read.valid_from < read.valid_until);
        assert!(Classified::decode(&sample.classified(&subject).unwrap()).is_ok());
        assert!(Forget::decode(&forget(&subject).unwrap()).is_ok());
    }
}
