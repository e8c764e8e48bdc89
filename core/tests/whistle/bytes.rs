//! The bytes of the reports' log.

use super::*;
use data_encoding::HEXLOWER;
use shouxin_core::codec::{decode_event, decode_report_event, encode_report_event};

/// What schema 1 wrote: events that say nothing of their rules.
const GOLDEN_1: &str = include_str!("../golden/whistle-v1.hex");
/// What is written.
const GOLDEN: &str = include_str!("../golden/whistle-v2.hex");

fn samples() -> Vec<(String, ReportEnvelope)> {
    let department = authority(TAX);
    let requested_by = OfficerRef { authority: authority(OFFICE), officer: "02".to_owned() };
    let keep_until = day("2027-03-02");
    let events = vec![
        WhistleEvent::Received {
            reported: text(),
            facts: text(),
            evidence: vec![text()],
            identity_sha256: Some(digest(7)),
            triage_by: deadline(),
        },
        WhistleEvent::Triaged { note: text() },
        WhistleEvent::OutOfScope { pointer: text(), keep_until },
        WhistleEvent::Assigned { department, verify_by: deadline() },
        WhistleEvent::Verified { substantiated: true, reasons: text(), feedback_by: None },
        WhistleEvent::Extended { reasons: text(), verify_by: deadline() },
        WhistleEvent::Transferred { note: text(), feedback_by: deadline() },
        WhistleEvent::FeedbackPosted { text: text(), keep_until },
        WhistleEvent::UnsealRequested {
            ground: cite("law"),
            reasons: text(),
            law_forbids_telling: Some(cite("law")),
        },
        WhistleEvent::Unsealed { requested_by: requested_by.clone(), told: true },
        WhistleEvent::Purged { slots: vec![1, 2] },
        WhistleEvent::Retaliation { account: text(), keep_until },
        WhistleEvent::Overdue { due: keep_until },
        WhistleEvent::Recounted { before: keep_until, deadline: deadline() },
        WhistleEvent::Tagged { reported: digest(5) },
    ];
    let by = |event: &WhistleEvent| match event {
        WhistleEvent::Received { .. } | WhistleEvent::Retaliation { .. } => By::Reporter,
        WhistleEvent::Overdue { .. } | WhistleEvent::Recounted { .. } => By::Timer,
        _ => By::Officer(requested_by.clone()),
    };
    let name = |event: WhistleEvent| {
        (event.name().to_owned(), envelope(42, day("2026-03-02"), by(&event), event))
    };
    events.into_iter().map(name).collect()
}

#[test]
fn what_was_written_once_is_written_the_same_way_and_read_forever() {
    let samples = samples();
    let named: BTreeSet<&str> = WhistleEvent::names().into_iter().collect();
    assert_eq!(samples.iter().map(|own| own.0.as_str()).collect::<BTreeSet<_>>(), named);
    let golden: Vec<(&str, &str)> =
        GOLDEN.lines().map(|line| line.split_once(' ').expect("a name and its bytes")).collect();
    let mut missing = Vec::new();
    for (name, envelope) in &samples {
        let bytes = encode_report_event(envelope).expect("it is short");
        assert_eq!(decode_report_event(&bytes).as_ref(), Ok(envelope));
        assert!(decode_event(&bytes).is_err(), "an event of a report is none of the register");
        let hex = HEXLOWER.encode(&bytes);
        match golden.iter().find(|own| own.0 == name) {
            Some((_, own)) => assert_eq!(hex, *own, "{name} is written otherwise"),
            None => missing.push(format!("{name} {hex}")),
        }
    }
    assert!(missing.is_empty(), "add to golden/whistle-v2.hex:\n{}", missing.join("\n"));
    assert_eq!(golden.len(), samples.len());
}

#[test]
fn what_schema_1_wrote_is_read_without_its_rules() {
    let samples = samples();
    for line in GOLDEN_1.lines() {
        let (name, hex) = line.split_once(' ').expect("a name and its bytes");
        let bytes = HEXLOWER.decode(hex.as_bytes()).expect("bytes");
        let (_, own) = samples.iter().find(|own| own.0 == name).expect("an event of that name");
        let bare = ReportEnvelope { rules: None, ..own.clone() };
        assert_eq!(decode_report_event(&bytes), Ok(bare), "{name}");
    }
    let newer = GOLDEN.lines().count() - GOLDEN_1.lines().count();
    assert_eq!(newer, 2, "events that schema 1 has not written");
}
