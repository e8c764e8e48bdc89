//! What a plugin answers to everything but a query.

use serde::{Deserialize, Serialize};

use crate::{Message, MessageError};

/// The longest reference, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;

/// The longest detail, in bytes.
pub const DETAIL_BYTES_MAX: usize = 512;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerOutcome {
    /// It is so now, by this call or an earlier one.
    Done,
    /// It is not so and repeating the call would not change that.
    Failed,
    /// A person of the department has to act.
    NeedsHuman,
    /// Not now; ask again.
    Later,
}

/// The answer to a call. An answer never changes what was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How it ended.
    pub outcome: AnswerOutcome,
    /// The department's own number for what was done, at most [`REFERENCE_BYTES_MAX`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// One sentence for officers, at most [`DETAIL_BYTES_MAX`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// With `later`: how many milliseconds to wait; a wish, bounded by the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Answer {
    /// It is so now.
    pub fn done() -> Answer {
        Answer::new(AnswerOutcome::Done)
    }

    /// It is not so, and repeating would not help. `detail` says why.
    pub fn failed(detail: impl Into<String>) -> Answer {
        Answer::new(AnswerOutcome::Failed).with_detail(detail)
    }

    /// A person has to act. `detail` says what they have to do.
    pub fn needs_human(detail: impl Into<String>) -> Answer {
        Answer::new(AnswerOutcome::NeedsHuman).with_detail(detail)
    }

    /// Not now.
    pub fn later(retry_after_ms: u64, detail: impl Into<String>) -> Answer {
        let mut answer = Answer::new(AnswerOutcome::Later).with_detail(detail);
        answer.retry_after_ms = Some(retry_after_ms);
        answer
    }

    /// With the department's own number; cut to [`REFERENCE_BYTES_MAX`].
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Answer {
        self.reference = Some(cut(reference.into(), REFERENCE_BYTES_MAX));
        self
    }

    /// With a sentence for officers; cut to [`DETAIL_BYTES_MAX`].
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Answer {
        self.detail = Some(cut(detail.into(), DETAIL_BYTES_MAX));
        self
    }

    fn new(outcome: AnswerOutcome) -> Answer {
        Answer { outcome, reference: None, detail: None, retry_after_ms: None }
    }
}

fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

fn check_length(
    field: &'static str,
    text: Option<&String>,
    bytes_max: usize,
) -> Result<(), MessageError> {
    let bytes = text.map_or(0, String::len);
    if bytes > bytes_max {
        return Err(MessageError::FieldTooLong { field, bytes, bytes_max });
    }
    Ok(())
}

impl Message for Answer {
    fn check(&self) -> Result<(), MessageError> {
        check_length("reference", self.reference.as_ref(), REFERENCE_BYTES_MAX)?;
        check_length("detail", self.detail.as_ref(), DETAIL_BYTES_MAX)
    }
}

crate::codec!(Answer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_cut_at_a_character() {
        let answer = Answer::failed("限".repeat(400));
        let detail = answer.detail.clone().unwrap();
        assert_eq!(detail.len(), 510);
        assert!(answer.encode().is_ok());
    }

    #[test]
    fn an_answer_beyond_its_limits_is_none() {
        let long = format!(r#"{{"outcome":"done","reference":"{}"}}"#, "x".repeat(129));
        let error = Answer::decode(long.as_bytes()).unwrap_err();
        assert!(matches!(error, MessageError::FieldTooLong { field: "reference", .. }), "{error}");
        assert!(Answer::decode(br#"{"outcome":"perhaps"}"#).is_err());
        assert!(Answer::decode(b"").is_err());
        assert!(Answer::decode(b"\xff\xfe").is_err());
    }
}
