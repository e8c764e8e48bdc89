//! The departments of this repository hold to the contract.

mod kit;

use kit::{broken, check_with, library};
use serde_json::json;
use shouxin_plugin_check::{Report, Verdict};

fn without_a_remark(report: &Report) {
    assert_eq!(broken(report), [], "{report}");
    assert_eq!(report.count(Verdict::Skipped), 0, "{report}");
    assert!(report.passed);
}

#[test]
fn the_approval_bureau_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-approval"), |options| {
        options.question = Some(json!({"subject": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}

#[test]
fn government_procurement_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-procurement"), |options| {
        options.name = Some("procurement".to_owned());
        options.settings = json!({"longest_years": 3});
        options.question = Some(json!({"supplier": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}

#[test]
fn market_supervision_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-market"), |options| {
        options.question = Some(json!({"subject": "$subject", "on": "$day"}));
    });
    without_a_remark(&report);
}

#[test]
fn the_finance_bureau_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-fiscal"), |options| {
        options.settings = json!({"programmes": {
            "KJ-2026": {"kind": "project", "restricted": "bar", "rule": "尤财〔2026〕5号"}
        }});
        options.question =
            Some(json!({"applicant": "$subject", "programme": "KJ-2026", "on": "$day"}));
    });
    without_a_remark(&report);
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// No question is asked: the court's plugin answers what was forwarded, also of what has ended.
#[test]
fn the_court_passes_without_a_remark_by_courier_and_by_post() {
    for settings in [
        json!({"spool": {"secrets": [SECRET]}}),
        json!({"endpoint": {"url": "https://court.example/cases", "secrets": [SECRET]}}),
    ] {
        let report = check_with(&library("shouxin-plugin-court"), |options| {
            options.settings = settings;
        });
        assert_eq!(broken(&report), [], "{report}");
        assert!(report.passed);
    }
}

/// An author who has not read how is told.
#[test]
fn what_needs_settings_and_gets_none_says_how_to_give_them() {
    for package in ["shouxin-plugin-webhook", "shouxin-plugin-court"] {
        let report = check_with(&library(package), |_| {});
        assert_eq!(broken(&report), [("creates", Verdict::Failed)], "{report}");
        let detail = &report.finding("creates").unwrap().detail;
        assert!(detail.contains("--settings FILE"), "{detail}");
    }
    // Settings that were given and do not fit are no reason to ask for some.
    let report = check_with(&library("shouxin-plugin-webhook"), |options| {
        options.settings = json!({"endpoint": {"url": "tax", "secrets": [SECRET]}});
    });
    let detail = &report.finding("creates").unwrap().detail;
    assert!(detail.contains("`url`") && !detail.contains("--settings"), "{detail}");
}

/// No question is asked: its own system has the answers.
#[test]
fn a_department_with_a_system_of_its_own_passes_without_a_remark() {
    let report = check_with(&library("shouxin-plugin-webhook"), |options| {
        let endpoint = json!({"url": "https://tax.example/hook", "secrets": [SECRET]});
        options.settings = json!({"endpoint": endpoint});
    });
    assert_eq!(broken(&report), [], "{report}");
    assert!(report.passed);
}
