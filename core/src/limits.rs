//! Every bound of the core in one place, with its unit in its name.

/// Former names that the head of a file keeps.
pub const FORMER_NAMES_MAX: usize = 8;
/// Citations one decision may rest on.
pub const CITATIONS_MAX: usize = 16;
/// Documents that establish the facts of one case.
pub const FACTS_MAX: usize = 8;
/// Records one listing may rest on.
pub const RECORDS_PER_LISTING_MAX: usize = 8;
/// Listings that may rest on one record.
pub const LISTINGS_PER_RECORD_MAX: usize = 16;
/// Extensions of one listing that stand, came to their last day or may come back; and how many may
/// follow one another.
pub const EXTENSIONS_MAX: usize = 8;
/// Attributions that may rest on one record of a person.
pub const ATTRIBUTIONS_PER_RECORD_MAX: usize = 16;
/// Persons who may be attributed under one listing, so that their files change in its commit.
pub const ATTRIBUTIONS_PER_LISTING_MAX: usize = 32;
/// Measures one decision may name.
pub const MEASURES_PER_DECISION_MAX: usize = 24;
/// Listings and attributions in force on one subject at once.
pub const MARKS_PER_SUBJECT_MAX: usize = 64;
/// Holds of objections and reviews on one thing beyond which reviews add none: far above the 27
/// that filings can come to, one for each kind of filer and ground.
pub const DISPUTES_MAX: usize = 64;
/// Stays of execution on one thing at once; each is a ruling of its own.
pub const STAYS_MAX: usize = 256;
/// Working days for opening the revocation of a red listing whose subject was listed black
/// (domain.md Q11; no text sets them, so as many as the measures of T10 have).
pub const RED_REVOCATION_WD: u16 = 10;
/// Points of a statement that each need an answer.
pub const POINTS_MAX: usize = 32;
/// Items of one batch command.
pub const BATCH_ITEMS_MAX: usize = 1000;
/// Bytes of a sealed free text, before sealing.
pub const TEXT_BYTES_MAX: u32 = 16 * 1024;
/// Bytes of the sealed content of one record, before sealing.
pub const CONTENT_BYTES_MAX: u32 = 4 * 1024;
/// Bytes of the sealed fields of one permit or penalty, before sealing: the longest columns of
/// the national layout (domain.md 4.5) in Chinese.
pub const PUBLICITY_BYTES_MAX: u32 = 40 * 1024;
/// Bytes of anything that is sealed, before sealing.
pub const SEALED_BYTES_MAX: u32 = PUBLICITY_BYTES_MAX;
/// Bytes of a document number, a name or another short text.
pub const SHORT_TEXT_BYTES_MAX: usize = 256;
/// Documents listed as evidence.
pub const EVIDENCE_MAX: usize = 16;
/// Rounds of `Need` before a command is given up as a defect.
pub const NEED_ROUNDS_MAX: usize = 128;
/// Rows one command may load.
pub const ROWS_PER_COMMAND_MAX: usize = 8192;
/// Days after which a record that is over is kept for auditors only: the time in which an
/// objection's outcome is reviewed and redress done.
pub const ARCHIVE_AFTER_DAYS: i32 = 90;
/// Months in which a suit may follow on what was done last (Administrative Litigation Law 46): no
/// file is erased before, whatever the rules say about its retention.
pub const REMEDY_MONTHS: u16 = 6;
/// Working days that a cure notice gives at least.
pub const CURE_WD_MIN: u16 = 10;
/// Working days that a cure notice gives at most.
pub const CURE_WD_MAX: u16 = 120;
/// Months after its offer within which a commitment falls due.
pub const COMMITMENT_MONTHS_MAX: u16 = 60;
/// Bytes of one part of a commitment's text, before sealing: its four parts stand in one event.
pub const COMMITMENT_PART_BYTES_MAX: u32 = 8 * 1024;
/// Records one credit review lists.
pub const RECORDS_PER_REVIEW_MAX: usize = 200;
/// Working days that a tolerant acceptance gives at most for what is missing.
pub const TOLERANCE_WD_MAX: u16 = 60;
/// Documents that a file accepted with tolerance may lack.
pub const MISSING_DOCUMENTS_MAX: usize = 16;
/// Adverse records named where a clean record is asked for.
pub const ADVERSE_RECORDS_MAX: usize = 100;
/// Supports of suits open at once about one subject.
pub const SUPPORTS_OPEN_MAX: usize = 32;
/// Handings-over of evidence in one support of a suit.
pub const HANDOVERS_MAX: u16 = 50;
/// Years for which a clean record may be asked for.
pub const CLEAN_YEARS_MAX: u16 = 10;
/// Channels open at once.
pub const CHANNELS_MAX: usize = 32;
/// Months of one assessment.
pub const ASSESSMENT_MONTHS_MAX: u16 = 24;
/// Counter rows that one report adds up.
pub const TALLY_ROWS_MAX: usize = 4096;
/// Working days that departments have to comment on frozen figures.
pub const ASSESSMENT_COMMENT_WD: u16 = 5;
/// Months a department can be given to put something right.
pub const RECTIFICATION_MONTHS_MAX: u16 = 12;
/// Orders to put something right, in one assessment.
pub const RECTIFICATIONS_MAX: usize = 64;
/// Bytes of a text that a department or the credit office writes about a department.
pub const OFFICE_TEXT_BYTES_MAX: usize = 4 * 1024;
/// Departments that one entry of the catalogue names, or that get a copy of it.
pub const ENTRY_DEPARTMENTS_MAX: usize = 64;
/// Fewest days for which the public may comment on an entry that reduces rights.
pub const COMMENT_DAYS_MIN: u16 = 30;
/// Most days for which it may.
pub const COMMENT_DAYS_MAX: u16 = 180;
/// Rule packs of one version: a running case is judged by all that came into force since it was
/// opened, so a command looks at no more than these.
pub const RULE_PACKS_MAX: usize = 64;
/// Earlier versions of the rules that are kept at hand.
pub const EARLIER_RULES_MAX: usize = 32;
/// Plugins deployed at once.
pub const PLUGINS_MAX: usize = 128;
/// Texts of evidence that come with one report of wrongdoing.
pub const REPORT_EVIDENCE_MAX: usize = 8;
/// Bytes of one of them, before sealing.
pub const REPORT_EVIDENCE_BYTES_MAX: u32 = 4 * 1024;
/// Answers to the reporter of one report.
pub const REPORT_ANSWERS_MAX: usize = 8;
/// Accounts of retaliation on one report.
pub const RETALIATIONS_MAX: usize = 8;
/// Openings of one reporter's identity.
pub const OPENINGS_MAX: usize = 8;
/// Places of a text that are named as telling who wrote it.
pub const WARNINGS_MAX: usize = 16;
/// Objections of a member to one note of an association.
pub const NOTE_OBJECTIONS_MAX: u8 = 3;
/// Persons for whose names the text of one typical case is searched.
pub const CASE_STUDY_PERSONS_MAX: usize = 32;
/// Authorisations of one subject that run at once.
pub const AUTHORISATIONS_MAX: usize = 16;
/// Months that an authorisation runs at most: it is given for a purpose, and anew for the next.
pub const AUTHORISATION_MONTHS_MAX: u16 = 12;
