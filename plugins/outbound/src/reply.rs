//! What an answer of the other system means for the register.
//!
//! | the system | the outcome |
//! |---|---|
//! | 2xx, an `Answer` of the plugin contract as JSON | that answer |
//! | 2xx, no body | `done` |
//! | 2xx, any other body, or more than 64 KiB | `needs_human`: it was taken, but nobody knows what was done |
//! | 400, 410, 413, 422 | `failed`: it will never be taken like this; 410 and 422 are how a system says no |
//! | 408, 409 (still at work on this key), 425, 429, 5xx | `later`, after `Retry-After` (seconds or date, 1 s to 1 h; 5 s if absent) |
//! | every other status: 401 and 403 (secret or rights), 404 and 405 (address), a redirect | `needs_human` |
//! | no connection, no grant, TLS refused, no answer in time, cut off | `later`; the key stays, so what was taken is not taken twice |

use std::time::{Duration, SystemTime};

use shouxin_plugin::{Answer, AnswerOutcome, ConnectError, Outcome};
use ureq::Error;
use ureq::http::HeaderMap;

/// The longest answer to a call, in bytes.
pub const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// How long to wait if the system does not say.
const RETRY: Duration = Duration::from_secs(5);

/// The shortest wait a system can ask for.
const RETRY_MIN: Duration = Duration::from_secs(1);

/// The longest wait a system can ask for.
const RETRY_MAX: Duration = Duration::from_secs(3600);

fn milliseconds(wait: Duration) -> u64 {
    let wait = wait.clamp(RETRY_MIN, RETRY_MAX);
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

/// How long `Retry-After` asks to wait, in milliseconds and within bounds.
pub fn retry_after_ms(headers: &HeaderMap, now: SystemTime) -> u64 {
    let value = headers.get("Retry-After").and_then(|value| value.to_str().ok()).map(str::trim);
    let wait = value.and_then(|value| match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let at = httpdate::parse_http_date(value).ok()?;
            // A day in the past asks to come at once.
            Some(at.duration_since(now).unwrap_or_default())
        }
    });
    milliseconds(wait.unwrap_or(RETRY))
}

/// The outcome of a status other than 2xx.
pub fn refusal(status: u16, headers: &HeaderMap, now: SystemTime) -> Outcome {
    let detail = |meaning: &str| format!("HTTP {status}: {meaning}");
    match status {
        400 | 410 | 413 | 422 => Outcome::failed(detail("the other system refuses this call")),
        408 | 409 | 425 | 429 | 500..=599 => Outcome::later(
            retry_after_ms(headers, now),
            detail("the other system cannot take it now"),
        ),
        300..=399 => Outcome::needs_human(detail(
            "the other system sends elsewhere; set `url` to its new address, redirects are not followed",
        )),
        401 | 403 => Outcome::needs_human(detail(
            "the other system does not trust this register; compare the secrets and the clocks",
        )),
        404 | 405 => Outcome::needs_human(detail("nothing takes calls there; check `url`")),
        _ => Outcome::needs_human(detail("the other system's answer has no agreed meaning")),
    }
}

/// The outcome of a 2xx with this body.
pub fn taken(body: &[u8]) -> Outcome {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Outcome::done();
    }
    match Answer::decode(body) {
        Ok(mut answer) => {
            if answer.outcome == AnswerOutcome::Later {
                let wait = answer.retry_after_ms.map_or(RETRY, Duration::from_millis);
                answer.retry_after_ms = Some(milliseconds(wait));
            }
            answer
        }
        Err(error) => Outcome::needs_human(format!(
            "the other system took the call and answered something else than an outcome ({error}); \
             ask there what was done"
        )),
    }
}

/// The outcome of a 2xx with a body beyond the bound.
pub fn too_long() -> Outcome {
    Outcome::needs_human(format!(
        "the other system took the call and answered more than {ANSWER_BYTES_MAX} bytes; \
         ask there what was done"
    ))
}

/// What went wrong before there was an answer, as a sentence without an address in it.
pub fn trouble(error: &Error) -> String {
    match error {
        Error::Timeout(_) => "the other system did not answer in time".to_owned(),
        Error::Other(inner) => match inner.downcast_ref::<ConnectError>() {
            Some(error) => format!("no connection to the other system: {error}"),
            None => format!("no connection to the other system: {inner}"),
        },
        Error::Io(error) => format!("the connection to the other system failed: {error}"),
        Error::Rustls(error) => format!("TLS with the other system failed: {error}"),
        other => format!("the exchange with the other system failed: {other}"),
    }
}

/// The outcome of a call that got no answer: nobody knows whether it was taken.
pub fn unanswered(error: &Error) -> Outcome {
    Outcome::later(milliseconds(RETRY), trouble(error))
}

#[cfg(test)]
mod tests {
    use ureq::http::HeaderValue;

    use super::*;

    fn headers(retry_after: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("Retry-After", HeaderValue::from_str(retry_after).unwrap());
        headers
    }

    #[test]
    fn a_wait_is_taken_in_both_forms_and_bounded() {
        let now = httpdate::parse_http_date("Mon, 02 Mar 2026 08:00:00 GMT").unwrap();
        for (value, expected) in [
            ("30", 30_000),
            ("0", 1_000),
            ("7200", 3_600_000),
            ("18446744073709551615", 3_600_000),
            ("Mon, 02 Mar 2026 08:01:00 GMT", 60_000),
            ("Mon, 02 Mar 2026 07:00:00 GMT", 1_000),
            ("Mon, 02 Mar 2099 07:00:00 GMT", 3_600_000),
            ("soon", 5_000),
            ("-1", 5_000),
        ] {
            assert_eq!(retry_after_ms(&headers(value), now), expected, "{value}");
        }
        assert_eq!(retry_after_ms(&HeaderMap::new(), now), 5_000);
    }

    #[test]
    fn each_status_has_its_meaning() {
        let outcome = |status| refusal(status, &HeaderMap::new(), SystemTime::UNIX_EPOCH).outcome;
        for status in [400, 410, 413, 422] {
            assert_eq!(outcome(status), AnswerOutcome::Failed, "{status}");
        }
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(outcome(status), AnswerOutcome::Later, "{status}");
        }
        for status in [101, 301, 302, 307, 308, 401, 403, 404, 405, 418, 451] {
            assert_eq!(outcome(status), AnswerOutcome::NeedsHuman, "{status}");
        }
    }

    #[test]
    fn a_body_is_an_answer_nothing_or_for_a_person() {
        assert_eq!(taken(b""), Outcome::done());
        assert_eq!(taken(b" \r\n"), Outcome::done());
        let done = taken(br#"{"outcome":"done","reference":"FY-1","more":1}"#);
        assert_eq!(done, Outcome::done().with_reference("FY-1"));
        let later = taken(br#"{"outcome":"later","retry_after_ms":99999999999}"#);
        assert_eq!(later.retry_after_ms, Some(3_600_000));
        let later = taken(br#"{"outcome":"later"}"#);
        assert_eq!(later.retry_after_ms, Some(5_000));
        for body in [&b"ok"[..], b"{}", b"<html>", b"\xff", br#"{"outcome":"perhaps"}"#] {
            assert_eq!(taken(body).outcome, AnswerOutcome::NeedsHuman);
        }
        let long = format!(r#"{{"outcome":"done","reference":"{}"}}"#, "x".repeat(129));
        assert_eq!(taken(long.as_bytes()).outcome, AnswerOutcome::NeedsHuman);
    }
}
